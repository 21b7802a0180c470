"""A round begun from the last, then changed in plan, units and questions: what it reports; the old one stays."""

import json
import random
import re

import openpyxl
import pandas as pd
import pytest
from conftest import copied, hashes
from rounds_made import ANSWER, Maker, change_plan, write_form

from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.rounds import Round
from dsw_analysis.run.batch import Batch
from dsw_analysis.run.new_round import new_round
from dsw_analysis.run.reports import audit, write_report
from dsw_analysis.run.sections import run_sections
from dsw_analysis.run.tasks import Project
from dsw_analysis.section.readback import flat

LAST, NOW = Round.parse("2569-6m"), Round.parse("2569-12m")
KEPT = ("restructuring", "highland_welfare", "homeless_housing", "policy_study")
SPLIT, ADDED, DROPPED, RENAMED = "restructuring_visits", "digital_skills", "homeless_housing", "highland_welfare"
BEFORE = 16
"""Target of the orders in the printed plan."""
CLOSED, OPENED = 3, "นิคมสร้างตนเองแห่งใหม่"


def report(project, round_, **options):
    with Batch(project, round_, **options) as batch:
        outcomes = run_sections(batch)
        files = write_report(batch, outcomes, formats=["html"])
        assert not any(audit(batch, [path for path in files if path.suffix == ".html"]).values())
    out = project.outputs(round_)
    kept = {name: hash_ for name, hash_ in hashes(out).items() if name not in ("manifest.json", "run.jsonl")}
    return json.loads((out / "findings.json").read_text(encoding="utf-8")), kept


def only(project, round_, sections):
    """Leave the notebooks and the rows of the plan of a few projects."""
    for path in project.notebooks.glob("[0-9]*.ipynb"):
        if path.stem[3:] not in (*sections, "summary"):
            path.unlink()
    change_plan(project, round_, lambda section, *_: section in sections)


def change(page, row, heads, section):
    def put(**cells):
        for head, value in cells.items():
            page.cell(row, heads[head]).value = value

    at = {name: page.cell(row, place).value for name, place in heads.items()}
    if page.title == "โครงการ":
        if section == RENAMED:
            put(**{"โครงการ/กิจกรรม": "คณะกรรมการบนพื้นที่สูง ระยะที่สอง"})
        if section is None:
            for place, (added, name) in enumerate(((ADDED, "ทักษะดิจิทัล"), (SPLIT, "ลงพื้นที่ติดตามหน่วยงาน"))):
                for head, value in {"รหัสส่วน": added, "ลำดับ": 90 + place, "โครงการ/กิจกรรม": name}.items():
                    page.cell(row + place, heads[head]).value = value
    if page.title == "ขั้นตอน":
        if section == "restructuring" and at["ขั้นตอนที่"] in (5, 6):
            put(รหัสส่วน=SPLIT, สถานะ="ดำเนินการแล้ว")
        elif section == "restructuring":
            put(สถานะ="ดำเนินการแล้ว" if at["ขั้นตอนที่"] < 4 else "อยู่ระหว่างดำเนินการ")
    if page.title == "ตัวชี้วัด":
        if at["รหัสตัวชี้วัด"] == "highland_welfare.orders_target":
            assert at["ค่าเป้าหมายเดิม"] == at["ค่าเป้าหมาย"] == BEFORE  # filled in by `dsw new`
            put(ตัวชี้วัด="ศูนย์ที่ออกคำสั่งแล้ว", ค่าเป้าหมาย=3, ใช้ค่าเป้าหมายเดิมถึง=LAST.end)
        if section == "restructuring":
            put(ขั้นตอนที่ให้ผล=4)


