"""What earlier rounds found, read from their ledgers, and whether two findings measured the same."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Protocol, Self

from dsw_analysis.findings.finding import CHANGE, Finding
from dsw_analysis.findings.ledger import LEDGER, Ledger, to_json
from dsw_analysis.findings.rounding import as_fraction
from dsw_analysis.intake.provenance import weakest
from dsw_analysis.intake.writing.whole import digest
from dsw_analysis.problems import UsageError
from dsw_analysis.rounds import Round

_NAMED = re.compile(r"\[([a-z0-9_]+\.[a-z0-9_.-]+)\]")
_DERIVED = "คำนวณจาก "
_POINTS = {"percent": "percentage_points"}
"""Units whose difference is in another."""
REDEFINED: Final[Mapping[str, str]] = {
    "measure": "วิธีคำนวณหรือเงื่อนไขเปลี่ยน",
    "columns": "คำถามหรือคำตอบในแบบข้อมูลเปลี่ยน",
    "unit": "หน่วยนับเปลี่ยน",
    "target": "ค่าเป้าหมายเปลี่ยน",
}
"""What of a definition may be another -> its words."""


class Known(Protocol):
    """What a round found, and which of its findings are targets."""

    @property
    def ledger(self) -> Mapping[str, Finding]: ...  # noqa: D102

    @property
    def targets(self) -> Collection[str]: ...  # noqa: D102


@dataclass(frozen=True)
class Past:
    """What a round found, from the content of its ``findings.json``."""

    document: Mapping[str, Any]

    @classmethod
    def read(cls, out: Path) -> Self:
        """What a round left in its folder of outputs.

        Raises
        ------
        UsageError
            If there is no ledger, or one of before definitions were kept.
        """
        path, name = out / LEDGER, out.name
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError, ValueError):
            document = None
        if not isinstance(document, dict) or not {"findings", "sections"} <= document.keys():
            raise UsageError(f"no file {path} that dsw wrote; `dsw run {name}` makes it")
        if not any("definition" in finding for finding in document["findings"]):
            raise UsageError(f"{path} is of an older dsw; `dsw run {name}` makes it again")
        return cls(document)

    @cached_property
    def ledger(self) -> dict[str, Finding]:
        """Its own findings by their ids; a plain dict, since most that are asked for and absent are no mistakes."""
        return dict(Ledger.from_records(f for f in self.document["findings"] if f.get("round") is None))

    @cached_property
    def targets(self) -> frozenset[str]:
        """Ids of the findings that are targets."""
        sections = self.document["sections"]
        return frozenset(i["target"] for s in sections for i in s["indicators"] if i["target"])

    def only(self, section: str) -> Past:
        """What it found for one section."""
        return Past({**self.document, "findings": [f for f in self.document["findings"] if f["section"] == section]})

    def mark_of(self, section: str) -> str:
        """Hash of what it found for one section, which another round of that section may show."""
        findings = [f for f in self.document["findings"] if f["section"] == section and f.get("round") is None]
        targets = sorted(target for target in self.targets if target.startswith(f"{section}."))
        return digest(to_json({"findings": findings, "targets": targets}).encode())


def at_hand(outputs: Path, before: Round | None = None) -> Iterator[tuple[Round, Path]]:
    """Rounds that have left a ledger, in order, with their folders; only those before a round if one is given."""
    found = []
    for folder in outputs.iterdir() if outputs.is_dir() else ():
        try:
            round_ = Round.parse(folder.name)
        except ValueError:
            continue
        if folder.name == str(round_) and (before is None or round_ < before) and (folder / LEDGER).is_file():
            found.append((round_, folder))
    yield from sorted(found)


def earlier(outputs: Path, before: Round | None = None) -> dict[Round, Past]:
    """What rounds (before one) found, in order; a ledger that this dsw cannot read is as if it were not there."""
    found = {}
    for round_, folder in at_hand(outputs, before):
        try:
            found[round_] = Past.read(folder)
        except UsageError:
            continue
    return found


def comparable(round_: Round, others: Collection[Round]) -> list[Round]:
    """Of some earlier rounds those that a trend of a round may join, in order; the last of them is its *last round*.

    Rounds are cumulative from October on. Those of the same fiscal year are one line; if there is none, the same months
    of other years are. Six months are never held against the twelve of another year.
    """
    same_year = sorted(other for other in others if other.year == round_.year and other < round_)
    return same_year or sorted(other for other in others if other.months == round_.months and other < round_)


def redefined(old: Finding, new: Finding, before: Known, after: Known) -> tuple[str, ...]:
    """What of the definition of a finding, or of a target that it is worked out from, is another in a later round."""
    parts = ((f.definition or ".").split(".") for f in (old, new))
    found = [name for name, a, b in zip(("measure", "columns"), *parts, strict=True) if a != b]
    if old.unit != new.unit:
        found.append("unit")
    targets = {*before.targets, *after.targets} & below(new, after.ledger)
    if any(_value(before, target) != _value(after, target) for target in targets):
        found.append("target")
    return tuple(found)


def below(finding: Finding, ledger: Mapping[str, Finding]) -> set[str]:
    """Ids of a finding and of all that it is worked out from."""
    known, todo = set(), [finding.id]
    while todo:
        if (id_ := todo.pop()) not in known and (found := ledger.get(id_)) is not None:
            known.add(id_)
            todo += _NAMED.findall(found.where or "") if _DERIVED in (found.where or "") else []
    return known


def difference(old: Finding, new: Finding) -> Fraction | None:
    """New value less old, exactly; percentage points for percentages. ``None`` where one of the two has no value."""
    if old.value is None or new.value is None:
        return None
    return as_fraction(new.exact()) - as_fraction(old.exact())


def unit_of_difference(unit: str) -> str:
    """Unit in which two values of a unit differ."""
    return _POINTS.get(unit, unit)


def recalled(old: Finding, round_: Round) -> Finding:
    """A finding of an earlier round as a later one records it: its id and label say of which round it is.

    It is no cell of the later round's tables.
    """
    return replace(
        old,
        id=f"{old.id}.{round_}",
        label=f"{old.label} ({round_.label})",
        file=None if old.file is None else f"{round_}/{old.file}",
        cells=None,
        round=str(round_),
    )


def change(old: Finding, new: Finding) -> Finding:
    """How much a finding has changed since one that :func:`recalled` gave; both have a value."""
    exact = difference(old, new)
    assert exact is not None, new.id
    bases = [f.base for f in (old, new) if f.disclosure == "rounded" and f.base]
    return Finding(
        id=f"{old.id}.change",
        label=f"{new.label}: ผลต่างจาก{Round.parse(str(old.round)).label}",
        value=int(exact) if exact.denominator == 1 else float(exact),
        unit=unit_of_difference(new.unit),
        where=f"{_DERIVED}[{new.id}] และ [{old.id}]",
        provenance=weakest([old.grounded, new.grounded]),
        digits=new.decimals,
        method=CHANGE,
        disclosure="rounded" if bases else None,
        base=max(bases, default=None),
        round=old.round,
    )


def _value(known: Known, id_: str) -> int | float | None:
    return known.ledger[id_].value if id_ in known.ledger else None
