"""Measures of rating scales: answers as per cent of the highest possible, and reliability of their sum."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.measures.base import UNDEFINED, Measure
from dsw_analysis.findings.measures.filters import select
from dsw_analysis.intake.source import source_of
from dsw_analysis.statistics import UndefinedError, cronbach_alpha

TOO_FEW = "ผู้ที่ตอบครบทุกข้อมีไม่ถึงสองคน จึงคำนวณค่านี้ไม่ได้"
SAME_SUM = "คะแนนรวมของผู้ที่ตอบครบทุกข้อเท่ากันทุกคน จึงคำนวณค่านี้ไม่ได้"


@dataclass(frozen=True, kw_only=True)
class ScalePercent(Measure):
    """Answers to one or several items in per cent of the scale: 100 × Σanswers / (number of answers × ``top``).

    The department's way of stating satisfaction: on a scale from 1 to 5 the lowest answer is 20 %, not 0 %.
    Every answer counts the same; a blank is no answer, leaves the base and is counted as missing.
    """

    columns: tuple[str, ...]
    top: int

    def __call__(self, frame: pd.DataFrame) -> Finding:
        """Work out the percentage; ``rows`` are respondents with at least one answer, ``missing`` blank cells."""
        answers = frame.loc[select(frame, self.where), list(self.columns)]
        given = int(answers.notna().to_numpy().sum())
        points = int(answers.sum().sum())
        return self._finding(
            frame,
            *self.columns,
            value=100 * points / (given * self.top) if given else None,
            numerator=points,
            denominator=given * self.top,
            rows=int(answers.notna().any(axis=1).sum()),
            missing=answers.size - given,
            note=None if given else UNDEFINED,
        )

    def items(self, frame: pd.DataFrame) -> dict[str, Finding]:
        """The same of every item alone: column -> finding, under ``id.column``."""
        dataset = source_of(frame).dataset
        return {
            column: replace(
                self,
                id=f"{self.id}.{column}",
                label=f"{self.label}: {dataset[column].header.rpartition(' / ')[2]}",
                columns=(column,),
            )(frame)
            for column in self.columns
        }


@dataclass(frozen=True, kw_only=True)
class Reliability(Measure):
    """Reliability of the sum of two or more items: Cronbach's α (1951, Psychometrika 16, 297–334).

    From respondents who answered all of them. Items worded the other way round must be turned before.
    """

    unit: str = "ratio"
    columns: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse a single item.

        Raises
        ------
        ValueError
            If there are fewer than two items.
        """
        if len(self.columns) < 2:
            raise ValueError(f"{self.id}: reliability is that of a sum; name two items or more")

    def __call__(self, frame: pd.DataFrame) -> Finding:
        """Work out α; undefined with fewer than two complete respondents, or where the sum is the same for all."""
        answers = frame.loc[select(frame, self.where), list(self.columns)]
        complete = int(answers.notna().all(axis=1).sum())
        try:
            value = cronbach_alpha(answers)
        except UndefinedError:
            value = None
        return self._finding(
            frame,
            *self.columns,
            value=value,
            rows=complete,
            missing=len(answers) - complete,
            method="cronbach_alpha",
            note=None if value is not None else TOO_FEW if complete < 2 else SAME_SUM,
        )
