"""What people put into notebooks comes through in HTML, PDF and DOCX, or is named by its cell; nothing is fetched."""

import base64
import http.server
import io
import re
import subprocess
import sys
import threading
import urllib.error
import urllib.request
import zipfile
from itertools import pairwise
from xml.etree import ElementTree as ET

import nbformat
import paper
import pypdf
import pypdfium2
import pytest
from conftest import FULL
from nbconvert.nbconvertapp import NbConvertApp
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell
from PIL import Image

from dsw_analysis.findings.ledger import Ledger
from dsw_analysis.report.document import compose
from dsw_analysis.report.docx import to_docx
from dsw_analysis.report.html import render_cells
from dsw_analysis.report.notebook import DocxExporter, HtmlExporter, PdfExporter
from dsw_analysis.report.page import Chapter, page
from dsw_analysis.report.pdf import to_pdf
from dsw_analysis.report.typst_source import Writer
from dsw_analysis.rounds import Round
from dsw_analysis.section import blocks
from dsw_analysis.section.section import Section

ROUND = Round.parse("2569-6m")
LINE = 170 / 25.4 * 72  # A4 without margins of 20 mm, in points
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SVG = "http://www.w3.org/2000/svg"
FORMS = {"html": HtmlExporter, "pdf": PdfExporter, "docx": DocxExporter}


def picture(kind, mode="RGB", size=(120, 60)):
    target = io.BytesIO()
    Image.new(mode, size).save(target, kind)
    return base64.b64encode(target.getvalue()).decode()


def shown(**data):
    return new_output("display_data", data={kind.replace("_", "/", 1): content for kind, content in data.items()})


def ran(source, *outputs):
    return new_code_cell(source, outputs=list(outputs), execution_count=1)


def notebook(*cells, findings=True):
    handed = Section(id="t", order=1, title="ส่วนทดสอบ", round=ROUND).close().data
    last = [ran("s.close()", new_output("execute_result", data=handed, execution_count=2))] if findings else []
    return new_notebook(cells=[*cells, *last])


def rendered(form, book):
    return FORMS[form]().from_notebook_node(book, {"metadata": {"name": "ทดลอง"}})[0]


