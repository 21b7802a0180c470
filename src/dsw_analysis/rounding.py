"""Rounding as the department prints it: half up on exact decimals, in one place."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

Number = int | float | Decimal | Fraction


def round_half_up(value: Number, digits: int = 0) -> Decimal:
    """Round half away from zero at ``digits`` decimals, exactly.

    A ``float`` stands for the shortest decimal that prints it (``2.675`` is 2.675, not the binary
    number just below it); a :class:`~fractions.Fraction` is rounded without any conversion, so a
    share should be given as ``Fraction(100 * k, n)``.

    Raises
    ------
    ValueError
        If ``value`` is not finite.

    Examples
    --------
    >>> round_half_up(2.675, 2)
    Decimal('2.68')
    >>> round_half_up(Fraction(100, 800), 1)
    Decimal('0.1')
    """
    exact = _exact(value)
    scaled = abs(exact) * 10**digits
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    signed = Decimal(whole if exact >= 0 else -whole)
    return signed.scaleb(-digits).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def largest_remainder(values: Sequence[Number], total: int | Decimal = 100, digits: int = 2) -> tuple[Decimal, ...]:
    """Scale parts to ``total`` and round them so that they still sum to it, exactly.

    Hare's quota with largest remainders (Hamilton's method; Balinski and Young 1982, *Fair Representation*):
    each part is rounded down and what is missing goes, one last digit each, to the parts that lost most. Where
    two lost the same, the larger part gets it, then the earlier. A part may so differ from its
    :func:`round_half_up`: say so in a note under the table.

    Parameters
    ----------
    values:
        Parts, not negative, in any unit; counts give exact shares.
    total:
        What the rounded parts sum to; it has at most ``digits`` decimals.
    digits:
        Decimals of the parts.

    Returns
    -------
    tuple of Decimal
        One a part, in their order, each less than one last digit away from its exact share.

    Raises
    ------
    ValueError
        If a part is negative or not finite, the parts sum to 0 (shares of nothing), or ``total`` is not above
        0 or has more decimals.

    Examples
    --------
    >>> largest_remainder([1, 1, 1], digits=1)
    (Decimal('33.4'), Decimal('33.3'), Decimal('33.3'))
    """
    parts = [_exact(value) for value in values]
    units = Fraction(total) * 10**digits
    whole = sum(parts)
    if units.denominator != 1 or units <= 0:
        raise ValueError(f"a total of {total} cannot be made of parts with {digits} decimals")
    if whole == 0 or min(parts) < 0:
        raise ValueError("parts are not negative and not all 0")
    shares = [part / whole * units for part in parts]
    floors = [share.numerator // share.denominator for share in shares]
    order = sorted(range(len(parts)), key=lambda i: (floors[i] - shares[i], -parts[i], i))
    for i in order[: int(units) - sum(floors)]:
        floors[i] += 1
    return tuple(Decimal(units_of_part).scaleb(-digits) for units_of_part in floors)


def _exact(value: Number) -> Fraction:
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, Decimal) and not value.is_finite():
        raise ValueError(f"cannot round {value}; leave an undefined value as None")
    return Fraction(value)
