"""From the cells of a raw table to typed columns: every cell read with certainty or named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from dsw_analysis.intake import thai
from dsw_analysis.intake.columns import Column
from dsw_analysis.intake.hints import DASHES, Said, advise
from dsw_analysis.intake.sheet import Listing, Sheet
from dsw_analysis.intake.thai.cells import Reading, gather, gather_strings, native_text, then
from dsw_analysis.intake.thai.dates import FIRST_CELL
from dsw_analysis.intake.thai.places import province_readers, suggester
from dsw_analysis.intake.thai.text import read_text
from dsw_analysis.rounds import Round

LONGEST: Final = 5_000
"""Characters that a text cell may have; longer ones are documents pasted into a cell, or a broken file."""
PROVINCES: Final = tuple(sorted(place.name_th for place in thai.provinces()))
"""Categories of every province column, in the order that text sorts in."""
_SURE_YEARS: Final = (pd.Timestamp(FIRST_CELL), pd.Timestamp(2100, 12, 31))
_STEPS: Final[Mapping[str, str | None]] = {"datetime": None, "date": "datetime64[D]", "month": "datetime64[M]"}
_LARGEST: Final = 10**15 - 1
_LISTED = 8  # labels that a message lists; of longer codebooks it gives the nearest
_HINTS = 200  # distinct wrong cells of a column for which it is looked up what they seem to hold


@dataclass(frozen=True, kw_only=True)
class Cells:
    """Typed columns, the rows refused in each, and how many cells were normalised, by kind."""

    frame: pd.DataFrame
    refused: Mapping[str, pd.Index]
    changed: Mapping[str, int]


def parse_cells(columns: Iterable[Column], sheet: Sheet, round_: Round, listing: Listing) -> Cells:
    """Parse columns by their kinds; each cell that cannot be read with certainty is a problem."""
    values: dict[str, pd.Series] = {}
    refused: dict[str, pd.Index] = {}
    changed: Counter[str] = Counter()
    for column in columns:
        cells = sheet.cells[column.name]
        if column.missing_values:
            blank = cells.astype(object).str.strip().isin(column.missing_values)
            cells = cells.mask(blank)
            changed.update({"missing_value": int(blank.sum())} if blank.any() else {})
        parsed = parse_column(cells, column, round_.year)
        why = parsed.refused.sort_index() if len(parsed.refused) else parsed.refused
        values[column.name], refused[column.name] = parsed.values, why.index
        changed.update(parsed.changed)
        if len(why):
            _list_refused(sheet, column, why, listing)
    frame = pd.DataFrame(values, index=sheet.cells.index, copy=False)
    return Cells(frame=frame, refused=refused, changed=changed)


def _list_refused(sheet: Sheet, column: Column, why: pd.Series, listing: Listing) -> None:
    """List refused cells, with what they seem to hold and what to do about it."""
    cells = sheet.cells.loc[why.index, column.name].tolist()
    said: dict[tuple[object, str], Said] = {}
    rows: dict[str | None, list[int]] = {}
    texts: dict[str | None, list[str]] = {}
    for row, cell, expected in zip(why.index, cells, why, strict=True):
        known = (cell if isinstance(cell, str) else None, expected)
        if known not in said:
            said[known] = advise(column, cell, expected) if len(said) < _HINTS else (expected, None)
        text, action = said[known]
        rows.setdefault(action, []).append(row)
        texts.setdefault(action, []).append(text)
    for action, where in rows.items():
        listing.add(sheet, "cell", column, pd.Index(where), texts[action], action=action)


def match_registry(cells: Cells, column: Column, names: list[str], sheet: Sheet, listing: Listing) -> Cells:
    """Give the names of a column their official spelling; those that are not in the registry become problems."""
    matched = thai.match_names(cells.frame[column.name], names)
    why = matched.refused.sort_index()
    listing.add(sheet, "registry", column, why.index, why.tolist())
    return Cells(
        frame=cells.frame.assign(**{column.name: matched.values}),
        refused={**cells.refused, column.name: cells.refused[column.name].union(why.index)},
        changed=Counter(cells.changed) + Counter(matched.changed),
    )


def registry_names(listed: pd.Series) -> list[str]:
    """Names of a registry, each once."""
    return list({thai.name_key(name): str(name) for name in listed.dropna().astype(str)}.values())


def parse_column(cells: pd.Series, column: Column, year: int | None = None) -> thai.Parsed:
    """Read cells by the column's kind; typed cells of a Parquet file are taken at once where all are sure.

    ``year`` is the B.E. year that two-digit years, where the column has them, are near.
    """
    if cells.dtype == "datetime64[s]":  # dates of a Parquet file, which are no time stamps
        cells = cells.dt.date if column.kind == "datetime" else cells.astype("datetime64[us]")
    if (typed := _typed(cells, column)) is not None:
        return thai.Parsed(typed, cells[:0].astype(object), {})
    if column.kind in _DATES:
        return _DATES[column.kind](cells, near=year if column.two_digit_be else None)
    return _PARSERS[column.kind](cells, column)


def _typed(cells: pd.Series, column: Column) -> pd.Series | None:
    """The cells as they are, if no rule for spreadsheet cells could change or refuse one."""
    if cells.dtype == object or isinstance(cells.dtype, pd.StringDtype):
        return None
    given = cells.dropna()
    if cells.dtype == "datetime64[us]" and column.kind in _STEPS:
        step = _STEPS[column.kind]
        whole = step is None or bool((given.to_numpy().astype(step) == given.to_numpy()).all())
        return cells if whole and given.between(*_SURE_YEARS).all() else None
    if cells.dtype == pd.Int64Dtype() and column.kind in {"integer", "number"}:
        sure = given.between(-_LARGEST, _LARGEST).all()
        return (cells if column.kind == "integer" else cells.astype("Float64")) if sure else None
    if cells.dtype == "float64" and column.kind == "number":
        return (cells + 0.0).astype("Float64") if given.between(-_LARGEST, _LARGEST).all() else None
    return None


def _parse_text(cells: pd.Series, column: Column) -> thai.Parsed:
    text = thai.parse_text(cells)
    if not column.required:  # where a text must stand, a dash says that there is none, such as the unit of an index
        text = _without_dashes(text)
    strings = pa.array(text.values.array, type=pa.large_string(), from_pandas=True)
    if (pc.max(pc.binary_length(strings)).as_py() or 0) <= LONGEST:
        return text
    long = text.values.str.len().gt(LONGEST).to_numpy()
    why = pd.Series(f"ข้อความต้องยาวไม่เกิน {LONGEST:,} ตัวอักษร", index=cells.index[long], dtype=object)
    return thai.Parsed(text.values.mask(long), pd.concat([text.refused, why]), text.changed)


def _without_dashes(text: thai.Parsed) -> thai.Parsed:
    """A text of nothing but dashes is nobody's text: a blank, and counted as read so."""
    strings = pa.array(text.values.array, type=pa.large_string(), from_pandas=True)
    found = pc.fill_null(pc.match_substring_regex(strings, f"^[{DASHES} ]+$"), fill_value=False)
    count = pc.sum(found).as_py() or 0
    if not count:
        return text
    values = text.values.mask(found.to_numpy(zero_copy_only=False))
    return thai.Parsed(values, text.refused, {**text.changed, "dash": count})


