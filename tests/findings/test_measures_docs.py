"""The examples of ``docs/measures.md`` and ``docs/samples.md`` print what stands there; every measure is named."""

import doctest
import re

import pytest
from conftest import ROOT

import dsw_analysis as dsw

PAGE = (ROOT / "docs" / "measures.md").read_text(encoding="utf-8")


def test_examples_print_what_the_page_shows(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    test = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, "measures.md", "docs/measures.md", 0)
    failed, tried = doctest.DocTestRunner(verbose=False).run(test)
    assert tried > 40
    assert failed == 0, capsys.readouterr().out


HOMES = {name: getattr(getattr(dsw, name), "__module__", "") for name in dsw.__all__}
MEASURES = [name for name, home in HOMES.items() if ".measures." in home and name != "derive"]


def test_measures_are_found():
    assert len(MEASURES) > 30


@pytest.mark.parametrize("name", sorted(MEASURES))
def test_page_names_every_measure(name):
    assert re.search(rf"\b{name}\b", PAGE)


def test_the_page_on_samples_prints_what_it_shows(monkeypatch, capsys):
    pytest.importorskip("svy", reason="no dependency: docs/samples.md says when to install it")
    monkeypatch.chdir(ROOT)
    page = (ROOT / "docs" / "samples.md").read_text(encoding="utf-8")
    pieces = re.findall(r"```python\n(.*?)```\n\n((?: {4}[^\n]*\n|\n(?= {4}))+)", page, re.S)
    assert len(pieces) == 2
    names = {}
    for code, shown in pieces:
        exec(code, names)
        printed = [line.strip() for line in capsys.readouterr().out.splitlines() if line.strip()]
        assert printed == [line.strip() for line in shown.splitlines() if line.strip()]
