"""What has come of the expected returns: on a terminal, as a page, and as a workbook for those who are missing."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final, Literal

from dsw_analysis.intake.dataset import Dataset
from dsw_analysis.intake.provinces import province_names
from dsw_analysis.intake.returns import Return
from dsw_analysis.intake.terminal import table, wrap
from dsw_analysis.intake.thai import format_date
from dsw_analysis.intake.writing.pages import render_page
from dsw_analysis.intake.writing.whole import write_whole
from dsw_analysis.intake.writing.workbooks import BODY, HEAD, new_workbook, write_table
from dsw_analysis.rounds import MONTHS, Round

NAMES: Final = ("returns.html", "returns_owed.xlsx")
HEADS: Final = ("ผู้ส่ง", "กำหนดส่ง", "ได้รับเมื่อ", "สถานะ", "เนื้อหา", "แถว", "รอบก่อน (แถว)", "หมายเหตุ")
COUNTED: Final = ("ต้องส่ง", "ได้รับแล้ว", "ทันกำหนด", "หลังกำหนด", "ไม่มีแถว", "ครบถ้วน", "ยังไม่ได้รับ")
_OWED: Final = ("ผู้ส่ง", "ชุดข้อมูล", "กำหนดส่ง", "สิ่งที่ต้องส่งหรือแก้", "ไฟล์")


@dataclass(frozen=True, kw_only=True)
class OfDataset:
    """The returns of one dataset, in the order of the file that expects them."""

    dataset: Dataset
    returns: tuple[Return, ...]

    @property
    def noun(self) -> str:
        """What the senders are."""
        return {"provinces": "จังหวัด", "units": "หน่วยงาน"}[unit_of(self.returns)]

    @property
    def counts(self) -> tuple[int, ...]:
        """Numbers under :data:`COUNTED`."""
        come = [one for one in self.returns if one.has_come]
        dated = [one for one in come if one.received is not None]
        late = sum(bool(one.days_late) for one in dated)
        blank, complete = (sum(getattr(one, what) for one in come) for what in ("is_blank", "is_complete"))
        return len(self.returns), len(come), len(dated) - late, late, blank, complete, len(self.returns) - len(come)

    @property
    def missing(self) -> list[str]:
        """Senders of whom nothing has come."""
        return [one.sender for one in self.returns if not one.has_come]


def unit_of(returns: Sequence[Return]) -> Literal["provinces", "units"]:
    """What the senders of some returns are."""
    return "provinces" if {one.sender for one in returns} <= set(province_names()) else "units"


def by_dataset(returns: Sequence[Return]) -> list[OfDataset]:
    """Returns, which are in the order of the datasets, by dataset."""
    groups = groupby(returns, key=lambda one: one.dataset.id)
    together = [tuple(group) for _, group in groups]
    return [OfDataset(dataset=group[0].dataset, returns=group) for group in together]


def to_text(returns: Sequence[Return], width: int) -> str:
    """How many have come of each dataset, for a terminal of ``width`` columns, and who is missing."""
    groups = by_dataset(returns)
    rows = [(group.dataset.title, *map("{:,}".format, group.counts)) for group in groups]
    lines = [table(("ชุดข้อมูล", *COUNTED), rows, width)]
    for group in groups:
        if group.missing:
            names = f"ยังไม่ได้รับ{group.dataset.title} จาก {', '.join(group.missing)}"
            lines.append("\n".join(wrap(names, width)))
    return "\n\n".join(lines)


def write_return_files(round_: Round, returns: Sequence[Return], folder: Path) -> list[Path]:
    """Write the page and the workbook of :data:`NAMES`."""
    paths = [folder / name for name in NAMES]
    write_whole(paths[0], returns_page(round_, returns).encode())
    write_whole(paths[1], owed_workbook(round_, returns))
    return paths


def returns_page(round_: Round, returns: Sequence[Return]) -> str:
    """One self-contained page: numbers of all datasets, then every return."""
    groups = [(group, [_cells(one) for one in group.returns]) for group in by_dataset(returns)]
    return render_page(
        "returns.html.j2", round=round_, groups=groups, heads=HEADS, counted=COUNTED, format_date=format_date
    )


def owed_workbook(round_: Round, returns: Sequence[Return]) -> bytes:
    """What is still owed, in the order of the senders: what has not come, has no row, or is not complete."""
    rows = sorted(
        (one.sender, one.dataset.title, format_date(one.due), _owed(one), f"{one.dataset.stem}.xlsx")
        for one in returns
        if not one.is_complete
    )
    target = io.BytesIO()
    with new_workbook(target, title=f"ข้อมูลที่ยังค้างส่ง {round_.label}", created=round_.end) as book:
        head, body = book.add_format(HEAD), book.add_format(BODY)
        widths = (36, 60, 20, 60, 30)
        write_table(book.add_worksheet("ค้างส่ง"), _OWED, rows, head=head, body=body, widths=widths)
    return target.getvalue()


def state_of(one: Return) -> str:
    """How a return stands, in Thai."""
    if not one.has_come:
        return "ยังไม่ได้รับ"
    if one.received is None:
        return "ได้รับแล้ว ไม่ระบุวันที่"
    return f"หลังกำหนด {one.days_late:,} วัน" if one.days_late else "ทันกำหนด"


def content_of(one: Return) -> str:
    """What is lacking in a return that has come, in Thai; ``ครบถ้วน`` if nothing is."""
    if not one.has_come:
        return "-"
    if one.is_complete:
        return "ครบถ้วน"
    if one.tally is None:
        return "ไม่พบข้อมูลในโฟลเดอร์ของรอบ"
    lacking = [] if one.rows else ["ไม่มีแถวข้อมูล"]
    if one.rows and one.gaps:
        lacking.append(f"ไม่มีแถวของเดือน {' '.join(_labels(one))}")
    if one.tally.blanks:
        lacking.append(f"ช่องที่ต้องกรอกว่าง {one.tally.blanks:,} ช่อง")
    if one.tally.problems:
        lacking.append(f"มีปัญหา {one.tally.problems:,} จุด")
    return " · ".join(lacking)


def _labels(one: Return) -> list[str]:
    return [f"{MONTHS[(int(code[5:]) + 2) % 12]} {code[2:4]}" for code in one.gaps]


def _owed(one: Return) -> str:
    return content_of(one) if one.has_come else "ยังไม่ได้รับข้อมูล"


def _cells(one: Return) -> tuple[str, ...]:
    """The row of a table under :data:`HEADS`."""
    received = "-" if one.received is None else format_date(one.received)
    rows = f"{one.rows:,}" if one.has_come else "-"
    before = "-" if one.before is None else f"{one.before:,}"
    return (
        one.sender,
        format_date(one.due),
        received,
        state_of(one),
        content_of(one),
        rows,
        before,
        one.note or "",
    )
