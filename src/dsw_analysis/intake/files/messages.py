"""Says in Thai what is wrong with a file; the words stand in ``messages.toml``."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final, NoReturn

from dsw_analysis.intake.files.limits import LIMITS
from dsw_analysis.problems import DataError, Problem

_WORDS: Final = tomllib.loads(Path(__file__).with_name("messages.toml").read_text(encoding="utf-8"))
_ACTIONS: Final[dict[str, str]] = _WORDS["actions"]


def problem(
    name: str,
    file: str,
    /,
    *,
    sheet: str | None = None,
    row: int | None = None,
    column: str | None = None,
    value: str | None = None,
    **words: Any,  # noqa: ANN401 - whatever the text has places for
) -> Problem:
    """A problem with the whole file or the place named, in the words that ``messages.toml`` has for ``name``."""
    text = {key: sentence.format(limits=LIMITS, **_ACTIONS, **words) for key, sentence in _WORDS[name].items()}
    return Problem(code=name.partition(".")[0], file=file, sheet=sheet, row=row, column=column, value=value, **text)


def refuse(name: str, file: str, /, **details: Any) -> NoReturn:  # noqa: ANN401 - those of `problem`
    """Raise a :class:`DataError` of the one :func:`problem`."""
    raise DataError([problem(name, file, **details)])
