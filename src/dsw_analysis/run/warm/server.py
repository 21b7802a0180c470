"""The warm process: imports everything beforehand, then forks a child for each request until the caller is gone."""

from __future__ import annotations

import builtins
import contextlib
import gc
import importlib
import os
import select
import signal
import socket
import sys
import traceback
from collections.abc import Iterable
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pkgutil import resolve_name
from types import SimpleNamespace
from typing import NoReturn

import dsw_analysis
from dsw_analysis.run.warm import processes

_MODULES = (
    "numpy.random pandas pandas.core.methods.to_dict scipy.stats seaborn sqlite3 tornado.platform.asyncio "
    "pyarrow.csv pyarrow.dataset pyarrow.json pyarrow.pandas_compat pyarrow.parquet "
    "matplotlib.backends.backend_agg matplotlib.backends.backend_svg ipykernel.debugger "
    "IPython.core.completerlib IPython.core.debugger IPython.core.logger IPython.core.oinspect "
    "IPython.extensions.storemagic dsw_analysis.run.execution dsw_analysis.section.road_map "
    "dsw_analysis.run.warm.kernel"
).split()

_LEFT_OUT = ("debugpy", "rfc3987_syntax")
"""Optional modules that take longest: no debugger will be attached to a kernel of ours, and jsonschema's check of
international addresses, which compiles a grammar when it is imported, has no place in a notebook's schema."""

base_path: list[str] | None = None
"""In a forked process: the ``sys.path`` that a new interpreter has; elsewhere ``None``."""


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
        if name != "figures":  # asking for it changes how everything is drawn; its module is loaded below
            getattr(dsw_analysis, name)
    del builtins.get_ipython  # type: ignore[attr-defined]
    for module in _LEFT_OUT:
        del sys.modules[module]
    _do_once()
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


def _do_once() -> None:
    """Have compiled, loaded and laid out once what each notebook would; no setting stays changed."""
    import matplotlib as mpl  # noqa: PLC0415 - as all else, when it is time to
    import nbformat  # noqa: PLC0415
    import seaborn as sns  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415 - pyplot would decide on a backend

    from dsw_analysis.intake.writing import pages  # noqa: PLC0415
    from dsw_analysis.report import html as exporter  # noqa: PLC0415
    from dsw_analysis.section import blocks, figures  # noqa: PLC0415

    v4 = nbformat.v4
    for minor in (4, 5):  # those that Jupyter writes: their validators
        nbformat.validate(v4.new_notebook(nbformat_minor=minor))
    v4.new_output("stream", text="")
    mpl.RcParams(backend="module://matplotlib_inline.backend_inline")  # settings know of inline figures
    pages.environment().get_template("report.html.j2")
    exporter.render_cells(v4.new_notebook(cells=[v4.new_markdown_cell("# ก ●")]))
    with mpl.rc_context():
        figures.set_theme()
        figure = Figure()
        figure.add_subplot(title="ที่").bar(["ก", "ข"], [1, 2])
        figures.drawing(figure, {})
    sns.set_color_codes("reset")  # the theme gives the one-letter colours other values, beside all settings
    blocks.prose("## ก\n\n- [ก](#ก) **ข**\n\n1. ค", {})


def serve(control_fd: int, base: list[str]) -> None:
    """Be the warm process: import everything, then fork a child for each request, until the caller is gone."""
    global base_path  # noqa: PLW0603 - a process is warm as a whole
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the caller decides what Ctrl-C ends
    base_path = base
    warm()
    wake_r, wake_w = os.pipe()
    os.set_blocking(wake_r, False)
    os.set_blocking(wake_w, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake_w)
    running: dict[int, Connection] = {}  # process id -> where its exit code is awaited
    control = socket.socket(fileno=control_fd)
    inside, childrens = socket.socketpair()  # through which children ask for children
    while True:
        ready = select.select([control.fileno(), inside.fileno(), wake_r], [], [])[0]
        if wake_r in ready:
            os.read(wake_r, 4096)
            _reap(running)
        for asked in (control, inside):
            if asked.fileno() not in ready:
                continue
            _, fds, _, _ = socket.recv_fds(asked, 1, 2)
            if not fds:  # the caller is gone; the other end of inside is here
                _end(running)
                return
            connection, told = Connection(fds[0]), Connection(fds[1], readable=False)
            pid = os.fork()
            if pid == 0:
                os.close(wake_r)
                os.close(wake_w)
                for end in (control, inside):
                    end.close()
                for awaited in (told, *running.values()):
                    awaited.close()
                processes.WARM.take_over(childrens)
                _be_child(connection)
            connection.close()
            running[pid] = told
            _tell(told, pid)


def _end(running: Iterable[int]) -> None:
    """End children and, where they lead a group, what they have started."""
    for pid in running:
        try:
            os.killpg(pid, signal.SIGKILL)
        except ProcessLookupError:
            os.kill(pid, signal.SIGKILL)


def _reap(running: dict[int, Connection]) -> None:
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            break
        if pid in running:
            with running.pop(pid) as told:
                _tell(told, os.waitstatus_to_exitcode(status))


def _tell(told: Connection, number: int) -> None:
    with contextlib.suppress(BrokenPipeError):  # the caller no longer waits for it
        told.send(number)


def _be_child(connection: Connection) -> NoReturn:
    """Be a forked child, where the caller is."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        entry, place = connection.recv()
        processes.be_there(*place)
    except (EOFError, OSError):
        traceback.print_exc()
        os._exit(1)
    begin(entry, connection)


def begin(entry: str, connection: Connection) -> NoReturn:
    """In a forked process: call the function that is its entry, then end."""
    if "numpy.random" in sys.modules:  # Python's own generator notices a fork, numpy's old one does not
        sys.modules["numpy.random"].seed()
    code = 1
    try:
        resolve_name(entry)(connection)
        code = 0
    except SystemExit as exit_:
        code = exit_.code if isinstance(exit_.code, int) else 0 if exit_.code is None else 1
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)
