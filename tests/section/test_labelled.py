"""Frames with headers and labels, and the workbooks that are made of them: nothing of persons leaves so."""

import openpyxl
import pandas as pd
import pytest
from conftest import ROOT, ROUND
from measures_frames import loaded

from dsw_analysis import by_month, open_section
from dsw_analysis.intake.columns import Column
from dsw_analysis.problems import UsageError
from dsw_analysis.section.labelled import labelled

COLUMNS = (
    Column("unit", "หน่วยงาน", "text"),
    Column("kind", "ประเภท / หน่วย", "category", codes={"regional": "ส่วนภูมิภาค", "central": "=ส่วนกลาง"}),
    Column("needs", "ความต้องการ", "multi", codes={"home": "ที่อยู่อาศัย", "work": "อาชีพ"}),
    Column("helped", "ผู้ได้รับความช่วยเหลือ", "integer", persons=True),
)


@pytest.fixture
def rows():
    return loaded(
        {
            "unit": ["=1+1", "@ข", "ค", None],
            "kind": ["central", "regional", None, "regional"],
            "needs": ["home;work", "work", None, "home"],
            "helped": [1, 2, 3, 4],
        },
        *COLUMNS,
    )


def section(name, **options):
    return open_section(name, round_id=ROUND, data_dir=ROOT / "data" / "raw", **options)


def kept(frame, path):
    frame.to_excel(path)
    sheet = openpyxl.load_workbook(path).active
    assert not [cell for row in sheet for cell in row if cell.data_type == "f"]
    return [[cell.value for cell in row] for row in sheet]


def test_headers_labels_and_texts_that_are_no_formulas(rows, tmp_path):
    dataset = rows.attrs["source"].dataset
    assert kept(labelled(rows.drop(columns="helped"), dataset), tmp_path / "rows.xlsx") == [
        ["แถวในไฟล์", "หน่วยงาน", "ประเภท / หน่วย", "ความต้องการ"],
        [2, "'=1+1", "'=ส่วนกลาง", "ที่อยู่อาศัย; อาชีพ"],
        [3, "'@ข", "ส่วนภูมิภาค", "อาชีพ"],
        [4, "ค", None, None],
        [5, None, "ส่วนภูมิภาค", "ที่อยู่อาศัย"],
    ]
    assert list(labelled(rows[["kind"]], dataset).sort_values("ประเภท / หน่วย").index) == [3, 5, 2, 4]  # of the codebook
    assert rows["kind"].tolist()[0] == "central"  # the frame itself stays


def test_grouped_and_crossed_frames(rows, tmp_path):
    dataset = rows.attrs["source"].dataset
    crossed = pd.crosstab(rows["kind"], rows["needs"], margins=True)
    assert kept(labelled(crossed, dataset), tmp_path / "crossed.xlsx") == [
        ["ประเภท / หน่วย", "ที่อยู่อาศัย", "ที่อยู่อาศัย; อาชีพ", "อาชีพ", "รวม"],
        ["ส่วนภูมิภาค", 1, 0, 1, 2],
        ["'=ส่วนกลาง", 0, 1, 0, 1],
        ["รวม", 1, 1, 1, 3],
    ]
    sizes = labelled(rows.groupby(["kind", "needs"], observed=True).size(), dataset)
    assert sizes.columns.tolist() == ["จำนวน"] and sizes.index.names == ["ประเภท / หน่วย", "ความต้องการ"]
    assert sizes.loc[("ส่วนภูมิภาค", "อาชีพ"), "จำนวน"] == 1
    assert labelled(rows.groupby("unit")[["kind"]].count(), dataset)["ประเภท / หน่วย"].tolist() == [1, 1, 0]
    spread = labelled(rows.groupby("kind", observed=True)[["unit"]].agg(["count", "first"]), dataset)
    assert spread.columns.tolist() == [("หน่วยงาน", "จำนวน"), ("หน่วยงาน", "first")]


def test_a_count_of_persons_does_not_leave(rows):
    dataset = rows.attrs["source"].dataset
    for frame in (
        rows,
        rows.groupby("kind", observed=True)["helped"].sum(),
        rows.groupby("kind", observed=True)[["helped"]].agg(["sum", "max"]),
        rows.set_index("helped"),
    ):
        with pytest.raises(UsageError, match="helped of toy_rows counts persons"):
            labelled(frame, dataset)
    assert labelled(rows, dataset, exact=True)["ผู้ได้รับความช่วยเหลือ"].tolist() == [1, 2, 3, 4]


def test_of_a_section(tmp_path):
    s = section("urgent_cases")
    cases = s.load("urgent_cases")
    with pytest.raises(UsageError, match="rows of urgent_cases are persons"):
        s.labels(cases)
    with pytest.raises(UsageError, match="rows of urgent_cases are persons"):
        s.labels(cases["channel"].value_counts(), of=cases)
    assert "สายด่วน 1300" in set(section("urgent_cases", exact=True).labels(cases).to_numpy().ravel())

    s = section("csr")
    activities = by_month(s.load("csr_activities"), "held_on", s.round)
    crossed = pd.crosstab(activities["partner_type"], activities["in_month"])
    with pytest.raises(UsageError, match=r"s\.labels\(frame, of=rows\)"):
        s.labels(crossed)
    made = s.labels(crossed, of=activities)
    assert made.columns.tolist() == [*s.round.month_labels().values()]
    assert made.to_numpy().sum() == len(activities)
    few = s.labels(activities.drop(columns="vulnerable_helped").head(2))
    assert few["วันที่ดำเนินกิจกรรม"].tolist() == [stamp.date() for stamp in activities["held_on"].head(2)]
