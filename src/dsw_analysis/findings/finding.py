"""A finding: one number that knows what it stands on, and prints itself and its basis in Thai."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from numbers import Real
from typing import Any, Literal

from dsw_analysis import display, project
from dsw_analysis.findings.rounding import as_fraction, round_half_up
from dsw_analysis.intake.provenance import INVENTED, MARKS, Mark, Provenance

UNITS: dict[str, str] = {
    "percent": "ร้อยละ",
    "ratio": "",
    "baht": "บาท",
    "per_100k": "ต่อประชากรแสนคน",
    "hours": "ชั่วโมง",
    "indicators": "ตัวชี้วัด",
    "level": "ระดับ",
    "months": "เดือน",
    "numbers": "รายการ",
    "p_value": "",
    "percentage_points": "จุดร้อยละ",
    "persons": "คน",
    "points": "คะแนน",
    "provinces": "จังหวัด",
    "sections": "โครงการ",
    "steps": "ขั้นตอน",
    "units": "หน่วยงาน",
}
"""Thai word for each unit of measurement; ``percent`` stands before the number, the others after. What a department
counts besides has its word in ``project.toml``."""

PER_100K = "per_100k"
"""Unit of rates of inhabitants."""
WHOLE = {"percent": 100, PER_100K: 100_000}
"""What a quotient of a unit is multiplied by; that of others stands as it is."""

_DIGITS = {
    "percent": 2, PER_100K: 1, "ratio": 4, "hours": 2, "points": 2, "p_value": 4, "percentage_points": 2, "baht": 2,
}  # fmt: skip
_MEASURED = {*_DIGITS, "level"}
"""Units of what is measured, which have decimals or are levels; other units count things."""
_PER_ROW = {"ratio", "points", "hours"}
"""Units of numbers that are read with the number of rows behind them."""

STYLES = ("value", "unit", "n/N", "counted", "full", "interval", "duration", "size", "tight")
"""Ways to print a finding; see :meth:`Finding.text`."""

INTERVAL = "ช่วงความเชื่อมั่นร้อยละ 95"
"""What the limits of a finding are; every interval is at this level."""
CENSUS = "census"
"""Method of a finding on everybody there is to ask."""
CHANGE = "change"
"""Method of a finding that is how much another has changed since an earlier round."""
METHODS: dict[str, str] = {
    CENSUS: "มีข้อมูลครบทุกหน่วย",
    "exact_finite": "ช่วงแม่นตรงของประชากรจำกัด (ไฮเพอร์จีออเมตริก)",
    "wilson_finite": "Wilson ปรับด้วยขนาดประชากร",
    "t": "การแจกแจง t",
    "mover": "MOVER (รวมช่วงของสองสัดส่วน)",
    "signed_rank_exact": "Wilcoxon signed-rank แบบแม่นตรง",
    "signed_rank_normal": "Wilcoxon signed-rank ประมาณด้วยการแจกแจงปกติ",
    "mcnemar": "McNemar แบบแม่นตรง",
    "cronbach_alpha": "สัมประสิทธิ์แอลฟาของครอนบาค",
    CHANGE: "ค่าของรอบนี้ลบด้วยค่าของรอบก่อน",
}
"""Stable name of a method -> how the report prints it; names that are not here print as they are."""

_DURATIONS = (
    (Fraction(3, 2), Fraction(1, 60), "นาที", 0),
    (Fraction(48), Fraction(1), "ชั่วโมง", 1),
    (Fraction(48), Fraction(24), "วัน", 1),
)
"""Hours below which a duration is told in a unit (the last: all others), hours in that unit, its word and decimals."""

_LEFT_OUT = {"missing": "ไม่ระบุ", "not_applicable": "ไม่เกี่ยวข้อง", "refused": "ไม่ประสงค์ตอบ"}
"""Why rows are not in the base: the field that counts them, and the word."""
_NUMBERS = ("value", "numerator", "denominator", "rows", *_LEFT_OUT, "population", "low", "high")

_ID = re.compile(r"[a-z0-9_]+(\.[a-z0-9_-]+)+")


def units() -> Mapping[str, str]:
    """Unit -> Thai word: :data:`UNITS` and those of the project."""
    return {**UNITS, **project.current().units}


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
        A key of :func:`units`.
    numerator, denominator:
        The two parts of a share or a ratio.
    dataset, file, sha256, rows:
        The data read: dataset id, file name, hash of the file, number of rows that the filter left.
    where:
        The filter in Thai words; ``None`` if all rows count.
    cells:
        The filter as data: column -> code, list of codes, ``"filled"``, ``"blank"`` or ``"low..high"``, with the
        province of a brief. Of a share the columns that only its numerator is filtered by begin with ``+``.
    of:
        What was worked out of which columns, as data: ``{"sum": "amount"}``, ``{"mean": "pre"}``, ``{"q0.5": "pre"}``;
        of a statistic its name. ``None`` for counts and shares.
    province:
        Official Thai name of the one province whose rows were read; ``None`` for the whole country.
    provenance:
        The weakest provenance of everything used.
    corrected:
        Cells of the columns and rows read that were corrected; ``None`` if none was. Of a number made from others the
        most that one of them has.
    sent:
        Of how many senders its dataset has come, in Thai: ``74 จาก 77 จังหวัด``; ``None`` where nobody lists them.
    note:
        Thai remark that must be read with the number, such as why it is undefined.
    missing, not_applicable, refused:
        Rows that could have counted but were blank, whose question did not apply, or where the answer was
        refused; none of them is in the denominator.
    population:
        Size of the finite population that the rows were taken from, where known.
    low, high, method:
        Interval in the unit of ``value`` and the name of its method, where one applies; ``method`` alone
        says how the value was made (a key of :data:`METHODS`).
    digits:
        Decimals printed; ``None`` means the unit's usual number.
    printed:
        ``"value"`` if the printed report has the same number, ``"fraction"`` if it has numerator and denominator too;
        ``None`` if it does not print this one.
    definition:
        Two short hashes, ``measure.columns``: of what is measured (kind, filter, columns, options), and of what the
        columns read mean (header, kind, codebook). Equal in two rounds, they measured the same.
    disclosure:
        What protects persons in it: ``"few"`` (not shown, fewer than ``base``, zero included), ``"rounded"`` (it, or
        what it is worked out from, is rounded to multiples of ``base``), ``"refused"`` (not shown); ``None`` if it is
        exact.
    round:
        The earlier round that the number is of, or is the change from; ``None`` for one of the report's own round.
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
    corrected: int | None = None
    sent: str | None = None
    note: str | None = None
    missing: int | None = None
    not_applicable: int | None = None
    refused: int | None = None
    population: int | None = None
    low: float | None = None
    high: float | None = None
    method: str | None = None
    digits: int | None = None
    printed: Literal["value", "fraction"] | None = None
    definition: str | None = None
    cells: Mapping[str, Any] | None = field(default=None, hash=False)
    of: Mapping[str, Any] | None = field(default=None, hash=False)
    disclosure: Literal["few", "rounded", "refused"] | None = None
    base: int | None = None
    round: str | None = None

    def __post_init__(self) -> None:
        """Refuse malformed ids, unknown units, and NaN, pandas' NA or the infinite where a number stands."""
        if not _ID.fullmatch(self.id):
            raise ValueError(f"finding id {self.id!r}: use lower-case ASCII, section first, e.g. csr.linked")
        if self.unit not in (known := units()):
            raise ValueError(
                f"finding {self.id}: unit {self.unit!r} is not one of {', '.join(sorted(known))}; give it a word under "
                f"[units] in {project.FILE}"
            )
        for name in _NUMBERS:
            number = getattr(self, name)
            if number is not None and not (isinstance(number, Real) and math.isfinite(number)):
                raise ValueError(f"finding {self.id}: {name} is {number!r}; what is undefined is None, never NaN")
        if self.value is None and self.note is None:
            raise ValueError(f"finding {self.id}: a note must say why there is no value")

    def __repr__(self) -> str:
        return f"<Finding {self.id}: {self.text('full')}>"

    def _repr_html_(self) -> str:
        return display.shown(display.card(self.label, {**self.facts(), "รหัส": self.id}))

    def facts(self) -> dict[str, str]:
        """What a reader is told of the number besides its name and id: Thai term -> words."""
        rows = "" if self.rows is None else f" {self.rows:,} แถว"
        said = {
            "ค่า": self.text("full"),
            "ไฟล์": f"{self.file}{rows}" if self.file else None,
            "เงื่อนไข": self.where,
            "หมายเหตุ": " · ".join(filter(None, [self.note, *self.basis()])),
            "ที่มา": MARKS[self.mark][1],
        }
        return {term: words for term, words in said.items() if words}

    @property
    def section(self) -> str:
        """Id of the section that the finding belongs to."""
        return self.id.partition(".")[0]

    @property
    def mark(self) -> Mark:
        """What a reader may take the number for.

        A printed number is real, even where the rows below it were reconstructed; any other number of those is an
        example, and decides nothing.
        """
        if self.printed is not None:
            return "printed"
        return "example" if self.provenance in INVENTED else "computed"

    @property
    def grounded(self) -> Provenance:
        """Provenance of what is worked out from this number: of a printed one the print, whatever stands below it."""
        return "published" if self.printed and self.provenance == "reconstructed" else self.provenance

    @property
    def has_base(self) -> bool:
        """Whether numerator and denominator may be shown: of a printed number with invented rows, only printed ones."""
        return self.denominator is not None and (self.printed != "value" or self.provenance != "reconstructed")

    @property
    def is_hidden(self) -> bool:
        """Whether there is a number that is not shown, to protect persons."""
        return self.value is None and self.disclosure is not None

    @property
    def decimals(self) -> int:
        """Decimals printed."""
        return self.digits if self.digits is not None else _DIGITS.get(self.unit, 0)

    def rounded(self, digits: int | None = None) -> Decimal | None:
        """Value rounded half up, exactly from numerator and denominator where it is their quotient.

        To as many ``digits`` as are given, else as it is printed; ``None`` where there is no value.
        """
        if self.value is None:
            return None
        return round_half_up(self.exact(), self.decimals if digits is None else digits)

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
            quotient = Fraction(WHOLE.get(self.unit, 1) * self.numerator, self.denominator)
            if abs(float(quotient) - self.value) < 1e-9:
                return quotient
        return self.value

    def text(self, style: str = "value") -> str:
        """Print the number in Thai convention.

        Parameters
        ----------
        style:
            ``"value"`` the number alone, ``"unit"`` with its unit, ``"n/N"`` numerator/denominator, ``"counted"`` the
            number and n/N, ``"full"`` unit and n/N, ``"interval"`` the limits (``-`` where there are none),
            ``"duration"`` hours as readers count them: minutes below an hour and a half, days from two. ``"size"`` of a
            change is the unit without a sign, of all else ``"unit"``; ``"tight"`` the number where there is no place
            for words. An undefined number prints as ``-``, one that is not shown says so.

        Raises
        ------
        ValueError
            If there is no such style.
        """
        if style not in STYLES:
            raise ValueError(f"style {style!r} is none of {', '.join(STYLES)}")
        if self.is_hidden and style != "interval":
            return self._hidden(style)
        if style in ("interval", "n/N"):
            return (
                self._limits() or "-" if style == "interval" else f"{_plain(self.numerator)}/{_plain(self.denominator)}"
            )
        rounded = self.rounded()
        if style == "size" and self.method == CHANGE and rounded is not None:
            rounded = abs(rounded)
        number = self._number(rounded)
        if style in ("value", "tight") or rounded is None:
            return number
        if style == "counted":
            return f"{number} ({self.text('n/N')})" if self.has_base else number
        if style == "duration" and self.unit == "hours":
            return self._duration()
        word = units()[self.unit]
        with_unit = f"{word} {number}" if self.unit == "percent" else f"{number} {word}".strip()
        return f"{with_unit} ({self.text('n/N')})" if style == "full" and self.has_base else with_unit

    def _number(self, rounded: Decimal | None) -> str:
        if self.unit == "p_value" and rounded == 0:
            return "น้อยกว่า 0.0001"
        return "-" if rounded is None else f"{self._plain_if_whole(rounded):,}"

    def _hidden(self, style: str) -> str:
        """What stands in place of a number that is not shown."""
        if self.disclosure == "refused":
            return "…" if style == "tight" else "ไม่แสดง"
        if style == "tight":
            return f"<{self.base}"
        number = f"น้อยกว่า {self.base}"
        return number if style in ("value", "n/N") else f"{number} {units()[self.unit]}".strip()

    def _duration(self) -> str:
        hours = as_fraction(self.exact())
        size, word, digits = next(kind for kind in _DURATIONS if hours < kind[0] or kind is _DURATIONS[-1])[1:]
        number = round_half_up(hours / size, digits)
        whole = number == number.to_integral_value()
        return f"{number.quantize(Decimal(1)) if whole else number:,} {word}"

    def _plain_if_whole(self, rounded: Decimal) -> Decimal:
        """A percentage or change that is exactly a whole number has no decimals: 100, where 99.996 prints as 100.00."""
        whole = (self.unit == "percent" or self.method == CHANGE) and self.exact() == int(self.exact())
        return rounded.quantize(Decimal(1)) if whole else rounded

    def basis(self) -> list[str]:
        """How the number was made, in Thai: rows left out, method, coverage, interval, senders, corrections."""
        method = None if self.method in (None, CENSUS) else f"วิธี: {self.printed_method}"
        corrected = f"แก้ไข {self.corrected:,} ค่าตามไฟล์ corrections" if self.corrected else None
        sent = f"ได้รับข้อมูลแล้ว {self.sent}" if self.sent else None
        said = (self._left_out(), method, self._coverage(), self._interval(), sent, corrected)
        return [words for words in said if words]

    def sentence(self) -> str:
        """The finding as one Thai sentence: value, base, interval or census, and what was left out."""
        if self.value is None:
            return f"{self.label}: {self.note}"
        label = self.label if "ก" <= self.label[-1] <= "๎" and ": " not in self.label else f"{self.label} "
        if self.unit == "percent":
            said = f"{label}คิดเป็น{self.text('full')}"
        elif self.unit == "p_value" and self.rounded() == 0:
            said = f"{label}{self.text()}"
        else:
            verb = "เท่ากับ" if self.unit in _MEASURED or self.denominator is not None else "มี"
            base = f" (n = {self.rows:,})" if self.unit in _PER_ROW and self.rows else ""
            said = f"{label}{verb} {self.text('unit')}{base}"
        more = (self._coverage(), self._interval(), self._left_out(), self.note)
        return " ".join([said, *(words for words in more if words)])

    @property
    def printed_method(self) -> str | None:
        """Name of the method as the report prints it; ``None`` where there is none."""
        return None if self.method is None else METHODS.get(self.method, self.method)

    def _limits(self) -> str | None:
        """The two limits, rounded as the value is: ``41.20–68.80``."""
        if self.low is None or self.high is None:
            return None
        low, high = (round_half_up(limit, self.decimals) for limit in (self.low, self.high))
        return f"{low:,} ถึง {high:,}" if low < 0 else f"{low:,}–{high:,}"

    def _interval(self) -> str | None:
        limits = self._limits()
        return limits and f"{INTERVAL}: {limits}"

    def _coverage(self) -> str | None:
        """Whether everybody is in the finding, where the size of the population is known."""
        if self.method == CENSUS:
            return f"มีข้อมูลครบทั้ง {self.population:,} หน่วย จึงไม่มีความคลาดเคลื่อนจากการสุ่มตัวอย่าง"
        if self.population is None or self.rows is None:
            return None
        return f"มีข้อมูล {self.rows:,} จาก {self.population:,} หน่วย"

    def _left_out(self) -> str | None:
        """Rows that are not in the base, told apart by why."""
        counted = [f"{why} {rows:,} รายการ" for field, why in _LEFT_OUT.items() if (rows := getattr(self, field))]
        return f"ไม่นับที่{' '.join(counted)}" if counted else None


def _plain(number: int | float | None) -> str:
    return "-" if number is None else f"{number:,}" if isinstance(number, int) else f"{round_half_up(number, 2):,}"
