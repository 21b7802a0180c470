"""Rounds: expectations from the calendar (fiscal year N B.E. = 1 Oct N-544 C.E. to 30 Sep N-543)."""

from datetime import date, datetime

import pytest

from dsw_analysis.rounds import Round


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2569-6m", date(2025, 10, 1), date(2026, 3, 31)),
        ("2569-12m", date(2025, 10, 1), date(2026, 9, 30)),
        ("2569-3m", date(2025, 10, 1), date(2025, 12, 31)),
        ("2567-6m", date(2023, 10, 1), date(2024, 3, 31)),
        ("๒๕๖๙-6m", date(2025, 10, 1), date(2026, 3, 31)),
        (" 2569-9m ", date(2025, 10, 1), date(2026, 6, 30)),
    ],
)
def test_span(text, start, end):
    parsed = Round.parse(text)
    assert (parsed.start, parsed.end) == (start, end)


@pytest.mark.parametrize(
    "text", ["", "2569", "2569-6", "2569-5m", "2026-6m", "2569-6M", "2569-06m", "2569-6m/..", "٢٥٦٩-6m"]
)
def test_refused_with_the_form_to_write(text):
    with pytest.raises(ValueError, match=r"e\.g\. 2569-6m"):
        Round.parse(text)


def test_constructor_refuses_what_parse_refuses():
    with pytest.raises(ValueError, match="2569-6m"):
        Round(2569, 7)


def test_text_and_labels():
    parsed = Round.parse("2569-6m")
    assert str(parsed) == "2569-6m"
    assert Round.parse(str(parsed)) == parsed
    assert parsed.label == "รอบ 6 เดือน ปีงบประมาณ พ.ศ. 2569"
    assert parsed.month_labels() == {
        "2568-10": "ต.ค. 2568",
        "2568-11": "พ.ย. 2568",
        "2568-12": "ธ.ค. 2568",
        "2569-01": "ม.ค. 2569",
        "2569-02": "ก.พ. 2569",
        "2569-03": "มี.ค. 2569",
    }
    assert parsed.due == date(2026, 9, 30)


def test_order_is_by_year_then_months():
    texts = ["2570-3m", "2569-12m", "2569-6m", "2568-12m"]
    assert [str(r) for r in sorted(map(Round.parse, texts))] == texts[::-1]


def test_contains_both_ends_and_time_stamps():
    parsed = Round.parse("2569-6m")
    assert date(2025, 10, 1) in parsed
    assert datetime(2026, 3, 31, 23, 59, 59) in parsed
    assert date(2025, 9, 30) not in parsed
    assert datetime(2026, 4, 1) not in parsed
