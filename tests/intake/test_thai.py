"""Values of dsw_analysis.intake.thai against a table of pairs, each with the source of its expectation."""

import csv
import re
import unicodedata
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from dsw_analysis.intake import thai

PAIRS = Path(__file__).parents[1] / "data" / "thai_pairs.csv"
SERIES = {
    "integer": thai.parse_integers,
    "number": thai.parse_numbers,
    "date": thai.parse_dates,
    "datetime": thai.parse_datetimes,
    "month": thai.parse_months,
    "province": thai.parse_provinces,
}


SCALARS = {
    "normalise": thai.normalise,
    "province": lambda text: thai.parse_province(text).iso,
    "format_date": lambda text, style: thai.format_date(date.fromisoformat(text), style),
    "to_ascii_digits": thai.to_ascii_digits,
}


def _unescaped(text):
    return re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), text)


def _options(text):
    pairs = (part.split("=") for part in text.split(";") if part)
    made = dict(pairs)
    if "units" in made:
        made["units"] = made["units"].split("|")
    if "near" in made:
        made["near"] = int(made["near"])
    return made


def _read_pairs():
    with PAIRS.open(encoding="utf-8", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), 2):
            values = row["kind"], _unescaped(row["input"]), _unescaped(row["expected"]), _options(row["options"])
            yield pytest.param(*values, id=f"{line}-{row['kind']}")


ALL = list(_read_pairs())


def test_there_are_enough_pairs_each_with_a_source():
    rows = list(csv.DictReader(PAIRS.read_text(encoding="utf-8").splitlines()))
    assert len(rows) >= 300
    assert all(row["source"] for row in rows)
    keys = [(row["kind"], row["input"], row["options"]) for row in rows]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(("kind", "text", "expected", "options"), [p for p in ALL if p.values[0] in SCALARS])
def test_scalar(kind, text, expected, options):
    if expected.startswith("!"):
        with pytest.raises(thai.ThaiValueError, match=re.escape(expected[1:]) or None):
            SCALARS[kind](text, **options)
    else:
        assert SCALARS[kind](text, **options) == expected


@pytest.mark.parametrize(("kind", "text", "expected", "options"), [p for p in ALL if p.values[0] in SERIES])
@pytest.mark.parametrize("repeated", [1, 5], ids=["alone", "repeated"])
def test_series(kind, text, expected, options, repeated):
    blank = thai.normalise(text) == ""
    cells = pd.Series([None, *[text] * repeated], index=list("abcdef")[: repeated + 1], dtype=object, name="x")
    parsed = SERIES[kind](cells, **options)
    assert parsed.values.index.equals(cells.index)
    assert parsed.values.name == "x"
    assert pd.isna(parsed.values["a"])
    refused = list(cells.index[1:]) if expected.startswith("!") and not blank else []
    assert list(parsed.refused.index) == refused
    if expected.startswith("!"):
        assert parsed.values.isna().all()
        assert all(expected[1:] in why for why in parsed.refused)
    else:
        assert set(parsed.values.iloc[1:]) == {_typed(kind, expected)}


def _typed(kind, expected):
    if kind in {"integer", "number"}:
        return float(expected)
    if kind == "province":
        return next(p.name_th for p in thai.provinces() if p.iso == expected)
    return pd.Timestamp(expected)


@pytest.mark.parametrize(("kind", "text", "expected", "options"), [p for p in ALL if p.values[0] in SERIES])
def test_arrow_strings_read_like_objects(kind, text, expected, options):
    cells = pd.Series([text, text.strip(), "x"], dtype=object)
    plain, arrow = SERIES[kind](cells, **options), SERIES[kind](cells.astype("str"), **options)
    pd.testing.assert_series_equal(plain.values, arrow.values)
    pd.testing.assert_series_equal(plain.refused, arrow.refused)
    assert plain.changed == arrow.changed


def test_types_of_columns():
    text = pd.Series(["1"])
    assert thai.parse_integers(text).values.dtype == "Int64"
    assert thai.parse_numbers(text).values.dtype == "Float64"
    assert thai.parse_text(text).values.dtype == "str"
    assert thai.parse_provinces(text).values.dtype == "str"
    for parse in (thai.parse_dates, thai.parse_datetimes, thai.parse_months):
        assert parse(text).values.dtype == "datetime64[us]"


@pytest.mark.parametrize("parse", [*SERIES.values(), thai.parse_text])
@pytest.mark.parametrize("cells", [[], [None], ["", " ", float("nan"), pd.NA, pd.NaT, None, "\u200b"]])
@pytest.mark.parametrize("dtype", [object, "str"])
def test_blank_cells_are_missing_and_not_refused(parse, cells, dtype):
    parsed = parse(pd.Series(cells, dtype=dtype))
    assert parsed.values.isna().all()
    assert len(parsed.values) == len(cells)
    assert parsed.refused.empty
    assert parsed.changed == {}


def _only(parse, cell, **options):
    parsed = parse(pd.Series([cell], dtype=object), **options)
    return (parsed.values[0] if parsed.refused.empty else parsed.refused[0]), parsed.changed


