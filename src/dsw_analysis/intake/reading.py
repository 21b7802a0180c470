"""Reads a dataset's file by its reading options: a raw table as it would stand in the layout of the form."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from dsw_analysis.intake import thai
from dsw_analysis.intake.columns import Column, Schema
from dsw_analysis.intake.files import RawTable, read_parts
from dsw_analysis.intake.files.header import clean, key
from dsw_analysis.intake.files.messages import refuse
from dsw_analysis.intake.files.tails import is_filled
from dsw_analysis.intake.merged import LABELS
from dsw_analysis.intake.options import SHEET_NAME, TO_FILL_IN, Options, path_of
from dsw_analysis.intake.part_files import renamed
from dsw_analysis.intake.thai.places import suggestion

_CHOICES: Final = ("category", "multi")


class Reading:
    """How a file is read: as the form is laid out, or by options.

    Parameters
    ----------
    dataset:
        What the file holds.
    file, called:
        The raw file, and what it is called in messages.
    options:
        What is done to its table before it is judged; ``None`` for nothing at all.

    Raises
    ------
    DataError
        If the options name a column or a choice that the form does not have.
    """

    def __init__(self, dataset: Schema, file: Path, called: str, options: Options | None) -> None:
        self.schema, self.file, self.called = dataset, file, called
        self.options = options or Options()
        self._changed = bool(self.options.given())
        self._columns = {key(column.header): column for column in dataset.columns}
        if self._changed:
            self._check()
        short = {key(header) for header in self.options.two_digit_years}
        self.columns = tuple(
            replace(column, two_digit_be=True) if name in short else column for name, column in self._columns.items()
        )
        """The form's columns as they are to be judged."""

    def parts(self, rows: int | None) -> Iterator[RawTable]:
        """The file's table in parts of about so many rows; see :func:`dsw_analysis.intake.files.read_parts`."""
        options = self.options
        sheets = options.sheets
        found = read_parts(
            self.file,
            headers=[*(column.header for column in self.schema.columns), *options.headers()],
            names={column.name: column.header for column in self.schema.columns},
            sheet=sheets[0] if sheets else self.schema.sheet,
            stacked=sheets if len(sheets) > 1 else (),
            rows=None if options.fill_down else rows,
            header_row=options.header_row,
            stop_at=options.stop_at,
        )
        tables = found if self.called == self.file.name else renamed(found, self.called)
        return map(self._apply, tables) if self._changed else tables

    def _check(self) -> None:
        """Refuse what the form does not have."""
        named = [*self.options.rename.values(), *self.options.constant, *self.options.datetime_from]
        named += [*self.options.fill_down, *self.options.blank_words, *self.options.aliases]
        for header in (*named, *self.options.two_digit_years):
            if key(header) not in self._columns and header != TO_FILL_IN:
                near = suggestion("คอลัมน์ในแบบฟอร์ม", header, [column.header for column in self.schema.columns])
                self._refuse("options.header", header, near=near)
        for header in (*self.options.constant, *self.options.fill_down):
            if self._columns[key(header)].kind not in LABELS:
                self._refuse("options.no_label", header)
        for header, words in self.options.aliases.items():
            column = self._columns[key(header)]
            labels = {thai.name_key(label) for label in column.codes.values()}
            for label in words.values():
                if thai.name_key(label) not in labels and label != TO_FILL_IN:
                    near = suggestion("ตัวเลือก", label, list(column.codes.values()))
                    self._refuse("options.label", label, column=column.header, near=near)

    def _refuse(self, name: str, value: str, column: str | None = None, **words: str) -> None:
        refuse(name, self.called, column=column, value=value, options=path_of(self.file).name, **words)

    def _apply(self, raw: RawTable) -> RawTable:
        """A part of the table in the layout of the form."""
        raw = self._renamed(raw)
        frame = self._apart(raw.frame.copy(deep=False))
        once = frame.columns[~frame.columns.duplicated(keep=False)]
        own = [name for name in once if key(str(name)) in self._columns]
        filled = np.zeros(len(frame), dtype=bool)
        for name in own:
            filled |= is_filled(frame[name])
        for header, text in self.options.constant.items():
            if key(header) in {key(str(name)) for name in frame.columns}:
                self._refuse("options.twice", header)
            value = text.replace(SHEET_NAME, raw.sheet or "")
            frame[header] = pd.Series([value if given else None for given in filled], frame.index, object)
        for name in own:
            frame[name] = self._cells(self._columns[key(str(name))], frame[name], filled)
        totals = raw.totals.assign(**{str(name): None for name in frame.columns if name not in raw.totals})
        return replace(raw, frame=frame, totals=totals, notes=(*self._notes(), *raw.notes))

    def _notes(self) -> Iterator[str]:
        """That the file was read by options, in Thai."""
        accepted = self.options.accepted
        if accepted is not None:
            yield f"อ่านตามวิธีอ่าน {path_of(self.file).name} ซึ่ง {accepted.by} ยอมรับเมื่อ {thai.format_date(accepted.on)}"
        if self.options.leave_out:
            names = ", ".join(f"“{name}”" for name in self.options.leave_out)
            yield f"ไม่ได้อ่านคอลัมน์ตามวิธีอ่าน: {names}"

    def _renamed(self, raw: RawTable) -> RawTable:
        """The table under the form's headers, without the columns that are left out and what is wrong in them.

        The totals rows keep all, for the word for a sum.
        """
        headers = {key(header): own for header, own in self.options.rename.items() if own != TO_FILL_IN}
        out = {key(header) for header in self.options.leave_out}

        def named(header: object) -> str:
            return headers.get(key(str(header)), str(header))

        kept = [key(str(header)) not in out for header in raw.frame.columns]
        frame = raw.frame.loc[:, kept]
        names = [named(header) for header in frame.columns]
        for header in headers.values():
            if [key(name) for name in names].count(key(header)) > 1:
                self._refuse("options.twice", header)
        return replace(
            raw,
            frame=frame.set_axis(names, axis=1),
            totals=raw.totals.set_axis([named(header) for header in raw.totals.columns], axis=1),
            problems=tuple(
                p if p.column is None else replace(p, column=named(p.column))
                for p in raw.problems
                if p.code == "uncertain_row" or p.column is None or key(p.column) not in out
            ),
            merges=tuple(replace(m, columns=tuple(map(named, m.columns))) for m in raw.merges),
        )

    def _apart(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The table with dates and times that stand in two columns in one."""
        places = {key(str(header)): header for header in frame.columns[~frame.columns.duplicated(keep=False)]}
        for header, parts in self.options.datetime_from.items():
            found = [places.get(key(part)) for part in parts]
            if None in found:
                continue
            days, clocks = (frame[name] for name in found)
            joined = [_moment(*pair) for pair in zip(days, clocks, strict=True)]
            frame = frame.drop(columns=[name for name in found if name in frame.columns])
            if key(header) in {key(str(name)) for name in frame.columns}:
                self._refuse("options.twice", header)
            frame[header] = pd.Series(joined, frame.index, object)
        return frame

    def _cells(self, column: Column, cells: pd.Series, filled: np.ndarray[Any, np.dtype[np.bool_]]) -> pd.Series:
        """Cells of a column of the form."""
        options = self.options
        if key(column.header) in map(key, options.fill_down):
            there = is_filled(cells)
            cells = cells.astype(object).where(there, None).ffill().where(there | filled, None)
        blank = {clean(word) for word in _of(options.blank_words, column)}
        aliases = dict(_of(options.aliases, column)).items()
        words = {clean(word): label for word, label in aliases if label != TO_FILL_IN}
        sign = options.separator if column.kind == "multi" else None
        if blank or (words and column.kind in _CHOICES) or sign:
            known = [*column.codes.values(), *words] if column.kind == "multi" else None
            cells = _each(cells, lambda cell: _cell(cell, blank, words, sign or ";", known))
        return cells


def _of(by_header: Mapping[str, Any], column: Column) -> Any:  # noqa: ANN401 - what is given for the column
    return next((given for header, given in by_header.items() if key(header) == key(column.header)), ())


def _cell(cell: object, blank: set[str], words: Mapping[str, str], sign: str, known: Sequence[str] | None) -> object:
    """A cell in the words of the form; ``known`` are the choices of a column that has several in a cell."""
    text = clean(cell)
    if text in blank:
        return None
    if known is None:
        return words.get(text, cell)
    parts = split_choices(cell, sign, known) if isinstance(cell, str) else [text]
    return "; ".join(words.get(part, part) for part in parts)


def split_choices(text: str, sign: str, known: Sequence[str]) -> list[str]:
    """The choices in a cell; where a space stands between them, which may stand within one too, the known ones."""
    if sign == " ":
        one = "|".join(sorted(map(re.escape, map(clean, known)), key=len, reverse=True))
        if re.fullmatch(f"(?:{one})(?: (?:{one}))*", clean(text)):
            return re.findall(f"(?:^| )({one})(?= |$)", clean(text))
    return [part for part in map(clean, text.split(sign)) if part]


def _each(cells: pd.Series, change: Callable[[object], object]) -> pd.Series:
    """The cells that are not blank, changed; equal ones once."""
    known: dict[tuple[type, Hashable], object] = {}
    changed: list[object] = []
    for cell in cells.tolist():
        if cell is None or cell is pd.NA or cell is pd.NaT or (isinstance(cell, float) and math.isnan(cell)):
            changed.append(None)
            continue
        place = (type(cell), cell)
        if place not in known:
            known[place] = change(cell)
        changed.append(known[place])
    return pd.Series(changed, index=cells.index, dtype=object)


def _moment(day: object, clock: object) -> object:
    """A date and a time of day as one cell, to be judged like any other; a part alone as it stands."""
    parts = [part for part in (day, clock) if not pd.isna(part) and clean(part)]  # type: ignore[call-overload]
    if len(parts) < 2:
        return parts[0] if parts else None
    if isinstance(day, date) and isinstance(clock, time) and not (isinstance(day, datetime) and day.time() != time()):
        return datetime.combine(day.date() if isinstance(day, datetime) else day, clock)
    return " ".join(f"{part:%Y-%m-%d}" if isinstance(part, date) else str(part) for part in parts)
