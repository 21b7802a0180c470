"""Where cells stand in their file, to say so in a problem."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

import pandas as pd

from dsw_analysis.datasets.columns import Column
from dsw_analysis.problems import Problem
from dsw_analysis.sources import RawTable

ACTIONS = {
    "cell": "แก้ไขค่าในช่องนี้ตามรูปแบบที่กำหนด แล้วส่งไฟล์ใหม่",
    "required": "กรอกค่าให้ครบ หรือยืนยันกับเจ้าของข้อมูลว่าไม่มีค่า",
    "range": "ตรวจสอบค่ากับเอกสารต้นทางแล้วแก้ไข",
    "duplicate": "ตรวจสอบว่าแถวใดถูกต้อง แล้วลบหรือแก้ไขแถวที่ซ้ำ",
    "round": "แก้ไขวันที่ หรือย้ายแถวนี้ไปไว้ในไฟล์ของรอบที่ถูกต้อง",
    "too_many": "แก้ทั้งคอลัมน์นี้ในไฟล์ต้นฉบับ แล้วส่งไฟล์ใหม่",
    "registry": "แก้ชื่อให้ตรงกับทะเบียน หรือเพิ่มชื่อนี้ในทะเบียนก่อน แล้วส่งไฟล์ใหม่",
    "total": "ตรวจสอบว่ามีแถวข้อมูลขาดหรือเกิน หรือแก้ยอดรวมให้ตรงกับข้อมูล แล้วส่งไฟล์ใหม่",
}
"""What to do next, by the code of the problem."""
LISTED: Final = 10_000
"""Cells of one column that are named one by one for one kind of problem."""


@dataclass(frozen=True)
class Sheet:
    """A raw table and its cells under the dataset's names."""

    raw: RawTable
    cells: pd.DataFrame

    def problems(
        self, code: str, column: Column, rows: pd.Index, expected: str | Sequence[str], action: str | None = None
    ) -> list[Problem]:
        """One problem for each of the rows; ``expected`` is one text for all, or one for each.

        Beyond :data:`LISTED` rows one more problem gives the number of the others, and refuses the whole file.
        """
        listed = rows[:LISTED]
        texts = [expected] * len(listed) if isinstance(expected, str) else expected[: len(listed)]
        found = [
            self._problem(code, column, text, action or ACTIONS[code], row=int(row), value=show(value))
            for row, value, text in zip(listed, self.cells.loc[listed, column.name].tolist(), texts, strict=True)
        ]
        if len(rows) > LISTED:
            more = f"พบปัญหาลักษณะเดียวกันอีก {len(rows) - LISTED:,} แถว ตั้งแต่แถวที่ {rows[LISTED]} ถึงแถวที่ {rows[-1]}"
            found.append(self._problem("too_many", column, more, ACTIONS["too_many"]))
        return found

    def _problem(
        self, code: str, column: Column, expected: str, action: str, *, row: int | None = None, value: str | None = None
    ) -> Problem:
        return Problem(
            code=code,
            file=self.raw.file,
            sheet=self.raw.sheet,
            row=row,
            column=column.header,
            value=value,
            expected=expected,
            action=action,
        )


def show(value: object) -> str | None:
    """Cell as text, ``None`` for a blank: whole numbers without decimals, days without midnight."""
    if value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
    return str(value)
