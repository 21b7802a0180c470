"""The brief: what it shows of every section and in which order, on ledgers made for the test; titles are data."""

import json
import re

import pytest
from conftest import ROOT, run_cells

from dsw_analysis import open_summary
from dsw_analysis.section.summary import STEP_COUNTS

NOTEBOOK = ROOT / "notebooks" / "00_summary.ipynb"


def finding(id_, value, unit="percent", label="ผล", **more):
    return {"id": id_, "section": id_.partition(".")[0], "label": label, "value": value, "unit": unit, **more}


def judged(code, status, *, result=None, target=None, because=None):
    """An indicator as its section hands it over, and its findings."""
    known = {"name": f"ตัวชี้วัด {code}", "status": status, "direction": "at_least", "because": because, "former": None}
    ids = {"result": f"{code}.result", "target": f"{code}.target"}
    values = {"result": result, "target": target}
    record = {**known, **{name: ids[name] if values[name] is not None else None for name in ids}}
    found = [
        finding(ids[n], values[n], label=f"ผลของ {code}", provenance="published") for n in ids if values[n] is not None
    ]
    return record, found


SAID = ("next", "next_by", "next_who")


def to_do(step, by=None, who="กยผ.", **said):
    number, _, name = step.partition(". ")
    return {"number": int(number), "name": name, "by": by, "who": who} | dict.fromkeys(SAID) | said


def section(code, order=1, *, title="หนึ่ง", state="ok", indicators=(), steps=(0, 0, 0, 0, 0), **work):
    """One section of the ledger, and its findings: steps done, under way, overdue, ahead, waiting."""
    standing = "overdue" if work.get("overdue") else "in_progress"
    counts = zip(STEP_COUNTS.items(), (sum(steps), *steps), strict=True)
    findings = [finding(f"{code}.{n}", v, "steps", label, provenance="published") for (n, label), v in counts]
    findings += [one for _, found in indicators for one in found]
    order = None if state == "failed" else order
    chapter = {"section": code, "order": order, "title": title, "state": state}
    chapter["indicators"] = [record for record, _ in indicators]
    chapter["work"] = None if state == "failed" else {"standing": standing, "owner": "กยผ.", **work}
    return chapter, [] if state == "failed" else findings


@pytest.fixture
def summarise(tmp_path):
    """Run the summary's notebook on these sections: the section, and the words of each cell."""

    def summarise(*sections, round_id="2569-6m"):
        folder = tmp_path / round_id
        folder.mkdir(parents=True, exist_ok=True)
        findings = [finding for _, several in sections for finding in several]
        document = {"sections": [chapter for chapter, _ in sections], "findings": findings}
        (folder / "findings.json").write_text(json.dumps(document), encoding="utf-8")
        shown = run_cells(NOTEBOOK, outputs_dir=str(tmp_path), round_id=round_id)
        shown.html = shown.html.partition('<table class="findings">')[0]
        return shown

    return summarise


def plain(html):
    return " ".join(re.sub("<[^>]+>", " ", html).split())


