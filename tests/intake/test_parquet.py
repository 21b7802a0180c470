"""Parquet files as raw files: read like a sheet of typed cells, judged by the same rules, refused by name."""

from __future__ import annotations

import contextlib
import datetime as dt
import random

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bad_cells import BASES
from declared import dataset
from file_cases import HEADERS, read_table
from pandas.testing import assert_frame_equal

from dsw_analysis.intake.files import read_parts
from dsw_analysis.intake.files.limits import LIMITS
from dsw_analysis.problems import DataError
from dsw_analysis.rounds import Round

ROUND = Round.parse("2569-6m")
CASES, CSR, HOUSING, OPINION = map(dataset, ("urgent_cases", "csr_activities", "homeless_housing", "public_opinion"))
MOMENT, DAY = dt.datetime, dt.date
TYPED = {
    "case_id": ["U1", "U2", "U3"],
    "channel": pd.Categorical(["ESS Help Me", "สายด่วน 1300", "Social Media"]),
    "category": ["กักขังหน่วงเหนี่ยว", None, None],
    "urgency": [None, "ปกติ", None],
    "province": ["ตาก", "น่าน", "แพร่"],
    "received": [MOMENT(2025, 10, 1), MOMENT(2025, 10, 2, 8), MOMENT(2026, 3, 31, 23, 59)],
    "referred": [MOMENT(2025, 10, 1, 9), None, MOMENT(2026, 4, 1, 0, 10)],
}
"""The rows of ``BASES["urgent_cases"]``, typed by hand."""


def written(folder, kind, columns, *, headers=True):
    names = [kind[name].header for name in columns] if headers else list(columns)
    table = pa.table([pa.array(values, from_pandas=True) for values in columns.values()], names)
    pq.write_table(table, folder / f"{kind.stem}.parquet")
    return folder


@pytest.mark.parametrize("headers", [True, False], ids=["headers", "names"])
def test_typed_columns_load_as_the_same_rows_of_a_csv(headers, tmp_path):
    (tmp_path / "csv").mkdir()
    (tmp_path / "csv" / "urgent_cases.csv").write_text(BASES["urgent_cases"], encoding="utf-8")
    found = CASES.load(ROUND, written(tmp_path, CASES, TYPED, headers=headers))
    assert_frame_equal(found, CASES.load(ROUND, tmp_path / "csv"))
    assert found.attrs["source"].file == "urgent_cases.parquet"


def test_file_of_texts_loads_as_the_csv_of_the_same_texts(tmp_path):
    (tmp_path / "csv").mkdir()
    path = tmp_path / "csv" / "csr_activities.csv"
    path.write_text(BASES["csr_activities"], encoding="utf-8")
    pd.read_csv(path, dtype=str).to_parquet(tmp_path / "csr_activities.parquet")
    assert_frame_equal(CSR.load(ROUND, tmp_path), CSR.load(ROUND, tmp_path / "csv"))


def test_parts_and_row_groups_do_not_matter(tmp_path):
    table = pa.table({"เลขที่": list(range(200)), "จังหวัด": ["ตาก", "น่าน"] * 100, "จำนวน": [None, 1.5] * 100})
    path = tmp_path / "ก.parquet"
    pq.write_table(table, path, row_group_size=7)
    whole = read_table(path, headers=HEADERS)
    assert whole.frame.index.tolist() == list(range(2, 202))
    tables = list(read_parts(path, headers=HEADERS, rows=50))
    assert len(tables) > 3
    assert_frame_equal(pd.concat([t.frame for t in tables]), whole.frame)
    assert tables[-1].sha256 == whole.sha256


def only(kind, folder):
    (problem,) = kind.check(ROUND, folder).problems
    return problem


