"""The ``dsw`` command: check raw files, make forms, run a round's notebooks, render its report."""

from __future__ import annotations

import argparse
import io
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from datetime import date
from importlib import import_module
from pathlib import Path

from dsw_analysis import __version__
from dsw_analysis.problems import DataError, UsageError
from dsw_analysis.project import FILE, settings, use
from dsw_analysis.rounds import Round
from dsw_analysis.run.steps import BatchError

_MARKS = (FILE, "data/schemas")
"""What a project's folder is known by."""
_ANYWHERE = {"init", "doctor", "verify", "unpack", "audit-report"}
"""Commands that need no project."""
_DEFECT = "this is a defect of dsw, not of your data; please report the lines above to those who maintain it"
_REMEDY = "what was finished is kept, and the next run goes on from there"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns 0 for success, 1 if data or sections failed, 2 for misuse, 3 for a defect."""
    arguments = parse(argv)
    _print_thai()
    try:
        return perform(arguments)
    except UsageError as error:
        print(f"dsw: {error}", file=sys.stderr)
        return 2
    except (BatchError, DataError, TimeoutError) as error:
        print(f"dsw: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"dsw: {error.filename or ''}: {error.strerror or error}; {_REMEDY}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"dsw: interrupted; {_REMEDY}", file=sys.stderr)
        return 130
    except Exception:
        traceback.print_exc()
        print(f"dsw {__version__}: {_DEFECT}; {_REMEDY}", file=sys.stderr)
        return 3


def nearest(*, needed: bool) -> Path:
    """The project that this folder lies in.

    Raises
    ------
    UsageError
        If there is none, and one is ``needed``.
    """
    here = Path.cwd()
    found = next((above for above in (here, *here.parents) if any((above / mark).exists() for mark in _MARKS)), None)
    if found is None and needed:
        raise UsageError(
            f"no project in {here} or in a folder above it: none has {' or '.join(_MARKS)}; "
            "go to the folder of the project, or name it: dsw --project FOLDER …"
        )
    return Path(os.path.relpath(found or here))


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Arguments of the command line; those of this process if ``None``. Misuse is told on stderr and ends with 2."""
    return _parser().parse_args(argv)


