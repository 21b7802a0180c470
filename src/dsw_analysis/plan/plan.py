"""The action plan: projects, their steps over the fiscal months, indicators, and how all of them stand."""

from __future__ import annotations

import calendar
import difflib
import operator
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.measures.base import Count, Value
from dsw_analysis.findings.measures.filters import BLANK, FILLED
from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.intake.source import source_of
from dsw_analysis.intake.thai import format_date
from dsw_analysis.intake.thai.dates import BE_OFFSET
from dsw_analysis.plan.verdicts import REPORTED, Status, Work, status_of_indicator, work_of_project, work_of_step
from dsw_analysis.problems import TellingError
from dsw_analysis.rounds import MONTHS, Round

NOT_STATED = "รอข้อมูล"
"""What the report prints where the action plan says nothing."""
PLANNED = [f"m{n:02d}" for n in range(1, len(MONTHS) + 1)]
"""Columns of the months of a step, October first."""

_STEP_COUNTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("steps", "ขั้นตอนตามแผนการดำเนินงาน", {}),
    ("steps_done", "ขั้นตอนที่ดำเนินการแล้ว", {"state": "done"}),
    ("steps_in_progress", "ขั้นตอนที่อยู่ระหว่างดำเนินการ", {"state": "in_progress"}),
    ("steps_not_started", "ขั้นตอนที่ยังไม่ดำเนินการ", {"state": "not_started"}),
    ("steps_not_stated", "ขั้นตอนที่ไม่ปรากฏสถานะ", {"state": BLANK}),
)
"""What is counted of a project's steps: end of the finding's id, label, filter by state."""
_UNTOLD = "หน่วยงานยังไม่รายงานสถานะของขั้นตอนใด"


