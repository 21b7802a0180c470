"""Rating scales against R's psych package, hand computations and blanks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stats_references import close, reference, rows

from dsw_analysis.stats import UndefinedError, cronbach_alpha, mcdonald_omega, satisfaction


@pytest.mark.parametrize("row", rows("reliability"), ids=lambda r: r["set"])
def test_reliability_agrees_with_psych(row):
    frame = reference(row["set"])
    alpha, omega = cronbach_alpha(frame), mcdonald_omega(frame)
    assert alpha.value == close(row["alpha"])
    # psych's minres stops at its own tolerance.
    assert omega.value == pytest.approx(row["omega"], abs=1e-5)
    complete = frame.notna().all(axis=1).sum()
    for found in (alpha, omega):
        assert (found.n, found.excluded, found.items) == (complete, len(frame) - complete, frame.shape[1])


def test_alpha_printed_for_the_attitude_survey():
    # The examples of R's psych::alpha print raw alpha 0.84 for datasets::attitude.
    assert round(cronbach_alpha(reference("attitude")).value, 2) == 0.84


def test_alpha_of_two_items_is_spearman_and_brown():
    # With equal variances alpha of two items is 2 r / (1 + r); here r = 0.5.
    frame = pd.DataFrame({"a": [1, 2, 3], "b": [1, 3, 2]})
    assert cronbach_alpha(frame).value == close(2 * 0.5 / 1.5)


def test_omega_of_a_perfect_factor():
    # Correlations built from loadings 0.8, 0.6, 0.5: omega = (sum of loadings)^2 / sum of correlations.
    loadings = [0.8, 0.6, 0.5]
    correlation = [[1 if i == j else a * b for j, b in enumerate(loadings)] for i, a in enumerate(loadings)]
    frame = pd.DataFrame(with_correlation(correlation))
    assert mcdonald_omega(frame).value == pytest.approx(1.9**2 / sum(map(sum, correlation)), abs=1e-7)


def with_correlation(matrix):
    """Rows whose sample correlations are exactly these: orthogonal columns times a Cholesky factor."""
    base = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]], dtype=float)
    return base @ np.linalg.cholesky(np.array(matrix)).T


def test_satisfaction_by_hand():
    frame = pd.DataFrame({"venue": [5, 4, None], "content": [3, None, None], "speaker": [None, None, None]})
    found = satisfaction(frame, top=5, bottom=1)
    assert found.percent == close(100 * 12 / 15)
    assert (found.answers, found.missing, found.respondents) == (3, 6, 2)
    venue, content, speaker = found.items
    assert (venue.name, venue.n, venue.missing) == ("venue", 2, 1)
    assert (venue.mean, venue.percent, venue.sd) == (close(4.5), close(90), close(0.5**0.5))
    assert (content.mean, content.sd, content.percent) == (3, None, close(60))
    assert (speaker.n, speaker.mean, speaker.percent) == (0, None, None)


def test_answers_that_cannot_be():
    with pytest.raises(UndefinedError):
        satisfaction(pd.DataFrame({"a": [None]}), top=5)
    with pytest.raises(UndefinedError):
        satisfaction(pd.DataFrame(), top=5)
    with pytest.raises(ValueError, match="between 1 and 5"):
        satisfaction(pd.DataFrame({"a": [0]}), top=5, bottom=1)
    with pytest.raises(ValueError, match="above its bottom"):
        satisfaction(pd.DataFrame({"a": [1]}), top=1, bottom=1)


@pytest.mark.parametrize("measure", [cronbach_alpha, mcdonald_omega])
@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": [1, 2, 3]}),
        pd.DataFrame({"a": [1, None], "b": [None, 2], "c": [1, 1]}),
        pd.DataFrame({"a": [2, 2, 2], "b": [3, 3, 3], "c": [1, 1, 1]}),
    ],
    ids=["one item", "no complete row", "no variance"],
)
def test_reliability_of_nothing(measure, frame):
    with pytest.raises(UndefinedError):
        measure(frame)


@settings(deadline=None, max_examples=30)
@given(st.randoms(use_true_random=False))
def test_order_of_respondents_never_matters(shuffle):
    frame = reference("likert")
    order = list(range(len(frame)))
    shuffle.shuffle(order)
    mixed = frame.iloc[order]
    assert satisfaction(mixed, top=5, bottom=1) == satisfaction(frame, top=5, bottom=1)
    assert cronbach_alpha(mixed) == cronbach_alpha(frame)
    assert mcdonald_omega(mixed) == mcdonald_omega(frame)
