"""Finds which columns of a file are which of the form: by header, by the names of tools, by likeness and content."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pandas as pd

from dsw_analysis.intake import thai
from dsw_analysis.intake.columns import Column, Schema
from dsw_analysis.intake.files import look
from dsw_analysis.intake.files.header import DEPTH, LOOK, clean, find_header, key
from dsw_analysis.intake.parsing import parse_column

FIRST_ROWS: Final = 1_000
"""A header is looked for in these when there is none further up."""
_LIKE: Final = 0.55
_SURE: Final = 0.5
_GRID: Final = re.compile(r"(.+?)\s*\[(.+)\]\s*")
_NAME: Final = re.compile("[/-]")

Rows = Sequence[Sequence[object]]


@dataclass(frozen=True)
class Names:
    """What columns and choices of a form are called in exports: key of a header -> column, and texts -> choices."""

    columns: Mapping[str, Column]
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, dataset: Schema, file: Path) -> Names:
        """The form's headers and codes, and those of the XLSForm ``<stem>.xlsform.xlsx`` beside a file."""
        columns = {key(column.header): column for column in dataset.columns}
        for column in dataset.columns:
            columns.setdefault(key(column.name), column)
        choices = {c.header: dict(c.codes) for c in dataset.columns if c.codes}
        form = file.with_name(f"{file.stem}.xlsform.xlsx")
        if form.is_file():
            sheets = {key(name or ""): _dicts(rows) for name, rows in look(form, 10 * FIRST_ROWS)}
            for row in sheets.get("survey", ()):
                named = columns.get(key(row.get("label", "")))
                if named is None or not row.get("name"):
                    continue
                columns[key(row["name"])] = named
                kind, _, listed = row.get("type", "").partition(" ")
                if named.codes and kind.startswith("select"):
                    own = (choice for choice in sheets.get("choices", ()) if choice.get("list_name") == listed)
                    choices[named.header] |= {choice.get("name", ""): choice.get("label", "") for choice in own}
        return cls(columns, choices)

    def column(self, text: str) -> Column | None:
        """The column that a header means for certain."""
        found = self.columns.get(key(text))
        if found is None and (grid := _GRID.fullmatch(text)):
            found = self.columns.get(key(f"{grid[1]} / {grid[2]}"))
        if found is None and text.isascii():
            found = self.columns.get(key(_NAME.split(text)[-1]))
        return found

    def count(self, texts: Iterable[str]) -> int:
        """How many columns some headers mean for certain."""
        return len({found.header for text in texts if text and (found := self.column(text))})


def _dicts(rows: Rows) -> list[dict[str, str]]:
    if not rows:
        return []
    heads = [clean(cell).split("::")[0] for cell in rows[0]]
    return [{head: clean(cell) for head, cell in zip(heads, row, strict=False) if head} for row in rows[1:]]


@dataclass(frozen=True)
class Place:
    """A table in a file: its sheet, the row (1-based) in which the header begins, and the flattened header."""

    sheet: str | None
    row: int
    texts: tuple[str, ...]
    score: int
    rows: Rows = field(repr=False, compare=False)


def find_tables(dataset: Schema, names: Names, tables: Iterable[tuple[str | None, Rows]]) -> list[Place]:
    """The tables that may hold the dataset, the likeliest first: those that have the columns of the best."""
    found = [place for sheet, rows in tables if (place := _best(dataset, names, sheet, rows)) is not None]
    found.sort(key=lambda place: -place.score)
    same = [p for p in found if p.sheet is not None and {*p.texts} == {*found[0].texts}]
    return same or found[:1]


def _best(dataset: Schema, names: Names, sheet: str | None, rows: Rows) -> Place | None:
    headers = [column.header for column in dataset.columns]
    best: Place | None = None
    laid = find_header(rows[: LOOK + DEPTH], headers)
    if laid is not None:
        best = Place(sheet, laid.first + 1, laid.texts, names.count(laid.texts), rows)
    for at, row in enumerate(rows):
        texts = tuple(map(clean, row))
        score = names.count(texts)
        if score > (best.score if best else 0):
            best = Place(sheet, at + 1, texts, score, rows)
    if best is not None and 2 * best.score >= len(headers):
        return best
    for at, row in enumerate(rows[:LOOK]):  # no header but by likeness
        texts = tuple(map(clean, row))
        score = len(alike(headers, [text for text in texts if text]))
        if 2 * score >= len(headers) and score > (best.score if best else 0):
            best = Place(sheet, at + 1, texts, score, rows)
    return best if best is not None and 2 * best.score >= len(headers) else None


def alike(headers: Sequence[str], texts: Sequence[str]) -> dict[str, str]:
    """Headers of a file -> headers of the form that are like them; each once, the likest first."""
    likes = sorted(
        ((_likeness(text, header), text, header) for text in texts for header in headers), key=lambda like: -like[0]
    )
    found: dict[str, str] = {}
    for like, text, header in likes:
        if like >= _LIKE and text not in found and header not in found.values():
            found[text] = header
    return found


def _likeness(text: str, header: str) -> float:
    one, other = key(text), key(header)
    if len(one) >= 4 and (one in other or other in one):  # fewer letters say nothing
        return 0.9
    return difflib.SequenceMatcher(None, one, other).ratio()


def holds(column: Column, cells: pd.Series, year: int) -> bool:
    """Whether some cells may be of a column: most are read as its kind, where that says something."""
    given = cells.dropna()
    if column.kind in ("text", "category", "multi") or not len(given):
        return True
    read = parse_column(given, column, year)
    return len(read.refused) <= _SURE * len(given)


def provinces_in(texts: Iterable[str]) -> set[str]:
    """Provinces that are named in texts: as a whole text, or after ``จังหวัด``."""
    found = set()
    for text in texts:
        words = [text, *(match[1] for match in re.finditer(r"(?:จังหวัด|จ\.)\s*(\S+)", text))]
        read = thai.parse_provinces(pd.Series(words, dtype=object))
        found |= set(read.values.dropna())
    return found
