"""What the last chapter of a report says: how to read it, what it cannot say, and what it was made of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from html import unescape
from typing import Any

from dsw_analysis.findings.repairs import TENS
from dsw_analysis.intake.provenance import MARKS, Mark
from dsw_analysis.plan.verdicts import RULES, Status, Work
from dsw_analysis.project import current

MEANINGS: dict[Mark, str] = {
    "printed": "ค่าที่คำนวณได้เท่ากับค่าในรายงานฉบับพิมพ์ ตรวจทุกครั้งที่สร้างรายงาน",
    "computed": "คำนวณจากค่าในฉบับพิมพ์หรือจากข้อมูลที่หน่วยงานส่ง",
    "example": "อาศัยระเบียนจำลอง ไม่ใช้ตัดสินสถานะและไม่ใช้ในบทสรุป",
}
"""What each mark says of a number, as the report explains it."""

_TAG = re.compile("<[^>]*>")
_NUMBER = re.compile(r'<a class="n[ a-z]*" href="#f\.')


def method(bodies: Mapping[str, str], document: Mapping[str, Any]) -> dict[str, Any]:
    """Values for ``method.html.j2``: verdicts with their rules, what is bound or was changed, abbreviations, files.

    Parameters
    ----------
    bodies:
        Section -> HTML as the section shows it.
    document:
        Content of ``findings.json``.
    """
    text = unescape(_TAG.sub(" ", "\n".join(bodies.values())))
    told = {section["section"]: section for section in document["sections"]}
    used = _used(text)
    sections = [told[section] for section, body in bodies.items() if body]
    return {
        "marks": [(mark, sign, title, MEANINGS[mark]) for mark, (sign, title) in MARKS.items()],
        "work": [(f"work_{work.name.lower()}", work.value, RULES[work]) for work in Work],
        "statuses": [(status.name.lower(), status.value, RULES[status]) for status in Status],
        "bound": [(s, len(_NUMBER.findall(bodies[s["section"]])), _claims(bodies[s["section"]])) for s in sections],
        "provenances": {finding["provenance"] for finding in document["findings"]},
        "protection": _protection(document["findings"]),
        "revised": document.get("revised"),
        "restated": [told for section in sections for told in section.get("restated", ())],
        "abbreviations": [(short, long) for short, long in current().abbreviations.items() if short in used],
        "corrections": [
            {**one, "file": read["file"], "corrected_on": date.fromisoformat(one["corrected_on"])}
            for read in document["inputs"]
            for one in read.get("corrections", ())
        ],
        "options": accepted_options(document["inputs"]),
        "prepared": [(read["file"], read["prepared"]) for read in document["inputs"] if read.get("prepared")],
        "files": sorted({read["file"] for read in document["inputs"]}),
    }


def accepted_options(inputs: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Reading options by which files were read: of which file, and who accepted them when."""
    return [{**one, "on": date.fromisoformat(one["on"])} for read in inputs for one in read.get("options", ())]


def _protection(findings: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """By which rule numbers of persons are shown, and how many are rounded and not shown; ``None`` where none is."""
    counts = Counter(finding["disclosure"] for finding in findings if finding.get("disclosure"))
    said = current().protection
    tens = sum(f.get("base") == TENS and said.of(f["dataset"]).base < TENS for f in findings)
    exempt = [one for _, one in sorted(said.exempt.items())]
    said_of = {"rule": said.rule, "datasets": said.datasets, "exempt": exempt, "counts": counts, "tens": tens}
    return said_of if counts else None


def _claims(body: str) -> int:
    """How many words of a body were chosen by a comparison."""
    return body.count(" data-claim=")


def _used(text: str) -> set[str]:
    """Abbreviations that occur in a text; one that is a piece of a longer one does not count there."""
    known = sorted(current().abbreviations, key=len, reverse=True)
    whole = [rf"(?<![A-Za-z]){re.escape(short)}(?![A-Za-z])" for short in known]
    return set(re.findall("|".join(whole), text)) if known else set()
