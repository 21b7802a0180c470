"""Reads XLS workbooks with xlrd, once their records have been counted: xlrd holds every cell, also the blank ones."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Final

import xlrd
from xlrd.biffh import XL_CELL_BOOLEAN, XL_CELL_ERROR, XL_CELL_TEXT, error_text_from_code
from xlrd.compdoc import CompDoc

from dsw_analysis.intake.files.formats import BUILT_IN, is_safe
from dsw_analysis.intake.files.header import DEPTH, LOOK
from dsw_analysis.intake.files.limits import LIMITS
from dsw_analysis.intake.files.messages import refuse
from dsw_analysis.intake.files.survey import Sheet, Survey, check_small
from dsw_analysis.intake.files.table import letter
from dsw_analysis.problems import DataError

# Record numbers of [MS-XLS] 2.3.
_BOUNDSHEET, _BOF, _FILEPASS, _NOTE, _STRINGS = 0x0085, 0x0809, 0x002F, 0x001C, 0x00FC
_BLANKS, _SEVERAL = (0x0201, 0x00BE), (0x00BE, 0x00BD)
_FORMULAS: Final = (0x0006, 0x0206, 0x0406)
_CELLS: Final = frozenset({0x0203, 0x0204, 0x00FD, 0x00D6, 0x027E, 0x0205, 0x00BD, *_FORMULAS})
_EMPTY: Final = (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK)


class XlsBook:
    """An XLS file: bounds first, then xlrd sheet by sheet.

    Raises
    ------
    DataError
        From the constructor and every method, when the file is damaged or encrypted, or passes a bound.
    """

    has_macros = has_links = False

    def __init__(self, path: Path) -> None:
        self.path = path
        with _guarded(path):
            stream = _workbook_stream(path)
            surveys = _count(stream, path.name)
            check_small(surveys, path)
            self._book = xlrd.open_workbook(
                file_contents=stream, formatting_info=True, on_demand=True, ragged_rows=True, logfile=io.StringIO()
            )
        names = self._book.sheet_names()
        if not names or len(names) != len(surveys):
            refuse("damaged", path.name)
        self.sheets = tuple(Sheet(name, self._page(name).visibility != 0) for name in names)
        self._surveys = dict(zip(self.sheets, surveys, strict=True))

    def preview(self, sheet: Sheet) -> list[list[object]]:
        """First rows, for finding the header."""
        return self._rows(sheet, Survey(), LOOK + DEPTH)

    def load(self, sheet: Sheet) -> tuple[list[list[object]], Survey]:
        """All rows from the first one on, blanks as ``""``."""
        found, page = self._surveys[sheet], self._page(sheet.name)
        found.hidden_rows = sorted(row + 1 for row, info in page.rowinfo_map.items() if info.hidden)
        found.hidden_columns = sorted(column + 1 for column, info in page.colinfo_map.items() if info.hidden)
        found.merges = [((top, left), (below - 1, right - 1)) for top, below, left, right in page.merged_cells]
        return self._rows(sheet, found, found.rows), found

    def _page(self, name: str) -> xlrd.sheet.Sheet:
        with _guarded(self.path):
            return self._book.sheet_by_name(name)

    def _rows(self, sheet: Sheet, found: Survey, most: int) -> list[list[object]]:
        page, width = self._page(sheet.name), self._surveys[sheet].columns
        rows: list[list[object]] = []
        for row in range(min(most, page.nrows)):
            values: list[object] = [""] * width
            for column, cell in enumerate(page.row(row)[:width]):
                if cell.ctype == XL_CELL_ERROR:
                    values[column] = error_text_from_code.get(cell.value, "#N/A")
                    found.doubt(row + 1, column + 1, "error_cell", str(values[column]))
                elif cell.ctype == XL_CELL_BOOLEAN:
                    values[column] = bool(cell.value)
                elif cell.ctype not in _EMPTY:
                    values[column] = cell.value
                    self._look(found, row + 1, column + 1, cell)
            rows.append(values)
        return rows

    def _look(self, found: Survey, row: int, column: int, cell: xlrd.sheet.Cell) -> None:
        code, struck = self._styles[cell.xf_index] if cell.xf_index < len(self._styles) else ("General", False)
        if struck:
            found.strike([row])
        if code and cell.ctype != XL_CELL_TEXT:
            found.see(row, column, cell.value, code, since_1904=self._book.datemode == 1)

    @cached_property
    def _styles(self) -> list[tuple[str, bool]]:
        """Number format of each cell style, ``""`` if it shows what is stored, and whether its font is struck out."""
        book = self._book
        codes = BUILT_IN | {found.format_key: found.format_str for found in book.format_list if found.format_str}
        styles = []
        for style in book.xf_list:
            code = codes.get(style.format_key, "General")
            struck = style.font_index < len(book.font_list) and book.font_list[style.font_index].struck_out
            styles.append(("" if is_safe(code) else code, bool(struck)))
        return styles


@contextmanager
def _guarded(path: Path) -> Iterator[None]:
    """Around calls of xlrd, which raises whatever a damaged file makes happen inside."""
    try:
        yield
    except DataError:
        raise
    except Exception:
        refuse("damaged", path.name)


def _workbook_stream(path: Path) -> bytes:
    """Records of the workbook, from the compound file around them ([MS-CFB])."""
    container = CompDoc(path.read_bytes(), logfile=io.StringIO())
    if container.locate_named_stream("EncryptedPackage")[0] is not None:
        refuse("password", path.name)
    for name in ("Workbook", "Book"):
        memory, start, length = container.locate_named_stream(name)
        if memory is not None:
            return bytes(memory[start : start + length])
    refuse("wrong_type.xls", path.name)


def _count(stream: bytes, file: str) -> list[Survey]:
    """Bounds, formulas and comments of every worksheet, in the workbook's order."""
    starts: dict[int, Survey] = {}
    found = Survey()
    position = slots = wide = 0
    held = -1
    while position + 4 <= len(stream):
        number, length = struct.unpack_from("<HH", stream, position)
        body = position + 4
        if number == _BOF:
            found, held = starts.get(position, Survey()), -1
        elif number == _BOUNDSHEET and stream[body + 5] == 0:
            starts[struct.unpack_from("<I", stream, body)[0]] = Survey()
        elif number == _FILEPASS:
            refuse("password", file)
        elif number in _CELLS or number in _BLANKS:
            row, column = struct.unpack_from("<HH", stream, body)
            last = struct.unpack_from("<H", stream, body + length - 2)[0] if number in _SEVERAL else column
            held, wide = row, wide if row == held else 0
            slots, wide = slots + max(last + 1 - wide, 0), max(last + 1, wide)
            if number in _CELLS:
                found.rows = max(found.rows, row + 1)
                found.columns = max(found.columns, last + 1)
                found.filled += last - column + 1
                found.formulas += number in _FORMULAS
        elif number == _STRINGS:
            _check_count(struct.unpack_from("<I", stream, body + 4)[0], LIMITS.old_cells, "ข้อความ", file)
        elif number == _NOTE:
            row, column = struct.unpack_from("<HH", stream, body)
            found.comments.append(f"{letter(column)}{row + 1}")
        position = body + length
    _check_count(slots, LIMITS.old_slots, "เซลล์รวมเซลล์ว่างที่จัดรูปแบบไว้", file)
    if not starts:
        refuse("damaged", file)
    if len(starts) > LIMITS.sheets:
        refuse("too_many_sheets", file, count=len(starts))
    return list(starts.values())


def _check_count(count: int, most: int, what: str, file: str) -> None:
    if count > most:
        refuse("too_large.records", file, what=what, count=count, most=most)
