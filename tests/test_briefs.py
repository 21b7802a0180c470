"""Briefs of all 77 provinces, made in parallel: each with its own figures and those of no other."""

import csv
import json
import re
import shutil
from collections import Counter
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from conftest import ROOT, ROUND

from dsw_analysis.batch import Batch, Project
from dsw_analysis.batch.briefs import write_briefs
from dsw_analysis.cli import main
from dsw_analysis.provinces import province_names, provincial_sections
from dsw_analysis.rounds import Round

# Read with csv alone, so that nothing of the package has a say in what is expected.
NAMES = [
    row["name_th"]
    for row in csv.DictReader((ROOT / "src/dsw_analysis/thai/provinces.csv").read_text(encoding="utf-8").splitlines())
]


def by_province(file, column="จังหวัด"):
    with (ROOT / "data" / "raw" / ROUND / file).open(encoding="utf-8-sig", newline="") as lines:
        return Counter(row[column] for row in csv.DictReader(lines))


@pytest.fixture(scope="module")
def briefs(tmp_path_factory):
    """Folder of the briefs of all provinces."""
    root = tmp_path_factory.mktemp("briefs")
    for name in ("notebooks", "data"):
        ignored = shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__", "checked")
        shutil.copytree(ROOT / name, root / name, ignore=ignored)
    project = Project(root=root)
    with Batch(project, Round.parse(ROUND)) as batch:
        sections = provincial_sections(batch.notebooks)
        outcomes = write_briefs(batch, province_names(), sections)
    assert [o.error for o in outcomes if o.error] == []
    assert len(outcomes) == 77 * len(sections)
    return project.outputs(Round.parse(ROUND)) / "provinces"


class Page(HTMLParser):
    """Words of a page, and where its links lead."""

    def __init__(self, path):
        super().__init__()
        self.words, self.links = [], []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        self.links += [value for name, value in attrs if name == "href"]

    def handle_data(self, data):
        self.words.append(data)


def test_each_province_has_a_brief_and_each_figure_is_its_own(briefs):
    assert len(NAMES) == len(set(NAMES)) == 77
    assert sorted(path.name for path in briefs.iterdir() if path.is_dir()) == sorted(NAMES)
    cases, activities = by_province("urgent_cases.csv"), by_province("csr_activities.csv")
    assert sum(cases.values()) > 1000 < sum(activities.values())
    for name in NAMES:
        ledger = json.loads((briefs / name / "findings.json").read_text(encoding="utf-8"))
        findings = {f["id"]: f for f in ledger["findings"]}
        assert {f["province"] for f in findings.values()} == {name}
        assert findings["urgent_cases.all"]["value"] == cases[name]
        assert findings["csr.activities"]["value"] == activities[name]
        page = Page(briefs / name / f"{name}.html")
        figures = {link.removeprefix("#f.") for link in page.links if link.startswith("#f.")}
        assert figures
        assert figures <= set(findings)
        assert (briefs / name / f"{name}.pdf").read_bytes().startswith(b"%PDF-1.7")


def test_no_brief_names_another_province(briefs):
    longest_first = sorted(NAMES, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, longest_first)))
    # Names of provinces that are also words of other meaning cannot be told apart by spelling.
    ambiguous = {"ตาก", "เลย", "แพร่", "น่าน", "ตรัง", "กระบี่", "ระยอง"}
    for name in NAMES:
        words = " ".join(Page(briefs / name / f"{name}.html").words)
        others = {found for found in pattern.findall(words) if found not in ambiguous} - {name}
        assert others == set(), (name, others)


def test_the_index_leads_to_every_brief(briefs):
    links = [unquote(link) for link in Page(briefs / "index.html").links if not link.startswith("#")]
    assert sorted(links) == sorted(f"{name}/{name}.{kind}" for name in NAMES for kind in ("html", "pdf"))
    assert all((briefs / link).is_file() for link in links)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--by", "province", "--only", "เชียงไหม่"], "เชียงใหม่"),
        (["--only", "เชียงใหม่"], "--only needs --by province"),
        (["--by", "province", "--section", "five_year_plan"], "no data by province in section five_year_plan"),
    ],
)
def test_misuse_is_named(copy, capsys, arguments, said):
    assert main(["--project", str(copy.root), "run", ROUND, *arguments]) == 2
    assert said in capsys.readouterr().err
