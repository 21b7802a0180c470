"""Tables of records under the headers of a form, what people do to them, and how they save them."""

import csv
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby

import openpyxl
from declared import dataset
from openpyxl.utils import get_column_letter
from returns_records import REGIONS

MONTHS = ("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.")
MAKERS: dict[str, Callable] = {}
"""What writes the file of an entry of the manifest, by its id."""


def made(*ids):
    """Register the maker of some entries."""

    def register(maker):
        MAKERS.update(dict.fromkeys(ids, maker))
        return maker

    return register


def shown(column, value, *, typed):
    """A value as people write it: labels, and in text files dates of the Buddhist era."""
    if value is None:
        return None
    if column.kind == "category":
        return column.codes[value]
    if column.kind == "multi":
        return "; ".join(column.codes[code] for code in value)
    if column.kind == "month":
        return f"{MONTHS[value.month - 1]} {(value.year + 543) % 100}"
    return value if typed or not isinstance(value, date) else in_text(value)


def in_text(value):
    """A day or a moment in the Buddhist era: ``03/10/2568 08:05``."""
    clock = f" {value:%H:%M}" if isinstance(value, datetime) else ""
    return f"{value.day:02d}/{value.month:02d}/{value.year + 543}{clock}"


@dataclass(frozen=True)
class Table:
    """A header and rows of cells, as they would stand in the form of a dataset.

    ``records`` are the rows as records, ``typed`` says whether dates are dates and not texts.
    """

    dataset: object
    records: list
    header: list
    rows: list
    typed: bool = True

    @classmethod
    def of(cls, id_, records, *, typed=True):
        columns = dataset(id_).columns
        rows = [[shown(column, record[column.name], typed=typed) for column in columns] for record in records]
        return cls(dataset(id_), records, [column.header for column in columns], rows, typed)

    @property
    def all(self):
        return [self.header, *self.rows]

    @property
    def provinces(self):
        return [record["province"] for record in self.records]

    def at(self, name):
        return self.dataset.names.index(name)

    def __getitem__(self, name):
        return [row[self.at(name)] for row in self.rows]

    def put(self, name, cells, header=None):
        """The table with other cells, and perhaps another header, in a column."""
        at = self.at(name)
        rows = [[*row[:at], cell, *row[at + 1 :]] for row, cell in zip(self.rows, cells, strict=True)]
        head = [*self.header[:at], header or self.header[at], *self.header[at + 1 :]]
        return replace(self, header=head, rows=rows)

    def each(self, name, change):
        return self.put(name, [None if cell is None else change(cell) for cell in self[name]])

    def coded(self, name, cells_of):
        """The column with what ``cells_of`` makes of the codes in the records."""
        return self.put(name, [cells_of(record[name]) for record in self.records])

    def add(self, at, header, cells):
        """The table with a column more in front of place ``at``; it is no column of the dataset."""
        rows = [[*row[:at], cell, *row[at:]] for row, cell in zip(self.rows, cells, strict=True)]
        return replace(self, header=[*self.header[:at], header, *self.header[at:]], rows=rows)

    def headed(self, header):
        return replace(self, header=header)

    def without(self, name):
        at = self.at(name)
        rows = [[*row[:at], *row[at + 1 :]] for row in self.rows]
        return replace(self, header=[*self.header[:at], *self.header[at + 1 :]], rows=rows)

    def take(self, places):
        return replace(self, records=[self.records[at] for at in places], rows=[self.rows[at] for at in places])

    def by_province(self):
        """Name of each province, and the part of the table that is of it."""
        for name, places in groupby(range(len(self.rows)), key=self.provinces.__getitem__):
            yield name, self.take(list(places))


def write(path, rows, *, encoding="utf-8-sig"):
    """Write rows as a CSV file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)


def book(path, sheets, *, merged=(), hidden=()):
    """Write sheets (name -> rows) as a workbook; ``merged`` ranges and ``hidden`` columns are those of the first."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    for area in merged:
        workbook.worksheets[0].merge_cells(**area)
    for at in hidden:
        workbook.worksheets[0].column_dimensions[get_column_letter(at + 1)].hidden = True
    path.parent.mkdir(parents=True, exist_ok=True)
    workbook.save(path)


def save(path, table, *, above=(), below=(), sheet="ข้อมูล", more=(), **dress):
    """Write a table by the suffix of the path, with rows above and below it."""
    rows = [*above, *table.all, *below]
    if path.suffix == ".csv":
        write(path, rows)
    else:
        book(path, {sheet: rows, **dict(more)}, **dress)


def width(table):
    """Columns of a table."""
    return len(table.header)


def by_region(table):
    """Name of each region, and the places of its rows."""
    for region, places in groupby(range(len(table.rows)), key=lambda at: REGIONS[table.provinces[at]]):
        yield region, list(places)


def stamps(table, form=None):
    """Moments at which answers were sent in."""
    moments = [datetime(2026, 4, 1, 9, at, 30 + at) for at in range(len(table.rows))]
    return [form.format(moment) for moment in moments] if form else moments


def runs(cells):
    """First and last place of each run of equal cells."""
    places = [list(run) for _, run in groupby(range(len(cells)), key=cells.__getitem__)]
    return [(run[0], run[-1]) for run in places]
