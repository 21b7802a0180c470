"""Writes rows as the files that officials send: workbooks with merged Thai headers, and CSV in two encodings."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from pathlib import Path

import xlsxwriter

from dsw_analysis.intake.columns import Column
from dsw_analysis.intake.dataset import Dataset
from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.rounds import Round

ROUND = Round.parse("2569-6m")
SCHEMAS = Schemas.of(Path(__file__).resolve().parents[1] / "raw", ROUND)

Row = Mapping[str, object]
"""Values by column name; categories as codes, what is absent or ``None`` is blank."""

CREATED = datetime(2026, 4, 1, 9, 0)
"""Fixed date in workbook properties, so that the bytes do not depend on the clock."""
_THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
FONT = {"font_name": "TH Sarabun New", "font_size": 14, "valign": "vcenter"}


@dataclass(frozen=True, kw_only=True)
class Table:
    """One dataset's rows and how its sender lays them out.

    Attributes
    ----------
    titles:
        Lines above the header.
    footer:
        A totals row below the data, as it is to be written.
    thai_digits:
        Whether numbers are written in Thai digits.
    """

    dataset: Dataset
    rows: Sequence[Row]
    titles: tuple[str, ...] = ()
    footer: Row | None = None
    thai_digits: bool = False

    @property
    def sheet(self) -> str:
        """Name of the sheet in a workbook."""
        return self.dataset.sheet or "ข้อมูล"

    @property
    def groups(self) -> list[tuple[str | None, str]]:
        """Upper and lower header of each column; no upper one where the column stands alone."""
        parts = [column.header.rpartition(" / ") for column in self.dataset.columns]
        return [(group or None, header) for group, _, header in parts]

    @property
    def header_rows(self) -> tuple[int, ...]:
        """1-based rows of the header."""
        first = len(self.titles) + 1
        return (first, first + 1) if any(group for group, _ in self.groups) else (first,)

    def cells(self) -> list[list[object]]:
        """Rows as they are written, the footer last."""
        lines = [*self.rows, *([self.footer] if self.footer else [])]
        return [[self._cell(column, line.get(column.name)) for column in self.dataset.columns] for line in lines]

    def _cell(self, column: Column, value: object) -> object:
        if isinstance(value, tuple):
            return "; ".join(column.codes[code] for code in value) or None
        if isinstance(value, str):
            return column.codes.get(value, value)
        return str(value).translate(_THAI_DIGITS) if self.thai_digits and isinstance(value, int) else value


@dataclass(frozen=True, kw_only=True)
class RawFile:
    """One raw file: a workbook of one sheet a table, or a CSV file of one table in an encoding."""

    name: str
    tables: tuple[Table, ...]
    encoding: str | None = None

    def write(self, folder: Path) -> None:
        """Write the file into ``folder``."""
        content = self._csv() if self.encoding else self._workbook()
        (folder / self.name).write_bytes(content)

    def _csv(self) -> bytes:
        (table,) = self.tables
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerows([title] for title in table.titles)
        writer.writerow(column.header for column in table.dataset.columns)
        writer.writerows(table.cells())
        return text.getvalue().encode(self.encoding or "utf-8")

    def _workbook(self) -> bytes:
        buffer = io.BytesIO()
        with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
            book.set_properties({"title": self.tables[0].dataset.title, "created": CREATED})
            for table in self.tables:
                _write_sheet(book, table)
        return buffer.getvalue()


def _write_sheet(book: xlsxwriter.Workbook, table: Table) -> None:
    sheet = book.add_worksheet(table.sheet)
    title = book.add_format({**FONT, "bold": True, "font_size": 16})
    for place, line in enumerate(table.titles):
        sheet.write_string(place, 0, line, title)
    _write_header(book, sheet, table)
    text = book.add_format({**FONT, "border": 1, "text_wrap": True})
    day = book.add_format({**FONT, "border": 1, "num_format": "dd/mm/yyyy"})
    first = table.header_rows[-1]
    cells = table.cells()
    for place, line in enumerate(cells, start=first):
        for at, value in enumerate(line):
            if value is None:
                sheet.write_blank(place, at, None, text)
            elif isinstance(value, date):
                sheet.write_datetime(place, at, datetime(value.year, value.month, value.day), day)
            else:
                sheet.write(place, at, value, text)
    sheet.freeze_panes(first, 1)
    for at, (_, header) in enumerate(table.groups):
        longest = max((len(str(line[at])) for line in cells if line[at] is not None), default=0)
        sheet.set_column(at, at, min(48, max(8, longest + 2, len(header) * 0.6)))


def _write_header(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet, table: Table) -> None:
    style = book.add_format(
        {**FONT, "bold": True, "border": 1, "align": "center", "text_wrap": True, "bg_color": "#DDEBF7"}
    )
    top, bottom = table.header_rows[0] - 1, table.header_rows[-1] - 1
    for at, (group, header) in enumerate(table.groups):
        if group is None and bottom > top:
            sheet.merge_range(top, at, bottom, at, header, style)
        else:
            sheet.write_string(bottom, at, header, style)
    runs = groupby(enumerate(table.groups), key=lambda item: item[1][0])
    for group, members in runs:
        places = [at for at, _ in members]
        if group is not None and len(places) > 1:
            sheet.merge_range(top, places[0], top, places[-1], group, style)
        elif group is not None:
            sheet.write_string(top, places[0], group, style)
