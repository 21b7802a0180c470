"""Figures and tables by the names of families: what is shown, in which order, in which words, and when nothing is."""

import re
from dataclasses import replace

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from test_families import KINDS, s, stages, toys  # noqa: F401 - fixtures

from dsw_analysis import Count, Mean, Share, figures
from dsw_analysis.intake.thai import provinces
from dsw_analysis.section.recording import WordsError


@pytest.fixture
def story(s, toys):  # noqa: F811
    figures.set_theme()
    s.measure(toys, by=["kind", "goals", ("kind", "goals")], total="ทุกที่", toys=Count("ของเล่น", unit="works"))
    s.measure(
        toys, by="kind", good=Share("ที่ดี", counted={"q1": "good"}), score=Mean("คะแนน", unit="points", column="score")
    )
    s.measure(toys, by="kind", lost=Count("ที่หาย", unit="works", where={"score": slice(99, None)}))
    s.measure(toys, by="kind", rare=Share("ที่หายาก", counted={"score": slice(99, None)}))
    return s


def cells(block):
    rows = re.findall(r"<tr>(.*?)</tr>", block.html, re.S)
    return [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)]
        for row in rows
    ]


def plain(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html)).strip()


def plain_of(block):
    return plain(block.html)


def caption(block):
    return plain(re.search(r"<(figcaption|caption)>.*?</\1>", block.html, re.S)[0])


def alternative(block):
    return re.search(r'<svg[^>]* aria-label="([^"]*)"', block.html)[1]


def ranked(toys, column):  # noqa: F811
    return list(toys[column].value_counts().index)


def test_bars_say_what_is_shown_in_words_of_the_schema_unless_the_author_does(story, toys):  # noqa: F811
    block = story.bars("toys", by="kind", sort=True)
    first = ranked(toys, "kind")[0]
    most = f"มากที่สุดคือ {KINDS[first]} จำนวน {(toys['kind'] == first).sum()} ผลงาน"
    assert caption(block).startswith(f"{most} ของเล่น จำแนกตามประเภท")
    named = [f"{KINDS[k]} {(toys['kind'] == k).sum()} ผลงาน" for k in ranked(toys, "kind")]
    assert alternative(block) == f"แผนภูมิแท่งแนวนอนแสดงของเล่น จำแนกตามประเภท ได้แก่ {' '.join(named)}"
    own = story.bars("toys", by="kind", headline="มี {toys:unit}", subtitle="{{ word }}", word="**คำ**")
    assert caption(own).startswith(f"มี {len(toys)} ผลงาน **คำ**")


def test_alternative_texts_may_name_a_few_or_say_something_else(story, toys):  # noqa: F811
    first = ranked(toys, "kind")[0]
    block = story.columns("toys", by="kind", listed=1, alt="แสดงบางส่วน มากที่สุดคือ{{ leaders() }}")
    assert (
        alternative(block)
        == f"แผนภูมิแท่งแนวตั้งแสดงบางส่วน มากที่สุดคือ{KINDS[first]} {KINDS[first]} {(toys['kind'] == first).sum()} ผลงาน"
    )
    assert "\ue001" not in block.html


def test_counts_that_are_all_zero_show_nothing_but_shares_of_zero_do(story):
    assert story.bars("lost") is None
    assert story.table({"หาย": "lost"}) is None
    assert story.bars("rare", headline="ไม่มีที่หายาก") is not None
    assert story.bars("toys", when="lost") is None


def test_a_table_has_a_column_a_family_and_a_row_a_group(story, toys):  # noqa: F811
    block = story.table(
        {"จำนวน": "toys", "ดี": "good", "คำ": lambda row: f"[{row.code}]"},
        by="kind",
        sort="toys",
        total="รวม",
        caption="ตาราง",
        note="{% if gaps %}มีช่องว่าง{% else %}ครบ{% endif %}",
    )
    head, *rows, last = cells(block)
    assert head == ["ประเภท", "จำนวน", "ดี (ร้อยละ)", "คำ"]
    assert [row[0] for row in rows] == [KINDS[k] for k in ranked(toys, "kind")]
    assert [row[1] for row in rows] == [str(n) for n in toys["kind"].value_counts()]
    assert [row[3] for row in rows] == [f"[{k}]" for k in ranked(toys, "kind")]
    assert last == ["รวม", str(len(toys)), story["toy.good"].text(), "-"]
    assert "ครบ" in block.html


def test_a_table_shows_only_the_rows_that_its_author_wants(story, toys):  # noqa: F811
    first, *others = ranked(toys, "kind")
    rest = story.table({"จำนวน": "toys"}, by="kind", sort="toys", only=lambda row: row.code != first)
    assert [row[0] for row in cells(rest)[1:]] == [KINDS[kind] for kind in others]
    assert story.table({"จำนวน": "toys"}, by="kind", only=lambda row: False) is None


