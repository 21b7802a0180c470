"""``%dsw`` in a notebook: on its project, in the round that is open, and a refusal is a line."""

from types import SimpleNamespace

import pytest
from conftest import ROUND
from few_sections import keep

import dsw_analysis
from dsw_analysis import magic
from dsw_analysis.problems import UsageError
from dsw_analysis.section.section import Section


@pytest.fixture
def shell(copy, monkeypatch):
    """A notebook of a small project, with what it shows."""
    keep(copy, "csr")
    monkeypatch.chdir(copy.root / "notebooks")
    shown = []
    monkeypatch.setattr(magic, "display", lambda html: shown.append(html.data))
    magics = {}
    shell = SimpleNamespace(
        user_ns={}, register_magic_function=lambda call, kind, name: magics.update({(kind, name): call})
    )
    dsw_analysis.load_ipython_extension(shell)
    return SimpleNamespace(root=copy.root, shown=shown, names=shell.user_ns, dsw=magics["line", "dsw"])


def test_a_check_of_a_section_shows_each_of_its_files(shell):
    shell.dsw("check csr")
    assert ["csr_activities.csv" in html for html in shell.shown] == [True, False, False, False]
    assert all("อ่าน" in html and "<table>" not in html for html in shell.shown)


def test_a_check_of_a_dataset_shows_its_problems_as_text(shell):
    path = shell.root / "data" / "raw" / ROUND / "public_opinion.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",7,6,1", ",<b>7</b>,6,1", 1), encoding="utf-8")
    shell.dsw("check public_opinion")
    (html,) = shell.shown
    assert "&lt;b&gt;7&lt;/b&gt;" in html and "<b>" not in html and "<td>2</td>" in html


def test_a_section_is_run_in_the_round_that_is_open_or_else_in_the_latest(shell, monkeypatch):
    asked = []
    monkeypatch.setattr(magic, "perform", asked.append)
    shell.dsw("section csr --fresh")
    (shell.root / "data" / "raw" / "2569-12m").mkdir()
    shell.dsw("section csr")
    shell.names["s"] = Section(id="csr", order=1, title="ก", round=dsw_analysis.Round.parse(ROUND))
    shell.dsw("section csr")
    assert [(str(a.round), a.section, a.fresh) for a in asked] == [
        (ROUND, ["csr"], True), ("2569-12m", ["csr"], False), (ROUND, ["csr"], False)
    ]  # fmt: skip
    assert {a.project for a in asked} == {None} and {a.command for a in asked} == {"run"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("check nonsense", "no dataset 'nonsense'"),
        ("section nonsense", "no notebook for section nonsense"),
        ("run 2570-6m", "no raw files in"),
        ("verify nowhere", "nowhere"),
    ],
)
def test_what_cannot_be_had_is_refused_in_words(shell, line, said):
    with pytest.raises(UsageError, match=said):
        shell.dsw(line)


def test_misuse_is_told_and_ends_nothing(shell, capsys):
    shell.dsw("chek csr")
    assert "invalid choice: 'chek'" in capsys.readouterr().err
    shell.dsw("list")
    assert "09_csr.ipynb" in capsys.readouterr().out


def test_outside_of_a_project_it_says_so(shell, tmp_path_factory, monkeypatch):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    with pytest.raises(UsageError, match=r"no project in"):
        shell.dsw("check csr")
