"""Sections whose data have not come: the plan is shown, the data are named, nothing is claimed; until they come."""

import json

import openpyxl
import pytest
from conftest import ROOT
from small_projects import ROUND, report, run

from dsw_analysis.cli import main
from dsw_analysis.run.batch import Batch
from dsw_analysis.run.reports import write_report
from dsw_analysis.run.sections import run_sections
from dsw_analysis.run.steps import Progress
from dsw_analysis.run.tasks import Project, datasets_in

SECTION, FILE = "highland_welfare", "highland_welfare.xlsx"
FROM_PLAN = {"steps", "steps_done", "steps_in_progress", "steps_not_started", "steps_not_stated", "steps_under_way"}
FROM_PLAN |= {"steps_overdue", "steps_ahead", "steps_waiting", "target", "orders_target"}


@pytest.fixture
def few(copy):
    """A copy of the project with a section, the summary and one that reads nothing but the plan."""
    for path in copy.notebook("csr").parent.glob("[0-9]*.ipynb"):
        if path.stem[3:] not in (SECTION, "policy_study", "summary"):
            path.unlink()
    plan = openpyxl.load_workbook(copy.raw / "action_plan.xlsx")
    for name, column in (("โครงการ", 1), ("ขั้นตอน", 1), ("ตัวชี้วัด", 2), ("รายละเอียด", 1)):
        page = plan[name]
        for row in range(page.max_row, 4, -1):  # the first project is policy_study
            if page.cell(row, column).value not in (SECTION, "policy_study"):
                page.delete_rows(row)
    plan.save(copy.raw / "action_plan.xlsx")
    return Project(root=copy.root)


def blank_form(project):
    arguments = ("template", SECTION, str(ROUND), "--to", str(raw(project).parent))
    raw(project).unlink(missing_ok=True)
    assert main(["--project", str(project.root), *arguments]) == 0


def raw(project):
    return project.data / str(ROUND) / FILE


def ledger(project):
    return json.loads((project.outputs(ROUND) / "findings.json").read_text(encoding="utf-8"))


def states(outcomes):
    return {outcome.section: outcome.state for outcome in outcomes}


@pytest.mark.parametrize("blank", [False, True])
def test_a_section_without_its_data_shows_its_plan_and_claims_nothing(few, blank):
    raw(few).unlink()
    if blank:
        blank_form(few)
    said = []
    with Batch(few, ROUND, progress=Progress(say=said.append)) as batch:
        outcomes = run_sections(batch)
        write_report(batch, outcomes, formats=["html"])
    assert states(outcomes)[SECTION] == "waits"
    assert f"{SECTION} waits for {SECTION}; the report shows what the plan says of it" in said
    document = ledger(few)
    (section,) = (s for s in document["sections"] if s["section"] == SECTION)
    assert section["state"] == "waiting"
    assert {i["status"] for i in section["indicators"]} <= {"awaiting_result", "not_yet_due"}
    assert all(i["result"] is None for i in section["indicators"])
    found = {f["id"]: f["value"] for f in document["findings"]}
    assert {id_.partition(".")[2] for id_ in found if id_.startswith(SECTION)} == FROM_PLAN
    assert found["summary.sections_awaiting"] == 1
    html = (few.outputs(ROUND) / "report.html").read_text(encoding="utf-8")
    body = html.split(f'<section id="{SECTION}"')[1].split("</section>")[0]
    assert "ไม่ได้หมายความว่าผลเป็นศูนย์" in body
    assert "คณะกรรมการศูนย์ส่งเสริมการจัดสวัสดิการสังคมชุมชนบนพื้นที่สูง (ศสส.)" in body  # the dataset's title
    summary = html.split('<section id="summary"')[1].split("</section>")[0]
    assert "ยังได้รับข้อมูลไม่ครบ" in summary
    assert "ไฟล์ข้อมูล" in summary


def test_it_is_made_when_the_data_come_as_if_they_had_been_there(few):
    content = raw(few).read_bytes()
    run(few)
    whole = (few.outputs(ROUND) / "findings.json").read_bytes()
    raw(few).unlink()
    assert states(run(few, allow_missing=True))[SECTION] == "waits"
    again = {o.section: o.reused for o in run(few, allow_missing=True)}
    assert all(again.values()), "it is made once while it waits"
    blank_form(few)
    assert states(run(few, allow_missing=True))[SECTION] == "waits"
    raw(few).write_bytes(content)
    assert states(run(few)) == {SECTION: "ok", "policy_study": "ok", "summary": "ok"}
    assert (few.outputs(ROUND) / "findings.json").read_bytes() == whole


def test_a_set_with_all_sections_is_not_replaced_by_one_that_waits(few):
    report(few)
    before = (few.outputs(ROUND) / "report.html").read_bytes()
    raw(few).unlink()
    report(few)
    assert (few.outputs(ROUND) / "report.html").read_bytes() == before


def test_data_that_are_wrong_fail_their_section_as_before(few):
    book = openpyxl.load_workbook(raw(few))
    page = book.worksheets[0]
    head = next(cell for row in page.iter_rows(max_row=6) for cell in row if cell.value == "ผู้เข้าร่วมประชุมเวที (คน)")
    page.cell(page.max_row, head.column).value = "หลายคน"
    book.save(raw(few))
    assert states(run(few))[SECTION] == "failed"


def test_the_brief_of_a_province_without_data_fails_and_names_the_file(few, capsys):
    """It has no plan to show, which is the country's."""
    raw(few).unlink()
    arguments = ["run", str(ROUND), "--by", "province", "--only", "ตาก"]
    assert main(["--project", str(few.root), *arguments]) == 1
    assert FILE in capsys.readouterr().err


def test_datasets_of_a_notebook_are_those_that_it_loads_by_name():
    csr = (ROOT / "notebooks" / "09_csr.ipynb").read_bytes()
    assert datasets_in(csr) == ("csr_activities", "csr_training", "csr_training_sessions", "csr_training_summary")
    assert datasets_in((ROOT / "notebooks" / "13_urgent_cases.ipynb").read_bytes()) == ("urgent_cases",)
    assert datasets_in((ROOT / "notebooks" / "01_policy_study.ipynb").read_bytes()) == ()
