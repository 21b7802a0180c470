"""Where a loaded frame comes from, and how real it is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pandas as pd

from dsw_analysis.intake.columns import Schema
from dsw_analysis.intake.files.messages import refuse
from dsw_analysis.intake.files.stacked import row_of
from dsw_analysis.intake.options import Acceptance, path_of
from dsw_analysis.intake.personal import WITHHELD, hide
from dsw_analysis.intake.provenance import PROVENANCE, Provenance, weakest
from dsw_analysis.intake.writing.whole import sha256

PART_ROWS: Final = 1 << 32
"""By how much the index of a frame grows from one part of a dataset to the next: each row has a number of its own."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a frame comes from; travels in ``frame.attrs["source"]``.

    ``absent`` are the months of the round (``2568-10`` …) of which the whole file has no row, though it has of others.
    ``corrections`` are the cells that were corrected, as :class:`~dsw_analysis.intake.corrections.Corrections` lists
    them; ``derived`` are columns worked out from those of the file -> which.
    ``parts`` are the files of a dataset that comes in parts, in order, with their hashes (empty if one could not be
    read), and ``missing`` those of which no row is used.
    ``shield`` is what protects numbers of persons that are measured of the frame.
    ``read`` are all files that it rests on, the raw file, its registries, corrections and ``datapackage.json``, each
    with the hash of what was read, taken when it was read. ``options`` says of files that were read by reading options
    who accepted them, in the order of the files. ``prepared`` are the notebook that made the file, and the raw files
    that it was made of, with their hashes.
    """

    dataset: Schema
    file: str
    sha256: str
    rows: int | None
    refused: int = 0
    absent: tuple[str, ...] = ()
    provenance: Provenance = "received"
    fields: Mapping[str, Provenance] = field(default_factory=dict)
    province: str | None = None
    corrections: tuple[Mapping[str, Any], ...] = ()
    derived: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    read: Mapping[str, str] = field(default_factory=dict)
    shield: object = None
    options: Mapping[str, Acceptance] = field(default_factory=dict)
    prepared: Mapping[str, str] = field(default_factory=dict)

    def __deepcopy__(self, memo: dict[int, object]) -> Source:
        """Share the (immutable) source: pandas copies ``attrs`` deeply at every step."""
        return self

    @property
    def place(self) -> str:
        """Name of the column that says of which province a row is; of a file that has none what it would be called."""
        return next((column.name for column in self.dataset.columns if column.kind == "province"), "province")

    def provenance_of(self, *names: str) -> Provenance:
        """Weakest provenance of the rows and the named columns."""
        return weakest([self.provenance, *(self.fields.get(name, self.provenance) for name in names)])

    def record(self) -> dict[str, Any]:
        """File, hash and rows as a ledger lists them; what few have only where it is given."""
        few = {
            "corrections": [self._told(one) for one in self.corrections],
            "parts": [{"file": file, "sha256": sha256} for file, sha256 in self.parts.items()],
            "missing": list(self.missing),
            "options": [
                {
                    "file": path_of(Path(file)).as_posix(),
                    "of": file,
                    "sha256": said.options,
                    "by": said.by,
                    "on": said.on.isoformat(),
                }
                for file, said in self.options.items()
            ],
            "prepared": [{"file": file, "sha256": sha256} for file, sha256 in self.prepared.items()],
        }
        about = {"file": self.file, "sha256": self.sha256, "rows": self.rows, "refused": self.refused}
        return {**about, **{name: said for name, said in few.items() if said}}

    def _told(self, one: Mapping[str, Any]) -> dict[str, Any]:
        """A correction as a ledger lists it, without personal data; of persons, and numbers of them, that it is."""
        told = {k: said for k, said in one.items() if k not in ("name", "index")}
        quoted = [k for k in ("record", "old", "new", "reason") if k in told]
        if self.dataset.persons:
            return told | dict.fromkeys(quoted, WITHHELD)
        counted = [k for k in quoted if k != "record"] if self.dataset[one["name"]].persons else []
        return told | {k: told[k] and hide(told[k]) for k in quoted} | dict.fromkeys(counted, WITHHELD)

    def place_of(self, index: int) -> tuple[str, int]:
        """File, and row of it as a spreadsheet program shows it, of a row of a loaded frame."""
        number, row = divmod(index, PART_ROWS)
        return ([*self.parts] or [self.file])[number], row_of(row)

    def corrected(self, rows: pd.Index, names: Iterable[str]) -> int:
        """How many cells were corrected in some rows of the named columns, and in those that they were worked out from.

        The province counts too where the rows are those of one: a correction may have brought them there.
        """
        if not self.corrections:
            return 0
        columns = {own for name in names for own in self.derived.get(name, (name,))}
        if self.province is not None:
            columns |= {column.name for column in self.dataset.columns if column.kind == "province"}
        return sum(one["name"] in columns and one["index"] in rows for one in self.corrections)


def source_of(frame: pd.DataFrame) -> Source:
    """Source of a loaded frame.

    Raises
    ------
    ValueError
        If the frame has lost it, e.g. by a merge.
    """
    source = frame.attrs.get("source")
    if not isinstance(source, Source):
        raise ValueError(
            "this frame does not say which file it comes from; "
            "start from section.load(), or copy attrs: new.attrs.update(old.attrs)"
        )
    return source


def joined(reads: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Several records of files that were read (name -> hash) as one.

    Raises
    ------
    DataError
        Code ``changed_file`` if a file was not the same each time.
    """
    together: dict[str, str] = {}
    for read in reads:
        for file, found in read.items():
            if together.setdefault(file, found) != found:
                refuse("changed_file.between", file)
    return together


