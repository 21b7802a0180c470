"""Frames as people read them: headers and labels of the file in place of names and codes, for a workbook to pass on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from dsw_analysis.intake.columns import Column, Schema
from dsw_analysis.problems import UsageError

_OURS = {"row": "แถวในไฟล์", "All": "รวม", "count": "จำนวน"}
"""What pandas and the intake call parts of a frame by themselves."""


def labelled(frame: pd.DataFrame | pd.Series, dataset: Schema, *, exact: bool = False) -> pd.DataFrame:
    """A frame of a dataset, or one grouped from it, with headers and labels, and texts that never become formulas.

    Raises
    ------
    UsageError
        If it tells of persons what is not protected, unless ``exact``.
    """
    made = frame.to_frame(frame.name or "count") if isinstance(frame, pd.Series) else frame.copy()
    if not exact:
        _refuse_persons(made, dataset)
    known = {column.name: column for column in dataset.columns}
    for at, name in enumerate(made.columns):
        cells = made.iloc[:, at]
        made.isetitem(at, _cells(cells, known.get(str(name))).array)
    made.index, made.columns = _axis(made.index, known), _axis(made.columns, known)
    made.attrs = {}
    return made


def harmless(text: str) -> str:
    """A text that no program takes for a formula."""
    return f"'{text}" if text[:1] in tuple("=+-@") else text


def _refuse_persons(frame: pd.DataFrame, dataset: Schema) -> None:
    """Refuse rows that are persons, and columns that count them: only what is measured is protected."""
    how = "measure what is to leave (s.measure); the report's tables, their CSV and findings.xlsx hold it protected"
    if dataset.persons:
        raise UsageError(
            f"rows of {dataset.id} are persons; neither they nor counts of them may leave as they are: {how}"
        )
    names = {
        *frame.index.names,
        *(name for head in frame.columns for name in (head if isinstance(head, tuple) else [head])),
    }
    if counted := [column.name for column in dataset.columns if column.persons and column.name in names]:
        raise UsageError(f"{', '.join(counted)} of {dataset.id} counts persons: leave it out, or {how}")


def _axis(axis: pd.Index, known: Mapping[str, Column]) -> pd.Index:
    """Codes of a grouped axis as labels; of one that has no name, names of columns as headers."""
    if isinstance(axis, pd.MultiIndex):
        levels = [_axis(axis.get_level_values(level), known) for level in range(axis.nlevels)]
        return pd.MultiIndex.from_arrays(levels, names=[level.name for level in levels])
    if axis.name is None and not isinstance(axis, pd.RangeIndex):
        heads: pd.Index = pd.Index([_named(name, known) for name in axis])
        return heads
    if axis.name is None:
        return axis
    said: pd.Index = pd.Index(_cells(axis.to_series(), known.get(str(axis.name))), name=_named(axis.name, known))
    return said


def _named(name: Any, known: Mapping[str, Column]) -> Any:  # noqa: ANN401 - labels of pandas
    return known[name].header if name in known else _OURS.get(name, name)


def _cells(cells: pd.Series, column: Column | None) -> pd.Series:
    """Cells with the labels of a column's codes, in the order of the codebook; texts made harmless."""
    if column is not None and column.kind == "date" and pd.api.types.is_datetime64_dtype(cells.dtype):
        return pd.Series(cells.dt.date, dtype="object")
    if pd.api.types.is_numeric_dtype(cells.dtype):  # of what was grouped, perhaps under the name of a column of codes
        return cells
    if column is not None and column.codes:
        # Besides codes there is what pandas calls a total.
        labels = {code: harmless(label) for code, label in column.codes.items()} | _OURS
        held = cells.astype("object").map(
            lambda codes: "; ".join(labels.get(code, code) for code in str(codes).split(";")), na_action="ignore"
        )
        order = dict.fromkeys([*map(harmless, column.codes.values()), *held.dropna()])
        return pd.Series(pd.Categorical(held, list(order)), cells.index, name=cells.name)
    if pd.api.types.is_object_dtype(cells.dtype) or pd.api.types.is_string_dtype(cells.dtype):
        return pd.Series(
            [harmless(cell) if isinstance(cell, str) else cell for cell in cells], cells.index, cells.dtype
        )
    return cells
