"""What several tests share: a copy of the project to alter, notebooks run without a kernel, and one real round."""

import ast
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from dsw_analysis.batch import Batch, Project
from dsw_analysis.batch.reports import write_report
from dsw_analysis.batch.sections import run_sections
from dsw_analysis.rounds import Round

# The same examples every time: a suite that fails by chance is not believed; time limits depend on the machine.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")

ROOT = Path(__file__).parent.parent
ROUND = "2569-6m"


@dataclass
class Copy:
    """A project folder of its own, to be altered."""

    root: Path

    @property
    def raw(self):
        return self.root / "data" / "raw" / ROUND

    def notebook(self, section):
        (path,) = (self.root / "notebooks").glob(f"[0-9][0-9]_{section}.ipynb")
        return path


@pytest.fixture
def copy(tmp_path):
    """Notebooks and raw files in a folder that the test may change."""
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    shutil.copytree(ROOT / "data" / "raw", tmp_path / "data" / "raw")
    return Copy(tmp_path)


@pytest.fixture
def project(tmp_path):
    """A project without notebooks and raw files, for those of a test."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "data" / "raw" / ROUND).mkdir(parents=True)
    return Project(root=tmp_path)


@dataclass
class Shown:
    """A notebook run cell by cell in this process: its section, and the HTML of what each cell shows."""

    section: object
    html: str

    def value(self, finding_id):
        return self.section[finding_id].value


def run_cells(notebook, **parameters):
    """Run a notebook's code cells as plain Python, with the parameters given, and keep what they show."""
    names, html = {}, []
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        *body, last = ast.parse("".join(cell["source"])).body
        exec(compile(ast.Module(body, []), notebook.name, "exec"), names)
        if isinstance(last, ast.Expr):
            shown = eval(compile(ast.Expression(last.value), notebook.name, "eval"), names)
            if hasattr(shown, "html"):
                html.append(shown.html)
        else:
            exec(compile(ast.Module([last], []), notebook.name, "exec"), names)
        if "parameters" in cell["metadata"].get("tags", []):
            assert set(parameters) <= set(names), f"{notebook.name} has no parameter {set(parameters) - set(names)}"
            names.update(parameters)
    return Shown(names["s"], "\n".join(html))


@pytest.fixture
def show(copy):
    """Run a section's notebook of the copied project on its (altered) raw files."""

    def show(section, **parameters):
        return run_cells(copy.notebook(section), data_dir=str(copy.root / "data" / "raw"), **parameters)

    return show


@dataclass
class Made:
    """A finished round: outcomes, folder of outputs, and the ledger document."""

    outcomes: list
    out: Path
    document: dict

    @property
    def findings(self):
        return {f["id"]: f for f in self.document["findings"]}


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """The real round, run through papermill and rendered once for all tests."""
    root = tmp_path_factory.mktemp("round")
    for name in ("notebooks", "data"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__"))
    project = Project(root=root)
    with Batch(project, Round.parse(ROUND)) as batch:
        outcomes = run_sections(batch)
        write_report(batch, outcomes)
    out = project.outputs(Round.parse(ROUND))
    return Made(outcomes, out, json.loads((out / "findings.json").read_text(encoding="utf-8")))
