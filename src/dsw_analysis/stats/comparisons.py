"""Comparisons of counts: chi-square test of a table, McNemar for the same units twice, Holm."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dsw_analysis.stats.common import Table, UndefinedError, Vector, table_of_counts


@dataclass(frozen=True)
class ChiSquare:
    """Pearson's test of independence and whether it may be used.

    Attributes
    ----------
    statistic, df, p_value:
        Without continuity correction.
    smallest_expected:
        Smallest expected count.
    small_cells:
        Share of cells whose expected count is below 5, between 0 and 1.
    conditions_hold:
        Cochran's rule (1954, Biometrics 10, 417-451): no expected count below 1 and at most a fifth of
        them below 5.
    cramers_v:
        ``sqrt(statistic / (n (min(rows, columns) - 1)))``, between 0 and 1 (Cramér 1946).
    n:
        Sum of the table.
    """

    statistic: float
    df: int
    p_value: float
    smallest_expected: float
    small_cells: float
    conditions_hold: bool
    cramers_v: float
    n: int


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
    statistic, p_value:
        Asymptotic chi-square with Edwards' continuity correction, as R's ``mcnemar.test``; ``None``
        where nobody changed.
    n:
        Units with both answers.
    """

    difference: float
    gained: int
    lost: int
    exact_p: float
    statistic: float | None
    p_value: float | None
    n: int


def chi_square(table: Table) -> ChiSquare:
    """Test a table of counts for independence; rows and columns that are all 0 are left out.

    Raises
    ------
    UndefinedError
        If fewer than two rows or two columns have any count.
    ValueError
        If a count is negative or not whole.
    """
    from scipy.stats import chi2_contingency  # noqa: PLC0415

    counts = table_of_counts(table)
    found = chi2_contingency(counts, correction=False)
    expected = np.asarray(found.expected_freq, dtype=np.float64)
    n = int(counts.sum())
    smallest, small = float(expected.min()), float((expected < 5).mean())
    statistic = float(found.statistic)
    return ChiSquare(
        statistic=statistic,
        df=int(found.dof),
        p_value=float(found.pvalue),
        smallest_expected=smallest,
        small_cells=small,
        conditions_hold=smallest >= 1 and small <= 0.2,
        cramers_v=math.sqrt(statistic / (n * (min(counts.shape) - 1))),
        n=n,
    )


def mcnemar(both: int, lost: int, gained: int, neither: int) -> McNemar:
    """Compare yes/no answers of the same units in two rounds.

    McNemar (1947), Psychometrika 12, 153-157; correction of Edwards (1948).

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
    from statsmodels.stats.contingency_tables import mcnemar as test  # noqa: PLC0415

    counts = np.array([[both, lost], [gained, neither]])
    if (counts < 0).any() or (counts % 1 != 0).any():
        raise ValueError("counts of units are whole and not negative")
    n = int(counts.sum())
    if n == 0:
        raise UndefinedError("no unit has answers in both rounds")
    difference = (gained - lost) / n
    if gained + lost == 0:
        return McNemar(difference, gained, lost, 1.0, None, None, n)
    exact = test(counts, exact=True)
    # Where gains and losses are equal there is nothing to correct; statsmodels would still move it off 0.
    asymptotic = test(counts, exact=False, correction=gained != lost)
    return McNemar(
        difference,
        gained,
        lost,
        float(exact.pvalue),
        float(asymptotic.statistic),
        float(asymptotic.pvalue),
        n,
    )


def holm(p_values: Sequence[float] | Vector) -> tuple[float, ...]:
    """P values adjusted for their number by Holm's step-down rule, in the order given.

    Holm (1979), Scandinavian Journal of Statistics 6, 65-70.

    Raises
    ------
    ValueError
        If a value is not between 0 and 1.
    """
    from statsmodels.stats.multitest import multipletests  # noqa: PLC0415

    given = np.asarray(p_values, dtype=np.float64)
    if not ((given >= 0) & (given <= 1)).all():
        raise ValueError("p values lie between 0 and 1")
    return tuple(float(p) for p in multipletests(given, method="holm")[1]) if len(given) else ()
