"""Judges typed values: required, in the round, in range, the rules across columns, unique values and totals rows."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsw_analysis import thai
from dsw_analysis.datasets.columns import Column
from dsw_analysis.datasets.parsing import Cells, parse_column
from dsw_analysis.datasets.sheet import Listing, Sheet
from dsw_analysis.rounds import Round
from dsw_analysis.sources import RawTable
from dsw_analysis.thai.spellings import BE_OFFSET

if TYPE_CHECKING:
    from dsw_analysis.datasets.dataset import Dataset

_DAY = timedelta(days=1)
_NUMERIC: Final = ("integer", "number")
_DATES: Final = ("date", "datetime", "month")
_FAR: Final = 20  # years from the round: what lies beyond is a two-digit year that a program completed, or a slip
_WHOLE = re.compile("ทั้งสิ้น|ทั้งหมด|ทั้งประเทศ|grand", re.IGNORECASE)
_NO_TOTAL: Final = ("", "-", "–", "—")


def validate(dataset: Dataset, cells: Cells, sheet: Sheet, round_: Round, listing: Listing) -> None:
    """Judge every column by its rules, then the rules across columns.

    A cell in which the reader has named a problem already is not named again.
    """

    def add(code: str, column: Column, rows: pd.Index, expected: str, action: str | None = None) -> None:
        listing.add(sheet, code, column, rows[~rows.isin(sheet.named(column))], expected, action=action)

    for column in dataset.columns:
        values = cells.frame[column.name]
        if column.required:
            blank = values.index[values.isna()].difference(cells.refused[column.name], sort=False)
            add("required", column, blank, "ต้องมีค่า เว้นว่างไม่ได้")
        if column.in_round:
            outside = (values < pd.Timestamp(round_.start)) | (values >= pd.Timestamp(round_.end + _DAY))
            days = f"{thai.format_date(round_.start)} – {thai.format_date(round_.end)}"
            add("round", column, _rows(outside), f"ต้องอยู่ใน{round_.label} ({days})")
        elif column.kind in _DATES:
            far = (values.dt.year + BE_OFFSET - round_.year).abs() > _FAR
            expected = f"ต้องเป็นวันที่ที่ห่างจากปี {round_.year} ไม่เกิน {_FAR} ปี"
            add("range", column, _rows(far), expected, "ตรวจสอบปีกับเอกสารต้นทาง แล้วพิมพ์ปี พ.ศ. สี่หลัก")
        for expected, wrong in column.out_of_range(values).items():
            add("range", column, _rows(wrong), expected)
    for rule in dataset.rules:
        holds = rule.holds(cells.frame).to_numpy(dtype=bool, na_value=True)
        add(rule.name, dataset[rule.column], cells.frame.index[~holds], rule.expected, rule.action)


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
        expected = [f"ค่านี้ซ้ำกับแถวที่ {row_of[value]}" for value in found[rows]]
        listing.add(Sheet(sheet.raw, pd.concat(cells)), "duplicate", self.column, rows, expected)


def _hashes(values: pd.Series) -> npt.NDArray[np.uint64]:
    return pd.util.hash_array(values.to_numpy(), categorize=False)


class Totals:
    """Sums of the rows between totals rows, to hold the totals rows against when all parts have gone by."""

    def __init__(self, columns: Iterable[Column]) -> None:
        self._columns = [c for c in columns if not (c.kind in _NUMERIC and c.unique)]  # these number the rows
        self._rows: list[pd.DataFrame] = []
        self._at: list[int] = []
        self._sums: dict[str, dict[int, float]] = {column.name: defaultdict(int) for column in self._columns}

    def add(self, frame: pd.DataFrame, totals: pd.DataFrame) -> None:
        """Sum a part; ``totals`` are the totals rows in or above it."""
        if len(totals):
            self._rows.append(totals)
            self._at += totals.index.tolist()
        for above, part in self._between(frame):
            for column in self._columns:
                cells = part[column.name]
                self._sums[column.name][above] += cells.sum() if column.kind in _NUMERIC else int(cells.notna().sum())

    def judge(self, sound: Iterable[Column], raw: RawTable, listing: Listing) -> None:
        """Compare totals rows with the data: sums of numbers, and counts of filled cells under other headers.

        A totals row may sum all rows, or those since any totals row above it; one that says ``ทั้งสิ้น`` or the like
        must sum all. ``sound`` columns are free of problems, or their sums are not known.
        """
        if not self._rows:
            return
        totals = pd.concat(self._rows)
        sheet = Sheet(raw, totals)
        names = {column.name for column in sound}
        for column in (c for c in self._columns if c.name in names):
            numeric = column.kind in _NUMERIC
            written = totals[column.name]
            written = written[~written.astype("str").str.strip().isin(_NO_TOTAL)]
            parsed = parse_column(written, column) if numeric else thai.parse_integers(written)
            if numeric:
                listing.add(sheet, "total", column, parsed.refused.index, parsed.refused.tolist())
            for row, value in parsed.values.dropna().items():
                sums = self._may_be(column, totals, int(str(row)))
                if not any(abs(value - total) <= 1e-9 * max(abs(total), 1) for total in sums):
                    listing.add(sheet, "total", column, pd.Index([row]), [_total_text(sums[0], numeric=numeric)])

    def _between(self, frame: pd.DataFrame) -> Iterator[tuple[int, pd.DataFrame]]:
        """The part cut at its totals rows, each piece with the number of totals rows above it."""
        cuts = np.searchsorted(frame.index.to_numpy(), self._at)
        edges = [0, *cuts.tolist(), len(frame)]
        for above, (start, stop) in enumerate(pairwise(edges)):
            if start < stop:
                yield above, frame.iloc[start:stop]

    def _may_be(self, column: Column, totals: pd.DataFrame, row: int) -> list[float]:
        """Sums that a totals row may give, that of all rows first."""
        sums, above = self._sums[column.name], self._at.index(row)
        label = " ".join(str(totals.at[row, name]) for name in totals.columns)
        starts = () if _WHOLE.search(label) or len(totals) == 1 else range(above + 1)
        since = (sum(sums[piece] for piece in range(start, above + 1)) for start in starts)
        return [float(total) for total in (sum(sums.values()), *since)]


def _total_text(total: float, *, numeric: bool) -> str:
    shown = f"{total:,.0f}" if total.is_integer() else f"{total:,.10g}"
    return f"ผลรวมของข้อมูลในคอลัมน์นี้คือ {shown}" if numeric else f"จำนวนแถวที่มีข้อมูลในคอลัมน์นี้คือ {shown}"


def _rows(wrong: pd.Series) -> pd.Index:
    return wrong.index[wrong.to_numpy(dtype=bool, na_value=False)]
