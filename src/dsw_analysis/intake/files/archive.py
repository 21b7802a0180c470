"""Reads parts of a ZIP archive in bounded memory, believing nothing that its directory says unchecked."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NoReturn
from xml.etree import ElementTree

from dsw_analysis.intake.files.limits import LIMITS, MIB, size_text
from dsw_analysis.intake.files.messages import refuse
from dsw_analysis.problems import DataError

_STORED, _DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
_LOCAL_HEADER: Final = 30
_DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']+)")


class _Bounded(io.FileIO):
    """A file that refuses to be read in great gulps, as ``zipfile`` reads a directory of whatever size."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > LIMITS.directory_bytes:
            refuse("too_large.directory", Path(str(self.name)).name)
        return super().read(size)


class Archive:
    """A workbook's archive, its directory checked against the limits.

    Raises
    ------
    DataError
        From the constructor and from every reading method, when the archive is damaged, encrypted, or expands
        beyond the limits, or when a part has a document type declaration.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with _Bounded(path) as file, zipfile.ZipFile(file) as directory:
                entries = directory.infolist()
        except DataError:
            raise
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeError):
            self.damaged()
        if any(entry.header_offset < 0 for entry in entries):
            self.damaged()
        self.parts = {entry.filename: entry for entry in entries}
        self._check(entries)

    def __contains__(self, name: object) -> bool:
        return name in self.parts

    def damaged(self) -> NoReturn:
        """Refuse the archive as damaged."""
        refuse("damaged", self.path.name)

    def chunks(self, name: str) -> Iterator[bytes]:
        """Expanded bytes of a part, 1 MiB or less at a time; stops as soon as they pass the declared size."""
        entry = self.parts.get(name)
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

    def elements(self, name: str, most: int | None = None) -> Iterator[tuple[str, str, ElementTree.Element]]:
        """Every element of an XML part of at most so many bytes, as it ends: its parent's name, its own, and itself.

        Names are without namespace. No element keeps its children, so that a part of any size takes little memory.
        """
        parser: Any = ElementTree.XMLPullParser(("start", "end"))
        inside = [ElementTree.Element("")]
        try:
            for chunk in self.checked(name, most):
                parser.feed(chunk)
                for event, element in parser.read_events():
                    if event == "start":
                        inside.append(element)
                        continue
                    inside.pop()
                    yield _local(inside[-1].tag), _local(element.tag), element
                    del inside[-1][:]
            parser.close()
        except ElementTree.ParseError:
            self.damaged()

    def checked(self, name: str, most: int | None = None) -> Iterator[bytes]:
        """As :meth:`chunks` for an XML part of at most so many bytes, refused by :meth:`check_markup`."""
        if most is not None and name in self.parts and self.parts[name].file_size > most:
            self.too_large(self.parts[name].file_size, most)
        tail = b""
        for chunk in self.chunks(name):
            self.check_markup(tail + chunk)
            tail = chunk[-16:]
            yield chunk

    def check_markup(self, data: bytes) -> None:
        """Refuse XML with a document type or entities, or in an encoding that could hide them."""
        declared = _DECLARED.match(data.lstrip(b"\xef\xbb\xbf \t\r\n"))
        hidden = b"\0" in data or (declared is not None and declared[1].lower() not in (b"utf-8", b"utf8", b"us-ascii"))
        if hidden or b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            refuse("unsafe_markup", self.path.name)

    def _check(self, entries: list[zipfile.ZipInfo]) -> None:
        file = self.path.name
        if len(entries) > LIMITS.parts:
            refuse("too_large.parts", file, count=len(entries))
        if len({entry.filename.lower() for entry in entries}) < len(entries):
            refuse("damaged.names", file)
        if any(entry.flag_bits & 1 for entry in entries):
            refuse("password", file)
        if any(entry.compress_type not in (_STORED, _DEFLATED) for entry in entries):
            refuse("damaged.packing", file)
        expanded = sum(entry.file_size for entry in entries)
        if expanded > LIMITS.expanded_bytes:
            self.too_large(expanded, LIMITS.expanded_bytes)
        packed = sum(entry.compress_size for entry in entries)
        if expanded > LIMITS.expansion_from and expanded > LIMITS.expansion * packed:
            refuse("expansion", file, packed=size_text(packed), expanded=size_text(expanded))

    def too_large(self, size: int, bound: int) -> NoReturn:
        """Refuse the archive for what it expands to."""
        refuse("too_large.expanded", self.path.name, size=size_text(size), bound=size_text(bound))

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


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
