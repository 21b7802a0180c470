"""Ranking and points that need attention, worked out by hand."""

import pytest

from dsw_analysis.findings import Finding
from dsw_analysis.measures import attention, rank


def share(k, n, id_="s"):
    if n == 0:
        return Finding(id=f"toy.{id_}", label=id_, value=None, unit="percent", numerator=0, denominator=0, note="ไม่มี")
    return Finding(id=f"toy.{id_}", label=id_, value=100 * k / n, unit="percent", numerator=k, denominator=n)


def number(value, unit="percent", id_="n"):
    return Finding(id=f"toy.{id_}", label=id_, value=value, unit=unit, note="ไม่มี")


class TestRank:
    def test_ties_share_a_place_and_the_next_is_skipped(self):
        found = rank({"a": share(1, 3), "b": share(2, 4), "c": share(3, 6), "d": share(5, 6)})
        assert [(r.key, r.place, r.text) for r in found] == [
            ("d", 1, "1"), ("b", 2, "2 (ร่วม)"), ("c", 2, "2 (ร่วม)"), ("a", 4, "4"),
        ]  # fmt: skip

    def test_equal_fractions_tie_although_their_floats_may_not(self):
        # 100 * 29 / 100 is 28.999… or 29.0 by the order of its steps; as fractions 29/100 and 58/200 are equal.
        nearly = Finding(id="toy.x", label="x", value=0.29 * 100, unit="percent", numerator=29, denominator=100)
        assert nearly.value != share(58, 200).value
        assert [r.place for r in rank({"a": nearly, "b": share(58, 200)})] == [1, 1]

    def test_lowest_first_and_undefined_last_without_a_place(self):
        found = rank({"none": share(0, 0), "high": share(9, 10), "low": share(1, 10)}, lowest_first=True)
        assert [(r.key, r.place, r.text) for r in found] == [("low", 1, "1"), ("high", 2, "2"), ("none", None, "-")]

    def test_of_nothing_is_empty(self):
        assert rank({}) == []


CONCERNS = {"at": share(1, 2), "below": share(12, 25), "above": share(13, 25), "none": share(0, 0)}


class TestAttention:
    def test_takes_what_is_at_or_above_the_threshold_highest_first(self):
        assert [r.key for r in attention(CONCERNS, number(50))] == ["above", "at"]

    def test_refuses_another_unit(self):
        with pytest.raises(ValueError, match="different units"):
            attention(CONCERNS, number(50, "persons"))
