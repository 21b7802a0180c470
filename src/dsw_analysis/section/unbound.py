"""Numbers in words that no finding stands behind: one rule, for who types a text and for the audit of a page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from dsw_analysis.findings.finding import INTERVAL
from dsw_analysis.intake.thai import format_date
from dsw_analysis.intake.thai.numbers import written_numbers
from dsw_analysis.project import Term, current
from dsw_analysis.rounds import Round

ALLOWED = (
    Term("{00-23} น.", "ชื่อช่วงเวลาหนึ่งชั่วโมง"),
    Term("เปอร์เซ็นไทล์ที่ 95", "ชื่อค่าสถิติ"),
    Term(INTERVAL, "ชื่อค่าสถิติ"),
    Term("ระดับความเชื่อมั่นร้อยละ 95", "ชื่อค่าสถิติ"),
    Term("SHA-256", "ชื่อวิธีคำนวณรหัสของไฟล์"),
)
"""Names that hold digits in every report; ``project.toml`` has those of one."""


def unbound(text: str, phrases: Iterable[str] = ()) -> set[int]:
    """Places of the numbers of a text that stand in no allowed name and in none of the phrases.

    Parameters
    ----------
    phrases:
        Words that have numbers of their own, such as those of the sources; asked for only where they are needed.
    """
    open_ = written_numbers(text)
    if open_:
        for pattern in _patterns((*ALLOWED, *current().terms)):
            open_ = open_.difference(*(range(*match.span()) for match in pattern.finditer(text)))
    phrases = iter(phrases)
    while open_ and (phrase := next(phrases, None)) is not None:
        open_ -= {place for start in _occurrences(phrase, text) for place in range(start, start + len(phrase))}
    return open_


def round_names(round_: Round) -> Iterator[str]:
    """What texts may call a round and its parts."""
    yield from (round_.label, f"รอบ {round_.months} เดือน", "รอบ 12 เดือน", round_.passed)
    yield f"พ.ศ. {round_.year}"
    yield from (format_date(day) for day in (round_.start, round_.end, round_.due))
    yield from Round(round_.year, 12).month_labels().values()


@cache
def _patterns(terms: tuple[Term, ...]) -> list[re.Pattern[str]]:
    return [re.compile(term.pattern) for term in terms]


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
