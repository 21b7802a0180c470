"""Expected returns: who has sent what and when, whether it is complete by content, and what is still owed."""

import json
from datetime import date

import openpyxl
import pytest
from declared import SCHEMAS, dataset
from test_corrections import HEAD
from test_part_files import line

from dsw_analysis.cli import main
from dsw_analysis.intake.dataset import Dataset
from dsw_analysis.intake.forms import form
from dsw_analysis.intake.return_files import by_dataset, content_of, owed_workbook, returns_page, state_of, to_text
from dsw_analysis.intake.returns import expected_returns
from dsw_analysis.problems import DataError, UsageError
from dsw_analysis.rounds import Round

Q3, Q6 = Round(2569, 3), Round(2569, 6)
CSR, CASES = dataset("csr_activities"), dataset("urgent_cases")
CASES_HEAD = "เลขที่เรื่อง,ช่องทาง,ประเภทเหตุ,ระดับความเร่งด่วน,จังหวัด,วันเวลาที่รับเรื่อง,วันเวลาที่ประสาน/ส่งต่อ\n"
DUE = date(2026, 1, 15)
OCT, NOV, DEC = (f"05/{month}/2568" for month in (10, 11, 12))


def fill(folder, id_, round_, *rows):
    """Fill a form in, as a person does."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{id_}.xlsx"
    path.write_bytes(form(SCHEMAS.at(round_), id_))
    book = openpyxl.load_workbook(path)
    for at, row in enumerate(rows, start=2):
        for place, value in enumerate(row, start=1):
            book["ข้อมูล"].cell(at, place).value = value
    book.save(path)


def part(folder, place, *lines):
    (folder / "csr_activities").mkdir(parents=True, exist_ok=True)
    (folder / "csr_activities" / f"{place}.csv").write_text(HEAD + "".join(f"{text}\n" for text in lines), "utf-8")


@pytest.fixture
def raw(tmp_path):
    """Five provinces are to send activities, each its part, and two their cases, which one file holds.

    ตาก all months in time; น่าน no November and late; แพร่ a blank form; เลย a part with a blank cell, without a day;
    ตราด nothing. Of the cases ตาก has two, in October and December, น่าน none.
    """
    folder = tmp_path / "raw" / str(Q3)
    part(folder, "ตาก", *(line(f"T-{n}", day, "ตาก") for n, day in enumerate((OCT, NOV, DEC))))
    part(folder, "จ.น่าน", line("N-1", OCT, "น่าน"), line("N-2", DEC, "น่าน"))
    part(folder, "แพร่")
    part(folder, "เลย", *(line(f"L-{n}", day, "เลย") for n, day in enumerate((OCT, NOV, DEC))), f"L-9,{DEC},,ก,,,,1")
    cases = [f"U-{n},Social Media,,,ตาก,{day} 08:00,\n" for n, day in enumerate((OCT, DEC))]
    (folder / "urgent_cases.csv").write_text(CASES_HEAD + "".join(cases), encoding="utf-8")
    received = {"ตาก": DUE, "น่าน": date(2026, 1, 25), "แพร่": date(2026, 1, 10), "เลย": None, "ตราด": None}
    rows = [(CSR.title, f"จังหวัด{place}" if place == "ตาก" else place, DUE, day) for place, day in received.items()]
    rows += [(CASES.title, "ตาก", DUE, DUE), (CASES.title, "น่าน", DUE, date(2026, 1, 14), "ไม่มีเรื่อง")]
    fill(folder, "returns", Q3, *rows)
    return folder


def found(folder, round_=Q3):
    return {(one.dataset.id, one.sender): one for one in expected_returns(SCHEMAS.at(round_), folder)}


def test_each_return_is_told_by_day_and_by_content(raw):
    returns = found(raw)
    told = {
        sender: (state_of(one), content_of(one), one.rows) for (id_, sender), one in returns.items() if id_ == CSR.id
    }
    assert told == {
        "ตาก": ("ทันกำหนด", "ครบถ้วน", 3),
        "น่าน": ("หลังกำหนด 10 วัน", "ไม่มีแถวของเดือน พ.ย. 68", 2),
        "แพร่": ("ทันกำหนด", "ไม่มีแถวข้อมูล · มีปัญหา 1 จุด", 0),
        "เลย": ("ได้รับแล้ว ไม่ระบุวันที่", "ช่องที่ต้องกรอกว่าง 2 ช่อง", 4),
        "ตราด": ("ยังไม่ได้รับ", "-", 0),
    }
    cases = {sender: content_of(one) for (id_, sender), one in returns.items() if id_ == CASES.id}
    assert cases == {"ตาก": "ไม่มีแถวของเดือน พ.ย. 68", "น่าน": "ไม่พบข้อมูลในโฟลเดอร์ของรอบ"}
    assert {one.before for one in returns.values()} == {None}


def test_the_numbers_of_a_dataset_and_who_is_missing(raw):
    returns = expected_returns(SCHEMAS.at(Q3), raw)
    csr, cases = by_dataset(returns)
    # expected, come, in time, late, without a row, complete, missing
    assert csr.counts == (5, 4, 2, 1, 1, 1, 1) and csr.missing == ["ตราด"] and csr.noun == "จังหวัด"
    assert cases.counts == (2, 2, 2, 0, 1, 0, 0)
    text = to_text(returns, 200)
    assert "ยังไม่ได้รับกิจกรรม CSR ร่วมกับภาคีเครือข่าย จาก ตราด" in text
    page = returns_page(Q3, returns)
    assert "ได้รับแล้ว 4 จาก 5 จังหวัด ยังไม่ได้รับจาก ตราด" in page and "<td>25 มกราคม 2569</td>" in page
    assert "http" not in page.partition("<main")[2]
    path = raw / "owed.xlsx"
    path.write_bytes(owed_workbook(Q3, returns))
    owed = [row[:2] for row in openpyxl.load_workbook(path).active.iter_rows(min_row=2, values_only=True)]
    assert owed == sorted(
        [(place, CSR.title) for place in ("น่าน", "แพร่", "เลย", "ตราด")]
        + [(place, CASES.title) for place in ("ตาก", "น่าน")]
    )


def test_what_did_not_change_is_not_judged_again(raw, monkeypatch):
    first = found(raw)
    with monkeypatch.context() as nothing:
        nothing.setattr(Dataset, "check", None)
        assert found(raw) == first
    part(raw, "ตราด", line("R-1", OCT, "ตราด"))
    assert found(raw)[CSR.id, "ตราด"].rows == 1
    kept = raw.parents[1] / "checked" / str(Q3) / "csr_activities.tallies.json"
    content = json.loads(kept.read_text(encoding="utf-8"))
    kept.write_text("{", encoding="utf-8")
    assert found(raw)[CSR.id, "ตราด"].rows == 1
    assert json.loads(kept.read_text(encoding="utf-8")) == content


def test_rows_are_held_against_the_last_round(raw, tmp_path):
    """Half a year has ten rows of Tak, after three, and none of Nan, after two."""
    folder = tmp_path / "raw" / str(Q6)
    part(folder, "ตาก", *(line(f"T-{n}", OCT, "ตาก") for n in range(10)))
    fill(folder, "returns", Q6, *((CSR.title, place, DUE) for place in ("ตาก", "น่าน")))
    returns = found(folder, Q6)
    assert [(one.rows, one.before) for one in returns.values()] == [(10, 3), (0, 2)]


def test_a_unit_is_expected_in_the_months_that_it_was_open(tmp_path):
    """The register's units send cases by province's name, which is no unit: months follow the register's days."""
    folder = tmp_path / "raw" / str(Q3)
    part(folder, "ศูนย์ใหม่", line("A-1", DEC, "ตาก"))
    part(folder, "ศูนย์เดิม", line("B-1", OCT, "ตาก"), line("B-2", NOV, "ตาก"))
    register = (
        ("ศูนย์ใหม่", "ตาก", date(2025, 12, 31)),
        ("ศูนย์เดิม", "ตาก", None, date(2025, 11, 30)),
        ("ศูนย์ปิด", "ตาก", None, date(2025, 9, 30)),
    )
    fill(folder, "units_register", Q3, *register)
    units = [(CSR.title, unit, DUE) for unit in ("ศูนย์ใหม่", "ศูนย์เดิม")]
    fill(folder, "returns", Q3, *units)
    assert [content_of(one) for one in found(folder).values()] == ["ครบถ้วน", "ครบถ้วน"]
    fill(folder, "returns", Q3, *units, (CSR.title, "ศูนย์ปิด", DUE), (CSR.title, "ศูนย์ไหน", DUE), (CSR.title, "ตาก", DUE))
    with pytest.raises(DataError) as error:
        found(folder)
    assert [(p.code, p.row, p.value) for p in error.value.problems] == [("return", 4, "ศูนย์ปิด"), ("return", 5, "ศูนย์ไหน")]


