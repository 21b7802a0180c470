"""Provinces that test_briefs does not render, cell by cell: each has its own figures and those of no other."""

import pytest
from conftest import run_cells
from test_briefs import NAMES, RENDERED, SOME, see_that_it_is_its_own
from test_provinces import NOTEBOOKS, RAW, SECTIONS

from dsw_analysis import figures
from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.ledger import SECTION_MIME
from dsw_analysis.section.blocks import Drawing

OTHERS = [name for name in NAMES if name not in RENDERED] or SOME
"""Of the rendered ones, the same is said of the finished files; where that is all of them, of some here as well."""

BLANK = '<svg xmlns="http://www.w3.org/2000/svg" width="1pt" height="1pt"/>'


def shown(value, *names):
    """Label -> finding of all that a figure is of, whatever its form."""
    if isinstance(value, Finding):
        return [(" – ".join(names), value)]
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    return [found for name, part in pairs for found in shown(part, *names, str(name))]


@pytest.fixture
def undrawn(monkeypatch):
    """Let figures be blank, which takes two thirds of the time away: test_briefs draws them."""
    for kind in ("bars", "columns", "heatmap", "tile_map", "change"):
        monkeypatch.setattr(figures, kind, lambda of, **_: Drawing(BLANK, tuple(shown(of))))


@pytest.mark.parametrize("name", OTHERS)
def test_every_figure_of_a_province_is_its_own(name, undrawn):
    sections = [run_cells(NOTEBOOKS[s], data_dir=str(RAW.parent), province=name) for s in SECTIONS]
    records = [record for s in sections for record in s.section.close().data[SECTION_MIME]["findings"]]
    see_that_it_is_its_own(name, records, "".join(s.html for s in sections))
