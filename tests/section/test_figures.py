"""Figures: labels that can be read at every length of a round, and characters of all scripts."""

import re
import subprocess
import sys
from itertools import combinations
from types import SimpleNamespace

import matplotlib.pyplot as plt
import pytest
import seaborn as sns
from matplotlib.backends.backend_agg import FigureCanvasAgg

from dsw_analysis import figures
from dsw_analysis.findings.finding import Finding
from dsw_analysis.intake.thai import provinces
from dsw_analysis.intake.writing.pages import TEMPLATES
from dsw_analysis.rounds import Round
from dsw_analysis.section import blocks, canvas

KINDS = ("bars", "columns", "heatmap", "tile_map", "change")


def frozen(draw):
    return lambda *given, **options: canvas.frozen(draw(*given, **options))


made = SimpleNamespace(**{kind: frozen(getattr(figures, kind)) for kind in KINDS})
"""Each kind of figure as a drawing of the report."""


@pytest.fixture
def drawn(monkeypatch):
    """The matplotlib figure of what is drawn last."""
    figures.set_theme()
    seen = []
    freeze = canvas.drawing
    monkeypatch.setattr(canvas, "drawing", lambda figure, *given: seen.append(figure) or freeze(figure, *given))
    return lambda: seen[-1]


def number(value):
    return Finding(id="demo.n", label="จำนวน", value=value, unit="reports")


unknown = Finding(id="demo.u", label="จำนวน", value=None, unit="reports", note="ไม่มีข้อมูล")


def boxes(figure, labels):
    renderer = FigureCanvasAgg(figure).get_renderer()
    return [(label.get_text(), label.get_window_extent(renderer)) for label in labels if label.get_text()]


def overlapping(found):
    return [(one, other) for (one, a), (other, b) in combinations(found, 2) if a.overlaps(b)]


def whole(figure, found):
    """Texts that reach over an edge of the figure."""
    page = figure.bbox.padded(1)
    return [text for text, box in found if not (page.containsx(box.x0) and page.containsx(box.x1))]


LONG = "สำนักงานพัฒนาสังคมและความมั่นคงของมนุษย์"
CHARTS = {
    "bars": lambda names, value: made.bars({name: number(value) for name in names}, target=number(value or 1)),
    "columns": lambda names, value: made.columns({name: number(value) for name in names}),
    "heatmap": lambda names, value: made.heatmap({row: {n: number(value) for n in names} for row in (LONG, "ข")}),
    "change": lambda names, value: made.change(
        {name: (number(value), number(2 * value)) for name in names}, names=("ก่อนอบรม", "หลังอบรม"), target=number(24)
    ),
}


@pytest.mark.parametrize("value", [0, 88, 1_470, 123_456])
@pytest.mark.parametrize("months", [3, 6, 9, 12])
@pytest.mark.parametrize("chart", CHARTS)
def test_no_texts_touch_and_none_is_cut_on_a_phone(chart, months, value, drawn):
    CHARTS[chart](list(Round(2569, months).month_labels().values()), value)
    (axes,) = drawn().axes
    texts = boxes(drawn(), axes.texts)
    assert overlapping(texts) == []
    assert whole(drawn(), texts) == []
    assert min(text.get_fontsize() for text in axes.texts) >= 12


def test_the_measuring_would_find_texts_that_touch(drawn):
    CHARTS["columns"](list(Round(2569, 12).month_labels().values()), 1)
    (axes,) = drawn().axes
    for text in axes.texts:
        text.set_text(f"{text.get_text()} {text.get_text()} {text.get_text()}")
    assert overlapping(boxes(drawn(), axes.texts))
    assert whole(drawn(), boxes(drawn(), axes.texts))


def test_a_month_says_its_year_where_it_is_another_than_before():
    figures.set_theme()
    svg = made.columns({name: number(1) for name in Round(2569, 6).month_labels().values()}).svg
    assert re.findall(r">([^<>]*[ก-๙][^<>]*|25\d\d)<", svg) == [
        "ต.ค.", "2568", "พ.ย.", "ธ.ค.", "ม.ค.", "2569", "ก.พ.", "มี.ค."
    ]  # fmt: skip


