"""What both kinds of source end in: a raw frame without blank rows, totals and repeated headers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

import pandas as pd

from dsw_analysis.intake.files.header import Header, key
from dsw_analysis.intake.files.limits import LIMITS, refuse
from dsw_analysis.intake.files.rows import Doubt, Sorted, sort_parts
from dsw_analysis.problems import Problem

UNCERTAIN: Final = "uncertain_row"
"""Code of the problem of a row that may be no record."""
ERRORS: Final = (
    "#N/A",
    "#REF!",
    "#VALUE!",
    "#DIV/0!",
    "#NAME?",
    "#NUM!",
    "#NULL!",
    "#SPILL!",
    "#CALC!",
    "#GETTING_DATA",
)


@dataclass(frozen=True)
class Merged:
    """Merged cells: first and last spreadsheet row, names of the columns, the range (``B4:B9``), and what it shows."""

    first: int
    last: int
    columns: tuple[str, ...]
    place: str
    value: object


@dataclass(frozen=True)
class RawTable:
    """One table as it stands in its file, nothing interpreted; or some rows of it, where a file is read in parts.

    Attributes
    ----------
    path, file, sheet:
        Where it came from; ``file`` is the name shown to people, ``sheet`` is ``None`` for text files.
    frame:
        One column per header, in file order, named by the flattened header texts; blank cells are NaN or
        ``None``, all others ``str`` (text files) or what the workbook holds (``str``, ``int``, ``float``, ``bool``,
        ``datetime`` …). The index, named ``row``, is the row number that a spreadsheet program shows.
    sha256:
        Hex digest of the file's bytes.
    totals:
        Totals rows (``รวม``, ``รวมทั้งสิ้น``, ``Total`` …) and headings of groups, kept out of ``frame``; same columns and
        index.
    problems:
        Problems of single rows, cells or columns, which did not prevent reading.
    notes:
        Thai sentences: what was skipped, what was hidden, which encoding was found.
    merges:
        Merged ranges below the header, as they stand in the file.
    """

    path: Path
    file: str
    sheet: str | None
    frame: pd.DataFrame
    sha256: str
    totals: pd.DataFrame
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    merges: tuple[Merged, ...] = ()


def letter(column: int) -> str:
    """Letters of a column as spreadsheet programs show them: ``0`` is ``A``, ``26`` is ``AA``."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def make_tables(
    path: Path,
    sheet: str | None,
    parts: Iterable[pd.DataFrame],
    header: Header,
    *,
    header_row: int,
    notes: Iterable[str] = (),
    problems: Iterable[Problem] = (),
    merges: Iterable[Merged] = (),
) -> Iterator[RawTable]:
    """Put a table together from everything below its header, part by part.

    Parameters
    ----------
    parts:
        Columns numbered from 0, index the spreadsheet rows, blanks missing; one part or several.
    header_row:
        Spreadsheet row of the header's last line.
    notes, problems:
        What the reader has found so far.
    merges:
        Merged ranges below the header.

    Yields
    ------
    RawTable
        With ``sha256`` left empty; the notes are complete in the last.
    """
    file = path.name
    given = tuple(problems)
    count = 0
    for sorted_ in sort_parts(parts, header):
        known = [problem for problem in given if problem.row not in sorted_.left_out]
        places = {(problem.row, problem.column) for problem in known}
        count += len(sorted_.doubts)
        if count > LIMITS.ragged_rows:
            _refuse_doubts(file, sheet, sorted_)
        known += [_doubt_problem(file, sheet, row, doubt, header) for row, doubt in sorted_.doubts.items()]
        data, errors = blank_errors(sorted_.data, header, file=file, sheet=sheet)
        frame, totals, odd = name_columns(data, sorted_.totals, header, file=file, sheet=sheet, row=header_row)
        new = [problem for problem in errors if (problem.row, problem.column) not in places]
        yield RawTable(
            path, file, sheet, frame, "", totals, (*known, *odd, *new), (*notes, *sorted_.notes), tuple(merges)
        )


def _doubt_problem(file: str, sheet: str | None, row: int, doubt: Doubt, header: Header) -> Problem:
    named = header.texts[doubt.place] if doubt.place < len(header.texts) else ""
    return Problem(
        code=UNCERTAIN,
        file=file,
        sheet=sheet,
        row=row,
        column=named or letter(doubt.place),
        value=doubt.text[:120],
        expected=doubt.reason,
        action="ถ้าเป็นข้อมูล ให้กรอกรหัสและช่องอื่นของแถวให้ครบ ถ้าเป็นยอดรวม หัวข้อ หมายเหตุ หรือช่องลงชื่อ ให้ลบแถวนี้ แล้วส่งไฟล์ใหม่",
    )