def words(form, content):
    """Text of a file."""
    if form == "pdf":
        text = "".join(p.get_textpage().get_text_range() for p in pypdfium2.PdfDocument(content))
    elif form == "docx":
        root = ET.fromstring(zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml"))
        text = "".join(node.text or "" for node in root.iter(f"{W}t"))
    else:
        text = re.sub("<[^>]+>", "", content[content.index("<main") :])
    return paper.plain(text)


CELLS = (
    new_markdown_cell(
        "คำนำก่อนชื่อ\n\n##### ข้อย่อยข้ามระดับ\n\n5. รายการที่ห้า\n6. รายการที่หก\n\nเดิม ~~ขีดฆ่าแล้ว~~ <u>ขีดเส้นใต้แล้ว</u> "
        "**ตัวหนาที่**ติดกัน\n\n- [x] งานที่เสร็จ\n\n> คำอ้างอิง\n\n```python\nโค้ดตัวอย่าง = 1\n```\n"
    ),
    new_markdown_cell("# หัวเรื่องรอง\n\nสูตร $\\frac{a}{b}$ และ\n\n$$\\sum_{i=1}^{n} x_i$$"),
    new_markdown_cell("<details><summary>อ่านเพิ่ม</summary>\n\nเนื้อหาที่พับไว้\n\n</details>"),
    new_markdown_cell(
        '![ภาพเจเป็ก](attachment:a.jpg)\n\n![ภาพกิฟ](attachment:b.gif)\n\n<img src="attachment:c.png" width="50%" '
        'alt="ครึ่งหน้า">\n\n'
        "![ภาพซีเอ็มวายเค](attachment:%E0%B8%81.jpg)",
        attachments={
            "a.jpg": {"image/jpeg": picture("JPEG")},
            "b.gif": {"image/gif": picture("GIF")},
            "c.png": {"image/png": picture("PNG", size=(1200, 300))},
            "ก.jpg": {"image/jpeg": picture("JPEG", mode="CMYK")},
        },
    ),
    ran("display(Markdown(…))", shown(text_markdown="สรุปว่ามี **ผู้ตอบ** สองคน", text_plain="<Markdown object>")),
    ran("display(Math(…))", shown(text_latex="$\\displaystyle E=mc^2$", text_plain="<Math object>")),
    ran("plt.plot()", shown(image_png=picture("PNG"), text_plain="<Figure size 640x480>")),
    ran("Image()", shown(image_jpeg=picture("JPEG")), shown(image_gif=picture("GIF"))),
    ran("table", shown(text_html="<p><s>เลิกใช้</s> <ins>เพิ่มใหม่</ins> <q>คำพูด</q></p>")),
    ran("2 + 2", shown(text_plain="ผลเป็นข้อความ <b>")),
)
SAID = (
    "คำนำก่อนชื่อ", "ข้อย่อยข้ามระดับ", "รายการที่ห้า", "รายการที่หก", "ขีดฆ่าแล้ว", "ขีดเส้นใต้แล้ว", "ตัวหนาที่ติดกัน", "งานที่เสร็จ",
    "คำอ้างอิง", "โค้ดตัวอย่าง", "หัวเรื่องรอง", "อ่านเพิ่ม", "เนื้อหาที่พับไว้", "ผู้ตอบ", "เลิกใช้", "เพิ่มใหม่", "คำพูด", "ผลเป็นข้อความ",
)  # fmt: skip


@pytest.fixture(scope="module")
def made():
    return {form: rendered(form, notebook(*CELLS)) for form in FORMS}


@pytest.mark.parametrize("form", FORMS)
def test_all_words_come_through_in_every_form(form, made):
    found = words(form, made[form])
    assert [text for text in SAID if text not in found] == []
    assert "**" not in found
    assert "ไม่ได้แสดง" not in found


def test_a_list_that_starts_at_5_does_so_in_every_form(made):
    assert '<ol start="5">' in made["html"]
    assert "5.รายการที่ห้า" in words("pdf", made["pdf"])
    assert "6.รายการที่หก" in words("pdf", made["pdf"])
    numbers = ET.fromstring(zipfile.ZipFile(io.BytesIO(made["docx"])).read("word/numbering.xml"))
    assert "5" in {start.get(f"{W}val") for start in numbers.iter(f"{W}startOverride")}
    assert '<ol start="5">' in render_cells(notebook(ran("s.say", shown(text_html=blocks.prose("5. ก", {}).html)))).html


def test_a_cell_of_any_make_is_written_with_its_name():
    cells = (
        '<td id="of.list"><ul><li>ในรายการ</li></ul></td>', '<td id="of.none" class="num"></td>',
        '<td rowspan="2" id="of.rows"><p>หนึ่ง</p><p>สอง</p></td>', '<td><table><tr><td>ซ้อน</td></tr></table></td>',
    )  # fmt: skip
    body = f"<h1>ก</h1><table><tr>{''.join(cells)}</tr><tr><td>ล่าง</td></tr></table>"
    content = to_docx(compose(ROUND, [Chapter(id="t", title="ก", order=1, body=body)], Ledger()))
    document = zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml").decode()
    assert {"of_list", "of_rows"} <= set(re.findall(r'w:bookmarkStart [^>]*w:name="([^"]+)"', document))
    assert all(text in words("docx", content) for text in ("ในรายการ", "หนึ่งสอง", "ซ้อน", "ล่าง"))
    inner = [p for cell in ET.fromstring(document).iter(f"{W}tc") for p in cell.iterfind(f"{W}p")]
    assert all(p.find(f"{W}pPr/{W}pStyle").get(f"{W}val").startswith(("Table", "AfterTable")) for p in inner)


def test_marks_of_letters_are_kept(made):
    for html in ("<del>ขีดฆ่าแล้ว</del>", "<u>ขีดเส้นใต้แล้ว</u>", "<strong>ตัวหนาที่</strong>ติดกัน", "☑"):
        assert html in made["html"]
    document = zipfile.ZipFile(io.BytesIO(made["docx"])).read("word/document.xml").decode()
    assert all(mark in document for mark in ("<w:strike", "<w:u ", "<w:b "))


def tags(pdf, node=None):
    """Elements of the PDF's tag tree in reading order."""
    node = (pypdf.PdfReader(io.BytesIO(pdf)).trailer["/Root"]["/StructTreeRoot"] if node is None else node).get_object()
    if isinstance(node, pypdf.generic.ArrayObject):
        for child in node:
            yield from tags(pdf, child)
    elif isinstance(node, pypdf.generic.DictionaryObject):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from tags(pdf, node["/K"])


def test_headings_skip_no_level_and_one_is_the_title(made):
    html = [int(level) for level in re.findall(r"<h([1-6])", made["html"][made["html"].index("<main") :])]
    pdf = [int(tag["/S"][2:]) for tag in tags(made["pdf"]) if re.fullmatch(r"/H\d", tag["/S"])]
    paragraphs = ET.fromstring(zipfile.ZipFile(io.BytesIO(made["docx"])).read("word/document.xml")).iter(f"{W}pStyle")
    docx = [int(p.get(f"{W}val")[7:]) for p in paragraphs if p.get(f"{W}val").startswith("Heading")]
    # The page's own title is the first level of the HTML: title, skipped level, second title.
    assert html == [2, 3, 3]
    assert pdf[:3] == docx[:3] == [1, 2, 2]
    assert all(after <= before + 1 for before, after in pairwise(pdf))


def test_headings_of_all_orders_are_put_right():
    for levels, expected in (
        ((1, 5), [1, 2]),
        ((3, 1, 2, 6), [2, 2, 2, 3]),
        ((1, 2, 3, 4, 5, 6, 1), [1, 2, 3, 4, 4, 4, 2]),
    ):
        body = render_cells(notebook(*(new_markdown_cell(f"{'#' * level} ก\n\nข") for level in levels))).html
        assert [int(level) for level in re.findall(r"<h(\d)>", body)] == expected


def test_a_heading_under_which_nothing_is_shown_is_dropped():
    shown = new_code_cell("x", execution_count=1, outputs=[new_output("display_data", {"text/html": "<p>ก</p>"})])
    silent = new_code_cell("x", execution_count=1)
    own = new_output("display_data", {"text/html": "<h2>9</h2><p>ก</p>"})
    headed = new_code_cell("x", execution_count=1, outputs=[own])
    for cells, expected in (
        (["# 1", "## 2", "### 3", silent], "1"),
        (["# 1", "## 2", "### 3", shown], "123"),
        (["# 1", "## 2", "### 3", silent, "## 4", shown], "14"),
        (["# 1", "### 3", shown, "### 5", "## 2", silent], "13"),
        (["# 1", "## 2", "ข", "### 3"], "12"),
        (["# 1", "## 2", "### 3", headed], "19"),  # what is shown stands under a heading of its own
        (["# 1", "## 2", shown, "### 3", headed], "129"),
    ):
        made_of = [cell if not isinstance(cell, str) else new_markdown_cell(cell) for cell in cells]
        html = render_cells(notebook(*made_of)).html
        assert "".join(re.findall(r"<h\d>(\d)</h\d>", html)) == expected


def pictures(pdf):
    """Width in points of every picture in a PDF, in order."""
    found = []
    for sheet in pypdfium2.PdfDocument(pdf):
        images = sheet.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE])
        found += [right - left for left, _, right, _ in (image.get_bounds() for image in images)]
    return found


