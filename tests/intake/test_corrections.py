"""Corrections: applied to what is loaded, never to a file; one that does not fit is refused where it stands."""

import shutil
from pathlib import Path

import openpyxl
import pytest
from declared import SCHEMAS, dataset

from dsw_analysis import Count, Total, by_month
from dsw_analysis.intake.checking import check_files, to_text
from dsw_analysis.intake.forms import form
from dsw_analysis.intake.source import source_of
from dsw_analysis.problems import DataError
from dsw_analysis.rounds import Round

ROUND = Round.parse("2569-6m")
HEAD = (
    "รหัสกิจกรรม,วันที่ดำเนินกิจกรรม,จังหวัด,ชื่อกิจกรรม,ด้านสวัสดิการสังคม,เป้าหมาย SDGs,ประเภทภาคีเครือข่าย,"
    "กลุ่มเปราะบางจาก MSO-Logbook ที่ได้รับความช่วยเหลือ (ราย)\n"
)
LINES = [
    "A-1,03/10/2568,ตาก,ก,ที่อยู่อาศัย,SDG 1,บริษัทเอกชน,12",
    "A-2,04/11/2568,ตาก,ข,,,มูลนิธิ/สมาคม,1O",
    "A-3,05/12/2568,แม่ฮ่องสอน,ค,,,บริษัทเอกชน,7",
]
HELPED = "กลุ่มเปราะบางจาก MSO-Logbook ที่ได้รับความช่วยเหลือ (ราย)"
CSR = dataset("csr_activities")
MEND = (CSR.title, None, 3, "A-2", HELPED, "1O", "10")
"""Row 3 says ``1O``, with a letter O."""


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "raw" / "2569-6m"
    folder.mkdir(parents=True)
    (folder / "csr_activities.csv").write_text(HEAD + "\n".join(LINES) + "\n", encoding="utf-8")
    return folder


def correct(folder, *rows):
    """Fill the form in, as a person does."""
    book_path = folder / "corrections.xlsx"
    book_path.write_bytes(form(SCHEMAS, "corrections"))
    book = openpyxl.load_workbook(book_path)
    for at, row in enumerate(rows, start=2):
        for place, value in enumerate((*row, "พิมพ์ผิด", "กลุ่มแผนงาน", "01/04/2569"), start=1):
            book["การแก้ไข"].cell(at, place).value = value
    book.save(book_path)


def refused(folder, *rows):
    correct(folder, *rows)
    with pytest.raises(DataError) as error:
        CSR.load(ROUND, folder)
    with pytest.raises(DataError):
        CSR.load(ROUND, folder, accept_partial=True)
    return [p for p in error.value.problems if p.file == "corrections.xlsx"]


def test_a_corrected_value_is_read_like_any_cell_and_the_file_stays(folder):
    """12 + 10 + 7 people; without the correction row 3 is refused."""
    raw = (folder / "csr_activities.csv").read_bytes()
    with pytest.raises(DataError, match="1O"):
        CSR.load(ROUND, folder)
    correct(folder, MEND)
    for _ in range(2):  # judged, then from the checked copy
        frame = CSR.load(ROUND, folder)
        assert frame["vulnerable_helped"].tolist() == [12, 10, 7]
        source = source_of(frame)
        assert set(source.read) == {"csr_activities.csv", "corrections.xlsx"}
        (one,) = source.corrections
        assert (one["row"], one["old"], one["new"], one["column"]) == (3, "1O", "10", HELPED)
        assert (one["reason"], one["by"], one["corrected_on"]) == ("พิมพ์ผิด", "กลุ่มแผนงาน", "2026-04-01")
    assert (folder / "csr_activities.csv").read_bytes() == raw
    checked = CSR.check(ROUND, folder)
    assert (checked.problems, checked.changed["corrected"]) == ((), 1)
    assert "แก้ไขตามไฟล์ corrections 1 ช่อง" in to_text([checked], 200)


def test_a_new_value_is_judged_and_named_in_the_raw_file(folder):
    correct(folder, (*MEND[:-1], "สิบ"))
    (problem,) = CSR.check(ROUND, folder).problems
    assert (problem.file, problem.row, problem.column, problem.value) == ("csr_activities.csv", 3, HELPED, "สิบ")


def test_a_changed_or_gone_file_of_corrections_is_seen_beside_the_copy(folder):
    correct(folder, MEND)
    assert CSR.load(ROUND, folder)["vulnerable_helped"].tolist() == [12, 10, 7]
    correct(folder, (*MEND[:-1], "20"))
    assert CSR.load(ROUND, folder)["vulnerable_helped"].tolist() == [12, 20, 7]
    (folder / "corrections.xlsx").unlink()
    with pytest.raises(DataError):
        CSR.load(ROUND, folder)


