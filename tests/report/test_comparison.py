"""Two rounds held against each other: differences and causes against changes that were planted, in plain pandas."""

import io
import json
import re
import shutil
from collections import Counter
from dataclasses import replace
from random import Random
from types import SimpleNamespace

import nbformat
import openpyxl
import pandas as pd
import pytest
import yaml
from conftest import ROOT, run_cells
from declared import dataset
from rounds_made import (
    Maker,
    expect_architecture,
    expect_cases,
    expect_community,
    expect_csr,
    expect_highland,
    expect_housing,
    expect_opinion,
    expect_questions,
    expect_restructuring,
    make_round,
    write_form,
)
from test_html import browse, driver, violations  # noqa: F401 - fixtures of a browser
from undrawn import undrawn

from dsw_analysis.cli import main
from dsw_analysis.findings.ledger import SECTION_MIME, ledger_document, to_json
from dsw_analysis.problems import UsageError
from dsw_analysis.report.comparing import compare_rounds
from dsw_analysis.report.comparison_files import CAUSES, STATES, comparison_json, comparison_page, comparison_workbook
from dsw_analysis.report.turned import indicators, rankings
from dsw_analysis.rounds import Round
from dsw_analysis.run.anew import compare, with_periods
from dsw_analysis.run.tasks import Project

OLD, NEW = Round.parse("2569-6m"), Round.parse("2569-12m")
SECTIONS = (
    "enterprise_architecture", "restructuring", "homeless_housing", "csr", "community_welfare", "highland_welfare",
    "citizen_questions", "urgent_cases", "public_opinion", "knowledge_management",
)  # fmt: skip
PLANTED = {
    "csr_activities": {"period"},
    "urgent_cases": {"period", "late", "corrected"},
    "citizen_questions": {"corrected"},
    "community_welfare": {"units"},
    "homeless_housing": {"units", "corrected"},
    "restructuring_survey": {"units"},
    "ea_activities": {"corrected"},
    "public_opinion": {"period", "corrected"},
}
"""Dataset -> what is planted in it from the first round to the second; nothing in all others."""
EXPECT = {
    "csr_activities": expect_csr, "urgent_cases": expect_cases, "citizen_questions": expect_questions,
    "community_welfare": expect_community, "homeless_housing": expect_housing,
    "restructuring_survey": expect_restructuring, "ea_activities": expect_architecture,
    "public_opinion": expect_opinion, "highland_welfare": expect_highland,
}  # fmt: skip


def moved_on(before, later):
    """Records of the second round: those of the first with planted changes."""
    after = {name: frame.copy() for name, frame in before.items()}

    def begins(name, dates, letter):
        own = later[name][later[name][dates] > pd.Timestamp(OLD.end) + pd.Timedelta(days=1)].copy()
        key = own.columns[0]
        own[key] = letter + own[key].astype(str)
        return own

    after["csr_activities"] = pd.concat([before["csr_activities"], begins("csr_activities", "held_on", "N")])
    cases = before["urgent_cases"]
    late = cases.head(3).assign(case_id=["L1", "L2", "L3"])
    cases = cases.assign(channel=["ess", *cases["channel"][1:]], urgency=[None, *cases["urgency"][1:]])
    after["urgent_cases"] = pd.concat([cases, late, begins("urgent_cases", "received", "N")])
    asked = before["citizen_questions"]
    first = asked.index[asked["answered"].isna()][0]
    asked = asked.copy()
    asked.loc[first, "answered"] = asked.loc[first, "asked"] + pd.Timedelta(hours=5)
    after["citizen_questions"] = asked
    after["community_welfare"] = before["community_welfare"].iloc[1:]
    homes = before["homeless_housing"].iloc[1:].copy()
    homes.loc[homes.index[0], "rooms"] += 1
    after["homeless_housing"] = homes
    answered = before["restructuring_survey"]
    silent = before["restructuring_units"].iloc[-1]
    after["restructuring_survey"] = pd.concat(
        [answered, answered.tail(1).assign(unit=silent["unit"], kind=silent["kind"])]
    )
    work = before["ea_activities"].copy()
    work.loc[work["state"] == "done", "state"] = "in_progress"
    after["ea_activities"] = work
    opinion = later["public_opinion"].copy()
    opinion.iloc[:6] = before["public_opinion"]
    opinion.loc[0, ["comments", "negative"]] += 1
    after["public_opinion"] = opinion
    indicators = before["plan_indicators"].copy()
    indicators.loc[indicators["indicator"] == "urgent_cases.target", "target"] = 99.5
    after["plan_indicators"] = indicators
    return {name: frame.reset_index(drop=True) for name, frame in after.items()}


