"""Writes a document as DOCX with pandoc, and gives it what pandoc leaves out."""

from __future__ import annotations

import base64
import json
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import pypandoc  # type: ignore[import-untyped]
import typst

from dsw_analysis.intake.writing.typefaces import SARABUN
from dsw_analysis.report.document import SANDBOX, Document, Node, replace, walk
from dsw_analysis.report.ooxml import finish
from dsw_analysis.report.word_blocks import adapt, picture_name

_RESOLUTION = 192
"""Dots an inch of the pictures that stand for drawings."""


def to_docx(document: Document) -> bytes:
    """Write a document for Word and LibreOffice; the same input gives the same bytes.

    Figures become PNG, since older Words do not show SVG. Every number carries a bookmark named
    after its finding (``u_`` and the id, dots as underscores) and links to its row (``f_`` and the id).
    """
    pictures = {name: content for name, content in document.images.items() if not name.endswith(".svg")}
    pictures |= to_png({name: content for name, content in document.images.items() if name.endswith(".svg")})
    blocks = adapt(document)

    def embed(node: Node) -> Node | None:
        if node["t"] != "Image":
            return None
        *about, (name, title) = node["c"]
        return {"t": "Image", "c": [*about, [_data_url(name, pictures[name]), title]]}

    source = json.dumps({"pandoc-api-version": document.version, "meta": {}, "blocks": replace(blocks, embed)})
    with tempfile.TemporaryDirectory() as name:
        target = Path(name) / "report.docx"
        pypandoc.convert_text(source, "docx", format="json", outputfile=str(target), extra_args=SANDBOX)
        return finish(target.read_bytes(), document, [node for node in walk(blocks) if node["t"] == "Table"])


def _data_url(name: str, content: bytes) -> str:
    return f"data:image/{name.rpartition('.')[2]};base64,{base64.b64encode(content).decode()}"


def to_png(drawings: Mapping[str, bytes]) -> dict[str, bytes]:
    """Draw SVG files as PNG, under their names with the ending changed."""
    if not drawings:
        return {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for drawing, content in drawings.items():
            (folder / drawing).write_bytes(content)
        (folder / "main.typ").write_text(_one_a_page(drawings), encoding="utf-8")
        pages = typst.compile(
            folder / "main.typ", root=folder, format="png", ppi=_RESOLUTION,
            font_paths=[SARABUN], ignore_system_fonts=True,
        )  # fmt: skip
    drawn = pages if isinstance(pages, list) else [pages]
    return {picture_name(drawing): page for drawing, page in zip(drawings, drawn, strict=True)}


def _one_a_page(drawings: Iterable[str]) -> str:
    images = "#pagebreak()\n".join(f'#image("{drawing}")\n' for drawing in drawings)
    return f"#set page(width: auto, height: auto, margin: 0pt, fill: white)\n{images}"
