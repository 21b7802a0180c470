"""Describes the raw files as a Frictionless Data Package that says where each file and field comes from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from files import RawFile, Table

from dsw_analysis.intake.columns import Column

PUBLISHED, RECONSTRUCTED = "published", "reconstructed"

_TYPES = {"integer": "integer", "number": "number"}
_KINDS = {
    "text": "ข้อความ",
    "integer": "จำนวนเต็ม",
    "number": "ตัวเลข",
    "date": "วันที่ (วัน เดือน ปี พ.ศ.)",
    "datetime": "วันที่และเวลา (ปี พ.ศ.)",
    "month": "เดือนและปี พ.ศ.",
    "province": "ชื่อจังหวัด",
    "category": "ตัวเลือกเดียว",
    "multi": "เลือกได้หลายตัวเลือก คั่นด้วย ;",
}
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_REPORT = (
    "รายงานผลการขับเคลื่อนโครงการ/กิจกรรมภายใต้แผนปฏิบัติการพัฒนาระบบราชการ พ.ศ. 2568 – 2570 "
    "ประจำปีงบประมาณ พ.ศ. 2569 รอบ 6 เดือน กลุ่มพัฒนาระบบบริหาร กรมพัฒนาสังคมและสวัสดิการ"
)


@dataclass(frozen=True)
class Origin:
    """Provenance of a resource, why, and the fields that differ from it."""

    provenance: str
    note: str
    differing: tuple[str, ...] = ()

    def of(self, field: str) -> str:
        """Provenance of one field."""
        other = PUBLISHED if self.provenance == RECONSTRUCTED else RECONSTRUCTED
        return other if field in self.differing else self.provenance


ORIGINS = {
    "plan_projects": Origin(
        PUBLISHED,
        "คัดจากรายงานฉบับพิมพ์ แก้คำที่ OCR อ่านผิด โครงการที่ยังไม่มีชื่อใช้ชื่อเรียกตามเนื้อความและมีหมายเหตุกำกับ "
        "คำถามที่ยังเปิดอยู่คือสิ่งที่รายงานฉบับพิมพ์ยังไม่ตอบ",
    ),
    "plan_steps": Origin(
        PUBLISHED,
        "คัดจากรายงานฉบับพิมพ์ เดือนที่วางแผนปรากฏเพียงสองโครงการ สถานะใส่เฉพาะที่รายงานระบุ ที่เหลือเว้นว่าง "
        "ผลที่ทำแล้วและงานที่จะทำต่อไปเรียบเรียงเป็นประโยคสั้น",
    ),
    "plan_indicators": Origin(
        PUBLISHED,
        "คัดจากรายงานฉบับพิมพ์ รหัส ทิศทาง และช่องวัดจากกำหนดโดยผู้จัดทำข้อมูล ค่าเป้าหมายที่ไม่ปรากฏเว้นว่าง",
    ),
    "plan_topics": Origin(PUBLISHED, "เรียบเรียงเป็นประโยคสั้นจากรายงานฉบับพิมพ์ คำที่อ่านไม่ชัดไม่ได้นำมา"),
    "plan_decisions": Origin(PUBLISHED, "รายงานฉบับพิมพ์ไม่มีเรื่องเสนอพิจารณา"),
    "ea_activities": Origin(
        PUBLISHED,
        "จำนวนกิจกรรมรายด้านและชื่อ 10 กิจกรรมมาจากรายงานฉบับพิมพ์ ด้านของสองกิจกรรมและรหัสกิจกรรมกำหนดโดยผู้จัดทำข้อมูล",
        ("activity_id", "domain"),
    ),
    "restructuring_survey": Origin(
        RECONSTRUCTED,
        "จำนวนหน่วยงานแต่ละประเภทและร้อยละของ 14 ข้อตรงกับรายงานฉบับพิมพ์ คำตอบรายหน่วยงาน วันที่ และข้อความเป็นข้อมูลจำลอง",
        ("kind",),
    ),
    "restructuring_units": Origin(
        PUBLISHED,
        "จำนวนหน่วยงานแต่ละประเภทตามรายงานฉบับพิมพ์ ชื่อหน่วยงานรอข้อมูล จึงใช้ลำดับแทนชื่อ",
        ("unit",),
    ),
    "homeless_housing": Origin(
        PUBLISHED,
        "ตัวเลขตามรายงานฉบับพิมพ์ ความต้องการปรากฏเพียงสองจังหวัด ที่เหลือเว้นว่างเพราะไม่มีหน้านั้นในเอกสารที่ใช้",
    ),
    "career_participants": Origin(
        RECONSTRUCTED,
        "จำนวนทั้งหมดและกลุ่มจาก MSO-Logbook รายหน่วยงานตรงกับรายงานฉบับพิมพ์ รายชื่อปัญหา ความต้องการ และกิจกรรมมาจากรายงาน "
        "แต่รายการรายบุคคลเป็นข้อมูลจำลอง",
        ("unit", "kind", "province"),
    ),
    "csr_activities": Origin(
        RECONSTRUCTED,
        "จำนวนกิจกรรม กิจกรรมที่เชื่อมโยง และผู้ได้รับความช่วยเหลือรวมตรงกับรายงานฉบับพิมพ์ รายกิจกรรมเป็นข้อมูลจำลอง ไม่มีชื่อกิจกรรม",
    ),
    "csr_training_sessions": Origin(PUBLISHED, "คัดจากรายงานฉบับพิมพ์ หัวข้อของครั้งที่ 3 ย่อความ"),
    "csr_training": Origin(
        RECONSTRUCTED,
        "จำนวนผู้เข้าอบรม จำนวนจังหวัด ดัชนีประสิทธิผล และร้อยละความพึงพอใจตรงกับรายงานฉบับพิมพ์ รายบุคคลเป็นข้อมูลจำลอง",
    ),
    "csr_training_summary": Origin(PUBLISHED, "ตัวเลขตามรายงานฉบับพิมพ์ ความสำเร็จโดยรวมไม่มีวิธีคำนวณเผยแพร่"),
    "community_welfare": Origin(
        RECONSTRUCTED,
        "จำนวนหน่วยงานในแต่ละขั้นตอน กลุ่มเป้าหมายรวม และผู้มีความเป็นอยู่ที่ดีขึ้นรวมตรงกับรายงานฉบับพิมพ์ หน่วยงานใดทำถึงขั้นใดเป็นข้อมูลจำลอง",
        ("province", "area_selected"),
    ),
    "highland_welfare": Origin(
        RECONSTRUCTED,
        "จำนวนศูนย์ ผู้เข้าร่วมรวม และสถานะคณะกรรมการรวมตรงกับรายงานฉบับพิมพ์ รายศูนย์เป็นข้อมูลจำลอง "
        "วันที่ออกคำสั่งและผู้ได้รับการช่วยเหลือไม่ปรากฏจึงเว้นว่าง",
    ),
    "citizen_questions": Origin(PUBLISHED, "รายงานฉบับพิมพ์ระบุว่าไม่มีคำถามของประชาชนผ่านเว็บไซต์ในรอบนี้"),
    "urgent_cases": Origin(
        RECONSTRUCTED,
        "จำนวนเรื่องรายช่องทาง ประเภท และระดับความเร่งด่วน และการส่งต่อภายใน 24 ชั่วโมงครบทุกเรื่อง ตรงกับรายงานฉบับพิมพ์ "
        "จังหวัดและวันเวลาเป็นข้อมูลจำลอง",
        ("channel", "category", "urgency"),
    ),
    "public_opinion": Origin(PUBLISHED, "ตัวเลขตามรายงานฉบับพิมพ์ ความคิดเห็นเชิงบวกเดือนกุมภาพันธ์ไม่ได้พิมพ์ไว้จึงเว้นว่าง"),
    "knowledge_works": Origin(RECONSTRUCTED, "จำนวนผลงานตรงกับรายงานฉบับพิมพ์ รหัสเป็นข้อมูลจำลอง ข้อมูลอื่นไม่ปรากฏจึงเว้นว่าง"),
    "knowledge_stages": Origin(PUBLISHED, "จำนวนตามแผนในรายงานฉบับพิมพ์"),
}


PRINTED_DECIMALS = {"five_year_plan.progress": 0, "restructuring.*": 0, "urgent_cases.within_24h": 0}
"""Percentages that the report prints with other decimals than the usual two."""


def descriptor(files: tuple[RawFile, ...]) -> bytes:
    """``datapackage.json`` of the files (Data Package v1)."""
    package = {
        "profile": "data-package",
        "name": "dsw-2569-6m",
        "title": "ข้อมูลดิบของรายงานรอบ 6 เดือน ปีงบประมาณ พ.ศ. 2569 กรมพัฒนาสังคมและสวัสดิการ",
        "description": "published คือตัวเลขหรือข้อความตามรายงานฉบับพิมพ์ reconstructed คือข้อมูลจำลองที่สร้างย้อนกลับให้ยอดรวม"
        "ตรงกับรายงานฉบับพิมพ์ ใช้อ้างอิงรายรายการไม่ได้",
        "licenses": [{"name": "MIT", "path": "https://opensource.org/license/mit", "title": "MIT License"}],
        "sources": [{"title": _REPORT}],
        "printed_decimals": PRINTED_DECIMALS,
        "resources": [_resource(file, table) for file in files for table in file.tables],
    }
    return (json.dumps(package, ensure_ascii=False, indent=2) + "\n").encode()


def _resource(file: RawFile, table: Table) -> dict[str, Any]:
    origin = ORIGINS[table.dataset.id]
    header: dict[str, Any] = {"headerRows": list(table.header_rows)}
    if len(table.header_rows) > 1:
        header["headerJoin"] = " / "
    kind: dict[str, Any] = {
        "format": "xlsx",
        "mediatype": _XLSX,
        "encoding": "utf-8",
        "dialect": {"sheet": table.sheet, **header},
    }
    if file.encoding:
        encoding = {"cp874": "windows-874"}.get(file.encoding, "utf-8")
        dialect = {"delimiter": ",", "lineTerminator": "\r\n", "header": True, **header}
        kind = {"format": "csv", "mediatype": "text/csv", "encoding": encoding, "dialect": dialect}
    return {
        "name": table.dataset.id,
        "path": file.name,
        "title": table.dataset.title,
        "profile": "tabular-data-resource" if file.encoding else "data-resource",
        **kind,
        "provenance": origin.provenance,
        "provenance_note": origin.note,
        "schema": {
            "fields": [_field(column, origin) for column in table.dataset.columns],
            "missingValues": ["", *table.dataset.columns[0].missing_values],
        },
    }


def _field(column: Column, origin: Origin) -> dict[str, Any]:
    constraints: dict[str, Any] = {"required": column.required}
    if column.unique:
        constraints["unique"] = True
    if column.kind == "category":
        constraints["enum"] = list(column.codes.values())
    if column.ge is not None:
        constraints["minimum"] = column.ge
    if column.le is not None:
        constraints["maximum"] = column.le
    kind: dict[str, Any] = {"type": _TYPES.get(column.kind, "string")}
    if column.kind == "integer":
        kind["groupChar"] = ","
    return {
        "name": column.header,
        "title": column.name,
        **kind,
        "description": "; ".join(part for part in (_KINDS[column.kind], column.help) if part),
        "constraints": constraints,
        "provenance": origin.of(column.name),
    }
