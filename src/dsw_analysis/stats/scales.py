"""Rating scales: satisfaction as per cent of the scale, item by item, and reliability of the sum."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsw_analysis.stats.common import UndefinedError, Vector, vector


@dataclass(frozen=True)
class Item:
    """One question of a rating scale.

    Attributes
    ----------
    name:
        Column name.
    n, missing:
        Answers, and rows without one.
    mean, sd:
        In scale points; the standard deviation (n - 1) is ``None`` for a single answer.
    percent:
        Mean answer in per cent of the scale, as :class:`Satisfaction`; ``None`` without answers.
    """

    name: str
    n: int
    missing: int
    mean: float | None
    sd: float | None
    percent: float | None


@dataclass(frozen=True)
class Satisfaction:
    """Satisfaction over all questions.

    Attributes
    ----------
    percent:
        ``100 * sum of answers / (answers * top)``: every answer counts the same.
    answers, missing:
        Answers given, and blanks among rows x questions.
    respondents:
        Rows with at least one answer.
    items:
        One :class:`Item` a question, in the columns' order.
    """

    percent: float
    answers: int
    missing: int
    respondents: int
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Reliability:
    """Reliability of the sum of the items.

    Attributes
    ----------
    value:
        Coefficient, at most 1; alpha is negative where items contradict each other.
    n, excluded:
        Rows with an answer to every item, and rows left out because one is missing.
    items:
        Number of items.
    """

    value: float
    n: int
    excluded: int
    items: int


def satisfaction(frame: pd.DataFrame, *, top: float, bottom: float = 0.0) -> Satisfaction:
    """Mean per cent of the scale over all answers, with a table of the items.

    Per cent of the scale is ``100 * mean / top``, the department's way: on a scale from 1 to 5 the lowest
    answer is 20 %, not 0 %.

    Parameters
    ----------
    frame:
        Rows are respondents, columns the questions; a blank is a missing answer.
    top, bottom:
        Highest and lowest answer allowed, in scale points.

    Raises
    ------
    UndefinedError
        If there is no answer at all.
    ValueError
        If an answer lies outside the scale, or ``top`` is not above ``bottom`` and 0.
    """
    if not top > max(bottom, 0):
        raise ValueError("the top of a scale is above its bottom and above 0")
    answers = _matrix(frame)
    given = ~np.isnan(answers)
    if not given.any():
        raise UndefinedError("nobody answered any question")
    if (answers[given] < bottom).any() or (answers[given] > top).any():
        raise ValueError(f"answers lie between {bottom} and {top}")
    count = int(given.sum())
    return Satisfaction(
        percent=100 * math.fsum(answers[given]) / (count * top),
        answers=count,
        missing=answers.size - count,
        respondents=int(given.any(axis=1).sum()),
        items=tuple(_item(str(name), answers[:, i], top) for i, name in enumerate(frame.columns)),
    )


def _item(name: str, column: Vector, top: float) -> Item:
    given = np.sort(column[~np.isnan(column)])
    n, missing = len(given), int(np.isnan(column).sum())
    if n == 0:
        return Item(name, 0, missing, None, None, None)
    mean = math.fsum(given) / n
    sd = float(given.std(ddof=1)) if n > 1 else None
    return Item(name, n, missing, mean, sd, 100 * mean / top)


def cronbach_alpha(frame: pd.DataFrame) -> Reliability:
    """Cronbach's alpha (1951, Psychometrika 16, 297-334), raw, from rows that answered every item.

    ``k / (k - 1) * (1 - sum of item variances / variance of the sum)``. Items worded the other way round
    must be turned before.

    Raises
    ------
    UndefinedError
        If there are fewer than two items or two complete rows, or the sum does not vary.
    """
    complete, excluded = _complete(frame)
    covariance = np.cov(complete, rowvar=False)
    k, whole = len(covariance), float(covariance.sum())
    if whole <= 0:
        raise UndefinedError("the sum of the items does not vary")
    value = k / (k - 1) * (1 - float(np.trace(covariance)) / whole)
    return Reliability(value, len(complete), excluded, k)


def mcdonald_omega(frame: pd.DataFrame) -> Reliability:
    """McDonald's omega total of one common factor, from the correlations of the items.

    ``1 - sum of uniquenesses / sum of the correlation matrix`` with uniquenesses from a one-factor minres
    (least squares) solution, as ``psych::omega(nfactors = 1)`` reports ``omega.tot`` (McDonald 1999,
    *Test Theory*; Revelle and Zinbarg 2009, Psychometrika 74, 145-154). Items worded the other way
    round must be turned before.

    Raises
    ------
    UndefinedError
        If there are fewer than three items (one factor is not identified), fewer complete rows than
        three, an item does not vary, or no solution is found.
    """
    complete, excluded = _complete(frame)
    if complete.shape[1] < 3 or len(complete) < 3:
        raise UndefinedError("omega needs three items and three complete rows")
    if (complete == complete[0]).all(axis=0).any():
        raise UndefinedError("an item to which all answer the same correlates with nothing")
    correlation = np.asarray(np.corrcoef(complete, rowvar=False), dtype=np.float64)
    uniqueness = 1 - _minres(correlation) ** 2
    value = 1 - float(uniqueness.sum() / correlation.sum())
    return Reliability(value, len(complete), excluded, complete.shape[1])


def _minres(correlation: Vector) -> Vector:
    """Loadings on one factor that leave the least squares of off-diagonal residuals (Harman and Jones 1966)."""
    from scipy.optimize import minimize  # noqa: PLC0415

    def misfit(loadings: Vector) -> tuple[float, Vector]:
        residual = correlation - np.outer(loadings, loadings)
        np.fill_diagonal(residual, 0.0)
        return float((residual**2).sum()) / 2, np.asarray(-2 * residual @ loadings)

    values, vectors = np.linalg.eigh(correlation)
    start = vectors[:, -1] * math.sqrt(values[-1])
    start *= np.sign(start.sum()) or 1.0
    # psych keeps uniquenesses at 0.005 or above; the same bound stops a Heywood case here.
    edge = math.sqrt(0.995)
    found = minimize(
        misfit,
        np.clip(start, -edge, edge),
        jac=True,
        method="L-BFGS-B",
        bounds=[(-edge, edge)] * len(start),
        options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 10_000},
    )
    if not found.success:
        raise UndefinedError("no one-factor solution was found")
    return np.asarray(found.x, dtype=np.float64)


def _complete(frame: pd.DataFrame) -> tuple[Vector, int]:
    answers = _matrix(frame)
    whole = ~np.isnan(answers).any(axis=1)
    if answers.shape[1] < 2 or whole.sum() < 2:
        raise UndefinedError("reliability needs two items and two complete rows")
    complete = answers[whole]
    # Sorted rows: sums of floats then do not depend on the order in which people answered.
    return complete[np.lexsort(complete.T[::-1])], int((~whole).sum())


def _matrix(frame: pd.DataFrame) -> Vector:
    columns: list[npt.NDArray[np.float64]] = [vector(frame.iloc[:, i]) for i in range(frame.shape[1])]
    return np.column_stack(columns) if columns else np.empty((len(frame), 0))
