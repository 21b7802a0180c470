"""Personal data in free text: what is found, that it is named by row and never shown, and what stands in its place."""

import csv
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from dsw_analysis.cli import main
from dsw_analysis.intake.checking import to_text
from dsw_analysis.intake.columns import Column, Schema
from dsw_analysis.intake.personal import MASK, MAY_HOLD, WITHHELD, WORDS, find, hide
from dsw_analysis.intake.problem_files import problems_page
from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.intake.source import Source
from dsw_analysis.problems import DataError
from dsw_analysis.project import Settings, use
from dsw_analysis.rounds import Round

ROOT = Path(__file__).parents[2]
ROUND = Round.parse("2569-6m")
with (ROOT / "tests" / "data" / "personal.csv").open(encoding="utf-8", newline="") as file:
    LABELLED = [(row["text"], set(filter(None, row["kinds"].split(";")))) for row in csv.DictReader(file)]
"""Texts and the kinds of personal data in them, by hand: the first half has some, the second none. Nobody is meant."""
SECRET = "นางสาวมาลี ดีใจ โทร. 081-000-0019 อีเมล malee@example.com บัตร 1-9999-00003-25-0"
HELD = ("มาลี", "ดีใจ", "0019", "malee", "00003", "9999")


@pytest.fixture(autouse=True)
def contact():
    use(Settings(contact="กลุ่มพัฒนาระบบบริหาร โทร. 0 2659 6391 อีเมล psdg@dsw.go.th"))
    yield
    use(None)


def kinds(text):
    return {piece.kind for piece in find(text)}


def test_labelled_texts_are_told_apart():
    positive = [text for text, known in LABELLED if known]
    negative = [text for text, known in LABELLED if not known]
    assert min(len(positive), len(negative)) >= 110
    found = [text for text, _ in LABELLED if find(text)]
    right = len(set(found) & set(positive))
    assert right / len(found) >= 0.98, sorted(set(found) - set(positive))
    assert right / len(positive) >= 0.97, sorted(set(positive) - set(found))
    unlike = [(text, known, kinds(text)) for text, known in LABELLED if kinds(text) not in (known, set())]
    assert not unlike


def test_a_column_is_gone_through_with_the_same_result_as_each_text():
    texts = pd.Series([text for text, _ in LABELLED], dtype="str")
    assert not [text for text in texts[~texts.str.contains(MAY_HOLD)] if find(text)]


@pytest.mark.parametrize("text", [text for text, known in LABELLED if known and find(text)])
def test_what_is_masked_has_nothing_left_to_find(text):
    assert not find(hide(text))
    assert MASK in hide(text)


def test_check_digits_by_hand():
    # 13*1+12*9+11*9+10*9+9*9+8*0+7*0+6*0+5*0+4*1+3*1+2*2 = 402; 402 mod 11 = 6; 11 - 6 = 5
    assert kinds("1999900001125") == {"citizen_number"}
    for wrong in "012346789":
        assert not kinds(f"199990000112{wrong}")


def test_numbers_of_the_project_itself_are_none():
    assert (
        not find("โทร. 0 2659 6391")
        and not find("026596391")
        and not find("+66 2659 6391")
        and not find("PSDG@dsw.go.th")
    )
    assert kinds("โทร. 0 2659 6392") == {"phone"}
    use(Settings())
    assert kinds("โทร. 0 2659 6391") == {"phone"}


def test_family_names_go_with_given_names():
    assert hide("พบนางสมศรี มีสุข อยู่บ้านคนเดียว") == f"พบ{MASK} อยู่บ้านคนเดียว"
    assert hide("ผู้ร้องคือนายประเสริฐ และภรรยา") == f"ผู้ร้องคือ{MASK} และภรรยา"


