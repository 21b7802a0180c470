"""Shares: percentages with their base and what was left out of it; who was asked, which brings census or interval."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsw_analysis.findings.disclosure import Facts
from dsw_analysis.findings.finding import CENSUS, Finding
from dsw_analysis.findings.measures.base import UNDEFINED, Measure
from dsw_analysis.findings.measures.filters import BLANK, FILLED, Where, select
from dsw_analysis.intake.columns import Schema
from dsw_analysis.intake.provenance import weakest
from dsw_analysis.intake.source import source_of
from dsw_analysis.problems import DataError, Problem
from dsw_analysis.statistics.common import Interval
from dsw_analysis.statistics.shares import exact_finite, wilson_finite

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
                file=file,
                sheet=source.dataset.sheet,
                row=row,
                column=column.header,
                value=None if pd.isna(value) else column.label(str(value)),
                expected=why,
                action=mend,
            )
            for index, value in frame.loc[at, name].items()
            for file, row in [source.place_of(int(index))]
        ]
    if problems:
        raise DataError(problems)


class State(IntEnum):
    """What a row is to a share."""

    OUTSIDE = 0
    MISSING = 1
    NOT_APPLICABLE = 2
    REFUSED = 3
    NO = 4
    YES = 5


@dataclass(frozen=True, kw_only=True)
class Share(Measure):
    """Percentage of the rows in ``where`` that also meet ``counted``: 100 k / n.

    A row whose ``counted`` cells are blank cannot be judged: it leaves the base and is counted as missing, unless
    ``counted`` itself asks whether the cell is filled. So does one whose code is no answer (``missing_codes`` of the
    column), counted as not applicable or refused. A share of nothing is undefined.

    Called with the frame alone, the rows are taken for the complete record and there is no interval. A
    :class:`Registry` as second argument says who was asked, and brings census or interval.
    """

    counted: Where

    discloses = "share"

    def __call__(self, frame: pd.DataFrame, drawn: Registry | None = None) -> Finding:
        """Work out the share.

        Raises
        ------
        DataError
            If a row is not as registered.
        """
        if drawn is not None:
            drawn.check(frame)
        return self.finding(frame, np.bincount(self.states(frame), minlength=len(State)), drawn)

    def states(self, frame: pd.DataFrame) -> npt.NDArray[np.int8]:
        """State of each row, in the order of the frame."""
        dataset = source_of(frame).dataset
        base = select(frame, self.where).to_numpy()
        states = np.where(base, np.int8(State.NO), np.int8(State.OUTSIDE))
        for name, wanted in self.counted.items():
            if wanted in (FILLED, BLANK):
                continue
            states[base & frame[name].isna().to_numpy()] = State.MISSING
            asked = wanted if isinstance(wanted, tuple) else (wanted,)
            for code, why in dataset[name].missing_codes.items():
                if code not in asked:
                    states[(states == State.NO) & (frame[name] == code).to_numpy()] = State[why.upper()]
        states[(states == State.NO) & select(frame, self.counted).to_numpy()] = State.YES
        return states

    def finding(self, frame: pd.DataFrame, tally: npt.NDArray[np.int64], drawn: Registry | None = None) -> Finding:
        """The share from the number of rows in each state; not applicable and refused only where there are any."""
        k, n = int(tally[State.YES]), int(tally[State.YES] + tally[State.NO])
        parts = _parts(k, n) | ({} if drawn is None else drawn.judge(k, n, self.where))
        return self._finding(
            frame,
            counted=self.counted,
            facts=Facts(service=self._is_service(source_of(frame).dataset)),
            **parts | ({} if n else {"note": UNDEFINED}),
            missing=int(tally[State.MISSING]),
            not_applicable=int(tally[State.NOT_APPLICABLE]) or None,
            refused=int(tally[State.REFUSED]) or None,
        )

    def _is_service(self, dataset: Schema) -> bool:
        """Whether it asks only if cells are filled of which that says nothing of a person."""
        return all(name in dataset.service and wanted in (FILLED, BLANK) for name, wanted in self.counted.items())


@dataclass(frozen=True, kw_only=True)
class ResponseRate(Measure):
    """Units on the registry that are in the answers, in per cent of all units on it that meet ``where``.

    By stratum with ``by("kind", ResponseRate(...))(answers, registry)``; the stratum must be on the registry.
    """

    discloses = "share"

    def __call__(self, frame: pd.DataFrame, drawn: Registry) -> Finding:
        """Count who has answered; undefined if nobody was asked.

        Raises
        ------
        DataError
            If a row is not as registered.
        """
        drawn.check(frame)
        units = drawn.units[select(drawn.units, self.where)]
        answered = int(units[drawn.key].isin(frame[drawn.key]).sum())
        note = None if len(units) else UNDEFINED
        finding = self._finding(units, drawn.key, **_parts(answered, len(units)), note=note)
        # The registry is published where the answers are not: the rate stands on both.
        return replace(finding, provenance=weakest([finding.provenance, source_of(frame).provenance]))


def _parts(k: int, n: int) -> dict[str, Any]:
    return {"value": 100 * k / n if n else None, "numerator": k, "denominator": n, "rows": n}
