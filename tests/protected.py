"""What the rule of disclosure makes of numbers of persons, worked out again in plain Python: what tests expect."""

import math
from decimal import ROUND_HALF_UP, Decimal


def fives(n):
    """A number about a place or unit."""
    return None if n < 5 else 5 * int((Decimal(int(n)) / 5).quantize(Decimal(1), ROUND_HALF_UP))


def is_exact(*numbers):
    """Whether numbers of the country that stand together are shown as they are."""
    return not any(1 <= n <= 9 for n in numbers)


def alone(n, rest=0):
    """A number of the country that has only what is left of all as its sibling."""
    return int(n) if is_exact(n, rest) else fives(n)


def in_column(numbers):
    """Numbers of the country in one column, by name."""
    return {name: int(n) if is_exact(*numbers.values()) else fives(n) for name, n in numbers.items()}


def quotient(k, n):
    """A percentage of two numbers as they are shown, where they are not exact."""
    if k is None or n is None or n < 20 or k < 5 or n - k < 5:
        return None
    return 100 * k / n


def share(k, n, *, exact, service=False):
    """A percentage of ``k`` of ``n`` persons."""
    shown = n if exact else fives(n)
    if service and k in (0, n) and shown is not None and shown >= 20:
        return 100 if k else 0
    if exact:
        return 100 * k / n if n >= 20 and k >= 5 and n - k >= 5 else None
    return quotient(fives(k), shown)


def shares(parts, *, service=False):
    """Percentages of the country in one column: name -> (``k``, ``n``, number that cannot be judged)."""
    exact = is_exact(*(number for k, n, missing in parts.values() for number in (k, n - k, missing)))
    return {name: share(k, n, exact=exact, service=service) for name, (k, n, _) in parts.items()}


def two_digits(value):
    """A mean or the like of persons whose number is not exact."""
    return float(f"{Decimal(str(value)):.1e}") if math.isfinite(value) else None
