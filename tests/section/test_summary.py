"""The summary: what it says of every section, on ledgers made for the test; titles of the plan are data."""

import json
import re

import pytest
from conftest import ROOT, run_cells

from dsw_analysis import open_summary
from dsw_analysis.section.summary import STEP_COUNTS

NOTEBOOK = ROOT / "notebooks" / "00_summary.ipynb"


def section(code, *, title, state="ok", statuses=(), steps=(0, 0, 0, 0, 0), late=()):
    """One section of the ledger, and its findings: steps done, under way, overdue, ahead, waiting."""
    indicators = [
        {"name": f"ตัวชี้วัด {code}", "status": status, "target": None, "result": None, "direction": "at_least"}
        for status in statuses
    ]
    work = {"standing": "overdue" if late else "in_progress", "late": [*late], "owner": "กยผ."}
    findings = [
        {
            "id": f"{code}.{name}",
            "section": code,
            "label": label,
            "value": value,
            "unit": "steps",
            "provenance": "received",
        }
        for (name, label), value in zip(STEP_COUNTS.items(), (sum(steps), *steps), strict=True)
    ]
    return {"section": code, "title": title, "state": state, "indicators": indicators, "work": work}, findings


@pytest.fixture
def summarise(tmp_path):
    """Run the summary's notebook on these sections: the section, and the words of each cell."""

    def summarise(*sections, round_id="2569-6m", left_out=()):
        folder = tmp_path / round_id
        folder.mkdir(parents=True, exist_ok=True)
        findings = [finding for _, several in sections for finding in several]
        document = {"sections": [chapter for chapter, _ in sections], "findings": findings, "left_out": list(left_out)}
        (folder / "findings.json").write_text(json.dumps(document), encoding="utf-8")
        return run_cells(NOTEBOOK, outputs_dir=str(tmp_path), round_id=round_id)

    return summarise


def plain(html):
    return " ".join(re.sub("<[^>]+>", " ", re.sub("(?s)<svg.*?</svg>", "", html)).split())


def test_counts_by_hand(summarise):
    shown = summarise(
        section(
            "one", title="หนึ่ง", statuses=("reached", "below_plan"), steps=(2, 1, 1, 0, 0), late=["ขั้นตอนที่ 4 (ก.พ.)"]
        ),
        section("two", title="สอง", statuses=("awaiting_target", "not_yet_due"), steps=(0, 0, 0, 3, 1)),
    )
    values = {
        "sections": 2, "sections_failed": 0, "indicators": 4, "attention": 1, "status.reached": 1,
        "status.below_plan": 1, "status.awaiting_target": 1, "status.on_the_way": 0, "work.overdue": 1,
        "work.in_progress": 1, "work.done": 0, "steps": 8, "steps_done": 2, "steps_overdue": 1, "steps_ahead": 3,
        "numbers": 12, "numbers.received": 12, "numbers_share.received": 100, "numbers_share.reconstructed": 0,
        "sections_reconstructed": 0,
    }  # fmt: skip
    assert {name: shown.value(f"summary.{name}") for name in values} == values
    text = plain(shown.html)
    assert "กำลังดำเนินการ 1 โครงการ มีขั้นเลยกำหนด 1 โครงการ รวม 1 ขั้นตอน" in text
    assert "งานเสร็จแล้ว" not in text  # zeros are left out
    assert "หนึ่ง ขั้นตอนที่ 4 (ก.พ.) กยผ." in text
    assert "โครงการที่มีตัวชี้วัดถึงเป้าหมายแล้ว คือ หนึ่ง" in text
    assert "รอค่าเป้าหมายจากหน่วยงาน: สอง" in text
    assert "ไม่มีตัวเลขใดคำนวณจากข้อมูลจำลอง" in text


def test_what_is_missing_is_said(summarise):
    shown = summarise(
        section("one_a", title="หนึ่ง", state="failed"),
        section("two", title="สอง", state="plan_only", statuses=("awaiting_result",)),
        left_out=["three_b"],
    )
    text = plain(shown.html)
    assert "มีโครงการที่ประมวลผลไม่สำเร็จ 1 โครงการ" in text
    assert re.search('ประมวลผลใหม่:(</span>)?\\s*<a href="#one_a">one_a</a>', shown.html)
    assert "จึงยังไม่มีผลให้เทียบกับเป้าหมาย สอง" in text
    assert "จึงไม่อยู่ในรายงาน: three_b" in text
    assert "ไม่มีขั้นตอนที่เลยกำหนด ไม่มีตัวชี้วัดที่ต่ำกว่าแผน" in text
    assert "รอค่าเป้าหมายจากหน่วยงาน" not in text


def test_a_round_of_the_whole_year_has_no_pace(summarise):
    text = plain(summarise(section("one", title="หนึ่ง"), round_id="2569-12m").html)
    assert "รอบนี้สิ้นสุดพร้อมปีงบประมาณ" in text
    assert "ใน 12 เดือน" not in text


@pytest.mark.parametrize("title", ["{one.steps}", "{{ 7 * 7 }}", "**หนา**", "[ก](http://x)", "# ก", "a_b_c", "`ก`"])
def test_a_title_of_the_plan_is_shown_as_it_is(summarise, title):
    shown = summarise(
        section(
            "one_a",
            title=title,
            statuses=("reached", "awaiting_target"),
            steps=(0, 0, 1, 0, 0),
            late=["ขั้นตอนที่ 1 (ม.ค.)"],
        )
    )
    text = plain(shown.html)
    assert f"ถึงเป้าหมายแล้ว คือ {title}" in text
    assert f"{title} ขั้นตอนที่ 1 (ม.ค.) กยผ." in text
    assert f"รอค่าเป้าหมายจากหน่วยงาน: {title}" in text
    assert shown.html.count('<a href="#one_a">') == 2 + 1 + 2 + 1  # lists, steps overdue, indicators, a row of steps
    assert 'http://x"' not in shown.html


def test_without_a_round_it_says_what_to_run(tmp_path):
    with pytest.raises(FileNotFoundError, match="run `dsw run 2569-6m` first"):
        open_summary(round_id="2569-6m", outputs_dir=tmp_path)
