"""All findings of a round as a workbook."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping

from dsw_analysis.findings.finding import INTERVAL, Finding, units
from dsw_analysis.intake.provenance import PROVENANCE
from dsw_analysis.intake.writing.workbooks import BODY, HEAD, new_workbook, write_table
from dsw_analysis.rounds import Round

_COLUMNS: dict[str, Callable[[Finding], str | int | float | None]] = {
    "รหัส": lambda f: f.id,
    "รายการ": lambda f: f.label,
    "ค่า": lambda f: f.text() if f.is_hidden else f.value,
    "หน่วย": lambda f: units()[f.unit] or f.unit,
    "ตัวตั้ง": lambda f: f.numerator,
    "ตัวหาร": lambda f: f.denominator,
    "ขอบล่างของช่วง": lambda f: f.low,
    "ขอบบนของช่วง": lambda f: f.high,
    "ความหมายของช่วง": lambda f: None if None in (f.low, f.high) else INTERVAL,
    "วิธีคำนวณ": lambda f: f.printed_method,
    "ขนาดประชากร": lambda f: f.population,
    "แถวที่ไม่ระบุ": lambda f: f.missing,
    "แถวที่ไม่เกี่ยวข้อง": lambda f: f.not_applicable,
    "แถวที่ไม่ประสงค์ตอบ": lambda f: f.refused,
    "ชุดข้อมูล": lambda f: f.dataset,
    "ไฟล์": lambda f: f.file,
    "เงื่อนไข": lambda f: f.where,
    "จังหวัด": lambda f: f.province,
    "จำนวนแถว": lambda f: f.rows,
    "ที่มา": lambda f: PROVENANCE[f.provenance],
    "หมายเหตุ": lambda f: f.note,
    "SHA-256": lambda f: f.sha256,
}
"""Column of ``findings.xlsx`` -> its cell."""


def findings_workbook(round_: Round, ledger: Mapping[str, Finding]) -> bytes:
    """All findings as a workbook; texts are written as texts, so that none becomes a formula."""
    target = io.BytesIO()
    with new_workbook(target, title=round_.label, created=round_.end) as book:
        write_table(
            book.add_worksheet("ที่มาของตัวเลข"),
            list(_COLUMNS),
            [[cell(finding) for cell in _COLUMNS.values()] for _, finding in sorted(ledger.items())],
            head=book.add_format(HEAD),
            body=book.add_format(BODY),
            widths=[38, 48, *[16] * (len(_COLUMNS) - 2)],
        )
    return target.getvalue()
