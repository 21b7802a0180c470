"""The audit of a finished page: every number is a finding, a word of the sources, or on a short allow-list."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dsw_analysis import __version__, blocks
from dsw_analysis.appendix import input_cells, origin
from dsw_analysis.batch import SUMMARY
from dsw_analysis.findings import STYLES, Ledger
from dsw_analysis.readback import LINKED, Line, Page, Picture
from dsw_analysis.rounds import Round
from dsw_analysis.thai import format_date

_DIGIT, _LETTER = re.compile(r"\d"), re.compile(r"[^\W\d_]")
_STEP = re.compile(r"(\d+)\. ")
_HOUR = re.compile(r"[01]\d|2[0-3]")
_IMAGE = re.compile(r"data:image/svg\+xml;base64,(.*)", re.S)
_REMAKE = " โปรดสร้างรายงานใหม่"
_APPENDIX, _FILES = "figures", "files"

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


@dataclass(frozen=True, kw_only=True)
class Slip:
    """One place of a page that the ledger does not bear out: section, the words there, and what to do."""

    section: str
    words: str
    problem: str

    def __str__(self) -> str:
        return f"[{self.section}] “{self.words}” {self.problem}"


@dataclass(frozen=True)
class _Words:
    """What may hold digits: phrases, everywhere or by section, and cells that are nothing but digits, by section."""

    everywhere: tuple[str, ...]
    phrases: Mapping[str, Collection[str]]
    alone: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, document: Mapping[str, Any], ledger: Ledger) -> _Words:
        texts = set(_round_names(Round.parse(document["round"])))
        texts.add(f"dsw-analysis รุ่น {__version__}")
        own: dict[str, set[str]] = {}
        for section in document["sections"]:
            shown, title, order = section.get("shown", {}), section["title"], section["order"]
            texts.update([title, f"{order}. {title}"])
            filled = (blocks.fill(template, ledger) for template in shown.get("templates", ()))
            said = [f"โครงการลำดับที่ {order}", section["error"] or "", *shown.get("texts", ()), *filled]
            own[section["section"]] = {_flat(text) for text in said if _LETTER.search(text)}
        for finding in ledger.values():
            texts.update([finding.label, finding.note or "", finding.where or ""])
        # The summary speaks of every section.
        own[SUMMARY] = set().union(*own.values())
        spoken = {_flat(text) for text in texts if _DIGIT.search(text) and _LETTER.search(text)}
        bare = {(s["section"], t) for s in document["sections"] for t in s.get("shown", {}).get("texts", ())}
        return cls(tuple(sorted(spoken)), own, frozenset(pair for pair in bare if not _LETTER.search(pair[1])))

    def judge(self, section: str, text: str) -> list[Slip]:
        """Slip for the digits of a text that nothing accounts for; none if all are accounted for."""
        open_ = {match.start() for match in _DIGIT.finditer(text)}
        if not open_ or (section, text) in self.alone:
            return []
        for pattern in ALLOWED:
            for match in re.finditer(pattern, text):
                open_ -= set(range(*match.span()))
        for phrase in (*self.phrases.get(section, ()), *self.everywhere):
            if not open_:
                return []
            open_ -= {place for start in _occurrences(phrase, text) for place in range(start, start + len(phrase))}
        if not open_:
            return []
        problem = "มีตัวเลขที่ไม่ได้ผูกกับที่มา โปรดใช้ {รหัสตัวเลข} แทนการพิมพ์ตัวเลข หรือตรวจว่าไฟล์ถูกแก้ไขหรือไม่"
        return [Slip(section=section, words=_around(text, min(open_)), problem=problem)]


class Audit:
    """What a ledger document bears out; made once, it checks any number of pages."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.ledger = Ledger.from_records(document["findings"])
        self.inputs = {input_cells(read) for read in document["inputs"]}
        self.pictures = {p["sha256"]: p for s in document["sections"] for p in s.get("shown", {}).get("pictures", ())}
        self.heads: dict[tuple[str, ...], set[str]] = {}
        for head, *ids in (row for s in document["sections"] for row in s.get("shown", {}).get("heads", ())):
            self.heads.setdefault(tuple(ids), set()).add(head)
        self.words = _Words.of(document, self.ledger)

    def slips(self, html: str) -> list[Slip]:
        """Check a finished page, the whole report or one section.

        Linked numbers must print what their finding gives; rows of the appendix, rows of the data files, pictures
        with their alternative texts and data must equal the ledger; any other digit must stand in a word of the
        sources that the section recorded, in a name of the round, or match :data:`ALLOWED`. Style and scripts must
        bear the hashes of the page's content security policy.

        Returns
        -------
        list of Slip
            Empty if everything holds.
        """
        page = Page(html)
        slips = [*self._bound(page), *self._rows(page), *self._pictures(page), *_guards(page)]
        slips += [Slip(section=s, words=w, problem=f"เป็นรูปแบบของหน้าที่ถูกแก้ไข{_REMAKE}") for s, w in page.changed]
        for line in page.lines:
            compared = line.section in (_APPENDIX, _FILES) or (line.row is not None and line.row.picture is not None)
            if line.row is None or line.row.head or not compared:
                slips += self.words.judge(line.section, line.text)
        labels = [(section, label) for section, label in page.labels if _DIGIT.search(label)]
        said = {_full(line) for line in page.lines} if labels else set()
        for section, label in labels:
            if not any(full.startswith(label) for full in said):
                slips += self.words.judge(section, label)
        return slips

    def _bound(self, page: Page) -> Iterator[Slip]:
        """Linked numbers print their finding, lead to a row, and there are some."""
        count = 0
        for line in page.lines:
            for finding_id, text in line.links:
                count += 1
                finding = self.ledger.get(finding_id)
                if finding is None:
                    yield Slip(section=line.section, words=text, problem=f"ไม่มีตัวเลขรหัส {finding_id} ใน findings.json")
                elif text not in {finding.text(style) for style in STYLES}:
                    yield Slip(
                        section=line.section,
                        words=text,
                        problem=f"ไม่ตรงกับ {finding_id} ซึ่งพิมพ์ว่า {finding.text('full')}{_REMAKE}",
                    )
        if not count:
            yield Slip(section="page", words="", problem="ไม่มีตัวเลขใดผูกกับที่มา โปรดตรวจว่าเป็นรายงานที่ dsw สร้าง")
        for target in sorted(page.targets - page.ids):
            yield Slip(section="page", words=f"#{target}", problem=f"เป็นลิงก์ที่ไม่มีปลายทาง{_REMAKE}")
        for finding_id, target in page.backs:
            if page.uses.get(target) != finding_id:
                yield Slip(section=_APPENDIX, words=f"#{target}", problem=f"ไม่ใช่ที่ที่ใช้ {finding_id}{_REMAKE}")

    def _rows(self, page: Page) -> Iterator[Slip]:
        """Rows of the appendix and of the data files equal the ledger; other rows go with the findings they hold."""
        last = 0
        for row in page.rows:
            step = _STEP.match(row.cells[0]) if row.cells and row.picture is None else None
            if step and int(step[1]) <= last:
                yield Slip(section=row.section, words=row.cells[0], problem=f"ผิดลำดับ{_REMAKE}")
            last = int(step[1]) if step else 0
            if row.cells and row.cells[0] not in self.heads.get(tuple(row.ids), row.cells):
                yield Slip(section=row.section, words=row.cells[0], problem=f"ไม่ใช่หัวแถวของตัวเลขในแถวนี้{_REMAKE}")
            if row.section == _APPENDIX and row.id is not None:
                finding = self.ledger.get(row.id.removeprefix("f."))
                expected = [] if finding is None else [_flat(" ".join(lines)) for lines in origin(finding)]
                if row.cells != expected:
                    wrong = next((c for c, e in zip(row.cells, expected, strict=False) if c != e), row.id)
                    yield Slip(section=_APPENDIX, words=wrong, problem=f"ไม่ตรงกับ {row.id} ใน findings.json{_REMAKE}")
            elif row.section in (_APPENDIX, _FILES) and not row.head and tuple(row.cells) not in self.inputs:
                yield Slip(section=row.section, words=" ".join(row.cells), problem=f"ไม่ตรงกับ findings.json{_REMAKE}")

    def _pictures(self, page: Page) -> Iterator[Slip]:
        """Pictures are those that the sections drew, with their alternative texts and data."""
        for place, picture in enumerate(page.pictures):
            drawn = self.pictures.get(_digest(picture))
            if drawn is None:
                problem = f"เป็นภาพที่ไม่ได้วาดด้วย s.figure หรือถูกแก้ไข{_REMAKE}"
                yield Slip(section=picture.section, words=picture.alt[:60], problem=problem)
                continue
            if picture.size != _size(picture):
                problem = f"เป็นขนาดของภาพที่ถูกแก้ไข{_REMAKE}"
                yield Slip(section=picture.section, words=" × ".join(picture.size), problem=problem)
            if _flat(picture.alt) != _flat(blocks.fill(drawn["alt"], self.ledger)):
                yield Slip(
                    section=picture.section,
                    words=picture.alt[:60],
                    problem=f"เป็นคำบรรยายภาพที่ไม่ตรงกับตัวเลข{_REMAKE}",
                )
            yield from self.words.judge(
                picture.section, blocks.as_written(blocks.PLACEHOLDER.sub(LINKED, drawn["alt"]))
            )
            for label in (label for label, _ in drawn["shows"] if not _HOUR.fullmatch(label)):
                yield from self.words.judge(picture.section, _flat(label))
            expected = [[_flat(label), self.ledger[finding_id].text("full")] for label, finding_id in drawn["shows"]]
            data = [row.cells for row in page.rows if row.picture == place and not row.head]
            if data != expected:
                wrong = next(
                    (row for row, right in zip(data, expected, strict=False) if row != right), [picture.alt[:60]]
                )
                yield Slip(
                    section=picture.section,
                    words=" ".join(wrong),
                    problem=f"เป็นข้อมูลของภาพที่ไม่ตรงกับตัวเลข{_REMAKE}",
                )


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


