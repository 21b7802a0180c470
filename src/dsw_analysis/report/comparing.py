"""Two rounds of a project, read from what they left, and held against each other; as a frame."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import pandas as pd

from dsw_analysis.intake.changes import changes
from dsw_analysis.problems import UsageError
from dsw_analysis.report.comparison import Compared, Comparison
from dsw_analysis.report.made import Made
from dsw_analysis.report.pairs import Frames, Pairs, adjusted, in_both, paired
from dsw_analysis.rounds import Round

_PAIRS: Final = {
    **{"pairs": "units", "pairs_up": "up", "pairs_down": "down", "pairs_difference": "difference"},
    **{"p_value": "p_value", "p_adjusted": "adjusted"},
}
"""Column of a frame -> what of pairs it has."""


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
    data = Path(root).resolve() / "data" / "raw"
    before, after = (Made.read(Path(root) / "outputs" / str(round_)) for round_ in (old, new))
    frames = frames_of_others(before, after, data)
    found = {dataset: changes(*both, (old, new)) for dataset, both in frames.items()}
    comparison = Comparison(old=before, new=after, changes=found)
    read = {dataset: both for dataset, both in frames.items() if in_both(both)}
    return replace(comparison, pairs=adjusted(dict(_pairs(comparison, read))))


def frames_of_others(old: Made, new: Made, data: Path) -> dict[str, Frames]:
    """Datasets of which the two read another file, as each read it, where both files are still there."""
    found = {}
    for dataset in sorted(old.inputs.keys() & new.inputs.keys()):
        if old.inputs[dataset] != new.inputs[dataset]:
            one, other = (made.frame(data, dataset) for made in (old, new))
            if one is not None and other is not None:
                found[dataset] = one, other
    return found


def _pairs(comparison: Comparison, read: Mapping[str, Frames]) -> Iterator[tuple[str, Pairs]]:
    """Findings of units that answered in both rounds, of those whose file is another."""
    ledgers = comparison.old.ledger, comparison.new.ledger
    for c in comparison.findings:
        frames = read.get(c.one.dataset or "")
        if c.difference is None or c.old is None or c.new is None or frames is None:
            continue
        if (pairs := paired((c.old, c.new), ledgers, frames)) is not None:
            yield c.id, pairs


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
        **{name: None if c.pairs is None else getattr(c.pairs, part) for name, part in _PAIRS.items()},
    }
