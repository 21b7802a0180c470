"""What a project says of itself in ``project.toml``: the words that are a department's and not this package's."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

from dsw_analysis.problems import UsageError
from dsw_analysis.protection import Protection, protection

FILE: Final = "project.toml"
_UNIT = re.compile("[a-z][a-z_]*")
_TIME = re.compile(r"(?:[01]\d|2[0-3])\.[0-5]\d")
_NUMBERS = re.compile(r"\{(\d+)-(\d+)\}")
_BETWEEN = r"\d.,:–-"
"""Characters that make a number part of a longer one."""


@dataclass(frozen=True)
class Term:
    """A name that holds digits without being a result: ``ISO 9001``, ``หมวด {1-17}``, and why it may stand."""

    text: str
    why: str

    @property
    def pattern(self) -> str:
        """Finds the name in a text, but not as a piece of a longer number or word; ``{1-17}`` is any of these."""
        parts = _NUMBERS.split(self.text)
        found = re.escape(parts[0])
        for low, high, after in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
            numbers = [str(n).zfill(len(low)) for n in range(int(low), int(high) + 1)]
            found += f"(?:{'|'.join(reversed(numbers))}){re.escape(after)}"
        begins, ends = self.text[0], self.text[-1]
        before = rf"(?<![{_BETWEEN}])" if begins in "{0123456789" else r"\b" if begins.isascii() else ""
        return before + found + (r"(?![.,:]?\d)" if ends in "}0123456789" else "")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What ``project.toml`` says; by default nothing that is one department's.

    Attributes
    ----------
    department, short_name:
        Whose report it is, on covers and in the files' data, and what sentences call it.
    title, short_title:
        Of the report, on its cover, and in the title of a browser's window.
    contact:
        Whom to ask about the report.
    words:
        Words of the report that dictionaries lack, which no line of the print may break.
    office_hours:
        When office hours begin and end on a working day: ``("08.30", "16.30")``.
    units:
        Unit of findings -> Thai word, besides those that the package knows.
    allowed:
        Names that hold digits without being a result.
    abbreviations:
        Abbreviation -> what it stands for; the report explains those that occur in it.
    protection:
        How figures of persons are shown.
    """

    department: str = ""
    short_name: str = "หน่วยงาน"
    title: str = "รายงานผลการดำเนินงาน"
    short_title: str = "รายงานผลการดำเนินงาน"
    contact: str = ""
    words: tuple[str, ...] = ()
    office_hours: tuple[str, str] = ("08.30", "16.30")
    units: Mapping[str, str] = field(default_factory=dict)
    allowed: tuple[Term, ...] = ()
    abbreviations: Mapping[str, str] = field(default_factory=dict)
    protection: Protection = field(default_factory=Protection)

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """All that the project allows: its names, and its office hours."""
        return (*self.allowed, Term(f"{'–'.join(self.office_hours)} น.", "เวลาราชการ"))


def where(folder: str | Path) -> Path | None:
    """The ``project.toml`` of a folder: its own, or that of the nearest folder above it."""
    here = Path(os.path.abspath(folder))  # noqa: PTH100 - knows "..", follows no link
    return next((path for above in (here, *here.parents) if (path := above / FILE).is_file()), None)


def settings(folder: str | Path) -> Settings:
    """What the ``project.toml`` of a folder says; where there is none, the words are nobody's in particular.

    Raises
    ------
    UsageError
        If the file is no TOML, or a key of it is unknown or has a value that it cannot have; the message names file
        and key, and the nearest key that there is.
    """
    path = where(folder)
    if path is None:
        return Settings()
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} is no TOML: {error}") from None
    return _read(path, content)


_chosen: list[Settings] = []


def use(chosen: Settings | None) -> None:
    """Have this process speak in a project's words; with ``None`` in those of the working directory's, read anew."""
    _chosen[:] = [] if chosen is None else [chosen]
    _here.cache_clear()


def again() -> None:
    """Read the working directory's ``project.toml`` anew: who writes a notebook may have changed it meanwhile."""
    _here.cache_clear()


def current() -> Settings:
    """The settings that this process uses: for a notebook those of the project that it lies in."""
    return _chosen[0] if _chosen else _here(os.getcwd())  # noqa: PTH109 - asked for with every finding


