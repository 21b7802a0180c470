"""The examples of ``docs/measures.md`` run and print what stands there; every measure is named on the page."""

import doctest
import re

import pytest
from conftest import ROOT

from dsw_analysis import measures

PAGE = (ROOT / "docs" / "measures.md").read_text(encoding="utf-8")


def test_examples_print_what_the_page_shows(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    test = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, "measures.md", "docs/measures.md", 0)
    failed, tried = doctest.DocTestRunner(verbose=False).run(test)
    assert tried > 40
    assert failed == 0, capsys.readouterr().out


@pytest.mark.parametrize("name", sorted(set(measures.__all__) - {"select", "Ranked", "derive"}))
def test_page_names_every_measure(name):
    assert re.search(rf"\b{name}\b", PAGE)
