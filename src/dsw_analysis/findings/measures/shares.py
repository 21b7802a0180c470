"""Shares: percentages with their base, what was left out of it, and census or interval; rates of response."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.measures.base import UNDEFINED, Measure
from dsw_analysis.findings.measures.filters import BLANK, FILLED, Where, select
from dsw_analysis.findings.measures.registry import Registry
from dsw_analysis.intake.provenance import weakest
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
            where={**self.where, **self.counted},
            **parts | ({} if n else {"note": UNDEFINED}),
            missing=int(tally[State.MISSING]),
            not_applicable=int(tally[State.NOT_APPLICABLE]) or None,
            refused=int(tally[State.REFUSED]) or None,
        )


@dataclass(frozen=True, kw_only=True)
class ResponseRate(Measure):
    """Units on the registry that are in the answers, in per cent of all units on it that meet ``where``.

    By stratum with ``by("kind", ResponseRate(...))(answers, registry)``; the stratum must be on the registry.
    """

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
