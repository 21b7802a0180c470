"""A dataset in parts: each is judged on its own, what must hold across them too, and one that fails costs no other."""

import shutil
from pathlib import Path

import openpyxl
import pytest
from declared import SCHEMAS, dataset
from pandas.testing import assert_frame_equal
from test_corrections import HEAD, correct

from dsw_analysis.intake.checking import check_files, to_text
from dsw_analysis.intake.judging import Judge
from dsw_analysis.intake.problem_files import problems_page
from dsw_analysis.intake.source import PART_ROWS, source_of
from dsw_analysis.problems import DataError
from dsw_analysis.rounds import Round

ROUND = Round.parse("2569-6m")
CSR = dataset("csr_activities")
PLACES = ("ตาก", "น่าน", "แพร่")


def line(id_, day, place, helped=1):
    return f"{id_},{day},{place},ก,,,บริษัทเอกชน,{helped}"


LINES = {
    "ตาก": [line("T-1", "03/10/2568", "ตาก"), line("T-2", "03/11/2568", "ตาก")],
    "น่าน": [line("N-1", "03/12/2568", "น่าน"), line("N-2", "03/01/2569", "น่าน"), line("N-3", "04/01/2569", "น่าน")],
    "แพร่": [line("P-1", "03/03/2569", "แพร่")],
}


def write(folder, **lines):
    (folder / "csr_activities").mkdir(parents=True, exist_ok=True)
    for place, rows in lines.items():
        (folder / "csr_activities" / f"{place}.csv").write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")


@pytest.fixture
def folder(tmp_path):
    write(tmp_path / "raw" / "2569-6m", **LINES)
    return tmp_path / "raw" / "2569-6m"


def kept(folder):
    return [path.name for path in (folder.parents[1] / "checked" / folder.name).glob("csr*.parquet")]


def test_parts_are_one_frame_whose_rows_lead_to_their_files(folder, tmp_path, monkeypatch):
    """Two, three and one row; February has none in any of the parts."""
    single = tmp_path / "single"
    single.mkdir()
    text = HEAD + "\n".join(row for rows in LINES.values() for row in rows) + "\n"
    (single / "csr_activities.csv").write_text(text, encoding="utf-8")
    whole = CSR.load(ROUND, single)
    for judged in (True, False):
        frame = CSR.load(ROUND, folder)
        assert_frame_equal(frame.reset_index(drop=True), whole.reset_index(drop=True), check_index_type=False)
        source = source_of(frame)
        assert (source.rows, source.refused, source.missing, source.absent) == (6, 0, (), ("2569-02",))
        assert [source.place_of(index) for index in frame.index] == [
            ("csr_activities/ตาก.csv", 2), ("csr_activities/ตาก.csv", 3), ("csr_activities/น่าน.csv", 2),
            ("csr_activities/น่าน.csv", 3), ("csr_activities/น่าน.csv", 4), ("csr_activities/แพร่.csv", 2),
        ]  # fmt: skip
        assert list(source.parts) == list(source.read) == [f"csr_activities/{place}.csv" for place in PLACES]
        assert [part["file"] for part in source.record()["parts"]] == list(source.parts)
        assert CSR.load(ROUND, folder, province="น่าน")["activity_id"].tolist() == ["N-1", "N-2", "N-3"]
        if judged:
            assert len(kept(folder)) == 1
            monkeypatch.setattr(Judge, "add", None)


def test_a_changed_new_or_gone_part_is_read_again(folder):
    CSR.load(ROUND, folder)
    before = kept(folder)
    write(folder, ตาก=[*LINES["ตาก"], line("T-3", "05/11/2568", "ตาก")])
    frame = CSR.load(ROUND, folder)
    assert len(frame) == 7 and kept(folder) != before
    write(folder, เลย=[line("L-1", "05/11/2568", "เลย")])
    assert len(CSR.load(ROUND, folder)) == 8
    (folder / "csr_activities" / "แพร่.csv").unlink()
    assert len(CSR.load(ROUND, folder)) == 7


