"""Judges a dataset's file part by part, so that memory does not grow with its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from dsw_analysis.intake.columns import Column, Schema
from dsw_analysis.intake.corrections import Corrections
from dsw_analysis.intake.files import RawTable
from dsw_analysis.intake.files.rows import row_list
from dsw_analysis.intake.files.stacked import row_of
from dsw_analysis.intake.files.table import UNCERTAIN
from dsw_analysis.intake.harmless import LeftOut
from dsw_analysis.intake.headers import match_columns
from dsw_analysis.intake.hints import DAYS, DayOrder
from dsw_analysis.intake.masking import Masking
from dsw_analysis.intake.merged import fill_merged
from dsw_analysis.intake.parsing import match_registry, parse_cells
from dsw_analysis.intake.personal import WITHHELD, hide
from dsw_analysis.intake.sheet import Listing, Sheet
from dsw_analysis.intake.totals import Totals
from dsw_analysis.intake.validation import Uniqueness, validate
from dsw_analysis.problems import Problem, Problems
from dsw_analysis.rounds import Round


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What :meth:`Dataset.check` found.

    ``refused`` are the spreadsheet rows with a problem, ``changed`` says how many cells were normalised, by kind. Rows
    read = rows loaded + rows refused. ``raw`` and ``frame`` hold all rows read, as cells and typed; of a file so long
    that it was read in parts ``raw`` holds the last part and ``frame`` nothing. ``months`` are the rows in each month
    of the round, where the dataset expects some in every one. ``warnings`` are what is odd and does not stop loading:
    personal data in free text, which no problem quotes, and what
    :func:`dsw_analysis.intake.checking.check_files` looks for besides. ``registries`` are the files with
    the names that may stand in it -> their hashes. A dataset in parts has what was found in each in ``parts``, and rows
    in ``refused`` as its frame numbers them; ``is_misdirected`` says that corrections do not fit.
    """

    dataset: Schema
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    raw: RawTable | None = None
    frame: pd.DataFrame | None = None
    rows_read: int = 0
    readable: bool = False
    refused: tuple[int, ...] = ()
    changed: Mapping[str, int] = field(default_factory=dict)
    months: Mapping[str, int] = field(default_factory=dict)
    parts: tuple[Checked, ...] = ()
    is_misdirected: bool = False
    registries: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        told = {column.header for column in self.dataset.told}
        object.__setattr__(self, "problems", Problems(_masked(p, withheld=p.column in told) for p in self.problems))

    @property
    def absent(self) -> tuple[str, ...]:
        """Months of the round without a row, where others have some."""
        return absent_months(self.months)

    @property
    def sha256(self) -> str:
        """Hash of the file; empty if it could not be read."""
        return self.raw.sha256 if self.raw is not None else ""

    @property
    def files(self) -> dict[str, str]:
        """Name -> hash of the file or of its parts, without those that could not be read."""
        return {one.raw.file: one.sha256 for one in self.parts or (self,) if one.raw is not None}

    @property
    def sound(self) -> bool:
        """Whether rows can be used: no problem concerns a whole column or the whole file, or not in every part."""
        if self.parts:
            return self.readable and any(part.sound for part in self.parts)
        return self.readable and all(p.row is not None for p in self.problems)

    @property
    def rows_loaded(self) -> int:
        """Rows that can be used."""
        if self.parts and self.readable:
            return sum(part.rows_loaded for part in self.parts)
        return self.rows_read - len(self.refused) if self.sound else 0

    @property
    def rows_refused(self) -> int:
        """Rows that cannot be used."""
        return self.rows_read - self.rows_loaded


