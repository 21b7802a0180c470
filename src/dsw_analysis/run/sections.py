"""The sections of a round and the ledger of all that they found."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence

from dsw_analysis.findings.ledger import SUMMARY, ledger_document, to_json
from dsw_analysis.run.batch import Batch
from dsw_analysis.run.sets import OutputSet
from dsw_analysis.run.stale import LEDGER
from dsw_analysis.run.steps import Outcome, Step

REPORT = ("report.html", "report.pdf", "report.docx", "findings.xlsx")
"""What is made of the ledger and the sections."""
EDITION = "edition"
"""What the manifest calls the set in place: ledger, report, and the pages and executed notebooks of the sections."""


def run_sections(batch: Batch, sections: Sequence[str] | None = None) -> list[Outcome]:
    """Bring sections of a round and ``findings.json`` up to date; :func:`put_in_place` is the next step.

    The summary comes last, on the ledger of the others.

    Parameters
    ----------
    sections:
        Ids; all by default.

    Returns
    -------
    list of Outcome
        Of the sections asked for and, as reused, of all others that are current: what ``findings.json`` lists, in the
        order of the notebooks.

    Raises
    ------
    BatchError
        If a raw file was replaced while the sections were reading it.
    """
    steps = batch.planner.plan(sections)
    summary_asked = _with_summary(batch, sections)
    batch.tell.begin(len(steps) + summary_asked)
    outcomes: dict[str, Outcome] = {}
    for outcome in batch.carry_out(steps):
        outcomes[outcome.section] = outcome
        batch.tell.done(outcome)
    outcomes |= _current(batch, set(batch.notebooks) - {step.task.section for step in steps})
    for outcome in batch.carry_out(_plan_only(batch, outcomes.values())):
        outcomes[outcome.section] = outcome
        batch.tell.say(f"{outcome.section} has no notebook; the report shows what the plan says of it")
    listed = _in_order(outcomes)
    edition(batch, listed).see_that_sections_agree()
    if SUMMARY in batch.notebooks:
        step = _summary(batch, listed, asked=summary_asked)
        if summary_asked:
            for outcome in batch.carry_out([step]):
                listed.append(outcome)
                batch.tell.done(outcome)
        elif not step.piece.reasons:
            listed.append(batch.outcome(step, reused=True))
    ledger = batch.stale.ledger(outcome.name for outcome in listed)
    if ledger.reasons:
        batch.begin()
        batch.make(ledger, {LEDGER: _ledger(batch, listed)})
    for outcome in listed:
        if outcome.left_out is not None:
            batch.tell.say(outcome.left_out)
    return listed


def put_in_place(batch: Batch, outcomes: Sequence[Outcome]) -> bool:
    """Put what was made of outcomes in the place of the last set, whole, and say if that is not done.

    A set with all its sections is replaced only by another such, and one with a report only by one with the same files,
    unless the batch allows what is missing. The files of a report that are up to date belong to the set, others do not.

    Parameters
    ----------
    outcomes:
        Of :func:`run_sections`.

    Raises
    ------
    OSError
        If a file cannot be moved, as when another program holds it open: the last set stays, whole.
    """
    whole = edition(batch, outcomes)
    made_from = batch.stale.report(EDITION, whole.names).made_from
    current = [name for name in REPORT if not batch.stale.report(name, whole.names).reasons]
    entries = [batch.manifest.made[name] for name in (*whole.names, LEDGER, *current)]
    outputs = {name: sha256 for entry in entries for name, sha256 in entry["outputs"].items()}
    if batch.manifest.made.get(EDITION, {}).get("made_from") == made_from and not batch.outputs.differ((), outputs):
        return True
    if not whole.may_replace([name for name in REPORT if name not in current and (batch.out / name).exists()]):
        return False
    whole.place(made_from, outputs, known=(LEDGER, *REPORT))
    return True


def edition(batch: Batch, outcomes: Sequence[Outcome]) -> OutputSet:
    """The set of a round's outputs."""
    return OutputSet(batch=batch, name=EDITION, sections=batch.notebooks, outcomes=outcomes)


def explain(batch: Batch, sections: Sequence[str] | None = None, provinces: Sequence[str] = ()) -> dict[str, list[str]]:
    """Why sections will run, of the country or of provinces, by name; no reason if one need not."""
    why = {step.task.name: step.piece.reasons for step in batch.planner.plan(sections, provinces)}
    if provinces or not _with_summary(batch, sections):
        return why
    current, extra = _current(batch, batch.notebooks), []
    if not any(why.values()):
        extra = _plan_only(batch, current.values())
        why |= {step.task.name: step.piece.reasons for step in extra}
    if any(why.values()):
        why[SUMMARY] = ["after the others, if anything it rests on changed"]
    else:
        current |= {step.task.section: batch.outcome(step, reused=True) for step in extra}
        why[SUMMARY] = _summary(batch, _in_order(current), asked=True).piece.reasons
    return why


def _plan(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """Projects of the plan with their places in it, as sections handed them over; all read the same plan."""
    return next((dict(o.document["plan"]) for o in outcomes if o.document and "plan" in o.document), {})


def _plan_only(batch: Batch, outcomes: Iterable[Outcome]) -> list[Step]:
    """Steps of those projects of the plan that have no notebook."""
    return [batch.planner.step(section) for section in _plan(outcomes) if section not in batch.notebooks]


def _in_order(outcomes: Mapping[str, Outcome]) -> list[Outcome]:
    """Sections as the plan has them, then, by their notebooks' numbers, those that it has not."""
    places = _plan(outcomes.values())
    return sorted(outcomes.values(), key=lambda o: (places.get(o.section, math.inf), o.notebook))


def _with_summary(batch: Batch, sections: Sequence[str] | None) -> bool:
    return SUMMARY in batch.notebooks and (sections is None or SUMMARY in sections)


def _current(batch: Batch, sections: Collection[str]) -> dict[str, Outcome]:
    """Those sections that need not run, but for the summary."""
    steps = [batch.planner.step(section) for section in batch.notebooks if section in sections and section != SUMMARY]
    return {step.task.section: batch.outcome(step, reused=True) for step in steps if not step.piece.reasons}


def _summary(batch: Batch, others: Sequence[Outcome], *, asked: bool) -> Step:
    """The step that runs the summary on the ledger of the others."""
    given = {f"outputs/{batch.round}/{LEDGER}": _ledger(batch, others)}
    return batch.planner.step(SUMMARY, given=given, asked=asked)


def _ledger(batch: Batch, outcomes: Iterable[Outcome]) -> bytes:
    left_out = [o.section for o in outcomes if o.left_out is not None]
    told = [(o.section, o.title, o.error, o.document) for o in outcomes if o.left_out is None]
    document = ledger_document(batch.round, told, left_out)
    return to_json(document).encode()
