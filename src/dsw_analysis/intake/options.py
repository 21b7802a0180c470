"""Reading options: how a file of another layout is read, in a flat YAML beside it that counts once it is accepted."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import yaml

from dsw_analysis.intake.files import hash_file
from dsw_analysis.intake.files.header import key
from dsw_analysis.intake.files.messages import problem, refuse
from dsw_analysis.intake.writing.whole import write_whole
from dsw_analysis.intake.yaml_keys import Entry, Reader, entry_of, list_of, pairs, read_yaml, scalar, verbatim, written
from dsw_analysis.problems import Problem, UsageError

SUFFIX: Final = ".options.yaml"
TO_FILL_IN: Final = "?"
"""Stands in a proposal for what no machine can know."""
SHEET_NAME: Final = "{sheet}"
"""Stands in ``constant`` for the name of the sheet."""


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """Who accepted which options for which file, and when; both by their hash."""

    by: str
    on: date
    options: str
    file: str


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a file is read. Columns are called by the headers of the form, but for keys of ``rename`` and what is apart.

    Attributes
    ----------
    sheets:
        Sheets to read, below each other if there are several.
    header_row:
        Spreadsheet row in which the header begins.
    stop_at:
        Text of a cell: its row and all below are left out.
    leave_out:
        Headers in the file of columns that are not read.
    rename:
        Header in the file -> header of the form.
    constant:
        Header -> what stands in every row; ``{sheet}`` is the name of the sheet.
    datetime_from:
        Header -> the headers in the file of its date and its time.
    fill_down:
        Columns that are filled in the first of several rows only.
    blank_words:
        Header -> texts that mean that a cell is blank.
    separator:
        Sign between several choices of a cell, in place of ``;``.
    aliases:
        Header -> text in the file -> the choice that it means.
    two_digit_years:
        Columns in which two-digit years are of the Buddhist era, and lie within ten years of the round.
    accepted:
        Who accepted them; without it they count for nothing.
    """

    sheets: tuple[str, ...] = ()
    header_row: int | None = None
    stop_at: str | None = None
    leave_out: tuple[str, ...] = ()
    rename: Mapping[str, str] = field(default_factory=dict)
    constant: Mapping[str, str] = field(default_factory=dict)
    datetime_from: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fill_down: tuple[str, ...] = ()
    blank_words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    separator: str | None = None
    aliases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    two_digit_years: tuple[str, ...] = ()
    accepted: Acceptance | None = None

    def given(self) -> dict[str, Any]:
        """The keys that are set, without the acceptance."""
        return {name: value for name, value in asdict(self).items() if value and name != "accepted"}

    @property
    def sha256(self) -> str:
        """Hash of what is set, without the acceptance."""
        return hashlib.sha256(json.dumps(self.given(), ensure_ascii=False, sort_keys=True).encode()).hexdigest()

    @property
    def open(self) -> tuple[str, ...]:
        """Keys in which something is to be filled in by a person."""
        return tuple(name for name, value in self.given().items() if TO_FILL_IN in _leaves(value))

    def headers(self) -> tuple[str, ...]:
        """Headers in the file that the form does not have."""
        return (*self.rename, *(part for apart in self.datetime_from.values() for part in apart), *self.leave_out)


def _leaves(value: object) -> Iterator[object]:
    """All texts of a nested value."""
    for item in value.values() if isinstance(value, Mapping) else value if isinstance(value, tuple) else ():
        yield from _leaves(item)
    yield value


_texts = list_of(verbatim)
_ROW: Final = scalar(lambda text: int(written("[1-9][0-9]{0,6}", "row number")(text)))
_HASH: Final = scalar(written("[0-9a-f]{64}", "SHA-256 hash"))
_ACCEPTED: Final[Mapping[str, Reader]] = {
    "by": verbatim,
    "on": scalar(date.fromisoformat),
    "options": _HASH,
    "file": _HASH,
}
_KEYS: Final[Mapping[str, Reader]] = {
    "sheets": _texts,
    "header_row": _ROW,
    "stop_at": verbatim,
    "leave_out": _texts,
    "rename": pairs(verbatim, verbatim),
    "constant": pairs(verbatim, verbatim),
    "datetime_from": pairs(verbatim, _texts),
    "fill_down": _texts,
    "blank_words": pairs(verbatim, _texts),
    "separator": verbatim,
    "aliases": pairs(verbatim, pairs(verbatim, verbatim)),
    "two_digit_years": _texts,
    "accepted": entry_of("an acceptance", _ACCEPTED, *_ACCEPTED),
}


def path_of(file: Path) -> Path:
    """Where the options of a raw file stand."""
    return file.with_name(file.stem + SUFFIX)


