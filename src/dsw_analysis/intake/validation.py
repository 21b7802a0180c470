"""Judges typed values: required, in the round, in range, the rules across columns, and unique values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsw_analysis.intake import thai
from dsw_analysis.intake.columns import Column, Schema
from dsw_analysis.intake.files.stacked import row_words
from dsw_analysis.intake.parsing import Cells
from dsw_analysis.intake.rules import Mask
from dsw_analysis.intake.sheet import Listing, Sheet
from dsw_analysis.intake.thai.dates import BE_OFFSET
from dsw_analysis.rounds import Round

_DAY = timedelta(days=1)
_DATES: Final = ("date", "datetime", "month")
_FAR: Final = 20  # years from the round: what lies beyond is a two-digit year that a program completed, or a slip


def validate(dataset: Schema, cells: Cells, sheet: Sheet, round_: Round, listing: Listing) -> None:
    """Judge every column by its rules, then the rules across columns.

    A cell in which the reader has named a problem already is not named again.
    """

    def add(code: str, column: Column, wrong: Mask, expected: str, action: str | None = None) -> None:
        if wrong.any():
            rows = cells.frame.index[wrong]
            listing.add(sheet, code, column, rows[~rows.isin(sheet.named(column))], expected, action=action)

    for column in dataset.columns:
        values: Any = cells.frame[column.name].array
        if column.required and (blank := values.isna()).any():
            unread = cells.frame.index.isin(cells.refused[column.name])
            add("required", column, blank & ~unread, "ต้องมีค่า เว้นว่างไม่ได้")
        if column.in_round:
            outside = (values < pd.Timestamp(round_.start)) | (values >= pd.Timestamp(column.last_day(round_) + _DAY))
            days = f"{thai.format_date(round_.start)} – {thai.format_date(column.last_day(round_))}"
            add("round", column, outside, f"ต้องอยู่ใน{round_.label} ({days})")
        elif column.kind in _DATES:
            far = abs(values.year + BE_OFFSET - round_.year) > _FAR
            expected = f"ต้องเป็นวันที่ที่ห่างจากปี {round_.year} ไม่เกิน {_FAR} ปี"
            add("range", column, far, expected, "ตรวจสอบปีกับเอกสารต้นทาง แล้วพิมพ์ปี พ.ศ. สี่หลัก")
        for expected, wrong in column.out_of_range(values).items():
            add("range", column, wrong, expected)
    for rule in dataset.rules:
        add(rule.name, dataset[rule.column], ~rule.holds(cells.frame), rule.expected, rule.action)


class Uniqueness:
    """Finds values that stand twice in a column, from 8 bytes a value while the parts of a file go by."""

    def __init__(self, column: Column) -> None:
        self.column = column
        self._keys: list[npt.NDArray[np.uint64]] = []

    def add(self, frame: pd.DataFrame) -> None:
        """Remember a part's values."""
        self._keys.append(_hashes(frame[self.column.name].dropna()))

    def repeated(self) -> npt.NDArray[np.uint64]:
        """Hashes that were seen twice; almost always of equal values."""
        keys = np.concatenate(self._keys) if self._keys else np.empty(0, dtype=np.uint64)
        self._keys.clear()
        keys.sort()
        return np.unique(keys[1:][keys[1:] == keys[:-1]])

    def judge(
        self, parts: Iterable[tuple[Sheet, pd.Series]], repeated: npt.NDArray[np.uint64], listing: Listing
    ) -> None:
        """Go through the file again and name the later rows of values that stand twice."""
        cells, values, named, sheet = [], [], set[int](), None
        for sheet, column in parts:
            given = column.dropna()
            given = given[np.isin(_hashes(given), repeated)]
            cells.append(sheet.cells.loc[given.index, [self.column.name]])
            values.append(given)
            named.update(sheet.named(self.column))
        if sheet is None:
            return
        found = pd.concat(values)
        again = found.duplicated()
        first = found[~again]
        row_of: Mapping[object, int] = dict(zip(first, first.index, strict=True))
        rows = found.index[again & ~found.index.isin(list(named))]
        expected = [f"ค่านี้ซ้ำกับ{row_words(row_of[value])}" for value in found[rows]]
        listing.add(Sheet(sheet.raw, pd.concat(cells)), "duplicate", self.column, rows, expected)


def _hashes(values: pd.Series) -> npt.NDArray[np.uint64]:
    return pd.util.hash_array(values.to_numpy(), categorize=False)
