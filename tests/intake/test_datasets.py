"""Datasets: every raw file of the round loads clean; a planted defect is one problem at its cell."""

import csv
import hashlib
import io
import json
import shutil
from datetime import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from declared import DATASETS, SCHEMAS, dataset

from dsw_analysis.intake.source import read_provenance, source_of
from dsw_analysis.problems import DataError, UsageError
from dsw_analysis.rounds import Round

RAW = Path(__file__).parents[2] / "data" / "raw" / "2569-6m"
ROUND = Round.parse("2569-6m")

# Rows of the files that were rebuilt from the print, to whose plan projects may be added.
PROJECTS = openpyxl.load_workbook(RAW / "action_plan.xlsx")["โครงการ"]
ROWS = {
    "plan_projects": sum(isinstance(row[1], int) for row in PROJECTS.iter_rows(values_only=True)),
    "plan_steps": 64,
    "plan_indicators": 17,
    "plan_topics": 58,
    "plan_decisions": 0,
    "ea_activities": 23,
    "restructuring_survey": 25,
    "restructuring_units": 25,
    "homeless_housing": 9,
    "career_participants": 1150,
    "csr_activities": 2559,
    "csr_training_sessions": 3,
    "csr_training": 92,
    "csr_training_summary": 2,
    "community_welfare": 76,
    "highland_welfare": 16,
    "citizen_questions": 0,
    "urgent_cases": 5911,
    "public_opinion": 3,
    "knowledge_works": 138,
    "knowledge_stages": 3,
}


def test_the_datasets_of_the_print_come_in_reading_order():
    assert [d.id for d in DATASETS if d.id in ROWS] == list(ROWS)


@pytest.mark.parametrize(
    ("id_", "said"),
    [
        ("csr_activites", "did you mean 'csr_activities' or 'ea_activities'?"),
        ("know", "did you mean 'knowledge_works' or 'knowledge_stages'?"),
        ("zzz", f"known are {', '.join(SCHEMAS)}"),
    ],
)
def test_unknown_id_gives_the_nearest_names(id_, said):
    with pytest.raises(UsageError) as error:
        dataset(id_)
    assert str(error.value) == f"no dataset {id_!r} in round 2569-6m; {said}"


@pytest.mark.parametrize("declared", DATASETS, ids=lambda d: d.id)
def test_every_file_loads_without_problems(declared):
    assert declared.check(ROUND, RAW).problems == ()
    frame = declared.load(ROUND, RAW)
    assert len(frame) == ROWS.get(declared.id, len(frame)) == source_of(frame).rows
    assert list(frame.columns) == [c.name for c in declared.columns]


@pytest.mark.parametrize("declared", [d for d in DATASETS if d.id in ROWS], ids=lambda d: d.id)
def test_provenance_is_read_for_the_rows_and_each_column(declared):
    rows, columns, read = read_provenance(RAW, declared)
    assert set(columns) == {c.name for c in declared.columns}
    assert {rows, *columns.values()} <= {"published", "reconstructed"}
    package = (RAW / "datapackage.json").read_bytes()
    assert read == {"datapackage.json": hashlib.sha256(package).hexdigest()}


def test_package_describes_exactly_the_declared_columns():
    package = json.loads((RAW / "datapackage.json").read_text(encoding="utf-8"))
    described = {r["name"]: [(f["name"], f["title"]) for f in r["schema"]["fields"]] for r in package["resources"]}
    assert described == {d.id: [(c.header, c.name) for c in d.columns] for d in DATASETS if d.id in described}
    assert described.keys() >= ROWS.keys()


def test_provenance_tells_reconstructed_answers_from_published_tables():
    survey, by_column, _ = read_provenance(RAW, dataset("restructuring_survey"))
    assert (survey, by_column["kind"], by_column["written_orders"]) == ("reconstructed", "published", "reconstructed")
    assert read_provenance(RAW, dataset("homeless_housing"))[0] == "published"


def test_the_questionnaire_has_its_fourteen_questions():
    questions = [column for column in dataset("restructuring_survey").columns if column.statement]
    assert len(questions) == 14
    assert all(0 < len(question.counted) < len(question.codes) for question in questions)


