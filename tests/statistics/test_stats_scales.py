"""Reliability against R's psych package, hand computations, and blanks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stats_references import close, reference, rows

from dsw_analysis.statistics.common import UndefinedError
from dsw_analysis.statistics.scores import cronbach_alpha


@pytest.mark.parametrize("row", rows("reliability"), ids=lambda r: r["set"])
def test_alpha_agrees_with_psych(row):
    frame = reference(row["set"])
    assert cronbach_alpha(frame) == close(row["alpha"])


def test_alpha_printed_for_the_attitude_survey():
    # The examples of R's psych::alpha print raw alpha 0.84 for datasets::attitude.
    assert round(cronbach_alpha(reference("attitude")), 2) == 0.84


def test_alpha_of_two_items_is_spearman_and_brown():
    # With equal variances alpha of two items is 2 r / (1 + r); here r = 0.5.
    frame = pd.DataFrame({"a": [1, 2, 3], "b": [1, 3, 2]})
    assert cronbach_alpha(frame) == close(2 * 0.5 / 1.5)


def test_items_that_contradict_each_other_have_a_negative_alpha():
    # Variances 1 and 7/3 (of 3, 1, 0); the sums 4, 3, 3 have variance 1/3: 2 * (1 - (1 + 7/3) / (1/3)) = -18.
    assert cronbach_alpha(pd.DataFrame({"a": [1, 2, 3], "b": [3, 1, 0]})) == close(-18)


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        (pd.DataFrame({"a": [1, 2, 3]}), "two items"),
        (pd.DataFrame(), "two items"),
        (pd.DataFrame({"a": [1, None], "b": [None, 2], "c": [1, 1]}), "two rows"),
        (pd.DataFrame({"a": [1, 2, None], "b": [None, 2, 1]}), "two rows"),
        (pd.DataFrame({"a": [2, 2, 2], "b": [3, 3, 3], "c": [1, 1, 1]}), "the same in every row"),
        # Answers differ, their sums do not; of decimals (0.1 + 0.2 is not 0.3) not even to the last binary digit.
        (pd.DataFrame({"a": [1, 2, 3], "b": [3, 2, 1]}), "the same in every row"),
        (pd.DataFrame({"a": [0.1, 0.3, 0.7], "b": [0.2, 0.0, -0.4]}), "the same in every row"),
        # Constant but for a row that is left out.
        (pd.DataFrame({"a": [2, 2, 5], "b": [3, 3, None]}), "the same in every row"),
    ],
)
def test_undefined_says_why_and_it_is_true(frame, why):
    with pytest.raises(UndefinedError, match=why):
        cronbach_alpha(frame)


def test_the_smallest_variation_of_answers_is_enough():
    # One answer in a thousand differs by a tenth: both variances are those of one value, alpha = 2 (1 - 1/1) = 0.
    frame = pd.DataFrame({"a": [4.0] * 999 + [4.1], "b": [3.0] * 1000})
    assert cronbach_alpha(frame) == pytest.approx(0, abs=1e-9)


@settings(max_examples=30)
@given(st.randoms(use_true_random=False), st.integers(0, 2))
def test_order_of_respondents_and_items_never_matters(shuffle, scale):
    frame = reference("likert") / 10**scale
    order, items = list(range(len(frame))), list(frame.columns)
    shuffle.shuffle(order)
    shuffle.shuffle(items)
    assert cronbach_alpha(frame.iloc[order][items]) == cronbach_alpha(frame)


def test_columns_of_the_same_name_are_two_items():
    frame = pd.DataFrame(np.array([[1, 1], [2, 3], [3, 2]]), columns=["q", "q"])
    assert cronbach_alpha(frame) == close(2 * 0.5 / 1.5)
