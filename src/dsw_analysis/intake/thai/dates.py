"""One cell as a day, a time stamp or a month, in the Buddhist era or the common era; and a date in print."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Literal

import pandas as pd

from .spellings import (
    BANGKOK,
    BE_OFFSET,
    EXPECT_DATE,
    EXPECT_MONTH,
    EXPECT_STAMP,
    FIRST_CELL,
    MONTHS,
    MONTHS_SHORT,
    Kinds,
    check_year,
    date_of,
    month_of,
    read_moment,
    without_era,
    year_of,
)
from .text import ThaiValueError

_MONTH_FORMS = (
    re.compile(r"(?P<name>[^0-9]+)(?P<year>[0-9]{4}|[0-9]{2})"),
    re.compile(r"(?P<month>[0-9]{1,2}) ?[/.-] ?(?P<year>[0-9]{4})"),
    re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})"),
)


def format_date(day: date, style: Literal["long", "short", "numeric"] = "long") -> str:
    """Write a date in the Buddhist era.

    Parameters
    ----------
    style:
        ``"long"``: 13 กุมภาพันธ์ 2569; ``"short"``: 13 ก.พ. 69; ``"numeric"``: 13/02/2569.

    Raises
    ------
    ValueError
        For another style.

    Examples
    --------
    >>> format_date(date(2026, 2, 13), "short")
    '13 ก.พ. 69'
    """
    year = day.year + BE_OFFSET
    match style:
        case "long":
            return f"{day.day} {MONTHS[day.month - 1]} {year}"
        case "short":
            return f"{day.day} {MONTHS_SHORT[day.month - 1]} {year % 100:02d}"
        case "numeric":
            return f"{day.day:02d}/{day.month:02d}/{year}"
    raise ValueError(f"unknown style {style!r}; use 'long', 'short' or 'numeric'")


def day_in_text(words: str, near: int | None) -> tuple[datetime, Kinds]:
    """Midnight of a date; a time after it is dropped and counted."""
    moment, _, kinds = read_moment(words, near)
    day = datetime(moment.year, moment.month, moment.day)
    return day, kinds if day == moment else (*kinds, "time_dropped")


def stamp_in_text(words: str, near: int | None) -> tuple[datetime, Kinds]:
    """Bangkok wall time."""
    moment, timed, kinds = read_moment(words, near)
    if not timed:
        raise ThaiValueError(f"{EXPECT_STAMP} (ไม่มีเวลา)")
    return moment, kinds


def month_in_text(words: str, near: int | None) -> tuple[datetime, Kinds]:
    """First day of a month."""
    for form in _MONTH_FORMS:
        if found := form.fullmatch(words):
            parts = found.groupdict()
            name, era = without_era(parts.get("name") or "")
            month = month_of(name, EXPECT_MONTH) if name else int(parts.get("month") or 0)
            year, kinds = year_of(parts["year"], era, None if name.isascii() else near, EXPECT_MONTH)
            day = date_of(year, month, 1, EXPECT_MONTH)
            return datetime(day.year, day.month, 1), kinds
    raise ThaiValueError(EXPECT_MONTH)


def day_in_cell(cell: object) -> tuple[datetime, Kinds]:
    """Midnight of a spreadsheet's date cell; a time is dropped and counted."""
    stamp, kinds = _in_cell(cell, EXPECT_DATE)
    day = datetime(stamp.year, stamp.month, stamp.day)
    return day, kinds if day == stamp else (*kinds, "time_dropped")


def stamp_in_cell(cell: object) -> tuple[datetime, Kinds]:
    """Bangkok wall time in a spreadsheet's cell of a day and a time."""
    stamp, kinds = _in_cell(cell, EXPECT_STAMP)
    if not isinstance(cell, datetime):
        raise ThaiValueError(f"{EXPECT_STAMP} (ไม่มีเวลา)")
    return stamp, kinds


def month_in_cell(cell: object) -> tuple[datetime, Kinds]:
    """First day of the month of a spreadsheet's date cell; another day is dropped and counted."""
    stamp, kinds = _in_cell(date(cell.year, cell.month, 1) if isinstance(cell, pd.Period) else cell, EXPECT_MONTH)
    month = datetime(stamp.year, stamp.month, 1)
    return month, kinds if month == stamp else (*kinds, "day_dropped")


def _in_cell(cell: object, expected: str) -> tuple[datetime, Kinds]:
    """Date and time of a spreadsheet's date cell; a year of 2400–2700 was typed in B.E. and is read so.

    A date before 1910 is a small number that the cell's format shows as a date; a period is a cell that shows no more
    than a month.
    """
    if isinstance(cell, pd.Period):
        raise ThaiValueError(f"{expected} (เซลล์แสดงเพียงเดือนและปี)")
    if not isinstance(cell, date):
        raise ThaiValueError(f"{expected} (เซลล์นี้ไม่ใช่วันที่ ให้จัดรูปแบบเซลล์เป็นวันที่หรือพิมพ์เป็นข้อความ)")
    stamp = cell if isinstance(cell, datetime) else datetime(cell.year, cell.month, cell.day)
    kinds: Kinds = ()
    if stamp.tzinfo is not None:
        offset = stamp.utcoffset() or timedelta()
        stamp, kinds = stamp.replace(tzinfo=None) - offset + BANGKOK, ("zone",)
    if not 2400 <= stamp.year <= 2700:
        if date(1899, 12, 30) <= stamp.date() < FIRST_CELL:
            raise ThaiValueError(
                f"{expected} (เซลล์นี้เก็บเลขจำนวนน้อย เช่น 0, 1 หรือเลขปี แต่จัดรูปแบบเป็นวันที่ จึงแสดงเป็นวันที่ในปี {stamp.year})"
            )
        check_year(stamp.year, expected)
        return stamp, kinds
    day = date_of(stamp.year - BE_OFFSET, stamp.month, stamp.day, expected)
    return datetime.combine(day, stamp.time()), (*kinds, "be_cell")
