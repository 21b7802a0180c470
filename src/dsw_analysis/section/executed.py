"""Executed notebooks: whether one ran to its end, what its section handed over, and what else may be passed on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dsw_analysis.findings.ledger import SECTION_MIME

SHOWN_MIME = "application/vnd.dsw.shown+json"
"""MIME type by which the batch knows what a section itself shows, of all that the cells of its notebook do."""
INJECTED = "injected-parameters"
"""Tag of the cell that papermill puts in."""
_LEFT_OUT = "what it shows is left out, since it may tell of persons; show it with s.say, s.table or a figure of s"


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


def edited(notebook: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Cells as in the notebook that people edit, without the one of papermill, and what a note calls each."""
    cells = [cell for cell in notebook["cells"] if INJECTED not in cell["metadata"].get("tags", ())]
    return [(f"cell {place} ({_begin(cell)})", cell) for place, cell in enumerate(cells, start=1)]


def without_rows(notebook: Mapping[str, Any]) -> Iterator[str]:
    """Take out of a notebook that reads files of persons what its section does not show itself; a note on each cell.

    A frame, a number or a print may tell of persons, and nothing protects them there.
    """
    notebook["metadata"].pop("widgets", None)
    for name, cell in edited(notebook):
        found = cell.get("outputs", [])
        kept = [o for o in found if not {SHOWN_MIME, SECTION_MIME}.isdisjoint(o.get("data", ()))]
        if any(o.get("name") != "stderr" for o in found if o not in kept):
            yield f"{name}: {_LEFT_OUT}"
        found[:] = kept


def _begin(cell: Mapping[str, Any]) -> str:
    lines = "".join(cell["source"]).strip().splitlines()
    first = lines[0] if lines else "empty"
    return first if len(first) <= 40 else f"{first[:39]}…"


def _code(notebook: Mapping[str, Any]) -> tuple[list[Mapping[str, Any]], list[int]]:
    """Code cells that are not empty, and the places of those that never ran."""
    code = [c for c in notebook["cells"] if c["cell_type"] == "code" and "".join(c["source"]).strip()]
    return code, [place for place, cell in enumerate(code, start=1) if cell.get("execution_count") is None]
