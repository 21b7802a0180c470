"""The typeface of the PDF: every Thai cluster comes out of two readers as it went in, and looks as it did."""

import io
import unicodedata

import numpy as np
import pypdf
import pypdfium2
import pytest
import typst
from matplotlib import image

from dsw_analysis.intake.writing.typefaces import SARABUN
from dsw_analysis.report import clusters
from dsw_analysis.report.clusters import clusters_of, write_fonts

CONSONANTS = [chr(c) for c in range(0x0E01, 0x0E2F)]
ABOVE = "\u0e31\u0e34\u0e35\u0e36\u0e37\u0e47"
BELOW = "\u0e38\u0e39"
TONES = "\u0e48\u0e49\u0e4a\u0e4b\u0e4c"
ENDINGS = [
    *ABOVE, *BELOW, *TONES, "\u0e33",
    *(v + t for v in ABOVE[:5] + BELOW for t in TONES[:2]),
    *(t + "\u0e33" for t in TONES[:2]),
    "\u0e34\u0e4c", "\u0e38\u0e4c", "\u0e3a",
]  # fmt: skip
WORDS = "ดำเนินการ น้ำ ค่ำ ซ้ำ ขึ้น ปี่ ฝั่ง ฟ้า ป้า ญี่ปุ่น ฐานะ ญาติ ฏีกา กุฏิ์ เปี๊ยะ โป๊ย สิทธิ์ พันธุ์ ผู้ที่ ก็ เก่ง ฤๅษี".split()


def set_in(folder, text, **options):
    page = f'#set page(width: 420pt, height: auto)\n#set text(font: "Sarabun", lang: "th", size: 14pt)\n{text}'
    return typst.compile(page.encode(), font_paths=[folder], ignore_system_fonts=True, **options)


def read_with_pypdf(pdf):
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def read_with_pdfium(pdf):
    return "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))


@pytest.mark.parametrize("read", [read_with_pypdf, read_with_pdfium])
def test_every_combination_is_copied_as_it_was_written(read, tmp_path):
    words = [*WORDS, *(consonant + ending for consonant in CONSONANTS for ending in ENDINGS)]
    assert len(words) > 1000
    write_fonts(tmp_path, words)
    copied = read(set_in(tmp_path, " ".join(f"#box[\\[{word}\\]]" for word in words)))
    found = ["".join(word.split()) for word in copied.replace("]", "[").split("[") if word.strip()]
    wrong = [
        (word, got)
        for word, got in zip(words, found, strict=True)
        if unicodedata.normalize("NFC", word) != unicodedata.normalize("NFC", got)
    ]
    assert wrong == []


def test_the_typeface_as_it_comes_does_get_characters_wrong():
    # Were this to pass one day, clusters.py could go.
    copied = read_with_pypdf(set_in(SARABUN, " ".join(WORDS)))
    assert not all(word in copied for word in WORDS)


@pytest.mark.parametrize("weight", ["regular", "semibold"])
def test_it_looks_like_the_typeface_as_it_comes(weight, tmp_path):
    write_fonts(tmp_path, WORDS)
    text = f'#set text(weight: "{weight}")\n' + " ".join(WORDS)
    drawn = [image.imread(io.BytesIO(set_in(f, text, format="png", ppi=144)))[..., 0] for f in (SARABUN, tmp_path)]
    assert drawn[0].shape == drawn[1].shape
    assert (drawn[0] < 0.5).sum() > 1000
    assert np.abs(drawn[0] - drawn[1]).max() < 0.35  # rounding of outlines to whole units shows at edges only


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A cache folder of its own, and a dictionary of a few words, so that a cut takes no time; what is cut is noted."""
    folder, cut = tmp_path / "cache", []
    monkeypatch.setattr("dsw_analysis.intake.writing.kept.user_cache_path", lambda *_, **__: folder)
    monkeypatch.setattr(clusters, "_of_words", lambda: clusters_of("น้ำ ที่ ก็"))
    make = clusters.font.__wrapped__
    monkeypatch.setattr(clusters, "font", lambda face, of: cut.append((face, of)) or make(face, of))

    def made(name, text="ที่ ก็"):
        """Faces for a text, made in what is as good as a new process, and which faces were cut for that."""
        clusters._kept.cache_clear()
        cut.clear()
        (tmp_path / name).mkdir()
        write_fonts(tmp_path / name, [text])
        return [(tmp_path / name / f"Sarabun-{face}.ttf").read_bytes() for face in clusters.FACES], [*cut]

    yield folder, made
    clusters._kept.cache_clear()


def test_faces_are_cut_once_and_come_out_of_the_cache_as_they_were_cut(kept):
    folder, made = kept
    first, cut = made("first")
    assert cut == [(face, clusters_of("น้ำ ที่ ก็")) for face in clusters.FACES]
    assert made("again", "น้ำ") == (first, [])
    for path in folder.iterdir():  # a spoilt file is as good as none
        path.write_bytes(path.read_bytes()[:-1])
    assert made("spoilt") == (first, cut)
    assert made("healed") == (first, [])


def test_without_a_cache_folder_faces_are_cut_all_the_same(kept):
    folder, made = kept
    folder.write_text("a file stands where the folder should be")
    first, cut = made("first")
    assert len(cut) == len(clusters.FACES)
    assert made("again") == (first, cut)


def test_a_text_with_clusters_that_no_word_has_gets_faces_of_its_own(kept):
    folder, made = kept
    _, cut = made("own", "ที่ ขึ้น")
    assert cut == [(face, clusters_of("ที่ ขึ้น")) for face in clusters.FACES]
    assert not folder.exists()


def test_clusters_are_found_in_a_text():
    assert clusters_of("น้ำ ที่ การ abc ก็") == {"น้ำ", "ที่", "ก็"}
