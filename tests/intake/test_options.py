"""Reading options: each key, mistakes named with their line, and that nothing is read that nobody accepted."""

import csv
import re
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from declared import SCHEMAS, dataset
from returns_made import as_loaded, make

from dsw_analysis import cli
from dsw_analysis.intake.checking import summary_lines
from dsw_analysis.intake.files import hash_file
from dsw_analysis.intake.options import Options, accept, path_of, read_options, to_yaml, undo
from dsw_analysis.intake.proposals import find_proposals
from dsw_analysis.intake.source import source_of
from dsw_analysis.problems import DataError, UsageError
from dsw_analysis.rounds import Round
from dsw_analysis.run.stale import Inputs

ROUND = Round.parse("2569-6m")
DAY = date(2026, 4, 2)
HOUSING = [column.header for column in dataset("homeless_housing").columns]
PAGE = Path(__file__).parents[2] / "docs" / "returns.md"


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "data" / "raw" / "2569-6m"
    made.mkdir(parents=True)
    return made


def housing(folder, *rows, header=HOUSING):
    path = folder / "homeless_housing.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([header, *rows])
    return path


def options_for(path, text, *, accepted=True):
    path_of(path).write_text(text, encoding="utf-8")
    if accepted:
        accept(path, "ผู้ตรวจ", DAY)
    return path


def codes(folder, id_="homeless_housing"):
    return {p.code for p in dataset(id_).check(ROUND, folder).problems}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sheet: [ก]\n", "line 1: a file of reading options has no key 'sheet'; did you mean 'sheets'"),
        ("stop_at: ก\nrename: ก\n", "line 2: names with what belongs to them"),
        ("header_row: 0\n", "line 1: '0' is no row number"),
        ("datetime_from:\n  วันเวลา: [วันที่]\n", "line 1: 'วันเวลา' needs two headers"),
        ("rename: {ก: จังหวัด, ข: จังหวัด}\n", "line 1: two columns get the same header"),
        ("accepted: {by: ก}\n", "line 1: an acceptance needs the key 'on'"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path, text, says):
    path = tmp_path / "x.options.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=re.escape(says)):
        read_options(path)


def test_a_column_or_choice_that_the_form_does_not_have_is_refused_with_the_nearest(folder):
    path = housing(folder, ["ตาก", "5", "8", "3"])
    options_for(path, "fill_down: [จังหวด]\n")
    (problem,) = dataset("homeless_housing").check(ROUND, folder).problems
    assert problem.code == "options" and "“จังหวัด”" in problem.expected
    cases = make("aliases_cases", folder)
    options_for(cases, "aliases: {ช่องทาง: {ESS: ESS Help}}\n")
    (problem,) = dataset("urgent_cases").check(ROUND, folder).problems
    assert problem.code == "options" and "ESS Help Me" in problem.expected


def test_a_column_is_never_put_over_another(folder):
    path = housing(folder, ["ตาก", "5", "8", "3"])
    for text in ("rename: {จำนวนห้อง: จังหวัด}\n", "constant: {จังหวัด: น่าน}\n"):
        options_for(path, text)
        (problem,) = dataset("homeless_housing").check(ROUND, folder).problems
        assert problem.code == "options" and problem.value == "จังหวัด"
        undo(path)


def test_options_that_nobody_accepted_were_edited_or_are_of_another_file_read_nothing(folder):
    row = ["ตาก", "5", "8", "ไม่มีข้อมูล"]
    words = f"blank_words: {{{HOUSING[3]}: [ไม่มีข้อมูล]}}\n"
    path = options_for(housing(folder, row), words, accepted=False)
    assert codes(folder) == {"cell"}
    accept(path, "ผู้ตรวจ", DAY)
    assert dataset("homeless_housing").load(ROUND, folder)["need"].isna().all()
    own = path_of(path)
    accepted = own.read_text(encoding="utf-8")
    own.write_text(accepted.replace("[ไม่มีข้อมูล]", "[ไม่มีข้อมูล, ไม่ทราบ]"), encoding="utf-8")
    assert codes(folder) == {"options"}
    with pytest.raises(DataError, match="ถูกแก้ไขหลังจากที่มีผู้ยอมรับ"):  # though a checked copy was made before
        dataset("homeless_housing").load(ROUND, folder)
    own.write_text(accepted, encoding="utf-8")
    housing(folder, row, ["น่าน", "7", "9", "4"])
    with pytest.raises(DataError, match="สำหรับไฟล์ฉบับอื่น"):
        dataset("homeless_housing").load(ROUND, folder)


