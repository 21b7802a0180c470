"""Provenance: where data come from, and how far what is worked out from them can be trusted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

Provenance = Literal["sample", "reconstructed", "published", "received"]
PROVENANCE: dict[Provenance, str] = {
    "sample": "ข้อมูลสมมติ ไม่มีหน่วยงานใดส่ง",
    "reconstructed": "ข้อมูลจำลองที่สร้างย้อนกลับจากยอดรวมในรายงาน",
    "published": "ตัวเลขตามรายงานฉบับพิมพ์",
    "received": "ข้อมูลที่หน่วยงานส่ง",
}
"""Where data come from, weakest first, with the words that the report prints."""
INVENTED: frozenset[Provenance] = frozenset({"sample", "reconstructed"})
"""Records of these are nobody's: what is worked out from them is an example."""

Mark = Literal["printed", "computed", "example"]
MARKS: dict[Mark, tuple[str, str]] = {
    "printed": ("พ", "ตรงฉบับพิมพ์"),
    "computed": ("ค", "คำนวณจากข้อมูลที่ได้รับ"),
    "example": ("ต", "ตัวอย่างจากข้อมูลจำลอง"),
}
"""What a reader may take a number for: its sign, and what the sign means."""


def weakest(provenances: Iterable[Provenance]) -> Provenance:
    """Return the weakest of several provenances; ``"received"`` where there is none."""
    order = list(PROVENANCE)
    return min(provenances, key=order.index, default="received")
