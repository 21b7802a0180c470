"""Briefs of one province: what they hold is worked out here from the raw files with csv and openpyxl alone."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cache

import openpyxl
import pytest
from conftest import ROOT, ROUND, run_cells
from declared import SCHEMAS, dataset
from protected import fives, quotient

from dsw_analysis import Count, Ratio, Total, open_section
from dsw_analysis.findings.disclosure import Shield
from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.ledger import SECTION_MIME, Ledger
from dsw_analysis.findings.rounding import round_half_up
from dsw_analysis.intake.provinces import in_prose, official_province, provincial_sections
from dsw_analysis.intake.thai import provinces
from dsw_analysis.problems import UsageError
from dsw_analysis.rounds import Round
from dsw_analysis.section.section import Section

RAW = ROOT / "data" / "raw" / ROUND
NOTEBOOKS = {path.stem[3:]: path for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))}
SECTIONS = provincial_sections(NOTEBOOKS)
NAMES = [place.name_th for place in provinces()]
SOME = ["กรุงเทพมหานคร", "เชียงใหม่", "ระยอง"]
"""The most cases and no CSR activity, a province with something in every section, and one of the middle."""


def rows_of_csv(path, encoding="utf-8-sig", skip=0):
    lines = path.read_text(encoding=encoding).splitlines(keepends=True)[skip:]
    return list(csv.DictReader(io.StringIO("".join(lines))))


def rows_of_sheet(name, first, header_rows=1):
    """Rows below the header row that begins with ``first``, as lists."""
    rows = [list(row) for row in openpyxl.load_workbook(RAW / name).worksheets[0].iter_rows(values_only=True)]
    top = next(place for place, row in enumerate(rows) if row[0] == first)
    return rows[top], rows[top + header_rows :]


@cache
def brief(section, province):
    """A brief on the real files."""
    return run_cells(NOTEBOOKS[section], data_dir=str(ROOT / "data" / "raw"), province=province)


def words(html):
    """Visible text: without tags and pictures."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


def document_of(shown):
    return shown.section.close().data[SECTION_MIME]


# --- which sections, and which names ---


def test_exactly_the_sections_with_a_province_in_their_records_take_a_province():
    loaded = {
        name: re.findall(r's\.load\(\\"([a-z_]+)', path.read_text(encoding="utf-8")) for name, path in NOTEBOOKS.items()
    }
    with_province = {
        name
        for name, datasets in loaded.items()
        if any(column.kind == "province" for id_ in datasets if id_ in SCHEMAS for column in dataset(id_).columns)
    }
    assert set(SECTIONS) == with_province
    assert list(SECTIONS) == [section for section in NOTEBOOKS if section in with_province]
    assert "urgent_cases" in SECTIONS
    assert "summary" not in SECTIONS


@pytest.mark.parametrize(
    ("given", "official"),
    [
        ("เชียงใหม่", "เชียงใหม่"),
        ("จ.เชียงใหม่", "เชียงใหม่"),
        (" จังหวัด เชียงใหม่ ", "เชียงใหม่"),
        ("Chiang Mai", "เชียงใหม่"),
        ("กทม.", "กรุงเทพมหานคร"),
        ("โคราช", "นครราชสีมา"),
    ],
)
def test_usual_spellings_become_the_official_name(given, official):
    assert official_province(given) == official
    assert open_section("csr", round_id=ROUND, data_dir=RAW.parent, province=given).province == official


def test_an_unknown_province_is_refused_with_the_nearest():
    with pytest.raises(UsageError, match=r"เชียงไหม่.*เชียงใหม่.*ระบุใหม่"):
        open_section("csr", round_id=ROUND, data_dir=RAW.parent, province="เชียงไหม่")


@pytest.mark.parametrize("nothing", [None, ""])
def test_no_province_is_the_whole_country(nothing):
    section = open_section("csr", round_id=ROUND, data_dir=RAW.parent, province=nothing)
    assert section.national
    assert section.province is None


