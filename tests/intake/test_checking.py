"""Checking: bad cells get their decision and message; what people see on a terminal, in problems.xlsx and .html."""

import csv
import html
import re
import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import wcwidth
from bad_cells import BASES
from bad_cells import CASES as WRONG
from bad_files import CASES as BAD_FILES
from declared import DATASETS, MAY_BE_EMPTY, SCHEMAS, dataset

from dsw_analysis.cli import main
from dsw_analysis.intake.checking import check_files, to_text, unknown_files
from dsw_analysis.intake.problem_files import NAMES, problems_page, problems_workbook
from dsw_analysis.intake.sheet import LISTED
from dsw_analysis.intake.terminal import table, text_width, wrap
from dsw_analysis.problems import DataError, Problem, group_problems, row_ranges, visible
from dsw_analysis.rounds import Round

ROOT = Path(__file__).parents[2]
RAW = ROOT / "data" / "raw" / "2569-6m"
ROUND = Round.parse("2569-6m")


def written(folder, kind, text):
    path = folder / f"{kind}.csv"
    path.write_bytes(text.encode("utf-8-sig"))
    return path


@pytest.mark.parametrize("kind", BASES)
def test_files_that_the_bad_ones_start_from_are_good(kind, tmp_path):
    written(tmp_path, kind, BASES[kind])
    checked = dataset(kind).check(ROUND, tmp_path)
    assert (checked.problems, checked.rows_refused) == ((), 0)
    assert checked.rows_loaded == checked.rows_read == len(dataset(kind).load(ROUND, tmp_path)) >= 2


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.name)
def test_bad_cell_gets_its_decision_and_message(wrong, tmp_path):
    kind = dataset(wrong.kind)
    wrong.build(tmp_path / f"{kind.stem}.csv")
    checked = kind.check(ROUND, tmp_path)
    (problem,) = (p for p in checked.problems if p.code not in wrong.more)
    assert {p.code for p in checked.problems} == {wrong.code, *wrong.more}
    assert (problem.code, problem.file, problem.row, problem.column) == (
        wrong.code,
        f"{kind.stem}.csv",
        wrong.row,
        wrong.column,
    )
    assert wrong.says in str(problem) and problem.action
    assert checked.rows_loaded == wrong.loaded and checked.rows_read == wrong.loaded + checked.rows_refused
    with pytest.raises(DataError) as error:
        kind.load(ROUND, tmp_path)
    assert error.value.problems == checked.problems
    if wrong.row is not None and not wrong.more:
        assert len(kind.load(ROUND, tmp_path, accept_partial=True)) == wrong.loaded


def test_there_are_at_least_120_bad_files():
    bad = [case for case in BAD_FILES if case.decision == "refuse" or case.code]
    assert len(bad) + len(WRONG) >= 120
    assert len({wrong.name for wrong in WRONG}) == len(WRONG)


JUNK = {"integer": "สาม", "number": "สาม", "date": "31/02/2569", "datetime": "31/02/2569 10:00", "month": "เดือนหน้า"}
JUNK |= {"province": "กรุงเทพใหญ่", "category": "นอกรายการ", "multi": "นอกรายการ", "text": "ก\u202eข"}


@pytest.mark.parametrize(
    "kind", [d for d in DATASETS if d.id not in ("citizen_questions", "plan_decisions")], ids=lambda d: d.id
)
def test_a_defect_in_each_column_of_a_real_file_is_named_where_it_is(kind, tmp_path):
    """One cell that cannot be read in every column, each in a row of its own as far as there are rows."""
    raw = kind.check(ROUND, RAW).raw
    path = Path(shutil.copy(raw.path, tmp_path))
    planted = {}
    for at, column in enumerate(kind.columns):
        place = [str(header) for header in raw.frame.columns].index(column.header)
        planted[int(raw.frame.index[at % len(raw.frame)]), column.header] = (place, JUNK[column.kind])
    if path.suffix == ".csv":
        codec = "cp874" if kind.id == "homeless_housing" else "utf-8-sig"
        if codec == "cp874":
            planted = {where: (place, value.replace("\u202e", "\x07")) for where, (place, value) in planted.items()}
        lines = list(csv.reader(path.read_bytes().decode(codec).splitlines()))
        for (row, _), (place, value) in planted.items():
            lines[row - 1][place] = value
        with path.open("w", encoding=codec, newline="") as file:
            csv.writer(file).writerows(lines)
    else:
        book = openpyxl.load_workbook(path)
        page = book[kind.sheet] if kind.sheet else book.worksheets[0]
        for (row, _), (place, value) in planted.items():
            page.cell(row, place + 1).value = value
        book.save(path)
    checked = kind.check(ROUND, tmp_path)
    assert {(p.row, p.column) for p in checked.problems} >= set(planted)
    assert set(checked.refused) == {row for row, _ in planted}
    assert checked.rows_read == len(raw.frame) == checked.rows_loaded + len(checked.refused)


