"""Reads the HTML of a section back: lines of text with links, tables, pictures, marks, and what is foreign in it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

EXAMPLES = "examples"
"""Class of the panel that keeps a section's examples apart."""
LINKED = "\ufffc"
"""Stands in a line for a number that links to its finding."""
SAID = ("\ue000", "\ue001")
"""Stand in a line before and after words of the sources."""

_VOID = {"br", "img", "meta", "hr", "input", "link", "col", "wbr"}
_INLINE = {"a", "b", "code", "del", "em", "i", "ins", "s", "small", "span", "strong", "sub", "sup", "u"}

_ROWS = {"tr", "caption", "dt"}
_CELLS = {"td", "th", "caption", "dt", "dd", "figcaption", "h1", "h2", "h3", "h4", "h5", "h6", "li", "p"}

TAGS = _INLINE | set(
    (
        "blockquote br caption col colgroup dd details div dl dt figcaption figure h2 h3 h4 h5 h6 hr img li ol p pre "
        "section summary table tbody td tfoot th thead tr ul"
    ).split()
)
DRAWN = frozenset({"svg", "rect", "line", "circle", "path", "text"})
"""Elements of a drawing; what draws gives them no names, so that nothing can refer to anything."""
_PAINT = {"fill", "stroke", "stroke-width", "stroke-dasharray"}
ATTRIBUTES = {
    "*": {"class", "id", "title", "lang", "role", "tabindex", "aria-label", "aria-labelledby"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start", "type"},
    "span": {"data-claim"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "details": {"open"},
    "svg": {"viewBox", "width", "height"},
    "rect": {"x", "y", "width", "height", "transform", *_PAINT},
    "line": {"x1", "y1", "x2", "y2", *_PAINT},
    "circle": {"cx", "cy", "r", *_PAINT},
    "path": {"d", *_PAINT},
    "text": {"x", "y", "dx", "transform", "font-size", "font-weight", "text-anchor", "fill"},
}
_FORMULA = re.compile(r"math|m[a-z]+|semantics|annotation")
"""Elements of formulas, which pandoc writes; their attributes say how they are set."""
_VALUES = {
    "tabindex": re.compile("0"),
    "role": re.compile("region|img"),
    "scope": re.compile("col|row|rowgroup"),
    "start": re.compile(r"\d{1,3}"),
    "href": re.compile("#.+"),
    "data-claim": re.compile(r"[a-z_]+:\d+( [a-z_]+:\d+)*"),
}
"""What may stand in a section: elements, their attributes, and values of attributes that could mislead or hide."""
_AROUND = {"bases", "count", "cover", "filter", "page", "skip", "toc"}
"""Classes of what stands around the sections: the style hides or moves them, on the screen or in print."""


@dataclass
class Piece:
    """A table or list of terms by its rows of cells, or a paragraph, heading, caption or warning as the only cell.

    Numbers stand in ``rows`` as ``{id}``, since how they must be printed is the finding's matter, and in ``printed`` as
    on the page. ``picture`` is the place of the picture that it holds the data of, if of one.
    """

    picture: int | None
    rows: list[list[str]] = field(default_factory=list)
    printed: list[list[str]] = field(default_factory=list)


@dataclass
class Line:
    """Text of one block (paragraph, cell, heading …): without its numbers, with them, and if it is a picture's data."""

    text: str
    printed: str
    data: bool


@dataclass
class Exhibit:
    """A table or figure with its caption: what it is called, ids of the numbers in its cells, and its marks."""

    name: str = ""
    ids: list[str] = field(default_factory=list)
    marks: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass
class Element:
    """An element and what stands in it; tags in and around which it stands, its exhibit, the picture it is data of."""

    tag: str
    given: dict[str, str]
    within: frozenset[str] = frozenset()
    exhibit: Exhibit | None = None
    picture: int | None = None
    inner: list[Element | str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.classes = self.given.get("class", "").split()
        href = self.given.get("href", "")
        self.finding = href[3:] if self.tag == "a" and href.startswith("#f.") else None

    @property
    def digest(self) -> str:
        """Hash of a drawing: all that it shows, but for what is said to those who do not see it."""
        given = sorted(item for item in self.given.items() if item[0] not in ("role", "aria-label"))
        inner = [child if isinstance(child, str) else child.digest for child in self.inner]
        return hashlib.sha256(json.dumps([self.tag, given, inner]).encode()).hexdigest()

    @property
    def letters(self) -> list[str]:
        """Texts of a drawing."""
        return [child.own for child in self.inner if isinstance(child, Element) and child.tag == "text"]

    @property
    def own(self) -> str:
        """Text of the element itself."""
        return "".join(child for child in self.inner if isinstance(child, str))

    def text(self, *, named: bool = False) -> str:
        """All text in the element; with the ``{id}`` of numbers in their place if they are ``named``."""
        if self.tag == "br":
            return " "
        put = named and self.finding is not None
        texts = [f"{{{self.finding}}}"] if put and self.own else []
        for child in self.inner:
            if isinstance(child, Element):
                texts.append(child.text(named=named))
            elif not put:
                texts.append(child)
        return "".join(texts)


class Body(HTMLParser):
    """The body of a section as a page shows it.

    Attributes
    ----------
    lines, pieces, drawings, exhibits:
        What readers see, in order.
    pictures:
        Attributes of pictures that are not drawn.
    numbers:
        Class, id of the finding and text of every linked number.
    labels:
        Texts of ``aria-label`` and ``title`` attributes.
    ids, links:
        All ids; fragment and text of every link that is no number.
    exposed:
        Ids of the findings whose numbers stand outside the panel of examples.
    claims, statuses:
        Claims and text of all words that are marked with some; class and text of every status.
    foreign:
        Tags and attributes that no section has, and tags that are not closed as they were opened.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.lines: list[Line] = []
        self.pictures: list[dict[str, str]] = []
        self.drawings: list[Element] = []
        self.exhibits: list[Exhibit] = []
        self.foreign: list[str] = []
        self._elements: list[Element] = []
        self._open = [Element("", {})]
        self._text = self._printed = ""
        self.feed(html)
        self.close()
        self._end_line()
        self.foreign += [f"<{element.tag}>" for element in self._open[1:]]
        found = self._elements
        self.foreign += [spread for element in found if element.tag == "table" for spread in _misfit(element)]
        self.pieces = list(_pieces(self._open[0]))
        self.numbers = [(e.given.get("class", ""), e.finding, e.own) for e in found if e.finding is not None]
        self.links = [(e.given.get("href", "")[1:], e.text()) for e in found if e.tag == "a" and e.finding is None]
        self.ids = [e.given["id"] for e in found if "id" in e.given]
        self.labels = [e.given[n] for e in found for n in ("aria-label", "title") if n in e.given and e.tag != "svg"]
        self.claims = [(e.given["data-claim"], e.text()) for e in found if "data-claim" in e.given]
        self.exposed = [e.finding for e in found if e.finding is not None and EXAMPLES not in e.within]
        self.statuses = [(e.given["class"], e.text()) for e in found if e.tag == "span" and "status" in e.classes]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        around = self._open[-1]
        given = {"viewBox" if name == "viewbox" else name: value or "" for name, value in attrs}
        element = Element(tag, given, around.within | {tag}, around.exhibit)
        if tag == "details" and element.classes == ["examples"]:
            element.within |= {EXAMPLES}
        around.inner.append(element)
        self._elements.append(element)
        self._judge(element, len(attrs))
        if tag == "br":
            self._add(" ", " ")
        elif tag not in _INLINE and tag not in DRAWN:
            self._end_line()
        if tag == "figure" or (tag == "div" and "table" in element.classes):
            element.exhibit = Exhibit()
            self.exhibits.append(element.exhibit)
        if tag == "img":
            self.pictures.append(given)
        elif tag == "svg":
            self.drawings.append(element)
        elif {"figure", "details"} <= element.within and self.drawings:
            element.picture = len(self.drawings) - 1
        if _is_said(element):
            self._add(SAID[0], SAID[0])
        if element.exhibit and element.finding is not None and "tbody" in element.within:
            element.exhibit.ids.append(element.finding)
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element written as if it were empty, which browsers take for an open one."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Close an element and those left open in it."""
        if tag in _VOID:
            return
        if tag != self._open[-1].tag:
            self.foreign.append(f"</{tag}>")
        if tag not in self._open[-1].within:
            return
        if tag not in _INLINE and tag not in DRAWN:
            self._end_line()
        closed = None
        while closed is None or closed.tag != tag:
            closed = self._open.pop()
            if _is_said(closed):
                self._add(SAID[1], SAID[1])
            if closed.exhibit and closed.tag in ("caption", "figcaption"):
                closed.exhibit.name += closed.text()
            if closed.exhibit and closed.tag == "span" and "mark" in closed.classes:
                closed.exhibit.marks.append((closed.given["class"], closed.given.get("title", ""), closed.text()))

    def handle_data(self, data: str) -> None:
        """Take text; for that of a number stands a mark."""
        element = self._open[-1]
        if "svg" in element.within:  # its letters are the drawing's, not the text's around it
            element.inner.append(data)
            return
        self._add(data if element.finding is None else "" if element.own else LINKED, data)
        element.inner.append(data)

    def handle_decl(self, decl: str) -> None:
        """Refuse a declaration: it belongs at the head of a page."""
        self.foreign.append(f"<!{decl}>")

    def unknown_decl(self, data: str) -> None:
        """Refuse a marked section, which browsers take for a comment."""
        self.foreign.append(f"<![{data}]>")

    def handle_pi(self, data: str) -> None:
        """Refuse a processing instruction, which browsers take for a comment."""
        self.foreign.append(f"<?{data}>")

    def _add(self, text: str, printed: str) -> None:
        self._text += text
        self._printed += printed

    def _end_line(self) -> None:
        text, around = flat(self._text), self._open[-1]
        if text:
            data = around.picture is not None and "tbody" in around.within
            self.lines.append(Line(text, flat(self._printed), data))
        self._text = self._printed = ""

    def _judge(self, element: Element, count: int) -> None:
        """Take down what is foreign in a tag of so many attributes."""
        tag, given = element.tag, element.given
        formula = "math" in element.within and _FORMULA.fullmatch(tag)
        drawn = tag in DRAWN and "svg" in element.within
        if tag not in TAGS and not formula and not drawn:
            self.foreign.append(f"<{tag}>")
        for name, value in given.items():
            if formula:
                known = not name.startswith("on") and name not in ("href", "hidden", "style")
            else:
                known = name in ATTRIBUTES["*"] or name in ATTRIBUTES.get(tag, ())
            if name == "colspan":  # the head of a group of rows
                fits = given.get("scope") == "rowgroup"
            else:
                fits = name not in _VALUES or _VALUES[name].fullmatch(value) is not None
            if not known or not fits or (name == "class" and _AROUND & set(element.classes)):
                self.foreign.append(f'{name}="{value[:60]}"')
        if len(given) != count:
            self.foreign.append(f"<{tag}>")


def pieces_of(html: str) -> list[list[str]]:
    """Pieces of the HTML of a section, each as its rows; the data of pictures are not among them."""
    return [[" | ".join(row) for row in piece.rows] for piece in Body(html).pieces if piece.picture is None]


def flat(text: str) -> str:
    """A text with single spaces."""
    return " ".join(text.split())


def _pieces(element: Element, piece: Piece | None = None) -> Iterator[Piece]:
    """Pieces below an element; what stands in no piece's cell is looked through."""
    for child in element.inner:
        if isinstance(child, str):
            continue
        cell = child.tag in _CELLS or (child.tag == "div" and "warning" in child.classes)
        within = piece
        if child.tag in ("table", "dl") or (cell and piece is None):
            within = Piece(child.picture)
            yield within
        if within and (child.tag in _ROWS or (cell and not within.rows)):
            within.rows.append([])
            within.printed.append([])
        if within and cell:
            within.rows[-1].append(flat(child.text(named=True)))
            within.printed[-1].append(flat(child.text()))
        else:
            yield from _pieces(child, within)


def _misfit(table: Element) -> Iterator[str]:
    """Spans of cells that do not go over all columns of their table, as that of a head of a group does."""
    head, *rows = list(_rows(table)) or [table]
    columns = str(sum(isinstance(cell, Element) for cell in head.inner))
    for cell in (cell for row in rows for cell in row.inner if isinstance(cell, Element)):
        if cell.given.get("colspan", columns) != columns:
            yield f'colspan="{cell.given["colspan"]}"'


def _rows(element: Element) -> Iterator[Element]:
    for child in element.inner:
        if isinstance(child, Element):
            yield from [child] if child.tag == "tr" else _rows(child)


def _is_said(element: Element) -> bool:
    return element.tag == "span" and element.classes == ["src"]
