"""Numbers as Thai officials write them: read from cells, and found in running text however they are written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from .cells import Fast, Gathered, Parsed, Reading, gather, then
from .text import ThaiValueError, normalise, read_ascii_digits

_NUMBER = re.compile(r"[-−]?(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)?(?:\.[0-9]+)?")
_MAX_DIGITS = 15
_ONES = "หนึ่ง|สอง|ยี่|สาม(?!ารถ|ัญ)|สี่|ห้า(?!ม)|หก(?!ล้ม)|เจ็ด|แปด|เก้า(?!อี้)"
_TENS = "สิบ|ร้อย(?!ละ)|พัน(?!ธ)|หมื่น|แสน|ล้าน"
_SPELLED = re.compile(
    rf"(?:{_ONES})(?:{_TENS})(?:{_ONES}|เอ็ด|{_TENS})*"
    rf"|สิบ(?:{_ONES}|เอ็ด)"
    # "จำนวนหนึ่ง" says "some" and counts nothing.
    rf"|(?:ร้อยละ|จำนวน(?!หนึ่ง)|รวม|ทั้งสิ้น) ?(?:{_ONES}|{_TENS})"
)


def parse_integers(cells: pd.Series, *, units: Sequence[str] = ()) -> Parsed:
    """Read whole numbers, to ``Int64``.

    A number has Thai or ASCII digits (no other script's), at most 15 of them, thousands separators all in place or
    none (``0,470`` could be 0.470 and is refused), ``-`` or ``−`` in front, no exponent. Decimals may only be zeros.
    One of ``units`` may follow. Spreadsheet numbers must be whole; logical values, dates, words, ``inf`` and ``nan``
    are refused.
    """
    result = _gathered(cells, np.int64, units, f"^-?[0-9]{{1,{_MAX_DIGITS}}}$")
    return result.parsed(pd.arrays.IntegerArray(result.values, ~result.present))


def parse_numbers(cells: pd.Series, *, units: Sequence[str] = ()) -> Parsed:
    """Read numbers, to ``Float64``, by the rules of :func:`parse_integers` with decimals allowed."""
    result = _gathered(cells, np.float64, units, r"^-?[0-9]{1,9}(\.[0-9]{1,6})?$")
    return result.parsed(pd.arrays.FloatingArray(result.values, ~result.present))


def _gathered(cells: pd.Series, kind: type[np.number[Any]], units: Sequence[str], plain: str) -> Gathered:
    """Read numbers of a kind; strings of the pattern ``plain``, of ASCII digits only, are converted at once."""

    def fast(strings: pa.Array) -> Fast:
        found = pc.match_substring_regex(strings, plain)
        values = strings.filter(found).cast(pa.from_numpy_dtype(kind)).to_numpy(zero_copy_only=False)
        return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool), values + kind(0), {}  # -0.0 becomes 0.0

    reader = _Reader(whole=kind is np.int64, units=units)
    return gather(cells, np.zeros(len(cells), dtype=kind), then(read_ascii_digits, reader.text), reader.native, [fast])


class _Reader:
    """Reads one cell as a number by the rules of a column."""

    def __init__(self, *, whole: bool, units: Sequence[str]) -> None:
        names = sorted((normalise(unit) for unit in units), key=len, reverse=True)
        self.suffix = re.compile(rf" ?(?:{'|'.join(map(re.escape, names))})$") if names else None
        self.whole = whole
        self.expected = "ต้องเป็นจำนวนเต็ม เช่น 1,470" if whole else "ต้องเป็นตัวเลข เช่น 1,470.50"
        if names:
            self.expected += f" (มีหน่วยต่อท้ายได้: {', '.join(units)})"

    def text(self, text: str) -> Reading:
        """Read text."""
        digits = text if self.suffix is None else self.suffix.sub("", text, count=1)
        if not re.search("[0-9]", digits) or _NUMBER.fullmatch(digits) is None:
            raise ThaiValueError(self.expected + _reason(digits))
        digits = digits.replace(",", "").replace("−", "-")
        if len(digits.lstrip("-").replace(".", "").strip("0")) > _MAX_DIGITS:
            raise ThaiValueError(f"{self.expected} ที่มีไม่เกิน {_MAX_DIGITS} หลัก")
        return self._value(float(digits)), ()

    def native(self, cell: object) -> Reading:
        """Read a spreadsheet cell that is not text."""
        if isinstance(cell, (bool, np.bool_)) or not isinstance(cell, (int, float, np.integer, np.floating)):
            raise ThaiValueError(f"{self.expected} ไม่ใช่วันที่ เวลา หรือค่าตรรกะ")
        return self._value(cell), ()

    def _value(self, number: float | np.number[Any]) -> float:
        if not abs(number) < 10**_MAX_DIGITS:
            raise ThaiValueError(f"{self.expected} ที่มีไม่เกิน {_MAX_DIGITS} หลัก")
        if self.whole and number != int(number):
            raise ThaiValueError(f"{self.expected} (มีเศษทศนิยม)")
        return float(number) + 0.0  # -0.0 becomes 0.0


def _reason(digits: str) -> str:
    """Why a text is no number, where that can be told."""
    if "%" in digits:
        return " (คอลัมน์นี้ไม่ใช้เครื่องหมาย %)"
    if re.fullmatch(r"[-−]?0[0-9]*,[0-9,.]*", digits):
        return " (ขึ้นต้นด้วย 0 แล้วคั่นด้วยจุลภาคไม่ได้ ถ้าเป็นทศนิยมให้ใช้จุด เช่น 0.47)"
    if re.fullmatch(r"[-−]?[0-9,]+(\.[0-9]+)?", digits):
        return " (เครื่องหมายจุลภาคต้องคั่นทุกสามหลัก)"
    if any(c.isdecimal() and not c.isascii() for c in digits):
        return " (ใช้ได้เฉพาะเลขไทยและเลขอารบิก 0–9)"
    return ""


def written_numbers(text: str) -> set[int]:
    """Places of all characters of a text that write a number.

    A Thai number word alone is a word like others ("ทั้งสองด้าน"); it counts where words are joined to a number
    ("เจ็ดร้อย") or follow a word that announces one ("จำนวนเจ็ด").
    """
    places = {place for place, character in enumerate(text) if character.isnumeric()}
    return places.union(*(range(*match.span()) for match in _SPELLED.finditer(text)))
