"""What the parts of a batch pass to each other, from step to outcome, and what is said of it while it runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TextIO

from dsw_analysis.problems import TellingError
from dsw_analysis.run.outputs import Outputs
from dsw_analysis.run.tasks import Task
from dsw_analysis.section.executed import handed_over


class BatchError(TellingError, RuntimeError):
    """No task can be run at all, and why."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Something that is made: its name in the manifest, what it is made from, why it must be made (empty: it need not).

    What it is made from is a table of the kinds of things (``package``, ``notebook``, ``inputs``, ``sections`` …) with
    a hash, or a table of names and hashes, of each; any difference makes it stale.
    """

    name: str
    made_from: Mapping[str, Any]
    reasons: list[str]


@dataclass(frozen=True, kw_only=True)
class Step:
    """A task, and as what it is made: from what, and why it must run (no reason if it need not)."""

    task: Task
    piece: Piece


@dataclass(frozen=True)
class Job:
    """A call for a worker process: what it is about, the function, and its arguments when they are needed.

    The function is named, ``module:name``, so that this process need not import what only workers use.
    """

    about: Any
    work: str
    arguments: Callable[[], tuple[Any, ...]]


def given(*arguments: Any) -> Callable[[], tuple[Any, ...]]:  # noqa: ANN401 - of any function
    """Arguments of a job that are at hand already."""
    return lambda: arguments


@dataclass(frozen=True, kw_only=True)
class Part:
    """One section on its way into a report: its executed notebook, or why there is none."""

    section: str
    title: str
    executed: bytes | None
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a section, which messages and the manifest call by its ``name``.

    ``notebook`` is the executed one's name in the output folder, ``failed`` that of one that failed, ``seconds`` how
    long it took when it last ran. It is ``reused`` if it was not run, since nothing that it rests on had changed. If it
    failed, ``error`` names the cell and the kind of error, and ``details`` what it says, as in
    :class:`~dsw_analysis.run.tasks.Result`; ``left_out`` says why it is no part of the report although it did not fail:
    the plan has no such project. ``awaits`` are the datasets that have not come, for which the plan alone is shown.
    """

    name: str
    section: str
    title: str
    outputs: Outputs
    notebook: str
    failed: str
    seconds: float
    province: str | None = None
    reused: bool = False
    error: str | None = None
    details: str | None = None
    left_out: str | None = None
    awaits: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """``"ok"``, ``"failed"``, ``"waits"`` or ``"left out"``."""
        if self.error is not None:
            return "failed"
        return "left out" if self.left_out is not None else "waits" if self.awaits else "ok"

    @property
    def output(self) -> Path:
        """The executed notebook: in place, or waiting for its set; of a failed section apart from all sets."""
        return self.outputs.newest(self.notebook if self.error is None else self.failed)

    @property
    def executed(self) -> bytes | None:
        """Content of the executed notebook; ``None`` if it failed or never started."""
        return self.output.read_bytes() if self.error is None and self.output.exists() else None

    @cached_property
    def document(self) -> Mapping[str, Any] | None:
        """What the section handed over; ``None`` if it failed or is left out."""
        executed = self.executed if self.state in ("ok", "waits") else None
        return None if executed is None else handed_over(json.loads(executed))[0]


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What a batch tells of itself: how much there is to do, and each piece as it is done."""

    begin: Callable[[int], None] = lambda _: None
    done: Callable[[Outcome], None] = lambda _: None
    say: Callable[[str], None] = lambda _: None


def progress_on(stream: TextIO) -> Progress:
    """Progress that goes to a stream, by what the stream is."""
    return _bar(stream) if stream.isatty() else _lines(stream)


def failure(outcome: Outcome) -> str:
    """A failed section in words: which, at which cell, the error, and where the executed notebook is."""
    where = outcome.output if outcome.output.exists() else "none was written"
    return f"\n{outcome.name} failed: {outcome.details or outcome.error}\nexecuted notebook: {where}"


def _bar(stream: TextIO) -> Progress:
    """A bar with the time left, for a terminal."""
    from tqdm import tqdm  # noqa: PLC0415 - a log needs none

    bar: tqdm[None]

    def begin(total: int) -> None:
        nonlocal bar
        bar = tqdm(total=total, unit="section", file=stream, dynamic_ncols=True)

    def done(outcome: Outcome) -> None:
        bar.set_postfix_str(outcome.name, refresh=False)
        if outcome.error is not None:
            bar.write(f"failed  {outcome.name}", file=stream)
        bar.update()
        if bar.n == bar.total:
            bar.close()

    return Progress(begin=begin, done=done, say=lambda text: tqdm.write(f"dsw: {text}", file=stream))


def _lines(stream: TextIO) -> Progress:
    """A line a section, for all that is no terminal."""
    total = ended = 0

    def begin(steps: int) -> None:
        nonlocal total, ended
        total, ended = steps, 0

    def done(outcome: Outcome) -> None:
        nonlocal ended
        ended += 1
        state = "current" if outcome.reused else outcome.state
        took = "" if outcome.reused else f"  {outcome.seconds:.1f} s"
        print(f"{ended:>{len(str(total))}}/{total}  {state:<7}  {outcome.name}{took}", file=stream, flush=True)

    return Progress(begin=begin, done=done, say=lambda text: print(f"dsw: {text}", file=stream, flush=True))
