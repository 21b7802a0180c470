"""Approval: bound to every figure and word; without it every page says that it is a draft."""

import io
import json
import re
import shutil
import zipfile
from datetime import date
from itertools import zip_longest

import nbformat
import pypdfium2
import pytest
from remembered import Remembering
from small_projects import DOCUMENT, HAND_OVER, ROUND, add

from dsw_analysis import cli
from dsw_analysis.problems import UsageError
from dsw_analysis.report.signed import content_of
from dsw_analysis.run.batch import Batch
from dsw_analysis.run.editions import approve, batch_as_made
from dsw_analysis.run.manifest import verify
from dsw_analysis.run.reports import write_briefs, write_report
from dsw_analysis.run.sections import run_sections
from dsw_analysis.run.tasks import Project

BY, ROLE = "นางสมหญิง ใจดี", "อธิบดี"
LINE = "เห็นชอบโดย นางสมหญิง ใจดี อธิบดี เมื่อวันที่ 5 มิถุนายน 2569"
MESSAGE = "from dsw_analysis.section.blocks import Block\nBlock('<p>สารของบทสรุป</p>')"
PROVINCE = "ตาก"


def summary(project, message):
    """A summary, which has no parameter for a province."""
    add(project, "00_summary", message, HAND_OVER, order=0, title="บทสรุป", shown={"pieces": []})
    path = project.notebooks / "00_summary.ipynb"
    book = nbformat.read(path, 4)
    book.cells[0].source = book.cells[0].source.replace('\nprovince: str = ""', "")
    nbformat.write(book, path)


def sections(project, value=3):
    """A summary and a section with a number."""
    finding = {**DOCUMENT["findings"][0], "id": "one.n", "section": "one", "value": value}
    summary(project, MESSAGE)
    add(project, "01_one", HAND_OVER, findings=[finding], title="หนึ่ง", shown={"pieces": []})


def write(project, *, briefs=True):
    """Bring report and brief up to date; returns what was said."""
    said = []
    with batch_as_made(project, ROUND, said.append) as batch:
        write_report(batch, run_sections(batch))
        if briefs:
            write_briefs(batch, [PROVINCE])
    return said


def signed(project, by=BY):
    with batch_as_made(project, ROUND, print) as batch:
        return approve(batch, by, ROLE, date(2026, 6, 5))


