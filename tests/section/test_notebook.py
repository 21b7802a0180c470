"""What a notebook shows of objects: short texts, escaped cards and tables, numbers that open their basis."""

import re
from copy import deepcopy
from dataclasses import replace
from html import unescape
from types import SimpleNamespace

import pytest
from conftest import ROOT, ROUND
from markupsafe import escape

from dsw_analysis import DataError, Finding, Problem, Round, display, open_section
from dsw_analysis.findings.families import Family, Row
from dsw_analysis.intake.columns import Column
from dsw_analysis.intake.dataset import Dataset
from dsw_analysis.problems import Problems, UsageError
from dsw_analysis.section import blocks, notebook
from dsw_analysis.section.blocks import Block
from dsw_analysis.section.executed import SHOWN_MIME
from dsw_analysis.section.notebook import as_made, attend, ready

EVIL = "<script>alert(1)</script>"
LINKED = Finding(
    id="toy.linked", label=f"ที่เชื่อมโยง {EVIL}", value=40.0, unit="percent", numerator=2, denominator=5, rows=5,
    file="toys.csv", where="สี = แดง", note="นับเฉพาะที่ตอบ",
)  # fmt: skip


def problems(n):
    said = {"expected": "ต้องเป็นตัวเลข", "action": "แก้แล้วส่งใหม่", "value": EVIL}
    place = {"file": "ก.xlsx", "sheet": "แผ่น 1", "column": "อายุ"}
    return [Problem(code="number", row=row, **place, **said) for row in range(2, 2 + n)]


def opened(**options):
    return open_section("csr", round_id=ROUND, data_dir=ROOT / "data" / "raw", **options)


def cells(html):
    return [unescape(re.sub(r"<[^>]+>", "", cell)) for cell in re.findall(r"<t[dh]\b[^>]*>(.*?)</t[dh]>", html)]


