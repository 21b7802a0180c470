"""What a reader can work out of the numbers that releases show: bounds of all cells, and of what changed in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Literal

import numpy as np

from dsw_analysis.findings.cells import Cell, Web
from dsw_analysis.statistics.bounds import FAR, Bounds, ContradictionError, Sums, Whole, propagate, unreached

FEW = 4
"""Persons in a cell that is small: it may not be known that there are so few."""
_SOME = 9  # persons of whom it may not be known that there is somebody
_ASKED = 40  # cells that a linear programme is asked for: it takes seconds for hundreds, and has found nothing in them
_MANY = 5_000  # bases that are tried one by one with a share

Link = Literal["grows", "restates"]
"""What a release is to the one before: a later round of its year, whose counts run on, or a restatement."""


@dataclass(frozen=True)
class Fact:
    """Between which numbers a reader sees the persons of a cell to lie."""

    cell: Cell
    low: int
    high: int


@dataclass(frozen=True)
class Quotient:
    """Between which numbers a reader sees the part of a cell in another to lie."""

    part: Cell
    whole: Cell
    low: Fraction
    high: Fraction


@dataclass(frozen=True)
class Release:
    """What one release shows of a dataset.

    ``link`` is what it is to the release before; ``grows`` that a reader takes no count to be less than it was there.
    """

    facts: Sequence[Fact] = ()
    quotients: Sequence[Quotient] = ()
    link: Link | None = None
    grows: bool = True


@dataclass(frozen=True)
class Leak:
    """A cell of which too much is known: how many persons it holds at least and at most.

    ``kind`` says of what: the ``cell`` itself; ``change`` since the release before; ``everybody`` of a group, all of
    whom are in it. ``variable`` is its number in the attack.
    """

    cell: Cell
    low: int
    high: int
    kind: Literal["cell", "change", "everybody"]
    variable: int


class Attack:
    """Bounds of all cells in all releases, and of the differences between one release and the next.

    Raises
    ------
    ContradictionError
        If no numbers are as the releases show them.
    """

    def __init__(self, web: Web, releases: Sequence[Release]) -> None:
        self.tables, self.web, self.releases = web.tables, web, releases
        self.size, self.cells = len(web.index), list(web.index)
        service = {column for cell in self.cells for column, _ in cell if self.tables.is_service(column)}
        self._of_persons = np.array([cell not in web.rests and service.isdisjoint(dict(cell)) for cell in self.cells])
        self._spoken = self._of_persons & np.array([cell in web.spoken for cell in self.cells])
        self._links = [(new, r) for new, r in enumerate(releases) if new and r.link]
        self._sums = self._all_sums()
        self.bounds = self._bounds()

    def of(self, cell: Cell, release: int = -1) -> tuple[int, int]:
        """Least and most persons in a cell."""
        at = self.web.index[cell] + release % len(self.releases) * self.size
        return int(self.bounds.low[at]), int(self.bounds.high[at])

    @staticmethod
    def spoken(releases: Iterable[Release]) -> list[Cell]:
        """Cells that releases speak of."""
        cells = {fact.cell for release in releases for fact in release.facts}
        return sorted(cells | {cell for release in releases for q in release.quotients for cell in (q.part, q.whole)})

    def leaks(self) -> list[Leak]:
        """All cells that are known too well, by propagation alone."""
        last = len(self.releases) - 1
        return [*self._narrow(), *self._everybody(last), *self._changes()]

    def hidden_leaks(self, cleared: set[int]) -> list[Leak]:
        """Cells that only a linear programme narrows, which sees sums that cross each other.

        Not asked for is what is ``cleared``, since of fewer figures, or blurred ones, no more follows; what is found
        well is added to it.
        """
        low, high = self.bounds.low[: self._end], self.bounds.high[: self._end]
        spoken = np.tile(self._spoken, len(self.releases))
        small = np.flatnonzero(spoken & (low == 0) & (high >= FEW) & (high <= _SOME))
        which = [at for at in small.tolist() if at not in cleared]
        found = unreached(self.bounds, self._sums, which, 0, FEW) if 0 < len(which) <= _ASKED else {}
        cleared.update(at for at in which if at not in found)
        return [Leak(self.cells[at % self.size], *limits, "cell", at) for at, limits in found.items()]

    def sources(self, leak: Leak) -> list[Cell]:
        """Cells from which a leak follows: itself, then what its bounds were worked out from, the nearest first.

        Of those that are as near the one that more conditions make comes first: to blur a part costs less than a whole.
        """
        found, level, seen = {}, [leak.variable], {leak.variable}
        while level:
            cells = [self.cells[variable % self.size] for variable in level]
            found.update(dict.fromkeys(sorted(cells, key=lambda cell: -len(cell))))
            by = {int(by[v]) for v in level for by in (self.bounds.low_by, self.bounds.high_by)} - {-1}
            members = (member for sum_ in sorted(by) for member in self._sums.members_of(sum_))
            level = [member for member in dict.fromkeys(members) if member not in seen]
            seen.update(level)
        return list(found)

    @property
    def _end(self) -> int:
        return len(self.releases) * self.size

    def _all_sums(self) -> Sums:
        copies = range(len(self.releases) + len(self._links))
        sums = [[(v + copy * self.size, sign) for v, sign in sum_] for copy in copies for sum_ in self.web.sums]
        for number, (new, _) in enumerate(self._links):
            for at in range(self.size):
                now, change = at + new * self.size, at + self._end + number * self.size
                sums.append([(now, 1), (now - self.size, -1), (change, -1)])
        return Sums.of(sums)

    def _bounds(self) -> Bounds:
        total = self._end + len(self._links) * self.size
        low, high = np.zeros(total, dtype=np.int64), np.full(total, FAR, dtype=np.int64)
        for number, (_, release) in enumerate(self._links):
            low[self._end + number * self.size :] = 0 if release.grows else -FAR
        for number, release in enumerate(self.releases):
            for fact in release.facts:
                at = self.web.index[fact.cell] + number * self.size
                low[at], high[at] = max(low[at], fact.low), min(high[at], fact.high)
        while True:
            bounds = propagate(low, high, self._sums)
            low, high = bounds.low.copy(), bounds.high.copy()
            shown = [(quotient, number) for number, r in enumerate(self.releases) for quotient in r.quotients]
            if not sum(self._quotient(quotient, number, low, high) for quotient, number in shown):
                return bounds

    def _quotient(self, shown: Quotient, release: int, low: Whole, high: Whole) -> bool:
        """Narrow a part and its whole to what their quotient leaves; whether it did."""
        part, whole = (self.web.index[cell] + release * self.size for cell in (shown.part, shown.whole))
        before = low[part], high[part], low[whole], high[whole]
        if high[whole] - low[whole] <= _MANY:
            pairs = [
                (k, n)
                for n in range(int(low[whole]), int(high[whole]) + 1)
                for k in (max(ceil(shown.low * n), int(low[part])), min(floor(shown.high * n), int(high[part])))
                if low[part] <= k <= high[part] and shown.low * n <= k <= shown.high * n
            ]
            if not pairs:
                raise ContradictionError(-1)
            low[part], high[part] = min(k for k, _ in pairs), max(k for k, _ in pairs)
            low[whole], high[whole] = min(n for _, n in pairs), max(n for _, n in pairs)
        return before != (low[part], high[part], low[whole], high[whole])

    def _narrow(self) -> Iterable[Leak]:
        low, high = self.bounds.low[: self._end], self.bounds.high[: self._end]
        of_persons, spoken = (np.tile(of, len(self.releases)) for of in (self._of_persons, self._spoken))
        somebody = of_persons & (low >= 1) & (high <= _SOME)
        for at in np.flatnonzero((low <= FEW) & (high >= 1) & (somebody | (spoken & (high - low < FEW)))):
            yield self._leak(int(at), "cell")

    def _changes(self) -> Iterable[Leak]:
        for number, (_, release) in enumerate(self._links):
            start = self._end + number * self.size
            low, high = (b[start : start + self.size] for b in (self.bounds.low, self.bounds.high))
            least, most = np.where(high < 0, -high, low), np.where(high < 0, -low, high)
            # Many come in half a year, few by a restatement: of those it may not be known that there is one.
            at_most = _SOME if release.link == "restates" else FEW
            for at in np.flatnonzero(self._of_persons & (least >= 1) & (least <= FEW) & (most <= at_most)):
                if self.cells[int(at)]:
                    yield self._leak(start + int(at), "change")

    def _everybody(self, release: int) -> Iterable[Leak]:
        """Groups of a place all of whom are in one part, which is not so of the whole country."""
        for (common, column), parts in self.web.parts.items():
            elsewhere = tuple(c for c in common if c[0] not in self.tables.places)
            if elsewhere == common or column in self.tables.places or self.tables.is_service(column) or len(parts) < 2:
                continue
            held = [part for part in parts if self.of(part, release)[1]]
            if len(held) != 1 or not self.of(held[0], release)[0]:
                continue
            country = [part for part in self.web.parts.get((elsewhere, column), ()) if self.of(part, release)[1]]
            if len(country) != 1:
                yield self._leak(self.web.index[held[0]] + release * self.size, "everybody")

    def _leak(self, at: int, kind: Literal["cell", "change", "everybody"]) -> Leak:
        return Leak(self.cells[at % self.size], int(self.bounds.low[at]), int(self.bounds.high[at]), kind, at)
