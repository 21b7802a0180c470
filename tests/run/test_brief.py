"""The brief beside the report: it is of the summary alone, and belongs to the same set."""

import re
from html import unescape

import pypdfium2
import pytest
from small_projects import HAND_OVER, ROUND, add

from dsw_analysis.run.batch import Batch
from dsw_analysis.run.reports import files_of, write_report
from dsw_analysis.run.sections import edition, run_sections

MESSAGE = "from dsw_analysis.section.blocks import Block\nBlock('<p>สารของบทสรุป</p>')"


def write(project, formats=("html", "pdf")):
    with Batch(project, ROUND) as batch:
        return [path.name for path in write_report(batch, run_sections(batch), formats)]


def due(project):
    """Files of the report that would be made again, after the sections have run."""
    with Batch(project, ROUND) as batch:
        outcomes = run_sections(batch)
        names = edition(batch, outcomes).names
        return {name for name in files_of(outcomes) if batch.stale.report(name, names).reasons}


@pytest.fixture
def written(project):
    """A small project with a summary, and its report."""
    add(project, "00_summary", MESSAGE, HAND_OVER, order=0, title="บทสรุป")
    add(project, "01_one", HAND_OVER)
    assert write(project) == ["report.html", "figures.html", "report.pdf", "brief.pdf", "findings.xlsx"]
    return project


def test_it_holds_the_summary_and_nothing_else(written):
    out = written.outputs(ROUND)
    (page,) = pypdfium2.PdfDocument(out / "brief.pdf")
    words = page.get_textpage().get_text_bounded()
    assert "สารของบทสรุป" in words and "ส่วนตัวอย่าง" not in words
    html = (out / "brief.html").read_text(encoding="utf-8")
    assert "สารของบทสรุป" in html and "ส่วนตัวอย่าง" not in html
    assert [path.name for path in (out / "sections").iterdir()] == ["one.html"]


def test_it_is_made_again_only_when_the_summary_changes(written):
    assert due(written) == {"report.docx"}  # which was not asked for
    add(written, "01_one", HAND_OVER, title="ชื่อใหม่")
    assert due(written) == {"report.html", "figures.html", "report.pdf", "report.docx", "findings.xlsx"}
    add(written, "00_summary", MESSAGE.replace("สาร", "ใจความ"), HAND_OVER, order=0, title="บทสรุป")
    assert "brief.pdf" in due(written)


def test_without_it_a_new_set_does_not_take_the_place_of_the_last(written):
    before = (written.outputs(ROUND) / "report.html").read_bytes()
    add(written, "00_summary", MESSAGE.replace("สาร", "ใจความ"), HAND_OVER, order=0, title="บทสรุป")
    assert write(written, ["html"]) == []
    assert (written.outputs(ROUND) / "report.html").read_bytes() == before


def test_without_a_summary_there_is_none(project):
    add(project, "01_one", HAND_OVER)
    assert write(project) == ["report.html", "figures.html", "report.pdf", "findings.xlsx"]


def table(html, caption):
    """Rows of a table, each as the words of its cells."""
    (found,) = [t for t in re.findall("(?s)<table>.*?</table>", html) if plain(t).startswith(caption)]
    rows = re.findall("(?s)<tr>(.*?)</tr>", found.split("</thead>")[1])
    return [[plain(cell) for cell in re.findall("(?s)<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in rows]


def plain(html):
    return " ".join(unescape(re.sub("<[^>]+>", " ", html)).split())


WORK = {"done": 1, "in_progress": 11, "overdue": 3, "ahead": 0, "waiting": 0}
STATUS = {
    "reached": 3, "on_the_way": 0, "below_plan": 1, "missed": 0, "not_yet_due": 5, "nothing_to_measure": 1,
    "awaiting_target": 7, "awaiting_result": 0, "not_shown": 0,
}  # fmt: skip
"""Projects and indicators as the printed plan has them, counted by hand in the print."""
LATE = [
    ("3. แผนปฏิบัติการระยะ 5 ปี", 3),
    ("3. แผนปฏิบัติการระยะ 5 ปี", 4),
    ("11. คณะกรรมการ ศสส. บนพื้นที่สูง", 3),
    ("13. รับเรื่องผ่าน 1300 และสื่อสังคม", 5),
]
"""Overdue steps of the printed plan: project and number of the step."""
CARDS = [
    ("ร้อยละ 40 ต่ำกว่าแผน", 80),
    ("ร้อยละ 30.43 ถึงเป้าหมาย", 30),
    ("ร้อยละ 21.94 ถึงเป้าหมาย", 10),
    ("ร้อยละ 100 ถึงเป้าหมาย", 90),
]
"""Results that have a target and a verdict by the print, in the order of the rule, and their targets."""


def test_the_demonstration_says_what_the_printed_plan_gives(made):
    values = {i: f["value"] for i, f in made.findings.items()}
    assert {name: values[f"summary.work.{name}"] for name in WORK} == WORK
    assert {name: values[f"summary.status.{name}"] for name in STATUS} == STATUS
    assert values["summary.steps_overdue"] == len(LATE)
    html = (made.out / "brief.html").read_text(encoding="utf-8")
    assert "จาก 15 โครงการ ทำเสร็จแล้ว 1 กำลังดำเนินการ 11 แต่ 3 โครงการ มีขั้นตอนเลยกำหนด รวม 4 ขั้นตอน" in plain(html)
    assert "ตัวชี้วัดถึงเป้าหมายของทั้งปีแล้ว 3 จาก 17 ตัวชี้วัด แต่ต่ำกว่าแผน 1 ตัวชี้วัด" in plain(html)
    cards = [plain(card) for card in re.findall("(?s)<li>(.*?)</li>", html.split('class="cards"')[1].split("</ul>")[0])]
    for card, (result, target) in zip(cards, CARDS, strict=True):
        assert result in card and f"เป้าหมายทั้งปี ร้อยละ {target}" in card
    late = [f"{project} ขั้นตอนที่ {step}" for project, step in LATE]
    assert [row[0][-len(words) :] for row, words in zip(table(html, "เลยกำหนด"), late, strict=True)] == late
    asked = [row[0] for row in table(html, "เรื่องที่ขอให้พิจารณา")]
    assert len(asked) == 5 and asked[4] == "ตอบคำถาม: จะกำหนดตัวชี้วัดและค่าเป้าหมายแล้วเสร็จเมื่อใด 2. ผลักดันข้อเสนอเชิงนโยบาย"
    projects = [row for row in table(html, "สถานะของ") if len(row) > 1]
    assert [int(row[0].partition(".")[0]) for row in projects] == [*range(1, 16)]
