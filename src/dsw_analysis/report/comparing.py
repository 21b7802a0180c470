"""Two rounds of a project, read from what they left, and held against each other; as a frame for a notebook."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from dsw_analysis.intake.changes import changes
from dsw_analysis.problems import UsageError
from dsw_analysis.report.comparison import Comparison
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
            frames = [made.frame(Path(root) / "data" / "raw", dataset) for made in (before, after)]
            if frames[0] is not None and frames[1] is not None:
                found[dataset] = changes(frames[0], frames[1], (old, new))
    return Comparison(old=before, new=after, changes=dict(sorted(found.items())))


def compare(old: str, new: str, *, root: str | Path = "..") -> pd.DataFrame:
    """Hold two rounds against each other, for a notebook: one row a finding, indexed by its id.

    Parameters
    ----------
    old, new:
        Rounds, the earlier first, e.g. ``"2569-6m"``.
    root:
        The project's folder, from the notebook's.

    Returns
    -------
    DataFrame
        ``section``, ``label``, ``unit``, ``old``, ``new``, ``difference`` (percentage points for percentages; missing
        where nothing is compared), numerators and denominators, ``state`` and ``causes`` (joined by ``;``).

    Raises
    ------
    ValueError
        If a round's id is malformed.
    UsageError
        As :func:`compare_rounds`.
    """
    found = compare_rounds(Round.parse(old), Round.parse(new), root).findings
    records = [
        {
            "id": c.id,
            "section": c.one.section,
            "label": c.one.label,
            "unit": c.one.unit,
            **{name: None if f is None else f.value for name, f in (("old", c.old), ("new", c.new))},
            "difference": None if c.difference is None else float(c.difference),
            **{
                f"{when}_{part}": None if f is None else getattr(f, part)
                for when, f in (("old", c.old), ("new", c.new))
                for part in ("numerator", "denominator")
            },
            "state": c.state,
            "causes": ";".join(c.causes),
        }
        for c in found
    ]
    numbers = [name for name in records[0] if name.startswith(("old", "new", "difference"))] if records else []
    frame = pd.DataFrame(records).astype(dict.fromkeys(numbers, "float64"))
    return frame.set_index("id") if records else frame
