"""Schemas as data: what a file may say, every mistake by line and nearest key, and what is valid in which round."""

import re
import shutil
from pathlib import Path

import pytest

from dsw_analysis.intake.rules import WORDS
from dsw_analysis.intake.schema_files import CATEGORY, CONSTRAINT, FIELD, RULE, SCHEMA, TYPES
from dsw_analysis.intake.schemas import OWN, Schemas
from dsw_analysis.intake.wording import reading_texts
from dsw_analysis.problems import UsageError
from dsw_analysis.rounds import Round

ROOT = Path(__file__).parents[2]
HALF = Round.parse("2569-6m")

VISITS = """\
name: visits
title: การเยี่ยมบ้าน
fields:
  - name: visit
    title: เลขที่
    type: string
    constraints: {required: true, unique: true}
  - name: held_on
    title: วันที่
    type: date
    dsw:in_round: true
  - name: persons
    title: จำนวน (คน)
    type: integer
    constraints: {minimum: 0, maximum: 90}
    dsw:units: [คน]
  - name: helped
    title: ได้รับความช่วยเหลือ (คน)
    type: integer
  - name: outcome
    title: ผล
    type: string
    dsw:topic: ผลการเยี่ยม
    dsw:statement: เยี่ยมแล้วดีขึ้น
    dsw:counted: [good]
    dsw:concern: [bad]
    dsw:neutral: [same]
    categories:
      - value: good
        label: ดีขึ้น
      - value: same
        label: เท่าเดิม
      - value: bad
        label: แย่ลง
dsw:rules:
  - name: helped_within
    column: helped
    at_most: persons
    expected: ต้องไม่เกินจำนวน
    action: แก้จำนวน
"""
"""The schema that mistakes are made in."""


def written(tmp_path, **files):
    """Schemas of a project with these files, in the printed round."""
    folder = tmp_path / "data" / "schemas"
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}.yaml").write_text(content, encoding="utf-8")
    return Schemas.of(tmp_path / "data" / "raw", HALF)


def test_a_schema_says_what_a_column_is(tmp_path):
    visits = written(tmp_path, visits=VISITS)["visits"]
    assert (visits.title, visits.stem, visits.sheet, visits.names) == (
        "การเยี่ยมบ้าน",
        "visits",
        None,
        ("visit", "held_on", "persons", "helped", "outcome"),
    )
    assert [column.kind for column in visits.columns] == ["text", "date", "integer", "integer", "category"]
    persons, outcome = visits["persons"], visits["outcome"]
    assert (persons.ge, persons.le, persons.units, persons.required, persons.unique) == (0, 90, ("คน",), False, False)
    assert (visits["visit"].required, visits["visit"].unique, visits["held_on"].in_round) == (True, True, True)
    assert outcome.codes == {"good": "ดีขึ้น", "same": "เท่าเดิม", "bad": "แย่ลง"}
    assert (outcome.topic, outcome.counted, outcome.concern) == ("ผลการเยี่ยม", ("good",), ("bad",))