def test_bangkok_is_not_called_a_province():
    assert [in_prose(name) for name in SOME] == ["กรุงเทพมหานคร", "จังหวัดเชียงใหม่", "จังหวัดระยอง"]


# --- every number is the province's, and says so ---


@pytest.mark.parametrize("province", SOME)
@pytest.mark.parametrize("section", SECTIONS)
def test_every_number_carries_its_province(section, province):
    shown = brief(section, province)
    assert shown.section.ledger
    for finding in shown.section.ledger.values():
        assert finding.province == province, finding.id
        assert finding.where.startswith(f"จังหวัด: {province}"), finding.id
        assert finding.value is not None or finding.note, finding.id
    document = document_of(shown)
    assert document["province"] == province
    assert document["title"].endswith(in_prose(province))
    assert {record["province"] for record in document["findings"]} == {province}
    assert {f.province for f in Ledger.from_records(json.loads(json.dumps(document["findings"]))).values()} == {
        province
    }


@pytest.mark.parametrize("province", SOME)
@pytest.mark.parametrize("section", SECTIONS)
def test_nothing_of_the_country_or_of_another_province_is_shown(section, province):
    shown = brief(section, province)
    text = words(shown.html)
    assert in_prose(province) in text
    assert [name for name in NAMES if name != province and name in text] == []
    country = {"steps", "steps_done", "steps_in_progress", "steps_not_started", "steps_not_stated"}
    assert not {i for i in shown.section.ledger if i.split(".")[1] in country or i.split(".")[1].endswith("target")}
    assert document_of(shown)["indicators"] == []
    assert "แผนการดำเนินงานรายเดือน" not in text
    assert not re.search(r"\b(nan|NaN|None|NaT|inf)\b|<NA>|[{}]", text)


def test_the_national_ledger_is_written_as_before():
    section = open_section("csr", round_id=ROUND, data_dir=RAW.parent)
    assert all("province" not in record for record in section.ledger.records())


def test_the_files_list_the_rows_of_the_province():
    own = sum(row["จังหวัด"] == "เชียงใหม่" for row in rows_of_csv(RAW / "csr_activities.csv"))
    inputs = {i["dataset"]: i for i in document_of(brief("csr", "เชียงใหม่"))["inputs"]}
    assert inputs["csr_activities"]["rows"] == own
    assert "csr_training_sessions" not in inputs


# --- the numbers ---


@pytest.mark.parametrize("province", SOME)
def test_csr(province):
    rows = [row for row in rows_of_csv(RAW / "csr_activities.csv") if row["จังหวัด"] == province]
    linked = [row for row in rows if row["ด้านสวัสดิการสังคม"] and row["เป้าหมาย SDGs"]]
    helped = next(name for name in (rows_of_csv(RAW / "csr_activities.csv")[0]) if name.startswith("กลุ่มเปราะบาง"))
    shown = brief("csr", province)
    assert shown.value("csr.activities") == len(rows)
    assert shown.value("csr.linked") == len(linked)
    share = round_half_up(Fraction(100 * len(linked), len(rows)), 2) if rows else None
    assert shown.section["csr.linked_share"].rounded() == share
    assert shown.value("csr.vulnerable_helped") == (fives(sum(int(row[helped]) for row in rows)) if rows else None)
    december = [row for row in rows if row["วันที่ดำเนินกิจกรรม"][3:] == "12/2568"]
    assert shown.value("csr.activities.2568-12") == len(december)


