"""Which words of a ledger have numbers of their own, and so may repeat them on a page without a finding."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from dsw_analysis.findings.ledger import SUMMARY, Ledger
from dsw_analysis.intake.thai.numbers import written_numbers
from dsw_analysis.rounds import Round
from dsw_analysis.section import blocks
from dsw_analysis.section.readback import SAID
from dsw_analysis.section.unbound import round_names, unbound

_LETTER = re.compile(r"[^\W\d_]")
_QUOTED = re.compile("{}(.*?){}".format(*SAID), re.S)


@dataclass(frozen=True)
class Words:
    """What may hold numbers: phrases, everywhere or by section, and what stands alone, by section."""

    everywhere: tuple[str, ...]
    phrases: Mapping[str, Collection[str]]
    alone: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, document: Mapping[str, Any], ledger: Ledger) -> Words:
        """The words of a ledger document."""
        texts = set(round_names(Round.parse(document["round"])))
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
        if (section, flat(text)) in self.alone:
            return None
        open_ = unbound(text, chain(self.phrases.get(section, ()), self.everywhere))
        return around(text, min(open_)) if open_ else None


def flat(text: str) -> str:
    """A text with single spaces."""
    return " ".join(text.split())


def around(text: str, place: int) -> str:
    """A text's words around a place."""
    return text[max(0, place - 40) : place + 40]
