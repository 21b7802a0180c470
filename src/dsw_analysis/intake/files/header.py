"""Finds the header among a table's first rows and flattens header rows that lie on top of each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, NoReturn

from dsw_analysis.intake.files.encoding import misread
from dsw_analysis.intake.files.limits import LIMITS
from dsw_analysis.intake.files.messages import refuse
from dsw_analysis.intake.thai import normalise

DEPTH: Final = 3
LOOK: Final = 60
"""A header is looked for in this many first rows."""
JOIN: Final = " / "

Merge = tuple[tuple[int, int], tuple[int, int]]
"""Merged cells as (first row, first column), (last row, last column), 0-based."""


@dataclass(frozen=True)
class Header:
    """A found header: its first row (0-based) in the rows looked at, and how many rows it takes.

    ``texts`` are the flattened texts of the columns, ``""`` where one has none, and ``score`` says how many of the
    expected headers are among them; ``rows`` are the header's rows as they stand, to know it when it is repeated, and
    ``titles`` the tidy texts above it, which printing may repeat.
    """

    first: int
    depth: int
    texts: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    score: int
    titles: frozenset[str] = frozenset()


def clean(cell: object) -> str:
    """Cell as tidy text; ``""`` for a blank one."""
    if cell is None:
        return ""
    return normalise(f"{cell:.0f}" if isinstance(cell, float) and cell.is_integer() else str(cell))


@lru_cache(maxsize=4096)
def key(text: str) -> str:
    """What two spellings of one header have in common: neither spaces nor letter case count."""
    return "".join(normalise(text).split()).casefold()


def find_header(
    rows: Sequence[Sequence[object]], headers: Sequence[str], merges: Sequence[Merge] = (), at: int | None = None
) -> Header | None:
    """Return the header that has most of ``headers``; of equal ones the shallowest, then the uppermost.

    Parameters
    ----------
    rows:
        First rows of the table, as read.
    headers:
        Flattened headers that the schema expects.
    merges:
        Merged ranges, where the format tells them.
    at:
        Spreadsheet row in which the header begins, where it is known.

    Returns
    -------
    Header | None
        ``None`` if no row has any of ``headers``.
    """
    wanted = {key(header) for header in headers}
    cells = [[clean(cell) for cell in row[: LIMITS.columns + 1]] for row in rows[: head_rows(at)]]
    best: Header | None = None
    for first, depth, texts in _readings(cells, merges, at):
        score = len({key(text) for text in texts if text} & wanted)
        if score > (best.score if best else 0):
            best = Header(first, depth, texts, _raw(rows[first : first + depth]), score)
        if score == len(wanted):
            break  # none has more
    titles = frozenset(text for row in cells[: best.first] for text in row if text) if best else frozenset()
    return best and replace(best, titles=titles)


def _readings(
    cells: Sequence[Sequence[str]], merges: Sequence[Merge], at: int | None
) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """First row, depth and texts of everything that may be a header, in the order of preference."""
    for depth in range(1, DEPTH + 1):
        for first in range(min(LOOK, len(cells) - depth + 1)) if at is None else [at - 1]:
            block = cells[first : first + depth]
            if len(block) == depth and any(block[0]) and any(block[-1]):
                for grid in _filled(block, first, merges):
                    yield first, depth, _flatten(grid)


def head_rows(at: int | None) -> int:
    """How many first rows hold the header: those that are looked at, or those up to the one where it begins."""
    return (LOOK if at is None else at) + DEPTH


def refuse_headerless(
    file: str, sheet: str | None, rows: Sequence[Sequence[object]], headers: Sequence[str]
) -> NoReturn:
    """Refuse a table in which no header was found, saying what was expected."""
    for row in rows[:LOOK]:
        was = misread(" ".join(str(cell) for cell in row if cell is not None))
        if was is not None:
            refuse("misread_text", file, sheet=sheet, was=was[:60])
    fullest = max(([text for text in map(clean, row) if text] for row in rows[:LOOK]), key=len, default=[])
    wanted = ", ".join(f"“{text}”" for text in headers[:6])
    refuse("header_not_found", file, sheet=sheet, value=", ".join(fullest)[:120] or None, headers=wanted, look=LOOK)


def _filled(block: Sequence[Sequence[str]], first: int, merges: Sequence[Merge]) -> tuple[list[list[str]], ...]:
    """Return the readings of a header block: groups filled along merged cells, and along blanks."""
    width = max(map(len, block))
    plain = [[*row, *[""] * (width - len(row))] for row in block]
    if len(plain) == 1:
        return (plain,)
    merged = [list(row) for row in plain]
    for (top, left), (_, right) in merges:
        if first <= top < first + len(plain) - 1 and left < width:
            merged[top - first][left : right + 1] = [plain[top - first][left]] * (min(right, width - 1) + 1 - left)
    blanks = [list(row) for row in plain]
    for level, row in enumerate(blanks[:-1]):
        for column in range(1, width):
            below = any(lower[column] for lower in plain[level + 1 :])
            above_same = all(blanks[i][column] == blanks[i][column - 1] for i in range(level))
            if not row[column] and below and above_same:
                row[column] = row[column - 1]
    return (merged, blanks) if merges else (blanks,)


def _raw(block: Sequence[Sequence[object]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple("" if cell is None else str(cell) for cell in row) for row in block)


def _flatten(grid: Sequence[Sequence[str]]) -> tuple[str, ...]:
    texts = []
    for column in zip(*grid, strict=True):
        parts = [part for i, part in enumerate(column) if part and (i == 0 or part != column[i - 1])]
        texts.append(JOIN.join(parts))
    return tuple(texts)
