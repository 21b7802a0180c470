"""The audit: a finished page passes, and one changed digit anywhere in it is found."""

import copy
import random
import re

import openpyxl
import pytest
from conftest import FULL, ROOT
from page_edits import other_digit
from small_projects import HAND_OVER, add

from dsw_analysis import cli
from dsw_analysis.findings.ledger import SECTION_MIME, ledger_document
from dsw_analysis.project import settings
from dsw_analysis.report.audit import Audit
from dsw_analysis.report.markup import markdown
from dsw_analysis.report.page import Chapter
from dsw_analysis.report.page import page as rendered
from dsw_analysis.rounds import Round
from dsw_analysis.run.tasks import Project
from dsw_analysis.section.readback import Body
from dsw_analysis.section.unbound import ALLOWED

DIGIT = re.compile(r"\d")
BOUND = re.compile(r'<button type="button" class="n[^"]*" popovertarget="f\.([^"]+)">([^<]*)</button>')
BASES = '<div class="bases">'


@pytest.fixture(scope="module")
def audit(made):
    return Audit(made.document)


@pytest.fixture(scope="module")
def report(made):
    return (made.out / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def sections(made):
    pages = [*sorted((made.out / "sections").glob("*.html")), made.out / "brief.html"]
    return [page.read_text(encoding="utf-8") for page in pages]


def visible_digits(html, start, end):
    """Places of digits that readers see between two places of a page: in text, not in tags or scripts."""
    body = html[:end]
    texts = re.finditer(r">([^<]+)<(?!/script)", body[start:])
    return [start + t.start(1) + d.start() for t in texts for d in DIGIT.finditer(t[1])]


def test_finished_pages_pass(audit, report, sections):
    assert audit.slips(report) == []
    assert len(sections) == len(list((ROOT / "notebooks").glob("[0-9]*.ipynb")))
    assert [audit.slips(page) for page in sections] == [[]] * len(sections)


@pytest.mark.parametrize("part", ["content", "bases"])
def test_one_changed_digit_is_caught_wherever_it_stands_but_for_one_place_in_250(audit, sections, part):
    rng = random.Random(2569)
    places = []
    for page in sections:
        split = page.find(BASES) if BASES in page else len(page)
        body = page.index("<body>")
        ends = (body, split) if part == "content" else (split, len(page))
        places += [(page, place) for place in visible_digits(page, *ends)]
    tried = rng.sample(places, 250 if FULL else 30)
    missed = [page[at - 40 : at + 10] for page, at in tried if not audit.slips(other_digit(page, at, rng))]
    assert len(missed) <= len(tried) // 250, missed


def test_one_changed_digit_is_caught_in_the_whole_report_even_where_nobody_sees_it(audit, report):
    rng = random.Random(6)
    places = [match.start() for match in DIGIT.finditer(report)]
    missed = [at for at in rng.sample(places, 20 if FULL else 5) if not audit.slips(other_digit(report, at, rng))]
    assert missed == []


def test_one_changed_digit_is_caught_in_every_tag_and_attribute_that_has_any(audit, report, sections):
    kinds = {}
    for page in sorted([*sections, report], key=len):  # each is tried in the shortest page, which is judged soonest
        for tag in re.finditer(r"<(/?[a-z0-9]+)([^>]*)>", page):
            for digit in DIGIT.finditer(tag[1]):
                kinds.setdefault(tag[1], (page, tag.start(1) + digit.start()))
            for given in re.finditer(r'([a-z-]+)="([^"]*)"', tag[2]):
                for digit in DIGIT.finditer(given[2]):
                    kinds.setdefault((tag[1], given[1]), (page, tag.start(2) + given.start(2) + digit.start()))
    assert {"h2", "/h3", ("svg", "height"), ("rect", "width"), ("text", "x"), ("meta", "content")} <= set(kinds)
    rng = random.Random(16)
    missed = [kind for kind, (page, at) in kinds.items() if not audit.slips(other_digit(page, at, rng))]
    assert missed == []


@pytest.mark.parametrize(("columns", "foreign"), [(3, []), (2, ['colspan="2"']), (4, ['colspan="4"'])])
def test_the_head_of_a_group_goes_over_all_columns(columns, foreign):
    head = "<thead><tr>" + '<th scope="col">ก</th>' * 3 + "</tr></thead>"
    body = f'<tbody><tr><th scope="rowgroup" colspan="{columns}">กลุ่ม</th></tr></tbody>'
    assert Body(f"<table>{head}{body}</table>").foreign == foreign


def test_the_page_of_all_figures_is_what_the_ledger_gives(audit, made):
    page = (made.out / "figures.html").read_text(encoding="utf-8")
    assert audit.slips(page) == []
    rows = re.findall(r'<tr id="f\.([^"]+)">', page)
    assert sorted(rows) == sorted(made.findings)
    assert all(read["sha256"] in page for read in made.document["inputs"])
    rng = random.Random(13)
    places = [match.start() for match in DIGIT.finditer(page)]
    changed = [audit.slips(other_digit(page, at, rng)) for at in rng.sample(places, 20)]
    assert [slips for slips in changed if len(slips) != 1] == []
    assert audit.slips(page.replace("</main>", "<p>ก</p></main>")) != []
    assert audit.slips(page.replace(' class="figures"', "", 1)) != []


def test_a_page_without_bound_numbers_fails(audit, sections):
    assert any("ไม่มีตัวเลขใดผูกกับที่มา" in str(slip) for slip in audit.slips("<p>ไม่มีตัวเลข</p>"))
    unbound = BOUND.sub(r"\2", sections[0])
    slips = [str(slip) for slip in audit.slips(unbound)]
    assert any("ไม่มีตัวเลขใดผูกกับที่มา" in slip for slip in slips)
    assert any("ไม่ได้ผูกกับที่มา โปรดใช้" in slip for slip in slips)


def test_a_number_under_another_finding_is_caught(audit, made, sections):
    page = next(page for page in sections if 'id="csr"' in page)
    printed = {m[1]: m[2] for m in BOUND.finditer(page)}
    other = next(i for i, text in printed.items() if text not in printed["csr.linked"])
    broken = page.replace('popovertarget="f.csr.linked"', f'popovertarget="f.{other}"', 1)
    assert any(other in slip.problem for slip in audit.slips(broken))
    unknown = page.replace('popovertarget="f.csr.linked"', 'popovertarget="f.csr.unknown"', 1)
    assert any("csr.unknown" in slip.problem for slip in audit.slips(unknown))


@pytest.mark.parametrize(
    ("words", "allowed"),
    [
        ("โทรสายด่วน 1300 ได้ตลอดวัน", True),
        ("โทรสายด่วน 1301 ได้ตลอดวัน", False),
        ("เชื่อมโยงกับ SDG 17 มากที่สุด", True),
        ("เชื่อมโยงกับ SDG 18 มากที่สุด", False),
        ("ส่งต่อภายใน 24 ชั่วโมง", True),
        ("ส่งต่อภายใน 124 ชั่วโมง", False),
        ("ข้อมูลถึงวันที่ 31 มีนาคม 2569", True),
        ("ข้อมูลถึงวันที่ 31 มีนาคม 2568", False),
        ("ผลรอบ 6 เดือน ปีงบประมาณ พ.ศ. 2569", True),
        ("ผลรอบ 9 เดือน", False),
        ("เดือน ธ.ค. 2568", True),
        ("เดือน ธ.ค. 2569", False),
        ("ช่วงความเชื่อมั่นร้อยละ 95", True),
        ("ผลคือร้อยละ 95", False),
        ("มีผู้เข้าร่วม 57 คน", False),
        ("มีผู้เข้าร่วม ๕๗ คน", False),
        ("มีผู้เข้าร่วม ⁷⁰⁰ คน", False),
        ("มีผู้เข้าร่วม ₇ คน", False),
        ("มีผู้เข้าร่วม ½ ของทั้งหมด", False),
        ("มีผู้เข้าร่วม 𝟕 คน", False),
        ("มีผู้เข้าร่วม ⑦ คน", False),
        ("มีผู้เข้าร่วม Ⅶ คน", False),
        ("มีผู้เข้าร่วมเจ็ดร้อยคน", False),
        ("มีผู้เข้าร่วมจำนวนเจ็ดคน", False),
        ("คิดเป็นร้อยละเก้าสิบ", False),
        ("ทั้งสองด้านไม่มีข้อมูล และมีอีกจำนวนหนึ่งที่ร้อยเอ็ด", True),
        ("รวมสามารถห้ามหกล้มพันธกิจศูนย์", True),
    ],
)
def test_digits_outside_links_need_a_reason(audit, sections, words, allowed):
    page = sections[0].replace(BASES, f"<p>{words}</p>{BASES}", 1)
    assert (audit.slips(page) == []) is allowed


def test_every_allowed_name_has_a_reason_and_is_more_than_a_number():
    for term in (*ALLOWED, *settings(ROOT).terms):
        assert term.why
        assert not re.fullmatch(term.pattern, "57")


def test_words_of_the_sources_may_hold_digits_in_their_own_section_only(made, sections):
    document = copy.deepcopy(made.document)
    first, second = (s for s in document["sections"] if s["section"] in ("citizen_questions", "csr"))
    first["shown"]["texts"] = ["แฟ้ม 77 เล่ม"]
    second["shown"]["texts"] = []
    other = Audit(document)
    own = first["section"]
    assert other.words.unaccounted(own, "พบแฟ้ม 77 เล่มในห้อง") is None
    assert other.words.unaccounted(own, "พบแฟ้ม 177 เล่มในห้อง") == "พบแฟ้ม 177 เล่มในห้อง"
    assert other.words.unaccounted(second["section"], "พบแฟ้ม 77 เล่มในห้อง") is not None


def test_a_note_that_is_nothing_but_numbers_may_stand_beside_other_words(copy, show):
    path = copy.raw / "action_plan.xlsx"
    book = openpyxl.load_workbook(path)
    for sheet, note in (("ขั้นตอน", "3/5"), ("ตัวชี้วัด", "1.5.2569")):
        rows = book[sheet]
        heads = {cell.value: cell.column for row in rows.iter_rows(max_row=3) for cell in row}
        first = next(row for row in rows.iter_rows() if row[heads["รหัสส่วน"] - 1].value == "five_year_plan")
        rows.cell(first[0].row, heads["หมายเหตุจากเอกสาร"], note)
    book.save(path)
    section = show("five_year_plan")
    closing = section.section.close()
    document = closing.data[SECTION_MIME]
    ledger = ledger_document(section.section.round, [("five_year_plan", document["title"], None, document)])
    body = section.html.removesuffix(closing.html)  # the report shows no more of it than its findings
    chapter = Chapter(id="five_year_plan", title=document["title"], order=document["order"], body=body)
    html = rendered(section.section.round, [chapter], section.section.ledger)
    assert '<br>หมายเหตุ: <span class="src">3/5</span>' in html
    assert '<span class="src">1.5.2569</span>' in html
    assert Audit(ledger).slips(html) == []
    # Only what the source says is the source's, whatever it claims to be.
    for note in ("3/6", "13/5"):
        assert Audit(ledger).slips(html.replace('"src">3/5</span>', f'"src">{note}</span>')) != []
    unsaid = html.replace(BASES, f'<p>พบ <span class="src">4/5</span> แห่ง</p>{BASES}', 1)
    assert [slip.words for slip in Audit(ledger).slips(unsaid)] == ["พบ 4/5 แห่ง"]


def test_the_basis_of_a_number_must_equal_the_ledger(audit, made, sections):
    finding = made.findings["csr.linked_share"]
    page = next(page for page in sections if 'id="f.csr.linked_share"' in page and '<section id="csr"' in page)
    assert f"{finding['numerator']:,}/{finding['denominator']:,}" in page
    basis = re.search(r'<div popover id="f\.csr\.linked_share".*?</div>', page)[0]
    other = basis.replace("csr_activities", "csr_training")
    assert any("csr.linked_share" in s.problem for s in audit.slips(page.replace(basis, other)))
    assert audit.slips(page.replace(basis, "")) != []


def test_a_number_opens_its_basis_and_is_no_plain_link(audit, sections):
    number = BOUND.search(sections[0])
    link = f'<a class="n" href="#f.{number[1]}">{number[2]}</a>'
    assert audit.slips(sections[0].replace(number[0], link, 1)) != []


def test_pictures_must_be_those_that_were_drawn(audit, sections):
    page = next(page for page in sections if "<svg " in page)
    drawing = re.search(r"<svg .*?</svg>", page, re.S)[0]
    number = re.search(r">[\d,]+</text>", drawing)[0]
    place = re.search(r' width="[\d.]+%"', drawing)[0]
    for other in (
        drawing.replace(number, ">987</text>", 1), drawing.replace(place, ' width="99%"', 1),
        drawing.replace("</svg>", '<text x="1" y="1">5</text></svg>'),
        drawing.replace('class="drawn', 'class="drawn wide', 1),
        '<img src="data:image/png;base64,iVBORw0KGgo=" alt="ภาพ">',
    ):  # fmt: skip
        assert any("s.figure" in slip.problem for slip in audit.slips(page.replace(drawing, other)))
    assert any("หายไป" in slip.problem for slip in audit.slips(page.replace(drawing, "")))
    alt = re.search(r'aria-label="([^"]+)"', drawing)[1]
    told = drawing.replace(f'aria-label="{alt}"', 'aria-label="ภาพ"')
    assert any("คำบรรยายภาพ" in slip.problem for slip in audit.slips(page.replace(drawing, told)))


def test_a_number_drawn_as_text_must_be_one_that_the_picture_shows(audit):
    section = next(s for s in audit.document["sections"] if s.get("shown", {}).get("pictures"))
    record = section["shown"]["pictures"][0]
    (_, finding_id), *_ = record["shows"]
    shown = audit.ledger[finding_id]
    ours, foreign = f"{shown.text()} หน่วย", "98,765"
    found = list(audit._letters(section["section"], [shown.text("unit"), ours, foreign], record))
    assert [words for words, _ in found] == [foreign]


def test_what_may_be_drawn_as_text_beside_the_numbers_of_a_picture(audit):
    """A threshold that only the alternative text names, part of a label, a shade from one number to another."""
    few, many = (audit.ledger[f"homeless_housing.places.{name}"] for name in ("nonthaburi", "songkhla"))
    assert (few.text(), many.text()) == ("5", "11")
    drawn = {
        "shows": [["ต.ค. 2568", few.id], ["พ.ย. 2568", many.id]],
        "alt": "แผนภูมิแท่ง มีเส้นที่เกณฑ์ {restructuring.attention_threshold:unit}",
    }
    assert list(audit._letters("homeless_housing", ["2568", "5–11", "เกณฑ์ ร้อยละ 50"], drawn)) == []
    for foreign in ("6–11", "12", "เกณฑ์ ร้อยละ 51", "15", "๕"):
        assert [words for words, _ in audit._letters("homeless_housing", [foreign], drawn)] == [foreign]
    assert len(list(audit._letters("homeless_housing", ["เกณฑ์ ร้อยละ 50"], {**drawn, "alt": ""}))) == 1


@pytest.mark.parametrize("tag", ["style", "script"])
def test_style_and_script_are_those_of_every_page(audit, sections, tag):
    page = sections[0]
    end = page.index(f"</{tag}>")
    assert len(audit.slips(page[:end] + " " + page[end:])) == 1
    assert audit.slips(page.replace("</p>", "<script>x()</script></p>", 1)) != []


@pytest.mark.parametrize(
    "given",
    [
        "hidden",
        'onclick="x()"',
        'ONCLICK="x()"',
        'style="display:none"',
        'style="text-align:left;display:none"',
        'class="skip"',
        'class="note bases"',
        'class="note\tskip"',
        'aria-hidden="true"',
        'tabindex="1"',
        'dir="rtl"',
        "inert",
    ],
)
def test_no_attribute_hides_or_runs_anything(audit, sections, given):
    added = f"<p {given}>ไม่มีตัวเลข</p>{BASES}"
    slips = audit.slips(sections[0].replace(BASES, added, 1))
    name = given.lower().split("=")[0]
    assert [slip.words.split("=")[0] for slip in slips] == [name]


@pytest.mark.parametrize(
    "added",
    [
        '<a href="https://example.org/">ดูที่นี่</a>',
        '<a href="javascript:x()">ดูที่นี่</a>',
        '<a href="#nowhere">ดูที่นี่</a>',
        '<iframe src="#csr"></iframe>',
        '<svg width="9" height="9"></svg>',
        "<template>ก</template>",
        "<p>ก</div>",
        "<!-- x --><!DOCTYPE html>",
        '<p id="content">ก</p>',
        '<a class="n" href="#f.csr.linked"><p>5</p></a>',
    ],
)
def test_no_element_or_link_stands_in_a_section_that_reports_do_not_have(audit, sections, added):
    assert audit.slips(sections[0].replace(BASES, f"{added}{BASES}", 1)) != []


def test_what_markdown_writes_may_stand_in_a_section_and_nothing_more():
    text = "$a^b$\n\n5. ก\n\n~~ก~~ <ins>ข</ins> <u>ค</u>\n\n|ก|ข|\n|:-|-:|\n|ค|ง|\n\n```python\nx = y\n```"
    assert Body(markdown(text)).foreign == []
    assert Body('<math><mi onclick="x()">a</mi></math>').foreign == ['onclick="x()"']
    assert Body("<p><mi>a</mi></p>").foreign == ["<mi>"]


def test_braces_in_the_words_of_a_heading_are_no_number(audit, sections):
    own = "<h3>โครงการ {csr.linked_share}</h3>" + BASES
    assert audit.slips(sections[0].replace(BASES, own, 1)) == []
    moved = f"<p>เพิ่ม {BOUND.search(sections[0])[0]}</p>{BASES}"
    assert any("ไม่ใช่สิ่งที่ส่วนนี้แสดง" in s.problem for s in audit.slips(sections[0].replace(BASES, moved, 1)))


def test_marks_and_the_looks_of_numbers_follow_their_origin(audit, sections):
    page = next(page for page in sections if 'id="csr"' in page)
    mark = re.search(r' ?<span class="mark example" title[^>]*>ต</span>', page)[0]
    assert any("ไม่มีเครื่องหมาย" in slip.problem for slip in audit.slips(page.replace(mark, "", 1)))
    other = page.replace(mark, mark.replace(">ต<", ">พ<"), 1)
    assert any("ไม่มีเครื่องหมาย" in slip.problem for slip in audit.slips(other))
    assert any("ตามที่มา" in slip.problem for slip in audit.slips(page.replace('class="n r"', 'class="n"', 1)))
    warning = re.search(r'<p class="warning">.*?</p>\n', page, re.S)[0]
    assert audit.slips(page.replace(warning, "")) != []


def test_what_a_section_said_must_be_there_as_it_was_said(audit, made, sections):
    page = next(page for page in sections if 'id="csr"' in page)
    said = next(s for s in made.document["sections"] if s["section"] == "csr")["shown"]["pieces"]
    (sentence,) = next(rows for rows in said if "สูงกว่า" in rows[0] and len(rows) == 1)
    assert "สูงกว่าเกณฑ์" in sentence
    assert "สูงกว่า</span>เกณฑ์" in page
    slips = audit.slips(page.replace("สูงกว่า</span>เกณฑ์", "ต่ำกว่า</span>เกณฑ์"))
    assert any("ไม่ตรงกับที่ส่วนนี้แสดง" in slip.problem for slip in slips)
    slips = audit.slips(page.replace("ความพึงพอใจอยู่ที่", "ความพึงพอใจลดลงเหลือ"))
    assert any("ไม่ตรงกับที่ส่วนนี้แสดง" in slip.problem for slip in slips)


def test_a_picture_left_out_is_missed(audit, sections):
    page = next(page for page in sections if "<figure>" in page)
    figure = re.search(r"<figure>.*?</figure>", page, re.S)[0]
    assert any("ภาพที่หายไป" in slip.problem for slip in audit.slips(page.replace(figure, "")))


def test_command_reports_what_it_finds(made, tmp_path, capsys):
    findings = str(made.out / "findings.json")
    assert cli.main(["audit-report", str(made.out / "report.html"), "--findings", findings]) == 0
    page = (made.out / "sections" / "csr.html").read_text(encoding="utf-8")
    wrong = tmp_path / "csr.html"
    wrong.write_text(page.replace(BASES, f"<p>รวม 99 ครั้ง</p>{BASES}", 1), encoding="utf-8")
    assert cli.main(["audit-report", str(wrong), "--findings", findings]) == 1
    told = capsys.readouterr().err
    assert "พบ 1 แห่ง" in told
    assert "“รวม 99 ครั้ง”" in told
    assert "โปรดใช้ {รหัสตัวเลข} แทนการพิมพ์ตัวเลข" in told
    assert cli.main(["audit-report", str(tmp_path / "none.html"), "--findings", findings]) == 2


def test_report_fails_if_its_audit_does(tmp_path, capsys):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "data" / "raw" / "2569-6m").mkdir(parents=True)
    shown = "from IPython.display import HTML, display\ndisplay(HTML('<p>รวม 99 ครั้ง</p>'))"
    add(Project(root=tmp_path), "01_one", shown, HAND_OVER)
    assert cli.main(["--project", str(tmp_path), "report", str(Round(2569, 6)), "--to", "html"]) == 1
    assert "ไม่ได้ผูกกับที่มา" in capsys.readouterr().err


def test_a_report_whose_only_section_failed_is_not_told_that_its_numbers_are_unbound(tmp_path, capsys):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "data" / "raw" / "2569-6m").mkdir(parents=True)
    add(Project(root=tmp_path), "01_one", "raise ValueError('broken')")
    assert cli.main(["--project", str(tmp_path), "report", str(Round(2569, 6)), "--to", "html"]) == 1
    told = capsys.readouterr().err
    assert "ValueError: broken" in told
    assert "ผูกกับที่มา" not in told
