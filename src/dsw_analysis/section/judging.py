"""What a section says of the plan's indicators: targets, results and states, as records and in tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pandas as pd
from markupsafe import Markup

from dsw_analysis import display
from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.ledger import UnknownFindingError
from dsw_analysis.intake.thai import format_date
from dsw_analysis.plan.plan import Indicator, planned_time
from dsw_analysis.plan.verdicts import Status, Work
from dsw_analysis.section import blocks
from dsw_analysis.section.asking import Number
from dsw_analysis.section.recalling import Look, Recalling, changed, compared, trend_of

HEADERS = ("ค่าเป้าหมาย", "ผลการดำเนินงาน", "สถานะ")
"""What heads the cells of an indicator."""


def cells(record: Mapping[str, Any], ledger: Mapping[str, Finding]) -> tuple[Markup | None, Markup | None, Markup]:
    """Target, result and state of an indicator, from what its section handed over."""
    target, result = record["target"] and ledger[record["target"]], record["result"] and ledger[record["result"]]
    limit = "ไม่เกิน" if record["direction"] == "at_most" else ""
    new = " (ใหม่)" if record["former"] else ""
    return (
        Markup("{}{}{}").format(limit, blocks.link(target, "unit"), new) if target else None,
        blocks.link(result, "full") if result else None,
        _status(record["status"]),
    )


def before_change(record: Mapping[str, Any], ledger: Mapping[str, Finding]) -> Markup | None:
    """The target that an indicator had before it was changed within the year, until when, and the verdict by it."""
    former = record["former"]
    if former is None:
        return None
    limit = "ไม่เกิน" if record["direction"] == "at_most" else ""
    target = blocks.link(ledger[former["target"]], "unit")
    return Markup("เป้าหมายเดิม {}{} (ใช้ถึง {}): {}").format(limit, target, former["until"], _status(former["status"]))


def _status(code: str) -> Markup:
    return Markup('<span class="status {}">{}</span>').format(code, Status[code.upper()].value)


@dataclass(frozen=True, kw_only=True, repr=False)
class Judging(Recalling):
    """The indicators of a project, which are the country's: a brief shows results without target or state."""

    awaits: tuple[str, ...] = ()

    def contents(self) -> dict[str, str]:
        """Also how the work and the indicators stand, as far as they are measured; not in a brief."""
        held = super().contents()
        if not self.national:
            return held
        after = held.pop("ขั้นต่อไป")
        standing = {"งานเมื่อสิ้นรอบ": self.plan.work(self.id, self.round).value}
        return {**held, **standing, "ตัวชี้วัด": display.listed(map(self._verdict, self._indicators), 4), "ขั้นต่อไป": after}

    def _verdict(self, indicator: Indicator) -> str:
        """How an indicator stands, as far as that is measured yet."""
        found = self.ledger.get(indicator.measured_by or "")
        status = self._status(indicator).value if found or indicator.measured_by is None else "ยังไม่ได้คำนวณ"
        return f"{indicator.name or (found.label if found else indicator.id)}: {status}"

    @cached_property
    def _indicators(self) -> list[Indicator]:
        found = self.plan.indicators_of(self.id)
        return [replace(indicator, measured_by=None) for indicator in found] if self.plan_only else found

    def _indicator_table(self) -> str:
        """Indicators against their targets, with the verdict at the end of the round; empty if there are none.

        A brief shows what of them is measured in the province, against no target; nothing if nothing is, or if the
        data have no row of the province.
        """
        if self.national:
            told = [indicator for indicator in self._indicators if self._is_told(indicator)]
            rows = [self._row(indicator) for indicator in told]
            frame = pd.DataFrame(rows, columns=["ตัวชี้วัด", *HEADERS], dtype=object)
            caption, note = f"ตัวชี้วัดและค่าเป้าหมายรอบ 12 เดือน เทียบกับผล{self.round.label}", None
            if self._seen:
                note = self._with_earlier(frame, told)
        else:
            if not any(s.rows for s in self.sources.values() if s.province is not None):
                return ""
            measured = [(indicator, found) for indicator in self._indicators if (found := self._result(indicator))]
            rows = [
                [i.name or f.label, blocks.link(f, "full"), f.note if f.value is None else None] for i, f in measured
            ]
            frame = pd.DataFrame(rows, columns=["ตัวชี้วัด", HEADERS[1], "หมายเหตุ"], dtype=object)
            frame = frame if frame["หมายเหตุ"].notna().any() else frame.drop(columns="หมายเหตุ")
            caption = f"ผลตามตัวชี้วัดของ{self.place} {self.round.label}"
            note = "ค่าเป้าหมายของตัวชี้วัดกำหนดไว้สำหรับทั้งประเทศ จึงไม่นำมาเทียบกับผลของจังหวัดเดียว"
        if frame.empty:
            return ""
        uses = [found for indicator in self._indicators if (found := self._result(indicator))]
        table = blocks.table(
            frame, caption=caption, note=note, findings=self.ledger, uses=uses, css="indicators src"
        ).html
        return f"{table}{self._changes()}"

    @cached_property
    def _seen(self) -> dict[str, dict[str, Any]]:
        """What earlier rounds found of each indicator; empty in a first round."""
        return self._looks({indicator.id: self._result(indicator) for indicator in self._indicators})

    def _with_earlier(self, frame: pd.DataFrame, indicators: Sequence[Indicator]) -> str:
        """Give a table of indicators the columns on earlier rounds; what a reader must know of them."""
        looks: list[tuple[Look, Finding | None]] = [(self._seen[i.id], self._result(i)) for i in indicators]
        self.shown.quote(self._heading, self._told, *(look.get("why") for look, _ in looks))
        frame.insert(3, self._heading, pd.Series([compared(self, *look) for look in looks], dtype=object))
        trends = [trend_of(self, look) for look, _ in looks]
        if any(trends):
            frame.insert(4, "แนวโน้ม", pd.Series(trends, dtype=object))
        return self._told

    def _changes(self) -> str:
        """What has changed since the last round, in a sentence; empty if nothing can be held against it."""
        said = [
            f"{blocks.literal(found.label)} {changed(self, look, found)}{_ends(self.ledger[look['value']], found)}"
            for indicator in self._indicators
            if (look := self._seen.get(indicator.id, {})).get("change") and (found := self._result(indicator))
        ]
        if not said:
            return ""
        self.shown.quote(since := f"เทียบกับ{self._line[-1].label}")
        return f"<p>{since}: {blocks.rich(' · '.join(said), self.ledger)}</p>"

    def _is_told(self, indicator: Indicator) -> bool:
        """Whether anything is known of an indicator but that there is one."""
        return any(known is not None for known in (indicator.name, indicator.target, self._result(indicator)))

    def _untold(self) -> list[Markup]:
        """Verdicts of indicators of which nothing else is known."""
        return [cells(self._record(i), self.ledger)[2] for i in self._indicators if not self._is_told(i)]

    def _row(self, indicator: Indicator) -> list[Any]:
        found = self._result(indicator)
        target, result, status = cells(self._record(indicator), self.ledger)
        why = found.note if found and found.value is None else None
        notes = [blocks.said(note) for note in (self._because(indicator), indicator.note, why) if note]
        former = before_change(self._record(indicator), self.ledger)
        name = indicator.name or (found.label if found else "ตัวชี้วัด")
        due = [f"ครบกำหนด {format_date(indicator.due)}"] if indicator.due not in (None, self.round.due) else []
        return [name, target, result, Markup("<br>").join([status, *filter(None, [former]), *notes, *due])]

    def _record(self, indicator: Indicator) -> dict[str, Any]:
        """What is handed over of an indicator."""
        return {
            "id": indicator.id,
            "name": indicator.name,
            "unit": indicator.unit,
            "direction": indicator.direction,
            "target": indicator.id if indicator.target is not None else None,
            "result": found.id if (found := self._result(indicator)) else None,
            "status": self._status(indicator).name.lower(),
            "former": self._former(indicator),
            "because": self._because(indicator),
            "note": indicator.note,
            **({"earlier": self._seen[indicator.id]} if indicator.id in self._seen else {}),
        }

    def _former(self, indicator: Indicator) -> dict[str, Any] | None:
        """What is handed over of the target that an indicator had before it was changed within the year."""
        former = indicator.former
        if former is None or indicator.former_until is None:
            return None
        until, status = format_date(indicator.former_until), self._status(former).name.lower()
        return {"target": former.id, "until": until, "status": status}

    def _judged(self) -> list[dict[str, Any]]:
        return [self._record(indicator) for indicator in self._indicators] if self.national else []

    def _status(self, indicator: Indicator) -> Status:
        return self.plan.status(indicator, self._result(indicator), self.round)

    def _because(self, indicator: Indicator) -> str | None:
        """What a reader must know of a status to read it right."""
        status, over = self._status(indicator), self.round.end >= (indicator.due or self.round.due)
        if status is Status.REACHED and indicator.kind == "rate" and not over:
            return "อาจเปลี่ยนได้จนสิ้นปี"
        if status is Status.NOT_YET_DUE and indicator.step is not None:
            steps = self.plan.rows("steps", self.id)
            planned = next((planned_time(row) for row in steps if row["step"] == indicator.step), None)
            return f"วัดได้เมื่อขั้นตอนที่ {indicator.step} แล้วเสร็จ" + (f" ({planned})" if planned else "")
        if status is Status.BELOW_PLAN and indicator.kind == "cumulative":
            return "มีขั้นตอนที่เลยกำหนดตามแผน"
        return None

    @cached_property
    def _late(self) -> list[str]:
        """Each step that is overdue, with its planned time: ``ขั้นตอนที่ 3 (ม.ค.)``."""
        return [f"ขั้นตอนที่ {row['step']} ({planned_time(row)})" for row in self._steps_that_are(Work.OVERDUE)]

    def _steps_that_are(self, work: Work) -> list[dict[str, Any]]:
        rows, works = self.plan.rows("steps", self.id), self.plan.work_of_steps(self.id, self.round)
        return [row for row, found in zip(rows, works, strict=True) if found is work and row["step"] is not None]

    def _result(self, indicator: Indicator) -> Finding | None:
        """The finding that measures an indicator; ``None`` if none does but an example, which decides nothing.

        An error names both if the notebook has not recorded it.
        """
        if indicator.measured_by is None:
            return None
        try:
            found = self.ledger[indicator.measured_by]
        except UnknownFindingError as error:
            raise KeyError(f"indicator {indicator.id} of the action plan is measured by {error}") from None
        return None if self.is_example(found.id) else found

    def _indicator_of(self, result: Number) -> dict[str, Any] | None:
        """Status, target and due day of the indicator that a number measures; ``None`` if it has no target."""
        for indicator in self._indicators:
            if indicator.measured_by == result.finding.id and indicator.target is not None:
                target = self.number(indicator.id)
                return {"status": self._status(indicator).value, "target": target, "due": indicator.due}
        return None


def _ends(old: Finding, new: Finding) -> str:
    """``จากร้อยละ 57.44 เป็นร้อยละ 61.20``, if they differ; a number stands apart from the word before it."""
    if old.value == new.value:
        return ""
    apart = "" if new.unit == old.unit == "percent" else " "
    return f" จาก{apart}{{{old.id}:unit}} เป็น{apart}{{{new.id}:unit}}"
