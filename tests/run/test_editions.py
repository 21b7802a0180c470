"""Outputs as sets: at no moment, killed or refused, do files of two editions stand in one folder."""

import contextlib
import os
import re
import shutil
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

import pytest
from kill_runs import PROVINCE, Forks, content, round_of, turn
from small_projects import DOCUMENT, HAND_OVER, ROUND, add

from dsw_analysis.cli import main
from dsw_analysis.intake.writing.whole import write_whole
from dsw_analysis.run.batch import Batch
from dsw_analysis.run.outputs import Outputs
from dsw_analysis.run.reports import FORMATS, write_briefs, write_report
from dsw_analysis.run.sections import run_sections
from dsw_analysis.run.steps import Progress
from dsw_analysis.run.tasks import Project


def editions(project):
    """Notebooks of two editions, in folders ``a`` and ``b``: a number changes, a section stays, goes and comes."""
    for version, value, title, extra in (("a", 3, "ชื่อแรก", "03_goes"), ("b", 4, "ชื่อใหม่", "04_comes")):
        finding = {**DOCUMENT["findings"][0], "id": "one.n", "section": "one", "value": value}
        add(project, "01_one", HAND_OVER, findings=[finding], title=title)
        add(project, "02_two", HAND_OVER)
        add(project, extra, HAND_OVER)
        project.notebooks.rename(project.root / version)
        project.notebooks.mkdir()


@dataclass
class Turned:
    """A project with edition ``a`` in place and the notebooks of ``b``, and what both hold."""

    project: Project
    old: dict
    new: dict

    @property
    def out(self):
        return self.project.outputs(ROUND)

    def in_place(self):
        return {name: held for name, held in content(self.out).items() if name[0] != "."}


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """Both editions, made once."""
    project = Project(root=tmp_path_factory.mktemp("editions"))
    project.notebooks.mkdir()
    (project.data / str(ROUND)).mkdir(parents=True)
    editions(project)
    made = {}
    for version in ("a", "b"):
        turn(project, version)
        round_of(project, Forks())
        made[version] = content(project.outputs(ROUND))
        if version == "a":
            shutil.copytree(project.outputs(ROUND), project.root / "kept")
    return Turned(project, made["a"], made["b"])


@pytest.fixture
def turned(both):
    """The old edition in place, the new one to be made."""
    turn(both.project, "b")
    shutil.rmtree(both.out)
    shutil.copytree(both.project.root / "kept", both.out)
    return both


@pytest.mark.parametrize(
    "name",
    ["report.docx", "findings.xlsx", "sections/one.html", "sections/goes.html", f"provinces/{PROVINCE}/findings.json"],
)
def test_a_file_that_another_program_holds_open_is_named_and_its_set_stays_whole(turned, monkeypatch, name):
    replace = os.replace

    def windows(source, target):
        if Path(source) == turned.out / name:
            raise PermissionError(13, "The process cannot access the file because it is being used by another process")
        replace(source, target)

    monkeypatch.setattr(os, "replace", windows)
    with pytest.raises(PermissionError, match=r"close it if it is open .* then run again") as caught:
        round_of(turned.project, Forks())
    assert Path(caught.value.filename) == turned.out / name
    scope = f"provinces/{PROVINCE}/" if name.startswith("provinces/") else ""
    for file, held in turned.old.items():
        if file.startswith("provinces/") == bool(scope):
            assert (turned.out / file).read_bytes() == held, file
    assert not (turned.out / ".exchange.json").exists()
    monkeypatch.undo()
    executor = Forks()
    round_of(turned.project, executor)
    assert turned.in_place() == content(turned.out) == turned.new
    assert "one" not in executor.asked and "report.docx" not in executor.asked


