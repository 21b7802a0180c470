"""What a report changes of the edition before it: verdicts and figures that are others, each with its causes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from dsw_analysis.findings.finding import Finding
from dsw_analysis.intake.changes import changes
from dsw_analysis.report.comparing import frames_of_others
from dsw_analysis.report.comparison import Compared, Comparison
from dsw_analysis.report.comparison_files import CAUSES, verdict_text
from dsw_analysis.report.made import Made
from dsw_analysis.report.turned import Turned, indicators, projects

_WORDS: Final = {
    **CAUSES,
    "late": "ข้อมูลที่ได้รับภายหลัง",
    "removed": "แถวที่ไม่มีแล้ว",
    "round": "ข้อมูลอื่นที่ใช้คำนวณเปลี่ยน",
    "gone": "ไม่แสดงแล้ว",
    "new": "เพิ่มใหม่",
}
"""Causes as they are said of two states of one round."""


def revision(old: Made, new: Made, data: Path) -> dict[str, Any]:
    """Verdicts and figures that are others than in an edition, as a report lists them; empty if there are none.

    ``data`` is the folder of the raw files of all rounds.
    """
    frames = frames_of_others(old, new, data)
    changed = {dataset: changes(*both, (old.round, new.round)) for dataset, both in frames.items()}
    comparison = Comparison(old=old, new=new, changes=changed)
    found = [c for c in comparison.findings if _printed(c.old) != _printed(c.new)]
    listed = [c for c in found if "example" not in {f.mark for f in (c.old, c.new) if f is not None}]
    verdicts = [_turned(t, project=True) for t in projects(comparison)]
    verdicts += [_turned(t, project=False) for t in indicators(comparison)]
    figures = [
        {"id": c.id, "label": c.one.label, "old": _printed(c.old), "new": _printed(c.new), "causes": _causes(c)}
        for c in listed
    ]
    return {"verdicts": verdicts, "figures": figures, "examples": len(found) - len(listed)} if verdicts or found else {}


def _printed(finding: Finding | None) -> str:
    """A number with its base, as it is printed."""
    if finding is None:
        return "-"
    return f"{finding.text('unit')} ({finding.text('n/N')})" if finding.has_base else finding.text("unit")


def _turned(turned: Turned, *, project: bool) -> dict[str, str]:
    was, now = (verdict_text(said[0], project=project) for said in (turned.old, turned.new))
    return {"label": turned.name, "old": was, "new": now, "causes": "" if project else _causes(turned)}


def _causes(of: Compared | Turned) -> str:
    """What has changed below it; that the last days of the two rounds differ cannot be."""
    causes = [cause for cause in of.causes if cause != "round"] or of.causes or (getattr(of, "state", "round"),)
    return " · ".join(_WORDS[cause] for cause in causes)
