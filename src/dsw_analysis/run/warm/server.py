"""The warm process: imports everything beforehand, then forks a child for each request until the caller is gone."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
import tempfile
import traceback
from multiprocessing.connection import Connection
from pkgutil import resolve_name
from typing import NoReturn

from dsw_analysis.run.warm import forking
from dsw_analysis.run.warm.preload import warm

base_path: list[str] | None = None
"""In a forked process: the ``sys.path`` that a new interpreter has; elsewhere ``None``."""


def serve(control_fd: int, base: list[str]) -> None:
    """Be the warm process: import everything, then fork a child for each request, until the caller is gone."""
    global base_path  # noqa: PLW0603 - a process is warm as a whole
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
                forking.WARM.take_over(childrens)
                _be_child(fds[0])
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
        os.write(fd, forking.NUMBER.pack(number))


def _be_child(fd: int) -> NoReturn:
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
    begin(entry, connection)


def begin(entry: str, connection: Connection) -> NoReturn:
    """In a forked process: call the function that is its entry, then end."""
    if "numpy.random" in sys.modules:  # Python's own generator notices a fork, numpy's old one does not
        sys.modules["numpy.random"].seed()
    code = 1
    try:
        resolve_name(entry)(connection)
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