def test_values_come_typed():
    """Cells known from the raw files: Thai digits, B.E. dates as text and as cells, several codes, a blank."""
    housing = dataset("homeless_housing").load(ROUND, RAW).set_index("province")
    assert (housing.loc["สงขลา", "need"], housing.loc["สงขลา", "places"]) == (203, 11)
    assert pd.isna(housing.loc["ขอนแก่น", "need"])
    indicators = dataset("plan_indicators").load(ROUND, RAW).set_index("indicator")
    assert indicators.loc["highland_welfare.target", "target"] == 30
    assert set(indicators["due"]) == {pd.Timestamp(2026, 9, 30)}
    opinion = dataset("public_opinion").load(ROUND, RAW)
    assert opinion["comments"].tolist() == [7, 2576, 3]
    assert opinion["month"].dt.strftime("%Y-%m").tolist() == ["2026-01", "2026-02", "2026-03"]
    cases = dataset("urgent_cases").load(ROUND, RAW)
    assert cases["received"].min() >= pd.Timestamp(2025, 10, 1)
    goals = dataset("csr_activities").load(ROUND, RAW)["sdgs"].dropna()
    assert goals.str.fullmatch(r"sdg\d\d(;sdg\d\d)*").all()


def test_province_keeps_its_rows_only():
    frame = dataset("career_participants").load(ROUND, RAW, province="ตาก")
    assert set(frame["unit"]) == {"tak"} and "ตาก" in dataset("career_participants")["unit"].codes["tak"]


def edit_csv(path, row, column, value):
    """Write ``value`` at the 1-based row that a spreadsheet program shows."""
    encoding = "cp874" if path.stem == "homeless_housing" else "utf-8-sig"
    lines = list(csv.reader(io.StringIO(path.read_bytes().decode(encoding), newline="")))
    lines[row - 1][column] = value
    text = io.StringIO(newline="")
    csv.writer(text).writerows(lines)
    path.write_bytes(text.getvalue().encode(encoding))


def edit_sheet(path, sheet, row, column, value):
    book = openpyxl.load_workbook(path)
    page = book[sheet] if sheet else book.worksheets[0]
    page.cell(row, column + 1).value = value
    book.save(path)


# dataset, sheet, spreadsheet row, place of the column (from 0), what is planted, header, code of the problem
DEFECTS = [
    ("urgent_cases", None, 7, 1, "ไลน์", "ช่องทาง", "cell"),
    ("urgent_cases", None, 8, 0, "", "เลขที่เรื่อง", "required"),
    ("urgent_cases", None, 9, 4, "กรุงเทพใหญ่", "จังหวัด", "cell"),
    ("urgent_cases", None, 10, 6, "30/09/2568 23:59", "วันเวลาที่ประสาน/ส่งต่อ", "referred_after_received"),
    ("csr_activities", None, 100, 1, "01/04/2569", "วันที่ดำเนินกิจกรรม", "round"),
    ("csr_activities", None, 101, 1, "30/09/2568", "วันที่ดำเนินกิจกรรม", "round"),
    ("csr_activities", None, 102, 0, "CSR69-0001", "รหัสกิจกรรม", "duplicate"),
    ("csr_activities", None, 103, 5, "SDG 18", "เป้าหมาย SDGs", "cell"),
    ("csr_activities", None, 104, 7, "-1", "กลุ่มเปราะบางจาก MSO-Logbook ที่ได้รับความช่วยเหลือ (ราย)", "range"),
    ("homeless_housing", None, 4, 0, "กาญจน์บุรี", "จังหวัด", "cell"),
    ("homeless_housing", None, 5, 1, "สามห้อง", "จำนวนห้อง", "cell"),
    ("public_opinion", None, 2, 2, "5", "ความคิดเห็นทั้งหมด (ความคิดเห็น)", "positive_and_negative_make_all"),
    ("csr_training", "ผู้เข้าอบรม", 9, 3, 21, "คะแนนหลังอบรม", "range"),
    ("csr_training", "ผู้เข้าอบรม", 10, 4, 6, "ความพึงพอใจ (1–5) / เนื้อหาตรงกับความต้องการ", "range"),
    ("restructuring_survey", None, 6, 2, datetime(2026, 4, 1), "วันที่ตอบ", "round"),
    ("restructuring_survey", None, 7, 9, "ไม่แน่ใจ", None, "cell"),
    ("restructuring_survey", None, 8, 1, None, "ประเภทหน่วยงาน", "required"),
    ("career_participants", None, 20, 2, "ศูนย์พัฒนาราษฎรบนพื้นที่สูง", "ประเภทหน่วยงาน", "unit_is_of_its_kind"),
    ("highland_welfare", None, 5, 4, "2569-13-01", "วันที่ออกคำสั่ง", "cell"),
    ("plan_steps", "ขั้นตอน", 8, 2, 1, "ขั้นตอนที่", "step_once_a_section"),
    ("plan_indicators", "ตัวชี้วัด", 6, 7, None, "ค่าเป้าหมาย", "target_has_unit_and_direction"),
]


