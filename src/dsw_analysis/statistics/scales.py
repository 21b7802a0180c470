"""Reliability of the sum of the items of a rating scale."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from dsw_analysis.statistics.common import UndefinedError, vector

# What sums of decimals miss by, as a part of the numbers added; answers of people never lie so close.
_ROUNDING_ERROR = 1e-12


def cronbach_alpha(frame: pd.DataFrame) -> float:
    """Cronbach's alpha (1951, Psychometrika 16, 297-334), raw, from rows that answered every item.

    ``k / (k - 1) * (1 - sum of item variances / variance of the sum)``. Items worded the other way round
    must be turned before. The order of rows and columns never matters, not even in the last digit.

    Raises
    ------
    UndefinedError
        If there are fewer than two items or two complete rows, or the sum is the same in every complete row.
    """
    answers = np.array([vector(column) for _, column in frame.items()]).T
    if frame.shape[1] < 2:
        raise UndefinedError("reliability needs two items")
    complete = answers[~np.isnan(answers).any(axis=1)]
    n, k = complete.shape
    if n < 2:
        raise UndefinedError("reliability needs two rows that answer every item")
    sums = np.array([math.fsum(row) for row in complete])
    if np.ptp(sums) <= _ROUNDING_ERROR * np.abs(complete).sum(axis=1).max():
        raise UndefinedError("the sum of the items is the same in every row")
    single = math.fsum(np.sort(item).var(ddof=1) for item in complete.T)
    return float(k / (k - 1) * (1 - single / np.sort(sums).var(ddof=1)))
