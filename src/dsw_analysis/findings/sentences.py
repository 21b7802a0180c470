"""Findings in words: one Thai sentence with base, interval or census, and what was left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsw_analysis.findings.rounding import round_half_up

if TYPE_CHECKING:
    from dsw_analysis.findings.finding import Finding

INTERVAL = "ช่วงความเชื่อมั่นร้อยละ 95"
"""What the limits of a finding are; every interval is at this level."""

CENSUS = "census"
"""Method of a finding on everybody there is to ask."""

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
}
"""Stable name of a method -> how the report prints it; names that are not here print as they are."""

_MEASURED = {"ratio", "p_value", "points", "hours", "level", "percentage_points", "baht"}
"""Units of what is measured; other units count things."""

_PER_ROW = {"ratio", "points", "hours"}
"""Units of numbers that are read with the number of rows behind them."""


def method(finding: Finding) -> str | None:
    """Name of the finding's method as printed; ``None`` where it has none."""
    return None if finding.method is None else METHODS.get(finding.method, finding.method)


def limits(finding: Finding) -> str | None:
    """The two limits, rounded as the value is: ``41.20–68.80``; ``None`` where there are none."""
    if finding.low is None or finding.high is None:
        return None
    low, high = (round_half_up(limit, finding.decimals) for limit in (finding.low, finding.high))
    return f"{low:,} ถึง {high:,}" if low < 0 else f"{low:,}–{high:,}"


def interval(finding: Finding) -> str | None:
    """The limits and what they are: ``ช่วงความเชื่อมั่นร้อยละ 95: 41.20–68.80``; ``None`` where there are none."""
    printed = limits(finding)
    if printed is None:
        return None
    return f"{INTERVAL}: {printed}"


def coverage(finding: Finding) -> str | None:
    """Whether everybody is in the finding; ``None`` where the size of the population is not known."""
    if finding.method == CENSUS:
        return f"มีข้อมูลครบทั้ง {finding.population:,} หน่วย จึงไม่มีความคลาดเคลื่อนจากการสุ่มตัวอย่าง"
    if finding.population is None or finding.rows is None:
        return None
    return f"มีข้อมูล {finding.rows:,} จาก {finding.population:,} หน่วย"


def left_out(finding: Finding) -> str | None:
    """Rows that are not in the base, told apart by why; ``None`` where there are none."""
    reasons = {
        "ไม่ระบุ": finding.missing,
        "ไม่เกี่ยวข้อง": finding.not_applicable,
        "ไม่ประสงค์ตอบ": finding.refused,
    }
    counted = [f"{reason} {number:,} รายการ" for reason, number in reasons.items() if number]
    return f"ไม่นับที่{' '.join(counted)}" if counted else None


def basis(finding: Finding) -> list[str]:
    """What the table of figures prints on how the number was made; see :meth:`Finding.basis`."""
    name = None if finding.method == CENSUS else method(finding)
    words = [left_out(finding), name and f"วิธี: {name}", coverage(finding), interval(finding)]
    return [word for word in words if word]


def sentence(finding: Finding) -> str:
    """One Thai sentence that says what the finding is and what it stands on; see :meth:`Finding.sentence`."""
    parts: list[str | None] = [_main(finding)]
    if finding.value is not None:
        parts += [coverage(finding), interval(finding), left_out(finding), finding.note]
    return " ".join(part for part in parts if part)


def _main(finding: Finding) -> str:
    if finding.value is None:
        return f"{finding.label}: {finding.note}"
    label = finding.label
    if ": " in label or not "ก" <= label[-1] <= "๎":
        label += " "
    if finding.unit == "percent":
        return f"{label}คิดเป็น{finding.text('full')}"
    if finding.unit == "p_value" and finding.rounded() == 0:
        return f"{label}{finding.text()}"
    verb = "เท่ากับ" if finding.unit in _MEASURED or finding.denominator is not None else "มี"
    base = f" (n = {finding.rows:,})" if finding.unit in _PER_ROW and finding.rows else ""
    return f"{label}{verb} {finding.text('unit')}{base}"
