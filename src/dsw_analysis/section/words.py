"""Words: Thai Markdown with numbers by short id and guards in front of sentences, from Python and in %%say cells."""

from __future__ import annotations

import difflib
import re
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any, Final

import jinja2
from jinja2 import meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from dsw_analysis.findings.families import Row
from dsw_analysis.findings.finding import INTERVAL
from dsw_analysis.intake.provenance import INVENTED
from dsw_analysis.intake.thai import format_date
from dsw_analysis.section.asking import FUNCTIONS, Asking, Functions, Number, Words, escape, held
from dsw_analysis.section.blocks import END, Block, prose, with_example
from dsw_analysis.section.measuring import Measuring
from dsw_analysis.section.recording import WordsError
from dsw_analysis.section.unbound import refuse_numbers

_NUMBER = re.compile(r"(?<![{%#])\{([a-z0-9_]+)((?:\.[a-z0-9_-]+)*)(?::([a-zA-Z/]+))?\}(?!\})")
_GUARD = re.compile(r"\[(if .+?|elif .+?|else)\] (.*)")
_BLOCK = re.compile(r"[>|]|[-*+] |\d+\. ")
"""Beginnings of lines that Markdown makes blocks of, which nothing may stand before."""
_HEADING = re.compile(r"(?:\[.*?\] )?#{1,6} ")
_STYLES: Final = {
    "value": "value",
    "unit": "unit",
    "full": "full",
    "interval": "interval",
    "n_of_n": "n/N",
    "duration": "duration",
}
"""Jinja's filters -> styles of :meth:`Finding.text`."""


def written(
    text: str,
    story: Asking,
    *,
    where: str = "text",
    rows: list[Row] | None = None,
    **names: Any,  # noqa: ANN401 - data that the text names
) -> str:
    """A text with its conditions settled and full ids: ``{csr.linked:unit}``.

    Parameters
    ----------
    where:
        What messages call the text.
    rows:
        What the figure or table shows whose words these are.
    names:
        Values that the text may name besides numbers; texts among them are data.

    Raises
    ------
    WordsError
        With the line, and the nearest names where there is no such name, be it in a branch that is not taken; or if
        it holds a number that is no finding.
    """
    source = _guarded(_NUMBER.sub(_spelled, text))
    template, known = _compiled(source, text, where, names, Functions(story, rows))
    try:
        return template.render(known)
    except WordsError as error:
        raise WordsError(f"{where}, line {_line(error)}: {error}") from None
    except (jinja2.TemplateError, TypeError, AttributeError, ValueError, KeyError, IndexError) as error:
        raise WordsError(f"{where}, line {_line(error)}: {type(error).__name__}: {error}") from None


def holds(expression: str, story: Asking, *, where: str = "when") -> bool:
    """Whether a condition holds, in the language of texts."""
    return "yes" in written(f"{{% if {expression} %}}yes{{% endif %}}", story, where=f"{where} {expression!r}")


@dataclass(frozen=True, kw_only=True, repr=False)
class Telling(Measuring):
    """The grammar of words; a part of :class:`dsw_analysis.section.section.Section`."""

    def say(self, text: str, when: str = "", *, where: str = "text", **names: Any) -> Block | None:  # noqa: ANN401
        """Thai Markdown in the language of :func:`written`, with its errors; nothing if empty or ``when`` fails.

        ``text`` is what a ``%%say`` cell holds, ``names`` values that it names, ``where`` what errors call it.

        Raises
        ------
        WordsError
            If the text names no finding, or holds a typed number or a mistake; with its line and the nearest names.
        """
        if when and not holds(when, self, where=f"{where} if"):
            return None
        told = self.apart(written(text, self, where=where, **names))
        for place, line in enumerate(text.split("\n"), start=1):
            if _HEADING.match(line):  # only those of cells go where nothing is shown below them
                raise WordsError(f"{where}, line {place}: a heading stands in a Markdown cell of its own")
        real, example = (prose(part, self.ledger).html if part.strip() else "" for part in told)
        return self.shown.block(Block(with_example(real, example))) if real or example else None

    def plain(self, text: str, where: str, **names: Any) -> str:  # noqa: ANN401 - data that the text names
        """A headline, caption or the like: one line, without Markdown."""
        return " ".join(written(text, self, where=where, **names).split())


