"""Forks processes from one warm process that has imported everything beforehand, started when first needed."""

from __future__ import annotations

import atexit
import contextlib
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import traceback
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NoReturn

FORKS = hasattr(os, "fork") and hasattr(socket, "send_fds")
"""Whether processes can be forked here; they cannot on Windows."""

_NUMBER = struct.Struct("q")
_UNKNOWN = 255


class Child:
    """A forked process, the connection to it, and how it ended.

    Parameters
    ----------
    connection:
        Duplex connection to the process, which ends with it.
    status:
        File descriptor on which the warm process writes the child's id and, when it has ended, its exit code.

    Raises
    ------
    EOFError
        If the warm process is gone.
    """

    def __init__(self, connection: Connection, status: int) -> None:
        self.connection = connection
        self._status = status
        self._code: int | None = None
        self.pid = self._read()

    def poll(self) -> int | None:
        """Exit code, negative for a signal; ``None`` while the process runs."""
        if self._code is None and select.select([self._status], [], [], 0)[0]:
            self.wait()
        return self._code

    def wait(self) -> int:
        """Wait for the process to end; returns its exit code."""
        if self._code is None:
            try:
                self._code = self._read()
            except EOFError:
                self._code = _UNKNOWN
            os.close(self._status)
        return self._code

    def signal(self, number: int) -> None:
        """Send a signal to the process if it still runs."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def _read(self) -> int:
        data = b""
        while len(data) < _NUMBER.size:
            part = os.read(self._status, _NUMBER.size - len(data))
            if not part:
                raise EOFError("the warm process has ended; what it printed says why")
            data += part
        return int(_NUMBER.unpack(data)[0])


class ForkedChild(Child):
    """A process forked from this one, which must be warm and without threads."""

    def __init__(self, entry: str) -> None:
        ours, theirs = socket.socketpair()
        self.pid = os.fork()
        if self.pid == 0:
            ours.close()
            _call(entry, Connection(theirs.detach()))
        theirs.close()
        self.connection = Connection(ours.detach())
        self._code = None

    def poll(self) -> int | None:
        """See :meth:`Child.poll`."""
        return self._code if self._code is not None else self._waited(os.WNOHANG)

    def wait(self) -> int:
        """See :meth:`Child.wait`."""
        code = self._code if self._code is not None else self._waited(0)
        return _UNKNOWN if code is None else code

    def _waited(self, options: int) -> int | None:
        pid, status = os.waitpid(self.pid, options)
        if pid:
            self._code = os.waitstatus_to_exitcode(status)
        return self._code


class Warm:
    """The warm process of this process: started once, asked for children from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owner = 0
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the warm process unless it is there; it imports while the caller goes on."""
        with self._lock:
            self._started()

    def stop(self) -> None:
        """End the warm process, and with it whatever it has forked; one that was taken over is only let go."""
        with self._lock:
            if self._control is not None and self._owner == os.getpid():
                self._control.close()
                if self._process is not None:
                    self._process.wait()
            self._control = self._process = None

    def take_over(self, control: socket.socket) -> None:
        """In a forked process: ask the warm process that it comes from, instead of starting another."""
        self._control, self._owner = control, os.getpid()

    @property
    def at_hand(self) -> bool:
        """Whether it has been started, or taken over, in this process."""
        return self._control is not None and self._owner == os.getpid()

    def fork(self, entry: str) -> Child:
        """Fork a child that calls a function with a connection to the caller.

        Parameters
        ----------
        entry:
            ``"module:function"``; the function takes one :class:`~multiprocessing.connection.Connection`.

        Raises
        ------
        OSError, EOFError
            If the warm process does not start.
        """
        try:
            return self._fork(entry)
        except (OSError, EOFError):  # it was killed, perhaps: start another, once
            self.stop()
            return self._fork(entry)

    def _fork(self, entry: str) -> Child:
        ours, theirs = socket.socketpair()
        status_r, status_w = os.pipe()
        try:
            with theirs, os.fdopen(status_w, "wb"), self._lock:
                socket.send_fds(self._started(), [b"f"], [theirs.fileno(), status_w])
            connection = Connection(os.dup(ours.fileno()))
            child = Child(connection, status_r)
        except BaseException:
            os.close(status_r)
            raise
        finally:
            ours.close()
        with contextlib.suppress(OSError):  # it died at once; its exit code tells
            connection.send((entry, str(Path.cwd()), dict(os.environ), sys.path))
        return child

    def _started(self) -> socket.socket:
        if self._control is None or self._owner != os.getpid():
            ours, theirs = socket.socketpair()
            code = (
                f"import sys; base = [place for place in sys.path if place]; sys.path[:] = {sys.path!r}\n"
                f"from dsw_analysis.run.warm import forking; forking.serve({theirs.fileno()}, base)"
            )
            # Not multiprocessing's forkserver: its children import the caller's main module again, and it
            # refuses to serve daemonic processes, which the workers of a Dask cluster are. Without -P, under which
            # IPython would not let notebooks import what lies beside them; nothing is imported before the path is set.
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-c", code], stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()]
                )
            self._control, self._owner = ours, os.getpid()
        return self._control


def fork(entry: str) -> Child:
    """Fork a child from the warm process, or from this one if that is a warm one; see :meth:`Warm.fork`."""
    if base_path is not None and not WARM.at_hand and threading.active_count() == 1:
        return ForkedChild(entry)
    return WARM.fork(entry)


WARM = Warm()
atexit.register(WARM.stop)

base_path: list[str] | None = None
"""In a forked process: the ``sys.path`` that a new interpreter has; elsewhere ``None``."""


def serve(control_fd: int, base: list[str]) -> None:
    """Be the warm process: import everything, then fork a child for each request, until the caller is gone."""
    global base_path  # noqa: PLW0603 - a process is warm as a whole
    from dsw_analysis.run.warm.preload import warm  # noqa: PLC0415 - the callers must not import all that

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the caller decides what Ctrl-C ends
    base_path = base
    warm()
    wake_r, wake_w = os.pipe()
    os.set_blocking(wake_r, False)
    os.set_blocking(wake_w, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake_w)
    running: dict[int, int] = {}  # process id -> where its exit code is awaited
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
            pid = os.fork()
            if pid == 0:
                for end in (control, inside):
                    end.close()
                for fd in (wake_r, wake_w, fds[1], *running.values()):
                    os.close(fd)
                WARM.take_over(childrens)
                _begin(fds[0])
            os.close(fds[0])
            running[pid] = fds[1]
            _tell(fds[1], pid)


def _end(running: dict[int, int]) -> None:
    """End children and, where they lead a group, what they have started."""
    for pid in running:
        try:
            os.killpg(pid, signal.SIGKILL)
        except ProcessLookupError:
            os.kill(pid, signal.SIGKILL)


def _reap(running: dict[int, int]) -> None:
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            break
        if pid in running:
            fd = running.pop(pid)
            _tell(fd, os.waitstatus_to_exitcode(status))
            os.close(fd)


def _tell(fd: int, number: int) -> None:
    with contextlib.suppress(BrokenPipeError):  # the caller no longer waits for it
        os.write(fd, _NUMBER.pack(number))


def _begin(fd: int) -> NoReturn:
    """Be a forked child."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    connection = Connection(fd)
    try:
        entry, folder, environment, path = connection.recv()
        os.chdir(folder)
    except (EOFError, OSError):
        traceback.print_exc()
        os._exit(1)
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None  # where temporary files go is found anew, from this environment
    sys.path[:] = path
    _call(entry, connection)


def _call(entry: str, connection: Connection) -> NoReturn:
    if "numpy.random" in sys.modules:  # Python's own generator notices a fork, numpy's old one does not
        sys.modules["numpy.random"].seed()
    code = 1
    try:
        module, _, name = entry.partition(":")
        __import__(module)
        getattr(sys.modules[module], name)(connection)
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