# What is replaced, by what, the line that is named, and what is said of it.
MISTAKES = [
    ("title: การเยี่ยมบ้าน", "titel: การเยี่ยมบ้าน", 2, "a schema has no key 'titel'; did you mean 'title'?"),
    ("title: การเยี่ยมบ้าน\n", "", 1, "a schema needs the key 'title'"),
    ("name: visits", "name: visit", 1, "the file of 'visit' is called visit.yaml, not visits.yaml"),
    ("name: visits", "name: Visits", 1, "'Visits' is no name"),
    ("title: การเยี่ยมบ้าน", "title:", 2, "a text belongs here"),
    ("title: การเยี่ยมบ้าน", "dsw:oder: 3", 2, "a schema has no key 'dsw:oder'; did you mean 'dsw:order'"),
    ("title: การเยี่ยมบ้าน", "title: ก\ntitle: ข", 3, "the key 'title' stands in line 2 already"),
    ("title: การเยี่ยมบ้าน", "title: ก\ndsw:may_be_empty: yes", 3, "'yes' is no true or false"),
    ("title: การเยี่ยมบ้าน", "title: ก\ndsw:file: ../raw/visits", 3, "is no name of a file"),
    ("title: การเยี่ยมบ้าน", "title: ก\ndsw:to: 2569", 3, "'2569' is not a round"),
    ("title: การเยี่ยมบ้าน", "title: ก\ndsw:from: 2570-3m\ndsw:to: 2569-12m", 4, "2569-12m is before 2570-3m"),
    (
        "title: เลขที่\n    type: string",
        "title: เลขที่\n    type: strng",
        6,
        "'strng' may not stand here; did you mean 'string'",
    ),
    ("  - name: visit\n    title: เลขที่", "  - title: เลขที่", 4, "a field needs the key 'name'"),
    ("name: held_on", "name: visit", 8, "the field 'visit' stands in line 4 already"),
    ("name: held_on", "name: row", 8, "'row' is the number of the row"),
    ("title: วันที่", "title: เลข ที่", 9, "the header 'เลข ที่' stands in line 5 already"),
    ("{required: true, unique: true}", "{requird: true}", 7, "no key 'requird'; did you mean 'required'?"),
    ("{required: true, unique: true}", "true", 7, "a constraint belongs here"),
    ("{minimum: 0, maximum: 90}", "{minimum: 91, maximum: 90}", 15, "the minimum is above the maximum"),
    ("{minimum: 0, maximum: 90}", "{minimum: ศูนย์}", 15, "'ศูนย์' is no number"),
    ("{required: true, unique: true}", "{maximum: 5}", 7, "'maximum' means nothing for a field of kind text"),
    ("    dsw:units: [คน]", "    dsw:in_round: true", 16, "'dsw:in_round' means nothing for a field of kind integer"),
    ("    dsw:units: [คน]", "    dsw:units: คน", 16, "a list belongs here"),
    ("    dsw:units: [คน]", "    dsw:kind: province", 16, "a province is a string without categories"),
    ("    dsw:in_round: true", "    dsw:kind: provinz", 11, "'provinz' may not stand here; did you mean 'province'?"),
    ("title: ผล\n    type: string", "title: ผล\n    type: list", 22, "a list needs categories, and 'delimiter: ;'"),
    ("title: ผล\n    type: string", "title: ผล\n    type: integer", 28, "a field of type 'integer' has no categories"),
    ("value: same", "value: good", 31, "the code 'good' stands in line 29 already"),
    ("label: เท่าเดิม", "label: ดี ขึ้น", 32, "the label 'ดี ขึ้น' stands in line 30 already"),
    ("value: same", "value: Same", 31, "'Same' is no code"),
    ("        label: เท่าเดิม\n", "", 31, "a category needs the key 'label'"),
    ("label: เท่าเดิม", "label: เท่าเดิม\n        dsw:missing: refusd", 33, "did you mean 'refused'?"),
    ("dsw:counted: [good]", "dsw:counted: [goot]", 25, "the question has no answer 'goot'; did you mean 'good'?"),
    ("    dsw:counted: [good]\n", "", 23, "a question needs the key 'dsw:counted'"),
    ("    dsw:concern: [bad]\n", "", 23, "a question needs the key 'dsw:concern'"),
    ("    dsw:topic: ผลการเยี่ยม\n", "", 23, "a question needs the key 'dsw:topic'"),
    ("    dsw:neutral: [same]\n", "", 30, "the answer 'same' is neither counted nor a concern"),
    ("dsw:neutral: [same]", "dsw:neutral: [same, good]", 27, "'good' is of 'dsw:counted', so it is not neutral"),
    ("column: helped", "column: helpt", 37, "there is no field 'helpt'; did you mean 'helped'?"),
    ("at_most: persons", "at_most: person", 38, "there is no field 'person'; did you mean 'persons'?"),
    ("at_most: persons", "at_most: held_on", 38, "'at_most' is not for 'held_on', which is of kind date"),
    ("at_most: persons", "at_least: persons", 38, "a rule has no key 'at_least'; did you mean 'at_most'"),
    ("    at_most: persons\n", "", 36, "it has none of filled_only_if, needs"),
    ("at_most: persons", "at_most: persons\n    needs: [persons]", 39, "'needs' is a second one"),
    ("at_most: persons", "filled_only_if: {outcome: [god]}", 38, "there is no code 'god'; did you mean 'good'?"),
    ("at_most: persons", "filled_only_if: {persons: [good]}", 38, "not for 'persons', which is of kind integer"),
    ("at_most: persons", "by_code: {outcome: {good: x}}", 37, "'by_code' is not for 'helped'"),
    ("at_most: persons", "order_of_steps: [outcome]", 37, "'order_of_steps' is not for 'helped'"),
    ("column: helped\n    at_most: persons", "column: visit\n    matches: '['", 38, "unterminated character set"),
    (
        "column: helped\n    at_most: persons",
        "column: outcome\n    order_of_steps: [outcome, outcome]",
        38,
        "no code 'good'",
    ),
    ("    action: แก้จำนวน\n", "", 36, "a rule needs the key 'action'"),
    ("type: date", "type: date\n\tdsw:monthly: true", 11, "this is no YAML"),
    ("title: การเยี่ยมบ้าน", "title: 'ก", 2, "this is no YAML"),
    ("fields:\n", "fields: []\nmore:\n", 3, "a list belongs here"),
]


