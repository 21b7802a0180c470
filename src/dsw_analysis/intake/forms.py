"""Forms to fill in: a workbook made from the schemas of a file, with drop-downs and checks, that loads as it is."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib.metadata import version
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from dsw_analysis.intake.carried import Carried, write_apart, write_rows
from dsw_analysis.intake.columns import Column, Schema
from dsw_analysis.intake.files.header import JOIN
from dsw_analysis.intake.provinces import province_names
from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.intake.thai import format_date
from dsw_analysis.intake.thai.dates import BE_OFFSET, MONTHS
from dsw_analysis.intake.wording import ACCEPTS, blank_text, limit_texts, schema_hash
from dsw_analysis.intake.writing.workbooks import BODY, HEAD, new_workbook, write_table
from dsw_analysis.rounds import Round

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

GUIDE: Final = "คำแนะนำ"
LISTS: Final = "รายการตัวเลือก"
ONLY_SHEET: Final = "ข้อมูล"
"""Name of the sheet where a file has one dataset and the schema names none."""
_LAST_ROW: Final = 1_048_575
_WIDEST = 10**15 - 1
_FORMATS: Final = {"date": "dd/mm/yyyy", "datetime": "dd/mm/yyyy hh:mm", "number": "General", "integer": "General"}
_LOOSE: Final = {"insert_rows": True, "delete_rows": True, "sort": True, "autofilter": True, "format_columns": True}
_PROMPT = 255  # characters that Excel shows


@dataclass
class _Lists:
    """Labels of the drop-downs, each list in a column of a sheet that nobody sees."""

    sheet: Worksheet
    places: dict[tuple[str, ...], str] = field(default_factory=dict)

    def source(self, labels: Sequence[str]) -> str:
        """Reference to a list, written at its first use."""
        key = tuple(labels)
        if key not in self.places:
            column = len(self.places)
            for row, label in enumerate(key):
                self.sheet.write_string(row, column, label)
            letters = xl_col_to_name(column)
            self.places[key] = f"='{LISTS}'!${letters}$1:${letters}${len(key)}"
        return self.places[key]


def form(
    schemas: Schemas, id_: str, carried: Mapping[str, Carried] = MappingProxyType({}), notes: Sequence[str] = ()
) -> bytes:
    """Workbook to fill in: one sheet for every dataset of the round that shares the dataset's file, and a guide.

    Headers are as the schema has them (two rows where there are groups) and protected, cells below are not. By dataset
    there may be rows that are ``carried`` over from the round before, and ``notes`` on them in the guide. The same
    schemas, round, rows and package version give the same bytes.
    """
    dataset, round_ = schemas[id_], schemas.round
    together = schemas.in_file(dataset.stem)
    target = io.BytesIO()
    with new_workbook(target, title=f"{dataset.stem} {round_.label}", created=round_.end) as book:
        guide = book.add_worksheet(GUIDE)
        pages = [book.add_worksheet(one.sheet or ONLY_SHEET) for one in together]
        lists = _Lists(book.add_worksheet(LISTS))
        lists.sheet.very_hidden()
        _write_guide(book, guide, together, round_, notes)
        for one, page in zip(together, pages, strict=True):
            depth = _write_page(book, page, one, round_, lists)
            if one.id in carried:
                write_rows(page, one, carried[one.id], depth)
        for one in together:
            if one.id in carried and carried[one.id].apart:
                write_apart(book, one, carried[one.id], one.sheet or ONLY_SHEET)
        pages[together.index(dataset)].activate()
    return target.getvalue()


def _write_page(book: Workbook, page: Worksheet, dataset: Schema, round_: Round, lists: _Lists) -> int:
    """Write a dataset's sheet; returns how many rows its header has."""
    head = book.add_format({**HEAD, "align": "center", "valign": "vcenter"})
    depth = _write_header(page, [c.header for c in dataset.columns], head)
    for at, column in enumerate(dataset.columns):
        shape = {"locked": False, "num_format": _FORMATS.get(column.kind, "@"), "valign": "top", "text_wrap": True}
        page.set_column(at, at, _width(column), book.add_format(shape))
        rule = _validation(column, round_, lists, xl_rowcol_to_cell(depth, at))
        page.data_validation(depth, at, _LAST_ROW, at, rule | _from_registry(dataset, column))
    page.freeze_panes(depth, 1)
    page.protect("", _LOOSE)
    return depth


def _write_header(page: Worksheet, headers: Sequence[str], head: Format) -> int:
    """Write one row, or two with merged groups above; returns how many."""
    parts = [header.split(JOIN, maxsplit=1) for header in headers]
    if all(len(part) == 1 for part in parts):
        for at, header in enumerate(headers):
            page.write_string(0, at, header, head)
        return 1
    at = 0
    for (group, grouped), members in groupby(parts, key=lambda part: (part[0], len(part) > 1)):
        below = [part[-1] for part in members]
        last = at + len(below) - 1
        if not grouped:
            page.merge_range(0, at, 1, at, group, head)
        elif len(below) == 1:
            page.write_string(0, at, group, head)
        else:
            page.merge_range(0, at, 0, last, group, head)
        for column, text in enumerate(below, start=at):
            if grouped:
                page.write_string(1, column, text, head)
        at = last + 1
    return 2


def _width(column: Column) -> float:
    own = max(map(len, column.header.split(JOIN)))
    longest = max(map(len, column.codes.values()), default=0)
    return min(40, max(12, own * 0.8, longest))