def project(folder, opinion=SECRET):
    """A project with one answer of the survey that has personal data in its free text."""
    for name in ("data/schemas", "data/raw/2569-6m"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("project.toml", "requirements.lock"):
        shutil.copy(ROOT / name, folder / name)
    path = folder / "data" / "raw" / "2569-6m" / "restructuring_survey.xlsx"
    book = openpyxl.load_workbook(path)
    (column,) = (cell.column for cell in book["ข้อมูล"][3] if cell.value == "ข้อเสนอแนะ")
    book["ข้อมูล"].cell(row=9, column=column).value = opinion
    book["ข้อมูล"].cell(row=12, column=column).value = "ขอเพิ่มอัตรากำลัง"
    book.save(path)
    return folder


def everything(folder):
    """All bytes below a folder, those of workbooks unpacked, as text."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as archive:
                yield from ((path, archive.read(name).decode("utf-8", "replace")) for name in archive.namelist())
        elif path.is_file():
            yield path, path.read_bytes().decode("utf-8", "replace")


def test_the_check_names_row_and_kind_and_shows_nothing(tmp_path, capsys):
    root = project(tmp_path)
    assert main(["--project", str(root), "check", "2569-6m", "--dataset", "restructuring_survey"]) == 0
    said = capsys.readouterr().out
    page = (root / "outputs" / "2569-6m" / "internal" / "problems.html").read_text(encoding="utf-8")
    for kind in ("citizen_number", "phone", "email", "name"):
        assert WORDS["warning"]["text"].format(kind=WORDS["kinds"][kind]) in page
    assert "ข้อเสนอแนะ" in said and "ข้อควรยืนยัน 4 ข้อ" in said
    shown = [
        said,
        *(text for _, text in everything(root / "outputs")),
        *(text for _, text in everything(root / "data/checked")),
    ]
    assert len(shown) > 5
    assert not [piece for piece in HELD for text in shown if piece in text]


def test_warnings_say_file_sheet_row_and_column(tmp_path):
    root = project(tmp_path)
    schemas = Schemas.of(root / "data" / "raw", ROUND)
    checked = schemas["restructuring_survey"].check(ROUND, root / "data" / "raw" / "2569-6m")
    assert not checked.problems
    assert {w.code for w in checked.warnings} == {
        "personal_citizen_number",
        "personal_phone",
        "personal_email",
        "personal_name",
    }
    assert {(w.file, w.sheet, w.row, w.column, w.value) for w in checked.warnings} == {
        ("restructuring_survey.xlsx", "ข้อมูล", 9, "ข้อเสนอแนะ", MASK)
    }
    assert not [piece for piece in HELD for w in checked.warnings if piece in str(w)]


def test_loaded_rows_and_their_checked_copy_hold_masks(tmp_path):
    root = project(tmp_path)
    dataset = Schemas.of(root / "data" / "raw", ROUND)["restructuring_survey"]
    first, again = (dataset.load(ROUND, root / "data" / "raw" / "2569-6m") for _ in range(2))
    assert list((root / "data" / "checked").rglob("restructuring_survey*.parquet"))
    for frame in (first, again):
        cell = frame.loc[9, "suggestions"]
        assert MASK in cell and not [piece for piece in HELD if piece in cell]
        assert frame.loc[12, "suggestions"] == "ขอเพิ่มอัตรากำลัง"


def test_problems_quote_no_personal_data(tmp_path):
    folder = tmp_path / "data" / "raw" / "2569-6m"
    folder.mkdir(parents=True)
    shutil.copytree(ROOT / "data" / "schemas", tmp_path / "data" / "schemas")
    header = "เลขที่เรื่อง,ช่องทาง,ประเภทเหตุ,ระดับความเร่งด่วน,จังหวัด,วันเวลาที่รับเรื่อง,วันเวลาที่ประสาน/ส่งต่อ"
    row = f"1999900001125,สายด่วน 1300,,ปกติ,{SECRET},3 ม.ค. 2569 08:30,"
    (folder / "urgent_cases.csv").write_text(f"{header}\n{row}\n{row}\n\nลงชื่อ {SECRET},,,,,,\n", encoding="utf-8")
    dataset = Schemas.of(folder.parent, ROUND)["urgent_cases"]
    checked = dataset.check(ROUND, folder)
    assert {p.code for p in checked.problems} == {"duplicate", "cell"} and checked.raw.notes
    with pytest.raises(DataError) as refused:
        dataset.load(ROUND, folder)
    said = [str(refused.value), to_text([checked], 100), problems_page(ROUND, [checked])]
    assert not [piece for piece in (*HELD, "1125") for text in said if piece in "".join(text.split())]
    assert {(w.code, w.row) for w in checked.warnings} == {
        ("personal_citizen_number", 2),
        ("personal_citizen_number", 3),
    }


def test_free_text_of_persons_is_withheld_whole_and_can_be_counted(tmp_path):
    folder = tmp_path / "data" / "raw" / "2569-6m"
    folder.mkdir(parents=True)
    shutil.copytree(ROOT / "data" / "schemas", tmp_path / "data" / "schemas")
    rows = ["Q1,3 ม.ค. 2569 08:30,แม่ของฉันที่บ้านโป่งถูกไล่ที่,กองกลาง,", "Q2,4 ม.ค. 2569 08:30,,คุณสมชาย โทร 0810000001,"]
    header = "รหัสคำถาม,วันเวลาที่ถาม,เรื่อง,หน่วยงานที่เกี่ยวข้อง,วันเวลาที่ตอบ"
    (folder / "citizen_questions.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    dataset = Schemas.of(folder.parent, ROUND)["citizen_questions"]
    for frame in (dataset.load(ROUND, folder), dataset.load(ROUND, folder)):
        assert frame["topic"].fillna("").tolist() == [WITHHELD, ""]
        assert frame["unit"].tolist() == ["กองกลาง", f"{MASK} โทร {MASK}"]
    assert {(w.row, w.code) for w in dataset.check(ROUND, folder).warnings} == {
        (3, "personal_name"),
        (3, "personal_phone"),
    }
    one = {"column": "เรื่อง", "record": "Q1", "old": None, "new": "ครอบครัวหนึ่ง", "reason": "แม่", "by": "กยผ."}
    (told,) = Source(dataset=dataset, file="x.csv", sha256="", rows=1, corrections=(one,)).record()["corrections"]
    assert told == {**dict.fromkeys(("record", "old", "new", "reason"), WITHHELD), "column": "เรื่อง", "by": "กยผ."}


def test_problems_quote_no_free_text_of_persons(tmp_path):
    folder = tmp_path / "data" / "raw" / "2569-6m"
    folder.mkdir(parents=True)
    shutil.copytree(ROOT / "data" / "schemas", tmp_path / "data" / "schemas")
    header = "รหัสคำถาม,วันเวลาที่ถาม,เรื่อง,หน่วยงานที่เกี่ยวข้อง,วันเวลาที่ตอบ"
    row = f"Q1,3 ม.ค. 2569 08:30,{'แม่ของฉันถูกไล่ที่ ' * 300},,"
    (folder / "citizen_questions.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    (problem,) = Schemas.of(folder.parent, ROUND)["citizen_questions"].check(ROUND, folder).problems
    assert (problem.row, problem.column, problem.value) == (2, "เรื่อง", WITHHELD) and "ไล่ที่" not in str(problem)


def test_what_was_corrected_is_told_without_personal_data():
    one = {
        "index": 5,
        "name": "title",
        "column": "ชื่อ",
        "record": None,
        "old": SECRET,
        "new": "ครอบครัวหนึ่ง",
        "reason": "-",
    }
    source = Source(
        dataset=Schema(id="x", title="x", columns=(Column("title", "ชื่อ", "text"),)),
        file="x.csv",
        sha256="",
        rows=1,
        corrections=(one,),
    )
    (told,) = source.record()["corrections"]
    assert told["new"] == "ครอบครัวหนึ่ง" and not [piece for piece in HELD if piece in told["old"]]
