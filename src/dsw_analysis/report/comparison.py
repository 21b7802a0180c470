"""Two rounds held against each other: each finding with its difference and its causes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Final, Literal

from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.ledger import SUMMARY
from dsw_analysis.findings.past import below, difference, redefined
from dsw_analysis.intake.changes import Changes
from dsw_analysis.report.made import Made
from dsw_analysis.report.pairs import Pairs
from dsw_analysis.rounds import MONTHS

State = Literal["same", "differs", "undefined", "redefined", "gone", "new"]

_PLAN = "plan_"  # what is read of the plan depends on the round's last day
_CODE = ("package", "notebook")
_AROUND = ("lock", "python", "project")
"""What the manifest has hashes of that seldom changes a figure: a cause only where there is no other."""


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
    of_old, of_new:
        What of the difference has come late or was corrected in the old round's months, and what the new months add;
        ``None`` where the old period was not worked out anew.
    half:
        The finding of the new months alone, from the new round's rows of them; ``None`` where that was not worked out.
    pairs:
        The finding over the units that answered in both rounds; ``None`` where its rows are no units.
    causes:
        Where it differs, what has changed of all that it rests on; where it is redefined, what of its definition:
        keys of :data:`~dsw_analysis.report.comparison_files.CAUSES`.
    """

    id: str
    old: Finding | None
    new: Finding | None
    state: State
    difference: Fraction | None = None
    of_old: Fraction | None = None
    of_new: Fraction | None = None
    half: Finding | None = None
    pairs: Pairs | None = None
    causes: tuple[str, ...] = ()

    @property
    def one(self) -> Finding:
        """The finding of the new round, or of the old one that alone has it."""
        found = self.new or self.old
        assert found is not None, self.id
        return found


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two rounds.

    Attributes
    ----------
    changes:
        What became of the datasets whose files can still be read, by their ids.
    anew:
        Findings of the old round as the new one's files give them, by their ids, where that is known.
    half:
        Findings of the months that only the new round has, by their ids, where its rows say their dates.
    pairs:
        Shares and means of units that answered in both rounds, by their ids.
    """

    old: Made
    new: Made
    changes: Mapping[str, Changes]
    anew: Mapping[str, Finding] = field(default_factory=dict)
    half: Mapping[str, Finding] = field(default_factory=dict)
    pairs: Mapping[str, Pairs] = field(default_factory=dict)

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
        if other := redefined(old, new, self.old, self.new):
            return Compared(id=id_, old=old, new=new, state="redefined", causes=other)
        same = _base(old) == _base(new)
        apart = difference(old, new)
        state: State = "undefined" if apart is None else "same" if same else "differs"
        causes = () if same else self._causes(old, new)
        compared = Compared(id=id_, old=old, new=new, state=state, difference=apart, causes=causes)
        return self._split(replace(compared, half=self.half.get(id_), pairs=self.pairs.get(id_)), old, new)

    def _split(self, compared: Compared, old: Finding, new: Finding) -> Compared:
        """A difference in its two parts, without the causes that the part which is none would have."""
        anew = self.anew.get(compared.id)
        if compared.difference is None or anew is None or anew.value is None or anew.definition != old.definition:
            return compared
        before, after, between = map(_base, (old, new, anew))
        known = {*(_OF_OLD if before == between else ()), *(_OF_NEW if between == after else ())}
        return replace(
            compared,
            of_old=difference(old, anew),
            of_new=difference(anew, new),
            causes=tuple(cause for cause in compared.causes if cause not in known),
        )

    @property
    def months(self) -> str:
        """The months that only the new round has, of two rounds of a year: ``เม.ย. – ก.ย. 2569``."""
        first, last = MONTHS[self.old.round.months], MONTHS[self.new.round.months - 1]
        return f"{first} – {last} {self.new.round.year}"

    @property
    def undated(self) -> list[str]:
        """Titles of the datasets that are another in the new round and of whose rows nobody can say the months."""
        return [found.title for found in self.changes.values() if not found.dated]

    def rests_on(self, id_: str) -> set[str]:
        """Datasets that a finding rests on, itself or through those that it is worked out from."""
        found = self.new.ledger.get(id_)
        ids = below(found, self.new.ledger) if found else ()
        return {dataset for i in ids if (dataset := self.new.ledger[i].dataset)}

    def _causes(self, old: Finding, new: Finding) -> tuple[str, ...]:
        """What has changed of all that a finding rests on; the round alone if nothing has."""
        if new.section == SUMMARY and new.dataset not in self.new.inputs:
            return ("sections",)
        datasets = self.rests_on(new.id)
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
        return sorted(set(found), key=ORDER.index)

    def _other(self, section: str, parts: Sequence[str]) -> bool:
        """Whether a section was made by other code; where no manifest says so, it is taken to be the same."""
        before, after = self.old.made_from(section), self.new.made_from(section)
        return bool(before and after) and any(before.get(part) != after.get(part) for part in parts)

    @property
    def other_code(self) -> bool:
        """Whether any section that both rounds have was made by other code."""
        return any(self._other(section, _CODE) for section in self.new.sections)


ORDER: Final = (
    *("measure", "columns", "unit", "target", "units", "period", "late", "added", "removed", "corrected", "data"),
    *("code", "round", "sections"),
)
"""Causes in the order in which they are named."""


_OF_OLD: Final = frozenset({"units", "late", "added", "removed", "corrected"})
_OF_NEW: Final = frozenset({"period"})
"""Causes that lie in the months of the old round, and in those that the new one adds."""


def _base(finding: Finding) -> tuple[int | float | None, ...]:
    return finding.value, finding.numerator, finding.denominator
