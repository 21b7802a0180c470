"""Blocks: numbers link to their rows, and nothing in a text becomes markup."""

import re

import pandas as pd
import pytest
from markupsafe import escape

from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.ledger import Ledger, UnknownFindingError
from dsw_analysis.report.html import allowed_html
from dsw_analysis.section import blocks

LINKED = Finding(id="csr.linked", label="เชื่อมโยง", value=1470, unit="activities", provenance="reconstructed")
SHARE = Finding(id="csr.share", label="ร้อยละ", value=50.0, unit="percent", numerator=1, denominator=2)
KNOWN = Ledger([LINKED, SHARE])


def test_prose_links_numbers_to_their_rows():
    html = blocks.prose("เชื่อมโยง {csr.linked:unit} คิดเป็น{csr.share:full}", KNOWN).html
    assert '<a class="n r" href="#f.csr.linked">1,470 กิจกรรม</a>' in html
    assert '<a class="n" href="#f.csr.share">ร้อยละ 50 (1/2)</a>' in html


def test_unknown_id_in_prose_is_an_error():
    with pytest.raises(UnknownFindingError, match=r"csr\.linkd"):
        blocks.prose("{csr.linkd}", KNOWN)


@pytest.mark.parametrize("attack", ["<script>alert(1)</script>", '<img src=x onerror="alert(1)">', "<b>x</b>"])
def test_markup_in_texts_stays_text(attack):
    frame = pd.DataFrame({"ชื่อ": [attack], "n": [LINKED]})
    for html in (
        blocks.prose(attack, KNOWN).html,
        blocks.table(frame, caption=attack, findings=KNOWN).html,
        str(blocks.rich(attack, KNOWN)),
    ):
        assert attack not in html
        assert "&lt;" in html


HOSTILE = (
    "{csr.linked}", "{csr.linked:unit}", "{no.such}", "{{ 7*7 }}", "{% if x %}", "**x**", "__x__", "~~x~~", "`x`",
    "# x", "1. x", "- x", "> x", "[a](http://b)", "![a](b)", "<b>x</b>", "<script>x</script>", "a | b", "$x^2$", "@ref",
    "#import", "http://b.example", "&lt;", "\\*", "a\n\n# b", "    code",
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_literal_text_prints_as_it_is_written_wherever_a_text_goes(text):
    written = " ".join(text.split())
    safe = blocks.literal(text)
    html = blocks.prose(f"**{safe}** มี {{csr.linked:unit}}\n\n- {safe}\n- [{safe}](#csr)", KNOWN).html
    assert html.count(str(escape(written))) == 3
    assert set(re.findall(r"<(\w+)", html)) == {"p", "strong", "a", "ul", "li"}
    assert html.count("<a ") == 2  # the number's and the one that the prose itself makes
    assert blocks.fill(f"{blocks.literal(text)} {{csr.linked}}", KNOWN) == f"{written} 1,470"
    assert str(blocks.rich(blocks.literal(text), KNOWN)) == str(escape(written))
    frame = pd.DataFrame({"ชื่อ": ["ก"], "n": [LINKED]})
    caption, note = (f"{of} {blocks.literal(text)}" for of in ("ตาราง", "หมายเหตุ"))
    table = blocks.table(frame, caption=caption, note=note, findings=KNOWN).html
    assert table.count(str(escape(written))) == 3  # caption, its label, note


def test_table_heads_rows_aligns_numbers_and_marks_reconstructed_data():
    frame = pd.DataFrame({"รายการ": ["ก", "ข"], "ค่า": [LINKED, None], "ร้อยละ": [SHARE, SHARE]})
    html = blocks.table(frame, caption="ตาราง {csr.linked}", findings=KNOWN).html
    assert '<th scope="row">ก</th><td class="num"><a class="n r" href="#f.csr.linked">1,470</a></td>' in html
    assert '<th scope="col" class="num">ค่า</th>' in html
    assert '<a class="n" href="#f.csr.share">50 (1/2)</a>' in html  # of few, so with their number
    assert '<span class="none">-</span>' in html
    assert '<span class="mark example" title="ตัวอย่างจากข้อมูลจำลอง">ต</span>' in html
    published = blocks.table(pd.DataFrame({"ก": ["ข"], "ค": [SHARE]}), caption="ค", findings=KNOWN).html
    assert "mark" not in published


@pytest.mark.parametrize("bare", [1470, 57.44])
def test_a_bare_number_in_a_table_is_refused(bare):
    with pytest.raises(TypeError, match="record it as a finding"):
        blocks.table(pd.DataFrame({"ก": ["ข"], "ค": [bare]}, dtype=object), caption="ค", findings=KNOWN)


@pytest.mark.parametrize(
    ("html", "gone"),
    [
        ("<p>ก<script>alert(1)</script></p>", "script"),
        ('<p onclick="x()">ก</p>', "onclick"),
        ('<img src="https://example.org/x.png" alt="ก">', "example.org"),
        ('<a href="javascript:x()">ก</a>', "javascript"),
        ('<a href="data:text/html,x">ก</a>', "data:text"),
        ("<style>p{}</style><iframe src=x></iframe><form><input></form>", "<"),
    ],
)
def test_notebook_html_passes_an_allow_list(html, gone):
    assert (
        gone not in allowed_html(html).replace("<p>", "").replace("</p>", "").replace("<img", "").replace("<a", "")
        or gone == "<"
    )
    assert not any(tag in allowed_html(html) for tag in ("<script", "<style", "<iframe", "<form", "<input"))


def test_allow_list_keeps_what_blocks_make():
    html = blocks.table(pd.DataFrame({"ก": ["ข"], "ค": [SHARE]}), caption="ค", findings=KNOWN).html
    for piece in ('scope="row"', 'href="#f.csr.share"', 'class="num"', 'tabindex="0"', "<caption>"):
        assert piece in allowed_html(html)
