"""The sections of a round and the ledger of all that they found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dsw_analysis.batch.ledger import ledger_document
from dsw_analysis.batch.manifest import write_whole
from dsw_analysis.batch.run import Batch
from dsw_analysis.batch.steps import Outcome
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
    summary_asked = SUMMARY in batch.notebooks and (sections is None or SUMMARY in sections)
    batch.tell.begin(len(steps) + summary_asked)
    outcomes: dict[str, Outcome] = {}
    for outcome in batch.carry_out(steps):
        outcomes[outcome.section] = outcome
        batch.tell.done(outcome)
    for other in batch.plan([section for section in batch.notebooks if section not in asked]):
        if not other.reasons:
            outcomes[other.task.section] = batch.reused(other.task.section)
    listed = [outcomes[section] for section in batch.notebooks if section in outcomes]
    if SUMMARY in batch.notebooks:
        step = batch.step(SUMMARY, None, given={f"outputs/{batch.round}/{LEDGER}": _ledger(batch, listed)})
        if summary_asked:
            for outcome in batch.carry_out([step]):
                listed.append(outcome)
                batch.tell.done(outcome)
        elif not step.reasons:
            listed.append(batch.reused(SUMMARY))
    _put_ledger(batch, listed)
    return listed


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
