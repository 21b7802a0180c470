"""nbconvert exporters for one executed notebook: ``jupyter nbconvert --to dsw-html|dsw-pdf|dsw-docx NOTEBOOK``."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from markupsafe import Markup
from nbconvert.exporters.exporter import Exporter, FilenameExtension

from dsw_analysis.findings.ledger import Ledger
from dsw_analysis.project import settings, use
from dsw_analysis.report.document import compose
from dsw_analysis.report.docx import to_docx
from dsw_analysis.report.html import render_cells
from dsw_analysis.report.page import Chapter, page
from dsw_analysis.report.pdf import to_pdf
from dsw_analysis.rounds import Round
from dsw_analysis.section.executed import handed_over, was_run


class SectionExporter(Exporter):  # type: ignore[misc]  # nbconvert has no types
    """What the three exporters share: a notebook's chapter, and its findings and data files if it is a section's."""

    write: Callable[..., str | bytes]
    """Makes the content of the file from the parts of a report, as :func:`dsw_analysis.report.page.page` does."""

    def from_notebook_node(self, nb: Any, resources: Any = None, **options: Any) -> tuple[Any, Any]:  # noqa: ANN401
        """Render an executed notebook; one line of the log says what is left out.

        Raises
        ------
        ValueError
            If the notebook has not been run to its end.
        """
        use(settings((resources or {}).get("metadata", {}).get("path") or Path()))
        document, error = handed_over(nb)
        if document is None and not was_run(nb):
            raise ValueError(f"{error}; run the notebook to its end first, for instance with `dsw run ROUND`")
        nb, resources = super().from_notebook_node(nb, resources, **options)
        title = document["title"] if document else resources["metadata"].get("name") or "notebook"
        body = render_cells(nb, title)
        left_out = list(body.notes)
        if document is None:
            left_out.append(f"sources of the numbers, since it hands over no findings ({error})")
            heading = re.match(r"\s*<h1>(.*?)</h1>", body.html, re.S)
            title = Markup(heading[1]).striptags() if heading else title
        if left_out:
            self.log.warning("left out of the report: %s", "; ".join(left_out))
        given = document or {"section": "notebook", "order": None, "findings": [], "province": None}
        chapter = Chapter(id=given["section"], title=title, order=given["order"], body=body.html, notes=body.notes)
        round_ = Round.parse(document["round"]) if document else None
        return self.write(
            round_, [chapter], Ledger.from_records(given["findings"]), province=given["province"]
        ), resources


class HtmlExporter(SectionExporter):
    """A section as one self-contained HTML page."""

    export_from_notebook = "DSW section (HTML)"
    output_mimetype = "text/html"
    file_extension = FilenameExtension(".html")
    write = staticmethod(page)


class PdfExporter(SectionExporter):
    """A section as PDF."""

    export_from_notebook = "DSW section (PDF)"
    output_mimetype = "application/pdf"
    file_extension = FilenameExtension(".pdf")
    write = staticmethod(lambda *parts, **about: to_pdf(compose(*parts, **about)))


class DocxExporter(SectionExporter):
    """A section as DOCX."""

    export_from_notebook = "DSW section (DOCX)"
    output_mimetype = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    file_extension = FilenameExtension(".docx")
    write = staticmethod(lambda *parts, **about: to_docx(compose(*parts, **about)))
