"""Proposals of reading options beside the files that they would read: written with a preview, and said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from dsw_analysis.intake.checking import summary_lines
from dsw_analysis.intake.dataset import Dataset
from dsw_analysis.intake.files import look
from dsw_analysis.intake.files.header import clean
from dsw_analysis.intake.files.table import letter
from dsw_analysis.intake.judging import Checked
from dsw_analysis.intake.options import TO_FILL_IN, Options, path_of, read_options, to_yaml
from dsw_analysis.intake.personal import hide
from dsw_analysis.intake.proposing import SAMPLE, propose
from dsw_analysis.intake.reading import Reading
from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.intake.terminal import table, wrap
from dsw_analysis.intake.writing.whole import write_whole
from dsw_analysis.problems import DataError, visible

_MARK: Final = "# proposed by dsw check: "
_FIRST: Final = 3
_COLUMNS: Final = 8
_WIDTH: Final = 110


@dataclass(frozen=True)
class Proposal:
    """Options that nobody has accepted yet, the file that they would read, and what is found by them.

    ``is_new`` says whether they are the check's own, and not what a person has written or changed.
    """

    dataset: Dataset
    file: Path
    options: Options
    checked: Checked
    is_new: bool

    def write(self) -> None:
        """Write options of the check's own beside the file, with their preview."""
        if self.is_new:
            said = "".join(f"# {line}".rstrip() + "\n" for line in self.text(_WIDTH).split("\n"))
            content = f"{_MARK}{self.options.sha256}\n#\n{said}\n{to_yaml(self.options.given())}"
            write_whole(path_of(self.file), content.encode())

    def text(self, width: int) -> str:
        """What a person must know to accept them, in Thai."""
        path = path_of(self.file)
        if self.is_new:
            lines = [f"วิธีอ่านที่เสนอสำหรับไฟล์ {self.file.name} ({path.name}) ยังไม่ใช้จนกว่าจะมีผู้ยอมรับ:"]
        else:
            lines = [f"วิธีอ่านไฟล์ {self.file.name} ที่มีผู้เขียนหรือแก้ไว้ ({path.name}) ยังไม่ใช้จนกว่าจะมีผู้ยอมรับ:"]
        lines += [f"  {visible(line, None)}" for line in to_yaml(self.options.given()).rstrip("\n").split("\n")]
        lines += ["แถวแรกในไฟล์", *_indented(_before(self.file, self.options), width)]
        if self.checked.readable:
            lines += ["แถวแรกเมื่ออ่านตามวิธีนี้", *_indented(self._after(), width)]
        summary = summary_lines(self.checked)
        lines += ["ผลเมื่ออ่านตามวิธีนี้", *(f"  {line}" for text in summary for line in wrap(text, width - 2))]
        return "\n".join([*lines, *self._next()])

    def _after(self) -> tuple[list[str], list[list[str]]]:
        raw = next(Reading(self.dataset, self.file, self.file.name, self.options).parts(SAMPLE))
        headers = {column.header: column.header for column in self.dataset.columns}
        shown = [name for name in raw.frame.columns if name in headers]
        return shown, [_cells(row) for row in raw.frame[shown].head(_FIRST).to_numpy(dtype=object).tolist()]

    def _next(self) -> Iterator[str]:
        """What to do next."""
        if self.options.open:
            yield f"เติมค่าที่เป็น “{TO_FILL_IN}” ({', '.join(self.options.open)}) ใน {path_of(self.file)} ก่อน แล้วตรวจอีกครั้ง"
            missing = [p.column for p in self.checked.problems if p.code == "missing_column" and p.column]
            if missing:
                yield f"คอลัมน์ในแบบฟอร์มที่ยังไม่พบในไฟล์: {', '.join(f'“{name}”' for name in missing)}"
                yield "คอลัมน์ในไฟล์ที่ไม่ใช่คอลัมน์ใดในแบบฟอร์ม ให้ย้ายจาก rename ไปไว้ใน leave_out"
            return
        name = f'"{self.file}"' if " " in str(self.file) else str(self.file)
        yield f"ถ้าวิธีอ่านนี้ถูกต้อง ให้ยอมรับด้วยคำสั่ง: dsw accept {name} --by ชื่อผู้ยอมรับ"
        yield f"ถ้าไม่ถูกต้อง ให้แก้ {path_of(self.file).name} แล้วตรวจอีกครั้ง หรือลบไฟล์นั้น"


def find_proposals(
    results: Iterable[Checked], schemas: Schemas, folder: Path, path: Path | None = None
) -> Iterator[Proposal]:
    """Proposals for the files with problems, for those that have accepted options none.

    Parameters
    ----------
    results:
        What was found in the files of ``folder``, or in the one at ``path``.
    """
    for checked in results:
        dataset = schemas[checked.dataset.id]
        if not checked.problems or dataset.stem != dataset.id:
            continue
        try:
            files = [path] if path is not None else dataset.files_in(folder)
        except DataError:
            continue
        parts = checked.parts or (checked,)
        for file, part in zip(files, parts, strict=False):
            is_raw = path is not None or file.is_relative_to(folder)  # what a notebook has made is mended there
            if part.problems and is_raw and (found := _proposal(dataset, schemas, folder, file)) is not None:
                yield found


def _proposal(dataset: Dataset, schemas: Schemas, folder: Path, file: Path) -> Proposal | None:
    own = read_options(path_of(file))
    if own is not None and own.accepted is not None:
        return None
    if own is not None and not _is_untouched(own, path_of(file)):
        checked = dataset.check(schemas.round, folder, path=file, options=own)
        return Proposal(dataset, file, own, checked, is_new=False)
    found = propose(dataset, schemas.round, folder, file)
    return None if found is None else Proposal(dataset, file, *found, is_new=True)


def _is_untouched(options: Options, path: Path) -> bool:
    """Whether options are as a check has written them."""
    found = re.match(rf"{re.escape(_MARK)}([0-9a-f]+)", path.read_text(encoding="utf-8-sig"))
    return found is not None and found[1] == options.sha256


def _before(file: Path, options: Options) -> tuple[list[str], list[list[str]]]:
    """The first rows of the file with something in them, from the header on, with the letters of the columns."""
    try:
        tables = look(file, (options.header_row or 1) + 60)
    except DataError:
        return [], []
    named = [rows for sheet, rows in tables if sheet in options.sheets] or [rows for _, rows in tables]
    widest = max(named, key=lambda rows: max(map(len, rows), default=0), default=[])
    filled = [row for row in widest[(options.header_row or 1) - 1 :] if any(map(clean, row))][: _FIRST + 1]
    width = max(map(len, filled), default=0)
    return [letter(at) for at in range(width)], [[*_cells(row), *[""] * (width - len(row))] for row in filled]


def _cells(row: Sequence[object]) -> list[str]:
    return ["" if cell is None or cell is pd.NaT or cell != cell else visible(hide(clean(cell)), 40) for cell in row]  # noqa: PLR0124 - NaN


def _indented(shown: tuple[list[str], list[list[str]]], width: int) -> list[str]:
    heads, rows = shown
    if not heads:
        return []
    more = len(heads) > _COLUMNS
    cut = [[*row[:_COLUMNS], *(["…"] if more else [])] for row in [heads, *rows]]
    return [f"  {line}" for line in table(cut[0], cut[1:], width - 2).split("\n")]
