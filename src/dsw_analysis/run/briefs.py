"""Briefs: for each province its sections, its page and PDF, its ledger; and an index of all."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dsw_analysis.intake.writing.whole import digest, write_whole
from dsw_analysis.run.batch import Batch
from dsw_analysis.run.outputs import PROVINCES
from dsw_analysis.run.sets import may_replace, place, see_that_they_agree
from dsw_analysis.run.steps import BatchError, Job, Outcome, Part, Step, given
from dsw_analysis.run.tasks import EXECUTE, task_name

INDEX = f"{PROVINCES}index.html"
TOGETHER = 4
"""How many briefs one process puts together, so that dictionary and templates are loaded once for them."""


@dataclass(kw_only=True)
class Brief:
    """A province on its way: what it waits for, and what came of its sections."""

    province: str
    sections: Sequence[str]
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name of the finished brief in the manifest."""
        return f"brief/{self.province}"

    @property
    def scope(self) -> str:
        """Folder of its files, which are one set."""
        return f"{PROVINCES}{self.province}/"

    @property
    def complete(self) -> bool:
        """Whether all sections that a brief can have are there and succeeded."""
        return {o.section for o in self.outcomes.values() if o.error is None} == set(self.sections)

    def made_from(self, batch: Batch) -> dict[str, Any]:
        """What it is made from, once its sections have ended."""
        return {
            **batch.inputs.common,
            "sections": batch.marks(self.outcomes[s] for s in self.sections if s in self.outcomes),
        }

    def parts(self) -> tuple[Part, ...]:
        """Its sections in the order of the report, read from the output folder."""
        outcomes = (self.outcomes[section] for section in self.sections if section in self.outcomes)
        return tuple(outcome.part for outcome in outcomes if outcome.left_out is None)


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
    from dsw_analysis.intake.provinces import provincial_sections  # noqa: PLC0415 - slow to import, and for briefs alone

    every = provincial_sections(batch.notebooks)
    sections = every if sections is None else sections
    steps = batch.plan(sections, provinces)
    briefs = {province: Brief(province=province, sections=every) for province in provinces}
    batch.tell.begin(len(steps))
    ended: list[Outcome] = []
    jobs: deque[Job] = deque(Job(step, EXECUTE, given(step.task)) for step in steps if step.reasons)
    due: list[Brief] = []
    failed: list[str] = []

    def take(outcome: Outcome) -> None:
        batch.tell.done(outcome)
        ended.append(outcome)
        brief = briefs[str(outcome.province)]
        brief.outcomes[outcome.section] = outcome
        if len(brief.outcomes) == len(sections):
            del briefs[brief.province]
            _add_current(batch, brief)
            if _must_be_made(batch, brief):
                due.append(brief)
            if len(due) >= TOGETHER or (due and not briefs):
                jobs.appendleft(_composition(batch, list(due)))
                due.clear()

    for step in steps:
        if not step.reasons:
            take(batch.reused(step.task.section, step.task.province))
    for job, future in batch.ended(jobs):
        if isinstance(job.about, Step):
            take(batch.put(job.about, future))
        else:
            try:
                made = future.result()
            except Exception as error:  # what a few briefs cannot be made of must not stop the others
                failed.append(
                    f"{', '.join(brief.province for brief in job.about)}: {type(error).__name__}: {error}"[:600]
                )
                continue
            for brief in job.about:
                _put(batch, brief, made[brief.province])
    _write_index(batch)
    if failed:
        raise BatchError("briefs that could not be made: " + "; ".join(failed))
    return ended


def _add_current(batch: Batch, brief: Brief) -> None:
    """Add to a brief those of its other sections that need not run."""
    for section in brief.sections:
        if section not in brief.outcomes and not batch.step(section, brief.province).reasons:
            brief.outcomes[section] = batch.reused(section, brief.province)


def _must_be_made(batch: Batch, brief: Brief) -> bool:
    see_that_they_agree(batch, brief.outcomes.values())
    if batch.reasons(brief.name, brief.made_from(batch)):
        return may_replace(batch, brief.name, brief.sections, complete=brief.complete, scope=brief.scope)
    entry = batch.manifest.made[brief.name]  # made, but for what was changed or removed by somebody
    place(batch, brief.name, entry["made_from"], entry["outputs"], complete=brief.complete, scope=brief.scope)
    return False


def _composition(batch: Batch, briefs: Sequence[Brief]) -> Job:
    """The job that puts a few briefs together."""
    # Read when their turn comes: compositions that wait hold no notebooks.
    compose = "dsw_analysis.run.rendering:compose_briefs"
    return Job(briefs, compose, lambda: (batch.round, {brief.province: brief.parts() for brief in briefs}))


def _put(batch: Batch, brief: Brief, content: Mapping[str, bytes]) -> None:
    outputs: dict[str, str] = {}
    for section in brief.outcomes:
        outputs |= batch.manifest.made[task_name(section, brief.province)]["outputs"]
    for name, part in content.items():
        batch.outputs.stage(brief.scope + name, part)
        outputs[brief.scope + name] = digest(part)
    place(batch, brief.name, brief.made_from(batch), outputs, complete=brief.complete, scope=brief.scope)


def _write_index(batch: Batch) -> None:
    """Bring the page that links to all briefs up to date."""
    made = {
        name.removeprefix("brief/"): entry for name, entry in batch.manifest.made.items() if name.startswith("brief/")
    }
    states = {province: bool(entry.get("complete")) for province, entry in sorted(made.items())}
    made_from = {**batch.inputs.common, "briefs": states}
    if batch.reasons("brief index", made_from):
        jobs = deque([Job("index", "dsw_analysis.run.rendering:index_page", given(batch.round, states))])
        for _, future in batch.ended(jobs):
            content = future.result()
            write_whole(batch.out / INDEX, content)
            batch.note("brief index", made_from, {INDEX: content})
