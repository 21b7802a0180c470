"""Verdicts: how the work of a plan stands, and how an indicator stands against its target; every rule is here.

The two are never mixed. Work is judged by the plan's own months and by what the office reports, an indicator by its
kind; no target is divided by the months of the year. What is not known is a quiet class of its own and never bad.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from enum import Enum

from dsw_analysis.rounds import Round


class Work(Enum):
    """How a step stands at the end of a round; the value is the Thai word that the report prints."""

    DONE = "เสร็จแล้ว"
    IN_PROGRESS = "กำลังดำเนินการ"
    OVERDUE = "เลยกำหนด"
    AHEAD = "ยังไม่ถึงกำหนด"
    WAITING = "รอข้อมูล"


PROJECT_OVERDUE = "มีขั้นเลยกำหนด"
"""What the report prints of a project with an overdue step, in place of the step's own word."""

REPORTED = {Work.DONE: {"done"}, Work.IN_PROGRESS: {"as_planned", "in_progress"}}
"""Verdict of a project -> boxes that an office ticks to say the same."""


class Status(Enum):
    """How an indicator stands at the end of a round; the value is the Thai word that the report prints."""

    REACHED = "ถึงเป้าหมาย"
    ON_THE_WAY = "ระหว่างทาง"
    BELOW_PLAN = "ต่ำกว่าแผน"
    MISSED = "ไม่ถึงเป้าหมาย"
    NOT_YET_DUE = "ยังไม่ถึงกำหนดวัด"
    NOTHING_TO_MEASURE = "ไม่มีเรื่องให้วัด"
    NOT_SHOWN = "ไม่แสดง"
    AWAITING_TARGET = "รอค่าเป้าหมาย"
    AWAITING_RESULT = "รอข้อมูล"


RULES: dict[Work | Status, str] = {
    Work.DONE: "หน่วยงานรายงานว่าเสร็จแล้ว",
    Work.IN_PROGRESS: "หน่วยงานรายงานว่ากำลังทำ และยังไม่พ้นเดือนสุดท้ายตามแผน",
    Work.OVERDUE: "เดือนสุดท้ายหรือวันที่ตามแผนอยู่ในรอบนี้หรือก่อนหน้า และหน่วยงานรายงานว่ายังไม่เสร็จ",
    Work.AHEAD: "เดือนตามแผนอยู่หลังรอบนี้",
    Work.WAITING: "ไม่มีเดือนตามแผนหรือไม่มีรายงานให้ตัดสิน ไม่นับว่าช้า",
    Status.REACHED: "ผลไม่ต่ำกว่าเป้าหมาย ตัวชี้วัดที่เป็นอัตราอาจเปลี่ยนได้จนสิ้นปี",
    Status.ON_THE_WAY: "ผลยังไม่ถึงเป้าหมาย แต่ไม่ต่ำกว่าที่แผนกำหนดไว้ถึงสิ้นรอบ",
    Status.BELOW_PLAN: "ผลต่ำกว่าที่แผนกำหนดไว้ถึงสิ้นรอบ หรืออัตราต่ำกว่าเป้าหมาย",
    Status.MISSED: "ครบกำหนดของเป้าหมายแล้ว แต่ผลไม่ถึง",
    Status.NOT_YET_DUE: "ขั้นตอนที่ทำให้เกิดผลอยู่หลังรอบนี้",
    Status.NOTHING_TO_MEASURE: "ไม่มีเรื่องให้นับ ตัวหารเป็นศูนย์",
    Status.NOT_SHOWN: "มีผลแล้ว แต่ไม่แสดงเพื่อคุ้มครองข้อมูลส่วนบุคคล ไม่นับว่ารอข้อมูลหรือไม่ถึงเป้าหมาย",
    Status.AWAITING_TARGET: "ยังไม่มีค่าเป้าหมายที่ยืนยันแล้ว",
    Status.AWAITING_RESULT: "ยังไม่มีผลให้เทียบกับเป้าหมาย",
}
"""Verdict -> when it is given, in short, as the report explains it; what follows decides."""


