"""Bad and odd workbooks."""

from __future__ import annotations

import re
import struct
import zipfile
from pathlib import Path

from file_cases import (
    BOTH,
    HEADERS,
    MIB,
    ODS,
    READ,
    REFUSE,
    ROWS,
    TABLE,
    XML,
    Case,
    book,
    books,
    cut,
    far,
    many_rows,
    sheet_xml,
    spoilt,
)
from file_forms import archive, biff, cell, lying_archive, ods, ods_row, row, xls, xls_cell, xls_rows, xlsx_parts

SHEET = "xl/worksheets/sheet1.xml"
LINKED = '<row r="4"><c r="A4"><v>3</v></c><c r="C4"><f>[1]แผ่น!A1</f><v>9</v></c></row>'
UNCACHED = '<row r="4"><c r="A4"><v>3</v></c><c r="C4"><f>1+1</f>{}</c></row>'
GROUPED = (
    row(1, "ทะเบียน") + row(2, "เลขที่", "จังหวัด", "จำนวน") + row(3, None, None, "ชาย", "หญิง") + row(4, 1, "ตาก", 5, 6)
)
GROUPS = ("เลขที่", "จังหวัด", "จำนวน / ชาย", "จำนวน / หญิง")
MERGED = '<mergeCells><mergeCell ref="A1:D1"/><mergeCell ref="A2:A3"/><mergeCell ref="C2:D2"/></mergeCells>'

WORKBOOKS = [
    Case("ดี.xlsx", book(), READ, rows=BOTH),
    Case("ดี.xlsm", spoilt(add={"xl/vbaProject.bin": b"x"}), READ, says="มาโคร", rows=BOTH),
    Case("แผ่นซ่อน.xlsx", books(("ข",), ก=[["ชื่อ"]], ข=TABLE), READ, says="แผ่นงาน “ข” ถูกซ่อน", rows=BOTH),
    Case("แผ่นอื่นซ่อน.xlsx", books(("ก",), ข=TABLE, ก=[["ชื่อ"]]), READ, says="“ก” (ซ่อนอยู่)", rows=BOTH),
    Case("สองแผ่น.xlsx", books(ก=TABLE, ข=TABLE), REFUSE, "several_sheets", "“ก”, “ข”"),
    Case("สองแผ่นซ่อนหนึ่ง.xlsx", books(("ข",), ก=TABLE, ข=TABLE), REFUSE, "several_sheets", "“ข” (ซ่อนอยู่)"),
    Case("แผ่นอธิบาย.xlsx", books(ก=[["จังหวัด"]], ข=TABLE), READ, says="ไม่ได้อ่านแผ่นงานอื่น: “ก”", rows=BOTH),
    Case("แผ่นมาก.xlsx", spoilt(names=[f"ก{i}" for i in range(300)]), REFUSE, "too_many_sheets", "300"),
    Case("ไม่มีหัว.xlsx", book(ROWS), REFUSE, "header_not_found", "“เลขที่”"),
    Case("มีแต่หัว.xlsx", book([HEADERS]), READ, rows=()),
    Case("แผ่นว่าง.xlsx", book([]), REFUSE, "header_not_found", "“เลขที่”"),
    Case("หัวสองแถว.xlsx", spoilt(GROUPED, after=MERGED), READ, says="เหนือหัวตาราง 1 แถว", rows=(4,), headers=GROUPS),
    Case("คำนำหน้า.xlsx", spoilt(re.sub("<(/?)", r"<\1x:", XML), prefix="x:"), READ, rows=BOTH),
    Case("ไม่มีตำแหน่ง.xlsx", spoilt(re.sub(r' r="\w+"', "", XML)), READ, rows=BOTH),
    Case("คำพูดเดี่ยว.xlsx", spoilt(XML.replace('"', "'")), READ, rows=BOTH),
    Case(
        "แถวซ่อน.xlsx",
        sheet_xml('<row r="3">', '<row r="3" hidden="1">'),
        READ,
        says="แถวที่ถูกซ่อนด้วย: แถวที่ 3",
        rows=BOTH,
    ),
    Case(
        "คอลัมน์ซ่อน.xlsx",
        sheet_xml("<sheetData>", '<cols><col min="2" max="2" hidden="1"/></cols><sheetData>'),
        READ,
        says="คอลัมน์ที่ถูกซ่อนด้วย: B",
        rows=BOTH,
    ),
]

