"""What a Dask cluster costs: the same notebooks through Dask and without on one machine, and a model of larger ones.

Run with ``.venv/bin/python benchmarks/cluster.py`` (Linux, with the extra ``cluster``). On this machine, with as many
notebooks at once as it has cores: the round of 16, ``--runs`` times locally and through a standing cluster of a
scheduler and one worker, in turns, in a fresh process each, medians; a first run of each, which fills the caches of
checked data on both sides, is not counted. Then a longer batch, of briefs, once each. CPU seconds are those of all
processes together. Through Dask the round must take at most 1.1 times as long, with start-up and without. From the long
batch, empty tasks and file sizes come the inputs of the model that is printed last. Ends with 1 if Dask costs more.
"""

import argparse
import contextlib
import itertools
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from importlib import metadata
from pathlib import Path

import psutil
from copied import project_in

from dsw_analysis.intake.provinces import provincial_sections
from dsw_analysis.intake.thai import provinces as all_provinces
from dsw_analysis.rounds import Round
from dsw_analysis.run.batch import Batch
from dsw_analysis.run.sections import put_in_place, run_sections
from dsw_analysis.run.tasks import Project
from dsw_analysis.run.warm.processes import WarmExecutor

ROUND, ALLOWED = "2569-6m", 1.1
NETWORKS = {"100 Mbit/s": 12.5e6, "1 Gbit/s": 125e6}  # bytes a second of the machine that runs dsw: assumptions
EMPTY = 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--provinces", type=int, default=20, help="provinces of the long batch")
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        print(json.dumps(child(*arguments.child)))
        return
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}", end="")
    print("".join(f", {name} {metadata.version(name)}" for name in ("distributed", "pandas", "papermill")))
    with tempfile.TemporaryDirectory() as name, cluster(Path(name)) as (address, scheduler):
        project = project_in(Path(name) / "project")
        ratios = compare(project, address, 0, range(-1, arguments.runs))["ratios"]
        long = compare(project, address, arguments.provinces, range(1))
        inputs = measured(project, long, *empty(address, scheduler))
    for key, value in inputs.items():
        print(f"{key:<58} {value:>10.4g}")
    show_model(inputs)
    sys.exit(0 if max(ratios["seconds"], ratios["seconds after start-up"]) <= ALLOWED else 1)


@contextlib.contextmanager
def cluster(folder):
    """Scheduler and one worker with a thread a core, in processes of their own."""
    with contextlib.ExitStack() as stack:

        def start(kind, *options):
            command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--no-dashboard", "--host=127.0.0.1"]
            with (folder / f"{kind}.log").open("wb") as log:
                process = subprocess.Popen([*command, *options], cwd=folder, stdout=log, stderr=log)
            stack.callback(process.wait)
            stack.callback(process.terminate)
            return process

        about = folder / "scheduler.json"
        scheduler = start("scheduler", "--port=0", f"--scheduler-file={about}")
        while not about.exists():
            time.sleep(0.1)
        address = json.loads(about.read_text(encoding="utf-8"))["address"]
        start("worker", address, f"--local-directory={folder}", "--preload=dsw_analysis.run.cluster")
        yield address, psutil.Process(scheduler.pid)


def compare(project, address, provinces, runs):
    """Seconds of a batch locally and through Dask, in turns: by the clock, of CPU, and without start-up."""
    figures = ("seconds", "CPU seconds", "seconds after start-up", "client")
    seen = {where: {figure: [] for figure in figures} for where in ("local", "dask")}
    for run in runs:
        for where, lists in seen.items():
            cpu, started = all_cpu(), time.perf_counter()
            command = [sys.executable, __file__, "--child", where, str(project), address, str(provinces)]
            told = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=project).stdout)
            found = (time.perf_counter() - started, all_cpu() - cpu, told["seconds"], told["cpu"])
            for figure, value in zip(figures, found, strict=True) if run >= 0 else ():
                lists[figure].append(value)
    made = told["notebooks"]
    median = {w: {figure: statistics.median(values) for figure, values in lists.items()} for w, lists in seen.items()}
    for where, lists in seen.items():
        for figure in figures[:3]:
            shown = " ".join(f"{value:.2f}" for value in lists[figure])
            print(f"{made:>5} notebooks, {where:<6}{median[where][figure]:>7.2f} {figure:<23} ({shown})", flush=True)
    ratios = {figure: median["dask"][figure] / median["local"][figure] for figure in figures[:3]}
    print("      Dask / local: " + ", ".join(f"{ratio:.3f} {figure}" for figure, ratio in ratios.items()), flush=True)
    return {"notebooks": made, "ratios": ratios, **median}


