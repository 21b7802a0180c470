"""Preparation notebooks: what they make stands in a dataset's place, is traced, checked, and never out of date."""

import json

import nbformat
import pandas as pd
import pytest
from declared import dataset
from preparation_projects import examples, with_opinions, write
from returns_made import ENTRIES, as_loaded, make
from small_projects import HAND_OVER, ROUND, add, ran, run

from dsw_analysis.cli import main
from dsw_analysis.intake.prepared import Prepared
from dsw_analysis.intake.schemas import Schemas
from dsw_analysis.intake.writing.whole import digest
from dsw_analysis.problems import DataError

EXAMPLES = {"public_opinion": "months_across_rows", "csr_activities": "ticks_sdgs"}


def load(project, dataset):
    return Schemas.of(project.data, ROUND)[dataset].load(ROUND, project.data / str(ROUND))


def check(project, *arguments):
    return main(["--project", str(project.root), "check", "2569-6m", *arguments])


def truth(entry):
    """What a loaded frame of an entry's records holds."""
    return [
        {name: pd.Timestamp(cell) if hasattr(cell, "year") else cell for name, cell in record.items()}
        for record in as_loaded(entry)
    ]


def plain(frame):
    return [{name: None if pd.isna(cell) else cell for name, cell in row.items()} for row in frame.to_dict("records")]


@pytest.fixture
def opinions(project):
    return with_opinions(project)


@pytest.mark.parametrize(("id_", "entry"), EXAMPLES.items())
def test_the_worked_examples_make_exactly_the_known_records(project, capsys, id_, entry):
    make(entry, project.data / str(ROUND))
    write(project, id_, examples()[id_])
    assert check(project, "--dataset", id_) == 0, capsys.readouterr().out
    assert plain(load(project, id_)) == truth(entry)


def test_a_section_reads_what_was_made_and_its_trace_says_so(opinions):
    (outcome,) = run(opinions)
    assert outcome.state == "ok", outcome.error
    made = Prepared.of(opinions.data / str(ROUND), "public_opinion")
    (read,) = outcome.document["inputs"]
    assert (read["file"], read["rows"]) == ("public_opinion.prepared.csv", 6)
    assert outcome.document["findings"][0]["value"] == sum(
        record["comments"] for record in as_loaded("months_across_rows")
    )
    trace = json.loads(made.trace.read_bytes())
    raw = (opinions.data / str(ROUND) / "public_opinion.xlsx").read_bytes()
    assert read["prepared"] == [
        {"file": "notebooks/prepare/public_opinion.ipynb", "sha256": digest(made.notebook.read_bytes())},
        {"file": "data/raw/2569-6m/public_opinion.xlsx", "sha256": digest(raw)},
    ]
    assert trace["file"] == read["sha256"] and "../data/raw/2569-6m/public_opinion.xlsx" in trace["read"]


def test_nothing_runs_again_until_a_file_or_the_notebook_changes(opinions):
    assert ran(opinions) == ["opinion"]
    made = Prepared.of(opinions.data / str(ROUND), "public_opinion")
    before = made.file.stat().st_mtime_ns
    assert ran(opinions) == [] and made.file.stat().st_mtime_ns == before
    path = opinions.data / str(ROUND) / "public_opinion.xlsx"
    table = pd.read_excel(path, header=None, engine="calamine")
    table.iloc[1, 1], table.iloc[2, 1] = 1000, 995  # one more comment in all, and in those that are positive
    table.to_excel(path, header=False, index=False)
    assert made.reasons() == ["input ../data/raw/2569-6m/public_opinion.xlsx changed"]
    assert ran(opinions) == ["opinion"]
    assert load(opinions, "public_opinion")["comments"].iloc[0] == 1000
    write(opinions, "public_opinion", "# said otherwise", examples()["public_opinion"])
    assert made.reasons() == ["its notebook changed"]
    run(opinions)
    assert made.reasons() == []


def test_what_is_out_of_date_or_altered_is_not_read(opinions):
    check(opinions)
    made = Prepared.of(opinions.data / str(ROUND), "public_opinion")
    content = made.file.read_bytes()
    made.file.write_bytes(content.replace(b"45", b"46"))
    with pytest.raises(DataError, match="ต้องแปลงไฟล์ด้วยโน้ตบุ๊กเตรียมข้อมูล notebooks/prepare/public_opinion"):
        load(opinions, "public_opinion")
    made.file.write_bytes(content)
    assert len(load(opinions, "public_opinion")) == 6
    make("months_across_groups", opinions.data / str(ROUND)).replace(opinions.data / str(ROUND) / "public_opinion.xlsx")
    with pytest.raises(DataError) as raised:
        load(opinions, "public_opinion")
    assert raised.value.problems[0].code == "not_prepared" and "dsw check 2569-6m" in raised.value.problems[0].action


@pytest.mark.parametrize(
    ("cell", "said"),
    [("1 / 0", "ZeroDivisionError"), ("pass", "without close()"), ("import os; os._exit(3)", "Kernel died")],
)
def test_a_notebook_that_fails_costs_the_sections_that_read_the_dataset_and_the_last_set_stays(
    opinions, cell, said, capsys
):
    add(opinions, "02_other", HAND_OVER)
    run(opinions)
    ledger = (opinions.outputs(ROUND) / "findings.json").read_bytes()
    write(opinions, "public_opinion", cell)
    outcomes = {outcome.section: outcome for outcome in run(opinions)}
    assert (outcomes["opinion"].state, outcomes["other"].state) == ("failed", "ok")
    assert "notebooks/prepare/public_opinion.ipynb" in outcomes["opinion"].details
    assert (opinions.outputs(ROUND) / "findings.json").read_bytes() == ledger
    assert check(opinions, "--dataset", "public_opinion") == 1
    told = capsys.readouterr().out
    assert said in told and "ทำงานไม่สำเร็จ" in told


