"""The engine ``dsw`` leaves what papermill's own engine leaves, cell by cell, whatever the notebook does."""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import sys
from concurrent.futures import Future
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT
from patience import PATIENCE
from torture import ENDS, EVERYTHING, notebook

from dsw_analysis import open_section
from dsw_analysis.run.warm import processes
from dsw_analysis.run.warm.processes import WarmExecutor, run_fresh

pytestmark = pytest.mark.skipif(not processes.FORKS, reason="there is no fork: the engine is papermill's own")

STOCK, OURS = None, "dsw"


def run(content: str, folder: str, engine: str | None, options: dict) -> tuple[dict, str, str]:
    """In a process of its own: executed notebook, and type and text of the error."""
    import papermill  # noqa: PLC0415 - not in the process of the tests

    given, kept = Path(folder) / f"{engine}_in.ipynb", Path(folder) / f"{engine}_out.ipynb"
    given.write_text(content, encoding="utf-8")
    error: Exception | None = None
    try:
        papermill.execute_notebook(
            str(given), str(kept), engine_name=engine, kernel_name="python3", cwd=folder, progress_bar=False, **options
        )
    except Exception as raised:
        error = raised
    return json.loads(kept.read_text(encoding="utf-8")), type(error).__name__, str(error)


OPTIONS = {
    "everything": {"parameters": {"who": "ผู้ใด"}, "request_save_on_cell_execute": False},
    "timeout": {"execution_timeout": 5},
}
OPEN = f"""
from dsw_analysis import open_section
s = open_section("csr", round_id="2569-6m", data_dir={str(ROOT / "data" / "raw")!r})
"""
SAY = {
    "say": notebook(OPEN, "%%say if steps\n[if country] แผนมี {steps:unit}", "%%say if not steps\nไม่มีแผน"),
    "say_error": notebook(OPEN, "%%say\nแผนมี\n{stops:unit}", "print('never')"),
}
CASES = {"everything": EVERYTHING, **ENDS, **SAY}


@pytest.fixture(scope="module")
def ran(tmp_path_factory) -> dict[tuple[str, str | None], Future]:
    """Every case through both engines, two at a time."""
    under_test = os.environ.pop("PYTEST_CURRENT_TEST")  # with it, ipykernel leaves file descriptors alone
    # The stock kernel warns of its sockets, and outputs that come late are lost.
    stock = {"extra_arguments": ["--log-level=CRITICAL"], "start_timeout": PATIENCE, "iopub_timeout": PATIENCE}
    try:
        with WarmExecutor(2) as executor:
            return {
                (case, engine): executor.submit(
                    run,
                    nbformat.writes(content),
                    str(tmp_path_factory.mktemp(case)),
                    engine,
                    OPTIONS.get(case, {}) | (stock if engine is STOCK else {}),
                )
                for case, content in CASES.items()
                for engine in (STOCK, OURS)
            }
    finally:
        os.environ["PYTEST_CURRENT_TEST"] = under_test


def comparable(executed: dict) -> list[dict]:
    """Cells without what must differ: the digits of times, addresses and process ids."""
    cells = []
    for cell in copy.deepcopy(executed["cells"]):
        cell.pop("id")  # papermill's own cells get random ones
        about = cell["metadata"].get("papermill", {})
        about.update({key: bool(about[key]) for key in ("start_time", "end_time") if key in about})
        about.pop("duration", None)
        if "execution" in cell["metadata"]:
            cell["metadata"]["execution"] = sorted(cell["metadata"]["execution"])
        outputs = []
        for output in cell.get("outputs", []):
            if output["output_type"] == "stream":
                output["text"] = "".join(output["text"])
                if outputs and outputs[-1].get("name") == output["name"]:
                    outputs[-1]["text"] += output["text"]
                    continue
            outputs.append(output)
        text = json.dumps({**cell, "outputs": outputs}, ensure_ascii=False)
        text = re.sub(r"\b0x[0-9a-f]{8,}", "ADDRESS", text)
        text = re.sub(r"ipykernel_\d+", "ipykernel_PID", text)
        text = re.sub(r"(CPU times: .*?|Wall time: )[\d.]+ (n|μ|m|)s(?=\\n)", "TIME", text)
        cells.append(json.loads(text))
    return cells


