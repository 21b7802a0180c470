"""What worker processes render: the page of a section, the files of the report, the brief of a province."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat

from dsw_analysis.findings.ledger import SUMMARY, Ledger, ledger_document, to_json
from dsw_analysis.intake.provinces import in_prose
from dsw_analysis.intake.thai import format_date
from dsw_analysis.intake.writing.pages import render_page
from dsw_analysis.report.appendix import findings_workbook
from dsw_analysis.report.html import render_cells
from dsw_analysis.report.page import Chapter, brief_sources, page
from dsw_analysis.rounds import Round
from dsw_analysis.run.steps import Part
from dsw_analysis.section.executed import handed_over


def opened(part: Part) -> tuple[Chapter, Mapping[str, Any] | None]:
    """A part as a chapter, and what its section handed over."""
    # Not read by nbformat, which would check once more what was checked when it was made.
    notebook = None if part.executed is None else nbformat.from_dict(json.loads(part.executed))
    document = None if notebook is None or part.error is not None else handed_over(notebook)[0]
    return chapter(part.section, part.title, notebook, document, part.error), document


def chapter(
    section: str,
    title: str,
    notebook: Any,  # noqa: ANN401 - nbformat has no types
    document: Mapping[str, Any] | None,
    error: str | None,
) -> Chapter:
    """A section's executed notebook as a chapter of a report; or its failure."""
    if document is None:
        return Chapter(id=section, title=title, order=None, body="", error=error)
    body = render_cells(notebook, title)
    return Chapter(id=section, title=title, order=document["order"], body=body.html, notes=body.notes)


def report_file(name: str, round_: Round, parts: Sequence[Part], findings: bytes) -> bytes:
    """One file of the report: ``report.html``, ``report.pdf``, ``report.docx`` or ``findings.xlsx``.

    Parameters
    ----------
    findings:
        ``findings.json`` of the same parts.
    """
    document = json.loads(findings)
    ledger = Ledger.from_records(document["findings"])
    if name == "findings.xlsx":
        return findings_workbook(round_, ledger)
    chapters = [opened(part)[0] for part in sorted(parts, key=lambda part: part.section != SUMMARY)]
    return _written(Path(name).suffix, round_, chapters, ledger, document["inputs"], province=None)


def compose_briefs(round_: Round, provinces: Mapping[str, Sequence[Part]]) -> dict[str, dict[str, bytes]]:
    """Briefs of a few provinces, by province: what the first has to load serves the others too."""
    return {province: _brief(round_, province, parts) for province, parts in provinces.items()}


def _brief(round_: Round, province: str, parts: Sequence[Part]) -> dict[str, bytes]:
    """The brief of a province by file name: its page, its PDF and its ledger.

    Page and PDF list as sources only the numbers that they show.
    """
    chapters, documents = zip(*map(opened, parts), strict=True)
    sections = [(p.section, p.title, p.error, document) for p, document in zip(parts, documents, strict=True)]
    document = ledger_document(round_, sections)
    ledger = brief_sources([chapter.body for chapter in chapters], Ledger.from_records(document["findings"]))
    files = {
        f"{province}{suffix}": _written(suffix, round_, chapters, ledger, document["inputs"], province=province)
        for suffix in (".html", ".pdf")
    }
    return {**files, "findings.json": to_json(document).encode()}


def _written(
    suffix: str,
    round_: Round,
    chapters: Sequence[Chapter],
    ledger: Ledger,
    inputs: Sequence[Mapping[str, Any]],
    *,
    province: str | None,
) -> bytes:
    if suffix == ".html":
        return page(round_, chapters, ledger, inputs, province=province).encode()
    from dsw_analysis.report.document import compose  # noqa: PLC0415 - pandoc and Typst are slow to load
    from dsw_analysis.report.docx import to_docx  # noqa: PLC0415 - pandoc and Typst are slow to load
    from dsw_analysis.report.pdf import to_pdf  # noqa: PLC0415 - pandoc and Typst are slow to load

    composed = compose(round_, chapters, ledger, inputs, province=province)
    return to_pdf(composed) if suffix == ".pdf" else to_docx(composed)


def index_page(round_: Round, states: Mapping[str, bool]) -> bytes:
    """Page that links to the briefs.

    Parameters
    ----------
    states:
        Province -> whether all sections of its brief succeeded.
    """
    return render_page(
        "provinces.html.j2", round=round_, states=states, format_date=format_date, in_prose=in_prose
    ).encode()
