"""``project.toml``: what it says reaches covers, units, office hours and the audit; what it cannot say is refused."""

import re
import tomllib
import zipfile

import pandas as pd
import pytest
from conftest import ROOT
from small_projects import HAND_OVER, ROUND, add, ran, report

from dsw_analysis import by_office_hours
from dsw_analysis.cli import main
from dsw_analysis.findings.finding import UNITS, Finding
from dsw_analysis.intake.columns import Column
from dsw_analysis.intake.dataset import Dataset
from dsw_analysis.intake.source import Source
from dsw_analysis.problems import UsageError
from dsw_analysis.project import TABLES, Settings, Term, settings, use
from dsw_analysis.report.document import compose
from dsw_analysis.report.docx import to_docx
from dsw_analysis.report.page import Chapter
from dsw_analysis.report.pdf import typst_source
from dsw_analysis.report.typst_source import Writer
from dsw_analysis.report.words import pieces


def said(tmp_path, text):
    (tmp_path / "project.toml").write_text(text, encoding="utf-8")
    return settings(tmp_path)


def test_a_file_says_what_its_keys_say(tmp_path):
    found = said(
        tmp_path,
        """
        report = {department = "กรม ก", short_name = "ก", title = "ร", short_title = "ข", contact = "ง", words = ["คค"]}
        office_hours = {from = "09.00", to = "17.00"}
        units = {boats = "ลำ"}
        abbreviations = {"ก.ข." = "กรมขนส่ง"}
        [[allowed]]
        text = "สายด่วน 99"
        why = "ชื่อ"
        """,
    )
    assert found == Settings(
        department="กรม ก",
        short_name="ก",
        title="ร",
        short_title="ข",
        contact="ง",
        words=("คค",),
        office_hours=("09.00", "17.00"),
        units={"boats": "ลำ"},
        allowed=(Term("สายด่วน 99", "ชื่อ"),),
        abbreviations={"ก.ข.": "กรมขนส่ง"},
    )


def test_without_a_file_or_keys_the_words_are_nobodys(tmp_path):
    assert settings(tmp_path) == said(tmp_path, "") == Settings()
    assert said(tmp_path, 'report = {title = "รายงาน ข"}').short_title == "รายงาน ข"


def test_the_nearest_file_above_a_folder_counts(tmp_path):
    inner = tmp_path / "a" / "notebooks"
    inner.mkdir(parents=True)
    said(tmp_path, 'report = {title = "นอก"}')
    assert settings(inner).title == "นอก"
    said(tmp_path / "a", 'report = {title = "ใน"}')
    assert settings(inner).title == "ใน"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "titel = 1",
            "titel is no key; did you mean abbreviations or allowed or disclosure or office_hours or report or",
        ),
        ("[raport]", "raport is no key; did you mean report?"),
        ('report = "x"', "report is not a table; write [report] and its keys below"),
        ('[report]\ntitel = "x"', "[report] titel is no key; did you mean title?"),
        ('[abbreviations]\n"ก." = 1', '[abbreviations] "ก." is 1 and not a text'),
        ("[report]\ntitle = 3", '[report] title is 3 and not a text; write title = "…"'),
        ('[report]\ntitle = " "', "[report] title is ' ' and not a text"),
        ('[report]\nwords = "x"', '[report] words is not a list; write words = ["…"]'),
        ("[report]\nwords = [1]", "[report] words is 1 and not a text"),
        ('[office_hours]\nform = "08.30"', "[office_hours] form is no key; did you mean from?"),
        ('[office_hours]\nfrom = "8:30"', "[office_hours] from '8:30' to '16.30' are no hours; write from = \"08.30\""),
        ('[office_hours]\nfrom = "17.00"', "from '17.00' to '16.30' are no hours"),
        ("[office_hours]\nfrom = 8.30", "from '8.3' to '16.30' are no hours"),
        ('[units]\n"ลำ" = "boats"', "[units] 'ลำ' is no name of a unit; use lower-case ASCII and _"),
        ("[units]\nboats = 1", '[units] boats is 1 and not a text; write boats = "…"'),
        ("[allowed]", "allowed is not a list of tables; write [[allowed]] before each text"),
        ('[[allowed]]\ntext = "สายด่วน 99"', "[[allowed]] why is None and not a text"),
        ('[[allowed]]\ntext = "สายด่วน 99"\nwhi = "x"', "[[allowed]] whi is no key; did you mean why?"),
        ('[[allowed]]\ntext = "99"\nwhy = "x"', "[[allowed]] text '99' holds no number or nothing else"),
        ('[[allowed]]\ntext = "สายด่วน"\nwhy = "x"', "[[allowed]] text 'สายด่วน' holds no number or nothing else"),
        ('[[allowed]]\ntext = "SDG {9-1}"\nwhy = "x"', "[[allowed]] text 'SDG {9-1}' counts down"),
        ("[report", "is no TOML: "),
    ],
)
def test_what_a_file_cannot_say_is_refused_with_file_and_key(tmp_path, text, message):
    with pytest.raises(UsageError, match=re.escape(f"{tmp_path / 'project.toml'}")) as refused:
        said(tmp_path, text)
    assert message in str(refused.value)


