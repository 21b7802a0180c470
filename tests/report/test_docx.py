"""The DOCX of the real round: its XML as Word reads it, and what LibreOffice makes of it."""

import os
import re
import shutil
import subprocess
import zipfile
from itertools import pairwise
from xml.etree import ElementTree as ET

import paper
import pypdf
import pypdfium2
import pytest

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
CORE = "{http://purl.org/dc/terms/}"


@pytest.fixture(scope="module")
def archive(made):
    with zipfile.ZipFile(made.out / "report.docx") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def body(archive):
    return ET.fromstring(archive["word/document.xml"]).find(f"{W}body")


@pytest.fixture(scope="module")
def html(made):
    return paper.read(made.out / "report.html")


@pytest.fixture(scope="module")
def styles(archive):
    return {style.get(f"{W}styleId"): style for style in ET.fromstring(archive["word/styles.xml"]).iter(f"{W}style")}


def text_of(element):
    return "".join(node.text or "" for node in element.iter(f"{W}t"))


def style_of(paragraph):
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    return None if style is None else style.get(f"{W}val")


def attribute(element, path, name="val"):
    found = element.find("/".join(f"{W}{step}" for step in path.split("/")))
    return None if found is None else found.get(f"{W}{name}")


def test_every_part_is_well_formed_and_every_relation_has_its_part(archive):
    for name, content in archive.items():
        if name.endswith((".xml", ".rels")):
            ET.fromstring(content)
    for name, content in archive.items():
        if name.startswith("word/_rels/"):
            for relation in ET.fromstring(content):
                if relation.get("TargetMode") != "External":
                    assert f"word/{relation.get('Target')}" in archive, relation.attrib
    overrides = {o.get("PartName") for o in ET.fromstring(archive["[Content_Types].xml"]) if o.get("PartName")}
    assert {"/word/header.xml", "/word/footer.xml", "/word/styles.xml"} <= overrides
    assert {name.strip("/") for name in overrides} <= set(archive)


def test_the_text_is_that_of_the_html(body, html):
    found = paper.plain("".join(text_of(p) for p in body.iter(f"{W}p")))
    for texts in html.texts.values():
        # On paper the number of a project stands in its heading, not above it.
        printed = [t for t in texts if not re.fullmatch(r"โครงการลำดับที่\d+", t)]
        assert paper.wrong_characters(printed, found) == (0, [])


def test_headings_have_heading_styles_in_order(body, made):
    levels = [
        (int(style[-1]), text_of(p)) for p in body.iter(f"{W}p") if (style := style_of(p) or "").startswith("Heading")
    ]
    tops = [text for level, text in levels if level == 1]
    assert len(tops) == len(made.document["sections"]) + len(paper.NOT_IN_SECTIONS)
    assert [t.partition(".")[0] for t in tops if t[0].isdigit()] == [str(n) for n in range(1, len(tops) - 1)]
    assert all(after - before <= 1 for (before, _), (after, _) in pairwise(levels))


def test_the_contents_link_to_the_chapters_with_their_pages_as_fields(archive, body):
    entries = [p for p in body.iter(f"{W}p") if style_of(p) == "TOC1"]
    tops = [text_of(p) for p in body.iter(f"{W}p") if style_of(p) == "Heading1"]
    assert [text_of(entry).removesuffix("–") for entry in entries] == tops
    for entry in entries:
        name = entry.find(f"{W}hyperlink").get(f"{W}anchor")
        assert [node.text.strip() for node in entry.iter(f"{W}instrText")] == [f"PAGEREF {name} \\h"]
        kinds = [node.get(f"{W}fldCharType") for node in entry.iter(f"{W}fldChar")]
        assert kinds == ["begin", "separate", "end"]
    # Word fills fields in when it opens the file; LibreOffice does that with these by itself, see below.
    assert ET.fromstring(archive["word/settings.xml"]).find(f"{W}updateFields").get(f"{W}val") == "true"


def test_links_lead_somewhere_and_bookmarks_are_fit_for_word(body):
    names = [mark.get(f"{W}name") for mark in body.iter(f"{W}bookmarkStart")]
    numbers = [mark.get(f"{W}id") for mark in body.iter(f"{W}bookmarkStart")]
    assert len(set(names)) == len(names)
    assert len(set(numbers)) == len(numbers)
    # ECMA-376 part 1, 17.13.6.2 and Word's own limit: a letter first, 40 characters at most.
    assert [name for name in names if not re.fullmatch(r"[A-Za-z]\w{0,39}", name, re.ASCII)] == []
    anchors = {link.get(f"{W}anchor") for link in body.iter(f"{W}hyperlink")} - {None}
    assert anchors <= set(names)


def test_every_number_carries_the_name_of_its_finding(body, html):
    names = {mark.get(f"{W}name") for mark in body.iter(f"{W}bookmarkStart")}
    short = [finding for finding in html.links if len(finding) <= 38]
    assert len(short) > 100
    assert {f"u_{re.sub(r'[^A-Za-z0-9_]', '_', finding)}" for finding in short} <= names


def test_tables_repeat_their_heads_and_fit_the_page(body):
    tables = list(body.iter(f"{W}tbl"))
    assert len(tables) > 60
    width = int(attribute(body, "sectPr/pgSz", "w")) - sum(
        int(attribute(body, "sectPr/pgMar", side)) for side in ("left", "right")
    )
    for table in tables:
        columns = [int(column.get(f"{W}w")) for column in table.iter(f"{W}gridCol")]
        assert abs(sum(columns) - width) <= len(columns)
        assert attribute(table, "tblPr/tblLayout", "type") == "fixed"
        first, *rest = table.findall(f"{W}tr")
        if attribute(table, "tblPr/tblLook", "firstRow") == "1":
            assert first.find(f"{W}trPr/{W}tblHeader") is not None
        assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in [first, *rest])
        for row in table.iter(f"{W}tr"):
            spans = [int(attribute(cell, "tcPr/gridSpan") or 1) for cell in row.findall(f"{W}tc")]
            assert sum(spans) == len(columns)


