"""One round as it was made: its ledger and its manifest, and the frames that it was made from while they are there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import pandas as pd

from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.ledger import Ledger
from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.intake.source import source_of
from dsw_analysis.problems import DataError, UsageError
from dsw_analysis.rounds import Round


@dataclass(frozen=True, kw_only=True)
class Made:
    """One round as it was made: content of ``findings.json`` and of ``manifest.json`` (empty if there is none)."""

    document: Mapping[str, Any]
    manifest: Mapping[str, Any]

    @classmethod
    def read(cls, out: Path) -> Self:
        """What a round left in its folder of outputs.

        Raises
        ------
        UsageError
            If there is no ledger, or one of before definitions were kept.
        """
        document, manifest = (_content(out / name) for name in ("findings.json", "manifest.json"))
        if document is None:
            raise UsageError(f"no file {out / 'findings.json'} that dsw wrote; `dsw run {out.name}` makes it")
        if not any("definition" in finding for finding in document["findings"]):
            raise UsageError(f"{out / 'findings.json'} is of an older dsw; `dsw run {out.name}` makes it again")
        return cls(document=document, manifest=manifest or {})

    def frame(self, data: Path, dataset: str) -> pd.DataFrame | None:
        """A dataset as the ledger read it; ``None`` if its file is another by now, or cannot be loaded."""
        round_ = self.round
        try:
            frame = Schemas.of(data, round_)[dataset].load(round_, data / str(round_))
        except (DataError, UsageError, OSError):
            return None
        return frame if source_of(frame).sha256 == self.inputs[dataset]["sha256"] else None

    @property
    def round(self) -> Round:
        """Which round it is."""
        return Round.parse(self.document["round"])

    @cached_property
    def ledger(self) -> dict[str, Finding]:
        """Its findings by their ids; a plain dict, since most that are asked for and absent are no mistakes."""
        return dict(Ledger.from_records(self.document["findings"]))

    @cached_property
    def inputs(self) -> dict[str, dict[str, Any]]:
        """Dataset -> what the ledger says of its file."""
        return {read["dataset"]: read for read in self.document["inputs"]}

    @cached_property
    def sections(self) -> dict[str, Mapping[str, Any]]:
        """Section -> what the ledger says of it."""
        return {section["section"]: section for section in self.document["sections"]}

    @cached_property
    def targets(self) -> frozenset[str]:
        """Ids of the findings that are targets."""
        return frozenset(i["target"] for s in self.sections.values() for i in s["indicators"] if i["target"])

    def made_from(self, section: str) -> dict[str, Any]:
        """What the manifest says that a section was made from."""
        return dict(self._made(section).get("made_from", {}))

    def datasets_of(self, section: str) -> set[str]:
        """Datasets that a section read."""
        return set(self._made(section).get("rows", self.inputs))

    def _made(self, section: str) -> dict[str, Any]:
        found: dict[str, Any] = self.manifest.get("made", {}).get(section, {})
        return found


def _content(path: Path) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
