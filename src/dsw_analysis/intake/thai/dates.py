"""Dates and times as Thai officials write them, in the Buddhist era or the common era."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from itertools import islice

from .spellings import (
    BANGKOK,
    BE_OFFSET,
    EXPECT_DATE,
    EXPECT_MONTH,
    EXPECT_STAMP,
    FIRST_CELL,
    MONTHS,
    Kinds,
    check_year,
    date_of,
    month_of,
    read_day,
    read_moment,
    without_era,
    year_of,
)
from .text import ThaiValueError, read_ascii_digits

_RANGE = re.compile(" ?(?:[–—−-]|ถึงวันที่|ถึง) ?")
_MOST_DASHES = 16
_MONTH_FORMS = (
    re.compile(r"(?P<name>[^0-9]+)(?P<year>[0-9]{4}|[0-9]{2})"),
    re.compile(r"(?P<month>[0-9]{1,2}) ?[/.-] ?(?P<year>[0-9]{4})"),
    re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})"),
)


def parse_date(text: str, *, near: int | None = None, day_first: bool = True) -> date:
    """Read one date.

    Accepted, with Thai or ASCII digits: day, month name (full or short, Thai or English) and year; day, month and
    year as numbers with ``/``, ``-`` or ``.``; year first with ``-`` or ``/`` (ISO 8601). A weekday or ``วันที่`` may
    stand in front, ``พ.ศ.`` or ``ค.ศ.`` before the year of a named month, a time after the date. Four-digit years
    2400–2700 are B.E. (543 years ahead, also before the calendar reform of 1941), 1900–2100 C.E., whatever the
    spelling.

    Parameters
    ----------
    near:
        B.E. year that two-digit years are B.E. years within ten years of; other two-digit years are refused, as all
        are without it and with English months.
    day_first:
        In numeric dates with the year last, the day comes first; ``False`` says that the month does.

    Raises
    ------
    ThaiValueError
        For a blank, an impossible date, a weekday that is not the date's, and any other spelling.

    Examples
    --------
    >>> parse_date("วันศุกร์ที่ ๑๓ กุมภาพันธ์ ๒๕๖๙")
    datetime.date(2026, 2, 13)
    """
    moment, _ = read_day_cell(text, near, day_first)
    if moment is None:
        raise ThaiValueError(EXPECT_DATE)
    return moment.date()


def parse_datetime(text: str, *, near: int | None = None) -> datetime:
    """Read one date with a time, as :func:`parse_date` with ``14:30``, ``14:30:05``, ``14.30 น.`` or ISO 8601.

    The result is naive Bangkok wall time; a stamp with ``Z`` or an offset is converted to it (UTC+7).

    Raises
    ------
    ThaiValueError
        As :func:`parse_date`, and where the time is absent or impossible.

    Examples
    --------
    >>> parse_datetime("2026-02-13T07:30:00Z")
    datetime.datetime(2026, 2, 13, 14, 30)
    """
    moment, _ = read_stamp_cell(text, near)
    if moment is None:
        raise ThaiValueError(EXPECT_STAMP)
    return moment


def parse_date_range(text: str, *, near: int | None = None) -> tuple[date, date]:
    """Read first and last day, e.g. ``25 – 27 กุมภาพันธ์ 2569``; a single date is both.

    Month and year may be left out of the first date where they are those of the last.

    Raises
    ------
    ThaiValueError
        Where an end is not a date, the last precedes the first, or the text can be split in more than one way.

    Examples
    --------
    >>> parse_date_range("30 ม.ค. – 2 ก.พ. 2569")
    (datetime.date(2026, 1, 30), datetime.date(2026, 2, 2))
    """
    words = read_ascii_digits(text)[0]
    words = re.sub("^(ระหว่าง(?=วันที่| )|ตั้งแต่(?=วันที่| )) ?", "", words)
    try:
        day = read_day(words, near, True)[0]
    except ThaiValueError:
        splits = ((words[: m.start()], words[m.end() :]) for m in islice(_RANGE.finditer(words), _MOST_DASHES))
        found = {r for left, right in splits if (r := _range_of(left, right, near)) is not None}
        if len(found) == 1:
            return found.pop()
        raise ThaiValueError(
            "ต้องเป็นช่วงวันที่ที่วันเริ่มไม่หลังวันสิ้นสุด เช่น 25 – 27 กุมภาพันธ์ 2569 หรือ 30 ม.ค. – 2 ก.พ. 2569"
        ) from None
    return day, day


def read_day_cell(text: str, near: int | None, day_first: bool) -> tuple[datetime | None, Kinds]:
    """Midnight of the date in a text cell, ``None`` for a blank; a time is dropped and counted."""
    words, kinds = read_ascii_digits(text)
    if not words:
        return None, ()
    moment, timed, more = read_moment(words, near, day_first)
    dropped = ("time_dropped",) if timed and moment.time() != datetime.min.time() else ()
    return moment.replace(hour=0, minute=0, second=0, microsecond=0), (*kinds, *more, *dropped)


def read_stamp_cell(text: str, near: int | None) -> tuple[datetime | None, Kinds]:
    """Bangkok wall time in a text cell, ``None`` for a blank."""
    words, kinds = read_ascii_digits(text)
    if not words:
        return None, ()
    moment, timed, more = read_moment(words, near, True)
    if not timed:
        raise ThaiValueError(f"{EXPECT_STAMP} (ไม่มีเวลา)")
    return moment, (*kinds, *more)


def read_month_cell(text: str, near: int | None) -> tuple[datetime | None, Kinds]:
    """First day of the month in a text cell, ``None`` for a blank."""
    words, kinds = read_ascii_digits(text)
    if not words:
        return None, ()
    for form in _MONTH_FORMS:
        if found := form.fullmatch(words):
            parts = found.groupdict()
            name, era = without_era(parts.get("name") or "")
            month = month_of(name, EXPECT_MONTH) if name else int(parts.get("month") or 0)
            year, more = year_of(parts["year"], era, None if name.isascii() else near, EXPECT_MONTH)
            day = date_of(year, month, 1, EXPECT_MONTH)
            return datetime(day.year, day.month, 1), (*kinds, *more)
    raise ThaiValueError(EXPECT_MONTH)


def from_cell(cell: object, expected: str) -> tuple[datetime, Kinds]:
    """Date and time of a spreadsheet's date cell; a year of 2400–2700 was typed in B.E. and is read so.

    A date before 1910 is a small number that the cell's format shows as a date.

    Raises
    ------
    ThaiValueError
        For cells of other types, other years, and days that do not exist in the year meant.
    """
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


def _range_of(left: str, right: str, near: int | None) -> tuple[date, date] | None:
    """Both ends, where the first may lack its year, or month and year."""
    try:
        last = read_day(right, near, True)[0]
    except ThaiValueError:
        return None
    year = last.year + BE_OFFSET
    for spelling in (left, f"{left} {year}", f"{left} {MONTHS[last.month - 1]} {year}"):
        try:
            first = read_day(spelling, near, True)[0]
        except ThaiValueError:
            continue
        return (first, last) if first <= last else None
    return None
