"""Lines over rounds: a small one for a table, and a figure with one a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from dsw_analysis.findings.finding import Finding
from dsw_analysis.section.blocks import Drawing
from dsw_analysis.section.canvas import BLUE, GREY, SMALL, SOFT, fitting, frozen, pixels, put, sheet, showing


def spark(values: Sequence[float | None]) -> Drawing:
    """A small line through values in order, the last brought out; it breaks where one is missing.

    It has no letters: its values stand beside it.
    """
    across, high = 88, 26
    known = [value for value in values if value is not None]
    low, span = min(known), max(known) - min(known)
    axes = sheet(high, across)
    step, half = (across - 14) / (len(values) - 1), high / 2
    places = {
        at: (7 + step * at, half if not span else 6 + (high - 12) * (1 - (value - low) / span))
        for at, value in enumerate(values)
        if value is not None
    }
    _through(axes, places)
    return frozen(showing(axes, {}, "spark"))


def trend(
    rows: Mapping[str, Sequence[Finding | None]], names: Sequence[Sequence[str]], years: Sequence[int],
    ax: Axes | None = None,
) -> Axes:  # fmt: skip
    """A line a row over rounds, from zero: label -> a number for each round, ``None`` where there is a gap.

    Parameters
    ----------
    names:
        What each round is called, line by line.
    years:
        Fiscal year of each: lines join only rounds of one year, since these are cumulative.
    """
    found = [finding for cells in rows.values() for finding in cells if finding is not None]
    needed = max(pixels((f.text() for f in found), SMALL), pixels(["\n".join(n) for n in names], SMALL)) + 8
    css, across = fitting(needed * len(names), ax)
    step, row, high = across / len(names), 92, 40
    axes = sheet(row * len(rows) + 18 * max(map(len, names)) + 6, across, ax)
    ends = [0.0, *(float(f.value or 0) for f in found)]
    low, span = min(ends), (max(ends) - min(ends)) or 1
    for place, (label, cells) in enumerate(rows.items()):
        top = row * place
        put(axes, 0, top + 14, label)
        places = {
            at: (step * (at + 0.5), top + 44 + high * (1 - (float(f.value or 0) - low) / span))
            for at, f in enumerate(cells)
            if f is not None
        }
        _through(axes, places, years)
        for at, (x, y) in places.items():
            last = at == len(cells) - 1
            put(axes, x, y - 8, cells[at].text(), size=SMALL, ha="center", bold=last)  # type: ignore[union-attr]
    for at, lines in enumerate(names):
        for line, text in enumerate(lines):
            put(axes, step * (at + 0.5), row * len(rows) + 14 + 18 * line, text, size=SMALL, ha="center", colour=SOFT)
    return showing(axes, shown_in(rows, names), css)


def shown_in(rows: Mapping[str, Sequence[Finding | None]], names: Sequence[Sequence[str]]) -> dict[str, Finding]:
    """What a figure over rounds shows, by label and round."""
    found = ((label, at, f) for label, cells in rows.items() for at, f in enumerate(cells) if f is not None)
    return {f"{label} {' '.join(names[at])}": f for label, at, f in found}


def _through(axes: Axes, places: Mapping[int, tuple[float, float]], years: Sequence[int] | None = None) -> None:
    """Dots, and lines between neighbours; of different years, which begin anew, none."""
    for at, (x, y) in places.items():
        if at + 1 in places and (years is None or years[at] == years[at + 1]):
            axes.plot([x, places[at + 1][0]], [y, places[at + 1][1]], color=GREY, linewidth=2)
    for at, (x, y) in places.items():
        last = at == max(places)
        axes.plot([x], [y], color=BLUE if last else GREY, marker="o", markersize=8 if last else 6, markeredgewidth=0)
