"""Measures: small frozen objects, called with a frame, that return a Finding with its base."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self

import pandas as pd

from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.measures.derived import IN_MONTH
from dsw_analysis.findings.measures.filters import Where, in_words, select
from dsw_analysis.intake.source import source_of

UNDEFINED = "ไม่มีรายการให้คำนวณ จึงไม่มีค่า"
NO_VALUES = "ไม่มีค่าที่ระบุไว้ในข้อมูล"
NO_ROWS = "ไฟล์ไม่มีแถวของเดือนนี้ จึงบอกไม่ได้ว่าไม่มีรายการหรือยังไม่ได้รับข้อมูล"


@dataclass(frozen=True, kw_only=True)
class Measure:
    """What every measure has: the id, label and unit of the finding that it makes, and a filter.

    A section gives ids (``s.measure``); ``short`` is what labels of groups begin with, where the label is too long.
    """

    id: str = ""
    label: str = field(default="", kw_only=False)
    short: str | None = None
    unit: str = "percent"
    where: Where = field(default_factory=dict)
    note: str | None = None
    digits: int | None = None

    def ungrouped(self, columns: Sequence[str]) -> Self:
        """The same measure without the conditions on some columns."""
        return replace(self, where={c: wanted for c, wanted in self.where.items() if c not in columns})

    def _finding(self, frame: pd.DataFrame, *used: str, where: Where | None = None, **parts: Any) -> Finding:  # noqa: ANN401
        """A finding on the rows of ``frame`` with the source filled in; ``used`` are further columns read.

        A 0 of months of which the whole file has no row is not a count, and undefined.
        """
        source = source_of(frame)
        where = self.where if where is None else where
        if parts.get("value") == 0 and source.absent and _months(where) <= set(source.absent):
            parts |= {"value": None, "note": NO_ROWS}
        note = " ".join(n for n in (parts.pop("note", None), self.note) if n) or None
        words = in_words(source, where)
        if source.province is not None:
            words = " และ ".join(w for w in (f"จังหวัด: {source.province}", words) if w)
        return Finding(
            id=self.id,
            label=self.label,
            unit=self.unit,
            digits=self.digits,
            dataset=source.dataset.id,
            file=source.file,
            sha256=source.sha256,
            where=words,
            province=source.province,
            provenance=source.provenance_of(*where, *used),
            note=note,
            **parts,
        )


@dataclass(frozen=True, kw_only=True)
class Count(Measure):
    """Number of rows that meet the filter."""

    def __call__(self, frame: pd.DataFrame) -> Finding:
        """Count rows of ``frame``."""
        return self.finding(frame, int(select(frame, self.where).sum()))

    def finding(self, frame: pd.DataFrame, rows: int) -> Finding:
        """The finding that so many rows of ``frame`` meet the filter."""
        return self._finding(frame, value=rows, rows=rows)


@dataclass(frozen=True, kw_only=True)
class Distinct(Measure):
    """Number of different values of a column among the rows that meet the filter; blanks are not a value.

    With ``separator``, a cell may hold several values.
    """

    column: str
    separator: str | None = None

    def __call__(self, frame: pd.DataFrame) -> Finding:
        """Count the different values."""
        rows = frame.loc[select(frame, self.where), self.column]
        values = rows.dropna()
        if self.separator is not None:
            values = values.str.split(self.separator).explode()
        return self._finding(
            frame, self.column, value=int(values.nunique()), rows=len(rows), missing=int(rows.isna().sum())
        )


@dataclass(frozen=True, kw_only=True)
class Total(Measure):
    """Sum of a column over the rows that meet the filter; blank cells are left out and counted as missing.

    Undefined if no cell holds a number.
    """

    column: str

    def __call__(self, frame: pd.DataFrame) -> Finding:
        """Sum the column."""
        cells = frame.loc[select(frame, self.where), self.column]
        given = cells.dropna()
        return self._finding(
            frame,
            self.column,
            value=total(given) if len(given) else None,
            rows=len(cells),
            missing=len(cells) - len(given),
            note=None if len(given) else NO_VALUES,
        )


@dataclass(frozen=True, kw_only=True)
class Value(Measure):
    """The one cell of a column in the one row that the filter leaves; ``None`` if it is blank."""

    column: str

    def __call__(self, frame: pd.DataFrame) -> Finding:
        """Read the cell.

        Raises
        ------
        LookupError
            If the filter leaves no row or several.
        """
        cells = frame.loc[select(frame, self.where), self.column]
        if len(cells) != 1:
            raise LookupError(f"{self.id}: the filter {dict(self.where)} leaves {len(cells)} rows, not one")
        blank = bool(cells.isna().iloc[0])
        return self._finding(
            frame,
            self.column,
            value=None if blank else number(cells.iloc[0]),
            rows=1,
            missing=int(blank),
            note=NO_VALUES if blank else None,
        )


@dataclass(frozen=True, kw_only=True)
class Mean(Measure):
    """Arithmetic mean of a column over the rows that meet the filter; blanks are left out."""

    column: str

    def __call__(self, frame: pd.DataFrame) -> Finding:
        """Average the column; undefined if no cell holds a number."""
        cells = frame.loc[select(frame, self.where), self.column]
        given = cells.dropna()
        whole = total(given)
        return self._finding(
            frame,
            self.column,
            value=whole / len(given) if len(given) else None,
            numerator=whole,
            denominator=len(given),
            rows=len(given),
            missing=len(cells) - len(given),
            note=None if len(given) else UNDEFINED,
        )


@dataclass(frozen=True, kw_only=True)
class Quantile(Measure):
    """Quantile ``q`` (0 to 1) of a numeric column by linear interpolation (Hyndman and Fan 1996, type 7)."""

    column: str
    q: float

    def __call__(self, frame: pd.DataFrame) -> Finding:
        """Work out the quantile of the cells that are not blank."""
        cells = frame.loc[select(frame, self.where), self.column]
        given = cells.dropna()
        return self._finding(
            frame,
            self.column,
            value=float(given.quantile(self.q)) if len(given) else None,
            rows=len(given),
            missing=len(cells) - len(given),
            method="Hyndman–Fan 7",
            note=None if len(given) else UNDEFINED,
        )


def _months(where: Where) -> set[Any]:
    """Months that a filter asks for; what is no month if it asks for none."""
    wanted = where.get(IN_MONTH)
    return set(wanted) if isinstance(wanted, tuple) else {wanted}


@dataclass(frozen=True, kw_only=True)
class Summary(Measure):
    """Mean, quartiles and median of a column, code -> finding: ``id.mean``, ``id.q1``, ``id.median``, ``id.q3``.

    ``mean`` is the label of the mean; those of the others are made of the measure's own.
    """

    column: str
    mean: str
    unit: str = "points"

    dimension: ClassVar[str] = "statistic"
    names: ClassVar[Mapping[str, str]] = {
        "mean": "ค่าเฉลี่ย",
        "q1": "ควอร์ไทล์ล่าง",
        "median": "มัธยฐาน",
        "q3": "ควอร์ไทล์บน",
    }

    def __call__(self, frame: pd.DataFrame) -> dict[str, Finding]:
        """Work out all four; see :class:`Mean` and :class:`Quantile`."""
        same: dict[str, Any] = {"unit": self.unit, "column": self.column, "where": self.where, "digits": self.digits}
        found = {"mean": Mean(self.mean, id=f"{self.id}.mean", **same)(frame)}
        for code, q in {"q1": 0.25, "median": 0.5, "q3": 0.75}.items():
            found[code] = Quantile(f"{self.names[code]}ของ{self.label}", id=f"{self.id}.{code}", q=q, **same)(frame)
        return found


def number(value: Any) -> int | float:  # noqa: ANN401 - numpy and Python numbers
    """A number as an ``int`` where it is whole."""
    plain = float(value)
    return int(plain) if plain.is_integer() else plain


def total(cells: pd.Series) -> int | float:
    """Sum of cells without blanks, the same in whatever order they come."""
    if pd.api.types.is_integer_dtype(cells.dtype):
        return int(cells.sum())
    return number(math.fsum(cells.astype("float64")))
