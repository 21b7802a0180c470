"""What a reader can work out of all that releases show: bounds of persons and amounts in cells, and of what changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from math import ceil, floor
from typing import Literal

import numpy as np

from dsw_analysis.findings.cells import Cell, Web
from dsw_analysis.findings.facts import Leak, Quotient, Release
from dsw_analysis.statistics.bounds import FAR, Bounds, ContradictionError, Sums, Whole, propagate, unreached

FEW = 4
"""Persons in a cell that is small: it may not be known that there are so few."""
_SOME = 9  # persons of whom it may not be known that there is somebody
_ASKED = 40  # cells that a linear programme is asked for: it takes seconds for hundreds, and has found nothing in them
_MANY = 5_000  # bases that are tried one by one with a share
_FINE = 10**9  # to what the largest amount is scaled, so that whole numbers are fine enough


class Attack:
    """Bounds of all cells in all releases, and of the differences between one release and the next.

    Unknowns stand in blocks as long as the web has cells: persons of each release, and of each link what changed in
    them; then the same of the sums of each column of amounts.

    Raises
    ------
    ContradictionError
        If no numbers are as the releases show them.
    """

    def __init__(self, web: Web, releases: Sequence[Release]) -> None:
        self.tables, self.web, self.releases = web.tables, web, releases
        self.size, self.cells = len(web.index), list(web.index)
        self._links = [(new, r) for new, r in enumerate(releases) if new and r.link]
        self.columns = sorted({of for release in releases for of in release.columns()})
        self._scale = {of: self._scale_of(of) for of in self.columns} | {"": Fraction(1)}
        self._persons = self._sums_of([""])
        self._sums = self._sums_of(["", *self.columns]) if self.columns else self._persons
        self.bounds = self._bounds()

    def of(self, cell: Cell, release: int = -1) -> tuple[int, int]:
        """Least and most persons in a cell."""
        at = self.web.index[cell] + release % len(self.releases) * self.size
        return int(self.bounds.low[at]), int(self.bounds.high[at])

    def amount(self, cell: Cell, column: str, release: int = -1) -> tuple[Fraction, Fraction]:
        """Least and most that a column comes to over the persons of a cell."""
        at = self.web.index[cell] + self._start(column, release % len(self.releases))
        return int(self.bounds.low[at]) / self._scale[column], int(self.bounds.high[at]) / self._scale[column]

    def leaks(self) -> list[Leak]:
        """All cells that are known too well, by propagation alone."""
        last = len(self.releases) - 1
        return [*self._narrow(), *self._everybody(last), *self._changes(), *self._amounts()]

    def hidden_leaks(self, cleared: set[int]) -> list[Leak]:
        """Cells that only a linear programme narrows, which sees sums that cross each other.

        Not asked for is what is ``cleared``, since of fewer figures, or blurred ones, no more follows; what is found
        well is added to it.
        """
        low, high = self.bounds.low[: self._end], self.bounds.high[: self._end]
        spoken = np.tile(self.web.is_spoken, len(self.releases))
        small = np.flatnonzero(spoken & (low == 0) & (high >= FEW) & (high <= _SOME))
        which = [at for at in small.tolist() if at not in cleared]
        found = unreached(self.bounds, self._persons, which, 0, FEW) if 0 < len(which) <= _ASKED else {}
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
            members = [member for sum_ in sorted(by) for member in self._sums.members_of(sum_)]
            members += [at for variable in level for at in self._same(variable)]
            level = [member for member in dict.fromkeys(members) if member not in seen]
            seen.update(level)
        return list(found)

    def _same(self, variable: int) -> list[int]:
        """Persons of a cell, and what they have of each column, that are of the same release or link."""
        length = len(self.releases) + len(self._links)
        block = variable // self.size % length
        return [variable % self.size + self._start(of, block) for of in ["", *self.columns]] if self.columns else []

    @property
    def _end(self) -> int:
        return len(self.releases) * self.size

    def _start(self, of: str, block: int) -> int:
        """Where a block begins of persons, or of the sums of a column: of a release, or after these of a link."""
        column = 1 + self.columns.index(of) if of else 0
        return (column * (len(self.releases) + len(self._links)) + block) * self.size

    def _blocks(self) -> Iterator[tuple[int, Release, bool]]:
        """Number of each block, its release, and whether it is of a link: of what changed."""
        yield from ((number, release, False) for number, release in enumerate(self.releases))
        yield from ((len(self.releases) + number, r, True) for number, (_, r) in enumerate(self._links))

    def _scale_of(self, of: str) -> Fraction:
        ends = [abs(end) for release in self.releases for end in release.ends(of)]
        return Fraction(max(1, _FINE // max(1, ceil(max(ends)))))

    def _sums_of(self, columns: Sequence[str]) -> Sums:
        key = (len(self.releases), tuple(new for new, _ in self._links), tuple(columns))
        if key not in self.web.tied:  # all attacks on a web have them in common
            self.web.tied[key] = self._tied(columns)
        return self.web.tied[key]

    def _tied(self, columns: Sequence[str]) -> Sums:
        starts = [self._start(of, block) for of in columns for block, _, _ in self._blocks()]
        sums = [[(v + start, sign) for v, sign in sum_] for start in starts for sum_ in self.web.sums]
        for of in columns:
            for number, (new, _) in enumerate(self._links):
                now, change = self._start(of, new), self._start(of, len(self.releases) + number)
                sums += [[(now + at, 1), (now + at - self.size, -1), (change + at, -1)] for at in range(self.size)]
        return Sums.of(sums)

    def _bounds(self) -> Bounds:
        total = (1 + len(self.columns)) * len([*self._blocks()]) * self.size
        low, high = np.zeros(total, dtype=np.int64), np.full(total, FAR, dtype=np.int64)
        for block, release, is_link in self._blocks():
            for of in ["", *self.columns]:
                if not release.grows and (of or is_link):
                    low[self._start(of, block) :][: self.size] = -FAR
        for number, release in enumerate(self.releases):
            for fact in release.facts:
                at, scale = self.web.index[fact.cell] + self._start(fact.of, number), self._scale[fact.of]
                low[at], high[at] = max(low[at], floor(fact.low * scale)), min(high[at], ceil(fact.high * scale))
        shown = [(quotient, number) for number, r in enumerate(self.releases) for quotient in r.quotients]
        by = np.full((2, total), -1, dtype=np.intp)
        while True:
            bounds = propagate(low, high, self._sums)
            by = np.where((found := np.stack((bounds.low_by, bounds.high_by))) < 0, by, found)
            low, high = bounds.low.copy(), bounds.high.copy()
            narrowed = sum(self._quotient(quotient, number, low, high) for quotient, number in shown)
            if not narrowed + sum(self._limited(of, low, high) for of in self.columns):
                return Bounds(bounds.low, bounds.high, *by)

    def _quotient(self, shown: Quotient, release: int, low: Whole, high: Whole) -> bool:
        """Narrow a part and its whole to what their quotient leaves; whether it did."""
        part = self.web.index[shown.part] + self._start(shown.of, release)
        whole, scale = self.web.index[shown.whole] + self._start("", release), self._scale[shown.of]
        (up, down), (over, under) = shown.low.as_integer_ratio(), shown.high.as_integer_ratio()
        up, down = up * scale.numerator, down * scale.denominator
        over, under = over * scale.numerator, under * scale.denominator
        before = low[part], high[part], low[whole], high[whole]
        if high[whole] - low[whole] <= _MANY:
            pairs = [
                (k, n)
                for n in range(int(low[whole]), int(high[whole]) + 1)
                for ends in [(max(-(-up * n // down), int(low[part])), min(over * n // under, int(high[part])))]
                if ends[0] <= ends[1]
                for k in ends
            ]
            if not pairs:
                raise ContradictionError(-1)
            low[part], high[part] = min(k for k, _ in pairs), max(k for k, _ in pairs)
            low[whole], high[whole] = min(n for _, n in pairs), max(n for _, n in pairs)
        return before != (low[part], high[part], low[whole], high[whole])

    def _limited(self, of: str, low: Whole, high: Whole) -> bool:
        """Narrow sums to what as many persons can have as there may be, and persons to as many as have that."""
        least, most = self.tables.limits.get(of, (None, None))
        before = low.copy(), high.copy()
        for block, release, is_link in self._blocks():
            if is_link and not release.grows:  # as many persons may be others
                continue
            own, n = (slice(start, start + self.size) for start in (self._start(of, block), self._start("", block)))
            nobody, came = (low[n] == 0) & (high[n] == 0), low[n] >= 0  # of a link some may have gone
            low[own], high[own] = np.where(nobody, 0, low[own]), np.where(nobody, 0, high[own])
            if least is not None and least >= 0:
                each = floor(least * self._scale[of])
                low[own] = np.where(came, np.maximum(low[own], each * low[n]), low[own])
            if most is not None and most > 0:
                each = ceil(most * self._scale[of])
                roof = np.minimum(high[n], FAR // each) * each
                high[own] = np.where(came & (high[n] <= FAR // each), np.minimum(high[own], roof), high[own])
                low[n] = np.where(came, np.maximum(low[n], -(-low[own] // each)), low[n])
        if (low > high).any():
            raise ContradictionError(-1)
        return bool((before[0] != low).any() or (before[1] != high).any())

    def _narrow(self) -> Iterable[Leak]:
        low, high = self.bounds.low[: self._end], self.bounds.high[: self._end]
        of_persons, spoken = (np.tile(of, len(self.releases)) for of in (self.web.of_persons, self.web.is_spoken))
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
            for at in np.flatnonzero(self.web.of_persons & (least >= 1) & (least <= FEW) & (most <= at_most)):
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

    def _amounts(self) -> Iterable[Leak]:
        """Sums known to within the per cents of the rule that no figure shows, unless of many none of whom has most."""
        per_cent = self.tables.dominance
        for of in self.columns:
            for block, release, is_link in self._blocks():
                start, persons = self._start(of, block), self._start("", block)
                low, high = (b[start : start + self.size] for b in (self.bounds.low, self.bounds.high))
                fewest, most = (b[persons : persons + self.size] for b in (self.bounds.low, self.bounds.high))
                least, greatest = np.where(high < 0, -high, low), np.where(high < 0, -low, high)
                known = (least > 0) & ((100 - per_cent) * greatest <= (100 + per_cent) * least)
                largest = release.largest.get(of) or self.tables.limits.get(of, (None, None))[1]
                if largest is not None:
                    known &= (np.where(most < 0, -most, fewest) <= _SOME) | (
                        least < ceil((200 + per_cent) * largest * self._scale[of] / 100)
                    )
                bounds = np.stack((low, high, fewest, most))
                told = {} if is_link else self._told(of, release, bounds)
                for at in np.flatnonzero(known & ((most >= 1) | (fewest <= -1))):
                    same = told.get(tuple(bounds[:, at]), ())
                    if not any(set(cell) <= set(self.cells[at]) or set(cell) >= set(self.cells[at]) for cell in same):
                        yield self._leak(start + int(at), "amount", of)

    def _told(self, of: str, release: Release, bounds: Whole) -> dict[tuple[int, ...], list[Cell]]:
        """Cells of which a figure shows the sum, by bounds: who is in one may be all who are in another."""
        said = (*(f.cell for f in release.facts if f.of == of), *(q.part for q in release.quotients if q.of == of))
        told: dict[tuple[int, ...], list[Cell]] = {}
        for cell in said:
            told.setdefault(tuple(bounds[:, self.web.index[cell]]), []).append(cell)
        return told

    def _leak(self, at: int, kind: Literal["cell", "change", "everybody", "amount"], of: str = "") -> Leak:
        return Leak(self.cells[at % self.size], int(self.bounds.low[at]), int(self.bounds.high[at]), kind, at, of)