def test_a_frame_of_texts_and_findings_is_shown_as_it_is(story):
    frame = pd.DataFrame({"ข้อ": ["ก", "ข"], "จำนวน": [story["toy.toys.town"], None]}, dtype=object)
    head, first, second = cells(story.table(frame, caption="ก"))
    assert head == ["ข้อ", "จำนวน"]
    assert first == ["ก", story["toy.toys.town"].text()]
    assert second == ["ข", "-"]
    quoted = story.table(pd.DataFrame({"ข้อ": ["บันทึก 3/5"]}), caption="ก", quoted=True)
    assert 'class="table src"' in quoted.html
    assert "บันทึก 3/5" in story.shown.texts


def test_rows_of_several_splits_and_the_total_stand_in_one_table(story):
    block = story.table({"จำนวน": "toys"}, by=["total", "kind"], head="กลุ่ม")
    assert [row[0] for row in cells(block)] == ["กลุ่ม", "ทุกที่", *KINDS.values()]


def test_a_matrix_shows_crossed_columns(story, toys):  # noqa: F811
    matrix = story.heatmap("toys", rows="kind", columns="goals", headline="ก")
    data = {" ".join(row[0].split()): row[1] for row in cells(matrix) if len(row) == 2}
    both = ((toys["kind"] == "town") & toys["goals"].fillna("").str.contains("g3")).sum()
    assert data["เมือง – เป้า 3"] == f"{both} ผลงาน"


def test_crosstabs_have_a_column_for_each_group(story, toys):  # noqa: F811
    block = story.crosstab({"toys": "goals"}, columns="kind", show={"เป้า": lambda row: row.name}, caption="ก")
    head, first, *_ = cells(block)
    assert head == ["เป้า", *KINDS.values()]
    for kind, cell in zip(KINDS, first[1:], strict=True):
        assert cell == str(((toys["kind"] == kind) & toys["goals"].fillna("").str.contains("g1")).sum())


def test_quoted_rows_are_the_sources_own_words(story, toys):  # noqa: F811
    block = story.quoted(toys.head(2), ["kind", "province"], caption="ก", blank={"kind": "ไม่ทราบ"})
    head, *rows = cells(block)
    assert head == ["ประเภท", "จังหวัด"]
    assert [row[1] for row in rows] == list(toys["province"].head(2))
    assert story.quoted(toys.head(0), ["kind"], caption="ก") is None
    assert story.quoted(None, ["kind"], caption="ก") is None


def test_a_brief_shows_nothing_of_the_countrys_numbers(toys, s):  # noqa: F811
    toys.attrs["source"] = replace(toys.attrs["source"], province="ตาก")
    brief = replace(s, province="ตาก", ledger=type(s.ledger)(), families={})
    brief.measure(toys, by=["kind", "province"], toys=Count("ของเล่น", unit="works"))
    brief.measure(toys, only="country", good=Share("ที่ดี", counted={"q1": "good"}))
    assert "toy.toys.tak" not in brief.ledger
    assert "toy.good" not in brief.ledger
    assert brief.tile_map("toys") is None
    assert brief.change(("good", "toys"), names=("ก", "ข")) is None
    assert brief.bars("toys", by="kind") is not None
    with pytest.raises(WordsError, match="'good' is the country's alone; put it under"):
        brief.say("{good}")
    assert brief.say("[if country] {good}\n[else] ไม่มี") is not None


def test_a_table_says_words_of_the_data_by_code_and_words_of_numbers(stages):  # noqa: F811
    words = pd.Series({"painted": "มัน", "sawn": None})
    shown = stages.table(
        {"ถึงครึ่ง": lambda row: "ถึง" if row.finding.value >= 50 else "ไม่ถึง", "ผิว": words, "จำนวน": "done"},
        head="ขั้น",
        caption="ค",
    )
    assert cells(shown) == [["ขั้น", "ถึงครึ่ง", "ผิว", "จำนวน"], ["เลื่อย", "ถึง", "-", "60"], ["ทาสี", "ไม่ถึง", "มัน", "45"]]
    assert stages.table({"ผิว": words, "จำนวน": "done"}, when="not country", caption="ค") is None


def test_a_table_of_zeros_is_shown_only_for_words_of_the_data(s, toys):  # noqa: F811
    s.measure(toys, by="kind", far=Count("ไม่มี", unit="works", where={"score": slice(99, None)}))
    words = pd.Series({"town": "ในเมือง"})
    assert s.table({"จำนวน": "far"}, caption="ค") is None
    assert cells(s.table({"ที่ใด": words, "จำนวน": "far"}, head="ที่", caption="ค"))[1] == ["เมือง", "ในเมือง", "0"]


