"""The report of a round as HTML: sections, in which every number opens its basis, and the page of all figures."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any

from dsw_analysis.findings.disclosure import readers_note
from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.ledger import Ledger
from dsw_analysis.intake.provenance import MARKS
from dsw_analysis.intake.provinces import in_prose
from dsw_analysis.intake.thai import format_date
from dsw_analysis.intake.writing.pages import render_page
from dsw_analysis.report.downloads import with_downloads, without_downloads
from dsw_analysis.report.edition import DRAFT, Edition, day
from dsw_analysis.report.method import accepted_options, method
from dsw_analysis.rounds import Round
from dsw_analysis.section.blocks import anchor

FIGURES = "figures.html"
"""Page of all figures and data files, beside the report."""
FIGURES_PAGE = '<body class="figures">'
"""Tells that page from others."""

_CHAPTER_LINK = re.compile(r'<a href="#([a-z0-9_]+)">(.*?)</a>', re.S)
_NUMBER = re.compile(r'<(/?)details\b|<a class="(n[ a-z]*)" href="#(f\.[a-z0-9_.-]+)">(.*?)</a>', re.S)
_LEADING = re.compile(
    rf'<button type="button" class="(n[ a-z]*)" popovertarget="(f\.[^"]*)">(.*?)</button>'
    rf'|<a class="(n[ a-z]*)" href="{re.escape(FIGURES)}#(f\.[^"]*)">(.*?)</a>',
    re.S,
)


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
    round_: Round | None,
    chapters: Sequence[Chapter],
    ledger: Ledger,
    *,
    province: str | None = None,
    document: Mapping[str, Any] | None = None,
    warning: str | None = None,
) -> str:
    """One self-contained HTML page of chapters, each with the bases of the numbers that it is the first to use.

    It asks for nothing from anywhere: typeface, figures and style are inside, and the page's own
    content security policy forbids the rest. Its cover says that it is a draft
    (:func:`~dsw_analysis.report.edition.with_edition`).

    Parameters
    ----------
    round_:
        ``None`` for a notebook that is no section's.
    province:
        The one that the page is about, if it is about one.
    document:
        Content of ``findings.json``, if the page is the whole report of a round: it ends with a page on method, and
        :data:`FIGURES` stands beside it.
    warning:
        What is said above all else, of a page that is not to be passed on.
    """
    here = {c.id for c in chapters}
    # A repetition mark belongs to the word before it and must not begin a line.
    bodies = (unlink_absent(_shift_headings(c.body), here).replace(" ๆ", "\u00a0ๆ") for c in chapters)
    done = [replace(chapter, body=body) for chapter, body in zip(chapters, bodies, strict=True)]
    return page_around(round_, done, ledger, province=province, document=document, warning=warning)


def page_around(
    round_: Round | None,
    chapters: Sequence[Chapter],
    ledger: Ledger,
    *,
    province: str | None = None,
    document: Mapping[str, Any] | None = None,
    warning: str | None = None,
) -> str:
    """The page of chapters whose bodies are as sections show them, but for their numbers."""
    values = page_values(round_, chapters, ledger, province=province, document=document)
    listed: set[str] = set()
    files = f"{round_}-" if round_ else ""
    bodies = {c.id: with_downloads(c.body, ledger, f"{files}{c.id}") for c in chapters}
    made = {name: _with_bases(body, ledger, listed, linked=document is not None) for name, body in bodies.items()}
    return render_page("report.html.j2", script="report.js", **values, made=made, warning=warning)


def as_shown(body: str) -> str:
    """The body of a page's section as the section showed it: its numbers link to their findings, nothing to files."""
    return _LEADING.sub(
        lambda m: '<a class="{}" href="#{}">{}</a>'.format(*(g for g in m.groups() if g is not None)),
        without_downloads(body),
    )


def figures_page(document: Mapping[str, Any]) -> str:
    """The page of all figures and data files of a round, from the content of its ``findings.json``."""
    ledger = Ledger.from_records(document["findings"])
    sections = [
        (s["section"], s["title"], [f for _, f in sorted(ledger.items()) if f.section == s["section"]])
        for s in document["sections"]
    ]
    return render_page(
        "figures.html.j2",
        script="report.js",
        **page_values(Round.parse(document["round"]), [], ledger),
        sections=[section for section in sections if section[2]],
        inputs=[{**read, "options": accepted_options([read])} for read in document["inputs"]],
        version=version("dsw-analysis"),
    )


