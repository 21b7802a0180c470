"""Tests of the safe reader of CSV files and workbooks."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import hashlib
import io
import json
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
import xlsxwriter
from bad_files import CASES
from file_cases import CSV, HEADERS, TABLE, Case, read_table
from file_forms import workbook
from hypothesis import given, settings
from hypothesis import strategies as st

from dsw_analysis.intake.files import find_file
from dsw_analysis.intake.files.header import key
from dsw_analysis.intake.thai import provinces
from dsw_analysis.problems import DataError


def built(case: Case, folder: Path) -> Path:
    path = folder / case.name
    try:
        case.build(path)
    except (AttributeError, NotImplementedError, OSError) as error:
        pytest.skip(f"cannot be made on this system: {error}")
    return path


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_bad_file_gets_its_decision(case: Case, tmp_path: Path) -> None:
    path = built(case, tmp_path)
    if case.decision == "refuse":
        with pytest.raises(DataError) as error:
            read_table(path, headers=case.headers)
        problems, said = error.value.problems, [str(problem) for problem in error.value.problems]
    else:
        table = read_table(path, headers=case.headers)
        problems, said = table.problems, [*map(str, table.problems), *table.notes]
        if case.rows is not None:
            assert tuple(table.frame.index) == case.rows
    assert {problem.code for problem in problems} == ({case.code} if case.code else set())
    assert any(case.says in text for text in said) or not case.says, said
    assert all(problem.file == case.name and problem.action for problem in problems)
    if case.row is not None:
        assert [problem.row for problem in problems] == [case.row]
    if case.column is not None:
        assert [problem.column for problem in problems] == [case.column]


LIMITED = """
import json, resource, sys, time
from pathlib import Path
from dsw_analysis.problems import DataError
from dsw_analysis.intake.files import read_parts

slowest = {}
for name, headers in json.loads(sys.stdin.read()):
    start = time.process_time()  # a busy machine must not count
    try:
        list(read_parts(Path(name), headers=headers))
    except DataError:
        slowest[name] = time.process_time() - start
status = Path("/proc/self/status")  # where it is: ru_maxrss would count the parent's memory too
if status.exists():
    peak = next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) * 1024
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"peak": peak, "slowest": max(slowest.values()), "refused": len(slowest)}))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no peak memory to ask for")
def test_every_refusal_stays_within_256_mib_and_5_seconds(tmp_path: Path) -> None:
    files = []
    for number, case in enumerate(CASES):
        if case.decision == "refuse":
            folder = tmp_path / str(number)
            folder.mkdir()
            case.build(folder / case.name)
            files.append((str(folder / case.name), case.headers))
    run = subprocess.run(
        [sys.executable, "-c", LIMITED], input=json.dumps(files), capture_output=True, encoding="utf-8", check=True
    )
    found = json.loads(run.stdout)
    assert found["refused"] == len(files)
    assert found["peak"] < 256 * 1024 * 1024
    assert found["slowest"] < 5


def test_there_are_files_enough_and_no_name_twice() -> None:
    assert len(CASES) >= 70
    assert len({case.name for case in CASES}) == len(CASES)


def written(folder: Path, content: str, name: str = "ตาราง.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode("utf-8"))
    return path


def test_table_knows_where_it_came_from(tmp_path: Path) -> None:
    path = written(tmp_path, CSV)
    table = read_table(path, headers=HEADERS)
    assert (table.path, table.file, table.sheet) == (path, "ตาราง.csv", None)
    # sha256sum of the same bytes, by the standard library over the text this test wrote
    assert table.sha256 == hashlib.sha256(CSV.encode("utf-8")).hexdigest()
    assert table.frame.index.name == "row"
    assert list(table.frame.columns) == ["เลขที่", "จังหวัด", "จำนวน"]
    assert {str(dtype) for dtype in table.frame.dtypes} == {"str"}
    assert table.frame.loc[3].tolist() == ["2", "น่าน", "7"]


def test_blank_cells_are_missing_and_nothing_else_is_changed(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "เลขที่,จังหวัด,จำนวน\nNA, ตาก,\n007,nan,1_0\n"), headers=HEADERS)
    assert table.frame.loc[2, "เลขที่"] == "NA"
    assert table.frame.loc[2, "จังหวัด"] == " ตาก"
    assert table.frame["จำนวน"].isna().tolist() == [True, False]
    assert table.frame.loc[3].tolist() == ["007", "nan", "1_0"]