def test_a_form_begins_with_what_the_last_round_expected(raw, tmp_path, capsys, project):
    """A unit that was closed before the round is not asked again; days are left to be filled in."""
    here = project.data / str(Q6)
    fill(here, "units_register", Q6, ("ศูนย์ปิด", "ตาก", None, date(2025, 9, 30)), ("ศูนย์เปิด", "น่าน"))
    senders = ("ตาก", "ศูนย์ปิด", "ศูนย์เปิด")
    fill(project.data / str(Q3), "returns", Q3, *((CSR.title, sender, DUE, DUE) for sender in senders))
    assert main(["--project", str(project.root), "template", "returns", str(Q6)]) == 0
    page = openpyxl.load_workbook(capsys.readouterr().out.strip())["ข้อมูล"]
    rows = list(page.iter_rows(min_row=2, max_row=5, max_col=4, values_only=True))
    assert rows[:2] == [(CSR.title, "ตาก", None, None), (CSR.title, "ศูนย์เปิด", None, None)] and not any(rows[2])


def test_the_command_writes_page_and_workbook(raw, project, capsys):
    (project.data / str(Q3)).mkdir()
    assert main(["--project", str(project.root), "returns", str(Q3)]) == 2
    assert "`dsw template returns 2569-3m` makes its form" in capsys.readouterr().err
    for path in raw.iterdir():
        path.rename(project.data / str(Q3) / path.name)
    assert main(["--project", str(project.root), "returns", str(Q3)]) == 0
    out = project.outputs(Q3)
    assert {path.name for path in out.iterdir()} == {"returns.html", "returns_owed.xlsx"}
    assert str(out / "returns.html") in capsys.readouterr().out


