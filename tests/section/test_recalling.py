"""Earlier rounds in a section: three rounds of a year and one of the next, against what pandas says of the records."""

import json
import pickle
import re
import shutil
from dataclasses import replace
from fractions import Fraction

import pytest
from conftest import ROOT, hashes, once, run_cells
from rounds_made import change_plan, make_round

from dsw_analysis import project
from dsw_analysis.cli import main
from dsw_analysis.findings import past
from dsw_analysis.findings.finding import CHANGE, Finding
from dsw_analysis.protection import Protection, Rule
from dsw_analysis.report.audit import audit_page
from dsw_analysis.rounds import Round
from dsw_analysis.run.anew import compare
from dsw_analysis.run.batch import Batch
from dsw_analysis.run.execution import execute
from dsw_analysis.run.reports import audit, write_report
from dsw_analysis.run.sections import explain, run_sections
from dsw_analysis.run.stale import Planner
from dsw_analysis.run.tasks import Project

ROUNDS = ("2569-6m", "2569-9m", "2569-12m", "2570-6m")
SECTIONS = ("csr", "community_welfare", "urgent_cases")
RESULTS = ("csr.linked_share", "community_welfare.improved_share", "urgent_cases.within_24h")


def _make(root):
    for section in (
        "00_summary",
        *(p.stem for s in SECTIONS for p in (ROOT / "notebooks").glob(f"[0-9][0-9]_{s}.ipynb")),
    ):
        (root / "notebooks").mkdir(exist_ok=True)
        shutil.copy(ROOT / "notebooks" / f"{section}.ipynb", root / "notebooks")
    add_cell(root / "notebooks", "urgent_cases", 's.trend("within_24h", headline="แนวโน้ม")')
    shutil.copytree(ROOT / "data" / "schemas", root / "data" / "schemas")
    shutil.copy(ROOT / "project.toml", root)
    expected = {}
    for name in ROUNDS:
        made = make_round(root, name)
        change_plan(Project(root=root), made.round, lambda section, *_: section in SECTIONS)
        expected[name] = {id_: None if v is None else float(v) for id_, v in made.expected.items()}
        with Batch(Project(root=root), made.round) as batch:
            files = write_report(batch, run_sections(batch), formats=["html"])
            assert not any(audit(batch, [path for path in files if path.suffix == ".html"]).values())
    (root / "expected.json").write_text(json.dumps(expected), encoding="utf-8")


@pytest.fixture(scope="module")
def rounds(tmp_path_factory):
    """Four rounds of four projects, made once and only read."""
    root = once(tmp_path_factory, "four_rounds", _make)
    before = hashes(root)
    yield root
    assert hashes(root) == before, "a test changed the rounds that all tests read"


@pytest.fixture
def own(rounds, tmp_path):
    """The same in a folder of the test's own."""
    shutil.copytree(rounds, tmp_path / "own")
    return tmp_path / "own"


def add_cell(notebooks, section, source):
    """Have a section show something more, before it is closed."""
    (path,) = notebooks.glob(f"*_{section}.ipynb")
    book = json.loads(path.read_text(encoding="utf-8"))
    book["cells"].insert(-1, {**book["cells"][-1], "id": "added", "source": source})
    path.write_text(json.dumps(book, ensure_ascii=False), encoding="utf-8")


def ledger(root, name):
    return json.loads((root / "outputs" / name / "findings.json").read_text(encoding="utf-8"))


def found(root, name):
    return {finding["id"]: finding for finding in ledger(root, name)["findings"]}


def page(root, name):
    return (root / "outputs" / name / "report.html").read_text(encoding="utf-8")


def expected(root):
    return json.loads((root / "expected.json").read_text(encoding="utf-8"))


def alter(root, name, change):
    """Change the ledger of a round on disk, as its rerun on other data would."""
    document = ledger(root, name)
    for finding in document["findings"]:
        change(finding)
    path = root / "outputs" / name / "findings.json"
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


def shown(root, section, name, **parameters):
    (notebook,) = (root / "notebooks").glob(f"*_{section}.ipynb")
    return run_cells(notebook, round_id=name, data_dir=str(root / "data" / "raw"), **parameters)


