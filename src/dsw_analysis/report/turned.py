"""What turned from one round to another: verdicts of projects and indicators, and rankings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from dsw_analysis.report.comparison import ORDER, Comparison

RANKS: Final[Mapping[str, str]] = {"most": "มากที่สุด", "highest": "สูงสุด", "lowest": "ต่ำสุด"}
"""Kinds of claims that rank, and their words."""
_ALIKE = Fraction(1, 2)
"""Share of their findings that rankings of two rounds must have in common to be the same."""


@dataclass(frozen=True, kw_only=True)
class Turned:
    """A verdict or ranking that is another: who it is of, what it said, and what has changed below it.

    Of an indicator ``measured`` is the finding that measures it, and ``former`` what its ledger says of the target that
    it had before that was changed within the year.
    """

    section: str
    name: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    kind: str = ""
    causes: tuple[str, ...] = ()
    measured: str | None = None
    former: Mapping[str, Any] | None = None


def projects(comparison: Comparison) -> list[Turned]:
    """Projects whose verdict is another."""
    return [
        Turned(section=section, name=new["work"]["title"], old=(old["work"]["standing"],), new=(standing,))
        for section, old, new in _both(comparison)
        if new["work"] and old["work"] and (standing := new["work"]["standing"]) != old["work"]["standing"]
    ]


def indicators(comparison: Comparison) -> list[Turned]:
    """Indicators whose verdict is another; of one whose target changed, or its result's definition, it is said."""
    turned = []
    for section, old, new in _both(comparison):
        before = {indicator["id"]: indicator for indicator in old["indicators"]}
        for after in new["indicators"]:
            was = before.get(after["id"])
            if was is None or was["status"] == after["status"]:
                continue
            ids = [i for i in (after["result"] or was["result"], after["target"] or was["target"]) if i]
            causes = [c for i in ids if i in comparison.by_id for c in comparison.by_id[i].causes]
            turned.append(
                Turned(
                    section=section,
                    name=after["name"] or was["name"] or after["id"],
                    old=(was["status"],),
                    new=(after["status"],),
                    causes=tuple(dict.fromkeys(causes)) or ("round",),
                    measured=after["result"] or was["result"],
                    former=after.get("former"),
                )
            )
    return turned


def rankings(comparison: Comparison) -> list[Turned]:
    """Rankings with another answer; those of findings whose definition changed are not compared."""
    turned = []
    for section, old, new in _both(comparison):
        for before, after in _paired(old["claims"], new["claims"]):
            ids = [i for i in after["of"] if i in comparison.by_id]
            if set(before["says"]) == set(after["says"]) or any(comparison.by_id[i].state == "redefined" for i in ids):
                continue
            said = [i for i in (*before["says"], *after["says"]) if i in comparison.by_id]
            causes = sorted({c for i in said for c in comparison.by_id[i].causes}, key=ORDER.index)
            turned.append(
                Turned(
                    section=section,
                    name=new["title"],
                    kind=after["claim"],
                    old=tuple(before["says"]),
                    new=tuple(after["says"]),
                    causes=tuple(causes),
                )
            )
    return turned


def _both(comparison: Comparison) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    """Sections that both rounds have, with what each ledger says of them."""
    for section, new in comparison.new.sections.items():
        if section in comparison.old.sections:
            yield section, comparison.old.sections[section], new


def _paired(
    old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Rankings of two rounds that are about the same: of the same findings, or else of the most in common."""
    left = [claim for claim in old if claim["claim"] in RANKS]
    for after in (claim for claim in new if claim["claim"] in RANKS):
        alike = [(_in_common(claim["of"], after["of"]), claim) for claim in left if claim["claim"] == after["claim"]]
        share, before = max(alike, key=lambda pair: pair[0], default=(Fraction(0), after))
        if share >= _ALIKE:
            left.remove(before)
            yield before, after


def _in_common(first: Sequence[str], second: Sequence[str]) -> Fraction:
    return Fraction(len({*first} & {*second}), len({*first} | {*second}) or 1)
