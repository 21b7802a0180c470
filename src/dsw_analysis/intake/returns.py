"""Returns: who is expected to send what for a round, what has come, when, and whether it is complete by content."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import pandas as pd

from dsw_analysis.intake.carried import Carried
from dsw_analysis.intake.coverage import earlier_rounds
from dsw_analysis.intake.dataset import Dataset
from dsw_analysis.intake.files import is_there
from dsw_analysis.intake.files.messages import problem
from dsw_analysis.intake.judging import Checked, rows_by_month
from dsw_analysis.intake.provinces import province_names
from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.intake.senders import official_sender, sender_column, sender_of_part, senders_of_rows
from dsw_analysis.intake.source import source_of
from dsw_analysis.intake.thai import name_key
from dsw_analysis.intake.writing.whole import write_whole
from dsw_analysis.problems import DataError, UsageError
from dsw_analysis.rounds import Round

RETURNS: Final = "returns"
"""Id of the dataset of expected returns, and stem of its file."""
REGISTER: Final = "units_register"
"""Id of the dataset of units with their days of opening and closing."""


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What a sender's rows of a dataset come to.

    ``months`` are the rows in each month of the round, of datasets that have some in each; ``blanks`` required cells
    that are blank, ``problems`` everything else that is wrong.
    """

    rows: int
    months: Mapping[str, int] = field(default_factory=dict)
    blanks: int = 0
    problems: int = 0


@dataclass(frozen=True, kw_only=True)
class Return:
    """One expected return, and what has come of it.

    ``months`` are those that the sender was open in, where the dataset has rows in each; ``before`` the rows in the
    last round that has the dataset, ``None`` if there is none.
    """

    dataset: Dataset
    sender: str
    due: date
    received: date | None = None
    note: str | None = None
    months: tuple[str, ...] = ()
    tally: Tally | None = None
    before: int | None = None

    @property
    def rows(self) -> int:
        """Rows that have come."""
        return 0 if self.tally is None else self.tally.rows

    @property
    def has_come(self) -> bool:
        """Whether there is a day on which it came, or something of it."""
        return self.received is not None or self.tally is not None

    @property
    def days_late(self) -> int:
        """Days from the day that it was due on to that on which it came; 0 in time, and where no day is given."""
        return max((self.received - self.due).days, 0) if self.received is not None else 0

    @property
    def is_blank(self) -> bool:
        """Whether it has come and has no row."""
        return self.has_come and not self.rows

    @property
    def gaps(self) -> tuple[str, ...]:
        """Months without a row that the sender was open in."""
        return tuple(code for code in self.months if self.tally is not None and not self.tally.months.get(code))

    @property
    def is_complete(self) -> bool:
        """Whether rows have come, in every month, with every required answer and nothing else wrong."""
        sound = self.tally is not None and not (self.tally.blanks or self.tally.problems)
        return sound and not self.gaps and bool(self.rows or self.dataset.may_be_empty)

    @property
    def counts(self) -> bool:
        """Whether figures rest on it: it has rows, or none where that says that there was nothing."""
        return bool(self.rows) or (self.tally is not None and self.dataset.may_be_empty)


def expected_returns(schemas: Schemas, folder: Path, *, only: str | None = None) -> list[Return]:
    """Returns that a round's ``returns`` file expects, or those of one dataset, held against what has come.

    Raises
    ------
    UsageError
        If there is no such file.
    DataError
        If it has problems, or the register of units, or a sender is on no list or was closed in the whole round.
    """
    if not is_there(folder, RETURNS):
        raise UsageError(f"no {RETURNS} file in {folder}; `dsw template {RETURNS} {schemas.round}` makes its form")
    frame = schemas[RETURNS].load(schemas.round, folder)
    spans = _spans(schemas, folder)
    _check_senders(schemas.round, frame, spans)
    wanted = frame if only is None else frame[frame["dataset"] == only]
    found = []
    for id_, rows in wanted.groupby("dataset", observed=True, sort=False):
        dataset = schemas[str(id_)]
        now = tallies(schemas, folder, dataset.id)
        before = _before(schemas, folder, dataset)
        for given in rows.astype(object).where(rows.notna(), None).to_dict("records"):
            sender = official_sender(given["sender"])
            span = spans.get(name_key(sender), (None, None)) if spans else (None, None)
            about = Return(
                dataset=dataset,
                sender=sender,
                due=given["due_on"].date(),
                received=given["received_on"] and given["received_on"].date(),
                note=given["note"],
                months=tuple(_months(schemas.round, *span)) if dataset.monthly is not None else (),
                tally=now.get(name_key(sender)),
                before=None if before is None else before.get(name_key(sender), Tally(rows=0)).rows,
            )
            found.append(about)
    order = {id_: place for place, id_ in enumerate(schemas)}
    return sorted(found, key=lambda one: order[one.dataset.id])


def tallies(schemas: Schemas, folder: Path, id_: str) -> dict[str, Tally]:
    """What each sender's rows of a dataset come to, by :func:`~dsw_analysis.intake.thai.name_key` of the sender.

    Kept beside the checked copies, so that it is worked out anew only when a file, the schema or the code changed.
    """
    dataset, round_ = schemas[id_], schemas.round
    state = dataset.state(round_, folder)
    place = folder.resolve().parent.parent / "checked" / folder.name / f"{id_}.tallies.json"
    with suppress(OSError, ValueError, KeyError, TypeError):
        kept = json.loads(place.read_text(encoding="utf-8"))
        if state is not None and kept["state"] == state:
            return {sender: Tally(**tally) for sender, tally in kept["tallies"].items()}
    found = {name_key(sender): tally for sender, tally in _tallied(dataset, round_, folder)}
    if state is not None and folder.name == str(round_):
        with suppress(OSError):
            content = {"state": state, "tallies": {sender: asdict(tally) for sender, tally in found.items()}}
            write_whole(place, json.dumps(content, ensure_ascii=False).encode())
    return found


