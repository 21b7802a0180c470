"""The restructuring section is a census while all units have answered, and says otherwise as soon as some have not."""

import re
from math import comb

import openpyxl
import pytest

CENSUS = "ทุกหน่วยงานตอบครบ ผลจึงเป็นการสำรวจทั้งประชากร"
INTERVAL = "ช่วงความเชื่อมั่นร้อยละ 95"
RATES = "อัตราการตอบแบบติดตาม จำแนกตามประเภทหน่วยงาน"
KINDS = {"settlement": 12, "highland_centre": 9, "shelter": 4}


def without_units(path, dropped):
    """Remove the answers of these units; returns how many of each kind are left, read back by openpyxl."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    for row in range(sheet.max_row, 0, -1):
        if sheet.cell(row, 1).value in dropped:
            sheet.delete_rows(row)
    book.save(path)
    names = [str(cell.value) for cell in sheet["A"] if " แห่งที่ " in str(cell.value)]
    return {kind: sum(name.startswith(start) for name in names) for kind, start in STARTS.items()}


STARTS = {"settlement": "นิคม", "highland_centre": "ศูนย์พัฒนา", "shelter": "สถานคุ้มครอง"}


def limits(k, n, population):
    """Exact hypergeometric limits in per cent, by counting samples."""
    every, kept = comb(population, n), []
    for total in range(population + 1):
        ways = [comb(total, i) * comb(population - total, n - i) for i in range(n + 1)]
        if min(sum(ways[k:]), sum(ways[: k + 1])) * 40 > every:
            kept.append(total)
    return 100 * kept[0] / population, 100 * kept[-1] / population


def test_all_answers_are_a_census(show):
    shown = show("restructuring")
    assert CENSUS in shown.html
    assert INTERVAL not in shown.html
    assert RATES not in shown.html
    shares = [f for f in shown.section.ledger.values() if f.population is not None]
    assert len(shares) == 2 + 14 * (2 + len(KINDS))
    assert {f.method for f in shares} == {"census"}
    assert (
        shown.section["restructuring.must_interpret_orders"]
        .sentence()
        .endswith("ร้อยละ 52 (13/25) มีข้อมูลครบทั้ง 25 หน่วย จึงไม่มีความคลาดเคลื่อนจากการสุ่มตัวอย่าง")
    )


def test_four_units_missing_bring_intervals_and_response_rates(copy, show):
    dropped = {
        "นิคมสร้างตนเอง แห่งที่ 3",
        "ศูนย์พัฒนาราษฎรบนพื้นที่สูง แห่งที่ 9",
        "สถานคุ้มครองคนไร้ที่พึ่ง แห่งที่ 1",
        "สถานคุ้มครองคนไร้ที่พึ่ง แห่งที่ 4",
    }
    left = without_units(copy.raw / "restructuring_survey.xlsx", dropped)
    assert left == {"settlement": 11, "highland_centre": 8, "shelter": 2}

    shown = show("restructuring")

    assert CENSUS not in shown.html
    assert INTERVAL in shown.html
    assert RATES in shown.html
    text = re.sub(r"<[^>]+>", " ", shown.html)
    assert "ร้อยละ 84 (21/25)" in text
    for kind, asked in KINDS.items():
        rate = shown.section[f"restructuring.response_rate.{kind}"]
        assert rate.text("n/N") == f"{left[kind]}/{asked}"
        assert rate.text("full") in text
    assert "อัตราการตอบต่ำที่สุด คือสถานคุ้มครองคนไร้ที่พึ่ง" in text
    for name in ("must_interpret_orders", "written_orders", "must_interpret_orders.settlement"):
        found = shown.section[f"restructuring.{name}"]
        size = KINDS["settlement"] if name.endswith("settlement") else 25
        assert (found.method, found.population) == ("exact_finite", size)
        assert (found.low, found.high) == pytest.approx(limits(found.numerator, found.denominator, size))
    assert shown.section["restructuring.units"].value == 25


def test_one_answer_of_each_kind_is_enough_to_run(copy, show):
    names = {f"{start} แห่งที่ {n}" for start, count in zip(
        ("นิคมสร้างตนเอง", "ศูนย์พัฒนาราษฎรบนพื้นที่สูง", "สถานคุ้มครองคนไร้ที่พึ่ง"), KINDS.values(), strict=True
    ) for n in range(2, count + 1)}  # fmt: skip
    # One unit of each kind is left: a file without any row is not an answered questionnaire.
    assert without_units(copy.raw / "restructuring_survey.xlsx", names) == dict.fromkeys(KINDS, 1)
    shown = show("restructuring")
    assert shown.section["restructuring.response_rate"].text("full") == "ร้อยละ 12 (3/25)"
    assert shown.section["restructuring.written_orders"].denominator == 3