def test_a_value_that_must_be_unique_is_looked_for_in_all_parts(folder):
    write(folder, แพร่=[line("P-1", "03/03/2569", "แพร่"), line("T-2", "04/03/2569", "แพร่")])
    (problem,) = CSR.check(ROUND, folder).problems
    assert (problem.code, problem.file, problem.row, problem.value) == ("duplicate", "csr_activities/แพร่.csv", 3, "T-2")
    assert problem.expected == "ค่านี้ซ้ำกับแถวที่ 3 ของไฟล์ csr_activities/ตาก.csv"
    frame = CSR.load(ROUND, folder, accept_partial=True)
    assert frame["activity_id"].tolist() == ["T-1", "T-2", "N-1", "N-2", "N-3", "P-1"]
    assert (source_of(frame).refused, source_of(frame).missing) == (1, ())


def test_rules_across_rows_are_held_across_parts(tmp_path):
    """Two steps of one number in one section, each in a part of its own."""
    steps = dataset("plan_steps")
    raw = Path(__file__).parents[2] / "data" / "raw" / "2569-6m" / "action_plan.xlsx"
    (tmp_path / "action_plan").mkdir()
    for name in ("ก", "ข"):
        shutil.copy(raw, tmp_path / "action_plan" / f"{name}.xlsx")
    book = openpyxl.load_workbook(tmp_path / "action_plan" / "ข.xlsx")
    book.properties.title = "other bytes"
    book.save(tmp_path / "action_plan" / "ข.xlsx")
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(raw, alone)
    rows = len(steps.load(ROUND, alone))
    numbered = int(steps.load(ROUND, alone)["step"].notna().sum())
    problems = [p for p in steps.check(ROUND, tmp_path).problems if p.code == steps.rules[0].name or "ซ้ำ" in p.expected]
    assert rows >= numbered == len({(p.file, p.row) for p in problems})
    assert {p.file for p in problems} == {"action_plan/ข.xlsx"}


def test_a_part_that_fails_costs_no_other(folder):
    """The part of Nan lacks a column, that of Phrae has one bad row; a fourth is no data file at all."""
    path = folder / "csr_activities" / "น่าน.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("จังหวัด", "จังหวัดที่", 1), encoding="utf-8")
    write(folder, แพร่=[line("P-1", "03/03/2569", "แพร่"), line("P-2", "03/03/2569", "แพร่", "สอง")])
    (folder / "csr_activities" / "เลย.docx").write_bytes(b"PK\x03\x04")
    checked = CSR.check(ROUND, folder)
    assert (checked.rows_read, checked.rows_loaded) == (2 + 3 + 2, 2 + 1)
    assert {p.file for p in checked.problems} == {f"csr_activities/{n}" for n in ("น่าน.csv", "เลย.docx", "แพร่.csv")}
    with pytest.raises(DataError):
        CSR.load(ROUND, folder)
    frame = CSR.load(ROUND, folder, accept_partial=True)
    assert frame["activity_id"].tolist() == ["T-1", "T-2", "P-1"]
    assert frame.index.tolist() == [2, 3, 3 * PART_ROWS + 2]  # parts by name: ตาก น่าน เลย แพร่
    source = source_of(frame)
    assert (source.rows, source.refused) == (3, 4)
    assert source.missing == ("csr_activities/น่าน.csv", "csr_activities/เลย.docx")
    assert kept(folder) == []
    results = check_files(SCHEMAS, folder, only="csr_activities")
    text = to_text(results, 250)
    assert "ไฟล์ย่อย 4 ไฟล์ ใช้ไม่ได้ 2 ไฟล์: csr_activities/น่าน.csv, csr_activities/เลย.docx" in text
    assert "ไฟล์ csr_activities/แพร่.csv" in text
    assert "<td>csr_activities/แพร่.csv</td><td>3</td>" in problems_page(ROUND, results)


def test_where_every_part_fails_nothing_is_loaded(folder):
    for path in (folder / "csr_activities").iterdir():
        path.write_text("ก,ข\n1,2\n", encoding="utf-8")
    with pytest.raises(DataError):
        CSR.load(ROUND, folder, accept_partial=True)


