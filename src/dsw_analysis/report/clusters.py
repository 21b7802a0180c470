"""Sarabun with one glyph for every Thai cluster in use, so that text copied out of the PDF is right.

PDF maps glyphs, not clusters, to characters. In น้ำ three glyphs stand for four characters in another order; PDF
writers hide this behind ``ActualText``, which pypdf ignores and which comes out twice where a mark stands higher than
its neighbours (ขึ้น became ขึ้ขึ้น in pdfium and poppler). Where a cluster is one glyph, its mapping is exact and
every reader agrees.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path

from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path as Outline
from matplotlib.textpath import TextPath
from pythainlp.corpus import thai_words

from dsw_analysis.intake.writing.kept import kept
from dsw_analysis.intake.writing.typefaces import SARABUN

FACES = ("Regular", "SemiBold")

_MARKS = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
_CLUSTER = re.compile(f"[\u0e01-\u0e2e][{_MARKS}]*\u0e33|[\u0e24\u0e26]\u0e45|[\u0e01-\u0e2e][{_MARKS}]+")
_NIKHAHIT, _SARA_AA, _SARA_AM = "\u0e4d", "\u0e32", "\u0e33"


def clusters_of(text: str) -> frozenset[str]:
    """Thai consonants with the vowels and tone marks on them, as they occur in a text."""
    return frozenset(_CLUSTER.findall(text))


@cache
def font(face: str, clusters: frozenset[str]) -> bytes:
    """One face of Sarabun in which each of ``clusters`` is a single glyph, as a TrueType file.

    Outlines are those that the shaper draws with the original face, so the print looks the same.
    The original substitutions are left out: a cluster's glyph has them applied already.

    Parameters
    ----------
    face:
        Name of the face, such as ``"Regular"``.
    """
    path = SARABUN / f"Sarabun-{face}.ttf"
    made = TTFont(path, recalcTimestamp=False)
    cmap, metrics = made.getBestCmap(), made["hmtx"].metrics
    properties = FontProperties(fname=str(path))
    order, rules = made.getGlyphOrder(), []
    for place, cluster in enumerate(sorted(clusters)):
        name = f"cluster{place:04d}"
        width = sum(metrics[cmap[ord(c)]][0] for c in cluster.replace(_SARA_AM, _SARA_AA))
        outline = TextPath((0, 0), cluster, size=made["head"].unitsPerEm, prop=properties)
        glyph = _draw(outline)
        order.append(name)
        made["glyf"][name] = glyph
        metrics[name] = (width, getattr(glyph, "xMin", 0))
        rules.append(f"sub {' '.join(cmap[ord(c)] for c in _as_shaped(cluster))} by {name};")
    made.setGlyphOrder(order)
    del made["GSUB"]
    if rules:
        # Typst sets Thai with the script's own features where a font has them, and with the default ones elsewhere.
        languages = "languagesystem DFLT dflt; languagesystem latn dflt; languagesystem thai dflt;"
        addOpenTypeFeaturesFromString(made, f"{languages} feature ccmp {{ {' '.join(rules)} }} ccmp;", tables=["GSUB"])
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def write_fonts(folder: Path, texts: Iterable[str]) -> None:
    """Write the faces that a document of these texts needs into a folder.

    Cutting takes seconds, so that there is one cut of each face for all documents, with the clusters of the dictionary.
    A text with others, as slips of the pen are, has a cut of its own.
    """
    clusters = frozenset().union(*(clusters_of(text) for text in texts))
    for face in FACES:
        content = _kept(face) if clusters <= _of_words() else font(face, clusters)
        (folder / f"Sarabun-{face}.ttf").write_bytes(content)


@cache
def _of_words() -> frozenset[str]:
    return clusters_of("\n".join(thai_words()))


@cache
def _kept(face: str) -> bytes:
    """A face with the clusters of the dictionary, cut once on a machine."""
    used = Path(__file__).read_bytes(), (SARABUN / f"Sarabun-{face}.ttf").read_bytes()
    told = *sorted(_of_words()), version("fonttools"), version("matplotlib")
    made_from = b" ".join([*used, " ".join(told).encode()])
    return kept(f"Sarabun-{face}-{{}}.ttf", made_from, lambda: font(face, _of_words()))


def _as_shaped(cluster: str) -> str:
    """Characters in the order in which shapers hand them to the font: ำ taken apart, its ring before the tone."""
    if _SARA_AM not in cluster:
        return cluster
    head = cluster.replace(_SARA_AM, "")
    tones = re.search("[\u0e47-\u0e4c]*$", head)
    start = tones.start() if tones else len(head)
    return head[:start] + _NIKHAHIT + head[start:] + _SARA_AA


def _draw(outline: TextPath) -> object:
    pen = TTGlyphPen(None)
    for points, code in outline.iter_segments(curves=True, simplify=False):
        pairs = [(round(x), round(y)) for x, y in points.reshape(-1, 2)]
        if code == Outline.MOVETO:
            pen.moveTo(pairs[0])
        elif code == Outline.LINETO:
            pen.lineTo(pairs[0])
        elif code == Outline.CURVE3:
            pen.qCurveTo(*pairs)
        elif code == Outline.CLOSEPOLY:
            pen.closePath()
    return pen.glyph()
