"""Schema files: YAML in the terms of the Frictionless Table Schema, each mistake named with its line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NoReturn

import yaml

from dsw_analysis.intake.columns import Kind
from dsw_analysis.intake.files.header import key as header_key
from dsw_analysis.intake.rules import WORDS
from dsw_analysis.problems import UsageError
from dsw_analysis.rounds import Round

_NAME: Final = re.compile("[a-z][a-z0-9_]*")
_CODE: Final = re.compile("[a-z0-9_]+")
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast where there is libyaml

TYPES: Final[Mapping[str, Kind]] = {
    "string": "text",
    "integer": "integer",
    "number": "number",
    "date": "date",
    "datetime": "datetime",
    "yearmonth": "month",
    "list": "multi",
}
"""Types of the Table Schema -> kinds of column; a string with categories is a ``category``."""
MISSING: Final = ("not_applicable", "refused")
QUESTION: Final = ("dsw:topic", "dsw:statement", "dsw:counted", "dsw:concern")
"""Keys that make a field a question; it has all of them."""
_NUMBERS: Final = ("integer", "number")
_DATES: Final = ("date", "datetime", "month")
_FITS: Final[Mapping[str, Sequence[Kind]]] = {
    "minimum": _NUMBERS,
    "maximum": _NUMBERS,
    "dsw:units": _NUMBERS,
    "dsw:in_round": _DATES,
    "dsw:monthly": _DATES,
    "dsw:two_digit_be": _DATES,
    "dsw:registry": ("text",),
    "delimiter": ("multi",),
    **dict.fromkeys((*QUESTION, "dsw:neutral"), ("category",)),
}
"""Kinds of column in which a key means anything."""


class _MistakeError(Exception):
    """A mistake in a file, and its line."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line


@dataclass(frozen=True)
class Entry:
    """A mapping of a file: what stands there by key, with the line of each key, and its own."""

    values: Mapping[str, Any]
    lines: Mapping[str, int]
    line: int

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 - of the key's type
        return self.values[key]

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ANN401
        """What stands at a key."""
        return self.values.get(key, default)

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


@lru_cache(maxsize=256)
def read_schema(name: str, content: bytes) -> Entry:
    """A schema as its file declares it, of whatever round, checked as far as that can be without other files.

    Parameters
    ----------
    name:
        Of the file, as messages call it; its stem is the dataset's id.

    Raises
    ------
    UsageError
        At the first mistake, with file, line and the nearest known key or name.
    """
    try:
        node = yaml.compose(content, Loader=_LOADER)
        schema = _schema(node if node is not None else yaml.MappingNode("", [], _START, _START))
        _check_schema(schema, name.rpartition("/")[2].removesuffix(".yaml"))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = 1 if mark is None else mark.line + 1
        raise UsageError(f"{name} line {line}: this is no YAML: {error.problem or error.context}") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise UsageError(f"{name} line 1: this is no YAML: {error}") from None
    except _MistakeError as mistake:
        raise UsageError(f"{name} line {mistake.line}: {mistake}") from None
    return schema


_START: Final = yaml.Mark("", 0, 0, 0, None, None)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _refuse(node: yaml.Node, text: str) -> NoReturn:
    raise _MistakeError(_line(node), text)


