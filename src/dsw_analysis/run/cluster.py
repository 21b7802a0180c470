"""Runs a batch on a Dask cluster: calls go to warm worker machines as bytes, raw files once to each of them."""

from __future__ import annotations

import asyncio
import concurrent.futures
import functools
import pickle
import shutil
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Executor, Future
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from dsw_analysis.intake.writing.whole import digest, write_whole
from dsw_analysis.run.manifest import Inputs, versions
from dsw_analysis.run.steps import BatchError
from dsw_analysis.run.tasks import Task
from dsw_analysis.run.warm.processes import FORKS, WARM, Workers

if TYPE_CHECKING:
    import distributed

T = TypeVar("T")

_PLACE = threading.Lock()
"""Held by the one task of a worker that puts files in its folder: a worker runs several, in threads."""

_WORKERS = Workers()
"""Warm processes of this machine if it is a worker."""

RAW = "data/"
"""Where the files of a task begin that are the same for many tasks."""


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
    try:
        _wait_for_workers(client, address, timeout)
        _check(client)
    except BaseException:
        client.close()
        raise
    return ClusterExecutor(client, address)


def _wait_for_workers(client: distributed.Client, address: str, timeout: float) -> None:
    try:
        client.wait_for_workers(1, timeout=timeout)
    except TimeoutError:
        raise ClusterError(
            f"the scheduler at {address} has no workers after {timeout:g} s; start some with: dask worker {address}"
        ) from None


def _check(client: distributed.Client) -> None:
    """Compare every machine of the cluster with this one; their warm processes start at that."""
    # The first question needs nothing of ours on the other side.
    for name, there in _asked(client, metadata.version, "dsw-analysis"):
        if isinstance(there, metadata.PackageNotFoundError):
            raise ClusterError(f"{name} has no dsw-analysis; install it there as it is here, and start it again")
    here = installed()
    for name, there in _asked(client, prepare):
        if isinstance(there, BaseException):
            raise ClusterError(f"{name} cannot be used: {there}") from there
        _compare(name, there, here)


def _asked(client: distributed.Client, fn: Callable[..., Any], *args: str) -> Iterator[tuple[str, Any]]:
    """Answers of the workers and the scheduler, or exceptions."""
    for worker, answer in sorted(client.run(fn, *args, on_error="return").items()):
        yield f"worker {worker}", answer
    try:
        yield "the scheduler", client.run_on_scheduler(fn, *args)
    except Exception as error:  # whatever it is, it is the answer
        yield "the scheduler", error


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
    code = str(Inputs(Path(), Path()).common["package"])
    return {**versions(), "dsw-analysis code": code[:12]}


def prepare(dask_worker: object = None) -> dict[str, str]:
    """On a machine of the cluster: start the warm process if it is a worker, and say what is installed."""
    if FORKS and dask_worker is not None:
        WARM.start()
    return installed()


def dask_setup(worker: object) -> None:
    """Start the warm process with the worker: ``dask worker … --preload dsw_analysis.run.cluster``."""
    prepare(worker)


@dataclass(frozen=True, kw_only=True)
class Lacking:
    """Answer of a worker that has not got all files of a task: its address and the hashes of the files."""

    worker: str
    hashes: tuple[str, ...]