def test_figures_have_their_alternative_text(body, html):
    described = [paper.plain(p.get("descr", "")) for p in body.iter(f"{DRAWING}docPr")]
    assert described == [paper.plain(p) for p in html.pictures]
    widest = max(int(e.get("cx")) for e in body.iter(f"{DRAWING}extent"))
    assert widest <= 170 * 36_000  # 170 mm in English metric units


def test_captions_stay_with_what_they_name(body, styles):
    captions = [p for p in body.iter(f"{W}p") if style_of(p) in ("TableCaption", "FigureCaption")]
    assert len(captions) > 50
    for name in ("TableCaption", "FigureCaption"):
        assert attribute(styles[name], "basedOn") == "Caption"
    assert styles["Caption"].find(f"{W}pPr/{W}keepNext") is not None


def test_thai_has_its_font_size_and_language_everywhere(archive, styles):
    defaults = ET.fromstring(archive["word/styles.xml"]).find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")
    assert attribute(defaults, "rFonts", "cs") == "Sarabun"
    assert attribute(defaults, "lang", "bidi") == "th-TH"
    for style in styles.values():
        for size, complex_size in (("sz", "szCs"), ("b", "bCs")):
            assert (style.find(f"{W}rPr/{W}{size}") is None) == (style.find(f"{W}rPr/{W}{complex_size}") is None)
    used = set(re.findall(rb'w:(?:pStyle|rStyle|tblStyle) w:val="([^"]+)"', archive["word/document.xml"]))
    assert {style.decode() for style in used} <= set(styles)


def test_the_typeface_is_inside(archive):
    # ECMA-376 part 4, 9.1: the first 32 bytes are XORed with the key in the font table.
    fonts = archive["word/fontTable.xml"].decode()
    for number, kind in ((1, "Regular"), (2, "Bold")):
        key = re.search(rf'w:embed{kind} r:id="rId{number}" w:fontKey="{{([^}}]+)}}"', fonts)[1]
        mask = bytes.fromhex(key.replace("-", ""))[::-1]
        content = archive[f"word/fonts/font{number}.odttf"]
        assert bytes(b ^ m for b, m in zip(content[:4], mask, strict=False)) == b"\x00\x01\x00\x00"  # TrueType's mark


def test_dates_are_those_of_the_round(archive, made):
    core = ET.fromstring(archive["docProps/core.xml"])
    assert {core.find(f"{CORE}{name}").text for name in ("created", "modified")} == {"2026-03-31T00:00:00Z"}
    with zipfile.ZipFile(made.out / "report.docx") as packed:
        assert {entry.date_time for entry in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.skipif(
    shutil.which("soffice") is None and "CI" not in os.environ, reason="LibreOffice is not installed here; CI has it"
)
def test_libreoffice_prints_it_like_the_pdf(made, tmp_path):
    subprocess.run(
        ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to", "pdf",
         "--outdir", tmp_path, made.out / "report.docx"],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    printed = pypdf.PdfReader(tmp_path / "report.pdf")
    typeset = pypdf.PdfReader(made.out / "report.pdf")
    assert 0.7 < len(printed.pages) / len(typeset.pages) < 1.4
    fonts = {f.get_object()["/BaseFont"] for p in printed.pages for f in p["/Resources"].get("/Font", {}).values()}
    assert any("Sarabun-Regular" in font for font in fonts)
    assert round(float(printed.pages[0].mediabox.width)) == 595
    with pypdfium2.PdfDocument(tmp_path / "report.pdf") as read:
        pages = [page.get_textpage().get_text_range() for page in read]
    texts = [paper.plain(page) for page in pages]
    entries = re.findall(r"(?m)^(\d+\. [^.\r\n]{8})(?:(?!\.{4})[\s\S])*\.{4,}\s*(\d+)", pages[1])
    assert len(entries) == len(made.document["sections"]) - 1
    for begins, number in entries:
        assert paper.plain(begins) in texts[int(number) - 1], begins


def test_chapters_follow_one_another_and_their_titles_stay_with_what_follows(body):
    heads = [p for p in body.iter(f"{W}p") if style_of(p) == "Heading1"]
    assert len(heads) > 16
    fresh = [p.find(f"{W}pPr/{W}pageBreakBefore") is not None for p in heads]
    assert [place for place, new in enumerate(fresh) if new] == [0, len(heads) - 1]
    blocks = list(body)
    after = [blocks[place + 1] for place, p in enumerate(blocks) if style_of(p) == "Heading1"]
    assert all(p.find(f"{W}pPr/{W}keepNext") is not None for p in after if p.tag == f"{W}p")


def test_every_text_of_a_table_is_set_in_a_style_of_tables_and_one_paragraph_parts_tables(body):
    cells = [p for table in body.iter(f"{W}tbl") for p in table.iter(f"{W}p")]
    assert {style_of(p) for p in cells} == {"TableText", "TableOverview"}
    blocks = list(body)
    after = [blocks[place + 1 : place + 3] for place, block in enumerate(blocks) if block.tag == f"{W}tbl"]
    assert {style_of(first) for first, _ in after} == {"AfterTable"}
    assert [text_of(first) for first, second in after if style_of(second) is None and second.tag == f"{W}p"] == []
