"""Recall of the audit alone: how many random edits of each class it finds in the sections of a finished round.

python benchmarks/audit.py outputs/2569-6m [edits of each class, default 100]
"""

import json
import random
import sys
from pathlib import Path

from dsw_analysis.report.audit import Audit

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from page_edits import EDITS, edited

out, each = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 100
audit = Audit(json.loads((out / "findings.json").read_text(encoding="utf-8")))
pages = {path.name: path.read_text(encoding="utf-8") for path in out.glob("sections/*.html")}
for name in EDITS:
    rng = random.Random(name)
    found = sum(bool(audit.slips(edited(pages, name, rng)[1])) for _ in range(each))
    print(f"{name:<20}{found}/{each}")
