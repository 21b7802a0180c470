"""Provinces of Thailand, and names matched to a registry exactly or refused with the nearest ones."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import pandas as pd

from .cells import Parsed, Reading, strings_from
from .likeness import suggestion
from .text import ThaiValueError, normalise, read_ascii_digits, to_ascii_digits

_PREFIX = re.compile(r"^(?:จังหวัด|จ\.)")
_ENGLISH_SUFFIX = re.compile(r"province$")
_HINTS = 200


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


def province(name: str) -> Province:
    """The province of a Thai or English name, slug or other well-known name; see :func:`parse_province`."""
    return parse_province(name)


def parse_province(text: str, *, codes: bool = False) -> Province:
    """Read a province's name.

    Official Thai names, with or without ``จังหวัด`` or ``จ.``, English names in any case and spacing, with or without
    ``Province``, slugs, abbreviations (``นม.``) and well-known short names (``โคราช``, ``กทม.``).

    Parameters
    ----------
    codes:
        Also take ISO 3166-2 and two-digit codes, for columns declared to hold them.

    Raises
    ------
    ThaiValueError
        For a blank and for anything else; a misspelling is never matched, the message names the nearest provinces.

    Examples
    --------
    >>> parse_province("จ.โคราช").slug
    'nakhon_ratchasima'
    """
    found = _by_key(codes).get(_province_key(read_ascii_digits(text)[0]))
    if found is None:
        raise ThaiValueError(_unknown(text, "จังหวัด", [p.name_th for p in provinces()]))
    return found


def parse_provinces(cells: pd.Series, *, codes: bool = False) -> Parsed:
    """Read a column of provinces, to official Thai names (pandas ``str``), by the rules of :func:`parse_province`."""

    def find(words: str) -> str | None:
        found = _by_key(codes).get(_province_key(words))
        return None if found is None else found.name_th

    return _read_names(cells, find, "จังหวัด", [p.name_th for p in provinces()], numbers=codes)


def match_name(text: str, names: Sequence[str], aliases: Mapping[str, str] | None = None) -> str:
    """The official name that a text gives, for registries such as the department's units.

    Names are compared after :func:`~dsw_analysis.intake.thai.normalise`, without regard to spaces, to case of Latin
    letters and to Thai or ASCII digits, and in no other way.

    Parameters
    ----------
    aliases:
        Other name → official name, which must be one of ``names``.

    Raises
    ------
    ThaiValueError
        For a blank and for any other text; the message gives the nearest official names.
    ValueError
        Where the registry is at fault: two names that differ in spaces or case only, an alias of two names or of none.
    """
    words = read_ascii_digits(text)[0]
    found = _registry(tuple(names), tuple((aliases or {}).items())).get(_key(words))
    if found is None:
        raise ThaiValueError(_unknown(text, "", names))
    return found


def match_names(cells: pd.Series, names: Sequence[str], aliases: Mapping[str, str] | None = None) -> Parsed:
    """:func:`match_name` for a column, to official names (pandas ``str``)."""
    registry = _registry(tuple(names), tuple((aliases or {}).items()))
    return _read_names(cells, lambda words: registry.get(_key(words)), "", names)


def _read_names(
    cells: pd.Series, find: Callable[[str], str | None], kind: str, names: Sequence[str], *, numbers: bool = False
) -> Parsed:
    """Read a column of names; the nearest ones are looked for a limited number of times, since that is slow."""
    unknown = 0

    def read(text: str) -> Reading:
        nonlocal unknown
        words, kinds = read_ascii_digits(text)
        if not words:
            return None, ()
        name = find(words)
        if name is None:
            unknown += 1
            raise ThaiValueError(_unknown(words, kind, names if unknown <= _HINTS else ()))
        return name, kinds if name == words else (*kinds, "alias")

    def native(cell: object) -> Reading:
        if numbers and isinstance(cell, (int, float)) and not isinstance(cell, bool) and cell % 1 == 0:
            return read(str(int(cell)))
        raise ThaiValueError(f"ต้องเป็นชื่อ{kind}ตามทะเบียน ไม่ใช่ตัวเลขหรือวันที่")

    return strings_from(cells, read, native)


def _province_of(row: Mapping[str, str]) -> Province:
    aliases = tuple(filter(None, row["aliases"].split(";")))
    where = {"tile_row": int(row["tile_row"]), "tile_col": int(row["tile_col"])}
    return Province(**{**row, "aliases": aliases, **where})  # type: ignore[arg-type]


@cache
def _by_key(codes: bool) -> dict[str, Province]:
    found = {_province_key(name): p for p in provinces() for name in p.names}
    if codes:
        found |= {_province_key(code): p for p in provinces() for code in (p.iso, p.dopa)}
    return found


def _province_key(text: str) -> str:
    """What is compared: no prefix, spaces, dots, hyphens or case."""
    key = _PREFIX.sub("", _key(text))
    return re.sub(r"[._-]", "", _ENGLISH_SUFFIX.sub("", key))


def _key(text: str) -> str:
    return to_ascii_digits(normalise(text)).replace(" ", "").casefold()


@lru_cache(maxsize=64)
def _registry(names: tuple[str, ...], aliases: tuple[tuple[str, str], ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for spelling, name in (*zip(names, names, strict=True), *aliases):
        if name not in names:
            raise ValueError(f"alias {spelling!r} stands for {name!r}, which is not an official name")
        if found.setdefault(_key(spelling), name) != name:
            raise ValueError(f"{spelling!r} could be {found[_key(spelling)]!r} or {name!r}")
    return found


def _unknown(text: str, kind: str, names: Sequence[str]) -> str:
    """What to say of a name that is not in the registry."""
    return f"ต้องเป็นชื่อ{kind}ตามทะเบียน{suggestion('ชื่อ', _PREFIX.sub('', normalise(text)), names)}"
