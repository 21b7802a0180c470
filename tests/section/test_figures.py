"""Figures: labels that can be read at every length of a round, and characters of all scripts."""

from itertools import combinations

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from dsw_analysis import figures
from dsw_analysis.findings.finding import Finding
from dsw_analysis.rounds import Round
from dsw_analysis.section import blocks


@pytest.fixture
def drawn(monkeypatch):
    """The matplotlib figure of what is drawn last."""
    figures.set_theme()
    seen = []
    freeze = figures.drawing
    monkeypatch.setattr(figures, "drawing", lambda figure, shows: seen.append(figure) or freeze(figure, shows))
    return lambda: seen[-1]


def number(value):
    return Finding(id="demo.n", label="จำนวน", value=value, unit="reports")


def boxes(figure, labels):
    renderer = FigureCanvasAgg(figure).get_renderer()
    return [(label.get_text(), label.get_window_extent(renderer)) for label in labels if label.get_text()]


def overlapping(found):
    return [(one, other) for (one, a), (other, b) in combinations(found, 2) if a.overlaps(b)]


def cut(figure, found):
    whole = figure.get_tightbbox().transformed(figure.dpi_scale_trans).padded(1)
    return [text for text, box in found if not (whole.containsx(box.x0) and whole.containsx(box.x1))]


CHARTS = {
    "columns": lambda months, value: figures.columns({name: number(value) for name in months}),
    "heatmap": lambda months, value: figures.heatmap(
        {row: {name: number(value) for name in months} for row in ("สำนักงานพัฒนาสังคมและความมั่นคงของมนุษย์", "ข")}
    ),
}


@pytest.mark.parametrize("value", [0, 88, 1_470, 123_456])
@pytest.mark.parametrize("months", [3, 6, 9, 12])
@pytest.mark.parametrize("chart", CHARTS)
def test_no_labels_of_a_month_chart_touch_and_none_is_cut(chart, months, value, drawn):
    names = list(Round(2569, months).month_labels().values())
    CHARTS[chart](names, value)
    (axes,) = drawn().axes
    ticks = boxes(drawn(), axes.get_xticklabels())
    assert [text.replace("\n", " ") for text, _ in ticks] == names
    numbers = boxes(drawn(), axes.texts)
    assert len(numbers) == months * (1 if chart == "columns" else 2)
    assert overlapping(ticks) == overlapping(numbers) == []
    assert cut(drawn(), [*ticks, *numbers]) == []


def test_the_measuring_would_find_labels_that_touch(drawn):
    names = list(Round(2569, 12).month_labels().values())
    CHARTS["columns"](names, 1)
    (axes,) = drawn().axes
    axes.set_xticks(range(12), [f"{name} {name}" for name in names])
    assert overlapping(boxes(drawn(), axes.get_xticklabels()))


@pytest.mark.parametrize("text", ["👍", "福", "မြန်မာ", "１", "😀", "ລາວ"])
def test_a_label_in_any_script_is_drawn(text):
    figures.set_theme()
    made = figures.bars({f"ดี {text}": number(1)})
    assert made.boxed == ""
    assert made.svg != figures.bars({"ดี ꦗ": number(1)}).svg


def test_what_no_typeface_has_is_a_box_and_said_below_the_figure():
    figures.set_theme()
    made = figures.bars({"ดี ꦗ": number(1)})
    assert made.boxed == "ꦗ"
    html = blocks.figure(made, headline="ก", subtitle="ข", alt="ค", findings={"demo.n": number(1)}).html
    assert "ภาพแสดงอักขระต่อไปนี้เป็นกรอบ: ꦗ" in html


def test_figures_of_thai_and_latin_look_as_before():
    figures.set_theme()
    assert "Sarabun" not in figures.bars({"ก": number(1)}).svg  # outlines, not text
    assert figures.bars({"ที่ A": number(1)}).boxed == ""
