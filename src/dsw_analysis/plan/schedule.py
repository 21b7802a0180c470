"""The schedule of a project: its steps with the months planned for them and how they stand at the end of a round."""

from __future__ import annotations

import pandas as pd

from dsw_analysis.findings.measures.derived import derive
from dsw_analysis.intake.source import source_of
from dsw_analysis.plan.plan import NOT_STATED, PLANNED, Plan, planned_time
from dsw_analysis.plan.verdicts import Work
from dsw_analysis.rounds import MONTHS, Round

WORKS = {work.name.lower(): work.value for work in Work}
"""Codes of how a step stands, and the words for them."""


def scheduled(plan: Plan, section: str, round_: Round) -> pd.DataFrame:
    """Steps of a project with columns worked out from their months and state.

    Rows without a number are remarks of the source, not steps, and are left out.

    Parameters
    ----------
    round_:
        At the end of which they are judged; see :func:`dsw_analysis.plan.verdicts.work_of_step`.

    Returns
    -------
    pandas.DataFrame
        With ``last_month`` (1 is October; blank if no month is stated), codes in ``work`` and ``status`` (the
        verdict, and what the office reports), and words in ``title``, ``months`` and ``span``.
    """
    steps, works = plan.steps_of(section), plan.work_of_steps(section, round_)
    statuses = {**source_of(steps).dataset["state"].codes, "unstated": "ไม่ปรากฏสถานะ"}
    steps = steps[steps["step"].notna()]
    planned = steps[PLANNED].notna()
    last = planned.mul([*range(1, len(MONTHS) + 1)]).max(axis=1).astype("Int64").where(planned.any(axis=1))
    named = [[month for month, on in zip(MONTHS, flags, strict=True) if on] for flags in planned.to_numpy()]
    titles = [
        f"{number}. {NOT_STATED if pd.isna(name) else name}"
        for number, name in zip(steps["step"], steps["name"], strict=True)
    ]
    months = [" ".join(names) or "รอข้อมูลเดือน" for names in named]
    spans = [planned_time(row) for row in plan.rows("steps", section) if row["step"] is not None]
    work = works[steps.index].map(lambda found: found.name.lower())
    status = steps["state"].astype("str").fillna("unstated")
    steps = derive(steps, "last_month", "เดือนสุดท้ายตามแผน ลำดับที่ของปีงบประมาณ", last, of=PLANNED)
    steps = derive(steps, "work", "งานเมื่อสิ้นรอบ", work, of=[*PLANNED, "due", "state"], codes=WORKS)
    steps = derive(steps, "status", "สถานะ", status, of=["state"], codes=statuses)
    for column, header, words, of in (
        ("title", "ขั้นตอน", titles, ["step", "name"]),
        ("months", "เดือนที่วางแผน", months, PLANNED),
        ("span", "ช่วงเวลาที่วางแผน", spans, [*PLANNED, "due"]),
    ):
        steps = derive(steps, column, header, pd.Series(words, index=steps.index, dtype="str"), of=of)
    return steps
