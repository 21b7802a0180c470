"""Runs a project's report again and again, killing the whole tree of processes each time at a random moment.

A run forks from this warm process, and its workers from it, so that hundreds of kills are a matter of a minute.
Prints one JSON line: how often a run was killed, and what was wrong afterwards.
"""

import contextlib
import json
import os
import random
import signal
import sys
import time
from concurrent.futures import Future
from pathlib import Path

from dsw_analysis.batch import Batch, Project
from dsw_analysis.batch.manifest import Manifest
from dsw_analysis.batch.reports import write_report
from dsw_analysis.batch.sections import run_sections
from dsw_analysis.rounds import Round
from dsw_analysis.warm import forking, preload, processes

ROUND = Round.parse("2569-6m")


class Forks:
    """Executor that forks this process for each call."""

    def submit(self, work, *arguments):
        future = Future()
        future.set_result(processes.run_fresh(work, *arguments))
        return future


def round_of(project):
    """One whole run."""
    with Batch(project, ROUND, executor=Forks()) as batch:
        write_report(batch, run_sections(batch), formats=["html"])


def killed(project, after):
    """Run in a process group of its own and kill the group; whether the run was still going."""
    child = os.fork()
    if child == 0:
        try:
            round_of(project)
        finally:
            os._exit(0)
    os.setpgid(child, child)
    time.sleep(after)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def wrong(out):
    """Outputs that are torn."""
    found = []
    for path in out.rglob("*"):
        if path.suffix in (".ipynb", ".json"):
            try:
                json.loads(path.read_bytes())
            except ValueError:
                found.append(path.name)
        elif path.suffix == ".html" and not path.read_bytes().rstrip().endswith(b"</html>"):
            found.append(path.name)
    return found


def finished(out):
    """Files of everything noted as made -> when they were written. What failed is tried again and does not count."""
    if not out.exists():
        return {}
    made = [entry for entry in Manifest(out).made.values() if entry["state"] == "ok"]
    return {
        name: (out / name).stat().st_mtime_ns for entry in made for name in entry["outputs"] if (out / name).exists()
    }


def main(root, times):
    forking.base_path = list(sys.path)  # this process is the warm one
    preload.warm()
    project = Project(root=Path(root))
    out = project.outputs(ROUND)
    started = time.monotonic()
    round_of(project)
    whole = time.monotonic() - started
    expected = {path.name: path.read_bytes() for path in out.rglob("*") if path.suffix in (".html", ".ipynb", ".xlsx")}
    expected["findings.json"] = (out / "findings.json").read_bytes()
    chance = random.Random(2569)
    kills, complaints = 0, []
    while kills < times:
        for path in sorted(out.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        # A round killed ten times on its way, then left in peace.
        for _ in range(10):
            before = finished(out)
            kills += killed(project, chance.uniform(0, whole))
            after = finished(out)
            complaints += wrong(out)
            complaints += [f"{name} was made again" for name in before if after.get(name, before[name]) != before[name]]
            complaints += [f"{name} was lost" for name in before if name not in after]
        round_of(project)
        made = {path.name: path.read_bytes() for path in out.rglob("*") if path.name in expected}
        complaints += [f"{name} differs" for name in expected if made.get(name) != expected[name]]
        complaints += [path.name for path in out.rglob("*.part")]
    sys.stdout.write(
        json.dumps({"kills": kills, "complaints": complaints[:20], "seconds": round(time.monotonic() - started)})
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
