"""A section of the action plan: a project with its data, road map and indicators, of the country or one province."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup, escape
from matplotlib.axes import Axes

from dsw_analysis import project
from dsw_analysis.findings.disclosure import Shield, rounded
from dsw_analysis.findings.families import PROVINCE, Family
from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.ledger import TOLD, Ledger, to_json
from dsw_analysis.findings.measures.base import Count, Given
from dsw_analysis.findings.repairs import path_of, read_repairs
from dsw_analysis.intake.columns import Schema
from dsw_analysis.intake.files import is_there
from dsw_analysis.intake.provinces import official_province
from dsw_analysis.intake.published import Published, differs
from dsw_analysis.intake.returns import RETURNS
from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.intake.source import read_decimals, source_of
from dsw_analysis.plan import schedule
from dsw_analysis.plan.outlook import runs
from dsw_analysis.plan.plan import Plan
from dsw_analysis.problems import AwaitedError, DataError
from dsw_analysis.rounds import Round
from dsw_analysis.section import figures
from dsw_analysis.section.blocks import Block
from dsw_analysis.section.measuring import COUNTRY
from dsw_analysis.section.notebook import attend
from dsw_analysis.section.notices import Noticing
from dsw_analysis.section.planning import WORK_COUNTS
from dsw_analysis.section.rates import POPULATION, rates, words
from dsw_analysis.section.words import register

_PLAN_ONLY = "โครงการนี้อยู่ในแผน แต่ยังไม่มีการวิเคราะห์ข้อมูลของโครงการในรายงานฉบับนี้ ส่วนนี้จึงแสดงเฉพาะสิ่งที่แผนระบุ ผลตามตัวชี้วัดยังรอข้อมูล"
"""What is said of a project without a notebook."""
EXACT = "DSW_EXACT"
"""Environment variable by which ``dsw run --exact`` opens every section as :func:`open_section` does with ``exact``."""
OPEN = "แสดงค่าจริงที่ยังไม่ได้คุ้มครองข้อมูลส่วนบุคคล ใช้ดูภายในเท่านั้น ห้ามเผยแพร่"
"""What is said over numbers that are not protected."""
_NONE = Markup('<span class="none">-</span>')


def open_section(
    section: str,
    *,
    round_id: str,
    data_dir: str | Path,
    province: str | None = None,
    accept_partial: bool = False,
    exact: bool = False,
    plan_only: bool = False,
    needs: Sequence[str] = (),
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
        Name of the province to restrict data to, in any usual spelling; ``None`` or empty for the whole country.
    accept_partial:
        Report on the valid rows of a dataset that has problems, and say so, instead of refusing it.
    exact:
        Show numbers of persons as they are, to an analyst alone: no report is made of that.
    plan_only:
        Show what the plan says and nothing else, as of a project that has no notebook yet: no indicator is measured.
    needs:
        Datasets that the project's notebook loads; with ``plan_only`` it is said which of them have not come.

    Raises
    ------
    ValueError
        If the round's id is malformed or no province has that name; the message gives the nearest names.
    NotInPlanError
        If the action plan has no such section.
    DataError
        If the action plan has problems.
    UsageError
        If there are no schemas beside ``data_dir``, or one has a mistake.
    """
    round_, exact = Round.parse(round_id), exact or EXACT in os.environ
    place = official_province(province) if province else None
    folder = Path(data_dir) / str(round_)
    schemas = Schemas.of(data_dir, round_)
    plan = Plan.load(schemas, folder)
    figures.set_theme()
    project = plan.project(section)
    published = Published.of(folder)
    opened = ProjectSection(
        id=section,
        order=project.order,
        title=project.name,
        round=round_,
        folder=folder,
        outputs=Path(os.path.abspath(data_dir)).parents[1] / "outputs",  # noqa: PTH100 - knows "..", follows no link
        schemas=schemas,
        plan=plan,
        project=project,
        province=place,
        accept_partial=accept_partial,
        decimals=read_decimals(folder),
        published=published,
        shield=Shield(published={} if place else published.figures, open=exact),
        plan_only=plan_only,
        awaits=tuple(id_ for id_ in needs if _is_awaited(schemas, id_, folder)),
    )
    opened._record_plan()
    register(opened)
    attend(opened)
    return opened


