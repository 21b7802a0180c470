"""Which known name a text may stand for: the nearest one only, or all that it may abbreviate; never one of many."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

from .text import normalise, to_ascii_digits

_LONG: Final = 80
_MOST: Final = 5
_SHORTEST: Final = 3
_HINTS: Final = 200
_MARGIN: Final = 0.05
_NUMBER = re.compile("[0-9]+")


def nearest(text: str, names: Sequence[str], *, cutoff: float = 0.8) -> tuple[str, ...]:
    """The name nearest to a text, or those that it abbreviates; none where others are as near.

    Names that hold another number than the text are no misspellings of it: ``SDG 1`` is not nearly ``SDG 11``.

    Parameters
    ----------
    cutoff:
        Least likeness, 0 to 1, as in :func:`difflib.get_close_matches`.

    Examples
    --------
    >>> nearest("นนทบุรึ", ["นนทบุรี", "จันทบุรี"])
    ('นนทบุรี',)
    >>> nearest("สมุทรฯ", ["สมุทรสาคร", "ตาก", "สมุทรปราการ"])
    ('สมุทรสาคร', 'สมุทรปราการ')
    """
    return _nearest(normalise(text), tuple(names), cutoff) if len(text) <= _LONG else ()


def suggestion(noun: str, text: str, names: Sequence[str], *, cutoff: float = 0.8) -> str:
    """What to add to a message: `` ชื่อที่ใกล้เคียงคือ “นนทบุรี”`` with ``noun`` in front; ``""`` if nothing is near."""
    near = [f"“{name}”" for name in nearest(text, names, cutoff=cutoff)]
    if len(near) > 1:
        return f" {noun}นี้อาจหมายถึง {', '.join(near[:-1])} หรือ {near[-1]} ให้พิมพ์ชื่อเต็ม"
    return f" {noun}ที่ใกล้เคียงคือ {near[0]}" if near else ""


def suggester(noun: str, names: Sequence[str], *, cutoff: float = 0.8) -> Callable[[str], str]:
    """:func:`suggestion` for the cells of a column: for the first ones only, since likeness is slow to find."""
    left = iter(range(_HINTS))
    return lambda text: suggestion(noun, text, names, cutoff=cutoff) if next(left, None) is not None else ""


@lru_cache(maxsize=1024)
def _nearest(text: str, names: tuple[str, ...], cutoff: float) -> tuple[str, ...]:
    numbers = _numbers(text)
    likely = [name for name in names if _numbers(name) in ([], numbers)]
    stem = text.rstrip("ฯ. ")
    begun = [name for name in likely if name.startswith(stem)] if len(stem) >= _SHORTEST else []
    if len(begun) > 1:
        return tuple(begun) if len(begun) <= _MOST else ()
    scored = sorted(((_ratio(text, name), name) for name in likely), reverse=True)[:2]
    if not scored or (scored[0][0] < cutoff and not begun):
        return ()
    if begun:
        return (begun[0],)
    return () if len(scored) > 1 and scored[0][0] - scored[1][0] < _MARGIN else (scored[0][1],)


def _numbers(text: str) -> list[str]:
    return _NUMBER.findall(to_ascii_digits(text))


def _ratio(text: str, name: str) -> float:
    return difflib.SequenceMatcher(None, name, text).ratio()
