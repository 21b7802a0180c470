"""Reads CSV and other delimited text: encoding proved, delimiter known by the header, records counted as shown."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from dsw_analysis.intake.files.encoding import Encoding, detect
from dsw_analysis.intake.files.header import LOOK, Header, find_header, head_rows, refuse_headerless
from dsw_analysis.intake.files.limits import LIMITS
from dsw_analysis.intake.files.messages import problem, refuse
from dsw_analysis.intake.files.rows import row_list
from dsw_analysis.intake.files.table import RawTable, make_tables

_DELIMITERS: Final = {",": "จุลภาค (,)", "\t": "แท็บ", ";": "อัฒภาค (;)", "|": "ขีดตั้ง (|)"}
_HEAD_BYTES: Final = 256 * 1024


@dataclass(frozen=True)
class Layout:
    """How a text file is laid out: cells of a record, byte at which the data begin, and records before it.

    Blank lines are counted as records, as a spreadsheet program shows them.
    """

    path: Path
    encoding: Encoding
    delimiter: str
    header: Header
    width: int
    offset: int
    records: int


def read_text(
    path: Path,
    headers: Sequence[str],
    *,
    rows: int | None = None,
    header_row: int | None = None,
    stop_at: str | None = None,
) -> Iterator[RawTable]:
    """Read a delimited text file in parts of about ``rows`` rows, or whole; ``sha256`` is left empty.

    The other parameters are those of :func:`dsw_analysis.intake.files.read_parts`.

    Raises
    ------
    DataError
        When the encoding, the header or the quoting is not certain, or a bound is passed; after parts that could be
        read, where it is the file's end that is at fault.
    """
    layout = _find_layout(path, detect(path), headers, header_row)
    if layout.encoding.blank_lines * layout.width > LIMITS.blank_cells:
        refuse("blank_rows", path.name, count=layout.encoding.blank_lines)
    notes = [f"อ่านด้วยรหัสอักขระ {layout.encoding.label} คั่นคอลัมน์ด้วย{_DELIMITERS[layout.delimiter]}"]
    if layout.header.first:
        notes.append(f"ข้ามข้อความเหนือหัวตาราง {layout.header.first:,} แถว")
    records = Records(layout, rows)
    made = make_tables(path, None, records, layout.header, header_row=layout.records, notes=notes, stop_at=stop_at)
    for table in made:
        ragged = [
            problem("ragged_row", path.name, row=row, value=f"{count} ช่อง", width=layout.width)
            for row, count in records.ragged.items()
            if row in table.frame.index
        ]
        yield replace(table, problems=(*table.problems, *ragged))


def look_at_text(path: Path, rows: int) -> Iterator[list[list[str]]]:
    """The first records, once for each sign that may stand between cells."""
    encoding = detect(path)
    with path.open("rb") as handle:
        handle.seek(encoding.mark)
        text = handle.read(_HEAD_BYTES).decode(encoding.codec, errors="ignore")
    for delimiter in _DELIMITERS:
        yield [cells for cells, _ in _first_records(text, delimiter, rows)]


def _find_layout(path: Path, encoding: Encoding, headers: Sequence[str], header_row: int | None) -> Layout:
    """Try each delimiter on the first records; the right one shows most of the expected headers."""
    with path.open("rb") as handle:
        handle.seek(encoding.mark)
        head = handle.read(_HEAD_BYTES)
    text = head.decode(encoding.codec, errors="ignore")
    best: Layout | None = None
    for delimiter in _DELIMITERS:
        records = list(_first_records(text, delimiter, LOOK + head_rows(header_row)))
        rows = [cells for cells, _ in records]
        header = find_header(rows, headers, at=header_row)
        if header is None:
            continue
        below = header.first + header.depth
        named = max(i for i, name in enumerate(header.texts) if name) + 1
        width = _usual_width(rows[below:], named, whole=len(head) < _HEAD_BYTES)
        offset = encoding.mark + len(text[: records[below - 1][1]].encode(encoding.codec))
        layout = Layout(path, encoding, delimiter, header, width, offset, below)
        if best is None or (header.score, width) > (best.header.score, best.width):
            best = layout
    if best is None:
        refuse_headerless(path.name, None, [cells for cells, _ in _first_records(text, ",", LOOK)], headers)
    if best.width > LIMITS.columns:
        refuse("too_many_columns", path.name, count=best.width)
    return best


def _first_records(text: str, delimiter: str, most: int) -> Iterator[tuple[list[str], int]]:
    """The first ``most`` records of a text and the position at which each ends, but a cut or broken last one."""
    position = 0

    def lines() -> Iterator[str]:
        nonlocal position
        for line in io.StringIO(text, newline=""):
            position += len(line)
            yield line

    reader = csv.reader(lines(), delimiter=delimiter, strict=False)
    try:
        for count, record in enumerate(reader):
            if count >= most:
                return
            yield record, position
    except csv.Error:
        return


def _usual_width(rows: Sequence[Sequence[str]], named: int, *, whole: bool) -> int:
    """Cells of a record: those with a header, or more if the data rows agree on more."""
    widths = [len(row) for row in (rows if whole else rows[:-1]) if len(row) > 1]
    if not widths:
        return named
    usual = max(set(widths), key=widths.count)
    return usual if usual > named and widths.count(usual) > len(widths) // 2 else named


@dataclass
class Records:
    """All records in parts of about ``rows``, or in one: columns numbered from 0, index the spreadsheet rows.

    They can be gone through once. Records with too few or too many cells are padded or cut, and named in ``ragged``
    (row -> how many cells) when their part comes.

    Raises
    ------
    DataError
        On the way, when quoting is broken, cells do not fit the header all over the file, or a bound is passed.
    """

    layout: Layout
    rows: int | None
    ragged: dict[int, int] = field(default_factory=dict)
    _odd: list[tuple[int, str]] = field(default_factory=list)
    """Row and text of the records that have not as many cells as the header."""
    _waiting: dict[int, list[str | None]] = field(default_factory=dict)
    """Row and cells of those that no part has had."""

    def __iter__(self) -> Iterator[pd.DataFrame]:
        """The parts; at least one."""
        schema = pa.schema([(str(i), pa.large_string()) for i in range(self.layout.width)])
        start = self.layout.records + 1
        batches: list[pa.RecordBatch] = []
        for batch in self._batches():
            batches.append(batch)
            while self.rows is not None and sum(map(len, batches)) >= self.rows:
                table = pa.Table.from_batches(batches, schema)
                part = self._part(table.slice(0, self.rows), start)
                start = int(part.index[-1]) + 1
                yield part
                batches = table.slice(self.rows).to_batches()
        yield self._part(pa.Table.from_batches(batches, schema), start, last=True)

    def _part(self, table: pa.Table, start: int, *, last: bool = False) -> pd.DataFrame:
        """Number the records and put the odd ones, which the parser left out, back in their places."""
        part: pd.DataFrame = table.to_pandas(types_mapper=lambda _: pd.StringDtype(na_value=np.nan))
        part.columns = pd.RangeIndex(self.layout.width)
        numbers = pd.RangeIndex(start, start + len(part) + len(self._waiting))
        part.index = numbers[~numbers.isin(list(self._waiting))][: len(part)] if self._waiting else numbers
        odd = {row: self._waiting.pop(row) for row in list(self._waiting) if last or row < part.index[-1]}
        if odd:
            rest = pd.DataFrame.from_dict(odd, orient="index", columns=part.columns).astype(part.dtypes.to_dict())
            part = pd.concat([part, rest]).sort_index()
        return part

    def _keep(self, record: pa_csv.InvalidRow) -> str:
        """Take note of an odd record."""
        layout, row = self.layout, self.layout.records + record.number
        cells = _split(record.text, layout.delimiter)
        self._odd.append((row, record.text))
        self._waiting[row] = [cell or None for cell in (*cells, *[""] * layout.width)][: layout.width]
        if len(cells) < layout.width or any(cell.strip() for cell in cells[layout.width :]):
            self.ragged[row] = len(cells)
        return "skip" if len(self._odd) <= LIMITS.ragged_rows else "error"

    def _batches(self) -> Iterator[pa.RecordBatch]:
        """Records that fit the header, as they are parsed; what is wrong with the quoting is found on the way."""
        layout, file, odd = self.layout, self.layout.path.name, self._odd
        row, last = layout.records, ""
        # A quote that is never closed swallows records: a cell then holds lines that would be records of their own
        # (in narrow tables several, for an address may well hold one).
        mark, times = layout.delimiter, max(1, 6 // layout.width)
        swallowed = rf"(?:\n[^\n{mark}]*(?:[{mark}][^\n{mark}]*){{{layout.width - 1}}}){{{times}}}"
        try:
            with layout.path.open("rb") as handle:
                handle.seek(layout.offset)
                for batch in self._reader(handle):
                    position = min(_first(column, swallowed) for column in batch.columns)
                    if position < batch.num_rows:
                        refuse("unclosed_quote", file, row=_shown(row + position + 1, odd))
                    row += batch.num_rows
                    last = batch.column(layout.width - 1)[-1].as_py() or "" if batch.num_rows else last
                    if row + len(odd) > LIMITS.rows:
                        refuse("too_many_rows", file)
                    yield batch
        except pa.ArrowInvalid as error:
            if len(odd) > LIMITS.ragged_rows:
                refuse("ragged_file", file, width=layout.width, rows=row_list(row for row, _ in odd))
            if not str(error).startswith("Empty CSV"):
                refuse("unclosed_quote", file, row=row + len(odd) + 1)
        end = row + len(odd)
        if odd and odd[-1][0] == end:
            is_open = _is_open(odd[-1][1], layout.delimiter)
        else:
            is_open = row > layout.records and _ends_with(layout, '"' + last.replace('"', '""') if last else mark + '"')
        if is_open:
            refuse("unclosed_quote", file, row=end)

    def _reader(self, handle: io.BufferedReader) -> pa_csv.CSVStreamingReader:
        names = [str(i) for i in range(self.layout.width)]
        codec = self.layout.encoding.codec
        return pa_csv.open_csv(
            pa.PythonFile(handle, mode="r"),
            # One thread: only then does Arrow number the odd records.
            pa_csv.ReadOptions(
                use_threads=False,
                block_size=LIMITS.cell_bytes,
                column_names=names,
                encoding="utf8" if codec == "utf-8" else codec,
            ),
            pa_csv.ParseOptions(
                delimiter=self.layout.delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=self._keep,
            ),
            pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=True, null_values=[""]
            ),
        )


def _first(column: pa.Array, pattern: str) -> int:
    """Position of the first cell with a line break and ``pattern`` in it; the column's length if there is none."""
    data = column.buffers()[2]
    if data is None or b"\n" not in data.to_pybytes():
        return len(column)
    position: int = pc.index(pc.match_substring_regex(column, pattern), value=True).as_py()
    return len(column) if position < 0 else position


def _shown(row: int, odd: list[tuple[int, str]]) -> int:
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
