"""Reads Parquet files into the same cells that a sheet has: texts, numbers, dates; no other types are taken."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from dsw_analysis.intake.files.header import Header, clean, key, refuse_headerless
from dsw_analysis.intake.files.limits import LIMITS, size_text
from dsw_analysis.intake.files.messages import refuse
from dsw_analysis.intake.files.table import RawTable, make_tables

_BATCH: Final = 65_536
_TEXTS: Final = {pa.string(), pa.large_string(), pa.string_view()}
_TYPES: Final = {pa.large_string(): pd.StringDtype(na_value=np.nan), pa.int64(): pd.Int64Dtype()}


def read_parquet(
    path: Path, headers: Sequence[str], names: Mapping[str, str], *, rows: int | None = None
) -> Iterator[RawTable]:
    """Read a Parquet file in parts of about ``rows`` rows, or whole; ``sha256`` is left empty.

    Columns are called by their header or by their name in ``names`` (name -> header). Rows are numbered as if the
    header stood in row 1 of a sheet.

    Raises
    ------
    DataError
        When the file is damaged or encrypted, holds nested or binary columns, or passes a bound.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415 - slow to import, and few files are Parquet

    _check_footer(path)
    try:
        with pq.ParquetFile(path, memory_map=False, pre_buffer=False, page_checksum_verification=True) as file:
            texts = _check_schema(path, file.schema_arrow, file.metadata)
        with pq.ParquetFile(path, read_dictionary=texts, pre_buffer=False, page_checksum_verification=True) as file:
            given = [clean(name) for name in file.schema_arrow.names]
            known = {key(name): header for name, header in names.items()}
            shown = tuple(known.get(key(name), name) for name in given)
            if not {key(name) for name in shown} & {key(header) for header in headers}:
                refuse_headerless(path.name, None, [given], headers)
            header = Header(first=0, depth=1, texts=shown, rows=(shown,), score=len(shown))
            yield from make_tables(path, None, _parts(path, file, rows), header, header_row=1)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        refuse("encrypted" if "crypt" in str(error).lower() else "damaged.parquet", path.name)


def _check_footer(path: Path) -> None:
    with path.open("rb") as handle:
        start = handle.read(4)
        size = handle.seek(0, 2)
        handle.seek(max(size - 8, 0))
        length, end = struct.unpack("<I4s", handle.read(8).rjust(8, b"\0"))
    if b"PARE" in (start, end):
        refuse("encrypted", path.name)
    if end != b"PAR1" or not 0 < length <= min(size - 12, LIMITS.footer_bytes):
        refuse("damaged.parquet", path.name)


def _check_schema(path: Path, schema: pa.Schema, metadata: pa.parquet.FileMetaData) -> list[str]:
    """Refuse what is no flat table of bounded size; return the columns of text."""
    if metadata.num_rows > LIMITS.rows:
        refuse("too_many_rows.parquet", path.name)
    if len(schema) > LIMITS.columns:
        refuse("too_many_columns", path.name, count=len(schema))
    for field in schema:
        if not _is_cell(field.type):
            refuse("column_type", path.name, column=clean(field.name), value=str(field.type)[:120])
    groups = (metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    if (largest := max(groups, default=0)) > LIMITS.group_bytes:
        refuse("too_large.group", path.name, size=size_text(largest))
    return [field.name for field in schema if field.type in _TEXTS]


def _is_cell(kind: pa.DataType) -> bool:
    plain = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_null)
    dates = (pa.types.is_timestamp, pa.types.is_date)
    text = kind.value_type if pa.types.is_dictionary(kind) else kind
    return text in _TEXTS or any(check(kind) for check in (*plain, *dates))


def _parts(path: Path, file: pa.parquet.ParquetFile, rows: int | None) -> Iterator[pd.DataFrame]:
    """Cells in parts; a text column is decoded only once it is known how large that makes it."""
    start, held, count = 2, list[pd.DataFrame](), 0
    width = len(file.schema_arrow)

    def joined() -> pd.DataFrame:
        part = pd.concat(held, ignore_index=True) if len(held) > 1 else held[0]
        part.index = pd.RangeIndex(start, start + len(part))
        return part

    for batch in file.iter_batches(batch_size=min(_BATCH, rows or _BATCH)):
        columns = {i: _cells(path, column) for i, column in enumerate(batch.columns)}
        held.append(pd.DataFrame(columns, columns=pd.RangeIndex(width), copy=False))
        count += len(batch)
        if rows is not None and count >= rows:
            yield joined()
            start, held, count = start + count, [], 0
    if held or start == 2:
        held = held or [pd.DataFrame(index=[], columns=pd.RangeIndex(width), dtype=object)]
        yield joined()


def _cells(path: Path, column: pa.Array) -> pd.Series:
    kind = column.type
    if pa.types.is_dictionary(kind):
        lengths = pc.binary_length(column.dictionary)
        longest, whole = pc.max(lengths).as_py() or 0, pc.sum(lengths.take(column.indices)).as_py() or 0
        if longest > LIMITS.cell_bytes or whole > LIMITS.group_bytes:
            size = longest if longest > LIMITS.cell_bytes else whole
            refuse("too_large.group", path.name, size=size_text(size))
        kind = pa.large_string()
    elif pa.types.is_integer(kind) and kind != pa.uint64():
        kind = pa.int64()
    elif pa.types.is_floating(kind):
        kind = pa.float64()
    elif pa.types.is_date(kind):
        kind = pa.timestamp("s")  # in seconds: has no time, unlike a stamp
    elif pa.types.is_timestamp(kind):
        kind = pa.timestamp("us", kind.tz)
    else:
        return pd.Series(column.to_pylist(), dtype=object)
    cast = column.cast(kind, safe=not pa.types.is_timestamp(column.type))
    return pd.Series(cast.to_pandas(types_mapper=_TYPES.get))
