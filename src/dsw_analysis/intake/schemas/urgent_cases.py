"""Reports of urgent cases: how they came in, what they are, and when they were passed on."""

from __future__ import annotations

from dsw_analysis.intake.columns import Column, Rule
from dsw_analysis.intake.dataset import Dataset

CHANNELS = {"ess": "ESS Help Me", "hotline": "สายด่วน 1300", "social_media": "Social Media"}
CATEGORIES = {
    "threat_of_harm": "ข่มขู่ว่าจะทำร้าย",
    "detention": "กักขังหน่วงเหนี่ยว",
    "sexual_abuse_risk": "เสี่ยงต่อการถูกล่วงละเมิดทางเพศ",
    "disturbed_person": "ผู้คลุ้มคลั่งก่อให้เกิดเหตุร้าย",
    "gathering": "มั่วสุมก่อให้เกิดเหตุร้าย",
}
"""What an ESS Help Me report is about."""
URGENCIES = {"most_urgent": "เร่งด่วนมาก", "urgent": "เร่งด่วน", "moderate": "ปานกลาง", "normal": "ปกติ"}
"""How urgent a hotline report is, most urgent first."""

URGENT_CASES = Dataset(
    id="urgent_cases",
    title="เรื่องที่รับแจ้งผ่าน ESS Help Me สายด่วน 1300 และ Social Media",
    columns=(
        Column("case_id", "เลขที่เรื่อง", "text", unique=True),
        Column("channel", "ช่องทาง", "category", codes=CHANNELS),
        Column("category", "ประเภทเหตุ", "category", codes=CATEGORIES, required=False, help="เฉพาะ ESS Help Me"),
        Column("urgency", "ระดับความเร่งด่วน", "category", codes=URGENCIES, required=False, help="เฉพาะสายด่วน 1300"),
        Column("province", "จังหวัด", "province"),
        Column("received", "วันเวลาที่รับเรื่อง", "datetime", in_round=True, monthly=True),
        Column("referred", "วันเวลาที่ประสาน/ส่งต่อ", "datetime", required=False, help="เว้นว่างหากยังไม่ได้ประสานหรือส่งต่อ"),
    ),
    rules=(
        Rule(
            name="category_of_ess",
            column="category",
            holds=lambda f: f["category"].isna() | f["channel"].isna() | (f["channel"] == "ess"),
            expected="ระบุประเภทเหตุได้เฉพาะเรื่องจาก ESS Help Me",
            action="แก้ช่องทาง หรือลบประเภทเหตุในแถวนี้",
        ),
        Rule(
            name="urgency_of_hotline",
            column="urgency",
            holds=lambda f: f["urgency"].isna() | f["channel"].isna() | (f["channel"] == "hotline"),
            expected="ระบุระดับความเร่งด่วนได้เฉพาะเรื่องจากสายด่วน 1300",
            action="แก้ช่องทาง หรือลบระดับความเร่งด่วนในแถวนี้",
        ),
        Rule(
            name="referred_after_received",
            column="referred",
            holds=lambda f: ~(f["referred"] < f["received"]),
            expected="ต้องไม่ก่อนวันเวลาที่รับเรื่อง",
            action="ตรวจสอบวันเวลาทั้งสองช่องกับระบบรับเรื่องแล้วแก้ไข",
        ),
    ),
)

DATASETS = (URGENT_CASES,)
