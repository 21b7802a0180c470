"""The plan: the rule of a status on both sides of its borders, results in print, sheets that belong together."""

import json
import re
import shutil
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from declared import SCHEMAS, dataset
from markupsafe import escape
from rounds_made import HOSTILE

from dsw_analysis.cli import main
from dsw_analysis.findings.finding import Finding
from dsw_analysis.plan.plan import Indicator, Plan
from dsw_analysis.problems import DataError
from dsw_analysis.rounds import Round

RAW = Path(__file__).parents[2] / "data" / "raw" / "2569-6m"

HALF = Round.parse("2569-6m")
FULL = Round.parse("2569-12m")


def indicator(**changes):
    given = {
        "id": "toy.target", "section": "toy", "name": "ตัวชี้วัด", "stage": "set", "target": 80.0, "unit": "percent",
        "direction": "at_least", "kind": "rate", "step": None, "due": date(2026, 9, 30), "measured_by": "toy.x",
        "note": None,
    }  # fmt: skip
    return Indicator(**{**given, **changes})


def result(value):
    return Finding(id="toy.x", label="ผล", value=value, unit="percent", note="ไม่มี" if value is None else None)


@pytest.mark.parametrize(
    ("direction", "value", "met"),
    [("at_least", 80, True), ("at_least", 79.99, False), ("at_most", 80, True), ("at_most", 80.01, False)],
)
def test_a_result_meets_its_target_on_the_border(direction, value, met):
    assert indicator(direction=direction).meets(result(value)) is met


def test_without_result_or_target_nothing_is_met_or_missed():
    assert indicator().meets(None) is None
    assert indicator().meets(result(None)) is None
    assert indicator(target=None).meets(result(50)) is None


def share(numerator, denominator, digits=None):
    value = 100 * numerator / denominator
    return Finding(
        id="toy.x", label="ผล", value=value, unit="percent", numerator=numerator, denominator=denominator, digits=digits
    )


@pytest.mark.parametrize(
    ("numerator", "denominator", "digits", "direction", "target", "printed"),
    [
        (10765, 11999, 0, "at_least", 90.0, "89.7"),  # 89.716: as a whole number it would print 90, and be behind
        (89999, 100_000, None, "at_least", 90.0, "89.999"),
        (9, 10, 0, "at_least", 90.0, "90"),  # met exactly
        (904, 1000, 0, "at_least", 90.0, "90"),  # 90.4 is above, and 90 does not say otherwise
        (897, 1000, 0, "at_least", 80.0, "90"),  # far from its target
        (5004, 100_000, None, "at_most", 5.0, "5.004"),
        (4996, 100_000, None, "at_most", 5.0, "5.00"),
        (897144, 1_000_000, None, "at_least", 89.714, "89.714"),  # 89.71 would be below the target that it meets
        (1, 3, 0, "at_least", None, "33"),
    ],
)
def test_a_result_prints_on_its_side_of_the_target(numerator, denominator, digits, direction, target, printed):
    judged = indicator(direction=direction, target=target)
    found = judged.printed(share(numerator, denominator, digits))
    assert found.text() == printed
    assert found.value == 100 * numerator / denominator


@pytest.fixture
def plan_problems(tmp_path):
    """Problems of the real plan after a change of one of its sheets, and the message that stops a load."""

    def check(kind, change):
        path = Path(shutil.copy(RAW / "action_plan.xlsx", tmp_path))
        book = openpyxl.load_workbook(path)
        change(book[dataset(kind).sheet])
        book.save(path)
        problems = dataset(kind).check(HALF, tmp_path).problems
        with pytest.raises(DataError) as error:
            Plan.load(SCHEMAS, tmp_path)
        assert set(error.value.problems) == set(problems)
        return problems

    return check


@pytest.mark.parametrize(("kind", "row"), [("plan_indicators", 12), ("plan_steps", 9)])
def test_a_mistyped_section_is_refused_by_row_with_the_nearest_name(kind, row, plan_problems):
    def change(sheet):
        column = 2 if kind == "plan_indicators" else 1
        assert sheet.cell(row, column).value in {"csr", "five_year_plan"}
        sheet.cell(row, column).value = "five_years_plan"

    found = next(p for p in plan_problems(kind, change) if p.code == "registry")
    assert (found.row, found.column, found.value) == (row, "รหัสส่วน", "five_years_plan")
    assert "ชื่อที่ใกล้เคียงคือ “five_year_plan”" in found.expected


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        (1, "csrtarget", "indicator_of_its_section"),
        (1, "highland_welfare.goal", "indicator_of_its_section"),
        (11, "highland_welfare.orders", "measured_in_its_section"),
        (11, "csr.linked share", "measured_in_its_section"),
        (11, "ร้อยละที่เชื่อมโยง", "measured_in_its_section"),
    ],
)
def test_ids_of_an_indicator_are_those_of_its_section(column, value, code, plan_problems):
    def change(sheet):
        row = next(r for r in range(1, sheet.max_row + 1) if sheet.cell(r, 2).value == "csr")
        change.row = row
        sheet.cell(row, column).value = value

    (found,) = plan_problems("plan_indicators", change)
    assert (found.code, found.row, found.value) == (code, change.row, value)


