"""Runs functions in fresh processes, each forked from one warm process that has imported everything beforehand."""

from __future__ import annotations

import contextlib
import multiprocessing
import pickle
import signal
import traceback
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import Any, TypeVar, cast

from dsw_analysis.warm.forking import FORKS, WARM, fork

__all__ = ["FORKS", "WARM", "ProcessDied", "WarmExecutor", "run_fresh"]

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


def answer(connection: Connection) -> None:
    """In a fresh process: receive a function and its arguments, send back what it returns or raises."""
    try:
        fn, args, kwargs = connection.recv()
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


def run_fresh(fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:  # noqa: ANN401 - the function's own
    """Call a function in a fresh process and return what it returns.

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
    if not FORKS:
        return _run_spawned(fn, args, kwargs)
    child = fork(f"{__name__}:answer")
    with child.connection as connection:
        try:
            connection.send((fn, args, kwargs))
            received = connection.recv_bytes()
        except (EOFError, OSError):
            raise ProcessDied(child.wait()) from None
        except BaseException:
            child.signal(signal.SIGKILL)
            raise
        finally:
            child.wait()
    return cast("T", _unpacked(received))


def _run_spawned(fn: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=answer, args=(theirs,))
    process.start()
    theirs.close()
    with ours:
        try:
            ours.send((fn, args, kwargs))
            received = ours.recv_bytes()
        except (EOFError, OSError):
            process.join()
            raise ProcessDied(process.exitcode or 0) from None
        finally:
            process.join()
    return cast("T", _unpacked(received))


def _unpacked(received: bytes) -> Any:  # noqa: ANN401 - whatever the function returned
    good, result = pickle.loads(received)
    if good:
        return result
    raise result


class WarmExecutor(Executor):
    """Executor that runs each call in a fresh process forked from the warm one, so that nothing leaks between calls.

    Parameters
    ----------
    jobs:
        Processes at once.
    """

    def __init__(self, jobs: int) -> None:
        if FORKS:
            WARM.start()
        self._threads = ThreadPoolExecutor(jobs, thread_name_prefix="warm")

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:  # noqa: ANN401 - fn's own
        """Schedule a call; see :func:`run_fresh` for what it takes and raises."""
        return self._threads.submit(run_fresh, fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls and wait for those that run; see :meth:`concurrent.futures.Executor.shutdown`."""
        self._threads.shutdown(wait, cancel_futures=cancel_futures)
