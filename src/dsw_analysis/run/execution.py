"""Executes a task in a worker process: runs its notebook, judges the result, renders the section's page."""

from __future__ import annotations

import contextlib
import json
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from dsw_analysis.findings.ledger import Ledger
from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.plan.plan import Plan
from dsw_analysis.problems import DataError, UsageError
from dsw_analysis.project import FILE
from dsw_analysis.report.page import Chapter, page, section_sources
from dsw_analysis.rounds import Round
from dsw_analysis.run.jobs import in_short
from dsw_analysis.run.rendering import chapter
from dsw_analysis.run.tasks import Project, Result, Task, write_files
from dsw_analysis.run.warm.client import run_notebook
from dsw_analysis.run.watched import seen
from dsw_analysis.section.executed import handed_over

_NOT_IN_PLAN = "NotInPlanError"
_PLAN = "action_plan"
"""Stem of the raw file that says which projects there are."""


def execute(task: Task) -> Result:
    """Run one notebook with papermill and judge the result; never raises for what the notebook does.

    Success means that every code cell ran and that the last one handed over the section's findings:
    a notebook that leaves early with return code 0 has failed. Call it in a process of its own: papermill changes
    the working directory.
    """
    started = time.monotonic()
    notebook, raised, watched, untold = _run(task)
    if getattr(raised, "ename", None) == _NOT_IN_PLAN:
        return Result(
            title=task.section,
            seconds=time.monotonic() - started,
            reads=(_PLAN,),
            watched=_beside(watched, task, (_PLAN,)),
            left_out=f"{task.notebook} is left out: {getattr(raised, 'evalue', '')}",
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
    reads = () if document is None else _raw_stems(task, document)
    title = _title(task) if document is None else str(document["title"])
    made = chapter(task.section, title, notebook, document, error)
    return Result(
        title=title,
        executed=executed,
        page=_page(task, made, document),
        rows={} if document is None else {i["dataset"]: (i["file"], i["rows"]) for i in document["inputs"]},
        reads=reads,
        read={} if document is None else document.get("read", {}),
        watched=_beside(watched, task, reads),
        error=error,
        notes=(*made.notes, *untold),
        seconds=time.monotonic() - started,
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
        write_files(Path(folder), task.files)
        yield Path(folder)


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
        return in_short(error)
    first, *rest = str(getattr(error, "evalue", "")).splitlines() or [""]
    lines = [f"cell {cell}: {getattr(error, 'ename', 'error')}: {first}", *rest[:2]]
    return "\n".join(lines)[:2000]


def _title(task: Task) -> str:
    """Title of a section that failed before it could say it: from the plan, or its id if the plan cannot be read."""
    schemas = _schemas(task)
    try:
        projects = Plan.load(schemas, Project(root=task.root).data / str(schemas.round)).projects
    except (DataError, UsageError):
        return task.section
    titles = dict(zip(projects["section"], projects["project"], strict=True))
    return str(titles.get(task.section, task.section))


def _raw_stems(task: Task, document: Mapping[str, Any]) -> tuple[str, ...]:
    """Stems of the raw files that a section rests on: its datasets' and their registries'."""
    schemas, stems = _schemas(task), set()
    for id_ in {read["dataset"] for read in document["inputs"]}:
        with contextlib.suppress(UsageError):  # it may hand over inputs of its own, and a schema be changed meanwhile
            kind = schemas[id_]
            stems |= {kind.stem, *(registry.stem for registry, _ in kind.registries.values())}
    return tuple(sorted(stems))


def _schemas(task: Task) -> Schemas:
    return Schemas.of(Project(root=task.root).data, Round.parse(str(task.parameters["round_id"])))


def _page(task: Task, made: Chapter, document: Mapping[str, Any] | None) -> bytes:
    """The section's own page, to be shared alone, with the data files also of what it quotes from others' ledgers."""
    ledgers = [json.loads(content) for name, content in task.files.items() if name.endswith("findings.json")]
    files = [read for told in (document, *ledgers) if told is not None for read in told["inputs"]]
    ledger = Ledger() if document is None else Ledger.from_records(document["findings"])
    own, files = section_sources(made.id, made.body, ledger, files)
    round_ = Round.parse(str(task.parameters["round_id"]))
    return page(round_, [made], own, files, province=task.province).encode()
