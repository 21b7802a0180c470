"""A new project's folder, of which a report can be made at once: words, summary, plan and one section with a sample."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

from dsw_analysis.intake.thai.dates import BE_OFFSET
from dsw_analysis.intake.writing.whole import write_whole
from dsw_analysis.problems import UsageError
from dsw_analysis.project import FILE
from dsw_analysis.rounds import Round
from dsw_analysis.run.new import notebook
from dsw_analysis.run.new_section import new_section
from dsw_analysis.run.tasks import Project

SECTION: Final = "sample"
_TITLE: Final = "โครงการตัวอย่าง"
_TEMPLATES = Path(__file__).parents[1] / "templates"


def new_project(folder: Path, round_: Round) -> list[Path]:
    """Make a project in a folder that is not there or is empty; returns its files.

    Raises
    ------
    UsageError
        If there is something in the folder.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is there and not empty; name a new folder")
    project = Project(root=folder)
    files = {
        folder / FILE: (_TEMPLATES / FILE).read_bytes(),
        project.notebooks / "00_summary.ipynb": notebook(_TEMPLATES / "summary.ipynb", {"2569-6m": str(round_)}),
    }
    for path, content in files.items():
        write_whole(path, content)
    (project.data / str(round_)).mkdir(parents=True)
    project.schemas.mkdir(parents=True)
    return [*files, *new_section(project, SECTION, round_, _TITLE).written]


def current_round(today: date) -> Round:
    """The round that a day falls in: the shortest of its fiscal year that has not ended before it."""
    year = today.year + BE_OFFSET + (today.month >= 10)
    return next(round_ for months in (3, 6, 9, 12) if today in (round_ := Round(year, months)))
