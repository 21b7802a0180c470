"""The action plan as the department keeps it: projects, steps over the fiscal months, indicators."""

from __future__ import annotations

import re

import pandas as pd

from dsw_analysis.intake.columns import Column, Rule
from dsw_analysis.intake.dataset import Dataset
from dsw_analysis.rounds import MONTHS

PROJECT_STATES = {
    "done": "ดำเนินการเสร็จตามแผน",
    "as_planned": "ดำเนินการตามแผน",
    "in_progress": "อยู่ระหว่างดำเนินการตามแผน",
}
"""State of a whole project, in the words of the box that is ticked."""

STEP_STATES = {
    "done": "ดำเนินการแล้ว",
    "in_progress": "อยู่ระหว่างดำเนินการ",
    "not_started": "ยังไม่ดำเนินการ",
}
"""State of one step."""

PLANNED = {"planned": "●"}
"""Mark of a month in which a step is planned."""

INDICATOR_STAGES = {
    "set": "กำหนดแล้ว",
    "being_defined": "อยู่ระหว่างกำหนดตัวชี้วัด/ค่าเป้าหมาย",
    "not_shown": "ไม่ปรากฏในเอกสาร",
}
"""How far the definition of an indicator has come, as far as the source shows it."""

INDICATOR_UNITS = {"percent": "ร้อยละ", "centres": "แห่ง", "level": "ระดับ"}
DIRECTIONS = {"at_least": "ไม่น้อยกว่า", "at_most": "ไม่เกิน"}

MONTH_COLUMNS = tuple(
    Column(f"m{n:02d}", f"แผนการดำเนินงาน / {month}", "category", codes=PLANNED, required=False)
    for n, month in enumerate(MONTHS, start=1)
)
"""One column a fiscal month, October first; blank in all twelve means that the months are not stated."""

SECTION_HELP = "รหัสภาษาอังกฤษของส่วนในรายงาน เช่น csr"
SECTION_ID = "(?!summary$)[a-z][a-z_]*"
"""Ids of projects, which also name notebooks, anchors and files; the summary is none."""


def _of_its_section(frame: pd.DataFrame, column: str) -> pd.Series[bool]:
    """Whether a cell is the id of a number of the row's section, where both are filled."""
    holds = [
        pd.isna(cell) or pd.isna(section) or re.fullmatch(rf"{re.escape(section)}(\.[a-z0-9_-]+)+", cell) is not None
        for cell, section in zip(frame[column], frame["section"], strict=True)
    ]
    return pd.Series(holds, index=frame.index)


PLAN_PROJECTS = Dataset(
    id="plan_projects",
    title="แผนปฏิบัติการ: โครงการและหน่วยงานที่รับผิดชอบ",
    file="action_plan",
    sheet="โครงการ",
    columns=(
        Column("section", "รหัสส่วน", "text", unique=True, help=SECTION_HELP),
        Column("order", "ลำดับ", "integer", unique=True, ge=1, help="ลำดับของส่วนในรายงาน"),
        Column("strategy", "แผนปฏิบัติการเรื่องที่", "text", required=False),
        Column("issue", "ประเด็นการพัฒนา", "text", required=False),
        Column("project", "โครงการ/กิจกรรม", "text"),
        Column("owner", "หน่วยงานหลัก", "text", required=False),
        Column("partners", "หน่วยงานร่วม", "text", required=False),
        Column("state", "สถานะภาพรวม", "category", codes=PROJECT_STATES, required=False),
        Column("source_note", "หมายเหตุจากเอกสาร", "text", required=False),
    ),
    rules=(
        Rule(
            name="section_is_an_id",
            column="section",
            holds=lambda f: f["section"].isna() | f["section"].str.fullmatch(SECTION_ID),
            expected="ต้องเป็นอักษรภาษาอังกฤษตัวเล็กหรือ _ เท่านั้น และไม่ใช่ summary ซึ่งเป็นรหัสของบทสรุป",
            action="แก้รหัสส่วนให้ตรงกับชื่อโน้ตบุ๊กของโครงการ เช่น csr ของ 09_csr.ipynb",
        ),
    ),
)

