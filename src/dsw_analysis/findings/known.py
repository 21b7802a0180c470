"""What a reader knows of a dataset before any number is shown: its codes, its rules, what names of units say."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from dsw_analysis.findings.cells import BLANK, Implied, Tables
from dsw_analysis.findings.measures.derived import HOURS, IN_MONTH, OFFICE, REGION
from dsw_analysis.intake.columns import Column, Schema
from dsw_analysis.intake.thai import provinces
from dsw_analysis.project import current
from dsw_analysis.rounds import Round


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
    return Tables(
        codes,
        used,
        schema.places,
        frozenset(schema.service),
        filled=frozenset(c.name for c in schema.columns if c.required),
        limits={c.name: (_exactly(c.ge), _exactly(c.le)) for c in schema.columns},
        dominance=current().protection.of(schema.id).dominance,
    )


def _exactly(limit: float | None) -> Fraction | None:
    return None if limit is None else Fraction(str(limit))


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
