"""YAML read by the keys that may stand in it: each mistake is named with its line and the nearest key."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NoReturn

import yaml

from dsw_analysis.problems import UsageError
from dsw_analysis.rounds import Round

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast where there is libyaml
Reader = Callable[[yaml.Node], Any]
"""Reads a node of YAML as what belongs there, or refuses it."""


class _MistakeError(Exception):
    """A mistake in a file, and its line."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line


class Entry(dict[str, Any]):
    """A mapping of a file: what stands there by key, with the line of each key, and its own."""

    def __init__(self, values: Mapping[str, Any], lines: Mapping[str, int], line: int) -> None:
        super().__init__(values)
        self.lines, self.line = lines, line

    def refuse(self, key: str, text: str) -> NoReturn:
        """Refuse what stands at a key."""
        raise _MistakeError(self.lines.get(key, self.line), text)

    def valid(self, round_: Round) -> bool:
        """Whether it is valid in a round."""
        first, last = self.get("dsw:from"), self.get("dsw:to")
        return (first is None or first <= round_) and (last is None or round_ <= last)

    def meets(self, other: Entry) -> bool:
        """Whether there may be a round in which both are valid."""
        spans = ((a.get("dsw:from"), b.get("dsw:to")) for a, b in ((self, other), (other, self)))
        return all(first is None or last is None or first <= last for first, last in spans)


def near(name: str, known: Iterable[str], *, noun: str = "") -> str:
    """What to add to a message on a name that is not known: the nearest names, or all if there are few or none near."""
    names = list(known)
    found = difflib.get_close_matches(name, names, n=3) or [known for known in names if known.startswith(name)]
    if found:
        return f"; did you mean {' or '.join(map(repr, found))}?"
    return f"; {noun or 'known'} are {', '.join(names)}" if names else ""


def read_yaml(name: str, content: bytes, read: Reader, check: Callable[[Entry], None]) -> Entry:
    """What a file holds, read and checked.

    Raises
    ------
    UsageError
        At the first mistake, with the file's name and the line.
    """
    try:
        node = yaml.compose(content, Loader=_LOADER)
        if node is None:
            raise _MistakeError(1, "the file is empty")
        entry: Entry = read(node)
        check(entry)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = 1 if mark is None else mark.line + 1
        raise UsageError(f"{name} line {line}: this is no YAML: {error.problem or error.context}") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise UsageError(f"{name} line 1: this is no YAML: {error}") from None
    except _MistakeError as mistake:
        raise UsageError(f"{name} line {mistake.line}: {mistake}") from None
    return entry


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _refuse(node: yaml.Node, text: str) -> NoReturn:
    raise _MistakeError(_line(node), text)


def scalar(read: Callable[[str], Any]) -> Reader:
    """Reader of a text as it is written, whatever YAML takes it for: ``no`` is a code, not a truth value."""

    def reader(node: yaml.Node) -> Any:  # noqa: ANN401 - what is read
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            _refuse(node, "a text belongs here")
        try:
            return read(" ".join(str(node.value).split()))
        except (ValueError, re.error) as error:
            _refuse(node, str(error))

    return reader


def written(pattern: str, what: str) -> Callable[[str], str]:
    """What :func:`scalar` reads a text of a pattern by."""

    def read(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(f"{text!r} is no {what}")
        return text

    return read


def one_of(*known: str) -> Reader:
    """Reader of one of these texts."""

    def read(text: str) -> str:
        if text not in known:
            raise ValueError(f"{text!r} may not stand here{near(text, known, noun='allowed')}")
        return text

    return scalar(read)


def list_of(item: Reader) -> Reader:
    """Reader of a list that is not empty."""

    def reader(node: yaml.Node) -> tuple[Any, ...]:
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            _refuse(node, "a list belongs here")
        return tuple(map(item, node.value))

    return reader


def pairs(key: Reader, value: Reader) -> Reader:
    """Reader of a mapping with keys of the file's own."""

    def reader(node: yaml.Node) -> dict[str, Any]:
        if not isinstance(node, yaml.MappingNode) or not node.value:
            _refuse(node, "names with what belongs to them belong here")
        found: dict[str, Any] = {}
        for name, given in node.value:
            if key(name) in found:
                _refuse(name, f"{key(name)!r} stands here twice")
            found[key(name)] = value(given)
        return found

    return reader


def entry_of(what: str, keys: Mapping[str, Reader], *needed: str) -> Reader:
    """Reader of a mapping that may have these keys, and has those that are needed."""

    def reader(node: yaml.Node) -> Entry:
        if not isinstance(node, yaml.MappingNode):
            _refuse(node, f"{what} belongs here, with its keys")
        values: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for name, given in node.value:
            key = text(name)
            if key not in keys:
                _refuse(name, f"{what} has no key {key!r}{near(key, keys, noun='its keys')}")
            if key in values:
                _refuse(name, f"the key {key!r} stands in line {lines[key]} already")
            lines[key] = _line(name)
            values[key] = keys[key](given)
        for key in needed:
            if key not in values:
                _refuse(node, f"{what} needs the key {key!r}")
        return Entry(values, lines, _line(node))

    return reader


text = scalar(str)
"""Reader of any text."""


def verbatim(node: yaml.Node) -> str:
    """Read any text to the letter, spaces and line breaks too, as of a sign between words."""
    if not isinstance(node, yaml.ScalarNode) or not node.value:
        _refuse(node, "a text belongs here")
    return str(node.value)