def test_the_command_ends_with_1_though_no_section_reads_what_failed(project, capsys):
    add(project, "01_other", HAND_OVER)
    write(project, "homeless_housing", "1 / 0")
    assert main(["--project", str(project.root), "run", "2569-6m"]) == 1
    said = "failed  notebooks/prepare/homeless_housing.ipynb: cell 3, line 1: ZeroDivisionError"
    assert said in capsys.readouterr().out


def test_problems_name_the_file_that_was_made_and_its_notebook(opinions, capsys):
    write(
        opinions,
        "public_opinion",
        examples()["public_opinion"].replace("p.close(table)", "p.close(table.assign(เดือน='?'))"),
    )
    assert check(opinions, "--dataset", "public_opinion") == 1
    with pytest.raises(DataError) as raised:
        load(opinions, "public_opinion")
    for problem in raised.value.problems:
        assert problem.file == "public_opinion.prepared.csv"
        assert "notebooks/prepare/public_opinion.ipynb" in problem.action
    assert "public_opinion.prepared.csv" in capsys.readouterr().out


def test_fresh_makes_it_anew_and_explain_runs_nothing(opinions, capsys):
    arguments = ["--project", str(opinions.root), "run", "2569-6m", "--explain"]
    assert main(arguments) == 0
    assert "prepare/public_opinion: never made" in capsys.readouterr().out
    made = Prepared.of(opinions.data / str(ROUND), "public_opinion")
    assert not made.file.exists()
    run(opinions)
    assert main(arguments) == 0
    assert "prepare/public_opinion: current\nopinion: current" in capsys.readouterr().out
    before = made.file.stat().st_mtime_ns
    run(opinions, fresh=True, jobs=2)
    assert made.file.stat().st_mtime_ns != before
    write(opinions, "public_opinion", "pass", examples()["public_opinion"])
    assert main(arguments) == 0
    assert "opinion: input ./prepare/public_opinion.ipynb changed" in capsys.readouterr().out


def test_who_has_sent_what_is_told_of_what_was_prepared(opinions):
    main(["--project", str(opinions.root), "returns", "2569-6m"])
    assert Prepared.of(opinions.data / str(ROUND), "public_opinion").reasons() == []


def test_close_shows_what_the_check_will_say(opinions, monkeypatch):
    monkeypatch.chdir(opinions.notebooks / "prepare")
    names = {}
    exec(examples()["public_opinion"].replace("p.close(table)", ""), {"round_id": "2569-6m"}, names)
    assert names["p"].close(names["table"]).empty
    shown = names["p"].close(names["table"].assign(เดือน="2569"))
    assert shown["คอลัมน์"].unique().tolist() == ["เดือน"] and shown["แถวที่"].tolist() == [2, 3, 4, 5, 6, 7]
    names["p"].close(names["table"].set_axis(list(dataset("public_opinion").names), axis=1))


@pytest.mark.parametrize("entry", ["harmless_xlsx", "signature_highland"])
def test_the_template_runs_and_is_never_written_over(project, capsys, entry):
    id_ = ENTRIES[entry]["dataset"]
    make(entry, project.data / str(ROUND))
    assert main(["--project", str(project.root), "new", "prepare", id_]) == 0
    book = nbformat.read(project.notebooks / "prepare" / f"{id_}.ipynb", as_version=4)
    nbformat.validate(book)
    text = "".join(cell.source for cell in book.cells)
    column = dataset(id_).columns[1]
    assert "@" not in text and 'round_id: str = "2569-6m"' in text and f"`{column.name}` ({column.header})" in text
    assert check(project, "--dataset", id_) == 0
    assert plain(load(project, id_)) == truth(entry)  # laid out as the form: nothing to turn
    assert main(["--project", str(project.root), "new", "prepare", id_]) == 2
    assert main(["--project", str(project.root), "new", "prepare", id_[:-1]]) == 2
    assert id_ in capsys.readouterr().err


def test_the_template_of_a_dataset_in_parts_reads_all_of_them(project):
    make("parts_province", project.data / str(ROUND))
    assert main(["--project", str(project.root), "new", "prepare", "csr_activities"]) == 0
    path = project.notebooks / "prepare" / "csr_activities.ipynb"
    cells = [c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    table = "table = sent.iloc[1:].set_axis(sent.iloc[0], axis=1)[lambda t: t['จังหวัด'] != 'จังหวัด']"
    write(project, "csr_activities", *(table if "table = sent" in cell else cell for cell in cells[1:]))
    assert check(project, "--dataset", "csr_activities") == 0
    assert sorted(plain(load(project, "csr_activities")), key=str) == sorted(truth("parts_province"), key=str)


def test_a_notebook_for_no_dataset_is_misuse(project, capsys):
    write(project, "public_opinon", "pass")
    assert check(project) == 2
    assert "notebooks/prepare/public_opinon.ipynb is for no dataset" in capsys.readouterr().err
