"""The report for paper: chapters, sources of the numbers and data files as one pandoc document with its figures."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html import unescape
from typing import Any

import pypandoc  # type: ignore[import-untyped]
from PIL import ExifTags, Image, ImageOps

from dsw_analysis.findings.ledger import Ledger
from dsw_analysis.intake.provinces import in_prose
from dsw_analysis.intake.writing.pages import environment
from dsw_analysis.project import current
from dsw_analysis.report.edition import DRAFT, Edition
from dsw_analysis.report.page import Chapter, named_numbers, page_values
from dsw_analysis.rounds import Round

Node = dict[str, Any]
"""An element of pandoc's document model: ``t`` is its kind, ``c`` its content."""

_NO_DAY = date(1980, 1, 1)
"""Date in the file of what has no round: PDF/A must have one, and the clock would make each copy another file."""

_DATA = re.compile(r"<details><summary>ข้อมูลของภาพ</summary>.*?</details></figure>", re.S)
_EXAMPLES = '<details class="examples">'
"""Begins the panel of a section's examples, which ends the section."""
_SUMMARY = re.compile(r"<summary\b[^>]*>(.*?)</summary>", re.S)
_DRAWN = re.compile(r"<svg([^>]*)>(.*?)</svg>", re.S)
_GIVEN = re.compile(r' ([\w-]+)="([^"]*)"')
_LINE = 640
"""Width of the text of a page in pixels, 96 an inch."""
_LETTERS = re.compile(r"<text\b[^>]*>([^<]*)</text>")
_IMAGE = re.compile(r'src="data:image/(svg\+xml|png|jpeg|gif);base64,([^"]+)"')
SANDBOX = ["--sandbox"]
"""Keeps pandoc from files and from the network, whatever stands in the document."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """A report on its way to paper; one without a round is of a notebook that is no section's.

    Attributes
    ----------
    title:
        Title of the file; names the section where the report has only one.
    blocks:
        Pandoc blocks: the cover, then one ``Div`` of class ``chapter`` a chapter. What stands in a ``Div`` of class
        ``table`` are tables, with its classes, and remarks, each a ``Div`` of class ``note``.
    images:
        File name, as the blocks use it, -> content.
    version:
        pandoc's API version, which its JSON must carry.
    edition:
        What its cover says of it.
    """

    title: str
    round: Round | None
    blocks: list[Node]
    images: Mapping[str, bytes]
    version: list[int]
    edition: Edition = DRAFT

    @property
    def draft(self) -> bool:
        """Whether every page must say that it is one: a round's report that nobody has approved."""
        return self.round is not None and self.edition.draft

    @property
    def moment(self) -> datetime:
        """The date of the report: the end of its round, midnight UTC. Never the clock."""
        day = self.round.end if self.round else _NO_DAY
        return datetime(day.year, day.month, day.day, tzinfo=UTC)

    @property
    def label(self) -> str:
        """Name of the round; empty without one."""
        return self.round.label if self.round else ""


def compose(
    round_: Round | None,
    chapters: Sequence[Chapter],
    ledger: Ledger,
    *,
    province: str | None = None,
    document: Mapping[str, Any] | None = None,
    examples: bool = False,
    edition: Edition = DRAFT,
) -> Document:
    """Make the document that both the PDF and the DOCX are written from.

    The small tables behind figures are left out; numbers are plain text, and so is a link whose target is not in the
    document. The cover says what examples are only where some are printed.

    Parameters
    ----------
    round_, chapters, ledger, province, document:
        As of :func:`dsw_analysis.report.page.page`.
    examples:
        Whether to print the panels of examples, which rest on reconstructed records.
    edition:
        What the cover says of it.
    """
    images: dict[str, bytes] = {}
    printed = [_open_details(c.body if examples else c.body.partition(_EXAMPLES)[0]) for c in chapters]
    numbered = named_numbers([_take_images(body, images) for body in printed])
    title = current().title if round_ else chapters[0].title
    bodies = dict(zip((c.id for c in chapters), numbered, strict=True))
    values = page_values(round_, chapters, ledger, province=province, document=document, edition=edition)
    values["examples"] = examples and values["examples"]
    html = environment().get_template("print.html.j2").render(title=title, bodies=bodies, **values)
    parsed = json.loads(pypandoc.convert_text(html, "json", format="html", extra_args=SANDBOX))
    section = f"{chapters[0].title} – " if len(chapters) == 1 else ""
    place = "" if province is None else f" {in_prose(province)}"
    state = " (ร่าง)" if edition.draft else ""
    return Document(
        title=f"{section}{title} {round_.label}{place}{state}" if round_ else title,
        round=round_,
        blocks=_put_right(parsed["blocks"], images),
        images=images,
        version=parsed["pandoc-api-version"],
        edition=edition,
    )


def letters(svg: bytes) -> list[str]:
    """Texts of a drawing."""
    return [unescape(text) for text in _LETTERS.findall(svg.decode())]


def walk(node: Any) -> Iterator[Node]:  # noqa: ANN401 - any piece of pandoc's JSON
    """All elements in and below a piece of a document, in reading order."""
    if isinstance(node, dict) and "t" in node:
        yield node
        node = node.get("c")
    if isinstance(node, list):
        for child in node:
            yield from walk(child)


