"""Notebooks that try everything a kernel can be asked to show, and the ways in which one can end."""

from __future__ import annotations

from typing import Any

import nbformat


def notebook(*sources: str | tuple[str, str], parameters: bool = False) -> Any:
    """A notebook of code cells; a tuple is a source and its tag, or ``"markdown"`` or ``"raw"``."""
    cells = []
    for source in sources:
        text, tag = source if isinstance(source, tuple) else (source, "")
        if tag in ("markdown", "raw"):
            cells.append(getattr(nbformat.v4, f"new_{tag}_cell")(text))
        else:
            cells.append(nbformat.v4.new_code_cell(text, metadata={"tags": [tag]} if tag else {}))
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec})


FAILS = "raises-exception"

EVERYTHING = notebook(
    ("# หัวเรื่อง", "markdown"),
    ("ดิบ", "raw"),
    ("who: str = 'nobody'  # parameter", "parameters"),
    "print('สวัสดี', who, 'ทำได้ ก็ ปี่ น้ำ ญ ฏ ำ')\nwho",
    "",
    "# only a comment",
    "import sys\nfor i in range(3):\n    print('out', i)\n    print('err', i, file=sys.stderr)",
    "print('no newline', end='')\nprint('; and on', flush=True)\n'result after streams'",
    "x = 1; y = 2;",
    "x + y;",
    "None",
    "1\n2\n'the last only'",
    "_, __, Out[3] if 3 in Out else None, len(In)",
    # displays
    "from IPython.display import HTML, JSON, SVG, Image, Javascript, Latex, Markdown, clear_output, display, "
    "update_display\nhandle = display('first', display_id='mine')\nprint('between')\n"
    "display('second', display_id='mine')",
    "update_display('changed from another cell', display_id='mine')",
    "handle.update(HTML('<b>changed by its handle</b>'))\nanon = display(1, display_id=True)\nanon.update(2)",
    "display(HTML('<p>ก</p>'), JSON({'ก': [1, None, {'x': 2.5}]}), SVG('<svg xmlns=\"http://www.w3.org/2000/svg\"/>'), "
    "Latex('$x$'), Markdown('*x*'), Javascript('1'), Image(b'\\x89PNG\\r\\n\\x1a\\n', format='png'))",
    "display({'text/plain': 'raw', 'application/x-own+json': {'a': [1]}}, metadata={'k': {'v': 1}}, raw=True)",
    "class Rich:\n    def _repr_mimebundle_(self, include=None, exclude=None):\n"
    "        return {'text/plain': 'plain', 'text/html': '<i>rich</i>'}, {'text/html': {'isolated': True}}\nRich()",
    (
        "class Broken:\n    def _repr_html_(self):\n        raise ValueError('no html')\n    def __repr__(self):\n"
        "        return 'shown plainly'\nBroken()",
        FAILS,
    ),
    ("class Worse:\n    def __repr__(self):\n        raise ValueError('no repr')\nWorse()", FAILS),
    "print('gone'); clear_output(); print('stays')",
    "print('gone later'); clear_output(wait=True); print('instead')",
    "display('gone too', display_id='mine'); clear_output(wait=True)",
    # frames and figures
    "import numpy as np\nimport pandas as pd\n"
    "frame = pd.DataFrame({f'c{i}': np.arange(70) * i for i in range(25)}).assign(ชื่อ='ก')\nframe",
    "display(frame.head(2))\nprint(frame.iloc[:2, :30])\npd.get_option('display.max_columns'), "
    "pd.get_option('display.width')",
    "frame.style.format(precision=1).set_uuid('u').highlight_max('c1')",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2, 3], [1, 4, 9])\nplt.title('t')\nprint('before the figure')",
    "fig, axes = plt.subplots(1, 2, figsize=(3, 2))\naxes[0].bar([1, 2], [3, 4])\nplt.show()\nprint('after')\nfig",
    "import seaborn as sns\nsns.barplot(x=['a', 'b'], y=[1, 2]);",
    "import matplotlib\nmatplotlib.get_backend(), plt.get_fignums(), matplotlib.rcParams['figure.dpi'], "
    "matplotlib.rcParams['font.family'], matplotlib.rcParams['axes.spines.top']",
    "%matplotlib inline\n%config InlineBackend.figure_formats = ['svg']\nwith plt.rc_context({'svg.hashsalt': 's'}):\n"
    "    fig, axes = plt.subplots(figsize=(1, 1))\n    axes.set_axis_off()\n    plt.close(fig)",
    # errors
    ("def f(n):\n    return 1 / n\n\ntry:\n    f(0)\nexcept ZeroDivisionError as error:\n"
     "    raise RuntimeError('because\\nof ก') from error", FAILS),
    ("try:\n    {}['k']\nexcept KeyError:\n    int('x')", FAILS),
    ("print('never'\n", FAILS),
    ("  bad = 1\n bad", FAILS),
    ("%%time\n1 +", FAILS),
    ("%nonesuch", FAILS),
    ("%%nonesuch\nx", FAILS),
    ("raise ExceptionGroup('many', [ValueError(1), TypeError('ก')])", FAILS),
    ("class Own(Exception):\n    pass\nerror = Own('noted')\nerror.add_note('a note')\nraise error", FAILS),
    ("assert x == 2, f'{x} is not two'", FAILS),
    ("raise KeyboardInterrupt", FAILS),
    ("print('before'); sys.exit(3)", FAILS),
    ("exec(compile('1/0', 'other.py', 'exec'))", FAILS),
    ("pd.DataFrame({'a': [1]})['b']", FAILS),
    "import traceback\ntry:\n    f(0)\nexcept ZeroDivisionError:\n    traceback.print_exc()",
    # magics
    "%time sum(range(10))",
    "%%time\nz = 3\nprint('timed')",
    "%%capture kept\nprint('hidden'); print('hidden too', file=sys.stderr); display('x'); 5",
    "print(kept.stdout, kept.stderr, len(kept.outputs))",
    "!echo shell ก; echo wrong >&2; exit 2",
    "lines = !printf 'a\\nb'\nlines, _exit_code",
    "%%bash\necho bash $((1 + 1))\necho err >&2",
    ("%%bash\necho partly\nexit 3", FAILS),
    "%%python3\nprint('another python')",
    "%who_ls str",
    "%env DSW_TORTURE=here",
    "import os\nos.environ['DSW_TORTURE'], os.environ['PAGER'], os.environ['MPLBACKEND'], "
    "'JPY_SESSION_NAME' in os.environ",
    "%pwd\n%xmode Minimal",
    ("f(0)", FAILS),
    "%xmode Context\n%precision 3\n3.14159",
    "print?",
    "%%writefile torture_written.py\nvalue = 7",
    "%load_ext autoreload\n%run torture_written.py\nos.unlink('torture_written.py'); value",
    "%lsmagic\n%history -n 3-4",
    "get_ipython().__class__.__name__, get_ipython().kernel.__class__.__mro__[-1].__name__, __name__, "
    "sys.modules['__main__'].__dict__ is globals()",
    "sys.path[0], sys.argv[0].endswith('ipykernel_launcher.py'), sys.stdout.isatty(), sys.stdin is None",
    # async
    "import asyncio\nawait asyncio.sleep(0.01)\nprint('awaited')\nawait asyncio.sleep(0, 'value')",
    "async def later(n):\n    await asyncio.sleep(0.01 * n)\n    print('task', n)\n    return n\n"
    "await asyncio.gather(*(later(n) for n in (3, 1, 2)))",
    "waiting = asyncio.create_task(later(1))",
    "await waiting",
    ("await asyncio.wait_for(asyncio.sleep(9), 0.01)", FAILS),
    ("asyncio.run(later(1))", FAILS),
    # input, logging, warnings, threads, subprocesses
    ("input('name? ')", FAILS),
    ("import getpass\ngetpass.getpass()", FAILS),
    "import logging\nlogging.warning('to the root')\nlogging.getLogger('own').error('to its own')\n"
    "logging.getLogger('own').info('not shown')\nlogging.root.level, len(logging.root.handlers)",
    "import warnings\nwarnings.warn('careful', stacklevel=1)\nwarnings.warn('old', DeprecationWarning, stacklevel=1)\n"
    "np.array([1]) / 0",
    "import threading\ndef talk(n):\n    print('thread', n)\n    display(n)\n"
    "for n in range(3):\n    t = threading.Thread(target=talk, args=(n,)); t.start(); t.join()",
    "import subprocess\nprint(subprocess.run(['echo', 'captured'], capture_output=True, text=True).stdout)",
    "_ = subprocess.run(['sh', '-c', 'echo straight to the descriptor ก'])\nimport time; time.sleep(1)",
    "_ = os.system('echo system'); time.sleep(1)",
    "_ = os.system('echo wrong >&2'); time.sleep(1)",
    "_ = os.write(1, b'by number\\n'); time.sleep(1)",
    "pid = os.fork()\nif pid == 0:\n    print('from the child', flush=True)\n    os._exit(0)\n"
    "_ = os.waitpid(pid, 0); time.sleep(1)",
    "from multiprocessing import get_context\nwith get_context('fork').Pool(1) as pool:\n"
    "    print(pool.map(abs, [-1]))",
    "print('long', end=''); time.sleep(0.5); print(' line'); print('err', file=sys.stderr)",
    "print('x' * 100_000)\nfor i in range(2000):\n    print(i)",
    ("print('skipped')", "skip-execution"),
    ("print('tagged')", "remove-input"),
    "float('nan'), float('inf'), {1, 2}, b'bytes', 10**30, lambda: 1",
    "display({'a': (1, 2)}, {'nested': {'deep': [None, True]}})",
    "from tqdm.auto import tqdm\nimport io\nfor _ in tqdm(range(2), file=io.StringIO()):\n    pass\ntqdm.__name__",
    "class Later:\n    def __del__(self):\n        print('deleted')\nlater_ = Later()\ndel later_",
    "print('\\x1b[31mred\\x1b[0m', '\\r', 'back\\b', '\\t|', '\\0|')",
    "In[-1][:5], __builtins__.__class__.__name__",
    "sorted(n for n in dir() if not n.startswith('_'))[:12]",
)  # fmt: skip