def _text(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
        _refuse(node, "a text belongs here")
    return " ".join(str(node.value).split())


def _written(pattern: re.Pattern[str], what: str) -> Callable[[yaml.Node], str]:
    def read(node: yaml.Node) -> str:
        text = _text(node)
        if not pattern.fullmatch(text):
            _refuse(node, f"{text!r} is no {what}: small letters of a to z, digits and _")
        return text

    return read


_name, _code = _written(_NAME, "name"), _written(_CODE, "code")


def _one_of(*known: str) -> Callable[[yaml.Node], str]:
    def read(node: yaml.Node) -> str:
        text = _text(node)
        if text not in known:
            _refuse(node, f"{text!r} may not stand here{near(text, known, noun='allowed')}")
        return text

    return read


def _flag(node: yaml.Node) -> bool:
    if _text(node) not in ("true", "false"):
        _refuse(node, f"{_text(node)!r} is neither true nor false")
    return _text(node) == "true"


def _number(node: yaml.Node) -> float:
    text = _text(node)
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
        _refuse(node, f"{text!r} is no number")
    return float(text) if "." in text else int(text)


def _round(node: yaml.Node) -> Round:
    try:
        return Round.parse(_text(node))
    except ValueError as error:
        _refuse(node, str(error))


def _registry(node: yaml.Node) -> tuple[str, str]:
    parts = _text(node).split(".")
    if len(parts) != 2 or not all(map(_NAME.fullmatch, parts)):
        _refuse(node, f"{_text(node)!r} names no field of a dataset; write dataset.field")
    return parts[0], parts[1]


def _pattern(node: yaml.Node) -> str:
    try:
        re.compile(_text(node))
    except re.error as error:
        _refuse(node, f"{_text(node)!r} is no pattern: {error}")
    return _text(node)


def _list(item: Callable[[yaml.Node], Any]) -> Callable[[yaml.Node], tuple[Any, ...]]:
    def read(node: yaml.Node) -> tuple[Any, ...]:
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            _refuse(node, "a list belongs here")
        return tuple(map(item, node.value))

    return read


def _pairs(key: Callable[[yaml.Node], str], value: Callable[[yaml.Node], Any]) -> Callable[[yaml.Node], dict[str, Any]]:
    def read(node: yaml.Node) -> dict[str, Any]:
        if not isinstance(node, yaml.MappingNode) or not node.value:
            _refuse(node, "names with what belongs to them belong here")
        found: dict[str, Any] = {}
        for name, given in node.value:
            if key(name) in found:
                _refuse(name, f"{key(name)!r} stands here twice")
            found[key(name)] = value(given)
        return found

    return read


def _entry(
    what: str, keys: Mapping[str, Callable[[yaml.Node], Any]], needed: Sequence[str]
) -> Callable[[yaml.Node], Entry]:
    """Reader of a mapping that may have these keys, and has those that are needed."""

    def read(node: yaml.Node) -> Entry:
        if not isinstance(node, yaml.MappingNode):
            _refuse(node, f"{what} belongs here, with its keys")
        values: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for name, given in node.value:
            key = _text(name)
            if key not in keys:
                _refuse(name, f"{what} has no key {key!r}{near(key, keys, noun='its keys')}")
            if key in values:
                _refuse(name, f"key {key!r} stands in line {lines[key]} already")
            lines[key] = _line(name)
            values[key] = keys[key](given)
        for key in needed:
            if key not in values:
                _refuse(node, f"{what} needs the key {key!r}")
        return Entry(values, lines, _line(node))

    return read


_GIVEN: Final[Mapping[str, Callable[[yaml.Node], Any]]] = {
    "column": _name,
    "columns": _list(_name),
    "pattern": _pattern,
    "codes": _pairs(_name, _list(_code)),
    "code_of": _pairs(_name, _pairs(_code, _code)),
}
_VALID: Final = {"dsw:from": _round, "dsw:to": _round}
KEYS: Final[Mapping[str, Mapping[str, Callable[[yaml.Node], Any]]]] = {
    "a constraint": {"required": _flag, "unique": _flag, "minimum": _number, "maximum": _number},
    "a category": {"value": _code, "label": _text, "dsw:missing": _one_of(*MISSING), **_VALID},
    "a rule": {
        "name": _name,
        "column": _name,
        "expected": _text,
        "action": _text,
        **{word: _GIVEN[about.takes] for word, about in WORDS.items()},
    },
}
"""Keys of what stands inside a schema, and how each is read."""


def _inner(what: str, *needed: str) -> Callable[[yaml.Node], Entry]:
    return _entry(what, KEYS[what], needed)


FIELD: Final[Mapping[str, Callable[[yaml.Node], Any]]] = {
    "name": _name,
    "title": _text,
    "type": _one_of(*TYPES),
    "description": _text,
    "constraints": _inner("a constraint"),
    "categories": _list(_inner("a category", "value", "label")),
    "delimiter": _one_of(";"),
    "dsw:kind": _one_of("province"),
    "dsw:units": _list(_text),
    "dsw:in_round": _flag,
    "dsw:monthly": _flag,
    "dsw:two_digit_be": _flag,
    "dsw:registry": _registry,
    "dsw:topic": _text,
    "dsw:statement": _text,
    "dsw:counted": _list(_code),
    "dsw:concern": _list(_code),
    "dsw:neutral": _list(_code),
    **_VALID,
}
"""Keys of a field."""
SCHEMA: Final[Mapping[str, Callable[[yaml.Node], Any]]] = {
    "name": _name,
    "title": _text,
    "fields": _list(_entry("a field", FIELD, ("name", "title", "type"))),
    "dsw:order": _number,
    "dsw:file": _text,
    "dsw:sheet": _text,
    "dsw:may_be_empty": _flag,
    "dsw:rules": _list(_inner("a rule", "name", "column", "expected", "action")),
    **_VALID,
}
"""Keys of a schema."""
_schema = _entry("a schema", SCHEMA, ("name", "title", "fields"))


def kind_of(field: Entry) -> Kind:
    """Kind of column that a field is."""
    if "dsw:kind" in field:
        return "province"
    return "category" if field["type"] == "string" and "categories" in field else TYPES[field["type"]]


def _check_schema(schema: Entry, stem: str) -> None:
    if schema["name"] != stem:
        schema.refuse("name", f"the file of {schema['name']!r} is called {schema['name']}.yaml, not {stem}.yaml")
    _check_span(schema)
    fields = schema["fields"]
    _each_once(fields, "name", "field")
    _each_once(fields, "title", "header", header_key)
    _each_once(schema.get("dsw:rules", ()), "name", "rule")
    for field in fields:
        _check_field(field)
    monthly = [field for field in fields if field.get("dsw:monthly")]
    for field in monthly[1:]:
        field.refuse("dsw:monthly", f"the months are counted by {monthly[0]['name']!r} already")
    for rule in schema.get("dsw:rules", ()):
        _check_rule(rule, fields)


def _check_span(entry: Entry) -> None:
    if "dsw:from" in entry and "dsw:to" in entry and entry["dsw:from"] > entry["dsw:to"]:
        entry.refuse("dsw:to", f"{entry['dsw:to']} is before {entry['dsw:from']}")


def _each_once(entries: Sequence[Entry], key: str, noun: str, spelt: Callable[[str], str] = str) -> None:
    """See that what two entries say at a key differs, unless there is no round in which both are valid."""
    seen: dict[str, list[Entry]] = {}
    for entry in entries:
        for other in seen.setdefault(spelt(entry[key]), []):
            if entry.meets(other):
                entry.refuse(key, f"the {noun} {entry[key]!r} stands in line {other.lines[key]} already")
        seen[spelt(entry[key])].append(entry)


def _check_field(field: Entry) -> None:
    kind = kind_of(field)
    if field["name"] == "row":
        field.refuse("name", "'row' is the number of the row in the file; give the field another name")
    if "dsw:kind" in field and (field["type"] != "string" or "categories" in field):
        field.refuse("dsw:kind", "a province is a string without categories")
    if "categories" in field and kind not in ("category", "multi"):
        field.refuse("categories", f"a field of type {field['type']!r} has no categories; a string or list has")
    if kind == "multi" and not ("categories" in field and "delimiter" in field):
        field.refuse("type", "a list needs categories, and 'delimiter: ;'")
    constraints = field.get("constraints", Entry({}, {}, field.line))
    for place in (field, constraints):
        for key in place.values:
            if kind not in _FITS.get(key, (kind,)):
                place.refuse(key, f"{key!r} means nothing for a field of kind {kind}")
    if constraints.get("minimum", 0) > constraints.get("maximum", float("inf")):
        constraints.refuse("minimum", "the minimum is above the maximum")
    _check_span(field)
    categories = field.get("categories", ())
    _each_once(categories, "value", "code")
    _each_once(categories, "label", "label", header_key)
    for category in categories:
        _check_span(category)
        if kind == "multi" and ";" in category["label"]:
            category.refuse("label", "a label of a list has no ;, which separates the answers")
    _check_question(field)


def _check_question(field: Entry) -> None:
    """See that of every answer of a question it is said what it means."""
    given = [key for key in (*QUESTION, "dsw:neutral") if key in field]
    if not given:
        return
    for key in QUESTION:
        if key not in field:
            field.refuse(given[0], f"a question needs the key {key!r}")
    said = ("dsw:counted", "dsw:concern", "dsw:neutral")
    codes = {category["value"]: category for category in field["categories"]}
    for key in said:
        for code in field.get(key, ()):
            if code not in codes:
                field.refuse(key, f"the question has no answer {code!r}{near(code, codes)}")
            if key != "dsw:neutral" and code in field.get("dsw:neutral", ()):
                field.refuse("dsw:neutral", f"the answer {code!r} is of {key!r}, so it is not neutral")
    for code, category in codes.items():
        if "dsw:missing" not in category and not any(code in field.get(key, ()) for key in said):
            category.refuse(
                "value", f"the answer {code!r} is neither counted nor a concern; name it in one of {', '.join(said)}"
            )


def _check_rule(rule: Entry, fields: Sequence[Entry]) -> None:
    words = [key for key in rule.values if key in WORDS]
    if len(words) != 1:
        several = f"{words[1]!r} is a second one" if words else f"it has none of {', '.join(WORDS)}"
        rule.refuse(words[1] if words else "name", f"a rule has one word that says what must hold; {several}")
    word = WORDS[words[0]]
    given = rule[words[0]]
    kinds = {field["name"]: kind_of(field) for field in fields}
    others = () if word.takes == "pattern" else (given,) if word.takes == "column" else tuple(given)
    for key, names, fit in (("column", (rule["column"],), word.own), (words[0], others, word.others)):
        for name in names:
            if name not in kinds:
                rule.refuse(key, f"there is no field {name!r}{near(name, kinds)}")
            if fit and kinds[name] not in fit:
                rule.refuse(key, f"{words[0]!r} is not for {name!r}, which is of kind {kinds[name]}")
    if word.takes == "code_of" and len(given) != 1:
        rule.refuse(words[0], "one field decides, with its codes")
    if word.takes in ("codes", "code_of"):
        for name, codes in given.items():
            _check_codes(rule, words[0], codes, _codes(fields, name))
            if word.takes == "code_of":
                _check_codes(rule, words[0], codes.values(), _codes(fields, rule["column"]))
    elif words[0] == "order_of_steps":
        for name in others:
            _check_codes(rule, words[0], _codes(fields, name), ("yes", "no"))


def _codes(fields: Sequence[Entry], name: str) -> list[str]:
    return [c["value"] for field in fields if field["name"] == name for c in field.get("categories", ())]


def _check_codes(rule: Entry, key: str, codes: Iterable[str], known: Sequence[str]) -> None:
    for code in codes:
        if code not in known:
            rule.refuse(key, f"there is no code {code!r}{near(code, known)}")