def read_provenance(folder: Path, dataset: Schema) -> tuple[Provenance, dict[str, Provenance], dict[str, str]]:
    """Provenance of a dataset's rows and columns from ``datapackage.json``, and that file's name and hash.

    Without the file, or if it says nothing of the dataset, all is ``received``; also if what it says is of another file
    than the one that is there, by its ``hash``: the file of an office that took the place of a sample.

    Raises
    ------
    ValueError
        If the package names an unknown provenance.
    """
    path = folder / "datapackage.json"
    if not path.is_file():
        return "received", {}, {}
    content = path.read_bytes()
    read = {path.name: hashlib.sha256(content).hexdigest()}
    package = json.loads(content)
    for resource in package.get("resources", []):
        if resource.get("name") == dataset.id and _is_of(resource, folder):
            default = _provenance(path, resource.get("provenance", "received"))
            by_header = {f["name"]: f.get("provenance", default) for f in resource["schema"]["fields"]}
            fields = {c.name: _provenance(path, by_header.get(c.header, default)) for c in dataset.columns}
            return default, fields, read
    return "received", {}, read


def _is_of(resource: Mapping[str, Any], folder: Path) -> bool:
    """Whether a resource of ``datapackage.json`` is the file that is there, or may be any."""
    return "hash" not in resource or resource["hash"] == f"sha256:{sha256(folder / resource['path'])}"


def read_decimals(folder: Path) -> dict[str, int]:
    """Decimals of percentages in the round's print, by id or ``section.*``, from ``datapackage.json``; empty if none.

    Raises
    ------
    ValueError
        If the package holds anything but whole numbers for them.
    """
    path = folder / "datapackage.json"
    decimals = json.loads(path.read_text(encoding="utf-8")).get("printed_decimals", {}) if path.is_file() else {}
    if not isinstance(decimals, dict) or not all(type(n) is int and 0 <= n <= 9 for n in decimals.values()):
        raise ValueError(f"{path}: printed_decimals must give a number from 0 to 9 for each id or section.*")
    return decimals


def _provenance(path: Path, value: str) -> Provenance:
    for known in PROVENANCE:
        if value == known:
            return known
    raise ValueError(f"{path}: provenance {value!r} is none of {', '.join(PROVENANCE)}")
