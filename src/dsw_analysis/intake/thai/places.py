"""Provinces of Thailand, and names matched to a registry exactly or refused with the nearest ones."""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

import pandas as pd

from .cells import Parsed, Reading, gather_strings, then
from .text import ThaiValueError, normalise, read_ascii_digits, to_ascii_digits

_PREFIX = re.compile(r"^(?:จังหวัด|จ\.)")
_ENGLISH_SUFFIX = re.compile(r"province$")
_LONG: Final = 80
_MOST: Final = 5
_SHORTEST: Final = 3
_HINTS: Final = 200
_MARGIN: Final = 0.05
_NUMBER = re.compile("[0-9]+")


@dataclass(frozen=True)
class Province:
    """A province (or Bangkok).

    Attributes
    ----------
    iso, dopa:
        ISO 3166-2:TH code (``TH-30``) and the two digits of the Department of Provincial Administration.
    name_th, name_en, slug:
        Official Thai name, English name as in ISO 3166-2, and that in ASCII for ids and file names.
    abbr_th, abbr_en:
        Abbreviations of the Royal Society (``นม``, ``NMA``).
    aliases:
        Other names in wide use that can mean nothing else.
    region:
        One of the six geographical regions of the National Geographical Committee (1977).
    tile_row, tile_col:
        Cell of a tile-grid map, from 0 at the north-west corner.
    """

    iso: str
    dopa: str
    name_th: str
    name_en: str
    slug: str
    abbr_th: str
    abbr_en: str
    aliases: tuple[str, ...]
    region: str
    tile_row: int
    tile_col: int

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that :func:`parse_province` reads."""
        return (self.name_th, self.name_en, self.slug, self.abbr_th, *self.aliases)


@cache
def provinces() -> tuple[Province, ...]:
    """All 77 provinces in the order of their codes.

    ``pandas.DataFrame(provinces())`` makes a table of them.
    """
    table = (files("dsw_analysis.intake.thai") / "provinces.csv").read_text(encoding="utf-8")
    return tuple(_province_of(row) for row in csv.DictReader(table.splitlines()))


def parse_province(text: str) -> Province:
    """Read a province's name.

    Official Thai names, with or without ``จังหวัด`` or ``จ.``, English names in any case and spacing, with or without
    ``Province``, slugs, abbreviations (``นม.``) and well-known short names (``โคราช``, ``กทม.``).

    Raises
    ------
    ThaiValueError
        For a blank and for anything else; a misspelling is never matched, the message names the nearest provinces.

    Examples
    --------
    >>> parse_province("จ.โคราช").slug
    'nakhon_ratchasima'
    """
    found = _by_key().get(_province_key(read_ascii_digits(text)[0]))
    if found is None:
        raise ThaiValueError(_unknown("จังหวัด", text, suggester("ชื่อ", [p.name_th for p in provinces()])))
    return found


def parse_provinces(cells: pd.Series) -> Parsed:
    """Read a column of provinces, to official Thai names (pandas ``str``), by the rules of :func:`parse_province`."""
    return gather_strings(cells, *province_readers())


def match_names(cells: pd.Series, names: Iterable[str]) -> Parsed:
    """Read a column of names of a registry, such as the department's units, to official names (pandas ``str``).

    Names are the same that have their :func:`name_key` in common; any other text is refused, with the nearest name.
    """
    return gather_strings(cells, *_readers("", {name_key(name): name for name in names}, name_key))


def name_key(text: str) -> str:
    """What two spellings of one name have in common: no spaces, case of Latin letters or Thai digits count."""
    return to_ascii_digits(normalise(text)).replace(" ", "").casefold()


def province_readers() -> tuple[Callable[[str], Reading], Callable[[object], Reading]]:
    """Readers of a text and of another cell of a column of provinces."""
    return _readers("จังหวัด", {key: p.name_th for key, p in _by_key().items()}, _province_key)


def _readers(
    kind: str, known: Mapping[str, str], key: Callable[[str], str]
) -> tuple[Callable[[str], Reading], Callable[[object], Reading]]:
    near = suggester("ชื่อ", list(dict.fromkeys(known.values())))

    def read(words: str) -> Reading:
        name = known.get(key(words))
        if name is None:
            raise ThaiValueError(_unknown(kind, words, near))
        return name, () if name == words else ("alias",)

    def native(cell: object) -> Reading:
        raise ThaiValueError(f"ต้องเป็นชื่อ{kind}ตามทะเบียน ไม่ใช่ตัวเลขหรือวันที่")

    return then(read_ascii_digits, read), native


def _province_of(row: Mapping[str, str]) -> Province:
    aliases = tuple(filter(None, row["aliases"].split(";")))
    where = {"tile_row": int(row["tile_row"]), "tile_col": int(row["tile_col"])}
    return Province(**{**row, "aliases": aliases, **where})  # type: ignore[arg-type]


@cache
def _by_key() -> dict[str, Province]:
    return {_province_key(name): p for p in provinces() for name in p.names}


def _province_key(text: str) -> str:
    """What is compared: no prefix, spaces, dots, hyphens or case."""
    key = _PREFIX.sub("", name_key(text))
    return re.sub(r"[._-]", "", _ENGLISH_SUFFIX.sub("", key))


def _unknown(kind: str, text: str, near: Callable[[str], str]) -> str:
    """What to say of a name that is not in the registry."""
    return f"ต้องเป็นชื่อ{kind}ตามทะเบียน{near(_PREFIX.sub('', normalise(text)))}"


def nearest(text: str, names: Sequence[str], *, cutoff: float = 0.8) -> tuple[str, ...]:
    """The name nearest to a text, or those that it abbreviates; none where others are as near.

    Names that hold another number than the text are no misspellings of it: ``SDG 1`` is not nearly ``SDG 11``.

    Parameters
    ----------
    cutoff:
        Least likeness, 0 to 1, as in :func:`difflib.get_close_matches`.

    Examples
    --------
    >>> nearest("นนทบุรึ", ["นนทบุรี", "จันทบุรี"])
    ('นนทบุรี',)
    >>> nearest("สมุทรฯ", ["สมุทรสาคร", "ตาก", "สมุทรปราการ"])
    ('สมุทรสาคร', 'สมุทรปราการ')
    """
    return _nearest(normalise(text), tuple(names), cutoff) if len(text) <= _LONG else ()


def suggestion(noun: str, text: str, names: Sequence[str], *, cutoff: float = 0.8) -> str:
    """What to add to a message: `` ชื่อที่ใกล้เคียงคือ “นนทบุรี”`` with ``noun`` in front; ``""`` if nothing is near."""
    near = [f"“{name}”" for name in nearest(text, names, cutoff=cutoff)]
    if len(near) > 1:
        return f" {noun}นี้อาจหมายถึง {', '.join(near[:-1])} หรือ {near[-1]} ให้พิมพ์ชื่อเต็ม"
    return f" {noun}ที่ใกล้เคียงคือ {near[0]}" if near else ""


def suggester(noun: str, names: Sequence[str], *, cutoff: float = 0.8) -> Callable[[str], str]:
    """:func:`suggestion` for the cells of a column: for the first ones only, since likeness is slow to find."""
    left = iter(range(_HINTS))
    return lambda text: suggestion(noun, text, names, cutoff=cutoff) if next(left, None) is not None else ""


@lru_cache(maxsize=1024)
def _nearest(text: str, names: tuple[str, ...], cutoff: float) -> tuple[str, ...]:
    numbers = _numbers(text)
    likely = [name for name in names if _numbers(name) in ([], numbers)]
    stem = text.rstrip("ฯ. ")
    begun = [name for name in likely if name.startswith(stem)] if len(stem) >= _SHORTEST else []
    if len(begun) > 1:
        return tuple(begun) if len(begun) <= _MOST else ()
    scored = sorted(((_ratio(text, name), name) for name in likely), reverse=True)[:2]
    if not scored or (scored[0][0] < cutoff and not begun):
        return ()
    if begun:
        return (begun[0],)
    return () if len(scored) > 1 and scored[0][0] - scored[1][0] < _MARGIN else (scored[0][1],)


def _numbers(text: str) -> list[str]:
    return _NUMBER.findall(to_ascii_digits(text))


def _ratio(text: str, name: str) -> float:
    return difflib.SequenceMatcher(None, name, text).ratio()
