"""Cells of workbooks are read as a person sees them, or refused: number formats, merged cells, marks."""

from __future__ import annotations

import contextlib
import datetime as dt
import random
import shutil
from pathlib import Path
from xml.sax.saxutils import escape

import pandas as pd
import pytest
import xlsxwriter
from declared import dataset
from file_cases import HEADERS, read_table
from file_forms import ods, ods_row, xls, xls_cell, xls_merge, xls_note, xls_rows, xls_styles

from dsw_analysis.intake.checking import summary_lines
from dsw_analysis.intake.files import RawTable
from dsw_analysis.intake.files.formats import shown, shown_days
from dsw_analysis.intake.files.seen import UnclearError
from dsw_analysis.problems import DataError
from dsw_analysis.rounds import Round

ROUND = Round.parse("2569-6m")
KINDS = ("xlsx", "xls", "ods")
FEB_13 = 46066  # 13 February 2026: 46,066 days after 30 December 1899
BE_YEAR = 244393  # 13 February of the year 2569 C.E.: where a B.E. year was typed into a C.E. cell
ACCOUNTS = '_-* #,##0.00_-;\\-* #,##0.00_-;_-* "-"??_-;_-@_-'
MONTH = pd.Period("2026-02", "M")
REFUSED = None
DAY, NOON = dt.date(2026, 2, 13), dt.datetime(2026, 2, 13, 12)


def test_day_numbers_of_these_tests_are_right():
    assert dt.date(1899, 12, 30) + dt.timedelta(FEB_13) == DAY
    assert dt.date(1899, 12, 30) + dt.timedelta(BE_YEAR) == dt.date(2569, 2, 13)


FORMATS = [
    # stored, format, what Excel or LibreOffice shows, what must be read
    (0.855, "0.0%", "85.5%", "85.5%"),
    (0.57, "0%", "57%", "57%"),  # 100 times the float is 56.99999999999999
    (0.855, "0%", "86%", "85.5%"),
    (0.9, 'ร้อยละ" "0%', "ร้อยละ 90%", REFUSED),
    (0.9, "0 %", "90 %", "90%"),
    (-0.9, "0%;0%", "90%", REFUSED),
    (123, "00000", "00123", "00123"),
    (123456, "00000", "123456", 123456),
    (3100200300401, "0-0000-00000-00-0", "3-1002-00300-40-1", "3-1002-00300-40-1"),
    (812345678, "000-000-0000", "081-234-5678", "081-234-5678"),
    (12, '"U69-"0000', "U69-0012", "U69-0012"),
    (5, '0" คน"', "5 คน", "5 คน"),
    (5, 'General" คน"', "5 คน", "5 คน"),
    (2.5, '0" คน"', "3 คน", REFUSED),
    (1.5, '#,##0.00 "ล้านบาท"', "1.50 ล้านบาท", "1.50 ล้านบาท"),
    (1470, "[$฿-41E]#,##0.00", "฿1,470.00", "฿1,470.00"),
    (1469800, "#,##0,", "1,470", REFUSED),
    (2_000_000, '0.0,,"M"', "2.0M", REFUSED),
    (1500, '[>=1000]0,"K";0', "2K", REFUSED),
    (0.5, "# ?/?", "1/2", REFUSED),
    (1470, "0.00E+00", "1.47E+03", 1470),
    (1470.25, "#,##0.00", "1,470.25", 1470.25),
    (2.56, "0.0", "2.6", 2.56),
    (1470, "t#,##0", "๑,๔๗๐", 1470),
    (1470, "@", "1470", 1470),
    (-5, "#,##0_);[Red](#,##0)", "(5)", -5),
    (-5, "0;0", "5", REFUSED),
    (0, ACCOUNTS, "-", 0),
    (-5.5, ACCOUNTS, "-5.50", -5.5),
    (0, '0;-0;"ไม่มี"', "ไม่มี", "ไม่มี"),
    (0, "#,###", "", REFUSED),
    (7, ";;;", "", REFUSED),
    (5, '@" คน"', "5 คน", "5 คน"),
]