CELLS = [
    Case("สูตรไม่มีผล.xlsx", spoilt(XML + UNCACHED.format("")), READ, "uncached_formula", "=1+1", 4, "จำนวน", (2, 3, 4)),
    Case("สูตรผลว่าง.xlsx", spoilt(XML + UNCACHED.format("<v></v>")), READ, "uncached_formula", "คำนวณ", 4, "จำนวน"),
    Case(
        "สูตรผลข้อความว่าง.xlsx",
        spoilt(XML + UNCACHED.format("<v></v>").replace('"C4"', '"C4" t="str"')),
        READ,
        says="เซลล์สูตร 1 เซลล์",
        rows=(2, 3, 4),
    ),
    Case("สูตรไฟล์อื่น.xlsx", spoilt(XML + LINKED), READ, "external_formula", "ไฟล์อื่น", 4, "จำนวน", (2, 3, 4)),
    Case(
        "ลิงก์ไฟล์อื่น.xlsx",
        spoilt(add={"xl/externalLinks/externalLink1.xml": "<externalLink/>"}),
        READ,
        says="ไม่ได้เปิดตามลิงก์",
        rows=BOTH,
    ),
    Case(
        "ค่าผิดพลาด.xlsx",
        spoilt(XML + '<row r="4"><c r="A4"><v>3</v></c><c r="C4" t="e"><v>#N/A</v></c></row>'),
        READ,
        "error_cell",
        "#N/A",
        4,
        "จำนวน",
        (2, 3, 4),
    ),
    Case(
        "สูตรทั้งคอลัมน์.xlsx",
        spoilt(lambda: many_rows(20_000).replace("<v>1</v>", "<f>1+1</f>")),
        REFUSE,
        "too_many_doubtful",
        "C2",
        2,
    ),
    Case("จัดรูปแบบยาว.xlsx", spoilt(XML + '<row r="1000000"><c r="XFD1000000" s="0"/></row>'), READ, rows=BOTH),
    Case("แถวรวม.xlsx", spoilt(XML + row(5, "รวม", None, 12)), READ, says="แยกแถวรวมออกจากข้อมูล: แถวที่ 5", rows=BOTH),
    Case("ไม่มีชื่อคอลัมน์.xlsx", spoilt(XML + row(4, 3, "เลย", 1, None, 9)), READ, "unnamed_column", "", 1, "E", (2, 3, 4)),
]


def bomb(path: Path) -> None:
    """A sheet of 40 MiB that packs a thousandfold."""
    parts = xlsx_parts(XML)
    archive(path, parts | {SHEET: parts[SHEET].replace("</sheetData>", " " * (40 * MIB) + "</sheetData>")})


def crowded(path: Path) -> None:
    """An archive whose directory alone is many megabytes."""
    with zipfile.ZipFile(path, "w") as file:
        for i in range(60_000):
            file.writestr(zipfile.ZipInfo(f"{i:060}"), b"")


BOUNDS = [
    Case("เซลล์ไกล.xlsx", spoilt(far("A900000")), REFUSE, "stray_cell", "Ctrl+End", 900_000),
    Case("เซลล์ไกลขวา.xlsx", spoilt(far("XFD4")), REFUSE, "too_many_columns", "XFD", column="XFD"),
    Case("เซลล์ไกลสุด.xlsx", spoilt(far("XFD1048576")), REFUSE, "too_many_columns", "XFD"),
    Case("เซลล์นอกแผ่น.xlsx", spoilt(far("A9999999")), REFUSE, "too_many_rows", "1,048,576", 9_999_999),
    Case(
        "แถวหลอก.xlsx", spoilt(XML + f'<row r="4">{cell("C900000", 1)}</row>'), REFUSE, "stray_cell", "C900000", 900_000
    ),
    Case("ระเบิด.xlsx", bomb, REFUSE, "expansion", "100 เท่า"),
    Case(
        "โกหกขนาด.xlsx",
        lambda path: lying_archive(path, xlsx_parts(XML), SHEET, many_rows(100_000).encode()),
        REFUSE,
        "damaged",
        "เสียหาย",
    ),
    Case("ไฟล์ย่อยมาก.xlsx", spoilt(add={f"xl/media/{i}.txt": "" for i in range(6_000)}), REFUSE, "too_large", "ไฟล์ย่อย"),
    Case("ไฟล์ย่อยล้าน.xlsx", crowded, REFUSE, "too_large", "ไฟล์ย่อย"),
    Case("แถวยาว.xlsx", spoilt(lambda: row(1, "x" * (20 * MIB)) + XML), REFUSE, "too_many_columns", "ยาวผิดปกติ"),
    Case(
        "ไม่มีหัว_ใหญ่.xlsx",
        spoilt(lambda: re.sub("เลขที่|จังหวัด|จำนวน", "ก", many_rows(400_000))),
        REFUSE,
        "header_not_found",
    ),
]

