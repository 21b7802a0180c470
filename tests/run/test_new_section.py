"""A schema changes and a section is begun, in a copy of the project: what runs again, and that no test is edited."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile

import openpyxl
import pytest
from conftest import FULL, ROOT, copied, hashes
from small_projects import ROUND, ran, run

from dsw_analysis.cli import main
from dsw_analysis.intake.appended import with_rows
from dsw_analysis.intake.schemas import OWN, Schemas
from dsw_analysis.problems import UsageError
from dsw_analysis.report.audit import audit_page
from dsw_analysis.rounds import Round
from dsw_analysis.run.tasks import Project

SECTIONS = ("homeless_housing", "restructuring", "urgent_cases")


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A project with three of the sections, which has been run, to be copied."""
    copy = copied(tmp_path_factory.mktemp("few"))
    for path in copy.notebook("csr").parent.glob("[0-9]*.ipynb"):
        if path.stem[3:] not in SECTIONS:
            path.unlink()
    plan = openpyxl.load_workbook(copy.raw / "action_plan.xlsx")
    for name, place in (("โครงการ", 0), ("ขั้นตอน", 0), ("ตัวชี้วัด", 1), ("รายละเอียด", 0)):
        page = plan[name]
        for row in range(page.max_row, 4, -1):
            if page.cell(row, place + 1).value not in SECTIONS:
                page.delete_rows(row)
    plan["โครงการ"].delete_rows(4)  # the first project
    plan["ตัวชี้วัด"].delete_rows(4)
    plan["รายละเอียด"].delete_rows(4)
    plan.save(copy.raw / "action_plan.xlsx")
    outcomes = run(Project(root=copy.root))  # some of them twice, since the gate has a number rounded
    assert {outcome.section: outcome.error for outcome in outcomes} == dict.fromkeys(SECTIONS)
    return copy.root


@pytest.fixture
def few(finished, tmp_path):
    """A project with three sections that are as they should be."""
    project = Project(root=shutil.copytree(finished, tmp_path / "few"))
    assert ran(project) == []
    return project


def edit(project, dataset, old, new):
    path = project.schemas / f"{dataset}.yaml"
    content = (path if path.exists() else OWN / path.name).read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new, 1), encoding="utf-8")


def test_a_changed_schema_runs_again_exactly_the_sections_that_read_it(few):
    edit(few, "homeless_housing", "dsw:units: [ห้อง]", "dsw:units: [ห้อง, หลัง]")
    assert ran(few) == ["homeless_housing"]
    edit(few, "restructuring_units", "unique: true", "unique: false")  # the registry of the survey
    assert ran(few) == ["restructuring"]
    edit(few, "csr_activities", "title:", "title:  ")  # of a section without notebook here
    assert ran(few) == []
    edit(few, "plan_steps", "dsw:order: 20", "dsw:order: 21")
    assert set(ran(few)) == {*SECTIONS}


def test_an_answer_of_a_later_round_changes_no_byte_of_this_one(few):
    before = hashes(few.outputs(ROUND))
    new = "label: Social Media\n      - value: line\n        label: LINE 1300\n        dsw:from: 2570-6m"
    edit(few, "urgent_cases", "label: Social Media", new)
    assert ran(few) == ["urgent_cases"]
    after = hashes(few.outputs(ROUND))
    kept = {name for name in before if name not in {"manifest.json", "run.jsonl"}}
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert "line" in Schemas.of(few.data, Round.parse("2570-6m"))["urgent_cases"]["channel"].codes


def test_a_schema_with_a_mistake_fails_its_section_and_names_the_line(few):
    edit(few, "homeless_housing", "title:", "titel:")
    failed = [outcome for outcome in run(few) if outcome.error is not None]
    assert [outcome.section for outcome in failed] == ["homeless_housing"]
    assert (
        "schemas/homeless_housing.yaml line 3: a schema has no key 'titel'; did you mean 'title'?" in failed[0].details
    )


TITLE = "อาสาสมัครพัฒนาสังคม"
"""Name of the sixteenth project, which no plan has yet."""


