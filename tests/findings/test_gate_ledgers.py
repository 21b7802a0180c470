"""Ledgers as the gate reads them: which cell a finding counts, what it tells, and releases of country and briefs."""

from fractions import Fraction

import pytest
from declared import SCHEMAS

from dsw_analysis.findings.cells import Tables
from dsw_analysis.findings.known import tables_of
from dsw_analysis.findings.reading import cells_of, facts_of, numbers_of
from dsw_analysis.findings.released import Ledger, judged
from dsw_analysis.findings.repairs import REFUSED, Partition, Repair, as_yaml, path_of, read_repairs
from dsw_analysis.intake.thai import provinces
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


def test_shares_and_means_of_earlier_ledgers_are_read_as_shown():
    tables = training()
    part = share(60, 80, {"+pre": "filled"}, dataset="csr_training", disclosure="rounded", base=5)
    mean = worked({"mean": "pre"}, 9.0, rows=90, disclosure="rounded", base=5)
    facts, quotients = facts_of([part, mean], tables, "csr_training")
    filled = tables.cell({"pre filled": "yes"})
    assert [(f.cell, f.low, f.high) for f in facts] == [(filled, 58, 62), ((), 78, 82), (filled, 88, 92)]
    assert [(q.whole, q.low, q.high, q.of) for q in quotients] == [(filled, Fraction("8.95"), Fraction("9.05"), "pre")]


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


# --- amounts, quantiles, and persons in other files ---


def worked(of, value, cells=None, **fields):
    return record("csr.x", value, cells, of=of, dataset="csr_training", unit="points", **{"rows": 92, **fields})


def training():
    return tables_of(SCHEMAS["csr_training"], ROUND, ("pre", "post"))


def test_a_mean_says_how_many_there_are_and_what_they_have_together():
    tables = training()
    exact = worked({"mean": "pre"}, 9.0, numerator=828, denominator=92, missing=11, largest=18)
    filled = tables.cell({"pre filled": "yes"})
    n, total = numbers_of(pairs([exact]), tables)
    assert (n.cell, n.value, n.base) == (filled, 92, None)
    assert (total.cell, total.value, total.of, total.among, total.largest) == (filled, 828, "pre", 92, 18)
    assert n.partition == total.partition == Partition("csr_training", ("pre",))

    rounded = {**exact, "rows": 90, "numerator": None, "denominator": None, "missing": None}
    shown = {"csr.x": {**rounded, "disclosure": "rounded", "base": 5}}
    n, total = numbers_of(pairs([exact], shown), tables)
    assert (n.base, total.told[1][0].low, total.told[1][0].high) == (5, Fraction("8.95"), Fraction("9.05"))
    wrong = {"csr.x": {**shown["csr.x"], "rows": 92}}
    with pytest.raises(ValueError, match=r"csr\.x is shown as 92"):
        numbers_of(pairs([{**exact, "rows": 97, "denominator": 97}], wrong), tables)


def test_where_all_are_known_those_with_an_amount_are_all():
    tables = training()
    cells = {n.cell for n in numbers_of(pairs([worked({"mean": "pre"}, 9.0, numerator=828, denominator=92)]), tables)}
    assert cells == {tables.cell({"pre filled": "yes"}), ()}


def test_a_sum_is_of_those_who_have_an_amount():
    exact = worked({"sum": "pre"}, 800, rows=92, missing=12)
    n, total = numbers_of(pairs([exact]), training())
    assert (n.value, total.value, total.among) == (80, 800, 0)


def test_an_index_gives_its_sums_while_it_is_exact():
    exact = worked({"EffectivenessIndex": ["pre", "post"]}, 0.8, numerator=818, denominator=1008)
    values = [(n.of, n.value) for n in numbers_of(pairs([exact]), training()) if n.of]
    assert values == [("EffectivenessIndex pre+post", 818), ("EffectivenessIndex pre+post base", 1008)]


def test_a_median_says_how_many_are_within_a_limit():
    tables = training()
    at_most, at_least = record("csr.a", 4, {"pre": "..10"}), record("csr.b", 6, {"pre": "12.."})
    median = worked({"q0.5": "pre"}, 9.0, rows=10, missing=2)
    halves = [(n.cell, n.quotient) for n in numbers_of(pairs([at_most, at_least, median]), tables) if n.quotient]
    # Of ten at least 4.5 have 9 or less, so 10 or less; and at most 5.5 have more than 9, so 12 or more.
    assert halves == [
        (tables.cell({"pre=..10": "yes"}), (Fraction("0.45"), 1)),
        (tables.cell({"pre=12..": "yes"}), (0, Fraction("0.55"))),
    ]


