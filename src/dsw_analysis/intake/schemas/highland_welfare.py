"""Community welfare committees of the highland people development centres."""

from __future__ import annotations

from dsw_analysis.intake.columns import Column
from dsw_analysis.intake.dataset import Dataset

COMMITTEE = {"selected": "คัดเลือกแล้ว", "selecting": "อยู่ระหว่างคัดเลือก"}

HIGHLAND_WELFARE = Dataset(
    id="highland_welfare",
    title="คณะกรรมการศูนย์ส่งเสริมการจัดสวัสดิการสังคมชุมชนบนพื้นที่สูง (ศสส.)",
    columns=(
        Column("centre", "ศูนย์พัฒนาราษฎรบนพื้นที่สูง", "text", unique=True),
        Column("province", "จังหวัด", "province", required=False),
        Column("participants", "ผู้เข้าร่วมประชุมเวที (คน)", "integer", ge=0, units=("คน",)),
        Column("committee", "คณะกรรมการ ศสส.", "category", codes=COMMITTEE),
        Column("ordered_on", "วันที่ออกคำสั่ง", "date", required=False, in_round=True),
        Column("helped", "ผู้ได้รับการช่วยเหลือ (คน)", "integer", required=False, ge=0, units=("คน",)),
    ),
)

DATASETS = (HIGHLAND_WELFARE,)
