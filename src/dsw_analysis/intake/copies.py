"""Checked copies of raw files: typed, in Parquet, so that a file is judged once and then read only as far as asked."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import numpy as np
import pandas as pd
import pyarrow as pa

from dsw_analysis.intake.columns import Column, Schema
from dsw_analysis.intake.typed import from_arrow, province_code, to_arrow
from dsw_analysis.project import current
from dsw_analysis.rounds import Round

BLOCK: Final = 1 << 20
"""Rows that are sorted by province together."""
GROUP: Final = 1 << 15
"""Rows of a row group, the least that is read."""
_STALE: Final = 24 * 3600
_KEY: Final = b"dsw_analysis"


@dataclass(frozen=True)
class Copy:
    """The checked copy of one file.

    Its name ends with the hash of its own bytes: record and copy come into place by one rename, and a copy in which
    anything was changed afterwards is none.

    Attributes
    ----------
    raw:
        The raw file, or its parts -> hash.
    files:
        Every file that it was made from -> hash.
    folder:
        Where it lies.
    key:
        Of all that it was made from, the code included; its name begins with the first 16 digits.
    """

    dataset: Schema
    raw: Mapping[str, str]
    files: Mapping[str, str]
    folder: Path
    key: str

    @property
    def stem(self) -> str:
        """What its name begins with."""
        return f"{self.dataset.id}-{self.key[:16]}"

    def read(self, columns: Sequence[Column], province: str | None) -> tuple[pd.DataFrame, int] | None:
        """Columns of all rows or those of a province, in the order of the raw file, and how many rows there are in all.

        ``None`` if there is no such copy, or it is not as it was written.
        """
        for path in self.folder.glob(f"{self.stem}-*.parquet"):
            with suppress(OSError, pa.ArrowException, ValueError, KeyError):
                return _read(path, self.key, columns, province, sha256=path.stem.rpartition("-")[2])
        return None

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """Write the copy beside its place; without :meth:`Writer.keep` it is gone afterwards.

        Raises
        ------
        OSError
            If it cannot be written: no such right, disk full.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        temporary = self.folder / f".{self.stem}.{uuid4().hex}.tmp"
        writer = Writer(self, temporary)
        try:
            yield writer
        finally:
            writer.abandon()


class Writer:
    """Writes the parts of a file into a copy, sorted so that a province lies together."""

    def __init__(self, copy: Copy, temporary: Path) -> None:
        import pyarrow.parquet as pq  # noqa: PLC0415 - as in sources.parquet

        self._copy, self._temporary = copy, temporary
        self._columns = copy.dataset.columns
        self._held: list[pa.Table] = []
        schema = self._table(pd.DataFrame({c.name: [] for c in self._columns}), empty=True).schema
        coded = [c.name for c in self._columns if c.kind == "multi"]
        self._file: pq.ParquetWriter | None = pq.ParquetWriter(
            temporary,
            schema,
            compression="zstd",
            compression_level=1,
            use_dictionary=coded,
        )
        self._rows = 0

    def add(self, frame: pd.DataFrame) -> None:
        """Write the next rows."""
        self._held.append(self._table(frame))
        self._rows += len(frame)
        if sum(map(len, self._held)) >= BLOCK:
            self._flush()

    def finish(self) -> None:
        """End the file, so that it can be read."""
        self._flush()
        if self._file is not None:
            about = {"key": self._copy.key, "rows": self._rows}
            self._file.add_key_value_metadata({_KEY: json.dumps(about)})
            self._file.close()
            self._file = None

    def read(self, columns: Sequence[Column], province: str | None) -> tuple[pd.DataFrame, int]:
        """As :meth:`Copy.read`, from the finished file."""
        return _read(self._temporary, self._copy.key, columns, province)

    def keep(self) -> None:
        """Put the finished file in its place, and remove all other copies of the dataset."""
        folder, name = self._copy.folder, self._copy.dataset.id
        with self._temporary.open("rb") as file:
            path = folder / f"{self._copy.stem}-{hashlib.file_digest(file, 'sha256').hexdigest()}.parquet"
        self._temporary.replace(path)
        for other in folder.glob(f"{name}-*.parquet"):
            if other != path:
                with suppress(OSError):  # somebody reads it; it is not taken for the file's copy any more
                    other.unlink(missing_ok=True)
        for other in folder.glob(f".{name}-*.tmp"):  # left by a process that was killed
            if other.stat().st_mtime < time.time() - _STALE:
                other.unlink(missing_ok=True)

    def abandon(self) -> None:
        """Close and remove what has not been kept."""
        with suppress(OSError, pa.ArrowException):
            if self._file is not None:
                self._file.close()
        with suppress(OSError):
            self._temporary.unlink(missing_ok=True)

    def _table(self, frame: pd.DataFrame, *, empty: bool = False) -> pa.Table:
        arrays = [to_arrow(None if empty else frame[column.name], column) for column in self._columns]
        kind = pa.int64() if len(self._copy.raw) > 1 else pa.int32()  # rows of parts have large numbers
        rows = pa.array([] if empty else frame.index.to_numpy(), kind)
        return pa.Table.from_arrays([rows, *arrays], ["row", *(column.name for column in self._columns)])

    def _flush(self) -> None:
        if not self._held or self._file is None:
            return
        table = pa.concat_tables(self._held)
        self._held = []
        if "province" in self._copy.dataset.names:
            table = table.take(pa.array(np.argsort(table["province"].to_numpy(), kind="stable")))
        self._file.write_table(table, row_group_size=GROUP)


