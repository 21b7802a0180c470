"""Reads the department's CSV, workbook and Parquet files safely into raw tables that know where each cell stands."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Final, Literal

from dsw_analysis.intake.files.delimited import look_at_text, read_text
from dsw_analysis.intake.files.limits import LIMITS, size_text
from dsw_analysis.intake.files.messages import refuse
from dsw_analysis.intake.files.parquet import read_parquet
from dsw_analysis.intake.files.stacked import stack
from dsw_analysis.intake.files.table import RawTable
from dsw_analysis.intake.files.workbook import look_at_workbook, read_workbook

__all__ = [
    "SUFFIXES",
    "RawTable",
    "are_parts",
    "check_path",
    "find_file",
    "find_files",
    "hash_file",
    "hashes",
    "is_there",
    "look",
    "names_of",
    "read_parts",
]


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
_OF_SYSTEMS: Final = frozenset({"Thumbs.db", "desktop.ini"})
_VERSION: Final = attrgetter("st_size", "st_mtime_ns", "st_ctime_ns", "st_ino")
"""What differs if a file was written into or replaced, even by one of the same size and time."""
_PAGE: Final = "page"
_WEB: Final = (b"<!doctype html", b"<html", b"<table", b"<head", b"<meta", b"<style")


def read_parts(
    path: Path,
    *,
    headers: Sequence[str],
    names: Mapping[str, str] | None = None,
    sheet: str | None = None,
    rows: int | None = None,
    stacked: Sequence[str] = (),
    header_row: int | None = None,
    stop_at: str | None = None,
) -> Iterator[RawTable]:
    """Read one table from a CSV, TSV, TXT, XLSX, XLSM, XLS, ODS or Parquet file, part by part where it is long.

    Nothing is run, fetched or interpreted: macros, links and formulas are not followed, cells stay as they are.

    Parameters
    ----------
    path:
        The file; links and folders are refused.
    headers:
        Headers that the schema expects; a column under a merged group cell is called ``"กลุ่ม / คอลัมน์"``. They tell
        where the header is and, in text files, which delimiter is used. Missing and unknown columns are not judged.
    names:
        Other names that the columns of a Parquet file may have -> their headers.
    sheet:
        Name of the sheet; needed only when several sheets have such a header.
    rows:
        About how many rows a part has; ``None`` makes one part of all. Workbooks, which are small, come whole.
    stacked:
        Sheets to read below each other in place of one, each a part; see :mod:`dsw_analysis.intake.files.stacked`.
    header_row:
        Spreadsheet row in which the header begins, where it is not to be looked for.
    stop_at:
        Text of a cell: its row and all below are not read.

    Yields
    ------
    RawTable
        At least one; the notes are complete, and ``sha256`` is given, in the last.

    Raises
    ------
    DataError
        When the file cannot be read with certainty; also after parts, where it is the file's end that is at fault.
        Memory and time are bounded by :data:`~dsw_analysis.intake.files.limits.LIMITS`.
    """
    path = Path(path)
    try:
        before = check_path(path)
        kind = _kind_of(path, before.st_size)
        if kind == "text":
            tables = read_text(path, headers, rows=rows, header_row=header_row, stop_at=stop_at)
        elif kind == "parquet":
            tables = read_parquet(path, headers, names or {}, rows=rows)
        else:
            read = partial(read_workbook, path, headers, stack=stacked, header_row=header_row, stop_at=stop_at)
            tables = stack(map(read, stacked)) if stacked else iter([read(sheet)])
        yield from _hashed(path, before, tables)
    except OSError as error:
        refuse("unreadable", path.name, value=error.strerror)


def look(path: Path, rows: int) -> list[tuple[str | None, list[list[object]]]]:
    """What the sheets of a file begin with, by name; a text file once for each sign that may stand between its cells.

    Raises
    ------
    DataError
        If the file cannot be read at all.
    """
    path = Path(path)
    try:
        kind = _kind_of(path, check_path(path).st_size)
        if kind == "parquet":
            return []
        if kind == "text":
            return [(None, [list(row) for row in records]) for records in look_at_text(path, rows)]
        return list(look_at_workbook(path, rows).items())
    except OSError as error:
        refuse("unreadable", path.name, value=error.strerror)


def _hashed(path: Path, before: os.stat_result, tables: Iterator[RawTable]) -> Iterator[RawTable]:
    """The tables, the last with the file's hash, once it is sure that nobody has written into the file."""
    held = next(tables)
    for table in tables:
        yield held
        held = table
    digest = hash_file(path)
    if _VERSION(before) != _VERSION(check_path(path)):
        refuse("changed_file", path.name)
    yield replace(held, sha256=digest)


