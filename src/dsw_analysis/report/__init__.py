"""The report: executed sections as HTML, PDF and DOCX, and the audit of what stands there."""
