"""Finishes pandoc's DOCX: widths and shading of tables, running heads, typeface inside, fixed dates."""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from xml.etree import ElementTree as ET

from dsw_analysis.intake.writing.pages import TEMPLATES, environment
from dsw_analysis.intake.writing.typefaces import SARABUN
from dsw_analysis.project import current
from dsw_analysis.report.document import Document, Node
from dsw_analysis.report.tables import Cell, placed, read_table

_NAMESPACES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
}
_W = f"{{{_NAMESPACES['w']}}}"
_WIDTH = 9638
"""Width of the page's text in twentieths of a point: A4 without margins of 20 mm."""
_SIZES = {"ledger": (7.0, "TableFine"), "roadmap": (8.0, "TableSmall"), "files": (8.0, "TableSmall")}
"""Kind of table -> type size in points and paragraph style; the others are set in 9 points."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""Date of the files in the archive, the earliest that ZIP knows."""

_SECTION = (
    '<w:sectPr xmlns:w="{w}" xmlns:r="{r}"><w:headerReference w:type="default" r:id="rIdHead"/>'
    '<w:footerReference w:type="default" r:id="rIdFoot"/><w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1304" w:right="1134" w:bottom="1134" w:left="1134" w:header="680" w:footer="567" w:gutter="0"/>'
    "<w:titlePg/></w:sectPr>"
)
_RELATION = '<Relationship Id="{}" Type="{}/{}" Target="{}"/>'
_OVERRIDE = '<Override PartName="/word/{0}.xml" ContentType="{1}.{0}+xml"/>'
_CONTENT = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def finish(docx: bytes, document: Document, tables: Sequence[Node]) -> bytes:
    """Finish a DOCX that pandoc wrote.

    Parameters
    ----------
    tables:
        The pandoc tables that it was written from, in order.
    """
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["word/document.xml"] = _body(parts["word/document.xml"], tables)
    parts |= _fixed_parts(document)
    parts["word/_rels/document.xml.rels"] = _add(
        parts["word/_rels/document.xml.rels"],
        _relation("rIdHead", "header", "header.xml") + _relation("rIdFoot", "footer", "footer.xml"),
    )
    parts["[Content_Types].xml"] = _add(
        parts["[Content_Types].xml"], _OVERRIDE.format("header", _CONTENT) + _OVERRIDE.format("footer", _CONTENT)
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _body(xml: bytes, tables: Sequence[Node]) -> bytes:
    for prefix, address in _NAMESPACES.items():
        ET.register_namespace(prefix, address)
    root = ET.fromstring(xml)
    for element, node in zip(root.iter(f"{_W}tbl"), tables, strict=True):
        _set_table(element, node)
    for picture in root.iter(f"{{{_NAMESPACES['pic']}}}cNvPr"):
        picture.attrib.pop("descr", None)  # pandoc's is the picture once more; the alternative text stands elsewhere
    body = root[0]
    _open_chapters(body)
    for place, element in reversed(list(enumerate(body))):
        if element.tag == f"{_W}tbl":
            # Two tables in a row would run together, and Word wants a paragraph after the last one.
            body.insert(place + 1, _paragraph("AfterTable"))
    last = body.find(f"{_W}sectPr")
    if last is not None:
        body.remove(last)
    body.append(ET.fromstring(_SECTION.format(**_NAMESPACES)))
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _open_chapters(body: ET.Element) -> None:
    """A chapter's title stays with what follows; the first chapter and the two appendices begin a page."""
    heads = [(p, after) for p, after in pairwise(body) if _style(p) == "Heading1"]
    for place, (head, after) in enumerate(heads):
        if after.tag == f"{_W}p":
            _insert_after_style(after, "keepNext")
        if place in (0, len(heads) - 2, len(heads) - 1):
            _insert_after_style(head, "spacing", before="0")
            _insert_after_style(head, "pageBreakBefore")


def _set_table(element: ET.Element, node: Node) -> None:
    classes = node["c"][0][1]
    kind = next((c for c in classes if c in {"ledger", "roadmap", "files", "overview"}), "plain")
    size, style = _SIZES.get(kind, (9.0, "TableText"))
    table = read_table(node, line=_WIDTH / 20 / size, kind=kind)
    shares = (0.22, 0.78) if kind == "overview" else table.widths
    widths = [round(_WIDTH * share) for share in shares]
    _set_properties(element, first_row=bool(table.head))
    grid = _child(element, "tblGrid")
    grid.clear()
    for width in widths:
        ET.SubElement(grid, f"{_W}gridCol", {f"{_W}w": str(width)})
    cells = {(row, column): cell for row, column, cell in placed([*table.head, *table.body], len(widths))}
    for row, line in enumerate(element.findall(f"{_W}tr")):
        _keep_whole(line)
        for column, span, item in _columns(line):
            width = sum(widths[column : column + span])
            _set_cell(item, cells.get((row, column)), width, "F3F5F9" if kind == "overview" else None)
            for paragraph in item.findall(f"{_W}p"):
                _set_paragraph(paragraph, style, cells.get((row, column)))
                if kind == "overview":
                    _insert_after_style(paragraph, "keepNext")


def _set_properties(element: ET.Element, *, first_row: bool) -> None:
    caption = element.find(f"{_W}tblPr/{_W}tblCaption")
    properties = _child(element, "tblPr")
    properties.clear()
    _sub(properties, "tblStyle", val="Table")
    _sub(properties, "tblW", w=str(_WIDTH), type="dxa")
    _sub(properties, "tblLayout", type="fixed")
    flag = "1" if first_row else "0"
    _sub(
        properties, "tblLook", val="0020" if first_row else "0000", firstRow=flag, lastRow="0", firstColumn="0",
        lastColumn="0", noHBand="1", noVBand="1",
    )  # fmt: skip
    if caption is not None:
        properties.append(caption)


def _keep_whole(row: ET.Element) -> None:
    """A row does not break across pages."""
    properties = row.find(f"{_W}trPr")
    if properties is None:
        properties = ET.Element(f"{_W}trPr")
        row.insert(0, properties)
    properties.insert(0, ET.Element(f"{_W}cantSplit"))


def _columns(row: ET.Element) -> Iterator[tuple[int, int, ET.Element]]:
    """Cells of a row with their first column and how many columns they span."""
    column = 0
    for cell in row.findall(f"{_W}tc"):
        span = cell.find(f"{_W}tcPr/{_W}gridSpan")
        width = int(span.get(f"{_W}val", "1")) if span is not None else 1
        yield column, width, cell
        column += width


def _set_cell(element: ET.Element, cell: Cell | None, width: int, shade: str | None) -> None:
    """Width, dashed end of the round, and shading, in the order that the schema wants."""
    properties = _child(element, "tcPr")
    kept = [child for child in properties if child.tag in {f"{_W}gridSpan", f"{_W}vMerge"}]
    properties.clear()
    _sub(properties, "tcW", w=str(width), type="dxa")
    properties.extend(kept)
    classes = cell.classes if cell else frozenset()
    if "m" in classes:
        borders = _sub(properties, "tcBorders")
        _sub(borders, "left", val="single", sz="4", space="0", color="CBD2D9")
        if "end" in classes:
            _sub(borders, "right", val="dashed", sz="8", space="0", color="1F2933")
    fill = "E9EDF2" if "none" in classes else shade
    if fill:
        _sub(properties, "shd", val="clear", color="auto", fill=fill)
    if "m" in classes:
        margins = _sub(properties, "tcMar")
        _sub(margins, "left", w="10", type="dxa")
        _sub(margins, "right", w="10", type="dxa")


def _set_paragraph(element: ET.Element, style: str, cell: Cell | None) -> None:
    properties = _child(element, "pPr")
    for name in ("pStyle", "jc"):
        for child in properties.findall(f"{_W}{name}"):
            properties.remove(child)
    properties.insert(0, ET.Element(f"{_W}pStyle", {f"{_W}val": style}))
    classes = cell.classes if cell else frozenset()
    if "num" in classes or "m" in classes:
        _sub(properties, "jc", val="right" if "num" in classes else "center")


def _style(element: ET.Element) -> str | None:
    style = element.find(f"{_W}pPr/{_W}pStyle")
    return None if style is None else style.get(f"{_W}val")


def _insert_after_style(paragraph: ET.Element, name: str, **attributes: str) -> None:
    """Set a property of a paragraph that the schema wants right after its style."""
    properties = _child(paragraph, "pPr")
    place = 1 if properties.find(f"{_W}pStyle") is not None else 0
    properties.insert(place, ET.Element(f"{_W}{name}", {f"{_W}{key}": value for key, value in attributes.items()}))


def _fixed_parts(document: Document) -> dict[str, bytes]:
    """Parts that are the same for every report or made from its title."""
    folder = TEMPLATES / "docx"
    faces = {"font1": "Regular", "font2": "Bold"}
    keys = {
        name: f"{{{str(uuid.uuid5(uuid.NAMESPACE_URL, f'Sarabun-{face}')).upper()}}}" for name, face in faces.items()
    }
    day = f"{document.moment:%Y-%m-%dT%H:%M:%SZ}"
    values = {"title": document.title, "label": document.label, "author": current().department, "day": day}
    relations = "".join(
        _relation(f"rId{place}", "font", f"fonts/{name}.odttf") for place, name in enumerate(faces, start=1)
    )
    parts = {f"word/{name}.xml": (folder / f"{name}.xml").read_bytes() for name in ("styles", "settings", "footer")}
    parts["word/header.xml"] = _render("header", **values)
    parts["docProps/core.xml"] = _render("core", **values)
    parts["word/fontTable.xml"] = _render("fonts", keys=list(keys.values()))
    parts["word/_rels/fontTable.xml.rels"] = (
        '<?xml version="1.0" encoding="UTF-8"?><Relationships '
        f'xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{relations}</Relationships>'
    ).encode()
    return parts | {f"word/fonts/{name}.odttf": _obfuscated(faces[name], keys[name]) for name in faces}


@cache
def _obfuscated(face: str, key: str) -> bytes:
    """A face as Word embeds it: the first 32 bytes XORed with the key, as ECMA-376 part 4, section 9.1, describes."""
    content = (SARABUN / f"Sarabun-{face}.ttf").read_bytes()
    mask = bytes.fromhex(key.strip("{}").replace("-", ""))[::-1]
    return bytes(b ^ mask[place % 16] for place, b in enumerate(content[:32])) + content[32:]


def _relation(identifier: str, kind: str, target: str) -> str:
    return _RELATION.format(identifier, _NAMESPACES["r"], kind, target)


def _render(name: str, **values: object) -> bytes:
    return environment().get_template(f"docx/{name}.xml.j2").render(**values).encode()


def _add(xml: bytes, elements: str) -> bytes:
    """Elements added at the end of a part's root."""
    head, end, tail = xml.decode().rpartition("</")
    return f"{head}{elements}{end}{tail}".encode()


def _child(element: ET.Element, name: str) -> ET.Element:
    child = element.find(f"{_W}{name}")
    if child is None:
        child = ET.Element(f"{_W}{name}")
        element.insert(0, child)
    return child


def _sub(parent: ET.Element, name: str, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, f"{_W}{name}", {f"{_W}{key}": value for key, value in attributes.items()})


def _paragraph(style: str) -> ET.Element:
    paragraph = ET.Element(f"{_W}p")
    _sub(_sub(paragraph, "pPr"), "pStyle", val=style)
    return paragraph
