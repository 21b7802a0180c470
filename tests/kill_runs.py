"""Takes a project from one edition to the next again and again, killed at each write and at random moments.

A run forks from this warm process, and its workers from it; what was rendered once is remembered. Prints one JSON line:
how many writes there are, how often a run was killed, and what was wrong afterwards.
"""

import contextlib
import json
import os
import pickle
import random
import shutil
import signal
import socket
import sys
import time
from concurrent.futures import Future
from multiprocessing.connection import Connection
from pathlib import Path

from dsw_analysis.rounds import Round
from dsw_analysis.run.batch import Batch
from dsw_analysis.run.manifest import Manifest
from dsw_analysis.run.reports import write_briefs, write_report
from dsw_analysis.run.sections import run_sections
from dsw_analysis.run.tasks import EXECUTE, Project
from dsw_analysis.run.warm import processes, server

ROUND = Round.parse("2569-6m")
PROVINCE = "ตาก"
STATE = ("manifest.json", "run.jsonl", ".lock", ".exchange.json")
KILLED = 9
REMEMBERED = {}


class Fork(processes.Child):
    """A process forked from this one, in place of one that another forks."""

    def __init__(self, entry):
        ours, theirs = socket.socketpair()
        self.pid = os.fork()
        if self.pid == 0:
            ours.close()
            server.begin(entry, Connection(theirs.detach()))
        theirs.close()
        self.connection = Connection(ours.detach())
        self._code = None

    def poll(self):
        return self._code if self._code is not None else self._waited(os.WNOHANG)

    def wait(self):
        return self._code if self._code is not None else self._waited(0)

    def _waited(self, options):
        pid, status = os.waitpid(self.pid, options)
        if pid:
            self._code = os.waitstatus_to_exitcode(status)
        return self._code


class Forks:
    """Executor that forks this process for a call that it does not remember, and knows what it was asked for."""

    def __init__(self, *, real=False):
        self.asked = set()
        self._real = real

    def submit(self, call, scratch, work, *arguments):
        about = arguments[0]
        self.asked.add(about.name if work == EXECUTE else about)
        key = pickle.dumps((work, arguments))
        if key not in REMEMBERED or (self._real and work == EXECUTE):
            REMEMBERED[key] = processes.run_fresh(call, scratch, work, *arguments)
        future = Future()
        future.set_result(REMEMBERED[key])
        return future


def round_of(project, executor):
    """One whole run: the report in all formats, and a brief."""
    with Batch(project, ROUND, executor=executor) as batch:
        write_report(batch, run_sections(batch))
        write_briefs(batch, [PROVINCE])


def turn(project, version):
    """Give the project the notebooks of a version."""
    shutil.rmtree(project.notebooks)
    shutil.copytree(project.root / version, project.notebooks)


