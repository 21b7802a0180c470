"""Claims: what the words that judge, rank or compare rest on, so that an audit can ask the ledger again."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from dsw_analysis.findings.finding import Finding

Number = Fraction | float | int

OPERATORS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
Values = Mapping[str, Number | None]


def _end(choose: Callable[..., Number | None]) -> Callable[[Values], list[str]]:
    def chosen(values: Values) -> list[str]:
        end = choose((value for value in values.values() if value is not None), default=None)
        return [id_ for id_, value in values.items() if value is not None and value == end]

    return chosen


CHOICES: Final[Mapping[str, Callable[[Values], list[str]]]] = {
    "most": lambda values: [id_ for id_ in _end(max)(values) if (values[id_] or 0) > 0],
    "highest": _end(max),
    "lowest": _end(min),
    "zeros": lambda values: [id_ for id_, value in values.items() if value == 0],
    "positive": lambda values: [id_ for id_, value in values.items() if value is not None and value > 0],
    "unknown": lambda values: [id_ for id_, value in values.items() if value is None],
}
"""Which of several findings: the largest above zero, the highest, the lowest, those that are 0, above 0, or unknown."""
ORDER: Final[Mapping[int, str]] = {-1: "ต่ำกว่า", 0: "เท่ากับ", 1: "สูงกว่า"}
"""What a comparison of two findings prints."""
CHANGES: Final[Mapping[int, str]] = {-1: "ลดลง", 0: "เท่าเดิม", 1: "เพิ่มขึ้น"}
"""What a comparison of a finding with itself in an earlier round prints."""
WORDS: Final = {"compare": ORDER, "change": CHANGES}
"""Claims that choose a word."""


def _widest(values: Mapping[str, Number], groups: Sequence[Sequence[str]]) -> list[str]:
    ends: list[str] = []
    gap = Fraction(0)
    for group in groups:
        known = [id_ for id_ in group if id_ in values]
        if known:
            high, low = (end(known, key=values.__getitem__) for end in (max, min))
            between = Fraction(values[high]) - Fraction(values[low])
            ends, gap = ([high, low], between) if between > gap else (ends, gap)
    return ends


def answer(kind: str, of: Sequence[str], ledger: Mapping[str, Finding], given: Any = None) -> Any:  # noqa: ANN401
    """What the ledger answers to a claim; plain JSON values only.

    Parameters
    ----------
    kind:
        ``known`` (has a value), ``hidden`` (is not shown), ``exact`` (is not rounded), ``nonzero``, ``provenance``,
        ``compare`` (a word of :data:`ORDER`), ``change`` (of :data:`CHANGES`), a key of :data:`CHOICES` (which of
        several), ``attention`` (which are at or above the finding ``given``), or one of :data:`OPERATORS` (against a
        finding's id or a number, ``given``), or ``widest`` (highest and lowest of that group of ids, among those
        ``given``, which differ most; none if none differs).
    of:
        Ids of the findings that are asked about.

    Returns
    -------
    object
        ``True`` or ``False``, a word, or the ids of those that it is true of, in the order of ``of``.
    """
    found = [ledger[id_] for id_ in of]
    if kind in CHOICES:
        return CHOICES[kind]({f.id: None if f.value is None else f.exact() for f in found})
    if kind in OPERATORS:
        return OPERATORS[kind](found[0].exact(), ledger[given].exact() if isinstance(given, str) else given)
    if kind == "widest":
        return _widest({f.id: f.exact() for f in found if f.value is not None}, given)
    if kind == "attention":
        return [f.id for f in found if f.value is not None and f.exact() >= ledger[given].exact()]
    if kind in WORDS:
        first, second = (f.exact() for f in found)
        return WORDS[kind][(first > second) - (first < second)]
    (one,) = found
    says = {"known": one.value is not None, "nonzero": bool(one.value), "provenance": one.provenance}
    says |= {"hidden": one.is_hidden, "exact": one.disclosure is None}
    return says[kind]
