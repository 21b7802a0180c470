"""An old round worked out anew from the files of a later one: its dated datasets, restricted to its months."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.ledger import LEDGER, Ledger
from dsw_analysis.intake.changes import date_column, within
from dsw_analysis.intake.columns import Column
from dsw_analysis.intake.source import source_of
from dsw_analysis.problems import UsageError
from dsw_analysis.report.comparison import Comparison
from dsw_analysis.run.batch import Batch
from dsw_analysis.run.sections import run_sections
from dsw_analysis.run.steps import BatchError, failure
from dsw_analysis.run.tasks import Project

_PRINT = "published.csv"


def with_old_period(comparison: Comparison, project: Project) -> Comparison:
    """The comparison with the old round's findings as the new round's files give them.

    The notebooks that read a dataset whose rows say their date run on its new rows of the old months, in a folder of
    their own that is gone afterwards. Other datasets stay as they were: nothing says what their new rows were then.

    Raises
    ------
    UsageError
        If the rounds are of two years.
    BatchError
        If a notebook fails on the new rows.
    """
    old = comparison.old
    if old.round.year != comparison.new.round.year:
        raise UsageError(f"{comparison.new.round} has no rows of {old.round}; only a later round of the year has")
    frames = {dataset: frame for dataset in comparison.changes if (frame := _restricted(comparison, dataset, project))}
    sections = [s for s in old.sections if s in project.sections() and frames.keys() & old.datasets_of(s)]
    if not sections:
        return comparison
    with tempfile.TemporaryDirectory() as folder:
        scratch = Project(root=Path(folder))
        _copy(project, scratch, str(old.round), frames)
        with Batch(scratch, old.round) as batch:
            failed = [outcome for outcome in run_sections(batch, sections) if outcome.error is not None]
            if failed:
                raise BatchError(f"{old.round} cannot be worked out anew: {'; '.join(map(failure, failed))}")
            document = json.loads(batch.outputs.newest(LEDGER).read_text(encoding="utf-8"))
    anew: Mapping[str, Finding] = Ledger.from_records(document["findings"])
    return replace(comparison, anew={i: f for i, f in anew.items() if comparison.rests_on(i) <= frames.keys()})


def _restricted(comparison: Comparison, dataset: str, project: Project) -> str | None:
    """The new rows of the old round's months as a file; ``None`` where the old file cannot be replaced by one."""
    old, frame = comparison.old, comparison.new.frame(project.data, dataset)
    if frame is None or old.inputs[dataset].get("corrections"):
        return None
    schema = source_of(frame).dataset
    dates = date_column(schema)
    alone = [name for name, read in old.inputs.items() if read["file"] == old.inputs[dataset]["file"]] == [dataset]
    if dates is None or not alone:
        return None
    rows = frame[within(frame[dates.name], old.round)]
    cells = {column.header: [_cell(cell, column) for cell in rows[column.name]] for column in schema.columns}
    return pd.DataFrame(cells).to_csv(index=False, lineterminator="\n")


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


def _copy(project: Project, scratch: Project, round_: str, frames: Mapping[str, str]) -> None:
    """A project of the old round's raw files, those of some datasets replaced."""
    left = shutil.ignore_patterns(".ipynb_checkpoints", *(f"{dataset}.ipynb" for dataset in frames))
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
    for dataset, content in frames.items():
        for path in (raw / dataset, *raw.glob(f"{dataset}.*")):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        (raw / f"{dataset}.csv").write_text(content, encoding="utf-8-sig")
