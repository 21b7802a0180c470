"""Reads from an XLSX file's styles which cells look different from what they hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from dsw_analysis.intake.files.archive import Archive
from dsw_analysis.intake.files.formats import BUILT_IN, is_safe

_PART = "xl/styles.xml"


@dataclass(frozen=True)
class Styles:
    """The cell styles that matter, by what stands in the ``s`` of a cell.

    Attributes
    ----------
    formats:
        Style -> its number format, for formats that may show something else than what is stored.
    struck:
        Styles whose font is struck out.
    """

    formats: Mapping[bytes, str] = field(default_factory=dict)
    struck: frozenset[bytes] = frozenset()


def read_styles(archive: Archive) -> Styles:
    """Styles of a workbook, read in bounded memory: files with ten thousands of them are common.

    Raises
    ------
    DataError
        When the part is damaged or unsafe.
    """
    codes = dict(BUILT_IN)
    struck_fonts: set[int] = set()
    formats: dict[bytes, str] = {}
    struck: set[bytes] = set()
    fonts = styles = 0
    for parent, name, element in archive.elements(_PART) if _PART in archive else ():
        if (parent, name) == ("numFmts", "numFmt"):
            codes[_number(element, "numFmtId")] = element.get("formatCode") or "General"
        elif (parent, name) == ("font", "strike") and element.get("val", "1") not in ("0", "false"):
            struck_fonts.add(fonts)
        elif (parent, name) == ("fonts", "font"):
            fonts += 1
        elif (parent, name) == ("cellXfs", "xf"):
            number = _number(element, "numFmtId")
            code = codes.get(number, "General" if number < 164 else "")
            if not is_safe(code):
                formats[b"%d" % styles] = code
            if _number(element, "fontId") in struck_fonts:
                struck.add(b"%d" % styles)
            styles += 1
    return Styles(formats, frozenset(struck))


def _number(element: Element, name: str) -> int:
    text = element.get(name, "0")
    return int(text) if text.isdecimal() else 0
