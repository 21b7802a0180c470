"""Measures of rating scales: answers as per cent of the highest possible, and reliability of their sum."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from dsw_analysis.datasets import source_of
from dsw_analysis.findings import Finding
from dsw_analysis.measures.base import UNDEFINED, Measure
from dsw_analysis.measures.filters import select
from dsw_analysis.stats import UndefinedError, cronbach_alpha, mcdonald_omega

NO_RELIABILITY = "ข้อคำถามหรือผู้ตอบครบทุกข้อมีน้อยเกินไป หรือคำตอบไม่แตกต่างกัน จึงคำนวณค่านี้ไม่ได้"


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
    """Reliability of the sum of items, from respondents who answered all of them.

    ``"cronbach_alpha"`` (Cronbach 1951, Psychometrika 16, 297–334) or ``"mcdonald_omega"``, omega total of one common
    factor (McDonald 1999, *Test Theory*). Items worded the other way round must be turned before.
    """

    unit: str = "ratio"
    columns: tuple[str, ...]
    coefficient: Literal["cronbach_alpha", "mcdonald_omega"] = "cronbach_alpha"

    def __call__(self, frame: pd.DataFrame) -> Finding:
        """Work out the coefficient; undefined where items or respondents are too few or do not vary."""
        answers = frame.loc[select(frame, self.where), list(self.columns)]
        complete = int(answers.notna().all(axis=1).sum())
        how = cronbach_alpha if self.coefficient == "cronbach_alpha" else mcdonald_omega
        try:
            value = how(answers).value
        except UndefinedError:
            value = None
        return self._finding(
            frame,
            *self.columns,
            value=value,
            rows=complete,
            missing=len(answers) - complete,
            method=self.coefficient,
            note=NO_RELIABILITY if value is None else None,
        )
