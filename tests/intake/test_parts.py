"""Files read and judged in parts: whatever the size of a part, the result is that of the whole file."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bad_cells import BASES
from bad_cells import CASES as WRONG
from bad_files import CASES as BAD_FILES
from conftest import FULL
from declared import DATASETS, dataset
from file_cases import CSV, HEADERS, read_table
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from dsw_analysis.intake.files import read_parts, rows
from dsw_analysis.intake.files.delimited import read_text
from dsw_analysis.intake.files.limits import LIMITS
from dsw_analysis.problems import DataError
from dsw_analysis.rounds import Round

RAW = Path(__file__).parents[2] / "data" / "raw" / "2569-6m"
ROUND = Round.parse("2569-6m")
MODULE = sys.modules["dsw_analysis.intake.dataset"]
TEXTS = [case for case in BAD_FILES if case.decision == "read" and Path(case.name).suffix in {".csv", ".tsv", ".txt"}]


@pytest.fixture
def parts(monkeypatch):
    """Make parts of so many rows, and blocks below a note of two rows."""

    def of(size):
        monkeypatch.setattr(MODULE, "PART", size)
        monkeypatch.setattr(rows, "_BLOCK", 2)

    return of


def same_table(path, headers, size):
    whole = read_table(path, headers=headers)
    tables = list(read_parts(path, headers=headers, rows=size))
    frame = pd.concat([table.frame for table in tables])
    # A column without a header is kept in those parts in which it holds something.
    assert_frame_equal(frame[[c for c in frame if c in whole.frame]], whole.frame[list(frame)], check_column_type=False)
    assert pd.concat([table.totals for table in tables]).index.tolist() == whole.totals.index.tolist()
    assert {p for table in tables for p in table.problems} == set(whole.problems)
    assert (tables[-1].notes, tables[-1].sha256) == (whole.notes, whole.sha256)
    return tables


@pytest.mark.parametrize("case", TEXTS, ids=lambda case: case.name)
@pytest.mark.parametrize("size", [1, 2])
def test_odd_text_file_reads_the_same_in_parts(case, size, parts, tmp_path):
    parts(size)
    case.build(tmp_path / case.name)
    same_table(tmp_path / case.name, case.headers, size)


LINES = st.sampled_from(
    ["1,ตาก,5", "2,น่าน,7", ",,", "", "รวม,,12", "เลขที่,จังหวัด,จำนวน", "หมายเหตุ: ก,,", "3,เลย", "4,แพร่,1,9", "#N/A,ตาก,1",
     "5,,", "(1),(2),(3)", "(นายสมชาย ใจดี),,", "ตาก,,7", "ข้อความ,,", "หน้า 1,,", "ภาคเหนือ,,", "รวมภาคเหนือ,,12",
     ",ค่าเฉลี่ย,6"]
)  # fmt: skip


@settings(max_examples=200 if FULL else 60)
@given(lines=st.lists(LINES, max_size=14), size=st.integers(1, 5), block=st.integers(1, 4))
def test_any_mixture_of_rows_reads_the_same_in_parts(lines, size, block, monkeypatch, tmp_path):
    monkeypatch.setattr(rows, "_BLOCK", block)
    path = tmp_path / "ก.csv"
    path.write_text("\n".join([CSV.strip(), *lines]) + "\n", encoding="utf-8")
    same_table(path, HEADERS, size)


def test_parts_are_as_long_as_asked(tmp_path):
    path = tmp_path / "ก.csv"
    path.write_text("เลขที่\n" + "\n".join(map(str, range(1000))) + "\n", encoding="utf-8")
    sizes = [len(table.frame) for table in same_table(path, ["เลขที่"], 100)]
    assert sum(sizes) == 1000
    assert len(sizes) >= 10
    assert max(sizes) <= 100


def judged(kind, folder):
    checked = kind.check(ROUND, folder)
    return checked.problems, checked.refused, checked.changed, checked.rows_read, checked.rows_loaded


def loaded(kind, folder):
    try:
        return kind.load(ROUND, folder, accept_partial=True)
    except DataError as error:
        return error.problems


def same_result(kind, folder, parts, sizes):
    whole, frame = judged(kind, folder), loaded(kind, folder)
    for size in sizes:
        parts(size)
        assert judged(kind, folder) == whole
        again = loaded(kind, folder)
        if isinstance(frame, tuple):
            assert again == frame
        else:
            assert_frame_equal(again, frame)
            assert again.attrs["source"] == frame.attrs["source"]


@pytest.mark.parametrize("wrong", WRONG if FULL else WRONG[::2], ids=lambda wrong: wrong.name)
def test_bad_cell_is_judged_the_same_in_parts(wrong, parts, tmp_path):
    kind = dataset(wrong.kind)
    wrong.build(tmp_path / f"{kind.stem}.csv")
    if FULL:
        same_result(kind, tmp_path, parts, [1, 2])
        return
    whole = judged(kind, tmp_path)  # what a load puts together of it is held against the whole below
    parts(1)
    assert judged(kind, tmp_path) == whole


@pytest.mark.parametrize(("last", "doubtful"), [("28/02/2569", False), ("12/2/2569", True)])
@pytest.mark.parametrize("size", [1, 2, 4])
def test_date_that_settles_the_order_may_stand_in_another_part(last, doubtful, size, parts, tmp_path):
    """28/02 can only have the day first; 12/2 says nothing, so that 2/1 and 3/2 may be other days than were read."""
    parts(size)
    head = ",".join(column.header for column in dataset("csr_activities").columns)
    days = ["2/1/2569", "2/13/2569", "3/2/2569", last]
    lines = [f"C{n},{day},ตาก,,,,บริษัทเอกชน,0" for n, day in enumerate(days)]
    (tmp_path / "csr_activities.csv").write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    checked = dataset("csr_activities").check(ROUND, tmp_path)
    found = [(p.code, p.row, p.value) for p in checked.problems]
    assert found == [("month_first", None, "2/13/2569")] * doubtful + [("cell", 3, "2/13/2569")]
    assert checked.rows_loaded == (0 if doubtful else 3)


@pytest.mark.parametrize("kind", [d for d in DATASETS if (RAW / f"{d.stem}.csv").is_file()], ids=lambda d: d.id)
def test_real_file_is_judged_the_same_in_parts(kind, parts):
    same_result(kind, RAW, parts, [2 if kind.id == "homeless_housing" else 400])


def test_defects_all_over_a_long_file_are_judged_the_same_in_parts(parts, tmp_path):
    """Repeated values near and far, bad cells of every kind, blank lines, and totals between."""
    lines = list(csv.reader(io.StringIO((RAW / "csr_activities.csv").read_text(encoding="utf-8-sig"))))[:301]
    chance = np.random.default_rng(2569)
    for row in chance.choice(np.arange(1, 301), 40, replace=False):
        lines[row][0] = lines[chance.integers(1, 301)][0]
    for row, column, value in zip(
        chance.integers(1, 301, 60), chance.integers(1, 8, 60), ["", "๑", "นอกรายการ"] * 20, strict=True
    ):
        lines[row][column] = value
    for row in (40, 150, 151, 299):
        lines.insert(row, ["รวม", *[""] * 6, str(row)])
    lines[70:70] = [[""] * 8] * 5
    text = io.StringIO(newline="")
    csv.writer(text).writerows(lines)
    (tmp_path / "csr_activities.csv").write_text(text.getvalue(), encoding="utf-8")
    codes = {p.code for p in dataset("csr_activities").check(ROUND, tmp_path).problems}
    assert codes >= {"cell", "duplicate", "required"}
    same_result(dataset("csr_activities"), tmp_path, parts, [7, 64, 1000])


def test_totals_are_held_against_rows_of_all_parts(parts, tmp_path):
    """10 + 5 rooms before the first totals row, 1 after; the last row must give 16."""
    head, first, second, third, _ = BASES["homeless_housing"].splitlines()
    path = tmp_path / "homeless_housing.csv"
    for last, found in (("16", []), ("17", [7])):
        lines = [head, first, second, "รวม,15,22,100", third, "รวม,1,2,3", f"รวมทั้งสิ้น,{last},24,103"]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        for size in (1, 2, 100):
            parts(size)
            assert [p.row for p in dataset("homeless_housing").check(ROUND, tmp_path).problems] == found


def test_rule_across_rows_is_never_judged_in_parts(parts, tmp_path):
    kind = dataset("plan_steps")
    frame = kind.check(ROUND, RAW).raw.frame
    pd.concat([frame, frame.tail(1)]).to_csv(tmp_path / "action_plan.csv", index=False)
    parts(3)
    (problem,) = (p for p in kind.check(ROUND, tmp_path).problems if p.code == "step_once_a_section")
    assert problem.row == len(frame) + 2


def test_row_limit_refuses_a_text_file(tmp_path, monkeypatch):
    monkeypatch.setattr(LIMITS, "rows", 10)
    path = tmp_path / "ก.csv"
    path.write_text("เลขที่\n" + "1\n" * 11, encoding="utf-8")
    with pytest.raises(DataError, match="มากกว่า 10 แถว"):
        list(read_text(path, ["เลขที่"]))


BOUNDED = """
import sys
from pathlib import Path
from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.rounds import Round
def peak():
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) // 1024
round_ = Round.parse("2569-6m")
kind = Schemas.of(sys.argv[4], round_)["urgent_cases"]
sys.modules["dsw_analysis.intake.dataset"].PART = int(sys.argv[1])
sys.modules["dsw_analysis.intake.copies"].BLOCK = int(sys.argv[1])
kind.load(round_, Path(sys.argv[2]), columns=["channel"])
before = peak()
kind.load(round_, Path(sys.argv[3]), columns=["channel"])
print(peak() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="there is no peak memory to ask for")
def test_memory_hardly_grows_with_the_rows(tmp_path):
    """From 100,000 to 400,000 rows, the peak grows by a fraction of what it grows by when the file is read whole."""
    header = BASES["urgent_cases"].splitlines()[0]
    line = "U{},สายด่วน 1300,,ปกติ,กรุงเทพมหานคร,02/10/2568 08:00,02/10/2568 09:15"
    grown = {}
    for part in (20_000, 1_000_000):
        folders = []
        for count in (100_000, 400_000):
            folder = tmp_path / str(part) / str(count) / "raw" / "2569-6m"
            folder.mkdir(parents=True)
            lines = "\n".join([header, *map(line.format, range(count))])
            (folder / "urgent_cases.csv").write_text(lines + "\n", encoding="utf-8")
            folders.append(str(folder))
        run = [sys.executable, "-c", BOUNDED, str(part), *folders, str(RAW.parent)]
        grown[part] = int(subprocess.run(run, capture_output=True, encoding="utf-8", check=True).stdout)
    assert grown[20_000] * 3 < grown[1_000_000]