@pytest.mark.parametrize("case", CASES)
def test_what_stays_is_what_the_stock_engine_leaves(ran, case):
    executed, kind, error = ran[case, OURS].result()
    expected, expected_kind, expected_error = ran[case, STOCK].result()
    assert (kind, error) == (expected_kind, expected_error)
    for cell, expected_cell in zip(comparable(executed), comparable(expected), strict=True):
        assert cell == expected_cell
    assert executed["metadata"].keys() == expected["metadata"].keys()
    assert executed["metadata"].get("language_info") == expected["metadata"].get("language_info")
    assert executed["metadata"]["papermill"].keys() == expected["metadata"]["papermill"].keys()


@pytest.mark.parametrize("engine", [STOCK, OURS])
def test_a_cell_of_words_says_them_in_either_kernel(ran, engine):
    executed, kind, _ = ran["say", engine].result()
    assert kind == "NoneType"
    _, said, silent = executed["cells"]
    (output,) = said["outputs"]
    html = "".join(output["data"]["text/html"])
    section = open_section("csr", round_id="2569-6m", data_dir=ROOT / "data" / "raw")
    assert f"แผนมี {section['csr.steps'].text('unit')}" in re.sub("<[^>]+>", "", html)
    assert silent["outputs"] == []


@pytest.mark.parametrize("engine", [STOCK, OURS])
def test_a_mistake_in_words_is_one_line_with_the_line_of_the_cell(ran, engine):
    executed, kind, _ = ran["say_error", engine].result()
    assert kind == "PapermillExecutionError"
    (error,) = [o for cell in executed["cells"] for o in cell.get("outputs", []) if o["output_type"] == "error"]
    assert error["ename"] == "WordsError"
    assert error["evalue"].startswith("%%say, line 3: no number or family 'stops' in csr; did you mean steps")
    assert error["traceback"] == [f"WordsError: {error['evalue']}"]
    assert "\n" not in error["evalue"]


def test_the_torture_is_one(ran):
    """The comparison says something only if the cells did what they are there for."""
    executed, _, _ = ran["everything", OURS].result()
    outputs = [o for cell in executed["cells"] for o in cell.get("outputs", [])]
    shown = [set(o["data"]) for o in outputs if "data" in o]
    assert sum("image/png" in data for data in shown) >= 4
    assert sum("image/svg+xml" in data for data in shown) >= 1
    errors = {o["ename"] for o in outputs if o["output_type"] == "error"}
    assert errors >= {"RuntimeError", "SyntaxError", "KeyboardInterrupt", "SystemExit", "StdinNotImplementedError"}
    text = "".join("".join(o["text"]) for o in outputs if o["output_type"] == "stream")
    for said in ("ผู้ใด", "straight to the descriptor ก", "by number", "from the child", "thread 2", "task 3"):
        assert said in text
    assert "skipped" not in text
    assert not any("deep" in data for data in shown)


def test_the_kernel_says_goodbye(ran):
    for engine in (STOCK, OURS):
        executed, kind, _ = ran["goodbye", engine].result()
        assert kind == "NoneType"
        folder = Path(executed["metadata"]["papermill"]["output_path"]).parent
        assert (folder / "goodbye.txt").read_text() == "bye"


LEAVE = notebook(
    "import logging, os, random, sys, warnings\nimport matplotlib, numpy as np, pandas as pd, seaborn as sns\nleft = 1",
    "matplotlib.rcParams['font.size'] = 77\nsns.set_theme()\npd.set_option('display.max_rows', 3)",
    "warnings.simplefilter('error')\nos.chdir('/')\nos.environ['DSW_LEFT'] = '1'\nsys.path.insert(0, '/left')",
    "random.seed(1); np.random.seed(1); logging.basicConfig(level=0)\npd.DataFrame.head = None\nlen = None",
    "import builtins, json\nbuiltins.left_behind = 1\njson.left = 1\nsys.modules['left'] = json",
    "sys.setrecursionlimit(555)",
)
LOOK = notebook(
    "import json, logging, os, random, sys, warnings\nimport matplotlib, numpy as np, pandas as pd\n"
    "json.dumps(['left' in dir(), matplotlib.rcParams['font.size'], matplotlib.colors.to_rgb('b'), "
    "pd.get_option('display.max_rows'), "
    "pd.get_option('display.max_columns'), os.path.basename(os.getcwd()), 'DSW_LEFT' in os.environ, "
    "'/left' in sys.path, len(logging.root.handlers), pd.DataFrame.head is None, hasattr(json, 'left'), "
    "'left' in sys.modules, sys.getrecursionlimit(), any(f[0] == 'error' and f[1] is None and f[2] is Warning "
    "for f in warnings.filters), '_' in vars(sys.modules['__main__']) and 'left_behind' in dir(__builtins__)])",
    "random.random(), float(np.random.random()), float(np.random.default_rng().random())",
)


