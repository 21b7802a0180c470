"""The audit of a finished page: every number is a finding or a word of the sources, and all stands where it was put."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dsw_analysis.findings.claims import answer
from dsw_analysis.findings.finding import STYLES
from dsw_analysis.findings.ledger import Ledger
from dsw_analysis.intake.provenance import PROVENANCE
from dsw_analysis.plan.plan import Status
from dsw_analysis.report.audit.frame import differences, expected, take_apart
from dsw_analysis.report.audit.words import Words, flat
from dsw_analysis.section import blocks
from dsw_analysis.section.readback import LINKED, Body, Picture, Piece

__all__ = ["Audit", "Slip", "audit_file", "audit_page"]

_CLAIMED = re.compile(r'<span data-claim="([^"]*)">([^<]*)')
_HOUR = re.compile(r"[01]\d|2[0-3]")
_ID = re.compile(r'(?<=\sid=")[^"]*')
_IMAGE = re.compile(r"data:image/svg\+xml;base64,(.*)", re.S)
_REMAKE = " โปรดสร้างรายงานใหม่"
_PAGE, _APPENDIX = "page", "figures"


@dataclass(frozen=True, kw_only=True)
class Slip:
    """One place of a page that the ledger does not bear out: section, the words there, and what to do."""

    section: str
    words: str
    problem: str

    def __str__(self) -> str:
        return f"[{self.section}] “{self.words}” {self.problem}"


class Audit:
    """What a ledger document bears out; made once, it checks any number of pages."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.ledger = Ledger.from_records(document["findings"])
        self.shown: dict[str, Mapping[str, Any]] = {s["section"]: s.get("shown", {}) for s in document["sections"]}
        self.claims = {s["section"]: s.get("claims", []) for s in document["sections"]}
        self.titles: dict[str, str] = {flat(s["title"]): s["section"] for s in document["sections"]}
        self.words = Words.of(document, self.ledger)
        self._failed = {s["section"] for s in document["sections"] if s["error"] is not None}

    def slips(self, html: str) -> list[Slip]:
        """Check a finished page: the whole report, the brief of a province, or one section.

        What stands around the sections must be what the ledger gives: cover, warning, contents, the table of figures,
        data files, style, script and content security policy. In a section, linked numbers must print what their
        finding gives; tables, and pictures with their texts and data, must be those that it showed, all of them and
        with their marks; any other number must stand in a word of the sources that the section recorded, in a name of
        the round, or in one that is allowed (:mod:`dsw_analysis.section.unbound`); and there must be no element,
        attribute or link that sections do not have.

        Returns
        -------
        list of Slip
            Empty if everything holds.
        """
        frame, texts = take_apart(html, self._failed)
        bodies = {section: Body(text) for section, text in texts.items()}
        slips = list(self._made(frame, texts))
        ids = Counter([*_ID.findall(frame), *(i for body in bodies.values() for i in body.ids)])
        slips += [_slip(_PAGE, f"#{name}", f"ซ้ำกัน{_REMAKE}") for name, count in ids.items() if count > 1]
        if not any(body.numbers for body in bodies.values()):
            slips.append(_slip(_PAGE, "", "ไม่มีตัวเลขใดผูกกับที่มา โปรดตรวจว่าเป็นรายงานที่ dsw สร้าง"))
        for section, body in bodies.items():
            slips += [*self._links(section, body, ids), *self._claims(section, texts[section])]
            slips += [_slip(section, words, f"เป็นส่วนที่รายงานไม่มี{_REMAKE}") for words in body.foreign]
            slips += [*self._numbers(section, body), *self._marks(section, body), *self._words(section, body)]
            if section in self.shown:
                slips += [*self._pieces(section, body), *self._pictures(section, body)]
        return slips

    def _made(self, frame: str, bodies: Mapping[str, str]) -> Iterator[Slip]:
        """What stands around the sections is what the ledger gives, and numbers have the ids that it leads back to."""
        candidates = list(expected(self.document, self.ledger, bodies))
        if (frame, bodies) in candidates:
            return
        right, numbered = candidates[0]
        for finding_id, words, other in differences(frame, right):
            if finding_id is not None:
                yield _slip(_APPENDIX, words, f"ไม่ตรงกับ {finding_id} ใน findings.json{_REMAKE}")
            else:
                yield _slip(_PAGE, words, f"ไม่ตรงกับที่ควรเป็น คือ “{other}”{_REMAKE}")
        for section, body in bodies.items():
            for _, words, other in differences(body, numbered.get(section, body)):
                yield _slip(section, words, f"ไม่ตรงกับที่ควรเป็น คือ “{other}”{_REMAKE}")

    def _numbers(self, section: str, body: Body) -> Iterator[Slip]:
        """Linked numbers print their finding and look like what it is; statuses look like what they say."""
        for look, finding_id, text in body.numbers:
            finding = self.ledger.get(finding_id)
            if finding is None:
                yield _slip(section, text, f"ไม่มีตัวเลขรหัส {finding_id} ใน findings.json")
            elif text not in {finding.text(style) for style in STYLES}:
                yield _slip(section, text, f"ไม่ตรงกับ {finding_id} ซึ่งพิมพ์ว่า {finding.text('full')}{_REMAKE}")
            elif look != blocks.look(finding):
                yield _slip(section, text, f"ไม่มีเครื่องหมายตามที่มาของ {finding_id}{_REMAKE}")
        for look, text in body.statuses:
            if look not in {f"status {status.name.lower()}" for status in Status if status.value == text}:
                yield _slip(section, text, f"เป็นสถานะที่แสดงไม่ตรงกับคำ{_REMAKE}")

    def _claims(self, section: str, html: str) -> Iterator[Slip]:
        """Words that judge, rank or compare are what the ledger answers when it is asked again."""
        claims = self.claims.get(section, [])
        for claim in claims:
            if answer(claim["claim"], claim["of"], self.ledger, claim.get("given")) != claim["says"]:
                words = f"{claim['claim']} {' '.join(claim['of'][:3])}: {claim['says']}"
                yield _slip(section, words, f"ไม่เป็นจริงตามตัวเลขใน findings.json{_REMAKE}")
        marked = _CLAIMED.findall(html)
        set_ = Counter(self.shown.get(section, {}).get("marks", ()))
        if section in self.shown and Counter(marks for marks, _ in marked) != set_:
            yield _slip(section, "data-claim", f"ไม่ตรงกับการเปรียบเทียบที่ส่วนนี้แสดง{_REMAKE}")
        for marks, text in marked:
            for mark in marks.split():
                name, _, place = mark.partition(":")
                known = name == section and place.isdecimal() and int(place) < len(claims)
                claim = claims[int(place)] if known else {}
                if not known or (claim["claim"] == "compare" and flat(text) != claim["says"]):
                    yield _slip(section, text[:60], f"ไม่ตรงกับผลการเปรียบเทียบใน findings.json{_REMAKE}")

    def _links(self, section: str, body: Body, ids: Container[str]) -> Iterator[Slip]:
        """Links lead to a place of the page; those named as a section lead to it."""
        targets = [*body.links, *((f"f.{finding_id}", text) for _, finding_id, text in body.numbers)]
        for target, text in targets:
            if target not in ids:
                yield _slip(section, f"#{target}", f"เป็นลิงก์ที่ไม่มีปลายทาง{_REMAKE}")
            elif self.titles.get(flat(text), target) != target:
                yield _slip(section, flat(text)[:60], f"เป็นลิงก์ที่ไปยังส่วนอื่น{_REMAKE}")

    def _marks(self, section: str, body: Body) -> Iterator[Slip]:
        """Every table and figure with numbers from reconstructed data says so."""
        right = (PROVENANCE["reconstructed"], blocks.RECONSTRUCTED_MARK)
        for exhibit in body.exhibits:
            weak = any(f.provenance == "reconstructed" for f in map(self.ledger.get, exhibit.ids) if f is not None)
            if (weak and not exhibit.marks) or any(mark != right for mark in exhibit.marks):
                words = flat(exhibit.name)[:60]
                yield _slip(section, words, f"ไม่มีเครื่องหมาย “{blocks.RECONSTRUCTED_MARK}” ตามที่มา{_REMAKE}")

    def _words(self, section: str, body: Body) -> Iterator[Slip]:
        """Numbers that are no findings are words of the sources."""
        texts = [line.text for line in body.lines if line.picture is None]
        # What is said for those who do not see it mostly repeats a line, with its numbers.
        said = [_printed(line.text, line.links) for line in body.lines] if body.labels else []
        texts += [label for label in body.labels if not any(full.startswith(flat(label)) for full in said)]
        for text in texts:
            words = self.words.unaccounted(section, text)
            if words is not None:
                yield _slip(
                    section,
                    words,
                    "มีตัวเลขที่ไม่ได้ผูกกับที่มา โปรดใช้ {รหัสตัวเลข} แทนการพิมพ์ตัวเลข หรือตรวจว่าไฟล์ถูกแก้ไขหรือไม่",
                )

    def _pieces(self, section: str, body: Body) -> Iterator[Slip]:
        """What the section said is there, and each cell of its tables stands where it was put."""
        left = [tuple(rows) for rows in self.shown[section].get("pieces", ())]
        strange: dict[tuple[str, ...], bool] = {}
        for piece in body.pieces:
            rows = tuple(" | ".join(row) for row in piece.rows)
            if rows in left:
                left.remove(rows)
            elif piece.picture is None:
                strange[rows] = piece.numbered
        for rows in left:
            # Where a table was altered shows against the one that it is most like.
            near = max(strange, key=lambda other: len({*rows} & {*other}), default=())
            words = next((row for row in near if {*rows} & {*near} and row not in rows), next(iter(rows), ""))
            yield _slip(section, words[:120], f"ไม่ตรงกับที่ส่วนนี้แสดง หรือหายไปจากหน้านี้{_REMAKE}")
        # Texts of the notebook's own, in Markdown, hold no numbers that lead to a finding.
        for rows, numbered in strange.items() if not left else ():
            if numbered:
                yield _slip(section, rows[0][:120], f"ไม่ใช่สิ่งที่ส่วนนี้แสดง{_REMAKE}")

    def _pictures(self, section: str, body: Body) -> Iterator[Slip]:
        """Pictures are those that the section drew, all of them, with their texts and data."""
        drawn = Counter(picture["sha256"] for picture in self.shown[section].get("pictures", ()))
        records = {picture["sha256"]: picture for picture in self.shown[section].get("pictures", ())}
        for place, picture in enumerate(body.pictures):
            digest = _digest(picture)
            if digest is None or not drawn[digest]:
                yield _slip(section, picture.alt[:60], f"เป็นภาพที่ไม่ได้วาดด้วย s.figure หรือถูกแก้ไข{_REMAKE}")
                continue
            drawn[digest] -= 1
            yield from self._picture(section, picture, records[digest])
            yield from self._data(section, picture, records[digest], [p for p in body.pieces if p.picture == place])
        for digest in drawn.elements():
            yield _slip(section, records[digest]["alt"][:60], f"เป็นภาพที่หายไปจากหน้านี้{_REMAKE}")

    def _picture(self, section: str, picture: Picture, drawn: Mapping[str, Any]) -> Iterator[Slip]:
        """Size and texts of a picture that was drawn."""
        if picture.size != _size(picture):
            yield _slip(section, " × ".join(picture.size), f"เป็นขนาดของภาพที่ถูกแก้ไข{_REMAKE}")
        if flat(picture.alt) != flat(blocks.fill(drawn["alt"], self.ledger)):
            yield _slip(section, picture.alt[:60], f"เป็นคำบรรยายภาพที่ไม่ตรงกับตัวเลข{_REMAKE}")
        texts = [blocks.as_written(blocks.PLACEHOLDER.sub(LINKED, drawn["alt"]))]
        texts += [flat(label) for label, _ in drawn["shows"] if not _HOUR.fullmatch(label)]
        for words in filter(None, (self.words.unaccounted(section, text) for text in texts)):
            yield _slip(section, words, "เป็นคำของภาพที่มีตัวเลขซึ่งไม่ได้ผูกกับที่มา โปรดใช้ {รหัสตัวเลข} แทนการพิมพ์ตัวเลข")

    def _data(
        self, section: str, picture: Picture, drawn: Mapping[str, Any], pieces: Iterable[Piece]
    ) -> Iterator[Slip]:
        """Data of a picture: each number beside its label."""
        shows = [([flat(label), f"{{{i}}}"], [flat(label), self.ledger[i].text("full")]) for label, i in drawn["shows"]]
        data = [pair for piece in pieces for pair in list(zip(piece.rows, piece.printed, strict=True))[1:]]
        if data != shows:
            wrong = next((row[1] for row, right in zip(data, shows, strict=False) if row != right), [picture.alt[:60]])
            yield _slip(section, " ".join(wrong), f"เป็นข้อมูลของภาพที่ไม่ตรงกับตัวเลข{_REMAKE}")


