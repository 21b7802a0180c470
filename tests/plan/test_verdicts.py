"""Verdicts: the rules at every boundary, and the plan as printed against what a reader of the print concludes.

The two tables were written from the printed report (``place`` is the table of its scan), not from the code's output.
"""

import csv
from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import product

import pytest
from conftest import ROOT
from declared import SCHEMAS

from dsw_analysis.findings.finding import Finding
from dsw_analysis.plan.plan import Plan
from dsw_analysis.plan.verdicts import Status, Work, status_of_indicator, work_of_project, work_of_step
from dsw_analysis.rounds import Round

HALF, YEAR = Round.parse("2569-6m"), Round.parse("2569-12m")
MARCH, APRIL, SEPTEMBER = date(2026, 3, 31), date(2026, 4, 1), date(2026, 9, 30)


def table(name):
    with (ROOT / "tests" / "data" / f"verdicts_{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize(
    ("state", "first", "last", "work"),
    [
        ("done", date(2025, 10, 1), MARCH, Work.DONE),
        ("done", APRIL, SEPTEMBER, Work.DONE),  # before its time
        ("done", None, None, Work.DONE),
        ("in_progress", date(2026, 3, 1), MARCH, Work.OVERDUE),  # the last day of the round has passed
        ("not_started", date(2026, 3, 1), MARCH, Work.OVERDUE),
        ("in_progress", date(2026, 3, 1), APRIL, Work.IN_PROGRESS),
        ("not_started", date(2026, 3, 1), APRIL, Work.AHEAD),  # its time has begun and is not over
        ("in_progress", APRIL, SEPTEMBER, Work.IN_PROGRESS),
        ("not_started", APRIL, SEPTEMBER, Work.AHEAD),
        (None, APRIL, SEPTEMBER, Work.AHEAD),
        (None, MARCH, SEPTEMBER, Work.WAITING),
        (None, date(2026, 3, 1), MARCH, Work.WAITING),  # nothing is reported, so nothing is late
        (None, None, None, Work.WAITING),
        ("in_progress", None, None, Work.IN_PROGRESS),  # without months never late
        ("not_started", None, None, Work.WAITING),
    ],
)
def test_a_step(state, first, last, work):
    assert work_of_step(state, first, last, HALF) is work


@pytest.mark.parametrize(
    ("steps", "reported", "work"),
    [
        ([Work.DONE, Work.OVERDUE], "done", Work.OVERDUE),
        ([Work.DONE, Work.DONE], None, Work.DONE),
        ([Work.DONE, Work.WAITING], "done", Work.DONE),
        ([Work.DONE, Work.AHEAD], "done", Work.IN_PROGRESS),
        ([Work.DONE, Work.WAITING], None, Work.IN_PROGRESS),
        ([Work.WAITING], "as_planned", Work.IN_PROGRESS),
        ([Work.WAITING], None, Work.WAITING),
        ([], None, Work.WAITING),
        ([Work.AHEAD], None, Work.AHEAD),
    ],
)
def test_a_project(steps, reported, work):
    assert work_of_project(steps, reported) is work


@pytest.mark.parametrize(
    ("kind", "due", "ends", "round_", "met", "steps", "status"),
    [
        ("rate", SEPTEMBER, SEPTEMBER, HALF, True, [], Status.REACHED),
        ("rate", SEPTEMBER, SEPTEMBER, HALF, False, [], Status.BELOW_PLAN),
        ("rate", SEPTEMBER, SEPTEMBER, YEAR, False, [], Status.MISSED),
        ("cumulative", SEPTEMBER, SEPTEMBER, HALF, False, [Work.DONE], Status.ON_THE_WAY),
        ("cumulative", SEPTEMBER, SEPTEMBER, HALF, False, [Work.DONE, Work.OVERDUE], Status.BELOW_PLAN),
        ("cumulative", SEPTEMBER, SEPTEMBER, HALF, True, [Work.OVERDUE], Status.REACHED),
        ("cumulative", SEPTEMBER, SEPTEMBER, YEAR, False, [], Status.MISSED),
        ("milestone", APRIL, SEPTEMBER, HALF, False, [], Status.NOT_YET_DUE),
        ("milestone", APRIL, SEPTEMBER, HALF, True, [], Status.NOT_YET_DUE),
        ("milestone", MARCH, SEPTEMBER, HALF, False, [], Status.BELOW_PLAN),
        ("milestone", MARCH, SEPTEMBER, HALF, True, [], Status.REACHED),
        ("rate", MARCH, MARCH, HALF, False, [], Status.MISSED),  # its own day has come
        ("cumulative", APRIL, APRIL, HALF, False, [], Status.ON_THE_WAY),
        ("milestone", SEPTEMBER, SEPTEMBER, YEAR, False, [], Status.MISSED),
        ("level", SEPTEMBER, SEPTEMBER, HALF, None, [], Status.NOT_YET_DUE),
        ("rate", SEPTEMBER, SEPTEMBER, HALF, None, [], Status.AWAITING_RESULT),
        ("rate", SEPTEMBER, SEPTEMBER, YEAR, None, [], Status.AWAITING_RESULT),
    ],
)
def test_an_indicator(kind, due, ends, round_, met, steps, status):
    assert status_of_indicator(kind, due, ends, round_, met=met, has_target=True, steps=steps) is status


