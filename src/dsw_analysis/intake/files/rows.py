"""Goes through the rows of a table in order and tells records from all that is none; what a row says is in tails."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise, zip_longest
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsw_analysis.intake.files.header import Header, clean
from dsw_analysis.intake.files.limits import LIMITS
from dsw_analysis.intake.files.tails import Mask, Scan, form, kind_of, row_texts, scan_rows

_BLOCK: Final = 40  # rows of a signature block or a note
_COMMON: Final = 3  # columns that must be filled all over the table for a row below a note to be a record
_TEXTS: Final = 50  # lines that are quoted one by one

DOUBTS: Final = {
    "doubt": "แถวนี้มีคำที่ใช้กับยอดรวม หัวข้อ หมายเหตุ หรือช่องลงชื่อ แต่ช่องอื่นของแถวไม่เป็นเช่นนั้น จึงไม่แน่ใจว่าเป็นข้อมูลหรือไม่",
    "lone": "แถวนี้มีค่าเพียงช่องเดียวและไม่ใช่รหัสแบบเดียวกับแถวแรก จึงไม่แน่ใจว่าเป็นข้อมูลหรือไม่",
    "lead": "ช่องแรกของแถวนี้ไม่ใช่รหัสอย่างแถวก่อนหน้า จึงไม่แน่ใจว่าเป็นข้อมูลหรือไม่",
    "below": "แถวนี้อยู่ใต้หมายเหตุหรือช่องลงชื่อ จึงไม่แน่ใจว่าเป็นข้อมูลหรือไม่",
}
"""Why it is not certain that a row is a record, in Thai."""
_WORDS: Final = {
    "header": "ข้ามหัวตารางที่พิมพ์ซ้ำ",
    "page": "ข้ามเลขหน้า วันที่พิมพ์ หรือชื่อเรื่องที่พิมพ์ซ้ำ",
    "heading": "ข้ามหัวข้อกลุ่มที่คั่นอยู่ในตาราง",
    "total": "แยกแถวรวมออกจากข้อมูล",
    "statistic": "ข้ามแถวค่าเฉลี่ย ร้อยละ หรือค่าสถิติอื่น โดยไม่ได้ตรวจ",
}
_KINDS: Final = ("record", "text", *_WORDS, *DOUBTS)
_FIRST_DOUBT: Final = len(_KINDS) - len(DOUBTS)


@dataclass(frozen=True)
class Doubt:
    """Place and text of the first filled cell of a row that may be no record, and why it may be none (Thai)."""

    place: int
    text: str
    reason: str


@dataclass(frozen=True)
class Sorted:
    """Rows of a part of a table told apart.

    ``data`` are records and rows of which that is not certain, whose spreadsheet row leads to the reason in ``doubts``;
    ``totals`` are totals rows and headings of groups; the spreadsheet rows ``left_out`` are neither. ``notes``, in the
    last part only, are Thai sentences on all that is not in ``data``.
    """

    data: pd.DataFrame
    totals: pd.DataFrame
    doubts: dict[int, Doubt]
    left_out: frozenset[int]
    notes: tuple[str, ...] = ()


def row_list(rows: Iterable[int], most: int = 8) -> str:
    """Row numbers in words: ``แถวที่ 3, 5, 7 และอีก 4 แถว``."""
    numbers = list(rows)
    shown = "แถวที่ " + ", ".join(map(str, numbers[:most]))
    return shown if len(numbers) <= most else f"{shown} และอีก {len(numbers) - most:,} แถว"


def sort_parts(parts: Iterable[pd.DataFrame], header: Header) -> Iterator[Sorted]:
    """Tell records from blank rows, totals, headings, repeated headers, notes and signatures, part by part.

    A row that :func:`~dsw_analysis.intake.files.tails.kind_of` does not know is a record. It is in doubt if

    - only one of its cells is filled, and that is not a code (one word with a digit) of the first record's form;
    - its first cell is no code, where those of all records before it are;
    - it stands below a note or a signature, and no header comes in between. There a lone text belongs to the note,
      and the table goes on with a row that fills every column which all records before it fill, if these are three.

    Parameters
    ----------
    parts:
        Everything below the header in order, in one part or several; columns numbered from 0, index the spreadsheet
        rows, blanks missing.
    header:
        The table's header, to know it when it is repeated.

    Yields
    ------
    Sorted
        No row is lost: each is in ``data``, in ``totals``, blank, or named in the last part's ``notes``.
    """
    walk = _Walk(header)
    held: Sorted | None = None
    for cells in parts:
        if held is not None:
            yield held
        held = walk.through(cells)
    if held is not None:
        yield replace(held, notes=tuple(walk.notes()))


@dataclass
class _Walk:
    """What is known of the rows so far.

    ``common`` are the columns that every record fills, ``lead`` is the first record's first column with the form of
    its code (``""``: no code), ``fresh`` says that a header has just gone by, ``below`` how many rows ago a note or
    signature ended the table (-1: it has not).
    """

    header: Header
    fresh: bool = True
    started: bool = False
    blank_below: int = 0
    blank_between: int = 0
    common: Mask | None = None
    lead: tuple[int, str] | None = None
    below: int = -1
    found: dict[str, list[int]] = field(default_factory=dict)
    texts: list[tuple[int, str]] = field(default_factory=list)

    def through(self, cells: pd.DataFrame) -> Sorted:
        """Go through a part."""
        scan = scan_rows(cells, self.header)
        self._count_blanks(scan.blank)
        kinds = np.zeros(len(cells), dtype=np.int8)
        filled = np.flatnonzero(~scan.blank)
        cuts = np.searchsorted(filled, sorted(scan.likely))
        for start, stop in pairwise(sorted({0, len(filled), *cuts.tolist(), *(cuts + 1).tolist()})):
            for at, kind in self._segment(cells, scan, filled[start:stop]):
                kinds[at] = _KINDS.index(kind)
        for at in np.flatnonzero((kinds > 0) & (kinds < _FIRST_DOUBT)).tolist():
            self.found.setdefault(_KINDS[kinds[at]], []).append(int(cells.index[at]))
        doubtful = np.flatnonzero(kinds >= _FIRST_DOUBT)[: LIMITS.ragged_rows + 1]
        doubts = {int(cells.index[at]): self._doubt(cells, scan, at, _KINDS[kinds[at]]) for at in doubtful}
        is_record = ~scan.blank & ((kinds == 0) | (kinds >= _FIRST_DOUBT))
        is_total = np.isin(kinds, [_KINDS.index("total"), _KINDS.index("heading")])
        left_out = frozenset(cells.index[~is_record & ~is_total & ~scan.blank].tolist())
        totals = cells[is_total] if is_total.any() else cells.iloc[:0]
        return Sorted(cells if is_record.all() else cells[is_record], totals, doubts, left_out)

    def _doubt(self, cells: pd.DataFrame, scan: Scan, at: int, kind: str) -> Doubt:
        place = int(scan.first[at])
        return Doubt(place, row_texts(cells, at)[place], DOUBTS[kind])

    def _segment(self, cells: pd.DataFrame, scan: Scan, rows: npt.NDArray[np.intp]) -> Iterator[tuple[int, str]]:
        """Kinds of the rows that are no records or in doubt; a row that is likely to be none comes alone."""
        while len(rows) and (self.fresh or int(rows[0]) in scan.likely):
            texts = row_texts(cells, int(rows[0]))
            kind = self._known(texts, first=self.fresh)
            self.fresh = kind == "header"
            if kind is None:
                break
            if kind == "text":
                self.below = self.below if self.lead is None else 0
                self._quote(cells.index[rows[0]], texts)
            elif kind == "header":
                self.below = -1
            yield int(rows[0]), kind
            rows = rows[1:]
        while len(rows) and self.below >= 0:
            if self._goes_on(scan.filled[rows[0]]):
                self.below = -1
            elif self.below < _BLOCK:
                yield self._below(cells, scan, int(rows[0]))
                rows = rows[1:]
            else:  # the rest at once
                goes_on = np.flatnonzero([self._goes_on(row) for row in scan.filled[rows]])
                stop = int(goes_on[0]) if len(goes_on) else len(rows)
                yield from ((at, "below") for at in rows[:stop].tolist())
                rows = rows[stop:]
        yield from self._records(cells, scan, rows)

    def _known(self, texts: list[str], *, first: bool) -> str | None:
        if any(all(t == clean(own) for t, own in zip_longest(texts, row, fillvalue="")) for row in self.header.rows):
            return "header"
        filled = [text for text in texts if text]
        if first and filled and all(text.startswith("(") and text.endswith(")") for text in filled):
            return "header"  # a line that numbers the columns, or gives their units
        return kind_of(texts, self.header, below=self.below >= 0)

    def _goes_on(self, filled: Mask) -> bool:
        return self.common is not None and int(self.common.sum()) >= _COMMON and bool(filled[self.common].all())

    def _below(self, cells: pd.DataFrame, scan: Scan, at: int) -> tuple[int, str]:
        """A row below a note: the rest of it, or a doubt."""
        self.below += 1
        texts = row_texts(cells, at)
        is_line = cells.shape[1] > 1 and scan.filled[at].sum() == 1 and not scan.coded[at]
        if not is_line and kind_of(texts, self.header, below=True) != "text":
            return at, "below"
        self._quote(cells.index[at], texts)
        return at, "text"

    def _records(self, cells: pd.DataFrame, scan: Scan, rows: npt.NDArray[np.intp]) -> Iterator[tuple[int, str]]:
        """Rows of a table that goes on: records but for those in doubt."""
        if not len(rows):
            return
        lone = (scan.filled[rows].sum(axis=1) == 1) & (cells.shape[1] > 1)
        if self.lead is None and len(tells := rows[~lone | scan.coded[rows]]):
            at = int(tells[0])
            place = int(scan.first[at])
            self.lead = (place, form(cells.iat[at, place]) if scan.coded[at] else "")
        place, code = self.lead or (-1, "")
        at_lead = scan.first[rows] == place
        words = at_lead & scan.worded[rows] & (code != "") & ~lone
        known = np.flatnonzero(lone & at_lead)
        if code:
            lone[known] = [form(cells.iat[at, place]) != code for at in rows[known]]
        yield from ((at, "lone") for at in rows[lone].tolist())
        yield from ((at, "lead") for at in rows[words].tolist())
        sure = scan.filled[rows[~(lone | words)]]
        if len(sure):
            self.common = sure.all(axis=0) & (True if self.common is None else self.common)

    def _quote(self, row: Any, texts: list[str]) -> None:  # noqa: ANN401 - a label of a pandas index
        if len(self.texts) < _TEXTS:
            self.texts.append((int(row), " ".join(filter(None, texts))))

    def _count_blanks(self, blank: Mask) -> None:
        filled = np.flatnonzero(~blank)
        if not len(filled):
            self.blank_below += len(blank)
            return
        first, last = int(filled[0]), int(filled[-1])
        self.blank_between += int(blank[first:last].sum()) + (self.blank_below + first if self.started else 0)
        self.started, self.blank_below = True, len(blank) - 1 - last

    def notes(self) -> Iterator[str]:
        """What was left out, in Thai."""
        if self.blank_between:
            yield f"ข้ามแถวว่างที่คั่นอยู่ในตาราง {self.blank_between:,} แถว"
        for kind, words in _WORDS.items():
            if rows := self.found.get(kind):
                yield f"{words}: {row_list(rows, most=200)}"
        for row, text in self.texts:
            yield f"ข้ามข้อความที่ไม่ใช่ข้อมูล แถวที่ {row}: “{text[:120]}”"
        if rest := self.found.get("text", [])[len(self.texts) :]:
            yield f"ข้ามข้อความที่ไม่ใช่ข้อมูลอีก: {row_list(rest, most=200)}"
