"""Typed columns of a dataset as Arrow arrays and back, each kind in its smallest exact form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from dsw_analysis.intake.columns import Column
from dsw_analysis.intake.parsing import PROVINCES, categorical

_NUMBERS = {"integer": pa.int64(), "number": pa.float64()}
_STR = pd.StringDtype("pyarrow", na_value=np.nan)


def categories_of(column: Column) -> tuple[str, ...] | None:
    """Categories of a categorical column: codes of its codebook, or the provinces; ``None`` for other kinds."""
    if column.kind == "province":
        return PROVINCES
    return tuple(column.codes) if column.kind == "category" else None


def province_code(name: str) -> int:
    """Place of a province among the categories; one that no row has if there is none of that name."""
    return PROVINCES.index(name) if name in PROVINCES else len(PROVINCES)


def arrow_type(column: Column) -> pa.DataType:
    """How a column is kept."""
    if column.kind in {"category", "province"}:
        return pa.int16()
    if column.kind in {"text", "multi"}:
        return pa.large_string()
    return _NUMBERS.get(column.kind, pa.timestamp("us"))


def to_arrow(values: pd.Series | None, column: Column) -> pa.Array:
    """A typed column as an array; an empty one of the right type without ``values``."""
    kind = arrow_type(column)
    if values is None:
        return pa.array([], kind)
    if categories_of(column) is not None:
        return pa.array(values.cat.codes.to_numpy(), kind)
    array = pa.array(values.array, kind, from_pandas=True)
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def from_arrow(array: pa.ChunkedArray, column: Column) -> Any:  # noqa: ANN401 - a pandas or numpy array
    """An array of :func:`to_arrow`, in as many chunks as it is read, as the column's values."""
    categories = categories_of(column)
    if categories is not None:
        small = np.int8 if len(categories) <= np.iinfo(np.int8).max else np.int16
        return pd.Categorical.from_codes(array.to_numpy().astype(small), dtype=categorical(categories), validate=False)
    if pa.types.is_large_string(array.type):
        return pd.array(array, dtype=_STR)
    if column.kind in _NUMBERS:
        blank = pc.is_null(array).to_numpy()
        data = pc.fill_null(array, 0).to_numpy()
        masked = pd.arrays.IntegerArray if column.kind == "integer" else pd.arrays.FloatingArray
        return masked(data.copy(), blank.copy())
    return array.to_numpy()