DOCTYPE = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
DAMAGED = [
    Case("ขาดครึ่ง.xlsx", cut(book(), 0.5), REFUSE, "damaged", "ส่งมาไม่ครบ"),
    Case("ขาดครึ่ง.ods", cut(lambda path: ods(path, {"ก": ODS}), 0.5), REFUSE, "damaged", "ขอไฟล์ใหม่"),
    Case("ขาดครึ่ง.xls", cut(lambda path: xls(path, {"ก": xls_rows(TABLE)}), 0.3), REFUSE, "damaged", "ขอไฟล์ใหม่"),
    Case("dtd.xlsx", sheet_xml("<worksheet", DOCTYPE + "<worksheet"), REFUSE, "unsafe_markup", "DTD"),
    Case(
        "dtd_แผ่นงาน.xlsx",
        spoilt(add={"xl/workbook.xml": DOCTYPE + xlsx_parts(XML)["xl/workbook.xml"]}),
        REFUSE,
        "unsafe_markup",
        "DTD",
    ),
    Case(
        "dtd_ข้อความ.xlsx", spoilt(add={"xl/sharedStrings.xml": DOCTYPE + "<sst/>"}), REFUSE, "unsafe_markup", "ENTITY"
    ),
    Case("ebcdic.xlsx", sheet_xml('encoding="UTF-8"', 'encoding="cp037"'), REFUSE, "unsafe_markup", "XML"),
    Case("xml_เสีย.xlsx", sheet_xml("น่าน</t>", "น่าน</v>"), REFUSE, "damaged", "เสียหาย"),
    Case("xml_ขาด.xlsx", sheet_xml("</sheetData></worksheet>", ""), REFUSE, "damaged", "ส่งมาไม่ครบ"),
    Case("ไม่มีแผ่น.xlsx", spoilt(add={"xl/_rels/workbook.xml.rels": "<Relationships/>"}), REFUSE, "damaged", "เสียหาย"),
    Case(
        "ข้อความร่วมหาย.xlsx",
        spoilt(XML + '<row r="4"><c r="A4" t="s"><v>7</v></c></row>'),
        REFUSE,
        "damaged",
        "บันทึกใหม่",
    ),
    Case(
        "ชื่อซ้ำในซิป.xlsx",
        spoilt(add={"XL/Workbook.xml": "<workbook/>"}),
        REFUSE,
        "damaged",
        "ชื่อซ้ำ",
    ),
    Case("dtd.ods", lambda path: ods(path, {"ก": DOCTYPE + ODS}), REFUSE, "unsafe_markup", "DTD"),
]


def looping_xls(path: Path) -> None:
    """An XLS file whose directory is a chain that runs in a circle."""
    xls(path, {"ก": xls_rows(TABLE)})
    data = bytearray(path.read_bytes())
    first = struct.unpack_from("<I", data, 48)[0]
    table = struct.unpack_from("<I", data, 76)[0]
    struct.pack_into("<I", data, (table + 1) * 512 + first * 4, first)
    path.write_bytes(data)


MANY = ODS + '<table:table-row table:number-rows-repeated="{}">{}</table:table-row>'
ODS_CELL = '<table:table-cell table:number-columns-repeated="{}" office:value-type="float" office:value="1"/>'
ODS_ERROR = (
    '<table:table-cell office:value-type="string" calcext:value-type="error"><text:p>#DIV/0!</text:p>'
    "</table:table-cell>"
)
ODS_FORMULA = '<table:table-cell table:formula="of:=1+1"/>'