def all_cpu():
    """CPU seconds so far of all processes that this one has started, and of those that they have."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    running = [process.cpu_times() for process in psutil.Process().children(recursive=True)]
    return ended.ru_utime + ended.ru_stime + sum(sum(times[:4]) for times in running)


def child(where, project, address, provinces):
    """One batch, in a process of its own; seconds from when processes are ready to take notebooks."""
    jobs = os.cpu_count()
    with contextlib.ExitStack() as stack:
        if where == "dask":
            from dsw_analysis.run.cluster import connect  # noqa: PLC0415 - the other mode must not import Dask

            executor = given = stack.enter_context(connect(address))
        else:
            executor, given = stack.enter_context(WarmExecutor(jobs)), None
        batch = Batch(Project(root=Path(project)), Round.parse(ROUND), jobs=jobs, fresh=True, executor=given)
        batch = stack.enter_context(batch)
        executor.submit(len, ()).result()
        started, cpu = time.perf_counter(), time.process_time()
        names = [p.name_th for p in all_provinces()][: int(provinces)]
        if names:
            outcomes = list(batch.carry_out(batch.planner.plan(provincial_sections(batch.notebooks), names)))
        else:
            outcomes = run_sections(batch)
            put_in_place(batch, outcomes)
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    failed = [f"{o.section}: {o.error}" for o in outcomes if o.error is not None]
    assert not failed, failed
    return {"seconds": seconds, "cpu": cpu, "notebooks": len(outcomes)}


def empty(address, scheduler):
    """Seconds a task that does nothing, with a result as large as a notebook's; CPU seconds of the scheduler for it."""
    import distributed  # noqa: PLC0415 - see child

    with distributed.Client(address, set_as_default=False) as client:
        started, cpu = time.perf_counter(), sum(scheduler.cpu_times()[:2])
        for done in range(0, EMPTY, 10):
            client.gather([client.submit(bytes, 300_000, key=f"empty-{done + i}") for i in range(10)])
        return (time.perf_counter() - started) / EMPTY, (sum(scheduler.cpu_times()[:2]) - cpu) / EMPTY


def measured(project, long, task, task_cpu):
    """Inputs of the model, by what they are."""
    made, out = long["notebooks"], project / "outputs" / ROUND
    results = [p for kind in ("notebooks/*.ipynb", "sections/*.html") for p in out.glob(f".next/provinces/*/{kind}")]
    sent = sum(path.stat().st_size for path in (project / "notebooks").glob("[0-9]*.ipynb")) / 16
    return {
        "s: CPU seconds a notebook, all processes, through Dask": long["dask"]["CPU seconds"] / made,
        "d: seconds a task that does nothing, ten at a time": task,
        "c: CPU seconds a notebook of the process that runs dsw": long["dask"]["client"] / made,
        "k: CPU seconds of the scheduler for such a task": task_cpu,
        "b: bytes a notebook, there and back": sent + sum(p.stat().st_size for p in results) / made,
        "f: bytes of raw files, to each worker once": sum(
            p.stat().st_size for p in (project / "data" / "raw" / ROUND).iterdir()
        ),
        "t: seconds to start and connect": long["dask"]["seconds"] - long["dask"]["seconds after start-up"],
    }


def show_model(inputs):
    """Print T = t + w f/B + max(n s/2w, n c, n k, n b/B) for n notebooks on w workers of two cores."""
    s, _, c, k, b, f, t = inputs.values()
    print("model: T = t + w f/B + max(n s/(2 w), n c, n k, n b/B); B is an assumption")
    for n, w in itertools.product((1_078, 100_000), (1, 10, 100)):
        shown = []
        for network, speed in NETWORKS.items():
            terms = {"notebooks": n * s / (2 * w), "dsw": n * c, "scheduler": n * k, "network": n * b / speed}
            limit = max(terms, key=terms.get)
            shown.append(f"{t + w * f / speed + terms[limit]:>8,.0f} s at {network}, bound by {limit:<9}")
        print(f"{n:>8,} notebooks, {w:>3} workers: {'; '.join(shown)}")


if __name__ == "__main__":
    main()
