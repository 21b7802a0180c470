"""Findings made of findings: quotients and differences, which inherit the weakest provenance."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.measures.base import NO_VALUES, UNDEFINED
from dsw_analysis.intake.provenance import weakest


class Named(Protocol):
    """What :func:`derived` needs to know of a measure."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def label(self) -> str: ...  # noqa: D102
    @property
    def unit(self) -> str: ...  # noqa: D102
    @property
    def digits(self) -> int | None: ...  # noqa: D102


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """Quotient of two findings, as a percentage by default; undefined where either is, or over zero."""

    id: str = ""
    label: str = field(default="", kw_only=False)
    short: str | None = None
    unit: str = "percent"
    note: str | None = None
    digits: int | None = None

    def __call__(self, numerator: Finding, denominator: Finding) -> Finding:
        """Divide one finding by another; file and filter are those of the numerator."""
        top, bottom = numerator.value, denominator.value
        defined = top is not None and bottom not in (None, 0)
        factor = 100 if self.unit == "percent" else 1
        return derived(
            self,
            (numerator, denominator),
            value=factor * top / bottom if top is not None and bottom else None,
            numerator=top,
            denominator=bottom,
            note=joined(None if defined else UNDEFINED, self.note),
        )


@dataclass(frozen=True, kw_only=True)
class Difference:
    """First finding less the others; undefined where any of them is."""

    id: str = ""
    label: str = field(default="", kw_only=False)
    short: str | None = None
    unit: str
    note: str | None = None
    digits: int | None = None

    def __call__(self, first: Finding, *others: Finding) -> Finding:
        """Subtract ``others`` from ``first``."""
        values = [f.value for f in (first, *others)]
        known = [v for v in values if v is not None]
        defined = len(known) == len(values)
        return derived(
            self,
            (first, *others),
            value=known[0] - sum(known[1:]) if defined else None,
            note=joined(None if defined else NO_VALUES, self.note),
        )


def derived(measure: Named, parts: tuple[Finding, ...], **values: Any) -> Finding:  # noqa: ANN401
    """A finding computed from other findings: source of the first, weakest provenance of all.

    Raises
    ------
    ValueError
        If the findings are of different provinces, or of one and of the whole country.
    """
    first = parts[0]
    places = {f.province for f in parts}
    if len(places) > 1:
        names = ", ".join(sorted(place or "the whole country" for place in places))
        raise ValueError(f"{measure.id} would mix numbers of {names}; compute it from numbers of one place")
    files = list(dict.fromkeys(f.file for f in parts if f.file))
    return Finding(
        id=measure.id,
        label=measure.label,
        unit=measure.unit,
        digits=measure.digits,
        dataset=first.dataset,
        file=first.file,
        sha256=first.sha256,
        where=("" if first.province is None else f"จังหวัด: {first.province} ")
        + "คำนวณจาก "
        + " และ ".join(f"{f.label} [{f.id}]" for f in parts)
        + (f" (ไฟล์ {', '.join(files)})" if len(files) > 1 else ""),
        province=first.province,
        provenance=weakest(f.provenance for f in parts),
        **{"rows": first.rows, **values},
    )


def joined(*notes: str | None) -> str | None:
    """Remarks as one; ``None`` where there is none."""
    return " ".join(note for note in notes if note) or None
