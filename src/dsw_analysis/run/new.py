"""Templates of notebooks that people go on from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from dsw_analysis.intake.files import find_files
from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.intake.writing.whole import write_whole
from dsw_analysis.problems import DataError, UsageError
from dsw_analysis.rounds import Round
from dsw_analysis.run.tasks import Project

_PREPARE = Path(__file__).parents[1] / "templates" / "prepare.ipynb"


def new_preparation(project: Project, dataset: str) -> Path:
    """Write a preparation notebook for a dataset, as in the project's latest round, to be completed.

    Raises
    ------
    UsageError
        If there is no such dataset or no round yet, or the notebook is there already.
    """
    round_ = latest(project)
    kind = Schemas.of(project.data, round_)[dataset]
    path = project.notebooks / "prepare" / f"{kind.id}.ipynb"
    if path.exists():
        raise UsageError(f"{path} is there already")
    headers = ", ".join(f"`{column.name}` ({column.header})" for column in kind.columns)
    words = {
        'pd.read_excel("@RAW@")': _reading(project.data / str(round_), kind.stem),
        "@DATASET@": kind.id,
        "@TITLE@": kind.title,
        "@STEM@": kind.stem,
        "@ROUND@": str(round_),
        "@HEADERS@": headers,
    }
    write_whole(path, notebook(_PREPARE, words))
    return path


def latest(project: Project) -> Round:
    """The latest round that a project has raw files of.

    Raises
    ------
    UsageError
        If there is none.
    """
    rounds = [found for path in project.data.glob("*-*m") if (found := _round(path.name)) is not None]
    if not rounds:
        raise UsageError(f"no round in {project.data}; put the raw files into a folder such as 2569-6m there")
    return max(rounds)


def notebook(template: Path, words: Mapping[str, str]) -> bytes:
    """A notebook of the package's with words in the places that are kept for them."""
    text = template.read_text(encoding="utf-8")
    for place, word in words.items():
        text = text.replace(_in_json(place), _in_json(word))
    return text.encode()


def _in_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _reading(folder: Path, stem: str) -> str:
    """Code that reads the raw file as it was sent: its cells as text, and nothing taken for a header."""
    try:
        (path, *more) = find_files(folder, stem)
    except DataError:
        path, more = folder / f"{stem}.xlsx", []
    name = f'p.folder / "{path.relative_to(folder).as_posix()}"'
    if path.suffix.lower() in (".csv", ".tsv", ".txt"):
        read = 'pd.read_csv({}, header=None, dtype=str, sep=None, engine="python")'
    else:
        read = 'pd.read_excel({}, header=None, dtype=str, engine="calamine")'
    if path.parent == folder and not more:
        return read.format(name)
    parts = f'sorted((p.folder / "{stem}").glob("*{path.suffix}"))'
    return f"pd.concat({{part.stem: {read.format('part')} for part in {parts}}})"


def _round(name: str) -> Round | None:
    try:
        return Round.parse(name)
    except ValueError:
        return None