@pytest.mark.parametrize(
    ("shown", "says"),
    [
        (LINKED, ["ร้อยละ 40 (2/5)", "toys.csv 5 แถว", "สี = แดง", "นับเฉพาะที่ตอบ", "toy.linked"]),
        (
            Family("linked", EVIL, rows={("kind",): [Row(("a",), (EVIL,), LINKED, split=("kind",))]}),
            ["toy.linked", "ร้อยละ 40 (2/5)"],
        ),
        (
            Dataset(id="toys", title=EVIL, columns=(Column("kind", "ประเภท", "category", codes={"a": EVIL}),)),
            ["toys", "ประเภท", "category"],
        ),
        (Round.parse("2569-6m"), ["รอบ 6 เดือน ปีงบประมาณ พ.ศ. 2569", "ต.ค. 2568 ถึง มี.ค. 2569"]),
        (problems(1)[0], ["ก.xlsx", "แผ่น 1", "อายุ", "ต้องเป็นตัวเลข", "แก้แล้วส่งใหม่"]),
        (Problems(problems(1)), ["ก.xlsx", "แผ่น 1", "อายุ", "ต้องเป็นตัวเลข", "แก้แล้วส่งใหม่"]),
        (DataError(problems(1)), ["ก.xlsx", "แผ่น 1", "อายุ", "ต้องเป็นตัวเลข", "แก้แล้วส่งใหม่"]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_object_is_shown_with_what_an_analyst_asks_of_it_and_data_stay_text(shown, says):
    html = shown._repr_html_()
    assert html.count("<style>") == 1 and "<script" not in html
    assert [said for said in says if said not in unescape(re.sub(r"<[^>]+>", "", html))] == []


@pytest.mark.parametrize("shown", [LINKED, Family("linked", "x"), Round.parse("2569-6m")], ids=repr)
def test_its_text_is_a_line(shown):
    assert len(repr(shown)) < 120 and "\n" not in repr(shown)


def test_a_check_that_finds_nothing_says_so():
    kind = opened().schemas["csr_activities"]
    assert "ไม่พบปัญหา" in kind.check(Round.parse(ROUND), ROOT / "data" / "raw" / ROUND).problems._repr_html_()


def test_problems_that_repeat_are_a_row_and_many_are_counted():
    assert cells(DataError(problems(30))._repr_html_())[7:] == [
        "ก.xlsx", "แผ่น 1", "2–31 (รวม 30 แถว)", "อายุ", f"“{EVIL}” (30)", "ต้องเป็นตัวเลข", "แก้แล้วส่งใหม่"
    ]  # fmt: skip
    many = [replace(problems(1)[0], column=f"คอลัมน์ {place}") for place in range(display.MOST + 5)]
    html = DataError(many)._repr_html_()
    assert html.count("<tr>") == display.MOST + 1 and "และอีก 5 รายการ ดูทั้งหมดได้ด้วยคำสั่ง dsw check" in html


def test_an_error_shows_its_problems_once_and_no_traceback(monkeypatch):
    told = []
    monkeypatch.setattr("IPython.display.display", told.append)
    error = DataError(problems(3))
    assert error._render_traceback_() == error._render_traceback_() == ["DataError: พบปัญหา 3 จุด"]
    assert told == [error]
    assert UsageError("no dataset 'x'")._render_traceback_() == ["UsageError: no dataset 'x'"]


def test_what_a_section_does_not_have_is_told_in_a_line():
    with pytest.raises(KeyError) as error:
        opened()["stepz"]
    assert error.value._render_traceback_() == [f"UnknownFindingError: {error.value}"]
    assert str(error.value).startswith("no finding 'stepz'; did you mean steps")
    with pytest.raises(KeyError, match=r"^the action plan of this round has no project 'csrr'; did you mean 'csr'\?$"):
        open_section("csrr", round_id=ROUND, data_dir=ROOT / "data" / "raw")


def test_a_section_says_in_ten_lines_what_it_holds_and_what_comes_next():
    s = opened()
    before = deepcopy((s.shown, s.claims, s.ledger.records()))
    assert "s.load(" in s.contents()["ขั้นต่อไป"] and s.contents()["ข้อมูลที่โหลดแล้ว"] == "ยังไม่มี"
    s._repr_html_()
    assert (s.shown, s.claims, s.ledger.records()) == before, "to look at a section changes what it hands over"
    frame = s.load("csr_training_sessions")
    assert s.contents()["ข้อมูลที่โหลดแล้ว"] == f"csr_training_sessions {len(frame)} แถว"
    assert "s.measure(" in s.contents()["ขั้นต่อไป"]
    assert s.contents()["ตัวชี้วัด"].endswith("ยังไม่ได้คำนวณ")
    assert len(s.contents()) + 1 <= 10 and s._repr_html_().count("<dt>") == len(s.contents()) - 1  # no family yet
    assert repr(s) == f"<ProjectSection csr 2569-6m: {len(s.sources)} datasets, {len(s.ledger)} findings>"


def test_a_brief_says_its_place_and_nothing_of_the_country_and_an_open_section_warns():
    brief = opened(province="ตาก", exact=True).contents()
    assert brief["พื้นที่"] == "จังหวัดตาก" and "ตัวชี้วัด" not in brief and "ห้ามเผยแพร่" in brief["คำเตือน"]


def test_numbers_open_their_basis_and_the_batch_reads_the_block_as_it_was_made(show, monkeypatch):
    monkeypatch.setattr(notebook, "_ledgers", {})
    shown = show("csr")
    notebook._ledgers["csr"] = shown.section.ledger
    html = shown.html + '<p><a href="#knowledge">โครงการอื่น</a></p>'
    made = ready(html)
    links = re.findall(r'<a class="n[^>]*href="#f\.([^"]+)"', html)
    assert len(links) > 100 and "href=" not in made
    opens = dict(re.findall(r'popovertarget="([^"]+)" title="ค่า: ([^\n]+)\n', made))
    assert len(re.findall("popovertarget=", made)) == len(links)
    for id_ in set(links):
        (target,) = [name for name in opens if name.endswith(f".{id_}") and name.count(".") == id_.count(".") + 1]
        assert made.count(f'id="{target}"') == 1 and opens[target] == str(escape(shown.section[id_].text("full")))
    assert made.count("<svg") == html.count("<svg") > 0
    assert as_made(made) == html and as_made(html) == html


@pytest.mark.parametrize(
    ("asked", "opens"), [({"content": {"allow_stdin": True}}, True), ({"content": {}}, False), ({}, False)]
)
def test_only_who_sits_at_a_notebook_sees_another_block_than_the_batch(asked, opens):
    notebook._ledgers["toy"] = {"toy.linked": LINKED}
    block = Block(f"<p>{blocks.link(LINKED, 'unit')}</p>", {"application/x-dsw": {}})
    bundle = notebook._bundle(SimpleNamespace(get_parent=lambda: asked), block, include=None, exclude=None)
    assert ("popovertarget" in bundle.pop("text/html")) == opens
    assert bundle == {"text/plain": "ร้อยละ 40", SHOWN_MIME: {}, "application/x-dsw": {}}


def test_without_jupyter_nobody_attends(monkeypatch):
    monkeypatch.setattr(notebook, "_ledgers", {})
    attend(opened())
    assert notebook._ledgers == {}


def test_every_colour_of_the_style_has_a_value_in_light_and_dark():
    light, dark = re.findall(r"\{[^{}]*?(--ink[^{}]*?--on: [^;]*;)", display.style())
    for theme in (light, dark):
        known = set(re.findall(r"(--[\w-]+):", theme))
        assert set(re.findall(r"var\((--[\w-]+)\)", display.style())) <= known
