"""The house style of figures: typeface, colours, rows and bars, and how a figure is frozen as SVG."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import seaborn as sns
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

from dsw_analysis.findings.finding import Finding
from dsw_analysis.intake.writing.typefaces import SARABUN, boxed, stand_ins
from dsw_analysis.section.blocks import Drawing
from dsw_analysis.section.svg import slim

BLUE, ORANGE, TEAL, GREY = "#1f4e8c", "#b8500f", "#1a7f72", "#6b7280"
"""Four colours, 3:1 or better on white, told apart without colour vision (dark blue, orange, teal, grey)."""

INK = "#1f2933"
WIDTH, NARROW = 7.2, 4.8
"""Width of a figure in inches: of matrices and maps, and of all that must be readable on a phone as a whole."""

_LONG = 14
"""Letters in a label of a row above which labels stand over their rows, so that the rows keep the width."""
_GAP = 5
"""Pixels, at 96 an inch, that labels beside each other keep free."""
_BAR = 0.38
"""Height of a bar, as a share of its row."""
HATCHES = {BLUE: "", TEAL: "\\\\", ORANGE: "//", GREY: "xx"}
STATES = {"ดำเนินการแล้ว": BLUE, "อยู่ระหว่างดำเนินการ": TEAL, "ยังไม่ดำเนินการ": ORANGE, "ไม่ปรากฏสถานะ": GREY}


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


def run_together(labels: Iterable[Text]) -> bool:
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


def legend(axes: Axes, columns_: int, *, below: bool = False) -> None:
    """Names each label once, above the axes or below them."""
    handles, labels = axes.get_legend_handles_labels()
    named = dict(zip(labels, handles, strict=True))
    where: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (0, 1)}
    if below:
        where = {"loc": "upper left", "bbox_to_anchor": (0, -0.02)}
    axes.legend(named.values(), named, ncols=columns_, frameon=False, fontsize=10, **where)


def blank_axes(*, height: float, width: float = WIDTH) -> tuple[Figure, Axes]:
    """A figure with axes, sizes in inches."""
    figure = Figure(figsize=(width, height))
    return figure, figure.subplots()


def rows_of(labels: Sequence[str], *, width: float = NARROW) -> tuple[Figure, Axes]:
    """Axes of one row a label, first on top, without frame; long labels stand over their rows."""
    longest = max(map(len, labels), default=0)
    above = longest > _LONG
    beside = 0 if above else 0.08 * longest
    figure, axes = blank_axes(height=0.3 + (0.48 if above else 0.34) * len(labels), width=width - beside)
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


def bar(axes: Axes, place: int, number: float, colour: str, *, left: float = 0, label: str | None = None) -> None:
    """A bar of a row, in the hatch of its colour."""
    hatch = HATCHES[colour]
    edge = "white" if hatch or left else colour
    axes.barh(place, number, left=left, height=_BAR, color=colour, hatch=hatch, edgecolor=edge, label=label)


def readable(face: Any) -> str:  # noqa: ANN401 - matplotlib's colours have many forms
    """White or black, whichever has the higher contrast on a colour (WCAG's relative luminance)."""
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(face)]
    luminance = 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    return "white" if 1.05 / (luminance + 0.05) > 4.5 else "black"