def test_names_outside_the_registry_are_refused(tmp_path):
    path = Path(shutil.copy(RAW / "restructuring_survey.xlsx", tmp_path))
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    name = page.cell(5, 1).value
    page.cell(5, 1).value = name.replace("แห่ง", "แหง")
    page.cell(6, 1).value = f"  {page.cell(6, 1).value.replace(' ', '  ')}"
    book.save(path)
    kind = dataset("restructuring_survey")
    checked = kind.check(ROUND, tmp_path)
    (problem,) = checked.problems
    assert (problem.code, problem.row, problem.column) == ("registry", 5, "หน่วยงาน")
    assert name in problem.expected
    assert "ทะเบียน" in problem.action


TOTALS = "จังหวัด,จำนวนห้อง,จำนวนผู้ใช้บริการที่รองรับได้ (ราย),ผู้ต้องการเข้าถึงสิทธิสวัสดิการและปัจจัยสี่ (ราย โดยประมาณ)\n"


@pytest.mark.parametrize(
    ("lines", "rows"),
    [
        ("ตาก,1,1,\nน่าน,2,2,\nรวม,3,3,-\n", []),
        ("ตาก,1,1,\nรวม,1,1,\nน่าน,2,2,\nรวม,2,2,\nรวมทั้งสิ้น,3,3,0\n", []),
        ("ตาก,1,1,\nรวม,1,1,\nน่าน,2,2,\nรวม,3,3,\n", []),
        ("ตาก,1,1,\nรวม,1,1,\nน่าน,2,2,\nรวม,4,2,\n", [5]),
        ("ตาก,1,1,\nรวม,1,1,\nน่าน,2,2,\nรวมทั้งสิ้น,2,3,\n", [5]),
        ("รวม,3,3,\nตาก,1,1,\nน่าน,2,2,\n", []),
        ("รวม,2,3,\nตาก,1,1,\nน่าน,2,2,\n", [2]),
        ("ตาก,หนึ่ง,1,\nน่าน,2,2,\nรวม,9,3,\n", [2]),
    ],
    ids=["one", "parts", "cumulative", "part_wrong", "whole_wrong", "above", "above_wrong", "unknown_sum"],
)
def test_totals_rows_are_checked_against_the_rows_that_they_sum(lines, rows, tmp_path):
    written(tmp_path, "homeless_housing", TOTALS + lines)
    checked = dataset("homeless_housing").check(ROUND, tmp_path)
    assert [p.row for p in checked.problems] == rows


NORTH = "ตาก,10,15,\nน่าน,5,7,100\n"
HOUSES = NORTH + "แพร่,1,2,3\n"
ALL = "รวมทั้งสิ้น,16,24,103\n"


