"""The batch on notebooks made for it: what runs, what is reused, what is kept, and how failures are told."""

import hashlib
import io
import json
import re
import shutil
import subprocess
import sys

import nbformat
import openpyxl
import pytest
from conftest import ROOT
from filelock import FileLock
from patience import PATIENCE, wait_for
from small_projects import DOCUMENT, HAND_OVER, ROUND, add, ran, report, run

from dsw_analysis.cli import main
from dsw_analysis.intake.writing.whole import write_whole
from dsw_analysis.run.batch import Batch
from dsw_analysis.run.execution import execute
from dsw_analysis.run.steps import Progress, progress_on
from dsw_analysis.run.tasks import Project, Task
from dsw_analysis.run.warm.processes import run_fresh


def explained(project, capsys, *arguments):
    assert main(["--project", str(project.root), "run", "2569-6m", "--explain", *arguments]) == 0
    return dict(line.split(": ", 1) for line in capsys.readouterr().out.splitlines()[1:])


class NoWorkers:
    """An executor that must not be needed."""

    def submit(self, *_):
        raise AssertionError("something ran")


def test_each_notebook_ends_in_success_or_a_named_failure(project):
    add(project, "01_good", HAND_OVER, findings=DOCUMENT["findings"])
    add(project, "02_bad", "1 / 0", HAND_OVER)
    add(project, "03_leaves", "import sys; sys.exit(0)", HAND_OVER)
    add(project, "04_silent", "pass")
    add(project, "05_dies", "import os; os._exit(3)", HAND_OVER)
    told = []

    outcomes = {o.section: o for o in run(project, jobs=2, progress=Progress(done=told.append))}

    assert {s: o.state for s, o in outcomes.items()} == {
        "good": "ok",
        "bad": "failed",
        "leaves": "failed",
        "silent": "failed",
        "dies": "failed",
    }
    assert outcomes["bad"].details == "cell 4, line 1: ZeroDivisionError: division by zero\n    1 / 0"
    assert outcomes["bad"].error == "cell 4: ZeroDivisionError"  # In [4]: papermill adds a cell with the parameters
    assert "0 cells handed over findings" in outcomes["silent"].error
    assert all(o.error.count("\n") <= 2 for o in outcomes.values() if o.error)
    assert sorted(o.section for o in told) == sorted(outcomes)
    failed = project.outputs(ROUND) / "internal" / "failed"
    assert {p.name for p in failed.iterdir()} == {"02_bad.ipynb", "03_leaves.ipynb", "04_silent.ipynb", "05_dies.ipynb"}
    executed = json.loads((failed / "02_bad.ipynb").read_text(encoding="utf-8"))
    assert any(o["output_type"] == "error" for c in executed["cells"] for o in c.get("outputs", []))

    ledger = json.loads((project.outputs(ROUND) / "findings.json").read_text(encoding="utf-8"))
    assert [s["state"] for s in ledger["sections"]] == ["ok", "failed", "failed", "failed", "failed"]
    assert [f["id"] for f in ledger["findings"]] == ["good.n"]
    assert not list(project.outputs(ROUND).rglob("*.part"))
    assert not [p for p in (project.outputs(ROUND) / "notebooks").iterdir() if p.name.startswith(".")]


def test_the_report_shows_a_failed_section_and_the_command_ends_with_1(project, capsys):
    add(project, "01_good", HAND_OVER, findings=DOCUMENT["findings"])
    add(project, "02_bad", "raise ValueError('<script>ค่าผิด</script>')")

    assert main(["--project", str(project.root), "report", "2569-6m"]) == 1

    html = (project.outputs(ROUND) / "report.html").read_text(encoding="utf-8")
    assert "ประมวลผลส่วนนี้ไม่สำเร็จ" in html
    assert "cell 4: ValueError" in html and "ส่วนตัวอย่าง" in html
    assert "bad failed: cell 4, line 1: ValueError: <script>ค่าผิด</script>" in capsys.readouterr().err


