"""Comparisons against the references that R made, and what they say where there is nothing to compare."""

import pytest
from measures_frames import YES_NO, loaded, yes_of
from stats_references import close, reference, rows

from dsw_analysis.datasets import Column
from dsw_analysis.findings import Finding
from dsw_analysis.measures import (
    ChangeTest,
    CramersV,
    IndependenceTest,
    Registry,
    Sample,
    Share,
    ShareChange,
    ShareDifference,
    adjusted,
)

SHARE = Share(id="toy.s", label="s", counted={"a": "yes"})
DIFFERENCE = ShareDifference(id="toy.d", label="ส่วนต่าง")


class TestShareDifference:
    @pytest.mark.parametrize("row", [r for r in rows("proportion_differences") if r["level"] == 0.95], ids=str)
    def test_of_two_samples_agrees_with_newcombe(self, row):
        first, second = (SHARE(yes_of(row[f"k{i}"], row[f"n{i}"]), Sample()) for i in (1, 2))
        found = DIFFERENCE(first, second)
        assert found.value == close(100 * row["estimate"])
        assert (found.low, found.high) == (close(100 * row["low"]), close(100 * row["high"]))
        assert found.method == "newcombe"

    def test_of_finite_populations_is_put_together_from_their_limits(self):
        first, second = SHARE(yes_of(9, 21), Sample(population=25)), SHARE(yes_of(2, 8), Sample(population=8))
        found = DIFFERENCE(first, second)
        # The second is a census: its limits are itself, so that only the first one's distances remain.
        assert (found.value - found.low, found.high - found.value) == pytest.approx(
            (first.value - first.low, first.high - first.value)
        )
        assert found.method == "mover"

    def test_of_complete_records_has_no_interval_and_of_two_censuses_says_so(self):
        plain = DIFFERENCE(SHARE(yes_of(3, 4)), SHARE(yes_of(1, 4)))
        assert (plain.value, plain.low, plain.method) == (50, None, None)
        census = [SHARE(yes_of(k, 4), Sample(population=4)) for k in (3, 1)]
        found = DIFFERENCE(*census)
        assert (found.method, found.population, found.low) == ("census", 8, None)

    def test_with_an_undefined_share_is_undefined(self):
        found = DIFFERENCE(SHARE(yes_of(0, 0)), SHARE(yes_of(1, 4)))
        assert found.value is None
        assert found.note


def crossed(table, extra=()):
    """A frame of two questions with these counts."""
    pairs = [(r, c) for r, line in enumerate(table) for c, count in enumerate(line) for _ in range(count)]
    pairs += list(extra)
    codes = {str(n): f"ค{n}" for n in range(6)}
    questions = [
        Column(name, name, "category", codes={**codes, "x": "ไม่ตอบ"}, missing_codes={"x": "refused"}, required=False)
        for name in ("row", "column")
    ]
    data = {"row": [None if r is None else str(r) for r, _ in pairs], "column": [str(c) for _, c in pairs]}
    return loaded(data, *questions)


def parse(text):
    return [[int(cell) for cell in line.split()] for line in text.split(";")]


TEST = IndependenceTest(id="toy.p", label="p", row="row", column="column")
STRENGTH = CramersV(id="toy.v", label="v", row="row", column="column")


class TestAssociation:
    @pytest.mark.parametrize("row", rows("tables"), ids=lambda r: r["name"])
    def test_chooses_the_test_by_cochrans_conditions_and_agrees_with_r(self, row):
        frame = crossed(parse(row["table"]))
        found = TEST(frame)
        if row["smallest_expected"] >= 1 and row["small_cells"] <= 0.2:
            assert (found.method, found.value) == ("chi_square", close(row["p"]))
        else:
            assert (found.method, found.value) == ("fisher_freeman_halton", close(row["exact_p"]))
        table = parse(row["table"])
        n, small = sum(map(sum, table)), min(len(table), len(table[0]))
        assert STRENGTH(frame).value == close((row["chi_square"] / (n * (small - 1))) ** 0.5)

    def test_leaves_out_what_is_no_answer(self):
        table = [[10, 5], [3, 12]]
        frame = crossed(table, extra=[(None, 1), ("x", 0)])
        assert TEST(frame).value == TEST(crossed(table)).value
        assert (TEST(frame).rows, TEST(frame).missing) == (30, 2)

    def test_of_a_single_answer_is_undefined(self):
        for measure in (TEST, STRENGTH):
            found = measure(crossed([[5, 0], [3, 0]]))
            assert found.value is None
            assert "เพียงแบบเดียว" in found.note

    def test_of_a_census_is_not_a_test(self):
        frame = crossed([[10, 5], [3, 12]])
        unit = Column("unit", "หน่วย", "text")
        names = [str(n) for n in range(30)]
        frame["unit"] = names
        source = frame.attrs["source"]
        columns = (*source.dataset.columns, unit)
        answers = loaded({c.name: frame[c.name] for c in columns}, *columns)
        registry = Registry(units=loaded({"unit": names}, unit), key="unit")
        found = TEST(answers, registry)
        assert (found.value, found.method, found.population) == (None, "census", 30)
        assert TEST(answers.iloc[:-1], registry).value is not None

    def test_of_a_design_is_rao_scott_as_in_r(self):
        raw = reference("api_strat")
        (row,) = [
            r for r in rows("survey_tests") if (r["design"], r["row"], r["column"]) == ("strat", "sch.wide", "awards")
        ]
        raw = raw.assign(met=raw["sch.wide"].str.lower(), awards=raw["awards"].str.lower())
        frame = loaded(
            raw,
            Column("stype", "ประเภท", "text"),
            Column("met", "บรรลุ", "category", codes=YES_NO),
            Column("awards", "รางวัล", "category", codes=YES_NO),
            Column("pw", "น้ำหนัก", "number"),
        )
        sizes = raw.groupby("stype")["fpc"].first().to_dict()
        sample = Sample(strata="stype", weights="pw", population=sizes)
        found = IndependenceTest(id="toy.p", label="p", row="met", column="awards")(frame, sample)
        assert (found.method, found.value) == ("rao_scott", close(row["f_p"]))


class TestTwoRounds:
    COLUMNS = (Column("unit", "หน่วย", "text"), Column("a", "คำตอบ", "category", codes=YES_NO, required=False))
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
