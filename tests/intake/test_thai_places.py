"""Provinces and names of the registry: the table's facts, its map, and exact matching."""

import re
from collections import Counter

import pandas as pd
import pytest
from pythainlp.corpus import provinces as corpus_provinces

from dsw_analysis.intake import thai
from dsw_analysis.intake.thai.places import nearest

PLACES = {p.slug: p for p in thai.provinces()}
# Land borders, one or two for every province and more where they shape the map (Royal Thai Survey Department).
BORDERS = """
chiang_rai-chiang_mai chiang_rai-phayao chiang_mai-mae_hong_son chiang_mai-lamphun lamphun-lampang lampang-phrae
phayao-nan phrae-nan phrae-uttaradit tak-kamphaeng_phet tak-lamphun sukhothai-phitsanulok sukhothai-tak
uttaradit-phitsanulok phitsanulok-phetchabun phitsanulok-phichit phichit-nakhon_sawan kamphaeng_phet-nakhon_sawan
nakhon_sawan-uthai_thani nakhon_sawan-chai_nat nakhon_sawan-lop_buri loei-phetchabun loei-nong_bua_lam_phu
nong_bua_lam_phu-udon_thani udon_thani-nong_khai nong_khai-bueng_kan bueng_kan-sakon_nakhon udon_thani-sakon_nakhon
sakon_nakhon-nakhon_phanom sakon_nakhon-mukdahan khon_kaen-chaiyaphum khon_kaen-kalasin khon_kaen-maha_sarakham
kalasin-roi_et roi_et-yasothon yasothon-amnat_charoen amnat_charoen-ubon_ratchathani chaiyaphum-nakhon_ratchasima
nakhon_ratchasima-buri_ram buri_ram-surin surin-si_sa_ket si_sa_ket-ubon_ratchathani lop_buri-sing_buri
nakhon_ratchasima-saraburi kanchanaburi-suphan_buri kanchanaburi-ratchaburi suphan_buri-ang_thong
suphan_buri-nakhon_pathom ang_thong-phra_nakhon_si_ayutthaya phra_nakhon_si_ayutthaya-saraburi
phra_nakhon_si_ayutthaya-pathum_thani pathum_thani-nonthaburi nonthaburi-bangkok bangkok-samut_prakan
ratchaburi-samut_songkhram samut_songkhram-samut_sakhon samut_songkhram-phetchaburi nakhon_nayok-prachin_buri
nakhon_nayok-saraburi nakhon_nayok-chachoengsao prachin_buri-sa_kaeo samut_prakan-chachoengsao
chachoengsao-chon_buri chon_buri-rayong rayong-chanthaburi chanthaburi-trat chanthaburi-sa_kaeo
phetchaburi-prachuap_khiri_khan prachuap_khiri_khan-chumphon chumphon-ranong ranong-phangnga
ranong-surat_thani surat_thani-nakhon_si_thammarat surat_thani-krabi krabi-phangnga phangnga-phuket krabi-trang
trang-phatthalung trang-satun satun-songkhla phatthalung-songkhla songkhla-pattani songkhla-yala pattani-narathiwat
yala-narathiwat
"""


def test_table_agrees_with_the_corpus_of_pythainlp():
    corpus = {(p["name_th"], p["name_en"], p["abbr_th"], p["abbr_en"]) for p in corpus_provinces(details=True)}
    assert {(p.name_th, p.name_en, p.abbr_th, p.abbr_en) for p in thai.provinces()} == corpus
    assert len(corpus) == 77


def test_codes_and_slugs_are_unique_and_agree():
    for field in ("iso", "dopa", "name_th", "name_en", "slug", "abbr_th", "abbr_en"):
        assert len({getattr(p, field) for p in thai.provinces()}) == 77
    assert all(p.iso == f"TH-{p.dopa}" for p in thai.provinces())
    assert all(p.slug.isascii() and p.slug.replace("_", "").islower() for p in thai.provinces())
    assert [p.dopa for p in thai.provinces()] == sorted(p.dopa for p in thai.provinces())


def test_six_regions_have_the_committees_sizes():
    """National Geographical Committee, 1977, with Bueng Kan (2011) in the north-east."""
    assert Counter(p.region for p in thai.provinces()) == {
        "ภาคเหนือ": 9,
        "ภาคกลาง": 22,
        "ภาคตะวันออกเฉียงเหนือ": 20,
        "ภาคตะวันออก": 7,
        "ภาคตะวันตก": 5,
        "ภาคใต้": 14,
    }


def test_every_name_means_one_province():
    for p in thai.provinces():
        for name in p.names:
            assert thai.parse_province(f" {name} ") is p


def test_tiles_are_unique_and_neighbours_touch():
    cells = {(p.tile_row, p.tile_col) for p in thai.provinces()}
    assert len(cells) == 77
    pairs = [pair.split("-") for pair in BORDERS.split()]
    assert {slug for pair in pairs for slug in pair} == set(PLACES)
    apart = [f"{a}-{b}" for a, b in pairs if not _touch(PLACES[a], PLACES[b])]
    assert len(apart) <= 0.08 * len(pairs), apart


def _touch(a, b):
    return max(abs(a.tile_row - b.tile_row), abs(a.tile_col - b.tile_col)) == 1


