"""Layouts that officials use in place of the form: the message says what was seen and what to do."""

import openpyxl
import pytest
from declared import dataset
from returns_made import MANIFEST, make

from dsw_analysis.problems import DataError
from dsw_analysis.rounds import Round

ROUND = Round(2569, 6)
CSR = [column.header for column in dataset("csr_activities").columns]
OPINION = [column.header for column in dataset("public_opinion").columns]
ROWS = [
    ["C1", "01/10/2568", "ตาก", "ปลูกป่า", None, "SDG 15; SDG 13", "ชุมชน/วัด/โรงเรียน", 0],
    ["C2", "13 ก.พ. 2569", "น่าน", None, "การศึกษา", None, "บริษัทเอกชน", 1470],
    ["C3", "31/3/2569", "แพร่", None, None, "SDG 4", "รัฐวิสาหกิจ", 12],
]
MONTHS = ["ต.ค. 68", "พ.ย. 68", "ธ.ค. 68", "ม.ค. 69", "ก.พ. 69", "มี.ค. 69"]


@pytest.fixture
def check(tmp_path):
    """Check a workbook of the given sheets, each a list of rows."""

    def check(kind, **sheets):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, rows in sheets.items():
            page = book.create_sheet(name)
            for row in rows:
                page.append(row)
        book.save(tmp_path / f"{dataset(kind).stem}.xlsx")
        return dataset(kind).check(ROUND, tmp_path)

    return check


def changed(row, **cells):
    """The three activities with some cells of one of them replaced: ``sdgs="SDG 1, SDG 10"``."""
    rows = [list(one) for one in ROWS]
    for name, value in cells.items():
        rows[row - 2][dataset("csr_activities").names.index(name)] = value
    return [CSR, *rows]


def test_the_rows_that_the_others_start_from_are_good(check):
    assert check("csr_activities", ข้อมูล=[CSR, *ROWS]).problems == ()


@pytest.mark.parametrize(
    ("column", "value", "seen", "do"),
    [
        ("vulnerable_helped", "-", "ไม่บอกว่าเป็นศูนย์หรือไม่มีข้อมูล", "พิมพ์ 0 ถ้านับแล้วไม่มี"),
        ("vulnerable_helped", "–", "ไม่บอกว่าเป็นศูนย์หรือไม่มีข้อมูล", "พิมพ์ 0 ถ้านับแล้วไม่มี"),
        ("welfare_area", "-", "เครื่องหมาย “-” ไม่ใช่ค่า", "ให้เป็นช่องว่าง ถ้าไม่มีข้อมูล"),
        ("sdgs", " - ", "เครื่องหมาย “-” ไม่ใช่ค่า", "ให้เป็นช่องว่าง ถ้าไม่มีข้อมูล"),
        ("partner_type", "--", "เครื่องหมาย “-” ไม่ใช่ค่า", "เว้นว่างไม่ได้ ให้กรอกค่าจริง"),
        ("held_on", "-", "เครื่องหมาย “-” ไม่ใช่ค่า", "เว้นว่างไม่ได้ ให้กรอกค่าจริง"),
        ("held_on", "2/13/2026", "ดูเหมือนพิมพ์เดือนก่อนวัน", "คือ 13/02/2026"),
        ("held_on", "12-31-2568", "ดูเหมือนพิมพ์เดือนก่อนวัน", "คือ 31/12/2568"),
        ("province", "ตาก, น่าน และแพร่", "พบ 3 จังหวัดในช่องเดียว", "แยกเป็นแถวละจังหวัด"),
        ("sdgs", "SDG 1, SDG 10", "คั่นแต่ละตัวเลือกด้วย ; เท่านั้น", "พิมพ์เป็น “SDG 1; SDG 10”"),
        ("sdgs", "SDG ๑ และ SDG ๑๐", "คั่นแต่ละตัวเลือกด้วย ; เท่านั้น", "พิมพ์เป็น “SDG 1; SDG 10”"),
        ("sdgs", "SDG 1\nSDG 10\nSDG 11", "คั่นแต่ละตัวเลือกด้วย ; เท่านั้น", "พิมพ์เป็น “SDG 1; SDG 10; SDG 11”"),
        ("partner_type", "บริษัทเอกชน, ชุมชน/วัด/โรงเรียน", "พบ 2 ตัวเลือกในช่องเดียว", "เหลือไว้ตัวเลือกเดียว"),
    ],
)
def test_cells_say_what_they_seem_to_hold(check, column, value, seen, do):
    (problem,) = check("csr_activities", ข้อมูล=changed(3, **{column: value})).problems
    assert (problem.code, problem.row, problem.value) == ("cell", 3, value)
    assert problem.column == dataset("csr_activities")[column].header
    assert seen in problem.expected and do in problem.action and "แล้วส่งไฟล์ใหม่" in problem.action


