"""Turns a document into the form in which pandoc's DOCX writer keeps styles, bookmarks and places."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from dsw_analysis.intake.writing.pages import environment
from dsw_analysis.report.document import Document, Node, changed, length, text_of
from dsw_analysis.report.tables import sized

_LINE = 481.9
"""Width of the page's text in points: A4 without margins of 20 mm."""
_TYPE = 9.5
"""Size of the type of tables in points."""
_OVERVIEW = (0.22, 0.78)
"""Shares of the width of a list of terms."""

_COVER = {
    "org": "Cover Department",
    "title": "Title",
    "subtitle": "Subtitle",
    "round": "Cover Round",
    "warning": "Notice",
    "protected": "Notice",
}
"""Line of the cover -> paragraph style."""
_BLOCKS = {"failure": "Failure", "note": "Note"}
"""Class of a block -> paragraph style."""
_SPANS = {
    "example": "Mark",
    **dict.fromkeys(["printed", "computed"], "Mark Real"),
    "sub": "Soft",
    "small": "Soft",
    "none": "Soft",
    **dict.fromkeys(["reached", "on_the_way", "work_done", "work_in_progress"], "Status Good"),
    **dict.fromkeys(["below_plan", "missed", "work_overdue"], "Status Bad"),
    **dict.fromkeys(["not_yet_due", "nothing_to_measure", "not_shown"], "Status Open"),
    **dict.fromkeys(["awaiting_target", "awaiting_result", "work_ahead", "work_waiting"], "Status Open"),
}
"""Class of a span in the HTML -> character style."""

_WIDEST = 640
"""Pixels, at 96 an inch, of the widest figure; the text of the page is as wide."""
_SCALE = 0.85
"""Size of figures on paper, as in the PDF."""


def adapt(document: Document, pictures: Mapping[str, str]) -> list[Node]:
    """Blocks of a document for pandoc's DOCX writer: cover, contents field, chapters.

    Parameters
    ----------
    pictures:
        Name of an image of the document -> address of what Word is to show for it.
    """
    cover, *chapters = sized(document.blocks, _LINE / _TYPE)
    adapter = _Adapter(pictures)
    lines = [_styled(_COVER[line["c"][0][1][0]], adapter.copy(line["c"][1])) for line in cover["c"][1]]
    adapted = adapter.copy(chapters)
    entries = [(b["c"][1][0], text_of(b["c"][2])) for b in adapted if b["t"] == "Header" and b["c"][0] == 1]
    contents = environment().get_template("contents.xml.j2").render(entries=entries)
    return [*lines, {"t": "RawBlock", "c": ["openxml", contents]}, *adapted]


def bookmark(identifier: str) -> str:
    """Name of a bookmark: Word allows 40 ASCII letters, digits and underscores."""
    name = re.sub(r"[^A-Za-z0-9_]", "_", identifier)
    return name if len(name) <= 40 else f"{name[:31]}_{hashlib.sha256(identifier.encode()).hexdigest()[:8]}"


