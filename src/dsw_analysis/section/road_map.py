"""The road map as a table: every step of a project with what was done, its planned time and how it stands."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from dsw_analysis.plan.outlook import runs, unknown
from dsw_analysis.plan.plan import NOT_STATED, PLANNED, planned_time
from dsw_analysis.plan.verdicts import Work
from dsw_analysis.rounds import Round
from dsw_analysis.section.blocks import said

_REPORTED = {"in_progress": "กำลังดำเนินการ", "not_started": "ยังไม่ดำเนินการตามแผน"}
"""What the office says of a step that the plan's months make overdue."""
_NONE = Markup('<span class="none">-</span>')


def lines(steps: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """What each line of the road map is called, and its steps: one, or those in a row of which nothing is known."""
    quiet = unknown(steps) & steps["step"].notna()
    found = []
    for _, run in steps.groupby((~quiet | ~quiet.shift(fill_value=False)).cumsum(), sort=False):
        step, name = run[["step", "name"]].iloc[0]
        name = None if pd.isna(name) else str(name)
        if quiet[run.index[0]]:
            found.append((f"ขั้นตอนที่ {runs(run['step'])}", run))
        elif pd.isna(step):
            found.append((name or "งานที่รายงาน", run))
        else:
            found.append((f"{step}. {name or NOT_STATED}", run))
    return found


def table(steps: pd.DataFrame, works: pd.Series, round_: Round, counts: Markup) -> str:
    """HTML of the road map.

    Parameters
    ----------
    steps:
        Steps of one project; see :meth:`dsw_analysis.plan.plan.Plan.steps_of`.
    works:
        How they stand, as :class:`~dsw_analysis.plan.verdicts.Work`.
    round_:
        Its fiscal year is named.
    counts:
        What the caption adds: how many steps are in each state.
    """
    timed = bool(steps[[*PLANNED, "due"]].notna().to_numpy().any())
    rows = [_row(name, run.iloc[0], works[run.index[0]], timed=timed) for name, run in lines(steps)]
    label = f"ขั้นตอนตามแผน ปีงบประมาณ พ.ศ. {round_.year}"
    when = '<th scope="col">ตามแผน</th>' if timed else ""
    head = f'<th scope="col">ขั้นตอนและผลที่ทำแล้ว</th>{when}<th scope="col">สถานะ</th>'
    return (
        f'<div class="table roadmap"><div class="scroll" role="region" tabindex="0" aria-label="{label}">'
        f'<table><caption>{label} <span class="sub">{counts}</span></caption>'
        f'<thead><tr>{head}</tr></thead><tbody class="src">{"".join(rows)}</tbody></table></div></div>'
    )


def _row(name: str, row: pd.Series, work: Work, *, timed: bool) -> str:
    """A step: its name with what was done, what stood in the way and what the source remarks; time; its state."""
    state = None if pd.isna(row["state"]) else str(row["state"])
    told = [("", row["progress"]), ("อุปสรรค: ", row["obstacle"]), ("หมายเหตุ: ", row["source_note"])]
    texts = [Markup("<br>{}{}").format(what, said(text)) for what, text in told if not pd.isna(text)]
    head = Markup("<strong>{}</strong>").format(said(name)) + Markup("").join(texts)
    when = planned_time(row)
    words = said(when if row[PLANNED].notna().any() else f"ภายใน {when}") if when else _NONE
    time = f"<td>{words}</td>" if timed else ""
    reported = f"<br>รายงานว่า{_REPORTED[state]}" if work is Work.OVERDUE and state in _REPORTED else ""
    verdict = f'<span class="status work_{work.name.lower()}">{work.value}</span>{reported}'
    return f'<tr><th scope="row">{head}</th>{time}<td class="state">{verdict}</td></tr>'
