"""The raw files hold every printed figure, come out of the script byte for byte, and say where each field is from.

Raw cells are read here by openpyxl and csv alone; nothing of the package takes part in the arithmetic.
"""

import csv
import io
import json
import subprocess
import sys
from collections import Counter
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest

ROOT = Path(__file__).parents[2]
RAW = ROOT / "data" / "raw" / "2569-6m"
FIGURES = list(csv.DictReader((ROOT / "tests" / "data" / "figures.csv").open(encoding="utf-8", newline="")))


def sheet_rows(file, sheet=None, header=(3,)):
    """Rows of a sheet as dicts by the lowest header cell of each column (merged cells carry their value down)."""
    book = openpyxl.load_workbook(RAW / file)
    page = book[sheet] if sheet else book.worksheets[0]
    names = [
        next(page.cell(row, at).value for row in reversed(header) if page.cell(row, at).value)
        for at in range(1, page.max_column + 1)
    ]
    body = page.iter_rows(min_row=header[-1] + 1, values_only=True)
    return [dict(zip(names, line, strict=True)) for line in body]


def csv_rows(file, encoding="utf-8-sig", skip=0):
    lines = list(csv.reader(io.StringIO((RAW / file).read_bytes().decode(encoding), newline="")))[skip:]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def percent(part, whole):
    return Fraction(100 * part, whole)


def of_plan():
    steps = sheet_rows("action_plan.xlsx", "ขั้นตอน", header=(3, 4))
    states = Counter(row["สถานะ"] for row in steps if row["รหัสส่วน"] == "five_year_plan")
    done, total = states["ดำเนินการแล้ว"], sum(states.values())
    yield "five_year_plan.steps", total
    yield "five_year_plan.steps_done", done
    yield "five_year_plan.steps_not_started", states["ยังไม่ดำเนินการ"]
    yield "five_year_plan.progress", percent(done, total)
    for row in sheet_rows("action_plan.xlsx", "ตัวชี้วัด"):
        if row["ค่าเป้าหมาย"] is not None:
            yield row["รหัสตัวชี้วัด"], int(row["ค่าเป้าหมาย"])


def of_architecture():
    domains = {
        "business": "ด้านกระบวนการดำเนินงานทางธุรกิจ",
        "application": "ด้านระบบงานและโปรแกรมประยุกต์",
        "data": "ด้านข้อมูลสารสนเทศ",
        "technology": "ด้านเทคโนโลยีและโครงสร้างพื้นฐาน",
        "security": "ด้านความมั่นคงปลอดภัย",
    }
    rows = sheet_rows("ea_activities.xlsx")
    pairs = Counter((row["ด้าน"], row["สถานะ"]) for row in rows)
    done = sum(count for (_, state), count in pairs.items() if state == "ดำเนินการแล้ว")
    yield "enterprise_architecture.activities", len(rows)
    for code, label in domains.items():
        yield f"enterprise_architecture.{code}", sum(row["ด้าน"] == label for row in rows)
        if code in {"data", "technology", "security"}:
            yield f"enterprise_architecture.{code}_done", pairs[label, "ดำเนินการแล้ว"]
    yield "enterprise_architecture.done", done
    yield "enterprise_architecture.in_progress", sum(row["สถานะ"] == "อยู่ระหว่างดำเนินการ" for row in rows)
    yield "enterprise_architecture.progress", percent(done, len(rows))


