"""Loads sheets with calamine, whose errors and panics become a refusal of the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from dsw_analysis.intake.files.header import Merge
from dsw_analysis.intake.files.messages import refuse
from dsw_analysis.intake.files.survey import Sheet

_T = TypeVar("_T")
_P = ParamSpec("_P")
Rows = list[list[Any]]


def guarded(path: Path, call: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """Result of a calamine call; whatever goes wrong inside becomes a refusal."""
    try:
        return call(*args, **kwargs)
    except PasswordError:
        refuse("password", path.name)
    except (CalamineError, OSError):  # an OSError too when a part ends too early
        pass
    except BaseException as error:
        # A panic of the Rust reader derives from BaseException and cannot be imported.
        if type(error).__name__ != "PanicException":
            raise
    refuse("damaged.inside", path.name)


def sheet_rows(
    path: Path, workbook: CalamineWorkbook, sheet: Sheet, most: int | None = None
) -> tuple[Rows, list[Merge]]:
    """All rows (``most`` of them) from the first one on, blanks as ``""``, and the merged ranges."""
    found = guarded(path, workbook.get_sheet_by_name, sheet.name)
    return guarded(path, found.to_python, skip_empty_area=False, nrows=most), found.merged_cell_ranges or []
