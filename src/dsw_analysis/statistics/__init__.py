"""Statistics under the measures: numbers in, small frozen results out; knows no findings and no prose.

Whatever is undefined raises :class:`UndefinedError`, or is ``None`` in a result of which other numbers
exist; it is never 0 or NaN. scipy is imported by the functions that need it, so that importing this
package stays light.
"""

from dsw_analysis.statistics.common import Interval, UndefinedError
from dsw_analysis.statistics.comparisons import McNemar, holm, mcnemar
from dsw_analysis.statistics.finite import exact_finite, wilson_finite
from dsw_analysis.statistics.scales import cronbach_alpha
from dsw_analysis.statistics.service_time import ServiceTimes, served_within, waiting_time
from dsw_analysis.statistics.training import Gains, PairedChange, SignedRank, gains, paired_change, signed_rank

__all__ = [
    "Gains",
    "Interval",
    "McNemar",
    "PairedChange",
    "ServiceTimes",
    "SignedRank",
    "UndefinedError",
    "cronbach_alpha",
    "exact_finite",
    "gains",
    "holm",
    "mcnemar",
    "paired_change",
    "served_within",
    "signed_rank",
    "waiting_time",
    "wilson_finite",
]
