"""What a notebook that has ended had read inside its project, by hash, and what it did that nobody can watch."""

from __future__ import annotations

import json
from pathlib import Path

from dsw_analysis.intake.writing.whole import sha256
from dsw_analysis.run.warm.watching import status

CHANGED = "changed while the notebook ran"
"""In place of the hash of a file that was not the same before it was read and when the notebook had ended."""


def seen(report: Path, notebooks: Path) -> tuple[dict[str, str | None], tuple[str, ...]]:
    """What a notebook that has ended had read inside its project, and what else it did that was not watched.

    Parameters
    ----------
    report:
        What its kernel wrote.
    notebooks:
        Folder that it ran in.

    Returns
    -------
    tuple
        Name, from that folder -> hash of the content, of the names in it for a folder, ``None`` for a file that was
        looked for and not there, :data:`CHANGED`. Files that it had made itself are left out. Then a line for the
        terminal, if there is anything to say.
    """
    before: dict[str, list[int] | None] = {}
    folders: dict[str, str | None] = {}
    made: set[str] = set()
    untold: set[str] = set()
    lines = report.read_text(encoding="utf-8").splitlines() if report.exists() else []
    for kind, name, *rest in map(json.loads, lines):
        if kind == "untold":
            untold.add(name)
        elif name.encode(errors="replace").decode() != name:
            untold.add(f"the file {name!a}, whose name cannot be written down")
        elif kind == "listed":
            folders.setdefault(name, rest[0])
        elif kind == "read" and name not in made:
            before.setdefault(name, rest[0])
        elif kind == "made":
            made.add(name)
    files = {}
    for name, there in before.items():
        if there is not None or name not in made:
            now = status(str(notebooks / name))
            files[name] = CHANGED if there != now else None if now is None else sha256(notebooks / name)
    note = f"not watched: {', '.join(sorted(untold))}; run it with --fresh when that changes"
    return dict(sorted({**files, **folders}.items())), (note,) if untold else ()
