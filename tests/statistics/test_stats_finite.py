"""Intervals of a finite population against R, whole-number tails, and what must hold for any counts."""

from __future__ import annotations

import math
from fractions import Fraction
from math import comb

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stats_references import close, rows

from dsw_analysis.statistics.common import UndefinedError
from dsw_analysis.statistics.shares import exact_finite, wilson_finite

FINITE = {"exact_finite": exact_finite, "wilson_finite": wilson_finite}


@pytest.mark.parametrize(
    "row", rows("finite_intervals"), ids=lambda r: f"{r['method']}-{r['k']}-{r['n']}-{r['population']}"
)
def test_finite_intervals_agree_with_r(row):
    found = FINITE[row["method"]](row["k"], row["n"], row["population"], level=row["level"])
    assert (found.low, found.high) == (close(row["low"]), close(row["high"]))
    assert found.method == row["method"]


def test_exact_finite_against_whole_number_tails():
    # Counted in fractions: every number of units in the population that the answers do not contradict.
    population, n, k, alpha = 12, 7, 3, Fraction(1, 40)

    def chance(total, x):
        return Fraction(comb(total, x) * comb(population - total, n - x), comb(population, n))

    kept = [
        total
        for total in range(k, population - n + k + 1)
        if sum(chance(total, x) for x in range(k, n + 1)) > alpha
        and sum(chance(total, x) for x in range(k + 1)) > alpha
    ]
    found = exact_finite(k, n, population)
    assert (found.low, found.high) == (kept[0] / population, kept[-1] / population)


@pytest.mark.parametrize("method", FINITE.values())
def test_finite_populations_that_cannot_be(method):
    with pytest.raises(UndefinedError):
        method(0, 0, 10)
    with pytest.raises(UndefinedError):
        method(0, 0, 0)
    with pytest.raises(ValueError, match="cannot be drawn"):
        method(3, 11, 10)


NO_NUMBERS = [float("nan"), float("inf"), -1, 2.5, pd.NA, None]


@pytest.mark.parametrize("method", FINITE.values())
@pytest.mark.parametrize("wrong", NO_NUMBERS)
def test_a_blank_or_broken_number_is_refused_by_its_name(method, wrong):
    for counts, name in [((wrong, 5, 9), "count"), ((2, wrong, 9), "base"), ((2, 5, wrong), "population")]:
        with pytest.raises(ValueError, match=f"a {name} of .* is not a whole number of units"):
            method(*counts)


@pytest.mark.parametrize("method", FINITE.values())
def test_more_than_the_base_and_impossible_levels_are_refused(method):
    with pytest.raises(ValueError, match="3 of 2"):
        method(3, 2, 9)
    for level in (0, 1, 95, float("nan")):
        with pytest.raises(ValueError, match="level"):
            method(1, 2, 9, level=level)


shares = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
levels = st.sampled_from([0.8, 0.9, 0.95, 0.99])
drawn = st.integers(1, 120).flatmap(
    lambda population: st.integers(1, population).flatmap(
        lambda n: st.tuples(st.integers(0, n), st.just(n), st.just(population))
    )
)


@given(st.sampled_from(sorted(FINITE)), drawn, levels)
def test_finite_interval_is_possible_and_mirrored(method, counts, level):
    k, n, population = counts
    found = FINITE[method](k, n, population, level=level)
    assert k / population <= found.low + 1e-12
    assert found.high <= (population - n + k) / population + 1e-12
    # A population share is a whole number of units; the sample share need not be one.
    reach = 0 if method == "wilson_finite" else 1 / population
    assert found.low - reach <= k / n <= found.high + reach
    mirror = FINITE[method](n - k, n, population, level=level)
    assert (1 - mirror.high, 1 - mirror.low) == (pytest.approx(found.low), pytest.approx(found.high))


@given(st.sampled_from(sorted(FINITE)), st.integers(1, 2000), st.data())
def test_a_census_has_no_width(method, population, data):
    k = data.draw(st.integers(0, population))
    found = FINITE[method](k, population, population)
    assert found.low == found.high == k / population


@given(shares)
def test_a_large_population_forgets_the_correction(share):
    k, n = share
    # Wilson (1927): the roots p of (k/n - p)^2 = z^2 p (1 - p) / n, with the two-sided 95 % point z.
    p, z2 = k / n, 1.959963984540054**2
    reach = math.sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n * n)))
    low, high = ((p + z2 / (2 * n) + sign * reach) / (1 + z2 / n) for sign in (-1, 1))
    found = wilson_finite(k, n, 10**12)
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-8), pytest.approx(high, abs=1e-8))
