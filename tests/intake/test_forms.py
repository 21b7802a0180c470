"""Forms: every dataset has one; filled in by a program it loads equal, with no mapping; the codebook tells the same."""

import re
from datetime import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from declared import DATASETS, MAY_BE_EMPTY, SCHEMAS, dataset
from returns_made import TOLD

from dsw_analysis.cli import main
from dsw_analysis.intake.codebook import codebook_page, codebook_workbook, describe
from dsw_analysis.intake.dataset import Dataset
from dsw_analysis.intake.forms import GUIDE, LISTS, form, stamp
from dsw_analysis.intake.thai import provinces
from dsw_analysis.intake.thai.dates import MONTHS
from dsw_analysis.intake.wording import schema_hash
from dsw_analysis.rounds import Round

RAW = Path(__file__).parents[2] / "data" / "raw" / "2569-6m"
ROUND = Round.parse("2569-6m")

QUESTIONS = pd.DataFrame(
    {
        "question_id": ["Q1", "007", "Q3"],
        "asked": pd.to_datetime(["2025-10-01 08:00", "2026-02-28 16:45", "2026-03-31 23:59"]),
        "topic": ["เงินสงเคราะห์", None, "=1+1"],
        "unit": [None, None, "กองคุ้มครองสวัสดิภาพ"],
        "answered": pd.to_datetime(["2025-10-02 09:30", None, "2026-04-01 00:00"]),
    }
)
DECISIONS = pd.DataFrame({"section": ["csr"], "what": ["เห็นชอบแผน"], "who": ["=1+1"], "by": ["30 มิ.ย. 2569"]})
MADE = {"citizen_questions": QUESTIONS, "plan_decisions": DECISIONS}
"""The raw sheets of these datasets are empty, so that rows stand in: a code that is a number, text like a formula."""


@pytest.fixture
def page(tmp_path):
    """Sheet of a form saved to the folder, with a function that saves what was filled in."""

    def opened(kind: Dataset, round_: Round = ROUND):
        path = tmp_path / f"{kind.stem}.xlsx"
        if not path.exists():
            path.write_bytes(form(SCHEMAS.at(round_), kind.id))
        book = openpyxl.load_workbook(path)
        return book[kind.sheet or "ข้อมูล"], lambda: book.save(path)

    return opened


def filled_with(kind):
    """Rows that stand for what people fill in: real ones, or made where the real file is empty."""
    if kind.id in MADE:
        return MADE[kind.id]
    return kind.load(ROUND, RAW).head(40).reset_index(drop=True)


def cell_of(column, value):
    """What a person puts into the cell for a value, by the choices and formats that the form offers."""
    if pd.isna(value):
        return None
    if column.kind == "category":
        return column.codes[value]
    if column.kind == "multi":
        return "; ".join(column.codes[code] for code in value.split(";"))
    if column.kind == "month":
        return f"{MONTHS[value.month - 1]} {value.year + 543}"
    if column.kind in {"date", "datetime"}:
        return value.to_pydatetime()
    return value


def fill(sheet, kind, frame):
    first = sheet.max_row + 1
    for row, values in enumerate(frame.itertuples(index=False), start=first):
        for at, (column, value) in enumerate(zip(kind.columns, values, strict=True), start=1):
            cell = sheet.cell(row, at, cell_of(column, value))
            if cell.data_type == "f":
                cell.data_type = "s"


@pytest.mark.parametrize("kind", DATASETS, ids=lambda d: d.id)
def test_filled_in_it_reads_back_equal(kind, page, tmp_path):
    for registry, _ in kind.registries.values():
        sheet, save = page(registry)
        fill(sheet, registry, filled_with(registry))
        save()
    wanted = filled_with(kind)
    sheet, save = page(kind)
    fill(sheet, kind, wanted)
    save()
    if kind.id == "citizen_questions":
        wanted = wanted.assign(topic=wanted["topic"].where(wanted["topic"].isna(), TOLD["topic"]))
    assert kind.check(ROUND, tmp_path).problems == ()
    loaded = kind.load(ROUND, tmp_path)
    assert len(loaded) == len(wanted) > 0
    for name in kind.names:
        pd.testing.assert_series_equal(
            loaded[name].reset_index(drop=True).astype(object).where(loaded[name].notna().to_numpy(), None),
            wanted[name].astype(object).where(wanted[name].notna(), None),
        )


