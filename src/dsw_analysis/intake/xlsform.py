"""XLSForms of datasets, so that a unit may collect by phone: what KoboToolbox and ODK make a form of."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from typing import Any, Final

from dsw_analysis.intake.columns import Column, Kind, Schema
from dsw_analysis.intake.files.header import JOIN
from dsw_analysis.intake.provinces import province_names
from dsw_analysis.intake.rules import Rule
from dsw_analysis.intake.thai.dates import BE_OFFSET, MONTHS
from dsw_analysis.intake.wording import limit_texts, schema_hash
from dsw_analysis.intake.writing.workbooks import BODY, HEAD, new_workbook, write_table
from dsw_analysis.rounds import Round

_TYPES: Final[Mapping[Kind, str]] = {
    "text": "text",
    "integer": "integer",
    "number": "decimal",
    "date": "date",
    "datetime": "dateTime",
    "month": "select_one",
    "province": "select_one",
    "category": "select_one",
    "multi": "select_multiple",
}
"""Kind of column -> type of question; those that choose have a list."""
_SURVEY: Final = (
    "type", "name", "label", "hint", "required", "relevant", "constraint", "constraint_message", "appearance",
)  # fmt: skip
_HAS_MANY: Final = 20  # choices from which one is looked up by typing
_COMPARED: Final = {"integer", "number", "date", "datetime"}  # kinds whose answers XPath can compare
_SIGNS: Final[Mapping[str, str]] = {"not_before": ">=", "at_most": "<="}
_ELSEWHERE: Final = ("filled_only_if", "needs")  # rules that stand in `relevant` and `required`


def xlsform(dataset: Schema, round_: Round) -> bytes:
    """XLSForm of a dataset: sheets ``survey``, ``choices`` and ``settings``.

    Names of questions and of choices are those of the schema, labels are in Thai. What a form can hold of the rules
    stands in ``required``, ``constraint`` and ``relevant``, what it cannot in the hint of the question: a form sees one
    record at a time, and no other.
    """
    target = io.BytesIO()
    with new_workbook(target, title=f"{dataset.id} {round_.label}", created=round_.end) as book:
        head, body = book.add_format(HEAD), book.add_format(BODY)
        sheets = {
            "survey": (_SURVEY, _survey(dataset, round_)),
            "choices": (("list_name", "name", "label"), _choices(dataset, round_)),
            "settings": (("form_title", "form_id", "version"), [_settings(dataset, round_)]),
        }
        for name, (heads, rows) in sheets.items():
            page = book.add_worksheet(name)
            write_table(page, heads, rows, head=head, body=body, widths=[24] * len(heads))
    return target.getvalue()


def _settings(dataset: Schema, round_: Round) -> tuple[str, ...]:
    id_ = f"{dataset.id}_{round_.year}_{round_.months}m"
    return f"{dataset.title} {round_.label}", id_, schema_hash(dataset)


def _survey(dataset: Schema, round_: Round) -> Iterator[Sequence[str | None]]:
    """Rows of the questions in the order of the schema, those of a group between its begin and end."""
    yield from ([moment, moment] for moment in ("start", "end") if moment not in dataset.names)
    for number, (group, columns) in enumerate(groupby(dataset.columns, key=lambda column: column.group), start=1):
        if group:
            yield ["begin_group", f"group_{number}", group, *[None] * 5, "field-list"]
        for column in columns:
            asked = _asked(dataset, column, round_)
            yield [asked.get(key) for key in _SURVEY]
        if group:
            yield ["end_group"]


def _asked(dataset: Schema, column: Column, round_: Round) -> dict[str, str]:
    """A question, by the columns of the sheet."""
    own = [rule for rule in dataset.rules if rule.column == column.name]
    conditions = [(rule, _condition(dataset, rule, column)) for rule in dataset.rules]
    bounds = _limits(column, round_)
    limits = [*bounds, *(text for _, text in conditions if text)]
    told = limit_texts(replace(column, unique=False), round_) if bounds else []
    told += [rule.expected for rule, text in conditions if text]
    unsaid = [rule.expected for rule, text in conditions if rule in own and not text and rule.word not in _ELSEWHERE]
    choices = _list_of(column, round_)
    needed_by = [rule.column for rule in dataset.rules if rule.word == "needs" and column.name in rule.given]
    return {
        "type": f"{_TYPES[column.kind]} {column.name}" if choices else _TYPES[column.kind],
        "name": column.name,
        "label": column.header.split(JOIN)[-1],
        "hint": " ".join(filter(None, [column.help, "ห้ามซ้ำกับรายการอื่น" if column.unique else "", *unsaid])),
        "required": "yes" if column.required else " or ".join(f"${{{other}}} != ''" for other in needed_by),
        "relevant": " and ".join(_relevant(rule) for rule in own if rule.word == "filled_only_if"),
        "constraint": " and ".join(f"({text})" for text in limits) if len(limits) > 1 else "".join(limits),
        "constraint_message": "; ".join(told),
        "appearance": "autocomplete" if len(choices) > _HAS_MANY and column.kind != "multi" else "",
    }


def _relevant(rule: Rule) -> str:
    """When the question is asked at all."""
    fits = [" or ".join(f"${{{other}}} = '{code}'" for code in codes) for other, codes in rule.given.items()]
    return fits[0] if len(fits) == 1 else " and ".join(f"({fit})" for fit in fits)


def _limits(column: Column, round_: Round) -> list[str]:
    """What holds of an answer whatever the others are; blank answers are not judged."""
    limits = [f". {sign} {bound:g}" for sign, bound in ((">=", column.ge), ("<=", column.le)) if bound is not None]
    if column.in_round and column.kind in _COMPARED:
        after = round_.end + timedelta(days=1)
        limits.append(f". >= date('{round_.start}') and . < date('{after}')")
    return limits


def _condition(dataset: Schema, rule: Rule, column: Column) -> str:
    """What a rule asks of an answer of the column; empty if it asks nothing, or a form cannot hold it."""
    if rule.word == "order_of_steps":
        before = dict(zip(rule.given[1:], rule.given, strict=False)).get(column.name)
        return f"not(. = 'yes' and ${{{before}}} = 'no')" if before else ""
    if rule.column != column.name:
        return ""
    others = rule.columns[1:]
    blank = " or ".join(f"${{{other}}} = ''" for other in others)
    compared = all(dataset[name].kind in _COMPARED for name in rule.columns)
    said = ""
    if rule.word in _SIGNS and compared:
        said = f"{blank} or . {_SIGNS[rule.word]} ${{{rule.given}}}"
    elif rule.word == "sum_of" and compared:
        total = " + ".join(f"${{{other}}}" for other in others)
        said = f"{blank} or round(. - ({total}), 6) = 0"
    elif rule.word == "by_code":
        ((other, codes),) = rule.given.items()
        said = " and ".join(f"(${{{other}}} != '{decides}' or . = '{code}')" for decides, code in codes.items())
    elif rule.word == "starts_with":
        said = f"{blank} or starts-with(., concat(${{{rule.given}}}, '.'))"
    elif rule.word == "matches" and "'" not in rule.given:
        said = f"regex(., '^({rule.given})$')"
    return said


def _choices(dataset: Schema, round_: Round) -> Iterator[tuple[str, str, str]]:
    for column in dataset.columns:
        for name, label in _list_of(column, round_).items():
            yield column.name, name, label


def _list_of(column: Column, round_: Round) -> dict[str, Any]:
    """Names of choices, which are what the export holds -> labels."""
    if column.kind == "province":
        return {name: name for name in province_names()}
    if column.kind == "month":
        covered = range(1, (round_.months if column.in_round else 12) + 1)
        months = [round_.calendar_month(position) for position in covered]
        return {f"{year}-{month:02d}": f"{MONTHS[month - 1]} {year + BE_OFFSET}" for year, month in months}
    return dict(column.codes)
