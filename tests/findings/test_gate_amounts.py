"""Attacks on amounts and persons together, worked out by hand: a bare release gives one away, a gated one does not."""

from dataclasses import replace
from fractions import Fraction

import pytest

from dsw_analysis.findings.attacker import Attack
from dsw_analysis.findings.cells import Tables, Web
from dsw_analysis.findings.facts import Fact, Quotient, Release, spoken
from dsw_analysis.findings.gate import Number, alike, judge
from dsw_analysis.findings.repairs import REFUSED, Partition

EXACT, FIVES = None, 5
TABLES = Tables(
    {"province": ("p1", "p2", "p3"), "sex": ("f", "m")},
    places=frozenset({"province"}),
    filled=frozenset({"debt", "score"}),
    limits={"debt": (Fraction(0), None), "score": (Fraction(0), Fraction(20)), "stars": (Fraction(1), Fraction(5))},
)


def cell(**conditions):
    return TABLES.cell(conditions)


def persons(n, base=EXACT, **where):
    return Number(cell(**where), n, base, Partition("loans", tuple(where), ""))


def amount(total, n=0, base=EXACT, of="debt", largest=None, **where):
    """A sum of a column, or the mean of n."""
    partition = Partition("loans", tuple(sorted((*where, of))), "")
    at = cell(**where)
    largest = None if largest is None else Fraction(largest)
    return Number(at, Fraction(total), base, partition, at if n else None, of=of, among=n, largest=largest)


def release(numbers, link=None, *, grows=True):
    told = [number.told for number in numbers if number.base != REFUSED]
    return Release([f for facts, _ in told for f in facts], [q for _, qs in told for q in qs], link, grows)


def attack(*releases):
    return Attack(Web(TABLES, spoken(releases)), releases)


def amounts_known(known):
    """Cells and releases of which an attack says that an amount is known too well."""
    return {(leak.cell, leak.of) for leak in known.leaks() if leak.kind == "amount"}


def passed(numbers, *earlier, link=None, tables=TABLES):
    judged = judge(tables, numbers, earlier, link)
    assert judged.open == ()
    for number in numbers:
        low, high = judged.attack.amount(number.cell, number.of) if number.of in judged.attack.columns else (0, 10**15)
        assert not number.of or low <= number.value <= high  # a reader who is led astray is not protected from
    return judged


def within_a_tenth(low, high):
    """Whether some guess is within 10 % of all that it can be."""
    return Fraction(9, 10) * high <= Fraction(11, 10) * low


def test_a_number_of_two_digits_is_as_wide_as_it_is():
    assert alike(Fraction(1200)) == (1150, 1250)
    assert alike(Fraction(1000)) == (995, 1050)  # 994 prints as 990
    assert alike(Fraction("4.4")) == (Fraction("4.35"), Fraction("4.45"))
    assert alike(Fraction(-30)) == (Fraction("-30.5"), Fraction("-29.5"))
    assert alike(Fraction(0)) == (0, 0)


def test_the_sum_of_the_whole_less_that_of_a_part_is_the_rest_s():
    # 2,500 owed by 13; ten of p1 owe 1,000. What the three of p2 owe is not shown, and is 1,500; of p3 nobody does.
    p2 = cell(province="p2")
    numbers = [
        persons(13), persons(10, province="p1"), persons(0, province="p3"), amount(2500, largest=500),
        amount(1000, province="p1", largest=100), amount(1500, base=REFUSED, province="p2"),
    ]  # fmt: skip
    known = attack(release(numbers))
    assert known.amount(p2, "debt") == (1500, 1500)
    assert (p2, "debt") in amounts_known(known)
    # The other two of p2 owe 400 each: 1,500 - 800 is what the third owes, to the last baht.
    shown = passed([replace(n, base=FIVES) if n.value and not n.of else n for n in numbers])
    assert not within_a_tenth(*shown.attack.amount(p2, "debt"))


