"""The project as a whole: lock file, notebooks, docs that must agree with the code."""

import ast
import io
import json
import re
import tokenize
import tomllib
from pathlib import Path

import openpyxl
import pytest
from conftest import IN_PROCESSES, LONGEST
from declared import DATASETS
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import dsw_analysis
from dsw_analysis import __all__ as public
from dsw_analysis.cli import main
from dsw_analysis.project import settings
from dsw_analysis.section.unbound import ALLOWED

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def source(cell):
    return "".join(cell["source"])


def cells(path, kind):
    return [c for c in json.loads(path.read_text(encoding="utf-8"))["cells"] if c["cell_type"] == kind]


def is_said(cell):
    return source(cell).startswith("%%say")


def code(path):
    """Sources of the cells that are Python."""
    return [source(c) for c in cells(path, "code") if not is_said(c)]


def lines(program):
    return [line for line in program.splitlines() if line.strip()]


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
    assert {*IN_PROCESSES, *LONGEST} - {"processes"} <= {path.stem for path in (ROOT / "tests").rglob("test_*.py")}


def test_lock_holds_no_address():
    assert not re.search(r"(https?|file)://|index-url|find-links", (ROOT / "requirements.lock").read_text())


def test_sections_are_those_of_the_plans_in_order_with_the_summary_first():
    plans = [openpyxl.load_workbook(path)["โครงการ"] for path in (ROOT / "data" / "raw").glob("*/action_plan.xlsx")]
    projects = {
        (row[1], row[0]) for plan in plans for row in plan.iter_rows(values_only=True) if isinstance(row[1], int)
    }
    assert len(projects) >= 15
    named = [p.stem for p in NOTEBOOKS if p.stem[0].isdigit()]
    assert named == ["00_summary", *(f"{order:02d}_{section}" for order, section in sorted(projects))]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
class TestNotebook:
    def test_is_clean(self, path):
        for cell in cells(path, "code"):
            assert not cell["outputs"]
            assert cell["execution_count"] is None

    def test_reads_like_a_story(self, path):
        rules = length_slips if path.stem in NOT_SECTIONS else slips
        assert [f"cell {n}: {slip}" for n, cell in enumerate(code(path), start=1) for slip in rules(cell)] == []

    def test_is_tagged_and_of_readable_length(self, path):
        tagged = [c for c in cells(path, "code") if "parameters" in c["metadata"].get("tags", [])]
        assert len(tagged) == 1
        for line in source(tagged[0]).splitlines():
            assert re.fullmatch(r"[a-z_]+: [a-z |A-Z]+ = .+  # .+", line), "a parameter is typed and explained"
        assert 6 <= len(json.loads(path.read_text(encoding="utf-8"))["cells"]) <= 40

    def test_runs_with_the_projects_kernel(self, path):
        metadata = json.loads(path.read_text(encoding="utf-8"))["metadata"]
        assert metadata["kernelspec"]["name"] == "python3"


NOT_SECTIONS = ("explore", "example_sroi")
MEASURING = {"measure", "combine", "open_section", "open_summary"}
WORDS = {"headline", "subtitle", "alt", "caption", "note"}
THAI = re.compile("[ก-๛]")
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def length_slips(program):
    """What is wrong with the form of a cell of Python in any notebook."""
    tree = ast.parse(program)
    called = {getattr(n.func, "attr", getattr(n.func, "id", "")) for n in ast.walk(tree) if isinstance(n, ast.Call)}
    longest = 40 if called & MEASURING else 15
    if len(lines(program)) > longest:
        yield f"{len(lines(program))} lines, more than {longest}"
    yield from (f"defines {n.name}" for n in ast.walk(tree) if isinstance(n, SCOPES))


def slips(program):
    """What is wrong with a cell of Python in a section's notebook."""
    yield from length_slips(program)
    tree = ast.parse(program)
    for node in ast.walk(tree):
        if isinstance(node, ast.For) and not asks_for_codes(node):
            yield "a for over codes: record every group with by= or over="
        elif isinstance(node, ast.Attribute) and node.attr == "national":
            yield 'asks .national: say only="country", or [if country] in the text'
        elif is_fstring_of_words(node):
            yield f"{node.arg} is an f-string: data in it would be a template"
    texts = [n for n in literals(tree) if THAI.search(n.value)]
    given = {id(n) for holder in ast.walk(tree) for n in holder_of_texts(holder)}
    yield from (f"{n.value!r} is neither an argument nor a label" for n in texts if id(n) not in given)
    tokens = tokenize.generate_tokens(io.StringIO(program).readline)
    outside = (tokenize.COMMENT, tokenize.NAME, tokenize.ERRORTOKEN)
    yield from (f"Thai outside of texts: {t.string}" for t in tokens if t.type in outside and THAI.search(t.string))


