"""Tasks: one notebook each, run by papermill wherever there is a process for it, and given back as bytes."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from dsw_analysis.findings.ledger import SUMMARY
from dsw_analysis.problems import UsageError
from dsw_analysis.project import Settings, use
from dsw_analysis.rounds import Round
from dsw_analysis.run.outputs import INTERNAL, PROVINCES

_LOAD = re.compile(r"""\.load\(\s*["'](\w+)["']""")
_NOTEBOOK = re.compile(r"(\d\d)_([a-z_]+)\.ipynb")
EXECUTE, PREPARE = "dsw_analysis.run.execution:execute", "dsw_analysis.run.preparing:prepare"
"""What runs notebooks: of a section, and of the preparation of a file."""
PLAN_ONLY = Path(__file__).parents[1] / "templates" / "plan_only.ipynb"
"""What is run for projects that have no notebook, or wait for their data."""
BRIEF_PAGE = "brief.html"
"""The page of the summary."""


@dataclass(frozen=True, kw_only=True)
class Project:
    """Folders of a checkout: notebooks, raw data, outputs.

    ``exact`` says that persons are not protected in these; a ``preview`` has its own, which are never published.
    """

    root: Path
    exact: bool = False
    preview: bool = False

    @property
    def notebooks(self) -> Path:
        """Folder of the section notebooks."""
        return self.root / "notebooks"

    @property
    def data(self) -> Path:
        """Folder with one folder of raw files a round."""
        return self.root / "data" / "raw"

    @property
    def schemas(self) -> Path:
        """Folder with one schema for each dataset."""
        return self.root / "data" / "schemas"

    def outputs(self, round_: Round) -> Path:
        """Folder that a round's outputs go to; ``exact`` ones and a ``preview`` have their own in what is internal."""
        apart = f"{INTERNAL}run" if self.exact else f"{INTERNAL}preview" if self.preview else ""
        return self.root / "outputs" / str(round_) / apart

    def kept(self, round_: Round, number: int) -> Path:
        """Folder of the raw files that an edition of a round was made from."""
        return self.root / "data" / "editions" / str(round_) / str(number)

    def checked(self, round_: Round) -> Path:
        """Folder of the round's checked copies, wherever a link may have put the raw files."""
        return (self.data / str(round_)).resolve().parent.parent / "checked" / str(round_)

    def sections(self) -> dict[str, Path]:
        """Section id -> notebook in the order of their numbers; the summary comes last.

        Raises
        ------
        UsageError
            If there are no section notebooks, with the remedy.
        """
        found = {m[2]: p for p in sorted(self.notebooks.glob("*.ipynb")) if (m := _NOTEBOOK.fullmatch(p.name))}
        if not found:
            raise UsageError(
                f"no section notebooks in {self.notebooks}; run dsw in the project's folder or give --project"
            )
        if SUMMARY in found:
            found[SUMMARY] = found.pop(SUMMARY)
        return found


@dataclass(frozen=True, kw_only=True)
class Task:
    """One notebook to run, complete in itself: it can be sent to another machine.

    It makes a section, of the whole country if ``province`` is ``None``, from the notebook's bytes, ``content``, with
    typed values for its own parameters; folders are not among them: it finds ``../data/raw`` and ``../outputs`` from
    the folder it runs in, in the project folder ``root``. If it carries ``files`` (path from the project folder ->
    bytes), it runs in a temporary project folder that holds just these. With ``is_open`` its section shows numbers of
    persons as they are.
    """

    section: str
    notebook: str
    content: bytes
    parameters: Mapping[str, Any]
    root: Path
    province: str | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    is_open: bool = False

    @property
    def name(self) -> str:
        """What messages and the manifest call the task: ``csr`` for the country, ``csr/เชียงใหม่`` for a province."""
        return self.section if self.province is None else f"{self.section}/{self.province}"

    @property
    def outputs(self) -> tuple[str, str]:
        """Names of its outputs: the executed notebook and the section's page, which of the summary is the brief."""
        place = "" if self.province is None else f"{PROVINCES}{self.province}/"
        page = BRIEF_PAGE if self.section == SUMMARY else f"{place}sections/{self.section}.html"
        return f"{place}notebooks/{self.notebook}", page

    @property
    def exact(self) -> str:
        """Where its findings before persons were protected in them are kept, in the round's folder of outputs."""
        return f"{self._internal}exact/{self.section}.json"

    @property
    def failed(self) -> str:
        """Where its notebook is kept if it fails, for the traceback and what is shown before it may be of persons."""
        return f"{self._internal}failed/{self.notebook}"

    @property
    def _internal(self) -> str:
        return INTERNAL if self.province is None else f"{INTERNAL}{PROVINCES}{self.province}/"


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a process gives back for a task.

    ``exact`` are the section's findings before persons were protected in them, as JSON, which no output holds;
    ``executed`` is the notebook with its outputs (``None`` if it never started), free of times and folders, so that the
    same inputs give the same bytes; ``page`` the section's own HTML page; ``rows`` dataset -> its file and how many
    rows it has; ``reads`` the stems of the raw files that it rests on, ``read`` those that it read -> hash of what was
    read, ``watched`` what else in the project it read, see :func:`dsw_analysis.run.warm.watching.seen`. If it failed,
    ``error`` names the cell and the kind of error, and ``details`` what it says in at most three lines, which may hold
    cells of the data and goes to whoever runs it alone; ``left_out`` says why there is nothing to show
    although nothing failed: the plan has no such project; ``awaits`` are the datasets that have not come, for which the
    plan alone is shown; ``recalled`` are the earlier rounds that it looked at, with the hash of what each found for
    it. ``protected`` says how many of its numbers are ``few``, ``rounded`` and ``refused``. ``notes`` name, by cell,
    what the page leaves out, and what was not watched. All is of plain types: who receives it need not import what
    makes notebooks.
    """

    title: str
    seconds: float
    executed: bytes | None = None
    exact: bytes | None = None
    page: bytes | None = None
    rows: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    reads: tuple[str, ...] = ()
    read: Mapping[str, str] = field(default_factory=dict)
    watched: Mapping[str, str | None] = field(default_factory=dict)
    error: str | None = None
    details: str | None = None
    notes: tuple[str, ...] = ()
    left_out: str | None = None
    awaits: tuple[str, ...] = ()
    recalled: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    protected: Mapping[str, int] = field(default_factory=dict)


def datasets_in(content: bytes) -> tuple[str, ...]:
    """Ids of the datasets that a notebook loads by name, in order."""
    cells = json.loads(content)["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    return tuple(dict.fromkeys(_LOAD.findall(code)))


def write_files(root: Path, files: Mapping[str, bytes]) -> None:
    """Make a new project folder of the files that a task carries."""
    (root / "notebooks").mkdir()
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def call(scratch: Path, work: str, *arguments: Any, words: Settings) -> Any:  # noqa: ANN401 - of any function
    """In a worker process: call a function by its name, ``module:name``.

    Temporary files of all that it starts go to ``scratch``, which the next run empties if this one is killed; on
    another machine, where that folder is not, to the system's own place.

    Notebooks are run here, one after the other. What puts whole reports together takes so much memory that it gets a
    process of its own, which gives it back.
    """
    from dsw_analysis.run.warm.processes import FORKS, run_fresh  # noqa: PLC0415 - for workers

    if scratch.is_dir():
        os.environ["TMPDIR"] = tempfile.tempdir = str(scratch)
    if work in (EXECUTE, PREPARE) or not FORKS:  # without forks this process was started for this call alone
        return named(work, *arguments, words=words)
    return run_fresh(named, work, *arguments, words=words)


def named(work: str, *arguments: Any, words: Settings) -> Any:  # noqa: ANN401 - of any function
    """Call a function by its name, in the words of a project."""
    use(words)
    return resolve_name(work)(*arguments)


def in_short(error: Exception) -> str:
    """What an error says, in at most three lines."""
    return "\n".join(f"{type(error).__name__}: {error}".splitlines()[:3])[:600]
