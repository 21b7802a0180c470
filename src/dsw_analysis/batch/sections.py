"""The sections of a round and the ledger of all that they found."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from dsw_analysis.batch.ledger import ledger_document
from dsw_analysis.batch.manifest import write_whole
from dsw_analysis.batch.run import Batch
from dsw_analysis.batch.steps import Outcome, Step
from dsw_analysis.batch.tasks import SUMMARY
from dsw_analysis.findings import to_json

LEDGER = "findings.json"


def run_sections(batch: Batch, sections: Sequence[str] | None = None) -> list[Outcome]:
    """Bring sections of a round and ``findings.json`` up to date.

    The summary comes last, on the ledger of the others. A ``findings.json`` that lists every section without failure is
    replaced only by another such.

    Parameters
    ----------
    sections:
        Ids; all by default.

    Returns
    -------
    list of Outcome
        Of the sections asked for and, as reused, of all others that are current: what ``findings.json`` lists, in the
        order of the notebooks.
    """
    steps = batch.plan(sections)
    asked = {step.task.section for step in steps}
    batch.tell.begin(len(steps) + _with_summary(batch, sections))
    outcomes: dict[str, Outcome] = {}
    for outcome in batch.carry_out(steps):
        outcomes[outcome.section] = outcome
        batch.tell.done(outcome)
    outcomes |= _current(batch, set(batch.notebooks) - asked)
    listed = [outcomes[section] for section in batch.notebooks if section in outcomes]
    if SUMMARY in batch.notebooks:
        step = _summary(batch, listed)
        if _with_summary(batch, sections):
            for outcome in batch.carry_out([step]):
                listed.append(outcome)
                batch.tell.done(outcome)
        elif not step.reasons:
            listed.append(batch.reused(SUMMARY))
    _put_ledger(batch, listed)
    return listed


def explain(batch: Batch, sections: Sequence[str] | None = None, provinces: Sequence[str] = ()) -> dict[str, list[str]]:
    """Why sections will run, of the country or of provinces, by name; no reason if one need not."""
    why = {step.task.name: step.reasons for step in batch.plan(sections, provinces)}
    if not provinces and _with_summary(batch, sections):
        if any(why.values()):
            why[SUMMARY] = ["after the others, if anything it rests on changed"]
        else:
            current = _current(batch, batch.notebooks)
            why[SUMMARY] = _summary(batch, list(current.values())).reasons
    return why


def _with_summary(batch: Batch, sections: Sequence[str] | None) -> bool:
    return SUMMARY in batch.notebooks and (sections is None or SUMMARY in sections)


def _current(batch: Batch, sections: Collection[str]) -> dict[str, Outcome]:
    """Those sections that need not run, but for the summary."""
    steps = batch.plan([section for section in batch.notebooks if section in sections])
    return {step.task.section: batch.reused(step.task.section) for step in steps if not step.reasons}


def _summary(batch: Batch, others: Sequence[Outcome]) -> Step:
    """The step that runs the summary on the ledger of the others."""
    return batch.step(SUMMARY, None, given={f"outputs/{batch.round}/{LEDGER}": _ledger(batch, others)})


def complete(batch: Batch, outcomes: Iterable[Outcome]) -> bool:
    """Whether outcomes are those of all sections, without failure."""
    return {o.section for o in outcomes if o.error is None} == set(batch.notebooks)


def is_of(batch: Batch, outcomes: Iterable[Outcome]) -> bool:
    """Whether the ``findings.json`` in place is that of outcomes."""
    made_from = batch.manifest.made.get(LEDGER, {}).get("made_from", {})
    return bool(made_from.get("sections") == batch.marks(outcomes))


def _put_ledger(batch: Batch, outcomes: Sequence[Outcome]) -> None:
    """Write ``findings.json`` of outcomes, unless it would put a part in the place of the whole."""
    made_from = {**batch.inputs.common, "sections": batch.marks(outcomes)}
    whole = complete(batch, outcomes)
    if batch.manifest.reasons(LEDGER, made_from) and batch.may_replace(LEDGER, complete=whole):
        batch.begin()
        content = _ledger(batch, outcomes)
        write_whole(batch.out / LEDGER, content)
        batch.note(LEDGER, made_from, {LEDGER: content}, complete=whole)


def _ledger(batch: Batch, outcomes: Iterable[Outcome]) -> bytes:
    document = ledger_document(batch.round, [(o.section, o.title, o.error, o.document) for o in outcomes])
    return to_json(document).encode()
