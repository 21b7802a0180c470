"""Problems split by who must mend them: a workbook each, with the sender's own rows, that reads when it comes back."""

import openpyxl
import pytest
from declared import SCHEMAS, dataset
from test_corrections import HEAD, correct
from test_part_files import LINES, line, write

from dsw_analysis.cli import main
from dsw_analysis.intake.checking import check_files
from dsw_analysis.intake.forms import ONLY_SHEET
from dsw_analysis.intake.senders import official_sender, sender_column, write_sender_files
from dsw_analysis.rounds import Round

ROUND = Round.parse("2569-6m")
CSR = dataset("csr_activities")
MARK = "FFFFE08A"


def marked(page):
    return [cell.coordinate for row in page.iter_rows() for cell in row if cell.fill.fgColor.rgb == MARK]


def sent(folder, tmp_path):
    results = check_files(SCHEMAS, folder, only="csr_activities")
    return {path.stem: path for path in write_sender_files(ROUND, results, tmp_path / "senders")}


def test_rows_of_one_file_go_to_their_provinces(tmp_path):
    """Rows 3 and 5 are of Tak, with a bad number and a blank partner; Nan has nothing to mend, row 6 no province."""
    lines = [
        line("N-1", "03/10/2568", "น่าน"),
        line("T-1", "03/10/2568", "จ.ตาก", "สอง"),
        line("T-2", "03/11/2568", "ตาก"),
        "T-3,03/11/2568,ตาก,=1+1,,,,1",
        line("X-1", "03/11/2568", "ไม่มี"),
    ]
    (tmp_path / "csr_activities.csv").write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    files = sent(tmp_path, tmp_path)
    assert list(files) == ["ตาก"]
    book = openpyxl.load_workbook(files["ตาก"])
    assert book.sheetnames == ["สิ่งที่ต้องแก้", ONLY_SHEET]
    page = book[ONLY_SHEET]
    assert [row[0].value for row in page.iter_rows(min_row=2)] == ["T-1", "T-2", "T-3"]
    assert marked(page) == ["H2", "G4"] and page["H2"].value == "สอง"
    assert "ต้องมีค่า" in page["G4"].comment.text and page["D4"].value == "=1+1" and page["D4"].data_type == "s"
    assert page["I1"].value == "หมายเหตุ" and page["I2"].value.startswith("แถวที่ 3 ของไฟล์เดิม “กลุ่มเปราะบาง")
    assert [row[2].value for row in book.worksheets[0].iter_rows(min_row=2)] == ["3", "5"]  # in the order of the rows


def test_what_a_sender_has_mended_reads_as_a_part(tmp_path):
    folder = tmp_path / "raw"
    write(folder, **{**LINES, "ตาก": [*LINES["ตาก"], line("T-9", "03/11/2568", "ตาก", "สอง")]})
    files = sent(folder, tmp_path)
    assert list(files) == ["ตาก"]
    book = openpyxl.load_workbook(files["ตาก"])
    book[ONLY_SHEET]["H4"].value = 2
    (folder / "csr_activities" / "ตาก.csv").unlink()
    book.save(folder / "csr_activities" / "ตาก.xlsx")
    assert CSR.load(ROUND, folder)["vulnerable_helped"].sum() == 8
    assert sent(folder, tmp_path) == {} and list((tmp_path / "senders").iterdir()) == []


def test_what_goes_back_has_no_personal_data(tmp_path):
    told = line("T-9", "03/11/2568", "ตาก", "สอง").replace(",ก,", ",ช่วยนางสมศรี มีสุข โทร 081-000-0001,")
    write(tmp_path, **{"ตาก": [told]})
    (path,) = sent(tmp_path, tmp_path).values()
    texts = [str(cell.value) for sheet in openpyxl.load_workbook(path) for row in sheet for cell in row if cell.value]
    assert any("ช่วย[ปิดบังข้อมูลส่วนบุคคล] โทร [ปิดบังข้อมูลส่วนบุคคล]" in text for text in texts) and "T-9" in texts
    assert not [text for text in texts if "สมศรี" in text or "0001" in text]


def test_a_correction_that_does_not_fit_is_not_the_senders(tmp_path):
    write(tmp_path, **LINES)
    correct(tmp_path, (CSR.title, "ตาก.csv", 2, "T-9", CSR["vulnerable_helped"].header, "1", "2"))
    assert "corrections.xlsx" in {p.file for p in CSR.check(ROUND, tmp_path).problems}
    assert sent(tmp_path, tmp_path) == {}


def test_a_part_that_cannot_be_read_is_told_to_its_sender(tmp_path):
    write(tmp_path, **LINES)
    (tmp_path / "csr_activities" / "จ.เลย.xlsx").write_bytes(b"")
    (path,) = sent(tmp_path, tmp_path).values()
    book = openpyxl.load_workbook(path)
    assert path.name == "เลย.xlsx" and book.sheetnames == ["สิ่งที่ต้องแก้"]
    assert book.worksheets[0]["A2"].value == "csr_activities/จ.เลย.xlsx"


def test_a_sender_is_a_unit_where_rows_have_one_and_else_a_province():
    assert sender_column(dataset("restructuring_survey")).name == "unit"
    assert sender_column(dataset("career_participants")).name == "unit"
    assert sender_column(CSR).name == "province"
    assert sender_column(dataset("public_opinion")) is None
    assert [official_sender(name) for name in ("จ.ตาก", "โคราช", "กองแผน")] == ["ตาก", "นครราชสีมา", "กองแผน"]


@pytest.mark.parametrize("to", [True, False])
def test_the_command_splits_them_where_a_folder_is_named(project, tmp_path, capsys, to):
    write(project.data / "2569-6m", **{**LINES, "ตาก": [line("T-9", "03/11/2568", "ตาก", "สอง")]})
    out = tmp_path / "ส่งกลับ"
    more = ["--to", str(out)] if to else []
    assert main(["--project", str(project.root), "check", "2569-6m", "--dataset", "csr_activities", *more]) == 1
    assert ("ตาก.xlsx" in capsys.readouterr().out.rpartition("problems.html")[2]) == to == out.exists()
