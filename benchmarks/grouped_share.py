"""What a grouped share costs against the bare pandas groupby for the same counts.

Run with ``.venv/bin/python benchmarks/grouped_share.py``. A million rows, 77 provinces, five answers with blanks; the
best of several runs in this process, taken in turns so that both meet the same noise. Limit: 2 times. Ends with 1 if
it is passed.
"""

import json
import os
import platform
import sys
import time

import numpy as np
import pandas as pd

from dsw_analysis import Share, by
from dsw_analysis.intake.columns import Column
from dsw_analysis.intake.dataset import Dataset
from dsw_analysis.intake.source import Source
from dsw_analysis.intake.thai import provinces

ROWS, RUNS, LIMIT, SEED = 1_000_000, 9, 2.0, 2569
ANSWERS = {"a1": "ดีมาก", "a2": "ดี", "a3": "ปานกลาง", "a4": "น้อย", "a5": "น้อยมาก"}
KIND = Dataset(
    id="bench_rows",
    title="ตัวอย่าง",
    columns=(Column("province", "จังหวัด", "province"), Column("answer", "คำตอบ", "category", codes=ANSWERS)),
)


def answers():
    rng = np.random.default_rng(SEED)
    names = np.array([p.name_th for p in provinces()])
    frame = pd.DataFrame(
        {
            "province": pd.Series(names[rng.integers(0, len(names), ROWS)], dtype="str"),
            "answer": pd.Categorical.from_codes(rng.integers(-1, len(ANSWERS), ROWS), categories=list(ANSWERS)),
        }
    )
    frame.attrs["source"] = Source(dataset=KIND, file="bench.csv", sha256="0" * 64, rows=ROWS)
    return frame


def best(*jobs):
    """Shortest time of each job in seconds; the jobs take turns."""
    times = [[] for _ in jobs]
    for _ in range(RUNS):
        for job, taken in zip(jobs, times, strict=True):
            start = time.perf_counter()
            job()
            taken.append(time.perf_counter() - start)
    return [min(taken) for taken in times]


def main():
    frame = answers()
    share = by("province", Share(id="bench.good", label="ดีขึ้นไป", counted={"answer": ("a1", "a2")}))

    # The bare groupby is given its flags ready made; ours has to find them out.
    flags = pd.DataFrame({"k": frame["answer"].isin(["a1", "a2"]), "n": frame["answer"].notna()})

    def bare_share():
        return flags.groupby(frame["province"]).sum()

    counts, found = bare_share(), share(frame)
    assert all((f.numerator, f.denominator) == tuple(counts.loc[name]) for name, f in found.items())
    own, plain = best(lambda: share(frame), bare_share)
    result = {"ours_s": round(own, 4), "groupby_s": round(plain, 4), "times": round(own / plain, 2)}
    machine = {"python": platform.python_version(), "pandas": pd.__version__, "cores": os.cpu_count()}
    print(
        json.dumps(
            {"machine": {**machine, "cpu": platform.processor() or platform.machine()}, "share": result}, indent=2
        )
    )
    return 0 if result["times"] <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