@pytest.mark.parametrize(
    ("name", "values", "row", "code", "says"),
    [
        ("referred", [None, MOMENT(2025, 10, 2, 7, 59), None], 3, "referred_after_received", "ต้องไม่ก่อน"),
        ("received", [MOMENT(2025, 10, 1), None, MOMENT(2026, 3, 31)], 3, "required", "เว้นว่างไม่ได้"),
        ("received", [MOMENT(2025, 10, 1), MOMENT(2025, 9, 30, 23, 59), MOMENT(2026, 3, 31)], 3, "round", "ต้องอยู่ในรอบ"),
        ("received", [MOMENT(1025, 10, 1), MOMENT(2025, 10, 2, 8), MOMENT(2026, 3, 31)], 2, "cell", "1900–2100"),
        ("received", [MOMENT(1907, 1, 12), MOMENT(2025, 10, 2, 8), MOMENT(2026, 3, 31)], 2, "cell", "เลขจำนวนน้อย"),
        ("channel", ["ESS Help Me", "hotline", "Social Media"], 3, "cell", "สายด่วน 1300"),
        ("case_id", [7, 8, 7], 4, "duplicate", "ซ้ำกับแถวที่ 2"),
        ("case_id", [True, False, None], 4, "required", ""),
    ],
)
def test_typed_cells_are_judged_by_the_same_rules(name, values, row, code, says, tmp_path):
    problems = CASES.check(ROUND, written(tmp_path, CASES, {**TYPED, name: values})).problems
    assert (row, code) in {(p.row, p.code) for p in problems}
    assert any(says in p.expected for p in problems if p.row == row)


ROOMS = {"province": ["ตาก", "น่าน"], "rooms": [10, 5], "places": [15, 7], "need": [None, 100.0]}


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ([10, -5], "ไม่น้อยกว่า 0"),
        ([10.0, 5.5], "มีเศษทศนิยม"),
        ([10, 10**15], "ไม่เกิน 15 หลัก"),
        ([10.0, float("inf")], "15 หลัก"),
        ([DAY(2026, 1, 1), DAY(2026, 1, 5)], "จำนวนเต็ม"),
        ([10.0, float("nan")], "เว้นว่างไม่ได้"),
        (pa.array([10, 2**64 - 1], pa.uint64()), "15 หลัก"),
    ],
)
def test_numbers_are_judged_by_the_same_rules(values, says, tmp_path):
    assert list(HOUSING.names) == list(ROOMS)
    problems = HOUSING.check(ROUND, written(tmp_path, HOUSING, {**ROOMS, "rooms": values})).problems
    assert says in next(p.expected for p in problems if p.row == 3)


def test_numbers_of_any_width_are_read(tmp_path):
    columns = {**ROOMS, "rooms": pa.array([10, 5], pa.int8()), "places": pa.array([15.0, 7.0], pa.float32())}
    frame = HOUSING.load(ROUND, written(tmp_path, HOUSING, columns))
    assert frame["rooms"].tolist() == [10, 5]
    assert frame["places"].tolist() == [15, 7]
    assert frame["need"].isna().tolist() == [True, False]


def test_dates_are_read_as_those_of_a_workbook(tmp_path):
    """A B.E. year typed where C.E. was expected, a zone, a time in a day's column: read, and counted."""
    received = pa.array([MOMENT(2568, 10, 1), MOMENT(2025, 10, 2, 8), MOMENT(2026, 3, 31, 23, 59)], pa.timestamp("ms"))
    checked = CASES.check(ROUND, written(tmp_path, CASES, {**TYPED, "received": received}))
    assert checked.problems == () and checked.changed == {"be_cell": 1}
    assert checked.frame["received"].tolist()[0] == pd.Timestamp(2025, 10, 1)
    zoned = pa.array(
        [MOMENT(2025, 9, 30, 17), MOMENT(2025, 10, 2, 1), MOMENT(2026, 3, 31, 16, 59)], pa.timestamp("us", "UTC")
    )
    checked = CASES.check(ROUND, written(tmp_path, CASES, {**TYPED, "received": zoned}))
    assert checked.problems == () and checked.changed == {"zone": 3}
    assert checked.frame["received"].tolist() == TYPED["received"]
    months = {"month": [DAY(2026, 1, 1), DAY(2026, 2, 9)], "comments": [7, 5], "positive": [6, 0], "negative": [1, 5]}
    checked = OPINION.check(ROUND, written(tmp_path, OPINION, months))
    assert checked.problems == () and checked.changed == {"day_dropped": 1}


