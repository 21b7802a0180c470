"""Turns a document into the form in which pandoc's DOCX writer keeps styles, bookmarks and places."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from dsw_analysis.intake.writing.pages import environment
from dsw_analysis.report.document import Document, Node, length
from dsw_analysis.report.tables import text_of

_COVER = {
    "org": "Cover Department",
    "title": "Title",
    "subtitle": "Subtitle",
    "round": "Cover Round",
    "warning": "Notice",
}
"""Line of the cover -> paragraph style."""

_SPANS = {
    "mark": "Mark",
    "sub": "Soft",
    "small": "Soft",
    "none": "Soft",
    "reached": "Status Good",
    "on_the_way": "Status Good",
    "behind": "Status Bad",
    "not_measurable": "Status Open",
    "no_target": "Status Open",
    "being_defined": "Status Open",
}
"""Class of a span in the HTML -> character style."""

STEPS = {
    "done": "Step Done",
    "in_progress": "Step In Progress",
    "not_started": "Step Not Started",
    "unstated": "Step Unstated",
}
"""Class of a month in the road map -> character style."""

_WIDEST = 640
"""Pixels, at 96 an inch, of the widest figure; the text of the page is as wide."""
_SCALE = 0.85
"""Size of figures on paper, as in the PDF."""


def adapt(document: Document) -> list[Node]:
    """Blocks of a document for pandoc's DOCX writer: cover, contents field, chapters."""
    cover, *chapters = document.blocks
    adapter = _Adapter()
    lines = [_styled(_COVER[line["c"][0][1][0]], adapter.blocks(line["c"][1])) for line in cover["c"][1]]
    adapted = [block for chapter in chapters for block in adapter.blocks([chapter])]
    entries = [(b["c"][1][0], text_of(b["c"][2])) for b in adapted if b["t"] == "Header" and b["c"][0] == 1]
    contents = environment().get_template("docx/contents.xml.j2").render(entries=entries)
    return [*lines, {"t": "RawBlock", "c": ["openxml", contents]}, *adapted]


def bookmark(identifier: str) -> str:
    """Name of a bookmark: Word allows 40 ASCII letters, digits and underscores."""
    name = re.sub(r"[^A-Za-z0-9_]", "_", identifier)
    return name if len(name) <= 40 else f"{name[:31]}_{hashlib.sha256(identifier.encode()).hexdigest()[:8]}"


def picture_name(name: str) -> str:
    """File name of the picture that stands for a drawing: Word gets PNG in place of SVG."""
    return re.sub(r"\.svg$", ".png", name)


