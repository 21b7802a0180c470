"""Examples from invented records: told apart by the blocks, whoever writes the words, and never decide anything."""

import re
from dataclasses import replace

import pandas as pd
import pytest
from test_families import KINDS, s, toys  # noqa: F401 - fixtures

from dsw_analysis import Count, Ratio, Share, figures
from dsw_analysis.report.html import render_cells

EXAMPLE = re.compile(r'<div class="example">(.*)</div>$', re.S)


@pytest.fixture
def story(s, toys):  # noqa: F811
    """A section with one printed total over invented rows, and one number that was received."""
    figures.set_theme()
    source = toys.attrs["source"]
    toys.attrs["source"] = replace(source, provenance="reconstructed")
    s.measure(toys, by="kind", toys=Count("ของเล่น", unit="works"), nice=Share("ที่ดี", counted={"q1": "good"}))
    s.measure(
        toys,
        by="kind",
        over={"item": s.fields(toys)},
        ids="{}",
        good=lambda item: Share(item.statement, counted={item.name: "good"}),
    )
    s.measure(toys, lost=Count("ที่หาย", unit="works", where={"score": slice(99, None)}))
    toys.attrs["source"] = source
    s.measure(toys, real=Count("ของจริง", unit="works"))
    printed = replace(s["toy.toys"], printed="value")
    s.ledger._findings["toy.toys"] = printed
    s.families["toys"].rows[()] = [replace(s.families["toys"].rows[()][0], finding=printed)]
    return s


def parts(block):
    """Text of a block: what is real, and what is an example."""
    if block is None:
        return "", ""
    found = EXAMPLE.search(block.html)
    example = found[1] if found else ""
    real = block.html[: found.start()] if found else block.html
    return tuple(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html)).strip() for html in (real, example))


@pytest.mark.parametrize(
    ("text", "real", "example"),
    [
        ("มี {real:unit}", "มี 400 ผลงาน", ""),
        ("มี {toys:unit}", "มี 400 ผลงาน", ""),
        ("เมือง {toys.town:unit}\nทั้งหมด {real}", "ทั้งหมด 400", "เมือง N ผลงาน"),
        ("[if toys.town] มีเมือง\nจบ", "จบ", "มีเมือง"),
        ("[if lost] หาย\n[else] ไม่หาย\nจบ", "จบ", "ไม่หาย"),
        ("[if real] มีจริง", "มีจริง", ""),
        ("{% if toys.town %}\nมีเมือง\n\nมากด้วย\n{% endif %}\nจบ", "จบ", "มีเมือง มากด้วย"),
        ("{% if real %}\nจริง\n{% if toys.town %}\nเมือง\n{% endif %}\nจบ\n{% endif %}", "จริง จบ", "เมือง"),
        ("{% if lost %}\nก\n{% elif real %}\nข\n{% else %}\nค\n{% endif %}\nจบ", "จบ", "ข"),
        ('มากที่สุดคือ{{ most(toys, by="kind") }}', "", "มากที่สุดคือ…"),
        ('{% set gap = widest(good, "item", "kind") %}\n[if gap] ต่างกัน\n[else] ไม่ต่าง\nจบ', "จบ", "ต่างกัน"),
        ('ประเภท ได้แก่\n\n{% for row in each(toys, by="kind") %}\n- {{ row }} {{ row|value }}\n{% endfor %}', "", "…"),
    ],
)
def test_a_sentence_that_rests_on_an_example_leaves_the_others(story, text, real, example):
    told = parts(story.say(text))
    assert told[0] == real
    if example.endswith("…"):
        assert told[1].startswith(example[:-1] or "ประเภท ได้แก่")
        assert len(told[1]) > len(example)
    else:
        assert re.sub(r"\d+ ผ", "N ผ", told[1]) == example


def test_a_table_keeps_rows_and_columns_that_are_real_and_shows_all_as_an_example(story):
    block = story.table({"จำนวน": "toys", "ดี": "nice"}, by=["total", "kind"], head="กลุ่ม", caption="ตาราง")
    real, example = parts(block)
    assert "400" in real
    assert not any(name in real for name in KINDS.values())
    assert "ดี" not in real  # each share is an example: a column of nothing says nothing
    assert all(name in example for name in KINDS.values())
    frame = pd.DataFrame({"ก": ["ข"], "ค": [story["toy.real"]]}, dtype=object)
    assert parts(story.table(frame, caption="จริง"))[1] == ""


@pytest.mark.parametrize("caption", ["มี {toys.town}", '{{ most(toys, by="kind") }}', "{% if toys.town %}มี{% endif %}"])
def test_words_about_an_example_make_their_table_or_figure_one(story, caption):
    rows = pd.DataFrame({"ก": ["ข"], "ค": [story["toy.real"]]}, dtype=object)
    for words in ({"caption": caption}, {"caption": "ก", "note": caption}):
        real, example = parts(story.table(rows, **words))
        assert (real, bool(example)) == ("", True)


def test_a_figure_of_an_example_is_one_as_a_whole(story):
    assert parts(story.bars("toys", by="kind"))[0] == ""


def test_answers_that_nobody_gave_are_shown_nowhere(story, toys):  # noqa: F811
    words = toys.assign(score=None)
    words.attrs["source"] = replace(toys.attrs["source"], provenance="reconstructed")
    assert parts(story.quoted(words.head(2), ["kind"], caption="ประเภท"))[0] == ""
    said = [column.name for column in toys.attrs["source"].dataset.columns if column.kind == "text"]
    for name in said:
        assert story.quoted(words.assign(**{name: "คำ"}), [name], caption="คำตอบ") is None


def test_what_is_worked_out_from_printed_numbers_alone_is_no_example(story):
    share = Ratio("ส่วน", id="toy.part")
    assert share(story["toy.toys"], story["toy.real"]).mark == "computed"
    assert share(story["toy.toys.town"], story["toy.toys"]).mark == "example"


def test_a_brief_of_one_province_keeps_nothing_apart(story):
    brief = replace(story, province="ตาก")
    assert parts(brief.say("[if lost] หาย\n[else] ไม่หาย"))[1] == ""


def cell(html):
    return {
        "cell_type": "code",
        "source": "x",
        "metadata": {},
        "outputs": [{"output_type": "execute_result", "data": {"text/html": html}, "metadata": {}}],
    }


def test_a_report_gathers_examples_in_one_closed_panel_and_drops_headings_left_bare():
    head = lambda text: {"cell_type": "markdown", "source": text, "metadata": {}}  # noqa: E731
    body = render_cells(
        {
            "cells": [
                head("# เรื่อง"),
                cell("<p>จริง</p>"),
                head("## ก"),
                head("### ข"),
                cell('<div class="example"><div class="table"><p>หนึ่ง</p></div></div>'),
                head("## ค"),
                cell('<p>สอง</p><div class="example"><p>สาม</p></div>'),
                head("## ง"),
                cell('<div class="example"><p>สี่</p></div>'),
            ]
        }
    ).html
    real, panel = body.split('<details class="examples">')
    assert re.findall(r"<h\d[^>]*>(.*?)</h", real) == ["เรื่อง", "ค"]
    assert "สอง" in real
    assert not any(word in real for word in ("หนึ่ง", "สาม", "สี่"))
    assert [panel.count(word) for word in ("หนึ่ง", "สาม", "สี่")] == [1, 1, 1]
    assert panel.count("<summary>ตัวอย่างการวิเคราะห์จากข้อมูลจำลอง</summary>") == 1
    assert panel.endswith("</details>")
    assert panel.count("<div") == panel.count("</div>")