@pytest.mark.parametrize("value", ["CSR 2", "summary", "../csr", "งานใหม่"])
def test_the_id_of_a_project_can_name_a_notebook_and_an_anchor(value, plan_problems):
    def change(sheet):
        sheet.append([value, 16, None, None, "โครงการใหม่"])

    (found,) = plan_problems("plan_projects", change)
    assert (found.code, found.value) == ("section_is_an_id", value)


@pytest.mark.parametrize("aspect", ["เรื่อง", "รายละเอียด"])
def test_an_aspect_is_not_called_as_another_column_of_its_table(aspect, plan_problems):
    (found,) = plan_problems("plan_topics", lambda sheet: sheet.append(["csr", "การอบรม", aspect, "จัดแล้ว"]))
    assert (found.code, found.value) == ("aspect_heads_a_column", aspect)


def check(root, capsys):
    """Lines of `dsw check` that are about plan and notebooks."""
    main(["--project", str(root), "check", "2569-6m", "--to", str(root / "checked")])
    return [line for line in capsys.readouterr().out.splitlines() if line.startswith(("โครงการ", "โน้ตบุ๊ก", "ตัวชี้วัด "))]


def test_check_holds_plan_notebooks_and_ledger_against_each_other(copy, capsys):
    assert check(copy.root, capsys) == []
    notebook = copy.notebook("engagement")
    notebook.rename(notebook.with_name("06_engagements.ipynb"))
    book = openpyxl.load_workbook(copy.raw / "action_plan.xlsx")
    sheet = book["ตัวชี้วัด"]
    row = next(r for r in range(1, sheet.max_row + 1) if sheet.cell(r, 1).value == "csr.target")
    sheet.cell(row, 11).value = "csr.linkedshare"
    book.save(copy.raw / "action_plan.xlsx")
    ledger = copy.root / "outputs" / "2569-6m" / "findings.json"
    ledger.parent.mkdir(parents=True)
    ledger.write_text(
        json.dumps({"inputs": [], "sections": [], "findings": [{"id": "csr.linked_share"}, {"id": "csr.activities"}]}),
        encoding="utf-8",
    )
    project, section, measured = check(copy.root, capsys)
    assert "“การขับเคลื่อนแผนเสริมสร้างความผูกพันฯ” (รหัสส่วน engagement) ยังไม่มีโน้ตบุ๊ก" in project
    assert project.endswith("ชื่อที่ใกล้เคียงคือ “engagements”")
    assert "engagements ไม่มีโครงการในแผน" in section and section.endswith("ชื่อที่ใกล้เคียงคือ “engagement”")
    assert "csr.target วัดจาก csr.linkedshare" in measured and measured.endswith("“csr.linked_share”")


def test_an_indicator_measured_by_nothing_stops_its_section_with_the_nearest_name(copy, show):
    book = openpyxl.load_workbook(copy.raw / "action_plan.xlsx")
    sheet = book["ตัวชี้วัด"]
    row = next(r for r in range(1, sheet.max_row + 1) if sheet.cell(r, 1).value == "five_year_plan.target")
    sheet.cell(row, 11).value = "five_year_plan.progres"
    book.save(copy.raw / "action_plan.xlsx")
    with pytest.raises(KeyError, match=r"five_year_plan\.target .* did you mean five_year_plan\.progress"):
        show("five_year_plan")


def test_text_of_the_plan_and_of_files_stays_as_it_is_written(copy, show):
    """Names of projects, steps, owners, indicators and centres that a template, Markdown or HTML would read."""
    book = openpyxl.load_workbook(copy.raw / "action_plan.xlsx")
    for sheet, columns in (("โครงการ", (5, 6, 12)), ("ขั้นตอน", (4, 24)), ("ตัวชี้วัด", (3, 12))):
        for row in range(4 if sheet != "ขั้นตอน" else 5, book[sheet].max_row + 1):
            for column in columns:
                book[sheet].cell(row, column).value = f"{HOSTILE} {row}"
    book.save(copy.raw / "action_plan.xlsx")
    centres = openpyxl.load_workbook(copy.raw / "community_welfare.xlsx")
    sheet = centres.worksheets[0]
    for row in range(3, sheet.max_row + 1):
        if sheet.cell(row, 2).value and "หน่วยงาน" not in str(sheet.cell(row, 1).value)[:8]:
            sheet.cell(row, 1).value = f"{HOSTILE} {row}"
    centres.save(copy.raw / "community_welfare.xlsx")
    written = str(escape(HOSTILE))
    for section in ("five_year_plan", "csr", "highland_welfare", "knowledge_management", "engagement"):
        html = show(section).html
        assert written in html, section
        assert not re.search(r"<b>|<strong>x|http://b\.example\"", html), section
    assert written in show("community_welfare", province="เชียงใหม่").html
