"""Community welfare: how far each centre has come, and whom it reached."""

from __future__ import annotations

import pandas as pd

from dsw_analysis.intake.columns import Column, Rule
from dsw_analysis.intake.dataset import Dataset

SELECTED = {"yes": "คัดเลือกแล้ว"}
DONE = {"yes": "ดำเนินการแล้ว", "no": "ยังไม่ดำเนินการ"}

FUNNEL = ("area_selected", "profiled", "screened", "consulted", "implemented")
"""Steps in the order in which a centre goes through them."""


def _only_after(frame: pd.DataFrame, step: str, number: str) -> pd.Series[bool]:
    return frame[number].isna() | (frame[step] != "no")


def _nested(frame: pd.DataFrame) -> pd.Series[bool]:
    before = (frame[list(FUNNEL[:-1])] != "no").to_numpy()
    after = (frame[list(FUNNEL[1:])] == "yes").to_numpy()
    return pd.Series((before | ~after).all(axis=1), index=frame.index)


COMMUNITY_WELFARE = Dataset(
    id="community_welfare",
    title="โครงการสร้างเสริมสวัสดิการสังคม: ความคืบหน้ารายหน่วยงาน",
    columns=(
        Column("centre", "หน่วยงาน", "text", unique=True),
        Column("province", "จังหวัด", "province", unique=True),
        Column("area_selected", "ขั้นตอนการดำเนินงาน / คัดเลือกพื้นที่", "category", codes=SELECTED, required=False),
        Column("profiled", "ขั้นตอนการดำเนินงาน / จัดทำข้อมูลชุมชน", "category", codes=DONE),
        Column("screened", "ขั้นตอนการดำเนินงาน / คัดกรองกลุ่มเปราะบาง", "category", codes=DONE),
        Column("consulted", "ขั้นตอนการดำเนินงาน / ประชุมหารือวางแผน", "category", codes=DONE),
        Column("implemented", "ขั้นตอนการดำเนินงาน / ดำเนินการตามแผน", "category", codes=DONE),
        Column("target_group", "กลุ่มเป้าหมายจากการคัดกรอง (คน)", "integer", required=False, ge=0, units=("คน",)),
        Column("improved", "ผู้มีความเป็นอยู่ที่ดีขึ้น (คน)", "integer", required=False, ge=0, units=("คน",)),
    ),
    rules=(
        Rule(
            name="steps_in_order",
            column="implemented",
            holds=_nested,
            expected="ขั้นตอนหลังต้องไม่ดำเนินการก่อนขั้นตอนแรกเสร็จ",
            action="ตรวจสอบสถานะของแต่ละขั้นตอนในแถวนี้กับหน่วยงานแล้วแก้ไข",
        ),
        Rule(
            name="target_group_after_screening",
            column="target_group",
            holds=lambda f: _only_after(f, "screened", "target_group"),
            expected="มีกลุ่มเป้าหมายได้เมื่อคัดกรองกลุ่มเปราะบางแล้วเท่านั้น",
            action="แก้สถานะการคัดกรอง หรือลบจำนวนกลุ่มเป้าหมาย",
        ),
        Rule(
            name="improved_after_implementation",
            column="improved",
            holds=lambda f: _only_after(f, "implemented", "improved"),
            expected="มีผู้มีความเป็นอยู่ที่ดีขึ้นได้เมื่อดำเนินการตามแผนแล้วเท่านั้น",
            action="แก้สถานะการดำเนินการตามแผน หรือลบจำนวนผู้มีความเป็นอยู่ที่ดีขึ้น",
        ),
        Rule(
            name="improved_within_target_group",
            column="improved",
            holds=lambda f: ~(f["improved"] > f["target_group"]).fillna(False).astype(bool),
            expected="ต้องไม่มากกว่ากลุ่มเป้าหมายจากการคัดกรอง",
            action="ตรวจสอบจำนวนทั้งสองช่องกับเอกสารต้นทางแล้วแก้ไข",
        ),
    ),
)

DATASETS = (COMMUNITY_WELFARE,)
