"""In a kernel: an audit hook that notes what a notebook reads inside its project, and what it tells the batch alone."""

from __future__ import annotations

import contextlib
import functools
import importlib
import json
import os
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from importlib.util import source_from_cache
from pathlib import Path
from types import FrameType
from typing import Any

from dsw_analysis.findings.ledger import LEDGER, TOLD
from dsw_analysis.intake.writing.whole import listing, sha256

ASKED = "DSW_WATCH"
"""Variable of the environment that asks a kernel to watch: where to write what it sees."""

CHANGED = "changed while the notebook ran"
"""In place of the hash of a file that was not the same before it was read and when the notebook had ended."""

_PACKAGE = str(Path(__file__).parents[2])
_RECALLING = str(Path(_PACKAGE, "section", "recalling.py"))
_ALONE = frozenset("polars duckdb lxml pyreadstat h5py tables netCDF4 pyogrio fiona rasterio".split())
_PROCESSES = frozenset({"multiprocessing.popen_spawn_posix", "multiprocessing.popen_spawn_win32"})
_PYARROW = {
    "pyarrow.parquet": ("ParquetFile.__init__", "ParquetDataset.__init__"),
    "pyarrow.csv": ("read_csv", "open_csv"),
    "pyarrow.json": ("read_json",),
    "pyarrow.dataset": ("dataset",),
}
"""Readers that open files unseen by Python, for pandas too, and are made to tell."""


@contextlib.contextmanager
def asked(report: Path) -> Iterator[None]:
    """Have the kernel that starts meanwhile write what it sees to a file."""
    os.environ[ASKED] = str(report)
    try:
        yield
    finally:
        os.environ.pop(ASKED, None)


def begin(_: object = None) -> None:
    """In a kernel, in the folder of the notebooks, before the first cell: watch if that is asked for."""
    report = os.environ.pop(ASKED, None)
    if report is None:
        return
    for module, readers in _PYARROW.items():
        for reader in readers:
            _announce(importlib.import_module(module), reader)
    sys.addaudithook(_Hook(report))


load_ipython_extension = begin
"""What a kernel of the stock engine calls, which loads this module as an extension."""


