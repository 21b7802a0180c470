"""Tables of pandoc's document model as plain rows of cells, with widths that suit their texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np

from dsw_analysis.report.document import Node, walk
from dsw_analysis.report.widths import PADDING, Needs, shares
from dsw_analysis.report.words import pieces, width

LEDGER = (0.3, 0.108, 0.1, 0.365, 0.055, 0.072)
"""Shares of the width of the columns of the sources of the numbers."""
_MONTH = 2.35
"""Width of a month's column in em; a table has twelve."""
_SHORT, _SHORT_HEAD, _LONGEST = 9.0, 5.0, 10.0
"""Width in em up to which a text, or a head, stays on one line, and a word counts towards the least width."""
_BOLD = 1.06
"""How much wider the semi-bold face of head cells is."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell: its blocks, what they say as text, and how it is marked in the HTML."""

    id: str
    classes: frozenset[str]
    heads: bool
    rows: int
    columns: int
    blocks: list[Node]
    text: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table: caption (pandoc blocks), head rows, body rows, and the share of the width of each column."""

    caption: list[Node]
    head: list[list[Cell]]
    body: list[list[Cell]]
    widths: tuple[float, ...]


def read_table(node: Node, *, line: float, kind: str = "plain") -> Table:
    """Read a pandoc ``Table``.

    Parameters
    ----------
    line:
        Width of the whole table in em of its type.
    kind:
        Class of the table; ledgers, which follow one another, all have the same columns.
    """
    _, caption, columns, head, bodies, foot = node["c"]
    heads = [[_cell(c, heads=True) for c in row[1]] for row in head[1]]
    rows = [row for body in bodies for row in [*body[2], *body[3]]] + foot[1]
    body = [[_cell(c, heads=False) for c in row[1]] for row in rows]
    keep = LEDGER if kind == "ledger" and len(columns) == len(LEDGER) else None
    needs = _needs([*heads, *body], heads=len(heads), count=len(columns))
    widths = shares(needs, line=line, keep=keep)
    return Table(caption=caption[1], head=heads, body=body, widths=widths)


def text_of(node: Any) -> str:  # noqa: ANN401 - any piece of pandoc's JSON
    """Text of a piece of a document; every kind of white space is one space."""
    pieces = []
    for element in walk(node):
        if element["t"] == "Str":
            pieces.append(element["c"])
        elif element["t"] in {"Code", "CodeBlock", "Math"}:
            pieces.append(element["c"][1])
        elif element["t"] in {"Space", "SoftBreak", "LineBreak"}:
            pieces.append(" ")
    return "".join(pieces)


def _cell(content: list[Any], *, heads: bool) -> Cell:
    (identifier, classes, pairs), _, rows, columns, blocks = content
    return Cell(
        id=identifier,
        classes=frozenset(classes),
        heads=heads or ["scope", "row"] in pairs,
        rows=rows,
        columns=columns,
        blocks=blocks,
        text=text_of(blocks),
    )


def _needs(rows: Sequence[Sequence[Cell]], *, heads: int, count: int) -> Needs:
    """What the columns need; the first rows, which name the columns, get two lines at most."""
    least, wanted = np.full(count, PADDING), np.full(count, PADDING)
    fixed, lengths = np.zeros(count, dtype=bool), np.zeros((len(rows), count))
    for row, column, cell in placed(rows, count):
        if cell.columns > 1:
            continue
        if "m" in cell.classes:
            least[column] = wanted[column] = _MONTH
            fixed[column] = True
            continue
        weight = _BOLD if cell.heads else 1
        lengths[row, column] = length = weight * width(cell.text)
        words = [word for part in cell.text.split() for word in pieces(part)]
        longest = weight * max((width(word) for word in words), default=0)
        least[column] = max(least[column], min(longest, _LONGEST) + PADDING)
        if row < heads:
            wish = length if length <= _SHORT_HEAD else weight * _in_two(words)
        else:
            wish = length if length <= _SHORT else longest
        wanted[column] = max(least[column], wanted[column], min(wish, _LONGEST) + PADDING)
    lengths[:, fixed] = 0
    return Needs(least=least, wanted=wanted, fixed=fixed, lengths=lengths)


def _in_two(words: Sequence[str]) -> float:
    """Width that words need in order to fit on two lines."""
    ends = [*accumulate(map(width, words), initial=0.0)]
    return min(max(end, ends[-1] - end) for end in ends)


def placed(rows: Sequence[Sequence[Cell]], count: int) -> Iterator[tuple[int, int, Cell]]:
    """Every cell with its row and column, minding those that reach over several rows or columns."""
    taken: set[tuple[int, int]] = set()
    for row, cells in enumerate(rows):
        column = 0
        for cell in cells:
            while (row, column) in taken:
                column += 1
            if column < count:
                yield row, column, cell
            taken |= {(row + r, column + c) for r in range(cell.rows) for c in range(cell.columns)}
            column += cell.columns
