"""What a section records: its findings, families, claims, sources and what it shows of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from dsw_analysis.findings.families import Family
from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.ledger import Ledger
from dsw_analysis.intake.provinces import in_prose
from dsw_analysis.intake.source import Source, joined
from dsw_analysis.rounds import Round
from dsw_analysis.section.shown import Shown


@dataclass(frozen=True, kw_only=True)
class Recording:
    """The records of one section, of the whole country or of one province.

    Attributes
    ----------
    province:
        Official Thai name of the one province that the section is a brief of; ``None`` for the whole country.
    sources, read:
        Datasets that were loaded, and every file that they rest on -> hash of what was read.
    families:
        Families by the names that their numbers have in texts.
    claims:
        What was asked of the ledger to choose words, and its answers; see :mod:`dsw_analysis.findings.claims`.
    data:
        Data by the names that they have in texts.
    """

    id: str
    order: int
    title: str
    round: Round
    province: str | None = None
    ledger: Ledger = field(default_factory=Ledger)
    sources: dict[str, Source] = field(default_factory=dict)
    read: dict[str, str] = field(default_factory=dict)
    shown: Shown = field(default_factory=Shown)
    families: dict[str, Family] = field(default_factory=dict)
    claims: list[dict[str, Any]] = field(default_factory=list)
    data: dict[str, str] = field(default_factory=dict)
    _asked: list[int] = field(default_factory=list)

    @property
    def national(self) -> bool:
        """Whether the section is of the whole country, not a brief of one province."""
        return self.province is None

    @property
    def place(self) -> str:
        """The section's province as prose names it, or the whole country."""
        return "ทั้งประเทศ" if self.province is None else in_prose(self.province)

    def add(self, *findings: Finding) -> None:
        """Record findings.

        Raises
        ------
        ValueError
            If an id is taken already or belongs to another section, or if the finding is not of the section's
            province: a brief holds no number of the country or of another province.
        """
        for finding in findings:
            if finding.section != self.id:
                raise ValueError(f"finding {finding.id} does not belong to section {self.id}")
            if finding.province != self.province:
                of, here = finding.province or "the whole country", self.province or "the whole country"
                raise ValueError(
                    f'finding {finding.id} is of {of} in a section of {here}; record it with only="country"'
                )
            self.ledger.add(finding)

    def rest_on(self, source: Source) -> None:
        """Note a source of the section's numbers.

        Raises
        ------
        DataError
            If a file of it is not what the section has read of it before.
        """
        self.read.update(joined([self.read, source.read]))
        self.sources[source.dataset.id] = source

    def __getitem__(self, finding_id: str) -> Finding:
        """Recorded finding of an id; an unknown one is an error that names the nearest."""
        return self.ledger[finding_id]
