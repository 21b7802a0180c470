"""The batch: a round's outputs, brought up to date in processes, whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from functools import cached_property, partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from filelock import BaseFileLock, FileLock, Timeout

from dsw_analysis.findings.ledger import SUMMARY
from dsw_analysis.intake.writing.whole import digest
from dsw_analysis.problems import UsageError
from dsw_analysis.project import FILE, settings, where
from dsw_analysis.rounds import Round
from dsw_analysis.run.manifest import Inputs, Manifest, from_root, versions
from dsw_analysis.run.outputs import PROVINCES, Outputs
from dsw_analysis.run.steps import BatchError, Job, Outcome, Progress, Step, call, given
from dsw_analysis.run.tasks import EXECUTE, Project, Result, Task, task_name

PLAN_ONLY = Path(__file__).parents[1] / "templates" / "plan_only.ipynb"
"""The notebook of projects that have none of their own."""


class Batch:
    """A round's outputs under a lock, brought up to date piece by piece; use it as a context manager.

    Parameters
    ----------
    jobs:
        Processes at once; the number of cores by default.
    fresh:
        Make what is asked for again, changed or not, from the raw files themselves. What else was made is kept.
    allow_missing:
        Let a set of outputs that lacks sections or files take the place of one that has them.
    accept_partial:
        Report on the valid rows of files that have problems instead of failing their sections.
    executor:
        Where tasks run; warm processes of this machine by default, started when first needed.
    progress:
        Whom to tell.
    wait:
        Seconds to wait for another run of the same round; for ever by default.

    Raises
    ------
    UsageError
        If the notebooks or the round's raw files are not there, or ``project.toml`` has a mistake.
    OSError
        If something cannot be read or written, naming it; what was finished stays finished.
    TimeoutError
        If another run holds the round for longer than ``wait``.
    """

    def __init__(
        self,
        project: Project,
        round_: Round,
        *,
        jobs: int | None = None,
        fresh: bool = False,
        allow_missing: bool = False,
        accept_partial: bool = False,
        executor: Executor | None = None,
        progress: Progress | None = None,
        wait: float = -1,
    ) -> None:
        self.project = project
        self.round = round_
        self._jobs = jobs or os.cpu_count() or 1
        self._fresh = fresh
        self.allow_missing = allow_missing
        self._accept_partial = accept_partial
        self._given = executor
        self.tell = progress or Progress()
        self._wait = wait
        self.out = project.outputs(round_)
        # Known beforehand, so that what a killed run leaves there is found; short, for sockets are made there too.
        self._scratch = Path(tempfile.gettempdir()) / f"dsw-{digest(str(self.out.resolve()).encode())[:12]}"

    def __enter__(self) -> Self:
        """Take the round: checks what is needed, waits for another run to end."""
        raw = self.project.data / str(self.round)
        self.notebooks = self.project.sections()
        self._call = partial(call, words=settings(self.project.root))
        if not raw.is_dir():
            raise UsageError(f"no raw files in {raw}; put the round's files there")
        self.out.mkdir(parents=True, exist_ok=True)
        with contextlib.ExitStack() as stack:
            stack.enter_context(self._alone())
            shutil.rmtree(self._scratch, ignore_errors=True)
            self.inputs = Inputs(self.project.root, raw)
            self.outputs = Outputs(self.out)
            self.manifest = Manifest(self.outputs)
            self._begun = False
            self._stack = stack
            self._resume()
            self._stack = stack.pop_all()
        return self

    def _resume(self) -> None:
        """Complete what a run that was killed had begun to put in place."""
        interrupted = self.outputs.resume()
        if interrupted is not None:
            self.tell.say("the last run was interrupted while it put its outputs in place; that is completed now")
            self.begin()
            for name, entry in interrupted.items():
                self.manifest.record(name, entry)
            self.outputs.settle()

    def _alone(self) -> BaseFileLock:
        """The lock of the round, taken."""
        lock = FileLock(self.out / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            self.tell.say(f"another run is at work on {self.round}; waiting for it to end")
            try:
                lock.acquire(timeout=self._wait)
            except Timeout:
                raise TimeoutError(
                    f"another run is still at work on {self.round}; try again when it has ended"
                ) from None
        return lock

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the round back, with what was made noted."""
        with self._stack:
            if self._begun:
                self.manifest.save(
                    round=str(self.round), versions=versions(), **self.inputs.common, inputs=self._read()
                )
                # Not before: a log that has ended is not read again.
                self.manifest.log("end", error=None if error is None else repr(error))

    @cached_property
    def _executor(self) -> Executor:
        if self._given is not None:
            return self._given
        from dsw_analysis.run.warm.processes import WarmExecutor  # noqa: PLC0415 - a run with nothing to do starts no process

        return self._stack.enter_context(WarmExecutor(self._jobs))

    def plan(self, sections: Sequence[str] | None = None, provinces: Sequence[str] = ()) -> list[Step]:
        """What there is to run, in order, without running it; the summary is not among it.

        Raises
        ------
        UsageError
            If a section has no notebook.
        """
        wanted = list(self.notebooks) if sections is None else list(dict.fromkeys(sections))
        unknown = [s for s in wanted if s not in self.notebooks]
        if unknown:
            raise UsageError(f"no notebook for section {', '.join(unknown)}; there are {', '.join(self.notebooks)}")
        wanted = [s for s in self.notebooks if s in wanted and s != SUMMARY]
        places: Iterable[str | None] = provinces or [None]
        return [self.step(section, province, asked=True) for province in places for section in wanted]

    def reasons(self, name: str, made_from: Mapping[str, Any]) -> list[str]:
        """Why something that was asked for must be made again; see :meth:`Manifest.reasons`."""
        return self.manifest.reasons(name, made_from) or ["asked to be made again"] * self._fresh

    def step(
        self, section: str, province: str | None, given: Mapping[str, bytes] | None = None, *, asked: bool = False
    ) -> Step:
        """What running a section means: its task, what that is made from, and why it must run.

        A section without a notebook is run from the package's own, which shows what the plan says.

        Parameters
        ----------
        asked:
            This section was asked for, so that ``fresh`` concerns it.
        given:
            Path from the project folder -> bytes of what the section reads in place of raw files.
        """
        path = self.notebooks.get(section)
        name = f"{section}.ipynb" if path is None else path.name
        content = PLAN_ONLY.read_bytes() if path is None else self._contents[name]
        parameters: dict[str, Any] = {"round_id": str(self.round)}
        if path is None:
            parameters["section"] = section
        elif self._accept_partial and section != SUMMARY:
            parameters["accept_partial"] = True
        if province is not None:
            parameters["province"] = province
        files = self._carried if given is None else given
        said = where(self.project.root)
        if files and said is not None:  # a folder with just these has no project around it
            files = {**files, FILE: said.read_bytes()}
        task = Task(
            section=section,
            province=province,
            notebook=name,
            content=content,
            parameters=parameters,
            root=self.project.root,
            files=files,
        )
        made_from = {**self.inputs.common, "notebook": digest(task.content), "parameters": parameters}
        if given is None:
            made_from["inputs"] = {
                **self.inputs.raw(self.manifest.inputs_of(task.name)),
                **self.inputs.watched(self.manifest.watched_of(task.name)),
            }
        else:
            made_from["inputs"] = {name: digest(content) for name, content in given.items()}
        place = "" if province is None else f"{PROVINCES}{province}/"
        return Step(
            task=task,
            made_from=made_from,
            outputs=(f"{place}notebooks/{name}", f"{place}sections/{section}.html"),
            reasons=(self.reasons if asked else self.manifest.reasons)(task.name, made_from),
        )

    @cached_property
    def _contents(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.notebooks.values()}

    @cached_property
    def _carried(self) -> dict[str, bytes]:
        """Files that tasks carry along where they may run on another machine.

        All schemas and raw files of the round, and what any section is known to read beside: the same for all tasks.
        """
        if self._given is None:
            return {}
        root = self.project.root
        paths = [*self.project.schemas.glob("*.yaml"), *(self.project.data / str(self.round)).iterdir()]
        for name in {name for section in self.manifest.made for name in self.manifest.watched_of(section)}:
            path = root / from_root(name)
            paths += path.iterdir() if name.endswith("/") and path.is_dir() else [path]
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(paths) if path.is_file()}

    def reused(self, section: str, province: str | None = None) -> Outcome:
        """Outcome of a section that need not run."""
        entry = self.manifest.made[task_name(section, province)]
        self._tell_notes(section, province, entry.get("notes", ()))
        return Outcome(
            section=section,
            province=province,
            title=entry.get("title", section),
            outputs=self.outputs,
            notebook=next(iter(entry["outputs"]), ""),
            seconds=entry.get("seconds", 0.0),
            reused=True,
            left_out=entry.get("left_out"),
        )

    def carry_out(self, steps: Sequence[Step]) -> Iterator[Outcome]:
        """Outcomes of steps: of those that need not run at once, of the others as they end."""
        for step in steps:
            if not step.reasons:
                yield self.reused(step.task.section, step.task.province)
        # The longest first, so that no process is left with one while the others have nothing more to do.
        due = sorted((step for step in steps if step.reasons), key=self._length, reverse=True)
        jobs = deque(Job(step, EXECUTE, given(step.task)) for step in due)
        for job, future in self.ended(jobs):
            yield self.put(job.about, future)

    def _length(self, step: Step) -> tuple[float, int]:
        """How long a step takes: as the last time; if there was none, the longer the notebook, the longer."""
        return self.manifest.made.get(step.task.name, {}).get("seconds", 0.0), len(step.task.content)

    def ended(self, jobs: deque[Job]) -> Iterator[tuple[Job, Future[Any]]]:
        """Jobs with their futures as they end; more may be added meanwhile.

        A few more are under way than there are processes, so that none waits for this one, and no more
        than that, so that memory does not grow with the number of jobs.
        """
        running: dict[Future[Any], Job] = {}
        try:
            while jobs or running:
                self.begin()
                while jobs and len(running) < 2 * self._jobs + 2:
                    job = jobs.popleft()
                    running[self._executor.submit(self._call, self._scratch, job.work, *job.arguments())] = job
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    yield running.pop(future), future
        finally:
            for future in running:
                future.cancel()

    def begin(self) -> None:
        """Say that something will be written; the first time, keep what an interrupted run finished.

        A fresh run forgets the checked copies of the round: it reads the raw files.
        """
        if not self._begun:
            if self._fresh:
                with contextlib.suppress(FileNotFoundError):
                    shutil.rmtree(self.project.checked(self.round))
            self.manifest.begin()
            self._scratch.mkdir(mode=0o700)
            self._stack.callback(shutil.rmtree, self._scratch, ignore_errors=True)
            self.manifest.log("begin", round=str(self.round), jobs=self._jobs)
            self._begun = True

    def put(self, step: Step, future: Future[Result]) -> Outcome:
        """Take a task's outputs, which wait for the rest of their set, and note them with what was read for them."""
        result = _result(step.task, future)
        outputs: dict[str, str] = {}
        for name, content in zip(step.outputs, (result.executed, result.page), strict=True):
            if content is not None:
                self.outputs.stage(name, content)
                outputs[name] = digest(content)
        made_from = dict(step.made_from)
        if step.task.section != SUMMARY:
            # Of a file that was read, the hash taken at that: it may have been replaced since.
            made_from["inputs"] = {**self.inputs.raw(result.reads), **result.read, **result.watched}
        entry = {
            "state": "ok" if result.error is None else "failed",
            "title": result.title,
            "error": result.error,
            "seconds": round(result.seconds, 3),
            "made_from": made_from,
            "notes": list(result.notes),
            "reads": list(result.reads),
            "rows": {dataset: list(read) for dataset, read in result.rows.items()},
            "outputs": outputs,
        }
        if result.left_out is not None:
            entry["left_out"] = result.left_out
        self.manifest.record(step.task.name, entry, reasons=step.reasons)
        self._tell_notes(step.task.section, step.task.province, result.notes)
        self._tell_not_sent(step.task.name, result.watched)
        return Outcome(
            section=step.task.section,
            province=step.task.province,
            title=result.title,
            outputs=self.outputs,
            notebook=step.outputs[0],
            seconds=result.seconds,
            error=result.error,
            left_out=result.left_out,
        )

    def _tell_notes(self, section: str, province: str | None, notes: Iterable[str]) -> None:
        """Say what a section's page leaves out, whether it was made now or before."""
        for note in notes:
            self.tell.say(f"{task_name(section, province)} ({self.notebooks[section].name}), {note}")

    def _tell_not_sent(self, name: str, watched: Mapping[str, str | None]) -> None:
        """Say what a section looked for on another machine and found otherwise than it is here."""
        if self._given is not None:
            here = self.inputs.watched(watched)
            if unlike := ", ".join(file for file in watched if watched[file] != here[file]):
                self.tell.say(f"{name} did not find {unlike} as it is here; run it again, and it is sent along")

    def _read(self) -> dict[str, Any]:
        """Raw files with hash and rows, as the sections that ``findings.json`` lists read them."""
        made = self.manifest.made
        listed = made.get("findings.json", {}).get("made_from", {}).get("sections", {})
        entries = [made[section] for section in sorted(listed) if section in made and section != SUMMARY]
        read = [(file, dataset, rows) for entry in entries for dataset, (file, rows) in entry.get("rows", {}).items()]
        hashes = {file: sha256 for entry in entries for file, sha256 in entry["made_from"].get("inputs", {}).items()}
        return {
            file: {"sha256": sha256, "rows": {dataset: rows for name, dataset, rows in sorted(read) if name == file}}
            for file, sha256 in sorted(hashes.items())
        }

    def marks(self, outcomes: Iterable[Outcome]) -> dict[str, str]:
        """What stands for outcomes, by section, in the keys of what is made from them."""
        marks = {}
        for outcome in outcomes:
            entry = self.manifest.made[task_name(outcome.section, outcome.province)]
            marks[outcome.section] = outcome.error or outcome.left_out or str(next(iter(entry["outputs"].values())))
        return marks

    def note(self, name: str, made_from: Mapping[str, Any], files: Mapping[str, bytes]) -> None:
        """Note files as made."""
        outputs = {file: digest(content) for file, content in files.items()}
        self.manifest.record(name, {"state": "ok", "made_from": made_from, "outputs": outputs})


def _result(task: Task, future: Future[Result]) -> Result:
    """Result of a task whose process may have died."""
    try:
        return future.result()
    except EOFError as error:  # not a process that ended, but the one that all are forked from
        raise BatchError(f"no notebook can be run: {error}") from error
    except Exception as error:  # a crash of one process must not stop the others
        return Result(title=task.section, seconds=0.0, error=f"{type(error).__name__}: {error}"[:600])
