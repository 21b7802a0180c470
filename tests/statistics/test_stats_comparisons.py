"""McNemar's exact test and Holm's rule against R and by hand."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stats_references import close, reference, rows

from dsw_analysis.statistics.common import UndefinedError
from dsw_analysis.statistics.shares import holm, mcnemar


@pytest.mark.parametrize("row", rows("mcnemar"))
def test_mcnemar_agrees_with_r(row):
    counts = (row["both"], row["lost"], row["gained"], row["neither"])
    found = mcnemar(*counts)
    assert found.exact_p == close(row["exact_p"])
    assert found.difference == close((row["gained"] - row["lost"]) / sum(counts))


def test_mcnemar_where_nobody_changed():
    found = mcnemar(5, 0, 0, 3)
    assert (found.difference, found.exact_p) == (0.0, 1.0)
    with pytest.raises(UndefinedError):
        mcnemar(0, 0, 0, 0)


@pytest.mark.parametrize("wrong", [-1, 0.5, float("nan"), float("inf"), pd.NA, None])
def test_counts_that_cannot_be(wrong):
    for place in range(4):
        counts = [3, 3, 3, 3]
        counts[place] = wrong
        with pytest.raises(ValueError, match=r"a count of .* is not a whole number of units"):
            mcnemar(*counts)


def test_holm_agrees_with_r():
    frame = reference("holm")
    assert holm(frame["p"].tolist()) == pytest.approx(tuple(frame["adjusted"]), rel=1e-8)


def test_holm_by_hand():
    # Holm's rule by hand: 3 * 0.01, 2 * 0.02, then never less than the one before.
    assert holm([0.02, 0.03, 0.01]) == pytest.approx((0.04, 0.04, 0.03))
    assert holm([]) == ()
    with pytest.raises(ValueError, match="between 0 and 1"):
        holm([0.5, 1.5])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_never_lowers_and_keeps_the_order(p_values):
    adjusted = holm(p_values)
    assert all(p <= a <= 1 for p, a in zip(p_values, adjusted, strict=True))
    ranked = [a for _, a in sorted(zip(p_values, adjusted, strict=True))]
    assert ranked == sorted(ranked)
