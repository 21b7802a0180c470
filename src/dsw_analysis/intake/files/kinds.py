"""Which kind of file lies at a place, told by its first bytes and held against its suffix."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final, Literal

from dsw_analysis.intake.files.limits import LIMITS, size_text
from dsw_analysis.intake.files.messages import refuse

Kind = Literal["text", "xlsx", "xls", "ods", "parquet"]

SUFFIXES: Final[dict[str, Kind]] = {
    "csv": "text",
    "tsv": "text",
    "txt": "text",
    "xlsx": "xlsx",
    "xlsm": "xlsx",
    "xls": "xls",
    "ods": "ods",
    "parquet": "parquet",
}
_CONTENT: Final = {"text": "text", "xlsx": "zip", "xls": "ole", "ods": "zip", "parquet": "parquet"}
_SIGNS: Final = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"PAR1", "parquet"),
    (b"PARE", "parquet"),
    (b"%PDF", " PDF"),
    (b"{\\rtf", " RTF"),
    (b"\x89PNG", " รูปภาพ PNG"),
    (b"\xff\xd8\xff", " รูปภาพ JPEG"),
    (b"GIF8", " รูปภาพ GIF"),
    (b"Rar!", " RAR"),
    (b"7z\xbc\xaf", " 7-Zip"),
    (b"\x1f\x8b", " GZIP"),
    (b"SQLite format 3", " ฐานข้อมูล SQLite"),
    (b"\x00\x01\x00\x00Standard", " ฐานข้อมูล Access"),
)
_NAMES: Final = {
    "zip": "Excel (.xlsx) หรือไฟล์บีบอัด",
    "ole": "Excel รุ่นเก่า (.xls)",
    "parquet": " Parquet",
    "text": "ข้อความ",
}
_WEB: Final = (b"<!doctype html", b"<html", b"<table", b"<head", b"<meta", b"<style")


def check_path(path: Path) -> os.stat_result:
    """Refuse whatever is not a plain, non-empty file with one of :data:`SUFFIXES`; return its status."""
    file = path.name
    try:
        status = path.lstat()
    except (OSError, ValueError):
        refuse("missing_file", file)
    if stat.S_ISLNK(status.st_mode):
        refuse("not_a_file.link", file)
    if stat.S_ISDIR(status.st_mode):
        refuse("not_a_file.folder", file)
    if not stat.S_ISREG(status.st_mode):
        refuse("not_a_file", file)
    if status.st_size == 0:
        refuse("empty_file", file)
    if path.suffix.lower().lstrip(".") not in SUFFIXES:
        suffixes = ", ".join(f".{suffix}" for suffix in SUFFIXES)
        refuse("file_type", file, value=path.suffix or "ไม่มีนามสกุล", suffixes=suffixes)
    return status


def check_kind(path: Path, size: int) -> Kind:
    """Compare the first bytes with the file's suffix, and its size with the bound of its kind."""
    suffix = path.suffix.lower().lstrip(".")
    kind = SUFFIXES[suffix]
    with path.open("rb") as handle:
        found = _content(handle.read(4096))
    if found != _CONTENT[kind] and not (found == "ole" and kind == "xlsx"):  # an encrypted .xlsx is an OLE file
        refuse("wrong_type", path.name, suffix=suffix, found=_NAMES.get(found, found))
    bounds = {"text": LIMITS.text_bytes, "parquet": LIMITS.parquet_bytes, "xls": LIMITS.old_bytes}
    bound = bounds.get(kind, LIMITS.workbook_bytes)
    if size > bound:
        refuse("too_large", path.name, size=size_text(size), bound=size_text(bound))
    return kind


def _content(head: bytes) -> str:
    for sign, name in _SIGNS:
        if head.startswith(sign):
            return name
    text = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if text.startswith(_WEB):
        return " เว็บเพจ (HTML)"
    return " XML" if text.startswith(b"<?xml") else "text"