@pytest.mark.parametrize("kind", DATASETS, ids=lambda d: d.id)
def test_empty_form_has_no_row_which_is_the_only_problem_it_may_have(kind, page, tmp_path):
    page(kind)
    checked = kind.check(ROUND, tmp_path)
    codes = [] if kind.id in MAY_BE_EMPTY else ["no_rows"]
    assert ([problem.code for problem in checked.problems], checked.rows_read) == (codes, 0)
    assert any(LISTS in note and "ซ่อนอยู่" in note for note in checked.raw.notes)


@pytest.mark.parametrize("kind", DATASETS, ids=lambda d: d.id)
def test_header_is_locked_and_cells_below_are_not(kind, page):
    sheet, _ = page(kind)
    depth = 2 if any(" / " in c.header for c in kind.columns) else 1
    assert sheet.protection.sheet and sheet.max_row == depth
    assert all(cell.protection.locked for row in sheet.iter_rows(max_row=depth) for cell in row)
    columns = [sheet.column_dimensions[openpyxl.utils.get_column_letter(n)] for n in range(1, len(kind.columns) + 1)]
    grouped = {n for d in sheet.column_dimensions.values() if not d.protection.locked for n in range(d.min, d.max + 1)}
    assert grouped == set(range(1, len(columns) + 1))


@pytest.mark.parametrize("kind", DATASETS, ids=lambda d: d.id)
def test_choices_come_from_lists_of_all_labels(kind, page):
    sheet, _ = page(kind)
    lists = sheet.parent[LISTS]
    assert lists.sheet_state == "veryHidden"
    offered = {}
    for rule in sheet.data_validations.dataValidation:
        (place,) = rule.sqref.ranges
        if rule.type == "list" and LISTS in rule.formula1:
            area = rule.formula1.split("!")[1].replace("$", "")
            offered[place.min_col] = [row[0].value for row in lists[area]]
        assert len(rule.prompt) <= 255 and len(rule.error) <= 255 and len(rule.promptTitle) <= 32
    for at, column in enumerate(kind.columns, start=1):
        if column.kind == "category":
            assert offered.pop(at) == list(column.codes.values())
        if column.kind == "province":
            assert offered.pop(at) == [p.name_th for p in provinces()]
        if column.kind == "month":
            assert len(offered.pop(at)) == ROUND.months
    assert not offered


def rules(sheet, header):
    at = [cell.value for cell in sheet[1]].index(header) + 1
    (rule,) = (r for r in sheet.data_validations.dataValidation if next(iter(r.sqref.ranges)).min_col == at)
    return rule


def test_numbers_and_dates_are_checked_while_typing(page):
    sheet, _ = page(dataset("csr_training"))
    score = rules(sheet, "คะแนนก่อนอบรม")
    assert (score.type, score.operator, score.formula1, score.formula2) == ("whole", None, "0", "20")
    sheet, _ = page(dataset("csr_activities"), Round.parse("2569-12m"))
    day = rules(sheet, "วันที่ดำเนินกิจกรรม")
    # 1 Oct 2025 up to, not with, 1 Oct 2026, and the same days typed as if 2568 and 2569 were C.E.
    assert day.type == "custom"
    assert re.findall(r"DATE\((\d+),(\d+),(\d+)\)", day.formula1) == [
        ("2025", "10", "1"),
        ("2026", "10", "1"),
        ("2568", "10", "1"),
        ("2569", "10", "1"),
    ]


def test_buddhist_year_in_a_date_cell_is_read_as_such(page, tmp_path):
    kind = dataset("csr_activities")
    sheet, save = page(kind)
    fill(sheet, kind, filled_with(kind).head(1))
    sheet["B2"].value = datetime(2568, 11, 30)
    save()
    assert kind.load(ROUND, tmp_path)["held_on"].tolist() == [pd.Timestamp(2025, 11, 30)]


def test_units_are_chosen_from_the_registry_sheet(page):
    sheet, _ = page(dataset("restructuring_survey"))
    assert rules(sheet, "หน่วยงาน").formula1 == "'ทะเบียนหน่วยงาน'!$A$2:$A$2000"


def test_guide_says_which_version_it_is(page):
    kind = dataset("csr_training")
    sheet, _ = page(kind)
    texts = [cell.value for row in sheet.parent[GUIDE].iter_rows() for cell in row if cell.value]
    assert stamp(kind, ROUND) in texts
    assert re.fullmatch(r"csr_training \| 2569-6m \| schema [0-9a-f]{12} \| dsw-analysis \d+\.\d+\.\d+", texts[-2])
    assert schema_hash(kind) != schema_hash(dataset("csr_training_summary"))


