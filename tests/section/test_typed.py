"""Numbers that somebody types: refused where they are typed, by the rule of the audit."""

import pytest
from test_families import s, toys  # noqa: F401 - fixtures

from dsw_analysis import Count, Share
from dsw_analysis.project import Settings, Term, use
from dsw_analysis.section.recording import WordsError


@pytest.fixture
def story(s, toys):  # noqa: F811
    s.measure(toys, by="kind", toys=Count("ของเล่น", unit="works"))
    s.measure(toys, good=Share("ที่ดี", counted={"q1": "good"}))
    return s


BARE = {
    "มี 57 ชิ้น": "57",
    "มี ๕๗ ชิ้น": "๕๗",
    "มี 1,470.5 ชิ้น": "1,470.5",
    "มีเจ็ดร้อยชิ้น": "เจ็ดร้อย",
    "มี ½ ของทั้งหมด": "½",
    "[if toys] มี 57 ชิ้น": "57",
    "[if not toys] มี 57 ชิ้น": "57",
    "[if toys] ก\n[else] มี 57 ชิ้น": "57",
    "{% if not toys %}มี 57{% endif %}": "57",
    '{{ "57" if toys else "ก" }}': "57",
    '{{ "ก" if toys else "57 ชิ้น" }}': "57",
    '{% set x = "57" %}{{ x }}': "57",
    '{% for x in ["57", "ก"] %}{{ x }}{% endfor %}': "57",
    '{{ ["ก", "ข"]|join(" 57 ") }}': "57",
    '{{ "ก" ~ "57" }}': "57",
    "## หัวข้อ 57": "57",
    "- มี 57 ชิ้น": "57",
    "1. มี 57 ชิ้น": "57",
    "| ก | 57 |": "57",
    "[57 ชิ้น](#toy)": "57",
    "{toys:unit} จาก 57": "57",
    "ใน 124 ชั่วโมง": "124",
    "ช่วงเวลา 24.00–24.59 น.": "24",
    "ปี พ.ศ. 2568": "2568",
}


@pytest.mark.parametrize("text", BARE)
def test_a_number_in_any_part_of_a_text_is_refused_with_its_line(story, text):
    with pytest.raises(WordsError) as refused:
        story.say(f"ก\n\n{text}", where="%%say")
    line = 3 + text.count("\n")
    assert str(refused.value).startswith(f"%%say, line {line}: “{BARE[text]}")
    assert str(refused.value).endswith("under [[allowed]] in project.toml")


@pytest.mark.parametrize(
    "text",
    [
        "โทรสายด่วน 1300",
        "ใน 24 ชั่วโมง",
        "SDG 17 และ SDG 1",
        "เวลา 08.30–16.30 น.",
        "ช่วงเวลา 10.00–10.59 น.",
        "ตามพระราชบัญญัติส่งเสริมการจัดสวัสดิการสังคม พ.ศ. 2546",
        "ผลรอบ 6 เดือน ปีงบประมาณ พ.ศ. 2569",
        "ช่วงความเชื่อมั่นร้อยละ 95",
        "{toys.town:unit} {{ toys.farm|unit }} {{ round.label }}",
        '{{ toys["town"] }}',
        "1. ก\n2. ข",
        "[if toys] 1. ก",
        "{# 57 #}ก",
        "[ก](#f.x57)",
        "[if toys > 57] ก",
        "ทั้งสองด้าน หนึ่งช่องคือหนึ่งจังหวัด",
    ],
)
def test_what_is_no_result_may_be_typed(story, text):
    assert story.say(text) is not None


def test_words_of_the_data_are_values_and_may_hold_numbers(story):
    assert story.say("ที่ {{ name }}", name="บ้านเลขที่ 57") is not None


@pytest.mark.parametrize("part", ["headline", "subtitle", "alt", "caption", "note"])
def test_words_of_figures_and_tables_are_held_to_it_too(story, part):
    with pytest.raises(WordsError, match=f"^{part}, line 1: “57” is a number without a finding"):
        if part in {"caption", "note"}:
            story.table({"จำนวน": "toys"}, by="kind", **{part: "มี 57 ชิ้น"})
        else:
            story.bars("toys", by="kind", **{part: "มี 57 ชิ้น"})


def test_the_finding_that_prints_the_number_is_named_else_the_nearest(story):
    counts = {name: found.value for name, found in story.ledger.items() if name.startswith("toy.toys")}
    typed = counts["toy.toys.town"]
    assert list(counts.values()).count(typed) == 1
    with pytest.raises(WordsError, match=rf"write the finding that it is, e.g. \{{toys.town\}} \({typed}\), or"):
        story.say(f"มี {typed} ชิ้น")
    with pytest.raises(WordsError, match=rf"e.g. \{{toys\}} \({counts['toy.toys']}\) or \{{toys\."):
        story.say("มี 9,999 ชิ้น")


def test_a_name_that_the_project_allows_by_now_passes(story, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "project.toml"
    file.write_text('units = {works = "ผลงาน"}', encoding="utf-8")
    use(None)
    with pytest.raises(WordsError):
        story.say("ตาม ISO 9001")
    file.write_text('allowed = [{text = "ISO 9001", why = "ชื่อมาตรฐาน"}]', encoding="utf-8")
    assert story.say("ตาม ISO 9001") is not None
    use(Settings(allowed=(Term("ISO 9002", "ชื่อมาตรฐาน"),)))
    with pytest.raises(WordsError):
        story.say("ตาม ISO 9001")


def test_planted_in_any_text_of_a_notebook_it_stops_the_cell(show, copy):
    """In cells of words, headlines and captions of a whole section; as it is, the section runs."""
    path = copy.notebook("career_development")
    whole = path.read_text(encoding="utf-8")
    show("career_development")
    for words in ("ในจำนวนนี้เป็นกลุ่มเป้าหมาย", "ปัญหาที่พบมากที่สุดคือ", "ผู้เข้าร่วมและกลุ่มเป้าหมายจาก", "แสดงทุกรายการที่มี"):
        assert words in whole
        path.write_text(whole.replace(words, f"{words} 57 คน "), encoding="utf-8")
        with pytest.raises(WordsError, match="“57” is a number without a finding"):
            show("career_development")
