"""Tables of pandoc's document model as rows of cells, and widths of columns that suit their texts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from dsw_analysis.intake.writing.typefaces import width
from dsw_analysis.report.document import Node, changed, text_of, walk
from dsw_analysis.report.words import pieces

Floats = npt.NDArray[np.float64]

PADDING = 1.1
"""Em that a cell keeps free left and right of its text, together."""
_STEP, _LOST = 0.5, 1.2
"""Em by which columns grow, and that a line loses at its end because words are kept whole."""
_CELL = 0.2
"""What a line fewer in a cell is worth, compared with one fewer in its row: two columns may have to grow for that."""

_SHORT, _SHORT_HEAD, _LONGEST = 9.0, 5.0, 10.0
"""Width in em up to which a text, or a head, stays on one line, and a word counts towards the least width."""
_SIGN = "กก"
"""Letters as wide as the sign of a status and the space after it."""
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


def kind_of(content: list[Any], kinds: Collection[str]) -> str:
    """Which of some kinds of tables one is, by its classes; ``plain`` if none."""
    return next((name for name in content[0][1] if name in kinds), "plain")


def sized(blocks: list[Node], line: float, others: Mapping[str, float] = MappingProxyType({})) -> list[Node]:
    """Blocks whose tables give each column a share of the width: ``line`` em of their type, or what ``others`` have.

    Parameters
    ----------
    others:
        Kind of table -> its width in em; one of kind ``half`` has half a line.
    """
    lines = {"half": line / 2, **others}

    def change(node: Node) -> Node | None:
        if node["t"] != "Table":
            return None
        attributes, caption, columns, *rest = node["c"]
        width = lines.get(kind_of(node["c"], lines), line)
        widths = shares(_needs(*rows_of(node["c"]), count=len(columns)), line=width)
        columns = [[{"t": "AlignDefault"}, {"t": "ColWidth", "c": share}] for share in widths]
        return {"t": "Table", "c": [attributes, caption, columns, *rest]}

    return list(changed(blocks, change))


def _cell(content: list[Any], *, heads: bool) -> Cell:
    (identifier, classes, pairs), _, rows, columns, blocks = content
    heads = heads or any(["scope", of] in pairs for of in ("row", "rowgroup"))
    return Cell(id=identifier, classes=frozenset(classes), heads=heads, rows=rows, columns=columns, blocks=blocks)


def _needs(head: Sequence[Sequence[Cell]], body: Sequence[Sequence[Cell]], *, count: int) -> Needs:
    """What the columns need; heads get two lines at most."""
    least, wanted = np.full(count, PADDING), np.full(count, PADDING)
    lengths = np.zeros((len(head) + len(body), count))
    for row, column, cell in _placed([*head, *body], count):
        if cell.columns > 1:
            continue
        text, weight = text_of(cell.blocks), _BOLD if cell.heads else 1
        lengths[row, column] = length = weight * width(text)
        words = [word for part in text.split() for word in pieces(part)]
        signed = [text_of(n) for n in walk(cell.blocks) if n["t"] == "Span" and "status" in n["c"][0][1]]
        if signed:  # a status does not break, and has its sign before it
            words = [f"{_SIGN}{status}" for status in signed]
        longest = weight * max((width(word) for word in words), default=0)
        least[column] = max(least[column], min(longest, _LONGEST) + PADDING)
        if row < len(head):
            wish = length if length <= _SHORT_HEAD else weight * _in_two(words)
        else:
            wish = length if length <= _SHORT else longest
        wanted[column] = max(least[column], wanted[column], min(wish, _LONGEST) + PADDING)
    return Needs(least=least, wanted=wanted, lengths=lengths)


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


@dataclass(frozen=True, kw_only=True)
class Needs:
    """What the columns of a table need, in em.

    Attributes
    ----------
    least:
        Width of the longest word of each column.
    wanted:
        Width at which short texts stay on one line; no less than ``least``.
    lengths:
        Widths of the texts on one line, rows by columns; 0 where a cell does not count.
    """

    least: Floats
    wanted: Floats
    lengths: Floats


def shares(needs: Needs, *, line: float) -> tuple[float, ...]:
    """Share of the width that each column gets; they add up to 1.

    Each column gets its longest word and, if there is room, its short texts whole; the rest goes where it makes the
    table shorter, and what no column needs is spread over all.

    Parameters
    ----------
    line:
        Width of the table in em.
    """
    extra = needs.wanted - needs.least
    room = max(line - needs.least.sum(), 0.0)
    start = needs.least + extra * min(1.0, room / max(extra.sum(), _STEP))
    widths = _grown(start, needs.lengths, spare=line - start.sum())
    return tuple(float(share) for share in widths / widths.sum())


def _grown(widths: Floats, lengths: Floats, *, spare: float) -> Floats:
    """Widen columns as long as that saves lines, each time the one that saves most for its width."""
    widths = widths.copy()
    lines = _lines(lengths, widths)
    while spare >= _STEP:
        extras = np.arange(_STEP, spare + _STEP / 2, _STEP)
        heights = lines.max(axis=1)
        best = (0.0, 0, 0.0)
        for column in range(len(widths)):
            others = np.delete(lines, column, axis=1).max(axis=1, initial=1.0)
            grown = _lines(lengths[:, column, None], widths[column] + extras)
            lower = (heights[:, None] - np.maximum(others[:, None], grown)).sum(axis=0)
            saved = (lower + _CELL * (lines[:, column, None] - grown).sum(axis=0)) / extras
            place = int(saved.argmax())
            best = max(best, (float(saved[place]), column, float(extras[place])), key=lambda found: found[0])
        if not best[0]:
            break
        _, column, extra = best
        widths[column] += extra
        spare -= extra
        lines[:, column] = _lines(lengths[:, column], widths[column])
    return widths


def _lines(lengths: Floats, widths: Floats | float) -> Floats:
    """Lines that texts take in a column; each line but the last loses part of a word."""
    inner = np.maximum(np.asarray(widths) - PADDING, 1.0)
    return np.where(lengths <= inner, 1.0, np.ceil(lengths / np.maximum(inner - _LOST, 1.0)))
