"""Scores: what a training changed (index, gains, paired change, its test), and how reliable a sum of items is."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dsw_analysis.statistics.common import Interval, Numbers, UndefinedError, Vector, check_level, vector

# Differences of decimal scores (7.4 - 7.2, 5.4 - 5.2) agree only up to binary rounding; ranks need them equal.
_SCORE_DIGITS = 9
# What sums of decimals miss by, as a part of the numbers added; answers of people never lie so close.
_ROUNDING_ERROR = 1e-12

MOST_EXACT = 50
"""Changed pairs up to which :func:`signed_rank` is exact; the number of signs, 2 ** 50, is still a whole number."""


@dataclass(frozen=True)
class Gains:
    """Learning gains of participants tested twice.

    Attributes
    ----------
    effectiveness_index:
        ``(sum post - sum pre) / (n * full - sum pre)``, at most 1; negative if scores fell. ``None`` if all
        had full scores before.
    individual_gain:
        Mean of ``(post - pre) / (full - pre)`` over participants below full score before; ``None`` if there
        are none.
    sum_pre, sum_post:
        Sums over the pairs.
    pairs:
        Participants with both scores; the index is about them.
    full_before:
        Pairs at full score before. They are in the index (where they can only lose) and not in the
        individual gain (where they have nothing to gain, 0 of 0).
    """

    effectiveness_index: float | None
    individual_gain: float | None
    sum_pre: float
    sum_post: float
    pairs: int
    full_before: int


@dataclass(frozen=True)
class PairedChange:
    """Scores after less scores before.

    Attributes
    ----------
    mean_difference, interval:
        Mean of post less pre and its t interval.
    dz:
        Cohen's effect size for pairs, mean difference over its standard deviation; ``None`` where all differences are
        equal.
    """

    mean_difference: float
    interval: Interval
    dz: float | None


@dataclass(frozen=True)
class SignedRank:
    """Wilcoxon's signed-rank test.

    Attributes
    ----------
    statistic:
        V, the sum of ranks of the positive differences, as R reports it.
    p_value:
        Two-sided.
    exact:
        Whether from the exact distribution or the normal approximation with continuity correction.
    """

    statistic: float
    p_value: float
    exact: bool


def gains(pre: Numbers, post: Numbers, full: float) -> Gains:
    """Effectiveness index and Hake's individual gain of scores before and after.

    The index (E.I.) is that of Goodman, Fletcher and Schneider (1980), Educational Technology 20(9), 30-34.
    It equals Hake's gain of the averages, ``<g> = (mean post - mean pre) / (full - mean pre)`` (Hake 1998,
    American Journal of Physics 66, 64-74), and is not the average of the individual gains, which is given
    beside it.

    Parameters
    ----------
    pre, post:
        Scores of the same participants in the same order, from 0 to ``full``; a blank is a missing score.
    full:
        Full score, a number above 0.

    Raises
    ------
    UndefinedError
        If no participant has both scores.
    ValueError
        If the lengths differ or a score lies outside 0 to ``full``.
    """
    if not 0 < full < math.inf:
        raise ValueError(f"a full score is a number above 0, not {full}")
    before, after = _pairs(pre, post)
    for scores in (vector(pre), vector(post)):
        if (scores < 0).any() or (scores > full).any():
            raise ValueError(f"scores lie between 0 and {full}")
    # fsum: the same sum in whatever order the rows come.
    sum_pre, sum_post = math.fsum(before), math.fsum(after)
    room = len(before) * full - sum_pre
    below = before < full
    single = (after[below] - before[below]) / (full - before[below])
    return Gains(
        effectiveness_index=(sum_post - sum_pre) / room if below.any() else None,
        individual_gain=math.fsum(single) / len(single) if len(single) else None,
        sum_pre=sum_pre,
        sum_post=sum_post,
        pairs=len(before),
        full_before=int((~below).sum()),
    )


def paired_change(pre: Numbers, post: Numbers, *, level: float = 0.95) -> PairedChange:
    """Mean of post less pre with its t interval, and Cohen's dz (Cohen 1988, chapter 2; Lakens 2013).

    Raises
    ------
    UndefinedError
        If fewer than two participants have both scores.
    ValueError
        If the lengths differ.
    """
    from scipy.special import stdtrit  # noqa: PLC0415

    before, after = _pairs(pre, post)
    change = np.sort(np.round(after - before, _SCORE_DIGITS))
    n = len(change)
    if n < 2:
        raise UndefinedError("a paired change needs two participants with both scores")
    average, spread = float(change.mean()), float(change.std(ddof=1))
    if change[0] == change[-1]:
        average, spread = float(change[0]), 0.0
    half = float(stdtrit(n - 1, 0.5 + check_level(level) / 2)) * spread / math.sqrt(n)
    return PairedChange(
        mean_difference=average,
        interval=Interval(average - half, average + half, "t"),
        dz=average / spread if spread > 0 else None,
    )


def signed_rank(pre: Numbers, post: Numbers) -> SignedRank:
    """Wilcoxon signed-rank test of post less pre (Wilcoxon 1945, Biometrics Bulletin 1, 80-83).

    Unchanged pairs are dropped and tied changes share their middle rank. Up to :data:`MOST_EXACT` changed pairs the p
    value is exact, given these ranks: of all signs that the changes could have, the share that leaves V no nearer to
    its middle. Beyond that it is the normal approximation with continuity correction and correction for ties, as R's
    ``wilcox.test(paired = TRUE)``, which has no exact value for ties.

    Raises
    ------
    UndefinedError
        If no participant with both scores changed.
    ValueError
        If the lengths differ.
    """
    before, after = _pairs(pre, post)
    change = np.round(after - before, _SCORE_DIGITS)
    moved = change[change != 0]
    if len(moved) == 0:
        raise UndefinedError("nobody's score changed: there is nothing to rank")
    ranks = np.asarray(pd.Series(np.abs(moved)).rank(), dtype=np.float64)
    upward = float(ranks[moved > 0].sum())
    if len(moved) <= MOST_EXACT:
        return SignedRank(upward, _exact_p(ranks, upward), True)
    from scipy.stats import wilcoxon  # noqa: PLC0415

    return SignedRank(upward, float(wilcoxon(moved, correction=True, method="approx", axis=None).pvalue), False)


def _exact_p(ranks: Vector, upward: float) -> float:
    """Two-sided p value of a sum of positive ranks, by counting signs (Streitberg and Röhmel 1986, shift algorithm).

    scipy counts them for ranks without ties, and with ties only by listing all signs, which ends near 20 pairs.
    """
    # Middle ranks of ties are halves: doubled they are whole, and so is every sum.
    doubled = np.rint(2 * ranks).astype(np.int64)
    ways = np.zeros(doubled.sum() + 1, dtype=np.int64)
    ways[0] = 1
    for rank in doubled:
        ways[rank:] += ways[:-rank].copy()
    reached = round(2 * upward)
    tail = int(ways[max(reached, len(ways) - 1 - reached) :].sum())
    return min(1.0, float(tail / 2 ** (len(ranks) - 1)))


def _pairs(pre: Numbers, post: Numbers) -> tuple[Vector, Vector]:
    before, after = vector(pre), vector(post)
    if len(before) != len(after):
        raise ValueError("scores before and after must be of the same participants")
    both = ~np.isnan(before) & ~np.isnan(after)
    if not both.any():
        raise UndefinedError("no participant has both scores")
    return before[both], after[both]


def cronbach_alpha(frame: pd.DataFrame) -> float:
    """Cronbach's alpha (1951, Psychometrika 16, 297-334), raw, from rows that answered every item.

    ``k / (k - 1) * (1 - sum of item variances / variance of the sum)``. Items worded the other way round
    must be turned before. The order of rows and columns never matters, not even in the last digit.

    Raises
    ------
    UndefinedError
        If there are fewer than two items or two complete rows, or the sum is the same in every complete row.
    """
    answers = np.array([vector(column) for _, column in frame.items()]).T
    if frame.shape[1] < 2:
        raise UndefinedError("reliability needs two items")
    complete = answers[~np.isnan(answers).any(axis=1)]
    n, k = complete.shape
    if n < 2:
        raise UndefinedError("reliability needs two rows that answer every item")
    sums = np.array([math.fsum(row) for row in complete])
    if np.ptp(sums) <= _ROUNDING_ERROR * np.abs(complete).sum(axis=1).max():
        raise UndefinedError("the sum of the items is the same in every row")
    single = math.fsum(np.sort(item).var(ddof=1) for item in complete.T)
    return float(k / (k - 1) * (1 - single / np.sort(sums).var(ddof=1)))
