"""What is known of a sheet before it is loaded: its size, what is hidden in it, cells without a sure value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from dsw_analysis.intake.files.formats import shown, shown_days
from dsw_analysis.intake.files.header import Header, Merge
from dsw_analysis.intake.files.limits import LIMITS
from dsw_analysis.intake.files.messages import problem, refuse
from dsw_analysis.intake.files.seen import UnclearError
from dsw_analysis.intake.files.table import column_name, letter
from dsw_analysis.problems import Problem

Doubt = Literal["error_cell", "uncached_formula", "external_formula", "cell_format"]
"""Why a cell has no sure value: the name of its problem."""


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook; ``part`` is its name inside the archive (XLSX only)."""

    name: str
    hidden: bool
    part: str = ""


@dataclass(frozen=True)
class Doubtful:
    """A cell without a sure value; row and column are 1-based."""

    kind: Doubt
    row: int
    column: int
    text: str


@dataclass
class Survey:
    """Facts about one sheet, gathered while streaming through it; numbers of rows and columns are 1-based."""

    rows: int = 0
    columns: int = 0
    """Bounds of the used area; columns may be a little too many, never too few."""
    filled: int = 0
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    doubtful: list[Doubtful] = field(default_factory=list)
    formulas: int = 0
    shown: list[tuple[int, int, object]] = field(default_factory=list)
    """Row, column and value of cells of which a person sees something else than what is stored."""
    struck: list[int] = field(default_factory=list)
    """Rows in which something is struck out."""
    merges: list[Merge] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    """Places of the cells that have a comment: ``B4``."""

    def see(self, row: int, column: int, number: float, code: str, *, since_1904: bool = False) -> None:
        """Note what a person sees of a number under a format (1-based place)."""
        try:
            self.shown.append((row, column, shown(number, code, since_1904=since_1904)))
        except UnclearError:
            self.doubt(row, column, "cell_format", f"{number:.15g} ({code})")

    def see_all(
        self, places: Sequence[tuple[int, int]], numbers: Sequence[float], code: str, *, since_1904: bool = False
    ) -> None:
        """As :meth:`see` for many cells of one format, dates at once."""
        days = shown_days(numbers, code, since_1904=since_1904)
        if days is not None:
            self.shown += [(row, column, day) for (row, column), day in zip(places, days, strict=True)]
            return
        for (row, column), number in zip(places, numbers, strict=True):
            self.see(row, column, number, code, since_1904=since_1904)

    def doubt(self, row: int, column: int, kind: Doubt, text: str) -> None:
        """Note a cell without a sure value; one more than are listed is enough to refuse the sheet."""
        if len(self.doubtful) <= LIMITS.listed_cells:
            self.doubtful.append(Doubtful(kind, row, column, text))

    def strike(self, rows: Iterable[int]) -> None:
        """Note rows in which something is struck out; those of one row come one after the other."""
        for row in rows:
            if row not in self.struck[-1:]:
                self.struck.append(row)


def check_size(survey: Survey, file: str, sheet: str | None) -> None:
    """Refuse a sheet whose used area passes the limits, or is so sparse that a stray cell must be at fault."""
    last = letter(survey.columns - 1)
    if survey.columns > LIMITS.columns:
        refuse("too_many_columns.sheet", file, sheet=sheet, column=last, letter=last)
    if survey.rows > LIMITS.sheet_rows:
        refuse("too_many_rows.sheet", file, sheet=sheet, row=survey.rows)
    area = survey.rows * survey.columns
    if area > LIMITS.sparse_cells and survey.filled < LIMITS.sparse_share * area:  # as when one cell lies far out
        place = f"{last}{survey.rows}"
        refuse("stray_cell", file, sheet=sheet, row=survey.rows, filled=survey.filled, place=place)


def check_small(surveys: Sequence[Survey], path: Path) -> None:
    """Refuse an .xls or .ods file whose sheets together are too large, as their reader holds all of them."""
    for survey in surveys:
        check_size(survey, path.name, None)
    area = sum(survey.rows * survey.columns for survey in surveys)
    if area > LIMITS.old_cells:
        refuse("too_large.cells", path.name, count=area, suffix=path.suffix.lower())


def check_doubts(survey: Survey, file: str, sheet: str) -> None:
    """Refuse a sheet that has more cells without a sure value than are listed one by one."""
    if len(survey.doubtful) > LIMITS.listed_cells:
        kinds, first = {cell.kind for cell in survey.doubtful}, survey.doubtful[0]
        kind = next((kind for kind in ("uncached_formula", "cell_format") if kind in kinds), "external_formula")
        mend, place = problem(kind, file).action, f"{letter(first.column - 1)}{first.row}"
        refuse("too_many_doubtful", file, sheet=sheet, row=first.row, place=place, mend=mend)


def doubts(survey: Survey, header: Header, file: str, sheet: str) -> Iterable[Problem]:
    """Problems of the doubtful cells below the header."""
    for cell in survey.doubtful:
        if cell.row > header.first + header.depth:
            column = column_name(header, cell.column - 1)
            yield problem(cell.kind, file, sheet=sheet, row=cell.row, column=column, value=cell.text[:120] or None)
