"""XLSForms: what the specification (xlsform.org) asks, rules as far as a form holds them, and what it exports."""

import io
import re
from datetime import date
from itertools import pairwise

import openpyxl
import pandas as pd
import pytest
from declared import DATASETS, SCHEMAS, dataset
from returns_forms import plainly, submissions
from returns_made import TOLD, make
from returns_records import MAKERS, records
from returns_tables import write

from dsw_analysis.cli import main
from dsw_analysis.intake.options import accept, path_of, to_yaml
from dsw_analysis.intake.proposing import propose
from dsw_analysis.intake.xlsform import xlsform
from dsw_analysis.rounds import Round

ROUND = Round(2569, 6)
TYPES = {"text", "integer", "decimal", "date", "dateTime", "start", "end", "begin_group", "end_group"}


def sheets(id_):
    """Sheets of a form as records; blanks are left out."""
    book = openpyxl.load_workbook(io.BytesIO(xlsform(dataset(id_), ROUND)))
    found = {}
    for sheet in book:
        heads, *rows = sheet.values
        found[sheet.title] = [{h: c for h, c in zip(heads, row, strict=True) if c not in (None, "")} for row in rows]
    return found


def question(id_, name):
    return next(row for row in sheets(id_)["survey"] if row.get("name") == name)


@pytest.mark.parametrize("id_", [kind.id for kind in DATASETS])
def test_a_form_keeps_to_the_specification(id_):
    form = sheets(id_)
    assert list(form) == ["survey", "choices", "settings"]
    lists = {row["list_name"] for row in form["choices"]}
    names = [row["name"] for row in form["survey"] if "name" in row]
    assert len(set(names)) == len(names) and all(re.fullmatch(r"[A-Za-z_][\w.-]*", name) for name in names)
    for row in form["survey"]:
        kind, _, of = row["type"].partition(" ")
        assert row["type"] in TYPES or (kind in ("select_one", "select_multiple") and of in lists)
        assert row["type"] in ("start", "end", "end_group") or row["label"]
        said = " ".join(row.get(key, "") for key in ("required", "relevant", "constraint"))
        assert set(re.findall(r"\$\{(\w+)\}", said)) <= set(names)
        assert said.count("(") == said.count(")") and said.count("'") % 2 == 0
        assert ("constraint" in row) == ("constraint_message" in row)
    opened = [{"begin_group": 1, "end_group": -1}.get(row["type"], 0) for row in form["survey"]]
    assert sum(opened) == 0 and all(sum(opened[:at]) in (0, 1) for at in range(len(opened)))
    chosen = [(row["list_name"], row["name"]) for row in form["choices"]]
    assert len(set(chosen)) == len(chosen) and not any(re.search(r"\s", name) for _, name in chosen)
    assert re.fullmatch(r"[a-z][a-z0-9_]*", form["settings"][0]["form_id"])


@pytest.mark.parametrize("id_", [kind.id for kind in DATASETS])
def test_questions_and_choices_are_those_of_the_schema(id_):
    form, kind = sheets(id_), dataset(id_)
    asked = [row for row in form["survey"] if row["type"] not in ("start", "end", "begin_group", "end_group")]
    assert [row["name"] for row in asked] == list(kind.names)
    for row, column in zip(asked, kind.columns, strict=True):
        assert column.header.endswith(row["label"])
        assert (row.get("required") == "yes") == column.required
        if column.codes:
            own = {c["name"]: c["label"] for c in form["choices"] if c["list_name"] == column.name}
            assert own == dict(column.codes)
    groups = [row["label"] for row in form["survey"] if row["type"] == "begin_group"]
    headers = [column.group for column in kind.columns]
    assert groups == [b for a, b in pairwise(["", *headers]) if b and b != a]


