"""Measures of waiting and derived columns: boundaries, open cases, blanks, words and provenance."""

from datetime import date

import pandas as pd
import pytest
from declared import dataset

from dsw_analysis.findings.disclosure import Shield
from dsw_analysis.findings.measures.base import Count
from dsw_analysis.findings.measures.derived import derive
from dsw_analysis.findings.measures.filters import BLANK
from dsw_analysis.findings.measures.shares import Share
from dsw_analysis.findings.measures.time import OpenCases, WaitQuantile, WithinHours
from dsw_analysis.intake.source import Source

WAIT = {"start": "received", "end": "referred", "until": date(2026, 3, 31)}


@pytest.fixture
def build():
    def make(*rows, fields=None):
        """Rows are (channel, received, referred or None)."""
        frame = pd.DataFrame(rows, columns=["channel", "received", "referred"])
        frame["received"] = pd.to_datetime(frame["received"])
        frame["referred"] = pd.to_datetime(frame["referred"])
        frame["channel"] = pd.Categorical(frame["channel"], categories=["ess", "hotline", "social_media"])
        frame.attrs["source"] = Source(
            dataset=dataset("urgent_cases"), file="urgent_cases.csv", sha256="0" * 64, rows=len(frame),
            provenance="published", fields=fields or {}, shield=Shield(open=True),
        )  # fmt: skip
        return frame

    return make


@pytest.fixture
def cases(build):
    """With the round ending on 31 March 2026: 4 within 24 hours, 3 not, 1 that cannot be judged yet."""
    return build(
        ("ess", "2026-01-05 10:00:00", "2026-01-05 10:00:00"),  # at once
        ("ess", "2026-01-05 10:00:00", "2026-01-06 10:00:00"),  # 24:00:00 counts as within
        ("hotline", "2026-01-05 10:00:00", "2026-01-05 12:00:00"),  # 2 hours
        ("hotline", "2026-01-05 10:00:00", "2026-01-06 10:00:01"),  # one second too late
        ("ess", "2026-03-31 00:00:00", None),  # open for exactly 24 hours: the limit has passed
        ("ess", "2026-01-05 10:00:00", None),  # open for months
        ("ess", "2026-03-31 00:00:01", None),  # open, a second short of 24 hours
        ("social_media", "2026-03-31 20:00:00", "2026-04-01 08:00:00"),  # referred after the round, in time
    )


def test_share_within_the_limit_judges_open_cases_by_what_has_passed(cases):
    found = WithinHours(id="urgent_cases.t", label="t", hours=24, **WAIT)(cases)
    assert (found.numerator, found.denominator, found.missing, found.rows) == (4, 7, 1, 7)
    assert found.value == pytest.approx(400 / 7)


def test_filter_and_limit_are_said_in_words(cases):
    found = WithinHours(id="urgent_cases.t", label="t", hours=24, where={"channel": "hotline"}, **WAIT)(cases)
    assert (found.numerator, found.denominator) == (1, 2)
    assert found.where == (
        "ช่องทาง: สายด่วน 1300 และ ตั้งแต่วันเวลาที่รับเรื่องถึงวันเวลาที่ประสาน/ส่งต่อ "
        "ไม่เกิน 24 ชั่วโมง เรื่องที่ยังไม่แล้วเสร็จนับเวลาถึงสิ้นวันที่ 31 มีนาคม 2569"
    )


def test_share_is_undefined_if_nothing_can_be_judged(build):
    for frame in (build(), build(("ess", "2026-03-31 23:00", None))):
        found = WithinHours(id="urgent_cases.t", label="t", hours=24, **WAIT)(frame)
        assert (found.value, found.denominator) == (None, 0)
        assert found.note


def test_cases_whose_times_make_no_sense_are_missing(build):
    frame = build(
        ("ess", None, "2026-01-05 10:00"),
        ("ess", "2026-01-05 10:00", "2026-01-05 09:00"),
        ("ess", "2026-01-05 10:00", "2026-01-05 11:00"),
        ("ess", "2026-04-02 10:00", None),
    )
    found = WithinHours(id="urgent_cases.t", label="t", hours=24, **WAIT)(frame)
    assert (found.numerator, found.denominator, found.missing) == (1, 1, 3)


def test_open_cases_and_those_that_may_still_be_in_time(cases):
    assert OpenCases(id="urgent_cases.t", label="t", unit="reports", **WAIT)(cases).value == 3
    found = OpenCases(id="urgent_cases.t", label="t", unit="reports", under_hours=24, **WAIT)(cases)
    assert found.value == 1
    assert "รอไม่ถึง 24 ชั่วโมง" in found.where


def test_quantile_counts_open_cases_as_open(build):
    served = [("ess", "2026-01-05 00:00", f"2026-01-05 {hour:02d}:00") for hour in (1, 2, 3, 4)]
    median = WaitQuantile(id="urgent_cases.t", label="t", q=0.5, **WAIT)
    assert median(build(*served)).value == pytest.approx(2.5)  # the usual median of 1, 2, 3, 4
    open_case = ("ess", "2026-01-05 00:00", None)
    assert median(build(*served, open_case)).value == pytest.approx(3)  # third of five; without it 2.5
    assert median(build(*served, open_case)).unit == "hours"
    many = median(build(*served, *[open_case] * 5))
    assert many.value is None and many.note and many.rows == 9
    assert median(build()).value is None


def test_derived_column_is_filtered_and_said_like_one_of_the_file(cases):
    weekday = cases["received"].dt.day_of_week.map({0: "monday"}).where(lambda c: c.notna(), "unheard")
    frame = derive(cases, "day", "วันที่รับแจ้ง", weekday, of=["received"], codes={"monday": "จันทร์", "friday": "ศุกร์"})
    found = Count(id="urgent_cases.t", label="t", unit="reports", where={"day": "monday"})(frame)
    assert (found.value, found.where) == (5, "วันที่รับแจ้ง: จันทร์")  # 5 January 2026 was a Monday
    assert Count(id="urgent_cases.t", label="t", unit="reports", where={"day": BLANK})(frame).value == 3
    assert Share(id="urgent_cases.t", label="t", counted={"day": "friday"})(frame).text("n/N") == "0/5"
    with pytest.raises(ValueError, match="unheard"):
        Count(id="urgent_cases.t", label="t", unit="reports", where={"day": "unheard"})(frame)
    assert "day" not in cases.columns


def test_derived_column_inherits_the_weakest_provenance(build):
    frame = build(("ess", "2026-01-05 10:00", None), fields={"received": "reconstructed", "channel": "published"})
    column = frame["received"].dt.hour
    late = derive(frame, "hour", "ชั่วโมง", column, of=["received", "channel"])
    found = Count(id="urgent_cases.t", label="t", unit="reports", where={"hour": slice(9, 11)})(late)
    assert (found.value, found.provenance) == (1, "reconstructed")
    fine = derive(frame, "hour", "ชั่วโมง", column, of=["channel"])
    assert Count(id="urgent_cases.t", label="t", unit="reports", where={"hour": 10})(fine).provenance == "published"


def test_derived_column_refuses_what_it_cannot_stand_on(cases):
    with pytest.raises(KeyError, match="no column reported"):
        derive(cases, "day", "วัน", cases["received"].dt.day, of=["reported"])
    with pytest.raises(ValueError, match="already has a column 'channel'"):
        derive(cases, "channel", "ช่องทาง", cases["channel"], of=["channel"])
    with pytest.raises(ValueError, match="attrs"):
        derive(pd.DataFrame(cases.to_dict("list")), "day", "วัน", cases["received"].dt.day, of=["received"])
