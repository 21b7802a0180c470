"""No file of a release holds a number of the exact ledgers that is not shown, nor what persons wrote."""

import base64
import csv
import html
import io
import json
import re
import zipfile
from itertools import cycle, islice
from urllib.parse import unquote

import openpyxl
import pypdf
import pytest
from conftest import copied, once
from few_sections import keep

from dsw_analysis.rounds import Round
from dsw_analysis.run.batch import Batch
from dsw_analysis.run.reports import write_briefs, write_report
from dsw_analysis.run.sections import run_sections
from dsw_analysis.run.tasks import Project

ROUND = Round.parse("2569-6m")
CASES = {"ตาก": 1237, "เลย": 2341, "น่าน": 1153, "แพร่": 1409, "ยะลา": 3}
"""Cases of provinces, none of them a multiple of five: numbers so long that they stand nowhere by chance."""
TOLD = "ครอบครัวของฉันที่บ้านโป่งหมากแข้งถูกไล่ที่"
_WIDTH = re.compile(r'w:w="\d+"')  # of columns in Word
FIELDS = ("value", "numerator", "denominator", "rows", "missing", "low", "high")


def make(folder):
    """A release of two sections with the briefs of two provinces."""
    project = copied(folder)
    keep(project, "summary", "urgent_cases", "citizen_questions")
    path = project.raw / "urgent_cases.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    places = [place for place, number in CASES.items() for _ in range(number)]
    made = [{**row, "จังหวัด": place} for row, place in zip(islice(cycle(rows[:-7]), len(places)), places, strict=True)]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows({**row, "เลขที่เรื่อง": f"U-{number}"} for number, row in enumerate(made))
    (project.raw / "citizen_questions.xlsx").unlink()
    head = "รหัสคำถาม,วันเวลาที่ถาม,เรื่อง,หน่วยงานที่เกี่ยวข้อง,วันเวลาที่ตอบ"
    asked = [f"Q{n},3 ม.ค. 2569 08:30,{TOLD},," for n in range(12)]
    (project.raw / "citizen_questions.csv").write_text("\n".join([head, *asked]) + "\n", encoding="utf-8")
    with Batch(Project(root=folder), ROUND) as batch:
        outcomes = run_sections(batch)
        assert not [outcome.details for outcome in outcomes if outcome.error]
        write_report(batch, outcomes)
        write_briefs(batch, ["ตาก", "ยะลา"])


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return Project(root=once(tmp_path_factory, "released", make)).outputs(ROUND)


def ledgers(paths):
    return [finding for path in paths for finding in json.loads(path.read_bytes())["findings"]]


def numbers(findings):
    return {number for f in findings for name in FIELDS if isinstance(number := f.get(name), int | float)}


@pytest.fixture(scope="module")
def hidden(out):
    """Numbers of the exact ledgers that no shown one has, and that are long enough to be known when they are seen."""
    exact = numbers(ledgers((out / "internal").rglob("exact/*.json")))
    shown = numbers(ledgers([out / "findings.json", *(out / "provinces").rglob("findings.json")]))
    found = {n for n in exact - shown if n >= 1000 or not float(n).is_integer()}
    assert {*CASES.values()} - {3} <= found
    return found


@pytest.fixture(scope="module")
def contents(out):
    """All that files of the release hold, by name: also members of archives, data in links, and the words of paper."""
    found = {}
    for path in sorted(path for path in out.rglob("*") if path.is_file()):
        name = path.relative_to(out).as_posix()
        if name.startswith("internal/"):
            continue
        if path.suffix in (".xlsx", ".docx"):
            with zipfile.ZipFile(path) as archive:
                found |= {
                    f"{name}/{member}": _WIDTH.sub("", archive.read(member).decode("utf-8", "replace"))
                    for member in archive.namelist()
                }
        elif path.suffix == ".pdf":
            found[name] = "\n".join(
                page.extract_text() for page in pypdf.PdfReader(io.BytesIO(path.read_bytes())).pages
            )
        else:
            found[name] = path.read_text(encoding="utf-8")
        links = re.findall(r'href="data:text/csv[^,"]*,([^"]*)"', found.get(name, ""))
        coded = re.findall(r'href="data:text/csv[^,"]*;base64,([^"]*)"', found.get(name, ""))
        plain = [unquote(html.unescape(link)) for link in links] + [
            base64.b64decode(c).decode("utf-8-sig") for c in coded
        ]
        found |= {f"{name}#{place}": text for place, text in enumerate(plain)}
    return found


