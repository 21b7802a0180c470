"""Runs functions in processes forked from one warm process that has imported everything beforehand."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar, cast

from dsw_analysis.run.warm.forking import FORKS, WARM, Child

__all__ = ["FORKS", "WARM", "ProcessDied", "WarmExecutor", "Workers", "run_fresh"]

T = TypeVar("T")


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


def serve(connection: Connection) -> None:
    """In a warm process: make one call after the other as they come, until there is nobody to ask for more."""
    while True:
        try:
            folder, environment, path, call = connection.recv()
        except (EOFError, ConnectionResetError):
            return
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        tempfile.tempdir = None  # where temporary files go is found anew, from this environment
        sys.path[:] = path
        _answer(connection, call)


def answer(connection: Connection) -> None:
    """In a spawned process: make the one call that comes."""
    _answer(connection, connection.recv())


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

        Parameters
        ----------
        fn:
            A function of an importable module, not of ``__main__``; it, its arguments and its result are pickled.

        Raises
        ------
        ProcessDied
            If the process ended before the function returned.
        Exception
            Whatever the function raises.
        """
        call = pickle.dumps((fn, args, kwargs))
        if not FORKS:
            return cast("T", _unpacked(_spawned(call)))
        child = self._worker()
        try:
            child.connection.send((str(Path.cwd()), dict(os.environ), sys.path, call))
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
        return cast("T", _unpacked(received))

    def _worker(self) -> Child:
        with contextlib.suppress(IndexError):  # none is idle
            while True:
                child = self._idle.pop()
                if child.poll() is None:
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


def _spawned(call: bytes) -> bytes:
    """Make a call in a new process, and return what it sends back."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=answer, args=(theirs,))
    process.start()
    theirs.close()
    with ours:
        try:
            ours.send(call)
            return ours.recv_bytes()
        except (EOFError, OSError):
            process.join()
            raise ProcessDied(process.exitcode or 0) from None
        finally:
            process.join()


def _unpacked(received: bytes) -> Any:  # noqa: ANN401 - whatever the function returned
    good, result = pickle.loads(received)
    if good:
        return result
    raise result


class WarmExecutor(Executor):
    """Executor that makes calls in warm processes; see :class:`Workers`.

    Parameters
    ----------
    jobs:
        Processes at once.
    """

    def __init__(self, jobs: int) -> None:
        if FORKS:
            WARM.start()
        self._workers = Workers()
        self._threads = ThreadPoolExecutor(jobs, thread_name_prefix="warm")

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:  # noqa: ANN401 - fn's own
        """Schedule a call; see :meth:`Workers.call` for what it takes and raises."""
        return self._threads.submit(self._workers.call, fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls and wait for those that run; see :meth:`concurrent.futures.Executor.shutdown`."""
        self._threads.shutdown(wait, cancel_futures=cancel_futures)
        self._workers.close()
