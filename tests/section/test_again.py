"""A cell that is run again in JupyterLab: what it recorded is replaced, and another cell's ids stay taken."""

from dataclasses import replace

import IPython
import pytest
from conftest import ROOT, ROUND, run_cells
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from dsw_analysis.findings.ledger import UnknownFindingError

OPEN = f"""import dsw_analysis as dsw
s = dsw.open_section("csr", round_id="{ROUND}", data_dir={str(ROOT / "data" / "raw")!r})
rows = s.load("csr_activities")"""
COUNT = 's.measure(rows, by="partner_type", held=dsw.Count("กิจกรรม", unit="activities"))'
CITIES = 's.measure(rows, held=dsw.Count("กิจกรรม", unit="activities", where={"province": "ตาก"}))'
SHARE = 's.measure(rows, goals=dsw.Share("ที่เชื่อมโยง", counted={"sdgs": dsw.FILLED}))'


@pytest.fixture
def lab(tmp_path, monkeypatch):
    """Runs cells as JupyterLab does, each with its id; an error is raised."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    shell = InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)

    def run(source, cell=None):
        shell.run_cell(source, cell_id=cell, store_history=False).raise_error()
        return shell.user_ns["s"]

    run(OPEN, "opens")
    return run


def test_a_cell_that_is_run_again_replaces_what_it_recorded(lab):
    first = lab(COUNT, "a")
    found, rows = first["csr.held"], [row.finding for row in first.rows("held")]
    s = lab(COUNT, "a")
    assert s["csr.held"] == found and [row.finding for row in s.rows("held")] == rows
    lab(SHARE, "b")
    s = lab(CITIES, "a")  # the same cell, changed: another number, and no groups any more
    assert s["held"].value == sum(s.load("csr_activities")["province"] == "ตาก") != found.value
    assert [i for i in s.ledger if i.startswith("csr.held")] == ["csr.held"] and s.rows("held", "total")
    assert "goals" in s.families  # of the other cell
    s = lab("1 + 1", "a")
    assert "csr.held" not in s.ledger and "held" not in s.families


def test_two_cells_with_one_id_are_an_error_and_so_is_a_cell_that_nothing_is_known_of(lab):
    lab(COUNT, "a")
    with pytest.raises(ValueError, match=r"csr\.held is recorded twice"):
        lab(COUNT, "b")
    lab(COUNT, "a")
    lab(SHARE)
    with pytest.raises(ValueError, match=r"csr\.goals is recorded twice"):
        lab(SHARE)  # as papermill and the batch run cells: without an id


def test_a_measure_may_move_to_another_cell(lab):
    lab(COUNT, "a")
    lab("pass", "a")
    assert lab(COUNT, "b")["held"].value > 0


def test_what_was_recalled_of_earlier_rounds_goes_with_the_number_that_it_stood_beside(lab):
    s = lab(COUNT, "a")
    for id_ in ("csr.held.2569-3m", "csr.steps.2569-3m"):
        s.ledger.add(replace(s["held"], id=id_, round="2569-3m"))
    s = lab(COUNT, "a")
    assert "csr.held.2569-3m" not in s.ledger and "csr.steps.2569-3m" in s.ledger and "csr.held.company" in s.ledger


def test_short_ids_are_those_of_texts_and_an_unknown_one_names_the_nearest():
    s = run_cells(ROOT / "notebooks" / "09_csr.ipynb", data_dir=str(ROOT / "data" / "raw"), round_id=ROUND).section
    assert s["linked_share"] is s["csr.linked_share"] is s.found("linked_share")
    assert s["activities.company"].id == "csr.activities.company"
    with pytest.raises(UnknownFindingError, match="no finding 'linkd_share'; did you mean linked_share") as error:
        s["linkd_share"]
    assert "\n" not in str(error.value)
