"""Gives the columns of a raw table the dataset's names, and tells tables that are laid out in another way."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import pandas as pd

from dsw_analysis.intake import thai
from dsw_analysis.intake.clocks import split_stamps
from dsw_analysis.intake.columns import Column, Schema
from dsw_analysis.intake.files import RawTable
from dsw_analysis.intake.files.header import JOIN, LOOK
from dsw_analysis.intake.files.header import key as header_key
from dsw_analysis.intake.hints import SEND
from dsw_analysis.intake.thai.dates import month_of
from dsw_analysis.intake.thai.places import suggestion
from dsw_analysis.problems import Problem

_UNNAMED = "(ไม่มีหัวคอลัมน์ "  # what a raw table calls a column of data without a header
_LIKE: Final = 0.5
_SHOWN: Final = 3
_NAMES_AND_VALUES: Final = 2


@dataclass(frozen=True, kw_only=True)
class Matched:
    """Raw columns (and those of the totals rows) under the dataset's names; missing and repeated ones are absent.

    The totals rows have the columns that were left out too, under their headers.
    """

    frame: pd.DataFrame
    totals: pd.DataFrame
    problems: list[Problem]


def match_columns(dataset: Schema, raw: RawTable) -> Matched:
    """Give the raw columns the dataset's names; order, spaces and letter case in a header do not count.

    Missing and unknown headers are problems that suggest the nearest header; nothing is matched by likeness. The
    raw table itself has named repeated and unnamed columns.
    """
    wanted = {header_key(c.header): c.header for c in dataset.columns}
    headers = [str(h) for h in raw.frame.columns]
    counts = Counter(map(header_key, headers))
    named = {p.column for p in raw.problems if p.code == "duplicate_column"}
    missing = [header for key, header in wanted.items() if key not in counts]
    unknown = [
        header
        for header in dict.fromkeys(headers)
        if header_key(header) not in wanted and header not in named and not header.startswith(_UNNAMED)
    ]
    splits = split_stamps(dataset, raw, missing, unknown)
    told = {header for split in splits for header in (split.header, split.date, split.clock)}
    seen = _layout(dataset, raw, [h for h in missing if h not in told], [h for h in unknown if h not in told])
    problem = partial(Problem, file=raw.file, sheet=raw.sheet)
    problems = [split.problem(raw) for split in splits] + seen.problems
    problems += [
        problem(
            code="missing_column",
            column=header,
            expected=f"ไม่พบคอลัมน์ที่ต้องมี{suggestion('หัวคอลัมน์ในไฟล์', header, seen.unknown, cutoff=_LIKE)}",
            action="เพิ่มคอลัมน์นี้ หรือแก้หัวคอลัมน์ในไฟล์ให้ตรงกับแบบฟอร์ม แล้วส่งไฟล์ใหม่",
        )
        for header in seen.missing
    ]
    problems += [
        problem(
            code="unknown_column",
            column=header,
            expected=f"คอลัมน์นี้ไม่อยู่ในแบบฟอร์ม{suggestion('คอลัมน์ในแบบฟอร์ม', header, seen.missing, cutoff=_LIKE)}",
            action="ลบคอลัมน์นี้ หรือแก้หัวคอลัมน์ให้ตรงกับแบบฟอร์ม แล้วส่งไฟล์ใหม่",
        )
        for header in seen.unknown
    ]
    places = {key: at for at, key in enumerate(map(header_key, headers)) if key in wanted and counts[key] == 1}
    found = {
        c.name: places[key]
        for key, c in zip(wanted, dataset.columns, strict=True)
        if key in places and c.header not in seen.spread
    }
    frame = raw.frame.iloc[:, list(found.values())].set_axis(list(found), axis=1)
    names = {headers[place]: name for name, place in found.items()}
    totals = raw.totals
    if len(totals):
        once = totals.columns[~totals.columns.duplicated(keep=False)]
        left_out = [header for header in once if header not in raw.frame.columns]
        totals = totals[[*names, *left_out]].rename(columns=names)
    return Matched(frame=frame, totals=totals, problems=problems)


@dataclass
class _Layout:
    """Problems of a table that is laid out in another way, and the headers that they do not account for.

    Of the columns that are ``spread`` over several none is the column itself.
    """

    missing: list[str]
    unknown: list[str]
    spread: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def _layout(dataset: Schema, raw: RawTable, missing: Sequence[str], unknown: Sequence[str]) -> _Layout:
    """Tell known layouts by the headers that are missing and those that are not in the schema."""
    problem = partial(Problem, file=raw.file, sheet=raw.sheet)
    down = _headers_down(raw.frame, missing)
    if len(down) > 1:
        expected = f"หัวคอลัมน์เรียงลงมาทีละแถว ({_listed(down)}) แทนที่จะอยู่ในแถวเดียวกัน"
        filled = int(raw.frame.iloc[:LOOK].notna().any().sum())
        action = (
            "กรอกลงตารางตามแม่แบบ หนึ่งแถวต่อหนึ่งรายการ แทนแบบฟอร์มที่แยกทีละหน่วย"
            if filled <= _NAMES_AND_VALUES
            else "สลับแถวกับคอลัมน์ (คัดลอกตาราง แล้ววางแบบพิเศษโดยเลือกสลับแถวกับคอลัมน์) ให้หัวคอลัมน์อยู่ในแถวเดียวกันตามแม่แบบ"
        )
        told = problem(code="transposed_table", expected=expected, action=f"{action} {SEND}")
        return _Layout([], [], problems=[told])
    found = _Layout(list(missing), list(unknown))
    below = _header_below(raw.frame)
    for column in dataset.columns:
        marks = _marks(column, below) or _marks(column, found.unknown)
        if (column.header in found.missing or set(marks) <= set(below)) and len(marks) > 1:
            expected = f"ต้องเป็นคอลัมน์เดียว แต่พบคอลัมน์ละตัวเลือก {len(marks)} คอลัมน์ ({_listed(marks)})"
            action = f"รวมเป็นคอลัมน์ “{column.header}” คอลัมน์เดียว แต่ละแถวพิมพ์{_picked(column, marks)} {SEND}"
            found.problems.append(
                problem(code="column_for_each_choice", column=column.header, expected=expected, action=action)
            )
            found.missing = [header for header in found.missing if header != column.header]
            found.spread.append(column.header)
            found.unknown = [header for header in found.unknown if header not in marks]
    months = [header for header in found.unknown if _is_month(_last(header))]
    if len(months) > 1:
        expected = f"เดือนเรียงเป็นคอลัมน์ {len(months)} คอลัมน์ ({_listed(months)})"
        action = f"{_instead_of_months(dataset)} {SEND}"
        found.problems.append(problem(code="column_for_each_month", expected=expected, action=action))
        found.unknown = [header for header in found.unknown if header not in months]
    return found


def _header_below(frame: pd.DataFrame) -> list[str]:
    """Texts of a first row that is headers of columns without one: below a header merged over several columns."""
    unnamed = [at for at, header in enumerate(frame.columns) if str(header).startswith(_UNNAMED)]
    if not (len(frame) and unnamed):
        return []
    return [str(cell) for cell in frame.iloc[0, [unnamed[0] - 1, *unnamed]] if isinstance(cell, str)]


def _marks(column: Column, headers: Sequence[str]) -> list[str]:
    """Headers that are choices of the column."""
    labels = {header_key(label) for label in column.codes.values()}
    return [header for header in headers if header_key(_last(header)) in labels]


def _picked(column: Column, marks: Sequence[str]) -> str:
    if column.kind == "multi":
        return f"ตัวเลือกที่เลือก คั่นด้วย ; เช่น “{'; '.join(map(_last, marks[:2]))}”"
    return f"ตัวเลือกเดียวที่เลือก เช่น “{_last(marks[0])}”"


def _headers_down(frame: pd.DataFrame, missing: Sequence[str]) -> list[str]:
    """Missing headers that stand below each other in one of the first columns, in the order of the file."""
    wanted = {header_key(header): header for header in missing}
    wanted |= {header_key(_last(header)): header for header in missing}
    best: list[str] = []
    for at in range(min(_SHOWN, frame.shape[1]) if wanted else 0):
        cells = frame.iloc[:LOOK, at].dropna().astype("str")
        found = [wanted[key] for key in dict.fromkeys(map(header_key, cells)) if key in wanted]
        best = max(best, found, key=len)
    return best


def _instead_of_months(dataset: Schema) -> str:
    month = next((column for column in dataset.columns if column.kind == "month"), None)
    if month is not None:
        return f"จัดใหม่ให้หนึ่งแถวต่อหนึ่งเดือน โดยพิมพ์เดือนในคอลัมน์ “{month.header}”"
    dated = next((column for column in dataset.columns if column.in_round), None)
    if dated is not None:
        return f"กรอกหนึ่งแถวต่อหนึ่งรายการพร้อม “{dated.header}” แทนยอดรายเดือน"
    return "กรอกตามหัวคอลัมน์ในแม่แบบ ซึ่งไม่แยกรายเดือน"


def _is_month(text: str) -> bool:
    try:
        return bool(month_of(re.sub("[0-9๐-๙ ]+$", "", text), ""))
    except thai.ThaiValueError:
        return False


def _last(header: str) -> str:
    return header.rsplit(JOIN, maxsplit=1)[-1]


def _listed(headers: Sequence[str]) -> str:
    shown = ", ".join(f"“{_last(header)}”" for header in headers[:_SHOWN])
    return shown if len(headers) <= _SHOWN else f"{shown} …"
