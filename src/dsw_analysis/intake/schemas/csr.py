"""CSR: activities with partners, and the training of the provincial CSR centres."""

from __future__ import annotations

from dsw_analysis.intake.columns import Column
from dsw_analysis.intake.dataset import Dataset

WELFARE_AREAS = {
    "social_service": "บริการสังคม",
    "education": "การศึกษา",
    "health": "สุขภาพอนามัย",
    "housing": "ที่อยู่อาศัย",
    "occupation": "การฝึกอาชีพและการประกอบอาชีพ",
    "recreation": "นันทนาการ",
    "justice": "กระบวนการยุติธรรม",
}
"""Areas of social welfare by the Social Welfare Promotion Act B.E. 2546, section 5."""

SDGS = {f"sdg{n:02d}": f"SDG {n}" for n in range(1, 18)}

PARTNERS = {
    "company": "บริษัทเอกชน",
    "state_enterprise": "รัฐวิสาหกิจ",
    "foundation": "มูลนิธิ/สมาคม",
    "local_government": "องค์กรปกครองส่วนท้องถิ่น",
    "community": "ชุมชน/วัด/โรงเรียน",
}

CSR_ACTIVITIES = Dataset(
    id="csr_activities",
    title="กิจกรรม CSR ร่วมกับภาคีเครือข่าย",
    columns=(
        Column("activity_id", "รหัสกิจกรรม", "text", unique=True),
        Column("held_on", "วันที่ดำเนินกิจกรรม", "date", in_round=True, monthly=True),
        Column("province", "จังหวัด", "province"),
        Column("title", "ชื่อกิจกรรม", "text", required=False),
        Column(
            "welfare_area",
            "ด้านสวัสดิการสังคม",
            "category",
            codes=WELFARE_AREAS,
            required=False,
            help="ตามพระราชบัญญัติส่งเสริมการจัดสวัสดิการสังคม พ.ศ. 2546 เว้นว่างหากไม่เชื่อมโยง",
        ),
        Column("sdgs", "เป้าหมาย SDGs", "multi", codes=SDGS, required=False, help="เว้นว่างหากไม่เชื่อมโยง"),
        Column("partner_type", "ประเภทภาคีเครือข่าย", "category", codes=PARTNERS),
        Column(
            "vulnerable_helped",
            "กลุ่มเปราะบางจาก MSO-Logbook ที่ได้รับความช่วยเหลือ (ราย)",
            "integer",
            ge=0,
            units=("ราย", "คน"),
        ),
    ),
)

FULL_SCORE = 20
"""Highest score of the test before and after the training."""

SATISFACTION_ITEMS = (
    "เนื้อหาตรงกับความต้องการ",
    "วิทยากรถ่ายทอดได้ชัดเจน",
    "เอกสารและสื่อประกอบ",
    "กิจกรรมกลุ่มและการแลกเปลี่ยน",
    "ระยะเวลาเหมาะสม",
    "สถานที่และระบบออนไลน์",
    "การประสานงานของผู้จัด",
    "นำความรู้ไปใช้ได้จริง",
)

SATISFACTION = tuple(
    Column(f"s{n}", f"ความพึงพอใจ (1–5) / {item}", "integer", required=False, ge=1, le=5)
    for n, item in enumerate(SATISFACTION_ITEMS, start=1)
)

CSR_TRAINING_SESSIONS = Dataset(
    id="csr_training_sessions",
    title="การอบรมศูนย์ CSR จังหวัด",
    file="csr_training",
    sheet="การอบรม",
    columns=(
        Column("session", "ครั้งที่", "integer", unique=True, ge=1),
        Column("dates", "วันที่", "text"),
        Column("format", "รูปแบบ", "category", codes={"online": "Online", "onsite": "Onsite"}),
        Column("topic", "หัวข้อ", "text"),
    ),
)

CSR_TRAINING = Dataset(
    id="csr_training",
    title="ผู้เข้าอบรม คะแนนก่อนและหลังอบรม และความพึงพอใจ",
    sheet="ผู้เข้าอบรม",
    columns=(
        Column("participant", "รหัสผู้เข้าอบรม", "text", unique=True),
        Column("province", "จังหวัด", "province"),
        Column("pre", "คะแนนก่อนอบรม", "integer", required=False, ge=0, le=FULL_SCORE, units=("คะแนน",)),
        Column("post", "คะแนนหลังอบรม", "integer", required=False, ge=0, le=FULL_SCORE, units=("คะแนน",)),
        *SATISFACTION,
    ),
)

CSR_TRAINING_SUMMARY = Dataset(
    id="csr_training_summary",
    title="เกณฑ์และผลสรุปของโครงการอบรม",
    file="csr_training",
    sheet="สรุปโครงการ",
    columns=(
        Column("item", "รหัสรายการ", "text", unique=True),
        Column("label", "รายการ", "text"),
        Column("value", "ค่า", "number"),
        Column("unit", "หน่วย", "text"),
    ),
)

DATASETS = (CSR_ACTIVITIES, CSR_TRAINING_SESSIONS, CSR_TRAINING, CSR_TRAINING_SUMMARY)
