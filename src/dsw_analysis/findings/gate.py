"""The gate: whether what a release shows, with all that was shown before, gives a small cell away; and its repair."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from dsw_analysis.findings.attacker import FEW, Attack, Fact, Leak, Link, Quotient, Release
from dsw_analysis.findings.cells import Cell, Tables, Web
from dsw_analysis.findings.repairs import REFUSED, TENS, Partition, Repair
from dsw_analysis.statistics.bounds import ContradictionError

REASONS = {
    "cell": "a cell of fewer than 5 follows from other figures",
    "change": "what changed since the last release follows from both",
    "everybody": "a figure would say something of everybody in a group",
}
"""Kind of leak -> why a partition is repaired."""


def reader(value: int, base: int | None) -> tuple[int, int]:
    """Between which numbers one lies that is shown to a base (``None``: exactly), as who knows the rule reads it.

    Below the base it is not shown; else it is rounded to the nearest multiple, halves up.
    """
    if base is None:
        return value, value
    if value < base:
        return 0, base - 1
    shown = (value + base // 2) // base * base
    return max(base, shown - base // 2), shown + (base - 1) // 2


@dataclass(frozen=True)
class Number:
    """One number of persons that a release shows, and what it is.

    Attributes
    ----------
    value:
        The number itself, which the reader is not to know.
    base:
        To what it is shown: ``None`` exactly, :data:`REFUSED` not at all.
    partition:
        What it can be repaired with; ``None`` if it is shown as it is by exemption, such as one that is published.
    whole, quotient:
        Cell of the base of a share, and between which numbers the share is seen to lie, where it says more than both.
    """

    cell: Cell
    value: int
    base: int | None
    partition: Partition | None = None
    whole: Cell | None = None
    quotient: tuple[Fraction, Fraction] | None = None


@dataclass(frozen=True)
class Judged:
    """What the gate found of a dataset.

    ``small`` is how many cells hold 1 to 4, ``open`` what is known too well and nothing can be done about, ``before``
    how many were known already from what is published or was shown before. ``attack`` is on what the repairs leave.
    """

    repairs: tuple[Repair, ...]
    small: int
    open: tuple[Leak, ...]
    before: int
    attack: Attack


def judge(
    tables: Tables, numbers: Sequence[Number], earlier: Sequence[Release] = (), link: Link | None = None
) -> Judged:
    """Attack what a release shows of a dataset, and repair it until nothing is known too well.

    Everything is decided from what is shown: two releases that show the same are repaired alike. ``earlier`` are
    releases of the same year, the first first, and ``link`` what this one is to the last of them.
    """
    spoken = [cell for number in numbers for cell in (number.cell, number.whole) if cell is not None]
    web = Web(tables, [*Attack.spoken(earlier), *sorted(spoken)])
    before = {
        leak.variable
        for a in _attacks(web, earlier, [n for n in numbers if n.partition is None], link)
        for leak in a.leaks()
    }
    small = len({number.cell for number in numbers if 1 <= number.value <= FEW})
    repairs: dict[Partition, Repair] = {}
    while True:
        now = [_repaired(number, repairs) for number in numbers]
        attacks = _attacks(web, earlier, now, link)
        leaks = [(a, leak) for a in attacks for leak in a.leaks() if leak.variable not in before]
        leaks = leaks or [(a, leak) for a in attacks for leak in a.hidden_leaks() if leak.variable not in before]
        steps: dict[Partition, Repair] = {}
        met: set[Cell] = set()  # what follows from a cell that is repaired now may be well
        for attack, leak in leaks:
            sources = attack.sources(leak)
            if met.isdisjoint(sources) and (step := _step(sources, leak, now)) is not None:
                steps[step.partition] = step
                met |= {number.cell for number in now if number.partition == step.partition}
        if not steps:
            return Judged(
                tuple(sorted(repairs.values())), small, tuple(leak for _, leak in leaks), len(before), attacks[-1]
            )
        repairs |= steps


def _attacks(web: Web, earlier: Sequence[Release], numbers: Sequence[Number], link: Link | None) -> list[Attack]:
    """What readers make of numbers, the last of whom is never led astray.

    One takes it that counts of a year grow, unless they show that they did not; another, of a restatement, does not.
    """
    shown = [number for number in numbers if number.base != REFUSED]
    facts = [Fact(number.cell, *reader(number.value, number.base)) for number in shown]
    quotients = [Quotient(n.cell, n.whole, *n.quotient) for n in shown if n.whole is not None and n.quotient]
    attacks = []
    with contextlib.suppress(ContradictionError):
        attacks.append(Attack(web, [*earlier, Release(facts, quotients, link)]))
    if link == "restates" or not attacks:
        attacks.append(
            Attack(web, [*(replace(r, grows=False) for r in earlier), Release(facts, quotients, link, grows=False)])
        )
    return attacks


def _repaired(number: Number, repairs: Mapping[Partition, Repair]) -> Number:
    if number.partition is None or number.partition not in repairs:
        return number
    base = repairs[number.partition].base
    return replace(number, base=base if number.base in (None, 5, TENS) else number.base, quotient=None)


def _step(cells: Sequence[Cell], leak: Leak, numbers: Sequence[Number]) -> Repair | None:
    """The next repair against a leak: its own figures to tens, then those it follows from; then not shown at all."""
    shown: dict[Cell, list[Number]] = {}
    for number in numbers:
        if number.partition is not None and number.base != REFUSED:
            shown.setdefault(number.cell, []).append(number)
    sources = [number for cell in cells for number in shown.get(cell, ())]
    sources.sort(key=lambda number: number.quotient is None)  # decimals go first
    for base, from_ in ((TENS, (None, 5)), (REFUSED, (None, 5, TENS))):
        for number in sources:
            if number.partition is not None and number.base in from_:
                return Repair(number.partition, base, REASONS[leak.kind])
    return None