@pytest.mark.parametrize(
    ("lines", "rows", "says"),
    [
        # 10 + 5 rooms in one region, 1 in another; each sub-total is of its own group
        ("ภาคเหนือ,,,\n" + NORTH + "รวมภาคเหนือ,15,22,100\nภาคใต้,,,\nตรัง,1,2,3\nรวมภาคใต้,1,2,3\n" + ALL, [], ""),
        (NORTH + "รวมภาคเหนือ,15,22,100\nตรัง,1,2,3\nรวมภาคใต้,16,2,3\n" + ALL, [6], "แถวที่ 5 ในคอลัมน์นี้คือ 1"),
        (NORTH + "รวมภาคเหนือ,14,22,100\nตรัง,1,2,3\nรวมภาคใต้,1,2,3\n" + ALL, [4], "แถวที่ 2–3 ในคอลัมน์นี้คือ 15"),
        # a level within a level
        ("ตาก,10,15,\nรวมจังหวัดตาก,10,15,\nน่าน,5,7,\nรวมจังหวัดน่าน,5,7,\nรวมภาคเหนือ,15,22,\n", [], ""),
        ("ตาก,10,15,\nรวมจังหวัดตาก,10,15,\nน่าน,5,7,\nรวมจังหวัดน่าน,15,7,\nรวมภาคเหนือ,15,22,\n", [5], "แถวที่ 4 "),
        # sub-totals above their groups
        ("รวมภาคเหนือ,15,22,100\n" + NORTH + "รวมภาคใต้,1,2,3\nตรัง,1,2,3\n", [], ""),
        ("รวมภาคเหนือ,15,22,100\n" + NORTH + "รวมภาคใต้,15,2,3\nตรัง,1,2,3\n", [5], "แถวที่ 6 "),
        # a number with its unit in the cell of the word
        (HOUSES + "รวมทั้งสิ้น 3 แห่ง,,,\n", [], ""),
        (HOUSES + "รวมทั้งสิ้น ๑๖ ห้อง,,,\n", [], ""),
        (HOUSES + "รวมทั้งสิ้น 4 แห่ง,,,\n", [5], "จำนวนแถวของข้อมูลคือ 3 และไม่ตรงกับผลรวมของคอลัมน์ใด"),
        (HOUSES + "รวม,16 ห้อง,24 ราย,103\n", [], ""),
        (HOUSES + "รวม,17 ห้อง,24 ราย,103\n", [5], "คือ 16"),
    ],
)  # fmt: skip
def test_sub_totals_are_checked_against_their_own_group(lines, rows, says, tmp_path):
    written(tmp_path, "homeless_housing", TOTALS + lines)
    checked = dataset("homeless_housing").check(ROUND, tmp_path)
    assert [(p.code, p.row) for p in checked.problems] == [("total", row) for row in rows]
    assert all(says in p.expected for p in checked.problems)


def test_total_is_not_checked_against_refused_rows_which_is_said(tmp_path):
    """A region with numbers is refused; 32 rooms would be the sum with it, which nobody has written."""
    written(tmp_path, "homeless_housing", TOTALS + HOUSES + "ภาคเหนือ,16,24,103\nรวมทั้งสิ้น,16,24,103\n")
    checked = dataset("homeless_housing").check(ROUND, tmp_path)
    assert [(p.code, p.row, p.column) for p in checked.problems] == [("uncertain_row", 5, "จังหวัด")]
    assert (checked.rows_loaded, checked.refused) == (3, (5,))
    assert any("ยังไม่ได้ตรวจยอดรวมแถวที่ 6" in note for note in checked.raw.notes)


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_works_with_tails_are_as_many_as_there_are(suffix, tmp_path):
    """138 works of which only the number is known, and a tail of every kind: 138 are loaded."""
    headers = [c.header for c in dataset("knowledge_works").columns]
    ids = [f"KM69-{n:03}" for n in range(1, 139)]
    tail = [
        "รวมทั้งสิ้น 138 ผลงาน",
        "หมายเหตุ: ข้อมูล ณ วันที่ 31 มีนาคม 2569",
        "ไม่รวมผลงานที่ส่งช้า",
        "ลงชื่อ ................ ผู้รายงาน",
        "(นายสมชาย ใจดี)",
        "ตำแหน่ง นักพัฒนาสังคม",
    ]
    firsts = [*ids[:70], "ภาคใต้", *ids[70:], "", *tail]
    path = tmp_path / f"knowledge_works.{suffix}"
    if suffix == "csv":
        path.write_text("\n".join([",".join(headers), *(first + "," * 4 for first in firsts)]), encoding="utf-8")
    else:
        book = openpyxl.Workbook()
        book.active.title = "ผลงาน"
        for row in [headers, *([first or None] for first in firsts)]:
            book.active.append(row)
        book.save(path)
    checked = dataset("knowledge_works").check(ROUND, tmp_path)
    assert checked.problems == ()
    assert (checked.rows_read, checked.rows_loaded) == (138, 138)
    assert checked.frame["work_id"].tolist() == ids
    shown = to_text([checked], 200)
    assert "แถวที่ 72" in shown  # the region between work 70 and work 71
    tail[4] = "([ปิดบังข้อมูลส่วนบุคคล])"  # who signed is nobody's business
    assert all(f"แถวที่ {row}: “{text[:20]}" in shown for row, text in enumerate(tail[1:], start=143))


def test_count_in_words_that_is_not_the_number_of_works_is_refused(tmp_path):
    headers = ",".join(c.header for c in dataset("knowledge_works").columns)
    written(tmp_path, "knowledge_works", f"{headers}\nKM69-001,,,,\nKM69-002,,,,\nรวมทั้งสิ้น 3 ผลงาน,,,,\n")
    (problem,) = dataset("knowledge_works").check(ROUND, tmp_path).problems
    assert (problem.code, problem.row, problem.value) == ("total", 4, "รวมทั้งสิ้น 3 ผลงาน")


