"""Attacks on small releases, worked out by hand: the bare one gives a cell away, the one past the gate does not."""

from fractions import Fraction

import numpy as np
import pytest

from dsw_analysis.findings.attacker import Attack
from dsw_analysis.findings.cells import Implied, Tables, Web
from dsw_analysis.findings.facts import Fact, Quotient, Release, spoken
from dsw_analysis.findings.gate import Number, judge, reader
from dsw_analysis.findings.repairs import REFUSED, Partition

PLACES = ("p1", "p2", "p3", "p4")
SCHEMA = Tables(
    {
        "province": PLACES,
        "channel": ("app", "phone", "web"),
        "urgency": ("", "high", "low"),
        "sex": ("f", "m"),
        "month": ("m1", "m2", "m3", "m4"),
    },
    implied=(Implied("urgency", ("high", "low"), "channel", ("phone",)),),
    places=frozenset({"province"}),
    service=frozenset({"in_time"}),
)
EXACT, FIVES = None, 5


def cell(**conditions):
    found = SCHEMA.cell(conditions)
    assert found is not None
    return found


def bounds(*shown, quotients=()):
    """Attack on one release: what is known of each cell."""
    release = Release([Fact(c, *limits) for c, limits in shown], quotients)
    return Attack(Web(SCHEMA, spoken([release])), [release])


def exactly(value):
    return value, value


FEW = (0, 4)


def test_a_reader_of_the_rule_knows_these_limits():
    assert [reader(v, FIVES) for v in (0, 4, 5, 7, 8, 12, 13)] == [
        (0, 4), (0, 4), (5, 7), (5, 7), (8, 12), (8, 12), (13, 17),
    ]  # fmt: skip
    assert [reader(v, 10) for v in (0, 9, 10, 14, 15, 24)] == [(0, 9), (0, 9), (10, 14), (10, 14), (15, 24), (15, 24)]
    assert reader(3, EXACT) == (3, 3)
    for base in (FIVES, 10):
        assert all(low <= v <= high for v in range(200) for low, high in [reader(v, base)])


def test_a_hidden_cell_follows_from_an_exact_total():
    # 10 in all; 8 by app, none by phone: the two by web are what is left.
    attack = bounds(
        (cell(), exactly(10)), (cell(channel="app"), exactly(8)), (cell(channel="phone"), exactly(0)),
        (cell(channel="web"), FEW),
    )  # fmt: skip
    assert attack.of(cell(channel="web")) == (2, 2)


def fives(values, by=("x",)):
    """Numbers of a partition as the rule shows them."""
    partition = Partition("cases", tuple(by))
    return [Number(c, value, FIVES, partition) for c, value in values.items()]


def published(values):
    return [Number(c, value, EXACT) for c, value in values.items()]


def by_channel(app, phone, web, **also):
    return {cell(channel=code, **also): n for code, n in {"app": app, "phone": phone, "web": web}.items()}


def passed(numbers, *earlier, link=None):
    """What is known after the gate, of which nothing is known too well."""
    judged = judge(SCHEMA, numbers, earlier, link)
    assert judged.open == ()
    for number in numbers:
        low, high = judged.attack.of(number.cell)
        assert low <= number.value <= high  # a reader who is led astray is not protected from
    return judged


def test_margins_with_fives_hide_what_exact_ones_show():
    judged = passed(fives({cell(): 10, **by_channel(8, 0, 2)}))
    assert judged.repairs == ()
    assert judged.small == 1
    assert judged.attack.of(cell(channel="web")) == (0, 4)


def test_one_of_82_follows_from_the_other_81():
    without, trained = cell(trained="no"), cell(trained="yes")
    assert bounds((cell(), exactly(82)), (trained, exactly(81))).of(without) == (1, 1)
    assert passed(fives({cell(): 82, trained: 81})).attack.of(without) == (0, 4)  # 78..82 less 78..82