@pytest.mark.parametrize("province", SOME)
def test_urgent_cases(province):
    rows = [row for row in rows_of_csv(RAW / "urgent_cases.csv") if row["จังหวัด"] == province]
    waits = [stamp(row["วันเวลาที่ประสาน/ส่งต่อ"]) - stamp(row["วันเวลาที่รับเรื่อง"]) for row in rows]
    within = sum(wait <= timedelta(hours=24) for wait in waits)
    shown = brief("urgent_cases", province)
    assert shown.value("urgent_cases.all") == fives(len(rows))
    assert within == len(rows)  # so that all were may be told
    assert shown.section["urgent_cases.within_24h"].text("full") == f"ร้อยละ 100 ({fives(within)}/{fives(len(rows))})"
    for code, channel in {"ess": "ESS Help Me", "hotline": "สายด่วน 1300", "social_media": "Social Media"}.items():
        assert shown.value(f"urgent_cases.{code}") == fives(sum(row["ช่องทาง"] == channel for row in rows))
    assert not [i for i in shown.section.ledger if i.startswith("urgent_cases.hour.")]


def stamp(text):
    day, clock = text.split()
    d, m, y = map(int, day.split("/"))
    return datetime(y - 543, m, d, *map(int, clock.split(":")))


@pytest.mark.parametrize("province", ["เชียงใหม่", "ตาก", "ระยอง"])
def test_career_development(province):
    head, rows = rows_of_sheet("career_participants.xlsx", "รหัสผู้เข้าร่วม")
    place, source, trained = (head.index(name) for name in ("จังหวัด", "แหล่งที่มา", "การพัฒนาทักษะอาชีพ"))
    own = [row for row in rows if row[place] == province]
    cohort = [row for row in own if row[source] == "MSO-Logbook" and row[trained] == "ได้รับ"]
    shown = brief("career_development", province)
    assert shown.value("career_development.participants") == fives(len(own))
    assert shown.value("career_development.cohort") == fives(len(cohort))
    assert shown.value("career_development.share") == quotient(fives(len(cohort)), fives(len(own)))


@pytest.mark.parametrize("province", SOME)
def test_community_welfare(province):
    _, rows = rows_of_sheet("community_welfare.xlsx", "หน่วยงาน", header_rows=2)
    own = [row for row in rows if row[1] == province]
    shown = brief("community_welfare", province)
    assert shown.value("community_welfare.centres") == len(own)
    assert shown.value("community_welfare.implemented") == sum(row[6] == "ดำเนินการแล้ว" for row in own)
    group, improved = (None if not own or own[0][at] is None else fives(own[0][at]) for at in (7, 8))
    assert shown.value("community_welfare.target_group") == group
    assert shown.value("community_welfare.improved") == improved
    assert shown.value("community_welfare.improved_share") == quotient(improved, group)


@pytest.mark.parametrize("province", [*SOME, "สงขลา"])
def test_homeless_housing(province):
    rows = rows_of_csv(RAW / "homeless_housing.csv", "cp874", skip=1)
    arabic = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
    cells = next(
        (
            [int(c.translate(arabic)) if c else None for c in list(row.values())[1:]]
            for row in rows
            if row["จังหวัด"] == province
        ),
        [None] * 3,
    )
    shown = brief("homeless_housing", province)
    found = [shown.value(f"homeless_housing.{name}") for name in ("rooms", "places", "needs")]
    need = None if cells[2] is None else fives(cells[2])
    assert found == [*cells[:2], need]
    gap = None if need is None else need - cells[1]
    assert shown.value("homeless_housing.gap") == gap


@pytest.mark.parametrize("province", ["เชียงใหม่", "ตาก", "ระยอง"])
def test_highland_welfare(province):
    _, rows = rows_of_sheet("highland_welfare.xlsx", "ศูนย์พัฒนาราษฎรบนพื้นที่สูง")
    own = [row for row in rows if row[1] == province]
    shown = brief("highland_welfare", province)
    assert shown.value("highland_welfare.centres") == len(own)
    assert shown.value("highland_welfare.selected") == sum(row[3] == "คัดเลือกแล้ว" for row in own)
    assert shown.value("highland_welfare.participants") == (fives(sum(row[2] for row in own)) if own else None)


