"""How long it takes from saving a section's notebook to its new page in a preview of the whole report.

Run with ``.venv/bin/python benchmarks/preview.py`` on an idle machine. One preview is open on a copy of the project.
Into each section's notebook in turn a word is put, and the clock runs from there until the report with that word has
been fetched. The bare run of the cells stands beside it: as plain functions, in a process forked warm, without files
that are watched, kernel, executed notebook or page. Best of ``--repeat`` for each section. What a browser takes to lay
the page out is not in it. Ends with 1 if the median misses the goal.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from copied import HERE, project_in
from floor import run_plainly

from dsw_analysis.run.warm.processes import WARM, run_fresh

ROUND = "2569-6m"
GOAL = 0.6
DSW = [sys.executable, "-m", "dsw_analysis.cli", "--project"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--section", action="append", help="only this one (may be repeated)")
    arguments = parser.parse_args()
    os.environ["PYTHONPATH"] = os.pathsep.join(
        [str(HERE / "benchmarks"), *filter(None, [os.environ.get("PYTHONPATH")])]
    )
    with tempfile.TemporaryDirectory() as folder:
        project = project_in(Path(folder) / "project")
        subprocess.run([*DSW, project, "report", ROUND, "--to", "html"], check=True, stdout=subprocess.DEVNULL)
        notebooks = sorted((project / "notebooks").glob("[0-9][0-9]_*.ipynb"))[1:]
        notebooks = [p for p in notebooks if arguments.section is None or p.stem[3:] in arguments.section]
        bare = {path.stem[3:]: bare_run(path, Path(folder) / "page.html", arguments.repeat) for path in notebooks}
        WARM.stop()
        shown = previewed(project, notebooks, arguments.repeat)
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"{'seconds':<28}{'preview':>8}{'cells':>8}{'ratio':>8}")
    for section, seconds in shown.items():
        print(f"{section:<28}{seconds:>8.2f}{bare[section]:>8.2f}{seconds / bare[section]:>8.2f}")
    median = statistics.median(shown.values())
    ratio = statistics.median(seconds / bare[section] for section, seconds in shown.items())
    print(f"{'median':<28}{median:>8.2f}{statistics.median(bare.values()):>8.2f}{ratio:>8.2f}")
    print(f"goal {GOAL} s: {'reached' if median <= GOAL else 'MISSED'}")
    sys.exit(0 if median <= GOAL else 1)


def bare_run(notebook, page, repeat):
    """Seconds of the cells alone."""
    taken = []
    for _ in range(1 + repeat):
        began = time.perf_counter()
        run_fresh(run_plainly, notebook, {"round_id": ROUND}, page)
        taken.append(time.perf_counter() - began)
    return min(taken[1:])


def previewed(project, notebooks, repeat):
    """Section -> seconds from saving its notebook to the page."""
    process = subprocess.Popen(
        [*DSW, project, "preview", ROUND, "--no-open"], stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    try:
        address = process.stdout.readline().strip()
        with urllib.request.urlopen(f"{address}events", timeout=60) as events:
            told = Told(events)
            told.all()
            found = {}
            for path in notebooks:
                whole = path.read_text(encoding="utf-8")
                taken = []
                for turn in range(1, 2 + repeat):
                    word = f"คำ{path.stem[3:]}{'ก' * turn}"
                    taken.append(edited(path, with_word(whole, word), word, address, told))
                    told.all()
                found[path.stem[3:]] = min(taken[1:])
                print(f"{path.stem[3:]:<28}{found[path.stem[3:]]:>9.2f}", file=sys.stderr, flush=True)
                save(path, whole)
                while word in page_of(address):  # what it tells of a short run may come together
                    time.sleep(0.05)
    finally:
        process.kill()
        process.wait()
    return found


def with_word(whole, word):
    """A notebook with a word more in its first text."""
    book = json.loads(whole)
    text = next(c for c in book["cells"] if "".join(c["source"]).startswith("%%say"))
    text["source"] = "".join(text["source"]) + f"\n\n{word}"
    return json.dumps(book, ensure_ascii=False, indent=1)


def edited(path, content, word, address, told):
    """Seconds until the report with a word has come."""
    began = time.perf_counter()
    save(path, content)
    while True:
        told.next()
        if word in page_of(address):
            return time.perf_counter() - began


def page_of(address):
    """The report as it is shown now."""
    with urllib.request.urlopen(f"{address}report.html") as page:
        return page.read().decode()


def save(path, content):
    beside = path.parent.parent / path.name
    beside.write_text(content, encoding="utf-8")
    beside.replace(path)


class Told:
    """What a preview tells, one thing after the other."""

    def __init__(self, events):
        self._events, self.last = events, {"busy": True}

    def next(self):
        while not (line := self._events.readline()).startswith(b"data: "):
            pass
        self.last = json.loads(line[6:])
        if self.last["failed"]:
            sys.exit(f"a section failed: {self.last['failed']}")
        return self.last

    def all(self):
        """Until nothing is going on any more."""
        while self.last["busy"]:
            self.next()


if __name__ == "__main__":
    main()
