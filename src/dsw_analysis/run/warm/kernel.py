"""The kernel of a forked process: ipykernel's own, talking through one pipe instead of five sockets and threads."""

# ipykernel is typed in part.
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import asyncio
import atexit
import codecs
import contextlib
import logging
import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ipykernel
import matplotlib
import zmq
from ipykernel import ipkernel
from ipykernel.iostream import BackgroundSocket, IOPubThread, OutStream
from ipykernel.kernelapp import IPKernelApp
from jupyter_client.session import Session
from tornado.ioloop import IOLoop
from traitlets import Any as AnyTrait
from traitlets.config import Config

from dsw_analysis.run.warm import KEY, processes, server, watching


class Channel:
    """What ipykernel takes for a socket: one channel of the pipe (``shell`` or ``iopub``), for any thread."""

    _one_at_a_time = threading.RLock()

    def __init__(self, pipe: Connection, name: str) -> None:
        self._pipe = pipe
        self._name = name

    def send_multipart(self, frames: Sequence[Any], *_: Any, **__: Any) -> None:  # noqa: ANN401 - zmq's options
        """Send the frames of a message at once."""
        with self._one_at_a_time:
            self._pipe.send((self._name, [bytes(f) for f in frames]))

    def flush(self, *_: Any) -> None:  # noqa: ANN401 - zmq's options
        """Nothing waits."""


class Publisher(IOPubThread):
    """What ipykernel takes for the thread that publishes: whoever has a message sends it."""

    def __init__(self, channel: Channel) -> None:  # super().__init__ would open sockets and prepare a thread
        self.socket = channel
        self.background_socket = BackgroundSocket(self)
        self.thread = threading.Thread()  # never started, so ipykernel calls what it would schedule
        self.io_loop = SimpleNamespace(call_later=_call_later)  # type: ignore[assignment]

    def schedule(self, f: Callable[[], None]) -> None:
        """Call a function."""
        f()

    def send_multipart(self, frames: Sequence[Any], *_: Any, **__: Any) -> None:  # noqa: ANN401 - zmq's options
        """Send the frames of a message."""
        self.socket.send_multipart(frames)


def _call_later(seconds: float, function: Callable[[], None]) -> None:
    timer = threading.Timer(seconds, function)
    timer.daemon = True
    timer.start()


class Stream(OutStream):
    """stdout or stderr of the notebook, with what subprocesses and C code write to the file descriptor."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - ipykernel's
        self._order = threading.RLock()
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        super().__init__(*args, **kwargs)

    def write(self, string: str) -> int:
        """Write text; a process that the notebook forked hands it to the notebook's through the descriptor."""
        if self._should_watch and not self._is_master_process():
            os.write(self._original_stdstream_fd, string.encode("utf-8", "replace"))
            return len(string)
        return super().write(string) or 0

    def flush(self) -> None:
        """Send what was written, to the descriptor too: a cell ends when its output is complete."""
        if self._is_master_process():
            self._drain()
            super().flush()

    def _flush(self) -> None:
        with self._order:  # a timer's text must not be overtaken by later text
            super()._flush()

    def _watch_pipe_fd(self) -> None:
        while self._readable(None):
            self._drain()

    def _drain(self) -> None:
        with self._order:
            while self._fid is not None and self._readable(0):
                data = os.read(self._fid, 1 << 16)
                self.write(self._decode(data, final=not data))
                if not data:  # the notebook has closed the descriptor
                    self._fid = None

    def _readable(self, timeout: float | None) -> bool:
        return self._fid is not None and bool(select.select([self._fid], [], [], timeout)[0])


class Kernel(ipkernel.IPythonKernel):
    """ipykernel's IPython kernel without sockets."""

    shell_stream = AnyTrait()
    _supports_kernel_subshells = False
    _execute_sleep = 0.0  # ipykernel pauses after every cell, for its publishing thread; here is none

    def _abort_queues(self, subshell_id: str | None = None) -> None:
        """The other end asks for one cell at a time: nothing is queued that an error should abort."""


