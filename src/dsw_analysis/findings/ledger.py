"""The ledger: findings by id, and as a document those of a round with its sections, claims and data files."""

from __future__ import annotations

import difflib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

from dsw_analysis.findings.finding import Finding
from dsw_analysis.problems import TellingError
from dsw_analysis.rounds import Round

SUMMARY = "summary"
"""Section of the report that sums up the others; no project of a plan may be called so."""

LEDGER = "findings.json"
"""File of a round's outputs that holds the document."""

SECTION_MIME = "application/vnd.dsw.section+json"
"""MIME type under which a finished section hands its findings to the batch."""
TOLD = "dsw_analysis.exact"
"""Audit event by which it tells the batch its findings before persons were protected in them: no output of the notebook
holds them, and where the batch does not run it, nobody listens."""


_RARE = frozenset(
    {"province", "printed", "corrected", "definition", "sent", "cells", "of", "disclosure", "base", "round"}
)


class UnknownFindingError(TellingError, KeyError):
    """A finding was asked for by an id that nobody recorded; names the nearest ids."""

    def __init__(self, wanted: str, known: Iterable[str]) -> None:
        near = difflib.get_close_matches(wanted, list(known), n=3, cutoff=0.5)
        hint = f"; did you mean {', '.join(near)}?" if near else ""
        super().__init__(f"no finding {wanted!r}{hint}")


class Ledger(Mapping[str, Finding]):
    """Findings by id; each id is recorded once."""

    def __init__(self, findings: Iterable[Finding] = ()) -> None:
        self._findings: dict[str, Finding] = {}
        for finding in findings:
            self.add(finding)

    def add(self, finding: Finding) -> Finding:
        """Record a finding and return it.

        Raises
        ------
        ValueError
            If its id is already taken.
        """
        if finding.id in self._findings:
            raise ValueError(f"finding {finding.id} is recorded twice; give the second its own id")
        self._findings[finding.id] = finding
        return finding

    def remove(self, ids: Collection[str]) -> None:
        """Take findings back; ids that are not here are passed over."""
        for id_ in ids:
            self._findings.pop(id_, None)

    def __getitem__(self, key: str) -> Finding:
        """Finding of an id; raises :class:`UnknownFindingError`."""
        try:
            return self._findings[key]
        except KeyError:
            raise UnknownFindingError(key, self._findings) from None

    def __contains__(self, key: object) -> bool:
        return key in self._findings

    def __iter__(self) -> Iterator[str]:
        return iter(self._findings)

    def __len__(self) -> int:
        return len(self._findings)

    def records(self) -> list[dict[str, Any]]:
        """Findings as plain dicts in the order of their ids, ready for JSON; what few have only where it is given."""
        return [
            {"section": f.section, **{k: v for k, v in vars(f).items() if k not in _RARE or v is not None}}
            for _, f in sorted(self._findings.items())
        ]

    @classmethod
    def from_records(cls, records: Iterable[Mapping[str, Any]]) -> Ledger:
        """Rebuild a ledger from :meth:`records`."""
        names = {field.name for field in fields(Finding)}
        return cls(Finding(**{k: v for k, v in record.items() if k in names}) for record in records)


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
                "work": document.get("work") if document else None,
                "restated": document.get("restated", []) if document else [],
                "shown": document.get("shown", {}) if document else {},
                "claims": document.get("claims", []) if document else [],
                **({"recalled": seen} if document and any((seen := document.get("recalled", {})).values()) else {}),
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
    if document is not None and document.get("awaits"):
        return "waiting"
    return "plan_only" if document is not None and document.get("plan_only") else "ok"


def to_json(document: Mapping[str, Any]) -> str:
    """Serialise a ledger document: sorted keys, UTF-8 text, one final newline, no NaN."""
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n"