PLAN_STEPS = Dataset(
    id="plan_steps",
    title="แผนปฏิบัติการ: ขั้นตอนและเดือนที่วางแผน",
    file="action_plan",
    sheet="ขั้นตอน",
    columns=(
        Column("section", "รหัสส่วน", "text", help=SECTION_HELP),
        Column("part", "ส่วนที่", "integer", required=False, ge=1, help="เมื่อโครงการเดียวแยกเป็นหลายส่วน"),
        Column("step", "ขั้นตอนที่", "integer", required=False, ge=1),
        Column("name", "ขั้นตอนการดำเนินงาน", "text", required=False),
        *MONTH_COLUMNS,
        Column("state", "สถานะ", "category", codes=STEP_STATES, required=False),
        Column("source_note", "หมายเหตุจากเอกสาร", "text", required=False),
    ),
    rules=(
        Rule(
            name="step_once_a_section",
            column="step",
            holds=lambda f: ~(f.duplicated(["section", "step"]) & f["step"].notna()),
            expected="ขั้นตอนที่นี้ปรากฏแล้วในส่วนเดียวกัน",
            action="ตรวจสอบว่าแถวใดถูกต้อง แล้วลบหรือแก้เลขขั้นตอนที่ซ้ำ",
            across_rows=True,
        ),
    ),
    registries={"section": (PLAN_PROJECTS, "section")},
)

PLAN_INDICATORS = Dataset(
    id="plan_indicators",
    title="แผนปฏิบัติการ: ตัวชี้วัดและค่าเป้าหมายรอบ 12 เดือน",
    file="action_plan",
    sheet="ตัวชี้วัด",
    columns=(
        Column("indicator", "รหัสตัวชี้วัด", "text", unique=True, help="รหัสของตัวเลขที่เป็นค่าเป้าหมาย"),
        Column("section", "รหัสส่วน", "text", help=SECTION_HELP),
        Column("name", "ตัวชี้วัด", "text", required=False),
        Column("stage", "สถานะตัวชี้วัด", "category", codes=INDICATOR_STAGES),
        Column("target", "ค่าเป้าหมาย", "number", required=False, ge=0),
        Column("unit", "หน่วย", "category", codes=INDICATOR_UNITS, required=False),
        Column("direction", "ทิศทาง", "category", codes=DIRECTIONS, required=False),
        Column("due", "ครบกำหนด", "date"),
        Column("measured_by", "วัดจาก", "text", required=False, help="รหัสของตัวเลขที่วัดตัวชี้วัดนี้ เว้นว่างหากยังวัดไม่ได้"),
        Column("source_note", "หมายเหตุจากเอกสาร", "text", required=False),
    ),
    rules=(
        Rule(
            name="target_has_unit_and_direction",
            column="target",
            holds=lambda f: f["target"].isna() | (f["unit"].notna() & f["direction"].notna()),
            expected="ค่าเป้าหมายต้องมีหน่วยและทิศทางกำกับ",
            action="ระบุหน่วยและทิศทางของค่าเป้าหมายในแถวนี้ให้ครบ",
        ),
        Rule(
            name="indicator_of_its_section",
            column="indicator",
            holds=lambda f: _of_its_section(f, "indicator"),
            expected="ต้องขึ้นต้นด้วยรหัสส่วนของแถวเดียวกันและจุด เช่น csr.target",
            action="แก้รหัสตัวชี้วัดหรือรหัสส่วนให้เป็นของโครงการเดียวกัน",
        ),
        Rule(
            name="measured_in_its_section",
            column="measured_by",
            holds=lambda f: _of_its_section(f, "measured_by"),
            expected="ต้องเป็นรหัสของตัวเลขในส่วนเดียวกัน เช่น csr.linked_share",
            action="แก้ให้เป็นรหัสของตัวเลขที่โน้ตบุ๊กของโครงการนี้คำนวณ ดูรหัสได้จาก findings.xlsx ของรอบก่อน",
        ),
    ),
    registries={"section": (PLAN_PROJECTS, "section")},
)

DATASETS = (PLAN_PROJECTS, PLAN_STEPS, PLAN_INDICATORS)
