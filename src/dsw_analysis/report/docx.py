"""Writes a document as DOCX with pandoc, and gives it what pandoc leaves out: running heads, typeface, fixed dates."""

from __future__ import annotations

import base64
import io
import json
import re
import tempfile
import uuid
import zipfile
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pypandoc  # type: ignore[import-untyped]
import typst

from dsw_analysis.intake.writing.pages import TEMPLATES, environment
from dsw_analysis.intake.writing.typefaces import SARABUN
from dsw_analysis.project import current
from dsw_analysis.report.document import SANDBOX, Document
from dsw_analysis.report.word_blocks import adapt

_RESOLUTION = 192
"""Dots an inch of the pictures that stand for drawings."""
_WIDTH = 9638
"""Width of the page's text in twentieths of a point: A4 without margins of 20 mm."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""Date of the files in the archive, the earliest that ZIP knows."""
_FONTS = {"font1": "Regular", "font2": "Bold"}

_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_CONTENT = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_FRAME = ("header", "footer")
_TOLD = {
    "word/_rels/document.xml.rels": f'<Relationship Id="{{0}}" Type="{_TYPES}/{{0}}" Target="{{0}}.xml"/>',
    "[Content_Types].xml": f'<Override PartName="/word/{{0}}.xml" ContentType="{_CONTENT}.{{0}}+xml"/>',
}
"""Parts in which the running heads and feet must be named, and how."""
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PICTURE = "{http://schemas.openxmlformats.org/drawingml/2006/picture}cNvPr"


def to_docx(document: Document) -> bytes:
    """Write a document for Word and LibreOffice; the same input gives the same bytes.

    Figures become PNG, since older Words do not show SVG. The first use of every number carries a bookmark named after
    its finding (``u_`` and the id, dots as underscores).
    """
    blocks = adapt(document, _pictures(document.images))
    source = json.dumps({"pandoc-api-version": document.version, "meta": {}, "blocks": blocks})
    with tempfile.TemporaryDirectory() as name:
        target = Path(name) / "report.docx"
        pypandoc.convert_text(source, "docx", format="json", outputfile=str(target), extra_args=SANDBOX)
        with zipfile.ZipFile(target) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
    parts["word/document.xml"] = _body(parts["word/document.xml"])
    for part, line in _TOLD.items():
        head, end, tail = parts[part].decode().rpartition("</")
        parts[part] = "".join([head, *map(line.format, _FRAME), end, tail]).encode()
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in (parts | _fixed_parts(document)).items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def _pictures(images: Mapping[str, bytes]) -> dict[str, str]:
    """Name of every image -> address that holds it, with PNG in place of SVG."""
    shown = {name: (name.rpartition(".")[2], content) for name, content in images.items()}
    drawings = [name for name in images if name.endswith(".svg")]
    if drawings:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for drawing in drawings:
                (folder / drawing).write_bytes(images[drawing])
            pages = "#pagebreak()\n".join(f'#image("{drawing}")\n' for drawing in drawings)
            look = "#set page(width: auto, height: auto, margin: 0pt, fill: white)\n"
            (folder / "main.typ").write_text(look + pages, encoding="utf-8")
            drawn = typst.compile(
                folder / "main.typ", root=folder, format="png", ppi=_RESOLUTION,
                font_paths=[SARABUN], ignore_system_fonts=True,
            )  # fmt: skip
        made = drawn if isinstance(drawn, list) else [drawn]
        shown |= {drawing: ("png", page) for drawing, page in zip(drawings, made, strict=True)}
    return {
        name: f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
        for name, (kind, content) in shown.items()
    }


