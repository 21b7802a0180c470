"""Distributions: the share of every answer of a question, also where several may be chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsw_analysis.datasets import Column, source_of
from dsw_analysis.findings import Finding
from dsw_analysis.measures.base import Measure
from dsw_analysis.measures.filters import select
from dsw_analysis.measures.sampling import Drawn, Sample
from dsw_analysis.measures.shares import Share, State, check, left_out, share_parts

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Distribution(Measure):
    """Share of every answer of a question, code -> finding in the order of the codebook.

    The ids are ``id.code``. Blanks and codes that are no answer leave the base, as in :class:`Share`.

    Attributes
    ----------
    column:
        A ``category`` or ``multi`` column.
    of:
        ``"respondents"``: shares of the rows that answered, which may sum to more than 100 where several answers may be
        chosen. ``"mentions"``: shares of all answers chosen, which sum to 100; they have no interval, because one
        respondent makes several.
    cumulative:
        For ordered answers: share of this answer or one before it in the codebook.
    """

    column: str
    of: Literal["respondents", "mentions"] = "respondents"
    cumulative: bool = False

    def __call__(self, frame: pd.DataFrame, drawn: Drawn | None = None) -> dict[str, Finding]:
        """Work out all shares in one pass.

        Raises
        ------
        DataError
            If a row is not as registered.
        ValueError
            If mentions are to have an interval, answers of a ``multi`` column are to be cumulated, or the column has
            no codebook.
        """
        (shares,) = self.grouped(frame, np.zeros(len(frame), dtype=np.intp), [self], drawn)
        return shares

    def grouped(
        self, frame: pd.DataFrame, group: npt.NDArray[np.intp], parts: Sequence[Distribution], drawn: Drawn | None
    ) -> list[dict[str, Finding]]:
        """The shares of each group of rows; see :func:`dsw_analysis.measures.by`.

        ``group`` numbers the group of each row (-1: none), ``parts`` are the distributions of the groups.
        """
        column = source_of(frame).dataset[self.column]
        self._check(column, drawn)
        check(frame, drawn)
        answers = [code for code in column.codes if code not in column.missing_codes]
        if isinstance(drawn, Sample) and drawn.designed:
            return [{code: part.share(column, code)(frame, drawn) for code in answers} for part in parts]
        chosen, whole, tallies = self._tabulate(frame, column, answers, group, len(parts))
        return [
            {
                code: part.share(column, code)._finding(
                    frame,
                    where={**part.where, self.column: self._counted(answers, code)},
                    **share_parts(int(k), int(n), drawn, part.where),
                    **left_out(tally),
                )
                for code, k in zip(answers, ks, strict=True)
            }
            for part, ks, n, tally in zip(parts, chosen, whole, tallies, strict=True)
        ]

    def share(self, column: Column, code: str) -> Share:
        """The share of one answer."""
        answers = [code for code in column.codes if code not in column.missing_codes]
        name = column.label(code)
        if self.cumulative and code != answers[0]:
            name = f"{column.label(answers[0])} ถึง {name}"
        return Share(
            id=f"{self.id}.{code}",
            label=f"{self.label}: {name}",
            unit=self.unit,
            where=self.where,
            note=self.note,
            digits=self.digits,
            counted={self.column: self._counted(answers, code)},
        )

    def _tabulate(
        self, frame: pd.DataFrame, column: Column, answers: list[str], group: npt.NDArray[np.intp], groups: int
    ) -> tuple[Counts, Counts, Counts]:
        """By group: how often each answer was chosen, the denominator, and rows by state."""
        cells, values = pd.factorize(frame[self.column])
        held = [set(str(value).split(";")) for value in values]
        member = np.array([[code in codes for code in answers] for codes in held], dtype=np.int64)
        member = member.reshape(len(values), len(answers))
        rows = select(frame, self.where).to_numpy() & (group >= 0)
        size = len(values) + 1  # the place of a blank comes first
        table = np.bincount(group[rows] * size + cells[rows] + 1, minlength=groups * size).reshape(groups, size)
        chosen = table[:, 1:] @ member
        answered = member.any(axis=1)
        whole = table[:, 1:] @ (member.sum(axis=1) if self.of == "mentions" else answered.astype(np.int64))
        tallies = np.zeros((groups, len(State)), dtype=np.int64)
        tallies[:, State.MISSING] = table[:, 0]
        for at in np.flatnonzero(~answered):
            why = next(reason for code, reason in column.missing_codes.items() if code in held[at])
            tallies[:, State[why.upper()]] += table[:, at + 1]
        return chosen.cumsum(axis=1) if self.cumulative else chosen, whole, tallies

    def _counted(self, answers: list[str], code: str) -> str | tuple[str, ...]:
        return tuple(answers[: answers.index(code) + 1]) if self.cumulative else code

    def _check(self, column: Column, drawn: Drawn | None) -> None:
        if not column.codes:
            raise ValueError(f"{self.id}: column {self.column!r} has no codebook; make one with derive()")
        if self.cumulative and column.kind == "multi":
            raise ValueError(f"{self.id}: answers of which several may be chosen have no order to cumulate")
        if self.of == "mentions" and drawn is not None:
            raise ValueError(f"{self.id}: mentions have no interval; ask for shares of respondents")