@pytest.mark.parametrize(("old", "new", "line", "said"), MISTAKES)
def test_a_mistake_is_named_with_file_line_and_nearest_key(tmp_path, old, new, line, said):
    assert VISITS.count(old) == 1 or VISITS.startswith(old)
    with pytest.raises(UsageError) as error:
        written(tmp_path, visits=VISITS.replace(old, new, 1))["visits"]
    place, _, text = str(error.value).partition(": ")
    assert (place.partition(" line")[0], said in text) == ("schemas/visits.yaml", True), error.value
    if "no YAML" not in said:  # where YAML itself notices, it is at most at the end of the text
        assert place == f"schemas/visits.yaml line {line}", error.value


def test_an_empty_file_and_one_that_is_no_text_are_named(tmp_path):
    schemas = written(tmp_path, visits="# nothing yet\n")
    with pytest.raises(UsageError, match=r"schemas/visits\.yaml line 1: the file is empty"):
        schemas["visits"]
    (schemas.folder / "visits.yaml").write_bytes(b"name: \xff\xfe")
    with pytest.raises(UsageError, match=r"schemas/visits\.yaml line 1: this is no YAML"):
        schemas["visits"]


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path):
    schemas = written(tmp_path, visits=VISITS)
    (schemas.folder / "visits.yaml").write_bytes(("\ufeff" + VISITS.replace("\n", "\r\n")).encode())
    assert len(schemas["visits"].columns) == 5


def test_what_yaml_takes_for_something_else_is_the_text_that_stands_there(tmp_path):
    """``no``, ``on`` and ``007`` are codes as they are written, not False, True and 7."""
    content = (
        VISITS.replace("good", "no").replace("same", "007").replace("value: bad", "value: on").replace("[bad]", "[on]")
    )
    assert list(written(tmp_path, visits=content)["visits"]["outcome"].codes) == ["no", "007", "on"]


def test_a_list_of_answers_cannot_hold_what_separates_them(tmp_path):
    content = VISITS.replace("title: ผล\n    type: string", "title: ผล\n    type: list\n    delimiter: ;")
    content = re.sub(r"    dsw:(topic|statement|counted|concern|neutral).*\n", "", content)
    schemas = written(tmp_path, visits=content)
    assert schemas["visits"]["outcome"].kind == "multi"
    schemas = written(tmp_path, visits=content.replace("เท่าเดิม", "เท่าเดิม; คงที่"))
    with pytest.raises(UsageError, match="line 28: a label of a list has no ;"):
        schemas["visits"]


def test_only_one_field_counts_the_months(tmp_path):
    more = "    dsw:monthly: true\n  - name: ended_on\n    title: วันสิ้นสุด\n    type: date\n    dsw:monthly: true\n"
    with pytest.raises(UsageError, match="line 16: the months are counted by 'held_on' already"):
        written(tmp_path, visits=VISITS.replace("    dsw:in_round: true\n", "    dsw:in_round: true\n" + more))[
            "visits"
        ]


