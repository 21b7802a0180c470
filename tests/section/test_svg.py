"""The SVG of a page: the same picture, with letters that are letters and colours that are classes."""

import io
import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from matplotlib.figure import Figure

from dsw_analysis import figures
from dsw_analysis.report.markup import allowed_html
from dsw_analysis.section.readback import ATTRIBUTES, DRAWN, Body
from dsw_analysis.section.svg import slim

COLOURS = {"#1f4e8c": "c1", "#1f2933": "ink"}


def saved(draw):
    """What matplotlib writes of axes of 200 by 100 pixels that a function draws in."""
    figures.set_theme()
    figure = Figure(figsize=(200 / 72, 100 / 72), dpi=72)
    figure.patch.set_visible(False)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, 200), ylim=(100, 0))
    axes.axis("off")
    draw(axes)
    target = io.StringIO()
    figure.savefig(target, format="svg", metadata={"Date": None})
    return target.getvalue()


def everything(axes):
    axes.barh([20], [100], height=10, left=50, color="#1f4e8c", hatch="//")
    axes.plot([20, 120], [40, 40], linestyle="--", color="#1f2933")
    axes.plot([0, 10, 20], [0, 10, 0])
    axes.scatter([100], [60], s=100, marker="o", color="#1f4e8c")
    axes.plot([100], [80], marker="s", markersize=8, markeredgewidth=0, color="#1f4e8c")
    axes.text(60, 90, "น้ำดื่ม <b> & 1,470 คน", ha="center", weight="semibold")
    axes.text(10, 90, "ตั้ง", rotation=90)


@pytest.fixture(scope="module")
def drawn():
    return saved(everything)


def elements(svg):
    return [(e.tag, e.attrib, e.text) for e in ET.fromstring(svg) if e.tag != "svg"]


def test_places_are_those_of_the_drawing(drawn):
    found = {}
    for tag, given, _ in elements(slim(drawn, COLOURS)):
        found.setdefault(tag, []).append(given)
    bar, marker = found["rect"]
    assert {key: float(bar[key]) for key in ("x", "y", "width", "height")} == {
        "x": 50,
        "y": 15,
        "width": 100,
        "height": 10,
    }
    assert bar["class"] == "c1" and bar["fill"] == "#1f4e8c"
    assert (float(marker["x"]), float(marker["y"]), marker["transform"]) == (100, 80, "translate(-4 -4)")
    assert float(marker["width"]) == float(marker["height"]) == 8
    (line,) = found["line"]
    assert [float(line[key]) for key in ("x1", "y1", "x2", "y2")] == [20, 40, 120, 40]
    assert line["class"] == "s-ink" and "stroke-dasharray" in line
    (circle,) = found["circle"]
    assert (float(circle["cx"]), float(circle["cy"]), float(circle["r"])) == (100, 60, 5)
    assert len(found["path"]) == 1


def test_letters_stay_letters_where_they_stood(drawn):
    texts = {text: given for tag, given, text in elements(slim(drawn, COLOURS)) if tag == "text"}
    words = texts["น้ำดื่ม <b> & 1,470 คน"]
    assert (words["x"], words["y"], words["text-anchor"], words["font-weight"]) == ("60", "90", "middle", "600")
    assert words["font-size"] == "13"
    assert texts["ตั้ง"]["transform"].startswith("rotate(-90 ")


def test_what_stretches_has_shares_of_the_width_and_keeps_heights(drawn):
    svg = slim(drawn, COLOURS, "stretched", stretches=True)
    assert "viewBox" not in svg
    (bar, marker) = (given for tag, given, _ in elements(svg) if tag == "rect")
    assert (bar["x"], bar["width"], bar["y"], bar["height"]) == ("25%", "50%", "15", "10")
    assert (marker["x"], marker["width"], marker["height"]) == ("50%", "8", "8")


def test_a_text_keeps_its_distance_where_the_drawing_stretches():
    svg = slim(saved(lambda axes: axes.text(106, 50, "5").set_gid("beside6")), COLOURS, "stretched", stretches=True)
    ((_, given, _),) = elements(svg)
    assert (given["x"], given["dx"]) == ("50%", "6")


def test_it_says_nothing_else_and_refers_to_nothing(drawn):
    small = slim(drawn, COLOURS)
    assert len(small) < len(drawn) / 2
    assert not re.search(r"href|url\(| id=|style=|<!--|metadata|<defs|clip", small)


def test_the_page_takes_it_as_it_is_and_nothing_dangerous_beside(drawn):
    small = slim(drawn, COLOURS)
    assert allowed_html(f"<figure>{small}</figure>") == f"<figure>{small}</figure>"
    body = Body(f"<figure>{small}</figure>")
    assert body.foreign == [] and len(body.drawings) == 1
    for attack in (
        '<script>x()</script>', '<foreignObject><p onclick="x()">ก</p></foreignObject>', '<image href="http://x/y"/>',
        '<use href="#f.csr.n"/>', '<a href="javascript:x()"><text>ก</text></a>', '<set attributeName="href" to="x"/>',
        '<style>*{display:none}</style>', '<rect onload="x()" style="fill:url(http://x)" fill="red"></rect>',
    ):  # fmt: skip
        clean = allowed_html(small.replace("</svg>", f"{attack}</svg>"))
        assert not re.search(
            r"script|foreignobject|http|href=\"[^#]|onclick|onload|<set|<style|<use|<image", clean, re.I
        )
    said = []
    assert allowed_html('<p>ก</p><svg viewBox="0 0 1 1"><text>5</text></svg>', said.append) == "<p>ก</p>"
    assert said == ["<svg> has no form in a report and is left out"]


def test_the_hash_of_a_drawing_changes_with_any_letter_place_or_colour(drawn):
    small = slim(drawn, COLOURS)
    digest = lambda svg: Body(svg).drawings[0].digest  # noqa: E731
    assert digest(allowed_html(small.replace("<svg", '<svg role="img" aria-label="ก"'))) == digest(small)
    for old, new in (
        ("1,470", "1,471"),
        ('x="50"', 'x="51"'),
        ("#1f4e8c", "#1f4e8d"),
        ("c1", "c2"),
        ("<line", "<line"),
    ):
        assert (digest(small.replace(old, new, 1)) == digest(small)) == (old == new)


def test_a_raster_image_is_refused():
    with pytest.raises(ValueError, match="raster image"):
        slim(saved(lambda axes: axes.imshow(np.eye(3))), COLOURS)


def test_all_that_it_writes_is_known_to_who_reads_it_back(drawn):
    for svg in (slim(drawn, COLOURS), slim(drawn, COLOURS, "stretched", stretches=True)):
        for tag, given, _ in elements(svg):
            assert tag in DRAWN and set(given) <= ATTRIBUTES[tag] | {"class"}
