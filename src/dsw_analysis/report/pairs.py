"""The same units in two rounds: how many of them changed in a share or a mean, and whether chance could do that."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.measures.base import total
from dsw_analysis.findings.measures.filters import from_cells, select
from dsw_analysis.findings.measures.shares import Share, State
from dsw_analysis.intake.changes import unit_column
from dsw_analysis.intake.columns import Column, Schema
from dsw_analysis.intake.rules import NUMBERS
from dsw_analysis.intake.source import source_of
from dsw_analysis.statistics.scores import signed_rank
from dsw_analysis.statistics.shares import holm, mcnemar

FEWEST: Final = 6
"""Pairs below which there is no test: if all of five units changed in one direction, a two-sided exact test still gives
2 / 2^5 = 0.0625, above 5 per cent whatever they did (so Siegel's table of the signed-rank test begins with six: 1956,
Nonparametric Statistics, table G)."""
_NAMED: Final = re.compile(r"\[([a-z0-9_]+\.[a-z0-9_.-]+)\]")


Two: TypeAlias = tuple[Finding, Finding]
Ledgers: TypeAlias = tuple[Mapping[str, Finding], Mapping[str, Finding]]
Frames: TypeAlias = tuple[pd.DataFrame, pd.DataFrame]
"""Of the old round and of the new one."""
Values: TypeAlias = list["pd.Series[float]"]
"""What each row is to a finding, in both rounds, by the frames' indexes."""


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """A finding over the units that answered in both rounds.

    Attributes
    ----------
    units:
        How many they are.
    up, down:
        Those that came to count and those that no longer do, of a mean those whose value rose and fell.
    difference:
        Of the finding over these units alone, new less old; percentage points for shares.
    method:
        ``"mcnemar"``, ``"signed_rank_exact"`` or ``"signed_rank_normal"``; ``None`` where there is no test, since there
        are fewer than :data:`FEWEST` pairs, or no value changed.
    p_value, adjusted:
        Two-sided, and adjusted for the number of tests in the comparison by Holm's rule.
    """

    units: int
    up: int
    down: int
    difference: float
    method: str | None = None
    p_value: float | None = None
    adjusted: float | None = None


def key_of(dataset: Schema) -> Column | None:
    """The column that names the unit of each row, where no unit has two; ``None`` where rows are no units."""
    unit = unit_column(dataset)
    listed = (column for column in dataset.columns if column.name in dataset.registries)
    found = next((c for c in (*([unit] if unit else []), *listed) if c.unique), None)
    return None if dataset.persons else found


def in_both(frames: Frames) -> bool:
    """Whether any unit has a row in both rounds."""
    key = key_of(source_of(frames[1]).dataset)
    return key is not None and key.name in frames[0] and bool(frames[0][key.name].isin(frames[1][key.name]).any())


def paired(finding: Two, ledgers: Ledgers, frames: Frames) -> Pairs | None:
    """A share or a mean in two rounds, unit by unit; ``None`` if it is neither, or not of columns of the file.

    What a unit is to it is worked out from the filter that the ledger has, and must give the numerator and denominator
    that the ledger has of all units, in both rounds.
    """
    key = key_of(source_of(frames[1]).dataset)
    if key is None or any(f.value is None or f.denominator is None for f in finding):
        return None
    for of in (_of_share, _of_counts, _of_mean):
        values = of(finding, ledgers, frames)
        if values is not None:
            named = [v.set_axis(f[key.name]).dropna() for v, f in zip(values, frames, strict=True)]
            both = pd.concat(named, axis=1, join="inner").to_numpy(dtype=float)
            return _tested(both, share=of is not _of_mean) if len(both) else None
    return None


def adjusted(found: Mapping[str, Pairs]) -> dict[str, Pairs]:
    """Pairs with p values adjusted for the number of all of them that were tested."""
    tests = {id_: pairs.p_value for id_, pairs in found.items() if pairs.p_value is not None}
    by_id = dict(zip(tests, holm(list(tests.values())), strict=True)) if tests else {}
    return {id_: replace(pairs, adjusted=by_id.get(id_)) for id_, pairs in found.items()}


def _tested(both: npt.NDArray[Any], *, share: bool) -> Pairs:
    change = both[:, 1] - both[:, 0]
    up, down, n = int((change > 0).sum()), int((change < 0).sum()), len(both)
    pairs = Pairs(units=n, up=up, down=down, difference=float(change.mean()) * (100 if share else 1))
    if n < FEWEST:
        return pairs
    if share:
        yes = int((both[:, 0] * both[:, 1]).sum())
        return replace(pairs, method="mcnemar", p_value=mcnemar(yes, down, up, n - yes - up - down).exact_p)
    if not up + down:
        return pairs
    found = signed_rank(both[:, 0], both[:, 1])
    return replace(pairs, method=f"signed_rank_{'exact' if found.exact else 'normal'}", p_value=found.p_value)


def _of_share(finding: Two, _: object, frames: Frames) -> Values | None:
    """1 where a row counts, 0 where it is in the base only, of a share that says so by its filter."""
    found = []
    for one, frame in zip(finding, frames, strict=True):
        where, counted = from_cells(one.cells or {})
        if not counted or not {*where, *counted} <= {*frame.columns}:
            return None
        states = Share(where=where, counted=counted).states(frame)
        values = np.select([states == State.YES, states == State.NO], [1.0, 0.0], np.nan)
        found.append(pd.Series(values, index=frame.index))
    return _checked(found, finding)


def _of_counts(finding: Two, ledgers: Ledgers, frames: Frames) -> Values | None:
    """The same of a quotient of two numbers of rows, where those of the numerator are among the others."""
    found = []
    for one, ledger, frame in zip(finding, ledgers, frames, strict=True):
        parts = [ledger[id_] for id_ in _NAMED.findall(one.where or "") if id_ in ledger]
        filters = [from_cells(part.cells or {})[0] for part in parts]
        if len(parts) != 2 or one.unit != "percent" or any(not {*where} <= {*frame.columns} for where in filters):
            return None
        if any(part.dataset != source_of(frame).dataset.id or part.rows != part.value for part in parts):
            return None
        counted, base = (select(frame, where) for where in filters)
        if (counted & ~base).any():
            return None
        found.append(counted.astype(float).where(base))
    return _checked(found, finding)


def _of_mean(finding: Two, _: object, frames: Frames) -> Values | None:
    """Values of the column whose mean it is: of the one that gives the sum and the number in both rounds."""
    wheres = [from_cells(one.cells or {})[0] for one in finding]
    if finding[0].unit == "percent" or any(not {*w} <= {*f.columns} for w, f in zip(wheres, frames, strict=True)):
        return None
    candidates = []
    for column in source_of(frames[1]).dataset.columns:
        if column.kind in NUMBERS and all(column.name in frame for frame in frames):
            pairs = zip(frames, wheres, strict=True)
            values = [f[column.name].astype("Float64").astype("float64").where(select(f, w)) for f, w in pairs]
            candidates.append(_checked(values, finding))
    there = [values for values in candidates if values is not None]
    return there[0] if len(there) == 1 else None


def _checked(found: Values, finding: Two) -> Values | None:
    """Values, if they give what the ledgers have."""
    given = [(total(values.dropna()), int(values.notna().sum())) for values in found]
    return found if given == [(one.numerator, one.denominator) for one in finding] else None
