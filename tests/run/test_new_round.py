"""A new round begun from the last: what is carried over, what is not, what the check and the report say of it."""

import json
from datetime import date

import openpyxl
import pandas as pd
import pytest
from conftest import hashes

from dsw_analysis.cli import main
from dsw_analysis.intake.checking import check_files
from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.plan.notes import plan_notes
from dsw_analysis.plan.plan import PLANNED, Plan, records
from dsw_analysis.problems import UsageError
from dsw_analysis.rounds import Round
from dsw_analysis.run.batch import Batch
from dsw_analysis.run.new_round import new_round
from dsw_analysis.run.reports import audit, write_report
from dsw_analysis.run.sections import run_sections
from dsw_analysis.run.tasks import Project, datasets_in

LAST = Round.parse("2569-6m")
TOLD = {
    "projects": ["state", "obstacles", "questions", "source_note"],
    "steps": ["state", "progress", "obstacle", "next", "next_by", "next_who", "source_note"],
    "indicators": ["source_note"],
}
"""Columns of the plan that an office fills in for one round."""
BEGUN = ("2569-9m", "2569-12m", "2570-3m", "2570-6m")
REGISTER = "restructuring_survey.xlsx"


@pytest.fixture
def project(copy):
    return Project(root=copy.root)


def begin(project, name, last="2569-6m"):
    return new_round(project, Round.parse(name), Round.parse(last))


def folder(project, name):
    return project.data / name


def plan(project, name):
    round_ = Round.parse(name)
    return Plan.load(Schemas.of(project.data, round_), folder(project, name))


def rows(frame, without=()):
    """Rows as plain values, without those that have no more than the section: no reader takes them for a record."""
    found = [{k: v for k, v in row.items() if k not in without} for row in records(frame)]
    return [row for row in found if sum(v is not None for v in row.values()) > 1]


@pytest.mark.parametrize("name", BEGUN)
def test_what_is_planned_is_carried_over_and_what_was_told_is_not(project, name):
    before, year = plan(project, "2569-6m"), name.startswith("2570")
    begin(project, name)
    now = plan(project, name)
    former = {row["indicator"]: row["former_target"] for row in records(now.indicators)}
    assert former == {row["indicator"]: None if year else row["target"] for row in records(before.indicators)}
    assert now.indicators["former_until"].isna().all()
    of_a_year = {"steps": ["due"], "indicators": ["target", "stage", "due"]} if year else {}
    for sheet, told in TOLD.items():
        without = [*told, *of_a_year.get(sheet, []), "former_target", "former_until"]
        assert rows(getattr(now, sheet), without) == rows(getattr(before, sheet), without), sheet
        blank = [column for column in told if not (year and (sheet, column) == ("projects", "source_note"))]
        assert getattr(now, sheet)[blank].isna().all(axis=None), sheet
    assert now.topics.empty
    assert now.decisions.empty
    assert now.steps[PLANNED].notna().to_numpy().sum() == before.steps[PLANNED].notna().to_numpy().sum() > 0
    if year:
        draft = "ร่างแรก: เดือนตามแผนยกมาจากแผนปี 2569 ยังไม่ได้ยืนยัน"
        planned = set(now.steps.loc[now.steps[PLANNED].notna().any(axis=1), "section"])
        notes = dict(zip(now.projects["section"], now.projects["source_note"], strict=True))
        assert {section for section, note in notes.items() if note == draft} == planned
        assert all(pd.isna(note) for section, note in notes.items() if section not in planned)
        assert now.steps["due"].isna().all()
        assert now.indicators["target"].isna().all()
        assert set(now.indicators["stage"]) == {"not_shown"}
        assert {day.date() for day in now.indicators["due"]} == {date(2027, 9, 30)}
    else:
        assert {day.date() for day in now.indicators["due"]} == {date(2026, 9, 30)}


def cells(path, sheet):
    """Header and rows of a sheet as openpyxl, another reader, has them; and the text of each comment by place."""
    page = openpyxl.load_workbook(path)[sheet]
    return page, {cell.coordinate: cell.comment.text for row in page for cell in row if cell.comment}


def written(project, name, indicator, **values):
    """Write into a row of the plan's indicators as a person does; gives the row's place in the sheet."""
    path = folder(project, name) / "action_plan.xlsx"
    book = openpyxl.load_workbook(path)
    page = book["ตัวชี้วัด"]
    heads = {cell.value: cell.column for cell in page[1]}
    (row,) = (row for row in range(2, page.max_row + 1) if page.cell(row, heads["รหัสตัวชี้วัด"]).value == indicator)
    for head, value in values.items():
        page.cell(row, heads[head]).value = value
    book.save(path)
    return row


