"""Reads ODS workbooks: looked through first, since calamine, which loads them, expands all that is repeated."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from xml.parsers import expat

from python_calamine import SheetVisibleEnum

from dsw_analysis.intake.files.archive import Archive
from dsw_analysis.intake.files.calamine import Rows, open_book, sheet_rows
from dsw_analysis.intake.files.header import DEPTH, LOOK
from dsw_analysis.intake.files.limits import LIMITS
from dsw_analysis.intake.files.messages import refuse
from dsw_analysis.intake.files.seen import UnclearError, seen_moment, seen_number, seen_percent, seen_time
from dsw_analysis.intake.files.survey import Sheet, Survey, check_small
from dsw_analysis.intake.files.table import letter

_CONTENT: Final = "content.xml"
_HIDDEN: Final = ("collapse", "filter")
_VALUES: Final = ("float", "currency", "percentage", "date", "time")
_CELLS: Final = ("table:table-cell", "table:covered-table-cell")


class OdsBook:
    """An ODS file; calamine holds all sheets at once, so all must be small before it starts."""

    has_macros = has_links = False

    def __init__(self, path: Path) -> None:
        self.path = path
        archive = Archive(path)
        if _CONTENT not in archive:
            refuse("wrong_type.ods", path.name)
        manifest = "META-INF/manifest.xml"
        if manifest in archive and any(b"encryption-data" in chunk for chunk in archive.chunks(manifest)):
            refuse("password", path.name)
        surveys = _survey(archive)
        check_small(surveys, path)
        self._workbook = open_book(path)
        self.sheets = tuple(
            Sheet(sheet.name, sheet.visible != SheetVisibleEnum.Visible) for sheet in self._workbook.sheets_metadata
        )
        if not surveys or len(self.sheets) != len(surveys):
            refuse("damaged.sheets", path.name)
        self._surveys = dict(zip(self.sheets, surveys, strict=True))

    def preview(self, sheet: Sheet) -> Rows:
        """First rows of a sheet, for finding the header."""
        return sheet_rows(self.path, self._workbook, sheet, LOOK + DEPTH)[0]

    def load(self, sheet: Sheet) -> tuple[Rows, Survey]:
        """All rows from the first one on, blanks as ``""``."""
        return sheet_rows(self.path, self._workbook, sheet)[0], self._surveys[sheet]


def _survey(archive: Archive) -> list[Survey]:
    """Surveys of all sheets, in bounded memory.

    The XML is proved to be well formed by it: in a table that does not end, calamine looks for its end for ever.
    """
    walk = _Walk()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = walk.start, walk.end
    parser.CharacterDataHandler = walk.text
    try:
        for chunk in archive.checked(_CONTENT, LIMITS.ods_bytes):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError:
        archive.damaged()
    return walk.surveys


class _Walk:
    """Keeps count of rows and columns, repeated ones included, while tags go by."""

    def __init__(self) -> None:
        self.surveys: list[Survey] = []
        self._struck_styles: set[str | None] = set()
        self._style = ""
        self._found = Survey()
        self._row = self._column = self._repeat = 0
        self._cell: dict[str, str] = {}
        self._lines: list[str] = []
        self._in_text = self._in_note = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """A tag that opens."""
        found = self._found
        if tag in _CELLS:
            self._cell, self._lines = attributes, []
        elif tag == "text:p":
            self._in_text = not self._in_note
            self._lines += [""] if self._in_text else []
        elif tag == "text:s":
            self.text(" ")
        elif tag == "text:span":
            self._strike(attributes.get("text:style-name"))
        elif tag == "office:annotation":
            self._in_note = True
            found.comments.append(f"{letter(self._column)}{self._row + 1}")
        elif tag == "table:table-row":
            self._row, self._column = self._row + self._repeat, 0
            self._repeat = _count(attributes, "table:number-rows-repeated")
            if attributes.get("table:visibility") in _HIDDEN:
                last = min(self._row + self._repeat, self._row + LIMITS.columns)
                found.hidden_rows += range(self._row + 1, last + 1)
        elif tag == "table:table-column":
            width = _count(attributes, "table:number-columns-repeated")
            if attributes.get("table:visibility") in _HIDDEN:
                found.hidden_columns += range(self._column + 1, min(self._column + width, LIMITS.columns) + 1)
            self._column += width
        elif tag == "table:table":
            self._found = Survey()
            self.surveys.append(self._found)
            self._row = self._column = self._repeat = 0
        elif tag == "style:style":
            self._style = attributes.get("style:name", "")
        elif attributes.get("style:text-line-through-style", "none") != "none":
            self._struck_styles.add(self._style)

    def text(self, data: str) -> None:
        """Text between tags; that of comments is not the cell's."""
        if self._in_text:
            self._lines[-1] += data

    def end(self, tag: str) -> None:
        """A tag that closes."""
        if tag == "text:p":
            self._in_text = False
        elif tag == "office:annotation":
            self._in_note = False
        elif tag in _CELLS:
            self._add_cell(self._cell, "\n".join(self._lines) if self._lines else None)

    def _add_cell(self, cell: dict[str, str], text: str | None) -> None:
        """Take note of a cell; ``text`` is what it shows, ``None`` if the file does not tell."""
        found, formula, kind = self._found, cell.get("table:formula"), cell.get("office:value-type")
        first_row, first_column = self._row + 1, self._column + 1
        width = _count(cell, "table:number-columns-repeated")
        self._column += width
        rows, columns = range(first_row, first_row + self._repeat), range(first_column, first_column + width)
        if kind is not None:
            found.rows = max(found.rows, rows[-1])
            found.columns = max(found.columns, columns[-1])
            found.filled += width * self._repeat
        found.formulas += formula is not None
        if text is not None:
            self._strike(cell.get("table:style-name"))
        down, right = _count(cell, "table:number-rows-spanned"), _count(cell, "table:number-columns-spanned")
        if down > 1 or right > 1:
            first = first_row - 1, first_column - 1
            found.merges.append((first, (first[0] + down - 1, first[1] + right - 1)))
        if cell.get("calcext:value-type") == "error":
            found.doubt(first_row, first_column, "error_cell", text or "")
        elif kind is None and formula is not None:
            found.doubt(first_row, first_column, "uncached_formula", formula)
        elif kind in _VALUES and len(found.shown) + len(rows) * len(columns) <= LIMITS.old_cells:
            # Cells that are repeated beyond this bound are refused for it.
            for row in rows:
                for column in columns:
                    _see(found, row, column, cell, text)

    def _strike(self, style: str | None) -> None:
        if style in self._struck_styles:
            self._found.strike([self._row + 1])


def _see(found: Survey, row: int, column: int, attributes: dict[str, str], text: str | None) -> None:
    """Note what a person sees of a cell, if it is not what is stored."""
    kind = attributes["office:value-type"]
    name = {"date": "office:date-value", "time": "office:time-value"}.get(kind, "office:value")
    value = attributes.get(name, "")
    try:
        if kind == "date":
            seen = seen_moment(value, text)
        elif kind == "time":
            seen = seen_time(value)
        elif kind == "percentage":
            seen = seen_percent(float(value), text)
        elif text is not None and text != value:
            seen = seen_number(float(value), text)
        elif kind == "currency":
            seen = f"{value} {attributes.get('office:currency', '')}"
        else:
            return
    except (UnclearError, ValueError):
        found.doubt(row, column, "cell_format", value if text is None else f"{value} ({text})")
    else:
        if not isinstance(seen, float):
            found.shown.append((row, column, seen))


def _count(attributes: dict[str, str], name: str) -> int:
    value = attributes.get(name, "1")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 1 << 30
