"""Proposes reading options for a file that is laid out in another way; a person accepts them, or does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pandas as pd

from dsw_analysis.intake.clocks import split_stamps
from dsw_analysis.intake.columns import Column
from dsw_analysis.intake.dataset import Dataset
from dsw_analysis.intake.files import RawTable, look
from dsw_analysis.intake.files.header import clean, find_header, head_rows, key
from dsw_analysis.intake.files.table import UNCERTAIN
from dsw_analysis.intake.harmless import is_harmless
from dsw_analysis.intake.judging import Checked
from dsw_analysis.intake.merged import is_label
from dsw_analysis.intake.naming import FIRST_ROWS, Names, Place, Rows, alike, find_tables, holds, provinces_in
from dsw_analysis.intake.options import SHEET_NAME, TO_FILL_IN, Options
from dsw_analysis.intake.parsing import parse_column
from dsw_analysis.intake.reading import Reading, split_choices
from dsw_analysis.intake.thai import name_key
from dsw_analysis.problems import DataError
from dsw_analysis.rounds import Round

BLANK_WORDS: Final = frozenset("- – — ไม่มี ไม่มีข้อมูล ไม่ระบุ ไม่ทราบ ว่าง n/a na none null".split())
"""What people write where there is nothing to write."""
_SIGNS: Final = (", ", ",", "\n", " / ", "/", "|", " ")
_RESHAPED: Final = {"transposed_table", "column_for_each_choice", "column_for_each_month"}
LAYOUT: Final = {*_RESHAPED, "missing_column", "unknown_column", "duplicate_column", "unnamed_column", UNCERTAIN}
"""Codes of the problems that a table has which is laid out in another way."""
SAMPLE: Final = 50_000
"""Rows of a long file that are looked at."""


@dataclass
class Proposer:
    """Finds the options by which a file would be read, a key after the other."""

    dataset: Dataset
    round: Round
    file: Path
    options: Options = field(default_factory=Options)

    def propose(self) -> Options | None:
        """The options; ``None`` if there are none that would bring the file to the form."""
        tables: list[tuple[str | None, Rows]] = list(look(self.file, FIRST_ROWS))
        names = Names.of(self.dataset, self.file)
        places = find_tables(self.dataset, names, tables)
        if not places:
            return None
        self._take_table(places, len({sheet for sheet, _ in tables}))
        if not self._take_columns(places, names):
            return None
        self._take_end()
        keyed, raws = key_sheets(self.dataset, tables, places), self._tables()
        for column in self.dataset.columns:
            cells = pd.concat([_column(raw, column.header) for raw in raws]).astype(object)
            self._take_cells(column, cells, names, keyed)
        return self.options if self.options.given() else None

    def _set(self, **keys: Any) -> None:  # noqa: ANN401 - values of the keys
        self.options = replace(self.options, **keys)

    def _tables(self) -> list[RawTable]:
        """The tables of the file by the options so far; of a long one the first rows."""
        parts = Reading(self.dataset, self.file, self.file.name, self.options).parts(SAMPLE)
        return list(islice(parts, max(len(self.options.sheets), 1)))

    def _take_table(self, places: Sequence[Place], sheets: int) -> None:
        """Which sheets, and where the header is, as far as the reader does not find them by itself."""
        first = places[0]
        alone = sheets == 1 if self.dataset.sheet is None else key(self.dataset.sheet) == key(first.sheet or "")
        if first.sheet is not None and (len(places) > 1 or not alone):
            self._set(sheets=tuple(place.sheet for place in places if place.sheet))
        found = find_header(first.rows[: head_rows(None)], [text for text in first.texts if text])
        if found is None or found.first + 1 != first.row:
            self._set(header_row=first.row)

    def _take_columns(self, places: Sequence[Place], names: Names) -> bool:
        """Which columns are which, and what becomes of the others; whether that can be said at all."""
        texts = [t for t in dict.fromkeys(places[0].texts) if t and not is_harmless(t, self.dataset)]
        sure = {text: column.header for text in texts if (column := names.column(text))}
        rename = {text: header for text, header in sure.items() if key(text) != key(header)}
        rest = [text for text in texts if text not in sure]
        self._set(rename={**rename, **dict.fromkeys(rest, TO_FILL_IN)})
        raw = self._tables()[0]
        missing = [column.header for column in self.dataset.columns if column.header not in sure.values()]
        for split in split_stamps(self.dataset, raw, missing, rest):
            self._set(datetime_from={**self.options.datetime_from, split.header: (split.date, split.clock)})
            missing = [header for header in missing if header != split.header]
            rest = [text for text in rest if text not in (split.date, split.clock)]
        rename |= self._likely(raw, missing, rest)
        missing = [header for header in missing if header not in rename.values()]
        rest = [text for text in rest if text not in rename]
        for header in list(missing):
            if (given := self._constant(header, places, raw)) is not None and not rest_holds(raw, rest, given):
                self._set(constant={**self.options.constant, header: given})
                missing.remove(header)
        parts = tuple(t for t in rest if any(key(t).startswith(f"{key(own)}/") for own in (*sure, *rename)))
        open_ = dict.fromkeys((t for t in rest if t not in parts), TO_FILL_IN) if missing else {}
        self._set(rename={**rename, **open_}, leave_out=tuple(t for t in rest if t not in open_))
        return not missing or 0 < len(missing) <= len(open_)

    def _likely(self, raw: RawTable, missing: Sequence[str], rest: Sequence[str]) -> dict[str, str]:
        """Unknown headers -> missing ones that are like them, where the cells may be of the column."""
        columns = {column.header: column for column in self.dataset.columns}
        near = alike(missing, rest)
        return {text: to for text, to in near.items() if holds(columns[to], _column(raw, text), self.round.year)}

    def _constant(self, header: str, places: Sequence[Place], raw: RawTable) -> str | None:
        """What stands in all rows of a column that the file does not have: the province of the sheet or the title."""
        column = next(column for column in self.dataset.columns if column.header == header)
        if column.kind != "province":
            return None
        if len(places) > 1 and all(len(provinces_in([place.sheet or ""])) == 1 for place in places):
            return SHEET_NAME
        named = provinces_in([*raw.titles, raw.sheet or ""])
        return named.pop() if len(named) == 1 else None

    def _take_end(self) -> None:
        """Where another table begins below: the first row that may be no record, after which none is sure to be one."""
        raws = self._tables()
        doubts = [p for p in raws[0].problems if p.code == UNCERTAIN and p.row is not None and p.value]
        if len(raws) > 1 or not doubts:
            return
        first = min(doubts, key=lambda p: p.row or 0)
        self._set(stop_at=first.value)
        kept = self._tables()[0]
        above = int((raws[0].frame.index < (first.row or 0)).sum())
        if len(kept.frame) != above or any(p.code == UNCERTAIN for p in kept.problems):
            self._set(stop_at=None)

    def _take_cells(
        self, column: Column, cells: pd.Series, names: Names, keyed: Mapping[str, Mapping[str, str]]
    ) -> None:
        """What cells of a column mean that are not in the words of the form."""
        given = cells.dropna()
        if not len(given):
            return
        gaps = len(cells) - len(given)
        if column.required and is_label(column) and gaps >= len(given) and pd.notna(cells.iloc[0]):
            self._set(fill_down=(*self.options.fill_down, column.header))
        refused = given[given.index.isin(parse_column(given, column, self.round.year).refused.index)]
        if column.kind in ("date", "datetime", "month"):
            short = parse_column(refused, replace(column, two_digit_be=True), self.round.year)
            if len(short.refused) < len(refused):
                self._set(two_digit_years=(*self.options.two_digit_years, column.header))
                refused = refused[refused.index.isin(short.refused.index)]
        texts = Counter(text for cell in refused for text in [_text(cell)] if clean(cell))
        blank = tuple(text for text in texts if clean(text).casefold() in BLANK_WORDS and not column.required)
        if blank:
            self._set(blank_words={**self.options.blank_words, column.header: tuple(map(clean, blank))})
        if column.codes:
            known = {clean(word): label for word, label in names.choices[column.header].items()}
            known |= keyed.get(column.header, {})
            self._take_choices(column, Counter({t: n for t, n in texts.items() if t not in blank}), known)

    def _take_choices(self, column: Column, texts: Counter[str], known: Mapping[str, str]) -> None:
        """Words for choices, and the sign between several."""
        labels = {name_key(label) for label in column.codes.values()}

        def means(word: str) -> bool:
            return name_key(word) in labels or clean(word) in known

        words = Counter({clean(text): count for text, count in texts.items()})
        if column.kind == "multi":
            named = [*column.codes.values(), *known]
            sign = _sign(list(texts), means, named)
            if sign and sign != ";":
                self._set(separator=sign)
            words = Counter()
            for text, count in texts.items():
                words.update(dict.fromkeys(split_choices(text, sign or ";", named), count))
        aliases = {w: known[w] for w in words if w in known and name_key(w) not in labels}
        # A word that stands once may be a slip, which is mended in the file.
        other = {word: TO_FILL_IN for word, count in words.items() if count > 1 and not means(word)}
        if aliases or other:
            self._set(aliases={**self.options.aliases, column.header: {**aliases, **other}})


def rest_holds(raw: RawTable, rest: Sequence[str], given: str) -> bool:
    """Whether a column that nobody knows names provinces of its own, against what would stand in all rows."""
    return any(provinces_in(map(clean, _column(raw, text).dropna().head(20))) - {given} for text in rest)


def _column(raw: RawTable, header: str) -> pd.Series:
    """Cells of a column; none if there is none, or several."""
    found = [place for place, name in enumerate(raw.frame.columns) if key(str(name)) == key(header)]
    return raw.frame.iloc[:, found[0]] if len(found) == 1 else pd.Series([], dtype=object)


def _text(cell: object) -> str:
    return cell if isinstance(cell, str) else clean(cell)


def _sign(texts: Sequence[str], means: Callable[[str], bool], known: Sequence[str]) -> str | None:
    """The sign between choices that makes all texts known ones."""
    for sign in (";", *_SIGNS):
        if texts and all(all(map(means, split_choices(text, sign, known))) for text in texts):
            return sign
    return None


def key_sheets(
    dataset: Dataset, tables: Sequence[tuple[str | None, Rows]], places: Sequence[Place]
) -> dict[str, dict[str, str]]:
    """Keys of codes on other sheets: header -> code -> label, from rows with a label and one more cell."""
    read = {place.sheet for place in places}
    columns = {key(column.header): column for column in dataset.columns if column.codes}
    found: dict[str, dict[str, str]] = {}
    for sheet, rows in tables:
        current: Column | None = None
        for row in rows if sheet is not None and sheet not in read else ():
            texts = [text for text in map(clean, row) if text]
            current = next((columns[key(text)] for text in texts if key(text) in columns), current)
            if current is None:
                continue
            labels = {name_key(label): label for label in current.codes.values()}
            named = [labels[name_key(text)] for text in texts if name_key(text) in labels]
            codes = [text for text in texts if name_key(text) not in labels and key(text) not in columns]
            if len(named) == len(codes) == 1:
                found.setdefault(current.header, {})[codes[0]] = named[0]
    return found


def propose(dataset: Dataset, round_: Round, folder: Path, file: Path) -> tuple[Options, Checked] | None:
    """Options that would read a file without a problem of layout, and what is found by them, or ``None``.

    What only a person knows is left to fill in.
    """
    try:
        options = Proposer(dataset, round_, file).propose()
    except DataError:  # a file that cannot be read at all
        return None
    if options is None:
        return None
    checked = dataset.check(round_, folder, path=file, options=options)
    codes = {p.code for p in checked.problems}
    laid_out = checked.readable and checked.rows_read and not codes & LAYOUT  # a blank form is not laid out otherwise
    return (options, checked) if laid_out or ("rename" in options.open and not codes & _RESHAPED) else None
