"""What is left to do and owed of a plan that is complete, and of one that is not: worked out by hand."""

import pandas as pd
import pytest
from declared import dataset

from dsw_analysis.intake.source import Source
from dsw_analysis.plan.outlook import gaps, listed, remaining, runs
from dsw_analysis.plan.plan import Plan
from dsw_analysis.rounds import Round

HALF, YEAR = Round.parse("2569-6m"), Round.parse("2569-12m")
PROJECT = {"section": "toy", "order": 1, "strategy": "แผน", "issue": "ประเด็น", "project": "โครงการ", "owner": "กอง"}
GOAL = {"section": "toy", "indicator": "toy.target", "name": "ร้อยละ", "stage": "set", "target": 80.0}


def plan(*steps, project=PROJECT, goal=GOAL):
    """A plan of one project."""
    rows = {"projects": [project], "indicators": [goal], "topics": [], "decisions": []}
    rows["steps"] = [{"section": "toy", **step} for step in steps]
    frames = {}
    for name, found in rows.items():
        kind = dataset(f"plan_{name}")
        frame = pd.DataFrame(found, columns=[column.name for column in kind.columns])
        for column in kind.columns:
            if column.kind in ("date", "integer"):
                frame[column.name] = frame[column.name].astype("datetime64[ns]" if column.kind == "date" else "Int64")
        frame.attrs["source"] = Source(dataset=kind, file="plan.xlsx", sha256="0" * 64, rows=len(found))
        frames[name] = frame
    return Plan(**frames)


@pytest.mark.parametrize(
    ("step", "left"),
    [
        ({"state": "done", "m01": "planned"}, None),
        ({"m12": "planned"}, ("1. อบรม", "ก.ย. 2569", "กอง")),
        (
            {"m03": "planned", "m04": "planned", "state": "in_progress"},
            ("1. อบรม", "กำหนดเดิม ธ.ค. 2568\u00a0– ม.ค. 2569", "กอง"),
        ),
        ({"m09": "planned", "m10": "planned", "next_who": "จังหวัด"}, ("1. อบรม", "มิ.ย.\u00a0– ก.ค. 2569", "จังหวัด")),
        ({"m05": "planned", "state": "not_started", "next_by": "พ.ค. 2569"}, ("1. อบรม", "พ.ค. 2569", "กอง")),
        ({"state": "in_progress", "next": "อบรมอีก 2 รุ่น"}, ("1. อบรมอีก 2 รุ่น", None, "กอง")),
        ({"due": pd.Timestamp("2026-09-30")}, ("1. อบรม", "30 กันยายน 2569", "กอง")),
        ({"name": None}, None),  # nothing to tell of it: it is owed instead
        ({"name": None, "step": None, "next": "ประชุม"}, ("ประชุม", None, "กอง")),
    ],
)
def test_every_step_that_is_not_done_is_left(step, left):
    found = remaining(plan({"step": 1, "name": "อบรม", **step}), "toy", HALF)
    assert [tuple(row.values()) for row in found] == ([] if left is None else [left])


def test_a_complete_plan_owes_nothing():
    done = {"step": 1, "name": "ก", "m01": "planned", "state": "done"}
    ahead = {"step": 2, "name": "ข", "m12": "planned"}  # nobody has to report before its time
    assert gaps(plan(done, ahead), "toy", HALF) == []
    assert gaps(plan(done, ahead), "toy", YEAR) == ["สถานะของขั้นตอนที่ 2"]


@pytest.mark.parametrize(
    ("goal", "owed"),
    [
        ({"name": None}, "ชื่อตัวชี้วัด"),
        ({"target": None}, "ค่าเป้าหมาย"),
        ({"name": None, "target": None}, "ตัวชี้วัดและค่าเป้าหมาย"),
        ({"section": "other"}, "ตัวชี้วัดและค่าเป้าหมาย"),
        ({"name": None, "target": None, "stage": "being_defined"}, None),
    ],
)
def test_what_is_owed_of_an_indicator(goal, owed):
    done = {"step": 1, "name": "ก", "m01": "planned", "state": "done"}
    assert gaps(plan(done, goal=GOAL | goal), "toy", HALF) == [word for word in [owed] if word]


def test_what_is_owed_of_the_project_and_of_a_plan_without_steps():
    bare = PROJECT | {"strategy": None, "issue": None, "owner": None}
    assert gaps(plan(project=bare), "toy", HALF) == [
        "แผนปฏิบัติการและประเด็นการพัฒนา",
        "หน่วยงานหลัก",
        "ขั้นตอนพร้อมเดือนตามแผน",
    ]
    assert gaps(plan(project=PROJECT | {"issue": None}), "toy", HALF)[0] == "ประเด็นการพัฒนา"


def test_numbers_in_a_row_and_words_of_a_list():
    assert runs([1, 2, 3, 6]) == "1–3 และ 6"
    assert runs([2]) == "2"
    assert runs([1, 3, 4, 6]) == "1 3–4 และ 6"
    assert listed(["ก"]) == "ก"
    assert listed(["ก", "ข", "ค"]) == "ก ข และค"


def test_questions_and_obstacles_are_parted_by_semicolons():
    project = plan(project=PROJECT | {"questions": "เมื่อใด; ใคร ;", "obstacles": None}).project("toy")
    assert (project.questions, project.obstacles) == (("เมื่อใด", "ใคร"), ())
