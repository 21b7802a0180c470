"""Gains, paired change and signed ranks against R, counting by hand, and the blanks of real score sheets."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import wilcoxon
from stats_references import close, reference, rows

from dsw_analysis.statistics.common import UndefinedError
from dsw_analysis.statistics.scores import gains, paired_change, signed_rank

SCORES = reference("paired_scores").groupby("set")


@pytest.mark.parametrize("row", rows("paired_tests"), ids=lambda r: r["set"])
def test_change_and_ranks_agree_with_r(row):
    scores = SCORES.get_group(row["set"])
    found = paired_change(scores["pre"], scores["post"])
    assert (found.mean_difference, found.dz) == (close(row["mean_difference"]), close(row["dz"]))
    assert (found.interval.low, found.interval.high) == (close(row["low"]), close(row["high"]))
    ranked = signed_rank(scores["pre"], scores["post"])
    assert ranked.statistic == close(row["v"])
    # R has no exact value where pairs are tied or unchanged; there ours is compared with counting, below.
    if row["exact"] or not ranked.exact:
        assert ranked.p_value == close(row["signed_rank_p"])
    assert ranked.exact == ((scores["post"] - scores["pre"]).dropna().round(9).ne(0).sum() <= 50)


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


def test_missing_pairs_are_left_out_and_full_scores_counted():
    found = gains([10, None, 20, 20, 8, None], [15, 12, 20, 18, None, None], 20)
    # Pairs: 10→15, 20→20, 20→18. Index (53 - 50) / (60 - 50); only the first can gain, 5 of 10.
    assert found.effectiveness_index == close(0.3)
    assert found.individual_gain == close(0.5)
    assert (found.pairs, found.full_before) == (3, 2)


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


def test_a_blank_full_score_is_refused():
    for full in (float("nan"), float("-inf"), float("inf")):
        with pytest.raises(ValueError, match="full score"):
            gains([1], [2], full)


def test_a_change_that_is_the_same_for_all_has_no_effect_size():
    found = paired_change([1.1, 2.2, 3.3], [1.4, 2.5, 3.6])
    assert found.mean_difference == close(0.3)
    assert found.dz is None
    assert found.interval.low == found.interval.high
    with pytest.raises(UndefinedError):
        paired_change([1.0, None], [2.0, 3.0])


def test_nothing_to_rank():
    with pytest.raises(UndefinedError):
        signed_rank([1, 2], [1, 2])


def test_smallest_exact_p_by_hand():
    # Five pairs, all up, no ties: V = 15 and p = 2 / 2^5.
    found = signed_rank([1, 2, 3, 4, 5], [2, 4, 6, 8, 10])
    assert (found.statistic, found.p_value, found.exact) == (15, close(2 / 32), True)


def test_differences_equal_on_paper_are_ties():
    # 7.4 - 7.2 and 5.4 - 5.2 differ as binary numbers; the ranks are 1.5 and 1.5, then 3. Of the 8 ways to give signs
    # V is 0, 1.5, 1.5, 3, 3, 4.5, 4.5 or 6: none is nearer to the middle than 3.
    found = signed_rank([7.2, 5.2, 1.0], [7.4, 5.4, 0.0])
    assert (found.statistic, found.p_value, found.exact) == (3.0, 1.0, True)


def test_ties_and_unchanged_pairs_by_hand():
    # Changes 0, 1, 1, 2, -1: ranks 2, 2, 4, -2, V = 8 of 10. Of 16 sums of {2, 2, 2, 4} one is 10 and three are 8.
    found = signed_rank([5, 5, 5, 5, 5], [5, 6, 6, 7, 4])
    assert (found.statistic, found.p_value) == (8.0, 2 * 4 / 16)


def test_sleep_printed_by_an_exact_test():
    # Student's sleep data: one of ten unchanged, nine longer, so that p = 2 / 2^9 (exactRankTests: 0.003906).
    scores = SCORES.get_group("sleep")
    assert signed_rank(scores["pre"], scores["post"]).p_value == close(1 / 256)


def counted(changes):
    """Two-sided p value from every way to give signs to the middle ranks of what changed."""
    sizes = [abs(c) for c in changes if c]
    ranks = [sum(b < a for b in sizes) + Fraction(1 + sizes.count(a), 2) for a in sizes]
    middle = sum(ranks) / 2
    seen = abs(sum(r for r, c in zip(ranks, filter(None, changes), strict=True) if c > 0) - middle)
    sums = (sum(r for r, up in zip(ranks, ups, strict=True) if up) for ups in product((0, 1), repeat=len(ranks)))
    return Fraction(sum(abs(s - middle) >= seen for s in sums), 2 ** len(ranks))


@settings(max_examples=60)
@given(st.lists(st.integers(-4, 4), min_size=1, max_size=11).filter(any))
def test_exact_p_equals_counting_every_sign(changes):
    found = signed_rank([0] * len(changes), changes)
    assert found.exact
    assert found.p_value == float(counted(changes))


@settings(max_examples=30)
@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=50, unique=True), st.randoms(use_true_random=False))
def test_without_ties_the_exact_p_is_that_of_scipy(sizes, random):
    changes = np.array([size * random.choice((-1, 1)) for size in sizes], dtype=float)
    expected = wilcoxon(changes, method="exact").pvalue
    assert signed_rank(np.zeros(len(changes)), changes).p_value == pytest.approx(expected, rel=1e-12)


def test_fifty_changed_pairs_are_exact_and_one_more_is_not():
    # All up: 2 / 2^50. Unchanged pairs do not count towards the fifty.
    found = signed_rank([0] * 60, [3] * 50 + [0] * 10)
    assert (found.p_value, found.exact) == (2 / 2**50, True)
    assert not signed_rank([0] * 51, [3] * 51).exact


pairs = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=2, max_size=40)


@given(pairs, st.randoms(use_true_random=False))
def test_order_of_participants_never_matters(scores, shuffle):
    mixed = list(scores)
    shuffle.shuffle(mixed)
    one, two = zip(*scores, strict=True), zip(*mixed, strict=True)
    pre, post = map(list, one)
    again, after = map(list, two)
    assert gains(pre, post, 20) == gains(again, after, 20)
    assert paired_change(pre, post) == paired_change(again, after)
    if any(a != b for a, b in scores):
        assert signed_rank(pre, post) == signed_rank(again, after)


@given(pairs)
def test_index_is_at_most_one_and_has_the_sign_of_the_change(scores):
    pre, post = (list(side) for side in zip(*scores, strict=True))
    found = gains(pre, post, 20)
    assume(found.effectiveness_index is not None)
    assert found.effectiveness_index <= 1
    assert math.copysign(1, found.effectiveness_index) == (1 if sum(post) >= sum(pre) else -1)
    tested = paired_change(pre, post)
    assert tested.interval.low <= tested.mean_difference <= tested.interval.high