def begin(root, *more):
    """``dsw new section volunteers`` in a project; returns what it exits with."""
    return main(["--project", str(root), "new", "section", "volunteers", "--title", TITLE, *more])


@pytest.fixture
def larger(copy):
    """A copy of the project with a sixteenth section, as the command makes it."""
    assert begin(copy.root) == 0
    return copy.root


def test_the_command_makes_schema_notebook_sample_and_rows_of_the_plan_and_touches_nothing_else(copy):
    before, was = hashes(copy.root), zipfile.ZipFile(io.BytesIO((copy.raw / "action_plan.xlsx").read_bytes()))
    assert begin(copy.root) == 0
    after = hashes(copy.root)
    raw = "data/raw/2569-6m"
    own = {"data/schemas/volunteers.yaml", "notebooks/16_volunteers.ipynb", f"{raw}/volunteers.csv"}
    assert {name for name in after.keys() - before.keys() if not name.startswith("data/checked/")} == own
    changed = {name for name in before if before[name] != after.get(name)}
    assert changed == {f"{raw}/action_plan.xlsx", f"{raw}/datapackage.json"}
    new = zipfile.ZipFile(copy.raw / "action_plan.xlsx")
    assert new.namelist() == was.namelist()
    differ = [name for name in was.namelist() if was.read(name) != new.read(name)]
    assert differ == ["xl/worksheets/sheet1.xml", "xl/worksheets/sheet3.xml"]


def rows_of(path, sheet):
    page = openpyxl.load_workbook(path)[sheet]
    return [[cell.value for cell in row] for row in page], page


def test_rows_are_added_below_those_that_there_are_and_look_like_them(larger):
    for sheet, named in (
        ("โครงการ", {"รหัสส่วน": "volunteers", "ลำดับ": 16, "โครงการ/กิจกรรม": TITLE}),
        (
            "ตัวชี้วัด",
            {
                "รหัสตัวชี้วัด": "volunteers.target",
                "รหัสส่วน": "volunteers",
                "ตัวชี้วัด": "ร้อยละของหน่วยงานที่ดำเนินการแล้วเสร็จ",
                "สถานะตัวชี้วัด": "อยู่ระหว่างกำหนดตัวชี้วัด/ค่าเป้าหมาย",
                "ชนิดตัวชี้วัด": "อัตรา",
                "ครบกำหนด": "30 กันยายน 2569",
                "วัดจาก": "volunteers.done_share",
            },
        ),
    ):
        was, _ = rows_of(ROOT / "data" / "raw" / "2569-6m" / "action_plan.xlsx", sheet)
        now, page = rows_of(larger / "data" / "raw" / "2569-6m" / "action_plan.xlsx", sheet)
        assert now[:-1] == was
        assert {head: cell for head, cell in zip(now[2], now[-1], strict=True) if cell is not None} == named
        above, added = ([repr((c.font, c.border, c.alignment)) for c in page[page.max_row - up]] for up in (1, 0))
        assert added == above


def test_a_form_that_the_last_round_filled_in_keeps_lists_checks_comments_and_protection(copy):
    assert main(["--project", str(copy.root), "new", "2569-12m", "--from", "2569-6m"]) == 0
    path = copy.root / "data" / "raw" / "2569-12m" / "action_plan.xlsx"
    before = openpyxl.load_workbook(path)
    assert begin(copy.root) == 0
    after = openpyxl.load_workbook(path)
    assert after.sheetnames == before.sheetnames
    for was, now in zip(before.worksheets, after.worksheets, strict=True):
        validations = [
            [(str(v.sqref), v.formula1) for v in page.data_validations.dataValidation] for page in (was, now)
        ]
        assert validations[0] == validations[1]
        assert now.protection.sheet == was.protection.sheet
        cells = [{c.coordinate: c.comment.text for row in page for c in row if c.comment} for page in (was, now)]
        assert cells[0] == cells[1]
    page = after["โครงการ"]
    assert page.cell(page.max_row, 1).value == "volunteers"
    assert not page.cell(page.max_row, 1).protection.locked, "in a protected sheet the row could not be filled in"


