"""Four rounds made by program, three of a year and the first of the next: each difference and all of its causes.

From round to round changes are planted, one cause or several in a dataset, none in others. Values are computed with
pandas from the records that were written; what must be named is the list of what was planted.
"""

import shutil
from collections import Counter
from dataclasses import replace
from itertools import pairwise, product
from random import Random

import pandas as pd
import pytest
from conftest import ROOT
from declared import SCHEMAS, dataset
from rounds_made import (
    ANSWER,
    Maker,
    expect_architecture,
    expect_community,
    expect_highland,
    expect_housing,
    expect_opinion,
    expect_questions,
    expect_restructuring,
    make_round,
    write_form,
)
from scipy.stats import binomtest
from test_comparison import write_ledger

from dsw_analysis.findings.measures.base import Mean
from dsw_analysis.intake.source import Source
from dsw_analysis.intake.thai import provinces
from dsw_analysis.report.comparing import compare_rounds
from dsw_analysis.report.comparison_files import comparison_page
from dsw_analysis.report.pairs import paired
from dsw_analysis.rounds import Round

ROUNDS = tuple(map(Round.parse, ("2569-6m", "2569-9m", "2569-12m", "2570-3m")))
DROPPED = "homeless_housing"
SECTIONS = (
    "enterprise_architecture", "restructuring", DROPPED, "community_welfare", "highland_welfare", "citizen_questions",
    "public_opinion",
)  # fmt: skip
EXPECT = {
    "ea_activities": expect_architecture, "restructuring_survey": expect_restructuring, DROPPED: expect_housing,
    "community_welfare": expect_community, "highland_welfare": expect_highland,
    "citizen_questions": expect_questions, "public_opinion": expect_opinion,
}  # fmt: skip
PLANTED = (
    {
        "citizen_questions": {"period", "late"}, "public_opinion": {"period"}, DROPPED: {"corrected"},
        "community_welfare": {"units"}, "restructuring_units": {"units"}, "ea_activities": {"added", "corrected"},
        "restructuring_survey": {"units", "corrected"},
    },
    {
        "citizen_questions": {"period", "late", "corrected"}, "public_opinion": {"period", "corrected"},
        DROPPED: {"units", "corrected"}, "community_welfare": {"corrected"}, "ea_activities": {"removed"},
        "highland_welfare": {"corrected"},
    },
    {
        "citizen_questions": {"period"}, "public_opinion": {"period"}, "restructuring_survey": {"units", "corrected"},
        "ea_activities": {"added", "removed", "corrected"}, "highland_welfare": {"corrected"},
    },
)  # fmt: skip
"""Of each round but the first: dataset -> what is planted in it since the round before; nothing in all others."""


def asked(round_, after, letter):
    """Questions of a round's days after another round, or of all of its days."""
    found = Maker(round_, Random(letter), False).citizen_questions()
    if after is not None:
        found = found[found["asked"] > pd.Timestamp(after.end) + pd.Timedelta(days=1)].copy()
    found["question_id"] = letter + found["question_id"].astype(str)
    return found


def months(round_, before):
    """Comments of all months of a round, those of the rows of before as they were."""
    found = Maker(round_, Random(str(round_)), False).public_opinion()
    found.iloc[: len(before)] = before
    return found


def answered_late(questions, share):
    """The first so many questions that nobody had answered have an answer."""
    at = questions.index[questions["answered"].isna()][:share]
    assert len(at) == share
    questions = questions.copy()
    questions.loc[at, "answered"] = questions.loc[at, "asked"] + pd.Timedelta(hours=5)
    return questions


def changed(frame, column, values, rows=4):
    """The first rows with another of some values in a column."""
    frame = frame.reset_index(drop=True)
    for at in range(rows):
        frame.loc[at, column] = next(v for v in values if v != frame.loc[at, column])
    return frame


