"""No file of a release holds a number that the shown ledgers do not, nor what persons wrote."""

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
from few_sections import add_cells, keep
from only_shown import READERS, Ledgers, found_in

from dsw_analysis.findings.ledger import SECTION_MIME
from dsw_analysis.report.page import figures_page
from dsw_analysis.rounds import Round
from dsw_analysis.run.batch import Batch
from dsw_analysis.run.reports import write_briefs, write_report
from dsw_analysis.run.sections import run_sections
from dsw_analysis.run.tasks import Project
from dsw_analysis.section.executed import SHOWN_MIME

ROUND = Round.parse("2569-6m")
CASES = {"ตาก": 1237, "เลย": 2341, "น่าน": 1153, "แพร่": 1409, "ยะลา": 3}
"""Cases of provinces, none of them a multiple of five: numbers so long that they stand nowhere by chance."""
TOLD = "ครอบครัวของฉันที่บ้านโป่งหมากแข้งถูกไล่ที่"
LEFT = (
    "people",
    "len(people)",
    "people.groupby('unit').size()",
    "print(len(people))",
    "people['problem'].value_counts().plot()",
)
"""Last expressions and the like that an analyst may leave in a cell: each shows something of rows of persons."""
REPAIRED = """
- {dataset: career_participants, columns: [need], base: 5, reason: -}
- {dataset: career_participants, columns: [problem], base: 5, reason: -}
- {dataset: urgent_cases, columns: [in_month, province], province: ตาก, base: 10, reason: -}
"""
"""What the gate would find out in two more runs."""
_NOT_SAID = re.compile(r'w:[a-zA-Z]+="\d+"|t="s"><v>\d+</v>')  # sizes in Word, places of texts in a workbook
PERSONS = ("urgent_cases", "career_participants", "csr_training", "citizen_questions")
FIELDS = ("value", "numerator", "denominator", "rows", "missing", "low", "high")


def make(folder):
    """A release of two sections with the briefs of two provinces."""
    project = copied(folder)
    keep(project, "summary", "urgent_cases", "citizen_questions", "career_development", "csr")
    (folder / "data" / "disclosure").mkdir()
    (folder / "data" / "disclosure" / f"{ROUND}.yaml").write_text(REPAIRED, encoding="utf-8")
    add_cells(project.notebook("career_development"), *LEFT)
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
                    f"{name}/{member}": _NOT_SAID.sub("", archive.read(member).decode("utf-8", "replace"))
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


@pytest.fixture(scope="module")
def strange(out):
    """What is strange in a file of the release, by its name and content."""
    sections = {path.stem[3:] for path in (out / "notebooks").glob("*.ipynb")}
    known = Ledgers(out, out.parents[1] / "project.toml")
    return lambda name, content: found_in(name, content, known, sections)


def test_every_number_in_every_file_is_in_the_shown_ledger_or_of_a_named_kind(out, strange):
    files = [path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()]
    files = [name for name in files if not name.startswith("internal/") and name != ".lock"]
    assert {name.rpartition(".")[2] for name in files} == {ending[1:] for ending in READERS}
    assert {name: found for name in files if (found := strange(name, (out / name).read_bytes()))} == {}


def of_json(change):
    def planted(content):
        document = json.loads(content)
        change(document)
        return json.dumps(document, ensure_ascii=False).encode()

    return planted


def shows(**output):
    """One output more of the last cell of an executed notebook."""
    return of_json(lambda book: book["cells"][-1]["outputs"].append(output))


def instead(old, new):
    return lambda content: re.sub(old, new, content.decode(), count=1).encode()


def in_document(old, new):
    def planted(content):
        made = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(made, "w") as other:
            for name in archive.namelist():
                held = archive.read(name)
                other.writestr(name, instead(old, new)(held) if name == "word/document.xml" else held)
        return made.getvalue()

    return planted


def in_cell(value):
    def planted(content):
        book = openpyxl.load_workbook(io.BytesIO(content))
        book.active.append([value])
        book.save(made := io.BytesIO())
        return made.getvalue()

    return planted


def in_picture_of_pdf(content):
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(content))
    pictures = (held for held in writer._objects if isinstance(held, dict) and "/Alt" in held)
    next(pictures)[pypdf.generic.NameObject("/Alt")] = pypdf.generic.TextStringObject("รวม ๑,๒๓๗ คน")
    writer.write(made := io.BytesIO())
    return made.getvalue()