@pytest.mark.parametrize(
    ("cell", "expected", "changed"),
    [
        (date(2026, 2, 13), "2026-02-13", {}),
        (datetime(2026, 2, 13), "2026-02-13", {}),
        (pd.Timestamp("2026-02-13"), "2026-02-13", {}),
        (datetime(2026, 2, 13, 14, 30), "2026-02-13", {"time_dropped": 1}),
        (date(2569, 2, 13), "2026-02-13", {"be_cell": 1}),
        (datetime(2567, 12, 31), "2024-12-31", {"be_cell": 1}),
    ],
)
def test_date_cells(cell, expected, changed):
    assert _only(thai.parse_dates, cell) == (pd.Timestamp(expected), changed)


@pytest.mark.parametrize(
    "cell",
    [46066.0, 2569, True, datetime(1899, 12, 31), date(2399, 1, 1), date(2568, 2, 29), datetime(2026, 1, 1).time()],
)
def test_date_cells_refused(cell):
    """2568 is a leap year as C.E. but 2025, the year meant, is not."""
    why, _ = _only(thai.parse_dates, cell)
    assert why.startswith("ต้องเป็นวันที่")


@pytest.mark.parametrize("parse", [thai.parse_dates, thai.parse_datetimes, thai.parse_months])
@pytest.mark.parametrize("day", [date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1), date(1904, 1, 1)])
def test_zero_of_spreadsheet_programs_is_no_date(parse, day):
    """What LibreOffice, Excel for 0 and 1, and old Excel for Mac show for a 0 that is formatted as a date."""
    for cell in (day, datetime(day.year, day.month, day.day)):
        assert "จัดรูปแบบเป็นวันที่" in _only(parse, cell)[0]


@pytest.mark.parametrize("number", [5, 60, 2569, 2026])
def test_numbers_in_date_cells_are_no_dates(number):
    """A month, a count and years typed into a cell formatted as a date: Excel counts days from 31 December 1899."""
    assert "จัดรูปแบบเป็นวันที่" in _only(thai.parse_dates, date(1899, 12, 31) + timedelta(number))[0]
    assert _only(thai.parse_dates, date(1910, 1, 1)) == (pd.Timestamp("1910-01-01"), {})


def test_stamp_and_month_cells():
    assert _only(thai.parse_datetimes, datetime(2569, 2, 13, 14, 30)) == (
        pd.Timestamp("2026-02-13 14:30"),
        {"be_cell": 1},
    )
    assert _only(thai.parse_datetimes, date(2026, 2, 13))[0].endswith("(ไม่มีเวลา)")
    assert _only(thai.parse_datetimes, datetime(2026, 2, 13)) == (pd.Timestamp("2026-02-13"), {})
    zoned = pd.Timestamp("2026-02-13 07:30", tz="UTC")
    assert _only(thai.parse_datetimes, zoned) == (pd.Timestamp("2026-02-13 14:30"), {"zone": 1})
    assert _only(thai.parse_months, date(2026, 2, 1)) == (pd.Timestamp("2026-02-01"), {})
    assert _only(thai.parse_months, date(2026, 2, 13)) == (pd.Timestamp("2026-02-01"), {"day_dropped": 1})


@pytest.mark.parametrize(("cell", "expected"), [(5, 5), (5.0, 5), (-3.0, -3), (0.0, 0)])
def test_number_cells(cell, expected):
    assert _only(thai.parse_integers, cell) == (expected, {})


@pytest.mark.parametrize("cell", [True, False, 5.5, float("inf"), 1e15, 2**60, date(2026, 2, 13)])
def test_number_cells_refused(cell):
    assert _only(thai.parse_integers, cell)[0].startswith("ต้องเป็นจำนวนเต็ม")


def test_true_and_one_are_not_mixed_up():
    parsed = thai.parse_integers(pd.Series([1, True, 1.0, "1"], dtype=object))
    assert parsed.values.tolist() == [1, pd.NA, 1, 1]
    assert list(parsed.refused.index) == [1]


def test_text_cells():
    cells = pd.Series(["  เเพร่", 12.0, 1.5, 1300, True, date(2026, 2, 13), "a\u202eb", None, 2**63, 1e15], dtype=object)
    parsed = thai.parse_text(cells)
    assert parsed.values.iloc[:4].tolist() == ["แพร่", "12", "1.5", "1300"]
    assert list(parsed.refused.index) == [4, 5, 6, 8, 9]
    assert parsed.changed == {"number_as_text": 3, "sara_ae": 1, "spaces": 1}


@pytest.mark.parametrize(
    ("text", "read", "kind"),
    [
        ("U\u200b1", "U1", "invisible"),
        ("U\u200e1", "U1", "invisible"),  # left-to-right mark, as Windows puts before copied dates
        ("\u202aU1\u202c", "U1", "invisible"),
        ("\u2066U1\u2069", "U1", "invisible"),
        ("U1\ufe0f", "U1", "invisible"),
        ("U1\U000e0100", "U1", "invisible"),
        ("U\u034f1", "U1", "invisible"),
        ("U\u180e1", "U1", "invisible"),
        ("U\u20631", "U1", "invisible"),
        ("U\u00ad1", "U1", "invisible"),
        ("U\u31641", "U 1", "spaces"),
        ("U\u28001", "U 1", "spaces"),
    ],
)
def test_characters_that_are_not_seen_and_change_nothing_go_and_are_counted(text, read, kind):
    parsed = thai.parse_text(pd.Series([text], dtype=object))
    assert (parsed.values.tolist(), parsed.changed) == ([read], {kind: 1})


