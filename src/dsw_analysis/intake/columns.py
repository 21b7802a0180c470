"""Columns and schemas: the fields of a kind of raw file, their Thai headers and types; the data dictionary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import date, timedelta
from typing import Any, Literal

from dsw_analysis.intake.rules import Mask, Rule
from dsw_analysis.rounds import Round

Kind = Literal["text", "integer", "number", "date", "datetime", "month", "province", "category", "multi"]

Missing = Literal["not_applicable", "refused"]
"""Why a cell that is filled holds no answer."""


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
        How cells are read: one of :data:`Kind`. ``category`` cells become a pandas Categorical of
        codes, ``multi`` cells a string of codes joined by ``;`` in codebook order.
    codes:
        Codebook of a ``category`` or ``multi`` column: ASCII code -> Thai label in the file.
    missing_codes:
        Codes that are no answer -> why: they leave the base of a share and are counted apart from blanks.
    missing_values:
        Texts in a cell that mean that it is blank.
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
    days_after:
        How many days after the round's end dates that must fall in it may have: of answers that come late.
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
    persons:
        Whether its numbers count persons, in a file whose rows are none.
    """

    name: str
    header: str
    kind: Kind
    _: KW_ONLY
    codes: Mapping[str, str] = field(default_factory=dict)
    missing_codes: Mapping[str, Missing] = field(default_factory=dict)
    missing_values: tuple[str, ...] = ()
    required: bool = True
    unique: bool = False
    ge: float | None = None
    le: float | None = None
    units: tuple[str, ...] = ()
    in_round: bool = False
    days_after: int = 0
    monthly: bool = False
    two_digit_be: bool = False
    help: str = ""
    topic: str = ""
    counted: tuple[str, ...] = ()
    concern: tuple[str, ...] = ()
    statement: str = ""
    persons: bool = False

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

    def last_day(self, round_: Round) -> date:
        """The last day that a date in the round may have."""
        return round_.end + timedelta(days=self.days_after)

    def out_of_range(self, values: Any) -> dict[str, Mask]:  # noqa: ANN401 - a masked array of numbers
        """What is expected, in Thai -> which of the values are not so."""
        found = {}
        if self.ge is not None:
            found[f"ต้องเป็นค่าที่ไม่น้อยกว่า {self.ge:g}"] = values < self.ge
        if self.le is not None:
            found[f"ต้องเป็นค่าที่ไม่เกิน {self.le:g}"] = values > self.le
        return {expected: wrong.to_numpy(dtype=bool, na_value=False) for expected, wrong in found.items()}


@dataclass(frozen=True, kw_only=True)
class Schema:
    """What a kind of raw file holds in a round.

    Attributes
    ----------
    id:
        Name of the schema's file; also the raw file's stem unless ``file`` says otherwise.
    title:
        Thai name.
    columns:
        Fields in the order of the file.
    rules:
        Rules across columns.
    file, sheet:
        Stem of the file and name of the sheet, for workbooks that hold several datasets.
    registries:
        Column -> the dataset and its column that list the names which may stand there.
    may_be_empty:
        Whether a file without a row says that there was nothing; of any other dataset it is a blank form.
    optional:
        Whether a round may do without such a file.
    persons:
        Whether each row is a person, or what befell one.
    units:
        Columns that name units of the department, or places that are no provinces.
    service:
        Columns of which it says nothing of a person whether they are filled: what the department did.
    """

    id: str
    title: str
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...] = ()
    file: str | None = None
    sheet: str | None = None
    registries: Mapping[str, tuple[Schema, str]] = field(default_factory=dict)
    may_be_empty: bool = False
    optional: bool = False
    persons: bool = False
    units: tuple[str, ...] = ()
    service: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Column:
        """Column of a name."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"dataset {self.id} has no column {name!r}; it has {', '.join(self.names)}")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(column.name for column in self.columns)

    @property
    def places(self) -> frozenset[str]:
        """Columns that say where a row is of: provinces and units; where rows count persons, what names them."""
        counted = any(column.persons for column in self.columns)
        named = (c.name for c in self.columns if c.kind == "province" or (counted and c.unique))
        return frozenset((*self.units, *named))

    @property
    def tells_of_persons(self) -> bool:
        """Whether its rows are persons, or one of its columns counts some."""
        return self.persons or any(column.persons for column in self.columns)

    @property
    def monthly(self) -> Column | None:
        """The column of dates that is expected to have rows in every month of a round."""
        return next((column for column in self.columns if column.monthly), None)

    @property
    def told(self) -> tuple[Column, ...]:
        """Columns of free text of persons, which is nowhere shown."""
        texts = [c for c in self.columns if c.kind == "text" and not c.unique and c.name not in self.registries]
        return tuple(c for c in texts if c.name not in self.units) if self.persons else ()

    @property
    def stem(self) -> str:
        """Stem of the raw file's name."""
        return self.file or self.id
