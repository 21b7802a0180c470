"""Which encoding a text file is in, proved over the whole file, never guessed from a sample."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from dsw_analysis.intake.files.limits import MIB
from dsw_analysis.intake.files.messages import refuse

_ENOUGH_THAI: Final = 200_000
_BROKEN_SHARE: Final = 0.05
_THAI = re.compile("[ก-ฺเ-๎]")
# Thai spelling: a sign or following vowel stands after a consonant or another sign; a leading vowel before a consonant.
_MISPLACED = re.compile("(?<![ก-ฮะ-ฺๅ-๎])[ะ-ฺๅ็-๎]|[เ-ไ](?![ก-ฮเ])")
_UTF8_READ_AS_THAI = re.compile("เธ|เน")


@dataclass(frozen=True)
class Encoding:
    """A proved encoding: Python codec, the name shown to people, the length of its mark (bytes), blank lines."""

    codec: str
    label: str
    mark: int = 0
    blank_lines: int = 0


_UTF8: Final = Encoding("utf-8", "UTF-8")


def detect(path: Path) -> Encoding:
    """Prove the encoding of the whole file in bounded memory.

    UTF-8 and UTF-16 are proved by decoding every byte strictly. TIS-620 and CP874 have no such proof
    (nearly every byte string decodes), so the text must also obey Thai spelling.

    Raises
    ------
    DataError
        With code ``encoding`` (and the row, where one is at fault) or ``binary``.
    """
    with path.open("rb") as handle:
        head = handle.read(MIB)
    if head.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        refuse("encoding.utf32", path.name)
    marked = (
        (codecs.BOM_UTF8, Encoding("utf-8", "UTF-8 (มี BOM)", 3)),
        (codecs.BOM_UTF16_LE, Encoding("utf-16-le", "UTF-16", 2)),
        (codecs.BOM_UTF16_BE, Encoding("utf-16-be", "UTF-16", 2)),
    )
    guess = next((encoding for mark, encoding in marked if head.startswith(mark)), None) or _unmarked_utf16(head)
    if guess is None and b"\0" in head:
        refuse("binary", path.name, row=head[: head.index(b"\0")].count(b"\n") + 1)
    guess = guess or _UTF8
    fault, blank_lines = _first_fault(path, guess)
    if fault is None:
        return replace(guess, blank_lines=blank_lines)
    if guess.codec != "utf-8" or guess.mark or _mostly_utf8(head):
        refuse("encoding.broken", path.name, row=fault, label=guess.label)
    return _single_byte(path, head)


def misread(text: str) -> str | None:
    """Return what ``text`` was before UTF-8 was read as CP874 or Latin-1 and saved so; ``None`` if it was not."""
    for codec in ("cp874", "cp1252", "latin-1"):
        try:
            before = text.encode(codec).decode("utf-8")
        except UnicodeError:
            continue
        if before != text and _THAI.search(before):
            return before
    return None


def _unmarked_utf16(head: bytes) -> Encoding | None:
    even, odd = head[0::2], head[1::2]
    for high, codec in ((odd, "utf-16-le"), (even, "utf-16-be")):
        common = sum(high.count(byte) for byte in (b"\x00", b"\x0e", b"\x20"))
        if high and high.count(b"\x00") > len(high) // 20 and common > 0.95 * len(high):
            return Encoding(codec, "UTF-16 (ไม่มี BOM)")
    return None


def _first_fault(path: Path, encoding: Encoding) -> tuple[int | None, int]:
    """Line of the first undecodable character (1-based; ``None`` if there is none), and the number of blank lines."""
    decoder = codecs.getincrementaldecoder(encoding.codec)("strict")
    lines, blank_lines = 1, 0
    with path.open("rb") as handle:
        handle.seek(encoding.mark)
        while True:
            chunk = handle.read(MIB)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return lines + _breaks(error.object[: error.start], encoding)[0], blank_lines
            if "\0" in text:
                refuse("binary", path.name, row=lines + _breaks(text[: text.index("\0")].encode(), _UTF8)[0])
            if not chunk:
                return None, blank_lines
            found, blank = _breaks(chunk, encoding)
            lines, blank_lines = lines + found, blank_lines + blank


def _breaks(chunk: bytes, encoding: Encoding) -> tuple[int, int]:
    """Line breaks (LF, CR or both) and blank lines in a chunk; pairs cut by its border are not seen."""
    kind = {"utf-16-le": "<u2", "utf-16-be": ">u2"}.get(encoding.codec, "u1")
    codes = np.frombuffer(chunk[: len(chunk) // 2 * 2] if kind != "u1" else chunk, dtype=kind)
    feed, back = codes == ord("\n"), codes == ord("\r")
    either = feed | back
    both = int(np.count_nonzero(back[:-1] & feed[1:]))
    return int(np.count_nonzero(either)) - both, int(np.count_nonzero(either[:-1] & either[1:])) - both


def _mostly_utf8(head: bytes) -> bool:
    """Tell damaged UTF-8 from text that was never UTF-8."""
    text = head.decode("utf-8", errors="replace")
    return len(_THAI.findall(text)) > 5 * text.count("\ufffd")


def _single_byte(path: Path, head: bytes) -> Encoding:
    fault, blank_lines = _first_fault(path, Encoding("cp874", "CP874"))
    if fault is not None:
        refuse("encoding.none", path.name, row=fault)
    thai = misplaced = doubtful = 0
    extended = False
    with path.open("rb") as handle:
        while thai < _ENOUGH_THAI and (chunk := handle.read(MIB)):
            text = chunk.decode("cp874")
            thai += len(_THAI.findall(text))
            misplaced += len(_MISPLACED.findall(text))
            doubtful += len(_UTF8_READ_AS_THAI.findall(text))
            extended = extended or re.search(rb"[\x80-\xa0]", chunk) is not None
    if misplaced > _BROKEN_SHARE * thai or doubtful > 0.15 * thai or thai == 0:
        refuse("encoding.unknown", path.name)
    return Encoding("cp874", "CP874 (Windows-874)" if extended else "TIS-620", blank_lines=blank_lines)
