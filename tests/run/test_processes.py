"""Calls in warm processes: what comes back, what does not leak, and what is left behind: nothing."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from patience import wait_for

from dsw_analysis.run.warm import processes
from dsw_analysis.run.warm.processes import ProcessDied, WarmExecutor, Workers, run_fresh

FORKS = pytest.mark.skipif(not processes.FORKS, reason="processes are spawned where there is no fork")


class TwoArguments(Exception):  # noqa: N818
    """One of those that pickle but do not unpickle."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} and {second}")


def divide(a: float, b: float = 0) -> float:
    return a / b


def refuse() -> None:
    raise TwoArguments("this", "that")


def die(how: int) -> None:
    if how < 0:
        os.kill(os.getpid(), -how)
    os._exit(how)


def surroundings() -> tuple[str, str | None, bool, int, str]:
    return str(Path.cwd()), os.environ.get("DSW_WORD"), "pandas" in sys.modules, threading.active_count(), sys.path[-1]


def draws() -> tuple[float, float]:
    import numpy as np  # noqa: PLC0415 - not in the process of the tests

    return random.random(), float(np.random.random())


def overlap(folder: str, number: int) -> int:
    """How many of these run at once, at most, as each of them sees it; the first waits for the second."""
    begun, ended = Path(folder, "begun"), Path(folder, "ended")
    (begun / str(number)).touch()
    wait_for(lambda: len(list(begun.iterdir())) > 1)
    time.sleep(0.2)  # one more than may be would come in
    seen = len(list(begun.iterdir())) - len(list(ended.iterdir()))
    (ended / str(number)).touch()
    return seen


def pollute() -> int:
    """Leave traces in a process, as no code of ours should."""
    import pandas as pd  # noqa: PLC0415 - not in the process of the tests

    pd.trace = True
    pd.options.display.max_rows = 7
    return os.getpid()


def traces() -> tuple[int, str]:
    """What a notebook that runs from this process sees of them."""
    import nbformat  # noqa: PLC0415 - as above
    import papermill  # noqa: PLC0415

    source = "import pandas as pd\nprint(getattr(pd, 'trace', False), pd.options.display.max_rows)"
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    options = {"engine_name": "dsw", "kernel_name": "python3", "progress_bar": False}
    return os.getpid(), papermill.execute_notebook(nb, None, **options).cells[0].outputs[0]["text"]


def go_on(folder: str) -> None:
    (Path(folder) / str(os.getpid())).touch()
    while True:
        time.sleep(0.02)


def run_kernel(folder: str) -> None:
    """A notebook whose kernel and whose subprocess both go on for ever."""
    import nbformat  # noqa: PLC0415 - not in the process of the tests
    import papermill  # noqa: PLC0415

    forever = (
        f"import os, pathlib, time\n(pathlib.Path({folder!r}) / str(os.getpid())).touch()\n"
        "while True:\n    time.sleep(0.02)"
    )
    source = f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {forever!r}])\n{forever}"
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    papermill.execute_notebook(nb, None, engine_name="dsw", kernel_name="python3", progress_bar=False)


def test_a_call_returns_what_the_function_returns():
    assert run_fresh(divide, 7, b=2) == 3.5
    assert run_fresh(bytes, 50_000_000) == bytes(50_000_000)


def test_a_call_raises_what_the_function_raises_and_says_where():
    with pytest.raises(ZeroDivisionError, match="division by zero") as caught:
        run_fresh(divide, 1)
    assert "in divide" in "".join(caught.value.__notes__)
    with pytest.raises(RuntimeError, match="TwoArguments: this and that"):
        run_fresh(refuse)


@FORKS
@pytest.mark.parametrize(
    ("how", "says"),
    [(3, "exit code 3"), (0, "exit code 0"), (-signal.SIGKILL, "SIGKILL .*memory"), (-signal.SIGSEGV, "SIGSEGV")],
)
def test_a_process_that_dies_is_an_error_that_says_how(how, says):
    with pytest.raises(ProcessDied, match=says) as caught:
        run_fresh(die, how)
    assert caught.value.code == how


