"""One round as it was made: its ledger and its manifest, and the frames that it was made from while they are there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import pandas as pd

from dsw_analysis.findings.past import Past
from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.intake.source import source_of
from dsw_analysis.problems import DataError, UsageError
from dsw_analysis.rounds import Round


@dataclass(frozen=True, kw_only=True)
class Made(Past):
    """One round as it was made: what it found, and content of ``manifest.json`` (empty if there is none).

    Of an edition its raw files are ``kept`` in a folder of their own.
    """

    manifest: Mapping[str, Any]
    kept: Path | None = None

    @classmethod
    def read(cls, out: Path) -> Self:
        """What a round left in its folder of outputs.

        Raises
        ------
        UsageError
            If there is no ledger, or one of before definitions were kept.
        """
        return cls(document=Past.read(out).document, manifest=_content(out / "manifest.json") or {})

    def frame(self, data: Path, dataset: str) -> pd.DataFrame | None:
        """A dataset as the ledger read it; ``None`` if its file is another by now, or cannot be loaded."""
        round_ = self.round
        if (data, dataset) not in self._frames:
            try:
                frame = Schemas.of(data, round_)[dataset].load(round_, self.kept or data / str(round_))
            except (DataError, UsageError, OSError):
                frame = None
            known = frame is not None and source_of(frame).sha256 == self.inputs[dataset]["sha256"]
            self._frames[data, dataset] = frame if known else None
        return self._frames[data, dataset]

    @cached_property
    def _frames(self) -> dict[tuple[Path, str], pd.DataFrame | None]:
        """Datasets asked for so far."""
        return {}

    @property
    def round(self) -> Round:
        """Which round it is."""
        return Round.parse(self.document["round"])

    @cached_property
    def inputs(self) -> dict[str, dict[str, Any]]:
        """Dataset -> what the ledger says of its file."""
        return {read["dataset"]: read for read in self.document["inputs"]}

    @cached_property
    def sections(self) -> dict[str, Mapping[str, Any]]:
        """Section -> what the ledger says of it."""
        return {section["section"]: section for section in self.document["sections"]}

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
