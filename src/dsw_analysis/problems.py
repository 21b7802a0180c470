"""What is wrong with an input, said so that its owner can mend it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

# Control characters, zero-width and direction marks, selectors, blank letters, surrogates, private use, what is no
# character, and marks that stand on no letter.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800"
    "\u3164\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\U000e0000-\U0010ffff]"
    "|(?:^|(?<=\\s))[\u0300-\u036f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]"
)
_LONGEST = 200


class UsageError(Exception):
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


def visible(text: str, longest: int | None = _LONGEST) -> str:
    """Text that is safe to print: what cannot be seen is named (``⟨U+202E⟩``), what is very long is cut.

    A file's own words may hold terminal commands, direction overrides, or a megabyte.
    """
    if longest is not None and len(text) > longest:
        text = f"{text[:longest]}… ({len(text):,} ตัวอักษร)"
    return _HIDDEN.sub(lambda match: f"⟨U+{ord(match[0]):04X}⟩", text)


class DataError(ValueError):
    """Raw data cannot be used as they are; carries every :class:`Problem` found, not the first one."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(p) for p in self.problems))

    def __reduce__(self) -> tuple[type[DataError], tuple[tuple[Problem, ...]]]:
        """Keep the problems when the error crosses a process border."""
        return type(self), (self.problems,)

    @property
    def is_awaited(self) -> bool:
        """Whether nothing is wrong but that the data have not come: no file, or a form without a row."""
        return {p.code for p in self.problems} <= {"missing_file", "no_parts", "no_rows"}


class AwaitedError(DataError):
    """Raw data that a section needs have not come; the batch shows what the plan says of it, and what it waits for."""
