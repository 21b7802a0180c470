"""The figures that a round's printed report holds, as data: ``published.csv`` beside the raw files."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import MappingProxyType

from dsw_analysis.problems import DataError, Problem

FILE = "published.csv"
DESCRIBING = ("datapackage", "published", "corrections", "population", "returns", "units_register")
"""Stems of the files of a round that say something of its data, and that every section is made again for."""
COLUMNS = ("id", "value", "unit", "section", "numerator", "denominator", "place", "printed_as", "cause")
"""Its columns, all of which must be there. ``cause`` says why a restated edition computes another value."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One printed figure; ``value`` is ``None`` where the print leaves a blank."""

    row: int
    value: Decimal | None
    unit: str
    has_fraction: bool
    place: str
    cause: str | None


@dataclass(frozen=True, kw_only=True)
class Published:
    """All of a round's figures by id, and name and hash of the file; none where the round has no such file."""

    figures: Mapping[str, Figure] = field(default_factory=lambda: MappingProxyType({}))
    read: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(cls, folder: Path) -> Published:
        """Read the file in a round's folder.

        Raises
        ------
        DataError
            If a column is missing, an id is blank or stands twice, or a value is no number.
        """
        path = folder / FILE
        if not path.is_file():
            return cls()
        content = path.read_bytes()
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
        if missing := [name for name in COLUMNS if name not in (reader.fieldnames or ())]:
            raise DataError([_problem(1, name, None, "ต้องมีคอลัมน์นี้", "เพิ่มคอลัมน์ในไฟล์") for name in missing])
        figures: dict[str, Figure] = {}
        problems = []
        for place, row in enumerate(reader, start=2):
            given = {name: (row[name] or "").strip() for name in COLUMNS}
            try:
                value = Decimal(given["value"]) if given["value"] else None
            except InvalidOperation:
                problems.append(_problem(place, "value", given["value"], "ต้องเป็นตัวเลขหรือเว้นว่าง", "แก้ให้ตรงฉบับพิมพ์"))
                continue
            if not given["id"] or given["id"] in figures:
                problems.append(_problem(place, "id", given["id"] or None, "ต้องมีและไม่ซ้ำกัน", "แก้หรือลบแถวที่ซ้ำ"))
                continue
            figures[given["id"]] = Figure(
                row=place,
                value=value,
                unit=given["unit"],
                has_fraction=bool(given["numerator"] and given["denominator"]),
                place=given["place"],
                cause=given["cause"] or None,
            )
        if problems:
            raise DataError(problems)
        return cls(figures=figures, read={FILE: hashlib.sha256(content).hexdigest()})


def differs(figure_id: str, figure: Figure, computed: Decimal | None) -> Problem | None:
    """What is wrong where a computed value, as it prints, is not the printed one; ``None`` if it is."""
    if computed == figure.value:
        return None
    found, printed = (f"“{value:,}”" if value is not None else "ค่าว่าง" for value in (computed, figure.value))
    return _problem(
        figure.row,
        "value",
        None,
        f"{figure_id} ที่คำนวณได้คือ {found} แต่ฉบับพิมพ์คือ {printed}",
        "ตรวจข้อมูลดิบของรอบ หากเป็นฉบับปรับปรุง ให้เขียนเหตุที่ต่างในคอลัมน์ cause ของแถวนี้ "
        "หากข้อมูลดิบไม่ใช่ชุดที่ใช้ทำฉบับพิมพ์แล้ว ให้ลบไฟล์นี้ออกจากรอบ",
    )


def _problem(row: int, column: str, value: str | None, expected: str, action: str) -> Problem:
    return Problem(code="published", file=FILE, row=row, column=column, value=value, expected=expected, action=action)
