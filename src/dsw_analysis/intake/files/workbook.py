"""Reads XLSX, XLSM and ODS workbooks (looked through, then loaded by calamine) and XLS; nothing in them is run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from dsw_analysis.intake.files.archive import refuse_password
from dsw_analysis.intake.files.header import DEPTH, LOOK, Header, Merge, find_header, key, refuse_headerless
from dsw_analysis.intake.files.limits import LIMITS, RESAVE, Limits, refuse
from dsw_analysis.intake.files.ods import OdsBook
from dsw_analysis.intake.files.rows import row_list
from dsw_analysis.intake.files.survey import Sheet, Survey, check_doubts, check_size, check_small, doubts
from dsw_analysis.intake.files.table import Merged, RawTable, letter, make_tables
from dsw_analysis.intake.files.xls import XlsBook
from dsw_analysis.intake.files.xlsx import XlsxBook

_T = TypeVar("_T")
_Rows = list[list[Any]]


def read_workbook(
    path: Path,
    headers: Sequence[str],
    sheet: str | None = None,
    header_rows: int | None = None,
    limits: Limits = LIMITS,
) -> RawTable:
    """Read one sheet of a workbook; ``sha256`` is left empty.

    Raises
    ------
    DataError
        When the sheet or the header is not certain, the file is damaged or encrypted, or a bound is passed.
    """
    book = _open(path, limits)
    chosen = _choose(book, headers, sheet, header_rows)
    survey = book.survey(chosen)
    check_size(survey, path.name, chosen.name, limits)
    rows, merges = book.load(chosen)
    check_doubts(survey, path.name, chosen.name, limits)
    unclear = [(cell.row, cell.column, "") for cell in survey.doubtful if cell.kind == "format"]
    for row, column, value in (*survey.shown, *unclear):
        if row > len(rows) or column > len(rows[0]):
            refuse("damaged", path.name, "ตำแหน่งเซลล์ภายในไฟล์ขัดกัน ไฟล์อาจเสียหาย", RESAVE)
        rows[row - 1][column - 1] = value
    header = find_header(rows[: LOOK + DEPTH], headers, header_rows=header_rows, merges=merges)
    if header is None:
        refuse_headerless(path.name, chosen.name, rows, headers)
    below = header.first + header.depth
    cells = pd.DataFrame(_grid(rows, below), index=pd.RangeIndex(below + 1, len(rows) + 1), dtype=object)
    (table,) = make_tables(
        path,
        chosen.name,
        [cells],
        header,
        header_row=below,
        notes=_notes(book, chosen, survey, header),
        problems=doubts(survey, header.texts, path.name, chosen.name, below),
        merges=[_merged(merge, header, rows) for merge in merges if merge[0][0] >= below],
    )
    return table


class _LargeBook:
    """XLSX or XLSM: sheets are looked at one by one, and only the chosen one is loaded."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self.path = path
        self._xlsx = XlsxBook(path, limits)
        self.sheets = self._xlsx.sheets
        names = self._xlsx.archive.names()
        self.has_macros = "xl/vbaProject.bin" in names
        self.has_links = any(name.startswith("xl/externalLinks/") for name in names)

    def preview(self, sheet: Sheet) -> Sequence[Sequence[object]]:
        return self._xlsx.preview(sheet)

    def survey(self, sheet: Sheet) -> Survey:
        return self._xlsx.survey(sheet)

    def load(self, sheet: Sheet) -> tuple[_Rows, list[Merge]]:
        return _sheet_rows(_guarded(self.path, lambda: CalamineWorkbook.from_path(self.path)), sheet, self.path)


