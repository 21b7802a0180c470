"""The brief of a round: its key results, what is overdue, asked and ahead, from the ledger and the work of sections."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from dsw_analysis.findings.finding import Finding
from dsw_analysis.intake.thai.dates import MONTHS as FULL_NAMES
from dsw_analysis.plan.outlook import runs
from dsw_analysis.plan.plan import NOT_STATED
from dsw_analysis.plan.schedule import WORKS
from dsw_analysis.plan.verdicts import PROJECT_OVERDUE, Status
from dsw_analysis.rounds import MONTHS
from dsw_analysis.section import blocks
from dsw_analysis.section.blocks import Block
from dsw_analysis.section.judging import before_change
from dsw_analysis.section.planning import AWAITED_FILES
from dsw_analysis.section.recalling import Look, compared, trend_of
from dsw_analysis.section.section import Section

Cells = Sequence[Markup | str | None]
Chapter = Mapping[str, Any]
"""A section as the ledger of the round has it."""

STATUSES = {status.name.lower(): status.value for status in Status}
STANDINGS = {**WORKS, "overdue": PROJECT_OVERDUE}
"""Codes of how an indicator stands, and of how the work of a project does -> their words."""
CARDS, PROPOSALS, AHEAD = 6, 5, 8
"""The most cards, proposals and steps ahead of a brief."""
_CARDS = {"below_plan": 0, "missed": 0, "reached": 1, "on_the_way": 2}
"""Statuses that a card may have, and which come first."""
_PLACE = "แผนและประเด็นการพัฒนา"
_OWED = {name: name for name in (AWAITED_FILES, "ขั้นตอน", "ค่าเป้าหมาย", "ตัวชี้วัด", "หน่วยงานหลัก")}
_OWED |= {"แผนปฏิบัติการ": _PLACE, "ประเด็นการพัฒนา": _PLACE}
"""What offices may owe -> how the brief, which does not say of which step, calls it; the first that is named counts."""
_NUMBERED = re.compile(r"ที่\s*(\d+)")
_MONTHS = [*zip(MONTHS, [*FULL_NAMES[9:], *FULL_NAMES[:9]], strict=True)]
"""Both names of each fiscal month."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Brief(Section):
    """What a director-general reads first, by rules: no example is in it, and a proposal is in the plan's own words."""

    chapters: Sequence[Chapter]

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
        former = before_change(indicator, self.ledger)
        return Markup(
            '<li><p>{}</p><p><strong>{}</strong> {}</p><p><span class="small">{}{}{} {}{}</span></p>{}{}</li>'
        ).format(
            _link(chapter, result.label),
            blocks.link(result, "unit"),
            _status(indicator["status"]),
            base,
            "เป้าหมายใหม่" if former else "เป้าหมายทั้งปี",
            limit,
            blocks.link(target, "unit"),
            f" · {because}" if because else "",
            Markup('<p><span class="small">{}</span></p>').format(former) if former else "",
            self._since(indicator, result),
        )

    def _since(self, indicator: Mapping[str, Any], result: Finding) -> Markup:
        """What a key result was in the last round, and how it has changed; empty in a first round."""
        look: Look | None = indicator.get("earlier")
        if look is None:
            return Markup()
        self.shown.quote(look["called"], look.get("why"))
        trend = trend_of(self, look, least=3)  # two values stand there already
        said = Markup('<p><span class="small">{} {}</span></p>').format(
            look["called"], compared(self, look, result, line=True)
        )
        return said + (Markup("<p>{}</p>").format(trend) if trend else "")

    def overdue(self, *, caption: str) -> Block | None:
        """Steps that are overdue, with their project, planned time and owner; ``None`` if none is."""
        rows: list[Cells] = [
            (self._about(c, _what(step), f"ขั้นตอนที่\u00a0{step['number']}"), step["by"], step["who"])
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
                who, by = step["next_who"] or step["who"], step["next_by"]
                asked = "ยืนยันกำหนดใหม่" if by else "กำหนดวันแล้วเสร็จ"
                asked = asked if who else f"มอบหมายผู้รับผิดชอบและ{asked}"
                yield self._about(chapter, f"{asked}ของขั้นตอนที่\u00a0{step['number']}"), who, by
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
            (by, self._about(c, _what(step), step["next_who"] or step["who"], numbered=True))
            for c in self._working()
            for kind in ("overdue", "under_way", "ahead")
            for step in c["work"].get(kind, ())
            for by in (step["by"] if kind == "ahead" else step["next_by"],)
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


def _what(step: Mapping[str, Any]) -> str:
    """What is to be done in a step: as the plan says it of the rest of the year, else the step's own name."""
    return str(step["next"] or step["name"])


def _link(chapter: Chapter, words: str) -> Markup:
    return Markup('<a href="#{}">{}</a>').format(chapter["section"], words)


def _status(code: str) -> Markup:
    """The word for how an indicator stands, or for ``work_…``, how the work of a project does."""
    words = STANDINGS[code.removeprefix("work_")] if code.startswith("work_") else STATUSES[code]
    return Markup('<span class="status {}">{}</span>').format(code, words)


def _row(cells: Cells) -> Markup:
    first, *rest = (Markup('<span class="none">-</span>') if cell is None else cell for cell in cells)
    others = Markup("").join(Markup("<td>{}</td>").format(cell) for cell in rest)
    return Markup('<tr><th scope="row">{}</th>{}</tr>').format(first, others)


def _month(planned: object) -> int:
    """Place in the fiscal year of the first month that a planned time names."""
    places = [place for place, names in enumerate(_MONTHS) if any(name in str(planned) for name in names)]
    return min(places, default=len(_MONTHS))
