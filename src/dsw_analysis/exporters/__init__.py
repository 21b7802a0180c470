"""The report on paper: PDF and DOCX from the same rendered chapters as the HTML."""

from dsw_analysis.exporters.document import Document, compose
from dsw_analysis.exporters.docx import to_docx
from dsw_analysis.exporters.pdf import to_pdf

__all__ = ["Document", "compose", "to_docx", "to_pdf"]
