"""Properties of Thai cells: every day in every spelling comes back, and only the documented error is raised."""

import re
import unicodedata
from datetime import date, datetime, timedelta
from decimal import Decimal

import pandas as pd
import pytest
from conftest import FULL
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pythainlp.util.date import thai_abbr_months, thai_full_months, thai_full_weekdays

from dsw_analysis.intake import thai
from dsw_analysis.intake.thai.text import SUSPECT, refuse_hidden, tidy

checked = settings(max_examples=60)
DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
DAYS = [date(1957, 1, 1) + timedelta(n) for n in range(0, 101 * 365 + 25, 1 if FULL else 4)]
"""Every day of B.E. 2500–2600, or every fourth: each day of the year, 29 February too, in a quarter of the years."""


def _long(day, era=""):
    return f"{day.day} {thai_full_months[day.month - 1]} {era}{day.year + 543}"


SPELLINGS = {
    "long": _long,
    "long, era": lambda d: _long(d, "พ.ศ. "),
    "long, C.E.": lambda d: f"{d.day} {thai_full_months[d.month - 1]} ค.ศ. {d.year}",
    "long, Thai digits": lambda d: _long(d).translate(DIGITS),
    "weekday": lambda d: f"{thai_full_weekdays[d.weekday()]}ที่ {_long(d)}",
    "short": lambda d: f"{d.day} {thai_abbr_months[d.month - 1]} {d.year + 543}",
    "short, no dots": lambda d: f"{d.day} {thai_abbr_months[d.month - 1].replace('.', '')} {d.year + 543}",
    "padded": lambda d: f"{d.day:02d}/{d.month:02d}/{d.year + 543}",
    "unpadded": lambda d: f"{d.day}/{d.month}/{d.year + 543}",
    "Thai digits": lambda d: f"{d.day}/{d.month}/{d.year + 543}".translate(DIGITS),
    "hyphens": lambda d: f"{d.day:02d}-{d.month:02d}-{d.year + 543}",
    "full stops": lambda d: f"{d.day:02d}.{d.month:02d}.{d.year + 543}",
    "C.E.": lambda d: f"{d.day}/{d.month}/{d.year}",
    "ISO": lambda d: d.isoformat(),
    "ISO, B.E.": lambda d: f"{d.year + 543}-{d.month:02d}-{d.day:02d}",
    "with time": lambda d: f"{d.day:02d}/{d.month:02d}/{d.year + 543} 00:00",
}
SHORT_YEAR = {
    "short": lambda d: f"{d.day} {thai_abbr_months[d.month - 1]} {(d.year + 543) % 100:02d}",
    "numeric": lambda d: f"{d.day}/{d.month}/{(d.year + 543) % 100:02d}",
}
CLOCKS = ["%H:%M:%S", "%H:%M", "%H.%M น.", "%H:%M:%S น."]
words = st.text(alphabet="0123456789๐๒๙໒/.-:,–% TZ+กพมค.ศวันที่เแํา้่\u200b\u00a0\u202e\ufeff_e<", max_size=24)
texts = st.one_of(st.text(max_size=40), words)
moments = st.datetimes(datetime(1957, 1, 1), datetime(2057, 12, 31)).map(lambda t: t.replace(microsecond=0))


def _only(read, text, **options):
    """What the reader of one cell reads, ``None`` where it refuses: columns of one spelling have no fast path."""
    value = read(pd.Series([text] * 3, dtype="str"), **options).values[2]
    return None if pd.isna(value) else value


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_day_in_every_spelling(spelling):
    parsed = thai.parse_dates(pd.Series([SPELLINGS[spelling](day) for day in DAYS], dtype="str"))
    assert parsed.refused.empty
    assert (parsed.values == pd.Series(pd.to_datetime(DAYS))).all()