class _Adapter:
    """Copies pieces of a document."""

    def __init__(self, pictures: Mapping[str, str]) -> None:
        self._pictures = pictures

    def copy(self, nodes: Iterable[Any]) -> list[Any]:
        """Adapted copies of blocks, inlines, or lists of them; one element may become several."""
        made = []
        for node in nodes:
            new = self._one(node)
            made += new if isinstance(node, dict) and isinstance(new, list) else [new]
        return made

    def _one(self, node: Any) -> Any:  # noqa: ANN401 - any piece of pandoc's JSON
        if isinstance(node, list):
            return self.copy(node)
        if not isinstance(node, dict) or not isinstance(node.get("c"), list):
            return node
        special = getattr(self, f"_{node['t'].lower()}", None)
        return special(node["c"]) if special else {**node, "c": self.copy(node["c"])}

    def _div(self, content: list[Any]) -> list[Node]:
        (identifier, classes, pairs), blocks = content
        if "chapter" in classes:
            title, *rest = blocks
            order = next((f"{v}. " for k, v in pairs if k == "order"), "")
            inlines = [{"t": "Str", "c": order}, *self.copy(title["c"][2])]
            return [{"t": "Header", "c": [1, [bookmark(identifier), [], []], inlines]}, *self.copy(rest)]
        style = next((_BLOCKS[c] for c in classes if c in _BLOCKS), None)
        return [_styled(style, self.copy(blocks))] if style else self.copy(blocks)

    def _header(self, content: list[Any]) -> Node:
        level, _, inlines = content
        return {"t": "Header", "c": [level, _attributes(), self.copy(inlines)]}

    def _figure(self, content: list[Any]) -> list[Node]:
        _, (_, caption), blocks = content
        head = [_styled("Figure Caption", self.copy(caption))] if text_of(caption) else []
        return [*head, _styled("Figure", self.copy(blocks))]

    def _table(self, content: list[Any]) -> list[Node]:
        _, caption, columns, head, bodies, foot = content
        made = [_attributes("Table"), self.copy(caption), columns, self._part(head)]
        made += [[[*body[:2], *(self._rows(rows) for rows in body[2:])] for body in bodies]]
        return _followed([*made, self._part(foot)])

    def _part(self, part: list[Any]) -> list[Any]:
        attributes, rows = part
        return [attributes, self._rows(rows)]

    def _rows(self, rows: list[Any]) -> list[Any]:
        return [[attributes, [self._cell(cell) for cell in cells]] for attributes, cells in rows]

    def _cell(self, cell: list[Any]) -> list[Any]:
        (identifier, classes, _), _, *spans, blocks = cell
        blocks = self.copy(blocks)
        style, align = "Table Text", "AlignRight" if "num" in classes else "AlignDefault"
        text = _styled(style, blocks, bookmark(identifier)) if blocks else _empty(style)
        return [_attributes(), {"t": align}, *spans, [text]]

    def _definitionlist(self, content: list[Any]) -> list[Node]:
        def cell(blocks: list[Node]) -> list[Any]:
            return [_attributes(), {"t": "AlignDefault"}, 1, 1, [_styled("Table Overview", self.copy(blocks))]]

        rows = [
            [_attributes(), [cell([{"t": "Plain", "c": term}]), cell([block for text in texts for block in text])]]
            for term, texts in content
        ]
        columns = [[{"t": "AlignDefault"}, {"t": "ColWidth", "c": share}] for share in _OVERVIEW]
        table = [_attributes("Table"), [None, []], columns, [_attributes(), []]]
        return _followed([*table, [[_attributes(), 0, [], rows]], [_attributes(), []]])

    def _emph(self, content: list[Any]) -> Node:
        return _named("Soft", self.copy(content))

    def _span(self, content: list[Any]) -> list[Node]:
        (identifier, classes, _), inlines = content
        style = next((_SPANS[c] for c in classes if c in _SPANS), None)
        made = self.copy(inlines)
        if style:
            made = [_named(style, made)]
        if identifier:
            made = [{"t": "Span", "c": [[bookmark(identifier), [], []], made]}]
        return [{"t": "LineBreak"}, *made] if "sub" in classes else made

    def _link(self, content: list[Any]) -> Node:
        _, inlines, (target, title) = content
        place = [f"#{bookmark(target[1:])}", ""] if target.startswith("#") else [target, title]
        return {"t": "Link", "c": [_attributes(), self.copy(inlines), place]}

    def _image(self, content: list[Any]) -> Node:
        (_, _, pairs), alt, (source, _) = content
        sides = {key: side for key, value in pairs if key in {"width", "height"} and (side := length(value))}
        size = {key: number for key, (number, unit) in sides.items() if unit == "px"}
        scale = min(_SCALE, _WIDEST / size.get("width", _WIDEST))
        fitted = [[key, f"{value * scale:.0f}px"] for key, value in size.items()]
        fitted += [[key, f"{number:g}%"] for key, (number, unit) in sides.items() if unit == "%" and key == "width"]
        return {"t": "Image", "c": [["", [], fitted], alt, [self._pictures[source], ""]]}


def _attributes(style: str = "") -> list[Any]:
    return ["", [], [["custom-style", style]] if style else []]


def _followed(table: list[Any]) -> list[Node]:
    """A table and what keeps it apart: Word would join it to the next one, and wants a paragraph after the last."""
    return [{"t": "Table", "c": table}, _empty("After Table")]


def _empty(style: str) -> Node:
    """A paragraph without words, which pandoc would leave out had it no piece at all."""
    return _styled(style, [{"t": "Para", "c": [{"t": "Span", "c": [_attributes(), []]}]}])


def _styled(style: str, blocks: list[Node], identifier: str = "") -> Node:
    """Blocks in a paragraph style, which pandoc gives only to paragraphs that are written as such."""
    paragraphs = changed(blocks, lambda node: {"t": "Para", "c": node["c"]} if node["t"] == "Plain" else None)
    return {"t": "Div", "c": [[identifier, [], [["custom-style", style]]], paragraphs]}


def _named(style: str, inlines: list[Node]) -> Node:
    return {"t": "Span", "c": [_attributes(style), inlines]}
