"""Times to service against R's survival package, and the boundary to the nanosecond."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stats_references import close, reference, rows

from dsw_analysis.stats import UndefinedError, percentile, served_within, service_times, waiting_time

START = pd.Timestamp("2026-01-01")
TIMES = reference("waiting_times").groupby("set")


def from_days(frame):
    """Waiting times in days as cases: the open ones are observed for as long as their time says."""
    as_of = START + pd.Timedelta(days=10_000)
    opened = as_of - pd.to_timedelta(frame["time"], unit="D")
    return service_times(opened, pd.Series(as_of, opened.index).where(frame["served"] == 1), as_of=as_of)


@pytest.mark.parametrize("row", rows("served_within"), ids=lambda r: f"{r['set']}-{r['limit']}")
def test_share_served_agrees_with_r(row):
    frame = TIMES.get_group(row["set"])
    found = served_within(from_days(frame), pd.Timedelta(days=row["limit"]))
    assert found.share == close(row["share"])
    served = frame["served"] == 1
    assert found.within == (served & (frame["time"] <= row["limit"])).sum()
    assert found.naive == close(found.within / served.sum())
    if row["low"] is None:
        assert (found.se, found.interval) == (0.0, None)
    else:
        assert found.se == close(row["se"])
        assert (found.interval.low, found.interval.high) == (close(row["low"]), close(row["high"]))


@pytest.mark.parametrize("row", rows("waiting_quantiles"), ids=lambda r: f"{r['set']}-{r['share']}")
def test_waiting_time_agrees_with_r(row):
    times = from_days(TIMES.get_group(row["set"]))
    if row["time"] is None:
        with pytest.raises(UndefinedError):
            waiting_time(times, row["share"])
    else:
        assert waiting_time(times, row["share"]) == pd.Timedelta(days=row["time"])


@pytest.mark.parametrize("row", rows("percentiles"))
def test_percentiles_agree_with_r(row):
    assert percentile(reference("ozone")["ozone"], row["share"]) == close(row["value"])


def test_freireich_remission_printed_in_every_textbook():
    # 6-MP arm of Freireich et al. (1963), as in Cox and Oakes (1984) and Kalbfleisch and Prentice (2002): the
    # estimate after 6, 7, 10 and 13 weeks is .857, .807, .753 and .690, its standard errors .076 and .087 at 6, 7.
    weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    served = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    times = from_days(pd.DataFrame({"time": weeks, "served": served}))
    found = {week: served_within(times, pd.Timedelta(days=week)) for week in (6, 7, 10, 13)}
    assert [round(1 - f.share, 3) for f in found.values()] == [0.857, 0.807, 0.753, 0.690]
    assert [round(found[week].se, 3) for week in (6, 7)] == [0.076, 0.087]
    assert waiting_time(times, 0.5) == pd.Timedelta(days=23)


def cases(*stamps, as_of="2026-03-31 23:59"):
    opened, closed = zip(*stamps, strict=True)
    opened, closed = (pd.Series(pd.to_datetime(list(side), format="ISO8601")) for side in (opened, closed))
    return service_times(opened, closed, as_of=pd.Timestamp(as_of))


def test_the_limit_itself_is_within_and_a_nanosecond_more_is_not():
    times = cases(
        ("2026-01-05 08:00:00", "2026-01-06 08:00:00"),
        ("2026-01-05 08:00:00", "2026-01-06 08:00:00.000000001"),
        ("2026-02-27 23:59:59", "2026-02-28 23:59:59"),
    )
    found = served_within(times, pd.Timedelta(hours=24))
    assert (found.within, found.n, found.share) == (2, 3, 2 / 3)


def test_time_zones_are_only_a_way_to_write_the_same_moment():
    opened = pd.Series(pd.to_datetime(["2026-01-05 01:00"], utc=True))
    closed = pd.Series(pd.to_datetime(["2026-01-06 08:00"])).dt.tz_localize("Asia/Bangkok")
    times = service_times(opened, closed, as_of=pd.Timestamp("2026-04-01", tz="Asia/Bangkok"))
    assert served_within(times, pd.Timedelta(hours=24)).within == 1


def test_bad_times_are_counted_and_not_used():
    times = cases(
        ("2026-01-05", "2026-01-05 10:00"),
        (None, "2026-01-05"),
        (None, None),
        ("2026-01-05", "2026-01-04"),
        ("2026-04-02", None),
        ("2026-03-30", None),
    )
    assert (times.missing, times.negative, times.not_yet, len(times.waited)) == (2, 1, 1, 2)
    assert times.served.tolist() == [True, False]


def test_a_service_after_the_closing_date_is_still_open_on_it():
    times = cases(("2026-03-31 12:00", "2026-04-01 10:00"), ("2026-03-01", "2026-03-01 05:00"))
    found = served_within(times, pd.Timedelta(hours=24))
    assert (found.within, found.open, found.open_short, found.naive) == (1, 1, 1, 1.0)
    # What comes of the open case after its 12 hours is unknown.
    assert found.share is None
    assert served_within(times, pd.Timedelta(hours=6)).share == 0.5


def test_open_cases_lower_the_share_below_the_naive_one():
    # By hand: 2 of 4 are served at 5 h; the other two are open, one after 10 h and one after 24 h.
    stamps = [
        ("2026-01-05 00:00", "2026-01-05 05:00"),
        ("2026-01-05 00:00", "2026-01-05 05:00"),
        ("2026-01-05 00:00", "2026-01-07 00:00"),
        ("2026-01-05 14:00", None),
    ]
    times = cases(*stamps, as_of="2026-01-06 00:00")
    found = served_within(times, pd.Timedelta(hours=6))
    assert (found.share, found.naive, found.n, found.open) == (0.5, 1.0, 4, 2)


def test_what_is_not_observed_is_undefined():
    none = cases((None, None))
    for ask in (lambda: served_within(none, pd.Timedelta(hours=1)), lambda: waiting_time(none, 0.5)):
        with pytest.raises(UndefinedError):
            ask()
    waiting = cases(("2026-03-31 12:00", None))
    found = served_within(waiting, pd.Timedelta(hours=24))
    assert (found.share, found.naive, found.interval) == (None, None, None)
    assert served_within(waiting, pd.Timedelta(hours=1)).share == 0.0
    with pytest.raises(UndefinedError):
        percentile([None], 0.5)
    with pytest.raises(ValueError, match="between 0 and 1"):
        percentile([1.0], 50)
    with pytest.raises(ValueError, match="between 0 and 1"):
        waiting_time(waiting, 0)
    with pytest.raises(ValueError, match="same cases"):
        service_times(pd.Series([START]), pd.Series([START, START]), as_of=START)


histories = st.lists(st.tuples(st.integers(1, 200), st.booleans()), min_size=1, max_size=60)


@settings(deadline=None)
@given(histories, st.integers(1, 200), st.randoms(use_true_random=False))
def test_order_never_matters_and_bounds_hold(cases_, limit, shuffle):
    frame = pd.DataFrame(cases_, columns=["time", "served"])
    frame["served"] = frame["served"].astype(int)
    mixed = frame.sample(frac=1, random_state=shuffle.randrange(2**31)).reset_index(drop=True)
    found = served_within(from_days(frame), pd.Timedelta(days=limit))
    assert served_within(from_days(mixed), pd.Timedelta(days=limit)) == found
    if found.share is not None:
        # All open cases too late, or all that may still be in time are.
        assert found.within / found.n - 1e-12 <= found.share <= (found.within + found.open_short) / found.n + 1e-12
    if found.interval is not None:
        assert 0 <= found.interval.low <= found.share <= found.interval.high <= 1


@settings(deadline=None)
@given(st.lists(st.integers(1, 200), min_size=1, max_size=60), st.integers(1, 200))
def test_without_open_cases_it_is_the_plain_share(times, limit):
    frame = pd.DataFrame({"time": times, "served": 1})
    found = served_within(from_days(frame), pd.Timedelta(days=limit))
    assert found.share == found.naive == sum(t <= limit for t in times) / len(times)