def test_the_command_refuses_it_as_misuse(tmp_path, capsys):
    (tmp_path / "project.toml").write_text("[raport]", encoding="utf-8")
    assert main(["--project", str(tmp_path), "list"]) == 2
    assert "raport is no key; did you mean report?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("term", "inside", "outside"),
    [
        (
            "SDG {1-17}",
            ["SDG 1", "SDG 17 ข", "และ SDG 9."],
            ["SDG 18", "SDG 0", "SDG 1.5", "xSDG 1", "SDG 170"],
        ),
        ("24 ชั่วโมง", ["ใน 24 ชั่วโมง"], ["124 ชั่วโมง", "1.24 ชั่วโมง", "2,24 ชั่วโมง", "12–24 ชั่วโมง", "24.5 ชั่วโมง"]),
        ("{00-23} น.", ["09 น.", "23 น."], ["9 น.", "24 น.", "08.30 น.", "08:30 น."]),
        ("สายด่วน 1300", ["สายด่วน 1300 ", "สายด่วน 1300, 5"], ["สายด่วน 13001", "สายด่วน 1300.5"]),
        ("{8-11}.{0-1}", ["10.1"], ["7.1", "10.2", "10.10"]),
    ],
)
def test_a_name_is_allowed_whole_and_not_as_a_piece_of_another_number(term, inside, outside):
    pattern = re.compile(Term(term, "x").pattern)
    assert [text for text in inside if not pattern.search(text)] == []
    assert [text for text in outside if pattern.search(text)] == []


def test_a_unit_of_the_project_has_its_word_and_others_are_refused_by_name():
    use(Settings(units={"boats": "ลำ"}))
    assert Finding(id="a.n", label="เรือ", value=1200, unit="boats").text("unit") == "1,200 ลำ"
    assert Finding(id="a.n", label="คน", value=3, unit="persons").text("unit") == "3 คน"
    with pytest.raises(ValueError, match=r"unit 'ships' is not one of baht, boats, .*under \[units\] in project.toml"):
        Finding(id="a.n", label="เรือ", value=1, unit="ships")


def test_no_unit_of_this_project_is_one_that_the_package_knows():
    assert set(settings(ROOT).units) & set(UNITS) == set()