def test_workbook_cells_keep_their_types(tmp_path: Path) -> None:
    path = tmp_path / "ชนิด.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADERS)
    sheet.write_datetime(1, 0, dt.datetime(2026, 2, 13), book.add_format({"num_format": "dd/mm/yyyy"}))
    sheet.write_boolean(1, 1, True)
    sheet.write_number(1, 2, 1470)
    sheet.write_string(2, 0, "๑๔๗๐")
    book.close()
    frame = read_table(path, headers=HEADERS).frame
    assert {str(dtype) for dtype in frame.dtypes} == {"object"}
    assert frame.loc[2, "เลขที่"] in (dt.datetime(2026, 2, 13), dt.date(2026, 2, 13))
    assert frame.loc[2, "จังหวัด"] is True
    assert frame.loc[2, "จำนวน"] == 1470
    assert frame.loc[3].tolist() == ["๑๔๗๐", None, None]


def test_totals_are_kept_apart(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, CSV + "รวม,,12\n"), headers=HEADERS)
    assert table.totals.index.tolist() == [4]
    assert table.totals.loc[4, "จำนวน"] == "12"
    assert list(table.totals.columns) == list(table.frame.columns)


@pytest.mark.parametrize(
    "line",
    [
        *(
            f",{label},12"
            for label in ("รวม", "รวมทั้งสิ้น", "รวมทั้งหมด", " รวม : ", "ยอดรวม", "Total", "GRAND TOTAL", "รวม (ราย)")
        ),
        *(
            f",{label},12"
            for label in ("รวมภาคเหนือ", "รวมจังหวัดตาก", "ยอดรวม (ภาคตะวันออกเฉียงเหนือ)", "รวมเดือนมกราคม", "ภาคใต้รวม")
        ),
        *("รวม,,", "2,รวม,12", ",12,รวม", "รวม,-,12 ราย", "รวมทั้งสิ้น 2 แห่ง,,", "รวมทั้งสิ้น ๒ แห่ง,,12", "ยอดยกไป,,12"),
    ],
)
def test_totals_by_any_name_and_in_any_column(tmp_path: Path, line: str) -> None:
    table = read_table(written(tmp_path, f"{CSV}{line}\n"), headers=HEADERS)
    assert table.totals.index.tolist() == [4]
    assert table.frame.index.tolist() == [2, 3]
    assert table.problems == ()


WORKS = "เลขที่,ชื่อ,หน่วยงาน\nKM69-001,,\nKM69-002,ปันสุข,นิคม ก\n"
"""A table of which only the first column must be filled."""