def work_of_step(state: str | None, first: date | None, last: date | None, round_: Round) -> Work:
    """Judge a step at the end of a round.

    - reported as done: done, whenever it was planned;
    - reported as not done, and its last planned month or stated day lies in or before the round's last month: overdue;
    - reported as under way: in progress;
    - its first month, or where it is reported as not begun its last one, lies after the round: ahead;
    - else nothing is known that it could be judged by: waiting. A step without report is never late.

    Parameters
    ----------
    state:
        ``"done"``, ``"in_progress"``, ``"not_started"``, or ``None`` where nothing is reported.
    first, last:
        First day of the first planned month and last day of the last one, or the stated day; ``None`` if neither is.
    """
    if state == "done":
        return Work.DONE
    if state is not None and last is not None and last <= round_.end:
        return Work.OVERDUE
    if state == "in_progress":
        return Work.IN_PROGRESS
    if (first is not None and first > round_.end) or (state is not None and last is not None):
        return Work.AHEAD
    return Work.WAITING


def work_of_project(steps: Collection[Work], reported: str | None) -> Work:
    """Judge a project by its steps and by the box that its office ticked.

    One overdue step makes it overdue; it is done if all steps are, or if none is known and the office says so; it is
    in progress if any work is reported; else it waits for information.

    Parameters
    ----------
    reported:
        ``"done"``, ``"as_planned"``, ``"in_progress"``, or ``None`` where no box is ticked.
    """
    if Work.OVERDUE in steps:
        return Work.OVERDUE
    if (steps and set(steps) == {Work.DONE}) or (reported == "done" and not set(steps) - {Work.DONE, Work.WAITING}):
        return Work.DONE
    if reported is not None or {Work.DONE, Work.IN_PROGRESS} & set(steps):
        return Work.IN_PROGRESS
    return Work.AHEAD if steps and set(steps) == {Work.AHEAD} else Work.WAITING


def status_of_indicator(
    kind: str | None,
    due: date | None,
    ends: date | None,
    round_: Round,
    *,
    met: bool | None,
    has_target: bool,
    countable: bool = True,
    shown: bool = True,
    steps: Collection[Work] = (),
) -> Status:
    """Judge an indicator at the end of a round.

    - ``milestone`` and ``level``: nothing is judged before the day on which they are due, unless that of the target has
      come;
    - no target: it waits for one;
    - the target is met: reached, of a ``rate`` until the year's end, which may still change it;
    - a result that is not shown, to protect persons: so said, whatever it is;
    - nothing there to measure, such as no question to answer: so said; no result: it waits for information;
    - the day of the target has come: missed;
    - ``rate``: below plan, since the target holds at any time;
    - ``cumulative``: below plan only where the plan's own months ask for more by now, which is where a step of the
      project is overdue; else on the way;
    - ``milestone`` and ``level`` that are due: below plan.

    Parameters
    ----------
    kind:
        ``"cumulative"``, ``"rate"``, ``"milestone"``, ``"level"``; ``None`` where the source does not show it.
    due:
        Day on which a milestone or level can first be judged.
    ends:
        Day by which the target is to be met; the end of the fiscal year where none is stated.
    met:
        Whether the result meets the target; ``None`` without result or target.
    countable:
        Whether there was anything to measure: ``False`` if the result is undefined for want of cases.
    shown:
        Whether the result, if there is one, may be shown: ``False`` if it would tell of persons.
    steps:
        How the steps of its project stand.
    """
    over = (ends or round_.due) <= round_.end
    if kind in {"milestone", "level"} and due is not None and due > round_.end and not over:
        return Status.NOT_YET_DUE
    if not has_target:
        return Status.AWAITING_TARGET
    if met:
        return Status.REACHED
    if met is None:
        unknown = Status.AWAITING_RESULT if countable else Status.NOTHING_TO_MEASURE
        return unknown if shown else Status.NOT_SHOWN
    if over:
        return Status.MISSED
    return Status.ON_THE_WAY if kind == "cumulative" and Work.OVERDUE not in steps else Status.BELOW_PLAN
