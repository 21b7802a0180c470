"""A section: what a notebook holds in its hand, from its data to the findings it hands on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup, escape

from dsw_analysis import blocks, figures
from dsw_analysis.blocks import Block, Drawing
from dsw_analysis.datasets import Source, dataset, source_of
from dsw_analysis.findings import Finding, Ledger
from dsw_analysis.measures import BLANK, FILLED, Count, Ratio
from dsw_analysis.plan import NOT_STATED, Indicator, Plan, Project, Status
from dsw_analysis.rounds import MONTHS, Round
from dsw_analysis.shown import Shown
from dsw_analysis.thai import format_date

SECTION_MIME = "application/vnd.dsw.section+json"
"""MIME type under which a finished section hands its findings to the runner."""

_STATES = {
    "done": "ดำเนินการแล้ว",
    "in_progress": "อยู่ระหว่างดำเนินการ",
    "not_started": "ยังไม่ดำเนินการ",
    None: NOT_STATED,
}


def open_section(
    section: str,
    *,
    round_id: str,
    data_dir: str | Path,
    province: str | None = None,
    accept_partial: bool = False,
) -> ProjectSection:
    """Open a section for a notebook.

    Parameters
    ----------
    section:
        Id of the section, as in the action plan.
    round_id:
        Round, e.g. ``"2569-6m"``.
    data_dir:
        Folder that holds one folder of raw files a round.
    province:
        Official Thai name of the province to restrict data to; ``None`` for the whole country.
    accept_partial:
        Report on the valid rows of a dataset that has problems, and say so, instead of refusing it.

    Raises
    ------
    ValueError
        If the round's id is malformed.
    KeyError
        If the action plan has no such section.
    DataError
        If the action plan has problems.
    """
    round_ = Round.parse(round_id)
    folder = Path(data_dir) / str(round_)
    plan = Plan.load(round_, folder)
    figures.set_theme()
    project = plan.project(section)
    opened = ProjectSection(
        id=section,
        order=project.order,
        title=project.name,
        round=round_,
        folder=folder,
        plan=plan,
        project=project,
        province=province,
        accept_partial=accept_partial,
    )
    opened._record_plan()
    return opened


@dataclass(frozen=True, kw_only=True)
class Section:
    """What every notebook of the report needs: a place to record findings and ways to show them."""

    id: str
    order: int
    title: str
    round: Round
    province: str | None = None
    ledger: Ledger = field(default_factory=Ledger)
    sources: dict[str, Source] = field(default_factory=dict)
    shown: Shown = field(default_factory=Shown)

    def add(self, *findings: Finding) -> None:
        """Record findings.

        Raises
        ------
        ValueError
            If an id is taken already or belongs to another section.
        """
        for finding in findings:
            if finding.section != self.id:
                raise ValueError(f"finding {finding.id} does not belong to section {self.id}")
            self.ledger.add(finding)

    def __getitem__(self, finding_id: str) -> Finding:
        """Recorded finding of an id; an unknown one is an error that names the nearest."""
        return self.ledger[finding_id]

    def text(self, text: str) -> str:
        """Put numbers into ``{id}`` of a short plain text, such as a row label."""
        self.shown.templates.add(text)
        return blocks.fill(text, self.ledger)

    def say(self, text: str) -> Block:
        """Thai prose in Markdown with ``{id}`` or ``{id:style}`` for numbers; see :meth:`Finding.text`."""
        return blocks.prose(text, self.ledger)

    def table(
        self,
        frame: pd.DataFrame,
        *,
        caption: str,
        note: str | None = None,
        uses: Iterable[Finding] = (),
        quoted: bool = False,
    ) -> Block:
        """A table whose numbers are findings; see :func:`dsw_analysis.blocks.table`.

        ``quoted`` marks the cells as words of the source, which may hold numbers of their own; ``uses`` are
        findings that they go with, so that the table carries their provenance.
        """
        css = "src" if quoted else ""
        self.shown.table(frame, quoted=quoted)
        return blocks.table(frame, caption=caption, note=note, findings=self.ledger, uses=uses, css=css)

    def figure(self, drawing: Drawing, *, headline: str, subtitle: str, alt: str) -> Block:
        """A drawing with headline, subtitle and alternative text; see :func:`dsw_analysis.blocks.figure`."""
        self.shown.picture(drawing, alt)
        return blocks.figure(drawing, headline=headline, subtitle=subtitle, alt=alt, findings=self.ledger)

    def close(self) -> Block:
        """List the section's findings and hand them to the runner; the last cell of every notebook."""
        document = {
            "section": self.id,
            "order": self.order,
            "title": self.title,
            "round": str(self.round),
            "province": self.province,
            "inputs": [
                {"dataset": name, "file": s.file, "sha256": s.sha256, "rows": s.rows, "refused": s.refused}
                for name, s in sorted(self.sources.items())
            ],
            "indicators": self._judged(),
            "findings": self.ledger.records(),
            "shown": self.shown.record(),
        }
        rows = "".join(
            f'<tr><td><code>{f.id}</code></td><td>{escape(f.label)}</td><td class="num">{f.text("full")}</td></tr>'
            for _, f in sorted(self.ledger.items())
        )
        head = "<tr><th>id</th><th>รายการ</th><th>ค่า</th></tr>"
        html = f'<table class="findings"><thead>{head}</thead><tbody>{rows}</tbody></table>'
        return Block(html, {SECTION_MIME: document})

    def _judged(self) -> list[dict[str, Any]]:
        return []


