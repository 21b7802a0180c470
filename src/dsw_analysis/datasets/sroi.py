"""Social return on investment: what was put in, and what changed for whom; templates outside the round's report."""

from __future__ import annotations

from dsw_analysis.datasets.columns import Column
from dsw_analysis.datasets.dataset import Dataset

SROI_INPUTS = Dataset(
    id="sroi_inputs",
    title="ผลตอบแทนทางสังคม: ปัจจัยนำเข้า",
    columns=(
        Column("contributor", "ผู้ให้ปัจจัยนำเข้า", "text"),
        Column("input", "ปัจจัยนำเข้า", "text"),
        Column("amount", "มูลค่า (บาท)", "number", ge=0, units=("บาท",), help="รวมมูลค่าของแรงงานอาสาและสิ่งของ"),
    ),
)

SROI_OUTCOMES = Dataset(
    id="sroi_outcomes",
    title="ผลตอบแทนทางสังคม: ผลลัพธ์และค่าแทนทางการเงิน",
    columns=(
        Column("stakeholder", "ผู้มีส่วนได้ส่วนเสีย", "text"),
        Column("outcome", "ผลลัพธ์", "text", unique=True),
        Column("quantity", "จำนวนผู้ได้รับผลลัพธ์", "number", ge=0, units=("คน", "ครัวเรือน")),
        Column("proxy", "ค่าแทนทางการเงินต่อหน่วยต่อปี (บาท)", "number", units=("บาท",), help="ติดลบสำหรับผลที่ไม่พึงประสงค์"),
        Column("proxy_source", "แหล่งที่มาของค่าแทน", "text"),
        Column("deadweight", "ผลที่เกิดขึ้นอยู่แล้ว (ร้อยละ)", "number", ge=0, le=100, help="Deadweight"),
        Column("attribution", "ผลจากหน่วยงานอื่น (ร้อยละ)", "number", ge=0, le=100, help="Attribution"),
        Column("displacement", "ผลที่ย้ายมาจากที่อื่น (ร้อยละ)", "number", ge=0, le=100, help="Displacement"),
        Column("drop_off", "ผลที่ลดลงต่อปี (ร้อยละ)", "number", ge=0, le=100, help="Drop-off"),
        Column("duration", "ระยะเวลาที่ผลลัพธ์คงอยู่ (ปี)", "integer", ge=1, units=("ปี",)),
    ),
)

DATASETS = (SROI_INPUTS, SROI_OUTCOMES)
"""Not among the datasets of a round, because no project of the plan reports a social return yet."""
