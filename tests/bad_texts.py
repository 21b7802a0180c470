"""Bad and odd text files, and what is wrong with a file before it is read at all."""

from __future__ import annotations

import os
from pathlib import Path

from file_cases import BOTH, CSV, ODS, READ, REFUSE, TABLE, Case, book, long, raw, text
from file_forms import archive, biff, ods, ole, xls, xls_rows


def link(path: Path) -> None:
    target = path.with_name("target.csv")
    target.write_text(CSV, encoding="utf-8")
    path.symlink_to(target)


def pipe(path: Path) -> None:
    os.mkfifo(path)  # there is none on Windows


PLACES = [
    Case("โฟลเดอร์.csv", lambda path: path.mkdir(), REFUSE, "not_a_file", "เป็นโฟลเดอร์"),
    Case("ทางลัด.csv", link, REFUSE, "not_a_file", "คัดลอกตัวไฟล์จริง"),
    Case("ท่อ.csv", pipe, REFUSE, "not_a_file", "ไม่ใช่ไฟล์ข้อมูลปกติ"),
    Case("ไม่มี.csv", lambda path: None, REFUSE, "missing_file", "ไม่พบไฟล์นี้"),
    Case("ว่าง.csv", raw(b""), REFUSE, "empty_file", "0 ไบต์"),
    Case("ว่าง.xlsx", raw(b""), REFUSE, "empty_file", "ขอไฟล์ใหม่"),
    Case("เอกสาร.docx", raw(b"PK\x03\x04"), REFUSE, "file_type", "ต้องเป็นไฟล์ชนิด"),
    Case("ไม่มีนามสกุล", text(CSV), REFUSE, "file_type", "ไม่มีนามสกุล"),
]

TYPES = [
    Case("excel_เป็น.csv", book(), REFUSE, "wrong_type", "นามสกุล .csv ไม่ตรงกับเนื้อไฟล์"),
    Case("csv_เป็น.xlsx", text(CSV), REFUSE, "wrong_type", "ไฟล์ชนิดข้อความ"),
    Case("csv_เป็น.xls", text(CSV), REFUSE, "wrong_type", "นามสกุล .xls ไม่ตรง"),
    Case("เว็บ_เป็น.xls", text("<html><table><tr><td>เลขที่</td></tr></table></html>"), REFUSE, "wrong_type", "HTML"),
    Case("เว็บ_เป็น.csv", text("\ufeff <!DOCTYPE html><html></html>"), REFUSE, "wrong_type", "HTML"),
    Case("xml_เป็น.xls", text('<?xml version="1.0"?><Workbook/>'), REFUSE, "wrong_type", "XML"),
    Case("pdf_เป็น.csv", raw(b"%PDF-1.7\n"), REFUSE, "wrong_type", "PDF"),
    Case("ภาพ_เป็น.xlsx", raw(b"\x89PNG\r\n\x1a\n"), REFUSE, "wrong_type", "PNG"),
    Case("xls_เป็น.xlsx", lambda path: xls(path, {"ก": xls_rows(TABLE)}), REFUSE, "wrong_type", "Excel รุ่นเก่า"),
    Case("xlsx_เป็น.xls", book(), REFUSE, "wrong_type", "นามสกุล .xls ไม่ตรง"),
    Case("word_เป็น.xlsx", lambda path: archive(path, {"word/document.xml": "<a/>"}), REFUSE, "wrong_type", "Word"),
    Case("xlsb_เป็น.xlsx", lambda path: archive(path, {"xl/workbook.bin": "x"}), REFUSE, "wrong_type", ".xlsb"),
    Case("ods_เป็น.xlsx", lambda path: ods(path, {"ก": ODS}), REFUSE, "wrong_type", "OpenDocument"),
    Case("xlsx_เป็น.ods", book(), REFUSE, "wrong_type", "ไม่ใช่ OpenDocument"),
    Case("word_เป็น.xls", lambda path: ole(path, {"WordDocument": b"x"}), REFUSE, "wrong_type", "Word"),
    Case("ใส่รหัส.xlsx", lambda path: ole(path, {"EncryptedPackage": b"x"}), REFUSE, "password", "ถอดรหัสผ่าน"),
    Case("ใส่รหัส.xls", lambda path: xls(path, {"ก": biff(0x002F, bytes(6))}), REFUSE, "password", "ถอดรหัสผ่าน"),
    Case(
        "ใส่รหัส.ods",
        lambda path: ods(path, {"ก": ODS}, manifest="<manifest:encryption-data/>"),
        REFUSE,
        "password",
        "ถอดรหัสผ่าน",
    ),
]

