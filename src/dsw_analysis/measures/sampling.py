"""How the rows of a frame came about: everybody on a registry, or a sample; decides which interval is honest."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dsw_analysis.datasets import source_of
from dsw_analysis.measures.filters import Where, select
from dsw_analysis.problems import DataError, Problem
from dsw_analysis.rounding import round_half_up
from dsw_analysis.sentences import CENSUS
from dsw_analysis.stats import (
    INTERVALS,
    Design,
    Estimate,
    Interval,
    UndefinedError,
    design,
    exact_finite,
    wilson_finite,
)

FINITE: Mapping[str, Callable[..., Interval]] = {"exact_finite": exact_finite, "wilson_finite": wilson_finite}
"""Intervals for a population of known size, by name."""

SILENT = "ช่วงความเชื่อมั่นถือว่าหน่วยที่ยังไม่มีข้อมูลไม่ต่างจากหน่วยที่มีข้อมูล"


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
        """Refuse unknown intervals."""
        _known(self.interval, FINITE)

    def size(self, where: Where) -> int:
        """Units asked that meet a filter; its columns must be on the registry."""
        return int(select(self.units, where).sum())

    def check(self, answers: pd.DataFrame) -> None:
        """Refuse answers of units that are not on the registry, answer twice or stand there with other strata.

        Raises
        ------
        DataError
            With one problem for each cell.
        """
        title = source_of(self.units).dataset.title
        listed = self.units.drop_duplicates(self.key).set_index(self.key)
        unknown = ~answers[self.key].isin(listed.index)
        twice = answers[self.key].duplicated() & ~unknown
        mend = f"ตรวจสอบแถวนี้กับ{title} แล้วแก้ไขรายการที่ไม่ตรง"
        wrong = [
            (self.key, unknown, f"ไม่พบใน{title}"),
            (self.key, twice, "ตอบแล้วในแถวก่อนหน้า"),
        ]
        for column in listed.columns.intersection(answers.columns):
            there = answers[self.key].map(listed[column].astype(object))
            differs = ~unknown & (answers[column].astype(object) != there) & there.notna()
            wrong.append((column, differs, f"ไม่ตรงกับ{title}"))
        problems = [_problem(answers, column, row, why, mend) for column, at, why in wrong for row in answers.index[at]]
        if problems:
            raise DataError(problems)

    def judge(self, k: int, n: int, where: Where) -> dict[str, Any]:
        """Interval, method, population and note of ``k`` of ``n`` answers that meet ``where``."""
        size = self.size(where)
        return _finite(k, n, size, self.interval) | ({"note": SILENT} if 0 < n < size else {})


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Rows are a random sample; without more, of a population so large that its size does not matter.

    Attributes
    ----------
    interval:
        Name of the interval of a share: a key of :data:`dsw_analysis.stats.INTERVALS` (default ``"wilson"``), or of
        :data:`FINITE` (default ``"exact_finite"``) if ``population`` is a number and nothing else is given. A design
        has logit limits.
    strata, clusters, weights:
        Columns that say how the rows were sampled; with any of them estimates are those of a design.
    population:
        Units (clusters, if given) in the population: a number, or one a stratum by its code.
    """

    interval: str | None = None
    strata: str | None = None
    clusters: str | None = None
    weights: str | None = None
    population: Mapping[Hashable, int] | int | None = None

    def __post_init__(self) -> None:
        """Refuse unknown intervals, and naming one where the design leaves no choice."""
        if self.interval is not None:
            if self.designed:
                raise ValueError("shares of a designed sample have logit limits; leave the interval out")
            _known(self.interval, INTERVALS if self.population is None else FINITE)

    @property
    def designed(self) -> bool:
        """Whether estimates need the design."""
        return any((self.strata, self.clusters, self.weights)) or isinstance(self.population, Mapping)

    def design(self, frame: pd.DataFrame) -> Design:
        """The design of a frame's rows; see :func:`dsw_analysis.stats.design`."""
        columns = {name: getattr(self, name) for name in ("strata", "clusters", "weights")}
        return design(
            len(frame),
            **{name: None if column is None else frame[column].astype(object) for name, column in columns.items()},
            population=self.population,
        )

    def estimate(self, frame: pd.DataFrame, values: pd.Series, how: Callable[..., Estimate]) -> Estimate | None:
        """An estimate of ``values`` (blank outside the domain); ``None`` where nothing can be estimated."""
        try:
            return how(self.design(frame), values)
        except UndefinedError:
            return None

    def judge(self, k: int, n: int, where: Where) -> dict[str, Any]:
        """Interval, method and population of ``k`` of ``n`` rows of a sample without a design.

        How many units of the population meet a filter is not known, so that a filtered share gets Wilson's interval.
        """
        if isinstance(self.population, int) and not where:
            return _finite(k, n, self.population, self.interval or "exact_finite")
        if n == 0:
            return {}
        limits = INTERVALS["wilson" if self.interval in (None, *FINITE) else str(self.interval)](k, n)
        return {"low": 100 * limits.low, "high": 100 * limits.high, "method": limits.method}


Drawn = Registry | Sample
"""How rows came about; a measure that is given none takes them for the complete record, without interval."""


def estimated(estimate: Estimate, factor: int, drawn: Sample, where: Where) -> dict[str, Any]:
    """Fields of a finding from a designed estimate, times ``factor``."""
    whole = sum(drawn.population.values()) if isinstance(drawn.population, Mapping) else drawn.population
    # The population is counted in clusters where there are any, and how much of it meets a filter is not known.
    known = not where and drawn.clusters is None
    limits = estimate.interval
    return {
        "value": factor * estimate.value,
        "rows": estimate.n,
        "population": whole if known else None,
        "low": None if limits is None else factor * limits.low,
        "high": None if limits is None else factor * limits.high,
        "method": None if limits is None else limits.method,
        "note": None if estimate.deff is None else f"ผลของแผนการสุ่มตัวอย่าง (deff) {round_half_up(estimate.deff, 2)}",
    }


def _finite(k: int, n: int, population: int, interval: str) -> dict[str, Any]:
    if n == 0:
        return {"population": population}
    if n == population:
        return {"population": population, "method": CENSUS}
    limits = FINITE[interval](k, n, population)
    return {
        "population": population,
        "low": 100 * limits.low,
        "high": 100 * limits.high,
        "method": limits.method,
    }


def _known(name: str, intervals: Mapping[str, object]) -> None:
    if name not in intervals:
        raise ValueError(f"interval {name!r} is none of {', '.join(intervals)}")


def _problem(answers: pd.DataFrame, column: str, row: Any, why: str, mend: str) -> Problem:  # noqa: ANN401
    source = source_of(answers)
    declared = source.dataset[column]
    value = answers.loc[row, column]
    return Problem(
        code="not_as_registered",
        file=source.file,
        sheet=source.dataset.sheet,
        row=int(row),
        column=declared.header,
        value=None if pd.isna(value) else declared.label(str(value)),
        expected=why,
        action=mend,
    )