class Judge:
    """Judges the parts of one file in order.

    Parameters
    ----------
    registries:
        Column -> the names which may stand there.
    again:
        Reads the file once more; only done where a value may stand twice.
    corrections:
        What is changed before it is judged.
    """

    def __init__(
        self,
        dataset: Schema,
        round_: Round,
        registries: Mapping[str, list[str]],
        again: Callable[[], Iterator[RawTable]],
        corrections: Corrections,
    ) -> None:
        self.dataset, self.round, self.registries, self.again = dataset, round_, registries, again
        self.corrections = corrections
        self.rows_read, self.parts, self.readable = 0, 0, True
        self._listing = Listing()
        self._left_out = LeftOut(dataset)
        self._changed: Counter[str] = Counter()
        self._months: Counter[str] = Counter()
        self._refused: set[int] = set()
        self._unique = [Uniqueness(column) for column in dataset.columns if column.unique]
        self._orders = [DayOrder(column) for column in dataset.columns if column.kind in DAYS]
        self._totals: dict[str | None, tuple[RawTable, Totals]] = {}
        self._masking = Masking(dataset)
        self._last: tuple[Sheet, pd.DataFrame] | None = None

    def add(self, raw: RawTable) -> pd.DataFrame | None:
        """Judge a part; its typed frame, with personal data masked, or ``None`` if a column is missing."""
        self.parts += 1
        raw = self._left_out.through(raw)
        self.rows_read += len(raw.frame)
        raw, filled = fill_merged(self.dataset, raw)
        if filled:
            self._changed["merged"] += filled
        matched = match_columns(self.dataset, raw)
        raw, found = self.corrections.apply(raw, matched.frame)
        # In a table on its side no row can be a record; marks for each choice have their headers a row below.
        known = {"transposed_table": UNCERTAIN, "column_for_each_choice": "unnamed_column"}
        told = {known[p.code] for p in matched.problems if p.code in known}
        self._listing.note([*(p for p in raw.problems if p.code not in told), *matched.problems], raw.frame.index)
        self._refused.update(p.row for p in raw.problems if p.row is not None and p.row in raw.frame.index)
        self._raw = raw
        if len(matched.frame.columns) < len(self.dataset.columns):
            self.readable = False
            return None
        sheet = Sheet(raw, found)
        cells = parse_cells(self.dataset.columns, sheet, self.round, self._listing)
        for name, names in self.registries.items():
            cells = match_registry(cells, self.dataset[name], names, sheet, self._listing)
        self._changed.update(cells.changed)
        for order in self._orders:
            order.add(sheet.cells.loc[cells.refused[order.column.name], order.column.name])
        validate(self.dataset, cells, sheet, self.round, self._listing)
        for unique in self._unique:
            unique.add(cells.frame)
        _, totals = self._totals.get(raw.sheet, (raw, Totals(self.dataset.columns)))
        totals.add(self.corrections.undone(cells.frame), matched.totals)
        self._totals[raw.sheet] = raw, totals
        if self.dataset.monthly is not None:
            self._months.update(rows_by_month(cells.frame[self.dataset.monthly.name], self.round))
        shown = self._masking.through(cells.frame, raw)
        self._last = (sheet, shown)
        return shown

    def finish(self) -> Checked:
        """What was found in all parts together."""
        self._raw = replace(self._raw, notes=(*self._raw.notes, *self._left_out.notes()))
        if not self.readable or self._last is None:
            return Checked(
                dataset=self.dataset, problems=_shown(self._listing.problems()), raw=self._raw, rows_read=self.rows_read
            )
        for unique in self._unique:
            repeated = unique.repeated()
            if len(repeated):
                unique.judge(self._column_again(unique.column), repeated, self._listing)
        for order in self._orders:
            cells = (sheet.cells[order.column.name] for sheet, _ in self._column_again(order.column))
            if (doubt := order.judge(cells, self._raw)) is not None:
                self._listing.note([doubt], pd.Index([]))
        refused = self._refused | self._listing.judged_rows()
        unjudged = [row for raw, totals in self._totals.values() for row in totals.judge(refused, raw, self._listing)]
        raw = self._raw
        if unjudged:
            rows = row_list(map(row_of, unjudged), most=200)
            note = f"ยังไม่ได้ตรวจยอดรวม{rows} เพราะในยอดมีแถวที่ถูกปฏิเสธ จะตรวจเมื่อแก้แถวนั้นแล้ว"
            raw = replace(raw, notes=(*raw.notes, note))
        if not (self.rows_read or self.dataset.may_be_empty):
            self._listing.note([_no_rows(raw)], pd.Index([]))
        corrected = {"corrected": len(self.corrections.listed)} if self.corrections.listed else {}
        mistakes = self.corrections.finish(raw.file)
        return Checked(
            dataset=self.dataset,
            problems=(*_shown(self._listing.problems()), *mistakes),
            warnings=_shown(self._masking.warnings()),
            raw=raw,
            frame=self._last[1] if self.parts == 1 else None,
            rows_read=self.rows_read,
            readable=not mistakes,
            is_misdirected=bool(mistakes),
            refused=tuple(sorted(refused)),
            changed={**self._changed, **corrected},
            months=dict(self._months),
        )

    def _column_again(self, column: Column) -> Iterator[tuple[Sheet, pd.Series]]:
        """Cells and values of one column of the whole file."""
        if self.parts == 1 and self._last is not None:
            sheet, frame = self._last
            yield sheet, frame[column.name]
            return
        for raw in self.again():
            sheet = Sheet(*self.corrections.apply(raw, match_columns(self.dataset, raw).frame))
            cells = parse_cells([column], sheet, self.round, Listing())
            if column.name in self.registries:
                cells = match_registry(cells, column, self.registries[column.name], sheet, Listing())
            yield sheet, cells.frame[column.name]


def rows_by_month(dates: pd.Series, round_: Round) -> Counter[str]:
    """Rows in each month of the round, by the codes of :meth:`Round.month_labels`; also where there are none."""
    since = (dates.dropna().to_numpy().astype("datetime64[M]") - np.datetime64(round_.start, "M")).astype(int)
    codes = list(round_.month_labels())
    rows = np.bincount(since[(since >= 0) & (since < len(codes))], minlength=len(codes))
    return Counter(dict(zip(codes, rows.tolist(), strict=True)))


def absent_months(months: Mapping[str, int]) -> tuple[str, ...]:
    """Months without a row, in a file that has rows in others: nobody can tell that nothing happened in them.

    None if there is no row at all: where a dataset may be empty, that is what its owner says.
    """
    return tuple(code for code, rows in months.items() if not rows) if any(months.values()) else ()


def _shown(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Problems with the row numbers that a spreadsheet program shows."""
    return tuple(p if p.row is None or row_of(p.row) == p.row else replace(p, row=row_of(p.row)) for p in problems)


def _masked(problem: Problem, *, withheld: bool) -> Problem:
    """A problem that quotes no personal data, and no free text of persons, wherever it goes."""
    value, expected = problem.value, hide(problem.expected)
    if value is not None:
        value = WITHHELD if withheld else hide(value)
    same = (value, expected) == (problem.value, problem.expected)
    return problem if same else replace(problem, value=value, expected=expected)


def _no_rows(raw: RawTable) -> Problem:
    return Problem(
        code="no_rows",
        file=raw.file,
        sheet=raw.sheet,
        expected="ไม่มีแถวข้อมูลใต้หัวตารางเลย ซึ่งชุดข้อมูลนี้ต้องมีอย่างน้อยหนึ่งแถว",
        action="ตรวจสอบว่าส่งไฟล์ที่กรอกแล้ว ไม่ใช่แบบฟอร์มเปล่า แล้วส่งไฟล์ใหม่",
    )
