"""Forks processes from one warm process that has imported everything beforehand, started when first needed."""

from __future__ import annotations

import atexit
import contextlib
import os
import select
import socket
import struct
import subprocess
import sys
import threading
from multiprocessing.connection import Connection
from pathlib import Path

FORKS = hasattr(os, "fork") and hasattr(socket, "send_fds")
"""Whether processes can be forked here; they cannot on Windows."""

NUMBER = struct.Struct("q")
"""How process ids and exit codes are written to pipes."""

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
        while len(data) < NUMBER.size:
            part = os.read(self._status, NUMBER.size - len(data))
            if not part:
                raise EOFError("the warm process has ended; what it printed says why")
            data += part
        return int(NUMBER.unpack(data)[0])


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
                f"from dsw_analysis.run.warm import server; server.serve({theirs.fileno()}, base)"
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


WARM = Warm()
atexit.register(WARM.stop)
