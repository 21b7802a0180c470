"""What a form of a round has of the round before: rows that are filled in, and what else stood there, to be read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from dsw_analysis.intake.columns import Column, Schema
from dsw_analysis.intake.files.xlsx import COMMENTATOR
from dsw_analysis.intake.source import source_of
from dsw_analysis.intake.thai import format_date
from dsw_analysis.intake.writing.workbooks import BODY, HEAD, write_table
from dsw_analysis.problems import visible
from dsw_analysis.rounds import Round

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

APART: Final = " รอบก่อน"
"""What the name of a sheet that only shows the last round's rows ends in; no schema names such a sheet."""
_COMMENT: Final = {"author": COMMENTATOR, "width": 320, "font_size": 10}


@dataclass(frozen=True, kw_only=True)
class Carried:
    """Of one dataset: ``rows`` to fill in (column -> value), and what is only shown.

    ``said`` has, by place of the row and name of the column, what stood in a cell that is left blank; ``apart`` are the
    texts of whole rows, for a sheet of their own.
    """

    rows: Sequence[Mapping[str, Any]] = ()
    said: Mapping[tuple[int, str], str] = field(default_factory=dict)
    apart: Sequence[Sequence[str | None]] = ()


def carry(frame: pd.DataFrame, schema: Schema, last: Round, *, without: Collection[str] = ()) -> Carried:
    """Rows of a loaded frame for the form of a later round, ``without`` some columns, whose cells are shown instead.

    So is an answer that the later round has no more. A row of which no more than one cell is left, which a reader could
    take for a heading, stands apart.
    """
    rows: list[Mapping[str, Any]] = []
    said: dict[tuple[int, str], str] = {}
    apart = []
    for place, record in enumerate(_records(frame)):
        kept, was = {}, {}
        for column in schema.columns:
            value = record.get(column.name)
            if value is None:
                continue
            if column.name in without or (column.kind == "category" and value not in column.codes):
                was[column.name] = f"{last.label}\n{_text(source_of(frame).dataset[column.name], value)}"
            else:
                kept[column.name] = value
        if len(kept) > 1:
            rows.append(kept)
            said |= {(len(rows) - 1, name): text for name, text in was.items()}
        else:
            apart.append(place)
    return Carried(rows=rows, said=said, apart=_texts(frame.iloc[apart], schema))


def shown_apart(frame: pd.DataFrame, schema: Schema) -> Carried:
    """Rows of a loaded frame as texts to be read, and a form without a row."""
    return Carried(apart=_texts(frame, schema))


def _texts(frame: pd.DataFrame, schema: Schema) -> list[list[str | None]]:
    was = source_of(frame).dataset
    return [
        [None if (value := record.get(c.name)) is None else _text(was[c.name], value) for c in schema.columns]
        for record in _records(frame)
    ]


def write_rows(page: Worksheet, dataset: Schema, carried: Carried, top: int) -> None:
    """Fill a form in from a row on, with a comment on each cell that is left blank though it was filled in before."""
    for place, row in enumerate(carried.rows, start=top):
        for at, column in enumerate(dataset.columns):
            value = row.get(column.name)
            if value is None:
                continue
            if column.kind in ("date", "datetime"):
                page.write_datetime(place, at, pd.Timestamp(value).to_pydatetime())
            elif column.kind in ("integer", "number"):
                page.write_number(place, at, float(value))
            else:
                page.write_string(place, at, _text(column, value))
    for (place, name), text in carried.said.items():
        lines = [visible(line, 2000) for line in text.split("\n")]
        height = 20 + 17 * min(sum(1 + len(line) // 45 for line in lines), 20)
        page.write_comment(top + place, dataset.names.index(name), "\n".join(lines), {**_COMMENT, "height": height})


def write_apart(book: Workbook, dataset: Schema, carried: Carried, name: str) -> None:
    """Add a sheet with the last round's rows, protected: nothing reads it, and nothing is to be written there."""
    page = book.add_worksheet(f"{name[: 31 - len(APART)]}{APART}")
    heads = [column.header for column in dataset.columns]
    write_table(
        page, heads, carried.apart, head=book.add_format(HEAD), body=book.add_format(BODY), widths=[28] * len(heads)
    )
    page.protect()


def _records(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    plain = frame.astype(object).where(frame.notna(), None)
    for row in plain.itertuples(index=False, name=None):
        yield dict(zip(frame.columns, row, strict=True))


def _text(column: Column, value: Any) -> str:  # noqa: ANN401 - of any kind
    """A value as the form's cell shows it."""
    if column.kind in ("date", "datetime"):
        return format_date(pd.Timestamp(value).date())
    if column.kind == "multi":
        return "; ".join(column.label(code) for code in str(value).split(";"))
    if column.kind in ("integer", "number"):
        return f"{float(value):.12g}"
    return column.label(str(value))
