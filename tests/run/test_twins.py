"""Twins: releases that differ only in the province or unit of two persons are the same bytes once hashes are masked."""

import hashlib
import json
import re
import shutil
import zipfile
from contextlib import nullcontext
from itertools import islice

import pytest
from conftest import FULL, ROUND, Copy, copied, run_cells
from few_sections import keep
from twin_moves import FILES, MOVES, moves, only, write_move
from twins import CASES, reduced, twins, write
from undrawn import undrawn

from dsw_analysis.findings.repairs import path_of
from dsw_analysis.rounds import Round
from dsw_analysis.run.batch import Batch
from dsw_analysis.run.reports import write_briefs, write_report
from dsw_analysis.run.sections import run_sections
from dsw_analysis.run.tasks import Project

PAIRS, OTHERS, WHOLE = (20, 5, 20) if FULL else (8, 1, 1)
"""How many pairs of cases, and of persons in each other file, are compared as sections; and how many as finished files,
which are made of those alone."""
TOGETHER = 3
"""Pairs compared as files in which persons of the other files move too, always the same ones; later ones are of the
section of cases alone."""
QUANTILES = re.compile(r"urgent_cases\.wait_(?:median|p95)")
SECTION = "urgent_cases"
REPAIRED = """
- {dataset: career_participants, columns: [need], base: 5, reason: -}
- {dataset: career_participants, columns: [problem], base: 5, reason: -}
"""
"""What the gate would find out in two more runs."""
_HASH = re.compile(rb"\b[0-9a-f]{64}\b|\b[0-9a-f]{8}(?=\xe2\x80\xa6|&hellip;)")
_TIME = re.compile(rb'"(?:seconds|time)": (?:[\d.]+|"[^"]*")')
"""What may tell twins apart: hashes, whole or as far as they are shown; when a run was and how long it took."""


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A project of every seventh case, and these."""
    found = copied(tmp_path_factory.mktemp("twins"))
    return found, reduced(found.raw, 7)


def masked(content, *hashes):
    """Bytes without hashes, whole or as far as they are shown."""
    return re.sub(b"|".join(hash_[:8] + b"[0-9a-f]*" for hash_ in hashes), b"#", content)


def hash_of(raw, file=CASES):
    return hashlib.sha256((raw / file).read_bytes()).hexdigest().encode()


def told(project, place, drawn, section=SECTION, file=CASES):
    """What a section hands over and shows of a place, without hashes; its findings; its numbers without protection."""
    of = {"province": place} if place else {}
    with nullcontext() if drawn else undrawn():
        shown = run_cells(project.notebook(section), data_dir=str(project.raw.parent), **of)
    document = shown.section._handed_over()
    text = json.dumps([document, shown.html], ensure_ascii=False, sort_keys=True)
    findings = [{**f, "sha256": None} for f in document["findings"]]
    exact = {id_: finding.value for id_, finding in shown.section.shield.found.items()}
    return masked(text.encode(), hash_of(project.raw, file)), findings, exact


def test_twins_show_the_same_in_every_section(base):
    """All but means and quantiles, of which two digits are shown: pairs in which one of these differs do not count.

    Figures of every fourth pair are drawn, of the others it is what they are drawn of that is compared; so is what is
    told of the country, where only numbers of provinces could differ.
    """
    project, cases = base
    before, same = {}, 0
    for other, places in islice(twins(cases), 3 * PAIRS):
        drawn = FULL or same % 4 == 0
        shown = ("", *places) if drawn else places
        write(project.raw, cases)
        before |= {(place, drawn): told(project, place, drawn) for place in shown if (place, drawn) not in before}
        write(project.raw, other)
        after = {place: told(project, place, drawn) for place in shown}
        for place in places:
            old, new = (
                [f for f in run[1] if not QUANTILES.match(f["id"])] for run in (before[place, drawn], after[place])
            )
            assert new == old, place
        if any(after[place][1] != before[place, drawn][1] for place in places):
            continue
        assert any(after[place][2] != before[place, drawn][2] for place in places), "they are not told apart by anybody"
        assert [place for place in after if after[place][0] != before[place, drawn][0]] == []
        same += 1
        if same == PAIRS:
            break
    assert same == PAIRS


@pytest.mark.parametrize("name", MOVES)
def test_twins_of_every_file_of_persons_show_the_same_in_every_section(base, name):
    project, _ = base
    for move in islice(moves(project.raw, name), OTHERS):
        kept, runs = (project.raw / move.file).read_bytes(), []
        for moved in (False, True):
            if moved:
                write_move(project.raw, move)
            runs.append([told(project, place, FULL, move.section, move.file) for place in ("", *move.places)])
        (project.raw / move.file).write_bytes(kept)
        assert [place for place, old, new in zip(("", *move.places), *runs, strict=True) if old[0] != new[0]] == []
        assert not move.places or [run[2] for run in runs[0]] != [run[2] for run in runs[1]]


@pytest.mark.parametrize("file", FILES)
def test_none_and_few_of_a_province_are_the_same_brief_and_the_same_rows_of_the_country(base, file):
    project, _ = base
    kept, runs = (project.raw / file).read_bytes(), []
    for n in (0, 4):
        (project.raw / file).write_bytes(kept)
        move = only(project.raw, file, n)
        write_move(project.raw, move)
        (place,) = move.places
        brief, _, exact = told(project, place, True, move.section, file)
        country, findings, _ = told(project, "", False, move.section, file)
        own = [f for f in findings if {place, "tak"} & {*map(str, (f.get("cells") or {}).values())}]
        rows = re.findall(rf"<tr>(?:(?!</tr>).)*{place}.*?</tr>", json.loads(country)[1])
        runs.append((brief, own, rows, {id_: value for id_, value in exact.items() if value == 4}))
    (project.raw / file).write_bytes(kept)
    assert runs[0][:3] == runs[1][:3]
    assert runs[1][3] and not runs[0][3]  # there is something to tell them apart by


def release(project, places):
    """All files of a release with its briefs, by name, without hashes, moments and durations.

    Workbooks and documents member by member; manifest and log if it is the first release.
    """
    round_ = Round.parse(ROUND)
    out = Project(root=project.root).outputs(round_)
    first = not out.exists()
    with Batch(Project(root=project.root), round_, jobs=1) as batch:
        write_report(batch, run_sections(batch))
        write_briefs(batch, places)
    found = {"repairs": path_of(project.root / "data", round_).read_bytes()}
    for path in sorted(path for path in out.rglob("*") if path.is_file()):
        name = path.relative_to(out).as_posix()
        if name.startswith("internal/") or name == ".lock" or (not first and name in ("manifest.json", "run.jsonl")):
            continue
        if name.startswith("provinces/") and name.split("/")[1] not in {*places, "index.html"}:
            continue  # of another pair
        if path.suffix in (".xlsx", ".docx"):
            with zipfile.ZipFile(path) as archive:
                found |= {f"{name}/{member}": archive.read(member) for member in archive.namelist()}
        else:
            found[name] = path.read_bytes()
    found = {name: _HASH.sub(b"#", _TIME.sub(b"#", content)) for name, content in found.items()}
    if first:  # what took longest the last time begins first
        found["run.jsonl"] = b"\n".join(sorted(found["run.jsonl"].splitlines()))
    return found


def test_twins_are_the_same_files(base, tmp_path):
    """Of the report, and of the briefs of the places that differ; the one of two that stays is made once.

    Two cases, two participants, two questions, two who were trained and one who was helped are elsewhere, all at once.
    """
    project, cases = base
    ways = [moves(project.raw, name, seed=16) for name in MOVES]
    moved = [next(way) for way in ways]
    keep(project, SECTION, "career_development", "citizen_questions", "summary", *["csr"] * FULL)
    repairs = path_of(project.root / "data", Round.parse(ROUND))
    repairs.parent.mkdir()
    repairs.write_text(REPAIRED, encoding="utf-8")
    twin = Copy(shutil.copytree(project.root, tmp_path / "twin"))
    write(project.raw, cases)
    for move in moved:
        write_move(twin.raw, move)
    counted = 0
    for other, places in islice(twins(cases, seed=16), 4 * WHOLE):
        write(twin.raw, other)
        every = {*places, *moved[1].places} if counted < TOGETHER else {*places}
        briefs = sorted(every if FULL else {places[0], moved[0].places[0]})
        made = [release(project, briefs), release(twin, briefs)]
        if quantiles(made[0]) != quantiles(made[1]):
            for one in (project, twin):
                shutil.rmtree(one.root / "outputs")
            continue
        assert counted or {"manifest.json", "run.jsonl", "report.pdf"} <= made[0].keys()
        assert made[0].keys() == made[1].keys()
        assert [name for name in made[0] if made[0][name] != made[1][name]] == []
        counted += 1
        if counted == WHOLE:
            break
        if counted == TOGETHER:
            for one in (project, twin):
                keep(one, SECTION, "summary")
                shutil.rmtree(one.root / "outputs")
    assert counted == WHOLE


def quantiles(files):
    """Medians and the like in the ledgers of a release."""
    ledgers = (json.loads(content) for name, content in files.items() if name.endswith("findings.json"))
    return [f for ledger in ledgers for f in ledger["findings"] if QUANTILES.match(f["id"])]
