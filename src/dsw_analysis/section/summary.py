"""The brief of a round: what its director-general reads first, from the ledger and the work of all sections."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.ledger import SUMMARY, Ledger
from dsw_analysis.intake.columns import Column, Kind, Schema
from dsw_analysis.intake.provenance import weakest
from dsw_analysis.intake.source import Source
from dsw_analysis.intake.thai.dates import MONTHS as FULL_NAMES
from dsw_analysis.plan.outlook import runs
from dsw_analysis.plan.plan import NOT_STATED
from dsw_analysis.plan.schedule import WORKS
from dsw_analysis.plan.verdicts import PROJECT_OVERDUE, Status, Work
from dsw_analysis.rounds import MONTHS, Round
from dsw_analysis.section import blocks, figures
from dsw_analysis.section.asking import Words
from dsw_analysis.section.asking import escape as as_data
from dsw_analysis.section.blocks import Block
from dsw_analysis.section.planning import WORK_COUNTS
from dsw_analysis.section.section import Section
from dsw_analysis.section.words import register

Cells = Sequence[Markup | str | None]
Chapter = Mapping[str, Any]
"""A section as the ledger of the round has it."""

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
    "waits": {"yes": "รอข้อมูล", "no": "ครบ"},
}
"""Codebooks of the columns that are counted; ``plan_only`` is a project without a notebook: its plan alone is shown."""

CARDS, PROPOSALS, AHEAD = 6, 5, 8
"""The most cards, proposals and steps ahead of a brief."""
_CARDS = {"below_plan": 0, "missed": 0, "reached": 1, "on_the_way": 2}
"""Statuses that a card may have, and which come first."""
_PLACE = "แผนและประเด็นการพัฒนา"
_OWED = {name: name for name in ("ขั้นตอน", "ค่าเป้าหมาย", "ตัวชี้วัด", "หน่วยงานหลัก")}
_OWED |= {"แผนปฏิบัติการ": _PLACE, "ประเด็นการพัฒนา": _PLACE}
"""What offices may owe -> how the brief, which does not say of which step, calls it; the first that is named counts."""
_NUMBERED = re.compile(r"ที่\s*(\d+)")
_STEP = re.compile(r"(\d+)\. (.*)", re.S)
_MONTHS = [*zip(MONTHS, [*FULL_NAMES[9:], *FULL_NAMES[:9]], strict=True)]
"""Both names of each fiscal month."""


def open_summary(*, round_id: str, outputs_dir: str | Path) -> Summary:
    """Open the brief of a round whose sections have been run.

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
    return opened


