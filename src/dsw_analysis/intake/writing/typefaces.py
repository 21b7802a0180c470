"""Typefaces that stand in where Sarabun lacks a character: symbols, emoji, other scripts, and in the end a box."""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib.resources import files
from pathlib import Path

import fontpkg_sarabun
from fontTools.ttLib import TTFont

SARABUN = Path(fontpkg_sarabun.__file__).parent / "files"
"""Folder with the faces of the report's own typeface."""

BOXES = "Last Resort High-Efficiency"
"""Family of Unicode's Last Resort: has a box with the sign of its script for every character there is."""

_SCRIPTS = (
    "", "Lao", "Myanmar", "Khmer", "Arabic", "Devanagari", "Bengali", "Tamil", "Sinhala", "Telugu", "Kannada",
    "Malayalam", "Gujarati", "Gurmukhi", "Oriya", "Hebrew", "Armenian", "Georgian", "Ethiopic", "Symbols",
)  # fmt: skip


def lacking(text: str) -> str:
    """Characters of a text that Sarabun lacks, each once and in order; control characters are passed over."""
    found = {c for c in set(text) - _own() if unicodedata.category(c) not in {"Cc", "Cs"}}
    return "".join(sorted(found))


def stand_ins(text: str) -> dict[str, Path]:
    """Family -> file of the faces that a text needs besides Sarabun, in the order in which to ask them."""
    needed, missing = _looked_up(text)
    return needed | {BOXES: _of_matplotlib("LastResortHE-Regular.ttf")} if missing else needed


def boxed(text: str) -> str:
    """Characters of a text that no typeface has, so that print and figures show a box in their place."""
    return "".join(sorted(_looked_up(text)[1]))


def _looked_up(text: str) -> tuple[dict[str, Path], set[str]]:
    """Faces that have what Sarabun lacks, and the characters that none of them has."""
    wanted, needed = set(lacking(text)), {}
    for path in _faces() if wanted else ():
        if wanted & _known(path)[1]:
            needed[_known(path)[0]] = path
            wanted -= _known(path)[1]
    return needed, wanted


def width(text: str) -> float:
    """Width of a text in em, on one line, in the regular face; kerning is left out."""
    advances = _advances()
    return sum(advances.get(ord(character), 0.6) for character in text)


@cache
def _advances() -> dict[int, float]:
    face = TTFont(SARABUN / "Sarabun-Regular.ttf", lazy=True)
    metrics, em = face["hmtx"].metrics, face["head"].unitsPerEm
    return {code: metrics[glyph][0] / em for code, glyph in face.getBestCmap().items()}


@cache
def _faces() -> tuple[Path, ...]:
    noto = Path(str(files("manimgx_fonts")))
    chinese = Path(str(files("noto_cjk_sans_jp_regular"))) / "NotoSansCJKjp-Regular.otf"
    scripts = (noto / f"NotoSans{script}[wght].ttf" for script in _SCRIPTS)
    return (_of_matplotlib("DejaVuSansMono.ttf"), *scripts, noto / "NotoEmoji[wght].ttf", chinese)


def _of_matplotlib(name: str) -> Path:
    import matplotlib as mpl  # noqa: PLC0415 - slow to load, and few texts hold what Sarabun lacks

    return Path(mpl.get_data_path()) / "fonts" / "ttf" / name


@cache
def _own() -> frozenset[str]:
    return _known(SARABUN / "Sarabun-Regular.ttf")[1]


@cache
def _known(path: Path) -> tuple[str, frozenset[str]]:
    """Family of a face and the characters that it has."""
    with TTFont(path, lazy=True) as face:
        return str(face["name"].getBestFamilyName()), frozenset(map(chr, face.getBestCmap()))
