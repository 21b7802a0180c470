"""Files that are whole but wrong in what they hold: a cell, a row, a column or a total that the schema refuses."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

URGENT = """เลขที่เรื่อง,ช่องทาง,ประเภทเหตุ,ระดับความเร่งด่วน,จังหวัด,วันเวลาที่รับเรื่อง,วันเวลาที่ประสาน/ส่งต่อ
U1,ESS Help Me,กักขังหน่วงเหนี่ยว,,ตาก,01/10/2568 00:00,01/10/2568 09:00
U2,สายด่วน 1300,,ปกติ,น่าน,02/10/2568 08:00,
U3,Social Media,,,แพร่,31/03/2569 23:59,01/04/2569 00:10
"""
CSR = (
    "รหัสกิจกรรม,วันที่ดำเนินกิจกรรม,จังหวัด,ชื่อกิจกรรม,ด้านสวัสดิการสังคม,เป้าหมาย SDGs,ประเภทภาคีเครือข่าย,"
    "กลุ่มเปราะบางจาก MSO-Logbook ที่ได้รับความช่วยเหลือ (ราย)\n"
    "C1,01/10/2568,ตาก,ปลูกป่า,,SDG 15; SDG 13,ชุมชน/วัด/โรงเรียน,0\n"
    'C2,13 ก.พ. 2569,น่าน,,การศึกษา,,บริษัทเอกชน,"1,470 ราย"\n'
    "C3,๓๑/๓/๒๕๖๙,แพร่,,,SDG 4,รัฐวิสาหกิจ,๑๒\n"
)
HOUSING = (
    "จังหวัด,จำนวนห้อง,จำนวนผู้ใช้บริการที่รองรับได้ (ราย),ผู้ต้องการเข้าถึงสิทธิสวัสดิการและปัจจัยสี่ (ราย โดยประมาณ)\n"
    "ตาก,10,15,\nน่าน,5,7,100\nแพร่,1,2,3\nรวม,16,24,103\n"
)
OPINION = (
    "เดือน,ความคิดเห็นทั้งหมด (ความคิดเห็น),เชิงบวก (ความคิดเห็น),เชิงลบ (ความคิดเห็น)\nม.ค. 69,7,6,1\nก.พ. 69,5,,5\nมี.ค. 69,3,3,0\n"
)
STEPS = "ขั้นตอนการดำเนินงาน"
CENTRES = (
    f"หน่วยงาน,จังหวัด,{STEPS},,,,,กลุ่มเป้าหมายจากการคัดกรอง (คน),ผู้มีความเป็นอยู่ที่ดีขึ้น (คน)\n"
    ",,คัดเลือกพื้นที่,จัดทำข้อมูลชุมชน,คัดกรองกลุ่มเปราะบาง,ประชุมหารือวางแผน,ดำเนินการตามแผน,,\n"
    "ศูนย์ ก,ตาก,คัดเลือกแล้ว,ดำเนินการแล้ว,ดำเนินการแล้ว,ดำเนินการแล้ว,ดำเนินการแล้ว,20,5\n"
    "ศูนย์ ข,น่าน,คัดเลือกแล้ว,ดำเนินการแล้ว,ดำเนินการแล้ว,ยังไม่ดำเนินการ,ยังไม่ดำเนินการ,7,\n"
)
BASES = {
    "urgent_cases": URGENT,
    "csr_activities": CSR,
    "homeless_housing": HOUSING,
    "public_opinion": OPINION,
    "community_welfare": CENTRES,
}
"""Files without a problem, written by hand from the schemas."""


@dataclass(frozen=True)
class Wrong:
    """A good file with some cells changed, and the one problem that it must have.

    Attributes
    ----------
    kind:
        Dataset; also the file it starts from.
    cells:
        Spreadsheet row and column (A, B …) -> what stands there instead.
    code, says, row, column:
        The problem: code, part of its message, spreadsheet row and header; ``row`` is ``None`` for a whole column.
    add:
        Lines put at the end.
    loaded:
        Rows that can still be used.
    """

    name: str
    kind: str
    cells: Mapping[str, str]
    code: str
    says: str
    row: int | None
    column: str
    add: str = ""
    loaded: int = 2
    more: tuple[str, ...] = field(default=())

    def build(self, path: Path) -> None:
        lines = list(csv.reader(io.StringIO(BASES[self.kind] + self.add, newline="")))
        for place, value in self.cells.items():
            column = ord(place[0]) - ord("A")
            lines = [[*line, *[""] * (column + 1 - len(line))] for line in lines]
            lines[int(place[1:]) - 1][column] = value
        text = io.StringIO(newline="")
        csv.writer(text).writerows(lines)
        path.write_bytes(text.getvalue().encode("utf-8-sig"))


def urgent(name, place, value, code, says, column, **more):
    return Wrong(name, "urgent_cases", {place: value}, code, says, int(place[1:]), column, **more)


def csr(name, place, value, code, says, column, **more):
    return Wrong(name, "csr_activities", {place: value}, code, says, int(place[1:]), column, **more)


def housing(name, place, value, code, says, column, **more):
    return Wrong(name, "homeless_housing", {place: value}, code, says, int(place[1:]), column, **more)


RECEIVED, REFERRED, HELD, ROOMS = "วันเวลาที่รับเรื่อง", "วันเวลาที่ประสาน/ส่งต่อ", "วันที่ดำเนินกิจกรรม", "จำนวนห้อง"
HELPED = "กลุ่มเปราะบางจาก MSO-Logbook ที่ได้รับความช่วยเหลือ (ราย)"
PLACES_FOR = "จำนวนผู้ใช้บริการที่รองรับได้ (ราย)"

TEXTS = (
    urgent("เลขที่ว่าง", "A2", "", "required", "เว้นว่างไม่ได้", "เลขที่เรื่อง"),
    urgent("เลขที่มีแต่เว้นวรรค", "A2", " \u00a0 ", "required", "กรอกค่าให้ครบ", "เลขที่เรื่อง"),
    urgent("เลขที่มีแต่อักขระไม่เห็น", "A2", "\u200b", "required", "กรอกค่าให้ครบ", "เลขที่เรื่อง"),
    urgent("เลขที่ซ้ำ", "A4", "U1", "duplicate", "ซ้ำกับแถวที่ 2", "เลขที่เรื่อง"),
    urgent("เลขที่ซ้ำต่างเว้นวรรค", "A4", " U1\u200b", "duplicate", "ซ้ำกับแถวที่ 2", "เลขที่เรื่อง"),
    urgent("อักขระควบคุม", "A3", "U\x072", "cell", "U+0007", "เลขที่เรื่อง"),
    urgent("คำสั่งจอภาพ", "A3", "\x1b[2J", "cell", "U+001B", "เลขที่เรื่อง"),
    urgent("กลับทิศทาง", "A3", "U\u202e2", "cell", "U+202E", "เลขที่เรื่อง"),
    urgent("อักขระเสีย", "A3", "U\ufffd2", "cell", "U+FFFD", "เลขที่เรื่อง"),
    csr("ข้อความยาวมาก", "D2", "ก" * 5_001, "cell", "ไม่เกิน 5,000 ตัวอักษร", "ชื่อกิจกรรม"),
)

CHOICES = (
    urgent("ช่องทางนอกรายการ", "B4", "ไลน์", "cell", "ESS Help Me, สายด่วน 1300, Social Media", "ช่องทาง"),
    urgent("ช่องทางสะกดผิด", "B4", "Social Midea", "cell", "ตัวเลือกที่ใกล้เคียงคือ “Social Media”", "ช่องทาง"),
    urgent("ช่องทางว่าง", "B4", "", "required", "เว้นว่างไม่ได้", "ช่องทาง"),
    urgent("ช่องทางสองค่า", "B4", "สายด่วน 1300, Social Media", "cell", "ต้องเป็นหนึ่งใน", "ช่องทาง"),
    urgent("ช่องทางเป็นรหัส", "B4", "social_media", "cell", "“Social Media”", "ช่องทาง"),
    urgent("ระดับสะกดผิด", "D3", "ปรกติ", "cell", "“ปกติ”", "ระดับความเร่งด่วน"),
    csr("เป้าหมายเกิน", "F2", "SDG 18", "cell", "พจนานุกรมข้อมูล", "เป้าหมาย SDGs"),
    csr("เป้าหมายคั่นผิด", "F2", "SDG 1, SDG 2", "cell", "คั่นแต่ละตัวเลือกด้วย ;", "เป้าหมาย SDGs"),
    csr("เป้าหมายหนึ่งในสองผิด", "F2", "SDG 1; อื่น ๆ", "cell", "คั่นแต่ละตัวเลือกด้วย ;", "เป้าหมาย SDGs"),
    csr("เป้าหมายคั่นเกิน", "F2", "SDG 1;; SDG 2", "cell", "คั่นแต่ละตัวเลือกด้วย ;", "เป้าหมาย SDGs"),
    csr("เป้าหมายเลขลาว", "F2", "SDG \u0ed1", "cell", "พจนานุกรมข้อมูล", "เป้าหมาย SDGs"),
    csr("ภาคีนอกรายการ", "G3", "บริษัท", "cell", "“บริษัทเอกชน”", "ประเภทภาคีเครือข่าย"),
    csr("ด้านนอกรายการ", "E3", "การศึกษาและสุขภาพ", "cell", "“การศึกษา”", "ด้านสวัสดิการสังคม"),
)

NAMES = (
    urgent("จังหวัดสะกดผิด", "E3", "นนทบุรึ", "cell", "นนทบุรี", "จังหวัด"),
    urgent("จังหวัดเก่า", "E3", "ธนบุรี", "cell", "ต้องเป็นชื่อจังหวัดตามทะเบียน", "จังหวัด"),
    urgent("อำเภอแทนจังหวัด", "E3", "แม่สอด", "cell", "ต้องเป็นชื่อจังหวัดตามทะเบียน", "จังหวัด"),
    urgent("จังหวัดสองแห่ง", "E3", "ตาก/น่าน", "cell", "แยกเป็นแถวละจังหวัด", "จังหวัด"),
    urgent("จังหวัดย่อกำกวม", "E3", "สมุทรฯ", "cell", "“สมุทรสาคร” หรือ “สมุทรสงคราม” ให้พิมพ์ชื่อเต็ม", "จังหวัด"),
    urgent("จังหวัดเป็นรหัส", "E3", "63", "cell", "ต้องเป็นชื่อจังหวัดตามทะเบียน", "จังหวัด"),
    urgent("จังหวัดว่าง", "E3", "", "required", "เว้นว่างไม่ได้", "จังหวัด"),
    housing("จังหวัดซ้ำ", "A4", "จ.ตาก", "duplicate", "ซ้ำกับแถวที่ 2", "จังหวัด"),
    housing("จังหวัดซ้ำชื่อย่อ", "A4", "Tak", "duplicate", "ซ้ำกับแถวที่ 2", "จังหวัด"),
)

NUMBERS = tuple(
    housing(f"ห้อง_{name}", "B3", value, "cell", says, ROOMS)
    for name, value, says in (
        ("คำ", "ห้าห้อง", "จำนวนเต็ม"),
        ("ช่วง", "5-6", "จำนวนเต็ม"),
        ("น้อยกว่า", "< 5", "จำนวนเต็ม"),
        ("ทศนิยม", "5.5", "มีเศษทศนิยม"),
        ("อนันต์", "inf", "จำนวนเต็ม"),
        ("nan", "nan", "จำนวนเต็ม"),
        ("ขีดล่าง", "1_000", "จำนวนเต็ม"),
        ("จุลภาคผิดที่", "10,00", "จุลภาคต้องคั่นทุกสามหลัก"),
        ("จุลภาคหลังศูนย์", "0,470", "ใช้จุด เช่น 0.47"),
        ("เลขลาว", "\u0ed5", "เลขไทยและเลขอารบิก"),
        ("เลขเขมร", "\u17e5", "เลขไทยและเลขอารบิก"),
        ("เลขอาหรับ", "\u0665", "เลขไทยและเลขอารบิก"),
        ("ร้อยละ", "5%", "ไม่ใช้เครื่องหมาย %"),
        ("หน่วยผิด", "5 หลัง", "มีหน่วยต่อท้ายได้: ห้อง"),
        ("ยกกำลัง", "5e0", "จำนวนเต็ม"),
        ("ใหญ่เกิน", "9" * 16, "ไม่เกิน 15 หลัก"),
        ("สูตร", "=2+3", "จำนวนเต็ม"),
    )
)

COUNTS = (
    housing("ห้องว่าง", "B3", "", "required", "เว้นว่างไม่ได้", ROOMS),
    housing("ห้องติดลบ", "B3", "-5", "range", "ไม่น้อยกว่า 0", ROOMS),
    housing("รายติดลบเลขไทย", "C3", "−๗", "range", "ไม่น้อยกว่า 0", PLACES_FOR),
    csr("รายติดลบ", "H3", "-1 ราย", "range", "ไม่น้อยกว่า 0", HELPED),
)

DATES = tuple(
    csr(f"วันที่_{name}", "B3", value, code, says, HELD)
    for name, value, code, says in (
        ("ว่าง", "", "required", "เว้นว่างไม่ได้"),
        ("ไม่มีจริง", "31/11/2568", "cell", "พฤศจิกายน พ.ศ. 2568 มีวันที่ 1–30"),
        ("29_กพ", "29/02/2569", "cell", "มีวันที่ 1–28"),
        ("เดือน_13", "01/13/2568", "cell", "ไม่มีเดือนที่ 13"),
        ("ปีสองหลัก", "01/12/68", "cell", "ต้องเขียนปีสี่หลัก"),
        ("ปีไกล", "01/12/3568", "cell", "พ.ศ. 2400–2700"),
        ("เดือนสะกดผิด", "1 พฤษจิกายน 2568", "cell", "พฤศจิกายน"),
        ("วันไม่ตรง", "วันจันทร์ที่ 13 กุมภาพันธ์ 2569", "cell", "เป็นวันศุกร์ ไม่ใช่วันจันทร์"),
        ("ช่วง", "25 – 27 กุมภาพันธ์ 2569", "cell", "ต้องเป็นวันที่"),
        ("คำ", "ปลายเดือน", "cell", "ต้องเป็นวันที่"),
        ("เลขลำดับ_excel", "46000", "cell", "ต้องเป็นวันที่"),
        ("ศูนย์ของ_excel", "01/01/1900", "cell", "แสดงแทนเลข 0"),
        ("ก่อนรอบ", "30/09/2568", "round", "1 ตุลาคม 2568 – 31 มีนาคม 2569"),
        ("หลังรอบ", "2026-04-01", "round", "ย้ายแถวนี้"),
        ("ศักราชขัดกัน", "1 ธันวาคม พ.ศ. 2025", "cell", "ไม่ใช่ 2025"),
    )
)

TIMES = (
    urgent("ไม่มีเวลา", "F3", "02/10/2568", "cell", "ไม่มีเวลา", RECEIVED),
    urgent("เวลา_24", "F3", "02/10/2568 24:00", "cell", "ไม่มีเวลา 24:00", RECEIVED),
    urgent("รับก่อนรอบหนึ่งนาที", "F3", "30/09/2568 23:59", "round", "ต้องอยู่ในรอบ 6 เดือน", RECEIVED),
    urgent("รับหลังรอบหนึ่งนาที", "F3", "01/04/2569 00:00", "round", "ต้องอยู่ในรอบ 6 เดือน", RECEIVED),
    urgent("ส่งต่อก่อนรับ", "G2", "30/09/2568 23:59", "referred_after_received", "ต้องไม่ก่อน", REFERRED),
    Wrong("เดือนซ้ำ", "public_opinion", {"A4": "มกราคม 2569"}, "duplicate", "ซ้ำกับแถวที่ 2", 4, "เดือน"),
    Wrong("เดือนนอกรอบ", "public_opinion", {"A4": "เม.ย. 69"}, "round", "ต้องอยู่ในรอบ", 4, "เดือน"),
    urgent("ส่งต่ออีกหลายสิบปี", "G2", "01/10/2069 09:00", "range", "ห่างจากปี 2569 ไม่เกิน 20 ปี", REFERRED),
    Wrong("เดือนปีสองหลักไกล", "public_opinion", {"A4": "มี.ค. 26"}, "cell", "พ.ศ. 2526 หรือ ค.ศ. 2026", 4, "เดือน"),
    Wrong("เดือนเป็นตัวเลข", "public_opinion", {"A4": "3"}, "cell", "ต้องเป็นเดือนและปี", 4, "เดือน"),
)

RULES = (
    urgent("ประเภทเหตุผิดช่องทาง", "C4", "กักขังหน่วงเหนี่ยว", "category_of_ess", "เฉพาะเรื่องจาก ESS Help Me", "ประเภทเหตุ"),
    urgent("ระดับผิดช่องทาง", "D4", "ปกติ", "urgency_of_hotline", "เฉพาะเรื่องจากสายด่วน 1300", "ระดับความเร่งด่วน"),
    Wrong(
        "บวกลบไม่ครบ", "public_opinion", {"C2": "5"}, "positive_and_negative_make_all", "เชิงบวกรวมกับเชิงลบ", 2,
        "ความคิดเห็นทั้งหมด (ความคิดเห็น)",
    ),
    Wrong(
        "ข้ามขั้นตอน", "community_welfare", {"G4": "ดำเนินการแล้ว"}, "steps_in_order", "ขั้นตอนแรกเสร็จ", 4,
        f"{STEPS} / ดำเนินการตามแผน", loaded=1,
    ),
    Wrong(
        "ดีขึ้นมากกว่าเป้า", "community_welfare", {"I3": "21"}, "improved_within_target_group", "ไม่มากกว่า", 3,
        "ผู้มีความเป็นอยู่ที่ดีขึ้น (คน)", loaded=1,
    ),
    Wrong(
        "ดีขึ้นก่อนดำเนินการ", "community_welfare", {"I4": "1"}, "improved_after_implementation", "แผนแล้วเท่านั้น", 4,
        "ผู้มีความเป็นอยู่ที่ดีขึ้น (คน)", loaded=1,
    ),
)  # fmt: skip

COLUMNS = (
    Wrong(
        "ขาดคอลัมน์", "urgent_cases", {"E1": ""}, "missing_column", "ไม่พบคอลัมน์ที่ต้องมี", None, "จังหวัด", loaded=0,
        more=("unnamed_column",),
    ),
    Wrong(
        "สะกดหัวผิด", "urgent_cases", {"B1": "ช่องทางการแจ้ง"}, "missing_column",
        "หัวคอลัมน์ในไฟล์ที่ใกล้เคียงคือ “ช่องทางการแจ้ง”", None, "ช่องทาง", loaded=0, more=("unknown_column",),
    ),
    Wrong(
        "คอลัมน์เกิน", "urgent_cases", {"H1": "งบประมาณ"}, "unknown_column", "คอลัมน์นี้ไม่อยู่ในแบบฟอร์ม", None, "งบประมาณ",
        loaded=0,
    ),
    Wrong(
        "หัวซ้ำ", "urgent_cases", {"D1": "จังหวัด"}, "duplicate_column", "(D, E)", 1, "จังหวัด", loaded=0,
        more=("missing_column",),
    ),
)  # fmt: skip

SUMS = (
    housing("ยอดรวมผิด", "B5", "17", "total", "ผลรวมของข้อมูลในคอลัมน์นี้คือ 16", ROOMS, loaded=3),
    housing("ยอดรวมสองคอลัมน์_หนึ่งผิด", "C5", "๒๕", "total", "คือ 24", PLACES_FOR, loaded=3),
    housing("ยอดรวมไม่ใช่เลข", "B5", "16.5", "total", "จำนวนเต็ม", ROOMS, loaded=3),
    Wrong("แถวหายจากยอดรวม", "public_opinion", {}, "total", "คือ 15", 5, "ความคิดเห็นทั้งหมด (ความคิดเห็น)",
          add="รวม,20,,6\n", loaded=3),
    Wrong("นับแถวไม่ตรง", "urgent_cases", {}, "total", "จำนวนแถวที่มีข้อมูลในคอลัมน์นี้คือ 3", 5, "จังหวัด",
          add="รวม,,,,4,,\n", loaded=3),
)  # fmt: skip

CASES = (*TEXTS, *CHOICES, *NAMES, *NUMBERS, *COUNTS, *DATES, *TIMES, *RULES, *COLUMNS, *SUMS)
