"""Columns: one field of a raw file, its Thai header, type and rules; together they are the data dictionary."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING, Literal

import pandas as pd

if TYPE_CHECKING:
    import pandera.pandas as pa

Kind = Literal["text", "integer", "number", "date", "datetime", "month", "province", "category", "multi"]

Missing = Literal["not_applicable", "refused"]
"""Why a cell that is filled holds no answer."""

KINDS: dict[Kind, str] = {
    "text": "ข้อความ",
    "integer": "จำนวนเต็ม",
    "number": "ตัวเลข",
    "date": "วันที่ (วัน เดือน ปี พ.ศ.)",
    "datetime": "วันที่และเวลา (ปี พ.ศ.)",
    "month": "เดือนและปี พ.ศ.",
    "province": "ชื่อจังหวัด",
    "category": "ตัวเลือกเดียว",
    "multi": "เลือกได้หลายตัวเลือก คั่นด้วย ;",
}
"""Kinds of column with their Thai names."""


@dataclass(frozen=True)
class Column:
    """One column of a dataset: ``Column("province", "จังหวัด", "province")``.

    Attributes
    ----------
    name:
        Name in the frame, ASCII.
    header:
        Thai header in the file; a column under a merged group cell is ``"group / header"``.
    kind:
        How cells are read: a key of :data:`KINDS`. ``category`` cells become a pandas Categorical of
        codes, ``multi`` cells a string of codes joined by ``;`` in codebook order.
    codes:
        Codebook of a ``category`` or ``multi`` column: ASCII code -> Thai label in the file.
    missing_codes:
        Codes that are no answer -> why: they leave the base of a share and are counted apart from blanks.
    required:
        Whether a blank cell is a problem.
    unique:
        Whether a value may stand in one row only.
    ge, le:
        Smallest and largest value allowed.
    units:
        Thai words that may follow a number in a cell.
    in_round:
        Whether dates must fall in the round.
    monthly:
        Whether every month of the round is expected to have rows: one that has none is warned of, and not counted as 0.
    two_digit_be:
        Whether a two-digit year is read as B.E., if it lies within ten years of the round.
    help:
        Thai explanation for the codebook and the template.
    topic:
        Thai name of what a question asks, short enough for the axis of a figure.
    counted, concern:
        Codes that the share of a question counts, and those that are a reason for concern.
    statement:
        Thai statement that the counted share makes.
    """

    name: str
    header: str
    kind: Kind
    _: KW_ONLY
    codes: Mapping[str, str] = field(default_factory=dict)
    missing_codes: Mapping[str, Missing] = field(default_factory=dict)
    required: bool = True
    unique: bool = False
    ge: float | None = None
    le: float | None = None
    units: tuple[str, ...] = ()
    in_round: bool = False
    monthly: bool = False
    two_digit_be: bool = False
    help: str = ""
    topic: str = ""
    counted: tuple[str, ...] = ()
    concern: tuple[str, ...] = ()
    statement: str = ""

    @property
    def group(self) -> str:
        """Header of the merged cell above; empty if there is none."""
        return self.header.rpartition(" / ")[0]

    @property
    def is_troubling(self) -> bool:
        """Whether the share of a question counts answers that are a reason for concern."""
        return bool(set(self.counted) & set(self.concern))

    def label(self, code: str) -> str:
        """Thai label of a code; other values print as they are."""
        return self.codes.get(code, str(code))

    def out_of_range(self, values: pd.Series) -> dict[str, pd.Series]:
        """What is expected, in Thai -> which of the values are not so."""
        found = {}
        if self.ge is not None:
            found[f"ต้องเป็นค่าที่ไม่น้อยกว่า {self.ge:g}"] = values < self.ge
        if self.le is not None:
            found[f"ต้องเป็นค่าที่ไม่เกิน {self.le:g}"] = values > self.le
        return found

    def to_pandera(self) -> pa.Column:
        """Bounds of the parsed values as a pandera column."""
        import pandera.pandas as pa  # noqa: PLC0415 - slow to import, and not needed to load a file

        checks = [pa.Check.ge(self.ge)] if self.ge is not None else []
        checks += [pa.Check.le(self.le)] if self.le is not None else []
        return pa.Column(checks=checks, nullable=True, unique=self.unique, name=self.name)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule across columns that every row must keep.

    Attributes
    ----------
    name:
        English name, stable.
    column:
        Name of the column whose cell the problem points at.
    holds:
        Frame -> boolean Series, true where the rule holds (also where it cannot be judged).
    expected, action:
        Thai: what should be so, and what to do.
    across_rows:
        Whether a row is judged by others too, so that the file must not be read in parts.
    """

    name: str
    column: str
    holds: Callable[[pd.DataFrame], pd.Series[bool]]
    expected: str
    action: str
    across_rows: bool = False

    def to_pandera(self) -> pa.Check:
        """The rule as a pandera check on the whole frame."""
        import pandera.pandas as pa  # noqa: PLC0415 - as above

        return pa.Check(self.holds, name=self.name, error=self.name, ignore_na=False)
