"""Thai text made regular without changing what it says, and the error for values that cannot be read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

CHANGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "invisible": "ลบอักขระที่มองไม่เห็นและไม่มีผลต่อข้อความ (ความกว้างศูนย์ ตัวเลือกรูปอักขระ BOM ฯลฯ)",
        "legacy_glyphs": "แทนรหัสสระและวรรณยุกต์ของแบบอักษรรุ่นเก่าด้วยรหัสมาตรฐาน",
        "line_breaks": "เปลี่ยนการขึ้นบรรทัดใหม่หรือแท็บเป็นเว้นวรรค",
        "spaces": "ลบหรือยุบเว้นวรรคเกิน รวมทั้งเว้นวรรคชนิดพิเศษ",
        "sara_ae": "แก้ “เเ” (สระเอสองตัว) เป็น “แ”",
        "mark_order": "เรียงลำดับสระและวรรณยุกต์ใหม่",
        "sara_am": "รวมนิคหิตกับสระอาเป็น “ำ”",
        "doubled_marks": "ลบสระหรือวรรณยุกต์ที่พิมพ์ซ้ำ",
        "composition": "ปรับรหัสอักขระเป็นรูปมาตรฐาน NFC",
        "thai_digits": "อ่านเลขไทยเป็นเลขอารบิก",
        "short_year": "อ่านปีสองหลักเป็นปี พ.ศ.",
        "be_cell": "อ่านปีในเซลล์วันที่ของ Excel เป็น พ.ศ.",
        "zone": "แปลงเวลาจากเขตเวลาอื่นเป็นเวลาประเทศไทย",
        "time_dropped": "ตัดเวลาออก เหลือเฉพาะวันที่",
        "day_dropped": "ตัดวันออก เหลือเฉพาะเดือน",
        "number_as_text": "อ่านตัวเลขในเซลล์เป็นข้อความ",
        "merged": "เติมค่าของเซลล์ที่ผสานกันในแนวตั้งให้ทุกแถวที่ผสานไว้",
        "dash": "อ่านช่องข้อความที่มีแต่เครื่องหมาย “-” เป็นช่องว่าง",
        "missing_value": "อ่านข้อความที่หมายถึงไม่มีข้อมูลเป็นช่องว่าง",
        "alias": "แทนชื่อย่อหรือชื่ออื่นด้วยชื่อทางการ",
        "corrected": "แก้ไขตามไฟล์ corrections",
    }
)
"""Every kind of change that is counted, with the Thai words that a report says it in."""

_ABOVE_BELOW = "\u0e31\u0e34-\u0e39\u0e47"
_TONES = "\u0e48-\u0e4b"
_SIGNS = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
# Shifted marks of old Thai fonts (the Windows private-use range, as in HarfBuzz); text copied from PDF has them.
_LEGACY = str.maketrans(
    "".join(map(chr, range(0xF700, 0xF71B))),
    "ฐ\u0e34\u0e35\u0e36\u0e37\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e48\u0e49\u0e4a\u0e4b\u0e4cญ"
    "\u0e31\u0e4d\u0e47\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e38\u0e39\u0e3a",
)


def _vowels_first(marks: str) -> str:
    return "".join(sorted(marks, key=lambda mark: mark >= "\u0e48"))


# Not seen, and without a part in what is: zero-width spaces and joiners, soft hyphen, BOM, variation selectors, marks
# for reading from left to right (which Thai is), operators and format characters that draw nothing.
_INVISIBLE = (
    "\u00ad\u034f\u17b4\u17b5\u180b-\u180f\u200b-\u200e\u202a\u202c\u2060-\u2064\u2066\u2068-\u206f\ufe00-\ufe0f\ufeff"
    "\U000e0100-\U000e01ef"
)
# Seen as a space, some of other scripts.
_SPACES = "\u00a0\u115f\u1160\u1680\u2000-\u200a\u202f\u205f\u2800\u3000\u3164\uffa0"
_RULES: Final = tuple(
    (kind, re.compile(pattern), replacement)
    for kind, pattern, replacement in (
        ("invisible", f"[{_INVISIBLE}]+", lambda m: ""),
        ("legacy_glyphs", "[\uf700-\uf71a]+", lambda m: m[0].translate(_LEGACY)),
        ("line_breaks", "[\t\n\r\u2028\u2029]+", lambda m: " "),
        ("spaces", f"[{_SPACES}]+|  +|^ +| +$", lambda m: " "),
        ("sara_ae", "เเ", lambda m: "แ"),
        (
            "mark_order",
            f"[{_TONES}\u0e4c][{_TONES}\u0e4c{_ABOVE_BELOW}]*[{_ABOVE_BELOW}]",
            lambda m: _vowels_first(m[0]),
        ),
        ("mark_order", f"[าำ][าำ{_TONES}]*[{_TONES}]", lambda m: _vowels_first(m[0][::-1])[::-1]),
        ("sara_am", f"\u0e4d([{_TONES}]*)า", lambda m: m[1] + "ำ"),
        (
            "doubled_marks",
            "|".join(f"{sign}{{2,}}" for sign in map(chr, range(0xE31, 0xE4F)) if re.match(f"[{_SIGNS}]", sign)),
            lambda m: m[0][0],
        ),
    )
)
_UNTIDY = re.compile("|".join(pattern.pattern for _, pattern, _ in _RULES))
# What is not seen and may mislead, or is seen differently on each machine: its Thai name by range.
_FORBIDDEN: Final = {
    "\x00-\x1f\x7f-\x9f": "อักขระควบคุม",
    "\u061c\u200f\u202b\u202d\u202e\u2067": "อักขระกำหนดทิศทางการอ่านที่มองไม่เห็น ซึ่งอาจสลับลำดับตัวอักษร",
    "\ufffd": "อักขระแทนตัวที่อ่านไม่ออก ซึ่งเกิดจากการเปิดไฟล์ด้วยรหัสภาษาผิด",
    "\ud800-\udfff": "ครึ่งอักขระที่ขาดอีกครึ่ง",
    "\ufdd0-\ufdef\ufffe\uffff" + "".join(f"{chr(n * 0x10000 - 2)}{chr(n * 0x10000 - 1)}" for n in range(2, 18)): (
        "รหัสที่ไม่ใช่อักขระ ซึ่งมักเกิดจากการเปิดไฟล์ด้วยรหัสภาษาผิด"
    ),
    "\ue000-\uf6ff\uf71b-\uf8ff\U000f0000-\U0010fffd": (
        "อักขระเฉพาะของแบบอักษรบางชุด (private use) ซึ่งแต่ละเครื่องแสดงไม่เหมือนกัน"
    ),
    "\U000e0000-\U000e007f": "อักขระป้าย (tag) ที่มองไม่เห็น ซึ่งอาจซ่อนข้อความ",
    "\ufffc": "เครื่องหมายแทนรูปภาพหรือวัตถุที่ไม่ได้ติดมา",
    "\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a": "อักขระจัดรูปแบบที่มองไม่เห็น",
    "\u2065\ufff0-\ufff8\U000e0080-\U000e00ff\U000e01f0-\U000e0fff": "รหัสที่ยังไม่มีการกำหนดอักขระ",
}
_HIDDEN = re.compile("|".join(f"([{characters}])" for characters in _FORBIDDEN))
_STARTS = re.compile(r"(?:^| )([^\x00-\x7fก-ฮ])")
# Letters that NFC leaves alone, so that only what lies outside them, or a rule, can change or be refused.
_PLAIN = "\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u0e01-\u0e3a\u0e3f-\u0e5b\u2010-\u2027\u2030-\u205e"
SUSPECT: Final = f"{_UNTIDY.pattern}|[^{_PLAIN}]|[\u0e38\u0e39\u0e48-\u0e4b]\u0e3a|(?:^| )[{_SIGNS}]"
"""RE2 expression that finds every string which :func:`tidy` may change or :func:`refuse_hidden` refuse."""
_TO_ASCII = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")


class ThaiValueError(ValueError):
    """A value cannot be read with certainty; the message is a Thai phrase saying what is expected."""


def normalise(text: str) -> str:
    """Make Thai text regular, NFC-safe: only the way it is encoded changes, never what it says.

    In this order, until nothing changes: what is not seen and changes nothing goes (zero-width characters, soft
    hyphens, BOMs, variation selectors, left-to-right marks);
    private-use glyphs of old Thai fonts become the letters they stand for; tabs and line breaks become spaces;
    no-break and typographic spaces and blank letters become spaces, runs of spaces one, none at the ends; ``เเ``
    becomes ``แ``;
    tone marks and thanthakhat go after upper and lower vowels and before ``า`` and ``ำ``; ``ํ`` + ``า`` (a tone
    mark may stand between) becomes ``ำ``; the same mark typed twice becomes one; Unicode NFC. Never NFKC, which
    takes ``ำ`` apart. Digits, case, punctuation and spelling stay; so do control characters, direction
    overrides and all else that the value parsers refuse.

    Examples
    --------
    >>> normalise("  เเม่ฮ่องสอน\u200b ")
    'แม่ฮ่องสอน'
    """
    return tidy(text)[0]


def tidy(text: str) -> tuple[str, tuple[str, ...]]:
    """:func:`normalise` that also says which kinds of change (keys of :data:`CHANGES`) it made, sorted."""
    if _is_plain(text) or (_UNTIDY.search(text) is None and unicodedata.is_normalized("NFC", text)):
        return text, ()
    kinds = set()
    while True:
        before = text
        for kind, pattern, replacement in _RULES:
            after = pattern.sub(replacement, text)
            if after != text:
                kinds.add(kind)
                text = after
        text = text.strip(" ")
        composed = unicodedata.normalize("NFC", text)
        if composed != text:
            kinds.add("composition")
            text = composed
        if text == before:
            return text, tuple(sorted(kinds))


def refuse_hidden(text: str) -> None:
    """Refuse normalised text with characters that cannot be seen and may mislead, or marks that stand on no letter.

    Raises
    ------
    ThaiValueError
        Names the first such character by its code point and what it is.
    """
    found = _HIDDEN.search(text)
    if found is not None:
        name = list(_FORBIDDEN.values())[(found.lastindex or 1) - 1]
        raise ThaiValueError(f"ต้องไม่มี{name} (พบ U+{ord(found[0]):04X})")
    for start in _STARTS.finditer(text):
        if unicodedata.category(start[1]).startswith("M"):
            raise ThaiValueError(f"ต้องไม่มีสระ วรรณยุกต์ หรือเครื่องหมายที่ลอยอยู่โดยไม่มีตัวอักษรรองรับ (พบ U+{ord(start[1]):04X})")


def read_text(text: str) -> tuple[str, tuple[str, ...]]:
    """Tidy text and the changes made; ``""`` for a blank.

    Raises
    ------
    ThaiValueError
        As :func:`refuse_hidden`.
    """
    if _is_plain(text):
        return text, ()
    text, kinds = tidy(text)
    refuse_hidden(text)
    return text, kinds


def read_ascii_digits(text: str) -> tuple[str, tuple[str, ...]]:
    """:func:`read_text` with Thai digits written as ASCII ones, which counts as a change.

    Raises
    ------
    ThaiValueError
        As :func:`refuse_hidden`.
    """
    text, kinds = read_text(text)
    if text.isascii():
        return text, kinds
    ascii_text = to_ascii_digits(text)
    return ascii_text, kinds if ascii_text == text else (*kinds, "thai_digits")


def to_ascii_digits(text: str) -> str:
    """Thai digits as ASCII ones; digits of other scripts stay as they are."""
    return text.translate(_TO_ASCII)


def _is_plain(text: str) -> bool:
    """Whether text is printable ASCII with single spaces inside: nothing to do, and quick to tell."""
    return text.isascii() and text.isprintable() and text.strip(" ") == text and "  " not in text
