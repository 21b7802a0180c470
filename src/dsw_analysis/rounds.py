"""Reporting rounds: a fiscal year in the Buddhist era and the months it covers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dsw_analysis import display

_BE_OFFSET = 543
_PATTERN = re.compile(r"(2[45][0-9]{2})-(3|6|9|12)m")
_THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
MONTHS = ("ต.ค.", "พ.ย.", "ธ.ค.", "ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.")
"""Thai abbreviations of the twelve fiscal months in order, October first."""


@dataclass(frozen=True, order=True)
class Round:
    """The first ``months`` months of fiscal year ``year`` (B.E., 1 October to 30 September), cumulative.

    Examples
    --------
    >>> r = Round.parse("2569-6m")
    >>> r.start, r.end
    (datetime.date(2025, 10, 1), datetime.date(2026, 3, 31))
    >>> r.label
    'รอบ 6 เดือน ปีงบประมาณ พ.ศ. 2569'
    """

    year: int
    months: int

    def __post_init__(self) -> None:
        """Refuse what :meth:`parse` would refuse."""
        if not _PATTERN.fullmatch(str(self)):
            raise ValueError(_refusal(str(self)))

    @classmethod
    def parse(cls, text: str) -> Round:
        """Read ``"2569-6m"`` (Thai digits allowed).

        Raises
        ------
        ValueError
            For anything else; the message gives the form.
        """
        match = _PATTERN.fullmatch(text.strip().translate(_THAI_DIGITS))
        if match is None:
            raise ValueError(_refusal(text))
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        """The id, e.g. ``2569-6m``."""
        return f"{self.year}-{self.months}m"

    def _repr_html_(self) -> str:
        first, *_, last = self.month_labels().values()
        return display.shown(display.card(self.label, {"รหัส": str(self), "ช่วงเวลา": f"{first} ถึง {last}"}))

    @property
    def start(self) -> date:
        """First day, 1 October of the calendar year before the fiscal year."""
        return date(self.year - _BE_OFFSET - 1, 10, 1)

    @property
    def end(self) -> date:
        """Last day of the last month covered."""
        year, month = self.calendar_month(self.months + 1)
        return date(year, month, 1) - timedelta(days=1)

    @property
    def due(self) -> date:
        """Last day of the fiscal year, when the 12-month targets fall due."""
        return date(self.year - _BE_OFFSET, 9, 30)

    @property
    def label(self) -> str:
        """Thai name of the round."""
        return f"รอบ {self.months} เดือน ปีงบประมาณ พ.ศ. {self.year}"

    @property
    def passed(self) -> str:
        """Thai words for the part of the fiscal year that the round covers: ``6 ใน 12 เดือน``."""
        return f"{self.months} ใน {len(MONTHS)} เดือน"

    def calendar_month(self, position: int) -> tuple[int, int]:
        """C.E. year and month (1 to 12) of fiscal month ``position``: 1 is October, 13 the next October."""
        months = self.start.year * 12 + 9 + position - 1
        return months // 12, months % 12 + 1

    def month_labels(self) -> dict[str, str]:
        """Months covered, in order: B.E. year and month -> Thai label, ``{"2568-10": "ต.ค. 2568", …}``."""
        months = [self.calendar_month(position) for position in range(1, self.months + 1)]
        return {
            f"{year + _BE_OFFSET}-{month:02d}": f"{name} {year + _BE_OFFSET}"
            for (year, month), name in zip(months, MONTHS, strict=False)
        }

    def __contains__(self, day: date) -> bool:
        """Whether a date, or the date of a time stamp, falls in the round."""
        day = day.date() if isinstance(day, datetime) else day
        return self.start <= day <= self.end


def _refusal(text: str) -> str:
    return f"{text!r} is not a round; write the B.E. fiscal year and 3, 6, 9 or 12 months, e.g. 2569-6m"
