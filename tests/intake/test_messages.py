"""What is said of files: every name that the code uses has words, and the words take what the code gives."""

import ast
import string
import tomllib
from pathlib import Path

import pytest

from dsw_analysis.intake.files import messages

INTAKE = Path(messages.__file__).parents[1]
WORDS = tomllib.loads((INTAKE / "files" / "messages.toml").read_text(encoding="utf-8"))
ACTIONS = WORDS.pop("actions")
OF_THE_PLACE = {"sheet", "row", "column", "value"}


def calls():
    """Name of a message, names of the values it is given, and where: of each call with a literal name."""
    for path in sorted(INTAKE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            if node.func.id not in {"refuse", "problem"} or not node.args:
                continue
            if isinstance(node.args[0], ast.Constant) and not any(k.arg is None for k in node.keywords):
                given = {k.arg for k in node.keywords} - OF_THE_PLACE
                yield pytest.param(node.args[0].value, given, id=f"{path.stem}-{node.lineno}")


CALLS = list(calls())


def places(name):
    """Names in the places of a message's sentences, but for those that every message has."""
    sentences = WORDS[name].values()
    found = {field.partition(".")[0] for text in sentences for _, field, *_ in string.Formatter().parse(text) if field}
    return found - {"limits"} - ACTIONS.keys()


@pytest.mark.parametrize(("name", "given"), CALLS)
def test_a_message_has_words_and_gets_what_they_have_places_for(name, given):
    assert name in WORDS
    assert places(name) == given


def test_most_calls_are_seen_and_every_message_says_what_is_so_and_what_to_do():
    assert len({call.values[0] for call in CALLS}) >= 40
    assert all(set(words) == {"expected", "action"} for words in WORDS.values())
