"""Shares and groups on frames counted by hand, and against plain Python counts of random frames."""

from collections import Counter

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measures_frames import YES_NO, loaded

from dsw_analysis.findings.measures.base import Count, Mean
from dsw_analysis.findings.measures.filters import BLANK, FILLED
from dsw_analysis.findings.measures.groups import by
from dsw_analysis.findings.measures.shares import Share
from dsw_analysis.intake.columns import Column
from dsw_analysis.intake.thai import provinces

HELPED = {"yes": "ได้รับ", "no": "ไม่ได้รับ", "na": "ไม่เกี่ยวข้อง", "refused": "ไม่ประสงค์ตอบ"}
SCALE = {"good": "ดี", "fair": "พอใช้", "poor": "ควรปรับปรุง"}
COLUMNS = (
    Column(
        "helped", "ได้รับความช่วยเหลือ", "category", codes=HELPED,
        missing_codes={"na": "not_applicable", "refused": "refused"}, required=False,
    ),
    Column("scale", "ระดับ", "category", codes=SCALE, required=False),
    Column("needs", "ความต้องการ", "multi", codes={"n1": "อาชีพ", "n10": "ที่อยู่", "n2": "การศึกษา"}, required=False),
    Column("kind", "ประเภท", "category", codes={"a": "ก", "b": "ข", "c": "ค"}, required=False),
    Column("n", "จำนวน", "integer", required=False),
)  # fmt: skip


@pytest.fixture
def frame():
    return loaded(
        {
            "helped": ["yes", "yes", "no", "na", "refused", None, "yes", "no"],
            "scale": ["good", "good", "fair", "poor", None, "fair", "good", "good"],
            "needs": ["n1;n2", "n1", "n10", None, "n1;n10;n2", "n2", "n10", "n1"],
            "kind": ["a", "a", "a", "a", "b", "b", "b", None],
            "n": [1, 2, 3, None, 5, 6, 7, 8],
        },
        *COLUMNS,
    )


def share(**options):
    return Share(id="toy.s", label="ได้รับ", **{"counted": {"helped": "yes"}, **options})


def counts(findings):
    return {key: (f.numerator, f.denominator) for key, f in findings.items()}


class TestShare:
    def test_keeps_blank_not_applicable_and_refused_apart_and_out_of_the_base(self, frame):
        found = share()(frame)
        assert (found.numerator, found.denominator, found.value) == (3, 5, 60)
        assert (found.missing, found.not_applicable, found.refused) == (1, 1, 1)

    def test_of_a_code_that_is_no_answer_counts_it_when_it_is_asked_for(self, frame):
        found = share(counted={"helped": ("refused", "na")})(frame)
        assert (found.numerator, found.denominator, found.missing) == (2, 7, 1)

    def test_of_filled_cells_has_every_row_in_its_base(self, frame):
        assert counts({0: share(counted={"helped": FILLED})(frame)}) == {0: (7, 8)}
        assert counts({0: share(counted={"helped": BLANK})(frame)}) == {0: (1, 8)}

    def test_is_without_interval_where_nothing_says_that_the_rows_were_drawn(self, frame):
        found = share()(frame)
        assert (found.low, found.high, found.method, found.population) == (None, None, None, None)

    def test_of_nothing_is_undefined(self, frame):
        found = share(where={"n": 99})(frame)
        assert (found.value, found.numerator, found.denominator) == (None, 0, 0)
        assert found.note
        assert share()(frame.iloc[:0]).value is None


