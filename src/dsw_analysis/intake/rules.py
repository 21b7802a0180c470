"""Rules across the columns of a row, in the few words that a schema says them with."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import pairwise
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Mask = npt.NDArray[np.bool_]

DATES: Final = frozenset({"date", "datetime", "month"})
NUMBERS: Final = frozenset({"integer", "number"})
_CHOICE: Final = frozenset({"category"})
_TEXT: Final = frozenset({"text"})
_SLACK: Final = 5e-7  # sums of numbers with decimals are right to six of them


@dataclass(frozen=True, kw_only=True)
class Word:
    """One word of the vocabulary.

    Attributes
    ----------
    holds:
        Frame, column and what the word is given -> where the rule holds; blank where it cannot be judged.
    takes:
        What it is given: a column, columns, a pattern, codes of a column, or for each code of a column the one of ours.
    own, others:
        Kinds of column that the rule can be of, and that it may look at; all if empty.
    across_rows:
        Whether a row is judged by others too, so that the file must not be read in parts.
    """

    holds: Callable[[pd.DataFrame, str, Any], pd.Series | Mask]
    takes: Literal["column", "columns", "pattern", "codes", "code_of"]
    own: frozenset[str] = field(default=frozenset())
    others: frozenset[str] = field(default=frozenset())
    across_rows: bool = False


def _blank(frame: pd.DataFrame, column: str) -> Mask:
    blank: Mask = frame[column].array.isna()  # of the array, which takes a fraction of what a series does
    return blank


def _filled_only_if(frame: pd.DataFrame, column: str, given: Mapping[str, Sequence[str]]) -> Mask:
    fits: list[Mask] = [_blank(frame, other) | frame[other].array.isin(codes) for other, codes in given.items()]
    return _blank(frame, column) | reduce(operator.and_, fits)


def _needs(frame: pd.DataFrame, column: str, others: Sequence[str]) -> Mask:
    filled: Mask = reduce(operator.and_, [~_blank(frame, other) for other in others])
    return _blank(frame, column) | filled


def _filled_where_differ(frame: pd.DataFrame, column: str, names: Sequence[str]) -> pd.Series:
    first, *others = (frame[name] for name in names)
    alike = reduce(operator.and_, [first.eq(other).fillna(False) for other in others])
    return frame[column].notna() == (first.notna() & ~alike)


def _order_of_steps(frame: pd.DataFrame, _: str, steps: Sequence[str]) -> Mask:
    answers = [frame[step].array for step in steps]
    return reduce(operator.and_, [(before != "no") | (after != "yes") for before, after in pairwise(answers)])


def _unique_together(frame: pd.DataFrame, _: str, columns: Sequence[str]) -> pd.Series:
    return ~(frame.duplicated(list(columns)) & frame[list(columns)].notna().all(axis=1))


def _starts_with(frame: pd.DataFrame, column: str, other: str) -> pd.Series:
    holds = [
        pd.isna(cell) or pd.isna(start) or re.fullmatch(rf"{re.escape(start)}(\.[a-z0-9_-]+)+", cell) is not None
        for cell, start in zip(frame[column], frame[other], strict=True)
    ]
    return pd.Series(holds, index=frame.index)


def _by_code(frame: pd.DataFrame, column: str, given: Mapping[str, Mapping[str, str]]) -> pd.Series:
    ((other, codes),) = given.items()
    decided = frame[other].astype(object).map(codes)
    return frame[column].isna() | decided.isna() | (frame[column].astype(object) == decided)


def _sum_of(frame: pd.DataFrame, column: str, parts: Sequence[str]) -> pd.Series:
    return (frame[column] - reduce(operator.add, [frame[part] for part in parts])).abs() < _SLACK


WORDS: Final[Mapping[str, Word]] = {
    "filled_only_if": Word(holds=_filled_only_if, takes="codes", others=_CHOICE),
    "needs": Word(holds=_needs, takes="columns"),
    "filled_where_differ": Word(holds=_filled_where_differ, takes="columns"),
    "not_before": Word(holds=lambda f, own, other: ~(f[own] < f[other]), takes="column", own=DATES, others=DATES),
    "at_most": Word(holds=lambda f, own, other: ~(f[own] > f[other]), takes="column", own=NUMBERS, others=NUMBERS),
    "sum_of": Word(holds=_sum_of, takes="columns", own=NUMBERS, others=NUMBERS),
    "order_of_steps": Word(holds=_order_of_steps, takes="columns", own=_CHOICE, others=_CHOICE),
    "unique_together": Word(holds=_unique_together, takes="columns", across_rows=True),
    "starts_with": Word(holds=_starts_with, takes="column", own=_TEXT, others=_TEXT),
    "by_code": Word(holds=_by_code, takes="code_of", own=_CHOICE, others=_CHOICE),
    "matches": Word(
        holds=lambda f, own, pattern: f[own].isna() | f[own].str.fullmatch(pattern), takes="pattern", own=_TEXT
    ),
}
"""The vocabulary; ``docs/schemas.md`` explains it."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule across columns that every row must keep.

    Attributes
    ----------
    name:
        English name, stable.
    column:
        Name of the column whose cell the problem points at.
    word, given:
        Key of :data:`WORDS`, and what it is given.
    expected, action:
        Thai: what should be so, and what to do.
    """

    name: str
    column: str
    word: str
    given: Any
    expected: str
    action: str

    def holds(self, frame: pd.DataFrame) -> Mask:
        """In which rows the rule holds: also where a blank cell leaves it unjudged."""
        found = WORDS[self.word].holds(frame, self.column, self.given)
        return found if isinstance(found, np.ndarray) else found.to_numpy(dtype=bool, na_value=True)

    @property
    def across_rows(self) -> bool:
        """Whether a row is judged by others too."""
        return WORDS[self.word].across_rows

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that the rule looks at, its own first."""
        takes = WORDS[self.word].takes
        others = () if takes == "pattern" else (self.given,) if takes == "column" else tuple(self.given)
        return tuple(dict.fromkeys((self.column, *others)))
