"""Designed samples against R's survey package, textbook identities, and the census."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stats_references import close, reference, rows

from dsw_analysis.stats import (
    UndefinedError,
    chi_square,
    design,
    design_mean,
    design_proportion,
    design_total,
    rao_scott,
)

FILES = {"strat": "api_strat", "strat_no_fpc": "api_strat", "clus1": "api_clus1", "srs": "api_srs"}
MEASURES = {"mean": design_mean, "total": design_total, "proportion": design_proportion}


def sample(name):
    frame = reference(FILES[name])
    n = len(frame)
    if name == "strat":
        schools = frame.groupby("stype")["fpc"].first().to_dict()
        return frame, design(n, strata=frame["stype"], weights=frame["pw"], population=schools)
    if name == "strat_no_fpc":
        return frame, design(n, strata=frame["stype"], weights=frame["pw"])
    if name == "clus1":
        return frame, design(n, clusters=frame["dnum"], weights=frame["pw"], population=757)
    return frame, design(n, population=6194)


@pytest.mark.parametrize(
    "row", rows("survey_estimates"), ids=lambda r: f"{r['design']}-{r['variable']}-{r['statistic']}"
)
def test_estimates_agree_with_r(row):
    frame, sampled = sample(row["design"])
    values = frame[row["variable"]]
    if row["statistic"] == "proportion":
        values = (values == "Yes").astype(float)
    found = MEASURES[row["statistic"]](sampled, values)
    for name in ("value", "se", "deff"):
        assert getattr(found, name) == close(row[name]), name
    assert (found.interval.low, found.interval.high) == (close(row["low"]), close(row["high"]))
    assert found.df == row["df"]
    assert found.n == values.notna().sum()


@pytest.mark.parametrize("row", rows("survey_tests"), ids=lambda r: f"{r['design']}-{r['row']}-{r['column']}")
def test_rao_scott_agrees_with_r(row):
    frame, sampled = sample(row["design"])
    found = rao_scott(sampled, frame[row["row"]], frame[row["column"]])
    for name in ("f", "f_df1", "f_df2", "f_p", "chi_square", "chi_square_df", "chi_square_p"):
        assert getattr(found, name) == close(row[name]), name
    assert found.n == len(frame)


def test_rao_scott_of_a_simple_random_sample_is_nearly_pearson():
    # With equal weights and no correction the design effects are n / (n - 1) of multinomial sampling.
    frame = reference("api_srs")
    found = rao_scott(design(len(frame)), frame["stype"], frame["awards"])
    plain = chi_square(pd.crosstab(frame["stype"], frame["awards"]).to_numpy())
    assert found.chi_square == close(plain.statistic)
    assert found.f == close(plain.statistic / 2 * (len(frame) - 1) / len(frame))


def test_rao_scott_leaves_blanks_out_of_the_table_but_in_the_design():
    frame, sampled = sample("strat")
    blank = frame["awards"].where(np.arange(len(frame)) % 10 > 0)
    found = rao_scott(sampled, frame["sch.wide"], blank)
    assert found.n == 180
    assert found.f_df2 == close(found.f_df1 * 197)


def test_stratified_mean_by_the_formula_of_the_textbook():
    # Cochran (1977), chapter 5: sum of W_h mean_h; variance sum of W_h^2 (1 - f_h) s_h^2 / n_h.
    values = pd.Series([2.0, 4.0, 9.0, 10.0, 14.0])
    strata = ["a", "a", "b", "b", "b"]
    found = design_mean(design(5, strata=strata, population={"a": 4, "b": 6}), values)
    assert found.value == close(0.4 * 3 + 0.6 * 11)
    assert found.se == close(math.sqrt(0.16 * (1 - 2 / 4) * 2 / 2 + 0.36 * (1 - 3 / 6) * 7 / 3))
    assert found.df == 3


def test_total_of_a_simple_random_sample_by_the_formula_of_the_textbook():
    # Cochran (1977), chapter 2: N mean, variance N^2 (1 - f) s^2 / n; its design effect is 1.
    found = design_total(design(4, population=10), [1.0, 3.0, 5.0, 7.0])
    assert found.value == close(40)
    assert found.se == close(math.sqrt(100 * 0.6 * (20 / 3) / 4))
    assert found.deff == close(1)


def test_a_census_has_no_sampling_error():
    census = design(6, strata=list("aabbbc"), population={"a": 2, "b": 3, "c": 1})
    found = design_proportion(census, [1, 0, 1, 1, 0, 1])
    assert (found.value, found.se, found.deff) == (close(4 / 6), 0.0, None)
    assert (found.interval.low, found.interval.high) == (close(4 / 6), close(4 / 6))
    assert design_total(census, [5, 5, 1, 2, 3, 4]).value == close(20)


def test_blanks_leave_the_estimate_and_stay_in_the_design():
    sampled = design(5, strata=list("aabbb"), population={"a": 4, "b": 6})
    found = design_mean(sampled, [2.0, 4.0, 9.0, None, 14.0])
    assert found.value == close((2 * 2 + 2 * 4 + 2 * 9 + 2 * 14) / 8)
    assert (found.n, found.df) == (4, 2)


@pytest.mark.parametrize("flag", [0, 1])
def test_a_proportion_of_0_or_1_has_no_logit_limits(flag):
    found = design_proportion(design(8, population=16), [flag] * 8)
    assert (found.value, found.se, found.interval) == (flag, 0.0, None)


def test_what_cannot_be_estimated():
    sampled = design(3)
    with pytest.raises(UndefinedError):
        design(0)
    with pytest.raises(UndefinedError):
        design_mean(sampled, [None, None, None])
    with pytest.raises(UndefinedError):
        rao_scott(sampled, ["a", "a", "a"], ["x", "y", "x"])
    with pytest.raises(ValueError, match="every row"):
        design_mean(sampled, [1.0])
    with pytest.raises(ValueError, match="1, 0 or missing"):
        design_proportion(sampled, [1, 2, 0])
    assert design_mean(design(1, population=1), [3.0]).interval is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"strata": ["a", "b", "b"]}, "'a' has a single"),
        ({"population": 2}, "more units"),
        ({"strata": ["a", "a", None]}, "every row"),
        ({"strata": ["a", "a", "b"], "population": {"a": 5}}, "'b' is not given"),
        ({"strata": ["a", "b", "b"], "population": 9}, "each stratum"),
        ({"weights": [1.0, 0.0, 2.0]}, "above 0"),
        ({"weights": [1.0, None, 2.0]}, "above 0"),
        ({"weights": [1.0, 2.0]}, "above 0"),
    ],
)
def test_designs_that_cannot_be(arguments, message):
    with pytest.raises(ValueError, match=message):
        design(3, **arguments)


@settings(deadline=None, max_examples=40)
@given(st.randoms(use_true_random=False), st.sampled_from(sorted(FILES)))
def test_order_of_rows_never_matters(shuffle, name):
    frame, sampled = sample(name)
    order = list(range(len(frame)))
    shuffle.shuffle(order)
    mixed = frame.iloc[order].reset_index(drop=True)
    again = {
        "strat": lambda: design(
            len(mixed),
            strata=mixed["stype"],
            weights=mixed["pw"],
            population=mixed.groupby("stype")["fpc"].first().to_dict(),
        ),
        "strat_no_fpc": lambda: design(len(mixed), strata=mixed["stype"], weights=mixed["pw"]),
        "clus1": lambda: design(len(mixed), clusters=mixed["dnum"], weights=mixed["pw"], population=757),
        "srs": lambda: design(len(mixed), population=6194),
    }[name]()
    one, two = design_mean(sampled, frame["target"]), design_mean(again, mixed["target"])
    assert (two.value, two.se, two.deff) == (close(one.value), close(one.se), close(one.deff))
    assert rao_scott(again, mixed["stype"], mixed["awards"]).f == close(
        rao_scott(sampled, frame["stype"], frame["awards"]).f
    )


@settings(deadline=None)
@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 3))
def test_limits_hold_the_share_and_mirror(yes, no, factor):
    population = (yes + no) * (1 + factor)
    sampled = design(yes + no, population=population)
    flags = np.array([1.0] * yes + [0.0] * no)
    found, mirror = design_proportion(sampled, flags), design_proportion(sampled, 1 - flags)
    assert 0 <= found.interval.low <= found.value + 1e-12
    assert found.value - 1e-12 <= found.interval.high <= 1
    assert 1 - mirror.interval.high == pytest.approx(found.interval.low)
