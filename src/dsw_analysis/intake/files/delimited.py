"""Reads CSV and other delimited text: encoding proved, delimiter known by the header, records counted as shown."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from dsw_analysis.intake.files.encoding import Encoding, detect
from dsw_analysis.intake.files.header import LOOK, find_header, refuse_headerless
from dsw_analysis.intake.files.limits import LIMITS
from dsw_analysis.intake.files.messages import problem, refuse
from dsw_analysis.intake.files.records import Layout, Records
from dsw_analysis.intake.files.table import RawTable, make_tables

_DELIMITERS: Final = {",": "จุลภาค (,)", "\t": "แท็บ", ";": "อัฒภาค (;)", "|": "ขีดตั้ง (|)"}
_HEAD_BYTES: Final = 256 * 1024


def read_text(path: Path, headers: Sequence[str], *, rows: int | None = None) -> Iterator[RawTable]:
    """Read a delimited text file in parts of about ``rows`` rows, or whole; ``sha256`` is left empty.

    Raises
    ------
    DataError
        When the encoding, the header or the quoting is not certain, or a bound is passed; after parts that could be
        read, where it is the file's end that is at fault.
    """
    layout = _find_layout(path, detect(path), headers)
    if layout.encoding.blank_lines * layout.width > LIMITS.blank_cells:
        refuse("blank_rows", path.name, count=layout.encoding.blank_lines)
    notes = [f"อ่านด้วยรหัสอักขระ {layout.encoding.label} คั่นคอลัมน์ด้วย{_DELIMITERS[layout.delimiter]}"]
    if layout.header.first:
        notes.append(f"ข้ามข้อความเหนือหัวตาราง {layout.header.first:,} แถว")
    records = Records(layout, rows)
    for table in make_tables(path, None, records, layout.header, header_row=layout.records, notes=notes):
        ragged = [
            problem("ragged_row", path.name, row=row, value=f"{count} ช่อง", width=layout.width)
            for row, count in records.ragged.items()
            if row in table.frame.index
        ]
        yield replace(table, problems=(*table.problems, *ragged))


def _find_layout(path: Path, encoding: Encoding, headers: Sequence[str]) -> Layout:
    """Try each delimiter on the first records; the right one shows most of the expected headers."""
    with path.open("rb") as handle:
        handle.seek(encoding.mark)
        head = handle.read(_HEAD_BYTES)
    text = head.decode(encoding.codec, errors="ignore")
    best: Layout | None = None
    for delimiter in _DELIMITERS:
        records = list(_records(text, delimiter))
        rows = [cells for cells, _ in records]
        header = find_header(rows, headers)
        if header is None:
            continue
        below = header.first + header.depth
        named = max(i for i, name in enumerate(header.texts) if name) + 1
        width = _usual_width(rows[below:], named, whole=len(head) < _HEAD_BYTES)
        offset = encoding.mark + len(text[: records[below - 1][1]].encode(encoding.codec))
        layout = Layout(path, encoding, delimiter, header, width, offset, below)
        if best is None or (header.score, width) > (best.header.score, best.width):
            best = layout
    if best is None:
        refuse_headerless(path.name, None, [cells for cells, _ in _records(text, ",")], headers)
    if best.width > LIMITS.columns:
        refuse("too_many_columns", path.name, count=best.width)
    return best


def _records(text: str, delimiter: str) -> Iterator[tuple[list[str], int]]:
    """First records of ``text``, each with the position at which it ends; a cut or broken last one is left out."""
    position = 0

    def lines() -> Iterator[str]:
        nonlocal position
        for line in io.StringIO(text, newline=""):
            position += len(line)
            yield line

    reader = csv.reader(lines(), delimiter=delimiter, strict=False)
    try:
        for count, record in enumerate(reader):
            if count >= 2 * LOOK:
                return
            yield record, position
    except csv.Error:
        return


def _usual_width(rows: Sequence[Sequence[str]], named: int, *, whole: bool) -> int:
    """Cells of a record: those with a header, or more if the data rows agree on more."""
    widths = [len(row) for row in (rows if whole else rows[:-1]) if len(row) > 1]
    if not widths:
        return named
    usual = max(set(widths), key=widths.count)
    return usual if usual > named and widths.count(usual) > len(widths) // 2 else named
