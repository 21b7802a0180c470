"""Numbers as Thai officials write them: Thai or ASCII digits, thousands separators, percent signs, units."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from .cells import Fast, Parsed, Reading, gather
from .text import ThaiValueError, normalise, read_ascii_digits

_NUMBER = re.compile(r"[-−]?(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)?(?:\.[0-9]+)?")
_MAX_DIGITS = 15


def parse_integer(text: str, *, units: Sequence[str] = ()) -> int:
    """Read one whole number; see :func:`parse_integers`.

    Raises
    ------
    ThaiValueError
        For a blank and for anything that is not certainly a whole number.

    Examples
    --------
    >>> parse_integer("๑,๔๗๐ คน", units=["คน"])
    1470
    """
    return int(_Reader(whole=True, units=units).required(text))


def parse_number(text: str, *, units: Sequence[str] = (), percent: bool = False) -> float:
    """Read one number; see :func:`parse_numbers`.

    Raises
    ------
    ThaiValueError
        For a blank and for anything that is not certainly a number.

    Examples
    --------
    >>> parse_number("57.44 %", percent=True)
    57.44
    """
    return _Reader(whole=False, units=units, percent=percent).required(text)


def parse_integers(cells: pd.Series, *, units: Sequence[str] = ()) -> Parsed:
    """Read whole numbers, to ``Int64``.

    A number has Thai or ASCII digits (no other script's), at most 15 of them, thousands separators all in place or
    none (``0,470`` could be 0.470 and is refused), ``-`` or ``−`` in front, no exponent. Decimals may only be zeros.
    One of ``units`` may follow. Spreadsheet numbers must be whole; logical values, dates, words, ``inf`` and ``nan``
    are refused.
    """
    reader = _Reader(whole=True, units=units)
    empty = np.zeros(len(cells), dtype=np.int64)
    result = gather(cells, empty, reader.text, reader.native, (_plain_integers,))
    values = pd.Series(pd.arrays.IntegerArray(result.values, ~result.present), index=cells.index, name=cells.name)
    return Parsed(values, result.refused(cells.index), result.changes())


def parse_numbers(cells: pd.Series, *, units: Sequence[str] = (), percent: bool = False) -> Parsed:
    """Read numbers, to ``Float64``, by the rules of :func:`parse_integers` with decimals allowed.

    With ``percent`` values are in percent: ``57.44``, ``57.44%`` and ``ร้อยละ 57.44`` are all 57.44. A spreadsheet cell
    that holds more than 0 and at most 1 is then refused, since a cell formatted as percent holds 57.44% as 0.5744
    and its value alone does not tell which is meant.
    """
    reader = _Reader(whole=False, units=units, percent=percent)
    empty = np.zeros(len(cells), dtype=np.float64)
    result = gather(cells, empty, reader.text, reader.native, () if percent else (_plain_numbers,))
    values = pd.Series(pd.arrays.FloatingArray(result.values, ~result.present), index=cells.index, name=cells.name)
    return Parsed(values, result.refused(cells.index), result.changes())


class _Reader:
    """Reads one cell as a number by the rules of a column."""

    def __init__(self, *, whole: bool, units: Sequence[str], percent: bool = False) -> None:
        names = sorted((normalise(unit) for unit in units), key=len, reverse=True)
        self.suffix = re.compile(rf" ?(?:{'|'.join(map(re.escape, names))})$") if names else None
        self.whole, self.percent = whole, percent
        self.expected = "ต้องเป็นจำนวนเต็ม เช่น 1,470" if whole else "ต้องเป็นตัวเลข เช่น 1,470.50"
        if names:
            self.expected += f" (มีหน่วยต่อท้ายได้: {', '.join(units)})"

    def text(self, text: str) -> Reading:
        """Read text, ``None`` for a blank."""
        digits, kinds = read_ascii_digits(text)
        if not digits:
            return None, ()
        if self.suffix is not None:
            digits = self.suffix.sub("", digits, count=1)
        if self.percent:
            digits = re.sub(r"^ร้อยละ ?(?=[^%]*$)| ?%$", "", digits, count=1)
        if not re.search("[0-9]", digits) or _NUMBER.fullmatch(digits) is None:
            raise ThaiValueError(self.expected + self._reason(digits))
        digits = digits.replace(",", "").replace("−", "-")
        if len(digits.lstrip("-").replace(".", "").strip("0")) > _MAX_DIGITS:
            raise ThaiValueError(f"{self.expected} ที่มีไม่เกิน {_MAX_DIGITS} หลัก")
        return self._value(float(digits)), kinds

    def native(self, cell: object) -> Reading:
        """Read a spreadsheet cell that is not text."""
        if isinstance(cell, (bool, np.bool_)) or not isinstance(cell, (int, float, np.integer, np.floating)):
            raise ThaiValueError(f"{self.expected} ไม่ใช่วันที่ เวลา หรือค่าตรรกะ")
        value = self._value(cell)
        if self.percent and 0 < abs(value) <= 1:
            raise ThaiValueError(
                f"ต้องเป็นร้อยละที่ชัดเจน (เซลล์เก็บค่า {value:g} จึงอาจหมายถึงร้อยละ {value:g} หรือร้อยละ {value * 100:g}) "
                f"ให้พิมพ์เป็นข้อความ เช่น {value * 100:g}%"
            )
        return value, ()

    def required(self, text: str) -> float:
        """Read one value that may not be blank."""
        value = self.text(text)[0]
        if value is None:
            raise ThaiValueError(self.expected)
        return float(value)

    def _value(self, number: float | np.number[Any]) -> float:
        if not abs(number) < 10**_MAX_DIGITS:
            raise ThaiValueError(f"{self.expected} ที่มีไม่เกิน {_MAX_DIGITS} หลัก")
        if self.whole and number != int(number):
            raise ThaiValueError(f"{self.expected} (มีเศษทศนิยม)")
        return float(number) + 0.0  # -0.0 becomes 0.0

    def _reason(self, digits: str) -> str:
        if "%" in digits and not self.percent:
            return " (คอลัมน์นี้ไม่ใช้เครื่องหมาย %)"
        if re.fullmatch(r"[-−]?0[0-9]*,[0-9,.]*", digits):
            return " (ขึ้นต้นด้วย 0 แล้วคั่นด้วยจุลภาคไม่ได้ ถ้าเป็นทศนิยมให้ใช้จุด เช่น 0.47)"
        if re.fullmatch(r"[-−]?[0-9,]+(\.[0-9]+)?", digits):
            return " (เครื่องหมายจุลภาคต้องคั่นทุกสามหลัก)"
        if any(c.isdecimal() and not c.isascii() for c in digits):
            return " (ใช้ได้เฉพาะเลขไทยและเลขอารบิก 0–9)"
        return ""


def _plain_integers(strings: pa.Array) -> Fast:
    return _plain(strings, f"^-?[0-9]{{1,{_MAX_DIGITS}}}$", pa.int64())


def _plain_numbers(strings: pa.Array) -> Fast:
    mask, values, none = _plain(strings, r"^-?[0-9]{1,9}(\.[0-9]{1,6})?$", pa.float64())
    return mask, values + 0.0, none


def _plain(strings: pa.Array, pattern: str, kind: pa.DataType) -> Fast:
    """Strings of ASCII digits only, converted at once."""
    found = pc.match_substring_regex(strings, pattern)
    values = pc.cast(strings.filter(found), kind).to_numpy(zero_copy_only=False)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool), values, {}