def handed_over(root, section, round_):
    (path,) = (root / "notebooks").glob(f"[0-9][0-9]_{section}.ipynb")
    with undrawn():
        shown = run_cells(path, round_id=str(round_), data_dir=str(root / "data" / "raw"))
    return json.loads(json.dumps(shown.section.close().data[SECTION_MIME]))


def write_ledger(root, round_, *, package="p", notebooks=None, sections=SECTIONS):
    documents = {section: handed_over(root, section, round_) for section in sections}
    parts = [(section, document["title"], None, document) for section, document in documents.items()]
    out = root / "outputs" / str(round_)
    out.mkdir(parents=True, exist_ok=True)
    (out / "findings.json").write_text(to_json(ledger_document(round_, parts)), encoding="utf-8")
    made = {
        section: {
            "made_from": {"package": package, "notebook": (notebooks or {}).get(section, "n")},
            "rows": {read["dataset"]: [read["file"], read["rows"]] for read in document["inputs"]},
        }
        for section, document in documents.items()
    }
    (out / "manifest.json").write_text(json.dumps({"made": made}), encoding="utf-8")


def edit_cells(path, old, new):
    book = nbformat.read(path, 4)
    cells = [cell for cell in book.cells if old in cell.source]
    assert len(cells) == 1
    cells[0].source = cells[0].source.replace(old, new)
    nbformat.write(book, path)


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """A project with two rounds, their records, and the second one's changes of definition and code."""
    root = tmp_path_factory.mktemp("two")
    shutil.copytree(ROOT / "notebooks", root / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    shutil.copytree(ROOT / "data" / "schemas", root / "data" / "schemas")
    shutil.copy(ROOT / "project.toml", root)
    before = make_round(root, str(OLD)).records
    write_ledger(root, OLD)
    schema = root / "data" / "schemas" / "knowledge_works.yaml"
    said = yaml.safe_load(schema.read_text(encoding="utf-8"))
    (result,) = (column for column in said["fields"] if column["name"] == "result")
    result["categories"].append({"value": "pending", "label": "รอผล", "dsw:from": str(NEW)})
    schema.write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")
    highland = next((root / "notebooks").glob("*_highland_welfare.ipynb"))
    edit_cells(
        highland, 'unit="centres", where={"committee": "selected"}', 'unit="centres", where={"committee": "selecting"}'
    )
    later = Maker(NEW, Random("later"), False)
    after = moved_on(
        before, {name: getattr(later, name)() for name in ("csr_activities", "urgent_cases", "public_opinion")}
    )
    folder = root / "data" / "raw" / str(NEW)
    folder.mkdir()
    for stem in dict.fromkeys(dataset(name).stem for name in after):
        write_form(folder, stem, NEW, after)
    write_ledger(root, NEW, notebooks={"highland_welfare": "other"})
    return root, before, after


@pytest.fixture(scope="module")
def found(two):
    return compare_rounds(OLD, NEW, two[0])


@pytest.mark.parametrize("name", EXPECT)
def test_differences_are_those_of_the_records(two, found, name):
    _, before, after = two
    old, new = EXPECT[name](OLD, before), EXPECT[name](NEW, after)
    compared = 0
    for id_ in old.keys() & new.keys():
        if id_ not in found.by_id or found.by_id[id_].state == "redefined":
            continue
        if old[id_] is None or new[id_] is None:
            assert found.by_id[id_].difference is None
            continue
        assert float(found.by_id[id_].difference) == pytest.approx(new[id_] - old[id_], abs=1e-9), id_
        compared += 1
    assert compared >= 5


def test_each_difference_is_named_as_what_was_planted(two, found):
    """The datasets of a finding are known from the ledger; of what is worked out, those of its parts."""
    cases = Counter()
    for c in found.findings:
        if c.state != "differs" or c.new.dataset.startswith("plan_"):
            continue
        section_has = {"restructuring_units": "restructuring_survey"}  # the rate of replies rests on both
        planted = PLANTED.get(section_has.get(c.new.dataset, c.new.dataset), set())
        named = set(c.causes) - ({"code"} if c.new.section == "highland_welfare" else set()) - {"round"}
        assert named == planted, (c.id, c.causes)
        cases[len(planted)] += 1
    assert cases[1] >= 40
    assert cases[2] + cases[3] >= 20
    assert cases[0] == 0


def test_what_has_not_changed_has_no_cause(found):
    same = [c for c in found.findings if c.state == "same"]
    assert len(same) >= 10
    assert all(c.causes == () and c.difference == 0 for c in same)
    assert {c.id for c in same} >= {
        "csr.training_participants",
        "csr.effectiveness_index",
        "highland_welfare.participants",
    }


def test_changes_of_datasets_are_counted(two, found):
    _, before, after = two
    changes = found.changes
    assert {name for name in changes if changes[name].causes} == PLANTED.keys() | {"plan_indicators"}
    for name, causes in PLANTED.items():
        assert set(changes[name].causes) == causes, name
    assert changes["csr_activities"].period == len(after["csr_activities"]) - len(before["csr_activities"])
    cases = changes["urgent_cases"]
    assert (cases.added, cases.changed, cases.removed) == (3, 1, 0)
    assert cases.period == len(after["urgent_cases"]) - len(before["urgent_cases"]) - 3
    assert changes["community_welfare"].left == (before["community_welfare"]["province"].iloc[0],)
    assert changes["community_welfare"].came == ()
    assert changes["restructuring_survey"].came == (before["restructuring_units"]["unit"].iloc[-1],)
    assert changes["homeless_housing"].columns == (dataset("homeless_housing")["rooms"].header,)
    assert changes["citizen_questions"].columns == (dataset("citizen_questions")["answered"].header,)


def test_what_is_measured_otherwise_is_listed_and_not_compared(found):
    redefined = {c.id: c.causes for c in found.findings if c.state == "redefined"}
    assert redefined["highland_welfare.selected"] == ("measure",)
    assert redefined["knowledge_management.judged"] == ("columns",)
    assert redefined["urgent_cases.target"] == ("target",)
    assert set(redefined) == {"highland_welfare.selected", "knowledge_management.judged", "urgent_cases.target"}
    assert all(found.by_id[id_].difference is None for id_ in redefined)


def test_other_code_is_named_where_nothing_else_can_be(two, tmp_path):
    root = tmp_path / "code"
    shutil.copytree(two[0], root)
    for name in ("findings.json", "manifest.json"):
        shutil.copy(root / "outputs" / str(OLD) / name, root / "outputs" / str(NEW) / name)
    document = json.loads((root / "outputs" / str(NEW) / "findings.json").read_text(encoding="utf-8"))
    document["round"] = str(NEW)
    for finding in document["findings"]:
        if finding["id"] == "csr.training_participants":
            finding["value"] += 1
    (root / "outputs" / str(NEW) / "findings.json").write_text(json.dumps(document), encoding="utf-8")
    (one,) = (c for c in compare_rounds(OLD, NEW, root).findings if c.state == "differs")
    assert (one.id, one.causes, one.difference) == ("csr.training_participants", ("round",), 1)
    manifest = root / "outputs" / str(NEW) / "manifest.json"
    manifest.write_text(
        manifest.read_text(encoding="utf-8").replace('"package": "p"', '"package": "q"'), encoding="utf-8"
    )
    (one,) = (c for c in compare_rounds(OLD, NEW, root).findings if c.state == "differs")
    assert one.causes == ("code",)


def test_verdicts_that_turned_are_told_with_what_has_changed(two, found):
    after = two[2]
    plan = {i["indicator"]: i for i in after["plan_indicators"].to_dict("records")}
    assert plan["urgent_cases.target"]["target"] == 99.5
    turned = {t.measured: t for t in indicators(found)}
    cases = turned["urgent_cases.within_24h"]
    assert "target" in cases.causes
    assert cases.new == ("missed",)  # 99.5 of 100 within a day is more than any round made here reaches
    road_map = turned["enterprise_architecture.progress"]
    assert road_map.new == ("missed",)  # no activity is done any more
    ids = {i["id"] for s in found.new.document["sections"] for i in s["indicators"]}
    statuses = [
        {i["id"]: i["status"] for s in made.document["sections"] for i in s["indicators"]}
        for made in (found.old, found.new)
    ]
    assert len(indicators(found)) == sum(statuses[0][i] != statuses[1][i] for i in ids)


def test_rankings_with_another_answer_are_told(two, found):
    _, before, after = two
    counts = [Counter(records["csr_activities"]["province"]) for records in (before, after)]
    top = [{name for name, n in count.items() if n == max(count.values())} for count in counts]
    labels = [
        {found.old.ledger[i].label.rpartition(": ")[2] for i in t.old} for t in rankings(found) if t.section == "csr"
    ]
    changed = [names for names in labels if names == top[0]]
    assert bool(changed) == (top[0] != top[1])
    assert all(set(t.old) != set(t.new) for t in rankings(found))
    assert any(t.kind == "most" for t in rankings(found))


def test_a_file_that_is_another_by_now_only_counts_as_changed(two, tmp_path):
    root = tmp_path / "other"
    shutil.copytree(two[0], root)
    write_form(root / "data" / "raw" / str(OLD), "csr_activities", OLD, two[2])
    found = compare_rounds(OLD, NEW, root)
    assert "csr_activities" not in found.changes
    assert found.by_id["csr.activities"].causes == ("data",)


def test_page_workbook_and_json_hold_every_finding(two, found):
    page, document = comparison_page(found), json.loads(comparison_json(found))
    ids = {c.id for c in found.findings}
    assert {f["id"] for f in document["findings"]} == ids
    assert all(f"<code>{id_}</code>" in page for id_ in ids)
    assert "จุดร้อยละ" in page
    assert page.index("ผลการประเมินและลำดับที่เปลี่ยน") < page.index('id="redefined"') < page.index('id="csr"')
    sheet = openpyxl.load_workbook(io.BytesIO(comparison_workbook(found))).active
    rows = [
        dict(zip([c.value for c in sheet[1]], row, strict=True)) for row in sheet.iter_rows(min_row=2, values_only=True)
    ]
    assert {row["รหัส"] for row in rows} == ids
    of = {row["รหัส"]: row for row in rows}
    share = of["csr.linked_share"]
    assert (share["หน่วย"], share["หน่วยของผลต่าง"]) == ("ร้อยละ", "จุดร้อยละ")
    assert share["ผลต่าง"] == pytest.approx(share["ค่ารอบนี้"] - share["ค่ารอบก่อน"], abs=1e-9)
    assert of["highland_welfare.selected"]["ผลต่าง"] is None
    assert {row["สถานะ"] for row in rows} <= set(STATES.values())


def test_a_notebook_gets_a_tidy_frame(two, found):
    frame = compare(str(OLD), str(NEW), root=two[0])
    assert frame.index.is_unique
    assert len(frame) == len(found.findings)
    assert frame.at["csr.activities", "difference"] == len(two[2]["csr_activities"]) - len(two[1]["csr_activities"])
    assert frame.at["csr.activities", "causes"] == "period"
    assert frame.loc[frame["state"] == "differs", "causes"].str.split(";").explode().isin(list(CAUSES)).all()


def test_the_command_writes_three_files_and_says_what_turned(two, tmp_path, capsys):
    assert main(["--project", str(two[0]), "compare", str(OLD), str(NEW), "--to", str(tmp_path)]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {f"{OLD}_{NEW}.{end}" for end in ("html", "xlsx", "json")}
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert "ต่างจากเดิม" in capsys.readouterr().out
    assert main(["--project", str(two[0]), "compare", str(OLD), str(NEW), "--to", str(tmp_path)]) == 0
    assert before == {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert main(["--project", str(two[0]), "compare", str(NEW), str(OLD)]) == 2
    assert main(["--project", str(two[0]), "compare", "2568-12m", str(NEW)]) == 2
    assert "dsw run 2568-12m" in capsys.readouterr().err


def test_a_ledger_without_definitions_is_refused(two, tmp_path):
    root = tmp_path / "older"
    shutil.copytree(two[0] / "outputs", root / "outputs")
    path = root / "outputs" / str(OLD) / "findings.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    for finding in document["findings"]:
        finding.pop("definition", None)
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(UsageError, match="older dsw"):
        compare_rounds(OLD, NEW, root)


@pytest.fixture(scope="module")
def anew(two, found):
    return with_periods(found, Project(root=two[0]))


DATED = {
    "csr_activities": "held_on",
    "urgent_cases": "received",
    "citizen_questions": "asked",
    "public_opinion": "month",
}


@pytest.mark.parametrize("name", DATED)
def test_the_old_period_anew_splits_a_difference(two, anew, name):
    """What is late or corrected is the new records of the old months less the old records; the rest is new months."""
    _, before, after = two
    records = after[name]
    if name == "public_opinion":
        restricted = records[records["month"].isin(OLD.month_labels().values())]
    else:
        restricted = records[records[DATED[name]] < pd.Timestamp(OLD.end) + pd.Timedelta(days=1)]
    between = EXPECT[name](OLD, {**before, name: restricted.reset_index(drop=True)})
    old, new = EXPECT[name](OLD, before), EXPECT[name](NEW, after)
    split = 0
    for id_ in old.keys() & new.keys() & between.keys() & anew.by_id.keys():
        c = anew.by_id[id_]
        if c.difference is None or c.new.dataset != name:
            continue
        assert float(c.of_old) == pytest.approx(between[id_] - old[id_], abs=1e-9), id_
        assert float(c.of_new) == pytest.approx(new[id_] - between[id_], abs=1e-9), id_
        assert c.of_old + c.of_new == c.difference
        if c.state == "differs" and c.of_new and not c.of_old and c.old.denominator is None:
            assert set(c.causes) - {"round"} == {"period"}, id_
        split += 1
    assert split >= 5


@pytest.mark.parametrize("name", DATED)
def test_the_new_months_alone_are_worked_out_from_their_rows(two, anew, name):
    """Shares, means and medians of the half are those of its own records, not differences of those of two rounds."""
    after, months = two[2], {c: m for c, m in NEW.month_labels().items() if c not in OLD.month_labels()}
    records = after[name]
    if name == "public_opinion":
        rows = records[records["month"].isin(months.values())]
    else:
        rows = records[records[DATED[name]] >= pd.Timestamp(OLD.end) + pd.Timedelta(days=1)]
    half = SimpleNamespace(end=NEW.end, month_labels=lambda: months)
    expected = EXPECT[name](half, {**after, name: rows.reset_index(drop=True)})
    shares = 0
    for id_, c in anew.by_id.items():
        if c.half is None or c.new.dataset != name or expected.get(id_) is None:
            continue
        assert c.half.value == pytest.approx(expected[id_], abs=1e-9), id_
        if c.old and c.new.unit == "percent" and c.new.numerator is not None:
            assert c.half.numerator == pytest.approx(expected[id_] / 100 * c.half.denominator)
            shares += c.half.value != c.new.value
    assert shares >= (name != "citizen_questions")
    if name == "csr_activities":  # of 77 provinces most have activities in both halves
        provinces = anew.by_id["csr.provinces"]
        assert provinces.half.value == rows["province"].nunique() > provinces.of_new
    assert anew.months == "เม.ย. – ก.ย. 2569"


def test_a_round_of_another_year_has_no_old_period(two, found):
    other = replace(found, old=replace(found.old, document={**found.old.document, "round": "2568-12m"}))
    with pytest.raises(UsageError, match="2568-12m"):
        with_periods(other, Project(root=two[0]))
    assert "ยอดสะสม" in comparison_page(found)
    assert "ยอดสะสม" not in comparison_page(other)


def test_what_has_no_dates_is_not_split(anew):
    assert anew.by_id["homeless_housing.rooms"].of_old is None
    assert anew.by_id["restructuring.answered"].of_new is None
    assert anew.by_id["restructuring.answered"].half is None
    page = comparison_page(anew)
    assert "มาช้าหรือแก้ไขในช่วงเดิม" in page
    assert "เฉพาะ เม.ย. – ก.ย. 2569" in page
    (said,) = re.findall("แสดงเฉพาะช่วงไม่ได้ ได้แก่ (.*?)</p>", page)
    undated = {dataset(name).title for name in PLANTED if name not in DATED} | {dataset("plan_indicators").title}
    assert undated <= set(said.split(", "))
    assert not {dataset(name).title for name in DATED} & set(said.split(", "))
    rows = json.loads(comparison_json(anew))["findings"]
    (share,) = (f for f in rows if f["id"] == "csr.linked_share")
    assert share["half"]["value"] == anew.by_id["csr.linked_share"].half.value


def test_a_notebook_gets_the_half_too(two, anew):
    frame = compare(str(OLD), str(NEW), root=two[0], anew=True)
    assert frame.at["csr.linked_share", "half"] == anew.by_id["csr.linked_share"].half.value
    assert frame.at["csr.linked_share", "half_denominator"] == anew.by_id["csr.linked_share"].half.denominator
    assert frame.at["csr.activities", "of_new"] == frame.at["csr.activities", "half"]


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
def test_axe_finds_nothing_in_the_page(found, browse, tmp_path, width, scheme):  # noqa: F811 - the fixture
    page = tmp_path / "comparison.html"
    page.write_text(comparison_page(found), encoding="utf-8")
    assert violations(browse(page, width, scheme=scheme, abridged=True)) == []
