"""What worker processes make: of a task its executed notebook and page; of sections a report, or a brief."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import re
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat

from dsw_analysis.findings.ledger import SUMMARY, Ledger, ledger_document, to_json
from dsw_analysis.intake.provinces import in_prose
from dsw_analysis.intake.published import DESCRIBING
from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.intake.thai import format_date
from dsw_analysis.intake.writing.pages import render_page
from dsw_analysis.plan.plan import Plan
from dsw_analysis.problems import DataError, UsageError
from dsw_analysis.project import FILE
from dsw_analysis.report.edition import DRAFT, Edition, with_edition
from dsw_analysis.report.html import render_cells
from dsw_analysis.report.page import FIGURES, Chapter, figures_page, page
from dsw_analysis.report.signed import Signed, content_of
from dsw_analysis.report.workbook import findings_workbook
from dsw_analysis.rounds import Round
from dsw_analysis.run.outputs import PROVINCES
from dsw_analysis.run.stale import BRIEF, stem_of
from dsw_analysis.run.steps import Part
from dsw_analysis.run.tasks import PLAN_ONLY, Project, Result, Task, datasets_in, in_short, write_files
from dsw_analysis.run.warm.client import run_notebook
from dsw_analysis.run.warm.watching import seen, told
from dsw_analysis.section.executed import handed_over, without_rows
from dsw_analysis.section.project_section import EXACT, OPEN
from dsw_analysis.section.recording import PLAN


def execute(task: Task) -> Result:
    """Run one notebook with papermill and judge the result; never raises for what the notebook does.

    Success means that every code cell ran and that the last one handed over the section's findings:
    a notebook that leaves early with return code 0 has failed. Call it in a process of its own: papermill changes
    the working directory.
    """
    started = time.monotonic()
    notebook, raised, watched, untold, exact = run_task(task)
    if getattr(raised, "ename", None) == "NotInPlanError":
        return Result(
            title=task.section,
            seconds=time.monotonic() - started,
            reads=(PLAN,),
            watched=_beside(watched, task, (PLAN,)),
            left_out=f"{task.notebook} is left out: {getattr(raised, 'evalue', '')}",
            notes=untold,
        )
    if getattr(raised, "ename", None) == "AwaitedError" and task.province is None:
        waiting = _waiting(task, watched, started)
        if waiting.awaits or waiting.error:
            return waiting
    error = None if raised is None else where_failed(raised)
    document: Mapping[str, Any] | None = None
    executed: bytes | None = None
    left: tuple[str, ...] = ()
    if notebook is not None:
        if error is None:
            document, error = handed_over(notebook)
            if document is not None and document.get("exact") and not task.is_open:
                document, error = None, "it shows persons' numbers as they are; open its section without exact=True"
            elif document is not None and document.get("persons") and not task.is_open:
                left = tuple(without_rows(notebook))
        # In one line: Python's own encoder, which indents, takes as long as some notebooks.
        executed = json.dumps(notebook, ensure_ascii=False, sort_keys=True).encode() + b"\n"
    reads = () if document is None else _raw_stems(task, (read["dataset"] for read in document["inputs"]))
    title = _title(task) if document is None else str(document["title"])
    made = chapter(task.section, title, notebook, document, error)
    return Result(
        title=title,
        executed=executed,
        exact=exact if error is None else None,
        page=_page(task, made, document),
        rows={} if document is None else {i["dataset"]: (i["file"], i["rows"]) for i in document["inputs"]},
        reads=reads,
        read={} if document is None else dict(document.get("read", {})),
        recalled={} if document is None else {name: dict(of) for name, of in document.get("recalled", {}).items()},
        watched=_beside(watched, task, reads),
        error=error,
        details=None if raised is None else what_failed(raised),
        notes=(*made.notes, *left, *untold),
        protected=Counter(f["disclosure"] for f in (document or {}).get("findings", ()) if f.get("disclosure")),
        seconds=time.monotonic() - started,
    )


def findings_of(task: Task) -> tuple[list[Mapping[str, Any]], str | None]:
    """Run one notebook for its findings alone, as they are shown; none and what failed if it failed."""
    notebook, raised, *_ = run_task(task)
    if notebook is None or raised is not None:
        return [], "it did not start" if raised is None else what_failed(raised)
    document, error = handed_over(notebook)
    return [] if document is None else [*document["findings"]], error


def _waiting(task: Task, watched: Mapping[str, str | None], started: float) -> Result:
    """Of a section whose data have not come: what its plan says, made anew when one of its datasets changes."""
    needs = datasets_in(task.content)
    parameters = {"round_id": task.parameters["round_id"], "section": task.section, "needs": [*needs]}
    shown = execute(replace(task, content=PLAN_ONLY.read_bytes(), parameters=parameters))
    reads = tuple(sorted({*shown.reads, *_raw_stems(task, needs)}))
    document = None if shown.executed is None else handed_over(json.loads(shown.executed))[0]
    return replace(
        shown,
        reads=reads,
        watched=_beside({**watched, **shown.watched}, task, reads),
        awaits=() if document is None else tuple(document["awaits"]),
        seconds=time.monotonic() - started,
    )


def _beside(watched: Mapping[str, str | None], task: Task, reads: Iterable[str]) -> dict[str, str | None]:
    """What of all that was read in the project is not known as raw file or copy of it, nor of all, nor made of this."""
    round_ = task.parameters["round_id"]
    raw, stems = f"../data/raw/{round_}/", {*reads, *DESCRIBING}
    return {
        name: state
        for name, state in watched.items()
        if not name.startswith((f"../outputs/{round_}/", "../data/checked/", "../data/prepared/", f"../{FILE}"))
        and not (name.startswith(raw) and stem_of(name.removeprefix(raw)) in stems)
    }


def run_task(task: Task) -> tuple[Any, Exception | None, Mapping[str, str | None], tuple[str, ...], bytes | None]:
    """Executed notebook, what it raised, if it failed, and read; a note of what was not watched; its exact findings."""
    with tempfile.TemporaryDirectory() as scratch:
        root = task.root
        if task.files:  # a temporary project folder, with the files that it carries
            root = Path(scratch) / "project"
            root.mkdir()
            write_files(root, task.files)
        given, report = Path(scratch) / Path(task.notebook).name, Path(scratch) / "seen.jsonl"
        given.write_bytes(task.content)
        try:
            folder = (root / "notebooks" / task.notebook).parent
            with _open(exact=task.is_open):
                notebook, error = run_notebook(given, task.parameters, cwd=folder, report=report)
        except Exception as raised:  # whatever stops one notebook must not stop the others
            return None, raised, {}, (), None
        return _timeless(notebook), error, *seen(report, root / "notebooks"), told(report)


@contextlib.contextmanager
def _open(*, exact: bool) -> Iterator[None]:
    """Have the kernel that starts meanwhile open its section with numbers of persons as they are, if that is asked."""
    if exact:
        os.environ[EXACT] = "1"
    try:
        yield
    finally:
        if exact:
            os.environ.pop(EXACT, None)


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


def where_failed(error: Exception) -> str:
    """At which cell a notebook stopped, and of what kind of error; before its first cell what it says as well."""
    cell = getattr(error, "exec_count", None)
    return in_short(error) if cell is None else f"cell {cell}: {getattr(error, 'ename', 'error')}"


def what_failed(error: Exception) -> str:
    """What stopped a notebook, with the cell and, where it is told, its line, in at most three lines."""
    cell = getattr(error, "exec_count", None)
    if cell is None:
        return in_short(error)
    first, *rest = str(getattr(error, "evalue", "")).splitlines() or [""]
    place, source = f"cell {cell}", getattr(error, "source", "").splitlines()
    told = re.findall(rf"Cell In\[{cell}\], line (\d+)", str(error))  # the last is the innermost
    if told and int(told[-1]) <= len(source):
        place += f", line {told[-1]}"
        rest.insert(0, f"    {source[int(told[-1]) - 1].strip()}")
    lines = [f"{place}: {getattr(error, 'ename', 'error')}: {first}", *rest[:2]]
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


def _raw_stems(task: Task, datasets: Iterable[str]) -> tuple[str, ...]:
    """Stems of the raw files of datasets that a section rests on, and of their registries."""
    schemas, stems = _schemas(task), set()
    for id_ in set(datasets):
        with contextlib.suppress(UsageError):  # it may hand over inputs of its own, and a schema be changed meanwhile
            kind = schemas[id_]
            stems |= {kind.stem, kind.id, *(registry.stem for registry, _ in kind.registries.values())}
    return tuple(sorted(stems))


def _schemas(task: Task) -> Schemas:
    return Schemas.of(Project(root=task.root).data, Round.parse(str(task.parameters["round_id"])))


def _page(task: Task, made: Chapter, document: Mapping[str, Any] | None) -> bytes:
    """The section's own page, to be shared alone."""
    ledger = Ledger() if document is None else Ledger.from_records(document["findings"])
    round_ = Round.parse(str(task.parameters["round_id"]))
    return page(round_, [made], ledger, province=task.province, warning=OPEN if task.is_open else None).encode()