def test_a_project_that_the_plan_has_gives_the_section_its_name_and_place_and_the_plan_stays(copy):
    path = copy.raw / "action_plan.xlsx"
    plan = openpyxl.load_workbook(path)
    plan["โครงการ"].append(["volunteers", 17, None, None, "จิตอาสา “พม.”: ปีแรก"])
    plan.save(path)
    before = path.read_bytes()
    assert main(["--project", str(copy.root), "new", "section", "volunteers"]) == 0
    assert path.read_bytes() == before
    book = json.loads((copy.root / "notebooks" / "17_volunteers.ipynb").read_text(encoding="utf-8"))
    assert book["cells"][0]["source"] == ["# จิตอาสา “พม.”: ปีแรก"]
    assert Schemas.of(copy.raw.parent, ROUND)["volunteers"].title == "จิตอาสา “พม.”: ปีแรก"


def test_where_a_row_cannot_be_added_safely_it_is_told_and_the_plan_left_alone(copy, capsys):
    path = (copy.raw / "action_plan.xlsx").rename(copy.raw / "action_plan.xlsm")
    before = path.read_bytes()
    assert begin(copy.root) == 0
    assert path.read_bytes() == before
    told = capsys.readouterr().out
    assert f"แผ่นงาน “โครงการ”: “รหัสส่วน” = volunteers “ลำดับ” = 16 “โครงการ/กิจกรรม” = {TITLE}" in told
    assert "แผ่นงาน “ตัวชี้วัด”: “รหัสตัวชี้วัด” = volunteers.target" in told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["section"], "dsw new section ID"),
        (["section", "Volunteers"], "is no id of a section"),
        (["section", "summary"], "is no id of a section"),
        (["section", "csr_activities"], "csr_activities.yaml is there already"),
        (["section", "policy_study"], "01_policy_study.ipynb is there already"),
        (["section", "volunteers", "--round", "2570-6m"], "no folder"),
        (["section", "volunteers", "--from", "2569-6m"], "dsw new section ID"),
        (["2569-12m", "--from", "2569-6m", "--title", "x"], "dsw new ROUND --from ROUND"),
    ],
)
def test_misuse_is_told_and_makes_nothing(copy, capsys, arguments, said):
    before = hashes(copy.root)
    assert main(["--project", str(copy.root), "new", *arguments]) == 2
    assert said in capsys.readouterr().err
    assert hashes(copy.root) == before


def test_a_row_goes_into_the_place_of_a_blank_one_and_never_into_a_table_of_excels_own(tmp_path):
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    page = book.active
    page.title = "ก"
    for row in (["ชื่อ", "จำนวน", None], ["หนึ่ง", 1, "<x>"]):
        page.append(row)
    page.cell(3, 2).number_format = "0.00"  # a row that is styled, and blank
    page.cell(5, 1).number_format = "0.00"
    book.save(path)
    path.write_bytes(with_rows(path, {"ก": {"จำนวน": 2, "ชื่อ": "ก & <ข> "}}))
    assert rows_of(path, "ก")[0] == [
        ["ชื่อ", "จำนวน", None], ["หนึ่ง", 1, "<x>"], ["ก & <ข> ", 2, None], [None] * 3, [None] * 3
    ]  # fmt: skip
    with pytest.raises(UsageError, match="no row with the headers"):
        with_rows(path, {"ก": {"อื่น": 2}})
    with pytest.raises(UsageError, match="no sheet"):
        with_rows(path, {"ข": {"ชื่อ": "ก"}})
    page.add_table(openpyxl.worksheet.table.Table(displayName="T", ref="A1:B2"))
    book.save(path)
    with pytest.raises(UsageError, match="safely"):
        with_rows(path, {"ก": {"ชื่อ": "ก"}})


VALUES = {
    "volunteers.units": 9,
    "volunteers.units.central": 2,
    "volunteers.units.regional": 4,
    "volunteers.units.local": 3,
    "volunteers.done_share": 500 / 9,
    "volunteers.done_share.central": 50,
    "volunteers.done_share.regional": 75,
    "volunteers.done_share.local": 100 / 3,
    "volunteers.participants": 320,
}
"""Counted by hand in the sample: 5 of 9 units have finished, 1 of 2, 3 of 4 and 1 of 3; 320 people took part."""


