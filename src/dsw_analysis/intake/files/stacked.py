"""Sheets of one layout that are read as one table, below each other: row numbers that tell the sheets apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from dsw_analysis.intake.files.limits import LIMITS
from dsw_analysis.intake.files.table import RawTable

_FIRST: Final = 1_000_000_000
"""Above the rows of any file."""
_SHEET: Final = 5_000_000


def stack(tables: Iterable[RawTable]) -> Iterator[RawTable]:
    """The tables of several sheets with rows that no two of them share; the last has the notes of all."""
    notes: list[str] = []
    for at, table in enumerate(tables):
        assert at < LIMITS.sheets, "a workbook with more was refused"
        add = _FIRST + at * _SHEET
        notes += [f"แผ่นงาน “{table.sheet}”: {note}" for note in table.notes]
        yield replace(
            table,
            frame=table.frame.set_axis(table.frame.index + add),
            totals=table.totals.set_axis(table.totals.index + add),
            problems=tuple(p if p.row is None else replace(p, row=p.row + add) for p in table.problems),
            merges=tuple(replace(m, first=m.first + add, last=m.last + add) for m in table.merges),
            notes=tuple(notes),
        )


def row_of(row: int) -> int:
    """The row number that a spreadsheet program shows."""
    return row if row < _FIRST else (row - _FIRST) % _SHEET


def row_words(row: int) -> str:
    """A row in Thai words, with its sheet where several are stacked."""
    if row < _FIRST:
        return f"แถวที่ {row}"
    return f"แถวที่ {row_of(row)} ของแผ่นงานที่ {(row - _FIRST) // _SHEET + 1}"
