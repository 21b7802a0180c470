"""Disclosure control: what is shown of a number of persons, decided where it is measured, before it chooses words."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final, Literal

from dsw_analysis import project
from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.repairs import REFUSED, Partition, Repair
from dsw_analysis.findings.rounding import round_half_up
from dsw_analysis.intake.published import Figure
from dsw_analysis.intake.source import Source
from dsw_analysis.protection import Rule

Kind = Literal["count", "share", "mean", "sum", "distinct", "statistic", "never", "given"]
"""What a measure discloses: a number of persons; a share of them; a mean or quantile; a sum of amounts; how many
different values there are; a statistic of many; what is never shown, as of one person; or nothing of persons."""

READERS_NOTE: Final = (
    "ตัวเลขระดับจังหวัดและหน่วยงานปัดเป็นจำนวนเต็ม {base} จำนวนที่น้อยกว่า {base} (รวมศูนย์) ไม่แสดง เพื่อคุ้มครองข้อมูลส่วนบุคคล "
    "ผลรวมจึงอาจไม่เท่ากับยอดรวม"
)
"""What a reader is told once where any number is protected."""
FEW: Final = "จำนวนน้อยกว่า {base} (รวมศูนย์) ไม่แสดง เพื่อคุ้มครองข้อมูลส่วนบุคคล"
REFUSED_NOTE: Final = "ไม่แสดงเพื่อคุ้มครองข้อมูลส่วนบุคคล"
HIDDEN_PART: Final = "ไม่แสดง เพราะคำนวณจากจำนวนที่ไม่แสดงเพื่อคุ้มครองข้อมูลส่วนบุคคล"
_BARE: Final[Mapping[str, Any]] = dict.fromkeys(
    ("missing", "not_applicable", "refused", "population", "low", "high", "corrected")
)
"""Fields that a number which is not exact does not have."""
HOUR: Final = "hour"
"""Column of hours of the day, which no brief shows."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of a number besides its finding, and never shown.

    Attributes
    ----------
    place:
        Whether it is about a place or unit.
    of_rows:
        Whether rows are the persons, not numbers in them.
    note:
        What the measure itself says of it, without any number.
    among:
        Rows among which a count is taken: what is left is its sibling.
    tail:
        The ``q`` of a quantile.
    largest, dominance:
        The largest amount, and what all but the two largest come to, in per cent of it; signs do not count.
    least:
        The fewest rows of any value that is counted.
    siblings:
        Other numbers that it gives away.
    service:
        Whether that it is so of all or of none says nothing of a person.
    """

    kind: Kind = "never"
    place: bool = False
    of_rows: bool = True
    note: str | None = None
    among: int | None = None
    tail: float | None = None
    largest: float | None = None
    dominance: float = math.inf
    least: int = 0
    siblings: Sequence[int] = ()
    service: bool = False


@dataclass(kw_only=True)
class Shield:
    """How a section shows numbers of persons, and the findings before they were protected, which it does not show.

    Attributes
    ----------
    published:
        Figures that the department has printed, by id: they stay exact.
    repairs:
        What the gate has decided to show less of.
    open:
        Whether all is shown exactly, to an analyst alone.
    found:
        Findings as they were measured, by id.
    """

    published: Mapping[str, Figure] = field(default_factory=dict)
    repairs: Mapping[Partition, Repair] = field(default_factory=dict)
    open: bool = False
    found: dict[str, Finding] = field(default_factory=dict)
    _facts: dict[str, Facts] = field(default_factory=dict)

    def protected(self, exact: Finding, facts: Facts) -> Finding:
        """What is shown of a number that stands alone: its siblings are what is left of the rows, and rows left out."""
        self.found[exact.id], self._facts[exact.id] = exact, facts
        rest = () if facts.among is None or exact.value is None else (facts.among - int(exact.value),)
        return exact if self.open else self._shown(exact, facts, (*_numbers(exact, facts), *rest))

    def column(self, shown: Iterable[Finding]) -> list[Finding]:
        """What is shown of numbers that stand together: all are exact, or none is."""
        shown = list(shown)
        known = [(self.found[f.id], self._facts[f.id]) for f in shown if f.id in self.found]
        if self.open or not known:
            return shown
        siblings = [number for exact, facts in known for number in _numbers(exact, facts)]
        return [self._shown(self.found[f.id], self._facts[f.id], siblings) if f.id in self.found else f for f in shown]

    def largest(self) -> dict[str, float]:
        """Largest amounts of sums and means, by id: what the gate is told, and nobody else."""
        return {id_: facts.largest for id_, facts in self._facts.items() if facts.largest is not None}

    def present(self, source: Source, columns: Collection[str], sizes: Iterable[int]) -> list[bool]:
        """Which groups have rows, as far as may be told."""
        sizes, rule = [*sizes], project.current().protection.of(source.dataset.id)
        told = self.open or not source.dataset.persons
        told = told or (not about_place(source, columns) and _is_exact(sizes, rule))
        return [size >= (1 if told else rule.base) for size in sizes]

    def derive(self, shown: Finding, measure: Callable[..., Finding], *parts: Finding) -> Finding:
        """Note what a number made of others would be without protection, and give back what is shown."""
        exact = [self.found.get(part.id, part) for part in parts]
        if any(one is not part for one, part in zip(exact, parts, strict=True)):
            self.found[shown.id] = measure(*exact)
        return shown

    def _shown(self, exact: Finding, facts: Facts, siblings: Sequence[int]) -> Finding:
        rule = project.current().protection.of(exact.dataset)
        repair = self.repairs.get(Partition.of(vars(exact)))
        if facts.kind == "given" or (exact.value is None and facts.kind == "count"):
            return exact
        if exact.value is None and not facts.place:  # of nobody, or of so few that it is not known
            return exact if _is_exact(siblings, rule) else refused(exact)
        if self._is_exempt(exact):
            return _as_printed(exact, self.published.get(exact.id), _is_exact(siblings, rule))
        if repair is not None and repair.base == REFUSED:
            return refused(exact)
        base = rule.base if repair is None else repair.base
        if repair is None and not facts.place and _is_exact(siblings, rule):
            base = 1
        if facts.kind == "never" or (facts.place and facts.kind == "statistic"):
            return refused(exact)
        return _KINDS[facts.kind](exact, facts, rule, base)

    def _is_exempt(self, exact: Finding) -> bool:
        """Whether it is a figure that the department has printed as it is, or that is exempt by name."""
        if exact.province is not None or exact.value is None:
            return False
        figure = self.published.get(exact.id)
        if figure is not None and figure.value is not None:
            digits = max(0, -int(figure.value.as_tuple().exponent))
            return round_half_up(exact.exact(), digits) == figure.value
        return exact.id in project.current().protection.exempt


OUTSIDE: Final = Shield()
"""What protects numbers that are measured outside of any section."""


def shield_of(source: Source) -> Shield:
    """What protects the numbers of a frame."""
    return source.shield if isinstance(source.shield, Shield) else OUTSIDE


def about_place(source: Source, columns: Iterable[str]) -> bool:
    """Whether numbers of rows that some columns are filtered by are about a place or unit."""
    own = {name for column in columns for name in source.derived.get(column, (column,))}
    return source.province is not None or not own.isdisjoint(source.dataset.places)


def refused(exact: Finding, note: str = REFUSED_NOTE) -> Finding:
    """A number that is not shown."""
    gone: dict[str, Any] = dict.fromkeys(("value", "numerator", "denominator", "rows"))
    return replace(exact, **gone, **_BARE, method=None, note=note, disclosure="refused", base=None)


def readers_note(findings: Iterable[Finding]) -> str | None:
    """What a reader is told once; ``None`` where no number is protected."""
    told = any(finding.disclosure is not None for finding in findings)
    return READERS_NOTE.format(base=project.current().protection.rule.base) if told else None


def rounded(number: int, base: int) -> int | None:
    """A number of persons to the nearest multiple of a base, half of it upwards; ``None`` if it is fewer than that."""
    return None if number < base > 1 else (number + base // 2) // base * base


def derived(parts: Sequence[Finding], unit: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """What is shown of a number that is worked out of others: no more than of those, and a share by its own rule."""
    gone: dict[str, Any] = dict.fromkeys(("value", "numerator", "denominator", "rows", "low", "high", "method"))
    if any(part.disclosure in ("few", "refused") for part in parts):
        return {**values, **gone, "note": HIDDEN_PART, "disclosure": "refused"}
    bases = [part.base for part in parts if part.disclosure == "rounded" and part.base]
    if not bases or values.get("value") is None:
        return dict(values)
    made = {**values, "disclosure": "rounded", "base": max(bases)}
    k, n = values.get("numerator"), values.get("denominator")
    if unit == "percent" and k is not None and n is not None:
        rule = project.current().protection.of(parts[0].dataset)
        least = max(rule.base, *bases)
        if n < rule.share_base or k < least or n - k < least:
            return {**values, **gone, "note": REFUSED_NOTE, "disclosure": "refused"}
        made["digits"] = 0
    return made


def _numbers(exact: Finding, facts: Facts) -> list[int]:
    """Numbers of persons that a finding gives away."""
    if exact.value is None and facts.kind == "count":
        return []
    own: list[float | None] = [exact.value if facts.kind == "count" else exact.rows]
    if facts.kind == "share" and exact.numerator is not None and exact.denominator is not None:
        own = [exact.numerator, exact.denominator - exact.numerator]
    left_out = (exact.missing, exact.not_applicable, exact.refused) if facts.of_rows else ()
    return [int(n) for n in (*own, *left_out, *facts.siblings) if n is not None]


def _is_exact(siblings: Iterable[int], rule: Rule) -> bool:
    return all(number == 0 or number >= rule.exact_from for number in siblings)


def _as_printed(exact: Finding, figure: Figure | None, is_exact: bool) -> Finding:
    """A figure that stays exact, with nothing beside it that is not known too."""
    if is_exact or figure is None:
        return exact
    parts: dict[str, Any] = {} if figure.has_fraction else {"numerator": None, "denominator": None}
    rows = exact.rows if exact.rows in (exact.value, *(() if parts else (exact.denominator,))) else None
    return replace(exact, **_BARE, **parts, rows=rows)


def _count(exact: Finding, facts: Facts, _: Rule, base: int) -> Finding:
    if base == 1:
        return exact
    value = rounded(int(exact.value or 0), base)
    bare: dict[str, Any] = {"numerator": None, "denominator": None}  # of a mean of numbers of persons
    if facts.of_rows:
        bare = {**_BARE, "rows": None if value is None or exact.rows is None else rounded(exact.rows, base)}
    if value is None:
        return replace(exact, **bare, value=None, note=FEW.format(base=base), disclosure="few", base=base)
    return replace(exact, **bare, value=value, note=facts.note, disclosure="rounded", base=base)


def _share(exact: Finding, facts: Facts, rule: Rule, base: int) -> Finding:
    k, n = int(exact.numerator or 0), int(exact.denominator or 0)
    shown_k, shown_n = rounded(k, base) or 0, rounded(n, base) or 0
    least = max(rule.base, base)
    alike = facts.service and k in (0, n)
    if shown_n < rule.share_base or not (alike or (shown_k >= least and shown_n - shown_k >= least)):
        return refused(exact)
    if base == 1:
        return exact
    shown_k = (shown_n if k else 0) if alike else shown_k
    parts: dict[str, Any] = {"numerator": shown_k, "denominator": shown_n, "rows": shown_n}
    parts |= {"value": 100 * shown_k / shown_n, "digits": 0, "method": None, "note": facts.note}
    return replace(exact, **_BARE, **parts, disclosure="rounded", base=base)


def _mean(exact: Finding, facts: Facts, rule: Rule, base: int) -> Finding:
    persons = exact.denominator if facts.kind == "mean" and exact.denominator else exact.rows or 0
    n = rounded(int(persons - (exact.missing or 0 if facts.kind == "sum" else 0)), base) or 0
    ends = None if facts.tail is None else n * min(facts.tail, 1 - facts.tail)
    few = n < rule.measured_from or (ends is not None and ends < rule.tail)
    if exact.value is None or few or facts.dominance < rule.dominance:
        return refused(exact)
    if base == 1:
        return replace(exact, note=facts.note)
    value, digits = two_digits(exact.value)
    gone: dict[str, Any] = dict.fromkeys(("numerator", "denominator"))
    return replace(
        exact, **gone, **_BARE, value=value, digits=digits, rows=n, note=facts.note, disclosure="rounded", base=base
    )


def _distinct(exact: Finding, facts: Facts, rule: Rule, base: int) -> Finding:
    if facts.least < rule.base:
        return refused(exact)
    rows = None if exact.rows is None else rounded(exact.rows, base)
    return replace(exact, **_BARE, rows=rows, note=facts.note)


def two_digits(value: float) -> tuple[float, int]:
    """A number with two significant digits, and the decimals that print them."""
    if value == 0:
        return 0, 0
    places = 1 - math.floor(math.log10(abs(value)))
    short: Decimal = round_half_up(value, places) if places >= 0 else round_half_up(value / 10**-places) * 10**-places
    return float(short), max(0, places)


_KINDS: Final[Mapping[str, Callable[[Finding, Facts, Rule, int], Finding]]] = {
    "count": _count,
    "share": _share,
    "mean": _mean,
    "statistic": _mean,
    "sum": _mean,
    "distinct": _distinct,
}
