"""Statistics under the measures: numbers in, small frozen results out; knows no findings and no prose.

Whatever is undefined raises :class:`UndefinedError`, or is ``None`` in a result of which other numbers
exist; it is never 0 or NaN. scipy and statsmodels are imported by the functions that need them, so that
importing this package stays light.
"""

from dsw_analysis.stats.common import Interval, UndefinedError
from dsw_analysis.stats.comparisons import ChiSquare, McNemar, chi_square, holm, mcnemar
from dsw_analysis.stats.exact_table import TooLargeError, fisher_freeman_halton
from dsw_analysis.stats.proportions import (
    INTERVALS,
    Difference,
    agresti_coull,
    clopper_pearson,
    exact_finite,
    jeffreys,
    mid_p,
    newcombe,
    wilson,
    wilson_finite,
)
from dsw_analysis.stats.rao_scott import RaoScott, rao_scott
from dsw_analysis.stats.scales import (
    Item,
    Reliability,
    Satisfaction,
    cronbach_alpha,
    mcdonald_omega,
    satisfaction,
)
from dsw_analysis.stats.service_time import (
    ServedWithin,
    ServiceTimes,
    percentile,
    served_within,
    service_times,
    waiting_time,
)
from dsw_analysis.stats.sroi import (
    Outcome,
    SocialReturn,
    Swing,
    sensitivity,
    social_return,
)
from dsw_analysis.stats.survey import Design, Estimate, design, design_mean, design_proportion, design_total
from dsw_analysis.stats.training import (
    Gains,
    PairedTest,
    SignedRank,
    gains,
    paired_t,
    signed_rank,
)

__all__ = [
    "INTERVALS",
    "ChiSquare",
    "Design",
    "Difference",
    "Estimate",
    "Gains",
    "Interval",
    "Item",
    "McNemar",
    "Outcome",
    "PairedTest",
    "RaoScott",
    "Reliability",
    "Satisfaction",
    "ServedWithin",
    "ServiceTimes",
    "SignedRank",
    "SocialReturn",
    "Swing",
    "TooLargeError",
    "UndefinedError",
    "agresti_coull",
    "chi_square",
    "clopper_pearson",
    "cronbach_alpha",
    "design",
    "design_mean",
    "design_proportion",
    "design_total",
    "exact_finite",
    "fisher_freeman_halton",
    "gains",
    "holm",
    "jeffreys",
    "mcdonald_omega",
    "mcnemar",
    "mid_p",
    "newcombe",
    "paired_t",
    "percentile",
    "rao_scott",
    "satisfaction",
    "sensitivity",
    "served_within",
    "service_times",
    "signed_rank",
    "social_return",
    "waiting_time",
    "wilson",
    "wilson_finite",
]
