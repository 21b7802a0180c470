"""Intervals for k of n units drawn without replacement from a population of known size."""

from __future__ import annotations

import bisect
from math import sqrt
from statistics import NormalDist

from dsw_analysis.statistics.common import Interval, UndefinedError, check_count, check_level, check_whole


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
    return Interval(low / population, high / population, level, "exact_finite")


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
    return Interval(low, high, confidence, "wilson_finite")


def _check_population(k: int, n: int, population: int) -> None:
    check_whole(population, "population")
    if population == 0:
        raise UndefinedError("a share of an empty population is undefined")
    check_count(k, n)
    if n > population:
        raise ValueError(f"{n} units cannot be drawn from a population of {population}")