def test_a_target_is_changed_with_the_day_until_which_the_old_one_was_in_force(project):
    begin(project, "2569-9m")
    schemas = Schemas.of(project.data, Round.parse("2569-9m"))
    here = folder(project, "2569-9m")
    row = written(project, "2569-9m", "urgent_cases.target", ค่าเป้าหมาย=95)
    (checked,) = (c for c in check_files(schemas, here) if c.dataset.id == "plan_indicators")
    assert [(p.row, p.column) for p in checked.problems] == [(row, "ใช้ค่าเป้าหมายเดิมถึง")]
    written(project, "2569-9m", "urgent_cases.target", ใช้ค่าเป้าหมายเดิมถึง=date(2026, 4, 30))
    assert all(not c.problems for c in check_files(schemas, here) if c.dataset.id == "plan_indicators")
    assert plan_notes(schemas, here, {*project.sections()} - {"summary"}) == []
    # The first target of the year stays through the rest of it, also where the new one is changed again.
    begin(project, "2569-12m", "2569-9m")
    written(project, "2569-12m", "urgent_cases.target", ค่าเป้าหมาย=92)
    (now,) = (i for i in plan(project, "2569-12m").indicators_of("urgent_cases"))
    assert (now.target, now.former_target, now.former_until) == (92, 90, date(2026, 4, 30))
    # In the next year nobody has set a target, and none was changed.
    begin(project, "2570-6m", "2569-12m")
    (later,) = (i for i in plan(project, "2570-6m").indicators_of("urgent_cases"))
    assert (later.target, later.former_target, later.former) == (None, None, None)
    _, said = cells(folder(project, "2570-6m") / "action_plan.xlsx", "ตัวชี้วัด")
    assert sum(text.endswith("\n92") for text in said.values()) == 1


def test_a_target_that_is_another_than_in_the_last_plan_is_said_where_no_old_one_is_told(project):
    begin(project, "2569-9m")
    written(project, "2569-9m", "urgent_cases.target", ค่าเป้าหมาย=95, ค่าเป้าหมายเดิม=None)
    schemas = Schemas.of(project.data, Round.parse("2569-9m"))
    (note,) = plan_notes(schemas, folder(project, "2569-9m"), {*project.sections()} - {"summary"})
    assert "urgent_cases.target มีค่าเป้าหมาย 95 แต่แผนของรอบ 6 เดือน ปีงบประมาณ พ.ศ. 2569 ระบุ 90" in note


def test_what_the_last_round_said_stands_beside_for_whoever_fills_the_form_in(project):
    begin(project, "2569-12m")
    path = folder(project, "2569-12m") / "action_plan.xlsx"
    before = plan(project, "2569-6m")
    page, said = cells(path, "ขั้นตอน")
    heads = {page.cell(2, at).value or page.cell(1, at).value: at for at in range(1, page.max_column + 1)}
    first = next(row for row in range(3, page.max_row + 1) if page.cell(row, 1).value == "five_year_plan")
    place = page.cell(first, heads["สถานะ"])
    assert place.value is None
    assert said[place.coordinate] == "รอบ 6 เดือน ปีงบประมาณ พ.ศ. 2569\nดำเนินการแล้ว"
    kept = before.steps[before.steps["step"].notna() | before.steps["name"].notna()]
    assert len(said) == kept[TOLD["steps"]].notna().to_numpy().sum() > 100
    apart = openpyxl.load_workbook(path)["รายละเอียด รอบก่อน"]
    assert [c.value for c in apart[2]] == list(records(before.topics)[0].values())
    assert apart.max_row == 1 + len(before.topics)
    assert apart.protection.sheet, "it is to be read only"


def test_registers_are_in_place_and_blank_forms_beside_for_all_that_sections_load(project):
    begin(project, "2569-12m")
    here = folder(project, "2569-12m")
    assert {p.name for p in here.iterdir()} == {"action_plan.xlsx", REGISTER, "forms"}
    schemas = Schemas.of(project.data, Round.parse("2569-12m"))
    loaded = [id_ for path in project.sections().values() for id_ in datasets_in(path.read_bytes())]
    stems = {schemas[id_].stem for id_ in loaded} - {"restructuring_survey"}
    assert {p.stem for p in (here / "forms").iterdir()} == {*stems, "returns", "checklist"}
    units = schemas["restructuring_units"]
    now, before = (
        s["restructuring_units"].load(s.round, folder(project, str(s.round))) for s in (schemas, schemas.at(LAST))
    )
    assert now.reset_index(drop=True).equals(before.reset_index(drop=True))
    assert units.stem == "restructuring_survey"