def _refuse_doubts(file: str, sheet: str | None, sorted_: Sorted) -> NoReturn:
    row, doubt = next(iter(sorted_.doubts.items()))
    refuse(
        "uncertain_rows",
        file,
        f"มีแถวที่ไม่แน่ใจว่าเป็นข้อมูลเกิน {LIMITS.ragged_rows:,} แถว เช่นแถวนี้ ({doubt.reason})",
        "ให้ทุกแถวของข้อมูลมีรหัสแบบเดียวกัน และลบหัวข้อ หมายเหตุ และช่องลงชื่อที่คั่นอยู่ แล้วส่งไฟล์ใหม่",
        sheet=sheet,
        row=row,
        value=doubt.text[:120],
    )


def name_columns(
    cells: pd.DataFrame, totals: pd.DataFrame, header: Header, *, file: str, sheet: str | None, row: int
) -> tuple[pd.DataFrame, pd.DataFrame, tuple[Problem, ...]]:
    """Name the columns; drop those without both header and data; flag unnamed and duplicate ones.

    ``row`` is the spreadsheet row of the header's last line.
    """
    texts = [*header.texts, *[""] * (cells.shape[1] - len(header.texts))]
    kept, names, problems = [], [], []
    for i, text in enumerate(texts[: cells.shape[1]]):
        if text:
            kept.append(i)
            names.append(text)
        elif cells[i].notna().any():
            kept.append(i)
            names.append(f"(ไม่มีหัวคอลัมน์ {letter(i)})")
            problems.append(
                Problem(
                    code="unnamed_column",
                    file=file,
                    sheet=sheet,
                    row=row,
                    column=letter(i),
                    expected="มีข้อมูลแต่ไม่มีหัวคอลัมน์",
                    action="ใส่หัวคอลัมน์ตามแม่แบบ หรือลบข้อมูลในคอลัมน์นี้ถ้าไม่ใช้",
                )
            )
    places: dict[str, list[int]] = {}
    for i in kept:
        if texts[i]:
            places.setdefault(key(texts[i]), []).append(i)
    problems += [
        Problem(
            code="duplicate_column",
            file=file,
            sheet=sheet,
            row=row,
            column=texts[same[0]],
            expected=f"หัวคอลัมน์ซ้ำกัน {len(same)} คอลัมน์ ({', '.join(map(letter, same))}) ต้องมีเพียงคอลัมน์เดียว",
            action="ลบหรือเปลี่ยนชื่อคอลัมน์ที่ซ้ำให้เหลือคอลัมน์เดียว แล้วส่งไฟล์ใหม่",
        )
        for same in places.values()
        if len(same) > 1
    ]
    frames = []
    for frame in (cells, totals):
        named = frame[kept]
        named.columns = pd.Index(names, dtype=object)
        named.index.name = "row"
        frames.append(named)
    return frames[0], frames[1], tuple(problems)


def blank_errors(
    cells: pd.DataFrame, header: Header, *, file: str, sheet: str | None
) -> tuple[pd.DataFrame, list[Problem]]:
    """Turn written-out spreadsheet errors (``#N/A`` …) into blanks and problems."""
    problems = []
    for i in range(cells.shape[1]):
        if cells[i].dtype != object and not isinstance(cells[i].dtype, pd.StringDtype):
            continue
        wrong = cells[i].isin(ERRORS).to_numpy()
        if wrong.any():
            column = header.texts[i] if i < len(header.texts) else letter(i)
            found = cells[i][wrong]
            problems += [
                error_problem(file, sheet, row, column or letter(i), value)
                for row, value in zip(found.index.tolist(), found, strict=True)
            ]
            cells = cells.copy(deep=False)
            cells[i] = cells[i].mask(wrong)
    return cells, problems


def error_problem(file: str, sheet: str | None, row: int, column: str, value: str) -> Problem:
    """Problem of a cell that holds a spreadsheet error."""
    return Problem(
        code="error_cell",
        file=file,
        sheet=sheet,
        row=row,
        column=column,
        value=value,
        expected="เซลล์มีค่าความผิดพลาดของสูตร ไม่ใช่ข้อมูล",
        action="แก้สูตรหรือพิมพ์ค่าที่ถูกต้องแทน",
    )
