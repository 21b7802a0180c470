"""The words that the parts of a batch speak in: step, part, outcome, progress."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from dsw_analysis.run.outputs import Outputs
from dsw_analysis.run.stale import Piece
from dsw_analysis.run.tasks import Task
from dsw_analysis.section.executed import handed_over


class BatchError(RuntimeError):
    """No task can be run at all, and why."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """A task, and as what it is made: from what, and why it must run (no reason if it need not)."""

    task: Task
    piece: Piece


@dataclass(frozen=True, kw_only=True)
class Part:
    """One section on its way into a report: its executed notebook, or why there is none."""

    section: str
    title: str
    executed: bytes | None
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a section.

    Attributes
    ----------
    name:
        What messages and the manifest call it.
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

    name: str
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