def test_two_digits_are_not_wide_enough_if_one_owes_half_of_all():
    # Ten of p1 owe 1,000, shown with two digits: 995 to 1,050. One of p2 owes 1,000 of 2,000: 950 to 1,005.
    p2 = cell(province="p2")
    numbers = [
        persons(10, FIVES, province="p1"), persons(1, FIVES, province="p2"), persons(0, province="p3"), amount(2000),
        amount(1000, base=FIVES, province="p1"),
    ]  # fmt: skip
    known = attack(release(numbers))
    assert known.amount(p2, "debt") == (950, 1005)
    assert (p2, "debt") in amounts_known(known)
    assert not within_a_tenth(*passed(numbers).attack.amount(p2, "debt"))


def test_a_mean_times_its_number_is_a_sum():
    # 20 have 12.5 points on average, 18 women 12: 250 - 216 = 34 points of two men.
    men = cell(sex="m")
    numbers = [
        persons(20), persons(18, sex="f"), amount(250, 20, of="score"), amount(216, 18, of="score", sex="f"),
    ]  # fmt: skip
    known = attack(release(numbers))
    assert known.amount(men, "score") == (34, 34)
    assert (men, "score") in amounts_known(known)
    assert not within_a_tenth(*passed(numbers).attack.amount(men, "score"))


@pytest.mark.parametrize(("came", "points"), [(1, 18), (5, 80)])
def test_two_rounds_of_a_mean_give_that_of_those_who_came(came, points):
    # 92 persons with 9.00 on average, 828 points; then 93 with 846, or 97 with 908: 18 of one, or 16 each of five.
    early = release([persons(92), amount(828, 92, of="score")])
    late = [persons(92 + came), amount(828 + points, 92 + came, of="score", largest=18)]
    known = attack(early, release(late, "grows"))
    assert (cell(), "score") in amounts_known(known)
    judged = passed(late, early, link="grows")
    (least, most), (before, _) = judged.attack.amount(cell(), "score"), judged.attack.amount(cell(), "score", 0)
    assert not within_a_tenth(least - before, most - before)
    assert any("score" in repair.partition.columns for repair in judged.repairs)


def test_a_restated_mean_gives_the_late_one_s():
    # 20 owe 50 each on average, then 21 owe 52: 1,092 - 1,000 = 92 is what the late one owes.
    early = release([persons(20), amount(1000, 20)])
    late = [persons(21), amount(1092, 21, largest=92)]
    known = attack(early, release(late, "restates"))
    assert (cell(), "debt") in amounts_known(known)
    judged = passed(late, early, link="restates")
    low, high = judged.attack.amount(cell(), "debt")
    assert not within_a_tenth(low - 1000, high - 1000)


def test_a_dominated_sum_follows_from_a_linked_table():
    # p2: 1,000 and 500 and eight of 9, which its own rule does not show: 72 are no tenth of 1,000. Twelve of p1 owe 100
    # each. 2,772 - 1,200 = 1,572, and who owes 500 takes 1,072 for the other's 1,000.
    p2 = cell(province="p2")
    numbers = [
        persons(22), persons(12, province="p1"), persons(10, province="p2"), persons(0, province="p3"),
        amount(2772, largest=1000), amount(1200, province="p1", largest=100),
        amount(1572, base=REFUSED, province="p2", largest=1000),
    ]  # fmt: skip
    known = attack(release(numbers))
    low, high = known.amount(p2, "debt")
    assert low == high == 1572
    assert (high - 500) <= Fraction(11, 10) * 1000
    assert (p2, "debt") in amounts_known(known)
    judged = passed(numbers)
    assert not within_a_tenth(*judged.attack.amount(p2, "debt"))


@pytest.mark.parametrize(("largest", "refused"), [(1000, True), (160, False)])
def test_a_dominated_sum_follows_from_two_rounds(largest, refused):
    # 12 owe 100 each; ten more bring it to 2,708, which the rule shows: 1,208 are more than a tenth of 1,000. They owe
    # 1,508: who owes 500 of it takes 1,008 for the other's 1,000. If nobody owes more than 160, he is told nothing.
    early = release([persons(12), amount(1200)])
    late = [persons(22), amount(2708, largest=largest)]
    now = replace(release(late, "grows"), largest={"debt": Fraction(largest)})
    assert ((cell(), "debt") in amounts_known(attack(early, now))) is refused
    judged = passed(late, early, link="grows")
    assert bool(judged.repairs) is refused
    if refused:
        low, high = judged.attack.amount(cell(), "debt")
        assert not within_a_tenth(low - 1200, high - 1200)


