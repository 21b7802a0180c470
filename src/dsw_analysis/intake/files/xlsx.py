"""Looks through XLSX and XLSM archives before they are loaded: sheets, first rows, used area, doubtful cells."""

from __future__ import annotations

import html
import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

from dsw_analysis.intake.files.archive import Archive
from dsw_analysis.intake.files.header import DEPTH, LOOK
from dsw_analysis.intake.files.limits import LIMITS, MIB, RESAVE, Limits, refuse
from dsw_analysis.intake.files.pieces import REFERENCE, Piece, column_number
from dsw_analysis.intake.files.styles import Styles, read_styles
from dsw_analysis.intake.files.survey import Doubtful, Sheet, Survey, refuse_sheets

_PREFIX = re.compile(rb"<(\w+:)worksheet\b")
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
_COMMENT = re.compile(rb"<(?:\w+:)?comment\b[^>]*?\bref=[\"']([A-Z]+\d+)[\"']")
_TEXT = re.compile(rb"<(?:\w+:)?t\b[^>]*?(?:/>|>([^<]*)</(?:\w+:)?t>)")
_PHONETIC = re.compile(rb"<(?:\w+:)?rPh\b.*?</(?:\w+:)?rPh>", re.DOTALL)
_ITEM = re.compile(rb"<(?:\w+:)?si\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?si>)", re.DOTALL)
_LONGEST_ROW: Final = 16 * MIB
_OTHERS: Final = (
    ("xl/workbook.bin", "Excel Binary (.xlsb)"),
    ("content.xml", "OpenDocument (.ods หรือ .odt)"),
    ("word/document.xml", "Word (.docx)"),
    ("ppt/presentation.xml", "PowerPoint (.pptx)"),
)


