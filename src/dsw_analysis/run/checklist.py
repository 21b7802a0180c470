"""The check-list of a new round: what is to be done in which order, on one page that an official opens in Excel."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from dsw_analysis.intake.thai import format_date
from dsw_analysis.intake.writing.workbooks import BODY, HEAD, new_workbook, write_table
from dsw_analysis.rounds import Round

_HEADS = ("ลำดับ", "สิ่งที่ต้องทำ", "วิธีทำ", "ไฟล์หรือคำสั่ง", "ผู้รับผิดชอบ", "เสร็จวันที่")
_WIDTHS = (7, 30, 62, 34, 18, 14)


@dataclass(kw_only=True)
class Given:
    """What a new round begins with: names of files, with the titles of the datasets in them.

    ``registers`` and ``forms`` go by their file's name; ``prepared`` are datasets that notebooks make of raw files.
    """

    registers: dict[str, list[str]] = field(default_factory=dict)
    forms: dict[str, list[str]] = field(default_factory=dict)
    prepared: list[str] = field(default_factory=list)
    returns: str | None = None
    targets: int = 0


def checklist(round_: Round, last: Round, given: Given) -> bytes:
    """Workbook with one sheet, which prints on one page."""
    target = io.BytesIO()
    with new_workbook(target, title=f"สิ่งที่ต้องทำ {round_.label}", created=round_.end) as book:
        page = book.add_worksheet("สิ่งที่ต้องทำ")
        page.write_string(0, 0, f"สิ่งที่ต้องทำสำหรับ{round_.label} เริ่มจาก{last.label}", book.add_format({"bold": True}))
        rows = [(place, *row, None, None) for place, row in enumerate(_rows(round_, last, given), start=1)]
        body = book.add_format({**BODY, "border": 1})
        write_table(page, _HEADS, rows, head=book.add_format(HEAD), body=body, widths=_WIDTHS, top=2)
        page.set_landscape()
        page.set_paper(9)  # A4
        page.fit_to_pages(1, 1)
    return target.getvalue()


def _rows(round_: Round, last: Round, given: Given) -> Iterable[tuple[str, str, str]]:
    plan, folder = "action_plan.xlsx", f"data/raw/{round_}"
    yield (
        "ปรับโครงการในแผน",
        _join(
            "ลบแถวของโครงการที่เลิกทำออกจากทุกแผ่นงาน เพิ่มแถวของโครงการใหม่ และแก้ชื่อ ขั้นตอน เดือน หรือตัวชี้วัดที่เปลี่ยน",
            "รหัสส่วนและรหัสตัวชี้วัดของโครงการเดิมไม่ต้องเปลี่ยน แม้ชื่อจะเปลี่ยน",
            ""
            if round_.year != last.year
            else "หากค่าเป้าหมายเปลี่ยนระหว่างปี ให้แก้ช่อง “ค่าเป้าหมาย” และกรอกวันสุดท้ายที่ใช้ค่าเดิมในช่อง “ใช้ค่าเป้าหมายเดิมถึง”",
        ),
        plan,
    )
    if round_.year != last.year:
        yield (
            f"ยืนยันแผนของปี {round_.year}",
            _join(
                f"เดือนของทุกขั้นตอนยกมาจากแผนปี {last.year} เป็นร่างแรกเท่านั้น ให้แก้ตามแผนใหม่",
                f"กรอกค่าเป้าหมายใหม่ {given.targets:,} ตัวชี้วัด แล้วเปลี่ยนสถานะตัวชี้วัดเป็น “กำหนดแล้ว”" if given.targets else "",
                f"ตรวจวันครบกำหนดที่เลื่อนเป็นปี {round_.year} และชื่อที่ระบุปี พ.ศ.",
                "ยืนยันโครงการใดแล้ว ให้ลบข้อความที่ขึ้นต้นว่าร่างแรกในช่อง “หมายเหตุจากเอกสาร” ของโครงการนั้น",
            ),
            plan,
        )
    yield (
        "กรอกสถานะและผลของแต่ละขั้นตอน",
        _join(
            f"ช่องที่มีมุมแดงคือช่องที่กรอกไว้ใน{last.label} ชี้ที่ช่องเพื่ออ่านค่าเดิม แล้วกรอกค่าของรอบนี้",
            "ช่องที่ยังว่าง รายงานจะแสดงว่ารอข้อมูล",
        ),
        plan,
    )
    yield "กรอกรายละเอียดของผลและเรื่องเสนอพิจารณา", "แผ่นงานที่ชื่อลงท้ายว่า “รอบก่อน” มีไว้อ่านเท่านั้น", plan
    for file, titles in given.registers.items():
        yield f"ปรับ{_listed(titles)}", "ทะเบียนยกมาจากรอบก่อน ลบหน่วยงานที่ปิดแล้ว และเพิ่มหน่วยงานที่เปิดใหม่", file
    if given.returns:
        yield "กำหนดว่าใครต้องส่งอะไรภายในวันใด", f"ตรวจรายชื่อผู้ส่ง กรอกกำหนดส่งให้ครบทุกแถว แล้ววางไฟล์ใน {folder}", given.returns
    since = f"{format_date(round_.start)} ถึง {format_date(round_.end)}"
    added = " ไม่ใช่เฉพาะที่เพิ่มจากรอบก่อน" if round_.year == last.year else ""
    for file, titles in given.forms.items():
        yield f"ขอข้อมูล: {_listed(titles)}", f"ส่งแบบให้เจ้าของข้อมูล ข้อมูลต้องครบตั้งแต่ {since}{added}", file
    yield (
        "วางไฟล์ที่ได้รับ",
        _join(
            f"วางไฟล์ที่กรอกแล้วใน {folder} โดยใช้ชื่อไฟล์ของแบบ",
            "หากมีหลายหน่วยงานส่ง ให้ตั้งโฟลเดอร์ตามชื่อแบบ แล้ววางไฟล์ของทุกหน่วยงานไว้ในนั้น",
        ),
        folder,
    )
    if given.prepared:
        yield f"วางไฟล์ดิบของ{_listed(given.prepared)}", "โน้ตบุ๊กเตรียมข้อมูลจะอ่านจากที่นี่เอง", f"{folder}/incoming"
    yield "ตรวจไฟล์ทั้งหมด", "แก้ตามที่แจ้ง แล้วตรวจซ้ำจนไม่พบปัญหา ไฟล์ที่ยังไม่มาจะแจ้งว่าไม่พบไฟล์", f"dsw check {round_}"
    if given.returns:
        yield "ตรวจว่าใครยังไม่ส่ง", "ทำได้เมื่อวางไฟล์รายการข้อมูลที่ต้องส่งแล้ว", f"dsw returns {round_}"
    yield (
        "สร้างรายงาน",
        _join(
            "ทำได้ตั้งแต่ยังไม่มีข้อมูล และทำซ้ำได้ทุกครั้งที่ข้อมูลเพิ่ม",
            "โครงการที่ข้อมูลยังไม่มา รายงานจะแสดงว่ารอข้อมูล",
        ),
        f"dsw report {round_}",
    )
    yield "อ่านและเสนอผู้บริหาร", "อ่านบทสรุปก่อน ตัวเลขทุกตัวเปิดดูที่มาได้", f"outputs/{round_}/report.html"


def _join(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


def _listed(titles: Sequence[str]) -> str:
    return ", ".join(titles)
