"""The house style of figures: typeface, colours, places in pixels, and how a figure is frozen as SVG."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable, Mapping, Sequence
from html import unescape
from types import MappingProxyType

import seaborn as sns
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from dsw_analysis.findings.finding import Finding
from dsw_analysis.intake.writing.typefaces import SARABUN, boxed, width
from dsw_analysis.section.blocks import Drawing
from dsw_analysis.section.svg import slim

BLUE, TEAL, ORANGE, GREY = "#1f4e8c", "#1a7f72", "#b8500f", "#6b7280"
"""Four colours, 3:1 or better on white, told apart without colour vision (dark blue, teal, orange, grey)."""
INK, SOFT, LINE, PAPER = "#1f2933", "#52606d", "#cbd2d9", "#ffffff"
STEPS = ("#e3ebf6", "#b9cfe9", "#7fa6d6", "#1f4e8d")
"""Shades of what is little to what is much; the last is dark, so that its text is light."""
COLOURS = {
    BLUE: "c1", TEAL: "c2", ORANGE: "c3", GREY: "c4", INK: "ink", SOFT: "soft", LINE: "line", PAPER: "paper",
    **dict(zip(STEPS, ("q1", "q2", "q3", "q4"), strict=True)),
}  # fmt: skip
"""Colour -> class, by which a page gives it the colour of its own that is right in light and dark."""

FACE = "Sarabun"
SIZE, SMALL = 13, 12
"""Letters in pixels: of all that must be read first, and of what stands in a narrow place."""
PHONE = 340
"""Width in pixels for which figures are laid out, so that a phone shows them whole; wider columns stretch them."""
NARROWEST = 280
"""Pixels for the text on the narrowest phone, of 320."""
WIDER = {"stretched wide": 640, "stretched wider": 960}
"""Class -> width of a figure with so many columns that a phone must scroll it."""


def set_theme(style: str = "white", **rc: object) -> None:
    """Set fonts, sizes and colours for every figure that follows, of seaborn and matplotlib too; idempotent.

    To be called in place of ``seaborn.set_theme``, which takes the Thai typeface away.

    Parameters
    ----------
    style, rc:
        Style of seaborn, and settings of matplotlib that are to be others.
    """
    known = {entry.fname for entry in font_manager.fontManager.ttflist}
    for path in (str(SARABUN / f"Sarabun-{weight}.ttf") for weight in ("Regular", "SemiBold", "Bold")):
        if path not in known:
            font_manager.fontManager.addfont(path)
    sns.set_theme(
        style=style,
        palette=[BLUE, TEAL, ORANGE, GREY],
        rc={
            "font.family": [FACE, "DejaVu Sans"],  # the second has signs that the first has not
            "font.size": SIZE,
            "axes.edgecolor": GREY,
            "axes.labelcolor": INK,
            "text.color": INK,
            "xtick.color": INK,
            "ytick.color": INK,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.unicode_minus": False,
            "svg.fonttype": "none",
            "svg.hashsalt": "dsw-analysis",
            "text.parse_math": False,
            "figure.dpi": 72,
            **rc,
        },
    )


def drawing(figure: Figure, shows: Mapping[str, Finding], css: str = "scaled") -> Drawing:
    """Freeze a figure as SVG with the findings that it shows.

    Letters stay letters, so that the page sets them, search finds them, and a screen of any kind shows them sharp.

    Raises
    ------
    RuntimeError
        If the typeface itself is not known: call :func:`set_theme` first.
    ValueError
        If the figure holds a raster image.
    """
    figure.patch.set_visible(False)
    target = io.StringIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="findfont")
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # who sets the letters has other faces
        try:
            figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None})
        except UserWarning as error:
            raise RuntimeError(f"the typeface of the report is not there: {error}") from error
    svg = slim(target.getvalue(), COLOURS, css, stretches=css.startswith("stretched"))
    return Drawing(svg, tuple(shows.items()), boxed(unescape(svg)))


class Sheet(Axes):
    """Axes that fill a figure of their own, and what they show: label -> finding, and the class of the drawing."""

    shows: Mapping[str, Finding] = MappingProxyType({})
    css = "stretched"

    def _repr_png_(self) -> bytes:
        """What a notebook shows of a figure that ends a cell."""
        target = io.BytesIO()
        figure = self.get_figure(root=True)
        assert figure is not None
        figure.savefig(target, format="png", dpi=144, metadata={"Software": None})
        return target.getvalue()


def room(ax: Axes) -> tuple[float, float]:
    """Width and height of axes in pixels of a sheet, as letters need them."""
    figure, box = ax.get_figure(root=True), ax.get_window_extent()
    assert figure is not None
    return float(box.width * 72 / figure.dpi), float(box.height * 72 / figure.dpi)


def breadth(ax: Axes | None, usual: float = PHONE) -> float:
    """Width of given axes; the usual one without."""
    return usual if ax is None else room(ax)[0]


def sheet(height: float, across: float = PHONE, ax: Axes | None = None) -> Axes:
    """Axes whose places are pixels from the upper left corner: given ones, or such as fill a new figure."""
    if ax is None:
        ax = Figure(figsize=(across / 72, height / 72), dpi=72).add_axes((0, 0, 1, 1), axes_class=Sheet)
    ax.set(xlim=(0, across), ylim=(height, 0))
    ax.axis("off")
    return ax


def showing(axes: Axes, shows: Mapping[str, Finding], css: str = "stretched") -> Axes:
    """The axes, once all is drawn: those of a sheet know what they show, in lower ones the letters are smaller."""
    if isinstance(axes, Sheet):
        axes.shows, axes.css = shows, css
        return axes
    smaller = min(1.0, room(axes)[1] / axes.get_ylim()[0])
    for text in axes.texts:
        text.set_fontsize(smaller * float(text.get_fontsize()))
    return axes


def frozen(axes: Axes) -> Drawing:
    """Freeze the figure of a sheet; one with a label that the narrowest phone cannot show whole is scrolled there."""
    figure = axes.get_figure(root=True)
    assert isinstance(axes, Sheet) and figure is not None
    wide = axes.css == "stretched" and pixels(text.get_text() for text in axes.texts) > NARROWEST
    return drawing(figure, axes.shows, "stretched wide" if wide else axes.css)


def box(
    axes: Axes, corner: tuple[float, float], sides: tuple[float, float], colour: str, edge: str = "none"
) -> None:  # fmt: skip
    """A rectangle by its upper left corner, width and height."""
    # No add_patch, which works out the limits of the axes once more: those of a sheet are given.
    axes.add_artist(Rectangle(corner, *sides, facecolor=colour, edgecolor=edge, linewidth=edge != "none"))


def put(
    axes: Axes, x: float, y: float, text: str, *,
    beside: int = 0, colour: str = INK, size: int = SIZE, ha: str = "left", bold: bool = False,
) -> None:  # fmt: skip
    """A text on its base line; ``beside`` a place it keeps that distance where the figure is stretched."""
    weight = "semibold" if bold else "normal"
    made = axes.text(x + beside, y, text, fontsize=size, color=colour, ha=ha, va="baseline", weight=weight, family=FACE)
    if beside:
        made.set_gid(f"beside{beside}")


def tick(axes: Axes, x: float, top: float, bottom: float) -> None:
    """A dashed line across a bar: where a threshold is."""
    axes.plot([x, x], [top, bottom], color=INK, linewidth=2, linestyle=(0, (2, 1)), solid_capstyle="butt")


def pixels(texts: Iterable[str], size: int = SIZE) -> float:
    """Width of the widest of some texts, line by line."""
    return max((width(line) * size for text in texts for line in text.split("\n")), default=0.0)


def key(axes: Axes, names: Mapping[str, str], *, top: float = 0) -> float:
    """Names of colours, each beside a square of it, in lines as they fit; returns where the lines end."""
    left = 0.0
    for name, colour in names.items():
        if left and left + 18 + pixels([name]) > PHONE:
            left, top = 0.0, top + 20
        axes.plot([left + 6], [top + 10], color=colour, marker="s", markersize=11, markeredgewidth=0)
        put(axes, left + 6, top + 15, name, beside=11)
        left += 18 + pixels([name]) + 16
    return top + 26


def key_height(names: Sequence[str]) -> float:
    """Height of the names that :func:`key` writes."""
    return key(sheet(1), dict.fromkeys(names, INK))


def fitting(needed: float, ax: Axes | None = None) -> tuple[str, float]:
    """Class and width of a figure that needs so many pixels; given axes have a width."""
    if ax is not None:
        return "", breadth(ax)
    if needed <= PHONE:
        return "stretched", PHONE
    return next(((css, across) for css, across in WIDER.items() if needed <= across), list(WIDER.items())[-1])
