"""What a section tells of its plan, against the print: who did what, what is left, asked and owed.

``tests/data/told.csv`` was written from the printed report (``place`` is the table of its scan): the words that a block
of a section must hold, cells of a row with `` | `` between them.
"""

import csv
import re
from html import unescape
from pathlib import Path

import openpyxl
import pytest

from dsw_analysis import open_section

ROOT = Path(__file__).parents[2]
BLOCKS = ("roadmap", "topics", "remaining", "questions", "gaps")

with (ROOT / "tests" / "data" / "told.csv").open(encoding="utf-8", newline="") as file:
    TOLD = list(csv.DictReader(file))


def opened(section, **about):
    """A section with its plan alone."""
    return open_section(section, round_id="2569-6m", data_dir=ROOT / "data" / "raw", plan_only=True, **about)


def words(block):
    """Text of a block, cells with a line between them."""
    text = re.sub(r"</t[hd]><t[hd][^>]*>", " | ", block.html)
    return " ".join(unescape(re.sub("<[^>]+>", "", text.replace("<br>", " "))).replace("\u00a0", " ").split())


def rows(block):
    """Cells of the body's rows."""
    lines = re.findall(r"<tr>(.*?)</tr>", block.html.partition("<tbody")[2], re.S)
    return [[words(type(block)(cell)) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line)] for line in lines]


@pytest.mark.parametrize("row", TOLD, ids=lambda row: f"{row['section']}-{row['words'][:20]}")
def test_what_the_print_tells_stands_in_its_section(row):
    assert " ".join(row["words"].split()) in words(getattr(opened(row["section"]), row["block"])())


def test_the_three_issues_of_the_restructuring_stand_in_the_order_of_the_print():
    issues = [cells[0] for cells in rows(opened("restructuring").topics())]
    assert issues == ["1. การประสานงานจากส่วนกลาง", "2. ความรู้ข้ามภารกิจ", "3. ภาระงานของฝ่ายบริหารทั่วไป"]


def test_topics_of_the_same_aspects_share_a_table():
    programmes, units = opened("career_development").topics().html.split('<div class="table', 2)[1:]
    assert programmes.count("<tr>") == 1 + 2
    assert re.findall(r'<th scope="col">([^<]+)', units) == ["เรื่อง", "ปัญหา", "ความต้องการ", "กิจกรรม"]
    assert units.count("<tr>") == 1 + 8


def test_a_brief_of_a_province_shows_nothing_of_the_plan():
    brief = opened("highland_welfare", province="ตาก")
    assert [getattr(brief, block)() for block in BLOCKS] == [None] * len(BLOCKS)
    assert "เลยกำหนด" not in brief.overview().html


@pytest.mark.parametrize(
    ("section", "lines"),
    [
        # Three steps on a page that is missing make one line, not three times twelve empty months.
        ("engagement", ["ขั้นตอนที่ 1–3", "4. ขับเคลื่อนโครงการ/กิจกรรมตามแผนเสริมสร้างความผูกพันฯ"]),
        ("policy_study", ["งานที่รายงาน"]),
    ],
)
def test_steps_of_which_nothing_is_known_share_a_line(section, lines):
    found = [cells[0] for cells in rows(opened(section).roadmap())]
    assert [cell.startswith(line) for cell, line in zip(found, lines, strict=True)] == [True] * len(lines)


@pytest.mark.parametrize(
    ("section", "columns"),
    [("five_year_plan", 3), ("restructuring", 3), ("career_development", 2)],
)
def test_a_time_stands_only_where_the_plan_has_some(section, columns):
    """Months and days, a day only, and neither."""
    assert opened(section).roadmap().html.count('<th scope="col"') == columns


@pytest.mark.parametrize(
    ("section", "owed"),
    [
        (
            "csr",
            "แผนปฏิบัติการและประเด็นการพัฒนา หน่วยงานหลัก ตัวชี้วัดและค่าเป้าหมาย "
            "ชื่อของขั้นตอนที่ 1–3 สถานะของขั้นตอนที่ 1–3 และ 6 และเดือนของทุกขั้นตอน",
        ),
        ("engagement", "แผนปฏิบัติการและประเด็นการพัฒนา หน่วยงานหลัก ตัวชี้วัดและค่าเป้าหมาย "
         "ชื่อและสถานะของขั้นตอนที่ 1–3 และเดือนของทุกขั้นตอน"),
        ("restructuring", "ค่าเป้าหมาย สถานะของขั้นตอนที่ 5 และเดือนของขั้นตอนที่ 1–5"),
        ("policy_strategy", "แผนปฏิบัติการ และเดือนของทุกขั้นตอน"),  # its target is being defined, not missing
        ("highland_welfare", "แผนปฏิบัติการ"),
    ],
)  # fmt: skip
def test_what_the_office_owes_is_one_quiet_line(section, owed):
    shown = opened(section).gaps()
    assert words(shown) == f"รอข้อมูลจากหน่วยงาน: {owed}"
    assert shown.html.startswith('<p class="note">')


