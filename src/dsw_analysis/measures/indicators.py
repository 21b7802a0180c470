"""Indicators: attainment of a target, pace through the year, composites with published weights."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dsw_analysis.findings import Finding
from dsw_analysis.measures.base import NO_VALUES
from dsw_analysis.measures.ratios import Ratio, derived, joined
from dsw_analysis.rounds import Round

CEILING = "ค่าเป้าหมายเป็นเพดาน ตัวเลขนี้คือส่วนของเพดานที่ใช้ไป ยิ่งน้อยยิ่งดี"


@dataclass(frozen=True, kw_only=True)
class Attainment:
    """Result in per cent of its target; for a ceiling (``"at_most"``) the part of it that is used, as the note says.

    Results are cumulative from October, and so is this. Undefined where result or target is, or the target is 0.
    """

    id: str
    label: str
    direction: Literal["at_least", "at_most"] = "at_least"
    digits: int | None = None

    def __call__(self, result: Finding, target: Finding) -> Finding:
        """Divide the result by the target."""
        note = CEILING if self.direction == "at_most" else None
        return Ratio(id=self.id, label=self.label, note=note, digits=self.digits)(result, target)


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Attained share of the target less elapsed share of the fiscal year, in percentage points.

    Above 0: ahead of a steady pace. The status of an indicator (:meth:`dsw_analysis.plan.Indicator.status`) follows the
    same rule.
    """

    id: str
    label: str
    round: Round
    unit: str = "percentage_points"
    digits: int | None = None

    def __call__(self, attainment: Finding) -> Finding:
        """Compare an :class:`Attainment` of a target to be reached with the year; undefined where it is."""
        if attainment.value is None:
            return derived(self, (attainment,), value=None, note=NO_VALUES)
        elapsed = f"เทียบกับเวลาที่ผ่านไปของปีงบประมาณ {self.round.months} จาก 12 เดือน"
        return derived(self, (attainment,), value=attainment.value - 100 * self.round.elapsed, note=elapsed)


@dataclass(frozen=True, kw_only=True)
class WeightedMean:
    """Composite of findings in one unit: Σ w x / Σ w, with weights that were published.

    Undefined where one of the parts is: leaving it out would change the weights of all others.

    Attributes
    ----------
    weights:
        Name of the part -> weight, above 0.
    published_in:
        Thai name of the document that the weights stand in; the note quotes it.
    """

    id: str
    label: str
    weights: Mapping[str, float]
    published_in: str
    unit: str = "percent"
    digits: int | None = None

    def __post_init__(self) -> None:
        """Refuse weights without a source, or that are none."""
        if not self.published_in.strip():
            raise ValueError(f"{self.id}: say where the weights are published; unpublished weights make no composite")
        if not self.weights or not all(w > 0 and math.isfinite(w) for w in self.weights.values()):
            raise ValueError(f"{self.id}: weights are above 0")

    def __call__(self, parts: Mapping[str, Finding]) -> Finding:
        """Average the parts.

        Raises
        ------
        ValueError
            If parts and weights have different names, or a part has another unit.
        """
        if parts.keys() != self.weights.keys():
            raise ValueError(f"{self.id}: weights are for {', '.join(self.weights)}, parts are {', '.join(parts)}")
        if any(part.unit != self.unit for part in parts.values()):
            raise ValueError(f"{self.id}: every part must be in {self.unit}")
        given = {name: part.value for name, part in parts.items() if part.value is not None}
        value = None
        if len(given) == len(parts):
            weighted = math.fsum(self.weights[name] * number for name, number in given.items())
            value = weighted / math.fsum(self.weights.values())
        note = f"น้ำหนักตาม{self.published_in}"
        return derived(
            self,
            tuple(parts.values()),
            value=value,
            method="published_weights",
            note=joined(NO_VALUES if value is None else None, note),
        )
