"""Datasets: one kind of raw file, loaded into a typed frame or refused with every problem named."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from dsw_analysis.datasets.columns import Column, Rule
from dsw_analysis.datasets.parsing import match_columns, match_registry, parse_cells
from dsw_analysis.datasets.sheet import Sheet
from dsw_analysis.datasets.validation import check_totals, validate
from dsw_analysis.findings import PROVENANCE, Provenance, weakest
from dsw_analysis.problems import DataError, Problem
from dsw_analysis.rounds import Round
from dsw_analysis.sources import RawTable, find_file, read_table

if TYPE_CHECKING:
    import pandera.pandas as pa


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """One kind of raw file.

    Attributes
    ----------
    id:
        Starts with the section's id; also the file's stem unless ``file`` says otherwise.
    title:
        Thai name.
    columns:
        Fields in the order of the file.
    rules:
        Rules across columns.
    file, sheet:
        Stem of the file and name of the sheet, for workbooks that hold several datasets.
    registries:
        Column -> the dataset and its column that list the names which may stand there.
    """

    id: str
    title: str
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...] = ()
    file: str | None = None
    sheet: str | None = None
    registries: Mapping[str, tuple[Dataset, str]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Column:
        """Column of a name."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"dataset {self.id} has no column {name!r}; it has {', '.join(self.names)}")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(column.name for column in self.columns)

    @property
    def stem(self) -> str:
        """Stem of the raw file's name."""
        return self.file or self.id

    @cached_property
    def schema(self) -> pa.DataFrameSchema:
        """Bounds and rules as a pandera schema, for frames that did not come from :meth:`load`.

        :meth:`check` judges by the same bounds and rules without pandera, whose report of a failed rule repeats it
        for every column and row.
        """
        import pandera.pandas as pa  # noqa: PLC0415 - slow to import, and not needed to load a file

        return pa.DataFrameSchema(
            columns={c.name: c.to_pandera() for c in self.columns},
            checks=[rule.to_pandera() for rule in self.rules],
            name=self.id,
        )

    def check(self, round_: Round, folder: Path, *, path: Path | None = None) -> Checked:
        """Read and judge the dataset's file, never raising for what is wrong in it.

        Parameters
        ----------
        round_:
            Round that dates must fall in.
        folder:
            The round's folder of raw files.
        path:
            Another file to judge in place of the one in ``folder``.
        """
        try:
            raw = read_table(
                path or find_file(folder, self.stem),
                headers=[c.header for c in self.columns],
                sheet=self.sheet,
            )
        except DataError as error:
            return Checked(dataset=self, problems=error.problems)
        matched = match_columns(self, raw)
        if len(matched.frame.columns) < len(self.columns):
            return Checked(dataset=self, problems=(*raw.problems, *matched.problems), raw=raw)
        cells = parse_cells(self, matched.frame, raw)
        for name, (registry, column) in self.registries.items():
            listed = registry.check(round_, folder, path=path if registry.stem == self.stem else None).frame
            if listed is not None:
                cells = match_registry(cells, self[name], listed[column], Sheet(raw, matched.frame))
        named = {(p.row, p.column) for p in raw.problems}
        judged = [p for p in validate(self, cells, matched, raw, round_) if (p.row, p.column) not in named]
        problems = [*raw.problems, *matched.problems, *cells.problems, *judged]
        doubted = {p.column for p in problems}
        sound = [c for c in self.columns if c.header not in doubted]
        problems += check_totals(sound, cells.frame, matched, raw)
        return Checked(
            dataset=self,
            problems=tuple(sorted(problems, key=lambda p: (p.row or 0, p.column or "", p.code))),
            raw=raw,
            frame=cells.frame,
            refused=tuple(sorted({p.row for p in problems if p.row is not None and p.row in raw.frame.index})),
            changed=cells.changed,
        )

    def load(
        self,
        round_: Round,
        folder: Path,
        *,
        province: str | None = None,
        accept_partial: bool = False,
    ) -> pd.DataFrame:
        """Load the dataset's file as a typed frame.

        Parameters
        ----------
        round_, folder:
            As for :meth:`check`.
        province:
            Keep only the rows of this province (official Thai name).
        accept_partial:
            Load the valid rows even if others are refused; ``source.refused`` says how many.

        Returns
        -------
        DataFrame
            One column per :class:`Column` in order, indexed by spreadsheet row (``row``);
            ``frame.attrs["source"]`` is its :class:`Source`.

        Raises
        ------
        DataError
            With every problem, unless ``accept_partial`` and only rows are refused.
        KeyError
            If ``province`` is given and the dataset has no province column.
        """
        checked = self.check(round_, folder)
        fatal = [p for p in checked.problems if p.row is None or not accept_partial]
        if fatal or checked.raw is None or checked.frame is None:
            raise DataError(checked.problems)
        frame = checked.frame.drop(index=list(checked.refused)) if checked.refused else checked.frame
        provenance, by_field = read_provenance(folder, self)
        frame.attrs["source"] = Source(
            dataset=self,
            file=checked.raw.file,
            sha256=checked.raw.sha256,
            rows=len(frame),
            refused=len(checked.refused),
            provenance=provenance,
            fields=by_field,
            province=province,
        )
        return frame if province is None else frame[frame[self["province"].name] == province]


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What :meth:`Dataset.check` found.

    ``frame`` holds all rows read, ``refused`` the spreadsheet rows with a problem, ``changed`` how many
    cells were normalised, by kind. Rows read = rows loaded + rows refused.
    """

    dataset: Dataset
    problems: tuple[Problem, ...] = ()
    raw: RawTable | None = None
    frame: pd.DataFrame | None = None
    refused: tuple[int, ...] = ()
    changed: Mapping[str, int] = field(default_factory=dict)

    @property
    def rows_read(self) -> int:
        """Data rows in the file; 0 if it could not be read at all."""
        return 0 if self.raw is None else len(self.raw.frame)

    @property
    def rows_loaded(self) -> int:
        """Rows that can be used: none if a problem concerns a whole column or the whole file."""
        if self.frame is None or any(p.row is None for p in self.problems):
            return 0
        return self.rows_read - len(self.refused)

    @property
    def rows_refused(self) -> int:
        """Rows that cannot be used."""
        return self.rows_read - self.rows_loaded


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a frame comes from; travels in ``frame.attrs["source"]``."""

    dataset: Dataset
    file: str
    sha256: str
    rows: int
    refused: int = 0
    provenance: Provenance = "received"
    fields: Mapping[str, Provenance] = field(default_factory=dict)
    province: str | None = None

    def __deepcopy__(self, memo: dict[int, object]) -> Source:
        """Share the (immutable) source: pandas copies ``attrs`` deeply at every step."""
        return self

    def provenance_of(self, *names: str) -> Provenance:
        """Weakest provenance of the rows and the named columns."""
        return weakest([self.provenance, *(self.fields.get(name, self.provenance) for name in names)])


