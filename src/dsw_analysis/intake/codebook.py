"""The codebook: every dataset and column with type, allowed values, meaning of a blank, rules and provenance."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dsw_analysis.intake.columns import Column, Schema
from dsw_analysis.intake.provenance import PROVENANCE
from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.intake.source import read_provenance
from dsw_analysis.intake.thai import format_date
from dsw_analysis.intake.wording import ACCEPTS, blank_text, limit_texts, reading_texts, schema_hash
from dsw_analysis.intake.writing.pages import render_page
from dsw_analysis.intake.writing.whole import write_whole
from dsw_analysis.intake.writing.workbooks import BODY, HEAD, new_workbook, write_table
from dsw_analysis.rounds import Round

NAMES: Final = ("codebook.html", "codebook.xlsx")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One column as the codebook says it, in Thai except for its name."""

    column: Column
    accepts: str
    limits: str
    blank: str
    provenance: str


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """One dataset as the codebook says it."""

    dataset: Schema
    version: str
    provenance: str
    entries: tuple[Entry, ...]


def write_codebook(schemas: Schemas, folder: Path, to: Path) -> list[Path]:
    """Write ``codebook.html`` and ``codebook.xlsx``.

    Parameters
    ----------
    folder:
        The round's folder of raw files, whose ``datapackage.json`` says where they come from; it may be missing.
    to:
        Folder to write to.
    """
    round_, chapters = schemas.round, describe(schemas, folder)
    paths = [to / name for name in NAMES]
    write_whole(paths[0], codebook_page(round_, chapters).encode())
    write_whole(paths[1], codebook_workbook(round_, chapters))
    return paths


def describe(schemas: Schemas, folder: Path) -> list[Chapter]:
    """All datasets in reading order; dates are those of the round."""
    chapters = []
    for dataset in schemas.values():
        rows, by_column, _ = read_provenance(folder, dataset)
        entries = tuple(
            Entry(
                column=column,
                accepts=ACCEPTS[column.kind],
                limits="; ".join([*limit_texts(column, schemas.round), *reading_texts(column)]),
                blank=blank_text(column),
                provenance=PROVENANCE[by_column.get(column.name, rows)],
            )
            for column in dataset.columns
        )
        version = schema_hash(dataset)
        chapters.append(Chapter(dataset=dataset, version=version, provenance=PROVENANCE[rows], entries=entries))
    return chapters


def codebook_page(round_: Round, chapters: Sequence[Chapter]) -> str:
    """The codebook as one self-contained page."""
    return render_page("codebook.html.j2", round=round_, chapters=chapters, format_date=format_date)


def codebook_workbook(round_: Round, chapters: Sequence[Chapter]) -> bytes:
    """The codebook as a workbook: datasets, columns, allowed values, rules."""
    kinds = [(c, c.dataset, c.dataset.id) for c in chapters]
    entries = [(e, e.column, id_) for c, _, id_ in kinds for e in c.entries]
    pages: tuple[tuple[str, tuple[str, ...], Iterable[tuple[str, ...]], tuple[int, ...]], ...] = (
        (
            "ชุดข้อมูล",
            ("รหัส", "ชื่อ", "ไฟล์", "แผ่นงาน", "ที่มา", "รุ่นของสคีมา"),
            [(id_, d.title, d.stem, d.sheet or "-", c.provenance, c.version) for c, d, id_ in kinds],
            (24, 60, 24, 20, 30, 16),
        ),
        (
            "คอลัมน์",
            ("ชุดข้อมูล", "ชื่อในโปรแกรม", "หัวคอลัมน์", "สิ่งที่กรอกได้", "เงื่อนไข", "การเว้นว่าง", "คำอธิบาย", "ที่มา"),
            [(id_, c.name, c.header, e.accepts, e.limits, e.blank, c.help, e.provenance) for e, c, id_ in entries],
            (24, 20, 50, 44, 44, 36, 50, 30),
        ),
        (
            "ค่าที่กรอกได้",
            ("ชุดข้อมูล", "หัวคอลัมน์", "รหัส", "ค่าในไฟล์"),
            [(id_, column.header, *code) for _, column, id_ in entries for code in column.codes.items()],
            (24, 50, 24, 60),
        ),
        (
            "เงื่อนไขข้ามคอลัมน์",
            ("ชุดข้อมูล", "คอลัมน์", "ที่ต้องเป็น", "สิ่งที่ต้องทำ"),
            [(id_, d[r.column].header, r.expected, r.action) for _, d, id_ in kinds for r in d.rules],
            (24, 50, 60, 60),
        ),
    )
    target = io.BytesIO()
    with new_workbook(target, title=f"พจนานุกรมข้อมูล {round_.label}", created=round_.end) as book:
        head, body = book.add_format(HEAD), book.add_format(BODY)
        for name, heads, rows, widths in pages:
            write_table(book.add_worksheet(name), heads, rows, head=head, body=body, widths=widths)
    return target.getvalue()