@lru_cache(maxsize=32)  # a preview has one process put the report together again and again
def opened(part: Part) -> tuple[Chapter, Mapping[str, Any] | None]:
    """A part as a chapter, and what its section handed over."""
    # Not read by nbformat, which would check once more what was checked when it was made.
    notebook = None if part.executed is None else nbformat.from_dict(json.loads(part.executed))
    document = None if notebook is None or part.error is not None else handed_over(notebook)[0]
    return chapter(part.section, part.title, notebook, document, part.error), document


def chapter(
    section: str,
    title: str,
    notebook: Any,  # noqa: ANN401 - nbformat has no types
    document: Mapping[str, Any] | None,
    error: str | None,
) -> Chapter:
    """A section's executed notebook as a chapter of a report; or its failure."""
    if document is None:
        return Chapter(id=section, title=title, order=None, body="", error=error)
    body = render_cells(notebook, title)
    return Chapter(id=section, title=title, order=document["order"], body=body.html, notes=body.notes)


def report_file(name: str, round_: Round, parts: Sequence[Part], findings: bytes, edition: Edition = DRAFT) -> bytes:
    """A file of the report that is composed for itself, of parts and the ``findings.json`` made of them."""
    if name == BRIEF:
        return _brief_of_round(round_, parts, edition)
    document = json.loads(findings)
    if name == FIGURES:
        return figures_page(document).encode()
    if name == "findings.xlsx":
        return findings_workbook(round_, Ledger.from_records(document["findings"]))
    return page(round_, *_put_together(parts, document), document=document).encode()