@pytest.mark.parametrize(
    "lines",
    [
        "ลงชื่อ ................ ผู้รายงาน,,\n(นายสมชาย ใจดี),,\nตำแหน่ง นักพัฒนาสังคม,,\nวันที่ ...../...../.....,,\n",
        ",,ลงชื่อ\n,,(นางสาวสมหญิง ใจงาม)\n,,ผู้อำนวยการศูนย์\n",
        "(ลงชื่อ)......................(ผู้รายงาน),,\n",
        "ผู้รายงาน,,ผู้ตรวจสอบ\n(นายสมชาย ใจดี),,(นางสมหญิง ใจงาม)\nนักพัฒนาสังคม,,ผู้อำนวยการ\n",
        ".....................,,\nนายสมชาย ใจดี,,\n",
        "หมายเหตุ: ข้อมูลเบื้องต้น,,\n1. ไม่รวมผลงานที่ส่งหลังวันที่ 31 มีนาคม,,\n2. อยู่ระหว่างตรวจสอบ,,\n",
        "หมายเหตุ,ข้อมูลเบื้องต้น,\n,ไม่รวมผลงานที่ส่งช้า,\n",
        "หมายเหตุ: ก, ข, ค\n",
        "ที่มา: กองพัฒนานวัตกรรม,,\n",
        "* ข้อมูล ณ วันที่ 31 มีนาคม 2569,,\n",
        "พิมพ์เมื่อ 05/04/2569 10:30 น.,,หน้า 1/3\n05/04/2569,,หน้า 2 จาก 3\n- 3 -,,\nPage 1 of 3,,\nPrinted by admin,,\n",
        "ภาคเหนือ,,\n1. ภาคใต้ (14 จังหวัด),,\n1,ภาคกลาง,\n",
        "ค่าเฉลี่ย,12,3\nร้อยละ,,50\nS.D.,1.2,-\n",
        "เลขที่,ชื่อ,หน่วยงาน\n(1),(2),(3)\n",
    ],
)
def test_rows_that_are_no_records_are_left_out_and_listed(tmp_path: Path, lines: str) -> None:
    table = read_table(written(tmp_path, WORKS + lines), headers=("เลขที่", "ชื่อ", "หน่วยงาน"))
    assert table.problems == ()
    assert table.frame.index.tolist() == [2, 3]
    said = " ".join(note for note in table.notes if note.startswith("ข้าม"))
    assert set(map(int, re.findall(r"(?<![^ ])\d+(?=[, :]|$)", re.sub("“.*?”", "", said)))) == set(
        range(4, 4 + lines.count("\n"))
    )


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("ข้อมูลนี้ยังไม่ครบ,,\n", "เพียงช่องเดียว"),
        ("จังหวัดตาก,,\n", "เพียงช่องเดียว"),
        ("05/04/2569,,\n", "เพียงช่องเดียว"),
        ("02-123-4567,,\n", "เพียงช่องเดียว"),
        ("นายสมชาย ใจดี,,\n", "เพียงช่องเดียว"),
        ("ประเภท,จำนวน,ร้อยละ\n", "ช่องแรกของแถวนี้ไม่ใช่รหัส"),
        ("ภาคเหนือ,45,3\n", "ยอดรวม"),
        ("รวม,ตาก,12\n", "ยอดรวม"),
        ("รวมพลังชุมชน,,12\n", "ยอดรวม"),
        ("รวมทุกอย่าง 12 ผลงาน จาก 3 แห่ง,,\n", "ยอดรวม"),
        ("ผู้รายงาน,สมชาย,\n", "ช่องลงชื่อ"),
        ("หมายเหตุ,12,\n", "หมายเหตุ"),
        ("หมายเหตุ: ก,,\nKM69-003,,\n", "ใต้หมายเหตุ"),
        ("หมายเหตุ: ก,,\n1,ไม่รวมผลงานที่ส่งช้า,\n", "ใต้หมายเหตุ"),
        ("ลงชื่อ ....,,\n1,ผ่าน,45\n", "ใต้หมายเหตุ"),
    ],
)
def test_rows_that_may_be_records_or_not_are_refused_by_row(tmp_path: Path, lines: str, says: str) -> None:
    table = read_table(written(tmp_path, WORKS + lines), headers=("เลขที่", "ชื่อ", "หน่วยงาน"))
    last = 3 + lines.count("\n")
    assert [(problem.code, problem.row, problem.column) for problem in table.problems] == [
        ("uncertain_row", last, "เลขที่")
    ]
    assert says in table.problems[0].expected
    assert table.frame.index.tolist() == [2, 3, last]


@pytest.mark.parametrize(
    "lines",
    [
        "KM๖๙-๐๐๓,,\n",
        "KM69-003,รวมพลังชุมชน,\nKM69-004,หมายเหตุชีวิต,ตำแหน่ง ก\nKM69-005,(ร่าง),\nKM69-006,ภาคเหนือ,\n",
        ",,\nKM69-003,,\n",
        "หมายเหตุ: ก,,\nเลขที่,ชื่อ,หน่วยงาน\nKM69-003,,\n",
        "หน้า 1/2,,\nKM69-003,,\n",
        "ภาคใต้,,\nKM69-003,,\n",
    ],
)
def test_records_among_such_rows_stay(tmp_path: Path, lines: str) -> None:
    table = read_table(written(tmp_path, WORKS + lines), headers=("เลขที่", "ชื่อ", "หน่วยงาน"))
    assert table.problems == ()
    records = [row for row, line in enumerate((WORKS + lines).splitlines(), start=1) if line.startswith("KM")]
    assert table.frame.index.tolist() == records


