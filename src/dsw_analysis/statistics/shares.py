"""Shares: intervals in a population of known size, the same units in two rounds (McNemar), many tests (Holm)."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, sqrt
from statistics import NormalDist

import numpy as np

from dsw_analysis.statistics.common import Interval, UndefinedError, Vector, check_count, check_level, check_whole


def exact_finite(k: int, n: int, population: int, *, level: float = 0.95) -> Interval:
    """Exact interval for a population of known size: inverted hypergeometric tails.

    Of ``population`` units ``n`` were drawn without replacement and ``k`` have the property. The limits
    are the smallest and the largest number K of units in the population with the property, divided by the
    population, for which neither ``P(X >= k | K)`` nor ``P(X <= k | K)`` is at most ``(1 - level) / 2``
    (Buonaccorsi 1987, The American Statistician 41, 215-218). A census has zero width.

    Raises
    ------
    UndefinedError
        If ``n`` is 0.
    ValueError
        If the counts or the level are impossible, or ``n > population``.
    """
    _check_population(k, n, population)
    alpha = (1 - check_level(level)) / 2
    low = _fewest(k, n, population, alpha)
    high = population - _fewest(n - k, n, population, alpha)
    return Interval(low / population, high / population, "exact_finite")


def _fewest(k: int, n: int, population: int, alpha: float) -> int:
    """Smallest K for which drawing at least ``k`` is not rarer than ``alpha``."""
    from scipy.stats import hypergeom  # noqa: PLC0415

    def tail(total: int) -> float:
        return float(hypergeom.sf(k - 1, population, total, n))

    # The tail grows with K, so that the first K above alpha is found by halving.
    possible = range(k, population - (n - k) + 1)
    return possible[bisect.bisect_right(possible, alpha, key=tail)]


def wilson_finite(k: int, n: int, population: int, *, level: float = 0.95) -> Interval:
    """Wilson's interval at the effective sample size of a finite population.

    Without replacement the variance of a share is ``p (1 - p) / n * (N - n) / (N - 1)`` (Cochran 1977,
    chapter 3), that of ``n (N - 1) / (N - n)`` draws with replacement; Wilson's limits are taken at that
    size and cut to what the answers in hand leave possible, ``k / N`` to ``(N - n + k) / N``. A census
    has zero width.

    Raises
    ------
    UndefinedError
        If ``n`` is 0.
    ValueError
        If the counts or the level are impossible, or ``n > population``.
    """
    _check_population(k, n, population)
    confidence = check_level(level)
    if n == population:
        low = high = k / n
    else:
        share, size = k / n, n * (population - 1) / (population - n)  # scipy's Wilson takes whole sizes only
        square = NormalDist().inv_cdf((1 + confidence) / 2) ** 2
        centre = (share + square / (2 * size)) / (1 + square / size)
        reach = sqrt(square * (share * (1 - share) / size + square / (4 * size**2))) / (1 + square / size)
        # At the ends the limit is the estimate itself, which the formula misses by a rounding error.
        low = max(min(centre - reach, share), k / population)
        high = min(max(centre + reach, share), (population - n + k) / population)
    return Interval(low, high, "wilson_finite")


def _check_population(k: int, n: int, population: int) -> None:
    check_whole(population, "population")
    if population == 0:
        raise UndefinedError("a share of an empty population is undefined")
    check_count(k, n)
    if n > population:
        raise ValueError(f"{n} units cannot be drawn from a population of {population}")


@dataclass(frozen=True)
class McNemar:
    """Change of a yes/no answer of the same units between two rounds.

    Attributes
    ----------
    difference:
        Share of yes in the second round less that in the first, ``(gained - lost) / n``.
    gained, lost:
        Units that went from no to yes, and from yes to no.
    exact_p:
        Two-sided binomial p value; 1 where nobody changed.
    """

    difference: float
    gained: int
    lost: int
    exact_p: float


def mcnemar(both: int, lost: int, gained: int, neither: int) -> McNemar:
    """Compare yes/no answers of the same units in two rounds by McNemar's exact test (1947, Psychometrika 12, 153-157).

    Parameters
    ----------
    both, neither:
        Units that said yes twice, no twice.
    lost, gained:
        Units that said yes and then no, no and then yes.

    Raises
    ------
    UndefinedError
        If no unit has both answers.
    ValueError
        If a count is negative or not whole.
    """
    for count in (both, lost, gained, neither):
        check_whole(count, "count")
    n = both + lost + gained + neither
    if n == 0:
        raise UndefinedError("no unit has answers in both rounds")
    changed = lost + gained
    tail = sum(comb(int(changed), k) for k in range(int(min(lost, gained)) + 1))  # a binomial of one half is symmetric
    return McNemar((gained - lost) / n, gained, lost, min(1.0, 2 * tail / 2 ** int(changed)))


def holm(p_values: Sequence[float] | Vector) -> tuple[float, ...]:
    """P values adjusted for their number by Holm's step-down rule, in the order given.

    Holm (1979), Scandinavian Journal of Statistics 6, 65-70.

    Raises
    ------
    ValueError
        If a value is not between 0 and 1.
    """
    given = np.asarray(p_values, dtype=np.float64)
    if not ((given >= 0) & (given <= 1)).all():
        raise ValueError("p values lie between 0 and 1")
    order = np.argsort(given)
    adjusted = np.empty_like(given)
    adjusted[order] = np.maximum.accumulate(given[order] * np.arange(len(given), 0, -1)).clip(max=1)
    return tuple(adjusted.tolist())
