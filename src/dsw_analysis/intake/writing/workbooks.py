"""Workbooks that are written: the same bytes each time, and texts that never become formulas or links."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import IO, TYPE_CHECKING, Final

import xlsxwriter

from dsw_analysis.problems import visible

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

CELL_LIMIT: Final = 32_000
"""Characters written to one cell; Excel's own limit is 32,767."""
ROW_LIMIT: Final = 1_000_000
HEAD: Final = {"bold": True, "bg_color": "#e5e9f0", "text_wrap": True, "valign": "top", "border": 1}
BODY: Final = {"text_wrap": True, "valign": "top"}


def new_workbook(target: IO[bytes], *, title: str, created: date) -> xlsxwriter.Workbook:
    """Open a workbook in memory whose bytes depend on its content alone."""
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": title, "created": datetime.combine(created, time())})
    return book


def write_table(
    sheet: Worksheet,
    heads: Sequence[str],
    rows: Iterable[Sequence[str | int | float | None]],
    *,
    head: Format,
    body: Format,
    widths: Sequence[int],
    top: int = 0,
) -> int:
    """Write a header and rows as texts and numbers; returns the row after the last.

    Hidden characters in texts are shown, very long texts cut.
    """
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    for column, text in enumerate(heads):
        sheet.write_string(top, column, text, head)
    at = top
    for at, row in enumerate(rows, start=top + 1):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(at, column, visible(cell, longest=CELL_LIMIT), body)
            elif cell is not None:
                sheet.write_number(at, column, cell, body)
    sheet.freeze_panes(top + 1, 0)
    sheet.autofilter(top, 0, max(at, top + 1), len(heads) - 1)
    return at + 1
