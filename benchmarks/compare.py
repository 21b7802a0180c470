"""CPU that it takes to hold two rounds of 1,300 findings against each other, with and without the periods anew.

Run with ``.venv/bin/python benchmarks/compare.py``. The printed round and one of twelve months that
``tests/rounds_made.py`` makes from a seed are run in a folder of their own; then each comparison is made ``--repeat``
times in fresh processes, start-up included, after one that nobody counts. Best of them, of all processes together, so
that it hardly depends on what else the machine does. Ends with 1 if a goal is missed.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from copied import HERE, project_in

OLD, NEW = "2569-6m", "2569-12m"
GOALS = {"page, workbook, JSON": ((), 3.0), "with --anew": (("--anew",), 15.0)}

sys.path.insert(0, str(HERE / "tests"))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        make(root)
        taken = {what: measured(root, options, arguments.repeat) for what, (options, _) in GOALS.items()}
        (document,) = (root / "outputs" / "comparisons").glob("*.json")
        findings = len(json.loads(document.read_text(encoding="utf-8"))["findings"])
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}, {findings:,} findings")
    for what, (_, goal) in GOALS.items():
        print(f"{what:<24}{taken[what]:>8.2f} CPU s, goal {goal}")
    sys.exit(0 if all(taken[what] <= goal for what, (_, goal) in GOALS.items()) else 1)


def make(root):
    """A project with the two rounds, run."""
    from rounds_made import make_round  # noqa: PLC0415 - found in the tests' folder

    make_round(project_in(root), NEW)
    for round_ in (OLD, NEW):
        dsw(root, "run", round_)


def measured(root, options, repeat):
    """CPU seconds of the best of some comparisons."""
    dsw(root, "compare", OLD, NEW, *options)
    return min(dsw(root, "compare", OLD, NEW, *options) for _ in range(repeat))


def dsw(root, *arguments):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "dsw_analysis.cli", "--project", str(root), *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


if __name__ == "__main__":
    main()
