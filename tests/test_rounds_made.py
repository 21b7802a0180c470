"""A round of twelve months and a round of a changed plan, from the forms to the report in every format."""

import html
import json
import re
import shutil
import zipfile
from collections import Counter

import pypdfium2
import pytest
from conftest import FULL, ROOT
from declared import SCHEMAS
from markupsafe import escape
from rounds_made import ADDED, DROPPED, HOSTILE, RENAMED, make_round

from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.rounding import round_half_up
from dsw_analysis.intake.checking import check_files
from dsw_analysis.run.batch import Batch
from dsw_analysis.run.reports import FORMATS, audit, write_report
from dsw_analysis.run.sections import explain, run_sections
from dsw_analysis.run.tasks import Project

TITLE = re.compile(r'<li[^>]*><a href="#([a-z_]+)">')


def report(root, round_id, *, changed=False, formats=FORMATS):
    """Make a round's raw files and report; returns the files made, the ledger, and what was said on the way."""
    shutil.copytree(ROOT / "notebooks", root / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    shutil.copytree(ROOT / "data" / "schemas", root / "data" / "schemas")
    shutil.copy(ROOT / "project.toml", root)
    round_made = make_round(root, round_id, changed=changed)
    said = []
    with Batch(Project(root=root), round_made.round) as batch:
        object.__setattr__(batch.progress, "say", said.append)
        outcomes = run_sections(batch)
        files = write_report(batch, outcomes, formats)
        slips = audit(batch, [path for path in files if path.suffix == ".html"])
    round_made.out, round_made.files, round_made.said = batch.out, files, said
    round_made.on_paper = "pdf" in formats
    round_made.slips = [slip for found in slips.values() for slip in found]
    round_made.document = json.loads((batch.out / "findings.json").read_text(encoding="utf-8"))
    round_made.html = (batch.out / "report.html").read_text(encoding="utf-8")
    return round_made


@pytest.fixture(scope="session")
def whole_year(tmp_path_factory):
    """On paper in the full run; of the changed plan, whose texts are harder, it always is."""
    return report(tmp_path_factory.mktemp("year"), "2569-12m", formats=FORMATS if FULL else ["html"])


@pytest.fixture(scope="session")
def changed_plan(tmp_path_factory):
    return report(tmp_path_factory.mktemp("changed"), "2570-6m", changed=True)


@pytest.fixture(params=["whole_year", "changed_plan"])
def any_round(request):
    return request.getfixturevalue(request.param)


def test_filled_in_forms_have_no_problem(any_round):
    problems = [p for checked in check_files(SCHEMAS.at(any_round.round), any_round.folder) for p in checked.problems]
    absent = [] if DROPPED in any_round.records["plan_projects"]["section"].tolist() else ["missing_file"]
    assert [p.code for p in problems] == absent


def test_findings_are_what_pandas_makes_of_the_records(any_round):
    found = {f["id"]: f["value"] for f in any_round.document["findings"]}
    wrong = {
        i: (value, found.get(i, "absent"))
        for i, value in any_round.expected.items()
        if i not in found or (found[i] is None) != (value is None)
        or (value is not None and found[i] != pytest.approx(value, rel=1e-12))
    }  # fmt: skip
    assert not wrong
    by_section = Counter(i.partition(".")[0] for i in any_round.expected)
    small = {"policy_study", "policy_strategy", "five_year_plan", "engagement", "citizen_questions", ADDED, RENAMED}
    assert all(number >= 30 for section, number in by_section.items() if section not in small), by_section
    assert set(by_section) == set(any_round.records["plan_projects"]["section"])


def test_every_format_is_made_and_every_number_is_borne_out(any_round):
    paper = {"report.pdf", "report.docx", "brief.pdf"} if any_round.on_paper else set()
    assert {path.name for path in any_round.files} == {"report.html", "figures.html", "findings.xlsx"} | paper
    assert all(path.stat().st_size > 20_000 for path in any_round.files)
    assert not paper or len(pypdfium2.PdfDocument(any_round.out / "brief.pdf")) <= 2
    assert any_round.slips == []


def test_no_result_prints_across_its_target(any_round):
    """The printed result, judged by eye against the printed target, gives the status that stands beside it."""
    found = {f["id"]: Finding(**{k: v for k, v in f.items() if k != "section"}) for f in any_round.document["findings"]}
    judged = 0
    for section in any_round.document["sections"]:
        for indicator in section["indicators"]:
            if not indicator["target"] or not indicator["result"] or found[indicator["result"]].value is None:
                continue
            result, target = (float(found[indicator[of]].text().replace(",", "")) for of in ("result", "target"))
            assert (indicator["status"] == "reached") == (result >= target), indicator
            judged += 1
    assert judged >= 5


def test_a_year_has_no_words_of_a_half_year(whole_year):
    text = re.sub(r"<[^>]+>", " ", whole_year.html)
    assert "รอบ 12 เดือน ปีงบประมาณ พ.ศ. 2569" in text
    for words in ("รอบ 6 เดือน", "6 ใน 12 เดือน", "ก่อนสิ้นปี", "ได้เมื่อสิ้นปี"):
        assert words not in text, words


def test_projects_stand_in_the_order_of_the_plan_with_their_names(changed_plan):
    plan = changed_plan.records["plan_projects"].sort_values("order")
    listed = [s["section"] for s in changed_plan.document["sections"]]
    assert listed == [*plan["section"], "summary"]
    contents = TITLE.findall(changed_plan.html.split("<nav")[1].split("</nav>")[0])
    assert contents == ["summary", *plan["section"], "method"]
    titles = {s["section"]: s["title"] for s in changed_plan.document["sections"]}
    assert titles[RENAMED] == "คลังความรู้ของกรม (Storytelling)"


def test_a_project_without_a_notebook_is_shown_from_its_plan(changed_plan):
    (section,) = (s for s in changed_plan.document["sections"] if s["section"] == ADDED)
    (indicator,) = section["indicators"]
    assert (section["state"], indicator["status"], indicator["result"]) == ("plan_only", "awaiting_result", None)
    body = changed_plan.html.split(f'<section id="{ADDED}"')[1].split("</section>")[0]
    for words in ("ทักษะดิจิทัล", "ยังไม่มีการวิเคราะห์ข้อมูล", "สำรวจทักษะ", "ผู้ผ่านการทดสอบ"):
        assert words in body, words
    summary = changed_plan.html.split('<section id="summary"')[1].split("</section>")[0]
    assert f'<a href="#{ADDED}">' in summary
    assert f"{ADDED} has no notebook; the report shows what the plan says of it" in changed_plan.said


def test_names_that_look_like_markup_stay_as_they_are_in_every_format(changed_plan):
    """In cover, contents, heading, overview, road map, indicators, summary and bases of numbers."""
    assert changed_plan.html.count(str(escape(HOSTILE))) >= 8
    assert not re.search(r"<b>y</b>|<strong>x</strong>|b\.example\"", changed_plan.html)
    wanted = re.sub(r"\s", "", HOSTILE)
    pdf = pypdfium2.PdfDocument(changed_plan.out / "report.pdf")
    paper = re.sub(r"\s", "", "".join(page.get_textpage().get_text_bounded() for page in pdf))
    assert paper.count(wanted) >= 6
    with zipfile.ZipFile(changed_plan.out / "report.docx") as docx:
        word = docx.read("word/document.xml").decode()
    paragraphs = re.findall(r"<w:p[ >].*?</w:p>", word, re.S)
    texts = ["".join(re.findall(r"<w:t[^>]*>([^<]*)</w:t>", paragraph)) for paragraph in paragraphs]
    assert sum(wanted in re.sub(r"\s", "", html.unescape(text)) for text in texts) >= 6


def test_a_notebook_without_a_project_is_left_out_and_named(changed_plan):
    assert changed_plan.document["left_out"] == [DROPPED]
    assert DROPPED not in {f["section"] for f in changed_plan.document["findings"]}
    assert f'<section id="{DROPPED}"' not in changed_plan.html
    (line,) = (line for line in changed_plan.said if "left out" in line)
    assert line.startswith("08_career_development.ipynb is left out: the action plan of this round has no project")
    assert not (changed_plan.out / "sections" / f"{DROPPED}.html").exists()


def test_nothing_runs_again_in_a_round_of_a_changed_plan(changed_plan):
    with Batch(Project(root=changed_plan.out.parent.parent), changed_plan.round) as batch:
        why = explain(batch)
        assert {ADDED, DROPPED, "summary"} <= set(why)
        assert not any(why.values()), why


def test_changed_targets_and_indicators_are_the_plan_s(changed_plan):
    judged = {i["id"]: i for s in changed_plan.document["sections"] for i in s["indicators"]}
    assert "csr.target" not in judged
    assert judged["csr.linked_target"]["name"] == "ร้อยละของกิจกรรมที่เชื่อมโยง"
    found = {f["id"]: f["value"] for f in changed_plan.document["findings"]}
    assert (found["csr.linked_target"], found["urgent_cases.target"]) == (60, 95)
    linked = found["csr.linked_share"]
    assert judged["csr.linked_target"]["status"] == ("reached" if linked >= 60 else "below_plan")
    assert str(round_half_up(linked, 2)) in changed_plan.html