@pytest.mark.parametrize(
    ("now", "at_hand", "line"),
    [
        ("2569-12m", "2569-6m", "2569-6m"),
        ("2569-12m", "2568-12m 2569-3m 2569-6m 2569-9m", "2569-3m 2569-6m 2569-9m"),  # one year is one line
        ("2570-6m", "2569-6m 2569-12m", "2569-6m"),  # never the twelve months of another year
        ("2570-6m", "2567-6m 2568-6m 2568-12m 2569-12m", "2567-6m 2568-6m"),
        ("2570-6m", "2569-12m", ""),
        ("2569-6m", "2569-9m 2569-12m 2570-6m", ""),  # later ones are not earlier
    ],
)
def test_rounds_that_are_held_against_each_other_are_of_one_year_or_of_the_same_months(now, at_hand, line):
    rounds = [Round.parse(name) for name in at_hand.split()]
    assert [str(r) for r in past.comparable(Round.parse(now), rounds)] == line.split()


@pytest.mark.parametrize(("now", "last"), [("2569-9m", "2569-6m"), ("2569-12m", "2569-9m"), ("2570-6m", "2569-6m")])
@pytest.mark.parametrize("id_", RESULTS)
def test_the_last_round_and_the_difference_are_what_the_records_of_both_rounds_give(rounds, now, last, id_):
    values, findings = expected(rounds), found(rounds, now)
    old, new = values[last][id_], values[now][id_]
    assert findings[f"{id_}.{last}"]["value"] == pytest.approx(old)
    change = findings[f"{id_}.{last}.change"]
    assert change["value"] == pytest.approx(new - old) and change["unit"] == "percentage_points"
    word = "เพิ่มขึ้น" if new > old else "ลดลง"
    claims = [c for s in ledger(rounds, now)["sections"] if s["section"] == id_.partition(".")[0] for c in s["claims"]]
    assert {"claim": "change", "of": [id_, f"{id_}.{last}"], "says": word} in claims
    said = f'{word}</span> <button type="button" class="n" popovertarget="f.{id_}.{last}.change">'
    assert re.search(
        re.escape(said) + rf"{abs(new - old):.2f}".rstrip("0").rstrip(".") + r"[0-9.]* จุดร้อยละ", page(rounds, now)
    )


def test_headings_say_which_round_and_that_it_is_cumulative(rounds):
    assert "รอบก่อน (สะสม 9&nbsp;เดือน)" in page(rounds, "2569-12m")
    assert "ผลรอบนี้จึงรวมผลของรอบก่อนไว้แล้ว" in page(rounds, "2569-12m")
    assert "ช่วงเดียวกันของปี 2569" in page(rounds, "2570-6m") and "รอบก่อน (" not in page(rounds, "2570-6m")


def test_a_key_result_has_the_last_round_and_from_three_values_on_the_trend(rounds):
    values = expected(rounds)
    for name, last, lines in (("2569-9m", "2569-6m", 0), ("2569-12m", "2569-9m", 2), ("2570-6m", "2569-6m", 0)):
        cards = re.search(r'<div class="cards">.*?</ul>', page(rounds, name), re.S)[0]
        assert cards.count('class="drawn spark"') == lines
        for id_ in ("community_welfare.improved_share", "urgent_cases.within_24h"):
            word = "เพิ่มขึ้น" if values[name][id_] > values[last][id_] else "ลดลง"
            (card,) = [card for card in cards.split("<li>") if f'popovertarget="f.{id_}"' in card]
            assert re.search(
                rf'popovertarget="f\.{id_}\.{last}">.*· <span data-claim="summary:\d+">{word}</span>', card
            )


