"""Bounds of unknown whole numbers: what follows from limits of each and from sums that tie them to each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]

FAR: int = 10**15
"""Limit of a number of which none is known; sums of thousands of them stay exact."""
_SWEEPS = 1000
_SLACK = 1e-6


class ContradictionError(ValueError):
    """Limits and sums cannot all hold; ``sum_`` is the place of a sum at which that shows."""

    def __init__(self, sum_: int) -> None:
        super().__init__(f"sum {sum_} cannot hold within the limits of its members")
        self.sum_ = sum_


@dataclass(frozen=True, eq=False)
class Sums:
    """Sums that are 0: signed members of all, one sum after the other, and where each begins.

    ``owner`` is the sum that a member belongs to.
    """

    members: npt.NDArray[np.intp]
    signs: Whole
    starts: npt.NDArray[np.intp]
    owner: npt.NDArray[np.intp]

    @classmethod
    def of(cls, sums: Iterable[Sequence[tuple[int, int]]]) -> Self:
        """Sums as sequences of (number of an unknown, 1 or -1); an unknown stands once in a sum."""
        kept = [list(sum_) for sum_ in sums if sum_]
        lengths = np.array([len(sum_) for sum_ in kept], dtype=np.intp)
        pairs = np.array([pair for sum_ in kept for pair in sum_], dtype=np.int64).reshape(-1, 2)
        starts = (np.cumsum(lengths) - lengths).astype(np.intp)
        return cls(pairs[:, 0].astype(np.intp), pairs[:, 1], starts, np.repeat(np.arange(len(kept)), lengths))

    def members_of(self, sum_: int) -> list[int]:
        """Unknowns in a sum."""
        return [int(member) for member in self.members[self.owner == sum_]]


@dataclass(frozen=True, eq=False)
class Bounds:
    """Least and most that each unknown can be, and the sum that said so last (-1: the limit that was given)."""

    low: Whole
    high: Whole
    low_by: npt.NDArray[np.intp]
    high_by: npt.NDArray[np.intp]


def propagate(low: Whole, high: Whole, sums: Sums) -> Bounds:
    """Narrow limits until no single sum narrows one further.

    Where sums form a tree, as margins of one table do, nothing narrower is true. Where they form circles, as in tables
    of several dimensions, :func:`unreached` may find more. What is found is true in any case.

    Raises
    ------
    ContradictionError
        If no numbers meet them all, as far as single sums show.
    """
    low, high = low.copy(), high.copy()
    by = np.full((2, len(low)), -1, dtype=np.intp)
    if not len(sums.starts):
        return Bounds(low, high, *by)
    at, plus = sums.members, sums.signs > 0
    for _ in range(_SWEEPS):
        below, above = np.where(plus, low[at], -high[at]), np.where(plus, high[at], -low[at])
        least, most = np.add.reduceat(below, sums.starts), np.add.reduceat(above, sums.starts)
        impossible = (least > 0) | (most < 0)
        if impossible.any():
            raise ContradictionError(int(impossible.argmax()))
        # One member is what all others leave: no more than their least, no less than their most.
        up, down = below - least[sums.owner], above - most[sums.owner]
        lifted, lowered = low.copy(), high.copy()
        floor, ceiling = np.where(plus, down, -up), np.where(plus, up, -down)
        np.maximum.at(lifted, at, floor)
        np.minimum.at(lowered, at, ceiling)
        raised, cut = (floor == lifted[at]) & (floor > low[at]), (ceiling == lowered[at]) & (ceiling < high[at])
        if not (raised.any() or cut.any()):
            break
        by[0, at[raised]], by[1, at[cut]] = sums.owner[raised], sums.owner[cut]
        low, high = lifted, lowered
        if (crossed := low > high).any():
            raise ContradictionError(int(by[:, crossed.argmax()].max()))
    return Bounds(low, high, *by)


def unreached(bounds: Bounds, sums: Sums, which: Sequence[int], least: int, most: int) -> dict[int, tuple[int, int]]:
    """Unknowns that cannot be ``least`` or less, or cannot be ``most`` or more, by linear programming: their bounds.

    One solution shows of many unknowns at once that they can be so small or large; only those of which none did are
    asked for one by one.

    Raises
    ------
    ContradictionError
        If no numbers meet all sums and limits together.
    """
    from scipy import optimize  # noqa: PLC0415 - slow to load
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - slow to load

    matrix = csr_matrix((sums.signs.astype(float), (sums.owner, sums.members)), (len(sums.starts), len(bounds.low)))
    upper = np.where(bounds.high >= FAR, np.inf, bounds.high)
    tied = optimize.LinearConstraint(matrix, 0, 0)

    def solved(unknowns: npt.NDArray[np.intp], sign: int) -> npt.NDArray[np.float64]:
        weights, roof = np.zeros(len(bounds.low)), upper.copy()
        weights[unknowns] = sign
        if sign < 0 and len(unknowns) > 1:  # none takes more than it needs to be large enough
            roof[unknowns] = np.minimum(roof[unknowns], np.maximum(most, bounds.low[unknowns]))
        for high in (roof, upper):
            found = optimize.milp(weights, bounds=optimize.Bounds(bounds.low, high), constraints=tied).x
            if found is not None:
                return np.asarray(found, dtype=np.float64)
        raise ContradictionError(-1)

    narrow = {int(one): [int(bounds.low[one]), int(bounds.high[one])] for one in which}
    found = set()
    for side, sign, goal in ((0, 1, least), (1, -1, most)):
        left = np.array(sorted(narrow), dtype=np.intp)
        while len(left):
            solution = solved(left, sign)[left]
            reached = sign * (solution - goal) < _SLACK
            if not reached.any():
                one, left = left[:1], left[1:]
                value = solved(one, sign)[one[0]]
                narrow[int(one[0])][side] = int(np.ceil(value - _SLACK) if side == 0 else np.floor(value + _SLACK))
                if sign * (value - goal) >= _SLACK:
                    found.add(int(one[0]))
            left = left[~reached] if reached.any() else left
    return {one: (low, high) for one, (low, high) in narrow.items() if one in found}
