"""Small SVG: the same picture in fewer bytes."""

import io
import re
from xml.etree import ElementTree as ET

import pytest
from matplotlib.figure import Figure

from dsw_analysis import figures
from dsw_analysis.section.svg import slim

SVG = "{http://www.w3.org/2000/svg}"
TOKEN = re.compile(r"[a-zA-Z]|-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?")


@pytest.fixture(scope="module")
def drawn():
    """What matplotlib writes for Thai text, a hatch, a marker, a turned label and a line."""
    figures.set_theme()
    figure = Figure(figsize=(3, 2))
    axes = figure.subplots()
    axes.barh([0, 1], [3, 2], hatch="//", edgecolor="white", label="น้ำดื่มที่กลั่นแล้ว")
    axes.scatter([1], [0.5], marker="s")
    axes.plot([0, 3], [0, 1])
    axes.set_ylabel("ผู้เข้าร่วม 1,470 คน")
    axes.legend()
    target = io.StringIO()
    figure.savefig(target, format="svg", metadata={"Date": None})
    return target.getvalue()


def points(path):
    """End points of a path, absolute, by an interpreter of its own (M L Q C z and m l q c)."""
    tokens, at, start, found, command = TOKEN.findall(path), [0.0, 0.0], [0.0, 0.0], [], ""
    place = 0
    sizes = {"m": 2, "l": 2, "q": 4, "c": 6}
    while place < len(tokens):
        if tokens[place].isalpha():
            command = tokens[place]
            place += 1
            if command in "zZ":
                at = list(start)
                continue
        size = sizes[command.lower()]
        x, y = (float(t) for t in tokens[place + size - 2 : place + size])
        at = [at[0] + x, at[1] + y] if command.islower() else [x, y]
        start = list(at) if command in "mM" else start
        found.append(tuple(at))
        place += size
    return found


def paths(svg):
    return [p.get("d", "") for p in ET.fromstring(svg).iter(f"{SVG}path")]


def test_it_is_half_as_large_or_less_and_says_nothing_else(drawn):
    small = slim(drawn)
    assert len(small) < len(drawn) / 2
    assert "metadata" not in small
    assert "<!--" not in small
    assert "xlink" not in small


def test_paths_keep_their_points(drawn):
    for before, after in zip(paths(drawn), paths(slim(drawn)), strict=True):
        old, new = points(before), points(after)
        assert len(old) == len(new)
        if not old:
            continue  # a blank
        # Letters change their unit from 1/6400 to 1/1000 of an em.
        letters = max(max(map(abs, p)) for p in new) < 0.2 * max(max(map(abs, p)) for p in old)
        scale, most = (10 / 64, 0.51) if letters else (1, 0.0051)
        for (x0, y0), (x1, y1) in zip(old, new, strict=True):
            assert abs(x0 * scale - x1) < most
            assert abs(y0 * scale - y1) < most


def test_letters_stand_where_they_stood(drawn):
    def letters(svg, unit):
        for group in ET.fromstring(svg).iter(f"{SVG}g"):
            scale = re.search(r"scale\(([\d.]+)[ -]", group.get("transform", ""))
            for use in group.findall(f"{SVG}use") if scale else ():
                moved = re.search(r"translate\((-?[\d.]+)", use.get("transform", ""))
                offset = float(moved[1]) if moved else float(use.get("x", 0))
                yield offset * float(scale[1]) * unit

    before, after = list(letters(drawn, 1)), list(letters(slim(drawn), 1))
    assert len(before) > 40
    assert before == pytest.approx(after, abs=0.011)


def test_every_reference_has_its_target(drawn):
    small = slim(drawn)
    wanted = set(re.findall(r'href="#([^"]+)"', small)) | set(re.findall(r"url\(#([^)]+)\)", small))
    ids = re.findall(r' id="([^"]+)"', small)
    assert wanted == set(ids)
    assert len(ids) == len(set(ids))


def test_the_same_drawing_gives_the_same_bytes(drawn):
    assert slim(drawn) == slim(drawn)