@pytest.mark.parametrize(("stored", "code", "seen", "expected"), FORMATS)
@pytest.mark.parametrize("kind", KINDS)
def test_number_is_read_as_it_is_seen(tmp_path, kind, stored, code, seen, expected):
    judge(one_cell(tmp_path, kind, stored, code, seen), expected)


DATES = [
    (FEB_13, "dd/mm/yyyy", "13/02/2026", DAY),
    (FEB_13, "[$-107041E]d mmmm yyyy", "13 กุมภาพันธ์ 2569", DAY),
    (FEB_13, "[$-D07041E]d/m/yyyy", "๑๓/๒/๒๕๖๙", DAY),
    (FEB_13, "d mmm bb", "13 ก.พ. 69", DAY),
    (FEB_13, "ว/ด/ปปปป", "13/2/2569", DAY),
    (FEB_13, "yyyy-mm-dd", "2026-02-13", DAY),
    (FEB_13, "dd/mm/yyyy hh:mm", "13/02/2026 00:00", dt.datetime(2026, 2, 13)),
    (FEB_13 + 0.5, "dd/mm/yyyy hh:mm", "13/02/2026 12:00", NOON),
    (FEB_13 + 0.5, "dd/mm/yyyy", "13/02/2026", NOON),
    (FEB_13 + 14.5 / 24, "ว/ด/ปปปป ช:นน", "13/2/2569 14:30", dt.datetime(2026, 2, 13, 14, 30)),
    (FEB_13, "mmm-yy", "Feb-26", MONTH),
    (FEB_13, "[$-107041E]mmmm yyyy", "กุมภาพันธ์ 2569", MONTH),
    (FEB_13, "mm/yyyy", "02/2026", MONTH),
    (FEB_13, "d-mmm", "13-Feb", REFUSED),
    (FEB_13, "yyyy", "2026", REFUSED),
    (FEB_13, "dddd", "Friday", REFUSED),
    (BE_YEAR, "dd/mm/yyyy", "13/02/2569", dt.date(2569, 2, 13)),
    (BE_YEAR, "[$-107041E]d mmmm yyyy", "13 กุมภาพันธ์ 3112", REFUSED),
    (FEB_13 + 14.5 / 24, "hh:mm", "14:30", dt.time(14, 30)),
    (14.5 / 24, "h:mm AM/PM", "2:30 PM", dt.time(14, 30)),
    (1.5, "[h]:mm", "36:00", dt.timedelta(hours=36)),
    (-1, "dd/mm/yyyy", "###", REFUSED),
]


@pytest.mark.parametrize(("stored", "code", "seen", "expected"), DATES)
@pytest.mark.parametrize("kind", KINDS)
def test_date_is_read_as_far_as_it_is_seen(tmp_path, kind, stored, code, seen, expected):
    judge(one_cell(tmp_path, kind, stored, code, seen), expected)


@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_days_may_be_counted_from_1904(tmp_path, kind):
    """As Excel for Mac did: day 0 is 1 January 1904, 1,462 days later than in other files."""
    table = one_cell(tmp_path, kind, FEB_13 - 1462, "dd/mm/yyyy", "13/02/2026", since_1904=True)
    judge(table, DAY)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 1e15, -1e300])
def test_numbers_beyond_15_digits_are_not_shown_for_certain(number):
    with pytest.raises(UnclearError):
        shown(number, "0%")


def test_times_are_rounded_to_the_millisecond():
    """14:30 is no binary fraction of a day: 46066.604166666664 is a little less."""
    assert shown(46066.604166666664, "dd/mm/yyyy hh:mm:ss") == dt.datetime(2026, 2, 13, 14, 30)


