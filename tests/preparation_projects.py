"""Projects with a preparation notebook: the examples of the docs, and a section that reads what one makes."""

import re
from pathlib import Path

import nbformat
from returns_made import make
from small_projects import DOCUMENT, HAND_OVER, ROUND, add

LOAD = """
from pathlib import Path
from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.rounds import Round
now = Round.parse(round_id)
frame = Schemas.of("../data/raw", now)["public_opinion"].load(now, Path("../data/raw") / round_id)
source = frame.attrs["source"]
DOCUMENT["inputs"] = [{"dataset": "public_opinion", **source.record()}]
DOCUMENT["read"] = dict(source.read)
DOCUMENT["findings"][0]["value"] = int(frame["comments"].sum())
"""


def examples():
    """Code of the two worked examples in the docs, by dataset."""
    text = (
        (Path(__file__).parent.parent / "docs" / "returns.md")
        .read_text(encoding="utf-8")
        .partition("## Preparation notebooks")[2]
    )
    blocks = re.findall(r"```python\n(.*?)```", text.partition("\n## ")[0], flags=re.DOTALL)
    return {re.search(r'open_preparation\("(\w+)"', block)[1]: block for block in blocks}


def write(project, dataset, *cells):
    """Write a preparation notebook."""
    book = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "x", "language": "python"}}
    )
    book.cells = [nbformat.v4.new_code_cell(cell) for cell in ('round_id: str = "2569-6m"', *cells)]
    book.cells[0].metadata.tags = ["parameters"]
    path = project.notebooks / "prepare" / f"{dataset}.ipynb"
    path.parent.mkdir(exist_ok=True)
    nbformat.write(book, path)
    return path


def with_opinions(project):
    """Give a project a file of months across, its preparation, and a section that reads it."""
    make("months_across_rows", project.data / str(ROUND))
    write(project, "public_opinion", examples()["public_opinion"])
    add(project, "01_opinion", LOAD, HAND_OVER, findings=[{**DOCUMENT["findings"][0], "section": "opinion"}])
    return project
