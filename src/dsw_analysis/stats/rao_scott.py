"""Chi-square test of a two-way table from a sampling design, with Rao and Scott's correction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dsw_analysis.stats.common import Labels, UndefinedError, Vector
from dsw_analysis.stats.survey import Design, variance


@dataclass(frozen=True)
class RaoScott:
    """Rao–Scott tests of independence.

    Attributes
    ----------
    f, f_df1, f_df2, f_p:
        Second-order corrected statistic with its F reference, the default of R's ``svychisq``.
    chi_square, chi_square_df, chi_square_p:
        Pearson's statistic of the weighted table scaled to the sample size, and the first-order
        corrected p value (``statistic = "Chisq"``).
    n:
        Rows that answered both questions.
    """

    f: float
    f_df1: float
    f_df2: float
    f_p: float
    chi_square: float
    chi_square_df: int
    chi_square_p: float
    n: int


def rao_scott(
    design: Design,
    rows: Labels,
    columns: Labels,
) -> RaoScott:
    """Test two answers of a designed sample for independence.

    Rao and Scott (1984), Annals of Statistics 12, 46-60; F form of Thomas and Rao (1987). Rows of the
    frame that lack an answer stay in the design with weight 0; cells into which nobody fell do not enter
    the correction, as in R.

    Raises
    ------
    UndefinedError
        If either answer takes fewer than two values, or the design leaves no degrees of freedom.
    ValueError
        If the lengths differ.
    """
    from scipy.special import chdtrc, fdtrc  # noqa: PLC0415

    row, row_names = pd.factorize(pd.Series(rows))
    column, column_names = pd.factorize(pd.Series(columns))
    if len(row) != len(design.weights) or len(column) != len(row):
        raise ValueError("both answers must be given for every row of the design")
    given = (row >= 0) & (column >= 0)
    nr, nc = len(row_names), len(column_names)
    indicators = np.zeros((len(row), nr * nc))
    indicators[np.flatnonzero(given), (row * nc + column)[given]] = 1.0
    weight = np.where(given, design.weights, 0.0)
    n, df = int(given.sum()), int(design.sampled.sum()) - len(design.sampled)
    if n == 0 or df <= 0:
        raise UndefinedError("the design leaves no degrees of freedom for a test")
    cells = weight @ indicators / weight.sum()
    table = cells.reshape(nr, nc)
    expected = np.outer(table.sum(1), table.sum(0))
    if min(nr, nc) < 2 or (expected <= 0).any():
        raise UndefinedError("a test of independence needs two values of both answers")
    scores = (weight / weight.sum())[:, None] * (indicators - cells)
    delta = _design_effects(cells, variance(design, scores), n, nr, nc)
    trace, k = float(np.trace(delta)), (nr - 1) * (nc - 1)
    pearson = float(n * ((table - expected) ** 2 / expected).sum())
    df1 = trace**2 / float(np.trace(delta @ delta))
    f = pearson / trace
    return RaoScott(
        f=f,
        f_df1=df1,
        f_df2=df1 * df,
        f_p=float(fdtrc(df1, df1 * df, f)),
        chi_square=pearson,
        chi_square_df=k,
        chi_square_p=float(chdtrc(k, pearson * k / trace)),
        n=n,
    )


def _design_effects(cells: Vector, covariance: Vector, n: int, nr: int, nc: int) -> Vector:
    """Matrix whose eigenvalues are the generalised design effects of the interaction contrasts."""
    base = np.column_stack([np.kron(np.eye(nr), np.ones((nc, 1))), np.kron(np.ones((nr, 1)), np.eye(nc))])
    left, singular, _ = np.linalg.svd(base)
    contrasts = left[:, int((singular > 1e-9).sum()) :]
    inverse = np.diag(np.divide(1.0, cells, out=np.zeros_like(cells), where=cells > 0))
    simple = contrasts.T @ (inverse / n) @ contrasts
    designed = contrasts.T @ inverse @ covariance @ inverse @ contrasts
    return np.asarray(np.linalg.solve(simple, designed), dtype=np.float64)
