"""Bounds of unknown whole numbers: what follows from limits of each and from sums that tie them to each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]

FAR: int = 10**12
"""Limit of a number of which none is known; sums of as many as memory holds stay exact."""
_SWEEPS = 1000
_CERTIFICATES = 6
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
    of several dimensions, :func:`tightest` may find more. What is found is true in any case.

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


def tightest(bounds: Bounds, sums: Sums, which: Sequence[int]) -> tuple[Whole, Whole]:
    """Least and most of some unknowns by linear programming, whole numbers between the limits that it finds.

    One solution shows of many unknowns at once that they reach a limit: a few do for nearly all, and only what is left
    is asked for one by one.

    Raises
    ------
    ContradictionError
        If no numbers meet all sums and limits together.
    """
    from scipy import optimize  # noqa: PLC0415 - slow to load
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - slow to load

    low, high = bounds.low.copy(), bounds.high.copy()
    matrix = csr_matrix((sums.signs.astype(float), (sums.owner, sums.members)), (len(sums.starts), len(low)))
    limits, tied = optimize.Bounds(low, high), optimize.LinearConstraint(matrix, 0, 0)

    def solve(weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        found = optimize.milp(weights, bounds=limits, constraints=tied).x
        if found is None:
            raise ContradictionError(-1)
        return np.asarray(found, dtype=np.float64)

    for sign, limit in ((1.0, low), (-1.0, high)):
        left = np.array(sorted(set(which)), dtype=np.intp)
        for _ in range(_CERTIFICATES):
            if not len(left):
                break
            weights = np.zeros(len(low))
            weights[left] = sign
            reached = np.abs(solve(weights)[left] - limit[left]) < _SLACK
            left = left[~reached]
            if not reached.any():
                break
        for one in left:
            weights = np.zeros(len(low))
            weights[one] = sign
            value = solve(weights)[one]
            limit[one] = np.ceil(value - _SLACK) if sign > 0 else np.floor(value + _SLACK)
    return low, high
