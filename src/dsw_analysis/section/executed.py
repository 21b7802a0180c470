"""Executed notebooks: whether one ran to its end, and what its section handed over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dsw_analysis.findings.ledger import SECTION_MIME


def handed_over(notebook: Mapping[str, Any]) -> tuple[Mapping[str, Any] | None, str | None]:
    """Document that an executed notebook handed over, or why there is none."""
    code, not_run = _code(notebook)
    if not_run:
        return None, f"code cell {not_run[0]} of {len(code)} never ran: the notebook left early"
    documents = [o["data"][SECTION_MIME] for c in code for o in c["outputs"] if SECTION_MIME in o.get("data", {})]
    if len(documents) != 1:
        return None, f"{len(documents)} cells handed over findings; the last cell must call close(), once"
    return documents[0], None


def was_run(notebook: Mapping[str, Any]) -> bool:
    """Whether every code cell of a notebook ran."""
    return not _code(notebook)[1]


def _code(notebook: Mapping[str, Any]) -> tuple[list[Mapping[str, Any]], list[int]]:
    """Code cells that are not empty, and the places of those that never ran."""
    code = [c for c in notebook["cells"] if c["cell_type"] == "code" and "".join(c["source"]).strip()]
    return code, [place for place, cell in enumerate(code, start=1) if cell.get("execution_count") is None]
