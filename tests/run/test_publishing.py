"""Editions: published whole, restated with a reason, verified without raw data, handed on as one file."""

import hashlib
import io
import json
import shutil
import stat
import zipfile
from datetime import date
from pathlib import Path

import pandas as pd
import pypdfium2
import pytest
from conftest import FULL, copied, hashes
from kill_runs import Forks
from remembered import Remembering
from test_approval import BY, LINE, PROVINCE, covers, sections, signed, write
from test_changed_rounds import LAST, only

from dsw_analysis import cli
from dsw_analysis.problems import UsageError
from dsw_analysis.report.signed import content_of
from dsw_analysis.rounds import Round
from dsw_analysis.run.archive import pack, unpack
from dsw_analysis.run.batch import Batch
from dsw_analysis.run.editions import publish
from dsw_analysis.run.manifest import verify
from dsw_analysis.run.tasks import Project
from dsw_analysis.run.warm.processes import WarmExecutor

REASON = "เพิ่มกิจกรรมที่ได้รับภายหลัง"
CSV = {"encoding": "utf-8-sig", "dtype": str, "keep_default_na": False}
OWN = {"manifest.json", "run.jsonl", ".lock", "approval.json"}
"""Files of an output folder that are in no edition."""


@pytest.fixture(scope="module", autouse=True)
def _remembering():
    """What an edition is made of is in place, too; each is put together once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dsw_analysis.run.warm.processes.WarmExecutor", Remembering)
        yield


def published(project, on, because=None):
    with Batch(project, LAST) as batch:
        return publish(batch, on, because)


def top(out):
    """Hashes of the outputs in place."""
    return {n: h for n, h in hashes(out).items() if n not in OWN and not n.startswith(("editions/", "internal/"))}


def edition(out, number):
    return {
        n: h for n, h in hashes(out / "editions" / str(number)).items() if n not in ("edition.json", "project.toml")
    }


def restate(project):
    """Data that come late, of one province, and a correction of another row."""
    path = project.data / str(LAST) / "csr_activities.csv"
    rows = pd.read_csv(path, **CSV)
    late = rows[rows["จังหวัด"] == PROVINCE].iloc[0].copy()
    late["รหัสกิจกรรม"], late["วันที่ดำเนินกิจกรรม"] = "CSR69-9999", "31/03/2569"
    column = "ด้านสวัสดิการสังคม"
    wrong = rows.index[(rows[column] == "บริการสังคม") & (rows["จังหวัด"] == "นนทบุรี")][0]
    rows.loc[wrong, column] = "ที่อยู่อาศัย"
    pd.concat([rows, late.to_frame().T]).to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")


@pytest.fixture(scope="module")
def restated(tmp_path_factory):
    """A round of one project, published, restated and published again; with what the first edition held."""
    project = Project(root=copied(tmp_path_factory.mktemp("restated")).root)
    only(project, LAST, ("csr",))
    write(project)
    signed(project)
    _, digest = published(project, date(2026, 6, 10))
    first = hashes(project.outputs(LAST) / "editions" / "1")
    one = top(project.outputs(LAST))
    restate(project)
    said = write(project)
    approval = signed(project)
    _, second = published(project, None, f"  {REASON}\n")
    return project, {"first": first, "top": one, "said": said, "approval": approval, "pins": (digest, second)}


def test_an_edition_is_what_was_in_place_and_the_current_one_is_on_top(restated):
    project, was = restated
    out = project.outputs(LAST)
    assert edition(out, 2) == top(out)
    assert {n: h for n, h in was["first"].items() if n not in ("edition.json", "project.toml")} == was["top"]
    assert f"provinces/{PROVINCE}/{PROVINCE}.pdf" in was["top"]
    assert hashes(out / "editions" / "1") == was["first"]  # byte for byte
    issue = json.loads((out / "editions" / "1" / "edition.json").read_bytes())
    assert (issue["round"], issue["number"], issue["issued"], issue["reason"]) == ("2569-6m", 1, "2026-06-10", None)
    assert issue["outputs"] == {name: h for name, h in was["first"].items() if name != "edition.json"}
    raw = {name: about["sha256"] for name, about in issue["inputs"].items() if name[0] != "."}
    assert raw == hashes(project.root / "data" / "editions" / "2569-6m" / "1")
    assert set(raw) >= {"csr_activities.csv", "csr_training.xlsx", "action_plan.xlsx"}
    assert "../data/schemas/csr_activities.yaml" in issue["inputs"]
    assert verify(out) == []
    voided = [said for said in was["said"] if said.startswith("what was approved had another content (csr, summary)")]
    assert len(voided) == 1


def test_the_second_says_why_on_its_cover_and_lists_what_changed_with_its_causes(restated):
    project, _ = restated
    out = project.outputs(LAST)
    document = json.loads((out / "findings.json").read_bytes())
    before = json.loads((out / "editions" / "1" / "findings.json").read_bytes())
    revised = document["revised"]
    assert (revised["edition"], revised["issued"], revised["examples"]) == (1, "2026-06-10", 0)
    assert "revised" not in before
    listed = {figure["id"]: figure for figure in revised["figures"]}
    old, new = ({f["id"]: f for f in d["findings"]} for d in (before, document))
    base = lambda f: f and (f["value"], f.get("numerator"), f.get("denominator"))  # noqa: E731
    changed = {i for i in old.keys() | new.keys() if base(old.get(i)) != base(new.get(i))}
    counts = {i for i in changed if isinstance(new[i]["value"], int) or new[i].get("denominator")}
    assert counts <= set(listed) <= changed
    rows = len(pd.read_csv(project.data / str(LAST) / "csr_activities.csv", **CSV))
    assert listed["csr.activities"]["old"] == f"{rows - 1:,} กิจกรรม"
    assert listed["csr.activities"]["new"] == f"{rows:,} กิจกรรม"
    assert {f["causes"] for i, f in listed.items() if i.startswith("csr.")} == {"ข้อมูลที่ได้รับภายหลัง · แถวเดิมที่ค่าเปลี่ยน"}
    assert f"csr.activities.{'tak'}" in listed and "csr.training_participants" not in listed
    html = (out / "report.html").read_text(encoding="utf-8")
    text = "".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(out / "report.pdf"))
    for words in (f"ฉบับปรับปรุงครั้งที่ 1: {REASON}", "ฉบับที่ 2", LINE, "สิ่งที่เปลี่ยนจากฉบับที่ 1"):
        assert words in html and words in text
    row = f"<td>{rows - 1:,} กิจกรรม</td><td>{rows:,} กิจกรรม</td>"
    assert row in html.partition('<section id="method"')[2]


def test_publishing_again_finds_the_edition_there(restated):
    project, was = restated
    before = hashes(project.outputs(LAST) / "editions")
    assert published(project, None)[1] == was["pins"][1]
    assert hashes(project.outputs(LAST) / "editions") == before
    with pytest.raises(UsageError, match=r"this content is edition 2, which .* approved"):
        signed(project)


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def change(path, old, new):
    content = path.read_text(encoding="utf-8")
    assert old in content, (path, old)
    path.write_text(content.replace(old, new, 1), encoding="utf-8", newline="")


def edit_docx(folder):
    path = folder / "report.docx"
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content.replace("บทสรุป".encode(), "บทนำ".encode()))


def fit(folder):
    """Have edition.json fit the files, as somebody who knows how would."""
    path = folder / "edition.json"
    issue = json.loads(path.read_bytes())
    issue["outputs"] = {name: digest(folder / name) for name in issue["outputs"]}
    for scope in issue["approval"]["content"]:
        page = f"{scope}{Path(scope).name}.html" if scope else "report.html"
        issue["approval"]["content"][scope] = content_of(
            (folder / page).read_bytes(), (folder / f"{scope}findings.json").read_bytes()
        )
    path.write_text(json.dumps(issue, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def swap_pdf(folder):
    shutil.copy(folder / "brief.pdf", folder / "report.pdf")


def invent(folder):
    """Change a word of a section in all pages that show it, which the ledger does not hold."""
    for name in ("report.html", "sections/csr.html"):
        change(folder / name, "<h4>ลักษณะของกิจกรรม</h4>", "<h4>ลักษณะเด่นของกิจกรรม</h4>")


def rename(folder):
    folder.rename(folder.with_name("3"))


EDITED = "ถูกแก้ไขหลังออกฉบับ การเห็นชอบไม่ครอบคลุมสำเนาที่ถูกแก้ไข"
TAMPERED = {
    "a figure of the page": (
        lambda f: change(f / "report.html", "2,560 กิจกรรม</button>", "2,660 กิจกรรม</button>"),
        [f"report.html: {EDITED}", "การเห็นชอบจึงไม่มีผล", "ซึ่งพิมพ์ว่า 2,560"],
    ),
    "a figure of the ledger": (
        lambda f: change(f / "findings.json", '"value": 2560', '"value": 2660'),
        [f"findings.json: {EDITED}", "การเห็นชอบจึงไม่มีผล", "ซึ่งพิมพ์ว่า 2,660"],
    ),
    "a DOCX": (edit_docx, [f"report.docx: {EDITED}"]),
    "another PDF": (swap_pdf, [f"report.pdf: {EDITED}"]),
    "a file that is missing": (lambda f: (f / "report.docx").unlink(), ["report.docx: หายไป"]),
    "a file more": (lambda f: (f / "x.pdf").write_bytes(b"%PDF"), ["x.pdf: ไม่ใช่ไฟล์ของฉบับนี้"]),
    "another number": (rename, ["โฟลเดอร์ชื่อ 3 แต่ edition.json บอกว่าเป็นฉบับที่ 2"]),
    "another approver": (
        lambda f: change(f / "edition.json", BY, "นาย ข"),
        ["ที่ควรเป็น คือ", "นาย ข"],
    ),
    "a word of one page, fitted": (
        lambda f: (change(f / "sections" / "csr.html", "<h3>", "<h3>ดี"), fit(f)),
        ["sections/csr.html: ส่วน csr ไม่ตรงกับ report.html"],
    ),
    "no edition.json": (lambda f: (f / "edition.json").write_text("{}"), ["is missing or damaged"]),
}


@pytest.fixture
def alone(restated, tmp_path):
    """An edition without the project and its raw data."""
    folder = tmp_path / "2569-6m" / "editions" / "2"
    shutil.copytree(restated[0].outputs(LAST) / "editions" / "2", folder)
    return folder


@pytest.mark.parametrize("name", TAMPERED)
def test_what_was_done_to_an_edition_is_said(alone, capsys, name):
    tamper, messages = TAMPERED[name]
    tamper(alone)
    folder = alone if alone.exists() else alone.with_name("3")
    assert cli.main(["verify", str(folder)]) in (1, 2)
    told = capsys.readouterr().err
    assert [message for message in messages if message not in told] == [], told


def test_what_is_fitted_only_a_digest_kept_outside_shows(restated, alone, capsys):
    approval, (_, whole) = restated[1]["approval"], restated[1]["pins"]
    run = lambda *pin: cli.main(["verify", str(alone), *pin])  # noqa: E731
    assert run() == 0
    assert "ไม่ได้เทียบกับรหัสที่เก็บไว้ภายนอก" in capsys.readouterr().out
    assert run("--pin", approval) == run("--pin", whole) == 0
    assert "ตรงกับรหัสที่ให้มา" in capsys.readouterr().out
    swap_pdf(alone)
    fit(alone)
    assert run() == 0
    assert run("--pin", approval) == 0  # binds figures and words of ledger and page, not each file
    assert run("--pin", whole) == 1
    shutil.copytree(restated[0].outputs(LAST) / "editions" / "2", alone, dirs_exist_ok=True)
    invent(alone)
    fit(alone)
    assert run() == 0
    assert run("--pin", approval) == run("--pin", whole) == 1
    assert f"ไม่มีฉบับใดตรงกับรหัส {whole}" in capsys.readouterr().err


def test_an_archive_is_handed_on_verified_and_gone_on_from(restated, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("dsw_analysis.run.warm.processes.WarmExecutor", WarmExecutor)  # another machine's, made anew
    project, was = restated
    first, again = tmp_path / "a.zip", tmp_path / "b.zip"
    count = pack(project, LAST, first)
    pack(project, LAST, again)
    assert first.read_bytes() == again.read_bytes()
    with zipfile.ZipFile(first) as archive:
        names = archive.namelist()
    assert len(names) == count and names == sorted(names)
    folders = {"project.toml", "notebooks", "data/raw", "data/schemas", "data/editions", "outputs/2569-6m"}
    assert {"/".join(n.split("/")[: 2 if n[:4] in ("data", "outp") else 1]) for n in names} == folders
    assert {n.split("/")[2] for n in names if n.startswith("outputs/")} == {"approval.json", "editions"}
    assert cli.main(["verify", str(first), "--pin", was["pins"][0]]) == 0
    other = tmp_path / "successor"
    assert cli.main(["unpack", str(first), str(other)]) == 0
    here = ["--project", str(other)]
    assert cli.main([*here, "report", "2569-6m"]) == 0
    made = {n: h for n, h in edition(other / "outputs" / "2569-6m", 2).items() if not n.startswith("provinces/")}
    assert top(other / "outputs" / "2569-6m") == made
    assert cli.main([*here, "verify", "2569-6m", "--pin", was["approval"]]) == 0
    assert cli.main([*here, "new", "2569-12m", "--from", "2569-6m"]) == 0
    assert (other / "data" / "raw" / "2569-12m" / "action_plan.xlsx").is_file()
    (project.outputs(LAST).parent / "x.zip").write_bytes(first.read_bytes()[:-1000])
    assert cli.main(["verify", str(project.outputs(LAST).parent / "x.zip")]) == 2
    assert "is no archive, or a damaged one" in capsys.readouterr().err


def test_an_archive_has_what_a_report_rests_on_of_earlier_rounds(tmp_path):
    """Without their ledgers it would show no last round, and without repairs what was shown less before."""
    files = {
        "data/raw/2569-12m/a.csv", "notebooks/01_a.ipynb", "data/disclosure/2569-6m.yaml",
        "outputs/2569-6m/findings.json", "outputs/2569-6m/provinces/ตาก/findings.json",
    }  # fmt: skip
    others = {"outputs/2569-6m/report.html", "outputs/2569-6m/internal/exact/a.json", "outputs/2570-6m/findings.json"}
    for name in files | others:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}", encoding="utf-8")
    pack(Project(root=tmp_path), Round.parse("2569-12m"), tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert set(archive.namelist()) == files


def link(name):
    about = zipfile.ZipInfo(name)
    about.external_attr = (stat.S_IFLNK | 0o777) << 16
    return about


@pytest.mark.parametrize(
    "name",
    ["../x", "a/../../x", "/etc/x", "C:/x", "a\\..\\x", "a//x", "a/ ./x", "x\n", "con:", link("x"), ("ก.txt", "ก.TXT")],
    ids=str,
)
def test_an_archive_that_would_leave_its_folder_is_not_unpacked(tmp_path, name):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for one in name if isinstance(name, tuple) else (name,):
            archive.writestr(one, "x")
    with pytest.raises(UsageError, match="nothing is unpacked"):
        unpack(path, tmp_path / "here")
    assert [p.name for p in tmp_path.iterdir()] == ["x.zip"]


def test_an_archive_that_is_damaged_too_large_or_would_cover_files_is_refused(tmp_path):
    path, held = tmp_path / "x.zip", io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", b"\0" * (50 << 20))
    path.write_bytes(held.getvalue())
    with pytest.raises(UsageError, match="would unpack to 52,428,800 bytes"):
        unpack(path, tmp_path / "here")
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("a", b"words")
    path.write_bytes(held.getvalue().replace(b"words", b"swords"[:5]))
    with pytest.raises(UsageError, match="damaged"):
        unpack(path, tmp_path / "here")
    path.write_bytes(held.getvalue())
    assert unpack(path, tmp_path / "here") == 1
    with pytest.raises(UsageError, match="is there and not empty"):
        unpack(path, tmp_path / "here")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["here", "x.zip"]


@pytest.fixture(scope="module")
def approved(tmp_path_factory):
    """A small project, approved."""
    project = Project(root=tmp_path_factory.mktemp("approved"))
    project.notebooks.mkdir()
    (project.data / str(LAST)).mkdir(parents=True)
    (project.data / str(LAST) / "notes.txt").write_text("x", encoding="utf-8")
    sections(project)
    write(project)
    signed(project)
    return project


class KilledError(BaseException):
    """In place of the end of the process."""


def test_killed_at_any_write_there_is_no_edition_or_all_of_it_and_the_next_time_it_is_there(
    approved, tmp_path, monkeypatch
):
    done = 0

    def counted(function, last):
        def call(*arguments, **options):
            nonlocal done
            done += 1
            if done == last:
                raise KilledError
            return function(*arguments, **options)

        return call

    def issue(project):
        with Batch(project, LAST, executor=Forks()) as batch:
            return publish(batch, date(2026, 6, 10), None)

    def run(last):
        """Publish a copy, killed at a write; then again."""
        nonlocal done
        project = Project(root=tmp_path / str(last))
        shutil.copytree(approved.root, project.root)
        out, done = project.outputs(LAST), 0
        with monkeypatch.context() as patch:
            for name in ("replace", "rename", "unlink", "mkdir"):
                patch.setattr(Path, name, counted(getattr(Path, name), last))
            if last:
                with pytest.raises(KilledError):
                    issue(project)
            else:
                issue(project)
        writes = done
        if last:
            there = [path.name for path in (out / "editions").glob("[0-9]*")]
            if there:
                assert there == ["1"]
                assert cli.main(["verify", str(out / "editions" / "1")]) == 0
            issue(project)
        found = hashes(out / "editions"), top(out), hashes(project.root / "data" / "editions")
        assert [name for name in found[0] if not name.startswith("1/")] == []
        return found, writes

    right, writes = run(0)
    assert writes > 40
    for last in range(1, writes, max(1, writes // (30 if FULL else 4))):
        assert run(last)[0] == right, last


def test_what_nobody_approved_or_gives_no_reason_for_is_not_published(approved, tmp_path):
    project = Project(root=tmp_path / "x")
    shutil.copytree(approved.root, project.root)
    out = project.outputs(LAST)
    with pytest.raises(UsageError, match="the first edition replaces none"):
        published(project, None, "x")
    published(project, None)
    assert covers(out) == [f"ฉบับที่ 1 {LINE}"] * 6
    sections(project, value=4)
    write(project)
    with pytest.raises(UsageError, match=r"nobody has approved .* `dsw approve 2569-6m --by NAME --role ROLE` first"):
        published(project, None, "x")
    signed(project)
    with pytest.raises(UsageError, match="there is edition 1; say why another replaces it"):
        published(project, None)
    assert [path.name for path in (out / "editions").iterdir()] == ["1"]
    # What goes back to the content of the edition is that edition again.
    sections(project)
    write(project)
    assert covers(out) == [f"ฉบับที่ 1 {LINE}"] * 6
    # (but for the notebooks of this test, which are written with new ids of cells)
    assert {f for f in edition(out, 1).items() ^ top(out).items() if "notebooks/" not in f[0]} == set()
    (out / "editions" / "1" / "edition.json").write_text("{", encoding="utf-8")
    with pytest.raises(UsageError, match=r"edition.json is missing or damaged"):
        write(project)


def test_the_commands_go_through_it(approved, tmp_path, capsys):
    root = tmp_path / "x"
    shutil.copytree(approved.root, root)
    here = ["--project", str(root)]
    assert cli.main([*here, "publish", "2569-6m", "--on", "2026-06-10"]) == 0
    assert "ออกฉบับที่ 1 แล้ว" in capsys.readouterr().out
    assert cli.main([*here, "archive", "2569-6m"]) == 0
    assert cli.main([*here, "archive", "2569-9m"]) == 2
    assert cli.main(["verify", str(root / "outputs" / "2569-6m.zip")]) == 0
    assert cli.main([*here, "verify", "no-such"]) == 2
    assert "is no round, folder or archive" in capsys.readouterr().err
