"""Measures on a small frame worked out by hand; it holds a blank, a tie, a duplicate and an odd province."""

import pandas as pd
import pytest
from measures_frames import loaded
from stats_references import close, reference, rows

from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.measures.base import Count, Distinct, Mean, Quantile, Total, Value
from dsw_analysis.findings.measures.comparisons import Difference, Ratio
from dsw_analysis.findings.measures.filters import BLANK, FILLED, select
from dsw_analysis.findings.measures.scores import EffectivenessIndex
from dsw_analysis.findings.measures.shares import Share
from dsw_analysis.intake.columns import Column
from dsw_analysis.intake.dataset import Dataset
from dsw_analysis.intake.source import Source

KIND = Dataset(
    id="toy_rows",
    title="ตัวอย่าง",
    columns=(
        Column("colour", "สี", "category", codes={"red": "แดง", "blue": "น้ำเงิน"}, required=False),
        Column("n", "จำนวน", "integer", required=False),
        Column("pre", "ก่อน", "integer", required=False),
        Column("post", "หลัง", "integer", required=False),
        Column("tags", "ป้าย", "multi", codes={"a": "A", "b": "B", "c": "C"}, required=False),
    ),
)


@pytest.fixture
def frame():
    frame = pd.DataFrame(
        {
            "colour": pd.Categorical(["red", "red", "blue", None, "red"], categories=["red", "blue"]),
            "n": pd.array([1, 2, 3, 4, None], dtype="Int64"),
            "pre": pd.array([10, 5, None, 20, 8], dtype="Int64"),
            "post": pd.array([15, 10, 20, 20, None], dtype="Int64"),
            "tags": ["a;b", "b", None, "c", "a"],
        },
        index=pd.Index([2, 3, 4, 5, 6], name="row"),
    )
    source = Source(
        dataset=KIND, file="toy.csv", sha256="0" * 64, rows=5, provenance="published", fields={"n": "reconstructed"}
    )
    frame.attrs["source"] = source
    return frame


def make(kind, **options):
    return kind(id="toy.x", label="ทดสอบ", **{"unit": "persons", **options})


def test_count_with_its_filter_in_words(frame):
    found = make(Count, where={"colour": "red", "n": FILLED})(frame)
    assert (found.value, found.rows) == (2, 2)
    assert found.where == "สี: แดง และ จำนวน: มีการระบุ"
    assert (found.dataset, found.file) == ("toy_rows", "toy.csv")


def test_provenance_is_the_weakest_of_what_is_used(frame):
    assert make(Count, where={"colour": "red"})(frame).provenance == "published"
    assert make(Count, where={"n": 1})(frame).provenance == "reconstructed"
    assert make(Total, column="n")(frame).provenance == "reconstructed"


@pytest.mark.parametrize(
    ("where", "rows"),
    [
        ({}, [2, 3, 4, 5, 6]),
        ({"colour": "blue"}, [4]),
        ({"colour": ("red", "blue")}, [2, 3, 4, 6]),
        ({"colour": BLANK}, [5]),
        ({"n": slice(2, 3)}, [3, 4]),
        ({"n": slice(3, None)}, [4, 5]),
        ({"n": slice(None, 1)}, [2]),
        ({"colour": "red", "n": BLANK}, [6]),
    ],
)
def test_select(frame, where, rows):
    assert list(frame.index[select(frame, where)]) == rows


def test_select_refuses_unknown_columns_and_codes(frame):
    with pytest.raises(KeyError, match="the frame has colour"):
        select(frame, {"color": "red"})
    with pytest.raises(ValueError, match="it has red"):
        select(frame, {"colour": "green"})


def test_total_says_what_is_missing(frame):
    found = make(Total, column="n")(frame)
    assert (found.value, found.rows, found.missing) == (10, 5, 1)


def test_total_of_blanks_is_undefined(frame):
    found = make(Total, column="n", where={"n": BLANK})(frame)
    assert found.value is None
    assert found.note


