"""Columns explained to the people who fill them in: what may stand in a cell, what a blank means, which rules hold."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Final

from dsw_analysis.intake.columns import Column, Kind, Schema
from dsw_analysis.intake.parsing import LONGEST
from dsw_analysis.intake.thai import format_date
from dsw_analysis.rounds import Round

ACCEPTS: Final[Mapping[Kind, str]] = {
    "text": f"ข้อความ ไม่เกิน {LONGEST:,} ตัวอักษร",
    "integer": "จำนวนเต็ม เช่น 1,470",
    "number": "ตัวเลข เช่น 1,470.50",
    "date": "วันที่ เช่น 13/02/2569",
    "datetime": "วันที่และเวลา เช่น 13/02/2569 14:30",
    "month": "เดือนและปี เช่น กุมภาพันธ์ 2569",
    "province": "ชื่อจังหวัด เช่น เชียงใหม่",
    "category": "ตัวเลือกเดียวจากรายการ",
    "multi": "หนึ่งตัวเลือกขึ้นไปจากรายการ คั่นด้วย ;",
}
"""What to put into a cell of each kind of column."""


def blank_text(column: Column) -> str:
    """What a blank cell means."""
    return "เว้นว่างได้ หมายถึงไม่มีข้อมูลหรือไม่ระบุ" if not column.required else "ต้องกรอกทุกแถว"


def limit_texts(column: Column, round_: Round) -> list[str]:
    """Rules on the values of a column."""
    texts = ["ห้ามซ้ำกันในตาราง"] if column.unique else []
    if column.ge is not None and column.le is not None:
        texts.append(f"ตั้งแต่ {column.ge:g} ถึง {column.le:g}")
    elif column.ge is not None:
        texts.append(f"ไม่น้อยกว่า {column.ge:g}")
    elif column.le is not None:
        texts.append(f"ไม่เกิน {column.le:g}")
    if column.in_round:
        texts.append(f"อยู่ในช่วง {format_date(round_.start)} – {format_date(column.last_day(round_))}")
    return texts


def reading_texts(column: Column) -> list[str]:
    """What is read besides in a file that is not one of our forms."""
    texts = []
    if column.kind in {"integer", "number"}:
        texts.append("ใช้เลขไทยได้")
    if column.kind in {"date", "datetime", "month"}:
        texts.append("ใช้เลขไทย ชื่อเดือนเต็มหรือย่อ และปี พ.ศ. หรือ ค.ศ. สี่หลักได้")
    if column.two_digit_be:
        texts.append("ปีสองหลักอ่านเป็น พ.ศ. ที่ห่างจากปีของรอบไม่เกิน 10 ปี")
    if column.missing_values:
        texts.append(f"อ่านเป็นช่องว่าง: {', '.join(column.missing_values)}")
    if column.units:
        texts.append(f"มีหน่วยต่อท้ายตัวเลขได้: {', '.join(column.units)}")
    return texts


def schema_hash(dataset: Schema) -> str:
    """First twelve hex digits of the SHA-256 of all that a schema declares; changes whenever the form would."""
    columns = [{**asdict(column), "codes": dict(column.codes)} for column in dataset.columns]
    rules = [[rule.name, rule.column, rule.expected] for rule in dataset.rules]
    declared = [dataset.id, dataset.title, dataset.stem, dataset.sheet, columns, rules]
    return hashlib.sha256(json.dumps(declared, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:12]
