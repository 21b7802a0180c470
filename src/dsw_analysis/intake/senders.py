"""Who sends what: the sender of a part or of a row, and a workbook for each with what to mend in own rows."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from dsw_analysis.intake.columns import Column, Schema
from dsw_analysis.intake.files import RawTable
from dsw_analysis.intake.files.header import key as header_key
from dsw_analysis.intake.forms import ONLY_SHEET
from dsw_analysis.intake.harmless import is_harmless
from dsw_analysis.intake.judging import Checked
from dsw_analysis.intake.parsing import parse_column
from dsw_analysis.intake.personal import hide
from dsw_analysis.intake.sheet import show
from dsw_analysis.intake.thai import ThaiValueError, normalise, parse_province
from dsw_analysis.intake.writing.whole import write_whole
from dsw_analysis.intake.writing.workbooks import BODY, HEAD, ROW_LIMIT, new_workbook, write_table
from dsw_analysis.problems import HEADS, Problem, group_problems, visible
from dsw_analysis.rounds import Round

if TYPE_CHECKING:
    from xlsxwriter import Workbook

SENDERS: Final = "senders"
"""Folder of the workbooks that go back to senders."""
_MARKED: Final = {**BODY, "bg_color": "#ffe08a", "border": 1}
_REMARKS: Final = ("หมายเหตุ", "remark", "note", "remarks")
_LIST: Final = "สิ่งที่ต้องแก้"
_FORBIDDEN: Final = re.compile(r'[\\/:*?"<>|]')  # in names of files, on some system


def sender_column(dataset: Schema) -> Column | None:
    """The column that says who sends a row: that of units, or else of provinces."""
    units = [column for column in dataset.columns if column.name == "unit"]
    provinces = [column for column in dataset.columns if column.kind == "province"]
    return next(iter(units + provinces), None)


def sender_of_part(file: str) -> str:
    """Who sends a part, by its name: a province by its official name, whatever the spelling; or as it stands."""
    return official_sender(Path(file).stem)


def official_sender(name: str) -> str:
    """Name of a sender, that of a province as it is written officially."""
    with suppress(ThaiValueError):
        return parse_province(name).name_th
    return normalise(name)


def senders_of_rows(dataset: Schema, raw: RawTable) -> pd.Series:
    """Who sends each row of a table, by what the cells say; blank where they say nothing."""
    column = sender_column(dataset)
    known = {header_key(str(header)): at for at, header in enumerate(raw.frame.columns)}
    if column is None or header_key(column.header) not in known:
        return pd.Series(None, index=raw.frame.index, dtype=object)
    values = parse_column(raw.frame.iloc[:, known[header_key(column.header)]], column).values.astype(object)
    return values.map(column.label, na_action="ignore")


@dataclass
class _Mail:
    """What goes back to one sender."""

    problems: list[Problem] = field(default_factory=list)
    tables: list[tuple[Schema, RawTable, pd.Index]] = field(default_factory=list)


def write_sender_files(round_: Round, results: Sequence[Checked], folder: Path) -> list[Path]:
    """Write a workbook for each sender of something with problems, in place of those of an earlier check.

    The first sheet lists what to mend; then comes a sheet for each dataset with the sender's own rows, the cells with
    problems marked, which can be mended and sent back as it is. Problems of no sender are in ``problems.xlsx`` alone,
    as are those of files so long that they are read piece by piece.

    Returns
    -------
    list of Path
        The files written.
    """
    mails: dict[str, _Mail] = {}
    for checked in results:
        for part in checked.parts:
            own = [p for p in part.problems if "/" in p.file]  # those of corrections are not the sender's
            if own:
                mail = mails.setdefault(sender_of_part(own[0].file), _Mail())
                mail.problems += own
                mail.tables += [(part.dataset, part.raw, part.raw.frame.index)] if part.raw else []
        if not checked.parts and checked.raw is not None and checked.problems:
            _split(checked.dataset, checked.raw, checked.problems, mails)
    for path in folder.glob("*.xlsx"):
        path.unlink()
    paths = []
    for sender, mail in sorted(mails.items()):
        path = folder / f"{_FORBIDDEN.sub('_', visible(sender, 80))}.xlsx"
        write_whole(path, _workbook(round_, sender, mail))
        paths.append(path)
    return paths


def _split(dataset: Schema, raw: RawTable, problems: Sequence[Problem], mails: dict[str, _Mail]) -> None:
    of_row = senders_of_rows(dataset, raw).dropna()
    for sender, rows in of_row.groupby(of_row).groups.items():
        own = [p for p in problems if p.row in rows and p.file == raw.file]
        if own:
            mail = mails.setdefault(str(sender), _Mail())
            mail.problems += own
            mail.tables.append((dataset, raw, pd.Index(rows)))


def _workbook(round_: Round, sender: str, mail: _Mail) -> bytes:
    target = io.BytesIO()
    with new_workbook(target, title=f"{_LIST} {sender} {round_.label}", created=round_.end) as book:
        head, body = book.add_format(HEAD), book.add_format(BODY)
        groups = [(g.first.file, g.first.sheet or "-", *g.cells()) for g in group_problems(mail.problems)]
        heads, widths = ("ไฟล์", "แผ่นงาน", *HEADS), (26, 18, 24, 32, 32, 50, 50)
        write_table(book.add_worksheet(_LIST), heads, groups, head=head, body=body, widths=widths)
        for dataset, raw, rows in mail.tables:
            _write_rows(book, dataset, raw, rows, mail.problems)
    return target.getvalue()


def _write_rows(book: Workbook, dataset: Schema, raw: RawTable, rows: pd.Index, problems: Sequence[Problem]) -> None:
    """Rows as they stand in their file but for personal data, marks on cells with problems, and last what to do.

    Codes by which rows are told apart stay, or nobody could find the row.
    """
    head, body, marked = (book.add_format(form) for form in (HEAD, BODY, _MARKED))
    page = book.add_worksheet(_sheet_name(dataset, [name.casefold() for name in book.sheetnames]))
    headers = [str(header) for header in raw.frame.columns]
    remark = next(header for header in _REMARKS if is_harmless(header, dataset) and header not in headers)
    wrong: dict[int, list[Problem]] = {}
    for p in problems:
        if p.row is not None and (p.file, p.sheet) == (raw.file, raw.sheet):
            wrong.setdefault(p.row, []).append(p)
    cells, codes = raw.frame.loc[rows].astype(object), {header_key(c.header) for c in dataset.columns if c.unique}
    for place, header in enumerate(headers):
        if header_key(header) not in codes:
            cells.isetitem(place, [hide(cell) if isinstance(cell, str) else cell for cell in cells.iloc[:, place]])
    table = (
        (*map(_cell, cells_of_row), " · ".join(_told(p) for p in wrong.get(row, [])) or None)
        for row, cells_of_row in zip(rows, _rows(cells), strict=True)
    )
    write_table(page, [*headers, remark], table, head=head, body=body, widths=[*([18] * len(headers)), 60])
    for at, row in enumerate(rows[:ROW_LIMIT], start=1):
        for p in wrong.get(row, []):
            places = [place for place, header in enumerate(headers) if header_key(header) == header_key(p.column or "")]
            for place in places[:1]:
                _write_marked(page, at, place, _cell(cells.iat[at - 1, place]), marked)
                page.write_comment(at, place, f"{visible(p.expected)}\n{visible(p.action)}")


def _write_marked(page: Any, at: int, place: int, cell: str | int | float | None, form: Any) -> None:  # noqa: ANN401
    if isinstance(cell, str):
        page.write_string(at, place, visible(cell), form)
    elif cell is None:
        page.write_blank(at, place, None, form)
    else:
        page.write_number(at, place, cell, form)


def _rows(cells: pd.DataFrame) -> Iterator[tuple[object, ...]]:
    return cells.astype(object).itertuples(index=False, name=None)


def _cell(cell: object) -> str | int | float | None:
    """A cell as a form takes it: numbers stay numbers, dates are texts that read the same."""
    if isinstance(cell, int | float) and not isinstance(cell, bool) and not pd.isna(cell):
        return cell
    return show(cell)


def _told(p: Problem) -> str:
    column = f"“{p.column}” " if p.column else ""
    return f"แถวที่ {p.row} ของไฟล์เดิม {column}{p.expected}"


def _sheet_name(dataset: Schema, taken: Sequence[str]) -> str:
    """The schema's sheet where no other dataset has it yet, or the dataset's title as far as Excel takes it."""
    title = re.sub(r"[\[\]:*?/\\']", " ", dataset.title)[:31].strip()
    names = [dataset.sheet or ONLY_SHEET, title, *(f"{title[:27]} {n}" for n in range(2, 100))]
    return next(name for name in names if name.casefold() not in taken)
