"""How a row that is no record is known from its cells: totals, headings of groups, notes, signatures.

A row is told by what all its cells say, wherever it stands; one that may be a record as well is a doubt, and refused.

- total: a word for a sum (``รวม``, ``รวมทั้งสิ้น``, ``รวมภาคเหนือ``, ``Total``), with or without a number and unit in the
  same cell, and beside it nothing but numbers;
- statistic: ``ค่าเฉลี่ย``, ``ร้อยละ`` and the like, and beside it nothing but numbers;
- heading: the name of a region alone;
- text: ``หมายเหตุ``, ``ที่มา`` or ``ลงชื่อ``, whatever words follow; or every cell a line of a signature block, a
  bracketed text or dots;
- page: every cell a page number or the date of printing, or the titles above the header once more;
- doubt: a word for a sum that is followed by more (``รวมพลังชุมชน``, or a text beside ``รวม``), a region with numbers.

What is left is a record, unless :mod:`dsw_analysis.intake.files.rows` doubts it for where it stands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from dsw_analysis.intake.files.header import Header, clean
from dsw_analysis.intake.thai import provinces, to_ascii_digits
from dsw_analysis.intake.thai.dates import MONTHS

Kind = Literal["total", "statistic", "heading", "text", "page", "doubt"]

_SUM = (
    r"(?:ยอดรวมย่อย|ยอดรวม|ผลรวม|รวมยอด|รวมย่อย|รวม|ยอดยกมา|ยอดยกไป|จำนวนรวม|จำนวนทั้งสิ้น|จำนวนทั้งหมด|ทั้งสิ้น"
    r"|(?i:grand total|sub-?total|total|sum))"
)
_ALL = r"(?:(?:ทั้งสิ้น|ทั้งหมด|ทั้งประเทศ|สุทธิ|จำนวน|เป็นเงิน)\s*)*"
_REGION = (
    r"(?:(?:เขต|พื้นที่)?ภาค\s*(?:ตะวันออกเฉียงเหนือ|ตะวันออก|ตะวันตก|เหนือ|กลาง|ใต้|อีสาน)\s*(?:ตอนบน|ตอนล่าง|ตอนกลาง|ชายแดน)?"
    r"|กรุงเทพมหานครและปริมณฑล)"
)
_PROVINCE = rf"(?:(?:จังหวัด|จ\.)?\s*(?:กทม\.?|กรุงเทพฯ|{'|'.join(place.name_th for place in provinces())}))"
_PERIOD = rf"(?:ไตรมาส(?:ที่)?\s*[1-4๑-๔]|(?:เดือน)?(?:{'|'.join(MONTHS)})|หน้า(?:นี้)?(?:ที่)?\s*[0-9๐-๙]*)"
_GROUP = rf"(?:{_REGION}|{_PROVINCE}|{_PERIOD})"
_STATED = r"(?P<number>[0-9๐-๙][0-9๐-๙,]*)\s*(?P<unit>[^\s\d()]{0,20})"
_TOTAL = re.compile(
    rf"{_SUM}\s*(?P<all>{_ALL})\(?\s*(?P<of>{_GROUP})?\s*\)?\s*(?P<more>{_ALL}):?\s*"
    rf"(?:{_STATED}"
    r"|\(?(?:คน|ราย|แห่ง|ครั้ง|เรื่อง|บาท|หน่วยงาน|จังหวัด|ผลงาน)\)?)?\s*[:.]?"
    rf"|(?P<named>{_GROUP})\s*รวม"
)
_WHOLE = re.compile("ทั้งสิ้น|ทั้งหมด|ทั้งประเทศ|grand", re.IGNORECASE)
_STATISTIC = re.compile(
    r"(?:ค่า)?เฉลี่ย(?:รวม|ทั้งหมด|ต่อ\S*)?|(?:คิดเป็น)?ร้อยละ|ส่วนเบี่ยงเบน(?:มาตรฐาน)?|(?:ค่า)?(?:มัธยฐาน|สูงสุด|ต่ำสุด)"
    r"|(?i:s\.? ?d\.?|average|mean|median|percent|max|min|%)"
)
_HEADING = re.compile(rf"(?:[0-9๐-๙]+\s*[.)]\s*)?{_REGION}\s*(?:\([^)]*\))?")
_NUMBER = r"[-−+(]?[0-9๐-๙][0-9๐-๙,. ]*[)%]?|[-–—]"
_FIGURE = re.compile(rf"(?:{_NUMBER})(?:\s*[^\s\d()]{{1,20}})?")
_BLANK = r"[.…_]{2,}"
_END = r"(?=$|[\s:.…_(/])"
_NOTE = re.compile(rf"(?:หมายเหตุ|\(?(?:ที่มา|แหล่งข้อมูล|ลงชื่อ|ลงนาม|(?i:notes?|source|remarks?))(?:{_END}|\))|\*)")
_SIGNATURE = re.compile(
    rf"(?:ผู้(?:รายงาน|จัดทำ|ตรวจ|ตรวจสอบ|ตรวจทาน|รับรอง|อนุมัติ|ให้ข้อมูล|บันทึก|รวบรวม|ประสานงาน)(?:ข้อมูล|รายงาน)?"
    rf"|ตำแหน่ง|โทร(?:ศัพท์)?|ข้อมูล ณ|จึงเรียนมาเพื่อ\S*){_END}|\((?![0-9๐-๙]+\)).*\)$|วันที่\s*{_BLANK}"
    rf"|(?:{_BLANK}|[-–—/ ])+$"
)
_PERSON = re.compile(r"(?:นาย|นางสาว|นาง|น\.ส\.|ดร\.|ว่าที่|พล\.|พ\.ต)")
_POSITION = re.compile(r"(?:รอง|ผู้ช่วย|รักษาการ)?(?:นัก|เจ้าหน้าที่|เจ้าพนักงาน|ผู้อำนวยการ|ผอ\.|หัวหน้า|ผู้ปกครอง|พัฒนาสังคม|อธิบดี)")
_PAGE = re.compile(
    rf"หน้า(?:ที่)?\s*[0-9๐-๙]+(?:\s*(?:จาก|/|ของ)\s*[0-9๐-๙]+)?(?:\s*หน้า)?$|(?i:page\s*\d+(?:\s*(?:of|/)\s*\d+)?)$"
    rf"|[-–—]\s*[0-9๐-๙]+\s*[-–—]$"
    rf"|(?:สั่ง)?พิมพ์(?:เมื่อ|วันที่|โดย|จาก|ณ)|(?:วันที่|ผู้|เวลาที่)(?:สั่ง)?พิมพ์{_END}|(?:วันที่)?ออกรายงาน(?:เมื่อ|โดย){_END}"
    r"|(?i:(?:print(?:ed)?|generated|exported)\s*(?:on|by|at|date|:))"
)
_MOMENT = re.compile(
    r"(?:[0-9๐-๙]{1,4}[/.-][0-9๐-๙]{1,2}[/.-][0-9๐-๙]{2,4}\s*)?(?:[0-9๐-๙]{1,2}[:.][0-9๐-๙]{2}(?::[0-9๐-๙]{2})?\s*(?:น\.)?)?"
)

_ALONE: Final = rf"^\s*(?:{_NUMBER})\s*$"
"""RE2 expression of a number or a dash."""
_LIKELY: Final = (
    "^[\\s\u200b\ufeff]*(?:"
    + "|".join(
        (
            r"รวม|ยอด|ผลรวม|จำนวน|ทั้งสิ้น|(?i:grand|sub-?total|total|sum)|.+รวม\s*$",
            r"ค่า|เฉลี่ย|ร้อยละ|คิดเป็น|ส่วน|มัธยฐาน|สูงสุด|ต่ำสุด|%|(?i:s\.? ?d\.?|average|mean|median|percent|max|min)",
            r"(?:[0-9๐-๙]+\s*[.)]\s*)?(?:ภาค|เขต|พื้นที่ภาค|กรุงเทพมหานครและ)",
            r"หมายเหตุ|ที่มา|แหล่ง|ลงชื่อ|ลงนาม|(?i:note|source|remark)|\*",
            r"ผู้|ตำแหน่ง|โทร|ข้อมูล|จึง|\(|วันที่|[.…_\-–—]",
            r"หน้า|สั่งพิมพ์|พิมพ์|เวลาที่|ออกรายงาน|(?i:page|print|generated|exported)",
        )
    )
    + ")"
)
"""RE2 expression that finds every first text of a row that may be no record."""
_BESIDE: Final = r"^\s*(?:หน้า|สั่งพิมพ์|พิมพ์|(?i:page|print))"
"""RE2 expression of later texts that make such a row likely too."""
# One word with a digit, without Thai vowels: what numbers of cases and works look like, and sentences do not.
_LETTER = r"[^\s\x{0e30}-\x{0e3a}\x{0e40}-\x{0e4e}]*"
_CODE: Final = rf"^\s*{_LETTER}[0-9๐-๙]{_LETTER}\s*$"
_ALIKE: Final = {"N": "9", "L": "A"}  # by the first letter of a character's category
_FEW: Final = 3  # cells that the foot of a printed page has

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Total:
    """What a cell with a word for a sum says: of which group (``""``: none), whether of all, and the number in it."""

    of: str
    whole: bool
    number: int | None
    unit: str


def read_total(text: str) -> Total | None:
    """Read a cell with a word for a sum; ``None`` for any other."""
    found = _TOTAL.fullmatch(text)
    if found is None:
        return None
    of = found["of"] or found["named"] or ""
    number, unit = read_stated(f"{found['number']} {found['unit']}") if found["number"] else (None, "")
    return Total(of, not of and _WHOLE.search(text) is not None, number, unit)


def read_stated(text: str) -> tuple[int | None, str]:
    """A number with the word after it: ``1,470 ราย``; ``None`` for any other text."""
    found = re.fullmatch(rf"{_STATED}\s*", text)
    return (int(to_ascii_digits(found["number"]).replace(",", "")), found["unit"]) if found else (None, "")


def group_kind(name: str) -> str:
    """What kind of group a name is of, to tell the level of a sub-total: region, province or period."""
    return next((kind for kind in (_REGION, _PROVINCE) if re.fullmatch(kind, name)), "") if name else ""


def is_heading(text: str) -> bool:
    """Whether a text is the name of a region."""
    return _HEADING.fullmatch(text) is not None


def kind_of(texts: Sequence[str], header: Header, *, below: bool = False) -> Kind | None:
    """What a row is that is no record; ``None`` if it may be one.

    Parameters
    ----------
    texts:
        Its cells as tidy text, ``""`` where blank.
    below:
        Whether it stands below a note or a signature, where names and offices of persons belong to the block.
    """
    cells = [text for text in texts if text]
    if header.titles and set(cells) <= header.titles:
        return "page"
    if any(map(_PAGE.match, cells)) and all(_PAGE.match(text) or _MOMENT.fullmatch(text) for text in cells):
        return "page"
    place = next((at for at, text in enumerate(texts) if text and not re.fullmatch(_NUMBER, text)), 0)
    key, others = texts[place], [text for at, text in enumerate(texts) if text and at != place]
    figures = all(_FIGURE.fullmatch(text) or read_total(text) for text in others)
    if read_total(key):
        return "total" if figures else "doubt"
    if any(texts[:place]):
        return "heading" if is_heading(key) and not any(texts[place + 1 :]) else None
    if _is_note(key, others) or all(_is_closing(text, below=below) for text in cells):
        return "text"
    return _doubted(key, others, header.texts[place] if place < len(header.texts) else "", figures=figures)


def _is_note(key: str, others: Sequence[str]) -> bool:
    return _NOTE.match(key) is not None and not any(re.fullmatch(_NUMBER, text) for text in others)


def _is_closing(text: str, *, below: bool) -> bool:
    lines = (_SIGNATURE, _NOTE, _PERSON, _POSITION) if below else (_SIGNATURE, _NOTE)
    return any(line.match(text) for line in lines)


def _doubted(key: str, others: Sequence[str], header: str, *, figures: bool) -> Kind | None:
    """Rows that may be records as well, by their first text and what stands beside it."""
    if _STATISTIC.fullmatch(key):
        return ("statistic" if others else "doubt") if figures else None
    if is_heading(key) and "ภาค" not in header:
        return ("doubt" if others else "heading") if figures else None
    if re.match(rf"{_SUM}(?![A-Za-z])", key) and figures:
        return "doubt"
    if (_NOTE.match(key) or _SIGNATURE.match(key)) and len(others) < 2:
        return "doubt"
    return None


@dataclass(frozen=True)
class Scan:
    """Rows by position: which cells are filled, where the first is, and what it is.

    ``coded`` says whether the first filled cell is a number or a code, ``worded`` whether it has letters and is none;
    ``likely`` are the rows whose first text makes them likely to be no record.
    """

    filled: Mask
    blank: Mask
    first: npt.NDArray[np.intp]
    coded: Mask
    worded: Mask
    likely: frozenset[int]


def scan_rows(cells: pd.DataFrame, header: Header) -> Scan:
    """Look at the rows of a part all at once."""
    raw = {next(filter(None, row), "") for row in header.rows} | header.titles
    known = pa.array(sorted(raw | set(map(clean, raw)) - {""}), pa.large_string())
    size = len(cells)
    filled = np.zeros((size, cells.shape[1]), dtype=bool)
    coded, worded = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
    likely: list[int] = []
    seeking = np.ones(size, dtype=bool)  # no text so far, nothing or numbers only
    for place, i in enumerate(cells.columns):
        filled[:, place] = is_filled(cells[i])
        here = np.flatnonzero(seeking & filled[:, place])
        if not len(here):
            continue
        texts = _strings(cells[i], here)
        number = _matches(texts, _ALONE)
        code = number | _matches(texts, _CODE)
        new = ~filled[here, :place].any(axis=1)
        coded[here[new]] = code[new]
        worded[here[new & ~code]] = _has_letters(texts.filter(pa.array(new & ~code)))
        likely += here[_matches(texts, _LIKELY) | _mask(pc.is_in(texts, known))].tolist()
        seeking[here[~number]] = False
    count = filled.sum(axis=1)
    few = (count > 1) & (count <= _FEW)
    for place, i in enumerate(cells.columns if few.any() else ()):
        here = np.flatnonzero(few & filled[:, place])
        likely += here[_matches(_strings(cells[i], here), _BESIDE)].tolist()
    return Scan(filled, count == 0, filled.argmax(axis=1), coded, worded, frozenset(likely))


def _strings(column: pd.Series, at: npt.NDArray[np.intp]) -> pa.Array:
    if column.dtype == object:
        return pa.array(map(str, column.to_numpy()[at]), pa.large_string())
    return pa.array((column if len(at) == len(column) else column.iloc[at]).astype("str"), pa.large_string())


def is_filled(column: pd.Series) -> Mask:
    """Which cells hold more than spaces."""
    present: Mask = ~column.array.isna()
    if isinstance(column.dtype, pd.StringDtype):
        return present & ~_mask(pc.utf8_is_space(pa.array(column, pa.large_string())))
    if column.dtype == object:
        present &= np.array([type(cell) is not str or bool(cell.strip()) for cell in column.tolist()], dtype=bool)
    return present


def _has_letters(texts: pa.Array) -> Mask:
    """Which have a letter of any script; those of Thai and English are found without a search for every other one."""
    found = _matches(texts, "[A-Za-zก-ฮ]")
    found[~found] = [any(map(str.isalpha, text)) for text in texts.filter(pa.array(~found)).to_pylist()]
    return found


def _matches(texts: pa.Array, pattern: str) -> Mask:
    return _mask(pc.match_substring_regex(texts, pattern))


def _mask(found: pa.Array | pa.ChunkedArray) -> Mask:
    mask: Mask = pc.fill_null(found, fill_value=False).to_numpy(zero_copy_only=False)
    return mask


def row_texts(cells: pd.DataFrame, position: int) -> list[str]:
    """Cells of a row as tidy text, ``""`` where blank."""
    return ["" if pd.isna(cell) else clean(cell) for cell in cells.iloc[position]]


def form(cell: object) -> str:
    """A code with its digits and letters made alike: ``KM69-001`` and ``KM๖๙-๐๑๒`` are ``A9-9``."""
    signs = (_ALIKE.get(unicodedata.category(c)[0], c) for c in str(cell).strip().removesuffix(".0"))
    return re.sub("9+|A+", lambda run: run[0][0], "".join(signs))