def test_nothing_leaks_from_one_notebook_to_the_next(tmp_path):
    seen, draws = [], []
    with WarmExecutor(1) as executor:
        for content, engine in ((LOOK, STOCK), (LOOK, OURS), (LEAVE, OURS), (LOOK, OURS)):
            task = executor.submit(run, nbformat.writes(content), str(tmp_path), engine, {})
            executed, kind, error = task.result()
            assert kind == "NoneType", error
            if content is LOOK:
                state, drawn = ("".join(c["outputs"][0]["data"]["text/plain"]) for c in executed["cells"])
                seen.append(json.loads(state.strip("'")))
                draws.append(drawn.split(", "))
    assert seen[0][:7] == [
        False,
        10.0,
        [0, 0, 1],
        60,
        20,
        tmp_path.name,
        False,
    ]  # matplotlib's, pandas' and papermill's defaults
    assert seen[1] == seen[2] == seen[0]
    assert len({number for numbers in draws for number in numbers}) == 9


def test_run_in_memory_is_papermills_run_without_its_files(ran, tmp_path):
    given = tmp_path / "given.ipynb"
    for case in ("exit_0", "error", "killed"):
        given.write_text(nbformat.writes(CASES[case]), encoding="utf-8")
        executed, kind, error = run_fresh(in_memory, str(given), {})
        expected, expected_kind, expected_error = ran[case, STOCK].result()
        assert (kind, error) == (expected_kind, expected_error)
        assert comparable(executed) == comparable(expected)
    assert [p.name for p in tmp_path.iterdir()] == ["given.ipynb"]
    given.write_text(nbformat.writes(notebook(("n: int = 1", "parameters"), "n + 1")), encoding="utf-8")
    executed, _, _ = run_fresh(in_memory, str(given), {"n": 41})
    assert executed["cells"][-1]["outputs"][0]["data"]["text/plain"] == ["42"]
    _, kind, error = run_fresh(in_memory, str(given), {"whom": "?"})
    assert kind == "PapermillException"
    assert "no parameter whom" in error


def in_memory(given: str, parameters: dict) -> tuple[dict, str, str]:
    from dsw_analysis.run.warm.client import run_notebook  # noqa: PLC0415 - not in the process of the tests

    try:
        executed, error = run_notebook(
            Path(given), parameters, cwd=Path(given).parent, report=Path(given).with_suffix(".jsonl")
        )
    except Exception as raised:
        return {}, type(raised).__name__, str(raised)
    return json.loads(nbformat.writes(executed)), type(error).__name__, str(error)