class XlsxBook:
    """An XLSX or XLSM file, looked at but not loaded."""

    def __init__(self, path: Path, limits: Limits = LIMITS) -> None:
        self.archive = Archive(path, limits)
        if "xl/workbook.xml" not in self.archive:
            found = next((name for part, name in _OTHERS if part in self.archive), "ไฟล์บีบอัด (ZIP)")
            refuse("wrong_type", path.name, f"เนื้อไฟล์ไม่ใช่ Excel (.xlsx) แต่เป็น{found}", RESAVE)
        self.sheets = self._sheets()

    @cached_property
    def styles(self) -> Styles:
        """The cell styles that matter."""
        return read_styles(self.archive)

    def preview(self, sheet: Sheet) -> list[list[str | None]]:
        """First rows of a sheet as texts, for finding the header."""
        cells: dict[tuple[int, int], bytes | int] = {}
        for piece in self._pieces(sheet, most=1):
            for column, row, attributes, inner in _CELL.findall(piece.xml):
                place = int(row), column_number(column)
                if place[0] > LOOK + DEPTH or place[1] > self.archive.limits.columns or not inner:
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

    def survey(self, sheet: Sheet) -> Survey:
        """Go through a sheet, and through all else that loading will expand, in bounded memory."""
        found = Survey()
        wanted = b"|".join(b"%d" % number for number in sorted({*self.styles.formats, *self.styles.struck}))
        styled = re.compile(_STYLED % wanted) if wanted else None
        for piece in self._pieces(sheet):
            filled = piece.filled()
            if len(filled.rows):
                found.rows = max(found.rows, int(filled.rows.max()))
                found.columns = max(found.columns, int(filled.columns.max()))
                found.filled += len(filled.rows)
            if b"hidden=" in piece.xml:
                _add_hidden(found, piece.xml)
            if piece.has_formulas or b't="e"' in piece.xml:
                _add_doubtful(found, piece.xml, self.archive.limits)
            if styled is not None:
                self._add_styled(found, styled, piece.xml)
        if "xl/sharedStrings.xml" in self.archive:
            self._check_part("xl/sharedStrings.xml")
        found.comments = self._comments(sheet)
        return found

    def _add_styled(self, found: Survey, styled: re.Pattern[bytes], piece: bytes) -> None:
        """Look at the cells whose style may show something else than they hold."""
        formats, struck = self.styles.formats, self.styles.struck
        cells: dict[bytes, tuple[list[tuple[int, int]], list[float]]] = defaultdict(lambda: ([], []))
        for column, row, style, attributes, value in styled.findall(piece):
            if struck and int(style) in struck and int(row) not in found.struck[-1:]:
                found.struck.append(int(row))
            if value and _is_number(attributes):
                with suppress(ValueError):  # calamine refuses the file for it
                    cells[style][1].append(float(value))
                    cells[style][0].append((int(row), column_number(column)))
        for style, (places, numbers) in cells.items():
            if int(style) in formats:
                found.see_all(places, numbers, formats[int(style)], since_1904=self._since_1904)

    def _comments(self, sheet: Sheet) -> list[str]:
        """Places of the cells that have a comment."""
        found: dict[str, None] = {}
        folder, name = posixpath.split(sheet.part)
        relations = f"{folder}/_rels/{name}.rels"
        for relation in self.archive.tree(relations) if relations in self.archive else ():
            part = posixpath.normpath(posixpath.join("/", folder, relation.get("Target", ""))).lstrip("/")
            if not relation.get("Type", "").endswith("/comments") or part not in self.archive:
                continue
            rest = b""
            for chunk in self.archive.chunks(part):
                rest += chunk
                self.archive.check_markup(rest)
                found |= dict.fromkeys(place.decode() for place in _COMMENT.findall(rest))
                rest = rest[-4096:]
        return list(found)

    def _sheets(self) -> tuple[Sheet, ...]:
        archive = self.archive
        self._check_part("xl/workbook.xml")
        self._since_1904 = False
        targets = {}
        for relation in archive.tree("xl/_rels/workbook.xml.rels"):
            if relation.get("Type", "").endswith("/worksheet") and relation.get("TargetMode") != "External":
                target = relation.get("Target", "")
                part = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
                targets[relation.get("Id")] = part
        sheets = []
        for element in archive.tree("xl/workbook.xml").iter():
            name = element.tag.rpartition("}")[2]
            if name == "workbookPr":
                self._since_1904 = element.get("date1904", "0") in ("1", "true")
            if name != "sheet":
                continue
            attributes = {name.rpartition("}")[2]: value for name, value in element.items()}
            part = targets.get(attributes.get("id"), "")
            if part in archive:
                hidden = attributes.get("state", "visible") != "visible"
                sheets.append(Sheet(attributes.get("name", ""), hidden, part))
        if not sheets:
            archive.damaged()
        refuse_sheets(len(sheets), archive.path.name, archive.limits)
        return tuple(sheets)

    def _check_part(self, name: str) -> None:
        tail = b""
        for chunk in self.archive.chunks(name):
            self.archive.check_markup(tail + chunk)
            tail = chunk[-16:]

    def _pieces(self, sheet: Sheet, most: int | None = None) -> Iterator[Piece]:
        """Sheet's XML in pieces of whole rows."""
        prefix: bytes | None = None
        rest = b""
        count = row = 0
        for chunk in self.archive.chunks(sheet.part):
            rest += chunk
            if prefix is None and len(rest) > 4096:
                self.archive.check_markup(rest)
                prefix = _prefix(rest)
            end = rest.rfind(b"</%srow>" % (prefix or b""))
            if end < 0 or prefix is None:
                if len(rest) > _LONGEST_ROW:
                    refuse(
                        "too_many_columns",
                        self.archive.path.name,
                        "มีแถวที่ยาวผิดปกติ",
                        RESAVE,
                        sheet=sheet.name,
                        row=row + 1,
                    )
                continue
            piece = Piece(rest[:end], prefix, row)
            row, rest = piece.last_row, rest[end:]
            yield piece
            count += 1
            if count == most:
                return
        if prefix is None:
            self.archive.check_markup(rest)
            prefix = _prefix(rest)
        last = Piece(rest, prefix, row)
        if b"</sheetData" not in last.xml and b"<sheetData/" not in last.xml:
            self.archive.damaged()  # cut short, which the reader that loads it would not mind
        yield last

    def _strings(self, wanted: set[int]) -> dict[int, bytes]:
        """Shared strings of the given numbers; reads no further than needed."""
        found: dict[int, bytes] = {}
        if not wanted or "xl/sharedStrings.xml" not in self.archive:
            return found
        rest, number, last = b"", 0, max(wanted)
        for chunk in self.archive.chunks("xl/sharedStrings.xml"):
            rest += chunk
            self.archive.check_markup(rest)
            end = 0
            for item in _ITEM.finditer(rest):
                if number in wanted:
                    found[number] = _plain(item[1] or b"")
                number, end = number + 1, item.end()
            rest = rest[end:]
            if number > last or len(rest) > _LONGEST_ROW:
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


def _add_doubtful(found: Survey, piece: bytes, limits: Limits) -> None:
    found.formulas += piece.count(b"<f>") + piece.count(b"<f ") + piece.count(b"<f/>")
    doubtful: dict[tuple[bytes, bytes], Doubtful] = {}
    for column, row, _, value in _ERROR.findall(piece):
        doubtful[row, column] = Doubtful("error", int(row), column_number(column), _unescaped(value))
    for column, row, attributes, formula in _UNCACHED.findall(piece):
        if b't="str"' not in attributes:  # else a formula whose result is an empty text
            text = _unescaped(b"=" + formula)
            doubtful[row, column] = Doubtful("uncached", int(row), column_number(column), text)
    for column, row, formula in _EXTERNAL.findall(piece):
        text = _unescaped(b"=" + formula)
        doubtful[row, column] = Doubtful("external", int(row), column_number(column), text)
    left = limits.listed_cells + 1 - len(found.doubtful)
    found.doubtful += list(doubtful.values())[:left]


def _unescaped(data: bytes) -> str:
    return html.unescape(data.decode("utf-8", errors="replace"))


def _plain(inner: bytes) -> bytes:
    return b"".join(_TEXT.findall(_PHONETIC.sub(b"", inner)))


def _prefix(head: bytes) -> bytes:
    found = _PREFIX.search(head)
    return b"" if found is None else found[1]
