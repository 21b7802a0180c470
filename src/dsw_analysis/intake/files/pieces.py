"""A sheet's XML in pieces of whole rows, written as Excel would, so that cells are found without parsing it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache, reduce
from typing import Final

import numpy as np

from dsw_analysis.intake.files.archive import Archive
from dsw_analysis.intake.files.limits import MIB
from dsw_analysis.intake.files.messages import refuse
from dsw_analysis.intake.files.survey import Sheet
from dsw_analysis.intake.files.table import letter

REFERENCE: Final = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]*)(\d+)[\"']")
"""``r="B7"`` of a cell, or ``r="7"`` of a row."""
_EMPTY = re.compile(rb'<c r="[^>]*(?:/|"></c)>')
_OTHER = re.compile(rb'<c(?=[\s/>])(?! r="[A-Z])')
_TAG = re.compile(rb"<(row|c)(?=[\s/>])([^>]*?)(/?)>")
_PREFIX = re.compile(rb"<(\w+:)worksheet\b")
_LONGEST_ROW: Final = 16 * MIB
_PAD: Final = b"\0" * 16
_SIGNS: Final = ((range(1, 27), 64, 26, 4), (range(10), 48, 10, 8))
"""Values, code of the 0, base and greatest number of the letters and the digits of a reference."""


def pieces(archive: Archive, sheet: Sheet) -> Iterator[bytes]:
    """Whole rows of a sheet, every cell beginning with ``<c r="B7"``.

    Other programs use a namespace prefix, leave references out, or do not put them first; this is mended.

    Raises
    ------
    DataError
        When the part is damaged or unsafe, or has a row that is too long to be one.
    """
    prefix: bytes | None = None
    rest, row = b"", 0
    for chunk in archive.chunks(sheet.part):
        rest += chunk
        if prefix is None and len(rest) > 4096:
            prefix = _prefix(archive, rest)
        end = -1 if prefix is None else rest.rfind(b"</%srow>" % prefix)
        if prefix is not None and end >= 0:
            xml, row = _mended(rest[:end], prefix, row)
            rest = rest[end:]
            yield xml
        elif len(rest) > _LONGEST_ROW:
            refuse("too_many_columns.row", archive.path.name, sheet=sheet.name, row=row + 1)
    xml, _ = _mended(rest, _prefix(archive, rest) if prefix is None else prefix, row)
    if b"</sheetData" not in xml and b"<sheetData/" not in xml:
        archive.damaged()  # cut short, which the reader that loads it would not mind
    yield xml


def filled(xml: bytes) -> tuple[int, int, int]:
    """How many cells of a piece hold something; the last row (1-based) and the last column in which one does."""
    if b"/>" in xml or b'"></c>' in xml:
        xml = _EMPTY.sub(b"", xml)  # cells that only have a format
    data = np.frombuffer(xml + _PAD, dtype=np.uint8)
    tags = np.flatnonzero(data == ord("<"))  # beats searching, so dense are the tags
    at = tags[(data[tags + 1] == ord("c")) & (data[tags + 2] == ord(" "))] + len(b'<c r="')
    numbers = []
    for values, zero, base, most in _SIGNS:
        number = np.zeros(len(at), dtype=np.int32)
        for _ in range(most):
            sign = data[at].astype(np.int32) - zero
            belongs = (sign >= values.start) & (sign < values.stop)
            if not belongs.any():
                break
            number = np.where(belongs, number * base + sign, number)
            at = at + belongs
        numbers.append(int(number.max(initial=0)))
    columns, rows = numbers
    return len(at), rows, columns


@lru_cache(maxsize=1024)
def column_number(letters: bytes) -> int:
    """Column number: ``A`` is 1."""
    return reduce(lambda number, code: number * 26 + code - 64, letters.upper(), 0)


def _prefix(archive: Archive, head: bytes) -> bytes:
    archive.check_markup(head)
    found = _PREFIX.search(head)
    return b"" if found is None else found[1]


def _mended(xml: bytes, prefix: bytes, row: int) -> tuple[bytes, int]:
    """A piece as Excel would write it, and its last row; ``row`` is the last one before it."""
    if prefix:
        xml = re.sub(rb"(</?)" + re.escape(prefix), rb"\1", xml)
    if _OTHER.search(xml) is None:
        last = REFERENCE.match(xml, xml.rfind(b'<c r="') + len("<c "))
        return xml, int(last[2]) if last else row
    column = 0

    def write(tag: re.Match[bytes]) -> bytes:
        nonlocal row, column
        found = REFERENCE.search(tag[2])
        if tag[1] == b"row":
            row, column = int(found[2]) if found else row + 1, 0
            return tag[0]
        if found is None:
            column += 1
            return b'<c r="%s%d"%s%s>' % (letter(column - 1).encode(), row, tag[2], tag[3])
        column = column_number(found[1])
        return b'<c r="%s%s"%s%s>' % (found[1].upper(), found[2], REFERENCE.sub(b"", tag[2]), tag[3])

    return _TAG.sub(write, xml), row
