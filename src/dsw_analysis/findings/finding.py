"""Findings: numbers that know what they stand on, and the ledger that keeps them."""

from __future__ import annotations

import difflib
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from fractions import Fraction
from numbers import Real
from typing import Any

from dsw_analysis.findings import sentences
from dsw_analysis.findings.rounding import round_half_up
from dsw_analysis.intake.provenance import Provenance

UNITS: dict[str, str] = {
    "percent": "ร้อยละ",
    "ratio": "",
    "activities": "กิจกรรม",
    "areas": "พื้นที่",
    "baht": "บาท",
    "cases": "เรื่อง",
    "centres": "แห่ง",
    "comments": "ความคิดเห็น",
    "hours": "ชั่วโมง",
    "indicators": "ตัวชี้วัด",
    "level": "ระดับ",
    "months": "เดือน",
    "numbers": "รายการ",
    "p_value": "",
    "percentage_points": "จุดร้อยละ",
    "persons": "คน",
    "places": "ที่",
    "points": "คะแนน",
    "provinces": "จังหวัด",
    "questions": "คำถาม",
    "reports": "ครั้ง",
    "rooms": "ห้อง",
    "sections": "โครงการ",
    "sessions": "ครั้ง",
    "steps": "ขั้นตอน",
    "units": "หน่วยงาน",
    "welfare_areas": "ด้าน",
    "works": "ผลงาน",
}
"""Thai word for each unit of measurement; ``percent`` stands before the number, the others after."""

_DIGITS = {"percent": 2, "ratio": 4, "hours": 2, "points": 2, "p_value": 4, "percentage_points": 2, "baht": 2}
SECTION_MIME = "application/vnd.dsw.section+json"
"""MIME type under which a finished section hands its findings to the batch."""

STYLES = ("value", "unit", "n/N", "full", "interval")
"""Ways to print a finding; see :meth:`Finding.text`."""

_COUNTS = ("rows", "missing", "not_applicable", "refused", "population")
_NUMBERS = ("value", "numerator", "denominator", *_COUNTS, "low", "high")

_ID = re.compile(r"[a-z0-9_]+(\.[a-z0-9_-]+)+")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One number with what it stands on.

    Attributes
    ----------
    id:
        ``section.name`` in lower-case ASCII, unique in a round.
    label:
        Thai name of the number, as the table of figures prints it.
    value:
        Unrounded; percentages run from 0 to 100. ``None`` where undefined (0 of 0) or not stated.
    unit:
        A key of :data:`UNITS`.
    numerator, denominator:
        The two parts of a share or a ratio.
    dataset, file, sha256, rows:
        The data read: dataset id, file name, hash of the file, number of rows that the filter left.
    where:
        The filter in Thai words; ``None`` if all rows count.
    province:
        Official Thai name of the one province whose rows were read; ``None`` for the whole country.
    provenance:
        The weakest provenance of everything used.
    note:
        Thai remark that must be read with the number, such as why it is undefined.
    missing, not_applicable, refused:
        Rows that could have counted but were blank, whose question did not apply, or where the answer was
        refused; none of them is in the denominator.
    population:
        Size of the finite population that the rows were taken from, where known.
    low, high, method:
        Interval in the unit of ``value`` and the name of its method, where one applies; ``method`` alone
        says how the value was made (a key of :data:`dsw_analysis.findings.sentences.METHODS`).
    digits:
        Decimals printed; ``None`` means the unit's usual number.
    """

    id: str
    label: str
    value: int | float | None
    unit: str
    numerator: int | float | None = None
    denominator: int | float | None = None
    dataset: str | None = None
    file: str | None = None
    sha256: str | None = None
    rows: int | None = None
    where: str | None = None
    province: str | None = None
    provenance: Provenance = "received"
    note: str | None = None
    missing: int | None = None
    not_applicable: int | None = None
    refused: int | None = None
    population: int | None = None
    low: float | None = None
    high: float | None = None
    method: str | None = None
    digits: int | None = None

    def __post_init__(self) -> None:
        """Refuse malformed ids, unknown units, and NaN, pandas' NA or the infinite where a number stands."""
        if not _ID.fullmatch(self.id):
            raise ValueError(f"finding id {self.id!r}: use lower-case ASCII, section first, e.g. csr.linked")
        if self.unit not in UNITS:
            raise ValueError(f"finding {self.id}: unit {self.unit!r} is not one of {', '.join(sorted(UNITS))}")
        for name in _NUMBERS:
            number = getattr(self, name)
            if number is not None and not (isinstance(number, Real) and math.isfinite(number)):
                raise ValueError(f"finding {self.id}: {name} is {number!r}; what is undefined is None, never NaN")
        if self.value is None and self.note is None:
            raise ValueError(f"finding {self.id}: a note must say why there is no value")

    @property
    def section(self) -> str:
        """Id of the section that the finding belongs to."""
        return self.id.partition(".")[0]

    @property
    def decimals(self) -> int:
        """Decimals printed."""
        return self.digits if self.digits is not None else _DIGITS.get(self.unit, 0)

    def rounded(self, digits: int | None = None) -> Decimal | None:
        """Value rounded half up, exactly from numerator and denominator where it is their quotient."""
        if self.value is None:
            return None
        digits = self.decimals if digits is None else digits
        return round_half_up(self.exact(), digits)

    def exact(self) -> Fraction | float | int:
        """Value, as a fraction where it is the quotient of two whole numbers.

        Raises
        ------
        ValueError
            If it is undefined.
        """
        if self.value is None:
            raise ValueError(f"finding {self.id} has no value: {self.note}")
        if isinstance(self.numerator, int) and isinstance(self.denominator, int) and self.denominator:
            quotient = Fraction((100 if self.unit == "percent" else 1) * self.numerator, self.denominator)
            if abs(float(quotient) - self.value) < 1e-9:
                return quotient
        return self.value

    def basis(self) -> list[str]:
        """How the number was made, in Thai: rows left out, method, census or coverage, interval; where they apply."""
        return sentences.basis(self)

    def sentence(self) -> str:
        """The finding as one Thai sentence: value, base, interval or census, and what was left out."""
        return sentences.sentence(self)

    def text(self, style: str = "value") -> str:
        """Print the number in Thai convention.

        Parameters
        ----------
        style:
            ``"value"`` the number alone, ``"unit"`` with its unit, ``"n/N"`` numerator/denominator,
            ``"full"`` unit and n/N, ``"interval"`` the limits (``-`` where there are none). An undefined number
            prints as ``-``.
        """
        if style == "interval":
            return sentences.limits(self) or "-"
        rounded = self.rounded()
        number = "-" if rounded is None else f"{rounded:,}"
        if self.unit == "p_value" and rounded == 0:
            number = "น้อยกว่า 0.0001"
        if style == "value":
            return number
        if style == "n/N":
            return f"{_plain(self.numerator)}/{_plain(self.denominator)}"
        word = UNITS[self.unit]
        with_unit = number
        if rounded is not None:
            with_unit = f"{word} {number}" if self.unit == "percent" else f"{number} {word}".strip()
        if style == "unit" or self.denominator is None or (style == "full" and rounded is None):
            return with_unit
        if style == "full":
            return f"{with_unit} ({self.text('n/N')})"
        raise ValueError(f"style {style!r} is none of value, unit, n/N, full, interval")


