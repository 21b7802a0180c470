"""What Jupyter shows of sections to somebody who sits at it: numbers that open their basis, and what Tab offers."""

from __future__ import annotations

import re
import sys
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any, Final, cast

from markupsafe import escape

from dsw_analysis import display
from dsw_analysis.findings.finding import Finding
from dsw_analysis.findings.ledger import Ledger
from dsw_analysis.section.blocks import Block
from dsw_analysis.section.completing import offered
from dsw_analysis.section.recording import Recording

_NUMBER = re.compile(r'<a class="(n[ a-z]*)" href="#f\.([a-z0-9_.-]+)">(.*?)</a>', re.S)
_LINK = re.compile(r'<a href="(#[^"]*)">(.*?)</a>', re.S)
_BUTTON = re.compile(r'<button type="button" class="([^"]*)" popovertarget="\w+\.([^"]*)"[^>]*>(.*?)</button>', re.S)
_FORMER = re.compile(r'<data value="([^"]*)">(.*?)</data>', re.S)
_HIGH = re.compile(r'(<svg [^>]*class="drawn stretched[^"]*" width="[\d.]+") height="([\d.]+)"')
_KEPT_HIGH = re.compile(r'(<svg [^>]*class="drawn stretched[^"]*" width="[\d.]+") style="height:([\d.]+)px"')
"""Height of a drawing as an attribute, which JupyterLab's style overrides, and as a style."""
_ENDS: Final = "<!--bases-->"
"""Stands behind a block that was made ready for a notebook, and before the bases of its numbers."""

_MATCHER: Final = "dsw_analysis"

_ledgers: dict[str, Ledger] = {}
"""Numbers of the sections that are open, by their ids."""


def attend(section: Recording) -> None:
    """Have blocks of a section open the bases of their numbers, where there is an IPython and somebody sees them."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is not None:
        _ledgers[section.id] = section.ledger
        shell.display_formatter.mimebundle_formatter.for_type(Block, partial(_bundle, shell))
        matchers = shell.Completer.custom_matchers
        if all(getattr(known, "matcher_identifier", "") != _MATCHER for known in matchers):
            matchers.append(_complete(shell))


def _complete(shell: Any) -> Callable[..., dict[str, Any]]:  # noqa: ANN401 - IPython's
    """What IPython asks for completions, before all else."""
    from IPython.core.completer import SimpleCompletion, context_matcher  # noqa: PLC0415 - loaded where it is used

    @context_matcher(priority=100, identifier=_MATCHER)  # type: ignore[untyped-decorator]
    def complete(context: Any) -> dict[str, Any]:  # noqa: ANN401 - IPython's
        before = context.full_text.split("\n")[: context.cursor_line]
        found = offered("\n".join([*before, context.text_until_cursor]), shell.user_ns)
        if found is None:
            return {"completions": []}
        begun, texts = found
        made = [SimpleCompletion(text, type=means or None) for text, means in texts.items()]
        return {"completions": made, "matched_fragment": begun, "suppress": True, "ordered": True}

    return cast(Callable[..., dict[str, Any]], complete)


def _bundle(shell: Any, block: Block, **_: object) -> dict[str, Any]:  # noqa: ANN401 - IPython's
    bundle = block._repr_mimebundle_()
    return {**bundle, "text/html": ready(block.html)} if _is_attended(shell) else bundle


def _is_attended(shell: Any) -> bool:  # noqa: ANN401 - IPython's
    """Whether who asked to run the cell could be asked something: somebody at JupyterLab, and not papermill."""
    request = shell.get_parent() if hasattr(shell, "get_parent") else {}
    return bool(request.get("content", {}).get("allow_stdin"))


def ready(html: str) -> str:
    """The HTML of a block for a notebook: each number opens its basis, no link leads nowhere, colours follow the theme.

    JupyterLab strips ``popovertarget`` of a notebook that it does not trust: there a number says its basis when the
    mouse is on it.
    """
    # Ids of elements are of the whole notebook, in which the same number stands many times, also from earlier runs.
    own, found = uuid.uuid4().hex, dict[str, Finding]()

    def opens(match: re.Match[str]) -> str:
        look, id_, text = match.groups()
        finding = _finding(id_)
        if finding is None:
            return text
        found[id_] = finding
        told = escape("\n".join(f"{term}: {words}" for term, words in finding.facts().items()))
        return f'<button type="button" class="{look}" popovertarget="{own}.{id_}" title="{told}">{text}</button>'

    body = _LINK.sub(r'<data value="\1">\2</data>', _NUMBER.sub(opens, html))
    body = _HIGH.sub(r'\1 style="height:\2px"', body)
    bases = "".join(
        f'<div popover hidden="hidden" id="{own}.{id_}">{display.card(f.label, {**f.facts(), "รหัส": id_})}</div>'
        for id_, f in found.items()
    )
    return display.shown(body, _ENDS, bases)


def as_made(html: str) -> str:
    """The HTML of a block as the batch has it, of one that may have been made ready for a notebook."""
    if _ENDS not in html:
        return html
    body = html.partition("</style>")[2].partition(_ENDS)[0]
    body = _KEPT_HIGH.sub(r'\1 height="\2"', body)
    return _FORMER.sub(r'<a href="\1">\2</a>', _BUTTON.sub(r'<a class="\1" href="#f.\2">\3</a>', body))


def _finding(id_: str) -> Finding | None:
    own = _ledgers.get(id_.partition(".")[0], Ledger())
    return own.get(id_) or next((ledger[id_] for ledger in _ledgers.values() if id_ in ledger), None)
