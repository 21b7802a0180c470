"""What a section's numbers were in earlier rounds: beside its indicators, in a sentence, as a series and a figure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup
from matplotlib.axes import Axes

from dsw_analysis.findings import past
from dsw_analysis.findings.families import Row
from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.past import Past
from dsw_analysis.findings.series import over_rounds
from dsw_analysis.plan.plan import Plan
from dsw_analysis.rounds import Round
from dsw_analysis.section import blocks, trends
from dsw_analysis.section.asking import held
from dsw_analysis.section.blocks import Block
from dsw_analysis.section.picturing import Picturing
from dsw_analysis.section.section import Section

_MOST = 5
"""Rounds of a trend beside an indicator, with this one."""
_ABSENT = "รอบนั้นไม่มีตัวเลขนี้"
_EXAMPLE = "รอบนั้นมีเพียงตัวอย่างจากข้อมูลจำลอง"
_NO_RESULT = "รอบนี้ไม่มีผลให้เทียบ"
_NOT_SHOWN = "รอบนี้ไม่แสดงผล จึงไม่เทียบ"
_REDEFINED = "นิยามเปลี่ยน ไม่เทียบ"
_CUMULATIVE = "ทุกรอบนับสะสมตั้งแต่ต้นปีงบประมาณ"

Look = Mapping[str, Any]
"""What is handed over of an indicator's earlier rounds: the last ``round`` and what it is ``called``, ``value`` (id of
its number) or ``why`` there is none, ``change`` (id of the difference), ``trend`` (round's name and id or reason)."""


@dataclass(frozen=True)
class _Now:
    """What is known of this round yet."""

    ledger: Mapping[str, Finding]
    targets: Collection[str]


@dataclass(frozen=True, kw_only=True, repr=False)
class Recalling(Section):
    """The earlier rounds of the project, as data of a section; a brief of a province shows none of them.

    A number of an earlier round that is shown is recorded under its id and that round's: ``csr.linked_share.2569-6m``.
    One whose definition is another, or that is an example, is not shown, and it is said why.
    """

    plan: Plan
    outputs: Path
    plan_only: bool = False
    recalled: dict[str, dict[str, str]] = field(default_factory=dict)
    """Looked at for ``trend`` or ``series``: round -> hash of what it found for the section."""

    @cached_property
    def _earlier(self) -> dict[Round, Past]:
        found = past.earlier(self.outputs, self.round) if self.national and not self.plan_only else {}
        return {round_: there.only(self.id) for round_, there in found.items()}

    @cached_property
    def _line(self) -> list[Round]:
        """Earlier rounds that stand beside the indicators, in order."""
        return self._looked("trend", past.comparable(self.round, self._earlier))[1 - _MOST :]

    def _looked(self, what: str, rounds: Iterable[Round]) -> list[Round]:
        found = list(rounds)
        if self.national and not self.plan_only:
            self.recalled[what] = {str(round_): self._earlier[round_].mark_of(self.id) for round_ in found}
        return found

    @property
    def _now(self) -> _Now:
        targets = [i.id for i in self.plan.indicators_of(self.id) if i.target is not None]
        return _Now(self.ledger, targets)

    def _recall(self, now: Finding, round_: Round) -> Finding | str:
        """A number as an earlier round found it, which is recorded; or why it is not held against this round's."""
        before = self._earlier[round_]
        old = before.ledger.get(now.id)
        if old is None:
            return _ABSENT
        if other := past.redefined(old, now, before, self._now):
            return f"{_REDEFINED} ({' · '.join(past.REDEFINED[part] for part in other)})"
        if old.mark == "example":
            return _EXAMPLE
        return self._kept(past.recalled(old, round_))

    def _kept(self, finding: Finding) -> Finding:
        """Record what is of an earlier round as it is, once."""
        return self.ledger[finding.id] if finding.id in self.ledger else self.ledger.add(finding)

    def _look(self, now: Finding | None) -> dict[str, Any]:
        """What earlier rounds found of an indicator's result."""
        last, look = self._line[-1], {"round": str(self._line[-1]), "called": self._heading}
        if now is None:
            return {**look, "why": _NO_RESULT}
        recalled = {round_: self._recall(now, round_) for round_ in self._line}
        old = recalled[last]
        if isinstance(old, str) or old.value is None:
            look["why"] = _id_or_why(old)
        else:
            look["value"] = old.id
            if now.value is not None:
                look["change"] = self._kept(past.change(old, now)).id
        points = {**recalled, self.round: now}
        return {**look, "trend": [[self._short(round_), _id_or_why(found)] for round_, found in points.items()]}

    def _short(self, round_: Round) -> str:
        """What a trend calls a round; all of them are of one year, or of the same months."""
        return f"{round_.months}\u00a0เดือน" if self._line[-1].year == self.round.year else f"ปี\u00a0{round_.year}"

    def _looks(self, results: Mapping[str, Finding | None]) -> dict[str, dict[str, Any]]:
        """Of indicators, what earlier rounds found; empty if the last one has none of their results."""
        if not any(results.values()) or not self._line:
            return {}
        known = self._earlier[self._line[-1]].ledger
        if not any(found is not None and found.id in known for found in results.values()):
            return {}
        return {id_: self._look(found) for id_, found in results.items()}

    @property
    def _heading(self) -> str:
        """What heads the column of the last round: which it is, and that it is cumulative."""
        last = self._line[-1]
        if last.year == self.round.year:
            return f"รอบก่อน (สะสม {last.months}\u00a0เดือน)"
        return f"ช่วงเดียวกันของปี {last.year}"

    @property
    def _told(self) -> str:
        """What a reader must know to hold the last round against this one."""
        label = self._line[-1].label
        if self._line[-1].year == self.round.year:
            return f"รอบก่อนคือ{label} {_CUMULATIVE} ผลรอบนี้จึงรวมผลของรอบก่อนไว้แล้ว"
        return f"เทียบกับ{label} ซึ่งนับจำนวนเดือนเท่ากัน เพราะ{_CUMULATIVE}"

    def series(self, name: str, by: object = None) -> pd.DataFrame:
        """A number, or the groups of a family, over all rounds at hand, a row each.

        See :func:`~dsw_analysis.findings.series.over_rounds`. Examples of reconstructed records are in it, with
        ``mark`` ``"example"``.

        Parameters
        ----------
        name:
            Short id.
        by:
            A split of the family, as in :meth:`rows`; the number itself by default.
        """
        rounds = self._looked("series", self._earlier)
        known: dict[Round, past.Known] = {**{r: self._earlier[r] for r in rounds}, self.round: self._now}
        return over_rounds(known, [row.finding.id for row in self._rows_of(name, by)])

    def trend(
        self,
        name: str,
        by: object = None,
        *,
        headline: str = "{{ what }}",
        ax: Axes | None = None,
        **about: Any,  # noqa: ANN401 - words and their values
    ) -> Block | Axes | None:
        """The same as a figure: a line a row over all rounds at hand, joined within a year, without examples.

        ``name`` and ``by`` as in :meth:`series`.

        A gap is left where a round does not have the number, or measured another thing. Nothing without two rounds.
        """
        rounds = self._looked("series", self._earlier)
        rows = [row for row in self._rows_of(name, by) if not self.is_example(row.finding.id)]
        cells: dict[str, list[Finding | None]] = {}
        for row in rows:
            found = [self._recall(row.finding, round_) for round_ in rounds]
            cells[row.name] = [None if isinstance(f, str) or f.value is None else f for f in [*found, row.finding]]
        known = [at for at in range(len(rounds) + 1) if any(of[at] is not None for of in cells.values())]
        if len(known) < 2:
            return None
        shown = [*rounds, self.round][known[0] :]
        names = [(f"{r.months} เดือน", str(r.year)) for r in shown]
        self.shown.quote(*(text for pair in names for text in (*pair, " ".join(pair))))
        kept = {label: of[known[0] :] for label, of in cells.items()}
        axes = trends.trend(kept, names, [r.year for r in shown], ax)
        listed = " ".join(
            f"{blocks.literal(label)} {{{f.id}:unit}}" for label, f in trends.shown_in(kept, names).items()
        )
        about = {"subtitle": f"ค่าเมื่อสิ้นแต่ละรอบ {_CUMULATIVE} เส้นเชื่อมเฉพาะรอบของปีเดียวกัน", **about}
        return self._drawn(axes, "แผนภูมิเส้นตามรอบ", listed, rows=rows, headline=headline, **about)

    def _rows_of(self, name: str, by: object) -> list[Row]:
        return [self._stage(name)] if by is None else self.rows(name, by)


def _id_or_why(found: Finding | str) -> str:
    if isinstance(found, str):
        return found
    return found.id if found.value is not None else str(found.note)


def compared(story: Picturing, look: Look, result: Finding | None, *, line: bool = False) -> Markup:
    """The last round's number with its base, or in one ``line``, and how this round's differs; or why there is none."""
    if "value" not in look or result is None:
        return Markup('<span class="none">–</span> <span class="small">{}</span>').format(look.get("why", _NO_RESULT))
    why = _NOT_SHOWN if result.is_hidden else _NO_RESULT
    change = changed(story, look, result) if "change" in look else why
    parts = (f"{{{look['value']}:{'unit' if line else 'full'}}}", change)
    return Markup(" · " if line else "<br>").join(blocks.rich(part, story.ledger) for part in parts)


def changed(story: Picturing, look: Look, result: Finding) -> str:
    """How much a result has changed, as a claim: ``เพิ่มขึ้น 3.76 จุดร้อยละ``."""
    word = story.claim("change", [result, story.ledger[look["value"]]])
    said, size = held(story.asked(), word), story.ledger[look["change"]]
    if not size.value:
        return said
    return f"{said} {{{size.id}:size}}" if size.rounded() else f"{said}เล็กน้อย"


def trend_of(story: Picturing, look: Look, *, least: int = 2) -> Markup | None:
    """The small line of a result over rounds with its values as text; nothing if there are fewer values."""
    points, ledger = look.get("trend", ()), story.ledger
    values = [ledger[id_].value if id_ in ledger else None for _, id_ in points]
    if sum(value is not None for value in values) < least:
        return None
    said = [f"{name}\u00a0{{{i}}}" if i in ledger else f"{name}\u00a0– {blocks.literal(i)}" for name, i in points]
    story.shown.quote(*(text for point in points for text in point if text not in ledger))
    drawing = trends.spark([None if value is None else float(value) for value in values])
    alternative = " ".join(f"เส้นแนวโน้ม {' '.join(said)}".split())
    story.shown.picture(drawing, alternative)
    named = Markup('<svg role="img" aria-label="{}"').format(blocks.fill(alternative, ledger))
    svg = Markup(drawing.svg.replace("<svg", str(named), 1))
    return Markup('{} <span class="small">{}</span>').format(svg, blocks.rich(" · ".join(said), ledger))
