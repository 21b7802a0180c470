"""The sections of a round and the ledger of all that they found."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from dsw_analysis.findings.ledger import SUMMARY, ledger_document, to_json
from dsw_analysis.intake.writing.whole import digest
from dsw_analysis.run.batch import Batch
from dsw_analysis.run.sets import may_replace, place, see_that_they_agree
from dsw_analysis.run.steps import Outcome, Step

LEDGER = "findings.json"
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
    steps = batch.plan(sections)
    asked = {step.task.section for step in steps}
    batch.tell.begin(len(steps) + _with_summary(batch, sections))
    outcomes: dict[str, Outcome] = {}
    for outcome in batch.carry_out(steps):
        outcomes[outcome.section] = outcome
        batch.tell.done(outcome)
    outcomes |= _current(batch, set(batch.notebooks) - asked)
    for outcome in batch.carry_out(_plan_only(batch, outcomes.values())):
        outcomes[outcome.section] = outcome
        batch.tell.say(f"{outcome.section} has no notebook; the report shows what the plan says of it")
    listed = _in_order(outcomes)
    see_that_they_agree(batch, listed)
    if SUMMARY in batch.notebooks:
        step = _summary(batch, listed, asked=_with_summary(batch, sections))
        if _with_summary(batch, sections):
            for outcome in batch.carry_out([step]):
                listed.append(outcome)
                batch.tell.done(outcome)
        elif not step.reasons:
            listed.append(batch.reused(SUMMARY))
    made_from = {**batch.inputs.common, "sections": batch.marks(listed)}
    if batch.manifest.reasons(LEDGER, made_from):
        batch.begin()
        content = _ledger(batch, listed)
        batch.outputs.stage(LEDGER, content)
        batch.note(LEDGER, made_from, {LEDGER: content})
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
    made_from = basis(batch, outcomes)
    current = [name for name in REPORT if not batch.manifest.reasons(name, made_from)]
    entries = [batch.manifest.made[name] for name in (*(o.section for o in outcomes), LEDGER, *current)]
    outputs = {name: sha256 for entry in entries for name, sha256 in entry["outputs"].items()}
    if batch.manifest.made.get(EDITION, {}).get("made_from") == made_from and not batch.outputs.differ((), outputs):
        return True
    whole = complete(batch, outcomes)
    lacking = [name for name in REPORT if name not in current and (batch.out / name).exists()]
    if not may_replace(batch, EDITION, batch.notebooks, complete=whole, lacking=lacking):
        return False
    place(batch, EDITION, made_from, outputs, complete=whole, known=(LEDGER, *REPORT))
    return True


def basis(batch: Batch, outcomes: Iterable[Outcome]) -> dict[str, Any]:
    """What a report of outcomes is made from."""
    findings = digest(batch.outputs.newest(LEDGER).read_bytes())
    return {**batch.inputs.common, "sections": batch.marks(outcomes), "findings": findings}


def explain(batch: Batch, sections: Sequence[str] | None = None, provinces: Sequence[str] = ()) -> dict[str, list[str]]:
    """Why sections will run, of the country or of provinces, by name; no reason if one need not."""
    why = {step.task.name: step.reasons for step in batch.plan(sections, provinces)}
    if not provinces and _with_summary(batch, sections):
        if any(why.values()):
            why[SUMMARY] = ["after the others, if anything it rests on changed"]
        else:
            current = _current(batch, batch.notebooks)
            extra = {step.task.section: step for step in _plan_only(batch, current.values())}
            why |= {section: step.reasons for section, step in extra.items()}
            if any(why.values()):
                why[SUMMARY] = ["after the others, if anything it rests on changed"]
            else:
                current |= {section: batch.reused(section) for section in extra}
                why[SUMMARY] = _summary(batch, _in_order(current), asked=True).reasons
    return why


def _plan(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """Projects of the plan with their places in it, as sections handed them over; all read the same plan."""
    return next((dict(o.document["plan"]) for o in outcomes if o.document and "plan" in o.document), {})


def _plan_only(batch: Batch, outcomes: Iterable[Outcome]) -> list[Step]:
    """Steps of those projects of the plan that have no notebook."""
    return [batch.step(section, None) for section in _plan(outcomes) if section not in batch.notebooks]


def _in_order(outcomes: Mapping[str, Outcome]) -> list[Outcome]:
    """Sections as the plan has them, then, by their notebooks' numbers, those that it has not."""
    places = _plan(outcomes.values())
    return sorted(outcomes.values(), key=lambda o: (places.get(o.section, math.inf), o.notebook))


def _with_summary(batch: Batch, sections: Sequence[str] | None) -> bool:
    return SUMMARY in batch.notebooks and (sections is None or SUMMARY in sections)


def _current(batch: Batch, sections: Collection[str]) -> dict[str, Outcome]:
    """Those sections that need not run, but for the summary."""
    steps = [batch.step(section, None) for section in batch.notebooks if section in sections and section != SUMMARY]
    return {step.task.section: batch.reused(step.task.section) for step in steps if not step.reasons}


def _summary(batch: Batch, others: Sequence[Outcome], *, asked: bool) -> Step:
    """The step that runs the summary on the ledger of the others."""
    given = {f"outputs/{batch.round}/{LEDGER}": _ledger(batch, others)}
    return batch.step(SUMMARY, None, given, asked=asked)


def complete(batch: Batch, outcomes: Iterable[Outcome]) -> bool:
    """Whether outcomes are those of all sections, without failure."""
    outcomes = list(outcomes)
    return all(o.error is None for o in outcomes) and {o.section for o in outcomes} >= set(batch.notebooks)


def _ledger(batch: Batch, outcomes: Iterable[Outcome]) -> bytes:
    left_out = [o.section for o in outcomes if o.left_out is not None]
    told = [(o.section, o.title, o.error, o.document) for o in outcomes if o.left_out is None]
    document = ledger_document(batch.round, told, left_out)
    return to_json(document).encode()