def test_an_acceptance_is_taken_back_to_the_byte_and_given_once(folder):
    path = options_for(housing(folder, ["ตาก", "5", "8", "-"]), "# ความเห็น\nstop_at: จบ\n", accepted=False)
    before = path_of(path).read_bytes()
    accept(path, "ผู้ตรวจ", DAY)
    with pytest.raises(UsageError, match="was accepted by ผู้ตรวจ"):
        accept(path, "อีกคน", DAY)
    undo(path)
    assert path_of(path).read_bytes() == before
    with pytest.raises(UsageError, match="nobody has accepted"):
        undo(path)


def test_what_is_to_be_filled_in_cannot_be_accepted(folder):
    path = options_for(make("aliases_cases", folder), 'aliases: {ช่องทาง: {ESS: "?"}}\n', accepted=False)
    with pytest.raises(UsageError, match="fill in what is '\\?' in aliases"):
        accept(path, "ผู้ตรวจ", DAY)


def test_the_source_says_who_accepted_which_options_and_the_copy_rests_on_them(folder):
    path = options_for(housing(folder, ["ตาก", "5", "8", "-"]), f"blank_words: {{{HOUSING[3]}: ['-']}}\n")
    for _ in range(2):  # from the file, then from its checked copy
        source = source_of(dataset("homeless_housing").load(ROUND, folder))
        (said,) = source.record()["options"]
        assert (said["by"], said["on"], said["of"]) == ("ผู้ตรวจ", "2026-04-02", path.name)
        assert said["sha256"] == read_options(path_of(path)).sha256
        assert "homeless_housing.options.yaml" in source.read
    notes = summary_lines(dataset("homeless_housing").check(ROUND, folder))
    assert any("ผู้ตรวจ ยอมรับเมื่อ 2 เมษายน 2569" in note for note in notes)
    undo(path)
    with pytest.raises(DataError):
        dataset("homeless_housing").load(ROUND, folder)


def test_values_are_judged_as_strictly_after_the_options(folder):
    options_for(housing(folder, ["ตาก", "ห้า", "-", "3"]), f"blank_words: {{{HOUSING[2]}: ['-']}}\n")
    found = {(p.code, p.column) for p in dataset("homeless_housing").check(ROUND, folder).problems}
    assert found == {("cell", HOUSING[1]), ("required", HOUSING[2])}


def test_rows_of_stacked_sheets_are_said_with_their_sheet_and_each_is_a_row_of_its_own(folder):
    book = openpyxl.Workbook()
    for at, (name, row) in enumerate({"ก": ["ตาก", 5, 8, 3], "ข": ["น่าน", "x", 9, 4], "ค": ["ตาก", 1, 2, 3]}.items()):
        page = book.create_sheet(name, at)
        page.append(HOUSING)
        page.append(row)
    path = folder / "homeless_housing.xlsx"
    book.save(path)
    options_for(path, "sheets: [ก, ข, ค]\n")
    found = [(p.sheet, p.row, p.code) for p in dataset("homeless_housing").check(ROUND, folder).problems]
    assert found == [("ข", 2, "cell"), ("ค", 2, "duplicate")]
    frame = dataset("homeless_housing").load(ROUND, folder, accept_partial=True)
    assert frame["province"].astype(str).tolist() == ["ตาก"] and frame["rooms"].tolist() == [5]


def test_rows_that_are_only_numbered_stay_out_where_a_column_is_constant_or_filled_down(folder):
    header = ["ที่", *HOUSING]
    path = housing(folder, ["1", "ตาก", "5", "8", "3"], ["2", "", "", "", ""], header=header)
    options_for(path, "fill_down: [จังหวัด]\n")
    found = dataset("homeless_housing").check(ROUND, folder)
    assert not found.problems and found.rows_read == 1


def test_check_writes_a_proposal_once_and_never_over_what_a_person_wrote(folder):
    path = make("separator_comma", folder)

    def proposals():
        kind = dataset("csr_activities")
        return list(find_proposals([kind.check(ROUND, folder)], SCHEMAS, folder))

    (proposal,) = proposals()
    proposal.write()
    written = path_of(path).read_text(encoding="utf-8")
    assert read_options(path_of(path)) == Options(separator=",")
    assert "อ่าน 12 แถว = ใช้ได้ 12 แถว" in written and f"dsw accept {path}" in written
    path_of(path).write_text(written.replace("separator: ','", "separator: '/'"), encoding="utf-8")
    (mine,) = proposals()
    assert not mine.is_new and mine.options.separator == "/"
    mine.write()
    assert "separator: '/'" in path_of(path).read_text(encoding="utf-8")
    path_of(path).write_text(written, encoding="utf-8")
    accept(path, "ผู้ตรวจ", DAY)
    assert not proposals()