def test_a_trend_names_its_rounds_and_has_their_values_as_text(rounds):
    values = expected(rounds)
    (record,) = [s["indicators"][0]["earlier"] for s in ledger(rounds, "2569-12m")["sections"] if s["section"] == "csr"]
    assert [[name.replace("\u00a0", " "), id_] for name, id_ in record["trend"]] == [
        ["6 เดือน", "csr.linked_share.2569-6m"],
        ["9 เดือน", "csr.linked_share.2569-9m"],
        ["12 เดือน", "csr.linked_share"],
    ]
    label = re.search(r'<svg role="img" aria-label="(เส้นแนวโน้ม[^"]*)"', page(rounds, "2569-12m"))[1]
    numbers = [float(n) for n in re.findall(r"เดือน ([\d.]+)", label)]
    id_ = next(i for i in RESULTS if [round(values[r][i], 2) for r in ROUNDS[:3]] == numbers)
    assert id_ in RESULTS


def test_the_first_round_shows_nothing_and_records_nothing_of_others(rounds, made):
    for document, html in (
        (ledger(rounds, "2569-6m"), page(rounds, "2569-6m")),
        (made.document, (made.out / "report.html").read_text(encoding="utf-8")),
    ):
        assert not [f for f in document["findings"] if "round" in f]
        assert all(
            "recalled" not in s and not any("earlier" in i for i in s["indicators"]) for s in document["sections"]
        )
        results = html.partition('<section id="method"')[0]  # which tells how releases before are heeded
        assert "แนวโน้ม</th>" not in html and 'class="drawn spark"' not in html and "รอบก่อน" not in results


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"definition": "ffffffff.ffffffff"}, "นิยามเปลี่ยน ไม่เทียบ"),
        ({"unit": "persons"}, "หน่วยนับเปลี่ยน"),
        ({"provenance": "reconstructed"}, "รอบนั้นมีเพียงตัวอย่างจากข้อมูลจำลอง"),
        ({"value": None, "note": "ไม่มีผู้ตอบ"}, "ไม่มีผู้ตอบ"),
        ({"id": "csr.another"}, "รอบนั้นไม่มีตัวเลขนี้"),
    ],
)
def test_a_number_that_cannot_be_compared_leaves_a_gap_and_the_reason(own, changes, why):
    alter(own, "2569-9m", lambda f: f.update(changes) if f["id"] == "csr.linked_share" else None)
    section = shown(own, "csr", "2569-12m")
    record = section.section._seen.get("csr.target")
    if "id" in changes:  # the last round has none of the results: nothing is shown of it
        assert record is None and "แนวโน้ม" not in section.html
        return
    assert why in record["why"] and "change" not in record and why in section.html
    assert record["trend"][1][1] == record["why"] and "เทียบกับรอบ 9" not in section.html
    assert not [c for c in section.section.claims if c["claim"] == "change"]
    line = re.search(r'class="drawn spark".*?</svg>', section.html)[0]
    assert line.count("<circle") == 2 and "<line" not in line  # 6 and 12 months, not joined over the gap


def test_a_result_that_is_not_shown_has_no_change_but_what_it_was_before(own):
    project.use(replace(project.settings(own), protection=Protection(rule=Rule(share_base=10**6))))
    section = shown(own, "urgent_cases", "2569-12m")
    (record,) = section.section._judged()
    assert record["status"] == "not_shown" and "change" not in record["earlier"]
    table = section.html.split('class="table indicators')[1].split("</table>")[0]
    assert 'href="#f.urgent_cases.within_24h.2569-9m"' in table and "รอบนี้ไม่แสดงผล จึงไม่เทียบ" in table
    assert '<span class="status not_shown">ไม่แสดง</span>' in table and "รอข้อมูล" not in table
    assert record["earlier"]["trend"][-1][1] == "ไม่แสดงเพื่อคุ้มครองข้อมูลส่วนบุคคล"


