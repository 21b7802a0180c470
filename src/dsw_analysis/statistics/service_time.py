"""Time to service: cases served within a limit, and the wait of a share of all, open cases taken into account."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsw_analysis.statistics.common import UndefinedError, Vector

# Two survival probabilities that differ by less are the same step, as R's survival takes them.
_SAME_STEP = math.sqrt(np.finfo(float).eps)


@dataclass(frozen=True, eq=False)
class ServiceTimes:
    """Waiting times of cases, exact to the nanosecond.

    Attributes
    ----------
    waited:
        Nanoseconds from opening to service, or to the end of observation for a case still open, one a case.
    served:
        Whether the case was served, one a case.
    left_out:
        Cases that are not among them: without a time of opening, or opened after service or the end of observation.
    """

    waited: npt.NDArray[np.int64]
    served: npt.NDArray[np.bool_]
    left_out: int


def served_within(times: ServiceTimes, limit: pd.Timedelta) -> tuple[int, int]:
    """Cases served within ``limit`` (24:00:00 is within 24 hours), and those of which it is known whether they were.

    It is not known of open cases that have not waited as long as the limit.
    """
    bound = limit.as_unit("ns").value
    undecided = ~times.served & (times.waited < bound)
    return int((times.served & (times.waited <= bound)).sum()), int((~undecided).sum())


def waiting_time(times: ServiceTimes, share: float) -> pd.Timedelta:
    """Time by which ``share`` of all cases is served (0.5: the median), open cases counted as open.

    The first time at which the Kaplan–Meier curve reaches the share; where the curve stays exactly at it,
    the middle of that stretch, as R's ``quantile.survfit``.

    Raises
    ------
    UndefinedError
        If there is no case, or observation ends before that share is served.
    ValueError
        If ``share`` is not between 0 and 1.
    """
    if not 0 < share <= 1:
        raise ValueError(f"a share of cases lies between 0 and 1, not {share}")
    if len(times.waited) == 0:
        raise UndefinedError("without a case there is no wait")
    step, still = _kaplan_meier(times)
    beyond = np.flatnonzero(still < 1 - share + _SAME_STEP)
    if len(beyond) == 0:
        raise UndefinedError("observation ends before that share of cases is served")
    first = int(beyond[0])
    ends = first
    if abs(still[first] - (1 - share)) < _SAME_STEP and first + 1 < len(step) and share < 1:
        ends = first + 1
    return pd.Timedelta((int(step[first]) + int(step[ends])) // 2, unit="ns")


def _kaplan_meier(times: ServiceTimes) -> tuple[npt.NDArray[np.int64], Vector]:
    """Times of service (rising), and the share still waiting after each (Kaplan and Meier 1958, JASA 53, 457-481)."""
    order = np.sort(times.waited)
    step, served = np.unique(times.waited[times.served], return_counts=True)
    waiting = len(order) - np.searchsorted(order, step, side="left")
    return step.astype(np.int64), np.cumprod(1 - served / waiting).astype(np.float64)