def test_an_indicator_without_target_or_without_anything_to_measure():
    assert status_of_indicator("rate", SEPTEMBER, SEPTEMBER, HALF, met=None, has_target=False) is Status.AWAITING_TARGET
    assert status_of_indicator("level", SEPTEMBER, SEPTEMBER, HALF, met=None, has_target=False) is Status.NOT_YET_DUE
    nothing = status_of_indicator("rate", SEPTEMBER, SEPTEMBER, HALF, met=None, has_target=True, countable=False)
    assert nothing is Status.NOTHING_TO_MEASURE


@pytest.mark.parametrize("disclosure", ["few", "refused"])
@pytest.mark.parametrize("round_", [HALF, YEAR])
def test_an_indicator_whose_result_is_not_shown_neither_waits_nor_is_missed(disclosure, round_):
    plan = Plan.load(SCHEMAS, ROOT / "data" / "raw" / "2569-6m")
    (indicator,) = plan.indicators_of("urgent_cases")
    result = Finding(id=indicator.measured_by, label="ผล", value=None, unit="percent", note="-", disclosure=disclosure)
    assert plan.status(indicator, result, round_) is Status.NOT_SHOWN
    assert plan.status(indicator, replace(result, denominator=0, disclosure=None), round_) is Status.NOTHING_TO_MEASURE
    assert plan.status(indicator, None, round_) is Status.AWAITING_RESULT
    assert plan.status(replace(indicator, target=None), result, round_) is Status.AWAITING_TARGET


def test_every_step_of_the_plan_stands_as_the_print_says():
    plan = Plan.load(SCHEMAS, ROOT / "data" / "raw" / "2569-6m")
    printed = {(row["section"], row["part"], row["step"]): row["verdict"] for row in table("steps")}
    found = {}
    for section in plan.projects["section"]:
        steps = plan.steps_of(section)
        numbers = [steps[name].astype("str").fillna("") for name in ("part", "step")]
        for part, step, work in zip(*numbers, plan.work_of_steps(section, HALF), strict=True):
            found[section, part, step] = work.value
    assert sum(step != "" for *_, step in printed) == 62
    assert found == printed
    projects = Counter(plan.work(section, HALF) for section in plan.projects["section"])
    assert projects == {Work.DONE: 1, Work.IN_PROGRESS: 11, Work.OVERDUE: 3}


def test_every_indicator_of_the_round_stands_as_the_print_says(made):
    printed = {row["indicator"]: row["verdict"] for row in table("indicators")}
    found = {i["id"]: Status[i["status"].upper()].value for s in made.document["sections"] for i in s["indicators"]}
    assert len(printed) == 17
    assert found == printed
    late = {s["section"]: len(s["work"]["late"]) for s in made.document["sections"] if s["work"] and s["work"]["late"]}
    assert late == {"five_year_plan": 2, "highland_welfare": 1, "urgent_cases": 1}


@pytest.mark.parametrize("kind", [None, "cumulative", "rate", "milestone", "level"])
@pytest.mark.parametrize("met", [True, False])
def test_the_end_of_the_year_says_reached_or_missed(kind, met):
    due = (None, MARCH, SEPTEMBER, date(2026, 10, 31))  # of the step that gives the result
    works = ((), (Work.DONE,), (Work.OVERDUE,), (Work.IN_PROGRESS, Work.AHEAD))
    for day, ends, steps in product(due, (None, MARCH, SEPTEMBER), works):
        found = status_of_indicator(kind, day, ends, YEAR, met=met, has_target=True, steps=steps)
        assert found is (Status.REACHED if met else Status.MISSED), (day, ends, steps)