@pytest.mark.parametrize("kind", DATASETS, ids=lambda d: d.id)
def test_file_without_a_row_is_refused_but_for_datasets_that_may_be_empty(kind, tmp_path):
    """Citizens may have asked nothing, and an office may tell and ask nothing; of all else there is something."""
    written(tmp_path, kind.stem, ",".join(f'"{c.header}"' for c in kind.columns) + "\n")
    checked = kind.check(ROUND, tmp_path)
    if kind.id in MAY_BE_EMPTY:
        assert (checked.problems, len(kind.load(ROUND, tmp_path))) == ((), 0)
        return
    assert [(p.code, p.row) for p in checked.problems] == [("no_rows", None)]
    with pytest.raises(DataError, match="ไม่มีแถวข้อมูล"):
        kind.load(ROUND, tmp_path, accept_partial=True)


def test_normalised_cells_are_counted(tmp_path):
    """Two Thai numbers, one with a doubled space before its unit, one ``เเ``, one short name."""
    lines = "เเพร่,๕,1,\nโคราช,1,๗  ราย,\n"
    written(tmp_path, "homeless_housing", TOTALS + lines)
    checked = dataset("homeless_housing").check(ROUND, tmp_path)
    assert checked.problems == ()
    assert checked.changed == {"thai_digits": 2, "spaces": 1, "sara_ae": 1, "alias": 1}
    shown = to_text([checked], 200)
    assert "อ่านเลขไทยเป็นเลขอารบิก 2 ช่อง" in shown and "แทนชื่อย่อหรือชื่ออื่นด้วยชื่อทางการ 1 ช่อง" in shown


def test_very_many_problems_of_one_kind_are_counted_and_refuse_the_file(tmp_path):
    rows = LISTED + 500
    frame = pd.read_csv((RAW / "csr_activities.csv"), dtype=str).head(1)
    frame = pd.concat([frame] * rows, ignore_index=True)
    frame.iloc[:, 0] = [f"C{n}" for n in range(rows)]
    frame.iloc[:, 2] = "กรุงเทพใหญ่"
    written(tmp_path, "csr_activities", frame.to_csv(index=False))
    checked = dataset("csr_activities").check(ROUND, tmp_path)
    assert len(checked.problems) == LISTED + 1
    more = checked.problems[0]
    assert (more.code, more.row, more.column) == ("too_many", None, "จังหวัด")
    assert f"อีก 500 แถว ตั้งแต่แถวที่ {LISTED + 2} ถึงแถวที่ {rows + 1}" in more.expected
    assert (checked.rows_read, checked.rows_loaded, checked.rows_refused) == (rows, 0, rows)


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([], "-"),
        ([7], "7"),
        ([5, 8, 9, 10, 11, 12], "5, 8–12 (รวม 6 แถว)"),
        ([3, 2, 2], "2–3 (รวม 2 แถว)"),
        (range(2, 100, 2), "2, 4, 6 … (รวม 49 แถว)"),
    ],
)
def test_rows_are_told_compactly(rows, text):
    assert row_ranges(rows, 3) == text


def problem(**changes):
    base = {"code": "cell", "file": "a.csv", "row": 2, "column": "ก", "value": "x", "expected": "ข", "action": "ค"}
    return Problem(**{**base, **changes})


def test_problems_that_repeat_are_one_group_and_others_are_not():
    same = [problem(row=row, value=value) for row, value in ((2, "x"), (3, "y"), (9, "x"))]
    others = [problem(column="ง"), problem(expected="จ"), problem(file="b.csv"), problem(row=None, value=None)]
    groups = group_problems([*same, *others[:3]])
    assert [len(g.problems) for g in groups] == [3, 1, 1, 1]
    assert groups[0].cells() == ("2–3, 9 (รวม 3 แถว)", "ก", "“x” (2), “y”", "ข", "ค")
    assert group_problems(others[3:])[0].cells()[:3] == ("-", "ก", "-")


def test_hidden_characters_and_long_values_are_shown_safely():
    assert visible("ก\x1b[31m\u202eข\u200b") == "ก⟨U+001B⟩[31m⟨U+202E⟩ข⟨U+200B⟩"
    assert visible("ก" * 300) == "ก" * 200 + "… (300 ตัวอักษร)"
    assert "\x1b" not in str(problem(value="\x1b[2J"))