def test_tiles_lie_as_the_provinces_do():
    assert PLACES["chiang_rai"].tile_row == min(p.tile_row for p in thai.provinces())
    assert PLACES["mae_hong_son"].tile_col == min(p.tile_col for p in thai.provinces())
    assert PLACES["ubon_ratchathani"].tile_col == max(p.tile_col for p in thai.provinces())
    south = ["phetchaburi", "prachuap_khiri_khan", "chumphon", "surat_thani", "krabi", "trang", "satun", "narathiwat"]
    assert [PLACES[s].tile_row for s in south] == sorted(PLACES[s].tile_row for s in south)
    assert PLACES["narathiwat"].tile_row == max(p.tile_row for p in thai.provinces())
    west_to_east = ["tak", "sukhothai", "uttaradit", "loei", "udon_thani", "sakon_nakhon", "nakhon_phanom"]
    columns = [PLACES[s].tile_col for s in west_to_east]
    assert columns == sorted(set(columns))


UNITS = ["นิคมสร้างตนเองลำน้ำอูน จังหวัดสกลนคร", "ศูนย์คุ้มครองคนไร้ที่พึ่งจังหวัดตาก", "กองกิจการ CSR"]


@pytest.mark.parametrize(
    ("text", "expected", "changed"),
    [
        (UNITS[0], UNITS[0], {}),
        ("นิคมสร้างตนเองลำน้ำอูนจังหวัดสกลนคร", UNITS[0], {"alias": 1}),
        ("นิคมสร้างตนเองลําน้ําอูน  จังหวัดสกลนคร", UNITS[0], {"sara_am": 1, "spaces": 1}),
        ("กองกิจการ csr", UNITS[2], {"alias": 1}),
    ],
)
def test_match_names(text, expected, changed):
    parsed = thai.match_names(pd.Series([text]), UNITS)
    assert parsed.values.tolist() == [expected]
    assert parsed.changed == changed


@pytest.mark.parametrize("text", ["นิคมสร้างตนเองลำน้ำอูน", "ศคพ. ตราด", "ตาก", "กองกิจการ", "x" * 10_000, 5])
def test_match_names_refuses_what_is_not_the_name(text):
    parsed = thai.match_names(pd.Series([text, UNITS[1], None], dtype=object), UNITS)
    assert list(parsed.refused.index) == [0]
    assert "ตามทะเบียน" in parsed.refused[0]


def test_match_names_gives_the_nearest_names():
    (why,) = thai.match_names(pd.Series(["ศูนย์คุ้มครองคนไร้ที่พึ่งจังหวัดตราด"]), UNITS).refused
    assert "ที่ใกล้เคียงคือ “ศูนย์คุ้มครองคนไร้ที่พึ่งจังหวัดตาก”" in why


def test_changed_province_names_are_counted():
    parsed = thai.parse_provinces(pd.Series(["เชียงใหม่", "จ.เชียงใหม่", "จ.เชียงใหม่", "โคราช", "นนทบุรึ", 30], dtype=object))
    assert parsed.changed == {"alias": 3}
    assert list(parsed.refused.index) == [4, 5]
    assert "นนทบุรี" in parsed.refused[4]


def test_many_unknown_names_are_refused_quickly():
    parsed = thai.parse_provinces(pd.Series([f"เชียงใหม่{i}" for i in range(20_000)]))
    assert len(parsed.refused) == 20_000
    assert "เชียงใหม่" in parsed.refused[0]
    assert parsed.refused[19_999] == "ต้องเป็นชื่อจังหวัดตามทะเบียน"


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("สมุทรฯ", ["สมุทรปราการ", "สมุทรสงคราม", "สมุทรสาคร"]),
        ("สระ", ["สระบุรี", "สระแก้ว"]),
        ("แม่ฮ่องฯ", ["แม่ฮ่องสอน"]),
        ("กาญจณบุรี", ["กาญจนบุรี"]),
        ("จ.สุราษฎธานี", ["สุราษฎร์ธานี"]),
        ("เชียงไหม่", ["เชียงใหม่"]),
        ("นครฯ", []),  # six provinces begin so
        ("ธนบุรี", []),  # part of Bangkok since 1972
        ("แม่สอด", []),  # a district of Tak
    ],
)
def test_a_province_is_suggested_only_if_it_is_the_nearest_or_is_abbreviated(text, near):
    with pytest.raises(thai.ThaiValueError) as error:
        thai.parse_province(text)
    assert sorted(re.findall("“(.+?)”", str(error.value))) == near
    assert ("ให้พิมพ์ชื่อเต็ม" in str(error.value)) == (len(near) > 1)


def test_names_as_near_as_each_other_are_not_suggested_and_other_numbers_never():
    assert nearest("นิคม ก", ["นิคม ข", "นิคม ค"], cutoff=0.5) == ()
    assert nearest("ศูนย์ 12", ["ศูนย์ 1", "ศูนย์ 2", "ศูนย์ ๑๒"], cutoff=0.5) == ("ศูนย์ ๑๒",)
    assert nearest("ศูนย์ที่ 12", ["ศูนย์ 1", "ศูนย์ 2"], cutoff=0.1) == ()
