"""What a notebook reads inside its project beside its raw files: part of what it is made from, or said to be unseen."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from small_projects import HAND_OVER, ROUND, add, run

from dsw_analysis.cli import main
from dsw_analysis.run.execution import execute
from dsw_analysis.run.steps import Progress
from dsw_analysis.run.tasks import Task
from dsw_analysis.run.warm import processes
from dsw_analysis.run.warm.processes import run_fresh


def inputs(project, section="one"):
    made = json.loads((project.outputs(ROUND) / "manifest.json").read_text(encoding="utf-8"))["made"]
    return made[section]["made_from"]["inputs"]


def why(project, capsys):
    assert main(["--project", str(project.root), "run", "2569-6m", "--explain"]) == 0
    return capsys.readouterr().out.splitlines()[1].removeprefix("one: ")


def frame(n):
    return pd.DataFrame({"n": [n]})


def text(path, n):
    path.write_text(f"n = {n}\n", encoding="utf-8", newline="\n")


READERS = {
    "a file": ("data/extra.json", "open('../data/extra.json').read()", text),
    "pathlib": ("data/extra.json", "from pathlib import Path\nPath('../data/extra.json').read_bytes()", text),
    "an absolute path": ("data/extra.json", "import os\nopen(os.path.abspath('../data/extra.json')).read()", text),
    "a descriptor": ("data/extra.json", "import os\nos.read(os.open('../data/extra.json', os.O_RDONLY), 9)", text),
    "csv": ("data/extra.csv", "import pandas as pd\npd.read_csv('../data/extra.csv')", lambda p, n: frame(n).to_csv(p)),
    "xlsx": (
        "data/extra.xlsx",
        "import pandas as pd\npd.read_excel('../data/extra.xlsx', engine='openpyxl')",
        lambda p, n: frame(n).to_excel(p),
    ),
    "parquet": (
        "data/extra.parquet",
        "import pandas as pd\npd.read_parquet('../data/extra.parquet')",
        lambda p, n: frame(n).to_parquet(p),
    ),
    "a folder of parquet": (
        "data/many/extra.parquet",
        "import pandas as pd\npd.read_parquet('../data/many')",
        lambda p, n: frame(n).to_parquet(p),
    ),
    "parquet without pandas": (
        "data/extra.parquet",
        "import pyarrow.parquet as pq\npq.ParquetFile('../data/extra.parquet').read()",
        lambda p, n: frame(n).to_parquet(p),
    ),
    "json by pyarrow": (
        "data/extra.json",
        "import pandas as pd\npd.read_json('../data/extra.json', lines=True, engine='pyarrow')",
        lambda p, n: frame(n).to_json(p, lines=True, orient="records"),
    ),
    "a database": (
        "data/extra.db",
        "import sqlite3\nsqlite3.connect('file:../data/extra.db?mode=ro', uri=True).close()",
        text,
    ),
    "%run": ("notebooks/script.py", "%run script.py", text),
    "a module beside it": ("notebooks/helper.py", "import helper", text),
    "a module of a package": ("notebooks/tools/deep.py", "import tools.deep", text),
    "a raw file read without the section": (
        "data/raw/2569-6m/extra.csv",
        "open('../data/raw/2569-6m/extra.csv').read()",
        text,
    ),
    "outputs of an earlier round": (
        "outputs/2568-12m/findings.json",
        "open('../outputs/2568-12m/findings.json').read()",
        text,
    ),
}


@pytest.mark.parametrize("reader", READERS)
def test_a_file_that_a_notebook_reads_is_part_of_what_it_is_made_from(project, capsys, reader):
    place, code, write = READERS[reader]
    file = project.root / place
    file.parent.mkdir(parents=True, exist_ok=True)
    write(file, 1)
    name = "./" + place.removeprefix("notebooks/") if place.startswith("notebooks/") else f"../{place}"
    add(project, "01_one", code, HAND_OVER)
    assert [o.error for o in run(project)] == [None]
    assert inputs(project)[name] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert why(project, capsys) == "current"

    write(file, 2)
    assert why(project, capsys) == f"input {name} changed"
    assert [o.reused for o in run(project)] == [False]
    assert inputs(project)[name] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert why(project, capsys) == "current"

    file.unlink()
    assert f"input {name} is gone" in why(project, capsys)


def test_a_folder_that_a_notebook_looks_through_is_watched_for_files_that_come_and_go(project, capsys):
    folder = project.root / "data" / "extra"
    folder.mkdir()
    text(folder / "a.csv", 1)
    add(
        project,
        "01_one",
        "import pathlib\n[p.read_text() for p in pathlib.Path('../data/extra').glob('*.csv')]",
        HAND_OVER,
    )
    run(project)
    assert set(inputs(project)) == {"../data/extra/", "../data/extra/a.csv"}
    text(project.root / "data" / "beside.csv", 1)
    assert why(project, capsys) == "current"
    text(folder / "b.csv", 2)
    assert why(project, capsys) == "input ../data/extra/ changed"
    run(project)
    assert set(inputs(project)) == {"../data/extra/", "../data/extra/a.csv", "../data/extra/b.csv"}
    (folder / "a.csv").unlink()
    assert why(project, capsys) == "input ../data/extra/ changed\ninput ../data/extra/a.csv is gone".replace("\n", "; ")


def test_a_file_that_was_looked_for_in_vain_makes_a_run_when_it_is_there(project, capsys):
    add(project, "01_one", "try:\n    open('../data/extra.json')\nexcept FileNotFoundError:\n    pass", HAND_OVER)
    run(project)
    assert inputs(project) == {"../data/extra.json": None}
    assert why(project, capsys) == "current"
    text(project.root / "data" / "extra.json", 1)
    assert why(project, capsys) == "input ../data/extra.json is new"


MADE = {
    "written and read": "open('../data/own.csv', 'w').write('1')\nopen('../data/own.csv').read()",
    "written beside and renamed": "import os\nopen('../data/o.part', 'w').write('1')\n"
    "os.replace('../data/o.part', '../data/own.csv')\nopen('../data/own.csv').read()",
    "made if it is not there": "try:\n    open('../data/own.csv')\nexcept FileNotFoundError:\n"
    "    open('../data/own.csv', 'w').write('1')",
    "appended to": "open('../data/own.csv', 'a').write('1')",
    "a database": "import sqlite3\nsqlite3.connect('../data/own.csv').execute('create table t (n)')",
    "a picture": "import matplotlib.pyplot as plt\nplt.figure().savefig('../data/own.csv', format='png')",
    "a frame": "import pandas as pd\npd.DataFrame({'n': [1]}).to_csv('../data/own.csv')",
}


@pytest.mark.parametrize("maker", MADE)
def test_a_file_that_a_notebook_makes_is_no_input(project, capsys, maker):
    add(project, "01_one", MADE[maker], HAND_OVER)
    assert [o.error for o in run(project)] == [None]
    assert inputs(project) == {}
    (project.root / "data" / "own.csv").write_text("another", encoding="utf-8")
    assert why(project, capsys) == "current"


def test_what_is_no_input_of_the_project_is_not_watched(project, tmp_path_factory):
    """The package, its libraries and fonts, hidden folders, outputs of the round, checked copies, files elsewhere."""
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "a.csv"
    places = [".git/config", "outputs/2569-6m/run.jsonl", "data/checked/2569-6m/a.parquet", ".venv/lib/m.py"]
    for path in (*(project.root / place for place in places), elsewhere):
        path.parent.mkdir(parents=True, exist_ok=True)
        text(path, 1)
    reads = "\n".join(f"open('../{place}').read()" for place in places)
    shows = "import matplotlib.pyplot as plt\nfrom dsw_analysis import figures\nplt.plot([1])\nplt.show()"
    add(project, "01_one", f"{reads}\nopen({str(elsewhere)!r}).read()", shows, HAND_OVER)
    assert [o.error for o in run(project)] == [None]
    assert inputs(project) == {}


SPAWNS = "import multiprocessing as m\np = m.get_context('spawn').Process(target=print)\np.start()\np.join()"
CONNECTS = "import socket\ntry:\n    socket.create_connection(('127.0.0.1', 9), 1)\nexcept OSError:\n    pass"
UNSEEN = {
    "import subprocess\nsubprocess.run(['true'])": "what true reads",
    "import os\nos.system('true')": "what true reads",
    "import os\nos.posix_spawn('/bin/true', ['true'], {})": "what true reads",
    "!true": "what sh reads",
    "%%bash\ntrue": "what bash reads",
    SPAWNS: "what processes that it spawns read",
    CONNECTS: "what comes from 127.0.0.1",
    "import polars": "what polars reads",
    "import os\nos.system('true')\nimport polars": "what polars reads, what true reads",
}


@pytest.mark.parametrize("code", UNSEEN)
def test_what_cannot_be_watched_is_said_on_the_terminal_and_in_the_manifest(project, code, monkeypatch):
    monkeypatch.setenv("SHELL", "/bin/sh")  # which IPython runs commands with
    text(project.notebooks / "polars.py", 1)
    add(project, "01_one", code, HAND_OVER)
    for _ in range(2):  # also when nothing runs
        said = []
        assert [o.error for o in run(project, progress=Progress(say=said.append))] == [None]
        (line,) = said
        assert line == f"one (01_one.ipynb), not watched: {UNSEEN[code]}; run it with --fresh when that changes"
    made = json.loads((project.outputs(ROUND) / "manifest.json").read_text(encoding="utf-8"))["made"]
    assert made["one"]["notes"] == [line.removeprefix("one (01_one.ipynb), ")]


def test_a_notebook_that_does_nothing_of_the_kind_has_nothing_said_of_it(project):
    add(project, "01_one", "import pandas as pd\npd.DataFrame({'n': [1]})", HAND_OVER)
    said = []
    run(project, progress=Progress(say=said.append))
    assert said == []
    assert inputs(project) == {}


def test_a_file_replaced_after_it_was_read_makes_the_next_run(project, capsys):
    file = project.root / "data" / "extra.json"
    text(file, 1)
    other = project.root / "other.json"
    text(other, 2)
    add(
        project,
        "01_one",
        f"open('../data/extra.json').read()\nimport os\nos.replace({str(other)!r}, {str(file)!r})",
        HAND_OVER,
    )
    run(project)
    assert inputs(project)["../data/extra.json"] == "changed while the notebook ran"
    assert why(project, capsys) == "input ../data/extra.json changed"


def test_sections_that_read_two_versions_of_a_module_make_no_report(project, capsys):
    text(project.notebooks / "helper.py", 1)
    once = "import helper, pathlib\npathlib.Path('../done').exists() or pathlib.Path('helper.py').write_text('n = 3')"
    add(project, "01_one", once, "pathlib.Path('../done').touch()", HAND_OVER)
    add(project, "02_two", once, "pathlib.Path('../done').touch()", HAND_OVER)
    assert main(["--project", str(project.root), "run", "2569-6m", "--jobs", "1"]) == 1
    assert "./helper.py was replaced while the sections were reading it" in capsys.readouterr().err


STRANGE = """
import os, threading
for path in ("", "a\\0b", b"\\xff\\xfe", "x" * 5000, -1, os.curdir):
    try:
        open(path)
    except (OSError, ValueError):
        pass