def prefilled(schemas: Schemas, folder: Path) -> Carried:
    """Rows of the form of a round: what the last round expected of who is open in this one, its days left blank."""
    last = next(earlier_rounds(schemas[RETURNS], schemas, folder), None)
    if last is None:
        return Carried()
    frame = schemas.at(last[0])[RETURNS].load(*last)
    spans = _spans(schemas, folder)
    labels = schemas[RETURNS]["dataset"].codes
    rows = [
        {"dataset": id_, "sender": sender}
        for id_, sender in zip(frame["dataset"].astype(str), frame["sender"].astype(str), strict=True)
        if id_ in labels and any(_months(schemas.round, *spans.get(name_key(official_sender(sender)), (None, None))))
    ]
    return Carried(rows=rows)


def _tallied(dataset: Dataset, round_: Round, folder: Path) -> Iterator[tuple[str, Tally]]:
    """Sender and tally.

    Raises
    ------
    DataError
        If the one file of a dataset, in which many have sent, cannot be used.
    """
    checked, column = dataset.check(round_, folder), sender_column(dataset)
    if checked.parts:
        for part in checked.parts:
            file = part.raw.file if part.raw is not None else part.problems[0].file
            yield sender_of_part(file), _tally(part)
    elif checked.frame is not None and checked.raw is not None:
        senders = senders_of_rows(dataset, checked.raw)
        yield from _by_sender(dataset, round_, checked.frame, senders, checked)
    elif checked.sound and column is not None:  # so long that it was read piece by piece
        names = [c.name for c in (column, dataset.monthly) if c is not None]
        frame = dataset.load(round_, folder, columns=names, accept_partial=True)
        senders = frame[column.name].astype(object).map(column.label, na_action="ignore")
        yield from _by_sender(dataset, round_, frame, senders, checked)
    elif not {"missing_file", "no_parts"}.issuperset(p.code for p in checked.problems):
        raise DataError(checked.problems)


def _by_sender(
    dataset: Dataset, round_: Round, frame: pd.DataFrame, senders: pd.Series, checked: Checked
) -> Iterator[tuple[str, Tally]]:
    given = senders.dropna()
    wrong: dict[str, list[str]] = {}
    for p in checked.problems:
        if p.row is not None and p.row in given.index:
            wrong.setdefault(str(given[p.row]), []).append(p.code)
    for sender, rows in frame.loc[given.index].groupby(given, observed=True, sort=False):
        codes = wrong.get(str(sender), [])
        months = {} if dataset.monthly is None else dict(rows_by_month(rows[dataset.monthly.name], round_))
        blanks = codes.count("required")
        yield str(sender), Tally(rows=len(rows), months=months, blanks=blanks, problems=len(codes) - blanks)


def _tally(part: Checked) -> Tally:
    blanks = sum(p.code == "required" for p in part.problems)
    return Tally(rows=part.rows_read, months=dict(part.months), blanks=blanks, problems=len(part.problems) - blanks)


def _before(schemas: Schemas, folder: Path, dataset: Dataset) -> dict[str, Tally] | None:
    last = next(earlier_rounds(dataset, schemas, folder), None)
    return None if last is None else tallies(schemas.at(last[0]), last[1], dataset.id)


def _spans(schemas: Schemas, folder: Path) -> dict[str, tuple[date | None, date | None]]:
    """Unit -> day of opening and of closing, where known; empty without a register."""
    if not is_there(folder, REGISTER):
        return {}
    frame = schemas[REGISTER].load(schemas.round, folder)
    days = frame[["opened_on", "closed_on"]].astype(object).where(frame[["opened_on", "closed_on"]].notna(), None)
    return {
        name_key(unit): (opened and opened.date(), closed and closed.date())
        for unit, opened, closed in zip(frame["unit"], days["opened_on"], days["closed_on"], strict=True)
    }


def _months(round_: Round, opened: date | None, closed: date | None) -> Iterator[str]:
    """Months of the round in which a unit is open on some day."""
    for place, code in enumerate(round_.month_labels(), start=1):
        first = date(*round_.calendar_month(place), 1)
        last = date(*round_.calendar_month(place + 1), 1) - timedelta(days=1)
        if (opened is None or opened <= last) and (closed is None or closed >= first):
            yield code


def _check_senders(round_: Round, frame: pd.DataFrame, spans: Mapping[str, tuple[date | None, date | None]]) -> None:
    """Refuse senders that are neither provinces nor on the register, where there is one, or closed in all the round."""
    source, provinces = source_of(frame), set(province_names())
    wrong = []
    for row, sender in frame["sender"].items():
        place: dict[str, Any] = {
            "sheet": source.dataset.sheet,
            "row": int(str(row)),
            "column": source.dataset["sender"].header,
            "value": sender,
        }
        if not spans or official_sender(sender) in provinces:
            continue
        if name_key(official_sender(sender)) not in spans:
            wrong.append(problem("return.unknown", source.file, **place))
        elif not any(_months(round_, *spans[name_key(official_sender(sender))])):
            wrong.append(problem("return.closed", source.file, **place))
    if wrong:
        raise DataError(wrong)
