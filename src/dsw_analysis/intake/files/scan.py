"""What can be told of the rows of a table all at once: which cells are filled, and what stands in the first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from dsw_analysis.intake.files.header import Header, clean
from dsw_analysis.intake.files.tails import BESIDE, LIKELY, NUMBER

# One word with a digit, without Thai vowels: what numbers of cases and works look like, and sentences do not.
_LETTER = r"[^\s\x{0e30}-\x{0e3a}\x{0e40}-\x{0e4e}]*"
_CODE: Final = rf"^\s*{_LETTER}[0-9๐-๙]{_LETTER}\s*$"
_FEW: Final = 3  # cells that the foot of a printed page has

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Scan:
    """Rows by position: which cells are filled, where the first is, and what it is.

    ``coded`` says whether the first filled cell is a number or a code, ``worded`` whether it has letters and is none;
    ``likely`` are the rows whose first text makes them likely to be no record.
    """

    filled: Mask
    blank: Mask
    first: npt.NDArray[np.intp]
    coded: Mask
    worded: Mask
    likely: frozenset[int]


def scan_rows(cells: pd.DataFrame, header: Header) -> Scan:
    """Look at the rows of a part all at once."""
    raw = {next(filter(None, row), "") for row in header.rows} | header.titles
    known = pa.array(sorted(raw | set(map(clean, raw)) - {""}), pa.large_string())
    size = len(cells)
    filled = np.zeros((size, cells.shape[1]), dtype=bool)
    coded, worded = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
    likely: list[int] = []
    seeking = np.ones(size, dtype=bool)  # no text so far, nothing or numbers only
    for place, i in enumerate(cells.columns):
        filled[:, place] = _is_filled(cells[i])
        here = np.flatnonzero(seeking & filled[:, place])
        if not len(here):
            continue
        texts = _strings(cells[i], here)
        number = _matches(texts, NUMBER)
        code = number | _matches(texts, _CODE)
        new = ~filled[here, :place].any(axis=1)
        coded[here[new]] = code[new]
        words = texts.filter(pa.array(new & ~code))
        worded[here[new & ~code]] = _matches(words, r"\pL")
        likely += here[_matches(texts, LIKELY) | _mask(pc.is_in(texts, known))].tolist()
        seeking[here[~number]] = False
    count = filled.sum(axis=1)
    few = (count > 1) & (count <= _FEW)
    for place, i in enumerate(cells.columns if few.any() else ()):
        here = np.flatnonzero(few & filled[:, place])
        likely += here[_matches(_strings(cells[i], here), BESIDE)].tolist()
    return Scan(filled, count == 0, filled.argmax(axis=1), coded, worded, frozenset(likely))


def _strings(column: pd.Series, at: npt.NDArray[np.intp]) -> pa.Array:
    return pa.array((column if len(at) == len(column) else column.iloc[at]).astype("str"), pa.large_string())


def _is_filled(column: pd.Series) -> Mask:
    """Which cells hold more than spaces."""
    present: Mask = column.notna().to_numpy()
    if isinstance(column.dtype, pd.StringDtype):
        return present & ~_mask(pc.utf8_is_space(pa.array(column, pa.large_string())))
    if column.dtype == object:
        present = present & ~np.array([type(cell) is str and not cell.strip() for cell in column.tolist()], dtype=bool)
    return present


def _matches(texts: pa.Array, pattern: str) -> Mask:
    return _mask(pc.match_substring_regex(texts, pattern))


def _mask(found: pa.Array | pa.ChunkedArray) -> Mask:
    mask: Mask = pc.fill_null(found, fill_value=False).to_numpy(zero_copy_only=False)
    return mask


def row_texts(cells: pd.DataFrame, position: int) -> list[str]:
    """Cells of a row as tidy text, ``""`` where blank."""
    return ["" if pd.isna(cell) else clean(cell) for cell in cells.iloc[position]]


def forms(column: pd.Series) -> pa.Array:
    """Codes with their digits and letters made alike: ``KM69-001`` and ``KM๖๙-๐๑๒`` are ``A9-9``."""
    texts = pc.utf8_trim_whitespace(pa.array(column.astype("str"), pa.large_string()))
    for pattern, sign in ((r"\.0$", ""), (r"\pN+", "9"), (r"\pL+", "A")):
        texts = pc.replace_substring_regex(texts, pattern, sign)
    return texts
