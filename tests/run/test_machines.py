"""What can be shown here of other systems: no fork, no default encoding, names of files that Windows takes."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import PureWindowsPath

import pytest
import yaml
from conftest import ROOT, hashes

from dsw_analysis.cli import main
from dsw_analysis.intake.thai import provinces

AS_ON_WINDOWS = "import os, socket\ndel os.fork, os.forkpty, socket.send_fds\n"
"""What each Python that is started imports first: there is nothing to fork with."""


def beginning_with(first):
    """The environment in which each Python imports what lies in a folder before anything else."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(first), os.environ.get("PYTHONPATH"))))}


def run(root, first):
    """Run the section of a begun project in a process of its own; returns what it said on standard error."""
    first.mkdir()
    (first / "sitecustomize.py").write_text(AS_ON_WINDOWS if first.name == "spawned" else "", encoding="utf-8")
    warned = {"PYTHONWARNDEFAULTENCODING": "1", "PYTHONWARNINGS": "always::EncodingWarning"}
    command = ["--project", str(root), "run", "2570-3m", "--section", "sample", "--jobs", "1"]
    done = subprocess.run(
        [sys.executable, "-m", "dsw_analysis.cli", *command],
        env={**beginning_with(first), **warned}, capture_output=True, text=True, check=False, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stderr


def test_without_fork_a_section_has_the_same_bytes_and_no_file_is_read_in_the_machines_own_encoding(tmp_path):
    made = []
    for way in ("forked", "spawned"):
        root = tmp_path / f"{way} โครงการ"
        assert main(["init", str(root), "--round", "2570-3m"]) == 0
        said = run(root, tmp_path / way)
        assert [line for line in said.splitlines() if "EncodingWarning" in line and "dsw_analysis" in line] == []
        out = hashes(root / "outputs" / "2570-3m")
        made.append(
            {name: out[name] for name in ("findings.json", "sections/sample.html", "internal/exact/sample.json")}
        )
    assert made[0] == made[1]


RESERVED = {"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(1, 10))}
"""Names of devices, which no file may have on Windows, whatever it ends in."""


def unfit(name):
    """What Windows would not take as the name of a file."""
    stem = name.split(".")[0].upper()
    return bool(re.search(r'[<>:"/\\|?*\x00-\x1f]', name)) or name[-1] in ". " or stem in RESERVED


@pytest.mark.parametrize("name", ["con.yaml", "Nul", "a:b", "a?", "a.", "a "])
def test_a_name_that_windows_refuses_is_told(name):
    assert unfit(name)


def test_windows_takes_every_name_of_the_project_and_of_a_finished_round(made):
    own = [p for f in ("src", "tests", "docs", "data", "notebooks", "benchmarks") for p in (ROOT / f).rglob("*")]
    paths = [
        *(p.relative_to(ROOT).as_posix() for p in own),
        *(p.relative_to(made.out).as_posix() for p in made.out.rglob("*")),
    ]
    assert len(paths) > 300
    assert [path for path in paths if any(unfit(part) for part in PureWindowsPath(path).parts)] == []
    assert not any(unfit(province.name_th) for province in provinces())
    lower = [path.casefold() for path in set(paths)]
    assert len(set(lower)) == len(lower), "Windows and macOS know no difference of case"


@pytest.mark.parametrize("id_", ["con", "nul", "aux", "prn"])
def test_no_section_is_called_as_a_device_of_windows(copy, capsys, id_):
    assert main(["--project", str(copy.root), "new", "section", id_]) == 2
    assert "is no id of a section" in capsys.readouterr().err


def test_the_workflow_tries_the_three_systems_and_each_python_that_the_package_names():
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "tests.yml").read_text(encoding="utf-8"))["jobs"]
    matrix = jobs["systems"]["strategy"]["matrix"]
    assert {name.split("-")[0] for name in matrix["os"]} == {"ubuntu", "macos", "windows"}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = {c.rpartition(" ")[2] for c in project["classifiers"] if re.search(r"Python :: 3\.\d", c)}
    assert named <= set(matrix["python"])