class Writes:
    """Counts what changes a folder, and ends this process at one of them: before it, or half way through."""

    def __init__(self, last):
        self.done, self._last = 0, last
        for module, name in ((os, "replace"), (os, "unlink"), (os, "rmdir")):
            setattr(module, name, self._before(getattr(module, name)))
        written, logged = Path.write_bytes, Manifest.log
        Path.write_bytes = self._before(written, lambda path, content: written(path, content[: len(content) // 2]))
        Manifest.log = self._before(logged, self._torn)

    def _before(self, function, half=None):
        def counted(*arguments, **options):
            self._count()
            if half is not None:
                self._count(lambda: half(*arguments, **options))
            return function(*arguments, **options)

        return counted

    def _count(self, first=lambda: None):
        self.done += 1
        if self.done == self._last:
            first()
            os._exit(KILLED)

    @staticmethod
    def _torn(manifest, event, **details):
        with (manifest._out / "run.jsonl").open("a", encoding="utf-8") as journal:
            journal.write(f'{{"time": "2026-01-01", "event": "{event}", "na')


def killed_at_write(project, number):
    """Run and stop at a write; whether the run came that far."""
    child = os.fork()
    if child == 0:
        Writes(number)
        with contextlib.suppress(BaseException):
            round_of(project, Forks())
            os._exit(0)
        os._exit(1)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, KILLED), code
    return code == KILLED


def killed_after(project, seconds):
    """Run in a process group of its own and kill the group; whether the run was still going."""
    child = os.fork()
    if child == 0:
        try:
            round_of(project, Forks(real=True))
        finally:
            os._exit(0)
    os.setpgid(child, child)
    time.sleep(seconds)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def content(out):
    """Name -> bytes of all files but those that say what the state is."""
    found = {path.relative_to(out).as_posix(): path for path in out.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if name not in STATE and path.suffix != ".part"}


def wrong(out, old, new):
    """What no kill may leave: a torn file, files of two editions in the folder of a set, the old set in the new."""
    found, stand = [], {}
    for name, held in content(out).items():
        place, _, rest = name.partition("/")
        wanted = {".next": [("new", new.get(rest))], ".old": [("old", old.get(rest))]}.get(
            place, [("old", old.get(name)), ("new", new.get(name))]
        )
        editions = {edition for edition, expected in wanted if held == expected}
        if not editions:
            found.append(f"{name} is of no edition")
        elif len(editions) == 1:
            folder = "/".join(name.split("/")[:2]) if "provinces/" in name else place if place[0] == "." else ""
            stand.setdefault(folder, {}).setdefault(editions.pop(), []).append(name)
    found += [f"two editions in {folder or 'the folder'}: {both}" for folder, both in stand.items() if len(both) > 1]
    with contextlib.suppress(FileNotFoundError):
        json.loads((out / "manifest.json").read_bytes())
    return found


def finished(out):
    """Names of what the killed run noted as made."""
    events = []
    with contextlib.suppress(FileNotFoundError):
        for line in (out / "run.jsonl").read_bytes().splitlines():
            with contextlib.suppress(ValueError):
                events.append(json.loads(line))
    over = not events or events[-1]["event"] == "end"
    return set() if over else {event["name"] for event in events if event["event"] == "made"}


def completed(project, new):
    """Run undisturbed; what is not as if nothing had happened."""
    out = project.outputs(ROUND)
    made, executor = finished(out), Forks()
    round_of(project, executor)
    now = content(out)
    found = [f"{name} was made again" for name in made & executor.asked]
    found += [f"{name} differs" for name in {*now, *new} if now.get(name) != new.get(name)]
    left = [
        path.name
        for path in out.rglob("*")
        if path.suffix == ".part" or path.name in (".next", ".old", ".exchange.json")
    ]
    found += [f"{name} is left" for name in left]
    return found


def main(root, first, step, at_random):
    """Kill at the write ``first`` and every ``step`` writes after it, and so often at random."""
    server.base_path = list(sys.path)  # this process is the warm one
    processes.WARM.fork = Fork
    server.warm()
    project = Project(root=Path(root))
    out, kept = project.outputs(ROUND), project.root / "kept"
    started = time.monotonic()
    editions = {}
    for version in ("a", "b"):
        turn(project, version)
        round_of(project, Forks())
        editions[version] = content(out)
        if version == "a":
            shutil.copytree(out, kept)
    old, new = editions["a"], editions["b"]
    begun = time.monotonic()
    round_of_b = lambda: (shutil.rmtree(out), shutil.copytree(kept, out))  # noqa: E731
    chance = random.Random(first)
    kills, writes, complaints = 0, 0, []
    for number in range(first, 10_000, step):
        round_of_b()
        if not killed_at_write(project, number):
            break
        writes, kills = number, kills + 1
        complaints += [f"write {number}: {said}" for said in (*wrong(out, old, new), *completed(project, new))]
    # Killed again and again on its way, then left in peace.
    round_of_b()
    before = time.monotonic()
    round_of(project, Forks(real=True))
    whole = time.monotonic() - before
    later = 0
    while later < at_random:
        round_of_b()
        for _ in range(6):
            later += killed_after(project, chance.uniform(0, whole))
            complaints += [f"at random: {said}" for said in wrong(out, old, new)]
        complaints += [f"at random: {said}" for said in completed(project, new)]
    report = {"writes": writes, "kills": kills, "random": later, "complaints": complaints[:20]}
    report["seconds"] = [round(begun - started, 1), round(before - begun, 1), round(time.monotonic() - before, 1)]
    report["changed"] = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
    report["same"] = sorted(name for name in old if old[name] == new.get(name))
    sys.stdout.write(json.dumps(report))


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