def test_the_release_is_what_it_should_be(contents):
    for name in (
        "report.html", "report.html#0", "report.pdf", "report.docx/word/document.xml", "findings.json", "manifest.json",
        "findings.xlsx/xl/worksheets/sheet1.xml", "notebooks/13_urgent_cases.ipynb", "run.jsonl", "brief.html",
        "figures.html", "provinces/index.html", "provinces/ตาก/ตาก.html", "provinces/ตาก/ตาก.pdf",
        "provinces/ตาก/notebooks/13_urgent_cases.ipynb",
    ):  # fmt: skip
        assert name in contents, name
    assert "1,235" in contents["provinces/ตาก/ตาก.html"] and "1,235" in contents["report.html"]


def test_no_number_that_is_not_shown_is_in_any_file(contents, hidden):
    whole = {n for n in hidden if float(n).is_integer()}
    spelled = [rf"{n:,.0f}" for n in whole] + [f"{n:.0f}" for n in whole]
    # Digits of a share as Python writes them: no page has so many, and a ledger all of them.
    long = [re.escape(repr(float(n))[:10]) for n in hidden - whole if len(repr(float(n))) >= 10]
    assert len(spelled) >= 8 and long
    pattern = re.compile(rf"(?<![\w.,#-])(?:{'|'.join(sorted({*spelled, *long}, key=len, reverse=True))})(?![\d,])")
    found = {(name, match[0]) for name, text in contents.items() for match in pattern.finditer(text)}
    assert not found


def test_numbers_of_few_are_not_in_the_ledgers(out):
    """Those that are too short to be searched for: by their ids."""
    exact = {(f.get("province"), f["id"]): f for f in ledgers((out / "internal").rglob("exact/*.json"))}
    hidden = [
        f for f in ledgers([out / "findings.json", *(out / "provinces").rglob("findings.json")]) if f.get("disclosure")
    ]
    assert {f["disclosure"] for f in hidden} >= {"few", "rounded", "refused"}
    few = [exact[f.get("province"), f["id"]]["value"] for f in hidden if f["disclosure"] == "few"]
    assert few and max(few) < 5
    for finding in hidden:
        for name in FIELDS:
            assert finding.get(name) is None or name == "value" or finding[name] % 5 == 0, (finding["id"], name)
        if finding["disclosure"] in ("few", "refused"):
            assert finding["value"] is None, finding["id"]


def test_nothing_that_a_person_wrote_is_in_any_file(contents):
    pieces = ("โป่งหมากแข้ง", TOLD[:12], json.dumps("โป่งหมากแข้ง")[1:-1])
    assert not [(name, piece) for name, text in contents.items() for piece in pieces if piece in text]


def test_an_indicator_whose_result_is_not_shown_says_so_in_every_form(out, contents):
    """No question of twelve was answered: a share of so few is not shown, and whether it is missed is not said."""
    document = json.loads((out / "findings.json").read_bytes())
    (indicator,) = next(s["indicators"] for s in document["sections"] if s["section"] == "citizen_questions")
    assert (indicator["status"], indicator["result"]) == ("not_shown", "citizen_questions.answered_share")
    values = {f["id"]: f["value"] for f in document["findings"] if f["id"].startswith("summary.status.")}
    assert {name.rpartition(".")[2] for name, value in values.items() if value} == {"not_shown", "reached"}
    for name in ("report.html", "sections/citizen_questions.html"):
        (table,) = re.findall(r'class="table indicators.*?</table>', contents[name], re.S)[:1]
        assert '<span class="status not_shown">ไม่แสดง</span>' in table and "ไม่แสดงเพื่อคุ้มครองข้อมูลส่วนบุคคล" in table, name
    said = "และไม่แสดงผล 1 ตัวชี้วัด เพื่อคุ้มครองข้อมูลส่วนบุคคล"
    words = re.compile(r"<[^>]*>|[\s\u200b\u2060]")
    for name in ("report.html", "brief.html", "report.docx/word/document.xml", "report.pdf", "brief.pdf"):
        assert words.sub("", said) in words.sub("", contents[name]), name
        strip = re.search(r'class="table brief main".*?</table>', contents[name], re.S)
        assert strip is None or ('not_shown">ไม่แสดง</span>' in strip[0] and "awaiting" not in strip[0]), name
    (cell,) = (row for row in sheet(out, "findings.xlsx") if "citizen_questions.answered_share" in row)
    assert "ไม่แสดง" in cell


def sheet(out, name):
    """Rows of a workbook's first sheet."""
    return openpyxl.load_workbook(out / name).worksheets[0].iter_rows(values_only=True)