@pytest.fixture(scope="module")
def changed(tmp_path_factory):
    """A project, the hashes of the old round before and after the new one, and the new one's ledger and page."""
    project = Project(root=copied(tmp_path_factory.mktemp("changed")).root)
    only(project, LAST, KEPT)
    _, before = report(project, LAST)
    new_round(project, NOW, LAST)
    change_plan(project, NOW, lambda section, _: section != DROPPED, change)
    schema = project.schemas / "restructuring_survey.yaml"
    for old, new in ANSWER.items():
        schema.write_text(schema.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    survey = fill(project)
    _, after = report(project, LAST, fresh=True)
    document, _ = report(project, NOW)
    html = (project.outputs(NOW) / "report.html").read_text(encoding="utf-8")
    return {"before": before, "after": after, "document": document, "html": html, "survey": survey}


def fill(project):
    """A unit closed and one opened in the register, all answered but one, four with the new answer; one more file."""
    schemas = Schemas.of(project.data, NOW)
    kind = schemas["restructuring_survey"]
    path = project.data / str(NOW) / "restructuring_survey.xlsx"
    book = openpyxl.load_workbook(path)
    register, page = book["ทะเบียนหน่วยงาน"], book["ข้อมูล"]
    closed = register.cell(1 + CLOSED, 1).value
    register.delete_rows(1 + CLOSED)
    last = register.max_row + 1
    register.cell(last, 1).value, register.cell(last, 2).value = OPENED, "นิคมสร้างตนเอง"
    asked = [(register.cell(row, 1).value, register.cell(row, 2).value) for row in range(2, last + 1)]
    assert closed not in dict(asked)
    draw = random.Random(5)
    survey = []
    for place, (unit, label) in enumerate(asked[1:]):
        codes = {c.name: draw.choice(list(c.codes)) for c in kind.columns if c.kind == "category" and c.name != "kind"}
        codes["written_orders"] = "electronic" if place < 4 else "partial"
        answers = {name: kind[name].codes[code] for name, code in codes.items()}
        survey.append({**codes, "unit": unit})
        row = {"unit": unit, "kind": label, "answered_on": NOW.end, **answers}
        for at, column in enumerate(kind.columns, start=1):
            if column.name in row:
                page.cell(3 + place, at).value = row[column.name]
    book.save(path)
    centres = Maker(NOW, random.Random(7), changed=False).highland_welfare()
    write_form(path.parent, "highland_welfare", NOW, {"highland_welfare": centres})
    return pd.DataFrame(survey), centres


def found(changed, id_):
    (finding,) = (f for f in changed["document"]["findings"] if f["id"] == id_)
    return finding


def test_the_old_round_gives_its_bytes_after_all_of_that(changed):
    assert changed["after"] == changed["before"]
    assert len(changed["before"]) > 8


def test_projects_are_those_of_the_new_plan(changed):
    sections = {s["section"]: s for s in changed["document"]["sections"]}
    states = {name: section["state"] for name, section in sections.items()}
    assert states == {
        "policy_study": "ok", "restructuring": "ok", RENAMED: "ok", ADDED: "plan_only", SPLIT: "plan_only",
        "summary": "ok",
    }  # fmt: skip
    assert changed["document"]["left_out"] == [DROPPED]
    assert sections[RENAMED]["title"] == "คณะกรรมการบนพื้นที่สูง ระยะที่สอง"
    assert "ที่อยู่อาศัยเชิงรุก" not in changed["html"]


def test_a_split_project_leaves_its_steps_to_the_other_and_keeps_its_numbers(changed):
    assert [found(changed, f"restructuring.{n}")["value"] for n in ("steps", "steps_done")] == [4, 3]
    assert [found(changed, f"{SPLIT}.{n}")["value"] for n in ("steps", "steps_done")] == [2, 2]


def test_units_that_closed_and_opened_are_the_base(changed):
    survey, _ = changed["survey"]
    rate = found(changed, "restructuring.response_rate")
    assert (rate["numerator"], rate["denominator"]) == (24, 25)  # 25 − closed + opened; the first did not answer
    assert OPENED in set(survey["unit"])


def test_a_new_answer_is_counted_in_the_new_round(changed):
    share = found(changed, "restructuring.written_orders")
    assert share["value"] == pytest.approx(100 * 4 / 24)


def test_the_changed_target_and_name_are_those_that_are_judged(changed):
    _, centres = changed["survey"]
    orders = int(centres["ordered_on"].notna().sum())
    assert found(changed, "highland_welfare.orders_target")["value"] == 3
    indicators = {i["id"]: i for s in changed["document"]["sections"] for i in s["indicators"]}
    judged = indicators["highland_welfare.orders_target"]
    assert found(changed, "highland_welfare.orders")["value"] == orders
    assert judged["name"] == "ศูนย์ที่ออกคำสั่งแล้ว"
    assert judged["status"] == ("reached" if orders >= 3 else "missed")


def test_a_target_that_was_changed_is_judged_by_both_with_the_day(changed):
    _, centres = changed["survey"]
    orders = int(centres["ordered_on"].notna().sum())
    indicators = {i["id"]: i for s in changed["document"]["sections"] for i in s["indicators"]}
    judged = indicators["highland_welfare.orders_target"]
    by_the_former = "reached" if orders >= BEFORE else "missed"
    assert judged["former"] == {
        "target": "highland_welfare.orders_target.former", "until": "31 มีนาคม 2569", "status": by_the_former
    }  # fmt: skip
    assert judged["status"] != by_the_former, "the case is one in which the two differ"
    assert found(changed, "highland_welfare.orders_target.former")["value"] == BEFORE
    assert all(i["former"] is None for id_, i in indicators.items() if id_ != "highland_welfare.orders_target")
    said = flat(re.sub(r"<[^>]+>", " ", changed["html"]))
    words = {"reached": "ถึงเป้าหมาย", "missed": "ไม่ถึงเป้าหมาย"}[by_the_former]
    assert f"เป้าหมายเดิม {BEFORE} แห่ง (ใช้ถึง 31 มีนาคม 2569): {words}" in said
    assert said.count(f"เป้าหมายเดิม {BEFORE} แห่ง") == 2  # the table of the section, and the card of the summary
    assert "3 แห่ง (ใหม่)" in said


def test_the_end_of_the_year_leaves_no_indicator_on_the_way(changed):
    statuses = {i["status"] for s in changed["document"]["sections"] for i in s["indicators"]}
    assert not statuses & {"on_the_way", "below_plan", "not_yet_due"}
    told = changed["html"].split('<section id="method"')[0]  # which explains the words
    assert 'class="status on_the_way"' not in told
    assert 'class="status awaiting_target"' in told
