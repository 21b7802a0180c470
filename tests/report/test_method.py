"""The cover and the last chapter of a report: edition, contact, contents, verdicts, abbreviations, what is missing."""

import re
from datetime import date
from html import unescape

import pytest

from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.ledger import Ledger, ledger_document
from dsw_analysis.plan.verdicts import RULES, Status, Work
from dsw_analysis.project import Settings, use
from dsw_analysis.report.audit import Audit
from dsw_analysis.report.document import compose, text_of
from dsw_analysis.report.edition import DRAFT, Edition, with_edition
from dsw_analysis.report.page import Chapter, figures_page, page
from dsw_analysis.rounds import Round

ROUND = Round.parse("2569-6m")
SHORT = {"พม.": "กระทรวง ก", "สป.พม.": "สำนักงานปลัด", "SIA": "ผลกระทบ", "CSR": "ความรับผิดชอบ", "ศูนย์ CSR": "ศูนย์ ข"}


def report(body, restated=(), inputs=(), edition=DRAFT, **work):
    """The page of a report of one section, and the blocks of the same on paper."""
    handed = {
        "section": "one",
        "order": 1,
        "indicators": [],
        "inputs": list(inputs),
        "findings": LEDGER.records(),
        "work": work,
    }
    handed["restated"] = list(restated)
    document = ledger_document(ROUND, [("one", "หนึ่ง", None, handed)])
    chapters = [Chapter(id="one", title="หนึ่ง", order=1, body=f"<h1>หนึ่ง</h1>{body}")]
    html = with_edition(page(ROUND, chapters, LEDGER, document=document), edition)
    # What stands around the section is what the audit makes of the ledger, and of what was signed.
    assert [slip for slip in Audit(document, edition).slips(html) if slip.section == "page"] == []
    assert [slip for slip in Audit(document, OTHER).slips(html) if slip.section == "page"] != []
    return html, compose(ROUND, chapters, LEDGER, document=document, edition=edition).blocks


LEDGER = Ledger([Finding(id="one.n", label="จำนวน", value=3, unit="persons")])
NUMBER = '<p>มี <a class="n" href="#f.one.n">3 คน</a></p>'


def words(html):
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", html))


def method(html):
    return words(html.partition('<section id="method"')[2])


OTHER = Edition(by="คนอื่น", role="ที่อื่น")
APPROVED = {"by": "นาย ก ข", "role": "อธิบดี", "on": date(2026, 5, 1)}
BY = "เห็นชอบโดย นาย ก ข อธิบดี เมื่อวันที่ 1 พฤษภาคม 2569"


@pytest.mark.parametrize(
    ("edition", "lines"),
    [
        (DRAFT, ["ร่าง ยังไม่ได้รับความเห็นชอบ"]),
        (Edition(**APPROVED), [BY]),
        (Edition(by="นาย <b> & ข", role="อธิบดี"), ["เห็นชอบโดย นาย <b> & ข อธิบดี"]),
        (Edition(**APPROVED, number=1, issued=date(2026, 5, 2)), ["ฉบับที่ 1 ออกเมื่อวันที่ 2 พฤษภาคม 2569", BY]),
        (Edition(**APPROVED, number=3, reason="แก้ยอด"), ["ฉบับที่ 3", "ฉบับปรับปรุงครั้งที่ 2: แก้ยอด", BY]),
    ],
)
def test_the_cover_says_what_the_report_is_and_whom_to_ask(edition, lines):
    use(Settings(title="รายงาน ก", contact="กลุ่ม ข โทร. 0 2000 0000"))
    html, blocks = report(NUMBER, edition=edition)
    cover = html.partition("</header>")[0]
    assert [unescape(words(line)).strip() for line in re.findall(r'<p class="edition">(.*?)</p>', cover)] == lines
    assert with_edition(html, DRAFT) == report(NUMBER)[0]
    on_paper = text_of(blocks[0])
    assert all(line in on_paper for line in lines)
    for text in ("รายงาน ก", "ประจำปีงบประมาณ พ.ศ. 2569 รอบ 6 เดือน", "กลุ่ม ข โทร. 0 2000 0000"):
        assert text in words(cover)
        assert text in on_paper
    assert "ติดต่อ กลุ่ม ข โทร. 0 2000 0000" in method(html)


def test_every_verdict_has_its_rule_on_the_page():
    assert set(RULES) == {*Work, *Status}
    html, blocks = report(NUMBER)
    for verdict, rule in RULES.items():
        assert f"{verdict.value} {rule}" in method(html)
        assert rule in text_of(blocks[-1])


