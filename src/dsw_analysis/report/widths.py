"""How wide the columns of a table should be: as wide as makes the table short, and no word broken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

PADDING = 1.1
"""Em that a cell keeps free left and right of its text, together."""
_STEP, _LOST = 0.5, 1.2
"""Em by which columns grow, and that a line loses at its end because words are kept whole."""
_CELL = 0.2
"""What a line fewer in a cell is worth, compared with one fewer in its row: two columns may have to grow for that."""


@dataclass(frozen=True, kw_only=True)
class Needs:
    """What the columns of a table need, in em.

    Attributes
    ----------
    least:
        Width of the longest word of each column.
    wanted:
        Width at which short texts stay on one line; no less than ``least``.
    fixed:
        Columns that neither grow nor shrink, such as months.
    lengths:
        Widths of the texts on one line, rows by columns; 0 where a cell does not count.
    """

    least: Floats
    wanted: Floats
    fixed: npt.NDArray[np.bool_]
    lengths: Floats


def shares(needs: Needs, *, line: float, keep: Sequence[float] | None = None) -> tuple[float, ...]:
    """Share of the width that each column gets; they add up to 1.

    Each column gets its longest word and, if there is room, its short texts whole; the rest goes where it makes the
    table shorter, and what no column needs is spread over those that may grow.

    Parameters
    ----------
    line:
        Width of the table in em.
    keep:
        Shares to keep to wherever they are wide enough, instead of looking for them.
    """
    if keep is not None:
        widths = np.maximum(needs.least, np.array(keep) * line)
    else:
        extra = needs.wanted - needs.least
        room = max(line - needs.least.sum(), 0.0)
        start = needs.least + extra * min(1.0, room / max(extra.sum(), _STEP))
        widths = _grown(start, needs.lengths, spare=line - start.sum())
    free = ~needs.fixed
    if free.any():
        widths[free] *= max(line - widths[needs.fixed].sum(), 1.0) / widths[free].sum()
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
