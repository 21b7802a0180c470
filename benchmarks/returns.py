"""Processor time of `dsw returns` on parts of 77 provinces and 5 datasets: everything new, and nothing changed.

    .venv/bin/python benchmarks/returns.py

Each part is a workbook of 20 rows (one, where a province has one), made from the datasets' own headers; in a part of
eight a required answer is blank. Each run is a process of its own, imports included; best of ``--repeat``. Fails beyond
15 seconds for what is new, and 5 where nothing changed.
"""

from __future__ import annotations

import argparse
import io
import os
import resource
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import xlsxwriter

from dsw_analysis.intake.columns import Column
from dsw_analysis.intake.dataset import Dataset
from dsw_analysis.intake.forms import ONLY_SHEET
from dsw_analysis.intake.provinces import province_names
from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.rounds import Round

ROOT = Path(__file__).parents[1]
ROUND = Round.parse("2569-6m")
DATASETS = ("csr_activities", "urgent_cases", "career_participants", "community_welfare", "homeless_housing")
ROWS, COLD, WARM = 20, 15.0, 5.0


def cell(column: Column, row: int, number: int, place: str) -> str | int:
    """A value that the column takes."""
    if column.kind == "province":
        return place
    if column.unique:
        return f"{number:03d}-{row:04d}"
    if column.kind in ("category", "multi"):
        return next(iter(column.codes.values()))
    if column.kind in ("integer", "number"):
        return int(column.ge or 0) + 1
    if column.kind in ("date", "datetime", "month"):
        return f"{1 + row % 27:02d}/{(10, 11, 12, 1, 2, 3)[row % 6]:02d}/{2568 + (row % 6 > 2)}" + (
            " 08:30" if column.kind == "datetime" else ""
        )
    return "ข้อความ"


def workbook(dataset: Dataset, number: int, place: str) -> bytes:
    """A part as a province fills it in."""
    target = io.BytesIO()
    required = next(c.name for c in reversed(dataset.columns) if c.required and c.kind != "province")
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        page = book.add_worksheet(dataset.sheet or ONLY_SHEET)
        page.write_row(0, 0, [c.header for c in dataset.columns])
        once = any(c.unique and c.kind == "province" for c in dataset.columns)  # a province has one row
        for row in range(1 if once else ROWS):
            values = {c.name: cell(c, row, number, place) for c in dataset.columns if c.required or row % 2}
            if not number % 8 and row == (0 if once else 3):
                values[required] = ""
            page.write_row(row + 1, 0, [values.get(c.name, "") for c in dataset.columns])
    return target.getvalue()


def make(root: Path) -> None:
    """Schemas, 77 parts of each dataset, and the file of expected returns."""
    folder = root / "data" / "raw" / str(ROUND)
    folder.mkdir(parents=True)
    (root / "data" / "schemas").symlink_to(ROOT / "data" / "schemas")
    (root / "project.toml").symlink_to(ROOT / "project.toml")
    schemas = Schemas.of(root / "data" / "raw", ROUND)
    expected = [[c.header for c in schemas["returns"].columns]]
    for id_ in DATASETS:
        (folder / id_).mkdir()
        for number, place in enumerate(province_names()):
            (folder / id_ / f"{place}.xlsx").write_bytes(workbook(schemas[id_], number, place))
            expected.append([schemas[id_].title, place, date(2026, 4, 10), date(2026, 4, 9 + number % 3)])
    with xlsxwriter.Workbook(folder / "returns.xlsx", {"default_date_format": "dd/mm/yyyy"}) as book:
        page = book.add_worksheet(ONLY_SHEET)
        for at, row in enumerate(expected):
            page.write_row(at, 0, row)


def seconds(root: Path) -> float:
    """Processor seconds of one `dsw returns`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "dsw_analysis.cli", "--project", str(root), "returns", str(ROUND)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=os.environ)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measured() -> tuple[float, float]:
    """Processor seconds of what is new, and of what did not change."""
    with tempfile.TemporaryDirectory() as scratch:
        make(Path(scratch))
        return seconds(Path(scratch)), seconds(Path(scratch))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=1)
    runs = [measured() for _ in range(parser.parse_args().repeat)]
    cold, warm = map(min, zip(*runs, strict=True))
    print(f"77 provinces, {len(DATASETS)} datasets, {ROWS} rows a part: new {cold:.1f} s, unchanged {warm:.1f} s")
    sys.exit(0 if cold <= COLD and warm <= WARM else 1)
