"""Questions that citizens put through the website, and when they were answered."""

from __future__ import annotations

from dsw_analysis.intake.columns import Column, Rule
from dsw_analysis.intake.dataset import Dataset

CITIZEN_QUESTIONS = Dataset(
    id="citizen_questions",
    title="คำถามของประชาชนผ่านเว็บไซต์กรม",
    may_be_empty=True,
    columns=(
        Column("question_id", "รหัสคำถาม", "text", unique=True),
        Column("asked", "วันเวลาที่ถาม", "datetime", in_round=True, monthly=True),
        Column("topic", "เรื่อง", "text", required=False),
        Column("unit", "หน่วยงานที่เกี่ยวข้อง", "text", required=False),
        Column("answered", "วันเวลาที่ตอบ", "datetime", required=False, help="เว้นว่างหากยังไม่ตอบ"),
    ),
    rules=(
        Rule(
            name="answered_after_asked",
            column="answered",
            holds=lambda f: ~(f["answered"] < f["asked"]),
            expected="ต้องไม่ก่อนวันเวลาที่ถาม",
            action="ตรวจสอบวันเวลาทั้งสองช่องกับระบบของเว็บไซต์แล้วแก้ไข",
        ),
    ),
)

DATASETS = (CITIZEN_QUESTIONS,)
