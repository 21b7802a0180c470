"""What is stale: what each output is made from now, held against the last time, and the steps that make it again."""

from __future__ import annotations

import hashlib
import platform
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from dsw_analysis.findings.ledger import LEDGER, SUMMARY
from dsw_analysis.findings.past import Past, at_hand, comparable, earlier
from dsw_analysis.intake.prepared import prepared_files, traces
from dsw_analysis.intake.published import DESCRIBING
from dsw_analysis.intake.writing.whole import digest, listing, sha256
from dsw_analysis.problems import UsageError
from dsw_analysis.project import FILE, where
from dsw_analysis.report.edition import DRAFT, Edition
from dsw_analysis.rounds import Round
from dsw_analysis.run.manifest import EDITION, Manifest
from dsw_analysis.run.outputs import Outputs
from dsw_analysis.run.steps import Piece, Step
from dsw_analysis.run.tasks import PLAN_ONLY, Project, Result, Task

BRIEF = "brief.pdf"
PAPER = frozenset({"report.pdf", "report.docx"})
"""Files of the report that may leave out its examples."""
_SAID = {
    "notebook": "its notebook changed",
    "package": "the package's code changed",
    "lock": "the lock file changed",
    "project": "project.toml changed",
    "python": "another Python",
    "examples": "examples are to be printed, or no longer",
    "edition": "another edition or approval",
}
RECALLED: Mapping[str, Callable[[Round, Collection[Round]], Collection[Round]]] = {
    "trend": comparable,
    "series": lambda _, rounds: rounds,
}
"""What a section may show of earlier rounds -> which of those at hand that is."""
_PARTS = {"inputs": "input", "parameters": "parameter", "sections": "section", **dict.fromkeys(RECALLED, "round")}


