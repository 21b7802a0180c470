"""Briefs of all 77 provinces: each with its own figures and those of no other, cell by cell and as finished files."""

import csv
import json
import re
import shutil
from collections import Counter
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from conftest import FULL, ROOT, ROUND
from protected import fives
from test_provinces import RAW, SECTIONS, rows_of_csv, rows_of_sheet

from dsw_analysis.cli import main
from dsw_analysis.rounds import Round
from dsw_analysis.run.batch import Batch
from dsw_analysis.run.reports import write_briefs
from dsw_analysis.run.tasks import Project

# Read with csv alone, so that nothing of the package has a say in what is expected.
PROVINCES = (ROOT / "src/dsw_analysis/intake/thai/provinces.csv").read_text(encoding="utf-8")
NAMES = [row["name_th"] for row in csv.DictReader(PROVINCES.splitlines())]


SOME = ["กรุงเทพมหานคร", "เชียงใหม่", "ตาก", "ระยอง", "ลพบุรี", "พระนครศรีอยุธยา"]
"""The capital, which is not called a province, every set of sections that a province has rows in, the longest name."""
RENDERED = NAMES if FULL else SOME


def by_province(file, column="จังหวัด"):
    with (RAW / file).open(encoding="utf-8-sig", newline="") as lines:
        return Counter(row[column] for row in csv.DictReader(lines))


CASES, ACTIVITIES = by_province("urgent_cases.csv"), by_province("csr_activities.csv")
OF_PROVINCES = re.compile("|".join(map(re.escape, sorted(NAMES, key=len, reverse=True))))
AMBIGUOUS = {"ตาก", "เลย", "แพร่", "น่าน", "ตรัง", "กระบี่", "ระยอง"}
"""Names of provinces that are also words of other meaning cannot be told apart by spelling."""


@pytest.fixture(scope="module")
def briefs(tmp_path_factory):
    """Folder of the briefs."""
    root = tmp_path_factory.mktemp("briefs")
    for name in ("notebooks", "data"):
        ignored = shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__", "checked")
        shutil.copytree(ROOT / name, root / name, ignore=ignored)
    shutil.copy(ROOT / "project.toml", root)
    project = Project(root=root)
    with Batch(project, Round.parse(ROUND)) as batch:
        outcomes = write_briefs(batch, RENDERED, SECTIONS)
    assert [o.error for o in outcomes if o.error] == []
    assert len(outcomes) == len(RENDERED) * len(SECTIONS)
    return project.outputs(Round.parse(ROUND)) / "provinces"


class Page(HTMLParser):
    """Words of a page, where its links lead, and findings whose bases it opens."""

    def __init__(self, html):
        super().__init__()
        self.words, self.links, self.opened = [], [], set()
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.links += [value for name, value in attrs if name == "href"]
        # A page opens the basis of a number where a notebook's cell links to it.
        basis = (value for name, value in attrs if name in {"popovertarget", "href"})
        self.opened |= {match[1] for value in basis if (match := re.fullmatch(r"#?f\.(.+)", value))}

    def handle_data(self, data):
        self.words.append(data)


def see_that_it_is_its_own(name, findings, html):
    """Numbers and words of a brief are those of its province: records of the ledger, and what is shown."""
    found = {f["id"]: f for f in findings}
    assert {f["province"] for f in found.values()} == {name}
    assert found["urgent_cases.all"]["value"] == fives(CASES[name])
    assert found["csr.activities"]["value"] == ACTIVITIES[name]
    page = Page(html)
    assert page.opened
    assert page.opened <= set(found)
    assert {word for word in OF_PROVINCES.findall(" ".join(page.words)) if word not in AMBIGUOUS} <= {name}


def test_there_is_something_to_tell_of_each_province():
    assert len(NAMES) == len(set(NAMES)) == 77
    assert sum(CASES.values()) > 1000 < sum(ACTIVITIES.values())


def test_some_are_of_every_kind():
    head, careers = rows_of_sheet("career_participants.xlsx", "รหัสผู้เข้าร่วม")
    places = {
        "career_development": [row[head.index("จังหวัด")] for row in careers],
        "csr": ACTIVITIES,
        "community_welfare": [row[1] for row in rows_of_sheet("community_welfare.xlsx", "หน่วยงาน", header_rows=2)[1]],
        "highland_welfare": [row[1] for row in rows_of_sheet("highland_welfare.xlsx", "ศูนย์พัฒนาราษฎรบนพื้นที่สูง")[1]],
        "homeless_housing": [row["จังหวัด"] for row in rows_of_csv(RAW / "homeless_housing.csv", "cp874", skip=1)],
        "urgent_cases": CASES,
    }
    assert set(places) == set(SECTIONS)
    kinds = {name: frozenset(section for section, those in places.items() if name in those) for name in NAMES}
    assert {kinds[name] for name in SOME} == set(kinds.values())
    assert max(NAMES, key=len) in SOME


def test_a_finished_brief_is_that_of_its_province(briefs):
    assert sorted(path.name for path in briefs.iterdir() if path.is_dir()) == sorted(RENDERED)
    for name in RENDERED:
        ledger = json.loads((briefs / name / "findings.json").read_text(encoding="utf-8"))
        html = (briefs / name / f"{name}.html").read_text(encoding="utf-8")
        see_that_it_is_its_own(name, ledger["findings"], html)
        assert (briefs / name / f"{name}.pdf").read_bytes().startswith(b"%PDF-1.7")


def test_the_index_leads_to_every_brief(briefs):
    index = Page((briefs / "index.html").read_text(encoding="utf-8"))
    links = [unquote(link) for link in index.links if not link.startswith("#")]
    assert sorted(links) == sorted(f"{name}/{name}.{kind}" for name in RENDERED for kind in ("html", "pdf"))
    assert all((briefs / link).is_file() for link in links)


def test_a_project_without_data_by_province_is_told_so(project, capsys):
    (project.root / "data" / "raw" / ROUND / "one.csv").touch()
    (project.root / "notebooks" / "01_one.ipynb").write_text('{"cells": []}', encoding="utf-8")
    assert main(["--project", str(project.root), "run", ROUND, "--by", "province"]) == 2
    assert "no notebook can be narrowed to a province" in capsys.readouterr().err


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
