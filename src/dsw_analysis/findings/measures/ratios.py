"""Findings made of findings: quotients and differences, which inherit the weakest provenance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.measures.base import NO_VALUES, UNDEFINED, Named
from dsw_analysis.intake.provenance import weakest


@dataclass(frozen=True, kw_only=True)
class OfFindings(Named):
    """What is worked out of findings."""

    def _derived(self, *parts: Finding, **values: Any) -> Finding:  # noqa: ANN401
        """A finding on others: source of the first, weakest provenance of all.

        Raises
        ------
        ValueError
            If the findings are of different provinces, or of one and of the whole country.
        """
        first, places = parts[0], {f.province for f in parts}
        if len(places) > 1:
            names = ", ".join(sorted(place or "the whole country" for place in places))
            raise ValueError(f"{self.id} would mix numbers of {names}; compute it from numbers of one place")
        files = list(dict.fromkeys(f.file for f in parts if f.file))
        return Finding(
            id=self.id,
            label=self.label,
            unit=self.unit,
            digits=self.digits,
            dataset=first.dataset,
            file=first.file,
            sha256=first.sha256,
            where=("" if first.province is None else f"จังหวัด: {first.province} ")
            + "คำนวณจาก "
            + " และ ".join(f"{f.label} [{f.id}]" for f in parts)
            + (f" (ไฟล์ {', '.join(files)})" if len(files) > 1 else ""),
            province=first.province,
            provenance=weakest(f.provenance for f in parts),
            note=self.noted(values.pop("note", None)),
            **{"rows": first.rows, **values},
        )


@dataclass(frozen=True, kw_only=True)
class Ratio(OfFindings):
    """Quotient of two findings, as a percentage by default; undefined where either is, or over zero."""

    def __call__(self, numerator: Finding, denominator: Finding) -> Finding:
        """Divide one finding by another; file and filter are those of the numerator."""
        top, bottom = numerator.value, denominator.value
        value = self.whole * top / bottom if top is not None and bottom else None
        note = UNDEFINED if value is None else None
        return self._derived(numerator, denominator, value=value, numerator=top, denominator=bottom, note=note)


@dataclass(frozen=True, kw_only=True)
class Difference(OfFindings):
    """First finding less the others, in the ``unit`` given; undefined where any of them is."""

    unit: str

    def __call__(self, first: Finding, *others: Finding) -> Finding:
        """Subtract ``others`` from ``first``."""
        known = [f.value for f in (first, *others) if f.value is not None]
        value = known[0] - sum(known[1:]) if len(known) == 1 + len(others) else None
        return self._derived(first, *others, value=value, note=NO_VALUES if value is None else None)