def test_bars_are_as_long_as_their_numbers():
    figures.set_theme()
    svg = made.bars({"ก": number(50), "ข": number(100), "ค": number(0), "ง": unknown}).svg
    widths = [float(width) for width in re.findall(r'<rect[^>]* width="([\d.]+)%"', svg)]
    assert widths[0] == pytest.approx(widths[1] / 2, abs=0.02)
    assert widths[2:] == [0, 0]
    assert re.findall(r">([^<>]+)</text>", svg)[1::2] == ["50", "100", "0", "-"]


def test_a_tick_stands_at_the_threshold_and_strikes_through_no_number(drawn):
    made.bars({"ก": number(78), "ข": number(100), "ค": number(10)}, target=number(80))
    (axes,) = drawn().axes
    renderer = FigureCanvasAgg(drawn()).get_renderer()
    ticks = [line.get_window_extent(renderer) for line in axes.lines]
    bars = sorted(patch.get_width() for patch in axes.patches)
    assert ticks[0].x0 - axes.patches[0].get_x() == pytest.approx(bars[2] * 0.8, abs=1)
    assert not any(tick.overlaps(box) for tick in ticks for _, box in boxes(drawn(), axes.texts))


def test_zeros_of_a_matrix_are_blank_and_four_shades_follow_the_numbers():
    figures.set_theme()
    svg = made.heatmap({"ก": {"a": number(0), "b": number(1), "c": number(5), "d": number(8)}}).svg
    assert re.findall(r">([^<>]+)</text>", svg) == ["a", "b", "c", "d", "ก", "1", "5", "8"]
    assert re.findall(r'<rect class="(\w+)', svg) == ["paper", "q1", "q3", "q4"]


def test_the_map_has_a_tile_for_each_province_and_says_what_its_shades_hold():
    figures.set_theme()
    values = {tile.name_th: number(place) for place, tile in enumerate(provinces()[:9])}
    svg = made.tile_map(values).svg
    texts = re.findall(r">([^<>]+)</text>", svg)
    assert [tile.abbr_th for tile in provinces()] == texts[: 2 * 77 : 2]
    assert texts[1] == "0" and texts[19] == "×"
    assert texts[2 * 77 :] == ["1–2", "3–4", "5–6", "7–8"]
    assert 'viewBox="0 0 358 ' in svg


@pytest.mark.parametrize("text", ["👍", "福", "မြန်မာ", "１", "😀", "ລາວ"])
def test_a_label_in_any_script_is_drawn(text):
    figures.set_theme()
    shown = made.bars({f"ดี {text}": number(1)})
    assert shown.boxed == ""
    assert f">ดี {text}</text>" in shown.svg


def test_what_no_typeface_has_is_a_box_and_said_below_the_figure():
    figures.set_theme()
    shown = made.bars({"ดี ꦗ": number(1)})
    assert shown.boxed == "ꦗ"
    html = blocks.figure(shown, headline="ก", subtitle="ข", alt="ค", findings={"demo.n": number(1)}).html
    assert "ภาพแสดงอักขระต่อไปนี้เป็นกรอบ: ꦗ" in html


def test_a_drawing_that_a_phone_cannot_show_whole_is_scrolled_and_says_what_it_is():
    figures.set_theme()
    about = {"headline": "ก", "subtitle": "ข", "alt": "ค {demo.n}", "findings": {"demo.n": number(7)}}
    hours = blocks.figure(made.columns({f"{hour:02}": number(100) for hour in range(24)}), **about).html
    assert '<div class="scroll" role="region" tabindex="0" aria-label="ก"><svg role="img" aria-label="ค 7"' in hours
    assert 'class="scroll"' not in blocks.figure(made.bars({"ก": number(1)}), **about).html