def test_both_names_of_a_column_are_a_repeated_column(tmp_path):
    table = pa.table(
        {**{CASES[name].header: pa.array(v, from_pandas=True) for name, v in TYPED.items()}, "case_id": [1, 2, 3]}
    )
    pq.write_table(table, tmp_path / "urgent_cases.parquet")
    assert {p.code for p in CASES.check(ROUND, tmp_path).problems} == {"duplicate_column"}


def table(**more):
    return pa.table({"เลขที่": [1, 2], "จังหวัด": ["ตาก", "น่าน"], **more})


def refused(path, **limits):
    with pytest.MonkeyPatch.context() as patch, pytest.raises(DataError) as error:
        for name, bound in limits.items():
            patch.setattr(LIMITS, name, bound)
        list(read_parts(path, headers=HEADERS))
    (problem,) = error.value.problems
    assert problem.file == path.name and problem.action
    return problem


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([[1], [2]], "list"),
        ([{"a": 1}, {"a": 2}], "struct"),
        ([b"x", b"y"], "binary"),
        ([dt.time(1), dt.time(2)], "time64"),
    ],
)
def test_columns_that_are_no_cells_are_refused(values, kind, tmp_path):
    pq.write_table(table(จำนวน=values), tmp_path / "ก.parquet")
    problem = refused(tmp_path / "ก.parquet")
    assert (problem.code, problem.column) == ("column_type", "จำนวน")
    assert kind in problem.value


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"rows": 1}, "too_many_rows"),
        ({"columns": 1}, "too_many_columns"),
        ({"group_bytes": 40}, "too_large"),
        ({"cell_bytes": 8}, "too_large"),
    ],
)
def test_bounds_are_kept(limits, code, tmp_path):
    pq.write_table(table(), tmp_path / "ก.parquet")
    assert refused(tmp_path / "ก.parquet", **limits).code == code


def test_small_file_of_huge_texts_is_refused_unread(tmp_path):
    """One text of 1,000 letters in every row is nothing on disk and would be 2 GB in memory."""
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 700_000, pa.int32()), ["ก" * 1000])
    pq.write_table(pa.table({"เลขที่": text}), tmp_path / "ก.parquet")
    assert (tmp_path / "ก.parquet").stat().st_size < 1_000_000
    assert refused(tmp_path / "ก.parquet", group_bytes=100 * 1024 * 1024).code == "too_large"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PAR1", "damaged"),
        (b"PAR1" + b"\xff\xff\xff\x7f" + b"PAR1", "damaged"),
        (b"PARE" + b"x" * 40 + b"\x10\x00\x00\x00PARE", "encrypted"),
        (b"PAR1" + b"x" * 40 + b"\x10\x00\x00\x00PARE", "encrypted"),
        (b"a,b\n1,2\n", "wrong_type"),
    ],
)
def test_what_is_no_whole_parquet_file_is_refused(content, code, tmp_path):
    path = tmp_path / "ก.parquet"
    path.write_bytes(content)
    assert refused(path).code == code


def test_parquet_called_csv_and_strange_columns_are_refused(tmp_path):
    pq.write_table(table(), tmp_path / "ก.csv")
    assert refused(tmp_path / "ก.csv").code == "wrong_type"
    pq.write_table(pa.table({"x": [1]}), tmp_path / "ข.parquet")
    assert refused(tmp_path / "ข.parquet").code == "header_not_found"


def test_spoilt_bytes_raise_nothing_but_the_documented_error(tmp_path):
    path = tmp_path / "ก.parquet"
    pq.write_table(table(), path)
    good = path.read_bytes()
    chance = random.Random(2569)
    for _ in range(200):
        data = bytearray(good)
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(bytes(data[: chance.choice([len(data), chance.randrange(len(data) + 1)])]))
        with contextlib.suppress(DataError):
            assert len(read_table(path, headers=HEADERS).frame) <= 3


def test_empty_table_is_no_rows(tmp_path):
    pq.write_table(table().slice(0, 0), tmp_path / "ก.parquet")
    frame = read_table(tmp_path / "ก.parquet", headers=HEADERS).frame
    assert (len(frame), list(frame.columns)) == (0, ["เลขที่", "จังหวัด"])