def test_same_schema_and_round_give_the_same_bytes():
    kind = dataset("community_welfare")
    assert form(SCHEMAS, kind.id) == form(SCHEMAS, kind.id) != form(SCHEMAS.at(Round.parse("2569-9m")), kind.id)


def test_command_writes_the_file_under_its_own_name(tmp_path, capsys):
    assert main(["template", "plan_steps", "2569-12m", "--to", str(tmp_path)]) == 0
    path = tmp_path / "action_plan.xlsx"
    assert capsys.readouterr().out.strip() == str(path)
    assert openpyxl.load_workbook(path).active.title == "ขั้นตอน"
    assert main(["template", "nothing", "2569-12m", "--to", str(tmp_path)]) == 2
    assert "known are plan_projects" in capsys.readouterr().err


def test_a_form_that_is_filled_in_is_never_overwritten(tmp_path, capsys):
    """Written again while it is empty, whichever of its sheets is asked for; not once a cell has been filled."""
    for kind in ("csr_training", "csr_training_sessions", "csr_training"):
        assert main(["template", kind, "2569-12m", "--to", str(tmp_path)]) == 0
    path = tmp_path / "csr_training.xlsx"
    book = openpyxl.load_workbook(path)
    book["การอบรม"]["A3"] = 1
    book.save(path)
    before = path.read_bytes()
    capsys.readouterr()
    assert main(["template", "csr_training", "2569-12m", "--to", str(tmp_path)]) == 2
    shown = capsys.readouterr()
    assert "may be filled in; move it away" in shown.err and shown.out == ""
    assert path.read_bytes() == before


def test_codebook_holds_every_column_code_and_rule(tmp_path):
    assert main(["--project", str(RAW.parents[2]), "codebook", "2569-6m", "--to", str(tmp_path)]) == 0
    page = (tmp_path / "codebook.html").read_text(encoding="utf-8")
    book = openpyxl.load_workbook(tmp_path / "codebook.xlsx")
    columns = {tuple(row[:3]) for row in book["คอลัมน์"].iter_rows(min_row=2, values_only=True)}
    codes = {tuple(row) for row in book["ค่าที่กรอกได้"].iter_rows(min_row=2, values_only=True)}
    for kind in SCHEMAS.values():
        assert f'id="{kind.id}"' in page
        for column in kind.columns:
            assert (kind.id, column.name, column.header) in columns
            assert f"<code>{column.name}</code>" in page
            assert {(kind.id, column.header, code, label) for code, label in column.codes.items()} <= codes
        for rule in kind.rules:
            assert rule.expected in page
    assert len(columns) == sum(len(kind.columns) for kind in SCHEMAS.values())
    assert not re.search("https?://|<script", page)


def test_codebook_tells_blanks_limits_and_provenance():
    chapters = {c.dataset.id: c for c in describe(SCHEMAS, RAW)}
    training = {e.column.name: e for e in chapters["csr_training"].entries}
    assert training["pre"].blank == "เว้นว่างได้ หมายถึงไม่มีข้อมูลหรือไม่ระบุ"
    assert training["participant"].blank == "ต้องกรอกทุกแถว"
    assert training["pre"].limits.startswith("ตั้งแต่ 0 ถึง 20")
    # datapackage.json: the answers are rebuilt, the rooms are printed in the report
    survey = {e.column.name: e for e in chapters["restructuring_survey"].entries}
    assert survey["written_orders"].provenance == "ข้อมูลจำลองที่สร้างย้อนกลับจากยอดรวมในรายงาน"
    assert chapters["homeless_housing"].provenance == "ตัวเลขตามรายงานฉบับพิมพ์"


def test_codebook_without_raw_files_and_twice_the_same(tmp_path):
    chapters = describe(SCHEMAS.at(Round.parse("2570-3m")), tmp_path)
    assert {e.provenance for c in chapters for e in c.entries} == {"ข้อมูลที่หน่วยงานส่ง"}
    assert codebook_workbook(ROUND, chapters) == codebook_workbook(ROUND, chapters)
    assert codebook_page(ROUND, chapters) == codebook_page(ROUND, chapters)
