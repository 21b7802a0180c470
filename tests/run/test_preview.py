"""The preview: what is saved shows in the browser where the reader was, made of nothing but what depends on it."""

import contextlib
import json
import re
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request

import openpyxl
import psutil
import pytest
from conftest import hashes
from patience import wait_for
from test_machines import AS_ON_WINDOWS, beginning_with

from dsw_analysis.cli import main
from dsw_analysis.run.warm.processes import FORKS

ROUND = "2570-3m"


class Preview:
    """A preview in a process of its own; what it prints, and what it tells browsers."""

    def __init__(self, root, *options, first=None):
        command = [sys.executable, "-m", "dsw_analysis.cli", "--project", str(root), "preview", ROUND, "--no-open"]
        # A file has what was printed before an event was told; a pipe's reader may come to it later.
        self._said = root.parent / f"said{len([*root.parent.glob('said*')])}"
        with self._said.open("wb") as said:
            self.process = subprocess.Popen(
                [*command, *options], stdout=said, stderr=said, env=beginning_with(first) if first else None
            )
        self.events = []
        wait_for(lambda: len(self.lines) > 1 or self.process.poll() is not None)
        self.address = self.lines[0]
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def lines(self):
        """What it printed, line by line."""
        return self._said.read_bytes().decode().split("\n")[:-1]

    def _listen(self):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.address}events") as stream:
            for line in stream:
                told = json.loads(line[6:]) if line.startswith(b"data: ") else None
                if told and [told] != self.events[-1:]:  # else it is said again, so that the connection is kept
                    self.events.append(told)

    def page(self, name="report.html"):
        with urllib.request.urlopen(self.address + name) as found:
            return found.read().decode()

    def first(self):
        """The first page."""
        wait_for(lambda: self.events and not self.events[-1]["busy"])
        return self

    def after(self, change):
        """Do something to a file; gives what ran of it, and the last event."""
        lines, events = len(self.lines), len(self.events)
        change()
        # That it is busy may never be told, if it is not for long.
        wait_for(lambda: len(self.events) > events and not self.events[-1]["busy"])
        return {line.split()[0] for line in self.lines[lines:] if re.fullmatch(r"\w+  [\d.]+ s", line)}, self.events[-1]

    def end(self):
        self.process.send_signal(signal.SIGINT)
        return self.process.wait()


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A project of two sections and the summary, whose outputs are in place."""
    root = tmp_path_factory.mktemp("preview") / "โครงการ"
    assert main(["init", str(root), "--round", ROUND]) == 0
    assert main(["--project", str(root), "new", "section", "volunteers", "--title", "อาสาสมัคร"]) == 0
    assert main(["--project", str(root), "report", ROUND, "--to", "html"]) == 0
    return root


@pytest.fixture(scope="module")
def preview(root):
    shown = Preview(root).first()
    yield shown
    shown.process.kill()


def published(root):
    return {n: h for n, h in hashes(root / "outputs" / ROUND).items() if not n.startswith("internal/preview/")}


def raw(root, name):
    return root / "data" / "raw" / ROUND / name


def saved(path, *swaps):
    """Saves a file with some of its text in other words."""

    def save():
        text = path.read_bytes().decode()
        for old, new in swaps:
            assert old in text
            text = text.replace(old, new)
        put(path, text.encode())

    return save


def put(path, content):
    """Save a file whole, as most programs do."""
    beside = path.with_name(f".{path.name}")
    beside.write_bytes(content)
    beside.replace(path)


def test_a_preview_begins_with_what_is_in_place_and_runs_nothing(root, preview):
    place = root / "outputs" / ROUND
    assert len(preview.lines) == 2
    for name in ("report.html", "figures.html"):
        assert preview.page(name) == (place / name).read_text(encoding="utf-8")


def test_a_saved_notebook_shows_first_and_in_the_summary_then(root, preview):
    before, number = published(root), preview.events[-1]["page"]
    notebook = root / "notebooks" / "02_volunteers.ipynb"
    ran, told = preview.after(saved(notebook, ("มีผู้เข้าร่วม", "มีผู้มาร่วม")))
    assert ran <= {"volunteers", "summary"} and "volunteers" in ran
    assert told["page"] > number and told["failed"] == []
    assert "มีผู้มาร่วม" in preview.page()
    assert published(root) == before


def test_a_raw_file_a_schema_and_a_correction_run_what_rests_on_them(root, preview):
    assert "มีผู้มาร่วม 320 คน" in text(preview.page())
    ran, _ = preview.after(saved(raw(root, "volunteers.csv"), ("แล้วเสร็จ,40", "แล้วเสร็จ,41")))
    assert "volunteers" in ran and "sample" not in ran
    assert "มีผู้มาร่วม 321 คน" in text(preview.page())

    schema = root / "data" / "schemas" / "volunteers.yaml"
    ran, told = preview.after(saved(schema, ("องค์กรปกครองส่วนท้องถิ่น", "ท้องถิ่น")))
    assert "sample" not in ran and [one["name"] for one in told["failed"]] == ["volunteers"]
    ran, told = preview.after(saved(schema, ("ท้องถิ่น", "องค์กรปกครองส่วนท้องถิ่น")))
    assert "volunteers" in ran and "sample" not in ran and told["failed"] == []

    def correct():
        book = openpyxl.load_workbook(form)
        row = ["อาสาสมัคร", None, 2, "หน่วยงานตัวอย่าง ก", "จำนวนผู้เข้าร่วม (คน)", "41", "51", "นับซ้ำ", "ก", "1 ธ.ค. 2569"]
        for place, value in enumerate(row, start=1):
            book["การแก้ไข"].cell(2, place).value = value
        book.save(form)
        form.replace(raw(root, "corrections.xlsx"))

    form = root / "corrections.xlsx"
    assert main(["--project", str(root), "template", "corrections", ROUND, "--to", str(root)]) == 0
    ran, told = preview.after(correct)
    assert "volunteers" in ran and told["failed"] == []
    assert "มีผู้มาร่วม 331 คน" in text(preview.page())


def text(page):
    return " ".join(re.sub(r"<[^>]*>", "", page).split())


def test_a_mistake_is_told_with_cell_and_line_over_the_last_good_page(root, preview):
    notebook, good = root / "notebooks" / "02_volunteers.ipynb", preview.page()
    _, told = preview.after(saved(notebook, ('"s.overview()"', '"x = 1\\n", "x / 0"')))
    (failed,) = told["failed"]
    assert failed["name"] == "volunteers"
    assert re.match(r"cell \d+, line 2: ZeroDivisionError: division by zero\n    x / 0$", failed["what"])
    assert preview.page() == good

    ran, told = preview.after(saved(root / "notebooks" / "01_sample.ipynb", ("มีผู้เข้าร่วม", "ผู้มาร่วมมี")))
    assert ran <= {"sample", "summary"}, "what failed does not run again for another's sake"
    assert [one["name"] for one in told["failed"]] == ["volunteers"]
    assert "ผู้มาร่วมมี" in preview.page() and "มีผู้มาร่วม 331 คน" in text(preview.page())

    _, told = preview.after(saved(notebook, ('"x = 1\\n", "x / 0"', '"x = 1\\n", "x x"')))
    assert re.match(r"cell \d+, line 2: SyntaxError: ", told["failed"][0]["what"])
    _, told = preview.after(saved(notebook, ('"x = 1\\n", "x x"', '"s.overview()"')))
    assert told["failed"] == []


def test_half_of_a_file_and_a_spoilt_project_are_told_and_followed_further(root, preview):
    notebook = root / "notebooks" / "02_volunteers.ipynb"
    whole, words = notebook.read_bytes(), (root / "project.toml").read_bytes()
    _, told = preview.after(lambda: put(notebook, whole[: len(whole) // 2]))
    assert [one["name"] for one in told["failed"]] == ["volunteers"]
    _, told = preview.after(notebook.unlink)
    assert "อาสาสมัคร" in preview.page(), "the plan has it still"
    _, told = preview.after(lambda: put(root / "project.toml", b"["))
    assert "project.toml" in told["failed"][0]["what"]
    preview.after(lambda: put(root / "project.toml", words))
    ran, told = preview.after(lambda: put(notebook, whole))
    assert told["failed"] == [] and "volunteers" in ran


def test_a_second_preview_of_the_round_is_refused(root, preview, capsys):
    assert main(["--project", str(root), "preview", ROUND, "--no-open"]) == 1
    assert capsys.readouterr().err == f"dsw: another preview of {ROUND} is open; end it with Ctrl-C\n"


def test_a_run_meanwhile_makes_what_the_preview_shows(root, preview):
    assert main(["--project", str(root), "report", ROUND, "--to", "html"]) == 0
    assert preview.page() == (root / "outputs" / ROUND / "report.html").read_text(encoding="utf-8")


def test_ctrl_c_ends_all_that_was_started(root, preview):
    started = psutil.Process(preview.process.pid).children(recursive=True)
    assert started or not FORKS
    assert preview.end() == 0
    assert psutil.wait_procs(started, timeout=300)[1] == []
    with pytest.raises(urllib.error.URLError):
        preview.page()


@pytest.mark.parametrize("signal_", [signal.SIGINT, signal.SIGKILL])
def test_a_cell_that_never_ends_is_ended_with_the_preview(root, signal_):
    notebook = root / "notebooks" / "02_volunteers.ipynb"
    before = notebook.read_bytes()
    shown = Preview(root, "--section", "volunteers").first()
    begun = root / "begun"
    saved(notebook, ('"s.overview()"', f'"open({str(begun)!r}, \'w\').close()\\n", "while True: pass"'))()
    wait_for(begun.exists)
    started = psutil.Process(shown.process.pid).children(recursive=True)
    shown.process.send_signal(signal_)
    shown.process.wait()
    assert psutil.wait_procs(started, timeout=300)[1] == []
    begun.unlink()
    notebook.write_bytes(before)


def test_without_fork_one_section_is_followed(root, tmp_path):
    first = tmp_path / "first"
    first.mkdir()
    (first / "sitecustomize.py").write_text(AS_ON_WINDOWS, encoding="utf-8")
    shown = Preview(root, "--section", "sample", first=first).first()
    number = shown.events[-1]["page"]
    ran, told = shown.after(saved(root / "notebooks" / "01_sample.ipynb", ("ผู้มาร่วมมี", "ผู้เข้าร่วมมี")))
    assert ran == {"sample"} and told["page"] == number + 1 and told["failed"] == []
    assert "ผู้เข้าร่วมมี" in shown.page("sections/sample.html")
    shown.end()


def test_an_unknown_section_and_round_are_misuse(root, capsys):
    assert main(["--project", str(root), "preview", ROUND, "--section", "nope", "--no-open"]) == 2
    assert "no notebook for section nope" in capsys.readouterr().err
    assert main(["--project", str(root), "preview", "2571-3m", "--no-open"]) == 2
