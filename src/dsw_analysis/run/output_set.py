"""What takes the last outputs' place together: those of a round, or the brief of a province."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dsw_analysis.findings.ledger import LEDGER
from dsw_analysis.intake.writing.whole import digest
from dsw_analysis.report.edition import DRAFT, Edition, with_edition
from dsw_analysis.report.signed import page_of
from dsw_analysis.run.batch import Batch
from dsw_analysis.run.steps import BatchError, Outcome, Part


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
