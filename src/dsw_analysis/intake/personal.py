"""Personal data in a text, found by what they look like: numbers, addresses, names after titles; and texts without."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from dsw_analysis.project import current

WORDS: Final[dict[str, Any]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
"""What ``personal.toml`` says."""
MASK: Final[str] = WORDS["mask"]
"""What stands in the place of personal data."""
WITHHELD: Final[str] = WORDS["withheld"]
"""What stands in the place of a text that a person wrote, or that was written of one."""
MAY_HOLD: Final = re.compile(
    r"[0-9๐-๙][0-9๐-๙ .()-]{7,}[0-9๐-๙]|@|line|ไลน์|นา[ยง]|เด็ก[ชห]|คุณ(?:[^ภ]|ภ[^า]|ภา[^พ])|แพทย์หญิง|ว่าที่|ดร\."
    r"|[นพ][พญ]\.|[นดพลรจส]\. ?[สชญจตอท]\.|\b(?:mr|mrs|ms|miss|dr)\b",
    re.IGNORECASE,
)
"""What a text matches that may hold personal data; most do not, and are looked at no further."""

_DIGITS: Final = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_THAI: Final = "[ก-ฺเ-ๅ็-๎]"
_WORD: Final = f"[ก-ฮเ-ไ]{_THAI}*"
_NUMBER: Final = re.compile(r"(?<![\d.,/-])\d[ -]?\d{4}[ -]?\d{5}[ -]?\d\d[ -]?\d(?!-?\d)(?! ?บาท)")
_LINE, _ID = r"(?:(?<![a-z])line|(?<!ออน)ไลน์)", r"(?:(?<![a-z])id|ไอดี)"
_PATTERNS: Final = {
    "email": re.compile(r"[\w.%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.ASCII | re.IGNORECASE),
    "line": re.compile(
        rf"(?:{_LINE} *(?:id|ไอดี) *[:=]?|{_ID} *(?:line|ไลน์) *[:=]?|{_LINE} *[:=]|(?:แอด|add) *{_LINE})"
        r" *(?!official|group|notify)[a-z0-9][a-z0-9._-]{3,}",
        re.IGNORECASE,
    ),
    # Mobiles have ten digits, all else nine; the groups are those in which people write them.
    "phone": re.compile(
        r"(?<!\d)(?<!\d[.,-])(?:"
        r"(?:\(?0[689]\d\)?|\+66[ -]?[689]\d)[ .-]?\d{3}[ .-]?\d{4}"
        r"|0[689][ -]\d{4}[ -]\d{4}"
        r"|0[ -][689]\d{3}[ -]?\d{4}[ -]?\d"
        r"|(?:0[ -]?|\+66[ -]?)[2-57]\d{3}[ -]?\d{4}"
        r"|\(?02\)?[ -]\d{3}[ -]?\d{4}"
        r"|\(?0[3-57]\d\)?[ -]\d{3}[ -]?\d{3}"
        r")(?!-?\d)"
    ),
}
_LATIN: Final = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Dr)\b\.? +(?!Grand|Universe|Thailand|World)[A-Z][a-z]+(?: +[A-Z][a-z]+)*"
)
_RANK: Final = (
    r"(?:พล|[พรจสดน])\. ?(?:[สตจ]\. ?)?[อทตจ]\.(?: ?หญิง)?|ว่าที่ ?(?:ร้อยตรี|ร\. ?ต\.)(?: ?หญิง)?"
    r"|(?:(?:ผศ|รศ|ศ)\. ?)?ดร\.|นายแพทย์|แพทย์หญิง|นพ\.|พญ\."
)
_TITLE: Final = re.compile(
    rf"(?P<title>(?P<rank>{_RANK})|นางสาว|นาง|นาย|น\. ?ส\.|ด\. ?[ชญ]\.|เด็กชาย|เด็กหญิง|คุณ) {{0,2}}"
    rf"(?P<first>{_WORD})(?: {{1,2}}(?P<last>(?:ณ +)?{_WORD}))?"
)
_SHORT: Final = frozenset({"น.ส.", "ด.ช.", "ด.ญ."})
_OF_ALL: Final = frozenset({"เด็กชาย", "เด็กหญิง"})
"""What boys and girls in general are called, too."""
_LEAST: Final = 3
"""Letters that tell a given name with more behind it, or a word of a sentence, from the beginning of another."""


class Found(NamedTuple):
    """A piece of a text, from one place to another, and what kind of personal data it looks like."""

    kind: str
    start: int
    end: int


def find(text: str) -> tuple[Found, ...]:
    """Personal data in a text, by their places; those by which the project itself is to be reached are none."""
    return _find(text, _reached(current().contact))


def hide(text: str) -> str:
    """A text with a mask in the place of personal data."""
    for piece in reversed(find(text)):
        text = text[: piece.start] + MASK + text[piece.end :]
    return text


@cache
def _reached(contact: str) -> frozenset[str]:
    """Numbers and addresses of the project, as :func:`_bare` writes them."""
    return frozenset(_bare(contact[one.start : one.end]) for one in _find(contact, frozenset()))


def _bare(text: str) -> str:
    """A number or address without what people put between its parts."""
    return re.sub(r"^\+66", "0", re.sub(r"[ .()-]", "", text.translate(_DIGITS).lower()))


@lru_cache(maxsize=4096)
def _find(text: str, known: frozenset[str]) -> tuple[Found, ...]:
    found: list[Found] = []
    for piece in _pieces(text, known):
        if not any(piece.start < other.end and other.start < piece.end for other in found):
            found.append(piece)
    return tuple(sorted(found, key=lambda piece: piece.start))


def _pieces(text: str, known: frozenset[str]) -> Iterator[Found]:
    plain = text.translate(_DIGITS)  # as long as the text
    for match in _NUMBER.finditer(plain):
        digits = re.sub("[ -]", "", match[0])
        if not _is_checked(digits):
            continue
        said = plain[max(0, match.start() - 40) : match.start()]
        if digits[0] == "0" and any(word in said for word in WORDS["organisation"]["before"]):
            plain = plain[: match.start()] + "x" * len(match[0]) + plain[match.end() :]
        else:
            yield Found("other_number" if digits[0] == "0" else "citizen_number", *match.span())
    for kind, pattern in _PATTERNS.items():
        for match in pattern.finditer(plain):
            if _bare(match[0]) not in known:
                yield Found(kind, *match.span())
    yield from (Found("name", *match.span()) for match in _LATIN.finditer(text))
    yield from _names(text)


def _is_checked(digits: str) -> bool:
    """Whether the last of 13 digits is the check digit of the others, as of citizens and of tax payers."""
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(13, 1, -1), strict=False))
    return (11 - total % 11) % 10 == int(digits[12])


def _names(text: str) -> Iterator[Found]:
    """Names after titles."""
    place = 0
    while (match := _TITLE.search(text, place)) is not None:
        end = _end_of_name(text, match)
        place = match.end("title") if end is None else end
        if end is not None:
            yield Found("name", match.start(), end)


def _end_of_name(text: str, match: re.Match[str]) -> int | None:
    """Where the name after a title ends; ``None`` if there is none.

    A given name of the list is one, unless it makes another word of the title. Of other words two are, the second of
    which begins no sentence, and one of which no dictionary has.
    """
    title, first, last = match["title"].replace(" ", ""), match["first"], match["last"]
    if any(text.startswith(word, match.end("title") - len(word)) for word in _ending(title)):
        return None
    word, name = _longest(first, _none_of(title)), _longest(first, _listed("thai_female_names", "thai_male_names"))
    is_given = len(name) > len(word) and (name == first or len(name) >= _LEAST)
    is_family = last in _listed("thai_family_names")
    begins = len(_longest(last or "", frozenset(WORDS["sentence"]["begins"].split())))
    is_full = last is not None and (is_family or begins < (_LEAST if is_given else 1))
    if not is_given:
        is_inside = bool(re.match(_THAI, text[match.start() - 1 : match.start()]))
        known = _listed("thai_words")
        is_rare = first not in known or (is_full and last not in known and title not in _OF_ALL)
        tells = title in _SHORT or (is_full and (is_rare or match["rank"] or is_family))
        if word or is_inside or title == "คุณ" or not tells:
            return None
    return match.end("last") if is_full else match.end("first")


def _longest(text: str, words: frozenset[str]) -> str:
    """The longest of some words that a text begins with; empty if there is none."""
    return next((text[:n] for n in range(len(text), 0, -1) if text[:n] in words), "")


@cache
def _none_of(title: str) -> frozenset[str]:
    """What after a title makes another word of it."""
    return frozenset(f"{WORDS['titles']['all']} {WORDS['titles'].get(title, '')}".split())


@cache
def _ending(title: str) -> tuple[str, ...]:
    """Words with a title in them, up to where it ends."""
    return tuple(word[: word.index(title) + len(title)] for word in WORDS["other"]["words"].split() if title in word)


@cache
def _listed(*names: str) -> frozenset[str]:
    """Lists of words and names."""
    from pythainlp import corpus  # noqa: PLC0415 - slow to read, and rarely needed

    return frozenset().union(*(getattr(corpus, name)() for name in names))