def test_pictures_of_every_kind_are_there_at_their_size(made):
    assert len(re.findall(r'<img[^>]* src="data:image/(?:png|jpeg|gif);', made["html"])) == 7
    media = [name for name in zipfile.ZipFile(io.BytesIO(made["docx"])).namelist() if name.startswith("word/media/")]
    assert {name.rpartition(".")[2] for name in media} == {"png", "jpg"}
    widths = pictures(made["pdf"])
    assert len(widths) == 7
    assert widths[2] == pytest.approx(LINE / 2, abs=1)
    # 120 pixels at 96 an inch are 90 points.
    assert [width for place, width in enumerate(widths) if place != 2] == pytest.approx([90] * 6, abs=1)
    assert 'width="50%"' in made["html"]


@pytest.mark.parametrize("write", [to_pdf, to_docx])
def test_no_width_of_a_picture_stops_a_form(write):
    widths = ("50%", "300", "300px", "1e9%", "abc", "", "0", "-3", "12.5", "auto", "5em")
    image = f'<img src="data:image/png;base64,{picture("PNG")}" alt="ก"'
    body = "".join(f'<p>{image} width="{width}" height="{width}"></p>' for width in widths)
    content = write(compose(ROUND, [Chapter(id="t", title="ก", order=1, body=f"<h1>ก</h1>{body}")], Ledger()))
    if write is to_pdf:
        shown = len(pictures(content))
    else:
        shown = zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml").count(b"<w:drawing")
    assert shown == len(widths)


