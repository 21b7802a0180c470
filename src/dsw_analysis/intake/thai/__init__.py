"""Thai values read with certainty or refused: text, numbers, Buddhist-era dates, provinces and registry names."""

from .cells import Parsed, parse_text
from .dates import format_date
from .numbers import parse_integers, parse_numbers
from .places import Province, match_names, name_key, parse_province, parse_provinces, provinces
from .stamps import parse_dates, parse_datetimes, parse_months
from .text import CHANGES, ThaiValueError, normalise, to_ascii_digits

__all__ = [
    "CHANGES",
    "Parsed",
    "Province",
    "ThaiValueError",
    "format_date",
    "match_names",
    "name_key",
    "normalise",
    "parse_dates",
    "parse_datetimes",
    "parse_integers",
    "parse_months",
    "parse_numbers",
    "parse_province",
    "parse_provinces",
    "parse_text",
    "provinces",
    "to_ascii_digits",
]
