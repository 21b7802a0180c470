"""Reads from an XLSX file's styles which cells look different from what they hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

from dsw_analysis.intake.files.archive import Archive
from dsw_analysis.intake.files.formats import BUILT_IN, is_safe

_PART = "xl/styles.xml"


@dataclass(frozen=True)
class Styles:
    """Numbers of the cell styles that matter, as they stand in the ``s`` of a cell.

    Attributes
    ----------
    formats:
        Style -> its number format, for formats that may show something else than what is stored.
    struck:
        Styles whose font is struck out.
    """

    formats: Mapping[int, str] = field(default_factory=dict)
    struck: frozenset[int] = frozenset()


def read_styles(archive: Archive) -> Styles:
    """Styles of a workbook, read in bounded memory: files with ten thousands of them are common.

    Raises
    ------
    DataError
        When the part is damaged or unsafe.
    """
    if _PART not in archive:
        return Styles()
    codes = dict(BUILT_IN)
    struck_fonts: set[int] = set()
    formats: dict[int, str] = {}
    struck: set[int] = set()
    fonts = styles = 0
    inside: list[str] = []
    for event, element in _elements(archive):
        name = element.tag.rpartition("}")[2]
        if event == "start":
            inside.append(name)
            continue
        inside.pop()
        parent = inside[-1] if inside else ""
        if name == "numFmt" and parent == "numFmts":
            codes[_number(element, "numFmtId")] = element.get("formatCode") or "General"
        elif name == "strike" and parent == "font" and element.get("val", "1") not in ("0", "false"):
            struck_fonts.add(fonts)
        elif name == "font" and parent == "fonts":
            fonts += 1
        elif name == "xf" and parent == "cellXfs":
            number = _number(element, "numFmtId")
            code = codes.get(number, "General" if number < 164 else "")
            if not is_safe(code):
                formats[styles] = code
            if _number(element, "fontId") in struck_fonts:
                struck.add(styles)
            styles += 1
        if parent in ("numFmts", "fonts", "cellXfs", "cellStyleXfs", "cellStyles", "dxfs", "borders", "fills"):
            element.clear()
    return Styles(formats, frozenset(struck))


def _elements(archive: Archive) -> Iterator[tuple[str, ElementTree.Element]]:
    parser: Any = ElementTree.XMLPullParser(("start", "end"))
    tail = b""
    try:
        for chunk in archive.chunks(_PART):
            archive.check_markup(tail + chunk)
            tail = chunk[-16:]
            parser.feed(chunk)
            yield from parser.read_events()
        parser.close()
        yield from parser.read_events()
    except ElementTree.ParseError:
        archive.damaged()


def _number(element: ElementTree.Element, name: str) -> int:
    text = element.get(name, "0")
    return int(text) if text.isdecimal() else 0
