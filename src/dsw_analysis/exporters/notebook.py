"""nbconvert exporters for one executed section: ``jupyter nbconvert --to dsw-html|dsw-pdf|dsw-docx NOTEBOOK``."""

from __future__ import annotations

from typing import Any

from nbconvert.exporters import Exporter
from traitlets import default

from dsw_analysis.batch import handed_over
from dsw_analysis.exporter import render_cells
from dsw_analysis.exporters.document import compose
from dsw_analysis.exporters.docx import to_docx
from dsw_analysis.exporters.pdf import to_pdf
from dsw_analysis.findings import Ledger
from dsw_analysis.report import Chapter, page
from dsw_analysis.rounds import Round


class SectionExporter(Exporter):  # type: ignore[misc]  # nbconvert has no types
    """What the three exporters share: a section's chapter, findings and data files, read from its notebook."""

    def from_notebook_node(self, nb: Any, resources: Any = None, **options: Any) -> tuple[Any, Any]:  # noqa: ANN401
        """Render an executed notebook.

        Raises
        ------
        ValueError
            If the notebook has not been run to its end.
        """
        document, error = handed_over(nb)
        if document is None:
            raise ValueError(f"{error}; run the notebook to its end first, for instance with `dsw run ROUND`")
        nb, resources = super().from_notebook_node(nb, resources, **options)
        chapter = Chapter(
            id=document["section"], title=document["title"], order=document["order"], body=render_cells(nb)
        )
        ledger = Ledger.from_records(document["findings"])
        about = {"inputs": document["inputs"], "province": document["province"]}
        return self.render(Round.parse(document["round"]), [chapter], ledger, **about), resources

    def render(self, round_: Round, chapters: list[Chapter], ledger: Ledger, **about: Any) -> str | bytes:  # noqa: ANN401
        """Content of the file; each exporter has its own."""
        raise NotImplementedError


class HtmlExporter(SectionExporter):
    """A section as one self-contained HTML page."""

    export_from_notebook = "DSW section (HTML)"
    output_mimetype = "text/html"

    @default("file_extension")  # type: ignore[untyped-decorator]  # traitlets
    def _extension(self) -> str:
        return ".html"

    def render(self, round_: Round, chapters: list[Chapter], ledger: Ledger, **about: Any) -> str:  # noqa: ANN401
        """See :func:`dsw_analysis.report.page`."""
        return page(round_, chapters, ledger, **about)


class PdfExporter(SectionExporter):
    """A section as PDF."""

    export_from_notebook = "DSW section (PDF)"
    output_mimetype = "application/pdf"

    @default("file_extension")  # type: ignore[untyped-decorator]
    def _extension(self) -> str:
        return ".pdf"

    def render(self, round_: Round, chapters: list[Chapter], ledger: Ledger, **about: Any) -> bytes:  # noqa: ANN401
        """See :func:`dsw_analysis.exporters.pdf.to_pdf`."""
        return to_pdf(compose(round_, chapters, ledger, **about))


class DocxExporter(SectionExporter):
    """A section as DOCX."""

    export_from_notebook = "DSW section (DOCX)"
    output_mimetype = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

    @default("file_extension")  # type: ignore[untyped-decorator]
    def _extension(self) -> str:
        return ".docx"

    def render(self, round_: Round, chapters: list[Chapter], ledger: Ledger, **about: Any) -> bytes:  # noqa: ANN401
        """See :func:`dsw_analysis.exporters.docx.to_docx`."""
        return to_docx(compose(round_, chapters, ledger, **about))