def read_options(path: Path) -> Options | None:
    """Options of a file of options; ``None`` if there is no such file.

    Raises
    ------
    UsageError
        At the first mistake, with its line.
    """
    if not path.is_file():
        return None
    entry = read_yaml(path.name, path.read_bytes(), entry_of("a file of reading options", _KEYS), _check)
    accepted = entry.pop("accepted", None)
    return Options(**entry, accepted=accepted and Acceptance(**accepted))


def _check(entry: Entry) -> None:
    for header, apart in entry.get("datetime_from", {}).items():
        if len(apart) != 2:
            entry.refuse("datetime_from", f"{header!r} needs two headers, of the date and of the time")
    sheets = [key(sheet) for sheet in entry.get("sheets", ())]
    if len({*sheets}) < len(sheets):
        entry.refuse("sheets", "a sheet stands here twice")
    if len({*entry.get("rename", {}).values()} - {TO_FILL_IN}) < sum(
        header != TO_FILL_IN for header in entry.get("rename", {}).values()
    ):
        entry.refuse("rename", "two columns get the same header")


def options_of(file: Path, called: str) -> Options | None:
    """The accepted options of a raw file, so ``called`` in messages; ``None`` if nobody has accepted any.

    Raises
    ------
    DataError
        If they were accepted for another file, or changed afterwards.
    UsageError
        At a mistake in them.
    """
    path = path_of(file)
    options = read_options(path)
    if options is None or options.accepted is None:
        return None
    if options.accepted.options != options.sha256:
        refuse("options.edited", called, options=path.name)
    if options.accepted.file != hash_file(file):
        refuse("options.other_file", called, options=path.name, on=options.accepted.on.isoformat())
    return options


def waiting(file: Path, called: str) -> list[Problem]:
    """That a raw file which cannot be used has options that nobody has accepted."""
    path = path_of(file)
    options = read_options(path)
    unaccepted = options is not None and options.accepted is None
    return [problem("options.waiting", called, options=path.name)] if unaccepted else []


def acceptances(folder: Path, names: Iterable[str]) -> dict[str, Acceptance]:
    """Who accepted the options of raw files of a folder, of those that have some; whether they hold is not judged."""
    found = ((name, read_options(path_of(folder / name))) for name in names)
    return {name: options.accepted for name, options in found if options is not None and options.accepted is not None}


def option_hashes(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """The files of options of raw files, called as from the folder -> their hashes."""
    paths = [path_of(Path(name)) for name in names]
    return {path.as_posix(): hash_file(folder / path) for path in paths}


def accept(file: Path, by: str, on: date) -> Path:
    """Note in the options of a raw file that somebody has accepted them for this very file; the options' path.

    Raises
    ------
    UsageError
        If there are no options, or something in them is not filled in, or was accepted already.
    """
    path, options = _there(file)
    if options.accepted is not None:
        raise UsageError(f"{path} was accepted by {options.accepted.by}; take it back first: dsw accept {file} --undo")
    if options.open:
        raise UsageError(f"{path}: fill in what is {TO_FILL_IN!r} in {', '.join(options.open)}, then accept it")
    said = {"by": by, "on": on.isoformat(), "options": options.sha256, "file": hash_file(file)}
    write_whole(path, path.read_bytes().rstrip(b"\n") + b"\n" + to_yaml({"accepted": said}).encode())
    return path


def undo(file: Path) -> Path:
    """Take the acceptance of the options of a raw file back; the options' path.

    Raises
    ------
    UsageError
        If there are none, or nobody has accepted them.
    """
    path, options = _there(file)
    if options.accepted is None:
        raise UsageError(f"nobody has accepted {path}")
    text = path.read_text(encoding="utf-8")
    rest = re.sub(r"^accepted:[^\n]*\n(?:[ \t#][^\n]*(?:\n|$))*", "", text, flags=re.MULTILINE)
    write_whole(path, rest.encode())
    return path


def _there(file: Path) -> tuple[Path, Options]:
    if not file.is_file():
        raise UsageError(f"no file {file}")
    if file.name.endswith(SUFFIX):
        raise UsageError(f"{file} are the options; name the raw file beside them")
    path = path_of(file)
    options = read_options(path)
    if options is None:
        raise UsageError(f"no reading options {path}; dsw check proposes some where they would help")
    return path, options


def to_yaml(values: Mapping[str, Any]) -> str:
    """Values as the YAML of a file of options."""
    plain = json.loads(json.dumps(values, ensure_ascii=False))
    return str(yaml.safe_dump(plain, allow_unicode=True, sort_keys=False, width=1_000))
