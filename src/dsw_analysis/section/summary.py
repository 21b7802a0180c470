"""The summary of a round: its brief, and the numbers that the brief counts over all sections."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.ledger import SUMMARY, Ledger
from dsw_analysis.intake.columns import Column, Kind, Schema
from dsw_analysis.intake.provenance import weakest
from dsw_analysis.intake.source import Source
from dsw_analysis.plan.verdicts import Work
from dsw_analysis.rounds import Round
from dsw_analysis.section import figures
from dsw_analysis.section.asking import Words
from dsw_analysis.section.asking import escape as as_data
from dsw_analysis.section.brief import STANDINGS, STATUSES, Brief
from dsw_analysis.section.notebook import attend
from dsw_analysis.section.planning import WORK_COUNTS
from dsw_analysis.section.words import register

STEP_COUNTS = {
    "steps": "ขั้นตอนตามแผน",
    "steps_done": Work.DONE.value,
    **{name: work.value for name, (_, work) in WORK_COUNTS.items()},
}
"""Findings that every section records about its steps -> how these stand."""

CODES: Mapping[str, Mapping[str, str]] = {
    "state": {"ok": "สำเร็จ", "failed": "ไม่สำเร็จ", "plan_only": "มีเฉพาะแผน", "waiting": "รอข้อมูล"},
    "status": STATUSES,
    "work": STANDINGS,
    "waits": {"yes": "รอข้อมูล", "no": "ครบ"},
}
"""Codebooks of the columns that are counted; ``plan_only`` is a project without a notebook, ``waiting``
one whose data have not come: their plan alone is shown."""


def open_summary(*, round_id: str, outputs_dir: str | Path) -> Summary:
    """Open the brief of a round whose sections have been run.

    Parameters
    ----------
    round_id:
        Round, e.g. ``"2569-6m"``.
    outputs_dir:
        Folder that holds one folder of outputs a round.

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
        id=SUMMARY,
        order=0,
        title="บทสรุปผู้บริหาร",
        round=round_,
        ledger=Ledger.from_records(r for r in document["findings"] if r["section"] != SUMMARY),
        chapters=tuple(s for s in document["sections"] if s["section"] != SUMMARY),
        sha256=hashlib.sha256(content).hexdigest(),
    )
    register(opened)
    attend(opened)
    return opened


@dataclass(frozen=True, kw_only=True, repr=False)
class Summary(Brief):
    """The whole round in one hand: all findings, and of each project how its work and its indicators stand."""

    sha256: str

    def names(self) -> Mapping[str, Any]:
        """What texts know besides numbers: also ``failed``, links to sections that failed."""
        return {**super().names(), "failed": self._failed}

    @property
    def _failed(self) -> list[Words]:
        """An address has nothing to escape: an escaped character of it would be another one, and ids have none."""
        return [Words(f"[{as_data(c['title'])}](#{c['section']})") for c in self.chapters if c["state"] == "failed"]

    def sections(self) -> pd.DataFrame:
        """One row a section: what became of it (``state``), how its ``work`` stands, and whether it ``waits``."""
        headers = {"state": "การประมวลผล", "work": "งานเมื่อสิ้นรอบ", "waits": "ข้อมูลจากหน่วยงาน"}
        rows = [
            {
                "state": c["state"],
                "work": c["work"] and c["work"]["standing"],
                "waits": "yes" if c["work"] and c["work"].get("waiting") else "no",
            }
            for c in self.chapters
        ]
        return self._frame("sections", "โครงการในแผน", headers, rows, self._counted())

    def judged(self) -> pd.DataFrame:
        """One row an indicator: its ``status``."""
        indicators = [indicator for chapter in self.chapters for indicator in chapter["indicators"]]
        rest_on = [self.ledger[id_] for i in indicators for id_ in (i["target"], i["result"]) if id_]
        rows = [{"status": indicator["status"]} for indicator in indicators]
        return self._frame("indicators", "ตัวชี้วัดของทุกโครงการ", {"status": "สถานะ"}, rows, rest_on)

    def steps(self) -> pd.DataFrame:
        """One row a section that ran: its steps by how they stand."""
        rows = [{name: self.ledger[f"{section}.{name}"].value for name in STEP_COUNTS} for section in self._ran()]
        return self._frame("section_steps", "ขั้นตอนของทุกโครงการ", STEP_COUNTS, rows, self._counted())

    def _ran(self) -> list[str]:
        return [c["section"] for c in self.chapters if f"{c['section']}.steps" in self.ledger]

    def _counted(self) -> list[Finding]:
        """What the plan says of all steps, which is all that the state of work rests on."""
        return [self.ledger[f"{section}.{name}"] for section in self._ran() for name in STEP_COUNTS]

    def _frame(
        self,
        id_: str,
        title: str,
        headers: Mapping[str, str],
        rows: Iterable[Mapping[str, Any]],
        rest_on: Iterable[Finding],
    ) -> pd.DataFrame:
        """Rows with the columns of ``headers``, as if loaded from the ledger; no example decides about them."""
        frame = pd.DataFrame([{name: row[name] for name in headers} for row in rows], columns=list(headers))
        columns = []
        for name, header in headers.items():
            codes = CODES.get(name, {})
            if codes:
                frame[name] = pd.Categorical(frame[name], categories=list(codes))
            kind: Kind = "category" if codes else "integer"
            columns.append(Column(name, header, kind, codes=codes))
        frame.attrs["source"] = Source(
            dataset=Schema(id=id_, title=title, columns=tuple(columns)),
            file="findings.json",
            sha256=self.sha256,
            rows=len(frame),
            provenance=weakest(finding.grounded for finding in rest_on if finding.mark != "example"),
        )
        return frame
