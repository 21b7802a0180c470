"""The periods of two rounds worked out from the files of the later one: its dated datasets, restricted to months."""

from __future__ import annotations

import ast
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.ledger import Ledger
from dsw_analysis.intake.changes import date_column, within
from dsw_analysis.intake.columns import Column
from dsw_analysis.intake.files import is_there
from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.problems import UsageError
from dsw_analysis.project import settings
from dsw_analysis.report.comparing import compare_rounds, tidy
from dsw_analysis.report.comparison import Comparison
from dsw_analysis.report.made import Made
from dsw_analysis.rounds import Round
from dsw_analysis.run.steps import BatchError
from dsw_analysis.run.tasks import Project, Task, named
from dsw_analysis.run.warm.processes import WarmExecutor
from dsw_analysis.section.rates import POPULATION

_PRINT = "published.csv"
_SHOWS = ("bars", "columns", "heatmap", "change", "table", "overview", "roadmap", "remaining")
"""Calls that only show what was measured; a map is one too, where the round has no inhabitants to make rates of."""
_FINDINGS = "dsw_analysis.run.execution:findings_of"
"""What runs a notebook for its findings, in a process that has loaded all that it takes."""


def compare(old: str, new: str, *, root: str | Path = "..", anew: bool = False) -> pd.DataFrame:
    """Hold two rounds against each other, for a notebook: one row a finding, indexed by its id.

    Parameters
    ----------
    old, new:
        Rounds, the earlier first, e.g. ``"2569-6m"``.
    root:
        The project's folder, from the notebook's.
    anew:
        Run notebooks on the new file's rows of the old months, which splits differences, and of the new months alone.

    Returns
    -------
    DataFrame
        ``section``, ``label``, ``unit``, ``old``, ``new``, ``difference`` (percentage points for percentages; missing
        where nothing is compared), numerators and denominators, ``state`` and ``causes`` (joined by ``;``); with
        ``anew`` also ``of_old`` and ``of_new``, the parts of the difference, and ``half``, the value of the new months
        alone, with its numerator and denominator.

    Raises
    ------
    ValueError
        If a round's id is malformed.
    UsageError, BatchError
        As :func:`compare_rounds` and :func:`with_periods`.
    """
    found = compare_rounds(Round.parse(old), Round.parse(new), root)
    return tidy(with_periods(found, Project(root=Path(root).resolve())) if anew else found)


def with_periods(comparison: Comparison, project: Project) -> Comparison:
    """The comparison with findings of the old months, and of the new months alone, as the new round's files give them.

    The notebooks that read a dataset whose rows say their date run on its new rows of these months, in folders of their
    own that are gone afterwards. Other datasets stay as they were: nothing says what their new rows were then.

    Raises
    ------
    UsageError
        If the rounds are of two years.
    BatchError
        If a notebook fails on the new rows.
    """
    old, new = comparison.old, comparison.new
    if old.round.year != new.round.year:
        raise UsageError(f"{new.round} has no rows of {old.round}; only a later round of the year has")
    with tempfile.TemporaryDirectory() as folder, WarmExecutor(os.cpu_count() or 1) as executor:
        words = settings(project.root)
        periods = [
            _Period(comparison, project, made, Path(folder) / str(made.round), of_old)
            for made, of_old in ((old, True), (new, False))
        ]
        running = [
            (period, [executor.submit(named, _FINDINGS, task, words=words) for task in period.tasks()])
            for period in periods
        ]
        anew, half = (dict(period.findings(future.result() for future in some)) for period, some in running)
    return replace(comparison, anew=anew, half=half)


