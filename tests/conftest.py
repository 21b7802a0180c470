"""What several tests share: a copy of the project to alter, notebooks run without a kernel, and one real round."""

import ast
import hashlib
import json
import os
import shutil
import sys
from collections import Counter
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from dsw_analysis.project import use
from dsw_analysis.rounds import Round
from dsw_analysis.run.batch import Batch
from dsw_analysis.run.reports import write_report
from dsw_analysis.run.sections import run_sections
from dsw_analysis.run.tasks import Project

# The same examples every time: a suite that fails by chance is not believed; what is slow depends on the machine.
settings.register_profile(
    "steady",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("steady")

# jsonschema's check of international addresses compiles a grammar when it is imported, for longer than all of pandas.
sys.modules.setdefault("rfc3987_syntax", None)

ROOT = Path(__file__).parent.parent
ROUND = "2569-6m"
FULL = bool(os.environ.get("DSW_FULL"))
"""Whether every province is rendered, every write killed, every edit tried, as in ``.ci/run``; else a share of each."""

LONGEST = (
    "processes", "test_publishing", "test_recalling", "test_html", "test_rounds_made", "test_comparison",
    "test_jupyterlab", "test_preview", "test_new_section", "test_batch", "test_twins", "test_parts", "test_copies",
    "test_approval", "test_briefs", "test_released", "test_audit", "test_sources", "test_checking", "test_machines",
    "test_sections", "test_tutorial", "test_causes", "test_watching", "test_content", "test_provinces",
    "test_provinces_all", "test_page_edits", "test_new_project", "test_pdf", "test_docx", "test_notebooks",
    "test_figures", "test_clusters", "test_plan", "test_forms", "test_datasets", "test_editions", "test_brief",
    "test_published", "test_preparing", "test_returns_layouts", "test_waiting", "test_new_round",
    "test_changed_rounds", "test_returns", "test_exact_run", "test_gate_batch", "test_thai_properties", "test_howto",
    "test_site",
)  # fmt: skip
"""Groups of tests that begin before all others, so that all cores end at about the same time."""

LONG = 30
"""Seconds from which a group belongs into ``LONGEST``; one that does not stand there is named after the tests."""

IN_PROCESSES = ("test_cluster", "test_engine", "test_kills", "test_processes")
"""Files whose tests kill processes or fill all cores: one group, so that they do not disturb each other."""


def group(nodeid):
    """Tests of a group run in one process, one after the other: those of a file, for the sake of what they share."""
    file = Path(nodeid.partition("::")[0]).stem
    return "processes" if file in IN_PROCESSES else file


def pytest_collection_modifyitems(items):
    """Put the longest groups first."""
    ranks = {name: rank for rank, name in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(group(item.nodeid), len(ranks)))


def pytest_terminal_summary(terminalreporter):
    """Name groups that have become long, so that they begin earlier the next time."""
    seconds = Counter()
    for report in chain.from_iterable(terminalreporter.stats.values()):
        if isinstance(report, pytest.TestReport):
            seconds[group(report.nodeid)] += report.duration
    for name, taken in seconds.most_common():
        if taken >= LONG and name not in LONGEST:
            terminalreporter.write_line(f"{name} took {taken:.0f} s: put it into LONGEST in tests/conftest.py")


class Groups(LoadScopeScheduling):
    """Hands out groups in the order of the tests.

    Not by marks (``--dist loadgroup``), which xdist 3.8 overlooks under pytest 9.2.
    """

    def _split_scope(self, nodeid):
        return group(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers():
    """One process more than there are cores: some test always waits for a browser, a kernel or a kill."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Hand out tests by group."""
    config.option.loadscopereorder = False
    return Groups(config, log)


@pytest.fixture(autouse=True)
def _own_words():
    """Each test begins in the words of this project, whatever project the one before had opened."""
    yield
    use(None)


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


def copied(folder):
    """Notebooks and raw files in a folder that the test may change, as a round whose files the units have sent.

    Altered files are no longer those of the printed report, so nothing is held to it.
    """
    shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    for name in ("raw", "schemas"):
        shutil.copytree(ROOT / "data" / name, folder / "data" / name)
    shutil.copy(ROOT / "project.toml", folder)
    found = Copy(folder)
    (found.raw / "published.csv").unlink()
    package = found.raw / "datapackage.json"
    package.write_text(package.read_text(encoding="utf-8").replace('"reconstructed"', '"received"'), encoding="utf-8")
    return found


@pytest.fixture
def copy(tmp_path):
    """The project in a folder of the test's own; see :func:`copied`."""
    return copied(tmp_path)


@pytest.fixture
def project(tmp_path):
    """A project with schemas, but without notebooks and raw files: those of a test."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "data" / "raw" / ROUND).mkdir(parents=True)
    shutil.copytree(ROOT / "data" / "schemas", tmp_path / "data" / "schemas")
    shutil.copy(ROOT / "project.toml", tmp_path)
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
        source = "".join(cell["source"])
        if source.startswith("%%say"):
            line, _, text = source.partition("\n")
            told = names["s"].say(text, line.removeprefix("%%say").strip().removeprefix("if "))
            html += [] if told is None else [told.html]
            continue
        *body, last = ast.parse(source).body
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
    """A finished round: folder of outputs, and the ledger document."""

    out: Path
    document: dict

    @property
    def findings(self):
        return {f["id"]: f for f in self.document["findings"]}


def once(tmp_path_factory, name, make):
    """Folder that ``make(folder)`` fills: the first process of the tests that needs it does, and the others wait."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    finished = Path(f"{folder}.made")
    with FileLock(f"{folder}.lock"):
        if not finished.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            finished.touch()
    return folder


def hashes(folder):
    """Path -> hash of every file."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def _make_round(root):
    for name in ("notebooks", "data"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__"))
    shutil.copy(ROOT / "project.toml", root)
    with Batch(Project(root=root), Round.parse(ROUND)) as batch:
        write_report(batch, run_sections(batch))


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """The real round, run through papermill and rendered once for all tests, which read it only."""
    out = Project(root=once(tmp_path_factory, "round", _make_round)).outputs(Round.parse(ROUND))
    before = hashes(out)
    yield Made(out, json.loads((out / "findings.json").read_text(encoding="utf-8")))
    assert hashes(out) == before, "a test changed the round that all tests read"