class KernelApp(IPKernelApp):
    """ipykernel's application, which reads the user's configuration and prepares the shell, without sockets."""

    pipe = AnyTrait()

    def _nothing(self, **_: Any) -> None:  # noqa: ANN401 - ipykernel's
        """There are no sockets to open, to watch or to write about."""

    init_connection_file = init_poller = init_heartbeat = _nothing
    write_connection_file = log_connection_info = _nothing

    def parse_command_line(self, argv: list[str] | None = None) -> None:
        """Read arguments if there are any: to learn which there might be takes long."""
        if argv:
            super().parse_command_line(argv)

    def init_gui_pylab(self) -> None:
        """Have figures shown inline: matplotlib, imported already, has not seen the environment that says so."""
        super().init_gui_pylab()
        matplotlib.rcParams["backend"] = os.environ["MPLBACKEND"]

    def init_sockets(self) -> None:
        """Make what stands for the sockets."""
        self.configure_tornado_logger()
        self.session = Session(parent=self, key=KEY)
        self.iopub_thread = Publisher(Channel(self.pipe, "iopub"))
        self.iopub_socket = self.iopub_thread.background_socket
        self.outstream_class = f"{__name__}.Stream"

    def init_kernel(self) -> None:
        """Make the kernel."""
        # It would look at every module that is loaded, for a debugger; to touch those is to copy their memory.
        vars(ipkernel)["sys"] = SimpleNamespace(modules={})
        self.kernel = Kernel.instance(
            parent=self,
            session=self.session,
            shell_stream=Channel(self.pipe, "shell"),
            shell_channel_thread=SimpleNamespace(parent_thread=threading.main_thread()),
            iopub_thread=self.iopub_thread,
            iopub_socket=self.iopub_socket,
            log=self.log,
            profile_dir=self.profile_dir,
            user_ns=self.user_ns,
        )
        vars(ipkernel)["sys"] = sys
        self.displayhook.get_execution_count = lambda: self.kernel.execution_count


def serve(connection: Connection) -> None:
    """Be a kernel: answer the requests that come through the connection until it asks to end or is closed."""
    arguments = connection.recv()
    _be_new()
    app = KernelApp.instance(pipe=connection)
    app.update_config(Config(HistoryManager={"hist_file": ":memory:"}))
    app.initialize(arguments)
    watching.begin()
    asyncio.run(_answer(app.kernel, connection))
    # As at the end of an interpreter, which this child does not reach.
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()


def _be_new() -> None:
    """Undo what this process inherited and a new interpreter would not have."""
    os.setsid()  # signals to the caller's group are the caller's; ours can be ended as a group
    processes.WARM.stop()  # a notebook is not to know of it
    signal.signal(signal.SIGINT, signal.default_int_handler)
    atexit._clear()
    logging.root.handlers.clear()
    logging.root.setLevel(logging.WARNING)
    sys.stdin, sys.stdout, sys.stderr = sys.__stdin__, sys.__stdout__, sys.__stderr__
    sys.argv = [str(Path(ipykernel.__file__).parents[1] / "ipykernel_launcher.py")]
    if server.base_path is not None:
        sys.path[:] = server.base_path


async def _answer(kernel: Kernel, connection: Connection) -> None:
    loop = asyncio.get_running_loop()
    kernel.io_loop = IOLoop.current()
    requests: asyncio.Queue[list[bytes] | None] = asyncio.Queue()

    def listen() -> None:
        try:
            while True:
                frames = connection.recv()
                if frames is None:  # what is interrupted from now on need not be told on the terminal
                    kernel.log.setLevel(logging.CRITICAL)
                loop.call_soon_threadsafe(requests.put_nowait, frames)
        except (EOFError, OSError):  # nobody is there to answer: end, with all that the notebook has started
            os.killpg(0, signal.SIGKILL)

    threading.Thread(target=listen, name="requests", daemon=True).start()
    while (frames := await requests.get()) is not None:
        await kernel.dispatch_shell([zmq.Frame(f) for f in frames])
    with contextlib.suppress(Exception):
        await kernel.do_shutdown(False)
