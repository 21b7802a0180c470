"""The manifest: what was made for a round, from what and with which hashes; the files in place held against it."""

from __future__ import annotations

import contextlib
import json
import platform
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from dsw_analysis.intake.writing.whole import sha256, write_whole
from dsw_analysis.problems import UsageError
from dsw_analysis.report.signed import APPROVAL, EDITIONS
from dsw_analysis.run.outputs import INTERNAL, WORKING

MANIFEST = "manifest.json"
JOURNAL = "run.jsonl"
EDITION = "edition"
"""What it calls the set in place: ledger, report, and the pages and executed notebooks of the sections."""
_WORDS = {"changed": "ถูกแก้ไขหลังสร้าง", "missing": "หายไป", "foreign": "ไม่ใช่ไฟล์ที่ dsw สร้างในรอบนี้"}
_VERSIONS = ("dsw-analysis", "pandas", "papermill", "nbconvert", "ipykernel", "matplotlib", "seaborn", "typst")


class Manifest:
    """State of everything made for a round, by name (``csr``, ``csr/เชียงใหม่``, ``report.pdf``).

    Every finished piece is a line of ``run.jsonl`` at once and goes into ``manifest.json`` at the end, so that a run
    killed at any moment loses nothing that was finished.

    What it says of a section or a file is what was made last, which may wait for the rest of its set; what it says of
    ``edition`` and ``brief/เชียงใหม่`` is the set in place, with the hash of each of its files.
    """

    def __init__(self, folder: Path) -> None:
        self._out = folder
        noted = _content(folder / MANIFEST).get("made", {})
        self.made: dict[str, dict[str, Any]] = {name: entry for name, entry in noted.items() if _is_entry(entry)}
        finished = (event for event in _events(folder / JOURNAL) if _is_entry(event.get("entry")))
        self.made |= {event["name"]: event["entry"] for event in finished if isinstance(event.get("name"), str)}

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
        content = {**_content(self._out / MANIFEST), **about}
        content.pop("made", None)  # it comes last
        content["made"] = dict(sorted(self.made.items()))
        write_whole(self._out / MANIFEST, json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n")

    def raw_files(self, sections: Collection[str]) -> dict[str, Any]:
        """Raw files with hash and rows, as sections read them."""
        entries = [self.made[section] for section in sorted(sections) if section in self.made]
        hashes = {file: hash_ for entry in entries for file, hash_ in entry["made_from"].get("inputs", {}).items()}
        files: dict[str, Any] = {file: {"sha256": hash_, "rows": {}} for file, hash_ in sorted(hashes.items())}
        read = [(dataset, *about) for entry in entries for dataset, about in entry.get("rows", {}).items()]
        for dataset, file, rows in sorted(read):
            if file in files:
                files[file]["rows"][dataset] = rows
        return files


def versions() -> dict[str, str]:
    """Versions of the packages that shape the outputs, and of Python."""
    from importlib import metadata  # noqa: PLC0415 - slow, and needed only when something was made

    found = {"python": platform.python_version()}
    for name in _VERSIONS:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
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
    events: list[dict[str, Any]] = []
    for line in lines:
        with contextlib.suppress(ValueError):
            events += [event] if isinstance(event := json.loads(line), dict) else []
    return [] if events and events[-1].get("event") == "end" else events


@dataclass(frozen=True, kw_only=True)
class Deviation:
    """A file that is not what was made: its path from the round's folder, and how it deviates."""

    file: str
    kind: Literal["changed", "missing", "foreign"]

    def __str__(self) -> str:
        return f"{self.file}: {_WORDS[self.kind]}"


def verify(out: Path) -> list[Deviation]:
    """Compare every file of a round's outputs with the hash that was noted when it was made.

    What waits for the rest of its set is not in place yet. Forms to fill in (``templates/``), the data dictionary and
    what is ``internal/`` are not part of a report and may come and go.

    Returns
    -------
    list of Deviation
        In the order of their paths; empty if all files are as they were made.

    Raises
    ------
    UsageError
        If no manifest says what was made.
    OSError
        If a file cannot be read.
    """
    from dsw_analysis.intake.codebook import NAMES as CODEBOOK  # noqa: PLC0415 - a run needs neither of them
    from dsw_analysis.intake.return_files import NAMES as SENT  # noqa: PLC0415

    sets = [entry for name, entry in Manifest(out).made.items() if name == EDITION or name.startswith("brief")]
    made = {file: digest for entry in sets for file, digest in entry["outputs"].items()}
    if not made:
        raise UsageError(f"no {MANIFEST} in {out} says what was made; run `dsw report {out.name}` first")
    found = {
        path.relative_to(out).as_posix(): path for path in out.rglob("*") if path.is_symlink() or not path.is_dir()
    }
    # its own books, and what other commands write there
    others = {MANIFEST, JOURNAL, ".lock", APPROVAL, *CODEBOOK, *SENT}
    deviations = [Deviation(file=file, kind="missing") for file in made.keys() - found.keys()]
    for file, path in found.items():
        if file in made:
            # A link may lead anywhere tomorrow: it is not the file that was written.
            if path.is_symlink() or not path.is_file() or sha256(path) != made[file]:
                deviations.append(Deviation(file=file, kind="changed"))
        elif file not in others and Path(file).parts[0] not in {"templates", EDITIONS, INTERNAL[:-1], *WORKING}:
            deviations.append(Deviation(file=file, kind="foreign"))
    return sorted(deviations, key=lambda deviation: deviation.file)