def test_a_round_without_the_file_says_nothing(tmp_path):
    with pytest.raises(UsageError, match="no returns file"):
        expected_returns(SCHEMAS, tmp_path)


@pytest.mark.parametrize(("day", "accepted"), [("14/02/2569", True), ("15/02/2569", False)])
def test_late_answers_may_be_dated_after_the_round_where_the_schema_says_so(tmp_path, day, accepted):
    """45 days after 31 December is 14 February."""
    folder = tmp_path / "schemas"
    folder.mkdir()
    text = (SCHEMAS.folder / "csr_activities.yaml").read_text(encoding="utf-8")
    (folder / "csr_activities.yaml").write_text(
        text.replace("dsw:in_round: true", "dsw:in_round: true\n    dsw:days_after: 45"), "utf-8"
    )
    kind = type(SCHEMAS)(folder, Q3)["csr_activities"]
    (tmp_path / "csr_activities.csv").write_text(HEAD + line("A-1", day, "ตาก") + "\n", encoding="utf-8")
    problems = kind.check(Q3, tmp_path).problems
    assert [p.code for p in problems] == ([] if accepted else ["round"])
    assert accepted or "1 ตุลาคม 2568 – 14 กุมภาพันธ์ 2569" in problems[0].expected


def test_a_section_names_a_dozen_senders_by_the_day_and_points_to_the_list_of_more(copy, show):
    """Thirteen units have not sent: the list has them. Two came late on one day, which is said once."""
    late = date(2026, 5, 5)
    senders = [*((f"หน่วยที่ {n}", None) for n in range(13)), ("ตาก", late), ("น่าน", late)]
    fill(copy.raw, "returns", Q6, *((CASES.title, sender, DUE, day) for sender, day in senders))
    html = show("urgent_cases").html
    assert "ยังไม่ได้รับจากผู้ส่งตามรายชื่อใน returns.html" in html
    assert "หน่วยที่ 12" not in html
    assert 'ได้รับหลังกำหนดจาก <span class="src">ตาก น่าน (5 พฤษภาคม 2569)</span>' in html


def test_the_section_says_how_many_have_sent_and_who_was_late(copy, show):
    """Three provinces are expected to tell of urgent cases; the file has rows of two, and one of them came late."""
    late = date(2026, 5, 5)
    senders = (("ตาก", DUE), ("น่าน", late), ("ไม่มีหน่วยนี้", None))
    fill(copy.raw, "returns", Q6, *((CASES.title, sender, DUE, day) for sender, day in senders))
    shown = show("urgent_cases")
    assert [shown.value(f"urgent_cases.{name}.urgent_cases") for name in ("returned", "expected")] == [2, 3]
    assert (
        shown.section["urgent_cases.all"].sent == "2 จาก 3 หน่วยงาน"
    )  # and so says the basis of every number of the file
    assert "ได้รับข้อมูลแล้ว 2 จาก 3 หน่วยงาน" in shown.section["urgent_cases.all"].basis()
    assert shown.section["urgent_cases.steps"].sent is None
    assert 'ยังไม่ได้รับจาก <span class="src">ไม่มีหน่วยนี้</span>' in shown.html
    assert 'ได้รับหลังกำหนดจาก <span class="src">น่าน (5 พฤษภาคม 2569)</span>' in shown.html
