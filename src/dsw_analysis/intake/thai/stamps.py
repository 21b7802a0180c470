"""Columns of dates, time stamps and months; common spellings are read from the text buffer at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.lib.stride_tricks import sliding_window_view

from .cells import Fast, FastPath, Parsed, Reading, gather
from .dates import from_cell, read_day_cell, read_month_cell, read_stamp_cell
from .spellings import BE_OFFSET, EXPECT_DATE, EXPECT_MONTH, EXPECT_STAMP, FIRST_CELL, ZERO_DAYS
from .text import ThaiValueError

_DAYS = ("YYYY-MM-DD", *("/".join(parts) for parts in product(("DD", "D"), ("MM", "M"), ("YYYY",))))
_CLOCKS = ("hh:mm:ss", "hh:mm", "h:mm:ss", "h:mm")
_STAMPS = ("YYYY-MM-DDThh:mm:ss", *(f"{day} {clock}" for day, clock in product(_DAYS, _CLOCKS)))
_DIGITS = "YMDhms"
_FIRST_YEAR = 2400 - BE_OFFSET
_MONTH_STARTS = (
    np.arange(f"{_FIRST_YEAR}-01", "2158-02", dtype="datetime64[M]").astype("datetime64[D]").astype(np.int64)
)
_MONTH_DAYS = np.diff(_MONTH_STARTS)
_ZEROS = np.array(ZERO_DAYS, dtype="datetime64[D]").astype(np.int64)
_PARTS = "^(?P<day>.*[^ ,])(?P<clock>(?:T|,? |,? ?เวลา ?)[0-9๐-๙]{1,2}[:.][0-9๐-๙]{2}.*)$"
_EPOCH = np.datetime64("1970-01-01", "us")


def parse_dates(cells: pd.Series, *, near: int | None = None, day_first: bool = True) -> Parsed:
    """Read dates, to ``datetime64[us]`` at midnight, by the rules of :func:`~dsw_analysis.intake.thai.parse_date`.

    In spreadsheet date cells a year of 2400–2700 is B.E. typed where the program expected C.E.; it is converted where
    the day exists in that year, and counted. A time other than midnight is dropped and counted.
    """
    read = partial(read_day_cell, near=near, day_first=day_first)
    fast = partial(_fast, forms=_DAYS if day_first else _DAYS[:1])
    return _parsed(cells, read, _native_day, [fast])


def parse_datetimes(cells: pd.Series, *, near: int | None = None) -> Parsed:
    """Read time stamps, to naive ``datetime64[us]`` in Bangkok, by the rules of ``parse_datetime``.

    Without a time both texts and a spreadsheet's date cells (``date``, not ``datetime``) are refused.
    """
    read = partial(read_stamp_cell, near=near)
    return _parsed(
        cells,
        read,
        _native_stamp,
        [partial(_fast, forms=_STAMPS), partial(_by_parts, read=read)],
        _sure_stamps,
    )


def parse_months(cells: pd.Series, *, near: int | None = None) -> Parsed:
    """Read months, to ``datetime64[us]`` on the first day: ``ม.ค. 69``, ``มกราคม 2569``, ``01/2569``, ``2569-01``.

    A two-digit year needs a Thai month name (``12/11`` could be a day) and ``near``, as in ``parse_date``. A
    spreadsheet's date cell gives its month, as one does that shows no more (``Period``).
    """
    return _parsed(cells, partial(read_month_cell, near=near), _native_month)


def _parsed(
    cells: pd.Series,
    read: Callable[[str], Reading],
    native: Callable[[object], Reading],
    fast: Sequence[FastPath] = (),
    native_fast: Callable[[npt.NDArray[Any]], tuple[npt.NDArray[np.bool_], npt.NDArray[Any]]] | None = None,
) -> Parsed:
    result = gather(cells, np.zeros(len(cells), dtype="datetime64[us]"), read, native, fast, native_fast=native_fast)
    result.values[~result.present] = np.datetime64("NaT")
    values = pd.Series(result.values, index=cells.index, name=cells.name)
    return Parsed(values, result.refused(cells.index), result.changes())


def _native_day(cell: object) -> Reading:
    if isinstance(cell, pd.Period):
        raise ThaiValueError(f"{EXPECT_DATE} (เซลล์แสดงเพียงเดือนและปี)")
    stamp, kinds = from_cell(cell, EXPECT_DATE)
    day = stamp.replace(hour=0, minute=0, second=0, microsecond=0)
    return day, kinds if day == stamp else (*kinds, "time_dropped")


def _native_stamp(cell: object) -> Reading:
    if isinstance(cell, pd.Period):
        raise ThaiValueError(f"{EXPECT_STAMP} (เซลล์แสดงเพียงเดือนและปี)")
    stamp, kinds = from_cell(cell, EXPECT_STAMP)
    if not isinstance(cell, datetime):
        raise ThaiValueError(f"{EXPECT_STAMP} (ไม่มีเวลา)")
    return stamp, kinds


def _sure_stamps(cells: npt.NDArray[Any]) -> tuple[npt.NDArray[np.bool_], npt.NDArray[Any]]:
    """Spreadsheet cells that are time stamps without a zone in years that mean what they say."""
    if type(cells[0]) is not datetime or any(cell.tzinfo for cell in cells):
        return np.zeros(len(cells), dtype=bool), np.empty(0, dtype="datetime64[us]")
    stamps = cells.astype("datetime64[us]")
    sure = (stamps >= np.datetime64(FIRST_CELL)) & (stamps < np.datetime64("2101-01-01"))
    return sure, stamps[sure]


def _native_month(cell: object) -> Reading:
    if isinstance(cell, pd.Period):
        cell = date(cell.year, cell.month, 1)
    stamp, kinds = from_cell(cell, EXPECT_MONTH)
    month = stamp.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return month, kinds if month == stamp else (*kinds, "day_dropped")


def _fast(strings: pa.Array, forms: tuple[str, ...]) -> Fast:
    """Read the strings that have one of the forms, from the bytes of the array."""
    starts, data = _bytes_of(strings)
    lengths = np.diff(starts)
    mask = np.zeros(len(strings), dtype=bool)
    values = np.zeros(len(strings), dtype=np.int64)
    for length in sorted({len(form) for form in forms}):
        at = np.flatnonzero(lengths == length)
        if not len(at):
            continue
        table = sliding_window_view(data, length)[starts[at]]
        for form in (form for form in forms if len(form) == length):
            good, found = _read_form(table, form)
            mask[at[good]] = True
            values[at[good]] = found
    return mask, values[mask].view("datetime64[us]"), {}


def _by_parts(strings: pa.Array, read: Callable[[str], Reading]) -> Fast:
    """Read day and clock apart: stamps hardly repeat, but their days and their clocks do."""
    parts = pc.extract_regex(strings, _PARTS)
    at = np.flatnonzero(parts.is_valid().to_numpy(zero_copy_only=False))
    parts = parts.drop_null()
    since = np.zeros(len(at), dtype="timedelta64[us]")
    flags: dict[str, npt.NDArray[np.bool_]] = {}
    for name, frame in (("day", "{} 00:00"), ("clock", "1970-01-01{}")):
        encoded = pc.dictionary_encode(parts.field(name))
        codes = encoded.indices.to_numpy(zero_copy_only=False)
        readings = [_or_blank(read, frame.format(text)) for text in encoded.dictionary.to_pylist()]
        since += (np.array([value for value, _ in readings], dtype="datetime64[us]") - _EPOCH)[codes]
        for kind in {kind for _, kinds in readings for kind in kinds}:
            flag = np.array([kind in kinds for _, kinds in readings], dtype=bool)[codes]
            flags[kind] = flags.get(kind, np.False_) | flag
    good = ~np.isnat(since)
    mask = np.zeros(len(strings), dtype=bool)
    mask[at[good]] = True
    return mask, _EPOCH + since[good], {kind: int((flag & good).sum()) for kind, flag in flags.items()}


def _or_blank(read: Callable[[str], Reading], text: str) -> Reading:
    try:
        return read(text)
    except ThaiValueError:
        return None, ()


def _bytes_of(strings: pa.Array) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """Where each string starts (and the last ends), and the UTF-8 bytes."""
    _, offsets, data = strings.buffers()
    starts = np.frombuffer(offsets, dtype=np.int64)[strings.offset : strings.offset + len(strings) + 1]
    return starts, np.frombuffer(data or b"", dtype=np.uint8)


def _read_form(table: npt.NDArray[np.uint8], form: str) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int64]]:
    """Which rows of bytes have the form and are real dates, and their microseconds since 1970.

    Letters of ``form`` stand for digits; the year may be B.E. or C.E. as in ``parse_date``.
    """
    at = np.arange(len(table))
    for place, letter in enumerate(form):
        if letter not in _DIGITS:
            at = at[table[at, place] == ord(letter)]
    rows = table if len(at) == len(table) else table[at]
    parts = dict.fromkeys(_DIGITS, np.zeros(len(rows), dtype=np.int32))
    good = np.ones(len(rows), dtype=bool)
    for place, letter in enumerate(form):
        if letter in _DIGITS:
            digit = rows[:, place] - np.uint8(ord("0"))
            good &= digit <= 9
            parts[letter] = parts[letter] * 10 + digit
    year, month = parts["Y"], parts["M"]
    era, common = (year >= 2400) & (year <= 2700), (year >= 1900) & (year <= 2100)
    year = np.where(era, year - BE_OFFSET, year)
    good &= (era | common) & (month >= 1) & (month <= 12)
    good &= (parts["h"] <= 23) & (parts["m"] <= 59) & (parts["s"] <= 59)
    position = np.where(good, (year - _FIRST_YEAR) * 12 + month - 1, 0)
    good &= (parts["D"] >= 1) & (parts["D"] <= _MONTH_DAYS[position])
    days = _MONTH_STARTS[position] + parts["D"] - 1
    good &= ~np.isin(days, _ZEROS)  # left to the slow reader, which says why it refuses them
    seconds = (parts["h"] * 60 + parts["m"]) * 60 + parts["s"]
    moments = (days * 86_400 + seconds) * 1_000_000
    return at[good], moments[good]
