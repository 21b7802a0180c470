"""Whether files cover their round: warned of, never refused, and never counted as 0."""

import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from declared import SCHEMAS, dataset

from dsw_analysis import Count, Distinct, by_month
from dsw_analysis.cli import main
from dsw_analysis.findings.disclosure import FEW
from dsw_analysis.findings.measures.base import NO_ROWS
from dsw_analysis.intake.checking import check_files, to_text
from dsw_analysis.intake.problem_files import problems_page
from dsw_analysis.intake.source import source_of
from dsw_analysis.rounds import Round

RAW = Path(__file__).parents[2] / "data" / "raw"
HEAD = "เลขที่เรื่อง,ช่องทาง,ประเภทเหตุ,ระดับความเร่งด่วน,จังหวัด,วันเวลาที่รับเรื่อง,วันเวลาที่ประสาน/ส่งต่อ\n"
OPEN = "จังหวัด,จำนวนห้อง,จำนวนผู้ใช้บริการที่รองรับได้ (ราย),ผู้ต้องการเข้าถึงสิทธิสวัสดิการและปัจจัยสี่ (ราย โดยประมาณ)\n"
Q3, Q6, Q9 = (Round(2569, months) for months in (3, 6, 9))


def cases(raw, round_, *received, name="urgent_cases"):
    """A register of urgent cases with one row for each (province, time of arrival)."""
    rows = [f"U{n},Social Media,,,{place},{time},\n" for n, (place, time) in enumerate(received)]
    folder = raw / str(round_)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.csv").write_text(HEAD + "".join(rows), encoding="utf-8")
    return folder


def warned(round_, folder, kind="urgent_cases"):
    (checked,) = check_files(SCHEMAS.at(round_), folder, only=kind)
    assert checked.problems == ()
    return {warning.code: warning for warning in checked.warnings}


OCT, NOV, DEC = "01/10/2568 08:00", "30/11/2568 08:00", "31/12/2568 23:59"


def test_a_month_without_rows_is_warned_of_and_is_no_zero(tmp_path):
    """October and December have ten rows each, of two provinces; nobody knows what November had."""
    raw = tmp_path / "raw"
    folder = cases(raw, Q3, *[("ตาก", OCT)] * 10, *[("น่าน", DEC)] * 10)
    warning = warned(Q3, folder)["months_without_rows"]
    assert (warning.column, warning.row) == ("วันเวลาที่รับเรื่อง", None)
    assert "ของเดือน พ.ย. 2568 ทั้งที่" in warning.expected and "ยืนยันกับเจ้าของข้อมูล" in warning.action
    where = [{"in_month": code} for code in Q3.month_labels()]
    few = FEW.format(base=5)  # of a province no 0 is shown, of persons; that nothing came is
    for _ in range(2):  # from the file, then from its checked copy
        for province, values, notes in (
            ("ตาก", [10, None, None], [None, NO_ROWS, few]),
            ("แพร่", [None] * 3, [few, NO_ROWS, few]),
            (None, [10, None, 10], [None, NO_ROWS, None]),
        ):
            frame = dataset("urgent_cases").load(Q3, folder, province=province, columns=["received", "channel"])
            assert source_of(frame).absent == ("2568-11",)
            months = by_month(frame, "received", Q3)
            counts = [Count(id="x.y", label="y", unit="reports", where=w)(months) for w in where]
            assert [(count.value, count.note) for count in counts] == [*zip(values, notes, strict=True)]
    distinct = Distinct(id="x.y", label="y", unit="reports", column="channel", where=where[1])(months)
    both = Count(id="x.y", label="y", unit="reports", where={"in_month": ("2568-11", "2568-12")})(months)
    all_months = Count(id="x.y", label="y", unit="reports", where={"channel": "ess"})(months)
    assert (distinct.note, both.value, all_months.value) == (NO_ROWS, 10, 0)


def test_a_file_with_rows_in_every_month_or_with_none_at_all_is_not_warned_of(tmp_path):
    assert warned(Q3, cases(tmp_path, Q3, ("ตาก", OCT), ("ตาก", NOV), ("ตาก", DEC))) == {}
    shutil.copy(RAW / "2569-6m" / "citizen_questions.xlsx", tmp_path)
    checked = dataset("citizen_questions").check(Q6, tmp_path)
    assert (checked.rows_read, checked.absent) == (0, ())


def test_months_are_not_judged_by_dates_that_could_not_be_read(tmp_path):
    folder = cases(tmp_path, Q3, ("ตาก", OCT), ("ตาก", "พฤศจิกายน"), ("ตาก", DEC))
    (checked,) = check_files(SCHEMAS.at(Q3), folder, only="urgent_cases")
    assert [p.code for p in checked.problems] == ["cell"] and checked.warnings == ()


def test_the_file_of_the_last_round_is_noticed(tmp_path):
    rows = [("ตาก", OCT), ("ตาก", NOV), ("ตาก", DEC)]
    cases(tmp_path, Q3, *rows)
    found = warned(Q6, cases(tmp_path, Q6, *rows))
    assert set(found) == {"months_without_rows", "earlier_file"}
    assert "ของเดือน ม.ค. 2569 ก.พ. 2569 มี.ค. 2569 ทั้งที่" in found["months_without_rows"].expected
    assert "รอบ 3 เดือน ปีงบประมาณ พ.ศ. 2569 ทุกไบต์" in found["earlier_file"].expected
    assert "วางไฟล์ของรอบ 6 เดือน" in found["earlier_file"].action


