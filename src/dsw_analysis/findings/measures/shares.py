"""Shares: percentages with their base, what was left out of it, and census or interval."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.measures.base import UNDEFINED, Measure
from dsw_analysis.findings.measures.filters import BLANK, FILLED, Where, select
from dsw_analysis.findings.measures.registry import Registry
from dsw_analysis.intake.source import source_of


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

    def __call__(self, frame: pd.DataFrame, drawn: Registry | None = None) -> Finding:
        """Work out the share.

        Raises
        ------
        DataError
            If a row is not as registered.
        """
        check(frame, drawn)
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
        """The share from the number of rows in each state."""
        k, n = int(tally[State.YES]), int(tally[State.YES] + tally[State.NO])
        parts = share_parts(k, n, drawn, self.where) | left_out(tally)
        return self._finding(frame, where={**self.where, **self.counted}, **parts)


def share_parts(k: int, n: int, drawn: Registry | None, where: Where) -> dict[str, Any]:
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


def check(frame: pd.DataFrame, drawn: Registry | None) -> None:
    """Hold the rows against the registry, where there is one."""
    if drawn is not None:
        drawn.check(frame)


def left_out(tally: npt.NDArray[np.int64]) -> dict[str, Any]:
    """Rows that could not be judged, by why; not applicable and refused only where there are any."""
    return {
        "missing": int(tally[State.MISSING]),
        "not_applicable": int(tally[State.NOT_APPLICABLE]) or None,
        "refused": int(tally[State.REFUSED]) or None,
    }
