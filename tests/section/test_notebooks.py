"""Notebooks as an analyst runs them: from their own folder, with the parameters they come with."""

import nbformat
import pytest
from conftest import ROOT, ROUND, run_cells
from nbclient import NotebookClient

from dsw_analysis.run.tasks import Project
from dsw_analysis.section.executed import handed_over

NOTEBOOKS = {
    section: path
    for section, path in Project(root=ROOT).sections().items()
    if section != "summary" and f'"{ROUND}\\"' in path.read_text(encoding="utf-8")
}
"""Those that come with the round that is made here; a section may have begun in a later one."""


@pytest.mark.parametrize("section", NOTEBOOKS)
def test_run_all_gives_the_findings_of_the_batch(section, made, monkeypatch):
    monkeypatch.chdir(ROOT / "notebooks")
    shown = run_cells(NOTEBOOKS[section])
    assert {r["id"]: r for r in shown.section.ledger.records()} == {
        i: f for i, f in made.findings.items() if f["section"] == section
    }


@pytest.mark.parametrize("name", ["03_five_year_plan", "explore"])
def test_runs_in_the_projects_kernel_without_papermill(name, made):
    path = ROOT / "notebooks" / f"{name}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}).execute()
    if name == "explore":
        return
    document, error = handed_over(notebook)
    assert error is None
    assert [f["id"] for f in document["findings"]] == [
        i for i in sorted(made.findings) if i.startswith("five_year_plan.")
    ]
