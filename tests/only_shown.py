"""Numbers that a release holds although its shown ledgers do not: read from every kind of file, as whoever gets it may.

A number is accounted for if a finding of the file's own section, or of the ledger that the page lists, prints it; if it
stands in words of the sources, which the ledger has too; or if it is of one of :data:`KINDS`. All else is found.
"""

import base64
import csv
import html
import io
import json
import re
import tomllib
import zipfile
from collections import defaultdict
from functools import cache
from html.parser import HTMLParser
from urllib.parse import unquote
from xml.etree import ElementTree

import openpyxl
import pypdf

from dsw_analysis.findings.finding import STYLES, Finding
from dsw_analysis.findings.ledger import SUMMARY, Ledger

NUMBER = re.compile(r"\d(?:[\d.,]*\d)?")
_MONTH = (
    "ม.ค.|ก.พ.|มี.ค.|เม.ย.|พ.ค.|มิ.ย.|ก.ค.|ส.ค.|ก.ย.|ต.ค.|พ.ย.|ธ.ค.|มกราคม|กุมภาพันธ์|มีนาคม|เมษายน|พฤษภาคม|มิถุนายน|กรกฎาคม|"
    "สิงหาคม|กันยายน|ตุลาคม|พฤศจิกายน|ธันวาคม"
).replace(".", r"\.")
KINDS = {
    "a hash": r"sha256-[A-Za-z0-9+/=]+|\b(?=[0-9a-f]*\d)[0-9a-f]{8,64}(?:\.[0-9a-f]{8,64})?\b…?",
    "the name of a file": r"[\w./-]+\.(?:csv|html|ipynb|json|pdf|xlsx|yaml)\b",
    "a moment": r"\b(?:D:)?20\d\d-?\d\d-?\d\d(?:T?\d\d:?\d\d:?\d\d[\d.]*(?:Z|[+-]\d\d:?\d\d)?)?",
    "a day or month": rf"(?:\d{{1,2}} )?(?:{_MONTH})(?:\s*2[45]\d\d)?",
    "a year": r"(?:พ\.ศ\.|ปี) ?2[45]\d\d(?:\s*–\s*2[45]\d\d)?",
    "an hour of the day": r"\b\d\d\.\d\d\s?–\s?\d\d\.\d\d(?: น\.)?",
    "a round": r"\b25\d\d-\d+m\b|รอบ \d+ เดือน",
    "the id of a number or section": r"(?i:\b[a-z][a-z0-9_]*(?:\.[a-z0-9_-]+)+\b)|\b\d\d_[a-z_]+\b",
    "the place of a chapter or step": r"^\s*\d{1,2}\.(?= )|(?:โครงการ|โครงการที่|ขั้นตอนที่|ลำดับที่) \d{1,2}(?:[–,] ?\d{1,2})*",
    "a version": r"(?:Typst|Microsoft Word|รุ่น) [\d.]+",
    "the name of a statistic or standard": r"SHA-256|utf-8|เปอร์เซ็นไทล์ที่ 95|ความเชื่อมั่นร้อยละ 95",
    "a parameter of the rule": r"(?:จำนวนเต็ม|น้อยกว่า|<) ?(?:5|10)\b",
    "how many numbers were protected": r"(?:ที่ปัดมี|ไม่แสดง|ด้วยเกณฑ์อื่น)\s+[\d,]+(?=\sค่า)",
    "how many numbers were checked": r"(?:ตัวเลข|คำ|คำเปรียบเทียบ)\s+[\d,]+(?=\s(?:แห่ง|คำ|·)|$)",
}
"""What numbers may be besides findings and words of sources -> how that is known."""
_KINDS = re.compile("|".join(f"(?:{pattern})" for pattern in KINDS.values()), re.MULTILINE)
MACHINE = {
    "sha256", "order", "number", "version", "seconds", "time", "jobs", "python", "definition", "nbformat",
    "nbformat_minor", "execution_count", "versions", "kernelspec", "language_info", "digits", "base",
    "gate", "protected", "plan",
}  # fmt: skip
"""Keys of JSON whose values are hashes, places, versions, durations, parameters of the rule, or how much it hid."""
FORMS = re.compile(
    r"word/(?:styles|theme/.*|numbering|settings|webSettings|fontTable|fonts/.*)|docProps/app|.*\.rels|.*Content_Types.*"
)
"""Members of documents and workbooks that are the same whatever they hold."""
_GEOMETRY = set(
    "class id href style width height viewbox x y x1 x2 y1 y2 cx cy r d dx fill text-anchor stroke stroke-width "
    "stroke-dasharray transform font-size font-weight colspan rowspan tabindex data-claim popovertarget start src "
    "http-equiv".split()
)
"""Attributes that say how an element looks, or where it leads."""
_NEAR = 8
_INLINE = {"a", "b", "button", "span", "strong", "em", "small", "sub", "sup", "code", "del", "i"}


