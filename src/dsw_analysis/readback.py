"""Reads a finished page back: lines of text with their links, rows of tables, pictures, and what guards them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

LINKED = "\ufffc"
"""Stands in a line for a number that links to its finding."""

_VOID = {"br", "img", "meta", "hr", "input", "link", "col", "wbr"}
_INLINE = {"a", "strong", "em", "b", "i", "u", "span", "small", "sub", "sup", "code"}


@dataclass
class Row:
    """A row of a table: section, id, cells, ids of linked findings, picture whose data it holds, if it is a head."""

    section: str
    id: str | None
    cells: list[str]
    picture: int | None
    head: bool
    ids: list[str] = field(default_factory=list)


@dataclass
class Line:
    """Text of one block (paragraph, cell, heading …): where it stands, its words, links, and row of a table."""

    section: str
    text: str
    links: list[tuple[str, str]] = field(default_factory=list)
    row: Row | None = None


@dataclass
class Picture:
    """A picture: section, source, alternative text, and width and height on the page."""

    section: str
    src: str
    alt: str
    size: tuple[str, str]


class Page(HTMLParser):
    """A page, read from its HTML; ``where`` of a line outside the sections is ``"page"``.

    Attributes
    ----------
    lines, rows, pictures:
        What readers see, in order.
    labels:
        Section and text of every ``aria-label`` and ``title`` attribute.
    embedded:
        Texts of the ``style`` and ``script`` elements.
    policy:
        The content security policy; empty if there is none.
    ids, targets:
        All ids, and the fragments that links lead to.
    uses, backs:
        Id of every linked number -> its finding; finding of every row of the appendix with the id it leads back to.
    changed:
        Section and text of tags that are not as they are made: headings that do not end as they begin, and the like.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.lines: list[Line] = []
        self.rows: list[Row] = []
        self.pictures: list[Picture] = []
        self.labels: list[tuple[str, str]] = []
        self.embedded: list[str] = []
        self.policy = ""
        self.ids: set[str] = set()
        self.targets: set[str] = set()
        self.uses: dict[str, str] = {}
        self.backs: list[tuple[str, str]] = []
        self.changed: list[tuple[str, str]] = []
        self._open: list[tuple[str, dict[str, str]]] = []
        self._section = "page"
        self._text = ""
        self._links: list[tuple[str, str]] = []
        self._cell: list[str] | None = None
        self.feed(html)
        self.close()
        self._end_line()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        given = {name: value or "" for name, value in attrs}
        self._note(tag, given)
        if tag == "br":
            self._add(" ")
        elif tag not in _INLINE:
            self._end_line()
        if tag == "tr":
            self.rows.append(Row(self._section, given.get("id"), [], self._picture_of_data(), self._within("thead")))
        elif tag in ("td", "th") and self.rows:
            self._cell = []
        elif tag == "a" and given.get("href", "").startswith("#f."):
            self._links.append((given["href"][3:], ""))
            if self._cell is not None:
                self.rows[-1].ids.append(given["href"][3:])
        if tag not in _VOID:
            self._open.append((tag, given))

    def handle_endtag(self, tag: str) -> None:
        """Close an element and those left open in it."""
        if tag in _VOID:
            return
        if not self._open or tag != self._open[-1][0]:
            self.changed.append((self._section, f"</{tag}>"))
        if tag not in [name for name, _ in self._open]:
            return
        if tag not in _INLINE:
            self._end_line()
        if tag in ("td", "th") and self._cell is not None:
            self.rows[-1].cells.append(" ".join("".join(self._cell).split()))
            self._cell = None
        while self._open.pop()[0] != tag:
            pass
        if tag == "section" and "section" not in [name for name, _ in self._open]:
            self._section = "page"

    def handle_data(self, data: str) -> None:
        """Take text, by what it stands in."""
        tag, given = self._open[-1] if self._open else ("", {})
        if tag in ("style", "script"):
            self.embedded.append(data)
        elif tag == "a" and given.get("href", "").startswith("#f."):
            finding_id, text = self._links[-1]
            self._links[-1] = (finding_id, text + data)
            self._add(data, shown="" if text else LINKED)
        elif "back" not in given.get("class", "").split():
            self._add(data)

    def _add(self, data: str, shown: str | None = None) -> None:
        self._text += data if shown is None else shown
        if self._cell is not None:
            self._cell.append(data)

    def _end_line(self) -> None:
        text = " ".join(self._text.split())
        if text or self._links:
            self.lines.append(Line(self._section, text, self._links, self.rows[-1] if self._within("tr") else None))
        self._text, self._links = "", []

    def _note(self, tag: str, given: dict[str, str]) -> None:
        if tag == "section" and "chapter" in given.get("class", "").split():
            self._section = given.get("id", "")
        if tag == "img":
            size = given.get("width", ""), given.get("height", "")
            self.pictures.append(Picture(self._section, given.get("src", ""), given.get("alt", ""), size))
        if tag == "meta" and given.get("http-equiv", "").lower() == "content-security-policy":
            self.policy = given.get("content", "")
        expected = {
            "tabindex": ("0", "-1"),
            "colspan": ("12" if "m" in given.get("class", "").split() else "14",),  # the months, or the whole road map
            "charset": ("utf-8",),
            "content": ("width=device-width, initial-scale=1",) if given.get("name") == "viewport" else (),
        }
        for name, values in expected.items():
            if values and given.get(name, values[0]) not in values:
                self.changed.append((self._section, f'{name}="{given[name]}"'))
        self.labels += [(self._section, given[name]) for name in ("aria-label", "title") if name in given]
        self.ids.update(given[name] for name in ("id",) if name in given)
        if given.get("href", "").startswith("#"):
            self.targets.add(given["href"][1:])
        if given.get("href", "").startswith("#f.") and "id" in given:
            self.uses[given["id"]] = given["href"][3:]
        if tag == "a" and "back" in given.get("class", "").split():
            self.backs.append(((self.rows[-1].id or "").removeprefix("f."), given.get("href", "")[1:]))

    def _picture_of_data(self) -> int | None:
        in_figure = self._within("figure") and self._within("details")
        return len(self.pictures) - 1 if in_figure and self.pictures else None

    def _within(self, tag: str) -> bool:
        return any(name == tag for name, _ in self._open)
