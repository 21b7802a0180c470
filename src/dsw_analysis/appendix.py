"""Where each number comes from: the cells of its row in the appendix, the same for writing and for checking it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dsw_analysis.findings import Finding, Provenance

SHORT: dict[Provenance, str] = {"reconstructed": "จำลอง", "published": "ฉบับพิมพ์", "received": "หน่วยงานส่ง"}
"""Provenance in a narrow column; what the words mean stands above the table."""


def origin(finding: Finding) -> tuple[tuple[str, ...], ...]:
    """Cells of a finding's row, each as its lines.

    Returns
    -------
    tuple of tuple of str
        Label and id; value with unit; n/N; file, filter, note and method; rows; provenance.
    """
    basis = (finding.file, finding.where, finding.note, *finding.basis())
    return (
        (finding.label, finding.id),
        (finding.text("unit"),),
        (finding.text("n/N") if finding.denominator is not None else "-",),
        tuple(line for line in basis if line) or ("-",),
        ("-" if finding.rows is None else f"{finding.rows:,}",),
        (SHORT[finding.provenance],),
    )


def input_cells(read: Mapping[str, Any]) -> tuple[str, ...]:
    """Cells of a data file's row: dataset, file, rows, hash."""
    return (str(read["dataset"]), str(read["file"]), f"{read['rows']:,}", str(read["sha256"]))