def key_of(dataset: Schema, round_: Round, files: Mapping[str, str]) -> str:
    """Key of a copy: schema, round, hashes of the raw files that it depends on by name, and the code that judges.

    With the project's contact, which no mask covers.
    """
    parts = [repr(_all_of(dataset)), str(round_), dict(sorted(files.items())), code_hash(), current().contact]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def _all_of(dataset: Schema) -> dict[str, object]:
    """All that a schema says, of which its ``repr`` shows little."""
    said = {part.name: getattr(dataset, part.name) for part in fields(dataset) if part.repr}
    return said | {"registries": {column: (_all_of(kind), name) for column, (kind, name) in dataset.registries.items()}}


@cache
def code_hash() -> str:
    """Hash of the code and tables that read and judge files, and of the versions of what they stand on."""
    intake = Path(__file__).parent
    digest = hashlib.sha256(f"{pd.__version__} {pa.__version__} {np.__version__}".encode())
    for path in sorted(intake.rglob("*.*")):
        if path.suffix in {".py", ".csv", ".toml"}:
            digest.update(path.relative_to(intake).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _read(
    path: Path, key: str, columns: Sequence[Column], province: str | None, *, sha256: str | None = None
) -> tuple[pd.DataFrame, int]:
    import pyarrow.parquet as pq  # noqa: PLC0415

    with path.open("rb") as handle:
        if sha256 is not None:
            if hashlib.file_digest(handle, "sha256").hexdigest() != sha256:
                raise ValueError("not as it was written")
            handle.seek(0)
        return _opened(pq.ParquetFile(handle, pre_buffer=False), key, columns, province)


def _opened(
    file: Any,  # noqa: ANN401 - pyarrow has no types
    key: str,
    columns: Sequence[Column],
    province: str | None,
) -> tuple[pd.DataFrame, int]:
    with file:
        about = json.loads(file.metadata.metadata[_KEY])
        if about["key"] != key or about["rows"] != file.metadata.num_rows:
            raise ValueError("another file's copy")
        code = None if province is None else province_code(province)
        names = ["row", *dict.fromkeys([c.name for c in columns] + (["province"] if code is not None else []))]
        table = file.read_row_groups(_groups(file, code), columns=names)
    if code is not None:
        table = table.filter(pa.array(table["province"].to_numpy() == code))
    arrays = dict(zip(names, table.columns, strict=True))
    del table  # a column's array goes once its values are made
    rows = arrays.pop("row").to_numpy()
    order = None
    if (np.diff(rows) < 0).any():  # back into the order of the raw file
        order = np.argsort(rows)
        rows = rows[order]
    index: pd.Index = pd.Index(rows.astype(np.int64), name="row")
    if len(rows) and int(rows[-1]) - int(rows[0]) + 1 == len(rows):
        index = pd.RangeIndex(int(rows[0]), int(rows[-1]) + 1, name="row")
    values = {}
    for column in columns:
        array = arrays.pop(column.name)
        values[column.name] = from_arrow(array if order is None else array.take(pa.array(order)), column)
    return pd.DataFrame(values, index=index, columns=pd.Index([c.name for c in columns]), copy=False), about["rows"]


def _groups(file: Any, code: int | None) -> list[int]:  # noqa: ANN401
    """Row groups that may hold the province; all without one."""
    groups = range(file.metadata.num_row_groups)
    if code is None:
        return list(groups)
    at = file.schema_arrow.get_field_index("province")
    bounds = [file.metadata.row_group(group).column(at).statistics for group in groups]
    return [group for group, b in zip(groups, bounds, strict=True) if b.min <= code <= b.max]
