"""Dates in print and in the fiscal calendar: Buddhist-era spellings, fiscal year, quarter and round."""

from __future__ import annotations

from datetime import date
from typing import Literal

from dsw_analysis.rounds import Round

from .spellings import BE_OFFSET, MONTHS, MONTHS_SHORT


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


def fiscal_year(day: date) -> int:
    """B.E. fiscal year of a date: 1 October to 30 September, named after the year it ends in."""
    return day.year + BE_OFFSET + (day.month >= 10)


def fiscal_quarter(day: date) -> int:
    """Fiscal quarter of a date, 1 (October to December) to 4."""
    return (day.month - 10) % 12 // 3 + 1


def round_of(day: date) -> Round:
    """The smaller of the 6-month and the 12-month round that holds a date."""
    return Round(fiscal_year(day), 6 if fiscal_quarter(day) <= 2 else 12)