class _OdsBook:
    """ODS: calamine holds all sheets at once, so all must be small before it starts."""

    has_macros = has_links = False

    def __init__(self, path: Path, limits: Limits) -> None:
        self.path = path
        ods = OdsBook(path, limits)
        surveys = list(ods.surveys.values())
        check_small(surveys, path, limits)
        self._workbook = _guarded(path, lambda: CalamineWorkbook.from_path(path))
        self.sheets = tuple(
            Sheet(sheet.name, sheet.visible != SheetVisibleEnum.Visible) for sheet in self._workbook.sheets_metadata
        )
        if not surveys or len(self.sheets) != len(surveys):
            refuse("damaged", path.name, "รายชื่อแผ่นงานไม่ตรงกับเนื้อไฟล์ ไฟล์อาจเสียหาย", RESAVE)
        self._surveys = dict(zip(self.sheets, surveys, strict=True))

    def preview(self, sheet: Sheet) -> Sequence[Sequence[object]]:
        return _sheet_rows(self._workbook, sheet, self.path, LOOK + DEPTH)[0]

    def survey(self, sheet: Sheet) -> Survey:
        return self._surveys[sheet]

    def load(self, sheet: Sheet) -> tuple[_Rows, list[Merge]]:
        return _sheet_rows(self._workbook, sheet, self.path)[0], self._surveys[sheet].merges


_Book = _LargeBook | _OdsBook | XlsBook


def _open(path: Path, limits: Limits) -> _Book:
    suffix = path.suffix.lower()
    if suffix == ".ods":
        return _OdsBook(path, limits)
    with path.open("rb") as handle:
        if handle.read(4) != b"\xd0\xcf\x11\xe0":
            return _LargeBook(path, limits)
    book = XlsBook(path, limits)
    if suffix != ".xls":  # an encrypted .xlsx is of this kind too, and was refused as such
        refuse("wrong_type", path.name, f"นามสกุล {suffix} ไม่ตรงกับเนื้อไฟล์ ซึ่งเป็น Excel รุ่นเก่า (.xls)", RESAVE)
    return book


def _guarded(path: Path, call: Callable[[], _T]) -> _T:
    """Result of a calamine call; whatever goes wrong inside becomes a refusal."""
    try:
        return call()
    except PasswordError:
        refuse_password(path.name)
    except (CalamineError, OSError):  # an OSError too when a part ends too early
        pass
    except BaseException as error:
        # A panic of the Rust reader derives from BaseException and cannot be imported.
        if type(error).__name__ != "PanicException":
            raise
    refuse("damaged", path.name, "ไฟล์เสียหาย อ่านเนื้อหาภายในไม่ได้", RESAVE)


def _sheet_rows(
    workbook: CalamineWorkbook, sheet: Sheet, path: Path, most: int | None = None
) -> tuple[_Rows, list[Merge]]:
    """All rows (``most`` of them) from the first one on, blanks as ``""``, and the merged ranges."""
    found = _guarded(path, lambda: workbook.get_sheet_by_name(sheet.name))
    rows = _guarded(path, lambda: found.to_python(skip_empty_area=False, nrows=most))
    return rows, found.merged_cell_ranges or []


def _grid(rows: _Rows, below: int) -> npt.NDArray[np.object_]:
    grid = np.empty((len(rows) - below, len(rows[0])), dtype=object)
    if len(grid):
        grid[:] = rows[below:]
        grid[grid == ""] = None
    return grid


def _merged(merge: Merge, header: Header, rows: _Rows) -> Merged:
    (top, left), (bottom, right) = merge
    inside = top < len(rows) and left < len(rows[top])
    return Merged(
        first=top + 1,
        last=bottom + 1,
        columns=header.texts[left : right + 1] or (letter(left),),
        place=f"{letter(left)}{top + 1}:{letter(right)}{bottom + 1}",
        value=(rows[top][left] if inside else "") or None,
    )


