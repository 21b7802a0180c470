"""What a round's folder holds besides plain files makes sections run again: parts, corrections, expected returns."""

import openpyxl
import pytest
from declared import SCHEMAS, dataset
from small_projects import HAND_OVER, add, ran, run

from dsw_analysis.intake.forms import form

HEADERS = ",".join(f'"{c.header}"' for c in dataset("csr_activities").columns)
LOAD = """
from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.intake.source import source_of
from dsw_analysis.rounds import Round
schemas = Schemas.of("../data/raw", Round.parse(round_id))
source = source_of(schemas["csr_activities"].load(schemas.round, schemas.folder.parent / "raw" / round_id))
DOCUMENT["inputs"] = [{"dataset": "csr_activities", **source.record()}]
DOCUMENT["read"] = dict(source.read)
"""


def fill(folder, id_, sheet, *rows):
    path = folder / f"{id_}.xlsx"
    path.write_bytes(form(SCHEMAS, id_))
    book = openpyxl.load_workbook(path)
    for at, row in enumerate(rows, start=2):
        for place, value in enumerate(row, start=1):
            book[sheet].cell(at, place).value = value
    book.save(path)


@pytest.fixture
def folder(project):
    add(project, "01_good", LOAD, HAND_OVER)
    add(project, "02_other", HAND_OVER)
    return project.data / "2569-6m"


def part(folder, place, helped):
    (folder / "csr_activities").mkdir(exist_ok=True)
    text = f"{HEADERS}\n{place}-1,03/10/2568,{place},ก,,,บริษัทเอกชน,{helped}\n"
    (folder / "csr_activities" / f"{place}.csv").write_text(text, encoding="utf-8")


def test_a_part_that_is_new_changed_or_gone_makes_its_section_run_again(project, folder):
    part(folder, "ตาก", 1)
    assert ran(project) == ["good", "other"] and ran(project) == []
    part(folder, "น่าน", 2)
    assert ran(project) == ["good"] and ran(project) == []
    part(folder, "น่าน", 3)
    assert ran(project) == ["good"]
    (folder / "csr_activities" / "น่าน.csv").unlink()
    assert ran(project) == ["good"]


def test_corrections_and_expected_returns_make_sections_run_again(project, folder):
    part(folder, "ตาก", 1)
    ran(project)
    title, helped = dataset("csr_activities").title, dataset("csr_activities")["vulnerable_helped"].header
    said = ("พิมพ์ผิด", "กลุ่มแผนงาน", "01/04/2569")
    fill(folder, "corrections", "การแก้ไข", (title, "ตาก.csv", 2, "ตาก-1", helped, "1", "5", *said))
    assert "good" in ran(project) and ran(project) == []
    fill(folder, "corrections", "การแก้ไข", (title, "ตาก.csv", 2, "ตาก-1", helped, "1", "6", *said))
    assert "good" in ran(project)
    fill(folder, "corrections", "การแก้ไข", (title, "ตาก.csv", 2, "ตาก-1", helped, "7", "6", *said))
    (failed,) = [outcome for outcome in run(project) if outcome.error]
    assert "ค่าเดิม" in failed.details
    (folder / "corrections.xlsx").unlink()
    fill(folder, "returns", "ข้อมูล", (title, "ตาก", "10/04/2569"))
    assert "good" in ran(project) and ran(project) == []
