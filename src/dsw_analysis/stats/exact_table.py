"""Fisher–Freeman–Halton: the exact test of a table of counts, by counting tables in whole numbers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction

from dsw_analysis.stats.common import Table, table_of_counts

Rest = tuple[int, ...]
Steps = Counter[tuple[Rest, int]]


class TooLargeError(ValueError):
    """The table has too many relatives for an exact test; its chi-square or a simulation is meant for it."""


def fisher_freeman_halton(table: Table, *, most_steps: int = 2_000_000) -> float:
    """Exact p value of a table of counts: all tables with its margins that are no likelier than it.

    Freeman and Halton (1951), Biometrika 38, 141-149, by the network of Mehta and Patel (1983), JASA 78,
    427-434. scipy does this exactly for 2 x 2 tables only (others it simulates), so larger ones are counted
    here column by column. The probability of a table is a product of multinomial coefficients over a
    constant; in whole numbers no tolerance is needed to tell which tables are equally likely.

    Parameters
    ----------
    table:
        Counts, r x c; rows and columns that are all 0 are left out.
    most_steps:
        Bound on the work, in steps from one partial table to the next (two million take some seconds).

    Raises
    ------
    TooLargeError
        If more than ``most_steps`` would be needed.
    UndefinedError
        If fewer than two rows or two columns have any count.
    ValueError
        If a count is negative or not whole.
    """
    counts = table_of_counts(table)
    if counts.shape == (2, 2):
        from scipy.stats import fisher_exact  # noqa: PLC0415

        return float(fisher_exact(counts).pvalue)
    if counts.shape[0] > counts.shape[1]:
        counts = counts.T
    observed = math.prod(_ways(column) for column in counts.T.tolist())
    rest = tuple(sorted(counts.sum(axis=1).tolist()))
    stages = _network(rest, sorted(counts.sum(axis=0).tolist(), reverse=True), most_steps)
    return float(Fraction(_unlikely(rest, stages, observed, most_steps), _ways(rest)))


def _network(rest: Rest, sizes: Sequence[int], most_steps: int) -> list[dict[Rest, Steps]]:
    """Per column: from each rest of the row sums, the rests it leads to and in how many ways.

    Rests are sorted, because rows in another order have the same future.
    """
    stages: list[dict[Rest, Steps]] = []
    rests, taken = {rest}, 0
    for size in sizes:
        stage: dict[Rest, Steps] = {}
        for now in rests:
            steps = stage[now] = Counter()
            for column in _columns(size, now):
                taken += 1
                if taken > most_steps:
                    raise TooLargeError(f"the exact test of this table needs more than {most_steps} steps")
                steps[tuple(sorted(r - c for r, c in zip(now, column, strict=True))), _ways(column)] += 1
        stages.append(stage)
        rests = {then for steps in stage.values() for then, _ in steps}
    return stages


def _unlikely(rest: Rest, stages: list[dict[Rest, Steps]], observed: int, most_steps: int) -> int:
    """Sum of the products of all tables whose product is at most the observed one."""
    least, most = _extremes(stages)
    partial: dict[Rest, Counter[int]] = {rest: Counter({1: 1})}
    found = taken = 0
    for stage, low, high in zip(stages, least, most, strict=True):
        grown: dict[Rest, Counter[int]] = {}
        for now, products in partial.items():
            for (then, ways), columns in stage[now].items():
                for product, times in products.items():
                    taken += 1
                    reached = product * ways
                    if reached * high[then] <= observed:
                        # Every way on is unlikely enough: all of them together are a multinomial coefficient.
                        found += reached * times * columns * _ways(then)
                    elif reached * low[then] <= observed:
                        grown.setdefault(then, Counter())[reached] += times * columns
                if taken > most_steps:
                    raise TooLargeError(f"the exact test of this table needs more than {most_steps} steps")
        partial = grown
    return found


def _extremes(stages: list[dict[Rest, Steps]]) -> tuple[list[dict[Rest, int]], list[dict[Rest, int]]]:
    """Smallest and largest product that can still come after each column, by rest."""
    end = (0,) * len(next(iter(stages[0])))
    least: list[dict[Rest, int]] = [{end: 1}]
    most: list[dict[Rest, int]] = [{end: 1}]
    for stage in reversed(stages[1:]):
        low, high = least[-1], most[-1]
        least.append({now: min(w * low[then] for then, w in steps) for now, steps in stage.items()})
        most.append({now: max(w * high[then] for then, w in steps) for now, steps in stage.items()})
    return least[::-1], most[::-1]


def _columns(size: int, rest: Rest) -> Iterator[Rest]:
    """All ways to put ``size`` into cells that hold at most ``rest``."""
    if len(rest) == 1:
        yield (size,)
        return
    for first in range(max(0, size - sum(rest[1:])), min(size, rest[0]) + 1):
        for others in _columns(size - first, rest[1:]):
            yield (first, *others)


def _ways(column: Sequence[int]) -> int:
    """Multinomial coefficient."""
    return math.factorial(sum(column)) // math.prod(math.factorial(cell) for cell in column)