def test_a_slip_in_one_cell_gets_no_proposal(folder):
    path = housing(folder, ["ตากก", "5", "8", "3"], ["น่าน", "7o", "9", "4"])
    found = dataset("homeless_housing").check(ROUND, folder)
    assert found.problems and not list(find_proposals([found], SCHEMAS, folder))
    assert not path_of(path).exists()
    works = openpyxl.load_workbook(make("aliases_csr", folder))
    page = works.active
    at = [cell.value for cell in page[1]].index("ประเภทภาคีเครือข่าย") + 1
    full = {"อปท.": "องค์กรปกครองส่วนท้องถิ่น", "รสก.": "รัฐวิสาหกิจ", "เอกชน": "บริษัทเอกชน"}
    for row in range(2, page.max_row + 1):
        page.cell(row, at, full.get(page.cell(row, at).value, page.cell(row, at).value))
    page.cell(2, at, "บริษัทเอกชล")
    works.save(folder / "csr_activities.xlsx")
    found = dataset("csr_activities").check(ROUND, folder)
    assert [p.value for p in found.problems] == ["บริษัทเอกชล"]
    assert not list(find_proposals([found], SCHEMAS, folder))


def test_the_command_checks_accepts_and_takes_back(folder, monkeypatch, capsys):
    root = folder.parents[2]
    (root / "data" / "schemas").symlink_to(Path(__file__).parents[2] / "data" / "schemas")
    monkeypatch.chdir(root)
    path = make("google_csr", Path("data/raw/2569-6m"))
    assert cli.main(["check", "2569-6m", "--dataset", "csr_activities"]) == 1
    said = capsys.readouterr().out
    command = next(line for line in said.split("\n") if "dsw accept" in line)
    assert f"dsw accept {path} --by" in command
    assert cli.main(["accept", str(path), "--by", "สมหญิง ใจดี", "--on", "2026-04-02"]) == 0
    assert cli.main(["check", "2569-6m", "--dataset", "csr_activities"]) == 0
    assert cli.main(["accept", str(path), "--undo"]) == 0
    assert cli.main(["check", "2569-6m", "--dataset", "csr_activities"]) == 1
    assert cli.main(["accept", str(path)]) == 2


def test_the_options_of_the_page_are_read_as_it_says(tmp_path):
    """Each key stands in the table and in an example that can be read."""
    page = PAGE.read_text(encoding="utf-8").partition("## Reading options")[2].partition("\n## ")[0]
    keys = set(re.findall(r"^\| `([a-z_]+)` \|", page, re.MULTILINE))
    assert keys == set(Options.__dataclass_fields__) - {"accepted"}
    assert len(keys) <= 12
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    path = tmp_path / "x.options.yaml"
    path.write_text(example, encoding="utf-8")
    assert set(read_options(path).given()) == keys


@pytest.mark.parametrize("id_", ["kobo_csr", "coded_cases", "clock_apart_cases", "sheets_named"])
def test_a_proposal_is_read_back_as_it_was_written(folder, id_):
    make(id_, folder)
    name = {"kobo_csr": "csr_activities", "sheets_named": "csr_activities"}.get(id_, "urgent_cases")
    (proposal,) = find_proposals([dataset(name).check(ROUND, folder)], SCHEMAS, folder)
    proposal.write()
    read = read_options(path_of(proposal.file))
    assert read == proposal.options or to_yaml(read.given()) == to_yaml(proposal.options.given())


def test_totals_of_stacked_sheets_are_held_against_their_own_sheet(folder):
    book = openpyxl.Workbook()
    for at, (name, row, total) in enumerate((("ก", ["ตาก", 5, 8, 3], 5), ("ข", ["น่าน", 7, 9, 4], 12))):
        page = book.create_sheet(name, at)
        for cells in (HOUSING, row, ["รวมทั้งสิ้น", total, None, None]):
            page.append(cells)
    path = folder / "homeless_housing.xlsx"
    book.save(path)
    options_for(path, "sheets: [ก, ข]\n")
    (problem,) = dataset("homeless_housing").check(ROUND, folder).problems
    assert (problem.code, problem.sheet, problem.row) == ("total", "ข", 3)
    assert "คือ 7" in problem.expected


