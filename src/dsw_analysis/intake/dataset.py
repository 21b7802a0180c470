"""Datasets: one kind of raw file, loaded into a typed frame or refused with every problem named."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa

from dsw_analysis.intake.columns import Column, Schema
from dsw_analysis.intake.copies import Copy, key_of
from dsw_analysis.intake.corrections import CORRECTIONS, Corrections
from dsw_analysis.intake.files import check_path, find_file, hash_file, is_there, read_parts
from dsw_analysis.intake.judging import Checked, Judge, absent_months, rows_by_month
from dsw_analysis.intake.parsing import registry_names
from dsw_analysis.intake.source import Source, joined, read_provenance
from dsw_analysis.problems import DataError
from dsw_analysis.rounds import Round

PART: Final = 250_000
"""Rows of a long file that are read and judged at a time."""


@dataclass(frozen=True, kw_only=True)
class Dataset(Schema):
    """A schema with the files that it is of; ``corrections`` gives that of the round's corrections, if there is one."""

    registries: Mapping[str, tuple[Dataset, str]] = field(default_factory=dict)
    corrections: Callable[[], Dataset | None] | None = field(default=None, repr=False, compare=False)

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
        return self._judge(round_, folder, path)

    def load(
        self,
        round_: Round,
        folder: Path,
        *,
        province: str | None = None,
        columns: Sequence[str] | None = None,
        accept_partial: bool = False,
    ) -> pd.DataFrame:
        """Load the dataset's file as a typed frame.

        A file without problems leaves a checked copy in ``checked`` beside the folder of raw files, from which it is
        loaded the next time; see :mod:`dsw_analysis.intake.copies`.

        Parameters
        ----------
        round_, folder:
            As for :meth:`check`.
        province:
            Keep only the rows of this province (official Thai name).
        columns:
            Load only these columns, in this order; all if ``None``. The file is judged as a whole all the same.
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
            With every problem, unless ``accept_partial`` and only rows are refused; also if a file was replaced while
            it was read.
        KeyError
            If there is no such column, or ``province`` is given and the dataset has no province column.
        """
        wanted = list(self.columns) if columns is None else [self[name] for name in columns]
        if province is not None:
            self["province"]
        path = find_file(folder, self.stem)
        check_path(path)
        corrections = self._corrections(round_, folder)
        copy = self._copy(round_, folder, path)
        found = copy.read(wanted, province) if copy is not None else None
        if found is None or copy is None:
            found, checked = self._first_load(round_, folder, wanted, province, copy, partial=accept_partial)
            digest, refused, absent = checked.sha256, len(checked.refused), checked.absent
            read = joined([{path.name: digest}, checked.registries, corrections.read])
        else:
            digest, refused, absent = copy.sha256, 0, self._absent(round_, copy)
            read = dict(copy.files)
        frame, rows = found
        provenance, by_field, package = read_provenance(folder, self)
        frame.attrs["source"] = Source(
            dataset=self,
            file=path.name,
            sha256=digest,
            rows=rows,
            refused=refused,
            absent=absent,
            provenance=provenance,
            fields=by_field,
            province=province,
            corrections=tuple(one for one in corrections.listed if one["row"] in frame.index),
            read={**read, **package},
        )
        return frame

    def _judge(
        self,
        round_: Round,
        folder: Path,
        path: Path | None,
        keep: Callable[[pd.DataFrame], None] | None = None,
        *,
        whole: bool = False,
    ) -> Checked:
        """Judge the file part by part or whole, handing on the typed rows of each part."""
        reading = partial(
            read_parts,
            headers=[c.header for c in self.columns],
            names={c.name: c.header for c in self.columns},
            sheet=self.sheet,
            rows=None if whole or any(rule.across_rows for rule in self.rules) else PART,
        )
        try:
            file = path or find_file(folder, self.stem)
            names, listed = self._registries(round_, folder, path)
            corrections = Corrections(self)
            with suppress(DataError):  # what is wrong with them is said of their own file
                corrections = self._corrections(round_, folder) if path is None else corrections
            judge = Judge(self, round_, names, again=partial(reading, file), corrections=corrections)
            for raw in reading(file):
                typed = judge.add(raw)
                if keep is not None and typed is not None:
                    keep(typed)
            return replace(judge.finish(), registries=listed)
        except DataError as error:
            return Checked(dataset=self, problems=error.problems)

    def _first_load(
        self,
        round_: Round,
        folder: Path,
        columns: Sequence[Column],
        province: str | None,
        copy: Copy | None,
        *,
        partial: bool,
    ) -> tuple[tuple[pd.DataFrame, int], Checked]:
        """Judge and load the file: the rows asked for, and how many there are in all, both without the refused ones."""
        if copy is not None:
            with suppress(OSError, pa.ArrowException), copy.writing() as writer:
                checked = _accepted(self._judge(round_, folder, None, writer.add), partial=partial)
                writer.finish()
                found = writer.read(columns, province)
                if not checked.refused and copy == self._copy(round_, folder, copy.raw, checked.sha256):
                    writer.keep()
                return _without(found, checked), checked
        parts: list[pd.DataFrame] = []

        def keep(frame: pd.DataFrame) -> None:
            rows = slice(None) if province is None else frame[self["province"].name] == province
            parts.append(frame.loc[rows, [column.name for column in columns]])

        checked = _accepted(self._judge(round_, folder, None, keep), partial=partial)
        return _without((pd.concat(parts), checked.rows_read), checked), checked

    def _absent(self, round_: Round, copy: Copy) -> tuple[str, ...]:
        """Months without a row in the whole file, of whatever province."""
        found = copy.read([self.monthly], None) if self.monthly is not None else None
        return () if found is None else absent_months(rows_by_month(found[0].iloc[:, 0], round_))

    def _copy(self, round_: Round, folder: Path, path: Path, digest: str | None = None) -> Copy | None:
        """Where the file's checked copy is kept: nowhere if the folder is not one of ``<data>/raw/<round>``."""
        if folder.name != str(round_):
            return None
        try:
            digest = digest or hash_file(path)
            files = {path.name: digest}
            for registry, _ in self.registries.values():
                listed = find_file(folder, registry.stem)
                check_path(listed)
                files = joined([files, {listed.name: hash_file(listed)}])
            files = joined([files, self._corrections(round_, folder).read])
        except (DataError, OSError):
            return None
        place = folder.resolve().parent.parent / "checked" / folder.name
        return Copy(self, path, digest, files, place, key_of(self, round_, files))

    def _corrections(self, round_: Round, folder: Path) -> Corrections:
        """Corrections of the dataset in the round's folder.

        Raises
        ------
        DataError
            If their file has problems.
        """
        kind = self.corrections() if self.corrections and is_there(folder, CORRECTIONS) else None
        if kind is None:
            return Corrections(self)
        return Corrections.of(self, kind.load(round_, folder))

    def _registries(
        self, round_: Round, folder: Path, path: Path | None
    ) -> tuple[dict[str, list[str]], dict[str, str]]:
        """Names that may stand in the columns that have a registry which can be read, and the registries' hashes."""
        found, read = {}, {}
        for name, (registry, column) in self.registries.items():
            beside = path if registry.stem == self.stem else None
            listed = registry._judge(round_, folder, beside, whole=True)
            if listed.frame is not None and listed.raw is not None:
                found[name] = registry_names(listed.frame[column])
                read[listed.raw.file] = listed.sha256
        return found, read


def _accepted(checked: Checked, *, partial: bool) -> Checked:
    """The result if its rows, or those without a problem, may be used.

    Raises
    ------
    DataError
        Otherwise, with every problem.
    """
    if not checked.readable or any(p.row is None or not partial for p in checked.problems):
        raise DataError(checked.problems)
    return checked


def _without(found: tuple[pd.DataFrame, int], checked: Checked) -> tuple[pd.DataFrame, int]:
    """A frame and the number of all rows, without the rows that were refused."""
    frame, rows = found
    if checked.refused:
        frame = frame[~frame.index.isin(checked.refused)]
    return frame, rows - len(checked.refused)
