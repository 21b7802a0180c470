"""The house style: every kind of figure of the report, drawn from findings with seaborn."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from dsw_analysis.findings.finding import Finding
from dsw_analysis.intake.thai import provinces
from dsw_analysis.intake.writing.typefaces import SARABUN, boxed, stand_ins
from dsw_analysis.rounds import MONTHS, Round
from dsw_analysis.section.blocks import Drawing
from dsw_analysis.section.svg import slim

BLUE, ORANGE, TEAL, GREY = "#1f4e8c", "#b8500f", "#1a7f72", "#6b7280"
"""Four colours, 3:1 or better on white, told apart without colour vision (dark blue, orange, teal, grey)."""

INK, PALE = "#1f2933", "#e5e9f0"
WIDTH, NARROW = 7.2, 4.8
"""Width of a figure in inches: of matrices and maps, and of all that must be readable on a phone as a whole."""

_LONG = 14
"""Letters in a label of a row above which labels stand over their rows, so that the rows keep the width."""
_GAP = 5
"""Pixels, at 96 an inch, that labels beside each other keep free."""
_BAR = 0.38
"""Height of a bar, as a share of its row."""
_HATCHES = {BLUE: "", TEAL: "\\\\", ORANGE: "//", GREY: "xx"}
_STATES = {"ดำเนินการแล้ว": BLUE, "อยู่ระหว่างดำเนินการ": TEAL, "ยังไม่ดำเนินการ": ORANGE, "ไม่ปรากฏสถานะ": GREY}


def set_theme() -> None:
    """Set fonts, sizes and colours for every figure that follows; idempotent."""
    _know(SARABUN / f"Sarabun-{weight}.ttf" for weight in ("Regular", "SemiBold", "Bold"))
    sns.set_theme(
        style="white",
        rc={
            "font.family": "Sarabun",
            "font.size": 11,
            "axes.edgecolor": GREY,
            "axes.labelcolor": INK,
            "text.color": INK,
            "xtick.color": INK,
            "ytick.color": INK,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.unicode_minus": False,
            "svg.fonttype": "path",
            "svg.hashsalt": "dsw-analysis",
            "text.parse_math": False,
            "figure.dpi": 96,
        },
    )


def drawing(figure: Figure, shows: Mapping[str, Finding]) -> Drawing:
    """Freeze a figure as SVG with the findings that it shows.

    Characters that the typeface lacks come from others; for what none has, a box is drawn.

    Raises
    ------
    RuntimeError
        If the typeface itself is not known: call :func:`set_theme` first.
    """
    svg, missing = _saved(figure)
    if missing:
        faces = stand_ins(missing)
        _know(faces.values())
        for text in figure.findobj(Text):
            text.set_fontfamily(["Sarabun", *faces])
        svg, _ = _saved(figure)
    svg = slim(svg)
    width, height = (float(v) for v in re.findall(r'(?:width|height)="([\d.]+)pt"', svg)[:2])
    return Drawing(svg, tuple(shows.items()), round(width * 4 / 3), round(height * 4 / 3), boxed(missing))


def _know(faces: Iterable[Path]) -> None:
    """Have matplotlib know typefaces by their families."""
    known = {entry.fname for entry in font_manager.fontManager.ttflist}
    for path in map(str, faces):
        if path not in known:
            font_manager.fontManager.addfont(path)


def _saved(figure: Figure) -> tuple[str, str]:
    """SVG of a figure, and the characters that its typefaces lack."""
    target = io.StringIO()
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        warnings.filterwarnings("error", message="findfont")
        try:
            figure.savefig(target, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
        except UserWarning as error:
            raise RuntimeError(f"the typeface of the report is not there: {error}") from error
    missing = set()
    for warning in said:
        if match := re.match(r"Glyph (\d+) .*missing", str(warning.message)):
            missing.add(chr(int(match[1])))
        else:
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
    return target.getvalue(), "".join(sorted(missing))


def bars(
    values: Mapping[str, Finding],
    *,
    target: Finding | None = None,
    target_name: str = "เป้าหมาย",
    highlight: Collection[str] = (),
    style: str = "value",
) -> Drawing:
    """Horizontal bars in the order given, each labelled with its number.

    Parameters
    ----------
    values:
        Label -> finding; an undefined one gets no bar and the label ``-``.
    target, target_name:
        Drawn as a dashed line with its name and number.
    highlight:
        Labels drawn in orange with a hatch, so that they differ without colour too.
    style:
        How numbers are printed; see :meth:`Finding.text`.
    """
    figure, axes = _rows(list(values))
    numbers = [f.value or 0 for f in values.values()]
    for place, (label, number) in enumerate(zip(values, numbers, strict=True)):
        _bar(axes, place, number, ORANGE if label in highlight else BLUE)
    limit = max([*numbers, target.value if target and target.value else 0]) or 1
    for place, finding in enumerate(values.values()):
        axes.text((finding.value or 0) + limit * 0.01, place, finding.text(style), va="center")
    if target is not None and target.value is not None:
        axes.axvline(target.value, color=INK, linestyle="--", linewidth=1.2)
        axes.annotate(
            f"{target_name} {target.text('unit')}", (target.value, 0), (0, -4), ("data", "axes fraction"),
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
        if not _run_together(axes.get_xticklabels()) and not _run_together(axes.texts):
            break
    return drawing(figure, values)


def _columns(
    values: Mapping[str, Finding], highlight: Collection[str], *, width: float, wrap: bool, small: bool
) -> tuple[Figure, Axes]:
    figure, axes = _axes(height=2.6, width=width)
    numbers = [f.value or 0 for f in values.values()]
    colours = [ORANGE if label in highlight else BLUE for label in values]
    sns.barplot(x=list(values), y=numbers, hue=list(values), palette=colours, legend=False, ax=axes, saturation=1)
    for patch, label in zip(axes.patches, values, strict=False):
        if label in highlight:
            patch.set_hatch("//")
            patch.set_edgecolor("white")
    for place, finding in enumerate(values.values()):
        axes.annotate(
            finding.text(), (place, finding.value or 0), (0, 3), textcoords="offset points",
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
    figure, axes = _rows(list(values))
    numbers = [f.value or 0 for f in values.values()]
    first = numbers[0] or 1
    for place, (number, finding) in enumerate(zip(numbers, values.values(), strict=True)):
        _bar(axes, place, number, BLUE, left=-number / 2)
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
    figure, axes = _rows(list(rows))
    left = np.zeros(len(rows))
    colours = [_STATES[part] for part in parts] if set(parts) <= set(_STATES) else _HATCHES
    for part, colour in zip(parts, colours, strict=False):
        numbers = np.array([float(row[part].value or 0) for row in rows.values()])
        for place, number in enumerate(numbers):
            _bar(axes, place, number, colour, left=left[place], label=part if place == 0 else None)
        for place, number in enumerate(numbers):
            if number > 0.04 * max(1.0, sum(float(f.value or 0) for f in list(rows.values())[place].values())):
                text = list(rows.values())[place][part].text()
                axes.text(
                    left[place] + number / 2, place, text, ha="center", va="center", color=INK, fontsize=9.5,
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.9},
                )  # fmt: skip
        left += numbers
    axes.set(xticks=[])
    side_by_side = len(parts) if sum(map(len, parts)) < 48 else 2 if max(map(len, parts)) < 30 else 1
    axes.legend(ncols=side_by_side, loc="lower left", bbox_to_anchor=(0, 1), frameon=False, fontsize=10)
    return drawing(figure, {f"{row} – {part}": f for row, cells in rows.items() for part, f in cells.items()})


def heatmap(rows: Mapping[str, Mapping[str, Finding]]) -> Drawing:
    """Matrix of numbers: row -> column -> finding, darker for larger, the number in each cell."""
    names = list(next(iter(rows.values())))
    numbers = pd.DataFrame(
        [[float(cells[name].value or 0) for name in names] for cells in rows.values()],
        index=list(rows),
        columns=names,
    )
    texts = [[cells[name].text() for name in names] for cells in rows.values()]
    figure, axes = _axes(height=0.8 + 0.36 * len(rows))
    sns.heatmap(
        numbers, annot=np.array(texts, dtype=object), fmt="", cmap=sns.light_palette(BLUE, as_cmap=True), cbar=False,
        linewidths=1, ax=axes, annot_kws={"fontsize": 9 if len(names) > 10 else 10},
    )  # fmt: skip
    for size in (8, 7, 6):
        if not _run_together(axes.texts):
            break
        for text in axes.texts:
            text.set_fontsize(size)
    for text, face in zip(axes.texts, axes.collections[0].get_facecolor(), strict=True):
        text.set_color(_readable(face))
    axes.set(xlabel=None, ylabel=None)
    axes.tick_params(length=0, labelsize=9 if len(names) > 10 else 10)
    axes.xaxis.tick_top()
    axes.set_yticklabels(axes.get_yticklabels(), rotation=0)
    for wrap, rotation in ((False, 0), (True, 0), (False, 90)):
        axes.set_xticklabels([name.replace(" ", "\n") if wrap else name for name in names], rotation=rotation)
        if not _run_together(axes.get_xticklabels()):
            break
    return drawing(figure, {f"{row} – {name}": f for row, cells in rows.items() for name, f in cells.items()})


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
        known = finding is not None and finding.value is not None
        share = max(0.0, float(finding.value or 0) / top) if finding is not None and known else 0
        left, up = tile.tile_col, tile.tile_row
        face = shades[round(100 * share)] if known else "white"
        axes.add_patch(Rectangle((left, up), 0.95, 0.93, facecolor=face, edgecolor=GREY, linewidth=0.6))
        look: dict[str, Any] = {"ha": "center", "va": "center", "color": _readable(face)}
        axes.text(left + 0.475, up + 0.30, tile.name_th, fontsize=7.5, **look)
        axes.text(
            left + 0.475, up + 0.68, finding.text() if finding is not None and known else "×", fontsize=10, **look
        )
    return drawing(figure, values)


def change(rows: Mapping[str, tuple[Finding, Finding]], *, names: tuple[str, str]) -> Drawing:
    """Two values a row joined by a line (before and after): label -> (first, second)."""
    figure, axes = _rows(list(rows))
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
    axes.legend(ncols=2, loc="lower left", bbox_to_anchor=(0, 1), frameon=False, fontsize=10)
    shows = {f"{label} – {name}": f for label, pair in rows.items() for name, f in zip(names, pair, strict=True)}
    return drawing(figure, shows)


def gantt(steps: Mapping[str, Sequence[bool]], states: Mapping[str, str], round_: Round) -> Drawing:
    """Steps over the twelve fiscal months; the dashed line is the end of the round.

    Parameters
    ----------
    steps:
        Label of a step -> twelve flags, October first.
    states:
        Label of a step -> ``done``, ``in_progress``, ``not_started`` or ``unstated``.
    """
    names = dict(zip(("done", "in_progress", "not_started", "unstated"), _STATES, strict=True))
    figure, axes = _rows(list(steps), width=WIDTH)
    for place, (label, planned) in enumerate(steps.items()):
        name = names[states[label]]
        for month in (m for m, on in enumerate(planned) if on):
            _bar(axes, place, 1, _STATES[name], left=month, label=name)
    axes.axvline(round_.months, color=INK, linestyle="--", linewidth=1.2)
    axes.set(xlim=(0, 12), xticks=[m + 0.5 for m in range(12)], xticklabels=MONTHS)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    handles, labels = axes.get_legend_handles_labels()
    unique = dict(zip(labels, handles, strict=True))
    axes.legend(
        unique.values(),
        unique.keys(),
        ncols=4,
        loc="upper left",
        bbox_to_anchor=(0, -0.02),
        frameon=False,
        fontsize=10,
    )
    return drawing(figure, {})


def _run_together(labels: Iterable[Text]) -> bool:
    """Whether labels touch each other when they are drawn."""
    drawn = [label for label in labels if label.get_text()]
    if not drawn:
        return False
    canvas: Any = FigureCanvasAgg(drawn[0].get_figure(root=True))
    renderer = canvas.get_renderer()
    boxes = [label.get_window_extent(renderer).extents for label in drawn]
    return any(
        one[0] < other[2] + _GAP and other[0] < one[2] + _GAP and one[1] < other[3] and other[1] < one[3]
        for one, other in combinations(boxes, 2)
    )


def _axes(*, height: float, width: float = WIDTH) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height))
    return figure, figure.subplots()


def _rows(labels: Sequence[str], *, width: float = NARROW) -> tuple[Figure, Axes]:
    """Axes of one row a label, first on top, without frame; long labels stand over their rows."""
    longest = max(map(len, labels), default=0)
    above = longest > _LONG
    beside = 0 if above else 0.08 * longest
    figure, axes = _axes(height=0.3 + (0.48 if above else 0.34) * len(labels), width=width - beside)
    figure.subplots_adjust(0, 0, 1, 1)
    axes.set(ylim=(len(labels) - 0.6, -0.8 if above else -0.6), yticks=range(len(labels)))
    axes.set_yticklabels([] if above else list(labels))
    for place, label in enumerate(labels if above else ()):
        axes.annotate(
            label, (0, place - 0.19), (0, 2), ("axes fraction", "data"), "offset points", va="bottom",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
        )  # fmt: skip
    axes.tick_params(length=0)
    sns.despine(ax=axes, left=True, bottom=True)
    return figure, axes


def _bar(axes: Axes, place: int, number: float, colour: str, *, left: float = 0, label: str | None = None) -> None:
    hatch = _HATCHES[colour]
    edge = "white" if hatch or left else colour
    axes.barh(place, number, left=left, height=_BAR, color=colour, hatch=hatch, edgecolor=edge, label=label)


def _readable(face: Any) -> str:  # noqa: ANN401 - matplotlib's colours have many forms
    """White or black, whichever has the higher contrast on a colour (WCAG's relative luminance)."""
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(face)]
    luminance = 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    return "white" if 1.05 / (luminance + 0.05) > 4.5 else "black"
