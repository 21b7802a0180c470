"""What a section says of its data: rows not used, months without a row, who has sent and who has not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from markupsafe import Markup, escape

from dsw_analysis.findings.finding import Finding, units
from dsw_analysis.findings.measures.base import Given
from dsw_analysis.intake.return_files import unit_of
from dsw_analysis.intake.returns import RETURNS, Return, expected_returns
from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.intake.source import Source, joined, source_of
from dsw_analysis.intake.thai import format_date
from dsw_analysis.section import blocks
from dsw_analysis.section.planning import Planning

_AWAITED = "ยังได้รับข้อมูลไม่ครบ ส่วนนี้จึงแสดงเฉพาะสิ่งที่แผนระบุ และยังไม่มีผลให้รายงาน ซึ่งไม่ได้หมายความว่าผลเป็นศูนย์ ข้อมูลที่รอ:"
"""What is said of a project whose data have not come, before their titles."""
_NAMED: Final = 12
"""The most senders that a section names; of more, the page of returns has the list."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Noticing(Planning):
    """The notes below a section's heading strip."""

    folder: Path
    schemas: Schemas
    returns: dict[str, list[Return]] = field(default_factory=dict)

    def notices(self) -> str:
        """All that there is to say, as HTML; empty if nothing is."""
        return f"{self._warning()}{self._absences()}{''.join(self._returned())}"

    def record_returns(self, dataset_id: str) -> None:
        """Record how many of those who are expected to send a dataset have."""
        expected = expected_returns(self.schemas, self.folder, only=dataset_id)
        if not expected or dataset_id in self.returns:
            return
        self.returns[dataset_id] = expected
        self.shown.quote(*(format_date(one.received) for one in expected if one.received is not None))
        listed = self.schemas[RETURNS].load(self.round, self.folder)
        self.read.update(joined([self.read, source_of(listed).read]))
        unit = unit_of(expected)
        noun = units()[unit]
        for name, label, count in (
            ("returned", "ที่ส่งข้อมูล", sum(one.counts for one in expected)),
            ("expected", "ที่ต้องส่งข้อมูล", len(expected)),
        ):
            told = f"{noun}{label} {self.schemas[dataset_id].title}"
            measure = Given(told, id=f"{self.id}.{name}.{dataset_id}", unit=unit, where={"dataset": dataset_id})
            self.add(measure(listed, count, rows=count))

    def covered(self, finding: Finding) -> Finding:
        """A finding that says of how many senders its dataset has come, where they are listed."""
        expected = self.returns.get(finding.dataset or "")
        if not expected:
            return finding
        sent, noun = sum(one.counts for one in expected), units()[unit_of(expected)]
        return replace(finding, sent=f"{sent:,} จาก {len(expected):,} {noun}")

    def _warning(self) -> str:
        """That rows were refused, with the share of those used where it is of the same place as the section."""
        refused = [name for name, source in self.sources.items() if source.refused or source.missing]
        if not refused:
            return ""
        # Numbers of ours stay out of the source's words: they are bound to their findings instead.
        shares = {
            name: f" {blocks.link(self.ledger[f'{self.id}.rows_used.{name}'], 'full')}" if self.national else ""
            for name in refused
        }
        items = "".join(
            f"<li>{escape(self.schemas[name].title)}{share}{_missing(self.sources[name])}</li>"
            for name, share in shares.items()
        )
        notice = "<p>มีแถวที่ไม่ผ่านการตรวจสอบ ส่วนนี้จึงคำนวณจากแถวที่ใช้ได้เท่านั้น</p>"
        return f'<div class="warning">{notice}<ul>{items}</ul></div>'

    def awaited(self) -> str:
        """Which data have not come; empty if all have."""
        titles = [self.schemas[id_].title for id_ in self.awaits]
        self.shown.quote(*titles)
        items = "".join(f'<li><span class="src">{escape(title)}</span></li>' for title in titles)
        return f'<div class="warning"><p>{_AWAITED}</p><ul>{items}</ul></div>' if items else ""

    def _absences(self) -> str:
        """A quiet note on months of which a file has no row: they are shown as ``-``, since nobody counted a 0."""
        labels = self.round.month_labels()
        return "".join(
            f'<p class="note">ไฟล์{escape(source.dataset.title)} ไม่มีแถวของเดือน '
            f'<span class="src">{" ".join(labels[code] for code in source.absent)}</span> '
            "จึงบอกไม่ได้ว่าไม่มีรายการหรือยังไม่ได้รับข้อมูล เดือนดังกล่าวแสดงเป็นเครื่องหมาย - ไม่ใช่ศูนย์</p>"
            for source in self.sources.values()
            if source.absent
        )

    def _returned(self) -> Iterator[str]:
        """How many have sent each dataset of those who should, who has not, and who did late and when."""
        for id_, expected in self.returns.items():
            returned = blocks.link(self.ledger[f"{self.id}.returned.{id_}"])
            due = blocks.link(self.ledger[f"{self.id}.expected.{id_}"], "unit")
            late: dict[str, list[str]] = {}
            for one in expected:
                if one.days_late and one.received is not None:
                    late.setdefault(format_date(one.received), []).append(one.sender)
            said = Markup("ข้อมูล{} ได้รับแล้ว {} จาก {}").format(expected[0].dataset.title, returned, due)
            said += _senders("ยังไม่ได้รับจาก", [("", [one.sender for one in expected if not one.counts])])
            said += _senders("ได้รับหลังกำหนดจาก", [(f" ({day})", senders) for day, senders in late.items()])
            yield f'<p class="note">{said}</p>'


def _senders(words: str, groups: Iterable[tuple[str, list[str]]]) -> Markup:
    """Names after some words, each group with what is said of it; where they are many, where the list is."""
    groups = [(more, names) for more, names in groups if names]
    if not groups:
        return Markup()
    if sum(len(names) for _, names in groups) > _NAMED:
        return Markup(" {}ผู้ส่งตามรายชื่อใน returns.html").format(words)
    listed = " ".join(f"{' '.join(names)}{more}" for more, names in groups)
    return Markup(' {} <span class="src">{}</span>').format(words, listed)


def _missing(source: Source) -> Markup:
    """Which files of a dataset in parts are not used at all."""
    names = " ".join(name.partition("/")[2] for name in source.missing)
    return Markup(' ไม่ได้ใช้ไฟล์ย่อย <span class="src">{}</span>').format(names) if names else Markup()