def _guards(page: Page) -> Iterator[Slip]:
    """The content security policy names the hash of each style and script."""
    for text in page.embedded:
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        if f"'sha256-{digest}'" not in page.policy:
            yield Slip(section="page", words=text[:40], problem=f"เป็นรูปแบบหรือสคริปต์ที่ไม่ตรงกับรหัสในไฟล์{_REMAKE}")


def _round_names(round_: Round) -> Iterable[str]:
    yield from (round_.label, f"รอบ {round_.months} เดือน", "รอบ 12 เดือน", f"{round_.months} ใน 12 เดือน")
    yield f"พ.ศ. {round_.year}"
    yield from (format_date(day) for day in (round_.start, round_.end, round_.due))
    yield from Round(round_.year, 12).month_labels().values()


def _occurrences(phrase: str, text: str) -> Iterator[int]:
    """Where a phrase stands in a text without more digits on either side."""
    start = text.find(phrase)
    while start >= 0:
        end = start + len(phrase)
        before = _DIGIT.match(phrase[0]) and start and re.match(r"[\d.,]", text[start - 1])
        after = _DIGIT.match(phrase[-1]) and re.match(r"[.,]?\d", text[end:])
        if not before and not after:
            yield start
        start = text.find(phrase, start + 1)


def _digest(picture: Picture) -> str | None:
    svg = _svg(picture)
    return None if svg is None else hashlib.sha256(svg).hexdigest()


def _svg(picture: Picture) -> bytes | None:
    match = _IMAGE.fullmatch(picture.src)
    try:
        return base64.b64decode(match[1], validate=True) if match else None
    except ValueError:
        return None


def _size(picture: Picture) -> tuple[str, ...]:
    """Width and height in pixels that a picture's own, in points, come to."""
    lengths = re.findall(r'(?:width|height)="([\d.]+)pt"', (_svg(picture) or b"").decode())[:2]
    return tuple(str(round(float(length) * 4 / 3)) for length in lengths)


def _full(line: Line) -> str:
    texts = iter(text for _, text in line.links)
    return re.sub(LINKED, lambda _: next(texts, ""), line.text)


def _flat(text: str) -> str:
    return " ".join(text.split())


def _around(text: str, place: int) -> str:
    return text[max(0, place - 40) : place + 40]