def test_what_a_failed_section_showed_and_said_is_internal(project):
    """Cells before the error may show rows, and an error may quote a cell: neither leaves ``internal/``."""
    add(project, "01_good", HAND_OVER, findings=DOCUMENT["findings"])
    add(project, "02_bad", "'ผู้ร้อง' + str(201 * 201 + 13)", "raise KeyError('ผู้ร้อง' + str(201 * 201 + 13))", HAND_OVER)
    report(project, allow_missing=True)
    out = project.outputs(ROUND)
    found = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file() and b"40414" in p.read_bytes()}
    assert found == {"internal/failed/02_bad.ipynb"}
    assert (out / "sections" / "bad.html").is_file() and not (out / "notebooks" / "02_bad.ipynb").exists()
    assert main(["--project", str(project.root), "verify", "2569-6m"]) == 0

    add(project, "02_bad", HAND_OVER)
    report(project)
    assert not (out / "internal" / "failed" / "02_bad.ipynb").exists()


def test_unknown_parameters_are_refused_not_ignored(project):
    add(project, "01_good", HAND_OVER)
    task = Task(
        section="good",
        notebook="01_good.ipynb",
        content=(project.notebooks / "01_good.ipynb").read_bytes(),
        parameters={"round_id": "2569-6m", "provnce": "เชียงใหม่"},
        root=project.root,
    )
    assert "no parameter provnce" in run_fresh(execute, task).error


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "2569-6m", "--section", "nope"], "no notebook for section nope; there are good"),
        (["run", "2570-6m"], "put the round's files there"),
        (["check", "2570-6m"], "put the round's raw files there"),
        (["check", "2570-6m", "--file", "x"], "no file x"),
    ],
)
def test_misuse_is_named_and_ends_with_2(project, capsys, arguments, said):
    add(project, "01_good", HAND_OVER)
    assert main(["--project", str(project.root), *arguments]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "2569"],
        ["run", "2569-6m", "--jobs", "0"],
        ["run", "2569-6m", "--jobs", "๒"],
        [],
    ],
)
def test_arguments_that_cannot_be_read_end_with_2(arguments):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2


def test_a_folder_without_notebooks_says_where_to_go(tmp_path, capsys):
    assert main(["--project", str(tmp_path), "list"]) == 2
    shown = capsys.readouterr()
    assert "run dsw in the project's folder" in shown.err and shown.out == ""


def test_only_what_changed_runs_again_and_explain_says_why(project, capsys):
    raw = project.data / "2569-6m"
    (raw / "public_opinion.csv").write_text("a", encoding="utf-8")
    inputs = [{"dataset": "public_opinion", "file": "public_opinion.csv", "rows": 1}]
    for name in ("01_one", "02_two", "03_three"):
        add(project, name, HAND_OVER, inputs=inputs if name == "02_two" else [])
    assert explained(project, capsys) == dict.fromkeys(["one", "two", "three"], "never made")
    assert ran(project) == ["one", "two", "three"]

    assert explained(project, capsys) == dict.fromkeys(["one", "two", "three"], "current")
    assert ran(project) == []

    (raw / "public_opinion.csv").write_text("b", encoding="utf-8")
    (raw / "csr_activities.csv").write_text("of no section here", encoding="utf-8")
    assert explained(project, capsys) == {
        "one": "current",
        "two": "input public_opinion.csv changed",
        "three": "current",
    }
    assert ran(project) == ["two"]

    (raw / "public_opinion.xlsx").write_text("a second file of the dataset", encoding="utf-8")
    assert explained(project, capsys)["two"] == "input public_opinion.xlsx is new"
    assert ran(project) == ["two"]

    add(project, "03_three", "'another cell'", HAND_OVER)
    assert explained(project, capsys)["three"] == "its notebook changed"
    assert ran(project) == ["three"]

    (project.outputs(ROUND) / "notebooks" / "01_one.ipynb").unlink()
    (project.outputs(ROUND) / "sections" / "two.html").write_text("<p>torn", encoding="utf-8")
    told = explained(project, capsys)
    assert told["one"] == "notebooks/01_one.ipynb is missing"
    assert told["two"] == "sections/two.html is not as it was written"
    assert ran(project) == ["one", "two"]

    assert explained(project, capsys, "--accept-partial")["one"] == "parameter accept_partial is new"
    (project.root / "requirements.lock").write_text("pandas==9", encoding="utf-8")
    assert explained(project, capsys) == dict.fromkeys(["one", "two", "three"], "the lock file changed")
    assert ran(project) == ["one", "two", "three"]
    assert ran(project, fresh=True) == ["one", "two", "three"]


