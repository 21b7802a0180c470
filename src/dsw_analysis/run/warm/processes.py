"""Runs functions in processes forked from one warm process that has imported everything beforehand."""

from __future__ import annotations

import atexit
import contextlib
import multiprocessing
import os
import pickle
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar, cast

T = TypeVar("T")

FORKS = hasattr(os, "fork") and hasattr(socket, "send_fds")
"""Whether processes can be forked here; they cannot on Windows."""


class Child:
    """A forked process, the duplex connection to it, which ends with it, and how it ended.

    On the connection ``status`` the warm process sends the child's id and, when it has ended, its exit code;
    :class:`EOFError` if the warm process is gone.
    """

    def __init__(self, connection: Connection, status: Connection) -> None:
        self.connection = connection
        self._status = status
        self._code: int | None = None
        try:
            self.pid: int = status.recv()
        except EOFError:
            raise EOFError("the warm process has ended; what it printed says why") from None

    def poll(self) -> int | None:
        """Exit code, negative for a signal; ``None`` while the process runs."""
        return self.wait() if self._code is not None or self._status.poll() else None

    def wait(self) -> int:
        """Wait for the process to end; returns its exit code."""
        if self._code is None:
            with self._status:
                try:
                    self._code = int(self._status.recv())
                except EOFError:
                    self._code = 255
        return self._code

    def signal(self, number: int) -> None:
        """Send a signal to the process if it still runs."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)


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

    def fork(self, entry: str) -> Child:
        """Fork a child that calls a function, ``"module:name"``, with a connection to the caller.

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
        connection, theirs = multiprocessing.Pipe()
        status, told = multiprocessing.Pipe(duplex=False)
        with theirs, told, self._lock:
            socket.send_fds(self._started(), [b"f"], [theirs.fileno(), told.fileno()])
        child = Child(connection, status)
        with contextlib.suppress(OSError):  # it died at once; its exit code tells
            connection.send((entry, here()))
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


class ProcessDied(RuntimeError):  # noqa: N818 - it says what happened
    """A process ended before it returned; ``code`` is its exit code, negative for a signal."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code

    def __str__(self) -> str:
        if self.code >= 0:
            return f"the process ended with exit code {self.code} before it returned"
        name = signal.Signals(-self.code).name
        why = " (as happens when memory runs out)" if name == "SIGKILL" else ""
        return f"the process was killed by {name}{why} before it returned"


def here() -> tuple[str, dict[str, str], list[str]]:
    """Folder, environment and ``sys.path`` of this process, for :func:`be_there` in another."""
    return str(Path.cwd()), dict(os.environ), sys.path


def be_there(folder: str, environment: Mapping[str, str], path: Sequence[str]) -> None:
    """Have the folder, environment and ``sys.path`` of the caller."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None  # where temporary files go is found anew, from this environment
    sys.path[:] = path


def serve(connection: Connection) -> None:
    """In a process of its own: make one call after the other as they come, until there is nobody to ask for more."""
    while True:
        try:
            place, call = connection.recv()
        except (EOFError, ConnectionResetError):
            return
        be_there(*place)
        _answer(connection, call)


def _answer(connection: Connection, call: bytes) -> None:
    """Make a call, and send back what it returns or raises."""
    try:
        fn, args, kwargs = pickle.loads(call)
        result = pickle.dumps((True, fn(*args, **kwargs)), protocol=pickle.HIGHEST_PROTOCOL)
    except Exception as raised:
        raised.add_note(f"\nin the process that ran it:\n{traceback.format_exc()}")
        try:
            result = pickle.dumps((False, raised))
            pickle.loads(result)
        except Exception:  # not every exception survives the way
            result = pickle.dumps((False, RuntimeError(f"{type(raised).__name__}: {raised}")))
    with contextlib.suppress(BrokenPipeError):  # the caller is gone, or no longer interested
        connection.send_bytes(result)


class Workers:
    """Warm processes, as many as there are calls at once, each of which serves one call after another.

    Forked anew, a process copies every page of memory that it touches; for a notebook's host that is half of its work.
    What notebooks run is not in these processes: their kernels are forked for each.
    """

    def __init__(self) -> None:
        self._idle: list[Child] = []

    def call(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:  # noqa: ANN401 - the function's own
        """Call a function in one of the processes, where and with what environment the caller is.

        The function is of an importable module, not of ``__main__``; it, its arguments and its result are pickled.

        Raises
        ------
        ProcessDied
            If the process ended before the function returned.
        Exception
            Whatever the function raises.
        """
        request = here(), pickle.dumps((fn, args, kwargs))
        good, result = pickle.loads(self._answered(request) if FORKS else _spawned(request))
        if not good:
            raise result
        return cast("T", result)

    def _answered(self, request: object) -> bytes:
        """Have an idle process, or a new one, make a call, and return what it sends back."""
        child = self._worker()
        try:
            child.connection.send(request)
            received = child.connection.recv_bytes()
        except (EOFError, OSError):
            child.connection.close()
            raise ProcessDied(child.wait()) from None
        except BaseException:
            child.signal(signal.SIGKILL)
            child.connection.close()
            child.wait()
            raise
        self._idle.append(child)
        return received

    def _worker(self) -> Child:
        with contextlib.suppress(IndexError):  # none is idle
            while True:
                child = self._idle.pop()
                # One that is idle sends nothing: what is there to be read is its end, whose exit code is on its way.
                if child.poll() is None and not child.connection.poll():
                    return child
                child.connection.close()
        return WARM.fork(f"{__name__}:serve")

    def close(self) -> None:
        """End the processes that are idle."""
        while self._idle:
            child = self._idle.pop()
            child.connection.close()
            child.wait()


def run_fresh(fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:  # noqa: ANN401 - the function's own
    """Call a function in a process forked for it alone and return what it returns; see :meth:`Workers.call`."""
    with contextlib.closing(Workers()) as workers:
        return workers.call(fn, *args, **kwargs)


def _spawned(request: object) -> bytes:
    """Make a call in a new process, and return what it sends back."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs,))
    process.start()
    theirs.close()
    try:
        with ours:
            ours.send(request)
            return ours.recv_bytes()
    except (EOFError, OSError):
        process.join()
        raise ProcessDied(process.exitcode or 0) from None
    finally:
        process.join()


class WarmExecutor(ThreadPoolExecutor):
    """Executor that makes calls in warm processes, as many at once as it has jobs; see :class:`Workers`."""

    def __init__(self, jobs: int) -> None:
        if FORKS:
            WARM.start()
        self._workers = Workers()
        super().__init__(jobs, thread_name_prefix="warm")

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:  # noqa: ANN401 - fn's own
        """Schedule a call; see :meth:`Workers.call` for what it takes and raises."""
        return super().submit(self._workers.call, fn, *args, **kwargs)

    def stop(self) -> None:
        """Take no more calls, and end those that run and all that they have started."""
        self.shutdown(wait=False, cancel_futures=True)
        WARM.stop()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls and wait for those that run; see :meth:`concurrent.futures.Executor.shutdown`."""
        super().shutdown(wait, cancel_futures=cancel_futures)
        self._workers.close()
