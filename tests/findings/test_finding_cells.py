"""The filter of a finding as data: what is counted by column, for who looks for the same cell elsewhere."""

from dataclasses import replace
from datetime import date

import pandas as pd
from measures_frames import YES_NO, loaded

from dsw_analysis import BLANK, FILLED, Count, OpenCases, Share, WithinHours
from dsw_analysis.findings.ledger import Ledger
from dsw_analysis.intake.columns import Column

COLUMNS = (
    Column("province", "จังหวัด", "province"),
    Column("kind", "ประเภท", "category", codes={"a": "ก", "b": "ข"}),
    Column("trained", "อบรม", "category", codes=YES_NO),
    Column("age", "อายุ", "integer"),
)
FRAME = loaded({"province": ["ตาก"], "kind": ["a"], "trained": ["yes"], "age": [40]}, *COLUMNS)
CASES = loaded(
    {"received": pd.to_datetime(["2026-01-01"]), "referred": pd.to_datetime(["2026-01-02"])},
    Column("received", "รับ", "datetime"),
    Column("referred", "ส่งต่อ", "datetime"),
)
WAIT = {"start": "received", "end": "referred", "until": date(2026, 3, 31)}


def of_tak(frame):
    frame = frame.copy()
    frame.attrs["source"] = replace(frame.attrs["source"], province="ตาก")
    return frame


def test_cells_say_what_the_filter_says():
    where = {"kind": ("a", "b"), "trained": FILLED, "age": slice(None, 60)}
    assert Count(id="x.a")(FRAME).cells == {}
    assert Count(id="x.a", where=where)(FRAME).cells == {"kind": ["a", "b"], "trained": "filled", "age": "..60"}
    assert Count(id="x.a", where={"age": BLANK})(of_tak(FRAME)).cells == {"province": "ตาก", "age": "blank"}


def test_a_brief_and_the_country_call_the_cell_of_a_province_alike():
    assert Count(id="x.a", where={"province": "ตาก"})(FRAME).cells == Count(id="x.a")(of_tak(FRAME)).cells


def test_what_only_a_numerator_is_filtered_by_is_told_apart():
    assert Share(id="x.a", where={"kind": "a"}, counted={"trained": "yes"})(FRAME).cells == {
        "kind": "a", "+trained": "yes",
    }  # fmt: skip
    assert WithinHours(id="x.a", hours=24, **WAIT)(CASES).cells == {"+referred": "..24 h"}
    assert OpenCases(id="x.a", **WAIT)(CASES).cells == {"referred": "blank"}


def test_a_ledger_keeps_them():
    finding = Count(id="x.a", where={"kind": "a"})(FRAME)
    ((_, again),) = Ledger.from_records(Ledger([finding]).records()).items()
    assert again == finding
    assert again.cells == {"kind": "a"}
