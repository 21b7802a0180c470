"""Finds numbers in running text however they are written: digits of any script, raised ones, fractions, Thai words."""

from __future__ import annotations

import re

_ONES = "หนึ่ง|สอง|ยี่|สาม(?!ารถ|ัญ)|สี่|ห้า(?!ม)|หก(?!ล้ม)|เจ็ด|แปด|เก้า(?!อี้)"
_TENS = "สิบ|ร้อย(?!ละ)|พัน(?!ธ)|หมื่น|แสน|ล้าน"
_SPELLED = re.compile(
    rf"(?:{_ONES})(?:{_TENS})(?:{_ONES}|เอ็ด|{_TENS})*"
    rf"|สิบ(?:{_ONES}|เอ็ด)"
    # "จำนวนหนึ่ง" says "some" and counts nothing.
    rf"|(?:ร้อยละ|จำนวน(?!หนึ่ง)|รวม|ทั้งสิ้น) ?(?:{_ONES}|{_TENS})"
)


def written_numbers(text: str) -> set[int]:
    """Places of all characters of a text that write a number.

    A Thai number word alone is a word like others ("ทั้งสองด้าน"); it counts where words are joined to a number
    ("เจ็ดร้อย") or follow a word that announces one ("จำนวนเจ็ด").
    """
    places = {place for place, character in enumerate(text) if character.isnumeric()}
    return places.union(*(range(*match.span()) for match in _SPELLED.finditer(text)))
