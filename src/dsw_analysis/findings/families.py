"""Families: one measure with its total and all its groups, recorded in one call and found by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import Any, Literal

import pandas as pd

from dsw_analysis import display
from dsw_analysis.findings.disclosure import shield_of
from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.measures.base import Measure, Summary
from dsw_analysis.findings.measures.derived import REGION
from dsw_analysis.findings.measures.filters import FILLED
from dsw_analysis.findings.measures.groups import Split as Rows
from dsw_analysis.intake.columns import Column
from dsw_analysis.intake.source import source_of
from dsw_analysis.intake.thai import provinces

PROVINCE = "province"
PLACES = frozenset({PROVINCE, REGION})
"""Columns that only the country's numbers are split by."""

Key = tuple[str, ...]
"""Columns that a family is split by; ``()`` is its total."""


@dataclass(frozen=True)
class Split:
    """How a family is split, where a column's name does not say it all.

    Attributes
    ----------
    columns:
        Name of a column, or names of several that are crossed.
    label:
        Label of each group with ``{}`` for its name; by default the measure's short name, a colon and the name.
    ids:
        End of each id with ``{}`` for the code; by default the family's name, a dot and the code.
    within:
        What the groups are parts of; their names begin with it where they stand beside groups of other columns.
    present:
        Only groups that rows have, since a group without rows does not take part; ``"brief"``: so in a brief.
    """

    columns: str | Key
    label: str | None = None
    _: KW_ONLY
    ids: str | None = None
    within: str = ""
    present: bool | Literal["brief"] = False

    @property
    def key(self) -> Key:
        """The columns."""
        return (self.columns,) if isinstance(self.columns, str) else self.columns


@dataclass(frozen=True)
class Part:
    """One group that is no code of a column: its code, its name, and the filter that makes it."""

    code: str
    name: str
    where: Mapping[str, Any]

    @property
    def key(self) -> Key:
        """What it is found by."""
        return (self.code,)


@dataclass(frozen=True)
class Row:
    """One number of a family: what a bar of a figure or a row of a table shows; ``claim`` is what chose it, if any."""

    codes: tuple[str, ...]
    names: tuple[str, ...]
    finding: Finding
    within: str = ""
    item: Any = None
    family: str = ""
    split: Key = ()
    claim: str = ""

    @property
    def code(self) -> str:
        """Code of the group."""
        return ".".join(self.codes)

    @property
    def name(self) -> str:
        """Thai name of the group."""
        return " – ".join(self.names)

    @property
    def full_name(self) -> str:
        """Name of the group with what it is a part of."""
        return f"{self.within}: {self.name}" if self.within else self.name

    def __str__(self) -> str:
        return self.name

    def __eq__(self, other: object) -> bool:
        """A row is equal to itself, and to its code or name, so that texts can ask ``"urgent" in levels``."""
        return other in {self.code, self.name} if isinstance(other, str) else self is other

    def __hash__(self) -> int:
        return hash(self.codes)


