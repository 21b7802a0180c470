"""What a bad or odd file is in the tests: how it is built, and what must become of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from file_forms import Rows, archive, cell, ods_row, row, workbook, xlsx_parts

from dsw_analysis.intake.files import RawTable, read_parts

HEADERS = ("เลขที่", "จังหวัด", "จำนวน")
ROWS = [["1", "ตาก", 5], ["2", "น่าน", 7]]
TABLE = [list(HEADERS), *ROWS]
CSV = "เลขที่,จังหวัด,จำนวน\n1,ตาก,5\n2,น่าน,7\n"
XML = row(1, *HEADERS) + row(2, *ROWS[0]) + row(3, *ROWS[1])
ODS = "".join(ods_row(*values) for values in TABLE)
MIB = 1024 * 1024

Build = Callable[[Path], object]


@dataclass(frozen=True)
class Case:
    """One file and what must become of it.

    ``code`` and ``says`` are the problem's code and a part of its message (for a file that is read without problem, a
    part of a note); ``row`` and ``column`` the problem's place; ``rows`` the spreadsheet rows that must be
    read.
    """

    name: str
    build: Build
    decision: Literal["read", "refuse"]
    code: str | None = None
    says: str = ""
    row: int | None = None
    column: str | None = None
    rows: tuple[int, ...] | None = None
    headers: tuple[str, ...] = HEADERS


def read_table(path: Path, headers: Sequence[str], sheet: str | None = None) -> RawTable:
    """A file read in one part."""
    (table,) = read_parts(path, headers=headers, sheet=sheet)
    return table


def text(content: str, codec: str = "utf-8") -> Build:
    return lambda path: path.write_bytes(content.encode(codec))


def long(start: str, line: str, times: int, end: bytes = b"") -> Build:
    """Text made of one line many times over, made when needed."""
    return lambda path: path.write_bytes(start.encode() + line.encode() * times + end)


def raw(content: bytes) -> Build:
    return lambda path: path.write_bytes(content)


def book(rows: Rows = TABLE) -> Build:
    return lambda path: workbook(path, {"ข้อมูล": rows})


def books(hidden: tuple[str, ...] = (), **sheets: Rows) -> Build:
    return lambda path: workbook(path, sheets, hidden=hidden)


def spoilt(rows_xml: str | Callable[[], str] = XML, add: dict[str, str | bytes] | None = None, **more: object) -> Build:
    """An XLSX file made of the given rows (large ones made when needed), with parts added or replaced."""

    def write(path: Path) -> None:
        xml = rows_xml() if callable(rows_xml) else rows_xml
        archive(path, xlsx_parts(xml, **more) | (add or {}))

    return write


def sheet_xml(old: str, new: str) -> Build:
    """An XLSX file in whose sheet ``old`` is replaced."""
    parts = xlsx_parts(XML)
    name = "xl/worksheets/sheet1.xml"
    return lambda path: archive(path, parts | {name: parts[name].replace(old, new)})


def cut(build: Build, share: float) -> Build:
    """The first part of a file, as when copying was interrupted."""

    def write(path: Path) -> None:
        build(path)
        data = path.read_bytes()
        path.write_bytes(data[: int(len(data) * share)])

    return write


def far(reference: str) -> str:
    """A table and one cell far away from it."""
    number = int(reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    return XML + f'<row r="{number}">{cell(reference, "x")}</row>'


def many_rows(count: int) -> str:
    return row(1, *HEADERS) + "".join(
        f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="C{n}"><v>1</v></c></row>' for n in range(2, count + 2)
    )


REFUSE: Literal["refuse"] = "refuse"
READ: Literal["read"] = "read"
BOTH = (2, 3)
"""The rows of :data:`ROWS` under a header in row 1."""