@pytest.mark.parametrize("name", BEGUN)
def test_the_check_asks_for_nothing_but_what_is_to_be_filled_in(project, name):
    begin(project, name)
    round_ = Round.parse(name)
    results = check_files(Schemas.of(project.data, round_), folder(project, name))
    assert {p.code for checked in results for p in checked.problems} == {"missing_file", "no_rows"}
    (blank,) = (c.dataset.id for c in results for p in c.problems if p.code == "no_rows")
    assert blank == "restructuring_survey"
    by_plan = [c for c in results if c.dataset.stem == "action_plan"]
    assert not any("ความคิดเห็น" in note for c in by_plan for note in c.raw.notes), "our comments are not the sender's"


def test_the_check_proposes_no_way_to_read_a_blank_form(project, capsys):
    begin(project, "2569-12m")
    main(["--project", str(project.root), "check", "2569-12m"])
    assert "options.yaml" not in capsys.readouterr().out
    assert not list(folder(project, "2569-12m").glob("*.yaml"))


@pytest.mark.parametrize("name", ["2569-12m", "2570-6m"])
def test_the_report_of_a_round_just_begun_waits_and_claims_nothing(project, name):
    begin(project, name)
    with Batch(project, Round.parse(name)) as batch:
        outcomes = run_sections(batch)
        files = write_report(batch, outcomes, formats=["html"])
        slips = audit(batch, [path for path in files if path.suffix == ".html"])
    assert not any(slips.values())
    assert {o.state for o in outcomes} == {"waits", "ok"}
    document = json.loads((project.outputs(Round.parse(name)) / "findings.json").read_text(encoding="utf-8"))
    found = {f["id"]: f["value"] for f in document["findings"]}
    assert {s["section"]: s["state"] for s in document["sections"]} == {
        o.section: "waiting" if o.state == "waits" else "ok" for o in outcomes
    }
    statuses = {i["status"] for s in document["sections"] for i in s["indicators"]}
    assert statuses <= {"awaiting_target", "awaiting_result", "not_yet_due"}
    sections = [s["section"] for s in document["sections"] if s["section"] != "summary"]
    steps = [section for section in sections if found[f"{section}.steps"]]
    assert len(steps) == plan(project, "2569-6m").steps.dropna(subset="step")["section"].nunique() > 10
    for section in steps:
        assert [found[f"{section}.{state}"] for state in ("steps_done", "steps_in_progress", "steps_not_started")] == [
            None, None, None
        ], section  # fmt: skip
        assert found[f"{section}.steps_overdue"] == 0
    assert found["five_year_plan.progress"] is None
    html = (project.outputs(Round.parse(name)) / "report.html").read_text(encoding="utf-8")
    summary = html.split('<section id="summary"')[1].split("</section>")[0]
    assert "ยังไม่มีผลให้เทียบกับเป้าหมายของทั้งปี" in summary
    assert "ไม่มีขั้นตอนที่เลยกำหนด" not in summary
    assert "ร้อยละ 0" not in summary
    assert ("ร่างแรก: เดือนตามแผนยกมาจากแผนปี 2569" in html) == (name == "2570-6m")
    assert ("ขั้นตอนที่ยังไม่มีรายงานว่าเสร็จ" in html) == (name == "2570-6m"), "of no step is it known, but those ahead"


def test_who_was_expected_to_send_is_expected_again_if_still_open_and_for_another_day(project):
    last = folder(project, "2569-6m")
    dataset = Schemas.of(project.data, LAST)["csr_activities"].title
    units = ["หน่วยงาน,จังหวัด,วันที่เปิด,วันที่ปิด", "ศูนย์ก,ตาก,,", "ศูนย์ข,น่าน,,30/09/2569"]
    (last / "units_register.csv").write_text("\n".join(units), encoding="utf-8")
    sent = ["ชุดข้อมูล,ผู้ส่ง,กำหนดส่ง,วันที่ได้รับ,หมายเหตุ", *(f"{dataset},{u},30/04/2569,," for u in ("ศูนย์ก", "ศูนย์ข"))]
    (last / "returns.csv").write_text("\n".join(sent), encoding="utf-8")
    for name, expected in (("2569-12m", ["ศูนย์ก", "ศูนย์ข"]), ("2570-6m", ["ศูนย์ก"])):
        begin(project, name)
        page = openpyxl.load_workbook(folder(project, name) / "forms" / "returns.xlsx")["ข้อมูล"]
        assert [[c.value for c in row] for row in page.iter_rows(min_row=2)] == [
            [dataset, unit, None, None, None] for unit in expected
        ]
        register = Schemas.of(project.data, Round.parse(name))["units_register"]
        assert list(register.load(Round.parse(name), folder(project, name))["unit"]) == ["ศูนย์ก", "ศูนย์ข"]


