"""The ledger of a round as a document: sections with their state, data files, findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dsw_analysis.rounds import Round

SUMMARY = "summary"
"""Section of the report that sums up the others; no project of a plan may be called so."""


def ledger_document(
    round_: Round,
    sections: Iterable[tuple[str, str, str | None, Mapping[str, Any] | None]],
    left_out: Sequence[str] = (),
) -> dict[str, Any]:
    """Content of ``findings.json``.

    Parameters
    ----------
    sections:
        Section id, title, error and what it handed over (``None`` if it failed), in the order of the report.
    left_out:
        Sections that have a notebook and no project in the plan; named only if there are any.
    """
    sections = list(sections)
    documents = [document for *_, document in sections if document is not None]
    # Records as they were handed over, which Ledger has made: an id begins with its section, so none comes twice.
    findings = {f["id"]: f for d in documents for f in d["findings"] if f["section"] == d["section"]}
    inputs = {(i["dataset"], i["file"]): i for d in documents for i in d["inputs"]}
    return {
        "round": str(round_),
        "sections": [
            {
                "section": section,
                "title": title,
                "order": document["order"] if document else None,
                "state": _state(error, document),
                "error": error,
                "indicators": document["indicators"] if document else [],
                "shown": document.get("shown", {}) if document else {},
                "claims": document.get("claims", []) if document else [],
            }
            for section, title, error, document in sections
        ],
        "inputs": [inputs[key] for key in sorted(inputs)],
        "findings": [findings[key] for key in sorted(findings)],
        **({"left_out": list(left_out)} if left_out else {}),
    }


def _state(error: str | None, document: Mapping[str, Any] | None) -> str:
    if error is not None:
        return "failed"
    return "plan_only" if document is not None and document.get("plan_only") else "ok"
