"""One cell as a day, a time stamp or a month, in the Buddhist era or the common era; and a date in print."""

from __future__ import annotations

import difflib
import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final, Literal

import pandas as pd

from .text import ThaiValueError

BE_OFFSET: Final = 543
MONTHS: Final = (
    "มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน",
    "กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม",
)  # fmt: skip
"""Thai month names, January first (CLDR th, months format wide)."""
_MONTHS_SHORT: Final = (
    "ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.",
)  # fmt: skip
"""Thai month abbreviations, January first (CLDR th, months format abbreviated)."""
_WEEKDAYS: Final = ("จันทร์", "อังคาร", "พุธ", "พฤหัสบดี", "ศุกร์", "เสาร์", "อาทิตย์")
"""Thai weekday names, Monday first."""
_EXPECT_DATE: Final = "ต้องเป็นวันที่ เช่น 13 กุมภาพันธ์ 2569, 13/02/2569 หรือ 2026-02-13"
_EXPECT_STAMP: Final = "ต้องเป็นวันที่และเวลา เช่น 13/02/2569 14:30 หรือ 2026-02-13T14:30:00"
_EXPECT_MONTH: Final = "ต้องเป็นเดือนและปี เช่น กุมภาพันธ์ 2569, ก.พ. 2569 หรือ 02/2569"
_ENGLISH = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTH_KEYS = (
    {name: i for i, name in enumerate(MONTHS, 1)}
    | {name.replace(".", ""): i for i, name in enumerate(_MONTHS_SHORT, 1)}
    | {re.sub("(คม|ยน|พันธ์)$", "", name): i for i, name in enumerate(MONTHS, 1)}
    | {name: i for i, name in enumerate(_ENGLISH, 1)}
    | {name[:3]: i for i, name in enumerate(_ENGLISH, 1)}
)
_WEEKDAY_KEYS = (
    {name: i for i, name in enumerate(_WEEKDAYS)}
    | {"พฤหัส": 3}
    | {f"{name}.": i for i, name in enumerate(("จ", "อ", "พ", "พฤ", "ศ", "ส", "อา"))}
)
_WEEKDAY = re.compile(
    rf"(?:วัน)?({'|'.join(sorted(map(re.escape, _WEEKDAY_KEYS), key=len, reverse=True))})(?: ?ที่)?,? ?(?=[0-9])"
)
_ERA = re.compile(r"(?:(?P<be>พ\. ?ศ\.?|พศ\.?|พุทธศักราช)|(?:ค\. ?ศ\.?|คศ\.?|คริสต์ศักราช))$")
_DAY_FORMS = (
    re.compile(r"(?P<year>[0-9]{4})(?P<mark>[/-])(?P<month>[0-9]{1,2})(?P=mark)(?P<day>[0-9]{1,2})"),
    re.compile(r"(?P<day>[0-9]{1,2}) ?(?P<mark>[/.-]) ?(?P<month>[0-9]{1,2}) ?(?P=mark) ?(?P<year>[0-9]{4}|[0-9]{2})"),
    re.compile(r"(?P<day>[0-9]{1,2})(?P<name>[^0-9]+)(?P<year>[0-9]{4}|[0-9]{2})"),
)
_TIME = re.compile(
    r"(?:(?<=[0-9])T|,? (?:เวลา ?)?)([0-9]{1,2})(?::([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6})0*)?)?|\.([0-9]{2}))"
    r"(?: ?(?:น\.?|นาฬิกา))?(?: ?(Z|[+-][0-9]{2}:?[0-9]{2}))?$"
)
_MONTH_FORMS = (
    re.compile(r"(?P<name>[^0-9]+)(?P<year>[0-9]{4}|[0-9]{2})"),
    re.compile(r"(?P<month>[0-9]{1,2}) ?[/.-] ?(?P<year>[0-9]{4})"),
    re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})"),
)
_LONGEST = 64
_NEAR: Final = 10
"""A two-digit year is read only this many years around the year that is expected: ``26`` is not 1983."""
ZERO_DAYS: Final = (date(1900, 1, 1), date(1904, 1, 1))
"""What spreadsheet programs show for 0 or 1 in a cell that is formatted as a date."""
FIRST_CELL: Final = date(1910, 1, 1)
"""Date cells before it hold a small number, such as a count or a B.E. year, under the format of a date."""
_BANGKOK: Final = timedelta(hours=7)

_Kinds = tuple[str, ...]


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
    written = {
        "long": f"{day.day} {MONTHS[day.month - 1]} {year}",
        "short": f"{day.day} {_MONTHS_SHORT[day.month - 1]} {year % 100:02d}",
        "numeric": f"{day.day:02d}/{day.month:02d}/{year}",
    }
    if style not in written:
        raise ValueError(f"unknown style {style!r}; use 'long', 'short' or 'numeric'")
    return written[style]


def day_in_text(words: str, near: int | None) -> tuple[datetime, _Kinds]:
    """Midnight of a date; a time after it is dropped and counted."""
    moment, _, kinds = _read_moment(words, near)
    day = datetime(moment.year, moment.month, moment.day)
    return day, kinds if day == moment else (*kinds, "time_dropped")