def test_a_change_of_the_package_runs_everything(project, tmp_path):
    add(project, "01_one", HAND_OVER)
    assert ran(project) == ["one"]
    manifest = project.outputs(ROUND) / "manifest.json"
    content = json.loads(manifest.read_text(encoding="utf-8"))
    content["made"]["one"]["made_from"]["package"] = "of an older version"
    manifest.write_text(json.dumps(content), encoding="utf-8")
    assert ran(project) == ["one"]


def test_a_run_without_changes_starts_no_process_and_writes_nothing(project):
    add(project, "01_one", HAND_OVER, findings=[{**DOCUMENT["findings"][0], "id": "one.n", "section": "one"}])
    report(project)
    out = project.outputs(ROUND)
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}
    report(project, executor=NoWorkers())
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()} == before
    (out / "report.html").unlink()
    with pytest.raises(AssertionError, match="something ran"):
        report(project, executor=NoWorkers())


def test_what_finds_that_nothing_changed_is_imported_without_pandas():
    """The command itself starts at once; tables are read in processes that it starts when something is due."""
    code = "import sys, dsw_analysis.cli, dsw_analysis.commands.running; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_deleted_outputs_come_back_with_the_same_bytes_and_nothing_else_is_made(project):
    add(project, "01_one", HAND_OVER)
    add(project, "02_two", HAND_OVER)
    report(project)
    out = project.outputs(ROUND)
    whole = {path: path.read_bytes() for path in out.rglob("*") if path.suffix in (".html", ".ipynb", ".json", ".xlsx")}
    del whole[out / "manifest.json"]
    assert len(whole) == 8
    for path, content in whole.items():
        untouched = {p: p.stat().st_mtime_ns for p in whole if p.stem[-3:] != path.stem[-3:]}
        path.unlink()
        report(project)
        assert path.read_bytes() == content, path
        assert {p: p.stat().st_mtime_ns for p in untouched} == untouched, path


def test_a_failure_keeps_the_last_complete_report_and_says_so(project, capsys):
    add(project, "01_one", HAND_OVER)
    add(project, "02_two", HAND_OVER)
    report(project)
    out = project.outputs(ROUND)
    complete = {name: (out / name).read_bytes() for name in ("report.html", "findings.json", "findings.xlsx")}
    add(project, "02_two", "1 / 0")

    assert main(["--project", str(project.root), "report", "2569-6m", "--to", "html"]) == 1

    assert {name: (out / name).read_bytes() for name in complete} == complete
    printed = capsys.readouterr()
    lack = "sections that failed, wait for data or are not up to date"
    said = f"outputs/2569-6m stays as it was: the new outputs lack {lack}"
    assert printed.out.count("stays as it was") == printed.out.count(said) == 1
    assert "two failed: cell 4, line 1: ZeroDivisionError: division by zero" in printed.err
    executed = out / "internal" / "failed" / "02_two.ipynb"
    assert f"executed notebook: {executed}" in printed.err
    assert "ZeroDivisionError" in executed.read_text(encoding="utf-8")
    assert ran(project) == ["two"], "a failed section is tried again"

    add(project, "02_two", "'mended'", HAND_OVER, title="ส่วนที่แก้แล้ว")
    report(project)
    assert "ส่วนที่แก้แล้ว" in (out / "report.html").read_text(encoding="utf-8")
    assert not executed.exists()


def test_one_section_alone_leaves_the_others_in_the_ledger_and_in_the_report(project):
    add(project, "01_one", HAND_OVER)
    add(project, "02_two", HAND_OVER)
    report(project)
    add(project, "01_one", HAND_OVER, title="ชื่อใหม่")
    out = project.outputs(ROUND)
    assert report(project, ["one"]) == [out / name for name in ("report.html", "figures.html", "findings.xlsx")]
    ledger = json.loads((out / "findings.json").read_text(encoding="utf-8"))
    assert [(s["section"], s["title"]) for s in ledger["sections"]] == [("one", "ชื่อใหม่"), ("two", "ส่วนตัวอย่าง")]
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "ชื่อใหม่" in page
    assert "ส่วนตัวอย่าง" in page
    assert ran(project) == []


