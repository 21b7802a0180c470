"""Half up on exact decimals, for the numbers of Python and of numpy."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsw_analysis.findings.rounding import round_half_up


@pytest.mark.parametrize(
    ("value", "digits", "printed"),
    [
        (2.675, 2, "2.68"),
        (0.5, 0, "1"),
        (-0.5, 0, "-1"),
        (2.5, 0, "3"),
        (1.005, 2, "1.01"),
        (Decimal("57.445"), 2, "57.45"),
        (Fraction(1, 8), 2, "0.13"),
        (Fraction(147000, 2559), 2, "57.44"),
        (3, 2, "3.00"),
    ],
)
def test_half_goes_up_and_away_from_zero(value, digits, printed):
    assert str(round_half_up(value, digits)) == printed


def test_shares_of_sixteen_that_python_rounds_to_even():
    # k/16 ends in …25 or …75 at two decimals for odd k; half of those lie above an even digit.
    differ = [k for k in range(17) if Decimal(str(round(100 * k / 16, 1))) != round_half_up(Fraction(100 * k, 16), 1)]
    assert differ == [1, 5, 9, 13]


@given(st.fractions(-1000, 1000, max_denominator=5000), st.integers(0, 4))
def test_never_further_than_half_a_last_digit(value, digits):
    rounded = Fraction(round_half_up(value, digits))
    error = rounded - value
    assert abs(error) <= Fraction(1, 2 * 10**digits)
    if abs(error) == Fraction(1, 2 * 10**digits):
        assert abs(rounded) > abs(value)


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), Decimal("NaN"), np.float32("nan"), np.array([1, np.inf])]
)
def test_undefined_cannot_be_rounded(value):
    with pytest.raises(ValueError, match="cannot round"):
        round_half_up(value)


@pytest.mark.parametrize("value", [None, pd.NA, pd.NaT, "3", [1, 2]], ids=repr)
def test_what_is_no_number_cannot_be_rounded(value):
    with pytest.raises(TypeError, match="no number"):
        round_half_up(value)


@pytest.mark.parametrize(
    ("value", "digits", "printed"),
    [
        (np.float64(2.675), 2, "2.68"),
        # As a double it is 2.67499995…: the shortest decimal of its own width is 2.675.
        (np.float32(2.675), 2, "2.68"),
        (np.float16(0.5), 0, "1"),
        (np.longdouble("1.005"), 2, "1.01"),
        (np.int64(-3), 2, "-3.00"),
        # A hundred times 127 has no place in eight bits.
        (np.int8(127), 2, "127.00"),
        (np.uint8(255), 4, "255.0000"),
        (np.array([2.5])[0], 0, "3"),
        (pd.Series([1.005]).iloc[0], 2, "1.01"),
        (pd.array([4], dtype="Int64")[0], 1, "4.0"),
    ],
    ids=repr,
)
def test_numbers_of_numpy_are_rounded_like_those_of_python(value, digits, printed):
    assert str(round_half_up(value, digits)) == printed


@pytest.mark.parametrize(
    ("values", "printed"),
    [
        (np.array([[2.675, -0.005], [1.005, 3]]), [["2.68", "-0.01"], ["1.01", "3.00"]]),
        (np.array([2.675], dtype=np.float32), ["2.68"]),
        (np.array([1, 127], dtype=np.int8), ["1.00", "127.00"]),
        (np.array([Fraction(1, 8), Decimal("57.445")], dtype=object), ["0.13", "57.45"]),
        (np.array([]), []),
    ],
    ids=repr,
)
def test_an_array_is_rounded_number_by_number(values, printed):
    rounded = round_half_up(values, 2)
    assert rounded.shape == values.shape
    assert np.vectorize(str, otypes=[object])(rounded).tolist() == printed


def test_digits_of_large_numbers_are_all_kept():
    assert str(round_half_up(123456789012345678901234567890, 2)) == "123456789012345678901234567890.00"
    assert round_half_up(1e300, 2) == 10**300
