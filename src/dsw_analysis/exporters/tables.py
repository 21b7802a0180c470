"""Tables of pandoc's document model as plain rows of cells, with widths that suit their texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dsw_analysis.exporters.document import Node, walk
from dsw_analysis.exporters.words import pieces, width

_MONTH = 2.6
"""Width of a month's column in em; a table has twelve."""
_SHORT, _LONGEST = 8.0, 10.0
"""Width in em up to which a text stays on one line, and a word counts towards the least width."""
_PADDING = 1.4
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


def read_table(node: Node, *, line: float) -> Table:
    """Read a pandoc ``Table``.

    Parameters
    ----------
    line:
        Width of the whole table in em of its type.
    """
    _, caption, columns, head, bodies, foot = node["c"]
    heads = [[_cell(c, heads=True) for c in row[1]] for row in head[1]]
    rows = [row for body in bodies for row in [*body[2], *body[3]]] + foot[1]
    body = [[_cell(c, heads=False) for c in row[1]] for row in rows]
    return Table(
        caption=caption[1], head=heads, body=body, widths=_widths([*heads, *body], count=len(columns), line=line)
    )


def text_of(node: Any) -> str:  # noqa: ANN401 - any piece of pandoc's JSON
    """Text of a piece of a document; every kind of white space is one space."""
    pieces = []
    for element in walk(node):
        if element["t"] == "Str":
            pieces.append(element["c"])
        elif element["t"] in {"Code", "CodeBlock"}:
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


def _widths(rows: Sequence[Sequence[Cell]], *, count: int, line: float) -> tuple[float, ...]:
    """Shares of the width: each column gets its longest word, and the rest by the length of its texts.

    Follows the automatic table layout of CSS 2.2, section 17.5.2.2, with em in place of points; the root
    dampens long texts, which take many lines anyway. Months are equally narrow.
    """
    least, most = [_PADDING] * count, [_PADDING] * count
    for _, column, cell in placed(rows, count):
        if cell.columns > 1:
            continue
        if "m" in cell.classes:
            least[column] = most[column] = _MONTH
            continue
        short = width(cell.text) <= _SHORT
        words = [cell.text] if short else [word for part in cell.text.split() for word in pieces(part)]
        weight = _BOLD if cell.heads else 1
        longest = max((width(word) for word in words), default=0)
        least[column] = max(least[column], weight * min(longest, _LONGEST) + _PADDING)
        most[column] = max(most[column], weight * width(cell.text) + _PADDING)
    spare = max(line - sum(least), 0)
    wants = [(high - low) ** 0.5 if high > low else 0.0 for low, high in zip(least, most, strict=True)]
    if not any(wants):
        wants = [0.0 if low == _MONTH else 1.0 for low in least]
    widths = [low + spare * want / (sum(wants) or 1) for low, want in zip(least, wants, strict=True)]
    return tuple(share / sum(widths) for share in widths)


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
