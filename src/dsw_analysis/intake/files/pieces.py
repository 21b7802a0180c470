"""Cell references in a piece of a sheet's XML, found without parsing it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from dsw_analysis.intake.files.table import letter

REFERENCE: Final = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]*)(\d+)[\"']")
"""``r="B7"`` of a cell, or ``r="7"`` of a row."""
_TAG = re.compile(rb"<(row|c)(?=[\s/>])([^>]*?)(/?)>")
_PAD: Final = b"\0" * 16
_MOST_LETTERS, _MOST_DIGITS = 4, 8

_Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Places:
    """1-based rows and columns of cells."""

    rows: _Ints
    columns: _Ints


class Piece:
    """Some whole rows of a sheet's XML, as Excel would write them.

    Other programs use a namespace ``prefix``, leave references out, or do not put them first; this is mended.

    Attributes
    ----------
    xml:
        The XML, every cell beginning with ``<c r="``.
    last_row:
        1-based number of the last row in it (``row``, that of the last one before, if it has none).
    has_formulas:
        Whether a formula is in it.
    """

    def __init__(self, xml: bytes, prefix: bytes, row: int) -> None:
        if prefix:
            xml = re.sub(rb"(</?)" + re.escape(prefix), rb"\1", xml)
        self.last_row = row
        if not self._look(xml):
            self._look(self._mend(xml))
        elif len(self._starts):
            self.last_row = int(self._places(self._starts[-1:]).rows[0])

    def filled(self) -> Places:
        """Cells that have a value or a text; those that only have a format do not count."""
        return self._places(self._starts[self._owners])

    def _look(self, xml: bytes) -> bool:
        """Find the cells, those with a value, and formulas; tell whether all references are where they belong."""
        # Comparing whole arrays beats searching, so dense are the tags.
        self.xml, self._data = xml, np.frombuffer(xml + _PAD, dtype=np.uint8)
        tags = np.flatnonzero(self._data[: len(xml)] == ord("<"))
        first = self._data[tags + 1]
        is_cell = first == ord("c")
        self._starts = tags[is_cell]
        self.has_formulas = bool(np.any(first == ord("f")))
        is_value = first == ord("v")
        values = tags[is_value]
        is_value[is_value] = ~self._matches(values + 2, b"><") & ~self._matches(values + 2, b"/")
        if np.any(first == ord("i")):
            is_value |= self._matches(tags + 1, b"is>") | self._matches(tags + 1, b"is ")
        self._owners = np.cumsum(is_cell)[is_value] - 1
        self._owners = self._owners[self._owners >= 0]
        return bool(self._matches(self._starts + 2, b' r="').all())

    def _matches(self, at: _Ints, text: bytes) -> npt.NDArray[np.bool_]:
        found = np.ones(len(at), dtype=bool)
        for i, code in enumerate(text):
            found &= self._data[at + i] == code
        return found

    def _places(self, starts: _Ints) -> Places:
        at = starts + len(b'<c r="')
        columns, rows = np.zeros((2, len(at)), dtype=np.int64)
        for _ in range(_MOST_LETTERS):
            code = self._data[at]
            is_letter = (code >= ord("A")) & (code <= ord("Z"))
            if not is_letter.any():
                break
            columns = np.where(is_letter, columns * 26 + code - 64, columns)
            at = at + is_letter
        for _ in range(_MOST_DIGITS):
            code = self._data[at]
            is_digit = (code >= ord("0")) & (code <= ord("9"))
            if not is_digit.any():
                break
            rows = np.where(is_digit, rows * 10 + code - 48, rows)
            at = at + is_digit
        return Places(rows, columns)

    def _mend(self, xml: bytes) -> bytes:
        column = 0

        def write(tag: re.Match[bytes]) -> bytes:
            nonlocal column
            found = REFERENCE.search(tag[2])
            if tag[1] == b"row":
                self.last_row, column = int(found[2]) if found else self.last_row + 1, 0
                return tag[0]
            if found is None:
                column += 1
                return b'<c r="%s%d"%s%s>' % (letter(column - 1).encode(), self.last_row, tag[2], tag[3])
            column = column_number(found[1])
            return b'<c r="%s%s"%s%s>' % (found[1].upper(), found[2], REFERENCE.sub(b"", tag[2]), tag[3])

        return _TAG.sub(write, xml)


@lru_cache(maxsize=1024)
def column_number(letters: bytes) -> int:
    """Column number: ``A`` is 1."""
    number = 0
    for code in letters.upper():
        number = number * 26 + code - 64
    return number