@dataclass(frozen=True)
class Stale:
    """Says of all that is made for a round what it is made from, and why it must be made again.

    ``inputs`` is what there is now; ``manifest`` says what was made and from what, and ``outputs`` where the files are.
    With ``fresh`` what is asked for is made again, changed or not. ``examples`` says whether paper shows them, ``None``
    that it does if it did.
    """

    inputs: Inputs
    manifest: Manifest
    outputs: Outputs
    fresh: bool
    examples: bool | None = None

    def section(self, task: Task, given: Mapping[str, bytes] | None, *, asked: bool) -> Piece:
        """A section: its notebook and parameters, and the files that it read the last time or is given instead."""
        if given is None:
            inputs = self.inputs.raw(self.manifest.made.get(task.name, {}).get("reads", ()))
            inputs |= self.inputs.watched(self._watched_of(task.name))
        else:
            inputs = {name: digest(content) for name, content in given.items()}
        notebook = digest(task.content)
        recalled = {
            part: self.inputs.recalled(task.section, rule)
            for part, rule in RECALLED.items()
            if part in self.manifest.made.get(task.name, {}).get("made_from", {})
        }
        about = {"notebook": notebook, "parameters": task.parameters, "inputs": inputs, **recalled}
        return self._piece(task.name, asked=asked, **about)

    def after(self, piece: Piece, result: Result) -> Piece:
        """A section that has run: of files that it read the hash taken at that: they may have changed since."""
        if piece.name == SUMMARY:
            return piece
        inputs = {**self.inputs.raw(result.reads), **result.read, **result.watched}
        kept = {part: value for part, value in piece.made_from.items() if part not in RECALLED}
        return replace(piece, made_from={**kept, "inputs": inputs, **result.recalled})

    def ledger(self, sections: Iterable[str], issue: str | None) -> Piece:
        """``findings.json``: what sections, by their names in the manifest, came to, and the edition before it."""
        said: dict[str, Any] = {} if issue is None else {"edition": issue}
        return self._piece(LEDGER, sections=self._marks(sections), **said)

    def report(self, name: str, sections: Iterable[str], edition: Edition = DRAFT, *, asked: bool = False) -> Piece:
        """A file of the report, or all of them together: sections, and the ledger made of them; the brief is less.

        Paper, and so the whole, is also made of what it says of itself; pages get that when they are put in place.
        """
        said = {"edition": edition.record} if not edition.draft and name in {*PAPER, BRIEF, EDITION} else {}
        if name == BRIEF:
            return self._piece(name, asked=asked, sections=self._marks({SUMMARY}.intersection(sections)), **said)
        findings = sha256(self.outputs.newest(LEDGER))
        about: dict[str, Any] = {"sections": self._marks(sections), "findings": findings, **said}
        if name in PAPER:
            before = self.manifest.made.get(name, {}).get("made_from", {}).get("examples", False)
            about["examples"] = before if self.examples is None else self.examples
        return self._piece(name, asked=asked, **about)

    def brief(self, name: str, sections: Iterable[str], edition: Edition) -> Piece:
        """The brief of a province: its sections, and what it says of itself."""
        said = {} if edition.draft else {"edition": edition.record}
        return self._piece(name, asked=True, sections=self._marks(sections), **said)

    def index(self, briefs: Mapping[str, bool]) -> Piece:
        """The page that links to the briefs: which there are, and whether each is complete."""
        return self._piece("brief index", asked=True, briefs=briefs)

    def gate(self, ledgers: Mapping[str, bytes]) -> Piece:
        """The gate: all ledgers that it looks at, under one hash.

        The manifest is passed on; against the hash of one exact ledger, guesses of its few numbers could be tried.
        """
        hashes = "".join(f"{name} {digest(content)}\n" for name, content in sorted(ledgers.items()))
        return self._piece("gate", ledgers=digest(hashes.encode()))

    def audit(self, page: str, content: bytes, ledger: bytes) -> Piece:
        """The audit of a page: the page and the ledger."""
        return self._piece(f"audit of {page}", asked=True, page=digest(content), findings=digest(ledger))

    def replaced(self, sections: Iterable[str]) -> list[str]:
        """Files that were replaced between one of some sections that were run and another."""
        versions: dict[str, set[str]] = {}
        for name in sections:
            for file, hash_ in self.manifest.made[name]["made_from"].get("inputs", {}).items():
                versions.setdefault(file, set()).add(hash_)
        return sorted(file for file, hashes in versions.items() if len(hashes) > 1)

    def beside(self) -> list[Path]:
        """Files, from the project folder, that sections are known to read beside the round's raw files."""
        names = {name for section in self.manifest.made for name in self._watched_of(section)}
        return [path for name in sorted(names) for path in self.inputs.files(name)]

    def _piece(self, name: str, *, asked: bool = False, **parts: Any) -> Piece:  # noqa: ANN401 - JSON
        made_from = {**self.inputs.common, **parts}
        reasons = self._reasons(name, made_from) or ["asked to be made again"] * (asked and self.fresh)
        return Piece(name=name, made_from=made_from, reasons=reasons)

    def _reasons(self, name: str, made_from: Mapping[str, Any]) -> list[str]:
        """Why something must be made again, in words; empty if it need not."""
        entry = self.manifest.made.get(name)
        if entry is None:
            return ["never made"]
        if entry["state"] != "ok":
            return ["failed the last time"]
        said = []
        for part in sorted({*entry["made_from"], *made_from}):
            before, now = entry["made_from"].get(part), made_from.get(part)
            if isinstance(before, dict) and isinstance(now, Mapping):
                said += [
                    f"{_PARTS.get(part, part)} {name} {_change(before.get(name), now.get(name))}"
                    for name in sorted({*before, *now})
                    if before.get(name) != now.get(name)
                ]
            elif before != now:
                said.append(_SAID.get(part, f"{part} changed"))
        for output, expected in entry["outputs"].items():
            if (there := sha256(self.outputs.newest(output))) != expected:
                said.append(f"{output} is {'missing' if there is None else 'not as it was written'}")
        said += [f"{kept} is missing" for kept in entry.get("internal", ()) if not self.outputs.newest(kept).is_file()]
        return said

    def _marks(self, sections: Iterable[str]) -> dict[str, str]:
        """What stands for sections in what is made of them: an error, why it is left out, or its notebook's hash."""
        entries = {name.partition("/")[0]: self.manifest.made[name] for name in sections}
        return {
            section: entry.get("error") or entry.get("left_out") or next(iter(entry["outputs"].values()))
            for section, entry in entries.items()
        }

    def _watched_of(self, name: str) -> list[str]:
        """What a section read the last time beside its raw files, as it calls it."""
        inputs = self.manifest.made.get(name, {}).get("made_from", {}).get("inputs", {})
        return [file for file in inputs if file.startswith(("./", "../"))]


def _change(before: object, now: object) -> str:
    return "is new" if before is None else "is gone" if now is None else "changed"


