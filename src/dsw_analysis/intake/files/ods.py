"""Looks through ODS archives before they are loaded; their reader expands every repeated row of every sheet."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

from dsw_analysis.intake.files.archive import Archive, refuse_password
from dsw_analysis.intake.files.formats import UnclearError
from dsw_analysis.intake.files.limits import LIMITS, MIB, RESAVE, Limits, refuse
from dsw_analysis.intake.files.seen import seen_moment, seen_number, seen_percent, seen_time
from dsw_analysis.intake.files.survey import Survey
from dsw_analysis.intake.files.table import letter

_TOKEN = re.compile(
    rb"<(table:(?:table|table-row|table-cell|covered-table-cell|table-column)|style:style|style:table-properties|"
    rb"style:text-properties)"
    rb"(?=[\s/>])([^>]*)>"
)
_HIDDEN = (b"collapse", b"filter")
_ATTRIBUTE = re.compile(rb"([\w:-]+)=[\"']([^\"']*)[\"']")
_NOTE = re.compile(rb"<office:annotation\b.*?</office:annotation>", re.DOTALL)
_PARAGRAPH = re.compile(rb"<text:p\b[^>]*?(?:/>|>(.*?)</text:p>)", re.DOTALL)
_SPAN_STYLE = re.compile(rb"<text:span\b[^>]*text:style-name=[\"']([^\"']*)")
_VALUES = (b"float", b"currency", b"percentage", b"date", b"time")


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
        for token, inner in self._tokens():
            walk.step(token, inner)
        self.surveys = walk.surveys

    def _tokens(self) -> Iterator[tuple[re.Match[bytes], bytes]]:
        """Tags that matter, those of cells with what is inside.

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
                yield token, _inner(token, rest)
            rest = rest[end:]
        self._prove(proof, b"", last=True)
        for token in _TOKEN.finditer(rest):
            yield token, _inner(token, rest)

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
        self._struck_styles: set[bytes] = set()
        self._style = b""
        self._found = Survey()
        self._row = self._column = self._repeat = 0

    def step(self, token: re.Match[bytes], inner: bytes) -> None:
        kind, attributes = token[1], dict(_ATTRIBUTE.findall(token[2]))
        if kind.startswith(b"style:"):
            self._add_style(kind, attributes)
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
                self._add_cell(attributes, inner, width)
            self._column += width

    def _add_style(self, kind: bytes, attributes: dict[bytes, bytes]) -> None:
        if kind == b"style:style":
            self._style = attributes.get(b"style:name", b"")
        elif attributes.get(b"table:display") == b"false":
            self._hidden_styles.add(self._style)
        elif attributes.get(b"style:text-line-through-style", b"none") != b"none":
            self._struck_styles.add(self._style)

    def _add_cell(self, attributes: dict[bytes, bytes], inner: bytes, width: int) -> None:
        found, formula = self._found, attributes.get(b"table:formula")
        kind = attributes.get(b"office:value-type")
        if kind is not None:
            found.rows = max(found.rows, self._row + self._repeat)
            found.columns = max(found.columns, self._column + width)
            found.filled += width * self._repeat
        found.formulas += formula is not None
        self._look(attributes, inner)
        text = _text(inner)
        if attributes.get(b"calcext:value-type") == b"error":
            found.doubt(self._row + 1, self._column + 1, "error", text or "")
        elif kind is None and formula is not None:
            shown = html.unescape(formula.decode("utf-8", errors="replace"))
            found.doubt(self._row + 1, self._column + 1, "uncached", shown)
        elif kind in _VALUES and len(found.shown) + self._repeat * width <= self.limits.old_cells:
            # Cells that are repeated beyond this bound are refused for it.
            for row in range(self._row + 1, self._row + self._repeat + 1):
                for column in range(self._column + 1, self._column + width + 1):
                    _see(found, row, column, attributes, text)

    def _look(self, attributes: dict[bytes, bytes], inner: bytes) -> None:
        """What a cell has beside its value: comments, words struck out, cells merged with it."""
        found, (row, column) = self._found, (self._row, self._column)
        if b"<office:annotation" in inner:
            found.comments.append(f"{letter(column)}{row + 1}")
        styles = {attributes.get(b"table:style-name"), *_SPAN_STYLE.findall(inner)}
        if inner and styles & self._struck_styles and row + 1 not in found.struck[-1:]:
            found.struck.append(row + 1)
        down = _count(attributes, b"table:number-rows-spanned")
        right = _count(attributes, b"table:number-columns-spanned")
        if down > 1 or right > 1:
            found.merges.append(((row, column), (row + down - 1, column + right - 1)))


def _see(found: Survey, row: int, column: int, attributes: dict[bytes, bytes], text: str | None) -> None:
    """Note what a person sees of a cell, if it is not what is stored."""
    kind = attributes[b"office:value-type"]
    name = {b"date": b"office:date-value", b"time": b"office:time-value"}.get(kind, b"office:value")
    value = attributes.get(name, b"").decode("utf-8", errors="replace")
    try:
        if kind == b"date":
            seen = seen_moment(value, text)
        elif kind == b"time":
            seen = seen_time(value)
        elif kind == b"percentage":
            seen = seen_percent(float(value), text)
        elif text is not None and text != value:
            seen = seen_number(float(value), text)
        elif kind == b"currency":
            seen = f"{value} {attributes.get(b'office:currency', b'').decode('utf-8', errors='replace')}"
        else:
            return
    except (UnclearError, ValueError):
        found.doubt(row, column, "format", value if text is None else f"{value} ({text})")
    else:
        if not isinstance(seen, float):
            found.shown.append((row, column, seen))


def _inner(token: re.Match[bytes], xml: bytes) -> bytes:
    """What is inside a cell; nothing for other tags."""
    if not token[1].endswith(b"-cell") or token[2].endswith(b"/"):
        return b""
    return xml[token.end() : max(xml.find(b"</%s>" % token[1], token.end()), token.end())]


def _text(inner: bytes) -> str | None:
    """Text that a cell shows, without its comment; ``None`` if the file does not tell."""
    lines = _PARAGRAPH.findall(_NOTE.sub(b"", inner))
    if not lines:
        return None
    plain = b"\n".join(re.sub(rb"<[^>]*>", b"", re.sub(rb"<text:s\b[^>]*>", b" ", line)) for line in lines)
    return html.unescape(plain.decode("utf-8", errors="replace"))


def _count(attributes: dict[bytes, bytes], name: bytes) -> int:
    value = attributes.get(name, b"1")
    return int(value) if value.isdigit() and len(value) < 10 else 1 << 30