class _Adapter:
    """Copies blocks; counts the uses of each finding, since bookmarks must differ."""

    def __init__(self) -> None:
        self._uses: Counter[str] = Counter()
        self._soft = False
        self._special: dict[str, Callable[[Any], list[Node]]] = {
            "Div": self._div,
            "Header": self._header,
            "Figure": self._figure,
            "DefinitionList": self._definitions,
            "Span": self._span,
            "Link": self._link,
            "Image": self._image,
            "Emph": lambda c: [_named("Soft", self.blocks(c))],
        }

    def blocks(self, nodes: Iterable[Any]) -> list[Any]:
        """Adapted copies of blocks or inlines; one may become several."""
        return [new for node in nodes for new in self._one(node)]

    def _one(self, node: Any) -> list[Any]:  # noqa: ANN401 - any piece of pandoc's JSON
        if isinstance(node, list):
            return [_cell(self.blocks(node)) if _is_cell(node) else self.blocks(node)]
        if not isinstance(node, dict) or "c" not in node:
            return [node]
        if node["t"] in self._special:
            return self._special[node["t"]](node["c"])
        return [{**node, "c": self.blocks(node["c"]) if isinstance(node["c"], list) else node["c"]}]

    def _div(self, content: list[Any]) -> list[Node]:
        (identifier, classes, pairs), blocks = content
        if "chapter" in classes:
            title, *rest = blocks
            order = next((f"{v}. " for k, v in pairs if k == "order"), "")
            inlines = [{"t": "Str", "c": order}, *self.blocks(title["c"][2])]
            head = {"t": "Header", "c": [1, [bookmark(identifier), [], []], inlines]}
            return [head, *self.blocks(rest)]
        if "table" in classes:
            return [self._in_table(block, classes) for block in _flat(blocks)]
        if "failure" in classes:
            return [_styled("Failure", self.blocks(blocks))]
        return self.blocks(blocks)

    def _in_table(self, block: Node, classes: list[str]) -> Node:
        if block["t"] != "Table":
            return _styled("Note", self.blocks([block]))
        (identifier, own, pairs), *rest = block["c"]
        return {"t": "Table", "c": [[identifier, [*own, *classes], pairs], *self.blocks(rest)]}

    def _header(self, content: list[Any]) -> list[Node]:
        level, _, inlines = content
        return [{"t": "Header", "c": [level, ["", [], []], self.blocks(inlines)]}]

    def _figure(self, content: list[Any]) -> list[Node]:
        _, caption, blocks = content
        pictures = [{"t": "Para", "c": b["c"]} if b["t"] == "Plain" else b for b in self.blocks(blocks)]
        head = [_styled("Figure Caption", self.blocks(caption[1]))] if text_of(caption[1]) else []
        return [*head, _styled("Figure", pictures)]

    def _definitions(self, content: list[Any]) -> list[Node]:
        rows = [
            [_attr(), [_bare_cell([_plain(term)]), _bare_cell([b for text in texts for b in text])]]
            for term, texts in content
        ]
        table = [_attr("overview"), [None, []], [[{"t": "AlignLeft"}, {"t": "ColWidthDefault"}]] * 2]
        table += [[_attr(), []], [[_attr(), 1, [], self.blocks(rows)]], [_attr(), []]]
        return [{"t": "Table", "c": table}]

    def _span(self, content: list[Any]) -> list[Node]:
        (identifier, classes, _), inlines = content
        style = next((_SPANS[c] for c in classes if c in _SPANS), None)
        before, self._soft = self._soft, self._soft or style == "Soft"
        inner = self.blocks(inlines)
        self._soft = before
        made = [_named(style, inner)] if style else inner
        if identifier:
            made = [{"t": "Span", "c": [[bookmark(identifier), [], []], made]}]
        return [{"t": "LineBreak"}, *made] if "sub" in classes else made

    def _link(self, content: list[Any]) -> list[Node]:
        (_, classes, _), inlines, (target, title) = content
        inner = self.blocks(inlines)
        if not target.startswith("#"):
            return [{"t": "Link", "c": [_attr(), inner, [target, title]]}]
        if "n" not in classes:
            return [{"t": "Link", "c": [_attr(), inner, [f"#{bookmark(target[1:])}", ""]]}]
        # A run has one style, so that of a number must say what is said of the words around it.
        style = f"Number{' Reconstructed' if 'r' in classes else ''}{' Soft' if self._soft else ''}"
        link = {"t": "Link", "c": [_attr(), [_named(style, inner)], [f"#{bookmark(target[1:])}", ""]]}
        finding = target.removeprefix("#f.")
        self._uses[finding] += 1
        use = f"u.{finding}" if self._uses[finding] == 1 else f"u.{finding}.{self._uses[finding]}"
        return [{"t": "Span", "c": [[bookmark(use), [], []], [link]]}]

    def _image(self, content: list[Any]) -> list[Node]:
        (_, _, pairs), alt, (source, _) = content
        sides = {key: side for key, value in pairs if key in {"width", "height"} and (side := length(value))}
        size = {key: number for key, (number, unit) in sides.items() if unit == "px"}
        scale = min(_SCALE, _WIDEST / size.get("width", _WIDEST))
        fitted = [[key, f"{value * scale:.0f}px"] for key, value in size.items()]
        fitted += [[key, f"{number:g}%"] for key, (number, unit) in sides.items() if unit == "%" and key == "width"]
        return [{"t": "Image", "c": [["", [], fitted], alt, [picture_name(source), ""]]}]


def _flat(blocks: list[Node]) -> list[Node]:
    """Blocks with those of inner ``Div`` in their place."""
    return [inner for b in blocks for inner in (_flat(b["c"][1]) if b["t"] == "Div" else [b])]


def _is_cell(node: list[Any]) -> bool:
    return len(node) == 5 and isinstance(node[1], dict) and str(node[1].get("t")).startswith("Align")


def _cell(node: list[Any]) -> list[Any]:
    """Cell whose id, which pandoc would drop, stands on a span in it, and whose dots carry their style."""
    (identifier, classes, pairs), *rest, blocks = node
    step = next((style for name, style in STEPS.items() if name in classes), None)
    if step:
        blocks = [_plain([_named(step, b["c"])]) for b in blocks]
    if identifier:
        mark = {"t": "Span", "c": [[bookmark(identifier), [], []], []]}
        blocks = [{**blocks[0], "c": [mark, *blocks[0]["c"]]}, *blocks[1:]]
    return [["", classes, pairs], *rest, blocks]


def _bare_cell(blocks: list[Node]) -> list[Any]:
    return [_attr(), {"t": "AlignDefault"}, 1, 1, blocks]


def _attr(*classes: str) -> list[Any]:
    return ["", list(classes), []]


def _plain(inlines: list[Node]) -> Node:
    return {"t": "Plain", "c": inlines}


def _styled(style: str, blocks: list[Node]) -> Node:
    return {"t": "Div", "c": [["", [], [["custom-style", style]]], blocks]}


def _named(style: str, inlines: list[Node]) -> Node:
    return {"t": "Span", "c": [["", [], [["custom-style", style]]], inlines]}
