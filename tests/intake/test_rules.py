"""Rules across columns: for each word rows that keep it, rows that break it, and rows that cannot be judged."""

import pandas as pd
import pytest
from declared import SCHEMAS

from dsw_analysis.intake.rules import WORDS, Rule
from dsw_analysis.rounds import Round

DAY, NEXT = pd.Timestamp(2026, 1, 5), pd.Timestamp(2026, 1, 6)


def judged(word, given, column, **columns):
    """Where a rule holds in a frame of these columns, typed as the intake types them."""
    types = {"n": "Int64", "m": "Int64", "k": "Int64", "x": "Float64", "y": "Float64", "z": "Float64"}
    frame = pd.DataFrame(
        {
            name: pd.Categorical(values, categories=sorted({v for v in values if v}))
            if name in {"a", "b", "c"}
            else pd.Series(values, dtype=types.get(name))
            for name, values in columns.items()
        }
    )
    rule = Rule(name="r", column=column, word=word, given=given, expected="ก", action="ข")
    holds = rule.holds(frame)
    assert holds.dtype == bool and len(holds) == len(frame)
    assert set(rule.columns) <= set(frame.columns)
    return holds.tolist()


# Word, what it is given, the rule's own column, cells, and whether each row keeps the rule (blanks cannot be judged).
CASES = [
    ("filled_only_if", {"a": ["ess"]}, "n", {"n": [1, 1, 1, None], "a": ["ess", "web", None, "web"]}, [1, 0, 1, 1]),
    ("filled_only_if", {"a": ["p", "q"]}, "n", {"n": [1, 1, 1], "a": ["p", "q", "r"]}, [1, 1, 0]),
    (
        "filled_only_if",
        {"a": ["p"], "b": ["s"]},
        "n",
        {"n": [1, 1, 1, 1], "a": ["p", "q", "p", "p"], "b": ["s", "s", "t", None]},
        [1, 0, 0, 1],
    ),
    (
        "needs",
        ("m", "a"),
        "n",
        {"n": [1, 1, 1, None], "m": [1, None, 1, None], "a": ["p", "p", None, None]},
        [1, 0, 0, 1],
    ),
    (  # the last column has the day of a change: of 5 to 6, of 5 to nothing, of nothing that was there before
        "filled_where_differ",
        ("x", "y"),
        "d",
        {
            "d": [DAY, None, None, DAY, DAY, None, None, DAY],
            "x": [5, 5, 5, 5, 5, 5, None, None],
            "y": [6, 6, 5, 5, None, None, 6, 6],
        },
        [1, 0, 1, 0, 1, 0, 1, 0],
    ),
    (
        "not_before",
        "e",
        "d",
        {"d": [NEXT, DAY, DAY, None, DAY], "e": [DAY, DAY, NEXT, DAY, None]},
        [1, 1, 0, 1, 1],
    ),
    ("at_most", "m", "n", {"n": [3, 3, 3, None, 3], "m": [4, 3, 2, 1, None]}, [1, 1, 0, 1, 1]),
    ("at_most", "y", "x", {"x": [0.5, 0.6], "y": [0.5, 0.5]}, [1, 0]),
    ("sum_of", ("m", "k"), "n", {"n": [7, 8, None, 7], "m": [3, 3, 3, None], "k": [4, 4, 4, 4]}, [1, 0, 1, 1]),
    # 0.1 + 0.2 is 0.30000000000000004 to a computer, and 0.3 to whoever filled in the form.
    ("sum_of", ("y", "z"), "x", {"x": [0.3, 0.31], "y": [0.1, 0.1], "z": [0.2, 0.2]}, [1, 0]),
    ("sum_of", ("m", "k"), "n", {"n": [10**15, 10**15], "m": [10**15 - 1, 10**15], "k": [1, 1]}, [1, 0]),
    (
        "order_of_steps",
        ("a", "b", "c"),
        "c",
        {
            "a": ["yes", "no", "yes", None, "no", "no"],
            "b": ["yes", "yes", "no", "yes", "no", None],
            "c": ["no", "no", "yes", "yes", "no", "yes"],
        },
        [1, 0, 0, 1, 1, 1],
    ),
    (
        "unique_together",
        ("a", "n"),
        "n",
        {"a": ["p", "p", "p", "q", None, None], "n": [1, 2, 1, 1, 1, 1]},
        [1, 1, 0, 1, 1, 1],
    ),
    (
        "starts_with",
        "t",
        "s",
        {
            "s": ["csr.n", "csr.by.area-1", "csrx.n", "csr", "csr.", "c.r.n", None, "csr.n"],
            "t": ["csr", "csr", "csr", "csr", "csr", "c.r", "csr", None],
        },
        [1, 1, 0, 0, 0, 1, 1, 1],
    ),
    (
        "by_code",
        {"a": {"tak": "hill", "lop": "plain"}},
        "b",
        {"a": ["tak", "tak", "lop", "nan", "tak", None], "b": ["hill", "plain", "plain", "hill", None, "hill"]},
        [1, 0, 1, 1, 1, 1],
    ),
    ("matches", "[a-z]+[0-9]", "s", {"s": ["ab1", "ab12", "1ab1", None]}, [1, 0, 0, 1]),
]


@pytest.mark.parametrize(("word", "given", "column", "cells", "kept"), CASES)
def test_a_rule_is_kept_broken_or_not_judged(word, given, column, cells, kept):
    assert judged(word, given, column, **cells) == list(map(bool, kept))


def test_every_word_has_its_cases_and_is_used():
    assert {case[0] for case in CASES} == set(WORDS)
    declared = [rule for dataset in SCHEMAS.at(Round.parse("2569-12m")).values() for rule in dataset.rules]
    assert {rule.word for rule in declared} == set(WORDS)