@pytest.mark.parametrize("spelling", SHORT_YEAR)
def test_two_digit_years_are_read_within_ten_years_of_the_one_expected_only(spelling):
    cells = pd.Series([SHORT_YEAR[spelling](day) for day in DAYS], dtype="str")
    dates, years = pd.Series(pd.to_datetime(DAYS)), pd.Series([day.year + 543 for day in DAYS])
    for near in (2510, 2569, 2590):
        parsed = thai.parse_dates(cells, near=near)
        within = years.between(near - 10, near + 10)
        same_digits = (years % 100).isin(years[within] % 100)  # of another century: nobody could tell them apart
        assert (parsed.values[within] == dates[within]).all()
        assert parsed.values[~same_digits].isna().all()
        assert parsed.changed == {"short_year": int(same_digits.sum())}
    assert len(thai.parse_dates(cells).refused) == len(DAYS)


@pytest.mark.parametrize("style", ["long", "short", "numeric"])
@checked
@given(day=st.sampled_from([day for day in DAYS if day.year + 543 < 2600]))
def test_formatted_dates_come_back(style, day):
    assert _only(thai.parse_dates, thai.format_date(day, style), near=day.year + 543) == pd.Timestamp(day)


def test_every_month_comes_back():
    firsts = [day for day in DAYS if day.day == 1 and 2559 <= day.year + 543 <= 2579]
    cells = pd.Series([f"{thai_abbr_months[d.month - 1]} {(d.year + 543) % 100:02d}" for d in firsts])
    assert (thai.parse_months(cells, near=2569).values == pd.Series(pd.to_datetime(firsts))).all()


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("spelling", [name for name in SPELLINGS if name != "with time"])
@given(stamps=st.lists(moments, min_size=1, max_size=4, unique=True))
@settings(max_examples=15)
def test_stamps_in_every_spelling(spelling, clock, stamps):
    if "%S" not in clock:
        stamps = [stamp.replace(second=0) for stamp in stamps]
    texts = [f"{SPELLINGS[spelling](stamp.date())} {stamp.strftime(clock)}" for stamp in stamps]
    assert thai.parse_datetimes(pd.Series(texts, dtype="str")).values.tolist() == list(map(pd.Timestamp, stamps))
    assert [_only(thai.parse_datetimes, text) for text in texts] == list(map(pd.Timestamp, stamps))


@checked
@given(stamp=moments, hours=st.integers(-12, 14), sep=st.sampled_from("T "))
def test_stamps_with_an_offset_become_bangkok_time(stamp, hours, sep):
    there = stamp + timedelta(hours=hours - 7)
    text = f"{there.isoformat(sep)}{hours:+03d}:00"
    assert _only(thai.parse_datetimes, text) == pd.Timestamp(stamp)
    assert thai.parse_datetimes(pd.Series([text])).values[0] == pd.Timestamp(stamp)


@checked
@given(number=st.integers(-(10**15) + 1, 10**15 - 1), form=st.sampled_from(["{}", "{:,}", "{} คน", "{:,}คน", "{}.0"]))
def test_integers_come_back(number, form):
    text = form.format(number)
    for spelling in (text, text.translate(DIGITS), f" {text}\u200b"):
        assert _only(thai.parse_integers, spelling, units=["คน"]) == number
    assert thai.parse_integers(pd.Series([text]), units=["คน"]).values[0] == number
    assert thai.parse_integers(pd.Series([float(number)])).values[0] == number


@checked
@given(number=st.decimals(-(10**9), 10**9, places=4), form=st.sampled_from(["{}", "{:,}"]))
def test_numbers_come_back(number, form):
    text = form.format(number)
    assert _only(thai.parse_numbers, text) == float(number)
    assert _only(thai.parse_numbers, text.translate(DIGITS)) == float(number)
    assert thai.parse_numbers(pd.Series([text])).values[0] == float(number)


@checked
@given(text=texts)
def test_a_number_that_is_read_is_what_python_reads(text):
    """The other way round: nothing is read as a number that is not one once digits and commas are plain."""
    number = _only(thai.parse_numbers, text)
    if number is None:
        return
    plain = thai.to_ascii_digits(thai.normalise(text)).replace(",", "").replace("−", "-")
    assert re.fullmatch(r"-?\d*\.?\d+", plain, re.ASCII)
    assert number == float(Decimal(plain))