class TestBy:
    def test_shares_of_all_groups_and_of_one_without_rows(self, frame):
        found = by("kind", share())(frame)
        assert counts(found) == {"a": (2, 3), "b": (1, 1), "c": (0, 0)}
        assert (found["a"].not_applicable, found["b"].refused, found["b"].missing) == (1, 1, 1)
        assert found["c"].value is None
        assert found["a"].id == "toy.s.a"
        assert found["a"].where == "ประเภท: ก และ ได้รับความช่วยเหลือ: ได้รับ"

    def test_gives_the_same_finding_as_the_measure_with_the_group_as_filter(self, frame):
        for measure in (share(), share(where={"n": slice(2, 7)})):
            for group, found in by("kind", measure)(frame).items():
                single = Share(
                    id=f"toy.s.{group}", label=found.label, where={**measure.where, "kind": group},
                    counted=measure.counted,
                )  # fmt: skip
                assert single(frame) == found

    def test_any_other_measure(self, frame):
        assert {k: f.value for k, f in by("kind", Count(id="toy.c", label="c", unit="persons"))(frame).items()} == {
            "a": 4, "b": 3, "c": 0,
        }  # fmt: skip
        assert by("kind", Mean(id="toy.m", label="m", unit="persons", column="n"))(frame)["b"].value == 6

    def test_provinces_are_all_there_under_their_slugs(self):
        places = loaded(
            {"province": ["ตาก", "ตาก", "ระยอง", None], "a": ["yes", "no", "yes", "yes"]},
            Column("province", "จังหวัด", "province"),
            Column("a", "คำตอบ", "category", codes=YES_NO),
        )
        found = by("province", Share(id="toy.p", label="p", counted={"a": "yes"}))(places)
        assert list(found) == [p.name_th for p in provinces()]
        assert (found["ตาก"].id, found["ตาก"].value) == ("toy.p.tak", 50)
        assert sum(f.denominator for f in found.values()) == 3

    def test_refuses_a_column_without_groups_and_one_in_the_filter(self, frame):
        with pytest.raises(ValueError, match="no fixed groups"):
            by("n", share())(frame)
        with pytest.raises(ValueError, match="already filtered"):
            by("kind", share(where={"kind": "a"}))(frame)


rows = st.lists(
    st.tuples(
        st.sampled_from([*HELPED, None]),
        st.sets(st.sampled_from(["n1", "n10", "n2"])).map(lambda s: ";".join(sorted(s)) or None),
        st.sampled_from(["a", "b", "c", None]),
    ),
    max_size=40,
)


def of_rows(drawn):
    helped, needs, kind = zip(*drawn, strict=True) if drawn else ((), (), ())
    blank = [None] * len(drawn)
    return loaded({"helped": helped, "needs": needs, "kind": kind, "scale": blank, "n": blank}, *COLUMNS)


@given(rows)
@settings(max_examples=60)
def test_grouped_counts_are_those_of_plain_python(drawn):
    found = by("kind", share())(of_rows(drawn))
    for group in "abc":
        helped = Counter(h for h, _, k in drawn if k == group)
        assert (found[group].numerator, found[group].denominator) == (helped["yes"], helped["yes"] + helped["no"])
        assert (found[group].missing, found[group].refused or 0) == (helped[None], helped["refused"])


@given(rows, st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_the_order_of_rows_never_matters(drawn, random):
    shuffled = random.sample(drawn, len(drawn))
    for measure in (share(), by("kind", share())):
        assert measure(of_rows(drawn)) == measure(of_rows(shuffled))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_a_mean_of_decimals_does_not_depend_on_the_order_either(values, random):
    column = Column("x", "ค่า", "number")
    mean = Mean(id="toy.m", label="m", unit="points", column="x")
    shuffled = random.sample(values, len(values))
    assert mean(loaded({"x": values}, column)).value == mean(loaded({"x": shuffled}, column)).value


@given(rows)
@settings(max_examples=30)
def test_a_share_and_its_complement_sum_to_100(drawn):
    frame = of_rows(drawn)
    yes, no = share()(frame), share(counted={"helped": "no"})(frame)
    assert (yes.value is None) == (no.value is None) == (yes.denominator == 0)
    if yes.value is not None:
        assert yes.value + no.value == pytest.approx(100)


def test_no_measure_changes_the_frame(frame):
    before = frame.copy()
    by("kind", share())(frame)
    pd.testing.assert_frame_equal(frame, before)
