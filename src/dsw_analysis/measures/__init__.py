"""Measures turn a loaded frame into findings; every one says its base, its blanks and its source."""

from dsw_analysis.measures.base import Count, Distinct, Mean, Quantile, Total, Value
from dsw_analysis.measures.comparisons import (
    ChangeTest,
    CramersV,
    IndependenceTest,
    ShareChange,
    ShareDifference,
    adjusted,
)
from dsw_analysis.measures.derived import by_month, derive
from dsw_analysis.measures.distributions import Distribution
from dsw_analysis.measures.filters import BLANK, FILLED, select
from dsw_analysis.measures.groups import by
from dsw_analysis.measures.indicators import Attainment, Pace, WeightedMean
from dsw_analysis.measures.ranking import Ranked, attention, rank
from dsw_analysis.measures.ratios import Difference, Ratio
from dsw_analysis.measures.response import ResponseRate
from dsw_analysis.measures.sampling import Registry, Sample
from dsw_analysis.measures.scales import Reliability, ScalePercent
from dsw_analysis.measures.shares import Share, sum_to_100
from dsw_analysis.measures.sroi import SocialReturnRatio
from dsw_analysis.measures.time import EstimatedWithinHours, OpenCases, WaitQuantile, WithinHours
from dsw_analysis.measures.training import EffectivenessIndex, EffectSize, IndividualGain, ScoreChange, ScoreTest

__all__ = [
    "BLANK",
    "FILLED",
    "Attainment",
    "ChangeTest",
    "Count",
    "CramersV",
    "Difference",
    "Distinct",
    "Distribution",
    "EffectSize",
    "EffectivenessIndex",
    "EstimatedWithinHours",
    "IndependenceTest",
    "IndividualGain",
    "Mean",
    "OpenCases",
    "Pace",
    "Quantile",
    "Ranked",
    "Ratio",
    "Registry",
    "Reliability",
    "ResponseRate",
    "Sample",
    "ScalePercent",
    "ScoreChange",
    "ScoreTest",
    "Share",
    "ShareChange",
    "ShareDifference",
    "SocialReturnRatio",
    "Total",
    "Value",
    "WaitQuantile",
    "WeightedMean",
    "WithinHours",
    "adjusted",
    "attention",
    "by",
    "by_month",
    "derive",
    "rank",
    "select",
    "sum_to_100",
]
