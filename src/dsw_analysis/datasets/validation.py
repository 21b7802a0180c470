"""Judges typed values: required, unique, in the round, in range, the rules across columns, and totals rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import pandas as pd

from dsw_analysis import thai
from dsw_analysis.datasets.columns import Column
from dsw_analysis.datasets.parsing import Cells, Matched, parse_column
from dsw_analysis.datasets.sheet import Sheet
from dsw_analysis.problems import Problem
from dsw_analysis.rounds import Round
from dsw_analysis.sources import RawTable

if TYPE_CHECKING:
    from dsw_analysis.datasets.dataset import Dataset

_DAY = timedelta(days=1)
_NUMERIC: Final = ("integer", "number")
_WHOLE = re.compile("ทั้งสิ้น|ทั้งหมด|ทั้งประเทศ|grand", re.IGNORECASE)
_NO_TOTAL: Final = ("", "-", "–", "—")


def validate(dataset: Dataset, cells: Cells, matched: Matched, raw: RawTable, round_: Round) -> list[Problem]:
    """Judge every column by its rules, then the rules across columns."""
    sheet = Sheet(raw, matched.frame)
    problems: list[Problem] = []
    for column in dataset.columns:
        values = cells.frame[column.name]
        if column.required:
            blank = values.index[values.isna()].difference(cells.refused[column.name], sort=False)
            problems += sheet.problems("required", column, blank, "ต้องมีค่า เว้นว่างไม่ได้")
        if column.unique:
            problems += _duplicates(sheet, column, values)
        if column.in_round:
            outside = (values < pd.Timestamp(round_.start)) | (values >= pd.Timestamp(round_.end + _DAY))
            days = f"{thai.format_date(round_.start)} – {thai.format_date(round_.end)}"
            expected = f"ต้องอยู่ใน{round_.label} ({days})"
            problems += sheet.problems("round", column, _rows(outside), expected)
        for expected, wrong in column.out_of_range(values).items():
            problems += sheet.problems("range", column, _rows(wrong), expected)
    for rule in dataset.rules:
        holds = rule.holds(cells.frame).to_numpy(dtype=bool, na_value=True)
        rows = cells.frame.index[~holds]
        problems += sheet.problems(rule.name, dataset[rule.column], rows, rule.expected, rule.action)
    return problems


def check_totals(columns: Iterable[Column], frame: pd.DataFrame, matched: Matched, raw: RawTable) -> list[Problem]:
    """Compare totals rows with the data: sums of numbers, and counts of filled cells under other headers.

    A totals row may sum all rows, or those since any totals row above it; one that says ``ทั้งสิ้น`` or the like must
    sum all. ``columns`` must be free of problems, or their sums are not known; those that number the rows (unique
    ones) have none.
    """
    sheet = Sheet(raw, matched.totals)
    problems: list[Problem] = []
    for column in columns if len(matched.totals) else ():
        numeric = column.kind in _NUMERIC
        if numeric and column.unique:
            continue
        written = matched.totals[column.name]
        written = written[~written.astype("str").str.strip().isin(_NO_TOTAL)]
        parsed = parse_column(written, column) if numeric else thai.parse_integers(written)
        data = frame[column.name] if numeric else frame[column.name].notna().astype("Int64")
        if numeric:
            problems += sheet.problems("total", column, parsed.refused.index, parsed.refused.tolist())
        for row, value in parsed.values.dropna().items():
            sums = _sums(data, matched.totals, int(str(row)))
            if not any(abs(value - total) <= 1e-9 * max(abs(total), 1) for total in sums):
                problems += sheet.problems("total", column, pd.Index([row]), _total_text(sums[0], numeric=numeric))
    return problems


def _sums(data: pd.Series, totals: pd.DataFrame, row: int) -> list[float]:
    """Sums that a totals row may give, that of all rows first."""
    label = " ".join(str(totals.at[row, name]) for name in totals.columns)
    starts = [] if _WHOLE.search(label) or len(totals) == 1 else [0, *totals.index[totals.index < row]]
    parts = (data[(data.index > start) & (data.index < row)] for start in starts)
    return [float(part.sum()) for part in (data, *parts)]


def _total_text(total: float, *, numeric: bool) -> str:
    shown = f"{total:,.0f}" if total.is_integer() else f"{total:,.10g}"
    return f"ผลรวมของข้อมูลในคอลัมน์นี้คือ {shown}" if numeric else f"จำนวนแถวที่มีข้อมูลในคอลัมน์นี้คือ {shown}"


def _duplicates(sheet: Sheet, column: Column, values: pd.Series) -> list[Problem]:
    again = values.duplicated() & values.notna()
    if not again.any():
        return []
    repeated = values[again]
    first = values[values.isin(repeated) & ~again]
    row_of: Mapping[object, int] = dict(zip(first, first.index, strict=True))
    expected = [f"ค่านี้ซ้ำกับแถวที่ {row_of[value]}" for value in repeated]
    return sheet.problems("duplicate", column, repeated.index, expected)


def _rows(wrong: pd.Series) -> pd.Index:
    return wrong.index[wrong.to_numpy(dtype=bool, na_value=False)]
