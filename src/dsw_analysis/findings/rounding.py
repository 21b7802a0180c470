"""Rounding as the department prints it: half up on exact decimals, in one place."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from numbers import Rational, Real
from typing import Any, TypeAlias, overload

import numpy as np
import numpy.typing as npt

Number: TypeAlias = int | float | Decimal | Fraction | np.integer[Any] | np.floating[Any]


@overload
def round_half_up(value: Number, digits: int = 0) -> Decimal: ...
@overload
def round_half_up(value: npt.NDArray[Any], digits: int = 0) -> npt.NDArray[np.object_]: ...
def round_half_up(value: Number | npt.NDArray[Any], digits: int = 0) -> Decimal | npt.NDArray[np.object_]:
    """Round half away from zero at ``digits`` decimals, exactly.

    A ``float`` stands for the shortest decimal that prints it (``2.675`` is 2.675, not the binary
    number just below it), and so does a number of numpy, of whatever width; a
    :class:`~fractions.Fraction` is rounded without any conversion, so a share should be given as
    ``Fraction(100 * k, n)``. Of an array each number is rounded, into an array of decimals.

    Raises
    ------
    ValueError
        If a number is not finite.
    TypeError
        If it is no number.

    Examples
    --------
    >>> round_half_up(2.675, 2)
    Decimal('2.68')
    >>> round_half_up(Fraction(100, 800), 1)
    Decimal('0.1')
    """
    if isinstance(value, np.ndarray):
        rounded = np.empty(value.shape, dtype=object)
        for place, number in np.ndenumerate(value):
            rounded[place] = round_half_up(number, digits)
        return rounded
    exact = as_fraction(value)
    scaled = abs(exact) * 10**digits
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    # From text, because arithmetic of decimals keeps 28 digits only.
    return Decimal(f"{whole if exact >= 0 else -whole}E{-digits}")


def as_fraction(value: Number) -> Fraction:
    """A number as what it prints as, exactly: ``12.35`` is 247/20, not the binary number just below it."""
    if isinstance(value, Rational):
        # Whole numbers of numpy have a width, in which powers of ten overflow.
        return Fraction(int(value.numerator), int(value.denominator))
    if isinstance(value, Real):
        # str, not float(): a narrow number of numpy keeps its own shortest decimal.
        value = Decimal(str(value))
    if not isinstance(value, Decimal):
        raise TypeError(f"cannot round {value!r}, which is no number; leave an undefined value as None")
    if not value.is_finite():
        raise ValueError(f"cannot round {value}; leave an undefined value as None")
    return Fraction(value)
