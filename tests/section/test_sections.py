"""The sections' findings: the printed figures come out of the data, and follow when the data change.

What is printed is read from ``tests/data/figures.csv``, a copy of the list made from the department's
report. What altered files should give is worked out here with the csv module and openpyxl alone.
"""

import csv
import io
import json
import math
import random
from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest
from conftest import ROUND

from dsw_analysis import Count, open_section
from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.rounding import round_half_up
from dsw_analysis.problems import DataError

with (Path(__file__).parents[1] / "data" / "figures.csv").open(encoding="utf-8", newline="") as file:
    PRINTED = list(csv.DictReader(file))


def test_the_list_of_printed_figures_is_complete():
    assert len(PRINTED) == 133
    assert len({row["id"] for row in PRINTED}) == 133


@pytest.mark.parametrize("row", PRINTED, ids=lambda row: row["id"])
def test_printed_figure_comes_out_of_the_data(row, made):
    found = made.findings[row["id"]]
    if not row["value"]:
        assert found["value"] is None
        assert found["note"]
        return
    printed = Decimal(row["value"])
    decimals = -printed.as_tuple().exponent
    finding = Finding(**{k: v for k, v in found.items() if k != "section"})
    assert finding.rounded(decimals) == printed
    assert Decimal(finding.text().replace(",", "")) == printed, "the report prints another number"


def test_the_missing_count_of_february_is_null_in_print_and_2575_as_derived(made):
    assert made.findings["public_opinion.positive.2569-02"]["value"] is None
    assert made.findings["public_opinion.positive_derived.2569-02"]["value"] == 2576 - 1


def test_the_figure_without_a_derivation_says_so(made):
    quoted = made.findings["csr.overall_success"]
    assert quoted["provenance"] == "published"
    assert quoted["note"]


def test_every_finding_says_what_it_stands_on(made):
    inputs = {(i["dataset"], i["file"]): i for i in made.document["inputs"]}
    for found in made.findings.values():
        assert found["label"], found["id"]
        assert found["provenance"] in {"published", "reconstructed", "sample"}, found["id"]
        if found["section"] != "summary":
            assert inputs[found["dataset"], found["file"]]["sha256"] == found["sha256"], found["id"]
        if found["unit"] == "percent" and found["denominator"]:
            quotient = 100 * found["numerator"] / found["denominator"]
            assert math.isclose(found["value"], quotient, rel_tol=1e-12), found["id"]
        assert found["value"] is not None or found["note"], found["id"]


# --- altered raw files -------------------------------------------------------------------------------------------


def read_csv(path, encoding):
    return list(csv.reader(io.StringIO(path.read_text(encoding=encoding))))


def write_csv(path, rows, encoding):
    target = io.StringIO()
    csv.writer(target, lineterminator="\r\n").writerows(rows)
    path.write_text(target.getvalue(), encoding=encoding, newline="")


def alter_sheet(path, change, sheet=None):
    """Open a workbook with openpyxl, hand a sheet to ``change``, save it."""
    book = openpyxl.load_workbook(path)
    change(book[sheet] if sheet else book.worksheets[0])
    book.save(path)


def column_of(sheet, text):
    """Number of the column whose header row (any of the first five) holds ``text``."""
    return next(
        c.column for row in sheet.iter_rows(max_row=5) for c in row if c.value is not None and text in str(c.value)
    )


def data_rows(sheet, header="หน่วยงาน"):
    """Numbers of the rows below the header."""
    top = next(c.row for row in sheet.iter_rows(max_row=6) for c in row if c.value == header)
    first = top + 1 if sheet.cell(top + 1, 1).value else top + 2
    return [r for r in range(first, sheet.max_row + 1) if any(c.value is not None for c in sheet[r])]


def percent(part, whole, digits=2):
    return round_half_up(Fraction(100 * part, whole), digits)


def test_csr_follows_dropped_added_and_changed_activities(copy, show):
    path = copy.raw / "csr_activities.csv"
    head, *rows = read_csv(path, "utf-8-sig")
    area, sdgs = head.index("ด้านสวัสดิการสังคม"), head.index("เป้าหมาย SDGs")
    helped = next(n for n, h in enumerate(head) if h.startswith("กลุ่มเปราะบาง"))
    draw = random.Random(1)
    rows = draw.sample(rows, 2000)
    for row in draw.sample(rows, 300):
        row[area] = ""
    for row in rows[:7]:
        row[helped] = "11"
    rows.append(["NEW-1", "13/02/2569", "ภูเก็ต", "", "การศึกษา", "SDG 4;SDG 10", "บริษัทเอกชน", "๑๒"])
    write_csv(path, [head, *rows], "utf-8-sig")
    linked = sum(bool(r[area] and r[sdgs]) for r in rows)

    shown = show("csr")

    assert shown.value("csr.activities") == 2001
    assert shown.value("csr.linked") == linked
    assert shown.section["csr.linked_share"].rounded() == percent(linked, 2001)
    assert shown.value("csr.vulnerable_helped") == sum(int(r[helped].replace("๑๒", "12")) for r in rows)
    assert f">{linked:,} กิจกรรม<" in shown.html
    assert ">1,470 กิจกรรม<" not in shown.html and ">1,470<" not in shown.html


