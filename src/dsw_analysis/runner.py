"""Runs the notebooks of a round through papermill, in processes, each to success or a named failure."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dsw_analysis.findings import Ledger, to_json
from dsw_analysis.problems import DataError
from dsw_analysis.rounds import Round

_NOTEBOOK = re.compile(r"(\d\d)_([a-z_]+)\.ipynb")
SUMMARY = "summary"


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

    def outputs(self, round_: Round) -> Path:
        """Folder that a round's outputs go to."""
        return self.root / "outputs" / str(round_)

    def sections(self) -> dict[str, Path]:
        """Section id -> notebook in the order of their numbers; the summary comes last.

        Raises
        ------
        FileNotFoundError
            If there are no section notebooks, with the remedy.
        """
        found = {m[2]: p for p in sorted(self.notebooks.glob("*.ipynb")) if (m := _NOTEBOOK.fullmatch(p.name))}
        if not found:
            raise FileNotFoundError(
                f"no section notebooks in {self.notebooks}; run dsw in the project's folder or give --project"
            )
        if SUMMARY in found:
            found[SUMMARY] = found.pop(SUMMARY)
        return found


@dataclass(frozen=True, kw_only=True)
class Task:
    """One notebook to run: its section and title, where it is, where the executed copy goes, its parameters."""

    section: str
    title: str
    notebook: Path
    output: Path
    parameters: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a task.

    ``document`` is what the section handed over (see :meth:`Section.close`), ``None`` if it failed;
    ``error`` then names the cell and the error in at most three lines.
    """

    section: str
    title: str
    output: Path
    seconds: float
    document: Mapping[str, Any] | None = None
    error: str | None = None

    @property
    def state(self) -> str:
        """``"ok"`` or ``"failed"``."""
        return "ok" if self.error is None else "failed"


def execute(task: Task) -> Outcome:
    """Run one notebook with papermill and judge the result; never raises for what the notebook does.

    Success means that every code cell ran and that the last one handed over the section's findings:
    a notebook that leaves early with return code 0 has failed.
    """
    import papermill  # noqa: PLC0415 - only the workers need it, and it is slow to import
    from papermill.exceptions import PapermillException  # noqa: PLC0415

    started = time.monotonic()
    task.output.parent.mkdir(parents=True, exist_ok=True)
    beside = task.output.with_name(f".{os.getpid()}.{task.output.name}")
    error: str | None = None
    document: Mapping[str, Any] | None = None
    try:
        known = papermill.inspect_notebook(str(task.notebook))
        unknown = set(task.parameters) - set(known)
        if unknown:
            raise PapermillException(f"the notebook has no parameter {', '.join(sorted(unknown))}")
        papermill.execute_notebook(
            str(task.notebook),
            str(beside),
            parameters=dict(task.parameters),
            kernel_name="python3",
            cwd=str(task.notebook.parent),
            progress_bar=False,
            log_output=False,
            extra_arguments=["--log-level=CRITICAL"],  # each kernel would warn of its sockets and its end
        )
    except Exception as raised:  # whatever stops one notebook must not stop the others
        error = _brief(raised)
    if beside.exists():
        beside.replace(task.output)
        if error is None:
            document, error = handed_over(json.loads(task.output.read_text(encoding="utf-8")))
    return Outcome(
        section=task.section,
        title=str(document["title"]) if document else task.title,
        output=task.output,
        seconds=time.monotonic() - started,
        document=document,
        error=error,
    )


def handed_over(notebook: Mapping[str, Any]) -> tuple[Mapping[str, Any] | None, str | None]:
    """Document that an executed notebook handed over, or why there is none."""
    from dsw_analysis.section import SECTION_MIME  # noqa: PLC0415 - keeps the runner's import light

    code = [c for c in notebook["cells"] if c["cell_type"] == "code" and "".join(c["source"]).strip()]
    not_run = [place for place, cell in enumerate(code, start=1) if cell.get("execution_count") is None]
    if not_run:
        return None, f"code cell {not_run[0]} of {len(code)} never ran: the notebook left early"
    documents = [o["data"][SECTION_MIME] for c in code for o in c["outputs"] if SECTION_MIME in o.get("data", {})]
    if len(documents) != 1:
        return None, f"{len(documents)} cells handed over findings; the last cell must call close(), once"
    return documents[0], None


def run(
    project: Project,
    round_: Round,
    *,
    sections: Sequence[str] | None = None,
    jobs: int | None = None,
    accept_partial: bool = False,
    tell: Callable[[Outcome], None] = lambda _: None,
) -> list[Outcome]:
    """Run the notebooks of a round and write its ledger, ``findings.json``.

    Parameters
    ----------
    sections:
        Ids to run; all by default. The summary runs last, on the ledger of the others.
    jobs:
        Processes at once; the number of cores by default.
    accept_partial:
        Report on the valid rows of files that have problems instead of failing their sections.
    tell:
        Called with every outcome as it comes.

    Returns
    -------
    list of Outcome
        In the order of the notebooks.

    Raises
    ------
    KeyError
        If a section has no notebook.
    FileNotFoundError
        If the notebooks or the round's raw files are not there.
    """
    notebooks = project.sections()
    wanted = list(notebooks) if sections is None else list(sections)
    unknown = [s for s in wanted if s not in notebooks]
    if unknown:
        raise KeyError(f"no notebook for section {', '.join(unknown)}; there are {', '.join(notebooks)}")
    if not (project.data / str(round_)).is_dir():
        raise FileNotFoundError(f"no raw files in {project.data / str(round_)}; put the round's files there")
    out = project.outputs(round_)
    titles = _titles(project, round_)
    tasks = [_task(project, round_, s, notebooks[s], titles.get(s, s), accept_partial=accept_partial) for s in wanted]
    outcomes: dict[str, Outcome] = {}
    # Threads would mix runs up (papermill changes the working directory); forking a parent that has
    # threads is unsafe and not to be had on Windows, so workers are spawned.
    workers = min(jobs or os.cpu_count() or 1, max(1, len(tasks)))
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        futures = {pool.submit(execute, t): t for t in tasks if t.section != SUMMARY}
        for future in as_completed(futures):
            outcome = future.result()
            outcomes[outcome.section] = outcome
            tell(outcome)
        order = [s for s in notebooks if s in wanted]
        write_ledger(out, round_, [outcomes[s] for s in order if s in outcomes])
        for task in (t for t in tasks if t.section == SUMMARY):
            outcome = pool.submit(execute, task).result()
            outcomes[SUMMARY] = outcome
            tell(outcome)
    done = [outcomes[s] for s in order]
    write_ledger(out, round_, done)
    return done


def write_ledger(out: Path, round_: Round, outcomes: Iterable[Outcome]) -> None:
    """Write ``findings.json``: sections with state and indicators, input files, all findings."""
    outcomes = list(outcomes)
    documents = [o.document for o in outcomes if o.document is not None]
    ledger = Ledger()
    for document in documents:
        for finding in Ledger.from_records(document["findings"]).values():
            if finding.section == document["section"]:
                ledger.add(finding)
    inputs = {(i["dataset"], i["file"]): i for d in documents for i in d["inputs"]}
    sections = [
        {
            "section": o.section,
            "title": o.title,
            "order": o.document["order"] if o.document else None,
            "state": o.state,
            "error": o.error,
            "indicators": o.document["indicators"] if o.document else [],
            "shown": o.document.get("shown", {}) if o.document else {},
        }
        for o in outcomes
    ]
    content = {
        "round": str(round_),
        "sections": sections,
        "inputs": [inputs[key] for key in sorted(inputs)],
        "findings": ledger.records(),
    }
    write_whole(out / "findings.json", to_json(content).encode())


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    beside.write_bytes(content)
    beside.replace(path)


def _task(project: Project, round_: Round, section: str, notebook: Path, title: str, *, accept_partial: bool) -> Task:
    parameters: dict[str, Any] = {"round_id": str(round_)}
    if section == SUMMARY:
        parameters["outputs_dir"] = str(project.root / "outputs")
    else:
        parameters["data_dir"] = str(project.data)
        if accept_partial:
            parameters["accept_partial"] = True
    output = project.outputs(round_) / "notebooks" / notebook.name
    return Task(section=section, title=title, notebook=notebook, output=output, parameters=parameters)


def _titles(project: Project, round_: Round) -> dict[str, str]:
    """Titles of the sections, for those that fail before they can say it; none if the plan cannot be read."""
    from dsw_analysis.plan import Plan  # noqa: PLC0415 - keeps the runner's import light

    try:
        projects = Plan.load(round_, project.data / str(round_)).projects
    except DataError:
        return {}
    return dict(zip(projects["section"], projects["project"], strict=True))


def _brief(error: Exception) -> str:
    cell = getattr(error, "exec_count", None)
    if cell is None:
        return f"{type(error).__name__}: {error}"[:600]
    first, *rest = str(getattr(error, "evalue", "")).splitlines() or [""]
    lines = [f"cell {cell}: {getattr(error, 'ename', 'error')}: {first}", *rest[:2]]
    return "\n".join(lines)[:2000]