def test_share_leaves_blanks_out_of_its_base_and_counts_them(frame):
    found = make(Share, unit="percent", counted={"colour": "red"})(frame)
    assert (found.numerator, found.denominator, found.missing, found.value) == (3, 4, 1, 75.0)


def test_share_that_asks_for_filled_cells_keeps_all_rows(frame):
    found = make(Share, unit="percent", counted={"colour": FILLED})(frame)
    assert (found.numerator, found.denominator, found.missing) == (4, 5, 0)


def test_share_of_nothing_is_undefined_not_zero(frame):
    found = make(Share, unit="percent", where={"n": 99}, counted={"colour": "red"})(frame)
    assert found.value is None
    assert (found.numerator, found.denominator) == (0, 0)


def test_mean_and_quantile(frame):
    # n = 1, 2, 3, 4: mean 2.5; type 7 puts the 0.25 quantile at position 1.75 of 1..4
    assert make(Mean, column="n")(frame).value == 2.5
    assert make(Quantile, column="n", q=0.25)(frame).value == 1.75
    assert make(Mean, column="n", where={"n": BLANK})(frame).value is None


def test_quantiles_agree_with_r():
    values = loaded(reference("ozone"), Column("ozone", "โอโซน", "number"))
    for row in rows("percentiles"):
        found = Quantile(id="toy.q", label="q", unit="points", column="ozone", q=row["share"])(values)
        assert found.value == close(row["value"])


def test_a_blank_is_no_distinct_value(frame):
    assert make(Distinct, column="colour")(frame).value == 2


def test_value_reads_one_cell_and_refuses_several(frame):
    assert make(Value, column="n", where={"colour": "blue"})(frame).value == 3
    assert make(Value, column="pre", where={"colour": "blue"})(frame).value is None
    with pytest.raises(LookupError, match="3 rows"):
        make(Value, column="n", where={"colour": "red"})(frame)


def test_effectiveness_index_uses_pairs_only(frame):
    # pairs: (10,15) (5,10) (20,20): (45-35)/(3*20-35)
    found = make(EffectivenessIndex, unit="ratio", pre="pre", post="post", full=20)(frame)
    assert found.value == 10 / 25
    assert (found.numerator, found.denominator, found.rows, found.missing) == (10, 25, 3, 2)
    full = make(EffectivenessIndex, unit="ratio", pre="pre", post="post", full=20, where={"pre": 20})(frame)
    assert full.value is None


def test_ratio_and_difference_carry_the_weakest_provenance():
    a = Finding(id="toy.a", label="ก", value=13, unit="persons", provenance="published", file="a.csv")
    b = Finding(id="toy.b", label="ข", value=25, unit="persons", provenance="reconstructed", file="b.csv")
    none = Finding(id="toy.c", label="ค", value=None, unit="persons", note="ไม่มี")
    zero = Finding(id="toy.d", label="ง", value=0, unit="persons")
    ratio = Ratio(id="toy.r", label="สัดส่วน")
    assert (ratio(a, b).value, ratio(a, b).provenance) == (52.0, "reconstructed")
    assert ratio(a, b).text("full") == "ร้อยละ 52 (13/25)"
    assert "toy.a" in ratio(a, b).where
    assert ratio(a, none).value is None
    assert ratio(a, zero).value is None
    difference = Difference(id="toy.s", label="ส่วนต่าง", unit="persons")
    assert difference(b, a).value == 12
    assert difference(a, none).value is None


def test_a_frame_without_source_is_refused_with_the_remedy():
    with pytest.raises(ValueError, match=r"section\.load"):
        make(Count)(pd.DataFrame({"colour": ["red"]}))


def test_source_survives_filtering_and_sorting(frame):
    kept = frame[frame["n"] > 1].sort_values("n", ascending=False).copy()
    assert kept.attrs["source"] is frame.attrs["source"]
    assert make(Count)(kept).value == 3