class Inputs:
    """Hashes of what outputs rest on: what all share, raw files of a round, and what else notebooks read.

    Each is taken once: what is replaced while a batch is at work is noticed by who reads it.
    """

    def __init__(self, root: Path, folder: Path) -> None:
        self._root = root
        self._folder = folder
        self._file, self._listing = cache(sha256), cache(listing)

    @cached_property
    def common(self) -> dict[str, str | None]:
        """What all outputs share: package, lock file, the project's own words and Python."""
        lock = sha256(self._root / "requirements.lock")
        project = None if (said := where(self._root)) is None else sha256(said)
        return {"package": package_code(), "lock": lock, "project": project, "python": platform.python_version()}

    @cached_property
    def _names(self) -> list[str]:
        """Files of the round, and parts of datasets in the folders that they come in."""
        parts = (path for folder in self._folder.iterdir() if folder.is_dir() for path in folder.iterdir())
        files = (path for path in (*self._folder.iterdir(), *parts) if not path.is_dir())
        return sorted(path.relative_to(self._folder).as_posix() for path in files)

    def raw(self, stems: Iterable[str]) -> dict[str, str | None]:
        """File name -> hash of every raw file with one of the stems, and of what describes the data."""
        wanted = {*stems, *DESCRIBING}
        found = {name: self._folder / name for name in self._names}
        found |= {path.name: path for path in prepared_files(self._root, self._folder.name)}
        return {name: self._file(path) for name, path in sorted(found.items()) if stem_of(name) in wanted}

    def watched(self, names: Iterable[str]) -> dict[str, str | None]:
        """Name -> hash, now, of what notebooks read by these names: files, and folders (ending in ``/``)."""
        return {
            name: self._listing(str(self._path(name))) if name.endswith("/") else self._file(self._path(name))
            for name in names
        }

    def recalled(self, section: str, rule: Callable[[Round, Collection[Round]], Collection[Round]]) -> dict[str, str]:
        """Earlier round -> hash of what it found for a section, of the rounds that a rule takes."""
        rounds = rule(Round.parse(self._folder.name), self._earlier)
        return {str(round_): self._earlier[round_].mark_of(section) for round_ in rounds}

    @cached_property
    def _earlier(self) -> dict[Round, Past]:
        return earlier(self._root / "outputs", Round.parse(self._folder.name))

    def files(self, name: str) -> list[Path]:
        """The file, or the files of the folder, that notebooks read by a name."""
        path = self._path(name)
        return [*path.iterdir()] if name.endswith("/") and path.is_dir() else [path]

    def _path(self, name: str) -> Path:
        """Path of what notebooks read as ``../data/extra.json`` or ``./helper.py``."""
        return self._root / (name[3:] if name.startswith("../") else f"notebooks/{name[2:]}")


def stem_of(name: str) -> str:
    """Stem of a raw file by its name in the round's folder; of a part that of its dataset."""
    return re.split(r"[./]", name)[0]


@cache
def package_code() -> str:
    """Hash of the package's code, as it was when it was first asked for: that is what runs."""
    package = Path(__file__).parents[1]
    tree = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            tree.update(f"{path.relative_to(package).as_posix()}\n{sha256(path)}\n".encode())
    return tree.hexdigest()


@dataclass(frozen=True)
class Planner:
    """Makes steps of sections; those that are ``sent`` to other machines carry along the files that they read."""

    project: Project
    round: Round
    notebooks: Mapping[str, Path]
    stale: Stale
    accept_partial: bool
    sent: bool

    def plan(self, sections: Sequence[str] | None = None, provinces: Sequence[str] = ()) -> list[Step]:
        """Steps of what is asked for, all sections by default, in order; the summary is not among them.

        Raises
        ------
        UsageError
            If a section has no notebook.
        """
        known = self.notebooks
        unknown = [s for s in dict.fromkeys(sections or ()) if s not in known]
        if unknown:
            raise UsageError(f"no notebook for section {', '.join(unknown)}; there are {', '.join(known)}")
        wanted = [s for s in known if s != SUMMARY and (sections is None or s in sections)]
        places: Iterable[str | None] = provinces or [None]
        return [self.step(section, province, asked=True) for province in places for section in wanted]

    def step(
        self, section: str, province: str | None = None, given: Mapping[str, bytes] | None = None, asked: bool = False
    ) -> Step:
        """What running a section means: its task, what that is made from, and why it must run.

        A section without a notebook is run from the package's own, which shows what the plan says. What it reads in
        place of raw files is ``given``: path from the project folder -> bytes. One ``asked`` for is made again by a
        fresh run.
        """
        path = self.notebooks.get(section)
        parameters: dict[str, Any] = {"round_id": str(self.round)}
        if path is None:
            parameters["section"] = section
        elif self.accept_partial and section != SUMMARY:
            parameters["accept_partial"] = True
        if province is not None:
            parameters["province"] = province
        files = self._carried if given is None else given
        said = where(self.project.root)
        if files and said is not None:  # a folder with just these has no project around it
            files = {**files, FILE: said.read_bytes()}
        task = Task(
            section=section,
            province=province,
            notebook=f"{section}.ipynb" if path is None else path.name,
            content=PLAN_ONLY.read_bytes() if path is None else self._contents[section],
            parameters=parameters,
            root=self.project.root,
            files=files,
            is_open=self.project.exact,
        )
        return Step(task=task, piece=self.stale.section(task, given, asked=asked))

    @cached_property
    def _contents(self) -> dict[str, bytes]:
        return {section: path.read_bytes() for section, path in self.notebooks.items()}

    @cached_property
    def _carried(self) -> dict[str, bytes]:
        return self.carried()

    def carried(self) -> dict[str, bytes]:
        """What is sent along: schemas, raw files, what was made of them, what is read beside, and earlier ledgers."""
        if not self.sent:
            return {}
        root, raw = self.project.root, self.project.data / str(self.round)
        paths = {*self.project.schemas.glob("*.yaml"), *raw.rglob("*"), *self.stale.beside()}
        paths |= {*(root / "data" / "disclosure").glob("*.yaml")}
        paths |= {*(self.project.notebooks / "prepare").glob("*"), *prepared_files(root, raw.name)}
        paths |= {folder / LEDGER for _, folder in at_hand(root / "outputs", self.round)}
        sent = {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(paths) if path.is_file()}
        return sent | traces(root, raw.name)
