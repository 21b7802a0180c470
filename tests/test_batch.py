"""The runner on notebooks made for it: each ends in success or in a failure with a name."""

import json

import nbformat
import pytest

from dsw_analysis.cli import main
from dsw_analysis.rounds import Round
from dsw_analysis.runner import Project, Task, execute, run
from dsw_analysis.section import SECTION_MIME

ROUND = Round.parse("2569-6m")
PARAMETERS = 'round_id: str = "2569-6m"  # round\ndata_dir: str = "data"  # folder'
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


@pytest.fixture
def project(tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "data" / "raw" / "2569-6m").mkdir(parents=True)
    return Project(root=tmp_path)


def add(project, name, *cells, **changes):
    document = {**DOCUMENT, "section": name[3:], "findings": [], **changes}
    notebook(project.notebooks / f"{name}.ipynb", f"DOCUMENT = {document!r}", *cells)


def test_each_notebook_ends_in_success_or_a_named_failure(project):
    add(project, "01_good", HAND_OVER, findings=DOCUMENT["findings"])
    add(project, "02_bad", "1 / 0", HAND_OVER)
    add(project, "03_leaves", "import sys; sys.exit(0)", HAND_OVER)
    add(project, "04_silent", "pass")
    add(project, "05_dies", "import os; os._exit(3)", HAND_OVER)
    told = []

    outcomes = {o.section: o for o in run(project, ROUND, jobs=2, tell=told.append)}

    assert {s: o.state for s, o in outcomes.items()} == {
        "good": "ok",
        "bad": "failed",
        "leaves": "failed",
        "silent": "failed",
        "dies": "failed",
    }
    assert "ZeroDivisionError: division by zero" in outcomes["bad"].error
    assert outcomes["bad"].error.startswith("cell 4")  # In [4]: papermill adds a cell with the parameters
    assert "0 cells handed over findings" in outcomes["silent"].error
    assert all(o.error.count("\n") <= 2 for o in outcomes.values() if o.error)
    assert sorted(o.section for o in told) == sorted(outcomes)
    executed = json.loads((project.outputs(ROUND) / "notebooks" / "02_bad.ipynb").read_text(encoding="utf-8"))
    assert any(o["output_type"] == "error" for c in executed["cells"] for o in c.get("outputs", []))

    ledger = json.loads((project.outputs(ROUND) / "findings.json").read_text(encoding="utf-8"))
    assert [s["state"] for s in ledger["sections"]] == ["ok", "failed", "failed", "failed", "failed"]
    assert [f["id"] for f in ledger["findings"]] == ["good.n"]
    assert not list(project.outputs(ROUND).rglob("*.part"))
    assert not [p for p in (project.outputs(ROUND) / "notebooks").iterdir() if p.name.startswith(".")]


def test_the_report_shows_a_failed_section_and_the_command_ends_with_1(project, capsys):
    add(project, "01_good", HAND_OVER, findings=DOCUMENT["findings"])
    add(project, "02_bad", "raise ValueError('<script>ค่าผิด</script>')")

    assert main(["--project", str(project.root), "report", "2569-6m"]) == 1

    html = (project.outputs(ROUND) / "report.html").read_text(encoding="utf-8")
    assert "ประมวลผลส่วนนี้ไม่สำเร็จ" in html
    assert "&lt;script&gt;ค่าผิด" in html
    assert "ส่วนตัวอย่าง" in html
    assert "bad failed: cell 4: ValueError" in capsys.readouterr().err


def test_unknown_parameters_are_refused_not_ignored(project):
    add(project, "01_good", HAND_OVER)
    task = Task(
        section="good",
        title="ส่วนตัวอย่าง",
        notebook=project.notebooks / "01_good.ipynb",
        output=project.root / "out.ipynb",
        parameters={"round_id": "2569-6m", "provnce": "เชียงใหม่"},
    )
    assert "no parameter provnce" in execute(task).error


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "2569-6m", "--section", "nope"], "no notebook for section nope; there are good"),
        (["run", "2570-6m"], "put the round's files there"),
        (["check", "2570-6m"], "put the round's raw files there"),
        (["check", "2570-6m", "--file", "x"], "no file x"),
    ],
)
def test_misuse_is_named_and_ends_with_2(project, capsys, arguments, said):
    add(project, "01_good", HAND_OVER)
    assert main(["--project", str(project.root), *arguments]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "2569"],
        ["run", "2569-6m", "--jobs", "0"],
        ["run", "2569-6m", "--jobs", "๒"],
        [],
    ],
)
def test_arguments_that_cannot_be_read_end_with_2(arguments):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2


def test_a_folder_without_notebooks_says_where_to_go(tmp_path, capsys):
    assert main(["--project", str(tmp_path), "list"]) == 2
    assert "run dsw in the project's folder" in capsys.readouterr().err
