"""Bounds on a file: how large and how odd it may be before it is refused unread (bytes, counts, ratios)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MIB: Final = 1024 * 1024


@dataclass(kw_only=True)
class Limits:
    """The bounds; they are the same for every file, and only tests set others."""

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


def size_text(size: int) -> str:
    """Size in Thai words: ``1,536.0 MB``."""
    return f"{size / MIB:,.1f} MB"