ENCODINGS = [
    Case("utf8.csv", text(CSV), READ, says="UTF-8", rows=BOTH),
    Case("utf8_bom.csv", text(CSV, "utf-8-sig"), READ, says="UTF-8 (มี BOM)", rows=BOTH),
    Case("utf16.csv", text(CSV, "utf-16"), READ, says="UTF-16", rows=BOTH),
    Case("utf16be.txt", text("\ufeff" + CSV, "utf-16-be"), READ, says="UTF-16", rows=BOTH),
    Case("utf16_ไม่มี_bom.csv", text(CSV, "utf-16-le"), READ, says="ไม่มี BOM", rows=BOTH),
    Case("tis620.csv", text(CSV, "tis-620"), READ, says="TIS-620", rows=BOTH),
    Case("cp874.csv", text(CSV.replace("ตาก", "“ตาก”…"), "cp874"), READ, says="CP874", rows=BOTH),
    Case("utf32.csv", text(CSV, "utf-32"), REFUSE, "encoding", "UTF-32"),
    Case(
        "latin1.csv",
        text(CSV.encode("ascii", "ignore").decode() + "é,è,é\n" * 9, "latin-1"),
        REFUSE,
        "encoding",
        "ไม่ทราบ",
    ),
    Case("gbk.csv", text("编号,省份,数量\n一,云南省昆明市,五\n" * 5, "gbk"), REFUSE, "encoding", "UTF-8"),
    Case("utf8_เสีย.csv", raw(CSV.encode() + b"3,\xe0\xb8,1\n"), REFUSE, "encoding", "เสียหาย", row=4),
    Case("utf8_เสียท้าย.csv", long("", CSV, 500_000, b"\xe0\xb8"), REFUSE, "encoding", "เสียหาย", row=1_500_001),
    Case("utf16_ขาด.csv", raw(CSV.encode("utf-16")[:-1]), REFUSE, "encoding", "เสียหาย"),
    Case("มี_nul.csv", raw(CSV.encode() + b"3,\0,1\n"), REFUSE, "binary", "NUL", row=4),
    Case("ตัวเพี้ยน.csv", text(CSV.encode().decode("latin-1")), REFUSE, "misread_text", "เลขที่"),
    Case("ตัวเพี้ยน_cp874.csv", text("เธกเธเธฃเธฒเธเธก,เธงเธฑเธ\n"), REFUSE, "header_not_found", "“เลขที่”"),
]