@pytest.mark.parametrize(
    ("id_", "name", "key", "said"),
    [
        ("urgent_cases", "category", "relevant", "${channel} = 'ess'"),
        ("urgent_cases", "received", "constraint", ". >= date('2025-10-01') and . < date('2026-04-01')"),
        ("urgent_cases", "referred", "constraint", "${received} = '' or . >= ${received}"),
        ("community_welfare", "consulted", "constraint", "not(. = 'yes' and ${screened} = 'no')"),
        ("community_welfare", "improved", "constraint", "(. >= 0) and (${target_group} = '' or . <= ${target_group})"),
        ("csr_training", "pre", "constraint", "(. >= 0) and (. <= 20)"),
        ("csr_training", "pre", "constraint_message", "ตั้งแต่ 0 ถึง 20"),
        ("public_opinion", "month", "type", "select_one month"),
        ("csr_activities", "sdgs", "type", "select_multiple sdgs"),
        ("csr_activities", "province", "appearance", "autocomplete"),
        ("csr_activities", "activity_id", "hint", "ห้ามซ้ำกับรายการอื่น"),
        ("plan_indicators", "unit", "required", "${target} != ''"),
        ("plan_steps", "step", "hint", next(r.expected for r in dataset("plan_steps").rules)),
    ],
)
def test_rules_stand_where_a_form_holds_them_and_else_in_the_hint(id_, name, key, said):
    assert said in question(id_, name)[key]


def test_a_rule_by_code_and_a_sum_are_conditions_on_their_own_answer():
    assert "(${unit} != 'tak' or . = 'highland_centre')" in question("career_participants", "kind")["constraint"]
    comments = question("public_opinion", "comments")["constraint"]
    assert "${positive} = '' or ${negative} = '' or round(. - (${positive} + ${negative}), 6) = 0" in comments


def test_the_command_writes_it_and_never_over_one_that_was_changed(project, capsys):
    arguments = ["--project", str(project.root), "template", "--xlsform", "csr_activities", "2569-6m"]
    assert main(arguments) == main(arguments) == 0
    path = project.outputs(ROUND) / "templates" / "csr_activities.xlsform.xlsx"
    assert path.read_bytes() == xlsform(SCHEMAS["csr_activities"], ROUND)
    path.write_bytes(b"")
    assert main(arguments) == 2 and "csr_activities.xlsform.xlsx" in capsys.readouterr().err


@pytest.mark.parametrize("entry", ["kobo_our_form", "kobo_our_form_career"])
def test_the_exports_of_the_manifest_have_the_names_of_the_form(entry, tmp_path):
    path = make(entry, tmp_path)
    id_ = path.stem
    if path.suffix == ".csv":
        header = path.read_text(encoding="utf-8-sig").splitlines()[0].split(",")
    else:
        header = [cell.value for cell in openpyxl.load_workbook(path).active[1]]
    form = [row["name"] for row in sheets(id_)["survey"]]
    assert [name for name in header if name in form] == form


def exported(id_):
    """Names of the columns of an export, in its groups, as the form has them."""
    group = ""
    for row in sheets(id_)["survey"]:
        if row["type"] in ("begin_group", "end_group"):
            group = f"{row['name']}/" if row["type"] == "begin_group" else ""
        elif row["type"] not in ("start", "end"):
            yield group + row["name"]


@pytest.mark.parametrize("id_", MAKERS)
def test_what_was_collected_with_a_form_is_read_after_one_acceptance(id_, tmp_path):
    folder, kind, collected = tmp_path / "raw" / str(ROUND), dataset(id_), records(id_, 6)
    months = {column.name for column in kind.columns if column.kind == "month"}

    def answers(record):
        said = {name: f"{cell:%Y-%m}" if name in months else cell for name, cell in record.items()}
        return [f"{cell:%Y-%m-%d}" if type(cell) is date else cell for cell in plainly(said)]

    file = folder / f"{kind.stem}.csv"
    write(file, submissions(collected, exported(id_), answers))
    options, _ = propose(kind, ROUND, folder, file)
    path_of(file).write_text(to_yaml(options.given()), encoding="utf-8")
    accept(file, "ผู้ตรวจ", date(2026, 4, 2))
    loaded = kind.load(ROUND, folder).astype(object)
    for name in kind.names:
        known = [";".join(cell) if isinstance(cell, list) else cell for cell in (r[name] for r in collected)]
        if id_ == "citizen_questions":
            known = [cell and TOLD.get(name, cell) for cell in known]
        found = [None if pd.isna(cell) else cell for cell in loaded[name]]
        assert found == [pd.Timestamp(cell) if isinstance(cell, date) else cell for cell in known], name
