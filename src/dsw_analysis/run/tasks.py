"""Tasks: one notebook each, run by papermill wherever there is a process for it, and given back as bytes."""

from __future__ import annotations

import contextlib
import json
import re
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dsw_analysis.findings.ledger import SUMMARY
from dsw_analysis.problems import UsageError
from dsw_analysis.project import FILE
from dsw_analysis.rounds import Round
from dsw_analysis.section.executed import handed_over

_NOTEBOOK = re.compile(r"(\d\d)_([a-z_]+)\.ipynb")
_NOT_IN_PLAN = "NotInPlanError"
EXECUTE = "dsw_analysis.run.tasks:execute"
PLAN = "action_plan"
"""Stem of the raw file that says which projects there are."""


@dataclass(frozen=True, kw_only=True)
class Project:
    """Folders of a checkout: notebooks, raw data, outputs."""

    root: Path

    @property
    def notebooks(self) -> Path:
        """Folder of the section notebooks."""
        return self.root / "notebooks"

    @property
    def data(self) -> Path:
        """Folder with one folder of raw files a round."""
        return self.root / "data" / "raw"

    @property
    def schemas(self) -> Path:
        """Folder with one schema for each dataset."""
        return self.root / "data" / "schemas"

    def outputs(self, round_: Round) -> Path:
        """Folder that a round's outputs go to."""
        return self.root / "outputs" / str(round_)

    def checked(self, round_: Round) -> Path:
        """Folder of the round's checked copies, wherever a link may have put the raw files."""
        return (self.data / str(round_)).resolve().parent.parent / "checked" / str(round_)

    def sections(self) -> dict[str, Path]:
        """Section id -> notebook in the order of their numbers; the summary comes last.

        Raises
        ------
        UsageError
            If there are no section notebooks, with the remedy.
        """
        found = {m[2]: p for p in sorted(self.notebooks.glob("*.ipynb")) if (m := _NOTEBOOK.fullmatch(p.name))}
        if not found:
            raise UsageError(
                f"no section notebooks in {self.notebooks}; run dsw in the project's folder or give --project"
            )
        if SUMMARY in found:
            found[SUMMARY] = found.pop(SUMMARY)
        return found


@dataclass(frozen=True, kw_only=True)
class Task:
    """One notebook to run, complete in itself: it can be sent to another machine.

    Attributes
    ----------
    section, province:
        What it makes; ``province`` is ``None`` for the whole country.
    notebook, content:
        File name and bytes of the notebook.
    parameters:
        Typed values for the notebook's own parameters. Folders are not among them: a notebook finds
        ``../data/raw`` and ``../outputs`` from the folder it runs in.
    root:
        Project folder to run in.
    files:
        Path from the project folder -> bytes. If there are any, the notebook runs in a temporary project
        folder that holds just these.
    """

    section: str
    notebook: str
    content: bytes
    parameters: Mapping[str, Any]
    root: Path
    province: str | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What messages and the manifest call the task."""
        return task_name(self.section, self.province)


def task_name(section: str, province: str | None = None) -> str:
    """``csr`` for the whole country, ``csr/เชียงใหม่`` for a province."""
    return section if province is None else f"{section}/{province}"


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a process gives back for a task.

    ``executed`` is the notebook with its outputs (``None`` if it never started), free of times and folders, so that the
    same inputs give the same bytes; ``page`` the section's own HTML page; ``rows`` dataset -> its file and how many
    rows it has; ``reads`` the stems of the raw files that it rests on, ``read`` those that it read -> hash of what was
    read, ``watched`` what else in the project it read, as :func:`dsw_analysis.run.watched.seen` says. If it failed,
    ``error`` names the cell and the error in at most three lines; ``left_out`` says why there is nothing to show
    although nothing failed: the plan has no such project. ``notes`` name, by cell, what the page leaves out, and what
    was not watched. All is of plain types: who receives it need not import what makes notebooks.
    """

    title: str
    seconds: float
    executed: bytes | None = None
    page: bytes | None = None
    rows: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    reads: tuple[str, ...] = ()
    read: Mapping[str, str] = field(default_factory=dict)
    watched: Mapping[str, str | None] = field(default_factory=dict)
    error: str | None = None
    notes: tuple[str, ...] = ()
    left_out: str | None = None


