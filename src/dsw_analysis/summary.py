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

from dsw_analysis import blocks, figures
from dsw_analysis.blocks import Block
from dsw_analysis.datasets import Column, Dataset, Source
from dsw_analysis.findings import PROVENANCE, Finding, Ledger, Provenance, weakest
from dsw_analysis.plan import NOT_STATED, Status
from dsw_analysis.rounds import Round
from dsw_analysis.section import Section

INDICATORS = Dataset(
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

SECTIONS = Dataset(
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

STEPS = Dataset(
    id="section_steps",
    title="ขั้นตอนของทุกโครงการ",
    columns=(
        Column(name="section", header="รหัสส่วน", kind="text"),
        Column(name="title", header="โครงการ", kind="text"),
        *(Column(name=name, header=header, kind="integer") for name, header in STEP_COUNTS.items()),
    ),
)
"""One row a section that ran: its steps by state."""

NUMBERS = Dataset(
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
    return Summary(
        id="summary",
        order=0,
        title="บทสรุปผู้บริหาร",
        round=round_,
        ledger=Ledger.from_records(r for r in document["findings"] if r["section"] != "summary"),
        chapters=tuple(s for s in document["sections"] if s["section"] != "summary"),
        left_out=tuple(document.get("left_out", ())),
        sha256=hashlib.sha256(content).hexdigest(),
    )


@dataclass(frozen=True, kw_only=True)
class Summary(Section):
    """The whole round in one hand: all findings, and the judged indicators as frames."""

    chapters: Sequence[Mapping[str, Any]]
    left_out: Sequence[str]
    sha256: str

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
        ran = [c for c in self.chapters if f"{c['section']}.steps" in self.ledger]
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
                _chapter_link(chapter),
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
            caption=caption,
            findings=self.ledger,
            uses=[self.ledger[i["result"]] for _, i in chosen if i["result"]],
            css="indicators src",
        )
        return self.shown.block(shown)

    def step_table(self, *, caption: str) -> Block:
        """Steps of every section that ran, by state."""
        rows = [
            [_chapter_link(c), *(self.ledger[f"{c['section']}.{name}"] for name in STEP_COUNTS)]
            for c in self.chapters
            if f"{c['section']}.steps" in self.ledger
        ]
        columns = ["โครงการ", *STEP_COUNTS.values()]
        frame = pd.DataFrame(rows, columns=columns, dtype=object)
        return self.shown.block(blocks.table(frame, caption=caption, findings=self.ledger))

    def _target(self, indicator: Mapping[str, Any]) -> Markup | None:
        number = self._number(indicator["target"], "unit")
        sign = "≤" if indicator["direction"] == "at_most" else "≥"
        return None if number is None else Markup("{} {}").format(sign, number)

    def _number(self, finding_id: str | None, style: str) -> Markup | None:
        finding: Finding | None = self.ledger[finding_id] if finding_id else None
        return None if finding is None else blocks.link(finding, style)

    def _frame(
        self, kind: Dataset, rows: Sequence[Mapping[str, Any]], provenance: Provenance | None = None
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


def _chapter_link(chapter: Mapping[str, Any]) -> Markup:
    return Markup('<a href="#{}">{}</a>').format(chapter["section"], chapter["title"])