class NotInPlanError(TellingError, KeyError):
    """A section was asked for that no project of the plan has; names the nearest."""

    def __init__(self, section: str, known: Iterable[str]) -> None:
        near = difflib.get_close_matches(section, list(known), n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        super().__init__(f"the action plan of this round has no project {section!r}{hint}")


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """A target of the plan and the finding that measures it.

    Attributes
    ----------
    id:
        Id of the finding that holds the target, e.g. ``csr.target``.
    name:
        Thai name; ``None`` while it is being defined or where the source does not show it.
    stage:
        ``"set"``, ``"being_defined"`` or ``"not_shown"`` (by the source).
    kind:
        ``"cumulative"``, ``"rate"``, ``"milestone"`` or ``"level"``; ``None`` where the source does not show it.
    step:
        Number of the step that produces a milestone or level; ``None`` of the others, and where it is not known.
    target:
        In ``unit``; ``None`` where there is none yet.
    direction:
        ``"at_least"`` or ``"at_most"``.
    due:
        Day by which the target is to be met.
    measured_by:
        Id of the finding that measures it, ``None`` where nothing does yet.
    former_target, former_until:
        The target before it was changed within the year, and the last day on which that was in force.
    """

    id: str
    section: str
    name: str | None
    stage: str
    kind: str | None
    step: int | None
    target: float | None
    unit: str | None
    direction: str | None
    due: date | None
    measured_by: str | None
    note: str | None
    former_target: float | None = None
    former_until: date | None = None

    @property
    def former(self) -> Indicator | None:
        """The indicator with the target that it had before; ``None`` if that was not changed within the year."""
        if self.former_until is None:
            return None
        return replace(self, id=f"{self.id}.former", target=self.former_target, former_until=None)

    def meets(self, result: Finding | None) -> bool | None:
        """Whether a result meets the target; ``None`` without one of them."""
        if self.target is None or result is None or result.value is None:
            return None
        return result.value <= self.target if self.direction == "at_most" else result.value >= self.target

    def printed(self, result: Finding) -> Finding:
        """The result with as many decimals as show on which side of the target it is: 89.7, not 90, is below 90."""
        return result if self.target is None else _on_its_side(result, self.target, self.direction)


@dataclass(frozen=True, kw_only=True)
class Project:
    """One project of the plan as the action plan describes it; ``None`` or empty where the source is silent."""

    section: str
    order: int
    strategy: str | None
    issue: str | None
    name: str
    short: str | None
    owner: str | None
    partners: str | None
    background: str | None
    obstacles: tuple[str, ...]
    questions: tuple[str, ...]
    state: str | None
    note: str | None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The action plan of one round, a frame for each of its sheets."""

    projects: pd.DataFrame
    steps: pd.DataFrame
    indicators: pd.DataFrame
    topics: pd.DataFrame
    decisions: pd.DataFrame

    @classmethod
    def load(cls, schemas: Schemas, folder: Path) -> Plan:
        """Load the plan from the round's folder.

        Raises
        ------
        DataError
            If a sheet has problems.
        """
        return cls(**{f.name: schemas[f"plan_{f.name}"].load(schemas.round, folder) for f in fields(cls)})

    def project(self, section: str) -> Project:
        """Project of a section.

        Raises
        ------
        NotInPlanError
            If the plan has no such section.
        """
        rows = self.rows("projects", section)
        if len(rows) != 1:
            raise NotInPlanError(section, self.projects["section"])
        (row,) = rows
        state = row["state"] and source_of(self.projects).dataset["state"].label(row["state"])
        same = ("section", "order", "strategy", "issue", "short", "owner", "partners", "background")
        return Project(
            **{name: row[name] for name in same},
            name=row["project"],
            obstacles=_listed(row["obstacles"]),
            questions=_listed(row["questions"]),
            state=state,
            note=row["source_note"],
        )

    def rows(self, sheet: str, section: str) -> list[dict[str, Any]]:
        """Rows of a section in one of the sheets, in order, as plain values; a blank is ``None``."""
        if (sheet, section) not in self._rows:
            frame = getattr(self, sheet)
            self._rows[sheet, section] = records(frame[frame["section"] == section])
        return self._rows[sheet, section]

    @cached_property
    def _rows(self) -> dict[tuple[str, str], list[dict[str, Any]]]:
        """Rows asked for so far: every text asks again."""
        return {}

    def steps_of(self, section: str) -> pd.DataFrame:
        """Steps of a section in order, one row each, with the columns of ``plan_steps``."""
        return self.steps[self.steps["section"] == section]

    def topics_of(self, section: str) -> pd.DataFrame:
        """What the office tells of the section's results, one statement a row: ``topic, aspect, statement``."""
        return self.topics[self.topics["section"] == section]

    def decisions_of(self, section: str) -> list[dict[str, str | None]]:
        """What is asked of the director-general: ``what, who, by``; the department's own rows, never a proposal."""
        return [{name: row[name] for name in ("what", "who", "by")} for row in self.rows("decisions", section)]

    def work_of_steps(self, section: str, round_: Round) -> pd.Series:
        """How each row of a section's steps stands, as :class:`~dsw_analysis.plan.verdicts.Work`; remarks too."""
        return pd.Series(self._works(section, round_), index=self.steps_of(section).index, dtype=object)

    def _works(self, section: str, round_: Round) -> list[Work]:
        return [work_of_step(row["state"], *days_of(row, round_), round_) for row in self.rows("steps", section)]

    def work(self, section: str, round_: Round) -> Work:
        """How a project stands: by its steps, and by the box that its office ticked."""
        return work_of_project(self._works(section, round_), self._ticked(section))

    def differs(self, section: str, round_: Round) -> bool:
        """Whether the office ticked a box that says something else than the verdict."""
        ticked = self._ticked(section)
        return ticked is not None and ticked not in REPORTED.get(self.work(section, round_), ())

    def _ticked(self, section: str) -> str | None:
        """Code of the box that an office ticked for its project."""
        return next((row["state"] for row in self.rows("projects", section)), None)

    def due(self, indicator: Indicator, round_: Round) -> date | None:
        """Day on which an indicator can first be judged: of its step, if it has one with months or a day."""
        steps = self.rows("steps", indicator.section) if indicator.step is not None else []
        last = next((days_of(row, round_)[1] for row in steps if row["step"] == indicator.step), None)
        return last or indicator.due

    def status(self, indicator: Indicator, result: Finding | None, round_: Round) -> Status:
        """How an indicator stands at the end of a round; see :func:`status_of_indicator`."""
        return status_of_indicator(
            indicator.kind,
            self.due(indicator, round_),
            indicator.due,
            round_,
            met=indicator.meets(result),
            has_target=indicator.target is not None,
            countable=result is None or result.denominator != 0,
            shown=result is None or not result.is_hidden,
            steps=self._works(indicator.section, round_),
        )

    def step_counts(self, section: str) -> Iterator[Finding]:
        """Steps of a section, all of them and by state: ``<section>.steps``, ``<section>.steps_done`` and so on.

        As long as the office has told of no step, it is not known how many are done, under way or not begun.
        """
        states = [row["state"] for row in self.rows("steps", section) if row["step"] is not None]
        untold = bool(states) and not any(states)
        for name, label, state in _STEP_COUNTS:
            # A row without a number is a remark that the source shows no steps, not a step.
            where = {"section": section, "step": FILLED, **state}
            counted = Count(id=f"{section}.{name}", label=label, unit="steps", where=where)(self.steps)
            known = not untold or state.get("state") in (None, BLANK)
            yield counted if known else replace(counted, value=None, note=_UNTOLD)

    def indicators_of(self, section: str) -> list[Indicator]:
        """Indicators of a section in the order of the file."""
        same = ("section", "name", "stage", "kind", "step", "target", "unit", "direction", "measured_by")
        return [
            Indicator(
                id=row["indicator"],
                due=None if row["due"] is None else row["due"].date(),
                former_target=row.get("former_target"),
                former_until=None if (day := row.get("former_until")) is None else day.date(),
                note=row["source_note"],
                **{name: row[name] for name in same},
            )
            for row in self.rows("indicators", section)
        ]

    def targets(self, indicator: Indicator) -> Iterator[Finding]:
        """The target as a finding, where the plan gives one, and that of before it was changed within the year."""
        told = [(indicator, "target", "ค่าเป้าหมายรอบ 12 เดือน")]
        if indicator.former is not None:
            told.append((indicator.former, "former_target", "ค่าเป้าหมายรอบ 12 เดือนเดิม"))
        for one, column, label in told:
            if one.target is None or one.unit is None:
                continue
            digits = 0 if float(one.target).is_integer() else max(2, len(str(one.target).partition(".")[2]))
            yield Value(
                f"{label}: {one.name or indicator.id}",
                id=one.id,
                unit=one.unit,
                column=column,
                where={"indicator": indicator.id},
                digits=digits,
            )(self.indicators)


def _on_its_side(finding: Finding, limit: float, direction: str | None) -> Finding:
    """The finding with as many decimals as its print needs to meet a limit where its value does, and only there."""
    if finding.value is None:
        return finding
    meets = operator.le if direction == "at_most" else operator.ge
    border = Fraction(str(limit))
    met = meets(Fraction(str(finding.value)), border)
    digits = finding.decimals
    while meets(Fraction(finding.rounded(digits) or 0), border) != met:
        digits += 1
    return finding if digits == finding.decimals else replace(finding, digits=digits)


def days_of(step: Mapping[str, Any], round_: Round) -> tuple[date | None, date | None]:
    """First day of the first month planned for a step, and last day of the last one; without months the stated day.

    Where both are given the earlier one counts: a new day does not undo the months of the plan.
    """
    places = [place for place, column in enumerate(PLANNED, start=1) if not pd.isna(step[column])]
    stated = None if pd.isna(step["due"]) else step["due"].date()
    if not places:
        return stated and stated.replace(day=1), stated
    first, last = (round_.calendar_month(place) for place in (places[0], places[-1]))
    end = date(*last, calendar.monthrange(*last)[1])
    return date(*first, 1), min(end, stated or end)


def planned_time(step: Mapping[str, Any] | pd.Series, round_: Round | None = None) -> str | None:
    """Months planned for a step, or the day that is stated, in Thai: ``ก.พ. – มี.ค.``; ``None`` if neither is.

    With the year of the last month (and of the first, where it is another) if the round is given.
    """
    places = [place for place, column in enumerate(PLANNED, start=1) if not pd.isna(step[column])]
    if not places:
        return None if pd.isna(step["due"]) else format_date(step["due"].date())
    first, last = places[0], places[-1]
    years = [BE_OFFSET + round_.calendar_month(place)[0] for place in (first, last)] if round_ else [0, 0]
    ends = [MONTHS[first - 1]] if first != last else []
    if years[0] != years[1]:
        ends = [f"{month} {years[0]}" for month in ends]
    ends.append(f"{MONTHS[last - 1]} {years[1]}" if round_ else MONTHS[last - 1])
    return "\u00a0– ".join(ends)


def _listed(cell: str | None) -> tuple[str, ...]:
    return tuple(text for part in (cell or "").split(";") if (text := part.strip()))


def records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain values; a blank is ``None``."""
    columns = [[None if pd.isna(cell) else cell for cell in rows[name].tolist()] for name in rows]
    return [dict(zip(map(str, rows), cells, strict=True)) for cells in zip(*columns, strict=True)]
