"""Briefs of one province: which sections have them, and the province's name checked and in prose."""

from __future__ import annotations

import ast
import csv
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from dsw_analysis.problems import UsageError

PARAMETER = "province"
"""Parameter of a notebook that can be narrowed to one province."""

BANGKOK = "กรุงเทพมหานคร"


def provincial_sections(notebooks: Mapping[str, Path]) -> tuple[str, ...]:
    """Sections that a brief can be made of: those whose notebook has a parameter ``province``.

    Nothing is run and no data are read. That exactly the sections with a province column in their records have
    the parameter is tested.

    Parameters
    ----------
    notebooks:
        Section id -> notebook.

    Returns
    -------
    tuple of str
        Ids in the order of ``notebooks``.
    """
    return tuple(section for section, path in notebooks.items() if PARAMETER in _parameters(path))


@cache
def province_names() -> tuple[str, ...]:
    """Official Thai names of all provinces, in the order of their codes."""
    # Not by way of dsw_analysis.intake.thai, which needs pandas: a run with nothing to do can spare that.
    table = (files("dsw_analysis.intake.thai") / "provinces.csv").read_text(encoding="utf-8")
    return tuple(row["name_th"] for row in csv.DictReader(table.splitlines()))


def official_province(name: str) -> str:
    """Official Thai name of a province in any spelling that :func:`dsw_analysis.intake.thai.parse_province` reads.

    Raises
    ------
    UsageError
        For any other name; the message names the nearest.
    """
    if name in province_names():
        return name
    from dsw_analysis.intake import thai  # noqa: PLC0415

    try:
        return thai.parse_province(str(name)).name_th
    except thai.ThaiValueError as error:
        raise UsageError(f"จังหวัด “{name}” {error} โปรดตรวจสอบตัวสะกดแล้วระบุใหม่") from None


def in_prose(province: str) -> str:
    """A province as prose names it: ``จังหวัดเชียงใหม่``, but ``กรุงเทพมหานคร``."""
    return province if province == BANGKOK else f"จังหวัด{province}"


def _parameters(notebook: Path) -> set[str]:
    """Names that a notebook's cell tagged ``parameters`` sets."""
    cells: list[dict[str, Any]] = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    tagged = [c for c in cells if "parameters" in c["metadata"].get("tags", [])]
    set_ = [statement for c in tagged for statement in ast.parse("".join(c["source"])).body]
    return {s.target.id for s in set_ if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)}