def page_values(
    round_: Round | None,
    chapters: Sequence[Chapter],
    ledger: Ledger,
    *,
    province: str | None = None,
    document: Mapping[str, Any] | None = None,
    edition: Edition = DRAFT,
) -> dict[str, Any]:
    """What the templates of pages and of the print are filled with alike."""
    shown = {match[3] for chapter in chapters for match in _NUMBER.finditer(chapter.body)} - {None}
    bodies = {chapter.id: chapter.body for chapter in chapters}
    invented = {f.provenance for i, f in ledger.items() if f.mark == "example" and anchor(i) in shown}
    return {
        "round": round_,
        "edition": edition,
        "method": method(bodies, document) if document and chapters else None,
        "province": None if province is None else in_prose(province),
        "chapters": chapters,
        "anchor": anchor,
        "origin": lambda finding: MARKS[finding.mark][1],
        "remarks": lambda finding: " · ".join(filter(None, [finding.note, *finding.basis()])),
        "protected": readers_note(f for i, f in ledger.items() if anchor(i) in shown),
        "examples": bool(invented),
        "samples": invented == {"sample"},
        "groups": _groups(chapters, document),
        "format_date": format_date,
        "day": day,
    }


def _groups(chapters: Sequence[Chapter], document: Mapping[str, Any] | None) -> dict[str, str]:
    """What stands in the contents above a chapter that is the first of its strategy or issue: chapter -> words."""
    works = {s["section"]: s.get("work") or {} for s in document["sections"]} if document else {}
    groups, before = {}, ""
    for chapter in chapters:
        place = [works.get(chapter.id, {}).get(level) for level in ("strategy", "issue")]
        group = " › ".join(filter(None, place))
        if group and group != before:
            groups[chapter.id] = group
        before = group or before
    return groups


def _with_bases(body: str, ledger: Ledger, listed: set[str], *, linked: bool) -> tuple[str, list[Finding]]:
    """A body whose numbers open their bases, and the findings of those that are not yet listed.

    Those that a click unfolds, examples and the data of pictures, lead to :data:`FIGURES` if they are to be ``linked``.
    """
    new: list[Finding] = []

    def put(look: str, target: str, text: str, *, folded: bool) -> str | None:
        finding = ledger.get(target.removeprefix("f."))
        if finding is None:
            return None
        if folded and linked:
            return f'<a class="{look}" href="{FIGURES}#{target}">{text}</a>'
        if target not in listed:
            listed.add(target)
            new.append(finding)
        return f'<button type="button" class="{look}" popovertarget="{target}">{text}</button>'

    return _with_numbers(body, put), new


def named_numbers(bodies: Sequence[str]) -> list[str]:
    """Bodies for paper: the first use of every number is named after its finding, as ``u.csr.linked``."""
    seen: set[str] = set()

    def name(_: str, target: str, text: str, *, folded: bool) -> str:
        named = "" if target in seen else f' id="u{target[1:]}"'
        seen.add(target)
        return f"<span{named}>{text}</span>"

    return [_with_numbers(body, name) for body in bodies]


def _with_numbers(body: str, put: Callable[..., str | None]) -> str:
    """A body with something put for each of its linked numbers; ``folded`` are those that a click unfolds."""
    depth = 0

    def one(match: re.Match[str]) -> str:
        nonlocal depth
        if match[2] is None:
            depth += -1 if match[1] else 1
            return match[0]
        return put(match[2], match[3], match[4], folded=depth > 0) or match[0]

    return _NUMBER.sub(one, body)


def unlink_absent(body: str, here: Collection[str]) -> str:
    """Leave only the words of links to chapters that are not on the page."""
    return _CHAPTER_LINK.sub(lambda m: m[0] if m[1] in here else m[2], body)


def _shift_headings(body: str) -> str:
    """Lower every heading by one level, since the page's own title is the first."""
    return re.sub(r"(</?h)([1-5])\b", lambda m: f"{m[1]}{int(m[2]) + 1}", body)