def execute(task: Task) -> Result:
    """Run one notebook with papermill and judge the result; never raises for what the notebook does.

    Success means that every code cell ran and that the last one handed over the section's findings:
    a notebook that leaves early with return code 0 has failed. Call it in a process of its own: papermill changes
    the working directory.
    """
    from dsw_analysis.run.rendering import chapter, raw_stems, section_page, title_of  # noqa: PLC0415 - for workers

    started = time.monotonic()
    notebook, raised, watched, untold = _run(task)
    if getattr(raised, "ename", None) == _NOT_IN_PLAN:
        why = f"{task.notebook} is left out: {getattr(raised, 'evalue', '')}"
        return Result(
            title=task.section,
            seconds=time.monotonic() - started,
            reads=(PLAN,),
            watched=_beside(watched, task, (PLAN,)),
            left_out=why,
            notes=untold,
        )
    error = None if raised is None else _brief(raised)
    document: Mapping[str, Any] | None = None
    executed: bytes | None = None
    if notebook is not None:
        if error is None:
            document, error = handed_over(notebook)
        # In one line: Python's own encoder, which indents, takes as long as some notebooks.
        executed = json.dumps(notebook, ensure_ascii=False, sort_keys=True).encode() + b"\n"
    reads = () if document is None else raw_stems(document, task)
    title = title_of(task) if document is None else str(document["title"])
    ledgers = [json.loads(content) for name, content in task.files.items() if name.endswith("findings.json")]
    made = chapter(task.section, title, notebook, document, error)
    page = section_page(
        made,
        document,
        Round.parse(str(task.parameters["round_id"])),
        province=task.province,
        inputs=[read for ledger in ledgers for read in ledger["inputs"]],
    )
    return Result(
        title=title,
        seconds=time.monotonic() - started,
        executed=executed,
        page=page,
        rows={i["dataset"]: (i["file"], i["rows"]) for i in (document or {}).get("inputs", ())},
        reads=reads,
        read={} if document is None else document.get("read", {}),
        watched=_beside(watched, task, reads),
        error=error,
        notes=(*made.notes, *untold),
    )


def _beside(watched: Mapping[str, str | None], task: Task, reads: Iterable[str]) -> dict[str, str | None]:
    """What of all that was read in the project is not known as raw file or copy of it, nor of all, nor made of this."""
    round_ = task.parameters["round_id"]
    raw, stems = f"../data/raw/{round_}/", {*reads, "datapackage"}
    return {
        name: state
        for name, state in watched.items()
        if not name.startswith((f"../outputs/{round_}/", "../data/checked/", f"../{FILE}"))
        and not (name.startswith(raw) and name.removeprefix(raw).split(".")[0] in stems)
    }


def _run(task: Task) -> tuple[dict[str, Any] | None, Exception | None, Mapping[str, str | None], tuple[str, ...]]:
    """Executed notebook, and what it raised, if it failed; what it read, and a note of what was not watched."""
    from dsw_analysis.run.warm.client import run_notebook  # noqa: PLC0415 - only the workers need it; slow to import
    from dsw_analysis.run.watched import seen  # noqa: PLC0415 - for workers

    with _workplace(task) as root, tempfile.TemporaryDirectory() as scratch:
        given = Path(scratch) / task.notebook
        given.write_bytes(task.content)
        report = Path(scratch) / "seen.jsonl"
        try:
            notebook, error = run_notebook(given, task.parameters, cwd=root / "notebooks", report=report)
        except Exception as raised:  # whatever stops one notebook must not stop the others
            return None, raised, {}, ()
        return _timeless(notebook), error, *seen(report, root / "notebooks")


@contextlib.contextmanager
def _workplace(task: Task) -> Iterator[Path]:
    """Project folder to run in: the task's own, or a temporary one with the files that it carries."""
    if not task.files:
        yield task.root
        return
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "notebooks").mkdir()
        for name, content in task.files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        yield root


def _timeless(notebook: dict[str, Any]) -> dict[str, Any]:
    """Drop times, folders and random ids, so that equal runs give equal bytes."""
    kept = {"parameters", "version", "exception"}
    about = notebook["metadata"].get("papermill", {})
    notebook["metadata"]["papermill"] = {key: value for key, value in about.items() if key in kept}
    for place, cell in enumerate(notebook["cells"]):
        metadata = cell["metadata"]
        metadata.pop("execution", None)
        about = metadata.get("papermill", {})
        metadata["papermill"] = {key: about[key] for key in ("exception", "status") if key in about}
        if {"injected-parameters", "papermill-error-cell-tag"} & set(metadata.get("tags", [])):
            cell["id"] = f"papermill-{place}"
    return notebook


def _brief(error: Exception) -> str:
    cell = getattr(error, "exec_count", None)
    if cell is None:
        return "\n".join(f"{type(error).__name__}: {error}".splitlines()[:3])[:600]
    first, *rest = str(getattr(error, "evalue", "")).splitlines() or [""]
    lines = [f"cell {cell}: {getattr(error, 'ename', 'error')}: {first}", *rest[:2]]
    return "\n".join(lines)[:2000]
