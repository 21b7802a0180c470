"""Whether a file covers its round: months without rows, fewer rows than an earlier round had, its very bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from dsw_analysis.intake.columns import Schema
from dsw_analysis.intake.files import find_files, hashes
from dsw_analysis.intake.judging import Checked
from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.problems import DataError, Problem
from dsw_analysis.rounds import Round


def warnings_of(checked: Checked, schemas: Schemas, folder: Path) -> tuple[Problem, ...]:
    """What is odd about a readable file and does not stop loading, each with what to ask its owner.

    Parameters
    ----------
    checked:
        What was found in the file.
    schemas:
        Of the round.
    folder:
        Of its raw files, beside which the folders of earlier rounds lie.
    """
    raw = checked.raw
    if raw is None:
        return ()
    round_ = schemas.round
    labels = round_.month_labels()
    unread = {problem.column for problem in checked.problems}
    dated = checked.dataset.monthly
    if dated is not None and dated.header in unread:  # which months have rows is not known
        dated, checked = None, replace(checked, months={})
    warn = partial(Problem, file=raw.file, sheet=raw.sheet)
    found = []
    if dated is not None and checked.absent:
        months = " ".join(labels[code] for code in checked.absent)
        found.append(
            warn(
                code="months_without_rows",
                column=dated.header,
                expected=f"ไม่มีแถวใดเป็นของเดือน {months} ทั้งที่อยู่ใน{round_.label}",
                action="ยืนยันกับเจ้าของข้อมูลว่าเดือนเหล่านี้ไม่มีรายการจริง หรือขอไฟล์ที่มีครบทุกเดือน",
            )
        )
    earlier = list(earlier_rounds(checked.dataset, schemas, folder))
    same = next((other for other, beside in earlier if _same_bytes(beside, checked)), None)
    if same is not None:
        found.append(
            warn(
                code="earlier_file",
                expected=f"ไฟล์นี้เป็นไฟล์เดียวกับไฟล์ของ{same.label} ทุกไบต์",
                action=f"วางไฟล์ของ{round_.label}แทน หรือยืนยันกับเจ้าของข้อมูลว่าไม่มีอะไรเปลี่ยนจากรอบก่อน",
            )
        )
    last = next(((other, beside) for other, beside in earlier if other.year == round_.year), None)
    if last is not None and last[0] != same:
        before = schemas.at(last[0])[checked.dataset.id].check(last[0], last[1])
        fallen = _fallen(checked, before, labels)
        if fallen:
            found.append(
                warn(
                    code="fewer_rows",
                    expected=f"มีแถวน้อยกว่าไฟล์ของ{last[0].label}: {fallen}",
                    action="ข้อมูลของรอบนับสะสมตั้งแต่เดือนตุลาคม ตรวจสอบว่าแถวของรอบก่อนหายไปเพราะเหตุใด แล้วส่งไฟล์ที่มีครบทุกแถว",
                )
            )
    return tuple(found)


def earlier_rounds(dataset: Schema, schemas: Schemas, folder: Path) -> Iterator[tuple[Round, Path]]:
    """Earlier rounds that have a file of the dataset, and their folders, the latest first."""
    beside = folder.resolve().parent
    for other in sorted(_rounds(beside), reverse=True):
        if other < schemas.round and dataset.id in schemas.at(other):
            try:
                find_files(beside / str(other), dataset.stem)
                yield other, beside / str(other)
            except DataError:
                continue


def _rounds(folder: Path) -> Iterator[Round]:
    for path in folder.iterdir() if folder.is_dir() else ():
        try:
            found = Round.parse(path.name)
        except ValueError:
            continue
        if str(found) == path.name and path.is_dir():
            yield found


def _same_bytes(folder: Path, checked: Checked) -> bool:
    """Whether a folder has all the very files."""
    paths = find_files(folder, checked.dataset.stem)
    read = [one.raw.path for one in checked.parts or (checked,) if one.raw is not None]
    sizes, own = ([path.stat().st_size for path in some] for some in (paths, read))
    return sizes == own and sorted(hashes(paths, folder).values()) == sorted(checked.files.values())


def _fallen(checked: Checked, before: Checked, labels: Mapping[str, str]) -> str:
    """Months with fewer rows than an earlier round's file has, or all rows where they have no months; else ``""``."""
    if checked.months:
        return " ".join(
            f"{labels[code]} {checked.months[code]:,} แถว จากเดิม {rows:,} แถว"
            for code, rows in before.months.items()
            if checked.months[code] < rows
        )
    fewer = checked.rows_read < before.rows_read
    return f"{checked.rows_read:,} แถว จากเดิม {before.rows_read:,} แถว" if fewer else ""