def test_codes_that_are_no_answer_need_not_be_neutral(tmp_path):
    content = VISITS.replace("    dsw:neutral: [same]\n", "").replace("เท่าเดิม", "ไม่ขอตอบ\n        dsw:missing: refused")
    assert written(tmp_path, visits=content)["visits"]["outcome"].missing_codes == {"same": "refused"}


def test_texts_that_mean_a_blank_are_read_so_and_counted(tmp_path):
    content = VISITS.replace("title: การเยี่ยมบ้าน", "title: การเยี่ยมบ้าน\nmissingValues: [ไม่มีข้อมูล, n/a]")
    content = content.replace("type: date", "type: date\n    constraints: {required: true}")
    visits = written(tmp_path, visits=content)["visits"]
    headers = "เลขที่,วันที่,จำนวน (คน),ได้รับความช่วยเหลือ (คน),ผล"
    rows = "ก1,ไม่มีข้อมูล,3,n/a,ดีขึ้น\nก2,05/10/2568, ไม่มีข้อมูล ,ไม่มี,n/a\nก3,05/10/2568,3,2,แย่ลง\nก4,06/10/2568,3,2,แย่ลง\n"
    (tmp_path / "visits.csv").write_text(f"{headers}\n{rows}", encoding="utf-8")
    checked = visits.check(HALF, tmp_path)
    assert {(p.row, p.column, p.code) for p in checked.problems} == {
        (2, "วันที่", "required"),
        (3, "ได้รับความช่วยเหลือ (คน)", "cell"),
    }
    assert checked.changed["missing_value"] == 4
    assert checked.frame.isna().to_numpy().tolist()[0] == [False, True, False, True, False]
    assert "อ่านเป็นช่องว่าง: ไม่มีข้อมูล, n/a" in reading_texts(visits["persons"])


# --- several files ---

NAMES = "name: homes\ntitle: ทะเบียน\nfields:\n  - name: home\n    title: บ้าน\n    type: string\n"


def asking(registry):
    return VISITS.replace(
        "title: เลขที่\n    type: string", f"title: เลขที่\n    type: string\n    dsw:registry: {registry}"
    )


def test_a_registry_is_another_dataset(tmp_path):
    schemas = written(tmp_path, visits=asking("homes.home"), homes=NAMES)
    registry, column = schemas["visits"].registries["visit"]
    assert (registry, column) == (schemas["homes"], "home")


@pytest.mark.parametrize(
    ("registry", "said"),
    [
        ("home.home", "no dataset 'home' in round 2569-6m; did you mean 'homes'?"),
        ("homes.house", "'homes' has no field 'house'; did you mean 'home'?"),
        ("visits.visit", "'visits' is listed by 'visits'"),
        ("homes", "'homes' is no field of a dataset: write dataset.field"),
    ],
)
def test_a_registry_that_there_is_not_is_named(tmp_path, registry, said):
    with pytest.raises(UsageError) as error:
        written(tmp_path, visits=asking(registry), homes=NAMES)["visits"]
    assert str(error.value).startswith("schemas/visits.yaml line 7: ") and said in str(error.value)


def test_two_registries_of_each_other_are_named(tmp_path):
    homes = NAMES + "    dsw:registry: visits.visit\n"
    with pytest.raises(UsageError, match=r"schemas/homes\.yaml line 7: 'visits' is listed by 'homes'"):
        written(tmp_path, visits=asking("homes.home"), homes=homes)["visits"]


def test_reading_order_is_that_of_the_files_and_then_of_the_names(tmp_path):
    one = "name: {}\ntitle: ก\nfields:\n  - name: home\n    title: บ้าน\n    type: string\n"
    files = {"a": one.format("a"), "b": one.format("b") + "dsw:order: 20\n", "c": one.format("c") + "dsw:order: 3\n"}
    assert [id_ for id_ in written(tmp_path, **files) if id_ in files] == ["c", "b", "a"]


