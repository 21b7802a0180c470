"""Records of a delimited text file: surveyed in bounded memory first, then parsed into a frame."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from dsw_analysis.intake.files.encoding import Encoding
from dsw_analysis.intake.files.header import Header
from dsw_analysis.intake.files.limits import LIMITS, Limits, refuse
from dsw_analysis.intake.files.rows import row_list

_Odd = tuple[int, str]
"""Row and text of a record that has not as many cells as the header."""


@dataclass(frozen=True)
class Layout:
    """How a text file is laid out: the header's place and where the data begin.

    Attributes
    ----------
    width:
        Cells of a record.
    offset:
        Byte at which the data begin.
    records:
        Records before the data, blank lines counted, as a spreadsheet program shows them.
    """

    path: Path
    encoding: Encoding
    delimiter: str
    header: Header
    width: int
    offset: int
    records: int


@dataclass(frozen=True)
class Records:
    """Cells below the header (columns numbered from 0, index the spreadsheet rows, blanks missing).

    ``parts`` can be gone through once; ``ragged`` are the rows with too few or too many cells, and how many they have;
    ``width`` is what they should have.
    """

    parts: Iterator[pd.DataFrame]
    width: int
    ragged: dict[int, int]


def read_records(layout: Layout, limits: Limits = LIMITS, rows: int | None = None) -> Records:
    """Read all records below the header; those with too few or too many cells are padded or cut, and named.

    ``rows`` is about how many records a part has; ``None`` makes one part of all.

    Raises
    ------
    DataError
        When quoting is broken, cells do not fit the header all over the file, or a bound is passed.
    """
    mended, ragged = {}, {}
    for row, text in _survey(layout, limits):
        cells = _split(text, layout.delimiter)
        mended[row] = [cell or None for cell in (*cells, *[""] * layout.width)][: layout.width]
        if len(cells) < layout.width or any(cell.strip() for cell in cells[layout.width :]):
            ragged[row] = len(cells)
    return Records(_parts(layout, rows, mended), layout.width, ragged)


def _parts(layout: Layout, rows: int | None, mended: dict[int, list[str | None]]) -> Iterator[pd.DataFrame]:
    """Number the records and put the mended ones, which the parser left out, back in their places."""
    start = layout.records + 1
    for table, last in _tables(layout, rows):
        part = table.to_pandas(types_mapper=lambda _: pd.StringDtype(na_value=np.nan))
        part.columns = pd.RangeIndex(layout.width)
        numbers = pd.RangeIndex(start, start + len(part) + len(mended))
        part.index = numbers[~numbers.isin(list(mended))][: len(part)] if mended else numbers
        end = max(mended, default=start) + 1 if last else int(part.index[-1]) + 1
        odd = {row: mended.pop(row) for row in list(mended) if row < end}
        if odd:
            rest = pd.DataFrame.from_dict(odd, orient="index", columns=part.columns).astype(part.dtypes.to_dict())
            part = pd.concat([part, rest]).sort_index()
        start = end
        yield part


def _stream(layout: Layout) -> pa.PythonFile:
    handle = layout.path.open("rb")
    handle.seek(layout.offset)
    return pa.PythonFile(handle, mode="r")


def _options(layout: Layout, on_odd: Callable[[pa_csv.InvalidRow], str]) -> dict[str, Any]:
    names = [str(i) for i in range(layout.width)]
    return {
        # One thread: only then does Arrow number the odd records.
        "read_options": pa_csv.ReadOptions(
            use_threads=False,
            block_size=LIMITS.cell_bytes,
            column_names=names,
            encoding={"utf-8": "utf8"}.get(layout.encoding.codec, layout.encoding.codec),
        ),
        "parse_options": pa_csv.ParseOptions(
            delimiter=layout.delimiter,
            newlines_in_values=True,
            ignore_empty_lines=False,
            invalid_row_handler=on_odd,
        ),
        "convert_options": pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=True, null_values=[""]
        ),
    }


def _survey(layout: Layout, limits: Limits) -> list[_Odd]:
    """Go through all records, keeping none but the odd ones."""
    odd: list[_Odd] = []

    def keep(record: pa_csv.InvalidRow) -> str:
        odd.append((layout.records + record.number, record.text))
        return "skip" if len(odd) <= limits.ragged_rows else "error"

    row, last = layout.records, ""
    # A quote that is never closed swallows records: a cell then holds lines that would be records of their own
    # (in narrow tables several, for an address may well hold one).
    mark, times = layout.delimiter, max(1, 6 // layout.width)
    swallowed = rf"(?:\n[^\n{mark}]*(?:[{mark}][^\n{mark}]*){{{layout.width - 1}}}){{{times}}}"
    try:
        with _stream(layout) as stream:
            for batch in pa_csv.open_csv(stream, **_options(layout, keep)):
                position = min((_first(column, swallowed) for column in batch.columns), default=None)
                if position is not None and position < batch.num_rows:
                    _refuse_quote(layout, _shown(row + position + 1, odd))
                row += batch.num_rows
                last = batch.column(layout.width - 1)[-1].as_py() or "" if batch.num_rows else last
                if row + len(odd) > limits.rows:
                    _refuse_rows(layout, limits)
    except pa.ArrowInvalid as error:
        if len(odd) > limits.ragged_rows:
            _refuse_ragged(layout, odd)
        if not str(error).startswith("Empty CSV"):
            _refuse_quote(layout, row + len(odd) + 1)
    end = row + len(odd)
    if odd and odd[-1][0] == end:
        if _is_open(odd[-1][1], layout.delimiter):
            _refuse_quote(layout, end)
    elif row > layout.records and _ends_with(layout, '"' + last.replace('"', '""') if last else mark + '"'):
        _refuse_quote(layout, end)
    return odd


def _tables(layout: Layout, rows: int | None) -> Iterator[tuple[pa.Table, bool]]:
    """Records that fit the header, so many at a time, and whether they are the last (there may be none)."""
    names = [str(i) for i in range(layout.width)]
    schema = pa.schema([(name, pa.large_string()) for name in names])
    batches: list[pa.RecordBatch] = []
    with _stream(layout) as stream:
        try:
            reader = pa_csv.open_csv(stream, **_options(layout, lambda record: "skip"))
        except pa.ArrowInvalid:  # nothing below the header, the survey having passed
            reader = ()
        for batch in reader:
            batches.append(batch)
            while rows is not None and sum(map(len, batches)) >= rows:
                table = pa.Table.from_batches(batches, schema)
                yield table.slice(0, rows), False
                batches = table.slice(rows).to_batches()
    yield pa.Table.from_batches(batches, schema), True


def _first(column: pa.Array, pattern: str) -> int:
    """Position of the first cell with a line break and ``pattern`` in it; the column's length if there is none."""
    data = column.buffers()[2]
    if data is None or b"\n" not in data.to_pybytes():
        return len(column)
    position: int = pc.index(pc.match_substring_regex(column, pattern), value=True).as_py()
    return len(column) if position < 0 else position


