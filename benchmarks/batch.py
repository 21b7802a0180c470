"""How fast a round runs, against command-line calls, papermill's API, ploomber-engine and the bare computation.

Run with ``.venv/bin/python benchmarks/batch.py`` on an idle machine; it takes about ten minutes. Every way runs the
same notebooks on the same raw files and renders them to HTML, in fresh processes, start-up included, on two cores.
Best of ``--repeat`` runs, except for the loop of command-line calls, which runs once. ``ploomber-engine`` is measured
if it can be imported; it is no dependency. Ends with 1 if a goal is missed.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from importlib import metadata, util
from multiprocessing import get_context
from pathlib import Path

import psutil
from copied import project_in

from dsw_analysis.intake.thai.places import provinces

ROUND = "2569-6m"
PARAMETERS = {"round_id": ROUND}
DSW = [sys.executable, "-m", "dsw_analysis.cli"]


def through_api(notebook, folder):
    """One notebook by papermill's API and nbconvert's, with a stock kernel."""
    import papermill  # noqa: PLC0415 - in the processes of the pool only
    from nbconvert import HTMLExporter  # noqa: PLC0415

    executed = folder / notebook.name
    papermill.execute_notebook(
        str(notebook), str(executed), PARAMETERS, cwd=str(notebook.parent), progress_bar=False, kernel_name="python3"
    )
    (folder / f"{notebook.stem}.html").write_text(HTMLExporter().from_filename(str(executed))[0], encoding="utf-8")


def command_line(notebooks, folder):
    """A loop of calls: papermill, then nbconvert."""
    scripts = Path(sys.executable).parent
    for notebook in notebooks:
        executed = folder / notebook.name
        subprocess.run(
            [scripts / "papermill", notebook, executed, "-p", "round_id", ROUND, "--cwd", notebook.parent],
            check=True,
            capture_output=True,
        )
        subprocess.run([scripts / "jupyter-nbconvert", "--to", "html", executed], check=True, capture_output=True)


def api_pool(notebooks, folder):
    """papermill's API in two processes."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(through_api, notebooks, [folder] * len(notebooks)))


def ploomber(notebooks, folder):
    """ploomber-engine, all notebooks in one process, as it works, then nbconvert's API."""
    code = """
import json, os, sys
from pathlib import Path
from nbconvert import HTMLExporter
from ploomber_engine import execute_notebook
exporter = HTMLExporter()
for path in map(Path, sys.argv[2:]):
    os.chdir(path.parent)
    executed = Path(sys.argv[1]) / path.name
    execute_notebook(path, executed, parameters={"round_id": "2569-6m"}, progress_bar=False)
    executed.with_suffix(".html").write_text(exporter.from_filename(str(executed))[0], encoding="utf-8")
"""
    subprocess.run([sys.executable, "-c", code, folder, *notebooks], check=True, capture_output=True)


def plainly(notebooks, folder):
    """The cells as plain functions in processes each forked from a warm one, two at once."""
    code = f"""
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
sys.path.insert(0, {str(Path(__file__).parent)!r})
from floor import run_plainly
from dsw_analysis.run.warm.processes import run_fresh
with ThreadPoolExecutor(2) as pool:
    jobs = [pool.submit(run_fresh, run_plainly, path, {PARAMETERS!r}, Path(sys.argv[1]) / f"{{path.stem}}.html")
            for path in map(Path, sys.argv[2:])]
    [job.result() for job in jobs]
"""
    subprocess.run([sys.executable, "-c", code, folder, *notebooks], check=True)


def ours(project, *arguments):
    """The batch, as a command; returns its peak memory in MiB, processes together."""
    process = subprocess.Popen(
        [*DSW, "--project", project, "run", ROUND, "--jobs", "2", *arguments], stdout=subprocess.DEVNULL
    )
    peak = Peak(process.pid)
    if process.wait() != 0:
        sys.exit(f"dsw run {' '.join(arguments)} failed")
    return peak.end()


