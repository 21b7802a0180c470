"""A preview: a round's report, or one section, in the browser, made anew of whatever is saved while it is open."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Self

from dsw_analysis.findings.ledger import SUMMARY
from dsw_analysis.project import FILE, settings
from dsw_analysis.report.edition import DRAFT, with_edition
from dsw_analysis.rounds import Round
from dsw_analysis.run.batch import Batch, result_of
from dsw_analysis.run.manifest import Manifest
from dsw_analysis.run.outputs import Outputs
from dsw_analysis.run.preparing import prepare_files
from dsw_analysis.run.sections import edition, ledger_bytes, run_unguarded
from dsw_analysis.run.serving import Server
from dsw_analysis.run.steps import Outcome, Progress, Step, failure
from dsw_analysis.run.tasks import BRIEF_PAGE, Project, Result, in_short, named
from dsw_analysis.run.warm.watching import status

_PAUSE = 0.03
"""Seconds between two looks at the files; what is the same at two of them has been saved."""
_REPORT, _FIGURES = "report.html", "figures.html"


def follow(
    project: Project,
    round_: Round,
    section: str | None = None,
    *,
    accept_partial: bool = False,
    say: Callable[[str], object],
    ready: Callable[[str], object],
) -> None:
    """Show a round, or one section of it, and follow its files until this is interrupted.

    Everything is made as a batch makes it, in ``outputs/<round>/internal/preview``: persons are protected as there, but
    nothing is put in place, and so no gate is asked.

    Parameters
    ----------
    say:
        Told what ran and what failed, line by line.
    ready:
        Given the address as soon as it can be opened.

    Raises
    ------
    UsageError
        As :class:`Batch`, and if the section has no notebook.
    TimeoutError
        If another preview of the round is open.
    """
    with _Aside(replace(project, preview=True), round_, accept_partial=accept_partial, wait=0) as batch:
        batch.planner.plan(None if section is None else [section])
        shown = _Shown(batch, section, say)
        with Server(shown.page, shown.content) as server:
            ready(server.address)
            shown.follow(server)


class _Aside(Batch):
    """A batch of which nothing is put in place; a section that fails keeps what it showed last."""

    def __enter__(self) -> Self:
        """Take the preview's folder, and begin with the sections of the round that are in place."""
        try:
            super().__enter__()
        except TimeoutError:
            raise TimeoutError(f"another preview of {self.round} is open; end it with Ctrl-C") from None
        self.failures: dict[str, Outcome] = {}
        self.manifest.made.clear()
        there = Outputs(replace(self.project, preview=False).outputs(self.round))
        for name, entry in Manifest(there.folder).made.items():
            if "notebook" in entry["made_from"] and "/" not in name and entry["state"] == "ok":
                with suppress(FileNotFoundError):
                    for file in entry["outputs"]:
                        self.outputs.stage(file, there.newest(file).read_bytes())
                    self.manifest.made[name] = {part: value for part, value in entry.items() if part != "internal"}
        return self

    def look_again(self, *, fresh: bool = False) -> None:
        """Take what there is anew, notebooks and the project's words too."""
        self.notebooks = self.project.sections()
        self._words = settings(self.project.root)
        super().look_again(fresh=fresh)

    def put(self, step: Step, future: Future[Result]) -> Outcome:
        """Take a task's outputs; of one that failed only what it read, since it runs again when that changes."""
        name, before = step.task.name, self.manifest.made.get(step.task.name)
        result = result_of(step.task, future)
        self.failures.pop(name, None)
        if result.error is None or before is None:
            outcome = super().put(step, future)
        else:
            self.outputs.keep(step.task.failed, result.executed)
            outcome = replace(self.outcome(step), error=result.error, details=result.details)
        if outcome.error is not None:
            self.failures[name] = outcome
            made_from = self.stale.after(step.piece, result).made_from
            kept = before or {**self.manifest.made[name], "state": "ok"}
            self.manifest.record(name, {**kept, "made_from": made_from})
        return self.outcome(step)

    def page(self, name: str) -> bytes:
        """The page of a section as it was made last, as the draft that it is."""
        return with_edition(self.outputs.newest(name).read_text(encoding="utf-8"), DRAFT).encode()

    def composed(self, name: str, outcomes: Sequence[Outcome]) -> bytes:
        """A page of the whole, put together by a process that has done so before, if there is one."""
        made_of = self.round, edition(self, outcomes).parts, ledger_bytes(self, outcomes)
        work = "dsw_analysis.run.execution:report_file"
        made: bytes = self._executor.submit(named, work, name, *made_of, words=self._words).result()
        return made


