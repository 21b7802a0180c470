"""Tables of a page as CSV: what a spreadsheet gets from the link beside them."""

import csv
import html
import io
import re
from urllib.parse import unquote_to_bytes

import pandas as pd
import pytest
from markupsafe import Markup

from dsw_analysis.findings.finding import Finding
from dsw_analysis.report.downloads import to_csv, with_downloads, without_downloads
from dsw_analysis.section import blocks

LINK = re.compile(r'<a download="([^"]+)" href="data:text/csv,([^"]*)" aria-label="([^"]*)">CSV</a>')


def finding(name, value, unit="persons", **more):
    return Finding(id=f"demo.{name}", label=name, value=value, unit=unit, **more)


FOUND = {
    f.id: f
    for f in [
        finding("north", 1470),
        finding("south", -5),
        finding("share", 200 / 3, "percent", numerator=2, denominator=3, provenance="reconstructed"),
        finding("printed", 57.4443, "percent", printed="value", provenance="reconstructed"),
        finding("undefined", None, "percent", note="ไม่มีเรื่อง"),
        finding("quick", 0.25, "hours"),
    ]
}


def rows(frame, **more):
    """What a spreadsheet reads of the table that a section shows for a frame."""
    table = blocks.table(pd.DataFrame(frame, dtype=object), caption="ตารางทดลอง", findings=FOUND, **more).html
    return [*csv.reader(io.StringIO(to_csv(table, FOUND), newline=""))]


def test_numbers_are_numbers_as_printed_and_their_unit_stands_in_the_head():
    found = rows(
        {
            "ภาค": ["เหนือ", "ใต้"],
            "ผู้รับบริการ": [FOUND["demo.north"], FOUND["demo.south"]],
            "สัดส่วน": [FOUND["demo.printed"], FOUND["demo.undefined"]],
        }
    )
    assert found == [
        ["ภาค", "ผู้รับบริการ (คน)", "สัดส่วน (ร้อยละ)", "ที่มา", "รหัสตัวเลข"],
        ["เหนือ", "1470", "57.44", "ตรงฉบับพิมพ์; คำนวณจากข้อมูลที่ได้รับ", "demo.north demo.printed"],
        ["ใต้", "-5", "", "คำนวณจากข้อมูลที่ได้รับ", "demo.south demo.undefined"],
    ]


def test_an_example_says_so_and_a_share_of_few_is_a_number():
    assert rows({"ข้อ": ["ก"], "ร้อยละ": [FOUND["demo.share"]]})[1] == [
        "ก", "66.67", "ตัวอย่างจากข้อมูลจำลอง", "demo.share",
    ]  # fmt: skip


def test_a_column_of_several_units_says_each():
    both = [blocks.link(FOUND["demo.north"], "unit"), blocks.link(FOUND["demo.quick"], "duration")]
    assert [row[1] for row in rows({"ข้อ": ["ก", "ข"], "ผล": both})] == ["ผล", "1,470 คน", "15 นาที"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", '=cmd|" /C calc"!A0'])
def test_a_text_never_becomes_a_formula(text):
    assert rows({"ข้อ": ["ก"], "ข้อความ": [text]}) == [["ข้อ", "ข้อความ"], ["ก", f"'{text}"]]


def test_texts_are_whole_and_what_is_not_there_is_blank():
    found = rows({"ข้อ": ["ก, ข “ค”"], "สอง": [Markup("บรรทัดแรก<br>บรรทัดที่&nbsp;2 &amp; <b>หนา</b>")], "ว่าง": [None]})
    assert found[1] == ["ก, ข “ค”", "บรรทัดแรก บรรทัดที่ 2 & หนา", ""]


def test_heads_of_groups_are_a_column():
    table = (
        '<table><caption>x</caption><thead><tr><th scope="col">โครงการ</th><th scope="col">งาน</th></tr></thead><tbody>'
        '<tr><th class="group" scope="rowgroup" colspan="2">แผนหนึ่ง</th></tr>'
        '<tr><th scope="row">1. ก</th><td>เสร็จแล้ว</td></tr></tbody></table>'
    )
    assert to_csv(table, {}) == "กลุ่ม,โครงการ,งาน\r\nแผนหนึ่ง,1. ก,เสร็จแล้ว\r\n"


def test_a_quoted_table_has_the_mark_of_its_source():
    shown = blocks.table(pd.DataFrame({"ก": ["ข"]}), caption="ค", findings={}, provenances=["reconstructed"])
    body = with_downloads(shown.html, {}, "demo")
    assert "ตัวอย่างจากข้อมูลจำลอง" in LINK.search(body)[2]


def test_the_link_holds_the_file_and_goes_again():
    shown = blocks.table(
        pd.DataFrame({"ก": ["100% #1 <ข> \"ค\" & 'ง'"], "จำนวน": [FOUND["demo.north"]]}),
        caption="กิจกรรม <ทั้งหมด> {demo.north}",
        findings=FOUND,
    )
    body = with_downloads(shown.html, FOUND, "2569-6m-demo")
    name, data, label = LINK.search(body).groups()
    assert name == "2569-6m-demo-1.csv"
    assert html.unescape(label) == "ดาวน์โหลดตาราง กิจกรรม <ทั้งหมด> 1,470 (CSV)"
    content = unquote_to_bytes(data.encode())
    assert content.startswith(b"\xef\xbb\xbf")
    read = [*csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))]
    assert read[1][:2] == ["100% #1 <ข> \"ค\" & 'ง'", "1470"]
    assert without_downloads(body) == shown.html


def test_every_table_and_figure_of_the_report_has_its_file(made):
    sections = (made.out / "report.html").read_text(encoding="utf-8").partition('<section id="method"')[0]
    links = LINK.findall(sections)
    assert len(links) == sections.count('<div class="table') + sections.count("<details><summary>ข้อมูลของภาพ") > 80
    assert len({name for name, *_ in links}) == len(links)
    ledger = {f["id"]: f for f in made.document["findings"]}
    numbers = 0
    for _, data, _ in links:
        head, *lines = csv.reader(io.StringIO(unquote_to_bytes(data.encode()).decode("utf-8-sig"), newline=""))
        assert lines
        assert all(len(line) == len(head) for line in lines)
        for line in lines if "รหัสตัวเลข" in head else ():
            ids = line[head.index("รหัสตัวเลข")].split()
            marks = line[head.index("ที่มา")]
            invented = any(ledger[i]["provenance"] == "reconstructed" and not ledger[i].get("printed") for i in ids)
            assert invented == ("ตัวอย่างจากข้อมูลจำลอง" in marks)
            numbers += len(ids)
    assert numbers > 500
