"""Activities on the road map of the enterprise architecture."""

from __future__ import annotations

from dsw_analysis.intake.columns import Column
from dsw_analysis.intake.dataset import Dataset

DOMAINS = {
    "business": "ด้านกระบวนการดำเนินงานทางธุรกิจ",
    "application": "ด้านระบบงานและโปรแกรมประยุกต์",
    "data": "ด้านข้อมูลสารสนเทศ",
    "technology": "ด้านเทคโนโลยีและโครงสร้างพื้นฐาน",
    "security": "ด้านความมั่นคงปลอดภัย",
}
STATES = {"done": "ดำเนินการแล้ว", "in_progress": "อยู่ระหว่างดำเนินการ"}

EA_ACTIVITIES = Dataset(
    id="ea_activities",
    title="กิจกรรมตาม Roadmap สถาปัตยกรรมองค์กร",
    columns=(
        Column("activity_id", "รหัสกิจกรรม", "text", unique=True),
        Column("domain", "ด้าน", "category", codes=DOMAINS),
        Column("name", "กิจกรรม", "text", required=False),
        Column("state", "สถานะ", "category", codes=STATES, required=False, help="เว้นว่างหากเอกสารไม่ระบุ"),
        Column("source_note", "หมายเหตุจากเอกสาร", "text", required=False),
    ),
)

DATASETS = (EA_ACTIVITIES,)
