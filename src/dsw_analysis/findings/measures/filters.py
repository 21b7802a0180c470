"""Filters that can be both applied to a frame and said in Thai, so that words and numbers never part."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from typing import Any

import numpy as np
import pandas as pd

from dsw_analysis.findings.rounding import round_half_up
from dsw_analysis.intake.coded import refuse_unknown
from dsw_analysis.intake.columns import Column
from dsw_analysis.intake.source import Source


class Cell(Enum):
    """States of a cell to filter by."""

    FILLED = "มีการระบุ"
    BLANK = "ไม่ระบุ"


FILLED = Cell.FILLED
BLANK = Cell.BLANK

_RANGE = re.compile(r"(-?[0-9.]*?)\.\.(-?[0-9.]*)")

Where = Mapping[str, Any]
"""Column -> what its cells must be: a value or code, a tuple of them, :data:`FILLED`, :data:`BLANK`,
or a ``slice(low, high)`` of numbers (both ends included, ``None`` for no limit). A cell of several codes
(a ``multi`` column) meets each code that it holds."""


def select(frame: pd.DataFrame, where: Where) -> pd.Series[bool]:
    """Rows that meet every condition, as a boolean Series on the frame's index; blanks meet none but ``BLANK``.

    Raises
    ------
    KeyError
        If a column is not in the frame.
    UnknownCodeError
        If a code is not in the column's codebook; the message says which is meant.
    """
    mask = pd.Series(True, index=frame.index)
    source = frame.attrs.get("source")
    declared = {c.name: c for c in source.dataset.columns} if source else {}
    for name, wanted in where.items():
        if name not in frame.columns:
            raise KeyError(f"no column {name!r}; the frame has {', '.join(map(str, frame.columns))}")
        column = declared.get(name) or Column(name, name, "text")
        if column.kind == "multi" and not isinstance(wanted, Cell):
            mask &= _holds(frame[name], _each(wanted), column)
        else:
            mask &= _meets(frame[name], wanted, column)
    return mask


def in_words(source: Source, where: Where) -> str | None:
    """The filter in Thai, with the headers and labels of the file; ``None`` for no filter."""
    phrases = []
    for name, wanted in where.items():
        column = source.dataset[name]
        header = column.header.replace(" / ", " – ")
        if isinstance(wanted, Cell):
            phrases.append(f"{header}: {wanted.value}")
        elif isinstance(wanted, slice):
            phrases.append(f"{header}: {_range_in_words(wanted)}")
        else:
            phrases.append(f"{header}: {' หรือ '.join(column.label(v) for v in _each(wanted))}")
    return " และ ".join(phrases) or None


def as_cells(where: Where, counted: Where) -> dict[str, Any]:
    """The filter as plain data, see :attr:`Finding.cells`; ``counted`` is what a share's numerator is filtered by."""
    return {name: _plain(wanted) for name, wanted in where.items()} | {
        f"+{name}": _plain(wanted) for name, wanted in counted.items()
    }


def _plain(wanted: Any) -> Any:  # noqa: ANN401 - see Where
    if isinstance(wanted, Cell):
        return wanted.name.lower()
    if isinstance(wanted, slice):
        return "..".join("" if end is None else str(end) for end in (wanted.start, wanted.stop))
    if isinstance(wanted, tuple):
        return [_plain(one) for one in wanted]
    return wanted if type(wanted) in (str, int, float, bool) else str(wanted)


def from_cells(cells: Mapping[str, Any]) -> tuple[Where, Where]:
    """The filter that :func:`as_cells` says, and what only the numerator of a share is filtered by."""
    where = {name: _wanted(said) for name, said in cells.items() if not name.startswith("+")}
    return where, {name[1:]: _wanted(said) for name, said in cells.items() if name.startswith("+")}


def _wanted(said: Any) -> Any:  # noqa: ANN401 - see Where
    if isinstance(said, list):
        return tuple(map(_wanted, said))
    if said in ("filled", "blank"):
        return Cell[said.upper()]
    if isinstance(said, str) and (ends := _RANGE.fullmatch(said)):
        return slice(*(float(end) if end else None for end in ends.groups()))
    return said


def _meets(cells: pd.Series, wanted: Any, column: Column) -> pd.Series[bool]:  # noqa: ANN401 - see Where
    if wanted is FILLED:
        return cells.notna()
    if wanted is BLANK:
        return cells.isna()
    if isinstance(wanted, slice):
        low = cells.ge(wanted.start) if wanted.start is not None else cells.notna()
        high = cells.le(wanted.stop) if wanted.stop is not None else cells.notna()
        return low.fillna(False).astype(bool) & high.fillna(False).astype(bool)
    values = _each(wanted)
    if isinstance(cells.dtype, pd.CategoricalDtype):
        refuse_unknown(column, values, cells.cat.categories)
        # One look-up a code, not a row; the code -1 of a blank finds the last place.
        met = np.append(cells.cat.categories.isin(values), False)
        return pd.Series(met[cells.cat.codes.to_numpy()], index=cells.index)
    return cells.isin(values)


def _holds(cells: pd.Series, codes: tuple[str, ...], column: Column) -> pd.Series[bool]:
    refuse_unknown(column, codes, column.codes)
    # Separators on both sides keep one code from being found inside another.
    bounded = ";" + cells.fillna("").astype("str") + ";"
    held = pd.Series(False, index=cells.index)
    for code in codes:
        held |= bounded.str.contains(f";{code};", regex=False)
    return held


def _each(wanted: Any) -> tuple[Any, ...]:  # noqa: ANN401 - see Where
    return wanted if isinstance(wanted, tuple) else (wanted,)


def _range_in_words(limits: slice) -> str:
    parts = []
    if limits.start is not None:
        parts.append(f"ไม่น้อยกว่า {round_half_up(limits.start, 0):,}")
    if limits.stop is not None:
        parts.append(f"ไม่เกิน {round_half_up(limits.stop, 0):,}")
    return " และ".join(parts)
