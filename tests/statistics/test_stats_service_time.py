"""Times to service against R's survival package, and the boundary to the nanosecond."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stats_references import reference, rows

from dsw_analysis.statistics.common import UndefinedError
from dsw_analysis.statistics.service_time import ServiceTimes, served_within, waiting_time

TIMES = reference("waiting_times").groupby("set")
DAY = 86_400 * 10**9


def from_days(frame):
    """Waiting times in days as cases: the open ones are observed for as long as their time says."""
    waited = frame["time"].to_numpy(dtype=np.int64) * DAY
    return ServiceTimes(waited, frame["served"].to_numpy() == 1, left_out=0)


@pytest.mark.parametrize("row", rows("waiting_quantiles"), ids=lambda r: f"{r['set']}-{r['share']}")
def test_waiting_time_agrees_with_r(row):
    times = from_days(TIMES.get_group(row["set"]))
    if row["time"] is None:
        with pytest.raises(UndefinedError):
            waiting_time(times, row["share"])
    else:
        assert waiting_time(times, row["share"]) == pd.Timedelta(days=row["time"])


def test_freireich_remission_printed_in_every_textbook():
    # 6-MP arm of Freireich et al. (1963), as in Cox and Oakes (1984): the estimate after 6, 7, 10 and 13 weeks is .857,
    # .807, .753 and .690, so that a share is reached in the first week whose estimate leaves no more than the rest.
    weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    served = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    times = from_days(pd.DataFrame({"time": weeks, "served": served}))
    for share, week in [(0.142, 6), (0.144, 7), (0.192, 7), (0.194, 10), (0.246, 10), (0.248, 13), (0.5, 23)]:
        assert waiting_time(times, share) == pd.Timedelta(days=week)


def test_the_limit_itself_is_within_and_a_nanosecond_more_is_not():
    served = ServiceTimes(np.array([DAY, DAY + 1, DAY - 1]), np.array([True] * 3), 0)
    assert served_within(served, pd.Timedelta(days=1)) == (2, 3)


def test_an_open_case_is_judged_once_its_limit_has_passed():
    still_open = ServiceTimes(np.array([DAY, DAY - 1, 9 * DAY, 1]), np.array([False, False, False, True]), 0)
    assert served_within(still_open, pd.Timedelta(days=1)) == (1, 3)


def test_without_cases_nothing_is_judged_and_there_is_no_wait():
    none = ServiceTimes(np.array([], dtype=np.int64), np.array([], dtype=bool), 0)
    assert served_within(none, pd.Timedelta(days=1)) == (0, 0)
    with pytest.raises(UndefinedError):
        waiting_time(none, 0.5)


def test_a_wait_that_was_not_observed_is_undefined():
    waiting = from_days(pd.DataFrame({"time": [1, 2], "served": [1, 0]}))
    assert waiting_time(waiting, 0.4) == pd.Timedelta(days=1)
    with pytest.raises(UndefinedError, match="observation ends"):
        waiting_time(waiting, 0.6)
    for share in (0, 1.5, float("nan")):
        with pytest.raises(ValueError, match="between 0 and 1"):
            waiting_time(waiting, share)


@given(
    st.lists(st.tuples(st.integers(1, 200), st.integers(0, 1)), min_size=1, max_size=60),
    st.integers(1, 200),
    st.randoms(use_true_random=False),
)
def test_order_never_matters_and_counts_are_those_of_plain_python(cases, limit, shuffle):
    mixed = list(cases)
    shuffle.shuffle(mixed)
    frames = [pd.DataFrame(some, columns=["time", "served"]) for some in (cases, mixed)]
    found, again = (served_within(from_days(frame), pd.Timedelta(days=limit)) for frame in frames)
    assert found == again
    assert found[0] == sum(served and time <= limit for time, served in cases)
    assert found[1] == sum(bool(served) or time >= limit for time, served in cases)