ENDS = {
    "exit_0": notebook("print('ran')", "import sys\nprint('leaving')\nsys.exit(0)", "print('never')"),
    "error": notebook("print('ran')", ("# ตัวอย่าง\nundefined", "remove-input"), "print('never')", ("z", "markdown")),
    "hard_exit": notebook("print('ran')", "import os, time\ntime.sleep(0.5)\nos._exit(3)", "1"),
    "killed": notebook(
        "print('ran')", "import os, signal, time\ntime.sleep(0.5)\nos.kill(os.getpid(), signal.SIGKILL)", "1"
    ),
    "memory": notebook(
        "import resource\nlimit = 4 << 30\nresource.setrlimit(resource.RLIMIT_AS, (limit, limit))",
        "x = bytearray(8 << 30)",
        "print('never')",
    ),
    "timeout": notebook("print('ran')", "import time\nprint('waiting')\ntime.sleep(60)", "print('never')"),
    "large": notebook("'x' * 100", "print('ก' * 17_000_000)", "len('the end')"),
    "goodbye": notebook(
        # A kernel that is told to quit ends 0.1 s after its reply; here when the reply has been read and what it says
        # saved, since a busy client that looks for the kernel before it reads the reply calls it dead.
        # What a later cell would do is left to that chance.
        "import atexit, pathlib, time\ndef bye():\n"
        "    until = time.monotonic() + 2  # then the client ends the kernel itself\n"
        "    while '\"ran' not in next(pathlib.Path().glob('*_out.ipynb')).read_text() and time.monotonic() < until:\n"
        "        time.sleep(0.02)\n"
        "    pathlib.Path('goodbye.txt').write_text('bye')\natexit.register(bye)\nprint('ran')\nquit()",
    ),
}
