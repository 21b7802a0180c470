"""Where the command `dsw` finds the project: the folder it is called in, or the nearest above it."""

import pytest

from dsw_analysis.cli import main


@pytest.mark.parametrize("inside", [".", "notebooks", "data/raw/2569-6m"])
def test_from_any_folder_of_a_project(inside, project, monkeypatch, capsys):
    monkeypatch.chdir(project.root / inside)
    assert main(["template", "csr_training", "2569-6m"]) == 0
    made = capsys.readouterr().out
    assert "csr_training.xlsx" in made
    assert [path.parent.relative_to(project.root).as_posix() for path in project.root.rglob("csr_training*.xlsx")] == [
        "outputs/2569-6m/templates"
    ]


def test_the_nearest_project_counts_and_one_that_is_named_is_taken_as_it_is(project, monkeypatch, capsys):
    inner = project.root / "notebooks" / "other"
    (inner / "data" / "schemas").mkdir(parents=True)
    monkeypatch.chdir(inner)
    assert main(["template", "csr_training", "2569-6m"]) == 2
    assert "csr_training" in capsys.readouterr().err
    assert main(["--project", str(project.root), "template", "csr_training", "2569-6m"]) == 0


def test_where_it_looked_is_said_and_what_to_do(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["list"]) == 2
    said = capsys.readouterr().err
    assert f"no project in {tmp_path} or in a folder above it" in said and "dsw --project FOLDER" in said
    assert main(["init", "new", "--round", "2570-3m"]) == 0
