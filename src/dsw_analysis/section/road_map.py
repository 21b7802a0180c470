"""The road map as a table: every step of a project over the twelve fiscal months, with its state."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from dsw_analysis.plan.plan import NOT_STATED, planned_time
from dsw_analysis.plan.verdicts import Work
from dsw_analysis.rounds import MONTHS, Round
from dsw_analysis.section.blocks import said

_REPORTED = {"in_progress": "อยู่ระหว่างดำเนินการ", "not_started": "ยังไม่ดำเนินการ"}
"""What the office says of a step that the plan's months make overdue."""


def table(steps: pd.DataFrame, works: pd.Series, round_: Round, counts: Markup) -> str:
    """HTML of the road map.

    Parameters
    ----------
    steps:
        Steps of one project; see :meth:`dsw_analysis.plan.plan.Plan.steps_of`.
    works:
        How they stand, as :class:`~dsw_analysis.plan.verdicts.Work`.
    round_:
        Its last month is marked.
    counts:
        What the caption adds: how many steps are in each state.
    """
    months = "".join(
        f'<th scope="col" class="m{" end" if place == round_.months else ""}">{name}</th>'
        for place, name in enumerate(MONTHS, start=1)
    )
    rows = "".join(_row(row, work, round_) for (_, row), work in zip(steps.iterrows(), works, strict=True))
    label = f"แผนการดำเนินงานรายเดือน ปีงบประมาณ พ.ศ. {round_.year}"
    return (
        f'<div class="table roadmap"><div class="scroll" role="region" tabindex="0" aria-label="{label}">'
        f'<table><caption>{label} <span class="sub">{counts}</span></caption>'
        f'<thead><tr><th scope="col">ขั้นตอน</th>{months}<th scope="col">สถานะ</th></tr></thead>'
        f'<tbody class="src">{rows}</tbody></table></div></div>'
    )


def _row(row: pd.Series, work: Work, round_: Round) -> str:
    note = "" if pd.isna(row["source_note"]) else f" <small>{said(row['source_note'])}</small>"
    if pd.isna(row["step"]):
        return f'<tr><td colspan="14">{said(_or(row["name"], "รอข้อมูลขั้นตอนจากหน่วยงาน"))}{note}</td></tr>'
    state = None if pd.isna(row["state"]) else str(row["state"])
    planned = [not pd.isna(row[f"m{place:02d}"]) for place in range(1, 13)]
    if any(planned):
        cells = "".join(
            f'<td class="m {state or "unstated"}{" end" if place == round_.months else ""}">'
            f"{'<span>●</span>' if on else ''}</td>"
            for place, on in enumerate(planned, start=1)
        )
    else:
        stated = planned_time(row)
        words = f"ภายใน {stated}" if stated else "รอข้อมูลเดือนตามแผน"
        cells = f'<td class="m none" colspan="12">{words}</td>'
    name = said(f"{int(row['step'])}. {_or(row['name'], NOT_STATED)}")
    return f'<tr><th scope="row">{name}{note}</th>{cells}<td class="state">{_state(work, state)}</td></tr>'


def _state(work: Work, state: str | None) -> str:
    said = f" รายงานว่า{_REPORTED[state]}" if work is Work.OVERDUE and state in _REPORTED else ""
    return f'<span class="status work_{work.name.lower()}">{work.value}</span>{said}'


def _or(cell: object, otherwise: str) -> str:
    return otherwise if pd.isna(cell) else str(cell)  # type: ignore[call-overload]  # any scalar
