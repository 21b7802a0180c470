"""Totals rows held against the data: which rows each must sum, and whether it does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd

from dsw_analysis.intake.columns import Column
from dsw_analysis.intake.files import RawTable
from dsw_analysis.intake.files.header import clean
from dsw_analysis.intake.files.stacked import row_of, row_words
from dsw_analysis.intake.files.tails import group_kind, is_heading, read_stated, read_total
from dsw_analysis.intake.parsing import parse_column
from dsw_analysis.intake.sheet import Listing, Sheet

_NUMERIC: Final = ("integer", "number")
_NO_TOTAL: Final = ("", "-", "–", "—")
_GROUPS: Final = ("จังหวัด", "ภาค", "อำเภอ", "เดือน", "กลุ่ม", "ด้าน", "ประเภท")
"""Units that count groups, not rows: “รวม 3 จังหวัด”."""


class Totals:
    """Sums of the rows between totals rows and headings, to hold the totals against when all parts have gone by."""

    def __init__(self, columns: Iterable[Column]) -> None:
        self._columns = [c for c in columns if not (c.kind in _NUMERIC and c.unique)]  # these number the rows
        self._cuts: list[pd.DataFrame] = []
        self._at: list[int] = []
        self._sums: dict[str, dict[int, float]] = {column.name: defaultdict(int) for column in self._columns}
        self._rows: dict[int, tuple[int, int, int]] = {}  # piece -> first row, last row, how many
        self._last: pd.DataFrame | None = None

    def add(self, frame: pd.DataFrame, totals: pd.DataFrame) -> None:
        """Take a part, to be summed if need be; ``totals`` are the totals rows and headings in or above it."""
        if self._last is not None:
            self._add_up(self._last)
        if len(totals):
            self._cuts.append(totals)
            self._at += totals.index.tolist()
        self._last = frame

    def _add_up(self, frame: pd.DataFrame) -> None:
        edges = [0, *np.searchsorted(frame.index.to_numpy(), self._at).tolist(), len(frame)]
        for above, (start, stop) in enumerate(pairwise(edges)):
            if start == stop:
                continue
            part = frame.iloc[start:stop]
            first, _, count = self._rows.get(above, (int(part.index[0]), 0, 0))
            self._rows[above] = (first, int(part.index[-1]), count + len(part))
            for column in self._columns:
                cells = part[column.name]
                self._sums[column.name][above] += cells.sum() if column.kind in _NUMERIC else int(cells.notna().sum())

    def judge(self, refused: Iterable[int], raw: RawTable, listing: Listing) -> tuple[int, ...]:
        """Compare totals rows with the data: sums of numbers, and counts of filled cells under other headers.

        Of a column without sums, as one that was left out, only a cell with a word for a sum is judged.
        A total of all (``รวมทั้งสิ้น``, or the only one) must sum all rows; that of a group (``รวมภาคเหนือ``) the rows of
        its group; a plain ``รวม`` all rows, or those since any totals row or heading above it.

        Parameters
        ----------
        refused:
            Rows with a problem: what a total that counts one of them must give is not known, and it is not judged.

        Returns
        -------
        tuple
            Rows of the totals that were not judged.
        """
        if not self._cuts or self._last is None:
            return ()
        self._add_up(self._last)
        cuts = pd.concat(self._cuts)
        sheet = Sheet(raw, cuts)
        texts = cuts.astype(object).where(cuts.notna(), None).map(clean)
        groups = Groups(texts.to_numpy().tolist(), self._rows)
        others = [Column(name, name, "text") for name in cuts.columns if name not in self._sums]
        doubtful = {int(piece) for piece in np.searchsorted(self._at, sorted(refused))}
        unknown = []
        for place, row in enumerate(self._at):
            spans = groups.spans(place)
            if any(not doubtful.isdisjoint(span) for span in spans):
                unknown.append(row)
                continue
            stated = [column for column in others if read_total(str(texts.at[row, column.name]))]
            for column in (*self._columns, *stated) if spans else ():
                wrong = self._judge_cell(column, cuts.at[row, column.name], str(texts.at[row, column.name]), spans)
                if wrong is not None:
                    listing.add(sheet, "total", column, pd.Index([row]), [wrong])
        return tuple(unknown)

    def _judge_cell(self, column: Column, cell: object, text: str, spans: Sequence[range]) -> str | None:
        """What a cell of a totals row should be, if it is none of the sums that it may give; the likeliest first."""
        label = read_total(text)
        if text in _NO_TOTAL or (label is not None and label.number is None):
            return None
        stated, unit = (label.number, label.unit) if label else read_stated(text)
        numeric = column.kind in _NUMERIC
        is_stated = label is not None or (not numeric and unit != "")
        if numeric and label is None:
            parsed = parse_column(pd.Series([cell], dtype=object), column)
            if len(parsed.refused):
                return str(parsed.refused.iloc[0])
            stated = parsed.values.iloc[0]
        if stated is None or pd.isna(stated) or (is_stated and unit in _GROUPS):
            return None
        if is_stated:  # “138 ผลงาน” may be the rows or the sum of any column
            sums = [self._count(span) for span in spans]
            sums += [self._sum(other, span) for span in spans for other in self._columns]
        else:
            sums = [self._sum(column, span) for span in spans]
        if any(abs(stated - total) <= 1e-9 * max(abs(total), 1) for total in sums):
            return None
        return self._text(sums[0], spans[0], numeric=numeric, is_stated=is_stated)

    def _sum(self, column: Column, span: range) -> float:
        return float(sum(self._sums[column.name].get(piece, 0) for piece in span))

    def _count(self, span: range) -> float:
        return float(sum(self._rows[piece][2] for piece in span if piece in self._rows))

    def _text(self, total: float, span: range, *, numeric: bool, is_stated: bool) -> str:
        shown = f"{total:,.0f}" if total.is_integer() else f"{total:,.10g}"
        pieces = [self._rows[piece] for piece in span if piece in self._rows]
        first, last = (pieces[0][0], pieces[-1][1]) if pieces else (0, 0)
        rows = f"{row_words(first)} " if first == last else f"แถวที่ {row_of(first)}–{row_of(last)} "
        of = rows if pieces and len(span) <= len(self._at) else "ข้อมูล"
        if is_stated:
            return f"จำนวนแถวของ{of}คือ {shown} และไม่ตรงกับผลรวมของคอลัมน์ใด"
        return f"ผลรวมของ{of}ในคอลัมน์นี้คือ {shown}" if numeric else f"จำนวนแถวที่มี{of}ในคอลัมน์นี้คือ {shown}"


class Groups:
    """Which rows a totals row may sum.

    Rows lie in pieces between the cuts, which are totals rows and headings: piece 0 is above the first cut, piece 1
    below it, and so on.

    Parameters
    ----------
    cuts:
        Texts of each cut.
    filled:
        Pieces that have rows.
    """

    def __init__(self, cuts: Sequence[Sequence[str]], filled: Mapping[int, object]) -> None:
        self._labels = [next(filter(None, map(read_total, texts)), None) for texts in cuts]
        self._headings = [next(filter(is_heading, texts), "") for texts in cuts]
        of_groups = [place for place, label in enumerate(self._labels) if label is not None and label.of]
        self._above = bool(of_groups) and not any(piece <= of_groups[0] for piece in filled)

    def spans(self, place: int) -> list[range]:
        """Pieces that the total at a cut may sum, the likeliest first; none for a heading."""
        label, every = self._labels[place], range(len(self._labels) + 1)
        if label is None:
            return []
        if label.whole or (not label.of and sum(other is not None for other in self._labels) == 1):
            return [every]
        if not label.of:
            return [every, *(range(start, place + 1) for start in range(place + 1))]
        same = [
            at
            for at, other in enumerate(self._labels)
            if other is not None and other.of and group_kind(other.of) == group_kind(label.of)
        ]
        if self._above:  # totals stand above their groups
            return [range(place + 1, next((at for at in same if at > place), len(self._labels)) + 1)]
        own = [at + 1 for at in range(place) if label.of in self._headings[at]][-1:]
        since = max((at + 1 for at in same if at < place), default=0)
        return [range(start, place + 1) for start in dict.fromkeys([*own, since, place])]
