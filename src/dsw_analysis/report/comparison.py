"""Two rounds held against each other: each finding with its difference and its causes, verdicts and rankings turned."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, Final, Literal

from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.ledger import SUMMARY
from dsw_analysis.intake.changes import Changes
from dsw_analysis.report.made import Made

State = Literal["same", "differs", "undefined", "redefined", "gone", "new"]
RANKS: Final[Mapping[str, str]] = {"most": "มากที่สุด", "highest": "สูงสุด", "lowest": "ต่ำสุด"}
"""Kinds of claims that rank, and their words."""

_NAMED = re.compile(r"\[([a-z0-9_]+\.[a-z0-9_.-]+)\]")
_DERIVED = "คำนวณจาก "
_PLAN = "plan_"  # what is read of the plan depends on the round's last day
_CODE = ("package", "notebook")
_AROUND = ("lock", "python", "project")
"""What the manifest has hashes of that seldom changes a figure: a cause only where there is no other."""
_ALIKE = Fraction(1, 2)
"""Share of their findings that rankings of two rounds must have in common to be the same."""


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One finding in two rounds.

    Attributes
    ----------
    state:
        ``same`` (value and base are), ``differs``, ``undefined`` (no value in a round), ``redefined`` (another thing is
        measured, so nothing is compared), ``gone`` or ``new`` (in one round only).
    difference:
        New value less old, exactly; percentage points for percentages. ``None`` unless there are two values to compare.
    causes:
        Where it differs, what has changed of all that it rests on; where it is redefined, what of its definition:
        keys of :data:`~dsw_analysis.report.comparison_files.CAUSES`.
    """

    id: str
    old: Finding | None
    new: Finding | None
    state: State
    difference: Fraction | None = None
    causes: tuple[str, ...] = ()

    @property
    def one(self) -> Finding:
        """The finding of the new round, or of the old one that alone has it."""
        found = self.new or self.old
        assert found is not None, self.id
        return found


