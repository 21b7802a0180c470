"""The gate: whether what a release shows, with all that was shown before, gives a small cell away; and its repair."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from dsw_analysis.findings.attacker import FEW, Attack, Fact, Leak, Link, Quotient, Release
from dsw_analysis.findings.cells import Cell, Tables, Web
from dsw_analysis.findings.repairs import LESS, REFUSED, TENS, Partition, Repair
from dsw_analysis.statistics.bounds import ContradictionError

REASONS = {
    "cell": "a cell of fewer than 5 follows from other figures",
    "change": "what changed since the last release follows from both",
    "everybody": "a figure would say something of everybody in a group",
}
"""Kind of leak -> why a partition is repaired."""
_ALL_OR_NONE = ((Fraction(0), Fraction(0)), (Fraction(1), Fraction(1)))


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
    tables: Tables,
    numbers: Sequence[Number],
    earlier: Sequence[Release] = (),
    link: Link | None = None,
    made: Collection[str] = (),
) -> Judged:
    """Attack what a release shows of a dataset, and repair it until nothing is known too well.

    Everything is decided from what is shown: two releases that show the same are repaired alike. ``earlier`` are
    releases of the same year, the first first, and ``link`` what this one is to the last of them. What is being
    ``made`` (provinces, empty for the country) is repaired before all that is in place.
    """
    spoken = [cell for number in numbers for cell in (number.cell, number.whole) if cell is not None]
    web = Web(tables, [*Attack.spoken(earlier), *sorted(spoken)])
    before = {
        leak.variable
        for a in _attacks(web, earlier, [n for n in numbers if n.partition is None], link)
        for leak in a.leaks()
    }
    cleared: tuple[set[int], set[int]] = set(), set()

    def leaking(repairs: Mapping[Partition, Repair]) -> tuple[list[Attack], list[tuple[Attack, Leak]], list[Number]]:
        now = [_repaired(number, repairs) for number in numbers]
        attacks = _attacks(web, earlier, now, link)
        leaks = [(a, leak) for a in attacks for leak in a.leaks() if leak.variable not in before]
        if not leaks:
            crossing = [(a, leak) for a, well in zip(attacks, cleared, strict=False) for leak in a.hidden_leaks(well)]
            leaks = [(a, leak) for a, leak in crossing if leak.variable not in before]
        return attacks, leaks, now

    repairs: dict[Partition, Repair] = {}
    while True:
        attacks, leaks, now = leaking(repairs)
        steps = _steps(leaks, now, made)
        if not steps:
            break
        repairs |= steps
    if not leaks:  # what was tried in vain is shown again
        for partition in sorted(repairs, key=lambda one: (one.province, one)):
            cleared[0].clear()
            cleared[1].clear()
            fewer = {one: repair for one, repair in repairs.items() if one != partition}
            tried = leaking(fewer)
            if not tried[1]:
                repairs, attacks = fewer, tried[0]
    small = len({number.cell for number in numbers if 1 <= number.value <= FEW})
    return Judged(tuple(sorted(repairs.values())), small, tuple(leak for _, leak in leaks), len(before), attacks[-1])


def _steps(
    leaks: Iterable[tuple[Attack, Leak]], numbers: Sequence[Number], made: Collection[str]
) -> dict[Partition, Repair]:
    """The next repairs: what follows from a cell that is repaired already may be well by that."""
    steps: dict[Partition, Repair] = {}
    met: set[Cell] = set()
    for attack, leak in leaks:
        sources = attack.sources(leak)
        if met.isdisjoint(sources) and (step := _step(sources, leak, numbers, made)) is not None:
            steps[step.partition] = step
            met |= {number.cell for number in numbers if number.partition == step.partition}
    return steps


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
    # That all or none were served is said of rounded numbers too.
    kept = number.quotient if base != REFUSED and number.quotient in _ALL_OR_NONE else None
    return replace(number, base=REFUSED if number.base == REFUSED else base, quotient=kept)


def _level(base: int | None) -> int:
    """How little a base shows, in steps of :data:`LESS`."""
    return 0 if base is None else 1 if base < TENS else 2


def _step(cells: Sequence[Cell], leak: Leak, numbers: Sequence[Number], made: Collection[str]) -> Repair | None:
    """The next repair against a leak: of figures that it follows from exact ones to fives, else fives to tens …."""
    shown: dict[Cell, list[Number]] = {}
    for number in numbers:
        if number.partition is not None and number.base != REFUSED:
            shown.setdefault(number.cell, []).append(number)
    sources = [number for cell in cells for number in shown.get(cell, ())]
    # What says most goes first: decimals, then the figures of the cell itself, then exact ones.
    sources.sort(key=lambda number: (number.quotient is None, number.cell != leak.cell, number.base is not None))
    for of_made in (True, False):
        for level, base in enumerate(LESS):
            for number in sources:
                partition = number.partition
                if partition is not None and _level(number.base) == level and (partition.province in made) == of_made:
                    return Repair(partition, base, REASONS[leak.kind])
    return None