def test_csr_training_follows_its_scores(copy, show):
    def change(sheet):
        post = column_of(sheet, "คะแนนหลังอบรม")
        for row in data_rows(sheet, "รหัสผู้เข้าอบรม")[:20]:
            sheet.cell(row, post).value = 3
        sheet.delete_rows(data_rows(sheet, "รหัสผู้เข้าอบรม")[-1])

    path = copy.raw / "csr_training.xlsx"
    alter_sheet(path, change, "ผู้เข้าอบรม")
    sheet = openpyxl.load_workbook(path)["ผู้เข้าอบรม"]
    rows = data_rows(sheet, "รหัสผู้เข้าอบรม")
    pre = sum(sheet.cell(r, column_of(sheet, "คะแนนก่อนอบรม")).value for r in rows)
    post = sum(sheet.cell(r, column_of(sheet, "คะแนนหลังอบรม")).value for r in rows)

    shown = show("csr")

    assert shown.value("csr.training_participants") == 91
    assert shown.value("csr.effectiveness_index") == pytest.approx((post - pre) / (91 * 20 - pre), abs=1e-12)


def test_restructuring_follows_changed_answers(copy, show):
    header = "การสอบถามหรือตีความคำสั่งจากส่วนกลาง"

    def change(sheet):
        column = column_of(sheet, header)
        answers = [sheet.cell(r, column).value for r in data_rows(sheet)]
        never = Counter(answers).most_common()[-1][0]
        for row in data_rows(sheet)[:10]:
            sheet.cell(row, column).value = never
        change.never = never

    path = copy.raw / "restructuring_survey.xlsx"
    before = show("restructuring")
    alter_sheet(path, change)
    sheet = openpyxl.load_workbook(path).worksheets[0]
    answers = [sheet.cell(r, column_of(sheet, header)).value for r in data_rows(sheet)]

    shown = show("restructuring")

    # The published share counts those who had to ask or interpret, regularly or at times.
    counted = sum(a in ("ต้องสอบถามหรือตีความเป็นประจำ", "ต้องสอบถามหรือตีความเป็นบางครั้ง") for a in answers)
    assert shown.section["restructuring.must_interpret_orders"].text("n/N") == f"{counted}/25"
    assert before.section["restructuring.must_interpret_orders"].text("n/N") == "13/25"


def test_restructuring_with_an_answer_missing_keeps_the_units_asked(copy, show):
    alter_sheet(copy.raw / "restructuring_survey.xlsx", lambda sheet: sheet.delete_rows(data_rows(sheet)[0]))
    shown = show("restructuring")
    assert shown.value("restructuring.units") == 25
    assert shown.section["restructuring.written_orders"].text("n/N") == "24/24"


def test_homeless_housing_follows_rooms_and_keeps_unstated_needs_unstated(copy, show):
    path = copy.raw / "homeless_housing.csv"
    rows = read_csv(path, "cp874")
    for row in rows:
        if row[0] == "สงขลา":
            row[1], row[2], row[3] = "๔", "๑๐", "๓๐๐"
        if row[0] == "รวม":
            row[1], row[2] = "๑๒๗", "๒๐๘"
    write_csv(path, rows, "cp874")
    shown = show("homeless_housing")
    assert shown.value("homeless_housing.rooms") == 133 - 10 + 4
    assert shown.value("homeless_housing.places") == 209 - 11 + 10
    assert shown.value("homeless_housing.needs.songkhla") == 300
    assert ">300<" in shown.html or ">300 คน<" in shown.html


def test_career_follows_participants(copy, show):
    def change(sheet):
        source, trained = column_of(sheet, "แหล่งที่มา"), column_of(sheet, "การพัฒนาทักษะอาชีพ")
        from_logbook = [r for r in data_rows(sheet, "รหัสผู้เข้าร่วม") if sheet.cell(r, source).value == "MSO-Logbook"]
        for row in from_logbook[:9]:
            sheet.cell(row, trained).value = "ยังไม่ได้รับ"

    alter_sheet(copy.raw / "career_participants.xlsx", change)
    shown = show("career_development")
    assert shown.value("career_development.cohort") == 50
    assert shown.section["career_development.share"].rounded() == percent(50, 1150)
    assert "50/1,150" in shown.html


