"""The report on paper: PDF and DOCX from the same rendered chapters as the HTML."""
