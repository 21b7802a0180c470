"""Runs killed at their writes and at any moment."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import FULL
from test_editions import editions

from dsw_analysis.run.warm.processes import FORKS

STEP, RANDOM = (2, 30) if FULL else (8, 8)
"""A share of the kills is at one write in so many, and so many at random; all of them are at every write.

Of two shares each is half of them: every share makes both editions anew.
"""


@pytest.mark.skipif(not FORKS, reason="processes cannot be forked here")
@pytest.mark.parametrize("first", range(1, 1 + STEP) if FULL else [3])
def test_a_run_killed_at_any_write_or_moment_leaves_one_edition_and_the_next_ends_with_its_bytes(project, first):
    editions(project)
    driver = Path(__file__).parents[1] / "kill_runs.py"
    done = subprocess.run(
        [sys.executable, driver, project.root, str(first), str(STEP), str(RANDOM)],
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=900,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["complaints"] == []
    # Every format, the pages and the notebooks change with the edition: none of them could stay unseen.
    formats = {"figures.html", "findings.json", "findings.xlsx", "report.docx", "report.html", "report.pdf"}
    assert formats | {"sections/one.html", "sections/goes.html", "provinces/ตาก/ตาก.html"} <= set(found["changed"])
    assert "sections/two.html" in found["same"]
    assert found["writes"] > 100
    assert found["kills"] > 100 // STEP
    assert found["random"] >= RANDOM
