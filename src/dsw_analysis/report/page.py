"""The report of a round as one HTML file: sections, the table of figures behind every number, data files."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any

from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.ledger import Ledger
from dsw_analysis.intake.provenance import PROVENANCE
from dsw_analysis.intake.provinces import in_prose
from dsw_analysis.intake.thai import format_date
from dsw_analysis.intake.writing.pages import render_page
from dsw_analysis.report.appendix import SHORT, input_cells, origin
from dsw_analysis.rounds import Round
from dsw_analysis.section.blocks import anchor

_CHAPTER_LINK = re.compile(r'<a href="#([a-z0-9_]+)">(.*?)</a>', re.S)
_USE = re.compile(r'<a class="(n[ r]*)" href="#(f\.[a-z0-9_.-]+)"')


Inputs = Iterable[Mapping[str, Any]]
"""Data files: ``dataset``, ``file``, ``rows`` and ``sha256`` of each."""


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """One section of the report, rendered; ``error`` instead of a body if its notebook failed.

    ``notes`` name what is left out of the body, by cell.
    """

    id: str
    title: str
    order: int | None
    body: str
    error: str | None = None
    notes: tuple[str, ...] = ()


def page(
    round_: Round | None, chapters: Sequence[Chapter], ledger: Ledger, inputs: Inputs, *, province: str | None = None
) -> str:
    """One self-contained HTML page of chapters, the table of the figures they use, and the data files.

    It asks for nothing from anywhere: typeface, figures and style are inside, and the page's own
    content security policy forbids the rest. ``province`` is the one that it is about, if it is about one. Without a
    round, as of a notebook that is no section's, there is neither table of figures nor data files.
    """
    here = {c.id for c in chapters}
    # A repetition mark belongs to the word before it and must not begin a line.
    bodies = (_unlink_absent(_shift_headings(c.body), here).replace(" ๆ", "\u00a0ๆ") for c in chapters)
    done = [replace(chapter, body=body) for chapter, body in zip(chapters, bodies, strict=True)]
    return page_around(page_values(round_, done, ledger, inputs, province))


def page_around(values: Mapping[str, Any]) -> str:
    """The page of chapters whose bodies are as it shows them."""
    return render_page("report.html.j2", script="report.js", **values)


def page_values(
    round_: Round | None, chapters: Sequence[Chapter], ledger: Ledger, inputs: Inputs, province: str | None
) -> dict[str, Any]:
    """What the templates of the page and of the print are filled with; numbers' uses are given their ids."""
    uses: dict[str, str] = {}
    bodies = {chapter.id: _number_uses(chapter.body, uses) for chapter in chapters}
    groups: dict[str, list[Finding]] = {chapter.id: [] for chapter in chapters}
    elsewhere: list[Finding] = []
    for _, finding in sorted(ledger.items()):
        groups.get(finding.section, elsewhere).append(finding)
    found = {finding.provenance for finding in ledger.values()}
    return {
        "round": round_,
        "province": None if province is None else in_prose(province),
        "chapters": chapters,
        "bodies": bodies,
        "groups": [*((chapter.title, groups[chapter.id]) for chapter in chapters), ("โครงการอื่น", elsewhere)],
        "uses": uses,
        "anchor": anchor,
        "origin": origin,
        "inputs": [input_cells(read) for read in inputs],
        "provenance": [(SHORT[code], PROVENANCE[code], code in found) for code in PROVENANCE],
        "reconstructed": "reconstructed" in found,
        "format_date": format_date,
        "version": version("dsw-analysis"),
    }


def section_sources(section: str, body: str, ledger: Ledger, inputs: Inputs) -> tuple[Ledger, list[Mapping[str, Any]]]:
    """Findings that a section's own page lists, its own and those it quotes, and the data files that they stand on."""
    own = Ledger(ledger[i] for i in ledger if ledger[i].section == section or f'"#{anchor(i)}"' in body)
    used = {finding.dataset for finding in own.values()}
    return own, [read for read in inputs if read["dataset"] in used]


def brief_sources(bodies: Iterable[str], ledger: Ledger) -> Ledger:
    """Findings that a province's brief lists: only those that it shows."""
    shown = "\n".join(bodies)
    return Ledger(finding for i, finding in ledger.items() if f'"#{anchor(i)}"' in shown)


def _unlink_absent(body: str, here: Collection[str]) -> str:
    """Leave only the words of links to chapters that are not on the page."""
    return _CHAPTER_LINK.sub(lambda m: m[0] if m[1] in here else m[2], body)


def _shift_headings(body: str) -> str:
    """Lower every heading by one level, since the page's own title is the first."""
    return re.sub(r"(</?h)([1-5])\b", lambda m: f"{m[1]}{int(m[2]) + 1}", body)


def _number_uses(body: str, uses: dict[str, str]) -> str:
    """Give the first use of every finding an id, so that its row can lead back to it."""

    def mark(match: re.Match[str]) -> str:
        target = match[2]
        if target in uses:
            return match[0]
        uses[target] = f"u{target[1:]}"
        return f'<a class="{match[1]}" id="{uses[target]}" href="#{target}"'

    return _USE.sub(mark, body)
