"""Writes a pandoc document as Typst source; how it looks is said in ``templates/report.typ``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import groupby, pairwise, takewhile
from typing import Any

from dsw_analysis.findings.ledger import SUMMARY
from dsw_analysis.report.document import Node, length, text_of, walk
from dsw_analysis.report.tables import Cell, kind_of, rows_of
from dsw_analysis.report.words import is_name, pieces

BREAK = "\x1f"
"""Stands in the source where a line may break between two words; ``report.typ`` knows it too."""

LINE = 482 / 9.5
"""Width of a table in em: the text of a page is 482 points wide, and that of tables 9.5 points high."""
_SHARES = {"late": 0.475, "asked": 0.5, "main": 0.645, "side": 0.33}
"""Share of the width of a brief that a table beside another one has, by its kind."""
BESIDE = {kind: share * 521 / 8.8 for kind, share in _SHARES.items()}
"""Width of such a table in em: the text of a brief is 521 points wide, and that of its tables 8.8 points high."""
POINT = 0.64
"""Points on paper for a pixel of a figure: a little less than the 0.75 of a screen, as print is read from near."""

_WRAPPED = {
    "Strong": "strong", "Emph": "in-none", "Underline": "underline", "Strikeout": "strike", "Superscript": "super",
    "Subscript": "sub",
}  # fmt: skip
"""Kind of inlines -> function around them; Thai has no italics, so what is stressed less is printed softer."""
_NUMBERINGS = {"LowerAlpha": "a.", "UpperAlpha": "A.", "LowerRoman": "i.", "UpperRoman": "I."}
"""Pandoc's style of a list's numbers -> Typst's; all others are Arabic."""

_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1e\x7f-\x9f\ud800-\uf8ff\ufdd0-\ufdef\ufffe\uffff\U000f0000-\U0010ffff]")
"""Control characters (but for line ends, and for :data:`BREAK`), those for private use, and what is no character."""

_MAIYAMOK = re.compile(" (?=ๆ)")
_THAI = re.compile("[\u0e01-\u0e4e]")
_WHOLE = 36
"""Letters of an id that fits into its column whole."""
_IN_ID = re.compile(r"[^._]{1,16}[._]?|[._]")


def quote(text: str) -> str:
    """Text as a Typst string, which needs no other escapes; what PDF/A forbids is named by its code."""
    text = _FORBIDDEN.sub(lambda m: f"[U+{ord(m[0]):04X}]", text.replace("\ufeff", ""))
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _call(name: str, *arguments: str, body: str | None = None) -> str:
    """Typst call; the semicolon keeps what follows from being read as part of it."""
    return f"#{name}({', '.join(arguments)})" + (f"[{body}];" if body is not None else ";")


def _anchor(identifier: str) -> str:
    return _call("anchor", quote(identifier)) if identifier else ""


