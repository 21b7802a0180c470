"""Measures: small frozen objects, called with a frame, that return a Finding with its base."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd

from dsw_analysis.findings.disclosure import HOUR, Facts, Kind, about_place, shield_of
from dsw_analysis.findings.finding import WHOLE, Finding
from dsw_analysis.findings.measures.derived import IN_MONTH
from dsw_analysis.findings.measures.filters import FILLED, Where, as_cells, in_words, select
from dsw_analysis.intake.source import Source, source_of
from dsw_analysis.intake.thai import provinces

UNDEFINED = "ไม่มีรายการให้คำนวณ จึงไม่มีค่า"
NO_VALUES = "ไม่มีค่าที่ระบุไว้ในข้อมูล"
_SAID = frozenset({"id", "label", "short", "note", "digits", "where", "until"})
"""What of a measure is not hashed as an option: what it is called, its filter (hashed apart), the round's last day."""
NO_ROWS = "ไฟล์ไม่มีแถวของเดือนนี้ จึงบอกไม่ได้ว่าไม่มีรายการหรือยังไม่ได้รับข้อมูล"


@dataclass(frozen=True, kw_only=True)
class Named:
    """What the finding of a measure is called: its id, label and unit, a remark, and how many decimals it prints.

    A section gives ids (``s.measure``); ``short`` is what labels of groups begin with, where the label is too long.
    """

    id: str = ""
    label: str = field(default="", kw_only=False)
    short: str | None = None
    unit: str = "percent"
    note: str | None = None
    digits: int | None = None

    @property
    def whole(self) -> int:
        """What a quotient of one is in the measure's unit."""
        return WHOLE.get(self.unit, 1)

    def noted(self, note: str | None) -> str | None:
        """A remark on the number, and the measure's own; ``None`` where there is neither."""
        return " ".join(n for n in (note, self.note) if n) or None


@dataclass(frozen=True, kw_only=True)
class Measure(Named):
    """What is measured of the rows of a frame that meet a filter."""

    where: Where = field(default_factory=dict)

    discloses: ClassVar[Kind]

    def ungrouped(self, columns: Sequence[str]) -> Self:
        """The same measure without the conditions on some columns."""
        return replace(self, where={c: wanted for c, wanted in self.where.items() if c not in columns})

    def _finding(
        self,
        frame: pd.DataFrame,
        *used: str,
        counted: Where = MappingProxyType({}),
        more: str = "",
        cells: Mapping[str, Any] = MappingProxyType({}),
        facts: Facts = Facts(),  # noqa: B008 - frozen
        **parts: Any,  # noqa: ANN401 - fields of the finding
    ) -> Finding:
        """A finding on the rows of ``frame`` with the source filled in; ``used`` are further columns read.

        A 0 of months of which the whole file has no row is not a count, and undefined. Of persons it is the number
        that may be shown.

        Parameters
        ----------
        counted:
            What the numerator of a share is filtered by, besides ``where``.
        more, cells:
            What else rows must meet, in words and as data.
        facts:
            What decides how a number of persons is shown.
        """
        source = source_of(frame)
        where = {**self.where, **counted}
        if parts.get("value") == 0 and source.absent and _months(where) <= set(source.absent):
            parts |= {"value": None, "note": NO_ROWS}
        words = in_words(source, where)
        if source.province is not None:
            words = " และ ".join(w for w in (f"จังหวัด: {source.province}", words) if w)
            cells = {source.place: source.province, **cells}
        found = Finding(
            id=self.id,
            label=self.label,
            unit=self.unit,
            digits=self.digits,
            dataset=source.dataset.id,
            file=source.file,
            sha256=source.sha256,
            where=" และ ".join(w for w in (words, more) if w) or None,
            cells={**as_cells(self.where, counted), **cells},
            province=source.province,
            provenance=source.provenance_of(*where, *used),
            corrected=source.corrected(frame.index, (*where, *used)) or None,
            note=self.noted(parts.pop("note", None)),
            definition=self._definition(source, where, used),
            **parts,
        )
        of_many = any(source.dataset[c].persons for c in used)  # each row counts persons
        if not source.dataset.persons and not of_many:
            return found
        kind: Kind = "count" if of_many else self.discloses
        place = about_place(source, [name for name, wanted in where.items() if wanted is not FILLED])
        place = place or (of_many and (self.discloses == "never" or facts.tail is not None))  # as one unit counts them
        kind = "never" if place and HOUR in where else kind
        of_rows = source.dataset.persons
        return shield_of(source).protected(
            found, replace(facts, kind=kind, place=place, of_rows=of_rows, note=self.note)
        )

    def _definition(self, source: Source, where: Where, used: Sequence[str]) -> str:
        """Hashes of the measure and of the columns that it reads, of derived ones without the codes, as of months."""
        options = [(f.name, getattr(self, f.name)) for f in fields(self) if f.name not in _SAID]
        read = sorted({*where, *used})
        means = [
            (c.name, c.header, c.kind, *(() if c.name in source.derived else (c.codes, c.missing_codes)))
            for c in source.dataset.columns
            if c.name in read
        ]
        measure = fingerprint(type(self).__name__, source.dataset.id, options, sorted(where.items()), read)
        return f"{measure}.{fingerprint(means)}"


