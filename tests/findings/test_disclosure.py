"""Numbers of persons as they are shown, by the rule worked out by hand."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pandas as pd
import pytest
from declared import SCHEMAS
from measures_frames import loaded

import dsw_analysis
from dsw_analysis import (
    FILLED,
    Count,
    Difference,
    Distinct,
    Mean,
    OpenCases,
    Quantile,
    Ratio,
    ScalePercent,
    Share,
    Total,
    Value,
    WithinHours,
    by,
    project,
)
from dsw_analysis.findings.disclosure import READERS_NOTE, Shield, readers_note
from dsw_analysis.findings.measures.base import Measure
from dsw_analysis.findings.repairs import Partition, Repair
from dsw_analysis.intake.columns import Column
from dsw_analysis.intake.published import Figure
from dsw_analysis.problems import UsageError
from dsw_analysis.project import Settings
from dsw_analysis.protection import Exemption, Protection, Rule, protection

COLUMNS = (
    Column("province", "จังหวัด", "province"),
    Column("unit", "หน่วยงาน", "category", codes={"u1": "หน่วยหนึ่ง", "u2": "หน่วยสอง"}),
    Column("kind", "ประเภท", "category", codes={"a": "ก", "b": "ข", "c": "ค"}),
    Column("done", "ดำเนินการ", "text", required=False),
    Column("amount", "จำนวนเงิน", "integer", required=False),
)


def persons(rows, province=None, shield=None):
    """Rows of (times, province, unit, kind, done, amount) as a dataset of persons."""
    flat = [row for times, *row in rows for _ in range(times)]
    names = [column.name for column in COLUMNS]
    frame = loaded(
        dict(zip(names, zip(*flat, strict=True), strict=True)) if flat else dict.fromkeys(names, ()), *COLUMNS
    )
    frame["done"] = frame["done"].where(frame["done"] != "None")
    source = frame.attrs["source"]
    kind = replace(source.dataset, persons=True, units=("unit",), service=("done",))
    frame.attrs["source"] = replace(source, dataset=kind, province=province, shield=shield or Shield())
    return frame


def of_kinds(a, b, c=0, **options):
    return persons([(n, "ตาก", "u1", kind, "x", 100) for n, kind in ((a, "a"), (b, "b"), (c, "c"))], **options)


def count(frame, **where):
    return Count(id="x.n", label="n", unit="persons", where=where)(frame)


# --- numbers of persons ---


@pytest.mark.parametrize(
    ("n", "shown"),
    [(0, None), (1, None), (4, None), (5, 5), (7, 5), (8, 10), (12, 10), (13, 15), (62, 60), (63, 65), (99, 100)],
)
def test_numbers_about_a_province_are_the_nearest_five_and_fewer_are_not_told_from_none(n, shown):
    finding = count(of_kinds(n, 0, province="ตาก"))
    assert (finding.value, finding.rows) == (shown, shown)
    assert finding.disclosure == ("few" if shown is None else "rounded")
    assert finding.base == 5


def test_none_and_few_are_the_same_finding_but_for_the_file():
    none, few = (count(of_kinds(n, 30, province="ตาก"), kind="a") for n in (0, 4))
    assert none == few
    assert (few.text(), few.text("unit"), few.text("tight")) == ("น้อยกว่า 5", "น้อยกว่า 5 คน", "<5")
    assert few.note == "จำนวนน้อยกว่า 5 (รวมศูนย์) ไม่แสดง เพื่อคุ้มครองข้อมูลส่วนบุคคล"


def test_a_number_that_is_filtered_by_a_place_or_unit_is_about_it():
    frame = of_kinds(62, 0)
    assert count(frame).value == 62
    assert count(frame, province="ตาก").value == 60
    assert count(frame, unit="u1").value == 60
    assert count(frame, unit=FILLED).value == 62


@pytest.mark.parametrize(
    ("groups", "shown"),
    [
        ((12, 10, 0), [12, 10, 0]),
        ((12, 9, 30), [10, 10, 30]),
        ((42, 1, 33), [40, None, 35]),
        ((10, 10, 10), [10, 10, 10]),
    ],
)
def test_a_column_of_the_country_is_exact_if_all_of_it_is_zero_or_ten_and_more(groups, shown):
    found = by("kind", Count(id="x.n", label="n", unit="persons"))(of_kinds(*groups))
    assert [f.value for f in found.values()] == shown
    assert {f.disclosure for f in found.values()} == (
        {None} if shown == [*groups] else {"rounded", *(["few"] if None in shown else [])}
    )


@pytest.mark.parametrize(("a", "b", "shown"), [(62, 40, 62), (62, 3, 60), (3, 62, None), (62, 0, 62), (0, 62, 0)])
def test_a_filtered_number_alone_has_what_is_left_as_its_sibling(a, b, shown):
    assert count(of_kinds(a, b), kind="a").value == shown


# --- shares ---


def share(frame, **where):
    return Share(id="x.s", label="s", where=where, counted={"kind": "a"})(frame)


@pytest.mark.parametrize(
    ("a", "b", "text"),
    [
        (12, 70, "ร้อยละ 13 (10/80)"),  # 12 is 10, 82 is 80
        (1, 81, "ไม่แสดง"),  # 98.78 % of a base of 80 would be 81 of 82
        (81, 1, "ไม่แสดง"),
        (56, 0, "ไม่แสดง"),  # 56 of 56 says it of everybody
        (8, 9, "ไม่แสดง"),  # 17 is 15, under 20
        (9, 9, "ร้อยละ 50 (10/20)"),
        (7, 90, "ร้อยละ 5 (5/95)"),
    ],
)
def test_a_share_about_a_place_is_of_the_shown_numbers_in_whole_per_cent(a, b, text):
    assert share(of_kinds(a, b, province="ตาก")).text("full") == text


def test_a_share_of_the_country_is_exact_where_both_parts_are_ten_or_more():
    assert share(of_kinds(10, 20)).text("full") == "ร้อยละ 33.33 (10/30)"
    assert share(of_kinds(9, 20)).text("full") == "ร้อยละ 33 (10/30)"
    assert share(of_kinds(56, 0)).disclosure == "refused"


def done(yes, no, **options):
    return persons([(yes, "ตาก", "u1", "a", "x", 1), (no, "ตาก", "u1", "a", None, 1)], **options)


@pytest.mark.parametrize(
    ("yes", "no", "text"), [(22, 0, "100 (20/20)"), (0, 22, "0 (0/20)"), (21, 1, "ไม่แสดง"), (17, 0, "ไม่แสดง")]
)
def test_what_the_department_did_may_be_so_of_all_or_of_none(yes, no, text):
    found = Share(id="x.s", label="s", counted={"done": FILLED})(done(yes, no, province="ตาก"))
    assert found.text("counted") == text


CASES = (
    Column("province", "จังหวัด", "province"),
    Column("received", "รับ", "datetime"),
    Column("referred", "ส่งต่อ", "datetime"),
)
WAIT = {"start": "received", "end": "referred", "until": date(2026, 3, 31)}


def cases(hours, province="ตาก"):
    received = pd.Timestamp("2026-01-01")
    frame = loaded(
        {
            "province": ["ตาก"] * len(hours),
            "received": [received] * len(hours),
            "referred": [pd.NaT if h is None else received + pd.Timedelta(hours=h) for h in hours],
        },
        *CASES,
    )
    source = frame.attrs["source"]
    kind = replace(source.dataset, persons=True)
    frame.attrs["source"] = replace(source, dataset=kind, province=province, shield=Shield())
    return frame


def test_waiting_within_a_limit_is_a_service_and_open_cases_are_a_number():
    assert WithinHours(id="x.w", label="w", hours=24, **WAIT)(cases([1] * 82)).text("full") == "ร้อยละ 100 (80/80)"
    assert WithinHours(id="x.w", label="w", hours=24, **WAIT)(cases([1] * 81 + [30])).text() == "ไม่แสดง"
    found = OpenCases(id="x.o", label="o", unit="reports", **WAIT)(cases([1] * 80 + [None] * 2))
    assert (found.text(), found.rows, found.missing) == ("น้อยกว่า 5", None, None)


# --- means, quantiles, sums, different values ---


def amounts(values, **options):
    return persons([(1, "ตาก", "u1", "a", "x", value) for value in values], **options)


def measured(measure, values, province="ตาก"):
    return measure(id="x.m", label="m", unit="baht", column="amount")(amounts(values, province=province))


def test_a_mean_about_a_place_has_ten_persons_and_two_digits():
    assert measured(Mean, [1234] * 9 + [1000]).value == 1200  # mean 1210.6
    assert measured(Mean, [1234] * 7).disclosure == "refused"  # 7 is shown as 5
    assert measured(Mean, [1234] * 8).value == 1200  # 8 is shown as 10
    found = measured(Mean, [1234] * 12)
    assert (found.numerator, found.denominator, found.rows) == (None, None, 10)
    assert measured(Mean, [1234] * 12, province=None).value == 1234


@pytest.mark.parametrize(
    ("q", "n", "refused"), [(0.5, 10, False), (0.5, 7, True), (0.95, 97, True), (0.95, 100, False), (0, 500, True)]
)
def test_a_quantile_has_five_persons_on_either_side(q, n, refused):
    found = Quantile(id="x.q", label="q", unit="baht", column="amount", q=q)(amounts(range(n), province="ตาก"))
    assert (found.disclosure == "refused") is refused


def test_a_sum_of_which_one_has_nearly_all_is_not_shown():
    # 1000 and 500 of 1590 leave 90, less than a tenth of 1000.
    assert measured(Total, [1000, 500, *[9] * 10]).disclosure == "refused"
    assert measured(Total, [1000, 500, *[11] * 10]).value == 1600  # 1610
    assert measured(Total, [100] * 7).disclosure == "refused"


@pytest.mark.parametrize("measure", [Total, Mean])
def test_the_second_largest_cannot_tell_the_largest_by_a_tenth(measure):
    # He knows the sum (a mean is it by 12) and his own 500: 1590 - 500 = 1090, of whom 1000 is one. Of 1610: 1110.
    for rest, told in ((9, False), (11, True)):
        amounts = [1000, 500, *[rest] * 10]
        estimate = sum(amounts) - 500
        assert (estimate > 1.1 * 1000) is told
        assert (measured(measure, amounts, province=None).value is not None) is told


def test_of_a_debt_its_size_counts():
    assert measured(Mean, [-1000, -500, *[-9] * 10]).disclosure == "refused"
    assert measured(Mean, [0] * 12).value == 0


def test_a_sum_is_of_those_who_have_an_amount():
    assert measured(Total, [10] * 7 + [None] * 9).disclosure == "refused"
    assert measured(Total, [10] * 8 + [None] * 9).value == 80


def test_how_many_units_there_are_is_told_if_none_has_few():
    def units(u1, u2):
        frame = persons([(u1, "ตาก", "u1", "a", "x", 1), (u2, "ตาก", "u2", "a", "x", 1)])
        return Distinct(id="x.d", label="d", unit="units", column="unit")(frame)

    assert units(5, 6).value == 2
    assert (units(5, 4).disclosure, units(9, 0).disclosure) == ("refused", "refused")


def test_one_person_is_never_shown_nor_a_statistic_of_a_place():
    frame = amounts([5])
    assert Value(id="x.v", label="v", unit="baht", column="amount")(frame).disclosure == "refused"
    scale = ScalePercent(id="x.p", label="p", columns=("amount",), top=5)
    assert scale(amounts([4] * 30, province="ตาก")).disclosure == "refused"
    assert scale(amounts([4] * 30)).value == 80
    assert scale(amounts([4] * 6)).disclosure == "refused"


def test_few_who_gave_no_answer_at_all_are_not_what_is_left():
    # 30 of 32 answered, ten of them one question alone: 14 blank cells are not few, two persons are.
    columns = tuple(Column(name, name, "integer", required=False) for name in ("s1", "s2"))
    answers = {"s1": [4] * 30 + [None] * 2, "s2": [5] * 20 + [None] * 12}
    frame = loaded(answers, *columns)
    source = frame.attrs["source"]
    frame.attrs["source"] = replace(source, dataset=replace(source.dataset, persons=True), shield=Shield())
    found = ScalePercent(id="x.p", label="p", columns=("s1", "s2"), top=5)(frame)
    assert (found.value, found.rows, found.missing, found.numerator) == (88, 30, None, None)  # 220 of 250


# --- what is worked out of others ---


def test_what_is_worked_out_of_a_hidden_number_is_not_shown():
    few, many = (count(of_kinds(n, 0, province="ตาก")) for n in (3, 62))
    many = replace(many, id="x.all")
    for found in (
        Ratio("r", id="x.r")(few, many),
        Difference("d", id="x.d", unit="persons")(many, few),
        Ratio("r", id="x.r", unit="ratio")(few, many),
    ):
        assert (found.value, found.disclosure, found.text()) == (None, "refused", "ไม่แสดง")


def test_a_quotient_of_shown_numbers_follows_the_rule_of_shares():
    whole, part = (replace(count(of_kinds(n, 0, province="ตาก")), id=f"x.n{n}") for n in (82, 12))
    assert Ratio("r", id="x.r")(part, whole).text("full") == "ร้อยละ 13 (10/80)"
    near = replace(count(of_kinds(79, 0, province="ตาก")), id="x.near")  # 80 of 80
    assert Ratio("r", id="x.r")(near, whole).disclosure == "refused"
    assert Difference("d", id="x.d", unit="persons")(whole, part).value == 70


# --- what stays exact, and what is shown less ---


def figure(value, fraction=False):
    return Figure(row=2, value=Decimal(value), unit="persons", has_fraction=fraction, place="", cause=None)


def test_a_printed_figure_stays_exact_and_one_that_is_restated_does_not():
    shield = Shield(published={"x.n": figure("3")})
    assert count(of_kinds(3, 62, shield=shield), unit="u1", kind="a").value == 3
    assert count(of_kinds(4, 62, shield=shield), unit="u1", kind="a").value is None
    assert count(of_kinds(3, 62, shield=shield, province="ตาก"), kind="a").value is None


def test_what_a_repair_says_is_shown_to_tens_or_not_at_all():
    partition = Partition("toy_rows", ("kind",))
    shield = Shield(repairs={partition: Repair(partition, 10)})
    found = by("kind", Count(id="x.n", label="n", unit="persons"))(of_kinds(42, 13, 9, shield=shield))
    assert [(f.value, f.disclosure, f.base) for f in found.values()] == [
        (40, "rounded", 10), (10, "rounded", 10), (None, "few", 10),
    ]  # fmt: skip
    shield = Shield(repairs={partition: Repair(partition, 0)})
    assert count(of_kinds(62, 40, shield=shield), kind="a").disclosure == "refused"
    assert count(of_kinds(62, 40, shield=shield)).value == 102


def test_the_project_has_its_own_parameters_and_exemptions_by_name():
    said = protection(
        "project.toml",
        {
            "exact_from": 20,
            "toy_rows": {"base": 10},
            "exempt": [{"id": "x.n", "why": "ก", "by": "ข", "on": date(2026, 5, 1)}],
        },
    )
    assert said == Protection(
        rule=Rule(exact_from=20),
        datasets={"toy_rows": Rule(exact_from=20, base=10)},
        exempt={"x.n": Exemption(id="x.n", why="ก", by="ข", on=date(2026, 5, 1))},
    )
    project.use(Settings(protection=replace(said, exempt={})))
    assert count(of_kinds(16, 0, province="ตาก")).value == 20
    project.use(Settings(protection=said))
    assert count(of_kinds(3, 62), kind="a").value == 3


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"bas": 5}, "bas is no key"),
        ({"base": 0}, "no whole number above 0"),
        ({"toy": {"base": "5"}}, r"\[disclosure.toy\] base is '5'"),
        ({"exempt": [{"id": "x.n"}]}, "needs id, why, by and on"),
    ],
)
def test_a_mistake_in_the_parameters_is_named(table, said):
    with pytest.raises(UsageError, match=said):
        protection("project.toml", table)


def test_an_analyst_may_see_numbers_as_they_are():
    found = count(of_kinds(3, 62, province="ตาก", shield=Shield(open=True)), kind="a")
    assert (found.value, found.disclosure) == (3, None)


def test_exact_numbers_are_kept_apart():
    shield = Shield()
    few, whole = count(of_kinds(3, 62, shield=shield), kind="a"), count(of_kinds(65, 0, shield=shield))
    whole = replace(whole, id="x.all")
    ratio = Ratio("r", id="x.r")
    shown = shield.derive(ratio(few, whole), ratio, few, whole)
    assert (few.value, shown.value) == (None, None)
    assert shield.found["x.n"].value == 65  # measured last under this id
    assert shield.found["x.r"].numerator == 65


def test_numbers_of_persons_in_other_files_are_protected_and_all_else_is_not():
    columns = (Column("province", "จังหวัด", "province"), Column("helped", "ช่วย", "integer", persons=True))
    frame = loaded({"province": ["ตาก", "ตาก", "ระนอง"], "helped": [2, 5, 30]}, *columns)
    total = Total(id="x.t", label="t", unit="persons", column="helped")
    found = by("province", total)(frame)
    assert (found["ตาก"].value, found["ระนอง"].value, found["พะเยา"].value) == (5, 30, None)
    assert total(frame).value == 37
    assert Count(id="x.n", label="n", unit="activities", where={"province": "ตาก"})(frame).value == 2


def test_a_mean_of_numbers_of_persons_has_no_sum_beside_it_and_the_largest_is_of_one_unit():
    columns = (Column("office", "หน่วย", "text", unique=True), Column("helped", "ช่วย", "integer", persons=True))
    frame = loaded({"office": ["ก", "ข", "ค"], "helped": [2, 12, 31]}, *columns)
    of = {"id": "x.m", "label": "m", "unit": "persons", "column": "helped"}
    assert Total(**of)(frame).value == 45
    assert Mean(**of)(frame).numerator == 45
    assert Mean(**of, where={"office": ("ก", "ข")})(frame) == replace(
        Mean(**of, where={"office": ("ก", "ข")})(frame), value=5, numerator=None, denominator=None
    )
    assert [Quantile(**of, q=q)(frame).value for q in (0, 0.5, 1)] == [None, 10, 30]
    assert Value(**of, where={"office": "ข"})(frame).value == 10


COUNTED = {"community_welfare": {"target_group", "improved"}, "csr_activities": {"vulnerable_helped"},
           "highland_welfare": {"helped", "participants"}, "homeless_housing": {"need"}}  # fmt: skip
NOT_COUNTED = {("homeless_housing", "places"), ("population", "population")}
"""Persons for whom there would be room, and inhabitants, who are counted in public."""


def test_every_column_that_counts_persons_says_so():
    found, left = {}, set()
    for schema in SCHEMAS.values():
        for column in schema.columns:
            if column.persons:
                found.setdefault(schema.id, set()).add(column.name)
            elif {"คน", "ราย"} & {*column.units, *re.findall(r"\((คน|ราย)", column.header)}:
                left.add((schema.id, column.name))
    assert found == COUNTED
    assert left == NOT_COUNTED


def test_the_reader_is_told_where_anything_is_protected():
    few = count(of_kinds(3, 0, province="ตาก"))
    assert readers_note([few]) == READERS_NOTE.format(base=5)
    assert readers_note([count(of_kinds(62, 0))]) is None


# --- every measure has its treatment ---


def every(kind):
    for own in kind.__subclasses__():
        yield own
        yield from every(own)


def test_every_measure_says_what_it_discloses():
    for name in dsw_analysis.__all__:
        getattr(dsw_analysis, name)
    found = {
        own.__name__: getattr(own, "discloses", None) for own in every(Measure) if not own.__name__.startswith("_")
    }
    assert found == {
        "Count": "count", "OpenCases": "count",
        "Share": "share", "WithinHours": "share", "ResponseRate": "share",
        "Mean": "mean", "Quantile": "mean", "Summary": "mean", "WaitQuantile": "mean",
        "Total": "sum", "Distinct": "distinct",
        "EffectivenessIndex": "statistic", "IndividualGain": "statistic", "ScoreChange": "statistic",
        "EffectSize": "statistic", "ScoreTest": "statistic", "ScalePercent": "statistic", "Reliability": "statistic",
        "Value": "never", "ShareChange": "never", "ChangeTest": "never",
        "Given": "given",
    }  # fmt: skip