class Writer:
    """Writes Typst markup.

    Parameters
    ----------
    unbroken:
        Words that Typst would break in a wrong place; they are kept together.
    formulas:
        TeX of every formula -> its Typst source.

    Attributes
    ----------
    heads:
        Of each cell below a table's head, in the order in which they end, whether it heads its row.

    Raises
    ------
    ValueError
        By both methods, if a kind of element has no form in print yet.
    """

    def __init__(self, unbroken: frozenset[str] = frozenset(), formulas: Mapping[str, str] | None = None) -> None:
        self._unbroken = unbroken
        self._formulas = formulas or {}
        self.heads: list[bool] = []

    def blocks(self, blocks: Iterable[Node]) -> str:
        """Markup of blocks."""
        return "\n\n".join(self._write(block) for block in blocks)

    def inlines(self, inlines: Iterable[Node]) -> str:
        """Markup of inlines; neighbouring texts and spaces are set as one text."""
        written: list[str] = []
        text = ""
        for inline in inlines:
            if inline["t"] in {"Str", "Space", "SoftBreak"}:
                text += inline["c"] if inline["t"] == "Str" else " "
                continue
            written += [self._text(text), self._write(inline)]
            text = ""
        return "".join([*written, self._text(text)])

    def _write(self, node: Node) -> str:
        if node["t"] in _WRAPPED:
            return _call(_WRAPPED[node["t"]], body=self.inlines(node["c"]))
        writer = getattr(self, f"_{node['t'].lower()}", None)
        if writer is None:
            raise ValueError(f"{node['t']} has no form in print; add it to {type(self).__name__}")
        return str(writer(node.get("c")))

    def _text(self, text: str) -> str:
        # The repetition sign ๆ belongs to the word before it and must not begin a line.
        found = pieces(_MAIYAMOK.sub(chr(0xA0), text))
        groups = groupby(found, key=lambda piece: piece in self._unbroken or is_name(piece))
        return "".join(
            "".join(_call("box", quote(piece)) for piece in group) if unbroken else self._free(list(group))
            for unbroken, group in groups
        )

    def _free(self, words: list[str]) -> str:
        """Words between which a line may break; only two Thai words need that said."""
        text = words[0]
        for before, after in pairwise(words):
            text += (BREAK if _THAI.search(before[-1]) and _THAI.search(after[0]) else "") + after
        return f"#{quote(text)};" if BREAK not in text else _call("words", quote(text))

    def _span(self, content: list[Any]) -> str:
        (identifier, classes, _), inlines = content
        body = _anchor(identifier) + self.inlines(inlines)
        if "status" in classes:
            return _call("status", quote(next((c for c in classes if c != "status"), "")), body=body)
        if "mark" in classes:
            return _call("in-mark", quote(next((c for c in classes if c != "mark"), "")), body=body)
        named = next((c for c in classes if c in {"sub", "small", "none"}), None)
        return _call(f"in-{named}", body=body) if named else body

    def _link(self, content: list[Any]) -> str:
        (identifier, _, _), inlines, (target, _) = content
        body = self.inlines(inlines)
        if target.startswith("#"):
            return _anchor(identifier) + _call("jump", quote(target[1:]), body=body)
        return _anchor(identifier) + _call("link", quote(target), body=body)

    def _code(self, content: list[Any]) -> str:
        # Long ids and hashes need places to break a line that leave nothing in the copied text.
        pieces = [content[1]] if len(content[1]) <= _WHOLE else _IN_ID.findall(content[1])
        return _call("identifier", *map(quote, pieces))

    def _image(self, content: list[Any]) -> str:
        (_, _, pairs), alt, (source, _) = content
        number, unit = next((found for key, value in pairs if key == "width" and (found := length(value))), (0, ""))
        width = {"px": f"{number * POINT:g}pt", "%": f"{min(number, 100):g}%"}.get(unit, "auto")
        return _call("picture", quote(source), quote(text_of(alt)), f"width: {width}")

    def _header(self, content: list[Any]) -> str:
        level, (identifier, _, _), inlines = content
        return _call("heading", f"level: {level}", body=self.inlines(inlines)) + _anchor(identifier)

    def _div(self, content: list[Any]) -> str:
        (identifier, classes, pairs), blocks = content
        if identifier == "cover":
            lines = (f"{b['c'][0][1][0]}: [{self.blocks(b['c'][1])}]" for b in blocks)
            return _call("cover", *lines)
        if "chapter" in classes:
            return self._chapter(identifier, dict(pairs), *blocks)
        if "cards" in classes:
            return _call("cards", *(f"[{self.blocks(item)}]" for item in blocks[0]["c"]))
        if "pair" in classes:
            shares = ", ".join(f"{_SHARES[kind]}fr" for b in blocks for kind in b["c"][0][1] if kind in _SHARES)
            return _call("pair", f"({shares})", *(f"[{self._write(block)}]" for block in blocks))
        named = next((c for c in classes if c in {"failure", "note", "columns"}), None)
        if named:
            return _call(named, body=self.blocks(blocks))
        return _anchor(identifier) + self.blocks(blocks)

    def _chapter(self, identifier: str, about: Mapping[str, str], title: Node, *rest: Node) -> str:
        order, group = about.get("order", "none"), quote(about.get("group", ""))
        head = _call("chapter", quote(identifier), order, group, body=self.inlines(title["c"][2]))
        if identifier == SUMMARY:
            said = list(takewhile(lambda block: block["t"] == "Para", rest))
            message = _call("message", body=self.blocks(said))
            return _call("brief", body=f"{head}\n\n{message}\n\n{self.blocks(rest[len(said) :])}")
        return f"{head}\n\n{self.blocks(rest)}"

    def _table(self, content: list[Any]) -> str:
        _, (_, caption), columns, *_ = content
        kind = kind_of(content, _SHARES)
        widths = ", ".join(f"{100 * width['c']:.3f}fr" for _, width in columns)
        head, body = (
            ",\n".join(self._cell(cell, below=below) for row in rows for cell in row)
            for below, rows in enumerate(rows_of(content))
        )
        title = f"[{self.blocks(caption)}]" if text_of(caption) else "none"
        return (
            f"#data-table(kind: {quote(kind)}, columns: ({widths},), caption: {title},\ntable.header({head}),\n{body});"
        )

    def _cell(self, cell: Cell, *, below: int) -> str:
        written = self.blocks(cell.blocks)
        self.heads += [cell.heads] * below
        classes = "".join(f"{quote(c)}, " for c in sorted(cell.classes))
        spans = f"colspan: {cell.columns}, rowspan: {cell.rows}, heads: {str(cell.heads).lower()}"
        return f"cell(({classes}), {spans})[{_anchor(cell.id)}{written}]"

    def _figure(self, content: list[Any]) -> str:
        (identifier, _, _), caption, blocks = content
        if not any(node["t"] == "Image" for node in walk(blocks)):  # its picture was left out
            return _anchor(identifier) + self.blocks([*caption[1], *blocks])
        title = f"[{self.blocks(caption[1])}]" if text_of(caption[1]) else "none"
        return _anchor(identifier) + _call("graphic", title, body=self.blocks(blocks))

    def _definitionlist(self, content: list[Any]) -> str:
        rows = []
        for term, texts in content:
            self.heads.append(True)
            rows.append(f"([{self.inlines(term)}], [{self.blocks(b for d in texts for b in d)}])")
            self.heads.append(False)
        return _call("overview", *rows)

    def _bulletlist(self, content: list[Any]) -> str:
        return _call("list", *(f"[{self.blocks(item)}]" for item in content))

    def _orderedlist(self, content: list[Any]) -> str:
        (start, style, _), items = content
        numbers = quote(_NUMBERINGS.get(style["t"], "1."))
        return _call("enum", f"start: {start}, numbering: {numbers}", *(f"[{self.blocks(item)}]" for item in items))

    def _lineblock(self, content: list[Any]) -> str:
        return "#linebreak();".join(map(self.inlines, content))

    def _blockquote(self, content: list[Any]) -> str:
        return _call("quote", "block: true", body=self.blocks(content))

    def _codeblock(self, content: list[Any]) -> str:
        return _call("raw", "block: true", quote(content[1]))

    def _horizontalrule(self, _: None) -> str:
        return "#line(length: 100%);"

    def _linebreak(self, _: None) -> str:
        return "#linebreak();"

    def _quoted(self, content: list[Any]) -> str:
        before, after = "‘’" if content[0]["t"] == "SingleQuote" else "“”"
        return self._text(before) + self.inlines(content[1]) + self._text(after)

    def _cite(self, content: list[Any]) -> str:
        return self.inlines(content[1])

    def _math(self, content: list[Any]) -> str:
        kind, tex = content
        block = str(kind["t"] == "DisplayMath").lower()
        return f"#[#set math.equation(block: {block}, alt: {quote(tex)}); {self._formulas[tex]}];"

    def _note(self, content: list[Any]) -> str:
        return _call("footnote", body=self.blocks(content))

    _para = _plain = _smallcaps = inlines
    _rawinline, _rawblock = _code, _codeblock
