"""Measures by group: every group of a codebook or every province, counted in one pass."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsw_analysis.datasets import source_of
from dsw_analysis.measures.base import Measure
from dsw_analysis.measures.filters import Where
from dsw_analysis.measures.registry import Registry
from dsw_analysis.measures.shares import Share, State, check
from dsw_analysis.thai import provinces


@dataclass(frozen=True)
class Group:
    """One group: its value in the frame, how ids end, and its Thai name."""

    value: str
    slug: str
    name: str


@dataclass(frozen=True)
class Grouped:
    """A measure by group; made by :func:`by`."""

    column: str
    measure: Measure

    def __call__(self, frame: pd.DataFrame, drawn: Registry | None = None) -> dict[str, Any]:
        """Value of the group -> what the measure returns, for every group in the order of the codebook.

        A group without rows is there too, with an undefined share.

        Raises
        ------
        ValueError
            If the column is neither categorical nor of provinces, or the measure's filter uses it already.
        """
        if self.column in self.measure.where:
            raise ValueError(f"{self.measure.id} is already filtered by {self.column!r}")
        groups = groups_of(frame, self.column)
        measures = [self._of(group) for group in groups]
        if isinstance(self.measure, Share):
            check(frame, drawn)
            tallies = self._tallies(frame, self.measure, groups)
            found = [m.finding(frame, tally, drawn) for m, tally in zip(measures, tallies, strict=True)]
        else:
            arguments = (frame,) if drawn is None else (frame, drawn)
            found = [measure(*arguments) for measure in measures]
        return {group.value: result for group, result in zip(groups, found, strict=True)}

    def _of(self, group: Group) -> Any:  # noqa: ANN401 - the same kind of measure
        own = self.measure
        where: Where = {**own.where, self.column: group.value}
        return replace(own, id=f"{own.id}.{group.slug}", label=f"{own.label}: {group.name}", where=where)

    def _tallies(self, frame: pd.DataFrame, share: Share, groups: list[Group]) -> npt.NDArray[np.intp]:
        """Rows of each group (rows of the array) in each state (columns)."""
        size = len(State)
        # The first row of the array is that of blank groups.
        place = (_numbered(frame[self.column], groups) + 1) * size + share.states(frame)
        return np.bincount(place, minlength=(len(groups) + 1) * size).reshape(-1, size)[1:]


def by(column: str, measure: Measure) -> Grouped:
    """A measure for every group of a column: ``by("province", Share(...))(frame)``.

    Shares of all groups are counted in one pass over the rows; other measures are called once a
    group. The ids are ``id.group`` (code of the codebook, slug of the province). Rows with a blank group are in no
    group; count them with ``Count(where={column: BLANK})``.
    """
    return Grouped(column, measure)


def groups_of(frame: pd.DataFrame, column: str) -> list[Group]:
    """The groups of a column: the codes of its codebook, or the 77 provinces.

    Raises
    ------
    ValueError
        If the column has neither.
    """
    declared = source_of(frame).dataset[column]
    if declared.kind == "province":
        return [Group(place.name_th, place.slug, place.name_th) for place in provinces()]
    if declared.kind != "category":
        raise ValueError(f"column {column!r} has no fixed groups; give it a codebook with derive()")
    return [Group(code, code, declared.label(code)) for code in declared.codes]


def _numbered(cells: pd.Series, groups: list[Group]) -> npt.NDArray[np.intp]:
    """Number of each row's group, -1 for a blank."""
    codes, values = pd.factorize(cells)
    place = {group.value: at for at, group in enumerate(groups)}
    # One place more than there are values, so that the code -1 of a blank finds -1.
    lookup = np.array([*(place.get(value, -1) for value in values), -1], dtype=np.intp)
    return lookup[codes]