def test_formulas_are_formulas(made):
    assert made["html"].count("<math") == 3
    formulas = [str(tag["/Alt"]) for tag in tags(made["pdf"]) if tag["/S"] == "/Formula"]
    assert formulas == ["\\frac{a}{b}", "\\sum_{i=1}^{n} x_i", "\\displaystyle E=mc^2"]
    document = zipfile.ZipFile(io.BytesIO(made["docx"])).read("word/document.xml").decode()
    assert document.count("<m:oMath>") == document.count("</m:oMath>") == 3


def test_a_picture_has_an_alternative_text_even_if_none_was_written(made):
    alternatives = [str(tag.get("/Alt")) for tag in tags(made["pdf"]) if tag["/S"] == "/Figure"]
    assert alternatives[:4] == ["ภาพเจเป็ก", "ภาพกิฟ", "ครึ่งหน้า", "ภาพซีเอ็มวายเค"]
    assert all(alternatives)
    assert not re.search(r'<img(?![^>]* alt="[^"])', made["html"])


LOST = (
    (new_markdown_cell("# ก"), None),
    (new_markdown_cell("![โลโก้](https://example.org/logo.png)"), "https://example.org/logo.png is on the network"),
    (new_markdown_cell("![แผนที่](map.png)"), "map.png is in a file beside the notebook"),
    (new_markdown_cell("![หาย](attachment:gone.png)"), "gone.png is not in the cell"),
    (new_markdown_cell("![เว็บพี](attachment:w)", attachments={"w": {"image/webp": picture("WEBP")}}), "image/webp"),
    (new_markdown_cell("![เสีย](attachment:b.png)", attachments={"b.png": {"image/png": "AAAA"}}), "cannot be opened"),
    (new_markdown_cell('<video src="a.mp4"></video>'), "<video>"),
    (new_markdown_cell("$\\nosuchcommand{$"), "the formula \\nosuchcommand{ cannot be read"),
    (ran("p.show()", shown(text_html="<div><script>draw()</script></div>")), "<script>"),
    (ran("slider", shown(**{"application_vnd.jupyter.widget-view+json": {}, "text_plain": "x"})), "widget"),
    (ran("svg", shown(**{"image_svg+xml": f'<svg xmlns="{SVG}"><image href="x.png"/></svg>'})), "opened"),
    (ran("print(1)", new_output("stream", name="stdout", text="พิมพ์ไว้ดู")), "printed text"),
    (ran("1/0", new_output("error", ename="ZeroDivisionError", evalue="", traceback=[])), "ZeroDivisionError"),
    (new_raw_cell("ดิบ"), "raw cell"),
    (new_markdown_cell("อักขระ ꦗ"), "U+A997"),
)  # fmt: skip


def test_what_is_left_out_is_named_by_its_cell():
    notes = render_cells(notebook(*(cell for cell, _ in LOST))).notes
    expected = {place: what for place, (_, what) in enumerate(LOST, start=1) if what}
    assert [int(note.split()[1]) for note in notes] == list(expected)
    for note, what in zip(notes, expected.values(), strict=True):
        assert what in note


def test_cells_are_counted_as_in_the_notebook_that_people_edit():
    injected = ran("round_id = 1")
    injected.metadata.tags = ["injected-parameters"]
    assert (
        render_cells(notebook(injected, new_markdown_cell("![x](y.png)"))).notes[0].startswith("cell 1 (![x](y.png)): ")
    )


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_made_all_the_same_and_says_where_a_picture_was(form):
    found = words(form, rendered(form, notebook(*(cell for cell, _ in LOST))))
    for alternative in ("โลโก้", "แผนที่", "หาย", "เว็บพี", "เสีย"):
        assert f"[ไม่ได้แสดงภาพ:{alternative}]" in found


def test_code_in_markdown_is_shown_and_not_taken_for_markup():
    body = render_cells(notebook(new_markdown_cell("`<script>x</script>` และ\n\n```\n<video>\n```")))
    assert body.notes == ()
    assert "&lt;script&gt;" in body.html


