"""Ranking, points that need attention, attainment, pace and composites, worked out by hand."""

import pytest

from dsw_analysis.findings import Finding
from dsw_analysis.measures import Attainment, Pace, WeightedMean, attention, rank
from dsw_analysis.rounds import Round

HALF_YEAR = Round.parse("2569-6m")


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


class TestIndicators:
    def test_attainment(self):
        attained = Attainment(id="toy.a", label="a")
        found = attained(number(18, "centres"), number(30, "centres"))
        assert (found.value, found.numerator, found.denominator, found.note) == (60, 18, 30, None)
        assert attained(number(None), number(30)).value is None
        assert attained(number(18), number(0)).value is None

    def test_of_a_ceiling_it_is_the_part_used_and_says_so(self):
        found = Attainment(id="toy.a", label="a", direction="at_most")(number(2), number(8))
        assert found.value == 25
        assert "เพดาน" in found.note

    def test_pace_compares_with_the_elapsed_share_of_the_year(self):
        pace = Pace(id="toy.p", label="p", round=HALF_YEAR)
        assert pace(number(60)).value == 10
        assert pace(number(45)).value == -5
        assert pace(number(45)).text("unit") == "-5.00 จุดร้อยละ"
        assert pace(number(None)).value is None


class TestWeightedMean:
    measure = WeightedMean(id="toy.w", label="w", weights={"a": 3, "b": 1}, published_in="แผนปฏิบัติการ")

    def test_weighs_and_names_its_source(self):
        found = self.measure({"a": number(80), "b": number(40)})
        assert found.value == 70  # (3 * 80 + 40) / 4
        assert found.note == "น้ำหนักตามแผนปฏิบัติการ"
        assert found.method == "published_weights"

    def test_with_a_part_undefined_is_undefined(self):
        assert self.measure({"a": number(80), "b": number(None)}).value is None

    def test_refuses_weights_without_a_source_and_parts_that_do_not_fit(self):
        with pytest.raises(ValueError, match="unpublished"):
            WeightedMean(id="toy.w", label="w", weights={"a": 1}, published_in=" ")
        with pytest.raises(ValueError, match="above 0"):
            WeightedMean(id="toy.w", label="w", weights={"a": 0}, published_in="แผน")
        with pytest.raises(ValueError, match="weights are for a, b"):
            self.measure({"a": number(80)})
        with pytest.raises(ValueError, match="must be in percent"):
            self.measure({"a": number(80), "b": number(4, "persons")})