def strings(node: Any) -> Iterator[str]:  # noqa: ANN401
    """Texts in a piece of a document, each as pandoc keeps it: a word, a space, or a piece of code."""
    for element in walk(node):
        if element["t"] == "Str":
            yield element["c"]
        elif element["t"] in {"Code", "CodeBlock", "Math"}:
            yield element["c"][1]
        elif element["t"] in {"Space", "SoftBreak", "LineBreak"}:
            yield " "


def text_of(node: Any) -> str:  # noqa: ANN401
    """Text of a piece of a document; every kind of white space is one space."""
    return "".join(strings(node))


def changed(node: Any, change: Callable[[Node], Node | None]) -> Any:  # noqa: ANN401
    """Copy of a piece of a document in which ``change`` replaced elements; ``None`` keeps one."""
    if isinstance(node, list):
        return [changed(child, change) for child in node]
    if not isinstance(node, dict) or "t" not in node:
        return node
    node = {**node, "c": changed(node["c"], change)} if "c" in node else node
    return change(node) or node


def length(text: str) -> tuple[float, str] | None:
    """A width or height as HTML writes it: number and ``px`` or ``%``; ``None`` if it is neither, or is nothing."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(px|%)?\s*", text)
    return (float(match[1]), match[2] or "px") if match and float(match[1]) else None


def _open_details(html: str) -> str:
    """What a click shows is printed, under its summary; but for the data of figures."""
    return _SUMMARY.sub(r"<p><strong>\1</strong></p>", _DATA.sub("</figure>", html))


def _take_images(html: str, images: dict[str, bytes]) -> str:
    def take(match: re.Match[str]) -> str:
        content, kind = _printable(base64.b64decode(match[2]), match[1])
        name = f"{hashlib.sha256(content).hexdigest()[:16]}.{kind}"
        images[name] = content
        return f'src="{name}"'

    def draw(match: re.Match[str]) -> str:
        given = dict(_GIVEN.findall(match[1]))
        alt, css = given.pop("aria-label", ""), given.pop("class", "").split()
        if "stretched" in css:  # to the width of a page, in pixels of a screen
            given["width"] = str(max(_LINE, int(given["width"])))
        sides = "".join(f' {key}="{value}"' for key, value in given.items() if key != "role")
        inside = match[2].replace("&nbsp;", "\u00a0")
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" font-family="Sarabun"{sides}>{inside}</svg>'.encode()
        name = f"{hashlib.sha256(svg).hexdigest()[:16]}.svg"
        images[name] = svg
        wide = given.get("width", "") if {"map", "spark"} & {*css} else "100%"
        return f'<img src="{name}" alt="{alt}" width="{wide}">'

    return _IMAGE.sub(take, _DRAWN.sub(draw, html))


def _printable(content: bytes, kind: str) -> tuple[bytes, str]:
    """A picture in a form that PDF/A and Word know, with its ending: of a moving one the first frame, in RGB."""
    if kind == "svg+xml":
        return content, "svg"
    picture: Image.Image = Image.open(io.BytesIO(content))
    upright = picture.getexif().get(ExifTags.Base.Orientation, 1) == 1
    if upright and (kind, picture.mode) in {("png", "RGB"), ("png", "RGBA"), ("jpeg", "RGB"), ("jpeg", "L")}:
        return content, kind
    picture = ImageOps.exif_transpose(picture)
    target = io.BytesIO()
    picture.convert("RGBA" if picture.has_transparency_data else "RGB").save(target, "PNG")
    return target.getvalue(), "png"


def _put_right(blocks: list[Node], images: Collection[str]) -> list[Node]:
    """Only the words of links to what is not in the document, and of pictures that are not in it; tables with marks."""
    ids = set(_ids(blocks))

    def change(node: Node) -> Node | None:
        kind, content = node["t"], node.get("c", [])
        if kind == "Image" and content[2][0] not in images:
            return {"t": "Span", "c": [["", ["none"], []], content[1]]}
        if kind == "Link" and content[2][0].startswith("#") and content[2][0][1:] not in ids:
            return {"t": "Span", "c": content[:2]}
        if kind == "Div" and "table" in content[0][1]:
            return {"t": "Div", "c": [content[0], [_in_table(b, content[0][1]) for b in _flat(content[1])]]}
        return None

    return list(changed(blocks, change))


def _in_table(block: Node, classes: list[str]) -> Node:
    if block["t"] != "Table":
        return {"t": "Div", "c": [["", ["note"], []], [block]]}
    (identifier, own, pairs), *rest = block["c"]
    return {"t": "Table", "c": [[identifier, [*own, *classes], pairs], *rest]}


def _flat(blocks: list[Node]) -> list[Node]:
    """Blocks with those of inner ``Div`` in their place."""
    return [inner for b in blocks for inner in (_flat(b["c"][1]) if b["t"] == "Div" else [b])]


def _ids(node: Any) -> Iterator[str]:  # noqa: ANN401
    """Ids of attribute triples (id, classes, pairs), which rows and cells carry without a name."""
    if isinstance(node, dict):
        yield from _ids(node.get("c"))
    elif isinstance(node, list):
        if len(node) == 3 and isinstance(node[0], str) and node[0] and isinstance(node[1], list):
            yield node[0]
        for child in node:
            yield from _ids(child)