def of_restructuring():
    counted = {
        "written_orders": {"มีคำสั่งเป็นลายลักษณ์อักษรและแบ่งฝ่ายครบถ้วน"},
        "admin_in_one_division": {"รวมไว้ในฝ่ายเดียว"},
        "resources_shared": {"ใช้ร่วมกันเป็นประจำ", "ใช้ร่วมกันเป็นบางครั้ง"},
        "budget_on_target": {"ได้ตามเป้าหมายทุกกอง"},
        "mission_continuity": {"ต่อเนื่องทุกภารกิจ ไม่สะดุดหรือหยุดชะงัก"},
        "single_report_dataset": {"รายงานเป็นข้อมูลชุดเดียวกันได้"},
        "must_interpret_orders": {"ต้องสอบถามหรือตีความเป็นบางครั้ง", "ต้องสอบถามหรือตีความเป็นประจำ"},
        "head_understands_all": {"เข้าใจครบถ้วนทุกภารกิจ"},
        "staff_understand_part": {"เข้าใจเพียงบางภารกิจ"},
        "partly_interchangeable": {"ทำงานแทนกันได้เพียงบางฝ่าย"},
        "admin_workload_up": {"เพิ่มขึ้น", "เพิ่มขึ้นมาก"},
        "admin_cost_down": {"ลดลงจริง"},
        "partners_not_informed": {"แจ้งแล้วบางส่วน", "ยังไม่ได้แจ้ง"},
        "no_new_partnerships": {"ยังไม่ได้สร้างความร่วมมือ"},
    }
    rows = sheet_rows("restructuring_survey.xlsx", header=(3, 4))
    answers = [list(row.values())[3:17] for row in rows]
    kinds = Counter(row["ประเภทหน่วยงาน"] for row in rows)
    yield "restructuring.units", len(rows)
    yield "restructuring.settlements", kinds["นิคมสร้างตนเอง"]
    yield "restructuring.highland_centres", kinds["ศูนย์พัฒนาราษฎรบนพื้นที่สูง"]
    yield "restructuring.shelters", kinds["สถานคุ้มครองคนไร้ที่พึ่ง"]
    for at, (name, labels) in enumerate(counted.items()):
        yield f"restructuring.{name}", percent(sum(line[at] in labels for line in answers), len(rows))


def of_homeless_housing():
    slugs = {
        "กรุงเทพมหานคร": "bangkok",
        "กาญจนบุรี": "kanchanaburi",
        "นนทบุรี": "nonthaburi",
        "ปทุมธานี": "pathum_thani",
        "ขอนแก่น": "khon_kaen",
        "เชียงใหม่": "chiang_mai",
        "นครราชสีมา": "nakhon_ratchasima",
        "ระยอง": "rayong",
        "สงขลา": "songkhla",
    }
    rows = [list(row.values()) for row in csv_rows("homeless_housing.csv", "cp874", skip=1)]
    assert rows.pop() == ["รวม", "๑๓๓", "๒๐๙", ""]
    yield "homeless_housing.provinces", len(rows)
    yield "homeless_housing.rooms", sum(int(rooms) for _, rooms, _, _ in rows)
    yield "homeless_housing.places", sum(int(places) for _, _, places, _ in rows)
    for province, rooms, places, need in rows:
        yield f"homeless_housing.rooms.{slugs[province]}", int(rooms)
        yield f"homeless_housing.places.{slugs[province]}", int(places)
        if need:
            yield f"homeless_housing.needs.{slugs[province]}", int(need)


def of_career():
    slugs = {
        "โคกโพธิ์": "khok_pho",
        "บางระกำ": "bang_rakam",
        "นิคมสร้างตนเองลพบุรี": "lop_buri",
        "ลำน้ำอูน": "lam_nam_un",
        "กระเสียว": "krasiao",
        "เชียงใหม่": "chiang_mai",
        "อุทัยธานี": "uthai_thani",
        "ตาก": "tak",
    }
    rows = sheet_rows("career_participants.xlsx")
    units = {(row["หน่วยงาน"], row["ประเภทหน่วยงาน"]) for row in rows}
    kinds = Counter(kind for _, kind in units)
    chosen = [r for r in rows if r["แหล่งที่มา"] == "MSO-Logbook" and r["การพัฒนาทักษะอาชีพ"] == "ได้รับ"]
    yield "career_development.units", len(units)
    yield "career_development.settlements", kinds["นิคมสร้างตนเอง"]
    yield "career_development.highland_centres", kinds["ศูนย์พัฒนาราษฎรบนพื้นที่สูง"]
    for part, slug in slugs.items():
        yield f"career_development.cohort.{slug}", sum(part in row["หน่วยงาน"] for row in chosen)
    yield "career_development.cohort", len(chosen)
    yield "career_development.participants", len(rows)
    yield "career_development.share", percent(len(chosen), len(rows))


