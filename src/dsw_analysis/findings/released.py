"""Ledgers of a release, of all its sections and briefs and of what was shown before, before the gate."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dsw_analysis.findings.cells import Cell, Tables
from dsw_analysis.findings.facts import Fact, Link, Release
from dsw_analysis.findings.gate import judge
from dsw_analysis.findings.known import tables_of
from dsw_analysis.findings.measures.derived import IN_MONTH
from dsw_analysis.findings.reading import Record, facts_of, numbers_of
from dsw_analysis.findings.repairs import Repair
from dsw_analysis.intake.columns import Schema
from dsw_analysis.problems import UsageError
from dsw_analysis.rounds import Round


@dataclass(frozen=True)
class Ledger:
    """Findings of one section of the country or of a brief: as they are, and by id as they are shown."""

    exact: Sequence[Record]
    shown: Mapping[str, Record]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Ledger:
        """What a section told the batch: all findings as they are, and those that are shown otherwise."""
        largest = document.get("largest", {})
        exact = [r | {"largest": largest[r["id"]]} if r["id"] in largest else r for r in document["findings"]]
        return cls(exact, {record["id"]: record for record in (*exact, *document.get("shown", ()))})


@dataclass(frozen=True)
class Found:
    """What the gate found of a dataset; ``narrowed`` names cells, by their codes, that nothing can be done about."""

    small: int
    before: int
    narrowed: tuple[str, ...]
    repairs: tuple[Repair, ...]


def judged(  # noqa: PLR0917 - what a worker is given
    schema: Schema,
    round_: Round,
    ledgers: Iterable[Ledger],
    before: Mapping[str, Sequence[Record]],
    made: Collection[str] = (),
    column: str = "",
) -> Found:
    """The gate's finding on a dataset, of all ledgers of a release and of what was shown ``before``.

    Of one whose rows are no persons it is on those that a ``column`` counts.

    Ledgers that were made of another version of the file than the first, the country's, are of another release, which
    is about to be replaced. The keys of ``before`` begin with the round; ``made`` is as for
    :func:`~dsw_analysis.findings.gate.judge`.

    Raises
    ------
    UsageError
        If a number is not shown as its protection says, or numbers contradict each other.
    """
    own = [[record for record in ledger.exact if record.get("dataset") == schema.id] for ledger in ledgers]
    version = next((record["sha256"] for records in own for record in records), None)
    spoken = {name.removeprefix("+") for records in own for record in records for name in record.get("cells") or ()}
    tables = tables_of(schema, round_, spoken)
    if column:  # all else that a row says is of its unit, not of the persons
        tables = replace(tables, places=frozenset({*schema.names, *spoken}))
    earlier: list[Release] = []
    last: Round | None = None
    for name, records in before.items():
        at = Round.parse(name.partition(" ")[0])
        facts, quotients = facts_of(records, tables, schema.id, column)
        earlier.append(Release([*facts, *_nothing_after(at, tables)], quotients, _link(last, at)))
        last = at
    try:
        numbers = [
            number
            for ledger, records in zip(ledgers, own, strict=True)
            for number in numbers_of(
                [(r, ledger.shown.get(r["id"])) for r in records if r["sha256"] == version], tables, column
            )
        ]
        found = judge(tables, numbers, earlier, _link(last, round_), made)
    except ValueError as error:  # contradictions too
        raise UsageError(f"{schema.id}: {error}") from error
    narrowed = tuple(
        " where ".join(filter(None, [" ".join(filter(None, [schema.id, column or leak.of])), _in_words(leak.cell)]))
        for leak in found.open
    )
    return Found(found.small, found.before, narrowed, found.repairs)


def _link(last: Round | None, now: Round) -> Link | None:
    return None if last is None else "restates" if last == now else "grows"


def _nothing_after(round_: Round, tables: Tables) -> list[Fact]:
    """That an earlier round has nobody in months after it."""
    later = [month for month in tables.codes[IN_MONTH] if month not in round_.month_labels()]
    cell = tables.cell({IN_MONTH: later}) if later else None
    return [] if cell is None else [Fact(cell, 0, 0)]


def _in_words(cell: Cell) -> str:
    return ", ".join(f"{column} is {' or '.join(code or 'blank' for code in codes)}" for column, codes in cell)
