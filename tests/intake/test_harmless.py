"""Columns that people add to a form are left out and said, and no check of a value is lost with them."""

import csv

import openpyxl
import pytest
from declared import dataset

from dsw_analysis.intake.checking import summary_lines
from dsw_analysis.intake.harmless import is_harmless
from dsw_analysis.rounds import Round

ROUND = Round.parse("2569-6m")
HEADERS = [column.header for column in dataset("homeless_housing").columns]
ROWS = [["ตาก", "5", "8", "3"], ["น่าน", "7", "9", "4"]]


def write(folder, rows):
    with (folder / "homeless_housing.csv").open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows(rows)


def checked(folder):
    return dataset("homeless_housing").check(ROUND, folder)


def test_numbers_remarks_and_metadata_are_left_out_and_said(tmp_path):
    added = ["ลำดับที่", "ประทับเวลา", "_uuid", "SubmissionDate", "หมายเหตุ"]
    rows = [[str(number), "1/11/2025, 9:00:00", "a-b", "x", "โทรแล้ว", *row] for number, row in enumerate(ROWS, 1)]
    write(tmp_path, [[*added, *HEADERS], *rows])
    found = checked(tmp_path)
    assert not found.problems
    assert found.frame["rooms"].tolist() == [5, 7]
    assert [line for line in summary_lines(found) if all(f"“{name}”" in line for name in added)]


def test_what_is_wrong_in_a_column_that_is_left_out_refuses_nothing(tmp_path):
    write(tmp_path, [["ที่", *HEADERS, "หมายเหตุ", "หมายเหตุ"], ["#REF!", *ROWS[0], "", ""], ["", *ROWS[1], "x", "y"]])
    found = checked(tmp_path)
    assert not found.problems and found.rows_loaded == 2


def test_rows_that_are_only_numbered_are_left_out_and_named(tmp_path):
    write(tmp_path, [["ที่", *HEADERS], ["1", *ROWS[0]], ["2", *ROWS[1]], ["3", "", "", "", ""], ["4", "", " ", "", ""]])
    found = checked(tmp_path)
    assert not found.problems
    assert (found.rows_read, found.rows_loaded) == (2, 2)
    assert [line for line in summary_lines(found) if "แถวที่ 4, 5" in line]


def test_a_lone_remark_of_which_it_is_not_certain_that_it_is_no_record_is_refused(tmp_path):
    write(tmp_path, [[*HEADERS, "หมายเหตุ"], [*ROWS[0], ""], ["", "", "", "", "แถวถัดไปยังไม่ยืนยัน"], [*ROWS[1], ""]])
    found = checked(tmp_path)
    assert [(p.code, p.row) for p in found.problems] == [("uncertain_row", 3)]


@pytest.mark.parametrize(
    ("total", "column"),
    [(["รวม", "", "13", "17", "7"], HEADERS[1]), (["รวม 3 หน่วย", "", "12", "17", "7"], "ลำดับ")],
)
def test_a_total_named_in_a_column_that_is_left_out_is_checked(tmp_path, total, column):
    write(tmp_path, [["ลำดับ", *HEADERS], ["1", *ROWS[0]], ["2", *ROWS[1]], total])
    assert [(p.code, p.row, p.column) for p in checked(tmp_path).problems] == [("total", 4, column)]


def test_a_total_that_is_right_is_no_problem(tmp_path):
    write(tmp_path, [["ลำดับ", *HEADERS], ["1", *ROWS[0]], ["2", *ROWS[1]], ["รวม 2 จังหวัด", "", "12", "17", "7"]])
    assert not checked(tmp_path).problems


def test_a_column_that_the_form_has_is_read_though_others_add_its_like():
    assert is_harmless("ลำดับ", dataset("homeless_housing"))
    assert not is_harmless("ลำดับ", dataset("plan_projects"))


def test_a_column_of_their_own_is_refused_still(tmp_path):
    write(tmp_path, [[*HEADERS, "งบประมาณ (บาท)"], [*ROWS[0], "5"]])
    assert [(p.code, p.column) for p in checked(tmp_path).problems] == [("unknown_column", "งบประมาณ (บาท)")]


def test_formulas_that_number_the_rows_refuse_nothing(tmp_path):
    book = openpyxl.Workbook()
    page = book.active
    page.append(["ลำดับที่", *HEADERS])
    for row in ROWS:
        page.append(["=ROW()-1", row[0], *map(int, row[1:])])
    book.save(tmp_path / "homeless_housing.xlsx")
    found = checked(tmp_path)
    assert not found.problems and found.rows_loaded == 2
