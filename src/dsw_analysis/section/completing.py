"""What Tab offers: names of sections, and inside quotation marks datasets, families, columns and codes with labels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from types import ModuleType
from typing import Any

import pandas as pd

from dsw_analysis.intake.columns import Column
from dsw_analysis.intake.provinces import province_names
from dsw_analysis.intake.source import Source, source_of
from dsw_analysis.section import figures
from dsw_analysis.section.recording import PLAN, Recording

_ATTRIBUTE = re.compile(r"(?<![\w.\"'])(\w+)\.(\w*)$")
_FAMILIES = frozenset("bars change columns combine heatmap rows series tile_map trend".split())
"""Methods of a section whose first text is the name of a family."""
_MODULES = frozenset({"dsw_analysis", figures.__name__})
_NAME = re.compile(r"(?<![\w.])(\w+)$")
_CALL = re.compile(r"(\w+)\.(\w+)$")
_FILTER = re.compile(r"\b(?:where|counted)\s*=\s*$")
_SPLIT = re.compile(r"\bby\s*=[\s\[(]*(?:[\"']\w*[\"'][\s,()]*)*$")
_FIRST = re.compile(r"\s*(\w+)\s*[,)]")
_KEY = re.compile(r"[\"'](\w+)[\"']\s*:")
_GROUPED = {"category", "multi", "province", "month"}


def offered(code: str, names: Mapping[str, Any]) -> tuple[str, dict[str, str]] | None:
    """What may stand where code ends.

    Parameters
    ----------
    code:
        A cell up to the cursor.
    names:
        What the notebook's names stand for.

    Returns
    -------
    tuple or None
        What is written of it already, and text -> what it means in Thai; ``None`` if nothing is known of the place.
    """
    place = _place(code)
    if place is None:
        return _attributes(code, names)
    brackets, quote = place
    every = dict(_every(code, brackets, quote, names))
    begun = code[quote + 1 :]
    return begun, {text: means for text, means in every.items() if text.startswith(begun) or begun in means}


def _attributes(code: str, names: Mapping[str, Any]) -> tuple[str, dict[str, str]] | None:
    """What a section or this package has for an analyst; Jedi would offer all that they are made of, and slowly."""
    found = _ATTRIBUTE.search(code)
    owner = names.get(found[1]) if found else None
    ours = isinstance(owner, Recording) or (isinstance(owner, ModuleType) and owner.__name__ in _MODULES)
    if not found or not ours:
        return None
    begun = found[2]
    return begun, {name: "" for name in dir(owner) if name.startswith(begun) and (begun or name[0] != "_")}


def _every(code: str, brackets: list[int], quote: int, names: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if not brackets:
        return
    held = names.get(named[1]) if (named := _NAME.search(code[: brackets[-1]])) else None
    if code[brackets[-1]] == "[" and isinstance(held, Recording):
        yield from ((id_, held[id_].label) for id_ in held._ipython_key_completions_())
        return
    call = _CALL.search(code[: brackets[-1]])
    section = names.get(call[1]) if call else None
    if call and isinstance(section, Recording) and not code[brackets[-1] + 1 : quote].strip():
        if call[2] == "load" and hasattr(section, "schemas"):
            own = [id_ for id_ in section.schemas if id_.startswith(section.id)]
            yield from ((id_, section.schemas[id_].title) for id_ in dict.fromkeys([*own, *section.schemas]))
        elif call[2] in _FAMILIES:
            yield from ((family.name, family.short) for family in section.families.values())
        return
    columns = {column.name: column for column in _columns(code, brackets, names)}
    start = next((at for at in reversed(brackets) if code[at] == "{" and _FILTER.search(code[:at])), None)
    if start is not None and (key := _key(code[start + 1 : quote], nested=start != brackets[-1])):
        yield from _codes(columns[key]) if key in columns else ()
    elif start is not None:
        yield from ((column.name, column.header) for column in columns.values())
    elif _SPLIT.search(code[:quote]):
        yield from ((column.name, column.header) for column in columns.values() if column.kind in _GROUPED)


def _place(code: str) -> tuple[list[int], int] | None:
    """Where brackets that code leaves open stand, and the quotation mark that it does; ``None`` without one."""
    brackets: list[int] = []
    mark, at, comment = "", 0, False
    skipped = False
    for place, sign in enumerate(code):
        if skipped or comment:
            skipped, comment = False, comment and sign != "\n"
        elif mark:
            skipped = sign == "\\"
            mark = "" if sign in (mark, "\n") else mark
        elif sign in "\"'":
            mark, at = sign, place
        elif sign in "([{":
            brackets.append(place)
        elif sign in ")]}" and brackets:
            brackets.pop()
        comment = comment or (not mark and sign == "#")
    return (brackets, at) if mark else None


def _key(inside: str, *, nested: bool) -> str | None:
    """The column whose codes are asked for, by what stands in the filter before; ``None`` if a column is."""
    keys = [*_KEY.finditer(inside)]
    return keys[-1][1] if keys and (nested or "," not in inside[keys[-1].end() :]) else None


def _codes(column: Column) -> Iterable[tuple[str, str]]:
    return ((name, "") for name in province_names()) if column.kind == "province" else column.codes.items()


def _columns(code: str, brackets: list[int], names: Mapping[str, Any]) -> tuple[Column, ...]:
    """Columns of the frame that a call around the place is given first, or of all that was loaded."""
    for at in reversed(brackets):
        frame = names.get(first[1]) if (first := _FIRST.match(code[at + 1 :])) else None
        if isinstance(frame, pd.DataFrame) and isinstance(frame.attrs.get("source"), Source):
            return source_of(frame).dataset.columns
    sections = (value for value in names.values() if isinstance(value, Recording))
    kinds = (source.dataset for section in sections for source in section.sources.values())
    return tuple(column for kind in kinds if kind.stem != PLAN for column in kind.columns)