def test_the_packages_own_schemas_are_those_of_every_project_and_give_way_to_a_file_of_its_own(tmp_path):
    schemas = written(tmp_path, visits=VISITS)
    assert {"plan_projects", "plan_steps", "plan_indicators", "corrections", "returns"} <= set(schemas)
    unit = schemas["plan_indicators"]["unit"].codes
    text = (OWN / "plan_indicators.yaml").read_text(encoding="utf-8")
    own = text.replace("      - value: centres\n", "      - value: rooms\n        label: ห้อง\n      - value: centres\n")
    assert own != text
    own_schemas = written(tmp_path / "other", visits=VISITS, plan_indicators=own)
    assert own_schemas["plan_indicators"]["unit"].codes == {**unit, "rooms": "ห้อง"}
    assert list(own_schemas) == list(schemas), "one of the name, in the same place"


def test_a_project_without_schemas_says_where_they_belong(tmp_path):
    with pytest.raises(UsageError, match=r"no schemas in .*data.schemas; run dsw in the project's folder"):
        list(Schemas.of(tmp_path / "data" / "raw", HALF))


def test_only_the_files_of_what_is_asked_for_are_read(tmp_path):
    """A section does not fail of another section's schema, and is not made again for it."""
    schemas = written(tmp_path, visits=VISITS, broken="name: [")
    assert schemas["visits"].id == "visits"
    with pytest.raises(UsageError, match="broken"):
        list(schemas)


# --- from which round to which ---


def in_rounds(tmp_path, content, *rounds):
    schemas = written(tmp_path, visits=content)
    return [schemas.at(Round.parse(round_))["visits"] for round_ in rounds]


def test_an_answer_is_valid_from_a_round_to_a_round(tmp_path):
    content = VISITS.replace("label: ดีขึ้น", "label: ดีขึ้น\n        dsw:from: 2569-9m\n        dsw:to: 2570-6m")
    found = in_rounds(tmp_path, content, "2569-6m", "2569-9m", "2570-6m", "2570-9m")
    assert [list(visits["outcome"].codes) for visits in found] == [
        ["same", "bad"],
        ["good", "same", "bad"],
        ["good", "same", "bad"],
        ["same", "bad"],
    ]
    assert [visits["outcome"].counted for visits in found] == [(), ("good",), ("good",), ()]


def test_an_answer_may_be_worded_otherwise_from_a_round_on(tmp_path):
    again = (
        "label: ดีขึ้น\n        dsw:to: 2569-12m\n      - value: good\n        label: ดีขึ้นมาก\n        dsw:from: 2570-3m"
    )
    old, new = in_rounds(tmp_path, VISITS.replace("label: ดีขึ้น", again), "2569-12m", "2570-3m")
    assert (old["outcome"].codes["good"], new["outcome"].codes["good"]) == ("ดีขึ้น", "ดีขึ้นมาก")


def test_a_schema_says_that_rows_are_persons_and_where_they_are_of(tmp_path):
    content = VISITS.replace("fields:", "dsw:persons: {units: [visit], service: [outcome]}\nfields:", 1)
    visits = written(tmp_path, visits=content)["visits"]
    assert visits.persons
    assert visits.places == {"visit"}
    assert visits.service == ("outcome",)
    assert not written(tmp_path, visits=VISITS)["visits"].persons
    with pytest.raises(UsageError, match=r"there is no field 'visi'; did you mean .visit."):
        written(tmp_path, visits=content.replace("[visit]", "[visi]"))["visits"]


def test_spans_of_one_answer_that_overlap_are_refused(tmp_path):
    again = "label: ดีขึ้น\n        dsw:to: 2570-3m\n      - value: good\n        label: ดีขึ้นมาก\n        dsw:from: 2570-3m"
    with pytest.raises(UsageError, match="line 32: the code 'good' stands in line 29 already"):
        in_rounds(tmp_path, VISITS.replace("label: ดีขึ้น", again), "2569-6m")


