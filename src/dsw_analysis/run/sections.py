"""The sections of a round, the ledger of all that they found, and sets of outputs put in place whole."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dsw_analysis.findings.ledger import LEDGER, SUMMARY, ledger_document, to_json
from dsw_analysis.intake.writing.whole import digest
from dsw_analysis.report.edition import DRAFT, Edition, with_edition
from dsw_analysis.report.signed import page_of
from dsw_analysis.run.batch import Batch
from dsw_analysis.run.manifest import EDITION
from dsw_analysis.run.preparing import preparations, prepare_files
from dsw_analysis.run.stale import BRIEF
from dsw_analysis.run.steps import BatchError, Outcome, Part, Step

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


@dataclass(frozen=True, kw_only=True)
class OutputSet:
    """What takes the last ones' place together: the outputs of a round, or the brief of a province.

    The manifest calls the one in place by its ``name``. It should have all ``sections``; ``outcomes`` came of those
    that it has, in the order of the report. ``scope`` is a folder that is the set's alone (``provinces/ตาก/``); the
    round's set has all else.
    """

    batch: Batch
    name: str
    sections: Collection[str]
    outcomes: Sequence[Outcome]
    scope: str = ""

    @property
    def names(self) -> list[str]:
        """What the manifest calls its sections."""
        return [outcome.name for outcome in self.outcomes]

    @property
    def complete(self) -> bool:
        """Whether it has all its sections, none of which failed or waits for data."""
        made = {o.section for o in self.outcomes if o.state in ("ok", "left out")}
        return made == {o.section for o in self.outcomes} and made >= set(self.sections)

    @property
    def parts(self) -> tuple[Part, ...]:
        """Its sections for a report, read from the output folder."""
        return tuple(
            Part(section=outcome.section, title=outcome.title, executed=outcome.executed, error=outcome.error)
            for outcome in self.outcomes
            if outcome.left_out is None
        )

    def see_that_sections_agree(self) -> None:
        """See that all sections read the same files; :class:`BatchError` names those replaced between them."""
        if replaced := self.batch.stale.replaced(self.names):
            raise BatchError(
                f"{', '.join(replaced)} was replaced while the sections were reading it; nothing is put in place: run "
                "again, and the sections that read the earlier file are made anew"
            )

    def may_replace(self, lacking: Sequence[str] = ()) -> bool:
        """Whether it may be put in place; if not (the one in place has files that it is ``lacking``), says so."""
        wants = list(lacking)
        if not self.complete and self._complete_in_place():
            wants.insert(0, "sections that failed, wait for data or are not up to date")
        if not wants or self.batch.allow_missing:
            return True
        root = self.batch.project.root
        self.batch.progress.say(
            f"{(self.batch.out / self.scope).relative_to(root)} stays as it was: the new outputs lack "
            f"{', '.join(wants)}; they wait in {(self.batch.outputs.next / self.scope).relative_to(root)}, and "
            "--allow-missing puts them in place all the same"
        )
        return False

    def _complete_in_place(self) -> bool:
        """Whether the set in place has all its sections: by the manifest, or without that by its ledger."""
        try:
            document = json.loads((self.batch.out / self.scope / LEDGER).read_bytes())
            good = {section["section"] for section in document["sections"] if section["state"] == "ok"}
            good |= set(document.get("left_out", ()))
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return False
        entry = self.batch.manifest.made.get(self.name)
        return good >= set(self.sections) if entry is None else bool(entry.get("complete"))

    @property
    def edition(self) -> Edition:
        """What its covers say of it; a draft as long as its page is not made of its sections."""
        if not self.scope and self.batch.stale.report(page_of(""), self.names).reasons:
            return DRAFT
        return self.batch.edition(self.scope)

    def said(self, made: Iterable[str], edition: Edition) -> dict[str, str]:
        """Names and hashes of the files of what was made, after its pages have been given what they say of the set."""
        batch, outputs = self.batch, dict[str, str]()
        for name in made:
            entry = batch.manifest.made[name]
            pages: dict[str, str] = {}
            for file in (file for file in entry["outputs"] if file.endswith(".html")):
                page = batch.outputs.newest(file).read_bytes().decode()
                if (now := with_edition(page, edition)) != page:
                    batch.begin()
                    batch.outputs.stage(file, now.encode())
                    pages[file] = digest(now.encode())
            if pages:
                batch.manifest.record(name, entry | {"outputs": entry["outputs"] | pages})
            outputs |= entry["outputs"] | pages
        return outputs

    def place(self, made_from: Mapping[str, Any], outputs: Mapping[str, str], known: Iterable[str] = ()) -> None:
        """Put its files (name -> hash) in the place of the last, and note it; nothing is done if it is there already.

        Files that are ``known`` would be of another set, should the manifest not know. Raises as
        :meth:`Outputs.exchange`.
        """
        batch, files = self.batch, dict(sorted(outputs.items()))
        entry = {"state": "ok", "made_from": made_from, "outputs": files, "complete": self.complete}
        noted = batch.manifest.made.get(self.name, {})
        old = {*noted.get("outputs", {}), *known}
        if noted != entry or batch.outputs.differ(old, outputs):
            batch.begin()
            batch.outputs.exchange(self.scope, old, outputs, {self.name: entry})
            batch.manifest.record(self.name, entry)
            batch.outputs.settle()


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
        If a raw file was replaced while the sections were reading it.
    """
    prepare_files(batch)
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
    ledger = batch.stale.ledger(outcome.name for outcome in listed)
    if ledger.reasons:
        batch.begin()
        batch.make(ledger, {LEDGER: _ledger(batch, listed)})
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
    given = {f"outputs/{batch.round}/{LEDGER}": _ledger(batch, others)}
    return batch.planner.step(SUMMARY, given=given, asked=asked)


def _ledger(batch: Batch, outcomes: Iterable[Outcome]) -> bytes:
    left_out = [o.section for o in outcomes if o.left_out is not None]
    told = [(o.section, o.title, o.error, o.document) for o in outcomes if o.left_out is None]
    document = ledger_document(batch.round, told, left_out)
    return to_json(document).encode()
