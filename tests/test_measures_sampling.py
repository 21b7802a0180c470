"""Census, incomplete registry and samples: intervals against counting, the references that R made, and properties."""

from math import comb

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measures_frames import YES_NO, loaded, yes_of
from stats_references import close, reference, rows

from dsw_analysis.datasets import Column
from dsw_analysis.measures import Mean, Registry, ResponseRate, Sample, Share, Total, by
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


class TestSample:
    @pytest.mark.parametrize("name", ["wilson", "clopper_pearson", "jeffreys", "agresti_coull", "mid_p"])
    def test_intervals_agree_with_r(self, name):
        chosen = [
            r for r in rows("proportion_intervals") if r["method"] == name and r["level"] == 0.95 and r["n"] < 200
        ]
        assert len(chosen) >= 5
        for row in chosen:
            found = share()(yes_of(row["k"], row["n"]), Sample(interval=name))
            assert (found.low, found.high) == (close(100 * row["low"]), close(100 * row["high"]))
            assert found.method == name

    def test_wilson_is_the_default_and_a_known_population_the_exact_finite_one(self):
        assert share()(yes_of(9, 21), Sample()).method == "wilson"
        finite = share()(yes_of(9, 21), Sample(population=25))
        assert (finite.method, finite.population) == ("exact_finite", 25)
        assert (finite.low, finite.high) == pytest.approx(possible(9, 21, 25))
        assert share()(yes_of(9, 25), Sample(population=25)).method == "census"

    def test_a_part_of_the_population_has_no_known_size(self):
        frame = answers(range(4, 25))
        found = share(where={"kind": "b"})(frame, Sample(population=25))
        assert (found.method, found.population, found.text("n/N")) == ("wilson", None, "0/10")

    def test_refuses_an_interval_that_does_not_go_with_the_sample(self):
        with pytest.raises(ValueError, match="none of wilson"):
            Sample(interval="wald")
        with pytest.raises(ValueError, match="logit"):
            Sample(strata="kind", interval="wilson")

    def test_of_nothing_is_undefined_everywhere(self):
        for sample in (Sample(), Sample(population=9), Sample(strata="a")):
            assert share()(yes_of(0, 0), sample).value is None

    @given(st.integers(0, 30), st.integers(1, 30), st.sampled_from([None, 30, 500]))
    @settings(max_examples=60, deadline=None)
    def test_limits_hold_the_value_and_stay_within_0_and_100(self, k, n, population):
        found = share()(yes_of(min(k, n), n), Sample(population=population))
        if found.method != "census":
            assert 0 <= found.low <= found.value + 1e-9 and found.value - 1e-9 <= found.high <= 100


SCHOOLS = {"e": "ประถม", "m": "มัธยมต้น", "h": "มัธยมปลาย"}


def schools(name):
    raw = reference(name)
    raw = raw.assign(met=raw["sch.wide"].str.lower(), stype=raw["stype"].str.lower())
    return loaded(
        raw,
        Column("stype", "ประเภท", "category", codes=SCHOOLS),
        Column("dnum", "เขต", "integer"),
        Column("api00", "คะแนน", "number"),
        Column("target", "เป้าหมาย", "number", required=False),
        Column("met", "บรรลุ", "category", codes=YES_NO),
        Column("pw", "น้ำหนัก", "number"),
    ), raw["fpc"]


def designs():
    strat, sizes = schools("api_strat")
    of_stratum = pd.Series(sizes.to_numpy(), index=strat["stype"].astype(str)).groupby(level=0).first().to_dict()
    clusters, _ = schools("api_clus1")
    yield "strat", strat, Sample(strata="stype", weights="pw", population=of_stratum)
    yield "clus1", clusters, Sample(clusters="dnum", weights="pw", population=757)


@pytest.mark.parametrize(("name", "frame", "sample"), list(designs()), ids=["strat", "clus1"])
def test_designed_findings_agree_with_r(name, frame, sample):
    expected = {(r["variable"], r["statistic"]): r for r in rows("survey_estimates") if r["design"] == name}
    found = {
        ("sch.wide", "proportion"): Share(id="toy.s", label="s", counted={"met": "yes"})(frame, sample),
        ("api00", "mean"): Mean(id="toy.m", label="m", unit="points", column="api00")(frame, sample),
        ("target", "mean"): Mean(id="toy.m", label="m", unit="points", column="target")(frame, sample),
        ("api00", "total"): Total(id="toy.t", label="t", unit="points", column="api00")(frame, sample),
    }
    for key, finding in found.items():
        row, factor = expected[key], 100 if key[1] == "proportion" else 1
        assert finding.value == close(factor * row["value"])
        assert (finding.low, finding.high) == (close(factor * row["low"]), close(factor * row["high"]))
        assert finding.method == ("logit" if key[1] == "proportion" else "t")
        assert "deff" in finding.note
    met = found["sch.wide", "proportion"]
    assert 100 * met.numerator / met.denominator == pytest.approx(met.value)
    assert met.population == (6194 if name == "strat" else None)  # 757 are districts, not schools


def test_groups_of_a_designed_sample_are_domains_of_the_whole_design():
    (_, frame, sample), *_ = designs()
    found = by("stype", Mean(id="toy.m", label="m", unit="points", column="api00"))(frame, sample)
    for code, plain in frame.groupby("stype", observed=True)["api00"]:
        # Within one stratum weights are equal, so that the mean of the domain is the plain one.
        assert found[code].value == pytest.approx(plain.mean())
        assert (found[code].rows, found[code].population) == (len(plain), None)
        assert found[code].low < found[code].value < found[code].high
