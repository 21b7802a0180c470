"""The Thai tutorial, done as it is written: every file, command and cell in order, in a folder of its own."""

import csv
import json
import re
import shlex
import shutil
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import comb
from pathlib import Path

import nbformat
import openpyxl
import pytest
from conftest import ROOT
from nbclient import NotebookClient

from dsw_analysis.cli import main

TUTORIAL = ROOT / "docs" / "tutorial.th.md"
SECTION = Path("notebooks/02_volunteers.ipynb")
BLOCK = re.compile(r"(?P<before>[^\n]*(?:\n[^\n]+)*)\n\n```(?P<language>\w+)\n(?P<text>.*?)\n```", re.S)
TASK = re.compile(r"^### งานที่ (\d) [^\n]+$(.*?)(?=^##)", re.M | re.S)


@dataclass
class Step:
    """A block of the tutorial: what it is, what the paragraph before names last, and what it is said to print."""

    language: str
    text: str
    before: str
    prints: str | None = None

    @property
    def named(self):
        return re.findall(r"`([^`\n]+)`", self.before)


def steps(tutorial):
    found = []
    for block in BLOCK.finditer(tutorial):
        if block["language"] == "text":
            found[-1].prints = block["text"]
        else:
            found.append(Step(block["language"], block["text"], block["before"].strip()))
    return found


def plain(text):
    """Lines without the blanks at their ends, which editors take away."""
    return [line.rstrip() for line in text.strip("\n").splitlines()]


class Reader:
    """Somebody who does what the tutorial says."""

    def __init__(self, go_to, printed):
        self.go_to, self.printed = go_to, printed
        self.lab = None
        self.did = {"sh": self.types, "yaml": self.writes, "csv": self.writes, "python": self.runs_or_replaces}

    def does(self, step):
        printed = self.did[step.language](step)
        if step.prints is not None:
            assert plain(printed) == plain(step.prints), step.text

    def types(self, step):
        for line in step.text.splitlines():
            program, *words = shlex.split(line)
            if program == "cd":
                self.go_to(words[0])
            elif program == "cp":
                shutil.copy(*words)
            elif line == "jupyter lab":  # what Jupyter starts for the first notebook: a kernel in its folder
                self.lab = NotebookClient(nbformat.v4.new_notebook(), resources={"metadata": {"path": "notebooks"}})
            else:
                assert program == "dsw", line
                assert main(words) == 0, line
        return self.printed()

    def writes(self, step):
        path = Path(next(name for name in reversed(step.named) if name.endswith(step.language)))
        assert path.parent.is_dir(), path
        path.write_text(step.text + "\n", encoding="utf-8")

    def runs_or_replaces(self, step):
        if step.before.startswith("แทนเซลล์ที่ขึ้นต้นด้วย"):
            return self.replaces(step.named[0], step.text)
        return self.runs(step.text)

    def replaces(self, begins, text):
        book = nbformat.read(SECTION, as_version=4)
        (cell,) = [cell for cell in book.cells if cell.source.startswith(begins)]
        cell.source = text
        nbformat.write(book, SECTION)

    def runs(self, text):
        book = self.lab.nb
        book.cells.append(nbformat.v4.new_code_cell(text))
        self.lab.execute_cell(book.cells[-1], len(book.cells) - 1)
        return "\n".join(
            output["text"] if output.output_type == "stream" else output.data["text/plain"]
            for output in book.cells[-1].outputs
        )


@pytest.fixture(scope="module")
def tutorial():
    return TUTORIAL.read_text(encoding="utf-8")


