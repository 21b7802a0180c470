"""A comparison of two rounds as a page, a workbook and JSON."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from dsw_analysis.findings.finding import Finding, units
from dsw_analysis.findings.past import REDEFINED, unit_of_difference
from dsw_analysis.findings.rounding import round_half_up
from dsw_analysis.intake.provenance import MARKS
from dsw_analysis.intake.writing.pages import render_page
from dsw_analysis.intake.writing.workbooks import BODY, HEAD, new_workbook, write_table
from dsw_analysis.plan.verdicts import PROJECT_OVERDUE, Status, Work
from dsw_analysis.report.comparison import Compared, Comparison
from dsw_analysis.report.pairs import FEWEST
from dsw_analysis.report.turned import RANKS, Turned, indicators, projects, rankings
from dsw_analysis.section.blocks import anchor

CAUSES: Final[Mapping[str, str]] = {
    **REDEFINED,
    "units": "หน่วยงานเพิ่มขึ้นหรือลดลง",
    "period": "ข้อมูลของเดือนที่อีกรอบไม่มี",
    "late": "ข้อมูลของรอบก่อนที่ได้รับภายหลัง",
    "added": "แถวที่เพิ่มขึ้นโดยไม่มีวันที่",
    "removed": "แถวของรอบก่อนที่ไม่มีแล้ว",
    "corrected": "แถวเดิมที่ค่าเปลี่ยน",
    "data": "ไฟล์ข้อมูลเปลี่ยน",
    "code": "โปรแกรมหรือโน้ตบุ๊กเปลี่ยน",
    "round": "วันสิ้นรอบต่างกัน",
    "sections": "ผลของโครงการเปลี่ยน",
}
"""Cause -> its words."""
STATES: Final[Mapping[str, str]] = {
    "same": "เท่าเดิม",
    "differs": "ต่างจากเดิม",
    "undefined": "ไม่มีค่าให้เทียบ",
    "redefined": "นิยามเปลี่ยน ไม่เทียบ",
    "gone": "มีเฉพาะรอบก่อน",
    "new": "มีเฉพาะรอบนี้",
}
"""State of a finding in two rounds -> its words."""


def difference_text(compared: Compared, part: str = "difference") -> str:
    """The difference or a part of it with sign and unit, rounded as the number is; ``-`` where there is none."""
    difference: Fraction | None = getattr(compared, part)
    if difference is None:
        return "-"
    number = abs(round_half_up(difference, compared.one.decimals))
    if compared.one.unit == "percent" and difference.denominator == 1:
        number = number.quantize(Decimal(1))
    word = units()[unit_of_difference(compared.one.unit)]
    sign = "+" if difference > 0 else "−" if difference < 0 else ""
    return f"{sign}{number:,} {word}".strip()


def pairs_text(compared: Compared) -> str:
    """How many of the units of both rounds changed, and the p value of that or why there is none."""
    pairs = compared.pairs
    if pairs is None:
        return "-"
    up, down = ("เข้าเกณฑ์เพิ่ม", "ไม่เข้าเกณฑ์แล้ว") if compared.one.unit == "percent" else ("เพิ่มขึ้น", "ลดลง")
    told = f"{pairs.units:,} หน่วยงาน {up} {pairs.up:,} {down} {pairs.down:,}"
    if pairs.units < FEWEST:
        return f"{told} น้อยเกินกว่าจะทดสอบ"
    if pairs.adjusted is None:
        return f"{told} ไม่มีสิ่งที่จะทดสอบ"
    number = round_half_up(pairs.adjusted, 4)
    return f"{told} p {f'= {number}' if number else 'น้อยกว่า 0.0001'}"


def said(finding: Finding | None, style: str = "unit") -> str:
    """A number of one of the rounds, or a dash."""
    return "-" if finding is None else finding.text(style)


def verdict_text(code: str, *, project: bool) -> str:
    """A verdict of a project's work, or of an indicator, in words."""
    if project:
        return PROJECT_OVERDUE if code == Work.OVERDUE.name.lower() else Work[code.upper()].value
    return Status[code.upper()].value


def causes_text(found: Compared | Turned) -> str:
    """What has changed, in words."""
    return " · ".join(CAUSES[cause] for cause in found.causes)


def files_of(comparison: Comparison) -> dict[str, bytes]:
    """Ending -> content of the files of a comparison."""
    return {
        "html": comparison_page(comparison).encode(),
        "xlsx": comparison_workbook(comparison),
        "json": comparison_json(comparison).encode(),
    }


def said_in_short(comparison: Comparison) -> str:
    """What differs, in a few lines of a terminal: numbers of findings by state, and verdicts and rankings turned."""
    counts = Counter[str](c.state for c in comparison.findings)
    turned = {
        "ผลการประเมินโครงการที่เปลี่ยน": projects(comparison),
        "ผลการประเมินตัวชี้วัดที่เปลี่ยน": indicators(comparison),
        "ลำดับที่เปลี่ยน": rankings(comparison),
    }
    lines = [f"{words}: {counts[state]:,}" for state, words in STATES.items()]
    return "\n".join([*lines, *(f"{words}: {len(found):,}" for words, found in turned.items())])