def of_csr():
    activities = csv_rows("csr_activities.csv")
    linked = [row for row in activities if row["ด้านสวัสดิการสังคม"] and row["เป้าหมาย SDGs"]]
    helped = "กลุ่มเปราะบางจาก MSO-Logbook ที่ได้รับความช่วยเหลือ (ราย)"
    yield "csr.activities", len(activities)
    yield "csr.vulnerable_helped", sum(int(row[helped]) for row in activities)
    yield "csr.welfare_areas", len({row["ด้านสวัสดิการสังคม"] for row in linked})
    yield "csr.linked", len(linked)
    yield "csr.linked_share", percent(len(linked), len(activities))
    yield "csr.training_sessions", len(sheet_rows("csr_training.xlsx", "การอบรม"))
    trainees = sheet_rows("csr_training.xlsx", "ผู้เข้าอบรม", header=(3, 4))
    before = sum(row["คะแนนก่อนอบรม"] for row in trainees)
    after = sum(row["คะแนนหลังอบรม"] for row in trainees)
    index = Fraction(after - before, 20 * len(trainees) - before)
    ratings = [value for row in trainees for value in list(row.values())[4:] if value is not None]
    assert len(ratings) == 90 * 8
    yield "csr.training_participants", len(trainees)
    yield "csr.training_provinces", len({row["จังหวัด"] for row in trainees})
    yield "csr.effectiveness_index", index
    yield "csr.effectiveness_percent", 100 * index
    yield "csr.satisfaction", percent(sum(ratings), 5 * len(ratings))
    summary = sheet_rows("csr_training.xlsx", "สรุปโครงการ", header=(2,))
    for row in summary:
        yield f"csr.{row['รหัสรายการ']}", Fraction(str(row["ค่า"]))


def of_community_welfare():
    rows = sheet_rows("community_welfare.xlsx", header=(3, 4))
    found = sum(row["กลุ่มเป้าหมายจากการคัดกรอง (คน)"] or 0 for row in rows)
    better = sum(row["ผู้มีความเป็นอยู่ที่ดีขึ้น (คน)"] or 0 for row in rows)
    yield "community_welfare.centres", len(rows)
    yield "community_welfare.areas", sum(row["คัดเลือกพื้นที่"] == "คัดเลือกแล้ว" for row in rows)
    steps = {
        "profiled": "จัดทำข้อมูลชุมชน",
        "screened": "คัดกรองกลุ่มเปราะบาง",
        "consulted": "ประชุมหารือวางแผน",
        "implemented": "ดำเนินการตามแผน",
    }
    for name, header in steps.items():
        yield f"community_welfare.{name}", sum(row[header] == "ดำเนินการแล้ว" for row in rows)
    yield "community_welfare.target_group", found
    yield "community_welfare.improved", better
    yield "community_welfare.improved_share", percent(better, found)


def of_highland_welfare():
    rows = sheet_rows("highland_welfare.xlsx")
    yield "highland_welfare.centres", len(rows)
    yield "highland_welfare.participants", sum(row["ผู้เข้าร่วมประชุมเวที (คน)"] for row in rows)
    yield "highland_welfare.selected", sum(row["คณะกรรมการ ศสส."] == "คัดเลือกแล้ว" for row in rows)
    yield "highland_welfare.selecting", sum(row["คณะกรรมการ ศสส."] == "อยู่ระหว่างคัดเลือก" for row in rows)


def stamp(text):
    return datetime.strptime(f"{text[:6]}{int(text[6:10]) - 543}{text[10:]}", "%d/%m/%Y %H:%M")


