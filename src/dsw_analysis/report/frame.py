"""What a page holds around its sections, all of which the ledger gives: cover, contents, bases, style, policy."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import zip_longest
from typing import Any

from dsw_analysis.findings.ledger import SUMMARY, Ledger
from dsw_analysis.report.page import Chapter, as_shown, page_around
from dsw_analysis.rounds import Round

_CHAPTER = re.compile(
    r'<section id="(?P<id>[^"]+)" class="chapter" data-filter>\s*(?:<p class="eyebrow">[^<]*</p>)?'
    r'(?P<body>.*?)(?=<div class="bases">|</section>)',
    re.S,
)
_ROW = re.compile(r' id="f\.([^"]+)"')


def take_apart(page: str, failed: Collection[str]) -> tuple[str, dict[str, str]]:
    """The frame of a page and the bodies of its sections by id.

    What stands in the place of sections that ``failed`` is of the frame, since the ledger gives it.
    """
    bodies: dict[str, str] = {}

    def take(match: re.Match[str]) -> str:
        if match["id"] in bodies or match["id"] in failed:
            bodies.setdefault(match["id"], "")
            return match[0]
        bodies[match["id"]] = match["body"].strip()
        start, end = (place - match.start() for place in match.span("body"))
        return f"{match[0][:start].rstrip()}\n{match[0][end:]}"

    return _CHAPTER.sub(take, page), bodies


def expected(
    document: Mapping[str, Any], ledger: Ledger, bodies: Mapping[str, str], province: str | None = None
) -> Iterator[tuple[str, dict[str, str]]]:
    """What a page of these bodies may be, taken apart: the whole report or brief, or a section's own page.

    Which ``province`` a brief is of its findings say too, if it has any.
    """
    round_ = Round.parse(document["round"])
    province = province or next((finding.province for finding in ledger.values()), None)
    sections = sorted(document["sections"], key=lambda s: s["section"] != SUMMARY)
    chapters = [
        Chapter(
            id=s["section"],
            title=s["title"],
            order=s["order"],
            body=as_shown(bodies.get(s["section"], "")),
            error=s["error"],
        )
        for s in sections
    ]
    failed = {chapter.id for chapter in chapters if chapter.error is not None}
    own = [chapter for chapter in chapters if chapter.id in bodies]
    if len(own) == 1:
        yield take_apart(page_around(round_, own, ledger, province=province), failed)
    if len(own) != 1 or len(chapters) == 1:
        whole = document if province is None else None
        yield take_apart(page_around(round_, chapters, ledger, province=province, document=whole), failed)


def differences(text: str, right: str) -> Iterator[tuple[str | None, str, str]]:
    """Where a text is not right: id of the finding whose row it is, words there, and words that belong there."""
    lines, others = text.split("\n"), right.split("\n")
    pairs = [pair for pair in zip_longest(lines, others, fillvalue="") if pair[0] != pair[1]]
    if len(lines) != len(others):  # a line more or less moves all that follow it
        pairs = pairs[:1]
    for line, other in pairs:
        row = _ROW.search(other)
        place = next((i for i, (a, b) in enumerate(zip(line, other, strict=False)) if a != b), 0)
        yield row[1] if row else None, around(line, place), around(other, place)


def around(text: str, place: int) -> str:
    """A text's words around a place."""
    return text[max(0, place - 40) : place + 40]
