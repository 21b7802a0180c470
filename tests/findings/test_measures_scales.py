"""Per cent of a scale, and filters on cells of several codes, on a frame worked out by hand."""

from decimal import Decimal

import pandas as pd
import pytest

from dsw_analysis.findings.measures.base import Count
from dsw_analysis.findings.measures.filters import BLANK, FILLED, select
from dsw_analysis.findings.measures.scores import EffectivenessIndex, ScalePercent
from dsw_analysis.intake.columns import Column
from dsw_analysis.intake.dataset import Dataset
from dsw_analysis.intake.source import Source

SURVEY = Dataset(
    id="toy_survey",
    title="ตัวอย่าง",
    columns=(
        Column("s1", "ข้อแรก", "integer", required=False, ge=1, le=5),
        Column("s2", "ข้อสอง", "integer", required=False, ge=1, le=5),
        Column("pre", "ก่อน", "integer", required=False),
        Column("post", "หลัง", "integer", required=False),
        Column("goals", "เป้าหมาย", "multi", codes={"g1": "G 1", "g10": "G 10", "g11": "G 11"}, required=False),
    ),
)


@pytest.fixture
def frame():
    frame = pd.DataFrame(
        {
            "s1": pd.array([5, 4, None, 1], dtype="Int64"),
            "s2": pd.array([3, None, None, 2], dtype="Int64"),
            "pre": pd.array([5, 5, 10, 10], dtype="Int64"),
            "post": pd.array([20, 5, 15, 10], dtype="Int64"),
            "goals": ["g10;g11", "g1", None, "g1;g11"],
        }
    )
    frame.attrs["source"] = Source(dataset=SURVEY, file="toy.csv", sha256="0" * 64, rows=4, provenance="published")
    return frame


def scale(columns):
    return ScalePercent(id="toy.satisfaction", label="ความพึงพอใจ", columns=columns, top=5)


def test_scale_percent_counts_every_answer_the_same_and_leaves_blanks_out(frame):
    found = scale(("s1", "s2"))(frame)
    # 5 + 4 + 1 + 3 + 2 = 15 points of 5 answers x 5
    assert (found.value, found.numerator, found.denominator) == (60, 15, 25)
    assert (found.rows, found.missing) == (3, 3)
    assert found.text("full") == "ร้อยละ 60 (15/25)"


def test_scale_percent_of_one_item_is_its_mean_in_per_cent_of_the_top(frame):
    assert scale(("s2",))(frame).rounded() == Decimal("50.00")


def test_scale_percent_without_an_answer_is_undefined(frame):
    found = scale(("s1", "s2"))(frame.iloc[2:3])
    assert found.value is None
    assert found.note
    assert (found.denominator, found.missing) == (0, 2)


def test_effectiveness_index_in_per_cent(frame):
    found = EffectivenessIndex(id="toy.ei", label="E.I.", pre="pre", post="post", full=20)(frame)
    # (50 - 30) / (4 x 20 - 30)
    assert (found.value, found.numerator, found.denominator) == (40, 20, 50)
    assert found.text() == "40"


@pytest.mark.parametrize(
    ("wanted", "rows"),
    [
        ("g1", [1, 3]),
        ("g11", [0, 3]),
        ("g10", [0]),
        (("g10", "g1"), [0, 1, 3]),
        (FILLED, [0, 1, 3]),
        (BLANK, [2]),
    ],
)
def test_a_cell_of_several_codes_meets_each_of_them_and_no_other(frame, wanted, rows):
    mask = select(frame, {"goals": wanted})
    assert list(frame.index[mask]) == rows


def test_the_filter_on_several_codes_is_said_with_labels(frame):
    found = Count(id="toy.n", label="จำนวน", unit="activities", where={"goals": ("g1", "g10")})(frame)
    assert found.where == "เป้าหมาย: G 1 หรือ G 10"


def test_an_unknown_code_of_a_multi_column_is_refused(frame):
    with pytest.raises(ValueError, match="g2"):
        select(frame, {"goals": "g2"})
