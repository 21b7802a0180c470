"""Every bad and odd file of the tests; run it with a folder's name to write them all there."""

from __future__ import annotations

import sys
from pathlib import Path

from bad_cells import CASES as WRONG_CELLS
from bad_texts import ENCODINGS, PLACES, TEXTS, TOTALS, TYPES
from bad_workbooks import BOUNDS, CELLS, DAMAGED, OLD_FORMATS, WORKBOOKS

CASES = (*PLACES, *TYPES, *ENCODINGS, *TEXTS, *TOTALS, *WORKBOOKS, *CELLS, *BOUNDS, *DAMAGED, *OLD_FORMATS)


def write_all(folder: Path) -> None:
    """Write every file into a folder of its own, so that no name matters to another."""
    for number, case in enumerate(CASES, start=1):
        place = folder / f"{number:03}"
        place.mkdir(parents=True, exist_ok=True)
        case.build(place / case.name)
    for case in WRONG_CELLS:
        place = folder / case.name
        place.mkdir(parents=True, exist_ok=True)
        case.build(place / f"{case.kind}.csv")


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
