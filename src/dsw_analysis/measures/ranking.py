"""Ranking of findings with ties, and the points that need attention by a stated rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from dsw_analysis.findings import Finding

Key = TypeVar("Key")


@dataclass(frozen=True)
class Ranked(Generic[Key]):
    """One place in a ranking.

    Attributes
    ----------
    key, finding:
        What was ranked.
    place:
        1 for the first; findings that are equal share a place and the next is skipped (1, 2, 2, 4). ``None`` where the
        finding is undefined.
    tied:
        Whether others share the place.
    """

    key: Key
    finding: Finding
    place: int | None
    tied: bool

    @property
    def text(self) -> str:
        """The place as the report prints it: ``2 (ร่วม)`` where it is shared, ``-`` where there is none."""
        return "-" if self.place is None else f"{self.place} (ร่วม)" if self.tied else str(self.place)


def rank(findings: Mapping[Key, Finding], *, lowest_first: bool = False) -> list[Ranked[Key]]:
    """Rank findings, the highest first; undefined ones come last, without a place.

    Shares are compared as fractions, so that 2 of 4 and 3 of 6 tie. Equal ones stay in the order given.
    """
    sign = 1 if lowest_first else -1
    exact = {key: sign * finding.exact() for key, finding in findings.items() if finding.value is not None}
    values = list(exact.values())
    ordered = sorted(exact, key=exact.__getitem__)
    ranked = [
        Ranked(key, findings[key], 1 + sum(v < exact[key] for v in values), values.count(exact[key]) > 1)
        for key in ordered
    ]
    return ranked + [Ranked(key, finding, None, False) for key, finding in findings.items() if finding.value is None]


def attention(findings: Mapping[Key, Finding], threshold: Finding) -> list[Ranked[Key]]:
    """What needs attention: the findings at or above the threshold, ranked from the highest.

    Exactly at the threshold is in; what is undefined is not.

    Raises
    ------
    ValueError
        If the threshold is undefined or a finding has another unit.
    """
    limit = threshold.exact()
    if any(finding.unit != threshold.unit for finding in findings.values()):
        raise ValueError(f"findings and threshold {threshold.id} are in different units")
    return [r for r in rank(findings) if r.place is not None and r.finding.exact() >= limit]
