"""What the gate costs on a whole release: ledgers of the country and 77 briefs, with all tables of urgent cases.

Run with ``.venv/bin/python benchmarks/gate.py``. About 77 cases a province, from a seed, protected as sections do it.
CPU time of one process from the ledgers' bytes to the verdict, the best of three. Limit: 2 seconds. Ends with 1 if it
is passed.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np

from dsw_analysis.findings.disclosure import rounded
from dsw_analysis.intake.thai import provinces
from dsw_analysis.rounds import Round
from dsw_analysis.run.gate import judged

RAW = Path(__file__).parent.parent / "data" / "raw"
ROUND, CASES, RUNS, LIMIT, SEED = Round.parse("2569-6m"), 77, 3, 2.0, 2569
CODES = {
    "channel": ["ess", "hotline", "social_media"],
    "category": ["threat_of_harm", "detention", "sexual_abuse_risk", "disturbed_person", "gathering"],
    "urgency": ["most_urgent", "urgent", "moderate", "normal"],
    "in_month": list(ROUND.month_labels()),
    "office": ["office", "outside"],
}
CHANCES = {
    "channel": [0.4, 0.35, 0.25],
    "category": [0.41, 0.07, 0.06, 0.25, 0.21],
    "urgency": [0.04, 0.01, 0.09, 0.86],
}


def case(rng, province):
    row = {column: str(rng.choice(codes, p=CHANCES.get(column))) for column, codes in CODES.items()}
    of = {"ess": "category", "hotline": "urgency"}.get(row["channel"])
    return {"province": province} | {c: v for c, v in row.items() if c not in ("category", "urgency") or c == of}


def ledger(rows, province):
    """What a section of a brief, or of the country, tells the batch."""
    where = {"province": province} if province else {}
    cells = [{}, *({column: code} for column, codes in CODES.items() for code in codes)]
    cells += [{"channel": "ess", "category": "blank"}, {"channel": "hotline", "urgency": "blank"}]
    if not province:
        cells += [{"province": place.name_th} for place in provinces()]
    exact = []
    for number, cell in enumerate(cells):
        asked = {column: None if code == "blank" else code for column, code in cell.items()}
        value = sum(all(row.get(column) == code for column, code in asked.items()) for row in rows)
        usual = {"dataset": "urgent_cases", "unit": "reports", "sha256": "x", "value": value, "rows": value}
        exact.append({"id": f"urgent_cases.n{number}", "cells": {**where, **cell}, "province": province, **usual})
    shown = []
    for one in exact:
        if one["cells"].get("province"):
            value = rounded(one["value"], 5)
            few = "few" if value is None else "rounded"
            shown.append({**one, "value": value, "rows": value, "disclosure": few, "base": 5})
    return json.dumps({"findings": exact, "shown": shown}, ensure_ascii=False).encode()


def main():
    rng = np.random.default_rng(SEED)
    rows = {p.name_th: [case(rng, p.name_th) for _ in range(int(rng.poisson(CASES)))] for p in provinces()}
    ledgers = {"exact": ledger([row for own in rows.values() for row in own], None)}
    ledgers |= {place: ledger(own, place) for place, own in rows.items()}
    taken = []
    for _ in range(RUNS):
        started = time.process_time()
        verdict = judged(RAW, ROUND, ledgers, {}, ["", *rows])
        taken.append(time.process_time() - started)
    print(f"{len(ledgers)} ledgers, {verdict.small:,} cells of 1 to 4 persons, {len(verdict.repairs)} repairs")
    print(f"CPU seconds: {', '.join(f'{seconds:.2f}' for seconds in taken)}; best {min(taken):.2f}, limit {LIMIT}")
    return int(min(taken) > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