@dataclass(frozen=True, kw_only=True)
class Turned:
    """A verdict or ranking that is another: who it is of, what it said, and what has changed below it."""

    section: str
    name: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    kind: str = ""
    causes: tuple[str, ...] = ()
    measured: str | None = None


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two rounds; ``changes`` says what became of the datasets whose files can still be read, by their ids."""

    old: Made
    new: Made
    changes: Mapping[str, Changes]

    @cached_property
    def findings(self) -> list[Compared]:
        """Every finding of either round, by section in the order of the report, new sections first."""
        sections = list(dict.fromkeys([*self.new.sections, *self.old.sections]))
        ids = sorted({*self.old.ledger, *self.new.ledger}, key=lambda i: (sections.index(i.partition(".")[0]), i))
        return [self._compared(id_) for id_ in ids]

    @cached_property
    def by_id(self) -> dict[str, Compared]:
        """Findings by their ids."""
        return {compared.id: compared for compared in self.findings}

    def _compared(self, id_: str) -> Compared:
        old, new = self.old.ledger.get(id_), self.new.ledger.get(id_)
        if old is None or new is None:
            return Compared(id=id_, old=old, new=new, state="gone" if new is None else "new")
        redefined = self._redefined(old, new)
        if redefined:
            return Compared(id=id_, old=old, new=new, state="redefined", causes=redefined)
        same = (old.value, old.numerator, old.denominator) == (new.value, new.numerator, new.denominator)
        difference, state = None, "same" if same else "differs"
        if old.value is None or new.value is None:
            state = "undefined"
        else:
            difference = _fraction(new) - _fraction(old)
        causes = () if same else self._causes(old, new)
        return Compared(id=id_, old=old, new=new, state=state, difference=difference, causes=causes)  # type: ignore[arg-type]

    def _redefined(self, old: Finding, new: Finding) -> tuple[str, ...]:
        """What of the definition of a finding, or of a target that it is worked out from, is another."""
        before, after = ((f.definition or ".").split(".") for f in (old, new))
        found = [name for name, a, b in zip(("measure", "columns"), before, after, strict=True) if a != b]
        if old.unit != new.unit:
            found.append("unit")
        targets = (self.old.targets | self.new.targets) & self._below(new)
        if any(_value(self.old, target) != _value(self.new, target) for target in targets):
            found.append("target")
        return tuple(found)

    def _below(self, finding: Finding) -> set[str]:
        """Ids of a finding and of all that it is worked out from, in the new round."""
        known, todo = set(), [finding.id]
        while todo:
            if (id_ := todo.pop()) not in known and (found := self.new.ledger.get(id_)) is not None:
                known.add(id_)
                todo += _NAMED.findall(found.where or "") if _DERIVED in (found.where or "") else []
        return known

    def _causes(self, old: Finding, new: Finding) -> tuple[str, ...]:
        """What has changed of all that a finding rests on; the round alone if nothing has."""
        if new.section == SUMMARY and new.dataset not in self.new.inputs:
            return ("sections",)
        below = [self.new.ledger[id_] for id_ in self._below(new)]
        datasets = {f.dataset for f in below if f.dataset}
        found = self._data(datasets)
        if self._other(new.section, _CODE):
            found.append("code")
        if not found:  # such as a rate of replies, which rests on a registry and reads the answers too
            found = self._data({d for d in self.new.datasets_of(new.section) if not d.startswith(_PLAN)})
        if old.where != new.where or any(dataset.startswith(_PLAN) for dataset in datasets):
            found.append("round")
        if not found and self._other(new.section, _AROUND):
            found.append("code")
        return tuple(found) or ("round",)

    def _data(self, datasets: set[str]) -> list[str]:
        """What has become of the rows of some datasets."""
        found: list[str] = []
        for dataset in sorted(datasets):
            old, new = self.old.inputs.get(dataset), self.new.inputs.get(dataset)
            if old != new:
                found += self.changes[dataset].causes if dataset in self.changes else ["data"]
        return sorted(set(found), key=_ORDER.index)

    def _other(self, section: str, parts: Sequence[str]) -> bool:
        """Whether a section was made by other code; where no manifest says so, it is taken to be the same."""
        before, after = self.old.made_from(section), self.new.made_from(section)
        return bool(before and after) and any(before.get(part) != after.get(part) for part in parts)

    @property
    def other_code(self) -> bool:
        """Whether any section that both rounds have was made by other code."""
        return any(self._other(section, _CODE) for section in self.new.sections)

    @cached_property
    def projects(self) -> list[Turned]:
        """Projects whose verdict is another."""
        return [
            Turned(section=section, name=new["work"]["title"], old=(old["work"]["standing"],), new=(standing,))
            for section, old, new in self._both()
            if new["work"] and old["work"] and (standing := new["work"]["standing"]) != old["work"]["standing"]
        ]

    @cached_property
    def indicators(self) -> list[Turned]:
        """Indicators whose verdict is another; of one whose target changed, or its result's definition, it is said."""
        turned = []
        for section, old, new in self._both():
            before = {indicator["id"]: indicator for indicator in old["indicators"]}
            for after in new["indicators"]:
                was = before.get(after["id"])
                if was is None or was["status"] == after["status"]:
                    continue
                ids = [i for i in (after["result"] or was["result"], after["target"] or was["target"]) if i]
                causes = [c for i in ids if i in self.by_id for c in self.by_id[i].causes]
                turned.append(
                    Turned(
                        section=section,
                        name=after["name"] or was["name"] or after["id"],
                        old=(was["status"],),
                        new=(after["status"],),
                        causes=tuple(dict.fromkeys(causes)) or ("round",),
                        measured=after["result"] or was["result"],
                    )
                )
        return turned

    @cached_property
    def rankings(self) -> list[Turned]:
        """Rankings with another answer; those of findings whose definition changed are not compared."""
        turned = []
        for section, old, new in self._both():
            for before, after in _paired(old["claims"], new["claims"]):
                ids = [i for i in after["of"] if i in self.by_id]
                if set(before["says"]) == set(after["says"]) or any(self.by_id[i].state == "redefined" for i in ids):
                    continue
                said = [i for i in (*before["says"], *after["says"]) if i in self.by_id]
                causes = sorted({c for i in said for c in self.by_id[i].causes}, key=_ORDER.index)
                turned.append(
                    Turned(
                        section=section,
                        name=new["title"],
                        kind=after["claim"],
                        old=tuple(before["says"]),
                        new=tuple(after["says"]),
                        causes=tuple(causes),
                    )
                )
        return turned

    def _both(self) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
        """Sections that both rounds have, with what each ledger says of them."""
        for section, new in self.new.sections.items():
            if section in self.old.sections:
                yield section, self.old.sections[section], new


_ORDER: Final = (
    *("measure", "columns", "unit", "target", "units", "period", "late", "added", "removed", "corrected", "data"),
    *("code", "round", "sections"),
)


def _fraction(finding: Finding) -> Fraction:
    exact = finding.exact()
    return exact if isinstance(exact, Fraction) else Fraction(str(exact))


def _value(made: Made, id_: str) -> int | float | None:
    return made.ledger[id_].value if id_ in made.ledger else None


def _paired(
    old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Rankings of two rounds that are about the same: of the same findings, or else of the most in common."""
    left = [claim for claim in old if claim["claim"] in RANKS]
    for after in (claim for claim in new if claim["claim"] in RANKS):
        alike = [(_in_common(claim["of"], after["of"]), claim) for claim in left if claim["claim"] == after["claim"]]
        share, before = max(alike, key=lambda pair: pair[0], default=(Fraction(0), after))
        if share >= _ALIKE:
            left.remove(before)
            yield before, after


def _in_common(first: Sequence[str], second: Sequence[str]) -> Fraction:
    return Fraction(len({*first} & {*second}), len({*first} | {*second}) or 1)