@pytest.mark.parametrize(
    ("said", "digits", "base", "part", "whole"),
    [
        ("98.78", 2, 82, 81, 82),  # printed as 80: of 78 to 82 only 81/82 is 98.78 %
        ("96.30", 2, 27, 26, 27),  # printed as 25: 26/27; 25/26 is 96.15
        ("33.33", 2, 6, 2, 6),  # printed as 5: of 5 to 7 only six have a third
        ("14", 0, 7, 1, 7),  # printed as 5: 1/7 is 14.3 %; 1/6 is 16.7, 1/5 is 20
    ],
)
def test_decimals_of_a_share_say_what_its_rounded_base_hides(said, digits, base, part, whole):
    half = Fraction(1, 2 * 10**digits)
    limits = [(Fraction(said) + sign * half) / 100 for sign in (-1, 1)]
    yes = cell(trained="yes")
    known = bounds((cell(), reader(base, FIVES)), quotients=[Quotient(yes, cell(), *limits)])
    assert known.of(yes) == exactly(part)
    assert known.of(cell()) == exactly(whole)

    share = Partition("cases", ("trained",))
    bare = [*fives({cell(): whole}), Number(yes, part, FIVES, share, cell(), (limits[0], limits[1]))]
    judged = passed(bare)
    assert [repair.partition for repair in judged.repairs][:1] == [share]


def test_two_linked_tables_give_away_what_neither_does():
    # Urgency is of calls alone. 12 calls in one table; in the other 10 low, none blank, so two are high.
    calls, high = cell(channel="phone"), cell(urgency="high")
    table = {cell(urgency="low"): 10, cell(channel="phone", urgency=""): 0}
    known = bounds((calls, exactly(12)), *((c, exactly(n)) for c, n in table.items()))
    assert known.of(high) == (2, 2)
    judged = passed([*published({calls: 12}), *fives({**table, high: 2})])
    assert judged.attack.of(high) == (0, 4)


def test_briefs_add_up_to_the_country():
    # 12 by web in the country; 10 in p1, none in p2 and p3: the two of p4 need no brief of p4.
    web = {place: cell(channel="web", province=place) for place in PLACES}
    known = bounds(
        (cell(channel="web"), exactly(12)), *((web[p], exactly(n)) for p, n in zip(PLACES[:3], (10, 0, 0), strict=True))
    )
    assert known.of(web["p4"]) == (2, 2)
    judged = passed(
        [*published({cell(channel="web"): 12}), *fives(dict(zip(web.values(), (10, 0, 0, 2), strict=True)))]
    )
    assert judged.attack.of(web["p4"]) == (0, 4)


def test_nearest_five_alone_shows_that_there_are_few():
    # 1 rounds to 0 and 3 to 5, without "fewer than 5": a reader sees 0..2 and 3..7.
    known = bounds((cell(channel="web"), (0, 2)), (cell(channel="app"), (3, 7)))
    assert {leak.cell for leak in known.leaks()} == {cell(channel="web"), cell(channel="app")}
    assert passed(fives(by_channel(3, 0, 1))).repairs == ()


def test_a_union_less_one_part_is_the_other():
    both = cell(channel=["app", "phone"])
    assert bounds((cell(), exactly(17)), (both, exactly(15))).of(cell(channel="web")) == (2, 2)
    assert passed(fives({cell(): 17, both: 15})).attack.of(cell(channel="web")) == (0, 4)


def test_what_is_not_stated_is_a_cell_too():
    calls, stated = cell(channel="phone"), cell(channel="phone", urgency=["high", "low"])
    blank = cell(channel="phone", urgency="")
    assert bounds((calls, exactly(30)), (stated, exactly(29))).of(blank) == (1, 1)
    assert passed(fives({calls: 30, stated: 29, blank: 1})).attack.of(blank) == (0, 4)


def test_three_sums_that_cross_are_seen_by_a_linear_programme():
    # app+phone 3, phone+web 3, app+web 2: 1, 2 and 1, which no sum says alone.
    pairs = {("app", "phone"): 3, ("phone", "web"): 3, ("app", "web"): 2}
    known = bounds(*((cell(channel=codes), exactly(n)) for codes, n in pairs.items()))
    assert known.of(cell(channel="phone")) == (1, 3)
    numbers = {cell(channel=codes): n for codes, n in pairs.items()}
    assert passed(fives(numbers)).attack.of(cell(channel="phone")) == (0, 4)