@pytest.fixture
def counted():
    """A server on the loopback that counts what it is asked for."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def test_nothing_is_fetched_from_the_network(counted):
    address, asked = counted
    svg = f'<svg xmlns="{SVG}" width="9" height="9"><image href="{address}/svg.png" width="9" height="9"/></svg>'
    book = notebook(
        new_markdown_cell(f"![ก]({address}/a.png) <img src=\"{address}/b.png\"> <img src='{address.upper()}/c.png'>"),
        new_markdown_cell(f'<link rel="stylesheet" href="{address}/d.css"><iframe src="{address}/e"></iframe>'),
        ran("html", shown(text_html=f'<img src="{address}/f.png"><img srcset="{address}/g.png">')),
        ran("svg", shown(**{"image_svg+xml": svg})),
        ran("md", shown(text_markdown=f"![ก]({address}/h.png)")),
    )
    for form in FORMS:
        rendered(form, book)
    for body in (
        f'<h1>ก</h1><p><img src="{address}/i.png" alt="ก"></p>',
        f'<h1>ก</h1><p><img src="//{address[7:]}/j" alt="ก"></p>',
    ):
        composed = compose(ROUND, [Chapter(id="t", title="ก", order=1, body=body)], Ledger())
        to_pdf(composed)
        to_docx(composed)
    assert asked == []
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(f"{address}/control")
    assert asked == ["/control"]


WORD, NONE = {"t": "Str", "c": "ก"}, ["", [], []]
PLAIN = {"t": "Plain", "c": [WORD]}
ROW = [NONE, [[NONE, {"t": "AlignDefault"}, 1, 1, [PLAIN]]]]
# https://hackage.haskell.org/package/pandoc-types-1.23.1/docs/Text-Pandoc-Definition.html
BLOCKS = {
    "Plain": [WORD], "Para": [WORD], "LineBlock": [[WORD]], "CodeBlock": [NONE, "ก"], "RawBlock": ["html", "ก"],
    "BlockQuote": [PLAIN], "OrderedList": [[1, {"t": "Decimal"}, {"t": "Period"}], [[PLAIN]]], "BulletList": [[PLAIN]],
    "DefinitionList": [[[WORD], [[PLAIN]]]], "Header": [2, NONE, [WORD]], "Div": [NONE, [PLAIN]],
    "Table": [NONE, [None, []], [[{"t": "AlignDefault"}, {"t": "ColWidth", "c": 1}]], [NONE, []],
              [[NONE, 0, [], [ROW]]], [NONE, []]],
    "Figure": [NONE, [None, [PLAIN]], []],
}  # fmt: skip
INLINES = {
    "Str": "ก", "Emph": [WORD], "Underline": [WORD], "Strong": [WORD], "Strikeout": [WORD], "Superscript": [WORD],
    "Subscript": [WORD], "SmallCaps": [WORD], "Quoted": [{"t": "SingleQuote"}, [WORD]], "Cite": [[], [WORD]],
    "Code": [NONE, "ก"], "Math": [{"t": "InlineMath"}, "ก"], "RawInline": ["html", "ก"],
    "Link": [NONE, [WORD], ["https://example.org", ""]], "Image": [NONE, [WORD], ["a.png", ""]], "Note": [PLAIN],
    "Span": [NONE, [WORD]],
}  # fmt: skip


@pytest.mark.parametrize(("kind", "content"), [*BLOCKS.items(), *INLINES.items()])
def test_the_writer_of_the_pdf_knows_every_element_of_pandoc(kind, content):
    node = {"t": kind, "c": content}
    write = Writer(formulas={"ก": "ก"})
    assert (write.blocks([node]) if kind in BLOCKS else write.inlines([node])).count("ก") >= 1


def test_the_writer_of_the_pdf_knows_what_has_no_words():
    assert Writer().blocks([{"t": "HorizontalRule"}]) == "#line(length: 100%);"
    assert Writer().inlines([{"t": "LineBreak"}]) == "#linebreak();"
    assert Writer().inlines([WORD, {"t": "Space"}, {"t": "SoftBreak"}]) == '#"ก  ";'
    with pytest.raises(ValueError, match="New has no form in print"):
        Writer().blocks([{"t": "New", "c": []}])


@pytest.mark.parametrize("form", FORMS)
def test_nbconvert_takes_any_notebook_that_ran(form, tmp_path, capfd):
    path = tmp_path / "ทดลอง.ipynb"
    nbformat.write(
        notebook(
            new_markdown_cell("เนื้อหาอิสระ"),
            ran("print(1)", new_output("stream", name="stdout", text="1")),
            findings=False,
        ),
        path,
    )
    command = ["--to", f"dsw-{form}", str(path)]
    if form == "docx" or FULL:
        done = subprocess.run([sys.executable, "-m", "nbconvert", *command], capture_output=True, text=True, check=True)
        said = done.stderr
    else:  # the same in this process, which has what takes long to import
        try:
            NbConvertApp.launch_instance(command)
        finally:
            NbConvertApp.clear_instance()
        said = capfd.readouterr().err
    content = path.with_suffix(f".{form}").read_bytes()
    found = words(form, content.decode() if form == "html" else content)
    assert "เนื้อหาอิสระ" in found
    assert "ที่มาของตัวเลข" not in found
    (line,) = [line for line in said.splitlines() if "left out" in line]
    assert "cell 2 (print(1)): printed text" in line
    assert "no findings" in line


def test_nbconvert_refuses_a_notebook_that_did_not_run():
    with pytest.raises(ValueError, match="run the notebook to its end"):
        HtmlExporter().from_notebook_node(new_notebook(cells=[new_code_cell("1")]))


@pytest.mark.parametrize("write", [to_pdf, to_docx])
def test_a_brief_of_one_section_has_title_and_province(write):
    chapter = Chapter(id="demo", title="ส่วนตัวอย่าง", order=3, body="<h1>ก</h1><p>ข</p>")
    content = write(compose(ROUND, [chapter], Ledger(), province="เชียงใหม่"))
    first = words(write.__name__[3:], content)
    assert "ส่วนตัวอย่าง" in first
    assert "จังหวัดเชียงใหม่" in first


FOREIGN = {
    "emoji": "👍", "two code points": "❤️", "family": "👩‍👩‍👧", "flag": "🇹🇭",
    "Chinese": "福", "full width": "１", "Korean": "한국",
    "Myanmar": "မြန်မာ", "Lao": "ລາວ", "Khmer": "ខ្មែរ", "Greek": "αβγ", "Javanese, a box": "ꦗ",
}  # fmt: skip


@pytest.fixture(scope="module")
def foreign():
    cells = "".join(f"<tr><th>{name}</th><td>ทดสอบ {text} จบ</td></tr>" for name, text in FOREIGN.items())
    body = f"<h1>ก</h1><table>{cells}</table><p>รหัส \ue000 \ufffe \x07 จบ <code>👍 福 น้ำ</code></p>"
    return to_pdf(compose(ROUND, [Chapter(id="t", title="ชื่อ 福👍", order=1, body=body)], Ledger()))


@pytest.mark.parametrize("name", FOREIGN)
def test_a_quoted_character_of_any_script_is_printed_and_copied(name, foreign):
    # No more is asked: PDFium gives Khmer clusters twice where a vowel stands before them.
    assert paper.plain(f"ทดสอบ {FOREIGN[name]}") in words("pdf", foreign)


def test_what_pdf_a_forbids_is_printed_as_its_code(foreign):
    text = words("pdf", foreign)
    for code in ("[U+E000]", "[U+FFFE]", "[U+0007]"):
        assert code in text


def test_a_pdf_with_foreign_characters_is_still_fit_for_archive_and_screen_readers(foreign):
    reader = pypdf.PdfReader(io.BytesIO(foreign))
    xmp = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert re.search(r"pdfuaid:part>\s*1\s*<|pdfuaid:part=\"1\"", xmp)
    assert re.search(r"pdfaid:part>\s*2\s*<|pdfaid:part=\"2\"", xmp)
    assert len(foreign) < 300_000  # faces of 16 MB are cut to the glyphs in use
    for sheet in reader.pages:
        for font in (f.get_object() for f in sheet["/Resources"].get("/Font", {}).values()):
            described = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            assert "/FontFile2" in described or "/FontFile3" in described


def test_the_html_and_the_docx_hold_the_characters_themselves():
    book = notebook(new_markdown_cell("# ก\n\n" + " ".join(FOREIGN.values())))
    assert all(paper.plain(text) in words("html", rendered("html", book)) for text in FOREIGN.values())
    assert all(paper.plain(text) in words("docx", rendered("docx", book)) for text in FOREIGN.values())


def test_a_page_without_a_round_names_none():
    html = page(None, [Chapter(id="n", title="ทดลอง", order=None, body="<h1>ก</h1>")], Ledger())
    assert "รอบ" not in html[html.index("<body") : html.index("<script>")]
