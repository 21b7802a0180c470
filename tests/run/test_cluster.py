"""The cluster, on a real one: scheduler and workers in processes of their own, one of which dies on the way."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import distributed
import nbformat
import pytest
from conftest import FULL
from patience import PATIENCE, wait_for
from preparation_projects import with_opinions

from dsw_analysis.findings.ledger import SECTION_MIME
from dsw_analysis.intake.prepared import Prepared
from dsw_analysis.rounds import Round
from dsw_analysis.run.batch import Batch
from dsw_analysis.run.cluster import ClusterError, connect
from dsw_analysis.run.sections import put_in_place, run_sections
from dsw_analysis.run.tasks import Project
from dsw_analysis.run.warm.processes import ProcessDied

ROOT = Path(__file__).parents[2]
ROUND = Round.parse("2569-6m")
SOME = ("citizen_questions", "csr", "restructuring", "urgent_cases")
"""Sections that run on the cluster where not all do: one without records, of several files, and of the largest."""
FILES = ("report.html", "figures.html", "report.pdf", "report.docx", "brief.pdf", "findings.xlsx")
"""What the report has and a run of the sections has not."""

# What a worker runs before it starts, to be one without our package, or one with another pandas.
MISSING = """
import sys
sys.modules["dsw_analysis"] = None
"""
OTHER = """
from dsw_analysis.run import cluster
found = cluster.versions()
cluster.versions = lambda: {**found, "pandas": "2.1.0"}
"""


class Machines:
    """A Dask cluster on this machine; whatever a test starts ends with it."""

    def __init__(self, folder, **settings):
        self.folder = folder
        self.environment = {**os.environ, **settings}
        self.workers = []
        self.stack = contextlib.ExitStack()
        about = folder / "scheduler.json"
        self.scheduler = self._start("scheduler", "--port=0", f"--scheduler-file={about}", "--idle-timeout=5 minutes")
        self.address = wait_for(lambda: written_address(about))

    def worker(self, *options):
        """Start a worker that runs two notebooks at once."""
        place = self.folder / f"worker{len(self.workers)}"
        self.workers.append(
            self._start(
                "worker", self.address, "--no-nanny", "--nthreads=2", "--memory-limit=0", f"--local-directory={place}",
                f"--death-timeout={PATIENCE}", *options,
            )
        )  # fmt: skip
        return self.workers[-1]

    @contextlib.contextmanager
    def connected(self, workers=2):
        """An executor with so many workers, whatever became of those before; what is missing is started."""
        while sum(worker.poll() is None for worker in self.workers) < workers:
            self.worker()
        with connect(self.address, timeout=PATIENCE) as executor:
            wait_for(lambda: executor.threads == 2 * workers)
            yield executor

    def lose(self, worker):
        """End a worker, and wait until the scheduler knows."""
        end(worker)
        left = sum(worker.poll() is None for worker in self.workers)
        with distributed.Client(self.address, timeout=PATIENCE, set_as_default=False) as client:
            wait_for(lambda: len(client.nthreads()) == left)

    def _start(self, kind, *arguments):
        command = [
            sys.executable,
            "-m",
            f"distributed.cli.dask_{kind}",
            "--no-dashboard",
            "--host=127.0.0.1",
            *arguments,
        ]
        with (self.folder / f"{kind}.log").open("ab") as log:
            process = subprocess.Popen(
                command, cwd=self.folder, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        self.stack.callback(end, process)
        return process


def written_address(about):
    """The address in a scheduler's file; nothing while the file is missing or half written."""
    try:
        return json.loads(about.read_text(encoding="utf-8"))["address"]
    except (FileNotFoundError, json.JSONDecodeError):
        return None


def end(process):
    """Kill a process with all that it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextlib.contextmanager
def machines(folder, **settings):
    folder.mkdir(exist_ok=True)
    made = Machines(folder, **settings)
    with made.stack:
        yield made


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A cluster whose workers live as long as no test ends them."""
    with machines(tmp_path_factory.mktemp("cluster")) as made:
        yield made