def perform(arguments: argparse.Namespace) -> int:
    """Do what a command line says; returns 0 for success, 1 if data or sections failed."""
    if arguments.project is None:
        arguments.project = nearest(needed=arguments.command not in _ANYWHERE)
    use(settings(arguments.project))
    return _command(arguments.command)(arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dsw", description=__doc__)
    parser.add_argument(
        "--project", type=Path, help="folder with notebooks/ and data/ (default: this one, or the nearest above it)"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    _add_files(commands)
    _add_runs(commands)
    _add_judges(commands)
    _add_beginnings(commands)
    commands.add_parser("list", help="list sections and datasets")
    return parser


def _add_files(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Commands on a round's raw files."""
    check = commands.add_parser("check", help="check a round's raw files and show every problem")
    check.add_argument("round", type=_round)
    check.add_argument("--dataset", help="only this dataset")
    check.add_argument("--file", type=Path, help="judge this file in place of the dataset's own")
    check.add_argument(
        "--to",
        type=Path,
        help="folder for problems.xlsx and .html (default: outputs/<round>/internal), and workbooks for senders/",
    )

    accept = commands.add_parser("accept", help="accept the reading options of a raw file, or take that back")
    accept.add_argument("file", type=Path, help="the raw file; its options stand beside it")
    accept.add_argument("--by", metavar="NAME", help="who accepts them")
    accept.add_argument("--on", type=_date, metavar="DATE", help="when, as 2026-04-01 (default: today)")
    accept.add_argument("--undo", action="store_true", help="take the acceptance back")

    template = commands.add_parser(
        "template", help="write a workbook to fill in for a dataset, over none that is filled in"
    )
    template.add_argument("dataset")
    template.add_argument("round", type=_round)
    template.add_argument("--to", type=Path, help="folder (default: outputs/<round>/templates)")
    template.add_argument("--xlsform", action="store_true", help="an XLSForm for KoboToolbox or ODK instead")

    codebook = commands.add_parser("codebook", help="write the data dictionary of all datasets")
    codebook.add_argument("round", type=_round)
    codebook.add_argument("--to", type=Path, help="folder (default: outputs/<round>)")

    returns = commands.add_parser("returns", help="say who has sent what, when, and whether it is complete")
    returns.add_argument("round", type=_round)
    returns.add_argument("--to", type=Path, help="folder for page and workbook (default: outputs/<round>)")


def _add_runs(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Commands that run notebooks."""
    for name, text in (
        ("run", "run a round's notebooks and write findings.json"),
        ("report", "run a round's notebooks and render its report"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("round", type=_round)
        command.add_argument("--section", action="append", help="only this section (may be repeated)")
        command.add_argument(
            "--accept-partial", action="store_true", help="use the valid rows of files with problems, and say so"
        )
        command.add_argument("--jobs", type=_positive, help="notebooks at once (default: number of cores)")
        command.add_argument(
            "--fresh", action="store_true", help="make what is asked for again, changed or not, from the raw files"
        )
        command.add_argument(
            "--allow-missing",
            action="store_true",
            help="replace the outputs in place by some that lack sections or files",
        )
        command.add_argument("--scheduler", metavar="ADDRESS", help="run on a Dask cluster, e.g. tcp://10.0.0.1:8786")
        command.set_defaults(by=None, only=None, explain=False, with_examples=None, exact=False)
        if name == "run":
            command.add_argument("--explain", action="store_true", help="say what would run and why, and run nothing")
            command.add_argument(
                "--exact",
                action="store_true",
                help="show numbers of persons as they are, in outputs/<round>/internal/run alone, not to be passed on",
            )
            command.add_argument("--by", choices=["province"], help="a brief for each province instead")
            command.add_argument("--only", type=_names, help="only these provinces, with commas")
        else:
            command.add_argument(
                "--to", type=_formats, default="html,pdf,docx", help="formats, with commas (default: %(default)s)"
            )
            command.add_argument(
                "--with-examples",
                action="store_true",
                default=False,
                help="print examples in PDF and DOCX too",
            )

    shown = commands.add_parser("preview", help="show a round in the browser, made anew of whatever is saved meanwhile")
    shown.add_argument("round", type=_round)
    shown.add_argument("--section", help="only this section, which is faster")
    shown.add_argument("--accept-partial", action="store_true", help="use the valid rows of files with problems")
    shown.add_argument("--no-open", action="store_true", help="print the address alone, and open no browser")


def _add_beginnings(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Commands that begin something, and the one that says whether the machine is fit for it."""
    new = commands.add_parser("new", help="begin a round, a section, or a notebook that prepares a dataset's file")
    new.add_argument(
        "what",
        metavar="ROUND | section | prepare",
        help="a round, with --from; section: schema, notebook, sample and rows of the plan, ready to run; "
        "prepare: a notebook for raw files laid out otherwise",
    )
    new.add_argument("name", nargs="?", help="id of the section, or the dataset that the notebook prepares")
    new.add_argument("--from", dest="last", type=_round, metavar="ROUND", help="the round that a new one goes on from")
    new.add_argument("--title", help="of a section's project that the plan does not have yet, in Thai")
    new.add_argument("--round", type=_round, help="in which the section begins (default: the latest)")

    init = commands.add_parser("init", help="begin a project in a new folder, with a section that runs")
    init.add_argument("folder", type=Path)
    init.add_argument("--round", type=_round, help="to begin with (default: the one that today falls in)")

    commands.add_parser("doctor", help="say what is missing or odd on this machine, and what to do about it")


def _add_judges(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Commands on what was made of a round."""
    verify = commands.add_parser("verify", help="say what is not as it was made or published; needs no raw data")
    verify.add_argument(
        "what", metavar="ROUND|FOLDER|ZIP", help="outputs of a round, an edition's folder, or an archive"
    )
    verify.add_argument("--pin", metavar="DIGEST", help="what approve or publish printed, and was kept outside")

    approve = commands.add_parser("approve", help="write down who approved the report in place, so that it is no draft")
    approve.add_argument("round", type=_round)
    approve.add_argument("--by", metavar="NAME", required=True, help="who approved it, as its cover is to say")
    approve.add_argument("--role", required=True, help="as what, e.g. อธิบดีกรม")
    approve.add_argument("--on", type=_date, metavar="DATE", help="when, as 2026-06-05 (default: not said)")

    publish = commands.add_parser("publish", help="make an edition of the approved report in place: editions/<number>/")
    publish.add_argument("round", type=_round)
    publish.add_argument("--on", type=_date, metavar="DATE", help="day of issue, as 2026-06-10 (default: not said)")
    publish.add_argument("--because", metavar="TEXT", help="why it replaces the last edition, which its cover prints")

    archive = commands.add_parser(
        "archive", help="write a round as one file to hand on: raw files, notebooks, editions"
    )
    archive.add_argument("round", type=_round)
    archive.add_argument("--to", type=Path, metavar="ZIP", help="file (default: outputs/<round>.zip)")

    unpack = commands.add_parser("unpack", help="unpack such a file into a new folder, to go on from there")
    unpack.add_argument("file", type=Path)
    unpack.add_argument("folder", type=Path)

    compare = commands.add_parser("compare", help="hold two rounds against each other: what differs, and why")
    compare.add_argument("old", type=_round)
    compare.add_argument("round", type=_round)
    compare.add_argument("--to", type=Path, help="folder (default: outputs/comparisons)")
    compare.add_argument("--anew", action="store_true", help="work out the old round anew from the new one's files too")

    series = commands.add_parser("series", help="print findings over all rounds at hand")
    series.add_argument("ids", nargs="+", metavar="ID", help="of a finding, e.g. csr.linked_share")
    series.add_argument("--csv", type=Path, metavar="FILE", help="write all of them there too")

    audit = commands.add_parser("audit-report", help="check every number of a finished HTML against its ledger")
    audit.add_argument("page", type=Path, help="report.html, figures.html or one of sections/*.html")
    audit.add_argument("--findings", type=Path, required=True, help="the findings.json that it was made from")


def _print_thai() -> None:
    """Let output that goes to a file or another program hold Thai, whatever the machine's own encoding."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")


_COMMANDS = {
    **dict.fromkeys(("check", "accept", "template", "codebook", "returns"), "files"),
    **dict.fromkeys(("new", "init"), "starting"),
    "doctor": "machine",
    **dict.fromkeys(("run", "report", "preview"), "running"),
    **dict.fromkeys(("verify", "compare", "audit-report"), "judging"),
    **dict.fromkeys(("approve", "publish", "archive", "unpack"), "signing"),
    "series": "series",
    "list": "files",
}
"""Command -> the module of :mod:`dsw_analysis.commands` that does it."""
_NAMES = {"report": "run", "list": "list_all", "audit-report": "audit_report"}
"""Function of a command, where it is not called so."""


def _command(name: str) -> Callable[[argparse.Namespace], int]:
    """What a command does, imported only now, so that ``--help`` is there at once."""
    module = import_module(f"dsw_analysis.commands.{_COMMANDS[name]}")
    found: Callable[[argparse.Namespace], int] = getattr(module, _NAMES.get(name, name))
    return found


def _round(text: str) -> Round:
    try:
        return Round.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; write it as 2026-04-01") from None


def _formats(text: str) -> tuple[str, ...]:
    asked = tuple(text.split(","))
    unknown = [name for name in asked if name not in ("html", "pdf", "docx")]
    if unknown:
        raise argparse.ArgumentTypeError(f"{unknown[0]!r} is not a format; choose from html, pdf and docx")
    return asked


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive whole number")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