class _Shown:
    """What is shown: the report, or the page of one section, and what failed when it was to be made anew."""

    def __init__(self, batch: _Aside, section: str | None, say: Callable[[str], object]) -> None:
        self.page = _REPORT if section is None else BRIEF_PAGE if section == SUMMARY else f"sections/{section}.html"
        self._batch, self._section, self._say = batch, section, say
        self._content: bytes | None = None
        self._outcomes: Sequence[Outcome] = ()
        self._said: set[str] = set()
        self._beside: set[str] = set()
        batch.progress = Progress(done=self._done, say=self._once)

    def content(self, name: str) -> bytes | None:
        """A page that may be asked for; ``None`` if there is none, or not yet."""
        if name == _FIGURES and self.page == _REPORT and self._outcomes:
            return self._batch.composed(name, self._outcomes)
        return self._content if name == self.page else None

    def follow(self, server: Server) -> None:
        """Make what is shown anew when files have changed, for ever."""
        self._server = server
        made = before = None
        while True:
            began = time.monotonic()
            now = self._files()
            pause = max(_PAUSE, 10 * (time.monotonic() - began))
            if now != made and now == before:  # some programs save in two steps
                self._make()
                self._beside = {*map(str, self._batch.stale.beside())}
                made = now | {path: state for path, state in self._files().items() if path in self._beside - now.keys()}
            before = now
            time.sleep(pause)

    def _files(self) -> dict[str, list[int] | None]:
        """State of every file that what is shown may rest on."""
        project, data = self._batch.project, self._batch.project.data
        files = [project.root / FILE, project.root / "requirements.lock", *map(Path, self._beside)]
        for top in (project.notebooks, project.schemas, data / str(self._batch.round), data.parent / "disclosure"):
            for folder, _, names in os.walk(top):
                files += (Path(folder, name) for name in names)
        return {str(path): status(str(path)) for path in files if path.parent.name != ".ipynb_checkpoints"}

    def _make(self) -> None:
        batch, trouble = self._batch, []
        self._ran, self._first = False, True
        self._server.tell(busy=True)
        try:
            batch.look_again()
            prepare_files(batch)
            if self._section in (None, SUMMARY):
                self._show(run_unguarded(batch))
            else:
                for outcome in batch.carry_out(batch.planner.plan([str(self._section)])):
                    self._done(outcome)
                self._show([])
        except Exception as error:  # half of a change may be anything; the other half is on its way
            trouble.append({"name": "", "what": in_short(error)})
            self._say(in_short(error))
        failed = [{"name": name, "what": o.details or o.error} for name, o in batch.failures.items()]
        self._server.tell(busy=False, failed=[*trouble, *failed])

    def _done(self, outcome: Outcome) -> None:
        """Tell of a section that ran; the first is shown at once, before the summary of all is made."""
        if outcome.reused:
            return
        self._ran = True
        if outcome.name in self._batch.failures:
            self._say(failure(self._batch.failures[outcome.name]))
            return
        self._say(f"{outcome.name}  {outcome.seconds:.1f} s")
        if self._first and self._outcomes and self._section is None:
            self._first = False
            self._show([outcome if o.name == outcome.name else o for o in self._outcomes])

    def _show(self, outcomes: Sequence[Outcome]) -> None:
        """Show the page, made of outcomes if it is the report, unless it is there already."""
        if self._ran or self._content is None:
            self._ran, self._outcomes = False, outcomes
            page = self._batch.composed(_REPORT, outcomes) if self._section is None else self._batch.page(self.page)
            if page != self._content:
                self._content = page
                self._server.show()

    def _once(self, text: str) -> None:
        if text not in self._said:
            self._said.add(text)
            self._say(text)
