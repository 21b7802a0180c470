"""CPU that a report in all formats and the briefs of provinces take, against another checkout of the project.

Run with ``.venv/bin/python benchmarks/report.py OTHER``, where OTHER is a work tree of the commit before
(``git worktree add ../before COMMIT``). Both make their own notebooks and data, in turns, in fresh processes, start-up
included, after one run that nobody counts (bytecode, typefaces in the cache). Best of ``--repeat``. CPU is that of all
processes together, so that it hardly depends on what else the machine does. Ends with 1 if a goal is missed.
"""

import argparse
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from copied import HERE, project_in

ROUND = "2569-6m"
REPORT, BRIEFS = 0.6, 0.75
PROVINCES = "กาฬสินธุ์,ขอนแก่น,เชียงใหม่,ตาก,นครราชสีมา,สงขลา,อุบลราชธานี,ยะลา"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("other", type=Path, help="work tree of the commit before")
    parser.add_argument("--repeat", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        trees = [Tree(arguments.other.resolve(), Path(folder) / "other"), Tree(HERE, Path(folder) / "here")]
        for _ in range(1 + arguments.repeat):
            for tree in trees:
                tree.measure()
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"{'CPU seconds':<44}{'other':>8}{'here':>8}{'ratio':>8}")
    ratios = {}
    for what in trees[0].seconds:
        before, now = (min(tree.seconds[what][1:]) for tree in trees)
        ratios[what] = now / before
        print(f"{what:<44}{before:>8.2f}{now:>8.2f}{ratios[what]:>8.2f}")
    reached = ratios[Tree.WHOLE] <= REPORT and ratios[Tree.BRIEFS] <= BRIEFS
    print(f"goals: report {REPORT}, briefs {BRIEFS}: {'reached' if reached else 'MISSED'}")
    sys.exit(0 if reached else 1)


class Tree:
    """A checkout, a copy of its project to work in, and CPU seconds of what it made: what -> one for each run."""

    WHOLE, BRIEFS = "report --fresh, all formats", "briefs of eight provinces"

    def __init__(self, root, project):
        self._project, self.seconds = project, {}
        project_in(project, root)
        kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        # Outside the project: inside it bytecode would count as read by the notebooks, and all of them run again.
        bytecode = project.with_name(f"{project.name}-bytecode")
        self._environment = {**kept, "PYTHONPATH": str(root / "src"), "PYTHONPYCACHEPREFIX": str(bytecode)}

    def measure(self):
        """The whole, then its parts, each from what the part before left."""
        self._count(self.WHOLE, "report", ROUND, "--fresh")
        shutil.rmtree(self._project / "outputs")
        self._count("  of it: sections (run --fresh)", "run", ROUND, "--fresh")
        self._count("  of it: HTML, findings.xlsx, audit", "report", ROUND, "--to", "html")
        for name in ("pdf", "docx"):
            self._count(f"  {name.upper()} alone", "report", ROUND, "--to", name, "--allow-missing")
        self._count(self.BRIEFS, "run", ROUND, "--fresh", "--by", "province", "--only", PROVINCES)

    def _count(self, what, *command):
        before = used()
        dsw = [sys.executable, "-m", "dsw_analysis.cli", "--project", self._project]
        subprocess.run([*dsw, *command], env=self._environment, stdout=subprocess.DEVNULL, check=True)
        self.seconds.setdefault(what, []).append(used() - before)


def used():
    """CPU seconds of all processes that ended, and of theirs."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