def test_rows_of_the_data_are_quoted_under_other_headers_chosen_and_in_other_words(s, toys):  # noqa: F811
    few = toys.iloc[:3].assign(
        kind=pd.Categorical(["town", "farm", None], categories=toys["kind"].cat.categories), q1=["good", "bad", "good"]
    )
    few.attrs["source"] = replace(few.attrs["source"], rows=3)
    shown = s.quoted(few, {"kind": "ที่ตั้ง", "q1": "สี"}, called={"q1": {"good": "สวย"}}, where={"q1": "good"}, caption="ค")
    assert cells(shown) == [["ที่ตั้ง", "สี"], ["เมือง", "สวย"], ["-", "สวย"]]
    assert cells(s.quoted(few, {"q1": "สี"}, caption="ค"))[2] == ["แย่"]
    assert s.quoted(few, ["kind"], where={"kind": "shore"}, caption="ค") is None
    assert s.quoted(None, ["kind"], where={"kind": "shore"}, caption="ค") is None


def test_data_are_known_by_name_and_are_never_a_template(s, toys):  # noqa: F811
    s.measure(toys, toys=Count("ของเล่น", unit="works"))
    s.know(owner="{{ toys }} **ก**", nobody="")
    assert "{{ toys }} **ก**" in s.say("ของ {{ owner }}").html
    assert s.say("[if nobody] ก") is None
    for taken in ("country", "most", "toys", "owner"):
        with pytest.raises(ValueError, match="means something else"):
            s.know(**{taken: "ก"})
    with pytest.raises(ValueError, match="means something else"):
        s.measure(toys, owner=Count("ก", unit="works"))


def test_functions_of_texts_take_some_rows_of_a_family(stages):  # noqa: F811
    said = stages.say("{{ highest(each(done)) }} {{ highest(each(done)[1:]) }}")
    assert re.sub("<[^>]+>", "", said.html).split() == ["เลื่อย", "ทาสี"]
    with pytest.raises(WordsError):
        stages.say("{{ highest() }}")


def test_a_family_that_is_crossed_is_a_table_by_one_call_with_what_it_shows(story, toys):  # noqa: F811
    counted = pd.crosstab(toys["kind"], toys["province"])
    story.measure(toys, by=["kind", ("kind", "province")], made=Count("ผลงาน", unit="works"))
    head, *rows = cells(story.crosstab("made", rows="kind", columns="province", total="รวม"))
    assert head == ["ประเภท", *(place.name_th for place in provinces()), "รวม"]
    for row, (kind, label) in zip(rows, KINDS.items(), strict=True):
        assert row[0] == label and row[-1] == str(int(counted.loc[kind].sum()) if kind in counted.index else 0)
        assert dict(zip(head[1:-1], row[1:-1], strict=True))["ตาก"] == str(counted.loc[kind].get("ตาก", 0))
    assert "ผลงาน จำแนกตามประเภท และจังหวัด" in plain_of(story.crosstab("made"))
    turned, *_ = cells(story.crosstab("made", rows="province"))
    assert turned == ["จังหวัด", *KINDS.values()]
    with pytest.raises(WordsError, match="good is not crossed by two columns; measure it with by="):
        story.crosstab("good")
    with pytest.raises(WordsError, match="no family 'mad' in toy; did you mean made"):
        story.heatmap("mad")


def test_of_many_rows_those_with_something_and_of_these_the_most_are_shown(story, toys):  # noqa: F811
    story.measure(toys, by=[("province", "kind"), "province"], made=Count("ผลงาน", unit="works"))
    counts = toys["province"].value_counts()
    held = [place.name_th for place in provinces() if counts.get(place.name_th, 0)]
    shown = story.crosstab("made")
    assert [row[0] for row in cells(shown)[1:]] == held
    assert "ไม่แสดงจังหวัดที่ไม่มีรายการ" in plain_of(shown) and "น้อยกว่าที่แสดง" not in plain_of(shown)
    few = story.crosstab("made", top=2)
    least = sorted(counts, reverse=True)[1]
    assert [row[0] for row in cells(few)[1:]] == [name for name in held if counts[name] >= least]
    assert "และจังหวัดที่มีน้อยกว่าที่แสดง" in plain_of(few)
    assert len(cells(story.crosstab("made", top=77))) == 1 + 77
    rows = {row[0].partition(" – ")[0] for row in cells(story.heatmap("made")) if " – " in row[0]}
    assert rows == set(held)
    assert "ไม่แสดงจังหวัดที่ไม่มีรายการ" in plain_of(story.heatmap("made"))


def test_a_figure_by_name_is_drawn_on_given_axes_under_its_headline_and_is_no_block(story):
    before = len(story.shown.pictures)
    grid, (left, right) = plt.subplots(1, 2)
    assert story.bars("toys", by="kind", headline="มี {toys:unit}", ax=left) is left
    assert left.get_title(loc="left") == f"มี {story['toys'].text('unit')}"
    assert {text.get_text() for text in left.texts} >= set(KINDS.values())
    assert story.heatmap("toys", ax=right, headline="{{ most() }}") is right
    assert "{" not in right.get_title(loc="left") and right.get_title(loc="left")
    assert len(story.shown.pictures) == before
    plt.close(grid)
