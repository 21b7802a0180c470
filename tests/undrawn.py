"""Figures that are blank and hold what they are of, which takes two thirds of a notebook's time away."""

from contextlib import contextmanager

import pytest

from dsw_analysis import figures
from dsw_analysis.findings.finding import Finding
from dsw_analysis.section import picturing
from dsw_analysis.section.blocks import Drawing
from dsw_analysis.section.canvas import sheet, showing

BLANK = '<svg xmlns="http://www.w3.org/2000/svg" width="1pt" height="1pt"/>'


def shown(value, *names):
    """Label -> finding of all that a figure is of, whatever its form."""
    if isinstance(value, Finding):
        return [(" – ".join(names), value)]
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    return [found for name, part in pairs for found in shown(part, *names, str(name))]


@contextmanager
def undrawn():
    """Let the figures that notebooks draw in this process be blank."""
    with pytest.MonkeyPatch.context() as patch:
        for kind in ("bars", "columns", "heatmap", "tile_map", "change"):
            patch.setattr(figures, kind, lambda of, **_: showing(sheet(1), dict(shown(of))))
        patch.setattr(picturing, "frozen", lambda axes: Drawing(BLANK, tuple(axes.shows.items())))
        yield