def _plain(number: int | float | None) -> str:
    return "-" if number is None else f"{number:,}" if isinstance(number, int) else f"{round_half_up(number, 2):,}"


class UnknownFindingError(KeyError):
    """A finding was asked for by an id that nobody recorded; names the nearest ids."""

    def __init__(self, wanted: str, known: Iterable[str]) -> None:
        near = difflib.get_close_matches(wanted, list(known), n=3, cutoff=0.5)
        hint = f"; did you mean {', '.join(near)}?" if near else ""
        super().__init__(f"no finding {wanted!r}{hint}")

    def __str__(self) -> str:
        """Message without the quotes that KeyError adds."""
        return str(self.args[0])


class Ledger(Mapping[str, Finding]):
    """Findings by id; each id is recorded once."""

    def __init__(self, findings: Iterable[Finding] = ()) -> None:
        self._findings: dict[str, Finding] = {}
        for finding in findings:
            self.add(finding)

    def add(self, finding: Finding) -> Finding:
        """Record a finding and return it.

        Raises
        ------
        ValueError
            If its id is already taken.
        """
        if finding.id in self._findings:
            raise ValueError(f"finding {finding.id} is recorded twice; give the second its own id")
        self._findings[finding.id] = finding
        return finding

    def __getitem__(self, key: str) -> Finding:
        """Finding of an id; raises :class:`UnknownFindingError`."""
        try:
            return self._findings[key]
        except KeyError:
            raise UnknownFindingError(key, self._findings) from None

    def __contains__(self, key: object) -> bool:
        return key in self._findings

    def __iter__(self) -> Iterator[str]:
        return iter(self._findings)

    def __len__(self) -> int:
        return len(self._findings)

    def records(self) -> list[dict[str, Any]]:
        """Findings as plain dicts in the order of their ids, ready for JSON; ``province`` only where there is one."""
        return [
            {"section": f.section, **{k: v for k, v in vars(f).items() if k != "province" or v is not None}}
            for _, f in sorted(self._findings.items())
        ]

    @classmethod
    def from_records(cls, records: Iterable[Mapping[str, Any]]) -> Ledger:
        """Rebuild a ledger from :meth:`records`."""
        names = {field.name for field in fields(Finding)}
        return cls(Finding(**{k: v for k, v in record.items() if k in names}) for record in records)

    def inputs(self) -> list[dict[str, Any]]:
        """Files that the findings stand on: dataset, file, sha256; in order, each once."""
        used = {(f.dataset, f.file, f.sha256) for f in self._findings.values() if f.dataset is not None}
        return [{"dataset": d, "file": f, "sha256": h} for d, f, h in sorted(used, key=str)]


def to_json(document: Mapping[str, Any]) -> str:
    """Serialise a ledger document: sorted keys, UTF-8 text, one final newline, no NaN."""
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n"