def test_community_welfare_follows_the_funnel(copy, show):
    def change(sheet):
        implemented, improved = column_of(sheet, "ดำเนินการตามแผน"), column_of(sheet, "ความเป็นอยู่ที่ดีขึ้น")
        rows = [r for r in data_rows(sheet) if sheet.cell(r, improved).value not in (None, "", 0)]
        change.lost = sum(int(sheet.cell(r, improved).value) for r in rows[:5])
        for row in rows[:5]:
            sheet.cell(row, implemented).value = "ยังไม่ดำเนินการ"
            sheet.cell(row, improved).value = None

    alter_sheet(copy.raw / "community_welfare.xlsx", change)
    shown = show("community_welfare")
    assert shown.value("community_welfare.implemented") == 15
    assert shown.value("community_welfare.improved") == 299 - change.lost
    assert shown.section["community_welfare.improved_share"].rounded() == percent(299 - change.lost, 1363)


def test_highland_welfare_follows_committees(copy, show):
    def change(sheet):
        committee = column_of(sheet, "คณะกรรมการ ศสส.")
        selecting = [r for r in range(1, sheet.max_row + 1) if sheet.cell(r, committee).value == "อยู่ระหว่างคัดเลือก"]
        for row in selecting[:3]:
            sheet.cell(row, committee).value = "คัดเลือกแล้ว"

    alter_sheet(copy.raw / "highland_welfare.xlsx", change)
    shown = show("highland_welfare")
    assert (shown.value("highland_welfare.selected"), shown.value("highland_welfare.selecting")) == (15, 1)


def test_urgent_cases_count_open_and_late_cases_honestly(copy, show):
    path = copy.raw / "urgent_cases.csv"
    head, *rows = read_csv(path, "utf-8-sig")
    received, referred = head.index("วันเวลาที่รับเรื่อง"), head.index("วันเวลาที่ประสาน/ส่งต่อ")

    def stamp(text):
        day, clock = text.split(" ")
        d, m, y = map(int, day.split("/"))
        return datetime(y - 543, m, d, *map(int, clock.split(":")))

    def print_stamp(when):
        return f"{when:%d/%m}/{when.year + 543} {when:%H:%M}"

    rows = rows[:1000]
    for row in rows[:30]:  # open, and received long before the round ended: late
        row[referred] = ""
    for row in rows[30:40]:  # exactly on the limit: within
        row[referred] = print_stamp(stamp(row[received]) + timedelta(hours=24))
    for row in rows[40:55]:  # a minute past it: late
        row[referred] = print_stamp(stamp(row[received]) + timedelta(hours=24, minutes=1))
    for row in rows[55:60]:  # open, and received within the last day of the round: cannot be judged yet
        row[received], row[referred] = "31/03/2569 12:00", ""
    write_csv(path, [head, *rows], "utf-8-sig")
    end = datetime(2026, 4, 1)
    waits = [stamp(r[referred]) - stamp(r[received]) if r[referred] else None for r in rows]
    within = sum(w is not None and w <= timedelta(hours=24) for w in waits)
    judged = sum(
        w is not None or stamp(r[received]) + timedelta(hours=24) <= end for r, w in zip(rows, waits, strict=True)
    )

    shown = show("urgent_cases")

    share = shown.section["urgent_cases.within_24h"]
    assert (within, judged) == (1000 - 30 - 15 - 5, 1000 - 5)
    assert share.text("n/N") == f"{within}/{judged}"
    assert shown.value("urgent_cases.all") == 1000


@pytest.mark.parametrize(("decimals", "printed"), [(True, "89.7"), (False, "89.70")])
def test_a_result_short_of_its_target_never_prints_as_the_target(decimals, printed, copy, show):
    """The print of this round rounds to whole numbers; 897 of 1,000 would be 90, the target."""
    path = copy.raw / "urgent_cases.csv"
    head, *rows = read_csv(path, "utf-8-sig")
    rows, referred = rows[:1000], head.index("วันเวลาที่ประสาน/ส่งต่อ")
    for row in rows[:103]:  # received in the first month and still open
        row[referred] = ""
    write_csv(path, [head, *rows], "utf-8-sig")
    if not decimals:
        described = copy.raw / "datapackage.json"
        package = json.loads(described.read_text(encoding="utf-8"))
        del package["printed_decimals"]
        described.write_text(json.dumps(package), encoding="utf-8")

    shown = show("urgent_cases")

    assert f">ร้อยละ {printed} (897/1,000)<" in shown.html
    assert ">ร้อยละ 90 (897" not in shown.html
    assert ">ต่ำกว่าแผน<" in shown.html  # a rate has its target at any time


