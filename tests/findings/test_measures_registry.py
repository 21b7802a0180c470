"""Census, incomplete registry and response rates: intervals against counting and the references that R made."""

from math import comb

import pytest
from measures_frames import YES_NO, loaded
from stats_references import close, rows

from dsw_analysis.findings.measures.groups import by
from dsw_analysis.findings.measures.shares import Registry, ResponseRate, Share
from dsw_analysis.intake.columns import Column
from dsw_analysis.problems import DataError

UNIT = Column("unit", "หน่วยงาน", "text", unique=True)
KIND = Column("kind", "ประเภท", "category", codes={"a": "ก", "b": "ข"})
ANSWER = Column("a", "คำตอบ", "category", codes=YES_NO, required=False)
KINDS = ["a"] * 15 + ["b"] * 10
NAMES = [f"หน่วย {n}" for n in range(25)]


def registry(**options):
    units = loaded({"unit": NAMES, "kind": KINDS}, UNIT, KIND, id_="toy_units")
    return Registry(units=units, key="unit", **options)


def answers(kept=range(25), yes=13, provenance="reconstructed"):
    """Answers of the units numbered in ``kept``; those below ``yes`` say yes."""
    data = {
        "unit": [NAMES[n] for n in kept],
        "kind": [KINDS[n] for n in kept],
        "a": ["yes" if n < yes else "no" for n in kept],
    }
    return loaded(data, UNIT, KIND, ANSWER, provenance=provenance)


def share(**options):
    return Share(id="toy.s", label="s", counted={"a": "yes"}, **options)


def possible(k, n, population):
    """Shares of the population that two tails of 2.5 % do not rule out, by counting every sample."""
    kept = []
    for total in range(population + 1):
        ways = [comb(total, i) * comb(population - total, n - i) for i in range(n + 1)]
        every = comb(population, n)
        if min(sum(ways[k:]), sum(ways[: k + 1])) * 40 > every:
            kept.append(total)
    return 100 * kept[0] / population, 100 * kept[-1] / population


class TestRegistry:
    def test_everybody_answered_is_a_census_without_interval(self):
        found = share()(answers(), registry())
        assert (found.text("n/N"), found.population, found.method) == ("13/25", 25, "census")
        assert (found.low, found.high, found.note) == (None, None, None)

    def test_four_units_missing_give_the_exact_hypergeometric_interval(self):
        found = share()(answers(range(4, 25)), registry())
        assert (found.text("n/N"), found.population, found.method) == ("9/21", 25, "exact_finite")
        assert (found.low, found.high) == pytest.approx(possible(9, 21, 25))
        assert "ยังไม่มีข้อมูล" in found.note

    def test_wilson_with_effective_n_on_request_agrees_with_r(self):
        (row,) = [
            r for r in rows("finite_intervals")
            if (r["method"], r["k"], r["n"], r["population"], r["level"]) == ("wilson_finite", 12, 21, 25, 0.95)
        ]  # fmt: skip
        found = share()(answers(range(21), yes=12), registry(interval="wilson_finite"))
        assert (found.low, found.high) == (close(100 * row["low"]), close(100 * row["high"]))

    def test_a_stratum_of_which_all_answered_is_a_census_while_the_other_is_not(self):
        found = by("kind", share())(answers(range(4, 25)), registry())
        assert (found["b"].method, found["b"].population) == ("census", 10)
        assert (found["a"].method, found["a"].population, found["a"].denominator) == ("exact_finite", 15, 11)
        assert (found["a"].low, found["a"].high) == pytest.approx(possible(9, 11, 15))

    def test_a_blank_answer_is_a_unit_without_data(self):
        frame = answers()
        frame.loc[frame.index[0], "a"] = None
        found = share()(frame, registry())
        assert (found.text("n/N"), found.missing, found.method) == ("12/24", 1, "exact_finite")

    def test_nobody_answered_is_undefined(self):
        found = share()(answers([]), registry())
        assert (found.value, found.low, found.population) == (None, None, 25)

    def test_response_rate_by_stratum(self):
        rate = ResponseRate(id="toy.r", label="r")
        found = rate(answers(range(4, 25)), registry())
        assert (found.text("n/N"), found.value, found.provenance) == ("21/25", 84, "reconstructed")
        strata = by("kind", rate)(answers(range(4, 25)), registry())
        assert {k: f.text("n/N") for k, f in strata.items()} == {"a": "11/15", "b": "10/10"}

    def test_a_unit_that_was_not_asked_answers_twice_or_stands_elsewhere_is_a_problem_in_the_words_of_the_file(self):
        frame = answers()
        frame.loc[3, "unit"] = "หน่วยนอกทะเบียน"
        frame.loc[5, "unit"] = frame.loc[4, "unit"]
        frame.loc[26, "kind"] = "a"
        with pytest.raises(DataError) as raised:
            share()(frame, registry())
        assert [(p.row, p.column, p.value) for p in raised.value.problems] == [
            (3, "หน่วยงาน", "หน่วยนอกทะเบียน"),
            (5, "หน่วยงาน", NAMES[2]),
            (26, "ประเภท", "ก"),
        ]
        assert str(raised.value.problems[0]) == (
            "ไฟล์ toy_rows.csv แถวที่ 3 คอลัมน์ “หน่วยงาน”: พบ “หน่วยนอกทะเบียน” ไม่พบในทะเบียนตัวอย่าง "
            "— ตรวจสอบแถวนี้กับทะเบียนตัวอย่าง แล้วแก้ไขรายการที่ไม่ตรง"
        )

    def test_a_filter_that_the_registry_cannot_tell_is_refused(self):
        with pytest.raises(KeyError, match="no column 'a'"):
            share(where={"a": "yes"})(answers(), registry())

    def test_unknown_intervals_are_refused(self):
        with pytest.raises(ValueError, match="wilson_finite"):
            registry(interval="wilson")

    def test_a_row_that_is_not_one_unit_is_a_problem_because_it_would_make_the_population_wrong(self):
        units = loaded({"unit": ["ก", None, "ข", "ก", None], "kind": list("aabba")}, UNIT, KIND, id_="toy_units")
        with pytest.raises(DataError) as raised:
            Registry(units=units, key="unit")
        assert [(p.row, p.column, p.value) for p in raised.value.problems] == [
            (3, "หน่วยงาน", None),
            (6, "หน่วยงาน", None),
            (5, "หน่วยงาน", "ก"),
        ]
        assert "ไม่ระบุชื่อหน่วย" in str(raised.value.problems[0])
        assert "มีอยู่แล้วในแถวก่อนหน้า" in str(raised.value.problems[2])

    def test_an_answer_without_a_unit_is_a_problem(self):
        frame = answers()
        frame.loc[4, "unit"] = None
        with pytest.raises(DataError) as raised:
            share()(frame, registry())
        assert [(p.row, p.value) for p in raised.value.problems] == [(4, None)]
