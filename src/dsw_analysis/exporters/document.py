"""The report for paper: chapters, sources of the numbers and data files as one pandoc document with its figures."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pypandoc  # type: ignore[import-untyped]

from dsw_analysis.appendix import SHORT, input_cells, origin
from dsw_analysis.blocks import anchor
from dsw_analysis.findings import PROVENANCE, Finding
from dsw_analysis.pages import environment
from dsw_analysis.provinces import in_prose
from dsw_analysis.report import Chapter, number_uses, version
from dsw_analysis.rounds import Round
from dsw_analysis.thai import format_date

Node = dict[str, Any]
"""An element of pandoc's document model: ``t`` is its kind, ``c`` its content."""

TITLE = "รายงานผลการขับเคลื่อนโครงการและกิจกรรมตามแผนปฏิบัติการพัฒนาระบบราชการ"
DEPARTMENT = "กรมพัฒนาสังคมและสวัสดิการ"

_DETAILS = re.compile(r"<details\b.*?</details>", re.S)
_IMAGE = re.compile(r'src="data:image/(svg\+xml|png);base64,([^"]+)"')


@dataclass(frozen=True, kw_only=True)
class Document:
    """A report on its way to paper.

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
    round: Round
    blocks: list[Node]
    images: Mapping[str, bytes]
    version: list[int]

    @property
    def moment(self) -> datetime:
        """The date of the report: the end of its round, midnight UTC. Never the clock."""
        return datetime(self.round.end.year, self.round.end.month, self.round.end.day, tzinfo=UTC)


def compose(
    round_: Round,
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
    bodies = {c.id: number_uses(_take_images(_DETAILS.sub("", c.body), images), uses) for c in chapters}
    groups = [(c.title, [f for _, f in sorted(ledger.items()) if f.section == c.id]) for c in chapters]
    groups.append(("โครงการอื่น", [f for _, f in sorted(ledger.items()) if f.section not in bodies]))
    found = {f.provenance for f in ledger.values()}
    html = (
        environment()
        .get_template("print.html.j2")
        .render(
            title=TITLE,
            subtitle=chapters[0].title if len(chapters) == 1 else None,
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
            version=version(),
        )
    )
    parsed = json.loads(pypandoc.convert_text(html, "json", format="html"))
    section = f"{chapters[0].title} – " if len(chapters) == 1 else ""
    return Document(
        title=f"{section}{TITLE} {round_.label}{'' if province is None else f' {in_prose(province)}'}",
        round=round_,
        blocks=_unlink_lost(parsed["blocks"]),
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


def strings(node: Any) -> Iterator[str]:  # noqa: ANN401
    """Texts in a piece of a document, each as pandoc keeps it: without spaces, or a piece of code."""
    for element in walk(node):
        if element["t"] == "Str":
            yield element["c"]
        elif element["t"] in {"Code", "CodeBlock"}:
            yield element["c"][1]


def replace(node: Any, change: Callable[[Node], Node | None]) -> Any:  # noqa: ANN401
    """Copy of a piece of a document in which ``change`` replaced elements; ``None`` keeps one."""
    if isinstance(node, list):
        return [replace(child, change) for child in node]
    if not isinstance(node, dict) or "t" not in node:
        return node
    node = {**node, "c": replace(node["c"], change)} if "c" in node else node
    return change(node) or node


def _take_images(html: str, images: dict[str, bytes]) -> str:
    def take(match: re.Match[str]) -> str:
        content = base64.b64decode(match[2])
        name = f"{hashlib.sha256(content).hexdigest()[:16]}.{match[1][:3]}"
        images[name] = content
        return f'src="{name}"'

    return _IMAGE.sub(take, html)


def _unlink_lost(blocks: list[Node]) -> list[Node]:
    ids = {text for node in _every_list(blocks) if (text := _id_of(node))}

    def change(node: Node) -> Node | None:
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
