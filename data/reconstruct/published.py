"""Tables that the printed report states outright: nothing here is invented."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path
from typing import Any

from files import SCHEMAS, Row, Table

from dsw_analysis.intake import thai

_PLAN: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("plan.toml").read_text(encoding="utf-8"))[
    "project"
]
_TITLES = (
    "แผนปฏิบัติการพัฒนาระบบราชการ พ.ศ. 2568 – 2570 กรมพัฒนาสังคมและสวัสดิการ",
    "ประจำปีงบประมาณ พ.ศ. ๒๕๖๙ รอบ ๖ เดือน",
)
_ROUND = "รอบ 6 เดือน ปีงบประมาณ พ.ศ. 2569 (1 ตุลาคม 2568 – 31 มีนาคม 2569)"


def plan_projects() -> Table:
    """Projects in the order of the report."""
    rows = [{**_noted(project), "order": n} for n, project in enumerate(_PLAN, start=1)]
    return Table(dataset=SCHEMAS["plan_projects"], rows=rows, titles=_TITLES)


def plan_steps() -> Table:
    """Steps with the months that the print shows."""
    rows: list[Row] = []
    for project in _PLAN:
        for step in project["step"]:
            months = {f"m{month:02d}": "planned" for month in step.get("months", [])}
            rows.append({"section": project["section"], **months, **_noted(step)})
    return Table(dataset=SCHEMAS["plan_steps"], rows=rows, titles=_TITLES)


def plan_indicators() -> Table:
    """Indicators; every target is a least value for the twelve months."""
    rows: list[Row] = []
    for project in _PLAN:
        for indicator in project["indicator"]:
            direction = {"direction": "at_least"} if "target" in indicator else {}
            rows.append(
                {
                    "section": project["section"],
                    "indicator": indicator["id"],
                    "due": "30 กันยายน 2569",
                    **direction,
                    **_noted(indicator),
                }
            )
    return Table(dataset=SCHEMAS["plan_indicators"], rows=rows, titles=_TITLES)


def plan_topics() -> Table:
    """What the print tells of results, restated in short sentences."""
    with Path(__file__).with_name("plan_topics.csv").open(encoding="utf-8", newline="") as file:
        rows = [{name: text or None for name, text in row.items()} for row in csv.DictReader(file)]
    return Table(dataset=SCHEMAS["plan_topics"], rows=rows, titles=_TITLES)


def plan_decisions() -> Table:
    """The print asks for no decision."""
    return Table(dataset=SCHEMAS["plan_decisions"], rows=[], titles=_TITLES)


def _noted(entry: dict[str, Any]) -> Row:
    return {**entry, "source_note": entry.get("note")}


_EA_NAMED = (
    ("business", "in_progress", "พัฒนาระบบสนับสนุน (ระบบการขอใช้ทรัพยากร E-Reservation)", None),
    ("application", "in_progress", "ระบบรับบริจาค", "unheaded"),
    ("application", "in_progress", "เพิ่มฟังก์ชันการใช้งานแก่คนพิการและผู้สูงอายุ", "unheaded"),
    ("data", "done", "รวมศูนย์ข้อมูลด้วย Data Lake", None),
    ("data", "done", "วิเคราะห์ ตรวจสอบความถูกต้องของข้อมูล (Data cleansing)", None),
    ("technology", "done", "ใช้ระบบ Cloud ที่มีมาตรฐาน", None),
    ("technology", "done", "ใช้ Cloud Backup ข้อมูล เพื่อเพิ่มประสิทธิภาพ", None),
    ("technology", "done", "พัฒนาระบบการให้บริการประชาชนผ่านระบบ Chatbot (น้องพัฒน์)", None),
    ("security", "done", "พัฒนาสำรองข้อมูลที่ปลอดภัย", None),
    ("security", "done", "สร้างระบบการเฝ้าระวังภัยคุกคามทางไซเบอร์แบบ Real time", None),
)
_EA_TOTALS = {"business": 3, "application": 6, "data": 4, "technology": 7, "security": 3}
_UNHEADED = "รอข้อมูลด้านของกิจกรรมนี้จากหน่วยงาน จัดไว้ในด้านระบบงานและโปรแกรมประยุกต์ตามลักษณะงาน"
_UNNAMED = "รอชื่อกิจกรรมและสถานะจากหน่วยงาน"


def ea_activities() -> Table:
    """The 23 activities: ten are named in print, of the others only the number in each domain."""
    rows: list[Row] = []
    for domain, total in _EA_TOTALS.items():
        named = [entry for entry in _EA_NAMED if entry[0] == domain]
        for _, state, name, note in named:
            rows.append({"domain": domain, "state": state, "name": name, "source_note": _UNHEADED if note else None})
        rows += [{"domain": domain, "source_note": _UNNAMED}] * (total - len(named))
    rows = [{"activity_id": f"EA-{n:02d}", **row} for n, row in enumerate(rows, start=1)]
    titles = ("กิจกรรมตาม Roadmap สถาปัตยกรรมองค์กร", _ROUND)
    return Table(dataset=SCHEMAS["ea_activities"], rows=rows, titles=titles)


_HOUSING = (
    ("bangkok", 15, 23, None),
    ("kanchanaburi", 15, 25, None),
    ("nonthaburi", 3, 5, None),
    ("pathum_thani", 13, 25, None),
    ("khon_kaen", 20, 24, None),
    ("chiang_mai", 27, 39, None),
    ("nakhon_ratchasima", 17, 29, None),
    ("rayong", 13, 28, 2),
    ("songkhla", 10, 11, 203),
)


def homeless_housing() -> Table:
    """Rooms and places of nine provinces; of need the print shows two provinces only."""
    rows = [
        {"province": thai.parse_province(slug).name_th, "rooms": rooms, "places": places, "need": need}
        for slug, rooms, places, need in _HOUSING
    ]
    return Table(
        dataset=SCHEMAS["homeless_housing"],
        rows=rows,
        titles=("แผนที่อยู่อาศัยเชิงรุกสำหรับคนไร้บ้าน – ปีงบประมาณ พ.ศ. ๒๕๖๙",),
        footer={"province": "รวม", "rooms": 133, "places": 209},
        thai_digits=True,
    )


def csr_training_sessions() -> Table:
    """The three sessions of the training."""
    rows = [
        {
            "session": 1,
            "dates": "13 กุมภาพันธ์ 2569",
            "format": "online",
            "topic": "การใช้งานระบบการรายงานผลการปฏิบัติงานของศูนย์ส่งเสริมความรับผิดชอบต่อสังคมของภาคธุรกิจจังหวัด",
        },
        {
            "session": 2,
            "dates": "19 กุมภาพันธ์ 2569",
            "format": "online",
            "topic": "CSR ในบริบทการพัฒนาที่ยั่งยืน: การเชื่อมโยง SDGs และ ESG สู่การปฏิบัติในระดับพื้นที่",
        },
        {
            "session": 3,
            "dates": "25 – 27 กุมภาพันธ์ 2569",
            "format": "onsite",
            "topic": "การเสริมสร้างศักยภาพผู้นำ (CSR Leader) และแนวปฏิบัติที่ดี, การออกแบบโครงการ CSR เชิงนวัตกรรม, "
            "การประเมินผลกระทบทางสังคม (SIA) และผลตอบแทนทางสังคมจากการลงทุน (SROI)",
        },
    ]
    titles = ("การอบรมศูนย์ CSR จังหวัด", _ROUND)
    return Table(dataset=SCHEMAS["csr_training_sessions"], rows=rows, titles=titles)


def csr_training_summary() -> Table:
    """The threshold, and the overall success for which no derivation is printed."""
    rows = [
        {
            "item": "effectiveness_threshold",
            "label": "เกณฑ์ดัชนีประสิทธิผล (E.I.)",
            "value": 0.7,
            "unit": "ค่าดัชนี",
        },
        {"item": "overall_success", "label": "ความสำเร็จโดยรวมของโครงการ", "value": 95.99, "unit": "ร้อยละ"},
    ]
    return Table(dataset=SCHEMAS["csr_training_summary"], rows=rows, titles=("สรุปผลโครงการอบรม",))


def citizen_questions() -> Table:
    """No question came in through the website in these six months."""
    return Table(dataset=SCHEMAS["citizen_questions"], rows=[], titles=("คำถามของประชาชนผ่านเว็บไซต์กรม", _ROUND))


def public_opinion() -> Table:
    """Comments by month; the number of positive ones in February is missing in print."""
    rows = [
        {"month": "ม.ค. 69", "comments": 7, "positive": 6, "negative": 1},
        {"month": "ก.พ. 69", "comments": "2,576", "negative": 1},
        {"month": "มี.ค. 69", "comments": 3, "positive": 3, "negative": 0},
    ]
    return Table(dataset=SCHEMAS["public_opinion"], rows=rows)


def knowledge_stages() -> Table:
    """How many works each stage of the selection is planned to have."""
    rows = [
        {"stage": "submitted", "label": "ผลงานที่นำมาพิจารณาคัดเลือก", "planned": 138},
        {"stage": "shortlisted", "label": "ผลงานที่คัดเลือกเข้าสู่การประชุมวิพากษ์", "planned": 50},
        {"stage": "outstanding", "label": "ผลงานการจัดการความรู้โดดเด่น", "planned": 15},
    ]
    return Table(dataset=SCHEMAS["knowledge_stages"], rows=rows, titles=("ขั้นตอนการคัดเลือกผลงานการจัดการความรู้",))
