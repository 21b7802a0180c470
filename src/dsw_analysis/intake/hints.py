"""What to say of a cell that was refused: what it seems to hold, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

import pandas as pd

from dsw_analysis.intake import thai
from dsw_analysis.intake.columns import Column
from dsw_analysis.intake.files import RawTable
from dsw_analysis.intake.files.header import key as header_key
from dsw_analysis.intake.provinces import province_names
from dsw_analysis.problems import Problem

DASHES: Final = "-–—−"
"""What people type for nothing."""
SEND: Final = "แล้วส่งไฟล์ใหม่"
_BETWEEN = r"(?:[,;/|+&·•、，]|และ|กับ|หรือ)*"
_DAY = re.compile(r"\D*(?P<month>[0-9]{1,2})[/.-](?P<day>[0-9]{1,2})[/.-](?P<year>[0-9]{2,4})(?![0-9])")
_DAY_FIRST: Final = r"^\D*(?:1[3-9]|2[0-9]|3[01])[/.-][0-9]{1,2}[/.-][0-9]"
DAYS: Final = ("date", "datetime")
"""Kinds of columns whose cells are days."""
_LONGEST: Final = 200
_MONTHS: Final = 12
_LAST_DAY: Final = 31

Said = tuple[str, str | None]
"""What is expected, and what to do where the common words for it do not help."""


def advise(column: Column, cell: object, expected: str) -> Said:
    """Say what a refused cell seems to hold, and what to type instead.

    Parameters
    ----------
    cell:
        The cell as it stands in the file.
    expected:
        What the parser of the column's kind says of it.
    """
    if not isinstance(cell, str) or len(cell) > _LONGEST:
        return expected, None
    text = thai.to_ascii_digits(thai.normalise(cell))
    if is_dash(text):
        return _of_dash(column, expected)
    if column.kind in DAYS:
        return _of_day(text, expected)
    return _of_names(column, text, expected)


def is_dash(text: str) -> bool:
    """Whether a text is nothing but dashes."""
    return bool(text) and not text.strip(DASHES + " ")


def day_before_month(text: str) -> str | None:
    """The day before the month in a date of numbers that can only have the month first: ``2/13/2026``."""
    found = _DAY.match(text)
    if found is None or not int(found["month"]) <= _MONTHS < int(found["day"]) <= _LAST_DAY:
        return None
    return f"{int(found['day']):02d}/{int(found['month']):02d}/{found['year']}"


class DayOrder:
    """Finds out whether a column has dates with the month first and none that shows the day to be first.

    ``2/1/2026`` in such a column would be read as the wrong day without a word. The date that settles it may stand in
    any part of the file, which is gone through again only if a date with the month first was refused.
    """

    def __init__(self, column: Column) -> None:
        self.column = column
        self._month_first: str | None = None

    def add(self, refused: Iterable[object]) -> None:
        """Look at the refused cells of a part, up to the first with the month first."""
        if self._month_first is None:
            texts = (cell for cell in refused if isinstance(cell, str))
            self._month_first = next((text for text in texts if day_before_month(thai.to_ascii_digits(text))), None)

    def judge(self, parts: Iterable[pd.Series], raw: RawTable) -> Problem | None:
        """The problem of the whole column, if there is one; ``parts`` are all its cells."""
        if self._month_first is None or any(map(_shows_day_first, parts)):
            return None
        return Problem(
            code="month_first",
            file=raw.file,
            sheet=raw.sheet,
            column=self.column.header,
            value=self._month_first,
            expected="พบวันที่ที่พิมพ์เดือนก่อนวัน และไม่มีวันที่ใดในคอลัมน์นี้แสดงว่าพิมพ์วันก่อนเดือน "
            "วันที่อื่นจึงอาจสลับกัน เช่น 2/1 อาจเป็น 1 กุมภาพันธ์",
            action=f"เปลี่ยนวันที่ทั้งคอลัมน์เป็นวันก่อนเดือน {SEND}",
        )


def _shows_day_first(cells: pd.Series) -> bool:
    texts = cells[cells.map(lambda cell: isinstance(cell, str))].astype("str").map(thai.to_ascii_digits)
    return bool(texts.str.contains(_DAY_FIRST, regex=True).any())


def _of_day(text: str, expected: str) -> Said:
    turned = day_before_month(text)
    if turned is None:
        return expected, None
    return f"{expected} (ดูเหมือนพิมพ์เดือนก่อนวัน)", f"พิมพ์วันก่อนเดือน คือ {turned} {SEND}"


def _of_names(column: Column, text: str, expected: str) -> Said:
    """Several names in one cell."""
    found = _picked(text, province_names() if column.kind == "province" else tuple(column.codes.values()))
    if column.kind == "multi" and found:
        return "คั่นแต่ละตัวเลือกด้วย ; เท่านั้น", f"พิมพ์เป็น “{'; '.join(found)}” {SEND}"
    if column.kind == "category" and len(found) > 1:
        return f"{expected} (พบ {len(found)} ตัวเลือกในช่องเดียว)", f"เหลือไว้ตัวเลือกเดียวที่ตรงที่สุด {SEND}"
    if column.kind == "province" and len(found) > 1:
        return f"{expected} (พบ {len(found)} จังหวัดในช่องเดียว)", f"แยกเป็นแถวละจังหวัด {SEND}"
    return expected, None


def _of_dash(column: Column, expected: str) -> Said:
    blank = "" if column.required else " ถ้าไม่มีข้อมูลให้เว้นว่าง"
    if column.kind in {"integer", "number"}:
        seen = f"{expected} (เครื่องหมาย “-” ไม่บอกว่าเป็นศูนย์หรือไม่มีข้อมูล)"
        return seen, f"พิมพ์ 0 ถ้านับแล้วไม่มี{blank} {SEND}"
    what = "คอลัมน์นี้เว้นว่างไม่ได้ ให้กรอกค่าจริง" if column.required else "ลบเครื่องหมาย “-” ให้เป็นช่องว่าง ถ้าไม่มีข้อมูล"
    return f"{expected} (เครื่องหมาย “-” ไม่ใช่ค่า)", f"{what} {SEND}"


def _picked(text: str, names: tuple[str, ...]) -> list[str]:
    """Names that make up the whole text, whatever stands between them."""
    if not names:
        return []
    whole, one, known = _picker(names)
    squeezed = header_key(text)
    return [known[match[0]] for match in one.finditer(squeezed)] if whole.fullmatch(squeezed) else []


@cache
def _picker(names: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str], Mapping[str, str]]:
    known = {thai.to_ascii_digits(header_key(name)): name for name in names}
    one = f"(?:{'|'.join(sorted(map(re.escape, known), key=len, reverse=True))})(?![0-9])"
    return re.compile(f"{_BETWEEN}(?:{one}{_BETWEEN})+"), re.compile(one), known
