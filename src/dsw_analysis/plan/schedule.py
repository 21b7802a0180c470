"""The schedule of a project: its steps with the months planned for them and whether they are due or overdue."""

from __future__ import annotations

import pandas as pd

from dsw_analysis.findings.measures.derived import derive
from dsw_analysis.intake.source import source_of
from dsw_analysis.plan.plan import NOT_STATED
from dsw_analysis.rounds import MONTHS, Round

DUE = {"due": "ถึงกำหนดแล้ว", "ahead": "ยังไม่ถึงกำหนด", "unplanned": "ไม่ปรากฏเดือน"}
TIMINGS = {"overdue": "เลยกำหนดตามแผนและยังไม่แล้วเสร็จ", "in_time": "ไม่เลยกำหนดตามแผน"}
PLANNED = [f"m{n:02d}" for n in range(1, len(MONTHS) + 1)]
"""Columns of the months, October first."""


def scheduled(steps: pd.DataFrame, round_: Round) -> pd.DataFrame:
    """Steps of the plan with columns worked out from their months and state.

    A step is due when the last month planned for it has passed at the end of the round; it is overdue if it is due and
    the plan does not call it done. Rows without a number are remarks of the source, not steps, and are left out.

    Parameters
    ----------
    steps:
        Steps of one project; see :meth:`dsw_analysis.plan.plan.Plan.steps_of`.
    round_:
        At the end of which they are judged.

    Returns
    -------
    pandas.DataFrame
        With ``last_month`` (1 is October; blank if no month is stated), codes in ``due``, ``timing`` and ``status``,
        and words in ``title``, ``months`` and ``span``.
    """
    statuses = {**source_of(steps).dataset["state"].codes, "unstated": "ไม่ปรากฏสถานะ"}
    steps = steps[steps["step"].notna()]
    planned = steps[PLANNED].notna()
    last = planned.mul([*range(1, len(MONTHS) + 1)]).max(axis=1).astype("Int64").where(planned.any(axis=1))
    passed = last.le(round_.months)
    due = passed.map({True: "due", False: "ahead"}).fillna("unplanned")
    late = passed.fillna(False) & steps["state"].ne("done").fillna(True)
    named = [[month for month, on in zip(MONTHS, flags, strict=True) if on] for flags in planned.to_numpy()]
    titles = [
        f"{number}. {NOT_STATED if pd.isna(name) else name}"
        for number, name in zip(steps["step"], steps["name"], strict=True)
    ]
    months = [" ".join(names) or DUE["unplanned"] for names in named]
    spans = ["\u00a0– ".join(dict.fromkeys([names[0], names[-1]])) if names else None for names in named]
    timing, status = late.map({True: "overdue", False: "in_time"}), steps["state"].astype("str").fillna("unstated")
    judged = [*PLANNED, "state"]
    steps = derive(steps, "last_month", "เดือนสุดท้ายตามแผน ลำดับที่ของปีงบประมาณ", last, of=PLANNED)
    steps = derive(steps, "due", "ถึงกำหนดเมื่อสิ้นรอบ", due, of=PLANNED, codes=DUE)
    steps = derive(steps, "timing", "กำหนดเวลา", timing, of=judged, codes=TIMINGS)
    steps = derive(steps, "status", "สถานะ", status, of=["state"], codes=statuses)
    for column, header, words, of in (
        ("title", "ขั้นตอน", titles, ["step", "name"]),
        ("months", "เดือนที่วางแผน", months, PLANNED),
        ("span", "ช่วงเดือนที่วางแผน", spans, PLANNED),
    ):
        steps = derive(steps, column, header, pd.Series(words, index=steps.index, dtype="str"), of=of)
    return steps
