"""Runs a batch on a Dask cluster: calls go to warm worker machines as bytes, raw files once to each of them."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import functools
import pickle
import tempfile
import threading
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, Executor, Future
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from dsw_analysis.intake.writing.whole import digest
from dsw_analysis.run.manifest import versions
from dsw_analysis.run.stale import package_code
from dsw_analysis.run.steps import BatchError
from dsw_analysis.run.tasks import Task, write_files
from dsw_analysis.run.warm.processes import FORKS, WARM, Workers

if TYPE_CHECKING:
    import distributed

T = TypeVar("T")

_PLACE = threading.Lock()  # held by the one task of a worker that makes a project folder: it runs several, in threads
_WORKERS = Workers()  # warm processes of this machine if it is a worker


class ClusterError(BatchError):
    """The cluster cannot be used, and why."""


def connect(address: str, *, timeout: float = 10) -> ClusterExecutor:
    """Connect to a Dask cluster, and see that every worker has the same code and packages as this machine.

    Parameters
    ----------
    address:
        Of the scheduler, such as ``tcp://10.0.0.5:8786``, or ``tls://…`` with certificates from Dask's configuration.
    timeout:
        Seconds to wait for the scheduler, and then for the first worker.

    Raises
    ------
    ClusterError
        If Dask is not installed, nobody answers, there is no worker, or a machine of the cluster differs.
    """
    try:
        import distributed  # noqa: PLC0415 - an optional extra
    except ImportError:
        raise ClusterError(
            "a cluster needs Dask, which is not installed; run: pip install 'dsw-analysis[cluster]'"
        ) from None
    if address.startswith("tls:") and distributed.Security().get_connection_args("client")["ssl_context"] is None:
        raise ClusterError(
            f"{address} asks for certificates and Dask's configuration names none; set distributed.comm.tls, as "
            "docs/cluster.md says"
        )
    try:
        client = distributed.Client(address, timeout=timeout, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ClusterError(
            f"no Dask scheduler answers at {address} ({error}); check the address, and that dask scheduler runs there"
        ) from error
    with contextlib.ExitStack() as stack:
        stack.callback(client.close)
        try:
            client.wait_for_workers(1, timeout=timeout)
        except TimeoutError:
            raise ClusterError(
                f"the scheduler at {address} has no workers after {timeout:g} s; start some with: dask worker {address}"
            ) from None
        _check(client)
        client.amm.stop()  # it takes copies of raw files away from workers that have notebooks to come
        stack.pop_all()
    return ClusterExecutor(client, address)


def _check(client: distributed.Client) -> None:
    """Compare every machine of the cluster with this one; their warm processes start at that."""
    answers = {f"worker {name}": there for name, there in sorted(client.run(prepare, on_error="return").items())}
    try:
        answers["the scheduler"] = client.run_on_scheduler(prepare)
    except Exception as error:  # whatever it is, it is the answer
        answers["the scheduler"] = error
    for name, there in answers.items():
        if isinstance(there, BaseException):
            said = f"{name} cannot be used: {there}; install dsw-analysis there as it is here, and start it again"
            raise ClusterError(said) from there
        _compare(name, there, installed())


def _compare(name: str, there: Mapping[str, str], here: Mapping[str, str]) -> None:
    for part in here:
        if there.get(part) != here[part]:
            raise ClusterError(
                f"{name} has {part} {there.get(part, 'not installed')} where dsw runs with {here[part]}; "
                "install the same there, and start it again"
            )


@functools.cache
def installed() -> dict[str, str]:
    """What makes results equal: a hash of the package's code, and the versions of Python and the packages it uses.

    It is kept, since code that changes later is not what this process and the warm one have loaded.
    """
    return {**versions(), "dsw-analysis code": package_code()[:12]}


def prepare(dask_worker: object = None) -> dict[str, str]:
    """On a machine of the cluster: start the warm process if it is a worker, and say what is installed."""
    if FORKS and dask_worker is not None:
        WARM.start()
    return installed()


dask_setup = prepare
"""What ``dask worker … --preload dsw_analysis.run.cluster`` calls when the worker starts."""


class ClusterExecutor(Executor):
    """Executor that makes calls in warm processes on the workers of a cluster; made by :func:`connect`.

    Raw files that tasks carry become results of Dask's own, which it sends to a worker once, whatever that runs, and
    also to one that joins later or starts again.
    """

    def __init__(self, client: distributed.Client, address: str) -> None:
        self._client = client
        self._address = address
        self._running: set[Future[Any]] = set()
        # bytes keep their hash, so that looking up the same content again costs nothing.
        self._sent: dict[bytes, distributed.Future[bytes]] = {}

    @property
    def threads(self) -> int:
        """Notebooks that the workers can run at once, all together."""
        return sum(self._client.nthreads().values())

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:  # noqa: ANN401 - the function's
        """Schedule a call; function, arguments and result are pickled.

        The future raises what the function raises, :class:`~dsw_analysis.run.warm.processes.ProcessDied` if its
        process died, ``distributed.KilledWorker`` if several workers died over it, and
        :class:`ClusterError` if the scheduler is lost.
        """
        # What begins so is the same for many tasks.
        task = next((a for a in args if isinstance(a, Task) and any(n.startswith("data/") for n in a.files)), None)
        files: dict[str, distributed.Future[bytes]] = {}
        if task is not None:
            files = {name: self._file(content) for name, content in task.files.items()}
            args = tuple(replace(a, files={}) if a is task else a for a in args)
        # A key of its own: Dask would take two equal calls for one.
        key = f"{getattr(fn, '__name__', 'call')}-{uuid.uuid4().hex}"
        folder = digest("".join(f"{name}\n{file.key}\n" for name, file in sorted(files.items())).encode())
        call = pickle.dumps((fn, args, kwargs))
        made = self._client.submit(perform, call, installed(), files, folder, key=key)
        # Not Dask's own executor: from that a lost scheduler cannot be told from a call that was given up.
        running = asyncio.run_coroutine_threadsafe(self._result(made), self._client.loop.asyncio_loop)
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        return running

    def _file(self, content: bytes) -> distributed.Future[bytes]:
        """A file's content on the cluster: a task's result, since what is scattered is lost with its worker."""
        if content not in self._sent:
            import dask  # noqa: PLC0415 - an optional extra

            with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 PiB"}):
                self._sent[content] = self._client.submit(bytes, content, key=f"raw-{digest(content)}")
        return self._sent[content]

    async def _result(self, future: distributed.Future[Any]) -> Any:  # noqa: ANN401 - the function's own
        try:
            return await future
        except asyncio.CancelledError:
            await future.cancel()
            raise
        except CancelledError:  # Dask's own, which is another class
            raise ClusterError(
                f"the connection to the scheduler at {self._address} was lost; what was finished stays finished: "
                "run it again when the scheduler is there"
            ) from None

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Disconnect, after what runs has ended if ``wait``, else giving it up; the cluster stays."""
        if cancel_futures or not wait:
            for future in tuple(self._running):
                future.cancel()
        concurrent.futures.wait(tuple(self._running))
        self._client.close()


