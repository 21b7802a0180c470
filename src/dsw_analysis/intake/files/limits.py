"""Bounds and checks on a file before anything in it is parsed."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

from dsw_analysis.problems import DataError, Problem

MIB: Final = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How large and how odd a file may be before it is refused unread (bytes, counts, ratios)."""

    text_bytes: int = 16 * 1024 * MIB
    rows: int = 100_000_000
    """Rows of a text or Parquet file."""
    cell_bytes: int = MIB
    blank_cells: int = 5_000_000
    """Cells that the blank lines of a text file may grow into."""
    directory_bytes: int = 2 * MIB
    workbook_bytes: int = 200 * MIB
    expanded_bytes: int = 512 * MIB
    expansion: int = 100
    """Expanded size over packed size; only judged above ``expansion_from`` bytes, where it matters."""
    expansion_from: int = 32 * MIB
    parts: int = 5_000
    part_bytes: int = 4 * MIB
    """Largest directory-like part (list of sheets, relations) that is read whole."""
    old_bytes: int = 32 * MIB
    old_cells: int = 1_000_000
    """Cells of the used areas of an .xls or .ods file, whose reader holds all sheets at once."""
    old_slots: int = 3_000_000
    """Cells of an .xls file with the blank ones left of them, which its reader holds too."""
    ods_bytes: int = 128 * MIB
    """Expanded content of an .ods file."""
    parquet_bytes: int = 16 * 1024 * MIB
    footer_bytes: int = 16 * MIB
    group_bytes: int = 1024 * MIB
    """Expanded size of a row group of a Parquet file, and of the texts that are unpacked from it at a time."""
    sheets: int = 200
    sheet_rows: int = 1_048_576
    columns: int = 1_000
    sparse_cells: int = 1_000_000
    """A used area above this must be filled to ``sparse_share`` at least."""
    sparse_share: float = 0.1
    ragged_rows: int = 10_000
    listed_cells: int = 10_000


LIMITS: Final = Limits()

SUFFIXES: Final = ("csv", "tsv", "txt", "xlsx", "xlsm", "xls", "ods", "parquet")
RESAVE: Final = "เปิดไฟล์ด้วย Excel แล้วบันทึกใหม่เป็นชนิด “Excel Workbook (*.xlsx)” จากนั้นส่งไฟล์ใหม่"
_KNOWN: Final = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"PAR1", "parquet"),
    (b"PARE", "parquet"),
)
_FOREIGN: Final = (
    (b"%PDF", "PDF"),
    (b"{\\rtf", "RTF"),
    (b"\x89PNG", "รูปภาพ PNG"),
    (b"\xff\xd8\xff", "รูปภาพ JPEG"),
    (b"GIF8", "รูปภาพ GIF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7-Zip"),
    (b"\x1f\x8b", "GZIP"),
    (b"SQLite format 3", "ฐานข้อมูล SQLite"),
    (b"\x00\x01\x00\x00Standard", "ฐานข้อมูล Access"),
)


def refuse(
    code: str,
    file: str,
    expected: str,
    action: str,
    *,
    sheet: str | None = None,
    row: int | None = None,
    column: str | None = None,
    value: str | None = None,
) -> NoReturn:
    """Raise a :class:`DataError` of one problem about the whole file or the place named."""
    problem = Problem(
        code=code, file=file, expected=expected, action=action, sheet=sheet, row=row, column=column, value=value
    )
    raise DataError([problem])


def size_text(size: int) -> str:
    """Size in Thai words: ``1,536.0 MB``."""
    return f"{size / MIB:,.1f} MB"


