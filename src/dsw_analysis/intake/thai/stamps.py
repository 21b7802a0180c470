"""Columns of dates, time stamps and months; common spellings are read from the text buffer at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.lib.stride_tricks import sliding_window_view

from . import dates
from .cells import Fast, FastPath, NativeFast, Parsed, Reading, gather, then
from .text import ThaiValueError, read_ascii_digits

_DAYS = ("YYYY-MM-DD", *("/".join(parts) for parts in product(("DD", "D"), ("MM", "M"), ("YYYY",))))
_CLOCKS = ("hh:mm:ss", "hh:mm", "h:mm:ss", "h:mm")
_STAMPS = ("YYYY-MM-DDThh:mm:ss", *(f"{day} {clock}" for day, clock in product(_DAYS, _CLOCKS)))
_DIGITS = "YMDhms"
_FIRST_YEAR = 2400 - dates.BE_OFFSET
_MONTH_STARTS = (
    np.arange(f"{_FIRST_YEAR}-01", "2158-02", dtype="datetime64[M]").astype("datetime64[D]").astype(np.int64)
)
_MONTH_DAYS = np.diff(_MONTH_STARTS)
_ZEROS = np.array(dates.ZERO_DAYS, dtype="datetime64[D]").astype(np.int64)
_PARTS = "^(?P<day>.*[^ ,])(?P<clock>(?:T|,? |,? ?เวลา ?)[0-9๐-๙]{1,2}[:.][0-9๐-๙]{2}.*)$"
_EPOCH = np.datetime64("1970-01-01", "us")


def parse_dates(cells: pd.Series, *, near: int | None = None) -> Parsed:
    """Read dates, to ``datetime64[us]`` at midnight.

    Accepted, with Thai or ASCII digits: day, month name (full or short, Thai or English) and year; day, month and
    year as numbers with ``/``, ``-`` or ``.``; year first with ``-`` or ``/`` (ISO 8601). A weekday or ``วันที่`` may
    stand in front, ``พ.ศ.`` or ``ค.ศ.`` before the year of a named month. Four-digit years 2400–2700 are B.E. (543
    years ahead, also before the calendar reform of 1941), 1900–2100 C.E., whatever the spelling. Refused: an
    impossible date, a weekday that is not the date's, and any other spelling.

    In spreadsheet date cells a year of 2400–2700 is B.E. typed where the program expected C.E.; it is converted where
    the day exists in that year, and counted. A time other than midnight is dropped and counted.

    Parameters
    ----------
    near:
        B.E. year that two-digit years are B.E. years within ten years of; other two-digit years are refused, as all
        are without it and with English months.
    """
    return _parsed(cells, partial(dates.day_in_text, near=near), dates.day_in_cell, [partial(_fast, forms=_DAYS)])


def parse_datetimes(cells: pd.Series, *, near: int | None = None) -> Parsed:
    """Read time stamps, to naive ``datetime64[us]`` in Bangkok.

    Dates are those of :func:`parse_dates`, followed by ``14:30``, ``14:30:05``, ``14.30 น.`` or ISO 8601; a stamp with
    ``Z`` or an offset is converted to Bangkok time (UTC+7). Without a time both texts and a spreadsheet's date cells
    (``date``, not ``datetime``) are refused.
    """
    read = partial(dates.stamp_in_text, near=near)
    fast = [partial(_fast, forms=_STAMPS), partial(_by_parts, read=then(read_ascii_digits, read))]
    return _parsed(cells, read, dates.stamp_in_cell, fast, _sure_stamps)


def parse_months(cells: pd.Series, *, near: int | None = None) -> Parsed:
    """Read months, to ``datetime64[us]`` on the first day: ``ม.ค. 69``, ``มกราคม 2569``, ``01/2569``, ``2569-01``.

    A two-digit year needs a Thai month name (``12/11`` could be a day) and ``near``, as in :func:`parse_dates`. A
    spreadsheet's date cell gives its month, as one does that shows no more (``Period``).
    """
    return _parsed(cells, partial(dates.month_in_text, near=near), dates.month_in_cell)


def _parsed(
    cells: pd.Series,
    read: Callable[[str], Reading],
    native: Callable[[object], Reading],
    fast: Sequence[FastPath] = (),
    native_fast: NativeFast | None = None,
) -> Parsed:
    empty = np.zeros(len(cells), dtype="datetime64[us]")
    result = gather(cells, empty, then(read_ascii_digits, read), native, fast, native_fast=native_fast)
    result.values[~result.present] = np.datetime64("NaT", "us")
    return result.parsed(result.values)


def _sure_stamps(cells: npt.NDArray[Any]) -> tuple[npt.NDArray[np.bool_], npt.NDArray[Any]]:
    """Spreadsheet cells that are time stamps without a zone in years that mean what they say."""
    if type(cells[0]) is not datetime or any(cell.tzinfo for cell in cells):
        return np.zeros(len(cells), dtype=bool), np.empty(0, dtype="datetime64[us]")
    stamps = cells.astype("datetime64[us]")
    sure = (stamps >= np.datetime64(dates.FIRST_CELL)) & (stamps < np.datetime64("2101-01-01"))
    return sure, stamps[sure]


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

    Letters of ``form`` stand for digits; the year may be B.E. or C.E. as in :func:`parse_dates`.
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
    year = np.where(era, year - dates.BE_OFFSET, year)
    good &= (era | common) & (month >= 1) & (month <= 12)
    good &= (parts["h"] <= 23) & (parts["m"] <= 59) & (parts["s"] <= 59)
    position = np.where(good, (year - _FIRST_YEAR) * 12 + month - 1, 0)
    good &= (parts["D"] >= 1) & (parts["D"] <= _MONTH_DAYS[position])
    days = _MONTH_STARTS[position] + parts["D"] - 1
    good &= ~np.isin(days, _ZEROS)  # left to the slow reader, which says why it refuses them
    seconds = (parts["h"] * 60 + parts["m"]) * 60 + parts["s"]
    moments = (days * 86_400 + seconds) * 1_000_000
    return at[good], moments[good]
