"""Findings made of findings (quotients, differences), and the same units in two rounds; tests on request."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from dsw_analysis.findings.disclosure import derived
from dsw_analysis.findings.finding import CENSUS, Finding
from dsw_analysis.findings.measures.base import NO_VALUES, UNDEFINED, Measure, Named, fingerprint
from dsw_analysis.findings.measures.filters import Where
from dsw_analysis.findings.measures.shares import Share, State
from dsw_analysis.intake.provenance import weakest
from dsw_analysis.intake.source import source_of
from dsw_analysis.statistics.shares import McNemar, holm, mcnemar


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
        said = {"rows": first.rows, "digits": self.digits, **values, "note": self.noted(values.get("note"))}
        files = list(dict.fromkeys(f.file for f in parts if f.file))
        return Finding(
            id=self.id,
            label=self.label,
            unit=self.unit,
            dataset=first.dataset,
            file=first.file,
            sha256=first.sha256,
            where=("" if first.province is None else f"จังหวัด: {first.province} ")
            + "คำนวณจาก "
            + " และ ".join(f"{f.label} [{f.id}]" for f in parts)
            + (f" (ไฟล์ {', '.join(files)})" if len(files) > 1 else ""),
            province=first.province,
            provenance=weakest(f.grounded for f in parts),
            corrected=max(f.corrected or 0 for f in parts) or None,
            definition=".".join(
                fingerprint(type(self).__name__, self.unit, hashes)
                for hashes in zip(*((f.definition or ".").split(".") for f in parts), strict=True)
            ),
            **derived(parts, self.unit, said),
        )


@dataclass(frozen=True, kw_only=True)
class Ratio(OfFindings):
    """Quotient of two findings, as a percentage by default; undefined where either is, or over zero."""

    def __call__(self, numerator: Finding, denominator: Finding) -> Finding:
        """Divide ``numerator`` by ``denominator``; file and filter are those of the numerator."""
        top, bottom = numerator.value, denominator.value
        value = self.whole * top / bottom if top is not None and bottom else None
        unknown = numerator.note if top is None else None
        note = (unknown or UNDEFINED) if value is None else None
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


@dataclass(frozen=True, kw_only=True)
class ShareDifference(OfFindings):
    """First share less second, in percentage points, with an interval where both shares have one or are a census.

    The limits are put together from those of the two shares, ``d − √((p₁−l₁)² + (u₂−p₂)²)`` and
    ``d + √((u₁−p₁)² + (p₂−l₂)²)``: MOVER (Zou and Donner 2008, Statistics in Medicine 27, 1693–1702). For different
    units only; the same units in two rounds are compared by :class:`ShareChange`.
    """

    unit: str = "percentage_points"

    def __call__(self, first: Finding, second: Finding) -> Finding:
        """Subtract ``second`` from ``first``; undefined where either share is."""
        if first.value is None or second.value is None:
            return self._derived(first, second, value=None, note=UNDEFINED)
        d = first.value - second.value
        parts: dict[str, Any] = {"value": d}
        ends = [_limits(first), _limits(second)]
        if first.method == second.method == CENSUS:
            whole = None if None in (first.population, second.population) else first.population + second.population  # type: ignore[operator]
            parts |= {"method": CENSUS, "population": whole}
        elif None not in ends:
            (l1, u1), (l2, u2) = ends  # type: ignore[misc]
            parts |= {
                "low": d - math.hypot(first.value - l1, u2 - second.value),
                "high": d + math.hypot(u1 - first.value, second.value - l2),
                "method": "mover",
            }
        return self._derived(first, second, **parts)


@dataclass(frozen=True, kw_only=True)
class _Twice(Measure):
    """A yes/no answer of the same units in two rounds; units are matched by ``key``."""

    key: str
    counted: Where

    discloses = "never"

    def _compare(self, first: pd.DataFrame, second: pd.DataFrame) -> tuple[McNemar | None, dict[str, Any]]:
        share = Share(id=self.id, label=self.label, where=self.where, counted=self.counted)
        states = []
        for frame in (first, second):
            if frame[self.key].duplicated().any():
                raise ValueError(f"{self.id}: a unit stands twice in {source_of(frame).file}")
            state = pd.Series(share.states(frame), index=frame[self.key])
            states.append(state[state != State.OUTSIDE])
        both = pd.concat(states, axis=1, join="outer").to_numpy()
        judged = both[(both >= State.NO).all(axis=1)] == State.YES
        parts = {"rows": len(judged), "denominator": len(judged), "missing": len(both) - len(judged)}
        if not len(judged):
            return None, parts | {"numerator": 0}
        yes, no = (judged, ~judged)
        pairs = [(a[:, 0] & b[:, 1]).sum() for a, b in ((yes, yes), (yes, no), (no, yes), (no, no))]
        found = mcnemar(*(int(count) for count in pairs))
        return found, parts | {"numerator": found.gained - found.lost}


@dataclass(frozen=True, kw_only=True)
class ShareChange(_Twice):
    """Share of yes in the second round less that in the first, in percentage points, over units that answered twice.

    ``key`` is the column that says which unit a row is, ``counted`` the filter that is a yes.
    """

    unit: str = "percentage_points"

    def __call__(self, first: pd.DataFrame, second: pd.DataFrame) -> Finding:
        """Compare frames of the ``first`` and the ``second`` round; the note counts the units that changed.

        Raises
        ------
        ValueError
            If a unit stands twice in a frame.
        """
        found, parts = self._compare(first, second)
        value, note = None, UNDEFINED
        if found is not None:
            value = 100 * found.difference
            note = f"เปลี่ยนเป็นเข้าเกณฑ์ {found.gained:,} หน่วย เปลี่ยนเป็นไม่เข้าเกณฑ์ {found.lost:,} หน่วย"
        return self._finding(second, self.key, counted=self.counted, value=value, note=note, **parts)


@dataclass(frozen=True, kw_only=True)
class ChangeTest(_Twice):
    """P value of the change between two rounds: McNemar's exact test (1947, Psychometrika 12, 153–157).

    ``key`` and ``counted`` as of :class:`ShareChange`.
    """

    unit: str = "p_value"

    def __call__(self, first: pd.DataFrame, second: pd.DataFrame) -> Finding:
        """Test the change; undefined if no unit answered twice."""
        found, parts = self._compare(first, second)
        p, note = (None, UNDEFINED) if found is None else (found.exact_p, None)
        parts = {"rows": parts["rows"], "missing": parts["missing"]}
        return self._finding(second, self.key, counted=self.counted, value=p, method="mcnemar", note=note, **parts)


def adjusted(tests: Mapping[str, Finding]) -> dict[str, Finding]:
    """P values (name -> finding) adjusted for their number by Holm's rule (1979), under ``id.holm``.

    ``tests`` whose value is undefined do not count.

    Raises
    ------
    ValueError
        If a finding is not a p value.
    """
    if any(test.unit != "p_value" for test in tests.values()):
        raise ValueError("only p values can be adjusted for their number")
    known = {name: test.value for name, test in tests.items() if test.value is not None}
    note = f"ปรับตามจำนวนการทดสอบ {len(known):,} รายการด้วยวิธี Holm"
    values = dict(zip(known, holm(list(known.values())), strict=True))
    return {
        name: replace(
            test,
            id=f"{test.id}.holm",
            value=values.get(name),
            note=" ".join([test.note or "", note]).strip() if name in values else test.note,
        )
        for name, test in tests.items()
    }


def _limits(share: Finding) -> tuple[float, float] | None:
    if share.method == CENSUS and share.value is not None:
        return share.value, share.value
    return None if share.low is None or share.high is None else (share.low, share.high)