def stamp_in_text(words: str, near: int | None) -> tuple[datetime, _Kinds]:
    """Bangkok wall time."""
    moment, timed, kinds = _read_moment(words, near)
    if not timed:
        raise ThaiValueError(f"{_EXPECT_STAMP} (ไม่มีเวลา)")
    return moment, kinds


def month_in_text(words: str, near: int | None) -> tuple[datetime, _Kinds]:
    """First day of a month."""
    first, kinds = _in_form(words, _MONTH_FORMS, near, _EXPECT_MONTH)
    return datetime(first.year, first.month, 1), kinds


def day_in_cell(cell: object) -> tuple[datetime, _Kinds]:
    """Midnight of a spreadsheet's date cell; a time is dropped and counted."""
    stamp, kinds = _in_cell(cell, _EXPECT_DATE)
    day = datetime(stamp.year, stamp.month, stamp.day)
    return day, kinds if day == stamp else (*kinds, "time_dropped")


def stamp_in_cell(cell: object) -> tuple[datetime, _Kinds]:
    """Bangkok wall time in a spreadsheet's cell of a day and a time."""
    stamp, kinds = _in_cell(cell, _EXPECT_STAMP)
    if not isinstance(cell, datetime):
        raise ThaiValueError(f"{_EXPECT_STAMP} (ไม่มีเวลา)")
    return stamp, kinds


def month_in_cell(cell: object) -> tuple[datetime, _Kinds]:
    """First day of the month of a spreadsheet's date cell; another day is dropped and counted."""
    stamp, kinds = _in_cell(date(cell.year, cell.month, 1) if isinstance(cell, pd.Period) else cell, _EXPECT_MONTH)
    month = datetime(stamp.year, stamp.month, 1)
    return month, kinds if month == stamp else (*kinds, "day_dropped")


def _in_cell(cell: object, expected: str) -> tuple[datetime, _Kinds]:
    """Date and time of a spreadsheet's date cell; a year of 2400–2700 was typed in B.E. and is read so.

    A date before 1910 is a small number that the cell's format shows as a date; a period is a cell that shows no more
    than a month.
    """
    if isinstance(cell, pd.Period):
        raise ThaiValueError(f"{expected} (เซลล์แสดงเพียงเดือนและปี)")
    if not isinstance(cell, date):
        raise ThaiValueError(f"{expected} (เซลล์นี้ไม่ใช่วันที่ ให้จัดรูปแบบเซลล์เป็นวันที่หรือพิมพ์เป็นข้อความ)")
    stamp = cell if isinstance(cell, datetime) else datetime(cell.year, cell.month, cell.day)
    kinds: _Kinds = ()
    if stamp.tzinfo is not None:
        offset = stamp.utcoffset() or timedelta()
        stamp, kinds = stamp.replace(tzinfo=None) - offset + _BANGKOK, ("zone",)
    if not 2400 <= stamp.year <= 2700:
        if date(1899, 12, 30) <= stamp.date() < FIRST_CELL:
            raise ThaiValueError(
                f"{expected} (เซลล์นี้เก็บเลขจำนวนน้อย เช่น 0, 1 หรือเลขปี แต่จัดรูปแบบเป็นวันที่ จึงแสดงเป็นวันที่ในปี {stamp.year})"
            )
        _check_year(stamp.year, expected)
        return stamp, kinds
    day = _date_of(stamp.year - BE_OFFSET, stamp.month, stamp.day, expected)
    return datetime.combine(day, stamp.time()), (*kinds, "be_cell")


def _read_moment(words: str, near: int | None) -> tuple[datetime, bool, _Kinds]:
    """Date and time, whether there was a time, and the changes."""
    clock = _TIME.search(words)
    day, kinds = _read_day(words[: clock.start()] if clock else words, near)
    midnight = datetime(day.year, day.month, day.day)
    if clock is None:
        return midnight, False, kinds
    hour, minute, second = int(clock[1]), int(clock[2] or clock[5]), int(clock[3] or 0)
    if hour > 23 or minute > 59 or second > 59:
        raise ThaiValueError(f"{_EXPECT_STAMP} (ไม่มีเวลา {clock[0].strip(' ,T')})")
    micro = int((clock[4] or "0").ljust(6, "0"))
    moment = midnight.replace(hour=hour, minute=minute, second=second, microsecond=micro)
    if clock[6] is None:
        return moment, True, kinds
    return moment - _offset(clock[6]) + _BANGKOK, True, kinds if _offset(clock[6]) == _BANGKOK else (*kinds, "zone")


def _offset(zone: str) -> timedelta:
    if zone == "Z":
        return timedelta()
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    if hours > 14 or minutes > 59:
        raise ThaiValueError(f"{_EXPECT_STAMP} (ไม่มีเขตเวลา {zone})")
    return timedelta(hours=hours, minutes=minutes) * (-1 if zone[0] == "-" else 1)


