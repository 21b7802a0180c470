"""Tables of pandoc's document model as rows of cells, and widths of columns that suit their texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np

from dsw_analysis.report.document import Node, changed, text_of
from dsw_analysis.report.widths import PADDING, Needs, shares
from dsw_analysis.report.words import pieces, width

_LEDGER = (0.3, 0.108, 0.1, 0.365, 0.055, 0.072)
"""Shares of the width of the columns of the sources of the numbers."""
_MONTH = 2.35
"""Width of a month's column in em; a table has twelve."""
_SHORT, _SHORT_HEAD, _LONGEST = 9.0, 5.0, 10.0
"""Width in em up to which a text, or a head, stays on one line, and a word counts towards the least width."""
_BOLD = 1.06
"""How much wider the semi-bold face of head cells is."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell: its blocks, how it is marked in the HTML, whether it heads a row or column, what it reaches over."""

    id: str
    classes: frozenset[str]
    heads: bool
    rows: int
    columns: int
    blocks: list[Node]


def rows_of(content: list[Any]) -> tuple[list[list[Cell]], list[list[Cell]]]:
    """Head and body of the content of a pandoc ``Table``, by rows."""
    *_, head, bodies, foot = content
    body = [row for part in bodies for row in [*part[2], *part[3]]] + foot[1]
    return (
        [[_cell(cell, heads=True) for cell in row[1]] for row in head[1]],
        [[_cell(cell, heads=False) for cell in row[1]] for row in body],
    )


def kind_of(content: list[Any], kinds: Mapping[str, object]) -> str:
    """Which of some kinds of tables one is, by its classes; ``plain`` if none."""
    return next((name for name in content[0][1] if name in kinds), "plain")


def sized(blocks: list[Node], lines: Mapping[str, float]) -> list[Node]:
    """Blocks whose tables give each column a share of the width.

    Parameters
    ----------
    lines:
        Width of a table in em of its type, by kind.
    """

    def change(node: Node) -> Node | None:
        if node["t"] != "Table":
            return None
        kind = kind_of(node["c"], lines)
        attributes, caption, columns, *rest = node["c"]
        # Ledgers, which follow one another, all have the same columns.
        keep = _LEDGER if kind == "ledger" and len(columns) == len(_LEDGER) else None
        widths = shares(_needs(*rows_of(node["c"]), count=len(columns)), line=lines[kind], keep=keep)
        columns = [[{"t": "AlignDefault"}, {"t": "ColWidth", "c": share}] for share in widths]
        return {"t": "Table", "c": [attributes, caption, columns, *rest]}

    return list(changed(blocks, change))


def _cell(content: list[Any], *, heads: bool) -> Cell:
    (identifier, classes, pairs), _, rows, columns, blocks = content
    heads = heads or ["scope", "row"] in pairs
    return Cell(id=identifier, classes=frozenset(classes), heads=heads, rows=rows, columns=columns, blocks=blocks)


def _needs(head: Sequence[Sequence[Cell]], body: Sequence[Sequence[Cell]], *, count: int) -> Needs:
    """What the columns need; heads get two lines at most."""
    least, wanted = np.full(count, PADDING), np.full(count, PADDING)
    fixed, lengths = np.zeros(count, dtype=bool), np.zeros((len(head) + len(body), count))
    for row, column, cell in _placed([*head, *body], count):
        if cell.columns > 1:
            continue
        if "m" in cell.classes:
            least[column] = wanted[column] = _MONTH
            fixed[column] = True
            continue
        text, weight = text_of(cell.blocks), _BOLD if cell.heads else 1
        lengths[row, column] = length = weight * width(text)
        words = [word for part in text.split() for word in pieces(part)]
        longest = weight * max((width(word) for word in words), default=0)
        least[column] = max(least[column], min(longest, _LONGEST) + PADDING)
        if row < len(head):
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


def _placed(rows: Sequence[Sequence[Cell]], count: int) -> Iterator[tuple[int, int, Cell]]:
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