@dataclass(frozen=True, kw_only=True, repr=False)
class ProjectSection(Noticing):
    """One project of the plan, open in a notebook; made by :func:`open_section`.

    The plan is that of the whole country, so a brief of one province shows neither its road map nor its targets.
    """

    accept_partial: bool = False
    decimals: Mapping[str, int] = field(default_factory=dict)
    published: Published = field(default_factory=Published)
    restated: list[dict[str, str]] = field(default_factory=list)

    def contents(self) -> dict[str, str]:
        """Also that numbers are not protected, where they are not."""
        return {**({"คำเตือน": OPEN} if self.shield.open else {}), **super().contents()}

    def add(self, *findings: Finding) -> None:
        """Record findings as the country's report prints them; see :meth:`Section.add`.

        Percentages have the decimals of the round's print, and a result has those that its status needs. What the print
        holds is marked as printed.

        Raises
        ------
        DataError
            If a number is not the printed one, and ``published.csv`` gives no cause for that.
        """
        super().add(*(self._as_printed(self.covered(finding)) for finding in findings))

    def forget(self, ids: Collection[str]) -> None:
        """As :meth:`Recording.forget`; also what was said of them."""
        super().forget(ids)
        self.restated[:] = [said for said in self.restated if said["id"] not in ids]
        self.__dict__.pop("_seen", None)

    def _as_printed(self, finding: Finding) -> Finding:
        if not self.national:
            return finding
        printed = self.decimals.get(finding.id, self.decimals.get(f"{self.id}.*"))
        if printed is not None and finding.unit == "percent" and finding.digits is None:
            finding = replace(finding, digits=printed)
        finding = self._held_to_print(finding)
        for indicator in self._indicators:
            if indicator.measured_by == finding.id:
                finding = indicator.printed(finding)
                finding = indicator.former.printed(finding) if indicator.former else finding
        return finding

    def _held_to_print(self, finding: Finding) -> Finding:
        figure = self.published.figures.get(finding.id)
        if figure is None:
            return finding
        exact = replace(self.shield.found.get(finding.id, finding), digits=finding.digits)
        problem = differs(finding.id, figure, exact.rounded())
        if problem is None:
            return replace(finding, printed="fraction" if figure.has_fraction else "value")
        if figure.cause is None:
            raise DataError([problem])
        printed = "-" if figure.value is None else f"{figure.value:,}"
        self.restated.append({"id": finding.id, "printed": printed, "cause": figure.cause})
        return finding

    @cached_property
    def _under_way(self) -> str:
        steps = self.plan.steps_of(self.id)
        going = steps[(steps["state"] == "in_progress") & steps["step"].notna()]
        words = f"ขั้นตอนที่ {runs(going['step'].astype(int))}" if len(going) else ""
        self.shown.quote(words or None)
        return words

    def load(self, dataset_id: str, columns: Sequence[str] | None = None, *, only: str | None = None) -> Any:  # noqa: ANN401
        """Load one of the round's datasets, or some of its columns; see :class:`~dsw_analysis.intake.dataset.Dataset`.

        Where rows were refused and ``accept_partial`` is set, the share of rows used becomes a finding,
        ``<section>.rows_used.<dataset>``, which :meth:`overview` shows. A brief says so without a number: of which
        province a refused row is cannot be relied on.

        With ``only="country"`` a brief loads nothing and gets ``None``, which :meth:`measure` passes over.

        Parameters
        ----------
        dataset_id:
            Name of its schema.
        columns:
            Names of the columns to load, in that order; all by default.
        only:
            ``"country"`` for what a brief does without.

        Returns
        -------
        pandas.DataFrame
            A row for each of the file, with its number there as the index; dates as time stamps, choices as categories
            of codes.

        Raises
        ------
        ValueError
            In a brief, if the dataset does not say of which province its rows are.
        DataError
            With every problem of the dataset; :class:`AwaitedError` if it has not come.
        """
        if not self.national and only == COUNTRY:
            return None
        kind = self.schemas[dataset_id]
        if not self.national and all(column.kind != "province" for column in kind.columns):
            raise ValueError(
                f'{dataset_id} has no province, so nothing in it is of {self.province}; load it with only="country"'
            )
        try:
            frame = kind.load(
                self.round, self.folder, province=self.province, columns=columns, accept_partial=self.accept_partial
            )
        except DataError as error:
            if error.is_awaited:
                raise AwaitedError(error.problems) from None
            raise
        if kind.tells_of_persons:
            self._read_repairs()
        source = frame.attrs["source"] = replace(source_of(frame), shield=self.shield)
        self.rest_on(replace(source, rows=self._rows_told(kind, source.rows if self.national else len(frame))))
        if (source.refused or source.missing) and self.national:
            rows = source.rows or 0
            read = rows + source.refused
            used = Given(
                f"แถวที่ใช้ได้ของชุดข้อมูล {source.dataset.title}",
                id=f"{self.id}.rows_used.{dataset_id}",
                note="แถวที่ไม่ผ่านการตรวจสอบไม่นำมาคำนวณ",
                digits=2,
            )
            self.forget({used.id})  # of a cell that loads again
            self.add(used(frame, 100 * rows / read, numerator=rows, denominator=read, rows=rows))
        if self.national and is_there(self.folder, RETURNS):
            self.record_returns(dataset_id)
        self.shown.learn(kind, frame)
        return frame

    def _read_repairs(self) -> None:
        """Read what the gate has decided to show less of; the round's own file is asked for also if it is not there."""
        data = self.schemas.folder.parent
        with suppress(FileNotFoundError):
            path_of(data, self.round).read_bytes()
        self.shield.repairs = read_repairs(data, self.round)

    def _rows_told(self, kind: Schema, rows: int | None) -> int | None:
        """How many rows there are, as far as may be told: of the country exactly if they are none or many."""
        if rows is None or not kind.persons or self.shield.open:
            return rows
        rule = project.current().protection.of(kind.id)
        told = self.national and (rows == 0 or rows >= rule.exact_from)
        return rows if told else rounded(rows, rule.base)

    def tile_map(self, name: str, *, zero: str = "", rated: bool = True, **about: Any) -> Block | Axes | None:  # noqa: ANN401
        """A tile for each province; of counts, if the round has a file of inhabitants, their rates.

        Parameters
        ----------
        name:
            Short id of the family.
        zero:
            ``"×"`` crosses out provinces without.
        rated:
            Whether a rate of inhabitants says something of the counts.
        """
        rows = self.rows(name, PROVINCE) if rated and self.national else []
        if not rows or not is_there(self.folder, POPULATION):
            return super().tile_map(name, zero=zero, **about)
        frame = self.load(POPULATION)
        short = f"{self.families[name].short.replace('{}', '').strip(' :')} ต่อประชากรแสนคน"
        family = self.families.setdefault(f"{name}_rate", Family(f"{name}_rate", short))
        made = rates(frame, rows, short, family.name)
        for inhabitants, row in made:
            if inhabitants.id not in self.ledger:
                self.add(inhabitants)
            self._keep(family, "", row)
        known = {row.code for _, row in made}
        said = words(frame, [row for row in rows if row.finding.value is not None and row.code not in known])
        if not known:
            return super().tile_map(name, zero=zero, **about, note=said["lacking"])
        self.shown.quote(said["years"], said["sources"])
        return super().tile_map(family.name, zero=zero, **said)

    def codes(self, frame: pd.DataFrame, column: str) -> Mapping[str, str]:
        """Codebook of a column of a loaded frame: code -> Thai label, in order."""
        return source_of(frame).dataset[column].codes

    def names(self) -> Mapping[str, Any]:
        """What texts know besides numbers: also indicators that have a target, and steps under way.

        ``work`` is how the project stands (``"done"``, ``"overdue"``, ``"in_progress"``, ``"ahead"``, ``"waiting"``),
        ``indicator(progress)`` has the ``status``, ``target`` and ``due`` day of the indicator that a number measures,
        and ``deadline("คำสั่ง")`` is the last month planned for the last step whose name holds these words.
        """
        return {
            **super().names(),
            "targets": [indicator for indicator in self._indicators if indicator.target is not None],
            "under_way": self._under_way,
            "work": self.plan.work(self.id, self.round).name.lower(),
            "indicator": self._indicator_of,
            "deadline": self._deadline,
        }

    def overview(self) -> Block:
        """Heading strip: place in the plan, owner, how the work stands and why, and each indicator's verdict.

        A brief says of which province it is instead, and what of the indicators is measured there.
        """
        p, optional = self.project, [("หน่วยงานร่วม", self.project.partners)]
        if self.national:
            rows = [
                ("โครงการ/กิจกรรม", " › ".join(filter(None, (p.strategy, p.issue, p.name)))),
                ("หน่วยงานหลัก", p.owner),
            ]
            optional += [("ความเป็นมา", p.background), ("ปัญหาอุปสรรค", " · ".join(p.obstacles)), ("หมายเหตุ", p.note)]
            rows += [*filter(lambda row: row[1], optional), ("งานเมื่อสิ้นรอบ", self._work())]
            rows += [("ตัวชี้วัด", status) for status in self._untold()]
        else:
            rows = [("พื้นที่", self.place), ("โครงการ/กิจกรรม", p.name), ("หน่วยงานหลัก", p.owner)]
            rows += [row for row in optional if row[1]]
        items = "".join(f"<dt>{term}</dt><dd>{escape(words or _NONE)}</dd>" for term, words in rows)
        only = "" if self.national else f"<p>ตัวเลขทุกตัวในส่วนนี้คำนวณจากข้อมูลของ{self.place}เท่านั้น</p>"
        if self.plan_only:
            only = self.awaited() or f'<p class="warning">{_PLAN_ONLY}</p>'
        if self.shield.open:
            only += f'<p class="warning">{OPEN}</p>'
        return self.shown.block(
            Block(f'<dl class="overview src">{items}</dl>{only}{self.notices()}{self._indicator_table()}')
        )

    def close(self) -> Block:
        """As :meth:`Section.close`; the batch, if it runs the notebook, is told the findings as they are, too."""
        own = [f for f in self.ledger.values() if f.round is None]
        exact = Ledger(replace(self.shield.found.get(f.id, f), label=f.label, printed=f.printed) for f in own)
        told = {"findings": exact.records(), "shown": Ledger(f for f in own if f.disclosure).records()}
        about = {"section": self.id, "province": self.province, "largest": self.shield.largest()}
        sys.audit(TOLD, to_json({**about, **told}))
        return super().close()

    def _handed_over(self) -> dict[str, Any]:
        """What a section hands over, and of which plan it is: the batch finds projects without a notebook by it."""
        if not self.national:
            return super()._handed_over()
        columns = [self.plan.projects[name].tolist() for name in ("section", "order")]
        return {
            **super()._handed_over(),
            "plan": dict(zip(*columns, strict=True)),
            "plan_only": self.plan_only,
            "awaits": [*self.awaits],
            "restated": self.restated,
            **({"recalled": self.recalled} if self.recalled else {}),
            "work": self._work_handed_over(),
        }

    def _record_plan(self) -> None:
        """Quote the plan; record the counts of steps by state and the targets, which are the country's."""
        self.shown.plan(self.id, self.plan)
        self.read.update(self.published.read)
        plan = self.plan
        country = (plan.steps, plan.topics, plan.decisions) if self.national else ()
        for frame in (plan.projects, *country, plan.indicators):
            self.rest_on(source_of(frame))
        if not self.national:
            return
        self.add(*self.plan.step_counts(self.id))
        steps_of_project = schedule.scheduled(self.plan, self.id, self.round)
        for name, (label, work) in WORK_COUNTS.items():
            where = {"section": self.id, "work": work.name.lower()}
            self.add(Count(label, id=f"{self.id}.{name}", unit="steps", where=where)(steps_of_project))
        self.add(*(target for indicator in self._indicators for target in self.plan.targets(indicator)))


def _is_awaited(schemas: Schemas, id_: str, folder: Path) -> bool:
    checked = schemas[id_].check(schemas.round, folder)
    return bool(checked.problems) and DataError(checked.problems).is_awaited
