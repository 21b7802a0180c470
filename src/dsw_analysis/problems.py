"""What is wrong with an input, said so that its owner can mend it."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dsw_analysis import display

# Control characters, zero-width and direction marks, selectors, blank letters, surrogates, private use, what is no
# character, and marks that stand on no letter.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800"
    "\u3164\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\U000e0000-\U0010ffff]"
    "|(?:^|(?<=\\s))[\u0300-\u036f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]"
)
_LONGEST = 200
HEADS: Final = ("แถวที่", "คอลัมน์", "ค่าที่พบ", "ที่ต้องเป็น", "สิ่งที่ต้องทำ")
"""What heads the cells of a group of problems."""
_SHOWN_ROWS: Final = 12
_SHOWN_VALUES: Final = 5


class TellingError(Exception):
    """An error whose message says it all: a notebook shows that alone, for the way to it is of no use to who asked."""

    __str__ = BaseException.__str__  # also of one that is a KeyError, which would put it into quotation marks

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]


class UsageError(TellingError):
    """What was asked for is not to be had, or not in this way; the message says what is.

    A mistake of whoever asks. Errors of other classes that come out of the package are mistakes of ours.
    """


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that could not be read with certainty, and what to do about it.

    All texts are Thai and meant for the person who sent the file. ``row`` is the row number that
    the spreadsheet program shows (1-based); ``None`` in a field means that it does not apply.

    Attributes
    ----------
    code:
        Stable English word for the kind of problem (``"number"``, ``"missing_column"`` …).
    sheet, row, column, value:
        Where it is: name of the sheet, row, header of the column, and what stands in the cell.
    expected:
        What should have stood there.
    action:
        What to do next, as an instruction.
    """

    code: str
    file: str
    expected: str
    action: str
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None

    def _repr_html_(self) -> str:
        return display.shown(as_table([self]))

    def __str__(self) -> str:
        """Place, value found, expectation and next step in one Thai line."""
        place = [f"ไฟล์ {self.file}"]
        if self.sheet is not None:
            place.append(f"แผ่นงาน “{self.sheet}”")
        if self.row is not None:
            place.append(f"แถวที่ {self.row}")
        if self.column is not None:
            place.append(f"คอลัมน์ “{self.column}”")
        found = "" if self.value is None else f"พบ “{self.value}” "
        return visible(f"{' '.join(place)}: {found}{self.expected} — {self.action}", longest=None)


@dataclass(frozen=True, kw_only=True)
class Group:
    """Problems of one file that differ in row and value only."""

    problems: tuple[Problem, ...]

    @property
    def first(self) -> Problem:
        """The first of them, which stands for what all have in common."""
        return self.problems[0]

    def rows(self, most: int = _SHOWN_ROWS) -> str:
        """Row numbers, ranges joined: ``5, 8–12 (รวม 6 แถว)``; ``-`` where the whole column or file is meant."""
        return row_ranges((p.row for p in self.problems if p.row is not None), most)

    def values(self, most: int = _SHOWN_VALUES) -> str:
        """Values found, the commonest first: ``“ไลน์” (3), “อีเมล”``; ``ว่าง`` where all are blank."""
        counts = Counter(p.value for p in self.problems)
        if set(counts) == {None}:
            return "-" if self.first.row is None else "(ว่าง)"
        several = len(self.problems) > 1
        texts = [
            ("(ว่าง)" if value is None else f"“{visible(value)}”") + (f" ({count:,})" if several and count > 1 else "")
            for value, count in counts.most_common(most)
        ]
        rest = len(counts) - most
        return ", ".join(texts) + (f" และอีก {rest:,} แบบ" if rest > 0 else "")

    def cells(self) -> tuple[str, ...]:
        """The row of a table under :data:`HEADS`."""
        p = self.first
        return (
            self.rows(),
            visible(p.column or "-"),
            self.values(),
            visible(p.expected, None),
            visible(p.action, None),
        )


def group_problems(problems: Iterable[Problem]) -> list[Group]:
    """Put problems together that have file, sheet, code, column, expectation and action in common."""
    groups: dict[tuple[str | None, ...], list[Problem]] = {}
    for p in problems:
        groups.setdefault((p.file, p.sheet, p.code, p.column, p.expected, p.action), []).append(p)
    return [Group(problems=tuple(group)) for group in groups.values()]


def row_ranges(rows: Iterable[int], most: int = _SHOWN_ROWS) -> str:
    """Row numbers with consecutive ones joined, at most so many ranges, and how many rows there are."""
    numbers = sorted(set(rows))
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    texts = [str(first) if first == last else f"{first}–{last}" for first, last in ranges[:most]]
    more = " …" if len(ranges) > most else ""
    total = f" (รวม {len(numbers):,} แถว)" if len(numbers) > 1 else ""
    return ", ".join(texts) + more + total if texts else "-"


def as_table(problems: Iterable[Problem]) -> str:
    """Problems as a table for a notebook, put together where they repeat."""
    rows = [(visible(g.first.file), visible(g.first.sheet or "-"), *g.cells()) for g in group_problems(problems)]
    if not rows:
        return display.heading("ไม่พบปัญหา")
    return display.table(("ไฟล์", "แผ่นงาน", *HEADS), rows, rest="ดูทั้งหมดได้ด้วยคำสั่ง dsw check")


class Problems(tuple[Problem, ...]):
    """Problems that a notebook shows as a table."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return display.shown(as_table(self))


def visible(text: str, longest: int | None = _LONGEST) -> str:
    """Text that is safe to print: what cannot be seen is named (``⟨U+202E⟩``), what is very long is cut.

    A file's own words may hold terminal commands, direction overrides, or a megabyte.
    """
    if longest is not None and len(text) > longest:
        text = f"{text[:longest]}… ({len(text):,} ตัวอักษร)"
    return _HIDDEN.sub(lambda match: f"⟨U+{ord(match[0]):04X}⟩", text)


class DataError(ValueError):
    """Raw data cannot be used as they are; carries every :class:`Problem` found, not the first one."""

    _is_shown = False

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = Problems(problems)
        super().__init__("\n".join(str(p) for p in self.problems))

    def __reduce__(self) -> tuple[type[DataError], tuple[tuple[Problem, ...]]]:
        """Keep the problems when the error crosses a process border."""
        return type(self), (self.problems,)

    def _repr_html_(self) -> str:
        return self.problems._repr_html_()

    def _repr_pretty_(self, printer: Any, _: bool) -> None:  # noqa: ANN401 - IPython's
        printer.text(str(self))

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows: the problems as a table, and a line that says how many there are."""
        if "IPython" in sys.modules and not self._is_shown:  # IPython asks again for its history
            self._is_shown = True
            sys.modules["IPython"].display.display(self)
        return [f"{type(self).__name__}: พบปัญหา {len(self.problems):,} จุด"]

    @property
    def is_awaited(self) -> bool:
        """Whether nothing is wrong but that the data have not come: no file, or a form without a row."""
        return {p.code for p in self.problems} <= {"missing_file", "no_parts", "no_rows"}


class AwaitedError(DataError):
    """Raw data that a section needs have not come; the batch shows what the plan says of it, and what it waits for."""
