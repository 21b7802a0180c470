"""Reads the department's CSV, workbook and Parquet files safely into raw tables that know where each cell stands."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from dsw_analysis.intake.files.delimited import read_text
from dsw_analysis.intake.files.kinds import SUFFIXES, check_kind, check_path
from dsw_analysis.intake.files.messages import refuse
from dsw_analysis.intake.files.parquet import read_parquet
from dsw_analysis.intake.files.table import RawTable
from dsw_analysis.intake.files.workbook import read_workbook

__all__ = ["RawTable", "check_path", "find_file", "hash_file", "read_parts"]


def read_parts(
    path: Path,
    *,
    headers: Sequence[str],
    names: Mapping[str, str] | None = None,
    sheet: str | None = None,
    rows: int | None = None,
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
        kind = check_kind(path, before.st_size)
        if kind == "text":
            tables = read_text(path, headers, rows=rows)
        elif kind == "parquet":
            tables = read_parquet(path, headers, names or {}, rows=rows)
        else:
            tables = iter([read_workbook(path, headers, sheet)])
        yield from _hashed(path, before, tables)
    except OSError as error:
        refuse("unreadable", path.name, value=error.strerror)


def _hashed(path: Path, before: os.stat_result, tables: Iterator[RawTable]) -> Iterator[RawTable]:
    """The tables, the last with the file's hash, once it is sure that nobody has written into the file."""
    held = next(tables)
    for table in tables:
        yield held
        held = table
    digest = hash_file(path)
    after = check_path(path)
    if _version(before) != _version(after):
        refuse("changed_file", path.name)
    yield replace(held, sha256=digest)


def _version(status: os.stat_result) -> tuple[int, ...]:
    """What differs if a file was written into or replaced, even by one of the same size and time."""
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def hash_file(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


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
        names = ", ".join(f"{stem}.{suffix}" for suffix in SUFFIXES)
        refuse("missing_file.stem", f"{stem}.xlsx", stem=stem, folder=folder.name, names=names)
    if len(found) > 1:
        refuse("several_files", found[0].name, names=", ".join(entry.name for entry in found))
    return found[0]
