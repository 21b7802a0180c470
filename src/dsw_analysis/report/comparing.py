"""Two rounds of a project, read from what they left, and held against each other; as a frame."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from dsw_analysis.intake.changes import changes
from dsw_analysis.problems import UsageError
from dsw_analysis.report.comparison import Compared, Comparison
from dsw_analysis.report.made import Made
from dsw_analysis.rounds import Round


def compare_rounds(old: Round, new: Round, root: str | Path = "..") -> Comparison:
    """Hold two rounds of a project against each other, from their ledgers, manifests and raw files.

    Parameters
    ----------
    root:
        The project's folder. Raw files that are not those of the ledger any more, or cannot be loaded, only count as
        changed.

    Raises
    ------
    UsageError
        If a round has no ledger, or one of before definitions were kept.
    """
    if not old < new:
        raise UsageError(f"{old} is no earlier round than {new}; name the earlier first")
    before, after = (Made.read(Path(root) / "outputs" / str(round_)) for round_ in (old, new))
    found = {}
    for dataset in before.inputs.keys() & after.inputs.keys():
        if before.inputs[dataset] != after.inputs[dataset]:
            frames = [made.frame(Path(root).resolve() / "data" / "raw", dataset) for made in (before, after)]
            if frames[0] is not None and frames[1] is not None:
                found[dataset] = changes(frames[0], frames[1], (old, new))
    return Comparison(old=before, new=after, changes=dict(sorted(found.items())))


def tidy(comparison: Comparison) -> pd.DataFrame:
    """A comparison as a frame: one row a finding, indexed by its id."""
    records = [
        {
            "id": c.id,
            "section": c.one.section,
            "label": c.one.label,
            "unit": c.one.unit,
            **_numbers(c, comparison),
            "state": c.state,
            "causes": ";".join(c.causes),
        }
        for c in comparison.findings
    ]
    numbers = [name for c in comparison.findings[:1] for name in _numbers(c, comparison)]
    frame = pd.DataFrame(records).astype(dict.fromkeys(numbers, "float64"))
    return frame.set_index("id") if records else frame


def _numbers(c: Compared, comparison: Comparison) -> dict[str, float | None]:
    """What a comparison has of a finding, in columns; the same of each."""
    sides = {"old": c.old, "new": c.new, **({"half": c.half} if comparison.anew else {})}
    parts = ("difference", *(("of_old", "of_new") if comparison.anew else ()))
    return {
        **{name: None if f is None else f.value for name, f in sides.items()},
        **{name: None if (part := getattr(c, name)) is None else float(part) for name in parts},
        **{
            f"{name}_{part}": None if f is None else getattr(f, part)
            for name, f in sides.items()
            for part in ("numerator", "denominator")
        },
    }
