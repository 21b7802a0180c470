"""Response rate: how many of those who were asked have answered."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.measures.base import Measure
from dsw_analysis.findings.measures.filters import select
from dsw_analysis.findings.measures.registry import Registry
from dsw_analysis.findings.measures.shares import share_parts
from dsw_analysis.intake.provenance import weakest
from dsw_analysis.intake.source import source_of


@dataclass(frozen=True, kw_only=True)
class ResponseRate(Measure):
    """Units on the registry that are in the answers, in per cent of all units on it that meet ``where``.

    By stratum with ``by("kind", ResponseRate(...))(answers, registry)``; the stratum must be on the registry.
    """

    def __call__(self, frame: pd.DataFrame, drawn: Registry) -> Finding:
        """Count who has answered; undefined if nobody was asked.

        Raises
        ------
        DataError
            If a row is not as registered.
        """
        drawn.check(frame)
        units = drawn.units[select(drawn.units, self.where)]
        answered = int(units[drawn.key].isin(frame[drawn.key]).sum())
        finding = self._finding(units, drawn.key, **share_parts(answered, len(units), None, self.where))
        # The registry is published where the answers are not: the rate stands on both.
        return replace(finding, provenance=weakest([finding.provenance, source_of(frame).provenance]))