THAI = "ตรวจสอบว่าแถวใดถูกต้อง แล้วลบหรือแก้ไขแถวที่ซ้ำ ผู้ที่เกี่ยวข้องกับน้ำใจ ที่ปรึกษา"


@pytest.mark.parametrize("width", range(8, 60, 7))
def test_lines_fit_and_marks_stay_with_their_consonants(width):
    lines = wrap(THAI, width)
    assert "".join(lines).replace(" ", "") == THAI.replace(" ", "")
    for line in lines:
        # wcwidth, an independent table of terminal widths, is the judge
        assert wcwidth.wcswidth(line) == text_width(line) <= width
        assert not re.match("[ะ-ฺๅ-๎]", line) and not re.search("[เ-ไ]$", line)


@pytest.mark.parametrize("width", [40, 60, 80, 100, 140, 300])
def test_table_fits_the_terminal(width):
    rows = [("2–1000 (รวม 999 แถว)", "วันที่ดำเนินกิจกรรม", "“" + "ย" * 90 + "”", THAI, THAI)]
    shown = table(("แถวที่", "คอลัมน์", "ค่าที่พบ", "ที่ต้องเป็น", "สิ่งที่ต้องทำ"), rows, width)
    assert max(wcwidth.wcswidth(line) for line in shown.split("\n")) <= width
    assert re.sub(r"\s", "", THAI) in re.sub(r"\s", "", shown) or width >= 60


MEAN = ("=1+1", '=HYPERLINK("http://x","y")', "@SUM(A1)", "<script>alert(1)</script>", "<img src=x onerror=y>")


@pytest.fixture
def mean(tmp_path):
    """Checked file whose cells would be formulas or markup if they were not made harmless."""
    frame = pd.read_csv(RAW / "urgent_cases.csv", dtype=str).head(len(MEAN))
    frame.iloc[:, 1] = MEAN
    written(tmp_path, "urgent_cases", frame.to_csv(index=False))
    return dataset("urgent_cases").check(ROUND, tmp_path)


def test_workbook_of_problems_is_inert_and_complete(mean, tmp_path):
    content = problems_workbook(ROUND, [mean])
    assert content == problems_workbook(ROUND, [mean])
    path = tmp_path / "problems.xlsx"
    path.write_bytes(content)
    book = openpyxl.load_workbook(path)
    assert all(c.data_type != "f" and not c.hyperlink for sheet in book for row in sheet.iter_rows() for c in row)
    single = list(book["รายช่อง"].iter_rows(min_row=2, values_only=True))
    found = [f"“{value}”" for value in MEAN]
    assert [row[:5] for row in single] == [
        ("urgent_cases.csv", "-", row, "ช่องทาง", text) for row, text in enumerate(found, start=2)
    ]
    (grouped,) = book["ปัญหา"].iter_rows(min_row=2, values_only=True)
    assert grouped[2] == "2–6 (รวม 5 แถว)"
    (summary,) = book["สรุป"].iter_rows(min_row=2, values_only=True)
    assert summary[1:6] == ("urgent_cases.csv", 5, 0, 5, 5)


def test_page_of_problems_is_inert_and_asks_for_nothing(mean):
    page = problems_page(ROUND, [mean])
    assert "<script" not in page and "<img" not in page and "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert not re.search(r"(src|href)=[\"']?(https?:|//)", page)
    assert "default-src 'none'" in html.unescape(page)
    assert "2–6 (รวม 5 แถว)" in page and "สิ่งที่ต้องทำ" in page


def check(root, *arguments):
    return main(["--project", str(root), "check", "2569-6m", *arguments])


@pytest.fixture
def project(tmp_path):
    shutil.copytree(RAW, tmp_path / "data" / "raw" / "2569-6m")
    shutil.copytree(SCHEMAS.folder, tmp_path / "data" / "schemas")
    return tmp_path


def spoil(project):
    path = project / "data" / "raw" / "2569-6m" / "public_opinion.csv"
    path.write_bytes(path.read_bytes().replace(b"2,576", b"2,57x"))
    return path


def test_a_schema_with_a_mistake_is_named_and_nothing_is_checked(project, capsys):
    path = project / "data" / "schemas" / "public_opinion.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("type: yearmonth", "type: yearmoth"), encoding="utf-8")
    (line,) = [n for n, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1) if "yearmoth" in text]
    assert check(project) == 2
    found = capsys.readouterr()
    assert found.out == ""
    said = f"schemas/public_opinion.yaml line {line}: 'yearmoth' may not stand here; did you mean 'yearmonth'?"
    assert found.err == f"dsw: {said}\n"


