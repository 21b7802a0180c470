"""Measures of waiting: share within a limit, quantiles and open cases, with cases still open at the end of a round."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from dsw_analysis.findings.disclosure import Facts
from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.measures.base import UNDEFINED, Measure
from dsw_analysis.findings.measures.filters import select
from dsw_analysis.intake.source import source_of
from dsw_analysis.intake.thai import format_date
from dsw_analysis.statistics.common import UndefinedError
from dsw_analysis.statistics.service_time import ServiceTimes, served_within, waiting_time

TOO_MANY_OPEN = "เรื่องที่ยังไม่แล้วเสร็จมีมากจนยังหาค่านี้ไม่ได้"


@dataclass(frozen=True, kw_only=True)
class _Waiting(Measure):
    """A measure of the wait from ``start`` to ``end``.

    A row without ``end`` is a case still open, which has waited until the end of the day ``until``. A row that has
    no ``start``, or one after its end, cannot be judged and counts as missing.
    """

    start: str
    end: str
    until: date

    def _times(self, frame: pd.DataFrame) -> ServiceTimes:
        rows = select(frame, self.where).to_numpy()
        start, end = (frame[name].to_numpy("datetime64[us]")[rows] for name in (self.start, self.end))
        # An end after `until` is a fact on file: to call the case open because the round is over would be less true.
        over = np.datetime64(self.until, "us") + np.timedelta64(1, "D")
        unserved = np.isnat(end)
        stop = np.where(unserved, over, end)
        kept = stop >= start  # false where there is no start
        return ServiceTimes(
            waited=(stop - start)[kept].astype("timedelta64[ns]").view(np.int64),
            served=~unserved[kept],
            left_out=int((~kept).sum()),
        )

    def _waited(
        self,
        frame: pd.DataFrame,
        times: ServiceTimes,
        words: str = "",
        cells: Mapping[str, Any] = MappingProxyType({}),
        **parts: Any,  # noqa: ANN401 - fields of the finding
    ) -> Finding:
        """A finding that says in words from when to when the wait runs."""
        missing = times.left_out + parts.pop("not_judged", 0)
        dataset = source_of(frame).dataset
        wait = f"ตั้งแต่{dataset[self.start].header}ถึง{dataset[self.end].header}"
        open_ = f"เรื่องที่ยังไม่แล้วเสร็จนับเวลาถึงสิ้นวันที่ {format_date(self.until)}"
        said = " ".join(w for w in (wait, words, open_) if w)
        return self._finding(frame, self.start, self.end, missing=missing, more=said, cells=cells, **parts)


@dataclass(frozen=True, kw_only=True)
class WithinHours(_Waiting):
    """Percentage of cases served within ``hours``, the limit included to the second.

    A case still open whose limit had passed counts as not within. One still open whose limit had not passed may
    yet be in time: it leaves the base and is counted as missing.
    """

    hours: float

    discloses = "share"

    def __call__(self, frame: pd.DataFrame) -> Finding:
        """Work out the share; undefined if no case can be judged."""
        times = self._times(frame)
        within, judged = served_within(times, pd.Timedelta(hours=self.hours))
        return self._waited(
            frame,
            times,
            f"ไม่เกิน {self.hours:g} ชั่วโมง",
            {f"+{self.end}": f"..{self.hours:g} h"},
            value=100 * within / judged if judged else None,
            numerator=within,
            denominator=judged,
            rows=judged,
            not_judged=len(times.waited) - judged,
            facts=Facts(service=True),
            note=None if judged else UNDEFINED,
        )


@dataclass(frozen=True, kw_only=True)
class WaitQuantile(_Waiting):
    """Hours by which the share ``q`` (0 to 1) of all cases is served, open cases counted as open (Kaplan–Meier)."""

    unit: str = "hours"
    q: float

    discloses = "mean"

    def __call__(self, frame: pd.DataFrame) -> Finding:
        """Work out the quantile; undefined if there are no cases, or too many of them are open."""
        times = self._times(frame)
        value, note = None, UNDEFINED
        if len(times.waited):
            try:
                value = waiting_time(times, self.q) / pd.Timedelta(hours=1)
            except UndefinedError:
                note = TOO_MANY_OPEN
        return self._waited(
            frame,
            times,
            value=value,
            rows=len(times.waited),
            method="Kaplan–Meier",
            of={f"q{self.q:g}": self.end},
            facts=Facts(tail=self.q),
            note=note if value is None else None,
        )


@dataclass(frozen=True, kw_only=True)
class OpenCases(_Waiting):
    """Number of cases still open; with ``under_hours``, only of those that have not waited so long yet."""

    under_hours: float | None = None

    discloses = "count"

    def __call__(self, frame: pd.DataFrame) -> Finding:
        """Count the open cases."""
        times = self._times(frame)
        chosen, words, said = ~times.served, "ยังไม่แล้วเสร็จ", "blank"
        if self.under_hours is not None:
            chosen = chosen & (times.waited < pd.Timedelta(hours=self.under_hours).as_unit("ns").value)
            words, said = f"{words}และรอไม่ถึง {self.under_hours:g} ชั่วโมง", f"blank ..{self.under_hours:g} h"
        facts = Facts(among=len(times.waited))
        value = int(chosen.sum())
        return self._waited(frame, times, words, {self.end: said}, value=value, rows=len(times.waited), facts=facts)
