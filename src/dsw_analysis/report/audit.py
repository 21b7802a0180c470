"""The audit of a finished page: every number is a finding or a word of the sources, and all stands where it was put."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from dsw_analysis.findings.claims import WORDS, answer
from dsw_analysis.findings.finding import STYLES
from dsw_analysis.findings.ledger import SUMMARY, Ledger
from dsw_analysis.intake.provenance import MARKS
from dsw_analysis.intake.thai.numbers import written_numbers
from dsw_analysis.plan.verdicts import PROJECT_OVERDUE, Status, Work
from dsw_analysis.report.edition import DRAFT, Edition, with_edition
from dsw_analysis.report.frame import around, differences, expected, take_apart
from dsw_analysis.report.page import FIGURES_PAGE, as_shown, figures_page
from dsw_analysis.rounds import Round
from dsw_analysis.section import blocks
from dsw_analysis.section.readback import LINKED, SAID, Body, Piece, flat
from dsw_analysis.section.recording import round_names
from dsw_analysis.section.unbound import unbound

__all__ = ["Audit", "Slip", "audit_page"]

_FIGURE = re.compile(r"\d(?:[\d.,/]*\d)?")
_HOUR = re.compile(r"[01]\d|2[0-3]")
_ID = re.compile(r'(?<=\sid=")[^"]*')
_LETTER = re.compile(r"[^\W\d_]")
_QUOTED = re.compile("{}(.*?){}".format(*SAID), re.S)
_REMAKE = " โปรดสร้างรายงานใหม่"
_BIND = "โปรดใช้ {รหัสตัวเลข} แทนการพิมพ์ตัวเลข"
_PAGE, _APPENDIX = "page", "figures"
_LOOKS = {
    *((f"status {status.name.lower()}", status.value) for status in Status),
    *((f"status work_{work.name.lower()}", work.value) for work in Work),
    (f"status work_{Work.OVERDUE.name.lower()}", PROJECT_OVERDUE),
}
"""Classes of a status and the word that it shows."""
_MARKS = {(f"mark {mark}", title, sign) for mark, (sign, title) in MARKS.items()}

Found = Iterator[tuple[str, str]]
"""Words of a section that the ledger does not bear out, and what to do."""


@dataclass(frozen=True, kw_only=True)
class Slip:
    """One place of a page that the ledger does not bear out: section, the words there, and what to do."""

    section: str
    words: str
    problem: str

    def __str__(self) -> str:
        return f"[{self.section}] “{self.words}” {self.problem}"


class Words:
    """Which words of a ledger have numbers of their own, and so may repeat them on a page without a finding."""

    def __init__(self, document: Mapping[str, Any], ledger: Ledger) -> None:
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
        self._own = own
        self._phrases = {section: {text for text in said if _LETTER.search(text)} for section, said in own.items()}
        self._everywhere = sorted(flat(text) for text in texts if written_numbers(text) and _LETTER.search(text))

    def unaccounted(self, section: str, text: str) -> str | None:
        """The words around the first number of a text that nothing accounts for; ``None`` if all are accounted for."""
        own = self._own.get(section, ())
        # Words told apart as a source's own are so if the section has that source.
        text = _QUOTED.sub(lambda match: "…" if flat(match[1]) in own else match[1], text)
        text = text.translate({ord(mark): None for mark in SAID})
        if flat(text) in own:
            return None
        open_ = unbound(text, chain(self._phrases.get(section, ()), self._everywhere))
        return around(text, min(open_)) if open_ else None


class Audit:
    """What a ledger document bears out; made once, it checks any number of pages."""

    def __init__(self, document: Mapping[str, Any], edition: Edition = DRAFT, province: str | None = None) -> None:
        self.document, self.edition, self.province = document, edition, province
        self.ledger = Ledger.from_records(document["findings"])
        self.shown: dict[str, Mapping[str, Any]] = {s["section"]: s.get("shown", {}) for s in document["sections"]}
        self.claims = {s["section"]: s.get("claims", []) for s in document["sections"]}
        self.titles: dict[str, str] = {flat(s["title"]): s["section"] for s in document["sections"]}
        self.words = Words(document, self.ledger)
        self._failed = {s["section"] for s in document["sections"] if s["error"] is not None}
        self._always = (self._claims, self._numbers, self._marks, self._words)
        self._if_shown = (self._pieces, self._pictures)

    def slips(self, html: str) -> list[Slip]:
        """Check a finished page: the whole report, the brief of a province, one section, or the page of all figures.

        What stands around the sections must be what the ledger gives: cover, warning, contents, the bases of numbers,
        method, style, script and content security policy. In a section, linked numbers must print what their
        finding gives; tables, and pictures with their texts and data, must be those that it showed, all of them and
        with their marks; any other number must stand in a word of the sources that the section recorded, in a name of
        the round, or in one that is allowed (:mod:`dsw_analysis.section.unbound`); and there must be no element,
        attribute or link that sections do not have.

        Returns
        -------
        list of Slip
            Empty if everything holds.
        """
        signed = differences(html, with_edition(html, self.edition))
        found = [(_PAGE, words, _differs(None, other)) for _, words, other in signed]
        html = with_edition(html, DRAFT)
        if FIGURES_PAGE in html:
            pairs = differences(html, figures_page(self.document))
            found += [(_APPENDIX, words, _differs(i, other)) for i, words, other in pairs]
            return [Slip(section=section, words=words, problem=problem) for section, words, problem in found]
        frame, texts = take_apart(html, self._failed)
        bodies = {section: Body(as_shown(text)) for section, text in texts.items()}
        ids = Counter([*_ID.findall(frame), *(i for body in bodies.values() for i in body.ids)])
        found += self._made(frame, texts)
        found += [(_PAGE, f"#{name}", f"ซ้ำกัน{_REMAKE}") for name, count in ids.items() if count > 1]
        has_numbers = any(body.numbers for body in bodies.values())
        if self.document["findings"] and not has_numbers and self._have_numbers(bodies):
            found.append((_PAGE, "", "ไม่มีตัวเลขใดผูกกับที่มา โปรดตรวจว่าเป็นรายงานที่ dsw สร้าง"))
        for section, body in bodies.items():
            rules = [*self._always, *(self._if_shown if section in self.shown else ())]
            foreign = ((words, f"เป็นส่วนที่รายงานไม่มี{_REMAKE}") for words in body.foreign)
            slips = chain(self._links(body, ids), foreign, *(rule(section, body) for rule in rules))
            found += [(section, *slip) for slip in slips]
        return [Slip(section=section, words=words, problem=problem) for section, words, problem in found]

    def numbers(self, html: str) -> list[Slip]:
        """Check only the numbers that lead to a finding, which pages of any version have."""
        bodies = {section: Body(as_shown(text)) for section, text in take_apart(html, self._failed)[1].items()}
        found = ((section, *slip) for section, body in bodies.items() for slip in self._numbers(section, body))
        return [Slip(section=section, words=words, problem=problem) for section, words, problem in found]

    def _have_numbers(self, sections: Iterable[str]) -> bool:
        """Whether one of some sections showed a number; where it is not recorded what they showed, one did."""
        shown = [self.shown.get(section, {}).get("pieces") for section in sections]
        cells = (cell for pieces in shown if pieces is not None for rows in pieces for cell in rows)
        return not shown or None in shown or any(blocks.PLACEHOLDER.search(cell) for cell in cells)

    def _made(self, frame: str, bodies: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
        """What stands around the sections is what the ledger gives, and numbers have the ids that it leads back to."""
        candidates = list(expected(self.document, self.ledger, bodies, self.province))
        if (frame, bodies) in candidates:
            return
        right, numbered = candidates[0]
        pairs = [(_PAGE, frame, right), *((s, body, numbered.get(s, body)) for s, body in bodies.items())]
        for place, text, other_text in pairs:
            for finding_id, words, other in differences(text, other_text):
                yield place, words, _differs(finding_id if place == _PAGE else None, other)

    def _links(self, body: Body, ids: Mapping[str, int]) -> Found:
        """Links lead to a place of the page; those named as a section lead to it."""
        for target, text in body.links:
            if target not in ids:
                yield f"#{target}", f"เป็นลิงก์ที่ไม่มีปลายทาง{_REMAKE}"
            elif self.titles.get(flat(text), target) != target:
                yield flat(text)[:60], f"เป็นลิงก์ที่ไปยังส่วนอื่น{_REMAKE}"

    def _claims(self, section: str, body: Body) -> Found:
        """Words that judge, rank or compare are what the ledger answers when it is asked again."""
        claims = self.claims.get(section, [])
        for claim in claims:
            if answer(claim["claim"], claim["of"], self.ledger, claim.get("given")) != claim["says"]:
                words = f"{claim['claim']} {' '.join(claim['of'][:3])}: {claim['says']}"
                yield words, f"ไม่เป็นจริงตามตัวเลขใน findings.json{_REMAKE}"
        set_ = self.shown.get(section, {}).get("marks", ())
        if section in self.shown and Counter(marks for marks, _ in body.claims) != Counter(set_):
            yield "data-claim", f"ไม่ตรงกับการเปรียบเทียบที่ส่วนนี้แสดง{_REMAKE}"
        known = {f"{section}:{place}": claim for place, claim in enumerate(claims)}
        for mark, text in ((mark, text) for marks, text in body.claims for mark in marks.split()):
            claim = known.get(mark)
            if claim is None or (claim["claim"] in WORDS and flat(text) != claim["says"]):
                yield text[:60], f"ไม่ตรงกับผลการเปรียบเทียบใน findings.json{_REMAKE}"

    def _numbers(self, _: str, body: Body) -> Found:
        """Linked numbers print their finding and look like what it is; statuses look like what they say."""
        for look, finding_id, text in body.numbers:
            finding = self.ledger.get(finding_id)
            if finding is None:
                yield text, f"ไม่มีตัวเลขรหัส {finding_id} ใน findings.json"
            elif text not in {finding.text(style) for style in STYLES}:
                yield text, f"ไม่ตรงกับ {finding_id} ซึ่งพิมพ์ว่า {finding.text('full')}{_REMAKE}"
            elif look != blocks.look(finding):
                yield text, f"ไม่มีเครื่องหมายตามที่มาของ {finding_id}{_REMAKE}"
        for look, text in body.statuses:
            if (look, text) not in _LOOKS:
                yield text, f"เป็นสถานะที่แสดงไม่ตรงกับคำ{_REMAKE}"

    def _marks(self, _: str, body: Body) -> Found:
        """Tables and figures bear the marks of their numbers, and examples of the country stand in their panel."""
        for exhibit in body.exhibits:
            found = [finding for finding in map(self.ledger.get, exhibit.ids) if finding is not None]
            needed, given = set(blocks.marks(found)), set(exhibit.marks)
            if not needed <= given or not given <= _MARKS:
                yield flat(exhibit.name)[:60], f"ไม่มีเครื่องหมายตามที่มาของตัวเลข{_REMAKE}"
        for finding in map(self.ledger.get, body.exposed):
            if finding is not None and finding.mark == "example" and finding.province is None:
                yield finding.text("full"), f"เป็นตัวอย่างจากข้อมูลจำลองที่อยู่นอกส่วนตัวอย่าง{_REMAKE}"

    def _words(self, section: str, body: Body) -> Found:
        """Numbers that are no findings are words of the sources."""
        texts = [line.text for line in body.lines if not line.data]
        # What is said for those who do not see it mostly repeats a line, with its numbers.
        texts += [said for said in body.labels if not any(line.printed.startswith(flat(said)) for line in body.lines)]
        for words in filter(None, (self.words.unaccounted(section, text) for text in texts)):
            yield words, f"มีตัวเลขที่ไม่ได้ผูกกับที่มา {_BIND} หรือตรวจว่าไฟล์ถูกแก้ไขหรือไม่"

    def _pieces(self, section: str, body: Body) -> Found:
        """What the section said is there, and each cell of its tables stands where it was put."""
        left = [tuple(rows) for rows in self.shown[section].get("pieces", ())]
        strange: dict[tuple[str, ...], bool] = {}
        for piece in body.pieces:
            rows = tuple(" | ".join(row) for row in piece.rows)
            if rows in left:
                left.remove(rows)
            elif piece.picture is None:
                strange[rows] = piece.rows != piece.printed
        for rows in left:
            # Where a table was altered shows against the one that it is most like.
            near = max(strange, key=lambda other: len({*rows} & {*other}), default=())
            words = next((row for row in near if {*rows} & {*near} and row not in rows), next(iter(rows), ""))
            yield words[:120], f"ไม่ตรงกับที่ส่วนนี้แสดง หรือหายไปจากหน้านี้{_REMAKE}"
        # Texts of the notebook's own, in Markdown, hold no numbers that lead to a finding.
        for rows, numbered in strange.items() if not left else ():
            if numbered:
                yield rows[0][:120], f"ไม่ใช่สิ่งที่ส่วนนี้แสดง{_REMAKE}"

    def _pictures(self, section: str, body: Body) -> Found:
        """Pictures are those that the section drew, all of them, with their texts and data."""
        records = {picture["sha256"]: picture for picture in self.shown[section].get("pictures", ())}
        drawn = Counter(picture["sha256"] for picture in self.shown[section].get("pictures", ()))
        for picture in body.pictures:
            yield picture.get("alt", "")[:60], f"เป็นภาพที่ไม่ได้วาดด้วย s.figure หรือถูกแก้ไข{_REMAKE}"
        for place, drawing in enumerate(body.drawings):
            alt, digest = drawing.given.get("aria-label", ""), drawing.digest
            if not drawn[digest]:
                yield alt[:60], f"เป็นภาพที่ไม่ได้วาดด้วย s.figure หรือถูกแก้ไข{_REMAKE}"
                continue
            drawn[digest] -= 1
            yield from self._said(section, alt, records[digest])
            yield from self._letters(section, drawing.letters, records[digest])
            yield from self._data(alt, records[digest], [p for p in body.pieces if p.picture == place])
        for digest in drawn.elements():
            yield records[digest]["alt"][:60], f"เป็นภาพที่หายไปจากหน้านี้{_REMAKE}"

    def _said(self, section: str, alt: str, drawn: Mapping[str, Any]) -> Found:
        """Texts of a picture that was drawn."""
        if flat(alt) != flat(blocks.fill(drawn["alt"], self.ledger)):
            yield alt[:60], f"เป็นคำบรรยายภาพที่ไม่ตรงกับตัวเลข{_REMAKE}"
        texts = [blocks.as_written(blocks.PLACEHOLDER.sub(LINKED, drawn["alt"]))]
        texts += [flat(label) for label, _ in drawn["shows"] if not _HOUR.fullmatch(label)]
        for words in filter(None, (self.words.unaccounted(section, text) for text in texts)):
            yield words, f"เป็นคำของภาพที่มีตัวเลขซึ่งไม่ได้ผูกกับที่มา {_BIND}"

    def _letters(self, section: str, texts: Sequence[str], drawn: Mapping[str, Any]) -> Found:
        """Numbers in a picture are those that it or its alternative text shows, or words of the sources."""
        ids = {*(i for _, i in drawn["shows"]), *(match[1] for match in blocks.PLACEHOLDER.finditer(drawn["alt"]))}
        known = {number for i in ids for style in STYLES for number in _FIGURE.findall(self.ledger[i].text(style))}
        labels = {word for label, _ in drawn["shows"] for word in label.split()}  # some stand on two lines: ต.ค. 2568
        for text in texts:
            rest = _FIGURE.sub(lambda match: "" if match[0] in known else match[0], text)
            bound = not written_numbers(rest) or text in labels
            if not bound and (words := self.words.unaccounted(section, text)):
                yield words, f"เป็นคำของภาพที่มีตัวเลขซึ่งไม่ได้ผูกกับที่มา {_BIND}"

    def _data(self, alt: str, drawn: Mapping[str, Any], pieces: list[Piece]) -> Found:
        """Data of a picture: each number beside its label."""
        shows = [([flat(label), f"{{{i}}}"], [flat(label), self.ledger[i].text("full")]) for label, i in drawn["shows"]]
        data = [pair for piece in pieces for pair in list(zip(piece.rows, piece.printed, strict=True))[1:]]
        if data != shows:
            wrong = next((row[1] for row, right in zip(data, shows, strict=False) if row != right), [alt[:60]])
            yield " ".join(wrong), f"เป็นข้อมูลของภาพที่ไม่ตรงกับตัวเลข{_REMAKE}"


def _differs(finding_id: str | None, other: str) -> str:
    """What to say of words in the place of others: those of a finding, or of the page."""
    right = f"ที่ควรเป็น คือ “{other}”" if finding_id is None else f" {finding_id} ใน findings.json"
    return f"ไม่ตรงกับ{right}{_REMAKE}"


def audit_page(page: bytes, findings: bytes, edition: Edition = DRAFT) -> list[Slip]:
    """Check the content of a page against that of the ledger it was made from, and what it says of itself."""
    return Audit(json.loads(findings), edition).slips(page.decode())