def second(before):
    """A unit closed, questions late, answers and states corrected, an activity that nobody had told of."""
    old, new = ROUNDS[:2]
    late = before["citizen_questions"].head(3).assign(question_id=["L1", "L2", "L3"])
    closed = before["restructuring_survey"]["unit"].iloc[0]
    units, survey = (before[n][before[n]["unit"] != closed] for n in ("restructuring_units", "restructuring_survey"))
    question = next(c for c in dataset("restructuring_survey").columns if c.statement and c.name != "written_orders")
    work = changed(before["ea_activities"], "state", ["done", "in_progress"])
    homes = before[DROPPED].assign(places=before[DROPPED]["places"] + 1)
    return {
        **before,
        "citizen_questions": pd.concat([before["citizen_questions"], late, asked(new, old, "N")]),
        "public_opinion": months(new, before["public_opinion"]),
        DROPPED: homes,
        "community_welfare": before["community_welfare"].iloc[1:],
        "restructuring_units": units,
        "restructuring_survey": changed(survey, question.name, question.codes),
        "ea_activities": pd.concat([work, work.tail(1).assign(activity_id="EA-99")]),
    }


def third(before):
    """Late and corrected questions, a month corrected, a province that left, a centre further on; another target."""
    old, new = ROUNDS[1:3]
    late = before["citizen_questions"].head(2).assign(question_id=["L4", "L5"])
    opinion = months(new, before["public_opinion"])
    opinion.loc[2, ["comments", "positive"]] += 7
    homes = before[DROPPED].iloc[1:].copy()
    homes["rooms"] += 1
    centres = before["community_welfare"].copy()
    reached = centres.index[centres["target_group"].notna()][:2]
    centres.loc[reached, "target_group"] = centres.loc[reached, "target_group"] + 9
    plan = before["plan_indicators"].copy()
    at = plan["indicator"] == "citizen_questions.target"
    plan.loc[at, ["former_target", "former_until", "target"]] = [90, pd.Timestamp(old.end), 70]
    return {
        **before,
        "citizen_questions": pd.concat([answered_late(before["citizen_questions"], 3), late, asked(new, old, "M")]),
        "public_opinion": opinion,
        DROPPED: homes,
        "community_welfare": centres,
        "ea_activities": before["ea_activities"].iloc[2:],
        "highland_welfare": changed(before["highland_welfare"], "participants", [95, 96]),
        "plan_indicators": plan,
    }


