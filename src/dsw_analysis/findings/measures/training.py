"""Measures of training: effectiveness index, individual gain, change of scores, its size and its test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.measures.base import UNDEFINED, Measure, number
from dsw_analysis.findings.measures.filters import select
from dsw_analysis.statistics import Gains, UndefinedError, gains, paired_change, signed_rank

ONE_PAIR = "มีผู้ที่มีคะแนนทั้งก่อนและหลังอบรมเพียงคนเดียว จึงคำนวณค่านี้ไม่ได้"
ALL_ALIKE = "คะแนนของทุกคนเปลี่ยนแปลงเท่ากัน จึงคำนวณค่านี้ไม่ได้"
NOBODY_CHANGED = "คะแนนของทุกคนไม่เปลี่ยนแปลง จึงไม่มีสิ่งที่จะทดสอบ"


@dataclass(frozen=True, kw_only=True)
class _Scores(Measure):
    """A measure of scores before and after; participants without both are left out and counted as missing."""

    pre: str
    post: str

    def __call__(self, frame: pd.DataFrame) -> Finding:
        """Work it out; undefined where nobody has both scores, or as the class says."""
        rows = frame.loc[select(frame, self.where), [self.pre, self.post]]
        pairs = rows.dropna()
        parts: dict[str, Any] = {"rows": len(pairs), "missing": len(rows) - len(pairs)}
        parts |= self._of(pairs[self.pre], pairs[self.post]) if len(pairs) else {"value": None, "note": UNDEFINED}
        return self._finding(frame, self.pre, self.post, **parts)

    def _of(self, pre: pd.Series, post: pd.Series) -> dict[str, Any]:
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class EffectivenessIndex(_Scores):
    """Effectiveness index of learning: E.I. = (Σpost − Σpre) / (n·full − Σpre).

    The gain reached out of the gain possible, over participants with both scores (Goodman, Fletcher
    and Schneider 1980, "The effectiveness index as a comparative measure in media product
    evaluations", Educational Technology 20(9), 30–34). Times 100 in the unit ``percent``; undefined if everybody had
    full score before.
    """

    full: int

    def _of(self, pre: pd.Series, post: pd.Series) -> dict[str, Any]:
        found = gains(pre, post, self.full)
        if found.effectiveness_index is None:
            return {"value": None, "numerator": 0, "denominator": 0, "note": _at_full(found)}
        return {
            "value": self.whole * found.effectiveness_index,
            "numerator": number(found.sum_post - found.sum_pre),
            "denominator": number(found.pairs * self.full - found.sum_pre),
            "note": _at_full(found),
        }


@dataclass(frozen=True, kw_only=True)
class IndividualGain(_Scores):
    """Mean of the participants' own gains (post − pre) / (full − pre) (Hake 1998, Am. J. Phys. 66, 64–74).

    Not the effectiveness index, which divides sums. Participants at full score before have nothing to gain and are
    left out; the note counts them. Times 100 in the unit ``percent``; undefined if everybody had full score before.
    """

    full: int

    def _of(self, pre: pd.Series, post: pd.Series) -> dict[str, Any]:
        found = gains(pre, post, self.full)
        single = found.individual_gain
        value = None if single is None else self.whole * single
        return {"value": value, "rows": found.pairs - found.full_before, "note": _at_full(found)}


@dataclass(frozen=True, kw_only=True)
class ScoreChange(_Scores):
    """Mean of post less pre with its paired t interval; without one for a single participant."""

    unit: str = "points"

    def _of(self, pre: pd.Series, post: pd.Series) -> dict[str, Any]:
        if len(pre) == 1:
            return {"value": number(post.iloc[0] - pre.iloc[0]), "note": None}
        found = paired_change(pre, post)
        limits = found.interval
        return {"value": found.mean_difference, "low": limits.low, "high": limits.high, "method": "t", "note": None}


@dataclass(frozen=True, kw_only=True)
class EffectSize(_Scores):
    """Cohen's dz of the change: its mean over its standard deviation (Cohen 1988, chapter 2).

    Undefined for a single participant, and where all changed alike.
    """

    unit: str = "ratio"

    def _of(self, pre: pd.Series, post: pd.Series) -> dict[str, Any]:
        if len(pre) == 1:
            return {"value": None, "note": ONE_PAIR}
        value = paired_change(pre, post).dz
        return {"value": value, "note": ALL_ALIKE if value is None else None}


@dataclass(frozen=True, kw_only=True)
class ScoreTest(_Scores):
    """P value of the change of scores by Wilcoxon's signed-rank test, exact up to 50 changed pairs, ties included.

    Undefined where nobody's score changed.
    """

    unit: str = "p_value"

    def _of(self, pre: pd.Series, post: pd.Series) -> dict[str, Any]:
        try:
            found = signed_rank(pre, post)
        except UndefinedError:
            return {"value": None, "note": NOBODY_CHANGED}
        method = "signed_rank_exact" if found.exact else "signed_rank_normal"
        return {"value": found.p_value, "method": method, "note": None}


def _at_full(found: Gains) -> str | None:
    if found.full_before == found.pairs:
        return "ผู้เข้าอบรมทุกคนได้คะแนนเต็มตั้งแต่ก่อนอบรม จึงไม่มีส่วนที่จะเพิ่มได้"
    if not found.full_before:
        return None
    return f"ในจำนวนนี้ได้คะแนนเต็มตั้งแต่ก่อนอบรม {found.full_before:,} คน"
