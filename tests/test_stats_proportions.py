"""Intervals for shares against R, printed examples, and what must hold for any counts."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stats_references import close, rows

from dsw_analysis import stats
from dsw_analysis.stats import INTERVALS, UndefinedError, exact_finite, newcombe, wilson_finite

FINITE = {"exact_finite": exact_finite, "wilson_finite": wilson_finite}


@pytest.mark.parametrize(
    "row", rows("proportion_intervals"), ids=lambda r: f"{r['method']}-{r['k']}-{r['n']}-{r['level']}"
)
def test_intervals_agree_with_r(row):
    found = INTERVALS[row["method"]](row["k"], row["n"], level=row["level"])
    assert (found.low, found.high) == (close(row["low"]), close(row["high"]))
    assert (found.level, found.method) == (row["level"], row["method"])


@pytest.mark.parametrize(
    "row", rows("finite_intervals"), ids=lambda r: f"{r['method']}-{r['k']}-{r['n']}-{r['population']}"
)
def test_finite_intervals_agree_with_r(row):
    found = FINITE[row["method"]](row["k"], row["n"], row["population"], level=row["level"])
    assert (found.low, found.high) == (close(row["low"]), close(row["high"]))
    assert found.method == row["method"]


@pytest.mark.parametrize("row", rows("proportion_differences"))
def test_differences_agree_with_r(row):
    found = newcombe(row["k1"], row["n1"], row["k2"], row["n2"], level=row["level"])
    assert found.estimate == close(row["estimate"])
    assert found.interval.low == close(row["low"])
    assert found.interval.high == close(row["high"])


# Newcombe (1998), Statistics in Medicine 17, 857-872, Table I, printed to four decimals.
@pytest.mark.parametrize(
    ("method", "k", "n", "low", "high"),
    [
        ("wilson", 81, 263, 0.2553, 0.3662),
        ("clopper_pearson", 81, 263, 0.2527, 0.3676),
        ("mid_p", 81, 263, 0.2544, 0.3658),
        ("wilson", 15, 148, 0.0624, 0.1605),
        ("clopper_pearson", 15, 148, 0.0578, 0.1617),
        ("mid_p", 15, 148, 0.0601, 0.1581),
        ("wilson", 0, 20, 0.0, 0.1611),
        ("clopper_pearson", 0, 20, 0.0, 0.1684),
        ("mid_p", 0, 20, 0.0, 0.1391),
        ("wilson", 1, 29, 0.0061, 0.1718),
        ("clopper_pearson", 1, 29, 0.0009, 0.1776),
        ("mid_p", 1, 29, 0.0017, 0.1585),
    ],
)
def test_intervals_printed_by_newcombe(method, k, n, low, high):
    found = INTERVALS[method](k, n)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


# Newcombe (1998), Statistics in Medicine 17, 873-890, Table II, method 10.
@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((0, 10, 0, 10), -0.2775, 0.2775),
        ((10, 10, 0, 20), 0.6791, 1.0),
        ((10, 10, 0, 10), 0.6075, 1.0),
    ],
)
def test_differences_printed_by_newcombe(counts, low, high):
    found = newcombe(*counts).interval
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@pytest.mark.parametrize("n", [1, 5, 20])
def test_limits_of_none_solve_their_equations(n):
    # With k = 0: (1 - p)^n = 0.025 (exact), half of it for the mid-P; both by hand.
    assert stats.clopper_pearson(0, n).high == close(1 - 0.025 ** (1 / n))
    assert stats.mid_p(0, n).high == close(1 - 0.05 ** (1 / n))


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


@pytest.mark.parametrize("method", INTERVALS.values())
def test_a_share_of_nothing_is_undefined(method):
    with pytest.raises(UndefinedError):
        method(0, 0)
    for k, n in [(3, 2), (-1, 2), (0.5, 2)]:
        with pytest.raises(ValueError, match="count"):
            method(k, n)
    with pytest.raises(ValueError, match="level"):
        method(1, 2, level=95)


@pytest.mark.parametrize("method", FINITE.values())
def test_finite_populations_that_cannot_be(method):
    with pytest.raises(UndefinedError):
        method(0, 0, 10)
    with pytest.raises(UndefinedError):
        method(0, 0, 0)
    with pytest.raises(ValueError, match="cannot be drawn"):
        method(3, 11, 10)


def test_undefined_difference():
    with pytest.raises(UndefinedError):
        newcombe(0, 0, 1, 2)


shares = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
levels = st.sampled_from([0.8, 0.9, 0.95, 0.99])
methods = st.sampled_from(sorted(INTERVALS))


@settings(deadline=None)
@given(methods, shares, levels)
def test_interval_holds_the_estimate_within_0_and_1(method, share, level):
    k, n = share
    found = INTERVALS[method](k, n, level=level)
    assert 0 <= found.low <= k / n <= found.high <= 1
    assert found.low < found.high


@settings(deadline=None)
@given(methods, shares, levels)
def test_complement_mirrors_the_interval(method, share, level):
    k, n = share
    yes, no = INTERVALS[method](k, n, level=level), INTERVALS[method](n - k, n, level=level)
    assert (1 - no.high, 1 - no.low) == (pytest.approx(yes.low, abs=1e-10), pytest.approx(yes.high, abs=1e-10))


@settings(deadline=None)
@given(methods, shares, levels, st.integers(2, 5))
def test_more_answers_of_the_same_share_shrink_the_interval(method, share, level, times):
    k, n = share
    few, many = INTERVALS[method](k, n, level=level), INTERVALS[method](k * times, n * times, level=level)
    assert many.high - many.low < few.high - few.low


@settings(deadline=None)
@given(methods, shares)
def test_a_higher_level_is_wider(method, share):
    narrow, wide = INTERVALS[method](*share, level=0.9), INTERVALS[method](*share, level=0.99)
    assert wide.low <= narrow.low
    assert narrow.high <= wide.high


drawn = st.integers(1, 120).flatmap(
    lambda population: st.integers(1, population).flatmap(
        lambda n: st.tuples(st.integers(0, n), st.just(n), st.just(population))
    )
)


@settings(deadline=None)
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


@settings(deadline=None)
@given(st.sampled_from(sorted(FINITE)), st.integers(1, 2000), st.data())
def test_a_census_has_no_width(method, population, data):
    k = data.draw(st.integers(0, population))
    found = FINITE[method](k, population, population)
    assert found.low == found.high == k / population


@settings(deadline=None)
@given(shares)
def test_a_large_population_forgets_the_correction(share):
    k, n = share
    near, far = wilson_finite(k, n, 10**12), stats.wilson(k, n)
    assert (near.low, near.high) == (pytest.approx(far.low, abs=1e-8), pytest.approx(far.high, abs=1e-8))


@settings(deadline=None)
@given(shares, shares, levels)
def test_difference_holds_its_estimate_and_turns_its_sign(first, second, level):
    found, turned = newcombe(*first, *second, level=level), newcombe(*second, *first, level=level)
    assert -1 <= found.interval.low <= found.estimate <= found.interval.high <= 1
    assert turned.estimate == -found.estimate
    assert turned.interval.low == pytest.approx(-found.interval.high, abs=1e-12)
