"""The how-tos, done as they are written, in order, in the project that the tutorial ends with."""

import re
import textwrap
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT
from nbclient import NotebookClient
from test_tutorial import TUTORIAL, Reader, plain, steps

HOWTO = ROOT / "docs" / "howto"
ORDER = ["excel", "chart", "approval", "late-return", "correction", "comparison", "province-briefs", "new-round"]
"""A late return comes after an edition; rounds are compared once a correction was run."""


class Doer(Reader):
    """Somebody who knows the tutorial."""

    def does(self, step):
        """Do it, and hold what is printed against the page, where ``…`` is anything."""
        printed = self.did[step.language](step)
        if step.prints is not None:
            shown = "\n".join(plain(step.prints))
            pattern = ".*".join(map(re.escape, shown.split("…")))
            assert re.fullmatch(pattern, "\n".join(plain(printed)), re.S), f"{step.text}\n{printed}"

    def writes(self, step):
        """Append rows where the page says so."""
        if "เพิ่มท้ายไฟล์" not in step.before:
            return super().writes(step)
        with Path(step.named[-1]).open("a", encoding="utf-8") as file:
            file.write(step.text + "\n")


def unlisted(page):
    """A page without its lists: what stands in them, at the margin."""
    page = re.sub(r"^ {3}```.*?^ {3}```$", lambda block: textwrap.dedent(block[0]), page, flags=re.M | re.S)
    return re.sub(r"^\d\. ", "", page, flags=re.M)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("howto")


def test_every_how_to_is_done_and_in_the_navigation():
    assert sorted(path.name for path in HOWTO.glob("*.md")) == sorted(f"{name}.th.md" for name in ORDER)


def test_the_how_tos_do_what_they_say(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "100")  # as wide as the page, whatever the terminal is
    doer = Doer(monkeypatch.chdir, lambda: capsys.readouterr().out)
    for step in steps(TUTORIAL.read_text(encoding="utf-8")):
        if step.language != "python" or step.before.startswith(
            "แทนเซลล์"
        ):  # what is tried out in JupyterLab leaves nothing
            doer.did[step.language](step)
    doer.printed()
    doer.lab = NotebookClient(nbformat.v4.new_notebook(), resources={"metadata": {"path": "notebooks"}})
    with doer.lab.setup_kernel():
        for name in ORDER:
            for step in steps(unlisted((HOWTO / f"{name}.th.md").read_text(encoding="utf-8"))):
                doer.does(step)
    out = Path("outputs")
    assert (out / "2570-3m" / "editions" / "2" / "report.pdf").is_file()
    assert (out / "comparisons" / "2570-3m_2570-6m.xlsx").is_file()
    brief = (out / "2570-6m" / "provinces" / "เชียงใหม่").glob("*.html")
    assert "3 หน่วยงาน" in re.sub(r"<[^>]+>", "", next(brief).read_text(encoding="utf-8"))
