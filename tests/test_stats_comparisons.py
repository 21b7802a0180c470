"""Tests of tables against R and against counting every table by hand."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import factorial, prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact
from stats_references import close, reference, rows

from dsw_analysis.stats import (
    TooLargeError,
    UndefinedError,
    chi_square,
    fisher_freeman_halton,
    holm,
    mcnemar,
)


def parse(text):
    return [[int(cell) for cell in line.split()] for line in text.split(";")]


@pytest.mark.parametrize("row", rows("tables"), ids=lambda r: r["name"])
def test_tables_agree_with_r(row):
    table = parse(row["table"])
    # R's network algorithm adds doubles along its paths: ten digits are what it gives.
    assert fisher_freeman_halton(table) == close(row["exact_p"])
    found = chi_square(table)
    assert found.statistic == pytest.approx(row["chi_square"], rel=1e-8, abs=1e-12)
    assert found.df == row["df"]
    assert found.p_value == close(row["p"])
    assert found.smallest_expected == close(row["smallest_expected"])
    assert found.small_cells == close(row["small_cells"])
    assert found.conditions_hold == (row["smallest_expected"] >= 1 and row["small_cells"] <= 0.2)


def test_cramers_v_by_hand():
    # chi-square of [[30, 10], [10, 30]] is 80 (30*30 - 10*10)^2 / 40^4 = 20, so V = sqrt(20/80) = 0.5.
    found = chi_square([[30, 10], [10, 30]])
    assert (found.statistic, found.cramers_v, found.n) == (close(20), close(0.5), 80)
    assert found.conditions_hold
    assert chi_square([[7, 0, 0], [0, 7, 0], [0, 0, 7]]).cramers_v == close(1)


def counted(table):
    """Exact p value from all tables with the same margins: every choice of all but the last row and column."""
    table = np.array(table)
    right, bottom = table.sum(axis=1), table.sum(axis=0)
    shape = (len(right) - 1, len(bottom) - 1)
    most = [range(min(r, c) + 1) for r in right[:-1] for c in bottom[:-1]]
    inner = np.array(list(product(*most))).reshape(-1, *shape)
    rows_ = np.concatenate([inner, right[:-1, None] - inner.sum(axis=2, keepdims=True)], axis=2)
    every = np.concatenate([rows_, bottom - rows_.sum(axis=1, keepdims=True)], axis=1)
    every = every[(every >= 0).all(axis=(1, 2))]
    scale = prod(map(factorial, right.tolist())) * prod(map(factorial, bottom.tolist()))

    def weight(cells):
        return Fraction(scale, prod(map(factorial, cells)))

    weights = [weight(cells) for cells in every.reshape(len(every), -1).tolist()]
    limit = weight(table.ravel().tolist())
    return float(sum(w for w in weights if w <= limit) / sum(weights))


@settings(deadline=None, max_examples=30)
@given(st.lists(st.lists(st.integers(0, 2), min_size=3, max_size=3), min_size=2, max_size=3))
def test_exact_test_equals_counting_every_table(table):
    try:
        found = fisher_freeman_halton(table)
    except UndefinedError:
        assert (np.array(table).sum(0) > 0).sum() < 2 or (np.array(table).sum(1) > 0).sum() < 2
    else:
        assert found == pytest.approx(counted(table), rel=1e-12)


@settings(deadline=None)
@given(st.lists(st.integers(0, 12), min_size=4, max_size=4))
def test_two_by_two_is_fishers_test(cells):
    table = np.array(cells).reshape(2, 2)
    if (table.sum(0) == 0).any() or (table.sum(1) == 0).any():
        with pytest.raises(UndefinedError):
            fisher_freeman_halton(table)
    else:
        assert fisher_freeman_halton(table) == close(fisher_exact(table).pvalue)


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.lists(st.integers(1, 4), min_size=3, max_size=3), min_size=2, max_size=4),
    st.randoms(use_true_random=False),
)
def test_order_of_rows_and_columns_never_matters(table, shuffle):
    mixed = [list(row) for row in table]
    shuffle.shuffle(mixed)
    turned = np.array(mixed).T
    assert fisher_freeman_halton(turned) == fisher_freeman_halton(table)
    assert chi_square(turned).statistic == pytest.approx(chi_square(table).statistic)


def test_rows_of_zeros_are_left_out():
    assert fisher_freeman_halton([[3, 0, 1, 4], [0, 0, 0, 0], [1, 0, 5, 2]]) == close(counted([[3, 1, 4], [1, 5, 2]]))
    assert chi_square([[30, 10, 0], [10, 30, 0]]).df == 1


def test_a_table_too_large_says_so():
    with pytest.raises(TooLargeError, match="more than 1000"):
        fisher_freeman_halton(np.full((5, 5), 10), most_steps=1000)


@pytest.mark.parametrize("test", [chi_square, fisher_freeman_halton])
def test_tables_that_cannot_be(test):
    with pytest.raises(UndefinedError):
        test([[3, 4]])
    with pytest.raises(UndefinedError):
        test([[0, 0], [0, 0]])
    for bad in ([[1, -1], [2, 3]], [[0.5, 1], [2, 3]], [1, 2]):
        with pytest.raises(ValueError, match="whole numbers"):
            test(bad)


@pytest.mark.parametrize("row", rows("mcnemar"))
def test_mcnemar_agrees_with_r(row):
    counts = (row["both"], row["lost"], row["gained"], row["neither"])
    found = mcnemar(*counts)
    assert (found.statistic, found.p_value) == (close(row["statistic"]), close(row["p"]))
    assert found.exact_p == close(row["exact_p"])
    assert found.difference == close((row["gained"] - row["lost"]) / sum(counts))


def test_mcnemar_where_nobody_changed():
    found = mcnemar(5, 0, 0, 3)
    assert (found.difference, found.exact_p, found.statistic, found.p_value) == (0.0, 1.0, None, None)
    with pytest.raises(UndefinedError):
        mcnemar(0, 0, 0, 0)
    with pytest.raises(ValueError, match="whole"):
        mcnemar(1, -1, 0, 0)


def test_holm_agrees_with_r():
    frame = reference("holm")
    assert holm(frame["p"].tolist()) == pytest.approx(tuple(frame["adjusted"]), rel=1e-8)


def test_holm_by_hand():
    # Holm's rule by hand: 3 * 0.01, 2 * 0.02, then never less than the one before.
    assert holm([0.02, 0.03, 0.01]) == pytest.approx((0.04, 0.04, 0.03))
    assert holm([]) == ()
    with pytest.raises(ValueError, match="between 0 and 1"):
        holm([0.5, 1.5])


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_never_lowers_and_keeps_the_order(p_values):
    adjusted = holm(p_values)
    assert all(p <= a <= 1 for p, a in zip(p_values, adjusted, strict=True))
    ranked = [a for _, a in sorted(zip(p_values, adjusted, strict=True))]
    assert ranked == sorted(ranked)