@pytest.mark.parametrize(
    ("extra", "code"),
    [("csr_activities.csv", "file_and_folder"), ("csr_activities/ตาก.xlsx", "several_files"), (None, "no_parts")],
)
def test_what_is_twice_or_nothing_is_refused(folder, extra, code):
    if extra is None:
        for path in (folder / "csr_activities").iterdir():
            path.unlink()
        (folder / "csr_activities" / ".DS_Store").write_bytes(b"1")
    else:
        (folder / extra).write_text(HEAD, encoding="utf-8")
    (problem,) = CSR.check(ROUND, folder).problems
    assert (problem.code, problem.file) == (code, "csr_activities/")
    with pytest.raises(DataError):
        CSR.load(ROUND, folder, accept_partial=True)


def test_a_part_with_the_very_bytes_of_another_is_refused(tmp_path):
    """Of places without an id nothing else would notice that they are counted twice."""
    folder = tmp_path / "homeless_housing"
    folder.mkdir()
    kind = dataset("homeless_housing")
    text = ",".join(f'"{c.header}"' for c in kind.columns) + "\nตาก,1,1,\n"
    for name in ("ตาก", "สำเนา"):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    (problem,) = kind.check(ROUND, tmp_path).problems
    assert (problem.code, problem.file) == ("same_part", "homeless_housing/สำเนา.csv")
    assert "homeless_housing/ตาก.csv" in problem.expected
    frame = kind.load(ROUND, tmp_path, accept_partial=True)
    assert (len(frame), source_of(frame).missing) == (1, ("homeless_housing/สำเนา.csv",))


def test_files_of_the_system_and_locks_are_no_parts(folder):
    for name in (".DS_Store", "~$ตาก.xlsx", "Thumbs.db", "desktop.ini"):
        (folder / "csr_activities" / name).write_bytes(b"x")
    assert len(CSR.load(ROUND, folder)) == 6


def test_a_correction_names_its_part(folder):
    helped = CSR["vulnerable_helped"].header
    correct(folder, (CSR.title, "น่าน.csv", 3, "N-2", helped, "1", "5"))
    for _ in range(2):
        frame = CSR.load(ROUND, folder)
        assert frame["vulnerable_helped"].tolist() == [1, 1, 1, 5, 1, 1]
        (one,) = source_of(frame).corrections
        assert (one["part"], one["row"], one["index"]) == ("น่าน.csv", 3, PART_ROWS + 3)
    for part, said in ((None, "ไม่มีไฟล์ย่อยชื่อนี้"), ("นาน.csv", "ไฟล์ย่อยที่ใกล้เคียงคือ “น่าน.csv”")):
        correct(folder, (CSR.title, part, 3, "N-2", helped, "1", "5"))
        with pytest.raises(DataError, match=said):
            CSR.load(ROUND, folder, accept_partial=True)
    correct(folder, (CSR.title, "แพร่.csv", 3, "N-2", helped, "1", "5"))
    with pytest.raises(DataError, match="ไม่มีแถวนี้ในข้อมูลของไฟล์ csr_activities/แพร่"):
        CSR.load(ROUND, folder, accept_partial=True)


def test_a_registry_may_come_in_parts(tmp_path):
    raw = Path(__file__).parents[2] / "data" / "raw" / "2569-6m"
    survey, units = dataset("restructuring_survey"), dataset("restructuring_units")
    (tmp_path / "restructuring_survey").mkdir()
    shutil.copy(raw / "restructuring_survey.xlsx", tmp_path / "restructuring_survey" / "ก.xlsx")
    assert len(survey.load(ROUND, tmp_path)) == len(units.load(ROUND, tmp_path)) == 25


def test_the_section_says_which_parts_are_not_used(copy, show):
    """The register of urgent cases comes in two parts, of which one cannot be read."""
    path = copy.raw / "urgent_cases.csv"
    (copy.raw / "urgent_cases").mkdir()
    path.rename(copy.raw / "urgent_cases" / "กลาง.csv")
    (copy.raw / "urgent_cases" / "ตาก.csv").write_text("ก,ข\n1,2\n", encoding="utf-8")
    shown = show("urgent_cases", accept_partial=True)
    assert 'ไม่ได้ใช้ไฟล์ย่อย <span class="src">ตาก.csv</span>' in shown.html
