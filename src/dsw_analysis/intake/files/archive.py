"""Reads parts of a ZIP archive in bounded memory, believing nothing that its directory says unchecked."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NoReturn
from xml.etree import ElementTree

from dsw_analysis.intake.files.limits import LIMITS, MIB, RESAVE, Limits, refuse, size_text
from dsw_analysis.problems import DataError

_STORED, _DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
_LOCAL_HEADER: Final = 30
_DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']+)")


class _Bounded(io.FileIO):
    """A file that refuses to be read in great gulps, as ``zipfile`` reads a directory of whatever size."""

    def __init__(self, path: Path, limits: Limits) -> None:
        super().__init__(path)
        self._file, self._most = path.name, limits.directory_bytes

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > self._most:
            refuse("too_large", self._file, "มีไฟล์ย่อยภายในจำนวนมากผิดปกติ", RESAVE)
        return super().read(size)


class Archive:
    """A workbook's archive, its directory checked against the limits.

    Raises
    ------
    DataError
        From the constructor and from every reading method, when the archive is damaged, encrypted, or expands
        beyond the limits, or when a part has a document type declaration.
    """

    def __init__(self, path: Path, limits: Limits = LIMITS) -> None:
        self.path = path
        self.limits = limits
        try:
            with _Bounded(path, limits) as file, zipfile.ZipFile(file) as directory:
                entries = directory.infolist()
        except DataError:
            raise
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeError):
            self.damaged()
        if any(entry.header_offset < 0 for entry in entries):
            self.damaged()
        self._parts = {entry.filename: entry for entry in entries}
        self._check(entries)

    def __contains__(self, name: object) -> bool:
        return name in self._parts

    def names(self) -> tuple[str, ...]:
        """Names of all parts, in the directory's order."""
        return tuple(self._parts)

    def damaged(self) -> NoReturn:
        """Refuse the archive as damaged."""
        refuse("damaged", self.path.name, "ไฟล์เสียหายหรือส่งมาไม่ครบ อ่านโครงสร้างภายในไม่ได้", "ขอไฟล์ใหม่จากเจ้าของข้อมูล")

    def chunks(self, name: str) -> Iterator[bytes]:
        """Expanded bytes of a part, 1 MiB or less at a time; stops as soon as they pass the declared size."""
        entry = self._parts.get(name)
        if entry is None:
            self.damaged()
        total = checksum = 0
        for chunk in self._expand(entry):
            total += len(chunk)
            checksum = zlib.crc32(chunk, checksum)
            if total > entry.file_size:
                break
            yield chunk
        if total != entry.file_size or checksum != entry.CRC:
            self.damaged()

    def read(self, name: str) -> bytes:
        """Return a small part whole."""
        data = b""
        for chunk in self.chunks(name):
            data += chunk
            if len(data) > self.limits.part_bytes:
                self.too_large(len(data), self.limits.part_bytes)
        return data

    def tree(self, name: str) -> ElementTree.Element:
        """Small XML part as a tree."""
        data = self.read(name)
        self.check_markup(data)
        try:
            return ElementTree.fromstring(data)
        except ElementTree.ParseError:
            self.damaged()

    def check_markup(self, data: bytes) -> None:
        """Refuse XML with a document type or entities, or in an encoding that could hide them."""
        declared = _DECLARED.match(data.lstrip(b"\xef\xbb\xbf \t\r\n"))
        hidden = b"\0" in data or (declared is not None and declared[1].lower() not in (b"utf-8", b"utf8", b"us-ascii"))
        if hidden or b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            refuse("unsafe_markup", self.path.name, "ไฟล์มีคำสั่ง XML (DTD/ENTITY) ที่ไม่พบในไฟล์ตารางปกติ จึงไม่เปิดอ่าน", RESAVE)

    def _check(self, entries: list[zipfile.ZipInfo]) -> None:
        file, limits = self.path.name, self.limits
        if len(entries) > limits.parts:
            refuse("too_large", file, f"มีไฟล์ย่อยภายใน {len(entries):,} รายการ มากผิดปกติ", RESAVE)
        if len({entry.filename.lower() for entry in entries}) < len(entries):
            refuse("damaged", file, "มีไฟล์ย่อยชื่อซ้ำกันภายในไฟล์ จึงไม่ทราบว่าชุดใดถูกต้อง", RESAVE)
        if any(entry.flag_bits & 1 for entry in entries):
            refuse_password(file)
        if any(entry.compress_type not in (_STORED, _DEFLATED) for entry in entries):
            refuse("damaged", file, "ไฟล์บีบอัดด้วยวิธีที่โปรแกรมตารางไม่ใช้", RESAVE)
        expanded = sum(entry.file_size for entry in entries)
        if expanded > limits.expanded_bytes:
            self.too_large(expanded, limits.expanded_bytes)
        packed = sum(entry.compress_size for entry in entries)
        if expanded > limits.expansion_from and expanded > limits.expansion * packed:
            refuse(
                "expansion",
                file,
                f"ไฟล์ขนาด {size_text(packed)} ขยายเป็น {size_text(expanded)} เกิน {limits.expansion} เท่า ซึ่งผิดปกติ",
                "ลบแถวและคอลัมน์ว่างที่จัดรูปแบบไว้ท้ายตาราง แล้วบันทึกใหม่ หรือส่งเป็น CSV UTF-8",
            )

    def too_large(self, size: int, bound: int) -> NoReturn:
        """Refuse the archive for what it expands to."""
        refuse(
            "too_large",
            self.path.name,
            f"เมื่อขยายแล้วมีขนาด {size_text(size)} เกินกว่าที่รับได้ ({size_text(bound)})",
            "แบ่งข้อมูลเป็นหลายไฟล์ หรือส่งเป็น CSV UTF-8",
        )

    def _expand(self, entry: zipfile.ZipInfo) -> Iterator[bytes]:
        # Not ZipExtFile: it stops at the declared size, where other readers go on.
        with self.path.open("rb") as handle:
            handle.seek(entry.header_offset)
            local = handle.read(_LOCAL_HEADER)
            if len(local) < _LOCAL_HEADER or not local.startswith(b"PK\x03\x04"):
                self.damaged()
            handle.seek(int.from_bytes(local[26:28], "little") + int.from_bytes(local[28:30], "little"), 1)
            left = entry.compress_size
            inflate = zlib.decompressobj(-zlib.MAX_WBITS) if entry.compress_type == _DEFLATED else None
            try:
                while left > 0 and (packed := handle.read(min(left, 128 * 1024))):
                    left -= len(packed)
                    if inflate is None:
                        yield packed
                        continue
                    yield inflate.decompress(packed, MIB)
                    while inflate.unconsumed_tail:
                        yield inflate.decompress(inflate.unconsumed_tail, MIB)
            except zlib.error:
                self.damaged()
            if left or (inflate is not None and not inflate.eof):
                self.damaged()


def refuse_password(file: str) -> NoReturn:
    """Refuse an encrypted file."""
    refuse("password", file, "ไฟล์ใส่รหัสผ่านไว้ จึงเปิดอ่านไม่ได้", "ถอดรหัสผ่านออก (ไฟล์ > ข้อมูล > ป้องกันเวิร์กบุ๊ก) แล้วส่งไฟล์ใหม่")
