"""Social return on investment: the ratio with its sensitivity range, and the impact of every outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import pandas as pd

from dsw_analysis.datasets import source_of
from dsw_analysis.findings import Finding, weakest
from dsw_analysis.measures.base import UNDEFINED, Measure, total
from dsw_analysis.rounding import round_half_up
from dsw_analysis.stats import Outcome, Swing, UndefinedError, sensitivity, social_return

SHARES = ("deadweight", "attribution", "displacement", "drop_off")
RELATIVE = ("quantity", "proxy")
VARIED: Mapping[str, float] = MappingProxyType(
    {"quantity": 0.2, "proxy": 0.2, **dict.fromkeys(SHARES, 0.1), "discount_rate": 0.01}
)
"""How far assumptions are moved: a fifth of quantity and proxy, ten points of a share, one point of the rate."""


@dataclass(frozen=True, kw_only=True)
class SocialReturnRatio(Measure):
    """Baht of social value for each baht put in: present value of all outcomes over the value of the inputs.

    Impact of an outcome = quantity · proxy · (1 − deadweight) · (1 − displacement) · (1 − attribution); it loses
    ``drop_off`` each year and is discounted from the first year on (*A Guide to Social Return on Investment*, The SROI
    Network 2012, stages 4 and 5). Low and high are the lowest and highest ratio as every assumption is moved alone
    (stage 5.4), not a confidence interval.

    Attributes
    ----------
    discount_rate:
        A year, as a fraction.
    varied:
        Assumption -> how far it is moved both ways: quantity and proxy by that part of themselves, the others by
        that much, within their bounds.
    """

    unit: str = "ratio"
    digits: int | None = 2
    discount_rate: float
    varied: Mapping[str, float] = field(default_factory=lambda: VARIED)

    def __call__(self, outcomes: pd.DataFrame, inputs: pd.DataFrame) -> Finding:
        """Work out the ratio from frames of ``sroi_outcomes`` and ``sroi_inputs``; undefined without either."""
        parts: dict[str, Any] = {"rows": len(outcomes), "value": None, "note": UNDEFINED}
        try:
            found = social_return(outcomes_of(outcomes), _worth(inputs), discount_rate=self.discount_rate)
        except UndefinedError:
            pass
        else:
            swings = self._swings(outcomes, inputs)
            ratios = [found.ratio, *(s.ratio_low for s in swings), *(s.ratio_high for s in swings)]
            parts |= {
                "value": found.ratio,
                "numerator": found.present_value,
                "denominator": found.inputs,
                "low": min(ratios),
                "high": max(ratios),
                "method": "sensitivity",
                "note": f"อัตราคิดลด{_percent(self.discount_rate)} ต่อปี",
            }
        return self._on_both(self._finding(outcomes, **parts), inputs)

    def impacts(self, outcomes: pd.DataFrame) -> dict[str, Finding]:
        """Present value of every outcome in baht by its name, under ``id.outcome1`` …: the impact (SIA) table."""
        found = social_return(outcomes_of(outcomes), 1, discount_rate=self.discount_rate) if len(outcomes) else None
        return {
            name: Measure(
                id=f"{self.id}.outcome{place}",
                label=f"มูลค่าปัจจุบันของผลลัพธ์: {name}",
                unit="baht",
                digits=0,
                where={"outcome": name},
            )._finding(outcomes, value=value, rows=1)
            for place, (name, value) in enumerate(
                zip(outcomes["outcome"], found.present_values if found else (), strict=True), start=1
            )
        }

    def swings(
        self, outcomes: pd.DataFrame, inputs: pd.DataFrame, *, most: int = 8
    ) -> dict[str, tuple[Finding, Finding]]:
        """Ratio at both ends of the assumptions that move it most, for a tornado chart: words -> (low, high).

        Raises
        ------
        UndefinedError
            If there are no outcomes or no inputs.
        """
        rows = {}
        for place, swing in enumerate(self._swings(outcomes, inputs)[:most], start=1):
            words = self._words(outcomes, swing)
            ends = [("low", "ค่าต่ำ", swing.ratio_low), ("high", "ค่าสูง", swing.ratio_high)]
            low, high = (
                self._on_both(
                    replace(
                        self, id=f"{self.id}.swing{place}.{end}", label=f"{self.label} เมื่อ{words} ({name})"
                    )._finding(outcomes, value=ratio, rows=len(outcomes)),
                    inputs,
                )
                for end, name, ratio in ends
            )
            rows[words] = (low, high)
        return rows

    def _swings(self, outcomes: pd.DataFrame, inputs: pd.DataFrame) -> tuple[Swing, ...]:
        listed = outcomes_of(outcomes)
        ranges: dict[tuple[str | None, str], tuple[float, float]] = {}
        for assumption, step in self.varied.items():
            if assumption == "discount_rate":
                ranges[None, assumption] = (max(0.0, self.discount_rate - step), self.discount_rate + step)
                continue
            for outcome in listed:
                value = getattr(outcome, assumption)
                if assumption in RELATIVE:
                    ends = (value * (1 - step), value * (1 + step))
                else:
                    ends = (max(0.0, value - step), min(1.0, value + step))
                ranges[outcome.name, assumption] = ends
        return sensitivity(listed, _worth(inputs), discount_rate=self.discount_rate, ranges=ranges)

    def _words(self, outcomes: pd.DataFrame, swing: Swing) -> str:
        if swing.outcome is None:
            return f"อัตราคิดลดต่อปีเป็น{_percent(swing.low)} ถึง {_percent(swing.high)}"
        header = source_of(outcomes).dataset[swing.assumption].header.partition(" (")[0]
        if swing.assumption in RELATIVE:
            return f"{swing.outcome}: {header} {round_half_up(swing.low):,} ถึง {round_half_up(swing.high):,}"
        return f"{swing.outcome}: {header} {_percent(swing.low)} ถึง {_percent(swing.high)}"

    def _on_both(self, finding: Finding, inputs: pd.DataFrame) -> Finding:
        return replace(finding, provenance=weakest([finding.provenance, source_of(inputs).provenance]))


def outcomes_of(frame: pd.DataFrame) -> list[Outcome]:
    """The impact map from a frame of ``sroi_outcomes``; shares come as percentages and leave as fractions."""
    return [
        Outcome(
            name=str(row["outcome"]),
            quantity=float(row["quantity"]),
            proxy=float(row["proxy"]),
            duration=int(row["duration"]),
            **{share: float(row[share]) / 100 for share in SHARES},
        )
        for row in frame.to_dict("records")
    ]


def _worth(inputs: pd.DataFrame) -> float:
    return float(total(inputs["amount"]))


def _percent(share: float) -> str:
    return f"ร้อยละ {round_half_up(100 * share, 2).normalize():f}"
