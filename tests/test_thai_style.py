"""Phrases that an editor struck out of the report do not come back: the guide's own table is the list."""

import re

import pytest
from conftest import ROOT

GUIDE = (ROOT / "docs" / "thai-style.md").read_text(encoding="utf-8")
STRUCK = re.findall(r"^\| (.+?) \| .+ \|$", GUIDE.partition("## คำที่เลี่ยง")[2], re.M)[1:]
WHERE = (
    "notebooks/*.ipynb", "src/**/*.py", "src/**/*.j2", "src/**/*.toml", "data/reconstruct/*", "data/schemas/*.yaml",
    "src/**/*.yaml",
    "project.toml",
)  # fmt: skip


def test_the_guide_has_a_list():
    assert len(STRUCK) > 15
    assert len(set(STRUCK)) == len(STRUCK)


@pytest.mark.parametrize("phrase", STRUCK)
def test_a_phrase_struck_out_is_in_no_text_of_ours(phrase):
    files = [path for pattern in WHERE for path in ROOT.glob(pattern) if path.is_file()]
    assert len(files) > 100
    assert [path.name for path in files if phrase in path.read_text(encoding="utf-8")] == []


def test_no_phrase_struck_out_stands_in_the_report(made):
    page = (made.out / "report.html").read_text(encoding="utf-8")
    text = re.sub(r"<[^>]+>", "", re.sub(r"(?s)<(style|script)\b.*?</\1>", "", page))
    assert [phrase for phrase in STRUCK if phrase in text] == []