def test_two_way_tables_give_cells_by_their_margins():
    # p1 and p2 by sex: rows 6 and 5, columns 9 (f) and 2 (m), f in p1 is 5: m in p1 is 1, in p2 1.
    margins = {cell(province="p1"): 6, cell(province="p2"): 5, cell(sex="f"): 9, cell(sex="m"): 2}
    nobody = {cell(province="p3"): 0, cell(province="p4"): 0}
    inner = {cell(province="p1", sex="f"): 5}
    men = cell(province="p2", sex="m")
    known = bounds(*((c, exactly(n)) for c, n in {**margins, **nobody, **inner}.items()), (men, FEW))
    assert known.of(cell(province="p2", sex="m")) == (1, 1)
    judged = passed([*fives(margins | nobody, ("province",)), *fives({**inner, men: 1}, ("province", "sex"))])
    low, high = judged.attack.of(men)
    assert low == 0
    assert high >= 4


def test_a_total_given_exactly_is_answered_by_tens():
    # 13 published; 5 and 5 shown as 5 (5..7), so that few is at least nothing and at most 3.
    numbers = [*published({cell(): 13}), *fives(by_channel(5, 5, 3))]
    bare = Attack(
        Web(SCHEMA, [n.cell for n in numbers]), [Release([Fact(n.cell, *reader(n.value, n.base)) for n in numbers])]
    )
    assert bare.of(cell(channel="web")) == (0, 3)
    judged = passed(numbers)
    assert [repair.base for repair in judged.repairs] == [10]
    assert judged.attack.of(cell(channel="web")) == (0, 9)


def test_what_tens_do_not_hide_is_not_shown():
    # 2 published, of which one by app is shown to be few and the others not: few of two is 0..2, at any base.
    numbers = [*published({cell(): 2}), *fives({cell(channel="app"): 1})]
    judged = judge(SCHEMA, numbers)
    assert judged.open == ()
    assert judged.before  # that nobody has more than two says the print itself


def test_the_print_is_nobodys_to_repair():
    judged = judge(SCHEMA, [*published({cell(): 10, cell(channel="app"): 8, cell(channel="phone"): 0})])
    assert judged.repairs == ()
    assert judged.open == ()
    assert judged.before >= 1


def release(values, base=FIVES, link=None, *, grows=True):
    return Release([Fact(c, *reader(n, base)) for c, n in values.items()], link=link, grows=grows)


def attack(*releases):
    return Attack(Web(SCHEMA, spoken(releases)), releases)


def test_a_later_round_bounds_the_one_before():
    # Few in half a year; in the whole year exactly 1.
    web = cell(channel="web")
    known = attack(release({web: 1}), release({web: 1}, EXACT, "grows"))
    assert known.of(web, 0) == (0, 1)
    judged = passed(fives({web: 1}), release({web: 1}), link="grows")
    assert judged.attack.of(web, 0) == (0, 4)


def test_the_difference_of_two_rounds_is_a_cell():
    # 10 by web in half a year, 12 in the year, both printed: two came in between.
    web = cell(channel="web")
    known = attack(release({web: 10}, EXACT), release({web: 12}, EXACT, "grows"))
    assert [(leak.cell, leak.low, leak.high) for leak in known.leaks() if leak.kind == "change"] == [(web, 2, 2)]
    assert passed(fives({web: 12}), release({web: 10}), link="grows").repairs == ()


def test_months_that_both_rounds_show_are_the_same():
    # m1 is 8 and m2 few in both; 10 in half a year is m1 and m2, 25 in the year all four.
    months = {cell(month="m1"): 8, cell(month="m2"): 2}
    early = Release([Fact(cell(), 10, 10), Fact(cell(month=["m3", "m4"]), 0, 0), *release(months, EXACT).facts[:1]])
    assert attack(early).of(cell(month="m2")) == (2, 2)