def holder_of_texts(node):
    """Texts that a call or a table is given, and a label that is given a name to be used twice."""
    if isinstance(node, (ast.Call, ast.Dict)):
        return literals(node)
    if isinstance(node, ast.Assign):
        return [n for n in getattr(node.value, "elts", [node.value]) if isinstance(n, ast.Constant)]
    return []


def is_fstring_of_words(node):
    """Whether a node is a headline or the like with an f-string."""
    words = isinstance(node, ast.keyword) and node.arg in WORDS
    return words and any(isinstance(part, ast.JoinedStr) for part in ast.walk(node.value))


def asks_for_codes(loop):
    """Whether a loop goes over rows of a family, which it asks for their code, and not over codes."""
    return isinstance(loop.target, ast.Name) and any(
        isinstance(n, ast.Attribute) and n.attr == "code" and getattr(n.value, "id", "") == loop.target.id
        for n in ast.walk(loop)
    )


@pytest.mark.parametrize(
    ("program", "slip"),
    [
        ("\n".join(["s.bars(", *['    "x",'] * 14, ")"]), "16 lines, more than 15"),
        ("\n".join(["s.measure(", *["    x,"] * 39, ")"]), "41 lines, more than 40"),
        ("def f(): pass", "defines f"),
        ("class A: pass", "defines A"),
        ("for code, name in codes.items():\n    s.measure(frame)", "a for over codes"),
        ("x = 1 if s.national else None", "asks .national"),
        ('s.bars("x", headline=f"มี {n}")', "headline is an f-string"),
        ('s.table(show, note="ก" + f"{n}")', "note is an f-string"),
        ('text = "ก" + name', "'ก' is neither"),
        ('text = "ก" if n else ""', "'ก' is neither"),
        ('if x == "ก":\n    pass', "'ก' is neither"),
        ("# ก", "Thai outside of texts: # ก"),
        ("ก = 1", "Thai outside of texts: ก"),
    ],
)
def test_a_slip_is_found(program, slip):
    (found,) = slips(program)
    assert found.startswith(slip)


@pytest.mark.parametrize(
    "program",
    [
        "\n".join(["s.bars(", *['    "x",'] * 13, ")", ""]),
        "\n\n".join(["s.measure(", *["    x,"] * 38, ")"]),
        's.bars("x", headline="มี {n}", subtitle="ก" "ข")',
        'show = {"ก": "x"}',
        'label, trained = "ก", {"trained": "yes"}',
        "for row in chosen:\n    s.measure(frame, by=row.code)",
    ],
)
def test_what_is_right_is_no_slip(program):
    assert list(slips(program)) == []


def test_all_notebooks_together_are_short():
    assert sum(len(lines(cell)) for path in NOTEBOOKS for cell in code(path)) <= 1250


def literals(tree):
    """String literals of a program, parts of f-strings too."""
    return [n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]


# Names that hold digits without being numbers of this round: what the audit lets pass on a page, headers of the files,
# and what a page may have because the plan has it.
GROUPS = {re.escape(c.group) for d in DATASETS for c in d.columns if c.group}
TERMS = [term.pattern for term in (*ALLOWED, *settings(ROOT).terms)]
NAMES = re.compile("|".join([*TERMS, *sorted(GROUPS), "SDGs|W3C|รอบ 12 เดือน"]))
THAI_OR_DIGIT = re.compile(r"[0-9๐-๙]")


@pytest.mark.parametrize("path", [p for p in NOTEBOOKS if p.stem[0].isdigit()], ids=lambda p: p.stem)
def test_no_notebook_holds_a_number_in_its_texts(path):
    texts = [source(c) for c in cells(path, "markdown")]
    texts += [line for c in cells(path, "code") if is_said(c) for line in source(c).splitlines()]
    texts += [n.value for cell in code(path) for n in literals(ast.parse(cell)) if THAI.search(n.value)]
    for text in texts:
        bare = NAMES.sub("", re.sub(r"\{[a-z0-9_.:/nN-]+\}|\{\{.*?\}\}|\{%.*?%\}|\[(el)?if .+?\]", "", text))
        assert not THAI_OR_DIGIT.search(bare), f"{path.name}: {text!r} holds a number; put a finding in by id"


def test_every_public_name_can_be_imported_and_is_documented():
    for name in public:
        thing = getattr(dsw_analysis, name)
        assert getattr(thing, "__doc__", None), name


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