@pytest.mark.parametrize(
    ("kind", "column"),
    [
        ("csr_activities", "vulnerable_helped"),
        ("career_participants", None),
        ("community_welfare", "target_group"),
        ("homeless_housing", "places"),
        ("urgent_cases", None),
    ],
)
def test_the_provinces_add_up_to_the_country(kind, column):
    measures = [Count(id="toy.rows", label="แถว", unit="reports")]
    if column is not None:
        measures.append(Total(id="toy.total", label="รวม", unit="persons", column=column))
    kept = ["province"] if column is None else ["province", column]
    round_ = Round.parse(ROUND)
    parts = {name: dataset(kind).load(round_, RAW, province=name, columns=kept) for name in NAMES}
    whole = dataset(kind).load(round_, RAW, columns=kept)
    for measure in measures:
        found = {name: measure(opened(frame)) for name, frame in parts.items()}
        assert [f.province for f in found.values()] == NAMES
        assert sum(f.value or 0 for f in found.values()) == measure(opened(whole)).value


def opened(frame):
    """A frame whose numbers of persons are shown as they are."""
    frame.attrs["source"] = replace(frame.attrs["source"], shield=Shield(open=True))
    return frame


@pytest.mark.parametrize("section", ["csr", "urgent_cases"])
def test_counts_of_briefs_add_up_to_those_of_a_country_of_three_provinces(section, copy, show):
    path = copy.raw / ("csr_activities.csv" if section == "csr" else "urgent_cases.csv")
    three = ["เลย", "ตราด", "ชุมพร"]
    keep(path, lambda row: row["จังหวัด"] in three)
    whole = exact(show(section))
    parts = [exact(show(section, province=name)) for name in three]
    measured = {"csr.welfare_areas", "csr.training_participants"}
    added = [
        i
        for i in parts[0]
        if whole[i].unit in ("activities", "reports", "cases") and whole[i].denominator is None and i not in measured
    ]
    assert len(added) > 20
    for i in added:
        assert whole[i].value == sum(part[i].value for part in parts), i


def exact(shown):
    """Findings of a section before persons were protected in them."""
    section = shown.section
    return {i: section.shield.found.get(i, finding) for i, finding in section.ledger.items()}


# --- small provinces ---