@pytest.mark.parametrize("code", ["dd/mm/yyyy", "[$-107041E]d mmmm yyyy", "dd/mm/yyyy hh:mm:ss"])
def test_many_days_at_once_are_those_of_each(code):
    """The 20th century, 2026, and half a minute past every hour of a day; expected from Python's own calendar."""
    moments = [dt.datetime(1910 + n, 1 + n % 12, 1 + n % 28) for n in range(190)]
    moments += [dt.datetime(2026, 2, 13, hour, 0, 30) for hour in range(24)]
    numbers = [(moment - dt.datetime(1899, 12, 30)) / dt.timedelta(1) for moment in moments]
    expected = moments if "hh" in code else [m.date() if m.time() == dt.time() else m for m in moments]
    assert shown_days(numbers, code) == expected == [shown(number, code) for number in numbers]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (60, "dd/mm/yyyy"),
        (BE_YEAR, "dd/mm/yyyy"),
        (-1, "dd/mm/yyyy"),
        (FEB_13, "mmm-yy"),
        (FEB_13, "[h]:mm"),
        (5, "0%"),
    ],
)
def test_what_is_no_sure_day_is_looked_at_alone(number, code):
    assert shown_days([FEB_13, number], code) is None


def judge(table: RawTable, expected: object) -> None:
    found = table.frame.loc[2, "จำนวน"]
    if expected is REFUSED:
        assert pd.isna(found)
        assert [(p.code, p.row, p.column) for p in table.problems] == [("cell_format", 2, "จำนวน")]
    else:
        assert (found, type(found) is str) == (expected, type(expected) is str)
        assert isinstance(found, dt.datetime) == isinstance(expected, dt.datetime)
        assert table.problems == ()


def one_cell(folder: Path, kind: str, stored: float, code: str, seen: str, *, since_1904: bool = False) -> RawTable:
    """A table with one number in a format, read; an ODS file holds the text that LibreOffice shows."""
    path = folder / f"ตาราง.{kind}"
    if kind == "xlsx":
        book = xlsxwriter.Workbook(path, {"date_1904": since_1904})
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADERS)
        sheet.write_row(1, 0, ["ก", "ตาก"])
        sheet.write_number(1, 2, stored, book.add_format({"num_format": code}))
        book.close()
    elif kind == "xls":
        cells = xls_rows([HEADERS, ["ก", "ตาก"]]) + xls_cell(1, 2, stored, 2)
        xls(path, {"ข้อมูล": cells}, styles=xls_styles([code], since_1904=since_1904))
    else:
        ods(path, {"ข้อมูล": ods_row(*HEADERS) + row_of(text_cell("ก"), text_cell("ตาก"), ods_cell(stored, code, seen))})
    return read_table(path, headers=HEADERS)


def row_of(*cells: str) -> str:
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def text_cell(text: str, attributes: str = "", more: str = "") -> str:
    return (
        f'<table:table-cell office:value-type="string" {attributes}>{more}<text:p>{escape(text)}</text:p>'
        "</table:table-cell>"
    )


def ods_cell(stored: float, code: str, seen: str) -> str:
    """A number as LibreOffice writes it: its kind, its value, its text."""
    plain = code.lower().replace("red", "").replace("general", "")
    if "%" in code:
        value = f'office:value-type="percentage" office:value="{stored}"'
    elif "฿" in code:
        value = f'office:value-type="currency" office:currency="THB" office:value="{stored}"'
    elif ("h" in plain or "ช" in plain) and not ("y" in plain or "ป" in plain):
        minutes = round(stored % 1 * 1440) if "[h]" not in plain else round(stored * 1440)
        value = f'office:value-type="time" office:time-value="PT{minutes // 60:02}H{minutes % 60:02}M00S"'
    elif any(letter in plain for letter in "ydbmว"):
        moment = dt.datetime(1899, 12, 30) + dt.timedelta(minutes=round(stored * 1440))
        stamp = moment.isoformat() if moment.time() != dt.time() else moment.date().isoformat()
        value = f'office:value-type="date" office:date-value="{stamp}"'
    else:
        value = f'office:value-type="float" office:value="{stored}"'
    return f"<table:table-cell {value}><text:p>{escape(seen)}</text:p></table:table-cell>"


