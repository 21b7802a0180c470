"""The summary of a round: indicators of all sections with their status, from the ledger of the round."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from dsw_analysis.findings.families import Family, Row
from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.ledger import Ledger
from dsw_analysis.intake.columns import Column, Schema
from dsw_analysis.intake.provenance import PROVENANCE, Provenance, weakest
from dsw_analysis.intake.source import Source
from dsw_analysis.plan.plan import NOT_STATED, Status
from dsw_analysis.rounds import Round
from dsw_analysis.section import blocks, figures
from dsw_analysis.section.asking import Words, escape
from dsw_analysis.section.blocks import Block
from dsw_analysis.section.section import Section
from dsw_analysis.section.telling import register

SECTION = "section"
INDICATORS = Schema(
    id="indicators",
    title="ตัวชี้วัดของทุกโครงการ",
    columns=(
        Column(name="section", header="โครงการ", kind="text"),
        Column(name="indicator", header="ตัวชี้วัด", kind="text"),
        Column(name="status", header="สถานะ", kind="category", codes={s.name.lower(): s.value for s in Status}),
    ),
)
"""The frame that the summary counts: one row an indicator."""

SECTION_STATES = {"ok": "สำเร็จ", "failed": "ไม่สำเร็จ", "plan_only": "มีเฉพาะแผน"}
"""What became of a project: ``plan_only`` where it has no notebook, so that the report shows its plan alone."""

SECTIONS = Schema(
    id="sections",
    title="โครงการในแผน",
    columns=(
        Column(name="section", header="รหัสส่วน", kind="text"),
        Column(name="title", header="โครงการ", kind="text"),
        Column(name="state", header="การประมวลผล", kind="category", codes=SECTION_STATES),
    ),
)
"""One row a section of the round."""

STEP_COUNTS = {
    "steps": "ขั้นตอนตามแผน",
    "steps_done": "ดำเนินการแล้ว",
    "steps_in_progress": "อยู่ระหว่างดำเนินการ",
    "steps_not_started": "ยังไม่ดำเนินการ",
    "steps_not_stated": "ไม่ปรากฏสถานะ",
}
"""Findings that every section records about its steps -> what they count."""

STEPS = Schema(
    id="section_steps",
    title="ขั้นตอนของทุกโครงการ",
    columns=(
        Column(name="section", header="รหัสส่วน", kind="text"),
        Column(name="title", header="โครงการ", kind="text"),
        *(Column(name=name, header=header, kind="integer") for name, header in STEP_COUNTS.items()),
    ),
)
"""One row a section that ran: its steps by state."""

NUMBERS = Schema(
    id="numbers",
    title="ตัวเลขทั้งหมดในรายงาน",
    columns=(
        Column(name="id", header="รหัสตัวเลข", kind="text"),
        Column(name="section", header="รหัสส่วน", kind="text"),
        Column(
            name="provenance",
            header="ที่มาของข้อมูล",
            kind="category",
            codes={str(code): name for code, name in PROVENANCE.items()},
        ),
    ),
)
"""One row a number of the report."""


def open_summary(*, round_id: str, outputs_dir: str | Path) -> Summary:
    """Open the summary of a round whose sections have been run.

    Raises
    ------
    FileNotFoundError
        If the round's ``findings.json`` is not there yet; the message says which command makes it.
    ValueError
        If the round's id is malformed.
    """
    round_ = Round.parse(round_id)
    path = Path(outputs_dir) / str(round_) / "findings.json"
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing; run `dsw run {round_}` first, then open the summary")
    content = path.read_bytes()
    document = json.loads(content)
    figures.set_theme()
    opened = Summary(
        id="summary",
        order=0,
        title="บทสรุปผู้บริหาร",
        round=round_,
        ledger=Ledger.from_records(r for r in document["findings"] if r["section"] != "summary"),
        chapters=tuple(s for s in document["sections"] if s["section"] != "summary"),
        left_out=tuple(document.get("left_out", ())),
        sha256=hashlib.sha256(content).hexdigest(),
    )
    opened._gather()
    register(opened)
    return opened


@dataclass(frozen=True, kw_only=True)
class Summary(Section):
    """The whole round in one hand: all findings, and the judged indicators as frames.

    The steps of the sections are families by ``"section"``: their own findings, under the names of ``STEP_COUNTS``.
    """

    chapters: Sequence[Mapping[str, Any]]
    left_out: Sequence[str]
    sha256: str

    def _gather(self) -> None:
        key = (SECTION,)
        for name, header in STEP_COUNTS.items():
            rows = [
                Row((c["section"],), (c["title"],), self.ledger[f"{c['section']}.{name}"], family=name, split=key)
                for c in self._ran()
            ]
            self.families[name] = Family(name, header, rows={key: rows}, headers={key: "โครงการ"})

    def _ran(self) -> list[Mapping[str, Any]]:
        return [c for c in self.chapters if f"{c['section']}.steps" in self.ledger]

    def names(self) -> Mapping[str, Any]:
        """What texts know besides numbers: also ``projects(…)``, ``link(id, words)``, and sections ``left_out``."""
        return {**super().names(), "projects": self.projects, "link": _told_link, "left_out": self.left_out}

    def projects(self, *states: str) -> list[Mapping[str, Any]]:
        """Sections of a state, or with an indicator of a status; texts ask each for its ``section`` and ``title``."""
        wanted = set(states)
        return [c for c in self.chapters if wanted & {c["state"], *(i["status"] for i in c["indicators"])}]

    def link(self, row: Row) -> Markup:
        """Title of a row's section, as a link to it."""
        return _link(row.code, row.name)

    def sections(self) -> pd.DataFrame:
        """One row a section: ``section``, ``title``, ``state`` (a key of :data:`SECTION_STATES`)."""
        rows = [{"section": c["section"], "title": c["title"], "state": c["state"]} for c in self.chapters]
        return self._frame(SECTIONS, rows)

    def judged(self) -> pd.DataFrame:
        """One row an indicator: ``section`` (title), ``indicator`` (name), ``status``."""
        rows = [
            {"section": c["title"], "indicator": i["name"] or NOT_STATED, "status": i["status"]}
            for c in self.chapters
            for i in c["indicators"]
        ]
        return self._frame(INDICATORS, rows)

    def steps(self) -> pd.DataFrame:
        """One row a section that ran: ``section``, ``title``, and its steps by state."""
        ran = self._ran()
        rows = [
            {"section": c["section"], "title": c["title"]}
            | {name: self.ledger[f"{c['section']}.{name}"].value for name in STEP_COUNTS}
            for c in ran
        ]
        counted = [self.ledger[f"{c['section']}.{name}"].provenance for c in ran for name in STEP_COUNTS]
        return self._frame(STEPS, rows, weakest(counted))

    def numbers(self) -> pd.DataFrame:
        """One row a number of the sections: ``id``, ``section``, ``provenance``."""
        rows = [{"id": f.id, "section": f.section, "provenance": f.provenance} for f in self.ledger.values()]
        return self._frame(NUMBERS, rows)

    def indicator_table(self, *, only: Sequence[str] = (), caption: str) -> Block:
        """Indicators of all sections with target, result and status; ``only`` keeps these statuses."""
        chosen = [(c, i) for c in self.chapters for i in c["indicators"] if not only or i["status"] in only]
        rows = [
            [
                _link(chapter["section"], chapter["title"]),
                indicator["name"] or NOT_STATED,
                self._target(indicator),
                self._number(indicator["result"], "full"),
                Markup('<span class="status {}">{}</span>').format(
                    indicator["status"], Status[indicator["status"].upper()].value
                ),
            ]
            for chapter, indicator in chosen
        ]
        columns = ["โครงการ", "ตัวชี้วัด", "ค่าเป้าหมาย", "ผลการดำเนินงาน", "สถานะ"]
        shown = blocks.table(
            pd.DataFrame(rows, columns=columns, dtype=object),
            caption=self.plain(caption, "caption"),
            findings=self.ledger,
            uses=[self.ledger[i["result"]] for _, i in chosen if i["result"]],
            css="indicators src",
        )
        return self.shown.block(shown)

    def _target(self, indicator: Mapping[str, Any]) -> Markup | None:
        number = self._number(indicator["target"], "unit")
        sign = "≤" if indicator["direction"] == "at_most" else "≥"
        return None if number is None else Markup("{} {}").format(sign, number)

    def _number(self, finding_id: str | None, style: str) -> Markup | None:
        finding: Finding | None = self.ledger[finding_id] if finding_id else None
        return None if finding is None else blocks.link(finding, style)

    def _frame(
        self, kind: Schema, rows: Sequence[Mapping[str, Any]], provenance: Provenance | None = None
    ) -> pd.DataFrame:
        frame = pd.DataFrame(list(rows), columns=list(kind.names))
        for column in kind.columns:
            if column.kind == "category":
                frame[column.name] = pd.Categorical(frame[column.name], categories=list(column.codes))
        frame.attrs["source"] = Source(
            dataset=kind,
            file="findings.json",
            sha256=self.sha256,
            rows=len(frame),
            provenance=provenance or weakest(f.provenance for f in self.ledger.values()),
        )
        return frame


def _told_link(section: str, title: str) -> Words:
    # An escaped character of an address would be another one, and ids have none to escape.
    return Words(f"[{escape(title)}](#{section})")


def _link(section: str, title: str) -> Markup:
    return Markup('<a href="#{}">{}</a>').format(section, title)