@pytest.mark.parametrize(
    ("text", "point", "says"),
    [
        ("U\x071", "U+0007", "อักขระควบคุม"),
        ("U\x851", "U+0085", "อักขระควบคุม"),
        ("U\u202e1", "U+202E", "ทิศทาง"),
        ("U\u200f1", "U+200F", "ทิศทาง"),
        ("U\u061c1", "U+061C", "ทิศทาง"),
        ("U\ufffe1", "U+FFFE", "ไม่ใช่อักขระ"),
        ("U\ufdd01", "U+FDD0", "ไม่ใช่อักขระ"),
        ("U\U0001ffff1", "U+1FFFF", "ไม่ใช่อักขระ"),
        ("U\ufffd1", "U+FFFD", "รหัสภาษาผิด"),
        ("U\ue0001", "U+E000", "เฉพาะของแบบอักษร"),
        ("U\U00100000", "U+100000", "เฉพาะของแบบอักษร"),
        ("U\ufffc1", "U+FFFC", "รูปภาพ"),
        ("U\U000e00411", "U+E0041", "ป้าย"),
        ("U\ufff91", "U+FFF9", "จัดรูปแบบ"),
        ("U\ufff01", "U+FFF0", "ยังไม่มีการกำหนด"),
        ("่ก", "U+0E48", "ลอย"),
        ("ที ่ตาก", "U+0E48", "ลอย"),
        ("ก \u0301", "U+0301", "ลอย"),
        ("ก \u200b\u0e34ข", "U+0E34", "ลอย"),
    ],
)
def test_characters_that_mislead_are_refused_by_their_name(text, point, says):
    parsed = thai.parse_text(pd.Series([text], dtype=object))
    (why,) = parsed.refused
    assert f"พบ {point})" in why and says in why


def test_no_control_format_or_private_character_passes():
    """By the categories of the Unicode database, and its list of what is ignored when drawn; number signs are seen."""
    seen = "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd\U00013430-\U0001345f"
    ignored = (
        "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff"
    )
    characters = [
        chr(n)
        for n in (*range(0xD800), *range(0xE000, 0xF0100), *range(0x10FF00, 0x110000))
        if unicodedata.category(chr(n)) in {"Cc", "Cf", "Co"}
        or n & 0xFFFE == 0xFFFE
        or re.match(f"[{ignored}]", chr(n))
    ]
    wanted = [c for c in characters if not re.match(f"[{seen}\uf700-\uf71a]", c)]
    assert len(wanted) > 10_000
    parsed = thai.parse_text(pd.Series([f"U{c}1" for c in wanted], dtype=object))
    passed = [c for c, value in zip(wanted, parsed.values, strict=True) if isinstance(value, str) and c in value]
    assert passed == []


def test_changes_count_cells_not_spellings():
    cells = pd.Series(["๑๓/๐๒/๒๕๖๙", "๑๓/๐๒/๒๕๖๙", "13/02/69", "13\u200b/02/2569", "13/02/2569", "x"], dtype="str")
    parsed = thai.parse_dates(cells, near=2569)
    assert parsed.changed == {"invisible": 1, "short_year": 1, "thai_digits": 2}
    assert set(parsed.changed) <= set(thai.CHANGES)


def test_near_unique_text_is_scanned_and_only_the_untidy_touched():
    cells = pd.Series([f"รายที่ {i}" for i in range(5000)], dtype="str")
    cells[17] = "ราย\u200bที่ 17"
    cells[18] = ""
    cells[19] = "ราย\u202eที่ 19"
    parsed = thai.parse_text(cells)
    assert parsed.values[16:18].tolist() == ["รายที่ 16", "รายที่ 17"]
    assert parsed.values.isna().sum() == 2
    assert list(parsed.refused.index) == [19]
    assert parsed.changed == {"invisible": 1}


def test_refusals_keep_the_index_even_when_it_repeats():
    parsed = thai.parse_integers(pd.Series(["1", "x", "2", "y"], index=[7, 7, 8, 8]))
    assert list(parsed.refused.index) == [7, 8]
    assert parsed.values.tolist() == [1, pd.NA, 2, pd.NA]


def test_very_long_cells_are_refused_quickly():
    """Marks in the worst order, dashes and digits without end; any of them once took minutes."""
    for text in ("ก" + "่ั" * 20_000, "1" + " - 1" * 20_000, "9" * 40_000, "13 " + "ก" * 40_000 + " 2569"):
        for read in (
            thai.parse_integers,
            thai.parse_dates,
            thai.parse_datetimes,
            thai.parse_months,
            thai.parse_provinces,
        ):
            assert len(read(pd.Series([text])).refused) == 1