def test_a_report_with_gaps_of_every_kind_is_borne_out_by_its_ledger(own):
    """A new definition, an example, and no value for a reason with a number; the sections run again by themselves."""
    changes = {
        "csr.linked_share": {"definition": "ffffffff.ffffffff"},
        "community_welfare.improved_share": {"value": None, "note": "ตอบเพียง 3 คน"},
        "urgent_cases.within_24h": {"provenance": "reconstructed"},
    }
    alter(own, "2569-9m", lambda f: f.update(changes.get(f["id"], {})))
    with Batch(Project(root=own), Round.parse("2569-12m")) as batch:
        files = write_report(batch, run_sections(batch), formats=["html"])
        assert not any(audit(batch, [path for path in files if path.suffix == ".html"]).values())
    html = page(own, "2569-12m")
    cards = re.search(r'<div class="cards">.*?</ul>', html, re.S)[0]
    assert "ตอบเพียง 3 คน" in cards and "รอบนั้นมีเพียงตัวอย่างจากข้อมูลจำลอง" in cards
    assert "นิยามเปลี่ยน ไม่เทียบ (วิธีคำนวณหรือเงื่อนไขเปลี่ยน · คำถามหรือคำตอบในแบบข้อมูลเปลี่ยน)" in html
    assert not [c for s in ledger(own, "2569-12m")["sections"] for c in s["claims"] if c["claim"] == "change"]
    assert "เทียบกับรอบ 9 เดือน" not in html and not [i for i in found(own, "2569-12m") if i.endswith("2569-9m.change")]


def test_a_brief_of_a_province_shows_no_earlier_round(rounds):
    section = shown(rounds, "csr", "2569-12m", province="เชียงใหม่")
    assert "รอบก่อน" not in section.html and not section.section.recalled
    assert section.section.trend("linked_share") is None


def test_a_printed_number_of_reconstructed_records_may_be_shown_and_stays_printed(own):
    alter(
        own,
        "2569-9m",
        lambda f: f.update(provenance="reconstructed", printed="value") if f["id"] == "csr.linked_share" else None,
    )
    section = shown(own, "csr", "2569-12m").section
    assert section["csr.linked_share.2569-9m"].mark == "printed"
    assert section["csr.linked_share.2569-9m.change"].mark == "computed"


def reasons(root, name):
    with Batch(Project(root=root), Round.parse(name)) as batch:
        return {section: why for section, why in explain(batch).items() if why}


def test_a_changed_earlier_ledger_makes_stale_exactly_what_shows_it(own):
    assert not reasons(own, "2569-12m") and not reasons(own, "2570-6m")
    alter(own, "2569-9m", lambda f: f.update(value=1.0) if f["id"] == "csr.linked_share" else None)
    assert reasons(own, "2569-12m").keys() == {"csr", "summary"}
    assert reasons(own, "2569-12m")["csr"] == ["round 2569-9m changed"]
    assert not reasons(own, "2570-6m") and not reasons(own, "2569-6m")  # it shows the six months of 2569
    alter(own, "2569-9m", lambda f: f.update(value=1.0) if f["id"] == "urgent_cases.within_24h" else None)
    assert reasons(own, "2570-6m").keys() == {"urgent_cases", "summary"}  # its figure shows every round
    shutil.rmtree(own / "outputs" / "2569-6m")
    assert reasons(own, "2570-6m")["csr"] == ["round 2569-6m is gone"]
    assert reasons(own, "2570-6m").keys() == {*SECTIONS, "summary"}


def test_on_another_machine_the_ledgers_are_sent_along(own):
    project, round_ = Project(root=own), Round.parse("2569-12m")
    with Batch(project, round_) as batch:
        planner = Planner(project, round_, batch.notebooks, batch.stale, accept_partial=False, sent=True)
        task = planner.step("csr").task
    names = [name for name in task.files if name.startswith("outputs/")]
    assert names == ["outputs/2569-6m/findings.json", "outputs/2569-9m/findings.json"]
    there = execute(replace(task, root=own / "nowhere"))
    assert there.error is None
    assert there.executed == (own / "outputs" / "2569-12m" / "notebooks" / task.notebook).read_bytes()
    assert set(there.recalled["trend"]) == {"2569-6m", "2569-9m"}
    assert there.read
    assert b"NotebookNode" not in pickle.dumps(there)  # who receives it would load it, which takes a second
    assert not [name for name in there.watched if "outputs" in name]


