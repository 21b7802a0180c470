"""Rooms planned for homeless persons and what they need, by province."""

from __future__ import annotations

from dsw_analysis.intake.columns import Column
from dsw_analysis.intake.dataset import Dataset

HOMELESS_HOUSING = Dataset(
    id="homeless_housing",
    title="แผนที่อยู่อาศัยเชิงรุกสำหรับคนไร้บ้าน รายจังหวัด",
    columns=(
        Column("province", "จังหวัด", "province", unique=True),
        Column("rooms", "จำนวนห้อง", "integer", ge=0, units=("ห้อง",)),
        Column("places", "จำนวนผู้ใช้บริการที่รองรับได้ (ราย)", "integer", ge=0, units=("ราย", "คน")),
        Column(
            "need",
            "ผู้ต้องการเข้าถึงสิทธิสวัสดิการและปัจจัยสี่ (ราย โดยประมาณ)",
            "integer",
            required=False,
            ge=0,
            units=("ราย", "คน"),
            help="ค่าโดยประมาณ เว้นว่างหากยังไม่มีข้อมูล",
        ),
    ),
)

DATASETS = (HOMELESS_HOUSING,)
