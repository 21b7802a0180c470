"""The gate: whether what a release shows, with all that was shown before, gives a small cell away; and its repair."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from dsw_analysis.findings.attacker import FEW, Attack
from dsw_analysis.findings.cells import Cell, Tables, Web
from dsw_analysis.findings.disclosure import two_digits
from dsw_analysis.findings.facts import Fact, Leak, Link, Quotient, Release, spoken
from dsw_analysis.findings.repairs import LESS, REFUSED, TENS, Partition, Repair
from dsw_analysis.findings.rounding import as_fraction
from dsw_analysis.statistics.bounds import ContradictionError

REASONS = {
    "cell": "a cell of fewer than 5 follows from other figures",
    "change": "what changed since the last release follows from both",
    "everybody": "a figure would say something of everybody in a group",
    "amount": "an amount of few persons, or of one who has most of it, follows from other figures",
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


def alike(shown: Fraction) -> tuple[Fraction, Fraction]:
    """Between which numbers one lies that is shown with two digits."""
    digits, exponent = f"{float(abs(shown)):.1e}".split("e")
    half = Fraction(10) ** int(exponent) / 20 if shown else Fraction(0)
    near = half / 10 if digits == "1.0" else half  # below a power of ten two digits are finer
    return (shown - near, shown + half) if shown >= 0 else (shown - half, shown + near)


@dataclass(frozen=True)
class Number:
    """One number that a release shows, of persons or of their amounts, and what it is.

    Attributes
    ----------
    value:
        The number itself, which the reader is not to know; ``None`` of what shows a quotient alone.
    base:
        To what it is shown: ``None`` exactly, :data:`REFUSED` not at all.
    partition:
        What it can be repaired with; ``None`` if it is shown as it is by exemption, such as one that is published.
    whole, quotient:
        Cell of the base of a share, and between which numbers the share is seen to lie, where it says more than both.
    limits:
        Between which numbers it is seen to lie, where its base does not say so.
    of:
        Column whose sum over the cell it is; shown as the mean of so many persons of ``whole`` if there are ``among``.
    largest:
        The largest amount in it.
    """

    cell: Cell
    value: int | Fraction | None
    base: int | None
    partition: Partition | None = None
    whole: Cell | None = None
    quotient: tuple[Fraction, Fraction] | None = None
    limits: tuple[int, int] | None = None
    of: str = ""
    among: int = 0
    largest: Fraction | None = None

    @cached_property
    def told(self) -> tuple[list[Fact], list[Quotient]]:
        """What a reader takes of it."""
        facts: list[Fact] = []
        quotients: list[Quotient] = []
        if self.quotient and self.whole is not None:
            quotients.append(Quotient(self.cell, self.whole, *self.quotient))
        if self.limits is not None:
            facts.append(Fact(self.cell, *self.limits))
        elif self.of and self.value is not None and self.base is None:
            facts.append(Fact(self.cell, self.value, self.value, self.of))
        elif self.of and self.value is not None:
            shown = as_fraction(two_digits(float(self.value / (self.among or 1)))[0])
            if self.among and self.whole is not None:
                quotients.append(Quotient(self.cell, self.whole, *alike(shown), self.of))
            else:
                facts.append(Fact(self.cell, *alike(shown), self.of))
        elif self.value is not None:
            facts.append(Fact(self.cell, *reader(int(self.value), self.base)))
        return facts, quotients


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
    said = [cell for number in numbers for cell in (number.cell, number.whole) if cell is not None]
    web = Web(tables, [*spoken(earlier), *sorted(said)])
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
    small = len({n.cell for n in numbers if n.value is not None and not n.of and 1 <= n.value <= FEW})
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

    One takes it that counts of a year grow and no amount is negative, unless they show that it is not so; another, of a
    restatement, does not.
    """
    shown = [number for number in numbers if number.base != REFUSED]
    told = [number.told for number in shown]
    largest: dict[str, Fraction] = {}
    for number in numbers:
        if number.largest is not None:
            largest[number.of] = max(number.largest, largest.get(number.of, number.largest))
    now = Release([f for facts, _ in told for f in facts], [q for _, qs in told for q in qs], link, largest=largest)
    attacks = []
    with contextlib.suppress(ContradictionError):
        attacks.append(Attack(web, [*earlier, now]))
    if link == "restates" or not attacks:
        attacks.append(Attack(web, [replace(release, grows=False) for release in (*earlier, now)]))
    return attacks


def _repaired(number: Number, repairs: Mapping[Partition, Repair]) -> Number:
    if number.partition is None or number.partition not in repairs:
        return number
    base = repairs[number.partition].base
    # That all or none were served is said of rounded numbers too.
    kept = number.quotient if base != REFUSED and (number.quotient in _ALL_OR_NONE or number.value is None) else None
    return replace(number, base=REFUSED if number.base == REFUSED else base, quotient=kept)


def _level(base: int | None) -> int:
    """How little a base shows, in steps of :data:`LESS`."""
    return 0 if base is None else 1 if base < TENS else 2


def _step(cells: Sequence[Cell], leak: Leak, numbers: Sequence[Number], made: Collection[str]) -> Repair | None:
    """The next repair against a leak: of figures that it follows from exact ones to fives, else fives to tens …."""
    shown: dict[Cell, list[Number]] = {}
    for number in numbers:
        if number.partition is not None and number.base != REFUSED and (leak.kind != "amount" or number.of == leak.of):
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
