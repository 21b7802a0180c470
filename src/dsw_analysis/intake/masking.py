"""Free text of a dataset without personal data, none of persons at all, and a warning for each cell that has some."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

import pandas as pd

from dsw_analysis.intake.columns import Column, Schema
from dsw_analysis.intake.files import RawTable
from dsw_analysis.intake.personal import MASK, MAY_HOLD, WITHHELD, WORDS, find, hide
from dsw_analysis.intake.sheet import LISTED
from dsw_analysis.problems import Problem

_NAMING: Final = frozenset({"corrections", "returns"})
"""Datasets that say who corrects and who sends, and what exactly stood in a file."""


@dataclass(frozen=True)
class Masking:
    """Masks personal data in the free text of a dataset, part by part, and notes in which rows they stood.

    Of a dataset whose rows are persons the whole text is withheld, but for names of units: that there is one can be
    counted, and what it says is nowhere shown. Columns whose values come from a registry are passed over. In a column
    of values that stand once, by which rows are told apart, nothing is masked: such codes are not shown.
    """

    dataset: Schema
    _listed: dict[tuple[str | None, str, str], list[Problem]] = field(default_factory=dict)
    _more: Counter[tuple[str | None, str, str]] = field(default_factory=Counter)

    def through(self, frame: pd.DataFrame, raw: RawTable) -> pd.DataFrame:
        """Typed rows with masks."""
        for column in () if self.dataset.id in _NAMING else self.dataset.columns:
            if column.kind != "text" or column.name in self.dataset.registries:
                continue
            cells = frame[column.name]
            texts = zip(cells.index.tolist(), cells.tolist(), strict=True)
            likely = {row: find(text) for row, text in texts if isinstance(text, str) and MAY_HOLD.search(text)}
            found = {row: pieces for row, pieces in likely.items() if pieces}
            for row, pieces in found.items():
                for kind in dict.fromkeys(piece.kind for piece in pieces):
                    self._note(raw, column, kind, row)
            if column.unique:
                continue
            if column in self.dataset.told:
                frame = frame.assign(**{column.name: cells.where(cells.isna(), WITHHELD)})
            elif found:
                masked = cells.where(~cells.index.isin(list(found)), cells.map(hide, na_action="ignore"))
                frame = frame.assign(**{column.name: masked})
        return frame

    def warnings(self) -> Iterator[Problem]:
        """A warning for each row, column and kind, which never says what stands there."""
        for key, listed in self._listed.items():
            yield from listed
            if more := self._more[key]:
                said = f"{listed[0].expected} {WORDS['warning']['more'].format(more=more)}"
                yield replace(listed[0], row=None, value=None, expected=said)

    def _note(self, raw: RawTable, column: Column, kind: str, row: int) -> None:
        key = (raw.sheet, column.name, kind)
        listed = self._listed.setdefault(key, [])
        if len(listed) >= LISTED:
            self._more[key] += 1
            return
        where = "key" if column.unique else "text"
        action = WORDS["action"][where].format(mask=MASK)
        listed.append(
            Problem(
                code=f"personal_{kind}",
                file=raw.file,
                sheet=raw.sheet,
                row=row,
                column=column.header,
                value=MASK,
                expected=WORDS["warning"][where].format(kind=WORDS["kinds"][kind]),
                action=WORDS["action"].get(kind, "{action}").format(action=action),
            )
        )
