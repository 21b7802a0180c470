"""Reproducible reports of the Department of Social Development and Welfare's plan, from raw data."""

# ruff: noqa: F401 - the names are imported for editors, which complete them

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dsw_analysis.findings.families import Part, Split
    from dsw_analysis.findings.finding import Finding
    from dsw_analysis.findings.ledger import Ledger
    from dsw_analysis.findings.measures.base import Count, Distinct, Mean, Quantile, Summary, Total, Value
    from dsw_analysis.findings.measures.comparisons import (
        ChangeTest,
        Difference,
        Ratio,
        ShareChange,
        ShareDifference,
        adjusted,
    )
    from dsw_analysis.findings.measures.derived import by_hour, by_month, by_office_hours, by_region, derive
    from dsw_analysis.findings.measures.filters import BLANK, FILLED
    from dsw_analysis.findings.measures.groups import by
    from dsw_analysis.findings.measures.scores import (
        EffectivenessIndex,
        EffectSize,
        IndividualGain,
        Reliability,
        ScalePercent,
        ScoreChange,
        ScoreTest,
    )
    from dsw_analysis.findings.measures.shares import Registry, ResponseRate, Share
    from dsw_analysis.findings.measures.time import OpenCases, WaitQuantile, WithinHours
    from dsw_analysis.intake.preparation import open_preparation
    from dsw_analysis.problems import DataError, Problem
    from dsw_analysis.rounds import Round
    from dsw_analysis.run.anew import compare
    from dsw_analysis.section import figures
    from dsw_analysis.section.project_section import open_section
    from dsw_analysis.section.summary import open_summary

_NAMES = {
    "findings.families": "Part Split",
    "findings.finding": "Finding",
    "findings.ledger": "Ledger",
    "findings.measures.base": "Count Distinct Mean Quantile Summary Total Value",
    "findings.measures.comparisons": "ChangeTest Difference Ratio ShareChange ShareDifference adjusted",
    "findings.measures.derived": "by_hour by_month by_office_hours by_region derive",
    "findings.measures.filters": "BLANK FILLED",
    "findings.measures.groups": "by",
    "findings.measures.scores": (
        "EffectSize EffectivenessIndex IndividualGain Reliability ScalePercent ScoreChange ScoreTest"
    ),
    "findings.measures.shares": "Registry ResponseRate Share",
    "findings.measures.time": "OpenCases WaitQuantile WithinHours",
    "intake.preparation": "open_preparation",
    "problems": "DataError Problem",
    "rounds": "Round",
    "run.anew": "compare",
    "section": "figures",
    "section.project_section": "open_section",
    "section.summary": "open_summary",
}
_HOMES = {name: home for home, names in _NAMES.items() for name in names.split()}

__all__ = list(_HOMES)
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the names are of many kinds
    # Loaded at first use: `dsw --help`, Jupyter's look at our entry points and `dsw_analysis.intake.thai`
    # alone need neither pandas' plotting nor scipy.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = import_module(f"{__name__}.{_HOMES[name]}")
    if name == "figures":  # whoever asks for it draws, perhaps with seaborn alone: in the house style
        globals()[name] = import_module(f"{home.__name__}.{name}")
        globals()[name].set_theme()
        return globals()[name]
    return getattr(home, name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]


def load_ipython_extension(shell: Any) -> None:  # noqa: ANN401 - IPython's
    """Give a notebook ``%dsw``; called by ``%load_ext dsw_analysis``."""
    import_module(f"{__name__}.magic").load(shell)
