"""Twins: releases that differ only in the province of two persons are the same to the byte, once hashes are masked."""

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
from twins import CASES, reduced, twins, write
from undrawn import undrawn

from dsw_analysis.rounds import Round
from dsw_analysis.run.batch import Batch
from dsw_analysis.run.reports import write_briefs, write_report
from dsw_analysis.run.sections import run_sections
from dsw_analysis.run.tasks import Project

PAIRS, WHOLE = (20, 8) if FULL else (8, 1)
"""How many pairs are compared as sections, and how many as finished files, which are made of those alone."""
QUANTILES = re.compile(r"urgent_cases\.wait_(?:median|p95)")
SECTION = "urgent_cases"


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A project of every seventh case, and these."""
    found = copied(tmp_path_factory.mktemp("twins"))
    return found, reduced(found.raw, 7)


def masked(content, *hashes):
    """Bytes without hashes, whole or as far as they are shown."""
    return re.sub(b"|".join(hash_[:8] + b"[0-9a-f]*" for hash_ in hashes), b"#", content)


def hash_of(raw):
    return hashlib.sha256((raw / CASES).read_bytes()).hexdigest().encode()


def told(project, place, drawn):
    """What a section hands over and shows of a place, without hashes; its findings; its numbers without protection."""
    with nullcontext() if drawn else undrawn():
        shown = run_cells(project.notebook(SECTION), data_dir=str(project.raw.parent), province=place)
    document = shown.section._handed_over()
    text = json.dumps([document, shown.html], ensure_ascii=False, sort_keys=True)
    findings = [{**f, "sha256": None} for f in document["findings"]]
    exact = {id_: finding.value for id_, finding in shown.section.shield.found.items()}
    return masked(text.encode(), hash_of(project.raw)), findings, exact


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


def release(project, places):
    """All files of a release with its briefs, by name: workbooks and documents member by member, without hashes."""
    round_ = Round.parse(ROUND)
    with Batch(Project(root=project.root), round_, jobs=1) as batch:
        write_report(batch, run_sections(batch))
        write_briefs(batch, places)
    out = Project(root=project.root).outputs(round_)
    # That of the ledger, too, which the summary counts in.
    findings = json.loads((out / "findings.json").read_bytes())["findings"]
    hashes = {hash_of(project.raw), *(f["sha256"].encode() for f in findings if f["file"] == "findings.json")}
    found = {}
    for path in sorted(path for path in out.rglob("*") if path.is_file()):
        name = path.relative_to(out).as_posix()
        if name.startswith("internal/") or name in (".lock", "manifest.json", "run.jsonl"):
            continue
        if name.startswith("provinces/") and name.split("/")[1] not in {*places, "index.html"}:
            continue  # of another pair
        if path.suffix in (".xlsx", ".docx"):
            with zipfile.ZipFile(path) as archive:
                found |= {f"{name}/{member}": masked(archive.read(member), *hashes) for member in archive.namelist()}
        else:
            found[name] = masked(path.read_bytes(), *hashes)
    return found


def test_twins_are_the_same_files(base, tmp_path):
    """Of the report, and of the briefs of the places that differ; the one of two that stays is made once."""
    project, cases = base
    keep(project, SECTION, "summary")
    twin = Copy(shutil.copytree(project.root, tmp_path / "twin"))
    write(project.raw, cases)
    counted = 0
    for other, places in islice(twins(cases, seed=16), 4 * WHOLE):
        write(twin.raw, other)
        made = [release(project, places), release(twin, places)]
        if quantiles(made[0]) != quantiles(made[1]):
            continue
        assert made[0].keys() == made[1].keys()
        assert [name for name in made[0] if made[0][name] != made[1][name]] == []
        counted += 1
        if counted == WHOLE:
            break
    assert counted == WHOLE


def quantiles(files):
    """Medians and the like in the ledgers of a release."""
    ledgers = (json.loads(content) for name, content in files.items() if name.endswith("findings.json"))
    return [f for ledger in ledgers for f in ledger["findings"] if QUANTILES.match(f["id"])]