def _brief_of_round(round_: Round, parts: Sequence[Part], edition: Edition) -> bytes:
    """The summary alone as PDF, which lists no sources."""
    from dsw_analysis.report.document import compose  # noqa: PLC0415 - pandoc and Typst are slow to load
    from dsw_analysis.report.pdf import to_pdf  # noqa: PLC0415 - pandoc and Typst are slow to load

    chapters = [opened(part)[0] for part in parts if part.section == SUMMARY]
    return to_pdf(compose(round_, chapters, Ledger(), edition=edition), bare=True)


def compose_paper(
    round_: Round, parts: Sequence[Part], findings: bytes, examples: bool, edition: Edition = DRAFT
) -> bytes:
    """The document that PDF and DOCX are written from, for :func:`paper_file`."""
    from dsw_analysis.report.document import compose  # noqa: PLC0415 - pandoc is slow to load

    document = json.loads(findings)
    composed = compose(round_, *_put_together(parts, document), document=document, examples=examples, edition=edition)
    return pickle.dumps(composed, protocol=pickle.HIGHEST_PROTOCOL)


def paper_file(name: str, composed: bytes) -> bytes:
    """``report.pdf`` or ``report.docx``, of what was composed for both."""
    from dsw_analysis.report.docx import to_docx  # noqa: PLC0415 - pandoc and Typst are slow to load
    from dsw_analysis.report.pdf import to_pdf  # noqa: PLC0415 - pandoc and Typst are slow to load

    return {"report.pdf": to_pdf, "report.docx": to_docx}[name](pickle.loads(composed))


def _put_together(parts: Sequence[Part], document: Mapping[str, Any]) -> tuple[list[Chapter], Ledger]:
    """Chapters, the summary first, and the ledger."""
    chapters = [opened(part)[0] for part in sorted(parts, key=lambda part: part.section != SUMMARY)]
    return chapters, Ledger.from_records(document["findings"])


def compose_briefs(
    round_: Round, provinces: Mapping[str, Sequence[Part]], signed: Signed
) -> dict[str, dict[str, bytes]]:
    """Briefs of a few provinces, by province: what the first has to load serves the others too."""
    return {province: _brief(round_, province, parts, signed) for province, parts in provinces.items()}


def _brief(round_: Round, province: str, parts: Sequence[Part], signed: Signed) -> dict[str, bytes]:
    """The brief of a province by file name: its ledger, page and PDF, which say what was signed of this content."""
    from dsw_analysis.report.document import compose  # noqa: PLC0415 - pandoc and Typst are slow to load
    from dsw_analysis.report.pdf import to_pdf  # noqa: PLC0415 - pandoc and Typst are slow to load

    chapters, documents = zip(*map(opened, parts), strict=True)
    sections = [(p.section, p.title, p.error, document) for p, document in zip(parts, documents, strict=True)]
    document = ledger_document(round_, sections)
    ledger = Ledger.from_records(document["findings"])
    findings = to_json(document).encode()
    made = page(round_, chapters, ledger, province=province)
    edition = signed.of(f"{PROVINCES}{province}/", content_of(made.encode(), findings)) if signed else DRAFT
    composed = compose(round_, chapters, ledger, province=province, examples=True, edition=edition)
    return {
        f"{province}.html": with_edition(made, edition).encode(),
        f"{province}.pdf": to_pdf(composed),
        "findings.json": findings,
    }


def index_page(round_: Round, states: Mapping[str, bool]) -> bytes:
    """Page that links to the briefs: province -> whether all sections of its brief succeeded."""
    return render_page(
        "provinces.html.j2", round=round_, states=states, format_date=format_date, in_prose=in_prose
    ).encode()
