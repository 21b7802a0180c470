"""Who was asked: a registry makes shares of the answers a census, or gives them an interval and a response rate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dsw_analysis.findings.finding import CENSUS
from dsw_analysis.findings.measures.filters import Where, select
from dsw_analysis.intake.source import source_of
from dsw_analysis.problems import DataError, Problem
from dsw_analysis.statistics import Interval, exact_finite, wilson_finite

FINITE: Mapping[str, Callable[..., Interval]] = {"exact_finite": exact_finite, "wilson_finite": wilson_finite}
"""Intervals for a population of known size, by name."""

SILENT = "ช่วงความเชื่อมั่นถือว่าหน่วยที่ยังไม่มีข้อมูลไม่ต่างจากหน่วยที่มีข้อมูล"

NAMELESS = ("ไม่ระบุชื่อหน่วย จึงนับเป็นประชากรไม่ได้", "ระบุชื่อหน่วยในแถวนี้ หรือลบแถวนี้หากไม่ใช่หน่วย")
TWICE = ("มีอยู่แล้วในแถวก่อนหน้า ถ้านับซ้ำจำนวนประชากรจะเกินจริง", "ตรวจสอบว่าเป็นหน่วยเดียวกันหรือไม่ แล้วลบแถวที่ซ้ำหรือแก้ไขชื่อ")
"""What is wrong with a row of a registry, and what to do."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Registry:
    """Everybody who was asked: one row a unit. Shares of the answers become a census or get an interval.

    If all units of the base are on file the share is a census, without sampling error. If some are missing the
    interval is that of a sample from a population of this size, which takes those who are silent to be like those who
    answered; a note says so.

    Attributes
    ----------
    units:
        Loaded frame, one row a unit asked. Columns that the answers have too (strata) must agree.
    key:
        Column that names a unit in both frames.
    interval:
        ``"exact_finite"`` or ``"wilson_finite"``.
    """

    units: pd.DataFrame
    key: str
    interval: str = "exact_finite"

    def __post_init__(self) -> None:
        """Refuse unknown intervals, and a registry whose rows are not one unit each: its size would be wrong.

        Raises
        ------
        ValueError
            If the interval is none of :data:`FINITE`.
        DataError
            With one problem for each row without a unit and each that names one again.
        """
        if self.interval not in FINITE:
            raise ValueError(f"interval {self.interval!r} is none of {', '.join(FINITE)}")
        blank = self.units[self.key].isna()
        twice = self.units[self.key].duplicated() & ~blank
        _refuse(self.units, [(self.key, blank, *NAMELESS), (self.key, twice, *TWICE)])

    def check(self, answers: pd.DataFrame) -> None:
        """Refuse answers of units that are not on the registry, answer twice or stand there with other strata.

        Raises
        ------
        DataError
            With one problem for each cell.
        """
        title = source_of(self.units).dataset.title
        listed = self.units.set_index(self.key)
        unknown = ~answers[self.key].isin(listed.index)
        twice = answers[self.key].duplicated() & ~unknown
        wrong = [(self.key, unknown, f"ไม่พบใน{title}"), (self.key, twice, "ตอบแล้วในแถวก่อนหน้า")]
        for column in listed.columns.intersection(answers.columns):
            there = answers[self.key].map(listed[column].astype(object))
            differs = ~unknown & (answers[column].astype(object) != there) & there.notna()
            wrong.append((column, differs, f"ไม่ตรงกับ{title}"))
        mend = f"ตรวจสอบแถวนี้กับ{title} แล้วแก้ไขรายการที่ไม่ตรง"
        _refuse(answers, [(*cells, mend) for cells in wrong])

    def judge(self, k: int, n: int, where: Where) -> dict[str, Any]:
        """Interval, method, population and note of ``k`` of ``n`` answers that meet ``where``.

        The columns of ``where`` must be on the registry.
        """
        population = int(select(self.units, where).sum())
        if n in (0, population):
            return {"population": population} | ({"method": CENSUS} if n else {})
        limits = FINITE[self.interval](k, n, population)
        parts = {"low": 100 * limits.low, "high": 100 * limits.high, "method": limits.method}
        return {"population": population, "note": SILENT, **parts}


def _refuse(frame: pd.DataFrame, wrong: list[tuple[str, Any, str, str]]) -> None:
    """Raise every problem of (column, rows concerned, what is wrong, what to do)."""
    source = source_of(frame)
    problems = []
    for name, at, why, mend in wrong:
        column = source.dataset[name]
        problems += [
            Problem(
                code="not_as_registered",
                file=source.file,
                sheet=source.dataset.sheet,
                row=int(row),
                column=column.header,
                value=None if pd.isna(value) else column.label(str(value)),
                expected=why,
                action=mend,
            )
            for row, value in frame.loc[at, name].items()
        ]
    if problems:
        raise DataError(problems)
