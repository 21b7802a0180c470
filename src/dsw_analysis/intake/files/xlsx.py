"""Reads XLSX and XLSM workbooks: looked through in bounded memory, then the chosen sheet is loaded by calamine."""

from __future__ import annotations

import html
import posixpath
import re
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element

from dsw_analysis.intake.files.archive import Archive
from dsw_analysis.intake.files.calamine import Rows, open_book, sheet_rows
from dsw_analysis.intake.files.formats import BUILT_IN, is_safe
from dsw_analysis.intake.files.header import DEPTH, LOOK
from dsw_analysis.intake.files.limits import LIMITS, MIB
from dsw_analysis.intake.files.messages import refuse
from dsw_analysis.intake.files.pieces import REFERENCE, column_number, filled, pieces
from dsw_analysis.intake.files.survey import Doubt, Sheet, Survey, check_size

COMMENTATOR: Final = "dsw-analysis"
"""Author of the comments of our own forms, which are not the sender's and need not be read."""
_HIDDEN_ROW = re.compile(rb'<row\b[^>]*\bhidden="(?:1|true)"[^>]*>')
_HIDDEN_COLUMN = re.compile(rb'<col\b[^>]*\bhidden="(?:1|true)"[^>]*>')
_SPAN = re.compile(rb'\b(min|max)="(\d+)"')
_FORMULA = rb"<f\b[^>]*?(?:/>|>([^<]*)</f>)"
_UNCACHED = re.compile(rb'<c r="([A-Z]+)(\d+)"([^>]*)>\s*' + _FORMULA + rb"\s*(?:<v\s*/>|<v></v>)?\s*</c>")
_ERROR = re.compile(rb'<c r="([A-Z]+)(\d+)"[^>]*\bt="e"[^>]*>\s*(?:' + _FORMULA + rb")?\s*<v>([^<]*)</v>")
_EXTERNAL = re.compile(rb'<c r="([A-Z]+)(\d+)"[^>]*>\s*<f\b[^>]*>([^<]*\[\d+\][^<]*![^<]*)</f>')
_CELL = re.compile(rb'<c r="([A-Z]+)(\d+)"([^>]*?)(?:/>|>(.*?)</c>)', re.DOTALL)
_STYLED = (
    rb'<c r="([A-Z]+)(\d+)"(?=[^>]*\bs=["\'](%s)["\'])([^>]*["\'])\s*>'
    rb"\s*(?:<f\b[^>]*?(?:/>|>[^<]*</f>)\s*)?(?:<v[^>]*>([^<]*)</v>|<is\b)"
)
"""A filled cell that has one of the styles: column, row, style, attributes, value."""
_KIND = re.compile(rb"\bt\s*=\s*[\"'](?!n[\"'])")
_TEXT = re.compile(rb"<(?:\w+:)?t\b[^>]*?(?:/>|>([^<]*)</(?:\w+:)?t>)")
_PHONETIC = re.compile(rb"<(?:\w+:)?rPh\b.*?</(?:\w+:)?rPh>", re.DOTALL)
_ITEM = re.compile(rb"<(?:\w+:)?si\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?si>)", re.DOTALL)
_LONGEST_TEXT: Final = 16 * MIB
_STRINGS: Final = "xl/sharedStrings.xml"
_STYLES: Final = "xl/styles.xml"
_OTHERS: Final = (
    ("xl/workbook.bin", "ไฟล์ Excel Binary (.xlsb)"),
    ("content.xml", "ไฟล์ OpenDocument (.ods หรือ .odt)"),
    ("word/document.xml", "ไฟล์ Word (.docx)"),
    ("ppt/presentation.xml", "ไฟล์ PowerPoint (.pptx)"),
)


