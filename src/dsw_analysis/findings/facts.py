"""What releases show of a dataset, as a reader takes it, and what of it is known too well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from dsw_analysis.findings.cells import Cell

Link = Literal["grows", "restates"]
"""What a release is to the one before: a later round of its year, whose counts run on, or a restatement."""


@dataclass(frozen=True)
class Fact:
    """Between which numbers a reader sees the persons of a cell to lie, or the sum ``of`` a column over them."""

    cell: Cell
    low: int | Fraction
    high: int | Fraction
    of: str = ""


@dataclass(frozen=True)
class Quotient:
    """Between which numbers a reader sees the part of a cell in another to lie, or the mean ``of`` a column there."""

    part: Cell
    whole: Cell
    low: Fraction
    high: Fraction
    of: str = ""


@dataclass(frozen=True)
class Release:
    """What one release shows of a dataset.

    Attributes
    ----------
    link:
        What it is to the release before.
    grows:
        That a reader takes no count to be less than it was there, and no amount to be less than nothing.
    largest:
        Column -> the largest amount that anybody has, which no reader knows: of what comes to more than twice as much
        nobody has most.
    """

    facts: Sequence[Fact] = ()
    quotients: Sequence[Quotient] = ()
    link: Link | None = None
    grows: bool = True
    largest: Mapping[str, Fraction] = field(default_factory=dict)

    def spoken(self) -> Iterator[Cell]:
        """Cells that it speaks of."""
        yield from (fact.cell for fact in self.facts)
        yield from (cell for quotient in self.quotients for cell in (quotient.part, quotient.whole))

    def columns(self) -> set[str]:
        """Columns of amounts that it speaks of."""
        return ({fact.of for fact in self.facts} | {quotient.of for quotient in self.quotients}) - {""}

    def ends(self, of: str) -> Iterator[Fraction]:
        """Limits of all that it says of a column."""
        yield from (Fraction(end) for fact in self.facts if fact.of == of for end in (fact.low, fact.high))
        yield from (end for quotient in self.quotients if quotient.of == of for end in (quotient.low, quotient.high))


def spoken(releases: Iterable[Release]) -> list[Cell]:
    """Cells that releases speak of."""
    return sorted({cell for release in releases for cell in release.spoken()})


@dataclass(frozen=True)
class Leak:
    """A cell of which too much is known: how many persons it holds at least and at most.

    ``kind`` says of what: the ``cell`` itself; ``change`` since the release before; ``everybody`` of a group, all of
    whom are in it; ``amount``, the sum ``of`` a column over it or over what changed in it, in units of the attack.
    ``variable`` is its number there.
    """

    cell: Cell
    low: int
    high: int
    kind: Literal["cell", "change", "everybody", "amount"]
    variable: int
    of: str = ""