@pytest.mark.parametrize(
    ("row", "code", "column", "said"),
    [
        ((*MEND[:5], "10", "11"), "correction", "ค่าเดิม", "แถวที่ 3 ของไฟล์ csr_activities.csv มีค่าเป็น “1O”"),
        ((*MEND[:5], None, "11"), "correction", "ค่าเดิม", "มีค่าเป็น “1O” ไม่ใช่ค่าเดิม"),
        ((*MEND[:5], "1O", "1O"), "correction", "ค่าใหม่", "ไม่เปลี่ยนอะไร"),
        ((CSR.title, None, 2, "A-1", "วันที่ดำเนินกิจกรรม", "03/10/2568", "3 ต.ค. 2568"), "correction", "ค่าใหม่", "ไม่เปลี่ยน"),
        ((*MEND[:2], 30, *MEND[3:]), "correction", "แถวที่", "ไม่มีแถวนี้ในข้อมูลของไฟล์ csr_activities.csv"),
        ((*MEND[:3], "A-3", *MEND[4:]), "correction", "รหัสของแถว", "มีรหัสเป็น “A-2” แถวอาจเลื่อน"),
        ((*MEND[:3], None, *MEND[4:]), "correction", "รหัสของแถว", "ต้องระบุรหัสของแถว"),
        ((*MEND[:4], "ชื่อกิจกรร", *MEND[5:]), "correction", "คอลัมน์", "หัวคอลัมน์ที่ใกล้เคียงคือ “ชื่อกิจกรรม”"),
        (("กิจกรรม CSR ร่วมกับภาคี", *MEND[1:]), "cell", "ชุดข้อมูล", "กิจกรรม CSR ร่วมกับภาคีเครือข่าย"),
        ((CSR.title, None, "สาม", *MEND[3:]), "cell", "แถวที่", ""),
    ],
)  # fmt: skip
def test_a_correction_that_does_not_fit_is_refused_at_its_place(folder, row, code, column, said):
    (problem,) = refused(folder, row)
    assert (problem.code, problem.sheet, problem.row, problem.column) == (code, "การแก้ไข", 2, column)
    assert said in problem.expected


def test_two_corrections_of_one_cell_are_refused(folder):
    (problem,) = refused(folder, MEND, (*MEND[:-1], "100"))
    assert (problem.row, problem.expected) == (3, "ช่องเดียวกันมีการแก้ไขในแถวที่ 2 แล้ว")


def test_the_old_value_may_be_said_in_another_way(folder):
    """The file says 03/10/2568, the correction `3 ตุลาคม 2568`."""
    correct(folder, MEND, (CSR.title, None, 2, "A-1", "วันที่ดำเนินกิจกรรม", "3 ตุลาคม 2568", "13/10/2568"))
    assert str(CSR.load(ROUND, folder)["held_on"].iloc[0].date()) == "2025-10-13"


def test_a_cell_that_the_reader_could_not_read_may_be_corrected(folder):
    path = folder / "csr_activities.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("1O", "#N/A"), encoding="utf-8")
    assert [p.code for p in CSR.check(ROUND, folder).problems] == ["error_cell"]
    correct(folder, (*MEND[:5], None, "10"))
    assert CSR.load(ROUND, folder)["vulnerable_helped"].tolist() == [12, 10, 7]


def test_a_total_of_the_file_is_held_against_what_the_file_had(folder):
    """The office summed 12 + 70 + 7; that 70 should be 7 does not make its total wrong."""
    path = folder / "csr_activities.csv"
    path.write_text(
        HEAD + "\n".join([LINES[0], LINES[1].replace("1O", "70"), LINES[2], "รวม,,,,,,,89"]) + "\n", "utf-8"
    )
    correct(folder, (*MEND[:5], "70", "7"))
    assert CSR.load(ROUND, folder)["vulnerable_helped"].tolist() == [12, 7, 7]


def test_a_number_says_how_many_corrected_cells_it_reads(folder):
    """Both corrections are of row 3 in Tak: one of people, one of the day, from November to December."""
    correct(folder, MEND, (CSR.title, None, 3, "A-2", "วันที่ดำเนินกิจกรรม", "04/11/2568", "04/12/2568"))
    said = "แก้ไข 1 ค่าตามไฟล์ corrections"
    for province, expected in ((None, [None, 1, 1, 1]), ("ตาก", [None, 1, 1, 1]), ("แม่ฮ่องสอน", [None] * 4)):
        frame = by_month(CSR.load(ROUND, folder, province=province), "held_on", ROUND)
        findings = [
            Count("ก", id="csr.a", unit="activities")(frame),
            Total("ข", id="csr.b", unit="persons", column="vulnerable_helped")(frame),
            Count("ค", id="csr.c", unit="activities", where={"in_month": "2568-12"})(frame),
            Count("ง", id="csr.d", unit="activities", where={"in_month": "2568-11"})(frame),
        ]
        assert [f.corrected for f in findings] == expected
        assert [said in f.basis() for f in findings] == [n is not None for n in expected]
        assert len(source_of(frame).corrections) == (0 if province == "แม่ฮ่องสอน" else 2)


def test_a_registry_is_corrected_too(tmp_path):
    raw = Path(__file__).parents[2] / "data" / "raw" / "2569-6m"
    folder = Path(shutil.copytree(raw, tmp_path / "raw" / "2569-6m"))
    units = dataset("restructuring_units")
    frame = units.load(ROUND, folder)
    first, row = frame["unit"].iloc[0], int(frame.index[0])
    correct(folder, (units.title, None, row, first, "หน่วยงาน", first, "หน่วยงานใหม่"))
    problems = dataset("restructuring_survey").check(ROUND, folder).problems
    assert {(p.code, p.value) for p in problems} == {("registry", first)}


def test_the_check_says_once_what_is_wrong_with_the_corrections(folder):
    correct(folder, ("ไม่มีชุดข้อมูลนี้", *MEND[1:]))
    results = {checked.dataset.id: checked for checked in check_files(SCHEMAS, folder)}
    assert [p.row for p in results["corrections"].problems] == [2]
    assert {p.file for p in results["csr_activities"].problems} == {"csr_activities.csv"}
    (folder / "corrections.xlsx").unlink()
    assert "corrections" not in {checked.dataset.id for checked in check_files(SCHEMAS, folder)}
