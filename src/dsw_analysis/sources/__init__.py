"""Reads the department's CSV and workbook files safely into raw tables that know file, sheet, row and column."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from dsw_analysis.sources.delimited import read_text
from dsw_analysis.sources.limits import LIMITS, SUFFIXES, Limits, check_kind, check_path, refuse
from dsw_analysis.sources.table import RawTable
from dsw_analysis.sources.workbook import read_workbook

__all__ = ["LIMITS", "Limits", "RawTable", "find_file", "read_table"]


def read_table(
    path: Path, *, headers: Sequence[str], sheet: str | None = None, header_rows: int | None = None
) -> RawTable:
    """Read one table from a CSV, TSV, TXT, XLSX, XLSM, XLS or ODS file.

    Nothing is run, fetched or interpreted: macros, links and formulas are not followed, cells stay as they are.

    Parameters
    ----------
    path:
        The file; links and folders are refused.
    headers:
        Headers that the schema expects; a column under a merged group cell is called ``"กลุ่ม / คอลัมน์"``. They tell
        where the header is and, in text files, which delimiter is used. Missing and unknown columns are not judged.
    sheet:
        Name of the sheet; needed only when several sheets have such a header.
    header_rows:
        Number of header rows, if known; else 1 to 3 are tried.

    Returns
    -------
    RawTable
        An empty frame if there is nothing below the header.

    Raises
    ------
    DataError
        When the file cannot be read with certainty. Memory and time are bounded by :class:`Limits`.
    """
    path = Path(path)
    try:
        return _read(path, headers, sheet, header_rows)
    except OSError as error:
        refuse(
            "unreadable",
            path.name,
            "เปิดไฟล์ไม่ได้ (ไฟล์อาจเปิดค้างอยู่ในโปรแกรมอื่น หรือไม่มีสิทธิ์อ่าน)",
            "ปิดไฟล์ในโปรแกรมอื่น ตรวจสิทธิ์การอ่าน แล้วลองใหม่อีกครั้ง",
            value=error.strerror,
        )


def _read(path: Path, headers: Sequence[str], sheet: str | None, header_rows: int | None) -> RawTable:
    before = check_path(path)
    if check_kind(path, before) == "text":
        table = read_text(path, headers, header_rows)
    else:
        table = read_workbook(path, headers, sheet, header_rows)
    with path.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    after = check_path(path)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        refuse("changed_file", path.name, "ไฟล์ถูกแก้ไขระหว่างอ่าน", "ปิดไฟล์ในโปรแกรมอื่นก่อน แล้วอ่านใหม่อีกครั้ง")
    return replace(table, sha256=digest)


def find_file(folder: Path, stem: str) -> Path:
    """Return the one data file called ``stem`` in ``folder``, whatever its type.

    Raises
    ------
    DataError
        Code ``missing_file`` if there is none, ``several_files`` if there are more.
    """
    folder = Path(folder)
    entries = sorted(folder.iterdir()) if folder.is_dir() else []
    found = [entry for entry in entries if entry.stem == stem and entry.suffix.lower().lstrip(".") in SUFFIXES]
    if not found:
        refuse(
            "missing_file",
            f"{stem}.xlsx",
            f"ไม่พบไฟล์ข้อมูลชื่อ “{stem}” ในโฟลเดอร์ “{folder.name}”",
            "วางไฟล์ชนิดใดชนิดหนึ่งไว้ในโฟลเดอร์นี้: " + ", ".join(f"{stem}.{suffix}" for suffix in SUFFIXES),
        )
    if len(found) > 1:
        refuse(
            "several_files",
            found[0].name,
            "พบไฟล์ข้อมูลชื่อเดียวกันหลายไฟล์: " + ", ".join(entry.name for entry in found),
            "เก็บไว้เพียงไฟล์เดียวที่เป็นฉบับล่าสุด แล้วย้ายไฟล์อื่นออกจากโฟลเดอร์",
        )
    return found[0]
