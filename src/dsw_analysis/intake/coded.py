"""Columns of codes that refuse to be compared with what is none of their codes, such as a label."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Sequence
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from pandas.api.types import is_scalar

from dsw_analysis.intake import thai
from dsw_analysis.intake.columns import Column
from dsw_analysis.problems import TellingError

_LISTED = 12


class UnknownCodeError(TellingError, ValueError):
    """A column is compared with what is none of its codes; the message says which is meant."""


class Codebook(pd.CategoricalDtype):
    """The dtype of a column with a codebook; where pandas makes another of it, it is a plain one and checks nothing."""

    _metadata: ClassVar[tuple[str, ...]] = ("categories", "ordered", "column")
    column: Column | None = None

    def __init__(
        self,
        categories: Any = None,  # noqa: ANN401 - as pandas
        ordered: bool | None = False,
        column: Column | None = None,
    ) -> None:
        super().__init__(categories, ordered)
        self.column = column

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.column = state.pop("column", None)
        super().__setstate__(state)  # type: ignore[misc]  # pandas-stubs do not know it

    def construct_array_type(self) -> type[Coded]:
        """The arrays that have this dtype."""
        return Coded

    @classmethod
    def is_dtype(cls, dtype: object) -> bool:
        """Whether it is a dtype of categories, also a plain one: ``astype("category")`` asks for that."""
        return pd.CategoricalDtype.is_dtype(dtype)


class Coded(pd.Categorical):
    """Codes of a column; ``==``, ``!=``, ``isin`` and so ``query`` take only codes that the codebook has."""

    def _refuse(self, values: Any) -> None:  # noqa: ANN401 - whatever is compared with
        column = getattr(self.dtype, "column", None)
        if column is None or isinstance(getattr(values, "dtype", None), pd.CategoricalDtype):
            return
        # Also a tuple, which pandas takes for one value.
        one = is_scalar(values) or isinstance(values, tuple)
        several = [values] if one else pd.unique(np.asarray([*values], dtype=object))
        refuse_unknown(column, (v for v in several if not (is_scalar(v) and pd.isna(v))), self.categories)

    def __eq__(self, other: object) -> Any:  # noqa: ANN401 - as pandas
        self._refuse(other)
        return super().__eq__(other)

    def __ne__(self, other: object) -> Any:  # noqa: ANN401 - as pandas
        self._refuse(other)
        return super().__ne__(other)

    __hash__ = None

    def isin(self, values: Any) -> Any:  # noqa: ANN401 - as pandas
        """Which cells are among codes, none of which may be unknown."""
        self._refuse(values)
        return super().isin(values)

    @classmethod
    def _concat_same_type(cls, to_concat: Sequence[Self], axis: int = 0) -> Any:  # noqa: ANN401 - as pandas
        joined = super()._concat_same_type(to_concat, axis)  # type: ignore[misc]  # as __setstate__
        first = to_concat[0].dtype
        return cls.from_codes(joined.codes, dtype=first, validate=False) if joined.dtype == first else joined


def coded(values: pd.Categorical, column: Column) -> Coded:
    """Categories as those of a column with a codebook, or of provinces; nothing is copied."""
    dtype = Codebook(values.categories, column=column)
    return Coded.from_codes(values.codes, dtype=dtype, validate=False)  # type: ignore[return-value]  # as stubs say


def guarded(frame: pd.DataFrame, columns: Iterable[Column]) -> pd.DataFrame:
    """A loaded frame whose columns of codes are :class:`Coded`."""
    given = {column.name: frame[column.name].array for column in columns}
    return frame.assign(**{c.name: coded(v, c) for c in columns if isinstance(v := given[c.name], pd.Categorical)})


def refuse_unknown(column: Column, values: Iterable[Any], known: Collection[Any]) -> None:
    """Refuse values that are none of a column's codes.

    Raises
    ------
    UnknownCodeError
        That names the column, each such value, and the code whose label or name it is or which is nearest.
    """
    if unknown := [value for value in values if value not in known]:
        raise UnknownCodeError("; ".join(_said(column, value, list(map(str, known))) for value in unknown))


def _said(column: Column, value: object, known: Sequence[str]) -> str:
    name = f"{column.name} ({column.header})"
    meant = _meant(column, str(value))
    if meant in known:
        holds = "official names" if column.kind == "province" else "codes"
        return f"{name} holds {holds}: write {meant!r} for {value!r}"
    words = {word: code for code in known for word in (code, column.label(code))}
    near = dict.fromkeys(words[word] for word in difflib.get_close_matches(str(value), words, n=3))
    labels = [f"{code} ({column.label(code)})" if column.codes else code for code in near or known[:_LISTED]]
    more = " …" if not near and len(known) > _LISTED else ""
    return f"{name} has no {value!r}; {'did you mean' if near else 'it has'} {', '.join(labels)}{more}"


def _meant(column: Column, value: str) -> str | None:
    """Code whose label a value is, or official name of the province that it names in another way."""
    try:
        if column.kind != "province":
            return {thai.name_key(label): code for code, label in column.codes.items()}.get(thai.name_key(value))
        by_slug = {place.slug: place.name_th for place in thai.provinces()}
        return by_slug.get(value) or thai.parse_province(value).name_th
    except thai.ThaiValueError:
        return None