@pytest.mark.parametrize(("id_", "sheet", "row", "place", "value", "header", "code"), DEFECTS)
def test_planted_defect_is_one_problem_at_its_cell(tmp_path, id_, sheet, row, place, value, header, code):
    declared = dataset(id_)
    found = next(f for f in RAW.iterdir() if f.stem == declared.stem)
    path = Path(shutil.copy(found, tmp_path))
    if path.suffix == ".csv":
        edit_csv(path, row, place, value)
    else:
        edit_sheet(path, sheet, row, place, value)
    (problem,) = declared.check(ROUND, tmp_path).problems
    assert (problem.file, problem.row, problem.code) == (path.name, row, code)
    assert problem.column == (header or declared.columns[place].header)
    assert problem.expected and problem.action
    with pytest.raises(DataError) as error:
        declared.load(ROUND, tmp_path)
    assert error.value.problems == (problem,)
    assert len(declared.load(ROUND, tmp_path, accept_partial=True)) == ROWS[id_] - 1


def test_two_bad_cells_of_one_row_are_two_problems(tmp_path):
    path = Path(shutil.copy(RAW / "homeless_housing.csv", tmp_path))
    edit_csv(path, 5, 1, "-3")
    edit_csv(path, 5, 2, "-5")
    problems = dataset("homeless_housing").check(ROUND, tmp_path).problems
    assert sorted((p.row, p.column, p.value) for p in problems) == [
        (5, "จำนวนผู้ใช้บริการที่รองรับได้ (ราย)", "-5"),
        (5, "จำนวนห้อง", "-3"),
    ]


def test_funnel_out_of_order_is_refused(tmp_path):
    """Implementing without the meeting before it: the two cells disagree, one problem says so."""
    path = Path(shutil.copy(RAW / "community_welfare.xlsx", tmp_path))
    page = openpyxl.load_workbook(path).worksheets[0]
    row = next(r for r in range(5, page.max_row + 1) if page.cell(r, 7).value == "ดำเนินการแล้ว")
    edit_sheet(path, None, row, 5, "ยังไม่ดำเนินการ")
    (problem,) = dataset("community_welfare").check(ROUND, tmp_path).problems
    assert (problem.code, problem.row) == ("steps_in_order", row)


def test_missing_and_unknown_columns_are_named(tmp_path):
    path = Path(shutil.copy(RAW / "public_opinion.csv", tmp_path))
    edit_csv(path, 1, 3, "เชิงลบมาก")
    problems = dataset("public_opinion").check(ROUND, tmp_path).problems
    assert {(p.code, p.column) for p in problems} == {
        ("missing_column", "เชิงลบ (ความคิดเห็น)"),
        ("unknown_column", "เชิงลบมาก"),
    }


def test_spaces_in_a_header_do_not_count(tmp_path):
    path = Path(shutil.copy(RAW / "public_opinion.csv", tmp_path))
    edit_csv(path, 1, 2, "เชิงบวก(ความคิดเห็น) ")
    assert len(dataset("public_opinion").load(ROUND, tmp_path)) == 3


def test_repeated_header_is_one_problem_and_nothing_is_guessed(tmp_path):
    path = Path(shutil.copy(RAW / "public_opinion.csv", tmp_path))
    edit_csv(path, 1, 3, "เชิงบวก (ความคิดเห็น)")
    checked = dataset("public_opinion").check(ROUND, tmp_path)
    assert {(p.code, p.column) for p in checked.problems} == {
        ("duplicate_column", "เชิงบวก (ความคิดเห็น)"),
        ("missing_column", "เชิงลบ (ความคิดเห็น)"),
    }
    assert checked.frame is None
