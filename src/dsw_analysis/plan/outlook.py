"""What a project has yet to do, and what its office has yet to say."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from dsw_analysis.plan.plan import Plan, planned_time
from dsw_analysis.plan.verdicts import Work
from dsw_analysis.rounds import Round

_TOLD = ("name", "state", "due", "progress", "obstacle", "next", "source_note")


def remaining(plan: Plan, section: str, round_: Round) -> list[dict[str, str | None]]:
    """Every step that is not done, in order: ``step`` (what comes next, else its name), ``by`` when and ``who``.

    A step of which neither is known is left out; the office owes it, see :func:`gaps`. Of one that is overdue and has
    no new day, ``by`` is the old one, so called.
    """
    owner = plan.project(section).owner
    found: list[dict[str, str | None]] = []
    for row, work in zip(plan.rows("steps", section), plan.work_of_steps(section, round_), strict=True):
        words, planned = row["next"] or row["name"], planned_time(row, round_)
        if work is Work.DONE or words is None:
            continue
        if work is Work.OVERDUE and planned:
            planned = f"กำหนดเดิม {planned}"
        step = words if row["step"] is None else f"{row['step']}. {words}"
        found.append({"step": step, "by": row["next_by"] or planned, "who": row["next_who"] or owner})
    return found


def obstacles(plan: Plan, section: str) -> list[str]:
    """What stands in the way of a project, and of its steps."""
    steps = plan.steps_of(section)["obstacle"].dropna()
    return [*plan.project(section).obstacles, *steps]


def unknown(steps: pd.DataFrame) -> pd.Series:
    """Whether of each step nothing but its number is known."""
    return steps[[*_TOLD, *steps.filter(regex="^m[0-9]")]].isna().all(axis=1)


def gaps(plan: Plan, section: str, round_: Round) -> list[str]:
    """What the office still owes for a section and its follow-up needs, in Thai; empty if nothing."""
    project, indicators = plan.project(section), plan.indicators_of(section)
    places = {"แผนปฏิบัติการ": project.strategy, "ประเด็นการพัฒนา": project.issue}
    words = ["และ".join(place for place, name in places.items() if name is None)]
    words.append("" if project.owner else "หน่วยงานหลัก")
    owed = [i for i in indicators if i.stage != "being_defined"]
    nameless, aimless = any(i.name is None for i in owed), any(i.target is None for i in owed)
    if not indicators or (nameless and aimless):
        words.append("ตัวชี้วัดและค่าเป้าหมาย")
    elif nameless or aimless:
        words.append("ชื่อตัวชี้วัด" if nameless else "ค่าเป้าหมาย")
    return [word for word in (*words, *_gaps_of_steps(plan, section, round_)) if word]


def _gaps_of_steps(plan: Plan, section: str, round_: Round) -> list[str]:
    """What is owed of the steps, those of which the same is owed together."""
    steps, works = plan.steps_of(section), plan.work_of_steps(section, round_)
    numbered = steps["step"].notna()
    if not numbered.any():
        return ["ขั้นตอนพร้อมเดือนตามแผน"]
    steps, works = steps[numbered], works[numbered]
    missing = {
        "ชื่อ": steps["name"].isna(),
        "สถานะ": (works == Work.WAITING) & steps["state"].isna(),
        "เดือน": steps.filter(regex="^m[0-9]|^due$").isna().all(axis=1),
    }
    owed: dict[str, list[str]] = {}
    for what, of in missing.items():
        if of.any():
            which = "ทุกขั้นตอน" if of.all() else f"ขั้นตอนที่ {runs(steps.loc[of, 'step'])}"
            owed.setdefault(which, []).append(what)
    return [f"{'และ'.join(what)}ของ{which}" for which, what in owed.items()]


def runs(numbers: Iterable[int]) -> str:
    """Numbers with those in a row drawn together: ``1–3 และ 6``."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][-1] + 1:
            found[-1].append(number)
        else:
            found.append([number])
    return listed(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in found)


def listed(words: Iterable[str]) -> str:
    """Words as Thai lists them: ``ก ข และค``; a number stands off, as in ``1–3 และ 6``."""
    *first, last = words
    if not first:
        return last
    return f"{' '.join(first)} และ{' ' if last[0].isdigit() else ''}{last}"
