"""The sections of a round, the ledger of all that they found, and sets of outputs put in place whole."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Mapping, Sequence

from dsw_analysis.findings.ledger import LEDGER, SUMMARY, ledger_document, to_json
from dsw_analysis.run.batch import Batch
from dsw_analysis.run.gate import guarded
from dsw_analysis.run.manifest import EDITION
from dsw_analysis.run.output_set import OutputSet
from dsw_analysis.run.preparing import preparations, prepare_files
from dsw_analysis.run.stale import BRIEF
from dsw_analysis.run.steps import Outcome, Step

REPORT = {
    "report.html": "html",
    "figures.html": "html",
    "report.pdf": "pdf",
    "report.docx": "docx",
    BRIEF: "pdf",
    "findings.xlsx": None,
}
"""What is made of the ledger and the sections, the brief of the summary alone -> the format with which it is made; the
workbook always is."""


def run_sections(batch: Batch, sections: Sequence[str] | None = None) -> list[Outcome]:
    """Bring sections of a round and ``findings.json`` up to date; :func:`put_in_place` is the next step.

    The summary comes last, on the ledger of the others.

    Returns
    -------
    list of Outcome
        Of the sections asked for, all by default, and, as reused, of all others that are current: what
        ``findings.json`` lists, in the order of the notebooks.

    Raises
    ------
    BatchError
        If a raw file was replaced while the sections were reading it, or if the sections with all else in place would
        give away a cell of few persons; see :mod:`dsw_analysis.run.gate`.
    """
    prepare_files(batch)
    return guarded(batch, lambda: run_unguarded(batch, sections))


def run_unguarded(batch: Batch, sections: Sequence[str] | None = None) -> list[Outcome]:
    """Do what :func:`run_sections` does, of files that are prepared, for what is not going to be put in place."""
    steps = batch.planner.plan(sections)
    summary_asked = _with_summary(batch, sections)
    batch.progress.begin(len(steps) + summary_asked)
    outcomes: dict[str, Outcome] = {}
    for outcome in batch.carry_out(steps):
        outcomes[outcome.section] = outcome
        batch.progress.done(outcome)
    outcomes |= _current(batch, set(batch.notebooks) - {step.task.section for step in steps})
    for outcome in batch.carry_out(_plan_only(batch, outcomes.values())):
        outcomes[outcome.section] = outcome
        batch.progress.say(f"{outcome.section} has no notebook; the report shows what the plan says of it")
    listed = _in_order(outcomes)
    edition(batch, listed).see_that_sections_agree()
    if SUMMARY in batch.notebooks:
        step = _summary(batch, listed, asked=summary_asked)
        if summary_asked:
            for outcome in batch.carry_out([step]):
                listed.append(outcome)
                batch.progress.done(outcome)
        elif not step.piece.reasons:
            listed.append(batch.outcome(step, reused=True))
    ledger = batch.stale.ledger((outcome.name for outcome in listed), batch.signed.digest)
    if ledger.reasons:
        batch.begin()
        batch.make(ledger, {LEDGER: _revised(batch, listed)})
    for outcome in listed:
        if outcome.left_out is not None:
            batch.progress.say(outcome.left_out)
        elif outcome.awaits:
            awaited = ", ".join(outcome.awaits)
            batch.progress.say(f"{outcome.section} waits for {awaited}; the report shows what the plan says of it")
    return listed


def put_in_place(batch: Batch, outcomes: Sequence[Outcome]) -> bool:
    """Put what was made of outcomes in the place of the last set, whole, and say if that is not done.

    A set with all its sections is replaced only by another such, and one with a report only by one with the same files,
    unless the batch allows what is missing. The files of a report that are up to date belong to the set, others do not.

    Raises
    ------
    OSError
        If a file cannot be moved, as when another program holds it open: the last set stays, whole.
    """
    whole = edition(batch, outcomes)
    said = whole.edition
    made_from = batch.stale.report(EDITION, whole.names, said).made_from
    current = [name for name in REPORT if not batch.stale.report(name, whole.names, said).reasons]
    made = (*whole.names, LEDGER, *current)
    outputs = {name: sha256 for one in made for name, sha256 in batch.manifest.made[one]["outputs"].items()}
    if batch.manifest.made.get(EDITION, {}).get("made_from") == made_from and not batch.outputs.differ((), outputs):
        return True
    if void := batch.signed.void("", batch.content()) if batch.signed and said.draft else []:
        batch.progress.say(
            f"what was approved had another content ({', '.join(void)}); the report is a draft again, and says so"
        )
    if not whole.may_replace([name for name in REPORT if name not in current and (batch.out / name).exists()]):
        return False
    whole.place(made_from, whole.said(made, said), known=(LEDGER, *REPORT))
    return True


def edition(batch: Batch, outcomes: Sequence[Outcome]) -> OutputSet:
    """The set of a round's outputs."""
    return OutputSet(batch=batch, name=EDITION, sections=batch.notebooks, outcomes=outcomes)


def explain(batch: Batch, sections: Sequence[str] | None = None, provinces: Sequence[str] = ()) -> dict[str, list[str]]:
    """Why sections will run, of the country or of provinces, by name; no reason if one need not."""
    why = {f"prepare/{place.dataset}": place.reasons() for place in preparations(batch.project, batch.round)}
    why |= {step.task.name: step.piece.reasons for step in batch.planner.plan(sections, provinces)}
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
    given = {f"outputs/{batch.round}/{LEDGER}": ledger_bytes(batch, others)}
    return batch.planner.step(SUMMARY, given=given, asked=asked)


def _revised(batch: Batch, outcomes: Sequence[Outcome]) -> bytes:
    """The ledger with what it changes of the last edition; of that edition's own content, as it stands there."""
    ledger, issue = ledger_bytes(batch, outcomes), batch.signed.issue
    if issue is None:
        return ledger
    folder = batch.signed.published
    before, document = json.loads((folder / LEDGER).read_bytes()), json.loads(ledger)
    revised = before.pop("revised", None)
    notebooks = {o.notebook: batch.manifest.made[o.name]["outputs"].get(o.notebook) for o in outcomes}
    if before != document or any(issue["outputs"].get(name) != sha256 for name, sha256 in notebooks.items()):
        from dsw_analysis.report.made import Made  # noqa: PLC0415 - with pandas, which only what is revised needs
        from dsw_analysis.report.revision import revision  # noqa: PLC0415

        old = Made(document=before, manifest=issue, kept=batch.project.kept(batch.round, issue["number"]))
        new = Made(document=document, manifest={"made": batch.manifest.made})
        changed = revision(old, new, batch.project.data)
        revised = {"edition": issue["number"], "issued": issue["issued"], **changed} if changed else None
    return to_json({**document, **({} if revised is None else {"revised": revised})}).encode()


def ledger_bytes(batch: Batch, outcomes: Iterable[Outcome]) -> bytes:
    """``findings.json`` of outcomes."""
    left_out = [o.section for o in outcomes if o.left_out is not None]
    told = [(o.section, o.title, o.error, o.document) for o in outcomes if o.left_out is None]
    document = ledger_document(batch.round, told, left_out)
    return to_json(document).encode()
