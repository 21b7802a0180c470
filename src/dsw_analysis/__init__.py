"""Reproducible reports of the Department of Social Development and Welfare's plan, from raw data."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dsw_analysis.findings.families import Part, Split
    from dsw_analysis.findings.finding import Finding
    from dsw_analysis.findings.ledger import Ledger
    from dsw_analysis.findings.measures import (
        BLANK,
        FILLED,
        ChangeTest,
        Count,
        Difference,
        Distinct,
        EffectivenessIndex,
        EffectSize,
        IndividualGain,
        Mean,
        OpenCases,
        Quantile,
        Ratio,
        Registry,
        Reliability,
        ResponseRate,
        ScalePercent,
        ScoreChange,
        ScoreTest,
        Share,
        ShareChange,
        ShareDifference,
        Summary,
        Total,
        Value,
        WaitQuantile,
        WithinHours,
        adjusted,
        by,
        by_hour,
        by_month,
        by_office_hours,
        by_region,
        derive,
    )
    from dsw_analysis.problems import DataError, Problem
    from dsw_analysis.rounds import Round
    from dsw_analysis.section import figures
    from dsw_analysis.section.project_section import open_section
    from dsw_analysis.section.summary import open_summary

__all__ = [
    "BLANK",
    "FILLED",
    "ChangeTest",
    "Count",
    "DataError",
    "Difference",
    "Distinct",
    "EffectSize",
    "EffectivenessIndex",
    "Finding",
    "IndividualGain",
    "Ledger",
    "Mean",
    "OpenCases",
    "Part",
    "Problem",
    "Quantile",
    "Ratio",
    "Registry",
    "Reliability",
    "ResponseRate",
    "Round",
    "ScalePercent",
    "ScoreChange",
    "ScoreTest",
    "Share",
    "ShareChange",
    "ShareDifference",
    "Split",
    "Summary",
    "Total",
    "Value",
    "WaitQuantile",
    "WithinHours",
    "adjusted",
    "by",
    "by_hour",
    "by_month",
    "by_office_hours",
    "by_region",
    "derive",
    "figures",
    "open_section",
    "open_summary",
]

__version__ = "0.1.0"

_HOMES = {
    "DataError": "problems",
    "Finding": "findings.finding",
    "Ledger": "findings.ledger",
    "Part": "findings.families",
    "Split": "findings.families",
    "Problem": "problems",
    "Round": "rounds",
    "open_section": "section.project_section",
    "open_summary": "section.summary",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the names are of many kinds
    # Loaded at first use: `dsw --help`, Jupyter's look at our entry points and `dsw_analysis.intake.thai`
    # alone need neither pandas' plotting nor scipy.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "figures":
        return import_module(f"{__name__}.section.figures")
    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'findings.measures')}"), name)