@pytest.fixture
def executor(cluster):
    with cluster.connected() as found:
        yield found


@pytest.fixture
def gate(tmp_path):
    """A file without which the notebooks of ``small`` do not end."""
    path = tmp_path / "gate"
    path.touch()
    return path


@contextlib.contextmanager
def shut_until(gate, happened):
    """Keep the gate shut until something has happened beside what is done here."""

    def watch():
        try:
            happened()
        finally:
            gate.touch()

    gate.unlink()
    with ThreadPoolExecutor() as beside:
        watching = beside.submit(watch)
        yield
    watching.result()


@pytest.fixture
def small(tmp_path, gate):
    """A project with notebooks that say what they read, when the gate is open."""
    root = tmp_path / "small"
    (root / "notebooks").mkdir(parents=True)
    raw = root / "data" / "raw" / str(ROUND)
    raw.mkdir(parents=True)
    (raw / "a.csv").write_text("ก", encoding="utf-8")
    (raw / "b.csv").write_bytes(os.urandom(200_000))
    for number in range(1, 7):
        write_notebook(
            root / "notebooks" / f"{number:02}_part{chr(96 + number)}.ipynb",
            f"import hashlib, pathlib, time\nwhile not pathlib.Path({str(gate)!r}).exists():\n    time.sleep(0.02)",
            'for path in sorted(pathlib.Path("../data/raw", round_id).iterdir()):\n'
            "    print(path.name, hashlib.sha256(path.read_bytes()).hexdigest())",
        )
    write_notebook(root / "notebooks" / "07_fails.ipynb", "1 / 0")
    write_notebook(root / "notebooks" / "08_dies.ipynb", "import os; os._exit(3)")
    return Project(root=root)


def write_notebook(path, *cells):
    document = {
        "section": path.stem[3:],
        "order": 1,
        "title": "ส่วนตัวอย่าง",
        "round": str(ROUND),
        "province": None,
        "inputs": [],
        "indicators": [],
        "findings": [],
    }
    last = f"from IPython.display import display\ndisplay({{{SECTION_MIME!r}: {document!r}}}, raw=True)"
    book = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "x", "language": "python"}},
        cells=[
            nbformat.v4.new_code_cell(c, id=f"c{i}") for i, c in enumerate((f'round_id: str = "{ROUND}"', *cells, last))
        ],
    )
    book.cells[0].metadata.tags = ["parameters"]
    nbformat.write(book, path)