def _shown(row: int, odd: Sequence[_Odd]) -> int:
    """Row number once the odd records before it are counted too."""
    for other, _ in odd:
        row += other <= row
    return row


def _split(text: str, delimiter: str) -> list[str]:
    return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])


def _is_open(text: str, delimiter: str) -> bool:
    try:
        next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


def _ends_with(layout: Layout, text: str) -> bool:
    wanted = text.encode(layout.encoding.codec)
    with layout.path.open("rb") as handle:
        if handle.seek(0, io.SEEK_END) < layout.offset + len(wanted):
            return False
        handle.seek(-len(wanted), io.SEEK_END)
        return handle.read() == wanted


def _refuse_quote(layout: Layout, row: int) -> NoReturn:
    refuse(
        "unclosed_quote",
        layout.path.name,
        'เครื่องหมายคำพูด (") เปิดแล้วไม่ปิด จึงไม่ทราบว่าช่องนี้สิ้นสุดที่ใด หรือช่องยาวเกิน 1 MB',
        "เติมเครื่องหมายคำพูดให้ครบคู่ในแถวนี้ หรือบันทึกใหม่จาก Excel เป็น CSV UTF-8",
        row=row,
    )


def _refuse_ragged(layout: Layout, odd: Sequence[_Odd]) -> NoReturn:
    refuse(
        "ragged_file",
        layout.path.name,
        f"มีแถวที่จำนวนช่องไม่เท่ากับหัวตาราง ({layout.width} ช่อง) เกิน {LIMITS.ragged_rows:,} แถว "
        f"เริ่มที่{row_list(row for row, _ in odd)}",
        "ตรวจเครื่องหมายคั่นคอลัมน์ของทั้งไฟล์ แล้วบันทึกใหม่จาก Excel เป็น CSV UTF-8",
    )


def _refuse_rows(layout: Layout, limits: Limits) -> NoReturn:
    refuse(
        "too_many_rows",
        layout.path.name,
        f"มีมากกว่า {limits.rows:,} แถว ซึ่งเกินกว่าที่รับได้",
        "แบ่งข้อมูลเป็นหลายไฟล์ หรือลบแถวว่างท้ายไฟล์ แล้วส่งไฟล์ใหม่",
    )
