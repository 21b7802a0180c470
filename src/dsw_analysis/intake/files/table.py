"""What both kinds of source end in: a raw frame without blank rows, totals and repeated headers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from dsw_analysis.intake.files.header import Header, clean, key
from dsw_analysis.intake.files.limits import LIMITS
from dsw_analysis.intake.files.messages import problem, refuse
from dsw_analysis.intake.files.rows import sort_parts
from dsw_analysis.problems import Problem

UNCERTAIN: Final = "uncertain_row"
"""Code of the problem of a row that may be no record."""
_ERRORS: Final = frozenset("#N/A #REF! #VALUE! #DIV/0! #NAME? #NUM! #NULL! #SPILL! #CALC! #GETTING_DATA".split())


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
    titles:
        Texts above the header.
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
    titles: frozenset[str] = frozenset()


def letter(column: int) -> str:
    """Letters of a column as spreadsheet programs show them: ``0`` is ``A``, ``26`` is ``AA``."""
    return "" if column < 0 else letter(column // 26 - 1) + chr(65 + column % 26)


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
    stop_at: str | None = None,
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
    stop_at:
        Text of a cell: its row and all below are left out unread.

    Yields
    ------
    RawTable
        With ``sha256`` left empty; the notes are complete in the last.
    """
    file = path.name
    given = tuple(problems)
    count = 0
    until = _Until(stop_at)
    for part in sort_parts(parts if stop_at is None else until.parts(parts), header):
        known = [found for found in given if found.row not in part.left_out and until.holds(found.row)]
        places = {(found.row, found.column) for found in known}
        count += len(part.doubts)
        for row, doubt in part.doubts.items():
            column, value = column_name(header, doubt.place), doubt.text[:120]
            if count > LIMITS.ragged_rows:
                refuse("uncertain_rows", file, sheet=sheet, row=row, value=value, reason=doubt.reason)
            known.append(
                problem(UNCERTAIN, file, sheet=sheet, row=row, column=column, value=value, reason=doubt.reason)
            )
        data, errors = _blank_errors(part.data, header, file, sheet)
        names, odd = _name_columns(data, header, file, sheet, header_row)
        known += [*odd, *(found for found in errors if (found.row, found.column) not in places)]
        frame, totals = (_named(cells, names) for cells in (data, part.totals))
        said = (*notes, *part.notes, *until.notes())
        yield RawTable(path, file, sheet, frame, "", totals, tuple(known), said, tuple(merges), header.titles)


@dataclass
class _Until:
    """The parts of a table up to the row in which a text stands in a cell."""

    text: str | None
    row: int | None = None

    def parts(self, parts: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        """They, the last cut."""
        for cells in parts:
            found = np.zeros(len(cells), dtype=bool)
            for name in cells.columns:
                found |= np.fromiter((clean(cell) == self.text for cell in cells[name]), bool, len(cells))
            if found.any():
                at = int(found.argmax())
                self.row = int(cells.index[at])
                yield cells.iloc[:at]
                return
            yield cells

    def holds(self, row: int | None) -> bool:
        """Whether a row, or the whole table, is not below."""
        return row is None or self.row is None or row < self.row

    def notes(self) -> Iterator[str]:
        """What was left out, in Thai."""
        if self.row is not None:
            yield f"ไม่ได้อ่านตั้งแต่แถวที่ {self.row} ที่มีข้อความ “{self.text}” ลงไป"


def column_name(header: Header, place: int) -> str:
    """Text of a column's header, or its letter."""
    return (header.texts[place] if place < len(header.texts) else "") or letter(place)


def _name_columns(
    cells: pd.DataFrame, header: Header, file: str, sheet: str | None, row: int
) -> tuple[dict[int, str], list[Problem]]:
    """Names of the columns that have a header or data; problems of unnamed and duplicate ones in ``row``."""
    names: dict[int, str] = {}
    problems = []
    places: dict[str, list[int]] = {}
    for i in range(cells.shape[1]):
        if text := header.texts[i] if i < len(header.texts) else "":
            names[i] = text
            places.setdefault(key(text), []).append(i)
        elif cells[i].notna().any():
            names[i] = f"(ไม่มีหัวคอลัมน์ {letter(i)})"
            problems.append(problem("unnamed_column", file, sheet=sheet, row=row, column=letter(i)))
    for same in places.values():
        if len(same) > 1:
            words: dict[str, Any] = {"count": len(same), "letters": ", ".join(map(letter, same))}
            problems.append(problem("duplicate_column", file, sheet=sheet, row=row, column=names[same[0]], **words))
    return names, problems


def _named(cells: pd.DataFrame, names: dict[int, str]) -> pd.DataFrame:
    named = cells.copy(deep=False) if len(names) == cells.shape[1] else cells[list(names)]
    named.columns = pd.Index(list(names.values()), dtype=object)
    named.index.name = "row"
    return named


def _blank_errors(
    cells: pd.DataFrame, header: Header, file: str, sheet: str | None
) -> tuple[pd.DataFrame, list[Problem]]:
    """Turn written-out spreadsheet errors (``#N/A`` …) into blanks and problems."""
    problems = []
    for i in range(cells.shape[1]):
        column = cells[i]
        if column.dtype == object:
            wrong = np.array([cell in _ERRORS for cell in column.tolist()], dtype=bool)
        elif isinstance(column.dtype, pd.StringDtype):
            wrong = column.isin(_ERRORS).to_numpy()
        else:
            continue
        if wrong.any():
            at = partial(problem, "error_cell", file, sheet=sheet, column=column_name(header, i))
            rows = zip(cells.index[wrong].tolist(), column[wrong], strict=True)
            problems += [at(row=row, value=value) for row, value in rows]
            cells = cells.copy(deep=False)
            cells[i] = column.mask(wrong)
    return cells, problems