def _announce(place: Any, reader: str) -> None:  # noqa: ANN401 - module or class
    """Have a reader raise an audit event with the path or paths that it is given first."""
    owner, _, name = reader.rpartition(".")
    if owner:
        place = getattr(place, owner)
    read = getattr(place, name)

    @functools.wraps(read)
    def announced(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - the reader's
        given = [*args[1 if owner else 0 :], *kwargs.values()][:1]
        for path in given[0] if given and isinstance(given[0], list | tuple) else given:
            if isinstance(path, str | os.PathLike):
                sys.audit("dsw_analysis.read", path)
        return read(*args, **kwargs)

    setattr(place, name, announced)


class _Hook:
    """Writes a line for each thing seen: kind (``read``, ``made``, ``listed``, ``untold``), name, and its state."""

    def __init__(self, report: str) -> None:
        folder = os.path.realpath(os.getcwd())  # noqa: PTH109 - what is called with every file should be fast
        if os.path.basename(folder) == "prepare":  # noqa: PTH119 - a preparation notebook runs a folder below
            folder = os.path.dirname(folder)  # noqa: PTH120
        self._root, self._notebooks = os.path.join(os.path.dirname(folder), ""), os.path.join(folder, "")  # noqa: PTH118, PTH120
        self._report = report
        self._known: set[str] = set()
        self._inside = threading.local()
        self._seen: dict[str, Callable[..., None]] = {
            "open": self._open,
            "dsw_analysis.read": self._read,
            "sqlite3.connect": self._database,
            "os.rename": lambda _, to, *__: self._made(to),
            "ctypes.dlopen": lambda path: self._read(path, if_there=True),  # a path, or a name that the system finds
            "os.listdir": self._list,
            "os.scandir": self._list,
            "import": self._import,
            "subprocess.Popen": lambda program, arguments, *_: self._start(program or arguments),
            "os.spawn": lambda _, program, *__: self._start(program),
            "socket.connect": self._connect,
            TOLD: lambda text: self._write("told", text),
        }
        for event in ("os.system", "os.exec", "os.posix_spawn", "os.startfile"):
            self._seen[event] = lambda program, *_: self._start(program)

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        see = self._seen.get(event)
        if see is None or getattr(self._inside, "now", False):
            return
        self._inside.now = True
        try:
            see(*arguments)
        except Exception as error:  # a notebook must not fail of being watched
            with contextlib.suppress(OSError):
                self._write("untold", f"what it did at {event} ({type(error).__name__})")
        finally:
            self._inside.now = False

    def _write(self, *line: Any) -> None:  # noqa: ANN401 - JSON
        if (text := json.dumps(line) + "\n") not in self._known:
            self._known.add(text)
            # Opened each time: a notebook may close all descriptors, and its next file would have the number of ours.
            with open(self._report, "ab", 0) as report:  # noqa: PTH123
                report.write(text.encode())

    def _name(self, path: Any) -> tuple[str, str] | None:  # noqa: ANN401 - whatever can be opened
        """Path and name of what is inside the project and neither hidden nor of the package or Python."""
        if not isinstance(path, str | bytes | os.PathLike):
            return None
        path = os.path.abspath(os.fsdecode(path))  # noqa: PTH100
        if not path.startswith(self._root):
            path = os.path.realpath(path)
        if not path.startswith(self._root) or path.startswith((_PACKAGE + os.sep, sys.prefix + os.sep)):
            return None
        if path.endswith(".pyc"):
            with contextlib.suppress(ValueError):
                path = source_from_cache(path)
        beside = path.startswith(self._notebooks)
        name = path[len(self._notebooks if beside else self._root) :].replace(os.sep, "/")
        if "__pycache__" in name or any(part[:1] == "." for part in name.split("/")[:-1]):
            return None
        return path, f"./{name}" if beside else f"../{name}"

    def _open(self, path: Any, mode: str | None, flags: int) -> None:  # noqa: ANN401 - whatever can be opened
        found = self._name(path)
        if found is None:
            return
        if found[0].endswith(LEDGER) and _by_others(_RECALLING):  # whose part in the section the section hands over
            return
        there = status(found[0])
        if flags & (os.O_TRUNC | os.O_EXCL) or (flags & os.O_CREAT and there is None):
            self._write("made", found[1])
        elif not flags & os.O_WRONLY and not (mode is None and there is None):
            self._write("read", found[1], there)

    def _made(self, path: Any) -> None:  # noqa: ANN401 - whatever can be opened
        if (found := self._name(path)) is not None:
            self._write("made", found[1])

    def _read(self, path: Any, *, if_there: bool = False) -> None:  # noqa: ANN401 - whatever can be opened
        found = self._name(path)
        if found is None:
            return
        if os.path.isdir(found[0]):  # noqa: PTH112
            for folder, _, files in os.walk(found[0]):
                self._list(folder, asked=True)
                for file in files:
                    self._read(os.path.join(folder, file))  # noqa: PTH118
        elif (there := status(found[0])) or not if_there:
            self._write("read", found[1], there)

    def _database(self, path: Any) -> None:  # noqa: ANN401 - whatever can be opened
        if isinstance(path, str) and path.startswith("file:"):
            path = path[5:].partition("?")[0]
        if (found := self._name(path)) is not None:
            self._write(*(("read", found[1], there) if (there := status(found[0])) else ("made", found[1])))

    def _list(self, folder: Any, asked: bool = False) -> None:  # noqa: ANN401 - whatever can be opened
        found = self._name("." if folder is None else folder)
        if found is not None and (asked or not _by_others("importlib", _PACKAGE)):
            self._write("listed", found[1].rstrip("/") + "/", listing(found[0]))

    def _import(self, module: str, file: str | None, *_: Any) -> None:  # noqa: ANN401 - the event's
        if file is not None:  # compiled code, which is not opened in Python
            self._read(file)
        if module in _ALONE:
            self._write("untold", f"what {module} reads")
        elif module in _PROCESSES:
            self._write("untold", "what processes that it spawns read")

    def _start(self, program: Any) -> None:  # noqa: ANN401 - a path or a command or its parts
        first = program[0] if isinstance(program, list | tuple) and program else program
        words = os.fsdecode(first).split()
        if words and not _by_others(_PACKAGE):
            self._write("untold", f"what {Path(words[0]).name} reads")

    def _connect(self, _: object, address: Any) -> None:  # noqa: ANN401 - of any family
        if isinstance(address, tuple) and not _by_others(_PACKAGE):
            self._write("untold", f"what comes from {address[0]}")


def _by_others(*code: str) -> bool:
    """Whether what happens is the doing of such code, called from a cell."""
    here = _by_others.__code__.co_filename
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and "interactiveshell" not in (file := frame.f_code.co_filename):
        if file != here and any(part in file for part in code):
            return True
        frame = frame.f_back
    return False


def status(path: str) -> list[int] | None:
    """By what the system tells one state of a file from another; ``None`` if it is no file."""
    try:
        found = os.stat(path)  # noqa: PTH116
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]


def told(report: Path) -> bytes | None:
    """What a section that has ended told the batch alone, see :data:`TOLD`; its kernel wrote the ``report``."""
    lines = map(json.loads, report.read_text(encoding="utf-8").splitlines() if report.exists() else ())
    return next((text.encode() for kind, text, *_ in lines if kind == "told"), None)


def seen(report: Path, notebooks: Path) -> tuple[dict[str, str | None], tuple[str, ...]]:
    """What a notebook that has ended had read inside its project, and what else it did that was not watched.

    Its kernel wrote the ``report``; ``notebooks`` is the folder that it ran in.

    Returns
    -------
    tuple
        Name, from that folder -> hash of the content, of the names in it for a folder, ``None`` for a file that was
        looked for and not there, :data:`CHANGED`. Files that it had made itself are left out. Then a line for the
        terminal, if there is anything to say.
    """
    before: dict[str, list[int] | None] = {}
    folders: dict[str, str | None] = {}
    made: set[str] = set()
    untold: set[str] = set()
    lines = report.read_text(encoding="utf-8").splitlines() if report.exists() else []
    for kind, name, *rest in map(json.loads, lines):
        if kind == "told":
            continue
        if kind == "untold":
            untold.add(name)
        elif name.encode(errors="replace").decode() != name:
            untold.add(f"the file {name!a}, whose name cannot be written down")
        elif kind == "listed":
            folders.setdefault(name, rest[0])
        elif kind == "read" and name not in made:
            before.setdefault(name, rest[0])
        elif kind == "made":
            made.add(name)
    files = {}
    for name, there in before.items():
        if there is not None or name not in made:
            now = status(str(notebooks / name))
            files[name] = CHANGED if there != now else None if now is None else sha256(notebooks / name)
    note = f"not watched: {', '.join(sorted(untold))}; run it with --fresh when that changes"
    return dict(sorted({**files, **folders}.items())), (note,) if untold else ()
