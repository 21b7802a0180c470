"""Rows more in a workbook that people keep: every other part of it, and of its sheets, stays as it is, to the byte."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape

from dsw_analysis.intake.files.calamine import open_book, sheet_rows
from dsw_analysis.intake.files.header import clean, key
from dsw_analysis.intake.files.pieces import column_number
from dsw_analysis.intake.files.table import letter
from dsw_analysis.intake.files.xlsx import XlsxBook
from dsw_analysis.problems import UsageError

Cells = Mapping[str, str | int]
"""Header -> value of a row; other cells of it stay blank."""
_COLUMN = re.compile(rb'<col\b[^>]*?\bmin="(\d+)"[^>]*?\bmax="(\d+)"[^>]*?\bstyle="(\d+)"')

_PLACE = re.compile(rb'<c\b[^>]*?\br="([A-Z]+)\d')


def with_rows(path: Path, rows: Mapping[str, Cells]) -> bytes:
    """The workbook at a path with a row more below the last filled one of each sheet that is named.

    A new cell looks like the one above it. Nothing is written: that is for the caller to do.

    Raises
    ------
    UsageError
        If the file is no XLSX, has no such sheet or header, or one in which a row cannot be put safely.
    DataError
        If it cannot be read.
    """
    if path.suffix.lower() != ".xlsx":
        raise UsageError(f"{path} is no .xlsx")
    sheets, book = {sheet.name: sheet for sheet in XlsxBook(path).sheets}, open_book(path)
    changed: dict[str, bytes] = {}
    target = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for name, cells in rows.items():
            if name not in sheets:
                raise UsageError(f"{path} has no sheet {name!r}")
            grid, _ = sheet_rows(path, book, sheets[name])
            last = max((row for row, found in enumerate(grid, start=1) if any(map(clean, found))), default=0)
            part = sheets[name].part
            changed[part] = _with_row(old.read(part), last, _placed(path, name, grid, cells))
        for entry in old.infolist():
            new.writestr(entry, changed.get(entry.filename) or old.read(entry))
    return target.getvalue()


def _placed(path: Path, sheet: str, grid: list[list[object]], cells: Cells) -> dict[int, str | int]:
    """Place of its column -> value of each cell, by the row in which all headers stand."""
    wanted = {key(header): value for header, value in cells.items()}
    for row in grid:
        places = {key(clean(text)): place for place, text in enumerate(row)}
        if wanted.keys() <= places.keys():
            return {places[header]: value for header, value in wanted.items()}
    raise UsageError(f"{path}, sheet {sheet!r}, has no row with the headers {', '.join(cells)}")


def _with_row(xml: bytes, last: int, cells: Mapping[int, str | int]) -> bytes:
    """A sheet with a row after the last filled one, in the place of a blank one that stands there."""
    above = _row(xml, last)
    if above is None or b"<tableParts" in xml:  # a table of Excel's own would have to be made longer too
        raise UsageError(f"no row can be put safely below row {last}")
    blank = _row(xml, last + 1)
    end = above.end() if blank is None else blank.end()
    places = {column_number(column) - 1 for column in _PLACE.findall(above[0])} | cells.keys()
    made = "".join(_cell(xml, above[0], place, last + 1, cells.get(place)) for place in sorted(places))
    xml = xml[: above.end()] + f'<row r="{last + 1}">{made}</row>'.encode() + xml[end:]
    return re.sub(rb'(<dimension ref="[A-Z]+\d+:[A-Z]+)%d"' % last, rb'\g<1>%d"' % (last + 1), xml, count=1)


def _row(xml: bytes, number: int) -> re.Match[bytes] | None:
    return re.search(rb'<row\b[^>]*?\br="%d"[^>]*?(?:/>|>.*?</row>)' % number, xml, re.DOTALL)


def _cell(xml: bytes, above: bytes, place: int, row: int, value: str | int | None) -> str:
    column = letter(place)
    styled = re.search(rb'<c\b[^>]*?\br="%s%d"[^>]*?\bs="(\d+)"' % (column.encode(), row - 1), above)
    of_column = (s for low, high, s in _COLUMN.findall(xml) if int(low) <= place + 1 <= int(high))
    style = styled[1] if styled else next(of_column, b"0")
    begin = f'<c r="{column}{row}" s="{style.decode()}"'
    if value is None:
        return f"{begin}/>"
    if isinstance(value, int):
        return f"{begin}><v>{value}</v></c>"
    return f'{begin} t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
