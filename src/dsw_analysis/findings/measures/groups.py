"""Groups of rows: every code of a column, every province, or all combinations of several columns, found in one pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsw_analysis.findings.disclosure import shield_of
from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.measures.base import Count, Measure
from dsw_analysis.findings.measures.filters import select
from dsw_analysis.findings.measures.shares import Share, State
from dsw_analysis.intake.source import source_of
from dsw_analysis.intake.thai import provinces

Places = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Group:
    """One group of a column: its value in the frame, how ids end, and its Thai name."""

    value: str
    code: str
    name: str


Cell = tuple[Group, ...]
"""One group of each column that rows are split by."""


def groups_of(frame: pd.DataFrame, column: str) -> list[Group]:
    """The groups of a column in order: the codes of its codebook, or the 77 provinces.

    Raises
    ------
    ValueError
        If the column has neither.
    """
    declared = source_of(frame).dataset[column]
    if declared.kind == "province":
        return [Group(place.name_th, place.slug, place.name_th) for place in provinces()]
    if not declared.codes:
        raise ValueError(f"column {column!r} has no fixed groups; give it a codebook with derive()")
    return [Group(code, code, declared.label(code)) for code in declared.codes]


class Split:
    """Rows of a frame by the groups of one column or of several crossed; a row of several codes is in several groups.

    Rows with a blank are in no group; count them with ``Count(where={column: BLANK})``.
    """

    def __init__(self, frame: pd.DataFrame, columns: Sequence[str]) -> None:
        self.frame = frame
        self.columns = tuple(columns)
        each = [groups_of(frame, column) for column in columns]
        self.cells: list[Cell] = list(product(*each))
        self._rows, self._cell = _members(frame[columns[0]], each[0])
        for column, groups in zip(columns[1:], each[1:], strict=True):
            kept, group = _members(frame[column], groups)
            starts, stops = np.searchsorted(kept, self._rows), np.searchsorted(kept, self._rows, side="right")
            again, place = _spread(starts, stops - starts)
            self._rows, self._cell = self._rows[again], self._cell[again] * len(groups) + group[place]

    def sizes(self) -> Places:
        """How many rows each cell has."""
        return np.bincount(self._cell, minlength=len(self.cells))

    def __call__(self, measures: Sequence[Any], drawn: Sequence[Any] = ()) -> Iterator[tuple[Cell, Finding]]:
        """What each cell's own measure finds, in the order of the cells; ``measures`` are alike but for their group.

        Counts and shares look at each row once. Other measures are called with the rows of their cell, and with all
        rows where a registry says how they came about.
        """
        first = measures[0]
        if isinstance(first, Share):
            if drawn:
                drawn[0].check(self.frame)
            states = first.ungrouped(self.columns).states(self.frame)[self._rows]
            size = len(State)
            tallies = np.bincount(self._cell * size + states, minlength=len(self.cells) * size).reshape(-1, size)
            found = (m.finding(self.frame, tally, *drawn[:1]) for m, tally in zip(measures, tallies, strict=True))
        elif type(first) is Count:
            meets = select(self.frame, first.ungrouped(self.columns).where).to_numpy()[self._rows]
            counts = np.bincount(self._cell[meets], minlength=len(self.cells))
            found = (m.finding(self.frame, int(rows)) for m, rows in zip(measures, counts, strict=True))
        elif drawn:
            found = (measure(self.frame, *drawn) for measure in measures)
        else:
            ordered = self.frame.iloc[self._rows[np.argsort(self._cell, kind="stable")]]
            stops, sizes = np.cumsum(self.sizes()), self.sizes()
            found = (m(ordered.iloc[stop - n : stop]) for m, stop, n in zip(measures, stops, sizes, strict=True))
        return zip(self.cells, shield_of(source_of(self.frame)).column(found), strict=True)


def by(column: str, measure: Measure) -> Callable[..., dict[str, Finding]]:
    """A measure for every group of a column, outside of a section: ``by("province", Share(...))(frame)``.

    Returns
    -------
    callable
        Takes what the measure takes; gives value of the group -> finding, for every group in the order of the codebook.
        The ids are ``id.group`` (code of the codebook, slug of the province).

    Raises
    ------
    ValueError
        If the column has no groups, or the measure's filter uses it already.
    """
    if column in measure.where:
        raise ValueError(f"{measure.id} is already filtered by {column!r}")

    def grouped(frame: pd.DataFrame, *drawn: Any) -> dict[str, Finding]:  # noqa: ANN401 - what the measure takes
        rows = Split(frame, (column,))
        own = [
            replace(
                measure,
                id=f"{measure.id}.{group.code}",
                label=f"{measure.label}: {group.name}",
                where={**measure.where, column: group.value},
            )
            for (group,) in rows.cells
        ]
        return {group.value: finding for (group,), finding in rows(own, drawn)}

    return grouped


def _members(cells: pd.Series, groups: Sequence[Group]) -> tuple[Places, Places]:
    """Rows and the number of a group that each is in, in the order of rows; a row may be in none or several."""
    codes, values = pd.factorize(cells)
    place = {group.value: at for at, group in enumerate(groups)}
    held = [[place[part] for part in str(value).split(";") if part in place] for value in values]
    sizes = np.array([*map(len, held), 0], dtype=np.intp)  # one more, where the code -1 of a blank finds 0
    flat = np.array([at for several in held for at in several], dtype=np.intp)
    rows, at = _spread((np.cumsum(sizes) - sizes)[codes], sizes[codes])
    return rows, flat[at]


def _spread(starts: Places, times: Places) -> tuple[Places, Places]:
    """For ranges of so many places from each start: the number of the range of each place, and the place."""
    range_ = np.repeat(np.arange(len(times)), times)
    return range_, np.arange(len(range_)) + np.repeat(starts - (np.cumsum(times) - times), times)