def hash_file(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def names_of(paths: Sequence[Path], folder: Path) -> list[str]:
    """What people call files of a round's folder: their names, those of parts with the folder's."""
    return [f"{path.parent.name}/{path.name}" if are_parts([path], folder) else path.name for path in paths]


def are_parts(paths: Sequence[Path], folder: Path) -> bool:
    """Whether files are the parts of a dataset, in a folder of their own within the round's."""
    return paths[0].parent.parent == folder


def hashes(paths: Sequence[Path], folder: Path) -> dict[str, str]:
    """Name -> hash of files of a round's folder.

    Raises
    ------
    DataError
        If one is no data file.
    """
    for path in paths:
        check_path(path)
    return dict(zip(names_of(paths, folder), map(hash_file, paths), strict=True))


def find_files(folder: Path, stem: str) -> list[Path]:
    """Return the one data file called ``stem``, or the parts in the folder of that name, by their names.

    Raises
    ------
    DataError
        If there is no such file, there are several, or a file beside the folder, or the folder is empty or has two
        files of one name.
    """
    parts = Path(folder) / stem
    if not parts.is_dir():
        return [find_file(folder, stem)]
    if beside := _called(folder, stem):
        refuse("file_and_folder", f"{stem}/", names=", ".join(path.name for path in beside), folder=stem)
    found = sorted(path for path in parts.iterdir() if not _is_beside(path))
    if not found:
        refuse("no_parts", f"{stem}/")
    stems = [path.stem for path in found]
    if twice := [path.name for path in found if stems.count(path.stem) > 1]:
        refuse("several_files.parts", f"{stem}/", names=", ".join(twice))
    return found


def _is_beside(path: Path) -> bool:
    """Whether a file among parts is none: of the system, locked by a program, or said of a part."""
    said = path.name.lower().endswith((".yaml", ".yml", ".xlsform.xlsx"))
    return path.name.startswith((".", "~$")) or path.name in _OF_SYSTEMS or said


def find_file(folder: Path, stem: str) -> Path:
    """Return the one data file called ``stem`` in ``folder``, whatever its type.

    Raises
    ------
    DataError
        Code ``missing_file`` if there is none, ``several_files`` if there are more.
    """
    folder = Path(folder)
    found = _called(folder, stem)
    if not found:
        others = sorted(folder.glob(f"{stem}.*")) if folder.is_dir() else []
        for path in (path for path in others if path.stem == stem and path.is_file()):
            check_path(path)  # refuses it for its type
        names = ", ".join(f"{stem}.{suffix}" for suffix in SUFFIXES)
        refuse("missing_file.stem", f"{stem}.xlsx", stem=stem, folder=folder.name, names=names)
    if len(found) > 1:
        refuse("several_files", found[0].name, names=", ".join(entry.name for entry in found))
    return found[0]


def is_there(folder: Path, stem: str) -> bool:
    """Whether a folder has a data file called ``stem``, or a folder of parts."""
    return (folder / stem).is_dir() or bool(_called(folder, stem))


def _called(folder: Path, stem: str) -> list[Path]:
    entries = sorted(folder.iterdir()) if folder.is_dir() else []
    return [entry for entry in entries if entry.stem == stem and entry.suffix.lower().lstrip(".") in SUFFIXES]


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


def _kind_of(path: Path, size: int) -> Kind:
    """The file's kind by its suffix, held against its first bytes and its size against the bound of the kind."""
    suffix = path.suffix.lower().lstrip(".")
    kind = SUFFIXES[suffix]
    with path.open("rb") as handle:
        found = _content(handle.read(4096))
    if found != _CONTENT[kind] and not (found == "ole" and kind == "xlsx"):  # an encrypted .xlsx is an OLE file
        if found == _PAGE:
            refuse("wrong_type.page", path.name, suffix=suffix)
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
        return _PAGE
    return " XML" if text.startswith(b"<?xml") else "text"
