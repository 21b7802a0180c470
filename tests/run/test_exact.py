"""Findings before persons were protected in them: kept apart from all that is shown, for the gate and nobody else."""

import json

from small_projects import HAND_OVER, ROUND, add, ran, run

from dsw_analysis.cli import main

TOLD = 'import sys; sys.audit("dsw_analysis.exact", \'{"findings": [{"id": "good.n", "value": 40414}]}\')'


def test_exact_findings_are_kept_apart_and_in_no_output(project):
    add(project, "01_good", TOLD, HAND_OVER)
    notebook = project.notebooks / "01_good.ipynb"
    # A literal of the notebook is in the executed one: it must come from elsewhere.
    notebook.write_text(notebook.read_text(encoding="utf-8").replace("40414", "' + str(201 * 201 + 13) + '"), "utf-8")
    run(project)
    out = project.outputs(ROUND)

    told = json.loads((out / "internal" / "exact" / "good.json").read_bytes())
    assert told == {"findings": [{"id": "good.n", "value": 40414}]}
    held = {
        path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file() and b"40414" in path.read_bytes()
    }
    assert held == {"internal/exact/good.json"}
    made = json.loads((out / "manifest.json").read_bytes())["made"]
    assert not any("internal" in name for entry in made.values() for name in entry["outputs"])
    assert main(["--project", str(project.root), "verify", "2569-6m"]) == 0


def test_exact_findings_come_back_when_they_are_gone_and_go_when_a_section_fails(project):
    add(project, "01_good", TOLD, HAND_OVER)
    run(project)
    exact = project.outputs(ROUND) / "internal" / "exact" / "good.json"
    assert ran(project) == []

    exact.unlink()
    assert ran(project) == ["good"]
    assert exact.exists()

    add(project, "01_good", TOLD, "1 / 0", HAND_OVER)
    run(project)
    assert not exact.exists()


def test_a_section_that_shows_persons_as_they_are_is_refused(project):
    add(project, "01_good", HAND_OVER, exact=True)
    (outcome,) = run(project)
    assert (outcome.state, "without exact=True" in outcome.error) == ("failed", True)