def test_citizen_questions_are_judged_once_there_are_some(copy, show):
    assert show("citizen_questions").value("citizen_questions.answered_share") is None

    def change(sheet):
        top = next(r for r in range(1, 6) if sheet.cell(r, 1).value == "รหัสคำถาม")
        for n in range(40):
            answered = datetime(2026, 1, 6, 9) if n % 4 else None
            for column, value in enumerate(
                [f"Q{n}", datetime(2026, 1, 5, 9), "สอบถามเบี้ยยังชีพ", "กคส.", answered], start=1
            ):
                sheet.cell(top + 1 + n, column).value = value

    alter_sheet(copy.raw / "citizen_questions.xlsx", change)
    shown = show("citizen_questions")
    assert shown.value("citizen_questions.questions") == 40
    assert shown.value("citizen_questions.answered_share") == 75
    assert ">ต่ำกว่าแผน<" in shown.html  # 75 against 90, and no target is divided by the months of the year


def test_public_opinion_follows_a_corrected_month(copy, show):
    path = copy.raw / "public_opinion.csv"
    rows = read_csv(path, "utf-8-sig")
    assert rows[2][2] == ""
    rows[2][2] = "2,575"
    write_csv(path, rows, "utf-8-sig")
    shown = show("public_opinion")
    assert shown.value("public_opinion.positive.2569-02") == 2575


def test_plan_sections_follow_the_state_of_steps(copy, show):
    def change(sheet):
        section, state = 1, column_of(sheet, "สถานะ")
        rows = [r for r in range(1, sheet.max_row + 1) if sheet.cell(r, section).value == "five_year_plan"]
        sheet.cell(rows[2], state).value = "ดำเนินการแล้ว"

    alter_sheet(copy.raw / "action_plan.xlsx", change, "ขั้นตอน")
    shown = show("five_year_plan")
    assert shown.value("five_year_plan.steps_done") == 3
    assert shown.value("five_year_plan.progress") == 60
    assert shown.section["five_year_plan.progress"].text("n/N") == "3/5"
    assert "(3/5)" in shown.html


def test_enterprise_architecture_follows_finished_activities(copy, show):
    def change(sheet):
        state = column_of(sheet, "สถานะ")
        rows = [r for r in range(1, sheet.max_row + 1) if sheet.cell(r, state).value == "อยู่ระหว่างดำเนินการ"]
        sheet.cell(rows[0], state).value = "ดำเนินการแล้ว"

    alter_sheet(copy.raw / "ea_activities.xlsx", change)
    shown = show("enterprise_architecture")
    assert shown.section["enterprise_architecture.progress"].text("full") == f"ร้อยละ {percent(8, 23)} (8/23)"


def test_knowledge_management_follows_the_list_of_works(copy, show):
    alter_sheet(copy.raw / "knowledge_works.xlsx", lambda sheet: sheet.delete_rows(sheet.max_row, 1), "ผลงาน")
    assert show("knowledge_management").value("knowledge_management.submitted") == 137


def test_a_strict_round_refuses_a_file_with_problems_and_a_partial_one_says_what_it_used(copy, show):
    path = copy.raw / "csr_activities.csv"
    head, *rows = read_csv(path, "utf-8-sig")
    province = head.index("จังหวัด")
    for row in rows[:9]:
        row[province] = "เชียงไหม"
    write_csv(path, [head, *rows], "utf-8-sig")

    with pytest.raises(DataError) as refused:
        show("csr")
    assert len(refused.value.problems) == 9
    assert {p.column for p in refused.value.problems} == {"จังหวัด"}

    shown = show("csr", accept_partial=True)
    assert shown.value("csr.activities") == 2550
    assert shown.section["csr.rows_used.csr_activities"].text("n/N") == "2,550/2,559"
    assert "2,550/2,559" in shown.html


def test_numbers_of_persons_as_they_are_stand_under_a_banner(copy):
    options = {"round_id": ROUND, "data_dir": copy.root / "data" / "raw", "province": "ตาก"}
    for exact in (True, False):
        section = open_section("urgent_cases", **options, exact=exact)
        cases = section.load("urgent_cases")
        section.measure(cases, all=Count("เรื่อง", unit="reports"), within_24h=Count("ทัน", unit="reports"))
        assert (section.ledger["urgent_cases.all"].value == len(cases)) is exact
        assert ("ค่าจริงที่ยังไม่ได้คุ้มครองข้อมูลส่วนบุคคล" in section.overview().html) is exact


def test_repairs_of_the_round_are_shown(copy, show):
    folder = copy.root / "data" / "disclosure"
    folder.mkdir()
    repair = "- {dataset: urgent_cases, columns: [province], base: 10}\n"
    (folder / f"{ROUND}.yaml").write_text(repair, encoding="utf-8")
    shown = show("urgent_cases")
    values = {f.value for i, f in shown.section.ledger.items() if i.startswith("urgent_cases.province.")}
    assert values
    assert all(value is None or value % 10 == 0 for value in values)
