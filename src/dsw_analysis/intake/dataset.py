"""Datasets: one kind of raw file, loaded into a typed frame or refused with every problem named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa

from dsw_analysis import display
from dsw_analysis.intake.coded import guarded
from dsw_analysis.intake.columns import Column, Schema
from dsw_analysis.intake.copies import Copy, key_of
from dsw_analysis.intake.corrections import CORRECTIONS, Corrections
from dsw_analysis.intake.files import are_parts, find_files, hash_file, hashes, is_there, names_of
from dsw_analysis.intake.judging import Checked, Judge, absent_months, rows_by_month
from dsw_analysis.intake.options import Acceptance, Options, acceptances, option_hashes, options_of, waiting
from dsw_analysis.intake.parsing import registry_names
from dsw_analysis.intake.part_files import Keep, hash_together, judge_parts
from dsw_analysis.intake.prepared import Prepared, to_be_prepared
from dsw_analysis.intake.reading import Reading
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

    def __repr__(self) -> str:
        return f"<Dataset {self.id}: {len(self.columns)} columns>"

    def _repr_html_(self) -> str:
        rows = [
            (c.name, c.header, c.kind, display.listed(f"{code} = {label}" for code, label in c.codes.items()))
            for c in self.columns
        ]
        heads = ("ชื่อ", "หัวคอลัมน์ในไฟล์", "ชนิด", "รหัส = ป้ายกำกับ")
        return display.shown(display.heading(f"{self.title} ({self.id})"), display.table(heads, rows, most=len(rows)))

    def check(
        self, round_: Round, folder: Path, *, path: Path | None = None, options: Options | None = None
    ) -> Checked:
        """Read and judge the dataset's file, never raising for what is wrong in it.

        Parameters
        ----------
        round_:
            Round that dates must fall in.
        folder:
            The round's folder of raw files.
        path:
            Another file to judge in place of the one in ``folder``.
        options:
            Reading options to judge it by as if they had been accepted.
        """
        return self._judge(round_, folder, path, trial=options)

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
        paths = self.files_in(folder)
        names, in_parts = names_of(paths, folder), are_parts(paths, folder)
        corrections = self._corrections(round_, folder, paths)
        options = self.accepted(folder, names)
        copy = self._copy(round_, folder, paths)
        found = copy.read(wanted, province) if copy is not None else None
        if found is None or copy is None:
            found, checked = self._first_load(round_, folder, wanted, province, copy, partial=accept_partial)
            refused, absent = checked.rows_refused, checked.absent
            raw, missing = (
                checked.files,
                [name for name, part in zip(names, checked.parts, strict=False) if not part.sound],
            )
            read = joined([raw, checked.registries, corrections.read, option_hashes(folder, options)])
        else:
            refused, absent, raw, missing = 0, self._absent(round_, copy), dict(copy.raw), []
            read = dict(copy.files)
        frame, rows = guarded(found[0], wanted), found[1]
        provenance, by_field, package = read_provenance(folder, self)
        frame.attrs["source"] = Source(
            dataset=self,
            file=f"{self.stem}/" if in_parts else names[0],
            sha256=hash_together(raw) if in_parts else raw[names[0]],
            rows=rows,
            refused=refused,
            absent=absent,
            provenance=provenance,
            fields=by_field,
            province=province,
            corrections=tuple(one for one in corrections.listed if one["index"] in frame.index),
            parts={name: raw.get(name, "") for name in names} if in_parts else {},
            missing=tuple(missing),
            read={**read, **package},
            options={name: said for name, said in options.items() if name not in missing},
            prepared={} if (made := Prepared.of(folder, self.id)) is None else made.made_from(),
        )
        return frame

    def files_in(self, folder: Path) -> list[Path]:
        """The dataset's file, or parts, in the folder of a round; or what a preparation notebook made in their place.

        Raises
        ------
        DataError
            If there is none, or several, or it is to be prepared and is not.
        """
        made = Prepared.of(folder, self.id)
        return find_files(folder, self.stem) if made is None else [made.current()]

    def state(self, round_: Round, folder: Path) -> str | None:
        """What stands for all that a check of the round's files depends on; ``None`` if one is not to be had."""
        kinds = (self, *(registry for registry, _ in self.registries.values()))
        with suppress(DataError, OSError):
            paths = [path for kind in kinds for path in kind.files_in(folder)]
            paths += find_files(folder, CORRECTIONS) if self.corrections and is_there(folder, CORRECTIONS) else []
            files = dict(zip(names_of(paths, folder), map(hash_file, paths), strict=True))
            return key_of(self, round_, {**files, **option_hashes(folder, acceptances(folder, files))})
        return None

    def _judge(
        self,
        round_: Round,
        folder: Path,
        path: Path | None,
        keep: Keep | None = None,
        *,
        whole: bool = False,
        trial: Options | None = None,
    ) -> Checked:
        """Judge the file, or all files of a dataset in parts, handing on the typed rows."""
        try:
            paths = [path] if path is not None else self.files_in(folder)
            names, listed = self._registries(round_, folder, path)
            corrections = Corrections(self)
            with suppress(DataError):  # what is wrong with them is said of their own file
                corrections = self._corrections(round_, folder, paths) if path is None else corrections
        except DataError as error:
            return Checked(dataset=self, problems=error.problems)
        judge = partial(self._judge_file, round_=round_, names=names, whole=whole, trial=trial)
        if path is not None or not are_parts(paths, folder):
            checked = judge(paths[0], paths[0].name, corrections, keep)
        else:
            checked = judge_parts(self, paths, corrections, judge, keep)
        made = Prepared.of(folder, self.id) if path is None else None
        problems = to_be_prepared(checked.problems, self.id) if made is None else made.naming(checked.problems)
        return replace(checked, problems=problems, registries=listed)

    def _judge_file(
        self,
        path: Path,
        called: str,
        corrections: Corrections,
        keep: Keep | None,
        *,
        round_: Round,
        names: Mapping[str, list[str]],
        whole: bool,
        trial: Options | None,
    ) -> Checked:
        """Judge one file, so ``called`` in messages, piece by piece or whole, handing on the typed rows.

        It is read by its options, or by some on trial.
        """
        rows = None if whole or any(rule.across_rows for rule in self.rules) else PART
        try:
            accepted = options_of(path, called) if trial is None and self.stem == self.id else trial
            reading = Reading(self, path, called, accepted)
            read = partial(reading.parts, rows)
            judge = Judge(replace(self, columns=reading.columns), round_, names, again=read, corrections=corrections)
            for raw in read():
                typed = judge.add(raw)
                if keep is not None and typed is not None:
                    keep(typed)
            checked = judge.finish()
        except DataError as error:
            checked = Checked(dataset=self, problems=error.problems)
        if trial is not None or checked.sound or self.stem != self.id:
            return checked
        return replace(checked, problems=(*checked.problems, *waiting(path, called)))

    def accepted(self, folder: Path, names: Iterable[str]) -> dict[str, Acceptance]:
        """Who accepted the reading options of files; of a workbook of several datasets the one of its name has them."""
        return acceptances(folder, names) if self.stem == self.id else {}

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
                paths = [folder / name for name in copy.raw]
                if not checked.problems and copy == self._copy(round_, folder, paths, checked.files):
                    writer.keep()
                return _without(found[0], checked), checked
        parts: list[pd.DataFrame] = []

        def keep(frame: pd.DataFrame) -> None:
            rows = slice(None) if province is None else frame[self["province"].name] == province
            parts.append(frame.loc[rows, [column.name for column in columns]])

        checked = _accepted(self._judge(round_, folder, None, keep), partial=partial)
        return _without(pd.concat(parts), checked), checked

    def _absent(self, round_: Round, copy: Copy) -> tuple[str, ...]:
        """Months without a row in the whole file, of whatever province."""
        found = copy.read([self.monthly], None) if self.monthly is not None else None
        return () if found is None else absent_months(rows_by_month(found[0].iloc[:, 0], round_))

    def _copy(
        self, round_: Round, folder: Path, paths: Sequence[Path], read: Mapping[str, str] | None = None
    ) -> Copy | None:
        """Where the checked copy of files, ``read`` if they have been, is kept.

        Nowhere if the folder is not one of ``<data>/raw/<round>``.
        """
        if folder.name != str(round_):
            return None
        try:
            raw = hashes(paths, folder) if read is None else dict(read)
            listed = [hashes(registry.files_in(folder), folder) for registry, _ in self.registries.values()]
            kinds = [self, *(registry for registry, _ in self.registries.values())]
            options = [
                option_hashes(folder, kind.accepted(folder, files))
                for kind, files in zip(kinds, (raw, *listed), strict=True)
            ]
            files = joined([raw, *listed, self._corrections(round_, folder, paths).read, *options])
        except (DataError, OSError):
            return None
        place = folder.resolve().parent.parent / "checked" / folder.name
        return Copy(self, raw, files, place, key_of(self, round_, files))

    def _corrections(self, round_: Round, folder: Path, paths: Sequence[Path]) -> Corrections:
        """Corrections of the dataset in the round's folder.

        Raises
        ------
        DataError
            If their file has problems.
        """
        kind = self.corrections() if self.corrections and is_there(folder, CORRECTIONS) else None
        if kind is None:
            return Corrections(self)
        parts = [name for name in names_of(paths, folder) if "/" in name]
        return Corrections.of(self, kind.load(round_, folder), parts)

    def _registries(
        self, round_: Round, folder: Path, path: Path | None
    ) -> tuple[dict[str, list[str]], dict[str, str]]:
        """Names that may stand in the columns that have a registry which can be read, and the registries' hashes."""
        found: dict[str, list[str]] = {}
        read: dict[str, str] = {}
        for name, (registry, column) in self.registries.items():
            beside = path if registry.stem == self.stem else None
            cells, files = registry._cells(column, round_, folder, beside)
            if cells is not None:
                found[name] = registry_names(cells)
                read |= {**files, **option_hashes(folder, registry.accepted(folder, files))}
        return found, read

    def _cells(
        self, column: str, round_: Round, folder: Path, path: Path | None
    ) -> tuple[pd.Series | None, Mapping[str, str]]:
        """Cells of a column of the whole file, of its checked copy if there is one, and the file's hashes.

        ``None`` for cells if the file cannot be read.
        """
        if path is None:
            with suppress(DataError):
                copy = self._copy(round_, folder, self.files_in(folder))
                if copy is not None and (kept := copy.read([self[column]], None)) is not None:
                    return kept[0][column], copy.raw
        listed = self._judge(round_, folder, path, whole=True)
        return (None if listed.frame is None or listed.raw is None else listed.frame[column]), listed.files


def _accepted(checked: Checked, *, partial: bool) -> Checked:
    """The result if its rows, or those without a problem, may be used.

    Raises
    ------
    DataError
        Otherwise, with every problem.
    """
    if not checked.sound or checked.is_misdirected or (checked.problems and not partial):
        raise DataError(checked.problems)
    return checked


def _without(frame: pd.DataFrame, checked: Checked) -> tuple[pd.DataFrame, int]:
    """A frame without the rows that were refused, and the number of all rows without them."""
    if checked.refused:
        frame = frame[~frame.index.isin(checked.refused)]
    return frame, checked.rows_loaded
