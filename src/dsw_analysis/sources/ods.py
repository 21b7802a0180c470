"""Looks through ODS archives before they are loaded; their reader expands every repeated row of every sheet."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

from dsw_analysis.sources.archive import Archive, refuse_password
from dsw_analysis.sources.limits import LIMITS, MIB, RESAVE, Limits, refuse
from dsw_analysis.sources.survey import Doubt, Doubtful, Survey

_TOKEN = re.compile(
    rb"<(table:(?:table|table-row|table-cell|covered-table-cell|table-column)|style:style|style:table-properties)"
    rb"(?=[\s/>])([^>]*)>"
)
_HIDDEN = (b"collapse", b"filter")
_ATTRIBUTE = re.compile(rb"([\w:-]+)=[\"']([^\"']*)[\"']")
_PARAGRAPH = re.compile(rb"\s*(?:<[^>]*>\s*)*?<text:p[^>]*>([^<]*)")


class OdsBook:
    """An ODS file, looked at but not loaded: its sheets and a survey of each."""

    def __init__(self, path: Path, limits: Limits = LIMITS) -> None:
        self.archive = Archive(path, limits)
        if "content.xml" not in self.archive:
            refuse("wrong_type", path.name, "เนื้อไฟล์ไม่ใช่ OpenDocument (.ods)", RESAVE)
        manifest = "META-INF/manifest.xml"
        if manifest in self.archive and b"encryption-data" in self.archive.read(manifest):
            refuse_password(path.name)
        walk = _Walk(limits)
        for token, after in self._tokens():
            walk.step(token, after)
        self.surveys = walk.surveys

    def _tokens(self) -> Iterator[tuple[re.Match[bytes], bytes]]:
        """Tags that matter, each with some of what follows it.

        The XML is also proved to be well formed: in a table that does not end, calamine looks for its end for ever.
        """
        rest, size = b"", 0
        proof = expat.ParserCreate()
        for chunk in self.archive.chunks("content.xml"):
            rest, size = rest + chunk, size + len(chunk)
            if size > self.archive.limits.ods_bytes:
                self.archive.too_large(size, self.archive.limits.ods_bytes)
            self.archive.check_markup(rest)
            self._prove(proof, chunk)
            end = rest.rfind(b"</table:table-row>")
            if end < 0:
                if len(rest) > 16 * MIB:
                    self.archive.damaged()
                continue
            for token in _TOKEN.finditer(rest, 0, end):
                yield token, rest[token.end() : token.end() + 300]
            rest = rest[end:]
        self._prove(proof, b"", last=True)
        for token in _TOKEN.finditer(rest):
            yield token, rest[token.end() : token.end() + 300]

    def _prove(self, proof: expat.XMLParserType, chunk: bytes, *, last: bool = False) -> None:
        try:
            proof.Parse(chunk, last)
        except expat.ExpatError:
            self.archive.damaged()


class _Walk:
    """Keeps count of rows and columns, repeated ones included, while tags go by."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.surveys: dict[str, Survey] = {}
        self.hidden: set[str] = set()
        self._hidden_styles: set[bytes] = set()
        self._style = b""
        self._found = Survey()
        self._row = self._column = self._repeat = 0

    def step(self, token: re.Match[bytes], after: bytes) -> None:
        kind, attributes = token[1], dict(_ATTRIBUTE.findall(token[2]))
        if kind == b"style:style":
            self._style = attributes.get(b"style:name", b"")
        elif kind == b"style:table-properties":
            if attributes.get(b"table:display") == b"false":
                self._hidden_styles.add(self._style)
        elif kind == b"table:table":
            name = html.unescape(attributes.get(b"table:name", b"").decode("utf-8", errors="replace"))
            self._found = self.surveys[name] = Survey()
            self._row = self._column = self._repeat = 0
            if attributes.get(b"table:style-name") in self._hidden_styles:
                self.hidden.add(name)
        elif kind == b"table:table-row":
            self._row, self._column = self._row + self._repeat, 0
            self._repeat = _count(attributes, b"table:number-rows-repeated")
            if attributes.get(b"table:visibility") in _HIDDEN:
                last = min(self._row + self._repeat, self._row + self.limits.columns)
                self._found.hidden_rows += range(self._row + 1, last + 1)
        else:
            width = _count(attributes, b"table:number-columns-repeated")
            if kind == b"table:table-column":
                if attributes.get(b"table:visibility") in _HIDDEN:
                    last = min(self._column + width, self.limits.columns)
                    self._found.hidden_columns += range(self._column + 1, last + 1)
            else:
                self._add_cell(attributes, after, width)
            self._column += width

    def _add_cell(self, attributes: dict[bytes, bytes], after: bytes, width: int) -> None:
        found, formula = self._found, attributes.get(b"table:formula")
        valued = b"office:value-type" in attributes
        if valued:
            found.rows = max(found.rows, self._row + self._repeat)
            found.columns = max(found.columns, self._column + width)
            found.filled += width * self._repeat
        found.formulas += formula is not None
        wrong = attributes.get(b"calcext:value-type") == b"error"
        if (wrong or (formula is not None and not valued)) and len(found.doubtful) <= self.limits.listed_cells:
            text = _PARAGRAPH.match(after) if wrong else None
            shown = (text[1] if text else formula or b"").decode("utf-8", errors="replace")
            kind: Doubt = "error" if wrong else "uncached"
            found.doubtful.append(Doubtful(kind, self._row + 1, self._column + 1, html.unescape(shown)))


def _count(attributes: dict[bytes, bytes], name: bytes) -> int:
    value = attributes.get(name, b"1")
    return int(value) if value.isdigit() and len(value) < 10 else 1 << 30
