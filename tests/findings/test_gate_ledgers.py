"""Ledgers as the gate reads them: which cell a finding counts, what it tells, and releases of country and briefs."""

import pytest
from declared import SCHEMAS

from dsw_analysis.findings.cells import Tables
from dsw_analysis.findings.known import tables_of
from dsw_analysis.findings.reading import cells_of, facts_of, numbers_of
from dsw_analysis.findings.released import Ledger, judged
from dsw_analysis.findings.repairs import REFUSED, Partition, Repair, as_yaml, path_of, read_repairs
from dsw_analysis.problems import UsageError
from dsw_analysis.rounds import Round

ROUND = Round.parse("2569-6m")
TABLES = Tables({"kind": ("", "a", "b", "c")})
COLUMNS = ("channel", "category", "urgency", "province", "referred", "in_month")


def record(id_="urgent_cases.x", value=12, cells=None, **fields):
    """A finding as a ledger holds it; a count unless told otherwise."""
    usual = {"dataset": "urgent_cases", "unit": "reports", "sha256": "one", "numerator": None, "denominator": None}
    return {"id": id_, "value": value, "rows": value, "cells": cells or {}, **usual, **fields}


def share(k, n, cells, **fields):
    return record(value=100 * k / n, cells=cells, unit="percent", numerator=k, denominator=n, **fields)


def pairs(exact, shown=None):
    return [(one, one if shown is None else shown.get(one["id"])) for one in exact]


@pytest.mark.parametrize(
    ("cells", "part", "whole"),
    [
        ({"kind": "a"}, {"kind": "a"}, {"kind": "a"}),
        ({"kind": ["a", "c"]}, {"kind": ["a", "c"]}, {"kind": ["a", "c"]}),
        ({"kind": "filled"}, {"kind": ["a", "b", "c"]}, {"kind": ["a", "b", "c"]}),
        ({"kind": "blank"}, {"kind": ""}, {"kind": ""}),
        ({"kind": "a", "+age": "..60"}, {"kind": "a", "age=..60": "yes"}, {"kind": "a"}),
        ({"+post": "filled"}, {"post filled": "yes"}, {}),
        ({"post": "blank"}, {"post filled": "no"}, {"post filled": "no"}),
        ({"needs": "food"}, {"needs=food": "yes"}, {"needs=food": "yes"}),
    ],
)
def test_a_finding_counts_this_cell_of_that(cells, part, whole):
    assert cells_of(record(cells=cells), TABLES) == (TABLES.cell(part), TABLES.cell(whole))


def test_those_who_cannot_be_judged_are_not_of_the_base():
    part, whole = cells_of(record(cells={"kind": "a", "+age": "..60"}, missing=3), TABLES)
    assert whole == TABLES.cell({"kind": "a", "age judged": "yes"})
    assert part == TABLES.cell({"kind": "a", "age judged": "yes", "age=..60": "yes"})


def test_a_reader_knows_what_schemas_and_names_say():
    cases = tables_of(SCHEMAS["urgent_cases"], ROUND, COLUMNS)
    assert cases.cell({"urgency": "urgent"}) == cases.cell({"urgency": "urgent", "channel": "hotline"})
    assert cases.cell({"urgency": "urgent", "channel": "ess"}) is None
    people = tables_of(SCHEMAS["career_participants"], ROUND, ("unit", "kind", "province"))
    tak = {"unit": "tak", "kind": "highland_centre", "province": "ตาก"}
    assert people.cell({"unit": "tak"}) == people.cell(tak)


def test_numbers_are_read_by_their_protection():
    exact = [record("u.a", 12), record("u.b", 3), record("u.c", 40), record("u.d", 3), record("u.e", 20)]
    shown = {r["id"]: r for r in exact}
    shown["u.a"] = record("u.a", 10, disclosure="rounded", base=5)
    shown["u.b"] = record("u.b", None, disclosure="few", base=10)
    shown["u.c"] = record("u.c", None, disclosure="refused")
    shown["u.d"] = record("u.d", 3, printed="value")
    del shown["u.e"]
    numbers = numbers_of(pairs(exact, shown), tables_of(SCHEMAS["urgent_cases"], ROUND, COLUMNS))
    assert [(n.value, n.base) for n in numbers] == [(12, 5), (3, 10), (40, REFUSED), (3, None), (20, REFUSED)]
    assert [n.partition is None for n in numbers] == [False, False, False, True, False]


def test_what_is_not_counted_is_no_number_of_persons():
    tables = tables_of(SCHEMAS["urgent_cases"], ROUND, COLUMNS)
    others = [
        record("u.distinct", 8, rows=40), record("u.mean", 4.5, unit="hours", rows=40), record("u.none", None),
        record("u.derived", 50.0, cells=None) | {"cells": None},
    ]  # fmt: skip
    assert numbers_of(pairs(others), tables) == []


def test_a_number_that_is_not_what_its_protection_makes_of_it_stops_the_release():
    shown = {"u.a": record("u.a", 12, disclosure="rounded", base=5)}
    tables = tables_of(SCHEMAS["urgent_cases"], ROUND, COLUMNS)
    with pytest.raises(ValueError, match=r"u\.a is shown as 12"):
        numbers_of(pairs([record("u.a", 19)], shown), tables)


