"""Renders the cells of an executed notebook as the HTML of a report, and names by cell what has no form there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

from markupsafe import Markup, escape

from dsw_analysis.findings.ledger import SECTION_MIME
from dsw_analysis.intake.writing.typefaces import boxed
from dsw_analysis.report.markup import Note, allowed_html, markdown, ordered_headings, picture_html
from dsw_analysis.section.executed import edited
from dsw_analysis.section.notebook import as_made
from dsw_analysis.section.readback import EXAMPLES

_FORMS = ("text/html", "text/markdown", "image/svg+xml", "text/latex", "image/png", "image/jpeg", "image/gif")
"""Forms in which a result may stand in a report, the best first; mere text is the last resort."""
_HEADING = re.compile(r"(#{1,6}) [^\n]*")
_BEGINS = re.compile(r"\s*<h([2-6])\b")
"""What a block shows that begins with a heading stands under that one."""
_DIV = re.compile(r"<div\b[^>]*>|</div>")
_EXAMPLE = '<div class="example">'
_WITH_HEADING = re.compile(r"(<h([2-6])\b.*?</h\2>)", re.S)
_PANEL = f'<details class="{EXAMPLES}"><summary>ตัวอย่างการวิเคราะห์จากข้อมูลจำลอง</summary>'
_DATA_URL = re.compile(r'src="data:[^"]*"')


@dataclass(frozen=True)
class Body:
    """The HTML of a notebook's cells, and what is left out of it: one sentence each, which names the cell."""

    html: str
    notes: tuple[str, ...] = ()


def render_cells(content: Mapping[str, Any], title: str | None = None) -> Body:
    """Markdown cells and shown results of an executed notebook; code, prompts and what it handed over are no part.

    Cells are counted as in the notebook that people edit: without the one that papermill puts in.

    Parameters
    ----------
    title:
        Stands on top if the notebook does not begin with a title of its own.
    """
    parts, notes = [], []
    cells = edited(content)
    bare = _bare_headings([cell for _, cell in cells])
    for place, (name, cell) in enumerate(cells):
        if place in bare:
            continue
        said: dict[str, None] = {}
        made = "\n".join(_render(cell, said.setdefault))
        if boxes := boxed(unescape(_DATA_URL.sub("", made))):
            codes = ", ".join(f"{c} (U+{ord(c):04X})" for c in boxes)
            said[f"no typeface has {codes}; the PDF and figures show a box, and copied text has the character"] = None
        parts.append(made)
        notes += [f"{name}: {what}" for what in said]
    html, examples = _apart("\n".join(parts))
    if title is not None and not html.lstrip().startswith("<h1"):
        html = f"<h1>{escape(title)}</h1>\n{html}"
    return Body(ordered_headings(html) + examples, tuple(notes))


def _apart(html: str) -> tuple[str, str]:
    """HTML without its examples, and these in a closed panel; headings under which nothing else stood go."""
    real: list[str] = []
    examples: list[str] = []
    depth = start = 0
    for tag in _DIV.finditer(html):
        if not depth and tag[0] != _EXAMPLE:
            continue
        if not depth:
            real.append(html[start : tag.start()])
            start = tag.end()
        depth += -1 if tag[0] == "</div>" else 1
        if not depth:
            examples.append(html[start : tag.start()])
            start = tag.end()
    if not examples:
        return html, ""
    first, *parts = _WITH_HEADING.split("".join([*real, html[start:]]))
    kept: list[str] = []
    until = 0  # as in _bare_headings
    for heading, level, below in reversed([*zip(parts[::3], parts[1::3], parts[2::3], strict=True)]):
        shows = bool(below.strip())
        if shows or int(level) < until:
            kept.append(f"{heading}{below}")
        until = int(level) if shows else min(until, int(level))
    return "".join([first, *reversed(kept)]), f"\n{_PANEL}{''.join(examples)}</details>"


def _bare_headings(cells: Sequence[Mapping[str, Any]]) -> set[int]:
    """Places of the headings under which nothing is shown, as happens in a brief of a province."""
    bare = set()
    until = 0  # something is shown below that belongs to a heading of any level smaller than this
    for place in range(len(cells) - 1, -1, -1):
        text = "".join(cells[place]["source"]).strip()
        match = _HEADING.fullmatch(text) if cells[place]["cell_type"] == "markdown" else None
        if match is None:
            results = [o["data"] for o in cells[place].get("outputs", ()) if "data" in o]
            shows = bool(text) if "outputs" not in cells[place] else any(SECTION_MIME not in data for data in results)
            own = _BEGINS.match(as_made("".join(results[0].get("text/html", "")))) if results else None
            until = int(own[1]) if shows and own else 7 if shows else until
            continue
        level = len(match[1])
        if 1 < level >= until:
            bare.add(place)
        until = min(until, level)
    return bare


def _render(cell: Mapping[str, Any], note: Note) -> Iterator[str]:
    if cell["cell_type"] == "markdown":
        yield markdown("".join(cell["source"]), note, cell.get("attachments", {}))
    elif cell["cell_type"] == "raw":
        note("a raw cell is left out; make it a Markdown cell")
    for output in cell.get("outputs", ()):
        if "data" in output:
            yield _shown(output["data"], output.get("metadata", {}), note)
        elif output["output_type"] == "error":
            note(f"its error ({output['ename']}) is left out")
        elif output.get("name") == "stdout":
            note("printed text is left out; show it as a table, a sentence or a figure")


def _shown(data: Mapping[str, Any], about: Mapping[str, Any], note: Note) -> str:
    """A result in the best form that a report has for it."""
    if SECTION_MIME in data:
        return ""
    kind = next((form for form in _FORMS if form in data), None)
    if kind == "text/html":
        return allowed_html(as_made("".join(data[kind])), note)
    if kind in {"text/markdown", "text/latex"}:
        return markdown("".join(data[kind]), note)
    if kind is not None:
        return allowed_html(picture_html(kind, data[kind], about), note)
    others = sorted(set(data) - {"text/plain"})
    if others:
        note(f"a result of type {', '.join(others)} has no form in a report and is left out")
        return '<p class="none">[ไม่ได้แสดงผลลัพธ์แบบโต้ตอบ]</p>'
    return str(Markup("<pre>{}</pre>").format("".join(data.get("text/plain", ""))))