def check_path(path: Path, limits: Limits = LIMITS) -> os.stat_result:
    """Refuse whatever is not a plain, non-empty file of bounded size; return its status."""
    file = path.name
    try:
        status = path.lstat()
    except (OSError, ValueError):
        refuse("missing_file", file, "ไม่พบไฟล์นี้", "ตรวจชื่อไฟล์และโฟลเดอร์ แล้ววางไฟล์ไว้ในโฟลเดอร์ข้อมูลของรอบ")
    if stat.S_ISLNK(status.st_mode):
        refuse("not_a_file", file, "เป็นทางลัด (symbolic link) ไม่ใช่ตัวไฟล์", "คัดลอกตัวไฟล์จริงมาวางแทนทางลัด")
    if stat.S_ISDIR(status.st_mode):
        refuse("not_a_file", file, "เป็นโฟลเดอร์ ไม่ใช่ไฟล์", "ระบุไฟล์ข้อมูลที่อยู่ในโฟลเดอร์นี้ทีละไฟล์")
    if not stat.S_ISREG(status.st_mode):
        refuse("not_a_file", file, "ไม่ใช่ไฟล์ข้อมูลปกติ", "วางไฟล์ข้อมูลจริงแทน แล้วตรวจอีกครั้ง")
    if status.st_size == 0:
        refuse("empty_file", file, "ไฟล์ว่าง (0 ไบต์)", "ขอไฟล์ใหม่จากเจ้าของข้อมูล ไฟล์นี้อาจคัดลอกหรือส่งมาไม่ครบ")
    if path.suffix.lower().lstrip(".") not in SUFFIXES:
        refuse(
            "file_type",
            file,
            "ต้องเป็นไฟล์ชนิด " + ", ".join(f".{s}" for s in SUFFIXES),
            RESAVE,
            value=path.suffix or "ไม่มีนามสกุล",
        )
    return status


def check_kind(path: Path, status: os.stat_result, limits: Limits = LIMITS) -> str:
    """Compare the first bytes with the file's suffix; return ``text``, ``xlsx``, ``xls``, ``ods`` or ``parquet``."""
    file, suffix = path.name, path.suffix.lower().lstrip(".")
    with path.open("rb") as handle:
        head = handle.read(4096)
    found = _content(head)
    kind = {"xlsx": "xlsx", "xlsm": "xlsx", "xls": "xls", "ods": "ods", "parquet": "parquet"}.get(suffix, "text")
    wanted = {"xlsx": "zip", "ods": "zip", "xls": "ole", "parquet": "parquet", "text": "text"}[kind]
    if found != wanted and not (found == "ole" and kind == "xlsx"):  # an encrypted .xlsx is an OLE file
        names = {
            "zip": "Excel (.xlsx) หรือไฟล์บีบอัด",
            "ole": "Excel รุ่นเก่า (.xls)",
            "parquet": " Parquet",
            "text": "ข้อความ",
        }
        refuse(
            "wrong_type",
            file,
            f"นามสกุล .{suffix} ไม่ตรงกับเนื้อไฟล์ ซึ่งเป็นไฟล์ชนิด{names.get(found, ' ' + found)}",
            "เปิดไฟล์ด้วยโปรแกรมที่สร้าง แล้วบันทึกใหม่เป็นชนิด Excel (.xlsx) หรือ CSV UTF-8 (.csv) อย่าเปลี่ยนเพียงนามสกุล",
        )
    bounds = {"text": limits.text_bytes, "parquet": limits.parquet_bytes, "xls": limits.old_bytes}
    bound = bounds.get(kind, limits.workbook_bytes)
    if status.st_size > bound:
        refuse(
            "too_large",
            file,
            f"ไฟล์มีขนาด {size_text(status.st_size)} เกินกว่าที่รับได้ ({size_text(bound)})",
            "แบ่งข้อมูลเป็นหลายไฟล์ หรือส่งเป็น CSV UTF-8 ที่มีเฉพาะคอลัมน์ที่กำหนด",
        )
    return kind


def _content(head: bytes) -> str:
    for magic, name in (*_KNOWN, *_FOREIGN):
        if head.startswith(magic):
            return name
    text = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta", b"<style")):
        return "เว็บเพจ (HTML)"
    if text.startswith(b"<?xml"):
        return "XML"
    return "text"