SERIES = [
    thai.parse_text,
    thai.parse_integers,
    thai.parse_numbers,
    thai.parse_dates,
    thai.parse_datetimes,
    thai.parse_months,
    thai.parse_provinces,
    lambda cells: thai.parse_dates(cells, near=2569),
    lambda cells: thai.parse_numbers(cells, units=["คน"]),
    lambda cells: thai.match_names(cells, ["นิคมสร้างตนเองลำน้ำอูน", "นิคมสร้างตนเองบางระกำ"]),
]
natives = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.dates(), st.datetimes(), st.times(), st.timedeltas()
)


@checked
@given(text=texts)
@example("\ud800")
def test_a_province_raises_only_the_documented_error(text):
    try:
        thai.parse_province(text)
    except thai.ThaiValueError as error:
        assert re.search("[ก-ฮ]", str(error))


@pytest.mark.parametrize("read", SERIES)
@checked
@given(cells=st.lists(st.one_of(texts, natives), max_size=6))
@example(["\ud800", "x"])
def test_columns_refuse_and_never_raise(read, cells):
    parsed = read(pd.Series(cells, dtype=object))
    assert len(parsed.values) == len(cells)
    assert parsed.values.loc[parsed.refused.index].isna().all()
    assert all(re.search("[ก-ฮ]", why) for why in parsed.refused)
    assert set(parsed.changed) <= set(thai.CHANGES)


@pytest.mark.parametrize("read", SERIES)
@checked
@given(text=words)
@example("29/02/2569")
@example("1/1/1899")
@example("1/1/2399 00:00")
@example("1857-01-01")
@example("2026-02-13T24:00:00")
@example("13/02/2569 10:00 14:30")
def test_cells_read_at_once_and_one_by_one_agree(read, text):
    """Columns that hardly repeat have fast paths, which must not read more or otherwise than the reader of one cell."""
    once, often = read(pd.Series([text], dtype="str")), read(pd.Series([text] * 3, dtype="str"))
    assert once.values.isna()[0] == often.values.isna()[0]
    assert once.values.isna()[0] or once.values[0] == often.values[0]
    assert list(once.refused) == list(often.refused)[:1]
    assert {kind: 3 * count for kind, count in once.changed.items()} == often.changed


@checked
@given(parts=st.lists(st.integers(0, 99), min_size=5, max_size=5), year=st.integers(0, 9999), form=st.integers(0, 3))
def test_numeric_stamps_agree_with_python(parts, year, form):
    """Anything shaped like a stamp is read exactly when Python has that moment in the year meant."""
    day, month, hour, minute, second = parts
    text = (
        f"{day:02d}/{month:02d}/{year:04d} {hour:02d}:{minute:02d}:{second:02d}",
        f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}",
        f"{day}/{month}/{year:04d} {hour}:{minute:02d}:{second:02d}",
        f"{day:02d}-{month:02d}-{year:04d} {hour:02d}:{minute:02d}:{second:02d}",
    )[form]
    common = year - 543 if 2400 <= year <= 2700 else year
    values = thai.parse_datetimes(pd.Series([text])).values
    try:
        expected = datetime(common, month, day, hour, minute, second)
    except ValueError:
        assert values.isna().all()
        return
    if common == year and not 1900 <= year <= 2100:
        assert values.isna().all()
    else:
        assert values[0] == pd.Timestamp(expected)


@checked
@given(text=texts)
@example("ก่\u0e3a")
@example("\u0e48\u0e34\u0e38")
@example("ํ่า้")
def test_normalise_is_idempotent_nfc_and_keeps_the_letters(text):
    once = thai.normalise(text)
    assert thai.normalise(once) == once
    assert unicodedata.is_normalized("NFC", once)
    if re.search("[\uf700-\uf71a]", text) is None:
        assert re.sub("[^ก-ฮ]", "", once) == re.sub("[^ก-ฮ]", "", text)


@checked
@given(text=texts)
def test_text_that_is_not_suspect_is_clean(text):
    """Whole columns skip what the expression does not find, so it must find all."""
    if text and re.search(SUSPECT, text) is None:
        assert tidy(text) == (text, ())
        refuse_hidden(text)
