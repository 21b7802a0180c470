"""Measures turn a loaded frame into findings; every one says its base, its blanks and its source."""

from dsw_analysis.findings.measures.base import Count, Distinct, Mean, Quantile, Summary, Total, Value
from dsw_analysis.findings.measures.comparisons import ChangeTest, ShareChange, ShareDifference, adjusted
from dsw_analysis.findings.measures.derived import by_hour, by_month, by_office_hours, by_region, derive
from dsw_analysis.findings.measures.filters import BLANK, FILLED, select
from dsw_analysis.findings.measures.groups import by
from dsw_analysis.findings.measures.ratios import Difference, Ratio
from dsw_analysis.findings.measures.registry import Registry
from dsw_analysis.findings.measures.scales import Reliability, ScalePercent
from dsw_analysis.findings.measures.shares import ResponseRate, Share
from dsw_analysis.findings.measures.time import OpenCases, WaitQuantile, WithinHours
from dsw_analysis.findings.measures.training import (
    EffectivenessIndex,
    EffectSize,
    IndividualGain,
    ScoreChange,
    ScoreTest,
)

__all__ = [
    "BLANK",
    "FILLED",
    "ChangeTest",
    "Count",
    "Difference",
    "Distinct",
    "EffectSize",
    "EffectivenessIndex",
    "IndividualGain",
    "Mean",
    "OpenCases",
    "Quantile",
    "Ratio",
    "Registry",
    "Reliability",
    "ResponseRate",
    "ScalePercent",
    "ScoreChange",
    "ScoreTest",
    "Share",
    "ShareChange",
    "ShareDifference",
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
    "select",
]