def test_office_hours_are_those_of_the_project():
    column = Column("at", "เวลา", "datetime")
    times = ["2026-01-05 08:29", "2026-01-05 08:30", "2026-01-05 11:59", "2026-01-05 12:00", "2026-01-04 09:00"]
    frame = pd.DataFrame({"at": pd.to_datetime(times)}, index=pd.RangeIndex(2, 7, name="row"))
    kind = Dataset(id="d", title="ง", columns=(column,))
    frame.attrs["source"] = Source(dataset=kind, file="d.csv", sha256="0" * 64, rows=5)
    use(Settings(office_hours=("08.30", "12.00")))
    assert by_office_hours(frame, "at")["office"].tolist() == ["outside", "office", "office", "outside", "outside"]


def test_a_word_of_the_project_is_not_broken():
    use(Settings())
    assert len(pieces("ยุบเลิก")) > 1
    use(Settings(words=("ยุบเลิก",)))
    assert pieces("ยุบเลิก") == ("ยุบเลิก",)


OTHER = """
[report]
department = "กรมอื่น"
short_name = "กรมนั้น"
title = "รายงานอื่น"
short_title = "อื่น"
"""


def test_every_file_of_a_report_says_whose_it_is_and_all_is_made_again_when_that_changes(project):
    add(project, "01_one", HAND_OVER)
    report(project)
    assert ran(project) == []
    (project.root / "project.toml").write_text(OTHER, encoding="utf-8")
    assert ran(project) == ["one"]
    (page,) = [path.read_text(encoding="utf-8") for path in report(project) if path.name == "report.html"]
    section = (project.outputs(ROUND) / "sections" / "one.html").read_text(encoding="utf-8")
    for text in (page, section):
        assert '<p class="org">กรมอื่น</p>' in text
        assert "<h1>รายงานอื่น</h1>" in text
        assert re.search("<title>.*อื่น รอบ 6 เดือน", text)
        assert "พัฒนาสังคม" not in text
    (project.root / "project.toml").unlink()
    assert ran(project) == ["one"]


def test_paper_names_the_department_or_none(tmp_path):
    chapter = Chapter(id="one", title="หนึ่ง", order=1, body="<h1>หนึ่ง</h1><p>ก</p>")
    for words, author in ((Settings(department="กรมอื่น", title="ร"), "กรมอื่น"), (Settings(title="ร"), "")):
        use(words)
        document = compose(ROUND, [chapter], {})
        assert document.title.endswith(f"ร {ROUND.label} (ร่าง)")
        assert ('author: "กรมอื่น"' in typst_source(document, Writer())) is bool(author)
        (tmp_path / "report.docx").write_bytes(to_docx(document))
        with zipfile.ZipFile(tmp_path / "report.docx") as parts:
            assert f"<dc:creator>{author}</dc:creator>" in parts.read("docProps/core.xml").decode()


def test_no_word_of_the_department_stands_in_the_package():
    own = settings(ROOT)
    words = {own.department, own.title, own.short_title, *own.words, *(term.text for term in own.allowed)}
    words |= {"กรมฯ", "ESS Help Me", "MSO"}
    for path in sorted((ROOT / "src").rglob("*")):
        if path.suffix in {".py", ".j2", ".typ", ".css", ".js", ".xml", ".ipynb"} and "schemas" not in path.parts:
            text = path.read_text(encoding="utf-8")
            assert [word for word in words if word in text] == [], path


def test_the_page_of_the_docs_has_every_key_and_unit():
    page = (ROOT / "docs" / "project.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `\[+(\w+)[^]]*\]+` (?:`(\w+)`|\*\w+\*)", page, re.M)
    keys = {(table, key) for table, names in TABLES.items() for key in names or [""]}
    assert set(rows) == keys
    general = page.partition("These need no word:")[2].partition("\n\n")[0]
    assert set(re.findall(r"`(\w+)`", general)) == set(UNITS)
    text = (ROOT / "project.toml").read_text(encoding="utf-8")
    content = tomllib.loads(text)
    shown = {(t, key) for t, v in content.items() for key in (v[0] if isinstance(v, list) else v)}
    assert shown >= {key for key in keys if key[1]}, "the project's own file shows every key"
