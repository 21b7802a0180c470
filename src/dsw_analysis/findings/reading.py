"""Findings as the gate takes them: which cell of which table a number is of, and what it says of persons there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from dsw_analysis.findings.cells import BLANK, Cell, Tables
from dsw_analysis.findings.disclosure import two_digits
from dsw_analysis.findings.facts import Fact, Quotient
from dsw_analysis.findings.gate import Number, alike, reader
from dsw_analysis.findings.repairs import REFUSED, Partition, columns_of
from dsw_analysis.findings.rounding import as_fraction
from dsw_analysis.project import current
from dsw_analysis.statistics.bounds import FAR

Record = Mapping[str, Any]
"""A finding as a ledger holds it."""

Span = tuple[Fraction, Fraction]

_TOGETHER = 2
_FILLED, _BLANK, _YES, _NO = "filled", "blank", "yes", "no"
_LEFT_OUT = ("missing", "not_applicable", "refused")
_RANGE = re.compile(r"(-?[0-9.]*?)\.\.(-?[0-9.]*)")


def cells_of(record: Record, tables: Tables) -> tuple[Cell | None, Cell | None]:
    """The cell that a finding counts, of a share its numerator, and the cell of its base; ``None`` for an empty one.

    Of what was worked out of a column it is those in whom that is filled.
    """
    said: Mapping[str, Any] = record.get("cells") or {}
    counted = {name.removeprefix("+"): wanted for name, wanted in said.items() if name.startswith("+")}
    base = dict(_condition(name, wanted, tables) for name, wanted in said.items() if not name.startswith("+"))
    if len(counted) > _TOGETHER:  # one question, lest each of its parts become one
        counted = {"+".join(f"{name}={wanted}" for name, wanted in sorted(counted.items())): ""}
    part = base | dict(_condition(name, wanted, tables) for name, wanted in counted.items())
    if (of := record.get("of")) is not None:
        base = part = base | _worked_out(of, record, tables)
    elif any((record.get(why) or 0) > 0 for why in _LEFT_OUT):
        # Not all can be judged: who can is a question of its own, to which the numerator says yes too.
        judged = {f"{' '.join(sorted(counted))} judged": (_YES,)}
        base, part = base | judged, part | judged
    return tables.cell(part), tables.cell(base)


def _worked_out(of: Mapping[str, Any], record: Record, tables: Tables) -> dict[str, tuple[str, ...]]:
    """Conditions that those meet of whom something was worked out."""
    ((statistic, said),) = of.items()
    columns = [column for column in columns_of(said) if column not in tables.filled]
    if record.get("method") == "Kaplan–Meier" or (statistic == "ScalePercent" and len(columns) > 1):
        # Who waits yet is counted, and who answered any question: no column says who.
        return {f"{statistic} {'+'.join(columns)} judged": (_YES,)} if (record.get("missing") or 0) > 0 else {}
    return {} if statistic == "distinct" else dict(_condition(c, _FILLED, tables) for c in columns)


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


@dataclass(frozen=True)
class _Shown:
    """A finding as it is, and how it is shown: to what base, and what it can be repaired with."""

    exact: Record
    shown: Record | None
    base: int | None
    partition: Partition | None

    @classmethod
    def of(cls, exact: Record, shown: Record | None) -> _Shown:
        fixed = shown is not None and (shown.get("printed") or exact["id"] in current().protection.exempt)
        partition = None if fixed and exact.get("province") is None else Partition.of(exact)
        return cls(exact, shown, _base(shown), partition)

    def number(self, cell: Cell, value: int | Fraction | None, **also: Any) -> Number:  # noqa: ANN401
        return Number(cell, value, **{"base": self.base, "partition": self.partition, **also})


def numbers_of(told: Iterable[tuple[Record, Record | None]], tables: Tables, column: str = "") -> list[Number]:
    """Numbers of findings as they are and as they are shown: of rows that are persons, or of those in a ``column``.

    Raises
    ------
    ValueError
        If a number is not shown as its own mark says: it was not protected.
    """
    own = [_Shown.of(exact, shown) for exact, shown in told if exact.get("cells") is not None]
    if column:
        return [*_counted(own, tables, column)]
    numbers = [n for one in own for n in (_worked(one, tables) if one.exact.get("of") else _of_rows(one, tables))]
    return [*numbers, *_within(own, [number.cell for number in numbers], tables)]


def _of_rows(one: _Shown, tables: Tables) -> Iterator[Number]:
    """Numbers of a count or a share."""
    record, kind = one.exact, _kind(one.exact)
    part, whole = cells_of(record, tables) if kind else (None, None)
    if part is None or whole is None:
        return
    if kind == "count":
        if one.shown is not None:
            _check(one.shown, one.shown["value"], record["value"], one.base)
        yield one.number(part, record["value"])
        return
    k, n = record["numerator"], record["denominator"]
    quotient = None
    if one.shown is not None and one.shown["value"] in (0, 100) and k in (0, n):
        quotient = (Fraction(k, n),) * 2
    elif one.shown is not None and one.base is None:
        _check(one.shown, one.shown["numerator"], k, one.base)
    yield one.number(part, k, whole=whole, quotient=quotient)
    yield one.number(whole, n)
    if (others := _others(part, whole, tables)) is not None:
        yield one.number(others, n - k, base=REFUSED)  # not shown, but a cell as well


def _worked(one: _Shown, tables: Tables) -> Iterator[Number]:
    """Numbers of what was worked out of a column: of how many persons it is, and the sum that it gives."""
    record = one.exact
    ((statistic, said),) = record["of"].items()
    columns, (cell, _) = columns_of(said), cells_of(record, tables)
    n = record.get("denominator") if statistic == "mean" else None
    n = record.get("rows") if n is None else n
    if cell is None or n is None:
        return
    n = int(n) - (record.get("missing") or 0 if statistic == "sum" else 0)
    if one.shown is not None and one.base is not None:
        _check(one.shown, one.shown["rows"], n, one.base)
    yield one.number(cell, n)
    if (
        one.base is None
        and not record.get("missing")
        and (whole := cells_of({**record, "of": None}, tables)[1]) is not None
    ):
        yield one.number(whole, n)
    if statistic == "distinct" and one.base != REFUSED and one.partition is not None:
        least = current().protection.of(record["dataset"]).base
        parts = (tables.cell({**dict(cell), columns[0]: code}) for code in tables.all_of(columns[0]) if code != BLANK)
        yield from (one.number(part, None, limits=(least, FAR)) for part in parts if part is not None)
    if record["value"] is None:
        return
    if statistic in ("sum", "mean"):
        largest = None if record.get("largest") is None else as_fraction(record["largest"])
        among = n if statistic == "mean" else 0
        told = record.get("numerator")
        total = as_fraction(record["value"]) * (among or 1) if told is None else as_fraction(told)
        yield one.number(cell, total, whole=cell if among else None, of=columns[0], among=among, largest=largest)
    elif isinstance(record.get("numerator"), int) and one.base is None:
        most = [limit for _, limit in (tables.limits.get(column, (None, None)) for column in columns) if limit]
        if len(most) == len(columns):  # so that nobody has more of both sums
            name, same = f"{statistic} {'+'.join(columns)}", {"largest": Fraction(sum(most))}
            yield one.number(cell, Fraction(record["numerator"]), of=name, **same)
            yield one.number(cell, Fraction(record["denominator"]), of=f"{name} base", **same)


def _within(own: Iterable[_Shown], spoken: Iterable[Cell], tables: Tables) -> Iterator[Number]:
    """What quantiles say of how many are within limits: of a median that half of them are at most as much."""
    asked: dict[tuple[str, Cell], list[tuple[Cell, re.Match[str]]]] = {}
    for cell in dict.fromkeys(spoken):
        for question, _ in cell:
            name, _, said = question.partition("=")
            if (ends := _RANGE.fullmatch(said)) is not None:
                asked.setdefault((name, _among(cell, name)), []).append((cell, ends))
    for one in own:
        for statistic, column in (one.exact.get("of") or {}).items():
            whole = cells_of(one.exact, tables)[0]
            said, n = one.exact["value"], one.exact.get("rows")
            if not statistic.startswith("q") or whole is None or one.base == REFUSED or said is None or not n:
                continue
            q, value = Fraction(statistic[1:]), as_fraction(said)
            seen = (value, value) if one.base is None else alike(as_fraction(two_digits(float(value))[0]))
            for part, ends in asked.get((str(column), _among(whole, str(column))), ()):
                quotient = _beside(q, seen, ends.groups(), Fraction(reader(n, one.base)[0]))
                yield one.number(part, None, whole=whole, quotient=quotient)


def _among(cell: Cell, column: str) -> Cell:
    """A cell without what it says of a column of amounts."""
    return tuple(one for one in cell if one[0].split("=")[0].split(" ")[0] != column)


def _beside(
    q: Fraction, seen: tuple[Fraction, Fraction], ends: Sequence[str], n: Fraction
) -> tuple[Fraction, Fraction]:
    """What part of ``n`` or more is at most, or at least, something, if their quantile (type 7) is ``seen`` so."""
    low, high = (Fraction(end) if end else None for end in ends)
    if low is None and high is not None:
        return (q - q / n if high >= seen[1] else Fraction(0), q + (1 - q) / n if high < seen[0] else Fraction(1))
    if high is None and low is not None:
        return (
            (1 - q) * (1 - 1 / n) if low <= seen[0] else Fraction(0),
            1 - q + q / n if low > seen[1] else Fraction(1),
        )
    return Fraction(0), Fraction(1)


def _counted(own: Sequence[_Shown], tables: Tables, column: str) -> Iterator[Number]:
    """Numbers of persons in a column, of whom there are none where there are no rows."""
    of_column = [one for one in own if [*(one.exact.get("of") or {}).values()] == [column]]
    filters = {frozenset(one.exact["cells"]) for one in of_column}
    for one in own:
        if _kind(one.exact) == "count" and one.exact["value"] == 0 and frozenset(one.exact["cells"]) in filters:
            cell = cells_of(one.exact, tables)[0]
            yield from () if cell is None else (Number(cell, 0, None),)
    for one in of_column:
        record, cell = one.exact, cells_of({**one.exact, "of": None, "missing": None}, tables)[0]
        if cell is None:
            continue
        if "sum" in record["of"]:
            if record["value"] is None:  # there are no rows, or all are blank
                yield one.number(cell, 0, base=None)
                continue
            if one.shown is not None:
                _check(one.shown, one.shown["value"], int(record["value"]), one.base)
            yield one.number(cell, int(record["value"]))
        elif "mean" in record["of"] and record["value"] is not None and one.base != REFUSED:
            rows, least = record.get("rows") or 0, int(record["value"])
            if one.base is None:
                yield one.number(cell, round(record["value"] * rows))
            else:
                low, high = reader(least, one.base)
                yield one.number(cell, None, limits=(low * rows, (high + 1) * rows - 1))


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


def facts_of(
    records: Iterable[Record], tables: Tables, dataset: str, column: str = ""
) -> tuple[list[Fact], list[Quotient]]:
    """What ledgers of an earlier release say of a dataset."""
    facts, known = [], []
    for record in records:
        if record.get("dataset") != dataset or record.get("cells") is None or record.get("disclosure") == "refused":
            continue
        if record.get("disclosure") != "few":
            known.append(record)
        elif bool(column) == bool(record.get("of")) and column in ("", *(record.get("of") or {}).values()):
            cell = cells_of({**record, "of": None} if column else record, tables)[0]
            facts += [] if cell is None else [Fact(cell, 0, (_base(record) or 1) - 1)]
    numbers = numbers_of([(r, r) for r in known], tables, column)
    told = [number.told for number in numbers if number.base != REFUSED]
    return [*facts, *(f for fs, _ in told for f in fs)], [q for _, qs in told for q in qs]
