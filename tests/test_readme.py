"""The two READMEs: the same in both languages, every promise with its proof, a picture that is small and described."""

import re

import pytest
from conftest import ROOT
from PIL import Image

PAGES = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.th.md")}
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
PROOFS = ("tests/", "benchmarks/", ".ci/", "docs/")


def promises(page):
    """Rows of the table of promises, as (promise, what proves it)."""
    table = re.search(r"\| \| (?:proof|หลักฐาน) \|\n\|---\|---\|\n((?:\|.*\n)+)", page)[1]
    return [tuple(cell.strip() for cell in row.strip("|").split("|")) for row in table.splitlines()]


@pytest.mark.parametrize("page", ["README.md", "README.th.md", "CONTRIBUTING.md", "docs/tutorial.th.md"])
def test_the_pages_lead_somewhere(page):
    links = LINK.findall((ROOT / page).read_text(encoding="utf-8"))
    assert len(links) > 2
    assert [link for link in links if "://" not in link and not ((ROOT / page).parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_each_of_eight_promises_is_proved_by_something_that_runs_or_was_measured(page):
    found = promises(page)
    assert len(found) == 8
    for promise, proof in found:
        links = LINK.findall(proof)
        assert links and all(link.startswith(PROOFS) for link in links), promise
        assert any(not link.startswith("docs/") for link in links), promise


def test_both_languages_say_the_same():
    english, thai = ([link for link in LINK.findall(page) if not link.startswith("README")] for page in PAGES.values())
    assert sorted(english) == sorted(thai)
    assert len(re.findall("^## ", PAGES["README.md"], re.M)) == len(re.findall("^## ", PAGES["README.th.md"], re.M))
    commands = [re.findall(r"^ {4}([^#\n]+?)\s*(?:#.*)?$", page, re.M) for page in PAGES.values()]
    assert commands[0] == commands[1]


def test_the_picture_is_small_and_described():
    picture = ROOT / "docs" / "report.webp"
    assert picture.stat().st_size < 150_000
    assert Image.open(picture).size[0] == 1280
    for page in PAGES.values():
        (alternative,) = re.findall(r"!\[([^\]]+)\]\(docs/report\.webp\)", page)
        assert "57.44" in alternative
