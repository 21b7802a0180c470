"""The batch: a round's outputs, brought up to date in processes, whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import KW_ONLY, dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Self

from filelock import BaseFileLock, FileLock, Timeout

from dsw_analysis.findings.ledger import LEDGER, SUMMARY
from dsw_analysis.intake.writing.whole import digest
from dsw_analysis.problems import UsageError
from dsw_analysis.project import settings
from dsw_analysis.report.edition import DRAFT, Edition
from dsw_analysis.report.signed import Signed, content_of, ledger_of, page_of
from dsw_analysis.rounds import Round
from dsw_analysis.run.manifest import Manifest, versions
from dsw_analysis.run.outputs import Outputs
from dsw_analysis.run.stale import Inputs, Planner, Stale
from dsw_analysis.run.steps import BatchError, Job, Outcome, Piece, Progress, Step, given
from dsw_analysis.run.tasks import EXECUTE, Project, Result, Task, call, in_short


@dataclass(eq=False)
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
    with_examples:
        Print examples, of reconstructed records, in PDF and DOCX; by default as those were made the last time.
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

    project: Project
    round: Round
    _: KW_ONLY
    jobs: int | None = None
    fresh: bool = False
    allow_missing: bool = False
    accept_partial: bool = False
    with_examples: bool | None = None
    executor: Executor | None = None
    progress: Progress = field(default_factory=Progress)
    wait: float = -1

    def __post_init__(self) -> None:
        self.out = self.project.outputs(self.round)
        self._jobs = self.jobs or os.cpu_count() or 1
        # Known beforehand, so that what a killed run leaves there is found; short, for sockets are made there too.
        self._scratch = Path(tempfile.gettempdir()) / f"dsw-{digest(str(self.out.resolve()).encode())[:12]}"

    def __enter__(self) -> Self:
        """Take the round: checks what is needed, waits for another run to end."""
        self.notebooks = self.project.sections()
        self._words = settings(self.project.root)
        raw = self.project.data / str(self.round)
        if not raw.is_dir():
            raise UsageError(f"no raw files in {raw}; put the round's files there")
        self.out.mkdir(parents=True, exist_ok=True)
        with contextlib.ExitStack() as stack:
            stack.enter_context(_lock(self.out, self.wait, self.progress.say, what=str(self.round)))
            shutil.rmtree(self._scratch, ignore_errors=True)
            self.outputs = Outputs(self.out)
            self.manifest = Manifest(self.out)
            self.signed = Signed.read(self.out)
            self.look_again(fresh=self.fresh)
            self._begun = False
            self._stack = stack
            self._resume()
            self._stack = stack.pop_all()
        return self

    def look_again(self, *, fresh: bool = False) -> None:
        """Take what there is anew, as when something that sections rest on was written meanwhile."""
        inputs = Inputs(self.project.root, self.project.data / str(self.round))
        self.stale = Stale(inputs, self.manifest, self.outputs, fresh, self.with_examples)
        sent = self.executor is not None
        self.planner = Planner(self.project, self.round, self.notebooks, self.stale, self.accept_partial, sent)

    def _resume(self) -> None:
        """Complete what a run that was killed had begun to put in place."""
        interrupted = self.outputs.resume()
        if interrupted is not None:
            self.progress.say("the last run was interrupted while it put its outputs in place; that is completed now")
            self.begin()
            for name, entry in interrupted.items():
                self.manifest.record(name, entry)
            self.outputs.settle()

    def begin(self) -> None:
        """Say that something will be written; the first time, keep what an interrupted run finished.

        A fresh run forgets the checked copies of the round: it reads the raw files.
        """
        if not self._begun:
            if self.fresh:
                with contextlib.suppress(FileNotFoundError):
                    shutil.rmtree(self.project.checked(self.round))
            self.manifest.begin()
            self._scratch.mkdir(mode=0o700)
            self._stack.callback(shutil.rmtree, self._scratch, ignore_errors=True)
            self.manifest.log("begin", round=str(self.round), jobs=self._jobs)
            self._begun = True

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        """Give the round back, with what was made noted; what still runs when this is interrupted is ended."""
        with self._stack:
            if isinstance(error, KeyboardInterrupt) and self.executor is None and "_executor" in vars(self):
                self._executor.stop()
            if self._begun:
                listed = self.manifest.made.get(LEDGER, {}).get("made_from", {}).get("sections", {})
                read = self.manifest.raw_files([section for section in listed if section != SUMMARY])
                self.manifest.save(round=str(self.round), versions=versions(), **self.stale.inputs.common, inputs=read)
                # Not before: a log that has ended is not read again.
                self.manifest.log("end", error=None if error is None else type(error).__name__)

    def carry_out(self, steps: Sequence[Step]) -> Iterator[Outcome]:
        """Outcomes of steps: of those that need not run at once, of the others as they end."""
        for step in steps:
            if not step.piece.reasons:
                yield self.outcome(step, reused=True)
        # The longest first, so that no process is left with one while the others have nothing more to do: as the last
        # time; if there was none, the longer the notebook, the longer.
        took = {name: entry.get("seconds", 0.0) for name, entry in self.manifest.made.items()}
        due = [step for step in steps if step.piece.reasons]
        due.sort(key=lambda step: (took.get(step.task.name, 0.0), len(step.task.content)), reverse=True)
        for job, future in self.ended(deque(Job(step, EXECUTE, given(step.task)) for step in due)):
            yield self.put(job.about, future)

    def ended(self, jobs: deque[Job]) -> Iterator[tuple[Job, Future[Any]]]:
        """Jobs with their futures as they end; more may be added meanwhile. All speak in the project's words."""
        if not jobs:
            return
        self.begin()
        running: dict[Future[Any], Job] = {}
        say = partial(call, words=self._words)
        # A few more are under way than there are processes, so that none waits for this one, but not all: memory must
        # not grow with the number of jobs.
        limit = 2 * self._jobs + 2
        try:
            while jobs or running:
                while jobs and len(running) < limit:
                    job = jobs.popleft()
                    running[self._executor.submit(say, self._scratch, job.work, *job.arguments())] = job
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    yield running.pop(future), future
        finally:
            for future in running:
                future.cancel()

    @cached_property
    def _executor(self) -> Any:  # noqa: ANN401 - an Executor, ours with a method more
        if self.executor is not None:
            return self.executor
        from dsw_analysis.run.warm.processes import WarmExecutor  # noqa: PLC0415 - a run with nothing to do starts none

        return self._stack.enter_context(WarmExecutor(self._jobs))

    def put(self, step: Step, future: Future[Result]) -> Outcome:
        """Take a task's outputs, which wait for the rest of their set, and note them with what was read for them."""
        task, result = step.task, result_of(step.task, future)
        executed = result.executed if result.error is None else None
        files = zip(task.outputs, (executed, result.page), strict=True)
        self.make(
            self.stale.after(step.piece, result),
            {name: content for name, content in files if content is not None},
            state="ok" if result.error is None else "failed",
            title=result.title,
            error=result.error,
            seconds=round(result.seconds, 3),
            notes=list(result.notes),
            reads=list(result.reads),
            rows={dataset: list(read) for dataset, read in result.rows.items()},
            **({} if result.left_out is None else {"left_out": result.left_out}),
            **({"awaits": [*result.awaits]} if result.awaits else {}),
            **({"protected": dict(sorted(result.protected.items()))} if result.protected else {}),
            **({"internal": [task.exact]} if result.exact is not None else {}),
        )
        self.outputs.keep(task.exact, result.exact)
        self.outputs.keep(task.failed, None if result.error is None else result.executed)
        if self.executor is not None:  # it may have run on another machine
            here = self.stale.inputs.watched(result.watched)
            if unlike := ", ".join(file for file, there in result.watched.items() if there != here[file]):
                self.progress.say(
                    f"{step.task.name} did not find {unlike} as it is here; run it again, and it is sent along"
                )
        return replace(self.outcome(step), details=result.details)

    def edition(self, scope: str = "") -> Edition:
        """What covers say of the report, or of the brief in a folder, by the approval of what was made of it last."""
        if not self.signed:
            return DRAFT
        return self.signed.of(scope, self.content(scope))

    def content(self, scope: str = "") -> dict[str, str]:
        """Digests of the figures and words of what was made last of the report, or of the brief in a folder."""
        page, ledger = (self.outputs.newest(name) for name in (page_of(scope), ledger_of(scope)))
        return content_of(page.read_bytes(), ledger.read_bytes()) if page.is_file() and ledger.is_file() else {}

    def make(self, piece: Piece, files: Mapping[str, bytes], **about: Any) -> None:  # noqa: ANN401 - JSON
        """Take the files of a piece, which wait for the rest of their set, and note them."""
        for name, content in files.items():
            self.outputs.stage(name, content)
        self.note(piece, files, **about)

    def note(self, piece: Piece, files: Mapping[str, bytes], **about: Any) -> None:  # noqa: ANN401 - JSON
        """Note a piece as made, and its files."""
        outputs = {name: digest(content) for name, content in files.items()}
        entry = {"state": "ok", **about, "made_from": piece.made_from, "outputs": outputs}
        self.manifest.record(piece.name, entry, reasons=piece.reasons)

    def outcome(self, step: Step, *, reused: bool = False) -> Outcome:
        """What became of a step, by what was noted of it; says what its page leaves out, made now or before."""
        task, entry = step.task, self.manifest.made[step.task.name]
        for note in entry.get("notes", ()):
            self.progress.say(f"{task.name} ({task.notebook}), {note}")
        return Outcome(
            name=task.name,
            section=task.section,
            province=task.province,
            title=entry.get("title", task.section),
            outputs=self.outputs,
            notebook=task.outputs[0],
            failed=task.failed,
            seconds=entry.get("seconds", 0.0),
            reused=reused,
            error=entry.get("error"),
            left_out=entry.get("left_out"),
            awaits=tuple(entry.get("awaits", ())),
        )


def _lock(folder: Path, seconds: float, say: Callable[[str], None], *, what: str) -> BaseFileLock:
    """The lock of an output folder, taken; what it is and that it must be waited for is said."""
    lock = FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        say(f"another run is at work on {what}; waiting for it to end")
        try:
            lock.acquire(timeout=seconds)
        except Timeout:
            raise TimeoutError(f"another run is still at work on {what}; try again when it has ended") from None
    return lock


def result_of(task: Task, future: Future[Result]) -> Result:
    """Result of a task whose process may have died."""
    try:
        return future.result()
    except EOFError as error:  # not a process that ended, but the one that all are forked from
        raise BatchError(f"no notebook can be run: {error}") from error
    except Exception as error:  # a crash of one process must not stop the others
        return Result(title=task.section, seconds=0.0, error=in_short(error))
