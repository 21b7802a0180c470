"""What plan and notebooks have that the other has not, said to the person who checks a round's files."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Final

import pandas as pd

from dsw_analysis.intake.coverage import earlier_rounds
from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.plan.plan import Plan, records
from dsw_analysis.problems import DataError, visible

_INDICATORS: Final = "plan_indicators"


def plan_notes(
    schemas: Schemas,
    folder: Path,
    sections: Iterable[str],
    findings: Collection[str] = (),
    others: Collection[str] = (),
) -> list[str]:
    """Say in Thai what the plan and the notebooks have that the other has not, with the nearest name.

    Parameters
    ----------
    sections:
        Ids of the sections that have a notebook.
    findings:
        Ids of the numbers of the last run, to which the plan's indicators are held; empty if there was none.
    others:
        Of the sections those of other rounds, which the plan need not have.
    """
    try:
        plan = Plan.load(schemas, folder)
    except DataError:  # said of its file already
        return []
    names = dict(zip(plan.projects["section"], plan.projects["project"], strict=True))
    alone, unknown = (
        [s for s in names if s not in sections],
        [s for s in sections if s not in names and s not in others],
    )
    notes = [
        f"โครงการ “{visible(names[section])}” (รหัสส่วน {section}) ยังไม่มีโน้ตบุ๊ก รายงานจะแสดงเฉพาะสิ่งที่แผนระบุ"
        + _nearest(section, unknown)
        for section in alone
    ]
    notes += [
        f"โน้ตบุ๊กของส่วน {section} ไม่มีโครงการในแผนของรอบนี้ จะไม่อยู่ในรายงาน" + _nearest(section, names) for section in unknown
    ]
    measured = [i for section in names if section in sections for i in plan.indicators_of(section) if i.measured_by]
    ran = {finding.partition(".")[0] for finding in findings}
    notes += _targets_changed(plan, schemas, folder)
    return notes + [
        f"ตัวชี้วัด {i.id} วัดจาก {i.measured_by} ซึ่งการประมวลผลครั้งล่าสุดไม่มี ให้แก้ช่อง “วัดจาก” ในแผ่นงานตัวชี้วัด"
        + _nearest(str(i.measured_by), findings)
        for i in measured
        if i.section in ran and i.measured_by not in findings
    ]


def _targets_changed(plan: Plan, schemas: Schemas, folder: Path) -> Iterator[str]:
    """Targets that are not those of the year's last round, of which the plan does not say until when those held."""
    year = ((r, f) for r, f in earlier_rounds(schemas[_INDICATORS], schemas, folder) if r.year == schemas.round.year)
    last, before = next(year, (None, folder))
    if last is None or "former_until" not in plan.indicators:
        return
    try:
        frame = schemas.at(last)[_INDICATORS].load(last, before)
    except DataError:  # said when that round is checked
        return
    was = dict(zip(frame["indicator"], frame["target"], strict=True))
    for row in records(plan.indicators):
        old, new = was.get(row["indicator"]), row["target"]
        if not pd.isna(old) and old != new and row.get("former_until") is None:
            yield (
                f"ตัวชี้วัด {row['indicator']} {'ไม่มีค่าเป้าหมาย' if new is None else f'มีค่าเป้าหมาย {new:g}'} "
                f"แต่แผนของ{last.label} ระบุ {old:g} "
                f"หากเป้าหมายเปลี่ยน ให้กรอก {old:g} ในช่อง “ค่าเป้าหมายเดิม” และวันสุดท้ายที่ใช้ค่าเดิมในช่อง “ใช้ค่าเป้าหมายเดิมถึง”"
            )


def _nearest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    return f" ชื่อที่ใกล้เคียงคือ “{near[0]}”" if near else ""