def rows(html, caption):
    """Rows of the table whose caption begins so, each as the words of its cells."""
    (table,) = [t for t in re.findall("(?s)<table>.*?</table>", html) if plain(t).startswith(caption)]
    found = re.findall("(?s)<tr>(.*?)</tr>", table.split("</thead>")[1])
    return [[plain(cell) for cell in re.findall("(?s)<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in found]


def test_counts_by_hand(summarise):
    shown = summarise(
        section(
            "one",
            indicators=[judged("one", "reached"), judged("one", "below_plan")],
            steps=(2, 1, 1, 0, 0),
            overdue=[to_do("4. ประชุม", "ก.พ.")],
        ),
        section(
            "two", 2, indicators=[judged("two", "awaiting_target"), judged("two", "not_yet_due")], steps=(0, 0, 0, 3, 1)
        ),
    )
    values = {
        "sections": 2, "sections_failed": 0, "sections_awaiting": 0, "sections_waiting": 0, "indicators": 4,
        "status.reached": 1, "status.below_plan": 1, "status.awaiting_target": 1, "status.on_the_way": 0,
        "work.overdue": 1, "work.in_progress": 1, "work.done": 0, "steps": 8, "steps_done": 2, "steps_overdue": 1,
        "steps_ahead": 3,
    }  # fmt: skip
    assert {name: shown.value(f"summary.{name}") for name in values} == values
    text = plain(shown.html)
    assert "จาก 2 โครงการ กำลังดำเนินการ 1 แต่ 1 โครงการ มีขั้นตอนเลยกำหนด รวม 1 ขั้นตอน" in text
    assert "ตัวชี้วัดถึงเป้าหมายของทั้งปีแล้ว 1 จาก 4 ตัวชี้วัด แต่ต่ำกว่าแผน 1 ตัวชี้วัด" in text
    assert "ทำเสร็จแล้ว" not in text  # zeros are left out


def test_without_overdue_steps_nothing_is_asked(summarise):
    text = plain(summarise(section("one", indicators=[judged("one", "on_the_way")])).html)
    assert "กำลังดำเนินการ 1 และไม่มีขั้นตอนที่เลยกำหนด" in text
    assert "ยังไม่มีตัวชี้วัดที่ถึงเป้าหมายของทั้งปี จาก 1 ตัวชี้วัด" in text
    for absent in ("แต่", "เลยกำหนด 0", "เรื่องที่ขอให้พิจารณา", "ข้อเสนอของผู้จัดทำ", "รอข้อมูลจากหน่วยงาน"):
        assert absent not in text


@pytest.mark.parametrize(
    ("others", "round_id", "said"),
    [
        ([], "2569-6m", "ยังไม่มีตัวชี้วัดที่แสดงได้ว่าถึงเป้าหมายของทั้งปี จาก 1 ตัวชี้วัด และไม่แสดงผล 1 ตัวชี้วัด"),
        (["reached", "missed"], "2569-12m", "แล้ว 1 จาก 3 ตัวชี้วัด แต่ไม่ถึงเป้าหมาย 1 ตัวชี้วัด และไม่แสดงผล 1 ตัวชี้วัด"),
        (["missed"], "2569-12m", "ถึงเป้าหมายของทั้งปี จาก 2 ตัวชี้วัด ไม่ถึงเป้าหมาย 1 ตัวชี้วัด และไม่แสดงผล 1 ตัวชี้วัด"),
    ],
)
def test_a_result_that_is_not_shown_is_told_of_and_counts_as_nothing_else(summarise, others, round_id, said):
    """It may have reached its target: that none did cannot be said."""
    indicators = [judged(f"one_{code}", code, result=50, target=40) for code in ("not_shown", *others)]
    shown = summarise(section("one", indicators=indicators), round_id=round_id)
    text = plain(shown.html)
    assert f"{said} เพื่อคุ้มครองข้อมูลส่วนบุคคล" in text
    counted = {name: shown.value(f"summary.status.{name}") for name in ("not_shown", "awaiting_result", "missed")}
    assert counted == {"not_shown": 1, "awaiting_result": 0, "missed": others.count("missed")}
    assert rows(shown.html, "สถานะของ")[-1][-1].split()[0] == "ไม่แสดง"
    assert "ผลของ one_not_shown" not in text and "รอข้อมูล" not in text.replace("แผนปฏิบัติการ: รอข้อมูล", "")


def test_cards_are_chosen_by_status_then_plan_and_at_most_six(summarise):
    """Not yet due, without target or without result: no card, whatever the plan's order."""
    statuses = {
        "a": "on_the_way", "b": "reached", "c": "not_yet_due", "d": "missed", "e": "reached", "f": "below_plan",
        "g": "awaiting_target", "h": "on_the_way", "i": "on_the_way", "j": "on_the_way",
    }  # fmt: skip
    sections = [
        section(f"s{code}", n, indicators=[judged(f"s{code}", status, result=50, target=None if code == "g" else 40)])
        for n, (code, status) in enumerate(statuses.items(), 1)
    ]
    html = summarise(*sections).html
    cards = re.findall("(?s)<li>(.*?)</li>", html)
    assert [re.search('href="#(s.)"', card)[1] for card in cards] == ["sd", "sf", "sb", "se", "sa", "sh"]
    assert "ผลของ sd ร้อยละ 50 ไม่ถึงเป้าหมาย เป้าหมายทั้งปี ร้อยละ 40" in plain(cards[0])
    assert 'href="#f.sd.result"' in cards[0]


def test_plan_s_decisions_are_shown_as_they_are(summarise):
    shown = summarise(
        section(
            "one",
            overdue=[to_do("3. รับฟัง", "ม.ค.")],
            decisions=[{"what": "เห็นชอบงบประมาณ 2 ล้านบาท", "who": "อธิบดี", "by": "พ.ค. 2569"}],
        )
    )
    assert rows(shown.html, "เรื่องที่ขอให้พิจารณา") == [["เห็นชอบงบประมาณ 2 ล้านบาท โครงการ 1", "อธิบดี", "พ.ค. 2569"]]
    assert "ข้อเสนอของผู้จัดทำ" not in shown.html


def test_proposals_are_worded_from_the_steps_own_data(summarise):
    """Overdue steps first; then questions of projects without any whose owner is known; five in all."""
    late = [
        to_do("3. รับฟังความเห็น", "ม.ค."),
        to_do("4. ประชุม", "ก.พ.", next="จัดประชุม", next_by="พ.ค. 2569", next_who="สลก."),
        to_do("5. สรุป", "31 มี.ค.", who=None),
    ]
    html = summarise(
        section("one", 1, questions=["เมื่อใดจะเสร็จ", "ใช้งบเท่าใด", "ข้อที่หก"]),
        section("two", 2, overdue=late, questions=["ถามโครงการที่มีขั้นเลยกำหนด"], short="แผน 5 ปี"),
        section("three", 3, questions=["ไม่มีใครตอบ"], owner=None),
    ).html
    assert rows(html, "เลยกำหนด") == [
        ["รับฟังความเห็น 2. แผน 5 ปี ขั้นตอนที่ 3", "ม.ค.", "กยผ."],
        ["จัดประชุม 2. แผน 5 ปี ขั้นตอนที่ 4", "ก.พ.", "กยผ."],
        ["สรุป 2. แผน 5 ปี ขั้นตอนที่ 5", "31 มี.ค.", "-"],
    ]
    assert rows(html, "เรื่องที่ขอให้พิจารณา") == [
        ["กำหนดวันแล้วเสร็จของขั้นตอนที่ 3 2. แผน 5 ปี", "กยผ.", "-"],
        ["ยืนยันกำหนดใหม่ของขั้นตอนที่ 4 2. แผน 5 ปี", "สลก.", "พ.ค. 2569"],
        ["มอบหมายผู้รับผิดชอบและกำหนดวันแล้วเสร็จของขั้นตอนที่ 5 2. แผน 5 ปี", "-", "-"],
        ["ตอบคำถาม: เมื่อใดจะเสร็จ โครงการ 1", "กยผ.", "-"],
        ["ตอบคำถาม: ใช้งบเท่าใด โครงการ 1", "กยผ.", "-"],
    ]
    assert html.count("ข้อเสนอของผู้จัดทำ") == 1


def test_strip_groups_projects_by_plan(summarise):
    html = summarise(
        section("one", 1, strategy=None, issue="การพัฒนาที่ไม่มีเลข", indicators=[judged("one", "reached")]),
        section("two", 2, strategy="แผนเรื่องที่ 2", issue="ประเด็นการพัฒนาที่ 4 การจัดทำ", short="สอง"),
        section("three", 3, state="failed", title="สาม"),
        section("four", 4, strategy="แผนเรื่องที่ 2", overdue=[to_do("1. ก", "ต.ค.")]),
    ).html
    assert rows(html, "สถานะของ") == [
        ["แผนปฏิบัติการ: รอข้อมูล"],
        ["1. หนึ่ง", "การพัฒนาที่ไม่มีเลข", "กำลังดำเนินการ", "ถึงเป้าหมาย"],
        ["แผนเรื่องที่ 2"],
        ["2. สอง", "4", "กำลังดำเนินการ", "-"],
        ["สาม", "-", "ประมวลผลไม่สำเร็จ", "-"],
        ["4. หนึ่ง", "-", "มีขั้นเลยกำหนด", "-"],
    ]


def test_remaining_work_is_listed_by_month(summarise):
    """A new date counts, an old one that has passed does not; nor what names no month of the year."""
    one = section(
        "one",
        ahead=[to_do("5. ยกร่าง", "มิ.ย."), to_do("6. เสนอ", "30 กันยายน"), to_do("7. ไม่ระบุเดือน")],
        under_way=[to_do("2. ยังทำอยู่"), to_do("3. ส่งผลงาน", next_by="ปี พ.ศ. 2570")],
        overdue=[
            to_do("1. ประชุม", "ก.พ.", next="จัดประชุม", next_by="พ.ค. 2569", next_who="สลก."),
            to_do("4. ช้า", "ม.ค."),
        ],
    )
    two = section("two", 2, ahead=[to_do("1. ออกคำสั่ง", "เม.ย. – พ.ค.", who=None)])
    assert rows(summarise(one, two).html, "งานต่อไปที่ทราบกำหนด") == [
        ["เม.ย. – พ.ค.", "ออกคำสั่ง โครงการ 2"],
        ["พ.ค. 2569", "จัดประชุม โครงการ 1 สลก."],
        ["มิ.ย.", "ยกร่าง โครงการ 1 กยผ."],
        ["30 กันยายน", "เสนอ โครงการ 1 กยผ."],
    ]
    html = summarise(one, two, round_id="2569-12m").html
    assert rows(html, "งานที่ยังไม่เสร็จเมื่อสิ้นปีงบประมาณ") == [
        ["-", "ยังทำอยู่ โครงการ 1 กยผ."],
        ["ปี พ.ศ. 2570", "ส่งผลงาน โครงการ 1 กยผ."],
    ]


def test_of_many_steps_ahead_the_first_are_listed(summarise):
    steps = [to_do(f"{n}. งานที่ {n}", "มิ.ย." if n > 2 else "พ.ค.") for n in range(12, 0, -1)]
    html = summarise(section("one", ahead=steps)).html
    listed = [row[1].partition(" โครงการ")[0] for row in rows(html, "งานต่อไปที่ทราบกำหนด")]
    assert listed == ["งานที่ 2", "งานที่ 1", *(f"งานที่ {n}" for n in range(12, 6, -1))]
    assert "ขั้นตอนถัดไปอยู่ในส่วนของแต่ละโครงการ" in html


def test_what_is_missing_is_one_quiet_line(summarise):
    """Of steps it is not said which: sections do."""
    owed = {
        1: ["เดือนของขั้นตอนที่ 1–3"], 2: ["ชื่อของขั้นตอนที่ 2", "เดือนของทุกขั้นตอน", "ค่าเป้าหมาย"], 3: ["เดือนของทุกขั้นตอน"],
        4: [], 5: ["ชื่อของขั้นตอนที่ 1", "อื่น"],
    }  # fmt: skip
    html = summarise(*(section(f"s{'abcde'[n - 1]}", n, waiting=words) for n, words in owed.items())).html
    line = "รอข้อมูลจากหน่วยงาน 4 โครงการ (ลำดับโครงการในวงเล็บ): ขั้นตอน (1–3 และ 5) · ค่าเป้าหมาย (2) · อื่น (5)"
    assert line in plain(html)
    assert html.count("รอข้อมูลจากหน่วยงาน") == 1


def test_a_section_that_failed_is_named_and_counts_for_nothing(summarise):
    shown = summarise(section("one_a", title="หนึ่ง", state="failed"), section("two", 2))
    assert "ประมวลผลไม่สำเร็จ" in plain(shown.html)
    assert re.search('ยังไม่รวม(</span>)?\\s*<a href="#one_a">หนึ่ง</a>', shown.html)
    assert shown.value("summary.work.in_progress") == 1


@pytest.mark.parametrize("title", ["{one.steps}", "{{ 7 * 7 }}", "**หนา**", "[ก](http://x)", "# ก", "a_b_c", "`ก`"])
def test_words_of_the_plan_are_shown_as_they_are(summarise, title):
    step = to_do(f"1. {title}", title, who=title, next_by=title)
    shown = summarise(
        section(
            "one_a", title=title, overdue=[step], ahead=[to_do(f"2. {title}", "ม.ค.")], strategy=title, issue=title
        ),
        section("two", 2, title=title, state="failed"),
        section("three", 3, questions=[title], short=title, waiting=[title]),
    )
    assert rows(shown.html, "เลยกำหนด") == [[f"{title} โครงการ 1 ขั้นตอนที่ 1", title, title]]
    assert ["ตอบคำถาม: " + title + f" 3. {title}", "กยผ.", "-"] in rows(shown.html, "เรื่องที่ขอให้พิจารณา")
    assert [f"3. {title}", "-", "กำลังดำเนินการ", "-"] in rows(shown.html, "สถานะของ")
    assert f"{title} (3)" in plain(shown.html)
    assert 'http://x"' not in shown.html


def test_without_a_round_it_says_what_to_run(tmp_path):
    with pytest.raises(FileNotFoundError, match="run `dsw run 2569-6m` first"):
        open_summary(round_id="2569-6m", outputs_dir=tmp_path)