def test_full_record_below_a_note_goes_on_with_the_table(tmp_path: Path) -> None:
    """Every record fills three columns; so does row 5, and row 6 does not."""
    table = read_table(written(tmp_path, CSV + "หมายเหตุ: ก,,\n3,เลย,4\nหมายเหตุ: ข,,\n4,,9\n"), headers=HEADERS)
    assert table.frame.index.tolist() == [2, 3, 5, 7]
    assert [problem.row for problem in table.problems] == [7]


def test_titles_repeated_on_each_page_are_left_out(tmp_path: Path) -> None:
    page = "ทะเบียนผลงาน ปี 2569,,\n" + WORKS
    table = read_table(written(tmp_path, page + page.replace("-00", "-10")), headers=("เลขที่", "ชื่อ", "หน่วยงาน"))
    assert (table.frame.index.tolist(), table.problems) == ([3, 4, 7, 8], ())


def test_tail_outside_the_table_makes_no_unnamed_column(tmp_path: Path) -> None:
    path = tmp_path / "ลงชื่อ.xlsx"
    workbook(path, {"ก": [*TABLE, [None, None, None, None, "ลงชื่อ ........ ผู้รายงาน"]]})
    table = read_table(path, headers=HEADERS)
    assert (table.frame.index.tolist(), table.problems) == ([2, 3], ())


def test_regions_are_records_where_the_column_is_of_regions(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "ภาค,จำนวน\nภาคเหนือ,5\nภาคใต้,7\n"), headers=("ภาค", "จำนวน"))
    assert (table.frame.index.tolist(), table.problems) == ([2, 3], ())


@pytest.mark.parametrize("line", ["รวมพลังชุมชน,ตาก,12", "ศูนย์รวมน้ำใจ,,12", "Totally,,12"])
def test_rows_that_only_look_like_totals_stay(tmp_path: Path, line: str) -> None:
    table = read_table(written(tmp_path, CSV.replace("1,", "ปันสุข,") + line + "\n"), headers=HEADERS)
    assert (table.frame.index.tolist(), table.problems) == ([2, 3, 4], ())


def test_find_file_wants_exactly_one(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="ไม่พบไฟล์ข้อมูลชื่อ “ก”"):
        find_file(tmp_path, "ก")
    written(tmp_path, CSV, "ก.CSV")
    written(tmp_path, CSV, "ก.bak")
    written(tmp_path, CSV, "~$ก.xlsx")
    assert find_file(tmp_path, "ก").name == "ก.CSV"
    written(tmp_path, CSV, "ก.xlsx")
    with pytest.raises(DataError, match=r"ก\.CSV, ก\.xlsx"):
        find_file(tmp_path, "ก")


def test_sheet_is_taken_by_name(tmp_path: Path) -> None:
    path = tmp_path / "สอง.xlsx"
    workbook(path, {"ก": TABLE, "ข": TABLE[:2]})
    assert len(read_table(path, headers=HEADERS, sheet=" ข ").frame) == 1
    with pytest.raises(DataError, match=r"ไม่พบแผ่นงาน “ค”.*“ก”, “ข”"):
        read_table(path, headers=HEADERS, sheet="ค")


GROUP = ("เลขที่", "จังหวัด", "จำนวน / ชาย", "จำนวน / หญิง")


@pytest.mark.parametrize(
    ("lines", "headers", "index"),
    [
        # a title, a group without merged cells (blanks to its right), a vertical header
        ("ทะเบียน,,,\nเลขที่,จังหวัด,จำนวน,\n,,ชาย,หญิง\n1,ตาก,5,6\n", GROUP, [4]),
        # three rows deep
        ("เลขที่,จำนวน,,\n,ไทย,,อื่น\n,ชาย,หญิง,\n1,5,6,7\n", ("จำนวน / ไทย / ชาย", "จำนวน / อื่น"), [4]),
        # spaces and letter case do not count, order neither
        ("จัง หวัด,ID\nตาก,1\n", ("id", "จังหวัด"), [2]),
        # the row with most of the headers, not the first with any
        ("จังหวัด,ตาก,\nเลขที่,จังหวัด,จำนวน\n1,ตาก,5\n", HEADERS, [3]),
    ],
)
def test_header_is_found_and_flattened(tmp_path: Path, lines: str, headers: tuple[str, ...], index: list[int]) -> None:
    frame = read_table(written(tmp_path, lines), headers=headers).frame
    assert {key(header) for header in headers} <= {key(column) for column in frame.columns}
    assert frame.index.tolist() == index


