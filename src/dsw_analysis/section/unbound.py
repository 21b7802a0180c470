"""Numbers in words that no finding stands behind: one rule, for who types a text and for the audit of a page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Final

from jinja2 import nodes

from dsw_analysis.findings.finding import INTERVAL, Finding
from dsw_analysis.intake.thai.numbers import written_numbers
from dsw_analysis.project import FILE, Term, again, current
from dsw_analysis.section.readback import LINKED
from dsw_analysis.section.recording import Recording, WordsError

ALLOWED = (
    Term("{00-23}.00–{00-23}.59 น.", "ชื่อช่วงเวลาหนึ่งชั่วโมง"),
    Term("เปอร์เซ็นไทล์ที่ 95", "ชื่อค่าสถิติ"),
    Term(INTERVAL, "ชื่อค่าสถิติ"),
    Term("ระดับความเชื่อมั่นร้อยละ 95", "ชื่อค่าสถิติ"),
    Term("SHA-256", "ชื่อวิธีคำนวณรหัสของไฟล์"),
)
"""Names that hold digits in every report; ``project.toml`` has those of one."""

_PUT_IN = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|\{[a-z0-9_.-]+(?::[a-zA-Z/]+)?\}|\]\([^)\s]*\)", re.S)
"""What stands in a text for something else, and addresses of links."""
_BEGIN = re.compile(r"^(?:\[(?:if .+?|elif .+?|else)\] )?(?: *[0-9]{1,9}[.)] )?", re.M)
"""What may stand before the words of a line: a guard, and the number of a list."""
_WHOLE = re.compile(r"\d[\d.,]*\d|\d")
_LETTER = re.compile(r"[^\W\d_]")
_NEAREST: Final = 3


def unbound(text: str, phrases: Iterable[str] = ()) -> set[int]:
    """Places of the numbers of a text that stand in no allowed name and in none of the phrases.

    Parameters
    ----------
    phrases:
        Words that have numbers of their own, such as those of the sources; asked for only where they are needed.
    """
    open_ = written_numbers(text)
    if open_:
        for pattern in _patterns((*ALLOWED, *current().terms)):
            open_ = open_.difference(*(range(*match.span()) for match in pattern.finditer(text)))
    phrases = iter(phrases)
    while open_ and (phrase := next(phrases, None)) is not None:
        open_ -= {place for start in _occurrences(phrase, text) for place in range(start, start + len(phrase))}
    return open_


@cache
def _patterns(terms: tuple[Term, ...]) -> list[re.Pattern[str]]:
    return [re.compile(term.pattern) for term in terms]


def _occurrences(phrase: str, text: str) -> Iterator[int]:
    """Where a phrase stands in a text without more digits on either side."""
    start = text.find(phrase) if phrase else -1
    while start >= 0:
        end = start + len(phrase)
        before = phrase[0].isnumeric() and start and re.match(r"[\d.,]", text[start - 1])
        after = phrase[-1].isnumeric() and re.match(r"[.,]?\d", text[end:])
        if not before and not after:
            yield start
        start = text.find(phrase, start + 1)


def refuse_numbers(text: str, tree: nodes.Template, story: Recording, where: str) -> None:
    """Refuse a text that holds a number which neither a finding nor an allowed name stands behind.

    The rule is that of the audit, :func:`unbound`; it holds in branches not taken too.

    Parameters
    ----------
    tree:
        The same text as Jinja reads it, for the words that stand in its expressions.

    Raises
    ------
    WordsError
        With the line, the number, and what to write instead.
    """
    bare = _BEGIN.sub("", _PUT_IN.sub(lambda match: LINKED + "\n" * match[0].count("\n"), text))
    lines = [*enumerate(bare.split("\n"), start=1), *_constants(tree)]
    for line, words in lines:
        if not unbound(words):
            continue
        again()  # it may be allowed by now
        places = unbound(words, filter(_LETTER.search, story.spoken()))
        if places:
            number = _number(words, places)
            raise WordsError(
                f"{where}, line {line}: “{number}” is a number without a finding; write {_instead(number, story)}, or "
                f"allow the name that it stands in under [[allowed]] in {FILE}"
            )


def _constants(tree: nodes.Template) -> Iterator[tuple[int, str]]:
    """Texts that expressions print or give a name."""
    found: list[nodes.Node] = [part for output in tree.find_all(nodes.Output) for part in output.nodes]
    found += [named.node for named in tree.find_all(nodes.Assign)]
    found += [loop.iter for loop in tree.find_all(nodes.For)]
    for expression in found:
        yield from ((text.lineno, str(text.value)) for text in _printed(expression))


def _printed(node: nodes.Node | None) -> Iterator[nodes.Const]:
    """Constants that may be the value of an expression, or a part of it; names of numbers and codes are none."""
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node
    elif isinstance(node, nodes.CondExpr):
        yield from (*_printed(node.expr1), *_printed(node.expr2))
    elif isinstance(node, nodes.BinExpr):
        yield from (*_printed(node.left), *_printed(node.right))
    elif isinstance(node, (nodes.List, nodes.Tuple)):
        yield from (text for item in node.items for text in _printed(item))
    elif isinstance(node, nodes.Concat):
        yield from (text for item in node.nodes for text in _printed(item))
    elif isinstance(node, nodes.Filter):
        yield from (text for item in (node.node, *node.args) for text in _printed(item))


def _number(words: str, places: set[int]) -> str:
    """The first number, as it is written: in digits, or in Thai words."""
    start = end = min(places)
    while end in places:
        end += 1
    match = _WHOLE.match(words, start)
    return match[0] if match else words[start:end]


def _instead(number: str, story: Recording) -> str:
    """Findings to write in place of a number: those that print it, else those nearest to it."""
    known = {i.removeprefix(f"{story.id}."): f for i, f in story.ledger.items() if f.value is not None}
    try:
        typed = float(number.replace(",", ""))
    except ValueError:
        return "a finding's id in braces, e.g. {activities}"
    near = sorted(known, key=lambda i: (_distance(known, i, typed), i))[:_NEAREST]
    same = [i for i in near if not _distance(known, i, typed)]
    named = " or ".join(f"{{{i}}} ({known[i].text()})" for i in same or near)
    return f"the finding that it is, e.g. {named}" if named else "a finding's id in braces; none is measured yet"


def _distance(known: Mapping[str, Finding], name: str, number: float) -> float:
    printed = known[name].rounded()
    return abs(float(printed) - number) if printed is not None else float("inf")
