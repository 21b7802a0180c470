"""What a person sees of a value whose shown text is known: in ODS files it stands beside the value."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta
from typing import Final

import pandas as pd

from dsw_analysis.intake.thai import to_ascii_digits

_NUMBER = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?(?:E[+-]?[0-9]+)?|\.[0-9]+")
_PERCENT = re.compile(r"[-−(]?[0-9.,]+ ?%\)?")
_CLOCK = re.compile(r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?")
_LASTING = re.compile(r"P(?:(\d+)D)?T(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S")
_ZERO: Final = ("-", "–")


class UnclearError(Exception):
    """A value that a person sees as something else, or of which they see too little."""


def seen_number(number: float, text: str) -> object:
    """A number as it is shown; :func:`dsw_analysis.intake.files.formats.shown` says what comes back and is raised."""
    plain = to_ascii_digits(text).replace("−", "-").strip()
    found = _NUMBER.findall(plain)
    if not plain:
        raise UnclearError
    if not found:
        return number if number == 0 and plain in _ZERO else text
    if len(found) > 1:
        if number >= 0 and f"{number:.15g}" in ("".join(found).lstrip("0") or "0", found[-1].lstrip("0")):
            return text  # a telephone number, or a number after a fixed one
        raise UnclearError
    digits = found[0].replace(",", "")
    decimals = len(digits.partition("E")[0].partition(".")[2])
    rounded = float(f"{abs(number):.{decimals}{'e' if 'E' in digits else 'f'}}")
    beside = plain.replace(found[0], "", 1).strip()
    negative = "-" in beside or (beside.startswith("(") and beside.endswith(")"))
    if not math.isclose(float(digits), rounded, rel_tol=1e-12) or (number < 0 and not negative):
        raise UnclearError
    if beside in (("-", "()") if number < 0 else ("", "+")) and not re.match("0[0-9]", digits):
        return number
    if not math.isclose(rounded, abs(number), rel_tol=1e-12):
        raise UnclearError
    return text


def seen_percent(number: float, text: str | None) -> str:
    """A share as per cent: ``85.5%``, with the decimals that are not shown."""
    plain = None if text is None else to_ascii_digits(text).strip()
    if plain is not None and (not _PERCENT.fullmatch(plain) or (number < 0) != plain.startswith(("-", "−", "("))):
        raise UnclearError
    return f"{round(number * 100, 10):.15g}%"


def seen_moment(value: str, text: str | None) -> object:
    """A date, or date and time, or a part of it."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise UnclearError from None
    if text is None:
        return moment if "T" in value else moment.date()
    plain = to_ascii_digits(text)
    clock = _CLOCK.search(plain)
    plain = _CLOCK.sub("", plain)
    numbers = sorted(map(int, re.findall("[0-9]+", plain)))
    if clock and not numbers:
        return moment.time()
    year = moment.year
    named = next(
        (n for n in reversed(numbers) if n in {y % d for y in (year, year + 543) for d in (100, 10_000)}), None
    )
    if named is None or (year >= 2400 and named == year + 543):
        raise UnclearError
    numbers.remove(named)
    has_name = re.search(r"[^\W\d_]", plain) is not None
    if numbers == sorted((moment.day, moment.month)) or (has_name and numbers == [moment.day]):
        return moment if clock or moment.time() != datetime.min.time() else moment.date()
    if not clock and numbers == ([] if has_name else [moment.month]):
        return pd.Period(year=year, month=moment.month, freq="M")
    raise UnclearError


def seen_time(value: str) -> object:
    """A time of day, or a duration of a day or more."""
    found = _LASTING.fullmatch(value)
    if found is None:
        raise UnclearError
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    lasting = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return lasting if lasting >= timedelta(days=1) else (datetime.min + lasting).time()
