"""What a section tells of its project's plan: what was done, what is left to do, asked and owed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd
from markupsafe import Markup

from dsw_analysis.plan import outlook, schedule
from dsw_analysis.plan.plan import NOT_STATED, PLANNED, Project, planned_time
from dsw_analysis.plan.verdicts import PROJECT_OVERDUE, Work
from dsw_analysis.rounds import MONTHS
from dsw_analysis.section import blocks, road_map
from dsw_analysis.section.blocks import Block
from dsw_analysis.section.judging import Judging

WORK_COUNTS = {
    "steps_under_way": ("ขั้นตอนที่กำลังดำเนินการและไม่เลยกำหนด", Work.IN_PROGRESS),
    "steps_overdue": ("ขั้นตอนที่เลยกำหนดตามแผนและยังไม่แล้วเสร็จ", Work.OVERDUE),
    "steps_ahead": ("ขั้นตอนที่ยังไม่ถึงกำหนด", Work.AHEAD),
    "steps_waiting": ("ขั้นตอนที่รอข้อมูล", Work.WAITING),
}
"""Steps by how they stand: end of the finding's id -> its label and the verdict; those done stand beside them."""
AWAITED_FILES = "ไฟล์ข้อมูล"
"""What the brief calls data that have not come."""
_AHEAD = {"step": "ขั้นตอน", "by": "ภายใน", "who": "ผู้รับผิดชอบ"}
"""Columns of what is left to do -> their headers."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Planning(Judging):
    """The plan of a project, which is the country's: a brief of one province shows nothing of it."""

    project: Project

    def _work(self) -> Markup:
        """How the work stands and why, and what the office says where it says something else."""
        work = self.plan.work(self.id, self.round)
        said = Markup('<span class="status {}">{}</span> {}').format(
            f"work_{work.name.lower()}",
            PROJECT_OVERDUE if work is Work.OVERDUE else work.value,
            blocks.rich(self._reason, self.ledger),
        )
        if self.plan.differs(self.id, self.round):
            said += Markup(" · หน่วยงานรายงานว่า “{}”").format(self.project.state)
        return said

    @cached_property
    def _reason(self) -> str:
        """Why the work stands so, in one line with ``{id}`` for its numbers; empty if there is nothing to say."""
        if self._late:
            return f"เลยกำหนด {{{self.id}.steps_overdue:unit}}: {' '.join(self._late)}"
        done, steps = (self.ledger[f"{self.id}.{name}"].value for name in ("steps_done", "steps"))
        return f"เสร็จ {{{self.id}.steps_done}} จาก {{{self.id}.steps:unit}}" if done and done != steps else ""

    def roadmap(self) -> Block | None:
        """What was done, step by step, under its heading; ``None`` in a brief or without steps."""
        steps = self.plan.steps_of(self.id)
        if not self.national or steps.empty:
            return None
        standing = [
            f"{work.value} {{{self.id}.{name}}}"
            for name, work in {"steps_done": Work.DONE, **{n: w for n, (_, w) in WORK_COUNTS.items()}}.items()
            if self.ledger[f"{self.id}.{name}"].value
        ]
        total = [f"ทั้งหมด {{{self.id}.steps:unit}}"] if standing else []
        counts = blocks.rich(" ".join([*total, *standing]), self.ledger)
        self.shown.quote(*(name for name, _ in road_map.lines(steps)))
        table = road_map.table(steps, self.plan.work_of_steps(self.id, self.round), self.round, counts)
        return self.shown.block(Block(f"<h2>สิ่งที่ทำแล้ว</h2>{table}"))

    def topics(self) -> Block | None:
        """What the office tells of its results, in its own words; ``None`` in a brief or if it tells nothing.

        Topics told by the same aspects share a table, with a column for each of them.
        """
        if not self.national:
            return None
        told = self.plan.topics_of(self.id).fillna({"aspect": ""})
        tables: dict[tuple[str, ...], dict[str, list[str]]] = {}
        for topic, rows in told.groupby("topic", sort=False):
            aspects = tuple(rows["aspect"].unique())
            columns = tables.setdefault(aspects, {name: [] for name in ("เรื่อง", *aspects)})
            columns["เรื่อง"].append(str(topic))
            for aspect in aspects:
                columns[aspect].append(" · ".join(rows.loc[rows["aspect"] == aspect, "statement"]))
        shown = [
            self._tabled(
                {name or "รายละเอียด": cells for name, cells in columns.items()},
                ": ".join(filter(None, ["รายละเอียดจากหน่วยงาน", blocks.literal(" ".join(aspects))])),
                "",
                quoted=True,
            )
            for aspects, columns in tables.items()
        ]
        return Block("".join(block.html for block in shown)) if shown else None

    def remaining(self) -> Block | None:
        """Every step that is not done, with when and who, under its heading; ``None`` in a brief or if all are.

        Also as long as nothing is known of any: they may all be done.
        """
        rows = outlook.remaining(self.plan, self.id, self.round) if self.national else []
        if not rows or set(self.plan.work_of_steps(self.id, self.round)) == {Work.WAITING}:
            return None
        columns = {name: [row[key] for row in rows] for key, name in _AHEAD.items()}
        caption = f"ขั้นตอนที่ยังไม่มีรายงานว่าเสร็จเมื่อสิ้น{self.round.label}"
        heading = self.shown.block(Block("<h2>งานที่เหลือ</h2>"))
        return Block(heading.html + self._tabled(columns, caption, "", quoted=True).html)

    def questions(self) -> Block | None:
        """Questions that are open, under their heading; ``None`` in a brief or without any."""
        if not self.national or not self.project.questions:
            return None
        items = "".join(f"<li>{blocks.said(question)}</li>" for question in self.project.questions)
        return self.shown.block(Block(f"<h2>คำถามที่ยังเปิดอยู่</h2><ul>{items}</ul>"))

    def steps(self) -> pd.DataFrame | None:
        """The project's steps as a frame to measure (:func:`dsw_analysis.plan.schedule.scheduled`); none in a brief."""
        return schedule.scheduled(self.plan, self.id, self.round) if self.national else None

    def _deadline(self, words: str) -> str:
        steps = self.steps()
        if steps is None:
            return ""
        last = steps.loc[steps["name"].str.contains(words, regex=False, na=False), "last_month"].dropna()
        return MONTHS[last.iloc[-1] - 1] if len(last) else ""

    def gaps(self) -> Block | None:
        """What the office still owes, in one quiet line; ``None`` in a brief or if nothing is missing."""
        if not self.national or not self._owed:
            return None
        words = blocks.said(outlook.listed(self._owed))
        return self.shown.block(Block(f'<p class="note">รอข้อมูลจากหน่วยงาน: {words}</p>'))

    @cached_property
    def _owed(self) -> list[str]:
        owed = outlook.gaps(self.plan, self.id, self.round)
        self.shown.quote(outlook.listed(owed) if owed else None)
        return owed

    def _work_handed_over(self) -> dict[str, Any]:
        """What the summary tells of the project's work: how it stands, what is left, asked and owed."""
        p = self.project
        return {
            "standing": self.plan.work(self.id, self.round).name.lower(),
            "reason": blocks.fill(self._reason, self.ledger),
            "late": self._late,
            "strategy": p.strategy,
            "issue": p.issue,
            "title": p.name,
            "short": p.short,
            "owner": p.owner,
            "overdue": [self._to_do(row) for row in self._steps_that_are(Work.OVERDUE)],
            "ahead": [self._to_do(row) for row in self._steps_that_are(Work.AHEAD)],
            "under_way": [self._to_do(row) for row in self._steps_that_are(Work.IN_PROGRESS)],
            "obstacles": outlook.obstacles(self.plan, self.id),
            "questions": [*p.questions],
            "decisions": self.plan.decisions_of(self.id),
            "waiting": [*[AWAITED_FILES] * bool(self.awaits), *self._owed],
        }

    def _to_do(self, step: Mapping[str, Any]) -> dict[str, Any]:
        """A step as the brief lists it: its number, name, planned time and owner, and what the plan says comes next."""
        said = {name: step[name] for name in ("next", "next_by", "next_who")}
        name = NOT_STATED if step["name"] is None else step["name"]
        by = planned_time(step)
        if by and step["due"] is not None and all(step[month] is None for month in PLANNED):
            by = f"{step['due'].day} {MONTHS[(step['due'].month + 2) % 12]}"
        return {"number": int(step["step"]), "name": name, "by": by, "who": self.project.owner, **said}