@dataclass
class Family:
    """A measure with its groups: rows by the columns that they are split by, the total under ``()``."""

    name: str
    short: str
    total_name: str = ""
    only_country: bool = False
    rows: dict[Key, list[Row]] = field(default_factory=dict)
    headers: dict[Key, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        ways = [f"{' × '.join(key) or 'total'} {len(rows):,}" for key, rows in self.rows.items()]
        return f"<Family {self.name}: {', '.join(ways) or 'nothing here'}>"

    def _repr_html_(self) -> str:
        rows = [
            (
                self.headers.get(row.split) or " × ".join(row.split) or "รวม",
                row.full_name or self.short,
                row.finding.text("full"),
                row.finding.id,
            )
            for key in sorted(self.rows, key=len)
            for row in self.rows[key]
        ]
        heads = ("จำแนกตาม", "กลุ่ม", "ค่า", "รหัส")
        return display.shown(display.heading(self.short), display.table(heads, rows, rest=f's.rows("{self.name}", by)'))


def splits(by: object) -> list[Split | Part]:
    """What ``by`` says: a column, or a list of columns, of tuples of crossed columns, of splits and parts."""
    several: list[Any] = list(by) if isinstance(by, (list, tuple)) else [by]
    return [s if isinstance(s, (Split, Part)) else Split(s) for s in several]


def items(over: Mapping[str, Iterable[Any]]) -> tuple[Key, list[tuple[str, str, Any]]]:
    """The dimension, and code, name and object of each item of it: columns, code -> name, or code -> column.

    Raises
    ------
    ValueError
        If it is not one dimension.
    """
    if len(over) != 1:
        raise ValueError(f"over= takes one dimension, e.g. over={{'item': items}}; got {', '.join(over) or 'none'}")
    ((dimension, objects),) = over.items()
    coded = objects.items() if isinstance(objects, Mapping) else ((column.name, column) for column in objects)
    return (dimension,), [(code, o, code) if isinstance(o, str) else (code, _called(o), o) for code, o in coded]


def _called(column: Column) -> str:
    return column.topic or column.header.rpartition(" / ")[2]


class Recorder:
    """Makes the rows of a section's families; frames that are split the same way are sorted into groups once."""

    def __init__(self, section: str, frame: pd.DataFrame, drawn: Sequence[Any] = (), total: str = "") -> None:
        self._section = section
        self._frame = frame
        self._drawn = drawn
        self._total = total
        self._rows: dict[Key, Rows] = {}

    def rows(self, name: str, measure: Any, by: Sequence[Split | Part]) -> Iterator[tuple[str, Row]]:  # noqa: ANN401
        """Header of the split and row, for the total and every group.

        Raises
        ------
        ValueError
            If a column has no groups, or the measure's filter uses it already.
        """
        if isinstance(measure, Summary):
            several = replace(measure, id=f"{self._section}.{name}")(self._frame, *self._drawn)
            for code, finding in several.items():
                yield "", Row((code,), (measure.names[code],), finding, family=name, split=(measure.dimension,))
            return
        if "{}" not in measure.label:
            label = f"{measure.label}: {self._total}" if self._total else measure.label
            whole = replace(measure, id=f"{self._section}.{name}", label=label)
            yield "", Row((), (self._total,), whole(self._frame, *self._drawn), family=name)
        short = measure.short or measure.label
        usual = short if "{}" in short else f"{short}: {{}}"
        for split in by:
            if isinstance(split, Part):
                yield "", self._part(name, measure, split, usual)
            else:
                yield from self._groups(name, measure, split, usual)

    def _part(self, name: str, measure: Measure, part: Part, usual: str) -> Row:
        own = replace(
            measure,
            id=f"{self._section}.{name}.{part.code}",
            label=filled(usual, part.name),
            where={**measure.where, **part.where},
        )
        finding = own(self._frame, *self._drawn)  # type: ignore[operator]  # every kind of measure is called
        return Row((part.code,), (part.name,), finding, family=name, split=part.key)

    def _groups(self, name: str, measure: Measure, split: Split, usual: str) -> Iterator[tuple[str, Row]]:
        # That a cell is filled goes without saying in a group.
        taken = [column for column in split.key if measure.where.get(column, FILLED) is not FILLED]
        if taken:
            raise ValueError(f"{name} is filtered by {', '.join(taken)} already and can't be split by it")
        if split.key not in self._rows:
            self._rows[split.key] = Rows(self._frame, split.key)
        rows = self._rows[split.key]
        if split.label is None and usual.count("{}") != len(split.key):
            usual = usual.replace("{}", " และ ".join(["{}"] * len(split.key)))
        measures, shells = [], []
        for cell in rows.cells:
            codes, names = tuple(group.code for group in cell), tuple(group.name for group in cell)
            end = filled(split.ids or f"{name}.{{}}", ".".join(codes))
            said = names if len(split.key) > 1 else (f"{split.within}: {names[0]}" if split.within else names[0],)
            where = {**measure.where, **{c: g.value for c, g in zip(split.key, cell, strict=True)}}
            label = filled(split.label or usual, *said)
            measures.append(replace(measure, id=f"{self._section}.{end}", label=label, where=where))
            shells.append((codes, names))
        header = source_of(self._frame).dataset[split.key[0]].header
        source = source_of(self._frame)
        held = shield_of(source).present(source, split.key, rows.sizes()) if split.present is True else None
        for at, ((codes, names), (_, finding)) in enumerate(zip(shells, rows(measures, self._drawn), strict=True)):
            if held is None or held[at]:
                yield header, Row(codes, names, finding, split.within, family=name, split=split.key)


def filled(pattern: str, *names: str) -> str:
    """A pattern with names for its ``{}``, the last name for all that are left; other braces are nothing special."""
    first, *parts = pattern.split("{}")
    given = [*names, *[names[-1]] * (len(parts) - len(names))]
    return first + "".join(name + part for name, part in zip(given, parts, strict=False))


def ranked(rows: Iterable[Row]) -> list[Row]:
    """Rows from the largest, undefined ones last; equal ones stay in order, but provinces go by the order of slugs."""
    rows = list(rows)
    by_slug = bool(rows) and {row.code for row in rows} <= {place.slug for place in provinces()}

    def place(row: Row) -> tuple[bool, Any, str]:
        known = row.finding.value is not None
        return not known, -row.finding.exact() if known else 0, row.code if by_slug else ""

    return sorted(rows, key=place)
