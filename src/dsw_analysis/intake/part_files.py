"""A dataset that comes in parts, ``csr_activities/ตาก.xlsx`` and others: each judged on its own, then held together."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from dsw_analysis.intake.columns import Schema
from dsw_analysis.intake.corrections import Corrections
from dsw_analysis.intake.files import RawTable
from dsw_analysis.intake.files.messages import problem
from dsw_analysis.intake.files.stacked import row_of, row_words
from dsw_analysis.intake.judging import Checked
from dsw_analysis.intake.sheet import ACTIONS, show
from dsw_analysis.intake.source import PART_ROWS
from dsw_analysis.problems import DataError, Problem

Keep = Callable[[pd.DataFrame], None]


def renamed(tables: Iterator[RawTable], file: str) -> Iterator[RawTable]:
    """Tables of a part, and what is wrong with it, under the name that people know it by: with its folder.

    Raises
    ------
    DataError
        As the reader does.
    """
    try:
        for table in tables:
            yield replace(table, file=file, problems=tuple(replace(p, file=file) for p in table.problems))
    except DataError as error:
        raise DataError([replace(p, file=file) for p in error.problems]) from None


def hash_together(files: Mapping[str, str]) -> str:
    """What stands for the hashes of several files."""
    lines = "\n".join(f"{name} {sha256}" for name, sha256 in sorted(files.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def judge_parts(
    dataset: Schema,
    paths: Sequence[Path],
    corrections: Corrections,
    judge: Callable[[Path, str, Corrections, Keep], Checked],
    keep: Keep | None,
) -> Checked:
    """Judge every part with ``judge``, and what must hold across them; hand on the typed rows of those that are sound.

    A row's number in the whole is that in its file and :data:`~dsw_analysis.intake.source.PART_ROWS` for every part
    before it.
    """
    parts: list[Checked] = []
    held: list[pd.DataFrame] = []
    rules = [rule for rule in dataset.rules if rule.across_rows]
    across = {c.name for c in dataset.columns if c.unique}.union(*(rule.columns for rule in rules))
    for number, path in enumerate(paths):
        frames: list[pd.DataFrame] = []
        part = judge(path, f"{path.parent.name}/{path.name}", corrections.part(number), frames.append)
        parts.append(_not_twice(part, parts))
        if parts[-1].sound:
            frame = pd.concat(frames) if len(frames) > 1 else frames[0]
            frame = frame.set_axis(frame.index + number * PART_ROWS)
            if keep is not None:
                keep(frame)
            held.append(frame if keep is None else frame[[c for c in frame if c in across]])
    whole = pd.concat(held) if held else None
    if whole is not None:
        found = _across(dataset, parts, whole)
        parts = [_with(part, found.get(number, [])) for number, part in enumerate(parts)]
    return _together(dataset, paths[0].parent, parts, whole if keep is None else None, corrections)


def _not_twice(part: Checked, before: Sequence[Checked]) -> Checked:
    """Refuse a part that has the very bytes of another, unless neither has a row."""
    same = next((other for other in before if part.raw and other.sha256 == part.sha256 and part.rows_read), None)
    if same is None or part.raw is None or same.raw is None:
        return part
    twice = problem("same_part", part.raw.file, other=same.raw.file)
    return replace(part, problems=(*part.problems, twice))


def _across(dataset: Schema, parts: Sequence[Checked], whole: pd.DataFrame) -> dict[int, list[Problem]]:
    """Part -> what is wrong with its rows beside those of others, and is not wrong within the part already."""
    found: dict[int, list[Problem]] = {}

    def add(code: str, name: str, index: int, expected: str, action: str) -> None:
        number, row = divmod(index, PART_ROWS)
        column, raw = dataset[name], parts[number].raw
        known = any((p.code, p.row, p.column) == (code, row_of(row), column.header) for p in parts[number].problems)
        if not known and raw is not None:
            value = show(whole.at[index, name])
            at = Problem(
                code=code,
                file=raw.file,
                sheet=raw.sheet,
                row=row,
                column=column.header,
                value=value and column.label(value),
                expected=expected,
                action=action,
            )
            found.setdefault(number, []).append(at)

    for column in dataset.columns:
        given = whole[column.name].dropna() if column.unique else whole.iloc[:0, 0]
        first = given[~given.duplicated()]
        place_of = dict(zip(first, first.index, strict=True))
        for index, value in given[given.duplicated()].items():
            number, row = divmod(place_of[value], PART_ROWS)
            raw = parts[number].raw
            file = raw.file if raw is not None else ""
            add(
                "duplicate",
                column.name,
                int(str(index)),
                f"ค่านี้ซ้ำกับ{row_words(row)} ของไฟล์ {file}",
                ACTIONS["duplicate"],
            )
    for rule in dataset.rules:
        for index in whole.index[~rule.holds(whole)] if rule.across_rows else ():
            add(rule.name, rule.column, int(index), rule.expected, rule.action)
    return found


def _with(part: Checked, problems: Sequence[Problem]) -> Checked:
    rows = {p.row for p in problems if p.row is not None}
    shown = (p if p.row is None else replace(p, row=row_of(p.row)) for p in problems)
    listed = sorted([*part.problems, *shown], key=lambda p: (p.row or 0, p.column or "", p.code))
    return replace(part, problems=tuple(listed), refused=tuple(sorted(rows.union(part.refused)))) if problems else part


def _together(
    dataset: Schema, folder: Path, parts: Sequence[Checked], frame: pd.DataFrame | None, corrections: Corrections
) -> Checked:
    """What was found in all parts; only sound ones count to rows refused one by one."""
    name = f"{folder.name}/"
    mistakes = corrections.finish(name)
    notes = [f"{part.raw.file}: {note}" for part in parts if part.raw is not None for note in part.raw.notes]
    read = {part.raw.file: part.sha256 for part in parts if part.raw is not None}
    empty = pd.DataFrame()
    raw = RawTable(folder, name, None, empty, hash_together(read), empty, (), tuple(notes))
    return Checked(
        dataset=dataset,
        problems=(*(p for part in parts for p in part.problems), *mistakes),
        warnings=tuple(p for part in parts for p in part.warnings),
        raw=raw if read else None,
        frame=frame,
        rows_read=sum(part.rows_read for part in parts),
        readable=any(part.sound for part in parts) and not mistakes,
        is_misdirected=bool(mistakes) or any(part.is_misdirected for part in parts),
        refused=tuple(n * PART_ROWS + row for n, part in enumerate(parts) if part.sound for row in part.refused),
        changed=dict(sum((Counter(part.changed) for part in parts), Counter())),
        months={code: sum(part.months.get(code, 0) for part in parts) for part in parts for code in part.months},
        parts=tuple(parts),
    )
