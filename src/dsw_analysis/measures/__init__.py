"""Measures turn a loaded frame into findings; every one says its base, its blanks and its source."""

from dsw_analysis.measures.base import Count, Distinct, Mean, Quantile, Summary, Total, Value
from dsw_analysis.measures.comparisons import ChangeTest, ShareChange, ShareDifference, adjusted
from dsw_analysis.measures.derived import by_hour, by_month, by_office_hours, by_region, derive
from dsw_analysis.measures.filters import BLANK, FILLED, select
from dsw_analysis.measures.groups import by
from dsw_analysis.measures.ratios import Difference, Ratio
from dsw_analysis.measures.registry import Registry
from dsw_analysis.measures.response import ResponseRate
from dsw_analysis.measures.scales import Reliability, ScalePercent
from dsw_analysis.measures.shares import Share
from dsw_analysis.measures.time import OpenCases, WaitQuantile, WithinHours
from dsw_analysis.measures.training import EffectivenessIndex, EffectSize, IndividualGain, ScoreChange, ScoreTest

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