def test_a_sum_and_a_mean_say_how_many():
    # 10 is printed. Of p1 10 (8..12), 1,000 (995..1,050) and on average 130 (125..135) are shown: it is 8, as 9 would
    # owe 1,125 at least; p2 has the other two.
    p2 = cell(province="p2")
    printed = Number(cell(), 10, EXACT)
    numbers = [
        printed, persons(8, FIVES, province="p1"), persons(2, FIVES, province="p2"), persons(0, province="p3"),
        amount(1040, base=FIVES, province="p1"), amount(1040, 8, base=FIVES, province="p1"),
    ]  # fmt: skip
    known = attack(release(numbers))
    assert known.of(cell(province="p1")) == (8, 8)
    assert known.of(p2) == (2, 2)
    assert passed(numbers).attack.of(p2)[0] == 0


def test_who_is_near_the_top_of_a_scale_is_known_by_it():
    # 20 gave 4.95 of 5 stars on average, 99 in all; 18 of them are women, who cannot have given more than 90.
    men = cell(sex="m")
    numbers = [persons(20), persons(18, sex="f"), amount(99, 20, of="stars")]
    known = attack(release(numbers))
    assert known.amount(men, "stars") == (9, 10)
    assert (men, "stars") in amounts_known(known)
    assert not within_a_tenth(*passed(numbers).attack.amount(men, "stars"))


def test_amounts_of_many_may_be_told_apart():
    # 40 owe 4,000, the 20 of p1 2,000: the 20 of p2 owe the rest, of which nobody has more than 150.
    numbers = [
        persons(40), persons(20, province="p1"), persons(0, province="p3"), amount(4000, largest=150),
        amount(2000, province="p1", largest=150),
    ]  # fmt: skip
    assert passed(numbers).repairs == ()


@pytest.mark.parametrize("came", [92, -30])
def test_sums_of_scores_of_many_who_came_may_be_known(came):
    # 92 persons with 828 points; 92 more, of nine each, or 30 fewer: nobody has most of 828 or of 270 points with 20.
    early = release([persons(92), amount(828, 92, of="score")])
    late = [persons(92 + came), amount(828 + 9 * came, 92 + came, of="score", largest=18)]
    assert passed(late, early, link="grows").repairs == ()


def test_as_many_persons_may_be_others():
    # 80 with 720 points, then 80 with 700: somebody went and somebody came, or points were corrected.
    early = release([persons(80), amount(720, 80, of="score")])
    late = [persons(80), amount(700, 80, of="score", largest=18)]
    for link in ("grows", "restates"):
        assert passed(late, early, link=link).repairs == ()


def test_a_median_and_a_limit_give_the_number_within_it():
    # 10 (8..12) owe; the median is 190 (185..195), and few owe up to 200. At least half do: four of eight.
    here, within = cell(province="p1"), TABLES.cell({"province": "p1", "debt=..200": "yes"})
    half = Fraction(1, 2) * (1 - Fraction(1, 8))
    known = attack(Release([Fact(here, 8, 12), Fact(within, 0, 4)], [Quotient(within, here, half, Fraction(1))]))
    assert known.of(within) == (4, 4)
    assert known.of(here) == (8, 9)


def test_negative_amounts_lead_nobody_astray():
    # The ten of p1 are owed 500 in all, those of p2 owe 700.
    numbers = [
        persons(20), persons(10, province="p1"), persons(10, province="p2"), amount(200, largest=90),
        amount(-500, province="p1", largest=90, of="debt"), amount(700, province="p2", largest=90),
    ]  # fmt: skip
    unbounded = replace(TABLES, limits={})
    judged = passed(numbers, tables=unbounded)
    assert judged.attack.amount(cell(province="p1"), "debt") == (-500, -500)