def _validation(column: Column, round_: Round, lists: _Lists, cell: str) -> dict[str, Any]:
    """Drop-down or check of a column, with a prompt that says what to fill in."""
    accepted = [ACCEPTS[column.kind], *limit_texts(column, round_)]
    rule: dict[str, Any] = {
        "input_title": column.header.split(JOIN)[-1][:32],
        "input_message": _shorten(" ".join(filter(None, [*accepted, column.help, blank_text(column)]))),
        "error_title": "ค่าไม่ตรงตามแบบฟอร์ม",
        "error_message": _shorten(f"ต้องเป็น{' '.join(accepted)}"),
        "ignore_blank": True,
    }
    labels = _labels(column, round_)
    if labels:
        return {**rule, "validate": "list", "source": lists.source(labels)}
    if column.kind in {"integer", "number"}:
        low = -_WIDEST if column.ge is None else column.ge
        high = _WIDEST if column.le is None else column.le
        kind = "integer" if column.kind == "integer" else "decimal"
        return {**rule, "validate": kind, "criteria": "between", "minimum": low, "maximum": high}
    if column.kind in {"date", "datetime"}:
        return {**rule, "validate": "custom", "value": _in_days(column, round_, cell)}
    return {**rule, "validate": "any"}


def _from_registry(dataset: Schema, column: Column) -> dict[str, str]:
    """Drop-down of the names that the registry's own sheet lists, where it is in the same workbook."""
    registry, name = dataset.registries.get(column.name, (dataset, ""))
    if not name or registry.stem != dataset.stem:
        return {}
    letters = xl_col_to_name(registry.names.index(name))
    first = 3 if any(JOIN in other.header for other in registry.columns) else 2
    return {"validate": "list", "source": f"='{registry.sheet or ONLY_SHEET}'!${letters}${first}:${letters}$2000"}


def _labels(column: Column, round_: Round) -> list[str]:
    if column.kind == "category":
        return list(column.codes.values())
    if column.kind == "province":
        return list(province_names())
    if column.kind == "month":
        covered = round_.months if column.in_round else 12
        months = [round_.calendar_month(position) for position in range(1, covered + 1)]
        return [f"{MONTHS[month - 1]} {year + BE_OFFSET}" for year, month in months]
    return []


def _in_days(column: Column, round_: Round, cell: str) -> str:
    """Formula: a date in the round (or any of 1900–2100), typed in C.E., or in B.E. where Excel takes it for C.E."""
    if not column.in_round:
        return f"=AND(ISNUMBER({cell}),OR(YEAR({cell})<=2100,AND(YEAR({cell})>=2400,YEAR({cell})<=2700)))"
    after = column.last_day(round_) + timedelta(days=1)
    spans = [
        f"AND({cell}>={_day(round_.start.year + era, round_.start)},{cell}<{_day(after.year + era, after)})"
        for era in (0, BE_OFFSET)
    ]
    return f"=AND(ISNUMBER({cell}),OR({','.join(spans)}))"


def _day(year: int, day: date) -> str:
    return f"DATE({year},{day.month},{day.day})"


def _shorten(text: str) -> str:
    return text if len(text) <= _PROMPT else f"{text[: _PROMPT - 1]}…"


def _write_guide(
    book: Workbook, guide: Worksheet, together: Sequence[Schema], round_: Round, notes: Sequence[str]
) -> None:
    """Say how to fill the form in, what each column takes, and which version of the form this is."""
    title = book.add_format({"bold": True, "font_size": 14})
    lines = [
        f"แบบกรอกข้อมูล {round_.label} ({format_date(round_.start)} – {format_date(round_.end)})",
        "กรอกข้อมูลใต้หัวตารางในแผ่นงานที่กำหนด หนึ่งแถวต่อหนึ่งรายการ อย่าแก้หัวตารางหรือชื่อแผ่นงาน",
        f"บันทึกเป็นไฟล์ชื่อ {together[0].stem}.xlsx แล้วส่งให้ผู้จัดทำรายงาน",
        "ปีในเซลล์วันที่พิมพ์เป็น พ.ศ. หรือ ค.ศ. สี่หลักก็ได้ ระบบอ่านได้ทั้งสองแบบ",
        *notes,
    ]
    for row, text in enumerate(lines):
        guide.write_string(row, 0, text, None if row else title)
    after = write_table(
        guide,
        ("แผ่นงาน", "ชื่อช่องข้อมูล", "สิ่งที่กรอกได้", "เงื่อนไข", "การเว้นว่าง", "คำอธิบาย"),
        [texts for one in together for texts in _explained(one, round_)],
        head=book.add_format(HEAD),
        body=book.add_format(BODY),
        widths=(18, 36, 60, 40, 30, 50),
        top=len(lines) + 1,
    )
    for row, text in enumerate(["รุ่นของแบบฟอร์ม", *(stamp(one, round_) for one in together)], start=after + 1):
        guide.write_string(row, 0, text)
    guide.protect()


def stamp(dataset: Schema, round_: Round) -> str:
    """Which version of a form it is: dataset, round, hash of the schema, version of the package."""
    return f"{dataset.id} | {round_} | schema {schema_hash(dataset)} | dsw-analysis {version('dsw-analysis')}"


def _explained(dataset: Schema, round_: Round) -> Iterator[tuple[str, ...]]:
    """Rows of the guide: the columns of a dataset, then the rules across them."""
    sheet = dataset.sheet or ONLY_SHEET
    for column in dataset.columns:
        codes = f": {' | '.join(column.codes.values())}" if column.codes else ""
        limits = "; ".join(limit_texts(column, round_))
        yield sheet, column.header, ACCEPTS[column.kind] + codes, limits, blank_text(column), column.help
    for rule in dataset.rules:
        yield sheet, dataset[rule.column].header, "", rule.expected, "", rule.action