def test_abbreviations_are_those_that_occur_and_none_for_being_a_piece_of_another():
    use(Settings(abbreviations=SHORT))
    for said, expected in (
        ("สป.พม. และศูนย์ CSR ในเอเชีย (ASIA)", {"สป.พม.", "ศูนย์ CSR"}),
        ("โดยพม. ตาม <b>CSR</b>", {"พม.", "CSR"}),
        ("ไม่มี", set()),
    ):
        html, _ = report(f"{NUMBER}<p>{said}</p>")
        shown = method(html).partition(" คำย่อ ")[2]
        assert {short for short, long in SHORT.items() if f"{short} {long}" in shown} == expected


def test_what_is_bound_is_counted_and_what_was_restated_is_listed_with_its_cause():
    restated = [{"id": "one.n", "printed": "4", "cause": "หน่วยงานแก้ยอด"}]
    html, _ = report(f"{NUMBER}{NUMBER}", restated=restated)
    assert "ตรวจตัวเลข 2 แห่ง และคำเปรียบเทียบ 0 แห่ง" in method(html)
    assert "โครงการที่ 1: ตัวเลข 2" in method(html)
    assert "ต่างจากฉบับพิมพ์: one.n ฉบับพิมพ์ 4 เพราะหน่วยงานแก้ยอด" in method(html)
    assert "ต่างจากฉบับพิมพ์" not in method(report(NUMBER)[0])


def test_the_contents_name_plan_and_issue_above_their_first_project():
    html, _ = report(NUMBER, strategy="แผนเรื่องที่ 2", issue="ประเด็นที่ 1")
    contents = words(html.partition("<nav")[2].partition("</nav>")[0])
    assert "แผนเรื่องที่ 2 › ประเด็นที่ 1 1. หนึ่ง" in contents


def test_corrected_values_are_counted_and_listed_with_their_reason():
    one = {"part": None, "row": 17, "record": "A-2", "column": "จำนวน (ราย)", "old": "1O", "new": None}
    said = {"reason": "พิมพ์ผิด", "by": "กลุ่มแผนงาน", "corrected_on": "2026-04-01"}
    read = {"dataset": "csr_activities", "file": "csr.csv", "sha256": "0", "rows": 3, "refused": 0}
    html, blocks = report(NUMBER, inputs=[{**read, "corrections": [{**one, **said}]}])
    row = "csr.csv 17 จำนวน (ราย) 1O ว่าง พิมพ์ผิด กลุ่มแผนงาน 1 เมษายน 2569"
    assert "ได้แก้ไขข้อมูล 1 ค่าตามไฟล์ corrections ไฟล์ที่หน่วยงานส่งมายังคงเดิม" in method(html) and row in method(html)
    assert "1O" in " ".join(map(text_of, blocks))
    assert "การแก้ไขข้อมูล" not in method(report(NUMBER, inputs=[read])[0])


def test_files_that_a_notebook_made_are_said_with_what_they_were_made_of():
    read = {"dataset": "csr_activities", "file": "csr.prepared.csv", "sha256": "0", "rows": 3, "refused": 0}
    of = [{"file": "notebooks/prepare/csr.ipynb", "sha256": "a" * 64}, {"file": "data/raw/x.xlsx", "sha256": "b" * 64}]
    html, blocks = report(NUMBER, inputs=[{**read, "prepared": of}])
    sentence = "csr.prepared.csv แปลงจาก data/raw/x.xlsx ด้วย notebooks/prepare/csr.ipynb"
    assert sentence in method(html) and sentence in " ".join(map(text_of, blocks))
    assert "โน้ตบุ๊กเตรียมข้อมูล" not in method(report(NUMBER, inputs=[read])[0])
    document = {"round": "2569-6m", "sections": [], "findings": [], "inputs": [{**read, "prepared": of}]}
    shown = figures_page(document)
    assert "แปลงจาก data/raw/x.xlsx" in shown and "a" * 64 in shown and "b" * 64 in shown


def test_options_by_which_a_file_was_read_are_said_with_who_accepted_them():
    read = {"dataset": "csr_activities", "file": "csr.csv", "sha256": "0", "rows": 3, "refused": 0}
    said = {"file": "csr.options.yaml", "of": "csr.csv", "sha256": "f" * 64, "by": "สมหญิง ใจดี", "on": "2026-04-02"}
    html, blocks = report(NUMBER, inputs=[{**read, "options": [said]}])
    sentence = "อ่านตามวิธีอ่านที่มีผู้ยอมรับ: csr.csv โดย สมหญิง ใจดี เมื่อ 2 เมษายน 2569"
    assert sentence in method(html) and sentence in " ".join(map(text_of, blocks))
    assert "วิธีอ่านที่มีผู้ยอมรับ" not in method(report(NUMBER, inputs=[read])[0])
    document = {"round": "2569-6m", "sections": [], "findings": [], "inputs": [{**read, "options": [said]}]}
    shown = figures_page(document)
    assert "สมหญิง ใจดี ยอมรับเมื่อ 2 เมษายน 2569" in shown and "csr.options.yaml" in shown and "f" * 64 in shown
