"""Where Thai may break a line: at words of the dictionary, since the typesetter's own guess is wrong now and then."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache, cached_property
from itertools import accumulate, pairwise
from pathlib import Path

import typst
from pythainlp.corpus import thai_words
from pythainlp.tokenize import word_tokenize

from dsw_analysis.intake.writing.typefaces import width
from dsw_analysis.project import current

_THAI = re.compile("([\u0e01-\u0e4e]+)")
_HYPHENATED = re.compile(r"([A-Za-z0-9]+(?:-[A-Za-z0-9]+)+)")
_OWN = frozenset({"ตัวชี้วัด", "เปอร์เซ็นไทล์", "ควอร์ไทล์"})
"""Words of every report that the dictionary lacks; ``project.toml`` has those of one."""
_TIED = re.compile("^[ๆฯ]")
_SHORT = 3
"""Letters of a run that is never cut, such as the abbreviation อปท."""

LONGEST = 9.0
"""Width, in em, up to which a word is kept together; a longer one might not fit into a column."""

_PROBE = """
#set page(width: auto, height: auto)
#set text(font: "Sarabun", lang: "th", size: 10pt)
#context {
  let line = measure([ก]).height
  let breaks(word) = measure(word, width: 1pt).height > 1.5 * line
  [#metadata(json("words.json").filter(breaks))<broken>]
}
"""


def pieces(text: str) -> tuple[str, ...]:
    """Cut a text where a line may break between Thai words; joined, the pieces are the text.

    Signs that belong to the word before them (ๆ and ฯ) stay with it. Other scripts are left whole,
    with their spaces, but for names with a hyphen, which are pieces of their own.
    """
    return _pieces(text, current().words)


@cache
def _pieces(text: str, own: tuple[str, ...]) -> tuple[str, ...]:
    found: list[str] = []
    for part in _THAI.split(text):
        for word in _words_of(part, own) if _THAI.fullmatch(part) else _HYPHENATED.split(part):
            if found and _TIED.match(word):
                found[-1] += word
            elif word:
                found.append(word)
    return tuple(found)


def is_name(piece: str) -> bool:
    """Whether a piece is a name with a hyphen: readers of PDF drop hyphens that end a line."""
    return _HYPHENATED.fullmatch(piece) is not None


@cache
def _words_of(run: str, own: tuple[str, ...]) -> tuple[str, ...]:
    """Words of a run of Thai letters: where two ways to read it with PyThaiNLP's dictionary agree.

    Fewest words (``newmm``) reads ขั้น|ตอนที่ and บอ|กว่า, longest word first reads การถู|กล่|วง; where they differ,
    no place to break is certain, and the letters stay together.
    """
    if len(run) <= _SHORT:
        return (run,) if run else ()
    readings = (word_tokenize(run, engine=engine, custom_dict=_dictionary(own)) for engine in ("newmm", "longest"))
    ends = sorted(set.intersection(*({*accumulate(map(len, words))} for words in readings)))
    return tuple(run[start:end] for start, end in pairwise([0, *ends]))


class _Words(frozenset[str]):
    """A dictionary for PyThaiNLP, in place of its trie: a set is there at once, and says yes or no in one step."""

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self))

    def prefixes(self, text: str, start: int = 0) -> list[str]:
        """Words that begin at a place of a text, the shortest first."""
        ends = range(start + 1, min(len(text), start + self._longest) + 1)
        return [word for end in ends if (word := text[start:end]) in self]


@cache
def _dictionary(own: tuple[str, ...]) -> _Words:
    return _Words(thai_words() | _OWN.union(own))


def broken_words(texts: Iterable[str], fonts: Path) -> frozenset[str]:
    """Words of these texts that Typst would break, such as กัน|ยายน; they must be kept together.

    Each word is measured in a column too narrow for it: a word that gets a second line has a place
    where Typst would break it.

    Parameters
    ----------
    fonts:
        Folder with the faces to measure in.
    """
    words = {piece for text in texts for piece in pieces(text) if _THAI.match(piece) and width(piece) <= LONGEST}
    (fonts / "words.json").write_text(json.dumps(sorted(words), ensure_ascii=False), encoding="utf-8")
    (fonts / "probe.typ").write_text(_PROBE, encoding="utf-8")
    answer = typst.query(
        fonts / "probe.typ", "<broken>", field="value", one=True, font_paths=[fonts], ignore_system_fonts=True
    )
    return frozenset(json.loads(answer))