@pytest.fixture(scope="module", autouse=True)
def _remembering():
    """The same few reports are drafts, approved and drafts again; each is put together once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dsw_analysis.run.warm.processes.WarmExecutor", Remembering)
        yield


@pytest.fixture(scope="module")
def drafted(tmp_path_factory):
    """A report and a brief that nobody has approved yet."""
    project = Project(root=tmp_path_factory.mktemp("drafted"))
    project.notebooks.mkdir()
    (project.data / str(ROUND)).mkdir(parents=True)
    sections(project)
    write(project)
    return project


@pytest.fixture
def project(drafted, tmp_path):
    shutil.copytree(drafted.root, tmp_path / "project")
    return Project(root=tmp_path / "project")


def pdf_pages(path):
    return [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(path)]


def docx_part(path, name):
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        return re.sub("<[^>]+>", "", archive.read(name).decode())


def covers(out):
    """What the covers of all pages say of them."""
    pages = [p for p in out.rglob("*.html") if p.name != "index.html" and "editions" not in p.relative_to(out).parts]
    lines = {p: re.findall(r'<p class="edition">(.*?)</p>', p.read_text(encoding="utf-8")) for p in pages}
    assert {p.name for p in pages} == {"report.html", "brief.html", "figures.html", "one.html", f"{PROVINCE}.html"}
    assert len(pages) == 6  # one.html of the country and of the province
    return [re.sub("<[^>]+>", "", " ".join(said)) for said in lines.values()]


def test_what_nobody_approved_says_so_on_every_page_and_what_somebody_did_on_none(project):
    out = project.outputs(ROUND)
    papers = [out / "report.pdf", out / "brief.pdf", out / "provinces" / PROVINCE / f"{PROVINCE}.pdf"]
    assert covers(out) == ["ร่าง ยังไม่ได้รับความเห็นชอบ"] * 6
    for paper in papers:
        assert all("ร่าง" in page for page in pdf_pages(paper)), paper
        assert pypdfium2.PdfDocument(paper).get_metadata_value("Title").endswith("(ร่าง)")
    assert "ร่าง" in docx_part(out / "report.docx", "word/document.xml")  # the first page, which has no foot
    assert "ร่าง ยังไม่ได้รับความเห็นชอบ" in docx_part(out / "report.docx", "word/footer.xml")

    signed(project)
    assert covers(out) == [LINE] * 6
    for paper in papers:
        assert not any("ร่าง" in page for page in pdf_pages(paper)), paper
        assert "ร่าง" not in pypdfium2.PdfDocument(paper).get_metadata_value("Title")
    assert LINE in pdf_pages(papers[0])[0] and LINE in pdf_pages(papers[2])[0]
    assert LINE in docx_part(out / "report.docx", "word/document.xml")
    for part in ("word/document.xml", "word/footer.xml", "docProps/core.xml"):
        assert "ร่าง" not in docx_part(out / "report.docx", part)
    assert verify(out) == []


def test_an_approval_holds_as_long_as_nothing_changes(project):
    out = project.outputs(ROUND)
    signed(project)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file() and path.suffix != ".jsonl"}
    with Batch(project, ROUND, fresh=True) as batch:
        write_report(batch, run_sections(batch))
    assert covers(out) == [LINE] * 6
    assert {path for path, content in before.items() if path.read_bytes() != content} <= {out / "manifest.json"}


CHANGES = {
    "a figure": lambda p: sections(p, value=4),
    "a word": lambda p: summary(p, MESSAGE.replace("สาร", "ใจความ")),
    "a word of the project": lambda p: (p.root / "project.toml").write_text('report = {title = "ข"}', encoding="utf-8"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_figure_or_word_makes_it_a_draft_again_and_it_is_said_where(project, change):
    out = project.outputs(ROUND)
    digest = signed(project)
    CHANGES[change](project)
    said = write(project)
    where = {"a figure": "one", "a word": "summary", "a word of the project": "page"}[change]
    assert [text for text in said if "draft again" in text] == [
        f"what was approved had another content ({where}); the report is a draft again, and says so"
    ]
    drafts = [cover for cover in covers(out) if cover.startswith("ร่าง")]
    # The brief holds the section with the figure, and the project's title, but not the summary.
    assert len(drafts) == (4 if change == "a word" else 6)
    assert all("ร่าง" in page for page in pdf_pages(out / "report.pdf"))
    sections(project)
    (project.root / "project.toml").unlink(missing_ok=True)
    write(project)
    assert covers(out) == [LINE] * 6
    assert signed(project) == digest
    assert signed(project, "นาย ข") != digest


def test_only_what_is_whole_and_current_can_be_approved(project, tmp_path):
    out = project.outputs(ROUND)
    sections(project, value=4)
    with pytest.raises(UsageError, match=r"one: its notebook changed.*Run `dsw report 2569-6m` and"):
        signed(project)
    write(project, briefs=False)
    with pytest.raises(UsageError, match=f"brief/{PROVINCE}: its notebook changed"):
        signed(project)
    write(project)
    (out / "report.pdf").write_bytes(b"%PDF-1.7 another")
    with pytest.raises(UsageError, match=r"report.pdf: report.pdf is not as it was written"):
        signed(project)
    assert not (out / "approval.json").exists()


def test_a_spoilt_approval_is_none(project):
    out = project.outputs(ROUND)
    signed(project)
    for spoilt in ("{", "[]", '{"by": "x"}'):
        (out / "approval.json").write_text(spoilt, encoding="utf-8")
        write(project)
        assert covers(out) == ["ร่าง ยังไม่ได้รับความเห็นชอบ"] * 6


def test_the_command_prints_the_digest_to_be_kept(project, capsys):
    command = ["--project", str(project.root), "approve", "2569-6m", "--by", BY, "--role", ROLE]
    assert cli.main([*command, "--on", "2026-06-05"]) == 0
    printed = re.findall(r"^[0-9a-f]{64}$", capsys.readouterr().out, re.M)
    assert len(printed) == 1
    kept = json.loads((project.outputs(ROUND) / "approval.json").read_bytes())
    assert (kept["by"], kept["role"], kept["on"]) == (BY, ROLE, "2026-06-05")
    assert set(kept["content"]) == {"", f"provinces/{PROVINCE}/"}
    assert cli.main([*command[:-3], " ", "--role", ROLE]) == 2
    assert "--by is empty" in capsys.readouterr().err


def places(text, pattern, many):
    """Spans of what matches, spread over a text."""
    found = [match.span() for match in re.finditer(pattern, text)]
    assert len(found) > many
    return found[:: len(found) // many][:many]


def part_of(page, place):
    """The part of a report's content in which a place of its page stands."""
    start = page.rfind('<section id="', 0, place)
    inside = page[start:place]
    shown = inside.partition("</p>")[2] if 'class="eyebrow"' in inside else inside
    if start < 0 or "</section>" in inside or '<div class="bases">' in inside or ' class="chapter"' not in inside:
        return "page"
    return inside.split('"')[1] if ">" in shown else "page"


def together(things, part):
    """Rounds in which there is one thing at most of each part: what it changes is seen in its part alone."""
    by_part = {}
    for thing in things:
        by_part.setdefault(part(thing), []).append(thing)
    rows = zip_longest(*by_part.values())
    return [{name: thing for name, thing in zip(by_part, row, strict=True) if thing} for row in rows]


def another(character):
    """Another digit, or another letter."""
    return next(other for other in ("71" if character.isdigit() else "ฮก") if other != character)


def test_each_word_and_figure_of_page_and_ledger_is_bound(made):
    page, ledger = ((made.out / name).read_text(encoding="utf-8") for name in ("report.html", "findings.json"))
    before = content_of(page.encode(), ledger.encode())

    def changed(page, ledger):
        after = content_of(page.encode(), ledger.encode())
        return {part for part in before if before[part] != after[part]}

    body, end = page.index("<body"), page.index("<script>")
    spans = {span for pattern in (r"[ก-ฮ]{2,}", r"\d+(\.\d+)?") for span in places(page[body:end], pattern, 40)}
    assert len(spans) == 80
    for edits in together(sorted(spans), lambda span: part_of(page, body + span[0])):
        edited = page
        for start, stop in sorted(edits.values(), reverse=True):
            at = slice(body + start, body + stop)
            edited = f"{edited[: at.start]}{another(page[at.start])}{edited[at.start + 1 :]}"
        assert changed(edited, ledger) == edits.keys(), edits
    document = json.loads(ledger)
    some = document["findings"][:: len(document["findings"]) // 40]
    for findings in together(some, lambda finding: finding["section"]):
        for key, value in (("value", -1.5), ("label", "อื่น"), ("denominator", 12345)):
            old = {part: finding.get(key) for part, finding in findings.items()}
            for finding in findings.values():
                finding[key] = value
            assert changed(page, json.dumps(document)) == findings.keys(), (key, findings)
            for part, finding in findings.items():
                finding[key] = old[part]
    assert changed(page, json.dumps(document)) == set()