def test_one_late_case_does_not_show_its_profile():
    # One more in the country, which is printed; it came by web, in p1, and is a woman's.
    old = {cell(): 40, **by_channel(20, 10, 10), cell(sex="f"): 22, cell(sex="m"): 18}
    new = {**old, cell(): 41, cell(channel="web"): 11, cell(sex="f"): 23}
    known = attack(release(old, EXACT), release(new, EXACT, "restates"))
    assert {leak.cell for leak in known.leaks() if leak.kind == "change"} == {cell(channel="web"), cell(sex="f")}

    by = {
        (): [cell()], ("channel",): [cell(channel=c) for c in ("app", "phone", "web")],
        ("sex",): [cell(sex="f"), cell(sex="m")],
    }  # fmt: skip
    numbers = [Number(c, new[c], EXACT, Partition("cases", columns)) for columns, cells in by.items() for c in cells]
    judged = passed(numbers, release(old, EXACT), link="restates")
    assert {repair.partition.columns for repair in judged.repairs} >= {("channel",), ("sex",)}


def test_a_late_case_that_crosses_a_five_is_not_seen():
    # 12 becomes 13: 10 becomes 15. To tens both are 10, and the reader sees no change.
    old, new = {cell(province="p1"): 12}, {cell(province="p1"): 13}
    known = attack(release(old), release(new, link="restates"))
    assert [(leak.low, leak.high) for leak in known.leaks()] == [(1, 9)]
    judged = passed(fives(new, ("province",)), release(old), link="restates")
    assert [repair.base for repair in judged.repairs] == [10]


def test_a_case_that_moves_is_seen_where_it_came_from():
    # p1 13, p2 20 becomes p1 12, p2 21: p1 prints 15, then 10.
    old = {cell(province="p1"): 13, cell(province="p2"): 20}
    new = {cell(province="p1"): 12, cell(province="p2"): 21}
    known = attack(release(old), release(new, link="restates", grows=False))
    assert [(leak.cell, leak.low, leak.high) for leak in known.leaks()] == [(cell(province="p1"), -9, -1)]
    assert passed(fives(new, ("province",)), release(old), link="restates").repairs


def test_56_of_56_says_something_of_everybody():
    here = {"province": "p1"}
    everybody, others = cell(sex="f", **here), cell(sex="m", **here)
    elsewhere = {cell(): 100, cell(sex="f"): 80, cell(sex="m"): 20}
    known = bounds(
        *((c, exactly(n)) for c, n in elsewhere.items()), (cell(**here), exactly(56)), (everybody, exactly(56))
    )
    assert [(leak.cell, leak.kind) for leak in known.leaks() if leak.kind == "everybody"] == [(everybody, "everybody")]
    judged = passed([*published(elsewhere), *fives({cell(**here): 56, everybody: 56, others: 0})])
    assert judged.attack.of(others)[1] >= 4


def test_that_all_were_served_says_nothing_of_anybody():
    here = {"province": "p1"}
    served = {cell(**here): 56, cell(in_time="yes", **here): 56}
    known = bounds(
        (cell(), exactly(100)), (cell(in_time="yes"), exactly(99)), *((c, exactly(n)) for c, n in served.items())
    )
    assert [leak for leak in known.leaks() if leak.kind == "everybody"] == []


def test_sets_that_overlap_are_no_partition():
    # A cell of several needs is a question of yes and no for each: 9 and 8 of 10 is no contradiction.
    known = bounds(
        (cell(), exactly(10)), (cell(**{"need=food": "yes"}), exactly(9)), (cell(**{"need=home": "yes"}), FEW)
    )
    assert known.of(cell(**{"need=home": "yes"})) == (0, 4)
    assert known.of(cell(**{"need=food": "no"})) == (1, 1)  # but who does not need it is a cell, and one is few


def test_repairs_are_the_same_for_all_that_shows_the_same():
    # 3 and 2, or 4 and 1, print alike, and so must what the gate makes of them.
    one = judge(SCHEMA, [*published({cell(): 13}), *fives(by_channel(5, 5, 3))])
    two = judge(SCHEMA, [*published({cell(): 13}), *fives(by_channel(6, 5, 2))])
    assert one.repairs == two.repairs


