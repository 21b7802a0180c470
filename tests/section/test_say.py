"""Words of a section: numbers by short id, guards in front of sentences, claims, data that is never a template."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import ROOT
from small_projects import notebook, run
from test_families import s, toys  # noqa: F401 - fixtures

from dsw_analysis import Count, Mean, Share
from dsw_analysis.findings.claims import answer
from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.ledger import Ledger
from dsw_analysis.section.asking import escape
from dsw_analysis.section.blocks import as_written
from dsw_analysis.section.recording import WordsError


@pytest.fixture
def story(s, toys):  # noqa: F811
    s.measure(toys, by=["kind", "province"], toys=Count("ของเล่น", unit="works"))
    s.measure(toys, by="kind", good=Share("ที่ดี", counted={"q1": "good"}))
    s.measure(toys, empty=Count("ไม่มี", unit="works", where={"score": slice(99, None)}))
    s.measure(toys, nothing=Mean("ไม่มีค่า", unit="points", column="score", where={"score": slice(99, None)}))
    return s


def text(block):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", block.html)).strip()


def test_numbers_are_put_in_by_short_id_and_link_to_their_finding(story):
    said = story.say("มี {toys:unit} เป็นเมือง {toys.town} คิดเป็น{good:full}")
    toys_, towns, good = story["toy.toys"], story["toy.toys.town"], story["toy.good"]
    assert text(said) == f"มี {toys_.text('unit')} เป็นเมือง {towns.text()} คิดเป็น{good.text('full')}"
    assert 'href="#f.toy.toys.town"' in said.html


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("[if toys] ก\n[else] ข", "ก"),
        ("[if empty] ก\n[else] ข", "ข"),
        ("[if empty] ก\n[elif toys] ค\n[else] ข", "ค"),
        ("[if empty] ก\nข", "ข"),
        ("[if nothing is known] ก\n[else] ข", "ข"),
        ("[if toys > empty] ก", "ก"),
        ("[if not country] ก\n[else] {{ place }}", "ทั้งประเทศ"),
        ("{% if empty %}ก{% endif %}ข", "ข"),
    ],
)
def test_a_guard_stands_in_front_of_its_sentence(story, source, expected):
    assert text(story.say(source)) == expected


def test_a_cell_without_a_word_or_whose_condition_fails_shows_nothing(story):
    assert story.say("[if empty] ก") is None
    assert story.say("ก", "empty") is None
    assert story.say("ก", "toys and not empty") is not None


def test_sentences_and_words_are_marked_with_the_claims_that_chose_them(story):
    said = story.say("[if toys > empty] มากที่สุดคือ{{ most(toys, by='kind') }}\nเทียบ {{ compare(good.town, good.farm) }}")
    marks = re.findall(r'<span data-claim="([^"]+)">', said.html)
    asked = [[story.claims[int(part.partition(":")[2])] for part in mark.split()] for mark in marks]
    assert [[c["claim"] for c in several] for several in asked] == [[">"], ["most"], ["compare"]]
    assert said.html.count("<span data-claim") == said.html.count("</span>")
    word = re.search(r'<span data-claim="[^"]+">(\S+)</span>', said.html.split("เทียบ")[1])[1]
    town, farm = story["toy.good.town"].exact(), story["toy.good.farm"].exact()
    assert word == ("สูงกว่า" if town > farm else "ต่ำกว่า" if town < farm else "เท่ากับ")


def test_a_claim_is_that_of_its_own_condition_only(story):
    said = story.say("[if empty] ก\n[if toys] ข")
    (mark,) = re.findall(r'data-claim="([^"]+)"', said.html)
    assert story.claims[int(mark.partition(":")[2])]["of"] == ["toy.toys"]


def broken(claims, ledger):
    """Places of the claims that the ledger does not bear out."""
    found = [answer(claim["claim"], claim["of"], ledger, claim.get("given")) for claim in claims]
    return [at for at, (says, claim) in enumerate(zip(found, claims, strict=True)) if says != claim["says"]]


def test_claims_are_broken_when_the_ledger_says_otherwise(story):
    story.say("{{ compare(good.town, good.farm) }} [x] {{ most(toys, by='kind') }} {% if empty %}{% endif %}")
    assert broken(story.claims, story.ledger) == []
    turned = {"สูงกว่า": "ต่ำกว่า", "ต่ำกว่า": "สูงกว่า"}
    lies = [{**c, "says": turned.get(c["says"], False) if isinstance(c["says"], str) else []} for c in story.claims]
    assert broken(lies, story.ledger) == list(range(len(lies)))


@pytest.mark.parametrize(
    ("kind", "of", "given", "says"),
    [
        ("most", "abc", None, ["x.a", "x.c"]),
        ("highest", "abcd", None, ["x.a", "x.c"]),
        ("lowest", "abcd", None, ["x.b"]),
        ("zeros", "abcd", None, ["x.b"]),
        ("positive", "abcd", None, ["x.a", "x.c"]),
        ("unknown", "abcd", None, ["x.d"]),
        ("most", "b", None, []),
        ("attention", "abc", "x.a", ["x.a", "x.c"]),
        ("known", "d", None, False),
        ("nonzero", "b", None, False),
        ("compare", "ab", None, "สูงกว่า"),
        ("compare", "ac", None, "เท่ากับ"),
        ("<", "b", 1, True),
        ("==", "a", "x.c", True),
        ("widest", "abcd", [["x.b", "x.d"], ["x.a", "x.c", "x.b"]], ["x.a", "x.b"]),
        ("widest", "acd", [["x.a", "x.c"], ["x.d"]], []),
    ],
)
def test_answers_by_hand(kind, of, given, says):
    # 2 of 3 and 4 of 6 are equal as fractions, whatever floats make of them.
    parts = {"a": (2, 3), "b": (0, 3), "c": (4, 6)}
    ledger = Ledger(
        Finding(id=f"x.{k}", label=k, value=100 * n / m, unit="percent", numerator=n, denominator=m)
        for k, (n, m) in parts.items()
    )
    ledger.add(Finding(id="x.d", label="d", value=None, unit="percent", note="ไม่มี"))
    assert answer(kind, [f"x.{k}" for k in of], ledger, given) == says


HOSTILE = [
    "{toys}",
    "**หนา**",
    "<b>x</b>",
    "{{ 7*7 }}",
    "[a](http://b)",
    "# x",
    "{% if toys %}",
    "$x^2$",
    "\ue000csr",
    "~~x~~",
]


@pytest.mark.parametrize("data", HOSTILE)
def test_text_of_data_is_a_value_and_never_a_template(story, data):
    said = story.say("ชื่อ {{ name }} จบ", name=data)
    assert text(said) == f"ชื่อ {escape_html(data)} จบ"
    assert "<strong>" not in said.html
    assert "<b>" not in said.html
    assert "<a " not in said.html
    assert as_written(story.plain("{{ name }}", "caption", name=data)) == " ".join(data.replace("\ue000", "").split())


def escape_html(data):
    return data.replace("\ue000", "").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("ก\n{toyz:unit}", r"%%say, line 2: no number or family 'toyz'.*did you mean toys"),
        ("{toys.city}", r"line 1: no number or family 'toys.city'.*toys\.\w+"),
        ("[if toys]\nก", r"line 1: "),
        ("{% if toys %}", r"line 1: .*endif"),
        ("[if empty] {toyz}", r"no number or family 'toyz'.*toys"),  # also in a branch that is not taken
        ("{{ 3.14 }}", "is no number of the ledger"),
        ("{{ toys ~ 'x' }}", "alone, not joined to other text"),
        ("{{ mots(toys) }}", r"most"),
        ("[else] ก", r"\[else\] belongs to an \[if …\] in the line before it"),
        ("{{ compare(nothing, toys) }}", r"nothing' has no value to compare|nothing has no value to compare"),
        ("[if nothing > 3] ก", "first ask"),
        ("{{ most(empty, by='total') }}", "nothing of empty is above zero"),
        ("{{ label('kind', 'town') }}", "no codebook for a column 'kind'"),
        ("ก\n### ข", "line 2: a heading stands in a Markdown cell"),
        ("[if toys] ## ข", "line 1: a heading stands in a Markdown cell"),
        ("{{ ''.__class__ }}", "unsafe|no number|undefined"),
    ],
)
def test_a_mistake_is_one_line_with_the_line_and_what_to_write(story, source, message):
    with pytest.raises(WordsError, match=message) as caught:
        story.say(source, where="%%say")
    assert "\n" not in str(caught.value)
    assert caught.value._render_traceback_() == [f"WordsError: {caught.value}"]


def test_escape_leaves_nothing_that_markdown_or_a_template_reads():
    signs = "*a* _b_ [c](d) `e` {f} <g> # h | ~ \\ $ % ! ."
    assert not set(escape(signs)) & set("*_[]()`{}<>#|~\\$%!.")
    assert as_written(escape(signs)) == signs


def test_a_share_is_said_with_its_interval_where_it_has_one(story):
    census = replace(
        story["toy.toys"], id="toy.share", unit="percent", value=62.5, numerator=5, denominator=8, digits=2
    )
    story.add(census, replace(census, id="toy.asked", low=41.666, high=75.0))
    assert text(story.say("ทำ{share:limits} และ{asked:limits} ทั้งหมด")) == (
        "ทำร้อยละ 62.50 (5/8) และร้อยละ 62.50 (5/8) (ช่วงความเชื่อมั่นร้อยละ 95: 41.67–75.00) ทั้งหมด"
    )


def test_say_is_a_magic_of_the_shell_that_the_notebook_runs_in(story, monkeypatch):
    import IPython  # noqa: PLC0415

    from dsw_analysis.section.words import register  # noqa: PLC0415

    magics = {}

    class Shell:
        events = SimpleNamespace(register=lambda event, function: None)

        def register_magic_function(self, function, kind, name):
            magics[kind, name] = function

    monkeypatch.setattr(IPython, "get_ipython", Shell)
    register(story)
    say = magics["cell", "say"]
    assert text(say("", "มี {toys:unit}")) == f"มี {story['toy.toys'].text('unit')}"
    assert say("if empty", "ก") is None
    with pytest.raises(WordsError, match="%%say, line 3: "):  # as the notebook counts, the magic itself being line 1
        say("", "ก\n{nope}")
    with pytest.raises(WordsError, match="write %%say, or %%say if"):
        say("when toys", "ก")


def test_a_mistake_in_a_cell_fails_the_section_with_one_line_that_names_the_line(project):
    data = str(ROOT / "data" / "raw")
    opened = f'import dsw_analysis as dsw\ns = dsw.open_section("csr", round_id=round_id, data_dir={data!r})'
    notebook(project.notebooks / "01_good.ipynb", opened, "%%say if steps\nแผนมี\n{stops:unit}", "s.close()")
    notebook(project.notebooks / "02_guard.ipynb", opened, "%%say if stops\nแผนมี", "s.close()")
    errors = {outcome.section: outcome.details for outcome in run(project)}
    cell = "cell 4: WordsError: "  # papermill adds a cell with the parameters
    near = "no number or family 'stops' in csr; did you mean steps"
    assert errors["good"].startswith(f"{cell}%%say, line 3: {near}")
    assert errors["guard"].startswith(f"{cell}%%say if 'stops', line 1: {near}")
    assert all("\n" not in error for error in errors.values())


def test_tools_leave_cells_of_words_alone(tmp_path):
    """nbstripout keeps their text; ruff checks and formats the cells beside them, and takes them for no Python."""
    words = "%%say if   x\nมี   {toys:unit}"
    path = tmp_path / "a.ipynb"
    notebook(path, words, "import os\nx = ( 1 )")
    book = json.loads(path.read_text(encoding="utf-8"))
    book["cells"][1] |= {"execution_count": 7, "outputs": [{"output_type": "stream", "name": "stdout", "text": "out"}]}
    path.write_text(json.dumps(book), encoding="utf-8")

    def tool(name, *arguments):
        command = [Path(sys.executable).parent / name, *arguments, str(path)]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
        return done, json.loads(path.read_text(encoding="utf-8"))["cells"]

    _, (_, said, _) = tool("nbstripout")
    assert ("".join(said["source"]), said["outputs"], said["execution_count"]) == (words, [], None)
    settings = ["--no-cache", "--config", str(ROOT / "pyproject.toml")]
    done, _ = tool("ruff", "check", "--output-format=concise", *settings)
    found = {
        re.search(r"cell (\d+):\S+ (\w+)", line).groups() for line in done.stdout.splitlines() if "a.ipynb" in line
    }
    assert found == {("3", "I001"), ("3", "F401")}
    _, (_, said, code) = tool("ruff", "format", *settings)
    assert "".join(said["source"]) == words
    assert "".join(code["source"]) == "import os\n\nx = 1"


def test_the_largest_is_named_with_its_ties(s, toys):  # noqa: F811
    tied = toys[toys["kind"].isin(["town", "farm"])].groupby("kind", observed=True).head(5)
    tied.attrs.update(toys.attrs)
    s.measure(tied, by="kind", few=Count("จำนวน", unit="works"))
    assert text(s.say('{{ most(few, by="kind") }}')) == "เมือง และไร่ จำนวน 5 ผลงานเท่ากัน"
    assert text(s.say('{{ zeros(few, by="kind") }}')) == "ชายฝั่ง"