def test_a_field_with_its_rules_is_valid_from_a_round_on(tmp_path):
    content = VISITS.replace("title: ได้รับความช่วยเหลือ (คน)", "title: ได้รับความช่วยเหลือ (คน)\n    dsw:from: 2570-3m")
    old, new = in_rounds(tmp_path, content, "2569-12m", "2570-3m")
    assert ("helped" in old.names, old.rules) == (False, ())
    assert ("helped" in new.names, [rule.name for rule in new.rules]) == (True, ["helped_within"])


def test_a_dataset_ends_with_a_round(tmp_path):
    schemas = written(tmp_path, visits=VISITS + "dsw:to: 2569-6m\n", homes=NAMES)
    assert {"visits", "homes"} <= set(schemas)
    later = schemas.at(Round.parse("2569-9m"))
    assert "homes" in list(later) and "visits" not in list(later) and "visits" not in later
    with pytest.raises(UsageError, match=r"no dataset 'visits' in round 2569-9m; known are .*homes"):
        later["visits"]


def test_a_new_answer_is_refused_before_its_round_and_read_from_it_on(tmp_path):
    """The 2569 file of a project whose schema has 2570's answer is judged as before, to the letter."""
    folder = ROOT / "data" / "schemas"
    shutil.copytree(folder, tmp_path / "data" / "schemas")
    path = tmp_path / "data" / "schemas" / "urgent_cases.yaml"
    label = "label: Social Media\n"
    new = f"{label}      - value: line\n        label: LINE\n        dsw:from: 2570-6m\n"
    path.write_text(path.read_text(encoding="utf-8").replace(label, new), encoding="utf-8")
    before, after = Schemas(folder, HALF), Schemas.of(tmp_path / "data" / "raw", HALF)
    assert before["urgent_cases"] == after["urgent_cases"]
    for round_, day, problems in ((HALF, "05/10/2568", 1), (Round.parse("2570-6m"), "05/10/2569", 0)):
        raw = tmp_path / "data" / "raw" / str(round_)
        raw.mkdir(parents=True)
        headers = ",".join(column.header for column in before["urgent_cases"].columns)
        rows = f"ก1,LINE,,,ตาก,{day} 08:00,\nก2,สายด่วน 1300,,,ตาก,{day} 09:00,\nก3,LINE,,,ตาก,{day} 10:00,\n"
        rows = rows if not problems else rows.replace("ก3,LINE", "ก3,ESS Help Me")
        (raw / "urgent_cases.csv").write_text(f"{headers}\n{rows}", encoding="utf-8")
        kind = after.at(round_)["urgent_cases"]
        found = kind.check(round_, raw)
        assert [(p.row, p.value) for p in found.problems] == [(2, "LINE")] * problems
        if not problems:
            assert kind.load(round_, raw)["channel"].value_counts().to_dict() == {
                "line": 2,
                "hotline": 1,
                "ess": 0,
                "social_media": 0,
            }


# --- the page that explains it ---


def test_the_docs_explain_every_key_and_no_other():
    page = (ROOT / "docs" / "schemas.md").read_text(encoding="utf-8")
    tables = re.findall(
        r"^\| key of (a schema|a field|a constraint|a category|a rule) \|.*\n\|[-| ]+\|\n((?:\|.*\n)+)", page, re.M
    )
    explained = {what: re.findall(r"^\| `([A-Za-z_:]+)` \|", rows, re.M) for what, rows in tables}
    assert explained == {
        "a schema": list(SCHEMA),
        "a field": list(FIELD),
        "a constraint": list(CONSTRAINT),
        "a category": list(CATEGORY),
        "a rule": list(RULE),
    }
    assert set(WORDS) <= set(RULE)
    (types,) = re.findall(r"^\| type \|.*\n\|[-| ]+\|\n((?:\|.*\n)+)", page, re.M)
    assert re.findall(r"^\| `([a-z]+)` \|", types, re.M) == list(TYPES)


def test_the_example_of_the_docs_is_a_schema(tmp_path):
    page = (ROOT / "docs" / "schemas.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(name: .*?)```", page, re.S)
    name = example.split()[1]
    assert written(tmp_path, **{name: example})[name].columns