def western(text):
    """A text with its digits, of any script, as those of ASCII."""
    return "".join(str(int(c)) if c.isdecimal() else c for c in text)


class Text(HTMLParser):
    """What a page says, line by line, attributes included; not how it looks."""

    def __init__(self, page):
        super().__init__()
        self.said, self._skipped = [], 0
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self._skipped += tag in ("style", "script")
        if tag not in _INLINE:
            self.said.append("\n")
        form = tag == "meta" and {("name", "viewport"), ("http-equiv", "Content-Security-Policy")} & {*attrs}
        for name, value in [] if form else attrs:
            said = value or ""
            if name == "href" and said.startswith("data:text/csv"):
                head, _, body = said.partition(",")
                coded = base64.b64decode(body).decode("utf-8-sig") if "base64" in head else unquote(body)
                self.said += [f"\n{' '.join(row)}" for row in csv.reader(io.StringIO(coded))]
            if name not in _GEOMETRY or (name == "href" and not said.startswith(("#", "data:"))):
                self.said.append(f"\n{unquote(said)}\n")

    def handle_endtag(self, tag):
        self._skipped -= tag in ("style", "script")
        if tag not in _INLINE:
            self.said.append("\n")

    def handle_data(self, data):
        if not self._skipped:
            self.said.append(data)

    def handle_comment(self, data):
        self.said.append(f"\n{data}\n")


def _of_pdf(content):
    reader = pypdf.PdfReader(io.BytesIO(content))
    yield from (str(value) for value in (reader.metadata or {}).values())
    for place, page in enumerate(reader.pages, start=1):
        # The place of the page stands in its foot, and in the contents at the end of a line.
        text = re.sub(rf"· {place}\s*$", "", page.extract_text().strip())
        yield re.sub(r"(?m) \d+$", "", text) if text.startswith("สารบัญ") else text
    tree = [reader.trailer["/Root"].get("/StructTreeRoot")]
    while tree:
        one = tree.pop()
        one = one.get_object() if hasattr(one, "get_object") else one
        if isinstance(one, list):
            tree += one
        elif isinstance(one, dict):
            yield from (str(one[key]) for key in ("/Alt", "/ActualText", "/T") if key in one)
            tree.append(one.get("/K"))