def test_a_section_hands_over_how_its_work_stands_what_is_left_and_what_is_asked():
    work = opened("five_year_plan").close().data["application/vnd.dsw.section+json"]["work"]
    assert work == {
        "standing": "overdue",
        "reason": "เลยกำหนด 2 ขั้นตอน: ขั้นตอนที่ 3 (ม.ค.) ขั้นตอนที่ 4 (ก.พ.)",
        "late": ["ขั้นตอนที่ 3 (ม.ค.)", "ขั้นตอนที่ 4 (ก.พ.)"],
        "strategy": None,
        "issue": "ประเด็นการพัฒนาที่ 4 การจัดทำแนวทางและกลไกการพัฒนาแผนปฏิบัติการของ พส. และแผนสนับสนุนอย่างบูรณาการ",
        "title": "จัดทำแผนปฏิบัติการระยะ 5 ปี พ.ศ. 2571 – 2575 กรมพัฒนาสังคมและสวัสดิการ ที่มีความเชื่อมโยงแผนต่าง ๆ อย่างบูรณาการ",
        "owner": "กยผ.",
        "short": work["short"],
        "overdue": [
            {
                "number": 3,
                "name": "รับฟังความเห็นจากหน่วยงานเจ้าของแผน (สำนักงาน กอง กลุ่ม)",
                "by": "ม.ค.",
                "who": "กยผ.",
                "next": "รับฟังความเห็นจากหน่วยงานเจ้าของแผนให้แล้วเสร็จ",
                "next_by": None,
                "next_who": None,
            },
            {
                "number": 4,
                "name": "จัดประชุมเชิงปฏิบัติการจัดทำแผนปฏิบัติการ ระยะ 5 ปี พ.ศ. 2571 – 2575 "
                "กรมพัฒนาสังคมและสวัสดิการ ที่มีความเชื่อมโยงแผนต่าง ๆ อย่างบูรณาการ",
                "by": "ก.พ.",
                "who": "กยผ.",
                "next": "จัดประชุมเชิงปฏิบัติการจัดทำแผนปฏิบัติการระยะ 5 ปี พ.ศ. 2571 – 2575",
                "next_by": "พ.ค. 2569",
                "next_who": None,
            },
        ],
        "ahead": [
            {
                "number": 5,
                "name": "ยกร่างแผนปฏิบัติการ ระยะ 5 ปี พ.ศ. 2571 – 2575 กรมพัฒนาสังคมและสวัสดิการ",
                "by": "มิ.ย.",
                "who": "กยผ.",
                "next": "ยกร่างแผนปฏิบัติการระยะ 5 ปี พ.ศ. 2571 – 2575",
                "next_by": None,
                "next_who": None,
            },
        ],
        "under_way": [],
        "obstacles": [],
        "questions": [
            "การรับฟังความเห็นจะแล้วเสร็จเมื่อใด",
            "การเลื่อนประชุมจาก ก.พ. เป็น พ.ค. 2569 กระทบการยกร่างแผนใน มิ.ย. 2569 หรือไม่",
        ],
        "decisions": [],
        "waiting": ["แผนปฏิบัติการ"],
    }


def test_the_departments_own_decisions_are_handed_over(copy):
    book = openpyxl.load_workbook(copy.raw / "action_plan.xlsx")
    sheet = book["เรื่องเสนอพิจารณา"]
    sheet.append(["csr", "เห็นชอบแผนปี 2570", "กยผ.", None])
    book.save(copy.raw / "action_plan.xlsx")
    about = {"round_id": "2569-6m", "data_dir": copy.raw.parent, "plan_only": True}
    work = open_section("csr", **about).close().data["application/vnd.dsw.section+json"]["work"]
    assert work["decisions"] == [{"what": "เห็นชอบแผนปี 2570", "who": "กยผ.", "by": None}]
    assert (
        open_section("restructuring", **about).close().data["application/vnd.dsw.section+json"]["work"]["decisions"]
        == []
    )


@pytest.mark.parametrize(
    ("section", "work"), [("five_year_plan", "overdue"), ("policy_study", "in_progress"), ("engagement", "in_progress")]
)
def test_texts_know_how_the_project_stands(section, work):
    assert words(opened(section).say("{{ work }}")) == work