def test_one_section_alone_does_not_make_a_report_with_sections_that_have_changed(project, capsys):
    add(project, "01_one", HAND_OVER)
    add(project, "02_two", HAND_OVER)
    run(project)
    whole = (project.outputs(ROUND) / "findings.json").read_bytes()
    add(project, "01_one", HAND_OVER, title="ชื่อใหม่")
    add(project, "02_two", HAND_OVER, title="ชื่อใหม่")
    assert main(["--project", str(project.root), "report", "2569-6m", "--section", "one", "--to", "html"]) == 1
    printed = capsys.readouterr().out
    assert "outputs/2569-6m stays as it was" in printed
    assert (project.outputs(ROUND) / "findings.json").read_bytes() == whole
    assert not (project.outputs(ROUND) / "report.html").exists()


@pytest.mark.parametrize("state", ["as it was left", "lost"])
def test_a_section_made_anew_alone_keeps_all_others_and_the_report_whole(project, state):
    add(project, "00_summary", HAND_OVER)
    add(project, "01_one", HAND_OVER)
    add(project, "02_two", HAND_OVER)
    report(project)
    out = project.outputs(ROUND)
    held = {path: path.read_bytes() for path in out.rglob("*") if path.suffix in (".html", ".xlsx", ".ipynb")}
    held[out / "findings.json"] = (out / "findings.json").read_bytes()
    if state == "lost":
        (out / "manifest.json").unlink()
        (out / "run.jsonl").unlink()
    said = []
    files = report(project, ["one"], fresh=True, progress=Progress(say=said.append))
    assert {path: path.read_bytes() for path in held} == held
    if state == "lost":  # nothing is known of the others, so that one section alone is no report
        assert files == []
        assert said[0].startswith("outputs/2569-6m stays as it was")
    else:
        assert files == [out / name for name in ("report.html", "figures.html", "findings.xlsx")]
        assert ran(project) == []


def test_a_run_made_anew_runs_all_that_was_asked_for_and_knows_the_report_afterwards(project):
    add(project, "00_summary", HAND_OVER)
    add(project, "01_one", HAND_OVER)
    add(project, "02_two", HAND_OVER)
    files = report(project)
    assert [(o.section, o.reused) for o in run(project, ["one"], fresh=True)] == [
        ("one", False),
        ("two", True),
        ("summary", True),
    ]
    assert ran(project, fresh=True) == ["one", "two", "summary"]
    # The numbers are the same, so the report is current: it need not be made again, and nothing waits.
    assert report(project, executor=NoWorkers()) == files
    made = json.loads((project.outputs(ROUND) / "manifest.json").read_text(encoding="utf-8"))["made"]
    assert {"report.html", "findings.xlsx", "findings.json", "edition"} <= set(made)
    assert not (project.outputs(ROUND) / ".next").exists()