def test_clean_round_ends_with_0_and_its_one_warning(project, capsys):
    """The print gives comments of the public for January to March only, half of the round."""
    assert check(project) == 0
    shown = capsys.readouterr().out
    assert shown.count("= ใช้ได้") == len(DATASETS) + 1
    assert "อ่าน 5,911 แถว = ใช้ได้ 5,911 แถว + ปฏิเสธ 0 แถว" in shown
    assert re.search(r"ไม่พบปัญหา\s+และมีข้อควรยืนยัน\s+1\s+ข้อ", shown)
    out = project / "outputs" / "2569-6m" / "internal"
    assert {p.name for p in out.iterdir()} == set(NAMES) and {p.name for p in out.parent.iterdir()} == {"internal"}
    page = (out / "problems.html").read_text(encoding="utf-8")
    assert "ของเดือน ต.ค. 2568 พ.ย. 2568 ธ.ค. 2568 ทั้งที่" in page
    assert check(project, "--dataset", "csr_activities") == 0
    assert not list(out.iterdir())


def test_problems_end_with_1_and_are_written_until_they_are_mended(project, capsys):
    path = spoil(project)
    assert check(project, "--dataset", "public_opinion") == 1
    shown = capsys.readouterr().out
    assert "อ่าน 3 แถว = ใช้ได้ 2 แถว + ปฏิเสธ 1 แถว" in shown and "“2,57x”" in shown
    out = project / "outputs" / "2569-6m" / "internal"
    assert {p.name for p in out.iterdir()} == set(NAMES)
    shutil.copy(RAW / path.name, path)
    assert check(project) == 0
    assert "2,57x" not in (out / "problems.html").read_text(encoding="utf-8")


def test_any_file_can_be_checked_and_problems_sent_anywhere(project, tmp_path, capsys):
    path = spoil(project)
    other = tmp_path / "ที่อื่น" / "ความคิดเห็น.csv"
    other.parent.mkdir()
    path.rename(other)
    to = tmp_path / "ส่ง"
    assert check(project, "--file", str(other), "--dataset", "public_opinion", "--to", str(to)) == 1
    assert {p.name for p in to.iterdir()} == set(NAMES)
    named = other.rename(other.with_name("public_opinion.csv"))
    assert check(project, "--file", str(named), "--to", str(to)) == 1
    assert capsys.readouterr().out.count("รวม 1 ชุดข้อมูล") == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--dataset", "nothing"], "no dataset 'nothing'"),
        (["--file", "nowhere.csv", "--dataset", "public_opinion"], "no file nowhere.csv"),
        (["--file", __file__], "--dataset"),
    ],
)
def test_misuse_ends_with_2(project, arguments, says, capsys):
    assert check(project, *arguments) == 2
    assert says in capsys.readouterr().err


def test_missing_round_is_misuse_and_missing_file_a_problem(project, capsys):
    assert main(["--project", str(project), "check", "2569-9m"]) == 2
    assert "2569-9m" in capsys.readouterr().err
    (project / "data" / "raw" / "2569-6m" / "csr_activities.csv").rename(
        project / "data" / "raw" / "2569-6m" / "csr_activites.csv"
    )
    assert check(project) == 1
    shown = capsys.readouterr().out
    assert "อ่านไฟล์ไม่ได้ อ่าน 0 แถว = ใช้ได้ 0 แถว + ปฏิเสธ 0 แถว" in shown
    assert "ไม่ได้ตรวจไฟล์ “csr_activites.csv”" in shown and "ชื่อที่ใกล้เคียงคือ “csr_activities.csv”" in shown


def test_files_of_no_dataset_are_named(tmp_path):
    (tmp_path / "urgent_case.xlsx").touch()
    (tmp_path / "urgent_cases.csv").touch()
    (tmp_path / "notes.docx").touch()
    (note,) = unknown_files(SCHEMAS, tmp_path)
    assert "“urgent_case.xlsx”" in note and "“urgent_cases.xlsx”" in note


def test_file_and_dataset_choose_what_is_checked(tmp_path):
    results = check_files(SCHEMAS, tmp_path, path=RAW / "action_plan.xlsx")
    assert [c.dataset.id for c in results] == [
        f"plan_{name}" for name in ("projects", "steps", "indicators", "topics", "decisions")
    ]
    assert len(check_files(SCHEMAS, RAW, only="plan_steps")) == 1
