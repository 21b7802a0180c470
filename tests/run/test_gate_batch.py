"""The gate of a batch: what is made gives no cell of few persons away, shows less where it must, or stays out."""

import hashlib
import json

import pytest
from small_projects import HAND_OVER, ROUND, add

from dsw_analysis.run.batch import Batch
from dsw_analysis.run.sections import put_in_place, run_sections
from dsw_analysis.run.steps import BatchError, Progress

# 13 in all is printed; by ESS 5, by hotline 5, and 3 by social media, which fives leave at 13 - 5 - 5 = 3 at most.
TELL = """
import sys
from contextlib import suppress
from pathlib import Path
from dsw_analysis.findings.ledger import to_json
from dsw_analysis.findings.repairs import Partition, path_of, read_repairs
from dsw_analysis.rounds import Round
data, now = Path("../data"), Round.parse(round_id)
with suppress(FileNotFoundError):
    path_of(data, now).read_bytes()
repair = ({stubborn} or read_repairs(data, now)).get(Partition("urgent_cases", ("channel",)))
base = 5 if repair is None else repair.base
def record(id_, value, **more):
    return dict(id=id_, dataset="urgent_cases", unit="reports", sha256="x", value=value, rows=value, cells={{}}) | more
exact = [record("good.all", 13, printed="value")]
counts = dict(ess=5, hotline=5, social_media=3)
exact += [record("good." + code, n, cells=dict(channel=code)) for code, n in counts.items()]
shown = []
for one in exact[1:]:
    n = one["value"]
    value = (n + base // 2) // base * base if n >= base else None
    shown.append(one | dict(value=value, rows=value, disclosure="few" if value is None else "rounded", base=base))
sys.audit("dsw_analysis.exact", to_json(dict(findings=exact, shown=shown)))
"""


def run(project, said):
    with Batch(project, ROUND, jobs=1, progress=Progress(say=said.append)) as batch:
        put_in_place(batch, outcomes := run_sections(batch))
        return outcomes


def test_what_gives_a_cell_away_is_shown_to_tens_and_then_put_in_place(project):
    add(project, "01_good", TELL.format(stubborn="None"), HAND_OVER)
    said = []
    run(project, said)
    repairs = project.root / "data" / "disclosure" / "2569-6m.yaml"
    assert "base: 10" in repairs.read_text(encoding="utf-8")
    assert [text.partition(", for")[0] for text in said] == [
        "gate: urgent_cases by channel, country is rounded to 10s",
        "gate: 1 cells of 1 to 4 persons, none narrowed by this release",
    ]
    out = project.outputs(ROUND)
    assert (out / "findings.json").is_file()
    exact = (out / "internal" / "exact" / "good.json").read_bytes()
    shown = json.loads(exact)["shown"]
    assert [one["base"] for one in shown] == [10, 10, 10]
    gate = json.loads((out / "manifest.json").read_bytes())["made"]["gate"]["gate"]
    assert gate == {
        "narrowed": 0,
        "few": 3,
        "repairs": ["urgent_cases by channel, country: is rounded to 10s"],
    }
    assert b"small" not in (out / "run.jsonl").read_bytes()  # it would tell cells of few from cells of none
    # Against its hash, guesses of the few numbers could be tried.
    assert hashlib.sha256(exact).hexdigest().encode() not in (out / "manifest.json").read_bytes()

    again = repairs.read_bytes()
    assert all(outcome.reused for outcome in run(project, said))
    assert repairs.read_bytes() == again
    assert len(said) == 2  # nothing has changed, and the gate has nothing to say


def test_what_still_gives_a_cell_away_is_not_put_in_place(project):
    add(project, "01_good", TELL.format(stubborn="{'never': 'read'}"), HAND_OVER)
    with pytest.raises(BatchError, match=r"nothing is put in place: run `dsw report 2569-6m` first"):
        run(project, [])
    out = project.outputs(ROUND)
    assert not (out / "findings.json").exists()
    assert json.loads((out / "run.jsonl").read_text(encoding="utf-8").splitlines()[-2])["passed"] is False
