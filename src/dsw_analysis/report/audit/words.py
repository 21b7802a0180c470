"""Which numbers may stand in a section's words without being a finding: those of its sources and a short list."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dsw_analysis.findings.ledger import SUMMARY, Ledger
from dsw_analysis.intake.thai import format_date
from dsw_analysis.intake.thai.written import written_numbers
from dsw_analysis.rounds import Round
from dsw_analysis.section import blocks
from dsw_analysis.section.readback import SAID

_LETTER = re.compile(r"[^\W\d_]")
_QUOTED = re.compile("{}(.*?){}".format(*SAID), re.S)

ALLOWED: dict[str, str] = {
    r"สายด่วน 1300": "ชื่อสายด่วนของกระทรวง",
    r"\bSDG (?:1[0-7]|[1-9])(?!\d)": "ลำดับของเป้าหมายการพัฒนาที่ยั่งยืน",
    r"(?<!\d)24 ชั่วโมง": "ส่วนหนึ่งของชื่อตัวชี้วัด",
    r"(?<!\d)08\.30–16\.30 น\.": "เวลาราชการ",
    r"(?<![\d.–])(?:[01]\d|2[0-3]) น\.": "ชื่อช่วงเวลาหนึ่งชั่วโมง",
    r"(?:เปอร์เซ็นไทล์ที่|ช่วงความเชื่อมั่นร้อยละ|ระดับความเชื่อมั่นร้อยละ) 95(?![\d.])": "ชื่อค่าสถิติ",
    r"และร้อยละ 95 (?:ของเรื่อง)?ส่งต่อได้|ร้อยละ 95 ของเรื่อง": "ชื่อค่าสถิติ",
    r"\bSHA-256\b": "ชื่อวิธีคำนวณรหัสของไฟล์",
}
"""Pattern of words that hold digits without being a result -> why they may stand."""


@dataclass(frozen=True)
class Words:
    """What may hold numbers: phrases, everywhere or by section, and what stands alone, by section."""

    everywhere: tuple[str, ...]
    phrases: Mapping[str, Collection[str]]
    alone: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, document: Mapping[str, Any], ledger: Ledger) -> Words:
        """The words of a ledger document."""
        texts = set(_round_names(Round.parse(document["round"])))
        own: dict[str, set[str]] = {}
        for section in document["sections"]:
            shown, title, order = section.get("shown", {}), section["title"], section["order"]
            texts.update([title, f"{order}. {title}"])
            filled = (blocks.fill(template, ledger) for template in shown.get("templates", ()))
            own[section["section"]] = {flat(text) for text in (*shown.get("texts", ()), *filled)}
        for finding in ledger.values():
            texts.update([finding.label, finding.note or "", finding.where or ""])
            own.setdefault(finding.section, set()).add(flat(finding.note or ""))
        # The summary speaks of every section.
        own[SUMMARY] = set().union(*own.values())
        spoken = {flat(text) for text in texts if written_numbers(text) and _LETTER.search(text)}
        alone = frozenset((section, text) for section, said in own.items() for text in said)
        phrases = {section: {text for text in said if _LETTER.search(text)} for section, said in own.items()}
        return cls(tuple(sorted(spoken)), phrases, alone)

    def unaccounted(self, section: str, text: str) -> str | None:
        """The words around the first number of a text that nothing accounts for; ``None`` if all are accounted for."""
        # Words told apart as a source's own are so if the section has that source.
        text = _QUOTED.sub(lambda match: "…" if (section, flat(match[1])) in self.alone else match[1], text)
        text = text.translate({ord(mark): None for mark in SAID})
        open_ = written_numbers(text)
        if not open_ or (section, flat(text)) in self.alone:
            return None
        for pattern in ALLOWED:
            for match in re.finditer(pattern, text):
                open_ -= set(range(*match.span()))
        for phrase in (*self.phrases.get(section, ()), *self.everywhere):
            if not open_:
                return None
            open_ -= {place for start in _occurrences(phrase, text) for place in range(start, start + len(phrase))}
        return around(text, min(open_)) if open_ else None


def _round_names(round_: Round) -> Iterable[str]:
    yield from (round_.label, f"รอบ {round_.months} เดือน", "รอบ 12 เดือน", round_.passed)
    yield f"พ.ศ. {round_.year}"
    yield from (format_date(day) for day in (round_.start, round_.end, round_.due))
    yield from Round(round_.year, 12).month_labels().values()


def _occurrences(phrase: str, text: str) -> Iterator[int]:
    """Where a phrase stands in a text without more digits on either side."""
    start = text.find(phrase) if phrase else -1
    while start >= 0:
        end = start + len(phrase)
        before = phrase[0].isnumeric() and start and re.match(r"[\d.,]", text[start - 1])
        after = phrase[-1].isnumeric() and re.match(r"[.,]?\d", text[end:])
        if not before and not after:
            yield start
        start = text.find(phrase, start + 1)


def flat(text: str) -> str:
    """A text with single spaces."""
    return " ".join(text.split())


def around(text: str, place: int) -> str:
    """A text's words around a place."""
    return text[max(0, place - 40) : place + 40]
