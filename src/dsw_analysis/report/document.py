"""The report for paper: chapters, sources of the numbers and data files as one pandoc document with its figures."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version
from typing import Any

import pypandoc  # type: ignore[import-untyped]
from PIL import ExifTags, Image, ImageOps

from dsw_analysis.findings.finding import Finding
from dsw_analysis.intake.provenance import PROVENANCE
from dsw_analysis.intake.provinces import in_prose
from dsw_analysis.intake.thai import format_date
from dsw_analysis.intake.writing.pages import environment
from dsw_analysis.project import current
from dsw_analysis.report.appendix import SHORT, input_cells, origin
from dsw_analysis.report.page import Chapter, number_uses
from dsw_analysis.rounds import Round
from dsw_analysis.section.blocks import anchor

Node = dict[str, Any]
"""An element of pandoc's document model: ``t`` is its kind, ``c`` its content."""

_NO_DAY = date(1980, 1, 1)
"""Date in the file of what has no round: PDF/A must have one, and the clock would make each copy another file."""

_DATA = re.compile(r"<details><summary>ข้อมูลของภาพ</summary>.*?</details></figure>", re.S)
_SUMMARY = re.compile(r"<summary\b[^>]*>(.*?)</summary>", re.S)
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
        Pandoc blocks: the cover, then one ``Div`` of class ``chapter`` a chapter.
    images:
        File name, as the blocks use it, -> content.
    version:
        pandoc's API version, which its JSON must carry.
    """

    title: str
    round: Round | None
    blocks: list[Node]
    images: Mapping[str, bytes]
    version: list[int]

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
    ledger: Mapping[str, Finding],
    inputs: Iterable[Mapping[str, Any]],
    *,
    province: str | None = None,
) -> Document:
    """Make the document that both the PDF and the DOCX are written from.

    The small tables behind figures are left out, since the sources of the numbers list the same
    values; a link whose target is not in the document becomes plain text.

    Parameters
    ----------
    ledger:
        Findings to list as sources; every number in the chapters links to its row.
    inputs:
        Data files with ``dataset``, ``file``, ``rows`` and ``sha256``.
    province:
        The one province that the document is about, if it is about one.
    """
    images: dict[str, bytes] = {}
    uses: dict[str, str] = {}
    bodies = {c.id: number_uses(_take_images(_open_details(c.body), images), uses) for c in chapters}
    groups = [(c.title, [f for _, f in sorted(ledger.items()) if f.section == c.id]) for c in chapters]
    groups.append(("โครงการอื่น", [f for _, f in sorted(ledger.items()) if f.section not in bodies]))
    found = {f.provenance for f in ledger.values()}
    html = (
        environment()
        .get_template("print.html.j2")
        .render(
            title=current().title if round_ else chapters[0].title,
            subtitle=chapters[0].title if round_ and len(chapters) == 1 else None,
            round=round_,
            province=None if province is None else in_prose(province),
            reconstructed="reconstructed" in found,
            chapters=chapters,
            bodies=bodies,
            groups=[(title, findings) for title, findings in groups if findings],
            uses=uses,
            anchor=anchor,
            provenance=[(SHORT[code], PROVENANCE[code]) for code in PROVENANCE if code in found],
            origin=origin,
            inputs=[input_cells(read) for read in inputs],
            format_date=format_date,
            version=version("dsw-analysis"),
        )
    )
    parsed = json.loads(pypandoc.convert_text(html, "json", format="html", extra_args=SANDBOX))
    section = f"{chapters[0].title} – " if len(chapters) == 1 else ""
    place = "" if province is None else f" {in_prose(province)}"
    return Document(
        title=f"{section}{current().title} {round_.label}{place}" if round_ else chapters[0].title,
        round=round_,
        blocks=_cut_loose(parsed["blocks"], images),
        images=images,
        version=parsed["pandoc-api-version"],
    )


def walk(node: Any) -> Iterator[Node]:  # noqa: ANN401 - any piece of pandoc's JSON
    """All elements in and below a piece of a document, in reading order."""
    if isinstance(node, dict) and "t" in node:
        yield node
        node = node.get("c")
    if isinstance(node, list):
        for child in node:
            yield from walk(child)


def length(text: str) -> tuple[float, str] | None:
    """A width or height as HTML writes it: number and ``px`` or ``%``; ``None`` if it is neither, or is nothing."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(px|%)?\s*", text)
    return (float(match[1]), match[2] or "px") if match and float(match[1]) else None


def strings(node: Any) -> Iterator[str]:  # noqa: ANN401
    """Texts in a piece of a document, each as pandoc keeps it: without spaces, or a piece of code."""
    for element in walk(node):
        if element["t"] == "Str":
            yield element["c"]
        elif element["t"] in {"Code", "CodeBlock", "Math"}:
            yield element["c"][1]


def replace(node: Any, change: Callable[[Node], Node | None]) -> Any:  # noqa: ANN401
    """Copy of a piece of a document in which ``change`` replaced elements; ``None`` keeps one."""
    if isinstance(node, list):
        return [replace(child, change) for child in node]
    if not isinstance(node, dict) or "t" not in node:
        return node
    node = {**node, "c": replace(node["c"], change)} if "c" in node else node
    return change(node) or node


def _open_details(html: str) -> str:
    """What a click shows is printed, under its summary; but for the data of figures."""
    return _SUMMARY.sub(r"<p><strong>\1</strong></p>", _DATA.sub("</figure>", html))


def _take_images(html: str, images: dict[str, bytes]) -> str:
    def take(match: re.Match[str]) -> str:
        content = base64.b64decode(match[2])
        content, kind = _printable(content, match[1])
        name = f"{hashlib.sha256(content).hexdigest()[:16]}.{kind}"
        images[name] = content
        return f'src="{name}"'

    return _IMAGE.sub(take, html)


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


def _cut_loose(blocks: list[Node], images: Collection[str]) -> list[Node]:
    """Leave only the words of links to what is not in the document, and of pictures that are not in it."""
    ids = {text for node in _every_list(blocks) if (text := _id_of(node))}

    def change(node: Node) -> Node | None:
        if node["t"] == "Image" and node["c"][2][0] not in images:
            return {"t": "Span", "c": [["", ["none"], []], node["c"][1]]}
        if node["t"] == "Link" and node["c"][2][0].startswith("#") and node["c"][2][0][1:] not in ids:
            return {"t": "Span", "c": node["c"][:2]}
        return None

    return list(replace(blocks, change))


def _every_list(node: Any) -> Iterator[list[Any]]:  # noqa: ANN401
    if isinstance(node, dict):
        yield from _every_list(node.get("c"))
    elif isinstance(node, list):
        yield node
        for child in node:
            yield from _every_list(child)


def _id_of(node: list[Any]) -> str | None:
    """Id of an attribute triple (id, classes, pairs), which rows and cells carry without a name."""
    is_attribute = len(node) == 3 and isinstance(node[0], str) and isinstance(node[1], list)
    return node[0] if is_attribute else None