@dataclass(frozen=True, kw_only=True)
class ProjectSection(Section):
    """One project of the plan, open in a notebook; made by :func:`open_section`."""

    folder: Path
    plan: Plan
    project: Project
    accept_partial: bool = False

    def load(self, dataset_id: str) -> pd.DataFrame:
        """Load one of the round's datasets; see :meth:`dsw_analysis.datasets.Dataset.load`.

        Where rows were refused and ``accept_partial`` is set, the share of rows used becomes a finding,
        ``<section>.rows_used.<dataset>``, which :meth:`overview` shows.
        """
        frame = dataset(dataset_id).load(
            self.round, self.folder, province=self.province, accept_partial=self.accept_partial
        )
        source = source_of(frame)
        self.sources[dataset_id] = source
        if source.refused:
            self.add(_rows_used(self.id, source))
        self.shown.learn(dataset(dataset_id), frame)
        return frame

    def codes(self, dataset_id: str, column: str) -> Mapping[str, str]:
        """Codebook of a column: code -> Thai label, in order."""
        return dataset(dataset_id)[column].codes

    def overview(self) -> Block:
        """Where the project stands in the plan, who owns it, and what the plan says of its state."""
        p = self.project
        rows = [
            ("แผนปฏิบัติการ", p.strategy),
            ("ประเด็นการพัฒนา", p.issue),
            ("โครงการ/กิจกรรม", p.name),
            ("หน่วยงานหลัก", p.owner),
            ("หน่วยงานร่วม", p.partners),
            ("สถานะในรอบนี้", p.state),
            ("หมายเหตุ", p.note),
        ]
        optional = {"หน่วยงานร่วม", "หมายเหตุ"}
        items = "".join(
            f"<dt>{term}</dt><dd>{escape(words or NOT_STATED)}</dd>"
            for term, words in rows
            if words or term not in optional
        )
        # Numbers of ours stay out of the source's words: they are bound to their findings instead.
        partial = "".join(
            f"<li>{escape(dataset(name).title)} {blocks.link(self.ledger[f'{self.id}.rows_used.{name}'], 'full')}</li>"
            for name, source in self.sources.items()
            if source.refused
        )
        notice = "<p>มีแถวที่ไม่ผ่านการตรวจสอบ ส่วนนี้จึงคำนวณจากแถวที่ใช้ได้เท่านั้น</p>"
        warning = f'<div class="warning">{notice}<ul>{partial}</ul></div>' if partial else ""
        return Block(f'<dl class="overview src">{items}</dl>{warning}')

    def roadmap(self) -> Block:
        """The road map: every step over the twelve fiscal months, with its state."""
        steps = self.plan.steps_of(self.id)
        months = "".join(
            f'<th scope="col" class="m{" end" if place == self.round.months else ""}">{name}</th>'
            for place, name in enumerate(MONTHS, start=1)
        )
        rows = "".join(self._step_row(row) for _, row in steps.iterrows())
        counts = blocks.rich(
            f"ทั้งหมด {{{self.id}.steps}} ขั้นตอน ดำเนินการแล้ว {{{self.id}.steps_done}} "
            f"อยู่ระหว่างดำเนินการ {{{self.id}.steps_in_progress}} ยังไม่ดำเนินการ {{{self.id}.steps_not_started}} "
            f"ไม่ปรากฏสถานะ {{{self.id}.steps_not_stated}}",
            self.ledger,
        )
        label = f"แผนการดำเนินงานรายเดือน ปีงบประมาณ พ.ศ. {self.round.year}"
        return Block(
            f'<div class="table roadmap"><div class="scroll" role="region" tabindex="0" aria-label="{label}">'
            f'<table><caption>{label} <span class="sub">{counts}</span></caption>'
            f'<thead><tr><th scope="col">ขั้นตอน</th>{months}<th scope="col">สถานะ</th></tr></thead>'
            f'<tbody class="src">{rows}</tbody></table></div></div>'
        )

    def indicators(self) -> Block:
        """Indicators against their targets, with the status at the end of the round."""
        rows = [self._indicator_row(indicator) for indicator in self.plan.indicators_of(self.id)]
        columns = ["ตัวชี้วัด", "ค่าเป้าหมาย", "ผลการดำเนินงาน", "ผลต่อเป้าหมาย", "สถานะ", "หมายเหตุ"]
        return blocks.table(
            pd.DataFrame(rows, columns=columns, dtype=object),
            caption=f"ตัวชี้วัดและค่าเป้าหมายรอบ 12 เดือน เทียบกับผล{self.round.label}",
            findings=self.ledger,
            uses=[self.ledger[i.measured_by] for i in self.plan.indicators_of(self.id) if i.measured_by],
            css="indicators src",
        )

    def gaps(self) -> Block:
        """What the plan leaves open for this project, to be asked of its owner."""
        missing = "\n".join(f"- {words}" for words in self.plan.gaps(self.id))
        if not missing:
            return self.say("แผนระบุหน่วยงาน ขั้นตอน เดือน สถานะ ตัวชี้วัด และค่าเป้าหมายครบถ้วนสำหรับการติดตามผล")
        return self.say(f"การติดตามผลในรอบต่อไปต้องใช้ข้อมูลต่อไปนี้ ซึ่งไม่ปรากฏในเอกสาร ควรขอจากเจ้าของโครงการ\n\n{missing}")

    def _judged(self) -> list[dict[str, Any]]:
        return [
            {
                "id": indicator.id,
                "name": indicator.name,
                "unit": indicator.unit,
                "direction": indicator.direction,
                "target": indicator.id if indicator.target is not None else None,
                "result": indicator.measured_by,
                "status": self._status(indicator).name.lower(),
                "note": indicator.note,
            }
            for indicator in self.plan.indicators_of(self.id)
        ]

    def _record_plan(self) -> None:
        """Record the counts of steps by state, the targets, and what share of them is reached so far."""
        self.shown.plan(self.id, self.plan)
        for frame in (self.plan.projects, self.plan.steps, self.plan.indicators):
            source = source_of(frame)
            self.sources[source.dataset.id] = source
        steps = self.plan.steps
        names = {
            "steps_done": ("ขั้นตอนที่ดำเนินการแล้ว", "done"),
            "steps_in_progress": ("ขั้นตอนที่อยู่ระหว่างดำเนินการ", "in_progress"),
            "steps_not_started": ("ขั้นตอนที่ยังไม่ดำเนินการ", "not_started"),
        }
        # A row without a number is a remark that the source shows no steps, not a step.
        of = {"section": self.id, "step": FILLED}
        self.add(Count(id=f"{self.id}.steps", label="ขั้นตอนตามแผนการดำเนินงาน", unit="steps", where=of)(steps))
        for name, (label, state) in names.items():
            self.add(Count(id=f"{self.id}.{name}", label=label, unit="steps", where={**of, "state": state})(steps))
        self.add(
            Count(
                id=f"{self.id}.steps_not_stated",
                label="ขั้นตอนที่ไม่ปรากฏสถานะ",
                unit="steps",
                where={**of, "state": BLANK},
            )(steps)
        )
        for indicator in self.plan.indicators_of(self.id):
            target = self.plan.target(indicator)
            if target is not None:
                self.add(target)

    def _status(self, indicator: Indicator) -> Status:
        result = self.ledger.get(indicator.measured_by) if indicator.measured_by else None
        if indicator.measured_by and result is None:
            raise KeyError(
                f"indicator {indicator.id} is measured by {indicator.measured_by}, which this notebook has not recorded"
            )
        return indicator.status(result, self.round)

    def _indicator_row(self, indicator: Indicator) -> list[Any]:
        status = self._status(indicator)
        result = self.ledger[indicator.measured_by] if indicator.measured_by else None
        target = self.ledger[indicator.id] if indicator.target is not None else None
        attainment = indicator.attainment(result)
        sign = "≥" if indicator.direction == "at_least" else "≤"
        attained: Finding | None = None
        if attainment is not None and result is not None and target is not None:
            label = f"ผลต่อเป้าหมาย: {indicator.name or indicator.id}"
            attained = Ratio(id=f"{indicator.id}_attained", label=label)(result, target)
            self.add(attained)
        notes = [n for n in (indicator.note, result.note if result and result.value is None else None) if n]
        return [
            indicator.name or NOT_STATED,
            Markup("{} {}").format(sign, blocks.link(target, "unit")) if target else NOT_STATED,
            Markup("{}").format(blocks.link(result, "full")) if result else None,
            Markup("{}").format(blocks.link(attained, "unit")) if attained else None,
            Markup('<span class="status {}">{}</span>').format(status.name.lower(), status.value),
            " ".join([*notes, f"ครบกำหนด {format_date(indicator.due)}"] if indicator.due else notes) or None,
        ]

    def _step_row(self, row: pd.Series) -> str:
        note = "" if pd.isna(row["source_note"]) else f" <small>{escape(row['source_note'])}</small>"
        if pd.isna(row["step"]):
            return f'<tr><td colspan="14">{escape(_or(row["name"], "ไม่ปรากฏขั้นตอนในเอกสาร"))}{note}</td></tr>'
        state = None if pd.isna(row["state"]) else str(row["state"])
        planned = [not pd.isna(row[f"m{place:02d}"]) for place in range(1, 13)]
        if any(planned):
            cells = "".join(
                f'<td class="m {state or "unstated"}{" end" if place == self.round.months else ""}">'
                f"{'<span>●</span>' if on else ''}</td>"
                for place, on in enumerate(planned, start=1)
            )
        else:
            cells = '<td class="m none" colspan="12">ไม่ปรากฏเดือนในเอกสาร</td>'
        name = escape(_or(row["name"], NOT_STATED))
        return (
            f'<tr><th scope="row">{int(row["step"])}. {name}{note}</th>{cells}'
            f'<td class="state">{_STATES[state]}</td></tr>'
        )


def _or(cell: object, otherwise: str) -> str:
    return otherwise if pd.isna(cell) else str(cell)  # type: ignore[call-overload]  # any scalar


def _rows_used(section: str, source: Source) -> Finding:
    """Share of a dataset's rows that could be used, where others were refused."""
    rows, read = source.rows, source.rows + source.refused
    return Finding(
        id=f"{section}.rows_used.{source.dataset.id}",
        label=f"แถวที่ใช้ได้ของชุดข้อมูล {source.dataset.title}",
        value=100 * rows / read,
        unit="percent",
        numerator=rows,
        denominator=read,
        dataset=source.dataset.id,
        file=source.file,
        sha256=source.sha256,
        rows=rows,
        provenance=source.provenance,
        note="แถวที่ไม่ผ่านการตรวจสอบไม่นำมาคำนวณ",
    )
