"""Thai sentences of findings, and what the table of figures says on how they were made."""

import pytest
from measures_frames import YES_NO, loaded, yes_of

from dsw_analysis.findings.finding import METHODS, Finding, units
from dsw_analysis.findings.measures.base import Count, Mean
from dsw_analysis.findings.measures.comparisons import ShareDifference
from dsw_analysis.findings.measures.shares import Registry, Share
from dsw_analysis.intake.columns import Column

SHARE = Share(id="toy.s", label="หน่วยงานที่มีคำสั่งครบถ้วน", counted={"a": "yes"})


def asked(k, n, population):
    """The share of yes where ``n`` of the units on a registry answered, ``k`` of them yes."""
    unit, names = Column("unit", "หน่วย", "text"), [str(number) for number in range(population)]
    answer = Column("a", "คำตอบ", "category", codes=YES_NO)
    answers = loaded({"unit": names[:n], "a": ["yes"] * k + ["no"] * (n - k)}, unit, answer)
    return SHARE(answers, Registry(units=loaded({"unit": names}, unit), key="unit"))


def finding(**parts):
    return Finding(**{"id": "toy.x", "label": "รายการ", "value": 1, "unit": "persons", **parts})


SENTENCES = {
    "complete record": (
        lambda: SHARE(yes_of(13, 25)),
        "หน่วยงานที่มีคำสั่งครบถ้วนคิดเป็นร้อยละ 52 (13/25)",
    ),
    "census": (
        lambda: asked(13, 25, 25),
        "หน่วยงานที่มีคำสั่งครบถ้วนคิดเป็นร้อยละ 52 (13/25) มีข้อมูลครบทั้ง 25 หน่วย จึงไม่มีความคลาดเคลื่อนจากการสุ่มตัวอย่าง",
    ),
    # Exact hypergeometric limits of 12 of 21 from 25: 48 % and 64 % (finite_intervals.csv, by R's phyper)
    "finite": (
        lambda: asked(12, 21, 25),
        "หน่วยงานที่มีคำสั่งครบถ้วนคิดเป็นร้อยละ 57.14 (12/21) มีข้อมูล 21 จาก 25 หน่วย ช่วงความเชื่อมั่นร้อยละ 95: 48.00–64.00 "
        "ช่วงความเชื่อมั่นถือว่าหน่วยที่ยังไม่มีข้อมูลไม่ต่างจากหน่วยที่มีข้อมูล",
    ),
    "undefined": (
        lambda: SHARE(yes_of(0, 0)),
        "หน่วยงานที่มีคำสั่งครบถ้วน: ไม่มีรายการให้คำนวณ จึงไม่มีค่า",
    ),
    "count": (
        lambda: Count(id="toy.c", label="กิจกรรมทั้งหมด", unit="activities")(yes_of(5, 2559)),
        "กิจกรรมทั้งหมดมี 2,559 กิจกรรม",
    ),
    "mean": (
        lambda: Mean(id="toy.m", label="คะแนนก่อนอบรมเฉลี่ย", unit="points", column="n")(
            loaded({"n": [3, 4, None]}, Column("n", "คะแนน", "integer", required=False))
        ),
        "คะแนนก่อนอบรมเฉลี่ยเท่ากับ 3.50 คะแนน (n = 2) ไม่นับที่ไม่ระบุ 1 รายการ",
    ),
    # Limits -40 - √(10² + 20²) and -40 + √(20² + 10²), with √500 = 22.36
    "difference": (
        lambda: ShareDifference(id="toy.d", label="ส่วนต่าง", digits=1)(
            finding(unit="percent", value=20.0, low=10.0, high=40.0),
            finding(unit="percent", value=60.0, low=50.0, high=80.0),
        ),
        "ส่วนต่างเท่ากับ -40.0 จุดร้อยละ ช่วงความเชื่อมั่นร้อยละ 95: -62.4 ถึง -17.6",
    ),
    "reasons apart": (
        lambda: finding(value=60.0, unit="percent", missing=1200, not_applicable=2, refused=3),
        "รายการคิดเป็นร้อยละ 60 ไม่นับที่ไม่ระบุ 1,200 รายการ ไม่เกี่ยวข้อง 2 รายการ ไม่ประสงค์ตอบ 3 รายการ",
    ),
    "label that ends in Latin": (
        lambda: finding(label="เรื่องจาก ESS Help Me", unit="reports"),
        "เรื่องจาก ESS Help Me มี 1 ครั้ง",
    ),
    "tiny p": (lambda: finding(label="ค่า p", value=1e-9, unit="p_value"), "ค่า p น้อยกว่า 0.0001"),
}


@pytest.mark.parametrize("name", SENTENCES)
def test_sentence(name):
    make, words = SENTENCES[name]
    assert make().sentence() == words


def test_the_table_of_figures_tells_method_coverage_and_interval():
    found = asked(12, 21, 25)
    assert found.basis() == [
        "วิธี: ช่วงแม่นตรงของประชากรจำกัด (ไฮเพอร์จีออเมตริก)",
        "มีข้อมูล 21 จาก 25 หน่วย",
        "ช่วงความเชื่อมั่นร้อยละ 95: 48.00–64.00",
    ]
    assert SHARE(yes_of(1, 2)).basis() == []


def test_interval_as_a_style_of_the_number():
    assert asked(12, 21, 25).text("interval") == "48.00–64.00"
    assert SHARE(yes_of(12, 21)).text("interval") == "-"


def test_nothing_left_out_is_not_said():
    assert finding(missing=0).basis() == []


def test_every_unit_and_method_reads_as_one_line_without_blanks_at_the_ends():
    for unit in units():
        for method in METHODS:
            words = finding(unit=unit, method=method, population=7, rows=5).sentence()
            assert words == " ".join(words.split())