def test_the_audit_asks_what_changed_again(rounds):
    html, document = page(rounds, "2569-12m"), ledger(rounds, "2569-12m")
    content = json.dumps(document, ensure_ascii=False)
    assert not audit_page(html.encode(), content.encode())
    word = re.search(r"(เพิ่มขึ้น|ลดลง)</span> <button", html)[1]
    other = {"เพิ่มขึ้น": "ลดลง", "ลดลง": "เพิ่มขึ้น"}[word]
    assert audit_page(html.replace(f"{word}</span> <button", f"{other}</span> <button", 1).encode(), content.encode())
    for finding in document["findings"]:
        if finding["id"] == "csr.linked_share.2569-9m":
            finding["value"] = 100.0 if finding["value"] < document_value(document, "csr.linked_share") else 0.0
            finding["numerator"] = finding["denominator"] = None
    slips = audit_page(html.encode(), json.dumps(document).encode())
    assert any(slip.words.startswith("change csr.linked_share") for slip in slips)


def document_value(document, id_):
    return next(f["value"] for f in document["findings"] if f["id"] == id_)


def test_a_comparison_knows_nothing_of_numbers_of_earlier_rounds(rounds):
    frame = compare("2569-12m", "2570-6m", root=rounds)
    assert not [id_ for id_ in frame.index if re.search(r"\.\d{4}-\d+m", id_)] and "csr.linked_share" in frame.index


def test_a_series_is_what_each_round_found(rounds):
    values = expected(rounds)
    section = shown(rounds, "csr", "2570-6m").section
    frame = section.series("linked_share")
    assert list(frame["round"]) == list(ROUNDS) and frame["definition_same"].all()
    assert frame["value"].tolist() == pytest.approx([values[name]["csr.linked_share"] for name in ROUNDS])
    assert [str(day.date()) for day in frame["period_end"]] == ["2026-03-31", "2026-06-30", "2026-09-30", "2027-03-31"]
    groups = section.series("activities", by="partner_type")
    for row in groups.itertuples():
        assert row.value == values[row.round][row.id]
    assert len(groups) == len(ROUNDS) * groups["id"].nunique() > 8
    assert set(section.recalled["series"]) == set(ROUNDS[:3])


def test_a_figure_joins_rounds_of_one_year_only(rounds):
    section = shown(rounds, "csr", "2570-6m").section
    block = section.trend("linked_share", headline="แนวโน้ม")
    assert block.html.count("<circle") == 4 and block.html.count("<line") == 2  # 6-9, 9-12; the next year begins anew
    for name in ROUNDS[:3]:
        assert f'href="#f.csr.linked_share.{name}"' in block.html
    assert shown(rounds, "csr", "2569-6m").section.trend("linked_share") is None


def test_the_command_prints_every_round_and_writes_them(rounds, tmp_path, capsys):
    assert (
        main(
            ["--project", str(rounds), "series", "csr.linked_share", "csr.activities", "--csv", str(tmp_path / "s.csv")]
        )
        == 0
    )
    said = capsys.readouterr().out
    rows = [
        line for line in (tmp_path / "s.csv").read_text(encoding="utf-8-sig").splitlines() if ",csr.activities," in line
    ]
    values = expected(rounds)
    for name, row in zip(ROUNDS, rows, strict=True):
        assert row.startswith(name) and f",{values[name]['csr.activities']}," in row
        assert name in said
    assert "จุดร้อยละ" not in said and "ร้อยละ" in said and "กิจกรรม" in said
    assert main(["--project", str(rounds), "series", "csr.linkedshare"]) == 2
    assert "did you mean csr.linked_share" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "unit", "signed", "size"),
    [
        (Fraction(1470, 2559) * 100, 62.5, "percent", "5.06 จุดร้อยละ", "5.06 จุดร้อยละ"),
        (60, 40, "percent", "-20 จุดร้อยละ", "20 จุดร้อยละ"),
        (12, 9, "persons", "-3 คน", "3 คน"),
    ],
)
def test_a_change_is_in_percentage_points_for_shares_and_its_size_has_no_sign(old, new, unit, signed, size):
    before, after = (Finding(id="x.n", label="n", value=float(v) if v % 1 else int(v), unit=unit) for v in (old, new))
    change = past.change(past.recalled(before, Round.parse("2569-6m")), after)
    assert (change.text("unit"), change.text("size")) == (signed, size) and change.method == CHANGE
    assert after.text("size") == after.text("unit")
