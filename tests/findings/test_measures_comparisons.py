"""Comparisons against the references that R made, and what they say where there is nothing to compare."""

import pytest
from measures_frames import YES_NO, loaded, yes_of
from stats_references import close, reference, rows

from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.measures.comparisons import ChangeTest, ShareChange, ShareDifference, adjusted
from dsw_analysis.findings.measures.shares import Registry, Share
from dsw_analysis.intake.columns import Column

ANSWER = Column("a", "คำตอบ", "category", codes=YES_NO, required=False)
SHARE = Share(id="toy.s", label="s", counted={"a": "yes"})
DIFFERENCE = ShareDifference(id="toy.d", label="ส่วนต่าง")


UNIT = Column("unit", "หน่วย", "text")


def exact():
    return [r for r in rows("finite_intervals") if r["method"] == "exact_finite" and r["level"] == 0.95]


def asked(k, n, population):
    """The share of yes where ``n`` of the units on a registry answered, ``k`` of them yes."""
    names = [str(number) for number in range(population)]
    answers = loaded({"unit": names[:n], "a": ["yes"] * k + ["no"] * (n - k)}, UNIT, ANSWER)
    return SHARE(answers, Registry(units=loaded({"unit": names}, UNIT), key="unit"))


class TestShareDifference:
    def test_of_two_incomplete_registries_is_put_together_from_their_limits(self):
        # The limits of each share are R's.
        limits = {(r["k"], r["n"], r["population"]): (r["low"], r["high"]) for r in exact()}
        (l1, u1), (l2, u2) = limits[12, 21, 25], limits[3, 10, 76]
        p1, p2 = 12 / 21, 3 / 10
        found = DIFFERENCE(asked(12, 21, 25), asked(3, 10, 76))
        assert found.value == close(100 * (p1 - p2))
        assert found.low == close(100 * (p1 - p2 - ((p1 - l1) ** 2 + (u2 - p2) ** 2) ** 0.5))
        assert found.high == close(100 * (p1 - p2 + ((u1 - p1) ** 2 + (p2 - l2) ** 2) ** 0.5))
        assert found.method == "mover"

    def test_with_a_census_only_the_other_share_is_uncertain(self):
        first, second = asked(9, 21, 25), asked(2, 8, 8)
        found = DIFFERENCE(first, second)
        assert (found.value - found.low, found.high - found.value) == pytest.approx(
            (first.value - first.low, first.high - first.value)
        )
        assert found.method == "mover"

    def test_of_complete_records_has_no_interval_and_of_two_censuses_says_so(self):
        plain = DIFFERENCE(SHARE(yes_of(3, 4)), SHARE(yes_of(1, 4)))
        assert (plain.value, plain.low, plain.method) == (50, None, None)
        found = DIFFERENCE(asked(3, 4, 4), asked(1, 4, 4))
        assert (found.method, found.population, found.low) == ("census", 8, None)

    def test_with_an_undefined_share_is_undefined(self):
        found = DIFFERENCE(SHARE(yes_of(0, 0)), SHARE(yes_of(1, 4)))
        assert found.value is None
        assert found.note


class TestTwoRounds:
    COLUMNS = (UNIT, ANSWER)
    CHANGE = ShareChange(id="toy.c", label="c", key="unit", counted={"a": "yes"})
    TEST = ChangeTest(id="toy.p", label="p", key="unit", counted={"a": "yes"})

    def rounds(self, row):
        pairs = [("yes", "yes")] * row["both"] + [("yes", "no")] * row["lost"]
        pairs += [("no", "yes")] * row["gained"] + [("no", "no")] * row["neither"]
        names = [str(n) for n in range(len(pairs))]
        first = loaded({"unit": names, "a": [a for a, _ in pairs]}, *self.COLUMNS)
        # The second round lists the units the other way round: they are matched by name, not by place.
        second = loaded({"unit": names[::-1], "a": [b for _, b in pairs][::-1]}, *self.COLUMNS)
        return first, second

    @pytest.mark.parametrize("row", rows("mcnemar"), ids=str)
    def test_agree_with_r(self, row):
        first, second = self.rounds(row)
        n = row["both"] + row["lost"] + row["gained"] + row["neither"]
        found = self.CHANGE(first, second)
        assert found.value == pytest.approx(100 * (row["gained"] - row["lost"]) / n)
        assert (found.numerator, found.denominator) == (row["gained"] - row["lost"], n)
        test = self.TEST(first, second)
        assert (test.method, test.value) == ("mcnemar", close(row["exact_p"]))

    def test_units_without_both_answers_are_missing(self):
        first = loaded({"unit": ["1", "2", "3"], "a": ["yes", "no", None]}, *self.COLUMNS)
        second = loaded({"unit": ["2", "3", "4"], "a": ["yes", "yes", "no"]}, *self.COLUMNS)
        found = self.CHANGE(first, second)
        assert (found.value, found.rows, found.missing) == (100, 1, 3)
        assert "เปลี่ยนเป็นเข้าเกณฑ์ 1 หน่วย" in found.note

    def test_without_a_common_unit_are_undefined(self):
        first, second = (loaded({"unit": [u], "a": ["yes"]}, *self.COLUMNS) for u in "12")
        assert self.CHANGE(first, second).value is None
        assert self.TEST(first, second).value is None

    def test_a_unit_that_stands_twice_is_refused(self):
        twice = loaded({"unit": ["1", "1"], "a": ["yes", "no"]}, *self.COLUMNS)
        with pytest.raises(ValueError, match="stands twice"):
            self.CHANGE(twice, twice)


class TestHolm:
    def test_agrees_with_r(self):
        table = reference("holm")
        tests = {n: Finding(id=f"toy.p{n}", label="p", value=p, unit="p_value") for n, p in enumerate(table["p"])}
        found = adjusted(tests)
        assert [f.value for f in found.values()] == [close(p) for p in table["adjusted"]]
        assert found[0].id == "toy.p0.holm"
        assert f"{len(table)} รายการ" in found[0].note

    def test_undefined_ones_do_not_count(self):
        tests = {
            "known": Finding(id="toy.a", label="p", value=0.04, unit="p_value"),
            "none": Finding(id="toy.b", label="p", value=None, unit="p_value", note="x"),
        }
        assert {n: f.value for n, f in adjusted(tests).items()} == {"known": 0.04, "none": None}

    def test_refuses_what_is_no_p_value(self):
        with pytest.raises(ValueError, match="only p values"):
            adjusted({"s": SHARE(yes_of(1, 2))})
