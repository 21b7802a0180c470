"""What may go wrong around a run: kills, pipes in place of files, spoilt records, defects of our own."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from declared import dataset
from patience import PATIENCE, wait_for
from small_projects import HAND_OVER, ROUND, add, ran, run

from dsw_analysis import cli
from dsw_analysis.commands import files
from dsw_analysis.problems import DataError
from dsw_analysis.run.tasks import Project
from dsw_analysis.run.warm.processes import FORKS

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(not FORKS, reason="kills a group of processes")
def test_after_a_kill_no_temporary_folder_remains_once_the_next_run_has_ended(project, tmp_path, monkeypatch):
    places = tmp_path / "temporary"
    places.mkdir()
    monkeypatch.setenv("TMPDIR", str(places))
    monkeypatch.setattr(tempfile, "tempdir", None)
    begun = tmp_path / "begun"
    makes = "import pathlib, tempfile, time\nplace = tempfile.mkdtemp()\n"
    add(project, "01_good", f"{makes}pathlib.Path({str(begun)!r}).write_text(place)\ntime.sleep({PATIENCE})", HAND_OVER)
    command = [sys.executable, "-m", "dsw_analysis.cli", "--project", str(project.root), "run", "2569-6m"]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    wait_for(lambda: child.poll() is not None or begun.exists())
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    assert Path(begun.read_text()).is_relative_to(places)
    assert list(places.iterdir())

    add(project, "01_good", makes, HAND_OVER)
    assert ran(project) == ["good"]
    assert not list(places.iterdir())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_in_place_of_a_raw_file_is_refused_and_stops_nothing(project, monkeypatch):
    raw = project.data / "2569-6m"
    os.mkfifo(raw / "csr_activities.csv")
    add(project, "01_good", HAND_OVER, inputs=[{"dataset": "csr_activities", "file": "csr_activities.csv", "rows": 1}])
    assert ran(project) == ["good"]
    (raw / "careers.csv").write_text("x", encoding="utf-8")
    for registry, wanted in (("plan_projects", "plan_steps"), ("csr_activities", "csr_activities")):
        place = raw / f"{dataset(registry).stem}.csv"
        place.unlink(missing_ok=True)
        os.mkfifo(place)
        with pytest.raises(DataError, match="ไม่ใช่ไฟล์ข้อมูลปกติ"):
            dataset(wanted).load(ROUND, raw)


SHAPES = ["[]", '"x"', '{"made": []}', '{"made": {"good": []}}', '{"made": {"good": {"state": "ok"}}}']
SHAPES += ['{"made": {"good": {"state": "ok", "made_from": {}, "outputs": {"x": 1}}}}', "{}", "", "\x00"]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A project that has been run, to be copied."""
    root = tmp_path_factory.mktemp("finished")
    (root / "notebooks").mkdir()
    (root / "data" / "raw" / "2569-6m").mkdir(parents=True)
    add(Project(root=root), "01_good", HAND_OVER)
    run(Project(root=root))
    return root


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("record", ["manifest.json", "run.jsonl"])
def test_a_record_of_another_shape_means_that_all_is_made_again(finished, tmp_path, record, shape):
    project = Project(root=shutil.copytree(finished, tmp_path / "project"))
    assert ran(project) == []  # a copy is as finished as what it was made of
    out = project.outputs(ROUND)
    (out / "manifest.json").unlink()
    (out / record).write_text(shape + "\n" + shape, encoding="utf-8")
    assert ran(project) == ["good"]
    assert json.loads((out / "manifest.json").read_text(encoding="utf-8"))["made"]["good"]["state"] == "ok"


@pytest.mark.parametrize("shape", [*SHAPES, '{"findings": []}', "\xff\xfe"])
def test_a_spoilt_ledger_is_named_and_checks_do_without_it(project, capsys, shape):
    add(project, "01_good", HAND_OVER)
    out = project.outputs(ROUND)
    out.mkdir(parents=True)
    page, ledger = out / "page.html", out / "findings.json"
    page.write_text("<p>", encoding="utf-8")
    ledger.write_text(shape, encoding="latin-1")
    assert cli.main(["audit-report", str(page), "--findings", str(ledger)]) == 2
    assert "is no ledger that dsw wrote" in capsys.readouterr().err
    assert cli.main(["--project", str(project.root), "check", "2569-6m"]) == 1  # its files are missing
    assert "defect" not in capsys.readouterr().err


@pytest.mark.parametrize("error", [ValueError("bad"), KeyError("gone"), TypeError("odd"), ZeroDivisionError()])
def test_a_defect_of_ours_is_not_told_as_misuse(monkeypatch, capsys, error):
    def fail(_):
        raise error

    monkeypatch.setattr(files, "list_all", fail)
    assert cli.main(["list"]) == 3
    told = capsys.readouterr().err
    assert "a defect of dsw" in told
    assert "in fail" in told
    assert type(error).__name__ in told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "2569-6m", "--by", "province", "--only", "เชียงใหมม"], "เชียงใหม่"),
        (["run", "2569-6m", "--only", "ตาก"], "--only needs --by province"),
        (["template", "csr", "2569-6m"], "csr_activities"),
        (["audit-report", "no.html", "--findings", "no.json"], "no file no.html"),
    ],
)
def test_what_was_asked_for_in_vain_is_misuse_and_says_what_there_is(capsys, arguments, said):
    assert cli.main(["--project", str(ROOT), *arguments]) == 2
    assert said in capsys.readouterr().err
