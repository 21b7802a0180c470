"""The project as a whole: lock file, notebooks, docs that must agree with the code."""

import ast
import json
import re
import tomllib
from pathlib import Path

import pytest
from conftest import IN_PROCESSES, LONGEST
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import dsw_analysis
from dsw_analysis import __all__ as public
from dsw_analysis.audit import ALLOWED
from dsw_analysis.cli import main
from dsw_analysis.datasets import DATASETS

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SECTIONS = (
    "policy_study policy_strategy five_year_plan enterprise_architecture restructuring engagement homeless_housing "
    "career_development csr community_welfare highland_welfare citizen_questions urgent_cases public_opinion "
    "knowledge_management"
).split()


def source(cell):
    return "".join(cell["source"])


def cells(path, kind):
    return [c for c in json.loads(path.read_text(encoding="utf-8"))["cells"] if c["cell_type"] == kind]


def test_lock_pins_every_direct_dependency_within_its_range_and_with_hashes():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    direct = [*project["dependencies"], *(r for extra in project["optional-dependencies"].values() for r in extra)]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = {}
    for entry in re.split(r"\n(?=\S)", lock):
        name, version = re.match(r"([\w.-]+)==([\w.+!-]+)", entry).groups()
        assert "--hash=sha256:" in entry, f"{name} has no hash"
        pinned.setdefault(canonicalize_name(name), []).append(version)
    for text in direct:
        requirement = Requirement(text)
        versions = pinned[canonicalize_name(requirement.name)]
        assert all(requirement.specifier.contains(v) for v in versions), text


def test_groups_of_tests_name_files_that_there_are():
    assert {*IN_PROCESSES, *LONGEST} - {"processes"} <= {path.stem for path in (ROOT / "tests").glob("test_*.py")}


def test_lock_holds_no_address():
    assert not re.search(r"(https?|file)://|index-url|find-links", (ROOT / "requirements.lock").read_text())


def test_sections_are_the_fifteen_of_the_plan_in_order_with_the_summary_first():
    named = [p.stem for p in NOTEBOOKS if p.stem[0].isdigit()]
    assert named == ["00_summary", *(f"{n:02d}_{s}" for n, s in enumerate(SECTIONS, start=1))]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
class TestNotebook:
    def test_is_clean(self, path):
        for cell in cells(path, "code"):
            assert not cell["outputs"]
            assert cell["execution_count"] is None
            tree = ast.parse(source(cell))
            kinds = (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)
            assert not any(isinstance(node, kinds) for node in ast.walk(tree))

    def test_is_tagged_and_of_readable_length(self, path):
        tagged = [c for c in cells(path, "code") if "parameters" in c["metadata"].get("tags", [])]
        assert len(tagged) == 1
        for line in source(tagged[0]).splitlines():
            assert re.fullmatch(r"[a-z_]+: [a-z |A-Z]+ = .+  # .+", line), "a parameter is typed and explained"
        assert 6 <= len(json.loads(path.read_text(encoding="utf-8"))["cells"]) <= 26

    def test_runs_with_the_projects_kernel(self, path):
        metadata = json.loads(path.read_text(encoding="utf-8"))["metadata"]
        assert metadata["kernelspec"]["name"] == "python3"


def literals(tree):
    """String literals of a program, without those that are dict keys, subscripts, ids or names."""
    return [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]


# Names that hold digits without being numbers of this round: what the audit lets pass on a page, and one that a page
# may have because the plan has it.
NAMES = re.compile("|".join([*ALLOWED, "รอบ 12 เดือน"]))
THAI_OR_DIGIT = re.compile(r"[0-9๐-๙]")


@pytest.mark.parametrize("path", [p for p in NOTEBOOKS if p.stem[0].isdigit()], ids=lambda p: p.stem)
def test_no_notebook_holds_a_number_in_its_texts(path):
    texts = [source(c) for c in cells(path, "markdown")]
    for cell in cells(path, "code"):
        texts += [t for t in literals(ast.parse(source(cell))) if re.search("[ก-๛]", t)]
    for text in texts:
        bare = NAMES.sub("", re.sub(r"\{[a-z0-9_.:/nN-]+\}", "", text))
        assert not THAI_OR_DIGIT.search(bare), f"{path.name}: {text!r} holds a number; put a finding in by id"


def test_every_public_name_can_be_imported_and_is_documented():
    for name in public:
        thing = getattr(dsw_analysis, name)
        assert getattr(thing, "__doc__", None), name


def test_dataset_ids_are_unique_and_documented():
    ids = [d.id for d in DATASETS]
    assert len(ids) == len(set(ids))
    for dataset in DATASETS:
        headers = [c.header for c in dataset.columns]
        assert len(headers) == len(set(headers)), dataset.id
        assert len(dataset.names) == len(set(dataset.names)), dataset.id


def test_readme_commands_exist(capsys):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    shown = capsys.readouterr().out
    for command in set(re.findall(r"dsw (\w+)", readme)) - {"analysis"}:
        assert command in shown, command
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"make (\w+) ", readme)):
        assert re.search(rf"^{target}:", makefile, re.M) or target == "and", target
