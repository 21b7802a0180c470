"""What protecting persons costs: a round's four sections of persons with the rule, against the same without it.

Run with ``.venv/bin/python benchmarks/disclosure.py``. Processor time of the notebooks' code in this process, the best
of several runs taken in turns so that both meet the same noise. Limit: 15 per cent more. Ends with 1 if it is passed.
"""

import ast
import contextlib
import json
import os
import sys
import time
from pathlib import Path

from dsw_analysis.findings.disclosure import Shield

ROOT = Path(__file__).parent.parent
SECTIONS, RUNS, LIMIT = ("08_career_development", "09_csr", "12_citizen_questions", "13_urgent_cases"), 3, 1.15


def cells(name):
    """Code of a notebook, with what its texts say."""
    book = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))
    for source in ("".join(cell["source"]) for cell in book["cells"] if cell["cell_type"] == "code"):
        line, _, text = source.partition("\n")
        say = f"s.say({text!r}, {line.removeprefix('%%say').strip().removeprefix('if ')!r})"
        yield compile(ast.parse(say if line.startswith("%%say") else source), name, "exec")


def run(exact):
    """Processor time of all sections."""
    # Whoever opens a section for himself says exact=True; the notebooks of the round do not.
    given = Shield.__init__
    Shield.__init__ = lambda self, **options: given(self, **{**options, "open": exact})
    start = time.process_time()
    try:
        for code in map(list, map(cells, SECTIONS)):
            names = {}
            for cell in code:
                exec(cell, names)
    finally:
        Shield.__init__ = given
    return time.process_time() - start


def main():
    with contextlib.chdir(ROOT / "notebooks"):
        run(exact=True)  # one that is not counted: imports, checked copies, typefaces
        taken = [(run(exact=True), run(exact=False)) for _ in range(RUNS)]
    exact, protected = (min(times) for times in zip(*taken, strict=True))
    print(f"exact {exact:.2f} s, protected {protected:.2f} s: {protected / exact:.2f} times; limit {LIMIT}")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "")
    return int(protected / exact > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
