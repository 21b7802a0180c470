"""The action plan of the next round, as far as it is known before anybody has reported: a form that is filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from dsw_analysis.intake.carried import Carried, carry, shown_apart
from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.plan.plan import PLANNED, Plan

_TOLD: Final = {
    "projects": ("state", "obstacles", "questions", "source_note"),
    "steps": ("state", "progress", "obstacle", "next", "next_by", "next_who", "source_note"),
    "indicators": ("source_note",),
}
"""Sheet -> what an office tells of one round, which nobody has told of the next."""
_OF_A_YEAR: Final = {"steps": ("due",), "indicators": ("target", "stage")}
"""Sheet -> what is decided for one fiscal year, besides; months of steps are kept as a first draft."""
_FORMER: Final = ("former_target", "former_until")
"""What the plan says of a target that was changed within the year."""

_DRAFT: Final = "ร่างแรก: เดือนตามแผนยกมาจากแผนปี {year} ยังไม่ได้ยืนยัน"
"""Remark on a project whose months are those of another year; the report prints it until somebody deletes it."""


def next_plan(schemas: Schemas, folder: Path, later: Schemas) -> dict[str, Carried]:
    """What each sheet of the action plan of a later round has of the plan of a round.

    What offices told (states, results, obstacles, next steps) is left blank and shown beside; topics and decisions,
    which are told row by row, on sheets of their own. In another fiscal year so are days and targets; the day on which
    an indicator falls due moves with the year, and a remark on each project says that its months are a first draft.

    Parameters
    ----------
    schemas, folder:
        Of the round that there is.
    later:
        Schemas of the later round.

    Raises
    ------
    DataError
        If the plan of the round has problems.
    """
    plan, last = Plan.load(schemas, folder), schemas.round
    years = later.round.year - last.year
    found = {}
    for sheet in (field.name for field in fields(Plan)):
        frame, schema = getattr(plan, sheet), later[f"plan_{sheet}"]
        if sheet not in _TOLD:
            found[schema.id] = shown_apart(frame, schema)
            continue
        without = (*_TOLD[sheet], *(_OF_A_YEAR.get(sheet, ()) if years else ()))
        found[schema.id] = carry(frame, schema, last, without=without)
    found["plan_indicators"] = replace(
        found["plan_indicators"], rows=[_judged_anew(row, years) for row in found["plan_indicators"].rows]
    )
    if years:
        projects = found["plan_projects"]
        planned = set(plan.steps.loc[plan.steps[PLANNED].notna().any(axis=1), "section"])
        draft = {"source_note": _DRAFT.format(year=last.year)}
        rows = [{**row, **(draft if row["section"] in planned else {})} for row in projects.rows]
        found["plan_projects"] = replace(projects, rows=rows)
    return found


def _judged_anew(row: Mapping[str, Any], years: int) -> dict[str, Any]:
    """An indicator in a later round: of the same year with the target that it had, beside the one to be changed.

    Of a target that was changed already the first stays. In another year the target is not known, and the day on which
    it falls due moves along.
    """
    if years:
        kept = {name: value for name, value in row.items() if name not in _FORMER}
        return {**kept, "stage": "not_shown", "due": _moved(row["due"], years)}
    return {**row, "former_target": row["former_target"] if row.get("former_until") else row.get("target")}


def _moved(day: datetime, years: int) -> date:
    """The same day in another year; 29 February becomes the 28th."""
    year = day.year + years
    return date(year, day.month, min(day.day, 28) if day.month == 2 else day.day)
