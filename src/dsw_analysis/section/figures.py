"""Every kind of figure of the report, drawn from findings with matplotlib in the theme of seaborn."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

from matplotlib.axes import Axes

from dsw_analysis.findings.finding import Finding
from dsw_analysis.intake.thai import provinces
from dsw_analysis.section.canvas import (
    BLUE,
    GREY,
    INK,
    LINE,
    ORANGE,
    PAPER,
    SIZE,
    SMALL,
    SOFT,
    STEPS,
    box,
    breadth,
    drawing,
    fitting,
    key,
    key_height,
    pixels,
    put,
    set_theme,
    sheet,
    showing,
    tick,
)  # fmt: skip

__all__ = ["bars", "change", "columns", "drawing", "heatmap", "set_theme", "tile_map"]


def __dir__() -> list[str]:
    return __all__


_BESIDE = 112
"""Width of labels, in pixels, up to which they stand beside their bars; wider ones stand over them."""
_GAP = 6


def bars(
    values: Mapping[str, Finding], *,
    target: Finding | None = None, highlight: Collection[str] = (), ax: Axes | None = None,
) -> Axes:  # fmt: skip
    """Horizontal bars in the order given, each labelled with its number.

    Parameters
    ----------
    values:
        Label -> finding; an undefined one gets no bar and the label ``-``.
    target:
        A threshold, drawn as a dashed tick at each bar, with its number below.
    highlight:
        Labels drawn in orange, with their numbers in bold.
    ax:
        Axes to draw on, as of ``plt.subplots``, which are filled; by default those of a figure of the height needed.
    """
    said = {label: finding.text() for label, finding in values.items()}
    labels = pixels(values)
    over = labels > _BESIDE
    left, row, top = (0.0, 46, 22) if over else (labels + 10, 26, 4)
    limit = None if target is None else target.value
    most = max([*_numbers(values), float(limit or 0)]) or 1
    across = breadth(ax)
    span = across - left - pixels(said.values()) - 3 * _GAP
    axes = sheet(row * len(values) + (22 if limit is not None else 2), across, ax)
    mark = None if limit is None else left + span * float(limit) / most
    for place, (label, number) in enumerate(zip(values, _numbers(values), strict=True)):
        y, end = row * place + top, left + span * number / most
        put(axes, 0, y - 6 if over else y + 12, label)
        box(axes, (left, y), (end - left, 15), ORANGE if label in highlight else BLUE)
        if mark is not None:
            tick(axes, mark, y - 3, y + 18)
            end = mark if end < mark < end + pixels([said[label]]) + 2 * _GAP else end
        put(axes, end, y + 12, said[label], beside=_GAP, bold=label in highlight)
    if target is not None and mark is not None:
        middle = mark > across / 2
        words = f"เกณฑ์ {target.text('unit')}"
        put(axes, mark, row * len(values) + 16, words, size=SMALL, ha="right" if middle else "left")
    return showing(axes, values)


def columns(values: Mapping[str, Finding], *, highlight: Collection[str] = (), ax: Axes | None = None) -> Axes:
    """Vertical bars for an ordered scale such as months or hours, each labelled with its number.

    Of a month the year stands below it where it is another than before. A phone scrolls what it cannot show whole.
    """
    said = [finding.text("tight") for finding in values.values()]
    below = _lines(list(values))
    needed = len(values) * (max(pixels(said, SMALL), pixels(["\n".join(lines) for lines in below], SMALL)) + 4)
    css, across = fitting(needed, ax)
    step, top, high = across / len(values), 18, 120
    foot = top + high
    axes = sheet(foot + 18 * max(map(len, below)) + 2, across, ax)
    most = max(_numbers(values)) or 1
    for place, (label, number) in enumerate(zip(values, _numbers(values), strict=True)):
        height, middle = high * number / most, step * (place + 0.5)
        marked = label in highlight
        box(axes, (step * (place + 0.12), foot - height), (step * 0.76, height), ORANGE if marked else BLUE)
        put(axes, middle, foot - height - 5, said[place], size=SMALL, ha="center", bold=marked)
        for line, text in enumerate(below[place]):
            put(axes, middle, foot + 16 + 18 * line, text, size=SMALL, ha="center", colour=SOFT)
    axes.plot([0, across], [foot, foot], color=GREY, linewidth=1)
    return showing(axes, values, css)


def _lines(labels: Sequence[str]) -> list[list[str]]:
    """Words of each label below each other; the last, which is a year, only where it is another than before."""
    cut, last = [], ""
    for words in (label.split() for label in labels):
        cut.append(words[:-1] if len(words) > 1 and words[-1] == last else words)
        last = words[-1] if words else ""
    return cut


def heatmap(rows: Mapping[str, Mapping[str, Finding]], *, ax: Axes | None = None) -> Axes:
    """Matrix of numbers: row -> column -> finding, darker for larger, the number in each cell; zeros are blank."""
    names = list(next(iter(rows.values())))
    found = [finding for cells in rows.values() for finding in cells.values()]
    heads = [name.replace(" ", "\n").split("\n") for name in names]
    needed = max(pixels((f.text("tight") for f in found), SMALL) + 8, pixels(["\n".join(h) for h in heads], SMALL) + 6)
    css, across = fitting(needed * len(names), ax)
    step, top, row = across / len(names), 18 * max(map(len, heads)) + 6, 52
    axes = sheet(top + row * len(rows), across, ax)
    for place, lines in enumerate(heads):
        for line, text in enumerate(lines):
            middle = step * (place + 0.5)
            put(axes, middle, top - 8 - 18 * (len(lines) - 1 - line), text, size=SMALL, ha="center", colour=SOFT)
    most = max(float(f.value or 0) for f in found) or 1
    for place, (label, cells) in enumerate(rows.items()):
        y = top + row * place
        put(axes, 0, y + 14, label)
        for column, finding in enumerate(cells.values()):
            shade = math.ceil(4 * max(0.0, float(finding.value or 0)) / most) - 1
            colour = PAPER if shade < 0 else STEPS[shade]
            box(axes, (step * column + 0.5, y + 20), (step - 1, 26), colour, LINE if shade < 0 else "none")
            if finding.value != 0:
                text_colour = PAPER if shade == 3 else INK
                put(
                    axes,
                    step * (column + 0.5),
                    y + 38,
                    finding.text("tight"),
                    size=SMALL,
                    ha="center",
                    colour=text_colour,
                )
    return showing(axes, _crossed(rows), css)


def tile_map(values: Mapping[str, Finding], *, ax: Axes | None = None) -> Axes:
    """Tile map of the 77 provinces: official name -> finding; darker for larger, a cross for no data.

    The four shades hold as many of the different numbers each; the smallest and the largest of each stand below.
    """
    tiles = provinces()
    columns_, rows = max(t.tile_col for t in tiles) + 1, max(t.tile_row for t in tiles) + 1
    whole = breadth(ax, 358)
    across, high = whole / columns_, 38
    known = sorted((f for f in values.values() if f.value), key=lambda f: float(f.value or 0))
    numbers = list(dict.fromkeys(float(f.value or 0) for f in known))
    shades = {number: 4 * place // len(numbers) for place, number in enumerate(numbers)}
    axes = sheet(high * rows + 34, whole, ax)
    for tile in tiles:
        finding = values.get(tile.name_th)
        left, top, middle = across * tile.tile_col, high * tile.tile_row, across * (tile.tile_col + 0.5)
        shade = None if finding is None or not finding.value else shades[float(finding.value)]
        box(axes, (left + 1, top + 1), (across - 2, high - 2), PAPER if shade is None else STEPS[shade], LINE)
        colour = PAPER if shade == 3 else INK
        put(axes, middle, top + 16, tile.abbr_th, size=SMALL, ha="center", colour=SOFT if shade is None else colour)
        unknown = finding is None or (finding.value is None and finding.disclosure is None)
        said = "×" if unknown else finding.text("tight")  # type: ignore[union-attr]  # none is unknown
        put(axes, middle, top + 32, said, size=SIZE, ha="center", colour=SOFT if shade is None else colour)
    for shade in sorted(set(shades.values())):
        ends = [f.text() for f in known if shades[float(f.value or 0)] == shade]
        box(axes, (90 * shade, high * rows + 14), (14, 14), STEPS[shade], LINE)
        put(axes, 90 * shade + 20, high * rows + 26, "–".join(dict.fromkeys([ends[0], ends[-1]])), size=SMALL)
    return showing(axes, values, "scaled map")


def change(
    rows: Mapping[str, tuple[Finding, Finding]], *,
    names: tuple[str, str], target: Finding | None = None, ax: Axes | None = None,
) -> Axes:  # fmt: skip
    """Two values a row joined by a line (before and after): label -> (first, second); ``target`` as of :func:`bars`."""
    colours = dict(zip(names, (ORANGE, BLUE), strict=True))
    top, row = key_height(names), 44
    limit = None if target is None else target.value
    ends = [sorted(pair, key=lambda f: float(f.value or 0)) for pair in rows.values()]
    before, after = (pixels(pair[side].text() for pair in ends) + 16 for side in (0, 1))
    across = breadth(ax)
    most = max([float(high.value or 0) for _, high in ends] + [float(limit or 0)]) or 1

    def at(number: float | None) -> float:
        return before + (across - before - after) * float(number or 0) / most

    axes = sheet(top + row * len(rows) + (20 if limit is not None else 2), across, ax)
    key(axes, colours)
    for place, ((label, pair), (low, high)) in enumerate(zip(rows.items(), ends, strict=True)):
        y = top + row * place + 28
        put(axes, 0, y - 15, label)
        axes.plot([at(low.value), at(high.value)], [y, y], color=GREY, linewidth=2)
        if limit is not None:
            tick(axes, at(limit), y - 9, y + 9)
        for finding, colour, marker in zip(pair, colours.values(), ("s", "o"), strict=True):
            axes.plot([at(finding.value)], [y], color=colour, marker=marker, markersize=10, markeredgewidth=0)
        put(axes, at(low.value), y + 4, low.text(), beside=-10, ha="right")
        put(axes, at(high.value), y + 4, high.text(), beside=10)
    if target is not None and limit is not None:
        side = "right" if at(limit) > across / 2 else "left"
        put(axes, at(limit), top + row * len(rows) + 14, f"เกณฑ์ {target.text('unit')}", size=SMALL, ha=side)
    return showing(axes, _crossed({label: dict(zip(names, pair, strict=True)) for label, pair in rows.items()}))


def _numbers(values: Mapping[str, Finding]) -> list[float]:
    return [float(f.value or 0) for f in values.values()]


def _crossed(rows: Mapping[str, Mapping[str, Finding]]) -> dict[str, Finding]:
    return {f"{row} – {name}".replace("\n", " "): f for row, cells in rows.items() for name, f in cells.items()}
