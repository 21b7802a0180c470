"""Findings and ledgers."""

import json

import numpy as np
import pandas as pd
import pytest

from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.ledger import Ledger, UnknownFindingError, to_json
from dsw_analysis.intake.provenance import weakest


def finding(**changes):
    given = {"id": "csr.linked_share", "label": "ร้อยละ", "value": 100 * 1470 / 2559, "unit": "percent"}
    return Finding(**{**given, **changes})


def test_percent_prints_two_decimals_half_up_from_its_parts():
    # 1470/2559 = 57.444...; 1/800 = 0.125 %, which a binary float would round to 0.12
    assert finding(numerator=1470, denominator=2559).text("full") == "ร้อยละ 57.44 (1,470/2,559)"
    assert finding(value=100 / 800, numerator=1, denominator=800).text() == "0.13"


@pytest.mark.parametrize(
    ("value", "unit", "style", "printed"),
    [
        (2559, "activities", "value", "2,559"),
        (2559, "activities", "unit", "2,559 กิจกรรม"),
        (0, "questions", "unit", "0 คำถาม"),
        (0.81149, "ratio", "value", "0.8115"),
        (4.005, "hours", "value", "4.01"),
        (-1, "persons", "value", "-1"),
    ],
)
def test_text(value, unit, style, printed):
    assert finding(value=value, unit=unit).text(style) == printed


def test_digits_override_the_units():
    assert finding(value=96.0, digits=0).text("unit") == "ร้อยละ 96"


def test_undefined_prints_a_dash_and_needs_a_reason():
    undefined = finding(value=None, numerator=0, denominator=0, note="ไม่มีคำถาม")
    assert undefined.text() == "-"
    assert undefined.text("n/N") == "0/0"
    assert undefined.text("unit") == undefined.text("full") == "-"
    with pytest.raises(ValueError, match="note must say why"):
        finding(value=None)


@pytest.mark.parametrize("field", ["value", "numerator", "denominator", "rows", "missing", "population", "low", "high"])
@pytest.mark.parametrize("number", [float("nan"), np.float64("nan"), float("inf"), pd.NA, pd.NaT, "3"], ids=repr)
def test_what_is_no_number_is_refused_by_its_name(field, number):
    with pytest.raises(ValueError, match=f"{field} is .*never NaN"):
        finding(**{field: number})


@pytest.mark.parametrize("bad", ["linked", "CSR.linked", "csr.ก", "csr.", "csr linked.x", 'csr."x'])
def test_malformed_ids_are_refused(bad):
    with pytest.raises(ValueError, match="lower-case ASCII"):
        finding(id=bad)


def test_unknown_unit_and_style_are_refused():
    with pytest.raises(ValueError, match="not one of"):
        finding(unit="apples")
    with pytest.raises(ValueError, match="none of value"):
        finding(numerator=1, denominator=2).text("bold")


def test_weakest_provenance():
    assert weakest(["received", "published"]) == "published"
    assert weakest(["published", "reconstructed", "received"]) == "reconstructed"
    assert weakest([]) == "received"


def test_ledger_refuses_repeats_and_names_the_nearest_id():
    ledger = Ledger([finding()])
    with pytest.raises(ValueError, match="recorded twice"):
        ledger.add(finding())
    with pytest.raises(UnknownFindingError, match=r"did you mean csr\.linked_share"):
        ledger["csr.linked_shares"]


def test_ledger_survives_json_in_the_order_of_ids():
    ledger = Ledger(
        [finding(id="csr.z"), finding(id="csr.a", value=None, note="ไม่มี"), finding(numerator=1, denominator=3)]
    )
    text = to_json({"findings": ledger.records()})
    records = json.loads(text)["findings"]
    assert [r["id"] for r in records] == ["csr.a", "csr.linked_share", "csr.z"]
    assert records[0]["value"] is None
    assert dict(Ledger.from_records(records)) == dict(ledger)
    assert text == to_json({"findings": Ledger.from_records(reversed(records)).records()})
    assert "ไม่มี" in text


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (0.27, "16 นาที"),  # 16.2 minutes
        (0, "0 นาที"),
        (1.49, "89 นาที"),
        (1.5, "1.5 ชั่วโมง"),
        (3.45, "3.5 ชั่วโมง"),  # half up
        (12.35, "12.4 ชั่วโมง"),  # as a figure prints it: the binary number just below would be 12.3
        (24, "24 ชั่วโมง"),
        (47.99, "48 ชั่วโมง"),
        (48, "2 วัน"),
        (60, "2.5 วัน"),
        (2400, "100 วัน"),
    ],
)
def test_a_duration_is_told_in_the_unit_of_its_size(hours, said):
    found = Finding(id="toy.wait", label="รอ", value=hours, unit="hours")
    assert found.text("duration") == said


def test_what_is_no_time_has_no_other_duration():
    assert Finding(id="toy.n", label="จำนวน", value=3, unit="persons").text("duration") == "3 คน"
    assert Finding(id="toy.wait", label="รอ", value=None, unit="hours", note="ไม่มี").text("duration") == "-"
