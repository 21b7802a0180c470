"""What a register of millions of urgent cases costs: seconds and peak memory of loading it and of the whole section.

Run with ``.venv/bin/python benchmarks/memory.py [--rows 1000000 10000000] [--parquet-rows 50000000] [--folder DIR]``.
Every job runs in a fresh process, whose own peak (``VmHWM``, Linux only) is read when it ends; imports are included in
memory and not in time, except for the section, which papermill runs in a kernel of its own. The bare read is
``pyarrow.csv.read_csv`` of the same file, or ``pyarrow.parquet.read_table``.
Fails with 1 if the section passes 4 GiB at 10 million rows.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.intake.thai import provinces
from dsw_analysis.rounds import Round

ROOT = Path(__file__).parents[1]
ROUND = Round.parse("2569-6m")
CASES = Schemas.of(ROOT / "data" / "raw", ROUND)["urgent_cases"]
CHANNELS, CATEGORIES, URGENCIES = (CASES[name].codes for name in ("channel", "category", "urgency"))
SEED, BLOCK = 2569, 1_000_000
LIMIT_ROWS, LIMIT_MIB = 10_000_000, 4096

PEAK = """
import json, re, time
from pathlib import Path
peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024
"""
MEASURE = """
import sys, time
from pathlib import Path
{imports}
path = Path(sys.argv[1])
start, worked = time.perf_counter(), time.process_time()
rows = {job}
taken, worked = time.perf_counter() - start, time.process_time() - worked
{peak}
print(json.dumps([taken, worked, peak, rows]))
"""
IMPORTS = f"""
import pyarrow.parquet, dsw_analysis.section.section
from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.rounds import Round
round_ = Round.parse("2569-6m")
kind = Schemas.of({str(ROOT / "data" / "raw")!r}, round_)["urgent_cases"]
"""
FEW = '["channel", "urgency", "received", "referred"]'
LOAD = MEASURE.format(imports=IMPORTS, peak=PEAK, job="len(kind.load(round_, path.parent))")
ONE = MEASURE.format(
    imports=IMPORTS, peak=PEAK, job=f"len(kind.load(round_, path.parent, province='ตาก', columns={FEW}))"
)
BARE = {
    ".csv": MEASURE.format(imports="import pyarrow.csv", peak=PEAK, job="pyarrow.csv.read_csv(path).num_rows"),
    ".parquet": MEASURE.format(
        imports="import pyarrow.parquet", peak=PEAK, job="pyarrow.parquet.read_table(path).num_rows"
    ),
}
SECTION = """
import json, os, sys, time
from pathlib import Path
import nbformat, papermill
os.chdir(Path(sys.argv[1]).parents[3] / "notebooks")
notebook = nbformat.read("13_urgent_cases.ipynb", as_version=4)
# The kernel itself says what it has taken.
notebook.cells.append(nbformat.v4.new_code_cell({last!r}))
nbformat.write(notebook, "13_urgent_cases.ipynb")
start = time.perf_counter()
done = papermill.execute_notebook("13_urgent_cases.ipynb", None, kernel_name="python3", progress_bar=False)
worked, peak, rows = json.loads(done.cells[-1].outputs[0]["text"])
print(json.dumps([time.perf_counter() - start, worked, peak, rows]))
""".format(last=PEAK + 'print(json.dumps([time.process_time(), peak, s["urgent_cases.all"].value]))')


def blocks(rows, *, typed):
    """Urgent cases as Arrow tables of a million rows: as officials write them, or with real time stamps."""
    names = pa.array([p.name_th for p in provinces()])
    rng = np.random.default_rng(SEED)
    shares = rng.dirichlet(np.full(len(names), 2.0))
    minutes = ((ROUND.end - ROUND.start).days + 1) * 24 * 60
    moments = np.datetime64(ROUND.start, "us") + np.arange(minutes + 60_000).astype("timedelta64[m]")
    stamps = pa.array(moments)
    if not typed:
        days = pd.DatetimeIndex(moments)
        stamps = pa.array(days.strftime("%d/%m/") + (days.year + 543).astype(str) + days.strftime(" %H:%M"))
    for start in range(0, rows, BLOCK):
        size = min(BLOCK, rows - start)
        channel = rng.choice(len(CHANNELS), size, p=[0.3, 0.6, 0.1])
        received = rng.integers(0, minutes, size)
        referred = received + np.minimum(rng.exponential(300, size), 59_999).astype(int)
        ids = pa.array(np.char.add("U69-", np.char.zfill(np.arange(start + 1, start + size + 1).astype(str), 8)))
        columns = [
            ids,
            _labels(CHANNELS, channel, np.zeros(size, dtype=bool)),
            _labels(CATEGORIES, rng.integers(0, len(CATEGORIES), size), channel != 0),
            _labels(URGENCIES, rng.integers(0, len(URGENCIES), size), channel != 1),
            names.take(pa.array(rng.choice(len(names), size, p=shares))),
            stamps.take(pa.array(received)),
            stamps.take(pa.array(referred, mask=rng.random(size) < 0.02)),
        ]
        yield pa.Table.from_arrays(columns, [column.header for column in CASES.columns])


def _labels(codes, places, blank):
    return pa.array(list(codes.values())).take(pa.array(places, mask=blank))


def write(path, rows):
    """Write the raw file and what else a round needs."""
    shutil.copytree(ROOT / "data" / "raw" / str(ROUND), path.parent)
    shutil.copytree(ROOT / "data" / "schemas", path.parents[2] / "schemas")
    (path.parent / "urgent_cases.csv").unlink()
    shutil.copytree(ROOT / "notebooks", path.parents[3] / "notebooks")
    shutil.copy(ROOT / "project.toml", path.parents[3])
    tables = blocks(rows, typed=path.suffix == ".parquet")
    first = next(tables)
    writer = pq.ParquetWriter if path.suffix == ".parquet" else pa_csv.CSVWriter
    with writer(path, first.schema) as file:
        for table in chain([first], tables):
            file.write_table(table)


def measure(script, path, rows):
    done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=False)
    if done.returncode:
        return {"failed": done.stderr.strip()[-200:]}
    taken, worked, peak, found = json.loads(done.stdout.splitlines()[-1])
    assert script == ONE or found == rows, (found, rows)
    return {"seconds": round(taken, 2), "CPU": round(worked, 2), "peak MiB": round(peak)}


def jobs(path, rows, *, section):
    """Results by job, in the order in which they run: the first load leaves the copy that the others read."""
    found = {"bare": measure(BARE[path.suffix], path, rows)}
    found["first load"] = measure(LOAD, path, rows)
    found["second load"] = measure(LOAD, path, rows)
    found["province, 4 columns"] = measure(ONE, path, rows)
    if section:
        found["section"] = measure(SECTION, path, rows)
    copies = path.parents[2].glob("checked/*/urgent_cases-*.parquet")
    return found | {"file MiB": path.stat().st_size >> 20, "copy MiB": sum(c.stat().st_size for c in copies) >> 20}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--rows", type=int, nargs="*", default=[1_000_000, 10_000_000])
    options.add_argument("--parquet-rows", type=int, nargs="*", default=[50_000_000])
    options.add_argument("--folder", type=Path)
    chosen = options.parse_args()
    print(
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        end="",
    )
    print(f", pandas {pd.__version__}, pyarrow {pa.__version__}")
    print("| file | rows | job | seconds | CPU s | peak MiB | seconds / bare | MiB / bare |", flush=True)
    print("|---|---|---|---|---|---|---|---|", flush=True)
    passed = True
    for suffix, rows in [(".csv", n) for n in chosen.rows] + [(".parquet", n) for n in chosen.parquet_rows]:
        with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
            path = Path(folder) / "data" / "raw" / str(ROUND) / f"urgent_cases{suffix}"
            write(path, rows)
            found = jobs(path, rows, section=rows <= LIMIT_ROWS)
        for name, result in found.items():
            shown = (
                [str(value) if isinstance(value, str) else f"{value:,}" for value in result.values()]
                if isinstance(result, dict)
                else [f"{result:,}"]
            )
            if isinstance(result, dict) and "failed" not in result:
                shown += [f"{result[key] / found['bare'][key]:.2f}" for key in ("seconds", "peak MiB")]
            print("|", " | ".join([suffix[1:], f"{rows:,}", name, *shown]), "|", flush=True)
        section = found.get("section", {})
        passed &= "failed" not in section and section.get("peak MiB", 0) <= LIMIT_MIB
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
