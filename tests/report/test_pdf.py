"""The PDF of the real round, read with two independent readers (pypdf and PDFium), and small ones made for a point."""

import io
import os
import re
import subprocess
import sys
from datetime import UTC, datetime

import paper
import pypdf
import pypdfium2
import pytest
from conftest import FULL

from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.ledger import Ledger
from dsw_analysis.report.document import compose, text_of
from dsw_analysis.report.page import Chapter
from dsw_analysis.report.pdf import to_pdf, with_row_heads
from dsw_analysis.rounds import Round

ROUND = Round.parse("2569-6m")
A4 = (595.28, 841.89)  # ISO 216: 210 by 297 mm


@pytest.fixture(scope="module")
def pdf(made):
    return pypdf.PdfReader(made.out / "report.pdf")


@pytest.fixture(scope="module")
def html(made):
    return paper.read(made.out / "report.html")


@pytest.fixture(scope="module")
def pages(made, pdf):
    """Text of every page as PDFium reads it, without running head and page number."""
    document = pypdfium2.PdfDocument(made.out / "report.pdf")
    texts = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return [without_frame(n, text) for n, text in enumerate(texts, 1)]


@pytest.fixture(scope="module")
def tags(pdf):
    """Every element of the report's tag tree."""
    return structure(pdf.trailer["/Root"]["/StructTreeRoot"])


def without_frame(number, text):
    text = re.sub(rf"\s*{number}\s*$", "", text)
    head, label, rest = text.partition(ROUND.label)
    # The running head is the section's name and the round, and nothing else stands before the round in its line.
    is_head = label and len(head) < 200 and re.match(r"[ \r]*\n", rest)
    return paper.plain(rest if is_head and number > 2 else text)


def section(body, findings=(), **fields):
    chapter = Chapter(**({"id": "demo", "title": "ส่วนตัวอย่าง", "order": 3, "body": body} | fields))
    return compose(ROUND, [chapter], Ledger(findings))


def pages_of(document):
    return pypdf.PdfReader(io.BytesIO(to_pdf(document))).pages


def outline(reader):
    """Level, title and page of every bookmark."""

    def walk(entries, level):
        for entry in entries:
            if isinstance(entry, list):
                yield from walk(entry, level + 1)
            else:
                yield level, entry.title, reader.get_destination_page_number(entry)

    return list(walk(reader.outline, 1))


def structure(node, found=None):
    """Every element of the tag tree."""
    found = [] if found is None else found
    node = node.get_object()
    if isinstance(node, pypdf.generic.ArrayObject):
        for child in node:
            structure(child, found)
    elif isinstance(node, pypdf.generic.DictionaryObject):
        if "/S" in node:
            found.append(node)
        if "/K" in node:
            structure(node["/K"], found)
    return found


def test_the_brief_is_one_page_without_cover_and_contents(made):
    pdf = pypdfium2.PdfDocument(made.out / "brief.pdf")
    assert len(pdf) == 1
    text = pdf[0].get_textpage().get_text_bounded()
    assert "สารบัญ" not in text
    for words in ("แผนปฏิบัติการพัฒนาระบบราชการ", "รอบ 6 เดือน ปีงบประมาณ พ.ศ. 2569", "ร่าง"):  # of which report it is
        assert paper.plain(words) in paper.plain(text[:300])
    assert sum(name in text for name in ("1. ศึกษาข้อเสนอเชิงนโยบาย", "15. การจัดการความรู้")) == 2


def test_every_page_is_a4(pdf):
    assert len(pdf.pages) > 16
    assert {(round(float(p.mediabox.width), 1), round(float(p.mediabox.height), 1)) for p in pdf.pages} == {
        (round(A4[0], 1), round(A4[1], 1))
    }


def test_it_declares_pdf_ua_1_and_pdf_a_2a_and_is_tagged_thai(pdf):
    root = pdf.trailer["/Root"]
    xmp = root["/Metadata"].get_data().decode()
    # ISO 14289-1, 5 and ISO 19005-2, 6.6.4: the identifiers in the metadata.
    assert re.search(r"pdfuaid:part>\s*1\s*<|pdfuaid:part=\"1\"", xmp)
    assert re.search(r"pdfaid:part>\s*2\s*<|pdfaid:part=\"2\"", xmp)
    assert re.search(r"pdfaid:conformance>\s*A\s*<|pdfaid:conformance=\"A\"", xmp)
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert str(root["/Lang"]).startswith("th")
    assert ROUND.label in pdf.metadata.title
    assert pdf.metadata.creation_date == datetime(2026, 3, 31, tzinfo=UTC)  # the round's last day, not the clock


def test_all_fonts_are_embedded_and_every_glyph_is_mapped(pdf):
    for page in pdf.pages:
        for font in (f.get_object() for f in page["/Resources"].get("/Font", {}).values()):
            assert "/ToUnicode" in font
            described = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            assert "/FontFile2" in described or "/FontFile3" in described


