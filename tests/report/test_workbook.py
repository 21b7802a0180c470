"""The workbook of all findings."""

import io

import openpyxl

from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.ledger import Ledger
from dsw_analysis.report.workbook import findings_workbook
from dsw_analysis.rounds import Round


def rows(*findings):
    """Rows of the workbook as column -> cell."""
    sheet = openpyxl.load_workbook(io.BytesIO(findings_workbook(Round.parse("2569-6m"), Ledger(findings)))).active
    heads, *cells = sheet.iter_rows(values_only=True)
    return [dict(zip(heads, row, strict=True)) for row in cells]


def test_an_interval_comes_with_its_meaning_method_and_population():
    finding = Finding(
        id="demo.share", label="สัดส่วน", value=52.0, unit="percent", numerator=13, denominator=25, low=40.5, high=63.5,
        method="wilson_finite", population=76, rows=25, missing=2, file="a.csv", sha256="ab" * 32,
    )  # fmt: skip
    (row,) = rows(finding)
    assert (row["ตัวตั้ง"], row["ตัวหาร"], row["หน่วย"]) == (13, 25, "ร้อยละ")
    assert (row["ขอบล่างของช่วง"], row["ขอบบนของช่วง"]) == (40.5, 63.5)
    assert row["ความหมายของช่วง"] == "ช่วงความเชื่อมั่นร้อยละ 95"
    assert row["วิธีคำนวณ"] == "Wilson ปรับด้วยขนาดประชากร"
    assert (row["ขนาดประชากร"], row["แถวที่ไม่ระบุ"], row["SHA-256"]) == (76, 2, "ab" * 32)


def test_what_does_not_apply_is_blank_and_an_undefined_number_says_why():
    finding = Finding(
        id="demo.none", label="ไม่มีฐาน", value=None, unit="percent", numerator=0, denominator=0, note="ไม่มีรายการ"
    )
    (row,) = rows(finding)
    assert row["ค่า"] is None
    assert row["หมายเหตุ"] == "ไม่มีรายการ"
    assert row["ความหมายของช่วง"] is row["วิธีคำนวณ"] is row["ขนาดประชากร"] is None


def test_a_number_that_is_not_shown_says_so_in_its_cell():
    hidden = {"value": None, "unit": "persons", "note": "ไม่แสดง", "base": 5}
    few = Finding(id="demo.a", label="น้อย", disclosure="few", **hidden)
    refused = Finding(id="demo.b", label="ไม่แสดง", disclosure="refused", **hidden)
    assert [row["ค่า"] for row in rows(few, refused)] == ["น้อยกว่า 5", "ไม่แสดง"]


def test_texts_are_never_formulas():
    finding = Finding(id="demo.bad", label="=1+1", value=1, unit="ratio", note="@SUM(A1)")
    book = openpyxl.load_workbook(io.BytesIO(findings_workbook(Round.parse("2569-6m"), Ledger([finding]))))
    assert {cell.data_type for row in book.active.iter_rows() for cell in row} <= {"s", "n"}