def of_another_year(before):
    """Questions and comments of another year, a unit that answers for the first time, activities of a new plan."""
    new = ROUNDS[3]
    silent = before["restructuring_units"].iloc[-1]
    survey = before["restructuring_survey"]
    first = survey.tail(1).assign(unit=silent["unit"], kind=silent["kind"])
    assert silent["unit"] not in set(survey["unit"])
    work = changed(before["ea_activities"].iloc[1:], "state", ["in_progress", "done"])
    plan = {
        name: before[name][before[name]["section"] != DROPPED]
        for name in ("plan_projects", "plan_steps", "plan_indicators", "plan_topics", "plan_decisions")
    }
    plan["plan_indicators"] = plan["plan_indicators"].assign(
        due=pd.Timestamp(new.due), former_target=None, former_until=None
    )
    ordered = before["highland_welfare"]["ordered_on"]
    return {
        **{name: frame for name, frame in before.items() if name != DROPPED},
        **plan,
        "citizen_questions": asked(new, None, "Y"),
        "public_opinion": months(new, before["public_opinion"].iloc[:0]),
        "highland_welfare": before["highland_welfare"].assign(
            ordered_on=ordered.where(ordered.isna(), pd.Timestamp(new.start))
        ),
        "restructuring_survey": pd.concat([survey, first]).assign(answered_on=pd.Timestamp(new.end)),
        "ea_activities": pd.concat([work, work.tail(1).assign(activity_id="EB-01")]),
    }


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    """The records of each round, and the comparisons of each with the one before."""
    root = tmp_path_factory.mktemp("year")
    shutil.copytree(ROOT / "notebooks", root / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    shutil.copytree(ROOT / "data" / "schemas", root / "data" / "schemas")
    shutil.copy(ROOT / "project.toml", root)
    schema = root / "data" / "schemas" / "restructuring_survey.yaml"
    for old, new in ANSWER.items():  # a new answer from the third round on
        schema.write_text(schema.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    records = [make_round(root, str(ROUNDS[0])).records]
    for move in (second, third, of_another_year):
        records.append({name: frame.reset_index(drop=True) for name, frame in move(records[-1]).items()})
    read = {*EXPECT, "restructuring_units"}
    for round_, made in zip(ROUNDS, records, strict=True):
        folder = root / "data" / "raw" / str(round_)
        folder.mkdir(exist_ok=True)
        for stem in dict.fromkeys(dataset(n).stem for n in made if n in read or n.startswith("plan_")):
            write_form(folder, stem, round_, made)
        write_ledger(root, round_, sections=[s for s in SECTIONS if s != DROPPED or DROPPED in made])
    found = [compare_rounds(old, new, root) for old, new in pairwise(ROUNDS)]
    return records, found


@pytest.mark.parametrize("at", range(3))
def test_every_value_and_difference_is_that_of_the_records(year, at):
    records, found = year
    compared = Counter()
    for name, expect in EXPECT.items():
        if name not in records[at + 1]:
            continue
        old, new = (expect(ROUNDS[n], records[n]) for n in (at, at + 1))
        for id_ in old.keys() & new.keys() & found[at].by_id.keys():
            c = found[at].by_id[id_]
            if c.state in ("redefined", "gone", "new"):
                continue
            for one, value in ((c.old, old[id_]), (c.new, new[id_])):
                assert one.value == (None if value is None else pytest.approx(value, abs=1e-9)), id_
            if c.difference is not None:
                assert float(c.difference) == pytest.approx(new[id_] - old[id_], abs=1e-9), id_
                compared[name] += 1
    assert len(compared) == len(EXPECT) - (at == 2)
    assert sum(compared.values()) > 150


def test_each_difference_is_named_as_all_that_was_planted_and_what_is_the_same_as_nothing(year):
    cases = Counter()
    for found, planted in zip(year[1], PLANTED, strict=True):
        told = {name: {*changes.causes} for name, changes in found.changes.items() if not name.startswith("plan_")}
        assert {name: causes for name, causes in told.items() if causes} == planted
        for c in found.findings:
            if c.old is None or c.new is None or c.new.dataset.startswith("plan_") or c.state == "redefined":
                continue
            of = planted.get(c.new.dataset, set())
            if not of and c.new.dataset == "restructuring_units":  # the rate of replies reads the answers too
                of = planted.get("restructuring_survey", set())
            if c.state == "same":
                assert c.causes == (), c.id
                cases["none"] += not of
                continue
            if c.state == "undefined":
                continue
            assert {*c.causes} - {"round"} == of, (c.id, c.causes)
            cases[len(of)] += 1
    assert cases[0] == 0
    assert cases[1] + cases[2] + cases[3] >= 60
    assert cases[2] + cases[3] >= 20
    assert cases[3] >= 5
    assert cases["none"] >= 10


def test_units_of_both_rounds_are_paired_and_tested(year):
    """By merging the two surveys on the units; scipy's binomial test and Holm's rule written out, step by step."""
    records, (found, *_) = year
    both = records[0]["restructuring_survey"].merge(records[1]["restructuring_survey"], on="unit")
    assert len(both) == len(records[1]["restructuring_survey"]) >= 6
    expected = {}
    for q in (c for c in dataset("restructuring_survey").columns if c.statement):
        for name, codes in ((q.name, q.counted), (f"{q.name}.concern", q.concern)):
            was, now = (both[f"{q.name}_{end}"].isin(codes) for end in "xy")
            up, down = int((~was & now).sum()), int((was & ~now).sum())
            p = binomtest(down, up + down).pvalue if up + down else 1.0
            expected[f"restructuring.{name}"] = (len(both), up, down, 100 * (up - down) / len(both), p)
    assert sum(up + down > 0 for _, up, down, *_ in expected.values()) == 2, "one question was corrected"
    for id_, (units, up, down, difference, p) in expected.items():
        pairs = found.by_id[id_].pairs
        assert (pairs.units, pairs.up, pairs.down) == (units, up, down), id_
        assert pairs.difference == pytest.approx(difference)
        assert (pairs.method, pairs.p_value) == ("mcnemar", pytest.approx(p))
    tests = sorted((c.pairs.p_value, id_) for id_, c in found.by_id.items() if c.pairs and c.pairs.p_value is not None)
    reached = 0.0
    for place, (p, id_) in enumerate(tests):
        reached = max(reached, min(1, (len(tests) - place) * p))
        assert found.by_id[id_].pairs.adjusted == pytest.approx(reached), id_
    assert "restructuring.response_rate" not in found.pairs  # of units asked, not of answers
    assert not [id_ for id_ in found.pairs if id_.startswith(("citizen_questions", "public_opinion", "ea_"))]
    page = comparison_page(found)
    assert f"{len(both)} หน่วยงาน เข้าเกณฑ์เพิ่ม" in page
    assert f"การทดสอบ {len(tests)} รายการ" in page


def test_counts_of_centres_are_paired_as_their_share_is(year):
    records, (_, found, _) = year
    both = records[1]["community_welfare"].merge(records[2]["community_welfare"], on="centre")
    pairs = found.by_id["community_welfare.share.screened"].pairs
    yes = [(both[f"screened_{end}"] == "yes").sum() for end in "xy"]
    assert (pairs.units, pairs.up - pairs.down) == (len(both), yes[1] - yes[0])


def homes(places):
    frame = pd.DataFrame({"province": [p.name_th for p in provinces()][: len(places)], "places": places})
    frame["places"] = frame["places"].astype("Int64")
    frame.attrs["source"] = Source(
        dataset=SCHEMAS[DROPPED], file="x.csv", sha256="0", rows=len(frame), provenance="received"
    )
    return frame


def test_means_of_units_have_the_signed_rank_and_few_pairs_no_test():
    mean = Mean("ที่พักเฉลี่ย", id="homeless_housing.mean", unit="persons", column="places")
    before, after = [10, 11, 12, 13, 14, 15, 16, 9], [11, 13, 9, 17, 19, 21, 16]
    frames = homes(before), homes(after)
    pairs = paired(tuple(map(mean, frames)), ({}, {}), frames)
    change = [b - a for a, b in zip(before, after, strict=False)]
    assert (pairs.units, pairs.up, pairs.down) == (7, 5, 1)
    assert pairs.difference == pytest.approx(sum(change) / 7)
    # Ranks of 1, 2, 3 (down), 4, 5, 6 are 1 to 6: of the 64 signs those with at most 3 of 21 downward, twice.
    ways = sum(
        sum(r for r, down in zip(range(1, 7), signs, strict=True) if down) <= 3 for signs in product((0, 1), repeat=6)
    )
    assert (pairs.method, pairs.p_value) == ("signed_rank_exact", pytest.approx(2 * ways / 64))
    few = homes(before[:5]), homes(after[:5])
    told = paired(tuple(map(mean, few)), ({}, {}), few)
    assert (told.units, told.method, told.p_value) == (5, None, None)
    still = frames[0], homes(before)
    assert paired(tuple(map(mean, still)), ({}, {}), still).p_value is None, "nothing changed: there is nothing to rank"
    rounded = mean(frames[0]), replace(mean(frames[1]), numerator=100)
    assert paired(rounded, ({}, {}), frames) is None, "what does not give the ledger's numbers is not paired"


def test_a_new_answer_a_changed_target_and_a_dropped_project_are_listed_and_not_compared(year):
    _, (first, second_, third_) = year
    assert not [c.id for c in first.findings if c.state == "redefined"]
    redefined = {c.id: {*c.causes} for c in second_.findings if c.state == "redefined"}
    target = redefined.pop("citizen_questions.target")
    assert target == {"target"}
    assert redefined
    assert all(id_.startswith("restructuring.written_orders") for id_ in redefined)
    assert all("columns" in causes for causes in redefined.values())
    (judged,) = (i for i in second_.new.sections["citizen_questions"]["indicators"])
    assert judged["former"]["status"] in ("reached", "missed")
    value = {c.id: c.new.value for c in second_.findings if c.new}["citizen_questions.answered_share"]
    assert judged["status"] == ("reached" if value >= 70 else "missed")
    assert judged["former"]["status"] == ("reached" if value >= 90 else "missed")
    gone = [c.id for c in third_.findings if c.state == "gone"]
    assert {c.id for c in third_.findings if c.one.section == DROPPED} == {i for i in gone if i.startswith(DROPPED)}
    assert any(i.startswith(DROPPED) for i in gone)