def fingerprint(*parts: object) -> str:
    """Short hash of plain values."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:10]


@dataclass(frozen=True, kw_only=True)
class Count(Measure):
    """Number of rows that meet the filter."""

    discloses = "count"

    def __call__(self, frame: pd.DataFrame) -> Finding:
        """Count rows of ``frame``."""
        return self.finding(frame, int(select(frame, self.where).sum()))

    def finding(self, frame: pd.DataFrame, rows: int) -> Finding:
        """The finding that so many rows of ``frame`` meet the filter."""
        return self._finding(frame, value=rows, rows=rows, facts=Facts(among=len(frame)))


@dataclass(frozen=True, kw_only=True)
class Given(Measure):
    """A number that no cell says, such as a rule, with the source of the frame that it goes with."""

    discloses = "given"

    def __call__(self, frame: pd.DataFrame, value: int | float, **parts: Any) -> Finding:  # noqa: ANN401
        """The finding; ``parts`` are further fields of it."""
        return self._finding(frame, value=value, **parts)


@dataclass(frozen=True, kw_only=True)
class _OfColumn(Measure):
    """What the cells of a column say in the rows that meet the filter; blank ones are left out and count as missing."""

    column: str
    _why: ClassVar[str] = UNDEFINED

    def __call__(self, frame: pd.DataFrame) -> Finding:
        """Work it out; undefined, except for a number of values, if all cells are blank."""
        cells = frame.loc[select(frame, self.where), self.column]
        given = cells.dropna()
        parts = {"rows": len(given), "missing": len(cells) - len(given), **self._of(cells, given)}
        note = self._why if parts["value"] is None else None
        of = {self._statistic: self.column}
        return self._finding(frame, self.column, note=note, of=of, facts=self._facts(frame, cells), **parts)

    @property
    def _statistic(self) -> str:
        return "sum" if self.discloses in ("sum", "never") else type(self).__name__.lower()

    def _facts(self, _: pd.DataFrame, __: pd.Series) -> Facts:
        """What decides how it is shown if it is of persons."""
        return Facts()

    def _of(self, cells: pd.Series, given: pd.Series) -> dict[str, Any]:
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Distinct(_OfColumn):
    """Number of different values of a column; blanks are not a value."""

    discloses = "distinct"

    def _of(self, cells: pd.Series, given: pd.Series) -> dict[str, Any]:
        return {"value": int(given.nunique()), "rows": len(cells)}

    def _facts(self, frame: pd.DataFrame, cells: pd.Series) -> Facts:
        """Each value must have rows enough, and none of a codebook may be without: else it tells zero from few."""
        dataset = source_of(frame).dataset
        declared = dataset[self.column]
        counts = cells.value_counts()
        every = len(provinces()) if declared.kind == "province" else len(declared.codes)
        return Facts(least=int(counts.min()) if len(counts) >= max(every, 1) else 0)


@dataclass(frozen=True, kw_only=True)
class Total(_OfColumn):
    """Sum of a column."""

    _why: ClassVar[str] = NO_VALUES
    discloses = "sum"

    def _facts(self, _: pd.DataFrame, cells: pd.Series) -> Facts:
        return _of_amounts(cells)

    def _of(self, cells: pd.Series, given: pd.Series) -> dict[str, Any]:
        return {"value": total(given) if len(given) else None, "rows": len(cells)}


@dataclass(frozen=True, kw_only=True)
class Value(_OfColumn):
    """The one cell of a column in the one row that the filter leaves; it is an error to leave no row or several."""

    _why: ClassVar[str] = NO_VALUES
    discloses = "never"

    def _of(self, cells: pd.Series, given: pd.Series) -> dict[str, Any]:
        if len(cells) != 1:
            raise LookupError(f"{self.id}: the filter {dict(self.where)} leaves {len(cells)} rows, not one")
        return {"value": number(given.iloc[0]) if len(given) else None, "rows": 1}


@dataclass(frozen=True, kw_only=True)
class Mean(_OfColumn):
    """Arithmetic mean of a column."""

    discloses = "mean"

    def _facts(self, _: pd.DataFrame, cells: pd.Series) -> Facts:
        return _of_amounts(cells)

    def _of(self, cells: pd.Series, given: pd.Series) -> dict[str, Any]:
        whole, n = total(given), len(given)
        return {"value": whole / n if n else None, "numerator": whole, "denominator": n}


@dataclass(frozen=True, kw_only=True)
class Quantile(_OfColumn):
    """Quantile ``q`` (0 to 1) of a numeric column by linear interpolation (Hyndman and Fan 1996, type 7)."""

    q: float

    discloses = "mean"

    @property
    def _statistic(self) -> str:
        return f"q{self.q:g}"

    def _facts(self, _: pd.DataFrame, __: pd.Series) -> Facts:
        return Facts(tail=self.q)

    def _of(self, cells: pd.Series, given: pd.Series) -> dict[str, Any]:
        return {"value": float(given.quantile(self.q)) if len(given) else None, "method": "Hyndman–Fan 7"}


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

    discloses = "mean"
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


def _of_amounts(cells: pd.Series) -> Facts:
    sizes = np.sort(np.abs(cells.dropna().to_numpy(dtype="float64")))[::-1]
    if not sizes[:1].any():
        return Facts()
    return Facts(largest=float(sizes[0]), dominance=100 * math.fsum(sizes[2:]) / float(sizes[0]))


def total(cells: pd.Series) -> int | float:
    """Sum of cells without blanks, the same in whatever order they come."""
    if pd.api.types.is_integer_dtype(cells.dtype):
        return int(cells.sum())
    return number(math.fsum(cells.astype("float64")))