def test_choices_with_a_space_in_them_are_told_apart_by_their_labels(folder):
    """As KoboToolbox exports labels: a space between the chosen, and a column of 0 and 1 for each."""
    form = make("extra_csr", folder)
    rows = list(csv.reader(form.open(encoding="utf-8-sig")))
    at = rows[0].index("เป้าหมาย SDGs")
    kept = [place for place, header in enumerate(rows[0]) if header not in ("งบประมาณ (บาท)", "ผู้ประสานงาน", "อำเภอ")]
    changed = [[row[place].replace(";", "") if place == at else row[place] for place in kept] for row in rows[1:]]
    with form.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow([*(rows[0][place] for place in kept), "เป้าหมาย SDGs/SDG 1", "_uuid"])
        writer.writerows([*row, "0", "a"] for row in changed)
    (proposal,) = find_proposals([dataset("csr_activities").check(ROUND, folder)], SCHEMAS, folder)
    assert proposal.options == Options(separator=" ", leave_out=("เป้าหมาย SDGs/SDG 1",))
    proposal.write()
    accept(form, "ผู้ตรวจ", DAY)
    assert dataset("csr_activities").load(ROUND, folder)["sdgs"].dropna().tolist() == [
        record["sdgs"] for record in as_loaded("extra_csr") if record["sdgs"] is not None
    ]


def test_a_part_has_options_of_its_own_and_a_part_without_costs_no_other(folder):
    parts = folder / "homeless_housing"
    parts.mkdir()
    for name, header in (("ตาก", HOUSING), ("น่าน", ["จว.", *HOUSING[1:]])):
        housing(parts, [name, "5", "8", "3"], header=header).rename(parts / f"{name}.csv")
    (proposal,) = find_proposals([dataset("homeless_housing").check(ROUND, folder)], SCHEMAS, folder)
    assert (proposal.file, dict(proposal.options.rename)) == (parts / "น่าน.csv", {"จว.": "?"})
    with pytest.raises(DataError, match=r"homeless_housing/น่าน\.csv"):
        dataset("homeless_housing").load(ROUND, folder)
    options_for(proposal.file, "rename: {จว.: จังหวัด}\n")
    frame = dataset("homeless_housing").load(ROUND, folder)
    assert frame["province"].astype(str).tolist() == ["ตาก", "น่าน"]
    assert [said["of"] for said in source_of(frame).record()["options"]] == ["homeless_housing/น่าน.csv"]
    path_of(proposal.file).write_text("stop_at: x\n", encoding="utf-8")
    assert len(dataset("homeless_housing").load(ROUND, folder, accept_partial=True)) == 1


def test_options_count_among_what_a_section_rests_on(folder):
    path = options_for(housing(folder, ["ตาก", "5", "8", "3"]), "stop_at: จบ\n")
    inputs = Inputs(folder.parents[2], folder)
    assert inputs.raw(["homeless_housing"]) == {p.name: hash_file(p) for p in (path, path_of(path))}


def test_a_sheet_named_twice_is_refused(tmp_path):
    path = tmp_path / "x.options.yaml"
    path.write_text("sheets: [ก, ก]\n", encoding="utf-8")
    with pytest.raises(UsageError, match="a sheet stands here twice"):
        read_options(path)


def test_a_file_that_cannot_be_used_says_that_its_options_wait(folder):
    path = options_for(make("renamed_csr", folder), "rename: {วันที่จัดกิจกรรม: วันที่ดำเนินกิจกรรม}\n", accepted=False)
    with pytest.raises(DataError, match=r"csr_activities\.options\.yaml\) ที่ยังไม่มีผู้ยอมรับ"):
        dataset("csr_activities").load(ROUND, folder)
    with pytest.raises(UsageError, match="name the raw file beside them"):
        accept(path_of(path), "ผู้ตรวจ", DAY)


def test_dates_and_times_apart_in_another_order_are_each_other_s_own(folder):
    """The pair of the second moment stands first in the file."""
    path = make("clock_apart_cases", folder)
    book = openpyxl.load_workbook(path)
    page = book.active
    columns = [[cell.value for cell in column] for column in page.columns]
    order = [*range(5), 7, 8, 5, 6]
    for at, place in enumerate(order, start=1):
        for row, value in enumerate(columns[place], start=1):
            page.cell(row, at, value)
    book.save(path)
    (proposal,) = find_proposals([dataset("urgent_cases").check(ROUND, folder)], SCHEMAS, folder)
    assert proposal.options.datetime_from == {
        "วันเวลาที่รับเรื่อง": ("วันที่รับเรื่อง", "เวลาที่รับเรื่อง"),
        "วันเวลาที่ประสาน/ส่งต่อ": ("วันที่ประสาน/ส่งต่อ", "เวลาที่ประสาน/ส่งต่อ"),
    }


def test_numbers_are_never_put_into_rows_that_have_none(folder):
    path = housing(folder, ["ตาก", "5", "8", "3"])
    for text in (f"fill_down: [{HOUSING[1]}]\n", f'constant: {{{HOUSING[3]}: "0"}}\n'):
        options_for(path, text)
        (problem,) = dataset("homeless_housing").check(ROUND, folder).problems
        assert problem.code == "options" and "แต่ละแถวต้องมีค่าของตนเอง" in problem.expected
        undo(path)