def contrast(one, other):
    """WCAG's ratio of two colours."""

    def luminance(colour):
        parts = (int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
        return sum(
            w * (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4)
            for w, c in zip((0.2126, 0.7152, 0.0722), parts, strict=True)
        )

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_colours_can_be_told_from_the_page_in_light_and_dark():
    css = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    light, dark = (dict(re.findall(r"--(\w+): (#\w{6})", part)) for part in css.split(":root {") if "--q1" in part)
    for theme in (light, dark):
        for name in ("blue", "teal", "orange", "grey"):
            assert contrast(theme[name], theme["paper"]) >= 3
        for name in ("q1", "q2", "q3"):
            assert contrast(theme[name], theme["ink"]) >= 4.5
        assert contrast(theme["q4"], theme["on"]) >= 4.5
        assert contrast(theme["ink"], theme["paper"]) >= 4.5 and contrast(theme["soft"], theme["paper"]) >= 4.5


@pytest.fixture
def stock():
    """Settings of matplotlib as they come, and as they were after the test."""
    with plt.rc_context():
        plt.rcdefaults()
        yield
    plt.close("all")
    sns.set_color_codes("reset")


FIVE = {name: number(place) for place, name in enumerate(["ก", "ข", "ค", "ง", "จังหวัดเชียงใหม่"])}
ON_AXES = {
    "bars": lambda ax: figures.bars(FIVE, ax=ax),
    "columns": lambda ax: figures.columns({name: number(8) for name in Round(2569, 6).month_labels().values()}, ax=ax),
    "heatmap": lambda ax: figures.heatmap({row: dict(zip("กขคง", FIVE.values(), strict=False)) for row in "จฉ"}, ax=ax),
    "tile_map": lambda ax: figures.tile_map({place.name_th: number(9) for place in provinces()}, ax=ax),
    "change": lambda ax: figures.change({"ก": (number(2), number(5))}, names=("ก่อน", "หลัง"), ax=ax),
}


@pytest.mark.parametrize("kind", ON_AXES)
@pytest.mark.parametrize("across", [4, 9])
def test_a_figure_fills_axes_of_a_grid_and_gives_them_back(kind, across, stock):
    figures.set_theme()
    grid, (left, right) = plt.subplots(1, 2, figsize=(2 * across, 6), dpi=100)
    sns.lineplot(x=[1, 2], y=[1, 2], ax=left)
    assert ON_AXES[kind](right) is right
    assert len(left.lines) == 1 and len(grid.axes) == 2
    texts = boxes(grid, right.texts)
    assert texts and (kind == "tile_map" or overlapping(texts) == [])  # lines of a tile stand close
    inside = right.get_window_extent().padded(2)
    assert [text for text, box in texts if box.x0 < inside.x0 or box.x1 > inside.x1] == []
    assert [text for text, box in texts if box.y0 < inside.y0 - 8 or box.y1 > inside.y1 + 8] == []


@pytest.mark.parametrize("kind", KINDS)
def test_without_axes_it_is_a_figure_of_its_own_that_a_notebook_shows(kind, stock):
    figures.set_theme()
    axes = ON_AXES[kind](None)
    assert axes._repr_png_()[:4] == b"\x89PNG" and axes._repr_png_() == axes._repr_png_()
    assert plt.get_fignums() == []  # not shown a second time at the end of the cell


def test_the_theme_alone_sets_thai_in_seaborn_and_plain_matplotlib(stock, recwarn):
    figures.set_theme(style="whitegrid", **{"axes.titlesize": 20})
    axes = sns.barplot(x=["เชียงใหม่", "น้ำท่วม → ✓"], y=[1, 2])
    axes.set_title("ที่พักผู้ประสบภัย")
    axes.get_figure().canvas.draw()
    assert [w for w in recwarn if "Glyph" in str(w.message) or "findfont" in str(w.message)] == []
    assert axes.title.get_fontname() == "Sarabun" and axes.title.get_fontsize() == 20
    assert axes.xaxis.get_gridlines() and plt.rcParams["axes.grid"]


def test_who_asks_the_package_for_figures_has_the_theme():
    code = (
        "import sys, dsw_analysis; assert 'matplotlib' not in sys.modules and 'seaborn' not in sys.modules;"
        "from dsw_analysis import figures; import matplotlib as mpl; assert mpl.rcParams['font.family'][0] == 'Sarabun'"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
