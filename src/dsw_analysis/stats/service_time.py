"""Time to service: the share served within a limit, with cases still open taken into account."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsw_analysis.stats.common import Interval, Numbers, UndefinedError, Vector, check_level, vector

if TYPE_CHECKING:
    Times = pd.Series[pd.Timestamp]

# Two survival probabilities that differ by less are the same step, as R's survival takes them.
_SAME_STEP = math.sqrt(np.finfo(float).eps)


@dataclass(frozen=True, eq=False)
class ServiceTimes:
    """Waiting times of cases, exact to the nanosecond; make them with :func:`service_times`.

    Attributes
    ----------
    waited:
        Nanoseconds from opening to service, or to ``as_of`` for a case still open, one a case.
    served:
        Whether the case was served by ``as_of``, one a case.
    missing:
        Cases left out because the time of opening is missing.
    negative:
        Cases left out because they were served before they were opened.
    not_yet:
        Cases left out because they were opened after ``as_of``.
    """

    waited: npt.NDArray[np.int64]
    served: npt.NDArray[np.bool_]
    missing: int
    negative: int
    not_yet: int


@dataclass(frozen=True)
class ServedWithin:
    """Share of cases served within a limit, the limit itself included.

    Attributes
    ----------
    share, se, interval:
        Kaplan–Meier estimate, Greenwood's standard error, and log-log limits; ``None`` where observation ends
        before the limit. The interval is also ``None`` where the share is 0 or 1.
    naive:
        ``within / served``, which forgets open cases; ``None`` if none was served.
    within, served, open, n:
        Cases served within the limit, served at all, still open, and all.
    open_short:
        Open cases that have not waited as long as the limit: they may still be in time.
    """

    share: float | None
    se: float | None
    interval: Interval | None
    naive: float | None
    within: int
    served: int
    open: int
    open_short: int
    n: int


def service_times(opened: Times, closed: Times, *, as_of: pd.Timestamp) -> ServiceTimes:
    """Turn times of opening and service into waiting times as known at ``as_of``.

    A case without a time of service, or served after ``as_of``, was open at ``as_of``. Only differences
    are taken, so any time zone will do as long as it is the same everywhere.

    Parameters
    ----------
    opened, closed:
        Times of the same cases in the same order; a blank in ``closed`` is an open case.
    as_of:
        Time up to which the cases were observed.

    Raises
    ------
    ValueError
        If the lengths differ.
    TypeError
        If some times have a time zone and others have none.
    """
    if len(opened) != len(closed):
        raise ValueError("times of opening and service must be of the same cases")
    start, end = opened.reset_index(drop=True), closed.reset_index(drop=True)
    missing = start.isna()
    negative = ~missing & (end < start)
    not_yet = ~missing & ~negative & (start > as_of)
    kept = ~missing & ~negative & ~not_yet
    served = end.notna() & (end <= as_of)
    waited = end.where(served, as_of) - start
    return ServiceTimes(
        waited=waited[kept].dt.as_unit("ns").to_numpy().astype(np.int64),
        served=served[kept].to_numpy(dtype=np.bool_),
        missing=int(missing.sum()),
        negative=int(negative.sum()),
        not_yet=int(not_yet.sum()),
    )


def served_within(times: ServiceTimes, limit: pd.Timedelta, *, level: float = 0.95) -> ServedWithin:
    """Share served within ``limit`` (24:00:00 is within 24 hours), as ``survival::survfit`` estimates it.

    Kaplan and Meier (1958), JASA 53, 457-481; Greenwood's variance; limits on the log(-log) scale
    (Kalbfleisch and Prentice 1980). At equal times services come before the end of observation.

    Raises
    ------
    UndefinedError
        If there is no case.
    """
    from scipy.special import ndtri  # noqa: PLC0415

    _some(times)
    bound = limit.as_unit("ns").value
    served, open_ = times.served, ~times.served
    within = int((served & (times.waited <= bound)).sum())
    counted = ServedWithin(
        share=None,
        se=None,
        interval=None,
        naive=within / int(served.sum()) if served.any() else None,
        within=within,
        served=int(served.sum()),
        open=int(open_.sum()),
        open_short=int((open_ & (times.waited < bound)).sum()),
        n=len(served),
    )
    step, still, variance = _kaplan_meier(times)
    reached = int(np.searchsorted(step, bound, side="right")) - 1
    rest = 1.0 if reached < 0 else float(still[reached])
    if rest > 0 and bound > times.waited.max():
        return counted
    # With nobody lost before the limit the estimate is a plain share, exact where a product of steps is not.
    share = 1 - rest if counted.open_short else within / len(served)
    if not 0 < rest < 1:
        return replace(counted, share=share, se=0.0)
    spread = math.sqrt(variance[reached])
    half = float(ndtri(0.5 + check_level(level) / 2)) * spread / abs(math.log(rest))
    limits = Interval(1 - rest ** math.exp(-half), 1 - rest ** math.exp(half), level, "log-log")
    return replace(counted, share=share, se=rest * spread, interval=limits)


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
    _some(times)
    step, still, _ = _kaplan_meier(times)
    beyond = np.flatnonzero(still < 1 - share + _SAME_STEP)
    if len(beyond) == 0:
        raise UndefinedError("observation ends before that share of cases is served")
    first = int(beyond[0])
    ends = first
    if abs(still[first] - (1 - share)) < _SAME_STEP and first + 1 < len(step) and share < 1:
        ends = first + 1
    return pd.Timedelta((int(step[first]) + int(step[ends])) // 2, unit="ns")


def percentile(values: Numbers, share: float) -> float:
    """Percentile of observed numbers, blanks left out: type 7 of Hyndman and Fan (1996), as R and numpy.

    Linear between order statistics, ``h = (n - 1) share``: The American Statistician 50, 361-365.

    Raises
    ------
    UndefinedError
        If there is no number.
    ValueError
        If ``share`` is not between 0 and 1.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"a share lies between 0 and 1, not {share}")
    given = vector(values)
    given = given[~np.isnan(given)]
    if len(given) == 0:
        raise UndefinedError("a percentile of nothing is undefined")
    return float(np.quantile(given, share, method="linear"))


def _kaplan_meier(times: ServiceTimes) -> tuple[npt.NDArray[np.int64], Vector, Vector]:
    """Times of service (rising), share still waiting after each, and Greenwood's sum."""
    order = np.sort(times.waited)
    step, served = np.unique(times.waited[times.served], return_counts=True)
    waiting = len(order) - np.searchsorted(order, step, side="left")
    still: Vector = np.cumprod(1 - served / waiting).astype(np.float64)
    left = waiting - served
    terms = np.divide(served, waiting * left, out=np.zeros(len(step)), where=left > 0)
    return step.astype(np.int64), still, np.cumsum(terms)


def _some(times: ServiceTimes) -> None:
    if len(times.waited) == 0:
        raise UndefinedError("a share of no cases is undefined")