TEXTS = [
    Case("แท็บ.tsv", text(CSV.replace(",", "\t")), READ, says="แท็บ", rows=BOTH),
    Case("อัฒภาค.csv", text(CSV.replace(",", ";")), READ, says="อัฒภาค", rows=BOTH),
    Case("ขีด.txt", text(CSV.replace(",", "|")), READ, says="ขีดตั้ง", rows=BOTH),
    Case("cr.csv", text(CSV.replace("\n", "\r")), READ, rows=BOTH),
    Case("crlf.csv", text(CSV.replace("\n", "\r\n")), READ, rows=BOTH),
    Case("sep.csv", text("sep=;\n" + CSV.replace(",", ";")), READ, says="เหนือหัวตาราง 1 แถว", rows=(3, 4)),
    Case("ชื่อเรื่อง.csv", text("ทะเบียน ปี 2569,,\n,,\n" + CSV), READ, says="เหนือหัวตาราง 2 แถว", rows=(4, 5)),
    Case("บรรทัดว่าง.csv", text(CSV.replace("\n2", "\n\n,,\n2")), READ, says="แถวว่าง", rows=(2, 5)),
    Case("ขึ้นบรรทัดในช่อง.csv", text(CSV.replace("ตาก", '"ตาก\nตาก"')), READ, rows=BOTH),
    Case("หัวสองบรรทัด.csv", text(CSV.replace("จังหวัด", '"จัง\nหวัด"')), READ, rows=BOTH),
    Case("ช่องขาด.csv", text(CSV + "3,เลย\n"), READ, "ragged_row", "2 ช่อง", row=4, rows=(2, 3, 4)),
    Case("ช่องเกิน.csv", text(CSV + "3,เลย,1,9\n4,แพร่,2\n"), READ, "ragged_row", "4 ช่อง", row=4, rows=(2, 3, 4, 5)),
    Case("ช่องว่างเกิน.csv", text(CSV + "3,เลย,1,,\n"), READ, rows=(2, 3, 4)),
    Case("ช่องขาดทั้งไฟล์.csv", long(CSV, "1,ตาก\n", 400_000), REFUSE, "ragged_file", "เกิน 10,000 แถว"),
    Case("คำพูดไม่ปิด.csv", text(CSV + '3,"เลย,1\n4,แพร่,2\n'), REFUSE, "unclosed_quote", "เปิดแล้วไม่ปิด", row=4),
    Case("คำพูดไม่ปิดท้าย.csv", text(CSV + '3,เลย,"1'), REFUSE, "unclosed_quote", "ครบคู่", row=4),
    Case("คำพูดปิดผิดที่.csv", text(CSV + '3,"เลย,1\n4,แพร่,2\n5,ตาก,3\n6,"น่าน",4\n'), REFUSE, "unclosed_quote", row=4),
    Case("ช่องยาว.csv", long(CSV + '3,"', "ก,ข,ค\n", 3_000_000), REFUSE, "unclosed_quote", "1 MB", row=4),
    Case("แถวว่างมาก.csv", long(CSV, "\n", 2_000_000), REFUSE, "blank_rows", "ลบแถวว่าง"),
    Case(
        "คอลัมน์มาก.csv", text(CSV.replace("จำนวน\n", "จำนวน" + ",x" * 2_000 + "\n")), REFUSE, "too_many_columns", "แม่แบบ"
    ),
    Case("ไม่มีหัว.csv", text("1,ตาก,5\n2,น่าน,7\n"), REFUSE, "header_not_found", "“เลขที่”, “จังหวัด”, “จำนวน”"),
    Case("มีแต่หัว.csv", text("เลขที่,จังหวัด,จำนวน"), READ, rows=()),
    Case("หัวลึก.csv", text("ข้อความ,,\n" * 70 + CSV), REFUSE, "header_not_found", "60 แถวแรก"),
    Case("หัวซ้ำ.csv", text(CSV.replace("เลขที่", "จังหวัด")), READ, "duplicate_column", "(A, B)", row=1, column="จังหวัด"),
    Case("หัวขาด.csv", text(CSV.replace("จังหวัด", "")), READ, "unnamed_column", "ไม่มีหัวคอลัมน์", row=1, column="B"),
    Case("สูตรผิด.csv", text(CSV + "3,เลย,#REF!\n"), READ, "error_cell", "#REF!", row=4, column="จำนวน"),
]

TOTALS = [
    Case("แถวรวม.csv", text(CSV + "รวมทั้งสิ้น,,12\n"), READ, says="แยกแถวรวมออกจากข้อมูล: แถวที่ 4", rows=BOTH),
    Case("แถวรวมเลขไทย.csv", text(CSV + ",รวม (คน),๑๒\n"), READ, says="แถวที่ 4", rows=BOTH),
    Case("โครงการชื่อรวม.csv", text(CSV.replace("1,", "ปันสุข,") + "รวมใจ,ตาก,3\n"), READ, rows=(2, 3, 4)),
    Case("รวมแต่มีจังหวัด.csv", text(CSV + "รวม,ตาก,3\n"), READ, "uncertain_row", "ยอดรวม", row=4, rows=(2, 3, 4)),
    Case("หัวพิมพ์ซ้ำ.csv", text(CSV + CSV), READ, says="หัวตารางที่พิมพ์ซ้ำ: แถวที่ 4", rows=(2, 3, 5, 6)),
    Case("หมายเหตุท้าย.csv", text(CSV + ",,\nหมายเหตุ: เบื้องต้น,,\n"), READ, says="ไม่ใช่ข้อมูล แถวที่ 5", rows=BOTH),
    Case("ข้อความท้าย.csv", text(CSV + "ข้อความอื่น,,\n"), READ, "uncertain_row", "ลบแถวนี้", row=4, rows=(2, 3, 4)),
]