@cache
def _here(folder: str) -> Settings:
    return settings(folder)


TABLES: Final[Mapping[str, frozenset[str]]] = {
    "report": frozenset({"department", "short_name", "title", "short_title", "contact", "words"}),
    "abbreviations": frozenset(),
    "office_hours": frozenset({"from", "to"}),
    "units": frozenset(),
    "allowed": frozenset({"text", "why"}),
    "disclosure": frozenset(),
}
"""Tables of the file and their keys; units and abbreviations may have any name."""


def _read(path: Path, content: Mapping[str, Any]) -> Settings:
    _know(path, "", content, TABLES)
    tables: dict[str, Any] = {name: content.get(name, {}) for name in TABLES if name != "allowed"}
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise UsageError(f"{path}: {name} is not a table; write [{name}] and its keys below")
        if TABLES[name]:
            _know(path, f"[{name}] ", table, TABLES[name])
    report = dict(tables["report"])
    words = report.pop("words", [])
    if not isinstance(words, list):
        raise UsageError(f'{path}: [report] words is not a list; write words = ["…"]')
    texts = {key: _text(path, f"[report] {key}", text) for key, text in report.items()}
    if "title" in texts:
        texts.setdefault("short_title", texts["title"])
    return Settings(
        **texts,
        words=tuple(_text(path, "[report] words", word) for word in words),
        office_hours=_hours(path, tables["office_hours"]),
        units={unit: _unit(path, unit, word) for unit, word in tables["units"].items()},
        abbreviations={
            short: _text(path, f'[abbreviations] "{short}"', long) for short, long in tables["abbreviations"].items()
        },
        protection=protection(str(path), tables["disclosure"]),
        allowed=tuple(_term(path, term) for term in _terms(path, content.get("allowed", []))),
    )


def _know(path: Path, table: str, found: Mapping[str, Any], known: Mapping[str, Any] | frozenset[str]) -> None:
    """Refuse keys that there are not."""
    for key in found:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1) or sorted(known)
            raise UsageError(f"{path}: {table}{key} is no key; did you mean {' or '.join(near)}?")


def _text(path: Path, key: str, text: object) -> str:
    if not isinstance(text, str) or not text.strip():
        raise UsageError(f'{path}: {key} is {text!r} and not a text; write {key.rsplit(maxsplit=1)[-1]} = "…"')
    return text.strip()


def _unit(path: Path, unit: str, word: object) -> str:
    if not _UNIT.fullmatch(unit):
        raise UsageError(f"{path}: [units] {unit!r} is no name of a unit; use lower-case ASCII and _, e.g. activities")
    return _text(path, f"[units] {unit}", word)


def _hours(path: Path, given: Mapping[str, object]) -> tuple[str, str]:
    opens, closes = (
        str(given.get(key, usual)) for key, usual in zip(("from", "to"), Settings.office_hours, strict=True)
    )
    if not (_TIME.fullmatch(opens) and _TIME.fullmatch(closes) and opens < closes):
        raise UsageError(
            f'{path}: [office_hours] from {opens!r} to {closes!r} are no hours; write from = "08.30" and to = "16.30"'
        )
    return opens, closes


def _terms(path: Path, given: object) -> list[Mapping[str, object]]:
    if not isinstance(given, list) or not all(isinstance(term, dict) for term in given):
        raise UsageError(f"{path}: allowed is not a list of tables; write [[allowed]] before each text")
    return given


def _term(path: Path, given: Mapping[str, object]) -> Term:
    _know(path, "[[allowed]] ", given, TABLES["allowed"])
    term = Term(*(_text(path, f"[[allowed]] {key}", given.get(key)) for key in ("text", "why")))
    letters = _NUMBERS.sub("", term.text)
    if not any(map(str.isalpha, letters)) or not any(map(str.isnumeric, term.text)):
        raise UsageError(
            f"{path}: [[allowed]] text {term.text!r} holds no number or nothing else; write the words that the number "
            'stands in, e.g. text = "ISO 9001"'
        )
    if any(int(low) > int(high) for low, high in _NUMBERS.findall(term.text)):
        raise UsageError(f"{path}: [[allowed]] text {term.text!r} counts down; write the smaller number first")
    return term
