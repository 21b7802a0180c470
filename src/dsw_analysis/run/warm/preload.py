"""What the warm process does before it forks: import, load fonts and templates, and leave no trace of it."""

from __future__ import annotations

import builtins
import gc
import importlib
import os
import sys
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from types import SimpleNamespace

import dsw_analysis

_MODULES = (
    "numpy.random",
    "pandas",
    "pandas.core.methods.to_dict",
    "pyarrow.csv",
    "pyarrow.dataset",
    "pyarrow.json",
    "pyarrow.pandas_compat",
    "pyarrow.parquet",
    "scipy.stats",
    "seaborn",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "ipykernel.debugger",
    "sqlite3",
    "tornado.platform.asyncio",
    "dsw_analysis.run.execution",
    "dsw_analysis.section.road_map",
    "dsw_analysis.run.warm.kernel",
)

_LEFT_OUT = ("debugpy", "rfc3987_syntax")
"""Optional modules that take longest: no debugger will be attached to a kernel of ours, and jsonschema's check of
international addresses, which compiles a grammar when it is imported, has no place in a notebook's schema."""


def warm() -> None:
    """Import what notebooks and their rendering use, and do once what each would do again.

    No thread may be running afterwards, no event loop, and nothing that a notebook can see may differ
    from a new kernel's, but for what is in ``sys.modules``.
    """
    gc.disable()  # nothing that is imported is garbage
    cutter, cuts = _cut()
    sys.modules.update(dict.fromkeys(_LEFT_OUT))  # type: ignore[arg-type]  # None: not to be had
    # pandas looks for a kernel when it is imported, and shows frames as a terminal does if there is none.
    builtins.get_ipython = lambda: SimpleNamespace(kernel=None)  # type: ignore[attr-defined]
    for module in _MODULES:
        importlib.import_module(module)
    for name in dsw_analysis.__all__:
        getattr(dsw_analysis, name)
    del builtins.get_ipython  # type: ignore[attr-defined]
    for module in _LEFT_OUT:
        del sys.modules[module]
    _validate()
    _render()
    _draw()
    sys.modules["dsw_analysis.intake.writing.pages"].cuts.update(cuts.recv())
    cuts.close()
    os.waitpid(cutter, 0)
    gc.freeze()  # collections in the children would copy all these pages
    gc.enable()


def _cut() -> tuple[int, Connection]:
    """Cut the typeface to its usual characters, in a process beside the one that imports."""
    ours, theirs = Pipe(duplex=False)
    process = os.fork()
    if process == 0:
        try:
            from dsw_analysis.intake.writing import pages  # noqa: PLC0415 - in this process first

            pages.font_faces("")
            theirs.send(pages.cuts)
        finally:
            os._exit(0)
    theirs.close()
    return process, ours


def _validate() -> None:
    """Have the validators of notebooks compiled, and those of matplotlib's settings know of inline figures."""
    import matplotlib as mpl  # noqa: PLC0415 - as all else, when it is time to
    import nbformat  # noqa: PLC0415

    for minor in (4, 5):  # those that Jupyter writes
        empty = nbformat.v4.new_notebook(nbformat_minor=minor)
        nbformat.validate(empty)
    nbformat.v4.new_output("stream", text="")
    mpl.RcParams(backend="module://matplotlib_inline.backend_inline")


def _render() -> None:
    """Have templates loaded."""
    import nbformat  # noqa: PLC0415

    from dsw_analysis.intake.writing import pages  # noqa: PLC0415
    from dsw_analysis.report import html as exporter  # noqa: PLC0415

    pages.environment().get_template("report.html.j2")
    exporter.render_cells(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# ก ●")]))


def _draw() -> None:
    """Have typefaces loaded and laid out once, and the patterns of Markdown compiled; no setting stays changed."""
    import matplotlib as mpl  # noqa: PLC0415
    import seaborn as sns  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415 - pyplot would decide on a backend

    from dsw_analysis.section import blocks, figures  # noqa: PLC0415

    with mpl.rc_context():
        figures.set_theme()
        figure = Figure()
        figure.add_subplot(title="ที่").bar(["ก", "ข"], [1, 2])
        figures.drawing(figure, {})
    sns.set_color_codes("reset")  # the theme gives the one-letter colours other values, beside all settings
    blocks.prose("## ก\n\n- [ก](#ก) **ข**\n\n1. ค", {})
