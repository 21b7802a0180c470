"""Works of knowledge management that units send in, and the stages of their selection."""

from __future__ import annotations

from dsw_analysis.intake.columns import Column
from dsw_analysis.intake.dataset import Dataset

RESULTS = {"shortlisted": "ผ่านเข้ารอบ", "outstanding": "ผลงานโดดเด่น", "not_selected": "ไม่ผ่าน"}

KNOWLEDGE_WORKS = Dataset(
    id="knowledge_works",
    title="ผลงานการจัดการความรู้ (Storytelling)",
    sheet="ผลงาน",
    columns=(
        Column("work_id", "รหัสผลงาน", "text", unique=True),
        Column("title", "ชื่อผลงาน", "text", required=False),
        Column("unit", "หน่วยงาน", "text", required=False),
        Column("submitted_on", "วันที่ส่งผลงาน", "date", required=False, in_round=True),
        Column("result", "ผลการคัดเลือก", "category", codes=RESULTS, required=False),
    ),
)

KNOWLEDGE_STAGES = Dataset(
    id="knowledge_stages",
    title="ขั้นตอนการคัดเลือกผลงานการจัดการความรู้",
    file="knowledge_works",
    sheet="ขั้นตอนคัดเลือก",
    columns=(
        Column("stage", "รหัสขั้นตอน", "text", unique=True),
        Column("label", "ขั้นตอนการคัดเลือก", "text"),
        Column("planned", "จำนวนผลงานตามแผน (ผลงาน)", "integer", ge=0, units=("ผลงาน",)),
    ),
)

DATASETS = (KNOWLEDGE_WORKS, KNOWLEDGE_STAGES)
