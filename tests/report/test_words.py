"""Where lines of Thai may break."""

import random

import pytest
from pythainlp.corpus import thai_words
from pythainlp.tokenize import word_tokenize
from pythainlp.util import Trie

from dsw_analysis.intake.writing.typefaces import width
from dsw_analysis.report import words
from dsw_analysis.report.clusters import write_fonts
from dsw_analysis.report.words import broken_words, is_name, pieces


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("เดือนกันยายน", ["เดือน", "กันยายน"]),
        ("มีตัวชี้วัดนี้", ["มี", "ตัวชี้วัด", "นี้"]),
        # The dictionary reads these in two ways, of which one breaks a word: no place to break is certain.
        ("มีขั้นตอนที่เหลือ", ["มี", "ขั้นตอนที่", "เหลือ"]),
        ("บนพื้นที่สูงให้", ["บน", "พื้นที่สูง", "ให้"]),
        ("จึงบอกว่า", ["จึง", "บอกว่า"]),
        ("การถูกล่วงละเมิดทางเพศ", ["การถูกล่วงละเมิด", "ทางเพศ"]),
        ("เปอร์เซ็นไทล์", ["เปอร์เซ็นไทล์"]),
        ("อปท", ["อปท"]),
        ("แผนต่าง\u00a0ๆ", ["แผน", "ต่าง", "\u00a0ๆ"]),
        ("ศูนย์ CSR จังหวัด", ["ศูนย์", " CSR ", "จังหวัด"]),
        ("ฐาน MSO-Logbook มี", ["ฐาน", " ", "MSO-Logbook", " ", "มี"]),
        ("กรมฯ ได้", ["กรมฯ", " ", "ได้"]),
        ("", []),
    ],
)
def test_a_text_is_cut_at_words(text, expected):
    assert list(pieces(text)) == expected


def test_the_set_gives_the_words_that_the_trie_gives():
    known = sorted(thai_words())
    chance = random.Random(2569)
    texts = ["".join(chance.choices(known, k=number)) for number in (1, 2, 3, 4) for _ in range(600)]
    texts += ["ก" + text[2:] for text in texts[::4]]  # with words that no dictionary has
    ours, theirs = words._Words(known), Trie(known)
    for engine in ("newmm", "longest"):
        for text in texts:
            assert word_tokenize(text, custom_dict=ours, engine=engine) == word_tokenize(
                text, custom_dict=theirs, engine=engine
            )


def test_names_with_a_hyphen_are_told_from_numbers_and_words():
    assert [is_name(piece) for piece in ("MSO-Logbook", "CSR", " - ", "น้ำ")] == [True, False, False, False]


def test_words_that_the_typesetter_would_break_are_found(tmp_path):
    texts = ["เดือนกันยายน", "เดือนพฤษภาคม", "คะแนนเฉลี่ย", "ปี"]
    write_fonts(tmp_path, texts)
    assert broken_words(texts, tmp_path) >= {"กันยายน", "พฤษภาคม"}
    assert "ปี" not in broken_words(texts, tmp_path)


def test_marks_above_and_below_take_no_width():
    assert width("ที่") == pytest.approx(width("ท"))
    assert width("กู้") == pytest.approx(width("ก"))
    assert width("ก") > 0.3