def source_of(frame: pd.DataFrame) -> Source:
    """Source of a loaded frame.

    Raises
    ------
    ValueError
        If the frame has lost it, e.g. by a merge.
    """
    source = frame.attrs.get("source")
    if not isinstance(source, Source):
        raise ValueError(
            "this frame does not say which file it comes from; "
            "start from section.load(), or copy attrs: new.attrs.update(old.attrs)"
        )
    return source


def read_provenance(folder: Path, dataset: Dataset) -> tuple[Provenance, dict[str, Provenance]]:
    """Provenance of a dataset's rows and columns from ``datapackage.json``; ``received`` if it has none.

    Raises
    ------
    ValueError
        If the package names an unknown provenance.
    """
    path = folder / "datapackage.json"
    if not path.is_file():
        return "received", {}
    package = json.loads(path.read_text(encoding="utf-8"))
    for resource in package.get("resources", []):
        if resource.get("name") == dataset.id:
            default = _provenance(path, resource.get("provenance", "received"))
            by_header = {f["name"]: f.get("provenance", default) for f in resource["schema"]["fields"]}
            return default, {c.name: _provenance(path, by_header.get(c.header, default)) for c in dataset.columns}
    return "received", {}


def _provenance(path: Path, value: str) -> Provenance:
    for known in PROVENANCE:
        if value == known:
            return known
    raise ValueError(f"{path}: provenance {value!r} is none of {', '.join(PROVENANCE)}")
