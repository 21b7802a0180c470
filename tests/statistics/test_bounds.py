"""Bounds of unknown numbers: against all whole numbers that meet the sums, tried one by one."""

from itertools import product

import numpy as np
import pytest

from dsw_analysis.statistics.bounds import FAR, ContradictionError, Sums, propagate, unreached


def limits(*pairs):
    low, high = np.array(pairs, dtype=np.int64).T
    return low, high


def tried(low, high, sums):
    """Least and most of each unknown among all whole numbers that meet every sum; None if there are none."""
    found = [
        numbers
        for numbers in product(*(range(a, b + 1) for a, b in zip(low, high, strict=True)))
        if all(sum(sign * numbers[at] for at, sign in sum_) == 0 for sum_ in sums)
    ]
    return None if not found else (np.min(found, axis=0), np.max(found, axis=0))


def test_what_is_left_of_a_total():
    # total = a + b + c, total 10, a 8, b 0..4: c is at most 2.
    found = propagate(*limits((10, 10), (8, 8), (0, 4), (0, FAR)), Sums.of([[(0, 1), (1, -1), (2, -1), (3, -1)]]))
    assert found.low.tolist() == [10, 8, 0, 0]
    assert found.high.tolist() == [10, 8, 2, 2]
    assert found.high_by.tolist() == [-1, -1, 0, 0]
    assert found.low_by.tolist() == [-1, -1, -1, -1]


def test_what_cannot_be_is_named():
    sums = Sums.of([[(0, 1), (1, -1)], [(1, 1), (2, -1)]])
    with pytest.raises(ContradictionError) as raised:
        propagate(*limits((0, 9), (3, 4), (5, 6)), sums)
    assert raised.value.sum_ == 1


def test_three_pairs_are_only_seen_together():
    # a+b 3, b+c 3, a+c 2.
    sums = [[(0, 1), (3, -1), (4, -1)], [(1, 1), (4, -1), (5, -1)], [(2, 1), (3, -1), (5, -1)]]
    low, high = limits((3, 3), (3, 3), (2, 2), (0, 9), (0, 9), (0, 9))
    found = propagate(low, high, Sums.of(sums))
    assert (found.low[4], found.high[4]) == (1, 3)
    # That b can be 2 is all that was asked of its most.
    assert unreached(found, Sums.of(sums), [3, 4, 5], 0, 2) == {3: (1, 1), 4: (2, 3), 5: (1, 1)}
    assert unreached(found, Sums.of(sums), [3, 4, 5], 2, 2) == {3: (0, 1), 5: (0, 1)}


@pytest.mark.parametrize("seed", range(60))
def test_random_sums_against_all_that_is_possible(seed):
    rng = np.random.default_rng(seed)
    count = int(rng.integers(3, 6))
    truth = rng.integers(0, 5, count)
    sums = []
    for _ in range(int(rng.integers(1, 4))):
        at = rng.choice(count, size=int(rng.integers(2, count + 1)), replace=False)
        sums.append([(int(a), 1 if place == 0 else -1) for place, a in enumerate(at)])
    low, high = truth - rng.integers(0, 4, count), truth + rng.integers(0, 4, count)
    possible = tried(low, high, sums)
    if possible is None:
        return  # fractions may meet what whole numbers do not
    found = propagate(low, high, Sums.of(sums))
    least, most = possible
    assert (found.low <= least).all()
    assert (most <= found.high).all()
    missed = unreached(found, Sums.of(sums), range(count), 1, 3)
    for at in range(count):
        low_by_lp, high_by_lp = missed.get(at, (found.low[at], found.high[at]))
        assert found.low[at] <= low_by_lp <= least[at]
        assert most[at] <= high_by_lp <= found.high[at]
        if at not in missed:
            assert found.low[at] <= 1
            assert found.high[at] >= 3
    if len(sums) == 1:  # a tree: nothing narrower is true
        assert (found.low == least).all()
        assert (found.high == most).all()