def _read_day(words: str, near: int | None) -> tuple[date, _Kinds]:
    """A date without a time, in ASCII digits."""
    found = _cached_day(words, near) if len(words) <= _LONGEST else _EXPECT_DATE
    if isinstance(found, str):
        raise ThaiValueError(found)
    return found


@lru_cache(maxsize=4096)
def _cached_day(words: str, near: int | None) -> tuple[date, _Kinds] | str:
    """The date, or the message of the refusal; time stamps repeat few dates, so each is read once."""
    try:
        weekday = _WEEKDAY.match(words)
        bare = words[weekday.end() :] if weekday else words.removeprefix("วันที่").removeprefix(" ")
        day, kinds = _in_form(bare, _DAY_FORMS, near, _EXPECT_DATE)
    except ThaiValueError as error:
        return str(error)
    if weekday and _WEEKDAY_KEYS[weekday[1]] != day.weekday():
        named, real = _WEEKDAYS[_WEEKDAY_KEYS[weekday[1]]], _WEEKDAYS[day.weekday()]
        return f"ต้องเป็นวันที่ที่ตรงกับวันในสัปดาห์ (วันดังกล่าวเป็นวัน{real} ไม่ใช่วัน{named})"
    return day, kinds


def _in_form(words: str, forms: Sequence[re.Pattern[str]], near: int | None, expected: str) -> tuple[date, _Kinds]:
    """Date, or first day of a month, of words in one of the forms; English months take no two-digit years."""
    found = next(filter(None, (form.fullmatch(words) for form in forms)), None)
    if found is None:
        raise ThaiValueError(expected)
    parts = found.groupdict()
    name, era = _without_era(parts.get("name", ""))
    month = month_of(name, expected) if "name" in parts else int(parts["month"])
    year, kinds = _year_of(parts["year"], era, None if name and name.isascii() else near, expected)
    return _date_of(year, month, int(parts.get("day", 1)), expected), kinds


def _without_era(name: str) -> tuple[str, str | None]:
    """What stands before an era mark, and the era it names (``"be"``, ``"ce"`` or none)."""
    name = name.strip(" -/")
    found = _ERA.search(name)
    if found is None:
        return name, None
    return name[: found.start()].strip(" -/"), "be" if found["be"] else "ce"


def month_of(name: str, expected: str) -> int:
    """Number of the month of a Thai or English name, full or short, dots and spaces left out or not."""
    key = re.sub("[ .]", "", name).lower().removeprefix("เดือน")
    if key in _MONTH_KEYS:
        return _MONTH_KEYS[key]
    near = difflib.get_close_matches(key, [month for month in MONTHS if month[:2] == key[:2]], n=1)
    raise ThaiValueError(f"{expected} (ไม่มีเดือนชื่อนี้{f' ชื่อที่ใกล้เคียงคือ {near[0]}' if near else ''})")


def _year_of(digits: str, era: str | None, near: int | None, expected: str) -> tuple[int, _Kinds]:
    """C.E. year of two or four digits, by the era named or the range they fall in."""
    if len(digits) == 2:
        if near is None or era == "ce":
            raise ThaiValueError(f"{expected} (ต้องเขียนปีสี่หลัก ปี “{digits}” ไม่ชัดเจนว่าเป็น พ.ศ. หรือ ค.ศ. ใด)")
        year = near + (int(digits) - near + 50) % 100 - 50  # the year that ends so and is nearest
        if abs(year - near) > _NEAR:
            raise ThaiValueError(
                f"{expected} (ต้องเขียนปีสี่หลัก ปี “{digits}” อาจเป็น พ.ศ. {year} หรือ ค.ศ. 20{digits} "
                f"ปีสองหลักใช้ได้เฉพาะ พ.ศ. {near - _NEAR}–{near + _NEAR})"
            )
        return year - BE_OFFSET, ("short_year",)
    year = int(digits)
    if 2400 <= year <= 2700 and era != "ce":
        return year - BE_OFFSET, ()
    _check_year(year, expected, refuse=era == "be")
    return year, ()


def _check_year(year: int, expected: str, *, refuse: bool = False) -> None:
    """Refuse what is not a C.E. year of 1900–2100."""
    if refuse or not 1900 <= year <= 2100:
        raise ThaiValueError(f"{expected} (ปีต้องเป็น พ.ศ. 2400–2700 หรือ ค.ศ. 1900–2100 ไม่ใช่ {year})")


def _date_of(year: int, month: int, day: int, expected: str) -> date:
    """A date of the C.E. year, or the refusal that says why there is none."""
    if not 1 <= month <= 12:
        raise ThaiValueError(f"{expected} (ไม่มีเดือนที่ {month})")
    last = monthrange(year, month)[1]
    if not 1 <= day <= last:
        raise ThaiValueError(f"{expected} ({MONTHS[month - 1]} พ.ศ. {year + BE_OFFSET} มีวันที่ 1–{last})")
    found = date(year, month, day)
    if found in ZERO_DAYS:
        raise ThaiValueError(f"{expected} (วันที่นี้เป็นค่าที่โปรแกรมตารางคำนวณแสดงแทนเลข 0 หรือ 1 ไม่ใช่วันที่ที่กรอก)")
    return found
