"""Shares: percentages with their base, what was left out of it, and census, interval or design."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsw_analysis.datasets import source_of
from dsw_analysis.findings import Finding
from dsw_analysis.measures.base import UNDEFINED, Measure
from dsw_analysis.measures.filters import BLANK, FILLED, Where, select
from dsw_analysis.measures.sampling import Drawn, Registry, Sample, estimated
from dsw_analysis.rounding import largest_remainder
from dsw_analysis.stats import design_proportion

SUMMED = "ปรับการปัดเศษด้วยวิธีเศษเหลือมากที่สุดให้ผลรวมเป็นร้อยละ 100"


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
    :class:`Registry` or a :class:`Sample` as second argument says how the rows came about, and brings census,
    interval or design.
    """

    counted: Where

    def __call__(self, frame: pd.DataFrame, drawn: Drawn | None = None) -> Finding:
        """Work out the share.

        Raises
        ------
        DataError
            If a row is not as registered.
        """
        check(frame, drawn)
        states = self.states(frame)
        if isinstance(drawn, Sample) and drawn.designed:
            return self._designed(frame, drawn, states)
        return self.finding(frame, np.bincount(states, minlength=len(State)), drawn)

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

    def finding(self, frame: pd.DataFrame, tally: npt.NDArray[np.int64], drawn: Drawn | None) -> Finding:
        """The share from the number of rows in each state."""
        k, n = int(tally[State.YES]), int(tally[State.YES] + tally[State.NO])
        parts = share_parts(k, n, drawn, self.where) | left_out(tally)
        return self._finding(frame, where={**self.where, **self.counted}, **parts)

    def _designed(self, frame: pd.DataFrame, drawn: Sample, states: npt.NDArray[np.int8]) -> Finding:
        flags = pd.Series(np.select([states == State.YES, states == State.NO], [1.0, 0.0], np.nan), index=frame.index)
        estimate = drawn.estimate(frame, flags, design_proportion)
        where = {**self.where, **self.counted}
        parts = left_out(np.bincount(states, minlength=len(State)))
        if estimate is None:
            return self._finding(frame, where=where, value=None, rows=0, note=UNDEFINED, **parts)
        weights = drawn.design(frame).weights
        size = float(weights[flags.notna().to_numpy()].sum())
        parts |= {"numerator": estimate.value * size, "denominator": size}
        return self._finding(frame, where=where, **parts, **estimated(estimate, 100, drawn, self.where))


def share_parts(k: int, n: int, drawn: Drawn | None, where: Where) -> dict[str, Any]:
    """Fields of a finding that is ``k`` of ``n``; undefined if ``n`` is 0."""
    parts: dict[str, Any] = {
        "value": 100 * k / n if n else None,
        "numerator": k,
        "denominator": n,
        "rows": n,
    }
    if drawn is not None:
        parts |= drawn.judge(k, n, where)
    return parts if n else parts | {"note": UNDEFINED}


def check(frame: pd.DataFrame, drawn: Drawn | None) -> None:
    """Hold the rows against the registry, where there is one."""
    if isinstance(drawn, Registry):
        drawn.check(frame)


def sum_to_100(findings: Mapping[str, Finding]) -> dict[str, Finding]:
    """Parts of a whole whose printed percentages sum to exactly 100, by largest remainders.

    A finding whose printed number differs from its own rounding takes that number as its value, and a note says so.

    Raises
    ------
    ValueError
        If a finding is undefined or not a share, or all are 0.
    """
    digits = max((finding.decimals for finding in findings.values()), default=0)
    parts = largest_remainder([finding.exact() for finding in findings.values()], digits=digits)
    return {
        name: finding
        if finding.rounded(digits) == part
        else replace(
            finding,
            value=float(part),
            numerator=None,
            denominator=None,
            note=" ".join(filter(None, [finding.note, SUMMED])),
        )
        for (name, finding), part in zip(findings.items(), parts, strict=True)
    }


def left_out(tally: npt.NDArray[np.int64]) -> dict[str, Any]:
    """Rows that could not be judged, by why; not applicable and refused only where there are any."""
    return {
        "missing": int(tally[State.MISSING]),
        "not_applicable": int(tally[State.NOT_APPLICABLE]) or None,
        "refused": int(tally[State.REFUSED]) or None,
    }