@dataclass(frozen=True, kw_only=True)
class Summary(Section):
    """The whole round in one hand: all findings, and of each project how its work and its indicators stand.

    What it shows is chosen by rules: examples are never among it, and a proposal is made of the plan's own words.
    """

    chapters: Sequence[Chapter]
    sha256: str

    def names(self) -> Mapping[str, Any]:
        """What texts know besides numbers: also ``failed``, links to sections that failed."""
        return {**super().names(), "failed": self._failed}

    @property
    def _failed(self) -> list[Words]:
        """An address has nothing to escape: an escaped character of it would be another one, and ids have none."""
        return [Words(f"[{as_data(c['title'])}](#{c['section']})") for c in self.chapters if c["state"] == "failed"]

    def _working(self) -> Iterator[Chapter]:
        """Sections that handed over how the work of their project stands: those that did not fail."""
        return (chapter for chapter in self.chapters if chapter["work"])

    def cards(self) -> Block | None:
        """The key results: indicators with a target and a result that is no example, at most :data:`CARDS`.

        Those below plan or missed come first, then those reached, then those on the way, each in the plan's order.
        """
        found = [
            (chapter, indicator)
            for chapter in self.chapters
            for indicator in chapter["indicators"]
            if indicator["status"] in _CARDS
            and indicator["target"]
            and indicator["result"]
            and not self.is_example(indicator["result"])
        ]
        chosen = sorted(found, key=lambda pair: _CARDS[pair[1]["status"]])[:CARDS]
        if not chosen:
            return None
        cards = "".join(self._card(chapter, indicator) for chapter, indicator in chosen)
        return self.shown.block(Block(f'<div class="cards"><ul>{cards}</ul></div>'))

    def _card(self, chapter: Chapter, indicator: Mapping[str, Any]) -> Markup:
        result, target = self.ledger[indicator["result"]], self.ledger[indicator["target"]]
        limit = "ไม่เกิน" if indicator["direction"] == "at_most" else ""
        base = Markup("{} · ").format(blocks.link(result, "n/N")) if result.has_base else ""
        because = indicator.get("because")
        return Markup(
            '<li><p>{}</p><p><strong>{}</strong> {}</p><p><span class="small">{}เป้าหมายทั้งปี{} {}{}</span></p></li>'
        ).format(
            _link(chapter, result.label),
            blocks.link(result, "unit"),
            _status(indicator["status"]),
            base,
            limit,
            blocks.link(target, "unit"),
            f" · {because}" if because else "",
        )

    def overdue(self, *, caption: str) -> Block | None:
        """Steps that are overdue, with their project, planned time and owner; ``None`` if none is."""
        rows: list[Cells] = [
            (self._about(c, _what(step), f"ขั้นตอนที่\u00a0{_numbers(step)}"), step["by"], step["who"])
            for c in self._working()
            for step in c["work"].get("overdue", ())
        ]
        return self._grouped(("ขั้นตอน", "กำหนด", "หน่วยงาน"), [(None, rows)], caption, "late")

    def decisions(self, *, caption: str, proposed: str) -> Block | None:
        """What is asked to be decided, by whom and by when: rows of the plan.

        Where the plan has none, overdue steps and open questions are offered in their place, and ``proposed`` is said
        of them: at most :data:`PROPOSALS`, overdue steps first, and questions only of projects without any whose owner
        is known.
        """
        rows: list[Cells] = [
            (self._about(c, decision["what"]), decision["who"], decision["by"])
            for c in self._working()
            for decision in c["work"].get("decisions", ())
        ]
        note = "" if rows else proposed
        rows = rows or list(self._proposals())[:PROPOSALS]
        return self._grouped(("เรื่อง", "หน่วยงาน", "ภายใน"), [(None, rows)], caption, "asked", note)

    def _proposals(self) -> Iterator[Cells]:
        for chapter in self._working():
            for step in chapter["work"].get("overdue", ()):
                who, by = step.get("next_who") or step["who"], step.get("next_by")
                asked = "ยืนยันกำหนดใหม่" if by else "กำหนดวันแล้วเสร็จ"
                asked = asked if who else f"มอบหมายผู้รับผิดชอบและ{asked}"
                yield self._about(chapter, f"{asked}ของขั้นตอนที่\u00a0{_numbers(step)}"), who, by
        for chapter in self._working():
            work = chapter["work"]
            if work["owner"] and not work.get("overdue"):
                for question in work.get("questions", ()):
                    yield self._about(chapter, f"ตอบคำถาม: {question}"), work["owner"], None

    def strip(self, *, caption: str, owed: str) -> Block | None:
        """Every project by plan: its place, the development issue, how its work and how its indicators stand.

        One quiet line below says what offices still owe, after the words ``owed``, if they owe anything.
        """
        groups: list[tuple[str, list[Cells]]] = []
        for chapter in self.chapters:
            work = chapter["work"]
            strategy = (work and work.get("strategy")) or f"แผนปฏิบัติการ: {NOT_STATED}"
            # What failed could not say of which plan it is, and stays with the project before it.
            if not groups or (work and strategy != groups[-1][0]):
                groups.append((strategy, []))
            groups[-1][1].append(self._standing(chapter))
        listed = self._owed()
        note = Markup("{} {}").format(blocks.rich(self.plain(owed, "owed"), self.ledger), listed) if listed else ""
        return self._grouped(("โครงการ", "ประเด็น", "งาน", "ตัวชี้วัด"), groups, caption, "main", note)

    def _standing(self, chapter: Chapter) -> Cells:
        work = chapter["work"] or {}
        issue, name = work.get("issue"), work.get("short") or chapter["title"]
        self.shown.quote(name := f"{chapter['order']}. {name}" if chapter["order"] else name)
        numbered = _NUMBERED.search(issue or "")
        statuses = dict.fromkeys(indicator["status"] for indicator in chapter["indicators"])
        return (
            _link(chapter, name),
            numbered[1] if numbered else issue,
            _status(f"work_{work['standing']}") if work else "ประมวลผลไม่สำเร็จ",
            Markup(" ").join(map(_status, statuses)) or None,
        )

    def remaining(self, *, caption: str, more: str) -> Block | None:
        """Steps that lie ahead, and others that have a new date, by month; at the year's end those still under way.

        The first :data:`AHEAD` of them; ``more`` says where the others are.
        """
        over = self.round.end == self.round.due
        rows: list[tuple[str | None, Markup]] = [
            (by, self._about(c, _what(step), step.get("next_who") or step["who"], numbered=True))
            for c in self._working()
            for kind in ("overdue", "under_way", "ahead")
            for step in c["work"].get(kind, ())
            for by in (step["by"] if kind == "ahead" else step.get("next_by"),)
            if (kind == "under_way" if over else _month(by) < len(MONTHS))
        ]
        rows.sort(key=lambda row: _month(row[0]))
        note = more if len(rows) > AHEAD else ""
        return self._grouped(("เดือน", "ขั้นตอน"), [(None, rows[:AHEAD])], caption, "side", note)

    def _owed(self) -> str:
        """What offices still owe, each with the projects, in one line: ``ค่าเป้าหมาย (1 และ 6–9)``; empty if nothing."""
        owed: dict[str, list[int]] = {}
        for chapter in self._working():
            missing = chapter["work"].get("waiting", ())
            kinds = (next((called for name, called in _OWED.items() if name in words), words) for words in missing)
            for kind in dict.fromkeys(kinds):
                owed.setdefault(kind, []).append(chapter["order"])
        listed = " · ".join(f"{kind} ({runs(orders)})" for kind, orders in owed.items())
        self.shown.quote(listed)
        return listed

    def _about(self, chapter: Chapter, words: str, more: str | None = None, *, numbered: bool = False) -> Markup:
        """Words on a project, with a link to it under its number or what the strip calls it, and what else is said."""
        short, order = None if numbered else chapter["work"].get("short"), chapter["order"]
        self.shown.quote(words, more, place := f"{order}. {short}" if short else f"โครงการ {order}")
        besides = f" {more}" if more else ""
        return Markup('{}<br><span class="small">{}{}</span>').format(words, _link(chapter, place), besides)

    def _grouped(
        self,
        head: Sequence[str],
        groups: Iterable[tuple[Markup | str | None, Sequence[Cells]]],
        caption: str,
        css: str,
        note: str = "",
    ) -> Block | None:
        """A table whose rows stand in groups, each under a head of its own; ``None`` if there is no row."""
        bodies = []
        for name, rows in groups:
            self.shown.quote(name, *(cell for row in rows for cell in row if not isinstance(cell, Markup)))
            top = Markup('<tr><th class="group" scope="rowgroup" colspan="{}">{}</th></tr>').format(len(head), name)
            bodies += [
                Markup("<tbody>{}{}</tbody>").format(top if name else "", Markup("").join(map(_row, rows)))
            ] * bool(rows)
        if not bodies:
            return None
        title = self.plain(caption, "caption")
        said = Markup('<p class="note">{}</p>').format(note) if note else ""
        return self.shown.block(
            Block(
                Markup(
                    '<div class="table brief {}"><div class="scroll" role="region" tabindex="0" aria-label="{}"><table>'
                    "<caption>{}</caption><thead><tr>{}</tr></thead>{}</table></div>{}</div>"
                ).format(
                    css,
                    blocks.fill(title, self.ledger),
                    blocks.rich(title, self.ledger),
                    Markup("").join(Markup('<th scope="col">{}</th>').format(name) for name in head),
                    Markup("").join(bodies),
                    said,
                )
            )
        )

    def beside(self, *shown: Block | None) -> Block | None:
        """Blocks side by side where a page is wide enough, else one under the other."""
        there = [block for block in shown if block is not None]
        if len(there) < 2:
            return next(iter(there), None)
        return Block(f'<div class="pair">{"".join(block.html for block in there)}</div>')

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


