"""Thai text and tables in a terminal: marks that take no width are counted so, lines break between clusters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

GAP: Final = 2
NARROWEST: Final = 6
# A line may break after a space, or between clusters: a leading vowel stays with its consonant, signs with theirs.
_CLUSTER = re.compile("[เ-ไ]?[^เ-ไ\\s]|[เ-ไ]|\\s+")
_FOLLOWERS = frozenset("ะาำๅๆฯ”’)]}%.,;:…")


def text_width(text: str) -> int:
    """Columns that a terminal gives a text: marks above and below take none, wide characters two."""
    return sum(_width(character) for character in text)


def wrap(text: str, width: int) -> list[str]:
    """Break a text into lines of at most ``width`` columns, at spaces where there are some."""
    lines, line = [], ""
    for word in re.findall(r"\S+|\s+", text):
        if text_width(line + word) <= width:
            line += word
            continue
        if line.strip():
            lines.append(line.rstrip())
        line = ""
        if word.isspace():
            continue
        for cluster in _clusters(word):
            if line and text_width(line + cluster) > width:
                lines.append(line)
                line = ""
            line += cluster
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def pad(text: str, width: int) -> str:
    """Fill with spaces up to ``width`` columns."""
    return text + " " * (width - text_width(text))


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> str:
    """A plain table that fits ``width`` columns; one block of lines a row where it is too narrow for columns."""
    if width < len(heads) * (NARROWEST + GAP) * 1.5:
        blocks = [
            "\n".join(line for head, cell in zip(heads, row, strict=True) for line in wrap(f"{head}: {cell}", width))
            for row in rows
        ]
        return "\n\n".join(blocks)
    widths = _fit([max(map(text_width, column)) for column in zip(heads, *rows, strict=True)], width)
    lines = [_line(heads, widths), "  ".join("─" * w for w in widths)]
    return "\n".join([*lines, *(_line(row, widths) for row in rows)])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    wrapped = [wrap(cell, width) for cell, width in zip(cells, widths, strict=True)]
    height = max(map(len, wrapped))
    columns = [[*lines, *[""] * (height - len(lines))] for lines in wrapped]
    return "\n".join(
        (" " * GAP).join(pad(part, width) for part, width in zip(parts, widths, strict=True)).rstrip()
        for parts in zip(*columns, strict=True)
    )


def _fit(natural: Sequence[int], width: int) -> list[int]:
    """Widths that sum to the room there is: the widest columns give way first."""
    room = width - GAP * (len(natural) - 1)
    low, high = NARROWEST, max(natural)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if sum(min(n, middle) for n in natural) <= room else (low, middle - 1)
    return [min(n, low) for n in natural]


def _clusters(word: str) -> list[str]:
    clusters: list[str] = []
    for part in _CLUSTER.findall(word):
        if clusters and (_width(part[0]) == 0 or part in _FOLLOWERS):
            clusters[-1] += part
        else:
            clusters.append(part)
    return clusters


def _width(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf", "Cc"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