class XlsxBook:
    """An XLSX or XLSM file; its sheets are looked at one by one, and only the chosen one is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._archive = Archive(path)
        if "xl/workbook.xml" not in self._archive:
            found = next((name for part, name in _OTHERS if part in self._archive), "ไฟล์บีบอัด (ZIP)")
            refuse("wrong_type.xlsx", path.name, found=found)
        self._since_1904 = False
        self.sheets = self._sheets()
        self.has_macros = "xl/vbaProject.bin" in self._archive
        self.has_links = any(name.startswith("xl/externalLinks/") for name in self._archive.parts)

    def preview(self, sheet: Sheet) -> list[list[str | None]]:
        """First rows of a sheet as texts, for finding the header."""
        cells: dict[tuple[int, int], bytes | int] = {}
        for column, row, attributes, inner in _CELL.findall(next(pieces(self._archive, sheet))):
            place = int(row), column_number(column)
            if place[0] > LOOK + DEPTH or place[1] > LIMITS.columns or not inner:
                continue
            value = re.search(rb"<v[^>]*>([^<]*)</v>", inner)
            if b't="s"' in attributes and value is not None and value[1].isdigit():
                cells[place] = int(value[1])
            else:
                cells[place] = value[1] if value is not None else _plain(inner)
        shared = self._strings({cell for cell in cells.values() if isinstance(cell, int)})
        height = max((row for row, _ in cells), default=0)
        width = max((column for _, column in cells), default=0)
        rows: list[list[str | None]] = [[None] * width for _ in range(height)]
        for (row, column), cell in cells.items():
            data = shared.get(cell, b"") if isinstance(cell, int) else cell
            rows[row - 1][column - 1] = _unescaped(data) or None
        return rows

    def load(self, sheet: Sheet) -> tuple[Rows, Survey]:
        """All rows from the first one on, blanks as ``""``, once it is known what the sheet will expand to."""
        survey = self._survey(sheet)
        check_size(survey, self.path.name, sheet.name)
        rows, survey.merges = sheet_rows(self.path, open_book(self.path), sheet)
        return rows, survey

    def _survey(self, sheet: Sheet) -> Survey:
        """Go through a sheet, and through all else that loading will expand, in bounded memory."""
        found = Survey()
        formats, struck = self._styles()
        wanted = b"|".join({*formats, *struck})
        styled = re.compile(_STYLED % wanted) if wanted else None
        for xml in pieces(self._archive, sheet):
            count, last_row, last_column = filled(xml)
            found.filled += count
            found.rows = max(found.rows, last_row)
            found.columns = max(found.columns, last_column)
            if b"hidden=" in xml:
                _add_hidden(found, xml)
            if b"<f" in xml or b't="e"' in xml:
                _add_doubtful(found, xml)
            if styled is not None:
                cells = styled.findall(xml)
                found.strike(int(row) for _, row, style, _, _ in cells if style in struck)
                self._see(found, cells, formats)
        if _STRINGS in self._archive:
            for _ in self._archive.checked(_STRINGS):
                pass
        found.comments = self._comments(sheet)
        return found

    def _see(self, found: Survey, cells: list[tuple[bytes, ...]], formats: Mapping[bytes, str]) -> None:
        """Look at cells whose format may show something else than they hold, a style at a time."""
        groups: dict[bytes, list[tuple[bytes, bytes, bytes]]] = defaultdict(list)
        for column, row, style, attributes, value in cells:
            if value and style in formats and _is_number(attributes):
                groups[style].append((row, column, value))
        for style, group in groups.items():
            with suppress(ValueError):  # calamine refuses the file for it
                numbers = [float(value) for _, _, value in group]
                places = [(int(row), column_number(column)) for row, column, _ in group]
                found.see_all(places, numbers, formats[style], since_1904=self._since_1904)

    def _styles(self) -> tuple[dict[bytes, str], set[bytes]]:
        """Style -> its number format, where that may show something else than what is stored; styles struck out.

        Read in bounded memory: files with ten thousands of them are common.
        """
        codes = dict(BUILT_IN)
        struck_fonts: set[int] = set()
        formats: dict[bytes, str] = {}
        struck: set[bytes] = set()
        fonts = styles = 0
        for parent, name, element in self._archive.elements(_STYLES) if _STYLES in self._archive else ():
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
        return formats, struck

    def _comments(self, sheet: Sheet) -> list[str]:
        """Places of the cells that have a comment, but for those that dsw has put into its forms."""
        folder, name = posixpath.split(sheet.part)
        relations = f"{folder}/_rels/{name}.rels"
        parts = self._related(relations, "/comments") if relations in self._archive else {}
        found: dict[str, None] = {}
        for part in (part for part in parts.values() if part in self._archive):
            authors: list[str | None] = []
            for _, kind, element in self._archive.elements(part):
                if kind == "author":
                    authors.append(element.text)
                elif kind == "comment" and authors[_number(element, "authorId") :][:1] != [COMMENTATOR]:
                    found[element.get("ref", "")] = None
        return list(found)

    def _related(self, relations: str, kind: str) -> dict[str | None, str]:
        """Parts that a part refers to, by the id of the reference."""
        folder = posixpath.dirname(posixpath.dirname(relations))
        return {
            relation.get("Id"): posixpath.normpath(posixpath.join("/", folder, relation.get("Target", ""))).lstrip("/")
            for _, _, relation in self._archive.elements(relations, LIMITS.part_bytes)
            if relation.get("Type", "").endswith(kind) and relation.get("TargetMode") != "External"
        }

    def _sheets(self) -> tuple[Sheet, ...]:
        targets = self._related("xl/_rels/workbook.xml.rels", "/worksheet")
        sheets = []
        for _, name, element in self._archive.elements("xl/workbook.xml", LIMITS.part_bytes):
            if name == "workbookPr":
                self._since_1904 = element.get("date1904", "0") in ("1", "true")
            elif name == "sheet":
                attributes = {name.rpartition("}")[2]: value for name, value in element.items()}
                part = targets.get(attributes.get("id"), "")
                if part in self._archive:
                    hidden = attributes.get("state", "visible") != "visible"
                    sheets.append(Sheet(attributes.get("name", ""), hidden, part))
        if not sheets:
            self._archive.damaged()
        if len(sheets) > LIMITS.sheets:
            refuse("too_many_sheets", self.path.name, count=len(sheets))
        return tuple(sheets)

    def _strings(self, wanted: set[int]) -> dict[int, bytes]:
        """Shared strings of the given numbers; reads no further than needed."""
        found: dict[int, bytes] = {}
        if not wanted or _STRINGS not in self._archive:
            return found
        rest, number, last = b"", 0, max(wanted)
        for chunk in self._archive.checked(_STRINGS):
            rest += chunk
            end = 0
            for item in _ITEM.finditer(rest):
                if number in wanted:
                    found[number] = _plain(item[1] or b"")
                number, end = number + 1, item.end()
            rest = rest[end:]
            if number > last or len(rest) > _LONGEST_TEXT:
                break
        return found


@lru_cache(maxsize=256)
def _is_number(attributes: bytes) -> bool:
    return _KIND.search(attributes) is None


def _add_hidden(found: Survey, piece: bytes) -> None:
    for tag in _HIDDEN_ROW.findall(piece):
        reference = REFERENCE.search(tag)
        if reference is not None:
            found.hidden_rows.append(int(reference[2]))
    for tag in _HIDDEN_COLUMN.findall(piece):
        span = {name: int(value) for name, value in _SPAN.findall(tag)}
        first, last = span.get(b"min", 1), span.get(b"max", 0)
        found.hidden_columns += range(first, min(last, 1_000) + 1)


def _add_doubtful(found: Survey, piece: bytes) -> None:
    found.formulas += piece.count(b"<f>") + piece.count(b"<f ") + piece.count(b"<f/>")
    doubtful: dict[tuple[bytes, bytes], tuple[Doubt, bytes]] = {}
    for column, row, _, value in _ERROR.findall(piece):
        doubtful[row, column] = "error_cell", value
    for column, row, attributes, formula in _UNCACHED.findall(piece):
        if b't="str"' not in attributes:  # else a formula whose result is an empty text
            doubtful[row, column] = "uncached_formula", b"=" + formula
    for column, row, formula in _EXTERNAL.findall(piece):
        doubtful[row, column] = "external_formula", b"=" + formula
    for (row, column), (kind, data) in doubtful.items():
        found.doubt(int(row), column_number(column), kind, _unescaped(data))


def _unescaped(data: bytes) -> str:
    return html.unescape(data.decode("utf-8", errors="replace"))


def _plain(inner: bytes) -> bytes:
    return b"".join(_TEXT.findall(_PHONETIC.sub(b"", inner)))


def _number(element: Element, name: str) -> int:
    text = element.get(name, "0")
    return int(text) if text.isdecimal() else 0