def test_a_new_section_is_checked_run_and_shown(larger, capsys):
    assert main(["--project", str(larger), "check", "2569-6m", "--dataset", "volunteers"]) == 0
    assert "อ่าน 9 แถว = ใช้ได้ 9 แถว + ปฏิเสธ 0 แถว" in capsys.readouterr().out
    assert main(["--project", str(larger), "run", "2569-6m", "--section", "volunteers"]) == 0
    out = larger / "outputs" / "2569-6m"
    found = {f["id"]: f for f in json.loads((out / "findings.json").read_text(encoding="utf-8"))["findings"]}
    own = {i: f for i, f in found.items() if i.startswith("volunteers.") and ".steps" not in i}
    assert {id_: f["value"] for id_, f in own.items()} == pytest.approx(VALUES)
    assert {f["provenance"] for f in own.values()} == {"sample"}, "nobody sent it"
    page = (out / "sections" / "volunteers.html").read_text(encoding="utf-8")
    assert audit_page(page.encode(), (out / "findings.json").read_bytes()) == []
    open_part, panel = page.split('<details class="examples">')
    assert "ตัวอย่างจากข้อมูลสมมติ" in open_part
    assert "พิมพ์เผยแพร่" not in open_part, "nothing was rebuilt from a print"
    assert "320 คน" in panel
    assert "320 คน" not in open_part
    # The file of an office takes the sample's place: it is data like any other, though the package file stayed.
    raw = larger / "data" / "raw" / "2569-6m" / "volunteers.csv"
    raw.write_text(raw.read_text(encoding="utf-8-sig").replace("หน่วยงานตัวอย่าง", "สำนักงาน"), encoding="utf-8-sig")
    assert main(["--project", str(larger), "run", "2569-6m", "--section", "volunteers"]) == 0
    page = (out / "sections" / "volunteers.html").read_text(encoding="utf-8")
    assert "320 คน" in page.split('<details class="examples">')[0]


def test_the_check_of_an_earlier_round_says_nothing_of_a_section_that_began_later(copy, capsys):
    dsw = ["--project", str(copy.root)]
    assert main([*dsw, "new", "2569-12m", "--from", "2569-6m"]) == 0
    assert begin(copy.root) == 0
    capsys.readouterr()
    assert main([*dsw, "check", "2569-6m"]) == 0
    assert "volunteers" not in capsys.readouterr().out
    main([*dsw, "check", "2569-12m"])
    assert "volunteers" in capsys.readouterr().out


@pytest.mark.parametrize("round_", ["2569-6m", *(["2569-12m"] if FULL else [])])
def test_our_tests_hold_of_a_project_with_a_new_section_as_they_are(copy, round_):
    """Those that go through all sections, datasets and files find the new one by themselves, and pass."""
    if round_ != "2569-6m":
        assert main(["--project", str(copy.root), "new", round_, "--from", "2569-6m"]) == 0
    assert begin(copy.root) == 0
    for name in ("tests", "docs"):
        shutil.copytree(ROOT / name, copy.root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (path for path in ROOT.iterdir() if path.is_file()):
        shutil.copy(path, copy.root)
    done = subprocess.run(
        [
            sys.executable, "-m", "pytest", "-n0", "-rp", "-p", "no:cacheprovider", "--assert=plain",  # begins sooner
            "tests/test_project.py", "tests/intake", "tests/run/test_provinces.py",
            "-k", "volunteers or reading_order or sections_are_those or package_describes or exactly_the_sections "
            "or nearest_names or clean_round or and_is_used",
        ],
        cwd=copy.root, env={**os.environ, "DSW_FULL": ""}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout.partition("short test summary")[0][-4000:]
    expected = ["test_is_clean[16_volunteers]", "test_reads_like_a_story[16_volunteers]"]
    if round_ == "2569-6m":
        expected += [
            "test_every_file_loads_without_problems[volunteers]",
            "test_resource_describes_its_file[volunteers]",
        ]
    for test in expected:
        assert re.search(rf"^PASSED .*{re.escape(test)}$", done.stdout, re.MULTILINE), test
