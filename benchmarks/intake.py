"""How long and how much memory the checked load takes, against a bare read of the same file.

Run with ``.venv/bin/python benchmarks/intake.py``. A million urgent cases as CSV against
``pandas.read_csv(dtype=str)``, and 100,000 as XLSX against calamine's ``to_python``; every measurement is the best of
three fresh processes. Memory is the peak above what the process held once its imports were done; the whole peak is
printed too (Linux only). Limits: 3 times the bare read's time, 2 times its memory. Ends with 1 if one is passed.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import xlsxwriter

from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.intake.thai import provinces
from dsw_analysis.rounds import Round

ROUND = Round.parse("2569-6m")
RAW = Path(__file__).parents[1] / "data" / "raw"
CASES = Schemas.of(RAW, ROUND)["urgent_cases"]
CHANNELS, CATEGORIES, URGENCIES = (CASES[name].codes for name in ("channel", "category", "urgency"))
TIMES, MEMORY, RUNS = 3.0, 2.0, 3
SEED = 2569

MEASURE = """
import re, sys, time
{imports}
def peak():  # of this process alone, which getrusage does not give after a fork
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024
path = Path(sys.argv[1])
before, start = peak(), time.perf_counter()
rows = {read}
print(time.perf_counter() - start, peak() - before, peak(), rows)
"""
LOAD = MEASURE.format(
    imports=f"""
from pathlib import Path
from dsw_analysis import Round
from dsw_analysis.intake.schemas import Schemas
round_ = Round.parse("{ROUND}")
kind = Schemas.of({str(RAW)!r}, round_)["urgent_cases"]
""",
    read="len(kind.load(round_, path.parent))",
)
READ_CSV = MEASURE.format(
    imports="from pathlib import Path\nimport pandas as pd", read="len(pd.read_csv(path, dtype=str))"
)
READ_XLSX = MEASURE.format(
    imports="from pathlib import Path\nfrom python_calamine import CalamineWorkbook",
    read="len(CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()) - 1",
)


def cases(rows):
    """Urgent cases as officials send them: B.E. stamps, Thai labels, blanks where the schema has them."""
    rng = np.random.default_rng(SEED)
    channel = rng.choice(list(CHANNELS), rows, p=[0.3, 0.6, 0.1])
    minutes = ((ROUND.end - ROUND.start).days + 1) * 24 * 60
    received = pd.Series(pd.Timestamp(ROUND.start) + pd.to_timedelta(rng.integers(0, minutes, rows), unit="min"))
    referred = received + pd.to_timedelta(rng.exponential(300, rows).astype(int), unit="min")
    shares = rng.dirichlet(np.full(len(provinces()), 2.0))
    columns = {
        "case_id": np.char.add("U69-", np.char.zfill(np.arange(1, rows + 1).astype(str), 7)),
        "channel": pd.Series(channel).map(CHANNELS),
        "category": pd.Series(rng.choice(list(CATEGORIES.values()), rows)).where(channel == "ess"),
        "urgency": pd.Series(rng.choice(list(URGENCIES.values()), rows)).where(channel == "hotline"),
        "province": rng.choice([p.name_th for p in provinces()], rows, p=shares),
        "received": _stamps(received),
        "referred": _stamps(referred).where(rng.random(rows) > 0.02),
    }
    frame = pd.DataFrame(columns)
    return frame.set_axis([CASES[name].header for name in columns], axis=1)


def _stamps(moments):
    year = (moments.dt.year + 543).astype(str)
    return moments.dt.strftime("%d/%m/") + year + moments.dt.strftime(" %H:%M")


def write_xlsx(frame, path):
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    page = book.add_worksheet()
    page.write_row(0, 0, frame.columns)
    for row, values in enumerate(frame.fillna("").itertuples(index=False), start=1):
        for column, value in enumerate(values):
            if value:
                page.write_string(row, column, value)
    book.close()


def measure(scripts, path):
    """Best of fresh processes of each script, in turns so that a busy machine hurts all alike.

    Seconds, MiB above the imports, MiB in all, and the rows read.
    """
    runs = [[] for _ in scripts]
    for _ in range(RUNS):
        for script, found in zip(scripts, runs, strict=True):
            done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=True)
            found.append([float(part) for part in done.stdout.split()])
    best = ([round(min(column), 2) for column in zip(*found, strict=True)] for found in runs)
    return [dict(zip(("seconds", "MiB", "peak MiB", "rows"), values, strict=True)) for values in best]


def write(frame, path):
    path.parent.mkdir()
    if path.suffix == ".csv":
        frame.to_csv(path, index=False, encoding="utf-8-sig")
    else:
        write_xlsx(frame, path)


def main():
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        for suffix, rows, bare_read in (("csv", 1_000_000, READ_CSV), ("xlsx", 100_000, READ_XLSX)):
            path = Path(folder) / suffix / f"urgent_cases.{suffix}"
            write(cases(rows), path)
            bare, load = measure([bare_read, LOAD], path)
            assert bare["rows"] == load["rows"] == rows
            ratios = {
                "time": round(load["seconds"] / bare["seconds"], 2),
                "memory": round(load["MiB"] / bare["MiB"], 2),
            }
            results[suffix] = {"bytes": path.stat().st_size, "bare": bare, "load": load, **ratios}
    machine = {"python": platform.python_version(), "pandas": pd.__version__, "cores": os.cpu_count()}
    print(json.dumps({"machine": {**machine, "cpu": platform.processor() or platform.machine()}, **results}, indent=2))
    passed = all(r["time"] <= TIMES and r["memory"] <= MEMORY for r in results.values())
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
