"""Loads sheets with calamine, whose errors and panics become a refusal of the file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from dsw_analysis.intake.files.header import Merge
from dsw_analysis.intake.files.messages import refuse
from dsw_analysis.intake.files.survey import Sheet

Rows = list[list[Any]]


def open_book(path: Path) -> CalamineWorkbook:
    """A workbook, of which calamine may load every sheet at once."""
    with _guarded(path):
        return CalamineWorkbook.from_path(path)


def sheet_rows(
    path: Path, workbook: CalamineWorkbook, sheet: Sheet, most: int | None = None
) -> tuple[Rows, list[Merge]]:
    """All rows (``most`` of them) from the first one on, blanks as ``""``, and the merged ranges."""
    with _guarded(path):
        found = workbook.get_sheet_by_name(sheet.name)
        return found.to_python(skip_empty_area=False, nrows=most), found.merged_cell_ranges or []


@contextmanager
def _guarded(path: Path) -> Iterator[None]:
    try:
        yield
    except PasswordError:
        refuse("password", path.name)
    except BaseException as error:
        # An OSError too when a part ends too early. A panic of the Rust reader derives from BaseException and cannot
        # be imported.
        if not isinstance(error, (CalamineError, OSError)) and type(error).__name__ != "PanicException":
            raise
        refuse("damaged.inside", path.name)
