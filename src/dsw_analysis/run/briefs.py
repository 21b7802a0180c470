"""Briefs: for each province its sections, its page and PDF, its ledger; and an index of all."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Future

from dsw_analysis.intake.writing.whole import digest, write_whole
from dsw_analysis.run.batch import Batch
from dsw_analysis.run.jobs import Job, given, in_short
from dsw_analysis.run.outputs import PROVINCES
from dsw_analysis.run.sets import OutputSet
from dsw_analysis.run.steps import BatchError, Outcome, Step
from dsw_analysis.run.tasks import EXECUTE

INDEX = f"{PROVINCES}index.html"
TOGETHER = 4
"""How many briefs one process puts together, so that dictionary and templates are loaded once for them."""
_BRIEF = "brief/"
"""Where the names of briefs in the manifest begin."""


def write_briefs(batch: Batch, provinces: Sequence[str], sections: Sequence[str] | None = None) -> list[Outcome]:
    """Bring the briefs of provinces up to date: ``provinces/<name>/<name>.html``, ``.pdf``, ``findings.json``.

    A brief is put together as soon as its sections have run, and nothing of it is held after that. It is put in place
    whole, with the pages and executed notebooks of its sections: those asked for and all others that are current. One
    of all sections is replaced only by another such, unless the batch allows what is missing.

    Parameters
    ----------
    provinces:
        Official Thai names.
    sections:
        Ids of sections that have provincial data; all of them by default.

    Returns
    -------
    list of Outcome
        Of every section asked for of every province.

    Raises
    ------
    BatchError
        If a raw file was replaced while the sections of a brief were reading it, or if briefs could not be made: the
        last ones stay.
    OSError
        If a file cannot be moved, as when another program holds it open: the last brief stays, whole.
    """
    from dsw_analysis.intake.provinces import provincial_sections  # noqa: PLC0415 - slow to import, for briefs alone

    every = provincial_sections(batch.notebooks)
    steps = batch.planner.plan(every if sections is None else sections, provinces)
    batch.tell.begin(len(steps))
    work = _Work(batch, every, steps)
    for step in steps:
        if not step.piece.reasons:
            work.take(batch.outcome(step, reused=True))
    for job, future in batch.ended(work.jobs):
        if isinstance(job.about, Step):
            work.take(batch.put(job.about, future))
        else:
            work.put(job.about, future)
    _write_index(batch)
    if work.failed:
        raise BatchError("briefs that could not be made: " + "; ".join(work.failed))
    return work.ended


class _Work:
    """Briefs on their way: what they wait for, what is to be done for them, and what came of it."""

    def __init__(self, batch: Batch, sections: Sequence[str], steps: Sequence[Step]) -> None:
        self.jobs = deque(Job(step, EXECUTE, given(step.task)) for step in steps if step.piece.reasons)
        self.ended: list[Outcome] = []
        self.failed: list[str] = []
        self._batch = batch
        self._sections = sections
        self._waits = [step.task.province for step in steps]
        self._outcomes: dict[str | None, dict[str, Outcome]] = {province: {} for province in self._waits}
        self._due: list[OutputSet] = []

    def take(self, outcome: Outcome) -> None:
        """Take what became of a section; of the last of a brief, have that put together, a few at a time."""
        self._batch.tell.done(outcome)
        self.ended.append(outcome)
        province = outcome.province
        self._outcomes[province][outcome.section] = outcome
        self._waits.remove(province)
        if province not in self._waits:
            brief = self._brief(str(province), self._outcomes.pop(province))
            if self._must_be_made(brief):
                self._due.append(brief)
            if len(self._due) >= TOGETHER or (self._due and not self._waits):
                self.jobs.appendleft(_composition(self._due))
                self._due = []

    def _brief(self, province: str, outcomes: Mapping[str, Outcome]) -> OutputSet:
        """The brief of a province: sections that were asked for, and those of the others that need not run."""
        batch, current = self._batch, dict(outcomes)
        for section in self._sections:
            if section not in current and not (step := batch.planner.step(section, province)).piece.reasons:
                current[section] = batch.outcome(step, reused=True)
        return OutputSet(
            batch=batch,
            name=_BRIEF + province,
            scope=f"{PROVINCES}{province}/",
            sections=self._sections,
            outcomes=[current[section] for section in self._sections if section in current],
        )

    def _must_be_made(self, brief: OutputSet) -> bool:
        brief.see_that_sections_agree()
        if self._batch.stale.brief(brief.name, brief.names).reasons:
            return brief.may_replace()
        entry = self._batch.manifest.made[brief.name]  # made, but for what was changed or removed by somebody
        brief.place(entry["made_from"], entry["outputs"])
        return False

    def put(self, briefs: Sequence[OutputSet], future: Future[dict[str, dict[str, bytes]]]) -> None:
        """Put briefs that were put together in the place of the last."""
        try:
            made = future.result()
        except Exception as error:  # what a few briefs cannot be made of must not stop the others
            names = ", ".join(map(_province, briefs))
            self.failed.append(f"{names}: {in_short(error)}")
            return
        for brief in briefs:
            entries = [self._batch.manifest.made[name] for name in brief.names]
            outputs = {name: sha256 for entry in entries for name, sha256 in entry["outputs"].items()}
            for name, content in made[_province(brief)].items():
                self._batch.outputs.stage(brief.scope + name, content)
                outputs[brief.scope + name] = digest(content)
            brief.place(self._batch.stale.brief(brief.name, brief.names).made_from, outputs)


def _province(brief: OutputSet) -> str:
    return brief.name.removeprefix(_BRIEF)


def _composition(briefs: Sequence[OutputSet]) -> Job:
    """The job that puts a few briefs together."""
    # Read when their turn comes: compositions that wait hold no notebooks.
    compose = "dsw_analysis.run.rendering:compose_briefs"
    round_ = briefs[0].batch.round
    return Job(briefs, compose, lambda: (round_, {_province(brief): brief.parts for brief in briefs}))


def _write_index(batch: Batch) -> None:
    """Bring the page that links to all briefs up to date."""
    made = {name.removeprefix(_BRIEF): entry for name, entry in batch.manifest.made.items() if name.startswith(_BRIEF)}
    states = {province: bool(entry.get("complete")) for province, entry in sorted(made.items())}
    piece = batch.stale.index(states)
    if piece.reasons:
        jobs = deque([Job("index", "dsw_analysis.run.rendering:index_page", given(batch.round, states))])
        for _, future in batch.ended(jobs):
            write_whole(batch.out / INDEX, future.result())
            batch.note(piece, {INDEX: future.result()})