def large_ods(path: Path) -> None:
    """Many different rows under no header."""
    ods(path, {"ก": "".join(ods_row(f"x{i * 7919 % 100_003}", i, i % 7, 3) for i in range(60_000))})


OLD_FORMATS = [
    Case("ดี.xls", lambda path: xls(path, {"ข้อมูล": xls_rows(TABLE)}), READ, rows=BOTH),
    Case(
        "สองแผ่น.xls", lambda path: xls(path, dict.fromkeys("กข", xls_rows(TABLE))), REFUSE, "several_sheets", "“ก”, “ข”"
    ),
    Case(
        "เซลล์ไกล.xls",
        lambda path: xls(path, {"ก": xls_rows(TABLE) + xls_cell(65_535, 255, 1)}),
        REFUSE,
        "stray_cell",
        "IV65536",
        65_536,
    ),
    Case(
        "ค่าผิดพลาด.xls",
        lambda path: xls(
            path, {"ก": xls_rows(TABLE) + xls_cell(3, 0, 3) + biff(0x0205, struct.pack("<HHHBB", 3, 2, 0, 42, 1))}
        ),
        READ,
        "error_cell",
        "#N/A",
        4,
        "จำนวน",
        (2, 3, 4),
    ),
    Case(
        "แถวซ่อน.xls",
        lambda path: xls(
            path, {"ก": biff(0x0208, struct.pack("<HHHHIHH", 2, 0, 3, 255, 0, 0x20, 0)) + xls_rows(TABLE)}
        ),
        READ,
        says="แถวที่ 3",
        rows=BOTH,
    ),
    Case(
        "ไม่มีหัว_ใหญ่.xls", lambda path: xls(path, {"ก": xls_rows([["x", 1, 2, 3]] * 60_000)}), REFUSE, "header_not_found"
    ),
    Case("ไม่มีหัว_ใหญ่.ods", large_ods, REFUSE, "header_not_found"),
    Case(
        "แท็กไม่ปิด.ods", lambda path: ods(path, {"ก": ODS + "</table:tab0e><table:table>"}), REFUSE, "damaged", "เสียหาย"
    ),
    Case("วนรอบ.xls", looping_xls, REFUSE, "damaged", "เสียหาย"),
    Case("ดี.ods", lambda path: ods(path, {"ข้อมูล": ODS}), READ, rows=BOTH),
    Case("ว่างท้าย.ods", lambda path: ods(path, {"ก": MANY.format(1_048_000, "<table:table-cell/>")}), READ, rows=BOTH),
    Case(
        "ซ้ำล้านแถว.ods",
        lambda path: ods(path, {"ก": MANY.format(1_048_000, ODS_CELL.format(16_000))}),
        REFUSE,
        "too_many_columns",
    ),
    Case(
        "ซ้ำล้านเซลล์.ods",
        lambda path: ods(path, {"ก": MANY.format(1_000_000, ODS_CELL.format(3))}),
        REFUSE,
        "too_large",
        "3,0",
    ),
    Case(
        "เซลล์ไกล.ods",
        lambda path: ods(path, {"ก": MANY.format(900_000, "<table:table-cell/>") + ods_row(1)}),
        REFUSE,
        "stray_cell",
        "C900004",
    ),
    Case(
        "แถวซ่อน.ods",
        lambda path: ods(path, {"ก": ODS + ods_row(3, "เลย", 1, attributes='table:visibility="collapse"')}),
        READ,
        says="แถวที่ 4",
        rows=(2, 3, 4),
    ),
    Case(
        "ค่าผิดพลาด.ods",
        lambda path: ods(
            path, {"ก": ODS + ods_row(3, "เลย").replace("</table:table-row>", ODS_ERROR + "</table:table-row>")}
        ),
        READ,
        "error_cell",
        "#DIV/0!",
        4,
        "จำนวน",
        (2, 3, 4),
    ),
    Case(
        "สูตรไม่มีผล.ods",
        lambda path: ods(
            path, {"ก": ODS + ods_row(3, "เลย").replace("</table:table-row>", ODS_FORMULA + "</table:table-row>")}
        ),
        READ,
        "uncached_formula",
        "of:=1+1",
        4,
        "จำนวน",
        (2, 3, 4),
    ),
]
