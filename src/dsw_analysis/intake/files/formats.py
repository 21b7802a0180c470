"""Number formats of workbook cells: what a person sees of a stored number, or that it cannot be told."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Final

import numpy as np
import pandas as pd

BUILT_IN: Final = {
    0: "General",
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    5: '"$"#,##0_);\\("$"#,##0\\)',
    6: '"$"#,##0_);[Red]\\("$"#,##0\\)',
    7: '"$"#,##0.00_);\\("$"#,##0.00\\)',
    8: '"$"#,##0.00_);[Red]\\("$"#,##0.00\\)',
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "d/m/yyyy",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "d/m/yyyy h:mm",
    37: "#,##0_);\\(#,##0\\)",
    38: "#,##0_);[Red]\\(#,##0\\)",
    39: "#,##0.00_);\\(#,##0.00\\)",
    40: "#,##0.00_);[Red]\\(#,##0.00\\)",
    41: '_(* #,##0_);_(* \\(#,##0\\);_(* "-"_);_(@_)',
    42: '_("$"* #,##0_);_("$"* \\(#,##0\\);_("$"* "-"_);_(@_)',
    43: '_(* #,##0.00_);_(* \\(#,##0.00\\);_(* "-"??_);_(@_)',
    44: '_("$"* #,##0.00_);_("$"* \\(#,##0.00\\);_("$"* "-"??_);_(@_)',
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    48: "##0.0E+0",
    49: "@",
    59: "t0",
    60: "t0.00",
    61: "t#,##0",
    62: "t#,##0.00",
    67: "t0%",
    68: "t0.00%",
    69: "t# ?/?",
    70: "t# ??/??",
    71: "ว/ด/ปปปป",
    72: "ว-ดดด-ปป",
    73: "ว-ดดด",
    74: "ดดด-ปป",
    75: "ช:นน",
    76: "ช:นน:ทท",
    77: "ว/ด/ปปปป ช:นน",
    78: "นน:ทท",
    79: "[ช]:นน:ทท",
    80: "นน:ทท.0",
    81: "d/m/bb",
}
"""Formats that a file names by number only ([ECMA-376] 18.8.30; from 59 on those of Thai Excel)."""
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|(?P<skip>[_*].)|\[(?P<bracket>[^\]]*)\]|(?P<clock>AM/PM|A/P)'
    r"|(?P<general>General)|(?P<exponent>E[+-])|(?P<thai>t(?=[0#?]))|(?P<place>[0#?])|(?P<mark>[.,%/@;])"
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
_DASHES: Final = ("-", "–")
_CLOCK, _CLOCK_PARTS = frozenset({"hour"}), frozenset({"hour", "rest"})
_MONTH, _DATE = frozenset({"year", "month"}), frozenset({"year", "month", "day"})
_BUDDHIST: Final = 0x07
_FIRST_SURE, _BEYOND = 61, 2_958_466  # 1 March 1900, before which Excel's days are off by one; the year 10000
_BE_YEARS: Final = 182_623  # 1 January 2400, from which on years are those of the Buddhist era


_Tokens = tuple[tuple[str, str], ...]
"""Kind and text of what a section shows: ``literal``, ``place``, ``mark``, ``general``, ``exponent``."""


class UnclearError(Exception):
    """A number that a person sees as something else, or of which they see too little."""


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
    return _number(number, numeric[at], signed=at != 1)


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


def _number(number: float, section: _Section, *, signed: bool) -> object:
    """What is shown of a number; not ``signed`` in the section of negative numbers, which writes its own sign."""
    tokens = section.tokens
    places = [at for at, (kind, _) in enumerate(tokens) if kind in ("place", "general")]
    if not places:
        return _words(number, tokens)
    first, last = places[0], places[-1] + 1
    first -= tokens[first - 1 : first] == (_POINT,)
    last += tokens[last : last + 1] == (_POINT,)
    body, marks = tokens[first:last], [text for kind, text in tokens if kind == "mark"]
    dashed = _joined(token for token in tokens if token[0] == "literal").strip() in _DASHES
    if number == 0 and dashed and all(text == "?" for kind, text in tokens if kind == "place"):
        return number  # how formats for accounts write zero
    before, after = _joined(tokens[:first]).lstrip(), _joined(tokens[last:]).rstrip()
    sign, before, after = _sign(number, before, after, signed=signed)
    if {"/", "@"} & set(marks) or not _commas_group(tokens):
        raise UnclearError
    if "%" in marks:
        if (before, after) != ("", "%"):
            raise UnclearError
        return f"{sign}{round(abs(number) * 100, 10):.15g}%"
    if any(kind == "exponent" for kind, _ in tokens):
        digits, is_plain = "", before == after == ""
    elif any(kind == "literal" for kind, _ in body):
        digits, is_plain = _spread(abs(number), body), False
    else:
        digits, is_plain = _digits(abs(number), body)
        is_plain = is_plain and before == after == ""
    if is_plain:
        return number
    if not digits:
        raise UnclearError
    return f"{sign}{before}{digits}{after}"


def _words(number: float, tokens: _Tokens) -> object:
    """A section without digits: words in place of the number, a dash for zero, or nothing."""
    text = _joined(tokens).strip()
    if text == "@" or (number == 0 and text in _DASHES):
        return number
    if not text:
        raise UnclearError
    return text


def _joined(tokens: Iterable[tuple[str, str]]) -> str:
    return "".join(text for _, text in tokens)


def _commas_group(tokens: _Tokens) -> bool:
    """Whether all commas stand between digits; those after the last digit divide by a thousand."""
    kinds = ["", *(text if kind == "mark" else kind for kind, text in tokens), ""]
    return all(kinds[at - 1] == kinds[at + 1] == "place" for at, kind in enumerate(kinds) if kind == ",")


def _sign(number: float, before: str, after: str, *, signed: bool) -> tuple[str, str, str]:
    """Sign of a number and the words around it, without the sign that a section of negative numbers writes."""
    if signed:
        return ("-" if number < 0 else ""), before.removeprefix("+"), after
    if before.startswith("(") and after.endswith(")"):
        return "-", before[1:].strip(), after[:-1].strip()
    if "-" in before:
        return "-", before.replace("-", "", 1).strip(), after
    raise UnclearError  # a negative number that looks like a positive one


def _spread(number: float, body: _Tokens) -> str:
    """Digits among words, as in a telephone number; ``""`` if it is not known how."""
    if any(text != "0" for kind, text in body if kind != "literal") or number != int(number):
        return ""
    left = str(int(number)).zfill(sum(kind == "place" for kind, _ in body))
    texts = []
    for kind, text in reversed(body):
        texts.append(left[-1:] if kind == "place" else text)
        left = left[:-1] if kind == "place" else left
    return left + "".join(reversed(texts))


def _digits(number: float, body: _Tokens) -> tuple[str, bool]:
    """Digits as shown, and whether they are those of the plain number; ``""`` if some are hidden."""
    if body[0][0] == "general":
        return (f"{number:.11g}" if float(f"{number:.11g}") == number else ""), True
    whole, _, part = "".join(text for _, text in body).partition(".")
    least, grouped = whole.count("0"), "," in whole
    most = len(part)
    rounded = round(number, most)
    if rounded == 0 and "0" not in whole + part:
        raise UnclearError  # nothing is shown
    text = f"{rounded:{',' if grouped else ''}.{most}f}"
    while part.endswith(("#", "?")) and text.endswith("0"):
        text, part = text[:-1], part[:-1]
    text = text.removesuffix(".")
    is_plain = len(str(int(rounded))) >= least
    if not is_plain:
        text = "" if grouped else "0" * (least - len(str(int(rounded)))) + text
    return (text if math.isclose(rounded, number, rel_tol=1e-12, abs_tol=1e-12) else ""), is_plain
