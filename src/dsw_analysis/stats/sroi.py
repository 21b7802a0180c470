"""Social return on investment: outcomes valued, reduced to what the work caused, discounted, over inputs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from dsw_analysis.stats.common import UndefinedError

_SHARES = ("deadweight", "attribution", "displacement", "drop_off")


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One outcome of the impact map.

    Attributes
    ----------
    name:
        What changed for whom.
    quantity:
        How many experienced it (persons, households), not negative.
    proxy:
        Financial proxy: value of the outcome for one of them and one year, in baht; negative for an
        unwanted outcome.
    deadweight:
        Share that would have happened anyway, 0 to 1.
    attribution:
        Share owed to others, 0 to 1.
    displacement:
        Share that only moved from elsewhere, 0 to 1.
    drop_off:
        Share of the outcome lost each year after its first, 0 to 1.
    duration:
        Years that the outcome lasts, a whole number from 1.
    """

    name: str
    quantity: float
    proxy: float
    deadweight: float = 0.0
    attribution: float = 0.0
    displacement: float = 0.0
    drop_off: float = 0.0
    duration: int = 1

    def __post_init__(self) -> None:
        """Refuse shares outside 0 to 1, a negative quantity and a duration that is not whole."""
        for share in _SHARES:
            if not 0 <= getattr(self, share) <= 1:
                raise ValueError(f"{share} of {self.name!r} lies between 0 and 1")
        if not (self.quantity >= 0 and math.isfinite(self.quantity) and math.isfinite(self.proxy)):
            raise ValueError(f"quantity and proxy of {self.name!r} are finite, the quantity not negative")
        if self.duration < 1 or int(self.duration) != self.duration:
            raise ValueError(f"duration of {self.name!r} is a whole number of years from 1")


@dataclass(frozen=True)
class SocialReturn:
    """Social return of a set of outcomes.

    Attributes
    ----------
    ratio:
        Present value over inputs: baht of social value for each baht put in.
    net_ratio:
        ``(present_value - inputs) / inputs``.
    present_value, inputs:
        In baht.
    impacts, present_values:
        Impact in the first year and present value of all years, one an outcome in the order given, baht.
    """

    ratio: float
    net_ratio: float
    present_value: float
    inputs: float
    impacts: tuple[float, ...]
    present_values: tuple[float, ...]


@dataclass(frozen=True)
class Swing:
    """What one assumption does to the ratio while all others stay.

    Attributes
    ----------
    outcome, assumption:
        Name of the outcome and of its field; the outcome is ``None`` for the discount rate.
    low, high:
        Values of the assumption that were tried.
    ratio_low, ratio_high:
        Ratio at either value; the ratio at ``low`` may be the greater one.
    """

    outcome: str | None
    assumption: str
    low: float
    high: float
    ratio_low: float
    ratio_high: float

    @property
    def width(self) -> float:
        """Distance between the two ratios."""
        return abs(self.ratio_high - self.ratio_low)


def impact(outcome: Outcome) -> float:
    """Impact in the first year, in baht.

    ``quantity * proxy * (1 - deadweight) * (1 - displacement) * (1 - attribution)``: *A Guide to Social Return
    on Investment* (The SROI Network, January 2012), stage 4, "Calculating your impact".
    """
    kept = (1 - outcome.deadweight) * (1 - outcome.displacement) * (1 - outcome.attribution)
    return outcome.quantity * outcome.proxy * kept


def present_value(outcome: Outcome, discount_rate: float) -> float:
    """Present value of all years of an outcome, in baht.

    ``sum over t = 1 … duration of impact * (1 - drop_off)^(t - 1) / (1 + r)^t``: the Guide, stages 5.1 and
    5.2, where already the first year is discounted.

    Raises
    ------
    ValueError
        If the rate is not above -1.
    """
    if not discount_rate > -1:
        raise ValueError("a discount rate is above -1 (0.035 for 3.5 per cent)")
    first = impact(outcome)
    return math.fsum(
        first * (1 - outcome.drop_off) ** (year - 1) / (1 + discount_rate) ** year
        for year in range(1, outcome.duration + 1)
    )


def social_return(outcomes: Sequence[Outcome], inputs: float, *, discount_rate: float) -> SocialReturn:
    """Ratio of the present value of all outcomes to the value of the inputs (the Guide, stage 5.3).

    Parameters
    ----------
    outcomes:
        The impact map.
    inputs:
        Value of all inputs, in baht.
    discount_rate:
        A year, as a fraction.

    Raises
    ------
    UndefinedError
        If the inputs are 0 or there is no outcome.
    ValueError
        If the inputs are negative or the rate is impossible.
    """
    if inputs < 0 or not math.isfinite(inputs):
        raise ValueError("inputs are an amount of money, not negative")
    if inputs == 0 or not outcomes:
        raise UndefinedError("a return needs inputs and outcomes")
    values = tuple(present_value(outcome, discount_rate) for outcome in outcomes)
    whole = math.fsum(values)
    return SocialReturn(
        ratio=whole / inputs,
        net_ratio=(whole - inputs) / inputs,
        present_value=whole,
        inputs=inputs,
        impacts=tuple(impact(outcome) for outcome in outcomes),
        present_values=values,
    )


def sensitivity(
    outcomes: Sequence[Outcome],
    inputs: float,
    *,
    discount_rate: float,
    ranges: Mapping[tuple[str | None, str], tuple[float, float]],
) -> tuple[Swing, ...]:
    """Ratio at the ends of the range of each assumption, one at a time: the rows of a tornado chart.

    The Guide, stage 5.4, asks which assumptions the result depends on; the widest swing comes first.

    Parameters
    ----------
    outcomes, inputs, discount_rate:
        As for :func:`social_return`.
    ranges:
        Low and high value by (name of the outcome, field of :class:`Outcome`), and by
        ``(None, "discount_rate")``.

    Raises
    ------
    KeyError
        If a range names no outcome or no field.
    UndefinedError, ValueError
        As for :func:`social_return` and :class:`Outcome`.
    """
    numbers = {field.name for field in fields(Outcome)} - {"name"}
    names = [outcome.name for outcome in outcomes]
    if len(set(names)) != len(names):
        raise ValueError("outcomes need different names")

    def ratio(name: str | None, assumption: str, value: float) -> float:
        if name is None:
            return social_return(outcomes, inputs, discount_rate=value).ratio
        change: dict[str, Any] = {assumption: value}
        changed = [replace(o, **change) if o.name == name else o for o in outcomes]
        return social_return(changed, inputs, discount_rate=discount_rate).ratio

    swings = []
    for (name, assumption), (low, high) in ranges.items():
        known = assumption == "discount_rate" if name is None else name in names and assumption in numbers
        if not known:
            raise KeyError(f"no assumption {assumption!r} of outcome {name!r}")
        swings.append(Swing(name, assumption, low, high, ratio(name, assumption, low), ratio(name, assumption, high)))
    return tuple(sorted(swings, key=lambda s: (-s.width, s.outcome or "", s.assumption)))