@pytest.mark.parametrize("value", ["SDG 18", "SDG 1, SDG 18", "1, 10", "ตัวเลือกอื่น"])
def test_another_number_is_no_suggestion(check, value):
    (problem,) = check("csr_activities", ข้อมูล=changed(3, sdgs=value)).problems
    assert "“SDG" not in problem.expected + problem.action


def test_a_dash_in_an_optional_column_of_texts_is_a_blank_and_counted(check):
    checked = check("csr_activities", ข้อมูล=changed(3, title="-"))
    assert checked.problems == () and checked.changed == {"dash": 1}
    assert checked.frame["title"].notna().tolist() == [True, False, False]


def test_months_before_days_put_the_whole_column_in_doubt_unless_it_shows_its_order(check):
    """3/2/2026 beside 2/13/2026 is 2 March or 3 February; a date with the day first, 31/3/2569, settles it."""
    rows = changed(3, held_on="2/13/2026")
    rows[3][1], rows[1][1] = "3/2/2026", "1/10/2026"
    checked = check("csr_activities", ข้อมูล=rows)
    whole = next(problem for problem in checked.problems if problem.code == "month_first")
    assert (whole.row, whole.column, whole.value) == (None, "วันที่ดำเนินกิจกรรม", "2/13/2026")
    assert "วันที่อื่นจึงอาจสลับกัน" in whole.expected and "ทั้งคอลัมน์" in whole.action
    assert checked.rows_loaded == 0
    assert check("csr_activities", ข้อมูล=changed(3, held_on="2/13/2026")).rows_loaded == 2


def test_several_sheets_are_put_together_and_none_is_to_be_deleted(check):
    sheets = {place: [CSR, row] for place, row in zip(("ตาก", "น่าน", "แพร่"), ROWS, strict=True)}
    (problem,) = check("csr_activities", **sheets).problems
    assert problem.code == "several_sheets" and "“ตาก”, “น่าน”, “แพร่”" in problem.expected
    assert "คัดลอกแถวข้อมูลของทุกแผ่นงานมาต่อกัน" in problem.action and "ลบได้เฉพาะแผ่นงานที่เป็นสำเนา" in problem.action


def test_marks_in_a_column_for_each_choice(check):
    head = [*CSR[:5], "SDG 1", "SDG 2", "SDG 3", "SDG 4", *CSR[6:]]
    (problem,) = check("csr_activities", ข้อมูล=[head, *([*r[:5], "✓", None, "/", None, *r[6:]] for r in ROWS)]).problems
    assert (problem.code, problem.column) == ("column_for_each_choice", "เป้าหมาย SDGs")
    assert "คอลัมน์ละตัวเลือก 4 คอลัมน์ (“SDG 1”, “SDG 2”, “SDG 3” …)" in problem.expected
    assert "รวมเป็นคอลัมน์ “เป้าหมาย SDGs” คอลัมน์เดียว" in problem.action and "“SDG 1; SDG 2”" in problem.action


def test_marks_in_a_column_for_each_of_which_one_is_chosen(check):
    head = [*CSR[:6], "บริษัทเอกชน", "รัฐวิสาหกิจ", CSR[7]]
    (problem,) = check("csr_activities", ข้อมูล=[head, *([*r[:6], "✓", None, r[7]] for r in ROWS)]).problems
    assert (problem.code, problem.column) == ("column_for_each_choice", "ประเภทภาคีเครือข่าย")
    assert "แต่ละแถวพิมพ์ตัวเลือกเดียวที่เลือก เช่น “บริษัทเอกชน”" in problem.action


