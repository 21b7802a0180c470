"""A schema changes and a section is added, in a copy of the project: what runs again, and that no test is edited."""

import json
import os
import re
import shutil
import subprocess
import sys

import nbformat
import openpyxl
import pytest
from conftest import ROOT, hashes
from small_projects import ROUND, ran, run

from dsw_analysis.cli import main
from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.report.audit import audit_page
from dsw_analysis.rounds import Round
from dsw_analysis.run.tasks import Project

SECTIONS = ("homeless_housing", "restructuring", "urgent_cases")


@pytest.fixture
def few(copy):
    """A copy of the project with three of its sections."""
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
    project = Project(root=copy.root)
    assert sorted(ran(project)) == sorted(SECTIONS)
    assert ran(project) == []
    return project


def edit(project, dataset, old, new):
    path = project.schemas / f"{dataset}.yaml"
    content = path.read_text(encoding="utf-8")
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
    assert "schemas/homeless_housing.yaml line 3: a schema has no key 'titel'; did you mean 'title'?" in failed[0].error


SCHEMA = """\
name: volunteers
title: อาสาสมัครพัฒนาสังคม
dsw:order: 200
fields:
  - name: volunteer
    title: รหัสอาสาสมัคร
    type: string
    constraints: {required: true, unique: true}
  - name: kind
    title: ประเภท
    type: string
    constraints: {required: true}
    categories:
      - value: youth
        label: เยาวชน
      - value: elder
        label: ผู้สูงอายุ
  - name: visits
    title: จำนวนครั้งที่เยี่ยมบ้าน
    type: integer
    constraints: {required: true, minimum: 0}
    dsw:units: [ครั้ง]
"""
SAMPLE = "รหัสอาสาสมัคร,ประเภท,จำนวนครั้งที่เยี่ยมบ้าน\nV1,เยาวชน,๓ ครั้ง\nV2,ผู้สูงอายุ,4\nV3,เยาวชน,0\n"
CELLS = (
    ("parameters", 'round_id: str = "2569-6m"  # reporting round: B.E. fiscal year and months covered\n'
     'data_dir: str = "../data/raw"  # folder that holds one folder of raw files a round\n'
     "accept_partial: bool = False  # report on the valid rows of files that have problems"),
    ("code", "import dsw_analysis as dsw\n\n"
     's = dsw.open_section("volunteers", round_id=round_id, data_dir=data_dir, accept_partial=accept_partial)\n'
     'volunteers = s.load("volunteers")'),
    ("code", 's.measure(volunteers, by="kind", volunteers=dsw.Count("อาสาสมัคร", unit="persons"))\n'
     's.measure(volunteers, visits=dsw.Total("การเยี่ยมบ้าน", unit="reports", column="visits"))'),
    ("code", "s.overview()"),
    ("code", "s.roadmap()"),
    ("code", "%%say\nอาสาสมัคร {volunteers:unit} เยี่ยมบ้านแล้ว {visits:unit}"),
    ("code", "s.close()"),
)  # fmt: skip


@pytest.fixture
def larger(copy):
    """A copy of the project with a sixteenth section: schema, notebook, line of the plan, sample file."""
    root = copy.root
    (root / "data" / "schemas" / "volunteers.yaml").write_text(SCHEMA, encoding="utf-8")
    (copy.raw / "volunteers.csv").write_text(SAMPLE, encoding="utf-8-sig")
    plan = openpyxl.load_workbook(copy.raw / "action_plan.xlsx")
    plan["โครงการ"].append(["volunteers", 16, None, None, "อาสาสมัครพัฒนาสังคม"])
    plan.save(copy.raw / "action_plan.xlsx")
    book = nbformat.v4.new_notebook(
        metadata=nbformat.read(copy.notebook("csr"), as_version=4)["metadata"],
        cells=[nbformat.v4.new_markdown_cell("# อาสาสมัครพัฒนาสังคม\n\nส่วนนี้นับอาสาสมัครและการเยี่ยมบ้าน")]
        + [nbformat.v4.new_code_cell(source) for _, source in CELLS],
    )
    book.cells[1].metadata.tags = ["parameters"]
    for place, cell in enumerate(book.cells):
        cell["id"] = str(place)
    nbformat.write(book, root / "notebooks" / "16_volunteers.ipynb")
    return root


def test_a_new_section_is_checked_run_and_shown(larger, capsys):
    assert main(["--project", str(larger), "check", "2569-6m", "--dataset", "volunteers"]) == 0
    assert "อ่าน 3 แถว = ใช้ได้ 3 แถว + ปฏิเสธ 0 แถว" in capsys.readouterr().out
    assert main(["--project", str(larger), "run", "2569-6m", "--section", "volunteers"]) == 0
    out = larger / "outputs" / "2569-6m"
    found = {f["id"]: f["value"] for f in json.loads((out / "findings.json").read_text(encoding="utf-8"))["findings"]}
    own = {id_: value for id_, value in found.items() if id_.startswith("volunteers.") and ".steps" not in id_}
    assert own == {
        "volunteers.volunteers": 3,
        "volunteers.volunteers.youth": 2,
        "volunteers.volunteers.elder": 1,
        "volunteers.visits": 7,
    }
    page = out / "sections" / "volunteers.html"
    assert "อาสาสมัครพัฒนาสังคม" in page.read_text(encoding="utf-8")
    assert audit_page(page.read_bytes(), (out / "findings.json").read_bytes()) == []


def test_our_tests_hold_of_a_project_with_a_new_section_as_they_are(larger):
    """Those that go through all sections and datasets find the new one by themselves, and pass."""
    for name in ("tests", "docs"):
        shutil.copytree(ROOT / name, larger / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (path for path in ROOT.iterdir() if path.is_file()):
        shutil.copy(path, larger)
    done = subprocess.run(
        [
            sys.executable, "-m", "pytest", "-n0", "-rp", "-p", "no:cacheprovider",
            "tests/test_project.py", "tests/intake", "tests/run/test_provinces.py",
            "-k", "volunteers or reading_order or sections_are_those or package_describes or exactly_the_sections "
            "or nearest_names or clean_round or is_used",
        ],
        cwd=larger, env={**os.environ, "DSW_FULL": ""}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]
    for test in ("test_every_file_loads_without_problems[volunteers]", "test_is_clean[16_volunteers]"):
        assert re.search(rf"^PASSED .*{re.escape(test)}$", done.stdout, re.MULTILINE)
