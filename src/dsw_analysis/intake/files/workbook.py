"""Reads one sheet of a workbook of any format into a raw table; nothing in the file is run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsw_analysis.intake.files.header import Header, Merge, clean, find_header, head_rows, key, refuse_headerless
from dsw_analysis.intake.files.messages import refuse
from dsw_analysis.intake.files.ods import OdsBook
from dsw_analysis.intake.files.rows import row_list
from dsw_analysis.intake.files.survey import Sheet, Survey, check_doubts, doubts
from dsw_analysis.intake.files.table import Merged, RawTable, letter, make_tables
from dsw_analysis.intake.files.xls import XlsBook
from dsw_analysis.intake.files.xlsx import XlsxBook

Book = OdsBook | XlsBook | XlsxBook


def read_workbook(
    path: Path,
    headers: Sequence[str],
    sheet: str | None = None,
    *,
    stack: Sequence[str] = (),
    header_row: int | None = None,
    stop_at: str | None = None,
) -> RawTable:
    """Read one sheet of a workbook; ``sha256`` is left empty.

    ``stack`` are all sheets that are read; the other parameters are those of
    :func:`dsw_analysis.intake.files.read_parts`.

    Raises
    ------
    DataError
        When the sheet or the header is not certain, the file is damaged or encrypted, or a bound is passed.
    """
    book = _open(path)
    chosen = _choose(book, headers, sheet, header_row)
    rows, survey = book.load(chosen)
    check_doubts(survey, path.name, chosen.name)
    unclear = [(cell.row, cell.column, "") for cell in survey.doubtful if cell.kind == "cell_format"]
    for row, column, value in (*survey.shown, *unclear):
        if row > len(rows) or column > len(rows[0]):
            refuse("damaged.places", path.name)
        rows[row - 1][column - 1] = value
    header = find_header(rows[: head_rows(header_row)], headers, survey.merges, header_row)
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
        notes=_notes(book, chosen, survey, header, stack),
        problems=doubts(survey, header, path.name, chosen.name),
        merges=[_merged(merge, header, rows) for merge in survey.merges if merge[0][0] >= below],
        stop_at=stop_at,
    )
    return table


def _open(path: Path) -> Book:
    suffix = path.suffix.lower()
    if suffix == ".ods":
        return OdsBook(path)
    with path.open("rb") as handle:
        if handle.read(4) != b"\xd0\xcf\x11\xe0":
            return XlsxBook(path)
    book = XlsBook(path)
    if suffix != ".xls":  # an encrypted .xlsx is of this kind too, and was refused as such
        refuse("wrong_type.old", path.name, suffix=suffix)
    return book


def _grid(rows: Sequence[Sequence[object]], below: int) -> npt.NDArray[np.object_]:
    grid = np.empty((len(rows) - below, len(rows[0])), dtype=object)
    if len(grid):
        grid[:] = rows[below:]
        grid[grid == ""] = None
    return grid


def _merged(merge: Merge, header: Header, rows: Sequence[Sequence[object]]) -> Merged:
    (top, left), (bottom, right) = merge
    inside = top < len(rows) and left < len(rows[top])
    return Merged(
        first=top + 1,
        last=bottom + 1,
        columns=header.texts[left : right + 1] or (letter(left),),
        place=f"{letter(left)}{top + 1}:{letter(right)}{bottom + 1}",
        value=(rows[top][left] if inside else "") or None,
    )


def look_at_workbook(path: Path, rows: int) -> dict[str | None, list[list[object]]]:
    """The first rows of every sheet that is not hidden, as they are stored."""
    book = _open(path)
    return {sheet.name: list(book.load(sheet)[0][:rows]) for sheet in book.sheets if not sheet.hidden}


def _choose(book: Book, headers: Sequence[str], name: str | None, header_row: int | None) -> Sheet:
    """Return the sheet named, or the only one that has the header."""
    file, sheets = book.path.name, book.sheets
    if name is not None:
        sheets = tuple(sheet for sheet in sheets if key(sheet.name) == key(name))
        if len(sheets) != 1:
            names = ", ".join(f"“{sheet.name}”" for sheet in book.sheets)
            refuse("missing_sheet", file, name=name, names=names)
        if header_row is not None:
            return sheets[0]
    previews = {sheet: book.preview(sheet) for sheet in sheets}
    found = {sheet: find_header(rows, headers) for sheet, rows in previews.items()}
    scores = {sheet: header.score for sheet, header in found.items() if header is not None}
    if not scores:
        fullest = max(previews, key=lambda sheet: len(previews[sheet]))
        refuse_headerless(file, fullest.name, previews[fullest], headers)
    # A sheet of explanations may have a word or two in common with the header.
    likely = [sheet for sheet, score in scores.items() if 2 * score > max(scores.values())]
    if len(likely) > 1 and all(_is_form(previews[sheet], headers) for sheet in likely):
        refuse("transposed_table.sheets", file, names=_names(likely))
    if len(likely) > 1:
        refuse("several_sheets", file, names=_names(likely))
    return likely[0]


def _is_form(rows: Sequence[Sequence[object]], headers: Sequence[str]) -> bool:
    """Whether headers stand below each other in one of the first columns, as on a form for one unit."""
    wanted = set(map(key, headers))
    down = [{key(clean(row[at])) for row in rows if len(row) > at} & wanted for at in range(2)]
    return max(map(len, down)) > 1


def _names(sheets: Sequence[Sheet]) -> str:
    return ", ".join(f"“{sheet.name}”" + (" (ซ่อนอยู่)" if sheet.hidden else "") for sheet in sheets)


def _notes(book: Book, chosen: Sheet, survey: Survey, header: Header, stack: Sequence[str]) -> list[str]:
    notes = []
    if chosen.hidden:
        notes.append(f"แผ่นงาน “{chosen.name}” ถูกซ่อนไว้ อ่านแล้วตามปกติ")
    others = [sheet for sheet in book.sheets if sheet is not chosen and sheet.name not in stack]
    if others:
        notes.append(f"ไม่ได้อ่านแผ่นงานอื่น: {_names(others)}")
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
