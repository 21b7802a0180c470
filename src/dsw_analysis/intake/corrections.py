"""Corrections: cells that people have corrected, changed when a file is loaded and never in the file itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import pandas as pd

from dsw_analysis.intake.columns import Column, Schema
from dsw_analysis.intake.files import RawTable
from dsw_analysis.intake.files.header import key as header_key
from dsw_analysis.intake.files.messages import problem
from dsw_analysis.intake.files.table import UNCERTAIN
from dsw_analysis.intake.hints import DASHES
from dsw_analysis.intake.parsing import parse_column
from dsw_analysis.intake.sheet import show
from dsw_analysis.intake.source import PART_ROWS, source_of
from dsw_analysis.intake.thai import normalise
from dsw_analysis.intake.thai.places import suggestion
from dsw_analysis.problems import Problem

CORRECTIONS: Final = "corrections"
"""Id of the dataset of corrections, and stem of its file."""


@dataclass(frozen=True, kw_only=True)
class Correction:
    """One row of the file: which cell holds what, what it should hold, why, and who says so when.

    ``at`` is its own row; ``column`` the corrected column as the dataset has it; texts are as they were written.
    """

    at: int
    row: int
    record: str | None
    column: Column
    old: str | None
    new: str | None

    @property
    def is_change(self) -> bool:
        """Whether the new value is another than the old one."""
        return not _same(self.column, self.old, self.new)


@dataclass
class Corrections:
    """The corrections of a dataset's file, put into its cells while its parts go by.

    Attributes
    ----------
    file, sheet, read:
        Where they stand, and name -> hash of that file; empty without one.
    listed:
        What they say, as the report lists it; ``name`` is that of the column.
    """

    dataset: Schema
    file: str = ""
    sheet: str | None = None
    read: Mapping[str, str] = field(default_factory=dict)
    listed: list[dict[str, Any]] = field(default_factory=list)
    _by_row: dict[int, list[Correction]] = field(default_factory=dict)
    _wrong: dict[int, Problem] = field(default_factory=dict)
    _seen: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, dataset: Schema, frame: pd.DataFrame, parts: Sequence[str] = ()) -> Corrections:
        """Those of a dataset, which may be in parts, among all of a round, as they were loaded from their file."""
        own = frame[frame["dataset"] == dataset.id]
        source = source_of(frame)
        made = cls(dataset, source.file, source.dataset.sheet, {source.file: source.sha256})
        known = {header_key(column.header): column for column in dataset.columns}
        cells: dict[tuple[int, str], int] = {}
        for place, cells_there in own.astype(object).where(own.notna(), None).iterrows():
            at, given = int(str(place)), {str(name): cell for name, cell in cells_there.items()}
            column = known.get(header_key(given["column"]))
            if column is None:
                near = suggestion("หัวคอลัมน์", given["column"], [c.header for c in dataset.columns], cutoff=0.5)
                made._refuse("correction.column", at, "column", given["column"], title=dataset.title, near=near)
                continue
            number = made._number(at, given["part"], parts)
            if number is None:
                continue
            given["row"] = int(given.pop("file_row"))
            given["index"] = number * PART_ROWS + given["row"]
            one = Correction(at=at, column=column, **{name: given[name] for name in ("row", "record", "old", "new")})
            other = cells.setdefault((given["index"], column.name), at)
            if other != at:
                made._refuse("correction.twice", at, "column", given["column"], other=other)
            elif not one.is_change:
                made._refuse("correction.nothing", at, "new", one.new)
            else:
                made._by_row.setdefault(given["index"], []).append(one)
                said = {"column": column.header, "corrected_on": given["corrected_on"].date().isoformat()}
                made.listed.append({**given, **said, "name": column.name})
        return made

    def part(self, number: int) -> Corrections:
        """Those of one part, by its own rows."""
        own = {index % PART_ROWS: found for index, found in self._by_row.items() if index // PART_ROWS == number}
        listed = [one for one in self.listed if one["index"] // PART_ROWS == number]
        self._seen.update(one.at for several in own.values() for one in several)
        return replace(self, listed=listed, _by_row=own, _wrong={}, _seen=set())

    def _number(self, at: int, part: str | None, parts: Sequence[str]) -> int | None:
        """Number of the part that is meant, 0 of a dataset in one file; ``None``, and a problem, if there is none."""
        known = {header_key(said): n for n, name in enumerate(parts) for said in (name, name.partition("/")[2])}
        if part is None and not parts:
            return 0
        if part is None or header_key(part) not in known:
            names = [name.partition("/")[2] for name in parts]
            near = suggestion("ไฟล์ย่อย", part or "", names, cutoff=0.5) if part and names else ""
            self._refuse("correction.part", at, "part", part, title=self.dataset.title, near=near)
            return None
        return known[header_key(part)]

    def apply(self, raw: RawTable, cells: pd.DataFrame) -> tuple[RawTable, pd.DataFrame]:
        """A table and its cells under the dataset's names, with the corrected values in the rows that it has."""
        if not self._by_row:
            return raw, cells
        doubtful = {
            (p.row, header_key(p.column)): p for p in raw.problems if p.row and p.column and p.code != UNCERTAIN
        }
        changed: dict[str, dict[int, str | None]] = {}
        mended = set()
        for row in [row for row in self._by_row if row in cells.index]:
            for one in self._by_row[row]:
                doubt = doubtful.get((row, header_key(one.column.header)))
                if one.column.name in cells and self._holds(one, raw, cells, doubt):
                    changed.setdefault(one.column.name, {})[row] = one.new
                    mended.add(doubt)
        cells = cells.assign(**{name: _with(cells[name], values) for name, values in changed.items()})
        return replace(raw, problems=tuple(p for p in raw.problems if p not in mended)), cells

    def undone(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Typed rows as they were before, for what the file itself sums up; what was unreadable is blank."""
        for row in [row for row in self._by_row if row in frame.index]:
            for one in self._by_row[row]:
                if one.column.kind in ("integer", "number"):
                    old = parse_column(pd.Series([one.old], dtype=object), one.column).values
                    frame = frame.assign(**{one.column.name: frame[one.column.name].where(frame.index != row, old[0])})
        return frame

    def finish(self, file: str) -> tuple[Problem, ...]:
        """What is wrong with them, once the whole ``file`` has gone by."""
        for row, several in self._by_row.items():
            for one in several:
                if one.at not in self._seen:
                    self._refuse("correction.row", one.at, "row", str(row), file=file)
        return tuple(self._wrong[at] for at in sorted(self._wrong))

    def _holds(self, one: Correction, raw: RawTable, cells: pd.DataFrame, doubt: Problem | None) -> bool:
        """Whether the file holds at its place what the correction says; if not, that is a problem."""
        self._seen.add(one.at)
        there: dict[str, Any] = {"file": raw.file, "row_there": one.row}
        key = next((column for column in self.dataset.columns if column.unique), None)
        if key is not None and key.name in cells:
            found = cells.at[one.row, key.name]
            if one.record is None:
                self._refuse("correction.no_record", one.at, "record", None, header=key.header)
                return False
            if not _same(key, found, one.record):
                self._refuse("correction.record", one.at, "record", one.record, found=_said(found), **there)
                return False
        held = [cells.at[one.row, one.column.name], *([doubt.value] if doubt is not None else [])]
        if not any(_same(one.column, cell, one.old) for cell in held):
            self._refuse("correction.old", one.at, "old", one.old, found=_said(held[-1]), **there)
            return False
        return True

    def _refuse(self, name: str, at: int, column: str, value: str | None, **words: Any) -> None:  # noqa: ANN401
        header = _HEADERS[column]
        self._wrong[at] = problem(name, self.file, sheet=self.sheet, row=at, column=header, value=value, **words)


_HEADERS: Final = {
    "part": "ไฟล์ย่อย",
    "column": "คอลัมน์",
    "row": "แถวที่",
    "record": "รหัสของแถว",
    "old": "ค่าเดิม",
    "new": "ค่าใหม่",
}


def _same(column: Column, one: object, other: object) -> bool:
    """Whether two cells say the same: by their texts, or by what the column reads in them."""
    texts = [_text(column, cell) for cell in (one, other)]
    if texts[0] == texts[1]:
        return True
    if None in texts:
        return False
    parsed = parse_column(pd.Series([one, other], dtype=object), column)
    return not len(parsed.refused) and bool(parsed.values.iloc[0] == parsed.values.iloc[1])


def _text(column: Column, cell: object) -> str | None:
    text = normalise(show(cell) or "").strip()
    return None if not text.strip(DASHES + " ") or text in column.missing_values else text


def _said(cell: object) -> str:
    return "ค่าว่าง" if (text := show(cell)) is None else f"“{text}”"


def _with(cells: pd.Series, values: Mapping[int, str | None]) -> pd.Series:
    """Cells, of whatever type, with texts in some rows."""
    if cells.dtype == "datetime64[s]":  # dates of a Parquet file, which are no time stamps
        cells = cells.dt.date
    cells = cells.astype(object)
    cells.loc[list(values)] = list(values.values())
    return cells