def perform(call: bytes, expected: Mapping[str, str], files: Mapping[str, bytes], folder: str) -> Any:  # noqa: ANN401
    """On a worker: make a pickled call in a warm process, in a project folder with the task's files if it has any.

    What must be installed is ``expected``: this worker may have come later. ``folder`` is the name of the project
    folder that holds just these files (path from it -> content).
    """
    import distributed  # noqa: PLC0415 - an optional extra

    worker = distributed.get_worker()
    _compare(f"worker {worker.address}", installed(), expected)
    root = Path(worker.local_directory) / "dsw-analysis" / folder
    if files:
        with _PLACE:
            make_project(root, files)
    return _WORKERS.call(unpacked, call, root if files else None)


def unpacked(call: bytes, root: Path | None) -> Any:  # noqa: ANN401 - the function's own
    """In the warm process: make the call, tasks in it in the project folder given."""
    fn, args, kwargs = pickle.loads(call)
    if root is not None:
        args = tuple(replace(a, root=root) if isinstance(a, Task) else a for a in args)
    return fn(*args, **kwargs)


def make_project(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make a project folder with files unless it is there; whole or not at all."""
    if folder.is_dir():
        return
    folder.parent.mkdir(exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=folder.parent))
    write_files(beside, files)
    beside.replace(folder)