@FORKS
def test_a_process_is_warm_single_threaded_and_where_the_caller_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DSW_WORD", "คำ")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert run_fresh(surroundings) == (str(tmp_path), "คำ", True, 1, sys.path[-1])


@FORKS
def test_a_worker_serves_one_call_after_the_other_and_is_replaced_when_it_dies(tmp_path, monkeypatch):
    with closing(Workers()) as workers:
        first = workers.call(os.getpid)
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("DSW_WORD", "คำ")
        assert workers.call(surroundings) == (str(tmp_path), "คำ", True, 1, sys.path[-1])
        with pytest.raises(ZeroDivisionError):
            workers.call(divide, 1)
        assert workers.call(os.getpid) == first
        os.kill(first, signal.SIGKILL)
        assert ended(first)
        second = workers.call(os.getpid)
        with pytest.raises(ProcessDied, match="exit code 3"):
            workers.call(die, 3)
        third = workers.call(os.getpid)
    assert len({first, second, third}) == 3
    assert ended(third)


@FORKS
def test_a_notebook_sees_nothing_of_what_was_done_in_the_process_that_runs_it():
    with closing(Workers()) as workers:
        process = workers.call(pollute)
        assert workers.call(traces) == (process, "False 60\n")


@FORKS
def test_processes_draw_different_numbers():
    numbers = [number for _ in range(3) for number in run_fresh(draws)]
    assert len(set(numbers)) == 6


def test_an_executor_runs_as_many_at_once_as_it_may(tmp_path):
    for name in ("begun", "ended"):
        (tmp_path / name).mkdir()
    with WarmExecutor(2) as executor:
        seen = list(executor.map(overlap, [str(tmp_path)] * 6, range(6)))
    assert max(seen) == 2
    with pytest.raises(RuntimeError, match="shutdown"):
        executor.submit(divide, 1)


@FORKS
def test_a_killed_warm_process_is_replaced():
    run_fresh(divide, 1, 1)
    os.kill(processes.WARM._process.pid, signal.SIGKILL)
    processes.WARM._process.wait()
    assert run_fresh(divide, 1, 1) == 1


def test_without_fork_processes_are_spawned(monkeypatch):
    monkeypatch.setattr(processes, "FORKS", False)
    assert run_fresh(divide, 7, b=2) == 3.5
    with pytest.raises(ZeroDivisionError):
        run_fresh(divide, 1)
    with pytest.raises(ProcessDied, match="exit code 3"):
        run_fresh(die, 3)


@FORKS
def test_a_daemonic_process_with_threads_may_ask_too_and_leaves_no_process():
    """As a worker of a Dask cluster is: multiprocessing itself refuses children to those."""
    code = (
        "import multiprocessing, threading\nfrom dsw_analysis.run.warm import processes\n"
        "def ask():\n    print(processes.run_fresh(divmod, 7, 2), processes.WARM._process.pid)\n"
        "def work():\n    t = threading.Thread(target=ask); t.start(); t.join()\n"
        "p = multiprocessing.get_context('fork').Process(target=work, daemon=True)\np.start(); p.join()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    answer, _, pid = done.stdout.rpartition(" ")
    assert answer == "(3, 1)"
    assert ended(int(pid))


def ended(pid: int) -> bool:
    """Whether a process ends; one that nobody asks for its exit code has ended too."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        wait_for(lambda: process.status() == psutil.STATUS_ZOMBIE)
    return True


@FORKS
def test_nothing_goes_on_when_the_caller_is_killed(tmp_path):
    code = (
        "import sys\nsys.path.append('run')\nimport test_processes as t\nwith t.WarmExecutor(2) as executor:\n"
        f"    executor.submit(t.go_on, {str(tmp_path)!r})\n    executor.submit(t.run_kernel, {str(tmp_path)!r})"
    )
    caller = subprocess.Popen([sys.executable, "-c", code], cwd=Path(__file__).parents[1])
    wait_for(lambda: len(list(tmp_path.iterdir())) == 3)  # a call, a kernel and the kernel's subprocess
    caller.kill()
    caller.wait()
    assert all(ended(int(file.name)) for file in tmp_path.iterdir())
