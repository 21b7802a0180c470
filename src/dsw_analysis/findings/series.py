"""Findings over rounds as a frame."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from dsw_analysis.findings.past import Known, redefined
from dsw_analysis.rounds import Round

_TOLD = ("label", "value", "numerator", "denominator", "unit", "provenance", "mark")


def over_rounds(known: Mapping[Round, Known], ids: Iterable[str]) -> pd.DataFrame:
    """Findings over rounds as a frame, one row a finding and round that has it, by finding and then in order.

    Returns
    -------
    DataFrame
        ``round``, ``period_end``, ``id``, ``label``, ``value``, ``numerator``, ``denominator``, ``unit``,
        ``provenance``, ``mark`` (``example`` of reconstructed records), and ``definition_same``: whether it measured
        what the last of these rounds measures. Numbers are not rounded; what is undefined is missing.
    """
    records = []
    for id_ in ids:
        having = [round_ for round_ in sorted(known) if id_ in known[round_].ledger]
        for round_ in having:
            found, newest = (known[r].ledger[id_] for r in (round_, having[-1]))
            records.append(
                {
                    "round": str(round_),
                    "period_end": pd.Timestamp(round_.end),
                    "id": id_,
                    **{name: getattr(found, name) for name in _TOLD},
                    "definition_same": not redefined(found, newest, known[round_], known[having[-1]]),
                }
            )
    frame = pd.DataFrame(records, columns=["round", "period_end", "id", *_TOLD, "definition_same"])
    return frame.astype(dict.fromkeys(("value", "numerator", "denominator"), "float64"))
