"""Reads the HTML of a section back: lines of text with links, tables, pictures, marks, and what is foreign in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

LINKED = "\ufffc"
"""Stands in a line for a number that links to its finding."""
SAID = ("\ue000", "\ue001")
"""Stand in a line before and after words of the sources."""

_VOID = {"br", "img", "meta", "hr", "input", "link", "col", "wbr"}
_INLINE = {"a", "b", "code", "del", "em", "i", "ins", "s", "small", "span", "strong", "sub", "sup", "u"}

_CELLS = {"td", "th", "caption", "dt", "dd"}
_WHOLE = {"figcaption", "h1", "h2", "h3", "h4", "h5", "h6", "li", "p"}

TAGS = _INLINE | set(
    (
        "blockquote br caption col colgroup dd details div dl dt figcaption figure h2 h3 h4 h5 h6 hr img li ol p pre "
        "section summary table tbody td tfoot th thead tr ul"
    ).split()
)
ATTRIBUTES = {
    "*": {"class", "id", "title", "lang", "role", "tabindex", "aria-label", "aria-labelledby"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start", "type"},
    "span": {"data-claim"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "details": {"open"},
}
_FORMULA = re.compile(r"math|m[a-z]+|semantics|annotation")
"""Elements of formulas, which pandoc writes; their attributes say how they are set."""
_VALUES = {
    "tabindex": re.compile("0"),
    "role": re.compile("region"),
    "scope": re.compile("col|row"),
    "start": re.compile(r"\d{1,3}"),
    "href": re.compile("#.+"),
    "data-claim": re.compile(r"[a-z_]+:\d+( [a-z_]+:\d+)*"),
}
"""What may stand in a section: elements, their attributes, and values of attributes that could mislead or hide."""
_AROUND = {"back", "count", "cover", "filter", "page", "skip", "toc"}
"""Classes of what stands around the sections: the style hides or moves them, on the screen or in print."""


@dataclass
class Piece:
    """A table or list of terms by its rows of cells, or a paragraph, heading, caption or warning as the only cell.

    Numbers stand in ``rows`` as ``{id}``, since how they must be printed is the finding's matter, and in ``printed`` as
    on the page; ``numbered`` if there is any. ``picture`` is the place of the picture that it holds the data of, if of
    one.
    """

    picture: int | None
    rows: list[list[str]] = field(default_factory=list)
    printed: list[list[str]] = field(default_factory=list)
    numbered: bool = False


@dataclass
class Line:
    """Text of one block (paragraph, cell, heading …): its words, the numbers in it, and of which picture it is data."""

    text: str
    links: list[tuple[str, str]] = field(default_factory=list)
    picture: int | None = None


@dataclass
class Picture:
    """A picture: source, alternative text, and width and height on the page."""

    src: str
    alt: str
    size: tuple[str, str]


@dataclass
class Exhibit:
    """A table or figure with its caption: what it is called, ids of the numbers in its cells, and its marks."""

    name: str = ""
    ids: list[str] = field(default_factory=list)
    marks: list[tuple[str, str]] = field(default_factory=list)


class Body(HTMLParser):
    """The body of a section as a page shows it.

    Attributes
    ----------
    lines, pieces, pictures, exhibits:
        What readers see, in order.
    numbers:
        Class, id of the finding and text of every linked number.
    labels:
        Texts of ``aria-label`` and ``title`` attributes.
    ids, links:
        All ids; fragment and text of every link that is no number.
    statuses:
        Class and text of every status.
    foreign:
        Tags and attributes that no section has, and tags that are not closed as they were opened.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.lines: list[Line] = []
        self.pieces: list[Piece] = []
        self.pictures: list[Picture] = []
        self.exhibits: list[Exhibit] = []
        self.numbers: list[tuple[str, str, str]] = []
        self.labels: list[str] = []
        self.ids: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.statuses: list[tuple[str, str]] = []
        self.foreign: list[str] = []
        self._open: list[tuple[str, dict[str, str]]] = []
        self._text = ""
        self._links: list[tuple[str, str]] = []
        self._cell: list[str] | None = None
        self._told: list[str] = []
        self._depth = 0
        self._span: list[str] | None = None
        self._showing: list[tuple[int, Exhibit]] = []
        self.feed(html)
        self.close()
        self._end_line()
        self.foreign += [f"<{tag}>" for tag, _ in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        given = {name: value or "" for name, value in attrs}
        classes = given.get("class", "").split()
        self._judge(tag, given, len(attrs))
        if tag == "br":
            self._add(" ")
        elif tag not in _INLINE:
            self._end_line()
        self._open_piece(tag, classes)
        if tag == "img":
            size = given.get("width", ""), given.get("height", "")
            self.pictures.append(Picture(given.get("src", ""), given.get("alt", ""), size))
        elif _is_number(tag, given):
            finding = given["href"][3:]
            self._links.append((finding, ""))
            if self._within("tbody") and self._showing:
                self._showing[-1][1].ids.append(finding)
        elif tag == "a":
            self.links.append((given.get("href", "")[1:], ""))
        elif tag == "span" and {"mark", "status"} & set(classes):
            self._span = []
        elif tag == "span" and classes == ["src"]:
            self._add(SAID[0])
        if tag not in _VOID:
            self._open.append((tag, given))

    def _open_piece(self, tag: str, classes: list[str]) -> None:
        """Begin an exhibit, a piece, a row or a cell."""
        whole = self._cell is None and _is_whole(tag, classes)
        if tag == "figure" or (tag == "div" and "table" in classes):
            self.exhibits.append(Exhibit())
            self._showing.append((len(self._open), self.exhibits[-1]))
        if tag in ("table", "dl") or whole:
            self.pieces.append(Piece(self._picture_of_data()))
        if self.pieces and (tag in ("tr", "caption", "dt") or whole):
            self.pieces[-1].rows.append([])
            self.pieces[-1].printed.append([])
        if self.pieces and self.pieces[-1].rows and (tag in _CELLS or whole):
            self._cell, self._told, self._depth = [], [], len(self._open)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element written as if it were empty, which browsers take for an open one."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Close an element and those left open in it."""
        if tag in _VOID:
            return
        if not self._open or tag != self._open[-1][0]:
            self.foreign.append(f"</{tag}>")
        if tag not in [name for name, _ in self._open]:
            return
        if tag not in _INLINE:
            self._end_line()
        closed = ""
        while closed != tag:
            closed, given = self._open.pop()
            self._end_inline(closed, given)
            if self._cell is not None and len(self._open) == self._depth:
                self.pieces[-1].printed[-1].append(_flat(self._cell))
                self.pieces[-1].rows[-1].append(_flat(self._told))
                self._cell = None
        while self._showing and self._showing[-1][0] >= len(self._open):
            self._showing.pop()

    def handle_data(self, data: str) -> None:
        """Take text, by what it stands in."""
        tag, given = self._open[-1] if self._open else ("", {})
        if self._span is not None:
            self._span.append(data)
        if self.links and self._within("a") and not _is_number(tag, given):
            self.links[-1] = (self.links[-1][0], self.links[-1][1] + data)
        if self._showing and self._within("caption", "figcaption"):
            self._showing[-1][1].name += data
        if _is_number(tag, given):
            finding, text = self._links[-1]
            self._links[-1] = (finding, text + data)
            self._text += "" if text else LINKED
            if self._cell is not None:
                self._cell.append(data)
                self._told += [] if text else [f"{{{finding}}}"]
                self.pieces[-1].numbered = True
        else:
            self._add(data)

    def handle_decl(self, decl: str) -> None:
        """Refuse a declaration: it belongs at the head of a page."""
        self.foreign.append(f"<!{decl}>")

    def unknown_decl(self, data: str) -> None:
        """Refuse a marked section, which browsers take for a comment."""
        self.foreign.append(f"<![{data}]>")

    def handle_pi(self, data: str) -> None:
        """Refuse a processing instruction, which browsers take for a comment."""
        self.foreign.append(f"<?{data}>")

    def _end_inline(self, tag: str, given: dict[str, str]) -> None:
        """Take down what a number, a mark, a status or words of the sources say, at their end."""
        classes = given.get("class", "").split()
        if _is_number(tag, given):
            self.numbers.append((given.get("class", ""), *self._links[-1]))
        elif tag == "span" and classes == ["src"]:
            self._add(SAID[1])
        elif tag == "span" and self._span is not None and {"mark", "status"} & set(classes):
            text = "".join(self._span)
            if "status" in classes:
                self.statuses.append((given["class"], text))
            elif self._showing:
                self._showing[-1][1].marks.append((given.get("title", ""), text))
            self._span = None

    def _add(self, data: str) -> None:
        self._text += data
        if self._cell is not None and data not in SAID:
            self._cell.append(data)
            self._told.append(data)

    def _end_line(self) -> None:
        text = _flat([self._text])
        if text or self._links:
            self.lines.append(Line(text, self._links, self._picture_of_data() if self._within("tbody") else None))
        self._text, self._links = "", []

    def _judge(self, tag: str, given: dict[str, str], count: int) -> None:
        """Take down the attributes of a tag, and what is foreign in it."""
        formula = (tag == "math" or self._within("math")) and _FORMULA.fullmatch(tag)
        if tag not in TAGS and not formula:
            self.foreign.append(f"<{tag}>")
        spans = ("12" if "m" in given.get("class", "").split() else "14",)  # the months, or the whole road map
        allowed = ATTRIBUTES["*"] | ATTRIBUTES.get(tag, set())
        for name, value in given.items():
            form = _VALUES.get(name)
            fits = value in spans if name == "colspan" else form is None or form.fullmatch(value)
            around = name == "class" and _AROUND & set(value.split())
            if formula:
                known = not name.startswith("on") and name not in ("href", "hidden", "style")
            else:
                known = name in allowed
            if not known or not fits or around:
                self.foreign.append(f'{name}="{value[:60]}"')
        if len(given) != count:
            self.foreign.append(f"<{tag}>")
        self.labels += [given[name] for name in ("aria-label", "title") if name in given]
        self.ids += [given["id"]] if "id" in given else []

    def _picture_of_data(self) -> int | None:
        in_figure = self._within("figure") and self._within("details")
        return len(self.pictures) - 1 if in_figure and self.pictures else None

    def _within(self, *tags: str) -> bool:
        return any(name in tags for name, _ in self._open)


def pieces_of(html: str) -> list[list[str]]:
    """Pieces of the HTML of a section, each as its rows; the data of pictures are not among them."""
    return [[" | ".join(row) for row in piece.rows] for piece in Body(html).pieces if piece.picture is None]


def _is_whole(tag: str, classes: list[str]) -> bool:
    """Whether an element is a piece of one cell."""
    return tag in _WHOLE or (tag == "div" and "warning" in classes)


def _is_number(tag: str, given: dict[str, str]) -> bool:
    return tag == "a" and given.get("href", "").startswith("#f.")


def _flat(texts: list[str]) -> str:
    return " ".join("".join(texts).split())