def test_line_of_units_is_no_record(tmp_path: Path) -> None:
    path = written(tmp_path, "เลขที่,จังหวัด,จำนวน\n,,(คน)\n1,ตาก,5\n")
    assert list(read_table(path, headers=HEADERS).frame.index) == [3]


def test_merged_group_is_filled_only_as_far_as_it_reaches(tmp_path: Path) -> None:
    path = tmp_path / "กลุ่ม.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    sheet.merge_range("A1:E1", "ทะเบียนผู้เข้าร่วม")
    sheet.merge_range("A2:A3", "เลขที่")
    sheet.merge_range("B2:C2", "จำนวน")
    sheet.write_row("B3", ["ชาย", "หญิง", "หมายเหตุ"])
    sheet.write_row("A4", [1, 5, 6, "ก"])
    book.close()
    frame = read_table(path, headers=("เลขที่", "จำนวน / ชาย", "จำนวน / หญิง", "หมายเหตุ")).frame
    assert list(frame.columns) == ["เลขที่", "จำนวน / ชาย", "จำนวน / หญิง", "หมายเหตุ"]
    assert frame.index.tolist() == [4]


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "xls", "ods"])
def test_spoilt_bytes_raise_nothing_but_the_documented_error(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"เสีย.{suffix}"
    name = "utf8.csv" if suffix == "csv" else f"ดี.{suffix}"
    next(case for case in CASES if case.name == name).build(path)
    good = path.read_bytes()
    chance = random.Random(2569)
    for _ in range(150):
        data = bytearray(good)
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(bytes(data[: chance.choice([len(data), chance.randrange(len(data) + 1)])]))
        with contextlib.suppress(DataError):
            assert len(read_table(path, headers=HEADERS).frame) <= 3


TEXT = st.text(
    st.characters(
        codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="#", include_characters='",;\n\t|'
    ),
    max_size=8,
)


@settings(max_examples=60)
@given(
    cells=st.lists(st.tuples(TEXT, TEXT, TEXT), min_size=1, max_size=6),
    delimiter=st.sampled_from(",;\t|"),
    codec=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_what_csv_writes_comes_back(
    tmp_path: Path, cells: list[tuple[str, str, str]], delimiter: str, codec: str, end: str
) -> None:
    written_rows = [["x1", *row] for row in cells]  # a code in front: such a row is no total, note or blank
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator=end)
    writer.writerows([["เลขที่", "จังหวัด", "จำนวน", "อื่น"], *written_rows])
    path = tmp_path / "กลับ.csv"
    path.write_bytes(buffer.getvalue().encode(codec))
    table = read_table(path, headers=HEADERS)
    assert table.frame.astype(object).where(table.frame.notna(), "").to_numpy().tolist() == written_rows
    assert table.frame.index.tolist() == list(range(2, len(cells) + 2))
    assert table.problems == ()


def test_all_provinces_in_the_old_thai_encoding(tmp_path: Path) -> None:
    names = [province.name_th for province in provinces()]
    path = tmp_path / "จังหวัด.csv"
    path.write_bytes(("จังหวัด\n" + "\n".join(names) + "\n").encode("cp874"))
    table = read_table(path, headers=("จังหวัด",))
    assert table.frame["จังหวัด"].tolist() == names
    assert "TIS-620" in table.notes[0]


@pytest.mark.parametrize("words", ["déjà vu à côté", "señor mañana año", "Größe über Äpfel", "naïve façade élève"])
def test_western_text_is_not_taken_for_thai(tmp_path: Path, words: str) -> None:
    path = tmp_path / "ฝรั่ง.csv"
    path.write_bytes(f"id\n{words}\n".encode("latin-1"))
    with pytest.raises(DataError, match="รหัสอักขระ"):
        read_table(path, headers=("id",))
