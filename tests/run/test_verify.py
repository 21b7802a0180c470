"""dsw verify: each file of a finished round is what was made, or is named."""

import shutil

import pytest

from dsw_analysis import cli
from dsw_analysis.run.manifest import verify


@pytest.fixture
def out(made, tmp_path):
    folder = tmp_path / "outputs" / made.out.name
    shutil.copytree(made.out, folder)
    return folder


def found(out):
    return {(deviation.file, deviation.kind) for deviation in verify(out)}


def test_a_finished_round_is_what_was_made(made):
    assert verify(made.out) == []


def test_every_finished_file_has_its_hash_in_the_manifest(out):
    files = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    finished = {file for file in files - {"manifest.json", "run.jsonl", ".lock"} if not file.startswith("internal/")}
    kinds = {"report.html", "figures.html", "report.pdf", "report.docx", "findings.json", "findings.xlsx"}
    kinds |= {"brief.html", "brief.pdf"}
    assert kinds | {"sections/csr.html", "notebooks/09_csr.ipynb"} <= finished
    for file in finished:
        content = (out / file).read_bytes()
        (out / file).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert found(out) == {(file, "changed") for file in finished}
    for file in finished:
        (out / file).unlink()
    assert found(out) == {(file, "missing") for file in finished}


def test_a_file_that_nobody_made_is_named_and_forms_are_let_be(out):
    (out / "sections" / "extra.html").write_text("ก", encoding="utf-8")
    (out / "sections" / "problems.html").write_text("ก", encoding="utf-8")
    (out / "report.html.bak").write_text("ก", encoding="utf-8")
    for ours in ("internal/problems.xlsx", "codebook.html", "templates/csr.xlsx", ".next/report.html"):
        (out / ours).parent.mkdir(exist_ok=True)
        (out / ours).write_text("ก", encoding="utf-8")
    foreign = {"sections/extra.html", "sections/problems.html", "report.html.bak"}
    assert found(out) == {(file, "foreign") for file in foreign}


def test_a_link_or_a_folder_in_place_of_a_file_is_not_that_file(out, tmp_path):
    kept = tmp_path / "kept.html"
    (out / "report.html").rename(kept)
    try:
        (out / "report.html").symlink_to(kept)
    except OSError:
        pytest.skip("no links here")
    (out / "report.pdf").unlink()
    (out / "report.pdf").mkdir()
    assert found(out) == {("report.html", "changed"), ("report.pdf", "missing")}


def test_command_says_which_and_ends_with_1(out, tmp_path, capsys):
    command = ["--project", str(tmp_path), "verify", "2569-6m"]
    assert cli.main(command) == 0
    with (out / "report.pdf").open("ab") as file:
        file.write(b" ")
    (out / "findings.xlsx").unlink()
    assert cli.main(command) == 1
    told = capsys.readouterr().err
    assert "report.pdf: ถูกแก้ไขหลังสร้าง" in told
    assert "findings.xlsx: หายไป" in told
    assert "พบ 2 แห่ง" in told


def test_nothing_made_and_a_lost_manifest_are_said(out, tmp_path, capsys):
    (out / "manifest.json").unlink()
    (out / "run.jsonl").unlink()
    assert cli.main(["--project", str(tmp_path), "verify", "2569-6m"]) == 2
    assert "manifest.json" in capsys.readouterr().err
    assert cli.main(["--project", str(tmp_path), "verify", "2569-12m"]) == 2
    assert "dsw report 2569-12m" in capsys.readouterr().err