SUMMARY = [c.header for c in dataset("csr_training_summary").columns]


@pytest.mark.parametrize("kind", KINDS)
def test_percent_cell_in_a_number_column_is_refused_as_the_text_is(tmp_path, kind):
    """An indicator of 80 % became 0.8 and "reached"; the .xls file was written by another program than these tests."""
    path = tmp_path / f"csr_training.{kind}"
    if kind == "xls":
        shutil.copy(Path(__file__).parents[1] / "data" / "percent.xls", path)
    elif kind == "xlsx":
        book = xlsxwriter.Workbook(path)
        sheet = book.add_worksheet("สรุปโครงการ")
        sheet.write_row(0, 0, SUMMARY)
        sheet.write_row(1, 0, ["overall_success", "ผล", 0.855, "ร้อยละ"])
        sheet.write_number(1, 2, 0.855, book.add_format({"num_format": "0.0%"}))
        sheet.write_row(2, 0, ["effectiveness_threshold", "เกณฑ์", 0.5, "-"])
        book.close()
    else:
        rows = row_of(
            text_cell("overall_success"), text_cell("ผล"), ods_cell(0.855, "0.0%", "85.5%"), text_cell("ร้อยละ")
        )
        more = ods_row("effectiveness_threshold", "เกณฑ์", 0.5, "-")
        ods(path, {"สรุปโครงการ": ods_row(*SUMMARY) + rows + more})
    found = dataset("csr_training_summary").check(ROUND, tmp_path)
    assert [(p.row, p.column, p.value) for p in found.problems] == [(2, "ค่า", "85.5%")]
    assert found.frame["value"].tolist()[1] == 0.5


CASE = [c.header for c in dataset("urgent_cases").columns]


@pytest.mark.parametrize("kind", [*KINDS, "parquet"])
def test_date_without_a_time_is_no_time_stamp(tmp_path, kind):
    """It became midnight, and the wait from midnight to midnight 0 hours."""
    path = tmp_path / f"urgent_cases.{kind}"
    texts = ["U1", "สายด่วน 1300", None, None, "ตาก"]
    if kind == "xlsx":
        book = xlsxwriter.Workbook(path)
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, CASE)
        sheet.write_row(1, 0, texts)
        sheet.write_datetime(1, 5, dt.datetime(2026, 2, 13), book.add_format({"num_format": "dd/mm/yyyy"}))
        sheet.write_datetime(1, 6, dt.datetime(2026, 2, 13), book.add_format({"num_format": "dd/mm/yyyy hh:mm"}))
        book.close()
    elif kind == "xls":
        cells = xls_rows([CASE, texts]) + xls_cell(1, 5, FEB_13, 2) + xls_cell(1, 6, FEB_13, 3)
        xls(path, {"ก": cells}, styles=xls_styles(["dd/mm/yyyy", "dd/mm/yyyy hh:mm"]))
    elif kind == "ods":
        stamps = ods_cell(FEB_13, "dd/mm/yyyy", "13/02/2569"), ods_cell(FEB_13, "dd/mm/yyyy hh:mm", "13/02/2569 00:00")
        cells = (text_cell(text) if text else "<table:table-cell/>" for text in texts)
        ods(path, {"ก": ods_row(*CASE) + row_of(*cells, *stamps)})
    else:
        values = [*texts, DAY, pd.Timestamp(2026, 2, 13)]
        pd.DataFrame([values], columns=CASE).to_parquet(path)
    found = dataset("urgent_cases").check(ROUND, tmp_path)
    assert [(p.row, p.column) for p in found.problems] == [(2, "วันเวลาที่รับเรื่อง")]
    assert found.problems[0].expected.endswith("(ไม่มีเวลา)")
    assert found.frame["referred"].tolist() == [pd.Timestamp(2026, 2, 13)]


