"""CPU that one section takes from a cold start, with its page, against the bare script of its cells and marimo.

Run with ``.venv/bin/python benchmarks/cold.py [--marimo FOLDER]``. All three do the same cells on the same raw files,
in turns, in fresh processes, after one turn that nobody counts (bytecode, typefaces in the cache): the cells as one
script, ``dsw run --section csr --fresh``, and ``marimo export html`` of a notebook with these cells. marimo is no
dependency: FOLDER is where ``pip install --target FOLDER marimo`` has put it; without it that row is left out. Best of
``--repeat``. CPU is that of all processes together, so that it depends little on what else the machine does, but for
memory that forked processes share, which costs more on a busy one. Ends with 1 if a goal is missed.
"""

import argparse
import json
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
GOAL = 1.25
PLAINLY = """
import sys
from pathlib import Path
from floor import run_plainly
run_plainly(Path(sys.argv[1]), {"round_id": sys.argv[2]}, Path(sys.argv[3]))
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--section", default="csr")
    parser.add_argument("--marimo", type=Path, metavar="FOLDER", help="where marimo was installed to")
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ways = commands(project_in(Path(folder) / "project"), arguments.section, arguments.marimo)
        taken = {name: [] for name in ways}
        for _ in range(1 + arguments.repeat):
            for name, (command, path) in ways.items():
                shutil.rmtree(Path(folder) / "project" / "data" / "checked", ignore_errors=True)
                taken[name].append(used_by(command, Path(folder), path))
    best = {name: min(seconds[1:]) for name, seconds in taken.items()}
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}, {arguments.section}")
    for name, seconds in best.items():
        print(f"{name:<36}{seconds:>8.2f} CPU s{seconds / best[SCRIPT]:>8.2f} times the script")
    if MARIMO not in best:
        print(f"{MARIMO:<36} not measured: give --marimo")
    reached = best[DSW] <= GOAL * best[SCRIPT] and best[DSW] < best.get(MARIMO, float("inf"))
    print(f"goals: {GOAL} times the script, less than marimo: {'reached' if reached else 'MISSED'}")
    sys.exit(0 if reached else 1)


SCRIPT, DSW, MARIMO = "the cells as a script", "dsw run --section --fresh, with page", "marimo export html"


def commands(project, section, marimo):
    """Way -> its command, and what it finds modules in."""
    (notebook,) = (project / "notebooks").glob(f"??_{section}.ipynb")
    page = str(project.parent / "page.html")
    dsw = [sys.executable, "-m", "dsw_analysis.cli", "--project", str(project)]
    ways = {
        SCRIPT: ([sys.executable, "-c", PLAINLY, str(notebook), ROUND, page], [HERE / "benchmarks"]),
        DSW: ([*dsw, "run", ROUND, "--section", section, "--fresh"], []),
    }
    if marimo is not None:
        app = notebook.with_suffix(".py")
        app.write_text(as_app(notebook), encoding="utf-8")
        ways[MARIMO] = ([sys.executable, "-m", "marimo", "export", "html", str(app), "-o", page, "-f"], [marimo])
    return ways


def as_app(notebook):
    """The code cells as a notebook of marimo, each a cell of its own that runs in their order."""
    cells = [c for c in json.loads(notebook.read_text(encoding="utf-8"))["cells"] if c["cell_type"] == "code"]
    parts = ["import marimo\n\napp = marimo.App()\n"]
    for body in ("".join(cell["source"]) for cell in cells):
        if body.startswith("%%say"):
            line, _, text = body.partition("\n")
            asked = line.removeprefix("%%say").strip().removeprefix("if ")
            body = f"s.say({text!r}, {asked!r})"  # noqa: PLW2901 - what stands for it
        indented = "".join(f"    {row}\n" for row in body.splitlines())
        parts.append(f"\n@app.cell\ndef _():\n{indented}    return\n")
    return "".join([*parts, '\nif __name__ == "__main__":\n    app.run()\n'])


def used_by(command, folder, path):
    """CPU seconds of a command and all that it starts."""
    found = os.pathsep.join([str(HERE / "src"), *map(str, path)])
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    around = {**kept, "PYTHONPATH": found, "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        command, cwd=folder / "project" / "notebooks", env=around, capture_output=True, check=False, text=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{command} failed:\n{done.stdout}{done.stderr}")
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


if __name__ == "__main__":
    main()
