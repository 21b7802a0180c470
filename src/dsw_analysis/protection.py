"""The rule by which figures of persons are shown: its parameters, and what is exempt, as ``project.toml`` says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from dsw_analysis.problems import UsageError


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Parameters of the rule, for one dataset or all.

    Attributes
    ----------
    base:
        Figures about a place or unit are multiples of it; fewer are not shown, and no share of which the numerator or
        the rest is fewer.
    exact_from:
        A figure about the country is exact if all numbers of its column are 0 or at least this.
    share_base:
        The least base of a share.
    measured_from, tail:
        The fewest persons of a mean or quantile, and the fewest beyond a quantile on either side.
    dominance:
        How many per cent of the largest amount all others but the second must come to in a sum.
    """

    base: int = 5
    exact_from: int = 10
    share_base: int = 20
    measured_from: int = 10
    tail: int = 5
    dominance: int = 10


@dataclass(frozen=True, kw_only=True)
class Exemption:
    """A figure that stays exact: why, and who decided that when."""

    id: str
    why: str
    by: str
    on: date


@dataclass(frozen=True, kw_only=True)
class Protection:
    """What ``[disclosure]`` says: the rule, its differences for datasets, and exemptions by id."""

    rule: Rule = field(default_factory=Rule)
    datasets: Mapping[str, Rule] = field(default_factory=dict)
    exempt: Mapping[str, Exemption] = field(default_factory=dict)

    def of(self, dataset: str | None) -> Rule:
        """The rule for a dataset."""
        return self.datasets.get(dataset or "", self.rule)


def protection(place: str, table: Mapping[str, Any]) -> Protection:
    """What a table ``[disclosure]`` says.

    Raises
    ------
    UsageError
        If there is no such key, or it has a value that it cannot have; ``place`` is what the message calls the file.
    """
    given = dict(table)
    exempt = given.pop("exempt", [])
    own = {name: given.pop(name) for name in [*given] if isinstance(given[name], dict)}
    rule = Rule(**_parameters(f"{place}: [disclosure]", given))
    datasets = {
        name: Rule(**{**vars(rule), **_parameters(f"{place}: [disclosure.{name}]", said)}) for name, said in own.items()
    }
    listed = [_exemption(f"{place}: [[disclosure.exempt]]", one) for one in exempt]
    return Protection(rule=rule, datasets=datasets, exempt={one.id: one for one in listed})


def _parameters(where: str, given: Mapping[str, Any]) -> dict[str, int]:
    known = {parameter.name for parameter in fields(Rule)}
    for name, value in given.items():
        if name not in known:
            raise UsageError(f"{where} {name} is no key; its keys are {', '.join(sorted(known))}")
        if type(value) is not int or value < 1:
            raise UsageError(f"{where} {name} is {value!r} and no whole number above 0; write {name} = 5")
    return dict(given)


def _exemption(where: str, given: Mapping[str, Any]) -> Exemption:
    if set(given) != {"id", "why", "by", "on"} or type(given["on"]) is not date:
        raise UsageError(
            f"{where} needs id, why, by and on, which is a day: on = 2026-05-31, in years C.E.; it has "
            f"{', '.join(f'{name} = {said}' for name, said in given.items()) or 'none'}"
        )
    return Exemption(**given)
