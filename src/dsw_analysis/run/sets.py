"""A set of outputs: whether it may take the place of the last one, and putting it there."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dsw_analysis.run.batch import Batch
from dsw_analysis.run.stale import LEDGER
from dsw_analysis.run.steps import BatchError, Outcome, Part


@dataclass(frozen=True, kw_only=True)
class OutputSet:
    """What takes the last ones' place together: the outputs of a round, or the brief of a province.

    Attributes
    ----------
    name:
        What the manifest calls the set in place.
    sections:
        All that it should have.
    outcomes:
        What came of those that it has, in the order of the report.
    scope:
        Folder that is the set's alone (``provinces/ตาก/``); empty for the round's set, which has all else.
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
        """Whether it has all its sections, without failure."""
        return all(o.error is None for o in self.outcomes) and {o.section for o in self.outcomes} >= set(self.sections)

    @property
    def parts(self) -> tuple[Part, ...]:
        """Its sections for a report, read from the output folder."""
        return tuple(
            Part(section=outcome.section, title=outcome.title, executed=outcome.executed, error=outcome.error)
            for outcome in self.outcomes
            if outcome.left_out is None
        )

    def see_that_sections_agree(self) -> None:
        """See that all sections read the same files.

        Raises
        ------
        BatchError
            If a file was replaced between one section and another.
        """
        if replaced := self.batch.stale.replaced(self.names):
            raise BatchError(
                f"{', '.join(replaced)} was replaced while the sections were reading it; nothing is put in place: run "
                "again, and the sections that read the earlier file are made anew"
            )

    def may_replace(self, lacking: Sequence[str] = ()) -> bool:
        """Whether it may be put in place; if not, says why, and that it waits.

        Parameters
        ----------
        lacking:
            Files that it lacks, and the one in place has.
        """
        wants = list(lacking)
        if not self.complete and self._complete_in_place():
            wants.insert(0, "sections that failed or are not up to date")
        if not wants or self.batch.allow_missing:
            return True
        root = self.batch.project.root
        self.batch.tell.say(
            f"{(self.batch.out / self.scope).relative_to(root)} stays as it was: the new outputs lack "
            f"{', '.join(wants)}; they wait in {self.batch.outputs.newest_folder(self.scope).relative_to(root)}, and "
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

    def place(self, made_from: Mapping[str, Any], outputs: Mapping[str, str], known: Iterable[str] = ()) -> None:
        """Put it in the place of the last, and note it; nothing is done if it is there already.

        Parameters
        ----------
        outputs:
            Name -> hash of all its files.
        known:
            Names of files that would be of another set, should the manifest not know.

        Raises
        ------
        OSError
            If a file cannot be moved, as when another program holds it open: the last set stays, whole.
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