def audit_file(page: Path, findings: Path) -> list[Slip]:
    """Check a page against the ledger it was made from.

    Raises
    ------
    FileNotFoundError
        If one of the files is not there.
    """
    return audit_page(page.read_bytes(), findings.read_bytes())


def audit_page(page: bytes, findings: bytes) -> list[Slip]:
    """Check the content of a page against that of the ledger it was made from."""
    return Audit(json.loads(findings)).slips(page.decode())


def _slip(section: str, words: str, problem: str) -> Slip:
    return Slip(section=section, words=words, problem=problem)


def _printed(text: str, links: Iterable[tuple[str, str]]) -> str:
    """A line with its numbers."""
    numbers = iter(number for _, number in links)
    return re.sub(LINKED, lambda _: next(numbers, ""), text)


def _digest(picture: Picture) -> str | None:
    svg = _svg(picture)
    return None if svg is None else hashlib.sha256(svg).hexdigest()


def _svg(picture: Picture) -> bytes | None:
    match = _IMAGE.fullmatch(picture.src)
    try:
        svg = base64.b64decode(match[1], validate=True) if match else b""
    except ValueError:
        return None
    # Several texts decode to the same bytes: one of them is what was written.
    return svg if match and base64.b64encode(svg).decode() == match[1] else None


def _size(picture: Picture) -> tuple[str, ...]:
    """Width and height in pixels that a picture's own, in points, come to."""
    lengths = re.findall(r'(?:width|height)="([\d.]+)pt"', (_svg(picture) or b"").decode())[:2]
    return tuple(str(round(float(length) * 4 / 3)) for length in lengths)
