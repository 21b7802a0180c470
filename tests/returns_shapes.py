"""Files that no reading option reads: shapes for pandas, and files that must be saved anew."""

import struct
from html import escape

from file_forms import OFFICE, PACKAGE, archive, biff, ole, xls
from returns_tables import MONTHS, book, made, write


@made("months_across_rows")
def months_across_rows(path, table):
    numbers = list(zip(*table.rows, strict=True))
    rows = [[header, *cells] for header, cells in zip(table.header[1:], numbers[1:], strict=True)]
    book(path, {"ข้อมูล": [["รายการ", *numbers[0]], *rows]})


@made("months_across_groups")
def months_across_groups(path, table):
    items = [header.removesuffix(" (ความคิดเห็น)") for header in table.header[1:]]
    months = [f"{MONTHS[record['month'].month - 1]} {record['month'].year + 543}" for record in table.records]
    over = [text for month in months for text in (month, *[None] * (len(items) - 1))]
    write(path, [over, items * len(months), [cell for row in table.rows for cell in row[1:]]])


@made("ticks_sdgs", "ticks_problem")
def ticks(path, table):
    name = "sdgs" if "sdgs" in table.dataset.names else "problem"
    column, at = table.dataset[name], table.at(name)
    count = len(column.codes)
    over = [*table.header[:at], column.header, *[None] * (count - 1), *table.header[at + 1 :]]
    under = [*[None] * at, *column.codes.values(), *[None] * (len(table.header) - at - 1)]
    rows = []
    for number, (record, row) in enumerate(zip(table.records, table.rows, strict=True)):
        chosen = record[name] or ()
        mark = "x" if name == "problem" else "✓/"[number % 2]
        rows.append([*row[:at], *(mark if code in chosen else None for code in column.codes), *row[at + 1 :]])
    upright = [place for place in range(len(over)) if not at <= place < at + count]
    merged = [{"start_row": 1, "end_row": 2, "start_column": p + 1, "end_column": p + 1} for p in upright]
    merged.append({"start_row": 1, "end_row": 1, "start_column": at + 1, "end_column": at + count})
    book(path, {"ข้อมูล": [over, under, *rows]}, merged=merged)


@made("form_sheets")
def form_sheets(path, table):
    forms = [[["แบบรายงานของศูนย์"], [], *map(list, zip(table.header, row, strict=True))] for row in table.rows]
    book(path, {f"ศูนย์ {at}": form for at, form in enumerate(forms, start=1)})


@made("form_stacked")
def form_stacked(path, table):
    rows = []
    for at, row in enumerate(table.rows, start=1):
        rows += [[f"แบบรายงานความคืบหน้า หน่วยงานที่ {at}"], *map(list, zip(table.header, row, strict=True)), []]
    book(path, {"แบบรายงาน": rows})


@made("pivot_across")
def pivot_across(path, table):
    provinces, *numbers = zip(*table.rows, strict=True)
    rows = [[header, *cells] for header, cells in zip(table.header[1:], numbers, strict=True)]
    book(path, {"Pivot": [["ป้ายชื่อแถว", *provinces], *rows]})


@made("pivot_long")
def pivot_long(path, table):
    rows = [
        [row[0], header, cell]
        for row in table.rows
        for header, cell in zip(table.header[1:], row[1:], strict=True)
        if cell is not None
    ]
    write(path, [[table.header[0], "รายการ", "คะแนน"], *rows])


@made("html_csr", "html_questions")
def html(path, table):
    office = 'xmlns:x="urn:schemas-microsoft-com:office:excel"' if table.dataset.id == "citizen_questions" else ""
    cells = ["".join(f"<td>{escape('' if c is None else str(c))}</td>" for c in row) for row in table.all]
    page = f"<html {office}><head><style>td {{mso-number-format:'@'}}</style></head><body><table>"
    page += "".join(f"<tr>{row}</tr>\n" for row in cells) + "</table></body></html>"
    path.write_bytes(page.encode("utf-16" if office else "utf-8"))


@made("xlsb_housing", "xlsb_renamed")
def xlsb(path, table):
    """A binary workbook ([MS-XLSB]) with the cells in the sheet itself."""
    rows = b""
    for number, row in enumerate(table.all):
        rows += record(0, struct.pack("<IIHHBI", number, 0, 300, 0, 0, 0))
        for at, cell in enumerate(row):
            if cell is not None:
                text = isinstance(cell, str)
                rows += record(
                    6 if text else 5, struct.pack("<II", at, 0) + (wide(cell) if text else struct.pack("<d", cell))
                )
    area = struct.pack("<IIII", 0, len(table.rows), 0, len(table.header) - 1)
    sheet = record(129) + record(148, area) + record(145) + rows + record(146) + record(130)
    bundle = record(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("ข้อมูล"))
    kind = "application/vnd.ms-excel"
    archive(
        path,
        {
            "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            f'<Override PartName="/xl/workbook.bin" ContentType="{kind}.sheet.binary.macroEnabled.main"/>'
            f'<Override PartName="/xl/worksheets/sheet1.bin" ContentType="{kind}.worksheet"/></Types>',
            "_rels/.rels": relations("officeDocument", "xl/workbook.bin"),
            "xl/_rels/workbook.bin.rels": relations("worksheet", "worksheets/sheet1.bin"),
            "xl/workbook.bin": record(131) + record(143) + bundle + record(144) + record(132),
            "xl/worksheets/sheet1.bin": sheet,
        },
    )


def record(number, body=b""):
    """One record: number and size in seven bits a byte."""
    return seven(number) + seven(len(body)) + body


def seven(number):
    low, high = number & 0x7F, number >> 7
    return bytes([low | 0x80, *seven(high)]) if high else bytes([low])


def wide(text):
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def relations(kind, target):
    return (
        f'<Relationships xmlns="{PACKAGE}">'
        f'<Relationship Id="rId1" Type="{OFFICE}/{kind}" Target="{target}"/></Relationships>'
    )


@made("password_xlsx")
def password_xlsx(path, table):
    ole(path, {"EncryptionInfo": b"\x04\0\x04\0\x40\0\0\0<encryption/>", "EncryptedPackage": bytes(range(256)) * 20})


@made("password_xls")
def password_xls(path, table):
    xls(path, {"ข้อมูล": bytes(64)}, styles=biff(0x002F, struct.pack("<HHH", 1, 1, 1) + bytes(48)))
