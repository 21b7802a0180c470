"""Projects of a few notebooks made for a test, and how they are run."""

import nbformat

from dsw_analysis.findings.ledger import SECTION_MIME
from dsw_analysis.rounds import Round
from dsw_analysis.run.batch import Batch
from dsw_analysis.run.reports import write_report
from dsw_analysis.run.sections import put_in_place, run_sections

ROUND = Round.parse("2569-6m")
PARAMETERS = 'round_id: str = "2569-6m"  # round\naccept_partial: bool = False  # use valid rows\nprovince: str = ""'
DOCUMENT = {
    "section": "good",
    "order": 1,
    "title": "ส่วนตัวอย่าง",
    "round": "2569-6m",
    "province": None,
    "inputs": [],
    "indicators": [],
    "findings": [
        {"id": "good.n", "section": "good", "label": "จำนวน", "value": 3, "unit": "persons", "provenance": "published"}
    ],
}
HAND_OVER = f"from IPython.display import display\ndisplay({{{SECTION_MIME!r}: DOCUMENT}}, raw=True)"


def notebook(path, *cells):
    book = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "x", "language": "python"}}
    )
    book.cells = [nbformat.v4.new_code_cell(c) for c in (PARAMETERS, *cells)]
    book.cells[0].metadata.tags = ["parameters"]
    nbformat.write(book, path)


def add(project, name, *cells, **changes):
    document = {**DOCUMENT, "section": name[3:], "findings": [], **changes}
    notebook(project.notebooks / f"{name}.ipynb", f"DOCUMENT = {document!r}", *cells)


def run(project, sections=None, **options):
    with Batch(project, ROUND, **options) as batch:
        outcomes = run_sections(batch, sections)
        put_in_place(batch, outcomes)
        return outcomes


def ran(project, **options):
    """Sections that a run did not take over from the one before."""
    return [o.section for o in run(project, **options) if not o.reused]


def report(project, sections=None, **options):
    with Batch(project, ROUND, **options) as batch:
        return write_report(batch, run_sections(batch, sections), formats=["html"])
