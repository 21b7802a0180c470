"""What became of a dataset from one round to another: units that came or went, rows that are new, gone or changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dsw_analysis.intake.columns import Column, Schema
from dsw_analysis.intake.senders import sender_column
from dsw_analysis.intake.source import source_of
from dsw_analysis.rounds import Round

UNIT_WORD = "หน่วยงาน"
"""What the header of a column of units holds; others of that name hold units of measurement."""


@dataclass(frozen=True, kw_only=True)
class Changes:
    """Rows of a dataset in two rounds, each counted once.

    Attributes
    ----------
    title:
        Thai name of the dataset.
    came, left:
        Units (or else provinces) that have rows of the months of both rounds in one of them only.
    period:
        Rows of months that only one of the rounds covers.
    added, removed:
        Rows, of units that both rounds have, that only the new or only the old round has. Of a dataset without dates
        nobody can say of which months those added are.
    changed:
        Rows of both rounds in which a cell is another.
    columns:
        Headers of the columns of these cells.
    dated:
        Whether each row says its date.
    """

    title: str
    came: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    period: int = 0
    added: int = 0
    removed: int = 0
    changed: int = 0
    columns: tuple[str, ...] = ()
    dated: bool = False

    @property
    def causes(self) -> tuple[str, ...]:
        """What of it there is, by the names that a comparison has for them."""
        found = {
            "units": bool(self.came or self.left),
            "period": bool(self.period),
            "late" if self.dated else "added": bool(self.added),
            "removed": bool(self.removed),
            "corrected": bool(self.changed),
        }
        return tuple(name for name, there in found.items() if there)


def changes(old: pd.DataFrame, new: pd.DataFrame, rounds: tuple[Round, Round]) -> Changes:
    """Hold the loaded frames of a dataset in two rounds against each other.

    Rows are the same by the dataset's column of unique values; without one, if all of their cells are.
    """
    schema = source_of(new).dataset
    unit, dates = unit_column(schema), date_column(schema)
    frames = [old, new]
    outside = 0
    if dates is not None:
        inside = [within(frame[dates.name], other) for frame, other in zip(frames, rounds[::-1], strict=True)]
        outside = sum(int((~rows).sum()) for rows in inside)
        frames = [frame[rows] for frame, rows in zip(frames, inside, strict=True)]
    came: set[str] = set()
    left: set[str] = set()
    if unit is not None:
        before, after = (set(frame[unit.name].dropna()) for frame in frames)
        came, left = after - before, before - after
        frames = [frame[~frame[unit.name].isin(came | left)] for frame in frames]
    names = [name for name in schema.names if name in old.columns]
    found = _rows(schema, *(frame[names].astype(object) for frame in frames))
    said = unit.label if unit is not None else str
    return Changes(
        title=schema.title,
        came=tuple(sorted(map(said, came))),
        left=tuple(sorted(map(said, left))),
        period=outside,
        dated=dates is not None,
        **found,
    )


def unit_column(schema: Schema) -> Column | None:
    """The column that says of which unit a row is, or else of which province; a plan has none."""
    column = sender_column(schema)
    if column is None or not (column.kind == "province" or UNIT_WORD in column.header):
        return None
    return column


def date_column(schema: Schema) -> Column | None:
    """The column whose date says of which months a row is; where each unit has one row, a date is an answer of it."""
    unit = unit_column(schema)
    if unit is not None and unit.unique:
        return None
    return next((c for c in schema.columns if c.in_round and c.required and not c.days_after), None)


def within(dates: pd.Series, round_: Round) -> pd.Series[bool]:
    """Which of some dates lie in a round."""
    days = pd.to_datetime(dates)
    return (days >= pd.Timestamp(round_.start)) & (days < pd.Timestamp(round_.end) + pd.Timedelta(days=1))


def _rows(schema: Schema, old: pd.DataFrame, new: pd.DataFrame) -> Mapping[str, Any]:
    """Numbers of rows that only one frame has, and of those that differ."""
    key = next((column.name for column in schema.columns if column.unique and column.name in old.columns), None)
    if key is None:
        counts = [pd.util.hash_pandas_object(frame.astype(str), index=False).value_counts() for frame in (old, new)]
        before, after = counts[0].align(counts[1], fill_value=0)
        more = (after - before).astype(int)
        return {"added": int(more.clip(lower=0).sum()), "removed": int(-more.clip(upper=0).sum())}
    old, new = old.set_index(key), new.set_index(key)
    both = old.index.intersection(new.index)
    was, now = old.loc[both], new.loc[both]
    differs = (was != now) & ~(was.isna() & now.isna())
    return {
        "added": len(new) - len(both),
        "removed": len(old) - len(both),
        "changed": int(differs.any(axis=1).sum()),
        "columns": tuple(schema[name].header for name in differs.columns[differs.any()]),
    }