CAREER = "notebooks/08_career_development.ipynb"
FRAME = "<table><tr><td>คนที่หนึ่ง</td><td>1237</td></tr></table>"
PLANTED = {
    "a typed count": (CAREER, shows(output_type="execute_result", data={"text/plain": "1237"})),
    "a frame": (CAREER, shows(output_type="display_data", data={"text/html": FRAME})),
    "a print": (CAREER, shows(output_type="stream", name="stdout", text="รวม ๑๒๓๗")),
    "a metadatum": (CAREER, of_json(lambda book: book["metadata"].update(rows=1237))),
    "a number of another section": ("sections/career_development.html", instead("</main>", "<p>2,340 ครั้ง</p></main>")),
    "an alternative text": ("report.html", instead('aria-label="แผนภูมิ', 'aria-label="รวม 1237 แผนภูมิ')),
    "a number in a drawing": ("report.html", instead("</svg>", '<text x="1">1,237</text></svg>')),
    "an attribute": ("report.html", instead("<p>", '<p data-rows="1237">')),
    "a number of the country in a brief": ("provinces/ตาก/ตาก.html", instead("</main>", "<p>2,340</p></main>")),
    "a picture on paper": ("report.pdf", in_picture_of_pdf),
    "a run of Word": ("report.docx", in_document("</w:t>", " 1237</w:t>")),
    "a picture in Word": ("report.docx", in_document('descr="', 'descr="รวม 1,237 ')),
    "a cell": ("findings.xlsx", in_cell(1237)),
    "a text in a cell": ("findings.xlsx", in_cell("รวม ๑,๒๓๗ คน")),
    "what a section says": ("findings.json", of_json(lambda ledger: ledger["sections"][0].update(rows=1237))),
    "rows that were read": ("manifest.json", of_json(lambda made: made["made"]["csr"]["rows"].update(x=["x", 1237]))),
    "a line of the log": ("run.jsonl", lambda content: content + b'{"event": "rows", "rows": 1237}\n'),
}


@pytest.mark.parametrize("plant", PLANTED)
def test_a_number_that_is_planted_is_found(out, strange, plant):
    name, planted = PLANTED[plant]
    found = strange(name, planted((out / name).read_bytes()))
    assert len(found) == 1 and re.search("1,?237|2,340", found[0]), found


def test_what_cells_show_of_persons_besides_the_section_s_own_is_left_out_and_named(out, contents):
    entry = json.loads((out / "manifest.json").read_bytes())["made"]["career_development"]
    assert [re.search(r"\((.*)\): what it shows is left out", note)[1][:30] for note in entry["notes"]] == [
        source[:30] for source in LEFT
    ]
    for name in (CAREER, f"provinces/ตาก/{CAREER}"):
        outputs = [o for cell in json.loads(contents[name])["cells"] for o in cell.get("outputs", ())]
        assert all({SHOWN_MIME, SECTION_MIME} & o["data"].keys() for o in outputs) and len(outputs) > 4
    assert "dataframe" not in contents["sections/career_development.html"] + contents["report.html"]


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
            if name != "value" and (name != "rows" or finding["dataset"] in PERSONS):
                assert finding.get(name) is None or finding[name] % 5 == 0, (finding["id"], name)
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
    assert [values[f"summary.status.{name}"] for name in ("not_shown", "awaiting_result", "missed")] == [1, 0, 0]
    for name in ("report.html", "sections/citizen_questions.html"):
        found = re.findall(r'class="table indicators.*?</table>', contents[name], re.S)
        (table,) = (table for table in found if "not_shown" in table)
        assert '<span class="status not_shown">ไม่แสดง</span>' in table and "ไม่แสดงเพื่อคุ้มครองข้อมูลส่วนบุคคล" in table, name
    said = "และไม่แสดงผล 1 ตัวชี้วัด เพื่อคุ้มครองข้อมูลส่วนบุคคล"
    words = re.compile(r"<[^>]*>|[\s\u200b\u2060]")
    for name in ("report.html", "brief.html", "report.docx/word/document.xml", "report.pdf", "brief.pdf"):
        assert words.sub("", said) in words.sub("", contents[name]), name
        strip = re.search(r'class="table brief main".*?</table>', contents[name], re.S)
        assert strip is None or ('not_shown">ไม่แสดง</span>' in strip[0] and "awaiting_result" not in strip[0]), name
    (cell,) = (row for row in sheet(out, "findings.xlsx") if "citizen_questions.answered_share" in row)
    assert "ไม่แสดง" in cell


def sheet(out, name):
    """Rows of a workbook's first sheet."""
    return openpyxl.load_workbook(out / name).worksheets[0].iter_rows(values_only=True)


def test_how_many_rows_a_file_of_few_persons_has_is_not_told(out):
    document = json.loads((out / "findings.json").read_bytes())
    (read,) = (one for one in document["inputs"] if one["dataset"] == "citizen_questions")
    assert read["rows"] == 12
    read["rows"] = None
    (row,) = re.findall(
        r"<tr>(?:(?!</tr>).)*citizen_questions.csv.*?</tr>", figures_page(document).split('id="files"')[1]
    )
    assert '<td class="num">ไม่แสดง</td>' in row
