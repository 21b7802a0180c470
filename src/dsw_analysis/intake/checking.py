"""What checking a round's files found: rows read, used and refused, and every problem."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from dsw_analysis.intake.coverage import warnings_of
from dsw_analysis.intake.dataset import Dataset
from dsw_analysis.intake.files import SUFFIXES, is_there
from dsw_analysis.intake.judging import Checked
from dsw_analysis.intake.personal import hide
from dsw_analysis.intake.published import DESCRIBING
from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.intake.terminal import table, wrap
from dsw_analysis.intake.thai import CHANGES
from dsw_analysis.problems import HEADS, Group, UsageError, group_problems, visible

WARNINGS: Final = "ข้อควรยืนยันกับเจ้าของข้อมูล (ไม่หยุดการทำรายงาน)"
"""Heading of what is odd about a file and does not stop loading."""
_SHOWN_GROUPS: Final = 100


def check_files(
    schemas: Schemas, folder: Path, *, only: str | None = None, path: Path | None = None
) -> tuple[Checked, ...]:
    """Check the files of a round, and whether they cover it.

    Parameters
    ----------
    schemas, folder:
        Schemas of the round, and the folder of its raw files.
    only:
        Id of the one dataset to check.
    path:
        A file to judge in place of the one in ``folder``; without ``only``, its name says which datasets it holds.

    Raises
    ------
    UsageError
        If no dataset has the id, or the name of the file, or there is no such folder or file.
    """
    kinds: Sequence[Dataset] = [schemas[only]] if only else list(schemas.values())
    if path is not None:
        if not path.exists():
            raise UsageError(f"no file {path}")
        kinds = [kind for kind in kinds if only or kind.stem == path.stem]
        if not kinds:
            raise UsageError(f"no dataset has a file called {path.stem!r}; say which it is with --dataset")
    elif not folder.is_dir():
        raise UsageError(f"no folder {folder}; put the round's raw files there")
    present = (kind for kind in kinds if path is not None or not kind.optional or is_there(folder, kind.stem))
    results = (kind.check(schemas.round, folder, path=path) for kind in present)
    return tuple(
        replace(checked, warnings=(*checked.warnings, *warnings_of(checked, schemas, folder))) for checked in results
    )


def file_of(checked: Checked) -> str:
    """Name of the file, also of one that could not be read."""
    return checked.raw.file if checked.raw else checked.problems[0].file


def unknown_files(schemas: Schemas, folder: Path) -> list[str]:
    """Say in Thai which data files of a folder belong to no dataset, and which name is nearest."""
    stems = sorted({kind.stem for kind in schemas.values()})
    notes = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_dir() and path.name not in stems and (near := difflib.get_close_matches(path.name, stems, n=1)):
            notes.append(f"ไม่ได้ตรวจโฟลเดอร์ “{visible(path.name)}” ชื่อชุดข้อมูลที่ใกล้เคียงคือ “{near[0]}”")
        known = path.stem.removesuffix(".xlsform") in {*stems, *DESCRIBING}
        if known or path.suffix.lower().lstrip(".") not in SUFFIXES:
            continue
        near = difflib.get_close_matches(path.stem, stems, n=1)
        hint = f" ชื่อที่ใกล้เคียงคือ “{near[0]}{path.suffix}”" if near else ""
        notes.append(f"ไม่ได้ตรวจไฟล์ “{visible(path.name)}” เพราะชื่อไม่ตรงกับชุดข้อมูลใด{hint}")
    return notes


def summary_lines(checked: Checked) -> list[str]:
    """What is said of a file before its problems: rows, normalised cells, notes of the reader."""
    lines = [_rows_text(checked.rows_read, checked.rows_loaded, checked.rows_refused)]
    if checked.raw is None:
        lines = [f"อ่านไฟล์ไม่ได้ {lines[0]}"]
    if checked.changed:
        most_first = sorted(checked.changed.items(), key=lambda item: (-item[1], item[0]))
        changes = ", ".join(f"{CHANGES[kind]} {count:,} ช่อง" for kind, count in most_first)
        lines.append(f"ปรับให้เป็นรูปแบบเดียวกัน: {changes}")
    if checked.raw is not None:
        lines += [visible(hide(note), None) for note in checked.raw.notes]
    if checked.parts:
        failed = [part for part in checked.parts if not part.sound]
        names = ", ".join(visible(file_of(part)) for part in failed)
        said = f" ใช้ไม่ได้ {len(failed):,} ไฟล์: {names}" if failed else ""
        lines.append(f"ไฟล์ย่อย {len(checked.parts):,} ไฟล์{said}")
    if checked.problems:
        lines.append(f"พบปัญหา {len(checked.problems):,} จุด")
    if checked.warnings:
        lines.append(f"มีข้อควรยืนยันกับเจ้าของข้อมูล {len(checked.warnings):,} ข้อ")
    return lines


def total_line(results: Sequence[Checked]) -> str:
    """Rows of all datasets together, and how many problems."""
    read, loaded = sum(c.rows_read for c in results), sum(c.rows_loaded for c in results)
    problems, bad = sum(len(c.problems) for c in results), sum(bool(c.problems) for c in results)
    found = f"พบปัญหา {problems:,} จุด ใน {bad:,} ชุดข้อมูล" if problems else "ไม่พบปัญหา"
    warnings = sum(len(c.warnings) for c in results)
    found += f" และมีข้อควรยืนยัน {warnings:,} ข้อ" if warnings else ""
    return f"รวม {len(results):,} ชุดข้อมูล: {_rows_text(read, loaded, read - loaded)} {found}"


def to_text(results: Sequence[Checked], width: int) -> str:
    """Everything found, for a terminal of ``width`` columns."""
    parts = []
    for checked in results:
        name = file_of(checked)
        lines = [line for text in summary_lines(checked) for line in wrap(text, width - 2)]
        parts.append("\n".join([f"{checked.dataset.id} ({visible(name)}) {checked.dataset.title}", *_indent(lines)]))
        groups = group_problems(checked.problems)
        shown = groups[:_SHOWN_GROUPS]
        for file, sheet in dict.fromkeys((g.first.file, g.first.sheet) for g in shown):
            title = [] if sheet is None else [f"แผ่นงาน “{visible(sheet)}”"]
            title = title if file == name else [" ".join([f"ไฟล์ {visible(file)}", *title])]
            here = [g for g in shown if (g.first.file, g.first.sheet) == (file, sheet)]
            parts.append(_table(title, here, width))
        if len(groups) > _SHOWN_GROUPS:
            parts.append(f"  และอีก {len(groups) - _SHOWN_GROUPS:,} รายการ ดูทั้งหมดในไฟล์ problems.xlsx")
        if checked.warnings:
            parts.append(_table([WARNINGS], group_problems(checked.warnings), width))
    return "\n\n".join([*parts, "\n".join(wrap(total_line(results), width))])


def _rows_text(read: int, loaded: int, refused: int) -> str:
    return f"อ่าน {read:,} แถว = ใช้ได้ {loaded:,} แถว + ปฏิเสธ {refused:,} แถว"


def _table(title: Sequence[str], groups: Sequence[Group], width: int) -> str:
    lines = table(HEADS, [group.cells() for group in groups], width - 2).split("\n")
    return "\n".join(_indent([*title, *lines]))


def _indent(lines: Iterable[str]) -> list[str]:
    return [f"  {line}" if line else "" for line in lines]
