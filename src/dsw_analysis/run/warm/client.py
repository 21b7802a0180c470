"""The host's side of a notebook run: papermill's own state machine, fed from a warm kernel's pipe."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from queue import Empty
from typing import Any

import zmq
from jupyter_client.client import KernelClient
from jupyter_client.session import Session
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, NBClientEngine
from papermill.exceptions import PapermillException
from papermill.execute import prepare_notebook_metadata, raise_for_execution_errors, remove_error_markers
from papermill.inspection import _infer_parameters
from papermill.iorw import load_notebook_node
from papermill.log import logger
from papermill.parameterize import parameterize_notebook
from papermill.utils import chdir, merge_kwargs, remove_args
from traitlets.config import Config

from dsw_analysis.run.warm import KEY, processes, watching


class Channel:
    """Messages of one channel, as nbclient awaits them."""

    def __init__(self, link: Link) -> None:
        self._messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.put = self._messages.put_nowait
        self.send, self._listen = link.send, link.listen

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        """Next message; :class:`queue.Empty` if none comes within the seconds given."""
        self._listen()
        try:
            return await asyncio.wait_for(self._messages.get(), timeout)
        except TimeoutError:
            raise Empty from None


class Link(KernelClient):
    """Kernel client, and manager, of a kernel behind a pipe."""

    has_kernel = True
    allow_stdin = False
    shell_channel: Any = None  # requests and replies; jupyter_client's property would make channels of sockets
    iopub_channel: Any = None  # what cells show

    def __init__(self, child: processes.Child) -> None:
        super().__init__(session=Session(key=KEY))
        self.child = child
        self.shell_channel, self.iopub_channel = Channel(self), Channel(self)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._busy = False

    def send(self, message: dict[str, Any]) -> None:
        """Send a message to the kernel, if it is there."""
        with contextlib.suppress(OSError):
            self.child.connection.send(self.session.serialize(message))

    def listen(self) -> None:
        """Pass messages on to the channels while the running event loop runs."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._loop.add_reader(self.child.connection.fileno(), self._receive)

    def _receive(self) -> None:
        try:
            channel, frames = self.child.connection.recv()
        except (EOFError, OSError):  # nbclient finds out when it asks whether the kernel is alive
            self.stop_channels()
            return
        _, frames = self.session.feed_identities(frames)
        message = self.session.deserialize(frames)
        if message["msg_type"] == "status":
            self._busy = message["content"]["execution_state"] == "busy"
        (self.shell_channel if channel == "shell" else self.iopub_channel).put(message)

    async def is_alive(self) -> bool:
        """Whether the kernel runs."""
        return self.child.poll() is None

    async def interrupt_kernel(self) -> None:
        """Interrupt the cell that runs."""
        self.child.signal(signal.SIGINT)

    async def shutdown_kernel(self, now: bool = False) -> None:
        """Let the kernel say goodbye, for as long as jupyter_client does; a cell that still runs is interrupted."""
        with contextlib.suppress(OSError):
            self.child.connection.send(None)
        began = time.monotonic()
        interrupted, pause = False, 0.001
        while self.child.poll() is None and time.monotonic() < began + (0 if now else 5):
            if self._busy and not interrupted and time.monotonic() > began + 0.1:
                self.child.signal(signal.SIGINT)
                interrupted = True
            await asyncio.sleep(pause)  # meanwhile nbclient reads what the cell has to say about that
            pause = min(2 * pause, 0.1)

    async def cleanup_resources(self) -> None:
        """End the kernel if it is still there, and all that it has started."""
        self.close()

    def stop_channels(self) -> None:
        """Read no more."""
        if self._loop is not None and not self.child.connection.closed:
            self._loop.remove_reader(self.child.connection.fileno())

    def close(self) -> None:
        """End the kernel if it is still there, and all that it has started; may be called again."""
        if self.child.connection.closed:
            return
        self.stop_channels()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.child.pid, signal.SIGKILL)
        self.child.signal(signal.SIGKILL)  # it may not lead its group yet
        self.child.wait()
        self.child.connection.close()


class WarmEngine(Engine):  # type: ignore[misc]  # papermill has no types
    """papermill's engine for Python notebooks, each in a process of its own that is forked warm."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **kwargs: Any) -> Any:  # noqa: ANN401
        """Run the cells; kernels of other languages or environments are left to papermill's own engine."""
        ours = kernel_name in ("python3", "", None)
        if not processes.FORKS or not ours:
            watched = ours and watching.ASKED in os.environ
            return NBClientEngine.execute_managed_notebook(nb_man, kernel_name, **_stock(kwargs, watched=watched))
        renamed = ["input_path", "timeout", "startup_timeout", "execution_timeout", "start_timeout"]
        options = merge_kwargs(
            remove_args(renamed, **kwargs),
            timeout=kwargs.get("execution_timeout") or kwargs.get("timeout"),
            startup_timeout=kwargs.get("start_timeout", 60),
            kernel_name=kernel_name,
            log=logger,
        )
        child = processes.WARM.fork("dsw_analysis.run.warm.kernel:serve")
        link = Link(child)
        try:
            child.connection.send(list(kwargs.get("extra_arguments", ())))
            client = PapermillNotebookClient(nb_man, km=link, **options)
            client.kc = link
            client.execute(cleanup_kc=True)
        finally:
            link.close()
        return nb_man.nb


def _stock(options: Mapping[str, Any], *, watched: bool) -> dict[str, Any]:
    """Options for papermill's own engine under which the kernel watches what the notebook reads, if that is asked for.

    Nobody else can listen to the kernel, and none need be told so.
    """
    config = Config(options.get("config") or {})
    if zmq.has("curve"):
        config.KernelManager.transport_encryption = "auto"
    extension = [f"--IPKernelApp.extra_extensions={watching.__name__}"] if watched else []
    return {**options, "config": config, "extra_arguments": [*options.get("extra_arguments", ()), *extension]}


def run_notebook(path: Path, parameters: Mapping[str, Any], *, cwd: Path, report: Path) -> tuple[Any, Exception | None]:
    """Do what :func:`papermill.execute_notebook` does with engine ``dsw``, but write nothing.

    papermill writes the executed notebook at least once, which takes long where a section hands over many findings,
    and returns it only if all went well. This process is in the folder ``cwd`` meanwhile; what the kernel sees the
    notebook read goes to the file ``report``, see :func:`dsw_analysis.run.warm.watching.seen`.

    Returns
    -------
    tuple
        The executed notebook (a dict of :mod:`nbformat`), as far as it came, and what stopped it, as papermill
        and its stock engine raise it; ``None`` if nothing did.

    Raises
    ------
    PapermillException, OSError, nbformat.reader.NotJSONError
        If the notebook has no such parameter, or cannot be read.
    """
    nb = load_notebook_node(str(path))
    unknown = set(parameters) - {known.name for known in _infer_parameters(nb, name="python3")}
    if unknown:
        raise PapermillException(f"the notebook has no parameter {', '.join(sorted(unknown))}")
    if parameters:
        nb = parameterize_notebook(nb, dict(parameters), kernel_name="python3", engine_name="dsw")
    nb = remove_error_markers(prepare_notebook_metadata(nb, str(path), None))
    try:
        with chdir(str(cwd)), watching.asked(report):
            WarmEngine.execute_notebook(nb, "python3", progress_bar=False)
        raise_for_execution_errors(nb, None)
    except Exception as error:
        return nb, error
    return nb, None
