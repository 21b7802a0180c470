"""Provinces that test_briefs does not render, cell by cell: each has its own figures and those of no other."""

import pytest
from conftest import run_cells
from declared import SCHEMAS
from test_briefs import NAMES, RENDERED, SOME, see_that_it_is_its_own
from test_provinces import NOTEBOOKS, RAW, SECTIONS
from undrawn import undrawn

from dsw_analysis.findings.ledger import SECTION_MIME
from dsw_analysis.plan.plan import Plan

OTHERS = [name for name in NAMES if name not in RENDERED][::3] or SOME
"""Every third; of the rendered ones, the same is said of the finished files, and where that is all, of some as well."""


@pytest.fixture(scope="module", autouse=True)
def _one_plan():
    """The plan is the same for all of them, and read once."""
    plan = Plan.load(SCHEMAS, RAW)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Plan, "load", lambda *_: plan)
        yield


@pytest.mark.parametrize("name", OTHERS)
def test_every_figure_of_a_province_is_its_own(name):
    with undrawn():  # test_briefs draws them
        sections = [run_cells(NOTEBOOKS[s], data_dir=str(RAW.parent), province=name) for s in SECTIONS]
    records = [record for s in sections for record in s.section.close().data[SECTION_MIME]["findings"]]
    see_that_it_is_its_own(name, records, "".join(s.html for s in sections))
