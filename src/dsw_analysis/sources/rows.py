"""Tells the rows of a table apart: data, totals, repeated headers, remarks and blanks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from dsw_analysis.sources.header import Header, clean

_TOTAL = (
    r"^(?:\s*(?:รวม|ยอดรวม|ผลรวม|รวมยอด)(?:ทั้งสิ้น|ทั้งหมด|ทั้งประเทศ|สุทธิ|จำนวน|เป็นเงิน)*"
    r"(?:\s*\(?(?:คน|ราย|แห่ง|ครั้ง|เรื่อง|บาท|หน่วยงาน|จังหวัด)\)?)?\s*:?\s*"
    r"|\s*(?i:(?:grand\s+)?total|sum)\s*:?\s*)$"
)
_REMARK = re.compile(r"(?i:\*|หมายเหตุ|ที่มา|แหล่งข้อมูล|ข้อมูล ณ|ผู้รายงาน|ผู้จัดทำ|ผู้ตรวจ|note|source|remark)")
_NUMBER = re.compile(r"[-−+(]?[0-9๐-๙][0-9๐-๙,. ]*[)%]?|[-–—]")
_TAIL: Final = 30


@dataclass(frozen=True)
class Sorted:
    """Rows of a part of a table told apart: data, totals, and notes on all that is neither."""

    data: pd.DataFrame
    totals: pd.DataFrame
    notes: tuple[str, ...]


def row_list(rows: Iterable[int], most: int = 8) -> str:
    """Row numbers in words: ``แถวที่ 3, 5, 7 และอีก 4 แถว``."""
    numbers = list(rows)
    shown = "แถวที่ " + ", ".join(map(str, numbers[:most]))
    return shown if len(numbers) <= most else f"{shown} และอีก {len(numbers) - most:,} แถว"


def sort_parts(parts: Iterable[pd.DataFrame], header: Header) -> Iterator[Sorted]:
    """Tell data rows from blank rows, totals, repeated headers and remarks under the table, part by part.

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
    seen = _Seen()
    held: Sorted | None = None
    for cells in parts:
        scan = _scan(cells, header)
        drop = scan.blank.copy()
        drop[[*scan.repeated, *scan.totals]] = True
        seen.add(cells.index, scan)
        part = Sorted(cells[~drop] if drop.any() else cells, cells.iloc[scan.totals], ())
        if held is None:
            held = part
        elif (cut := len(held.data) - _TAIL) > 0:
            yield replace(held, data=held.data.iloc[:cut])
            held = replace(part, data=pd.concat([held.data.iloc[cut:], part.data]))  # remarks may begin in the former
        else:
            held = Sorted(pd.concat([held.data, part.data]), pd.concat([held.totals, part.totals]), ())
    if held is not None:
        remarks = _remarks(held.data)
        notes = [f"ข้ามข้อความท้ายตาราง แถวที่ {row}: “{text[:120]}”" for row, text in remarks]
        data = held.data.iloc[: len(held.data) - len(remarks)] if remarks else held.data
        yield Sorted(data, held.totals, (*seen.notes(), *notes))


@dataclass
class _Seen:
    """What was left out of the parts so far."""

    filled: bool = False
    blank_below: int = 0
    blank_between: int = 0
    repeated: list[int] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)

    def add(self, rows: pd.Index, scan: _Scan) -> None:
        filled = np.flatnonzero(~scan.blank)
        self.repeated += rows[scan.repeated].tolist()
        self.totals += rows[scan.totals].tolist()
        if not len(filled):
            self.blank_below += len(rows)
            return
        first, last = int(filled[0]), int(filled[-1])
        self.blank_between += int(scan.blank[first:last].sum()) + (self.blank_below + first if self.filled else 0)
        self.filled, self.blank_below = True, len(rows) - 1 - last

    def notes(self) -> list[str]:
        notes = [f"ข้ามแถวว่างที่คั่นอยู่ในตาราง {self.blank_between:,} แถว"] if self.blank_between else []
        if self.repeated:
            notes.append(f"ข้ามหัวตารางที่พิมพ์ซ้ำ: {row_list(self.repeated)}")
        if self.totals:
            notes.append(f"แยกแถวรวมออกจากข้อมูล: {row_list(self.totals)}")
        return notes


@dataclass(frozen=True)
class _Scan:
    """Rows told apart by their first filled cell (positions, not row numbers)."""

    blank: npt.NDArray[np.bool_]
    totals: list[int]
    repeated: list[int]


def _scan(cells: pd.DataFrame, header: Header) -> _Scan:
    raw = {next(filter(None, row), "") for row in header.rows}
    firsts = sorted(raw | set(map(clean, raw)) - {""})
    blank = np.ones(len(cells), dtype=bool)
    totals: list[int] = []
    repeated: list[int] = []
    unread = np.arange(len(cells))
    for i in cells.columns:
        if not len(unread):
            break
        column = cells[i] if len(unread) == len(cells) else cells[i].iloc[unread]
        texts = pa.array(column.astype("str"), pa.large_string())
        empty = _mask(pc.fill_null(pc.utf8_is_space(texts), fill_value=True))
        blank[unread[~empty]] = False
        totals += unread[_mask(pc.match_substring_regex(texts, _TOTAL))].tolist()
        repeated += unread[_mask(pc.is_in(texts, pa.array(firsts, pa.large_string())))].tolist()
        unread = unread[empty]
    return _Scan(
        blank,
        [position for position in sorted(totals) if _is_total(_texts(cells, position))],
        [position for position in sorted(repeated) if _is_header(_texts(cells, position), header)],
    )


def _mask(found: pa.Array | pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    mask: npt.NDArray[np.bool_] = pc.fill_null(found, fill_value=False).to_numpy(zero_copy_only=False)
    return mask


def _texts(cells: pd.DataFrame, position: int) -> list[str]:
    return ["" if pd.isna(cell) else clean(cell) for cell in cells.iloc[position]]


def _is_total(texts: list[str]) -> bool:
    """Label, then nothing but numbers: a project called “รวม …” has other texts beside it."""
    others = [text for text in texts if text][1:]
    return bool(others) and all(_NUMBER.fullmatch(text) for text in others)


def _is_header(texts: list[str], header: Header) -> bool:
    return any(all(text == clean(own) for text, own in zip_longest(texts, row, fillvalue="")) for row in header.rows)


def _remarks(data: pd.DataFrame) -> list[tuple[int, str]]:
    """Rows and texts of the remarks that end the table: one text in a row, and nothing else."""
    remarks: list[tuple[int, str]] = []
    for position in range(len(data) - 1, max(len(data) - 1 - _TAIL, -1), -1) if data.shape[1] > 1 else ():
        texts = [text for text in _texts(data, position) if text]
        if len(texts) != 1 or not _REMARK.match(texts[0]):
            break
        remarks.append((int(data.index[position]), texts[0]))
    return remarks[::-1]
