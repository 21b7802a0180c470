"""Preparation notebooks of a round: run where they or their raw files changed, before anything reads what they make."""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from filelock import FileLock

from dsw_analysis.intake.prepared import Prepared
from dsw_analysis.problems import UsageError
from dsw_analysis.project import settings
from dsw_analysis.rounds import Round
from dsw_analysis.run.batch import Batch
from dsw_analysis.run.steps import Job, given
from dsw_analysis.run.tasks import PREPARE, Project, Task, call, in_short

Ended = Callable[[deque[Job]], Iterable[tuple[Job, "Future[Made]"]]]
"""Does jobs, and gives each with its future as it ends."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """What a preparation notebook came to: the table, what it read, and of what it failed."""

    content: bytes | None = None
    read: Mapping[str, str | None] = field(default_factory=dict)
    error: str | None = None
    notes: tuple[str, ...] = ()


def prepare(task: Task) -> Made:
    """In a worker process: run a preparation notebook; never raises for what it does.

    Success means that every cell ran and that the table was written in this run.
    """
    from dsw_analysis.run.execution import run_task, what_failed  # noqa: PLC0415 - for workers

    place = Prepared(task.root, str(task.parameters["round_id"]), task.section)
    place.forget()
    _, raised, watched, untold, _ = run_task(task)
    if raised is not None:
        return Made(error=what_failed(raised))
    if not place.file.is_file():
        return Made(error="it ended without close(), which writes the table")
    own = ("../data/prepared/", "../data/checked/", "../outputs/")
    read = {name: state for name, state in watched.items() if not name.startswith(own)}
    return Made(content=place.file.read_bytes(), read=read, notes=untold)


def preparations(project: Project, round_: Round) -> list[Prepared]:
    """The preparation notebooks of a round, by their datasets.

    Raises
    ------
    UsageError
        If there is one for no dataset.
    """
    names = sorted(path.stem for path in (project.notebooks / "prepare").glob("*.ipynb"))
    if not names:
        return []
    from dsw_analysis.intake.schemas import Schemas  # noqa: PLC0415 - slow to import, for such notebooks alone

    folder, schemas = project.data / str(round_), Schemas.of(project.data, round_)
    for name in names:
        if name not in schemas.files():
            raise UsageError(f"notebooks/prepare/{name}.ipynb is for no dataset; `dsw list` names them")
    return [place for name in names if name in schemas and (place := Prepared.of(folder, name)) is not None]


def prepare_files(batch: Batch) -> None:
    """Bring what the preparation notebooks make up to date, by the processes of a batch."""
    due = preparations(batch.project, batch.round)
    _bring_up_to_date(due, batch.ended, batch.progress.say, batch.planner.carried, fresh=batch.fresh)


def prepare_alone(project: Project, round_: Round, say: Callable[[str], None], only: str | None = None) -> None:
    """Bring what the preparation notebooks make up to date without a batch; of one dataset, if it is named."""
    due = [place for place in preparations(project, round_) if only in (None, place.dataset)]
    with tempfile.TemporaryDirectory() as scratch:
        _bring_up_to_date(due, partial(_one_by_one, project, Path(scratch)), say)


def _one_by_one(project: Project, scratch: Path, jobs: deque[Job]) -> Iterator[tuple[Job, Future[Made]]]:
    from dsw_analysis.run.warm.processes import WarmExecutor  # noqa: PLC0415 - needed only when something is due

    with WarmExecutor(1) as executor:
        say = partial(call, words=settings(project.root))
        for job in jobs:
            yield job, executor.submit(say, scratch, job.work, *job.arguments())


def _bring_up_to_date(
    places: Iterable[Prepared],
    ended: Ended,
    say: Callable[[str], None],
    carried: Callable[[], Mapping[str, bytes]] = dict,
    *,
    fresh: bool = False,
) -> None:
    due = [place for place in places if fresh or place.reasons()]
    if not due:
        return
    due[0].file.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(due[0].file.with_name(".lock")):
        files = carried()
        tasks = [(place, _task(place, files)) for place in due]
        for job, future in ended(deque(Job(about, PREPARE, given(about[1])) for about in tasks)):
            place, task = job.about
            made = _made(future)
            if made.content is None:
                place.fail(str(made.error))
                say(f"failed  {place.name}: {made.error}")
                continue
            place.keep(task.content, made.content, made.read)
            for note in ("prepared", *made.notes):
                say(f"{place.name}: {note}")


def _task(place: Prepared, files: Mapping[str, bytes]) -> Task:
    return Task(
        section=place.dataset,
        notebook=f"prepare/{place.notebook.name}",
        content=place.notebook.read_bytes(),
        parameters={"round_id": place.round},
        root=place.root,
        files=files,
    )


def _made(future: Future[Made]) -> Made:
    try:
        return future.result()
    except Exception as error:  # a crash of one process must not stop the others
        return Made(error=in_short(error))
