"""What a round's outputs were made from: content hashes, kept so that only what changed is made again."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dsw_analysis.intake.writing.whole import sha256, write_whole
from dsw_analysis.project import where
from dsw_analysis.run.warm.watching import listing

if TYPE_CHECKING:
    from dsw_analysis.run.outputs import Outputs

MANIFEST = "manifest.json"
JOURNAL = "run.jsonl"
_NAMED = {
    "notebook": "its notebook changed",
    "package": "the package's code changed",
    "lock": "the lock file changed",
    "project": "project.toml changed",
    "python": "another Python",
}
_VERSIONS = ("dsw-analysis", "pandas", "papermill", "nbconvert", "ipykernel", "matplotlib", "seaborn", "typst")


def from_root(name: str) -> str:
    """Path from the project folder of what notebooks read as ``../data/extra.json`` or ``./helper.py``."""
    return name[3:] if name.startswith("../") else f"notebooks/{name[2:]}"


class Inputs:
    """Hashes of what outputs rest on: what all share, raw files of a round, and what else notebooks read."""

    def __init__(self, root: Path, folder: Path) -> None:
        self._root = root
        self._folder = folder
        self._raw: dict[str, str | None] = {}
        self._watched: dict[str, str | None] = {}

    @cached_property
    def common(self) -> dict[str, str | None]:
        """What all outputs share: package, lock file, the project's own words and Python."""
        package = Path(__file__).parents[1]
        tree = hashlib.sha256()
        for path in sorted(package.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                tree.update(f"{path.relative_to(package).as_posix()}\n{sha256(path)}\n".encode())
        return {
            "package": tree.hexdigest(),
            "lock": sha256(self._root / "requirements.lock"),
            "project": None if (said := where(self._root)) is None else sha256(said),
            "python": platform.python_version(),
        }

    @cached_property
    def _names(self) -> list[str]:
        return sorted(path.name for path in self._folder.iterdir() if not path.is_dir())

    def raw(self, stems: Iterable[str]) -> dict[str, str | None]:
        """File name -> hash of every raw file with one of the stems, and of the description of the data."""
        wanted = {*stems, "datapackage"}
        return {name: self._hash(name) for name in self._names if name.split(".")[0] in wanted}

    def watched(self, names: Iterable[str]) -> dict[str, str | None]:
        """Name -> hash, now, of what notebooks read by these names: files, and folders (ending in ``/``)."""
        for name in names:
            if name not in self._watched:
                path = self._root / from_root(name)
                self._watched[name] = listing(str(path)) if name.endswith("/") else sha256(path)
        return {name: self._watched[name] for name in names}

    def _hash(self, name: str) -> str | None:
        if name not in self._raw:
            self._raw[name] = sha256(self._folder / name)
        return self._raw[name]


class Manifest:
    """State of everything made for a round, by name (``csr``, ``csr/เชียงใหม่``, ``report.pdf``).

    Every finished piece is a line of ``run.jsonl`` at once and goes into ``manifest.json`` at the end, so that a run
    killed at any moment loses nothing that was finished.

    What it says of a section or a file is what was made last, which may wait for the rest of its set; what it says of
    ``edition`` and ``brief/เชียงใหม่`` is the set in place, with the hash of each of its files.
    """

    def __init__(self, outputs: Outputs) -> None:
        self._outputs = outputs
        self._out = outputs.folder
        noted = _content(self._out / MANIFEST).get("made", {})
        self.made = {name: entry for name, entry in noted.items() if _is_entry(entry)}
        finished = (event for event in _events(self._out / JOURNAL) if _is_entry(event.get("entry")))
        self.made |= {event["name"]: event["entry"] for event in finished if isinstance(event.get("name"), str)}

    def reasons(self, name: str, made_from: Mapping[str, Any]) -> list[str]:
        """Why something must be made again, in words; empty if it need not."""
        entry = self.made.get(name)
        if entry is None:
            return ["never made"]
        if entry["state"] != "ok":
            return ["failed the last time"]
        reasons = _differences(entry["made_from"], made_from)
        for output, expected in entry["outputs"].items():
            found = sha256(self._outputs.newest(output))
            if found != expected:
                reasons.append(f"{output} is {'missing' if found is None else 'not as it was written'}")
        return reasons

    def inputs_of(self, name: str) -> list[str]:
        """Stems of the raw files that a section read the last time."""
        return list(self.made.get(name, {}).get("reads", []))

    def watched_of(self, name: str) -> list[str]:
        """What a section read the last time beside its raw files, as it calls it."""
        inputs = self.made.get(name, {}).get("made_from", {}).get("inputs", {})
        return [file for file in inputs if file.startswith(("./", "../"))]

    def begin(self) -> None:
        """Keep what an interrupted run finished, and begin the log anew."""
        self.save()
        write_whole(self._out / JOURNAL, b"")

    def record(self, name: str, entry: Mapping[str, Any], **details: Any) -> None:  # noqa: ANN401 - for the log
        """Note something as made, for good."""
        self.made[name] = dict(entry)
        self.log("made" if entry["state"] == "ok" else "failed", name=name, entry=entry, **details)

    def log(self, event: str, **details: Any) -> None:  # noqa: ANN401 - whatever belongs to the event
        """Add a line to the log of the run."""
        line = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **details}
        with (self._out / JOURNAL).open("a", encoding="utf-8") as journal:
            journal.write(json.dumps(line, ensure_ascii=False) + "\n")

    def save(self, **about: Any) -> None:  # noqa: ANN401 - JSON
        """Write ``manifest.json``."""
        content = {**{k: v for k, v in _content(self._out / MANIFEST).items() if k != "made"}, **about}
        content["made"] = dict(sorted(self.made.items()))
        write_whole(self._out / MANIFEST, json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n")


def versions() -> dict[str, str]:
    """Versions of the packages that shape the outputs, and of Python."""
    from importlib import metadata  # noqa: PLC0415 - slow, and needed only when something was made

    found = {"python": platform.python_version()}
    for name in _VERSIONS:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def _content(path: Path) -> dict[str, Any]:
    """Content of a manifest; a missing or damaged one only means that all is made again."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, UnicodeDecodeError, json.JSONDecodeError):
        return {}
    return content if isinstance(content, dict) and isinstance(content.get("made", {}), dict) else {}


def _is_entry(entry: object) -> bool:
    """Whether something read from a manifest or log says what was made, from what, and with which hashes."""
    if not isinstance(entry, dict):
        return False
    parts = (entry.get("made_from"), entry.get("outputs"), entry.get("rows", {}))
    return (
        entry.get("state") in ("ok", "failed")
        and all(isinstance(part, dict) for part in parts)
        and isinstance(entry["made_from"].get("inputs", {}), dict)
        and isinstance(entry.get("reads", []), list)
        and all(isinstance(hash_, str) for hash_ in entry["outputs"].values())
    )


def _events(path: Path) -> list[dict[str, Any]]:
    """Events of a run that did not end, whose last line may be torn; those of one that did are in the manifest."""
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return []
    events = []
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            events.append(event)
    return [] if events and events[-1].get("event") == "end" else events


def _differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    reasons = []
    for part in sorted({*before, *now}):
        old, new = before.get(part), now.get(part)
        if old == new:
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            reasons += [
                _difference(part, name, old.get(name) is not None, new.get(name) is not None)
                for name in sorted({*old, *new})
                if old.get(name) != new.get(name)
            ]
        else:
            reasons.append(_NAMED.get(part, f"{part} changed"))
    return reasons


def _difference(part: str, name: str, was: bool, is_: bool) -> str:
    kind = {"inputs": "input", "parameters": "parameter", "sections": "section"}.get(part, part)
    return f"{kind} {name} {'changed' if was and is_ else 'is new' if is_ else 'is gone'}"
