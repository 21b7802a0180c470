"""A set of outputs: whether it may take the place of the last one, and putting it there."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from dsw_analysis.run.batch import Batch
from dsw_analysis.run.steps import BatchError, Outcome
from dsw_analysis.run.tasks import task_name


def see_that_they_agree(batch: Batch, outcomes: Iterable[Outcome]) -> None:
    """See that all sections of a set read the same files.

    Raises
    ------
    BatchError
        If a file was replaced between one section and another.
    """
    versions: dict[str, set[str]] = {}
    for outcome in outcomes:
        entry = batch.manifest.made[task_name(outcome.section, outcome.province)]
        for file, sha256 in entry["made_from"].get("inputs", {}).items():
            versions.setdefault(file, set()).add(sha256)
    replaced = sorted(file for file, hashes in versions.items() if len(hashes) > 1)
    if replaced:
        raise BatchError(
            f"{', '.join(replaced)} was replaced while the sections were reading it; nothing is put in place: run "
            "again, and the sections that read the earlier file are made anew"
        )


def may_replace(
    batch: Batch,
    name: str,
    sections: Collection[str],
    *,
    complete: bool,
    scope: str = "",
    lacking: Sequence[str] = (),
) -> bool:
    """Whether a set may be put in place; if not, says why, and that it waits.

    Parameters
    ----------
    name:
        What the manifest calls the set in place.
    sections:
        All that it should have; ``complete`` if it has them.
    lacking:
        Files that it lacks, and the one in place has.
    """
    wants = list(lacking)
    if not complete and _is_whole(batch, name, sections, batch.out / scope / "findings.json"):
        wants.insert(0, "sections that failed or are not up to date")
    if not wants or batch.allow_missing:
        return True
    batch.tell.say(
        f"{(batch.out / scope).relative_to(batch.project.root)} stays as it was: the new outputs lack "
        f"{', '.join(wants)}; they wait in {batch.outputs.newest_folder(scope).relative_to(batch.project.root)}, and "
        "--allow-missing puts them in place all the same"
    )
    return False


def _is_whole(batch: Batch, name: str, sections: Collection[str], ledger: Path) -> bool:
    """Whether the set in place has all its sections: by the manifest, or without that by its ledger."""
    try:
        document = json.loads(ledger.read_bytes())
        good = {section["section"] for section in document["sections"] if section["state"] == "ok"}
        good |= set(document.get("left_out", ()))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return False
    entry = batch.manifest.made.get(name)
    return good >= set(sections) if entry is None else bool(entry.get("complete"))


def place(
    batch: Batch,
    name: str,
    made_from: Mapping[str, Any],
    outputs: Mapping[str, str],
    *,
    complete: bool,
    scope: str = "",
    known: Iterable[str] = (),
) -> None:
    """Put a set in the place of the last, and note it; nothing is done if it is there already.

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
    entry = {"state": "ok", "made_from": made_from, "outputs": dict(sorted(outputs.items())), "complete": complete}
    noted = batch.manifest.made.get(name, {})
    old = {*noted.get("outputs", {}), *known}
    if noted != entry or batch.outputs.differ(old, outputs):
        batch.begin()
        batch.outputs.exchange(scope, old, outputs, {name: entry})
        batch.manifest.record(name, entry)
        batch.outputs.settle()
