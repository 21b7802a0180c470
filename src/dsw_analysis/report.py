"""The report of a round as one HTML file: sections, the table of figures behind every number, data files."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any

import xlsxwriter
from markupsafe import escape

from dsw_analysis.appendix import SHORT, input_cells, origin
from dsw_analysis.blocks import anchor
from dsw_analysis.exporter import render_body
from dsw_analysis.findings import PROVENANCE, Finding, Ledger
from dsw_analysis.pages import render_page
from dsw_analysis.rounds import Round
from dsw_analysis.runner import SUMMARY, Outcome, Project, write_whole
from dsw_analysis.thai import format_date

FORMATS = ("html", "pdf", "docx")
"""What a report can be written as."""

_CHAPTER_LINK = re.compile(r'<a href="#([a-z0-9_]+)">(.*?)</a>', re.S)
_USE = re.compile(r'<a class="(n[ r]*)" href="#(f\.[a-z0-9_.-]+)"')


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """One section of the report, rendered; ``error`` instead of a body if its notebook failed."""

    id: str
    title: str
    order: int | None
    body: str
    error: str | None = None


def write_report(
    project: Project, round_: Round, outcomes: Sequence[Outcome], *, formats: Collection[str] = FORMATS
) -> list[Path]:
    """Render the executed notebooks of a round.

    Writes ``report.html`` with one ``sections/<id>.html`` each, ``report.pdf`` and ``report.docx``, as
    asked for by ``formats``, and ``findings.xlsx`` into the round's output folder; ``findings.json`` must
    be there (see :func:`dsw_analysis.runner.run`).

    Returns
    -------
    list of Path
        The files written, the report first.
    """
    out = project.outputs(round_)
    document = json.loads((out / "findings.json").read_text(encoding="utf-8"))
    ledger = Ledger.from_records(document["findings"])
    chapters = [_chapter(outcome) for outcome in _summary_first(outcomes)]
    files: dict[Path, bytes] = {}
    if "html" in formats:
        files[out / "report.html"] = page(round_, chapters, ledger, document["inputs"]).encode()
    if {"pdf", "docx"} & set(formats):
        from dsw_analysis.exporters import compose, to_docx, to_pdf  # noqa: PLC0415 - they build on this module

        composed = compose(round_, chapters, ledger, document["inputs"])
        writers = {"pdf": to_pdf, "docx": to_docx}
        files |= {out / f"report.{name}": write(composed) for name, write in writers.items() if name in formats}
    for chapter in chapters if "html" in formats else ():
        own = Ledger(ledger[i] for i in ledger if ledger[i].section == chapter.id or f'"#f.{i}"' in chapter.body)
        used = {f.dataset for f in own.values()}
        inputs = [i for i in document["inputs"] if i["dataset"] in used]
        files[out / "sections" / f"{chapter.id}.html"] = page(round_, [chapter], own, inputs).encode()
    files[out / "findings.xlsx"] = findings_workbook(round_, ledger)
    for path, content in files.items():
        write_whole(path, content)
    return list(files)


def page(
    round_: Round, chapters: Sequence[Chapter], ledger: Mapping[str, Finding], inputs: Iterable[Mapping[str, Any]]
) -> str:
    """One self-contained HTML page of chapters, the table of the figures they use, and the data files.

    It asks for nothing from anywhere: typeface, figures and style are inside, and the page's own
    content security policy forbids the rest.
    """
    here = {c.id for c in chapters}
    # A repetition mark belongs to the word before it and must not begin a line.
    bodies = {c.id: _unlink_absent(_shift_headings(c.body), here).replace(" ๆ", "\u00a0ๆ") for c in chapters}
    uses: dict[str, str] = {}
    for chapter in chapters:
        bodies[chapter.id] = number_uses(bodies[chapter.id], uses)
    groups = [(c, sorted((f for f in ledger.values() if f.section == c.id), key=lambda f: f.id)) for c in chapters]
    elsewhere = sorted((f for f in ledger.values() if f.section not in bodies), key=lambda f: f.id)
    values = {
        "round": round_,
        "chapters": chapters,
        "bodies": bodies,
        "groups": groups,
        "elsewhere": elsewhere,
        "uses": uses,
        "anchor": anchor,
        "origin": origin,
        "inputs": [input_cells(read) for read in inputs],
        "provenance": [(SHORT[code], PROVENANCE[code]) for code in PROVENANCE],
        "reconstructed": any(f.provenance == "reconstructed" for f in ledger.values()),
        "format_date": format_date,
        "version": version(),
    }
    return render_page("report.html.j2", script="report.js", **values)


def findings_workbook(round_: Round, ledger: Mapping[str, Finding]) -> bytes:
    """All findings as a workbook; texts are written as texts, so that none becomes a formula."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.set_properties({"title": round_.label, "created": datetime.combine(round_.end, time())})
        bold = book.add_format({"bold": True, "bg_color": "#e5e9f0", "text_wrap": True})
        sheet = book.add_worksheet("ที่มาของตัวเลข")
        heads = "รหัส|รายการ|ค่า|หน่วย|ตัวตั้ง|ตัวหาร|ชุดข้อมูล|ไฟล์|เงื่อนไข|จำนวนแถว|ที่มา|หมายเหตุ".split("|")
        for column, head in enumerate(heads):
            sheet.write_string(0, column, head, bold)
        for row, (_, f) in enumerate(sorted(ledger.items()), start=1):
            cells = [f.id, f.label, f.value, f.unit, f.numerator, f.denominator, f.dataset, f.file, f.where, f.rows]
            for column, cell in enumerate([*cells, PROVENANCE[f.provenance], f.note]):
                if isinstance(cell, str):
                    sheet.write_string(row, column, cell)
                elif cell is not None:
                    sheet.write_number(row, column, cell)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, len(ledger), len(heads) - 1)
        sheet.set_column(0, 0, 38)
        sheet.set_column(1, 1, 48)
        sheet.set_column(2, 11, 16)
    return target.getvalue()


def _chapter(outcome: Outcome) -> Chapter:
    if outcome.document is None:
        return Chapter(id=outcome.section, title=outcome.title, order=None, body="", error=outcome.error)
    body = render_body(outcome.output)
    if "<h1" not in body:  # every chapter needs a heading to be found by
        body = f"<h1>{escape(outcome.title)}</h1>\n{body}"
    return Chapter(
        id=outcome.section,
        title=outcome.title,
        order=outcome.document["order"],
        body=body,
    )


def _summary_first(outcomes: Sequence[Outcome]) -> list[Outcome]:
    return sorted(outcomes, key=lambda o: o.section != SUMMARY)


def _unlink_absent(body: str, here: Collection[str]) -> str:
    """Leave only the words of links to chapters that are not on the page."""
    return _CHAPTER_LINK.sub(lambda m: m[0] if m[1] in here else m[2], body)


def _shift_headings(body: str) -> str:
    """Lower every heading by one level, since the page's own title is the first."""
    return re.sub(r"(</?h)([1-5])\b", lambda m: f"{m[1]}{int(m[2]) + 1}", body)


def number_uses(body: str, uses: dict[str, str]) -> str:
    """Give the first use of every finding an id, so that its row can lead back to it."""

    def mark(match: re.Match[str]) -> str:
        target = match[2]
        if target in uses:
            return match[0]
        uses[target] = f"u{target[1:]}"
        return f'<a class="{match[1]}" id="{uses[target]}" href="#{target}"'

    return _USE.sub(mark, body)


def version() -> str:
    """Version of the package, as the report prints it."""
    from dsw_analysis import __version__  # noqa: PLC0415 - the package imports this module's neighbours

    return __version__
