"""Ledgers as a reader of all of them has them: which cell of which table a number is of, and what it says of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from dsw_analysis.findings.attacker import Fact, Link, Release
from dsw_analysis.findings.cells import BLANK, Cell, Implied, Tables
from dsw_analysis.findings.gate import Number, judge, reader
from dsw_analysis.findings.measures.derived import HOURS, IN_MONTH, OFFICE, REGION
from dsw_analysis.findings.repairs import REFUSED, Partition, Repair
from dsw_analysis.intake.columns import Column, Schema
from dsw_analysis.intake.thai import provinces
from dsw_analysis.problems import UsageError
from dsw_analysis.project import current
from dsw_analysis.rounds import Round

Record = Mapping[str, Any]
"""A finding as a ledger holds it."""


@dataclass(frozen=True)
class Ledger:
    """Findings of one section of the country or of a brief: as they are, and by id as they are shown."""

    exact: Sequence[Record]
    shown: Mapping[str, Record]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Ledger:
        """What a section told the batch: all findings as they are, and those that are shown otherwise."""
        told = (*document["findings"], *document.get("shown", ()))
        return cls(document["findings"], {record["id"]: record for record in told})


@dataclass(frozen=True)
class Found:
    """What the gate found of a dataset; ``narrowed`` names cells, by their codes, that nothing can be done about."""

    small: int
    before: int
    narrowed: tuple[str, ...]
    repairs: tuple[Repair, ...]


def judged(
    schema: Schema,
    round_: Round,
    ledgers: Iterable[Ledger],
    before: Mapping[str, Sequence[Record]],
    made: Collection[str] = (),
) -> Found:
    """The gate's finding on a dataset, of all ledgers of a release and of what was shown ``before``.

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
    earlier: list[Release] = []
    last: Round | None = None
    for name, records in before.items():
        at = Round.parse(name.partition(" ")[0])
        facts = [*facts_of(records, tables, schema.id), *_nothing_after(at, tables)]
        earlier.append(Release(facts, link=_link(last, at)))
        last = at
    try:
        numbers = [
            number
            for ledger, records in zip(ledgers, own, strict=True)
            for number in numbers_of(ledger.shown, (r for r in records if r["sha256"] == version), tables)
        ]
        found = judge(tables, numbers, earlier, _link(last, round_), made)
    except ValueError as error:  # contradictions too
        raise UsageError(f"{schema.id}: {error}") from error
    narrowed = tuple(f"{schema.id} where {_in_words(leak.cell)}" for leak in found.open)
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


_TOGETHER = 2
_FILLED, _BLANK, _YES, _NO = "filled", "blank", "yes", "no"


def tables_of(schema: Schema, round_: Round, spoken: Collection[str]) -> Tables:
    """What a reader knows of a dataset: its codes, its rules, and that names of units say where they are.

    Of columns that no finding speaks of, which are not among those ``spoken`` of, nothing need follow.
    """
    codes = {c.name: _codes(c) for c in schema.columns if c.kind in ("category", "province")}
    regions = dict.fromkeys(place.region for place in provinces())
    names = {region: f"region{number}" for number, region in enumerate(regions)}
    codes |= {IN_MONTH: tuple(round_.month_labels()), "hour": tuple(HOURS), "office": tuple(OFFICE)}
    codes[REGION] = tuple(names.values())
    implied = [i for rule in schema.rules for i in _implied(rule.column, rule.word, rule.given, codes)]
    for column in (c for c in schema.columns if c.kind == "province"):
        implied += [Implied(column.name, (p.name_th,), REGION, (names[p.region],)) for p in provinces()]
        for unit in (c for c in schema.columns if c.kind == "category" and c.name in schema.places):
            where = {code: _named(label) for code, label in unit.codes.items()}
            if unit.required and all(where.values()):  # whose rows are of no other provinces
                codes[column.name] = tuple(at for at in codes[column.name] if at in where.values())
            implied += [Implied(unit.name, (code,), column.name, (at,)) for code, at in where.items() if at]
    used = tuple(rule for rule in implied if {rule.column, rule.other} <= set(spoken))
    return Tables(codes, used, schema.places, frozenset(schema.service))


def _codes(column: Column) -> tuple[str, ...]:
    codes = [p.name_th for p in provinces()] if column.kind == "province" else [*column.codes]
    return tuple(codes if column.required else [BLANK, *codes])


def _implied(column: str, word: str, given: Any, codes: Mapping[str, Sequence[str]]) -> Iterator[Implied]:  # noqa: ANN401
    if column not in codes:
        return
    filled = tuple(code for code in codes[column] if code != BLANK)
    if word == "filled_only_if":
        for other, allowed in given.items():
            yield Implied(column, filled, other, tuple(c for c in codes[other] if c == BLANK or c in allowed))
    if word == "by_code":
        for other, by in given.items():
            yield from (
                Implied(other, (code,), column, tuple(c for c in codes[column] if c in (BLANK, decided)))
                for code, decided in by.items()
            )


def _named(label: str) -> str | None:
    """Province that the name of a unit says it is in."""
    return next((p.name_th for p in provinces() if label.endswith(f"จังหวัด{p.name_th}")), None)