_open: dict[str, Telling] = {}
"""Sections that are open in a notebook, by their ids."""


def register(section: Telling) -> None:
    """Have cells that begin with ``%%say`` tell this section's story, where there is an IPython.

    A cell that runs again, which JupyterLab names by its id and the batch does not, records anew what it recorded.
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is None:
        return

    def say(line: str, cell: str) -> Block | None:
        """Thai Markdown with numbers by short id; ``%%say if activities`` says it only where there are any."""
        condition = line.strip()
        if condition and not condition.startswith("if "):
            raise WordsError(f"write %%say, or %%say if … and a condition; not {condition!r}")
        # One line more, so that lines are counted as the notebook shows them.
        return section.say("\n" + cell, condition.removeprefix("if "), where="%%say")

    shell.register_magic_function(say, "cell", "say")
    _open[section.id] = section
    shell.events.register("pre_run_cell", _begin)  # once, however often


def _begin(info: Any) -> None:  # noqa: ANN401 - IPython's
    for section in _open.values():
        section.begin_cell(info.cell_id)


def _compiled(
    source: str, text: str, where: str, extra: Mapping[str, Any], functions: Functions
) -> tuple[jinja2.Template, dict[str, Any]]:
    story = functions._story
    try:
        tree, unknown, template = _parsed(source)
    except jinja2.TemplateSyntaxError as error:
        raise WordsError(f"{where}, line {error.lineno}: {error.message}") from None
    refuse_numbers(text, tree, story, where)
    found: dict[str, Any] = {
        **extra,
        "_nl": Words("\n"),
        "_fresh": story.fresh,
        "_opens": story.opens,
        "_closes": Words(END),
        "_asks": story.asks,
        "_within": story.within,
        "_ends": story.ends,
    }
    besides = story.names()
    for name in unknown - set(found):
        if name in besides:
            found[name] = besides[name]
        elif name in FUNCTIONS:
            found[name] = getattr(functions, name)
        else:
            try:
                found[name] = story.number(name)
            except WordsError as error:
                line = next((n.lineno for n in tree.find_all(nodes.Name) if n.name == name), 0)
                near = difflib.get_close_matches(name, [*besides, *FUNCTIONS], n=2)
                more = f" or {', '.join(near)}" if near else ""
                raise WordsError(f"{where}, line {line}: {error}{more}") from None
    return template, found


@lru_cache(1024)  # the same section is told of each province, and again in each preview
def _parsed(source: str) -> tuple[nodes.Template, frozenset[str], jinja2.Template]:
    """A text as a tree, the names in it that it does not make itself, and the template that the story listens to."""
    environment = _environment()
    tree = environment.parse(source)
    own = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "store"}
    template = environment.from_string(_Listening().visit(environment.parse(source)))
    return tree, frozenset(meta.find_undeclared_variables(tree) - own), template


class _Listening(NodeTransformer):
    """Has the story listen to what conditions ask, so that it knows which words an example has chosen."""

    def visit_If(self, node: nodes.If) -> list[nodes.Node]:  # noqa: N802 - jinja's name
        """A condition whose branches begin, and which ends, with a word to the story."""
        for branch in (node, *node.elif_):
            branch.body = self._told(branch.body, node.lineno)
        if node.else_:
            node.else_ = self._told(node.else_, node.lineno)
        node.test = nodes.And(_call("_asks"), node.test, lineno=node.lineno)
        return [node, nodes.Output([_call("_ends")], lineno=node.lineno)]

    def _told(self, body: Sequence[nodes.Node], line: int) -> list[nodes.Node]:
        within = nodes.Output([_call("_within")], lineno=line)
        return [within, *(node for inner in body for node in self.visit_list(inner))]


def _call(name: str) -> nodes.Call:
    return nodes.Call(nodes.Name(name, "load"), [], [], None, None)


def _guarded(text: str) -> str:
    """Sentences with their condition in front as Jinja, each on the line where it was.

    ``[if area_only] …`` says a line only where the condition holds; lines with ``[elif …]`` and ``[else]`` may follow.
    The sentence is held by the claims that chose it.
    """
    lines, said = text.split("\n"), []
    guards = [_GUARD.fullmatch(line) for line in lines]
    for place, (line, guard, after) in enumerate(zip(lines, guards, [*guards[1:], None], strict=True)):
        if guard is None:
            if line.startswith(("[if ", "[elif ", "[else]")):
                raise WordsError(f"line {place + 1}: after {line.partition(']')[0]}] goes a space and the sentence")
            said.append(line)
            continue
        begins = guard[1].startswith("if ")
        sentence = guard[2] if _BLOCK.match(guard[2]) else f"{{{{ _opens() }}}}{guard[2]}{{{{ _closes }}}}"
        if not begins and (place == 0 or guards[place - 1] is None):
            raise WordsError(f"line {place + 1}: [{guard[1]}] belongs to an [if …] in the line before it")
        goes_on = after is not None and not after[1].startswith("if ")
        start = "{{ _fresh() }}" if begins else "#}"  # a comment takes in the end of the line before
        end = "{#" if goes_on else "{% endif %}"
        said.append(f"{start}{{% {guard[1]} %}}{sentence}{{{{ _nl }}}}{end}")
    return "\n".join(said)


def _line(error: BaseException) -> int:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "<template>"]
    return (lines or [0])[-1] or 0


def _spelled(match: re.Match[str]) -> str:
    name, ends, style = match.groups()
    parts = "".join(f'["{end}"]' for end in ends.split(".")[1:])
    filters = {printed: name for name, printed in _STYLES.items()}
    return f"{{{{ {name}{parts}{'|' + filters.get(style, style) if style else ''} }}}}"


def _style(style: str) -> Callable[[Number | Row], Words]:
    return lambda number: Words(f"{{{number.finding.id}:{style}}}")


def _limits(number: Number | Row) -> Words:
    """A number with its base, and with its interval where it has one: a census and a complete record have none."""
    id_ = number.finding.id
    more = "" if number.finding.low is None else f" ({INTERVAL}: {{{id_}:interval}})"
    return Words(f"{{{id_}:full}}{more}")


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    def finalize(value: Any) -> Any:  # noqa: ANN401 - whatever stands in {{ }}
        if isinstance(value, (Words, jinja2.Undefined)):
            return value
        if isinstance(value, Number):
            return Words(f"{{{value.finding.id}}}")
        if isinstance(value, date):
            return Words(format_date(value))
        if isinstance(value, (Row, str)):
            return held(value.claim if isinstance(value, Row) else "", escape(value))
        if isinstance(value, (list, tuple)):
            return held(getattr(value, "claim", ""), " ".join(finalize(part) for part in value))
        raise WordsError(f"{value!r} is no number of the ledger and no text")

    environment = ImmutableSandboxedEnvironment(
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=finalize
    )
    environment.globals.clear()
    keep = {"join", "first", "last", "length"}
    environment.filters = {name: filter_ for name, filter_ in environment.filters.items() if name in keep}
    environment.filters |= {name: _style(style) for name, style in _STYLES.items()} | {"limits": _limits}
    environment.tests |= {
        "known": lambda number: number.ask("known"),
        "hidden": lambda number: number.ask("hidden"),
        "exact": lambda number: number.ask("exact"),
        "reconstructed": lambda number: number.ask("provenance") in INVENTED,
    }
    return environment