class Peak(threading.Thread):
    """Largest sum of the memory that a process and its descendants have for themselves, in MiB."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self._process, self._ended, self.peak = psutil.Process(pid), threading.Event(), 0.0
        self.start()

    def run(self):
        while not self._ended.wait(0.2):
            try:
                tree = [self._process, *self._process.children(recursive=True)]
                self.peak = max(self.peak, sum(p.memory_full_info().pss for p in tree) / 2**20)
            except psutil.Error:
                continue

    def end(self):
        self._ended.set()
        self.join()
        return self.peak


def timed(work, *arguments):
    started = time.perf_counter()
    result = work(*arguments)
    return time.perf_counter() - started, result


def best(repeat, work, prepare):
    times = []
    for _ in range(repeat):
        arguments = prepare()
        times.append(timed(work, *arguments)[0])
    return min(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=2)
    parser.add_argument("--provinces", type=int, default=77, help="how many provinces to write briefs for")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project = project_in(Path(folder) / "project")
        goals = measure(project, Path(folder), arguments)
    print(f"\n{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(", ".join(f"{name} {metadata.version(name)}" for name in ("papermill", "nbconvert", "ipykernel", "pandas")))
    sys.exit(0 if all(goals) else 1)


def measure(project, folder, arguments):
    # The summary needs the ledger of the others in place, which only the batch writes.
    ours(project)
    notebooks = sorted((project / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    notebooks = [*notebooks[1:], notebooks[0]]
    outputs = project / "outputs" / ROUND

    def scratch():
        return notebooks, Path(tempfile.mkdtemp(dir=folder))

    def emptied():
        shutil.rmtree(outputs)
        return (project,)

    ledger = (outputs / "findings.json").read_bytes()
    calls = timed(command_line, *scratch())[0]
    pool = best(arguments.repeat, api_pool, scratch)
    other = best(arguments.repeat, ploomber, scratch) if util.find_spec("ploomber_engine") else None
    floor = best(arguments.repeat, plainly, scratch)
    cold = best(arguments.repeat, ours, emptied)
    assert (outputs / "findings.json").read_bytes() == ledger
    unchanged = best(arguments.repeat, ours, lambda: (project,))
    figures = sum(path.read_text(encoding="utf-8").count("<figure") for path in (outputs / "sections").glob("*.html"))
    assert figures > 16, "figures must be in what is compared"

    number = len(notebooks)
    print(f"{number} notebooks, executed and rendered to HTML, seconds (a notebook)\n")
    for name, seconds in (
        ("papermill and nbconvert, a call each", calls),
        ("papermill's and nbconvert's API, 2 processes", pool),
        ("ploomber-engine and nbconvert's API, 1 process", other),
        ("dsw run", cold),
        ("the same cells as plain functions, 2 processes", floor),
        ("dsw run, nothing changed", unchanged),
    ):
        print(f"{name:<50} {'not installed' if seconds is None else f'{seconds:8.2f} ({seconds / number:.2f})'}")
    goals = [
        goal("dsw run against the calls", calls / cold, 10),
        goal("dsw run against the API", pool / cold, 4),
        goal("floor against dsw run", floor / cold, 1 / 1.3),
        goal("dsw run, nothing changed, within a second", 1 / unchanged, 1),
    ]
    if other is not None:
        goals.append(goal("dsw run against ploomber-engine", other / cold, 1))
    return [*goals, *briefs(project, calls / number, arguments.provinces)]


def briefs(project, call, number_of_provinces):
    """Briefs of a few provinces and of many: time a notebook, and memory."""
    names = [place.name_th for place in provinces()][:number_of_provinces]
    few, few_peak = timed(ours, project, "--by", "province", "--only", ",".join(names[:8]))
    shutil.rmtree(project / "outputs")
    many, many_peak = timed(ours, project, "--by", "province", "--only", ",".join(names))
    made = json.loads((project / "outputs" / ROUND / "manifest.json").read_text(encoding="utf-8"))["made"]
    number = sum("/" in name and not name.startswith("brief/") for name in made)
    print(f"\n{len(names)} provinces, {number} notebooks, with the HTML and PDF of each brief")
    print(f"{'seconds (a notebook)':<50} {many:8.2f} ({many / number:.2f})")
    print(f"{'peak memory of all processes, MiB: 8 provinces':<50} {few_peak:8.0f} in {few:.1f} s")
    print(f"{f'peak memory of all processes, MiB: {len(names)} provinces':<50} {many_peak:8.0f}")
    return [
        goal("a notebook of a brief against the calls", call / (many / number), 13),
        goal("memory of few provinces against that of many", few_peak / many_peak, 0.8),
    ]


def goal(name, ratio, least):
    reached = ratio >= least
    print(f"{name:<50} {ratio:8.2f} times, goal {least:.2f}: {'reached' if reached else 'MISSED'}")
    return reached


if __name__ == "__main__":
    main()
