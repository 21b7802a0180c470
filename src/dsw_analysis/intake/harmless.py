"""Columns that people and their tools add to a form and that say nothing of it: row numbers, remarks, metadata."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

import pandas as pd

from dsw_analysis.intake.columns import Schema
from dsw_analysis.intake.files import RawTable
from dsw_analysis.intake.files.header import key
from dsw_analysis.intake.files.rows import row_list
from dsw_analysis.intake.files.stacked import row_of
from dsw_analysis.intake.files.table import UNCERTAIN
from dsw_analysis.intake.files.tails import is_filled

_PEOPLE: Final = (
    "ลำดับที่|ลำดับ|ที่|เลขลำดับ|เลขที่ลำดับ|no|no.|#|หมายเหตุ|หมายเหตุเพิ่มเติม|remark|remarks|note|notes"
    "|ผู้บันทึก|ผู้บันทึกข้อมูล|วันที่บันทึก|วันที่บันทึกข้อมูล|ผู้กรอก|ผู้กรอกข้อมูล|วันที่กรอก|วันที่กรอกข้อมูล"
)
_GOOGLE: Final = "ประทับเวลา|timestamp|ที่อยู่อีเมล|อีเมล|email address|ชื่อผู้ใช้|username"
_KOBO: Final = (
    "start|end|today|username|deviceid|phonenumber|simserial|subscriberid|audit|formhub/uuid|__version__"
    "|_id|_uuid|_submission_time|_validation_status|_notes|_status|_submitted_by|_tags|_index|_xform_id_string"
    "|_attachments|_geolocation|_version_|_bamboo_dataset_id|meta/instanceid|meta/instancename|meta/rootuuid|meta/deprecatedid"
)
_ODK: Final = (
    "submissiondate|key|meta-instanceid|meta-instancename|instanceid|instancename|submitterid|submittername"
    "|attachmentspresent|attachmentsexpected|status|reviewstate|edits|formversion"
)
HARMLESS: Final = frozenset(key(name) for names in (_PEOPLE, _GOOGLE, _KOBO, _ODK) for name in names.split("|"))
"""Headers by their :func:`key`."""


def is_harmless(header: str, dataset: Schema) -> bool:
    """Whether a column is none of the dataset's, and of a kind that says nothing of the rows beside it."""
    return key(header) in HARMLESS and key(header) not in {key(column.header) for column in dataset.columns}


@dataclass
class LeftOut:
    """Leaves the harmless columns out of the parts of a file, and rows that hold nothing else, and says so.

    The totals rows keep theirs: the word for a sum often stands below the numbers of the rows. So does a row of which
    it is not certain that it is no record.
    """

    dataset: Schema
    columns: dict[str, None] = field(default_factory=dict)
    rows: list[int] = field(default_factory=list)

    def through(self, raw: RawTable) -> RawTable:
        """A part without them, and without the problems of their cells."""
        harmless = [is_harmless(str(header), self.dataset) for header in raw.frame.columns]
        if not any(harmless):
            return raw
        out = [str(header) for header, left in zip(raw.frame.columns, harmless, strict=True) if left]
        self.columns.update(dict.fromkeys(out))
        frame = raw.frame.loc[:, [not left for left in harmless]]
        problems = [p for p in raw.problems if p.code == UNCERTAIN or p.column not in out]
        empty = _empty(frame, {p.row for p in problems})
        self.rows += empty.tolist()
        return replace(raw, frame=frame.drop(index=empty), problems=tuple(problems))

    def notes(self) -> tuple[str, ...]:
        """What was left out of all parts, in Thai."""
        if not self.columns:
            return ()
        names = ", ".join(f"“{name}”" for name in self.columns)
        notes = [f"ไม่ได้อ่านคอลัมน์ที่ไม่อยู่ในแบบฟอร์มและไม่มีผลต่อข้อมูล: {names}"]
        if self.rows:
            notes.append(f"ข้ามแถวที่ไม่ได้กรอกคอลัมน์ใดในแบบฟอร์ม: {row_list(map(row_of, self.rows), most=200)}")
        return tuple(notes)


def _empty(frame: pd.DataFrame, doubted: Iterable[int | None]) -> pd.Index:
    """Rows of which no cell is filled and nothing is said."""
    blank = pd.Series(data=True, index=frame.index)
    for place in range(frame.shape[1]):
        blank &= ~is_filled(frame.iloc[:, place])
    return frame.index[blank & ~frame.index.isin(list(doubted))]