@pytest.mark.parametrize(
    ("header", "values", "columns"),
    [
        (
            ["วันที่รับ", "เวลารับ", "วันที่ส่งต่อ", "เวลาส่งต่อ"],
            ["13/02/2569", "14:30", "14 ก.พ. 2569", "๙.๐๕ น."],
            [(CASE[5], "วันที่รับ", "เวลารับ"), (CASE[6], "วันที่ส่งต่อ", "เวลาส่งต่อ")],
        ),
        ([CASE[5], "เวลา", CASE[6]], ["13/02/2569", "14:30", "14/02/2569 09:05"], [(CASE[5], CASE[5], "เวลา")]),
    ],
)
def test_date_and_time_in_two_columns_are_named_with_what_to_do(tmp_path, header, values, columns):
    lines = [",".join([*CASE[:5], *header]), ",".join(["U1", "สายด่วน 1300", "", "", "ตาก", *values])]
    (tmp_path / "urgent_cases.csv").write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    found = [p for p in dataset("urgent_cases").check(ROUND, tmp_path).problems if p.row is None]
    assert {p.code for p in found} == {"split_stamp"}
    assert sorted(p.column for p in found) == sorted(column for column, _, _ in columns)
    for column, day, clock in columns:
        (problem,) = (p for p in found if p.column == column)
        assert f"“{day}” และ “{clock}”" in problem.expected
        assert f"รวมสองคอลัมน์นี้เป็นคอลัมน์ “{column}”" in problem.action


ACTIVITY = [c.header for c in dataset("csr_activities").columns]
PARTNER = next(iter(dataset("csr_activities")["partner_type"].codes.values()))


def activities(path: Path, values: dict[str, object], merges: dict[str, str] | None = None) -> None:
    """Six activities, B to H alike but for the given cells; ``None`` is a blank, ``merges`` first cell -> last cell."""
    rows = [ACTIVITY]
    for number in range(2, 8):
        row = [f"A{number}", "13/02/2569", "ตาก", "อบรม", None, None, PARTNER, 5]
        rows.append([values.get(f"{letter}{number}", cell) for letter, cell in zip("ABCDEFGH", row, strict=True)])
    spans = [(place(first), place(last)) for first, last in (merges or {}).items()]
    if path.suffix == ".xlsx":
        book = xlsxwriter.Workbook(path)
        sheet = book.add_worksheet()
        for (top, left), (bottom, right) in spans:
            sheet.merge_range(top, left, bottom, right, "")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        book.close()
    elif path.suffix == ".xls":
        merged = b"".join(xls_merge(top, bottom, left, right) for (top, left), (bottom, right) in spans)
        xls(path, {"ก": xls_rows(rows) + merged})
    else:
        sizes = {first: (last[0] - first[0] + 1, last[1] - first[1] + 1) for first, last in spans}
        xml = ""
        for number, row in enumerate(rows):
            cells = []
            for column, cell in enumerate(row):
                down, right = sizes.get((number, column), (1, 1))
                spanned = f'table:number-rows-spanned="{down}" table:number-columns-spanned="{right}"'
                if cell is None:
                    cells.append(f"<table:table-cell {spanned}/>")
                elif isinstance(cell, int):
                    cells.append(f'<table:table-cell office:value-type="float" office:value="{cell}" {spanned}/>')
                else:
                    cells.append(text_cell(cell, spanned))
            xml += row_of(*cells)
        ods(path, {"ก": xml})


def place(reference: str) -> tuple[int, int]:
    return int(reference[1:]) - 1, ord(reference[0]) - ord("A")


