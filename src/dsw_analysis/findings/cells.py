"""Cells of tables of persons, and how they hang together: parts and wholes, in all tables of a dataset at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import numpy as np

from dsw_analysis.statistics.bounds import Sums

Codes = tuple[str, ...]
"""Codes of a column, in their order; a blank is ``""``."""

Cell = tuple[tuple[str, Codes], ...]
"""What persons have in common who are counted together: columns, in their order, and the codes that each may hold."""

BLANK = ""
_YES, _NO = "yes", "no"


@dataclass(frozen=True)
class Implied:
    """Rows with one of some codes in a column hold one of some in another: a province is in its region."""

    column: str
    codes: Codes
    other: str
    holds: Codes


@dataclass(frozen=True)
class Tables:
    """What a reader knows of a dataset's columns before any number is shown.

    Attributes
    ----------
    codes:
        Codes of a column, with a blank where a cell may be. A column that is not here is a question of yes and no: a
        condition that no column says, or one code of a column whose cells may hold several.
    implied:
        What follows from a code.
    places:
        Columns that are places or units.
    service:
        Columns that say what the department did for persons, not what they are: that it was done for all, or not for
        two, reveals nobody who is not known already. A question of one is called by it: ``referred filled``.
    filled:
        Columns that are never blank.
    limits:
        The least and the most that a column of amounts may say of one person.
    dominance:
        To how many per cent a sum may not be known that is not shown.
    """

    codes: Mapping[str, Codes] = field(default_factory=dict)
    implied: tuple[Implied, ...] = ()
    places: frozenset[str] = frozenset()
    service: frozenset[str] = frozenset()
    filled: frozenset[str] = frozenset()
    limits: Mapping[str, tuple[Fraction | None, Fraction | None]] = field(default_factory=dict)
    dominance: int = 10

    def all_of(self, column: str) -> Codes:
        """Codes that a column may hold."""
        return self.codes.get(column, (_NO, _YES))

    def is_service(self, column: str) -> bool:
        """Whether a column asks what was done for persons; which code one that has codes holds is of the person."""
        return column not in self.codes and re.split("[ =]", column)[0] in self.service

    @cached_property
    def _rules(self) -> dict[str, list[Implied]]:
        rules: dict[str, list[Implied]] = {}
        for rule in self.implied:
            rules.setdefault(rule.column, []).append(rule)
        return rules

    @cached_property
    def _known(self) -> dict[Cell, Cell | None]:
        return {}

    def cell(self, conditions: Mapping[str, str | Iterable[str]]) -> Cell | None:
        """The cell of some conditions; ``None`` if no row can meet them."""
        held = ((column, (c,) if isinstance(c, str) else tuple(sorted(c))) for column, c in conditions.items())
        return self.whole(tuple(sorted(held)))

    def whole(self, cell: Cell) -> Cell | None:
        """A cell with all that follows from its conditions, so that it has one name; ``None`` if it has no row."""
        if cell not in self._known:
            self._known[cell] = self._followed(cell)
        return self._known[cell]

    def _followed(self, cell: Cell) -> Cell | None:
        held = dict(cell)
        waiting = [column for column in held if column in self._rules]
        while waiting:
            for rule in self._rules.get(column := waiting.pop(), ()):
                if set(held[column]) <= set(rule.codes):
                    before = held.get(rule.other) or self.all_of(rule.other)
                    after = tuple(code for code in before if code in rule.holds)
                    if len(after) < len(before):
                        held[rule.other] = tuple(sorted(after))
                        waiting.append(rule.other)
        if not all(held.values()):
            return None
        kept = ((column, codes) for column, codes in held.items() if len(codes) < len(self.all_of(column)))
        return tuple(sorted(kept))


Group = tuple[Cell, str]
"""Cells that differ in one column alone: what they have in common, and the column."""


class Web:
    """All cells that are spoken of, all that they are parts of, and the sums that tie them together.

    Attributes
    ----------
    index:
        Number of each cell.
    sums:
        Of each cell that has parts: the cell, and its parts with the sign turned.
    spoken:
        Cells that something was said of; all others follow from them.
    rests:
        Cells that several codes are left over for.
    parts:
        What all cells of a group have in common, shared out: each row of it is in one part.
    of_persons, is_spoken:
        Whether a cell is of persons and no rest, and whether something was said of such a one too, by number.
    tied:
        Sums that attacks have made of these, for several releases and columns of amounts.
    """

    def __init__(self, tables: Tables, cells: Iterable[Cell]) -> None:
        self.tables = tables
        self.index: dict[Cell, int] = {}
        self.spoken, self.rests = set(cells := list(cells)), set[Cell]()
        self.parts: dict[Group, list[Cell]] = {}
        self._sets: dict[Group, dict[Codes, Cell]] = {}
        for cell in (*cells, ()):
            self._take(cell)
        for group in [*self._sets]:  # one code that is left is a cell like any other; several are a rest, which is not
            for _, codes in self._blocks(group):
                if len(codes) == 1:
                    self._take(self._part(group, codes))
        self.sums = [sum_ for group in self._sets for sum_ in self._tied(group)]
        self.tied: dict[tuple[int, tuple[int, ...], tuple[str, ...]], Sums] = {}
        service = {column for cell in self.index for column, _ in cell if tables.is_service(column)}
        self.of_persons = np.array([cell not in self.rests and service.isdisjoint(dict(cell)) for cell in self.index])
        self.is_spoken = self.of_persons & np.array([cell in self.spoken for cell in self.index])

    def _take(self, cell: Cell) -> None:
        """Add a cell, and all that it is a part of."""
        if cell in self.index:
            return
        self.index[cell] = len(self.index)
        for at, (column, codes) in enumerate(cell):
            common = cell[:at] + cell[at + 1 :]
            whole = self.tables.whole(common)
            if whole is not None and whole != cell:  # else the other conditions imply this one
                self._sets.setdefault((common, column), {})[codes] = cell
                self._take(whole)

    def _blocks(self, group: Group) -> list[tuple[tuple[bool, ...], Codes]]:
        """Codes that no cell of a group parts, with the cells that they are in."""
        (common, column), sets = group, self._sets[group]
        blocks: dict[tuple[bool, ...], list[str]] = {}
        for code in self.tables.all_of(column):
            if (code,) in sets or self.tables.whole(_joined(common, column, (code,))) is not None:
                blocks.setdefault(tuple(code in codes for codes in sets), []).append(code)
        return [(within, tuple(sorted(codes))) for within, codes in blocks.items()]

    def _part(self, group: Group, codes: Codes) -> Cell:
        part = self._sets[group].get(codes) or self.tables.whole(_joined(*group, codes))
        if part is None:
            raise AssertionError(f"{codes} of {group} were possible one by one")
        return part

    def _tied(self, group: Group) -> Iterator[list[tuple[int, int]]]:
        """Sums of a group: every cell of it, and what they have in common, is the sum of what none of them parts."""
        sets, blocks = self._sets[group], self._blocks(group)
        parts = [self._part(group, codes) for _, codes in blocks]
        for part in parts:
            if part not in self.index:
                self.index[part] = len(self.index)
                self.rests.add(part)
        self.parts[group] = parts
        several = [place for place, codes in enumerate(sets) if len(codes) > 1]
        wholes: list[tuple[Cell | None, list[Cell]]] = [(self.tables.whole(group[0]), parts)]
        wholes += [
            ([*sets.values()][place], [p for p, (within, _) in zip(parts, blocks, strict=True) if within[place]])
            for place in several
        ]
        for cell, own in wholes:
            if cell is not None and own != [cell]:
                yield [(self.index[cell], 1), *((self.index[part], -1) for part in own)]


def _joined(common: Cell, column: str, codes: Codes) -> Cell:
    return tuple(sorted((*common, (column, codes))))
