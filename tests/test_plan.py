"""Indicators' status: the rule, on both sides of each of its borders."""

from datetime import date

import pytest

from dsw_analysis.findings import Finding
from dsw_analysis.plan import Indicator, Status
from dsw_analysis.rounds import Round

HALF = Round.parse("2569-6m")
FULL = Round.parse("2569-12m")


def indicator(**changes):
    given = {
        "id": "toy.target", "section": "toy", "name": "ตัวชี้วัด", "stage": "set", "target": 80.0, "unit": "percent",
        "direction": "at_least", "due": date(2026, 9, 30), "measured_by": "toy.x", "note": None,
    }  # fmt: skip
    return Indicator(**{**given, **changes})


def result(value):
    return Finding(id="toy.x", label="ผล", value=value, unit="percent", note="ไม่มี" if value is None else None)


@pytest.mark.parametrize(
    ("value", "round_", "status"),
    [
        (80, HALF, Status.REACHED),
        (79.99, HALF, Status.ON_THE_WAY),
        (40, HALF, Status.ON_THE_WAY),
        (39.99, HALF, Status.BEHIND),
        (79.99, FULL, Status.BEHIND),
        (80, FULL, Status.REACHED),
        (None, HALF, Status.NOT_MEASURABLE),
    ],
)
def test_at_least(value, round_, status):
    assert indicator().status(result(value), round_) is status


@pytest.mark.parametrize(("value", "status"), [(5, Status.REACHED), (5.01, Status.BEHIND)])
def test_at_most(value, status):
    assert indicator(direction="at_most", target=5.0).status(result(value), HALF) is status


def test_no_measure_no_target_being_defined():
    assert indicator().status(None, HALF) is Status.NOT_MEASURABLE
    assert indicator(target=None).status(result(50), HALF) is Status.NO_TARGET
    assert indicator(target=None, stage="not_shown").status(None, HALF) is Status.NO_TARGET
    assert indicator(target=None, stage="being_defined").status(None, HALF) is Status.BEING_DEFINED


def test_attainment_is_result_over_target():
    assert indicator().attainment(result(40)) == 50
    assert indicator().attainment(result(None)) is None
    assert indicator(target=None).attainment(result(40)) is None
