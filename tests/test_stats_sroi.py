"""Social return against R's geometric series and hand computations."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stats_references import close, rows

from dsw_analysis.stats import Outcome, UndefinedError, sensitivity, social_return

JOB = Outcome(name="job", quantity=10, proxy=1000, deadweight=0.2, attribution=0.25, drop_off=0.1, duration=2)
HARM = Outcome(name="harm", quantity=4, proxy=-50)


@pytest.mark.parametrize("row", rows("social_return"))
def test_values_agree_with_r(row):
    numbers = {k: row[k] for k in row if k not in ("rate", "impact", "present_value")}
    found = social_return([Outcome(name="x", **numbers)], 1000, discount_rate=row["rate"])
    assert found.impacts == (close(row["impact"]),)
    assert found.present_values == (close(row["present_value"]),)


def test_ratio_by_hand_in_fractions():
    # 10 * 1000 * 0.8 * 0.75 = 6000; years 6000 and 5400 at 4 %; 4 * -50 in one year.
    rate = Fraction(104, 100)
    value = 6000 / rate + 5400 / rate**2 - 200 / rate
    found = social_return([JOB, HARM], 2500, discount_rate=0.04)
    assert found.impacts == (close(6000), -200)
    assert found.present_value == close(float(value))
    assert found.ratio == close(float(value / 2500))
    assert found.net_ratio == close(float(value / 2500 - 1))


def test_tornado_puts_the_widest_swing_first():
    found = sensitivity(
        [JOB, HARM],
        2500,
        discount_rate=0.0,
        ranges={
            (None, "discount_rate"): (0.0, 0.1),
            ("job", "deadweight"): (0.0, 0.5),
            ("job", "duration"): (1, 3),
            ("harm", "proxy"): (-100, 0),
        },
    )
    # Undiscounted base: (6000 + 5400 - 200) / 2500; by hand for each end.
    ratios = {(s.outcome, s.assumption): (s.ratio_low, s.ratio_high) for s in found}
    assert ratios["job", "deadweight"] == (close((14250 - 200) / 2500), close((7125 - 200) / 2500))
    assert ratios["job", "duration"] == (close(5800 / 2500), close((6000 + 5400 + 4860 - 200) / 2500))
    assert ratios["harm", "proxy"] == (close(11000 / 2500), close(11400 / 2500))
    assert ratios[None, "discount_rate"][0] == close(11200 / 2500)
    assert [s.assumption for s in found] == ["duration", "deadweight", "discount_rate", "proxy"]
    assert [s.width for s in found] == sorted((s.width for s in found), reverse=True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"deadweight": 1.2},
        {"attribution": -0.1},
        {"drop_off": 20},
        {"duration": 0},
        {"duration": 1.5},
        {"quantity": -1},
    ],
)
def test_assumptions_that_cannot_be(wrong):
    with pytest.raises(ValueError, match="'x'"):
        Outcome(**({"name": "x", "quantity": 1, "proxy": 1} | wrong))


def test_a_return_on_nothing_is_undefined():
    for outcomes, inputs in [([JOB], 0), ([], 100)]:
        with pytest.raises(UndefinedError):
            social_return(outcomes, inputs, discount_rate=0.03)
    with pytest.raises(ValueError, match="not negative"):
        social_return([JOB], -5, discount_rate=0.03)
    with pytest.raises(ValueError, match="above -1"):
        social_return([JOB], 5, discount_rate=-1)
    with pytest.raises(KeyError, match="no assumption"):
        sensitivity([JOB], 5, discount_rate=0, ranges={("job", "luck"): (0, 1)})
    with pytest.raises(KeyError, match="no assumption"):
        sensitivity([JOB], 5, discount_rate=0, ranges={("jobs", "proxy"): (0, 1)})
    with pytest.raises(ValueError, match="different names"):
        sensitivity([JOB, JOB], 5, discount_rate=0, ranges={})


fractions = st.floats(0, 1)


@given(fractions, fractions, fractions, fractions, st.integers(1, 10), st.floats(0, 0.2))
def test_reductions_never_add_value(deadweight, attribution, displacement, drop_off, duration, rate):
    plain = Outcome(name="x", quantity=7, proxy=100, duration=duration)
    reduced = Outcome(
        name="x",
        quantity=7,
        proxy=100,
        deadweight=deadweight,
        attribution=attribution,
        displacement=displacement,
        drop_off=drop_off,
        duration=duration,
    )
    whole, rest = (social_return([o], 10, discount_rate=rate).ratio for o in (plain, reduced))
    assert 0 <= rest <= whole + 1e-9
