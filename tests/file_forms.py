"""Writers of spreadsheet formats down to the byte, for files that no honest program would write."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import xlsxwriter

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"

Rows = Sequence[Sequence[object]]


def workbook(path: Path, sheets: Mapping[str, Rows], *, hidden: Iterable[str] = ()) -> None:
    """An ordinary XLSX file; a text beginning with ``=`` is a formula without a useful cached value."""
    book = xlsxwriter.Workbook(path)
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        if name in hidden:
            sheet.hide()
    book.close()


def archive(path: Path, parts: Mapping[str, str | bytes]) -> None:
    """A ZIP file of the given parts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts.items():
            file.writestr(name, data)


def xlsx_parts(rows_xml: str, *, names: Sequence[str] = ("ข้อมูล",), after: str = "", prefix: str = "") -> dict[str, str]:
    """Parts of an XLSX file whose sheets all hold ``rows_xml``, for spoiling and then packing with :func:`archive`."""
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{i}" r:id="rId{i}"/>' for i, name in enumerate(names, start=1)
    )
    relations = "".join(
        f'<Relationship Id="rId{i}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(names) + 1)
    )
    colon = f":{prefix.rstrip(':')}" if prefix else ""
    sheet = (
        f'<?xml version="1.0" encoding="UTF-8"?><{prefix}worksheet xmlns{colon}="{MAIN}"><{prefix}sheetData>{rows_xml}'
        f"</{prefix}sheetData>{after}</{prefix}worksheet>"
    )
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Type="{OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{relations}</Relationships>',
    }
    return parts | {f"xl/worksheets/sheet{i}.xml": sheet for i in range(1, len(names) + 1)}


def cell(reference: str, value: object) -> str:
    """XML of a cell with a number or a text."""
    if isinstance(value, int | float):
        return f'<c r="{reference}"><v>{value}</v></c>'
    return f'<c r="{reference}" t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'


def row(number: int, *values: object, more: str = "") -> str:
    """XML of a row from column A on, ``None`` being no cell; ``more`` is XML of further cells."""
    cells = (cell(f"{chr(65 + i)}{number}", value) for i, value in enumerate(values) if value is not None)
    return f'<row r="{number}">{"".join(cells)}{more}</row>'


def lying_archive(path: Path, parts: Mapping[str, str], liar: str, real: bytes) -> None:
    """An archive whose directory gives ``liar`` the size and checksum of its first bytes, though more follows."""
    with zipfile.ZipFile(path, "w") as file:
        for name, data in parts.items():
            if name != liar:
                file.writestr(name, data)
        shown = parts[liar].encode("utf-8")
        packer = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
        packed = packer.compress(shown + real) + packer.flush()
        info = zipfile.ZipInfo(liar)
        info.CRC, info.file_size, info.compress_size = zlib.crc32(shown), len(shown), len(packed)
        info.header_offset = file.fp.tell()
        file.fp.write(info.FileHeader(zip64=False) + packed)
        info.compress_type = zipfile.ZIP_DEFLATED
        file.start_dir = file.fp.tell()
        file.filelist.append(info)
        file.NameToInfo[liar] = info


def ods(path: Path, sheets: Mapping[str, str], *, manifest: str = "", styles: str = "") -> None:
    """An ODS file; each sheet is given as the XML of its rows."""
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text", "style")
    )
    calc = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    tables = "".join(f"<table:table table:name={quoteattr(name)}>{rows}</table:table>" for name, rows in sheets.items())
    archive(
        path,
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": f"<manifest>{manifest}</manifest>",
            "content.xml": f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} {calc}>{styles}'
            f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>",
        },
    )


def ods_row(*values: object, attributes: str = "") -> str:
    """XML of an ODS row."""
    cells = []
    for value in values:
        if value is None:
            cells.append("<table:table-cell/>")
        elif isinstance(value, int | float):
            cells.append(f'<table:table-cell office:value-type="float" office:value="{value}"/>')
        else:
            cells.append(
                f'<table:table-cell office:value-type="string"><text:p>{escape(str(value))}</text:p></table:table-cell>'
            )
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