def share_of(cell, n, whole, of, base, partition):
    """What a share shows: on 20 or more, all or none if it is so; else no part under five, nor its complement."""
    (low, high), (least, most) = reader(n, base), reader(of, base)
    all_or_none = {of: Fraction(1), 0: Fraction(0)}.get(n)
    if of >= 20 and all_or_none is not None:
        return [Number(cell, n, base if n else REFUSED, partition, whole, (all_or_none, all_or_none))]
    shown = of >= 20 and low >= 5 and (least + most - low - high) / 2 >= 5
    return [Number(cell, n, base if shown else REFUSED, partition)]


def random_release(rng, provinces):
    """Provinces of 10 to 79 cases with all tables of a brief, and the country's: numbers as the rule shows them."""
    schema = Tables(
        {"province": provinces, "channel": ("app", "phone", "web"), "urgency": ("", "high", "low", "mid"),
         "kind": ("", "k1", "k2", "k3", "k4"), "month": ("m1", "m2", "m3", "m4", "m5", "m6"), "office": ("in", "out")},
        implied=(Implied("urgency", ("high", "low", "mid"), "channel", ("phone",)),
                 Implied("kind", ("k1", "k2", "k3", "k4"), "channel", ("app",))),
        places=frozenset({"province"}), service=frozenset({"in_time"}),
    )  # fmt: skip
    rows = []
    for province in provinces:
        for _ in range(int(rng.integers(10, 80))):
            channel = rng.choice(["app", "phone", "web"], p=[0.4, 0.35, 0.25])
            row = {"province": province, "channel": channel, "month": f"m{rng.integers(1, 7)}"}
            row |= {"office": rng.choice(["in", "out"]), "in_time": rng.choice(["no", "yes"], p=[0.05, 0.95])}
            row["urgency"] = rng.choice(["high", "low", "mid"], p=[0.1, 0.7, 0.2]) if channel == "phone" else ""
            row["kind"] = (
                rng.choice(["k1", "k2", "k3", "k4", ""], p=[0.5, 0.3, 0.1, 0.08, 0.02]) if channel == "app" else ""
            )
            rows.append(row)
    tables = [
        [{}], [{"channel": c} for c in schema.codes["channel"]],
        [{"channel": "phone", "urgency": c} for c in schema.codes["urgency"]],
        [{"channel": "app", "kind": c} for c in schema.codes["kind"]],
        [{"month": c} for c in schema.codes["month"]], [{"office": c} for c in schema.codes["office"]],
        [{"in_time": "yes"}], [{"in_time": "yes", "channel": c} for c in schema.codes["channel"]],
        [{"in_time": "yes", "office": c} for c in schema.codes["office"]],
    ]  # fmt: skip
    numbers = []
    for province in ("", *provinces):
        here = [row for row in rows if row["province"] == province or not province]
        for table in tables:
            also = {"province": province} if province else {}
            counts = [sum(all(row[c] == v for c, v in wanted.items()) for row in here) for wanted in table]
            exact = not province and all(n == 0 or n >= 10 for n in counts)
            partition = Partition("cases", tuple(table[0]), province)
            for wanted, n in zip(table, counts, strict=True):
                cell, base = schema.cell({**wanted, **also}), EXACT if exact else FIVES
                if "in_time" not in wanted:
                    numbers.append(Number(cell, n, base, partition))
                    continue
                whole = {column: code for column, code in wanted.items() if column != "in_time"}
                of = sum(all(row[c] == v for c, v in whole.items()) for row in here)
                numbers += share_of(cell, n, schema.cell({**whole, **also}), of, base, partition)
    return schema, numbers


@pytest.mark.parametrize("seed", range(12))
def test_random_provinces_have_no_small_cell_narrowed(seed):
    schema, numbers = random_release(np.random.default_rng(seed), tuple(f"p{n}" for n in range(8)))
    judged = judge(schema, numbers)
    assert judged.open == ()
    assert judged.small > 30
    for number in numbers:
        low, high = judged.attack.of(number.cell)
        assert low <= number.value <= high
        if 1 <= number.value <= 4:
            assert low == 0
            assert high >= 4
