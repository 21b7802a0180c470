"""Tells the rows of a table apart: data, totals, repeated headers, remarks and blanks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
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
    """Rows of a table told apart: data, totals, and notes on all that is neither."""

    data: pd.DataFrame
    totals: pd.DataFrame
    notes: tuple[str, ...]


def row_list(rows: Iterable[int], most: int = 8) -> str:
    """Row numbers in words: ``แถวที่ 3, 5, 7 และอีก 4 แถว``."""
    numbers = list(rows)
    shown = "แถวที่ " + ", ".join(map(str, numbers[:most]))
    return shown if len(numbers) <= most else f"{shown} และอีก {len(numbers) - most:,} แถว"


def sort_rows(cells: pd.DataFrame, header: Header) -> Sorted:
    """Tell data rows from blank rows, totals, repeated headers and remarks under the table.

    Parameters
    ----------
    cells:
        Everything below the header; columns numbered from 0, index the spreadsheet rows, blanks missing.
    header:
        The table's header, to know it when it is repeated.

    Returns
    -------
    Sorted
        No row is lost: each is in ``data``, in ``totals``, blank, or named in ``notes``.
    """
    scan = _scan(cells, header)
    drop = scan.blank.copy()
    notes: list[str] = []
    filled = np.flatnonzero(~scan.blank)
    between = int(scan.blank[filled[0] : filled[-1]].sum()) if len(filled) else 0
    if between:
        notes.append(f"ข้ามแถวว่างที่คั่นอยู่ในตาราง {between:,} แถว")
    if scan.repeated:
        notes.append(f"ข้ามหัวตารางที่พิมพ์ซ้ำ: {row_list(cells.index[scan.repeated])}")
        drop[scan.repeated] = True
    if scan.totals:
        notes.append(f"แยกแถวรวมออกจากข้อมูล: {row_list(cells.index[scan.totals])}")
        drop[scan.totals] = True
    for position, text in _remarks(cells, drop):
        notes.append(f"ข้ามข้อความท้ายตาราง แถวที่ {cells.index[position]}: “{text[:120]}”")
        drop[position] = True
    return Sorted(cells[~drop] if drop.any() else cells, cells.iloc[scan.totals], tuple(notes))


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


def _remarks(cells: pd.DataFrame, taken: npt.NDArray[np.bool_]) -> list[tuple[int, str]]:
    """Positions and texts of the remarks that end the table: one text in a row, and nothing else."""
    if cells.shape[1] < 2:
        return []
    remarks = []
    for position in np.flatnonzero(~taken)[::-1][:_TAIL].tolist():
        texts = [text for text in _texts(cells, position) if text]
        if len(texts) != 1 or not _REMARK.match(texts[0]):
            break
        remarks.append((position, texts[0]))
    return remarks[::-1]