def keep(path, wanted, change=lambda row: row):
    """Keep those rows of a csv file that are wanted, changed."""
    rows = rows_of_csv(path)
    target = io.StringIO()
    writer = csv.DictWriter(target, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(change(row) for row in rows if wanted(row))
    path.write_text(target.getvalue(), encoding="utf-8-sig", newline="")


@pytest.mark.parametrize(
    ("section", "province", "said"),
    [
        ("homeless_housing", "ตาก", "ข้อมูลรอบนี้ไม่มีแผนที่พักในจังหวัดตาก"),
        ("career_development", "ระยอง", "มีผู้เข้าร่วมโครงการจากจังหวัดระยอง น้อยกว่า 5 คน"),
        ("csr", "กรุงเทพมหานคร", "ไม่มีกิจกรรม CSR ของกรุงเทพมหานคร"),
        ("community_welfare", "กรุงเทพมหานคร", "ไม่มีหน่วยงานของกรุงเทพมหานคร"),
        ("highland_welfare", "ระยอง", "ไม่มีศูนย์ที่ระบุว่าอยู่ในจังหวัดระยอง"),
    ],
)
def test_a_province_without_rows_gets_a_sentence_and_no_pictures(section, province, said):
    shown = brief(section, province)
    assert said in words(shown.html)
    assert "<figure" not in shown.html
    assert "<h2>ตัวชี้วัด</h2>" not in shown.html
    assert {f.value for f in shown.section.ledger.values()} <= {0, None}


def test_a_province_without_cases_and_one_with_a_few_read_alike(copy, show):
    path, whole = copy.raw / "urgent_cases.csv", (copy.raw / "urgent_cases.csv").read_bytes()

    def few(n):
        seen = []
        path.write_bytes(whole)
        keep(path, lambda row: row["จังหวัด"] != "ลำปาง" or (seen.append(row), len(seen) <= n)[1])
        return show("urgent_cases", province="ลำปาง")

    none, four = few(0), few(4)
    assert none.html == four.html
    assert document_of(none)["findings"] == [
        {**f, "sha256": none.section.sources["urgent_cases"].sha256} for f in document_of(four)["findings"]
    ]
    assert "รับแจ้งเรื่องจากจังหวัดลำปาง น้อยกว่า 5 ครั้ง" in words(none.html)
    assert "<figure" not in none.html
    inputs = {one["dataset"]: one["rows"] for one in document_of(four)["inputs"]}
    assert inputs["urgent_cases"] is None


def test_a_province_whose_cases_are_open(copy, show):
    def open_(row):
        return {**row, "วันเวลาที่ประสาน/ส่งต่อ": ""} if row["จังหวัด"] == "ตรัง" else row

    keep(copy.raw / "urgent_cases.csv", lambda _: True, open_)
    shown = show("urgent_cases", province="ตรัง")
    assert shown.section["urgent_cases.within_24h"].text() == "0"
    assert shown.section["urgent_cases.wait_median"].text() == "ไม่แสดง"


def test_a_province_with_cases_of_one_channel_only(copy, show):
    def social(row):
        if row["จังหวัด"] != "สตูล":
            return row
        return {**row, "ช่องทาง": "Social Media", "ประเภทเหตุ": "", "ระดับความเร่งด่วน": ""}

    keep(copy.raw / "urgent_cases.csv", lambda row: True, social)
    shown = show("urgent_cases", province="สตูล")
    text = words(shown.html)
    assert "จำนวนเรื่องที่รับแจ้งแต่ละช่องทาง" in text
    assert "แต่ละประเภทเหตุ" not in text
    assert "แต่ละระดับความเร่งด่วน" not in text
    assert shown.value("urgent_cases.within_24h.ess_hotline") is None


def test_scores_of_one_or_two_persons_are_not_shown():
    shown = brief("csr", "เชียงใหม่")
    scored = {i for i in shown.section.ledger if re.match(r"csr\.(pre|post|effectiveness|satisfaction)", i)}
    assert scored == set()
    assert "ไม่แสดงคะแนนและความพึงพอใจรายจังหวัด" in words(shown.html)


def test_refused_rows_are_told_in_a_brief_without_a_number_of_the_country(copy, show):
    path = copy.raw / "csr_activities.csv"
    keep(path, lambda row: True, lambda row: {**row, "จังหวัด": "เชียงไหม"} if row["จังหวัด"] == "ตาก" else row)
    shown = show("csr", province="เชียงใหม่", accept_partial=True)
    assert "มีแถวที่ไม่ผ่านการตรวจสอบ" in words(shown.html)
    assert not [i for i in shown.section.ledger if "rows_used" in i]


# --- what holds it together ---


def made_in(province, id_="toy.a"):
    return Finding(id=id_, label="ก", value=3, unit="persons", province=province)


def test_a_brief_refuses_numbers_of_elsewhere():
    section = Section(id="toy", order=1, title="ทดสอบ", round=Round.parse(ROUND), province="ตาก")
    section.add(made_in("ตาก"))
    with pytest.raises(ValueError, match=r"toy\.b is of the whole country in a section of ตาก"):
        section.add(made_in(None, "toy.b"))
    with pytest.raises(ValueError, match=r"toy\.c is of ระยอง in a section of ตาก"):
        section.add(made_in("ระยอง", "toy.c"))


def test_a_number_is_not_made_of_two_places():
    ratio = Ratio(id="toy.r", label="ร")
    assert ratio(made_in("ตาก"), made_in("ตาก", "toy.b")).province == "ตาก"
    with pytest.raises(ValueError, match="the whole country, ตาก"):
        ratio(made_in("ตาก"), made_in(None, "toy.b"))


def test_a_brief_refuses_files_that_know_no_provinces():
    section = open_section("csr", round_id=ROUND, data_dir=RAW.parent, province="ตาก")
    with pytest.raises(ValueError, match="csr_training_summary has no province"):
        section.load("csr_training_summary")
