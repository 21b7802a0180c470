"""All 77 provinces cell by cell, without pictures and files: each has its own figures and those of no other."""

import pytest
from conftest import run_cells
from test_briefs import NAMES, see_that_it_is_its_own
from test_provinces import NOTEBOOKS, RAW, SECTIONS

from dsw_analysis import figures
from dsw_analysis.findings.ledger import SECTION_MIME
from dsw_analysis.section.blocks import Drawing


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_of_a_province_is_its_own(name, monkeypatch):
    blank = '<svg xmlns="http://www.w3.org/2000/svg" width="1pt" height="1pt"/>'
    monkeypatch.setattr(figures, "drawing", lambda figure, shows: Drawing(blank, tuple(shows.items()), 1, 1, ""))
    shown = [run_cells(NOTEBOOKS[s], data_dir=str(RAW.parent), province=name) for s in SECTIONS]
    records = [record for s in shown for record in s.section.close().data[SECTION_MIME]["findings"]]
    see_that_it_is_its_own(name, records, "".join(s.html for s in shown))