def _body(xml: bytes) -> bytes:
    for prefix, address in re.findall(r'xmlns:(\w+)="([^"]+)"', xml.partition(b"<w:body>")[0].decode()):
        ET.register_namespace(prefix, address)
    root, look = ET.fromstring(xml), ET.parse(TEMPLATES / "word_body.xml").getroot()
    cells = {cell.get("style"): list(cell) for cell in look.iter("cell")}
    for table in root.iter(f"{_W}tbl"):
        _set_table(table, cells)
    for picture in root.iter(_PICTURE):
        picture.attrib.pop("descr", None)  # pandoc's is the picture once more; the alternative text stands elsewhere
    (body,) = root
    _open_chapters(body)
    body[-1] = look[-1]  # the page, instead of pandoc's
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _set_table(table: ET.Element, cells: Mapping[str | None, list[ET.Element]]) -> None:
    """Let a table fill the page, and its rows stay whole; borders and shading follow the style of a cell's text."""
    columns = {column: int(column.get(f"{_W}w", "1")) for column in table.iterfind(f"{_W}tblGrid/{_W}gridCol")}
    for column, width in columns.items():
        column.set(f"{_W}w", str(round(_WIDTH * width / sum(columns.values()))))
    for row in table.iterfind(f"{_W}tr"):
        _first(row, "trPr").insert(0, ET.Element(f"{_W}cantSplit"))
        for cell in row.iterfind(f"{_W}tc"):
            text = cell.find(f"{_W}p")
            if text is not None and _style(text) is None:  # the rest of a cell that reaches over several rows
                _insert_after_style(text, "pStyle", val="TableText")
            _first(cell, "tcPr").extend(cells.get(_style(text), []))


def _open_chapters(body: ET.Element) -> None:
    """A chapter's title stays with what follows; the first chapter and the page on method begin a page."""
    heads = [(p, after) for p, after in pairwise(body) if _style(p) == "Heading1"]
    for place, (head, after) in enumerate(heads):
        if after.tag == f"{_W}p":
            _insert_after_style(after, "keepNext")
        if place in (0, len(heads) - 1):
            _insert_after_style(head, "spacing", before="0")
            _insert_after_style(head, "pageBreakBefore")


def _style(paragraph: ET.Element | None) -> str | None:
    style = None if paragraph is None else paragraph.find(f"{_W}pPr/{_W}pStyle")
    return None if style is None else style.get(f"{_W}val")


def _insert_after_style(paragraph: ET.Element, name: str, **attributes: str) -> None:
    """Set a property of a paragraph that the schema wants right after its style."""
    place = 1 if _style(paragraph) else 0
    new = ET.Element(f"{_W}{name}", {f"{_W}{key}": value for key, value in attributes.items()})
    _first(paragraph, "pPr").insert(place, new)


def _first(element: ET.Element, name: str) -> ET.Element:
    """The properties of an element, which stand first in it."""
    child = element.find(f"{_W}{name}")
    if child is None:
        child = ET.Element(f"{_W}{name}")
        element.insert(0, child)
    return child


def _fixed_parts(document: Document) -> dict[str, bytes]:
    """Parts that are the same for every report or made from its title: templates, and the typeface."""
    keys = {name: str(uuid.uuid5(uuid.NAMESPACE_URL, f"Sarabun-{face}")).upper() for name, face in _FONTS.items()}
    day = f"{document.moment:%Y-%m-%dT%H:%M:%SZ}"
    author = current().department
    about = {"title": document.title, "label": document.label, "author": author, "day": day, "draft": document.draft}
    values = {**about, "fonts": keys}
    names = environment().list_templates(filter_func=lambda name: name.startswith("docx/"))
    parts = {name.removeprefix("docx/"): environment().get_template(name).render(values).encode() for name in names}
    return parts | {f"word/fonts/{name}.odttf": _obfuscated(face, keys[name]) for name, face in _FONTS.items()}


@cache
def _obfuscated(face: str, key: str) -> bytes:
    """A face as Word embeds it: the first 32 bytes XORed with the key, as ECMA-376 part 4, section 9.1, describes."""
    content = (SARABUN / f"Sarabun-{face}.ttf").read_bytes()
    mask = bytes.fromhex(key.replace("-", ""))[::-1]
    return bytes(b ^ mask[place % 16] for place, b in enumerate(content[:32])) + content[32:]