def copied(project, folder):
    """The same project elsewhere, without outputs."""
    for name in ("notebooks", "data"):
        shutil.copytree(project / name, folder / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints", "checked"))
    return Project(root=folder)


def run(project, sections=None, **options):
    with Batch(project, ROUND, **options) as batch:
        outcomes = run_sections(batch, sections)
        put_in_place(batch, outcomes)
        return {o.section: o for o in outcomes}


def outputs(out):
    """Content of every output by its path, but for the logs of the run, which tell times."""
    paths = [p for p in out.rglob("*") if p.is_file() and p.name not in (".lock", "manifest.json", "run.jsonl")]
    return {p.relative_to(out).as_posix(): p.read_bytes() for p in paths}


def test_a_cluster_gives_the_bytes_that_one_machine_gives(executor, made, tmp_path):
    there = copied(ROOT, tmp_path / "there")
    shutil.copy(ROOT / "project.toml", there.root)

    asked = there.sections() if FULL else SOME
    together = run(there, asked, executor=executor, jobs=executor.threads)

    states = {s["section"]: s["state"] for s in made.document["sections"]}
    assert {s: o.state for s, o in together.items()} == {section: states[section] for section in asked}
    found, here = outputs(there.outputs(ROUND)), outputs(made.out)
    names = {n: re.sub(r"^\d+_", "", Path(n).stem) for n in here if "/" in n} | {"brief.html": "summary"}
    of_sections = {n for n, section in names.items() if section in asked}
    assert len(of_sections) == 3 * len(asked) - ("summary" in asked)  # notebook, page and exact findings
    ledger = json.loads(found.pop("findings.json"))
    assert ledger["findings"] == [f for f in made.document["findings"] if f["section"] in asked]
    assert found == {name: here[name] for name in of_sections}
    if FULL:
        assert ledger == made.document
    assert not (there.root / "data" / "checked").exists()  # the work was not done here


def test_a_worker_dies_midway_and_nothing_is_lost(cluster, small, gate, tmp_path):
    alone = run(copied(small.root, tmp_path / "alone"), jobs=2)
    with cluster.connected() as executor:
        doomed = cluster.workers[-1]

        def kill():
            wait_for(lambda: calls(executor, doomed.pid) >= 2)  # more than the notebook that ends by itself
            os.kill(doomed.pid, signal.SIGKILL)
            doomed.wait()

        with shut_until(gate, kill):
            outcomes = run(small, executor=executor, jobs=4)
        wait_for(lambda: executor.threads == 2)
    assert {s: o.error for s, o in outcomes.items()} == {s: o.error for s, o in alone.items()}
    assert [s for s, o in outcomes.items() if o.error] == ["fails", "dies"]
    assert outputs(small.outputs(ROUND)) == outputs(Project(root=tmp_path / "alone").outputs(ROUND))


def calls(executor, pid):
    """Number of the calls that the worker with a process id is at or has before it."""
    pids = executor._client.run(os.getpid)
    (address,) = [name for name, found in pids.items() if found == pid]
    return sum(not key.startswith("raw-") for key in executor._client.processing()[address])


def all_at_work(executor):
    wait_for(lambda: all(executor._client.processing().values()))


def test_raw_files_go_to_a_worker_once(executor, cluster, small, gate):
    def fetched(dask_worker):
        return [key for t in dask_worker.transfer_incoming_log for key in t["keys"] if key.startswith("raw-")]

    four = ["parta", "partb", "partc", "partd"]
    before = executor._client.run(fetched)
    with shut_until(gate, lambda: all_at_work(executor)):
        run(small, four, executor=executor, jobs=4)
    with cluster.connected() as again:
        (small.data / str(ROUND) / "a.csv").write_text("ข", encoding="utf-8")
        with shut_until(gate, lambda: all_at_work(again)):
            changed = run(small, four, executor=again, jobs=4, fresh=True)

        def kept(dask_worker):
            folders = [f for f in (Path(dask_worker.local_directory) / "dsw-analysis").iterdir() if f.is_dir()]
            return [{p.name: p.read_bytes() for p in (f / "data" / "raw" / str(ROUND)).iterdir()} for f in folders]

        came, found = again._client.run(fetched), again._client.run(kept)

    assert all(outcome.error is None for outcome in changed.values())
    b = (small.data / str(ROUND) / "b.csv").read_bytes()
    assert len(found) == 2
    for worker, folders in found.items():
        since = came[worker][len(before[worker]) :]
        assert len(since) == len(set(since))  # the file that did not change was there already
        for a in ("ก", "ข"):
            assert {"a.csv": a.encode(), "b.csv": b} in folders


def test_what_a_function_raises_and_how_its_process_died_come_back(executor):
    with pytest.raises(ZeroDivisionError):
        executor.submit(divmod, 1, 0).result(PATIENCE)
    with pytest.raises(ProcessDied, match="exit code 3"):
        executor.submit(os._exit, 3).result(PATIENCE)
    assert executor.submit(divmod, 7, 2).result(PATIENCE) == (3, 1)


def test_preparation_notebooks_run_on_the_cluster_and_what_they_make_is_sent_along(executor, project):
    with_opinions(project)
    assert run(project, executor=executor)["opinion"].error is None
    made = Prepared.of(project.data / str(ROUND), "public_opinion")
    content, ledger = made.file.read_bytes(), (project.outputs(ROUND) / "findings.json").read_bytes()
    assert made.reasons() == [] and run(project, executor=executor)["opinion"].reused
    made.forget()
    assert run(project, fresh=True)["opinion"].error is None
    assert made.file.read_bytes() == content and (project.outputs(ROUND) / "findings.json").read_bytes() == ledger


def test_a_call_given_up_does_not_run(executor, gate, tmp_path):
    def known(dask_scheduler):
        return any(key.startswith("mkdir-") for key in dask_scheduler.tasks)

    gate.unlink()
    waits = f"import pathlib, time\nwhile not pathlib.Path({str(gate)!r}).exists():\n    time.sleep(0.02)"
    running = [executor.submit(exec, waits) for _ in range(executor.threads)]
    given_up = executor.submit(os.mkdir, tmp_path / "given up")
    wait_for(lambda: executor._client.run_on_scheduler(known))
    assert given_up.cancel()
    assert given_up.cancelled()
    wait_for(lambda: not executor._client.run_on_scheduler(known))
    gate.touch()
    assert [call.result(PATIENCE) for call in running] == [None] * 4
    executor.submit(os.mkdir, tmp_path / "after it").result(PATIENCE)
    assert not (tmp_path / "given up").exists()


def test_a_cluster_that_cannot_be_used_says_why(tmp_path):
    with pytest.raises(ClusterError, match=r"no Dask scheduler answers at tcp://127.0.0.1:9 .*check the address"):
        connect("tcp://127.0.0.1:9", timeout=0.5)
    with pytest.raises(ClusterError, match="no Dask scheduler answers at nonsense://x"):
        connect("nonsense://x", timeout=0.5)
    with pytest.raises(ClusterError, match=r"tls://127\.0\.0\.1:9 asks for certificates"):
        connect("tls://127.0.0.1:9", timeout=0.5)
    missing, other = tmp_path / "missing.py", tmp_path / "other.py"
    missing.write_text(MISSING, encoding="utf-8")
    other.write_text(OTHER, encoding="utf-8")
    with machines(tmp_path / "cluster", DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0") as made:
        said = f"no workers after [0-9.]+ s; start some with: dask worker {made.address}"
        wait_for(lambda: re.search(said, refusal(made.address, timeout=0.5)))  # a busy scheduler may answer later
        for preload, said in (
            (
                missing,
                r"worker tcp://.* cannot be used: .*No module named .*; install dsw-analysis there as it is here",
            ),
            (other, r"worker tcp://.* has pandas 2\.1\.0 where dsw runs with 3\."),
        ):
            worker = made.worker(f"--preload={preload}")
            assert re.search(said, refusal(made.address, timeout=PATIENCE))
            made.lose(worker)
        with made.connected(1) as executor:
            worker, late = made.workers[-1], made.worker(f"--preload={other}")
            wait_for(lambda: executor.threads == 4)
            errors = {str(call.exception(PATIENCE)) for call in [executor.submit(time.sleep, 0.5) for _ in range(8)]}
            assert any("has pandas 2.1.0 where" in error for error in errors)
            made.lose(late)

            # One failure allowed fewer than Dask's three, so that one worker is enough to see it.
            doomed = executor.submit(time.sleep, 2 * PATIENCE)
            wait_for(lambda: calls(executor, worker.pid))
            os.kill(worker.pid, signal.SIGKILL)
            assert type(doomed.exception(PATIENCE)).__name__ == "KilledWorker"

            waiting = executor.submit(time.sleep, 2 * PATIENCE)
            end(made.scheduler)
            with pytest.raises(ClusterError, match=r"the connection to the scheduler at tcp://.* was lost"):
                waiting.result(PATIENCE)


def refusal(address, timeout):
    with pytest.raises(ClusterError) as refused:
        connect(address, timeout=timeout)
    return str(refused.value)


def test_without_dask_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError, match=r"pip install 'dsw-analysis\[cluster\]'"):
        connect("tcp://127.0.0.1:9")
