"""The summary of a round: indicators of all sections with their status, from the ledger of the round."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from dsw_analysis.findings.families import Family, Row
from dsw_analysis.findings.ledger import Ledger
from dsw_analysis.intake.columns import Column, Kind, Schema
from dsw_analysis.intake.provenance import PROVENANCE, Provenance, weakest
from dsw_analysis.intake.source import Source
from dsw_analysis.plan.plan import NOT_STATED
from dsw_analysis.plan.schedule import WORKS
from dsw_analysis.plan.verdicts import PROJECT_OVERDUE, Status, Work
from dsw_analysis.rounds import Round
from dsw_analysis.section import blocks, figures, judging
from dsw_analysis.section.asking import Words, escape
from dsw_analysis.section.blocks import Block
from dsw_analysis.section.project_section import WORK_COUNTS
from dsw_analysis.section.section import Section
from dsw_analysis.section.words import register

SECTION = "section"

STEP_COUNTS = {
    "steps": "ขั้นตอนตามแผน",
    "steps_done": Work.DONE.value,
    **{name: work.value for name, (_, work) in WORK_COUNTS.items()},
}
"""Findings that every section records about its steps -> how these stand."""

CODES: Mapping[str, Mapping[str, str]] = {
    "state": {"ok": "สำเร็จ", "failed": "ไม่สำเร็จ", "plan_only": "มีเฉพาะแผน"},
    "status": {status.name.lower(): status.value for status in Status},
    "work": {**WORKS, "overdue": PROJECT_OVERDUE},
    "provenance": {str(code): name for code, name in PROVENANCE.items()},
}
"""Codebooks of the columns that are counted; ``plan_only`` is a project without a notebook: its plan alone is shown."""


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
    for chapter in opened.chapters:
        opened.shown.quote(*((chapter["work"] or {}).get("late", ())))
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

    def overdue_table(self, *, caption: str) -> Block | None:
        """Steps that are overdue, a row a project, with their planned time and who owns them; ``None`` if none is."""
        late = [c for c in self.chapters if c["work"] and c["work"]["late"]]
        if not late:
            return None
        rows = [
            [_link(c["section"], c["title"]), " ".join(c["work"]["late"]), c["work"]["owner"] or NOT_STATED]
            for c in late
        ]
        shown = blocks.table(
            pd.DataFrame(rows, columns=["โครงการ", "ขั้นตอนที่เลยกำหนด (ตามแผน)", "หน่วยงานหลัก"], dtype=object),
            caption=self.plain(caption, "caption"),
            findings=self.ledger,
            css="src",
        )
        return self.shown.block(shown)

    def link(self, row: Row) -> Markup:
        """Title of a row's section, as a link to it."""
        return _link(row.code, row.name)

    def sections(self) -> pd.DataFrame:
        """One row a section: ``section``, ``title``, ``state``, what became of it, and ``work``, how it stands."""
        headers = {"section": "รหัสส่วน", "title": "โครงการ", "state": "การประมวลผล", "work": "งานเมื่อสิ้นรอบ"}
        rows = [{**c, "work": c["work"] and c["work"]["standing"]} for c in self.chapters]
        return self._frame("sections", "โครงการในแผน", headers, rows)

    def judged(self) -> pd.DataFrame:
        """One row an indicator: ``section`` (title), ``indicator`` (name), ``status``."""
        headers = {"section": "โครงการ", "indicator": "ตัวชี้วัด", "status": "สถานะ"}
        rows = [
            {"section": c["title"], "indicator": i["name"] or NOT_STATED, "status": i["status"]}
            for c in self.chapters
            for i in c["indicators"]
        ]
        return self._frame("indicators", "ตัวชี้วัดของทุกโครงการ", headers, rows)

    def steps(self) -> pd.DataFrame:
        """One row a section that ran: ``section``, ``title``, and its steps by state."""
        headers = {"section": "รหัสส่วน", "title": "โครงการ", **STEP_COUNTS}
        counted = [{name: self.ledger[f"{c['section']}.{name}"] for name in STEP_COUNTS} for c in self._ran()]
        rows = [{**c, **{name: f.value for name, f in of.items()}} for c, of in zip(self._ran(), counted, strict=True)]
        provenance = weakest(finding.grounded for of in counted for finding in of.values())
        return self._frame("section_steps", "ขั้นตอนของทุกโครงการ", headers, rows, provenance)

    def numbers(self) -> pd.DataFrame:
        """One row a number of the sections: ``id``, ``section``, ``provenance``."""
        headers = {"id": "รหัสตัวเลข", "section": "รหัสส่วน", "provenance": "ที่มาของข้อมูล"}
        rows = [{"id": f.id, "section": f.section, "provenance": f.provenance} for f in self.ledger.values()]
        return self._frame("numbers", "ตัวเลขทั้งหมดในรายงาน", headers, rows)

    def indicator_table(self, *, only: Sequence[str] = (), caption: str) -> Block:
        """Indicators of all sections with target, result and status; ``only`` keeps these statuses."""
        chosen = [(c, i) for c in self.chapters for i in c["indicators"] if not only or i["status"] in only]
        rows = [
            [_link(c["section"], c["title"]), i["name"] or NOT_STATED, *judging.cells(i, self.ledger)]
            for c, i in chosen
        ]
        shown = blocks.table(
            pd.DataFrame(rows, columns=["โครงการ", "ตัวชี้วัด", *judging.HEADERS], dtype=object),
            caption=self.plain(caption, "caption"),
            findings=self.ledger,
            uses=[self.ledger[i["result"]] for _, i in chosen if i["result"]],
            css="indicators src",
        )
        return self.shown.block(shown)

    def _frame(
        self,
        id_: str,
        title: str,
        headers: Mapping[str, str],
        rows: Iterable[Mapping[str, Any]],
        provenance: Provenance | None = None,
    ) -> pd.DataFrame:
        """Rows with the columns of ``headers``, as if loaded from the ledger."""
        frame = pd.DataFrame([{name: row[name] for name in headers} for row in rows], columns=list(headers))
        columns = []
        for name, header in headers.items():
            codes = CODES.get(name, {})
            if codes:
                frame[name] = pd.Categorical(frame[name], categories=list(codes))
            kind: Kind = "category" if codes else "integer" if name in STEP_COUNTS else "text"
            columns.append(Column(name, header, kind, codes=codes))
        frame.attrs["source"] = Source(
            dataset=Schema(id=id_, title=title, columns=tuple(columns)),
            file="findings.json",
            sha256=self.sha256,
            rows=len(frame),
            provenance=provenance or weakest(f.grounded for f in self.ledger.values() if f.mark != "example"),
        )
        return frame


def _told_link(section: str, title: str) -> Words:
    # An escaped character of an address would be another one, and ids have none to escape.
    return Words(f"[{escape(title)}](#{section})")


def _link(section: str, title: str) -> Markup:
    return Markup('<a href="#{}">{}</a>').format(section, title)
