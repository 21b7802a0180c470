"""Thai values read with certainty or refused: text, numbers, Buddhist-era dates, provinces and registry names."""

from .cells import Changed, Parsed, normalise_series, parse_text
from .dates import parse_date, parse_date_range, parse_datetime
from .fiscal import fiscal_quarter, fiscal_year, format_date, round_of
from .numbers import parse_integer, parse_integers, parse_number, parse_numbers
from .places import (
    Province,
    match_name,
    match_names,
    parse_province,
    parse_provinces,
    province,
    provinces,
)
from .stamps import parse_dates, parse_datetimes, parse_months
from .text import CHANGES, ThaiValueError, normalise, to_ascii_digits, to_thai_digits

__all__ = [
    "CHANGES",
    "Changed",
    "Parsed",
    "Province",
    "ThaiValueError",
    "fiscal_quarter",
    "fiscal_year",
    "format_date",
    "match_name",
    "match_names",
    "normalise",
    "normalise_series",
    "parse_date",
    "parse_date_range",
    "parse_dates",
    "parse_datetime",
    "parse_datetimes",
    "parse_integer",
    "parse_integers",
    "parse_months",
    "parse_number",
    "parse_numbers",
    "parse_province",
    "parse_provinces",
    "parse_text",
    "province",
    "provinces",
    "round_of",
    "to_ascii_digits",
    "to_thai_digits",
]
