"""The gallery misses no figure, table, block or measure that is public; `make docs` runs its cells."""

import re

import pytest
from conftest import ROOT

import dsw_analysis as dsw
from dsw_analysis.section.project_section import ProjectSection
from dsw_analysis.section.summary import Summary


def cells(name):
    """Code of a page's cells that are shown."""
    page = (ROOT / "docs" / name).read_text(encoding="utf-8")
    blocks = re.findall(r"```\{code-cell\} ipython3\n(:tags: \[remove-cell\])?(.*?)```", page, re.S)
    return "\n".join(code for hidden, code in blocks if not hidden)


def shows_a_block(thing):
    return "Block" in str(getattr(thing, "__annotations__", {}).get("return", ""))


SHOWN = sorted(
    {
        name
        for of in (ProjectSection, Summary)
        for name in dir(of)
        if name[0] != "_" and shows_a_block(getattr(of, name))
    }
)
MEASURES = sorted(name for name in dsw.__all__ if ".measures." in getattr(getattr(dsw, name), "__module__", ""))


def test_what_is_public_is_found():
    assert {"bars", "tile_map", "table", "trend", "overview", "cards"} <= set(SHOWN)
    assert {"Count", "Share", "WaitQuantile", "by", "derive"} <= set(MEASURES)
    assert len(MEASURES) > 30


@pytest.mark.parametrize("name", SHOWN)
def test_the_gallery_shows_every_figure_table_and_block(name):
    call = r"%%say" if name == "say" else rf"\b(s|brief)\.{name}\("
    assert re.search(call, cells("gallery.md"))


@pytest.mark.parametrize("name", MEASURES)
def test_the_gallery_shows_every_measure(name):
    assert re.search(rf"\b{name}\b", cells("gallery_measures.md"))