def test_how_many_units_there_are_says_that_each_has_five():
    tables = tables_of(SCHEMAS["career_participants"], ROUND, ("unit",))
    exact = record("career.units", 8, of={"distinct": "unit"}, dataset="career_participants", rows=1150)
    shown = {"career.units": {**exact, "rows": 1150, "disclosure": "rounded", "base": 5}}
    limits = [n.limits for n in numbers_of(pairs([exact], shown), tables) if n.limits]
    assert len(limits) == 8
    assert {low for low, _ in limits} == {5}


def helped(number, province=None, rows=9, **fields):
    """Persons whom activities helped, and the activities, as a country's or a brief's ledger has them."""
    where = {"province": province} if province else {}
    same = {"dataset": "csr_activities", "province": province, "sha256": "one"}
    total = (
        record("csr.vulnerable_helped", number, where, of={"sum": "vulnerable_helped"}, **same)
        | {"rows": rows}
        | fields
    )
    return [total, record("csr.activities", rows, where, unit="activities", **same)]


def as_shown(exact, base):
    value = exact[0]["value"]
    few = value < base
    value = None if few else (value + base // 2) // base * base
    return Ledger(exact, {r["id"]: r for r in exact} | {
        exact[0]["id"]: {**exact[0], "value": value, "disclosure": "few" if few else "rounded", "base": base}
    })  # fmt: skip


def test_persons_in_a_file_of_activities_follow_from_its_margins():
    # 15 in the country, which is printed; 10 (8..12) in Tak, 3 in Ranong, where there are activities; 2 in Loei.
    country = helped(15)
    printed = Ledger(country, {r["id"]: {**r, "printed": "value"} for r in country})
    briefs = [as_shown(helped(n, place), 5) for n, place in ((10, "ตาก"), (3, "ระนอง"), (2, "เลย"))]
    others = [p.name_th for p in provinces() if p.name_th not in ("ตาก", "ระนอง", "เลย")]
    nobody = [Ledger((r := helped(None, place, 0, note="-")), {one["id"]: one for one in r}) for place in others]
    schema = SCHEMAS["csr_activities"]
    found = judged(schema, ROUND, [printed, *briefs, *nobody], {}, column="vulnerable_helped")
    assert (found.small, found.narrowed, found.repairs) == (2, (), ())  # Ranong is few of 3..7, and so is Loei

    # Without Loei's two all 13 are of Tak and Ranong: of 13 - 12 = 1 at least.
    country = helped(13)
    printed = Ledger(country, {r["id"]: {**r, "printed": "value"} for r in country})
    loei = helped(None, "เลย", 0, note="-")
    ledgers = [printed, *briefs[:2], Ledger(loei, {r["id"]: r for r in loei}), *nobody]
    found = judged(schema, ROUND, ledgers, {}, column="vulnerable_helped")
    assert found.narrowed == ()
    assert {r.partition.columns for r in found.repairs} == {("province", "vulnerable_helped")}


def test_a_mean_of_units_is_no_other_way_to_their_persons():
    # 12 persons of 2 activities, shown as 10; a mean of 6 is shown as 5 (5..7): 10 to 15, so 10 to 12.
    tables = tables_of(SCHEMAS["csr_activities"], ROUND, ("province",))
    total, activities = helped(12, "ตาก", 2)
    mean = {**total, "id": "csr.mean", "value": 6.0, "of": {"mean": "vulnerable_helped"}}
    shown = {"csr.vulnerable_helped": as_shown([total], 5).shown["csr.vulnerable_helped"], "csr.activities": activities}
    shown["csr.mean"] = {**mean, "value": 5, "disclosure": "rounded", "base": 5}
    numbers = numbers_of(pairs([total, mean, activities], shown), tables, "vulnerable_helped")
    assert [fact[1:] for n in numbers for fact in [(f.cell, f.low, f.high) for f in n.told[0]]] == [(8, 12), (10, 15)]
