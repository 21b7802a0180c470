"""Jobs: calls for worker processes, a few of them under way at a time."""

from __future__ import annotations

import os
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from dsw_analysis.project import Settings, use
from dsw_analysis.run.tasks import EXECUTE


@dataclass(frozen=True)
class Job:
    """A call for a worker process: what it is about, the function, and its arguments when they are needed.

    The function is named, as ``module:name``, so that this process need not import what only workers use.
    """

    about: Any
    work: str
    arguments: Callable[[], tuple[Any, ...]]


def given(*arguments: Any) -> Callable[[], tuple[Any, ...]]:  # noqa: ANN401 - of any function
    """Arguments of a job that are at hand already."""
    return lambda: arguments


def ended(
    executor: Executor, scratch: Path, jobs: deque[Job], *, limit: int, words: Settings
) -> Iterator[tuple[Job, Future[Any]]]:
    """Jobs with their futures as they end; more may be added meanwhile.

    No more than ``limit`` are under way, so that memory does not grow with the number of jobs; all speak in the
    project's words.
    """
    running: dict[Future[Any], Job] = {}
    say = partial(call, words=words)
    try:
        while jobs or running:
            while jobs and len(running) < limit:
                job = jobs.popleft()
                running[executor.submit(say, scratch, job.work, *job.arguments())] = job
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(future), future
    finally:
        for future in running:
            future.cancel()


def call(scratch: Path, work: str, *arguments: Any, words: Settings) -> Any:  # noqa: ANN401 - of any function
    """In a worker process: call a function by its name, ``module:name``.

    Temporary files of all that it starts go to ``scratch``, which the next run empties if this one is killed; on
    another machine, where that folder is not, to the system's own place.

    Notebooks are run here, one after the other. What puts whole reports together takes so much memory that it gets a
    process of its own, which gives it back.
    """
    from dsw_analysis.run.warm.processes import FORKS, run_fresh  # noqa: PLC0415 - for workers

    if scratch.is_dir():
        os.environ["TMPDIR"] = tempfile.tempdir = str(scratch)
    if work == EXECUTE or not FORKS:  # without forks this process was started for this call alone
        return named(work, *arguments, words=words)
    return run_fresh(named, work, *arguments, words=words)


def named(work: str, *arguments: Any, words: Settings) -> Any:  # noqa: ANN401 - of any function
    """Call a function by its name, in the words of a project."""
    use(words)
    return resolve_name(work)(*arguments)


def in_short(error: Exception) -> str:
    """What an error says, in at most three lines."""
    return "\n".join(f"{type(error).__name__}: {error}".splitlines()[:3])[:600]