def test_a_column_for_each_month(check):
    rows = [["จังหวัด", "รหัสกิจกรรม", *MONTHS], ["ตาก", "C1", 1, 2, 3, 4, 5, 6]]
    found = {problem.code: problem for problem in check("csr_activities", ข้อมูล=rows).problems}
    assert set(found) == {"column_for_each_month", "missing_column"}
    assert "6 คอลัมน์ (“ต.ค. 68”, “พ.ย. 68”, “ธ.ค. 68” …)" in found["column_for_each_month"].expected
    assert "หนึ่งแถวต่อหนึ่งรายการพร้อม “วันที่ดำเนินกิจกรรม”" in found["column_for_each_month"].action


def test_months_across_and_headers_down(check):
    rows = [["รายการ", *MONTHS], *([header, 1, 2, 3, 4, 5, 6] for header in OPINION[1:])]
    (problem,) = check("public_opinion", ข้อมูล=rows).problems
    assert problem.code == "transposed_table" and "“เชิงบวก (ความคิดเห็น)”" in problem.expected
    assert "สลับแถวกับคอลัมน์" in problem.action


def test_a_form_for_each_unit(check):
    rows = [["แบบรายงานกิจกรรม CSR"], *([header, value] for header, value in zip(CSR, ROWS[1], strict=True))]
    (problem,) = check("csr_activities", ข้อมูล=rows).problems
    assert problem.code == "transposed_table" and "“วันที่ดำเนินกิจกรรม”, “จังหวัด”" in problem.expected
    assert "หนึ่งแถวต่อหนึ่งรายการ แทนแบบฟอร์มที่แยกทีละหน่วย" in problem.action


def test_headers_are_not_likened_to_others_with_another_number(check):
    """A header that is near to none is only said to be missing; one that is near is named, both ways."""
    head = ["เป้าหมาย SDG" if header == "เป้าหมาย SDGs" else header for header in CSR]
    found = {problem.code: problem.expected for problem in check("csr_activities", ข้อมูล=[head, *ROWS]).problems}
    assert "หัวคอลัมน์ในไฟล์ที่ใกล้เคียงคือ “เป้าหมาย SDG”" in found["missing_column"]
    assert "คอลัมน์ในแบบฟอร์มที่ใกล้เคียงคือ “เป้าหมาย SDGs”" in found["unknown_column"]


@pytest.mark.parametrize("entry", [e for e in MANIFEST if "says" in e], ids=lambda entry: entry["id"])
def test_a_file_to_be_prepared_or_saved_anew_says_so_once_and_never_loads(entry, tmp_path):
    make(entry["id"], tmp_path)
    kind = dataset(entry["dataset"])
    (problem,) = kind.check(ROUND, tmp_path).problems
    assert [word for word in entry["says"] if word not in str(problem)] == []
    for partial in (False, True):
        with pytest.raises(DataError):
            kind.load(ROUND, tmp_path, accept_partial=partial)


def test_columns_of_their_own_below_a_header_are_no_choices(check):
    """Only answers of the question, each in a column, make it one that is spread over columns."""
    head = [*CSR[:6], None, *CSR[6:]]
    rows = [["", "", "", "", "", "SDG 15", "ลายเซ็น", "", ""], *([*row[:6], "x", *row[6:]] for row in ROWS)]
    found = {problem.code for problem in check("csr_activities", ข้อมูล=[head, *rows]).problems}
    assert "unnamed_column" in found and "column_for_each_choice" not in found


def test_a_file_of_another_type_under_the_name_is_named(tmp_path):
    (tmp_path / "csr_activities.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "csr_activities.options.yaml").write_text("{}", encoding="utf-8")
    (problem,) = dataset("csr_activities").check(ROUND, tmp_path).problems
    assert (problem.code, problem.file, problem.value) == ("file_type", "csr_activities.pdf", ".pdf")