def test_a_file_of_an_earlier_year_is_noticed_too(tmp_path):
    for round_ in ("2568-12m", "2569-6m"):
        (tmp_path / round_).mkdir()
        shutil.copy(RAW / "2569-6m" / "homeless_housing.csv", tmp_path / round_)
    found = warned(Q6, tmp_path / "2569-6m", "homeless_housing")
    assert list(found) == ["earlier_file"] and "รอบ 12 เดือน ปีงบประมาณ พ.ศ. 2568" in found["earlier_file"].expected


JAN, FEB, MAR = "31/01/2569 08:00", "28/02/2569 08:00", "31/03/2569 08:00"


def test_rows_that_fall_are_told_by_month_even_where_the_sum_grows(tmp_path):
    """October had two rows three months ago and has one now; six rows in all are more than four."""
    cases(tmp_path, Q3, ("ตาก", OCT), ("น่าน", OCT), ("ตาก", NOV), ("ตาก", DEC))
    later = [("ตาก", time) for time in (OCT, NOV, DEC, JAN, FEB, MAR)]
    found = warned(Q6, cases(tmp_path, Q6, *later))
    assert list(found) == ["fewer_rows"]
    assert "รอบ 3 เดือน" in found["fewer_rows"].expected
    assert found["fewer_rows"].expected.endswith(": ต.ค. 2568 1 แถว จากเดิม 2 แถว")


def test_the_nearest_earlier_round_of_the_year_is_the_last(tmp_path):
    """Against the round of six months nothing falls; that of three months, and other years, do not count."""
    months = [("ตาก", time) for time in (OCT, NOV, DEC, JAN, FEB, MAR)]
    cases(tmp_path, Q3, ("น่าน", OCT), *months[:3])
    cases(tmp_path, Round(2568, 12), *(("ตาก", "01/10/2567 08:00"),) * 9)
    cases(tmp_path, Q6, *months)
    spring = [("ตาก", f"30/0{month}/2569 08:00") for month in (4, 5, 6)]
    assert warned(Q9, cases(tmp_path, Q9, *months, *spring)) == {}


def test_without_dates_the_rows_are_counted(tmp_path):
    for round_, lines in ((Q3, "ตาก,1,1,\nน่าน,2,2,\n"), (Q6, "ตาก,1,1,\n")):
        (tmp_path / str(round_)).mkdir()
        (tmp_path / str(round_) / "homeless_housing.csv").write_text(OPEN + lines, encoding="utf-8")
    found = warned(Q6, tmp_path / str(Q6), "homeless_housing")
    assert list(found) == ["fewer_rows"] and found["fewer_rows"].expected.endswith(": 1 แถว จากเดิม 2 แถว")


def test_warnings_are_shown_everywhere_and_the_check_is_clean_all_the_same(tmp_path, capsys):
    folder = cases(tmp_path / "data" / "raw", Q3, ("ตาก", OCT), ("น่าน", DEC))
    results = check_files(SCHEMAS.at(Q3), folder, only="urgent_cases")
    for text in (to_text(results, 300), problems_page(Q3, results)):
        assert "ไม่มีแถวใดเป็นของเดือน พ.ย. 2568" in text and "ข้อควรยืนยันกับเจ้าของข้อมูล (ไม่หยุดการทำรายงาน)" in text
    shutil.copytree(SCHEMAS.folder, tmp_path / "data" / "schemas")
    assert main(["--project", str(tmp_path), "check", "2569-3m", "--dataset", "urgent_cases"]) == 0
    assert "ไม่พบปัญหา และมีข้อควรยืนยัน 1 ข้อ" in capsys.readouterr().out
    book = openpyxl.load_workbook(tmp_path / "outputs" / "2569-3m" / "internal" / "problems.xlsx")
    ((*_, expected, action),) = book["ข้อควรยืนยัน"].iter_rows(min_row=2, values_only=True)
    assert "พ.ย. 2568" in expected and "ยืนยัน" in action


@pytest.mark.parametrize("province", ["", "เชียงใหม่"])
def test_the_report_says_which_months_nobody_counted(copy, show, province):
    """January is taken out of the register: the chart and its words say ``-``, a note says why, no number is 0."""
    path = copy.raw / "urgent_cases.csv"
    frame = pd.read_csv(path, dtype=str)
    frame[~frame["วันเวลาที่รับเรื่อง"].str.contains("/01/2569|2026-01-|ม.ค.", regex=True)].to_csv(path, index=False)
    shown = show("urgent_cases", province=province)
    assert shown.value("urgent_cases.month.2569-01") is None
    assert shown.section["urgent_cases.month.2569-01"].note == NO_ROWS
    assert shown.value("urgent_cases.month.2569-02") > 0
    assert 'ไม่มีแถวของเดือน <span class="src">ม.ค. 2569</span>' in shown.html