def test_a_full_disk_names_the_file_and_leaves_the_old_set_whole(turned, monkeypatch):
    write = Path.write_bytes

    def full(path, data):
        if path.name.startswith("report.pdf"):
            write(path, data[: len(data) // 2])
            raise OSError(28, "No space left on device")
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left on device") as caught:
        round_of(turned.project, Forks())
    assert Path(caught.value.filename).name == "report.pdf"
    assert turned.in_place() == turned.old
    monkeypatch.undo()
    round_of(turned.project, Forks())
    assert content(turned.out) == turned.new


class NoPdf(Forks):
    """Executor in which no PDF of the report can be made."""

    def submit(self, call, scratch, work, *arguments):
        if arguments[0] == "report.pdf":
            future = Future()
            future.set_exception(ValueError("no glyph for ⚠\nline\nline\nline"))
            return future
        return super().submit(call, scratch, work, *arguments)


def written(project, executor=None, formats=FORMATS, **options):
    """Names of the files of the report that are in place, and what was said."""
    said = []
    with Batch(project, ROUND, executor=executor or Forks(), progress=Progress(say=said.append), **options) as batch:
        return [path.name for path in write_report(batch, run_sections(batch), formats)], said


def test_a_format_that_fails_is_named_and_left_out_and_the_old_set_goes_only_when_that_is_allowed(turned):
    country = {name: held for name, held in turned.old.items() if not name.startswith("provinces/")}
    files, said = written(turned.project, NoPdf())
    assert files == []
    assert said[0] == "report.pdf could not be made and is left out: ValueError: no glyph for ⚠\nline\nline"
    assert said[1].startswith("outputs/2569-6m stays as it was: the new outputs lack report.pdf; they wait in")
    assert "--allow-missing" in said[1] and len(said) == 2
    assert {name: (turned.out / name).read_bytes() for name in country} == country

    files, said = written(turned.project, NoPdf(), allow_missing=True)
    assert files == ["report.html", "figures.html", "report.docx", "findings.xlsx"]
    assert len(said) == 1
    now = {name: held for name, held in turned.in_place().items() if not name.startswith("provinces/")}
    wanted = {name: held for name, held in turned.new.items() if not name.startswith("provinces/")}
    assert now == {name: held for name, held in wanted.items() if name != "report.pdf"}
    round_of(turned.project, Forks())
    assert content(turned.out) == turned.new


def test_the_command_ends_with_1_when_a_format_fails(turned, monkeypatch, capsys):
    shutil.rmtree(turned.out)
    monkeypatch.setattr("dsw_analysis.commands.running.audit", lambda batch, pages: {})  # they show no number
    monkeypatch.setattr("dsw_analysis.run.warm.processes.WarmExecutor", lambda jobs: contextlib.nullcontext(NoPdf()))
    command = ["--project", str(turned.project.root), "report", "2569-6m"]
    assert main(command) == 1
    assert "report.pdf could not be made" in capsys.readouterr().out
    assert sorted(path.name for path in turned.out.glob("report.*")) == ["report.docx", "report.html"]
    monkeypatch.setattr("dsw_analysis.run.warm.processes.WarmExecutor", lambda jobs: contextlib.nullcontext(Forks()))
    assert main(command) == 0
    assert {name: (turned.out / name).read_bytes() for name in turned.in_place()}.items() <= turned.new.items()


def test_one_format_or_none_does_not_take_the_place_of_a_whole_report(turned):
    for formats in (["html"], []):
        files, said = written(turned.project, formats=formats)
        assert files == []
        assert re.search(r"lack (report.html, figures.html, )?report.pdf, report.docx", said[-1])
    assert turned.in_place() == turned.old
    # What waits is made: the whole report needs only the formats that were not asked for.
    executor = Forks()
    written(turned.project, executor)
    assert executor.asked - {ROUND} == {"report.pdf", "report.docx"}
    # With all in place, one format asked for finds nothing to do.
    assert written(turned.project, Forks(), formats=["html"]) == (["report.html", "figures.html", "findings.xlsx"], [])


def test_a_run_without_report_waits_beside_a_report_of_other_numbers(turned, capsys):
    command = ["--project", str(turned.project.root), "run", "2569-6m"]
    assert main(command) == 0
    assert "outputs/2569-6m stays as it was: the new outputs lack report.html" in capsys.readouterr().out
    assert turned.in_place() == turned.old
    assert main(command) == 0
    assert (turned.out / ".next" / "findings.json").read_bytes() == turned.new["findings.json"]
    assert main([*command, "--allow-missing"]) == 0
    kept = {name for name in turned.new if not name.startswith(("report.", "provinces/"))} - {
        "findings.xlsx",
        "figures.html",
    }
    now = {name: held for name, held in turned.in_place().items() if not name.startswith("provinces/")}
    assert now == {name: turned.new[name] for name in kept}


def test_one_section_of_a_brief_made_anew_keeps_the_others_and_the_brief_whole(turned):
    turn(turned.project, "a")
    executor = Forks()
    with Batch(turned.project, ROUND, executor=executor, fresh=True) as batch:
        write_briefs(batch, [PROVINCE], ["two"])
    assert f"two/{PROVINCE}" in executor.asked and f"one/{PROVINCE}" not in executor.asked
    assert turned.in_place() == content(turned.out) == turned.old


def test_one_section_of_a_brief_does_not_take_its_place_when_others_have_changed(turned):
    said = []
    with Batch(turned.project, ROUND, executor=Forks(), progress=Progress(say=said.append)) as batch:
        write_briefs(batch, [PROVINCE], ["one"])
    assert [text.split(":")[0] for text in said] == [f"outputs/2569-6m/provinces/{PROVINCE} stays as it was"]
    assert turned.in_place() == turned.old


def outputs_of(folder):
    """An exchange with a file that stays, one that changes, one that goes and one that comes; and the moves of it."""
    for name, held in {"stays": b"both", "sub/changes": b"old", "goes": b"old", ".next/sub/changes": b"new"}.items():
        write_whole(folder / name, held)
    write_whole(folder / ".next" / "comes", b"new")
    return Outputs(folder), ("", ["stays", "sub/changes", "goes"], ["stays", "sub/changes", "comes"], {"edition": {}})


OLD = {"stays": b"both", "sub/changes": b"old", "goes": b"old"}
NEW = {"stays": b"both", "sub/changes": b"new", "comes": b"new"}


def standing(folder):
    return {name: held for name, held in content(folder).items() if name[0] != "."}


@pytest.mark.parametrize("failing", range(1, 5))  # two files go, two come
@pytest.mark.parametrize("back", [True, False])
def test_a_move_that_fails_is_undone_or_if_it_cannot_be_completed_by_the_next_run(tmp_path, monkeypatch, failing, back):
    outputs, exchange = outputs_of(tmp_path)
    replace, moves = os.replace, []

    def fails(source, target):
        if Path(source).name in ("changes", "goes", "comes"):
            moves.append(source)
            if len(moves) == failing or (len(moves) > failing and not back):
                raise PermissionError(13, "held")
        replace(source, target)

    monkeypatch.setattr(os, "replace", fails)
    with pytest.raises(PermissionError):
        outputs.exchange(*exchange)
    stand = standing(tmp_path)
    assert stand.items() <= OLD.items() or stand.items() <= NEW.items()
    if back or failing == 1:
        assert stand == OLD
    monkeypatch.undo()
    again = Outputs(tmp_path)
    if again.resume() is None:
        assert standing(tmp_path) == OLD
        again.exchange(*exchange)
    again.settle()
    assert standing(tmp_path) == content(tmp_path) == NEW
