"""Comparisons of two rounds: a yes/no answer of the same units (McNemar), and many tests at once (Holm)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dsw_analysis.statistics.common import UndefinedError, Vector, check_whole


@dataclass(frozen=True)
class McNemar:
    """Change of a yes/no answer of the same units between two rounds.

    Attributes
    ----------
    difference:
        Share of yes in the second round less that in the first, ``(gained - lost) / n``.
    gained, lost:
        Units that went from no to yes, and from yes to no.
    exact_p:
        Two-sided binomial p value; 1 where nobody changed.
    n:
        Units with both answers.
    """

    difference: float
    gained: int
    lost: int
    exact_p: float
    n: int


def mcnemar(both: int, lost: int, gained: int, neither: int) -> McNemar:
    """Compare yes/no answers of the same units in two rounds by McNemar's exact test (1947, Psychometrika 12, 153-157).

    Parameters
    ----------
    both, neither:
        Units that said yes twice, no twice.
    lost, gained:
        Units that said yes and then no, no and then yes.

    Raises
    ------
    UndefinedError
        If no unit has both answers.
    ValueError
        If a count is negative or not whole.
    """
    from scipy.stats import binomtest  # noqa: PLC0415

    for count in (both, lost, gained, neither):
        check_whole(count, "count")
    n = both + lost + gained + neither
    if n == 0:
        raise UndefinedError("no unit has answers in both rounds")
    changed = lost + gained
    exact = float(binomtest(lost, changed).pvalue) if changed else 1.0
    return McNemar((gained - lost) / n, gained, lost, exact, n)


def holm(p_values: Sequence[float] | Vector) -> tuple[float, ...]:
    """P values adjusted for their number by Holm's step-down rule, in the order given.

    Holm (1979), Scandinavian Journal of Statistics 6, 65-70.

    Raises
    ------
    ValueError
        If a value is not between 0 and 1.
    """
    given = np.asarray(p_values, dtype=np.float64)
    if not ((given >= 0) & (given <= 1)).all():
        raise ValueError("p values lie between 0 and 1")
    order = np.argsort(given)
    adjusted = np.empty_like(given)
    adjusted[order] = np.maximum.accumulate(given[order] * np.arange(len(given), 0, -1)).clip(max=1)
    return tuple(adjusted.tolist())