def comparison_page(comparison: Comparison) -> str:
    """The comparison as one self-contained page."""
    old, new = comparison.old.round, comparison.new.round
    sections: dict[str, list[Compared]] = {}
    for compared in comparison.findings:
        if compared.state in ("same", "differs", "undefined"):
            sections.setdefault(compared.one.section, []).append(compared)
    titles = {id_: s["title"] for made in (comparison.old, comparison.new) for id_, s in made.sections.items()}
    return render_page(
        "comparison.html.j2",
        round=new,
        before=old,
        comparison=comparison,
        projects=projects(comparison),
        indicators=indicators(comparison),
        rankings=rankings(comparison),
        titles=titles,
        sections=sections,
        of_state=lambda state: [c for c in comparison.findings if c.state == state],
        number={state: sum(c.state == state for c in comparison.findings) for state in STATES},
        label=lambda id_, made: made.ledger[id_].label if id_ in made.ledger else id_,
        value=lambda id_, made: said(made.ledger.get(id_)) if id_ else "-",
        verdict=verdict_text,
        causes=causes_text,
        difference=difference_text,
        said=said,
        pairs=pairs_text,
        tests=sum(pairs.p_value is not None for pairs in comparison.pairs.values()),
        fewest=FEWEST,
        example=MARKS["example"][1],
        is_example=lambda id_, made: id_ in made.ledger and made.ledger[id_].mark == "example",
        ranks=RANKS,
        anchor=anchor,
    )


_COLUMNS: Final[Mapping[str, Callable[[Compared], Any]]] = {
    "รหัส": lambda c: c.id,
    "รายการ": lambda c: c.one.label,
    "หน่วย": lambda c: units()[c.one.unit] or c.one.unit,
    "ค่ารอบก่อน": lambda c: c.old and c.old.value,
    "ตัวตั้งรอบก่อน": lambda c: c.old and c.old.numerator,
    "ตัวหารรอบก่อน": lambda c: c.old and c.old.denominator,
    "ค่ารอบนี้": lambda c: c.new and c.new.value,
    "ตัวตั้งรอบนี้": lambda c: c.new and c.new.numerator,
    "ตัวหารรอบนี้": lambda c: c.new and c.new.denominator,
    "ผลต่าง": lambda c: None if c.difference is None else float(c.difference),
    "มาช้าหรือแก้ไขในช่วงเดิม": lambda c: None if c.of_old is None else float(c.of_old),
    "ผลของเดือนที่เพิ่มขึ้น": lambda c: None if c.of_new is None else float(c.of_new),
    "เฉพาะเดือนที่เพิ่มขึ้น: ค่า": lambda c: c.half and c.half.value,
    "เฉพาะเดือนที่เพิ่มขึ้น: ตัวตั้ง": lambda c: c.half and c.half.numerator,
    "เฉพาะเดือนที่เพิ่มขึ้น: ตัวหาร": lambda c: c.half and c.half.denominator,
    "หน่วยงานที่มีข้อมูลทั้งสองรอบ": lambda c: c.pairs and c.pairs.units,
    "หน่วยงานที่เข้าเกณฑ์เพิ่มหรือค่าเพิ่มขึ้น": lambda c: c.pairs and c.pairs.up,
    "หน่วยงานที่ไม่เข้าเกณฑ์แล้วหรือค่าลดลง": lambda c: c.pairs and c.pairs.down,
    "ผลต่างของหน่วยงานเหล่านี้": lambda c: c.pairs and c.pairs.difference,
    "ค่า p": lambda c: c.pairs and c.pairs.p_value,
    "ค่า p ที่ปรับแล้ว (Holm)": lambda c: c.pairs and c.pairs.adjusted,
    "หน่วยของผลต่าง": lambda c: None if c.difference is None else units()[unit_of_difference(c.one.unit)],
    "สถานะ": lambda c: STATES[c.state],
    "สิ่งที่เปลี่ยน": causes_text,
    "เงื่อนไขรอบก่อน": lambda c: c.old and c.old.where,
    "เงื่อนไขรอบนี้": lambda c: c.new and c.new.where,
}
"""Column of the workbook -> its cell."""


def comparison_workbook(comparison: Comparison) -> bytes:
    """Every finding of either round as a workbook."""
    old, new = comparison.old.round, comparison.new.round
    target = io.BytesIO()
    with new_workbook(target, title=f"เปรียบเทียบ{old.label} กับ{new.label}", created=new.end) as book:
        write_table(
            book.add_worksheet("เปรียบเทียบ"),
            list(_COLUMNS),
            [[cell(compared) for cell in _COLUMNS.values()] for compared in comparison.findings],
            head=book.add_format(HEAD),
            body=book.add_format(BODY),
            widths=[38, 48, *[16] * (len(_COLUMNS) - 5), 24, 40, 40, 40],
        )
    return target.getvalue()


def comparison_json(comparison: Comparison) -> str:
    """The comparison as JSON: differences unrounded, verdicts and causes by their names."""
    document = {
        "old": comparison.old.document["round"],
        "new": comparison.new.document["round"],
        **{of.__name__: [vars(turned) for turned in of(comparison)] for of in (projects, indicators, rankings)},
        "datasets": {dataset: vars(found) for dataset, found in comparison.changes.items()},
        "findings": [
            {
                "id": c.id,
                "label": c.one.label,
                "unit": c.one.unit,
                "state": c.state,
                **{
                    part: None if getattr(c, part) is None else float(getattr(c, part))
                    for part in ("difference", "of_old", "of_new")
                },
                "causes": c.causes,
                **{when: _json(getattr(c, when)) for when in ("old", "new", "half")},
                "pairs": None if c.pairs is None else vars(c.pairs),
            }
            for c in comparison.findings
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _json(finding: Finding | None) -> dict[str, Any] | None:
    names = ("value", "numerator", "denominator", "rows", "where", "definition")
    return None if finding is None else {name: getattr(finding, name) for name in names}