def test_copied_text_is_the_text_of_the_html(pages, html):
    found = "".join(pages)
    counted = {chapter: paper.wrong_characters(texts, found) for chapter, texts in html.texts.items() if texts}
    assert sum(len(t) for texts in html.texts.values() for t in texts) > 20_000
    assert {chapter: lost for chapter, (wrong, lost) in counted.items() if wrong} == {}


def test_another_reader_copies_the_same_text(pdf, pages):
    """PyPDF is slow: it reads a page of every chapter, in full mode all."""
    numbers = range(len(pages)) if FULL else range(0, len(pages), 6)
    for number in numbers:
        text = without_frame(number + 1, pdf.pages[number].extract_text())
        assert paper.wrong_characters([text], pages[number])[0] == 0, number + 1
        assert len(text) == len(pages[number]), number + 1


def test_a_search_finds_words_with_stacked_marks(made):
    document = pypdfium2.PdfDocument(made.out / "report.pdf")
    expected = (made.out / "report.html").read_text(encoding="utf-8")
    for word in ("ดำเนินการ", "น้ำ", "ขึ้น", "ที่", "ทั้งหมด"):
        assert word in expected
        assert any(page.get_textpage().search(word).get_next() for page in document), word
    document.close()


def test_bookmarks_and_contents_lead_to_the_chapters(pdf, pages, made):
    tops = [(title, page) for level, title, page in outline(pdf) if level == 1]
    ran = sorted(made.document["sections"], key=lambda s: s["section"] != "summary")
    assert len(tops) == len(ran) + len(paper.NOT_IN_SECTIONS)
    assert [title.partition(".")[0] for title, _ in tops if title[0].isdigit()] == [str(s["order"]) for s in ran[1:]]
    contents = pages[1]
    for title, page in tops:
        bare = paper.plain(title)
        assert paper.plain(re.sub(r"^\d+\. ", "", title)) in pages[page]
        assert f"{bare}{page + 1}" in contents, title


def test_there_is_no_table_of_figures(pages, made):
    found = "".join(pages)
    assert sum(finding in found for finding in made.findings) == 0


def test_tables_that_split_repeat_their_headers():
    rows = "".join(f"<tr><th scope='row'>แถว</th><td>{n}</td></tr>" for n in range(120))
    head = "<thead><tr><th>หัวตารางแรก</th><th>หัวตารางหลัง</th></tr></thead>"
    texts = [paper.plain(p.extract_text()) for p in pages_of(section(f"<h1>ก</h1><table>{head}{rows}</table>"))]
    assert len([text for text in texts if "แถว" in text]) > 2
    assert all("หัวตารางแรกหัวตารางหลัง" in text for text in texts if "แถว" in text)


def test_every_figure_has_its_written_alternative_text(tags, html):
    alternatives = [str(e["/Alt"]) for e in tags if "/Alt" in e]
    assert html.pictures
    assert [paper.plain(a) for a in alternatives if paper.plain(a) in {paper.plain(p) for p in html.pictures}] == [
        paper.plain(p) for p in html.pictures
    ]


def test_the_tag_tree_has_headings_tables_and_captions(tags):
    kinds = {e["/S"] for e in tags}
    for kind in ("/H1", "/H2", "/Table", "/TH", "/TD", "/Caption", "/Figure", "/Link", "/L", "/LI", "/TOC"):
        assert kind in kinds, kind


def test_heads_of_rows_are_tagged_as_heads_of_rows_and_other_cells_are_not():
    inner = "<table><thead><tr><th>ค</th></tr></thead><tbody><tr><th scope='row'>หัวใน</th></tr></tbody></table>"
    body = (
        "<h1>ก</h1><table><thead><tr><th scope='col'>ก</th><th scope='col'>ข</th></tr></thead><tbody>"
        "<tr><th scope='row'>หัว</th><td>1</td></tr><tr><td>2</td><td>3</td></tr>"
        f"<tr><th scope='row'>หัวนอก</th><td>{inner}</td></tr></tbody></table><dl><dt>คำ</dt><dd>ความหมาย</dd></dl>"
    )
    pdf = to_pdf(section(body))
    found = structure(pypdf.PdfReader(io.BytesIO(pdf)).trailer["/Root"]["/StructTreeRoot"])
    rows = [[cell.get_object() for cell in row["/K"]] for row in found if row["/S"] == "/TR"]
    kinds = [[cell["/S"][1:] for cell in row] for row in rows]
    assert kinds == [["TH", "TH"], ["TH", "TD"], ["TD", "TD"], ["TH", "TD"], ["TH"], ["TH"], ["TH", "TD"]]
    scopes = [[cell["/A"][0].get("/Scope") for cell in row if cell["/S"] == "/TH"] for row in rows]
    assert scopes == [["/Column", "/Column"], ["/Row"], [], ["/Row"], ["/Column"], ["/Row"], ["/Row"]]