def test_the_tutorial_does_what_it_says(tutorial, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")  # as wide as the page, whatever the terminal is
    reader = Reader(monkeypatch.chdir, lambda: capsys.readouterr().out)
    todo = iter(steps(tutorial))
    for step in todo:
        reader.does(step)
        if reader.lab is not None:
            break
    with reader.lab.setup_kernel():
        for step in todo:
            reader.does(step)

    root = tmp_path / "our-report"
    sheet = openpyxl.load_workbook(root / "volunteers.xlsx").active
    assert [cell.value for cell in sheet[1]] == ["หน่วยงาน", "ประเภทหน่วยงาน", "จังหวัด", "วันที่เริ่มอบรม", "ผลการดำเนินงาน"]
    sent = next(list(csv.DictReader(step.text.splitlines())) for step in steps(tutorial) if step.language == "csv")
    assert [[row[0].value, row[1].value, row[4].value] for row in sheet.iter_rows(min_row=2)] == [
        [r["หน่วยงาน"], r["ประเภทหน่วยงาน"], r["ผลการดำเนินงาน"]] for r in sent
    ]

    values = {}
    for round_ in ("2570-3m", "2570-6m"):
        document = json.loads((root / "outputs" / round_ / "findings.json").read_text(encoding="utf-8"))
        values |= {(round_, f["id"]): f["value"] for f in document["findings"]}
    # Counted by hand in the files of the tutorial.
    assert values["2570-3m", "volunteers.done_share"] == 100 * 5 / 8
    assert values["2570-6m", "volunteers.done_share"] == 100 * 8 / 10
    assert values["2570-3m", "volunteers.units.chiang_mai"] == values["2570-3m", "volunteers.units.khon_kaen"] == 3
    report = re.sub(r"<[^>]+>", "", (root / "outputs" / "2570-3m" / "report.html").read_text(encoding="utf-8"))
    assert "จังหวัดที่รายงานมากที่สุดคือขอนแก่น และเชียงใหม่ จำนวน 3 หน่วยงานเท่ากัน" in report
    assert "จากที่ต้องรายงาน 12 หน่วยงาน" in report
    page = (root / "outputs" / "2570-6m" / "sections" / "volunteers.html").read_text(encoding="utf-8")
    assert "17.50 จุดร้อยละ" in re.sub(r"<[^>]+>", "", page)


def test_what_the_tasks_print_is_what_their_files_hold(tutorial):
    """Counted from the tutorial's own files with the standard library alone."""
    files = [list(csv.DictReader(step.text.splitlines())) for step in steps(tutorial) if step.language == "csv"]
    rows, register, later = files
    printed = {n: re.findall(r"```text\n(.*?)\n```", words, re.S) for n, words in TASK.findall(tutorial)}
    task = {n: said[0].splitlines() for n, said in printed.items() if said}
    done, local = "ดำเนินการแล้วเสร็จ", "องค์กรปกครองส่วนท้องถิ่น"

    filtered = [r["หน่วยงาน"] for r in rows if (r["ประเภทหน่วยงาน"], r["ผลการดำเนินงาน"]) == (local, done)]
    assert [" ".join(line.split()[1:3]) for line in task["1"][2:]] == filtered

    crossed = Counter((r["ประเภทหน่วยงาน"], r["ผลการดำเนินงาน"]) for r in rows)
    states = list(dict.fromkeys(r["ผลการดำเนินงาน"] for r in rows))
    assert task["2"][0].split()[1:] == states
    assert {line.split()[0]: [int(n) for n in line.split()[1:]] for line in task["2"][2:]} == {
        kind: [crossed[kind, state] for state in states] for kind in {r["ประเภทหน่วยงาน"] for r in rows}
    }

    months = {"ต.ค.": "2569-10", "พ.ย.": "2569-11", "ธ.ค.": "2569-12"}
    held = Counter((r["จังหวัด"], months[r["วันที่เริ่มอบรม"].split()[1]]) for r in rows)
    named = {"กรุงเทพมหานคร": "กทม."}
    assert task["3"][0].split()[1:] == list(months.values())
    for province, *counts in map(str.split, task["3"][2:]):
        assert [int(n) for n in counts] == [held[named.get(province, province), month] for month in months.values()]
    assert len(task["3"]) - 2 == len({province for province, _ in held})

    k, n, known = sum(r["ผลการดำเนินงาน"] == done for r in rows), len(rows), len(register)
    assert f"ร้อยละ {100 * k / n:.2f} ({k}/{n})" in task["4"][0] and f"{n} จาก {known} หน่วย" in task["4"][0]
    low, high = (Decimal(limit) for limit in re.search(r"95: ([\d.]+)–([\d.]+)", task["4"][0]).groups())
    # Shares that 5 of 8 drawn from 12 does not rule out: neither tail has a probability below 2.5 %.
    possible = [
        held
        for held in range(k, known - (n - k) + 1)
        if min(tail(held, known, n, range(k, n + 1)), tail(held, known, n, range(k + 1))) > Fraction(25, 1000)
    ]
    limits = [Decimal(100 * end) / known for end in (min(possible), max(possible))]
    assert [limit.quantize(Decimal("0.01")) for limit in limits] == [low, high]

    most = Counter(r["จังหวัด"] for r in rows)
    leaders = [province for province, count in most.items() if count == max(most.values())]
    (headline,) = re.findall(r"จังหวัดที่รายงานมากที่สุดคือ[^”{]+", dict(TASK.findall(tutorial))["6"])
    assert all(province in headline for province in leaders) and f"จำนวน {max(most.values())} " in headline
    assert task["7"] == [f"มีหน่วยงานรายงานผล {n} หน่วยงาน ดำเนินการแล้วเสร็จร้อยละ {100 * k / n:.2f} ({k}/{n})"]

    rounds = [(sum(r["ผลการดำเนินงาน"] == done for r in of), len(of)) for of in (rows, later)]
    assert [line.split()[2:5] for line in task["8"][1:]] == [[str(100 * a / b), f"{a}.0", f"{b}.0"] for a, b in rounds]


def tail(held, known, n, counts):
    """Probability that so many of ``n`` drawn from ``known``, of which ``held`` have it, do."""
    ways = sum(comb(held, x) * comb(known - held, n - x) for x in counts if 0 <= n - x <= known - held)
    return Fraction(ways, comb(known, n))


def test_an_everyday_task_takes_three_lines_at_most(tutorial):
    tasks = dict(TASK.findall(tutorial))
    assert sorted(tasks) == list("12345678")
    for number, words in tasks.items():
        (code,) = re.findall(r"```python\n(.*?)\n```", words, re.S)
        assert len(code.splitlines()) <= 3, number