def hash_of(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def real(project, *names):
    """Real sections in a small project; returns its folder of raw files."""
    raw = project.data / "2569-6m"
    for name in ("action_plan.xlsx", "public_opinion.csv", "datapackage.json"):
        shutil.copy(ROOT / "data" / "raw" / "2569-6m" / name, raw / name)
    for name in names:
        (path,) = (ROOT / "notebooks").glob(f"*_{name}.ipynb")
        shutil.copy(path, project.notebooks / path.name)
    return raw


def insert(project, name, place, code):
    """Put a cell of code into a copied notebook."""
    (path,) = project.notebooks.glob(f"*_{name}.ipynb")
    book = nbformat.read(path, as_version=4)
    book.cells.insert(place if place >= 0 else len(book.cells) + 1 + place, nbformat.v4.new_code_cell(code))
    nbformat.write(book, path)


def replacing(file, other):
    return f"from pathlib import Path\nPath({str(other)!r}).replace({str(file)!r})"


def test_a_raw_file_replaced_while_a_run_reads_it_is_named_by_what_was_read_and_makes_the_next_run(project, capsys):
    raw = real(project, "public_opinion")
    file, before = raw / "public_opinion.csv", hash_of(raw / "public_opinion.csv")
    other = project.root / "other.csv"
    other.write_text(
        file.read_text(encoding="utf-8-sig").replace("ม.ค. 69,7,6,1", "ม.ค. 69,8,7,1"), encoding="utf-8-sig"
    )
    after = hash_of(other)
    insert(project, "public_opinion", -2, replacing(file, other))  # before close(), after all that reads
    run(project)
    assert hash_of(file) == after != before
    out = project.outputs(ROUND)
    ledger = json.loads((out / "findings.json").read_text(encoding="utf-8"))
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    found = {f["sha256"] for f in ledger["findings"] if f.get("dataset") == "public_opinion"}
    assert found == {before}
    assert manifest["made"]["public_opinion"]["made_from"]["inputs"] == {
        "public_opinion.csv": before,
        "action_plan.xlsx": hash_of(raw / "action_plan.xlsx"),
        "datapackage.json": hash_of(raw / "datapackage.json"),
        **{
            f"../data/schemas/{name}.yaml": None  # it could have its own; it goes by those of the package
            for name in (
                "plan_projects",
                "plan_steps",
                "plan_indicators",
                "plan_topics",
                "plan_decisions",
            )
        },
        "../data/schemas/public_opinion.yaml": hash_of(project.schemas / "public_opinion.yaml"),
    }
    assert manifest["inputs"]["public_opinion.csv"]["sha256"] == before

    assert explained(project, capsys) == {"public_opinion": "input public_opinion.csv changed"}
    other.write_bytes(file.read_bytes())
    assert ran(project) == ["public_opinion"]
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["inputs"]["public_opinion.csv"]["sha256"] == after
    assert explained(project, capsys) == {"public_opinion": "current"}


def test_sections_that_read_two_versions_of_a_file_make_no_report(project, capsys):
    raw = real(project, "public_opinion", "five_year_plan")
    run(project)
    out = project.outputs(ROUND)
    whole = (out / "findings.json").read_bytes()
    other = project.root / "other.xlsx"
    book = openpyxl.load_workbook(raw / "action_plan.xlsx")
    book.properties.title = "another"
    book.save(other)
    # Both are made anew, one after the other; whichever is the first has the plan replaced when it has read it.
    once = f"from pathlib import Path\nif Path({str(other)!r}).exists():\n    "
    for name in ("public_opinion", "five_year_plan"):
        insert(project, name, -2, once + replacing(raw / "action_plan.xlsx", other).splitlines()[1])
    assert main(["--project", str(project.root), "run", "2569-6m", "--jobs", "1"]) == 1
    assert "action_plan.xlsx was replaced while the sections were reading it" in capsys.readouterr().err
    assert (out / "findings.json").read_bytes() == whole
    assert len({"public_opinion", "five_year_plan"} & set(ran(project))) == 1  # beside those that show the plan alone
    assert {
        i["sha256"] for i in json.loads((out / "findings.json").read_bytes())["inputs"] if "plan" in i["dataset"]
    } == {hash_of(raw / "action_plan.xlsx")}


def test_a_section_that_reads_two_versions_of_a_file_fails(project):
    raw = real(project, "public_opinion")
    other = project.root / "other.csv"
    other.write_bytes((raw / "public_opinion.csv").read_bytes() + b"\n")
    again = '\ns.load("public_opinion")'
    insert(project, "public_opinion", -2, replacing(raw / "public_opinion.csv", other) + again)
    (outcome,) = run(project)
    assert "ไฟล์ถูกแก้ไขหรือถูกแทนที่ระหว่างอ่าน" in outcome.details
    assert ran(project) == ["public_opinion"]


def test_made_anew_means_from_the_raw_files(project):
    real(project, "public_opinion")
    run(project)
    checked = project.root / "data" / "checked" / "2569-6m"
    left = checked / "left.parquet"
    assert {path.name.split("-")[0] for path in checked.iterdir()} >= {"public_opinion", "plan_projects"}
    left.write_bytes(b"of an earlier day")
    run(project, ["public_opinion"])
    assert left.exists()
    run(project, ["public_opinion"], fresh=True)
    assert not left.exists()
    assert any(path.name.startswith("public_opinion-") for path in checked.iterdir())


def test_a_summary_of_older_numbers_is_not_listed(project, capsys):
    add(project, "00_summary", HAND_OVER)
    add(project, "01_one", HAND_OVER)
    after = "after the others, if anything it rests on changed"
    assert explained(project, capsys) == {"one": "never made", "summary": after}
    assert ran(project) == ["one", "summary"]
    assert explained(project, capsys) == {"one": "current", "summary": "current"}
    add(project, "01_one", "'other'", HAND_OVER)
    assert [(o.section, o.reused) for o in run(project, ["one"])] == [("one", False), ("summary", True)]
    add(project, "01_one", HAND_OVER, title="ชื่อใหม่")
    assert [(o.section, o.reused) for o in run(project, ["one"])] == [("one", False)]
    assert explained(project, capsys)["summary"] == "input outputs/2569-6m/findings.json changed"
    assert ran(project) == ["summary"]


def test_the_manifest_says_what_was_made_from_what(project):
    raw = project.data / "2569-6m"
    (raw / "public_opinion.csv").write_text("abc", encoding="utf-8")
    (project.root / "requirements.lock").write_text("", encoding="utf-8")
    add(project, "01_one", HAND_OVER, inputs=[{"dataset": "public_opinion", "file": "public_opinion.csv", "rows": 5}])
    run(project)
    manifest = json.loads((project.outputs(ROUND) / "manifest.json").read_text(encoding="utf-8"))
    # Hashes of "abc" and of nothing: FIPS 180-2, appendix B.1, and its empty message.
    abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert manifest["inputs"] == {"public_opinion.csv": {"sha256": abc, "rows": {"public_opinion": 5}}}
    assert manifest["lock"] == nothing
    assert manifest["round"] == "2569-6m"
    assert manifest["versions"]["python"] == ".".join(map(str, sys.version_info[:3]))
    made = manifest["made"]["one"]
    assert made["state"] == "ok"
    assert made["seconds"] > 0
    assert made["made_from"]["parameters"] == {"round_id": "2569-6m"}
    assert set(made["outputs"]) == {"notebooks/01_one.ipynb", "sections/one.html"}


def test_executed_notebooks_hold_no_time_and_no_folder(project, tmp_path_factory):
    add(project, "01_one", HAND_OVER)
    add(project, "02_bad", "1 / 0")
    run(project)
    there = tmp_path_factory.mktemp("there")
    other = Project(root=there)
    other.notebooks.mkdir()
    (other.data / "2569-6m").mkdir(parents=True)
    for path in project.notebooks.iterdir():
        (other.notebooks / path.name).write_bytes(path.read_bytes())
    run(other)
    for file in ("notebooks/01_one.ipynb", "internal/failed/02_bad.ipynb"):
        assert (project.outputs(ROUND) / file).read_bytes() == (other.outputs(ROUND) / file).read_bytes()


def test_every_event_is_a_line_of_the_log(project):
    add(project, "01_one", HAND_OVER)
    add(project, "02_bad", "1 / 0")
    run(project)
    lines = (project.outputs(ROUND) / "run.jsonl").read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in lines]
    assert [events[0]["event"], events[-1]["event"]] == ["begin", "end"]
    named = {"one": "made", "bad": "failed", "findings.json": "made", "edition": "made"}
    assert {e["name"]: e["event"] for e in events[1:-1]} == named
    assert all("time" in event for event in events)
    assert {e["name"]: e["reasons"] for e in events if e.get("name") in ("one", "bad")} == {
        "one": ["never made"],
        "bad": ["never made"],
    }


