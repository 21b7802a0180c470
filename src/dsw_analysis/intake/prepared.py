"""Files that a preparation notebook makes of raw files laid out in another way; each stands in a dataset's place."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Self

from dsw_analysis.intake.writing.whole import digest, listing, sha256, write_whole
from dsw_analysis.problems import Problem

_TURNED: Final = ("transposed_table", "column_for_each_choice", "column_for_each_month", "header_not_found")
"""Codes of problems of tables that a notebook may have to turn."""


def to_be_prepared(problems: Iterable[Problem], dataset: str) -> tuple[Problem, ...]:
    """Problems of a raw file, those of its layout with the way that is left if nobody mends the file."""
    way = f"หรือให้ผู้จัดทำรายงานแปลงไฟล์ ด้วยคำสั่ง dsw new prepare {dataset}"
    return tuple(replace(p, action=f"{p.action} {way}") if p.code in _TURNED else p for p in problems)


@dataclass(frozen=True)
class Prepared:
    """What a preparation notebook makes for one dataset in one round, and from what it was made.

    ``root`` is the project folder. The trace beside the file says which notebook and files, by their names from the
    folder of the notebooks, it was made from; a file without a trace that holds is not read.
    """

    root: Path
    round: str
    dataset: str

    @classmethod
    def of(cls, folder: Path, dataset: str) -> Self | None:
        """Of a dataset whose raw files are in ``data/raw/<round>``; ``None`` if it has no such notebook."""
        raw = Path(os.path.abspath(folder))  # noqa: PTH100 - knows "..", follows no link
        found = cls(raw.parent.parent.parent, raw.name, dataset)
        return found if raw.parent.name == "raw" and found.notebook.is_file() else None

    @property
    def name(self) -> str:
        """The notebook, from the project folder."""
        return f"notebooks/prepare/{self.dataset}.ipynb"

    @property
    def notebook(self) -> Path:
        """The notebook."""
        return self.root / self.name

    @property
    def file(self) -> Path:
        """The file that it makes."""
        return self.root / "data" / "prepared" / self.round / f"{self.dataset}.prepared.csv"

    @property
    def trace(self) -> Path:
        """What the file was made from."""
        return self.file.with_name(f"{self.dataset}.json")

    def current(self) -> Path:
        """The file, if it is what the notebook makes of the raw files as they are now.

        Raises
        ------
        DataError
            Code ``not_prepared`` if it is not, with what the notebook failed of, if it did.
        """
        from dsw_analysis.intake.files.messages import refuse  # noqa: PLC0415 - with pandas, which `dsw run` does without

        if error := self._noted().get("error"):
            refuse("not_prepared.failed", self.file.name, notebook=self.name, round=self.round, error=error)
        if self.reasons():
            refuse("not_prepared", self.file.name, notebook=self.name, round=self.round)
        return self.file

    def naming(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Problems of the file, with the notebook that made it."""
        where = f"ไฟล์นี้แปลงด้วย {self.name} ให้แก้ที่ไฟล์ต้นทางหรือที่โน้ตบุ๊ก"
        return tuple(replace(problem, action=f"{problem.action} ({where})") for problem in problems)

    def reasons(self) -> list[str]:
        """Why the notebook must be run, in words; empty if it need not."""
        noted = self._noted()
        if not noted:
            return ["never made"]
        if "error" in noted:
            return ["failed the last time"]
        said = [] if noted["notebook"] == sha256(self.notebook) else ["its notebook changed"]
        said += [f"input {name} changed" for name, hash_ in noted["read"].items() if hash_ != self._now(name)]
        return said if noted["file"] == sha256(self.file) else [*said, f"{self.file.name} is not as it was made"]

    def _now(self, name: str) -> str | None:
        path = self.root / "notebooks" / name
        return listing(str(path)) if name.endswith("/") else sha256(path)

    def _noted(self) -> dict[str, Any]:
        try:
            noted = json.loads(self.trace.read_bytes())
        except (FileNotFoundError, ValueError):
            return {}
        whole = isinstance(noted, dict) and ("error" in noted or {"notebook", "read", "raw", "file"} <= set(noted))
        return noted if whole else {}

    def made_from(self) -> dict[str, str]:
        """The notebook and the raw files that the file was made of, by path from the project folder -> their hashes."""
        noted = self._noted()
        return {self.name: noted["notebook"], **noted["raw"]} if "raw" in noted else {}

    def forget(self) -> None:
        """Take the file and its trace away, before it is made anew."""
        for path in (self.trace, self.file):
            path.unlink(missing_ok=True)

    def keep(self, notebook: bytes, content: bytes, read: Mapping[str, str | None]) -> None:
        """Put in place what the notebook made, with what it read."""
        write_whole(self.file, content)
        raw = {name.removeprefix("../"): hash_ for name, hash_ in read.items() if _is_raw(name) and hash_ is not None}
        self._note({"notebook": digest(notebook), "read": dict(read), "raw": raw, "file": digest(content)})

    def fail(self, error: str) -> None:
        """Note that the notebook failed, and of what."""
        self.forget()
        self._note({"error": error})

    def _note(self, said: Mapping[str, Any]) -> None:
        write_whole(self.trace, json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n")


def _is_raw(name: str) -> bool:
    return name.startswith("../data/raw/") and not name.endswith("/")


def prepared_files(root: Path, round_: str) -> list[Path]:
    """Files that preparation notebooks of a project made for a round."""
    return sorted((root / "data" / "prepared" / round_).glob("*.prepared.csv"))


def traces(root: Path, round_: str) -> dict[str, bytes]:
    """Traces of such files, by path from the project folder, for machines that have not what they were made from."""
    found = {}
    for file in prepared_files(root, round_):
        place = Prepared(root, round_, file.name.partition(".")[0])
        if not place.reasons():
            said = {**place._noted(), "read": {}}
            found[place.trace.relative_to(root).as_posix()] = json.dumps(said).encode()
    return found