def _what(step: Mapping[str, Any]) -> str:
    """What is to be done in a step: as the plan says it of the rest of the year, else the step's own words."""
    match = _STEP.match(step["step"])
    return str(step.get("next") or (match[2] if match else step["step"]))


def _numbers(step: Mapping[str, Any]) -> str:
    return str(step["step"]).partition(".")[0]


def _link(chapter: Chapter, words: str) -> Markup:
    return Markup('<a href="#{}">{}</a>').format(chapter["section"], words)


def _status(code: str) -> Markup:
    """The word for how an indicator stands, or for ``work_…``, how the work of a project does."""
    words = CODES["work"][code.removeprefix("work_")] if code.startswith("work_") else CODES["status"][code]
    return Markup('<span class="status {}">{}</span>').format(code, words)


def _row(cells: Cells) -> Markup:
    first, *rest = (Markup('<span class="none">-</span>') if cell is None else cell for cell in cells)
    others = Markup("").join(Markup("<td>{}</td>").format(cell) for cell in rest)
    return Markup('<tr><th scope="row">{}</th>{}</tr>').format(first, others)


def _month(planned: object) -> int:
    """Place in the fiscal year of the first month that a planned time names."""
    places = [place for place, names in enumerate(_MONTHS) if any(name in str(planned) for name in names)]
    return min(places, default=len(_MONTHS))
