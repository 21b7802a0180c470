"""Where cells stand in their file, to say so in a problem."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from functools import cached_property
from typing import Final

import pandas as pd

from dsw_analysis.intake.columns import Column
from dsw_analysis.intake.files import RawTable
from dsw_analysis.intake.files.stacked import row_words
from dsw_analysis.intake.files.table import UNCERTAIN
from dsw_analysis.problems import Problem

ACTIONS = {
    "cell": "แก้ไขค่าในช่องนี้ตามรูปแบบที่กำหนด แล้วส่งไฟล์ใหม่",
    "required": "กรอกค่าให้ครบ หรือยืนยันกับเจ้าของข้อมูลว่าไม่มีค่า",
    "range": "ตรวจสอบค่ากับเอกสารต้นทางแล้วแก้ไข",
    "duplicate": "ตรวจสอบว่าแถวใดถูกต้อง แล้วลบหรือแก้ไขแถวที่ซ้ำ",
    "round": "แก้ไขวันที่ หรือย้ายแถวนี้ไปไว้ในไฟล์ของรอบที่ถูกต้อง",
    "too_many": "แก้ทั้งคอลัมน์นี้ในไฟล์ต้นฉบับ แล้วส่งไฟล์ใหม่",
    "registry": "แก้ชื่อให้ตรงกับทะเบียน หรือเพิ่มชื่อนี้ในทะเบียนก่อน แล้วส่งไฟล์ใหม่",
    "total": "ตรวจสอบว่ามีแถวข้อมูลขาดหรือเกิน หรือแก้ยอดรวมให้ตรงกับข้อมูล แล้วส่งไฟล์ใหม่",
}
"""What to do next, by the code of the problem."""
LISTED: Final = 10_000
"""Cells of one column that are named one by one for one kind of problem."""


@dataclass(frozen=True)
class Sheet:
    """A raw table, or a part of one, and its cells under the dataset's names."""

    raw: RawTable
    cells: pd.DataFrame

    @cached_property
    def uncertain(self) -> list[int]:
        """Rows of which the reader is not certain that they are records; their cells are not judged."""
        return [p.row for p in self.raw.problems if p.code == UNCERTAIN and p.row is not None]

    def named(self, column: Column) -> list[int]:
        """Rows in which the reader of the file has named a problem of this column already."""
        return [p.row for p in self.raw.problems if p.row is not None and p.column == column.header]


@dataclass
class Listing:
    """The problems of a file, listed up to :data:`LISTED` of a kind and column, and counted beyond."""

    _kinds: dict[tuple[str | None, ...], _Kind] = field(default_factory=dict)
    _whole: dict[Problem, None] = field(default_factory=dict)

    def add(
        self,
        sheet: Sheet,
        code: str,
        column: Column,
        rows: pd.Index,
        expected: str | Sequence[str],
        *,
        action: str | None = None,
    ) -> None:
        """One problem for each of the rows; ``expected`` is one text for all, or one for each.

        Beyond :data:`LISTED` rows of a kind one more problem gives the number of the others and refuses the file.
        """
        if not len(rows):
            return
        one = isinstance(expected, str)
        certain = ~rows.isin(sheet.uncertain)
        if not certain.all():
            expected = expected if one else [text for text, judged in zip(expected, certain, strict=True) if judged]
            rows = rows[certain]
        if not len(rows):
            return
        kind = self._kinds.setdefault((code, column.header, expected if one else None), _Kind())  # type: ignore[arg-type]
        listed = rows[: max(LISTED - len(kind.listed), 0)]
        texts = [str(expected)] * len(listed) if one else expected[: len(listed)]
        raw = sheet.raw
        for row, value, text in zip(listed, sheet.cells.loc[listed, column.name].tolist(), texts, strict=True):
            kind.listed.append(
                Problem(
                    code=code,
                    file=raw.file,
                    sheet=raw.sheet,
                    row=int(row),
                    column=column.header,
                    value=show(value),
                    expected=text,
                    action=action or ACTIONS[code],
                )
            )
        kind.count(rows[len(listed) :])

    def note(self, problems: Iterable[Problem], rows: pd.Index) -> None:
        """Problems named by the reader of the file; those outside the data ``rows``, in every part, count once."""
        for problem in problems:
            if problem.row is None or problem.row not in rows:
                self._whole[problem] = None
                continue
            kind = self._kinds.setdefault(("", problem.code, problem.column), _Kind())
            if len(kind.listed) < LISTED:
                kind.listed.append(problem)
            else:
                kind.count(pd.Index([problem.row]))

    def judged_rows(self) -> set[int]:
        """Rows of the problems that :meth:`add` has listed."""
        kinds = (kind for (code, *_), kind in self._kinds.items() if code)
        return {p.row for kind in kinds for p in kind.listed if p.row is not None}

    def problems(self) -> tuple[Problem, ...]:
        """All of them, sorted by row and column."""
        found = [*self._whole, *(problem for kind in self._kinds.values() for problem in kind.problems())]
        return tuple(sorted(found, key=lambda p: (p.row or 0, p.column or "", p.code)))


@dataclass
class _Kind:
    """Problems of one kind: those listed, and how many more in which rows."""

    listed: list[Problem] = field(default_factory=list)
    more: int = 0
    first: int = 0
    last: int = 0

    def count(self, rows: pd.Index) -> None:
        if len(rows):
            self.first = self.first or int(rows[0])
            self.last = int(rows[-1])
            self.more += len(rows)

    def problems(self) -> list[Problem]:
        if not self.more:
            return self.listed
        more = f"พบปัญหาลักษณะเดียวกันอีก {self.more:,} แถว ตั้งแต่{row_words(self.first)} ถึง{row_words(self.last)}"
        rest = replace(self.listed[0], code="too_many", row=None, value=None, expected=more, action=ACTIONS["too_many"])
        return [*self.listed, rest]


def show(value: object) -> str | None:
    """Cell as text, ``None`` for a blank: whole numbers without decimals, days without midnight."""
    if value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
    return str(value)
