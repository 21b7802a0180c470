"""How objects look where a notebook shows them: cards and tables as safe HTML, in one style for light and dark."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from markupsafe import Markup, escape

_TEMPLATES: Final = Path(__file__).parent / "templates"
_PALETTE = re.compile(r":root \{\n\s*(?:color-scheme: light dark;\n)?(.*?)\n *\}", re.S)
_DRAWN = re.compile(r"^\.(?:drawn|scaled|map|spark|wider?)\b.*$", re.M)
MOST: Final = 20
"""Rows of a table that are shown, and names that a line lists at most."""


def shown(*parts: str) -> str:
    """Parts as HTML that a notebook shows: all of it is readable without the style too, which some places strip."""
    return f'<div class="dsw"><style>{style()}</style>{"".join(parts)}</div>'


def card(title: str, facts: Mapping[str, object]) -> str:
    """A title, and terms with what is said of them; blank ones are left out. Texts are escaped."""
    said = Markup().join(Markup("<dt>{}</dt><dd>{}</dd>").format(term, words) for term, words in facts.items() if words)
    return Markup("<p><strong>{}</strong></p><dl>{}</dl>").format(title, said)


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], *, most: int = MOST, rest: str = "") -> str:
    """A table of texts, which are escaped; of more rows than ``most`` it says how many, and ``rest``."""
    every = [*rows]
    head = Markup().join(Markup('<th scope="col">{}</th>').format(name) for name in heads)
    body = Markup().join(
        Markup("<tr>{}</tr>").format(Markup().join(Markup("<td>{}</td>").format(cell) for cell in row))
        for row in every[:most]
    )
    more = Markup("<p>และอีก {:,} รายการ {}</p>").format(len(every) - most, rest) if len(every) > most else ""
    return Markup("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>{}").format(head, body, more)


def listed(names: Iterable[str], most: int = 8) -> str:
    """Names in one line, the first of them if they are many."""
    every = [*names]
    rest = f" และอีก {len(every) - most:,}" if len(every) > most else ""
    return f"{', '.join(every[:most])}{rest}"


def heading(text: str) -> str:
    """A line over a table."""
    return f"<p><strong>{escape(text)}</strong></p>"


@cache
def style() -> str:
    """The style of what is shown: colours of the report, and of its drawings, by the theme of the notebook."""
    report, own = ((_TEMPLATES / name).read_text(encoding="utf-8") for name in ("report.css", "notebook.css"))
    light, dark = _PALETTE.findall(report)[:2]
    for place, rules in (("light", light), ("dark", dark), ("drawn", " ".join(_DRAWN.findall(report)))):
        own = own.replace(f"/*{place}*/", rules)
    return " ".join(own.split())
