"""Reads the report's HTML as the plain texts that must come out of PDF and DOCX, without the package's own parser."""

import re
import unicodedata
from dataclasses import dataclass, field
from html.parser import HTMLParser

BLOCKS = {"p", "li", "th", "td", "dt", "dd", "caption", "figcaption", "h2", "h3", "h4", "h5", "blockquote", "pre"}
NOT_PRINTED = {"details", "script", "style", "nav"}
NOT_IN_SECTIONS = ("method",)


def plain(text):
    """NFC without white space, since lines break at other places on paper."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFC", text))


@dataclass
class Page(HTMLParser):
    """What a report's HTML says: texts of its blocks in order, pictures, numbers by their findings, by chapter."""

    texts: dict = field(default_factory=dict)
    pictures: list = field(default_factory=list)
    links: dict = field(default_factory=dict)
    captions: dict = field(default_factory=lambda: {"caption": [], "figcaption": []})

    def __post_init__(self):
        super().__init__(convert_charrefs=True)
        self._chapter, self._hidden, self._open, self._link, self._drawn = None, 0, [], None, False
        self._offered = False  # links that give a table away are of no use on paper

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self._offered = self._offered or (tag == "p" and attributes.get("class") == "get")
        self._hidden += tag in NOT_PRINTED
        if tag == "section" and "chapter" in attributes.get("class", ""):
            self._chapter = attributes["id"]
            self.texts[self._chapter] = []
        if tag == "div" and attributes.get("class") == "bases":
            self._chapter = None  # up to the next section
        if self._hidden or self._offered or self._chapter in (None, *NOT_IN_SECTIONS):
            return
        if tag in BLOCKS:
            self._flush()
        elif tag in {"img", "svg"}:
            self.pictures.append(attributes["alt"] if tag == "img" else attributes["aria-label"])
            self._drawn = tag == "svg"
        elif tag == "button" and "popovertarget" in attributes:
            self._link = attributes["popovertarget"][2:]
            self.links.setdefault(self._link, [])

    def handle_endtag(self, tag):
        self._drawn = self._drawn and tag != "svg"
        if self._offered:
            self._offered = tag != "p"
            return
        if tag in BLOCKS:
            if tag in self.captions and self._open:
                self.captions[tag].append(plain("".join(self._open)))
            self._flush()
        if tag == "button":
            self._link = None
        self._hidden -= tag in NOT_PRINTED

    def handle_data(self, data):
        if not self._hidden and not self._offered and not self._drawn and self._chapter not in (None, *NOT_IN_SECTIONS):
            self._open.append(data)
            if self._link:
                self.links[self._link].append(data)

    def _flush(self):
        text = plain("".join(self._open))
        self._open = []
        if text and self._chapter:
            self.texts[self._chapter].append(text)


def read(path):
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def wrong_characters(expected, found):
    """Texts that do not follow one another in ``found``, and how many characters they have."""
    place, lost = 0, []
    for text in expected:
        at = found.find(text, place)
        if at < 0:
            lost.append(text)
        else:
            place = at + len(text)
    return sum(map(len, lost)), lost
