"""Number formats of workbook cells: what a person sees of a stored number, or that it cannot be told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Final

import numpy as np
import pandas as pd
from xlrd.formatting import std_format_strings

from dsw_analysis.intake.files.seen import UnclearError, seen_number, seen_percent

_THAI: Final = (
    "t0|t0.00|t#,##0|t#,##0.00|t0%|t0.00%|t# ?/?|t# ??/??"
    "|ว/ด/ปปปป|ว-ดดด-ปป|ว-ดดด|ดดด-ปป|ช:นน|ช:นน:ทท|ว/ด/ปปปป ช:นน|นน:ทท|[ช]:นน:ทท|นน:ทท.0|d/m/bb"
)
BUILT_IN: Final = {
    **std_format_strings,
    14: "d/m/yyyy",
    22: "d/m/yyyy h:mm",
    **dict(zip((*range(59, 63), *range(67, 82)), _THAI.split("|"), strict=True)),
}
"""Formats that a file names by number only ([ECMA-376] 18.8.30; from 59 on those of Thai Excel)."""
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|(?P<skip>[_*].)|\[(?P<bracket>[^\]]*)\]|(?P<clock>AM/PM|A/P)'
    r"|(?P<general>General|@)|(?P<exponent>E[+-])|(?P<thai>t(?=[0#?]))|(?P<place>[0#?])|(?P<mark>[.,%/;])"
    r"|(?P<part>(?:y+|b+|e+|g+|d+|m+|h+|s+|ป+|ว+|ด+|ช+|น+|ท+))|(?P<literal>.)",
    re.IGNORECASE | re.DOTALL,
)
_COLOURS = re.compile(r"(?i:black|blue|cyan|green|magenta|red|white|yellow|color ?\d+)")
_ELAPSED = re.compile(r"(?i:h+|m+|s+|ช+|น+|ท+)")
_LOCALE = re.compile(r"\$(?P<symbol>[^-]*)(?:-(?P<code>[0-9A-Fa-f]*))?.*", re.DOTALL)
_LETTERS = str.maketrans("ปวดชนท", "bdmhns")  # น is minutes and nothing else
_SAFE = re.compile(r"General|@|0|0\.0+|#,##0|#,##0\.0+", re.IGNORECASE)
_POINT: Final = ("mark", ".")
_LARGEST: Final = 10**15
_CLOCK, _CLOCK_PARTS = frozenset({"hour"}), frozenset({"hour", "rest"})
_MONTH, _DATE = frozenset({"year", "month"}), frozenset({"year", "month", "day"})
_BUDDHIST: Final = 0x07
_FIRST_SURE, _BEYOND = 61, 2_958_466  # 1 March 1900, before which Excel's days are off by one; the year 10000
_BE_YEARS: Final = 182_623  # 1 January 2400, from which on years are those of the Buddhist era


_Tokens = tuple[tuple[str, str], ...]
"""Kind and text of what a section shows: ``literal``, ``place``, ``mark``, ``general``, ``exponent``."""


def is_safe(code: str) -> bool:
    """Whether all numbers look as they are stored, but for hidden decimals."""
    return _SAFE.fullmatch(code) is not None


def shown(number: float, code: str, *, since_1904: bool = False) -> object:
    """What a person sees of a number under a format.

    The stored number where that is what is shown (decimals that the format hides are kept); a text where more or
    other signs are shown (``85.5%``, ``00123``, ``5 คน``); for dates what of them is shown: a ``date`` without
    a time, a ``datetime`` (also where the format hides a time that is there), a ``Period`` of a month, a ``time``, or a
    ``timedelta``.

    Raises
    ------
    UnclearError
        Where the shown value is another number (``#,##0,``), a part of a date, nothing, or not known for certain.

    Examples
    --------
    >>> shown(0.855, "0.0%"), shown(123, "00000"), shown(46066, "mmm-yy")
    ('85.5%', '00123', Period('2026-02', 'M'))
    """
    if not abs(number) < _LARGEST:
        raise UnclearError
    sections = _sections(code)
    if any(section.is_conditional for section in sections):
        raise UnclearError
    if sections[0].moment:
        return _moment(number, sections[0], since_1904=since_1904)
    numeric = sections[:3]
    at = 1 if number < 0 and len(numeric) > 1 else 2 if number == 0 and len(numeric) > 2 else 0
    text = ("-" if number < 0 and at != 1 else "") + _text(abs(number), numeric[at].tokens)
    return seen_percent(number, text) if ("mark", "%") in numeric[at].tokens else seen_number(number, text)


def shown_days(numbers: Sequence[float], code: str, *, since_1904: bool = False) -> list[object] | None:
    """What :func:`shown` gives for each of many numbers, if all are days of sure years shown in full; else ``None``."""
    section, *others = _sections(code)
    if section.elapsed or section.is_conditional or others or not section.moment >= _DATE:
        return None
    days = np.array(numbers, dtype=np.float64) + (1462 if since_1904 else 0)
    if not ((days >= _FIRST_SURE) & (days < _BE_YEARS)).all():
        return None
    since = np.rint(days * 86_400_000).astype("timedelta64[ms]")
    stamps: list[datetime] = (np.datetime64("1899-12-30", "us") + since).tolist()
    if "hour" in section.moment:
        return list(stamps)
    return [stamp.date() if stamp.time() == time() else stamp for stamp in stamps]


@dataclass(frozen=True)
class _Section:
    """One of the sections of a format: for positive numbers, negative ones, zero, text."""

    tokens: _Tokens
    moment: frozenset[str] = frozenset()
    """What is shown of a date or time: ``year``, ``month``, ``day``, ``hour``, ``rest``."""
    elapsed: bool = False
    buddhist: bool = False
    is_conditional: bool = False


@lru_cache(maxsize=1024)
def _sections(code: str) -> tuple[_Section, ...]:
    sections: list[list[re.Match[str]]] = [[]]
    for token in _TOKEN.finditer(code):
        if token["mark"] == ";":
            sections.append([])
        else:
            sections[-1].append(token)
    return tuple(map(_section, sections))


def _section(found: list[re.Match[str]]) -> _Section:
    tokens: list[tuple[str, str]] = []
    parts: list[str] = []
    elapsed = buddhist = conditional = False
    for token in found:
        kind, text = token.lastgroup or "", token[token.lastgroup or 0]
        if kind == "bracket":
            locale = _LOCALE.fullmatch(text)
            if locale:
                tokens.append(("literal", locale["symbol"]))
                buddhist |= int(locale["code"] or "0", 16) >> 16 & 0xFF == _BUDDHIST
            elif _ELAPSED.fullmatch(text):
                elapsed = True
                parts.append("h")
            else:
                conditional |= _COLOURS.fullmatch(text) is None
        elif kind == "part":
            letters = text.lower().translate(_LETTERS)
            buddhist |= letters[0] == "b"
            parts.append(letters)
        elif kind in ("quoted", "escaped", "literal"):
            tokens.append(("literal", text))
        elif kind not in ("skip", "clock", "thai"):
            tokens.append((kind, text))
    return _Section(tuple(tokens), frozenset(_kinds(parts)), elapsed, buddhist, conditional)


def _kinds(parts: list[str]) -> Iterator[str]:
    """What runs of letters show: ``m`` is minutes beside hours or seconds, ``ddd`` a day of the week."""
    for at, part in enumerate(parts):
        before, after = parts[at - 1][0] if at else "", parts[at + 1][0] if at + 1 < len(parts) else ""
        if part[0] == "m" and before != "h" and after != "s":
            yield "month"
        elif part[0] in "yb":
            yield "year"
        elif part[0] == "d" and len(part) <= 2:
            yield "day"
        else:
            yield "hour" if part[0] == "h" else "rest"


def _moment(number: float, section: _Section, *, since_1904: bool) -> object:
    if section.elapsed:
        return timedelta(days=number)
    kinds = section.moment
    if _CLOCK <= kinds <= _CLOCK_PARTS:
        return (datetime.min + _since_midnight(number)).time()
    days = number + 1462 if since_1904 else number
    if not 0 <= days < _BEYOND:
        raise UnclearError
    start = datetime(1899, 12, 30 if days >= _FIRST_SURE else 31)
    moment = start + timedelta(days=int(days)) + _since_midnight(number)
    if section.buddhist and moment.year >= 2400:  # a year of the Buddhist era that is shown 543 years later
        raise UnclearError
    if kinds == _MONTH:
        return pd.Period(year=moment.year, month=moment.month, freq="M")
    if not kinds >= _DATE:
        raise UnclearError
    return moment.date() if "hour" not in kinds and moment.time() == time() else moment


def _since_midnight(number: float) -> timedelta:
    return timedelta(milliseconds=round(number % 1 * 86_400_000))


def _text(number: float, tokens: _Tokens) -> str:
    """Text that a section without dates shows of a number that is not negative."""
    places = [at for at, (kind, _) in enumerate(tokens) if kind in ("place", "general")]
    first, last = (places[0], places[-1] + 1) if places else (0, 0)
    first -= tokens[first - 1 : first] == (_POINT,)
    last += tokens[last : last + 1] == (_POINT,)
    before, body, after = tokens[:first], tokens[first:last], tokens[last:]
    if ("mark", "/") in tokens or not _commas_group(tokens):
        raise UnclearError
    if ("mark", "%") in tokens:
        number *= 100
    digits = _digits(number, body) if body else ""
    return _joined(before).lstrip() + digits + _joined(after).rstrip()


def _joined(tokens: _Tokens) -> str:
    return "".join(text for _, text in tokens)


def _commas_group(tokens: _Tokens) -> bool:
    """Whether all commas stand between digits; those after the last digit divide by a thousand."""
    kinds = ["", *(text if kind == "mark" else kind for kind, text in tokens), ""]
    return all(kinds[at - 1] == kinds[at + 1] == "place" for at, kind in enumerate(kinds) if kind == ",")


def _digits(number: float, body: _Tokens) -> str:
    """Digits as a format of digits, commas, a point and an exponent shows them, or with words among them."""
    kinds = {kind for kind, _ in body}
    if "general" in kinds:
        return f"{number:.11G}"
    if "literal" in kinds:
        return _spread(number, body)
    whole, _, part = _joined(body).partition(".")
    if "exponent" in kinds:
        return f"{number:.{part.upper().find('E') if part else 0}E}"
    most, least, grouped = len(part), whole.count("0"), "," in whole
    text = f"{number:{',' if grouped else ''}.{most}f}"
    if float(text.replace(",", "")) == 0 and "0" not in whole + part:
        if number == 0 and {text for _, text in body} == {"?"}:
            return ""  # how formats for accounts write zero: a dash
        raise UnclearError
    while part.endswith(("#", "?")) and text.endswith("0"):
        text, part = text[:-1], part[:-1]
    padding = least - len(text.partition(".")[0])
    if grouped and padding > 0:
        raise UnclearError
    return "0" * padding + text.removesuffix(".")


def _spread(number: float, body: _Tokens) -> str:
    """Digits among words, as in a telephone number."""
    if any(text != "0" for kind, text in body if kind != "literal") or number != int(number):
        raise UnclearError
    left = str(int(number)).zfill(sum(kind == "place" for kind, _ in body))
    texts = []
    for kind, text in reversed(body):
        texts.append(left[-1:] if kind == "place" else text)
        left = left[:-1] if kind == "place" else left
    return left + "".join(reversed(texts))
