"""Intervals for k of n: of a long run, of a finite population, and of a difference."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dsw_analysis.stats.common import Interval, UndefinedError, check_count, check_level


@dataclass(frozen=True)
class Difference:
    """Difference of two proportions, first less second, with its interval.

    Attributes
    ----------
    estimate:
        ``k1 / n1 - k2 / n2``, between -1 and 1.
    interval:
        Limits of the same difference.
    """

    estimate: float
    interval: Interval


def wilson(k: int, n: int, *, level: float = 0.95) -> Interval:
    """Score interval of Wilson (1927), the default: good at every n, never outside [0, 1].

    The limits are the roots p of ``|k/n - p| = z sqrt(p (1 - p) / n)``.

    Parameters
    ----------
    k, n:
        Successes and trials, ``0 <= k <= n``.
    level:
        Two-sided confidence level.

    Raises
    ------
    UndefinedError
        If ``n`` is 0.
    ValueError
        If the counts or the level are impossible.
    """
    check_count(k, n)
    return _statsmodels(k, n, level, "wilson", "wilson")


def clopper_pearson(k: int, n: int, *, level: float = 0.95) -> Interval:
    """Exact interval of Clopper and Pearson (1934): covers at least ``level``, wide for small n.

    Parameters and errors as for :func:`wilson`.
    """
    check_count(k, n)
    return _statsmodels(k, n, level, "beta", "clopper_pearson")


def agresti_coull(k: int, n: int, *, level: float = 0.95) -> Interval:
    """Interval of Agresti and Coull (1998): Wald's form around Wilson's centre, cut to [0, 1].

    Parameters and errors as for :func:`wilson`.
    """
    check_count(k, n)
    return _statsmodels(k, n, level, "agresti_coull", "agresti_coull")


def jeffreys(k: int, n: int, *, level: float = 0.95) -> Interval:
    """Equal-tailed interval of Jeffreys' prior Beta(1/2, 1/2), as Brown, Cai and DasGupta (2001) use it.

    Their rule for the ends is kept: the lower limit is 0 at ``k = 0`` and the upper 1 at ``k = n``, so
    that the interval holds the estimate. Parameters and errors as for :func:`wilson`.
    """
    check_count(k, n)
    found = _statsmodels(k, n, level, "jeffreys", "jeffreys")
    return Interval(0.0 if k == 0 else found.low, 1.0 if k == n else found.high, level, "jeffreys")


def mid_p(k: int, n: int, *, level: float = 0.95) -> Interval:
    """Mid-P interval (Lancaster 1961; Berry and Armitage 1995): the exact one with half the observed point.

    The lower limit solves ``P(X > k) + P(X = k) / 2 = (1 - level) / 2`` in p. Parameters and errors as
    for :func:`wilson`.
    """
    check_count(k, n)
    alpha = (1 - check_level(level)) / 2
    low = 0.0 if k == 0 else _mid_p_lower(k, n, alpha)
    high = 1.0 if k == n else 1 - _mid_p_lower(n - k, n, alpha)
    return Interval(low, high, level, "mid_p")


def _mid_p_lower(k: int, n: int, alpha: float) -> float:
    from scipy.optimize import brentq  # noqa: PLC0415
    from scipy.special import bdtrc  # noqa: PLC0415

    def excess(p: float) -> float:
        # P(X > k) + P(X = k)/2 is the mean of P(X >= k) and P(X > k).
        above = bdtrc(k, n, p) if k < n else 0.0
        return float((bdtrc(k - 1, n, p) + above) / 2 - alpha)

    return float(brentq(excess, 0.0, 1.0, xtol=1e-15, rtol=1e-14))


INTERVALS: Mapping[str, Callable[..., Interval]] = MappingProxyType(
    {
        "wilson": wilson,
        "clopper_pearson": clopper_pearson,
        "jeffreys": jeffreys,
        "agresti_coull": agresti_coull,
        "mid_p": mid_p,
    }
)
"""The intervals for a sample of a long run, by name."""


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
    if n == population:
        low = high = k / n
    else:
        factor = (population - 1) / (population - n)
        found = _statsmodels(k * factor, n * factor, level, "wilson", "wilson")
        low = max(found.low, k / population)
        high = min(found.high, (population - n + k) / population)
    return Interval(low, high, check_level(level), "wilson_finite")


def newcombe(k1: int, n1: int, k2: int, n2: int, *, level: float = 0.95) -> Difference:
    """Risk difference ``k1/n1 - k2/n2`` with Newcombe's hybrid score interval.

    Method 10 of Newcombe (1998), Statistics in Medicine 17, 873-890: built from Wilson's limits of the two
    shares, for independent samples.

    Raises
    ------
    UndefinedError
        If a denominator is 0.
    ValueError
        If the counts or the level are impossible.
    """
    from statsmodels.stats.proportion import confint_proportions_2indep  # noqa: PLC0415

    check_count(k1, n1)
    check_count(k2, n2)
    low, high = confint_proportions_2indep(
        k1, n1, k2, n2, method="newcomb", compare="diff", alpha=1 - check_level(level)
    )
    return Difference(k1 / n1 - k2 / n2, Interval(float(low), float(high), level, "newcombe"))


def _statsmodels(k: float, n: float, level: float, name: str, method: str) -> Interval:
    from statsmodels.stats.proportion import proportion_confint  # noqa: PLC0415

    low, high = proportion_confint(k, n, alpha=1 - check_level(level), method=name)
    # At the ends the limit is the estimate itself, which the formulas miss by a rounding error.
    return Interval(min(float(low), k / n), max(float(high), k / n), level, method)


def _check_population(k: int, n: int, population: int) -> None:
    if population == 0:
        raise UndefinedError("a share of an empty population is undefined")
    check_count(k, n)
    if int(population) != population or n > population:
        raise ValueError(f"{n} units cannot be drawn from a population of {population}")