thread = threading.Thread(target=lambda: open("../data/extra.json").read())
thread.start()
thread.join()
if hasattr(os, "fork"):
    if os.fork() == 0:
        open("../data/of_a_fork.json").read()
        os._exit(0)
    os.wait()
assert "DSW_WATCH" not in os.environ
os.closerange(20, 200)
"""


def test_no_notebook_fails_of_being_watched(project):
    text(project.root / "data" / "extra.json", 1)
    text(project.root / "data" / "of_a_fork.json", 1)
    add(project, "01_one", STRANGE, HAND_OVER)
    assert [o.error for o in run(project)] == [None]
    assert {"../data/extra.json", "../data/of_a_fork.json"} <= set(inputs(project))


def without_fork(task):
    processes.FORKS = False
    return execute(task)


def test_papermills_own_engine_watches_too(project):
    """As on Windows."""
    text(project.root / "data" / "extra.json", 1)
    text(project.notebooks / "helper.py", 1)
    add(project, "01_one", "import helper\nopen('../data/extra.json').read()", "import subprocess\n!true", HAND_OVER)
    task = Task(
        section="one",
        notebook="01_one.ipynb",
        content=(project.notebooks / "01_one.ipynb").read_bytes(),
        parameters={"round_id": "2569-6m"},
        root=project.root,
    )
    alone, forked = run_fresh(without_fork, task), run_fresh(execute, task)
    assert alone.error is None
    assert set(alone.watched) == {"../data/extra.json", "./helper.py"}
    assert (alone.watched, alone.notes) == (forked.watched, forked.notes)


def test_tasks_for_another_machine_carry_what_sections_are_known_to_read(project):
    (project.root / "data" / "extra").mkdir()
    for place in ("data/extra/a.csv", "data/extra/b.csv", "notebooks/helper.py", "data/raw/2569-6m/public_opinion.csv"):
        text(project.root / place, 1)
    reads = "import helper, os\nos.listdir('../data/extra')\nopen('../data/extra/a.csv').read()"
    add(project, "01_one", reads, HAND_OVER)
    run(project)
    before = inputs(project)
    add(project, "01_one", reads, "'another cell'", HAND_OVER)
    said = []
    with ThreadPoolExecutor() as executor:
        elsewhere = Elsewhere(executor)
        assert [o.error for o in run(project, executor=elsewhere, progress=Progress(say=said.append))] == [None]
    assert elsewhere.carried == {
        "data/extra/a.csv",
        "data/extra/b.csv",
        "data/raw/2569-6m/public_opinion.csv",
        "notebooks/helper.py",
        "project.toml",
        *(f"data/schemas/{path.name}" for path in project.schemas.glob("*.yaml")),
    }
    assert said == []
    assert inputs(project) == before
    assert run(project)[0].reused


def test_what_a_section_does_without_on_another_machine_is_said_and_sent_along_the_next_time(project):
    for place in ("data/extra.csv", "data/raw/2569-6m/public_opinion.csv"):
        text(project.root / place, 1)
    reads = "try:\n    open('../data/extra.csv').read()\nexcept FileNotFoundError:\n    pass"
    add(project, "01_one", reads, HAND_OVER)
    told = "one did not find ../data/extra.csv as it is here; run it again, and it is sent along"
    with ThreadPoolExecutor() as executor:
        for expected in ([told], []):
            said = []
            outcomes = run(project, executor=Elsewhere(executor), progress=Progress(say=said.append))
            assert [o.reused for o in outcomes] == [False]
            assert said == expected
    assert inputs(project)["../data/extra.csv"] == hashlib.sha256(b"n = 1\n").hexdigest()
    assert run(project)[0].reused


class Elsewhere:
    """An executor whose tasks run in processes that do not find the project's folder."""

    def __init__(self, executor):
        self._executor = executor

    def submit(self, fn, scratch, work, task):
        self.carried = set(task.files)
        return self._executor.submit(run_fresh, fn, scratch, work, replace(task, root=Path("/nowhere")))