def _of_docx(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.endswith(".png") or FORMS.fullmatch(name.removesuffix(".xml")):
                continue
            root = ElementTree.fromstring(archive.read(name))
            space = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
            if not name.startswith("word/"):
                yield from root.itertext()
                continue
            for paragraph in root.iter(f"{space}p"):
                yield "".join(node.text or "" for node in paragraph.iter(f"{space}t"))
            yield from (node.get(key) for node in root.iter() for key in ("descr", "title") if node.get(key))


def _of_xlsx(content):
    book = openpyxl.load_workbook(io.BytesIO(content))
    yield from (str(value) for value in (book.properties.title, book.properties.description) if value)
    for sheet in book:
        yield sheet.title
        for row in sheet.iter_rows(values_only=True):
            yield from (cell if isinstance(cell, str | int | float) else str(cell) for cell in row if cell is not None)


def _of_json(content, key=None):
    """Texts and numbers of a document; its findings are the ledger itself."""
    if isinstance(content, dict):
        for name, value in content.items():
            if name not in MACHINE and name != "findings":
                yield name
                yield from _of_json(value, name)
    elif isinstance(content, list):
        for value in content:
            yield from _of_json(value, key)
    elif isinstance(content, str | int | float) and not isinstance(content, bool):
        yield content


def _of_notebook(content):
    book = json.loads(content)
    yield from _of_json(book["metadata"])
    for cell in book["cells"]:
        yield from _of_json(cell["metadata"])
        if cell["cell_type"] != "code":
            yield "".join(cell["source"])
        for output in cell.get("outputs", ()):
            yield from _of_json(output.get("metadata", {}))
            yield from ("".join(output.get(name, ())) for name in ("text", "ename", "evalue"))
            yield "\n".join(output.get("traceback", ()))
            for kind, data in output.get("data", {}).items():
                text = data if isinstance(data, dict) else "".join(data)
                yield from [kind] if kind.startswith("image/") else []
                yield "".join(Text(text).said) if kind == "text/html" else text if isinstance(text, str) else ""
                yield from _of_json(text) if isinstance(text, dict) else ()


READERS = {
    ".html": lambda content: ["".join(Text(content.decode()).said)],
    ".pdf": _of_pdf,
    ".docx": _of_docx,
    ".xlsx": _of_xlsx,
    ".json": lambda content: _of_json(json.loads(content)),
    ".jsonl": lambda content: _of_json([json.loads(line) for line in content.decode().splitlines()]),
    ".ipynb": _of_notebook,
}
"""End of a file's name -> what it says, in pieces."""


class Ledgers:
    """The shown ledgers of a release: what they print, for each place and section."""

    def __init__(self, out, settings):
        self._printed, self._raw, self._words = defaultdict(set), defaultdict(lambda: {0}), defaultdict(set)
        project = tomllib.loads(settings.read_text(encoding="utf-8"))
        self._always = [*_words(project)]
        self._spoken, self._squeezed = cache(self._find_spoken), cache(self._squeeze)
        for path in [out / "findings.json", *sorted((out / "provinces").rglob("findings.json"))]:
            place = path.parent.name if path.parent != out else None
            document = json.loads(path.read_bytes())
            for finding in Ledger.from_records(document["findings"]).values():
                self._learn(finding, (place, finding.section), (place, None))
            for section in document["sections"]:
                words = {*section["shown"].get("texts", ()), section["title"]}
                words |= {*_words(section["work"]), *_words(section["indicators"]), *_words(section["shown"])}
                labels = {label for picture in section["shown"]["pictures"] for label, _ in picture["shows"]}
                for key in ((place, section["section"]), (place, None)):
                    self._words[key] |= words
                    self._printed[key] |= {label for label in labels if label.isdecimal()}
            for section in (None, *(one["section"] for one in document["sections"])):
                self._raw[place, section] |= {one["rows"] for one in document["inputs"] if is_of_plan(one["dataset"])}

    def _learn(self, finding: Finding, *keys):
        texts = [western(finding.text(style)) for style in STYLES]
        texts += [f"{n:,}" for n in (finding.rows, finding.missing, finding.not_applicable) if n is not None]
        raw = {vars(finding)[n] for n in ("value", "numerator", "denominator", "rows", "low", "high", "population")}
        raw |= {finding.missing, finding.not_applicable, finding.refused}
        for key in keys:
            numbers = [number for text in texts for number in NUMBER.findall(text)]
            self._printed[key].update(numbers, (number.replace(",", "") for number in numbers))
            self._raw[key] |= {None if number is None else float(f"{number:.12g}") for number in raw}
            self._words[key].update(filter(None, (finding.label, finding.note, finding.where)))

    def _find_spoken(self, key):
        """All words of the sources that hold a number, wherever their lines end; the longest first."""
        words = {western(word) for word in (*self._words[key], *self._always)}
        held = sorted((w for w in words if NUMBER.search(w) and re.search(r"[^\W\d_]", w)), key=len, reverse=True)
        return re.compile("|".join(r"\s+".join(map(re.escape, word.split())) for word in held) or "(?!)")

    def _squeeze(self, key):
        """The same in one text without any space."""
        return "\n".join("".join(western(word).split()) for word in {*self._words[key], *self._always})

    def _is_broken(self, key, text, match):
        """Whether a number stands in words of the sources that paper has broken into lines."""
        before, after = ("".join(part.split()) for part in (text[: match.start()][-40:], text[match.end() :][:40]))
        near = [before[-_NEAR:] + match[0], match[0] + after[:_NEAR]]
        return any(len(words) > len(match[0]) + 4 and words in self._squeezed(key) for words in near)

    def unaccounted(self, key, pieces, *, paper=False):
        """Numbers that nothing accounts for: of texts with the words around them."""
        pieces = [*pieces]
        found = [str(n) for n in pieces if not isinstance(n, str) and float(f"{n:.12g}") not in self._raw[key]]
        text = western("\n".join(html.unescape(piece) for piece in pieces if isinstance(piece, str)))
        text = self._spoken(key).sub("…", re.sub(r"[ \u00a0\u200b\u2060]+", " ", text))
        text = _KINDS.sub(lambda match: "…" if NUMBER.search(match[0]) else match[0], text)
        strange = (match for match in NUMBER.finditer(text) if match[0] not in self._printed[key])
        strange = (match for match in strange if not paper or not self._is_broken(key, text, match))
        return found + [text[max(0, match.start() - 30) : match.end() + 30] for match in strange]


def is_of_plan(dataset):
    """Whether rows of a dataset are those of the plan, not of what is measured."""
    return dataset.startswith("plan_")


def _words(value):
    """All texts in a value of JSON or TOML."""
    if isinstance(value, str):
        yield " ".join(value.split())
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _words(one)


def key_of(name, sections):
    """Whose numbers a file may hold: place and section, of which ``None`` is the country and all sections."""
    place = name.split("/")[1] if re.match("provinces/[^/]+/", name) else None
    section = re.search(r"(?:sections/|notebooks/\d\d_)(\w+)\.\w+$", name)
    known = section is not None and section[1] in sections and section[1] != SUMMARY
    return place, section[1] if known else None


def found_in(name, content, ledgers, sections):
    """Numbers of a file that nothing accounts for."""
    (read,) = [read for end, read in READERS.items() if name.endswith(end)]
    return ledgers.unaccounted(key_of(name, sections), read(content), paper=name.endswith(".pdf"))
