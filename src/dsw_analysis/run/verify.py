"""Verifies a round's outputs: every file in the folder is what was made, by the hashes of the manifest."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dsw_analysis.intake.codebook import NAMES as CODEBOOK
from dsw_analysis.intake.problem_files import NAMES as PROBLEMS
from dsw_analysis.intake.writing.whole import sha256
from dsw_analysis.problems import UsageError
from dsw_analysis.run.manifest import JOURNAL, MANIFEST, Manifest
from dsw_analysis.run.outputs import WORKING
from dsw_analysis.run.sections import EDITION

_WORDS = {
    "changed": "ถูกแก้ไขหลังสร้าง",
    "missing": "หายไป",
    "foreign": "ไม่ใช่ไฟล์ที่ dsw สร้างในรอบนี้",
}
_NOT_OF_THE_REPORT = {MANIFEST, JOURNAL, ".lock", *CODEBOOK, *PROBLEMS}
"""What stands in the folder without being part of the report: its own books, and what other commands write there."""
_FORMS = "templates"


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
    lists of problems are not part of a report and may come and go.

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
    sets = [entry for name, entry in Manifest(out).made.items() if name == EDITION or name.startswith("brief")]
    made = {file: digest for entry in sets for file, digest in entry["outputs"].items()}
    if not made:
        raise UsageError(f"no {MANIFEST} in {out} says what was made; run `dsw report {out.name}` first")
    found = {
        path.relative_to(out).as_posix(): path for path in out.rglob("*") if path.is_symlink() or not path.is_dir()
    }
    deviations = [Deviation(file=file, kind="missing") for file in made.keys() - found.keys()]
    for file, path in found.items():
        if file in made:
            # A link may lead anywhere tomorrow: it is not the file that was written.
            if path.is_symlink() or not path.is_file() or sha256(path) != made[file]:
                deviations.append(Deviation(file=file, kind="changed"))
        elif file not in _NOT_OF_THE_REPORT and Path(file).parts[0] not in {_FORMS, *WORKING}:
            deviations.append(Deviation(file=file, kind="foreign"))
    return sorted(deviations, key=lambda deviation: deviation.file)