def _parse_category(cells: pd.Series, column: Column) -> thai.Parsed:
    """One code a cell; labels are compared as a registry's names: :func:`dsw_analysis.intake.thai.name_key`."""
    labels = list(column.codes.values())
    place_of = {thai.name_key(label): place for place, label in enumerate(labels)}
    not_in = _not_in(column)

    def read(text: str) -> Reading:
        place = place_of.get(thai.name_key(text))
        if place is None:
            raise thai.ThaiValueError(not_in(text))
        return place, () if text == labels[place] else ("alias",)

    return _coded(cells, tuple(column.codes), then(read_text, read), then(native_text, read))


def _parse_multi(cells: pd.Series, column: Column) -> thai.Parsed:
    """Codes joined by ``;`` in the order of the codebook, each once."""
    codes = list(column.codes)
    place_of = {thai.name_key(label): place for place, label in enumerate(column.codes.values())}
    not_in = _not_in(column)

    def read(text: str) -> Reading:
        places = set()
        for part in map(str.strip, text.split(";")):
            place = place_of.get(thai.name_key(part))
            if place is None:
                raise thai.ThaiValueError(f"คั่นแต่ละตัวเลือกด้วย ; และแต่ละตัวเลือก{not_in(part)}")
            places.add(place)
        return ";".join(codes[place] for place in sorted(places)), ()

    return gather_strings(cells, then(read_text, read), then(native_text, read))


def _parse_province(cells: pd.Series, column: Column) -> thai.Parsed:
    """Official names as a categorical: 77 names in a register of millions."""

    def place(name: str) -> Reading:
        return PROVINCES.index(name), ()

    text, native = province_readers()
    return _coded(cells, PROVINCES, then(text, place), then(native, place))


def _coded(
    cells: pd.Series, codes: tuple[str, ...], read: Callable[[str], Reading], native: Callable[[object], Reading]
) -> thai.Parsed:
    """A categorical of cells that are read as places in its categories."""
    result = gather(cells, np.full(len(cells), -1), read, native)
    return result.parsed(pd.Categorical.from_codes(result.values, dtype=categorical(codes)))


@lru_cache(maxsize=256)
def categorical(codes: tuple[str, ...]) -> pd.CategoricalDtype:
    """A type of categories, made once, since pandas takes long to look whether one stands twice."""
    return pd.CategoricalDtype(pd.Index(codes))


def _not_in(column: Column) -> Callable[[str], str]:
    """Says what is expected of a choice that is not in the codebook, with the nearest labels."""
    labels = list(column.codes.values())
    known = f"ต้องเป็นหนึ่งใน {', '.join(labels)}" if len(labels) <= _LISTED else "ต้องเป็นตัวเลือกตามพจนานุกรมข้อมูล"
    near = suggester("ตัวเลือก", labels, cutoff=0.6)
    return lambda text: known + near(text)


_DATES: Final[Mapping[str, Callable[..., thai.Parsed]]] = {
    "date": thai.parse_dates,
    "datetime": thai.parse_datetimes,
    "month": thai.parse_months,
}
_PARSERS: Final[Mapping[str, Callable[[pd.Series, Column], thai.Parsed]]] = {
    "text": _parse_text,
    "integer": lambda cells, column: thai.parse_integers(cells, units=column.units),
    "number": lambda cells, column: thai.parse_numbers(cells, units=column.units),
    "province": _parse_province,
    "category": _parse_category,
    "multi": _parse_multi,
}