def test_what_an_interrupted_run_finished_stays_finished(project):
    add(project, "01_one", HAND_OVER)
    add(project, "02_two", HAND_OVER)
    with pytest.raises(KeyboardInterrupt), Batch(project, ROUND, jobs=1) as batch:
        for _ in batch.carry_out(batch.planner.plan()):
            batch.manifest.save = lambda **_: None
            raise KeyboardInterrupt
    out = project.outputs(ROUND)
    # As after a kill: only the log was written, its last line is torn, and a file is half there.
    *events, end = (out / "run.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    assert '"end"' in end
    (out / "run.jsonl").write_text("".join(events) + '{"event": "made", "na', encoding="utf-8")
    (out / "report.html.1.part").write_text("<html", encoding="utf-8")
    assert ran(project) == ["two"]
    assert ran(project) == []
    assert not list(out.rglob("*.part"))


def test_two_runs_at_once_wait_for_each_other(project):
    add(project, "01_one", HAND_OVER)
    out = project.outputs(ROUND)
    out.mkdir(parents=True)
    said = []
    with (
        FileLock(out / ".lock"),
        pytest.raises(TimeoutError, match="another run is still at work on 2569-6m"),
        Batch(project, ROUND, wait=0.1, progress=Progress(say=said.append)),
    ):
        pass
    assert said == ["another run is at work on 2569-6m; waiting for it to end"]
    assert ran(project) == ["one"]


def test_two_commands_at_once_end_well(project):
    add(project, "01_one", HAND_OVER)
    gate = project.root / "gate"
    waits = f"import pathlib, time\nwhile not pathlib.Path({str(gate)!r}).exists():\n    time.sleep(0.02)"
    add(project, "02_two", waits, HAND_OVER)
    command = [sys.executable, "-um", "dsw_analysis.cli", "--project", str(project.root), "run", "2569-6m"]
    runs, said = [], [project.root / "first.txt", project.root / "second.txt"]
    for file in said:
        with file.open("wb") as target:
            runs.append(subprocess.Popen(command, stdout=target))
    wait_for(lambda: any("another run is at work" in file.read_text(encoding="utf-8") for file in said))
    gate.touch()
    assert [run.wait(PATIENCE) for run in runs] == [0, 0]
    printed = [file.read_text(encoding="utf-8") for file in said]
    first, second = sorted(printed, key=lambda text: "another run is at work" in text)
    assert "current" not in first
    assert second.count("current") == 2


def test_what_cannot_be_written_is_named_and_the_rest_kept(project, capsys, monkeypatch):
    add(project, "01_one", HAND_OVER)
    add(project, "02_two", HAND_OVER)
    run(project, ["one"])
    (project.outputs(ROUND) / "notebooks" / "02_two.ipynb").mkdir()
    assert main(["--project", str(project.root), "run", "2569-6m"]) == 1
    message = capsys.readouterr().err
    assert "02_two.ipynb: stands where an output belongs and is no file; move it away" in message
    assert "the next run goes on from there" in message
    (project.outputs(ROUND) / "notebooks" / "02_two.ipynb").rmdir()  # it is there still, with whatever it held
    assert ran(project) == []
    assert (project.outputs(ROUND) / "notebooks" / "02_two.ipynb").is_file()


def test_a_full_disk_leaves_the_old_file_and_no_rest(tmp_path):
    resource = pytest.importorskip("resource")
    path = tmp_path / "report.html"
    path.write_bytes(b"good")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(OSError, match=r"report\.html"):
            write_whole(path, b"x" * 2000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]
    assert path.read_bytes() == b"good"


def test_an_input_that_cannot_be_read_is_named(project, capsys):
    add(project, "01_one", HAND_OVER, inputs=[{"dataset": "public_opinion", "file": "public_opinion.csv", "rows": 1}])
    raw = project.data / "2569-6m" / "public_opinion.csv"
    raw.write_text("a", encoding="utf-8")
    run(project)
    raw.unlink()
    raw.symlink_to(raw)  # a loop: there, but not to be read, even by the superuser
    assert main(["--project", str(project.root), "run", "2569-6m"]) == 1
    assert "public_opinion.csv" in capsys.readouterr().err


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_terminal_gets_a_bar_with_the_time_left_and_a_log_plain_lines(project):
    add(project, "01_one", HAND_OVER)
    add(project, "02_bad", "1 / 0")
    terminal, log = Terminal(), io.StringIO()
    run(project, progress=progress_on(terminal))
    drawn = terminal.getvalue()
    assert "100%" in drawn
    assert "2/2 [" in drawn
    assert "failed  bad" in drawn
    run(project, progress=progress_on(log))
    assert [re.sub(r"\d+\.\d s", "… s", line) for line in log.getvalue().splitlines()] == [
        "1/2  current  one",
        "2/2  failed   bad  … s",
    ]


def test_what_a_page_leaves_out_is_said_by_section_notebook_and_cell_even_when_nothing_runs(project):
    add(project, "01_good", HAND_OVER)
    path = project.notebooks / "01_good.ipynb"
    book = nbformat.read(path, 4)
    book.cells.insert(0, nbformat.v4.new_markdown_cell("![แผนผัง](chart.png)"))
    nbformat.write(book, path)
    for _ in range(2):
        said = []
        run(project, progress=Progress(say=said.append))
        (note,) = said
        assert note.startswith("good (01_good.ipynb), cell 1 (![แผนผัง](chart.png)): the picture chart.png is in a file")