def _choose(book: _Book, headers: Sequence[str], name: str | None, header_rows: int | None) -> Sheet:
    """Return the sheet named, or the only one that has the header."""
    file, sheets = book.path.name, book.sheets
    names = ", ".join(f"“{sheet.name}”" for sheet in sheets)
    if name is not None:
        sheets = tuple(sheet for sheet in sheets if key(sheet.name) == key(name))
        if len(sheets) != 1:
            refuse(
                "missing_sheet",
                file,
                f"ไม่พบแผ่นงาน “{name}” ในไฟล์ซึ่งมีแผ่นงาน {names}",
                f"เปลี่ยนชื่อแผ่นงานที่มีข้อมูลเป็น “{name}” แล้วส่งไฟล์ใหม่",
            )
    previews = {sheet: book.preview(sheet) for sheet in sheets}
    scores = {}
    for sheet, rows in previews.items():
        header = find_header(rows, headers, header_rows=header_rows)
        if header is not None:
            scores[sheet] = header.score
    if not scores:
        fullest = max(previews, key=lambda sheet: len(previews[sheet]))
        refuse_headerless(file, fullest.name, previews[fullest], headers)
    best = max(scores.values())
    # A sheet of explanations may have a word or two in common with the header.
    likely = [sheet for sheet, score in scores.items() if 2 * score > best]
    if len(likely) > 1:
        shown = ", ".join(f"“{sheet.name}”" + (" (ซ่อนอยู่)" if sheet.hidden else "") for sheet in likely)
        refuse(
            "several_sheets",
            file,
            f"มีหลายแผ่นงานที่มีหัวตารางตามที่กำหนด ได้แก่ {shown} จึงไม่ทราบว่าต้องใช้แผ่นงานใด",
            "คัดลอกแถวข้อมูลของทุกแผ่นงานมาต่อกันในแผ่นงานเดียวใต้หัวตารางเดียว (ลบได้เฉพาะแผ่นงานที่เป็นสำเนา) แล้วส่งไฟล์ใหม่",
        )
    return likely[0]


def _notes(book: _Book, chosen: Sheet, survey: Survey, header: Header) -> list[str]:
    notes = []
    if chosen.hidden:
        notes.append(f"แผ่นงาน “{chosen.name}” ถูกซ่อนไว้ อ่านแล้วตามปกติ")
    others = [sheet for sheet in book.sheets if sheet is not chosen]
    if others:
        shown = ", ".join(f"“{sheet.name}”" + (" (ซ่อนอยู่)" if sheet.hidden else "") for sheet in others)
        notes.append(f"ไม่ได้อ่านแผ่นงานอื่น: {shown}")
    if header.first:
        notes.append(f"ข้ามข้อความเหนือหัวตาราง {header.first:,} แถว")
    if survey.hidden_rows:
        notes.append(f"อ่านแถวที่ถูกซ่อนด้วย: {row_list(survey.hidden_rows)}")
    if survey.hidden_columns:
        shown = ", ".join(letter(number - 1) for number in survey.hidden_columns[:8])
        notes.append(f"อ่านคอลัมน์ที่ถูกซ่อนด้วย: {shown}")
    if survey.struck:
        notes.append(f"มีข้อความที่ขีดฆ่าไว้ ซึ่งไม่ได้ตัดออกจากข้อมูล: {row_list(survey.struck)}")
    if survey.comments:
        shown = ", ".join(survey.comments[:8])
        more = f" และอีก {len(survey.comments) - 8:,} เซลล์" if len(survey.comments) > 8 else ""
        notes.append(f"มีความคิดเห็น (Comment) แนบกับเซลล์ ซึ่งไม่ได้อ่าน: {shown}{more}")
    if survey.formulas:
        notes.append(f"มีเซลล์สูตร {survey.formulas:,} เซลล์ ใช้ผลลัพธ์ที่บันทึกไว้ในไฟล์")
    if book.has_macros:
        notes.append("ไฟล์มีมาโคร ไม่ได้เรียกใช้")
    if book.has_links:
        notes.append("ไฟล์มีลิงก์ไปยังไฟล์อื่น ไม่ได้เปิดตามลิงก์")
    return notes
