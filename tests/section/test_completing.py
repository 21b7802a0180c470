"""What Tab offers: names, datasets, families, columns and codes with what they mean, and nothing of our insides."""

import ast
import json

import pytest
from conftest import ROOT, ROUND

import dsw_analysis as dsw
from dsw_analysis import figures
from dsw_analysis.section.completing import offered
from dsw_analysis.section.project_section import ProjectSection
from dsw_analysis.section.recording import _OFFERED
from dsw_analysis.section.summary import Summary


@pytest.fixture(scope="module")
def names():
    s = dsw.open_section("csr", round_id=ROUND, data_dir=ROOT / "data" / "raw")
    activities = s.load("csr_activities")
    s.measure(activities, by="partner_type", activities=dsw.Count("กิจกรรม CSR", short="กิจกรรม", unit="activities"))
    return {"s": s, "activities": activities, "dsw": dsw, "figures": figures, "other": object()}


COLUMN = {"welfare_area": "ด้านสวัสดิการสังคม", "partner_type": "ประเภทภาคีเครือข่าย"}
CODE = {"company": "บริษัทเอกชน", "foundation": "มูลนิธิ/สมาคม"}


@pytest.mark.parametrize(
    ("code", "begun", "among"),
    [
        ('x = s.load("', "", {"csr_activities": "กิจกรรม CSR ร่วมกับภาคีเครือข่าย", "urgent_cases": None}),
        ("s.load('csr_tr", "csr_tr", {"csr_training": None, "csr_training_summary": None}),
        ('s.bars("', "", {"activities": "กิจกรรม"}),
        ('s["activities.c', "activities.c", {"activities.company": "กิจกรรม: บริษัทเอกชน"}),
        ('s.rows("act', "act", {"activities": "กิจกรรม"}),
        ('s.measure(activities, n=dsw.Count("ก (ข", where={"', "", COLUMN),
        ('s.measure(activities, n=dsw.Share("ก", counted={"wel', "wel", {"welfare_area": None}),
        ('s.measure(\n    activities,\n    n=dsw.Count("ก", where={"partner_type": "', "", CODE),
        ('dsw.Count("#1", where={"partner_type": ("company", "', "", CODE),
        ('dsw.Count("it\'s", where={"partner_type": "company", "', "", COLUMN),
        ('dsw.Count("ก", where={"partner_type": "มูลนิธิ', "มูลนิธิ", {"foundation": "มูลนิธิ/สมาคม"}),
        ('dsw.Count("ก", where={"province": "เชียง', "เชียง", {"เชียงใหม่": "", "เชียงราย": ""}),
        ('s.measure(activities, by="', "", COLUMN),
        ('s.measure(activities, by=["welfare_area", ("sdgs", "', "", COLUMN),
        ("s.lo", "lo", {"load": ""}),
        ("figures.", "", {"bars": "", "tile_map": ""}),
        ("# it's\ndsw.Co", "Co", {"Count": ""}),
    ],
)
def test_a_place_is_offered_what_may_stand_there_with_its_meaning(names, code, begun, among):
    written, texts = offered(code, names)
    assert written == begun and set(among) <= set(texts)
    assert {text: means for text, means in among.items() if means not in (None, texts[text])} == {}
    assert all(text.startswith(begun) or begun in means for text, means in texts.items())


def test_datasets_of_the_section_come_first(names):
    first = [*offered('s.load("', names)[1]][:4]
    assert sorted(first) == ["csr_activities", "csr_training", "csr_training_sessions", "csr_training_summary"]


def test_columns_without_groups_are_no_way_to_split(names):
    assert not {"title", "held_on"} & set(offered('s.measure(activities, by="', names)[1])


NOWHERE = (
    'x = "', 'open("', 'other.load("', 's.load("csr_activities", columns=["', 'd = {"', '"s.', "activities.",
    'dsw.Count("ก", where={"title": "',
)  # fmt: skip


@pytest.mark.parametrize("code", NOWHERE)
def test_elsewhere_nothing_is_offered(names, code):
    assert not (offered(code, names) or ("", {}))[1]


def test_no_place_in_any_notebook_breaks_it(names):
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            code = "".join(cell["source"])
            for end in range(0, len(code), 7):
                written, texts = offered(code[:end], names) or ("", {})
                assert code[:end].endswith(written) and all(isinstance(means, str) for means in texts.values())


def test_what_notebooks_use_of_a_section_is_offered_and_its_insides_are_not(names):
    for path in sorted((ROOT / "notebooks").glob("*_[a-z]*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code = [c["source"] for c in cells if c["cell_type"] == "code" and not c["source"][0].startswith("%%")]
        found = (node for lines in code for node in ast.walk(ast.parse("".join(lines))))
        used = {n.attr for n in found if isinstance(n, ast.Attribute) and getattr(n.value, "id", "") == "s"}
        offers = Summary if path.stem == "00_summary" else ProjectSection
        assert used <= {*dir(offers), *offers.__dataclass_fields__} & _OFFERED, path.name
    assert not {"asks", "claimed", "fresh", "rest_on", "add", "shown"} & set(dir(names["s"]))
    assert {"load", "measure", "table", "round", "schemas", "folder"} <= set(dir(names["s"]))
    keys = names["s"]._ipython_key_completions_()
    assert "activities.company" in keys and len(keys) == len(names["s"].ledger)


def test_the_package_and_its_figures_offer_what_is_public():
    assert set(dir(dsw)) == {*dsw.__all__, "__version__"}
    assert dir(figures) == sorted(figures.__all__)
