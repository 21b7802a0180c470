"""Typesets a document as a tagged PDF with Typst."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typst

from dsw_analysis.intake.writing.pages import TEMPLATES
from dsw_analysis.intake.writing.typefaces import stand_ins
from dsw_analysis.project import current
from dsw_analysis.report.clusters import write_fonts
from dsw_analysis.report.document import Document, Node, letters, strings, walk
from dsw_analysis.report.markup import convert_formulas
from dsw_analysis.report.tables import sized
from dsw_analysis.report.typst_source import BESIDE, LINE, Writer, quote
from dsw_analysis.report.words import broken_words

if TYPE_CHECKING:
    from typst import PDFStandard

STANDARDS: list[PDFStandard] = ["ua-1", "a-2a"]
"""Accessible to screen readers (PDF/UA-1) and fit for the archive (PDF/A-2a)."""


_CELL = re.compile(rb"<</Type/StructElem/S/TD/[^\n]*")
_COLUMNS = re.compile(rb"/Headers\[[^]]*\]")
"""Attribute of a cell that names the heads of its columns."""


def to_pdf(document: Document, *, bare: bool = False) -> bytes:
    """Typeset a document: A4, tagged, with bookmarks, contents and links; the same input gives the same bytes.

    One that is ``bare`` has neither cover nor contents, but a line that says of which report and round it is.

    Raises
    ------
    typst.TypstError
        If a figure has no alternative text, or the result would break one of :data:`STANDARDS`.
    ValueError
        If the document holds something that has no form in print yet.
    """
    look = (TEMPLATES / "report.typ").read_text(encoding="utf-8")
    drawn = [text for name, held in document.images.items() if name.endswith(".svg") for text in letters(held)]
    texts = [*strings(document.blocks), document.title, document.label, look, *drawn]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for image, content in document.images.items():
            (folder / image).write_bytes(content)
        write_fonts(folder, texts)
        faces = stand_ins("".join(texts))
        for face in faces.values():
            shutil.copy(face, folder)
        (folder / "report.typ").write_text(look, encoding="utf-8")
        writer = Writer(broken_words(texts, folder), _formulas(document.blocks))
        (folder / "main.typ").write_text(typst_source(document, writer, bare=bare), encoding="utf-8")
        pdf = typst.compile(
            folder / "main.typ",
            root=folder,
            font_paths=[folder],
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=STANDARDS,
            timestamp=document.moment,
            sys_inputs={"faces": "|".join(faces)},
        )
    return with_row_heads(pdf, writer.heads)


def _formulas(blocks: list[Node]) -> dict[str, str]:
    """TeX of every formula -> its Typst source."""
    found = {node["c"][1]: node["c"][0]["t"] == "DisplayMath" for node in walk(blocks) if node["t"] == "Math"}
    if not found:
        return {}
    return dict(zip(found, convert_formulas([(alone, tex) for tex, alone in found.items()], "typst"), strict=True))


def with_row_heads(pdf: bytes, heads: Sequence[bool]) -> bytes:
    """Tag those cells below the heads of tables that head their rows as such.

    Typst can do so itself, but typst-py gives no way to the feature. An element of the tag tree takes as many bytes as
    before, so that all else stays in its place.

    Raises
    ------
    ValueError
        If the PDF has another number of cells.
    """
    cells = list(_CELL.finditer(pdf))
    if len(cells) != len(heads):
        raise ValueError(f"the PDF has {len(cells)} cells below the heads of tables and not {len(heads)}")
    made = bytearray(pdf)
    for cell, is_head in zip(cells, heads, strict=True):
        if is_head:
            tag = cell[0].replace(b"/S/TD", b"/S/TH")
            made[cell.start() : cell.end()] = _COLUMNS.sub(lambda found: b"/Scope/Row".ljust(len(found[0])), tag)
    return bytes(made)


def typst_source(document: Document, writer: Writer, *, bare: bool = False) -> str:
    """Typst source of a document; it imports ``report.typ`` and needs the document's images beside it."""
    cover, *chapters = sized(document.blocks, LINE, BESIDE)
    day = document.moment
    values = f"title: {quote(document.title)}, label: {quote(document.label)}, "
    if current().department:
        values += f"author: {quote(current().department)}, "
    if document.draft:
        values += "draft: true, "
    if bare and document.round is not None:
        state = " · ร่าง" if document.draft else ""
        values += f"masthead: ({quote(current().title)}, {quote(document.label + state)}), "
    return "\n\n".join(
        [
            '#import "report.typ": *',
            f"#show: report.with({values}date: datetime(year: {day.year}, month: {day.month}, day: {day.day}))",
            *(() if bare else (writer.blocks([cover]), "#contents()")),
            writer.blocks(chapters),
            "",
        ]
    )