def test_all_of_them_is_known_exactly():
    tables = tables_of(SCHEMAS["urgent_cases"], ROUND, COLUMNS)
    exact = share(56, 56, {"+referred": "..24 h"})
    shown = {exact["id"]: exact | {"numerator": 55, "denominator": 55, "disclosure": "rounded", "base": 5}}
    part, whole, late = numbers_of(pairs([exact], shown), tables)
    assert part.quotient == (1, 1)
    assert (whole.cell, whole.value, late.value, late.base) == (part.whole, 56, 0, REFUSED)


def test_earlier_ledgers_say_what_they_show():
    tables = tables_of(SCHEMAS["urgent_cases"], ROUND, COLUMNS)
    records = [
        record("u.a", 10, {"channel": "ess"}, disclosure="rounded", base=5),
        record("u.b", None, {"channel": "hotline"}, rows=None, disclosure="few", base=5),
        record("u.c", None, {"channel": "social_media"}, rows=None, disclosure="refused"),
    ]
    facts = [(fact.cell, fact.low, fact.high) for fact in facts_of(records, tables, "urgent_cases")[0]]
    assert facts == [(tables.cell({"channel": "hotline"}), 0, 4), (tables.cell({"channel": "ess"}), 8, 12)]


def ledger(numbers, shown_at, province=""):
    """Counts of one ledger by id -> (value, cells), as they are and as they are shown to a base."""
    where = {"province": province} if province else {}
    exact = [
        record(f"urgent_cases.{name}", n, {**where, **cells}, province=province or None)
        for name, (n, cells) in numbers.items()
    ]
    shown = {r["id"]: r for r in exact}
    if shown_at is not None:
        for r in exact:
            few = r["value"] < shown_at
            value = None if few else (r["value"] + shown_at // 2) // shown_at * shown_at
            shown[r["id"]] = {
                **r,
                "value": value,
                "rows": value,
                "disclosure": "few" if few else "rounded",
                "base": shown_at,
            }
    return Ledger(exact, shown)


CHANNELS = {"ess": {"channel": "ess"}, "hotline": {"channel": "hotline"}, "social": {"channel": "social_media"}}


def channels(*counts, **total):
    return {
        **{n: (v, {}) for n, v in total.items()},
        **{n: (v, c) for v, (n, c) in zip(counts, CHANNELS.items(), strict=True)},
    }


def test_a_release_is_judged_over_country_and_briefs():
    # 53 in the country: 50 in Tak, shown as 50 (48..52), and so at most 5 elsewhere, at least 1, of whom 3 in Ranong.
    country = ledger(channels(20, 20, 13, all=53), None)
    tak, ranong = ledger(channels(19, 19, 12, all=50), 5, "ตาก"), ledger(channels(1, 1, 1, all=3), 5, "ระนอง")
    found = judged(SCHEMAS["urgent_cases"], ROUND, [country, tak, ranong], {})
    assert found.small == 4
    assert found.narrowed == ()
    assert found.repairs  # 20 by ess less 18..22 leaves at most 2 for Ranong
    assert {repair.partition.dataset for repair in found.repairs} == {"urgent_cases"}

    alone = judged(SCHEMAS["urgent_cases"], ROUND, [country], {})
    assert (alone.small, alone.repairs) == (0, ())


def test_briefs_of_an_older_file_are_of_another_release():
    country = ledger(channels(20, 20, 13, all=53), None)
    old = ledger(channels(19, 19, 12, all=50), 5, "ตาก")
    old = Ledger([{**r, "sha256": "two"} for r in old.exact], old.shown)
    assert judged(SCHEMAS["urgent_cases"], ROUND, [country, old], {}).repairs == ()


def test_an_unprotected_release_names_what_nobody_can_repair():
    exempt = channels(20, 20, 13, all=53)
    printed = ledger(exempt, None)
    printed = Ledger(printed.exact, {id_: {**r, "printed": "value"} for id_, r in printed.shown.items()})
    found = judged(SCHEMAS["urgent_cases"], ROUND, [printed], {})
    assert (found.repairs, found.narrowed) == ((), ())
    with pytest.raises(UsageError, match="urgent_cases: "):  # 53 and 20+20+14 cannot both be
        judged(SCHEMAS["urgent_cases"], ROUND, [ledger(channels(20, 20, 14, all=53), None)], {})


def test_editions_of_a_round_are_compared():
    country = ledger({"all": (53, {}), "tak": (50, {"province": "ตาก"})}, 5)
    before = [{**r, "value": 45, "rows": 45} if r["id"].endswith("tak") else r for r in country.shown.values()]
    found = judged(SCHEMAS["urgent_cases"], ROUND, [country], {"2569-6m 1": before})
    assert [repair.partition.columns for repair in found.repairs] == [("province",)]  # 45 became 50: somebody came late


def test_repairs_are_kept_for_later_rounds(tmp_path):
    tak = Partition("urgent_cases", ("channel", "province"), "ตาก")
    first, second = Round.parse("2569-6m"), Round.parse("2569-12m")
    path_of(tmp_path, first).parent.mkdir()
    path_of(tmp_path, first).write_bytes(as_yaml([Repair(tak, 10, "why"), Repair(Partition("x", ()), 5)]))
    path_of(tmp_path, second).write_bytes(as_yaml([Repair(tak, REFUSED, "more")]))
    assert {p: r.base for p, r in read_repairs(tmp_path, first).items()} == {tak: 10, Partition("x", ()): 5}
    assert {p: r.base for p, r in read_repairs(tmp_path, second).items()} == {tak: REFUSED, Partition("x", ()): 5}
    path_of(tmp_path, second).write_text("- dataset: x\n  columns: []\n  base: 7\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"2569-12m\.yaml is not a list of repairs"):
        read_repairs(tmp_path, second)
