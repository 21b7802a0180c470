"""Whether a file covers its round: months without rows, fewer rows than an earlier round had, its very bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from dsw_analysis.intake.files import find_file, hash_file
from dsw_analysis.problems import DataError, Problem
from dsw_analysis.rounds import Round

if TYPE_CHECKING:
    from dsw_analysis.intake.dataset import Dataset
    from dsw_analysis.intake.judging import Checked


def rows_by_month(dates: pd.Series, round_: Round) -> Counter[str]:
    """Rows in each month of the round, by the codes of :meth:`Round.month_labels`; also where there are none."""
    since = (dates.dt.year - round_.start.year) * 12 + dates.dt.month - round_.start.month
    rows = since.value_counts()
    return Counter({code: int(rows.get(place, 0)) for place, code in enumerate(round_.month_labels())})


def absent_months(months: Mapping[str, int]) -> tuple[str, ...]:
    """Months without a row, in a file that has rows in others: nobody can tell that nothing happened in them.

    None if there is no row at all: where a dataset may be empty, that is what its owner says.
    """
    return tuple(code for code, rows in months.items() if not rows) if any(months.values()) else ()


def warnings_of(checked: Checked, round_: Round, folder: Path) -> tuple[Problem, ...]:
    """What is odd about a readable file and does not stop loading, each with what to ask its owner.

    Parameters
    ----------
    checked:
        What was found in the file.
    round_, folder:
        The round, and the folder of its raw files, beside which the folders of earlier rounds lie.
    """
    raw = checked.raw
    if raw is None:
        return ()
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
    earlier = list(_earlier(checked.dataset, round_, folder))
    same = next((other for other, path in earlier if _same_bytes(path, checked)), None)
    if same is not None:
        found.append(
            warn(
                code="earlier_file",
                expected=f"ไฟล์นี้เป็นไฟล์เดียวกับไฟล์ของ{same.label} ทุกไบต์",
                action=f"วางไฟล์ของ{round_.label}แทน หรือยืนยันกับเจ้าของข้อมูลว่าไม่มีอะไรเปลี่ยนจากรอบก่อน",
            )
        )
    last = next(((other, path) for other, path in earlier if other.year == round_.year), None)
    if last is not None and last[0] != same:
        fallen = _fallen(checked, last[0], last[1], labels)
        if fallen:
            found.append(
                warn(
                    code="fewer_rows",
                    expected=f"มีแถวน้อยกว่าไฟล์ของ{last[0].label}: {fallen}",
                    action="ข้อมูลของรอบนับสะสมตั้งแต่เดือนตุลาคม ตรวจสอบว่าแถวของรอบก่อนหายไปเพราะเหตุใด แล้วส่งไฟล์ที่มีครบทุกแถว",
                )
            )
    return tuple(found)


def _earlier(dataset: Dataset, round_: Round, folder: Path) -> Iterator[tuple[Round, Path]]:
    """Earlier rounds that have a file of the dataset, the latest first."""
    beside = folder.resolve().parent
    for other in sorted(_rounds(beside), reverse=True):
        if other < round_:
            try:
                yield other, find_file(beside / str(other), dataset.stem)
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


def _same_bytes(path: Path, checked: Checked) -> bool:
    raw = checked.raw
    return raw is not None and path.stat().st_size == raw.path.stat().st_size and hash_file(path) == checked.sha256


def _fallen(checked: Checked, other: Round, path: Path, labels: Mapping[str, str]) -> str:
    """Months with fewer rows than an earlier round's file has, or all rows where they have no months; else ``""``."""
    before = checked.dataset.check(other, path.parent)
    if checked.months:
        return " ".join(
            f"{labels[code]} {checked.months[code]:,} แถว จากเดิม {rows:,} แถว"
            for code, rows in before.months.items()
            if checked.months[code] < rows
        )
    fewer = checked.rows_read < before.rows_read
    return f"{checked.rows_read:,} แถว จากเดิม {before.rows_read:,} แถว" if fewer else ""
