"""Repairs: which figures of persons are rounded to tens, or not shown, where fives would give a small cell away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from dsw_analysis.problems import UsageError
from dsw_analysis.rounds import Round

FIVES, TENS, REFUSED = 5, 10, 0
"""Bases of repairs: exact figures rounded to fives, figures rounded to tens, and figures that are not shown."""
_HEAD = "# Written by dsw: figures of persons that are rounded to this base for all, or not shown (base: 0).\n"


def columns_of(said: str | Iterable[str]) -> tuple[str, ...]:
    """Columns that a number was worked out of, as :attr:`Finding.of` says one or several."""
    return (said,) if isinstance(said, str) else tuple(said)


@dataclass(frozen=True, order=True)
class Partition:
    """Figures that are protected alike: of a dataset, by the columns of their cells, in one brief or in the country.

    ``columns`` are those of :attr:`Finding.cells`, without the sign of a numerator, and of :attr:`Finding.of`, in their
    order; ``province`` is the brief that shows them, empty for the sections of the country.
    """

    dataset: str
    columns: tuple[str, ...]
    province: str = ""

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Partition:
        """What a finding, as a ledger holds it, belongs to."""
        columns = {column.removeprefix("+") for column in record.get("cells") or ()}
        columns.update(*map(columns_of, (record.get("of") or {}).values()))
        return cls(str(record["dataset"]), tuple(sorted(columns)), record.get("province") or "")

    def __str__(self) -> str:
        by = ", ".join(self.columns) or "the total"
        return f"{self.dataset} by {by}, {self.province or 'country'}"


LESS = (FIVES, TENS, REFUSED)
"""Bases of repairs, each of which shows less than the one before."""


@dataclass(frozen=True, order=True)
class Repair:
    """That a partition is shown to a base, :data:`FIVES`, :data:`TENS` or :data:`REFUSED`; and why."""

    partition: Partition
    base: int
    reason: str = ""


def path_of(data: Path, round_: Round) -> Path:
    """Where a round's repairs are kept; ``data`` is the project's folder of data."""
    return data / "disclosure" / f"{round_}.yaml"


def read_repairs(data: Path, round_: Round) -> dict[Partition, Repair]:
    """Repairs of a round and of those before it, of each partition the one that shows least.

    Raises
    ------
    UsageError
        If a file holds anything else.
    """
    found: dict[Partition, Repair] = {}
    for path in sorted((data / "disclosure").glob("*.yaml")):
        if Round.parse(path.stem) <= round_:
            for repair in _read(path):
                before = found.get(repair.partition, repair)
                found[repair.partition] = max(before, repair, key=lambda one: LESS.index(one.base))
    return found


def _read(path: Path) -> Iterable[Repair]:
    try:
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")) or ():
            partition = Partition(entry["dataset"], tuple(entry["columns"]), entry.get("province", ""))
            if entry["base"] not in LESS:
                raise ValueError(f"base {entry['base']}")
            yield Repair(partition, entry["base"], entry.get("reason", ""))
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"{path} is not a list of repairs: {error}; delete it and run again") from error


def as_yaml(repairs: Iterable[Repair]) -> bytes:
    """Repairs as the file holds them."""
    entries = [
        {
            "dataset": repair.partition.dataset,
            "columns": [*repair.partition.columns],
            **({"province": repair.partition.province} if repair.partition.province else {}),
            "base": repair.base,
            "reason": repair.reason,
        }
        for repair in sorted(repairs)
    ]
    text: str = yaml.safe_dump(entries, allow_unicode=True, sort_keys=False)
    return (_HEAD + text).encode()
