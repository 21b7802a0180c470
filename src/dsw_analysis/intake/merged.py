"""Merged cells below the header: filled down where the column is a label of the rows, refused anywhere else."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from dsw_analysis.intake.columns import Column, Schema
from dsw_analysis.intake.files import RawTable
from dsw_analysis.intake.files.header import key
from dsw_analysis.intake.files.table import Merged
from dsw_analysis.intake.sheet import show
from dsw_analysis.problems import Problem

LABELS: Final = ("text", "date", "month", "province", "category", "multi")
"""Kinds of columns in which several rows may say the same."""
_ACTION: Final = "ยกเลิกการผสานเซลล์ (Unmerge Cells) กรอกค่าของแต่ละแถวและคอลัมน์ให้ครบ แล้วส่งไฟล์ใหม่"


def is_label(column: Column) -> bool:
    """Whether a column is a label of the rows: it says to what a row belongs, and several rows may say the same.

    Numbers are not, as a number written once would be counted in every row; time stamps are not, as each is the moment
    of one case; nor are columns in which no value may stand twice.
    """
    return column.kind in LABELS and not column.unique


def fill_merged(dataset: Schema, raw: RawTable) -> tuple[RawTable, int]:
    """The table with vertically merged labels in all their rows, and how many cells were filled.

    All other merged cells that hold something become problems of their rows, which name the range. A value that
    stands in the first of several rows without being merged is the value of that row alone.
    """
    known = {key(column.header): column for column in dataset.columns}
    once = [name for name, count in Counter(raw.frame.columns).items() if count == 1 and key(name) in known]
    cells = {name: raw.frame[name].to_numpy(dtype=object, copy=True) for name in once} if raw.merges else {}
    numbers, problems, filled = raw.frame.index.to_numpy(), list[Problem](), Counter[str]()
    for merged in raw.merges:
        start, end = np.searchsorted(numbers, (merged.first, merged.last + 1))
        names = [name for name in merged.columns if name in cells]
        under = [cell for name in names for cell in cells[name][start:end] if not pd.isna(cell)]
        if merged.value is None and not under:
            continue
        is_label_alone = names == list(merged.columns) and len(names) == 1 and is_label(known[key(names[0])])
        if is_label_alone and all(cell == merged.value for cell in under):
            cells[names[0]][start:end] = merged.value
            filled[names[0]] += end - start - len(under)
        else:
            problems += [_problem(raw, merged, row, name) for row in numbers[start:end].tolist() for name in names]
    frame = raw.frame.assign(**{name: cells[name] for name in filled})
    return replace(raw, frame=frame, problems=(*raw.problems, *problems)), filled.total()


def _problem(raw: RawTable, merged: Merged, row: int, name: str) -> Problem:
    return Problem(
        code="merged_cells",
        file=raw.file,
        sheet=raw.sheet,
        row=row,
        column=name,
        value=show(merged.value),
        expected=f"เซลล์ {merged.place} ผสานกันไว้ จึงไม่ทราบว่าค่านี้เป็นของแถวหรือคอลัมน์ใด",
        action=_ACTION,
    )
