"""Schema files: YAML in the terms of the Frictionless Table Schema, each mistake named with its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import PurePath
from typing import Final

from dsw_analysis.intake.columns import Kind
from dsw_analysis.intake.files.header import key as header_key
from dsw_analysis.intake.rules import DATES, NUMBERS, WORDS
from dsw_analysis.intake.yaml_keys import (
    Entry,
    Reader,
    entry_of,
    list_of,
    near,
    one_of,
    pairs,
    read_yaml,
    scalar,
    text,
    written,
)
from dsw_analysis.rounds import Round

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
QUESTION: Final = ("dsw:topic", "dsw:statement", "dsw:counted", "dsw:concern")
"""Keys that make a field a question; it has all of them."""
_FITS: Final[Mapping[str, Collection[str]]] = {
    "minimum": NUMBERS,
    "maximum": NUMBERS,
    "dsw:units": NUMBERS,
    "dsw:in_round": DATES,
    "dsw:days_after": DATES,
    "dsw:monthly": DATES,
    "dsw:two_digit_be": DATES,
    "dsw:registry": ("text",),
    "dsw:persons": NUMBERS,
    "delimiter": ("multi",),
    **dict.fromkeys((*QUESTION, "dsw:neutral"), ("category",)),
}
"""Kinds of column in which a key means anything."""


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
    return read_yaml(name, content, _schema, lambda schema: _check_schema(schema, PurePath(name).stem))


_name = scalar(written("[a-z][a-z0-9_]*", "name: small letters of a to z, digits and _, a letter first"))
_code = scalar(written("[a-z0-9_]+", "code: small letters of a to z, digits and _"))
_flag = scalar(lambda said: written("true|false", "true or false")(said) == "true")
_number = scalar(lambda said: (float if "." in said else int)(written(r"-?[0-9]+(\.[0-9]+)?", "number")(said)))
_pattern = scalar(lambda said: re.compile(said).pattern)
_registry = scalar(written(r"[a-z0-9_]+\.[a-z0-9_]+", "field of a dataset: write dataset.field"))
_GIVEN: Final[Mapping[str, Reader]] = {
    "column": _name,
    "columns": list_of(_name),
    "pattern": _pattern,
    "codes": pairs(_name, list_of(_code)),
    "code_of": pairs(_name, pairs(_code, _code)),
}
_VALID: Final = dict.fromkeys(("dsw:from", "dsw:to"), scalar(Round.parse))
CONSTRAINT: Final = {"required": _flag, "unique": _flag, "minimum": _number, "maximum": _number}
CATEGORY: Final = {"value": _code, "label": text, "dsw:missing": one_of("not_applicable", "refused"), **_VALID}
RULE: Final[Mapping[str, Reader]] = {
    "name": _name,
    "column": _name,
    "expected": text,
    "action": text,
    **{word: _GIVEN[about.takes] for word, about in WORDS.items()},
}
FIELD: Final[Mapping[str, Reader]] = {
    "name": _name,
    "title": text,
    "type": one_of(*TYPES),
    "description": text,
    "constraints": entry_of("a constraint", CONSTRAINT),
    "categories": list_of(entry_of("a category", CATEGORY, "value", "label")),
    "delimiter": one_of(";"),
    "dsw:kind": one_of("province", "dataset"),
    "dsw:units": list_of(text),
    "dsw:in_round": _flag,
    "dsw:days_after": scalar(lambda said: int(written("[0-9]{1,3}", "number of days")(said))),
    "dsw:monthly": _flag,
    "dsw:two_digit_be": _flag,
    "dsw:registry": _registry,
    "dsw:persons": _flag,
    "dsw:topic": text,
    "dsw:statement": text,
    "dsw:counted": list_of(_code),
    "dsw:concern": list_of(_code),
    "dsw:neutral": list_of(_code),
    **_VALID,
}
PERSONS: Final = {"units": list_of(_name), "service": list_of(_name)}
SCHEMA: Final[Mapping[str, Reader]] = {
    "name": _name,
    "title": text,
    "fields": list_of(entry_of("a field", FIELD, "name", "title", "type")),
    "missingValues": list_of(text),
    "dsw:order": _number,
    "dsw:file": scalar(written(r"[^/\\:.]+", "name of a file without folder and ending")),
    "dsw:sheet": text,
    "dsw:may_be_empty": _flag,
    "dsw:optional": _flag,
    "dsw:persons": entry_of("persons", PERSONS),
    "dsw:rules": list_of(entry_of("a rule", RULE, "name", "column", "expected", "action")),
    **_VALID,
}
"""Keys of a schema and of what stands in it, and how each is read; ``docs/schemas.md`` explains them."""
_schema = entry_of("a schema", SCHEMA, "name", "title", "fields")


def kind_of(field: Entry) -> Kind:
    """Kind of column that a field is."""
    if field.get("dsw:kind") == "dataset":
        return "category"
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
    names = [field["name"] for field in fields]
    for key, listed in schema.get("dsw:persons", {}).items():
        for name in listed:
            if name not in names:
                schema["dsw:persons"].refuse(key, f"there is no field {name!r}{near(name, names)}")
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
        field.refuse("dsw:kind", f"a {field['dsw:kind']} is a string without categories")
    if "categories" in field and kind not in ("category", "multi"):
        field.refuse("categories", f"a field of type {field['type']!r} has no categories; a string or list has")
    if kind == "multi" and not ("categories" in field and "delimiter" in field):
        field.refuse("type", "a list needs categories, and 'delimiter: ;'")
    if "dsw:days_after" in field and not field.get("dsw:in_round"):
        field.refuse("dsw:days_after", "days after the round need 'dsw:in_round: true'")
    constraints = field.get("constraints", Entry({}, {}, field.line))
    for place in (field, constraints):
        for key in place:
            if kind not in _FITS.get(key, (kind,)):
                place.refuse(key, f"{key!r} means nothing for a field of kind {kind}")
    if constraints.get("minimum", float("-inf")) > constraints.get("maximum", float("inf")):
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
    words = [key for key in rule if key in WORDS]
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