def test_papermills_command_knows_the_engine(tmp_path):
    (tmp_path / "in.ipynb").write_text(nbformat.writes(notebook("import os\nos.getcwd()", "1 / 0")), encoding="utf-8")
    command = [sys.executable, "-m", "papermill", "--engine", "dsw", "--no-progress-bar", "in.ipynb", "out.ipynb"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "ZeroDivisionError: division by zero" in done.stderr
    cells = json.loads((tmp_path / "out.ipynb").read_text(encoding="utf-8"))["cells"]
    ran_first = next(c for c in cells if c["cell_type"] == "code")
    assert ran_first["outputs"][0]["data"]["text/plain"] == [repr(str(tmp_path))]


@pytest.mark.parametrize("engine", [STOCK, OURS])
def test_a_notebook_imports_what_lies_beside_it(tmp_path, engine):
    (tmp_path / "beside_it.py").write_text("ANSWER = 42\n", encoding="utf-8")
    content = nbformat.writes(notebook("import beside_it\nbeside_it.ANSWER"))
    executed, _, error = run_fresh(run, content, str(tmp_path), engine, {})
    assert error == "None"
    assert executed["cells"][0]["outputs"][0]["data"]["text/plain"] == ["42"]


LEANS_ON = {
    "ipykernel.kernelapp.IPKernelApp": (
        "configure_tornado_logger init_connection_file init_gui_pylab init_heartbeat init_kernel init_poller "
        "init_sockets log_connection_info outstream_class parse_command_line write_connection_file"
    ),
    "ipykernel.ipkernel.IPythonKernel": (
        "_abort_queues _execute_sleep _supports_kernel_subshells dispatch_shell do_shutdown shell_stream"
    ),
    "ipykernel.iostream.IOPubThread": "background_socket io_loop schedule send_multipart socket thread",
    "ipykernel.iostream.OutStream": (
        "_fid _flush _is_master_process _original_stdstream_fd _should_watch _watch_pipe_fd flush write"
    ),
    "ipykernel.displayhook.ZMQDisplayHook": "get_execution_count",
}
"""Class of ipykernel -> what of it is replaced, set or called beyond its public interface."""


def leaning() -> tuple[set[str], set[str], set[str]]:
    """What the table names and ipykernel has not; what we replace or use of its classes; what the table names."""
    import inspect  # noqa: PLC0415 - not in the process of the tests
    import pkgutil  # noqa: PLC0415

    from dsw_analysis.run.warm import kernel  # noqa: PLC0415

    gone, named = set(), {f"{cls}.{part}" for cls, parts in LEANS_ON.items() for part in parts.split()}
    for path in named:
        owner, _, part = path.rpartition(".")
        bases = pkgutil.resolve_name(":".join(owner.rsplit(".", 1))).__mro__
        sources = [inspect.getsource(base) for base in bases if base.__module__.startswith(("ipykernel", "IPython"))]
        gone |= {path} if not any(re.search(rf"\b{part}\b", source) for source in sources) else set()
    leant = set()
    for ours in (kernel.Kernel, kernel.KernelApp, kernel.Stream, kernel.Publisher):
        base, source = ours.__mro__[1], inspect.getsource(ours)
        inherited = inspect.getsource(base)
        replaced = re.findall(r"(?m)^    (?:(?:async )?def )?([a-z]\w+|_[a-z]\w+)\b(?=\(| =)", source)
        private = re.findall(r"self\.(_[a-z]\w+)", source)
        leant |= {
            f"{base.__module__}.{base.__name__}.{part}"
            for part in {*replaced, *private}
            if re.search(rf"(self\.|def |^    ){part}\b", inherited, re.M)
        }
    return gone, leant, named


def test_what_we_lean_on_in_ipykernel_is_there_and_stands_in_one_table():
    gone, leant, named = run_fresh(leaning)
    assert gone == set()
    assert len(leant) > 12
    assert leant - named == set()


def test_importing_the_engine_is_light():
    code = "import sys, dsw_analysis.run.warm.engine; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"pandas", "numpy", "IPython", "ipykernel", "papermill", "matplotlib"} & set(loaded)


def test_other_kernels_and_systems_without_fork_are_papermills_own(tmp_path, capfd):
    with pytest.raises(Exception, match="No such kernel named nonesuch"):
        run_fresh(run_kernel, str(tmp_path), "nonesuch", True)
    executed = run_fresh(run_kernel, str(tmp_path), "python3", False)
    assert not capfd.readouterr().err  # a kernel behind sockets warns that anyone may listen, unless they are encrypted
    assert executed["cells"][0]["outputs"][0]["data"]["text/plain"] == "['IOPub', 'MainThread']"


def run_kernel(folder: str, kernel: str, forks: bool) -> dict:
    import papermill  # noqa: PLC0415 - not in the process of the tests

    processes.FORKS = forks
    given = Path(folder) / "given.ipynb"
    look = "import threading\nsorted({t.name for t in threading.enumerate()} & {'IOPub', 'MainThread'})"
    given.write_text(nbformat.writes(notebook(look)), encoding="utf-8")
    return dict(papermill.execute_notebook(str(given), None, engine_name="dsw", kernel_name=kernel, progress_bar=False))
