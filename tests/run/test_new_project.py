"""A project begun in a folder of its own, by the package as it is installed: nothing of this checkout is needed."""

import contextlib
import json
import os
import subprocess
import sys
import zipfile
from datetime import date

import pytest
from conftest import ROOT, hashes
from flit_core import buildapi

from dsw_analysis.cli import main
from dsw_analysis.run.new_project import current_round

PACKAGE = ROOT / "src" / "dsw_analysis"
FOUND = {
    "sample.units": 9,
    "sample.units.central": 2,
    "sample.units.regional": 4,
    "sample.units.local": 3,
    "sample.done_share": 500 / 9,
    "sample.done_share.central": 50,
    "sample.done_share.regional": 75,
    "sample.done_share.local": 100 / 3,
    "sample.participants": 320,
    "sample.steps": 3,
}
"""Counted by hand in the sample file and in the plan."""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Folder with the package as its wheel installs it."""
    folder = tmp_path_factory.mktemp("wheel")
    with contextlib.chdir(ROOT):
        wheel = buildapi.build_wheel(str(folder))
    with zipfile.ZipFile(folder / wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_holds_all_that_lies_in_the_package(installed):
    def names(package):
        return {p.relative_to(package).as_posix() for p in package.rglob("*") if p.is_file() and p.suffix != ".pyc"}

    assert names(installed / "dsw_analysis") == names(PACKAGE)
    assert {"schemas/plan_projects.yaml", "templates/summary.ipynb", "templates/docx/word/styles.xml"} <= names(PACKAGE)


def test_a_project_begun_by_the_installed_package_is_checked_and_reported(installed, tmp_path):
    program = (
        f"import sys, dsw_analysis\nassert dsw_analysis.__file__.startswith({str(installed)!r})\n"
        "from dsw_analysis.cli import main\nsys.exit(main(sys.argv[1:]))"
    )

    def dsw(*arguments, folder=tmp_path):
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            cwd=folder, env={**os.environ, "PYTHONPATH": str(installed)},
            capture_output=True, text=True, check=False, encoding="utf-8",
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    root = tmp_path / "โครงการ ใหม่"
    told = dsw("init", root.name, "--round", "2570-3m").splitlines()
    assert told[-1] == f'next: dsw --project "{root.name}" report 2570-3m'
    assert "ไม่พบปัญหา" in dsw("check", "2570-3m", folder=root)
    dsw("report", "2570-3m", folder=root)
    out = root / "outputs" / "2570-3m"
    document = json.loads((out / "findings.json").read_text(encoding="utf-8"))
    values = {f["id"]: f["value"] for f in document["findings"]}
    assert {id_: values[id_] for id_ in FOUND} == pytest.approx(FOUND)
    html = (out / "report.html").read_text(encoding="utf-8")
    assert "รายงานผลการดำเนินงานตามแผนปฏิบัติการ" in html
    assert "พัฒนาสังคมและสวัสดิการ" not in html, "the words of another department"
    assert (out / "report.pdf").read_bytes().startswith(b"%PDF")
    assert zipfile.is_zipfile(out / "report.docx")


@pytest.fixture
def begun(tmp_path):
    root = tmp_path / "own"
    assert main(["init", str(root), "--round", "2570-3m"]) == 0
    return root


def test_the_same_round_gives_the_same_bytes(begun, tmp_path):
    assert main(["init", str(tmp_path / "other"), "--round", "2570-3m"]) == 0
    assert hashes(tmp_path / "other") == hashes(begun)


def test_a_begun_project_goes_on_to_sections_and_rounds(begun, capsys):
    dsw = ["--project", str(begun)]
    assert main([*dsw, "new", "section", "visits", "--title", "การเยี่ยมบ้าน"]) == 0
    assert main([*dsw, "new", "2570-6m", "--from", "2570-3m"]) == 0
    capsys.readouterr()
    assert main([*dsw, "check", "2570-3m"]) == 0
    assert main([*dsw, "list"]) == 0
    listed = capsys.readouterr().out
    for name in ("01_sample.ipynb", "02_visits.ipynb", "การเยี่ยมบ้าน"):
        assert name in listed
    forms = begun / "data" / "raw" / "2570-6m" / "forms"
    assert {path.stem for path in forms.iterdir()} == {"sample", "visits", "returns", "checklist"}


def test_a_folder_that_is_not_empty_stays_as_it_is(tmp_path, capsys):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for folder in (tmp_path, tmp_path / "file"):
        assert main(["init", str(folder), "--round", "2570-3m"]) == 2
        assert "not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("today", "round_"),
    [
        (date(2026, 9, 30), "2569-12m"),
        (date(2026, 10, 1), "2570-3m"),
        (date(2026, 12, 31), "2570-3m"),
        (date(2027, 1, 1), "2570-6m"),
        (date(2027, 4, 1), "2570-9m"),
        (date(2027, 9, 30), "2570-12m"),
    ],
)
def test_a_project_begins_with_the_round_that_today_falls_in(today, round_):
    assert str(current_round(today)) == round_


def test_the_summary_of_a_new_project_is_ours():
    ours = (ROOT / "notebooks" / "00_summary.ipynb").read_bytes()
    assert (PACKAGE / "templates" / "summary.ipynb").read_bytes() == ours
