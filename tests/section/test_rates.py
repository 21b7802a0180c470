"""Maps of rates: what a file of inhabitants makes of a map of counts, and what is said where it lacks a province."""

import re
import shutil
from pathlib import Path

import pytest

from dsw_analysis import Total, open_section
from dsw_analysis.problems import DataError

DATA = Path(__file__).parents[2] / "data"
HEAD = "จังหวัด,จำนวนประชากร (คน),ปี พ.ศ. ของข้อมูล,แหล่งข้อมูล"
SOURCE = "สำนักทะเบียนกลาง กรมการปกครอง"


@pytest.fixture
def places(tmp_path):
    """A map of the places for homeless persons, which the print gives (Chiang Mai 39, Songkhla 11, Nonthaburi 5 …)."""
    shutil.copytree(DATA / "schemas", tmp_path / "schemas")
    shutil.copytree(DATA / "raw" / "2569-6m", tmp_path / "raw" / "2569-6m")
    shutil.copy(DATA.parent / "project.toml", tmp_path)

    def draw(*inhabitants, **about):
        if inhabitants:
            text = "\n".join([HEAD, *(f"{place},{number},2568,{SOURCE}" for place, number in inhabitants)])
            (tmp_path / "raw" / "2569-6m" / "population.csv").write_text(text, encoding="utf-8")
        s = open_section("homeless_housing", round_id="2569-6m", data_dir=tmp_path / "raw")
        frame = s.load("homeless_housing")
        s.measure(frame, places=Total("ผู้ใช้บริการที่รองรับได้", column="places", unit="persons"), by="province")
        return s, s.tile_map("places", headline="จำนวนที่รองรับได้", **about).html

    return draw


def test_without_the_file_nothing_changes(places):
    s, html = places()
    assert "จำนวนที่รองรับได้" in html
    assert ">39<" in html
    assert not [name for name in s.ledger if "rate" in name or "population" in name]


def test_with_it_the_map_shows_rates_with_their_year_and_source_and_counts_in_its_data(places):
    # 39 of 1,500,000 and 11 of 550,000; the less people, the higher the rate
    s, html = places(("เชียงใหม่", 1_500_000), ("สงขลา", 550_000), ("นนทบุรี", 1_000_000))
    rates = {name.rpartition(".")[2]: f for name, f in s.ledger.items() if ".places_rate." in name}
    assert {end: (f.value, f.text()) for end, f in rates.items()} == {
        "chiang_mai": (pytest.approx(2.6), "2.6"),
        "songkhla": (pytest.approx(2.0), "2.0"),
        "nonthaburi": (pytest.approx(0.5), "0.5"),
    }
    caption = re.sub(r"<[^>]+>", "", html[: html.index("<svg")])
    assert f"พ.ศ. 2568 จาก{SOURCE}" in caption
    assert "อัตราสูงที่สุดคือเชียงใหม่ 2.6 ต่อประชากรแสนคน" in caption
    assert "2.6 ต่อประชากรแสนคน (39/1,500,000)" in html
    assert re.search(r"<text[^>]*>2\.6</text>", html)
    assert not re.search(r"<text[^>]*>39</text>", html)
    assert s.ledger["homeless_housing.population.chiang_mai"].value == 1_500_000
    assert "population.csv" in rates["chiang_mai"].where


def test_a_province_that_the_file_lacks_is_named_and_not_guessed(places):
    s, html = places(("เชียงใหม่", 1_500_000), ("สงขลา", 550_000), ("นนทบุรี", 1_000_000))
    caption = re.sub(r"<[^>]+>", "", html[: html.index("<svg")])
    lacking = re.search("ไม่มีจำนวนประชากรของ(.*) จึงไม่แสดงอัตรา", caption)[1].split()
    assert set(lacking) == {"ระยอง", "นครราชสีมา", "กาญจนบุรี", "ปทุมธานี", "ขอนแก่น", "กรุงเทพมหานคร"}
    assert "homeless_housing.places_rate.rayong" not in s.ledger


def test_counts_of_which_a_rate_says_nothing_stay_counts(places):
    _, html = places(("เชียงใหม่", 1_500_000), rated=False)
    assert ">39<" in html


def test_a_file_with_problems_is_refused(places):
    with pytest.raises(DataError):
        places(("เชียงใหม่", -5))
