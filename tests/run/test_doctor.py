"""``dsw doctor``: what is odd or missing on a machine is said in both languages, with what to do about it."""

import re
import sys
import tempfile

import pytest
import typst
from conftest import ROOT, ROUND

from dsw_analysis.cli import main
from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.intake.thai import provinces
from dsw_analysis.intake.writing import typefaces
from dsw_analysis.rounds import Round
from dsw_analysis.run import doctor
from dsw_analysis.run.tasks import Project

THAI, LATIN = re.compile("[ก-๛]"), re.compile("[A-Za-z]")


def found(root=ROOT):
    return list(doctor.examine(Project(root=root)))


def odd(root=ROOT):
    return [one for one in found(root) if not one.well]


def the(what, root=ROOT):
    """The one finding on a thing, which is said in both languages."""
    (one,) = (one for one in odd(root) if one.what.startswith(what))
    assert THAI.search(one.thai) and LATIN.search(one.english)
    return one


def test_nothing_is_grave_on_the_machine_of_these_tests(capsys):
    assert [str(one) for one in found() if one.grave] == []
    assert main(["--project", str(ROOT), "doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"ok    Python {sys.version_info[0]}.{sys.version_info[1]}.")
    assert any(line == f"ok    project: {ROOT}" for line in lines)


def test_a_python_that_was_not_tried_is_odd(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 99, 0, "final", 0))
    assert not the("Python 3.99.0").grave


LOCK = """\
# made by hand
--only-binary :all:
pandas==0.0.1 \\
    --hash=sha256:00
numpy==0.0.2 ; sys_platform == 'no such' \\
    --hash=sha256:00
no-such-package==1.0
"""


def test_a_version_that_is_not_the_locked_one_is_named(tmp_path):
    (tmp_path / "requirements.lock").write_text(LOCK, encoding="utf-8")
    assert [str(pin) for pin in doctor.locked(LOCK)] == ["pandas==0.0.1", "no-such-package==1.0"]
    one = the("requirements.lock", tmp_path)
    assert re.fullmatch(r"requirements\.lock: pandas \S+ \(==0\.0\.1\)", one.what)
    assert not one.grave


def test_a_package_that_is_not_installed_is_grave(monkeypatch, capsys):
    needs = ["no-such-package>=1", "no-such-extra ; extra == 'x'", "pandas"]
    monkeypatch.setattr(doctor.metadata, "requires", lambda name: needs)
    assert (the("packages").what, the("packages").grave) == ("packages: no-such-package", True)
    assert main(["--project", str(ROOT), "doctor"]) == 1
    assert "wrong packages: no-such-package" in capsys.readouterr().out


def test_a_typeface_that_is_gone_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(typefaces, "SARABUN", tmp_path)
    assert the("typefaces").what == "typefaces: Regular, Bold"


def test_a_program_that_does_not_start_is_named(monkeypatch):
    def refused(*_, **__):
        raise PermissionError(13, "Access is denied")

    monkeypatch.setattr(typst, "compile", refused)
    one = the("typst")
    assert one.grave and "Access is denied" in one.what


@pytest.mark.parametrize(("encoding", "holds"), [("utf-8", True), ("cp874", True), ("cp437", False), ("ascii", False)])
def test_a_terminal_that_cannot_show_thai_is_told_from_one_that_can(encoding, holds, monkeypatch):
    monkeypatch.setattr(sys, "stdout", type("Terminal", (), {"encoding": encoding}))
    assert any(one.what == f"terminal: {encoding}" for one in odd()) is not holds


def test_names_of_files_that_cannot_be_thai_are_grave(monkeypatch):
    monkeypatch.setattr(sys, "getfilesystemencoding", lambda: "ascii")
    assert the("names of files").grave


def test_a_folder_that_cannot_be_written_to_is_named(monkeypatch):
    make = tempfile.NamedTemporaryFile

    def refusing(dir=None, **more):
        if dir == ROOT / "data":
            raise PermissionError(13, "Permission denied")
        return make(dir=dir, **more)

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", refusing)
    assert the("folders").what == f"folders: {ROOT / 'data'}: Permission denied"


def test_a_folder_without_a_project_is_told_how_to_begin_one(tmp_path):
    assert "dsw init" in the("project", tmp_path).english


def test_no_path_of_a_run_is_longer_than_it_is_reckoned_with():
    """Briefs, and checked copies with two hashes in their names, each while it is written: ``….1234567.part``."""
    root, being_written = ROOT / "x", len(".1234567.part")
    project = Project(root=root)
    longest = max(len(path.name) for path in Project(root=ROOT).notebooks.glob("*.ipynb"))
    province = max((one.name_th for one in provinces()), key=len)
    brief = project.outputs(Round(2569, 12)) / "editions" / "12" / "provinces" / province / "notebooks"
    dataset = max(Schemas.of(Project(root=ROOT).data, Round.parse(ROUND)), key=len)
    copy = project.checked(Round(2569, 12)) / f"{dataset}-{'0' * 16}-{'0' * 64}.parquet"
    for path in (str(brief / ("x" * longest)), str(copy)):
        assert len(path) + being_written <= doctor.longest_path(root)


def test_what_cannot_be_looked_at_is_a_finding_and_the_rest_is_looked_at(monkeypatch):
    def broken(_):
        raise ImportError("no such module")
        yield

    monkeypatch.setattr(doctor, "_kernel", broken)
    assert "no such module" in the("broken").what
    assert any(one.what.startswith("project") for one in found())
