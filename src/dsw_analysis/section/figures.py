"""Every kind of figure of the report, drawn from findings with seaborn."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from dsw_analysis.findings.finding import Finding
from dsw_analysis.intake.thai import provinces
from dsw_analysis.section.blocks import Drawing
from dsw_analysis.section.canvas import (
    BLUE,
    GREY,
    HATCHES,
    INK,
    NARROW,
    ORANGE,
    STATES,
    WIDTH,
    bar,
    blank_axes,
    drawing,
    legend,
    readable,
    rows_of,
    run_together,
    set_theme,
)  # fmt: skip

__all__ = ["bars", "change", "columns", "drawing", "funnel", "heatmap", "set_theme", "stacked", "tile_map"]


def bars(values: Mapping[str, Finding], *, target: Finding | None = None, highlight: Collection[str] = ()) -> Drawing:
    """Horizontal bars in the order given, each labelled with its number.

    Parameters
    ----------
    values:
        Label -> finding; an undefined one gets no bar and the label ``-``.
    target:
        A threshold, drawn as a dashed line with its number.
    highlight:
        Labels drawn in orange with a hatch, so that they differ without colour too.
    """
    figure, axes = rows_of(list(values))
    numbers = _numbers(values)
    for place, (label, number) in enumerate(zip(values, numbers, strict=True)):
        bar(axes, place, number, ORANGE if label in highlight else BLUE)
    limit = max([*numbers, target.value if target and target.value else 0]) or 1
    for place, (number, finding) in enumerate(zip(numbers, values.values(), strict=True)):
        axes.text(number + limit * 0.01, place, finding.text(), va="center")
    if target is not None and target.value is not None:
        axes.axvline(target.value, color=INK, linestyle="--", linewidth=1.2)
        axes.annotate(
            f"เกณฑ์ {target.text('unit')}", (target.value, 0), (0, -4), ("data", "axes fraction"),
            "offset points", ha="center", va="top", fontsize=10,
        )  # fmt: skip
    axes.set(xticks=[], xlim=(0, limit * 1.18))
    return drawing(figure, values)


def columns(values: Mapping[str, Finding], *, highlight: Collection[str] = ()) -> Drawing:
    """Vertical bars for an ordered scale such as months or hours, each labelled with its number.

    Labels get two lines, and the figure the whole width, where they would run into each other otherwise.
    """
    many = len(values) > 12
    for width, wrap, small in ((NARROW, False, many), (NARROW, True, many), (WIDTH, True, many), (WIDTH, True, True)):
        figure, axes = _columns(values, highlight, width=WIDTH if many else width, wrap=wrap, small=small)
        if not run_together(axes.get_xticklabels()) and not run_together(axes.texts):
            break
    return drawing(figure, values)


def _columns(
    values: Mapping[str, Finding], highlight: Collection[str], *, width: float, wrap: bool, small: bool
) -> tuple[Figure, Axes]:
    figure, axes = blank_axes(height=2.6, width=width)
    numbers = _numbers(values)
    colours = [ORANGE if label in highlight else BLUE for label in values]
    sns.barplot(x=list(values), y=numbers, hue=list(values), palette=colours, legend=False, ax=axes, saturation=1)
    for patch, label in zip(axes.patches, values, strict=False):
        if label in highlight:
            patch.set_hatch("//")
            patch.set_edgecolor("white")
    for place, (number, finding) in enumerate(zip(numbers, values.values(), strict=True)):
        axes.annotate(
            finding.text(), (place, number), (0, 3), textcoords="offset points",
            ha="center", va="bottom", fontsize=7.5 if small else 10,
        )  # fmt: skip
    axes.set(xlabel=None, ylabel=None, yticks=[])
    if wrap:
        axes.set_xticks(range(len(values)), [label.replace(" ", "\n") for label in values])
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="x", labelsize=9 if small else 11)
    return figure, axes


def funnel(values: Mapping[str, Finding]) -> Drawing:
    """Stages from first to last as centred bars, each with its number and its share of the first."""
    figure, axes = rows_of(list(values))
    numbers = _numbers(values)
    first = numbers[0] or 1
    for place, (number, finding) in enumerate(zip(numbers, values.values(), strict=True)):
        bar(axes, place, number, BLUE, left=-number / 2)
        inside = number > first * 0.3
        axes.text(
            0 if inside else number / 2 + first * 0.02, place, finding.text("unit"), va="center",
            ha="center" if inside else "left", color="white" if inside else INK, weight="semibold",
        )  # fmt: skip
    axes.set(xticks=[], xlim=(-first / 2, first / 2))
    return drawing(figure, values)


def stacked(rows: Mapping[str, Mapping[str, Finding]]) -> Drawing:
    """Stacked horizontal bars: row -> part -> finding, at most four parts, the same in every row."""
    parts = list(next(iter(rows.values())))
    figure, axes = rows_of(list(rows))
    left = np.zeros(len(rows))
    colours = [STATES[part] for part in parts] if set(parts) <= set(STATES) else HATCHES
    for part, colour in zip(parts, colours, strict=False):
        numbers = np.array([float(row[part].value or 0) for row in rows.values()])
        for place, number in enumerate(numbers):
            bar(axes, place, number, colour, left=left[place], label=part if place == 0 else None)
        for place, (row, number) in enumerate(zip(rows.values(), numbers, strict=True)):
            if number > 0.04 * max(1.0, sum(_numbers(row))):
                middle = left[place] + number / 2
                axes.text(
                    middle, place, row[part].text(), ha="center", va="center", color=INK, fontsize=9.5,
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.9},
                )  # fmt: skip
        left += numbers
    axes.set(xticks=[])
    legend(axes, len(parts) if sum(map(len, parts)) < 48 else 2 if max(map(len, parts)) < 30 else 1)
    return drawing(figure, _crossed(rows))


def heatmap(rows: Mapping[str, Mapping[str, Finding]]) -> Drawing:
    """Matrix of numbers: row -> column -> finding, darker for larger, the number in each cell."""
    names = list(next(iter(rows.values())))
    numbers = pd.DataFrame([_numbers(cells) for cells in rows.values()], index=list(rows), columns=names, dtype=float)
    texts = [[finding.text() for finding in cells.values()] for cells in rows.values()]
    figure, axes = blank_axes(height=0.8 + 0.36 * len(rows))
    sns.heatmap(
        numbers, annot=np.array(texts, dtype=object), fmt="", cmap=sns.light_palette(BLUE, as_cmap=True), cbar=False,
        linewidths=1, ax=axes, annot_kws={"fontsize": 9 if len(names) > 10 else 10},
    )  # fmt: skip
    for size in (8, 7, 6):
        if not run_together(axes.texts):
            break
        for text in axes.texts:
            text.set_fontsize(size)
    for text, face in zip(axes.texts, axes.collections[0].get_facecolor(), strict=True):
        text.set_color(readable(face))
    axes.set(xlabel=None, ylabel=None)
    axes.tick_params(length=0, labelsize=9 if len(names) > 10 else 10)
    axes.xaxis.tick_top()
    axes.set_yticklabels(axes.get_yticklabels(), rotation=0)
    for wrap, rotation in ((False, 0), (True, 0), (False, 90)):
        axes.set_xticklabels([name.replace(" ", "\n") if wrap else name for name in names], rotation=rotation)
        if not run_together(axes.get_xticklabels()):
            break
    return drawing(figure, _crossed(rows))


def tile_map(values: Mapping[str, Finding]) -> Drawing:
    """Tile map of the 77 provinces: official name -> finding; darker for larger, a cross for no data."""
    tiles = provinces()
    columns_, rows = max(t.tile_col for t in tiles) + 1, max(t.tile_row for t in tiles) + 1
    figure = Figure(figsize=(WIDTH, 0.42 * rows))
    # The tiles fill the figure: they are wider than high so that the longest name fits in one line.
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, columns_), ylim=(rows, 0))
    axes.axis("off")
    top = max([float(f.value) for f in values.values() if f.value is not None], default=0) or 1
    shades = sns.light_palette(BLUE, n_colors=101)
    for tile in tiles:
        finding = values.get(tile.name_th)
        value, text = (finding.value, finding.text()) if finding is not None else (None, "")
        left, up = tile.tile_col, tile.tile_row
        face = "white" if value is None else shades[round(100 * max(0.0, float(value) / top))]
        axes.add_patch(Rectangle((left, up), 0.95, 0.93, facecolor=face, edgecolor=GREY, linewidth=0.6))
        look: dict[str, Any] = {"ha": "center", "va": "center", "color": readable(face)}
        axes.text(left + 0.475, up + 0.30, tile.name_th, fontsize=7.5, **look)
        axes.text(left + 0.475, up + 0.68, "×" if value is None else text, fontsize=10, **look)
    return drawing(figure, values)


def change(rows: Mapping[str, tuple[Finding, Finding]], *, names: tuple[str, str]) -> Drawing:
    """Two values a row joined by a line (before and after): label -> (first, second)."""
    figure, axes = rows_of(list(rows))
    axes.spines["bottom"].set_visible(True)
    for place, (first, second) in enumerate(rows.values()):
        low, high = float(first.value or 0), float(second.value or 0)
        axes.plot([low, high], [place, place], color=GREY, linewidth=2, zorder=1)
        axes.scatter(low, place, s=70, color=ORANGE, marker="s", zorder=2, label=names[0] if place == 0 else None)
        axes.scatter(high, place, s=80, color=BLUE, marker="o", zorder=2, label=names[1] if place == 0 else None)
        # Each number stands on the outer side of its point, so that it meets neither the line nor a close pair's.
        ends = sorted([(low, first), (high, second)], key=lambda end: end[0])
        for (number, finding), side, shift in zip(ends, ("right", "left"), (-9, 9), strict=True):
            axes.annotate(
                finding.text(), (number, place), (shift, 0), textcoords="offset points", ha=side, va="center",
                fontsize=10,
            )  # fmt: skip
    axes.margins(x=0.16)
    left, right = axes.get_xlim()
    axes.set_xticks([tick for tick in axes.get_xticks() if max(left, 0) <= tick <= right])
    legend(axes, 2)
    return drawing(figure, _crossed({label: dict(zip(names, pair, strict=True)) for label, pair in rows.items()}))


def _numbers(values: Mapping[str, Finding]) -> list[float]:
    return [f.value or 0 for f in values.values()]


def _crossed(rows: Mapping[str, Mapping[str, Finding]]) -> dict[str, Finding]:
    return {f"{row} – {name}": f for row, cells in rows.items() for name, f in cells.items()}
