"""The words that the parts of a batch speak in: outcome, progress, step, job."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

from dsw_analysis.project import Settings, use
from dsw_analysis.run.outputs import Outputs
from dsw_analysis.run.tasks import EXECUTE, Task
from dsw_analysis.section.executed import handed_over


class BatchError(RuntimeError):
    """No task can be run at all, and why."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a section.

    Attributes
    ----------
    outputs, notebook:
        The output folder, and the executed notebook's name there.
    seconds:
        How long it took when it last ran.
    reused:
        It was not run, since nothing that it rests on had changed.
    error:
        If it failed, the cell and the error in at most three lines.
    left_out:
        Why it is no part of the report although it did not fail: the plan has no such project.
    """

    section: str
    title: str
    outputs: Outputs
    notebook: str
    seconds: float
    province: str | None = None
    reused: bool = False
    error: str | None = None
    left_out: str | None = None

    @property
    def state(self) -> str:
        """``"ok"``, ``"failed"`` or ``"left out"``."""
        return "failed" if self.error is not None else "ok" if self.left_out is None else "left out"

    @property
    def output(self) -> Path:
        """The executed notebook: in place, or waiting for its set."""
        return self.outputs.newest(self.notebook)

    @property
    def executed(self) -> bytes | None:
        """Content of the executed notebook; ``None`` if it never started."""
        return self.output.read_bytes() if self.output.exists() else None

    @property
    def part(self) -> Part:
        """The section for a report."""
        return Part(section=self.section, title=self.title, executed=self.executed, error=self.error)

    @cached_property
    def document(self) -> Mapping[str, Any] | None:
        """What the section handed over; ``None`` if it failed or is left out."""
        executed = self.executed if self.state == "ok" else None
        return None if executed is None else handed_over(json.loads(executed))[0]


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What a batch tells of itself: how much there is to do, and each piece as it is done."""

    begin: Callable[[int], None] = lambda _: None
    done: Callable[[Outcome], None] = lambda _: None
    say: Callable[[str], None] = lambda _: None


@dataclass(frozen=True, kw_only=True)
class Step:
    """A task, what it is made from, where its outputs go, and why it must run (empty if it need not)."""

    task: Task
    made_from: Mapping[str, Any]
    outputs: tuple[str, str]
    reasons: list[str]


@dataclass(frozen=True, kw_only=True)
class Part:
    """One section on its way into a report: its executed notebook, or why there is none."""

    section: str
    title: str
    executed: bytes | None
    error: str | None = None


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
    module, _, name = work.partition(":")
    return getattr(import_module(module), name)(*arguments)