def xls(path: Path, sheets: Mapping[str, bytes], *, styles: bytes = b"") -> None:
    """An XLS file (BIFF8 in an OLE container, [MS-XLS] and [MS-CFB]); each sheet is given as its records."""
    bof = biff(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 6))
    bodies = [bof + records + biff(0x000A) for records in sheets.values()]
    start = biff(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 6)) + biff(0x0042, struct.pack("<H", 1200))
    start += styles
    names = [name.encode("utf-16-le") for name in sheets]
    offset = len(start) + sum(12 + len(name) for name in names) + 4
    for name, body in zip(names, bodies, strict=True):
        start += biff(0x0085, struct.pack("<IBBBB", offset, 0, 0, len(name) // 2, 1) + name)
        offset += len(body)
    ole(path, {"Workbook": start + biff(0x000A) + b"".join(bodies)})


def biff(number: int, body: bytes = b"") -> bytes:
    """One BIFF record."""
    return struct.pack("<HH", number, len(body)) + body


def xls_cell(row: int, column: int, value: object, style: int = 0) -> bytes:
    """Record of a number, a text, or a blank (0-based place)."""
    if value is None:
        return biff(0x0201, struct.pack("<HHH", row, column, style))
    if isinstance(value, int | float):
        return biff(0x0203, struct.pack("<HHHd", row, column, style, value))
    text = str(value)
    return biff(0x0204, struct.pack("<HHHHB", row, column, style, len(text), 1) + text.encode("utf-16-le"))


def xls_styles(codes: Sequence[str], *, since_1904: bool = False) -> bytes:
    """Records of styles: 0 plain, 1 struck out, from 2 on one for each number format."""
    name = "Sarabun".encode("utf-16-le")
    fonts = (struct.pack("<HHHHHBBBBBB", 240, flags, 8, 400, 0, 0, 0, 222, 0, 7, 1) + name for flags in (0, 8))
    formats = (
        struct.pack("<HHB", number, len(code), 1) + code.encode("utf-16-le")
        for number, code in enumerate(codes, start=164)
    )
    kinds = [(0, 0, 0xFFF5), (1, 0, 1), *((0, number, 1) for number in range(164, 164 + len(codes)))]
    styles = (struct.pack("<HHHBBBBIIH", *kind, 0, 0, 0, 0, 0, 0, 0) for kind in kinds)
    return (
        biff(0x0022, struct.pack("<H", since_1904))
        + b"".join(biff(0x0031, font) for font in fonts)
        + b"".join(biff(0x041E, form) for form in formats)
        + b"".join(biff(0x00E0, style) for style in styles)
    )


def xls_merge(top: int, bottom: int, left: int, right: int) -> bytes:
    """Record of merged cells (0-based, ends included)."""
    return biff(0x00E5, struct.pack("<HHHHH", 1, top, bottom, left, right))


def xls_note(row: int, column: int) -> bytes:
    """Record of a comment (0-based place)."""
    return biff(0x001C, struct.pack("<HHHHHBB", row, column, 0, 1, 1, 0, ord("x")))


def xls_rows(rows: Rows) -> bytes:
    """Records of all cells of some rows."""
    return b"".join(
        xls_cell(r, c, value) for r, row in enumerate(rows) for c, value in enumerate(row) if value is not None
    )


def ole(path: Path, streams: Mapping[str, bytes]) -> None:
    """An OLE compound file with 512-byte sectors; streams are padded beyond the size of the mini stream."""
    sectors: list[bytes] = []
    table: list[int] = []
    places = {}
    for name, content in streams.items():
        data = content.ljust(4096, b"\0")
        count = -(-len(data) // 512)
        places[name] = (len(sectors), len(data))
        table += [*range(len(sectors) + 1, len(sectors) + count), 0xFFFFFFFE]
        sectors += [data[i : i + 512].ljust(512, b"\0") for i in range(0, len(data), 512)]
    directory = _entry("Root Entry", 5, 0xFFFFFFFE, 0, 1)
    for i, (name, (first, size)) in enumerate(places.items(), start=2):
        directory += _entry(name, 2, first, size, 0xFFFFFFFF, i if i <= len(places) else 0xFFFFFFFF)
    first_directory = len(sectors)
    directory = directory.ljust(-(-len(directory) // 512) * 512, b"\0")
    count = len(directory) // 512
    table += [*range(first_directory + 1, first_directory + count), 0xFFFFFFFE]
    sectors += [directory[i : i + 512] for i in range(0, len(directory), 512)]
    fat_count = -(-(len(sectors) + 1) // 127)
    fat = list(range(len(sectors), len(sectors) + fat_count))
    table += [0xFFFFFFFD] * fat_count
    table += [0xFFFFFFFF] * (fat_count * 128 - len(table))
    packed = struct.pack(f"<{len(table)}I", *table)
    sectors += [packed[i : i + 512] for i in range(0, len(packed), 512)]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, fat_count, first_directory, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", *fat, *[0xFFFFFFFF] * (109 - len(fat)))
    path.write_bytes(header + b"".join(sectors))


def _entry(name: str, kind: int, first: int, size: int, child: int, right: int = 0xFFFFFFFF) -> bytes:
    raw = name.encode("utf-16-le") + b"\0\0"
    head = raw.ljust(64, b"\0") + struct.pack("<HBB", len(raw), kind, 1)
    return head + struct.pack("<III", 0xFFFFFFFF, right, child) + bytes(36) + struct.pack("<III", first, size, 0)