def of_urgent_cases():
    rows = csv_rows("urgent_cases.csv")
    waits = [(stamp(row["วันเวลาที่ประสาน/ส่งต่อ"]) - stamp(row["วันเวลาที่รับเรื่อง"])).total_seconds() / 3600 for row in rows]
    labels = {
        "ess.threat_of_harm": ("ประเภทเหตุ", "ข่มขู่ว่าจะทำร้าย"),
        "ess.detention": ("ประเภทเหตุ", "กักขังหน่วงเหนี่ยว"),
        "ess.sexual_abuse_risk": ("ประเภทเหตุ", "เสี่ยงต่อการถูกล่วงละเมิดทางเพศ"),
        "ess.disturbed_person": ("ประเภทเหตุ", "ผู้คลุ้มคลั่งก่อให้เกิดเหตุร้าย"),
        "ess.gathering": ("ประเภทเหตุ", "มั่วสุมก่อให้เกิดเหตุร้าย"),
        "hotline.most_urgent": ("ระดับความเร่งด่วน", "เร่งด่วนมาก"),
        "hotline.urgent": ("ระดับความเร่งด่วน", "เร่งด่วน"),
        "hotline.moderate": ("ระดับความเร่งด่วน", "ปานกลาง"),
        "hotline.normal": ("ระดับความเร่งด่วน", "ปกติ"),
        "ess": ("ช่องทาง", "ESS Help Me"),
        "hotline": ("ช่องทาง", "สายด่วน 1300"),
        "social_media": ("ช่องทาง", "Social Media"),
    }
    for name, (header, label) in labels.items():
        yield f"urgent_cases.{name}", sum(row[header] == label for row in rows)
    yield "urgent_cases.all", len(rows)
    yield "urgent_cases.within_24h", percent(sum(0 <= wait <= 24 for wait in waits), len(waits))


def of_small_files():
    yield "citizen_questions.questions", len(sheet_rows("citizen_questions.xlsx"))
    months = {"ม.ค. 69": "2569-01", "ก.พ. 69": "2569-02", "มี.ค. 69": "2569-03"}
    for row in csv_rows("public_opinion.csv"):
        month, *counts = row.values()
        for name, count in zip(("comments", "positive", "negative"), counts, strict=True):
            yield f"public_opinion.{name}.{months[month]}", int(count.replace(",", "")) if count else None
    for row in sheet_rows("knowledge_works.xlsx", "ขั้นตอนคัดเลือก", header=(2,)):
        yield f"knowledge_management.{row['รหัสขั้นตอน']}", row["จำนวนผลงานตามแผน (ผลงาน)"]
    assert len(sheet_rows("knowledge_works.xlsx", "ผลงาน")) == 138


@pytest.fixture(scope="module")
def computed():
    sources = (
        of_plan,
        of_architecture,
        of_restructuring,
        of_homeless_housing,
        of_career,
        of_csr,
        of_community_welfare,
        of_highland_welfare,
        of_urgent_cases,
        of_small_files,
    )
    pairs = [pair for source in sources for pair in source()]
    assert len(pairs) == len(dict(pairs))
    return dict(pairs)


def test_every_figure_is_in_the_raw_files_and_no_other(computed):
    assert set(computed) == {figure["id"] for figure in FIGURES}


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure["id"])
def test_figure_holds_at_printed_precision(figure, computed):
    value, printed = computed[figure["id"]], figure["value"]
    if not printed:
        assert value is None
        return
    exact = Fraction(value)
    rounded = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal(printed), ROUND_HALF_UP)
    assert rounded == Decimal(printed)


def test_script_reproduces_the_files_byte_for_byte(tmp_path):
    subprocess.run([sys.executable, str(ROOT / "data" / "reconstruct"), "--to", str(tmp_path)], check=True)
    made = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    kept = {file.name: file.read_bytes() for file in RAW.iterdir()}
    assert made.keys() == kept.keys() - {"published.csv"}  # taken from the print by hand: nothing makes it
    assert [name for name in made if made[name] != kept[name]] == []


