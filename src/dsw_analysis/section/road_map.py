"""The road map as a table: every step of a project over the twelve fiscal months, with its state."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from dsw_analysis.plan.plan import NOT_STATED
from dsw_analysis.rounds import MONTHS, Round
from dsw_analysis.section.blocks import said

_STATES = {
    "done": "ดำเนินการแล้ว",
    "in_progress": "อยู่ระหว่างดำเนินการ",
    "not_started": "ยังไม่ดำเนินการ",
    None: NOT_STATED,
}


def table(steps: pd.DataFrame, round_: Round, counts: Markup) -> str:
    """HTML of the road map.

    Parameters
    ----------
    steps:
        Steps of one project; see :meth:`dsw_analysis.plan.plan.Plan.steps_of`.
    round_:
        Its last month is marked.
    counts:
        What the caption adds: how many steps are in each state.
    """
    months = "".join(
        f'<th scope="col" class="m{" end" if place == round_.months else ""}">{name}</th>'
        for place, name in enumerate(MONTHS, start=1)
    )
    rows = "".join(_row(row, round_) for _, row in steps.iterrows())
    label = f"แผนการดำเนินงานรายเดือน ปีงบประมาณ พ.ศ. {round_.year}"
    return (
        f'<div class="table roadmap"><div class="scroll" role="region" tabindex="0" aria-label="{label}">'
        f'<table><caption>{label} <span class="sub">{counts}</span></caption>'
        f'<thead><tr><th scope="col">ขั้นตอน</th>{months}<th scope="col">สถานะ</th></tr></thead>'
        f'<tbody class="src">{rows}</tbody></table></div></div>'
    )


def _row(row: pd.Series, round_: Round) -> str:
    note = "" if pd.isna(row["source_note"]) else f" <small>{said(row['source_note'])}</small>"
    if pd.isna(row["step"]):
        return f'<tr><td colspan="14">{said(_or(row["name"], "ไม่ปรากฏขั้นตอนในเอกสาร"))}{note}</td></tr>'
    state = None if pd.isna(row["state"]) else str(row["state"])
    planned = [not pd.isna(row[f"m{place:02d}"]) for place in range(1, 13)]
    if any(planned):
        cells = "".join(
            f'<td class="m {state or "unstated"}{" end" if place == round_.months else ""}">'
            f"{'<span>●</span>' if on else ''}</td>"
            for place, on in enumerate(planned, start=1)
        )
    else:
        cells = '<td class="m none" colspan="12">ไม่ปรากฏเดือนในเอกสาร</td>'
    name = said(f"{int(row['step'])}. {_or(row['name'], NOT_STATED)}")
    return f'<tr><th scope="row">{name}{note}</th>{cells}<td class="state">{_STATES[state]}</td></tr>'


def _or(cell: object, otherwise: str) -> str:
    return otherwise if pd.isna(cell) else str(cell)  # type: ignore[call-overload]  # any scalar
