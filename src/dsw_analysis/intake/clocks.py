"""Finds date-time columns that a file holds as two columns, one of dates and one of times of day."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from functools import partial
from typing import Final

import pandas as pd

from dsw_analysis.intake import thai
from dsw_analysis.intake.columns import Schema
from dsw_analysis.intake.files import RawTable
from dsw_analysis.intake.files.header import key
from dsw_analysis.problems import Problem

_CLOCK = re.compile(r"[0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2})? ?(?:น\.?)?")
_LOOK: Final = 50


@dataclass(frozen=True)
class Split:
    """A date-time column of the schema, and the two columns of the file which it should be."""

    header: str
    date: str
    clock: str

    def problem(self, raw: RawTable) -> Problem:
        """What to say of it."""
        return Problem(
            code="split_stamp",
            file=raw.file,
            sheet=raw.sheet,
            column=self.header,
            expected=f"ต้องมีวันที่และเวลาในช่องเดียวกัน เช่น 13/02/2569 14:30 แต่ไฟล์แยกเป็นสองคอลัมน์ "
            f"คือ “{self.date}” และ “{self.clock}”",
            action=f"รวมสองคอลัมน์นี้เป็นคอลัมน์ “{self.header}” คอลัมน์เดียว (ใน Excel ใช้สูตร วันที่ + เวลา จัดรูปแบบเซลล์เป็น "
            "dd/mm/yyyy hh:mm แล้วคัดลอกวางเป็นค่า) แล้วส่งไฟล์ใหม่",
        )


def split_stamps(dataset: Schema, raw: RawTable, missing: Sequence[str], unknown: Sequence[str]) -> list[Split]:
    """Pairs of columns that hold the date and the time of one date-time column.

    The time of day stands in a column that the schema does not have. The date stands in the nearest column of dates:
    the date-time column itself, or another unknown one, taken for the missing date-time column that is most like it.
    """
    if not unknown:
        return []
    stamps = {c.header for c in dataset.columns if c.kind == "datetime"}
    lacking = [header for header in missing if header in stamps]
    headers = [str(header) for header in raw.frame.columns]
    own = {key(header): header for header in stamps}
    dates = [h for h in headers if (h in unknown or key(h) in own) and _are_days(raw.frame.iloc[:, headers.index(h)])]
    found: list[Split] = []
    for clock in unknown:
        place = headers.index(clock)
        near = sorted(dates, key=lambda header: (abs(headers.index(header) - place), headers.index(header)))
        if not near or not _are_clocks(raw.frame.iloc[:, place]):
            continue
        header = own.get(key(near[0])) or max(lacking, key=partial(_likeness, near[0]), default=None)
        if header is not None:
            found.append(Split(header, near[0], clock))
            dates.remove(near[0])
            lacking = [other for other in lacking if other != header]
    return found


def _likeness(header: str, other: str) -> float:
    return difflib.SequenceMatcher(None, key(header), key(other)).ratio()


def _are_clocks(cells: pd.Series) -> bool:
    first = cells.dropna().head(_LOOK)
    return bool(len(first)) and all(
        isinstance(cell, time) or _CLOCK.fullmatch(thai.to_ascii_digits(str(cell)).strip()) for cell in first
    )


def _are_days(cells: pd.Series) -> bool:
    first = cells.dropna().head(_LOOK)
    read = thai.parse_dates(first)
    return bool(len(first)) and read.refused.empty and "time_dropped" not in read.changed