def cells_of(record: Record, tables: Tables) -> tuple[Cell | None, Cell | None]:
    """The cell that a finding counts, of a share its numerator, and the cell of its base; ``None`` for an empty one."""
    said: Mapping[str, Any] = record.get("cells") or {}
    counted = {name.removeprefix("+"): wanted for name, wanted in said.items() if name.startswith("+")}
    base = dict(_condition(name, wanted, tables) for name, wanted in said.items() if not name.startswith("+"))
    if len(counted) > _TOGETHER:  # one question, lest each of its parts become one
        counted = {"+".join(f"{name}={wanted}" for name, wanted in sorted(counted.items())): ""}
    part = base | dict(_condition(name, wanted, tables) for name, wanted in counted.items())
    if any((record.get(why) or 0) > 0 for why in ("missing", "not_applicable", "refused")):
        # Not all can be judged: who can is a question of its own, to which the numerator says yes too.
        judged = {f"{' '.join(sorted(counted))} judged": (_YES,)}
        base, part = base | judged, part | judged
    return tables.cell(part), tables.cell(base)


def _condition(name: str, wanted: Any, tables: Tables) -> tuple[str, tuple[str, ...]]:  # noqa: ANN401 - JSON
    codes = tables.codes.get(name)
    several = tuple(map(str, wanted)) if isinstance(wanted, (list, tuple)) else (str(wanted),)
    if several in ((_FILLED,), (_BLANK,)):
        if codes is None:
            return f"{name} filled", (_YES if several == (_FILLED,) else _NO,)
        return name, tuple(code for code in codes if (code == BLANK) == (several == (_BLANK,)))
    if codes is not None and set(several) <= set(codes):
        return name, several
    # A range, or codes of a column whose cells may hold several: a question of its own.
    return f"{name}={';'.join(several)}", (_YES,)


def _kind(exact: Record) -> str | None:
    """Whether a finding counts rows (``count``), or is a part of rows (``share``); of others nothing is read."""
    if exact.get("value") is None or exact.get("cells") is None:
        return None
    if exact["unit"] == "percent" and any(name.startswith("+") for name in exact["cells"]):
        return "share" if isinstance(exact.get("numerator"), int) else None
    open_ = any(str(wanted).startswith(_BLANK) for wanted in exact["cells"].values()) and exact.get("method") is None
    whole = isinstance(exact["value"], int) and exact.get("denominator") is None
    return "count" if whole and (exact.get("rows") == exact["value"] or open_) else None


def numbers_of(shown: Mapping[str, Record], exact: Iterable[Record], tables: Tables) -> list[Number]:
    """Numbers of persons in one ledger, as they are shown, by id, and as they are.

    Raises
    ------
    ValueError
        If a number is not shown as its own mark says: it was not protected.
    """
    numbers: list[Number] = []
    for record in exact:
        kind = _kind(record)
        part, whole = cells_of(record, tables) if kind else (None, None)
        if part is None or whole is None:
            continue
        as_shown = shown.get(record["id"])
        base = _base(as_shown)
        fixed = as_shown is not None and (as_shown.get("printed") or record["id"] in current().protection.exempt)
        partition = None if fixed and record.get("province") is None else Partition.of(record)
        if kind == "count":
            if as_shown is not None:
                _check(as_shown, as_shown["value"], record["value"], base)
            numbers.append(Number(part, record["value"], base, partition))
            continue
        k, n = record["numerator"], record["denominator"]
        quotient = None
        if as_shown is not None and as_shown["value"] in (0, 100) and k in (0, n):
            quotient = (Fraction(k, n),) * 2
        elif as_shown is not None and base is None:
            _check(as_shown, as_shown["numerator"], k, base)
        numbers.append(Number(part, k, base, partition, whole, quotient))
        numbers.append(Number(whole, n, base, partition))
        if (others := _others(part, whole, tables)) is not None:
            numbers.append(Number(others, n - k, REFUSED, partition))  # not shown, but a cell as well
    return numbers


def _others(part: Cell, whole: Cell, tables: Tables) -> Cell | None:
    """Those of a share's base who are not counted, where one condition says who is."""
    given = [(column, codes) for column, codes in part if (column, codes) not in whole]
    if len(given) != 1:
        return None
    ((column, codes),) = given
    within = dict(whole).get(column, tuple(code for code in tables.all_of(column) if code != BLANK))
    left = tuple(code for code in within if code not in codes)
    return tables.cell({**dict(whole), column: left}) if left else None


def _base(shown: Record | None) -> int | None:
    if shown is None or shown.get("disclosure") == "refused":
        return REFUSED
    return None if shown.get("disclosure") is None else int(shown["base"])


def _check(record: Record, shown: Any, exact: int, base: int | None) -> None:  # noqa: ANN401 - JSON
    if base != REFUSED and limits(shown, base) != reader(exact, base):
        raise ValueError(f"{record['id']} is shown as {shown}, which its protection does not make of it")


def limits(shown: int | None, base: int | None) -> tuple[int, int]:
    """Between which numbers one lies that is shown so; ``None`` is fewer than the base."""
    if shown is None:
        return 0, (base or 1) - 1
    return reader(shown, base)


def facts_of(records: Iterable[Record], tables: Tables, dataset: str) -> list[Fact]:
    """What ledgers of an earlier release say of the cells of a dataset."""
    facts = []
    for record in records:
        if record.get("dataset") != dataset or record.get("cells") is None or record.get("disclosure") == "refused":
            continue
        part, whole = cells_of(record, tables)
        base, share = _base(record), any(name.startswith("+") for name in record["cells"])
        said = [(part, record.get("numerator")), (whole, record.get("denominator"))] if share else []
        if not share and (record.get("disclosure") == "few" or _kind(record) == "count"):
            said = [(part, record["value"])]
        for cell, value in said:
            if cell is not None and (value is None or isinstance(value, int)) and not (share and value is None):
                facts.append(Fact(cell, *limits(value, base)))
    return facts
