"""What the numeric functions share: the interval, the undefined, and the checks of counts and levels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

Vector = npt.NDArray[np.float64]
if TYPE_CHECKING:
    Column: TypeAlias = pd.Series[Any]
else:
    Column = pd.Series
Numbers: TypeAlias = Sequence[float] | npt.NDArray[Any] | Column


class UndefinedError(ValueError):
    """The number asked for does not exist (a share of nothing, a median never reached).

    A function raises it when its main number is undefined. A field of a result that is undefined
    while others exist is ``None``. Neither 0 nor NaN ever stands for an undefined number.
    """


@dataclass(frozen=True)
class Interval:
    """Confidence limits and how they were made.

    Attributes
    ----------
    low, high:
        The limits, in the unit of the estimate (a proportion is between 0 and 1).
    method:
        Stable English name of the method, for example ``"wilson_finite"``.
    """

    low: float
    high: float
    method: str


def check_level(level: float) -> float:
    """Return ``level`` if it lies strictly between 0 and 1, else raise ``ValueError``."""
    if not 0 < level < 1:
        raise ValueError(f"a confidence level lies between 0 and 1, not {level}")
    return level


def check_whole(number: float, what: str) -> None:
    """Refuse what is no number of units, under its name (``what``): NaN and other blanks, fractions, negative numbers.

    Raises
    ------
    ValueError
        If it is none.
    """
    # NaN meets no comparison, and pandas' own blank is no number at all.
    if not isinstance(number, Real) or not 0 <= number < math.inf or number != int(number):
        raise ValueError(f"a {what} of {number!r} is not a whole number of units")


def check_count(k: int, n: int) -> None:
    """Refuse counts that cannot be ``k`` of ``n``.

    Raises
    ------
    UndefinedError
        If ``n`` is 0: a share of nothing does not exist.
    ValueError
        If a count is negative, not whole, or ``k > n``.
    """
    check_whole(k, "count")
    check_whole(n, "base")
    if k > n:
        raise ValueError(f"{k} of {n} is not a count of a whole")
    if n == 0:
        raise UndefinedError("a share of nothing is undefined")


def vector(values: Numbers) -> Vector:
    """Return numbers as one dimension of floats; anything missing becomes NaN.

    Raises
    ------
    ValueError
        If the values are not numbers, not one-dimensional, or infinite.
    """
    # pandas' own missing value (of a list or column of objects too) is only known to its nullable type.
    column: pd.Series[Any] = pd.Series(values).astype("Float64")
    array: Vector = column.to_numpy(dtype=np.float64, na_value=np.nan)
    if np.isinf(array).any():
        raise ValueError("an infinite number is not a measurement")
    return array