@pytest.mark.parametrize("kind", KINDS)
def test_merged_label_is_filled_down_and_counted(tmp_path, kind):
    values = {"C2": "น่าน", "C3": None, "C4": None, "C5": "เลย", "C6": None}
    activities(tmp_path / f"csr_activities.{kind}", values, {"C2": "C4", "C5": "C6"})
    found = dataset("csr_activities").check(ROUND, tmp_path)
    assert found.problems == ()
    assert found.frame["province"].tolist() == ["น่าน", "น่าน", "น่าน", "เลย", "เลย", "ตาก"]
    assert found.changed == {"merged": 3}  # C3, C4 and C6
    assert any("ผสาน" in line and "3 ช่อง" in line for line in summary_lines(found))


@pytest.mark.parametrize(
    ("values", "merges", "problems"),
    [
        # a number, which would be counted in each row
        ({"H2": 30, "H3": None, "H4": None}, {"H2": "H4"}, [("H2:H4", n, ACTIVITY[7]) for n in (2, 3, 4)]),
        # an id
        ({"A5": "A5", "A6": None}, {"A5": "A6"}, [("A5:A6", n, ACTIVITY[0]) for n in (5, 6)]),
        # across columns, of a label too
        ({"C3": "ตาก", "D3": None}, {"C3": "D3"}, [("C3:D3", 3, ACTIVITY[2]), ("C3:D3", 3, ACTIVITY[3])]),
        # a value that the merged label hides
        ({"C2": "น่าน", "C3": "เลย"}, {"C2": "C3"}, [("C2:C3", n, ACTIVITY[2]) for n in (2, 3)]),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_other_merged_cells_are_refused_by_their_range(tmp_path, kind, values, merges, problems):
    activities(tmp_path / f"csr_activities.{kind}", values, merges)
    found = dataset("csr_activities").check(ROUND, tmp_path)
    assert [(p.expected.split()[1], p.row, p.column) for p in found.problems] == sorted(
        problems, key=lambda p: (p[1], p[2])
    )
    assert {p.code for p in found.problems} == {"merged_cells"}
    assert found.refused == tuple(sorted({row for _, row, _ in problems}))
    assert found.changed == {}


@pytest.mark.parametrize("kind", KINDS)
def test_value_in_the_first_row_is_not_filled_down_without_a_merge(tmp_path, kind):
    activities(tmp_path / f"csr_activities.{kind}", {"C2": "น่าน", "C3": None, "D2": "ค่าย", "D3": None})
    found = dataset("csr_activities").check(ROUND, tmp_path)
    assert [(p.code, p.row, p.column) for p in found.problems] == [("required", 3, "จังหวัด")]
    assert found.frame["title"].isna().tolist() == [False, True, False, False, False, False]


@pytest.mark.parametrize("kind", KINDS)
def test_merged_blanks_are_blanks(tmp_path, kind):
    activities(tmp_path / f"csr_activities.{kind}", {"D2": None, "D3": None}, {"D2": "D3", "E4": "F5"})
    found = dataset("csr_activities").check(ROUND, tmp_path)
    assert (found.problems, found.changed) == ((), {})


@pytest.mark.parametrize("kind", KINDS)
def test_struck_out_rows_and_comments_are_mentioned(tmp_path, kind):
    path = tmp_path / f"ตาราง.{kind}"
    rows = [list(HEADERS), ["1", "ตาก", 5], ["2", "น่าน", 7], ["3", "เลย", 9]]
    if kind == "xlsx":
        book = xlsxwriter.Workbook(path)
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row, book.add_format({"font_strikeout": True}) if number == 2 else None)
        sheet.write_comment("C4", "ถามจังหวัดก่อน")
        book.close()
    elif kind == "xls":
        struck = b"".join(xls_cell(2, column, value, 1) for column, value in enumerate(rows[2]))
        cells = xls_rows(rows[:2]) + struck + xls_rows([[], [], [], rows[3]])
        xls(path, {"ก": cells + xls_note(3, 2)}, styles=xls_styles([]))
    else:
        style = (
            '<style:style style:name="ce1"><style:text-properties style:text-line-through-style="solid"/></style:style>'
        )
        note = "<office:annotation><text:p>ถามจังหวัดก่อน</text:p></office:annotation>"
        struck = row_of(text_cell("2"), text_cell("น่าน", 'table:style-name="ce1"'), text_cell("7"))
        noted = row_of(text_cell("3"), text_cell("เลย"), text_cell("9", "", note))
        ods(path, {"ก": ods_row(*rows[0]) + ods_row(*rows[1]) + struck + noted}, styles=style)
    table = read_table(path, headers=HEADERS)
    assert table.frame["เลขที่"].astype(str).tolist() == ["1", "2", "3"]
    assert [note for note in table.notes if "ขีดฆ่า" in note and note.endswith("แถวที่ 3")]
    assert [note for note in table.notes if "ความคิดเห็น" in note and note.endswith("C4")]
    assert str(table.frame.loc[4, "จำนวน"]).removesuffix(".0") == "9"


def test_a_column_of_misleading_formats_refuses_the_file(tmp_path):
    """More cells than are listed one by one (10,000): thousands are shown where units are stored."""
    path = tmp_path / "พัน.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    thousands = book.add_format({"num_format": "#,##0,"})
    sheet.write_row(0, 0, HEADERS)
    for row in range(1, 10_003):
        sheet.write_number(row, 0, row)
        sheet.write_number(row, 2, row * 1000, thousands)
    book.close()
    with pytest.raises(DataError) as error:
        read_table(path, headers=HEADERS)
    assert [(p.code, p.row) for p in error.value.problems] == [("too_many_doubtful", 2)]


def test_misleading_cells_that_are_repeated_are_refused_in_every_row(tmp_path):
    cells = ods_cell(1469800, "#,##0,", "1,470")
    repeated = row_of(text_cell("ก"), text_cell("ตาก"), cells).replace(
        "-row>", '-row table:number-rows-repeated="3">', 1
    )
    ods(tmp_path / "ซ้ำ.ods", {"ก": ods_row(*HEADERS) + repeated})
    table = read_table(tmp_path / "ซ้ำ.ods", headers=HEADERS)
    assert [p.row for p in table.problems] == [2, 3, 4]
    assert table.frame["จำนวน"].isna().all()


def test_spoilt_styles_of_an_xls_file_raise_nothing_but_the_documented_error(tmp_path):
    path = tmp_path / "เสีย.xls"
    codes = ["0%", "dd/mm/yyyy", '0" คน"']
    cells = xls_rows([HEADERS, ["1", "ตาก"], ["2", "น่าน"]])
    cells += b"".join(xls_cell(row, 2, 5, row + 1) for row in (1, 2)) + xls_merge(1, 2, 1, 1) + xls_note(1, 1)
    xls(path, {"ก": cells}, styles=xls_styles(codes))
    good = path.read_bytes()
    chance = random.Random(2569)
    for _ in range(300):
        data = bytearray(good)
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(4096)] = chance.randrange(256)
        path.write_bytes(bytes(data))
        with contextlib.suppress(DataError):
            assert len(read_table(path, headers=HEADERS).frame) <= 3


def test_blank_cells_of_an_xls_file_are_counted_before_they_are_held(tmp_path):
    """A blank with a format at the end of each of 65,536 rows makes its reader hold 16 million cells."""
    blanks = b"".join(xls_cell(row, 255, None) for row in range(65_536))
    xls(tmp_path / "ว่าง.xls", {"ก": xls_rows([HEADERS, ["1", "ตาก", 5]]) + blanks})
    with pytest.raises(DataError, match="เซลล์ว่างที่จัดรูปแบบ"):
        read_table(tmp_path / "ว่าง.xls", headers=HEADERS)