def test_nothing_that_is_there_is_touched_and_what_is_missing_is_made(project):
    begin(project, "2569-12m")
    here = folder(project, "2569-12m")
    filled = b"filled in"
    (here / "action_plan.xlsx").write_bytes(filled)
    (here / "forms" / "csr_training.xlsx").unlink()
    (here / REGISTER).rename(here / "restructuring_survey.xlsm")
    before = hashes(here)
    made = begin(project, "2569-12m")
    assert [path.name for path in made.written] == ["csr_training.xlsx"]
    assert {here / "action_plan.xlsx", here / REGISTER} <= set(made.kept)
    after = hashes(here)
    assert {name: after[name] for name in before} == before


def test_the_last_round_is_not_touched_and_the_same_round_gives_the_same_bytes(project):
    before = hashes(folder(project, "2569-6m"))
    begin(project, "2569-12m")
    first = hashes(folder(project, "2569-12m"))
    for path in folder(project, "2569-12m").rglob("*.xlsx"):
        path.unlink()
    begin(project, "2569-12m")
    assert hashes(folder(project, "2569-12m")) == first
    assert hashes(folder(project, "2569-6m")) == before


def test_a_project_that_was_dropped_needs_no_form(project):
    begin(project, "2569-12m")
    path = folder(project, "2569-12m") / "action_plan.xlsx"
    book = openpyxl.load_workbook(path)
    for name in ("โครงการ", "ขั้นตอน", "ตัวชี้วัด"):
        page = book[name]
        for row in range(page.max_row, 1, -1):
            if "career_development" in (page.cell(row, 1).value, page.cell(row, 2).value):
                page.delete_rows(row)
    book.save(path)
    begin(project, "2570-6m", "2569-12m")
    forms = {p.stem for p in (folder(project, "2570-6m") / "forms").iterdir()}
    assert "career_participants" not in forms
    assert "csr_activities" in forms


def test_the_check_list_names_every_file_and_says_what_is_new_in_a_new_year(project):
    for name in ("2569-12m", "2570-6m"):
        begin(project, name)
        book = openpyxl.load_workbook(folder(project, name) / "forms" / "checklist.xlsx")
        (page,) = book.worksheets
        text = "\n".join(str(cell.value) for row in page for cell in row if cell.value is not None)
        forms = [p for p in (folder(project, name) / "forms").iterdir() if p.stem != "checklist"]
        assert all(f"forms/{p.name}" in text for p in forms)
        for words in ("action_plan.xlsx", REGISTER, f"dsw check {name}", f"dsw report {name}"):
            assert words in text, words
        assert "⟨U+" not in text
        assert ("ไม่ใช่เฉพาะที่เพิ่มจากรอบก่อน" in text) == (name == "2569-12m")
        assert ("ร่างแรก" in text) == (name == "2570-6m")
        assert ("กรอกค่าเป้าหมายใหม่ 9 ตัวชี้วัด" in text) == (name == "2570-6m")
        assert page.sheet_properties.pageSetUpPr.fitToPage
        assert page.page_setup.fitToHeight in (None, 1), "one page, which is what nothing says"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["2569-12m"], "--from ROUND"),
        (["2569-12m", "--from", "2569-9m"], "names a round that is there"),
        (["2569-6m", "--from", "2569-6m"], "is not before"),
        (["2569-5m", "--from", "2569-6m"], "is not a round"),
        (["prepare"], "dsw new prepare DATASET"),
        (["prepare", "csr_training", "--from", "2569-6m"], "dsw new prepare DATASET"),
        (["2569-12m", "csr_training", "--from", "2569-6m"], "dsw new ROUND --from ROUND"),
    ],
)
def test_misuse_is_told(project, capsys, arguments, said):
    assert main(["--project", str(project.root), "new", *arguments]) == 2
    assert said in capsys.readouterr().err
    assert not folder(project, "2569-12m").exists()


def test_the_command_prints_what_it_made_and_what_it_kept(project, capsys):
    (project.data / "2569-12m").mkdir()
    (project.data / "2569-12m" / "action_plan.csv").write_text("x", encoding="utf-8")
    assert main(["--project", str(project.root), "new", "2569-12m", "--from", "2569-6m"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.endswith("forms/checklist.xlsx") for line in lines)
    assert any(line.endswith("action_plan.xlsx is there already and stays as it is") for line in lines)
    assert (project.data / "2569-12m" / "action_plan.csv").read_text(encoding="utf-8") == "x"


def test_a_plan_that_cannot_be_read_is_named(copy):
    (copy.raw / "action_plan.xlsx").unlink()
    assert main(["--project", str(copy.root), "new", "2569-12m", "--from", "2569-6m"]) == 1


def test_no_round_to_go_on_from(tmp_path):
    with pytest.raises(UsageError, match="no folder"):
        new_round(Project(root=tmp_path), Round.parse("2569-12m"), LAST)
