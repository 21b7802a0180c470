"""The schedule of a project: what is due and overdue on both sides of the end of a round, worked out by hand."""

import re
from pathlib import Path

import pandas as pd
import pytest
from declared import dataset

from dsw_analysis import Count, Ratio, open_section
from dsw_analysis.intake.source import Source, source_of
from dsw_analysis.plan.plan import NOT_STATED, PLANNED, Plan
from dsw_analysis.plan.schedule import scheduled
from dsw_analysis.plan.verdicts import Status
from dsw_analysis.rounds import MONTHS, Round

RAW = Path(__file__).parents[2] / "data" / "raw"
HALF = Round.parse("2569-6m")
PLAN_STEPS = dataset("plan_steps")


def plan(*steps):
    """A plan with the steps of one project: number, name, months planned (1 is October), state, and stated day."""
    rows = [
        {"section": "toy", "step": number, "name": name, "state": state, "due": pd.Timestamp(*day) if day else None}
        | {column: "planned" if place in months else None for place, column in enumerate(PLANNED, start=1)}
        for number, name, months, state, *day in (step if len(step) > 4 and step[4] else step[:4] for step in steps)
    ]
    frame = pd.DataFrame(rows, columns=[column.name for column in PLAN_STEPS.columns]).astype({"step": "Int64"})
    frame.attrs["source"] = Source(dataset=PLAN_STEPS, file="plan.xlsx", sha256="0" * 64, rows=len(frame))
    rest = {name: pd.DataFrame() for name in ("indicators", "topics", "decisions")}
    return Plan(projects=pd.DataFrame(columns=["section", "state"]), steps=frame, **rest)


@pytest.mark.parametrize(
    ("months", "day", "state", "work", "last"),
    [
        ([1, 6], None, "done", "done", 6),
        ([1, 6], None, "in_progress", "overdue", 6),
        ([6], None, None, "waiting", 6),
        ([2, 7], None, "not_started", "ahead", 7),
        ([12], None, None, "ahead", 12),
        ([], None, "not_started", "waiting", None),
        ([], None, None, "waiting", None),
        ([], "2026-03-31", "not_started", "overdue", None),
        ([], "2026-04-30", "not_started", "ahead", None),
        ([5], "2026-05-31", "not_started", "overdue", 5),  # a new day does not undo the months of the plan
        ([5, 8], "2026-03-31", "in_progress", "overdue", 8),  # nor do its months a day that has passed
    ],
)
def test_a_step_stands_by_its_months_or_its_day_and_by_what_is_reported(months, day, state, work, last):
    (step,) = scheduled(plan((1, "ก", months, state, day)), "toy", HALF).to_dict("records")
    assert (step["work"], step["status"]) == (work, state or "unstated")
    assert (None if pd.isna(step["last_month"]) else step["last_month"]) == last


def test_words_of_steps_and_remarks_that_are_no_steps():
    steps = scheduled(
        plan((1, "สำรวจ", [1, 2, 4], "done"), (2, None, [3], None), (3, "จบ", [], None), (None, "ไม่มี", [1], None)),
        "toy",
        HALF,
    )
    assert source_of(steps).dataset["title"].kind == "text"
    assert list(steps["title"]) == ["1. สำรวจ", f"2. {NOT_STATED}", "3. จบ"]
    assert list(steps["months"]) == ["ต.ค. พ.ย. ม.ค.", "ธ.ค.", "รอข้อมูลเดือน"]
    assert list(steps["span"].fillna("")) == ["ต.ค.\u00a0– ม.ค.", "ธ.ค.", ""]


def test_a_project_without_steps_has_none():
    assert scheduled(plan(), "toy", HALF).empty
    assert scheduled(plan((None, "ไม่มี", [], None)), "toy", HALF).empty


def test_steps_are_measured_with_a_filter_that_says_so():
    steps = scheduled(plan((1, "ก", [6], "done"), (2, "ข", [7], None), (3, "ค", [], None)), "toy", HALF)
    due = Count("ถึงกำหนด", id="toy.due", unit="steps", where={"last_month": slice(None, 6)})(steps)
    late = Count("เลยกำหนด", id="toy.late", unit="steps", where={"work": "overdue"})(steps)
    assert (due.value, due.where) == (1, "เดือนสุดท้ายตามแผน ลำดับที่ของปีงบประมาณ: ไม่เกิน 6")
    assert (late.value, late.where) == (0, "งานเมื่อสิ้นรอบ: เลยกำหนด")


def test_a_brief_has_no_steps_and_texts_know_the_deadline():
    s = open_section("highland_welfare", round_id="2569-6m", data_dir=RAW)
    (ordering,) = s.plan.steps_of(s.id).loc[lambda f: f["name"].str.contains("จัดทำคำสั่ง", na=False)].to_dict("records")
    last = max(place for place, column in enumerate(PLANNED) if not pd.isna(ordering[column]))
    said = s.say('[if deadline("จัดทำคำสั่ง")] เดือน {{ deadline("จัดทำคำสั่ง") }}')
    assert re.sub("<[^>]+>", "", said.html).split() == ["เดือน", MONTHS[last]]
    assert s.say('[if deadline("ไม่มีขั้นนี้")] ก') is None
    brief = open_section("highland_welfare", round_id="2569-6m", data_dir=RAW, province="ตาก")
    assert brief.steps() is None


def test_texts_know_the_status_and_target_of_what_measures_an_indicator():
    s = open_section("five_year_plan", round_id="2569-6m", data_dir=RAW)
    s.combine(progress=Ratio("ก้าวหน้า"), of=("steps_done", "steps"))
    source = "[if indicator(progress)] {{ indicator(progress).status }} {{ indicator(progress).target|unit }}"
    # 2 steps of 5 are 40 % of a target of 80 %, and two steps planned for January and February are not done.
    assert re.sub("<[^>]+>", "", s.say(source).html).split() == [Status.BELOW_PLAN.value, "ร้อยละ", "80"]
    assert s.say("[if indicator(steps)] ก") is None
