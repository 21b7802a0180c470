"""Looks through XLS files (OLE containers of BIFF records) before they are loaded."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NoReturn

from dsw_analysis.problems import DataError
from dsw_analysis.sources.archive import refuse_password
from dsw_analysis.sources.limits import LIMITS, RESAVE, Limits, refuse
from dsw_analysis.sources.survey import Doubtful, Survey

_END: Final = 0xFFFFFFFA
"""Sector numbers from here on mean free, end of chain, or bookkeeping ([MS-CFB] 2.1)."""
# Record numbers of [MS-XLS] 2.3.
_BOUNDSHEET, _BOF, _FILEPASS, _ROW, _COLINFO = 0x0085, 0x0809, 0x002F, 0x0208, 0x007D
_BOOLERR, _MULRK = 0x0205, 0x00BD
_FORMULAS: Final = (0x0006, 0x0206, 0x0406)
_CELLS: Final = frozenset({0x0203, 0x0204, 0x00FD, 0x00D6, 0x027E, _BOOLERR, _MULRK, *_FORMULAS})
_ERRORS: Final = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


def survey_xls(path: Path, limits: Limits = LIMITS) -> list[Survey]:
    """Survey every sheet of an XLS file, in the workbook's order.

    Raises
    ------
    DataError
        When the file is damaged or encrypted, or its sheets are too many.
    """
    try:
        return _survey(_Container(path).workbook(), path.name, limits)
    except DataError:
        raise
    except (struct.error, IndexError, ValueError, OverflowError):
        _damaged(path.name)


class _Container:
    """The OLE compound file around the workbook ([MS-CFB])."""

    def __init__(self, path: Path) -> None:
        self.file = path.name
        self._data = path.read_bytes()
        head = self._data
        self._sector = 1 << struct.unpack_from("<H", head, 30)[0]
        if self._sector not in (512, 4096):
            _damaged(self.file)
        self._directory, self._cutoff, self._mini_start = (
            struct.unpack_from("<I", head, 48)[0],
            struct.unpack_from("<I", head, 56)[0],
            struct.unpack_from("<I", head, 60)[0],
        )
        places = list(struct.unpack_from("<109I", head, 76))
        more = struct.unpack_from("<I", head, 68)[0]
        while more < _END and len(places) < len(head) // self._sector:
            block = struct.unpack(f"<{self._sector // 4}I", self._read(more))
            places += block[:-1]
            more = block[-1]
        self._table: list[int] = []
        for place in places:
            if place < _END:
                self._table += struct.unpack(f"<{self._sector // 4}I", self._read(place))

    def workbook(self) -> bytes:
        """Bytes of the workbook stream."""
        entries = self._chain(self._directory)
        streams = {}
        root = b""
        for start in range(0, len(entries), 128):
            entry = entries[start : start + 128]
            length, kind = struct.unpack_from("<HB", entry, 64)
            name = entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", errors="replace").casefold()
            streams[name] = struct.unpack_from("<II", entry, 116)
            if kind == 5:
                root = self._chain(struct.unpack_from("<I", entry, 116)[0])
        if "encryptedpackage" in streams:
            refuse_password(self.file)
        for name in ("workbook", "book"):
            if name in streams:
                start, size = streams[name]
                if size >= self._cutoff:
                    return self._chain(start)[:size]
                return self._mini_chain(start, root)[:size]
        refuse("wrong_type", self.file, "เนื้อไฟล์ไม่ใช่ Excel รุ่นเก่า (.xls) อาจเป็น Word หรืออีเมล", RESAVE)

    def _read(self, sector: int) -> bytes:
        start = (sector + 1) * self._sector
        block = self._data[start : start + self._sector]
        if not block:
            _damaged(self.file)
        return block.ljust(self._sector, b"\0")

    def _chain(self, sector: int) -> bytes:
        return b"".join(self._read(place) for place in self._follow(sector, self._table))

    def _mini_chain(self, sector: int, root: bytes) -> bytes:
        raw = self._chain(self._mini_start)
        table = list(struct.unpack(f"<{len(raw) // 4}I", raw))
        return b"".join(root[place * 64 : place * 64 + 64] for place in self._follow(sector, table))

    def _follow(self, sector: int, table: list[int]) -> Iterator[int]:
        for _ in range(len(table) + 1):
            if sector >= _END:
                return
            yield sector
            sector = table[sector]
        _damaged(self.file)  # a chain that runs in a circle


def _survey(stream: bytes, file: str, limits: Limits) -> list[Survey]:
    starts: dict[int, Survey] = {}
    found = Survey()
    position = 0
    while position + 4 <= len(stream):
        number, length = struct.unpack_from("<HH", stream, position)
        body = position + 4
        if number == _BOF:
            found = starts.get(position, found)
        elif number == _BOUNDSHEET:
            starts[struct.unpack_from("<I", stream, body)[0]] = Survey()
        elif number == _FILEPASS:
            refuse_password(file)
        elif number in _CELLS:
            _add_cell(found, number, stream, body, length)
        elif number == _ROW:
            row, flags = struct.unpack_from("<H10xH", stream, body)
            if flags & 0x20:
                found.hidden_rows.append(row + 1)
        elif number == _COLINFO:
            first, last, flags = struct.unpack_from("<HH4xH", stream, body)
            if flags & 1:
                found.hidden_columns += range(first + 1, last + 2)
        position = body + length
    if not starts:
        _damaged(file)
    if len(starts) > limits.sheets:
        refuse(
            "too_many_sheets",
            file,
            f"มี {len(starts):,} แผ่นงาน เกินกว่าที่รับได้ ({limits.sheets:,})",
            "เก็บเฉพาะแผ่นงานที่มีข้อมูล แล้วบันทึกใหม่",
        )
    return list(starts.values())


def _add_cell(found: Survey, number: int, stream: bytes, body: int, length: int) -> None:
    row, column = struct.unpack_from("<HH", stream, body)
    last = struct.unpack_from("<H", stream, body + length - 2)[0] if number == _MULRK else column
    found.rows = max(found.rows, row + 1)
    found.columns = max(found.columns, last + 1)
    found.filled += last - column + 1
    error = None
    if number == _BOOLERR and stream[body + 7]:
        error = stream[body + 6]
    elif number in _FORMULAS:
        found.formulas += 1
        if stream[body + 12 : body + 14] == b"\xff\xff" and stream[body + 6] == 2:
            error = stream[body + 8]
    if error is not None:
        found.doubtful.append(Doubtful("error", row + 1, column + 1, _ERRORS.get(error, "#N/A")))


def _damaged(file: str) -> NoReturn:
    refuse("damaged", file, "ไฟล์เสียหายหรือส่งมาไม่ครบ อ่านโครงสร้างภายในไม่ได้", "ขอไฟล์ใหม่จากเจ้าของข้อมูล")