def test_a_pdf_whose_cells_are_not_those_that_were_written_is_no_pdf_of_ours():
    with pytest.raises(ValueError, match="the PDF has 0 cells below the heads of tables and not 1"):
        with_row_heads(b"%PDF-1.7", [True])


def test_paper_has_the_examples_of_a_section_only_if_asked_to():
    number = '<a class="n r" href="#f.demo.n">3 คน</a>'
    panel = f'<details class="examples"><summary>ตัวอย่าง</summary><p>จำลองขึ้น {number}</p></details>'
    chapter = Chapter(id="demo", title="ส่วน", order=1, body=f"<h1>ส่วน</h1><p>ผลจริง</p>{panel}")
    invented = Finding(id="demo.n", label="จำนวน", value=3, unit="persons", provenance="reconstructed")
    for asked in (False, True):
        cover, *chapters = compose(ROUND, [chapter], Ledger([invented]), examples=asked).blocks
        assert ("เครื่องหมายนี้" in text_of(cover)) == asked  # a mark is explained only where there is one
        text = text_of(chapters)
        assert "ผลจริง" in text
        assert ("ตัวอย่าง" in text, "จำลองขึ้น" in text) == (asked, asked)


def test_captions_stay_with_their_tables_and_figures(pdf, tags, pages, html):
    figures = [e for e in tags if e["/S"] == "/Figure"]
    drawn = {pdf.get_page_number(e["/Pg"].get_object()) for e in figures if "/Pg" in e}
    for number, text in enumerate(pages):
        if any(text.endswith(caption) for caption in html.captions["figcaption"]):
            assert number in drawn
        assert not [caption for caption in html.captions["caption"] if caption and text.endswith(caption)]


def test_a_failed_section_says_so():
    document = section("", id="demo", error="cell 4: ValueError: <script>ค่าผิดที่น้ำ</script>")
    text = "".join(page.extract_text() for page in pages_of(document))
    assert "ประมวลผลส่วนนี้ไม่สำเร็จ" in paper.plain(text)
    assert "<script>ค่าผิดที่น้ำ</script>" in text


def test_what_looks_like_typst_is_text():
    words = r'#import "x" $a$ *b* _c_ `d` @e <f> [g] \h // i /* j */ = k - l + m ~ n'
    escaped = words.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    (page,) = [p for p in pages_of(section(f"<h1>ก</h1><p>{escaped}</p>")) if "import" in p.extract_text()]
    assert paper.plain(words) in paper.plain(page.extract_text())


def test_a_link_to_a_finding_that_is_not_listed_is_plain_text():
    body = '<h1>ก</h1><p>มี <a class="n" href="#f.other.n">๑๒ คน</a></p>'
    texts = [p.extract_text() for p in pages_of(section(body))]
    assert any("๑๒ คน" in text for text in texts)


def test_lines_break_at_words():
    body = "<h1>ก</h1><table><thead><tr>" + "<th>ก</th>" * 8 + "</tr></thead><tbody><tr>"
    words = ["กันยายน", "พฤษภาคม", "กรุงเทพมหานคร", "จำแนก", "คะแนนเฉลี่ย", "อาชีพ", "ปัตตานี", "ยั่งยืน"]
    body += "".join(f"<td>{word * 3}</td>" for word in words) + "</tr></tbody></table>"
    texts = "\n".join(p.extract_text() for p in pages_of(section(body)))
    for word in words:
        assert texts.count(word) == 3, word  # a word that is broken has a line end in it


def test_the_same_input_gives_the_same_bytes(tmp_path):
    script = tmp_path / "make.py"
    script.write_text(
        "import sys, hashlib\n"
        "from dsw_analysis.report.document import compose\n"
        "from dsw_analysis.report.docx import to_docx\n"
        "from dsw_analysis.report.pdf import to_pdf\n"
        "from dsw_analysis.findings.finding import Finding\n"
        "from dsw_analysis.findings.ledger import Ledger\n"
        "from dsw_analysis.report.page import Chapter\n"
        "from dsw_analysis.rounds import Round\n"
        "f = Finding(id='demo.n', label='จำนวน', value=3, unit='persons', provenance='reconstructed')\n"
        'body = \'<h1>น้ำ</h1><p>มี <a class="n r" href="#f.demo.n">3 คน</a></p>\'\n'
        "c = Chapter(id='demo', title='ส่วน', order=1, body=body)\n"
        "d = compose(Round.parse('2569-6m'), [c], Ledger([f]))\n"
        "print(*(hashlib.sha256(write(d)).hexdigest() for write in (to_pdf, to_docx)))\n",
        encoding="utf-8",
    )
    answers = set()
    for seed, zone, language in (("1", "UTC", "C"), ("77", "Pacific/Auckland", "th_TH.UTF-8")):
        folder = tmp_path / seed
        folder.mkdir()
        environment = os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": language, "TMPDIR": str(folder)}
        made = subprocess.run(
            [sys.executable, script], cwd=folder, env=environment, capture_output=True, text=True, check=True
        )
        answers.add(made.stdout)
    assert len(answers) == 1
