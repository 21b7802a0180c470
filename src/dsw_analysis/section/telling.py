"""What a section says: Thai texts about its numbers, from Python and in cells that begin with %%say."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

from dsw_analysis.section import asking, blocks, words
from dsw_analysis.section.blocks import Block
from dsw_analysis.section.measuring import Measuring


@dataclass(frozen=True, kw_only=True)
class Telling(Measuring):
    """The grammar of words; a part of :class:`dsw_analysis.section.section.Section`."""

    def say(self, text: str, when: str = "", *, where: str = "text", **names: Any) -> Block | None:  # noqa: ANN401
        """Thai Markdown in the language of :mod:`~dsw_analysis.section.words`; nothing if empty or ``when`` fails.

        Raises
        ------
        WordsError
            With the line and the nearest names.
        """
        if when and not words.holds(when, self, where=f"{where} if"):
            return None
        made = words.written(text, self, where=where, **names)
        return self.shown.block(blocks.prose(made, self.ledger)) if made.strip() else None

    def plain(self, text: str, where: str, **names: Any) -> str:  # noqa: ANN401 - data that the text names
        """A headline, caption or the like: one line, without Markdown."""
        return " ".join(words.written(text, self, where=where, **names).split())


def register(section: Telling) -> None:
    """Have cells that begin with ``%%say`` tell this section's story, where there is an IPython."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is None:
        return

    def say(line: str, cell: str) -> Block | None:
        """Thai Markdown with numbers by short id; ``%%say if activities`` says it only where there are any."""
        condition = line.strip()
        if condition and not condition.startswith("if "):
            raise asking.WordsError(f"write %%say, or %%say if … and a condition; not {condition!r}")
        # One line more, so that lines are counted as the notebook shows them.
        return section.say("\n" + cell, condition.removeprefix("if "), where="%%say")

    shell.register_magic_function(say, "cell", "say")