@dataclass(frozen=True)
class _Period:
    """A round's notebooks on the new rows of the old months, or else of the new ones, in a folder of their own."""

    comparison: Comparison
    project: Project
    made: Made
    root: Path
    of_old: bool

    @cached_property
    def files(self) -> dict[str, str]:
        """Datasets whose rows say their date -> a file of those of the months."""
        dated = [dataset for dataset, changes in self.comparison.changes.items() if changes.dated]
        return {dataset: file for dataset in dated if (file := self._restricted(dataset)) is not None}

    def tasks(self) -> list[Task]:
        """The notebooks that read such a dataset, and the project that they run in."""
        notebooks = self.project.sections()
        sections = [s for s in self.made.sections if s in notebooks and self.files.keys() & self.made.datasets_of(s)]
        raw = self.project.data / str(self.made.round)
        shows = _SHOWS if is_there(raw, POPULATION) else (*_SHOWS, "tile_map")
        if sections:
            _copy(self.project, Project(root=self.root), str(self.made.round), self.files)
        return [
            Task(
                section=section,
                notebook=notebooks[section].name,
                content=_measuring(notebooks[section].read_bytes(), shows),
                parameters={"round_id": str(self.made.round)},
                root=self.root,
            )
            for section in sections
        ]

    def findings(self, results: Iterable[tuple[list[Mapping[str, Any]], str | None]]) -> Iterator[tuple[str, Finding]]:
        """What notebooks found that rests on nothing but these files."""
        for records, error in results:
            if error is not None:
                raise BatchError(f"some months of {self.made.round} cannot be worked out: {error}")
            for id_, finding in Ledger.from_records(records).items():
                if self.comparison.rests_on(id_) <= self.files.keys():
                    yield id_, finding

    def _restricted(self, dataset: str) -> str | None:
        """A file of the months; ``None`` if they have no rows, or the round's file cannot be replaced by it."""
        inputs, round_ = self.made.inputs, self.made.round
        alone = [name for name, read in inputs.items() if read["file"] == inputs[dataset]["file"]] == [dataset]
        schema = Schemas.of(self.project.data, round_)[dataset]
        dates = date_column(schema)
        frame = self.comparison.new.frame(self.project.data, dataset)
        if frame is None or inputs[dataset].get("corrections") or dates is None or not alone:
            return None
        rows = frame[within(frame[dates.name], self.comparison.old.round) == self.of_old]
        if rows.empty or not all(_is_known(rows, column) for column in schema.columns):
            return None
        cells = {column.header: [_cell(cell, column) for cell in rows[column.name]] for column in schema.columns}
        return pd.DataFrame(cells).to_csv(index=False, lineterminator="\n")


def _measuring(content: bytes, shows: Sequence[str]) -> bytes:
    """A notebook without its texts and calls that record no number, which take two thirds of the time."""
    book = json.loads(content)
    book["cells"] = [cell for cell in book["cells"] if not _only_shows("".join(cell["source"]), shows)]
    return json.dumps(book, ensure_ascii=False).encode()


def _only_shows(source: str, shows: Sequence[str]) -> bool:
    """Whether a cell is a text, or one call of this kind."""
    if source.startswith("%%say"):
        return True
    try:
        (statement,) = ast.parse(source).body
    except (SyntaxError, ValueError):  # Markdown, other magic, or several statements
        return False
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in shows


def _is_known(rows: pd.DataFrame, column: Column) -> bool:
    """Whether a column is there, and all of its answers could be given in the round."""
    if column.name not in rows or column.kind not in ("category", "multi"):
        return column.name in rows
    return set(rows[column.name].dropna().astype("str").str.split(";").explode()) <= column.codes.keys()


def _cell(cell: object, column: Column) -> str:
    """A typed cell as a person would write it in the form."""
    if pd.isna(cell):  # type: ignore[call-overload]
        return ""
    if isinstance(cell, pd.Timestamp):
        month = f"{cell.month:02d}/{cell.year + 543}"
        return month if column.kind == "month" else f"{cell.day:02d}/{month}" + _time(cell, column)
    if column.kind == "multi":
        return "; ".join(column.label(code) for code in str(cell).split(";"))
    return column.label(str(cell))


def _time(moment: pd.Timestamp, column: Column) -> str:
    return f" {moment:%H:%M:%S}" if column.kind == "datetime" else ""


def _copy(project: Project, scratch: Project, round_: str, files: Mapping[str, str]) -> None:
    """A project of a round's raw files, those of some datasets replaced."""
    left = shutil.ignore_patterns(".ipynb_checkpoints", *(f"{dataset}.ipynb" for dataset in files))
    for name in (
        "notebooks",
        "data/schemas",
        f"data/raw/{round_}",
        f"data/checked/{round_}",
        f"data/prepared/{round_}",
    ):
        if (project.root / name).is_dir():
            shutil.copytree(project.root / name, scratch.root / name, ignore=left)
    for name in ("project.toml", "requirements.lock"):
        if (project.root / name).is_file():
            shutil.copy(project.root / name, scratch.root)
    raw = scratch.data / round_
    (raw / _PRINT).unlink(missing_ok=True)  # what is worked out anew need not be what was printed
    for dataset, content in files.items():
        for path in (raw / dataset, *raw.glob(f"{dataset}.*")):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        (raw / f"{dataset}.csv").write_text(content, encoding="utf-8-sig")