class ClusterExecutor(Executor):
    """Executor that makes calls in warm processes on the workers of a cluster; made by :func:`connect`.

    A worker that lacks raw files of a task says so and gets them, then the task is sent again. So they go to a worker
    once, whatever it runs, also to one that joins later or starts again.
    """

    def __init__(self, client: distributed.Client, address: str) -> None:
        self._client = client
        self._address = address
        self._running: set[Future[Any]] = set()
        # bytes keep their hash, so that looking up the same content again costs nothing.
        self._hashes: dict[bytes, str] = {}
        self._contents: dict[str, bytes] = {}
        self._sent: dict[str, distributed.Future[bytes]] = {}
        self._supplies: dict[Lacking, asyncio.Future[None]] = {}

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
        task = next((a for a in args if isinstance(a, Task) and any(n.startswith(RAW) for n in a.files)), None)
        files: dict[str, str] = {}
        if task is not None:
            files = {name: self._hash(content) for name, content in task.files.items()}
            args = tuple(replace(a, files={}) if a is task else a for a in args)
        call = pickle.dumps((fn, args, kwargs))
        name = getattr(fn, "__name__", "call")
        running = asyncio.run_coroutine_threadsafe(self._run(name, call, files), self._client.loop.asyncio_loop)
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        return running

    def _hash(self, content: bytes) -> str:
        if content not in self._hashes:
            self._hashes[content] = digest(content)
            self._contents[self._hashes[content]] = content
        return self._hashes[content]

    async def _run(self, name: str, call: bytes, files: Mapping[str, str]) -> Any:  # noqa: ANN401 - the function's own
        while True:
            # A key of its own: Dask would take two equal calls for one.
            key = f"{name}-{uuid.uuid4().hex}"
            answer = await self._result(self._client.submit(perform, call, installed(), dict(files), key=key))
            if not isinstance(answer, Lacking):
                return answer
            if answer not in self._supplies:
                self._supplies[answer] = asyncio.ensure_future(self._supply(answer))
            await asyncio.shield(self._supplies[answer])  # others may wait for it too

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

    async def _supply(self, lacking: Lacking) -> None:
        """Have a worker store files that it lacks, all that ask for it meanwhile waiting."""
        import dask  # noqa: PLC0415 - an optional extra

        # Sent once, from then on fetched by one worker from another. They are results of tasks, not scattered: what is
        # scattered is lost with the worker that holds it. Dask would warn of tasks as large as that.
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 PiB"}):
            for name in {*lacking.hashes} - {*self._sent}:
                self._sent[name] = self._client.submit(bytes, self._contents[name], key=f"raw-{name}")
        contents = [self._sent[name] for name in lacking.hashes]
        try:
            key = f"store-{uuid.uuid4().hex}"
            # Another worker may take it if that one is gone: the next answer tells.
            options = {"key": key, "workers": [lacking.worker], "allow_other_workers": True}
            await self._result(self._client.submit(store, lacking.hashes, *contents, **options))
        finally:
            del self._supplies[lacking]

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Disconnect, after what runs has ended if ``wait``, else giving it up; the cluster stays."""
        if cancel_futures or not wait:
            for future in tuple(self._running):
                future.cancel()
        concurrent.futures.wait(tuple(self._running))
        self._client.close()


def perform(call: bytes, expected: Mapping[str, str], files: Mapping[str, str]) -> Any:  # noqa: ANN401 - the function's
    """On a worker: make a call in a warm process, in a project folder with the task's files if it has any.

    Parameters
    ----------
    call:
        Pickled function, arguments and keyword arguments.
    expected:
        What must be installed: this worker may have come later.
    files:
        Path from the project folder -> hash of the content.

    Returns
    -------
    object
        What the function returned, or :class:`Lacking`.
    """
    worker, place = _here()
    _compare(f"worker {worker}", installed(), expected)
    if not files:
        return _WORKERS.call(unpacked, call, None)
    with _PLACE:
        missing = {name for name in files.values() if not (place / "files" / name).exists()}
        if missing:
            return Lacking(worker=worker, hashes=tuple(sorted(missing)))
        folder = project_folder(place, files)
    return _WORKERS.call(unpacked, call, folder)


def store(hashes: Sequence[str], *contents: bytes) -> None:
    """On a worker: keep files for the tasks to come."""
    _, place = _here()
    with _PLACE:
        for name, content in zip(hashes, contents, strict=True):
            write_whole(place / "files" / name, content)


def _here() -> tuple[str, Path]:
    """Address of this worker, and a folder that ends with it."""
    import distributed  # noqa: PLC0415 - an optional extra

    worker = distributed.get_worker()
    return worker.address, Path(worker.local_directory) / "dsw-analysis"


def unpacked(call: bytes, root: Path | None) -> Any:  # noqa: ANN401 - the function's own
    """In the warm process: make the call, tasks in it in the project folder given."""
    fn, args, kwargs = pickle.loads(call)
    if root is not None:
        args = tuple(replace(a, root=root) if isinstance(a, Task) else a for a in args)
    return fn(*args, **kwargs)


def project_folder(place: Path, files: Mapping[str, str]) -> Path:
    """The project folder on this worker that holds just these files; made the first time, whole or not at all."""
    listing = "".join(f"{name}\n{content}\n" for name, content in sorted(files.items()))
    folder = place / "projects" / digest(listing.encode())
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=folder.parent))
    (beside / "notebooks").mkdir()
    for name, content in files.items():
        path = beside / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(place / "files" / content, path)
    beside.replace(folder)
    return folder