PACKAGE = json.loads((RAW / "datapackage.json").read_text(encoding="utf-8"))


def test_package_lists_every_file_and_only_those():
    assert {r["path"] for r in PACKAGE["resources"]} == {f.name for f in RAW.iterdir()} - {
        "datapackage.json",
        "published.csv",
    }
    names = [r["name"] for r in PACKAGE["resources"]]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("resource", PACKAGE["resources"], ids=lambda resource: resource["name"])
def test_resource_describes_its_file(resource):
    """Headers by the descriptor are those of the raw cells; provenance stands on the resource and on each field."""
    rows = resource["dialect"]["headerRows"]
    if resource["format"] == "csv":
        text = (
            (RAW / resource["path"])
            .read_bytes()
            .decode("cp874" if resource["encoding"] == "windows-874" else "utf-8-sig")
        )
        found = list(csv.reader(io.StringIO(text, newline="")))[rows[0] - 1]
    else:
        page = openpyxl.load_workbook(RAW / resource["path"])[resource["dialect"]["sheet"]]
        found, group = [], None
        merged = {str(area).split(":")[0] for area in page.merged_cells.ranges if area.max_row > area.min_row}
        for at in range(1, page.max_column + 1):
            top, bottom = page.cell(rows[0], at), page.cell(rows[-1], at)
            group = top.value or group
            alone = len(rows) == 1 or top.coordinate in merged
            found.append(top.value if alone else f"{group} / {bottom.value}")
    fields = resource["schema"]["fields"]
    assert [field["name"] for field in fields] == found
    assert resource["provenance_note"]
    stated = {resource["provenance"], *(field["provenance"] for field in fields)}
    assert stated <= ({"sample"} if "hash" in resource else {"published", "reconstructed"})


def test_what_the_print_does_not_say_is_blank():
    """No names of activities or works, no orders, no training of those outside the cohort."""
    assert {row["ชื่อกิจกรรม"] for row in csv_rows("csr_activities.csv")} == {""}
    for row in sheet_rows("knowledge_works.xlsx", "ผลงาน"):
        assert [value for header, value in row.items() if header != "รหัสผลงาน" and value is not None] == []
    for row in sheet_rows("highland_welfare.xlsx"):
        assert row["วันที่ออกคำสั่ง"] is None and row["ผู้ได้รับการช่วยเหลือ (คน)"] is None
    for row in sheet_rows("career_participants.xlsx"):
        assert (row["การพัฒนาทักษะอาชีพ"] is None) == (row["แหล่งที่มา"] != "MSO-Logbook")


def test_months_are_planned_only_where_the_print_shows_them():
    """Arrows of the printed road maps (report-2569-6m.txt): five-year plan and highland welfare only."""
    months = ("ต.ค.", "พ.ย.", "ธ.ค.", "ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.")
    planned = {}
    for row in sheet_rows("action_plan.xlsx", "ขั้นตอน", header=(3, 4)):
        if marked := [month for month in months if row[month] is not None]:
            planned[row["รหัสส่วน"], row["ขั้นตอนที่"]] = marked
    assert planned == {
        ("five_year_plan", 1): ["ต.ค."],
        ("five_year_plan", 2): ["พ.ย."],
        ("five_year_plan", 3): ["ม.ค."],
        ("five_year_plan", 4): ["ก.พ."],
        ("five_year_plan", 5): ["มิ.ย."],
        ("highland_welfare", 1): ["ต.ค.", "พ.ย."],
        ("highland_welfare", 2): ["ต.ค.", "พ.ย."],
        ("highland_welfare", 3): ["ก.พ.", "มี.ค."],
        ("highland_welfare", 4): ["เม.ย.", "พ.ค."],
        ("highland_welfare", 5): ["มิ.ย.", "ก.ค."],
        ("highland_welfare", 6): ["มิ.ย.", "ก.ค."],
        ("highland_welfare", 7): ["ส.ค.", "ก.ย."],
    }
