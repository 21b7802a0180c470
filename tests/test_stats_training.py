"""Gains and paired tests against R, hand computations and the blanks of real score sheets."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from stats_references import close, reference, rows

from dsw_analysis.stats import UndefinedError, gains, paired_t, signed_rank

SCORES = reference("paired_scores").groupby("set")


@pytest.mark.parametrize("row", rows("paired_tests"), ids=lambda r: r["set"])
def test_paired_tests_agree_with_r(row):
    scores = SCORES.get_group(row["set"])
    found = paired_t(scores["pre"], scores["post"])
    for name, expected in [("mean_difference", "mean_difference"), ("t", "t"), ("p_value", "p"), ("dz", "dz")]:
        assert getattr(found, name) == close(row[expected]), name
    assert found.df == row["df"]
    assert (found.interval.low, found.interval.high) == (close(row["low"]), close(row["high"]))
    ranked = signed_rank(scores["pre"], scores["post"])
    assert ranked.statistic == close(row["v"])
    assert ranked.p_value == close(row["signed_rank_p"])
    assert ranked.exact == bool(row["exact"])


def test_effectiveness_index_and_individual_gain_differ():
    # By hand, full score 20: sums 30 and 48, room 60 - 30; single gains 5/10, 9/15 (0.6) and 4/5 (0.8).
    found = gains([10, 5, 15], [15, 14, 19], 20)
    assert found.effectiveness_index == close(18 / 30)
    assert found.individual_gain == close((0.5 + 0.6 + 0.8) / 3)
    assert (found.sum_pre, found.sum_post, found.pairs) == (30, 48, 3)


def test_index_equals_hakes_gain_of_the_averages():
    # Hake (1998), equation 1: <g> = (<S_f> - <S_i>) / (100 - <S_i>) with averages in per cent.
    pre, post = [40, 55, 70, 62], [65, 71, 88, 90]
    before, after = sum(pre) / 4, sum(post) / 4
    assert gains(pre, post, 100).effectiveness_index == close((after - before) / (100 - before))


def test_missing_pairs_full_scores_and_falls_are_counted():
    found = gains([10, None, 20, 20, 8, None], [15, 12, 20, 18, None, None], 20)
    # Pairs: 10→15, 20→20, 20→18. Index (53 - 50) / (60 - 50); only the first can gain, 5 of 10.
    assert found.effectiveness_index == close(0.3)
    assert found.individual_gain == close(0.5)
    assert (found.pairs, found.missing, found.full_before, found.fell) == (3, 3, 2, 1)


def test_gain_of_those_who_could_not_gain_is_undefined():
    found = gains([20, 20], [20, 20], 20)
    assert (found.effectiveness_index, found.individual_gain) == (None, None)
    with pytest.raises(UndefinedError):
        gains([None, 3], [4, None], 20)
    with pytest.raises(UndefinedError):
        gains([], [], 20)


@pytest.mark.parametrize(
    ("pre", "post", "full", "message"),
    [([21], [3], 20, "between"), ([1], [-1], 20, "between"), ([1, 2], [3], 20, "same"), ([1], [2], 0, "above 0")],
)
def test_scores_that_cannot_be(pre, post, full, message):
    with pytest.raises(ValueError, match=message):
        gains(pre, post, full)


def test_no_variance_has_no_test():
    found = paired_t([1.1, 2.2, 3.3], [1.4, 2.5, 3.6])
    assert found.mean_difference == close(0.3)
    assert (found.t, found.p_value, found.dz) == (None, None, None)
    assert found.interval.low == found.interval.high
    with pytest.raises(UndefinedError):
        paired_t([1.0, None], [2.0, 3.0])


def test_nothing_to_rank():
    with pytest.raises(UndefinedError):
        signed_rank([1, 2], [1, 2])


def test_smallest_exact_p_by_hand():
    # Five pairs, all up, no ties: V = 15 and p = 2 / 2^5.
    found = signed_rank([1, 2, 3, 4, 5], [2, 4, 6, 8, 10])
    assert (found.statistic, found.p_value, found.exact) == (15, close(2 / 32), True)


def test_differences_equal_on_paper_are_ties():
    # 7.4 - 7.2 and 5.4 - 5.2 differ as binary numbers; the ranks are 1.5 and 1.5, then 3.
    found = signed_rank([7.2, 5.2, 1.0], [7.4, 5.4, 0.0])
    assert (found.statistic, found.exact) == (3.0, False)


pairs = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=2, max_size=40)


@settings(deadline=None)
@given(pairs, st.randoms(use_true_random=False))
def test_order_of_participants_never_matters(scores, shuffle):
    mixed = list(scores)
    shuffle.shuffle(mixed)
    one, two = zip(*scores, strict=True), zip(*mixed, strict=True)
    pre, post = map(list, one)
    again, after = map(list, two)
    assert gains(pre, post, 20) == gains(again, after, 20)
    assert paired_t(pre, post) == paired_t(again, after)
    if any(a != b for a, b in scores):
        assert signed_rank(pre, post) == signed_rank(again, after)


@settings(deadline=None)
@given(pairs)
def test_index_is_at_most_one_and_has_the_sign_of_the_change(scores):
    pre, post = (list(side) for side in zip(*scores, strict=True))
    found = gains(pre, post, 20)
    assume(found.effectiveness_index is not None)
    assert found.effectiveness_index <= 1
    assert math.copysign(1, found.effectiveness_index) == (1 if sum(post) >= sum(pre) else -1)
    tested = paired_t(pre, post)
    assert tested.interval.low <= tested.mean_difference <= tested.interval.high
